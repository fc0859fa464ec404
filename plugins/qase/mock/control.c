/* SPDX-License-Identifier: MIT */
/*
 * control.c - what the mock has beside the vendor's interface: its clock can be put forward, and the webhooks that the vendor would send are kept for
 * whoever tests a receiver: a service sends nothing.
 */
#include "mock.h"

#include <text.h>

int32_t mock_clock_post(struct http *h)
{
    int64_t by = 0;
    json_int(json_get(h->body, "advance_ms"), &by);
    int32_t rc = kit_advance(h->sql, h->err, by);
    return rc ? rc : mock_answer_true(h, 200);
}

int32_t mock_event(struct http *h, const char *name, struct ferry_str payload)
{
    int64_t id = 0;
    int32_t rc = mock_next(h, 0, "webhook", &id);
    return rc ? rc
              : mock_run(h,
                         "INSERT INTO webhook (id, code, event, at_ms, payload)"
                         " VALUES (?, ?, ?, ?, ?)",
                         "issis", id, h->code, ferry_cstr(name), h->now_ms, payload);
}

int32_t mock_requests_list(struct http *h)
{
    h->status = 200;
    return kit_served_list(h->sql, h->err, &h->json);
}

int32_t mock_requests_delete(struct http *h)
{
    int32_t rc = kit_served_forget(h->sql, h->err);
    return rc ? rc : mock_answer_true(h, 200);
}

static int32_t webhook_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct http *h = data;
    struct json_out *j = &h->json;
    struct ferry_str secret = kit_option(h->call, "webhook_secret");
    (void)n;
    json_open(j, '{');
    json_member_int(j, "id", row[0].i);
    json_key(j, "headers");
    json_open(j, '{');
    json_member(j, "content-type", FERRY_LIT("application/json"));
    if (secret.len > 0) {
        json_member(j, "x-qase-secret", secret);
    }
    json_close(j, '}');
    json_key(j, "body");
    json_open(j, '{');
    json_member(j, "event_name", row[2].s);
    json_member_int(j, "timestamp", row[3].i / 1000);
    json_key(j, "payload");
    json_put_raw(j, row[4].s);
    json_member_int(j, "team_member_id", 1);
    json_member(j, "project_code", row[1].s);
    json_close(j, '}');
    json_close(j, '}');
    return FERRY_OK;
}

int32_t mock_webhooks_list(struct http *h)
{
    h->status = 200;
    json_open(&h->json, '[');
    int32_t rc = mock_rows(h, webhook_row, h,
                           "SELECT id, code, event, at_ms, payload FROM webhook ORDER BY id", "");
    json_close(&h->json, ']');
    return rc;
}

/* All of them have been delivered. */
int32_t mock_webhooks_delete(struct http *h)
{
    int32_t rc = mock_run(h, "DELETE FROM webhook", "");
    return rc ? rc : mock_answer_true(h, 200);
}
