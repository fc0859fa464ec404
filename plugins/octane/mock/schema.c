/* SPDX-License-Identifier: MIT */
/*
 * schema.c - the tables. Steps never change: a new version appends one. All things are rows of one table, with a body of JSON as it is told; what is
 * looked up most stands beside it once more, for the indexes. The SQL is SQLite's: a mock is never behind another database.
 */
#include "mock.h"

static const char step_1[] = KIT_CONTROL_TABLES
    /* id: the number as text, or "list_node.x.y"; key: what a test is known by; name, suite, test, mark: those of the body */
    "CREATE TABLE entity (num BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
    " key TEXT, name TEXT, suite TEXT, test TEXT, mark TEXT, body TEXT NOT NULL);"
    "CREATE INDEX entity_by_type ON entity (type, num);"
    "CREATE INDEX entity_by_key ON entity (type, key, num) WHERE key IS NOT NULL;"
    "CREATE INDEX entity_by_name ON entity (type, name, num);"
    "CREATE INDEX entity_by_suite ON entity (type, suite, num) WHERE suite IS NOT NULL;"
    "CREATE INDEX entity_by_test ON entity (type, test, num) WHERE test IS NOT NULL;"
    "CREATE INDEX entity_by_mark ON entity (type, mark, num) WHERE mark IS NOT NULL;"
    /* dies_ms: when it ends because another took its place */
    "CREATE TABLE session (token TEXT PRIMARY KEY, user TEXT NOT NULL, born_ms BIGINT NOT NULL,"
    " seen_ms BIGINT NOT NULL, dies_ms BIGINT, used BIGINT NOT NULL);"
    /* hash: of the payload; blob: its bytes as they came; status: '' until its work is done */
    "CREATE TABLE task (id BIGINT PRIMARY KEY, hash TEXT NOT NULL, skip BIGINT NOT NULL,"
    " packed BIGINT NOT NULL, blob TEXT NOT NULL, bytes BIGINT NOT NULL, posted_ms BIGINT NOT NULL,"
    " begins_ms BIGINT NOT NULL, ends_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL,"
    " repeats BIGINT NOT NULL, status TEXT NOT NULL, details TEXT, log TEXT);"
    "CREATE INDEX task_by_hash ON task (hash, id);"
    "CREATE INDEX task_by_end ON task (ends_ms);"
    "CREATE INDEX task_open ON task (status, ends_ms, id) WHERE status = '';";

const char *const alm_schema[] = {step_1, NULL};
