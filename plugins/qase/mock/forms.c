/* SPDX-License-Identifier: MIT */
/*
 * forms.c - the bodies that v1 takes, but for results; as the published interface description has them, and where it says less than is known
 * of the service, as that is known.
 */
#include "mock.h"

#define LONG_TEXT 1000000
#define ID_MAX    INT64_C(9007199254740991)

#define TEXT(NAME, FLAGS, MAX)                                                                     \
    {                                                                                              \
        .name = NAME, .type = FORM_TEXT, .flags = FLAGS, .max = MAX                                \
    }
#define INT(NAME, FLAGS, MIN, MAX)                                                                 \
    {                                                                                              \
        .name = NAME, .type = FORM_INT, .flags = FLAGS, .min = MIN, .max = MAX                     \
    }
#define BOOL(NAME)                                                                                 \
    {                                                                                              \
        .name = NAME, .type = FORM_BOOL                                                            \
    }
#define LIST(NAME, FLAGS, MIN, MAX, ELEMENT)                                                       \
    {                                                                                              \
        .name = NAME, .type = FORM_LIST, .flags = FLAGS, .min = MIN, .max = MAX,                   \
        .element = ELEMENT                                                                         \
    }
#define WORDS(NAME, FLAGS, LIST_)                                                                  \
    {                                                                                              \
        .name = NAME, .type = FORM_TEXT, .flags = FLAGS, .words = LIST_                            \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

static const struct form id_element = INT(NULL, 0, 1, ID_MAX);
static const struct form hash_element = TEXT(NULL, FORM_FILLED, MOCK_TITLE);
static const struct form tag_element = TEXT(NULL, FORM_FILLED, MOCK_TITLE);
static const struct form code_element = TEXT(NULL, FORM_FILLED, 10);

/* --- projects, fields -------------------------------------------------------------------------------- */

static const char *const accesses[] = {"all", "group", "none", NULL};
const struct form mock_form_project[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("code", FORM_REQUIRED, 0),
    TEXT("description", 0, LONG_TEXT),
    WORDS("access", 0, accesses),
    TEXT("group", 0, MOCK_TITLE),
    {.name = "settings", .type = FORM_ANY},
    END,
};

static const struct form choice_members[] = {
    INT("id", 0, 1, ID_MAX),
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    END,
};
static const struct form choice_element = {.type = FORM_OBJECT, .members = choice_members};
#define FIELD_MEMBERS                                                                              \
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),                                        \
        LIST("value", FORM_NULLABLE, 0, 0, &choice_element),                                       \
        TEXT("placeholder", FORM_NULLABLE, MOCK_TITLE),                                            \
        TEXT("default_value", FORM_NULLABLE, MOCK_TITLE), BOOL("is_filterable"),                   \
        BOOL("is_visible"), BOOL("is_required"), BOOL("is_enabled_for_all_projects"),              \
        LIST("projects_codes", 0, 0, 0, &code_element)
const struct form mock_form_field[] = {
    FIELD_MEMBERS,
    INT("entity", FORM_REQUIRED, 0, 2),
    INT("type", FORM_REQUIRED, 0, 9),
    END,
};
const struct form mock_form_field_update[] = {
    FIELD_MEMBERS,
    {.name = "replace_values", .type = FORM_MAP, .flags = FORM_NULLABLE},
    END,
};

/* --- cases --------------------------------------------------------------------------------------------- */

static const struct form step_members[];
static const struct form step_element = {.type = FORM_OBJECT, .members = step_members};
static const struct form step_members[] = {
    TEXT("action", 0, LONG_TEXT),
    TEXT("shared", 0, MOCK_TITLE),
    TEXT("expected_result", 0, LONG_TEXT),
    TEXT("data", 0, LONG_TEXT),
    TEXT("value", 0, LONG_TEXT),
    INT("position", 0, 0, ID_MAX),
    LIST("attachments", 0, 0, 0, &hash_element),
    LIST("steps", 0, 0, 0, &step_element),
    END,
};
static const struct form parameter_members[] = {
    TEXT("title", 0, MOCK_TITLE),
    LIST("values", 0, 1, 0, &tag_element),
    LIST("items", 0, 2, 0, &((const struct form){.type = FORM_ANY})),
    TEXT("shared_id", 0, MOCK_TITLE),
    END,
};
static const struct form parameter_element = {.type = FORM_OBJECT, .members = parameter_members};
static const char *const steps_types[] = {"classic", "gherkin", NULL};

/* The ranges of numbers are those of GET /system_field. */
#define CASE_MEMBERS(TITLE_FLAGS)                                                                  \
    TEXT("title", (TITLE_FLAGS) | FORM_FILLED, MOCK_TITLE), TEXT("description", 0, LONG_TEXT),     \
        TEXT("preconditions", 0, LONG_TEXT), TEXT("postconditions", 0, LONG_TEXT),                 \
        INT("severity", 0, 0, 6), INT("priority", 0, 0, 3), INT("behavior", 0, 1, 4),              \
        INT("type", 0, 1, 12), INT("layer", 0, 0, 3), INT("is_flaky", 0, 0, 1),                    \
        INT("suite_id", 0, 1, ID_MAX), INT("milestone_id", 0, 1, ID_MAX),                          \
        INT("automation", 0, 0, 2), BOOL("isManual"), BOOL("isToBeAutomated"),                     \
        INT("status", 0, 0, 2), WORDS("steps_type", 0, steps_types),                               \
        LIST("attachments", 0, 0, 0, &hash_element), LIST("steps", 0, 0, 0, &step_element),        \
        LIST("tags", 0, 0, 0, &tag_element),                                                       \
        {.name = "params", .type = FORM_TEXTS_MAP, .flags = FORM_NULLABLE},                        \
        LIST("parameters", FORM_NULLABLE, 0, 0, &parameter_element),                               \
    {                                                                                              \
        .name = "custom_field", .type = FORM_MAP, .max = LONG_TEXT                                 \
    }
