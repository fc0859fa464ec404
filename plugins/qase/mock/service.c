/* SPDX-License-Identifier: MIT */
/* service.c - the table of routes, and one request from target to answer. State lives in SQL and in the blob service alone; the host holds the transaction. */
#include "mock.h"

#include <string.h>
#include <text.h>

enum { MOST_ANSWER = 256 << 20, MOST_MEMORY = 512 << 20 };

#define NAMES(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define PAGE "limit", "offset"

/*
 * '@': a project's code; '#': a number; '*': any text. All routes that fit by path are looked through for the method. `form`: what the body must be;
 * NULL: nothing is read of it.
 */
static const struct route {
    const char *method, *path;
    handler_fn *handler;
    const struct form *form;
    const char *const *query;
} routes[] = {
    {"GET", "v1/project", mock_projects_list, NULL, NAMES(PAGE)},
    {"POST", "v1/project", mock_project_post, mock_form_project, NULL},
    {"GET", "v1/project/@", mock_project_get, NULL, NULL},
    {"DELETE", "v1/project/@", mock_project_delete, NULL, NULL},
    {"GET", "v1/custom_field", mock_fields_list, NULL, NAMES("entity", "type", PAGE)},
    {"POST", "v1/custom_field", mock_field_post, mock_form_field, NULL},
    {"GET", "v1/custom_field/#", mock_field_get, NULL, NULL},
    {"PATCH", "v1/custom_field/#", mock_field_patch, mock_form_field_update, NULL},
    {"DELETE", "v1/custom_field/#", mock_field_delete, NULL, NULL},
    {"GET", "v2/custom_field", mock_fields_list, NULL, NAMES("entity", "type", PAGE)},
    {"GET", "v2/custom_field/#", mock_field_get, NULL, NULL},
    {"GET", "v1/system_field", mock_system_fields, NULL, NULL},
    {"GET", "v1/case/@", mock_cases_list, NULL,
     NAMES("search", "milestone_id", "suite_id", "severity", "priority", "type", "behavior",
           "automation", "status", "include", PAGE)},
    {"POST", "v1/case/@", mock_case_post, mock_form_case, NULL},
    {"POST", "v1/case/@/bulk", mock_cases_bulk, mock_form_cases, NULL},
    {"GET", "v1/case/@/#", mock_case_get, NULL, NAMES("include")},
    {"PATCH", "v1/case/@/#", mock_case_patch, mock_form_case_update, NULL},
    {"DELETE", "v1/case/@/#", mock_case_delete, NULL, NULL},
    {"GET", "v1/suite/@", mock_suites_list, NULL, NAMES("search", PAGE)},
    {"POST", "v1/suite/@", mock_suite_post, mock_form_suite, NULL},
    {"GET", "v1/suite/@/#", mock_suite_get, NULL, NULL},
    {"PATCH", "v1/suite/@/#", mock_suite_patch, mock_form_suite_update, NULL},
    {"DELETE", "v1/suite/@/#", mock_suite_delete, NULL, NULL},
    {"GET", "v1/run/@", mock_runs_list, NULL,
     NAMES("search", "status", "milestone", "environment", "from_start_time", "to_start_time",
           "include", PAGE)},
    {"POST", "v1/run/@", mock_run_post, mock_form_run, NULL},
    {"GET", "v1/run/@/#", mock_run_get, NULL, NAMES("include")},
    {"PATCH", "v1/run/@/#", mock_run_patch, mock_form_run_update, NULL},
    {"DELETE", "v1/run/@/#", mock_run_delete, NULL, NULL},
    {"POST", "v1/run/@/#/complete", mock_run_complete, NULL, NULL},
    {"GET", "v1/result/@", mock_results_list, NULL,
     NAMES("status", "run", "case_id", "member", "api", "from_end_time", "to_end_time", PAGE)},
    {"GET", "v1/result/@/*", mock_result_get, NULL, NULL},
    {"POST", "v1/result/@/#", mock_result_post, mock_form_result_v1, NULL},
    {"POST", "v1/result/@/#/bulk", mock_results_bulk, mock_form_results_v1, NULL},
    {"PATCH", "v1/result/@/#/*", mock_result_patch, mock_form_result_update, NULL},
    {"DELETE", "v1/result/@/#/*", mock_result_delete, NULL, NULL},
    {"POST", "v2/@/run/#/result", mock_result_post_v2, mock_form_result_v2, NULL},
    {"POST", "v2/@/run/#/results", mock_results_bulk_v2, mock_form_results_v2, NULL},
    {"GET", "v1/attachment", mock_files_list, NULL, NAMES(PAGE)},
    {"POST", "v1/attachment/@", mock_files_post, NULL, NULL},
    {"GET", "v1/attachment/*", mock_file_get, NULL, NULL},
    {"DELETE", "v1/attachment/*", mock_file_delete, NULL, NULL},
    {"GET", "v1/milestone/@", mock_milestones_list, NULL, NAMES("search", PAGE)},
    {"POST", "v1/milestone/@", mock_milestone_post, mock_form_milestone, NULL},
    {"GET", "v1/milestone/@/#", mock_milestone_get, NULL, NULL},
    {"GET", "v1/plan/@", mock_plans_list, NULL, NAMES(PAGE)},
    {"POST", "v1/plan/@", mock_plan_post, mock_form_plan, NULL},
    {"GET", "v1/plan/@/#", mock_plan_get, NULL, NULL},
    {"GET", "v1/environment/@", mock_environments_list, NULL, NAMES("search", "slug", PAGE)},
    {"POST", "v1/environment/@", mock_environment_post, mock_form_environment, NULL},
    {"GET", "v1/environment/@/#", mock_environment_get, NULL, NULL},
    {"GET", "v1/configuration/@", mock_configurations_list, NULL, NULL},
    {"POST", "v1/configuration/@", mock_configuration_post, mock_form_configuration, NULL},
    {"POST", "v1/configuration/@/group", mock_configuration_group_post, mock_form_group, NULL},
    {"GET", "attachment/*/*", mock_file_bytes, NULL, NULL},
    {"GET", "_mock/webhooks", mock_webhooks_list, NULL, NULL},
    {"DELETE", "_mock/webhooks", mock_webhooks_delete, NULL, NULL},
    {"GET", "_mock/requests", mock_requests_list, NULL, NULL},
    {"DELETE", "_mock/requests", mock_requests_delete, NULL, NULL},
    {"POST", "_mock/clock", mock_clock_post, mock_form_clock, NULL},
};
enum { N_ROUTES = sizeof routes / sizeof *routes };

