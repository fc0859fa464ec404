/* SPDX-License-Identifier: MIT */
/* command_suite.c - `ferry octane suite`: test suites, got, and made where they are missing. */
#include "commands.h"

#include <text.h>

static int32_t dispatch(struct shell *s)
{
    struct ferry_str verb = shell_arg(s, 0), module;
    struct thing *t = NULL;
    int made = 0, create = str_is(verb, "create");
    if (!create && !str_is(verb, "get")) {
        return ferry_fail(s->err, FERRY_E_CONFIG, NULL,
                          "say `suite get NAME` or `suite create NAME`");
    }
    int32_t rc = shell_resolve(s, A_MODULE, "module", &module);
    if (rc == FERRY_OK && create) {
        rc = shell_make(s, A_SUITE, shell_arg(s, 1), module, &t, &made);
    } else if (rc == FERRY_OK) {
        rc = shell_get(s, A_SUITE, shell_arg(s, 1), module, &t);
    }
    return rc ? rc : shell_show(s, t, "module", made);
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

static const struct ferry_option module_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_STR,
    .name = "module",
    .value = "NAME|ID",
    .help = "the application module that it lies in",
};
static const struct ferry_option *const options[] = {
    &shell_json_option, &module_option, &shell_space_option, &shell_workspace_option, NULL};

const struct ferry_command octane_command_suite = {
    .size = sizeof(struct ferry_command),
    .min_args = 2,
    .max_args = 2,
    .name = "suite",
    .summary = "get a test suite by name, or make it",
    .usage = "get NAME | create NAME",
    .options = options,
    .run = run,
};
