/* SPDX-License-Identifier: MIT */
/*
 * plugins.c - `ferry plugins`: every plugin that was found, and every one that was refused, with
 * the reason. All are loaded, so that what is listed as usable is.
 */
#include "cmd.h"

#include <json.h>
#include <text.h>

enum { LARGEST = 16 * 1024 * 1024 };

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "as JSON"),
    NULL,
};

static const struct {
    const char *id, *role;
} roles[] = {{FERRY_COMMANDS_1, "commands"}, {FERRY_HOOK_1, "hook"},
             {FERRY_PLANNER_1, "planner"},   {FERRY_READER_1, "reader"},
             {FERRY_SERVICE_1, "service"},   {FERRY_TRACKER_1, "tracker"}};
enum { ROLES = sizeof roles / sizeof *roles };

static void put_entry_json(struct json_out *j, const struct plugin_entry *e)
{
    json_open(j, '{');
    json_member(j, "id", ferry_cstr(e->id[0] ? e->id : NULL));
    json_member(j, "path", ferry_cstr(e->path));
    json_key(j, "bundled");
    json_put_bool(j, e->bundled != 0);
    json_member(j, "status", e->plugin ? FERRY_LIT("ok") : FERRY_LIT("refused"));
    if (e->plugin) {
        json_member(j, "version", ferry_cstr(e->plugin->version));
        json_member_int(j, "level", e->level);
        json_key(j, "roles");
        json_open(j, '[');
        for (size_t i = 0; i < ROLES; i++) {
            if (e->plugin->query(roles[i].id)) {
                json_put(j, ferry_cstr(roles[i].role));
            }
        }
        json_close(j, ']');
    } else {
        json_member(j, "reason", ferry_cstr(e->error.message));
    }
    json_close(j, '}');
}

static void put_json(struct buf *out, struct plugins *p)
{
    struct json_out j = json_to(out);
    j.pretty = 1;
    json_open(&j, '{');
    json_member_int(&j, "schema_version", 1);
    json_key(&j, "plugins");
    json_open(&j, '[');
    for (uint32_t i = 0; i < plugins_count(p); i++) {
        put_entry_json(&j, plugins_at(p, i));
    }
    json_close(&j, ']');
    json_close(&j, '}');
    buf_putc(out, '\n');
}

static void put_usable(struct buf *out, const struct plugin_entry *e)
{
    char list[80] = "";
    size_t n = 0;
    for (size_t i = 0; i < ROLES; i++) {
        if (e->plugin->query(roles[i].id)) {
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n ? "," : "", roles[i].role);
        }
    }
    buf_printf(out, "%-14s %-10s %5u  %-26s ", e->id, e->plugin->version, e->level, list);
    text_show(out, ferry_cstr(e->path), 0);
    buf_putc(out, '\n');
}

static void put_text(struct buf *out, struct plugins *p)
{
    uint32_t usable = 0, refused = 0;
    for (uint32_t i = 0; i < plugins_count(p); i++) {
        const struct plugin_entry *e = plugins_at(p, i);
        if (e->plugin && usable++ == 0) {
            buf_printf(out, "%-14s %-10s %5s  %-26s %s\n", "ID", "VERSION", "LEVEL", "ROLES",
                       "PATH");
        }
        if (e->plugin) {
            put_usable(out, e);
        }
    }
    for (uint32_t i = 0; i < plugins_count(p); i++) {
        const struct plugin_entry *e = plugins_at(p, i);
        if (!e->plugin) {
            buf_puts(out, refused++ == 0 ? "\nrefused:\n  " : "  ");
            text_show_first(out, ferry_cstr(e->path), 0);
            buf_puts(out, "\n    ");
            text_show_first(out, ferry_cstr(e->error.message), 0);
            buf_putc(out, '\n');
        }
    }
    if (usable + refused == 0) {
        buf_puts(out, "no plugins found; FERRY_PLUGIN_PATH and plugins.folders of the user's "
                      "config name folders\n");
    }
}

static int run(struct app *app, const struct args *args)
{
    struct buf text;
    for (uint32_t i = 0; i < plugins_count(app->plugins); i++) {
        struct plugin_entry *e = plugins_at(app->plugins, i);
        if (e->status == FERRY_OK) {
            plugins_load(app->plugins, e); /* a refusal stays in the entry, and is listed */
        }
    }
    buf_init(&text, LARGEST);
    if (args_flag(args, "json")) {
        put_json(&text, app->plugins);
    } else {
        put_text(&text, app->plugins);
    }
    if (text.failed) {
        struct ferry_error err = {.size = sizeof err};
        ferry_fail(&err, text.failed, NULL, "plugins: %s", ferry_status_text(text.failed));
        buf_finish(&text);
        return cmd_fail(&err);
    }
    cmd_out(buf_str(&text));
    buf_finish(&text);
    return EXIT_DONE;
}

const struct cmd cmd_plugins = {
    .name = "plugins",
    .summary = "lists the plugins, and those that were refused",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .run = run,
};
