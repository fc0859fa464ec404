/* SPDX-License-Identifier: MIT */
/* results_read.c - what a result says, and what no form can know of it: times outside the run's, cases and attachments that are not there. */
#include "results.h"

#include <math.h>
#include <string.h>
#include <text.h>

enum { AHEAD_MS = 1000 }; /* a client rounds its seconds */

struct ferry_str in_path(struct http *h, const struct incoming *r, const char *name)
{
    return arena_printf(&h->arena, "%s%s", r->prefix, name);
}

/* --- status -------------------------------------------------------------------------------------------------- */

void mock_status_check(struct http *h, struct ferry_str status, struct ferry_str field)
{
    static const char *const known[] = {"passed", "failed", "blocked", "skipped", "invalid"};
    struct ferry_str rest = kit_option(h->call, "custom_statuses"), own;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_is(status, known[i])) {
            return;
        }
    }
    while (rest.len > 0 && str_split(&rest, '\n', &own)) {
        if (ferry_eq(status, own)) {
            return;
        }
    }
    mock_fault(h, field, "The status is \"%.*s\", which is none of the workspace's.",
               STR_ARG(utf8_cut(status, 60)));
}

/* --- times ---------------------------------------------------------------------------------------------------- */

/* A time has to be the run's, and not of tomorrow. */
static void check_time(struct http *h, const struct target_run *run, const struct incoming *r,
                       const char *name, int64_t ms)
{
    int64_t last = run->status != 0 && run->end_ms >= 0 ? run->end_ms : h->now_ms;
    if (ms >= 0 && ms < run->begins_ms) {
        mock_fault(h, in_path(h, r, name), "The %s must be at least %lld.", name,
                   (long long)(run->begins_ms / 1000));
    } else if (ms > last + AHEAD_MS) {
        mock_fault(h, in_path(h, r, name), "The %s must be at most %lld.", name,
                   (long long)(last / 1000));
    }
}

/* Seconds with a fraction, as milliseconds; -1 where there are none. */
static int64_t real_ms(const struct cJSON *v)
{
    double seconds = 0;
    return json_real(v, &seconds) ? (int64_t)llround(seconds * 1000) : -1;
}

static int64_t int_or(const struct cJSON *v, int64_t scale, int64_t fallback)
{
    int64_t n = 0;
    return json_int(v, &n) ? n * scale : fallback;
}

/* What is left out of start, end and duration follows from the others, as far as it does. */
static void complete_times(const struct http *h, struct incoming *r)
{
    if (r->end_ms < 0) {
        r->end_ms =
            r->start_ms >= 0 ? r->start_ms + (r->duration_ms > 0 ? r->duration_ms : 0) : h->now_ms;
    }
    if (r->duration_ms < 0 && r->start_ms >= 0) {
        r->duration_ms = r->end_ms - r->start_ms;
    }
}

/* --- what is named ----------------------------------------------------------------------------------------------- */

int32_t mock_step_files_check(struct http *h, const struct cJSON *steps, const char *prefix)
{
    int32_t rc = FERRY_OK;
    uint32_t i = 0;
    json_each (step, steps) {
        struct ferry_str at = arena_printf(&h->arena, "%ssteps.%u.", prefix, i++);
        struct ferry_str own = arena_printf(&h->arena, "%.*sattachments", STR_ARG(at));
        struct ferry_str data = arena_printf(&h->arena, "%.*sdata.attachments", STR_ARG(at));
        struct ferry_str run = arena_printf(&h->arena, "%.*sexecution.attachments", STR_ARG(at));
        if (rc || !run.ptr || !data.ptr || !own.ptr) {
            break;
        }
        rc = mock_files_check(h, json_get(step, "attachments"), own.ptr);
        rc = rc ? rc
                : mock_files_check(h, json_get(json_get(step, "data"), "attachments"), data.ptr);
        rc =
            rc ? rc
               : mock_files_check(h, json_get(json_get(step, "execution"), "attachments"), run.ptr);
        rc = rc ? rc : mock_step_files_check(h, json_get(step, "steps"), at.ptr);
    }
    return rc;
}

/* Attachments of the result and of its steps, and groups of parameters that are there. */
static int32_t check_named(struct http *h, const struct incoming *r, const char *params)
{
    const struct cJSON *given = json_get(r->v, params);
    struct ferry_str files = in_path(h, r, "attachments");
    int32_t rc =
        files.ptr ? mock_files_check(h, json_get(r->v, "attachments"), files.ptr) : FERRY_OK;
    json_each (group, json_get(r->v, "param_groups")) {
        json_each (name, group) {
            if (json_str(name).ptr && !json_get(given, json_str(name).ptr)) {
                mock_fault(h, in_path(h, r, "param_groups"),
                           "The param_groups name \"%.*s\", which is not in %s.",
                           STR_ARG(utf8_cut(json_str(name), 100)), params);
            }
        }
    }
    return rc ? rc : mock_step_files_check(h, json_get(r->v, "steps"), r->prefix);
}