/* --- finding the route --------------------------------------------------------------------------------- */

/* The route, or NULL: refused. */
static const struct route *find_route(struct http *h)
{
    struct buf allow;
    struct kit_found holes;
    const struct route *found = NULL;
    buf_init(&allow, 256);
    for (int i = 0; i < N_ROUTES && !found; i++) {
        if (!kit_path_fits(&h->target, routes[i].path, &holes)) {
            continue;
        }
        h->id = holes.id;
        h->code = holes.code;
        h->hash = holes.text;
        if (str_is(h->request->method, routes[i].method)) {
            found = &routes[i];
        } else {
            buf_printf(&allow, "%s%s", allow.len ? ", " : "", routes[i].method);
        }
    }
    if (!found && allow.len > 0) {
        h->allow = arena_str(&h->arena, buf_str(&allow));
        mock_refuse(h, 405, "Method Not Allowed: this path takes %s.", buf_cstr(&allow));
    } else if (!found) {
        mock_refuse(h, 404, "Not Found");
    }
    buf_finish(&allow);
    return found;
}

/* --- who asks, and how often ------------------------------------------------------------------------------- */

static int allowed_in(struct http *h)
{
    struct ferry_str want = kit_option(h->call, "token"), given = kit_header(h->request, "token");
    if (given.len == 0) {
        mock_refuse(h, 401, "%s", h->version == 2 ? "Unauthenticated." : "API token not provided.");
        return 0;
    }
    if (want.len > 0 && !kit_same_secret(given, want)) {
        mock_refuse(h, 401, "%s", h->version == 2 ? "Unauthenticated." : "API token is invalid.");
        return 0;
    }
    return 1;
}

