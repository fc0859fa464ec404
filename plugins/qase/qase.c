/* SPDX-License-Identifier: MIT */
/* qase.c - the plugin: options and interfaces. The codec is in codec.c. */
#include "qase.h"

#include <string.h>

static const char *const api_choices[] = {"v2", "v1", NULL};
static const char *const signature_choices[] = {"reporters", "qasectl", NULL};

static const char *const project_variables[] = {"QASE_TESTOPS_PROJECT", NULL};
static const char *const token_variables[] = {"QASE_API_TOKEN", "QASE_TESTOPS_API_TOKEN", NULL};
static const char *const url_variables[] = {"QASE_BASE_URL", "QASE_TESTOPS_API_HOST", NULL};
static const char *const environment_variables[] = {"QASE_ENVIRONMENT", NULL};
static const char *const plan_variables[] = {"QASE_TESTOPS_PLAN_ID", NULL};
static const char *const tags_variables[] = {"QASE_TESTOPS_RUN_TAGS", NULL};
static const char *const webhook_variables[] = {"QASE_WEBHOOK_SECRET", NULL};
static const char *const defect_variables[] = {"QASE_TESTOPS_DEFECT", NULL};
static const char *const batch_variables[] = {"QASE_TESTOPS_BATCH_SIZE", NULL};
static const char *const complete_variables[] = {"QASE_TESTOPS_RUN_COMPLETE", NULL};
static const char *const root_suite_variables[] = {"QASE_ROOT_SUITE", NULL};
static const char *const run_description_variables[] = {"QASE_TESTOPS_RUN_DESCRIPTION", NULL};
static const char *const run_id_variables[] = {"QASE_TESTOPS_RUN_ID", NULL};
static const char *const run_title_variables[] = {"QASE_TESTOPS_RUN_TITLE", NULL};
static const char *const filter_variables[] = {"QASE_TESTOPS_STATUS_FILTER", NULL};
static const char *const map_variables[] = {"QASE_STATUS_MAPPING", NULL};

#define QASE_OPTION(...)                                                                           \
    {                                                                                              \
        .size = sizeof(struct ferry_option), __VA_ARGS__                                           \
    }
static const struct ferry_option all[] = {
    QASE_OPTION(.type = FERRY_OPT_CHOICE, .name = "api", .def = "v2", .choices = api_choices,
                .help = "the interface that results are posted to; v1 has no ids, so that what is "
                        "in doubt has to be looked for"),
    QASE_OPTION(.type = FERRY_OPT_INT, .name = "batch_size", .value = "N", .def = "200",
                .variables = batch_variables,
                .help = "results in a request, at most; over 200 is 200, which is Qase's own most"),
    QASE_OPTION(.type = FERRY_OPT_LIST, .name = "case_defaults", .value = "FIELD=VALUE",
                .help = "fields of cases that ferry makes, by title or slug, such as "
                        "Severity=major; what the project requires and has no default for"),
    QASE_OPTION(.type = FERRY_OPT_BOOL, .name = "complete", .variables = complete_variables,
                .help = "whether `ferry upload` completes the run; if not set, one that it made"),
    QASE_OPTION(.type = FERRY_OPT_BOOL, .name = "defect", .def = "false",
                .variables = defect_variables, .help = "whether a failed result opens a defect"),
    QASE_OPTION(.type = FERRY_OPT_STR, .name = "environment", .value = "SLUG",
                .variables = environment_variables, .help = "environment of runs made here"),
    QASE_OPTION(.type = FERRY_OPT_INT, .name = "milestone", .value = "ID",
                .help = "milestone of runs made here"),
    QASE_OPTION(.type = FERRY_OPT_INT, .name = "plan", .value = "ID", .variables = plan_variables,
                .help = "test plan of runs made here"),
    QASE_OPTION(.type = FERRY_OPT_STR, .name = "project", .value = "CODE",
                .variables = project_variables, .help = "the project's code"),
    QASE_OPTION(.type = FERRY_OPT_LIST, .name = "reporter_config", .value = "FILE",
                .def = "qase.config.json\n.qaserc",
                .help = "file of the official reporters in the working folder, the first that is "
                        "there; it counts after variables"),
    QASE_OPTION(.type = FERRY_OPT_STR, .name = "root_suite", .value = "TITLE",
                .variables = root_suite_variables,
                .help = "suite above all suites of cases that Qase makes by itself"),
    QASE_OPTION(.type = FERRY_OPT_STR, .name = "run_description", .value = "TEXT",
                .variables = run_description_variables,
                .help = "description of runs that `ferry upload` makes; if not set, what the CI "
                        "says"),
    QASE_OPTION(.type = FERRY_OPT_STR, .name = "run_id", .value = "ID",
                .variables = run_id_variables,
                .help = "run that `ferry upload` adds to, where no flag says which run"),
    QASE_OPTION(.type = FERRY_OPT_STR, .name = "run_title", .value = "TITLE",
                .variables = run_title_variables,
                .help = "what `ferry upload` calls a new run, where --run-title does not say it"),
    QASE_OPTION(.type = FERRY_OPT_CHOICE, .name = "signature", .def = "reporters",
                .choices = signature_choices,
                .help = "whose form of signature the server is to match by"),
    QASE_OPTION(.type = FERRY_OPT_LIST, .name = "status_filter", .value = "STATUS",
                .variables = filter_variables,
                .help = "results of these statuses do not go there; they are counted and named"),
    QASE_OPTION(.type = FERRY_OPT_LIST, .name = "status_map", .value = "FROM=TO",
                .variables = map_variables,
                .help = "statuses that are to be others there, such as invalid=failed"),
    QASE_OPTION(.type = FERRY_OPT_LIST, .name = "tags", .value = "TAG", .variables = tags_variables,
                .help = "tags of runs made here"),
    QASE_OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET | FERRY_OPT_REQUIRED,
                .name = "token", .variables = token_variables, .help = "API token"),
    QASE_OPTION(.type = FERRY_OPT_URL, .name = "url", .def = "https://api.qase.io",
                .variables = url_variables,
                .help = "where the API is, with or without /v1 at its end"),
    QASE_OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "webhook_secret",
                .variables = webhook_variables,
                .help = "what `ferry serve` wants to see in X-Qase-Secret"),
};
static const struct ferry_option *const options[] = {
    &all[0],  &all[1],  &all[2],  &all[3],  &all[4],  &all[5],  &all[6],  &all[7],
    &all[8],  &all[9],  &all[10], &all[11], &all[12], &all[13], &all[14], &all[15],
    &all[16], &all[17], &all[18], &all[19], &all[20], NULL,
};

static const void *query(const char *id)
{
    return strcmp(id, FERRY_TRACKER_1) == 0 ? (const void *)&qase_tracker
           : strcmp(id, FERRY_HOOK_1) == 0  ? (const void *)&qase_hook
                                            : NULL;
}

FERRY_PLUGIN_DEFINE(qase, "qase") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "qase",
    .name = "Qase",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