static int creates(const struct http *h)
{
    return !str_is(kit_option(h->call, "auto_create"), "false");
}

/* --- v1 ------------------------------------------------------------------------------------------------------------ */

int32_t mock_result_read_v1(struct http *h, const struct target_run *run, struct incoming *r)
{
    const struct cJSON *v = r->v, *one = json_get(v, "case");
    r->status = json_str(json_get(v, "status"));
    r->comment = json_str(json_get(v, "comment"));
    r->stack = json_str(json_get(v, "stacktrace"));
    r->title = json_str(json_get(one, "title"));
    r->duration_ms = int_or(json_get(v, "time_ms"), 1, int_or(json_get(v, "time"), 1000, -1));
    r->start_ms = int_or(json_get(v, "start_time"), 1000, -1);
    r->end_ms = -1;
    json_int(json_get(v, "case_id"), &r->case_id);
    if (!r->case_id == !one) {
        mock_fault(h, in_path(h, r, "case_id"), "The case_id %s.",
                   one ? "excludes case: give one of them"
                       : "field is required where there is no case");
    } else if (one && !creates(h)) {
        mock_fault(h, in_path(h, r, "case"),
                   "The case_id is required: the project creates no cases from results.");
    }
    mock_status_check(h, r->status, in_path(h, r, "status"));
    check_time(h, run, r, "start_time", r->start_ms);
    complete_times(h, r);
    struct ferry_str field = in_path(h, r, "case_id");
    int32_t rc =
        field.ptr ? mock_there(h, "test_case", json_get(v, "case_id"), field.ptr) : FERRY_OK;
    return rc ? rc : check_named(h, r, "param");
}

/* --- v2 ------------------------------------------------------------------------------------------------------------ */

/* Which cases it is of: named, known by signature, or to be made. */
static int32_t check_cases(struct http *h, struct incoming *r)
{
    const struct cJSON *one = json_get(r->v, "testops_id");
    struct ferry_str field = in_path(h, r, one ? "testops_id" : "testops_ids");
    int64_t id = 0;
    r->cases = json_get(r->v, "testops_ids");
    r->cases = json_is_array(r->cases) ? r->cases : NULL;
    json_int(one, &r->case_id);
    if (r->case_id && r->cases) {
        mock_fault(h, in_path(h, r, "testops_id"), "The testops_id excludes testops_ids.");
        return FERRY_OK;
    }
    if (!field.ptr) {
        return FERRY_OK;
    }
    if (r->case_id) {
        return mock_there(h, "test_case", one, field.ptr);
    }
    if (r->cases) {
        return mock_all_there(h, "test_case", r->cases, field.ptr);
    }
    int32_t rc = creates(h) ? FERRY_OK : mock_case_by_signature(h, r->signature, &id);
    if (rc == FERRY_OK && !creates(h) && !id) {
        mock_fault(h, in_path(h, r, "testops_ids"),
                   "The testops_ids are required: the project creates no cases from results.");
    }
    return rc;
}

int32_t mock_result_read_v2(struct http *h, const struct target_run *run, struct incoming *r)
{
    const struct cJSON *v = r->v, *execution = json_get(v, "execution");
    r->wire_id = json_str(json_get(v, "id"));
    r->title = json_str(json_get(v, "title"));
    r->signature = json_str(json_get(v, "signature"));
    r->comment = json_str(json_get(v, "message"));
    r->stack = json_str(json_get(execution, "stacktrace"));
    r->status = json_str(json_get(execution, "status"));
    r->duration_ms = int_or(json_get(execution, "duration"), 1, -1);
    r->start_ms = real_ms(json_get(execution, "start_time"));
    r->end_ms = real_ms(json_get(execution, "end_time"));
    mock_status_check(h, r->status, in_path(h, r, "execution.status"));
    check_time(h, run, r, "execution.start_time", r->start_ms);
    check_time(h, run, r, "execution.end_time", r->end_ms);
    if (r->start_ms >= 0 && r->end_ms >= 0 && r->end_ms < r->start_ms) {
        mock_fault(h, in_path(h, r, "execution.end_time"),
                   "The execution.end_time is before the execution.start_time.");
    }
    complete_times(h, r);
    int32_t rc = check_cases(h, r);
    return rc ? rc : check_named(h, r, "params");
}
