/* SPDX-License-Identifier: MIT */
/* command_runs.c - `ferry octane runs`: the automated runs of a suite run, all of them or those past the first ones. */
#include "commands.h"

#include <text.h>

static void show_run(struct shell *s, const struct thing *t)
{
    char status[40];
    if (!s->as_json) {
        buf_printf(&s->out, "%.*s  %-13s ", STR_ARG(t->id),
                   text_show_to(status, sizeof status, t->status));
        text_show(&s->out, t->test_name.len ? t->test_name : t->name, 0);
        buf_putc(&s->out, '\n');
        return;
    }
    json_open(&s->json, '{');
    json_member(&s->json, "id", t->id);
    json_member(&s->json, "name", t->name);
    json_member(&s->json, "status", t->status.len ? t->status : (struct ferry_str){NULL, 0});
    json_key(&s->json, "test");
    json_open(&s->json, '{');
    json_member(&s->json, "id", t->test);
    json_member(&s->json, "name", t->test_name);
    json_close(&s->json, '}');
    json_close(&s->json, '}');
}

static int32_t show(struct shell *s, const struct thing *suite_run, const struct things *runs,
                    int64_t total, int64_t skip)
{
    int32_t rc = FERRY_OK;
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member_int(&s->json, "schema_version", 1);
        json_key(&s->json, "suite_run");
        json_open(&s->json, '{');
        json_member(&s->json, "id", suite_run->id);
        json_member(&s->json, "name", suite_run->name);
        json_close(&s->json, '}');
        json_member_int(&s->json, "total", total);
        json_member_int(&s->json, "skipped", skip < total ? skip : total);
        json_key(&s->json, "runs");
        json_open(&s->json, '[');
    }
    for (const struct thing *t = runs->first; t && rc == FERRY_OK; t = t->next) {
        show_run(s, t);
        rc = shell_flush(s, 0);
    }
    if (s->as_json) {
        json_close(&s->json, ']');
        json_close(&s->json, '}');
        buf_putc(&s->out, '\n');
    }
    return rc;
}

static int32_t dispatch(struct shell *s)
{
    struct thing *suite_run = NULL;
    struct things runs;
    int64_t skip = 0, total = 0;
    char query[80];
    str_int64(shell_option(s, "skip"), &skip);
    if (!str_is(shell_arg(s, 0), "list") || skip < 0) {
        return ferry_fail(s->err, FERRY_E_CONFIG, NULL, "%s",
                          skip < 0 ? "--skip is a number from 0 on" : "say `runs list SUITE-RUN`");
    }
    int32_t rc = shell_suite_run(s, shell_arg(s, 1), &suite_run);
    if (rc) {
        return rc;
    }
    snprintf(query, sizeof query, "parent_suite EQ {id EQ %.*s}", STR_ARG(suite_run->id));
    const struct octane_list l = {.collection = "automated_runs",
                                  .query = ferry_cstr(query),
                                  .fields = "id,name,native_status,test{id,name}",
                                  .order = "id",
                                  .offset = skip};
    things_init(&runs);
    rc = things_list(s, &runs, &l, &total);
    return rc ? rc : show(s, suite_run, &runs, total, skip);
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

static const struct ferry_option skip_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_INT,
    .name = "skip",
    .value = "N",
    .def = "0",
    .help = "leave out the first N, which are known",
};
static const struct ferry_option *const options[] = {&shell_json_option,      &skip_option,
                                                     &shell_space_option,     &shell_suite_option,
                                                     &shell_workspace_option, NULL};

const struct ferry_command octane_command_runs = {
    .size = sizeof(struct ferry_command),
    .min_args = 2,
    .max_args = 2,
    .name = "runs",
    .summary = "list the automated runs of a suite run, named or by id",
    .usage = "list SUITE-RUN",
    .options = options,
    .run = run,
};
