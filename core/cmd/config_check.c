/* SPDX-License-Identifier: MIT */
/*
 * config_check.c - `ferry config check`: whether all that the configuration names can be used: each
 * tracker with its options, secrets and host, the destinations of upload, the sources of Automation
 * Keys. Nothing is sent. `ferry doctor` asks the same.
 */
#include "config_verbs.h"
#include "session.h"

#include <json.h>
#include <text.h>

enum { LARGEST = 4 * 1024 * 1024 };

/* --- what is looked at ------------------------------------------------------------------ */

struct examination {
    struct app *app;
    void (*told)(void *data, const struct config_fault *fault);
    void *data;
    uint32_t wrong;
};

static void tell(struct examination *x, const char *what, const struct ferry_error *error,
                 const struct target *target)
{
    struct config_fault fault = {what, error, target};
    x->wrong += error != NULL;
    x->told(x->data, &fault);
}

/* One destination by its name; absent: the one of an upload that says none. */
static struct target *examine_target(struct examination *x, const char *what, struct ferry_str name)
{
    struct ferry_error err = {.size = sizeof err};
    struct target *t = NULL;
    int32_t rc = target_resolve(&t, x->app->config, x->app->plugins, name, &err);
    tell(x, what, rc ? &err : NULL, t);
    return t;
}

static void examine_trackers(struct examination *x)
{
    struct ferry_str rest, name;
    struct buf names;
    char what[128];
    buf_init(&names, LARGEST);
    config_trackers(x->app->config, &names);
    rest = buf_str(&names);
    while (str_split(&rest, '\n', &name)) {
        snprintf(what, sizeof what, "trackers.%.*s", STR_ARG(name));
        target_free(examine_target(x, what, name));
    }
    buf_finish(&names);
}

/* upload.to and upload.mirror, where they are set. */
static void examine_upload(struct examination *x)
{
    struct ferry_str rest = config_get(x->app->config, "upload.mirror"), name, none = {NULL, 0};
    struct target *to = NULL;
    if (!str_empty(config_get(x->app->config, "upload.to"))) {
        to = examine_target(x, "upload.to", none);
    }
    while (str_split(&rest, '\n', &name)) {
        struct ferry_error err = {.size = sizeof err};
        struct target *t = str_empty(name) ? NULL : examine_target(x, "upload.mirror", name);
        if (t && to && ferry_eq(t->label, to->label) && ferry_eq(t->account, to->account)) {
            ferry_fail(&err, FERRY_E_CONFIG, NULL,
                       "upload.mirror, %s: %.*s is the primary already; a mirror is another "
                       "project",
                       config_origin(x->app->config, "upload.mirror"), STR_ARG(t->label));
            tell(x, "upload.mirror", &err, NULL);
        }
        target_free(t);
    }
    target_free(to);
}

static void examine_keys(struct examination *x)
{
    struct ferry_error err = {.size = sizeof err};
    struct keys *keys = NULL;
    int32_t rc = session_keys(x->app, &keys, &err);
    tell(x, "automation_key", rc ? &err : NULL, NULL);
    keys_close(keys);
}

uint32_t config_examine(struct app *app, void (*told)(void *data, const struct config_fault *fault),
                        void *data)
{
    struct examination x = {app, told, data, 0};
    examine_trackers(&x);
    examine_upload(&x);
    examine_keys(&x);
    return x.wrong;
}

/* --- what is said ------------------------------------------------------------------------- */

struct check {
    struct buf text;
    struct json_out json;
    int as_json, code;
};

static void on_fault(void *data, const struct config_fault *fault)
{
    struct check *c = data;
    const struct target *t = fault->target;
    int is_tracker = strncmp(fault->what, "trackers.", strlen("trackers.")) == 0;
    if (fault->error && !c->as_json) {
        c->code = cmd_fail(fault->error);
    } else if (fault->error) {
        c->code = EXIT_USAGE;
    }
    if (c->as_json) {
        json_open(&c->json, '{');
        json_member(&c->json, "what", ferry_cstr(fault->what));
        json_member(&c->json, "status", fault->error ? FERRY_LIT("fail") : FERRY_LIT("ok"));
        json_member(&c->json, "destination", t ? t->label : (struct ferry_str){NULL, 0});
        json_member(&c->json, "account", t ? t->account : (struct ferry_str){NULL, 0});
        json_member(&c->json, "error", ferry_cstr(fault->error ? fault->error->message : NULL));
        json_close(&c->json, '}');
    } else if (t) {
        text_show_first(
            &c->text, ferry_cstr(is_tracker ? fault->what + strlen("trackers.") : fault->what), 0);
        buf_puts(&c->text, " is ");
        text_show(&c->text, t->label, 0);
        if (is_tracker) {
            buf_puts(&c->text, ", account ");
            text_show(&c->text, t->account, 0);
        }
        buf_putc(&c->text, '\n');
    }
}

int config_check(struct app *app, const struct args *args)
{
    struct check c = {.as_json = args_flag(args, "json"), .code = EXIT_DONE};
    const char *file = config_file(app->config);
    uint32_t wrong;
    buf_init(&c.text, LARGEST);
    c.json = json_to(&c.text);
    c.json.pretty = 1;
    if (c.as_json) {
        json_open(&c.json, '{');
        json_member_int(&c.json, "schema_version", 1);
        json_member(&c.json, "file", ferry_cstr(file));
        json_key(&c.json, "checks");
        json_open(&c.json, '[');
    }
    wrong = config_examine(app, on_fault, &c);
    if (c.as_json) {
        json_close(&c.json, ']');
        json_member_int(&c.json, "wrong", wrong);
        json_close(&c.json, '}');
        buf_putc(&c.text, '\n');
    } else {
        text_show_first(&c.text, ferry_cstr(file ? file : "no ferry.json"), 0);
        buf_puts(&c.text, wrong ? ": not all of it can be used\n" : ": nothing wrong found\n");
    }
    cmd_out(buf_str(&c.text));
    buf_finish(&c.text);
    return c.code;
}