/* So many requests in a window of time, whoever of the workspace makes them. */
static int32_t take_of_quota(struct http *h)
{
    if (h->version == 0) {
        return FERRY_OK;
    }
    h->quota.limit = kit_option_int(h->call, "rate_limit", 0);
    h->quota.window_ms = kit_option_int(h->call, "rate_window", 60000);
    int32_t rc = kit_quota_take(h->sql, h->err, h->now_ms, &h->quota);
    if (h->quota.retry_after_s > 0) {
        mock_refuse(h, 429, "API rate limit exceeded.");
    }
    return rc;
}

/* --- one request ---------------------------------------------------------------------------------------------- */

static int32_t find_project(struct http *h)
{
    if (!h->code.ptr) {
        return FERRY_OK;
    }
    if (h->code.len < 2 || h->code.len > 10) {
        return mock_refuse(h, 400, "The code of a project has 2 to 10 characters.");
    }
    int32_t rc = mock_int(h, 0, &h->project, "SELECT id FROM project WHERE code = ?", "s", h->code);
    if (rc == FERRY_OK && !h->project) {
        mock_refuse(h, 404, "Project \"%.*s\" is not found.", STR_ARG(h->code));
    }
    return rc;
}

static int32_t find_time(struct http *h)
{
    int64_t lead = 0;
    int32_t rc = kit_lead(h->sql, h->err, &lead);
    h->now_ms = h->call->now_ms + lead;
    return rc;
}

static int32_t answer(struct http *h)
{
    struct json_doc doc = {NULL};
    const struct route *route = NULL;
    int32_t rc = find_time(h);
    if (rc || !mock_target_parse(h)) {
        return rc;
    }
    route = find_route(h);
    h->route = route ? route->path : "";
    if (h->version > 0 && !allowed_in(h)) {
        return FERRY_OK;
    }
    rc = take_of_quota(h);
    if (rc || h->status) {
        return rc;
    }
    rc = find_project(h);
    if (rc || h->status) {
        return rc;
    }
    mock_query_check(h, route->query);
    if (!mock_faulty(h, 400) && (!route->form || mock_body_parse(h, route->form, &doc))) {
        rc = route->handler(h);
    }
    json_finish(&doc);
    return rc;
}

static int32_t handle(const struct ferry_service_call *call, const struct ferry_message *request,
                      const struct ferry_out *out, struct ferry_error *err)
{
    struct http h = {
        .call = call,
        .sql = call->host->query(call->host->self, FERRY_HOST_SQL_1),
        .blobs = call->host->query(call->host->self, FERRY_HOST_BLOB_1),
        .request = request,
        .err = err,
        .route = "",
    };
    if (!h.sql || !h.blobs) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "the host gives no rows or no blobs");
    }
    arena_init(&h.arena, MOST_MEMORY);
    buf_init(&h.text, MOST_ANSWER);
    h.json = json_to(&h.text);
    h.faults.arena = &h.arena;
    int32_t rc = answer(&h);
    rc = rc ? rc : mock_numbers_store(&h);
    rc = rc ? rc : mock_tally_store(&h);
    if (rc == FERRY_OK && h.version > 0) { /* what is the mock's own does not count */
        rc = kit_served_add(h.sql, h.err, request->method, h.route, h.status);
    }
    if (rc == FERRY_OK && (h.arena.failed || h.text.failed)) {
        rc = ferry_fail(err, h.arena.failed ? h.arena.failed : h.text.failed, NULL,
                        "the request or its answer does not fit into memory");
    }
    if (rc == FERRY_OK) {
        mock_write(&h, out);
    }
    buf_finish(&h.text);
    arena_finish(&h.arena);
    return rc;
}

const struct ferry_service mock_service = {
    .schema = mock_schema,
    .handle = handle,
    .dump = mock_dump,
};
