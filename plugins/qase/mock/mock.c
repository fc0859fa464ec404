/* SPDX-License-Identifier: MIT */
/* mock.c - the plugin: what the mock can be told, and its service. It is not loaded with the codec: `ferry mock qase` looks for it by its id. */
#include "mock.h"

#include <string.h>

static const char *const closed_choices[] = {"accept", "refuse", NULL};
static const char *const error_choices[] = {"messages", "fields", NULL};

#define MOCK_OPTION(...)                                                                           \
    {                                                                                              \
        .size = sizeof(struct ferry_option), __VA_ARGS__                                           \
    }
static const struct ferry_option all[] = {
    MOCK_OPTION(.type = FERRY_OPT_BOOL, .name = "auto_create", .def = "true",
                .help = "whether a result that names no case makes one"),
    MOCK_OPTION(.type = FERRY_OPT_CHOICE, .name = "closed_runs", .def = "accept",
                .choices = closed_choices, .help = "what becomes of results for a complete run"),
    MOCK_OPTION(.type = FERRY_OPT_LIST, .name = "custom_statuses", .value = "SLUG",
                .help = "statuses of results that this workspace has beside the usual ones"),
    MOCK_OPTION(.type = FERRY_OPT_INT, .name = "most_results", .def = "200",
                .help = "results in a request, then 413"),
    MOCK_OPTION(.type = FERRY_OPT_BOOL, .name = "name_items", .def = "true",
                .help = "whether a fault in a bulk request says in which item it is"),
    MOCK_OPTION(.type = FERRY_OPT_INT, .name = "rate_limit", .def = "0",
                .help = "requests in a window of time, then 429; 0: no limit"),
    MOCK_OPTION(.type = FERRY_OPT_DURATION, .name = "rate_window", .def = "60000",
                .help = "that window"),
    MOCK_OPTION(.type = FERRY_OPT_LIST, .name = "required", .value = "SLUG",
                .help = "system fields that a case cannot be made without, such as severity"),
    MOCK_OPTION(.type = FERRY_OPT_SIZE, .name = "storage", .def = "0",
                .help = "what all attachments may have together, then 507; 0: no limit"),
    MOCK_OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "token",
                .help = "the one token that is taken; else any is"),
    MOCK_OPTION(.type = FERRY_OPT_CHOICE, .name = "v2_errors", .def = "messages",
                .choices = error_choices, .help = "the shape in which v2 says errors"),
    MOCK_OPTION(.type = FERRY_OPT_DURATION, .name = "visible_after", .def = "0",
                .help = "how long after its 202 a result of v2 is seen in lists"),
    MOCK_OPTION(.type = FERRY_OPT_STR, .name = "webhook_secret", .value = "TEXT",
                .help = "what X-Qase-Secret of the webhooks is"),
};
static const struct ferry_option *const options[] = {
    &all[0], &all[1], &all[2], &all[3],  &all[4],  &all[5],  &all[6],
    &all[7], &all[8], &all[9], &all[10], &all[11], &all[12], NULL,
};

static const void *query(const char *id)
{
    return strcmp(id, FERRY_SERVICE_1) == 0 ? &mock_service : NULL;
}

FERRY_PLUGIN_DEFINE(qase_mock, "qase-mock") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "qase-mock",
    .name = "Qase, to try things on",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
