/* SPDX-License-Identifier: MIT */
/*
 * dump.c - the whole state as sorted lines, for tests that compare two of them. A line says a thing by what it is known by, not by its id: two
 * states that came about in another order are the same. Left out are times of arrival, cookies, and what a workspace has from the beginning. Tasks
 * whose time has come are ended first; that is not stored.
 */
#include "mock.h"

#define NAME(field)                                                                                \
    "(SELECT r.name FROM entity r"                                                                 \
    " WHERE r.id = json_extract(e.body, '$." field ".id'))"
#define NAMES_OF(field)                                                                            \
    "(SELECT group_concat(n, ' | ') FROM (SELECT r.name n FROM"                                    \
    " json_each(e.body, '$." field ".data') j, entity r"                                           \
    " WHERE r.id = json_extract(j.value, '$.id') ORDER BY n))"
#define VALUE(field) "json_extract(e.body, '$." field "')"

static const struct kit_table tables[] = {
    {"module", 0,
     "SELECT " NAME("parent") ", " VALUE(
         "name") " FROM entity e WHERE type = 'product_area'"
                 " AND json_extract(body, '$.parent.id') IS NOT NULL"},
    {"suite", 0,
     "SELECT "
     "e.name"
     ", " NAMES_OF("product_areas") ", " NAMES_OF(
         "covered_content") " FROM entity e WHERE type = 'test_suite'"},
    {"suite run", 0,
     "SELECT " NAME(
         "test") ", "
                 "e.name"
                 ", " NAME("release") ", " NAME("milestone") ", " VALUE("native_status.id") ", " VALUE(
                     "description") " IS NOT NULL FROM entity e WHERE type = 'run_suite'"},
    {"test", 0,
     "SELECT " VALUE("component") ", " VALUE("package") ", " VALUE(
         "class_name") ", "
                       "e.name"
                       ", " VALUE("external_test_id") ", " NAMES_OF("covered_content") ", " NAMES_OF("product_areas") ", " NAMES_OF(
                           "test_type") ", " NAME("test_level") ", " NAME("framework") " FROM entity e WHERE type = 'test_automated'"},
    {"run", 0,
     "SELECT " NAME("parent_suite") ", " VALUE("component") ", " VALUE("package") ", " VALUE("class_name") ", " VALUE(
         "test_name") ", "
                      "e.name"
                      ", " VALUE("native_status.id") ", " VALUE("duration") ", " VALUE("started") ", " VALUE("external_test_id") ", " VALUE("external_run_id") ", " VALUE("external_report_url") ", " VALUE("error_type") ", " VALUE(
                          "error_message") ", " VALUE("error_details") ", " VALUE("description") ", " VALUE("steps_num") ", " NAME("release") ", " NAMES_OF("taxonomies") ", " NAMES_OF("covered_content") " FROM entity e WHERE type = 'run_automated'"},
    {"work item", 0,
     "SELECT type, "
     "e.name"
     ", " VALUE("jira_key_udf") " FROM entity e WHERE type IN ('story', 'defect', 'feature')"},
    {"release", 0,
     "SELECT "
     "e.name"
     " FROM entity e WHERE type = 'release'"},
    {"milestone", 0,
     "SELECT "
     "e.name"
     " FROM entity e WHERE type = 'milestone'"},
    {"program", 0,
     "SELECT "
     "e.name"
     " FROM entity e WHERE type = 'program'"},
    {"task", 0, "SELECT hash, skip, CASE status WHEN '' THEN 'open' ELSE status END FROM task"},
    {NULL, 0, NULL},
};

int32_t alm_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                 struct ferry_error *err)
{
    int64_t lead = 0;
    struct http h = {.call = call, .err = err};
    h.sql = call->host->query(call->host->self, FERRY_HOST_SQL_1);
    h.blobs = call->host->query(call->host->self, FERRY_HOST_BLOB_1);
    if (!h.sql || !h.blobs) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "the host gives no rows or no blobs");
    }
    arena_init(&h.arena, (size_t)1 << 30);
    buf_init(&h.body, 16 << 20);
    int32_t rc = kit_lead(h.sql, err, &lead);
    h.now_ms = call->now_ms + lead;
    rc = rc ? rc : alm_tasks_settle(&h);
    rc = rc ? rc : kit_dump(call, tables, NULL, NULL, out, err);
    buf_finish(&h.body);
    arena_finish(&h.arena);
    return rc;
}
