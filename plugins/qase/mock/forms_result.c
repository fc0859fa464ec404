/* SPDX-License-Identifier: MIT */
/* forms_result.c - results as v1 and v2 take them. */
#include "mock.h"

#define LONG_TEXT 4000000
#define ID_MAX    INT64_C(9007199254740991)
#define YEAR_S    INT64_C(31536000)
#define TIME_MAX  INT64_C(4102444800) /* the year 2100: what is later was given in milliseconds */

#define TEXT(NAME, FLAGS, MAX)                                                                     \
    {                                                                                              \
        .name = NAME, .type = FORM_TEXT, .flags = FLAGS, .max = MAX                                \
    }
#define INT(NAME, FLAGS, MIN, MAX)                                                                 \
    {                                                                                              \
        .name = NAME, .type = FORM_INT, .flags = FLAGS, .min = MIN, .max = MAX                     \
    }
#define REAL(NAME, FLAGS, MIN, MAX)                                                                \
    {                                                                                              \
        .name = NAME, .type = FORM_REAL, .flags = FLAGS, .min = MIN, .max = MAX                    \
    }
#define LIST(NAME, FLAGS, MIN, MAX, ELEMENT)                                                       \
    {                                                                                              \
        .name = NAME, .type = FORM_LIST, .flags = FLAGS, .min = MIN, .max = MAX,                   \
        .element = ELEMENT                                                                         \
    }
