/* SPDX-License-Identifier: MIT */
/* service.c - the table of routes, and one request from target to answer. State lives in SQL and in the blob service alone; the host holds the transaction. */
#include "mock.h"

#include <string.h>
#include <text.h>

enum { MOST_ANSWER = 256 << 20, MOST_BODY = 16 << 20, MOST_MEMORY = 512 << 20, PREFIX = 5 };

/* '@': a collection; '#': a number; '*': an id. The first that fits by path and method. */
struct route {
    const char *method, *path;
    handler_fn *handler;
};
static const struct route outside[] = {
    {"POST", "authentication/sign_in", alm_sign_in},
    {"POST", "authentication/sign_out", alm_sign_out},
    {"GET", "admin/server/version", alm_version_get},
    {"POST", "_mock/clock", alm_clock_post},
    {"GET", "_mock/requests", alm_requests_list},
    {"DELETE", "_mock/requests", alm_requests_delete},
    {"GET", "_mock/tasks", alm_tasks_list},
    {NULL, NULL, NULL},
};
/* Behind /api/shared_spaces/S/workspaces/W. */
static const struct route inside[] = {
    {"POST", "test-results", alm_results_post},
    {"GET", "test-results/xsd", alm_results_xsd},
    {"GET", "test-results/#", alm_results_get},
    {"GET", "test-results/#/log", alm_results_log},
    {"GET", "metadata/fields", alm_metadata_fields},
    {"GET", "metadata/entities", alm_metadata_entities},
    {"GET", "@", alm_entities_list},
    {"POST", "@", alm_entities_post},
    {"PUT", "@", alm_entities_put},
    {"DELETE", "@", alm_entities_delete},
    {"GET", "@/*", alm_entity_get},
    {"PUT", "@/*", alm_entity_put},
    {"DELETE", "@/*", alm_entity_delete},
    {NULL, NULL, NULL},
};

/* The route, or NULL: refused. What the first path that fits takes decides, lest an id be read out of "test-results". */
static const struct route *find_route(struct http *h, const struct route *routes)
{
    struct kit_found found;
    const char *path = NULL;
    struct buf allow;
    buf_init(&allow, 256);
    for (const struct route *r = routes; r->path; r++) {
        if ((path && strcmp(path, r->path) != 0) || !kit_path_fits(&h->target, r->path, &found)) {
            continue;
        }
        path = r->path;
        h->id = found.id;
        h->noun = found.code;
        h->thing = found.text;
        if (str_is(h->request->method, r->method)) {
            buf_finish(&allow);
            return r;
        }
        buf_printf(&allow, "%s%s", allow.len ? ", " : "", r->method);
    }
    if (path) {
        h->allow = arena_str(&h->arena, buf_str(&allow));
        alm_refuse(h, 405, "platform.method_not_allowed", "This path takes %s.", buf_cstr(&allow));
    }
    buf_finish(&allow);
    return NULL;
}

/* --- the way to a workspace --------------------------------------------------------------------------------- */

static int parse_target(struct http *h)
{
    switch (kit_target_parse(&h->target, h->request->target, &h->arena)) {
    case KIT_TARGET_DEEP:
        alm_html(h, 404, "Not Found");
        return 0;
    case KIT_TARGET_BAD_PATH:
    case KIT_TARGET_BAD_QUERY:
        alm_html(h, 400, "Bad Request");
        return 0;
    case KIT_TARGET_OK:
        break;
    }
    return 1;
}

static int is_here(const struct http *h, uint32_t at, const char *word, const char *option,
                   int64_t fallback)
{
    int64_t id = 0;
    return str_is(h->target.path[at], word) && str_int64(h->target.path[at + 1], &id) &&
           id == kit_option_int(h->call, option, fallback);
}

/* What is behind the prefix becomes the path. */
static int enter_workspace(struct http *h)
{
    struct kit_target *t = &h->target;
    if (t->n_path <= PREFIX || !is_here(h, 1, "shared_spaces", "space", 1001) ||
        !is_here(h, 3, "workspaces", "workspace", 1002)) {
        alm_refuse(h, 404, "platform.entity_not_found",
                   "There is no such workspace: /api/shared_spaces/%lld/workspaces/%lld is here.",
                   (long long)kit_option_int(h->call, "space", 1001),
                   (long long)kit_option_int(h->call, "workspace", 1002));
        return 0;
    }
    t->n_path -= PREFIX;
    memmove(t->path, t->path + PREFIX, t->n_path * sizeof *t->path);
    return 1;
}

