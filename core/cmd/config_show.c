/* SPDX-License-Identifier: MIT */
/*
 * config_show.c - `ferry config show [KEY]`: every value and where it came from: a flag, a variable,
 * a file and its line, or the default. A secret is never shown.
 */
#include "config_verbs.h"

#include <json.h>
#include <text.h>

enum { LARGEST = 4 * 1024 * 1024, PATH_WIDTH = 30, VALUE_WIDTH = 40 };

struct showing {
    struct buf text;
    struct json_out json;
    struct ferry_str key; /* only this one and those below it; absent: all */
    uint32_t shown;
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

static void put_line(struct showing *s, const char *path, struct ferry_str value,
                     const char *origin, const char *overridden)
{
    size_t begin = s->text.len, width;
    text_show_first(&s->text, ferry_cstr(path), 0);
    width = s->text.len - begin;
    buf_printf(&s->text, "%*s ", width < PATH_WIDTH ? (int)(PATH_WIDTH - width) : 0, "");
    put_value(&s->text, value.ptr ? value : FERRY_LIT("-"));
    width = s->text.len - begin;
    if (s->origin) {
        buf_printf(&s->text, "%*s  ",
                   width < PATH_WIDTH + VALUE_WIDTH ? (int)(PATH_WIDTH + VALUE_WIDTH - width) : 0,
                   "");
        text_show(&s->text, ferry_cstr(origin), 0);
        buf_puts(&s->text, overridden ? "; does not count, for there is " : "");
        text_show(&s->text, ferry_cstr(overridden), 0);
    }
    buf_putc(&s->text, '\n');
}

static int is_asked(const struct showing *s, const char *path)
{
    size_t n = (size_t)s->key.len;
    return !s->key.ptr ||
           (strncmp(path, s->key.ptr, n) == 0 && (path[n] == '\0' || path[n] == '.'));
}

static int32_t put_item(void *data, const struct config_item *item)
{
    struct showing *s = data;
    struct ferry_str value = item->value.ptr ? item->value : item->raw;
    if (!is_asked(s, item->path)) {
        return FERRY_OK;
    }
    s->shown++;
    if (!s->as_json) {
        put_line(s, item->path, value, item->origin, item->overridden);
        return s->text.failed;
    }
    json_open(&s->json, '{');
    json_member(&s->json, "key", ferry_cstr(item->path));
    json_key(&s->json, "value");
    json_put(&s->json, value);
    json_member(&s->json, "origin", ferry_cstr(s->origin ? item->origin : NULL));
    json_member(&s->json, "overridden_by", ferry_cstr(s->origin ? item->overridden : NULL));
    json_close(&s->json, '}');
    return s->text.failed;
}

/* What stands above all keys: which file, which folder, and what an upload would go to. */
static void put_head(struct app *app, struct showing *s)
{
    const char *state = config_state_origin(app->config, app->state_flag);
    struct ferry_str none = {NULL, 0};
    struct target *t = NULL;
    struct ferry_error err = {.size = sizeof err};
    target_resolve(&t, app->config, app->plugins, none, &err);
    if (s->as_json) {
        json_member(&s->json, "file", ferry_cstr(config_file(app->config)));
        json_member(&s->json, "file_origin", ferry_cstr(config_file_origin(app->config)));
        json_member(&s->json, "state", ferry_cstr(app->state));
        json_member(&s->json, "state_origin", ferry_cstr(state));
        json_member(&s->json, "to", t ? t->label : none);
        json_member(&s->json, "to_origin", t ? t->how : ferry_cstr(err.message));
    } else if (!s->key.ptr) {
        put_line(s, "(file)", ferry_cstr(config_file(app->config)), config_file_origin(app->config),
                 NULL);
        put_line(s, "(state)", ferry_cstr(app->state), state, NULL);
        put_line(s, "(destination)", t ? t->label : none, t ? t->how.ptr : err.message, NULL);
    }
    target_free(t);
}

static int32_t unknown_key(const struct showing *s, struct ferry_error *err)
{
    char shown[80], hint[128];
    const char *suggestion = config_suggest(s->key.ptr, hint);
    return ferry_fail(err, FERRY_E_CONFIG, NULL, "nothing is set for \"%s\"%s",
                      text_show_to(shown, sizeof shown, s->key),
                      *suggestion ? suggestion : "; --all shows every key");
}

int config_show(struct app *app, const struct args *args)
{
    struct showing s = {.as_json = args_flag(args, "json"), .origin = args_flag(args, "origin")};
    struct ferry_error err = {.size = sizeof err};
    int code = EXIT_DONE;
    int32_t rc;
    s.key = args->n_rest > 1 ? args->rest[1] : s.key;
    buf_init(&s.text, LARGEST);
    s.json = json_to(&s.text);
    s.json.pretty = 1;
    if (s.as_json) {
        json_open(&s.json, '{');
        json_member_int(&s.json, "schema_version", 1);
    }
    put_head(app, &s);
    if (s.as_json) {
        json_key(&s.json, "values");
        json_open(&s.json, '[');
    }
    rc = config_each(app->config, app->plugins, args_flag(args, "all") ? CONFIG_ALL : 0, put_item,
                     &s);
    if (s.as_json) {
        json_close(&s.json, ']');
        json_close(&s.json, '}');
        buf_putc(&s.text, '\n');
    }
    rc = rc ? rc : s.text.failed;
    if (rc) {
        ferry_fail(&err, rc, NULL, "configuration: %s", ferry_status_text(rc));
    } else if (s.key.ptr && s.shown == 0) {
        rc = unknown_key(&s, &err);
    }
    if (rc) {
        code = cmd_fail(&err);
    } else {
        cmd_out(buf_str(&s.text));
    }
    buf_finish(&s.text);
    return code;
}
