/* SPDX-License-Identifier: MIT */
/*
 * doctor_config.c - the files and variables that the configuration is made of, and what each tracker
 * comes to: options, secrets (whether, never which), the host and why it may have them, and whether it
 * answers.
 */
#include "config_verbs.h"
#include "doctor.h"

#include <text.h>

/* --- where settings come from ---------------------------------------------------------------------- */

static void look_at_source(struct doctor *d, const struct config_source *s)
{
    if (s->refused && s->passed_by) {
        doctor_warn(d, s->what, NULL, "%s", s->refused);
    } else if (s->refused) {
        doctor_fail(d, EXIT_USAGE, s->what, NULL, "%s", s->refused);
    } else if (s->there) {
        doctor_ok(d, s->what, "%s", s->path);
    } else {
        doctor_ok(d, s->what, "none%s%s", s->path ? "; it would be " : "", s->path ? s->path : "");
    }
}

static int is_source(struct config *c, const char *what)
{
    struct config_source s;
    for (uint32_t i = 0; config_source(c, i, &s); i++) {
        if (strcmp(s.what, what) == 0) {
            return 1;
        }
    }
    return 0;
}

static void look_at_sources(struct doctor *d)
{
    struct config *c = d->app->config;
    const struct config_trouble *t;
    struct config_source s;
    for (uint32_t i = 0; config_source(c, i, &s); i++) {
        look_at_source(d, &s);
    }
    for (uint32_t i = 0; (t = config_trouble(c, i)); i++) {
        if (!is_source(c, t->what)) {
            doctor_fail(d, EXIT_USAGE, t->what, NULL, "%s", t->error.message);
        }
    }
}

/* --- trackers ----------------------------------------------------------------------------------------- */

static void look_at_host(struct doctor *d, const struct target *t)
{
    if (t->url.ptr && d->online) {
        doctor_host(d, t);
    } else if (t->url.ptr) {
        doctor_unchecked(d, "host", NULL, "%.*s: not asked; --online asks it", STR_ARG(t->url));
    }
}

/* "token from QASE_API_TOKEN": which secrets are there, and where from. */
static void put_secrets(struct buf *out, const struct target *t)
{
    for (uint32_t i = 0; i < t->n_settings; i++) {
        const struct target_setting *s = &t->settings[i];
        if ((s->option->flags & FERRY_OPT_SECRET) && s->value.ptr) {
            buf_printf(out, ", %s from %s", s->option->name, s->origin);
        }
    }
    if (t->trusted) {
        buf_printf(out, ", which may go to that host: %s", t->trusted);
    }
}

static void on_fault(void *data, const struct config_fault *fault)
{
    struct doctor *d = data;
    const struct target *t = fault->target;
    struct buf text;
    d->group = strncmp(fault->what, "trackers.", 9) == 0 ? "tracker" : "config";
    const char *name = fault->what + (strncmp(fault->what, "trackers.", 9) == 0 ? 9 : 0);
    if (fault->error) {
        doctor_fail(d, fault->error->status == FERRY_E_CONFIG ? EXIT_USAGE : EXIT_SYSTEM, name,
                    NULL, "%s", fault->error->message);
        return;
    }
    if (!t) {
        doctor_ok(d, name, "can be used");
        return;
    }
    buf_init(&text, 4096);
    if (strcmp(d->group, "tracker") == 0) {
        buf_printf(&text, "%s%.*s", t->url.ptr ? " at " : ", served in process", STR_ARG(t->url));
        put_secrets(&text, t);
    }
    doctor_ok(d, name, "%.*s%s", STR_ARG(t->label), buf_cstr(&text));
    buf_finish(&text);
    if (strcmp(d->group, "tracker") == 0) {
        look_at_host(d, t);
    }
}

/* Where an upload goes that says nothing, where no tracker is configured either. */
static void look_at_default(struct doctor *d)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str none = {NULL, 0};
    struct target *t = NULL;
    struct buf names;
    buf_init(&names, 1 << 20);
    config_trackers(d->app->config, &names);
    if (names.len == 0 && str_empty(config_get(d->app->config, "upload.to"))) {
        int32_t rc = target_resolve(&t, d->app->config, d->app->plugins, none, &err);
        struct config_fault fault = {"destination", rc ? &err : NULL, t};
        on_fault(d, &fault);
        if (t && t->url.ptr) {
            look_at_host(d, t);
        }
        target_free(t);
    }
    buf_finish(&names);
}

void doctor_config(struct doctor *d)
{
    d->group = "config";
    if (!d->app->config) {
        doctor_fail(d, EXIT_USAGE, "working folder", NULL, "%s", d->app->trouble.message);
        return;
    }
    look_at_sources(d);
    config_examine(d->app, on_fault, d);
    look_at_default(d);
}
