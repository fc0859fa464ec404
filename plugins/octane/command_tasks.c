/* SPDX-License-Identifier: MIT */
/*
 * command_tasks.c - `ferry octane tasks` and `ferry octane retry`: the slices in which results were sent and what became of each; and a second chance for
 * those that failed, with other bytes, since the server reads none twice. Both are the host's memory; nothing is asked of Octane by the first.
 */
#include "commands.h"

#include <calendar.h>
#include <ferry/tasks.h>
#include <text.h>

/* Tokens are the task's id and what is asked of it next: a person means the id. */
static struct ferry_str task_id(struct ferry_str token)
{
    struct ferry_str id = token;
    str_split(&token, ' ', &id);
    return id;
}

static const struct ferry_tasks *service(struct shell *s)
{
    const struct ferry_host *host = s->call->host;
    const struct ferry_tasks *tasks = host ? host->query(host->self, FERRY_HOST_TASKS_1) : NULL;
    if (!tasks) {
        ferry_fail(s->err, FERRY_E_UNSUPPORTED, NULL, "this ferry does not tell of its tasks");
    }
    return tasks;
}

/* --- tasks ---------------------------------------------------------------------------------------------- */

static void show_json(struct shell *s, const struct ferry_task *t)
{
    struct json_out *j = &s->json;
    char time[TIME_TEXT];
    json_open(j, '{');
    json_member_int(j, "request", t->request);
    json_member(j, "task_id", t->token.len ? task_id(t->token) : (struct ferry_str){NULL, 0});
    json_member(j, "status", ferry_cstr(ferry_task_state_text(t->state)));
    json_member(j, "run_key", t->run_key);
    json_member(j, "run_title", t->run_title);
    json_member(j, "project", t->project);
    json_member_int(j, "slice", t->slice);
    json_member_int(j, "items", t->items);
    json_member_int(j, "done", t->done);
    json_member_int(j, "rejected", t->rejected);
    json_member_int(j, "retried", t->retried);
    json_member_int(j, "attempts", t->attempts);
    time_text(t->created_ms, time);
    json_member(j, "created", ferry_cstr(time));
    time_text(t->ended_ms, time);
    json_member(j, "ended", t->ended_ms ? ferry_cstr(time) : (struct ferry_str){NULL, 0});
    json_member(j, "error", t->text.len ? t->text : (struct ferry_str){NULL, 0});
    json_close(j, '}');
}

static int32_t on_task(void *data, const struct ferry_task *given)
{
    struct shell *s = data;
    struct ferry_task t = {0};
    memcpy(&t, given, given->size < sizeof t ? given->size : sizeof t);
    if (s->as_json) {
        show_json(s, &t);
        return shell_flush(s, 0);
    }
    struct ferry_str id = t.token.len ? task_id(t.token) : FERRY_LIT("-");
    buf_printf(&s->out, "%-10.*s %-8s slice %-4u %6u of %u", STR_ARG(id),
               ferry_task_state_text(t.state), t.slice, t.done, t.items);
    if (t.rejected) {
        buf_printf(&s->out, ", %u refused", t.rejected);
    }
    buf_puts(&s->out, "  ");
    text_show(&s->out, t.run_title, 80);
    if (t.text.len) {
        buf_puts(&s->out, ": ");
        text_show(&s->out, t.text, 200);
    }
    buf_putc(&s->out, '\n');
    return shell_flush(s, 0);
}

static int32_t list(struct shell *s)
{
    const struct ferry_tasks *tasks = service(s);
    if (!tasks) {
        return s->err->status;
    }
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member_int(&s->json, "schema_version", 1);
        json_key(&s->json, "tasks");
        json_open(&s->json, '[');
    }
    int32_t rc = tasks->each(tasks->self, on_task, s, s->err);
    if (s->as_json) {
        json_close(&s->json, ']');
        json_close(&s->json, '}');
        buf_putc(&s->out, '\n');
    }
    return rc;
}

static int32_t run_tasks(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    shell_open(&s, call, err);
    return shell_end(&s, list(&s));
}

/* --- retry ---------------------------------------------------------------------------------------------- */

struct wanted {
    struct shell *s;
    struct ferry_str *tokens; /* of the tasks that were named */
    uint32_t n;
};

/* The host knows tasks by their tokens, or by the request's number. */
static int32_t on_named(void *data, const struct ferry_task *t)
{
    struct wanted *w = data;
    for (uint32_t i = 0; i < w->s->call->n_args; i++) {
        if (t->token.len && ferry_eq(task_id(t->token), w->s->call->args[i])) {
            w->tokens[i] = arena_str(&w->s->arena, t->token);
            w->n++;
        }
    }
    return w->s->arena.failed;
}

static int32_t again(struct shell *s)
{
    const struct ferry_tasks *tasks = service(s);
    struct wanted w = {.s = s};
    uint64_t n = 0;
    if (!tasks) {
        return s->err->status;
    }
    w.tokens = arena_array(&s->arena, struct ferry_str, s->call->n_args + 1);
    int32_t rc = w.tokens ? tasks->each(tasks->self, on_named, &w, s->err) : s->arena.failed;
    for (uint32_t i = 0; i < s->call->n_args && rc == FERRY_OK; i++) {
        if (!w.tokens[i].ptr) {
            w.tokens[i] = s->call->args[i];
        }
    }
    rc = rc ? rc
            : tasks->retry(tasks->self, w.tokens, s->call->n_args,
                           s->as_json ? FERRY_RETRY_JSON : 0, &n, s->err);
    if (rc == FERRY_OK && n == 0 && !s->as_json) {
        shell_warn(s, "nothing was refused, so nothing is sent again");
    }
    return rc;
}

static int32_t run_retry(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    shell_open(&s, call, err);
    return shell_end(&s, again(&s));
}

static const struct ferry_option *const options[] = {&shell_json_option, NULL};

const struct ferry_command octane_command_tasks = {
    .size = sizeof(struct ferry_command),
    .name = "tasks",
    .summary = "list the payloads that were sent, and what became of each",
    .options = options,
    .run = run_tasks,
};

const struct ferry_command octane_command_retry = {
    .size = sizeof(struct ferry_command),
    .max_args = 1000,
    .name = "retry",
    .summary = "send what failed once more, with other bytes",
    .usage = "[TASK ...]",
    .options = options,
    .run = run_retry,
};
