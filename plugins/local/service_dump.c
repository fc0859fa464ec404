/* SPDX-License-Identifier: MIT */
/*
 * service_dump.c - the whole state as sorted lines, for tests that compare two of them. A line
 * is a JSON array: what it is, its project, its values; times of creation are left out, since
 * they differ between two equal states.
 */
#include "service.h"

int32_t local_service_dump(const struct ferry_service_call *call, const struct ferry_out *out,
                           struct ferry_error *err)
{
    static const struct kit_table tables[] = {
        {"field", 0,
         "SELECT p.code, t.id, t.title, t.entity, t.type, t.required FROM field t "
         "JOIN project p ON p.id = t.project"},
        {"case", 0,
         "SELECT p.code, t.id, t.title, t.signature, t.marker, t.body FROM test_case t "
         "JOIN project p ON p.id = t.project"},
        {"value", 0,
         "SELECT p.code, t.case_id, t.field_id, t.value FROM case_value t "
         "JOIN project p ON p.id = t.project"},
        {"run", 0,
         "SELECT p.code, t.id, t.title, t.description, t.marker, t.state, t.start_ms, "
         "t.end_ms, t.body FROM run t JOIN project p ON p.id = t.project"},
        {"result", 0,
         "SELECT p.code, t.run_id, t.id, t.client_id, t.case_id, t.body FROM result t "
         "JOIN project p ON p.id = t.project"},
        {"count", 0,
         "SELECT p.code, t.run_id, t.status, t.n FROM result_count t "
         "JOIN project p ON p.id = t.project"},
        {"attachment", 0,
         "SELECT p.code, t.digest, t.bytes, t.name, t.mime FROM attachment t "
         "JOIN project p ON p.id = t.project"},
        {NULL, 0, NULL},
    };
    return kit_dump(call, tables, NULL, NULL, out, err);
}
