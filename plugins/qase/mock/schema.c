/* SPDX-License-Identifier: MIT */
/* schema.c - the tables. Steps never change: a new version appends one. A project's things are numbered from 1; what belongs to the workspace is project 0's. */
#include "mock.h"

static const char step_1[] =
    "CREATE TABLE counter (project BIGINT NOT NULL, noun TEXT NOT NULL, last BIGINT NOT NULL,"
    " PRIMARY KEY (project, noun));" KIT_CONTROL_TABLES
    "CREATE TABLE project (id BIGINT PRIMARY KEY, code TEXT NOT NULL UNIQUE, title TEXT NOT NULL);"
    "CREATE TABLE field (id BIGINT PRIMARY KEY, title TEXT NOT NULL, entity BIGINT NOT NULL,"
    " type BIGINT NOT NULL, choices TEXT, placeholder TEXT, default_value TEXT,"
    " filterable BIGINT NOT NULL, visible BIGINT NOT NULL, required BIGINT NOT NULL,"
    " everywhere BIGINT NOT NULL, created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);"
    "CREATE TABLE field_project (field_id BIGINT NOT NULL, code TEXT NOT NULL,"
    " PRIMARY KEY (field_id, code));"
    "CREATE TABLE field_value (project BIGINT NOT NULL, entity BIGINT NOT NULL,"
    " thing BIGINT NOT NULL, field_id BIGINT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (project, entity, thing, field_id));"
    "CREATE TABLE suite (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " description TEXT, preconditions TEXT, parent BIGINT, created_ms BIGINT NOT NULL,"
    " PRIMARY KEY (project, id));"
    /* body: JSON of what no query asks for; shown_ms: when lists begin to have it */
    "CREATE TABLE test_case (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " suite BIGINT, milestone BIGINT, signature TEXT, body TEXT NOT NULL,"
    " created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL, shown_ms BIGINT NOT NULL,"
    " PRIMARY KEY (project, id));"
    "CREATE INDEX case_by_signature ON test_case (project, signature, id);"
    "CREATE INDEX case_by_place ON test_case (project, coalesce(suite, 0), title, id);"
    "CREATE TABLE run (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " description TEXT, status BIGINT NOT NULL, status_text TEXT NOT NULL, start_ms BIGINT,"
    " end_ms BIGINT, begins_ms BIGINT NOT NULL, environment BIGINT, milestone BIGINT, plan BIGINT,"
    " body TEXT NOT NULL, PRIMARY KEY (project, id));"
    "CREATE TABLE run_case (project BIGINT NOT NULL, run_id BIGINT NOT NULL,"
    " case_id BIGINT NOT NULL, PRIMARY KEY (project, run_id, case_id));"
    /* files, steps: as they are read back, with the hashes of attachments; body: as it was sent */
    "CREATE TABLE result (project BIGINT NOT NULL, run_id BIGINT NOT NULL, id BIGINT NOT NULL,"
    " hash TEXT NOT NULL UNIQUE, case_id BIGINT NOT NULL, api BIGINT NOT NULL, wire_id TEXT,"
    " status TEXT NOT NULL, comment TEXT, stack TEXT, duration_ms BIGINT, end_ms BIGINT NOT NULL,"
    " files TEXT NOT NULL, steps TEXT NOT NULL, body TEXT NOT NULL, shown_ms BIGINT NOT NULL,"
    " PRIMARY KEY (project, run_id, id));"
    "CREATE INDEX result_by_wire ON result (project, run_id, wire_id, id);"
    /* the same id in the same run, with other content */
    "CREATE TABLE conflict (project BIGINT NOT NULL, run_id BIGINT NOT NULL, wire_id TEXT NOT NULL,"
    " body TEXT NOT NULL);"
    "CREATE TABLE attachment (id BIGINT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,"
    " project BIGINT NOT NULL, digest TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL,"
    " bytes BIGINT NOT NULL);"
    "CREATE TABLE milestone (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " description TEXT, status TEXT NOT NULL, due_ms BIGINT, PRIMARY KEY (project, id));"
    "CREATE TABLE plan (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " description TEXT, cases TEXT NOT NULL, PRIMARY KEY (project, id));"
    "CREATE TABLE environment (project BIGINT NOT NULL, id BIGINT NOT NULL, title TEXT NOT NULL,"
    " slug TEXT NOT NULL, description TEXT, host TEXT, PRIMARY KEY (project, id));"
    "CREATE TABLE configuration_group (project BIGINT NOT NULL, id BIGINT NOT NULL,"
    " title TEXT NOT NULL, PRIMARY KEY (project, id));"
    "CREATE TABLE configuration (project BIGINT NOT NULL, id BIGINT NOT NULL,"
    " group_id BIGINT NOT NULL, title TEXT NOT NULL, PRIMARY KEY (project, id));"
    "CREATE TABLE webhook (id BIGINT PRIMARY KEY, code TEXT NOT NULL, event TEXT NOT NULL,"
    " at_ms BIGINT NOT NULL, payload TEXT NOT NULL);";

/* What lists count and step over, and where a suite stands: found without a look at the rows. */
static const char step_2[] =
    "CREATE INDEX case_shown ON test_case (project, id, shown_ms);"
    "CREATE INDEX result_shown ON result (project, run_id, id, shown_ms);"
    "CREATE INDEX suite_by_place ON suite (project, coalesce(parent, 0), title, id);";

/* A run's statistics, without a look at what was sent. */
static const char step_3[] =
    "CREATE INDEX result_stats ON result (project, run_id, case_id, id, shown_ms, status, duration_ms);";

/* How many cases, results, and results of a run there are, where a list was asked for: see tally.c. latest_ms: when all of them are shown. */
static const char step_4[] =
    "CREATE TABLE tally (project BIGINT NOT NULL, noun TEXT NOT NULL, run_id BIGINT NOT NULL,"
    " n BIGINT NOT NULL, latest_ms BIGINT NOT NULL, PRIMARY KEY (project, noun, run_id));";

const char *const mock_schema[] = {step_1, step_2, step_3, step_4, NULL};
