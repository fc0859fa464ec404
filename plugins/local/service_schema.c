/* SPDX-License-Identifier: MIT */
/*
 * service_schema.c - the tables. Steps never change: a new version appends one. The SQL is
 * common to SQLite and PostgreSQL: numbers come from `counter`, and a project's things are
 * numbered from 1.
 */
#include "service.h"

static const char step_1[] =
    "CREATE TABLE counter (project BIGINT NOT NULL, noun TEXT NOT NULL, last BIGINT NOT NULL,"
    " PRIMARY KEY (project, noun));"
    "INSERT INTO counter (project, noun, last) VALUES (0, 'project', 0);"
    "CREATE TABLE project (id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE,"
    " created_ms BIGINT NOT NULL);"
    "CREATE TABLE field (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " entity TEXT NOT NULL, type TEXT NOT NULL, required BIGINT NOT NULL,"
    " PRIMARY KEY (project, id), UNIQUE (project, entity, title));"
    /* `body`: JSON of what no query asks for */
    "CREATE TABLE test_case (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " signature TEXT, marker TEXT, created_ms BIGINT NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (project, id));"
    "CREATE INDEX case_by_signature ON test_case (project, signature, id)"
    " WHERE signature IS NOT NULL;"
    "CREATE INDEX case_by_marker ON test_case (project, marker) WHERE marker IS NOT NULL;"
    "CREATE TABLE case_value (project BIGINT NOT NULL, case_id BIGINT NOT NULL,"
    " field_id BIGINT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (project, case_id, field_id));"
    "CREATE INDEX case_by_value ON case_value (project, field_id, value);"
    "CREATE TABLE run (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " description TEXT NOT NULL, marker TEXT, state TEXT NOT NULL, start_ms BIGINT, end_ms BIGINT,"
    " created_ms BIGINT NOT NULL, completed_ms BIGINT, body TEXT NOT NULL,"
    " PRIMARY KEY (project, id));"
    "CREATE INDEX run_by_marker ON run (project, marker);"
    "CREATE TABLE result (project BIGINT NOT NULL, run_id BIGINT NOT NULL, id BIGINT NOT NULL,"
    " wire_key BIGINT NOT NULL, wire_id TEXT NOT NULL, case_id BIGINT NOT NULL,"
    " status TEXT NOT NULL, start_ms BIGINT,"
    " duration_us BIGINT, created_ms BIGINT NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (project, run_id, id));"
    /* not unique: two ids may share a hash; results are written by one request at a time */
    "CREATE INDEX result_by_wire ON result (project, run_id, wire_key);"
    "CREATE INDEX result_by_case ON result (project, case_id, id);"
    "CREATE TABLE result_count (project BIGINT NOT NULL, run_id BIGINT NOT NULL,"
    " status TEXT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (project, run_id, status));"
    "CREATE TABLE attachment (project BIGINT NOT NULL, digest TEXT NOT NULL, bytes BIGINT NOT NULL,"
    " name TEXT, mime TEXT, created_ms BIGINT NOT NULL, PRIMARY KEY (project, digest));";

/*
 * The ids of clients, in blocks (service_known.c); results of before keep their key. A ferry of before that is still at work knows no
 * blocks: it finds no wire_id, and stops. `entries` are bytes: BYTEA in PostgreSQL.
 */
static const char step_2[] =
    "ALTER TABLE result RENAME COLUMN wire_id TO client_id;"
    "DROP INDEX result_by_wire;"
    "CREATE INDEX result_by_wire ON result (project, run_id, wire_key) WHERE wire_key <> 0;"
    "CREATE TABLE result_block (project BIGINT NOT NULL, run_id BIGINT NOT NULL,"
    " id BIGINT NOT NULL, level BIGINT NOT NULL, entries BLOB NOT NULL,"
    " PRIMARY KEY (project, run_id, id));";

const char *const local_service_schema[] = {step_1, step_2, NULL};
