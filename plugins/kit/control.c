/* SPDX-License-Identifier: MIT */
/* control.c - what mocks have beside their vendor's interface: a clock that can be put forward, counts of what was served, a quota. */
#include "service_kit.h"

int32_t kit_lead(const struct ferry_sql *sql, struct ferry_error *err, int64_t *lead_ms)
{
    return kit_int(sql, err, 0, lead_ms, "SELECT number FROM mock WHERE name = 'lead'", "");
}

int32_t kit_advance(const struct ferry_sql *sql, struct ferry_error *err, int64_t by_ms)
{
    return kit_run(sql, err,
                   "INSERT INTO mock (name, number) VALUES ('lead', ?) ON CONFLICT (name)"
                   " DO UPDATE SET number = mock.number + excluded.number",
                   "i", by_ms);
}

int32_t kit_served_add(const struct ferry_sql *sql, struct ferry_error *err,
                       struct ferry_str method, const char *route, uint32_t status)
{
    return kit_run(sql, err,
                   "INSERT INTO served (method, route, status, n) VALUES (?, ?, ?, 1)"
                   " ON CONFLICT (method, route, status) DO UPDATE SET n = served.n + 1",
                   "ssi", method, ferry_cstr(route), (int64_t)status);
}

static int32_t served_row(void *data, const struct ferry_value *row, uint32_t n)
{
    struct json_out *j = data;
    (void)n;
    json_open(j, '{');
    json_member(j, "method", row[0].s);
    json_member(j, "route", row[1].s);
    json_member_int(j, "status", row[2].i);
    json_member_int(j, "n", row[3].i);
    json_close(j, '}');
    return FERRY_OK;
}

int32_t kit_served_list(const struct ferry_sql *sql, struct ferry_error *err, struct json_out *j)
{
    json_open(j, '[');
    int32_t rc = kit_rows(sql, err, served_row, j,
                          "SELECT method, route, status, n FROM served"
                          " ORDER BY route, method, status",
                          "");
    json_close(j, ']');
    return rc;
}

int32_t kit_served_forget(const struct ferry_sql *sql, struct ferry_error *err)
{
    return kit_run(sql, err, "DELETE FROM served", "");
}

int32_t kit_quota_take(const struct ferry_sql *sql, struct ferry_error *err, int64_t now_ms,
                       struct kit_quota *q)
{
    int64_t begun = 0, used = 0;
    if (q->limit <= 0) {
        return FERRY_OK;
    }
    int32_t rc = kit_int(sql, err, 0, &begun, "SELECT number FROM mock WHERE name = 'window'", "");
    rc = rc ? rc : kit_int(sql, err, 0, &used, "SELECT number FROM mock WHERE name = 'used'", "");
    if (now_ms - begun >= q->window_ms) {
        begun = now_ms;
        used = 0;
    }
    q->left = q->limit > used ? q->limit - used - 1 : 0;
    q->reset_s = (begun + q->window_ms + 999) / 1000;
    if (used >= q->limit) {
        q->retry_after_s = (begun + q->window_ms - now_ms + 999) / 1000;
        return rc;
    }
    return rc ? rc
              : kit_run(sql, err,
                        "INSERT INTO mock (name, number) VALUES ('window', ?), ('used', ?) "
                        "ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                        "ii", begun, used + 1);
}
