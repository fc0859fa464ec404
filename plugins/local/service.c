/* SPDX-License-Identifier: MIT */
/*
 * service.c - the local tracker's server: the table of routes, and one request from target to
 * answer. State lives in SQL and in the blob service alone; the host holds the transaction.
 */
#include "service.h"

#include <text.h>

enum { MOST_ANSWER = 64 << 20, MOST_MEMORY = 256 << 20 };

/*
 * '@': any text, the project where it stands first; '#': a number. The first that fits by path;
 * methods are told apart after.
 */
static const struct route {
    const char *method, *path;
    handler_fn *handler;
} routes[] = {
    {"GET", "projects", local_projects_list},
    {"GET", "@", local_project_get},
    {"GET", "@/attachments", local_attachments_list},
    {"GET", "@/attachments/@", local_attachment_get},
    {"PUT", "@/attachments/@", local_attachment_put},
    {"GET", "@/cases", local_cases_list},
    {"POST", "@/cases", local_cases_post},
    {"GET", "@/cases/#", local_case_get},
    {"GET", "@/cases/#/history", local_case_history},
    {"GET", "@/fields", local_fields_list},
    {"POST", "@/fields", local_fields_post},
    {"GET", "@/results", local_results_list},
    {"GET", "@/runs", local_runs_list},
    {"POST", "@/runs", local_runs_post},
    {"GET", "@/runs/#", local_run_get},
    {"POST", "@/runs/#/complete", local_run_complete},
    {"GET", "@/runs/#/results", local_run_results_list},
    {"POST", "@/runs/#/results", local_results_post},
};
enum { N_ROUTES = sizeof routes / sizeof *routes };

/* A project's name is part of paths and of people's command lines. */
static int project_name_ok(struct ferry_str code)
{
    if (code.len == 0 || code.len > LOCAL_PROJECT || str_is(code, ".") || str_is(code, "..") ||
        str_trim(code).len != code.len) {
        return 0;
    }
    for (uint64_t i = 0; i < code.len; i++) {
        unsigned char c = (unsigned char)code.ptr[i];
        if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
            return 0;
        }
    }
    return 1;
}

static int allowed_in(const struct http *h)
{
    struct ferry_str token = kit_option(h->call, "token");
    struct ferry_str given = kit_header(h->request, "authorization");
    if (token.len == 0) {
        return 1;
    }
    return str_starts(given, "Bearer ") && kit_same_secret(str_sub(given, 7, given.len), token);
}

static int32_t find_project(struct http *h)
{
    if (h->target.n_path == 1 && str_is(h->target.path[0], "projects")) {
        return FERRY_OK;
    }
    if (!project_name_ok(h->target.path[0])) {
        return local_refuse(
            h, 400, "bad_project",
            "a project's name has 1 to %d bytes, no control characters, no slash, and no "
            "space at its ends",
            LOCAL_PROJECT);
    }
    return local_sql_int(h, 0, &h->project, "SELECT id FROM project WHERE code = ?", "s",
                         h->target.path[0]);
}

static int32_t route(struct http *h)
{
    struct buf allow;
    struct kit_found found;
    int32_t rc = FERRY_OK;
    buf_init(&allow, 256);
    for (int i = 0; i < N_ROUTES && !h->status; i++) {
        if (!kit_path_fits(&h->target, routes[i].path, &found)) {
            continue;
        }
        h->id = found.id;
        if (str_is(h->request->method, routes[i].method)) {
            rc = find_project(h);
            if (rc == FERRY_OK && !h->status) {
                rc = routes[i].handler(h);
            }
            goto out;
        }
        if (!strstr(buf_cstr(&allow), routes[i].method)) {
            buf_printf(&allow, "%s%s", allow.len ? ", " : "", routes[i].method);
        }
    }
    if (!h->status && allow.len > 0) {
        h->allow = arena_str(&h->arena, buf_str(&allow));
        local_refuse(h, 405, "wrong_method", "%.*s is not for this path; it takes %s",
                     STR_ARG(str_sub(h->request->method, 0, 20)), buf_cstr(&allow));
    } else if (!h->status) {
        local_refuse(h, 404, "no_such_route", "there is nothing at this path");
    }
out:
    buf_finish(&allow);
    return rc;
}

/* --- the answer ------------------------------------------------------------------------- */

static void write_answer(struct http *h, const struct ferry_out *out)
{
    out->status(out->self, h->status);
    if (h->allow.len > 0) {
        kit_put_header(out, "allow", h->allow);
    }
    if (h->status == 401) {
        kit_put_header(out, "www-authenticate", FERRY_LIT("Bearer"));
    }
    kit_put_header(out, "content-type",
                   h->blob.len > 0 ? FERRY_LIT("application/octet-stream")
                                   : FERRY_LIT("application/json"));
    out->body(out->self);
    if (h->blob.len > 0) {
        out->blob(out->self, h->blob, 0, 0);
    } else {
        out->text(out->self, buf_str(&h->body));
        out->text(out->self, FERRY_LIT("\n"));
    }
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
    };
    int32_t rc = FERRY_OK;
    if (!h.sql || !h.blobs) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "the host gives no rows or no blobs");
    }
    arena_init(&h.arena, MOST_MEMORY);
    buf_init(&h.body, MOST_ANSWER);
    h.json = json_to(&h.body);
    if (!allowed_in(&h)) {
        local_refuse(&h, 401, "unauthorized",
                     "this tracker wants a token: authorization: Bearer TOKEN");
    } else {
        rc = local_http_parse(&h);
    }
    if (rc == FERRY_OK && !h.status) {
        rc = route(&h);
    }
    if (rc == FERRY_OK && (h.arena.failed || h.body.failed)) {
        rc = ferry_fail(err, h.arena.failed ? h.arena.failed : h.body.failed, NULL,
                        "the request or its answer does not fit into memory");
    }
    if (rc == FERRY_OK) {
        write_answer(&h, out);
    }
    buf_finish(&h.body);
    arena_finish(&h.arena);
    return rc;
}

const struct ferry_service local_service = {
    .schema = local_service_schema,
    .handle = handle,
    .dump = local_service_dump,
};
