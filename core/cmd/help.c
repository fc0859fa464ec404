/* SPDX-License-Identifier: MIT */
/*
 * help.c - all help, made from the tables of commands, options and plugins, so that it cannot be
 * stale.
 */
#include "run.h"

#include <stdlib.h>
#include <text.h>

enum { LARGEST = 1 << 20 };

static void put_globals(struct buf *out)
{
    buf_puts(out, "\nOptions of every command:\n");
    options_help(globals_table, "  --", out);
}

void help_overview(struct buf *out)
{
    buf_puts(
        out,
        "ferry carries test results to where people read them, and mirrors them between projects.\n"
        "\n"
        "usage: ferry [OPTIONS] COMMAND ...\n"
        "       ferry [OPTIONS] PLUGIN COMMAND ...\n"
        "\n"
        "Commands:\n");
    for (size_t i = 0; cmd_table[i]; i++) {
        if (!(cmd_table[i]->flags & CMD_HIDDEN)) {
            buf_printf(out, "  %-14s %s\n", cmd_table[i]->name, cmd_table[i]->summary);
        }
    }
    put_globals(out);
    buf_puts(out, "\n`ferry help COMMAND` and `ferry help PLUGIN` tell more; `ferry plugins` lists "
                  "the plugins.\n");
}

void help_command(const struct cmd *c, struct buf *out)
{
    buf_printf(out, "ferry %s - %s\n\nusage: ferry %s%s%s%s\n", c->name, c->summary, c->name,
               c->options && c->options[0] ? " [OPTIONS]" : "", c->usage ? " " : "",
               c->usage ? c->usage : "");
    if (c->text) {
        buf_printf(out, "\n%s\n", c->text);
    }
    if (c->options && c->options[0]) {
        buf_puts(out, "\nOptions:\n");
        options_help(c->options, "  --", out);
    }
    put_globals(out);
}

/* --- plugins --------------------------------------------------------------------- */

static void put_commands(const struct plugin_entry *e, const struct ferry_commands *commands,
                         const char *only, struct buf *out)
{
    buf_puts(out, only ? "" : "\nCommands:\n");
    for (size_t i = 0; commands->list[i]; i++) {
        const struct ferry_command *c = commands->list[i];
        if (only && strcmp(only, c->name) != 0) {
            continue;
        }
        if (!only) {
            buf_printf(out, "  %-14s %s\n", c->name, c->summary);
            continue;
        }
        buf_printf(out, "ferry %s %s - %s\n\nusage: ferry %s %s [OPTIONS]%s%s\n\nOptions:\n", e->id,
                   c->name, c->summary, e->id, c->name, c->usage ? " " : "",
                   c->usage ? c->usage : "");
        options_help(c->options, "  --", out);
        buf_puts(out, "  --project CODE            a project of the plugin's tracker\n"
                      "  --to TRACKER              a destination of the configuration\n");
        put_globals(out);
    }
    if (!only) {
        buf_printf(out, "  `ferry %s COMMAND --help` tells more\n", e->id);
    }
}

void help_plugin(const struct plugin_entry *e, const char *command, struct buf *out)
{
    static const char *const roles[][2] = {{FERRY_READER_1, "reads reports"},
                                           {FERRY_TRACKER_1, "speaks to a tracker"},
                                           {FERRY_PLANNER_1, "plans what a destination gets"},
                                           {FERRY_SERVICE_1, "answers requests without a socket"},
                                           {FERRY_HOOK_1, "understands what a tracker calls about"},
                                           {FERRY_COMMANDS_1, "adds commands"}};
    const struct ferry_plugin *p = e->plugin;
    const struct ferry_commands *commands = p->query(FERRY_COMMANDS_1);
    if (command) {
        put_commands(e, commands, command, out);
        return;
    }
    buf_printf(out, "%s - %s %s, %s\n\nOffers:\n", p->id, p->name, p->version, p->license);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (p->query(roles[i][0])) {
            buf_printf(out, "  %-19s %s\n", roles[i][0], roles[i][1]);
        }
    }
    if (p->options && p->options[0]) {
        buf_printf(out,
                   "\nOptions, in ferry.json: \"trackers\": {\"NAME\": {\"plugin\": \"%s\", "
                   "\"project\": ...}}:\n",
                   p->id);
        options_help(p->options, "  ", out);
    }
    if (commands) {
        put_commands(e, commands, NULL, out);
    }
}

