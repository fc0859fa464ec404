/* SPDX-License-Identifier: MIT */
/*
 * service_result_lists.c - results going out: of one run, or of a project by case. With
 * fields=id only the numbers and the clients' ids leave, many to a page: what an audit of
 * 100,000 results needs and no more.
 */
#include "service.h"

#include <text.h>

static int32_t id_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "client_id", row[1].s);
    json_close(j, '}');
    return FERRY_OK;
}

static int32_t result_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = &((struct http *)data)->json;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member(j, "client_id", row[1].s);
    json_member_int(j, "run_id", row[2].i);
    json_member_int(j, "case_id", row[3].i);
    json_member_int(j, "created_ms", row[4].i);
    buf_putc(j->buf, ','); /* the stored object has at least a status */
    buf_put(j->buf, str_sub(row[5].s, 1, row[5].s.len - 2));
    json_close(j, '}');
    return FERRY_OK;
}

/* run: 0 for all runs of the project. */
static int32_t list(struct http *h, int64_t run, const char *const *names)
{
    struct ferry_str fields = local_query_get(h, "fields");
    struct page p;
    int32_t rc = FERRY_OK;
    if (!local_query_only(h, names)) {
        return FERRY_OK;
    }
    if (fields.ptr && !str_is(fields, "id")) {
        return local_refuse(h, 400, "bad_query", "\"fields\" may be \"id\" and nothing else");
    }
    local_page_init(
        &p, fields.ptr ? "id, client_id" : "id, client_id, run_id, case_id, created_ms, body",
        run ? "result WHERE project = ? AND run_id = ?" : "result WHERE project = ?",
        run ? "id" : "run_id, id", fields.ptr ? id_row : result_row);
    local_page_arg(&p, ferry_int(h->project));
    if (run) {
        local_page_arg(&p, ferry_int(run));
    }
    p.most = fields.ptr ? LOCAL_PAGE_IDS : LOCAL_PAGE;
    if (!local_page_filter_int(h, &p, "id", "id = ?") ||
        !local_page_filter_int(h, &p, "run", "run_id = ?") ||
        !local_page_filter_int(h, &p, "case", "case_id = ?") ||
        !local_page_filter_int(h, &p, "since_ms", "created_ms >= ?")) {
        buf_finish(&p.where);
        return FERRY_OK;
    }
    local_page_filter_text(h, &p, "client_id", "client_id = ?");
    if (run && p.n_filters == 0) { /* known without counting */
        rc = local_run_total(h, run, &p.total);
    }
    if (rc) {
        buf_finish(&p.where);
        return rc;
    }
    return local_page_answer(h, &p);
}

int32_t local_results_list(struct http *h)
{
    static const char *const names[] = {"limit", "offset",   "fields",    "id", "run",
                                        "case",  "since_ms", "client_id", NULL};
    return list(h, 0, names);
}

int32_t local_run_results_list(struct http *h)
{
    static const char *const names[] = {"limit", "offset",   "after",     "fields", "id",
                                        "case",  "since_ms", "client_id", NULL};
    struct ferry_str state;
    int32_t rc = FERRY_OK;
    if (!local_run_there(h, h->id, &state, &rc)) {
        return rc;
    }
    return list(h, h->id, names);
}
