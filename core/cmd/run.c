/* SPDX-License-Identifier: MIT */
/*
 * run.c - finds the command, reads its options, opens what it asks for, runs it. main calls it with
 * the first word that is no option. A word that is neither a command nor a plugin with commands
 * is an error that says what was probably meant.
 */
#include "run.h"

#include "plugin_command.h"

#include <errno.h>
#include <file.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

/* The configuration from the working folder; with CMD_ANYWAY, what can be had of it. */
static int32_t open_config(struct app *app, const struct globals *g, unsigned flags,
                           struct ferry_error *err)
{
    char *work = getcwd(NULL, 0);
    int32_t rc;
    if (!work && errno == ENOMEM) {
        return file_fail(err, "the working folder", "cannot be found", ENOMEM);
    }
    if (!work) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL,
                          "the working folder is gone or cannot be read; change to another one");
    }
    rc = flags & CMD_ANYWAY ? config_load_anyway(&app->config, work, g->config, err)
                            : config_load(&app->config, work, g->config, err);
    free(work);
    if (rc) {
        return rc;
    }
    app->state = config_state_folder(app->config, g->state);
    return app->state ? FERRY_OK
                      : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
}

int32_t app_open(struct app *app, const struct globals *g, unsigned flags, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    app->clock = clock_real();
#ifdef FERRY_TEST_HOOKS
    const char *clock = getenv("FERRY_CLOCK");
    if (clock && strcmp(clock, "virtual") == 0) {
        app->clock = clock_virtual(); /* hours of back-off in no time */
    } else if (clock && *clock == '/' && clock_shared(&app->clock, clock, err)) {
        return err->status; /* the same, of all who name this file */
    }
#endif
    app->quiet = (uint32_t)g->quiet;
    app->color = (uint32_t)color_wanted(g->color, STDOUT_FILENO);
    app->config_flag = g->config;
    app->state_flag = g->state;
    app->trouble = (struct ferry_error){.size = sizeof app->trouble};
    if (flags & CMD_CONFIG) {
        rc = open_config(app, g, flags, err);
    }
    if (flags & CMD_ANYWAY && rc == FERRY_E_CONFIG) {
        app->trouble = *err;
        rc = FERRY_OK;
    } else if (flags & CMD_ANYWAY && app->config && config_trouble(app->config, 0)) {
        app->trouble = config_trouble(app->config, 0)->error;
    }
    if (!rc && (flags & CMD_PLUGINS)) {
        rc = plugins_open(&app->plugins, app->config ? config_plugin_folders(app->config) : NULL,
                          err);
    }
    return rc;
}

void app_close(struct app *app)
{
    plugins_close(app->plugins);
    config_free(app->config);
    memset(app, 0, sizeof *app);
}

int32_t app_open_plugins(struct app *app, const struct globals *g, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = app_open(app, g, CMD_CONFIG | CMD_PLUGINS, &why);
    if (rc == FERRY_E_CONFIG && !app->plugins) {
        log_warn("%s", why.message);
        return plugins_open(&app->plugins, NULL, err);
    }
    return rc ? ferry_fail(err, rc, why.where, "%s", why.message) : FERRY_OK;
}

static int run_command(const struct cmd *c, struct globals *g, int argc, char *const *argv)
{
    struct ferry_error err = {.size = sizeof err};
    struct arglist list;
    struct app app = {0};
    char name[64];
    int code;
    int32_t rc;
    snprintf(name, sizeof name, "ferry %s", c->name);
    args_init(&list);
    rc = args_parse(&list, g, name, c->options, argc, argv, &err);
    rc = rc ? rc : args_check(&list.args, name, c->usage, c->min_rest, c->max_rest, &err);
    log_setup(log_level(g), g->color);
    rc = rc ? rc : app_open(&app, g, c->flags, &err);
    code = rc ? cmd_fail(&err) : c->run(&app, &list.args);
    app_close(&app);
    args_finish(&list);
    return code;
}

/* The plugin of this id that could be used, or NULL. */
static struct plugin_entry *find_plugin(struct plugins *p, const char *id)
{
    for (uint32_t i = 0; i < plugins_count(p); i++) {
        struct plugin_entry *e = plugins_at(p, i);
        if (e->status == FERRY_OK && strcmp(e->id, id) == 0) {
            return e;
        }
    }
    return NULL;
}

static int32_t unknown_command(const struct app *app, const char *name, struct ferry_error *err)
{
    const char *names[256], *near;
    char shown[80];
    size_t n = 0;
    for (size_t i = 0; cmd_table[i] && n < 128; i++) {
        if (!(cmd_table[i]->flags & CMD_HIDDEN)) {
            names[n++] = cmd_table[i]->name;
        }
    }
    for (uint32_t i = 0; app->plugins && i < plugins_count(app->plugins) && n < 256; i++) {
        names[n++] = plugins_at(app->plugins, i)->id;
    }
    near = text_nearest(ferry_cstr(name), names, n);
    text_show_to(shown, sizeof shown, ferry_cstr(name));
    if (near) {
        return ferry_fail(err, FERRY_E_CONFIG, shown,
                          "ferry has no command \"%s\"; did you mean \"%s\"?", shown, near);
    }
    return ferry_fail(
        err, FERRY_E_CONFIG, shown,
        "ferry has no command \"%s\", and no plugin has that name; `ferry help` lists them", shown);
}

int cmd_run(const char *name, struct globals *g, int argc, char *const *argv)
{
    const struct cmd *c = cmd_find(name);
    struct ferry_error err = {.size = sizeof err};
    struct app app = {0};
    struct plugin_entry *e;
    struct buf text;
    int32_t rc;
    int code;
    if (c && args_want_help(argc, argv)) {
        buf_init(&text, 1 << 20);
        help_command(c, &text);
        return help_show(&text);
    }
    if (c) {
        return run_command(c, g, argc, argv);
    }
    rc = app_open_plugins(&app, g, &err);
    e = rc ? NULL : find_plugin(app.plugins, name);
    if (rc || !e) {
        rc = rc ? rc : unknown_command(&app, name, &err);
        code = cmd_fail(&err);
    } else {
        code = plugin_command_run(&app, g, e, argc, argv);
    }
    app_close(&app);
    return code;
}
