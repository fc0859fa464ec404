/* SPDX-License-Identifier: MIT */
/* control.c - what the mock has beside the vendor's interface, and the version of the server. */
#include "mock.h"

static int32_t answer_true(struct http *h)
{
    h->status = 200;
    json_open(&h->json, '{');
    json_key(&h->json, "status");
    json_put_bool(&h->json, 1);
    json_close(&h->json, '}');
    return FERRY_OK;
}

int32_t alm_clock_post(struct http *h)
{
    struct json_doc doc = {NULL};
    int64_t by = 0;
    int32_t rc = FERRY_OK;
    if (!alm_body_json(h, &doc)) { /* from curl, more often than not */
        return FERRY_OK;
    }
    if (!json_int(json_get(doc.root, "advance_ms"), &by) || by < 0 || json_count(doc.root) != 1) {
        alm_refuse(h, 422, "mock.clock", "The body is {\"advance_ms\":N}, N not below 0.");
    } else {
        rc = kit_advance(h->sql, h->err, by);
        answer_true(h);
    }
    json_finish(&doc);
    return rc;
}

int32_t alm_requests_list(struct http *h)
{
    h->status = 200;
    return kit_served_list(h->sql, h->err, &h->json);
}

int32_t alm_requests_delete(struct http *h)
{
    answer_true(h);
    return kit_served_forget(h->sql, h->err);
}

static int32_t put_task(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = data;
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_member_int(j, "bytes", row[1].i);
    json_member_int(j, "posted_ms", row[2].i);
    json_member_int(j, "begins_ms", row[3].i);
    json_member_int(j, "ends_ms", row[4].i);
    json_close(j, '}');
    return FERRY_OK;
}

/* When each came, began and ended, by the mock's clock: how long the queue was, and how soon a client saw an end, follow from it. */
int32_t alm_tasks_list(struct http *h)
{
    h->status = 200;
    json_open(&h->json, '[');
    int32_t rc =
        alm_rows(h, put_task, &h->json,
                 "SELECT id, bytes, posted_ms, begins_ms, ends_ms FROM task ORDER BY id", "");
    json_close(&h->json, ']');
    return rc;
}

int32_t alm_version_get(struct http *h)
{
    h->status = 200;
    json_open(&h->json, '{');
    json_member(&h->json, "version", FERRY_LIT("24.3.0"));
    json_member(&h->json, "display_version", FERRY_LIT("24.3"));
    json_close(&h->json, '}');
    return FERRY_OK;
}
