/* SPDX-License-Identifier: MIT */
/* octane.c - the plugin: options and interfaces. The codec is in codec.c. */
#include "octane.h"

#include <string.h>

static const char *const client_id_variables[] = {"OCTANE_CLIENT_ID", NULL};
static const char *const client_secret_variables[] = {"OCTANE_CLIENT_SECRET", NULL};
static const char *const password_variables[] = {"OCTANE_PASSWORD", NULL};
static const char *const project_variables[] = {"OCTANE_PROJECT", NULL};
static const char *const space_variables[] = {"OCTANE_SPACE_ID", NULL};
static const char *const token_variables[] = {"OCTANE_TOKEN", NULL};
static const char *const url_variables[] = {"OCTANE_URL", NULL};
static const char *const user_variables[] = {"OCTANE_USER", NULL};
static const char *const workspace_variables[] = {"OCTANE_WORKSPACE_ID", NULL};

static const char *const link_choices[] = {"payload", "after", "both", "none", NULL};

#define OCTANE_OPTION(...)                                                                         \
    {                                                                                              \
        .size = sizeof(struct ferry_option), __VA_ARGS__                                           \
    }
static const struct ferry_option all[] = {
    OCTANE_OPTION(.type = FERRY_OPT_INT, .name = "auto_runs_slice_size", .value = "N",
                  .def = "1000", .help = "results in a payload, at most 1000"),
    OCTANE_OPTION(.type = FERRY_OPT_LIST, .name = "build", .value = "NAME=VALUE",
                  .help = "build of a pipeline that Octane knows: server_id, job_id and build_id, "
                          "and what else its schema has for one"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "client_id", .value = "ID",
                  .variables = client_id_variables, .help = "id of an API key"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "client_secret",
                  .variables = client_secret_variables, .help = "secret of the API key"),
    OCTANE_OPTION(.type = FERRY_OPT_LIST, .name = "environment", .value = "TYPE=VALUE",
                  .help = "environment of the runs, such as OS=Linux"),
    OCTANE_OPTION(.type = FERRY_OPT_LIST, .name = "jira", .value = "KEY",
                  .help = "issues in Jira whose stories all results cover"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "jira_field", .value = "NAME",
                  .def = OCTANE_JIRA_FIELD, .help = "field of a story that holds its key in Jira"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "jira_pattern", .value = "TEXT",
                  .help = "where a test's name holds a key of Jira, such as [{key}]"),
    OCTANE_OPTION(.type = FERRY_OPT_LIST, .name = "jira_properties", .value = "NAME",
                  .def = "jira\nissue\nstory",
                  .help = "properties of a result that hold keys of Jira; tags jira:KEY do always"),
    OCTANE_OPTION(.type = FERRY_OPT_CHOICE, .name = "link", .def = "payload",
                  .choices = link_choices,
                  .help = "when results are linked to the stories that they cover: as they are "
                          "uploaded, after their tasks have ended, both, or not at all"),
    OCTANE_OPTION(.type = FERRY_OPT_INT, .name = "max_parallel_uploads", .value = "N", .def = "5",
                  .help = "payloads that Octane works on for us at once, at most 5"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "milestone", .value = "NAME",
                  .help = "milestone of the runs, by name or id"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "module", .value = "A/B",
                  .help = "application module of suite and tests, a path beneath the root module; "
                          "what is missing of it is made"),
    OCTANE_OPTION(.type = FERRY_OPT_INT, .name = "module_id", .value = "ID",
                  .help = "application module, by its id"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "password",
                  .variables = password_variables, .help = "password of the user"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "project", .value = "SPACE.WORKSPACE",
                  .variables = project_variables,
                  .help = "shared space and workspace, such as 1001.1002"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "release", .value = "NAME",
                  .help = "release of the runs, by name or id; _default_ is the workspace's own"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "report_url", .value = "URL",
                  .help = "where a person finds the report; a result's property "
                          "external_report_url wins"),
    OCTANE_OPTION(.type = FERRY_OPT_INT, .name = "requests_per_second", .value = "N", .def = "20",
                  .help = "requests of an account a second, at most; 0: as many as it takes"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "root_application_module_name", .value = "NAME",
                  .help = "module under the root that all others of ferry lie in"),
    OCTANE_OPTION(.type = FERRY_OPT_BOOL, .name = "skip_errors", .def = "true",
                  .help = "whether a payload that names what is not there is taken without that; "
                          "what was left out is told"),
    OCTANE_OPTION(.type = FERRY_OPT_INT, .flags = FERRY_OPT_PLACE, .name = "space_id",
                  .value = "ID", .variables = space_variables,
                  .help = "shared space, where the project does not say it"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "suite", .value = "NAME", .def = "Automated tests",
                  .help = "test suite that runs belong to; made where it is missing"),
    OCTANE_OPTION(.type = FERRY_OPT_INT, .name = "suite_id", .value = "ID",
                  .help = "test suite, by its id"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "suite_run", .value = "TEMPLATE",
                  .def = "{title} {key}",
                  .help = "what a suite run is called; {key} tells the runs of one title apart"),
    OCTANE_OPTION(.type = FERRY_OPT_LIST, .name = "test_fields", .value = "TYPE=VALUE",
                  .help = "fields of the tests: Test_Level, Test_Type, Testing_Tool_Type, "
                          "Framework"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "test_suite_path", .value = "A/B/C",
                  .help = "module and package of all tests instead of what the report says: "
                          "module A, package B.C"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "token",
                  .variables = token_variables,
                  .help = "bearer token, instead of an API key or a user"),
    OCTANE_OPTION(.type = FERRY_OPT_URL, .name = "url", .variables = url_variables,
                  .help = "where Octane is, with or without /api at its end"),
    OCTANE_OPTION(.type = FERRY_OPT_STR, .name = "user", .value = "NAME",
                  .variables = user_variables, .help = "user, instead of an API key"),
    OCTANE_OPTION(.type = FERRY_OPT_BOOL, .name = "verify_ssl", .def = "true",
                  .help = "always true: checks of certificates are turned off by tls.verify of the "
                          "user's configuration alone"),
    OCTANE_OPTION(.type = FERRY_OPT_INT, .flags = FERRY_OPT_PLACE, .name = "workspace_id",
                  .value = "ID", .variables = workspace_variables,
                  .help = "workspace, where the project does not say it"),
};
static const struct ferry_option *const options[] = {
    &all[0],  &all[1],  &all[2],  &all[3],  &all[4],  &all[5],  &all[6],  &all[7],  &all[8],
    &all[9],  &all[10], &all[11], &all[12], &all[13], &all[14], &all[15], &all[16], &all[17],
    &all[18], &all[19], &all[20], &all[21], &all[22], &all[23], &all[24], &all[25], &all[26],
    &all[27], &all[28], &all[29], &all[30], &all[31], NULL,
};

static const void *query(const char *id)
{
    return strcmp(id, FERRY_TRACKER_1) == 0    ? (const void *)&octane_tracker
           : strcmp(id, FERRY_NEEDS_1) == 0    ? (const void *)&octane_needs
           : strcmp(id, FERRY_COMMANDS_1) == 0 ? (const void *)&octane_commands
                                               : NULL;
}

FERRY_PLUGIN_DEFINE(octane, "octane") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "octane",
    .name = "ALM Octane",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
