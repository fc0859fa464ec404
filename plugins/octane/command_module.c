/* SPDX-License-Identifier: MIT */
/* command_module.c - `ferry octane module`: application modules, got, made where they are missing, and their root. */
#include "commands.h"

#include <text.h>

static int32_t show_root(struct shell *s)
{
    struct thing *t = NULL;
    int made = 0;
    int32_t rc = shell_root(s, &t);
    if (rc == FERRY_OK && shell_arg(s, 1).ptr) {
        rc = shell_make(s, A_MODULE, shell_arg(s, 1), t->id, &t, &made);
    }
    return rc ? rc : shell_show(s, t, "parent", made);
}

static int32_t create(struct shell *s, struct ferry_str parent)
{
    struct thing *t = NULL;
    int made = 0;
    int32_t rc = FERRY_OK;
    if (str_empty(parent)) {
        rc = shell_root(s, &t);
        parent = rc ? parent : t->id;
    }
    rc = rc ? rc : shell_make(s, A_MODULE, shell_arg(s, 1), parent, &t, &made);
    return rc ? rc : shell_show(s, t, "parent", made);
}

static int32_t dispatch(struct shell *s)
{
    struct ferry_str verb = shell_arg(s, 0), parent;
    struct thing *t = NULL;
    int named = shell_arg(s, 1).ptr != NULL;
    if (str_is(verb, "root")) {
        return show_root(s);
    }
    if (!named || (!str_is(verb, "get") && !str_is(verb, "create"))) {
        return ferry_fail(s->err, FERRY_E_CONFIG, NULL,
                          "say `module get NAME`, `module create NAME` or `module root [NAME]`");
    }
    int32_t rc = shell_resolve(s, A_MODULE, "parent", &parent);
    if (rc || str_is(verb, "create")) {
        return rc ? rc : create(s, parent);
    }
    rc = shell_get(s, A_MODULE, shell_arg(s, 1), parent, &t);
    return rc ? rc : shell_show(s, t, "parent", 0);
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

static const struct ferry_option parent_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_STR,
    .name = "parent",
    .value = "NAME|ID",
    .help = "the module that it lies in; `create` takes the root where this is not given",
};
static const struct ferry_option *const options[] = {
    &shell_json_option, &parent_option, &shell_space_option, &shell_workspace_option, NULL};

const struct ferry_command octane_command_module = {
    .size = sizeof(struct ferry_command),
    .min_args = 1,
    .max_args = 2,
    .name = "module",
    .summary = "get an application module by name, or make it; the root of all modules",
    .usage = "get NAME | create NAME | root [NAME]",
    .options = options,
    .run = run,
};