static int32_t take_of_quota(struct http *h)
{
    h->quota.limit = kit_option_int(h->call, "rate_limit", 0);
    h->quota.window_ms = kit_option_int(h->call, "rate_window", 1000);
    int32_t rc = kit_quota_take(h->sql, h->err, h->now_ms, &h->quota);
    if (h->quota.retry_after_s > 0) {
        h->retry_after_s = h->quota.retry_after_s;
        alm_refuse(h, 429, "platform.request_limit", "Up to %lld requests in %lld ms.",
                   (long long)h->quota.limit, (long long)h->quota.window_ms);
    }
    return rc;
}

/* What stands before the server answers in its place, and the server sees nothing. */
static int32_t be_away(struct http *h)
{
    int64_t every = kit_option_int(h->call, "html_every", 0), n = 0;
    if (every <= 0) {
        return FERRY_OK;
    }
    int32_t rc = alm_int(h, 0, &n,
                         "INSERT INTO mock (name, number) VALUES ('asked', 1) ON CONFLICT (name)"
                         " DO UPDATE SET number = mock.number + 1 RETURNING number",
                         "");
    return rc || n % every ? rc : alm_html(h, 503, "Service Temporarily Unavailable");
}

/* --- one request ---------------------------------------------------------------------------------------------- */

static int32_t answer_outside(struct http *h)
{
    const struct route *route = find_route(h, outside);
    h->route = route && !str_starts(ferry_cstr(route->path), "_mock/") ? route->path : "";
    if (!route && !h->status) {
        return alm_html(h, 404, "Not Found");
    }
    return route ? route->handler(h) : FERRY_OK;
}

static int32_t answer_inside(struct http *h)
{
    int is_in = 0;
    h->route = "api";
    int32_t rc = be_away(h);
    rc = rc || h->status ? rc : take_of_quota(h);
    rc = rc || h->status ? rc : alm_session_check(h, &is_in);
    if (rc || !is_in || !enter_workspace(h)) {
        return rc;
    }
    const struct route *route = find_route(h, inside);
    if (!route) {
        return h->status ? rc
                         : alm_refuse(h, 404, "platform.unknown_entity",
                                      "There is nothing at this path.");
    }
    h->route =
        str_starts(ferry_cstr(route->path), "@")
            ? arena_printf(&h->arena, "%.*s%s", STR_ARG(utf8_cut(h->noun, 60)), route->path + 1).ptr
            : route->path;
    h->route = h->route ? h->route : "";
    return route->handler(h);
}

/* Whoever sees nothing but tasks does the work of those that it looks at (test_results.c). */
static int is_of_tasks(const struct http *h)
{
    return h->target.n_path > PREFIX && str_is(h->target.path[PREFIX], "test-results");
}

static int32_t answer(struct http *h)
{
    int64_t lead = 0;
    int32_t rc = kit_lead(h->sql, h->err, &lead);
    h->now_ms = h->call->now_ms + lead;
    if (rc || !parse_target(h)) {
        return rc;
    }
    rc = is_of_tasks(h) ? FERRY_OK : alm_tasks_settle(h);
    if (rc) {
        return rc;
    }
    return h->target.n_path > 0 && str_is(h->target.path[0], "api") ? answer_inside(h)
                                                                    : answer_outside(h);
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
    buf_init(&h.body, MOST_BODY);
    h.json = json_to(&h.text);
    int32_t rc = answer(&h);
    rc = rc ? rc : alm_next_keep(&h);
    if (rc == FERRY_OK && *h.route) { /* what is the mock's own does not count */
        rc = kit_served_add(h.sql, h.err, request->method, h.route, h.status);
    }
    if (rc == FERRY_OK && (h.arena.failed || h.text.failed)) {
        rc = ferry_fail(err, h.arena.failed ? h.arena.failed : h.text.failed, NULL,
                        "the request or its answer does not fit into memory");
    }
    if (rc == FERRY_OK) {
        alm_write(&h, out);
    }
    buf_finish(&h.body);
    buf_finish(&h.text);
    arena_finish(&h.arena);
    return rc;
}

const struct ferry_service alm_service = {
    .schema = alm_schema,
    .seed = alm_seed,
    .handle = handle,
    .dump = alm_dump,
};