#define OBJECT(NAME, FLAGS, MEMBERS)                                                               \
    {                                                                                              \
        .name = NAME, .type = FORM_OBJECT, .flags = FLAGS, .members = MEMBERS                      \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

static const struct form hash_element = TEXT(NULL, FORM_FILLED, MOCK_TITLE);
static const struct form name_element = TEXT(NULL, FORM_FILLED, MOCK_TITLE);
static const struct form group_element = LIST(NULL, 0, 1, 0, &name_element);
#define PARAMS(NAME, FLAGS)                                                                        \
    {                                                                                              \
        .name = NAME, .type = FORM_MAP, .flags = (FLAGS) | FORM_FILLED, .max = MOCK_TITLE          \
    }

/* --- v1 ---------------------------------------------------------------------------------------------- */

static const char *const step_statuses_v1[] = {"passed", "failed", "blocked", "in_progress", NULL};
static const struct form step_members_v1[];
static const struct form step_element_v1 = OBJECT(NULL, 0, step_members_v1);
static const struct form step_members_v1[] = {
    INT("position", 0, 0, ID_MAX),
    {.name = "status", .type = FORM_TEXT, .flags = FORM_REQUIRED, .words = step_statuses_v1},
    TEXT("comment", FORM_NULLABLE, LONG_TEXT),
    LIST("attachments", FORM_NULLABLE, 0, 0, &hash_element),
    TEXT("action", 0, LONG_TEXT),
    TEXT("expected_result", FORM_NULLABLE, LONG_TEXT),
    TEXT("data", FORM_NULLABLE, LONG_TEXT),
    LIST("steps", 0, 0, 0, &step_element_v1),
    END,
};
static const struct form case_members[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("suite_title", FORM_NULLABLE, LONG_TEXT),
    TEXT("description", FORM_NULLABLE, LONG_TEXT),
    TEXT("preconditions", FORM_NULLABLE, LONG_TEXT),
    TEXT("postconditions", FORM_NULLABLE, LONG_TEXT),
    TEXT("layer", 0, MOCK_TITLE),
    TEXT("severity", 0, MOCK_TITLE),
    TEXT("priority", 0, MOCK_TITLE),
    END,
};
#define WRITTEN_V1                                                                                 \
    INT("time_ms", FORM_NULLABLE, 0, YEAR_S * 1000),                                               \
        {.name = "defect", .type = FORM_BOOL, .flags = FORM_NULLABLE},                             \
        LIST("attachments", FORM_NULLABLE, 0, 0, &hash_element),                                   \
        TEXT("stacktrace", FORM_NULLABLE, LONG_TEXT), TEXT("comment", FORM_NULLABLE, LONG_TEXT),   \
        LIST("steps", FORM_NULLABLE, 0, 0, &step_element_v1)
const struct form mock_form_result_v1[] = {
    INT("case_id", 0, 1, ID_MAX),
    OBJECT("case", 0, case_members),
    TEXT("status", FORM_REQUIRED, MOCK_TITLE),
    INT("start_time", FORM_NULLABLE, 0, TIME_MAX),
    INT("time", FORM_NULLABLE, 0, YEAR_S),
    WRITTEN_V1,
    PARAMS("param", FORM_NULLABLE),
    LIST("param_groups", FORM_NULLABLE, 0, 0, &group_element),
    INT("author_id", FORM_NULLABLE, 1, ID_MAX),
    END,
};
static const struct form result_element_v1 = OBJECT(NULL, 0, mock_form_result_v1);
const struct form mock_form_results_v1[] = {
    LIST("results", FORM_REQUIRED | FORM_BULKY, 1, MOCK_RESULTS, &result_element_v1),
    END,
};
static const char *const update_statuses[] = {"in_progress", "passed",  "failed",
                                              "blocked",     "skipped", NULL};
const struct form mock_form_result_update[] = {
    {.name = "status", .type = FORM_TEXT, .words = update_statuses},
    WRITTEN_V1,
    END,
};

/* --- v2 ---------------------------------------------------------------------------------------------- */

static const struct form execution_members[] = {
    TEXT("status", FORM_REQUIRED, MOCK_TITLE),
    REAL("start_time", FORM_NULLABLE, 0, TIME_MAX),
    REAL("end_time", FORM_NULLABLE, 0, TIME_MAX),
    INT("duration", FORM_NULLABLE, 0, YEAR_S * 1000),
    TEXT("stacktrace", FORM_NULLABLE, LONG_TEXT),
    TEXT("error_context", FORM_NULLABLE, 0), /* what is too long of it is cut, not refused */
    TEXT("thread", FORM_NULLABLE, MOCK_TITLE),
    END,
};
static const char *const step_statuses_v2[] = {"passed",  "failed",      "blocked",
                                               "skipped", "in_progress", NULL};
static const struct form step_execution_members[] = {
    {.name = "status", .type = FORM_TEXT, .flags = FORM_REQUIRED, .words = step_statuses_v2},
    REAL("start_time", FORM_NULLABLE, 0, TIME_MAX),
    REAL("end_time", FORM_NULLABLE, 0, TIME_MAX),
    INT("duration", FORM_NULLABLE, 0, YEAR_S * 1000),
    TEXT("comment", 0, LONG_TEXT),
    LIST("attachments", 0, 0, 0, &hash_element),
    END,
};
static const struct form step_data_members[] = {
    TEXT("action", FORM_REQUIRED | FORM_FILLED, LONG_TEXT),
    TEXT("expected_result", 0, LONG_TEXT),
    TEXT("input_data", 0, LONG_TEXT),
    LIST("attachments", 0, 0, 0, &hash_element),
    END,
};
static const struct form step_members_v2[];
static const struct form step_element_v2 = OBJECT(NULL, 0, step_members_v2);
static const struct form step_members_v2[] = {
    OBJECT("data", FORM_REQUIRED, step_data_members),
    OBJECT("execution", FORM_REQUIRED, step_execution_members),
    LIST("steps", 0, 0, 0, &step_element_v2),
    END,
};
static const struct form suite_members[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    INT("public_id", FORM_NULLABLE, 1, ID_MAX),
    END,
};
static const struct form suite_element = OBJECT(NULL, 0, suite_members);
static const struct form suites_members[] = {LIST("data", FORM_REQUIRED, 0, 0, &suite_element),
                                             END};
static const struct form relation_members[] = {OBJECT("suite", FORM_NULLABLE, suites_members), END};
static const char *const steps_types[] = {"classic", "gherkin", NULL};
static const struct form id_element = INT(NULL, 0, 1, ID_MAX);

const struct form mock_form_result_v2[] = {
    {.name = "id", .type = FORM_TEXT, .flags = FORM_FILLED, .max = MOCK_TITLE},
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("signature", 0, LONG_TEXT),
    INT("testops_id", FORM_NULLABLE, 1, ID_MAX),
    LIST("testops_ids", FORM_NULLABLE, 1, MOCK_RESULTS, &id_element),
    OBJECT("execution", FORM_REQUIRED, execution_members),
    {.name = "fields", .type = FORM_MAP, .max = LONG_TEXT},
    LIST("attachments", 0, 0, 0, &hash_element),
    LIST("steps", 0, 0, 0, &step_element_v2),
    {.name = "steps_type", .type = FORM_TEXT, .flags = FORM_NULLABLE, .words = steps_types},
    PARAMS("params", 0),
    LIST("param_groups", FORM_NULLABLE, 0, 0, &group_element),
    OBJECT("relations", FORM_NULLABLE, relation_members),
    TEXT("message", FORM_NULLABLE, LONG_TEXT),
    {.name = "defect", .type = FORM_BOOL},
    END,
};
static const struct form result_element_v2 = OBJECT(NULL, 0, mock_form_result_v2);
const struct form mock_form_results_v2[] = {
    LIST("results", FORM_REQUIRED | FORM_BULKY, 1, MOCK_RESULTS, &result_element_v2),
    END,
};