const struct form mock_form_case[] = {
    CASE_MEMBERS(FORM_REQUIRED),
    TEXT("created_at", 0, 40),
    TEXT("updated_at", 0, 40),
    END,
};
const struct form mock_form_case_update[] = {CASE_MEMBERS(0), END};
static const struct form bulk_case_members[] = {
    CASE_MEMBERS(FORM_REQUIRED),
    TEXT("created_at", 0, 40),
    TEXT("updated_at", 0, 40),
    INT("id", FORM_NULLABLE, 1, ID_MAX),
    END,
};
static const struct form bulk_case_element = {.type = FORM_OBJECT, .members = bulk_case_members};
const struct form mock_form_cases[] = {
    LIST("cases", FORM_REQUIRED | FORM_BULKY, 1, MOCK_CASES, &bulk_case_element),
    END,
};

/* --- suites, runs --------------------------------------------------------------------------------------- */

const struct form mock_form_suite[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("description", 0, LONG_TEXT),
    TEXT("preconditions", 0, LONG_TEXT),
    INT("parent_id", FORM_NULLABLE, 1, ID_MAX),
    END,
};
const struct form mock_form_suite_update[] = {
    TEXT("title", FORM_FILLED, MOCK_TITLE),
    TEXT("description", 0, LONG_TEXT),
    TEXT("preconditions", 0, LONG_TEXT),
    INT("parent_id", FORM_NULLABLE, 1, ID_MAX),
    END,
};
const struct form mock_form_suite_delete[] = {INT("destination_id", 0, 1, ID_MAX), END};

static const char *const browsers[] = {"chromium", "firefox", "webkit", NULL};
static const struct form cloud_members[] = {WORDS("browser", 0, browsers), END};
const struct form mock_form_run[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("description", 0, MOCK_RUN_TEXT),
    BOOL("include_all_cases"),
    LIST("cases", 0, 0, 0, &id_element),
    BOOL("is_autotest"),
    INT("environment_id", 0, 1, ID_MAX),
    TEXT("environment_slug", 0, MOCK_TITLE),
    INT("milestone_id", 0, 1, ID_MAX),
    INT("plan_id", 0, 1, ID_MAX),
    INT("author_id", 0, 1, ID_MAX),
    LIST("tags", 0, 0, 0, &tag_element),
    LIST("configurations", 0, 0, 0, &id_element),
    {.name = "custom_field", .type = FORM_MAP, .max = LONG_TEXT},
    TEXT("start_time", 0, 40),
    TEXT("end_time", 0, 40),
    BOOL("is_cloud"),
    {.name = "cloud_run_config", .type = FORM_OBJECT, .members = cloud_members},
    END,
};
const struct form mock_form_run_update[] = {
    TEXT("title", FORM_FILLED, MOCK_TITLE),
    TEXT("description", FORM_NULLABLE, MOCK_RUN_TEXT),
    INT("environment_id", FORM_NULLABLE, 1, ID_MAX),
    TEXT("environment_slug", FORM_NULLABLE, MOCK_TITLE),
    INT("milestone_id", FORM_NULLABLE, 1, ID_MAX),
    LIST("tags", FORM_NULLABLE, 0, 0, &tag_element),
    LIST("configurations", FORM_NULLABLE, 0, 0, &id_element),
    {.name = "custom_field", .type = FORM_MAP, .flags = FORM_NULLABLE, .max = LONG_TEXT},
    END,
};

/* --- what runs may name ----------------------------------------------------------------------------------- */

static const char *const milestone_statuses[] = {"completed", "active", NULL};
const struct form mock_form_milestone[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("description", 0, LONG_TEXT),
    WORDS("status", 0, milestone_statuses),
    INT("due_date", 0, 0, ID_MAX),
    END,
};
const struct form mock_form_plan[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("description", FORM_NULLABLE, LONG_TEXT),
    LIST("cases", FORM_REQUIRED, 1, 0, &id_element),
    END,
};
const struct form mock_form_environment[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("description", 0, LONG_TEXT),
    TEXT("slug", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    TEXT("host", 0, MOCK_TITLE),
    END,
};
const struct form mock_form_configuration[] = {
    TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE),
    INT("group_id", FORM_REQUIRED, 1, ID_MAX),
    END,
};
const struct form mock_form_group[] = {TEXT("title", FORM_REQUIRED | FORM_FILLED, MOCK_TITLE), END};

/* Of the mock alone: its clock put forward. */
const struct form mock_form_clock[] = {INT("advance_ms", FORM_REQUIRED, 0, ID_MAX / 2), END};