int help_show(struct buf *text)
{
    struct ferry_error err = {.size = sizeof err};
    int code = EXIT_DONE;
    if (text->failed) {
        ferry_fail(&err, text->failed, NULL, "help: %s", ferry_status_text(text->failed));
        code = cmd_fail(&err);
    } else {
        cmd_out(buf_str(text));
    }
    buf_finish(text);
    return code;
}

/* --- ferry help -------------------------------------------------------------------- */

/* A word that is no command of ferry: a plugin's id, then maybe one of its commands. */
static int32_t about_plugin(const struct args *args, struct buf *out, struct ferry_error *err)
{
    static const struct globals none = {.color = -1};
    struct app app = {0};
    const struct ferry_commands *commands;
    int32_t rc = app_open_plugins(&app, &none, err);
    const char *command = args->n_rest > 1 ? args->rest[1].ptr : NULL;
    if (!rc && !plugins_get(app.plugins, args->rest[0], err)) {
        rc = err->status;
    }
    for (uint32_t i = 0; !rc && i < plugins_count(app.plugins); i++) {
        const struct plugin_entry *e = plugins_at(app.plugins, i);
        if (!e->plugin || !str_is(args->rest[0], e->id)) {
            continue;
        }
        commands = e->plugin->query(FERRY_COMMANDS_1);
        for (size_t k = 0; command && commands && commands->list[k]; k++) {
            if (strcmp(commands->list[k]->name, command) == 0) {
                help_plugin(e, command, out);
                goto out;
            }
        }
        if (command) {
            rc = ferry_fail(err, FERRY_E_CONFIG, NULL,
                            "plugin %s has no command \"%s\"; `ferry help %s` lists them", e->id,
                            command, e->id);
        } else {
            help_plugin(e, NULL, out);
        }
        break;
    }
out:
    app_close(&app);
    return rc;
}

/* The same error for a word that is neither, with what was probably meant. */
static int32_t no_such_topic(struct ferry_str word, const struct ferry_error *why,
                             struct ferry_error *err)
{
    const char *names[128], *near;
    char shown[80];
    size_t n = 0;
    for (size_t i = 0; cmd_table[i] && n < 128; i++) {
        names[n++] = cmd_table[i]->name;
    }
    near = text_nearest(word, names, n);
    text_show_to(shown, sizeof shown, word);
    if (near) {
        return ferry_fail(err, FERRY_E_CONFIG, shown,
                          "ferry has no command \"%s\"; did you mean \"%s\"?", shown, near);
    }
    return ferry_fail(err, why->status, shown, "ferry has no command \"%s\"; as a plugin: %.380s",
                      shown, why->message);
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err}, why = {.size = sizeof why};
    const struct cmd *c = args->n_rest ? cmd_find(args->rest[0].ptr) : NULL;
    struct buf text;
    (void)app;
    buf_init(&text, LARGEST);
    if (args->n_rest == 0) {
        help_overview(&text);
    } else if (c && args->n_rest == 1) {
        help_command(c, &text);
    } else if (c) {
        ferry_fail(&err, FERRY_E_CONFIG, NULL, "ferry help %s takes no further word; leave it out",
                   c->name);
        buf_finish(&text);
        return cmd_fail(&err);
    } else if (about_plugin(args, &text, &why)) {
        if (args->n_rest == 1) {
            no_such_topic(args->rest[0], &why, &err);
        } else {
            err = why;
        }
        buf_finish(&text);
        return cmd_fail(&err);
    }
    return help_show(&text);
}

const struct cmd cmd_help = {
    .name = "help",
    .summary = "tells about ferry, a command or a plugin",
    .usage = "[COMMAND | PLUGIN [COMMAND]]",
    .max_rest = 2,
    .run = run,
};
