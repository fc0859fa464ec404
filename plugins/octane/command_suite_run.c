/* SPDX-License-Identifier: MIT */
/* command_suite_run.c - `ferry octane suite-run`: a suite run by its name. */
#include "commands.h"

#include <text.h>

static int32_t dispatch(struct shell *s)
{
    struct thing *t = NULL;
    if (!str_is(shell_arg(s, 0), "get")) {
        return ferry_fail(s->err, FERRY_E_CONFIG, NULL, "say `suite-run get NAME`");
    }
    int32_t rc = shell_suite_run(s, shell_arg(s, 1), &t);
    return rc ? rc : shell_show(s, t, "suite", 0);
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

const struct ferry_option shell_suite_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_STR,
    .name = "suite",
    .value = "NAME|ID",
    .help = "the test suite of the suite run",
};
static const struct ferry_option *const options[] = {
    &shell_json_option, &shell_space_option, &shell_suite_option, &shell_workspace_option, NULL};

const struct ferry_command octane_command_suite_run = {
    .size = sizeof(struct ferry_command),
    .min_args = 2,
    .max_args = 2,
    .name = "suite-run",
    .summary = "get a suite run by name or id",
    .usage = "get NAME",
    .options = options,
    .run = run,
};
