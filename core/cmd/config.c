/* SPDX-License-Identifier: MIT */
/*
 * config.c - `ferry config show`: every value and where it came from; `ferry config check`: whether
 * each configured tracker can be resolved, options, secrets and trust included. Nothing is sent. A
 * secret is never shown.
 */
#include "cmd.h"

#include <json.h>
#include <text.h>

enum { LARGEST = 4 * 1024 * 1024, PATH_WIDTH = 30, VALUE_WIDTH = 40 };

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "as JSON"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "origin", .def = "true",
           .help = "says where each value came from"),
    NULL,
};

struct showing {
    struct buf text;
    struct json_out json;
    int as_json, origin;
};

/* A list on one line. */
static void put_value(struct buf *out, struct ferry_str value)
{
    struct ferry_str piece;
    int first = 1;
    while (str_split(&value, '\n', &piece)) {
        buf_puts(out, first ? "" : ", ");
        text_show(out, piece, 0);
        first = 0;
    }
}

static int32_t put_item(void *data, const struct config_item *item)
{
    struct showing *s = data;
    size_t begin = s->text.len, width;
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member(&s->json, "key", ferry_cstr(item->path));
        json_member(&s->json, "value", item->value.ptr ? item->value : item->raw);
        json_member(&s->json, "origin", ferry_cstr(s->origin ? item->origin : NULL));
        json_close(&s->json, '}');
        return s->text.failed;
    }
    buf_printf(&s->text, "%-*s ", PATH_WIDTH, item->path);
    put_value(&s->text, item->value.ptr ? item->value : item->raw);
    width = s->text.len - begin;
    if (s->origin) {
        buf_printf(&s->text, "%*s  ",
                   width < PATH_WIDTH + VALUE_WIDTH ? (int)(PATH_WIDTH + VALUE_WIDTH - width) : 0,
                   "");
        text_show(&s->text, ferry_cstr(item->origin), 0);
    }
    buf_putc(&s->text, '\n');
    return s->text.failed;
}

static int show(struct app *app, const struct args *args)
{
    struct showing s = {.as_json = args_flag(args, "json"), .origin = args_flag(args, "origin")};
    struct ferry_error err = {.size = sizeof err};
    int code = EXIT_DONE;
    int32_t rc;
    buf_init(&s.text, LARGEST);
    s.json = json_to(&s.text);
    s.json.pretty = 1;
    if (s.as_json) {
        json_open(&s.json, '{');
        json_member_int(&s.json, "schema_version", 1);
        json_member(&s.json, "file", ferry_cstr(config_file(app->config)));
        json_member(&s.json, "state", ferry_cstr(app->state));
        json_key(&s.json, "values");
        json_open(&s.json, '[');
    }
    rc = config_each(app->config, app->plugins, put_item, &s);
    if (s.as_json) {
        json_close(&s.json, ']');
        json_close(&s.json, '}');
        buf_putc(&s.text, '\n');
    }
    rc = rc ? rc : s.text.failed;
    if (rc) {
        ferry_fail(&err, rc, NULL, "configuration: %s", ferry_status_text(rc));
        code = cmd_fail(&err);
    } else {
        cmd_out(buf_str(&s.text));
    }
    buf_finish(&s.text);
    return code;
}

static int check(struct app *app)
{
    struct buf names, text;
    struct ferry_str rest, name;
    int code = EXIT_DONE;
    buf_init(&names, LARGEST);
    buf_init(&text, LARGEST);
    config_trackers(app->config, &names);
    rest = buf_str(&names);
    while (str_split(&rest, '\n', &name)) {
        struct ferry_error err = {.size = sizeof err};
        struct target *t;
        if (target_resolve(&t, app->config, app->plugins, name, &err)) {
            code = cmd_fail(&err);
            continue;
        }
        buf_printf(&text, "%.*s is %.*s, account %.*s\n", STR_ARG(name), STR_ARG(t->label),
                   STR_ARG(t->account));
        target_free(t);
    }
    buf_printf(&text, "%s: %s\n",
               config_file(app->config) ? config_file(app->config) : "no ferry.json",
               code ? "not all trackers can be used" : "nothing wrong found");
    cmd_out(buf_str(&text));
    buf_finish(&text);
    buf_finish(&names);
    return code;
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    char shown[80];
    if (str_is(args->rest[0], "show")) {
        return show(app, args);
    }
    if (str_is(args->rest[0], "check")) {
        return check(app);
    }
    ferry_fail(&err, FERRY_E_CONFIG, NULL, "ferry config has no \"%s\"; write show or check",
               text_show_to(shown, sizeof shown, args->rest[0]));
    return cmd_fail(&err);
}

const struct cmd cmd_config = {
    .name = "config",
    .summary = "shows the configuration and where it came from, or checks it",
    .usage = "show|check",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .min_rest = 1,
    .max_rest = 1,
    .run = run,
};
