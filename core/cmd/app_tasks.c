/* SPDX-License-Identifier: MIT */
/* app_tasks.c - ferry.host.tasks/1 for a plugin's command: the journal's tasks of its destination, and their second chance. */
#include "plugin_command.h"

#include "retry.h"

#include <text.h>

/* The session of a command that has no options of ours. */
static int32_t open_session(struct session *s, struct app *app, int json, struct ferry_error *err)
{
    static const struct ferry_option *const none[] = {NULL};
    static const struct args no_args = {.options = none};
    int32_t rc = session_open(s, app, &no_args, err);
    s->json = json;
    return rc;
}

/* Where no project was named, all of the plugin's. */
static int32_t filter_of(struct session *s, const struct app_tasks *t, struct task_filter *filter,
                         struct ferry_error *err)
{
    *filter = (struct task_filter){.plugin = ferry_cstr(t->plugin)};
    return t->target && t->target->project.len
               ? lane_dest(&s->engine, t->target, &filter->dest, err)
               : FERRY_OK;
}

static int32_t each(void *self, ferry_task_fn *fn, void *data, struct ferry_error *err)
{
    const struct app_tasks *t = self;
    struct task_filter filter;
    struct session s = {0};
    int32_t rc = open_session(&s, t->app, 0, err);
    rc = rc ? rc : filter_of(&s, t, &filter, err);
    rc = rc ? rc : tasks_each(&s.engine, &filter, fn, data, err);
    rc = rc ? rc : session_failed(&s, err);
    session_close(&s);
    return rc;
}

static int32_t retry(void *self, const struct ferry_str *tasks, uint32_t n_tasks, uint32_t flags,
                     uint64_t *n, struct ferry_error *err)
{
    struct app_tasks *t = self;
    struct task_filter filter;
    struct session s = {0};
    *n = 0;
    int32_t rc = open_session(&s, t->app, (flags & FERRY_RETRY_JSON) != 0, err);
    rc = rc ? rc : filter_of(&s, t, &filter, err);
    rc = rc ? rc : retry_go(&s, &filter, tasks, n_tasks, n, &t->code, err);
    session_close(&s);
    return rc;
}

struct ferry_tasks app_tasks_service(struct app_tasks *t)
{
    return (struct ferry_tasks){.self = t, .each = each, .retry = retry};
}
