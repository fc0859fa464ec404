/* SPDX-License-Identifier: MIT */
/* mock.c - the plugin: what the mock can be told, and its service. It is not loaded with the codec: `ferry mock octane` looks for it by its id. */
#include "mock.h"

#include <string.h>

static const char *const header_choices[] = {"refuse", "accept", NULL};
static const char *const cookie_choices[] = {"304", "accept", NULL};
static const char *const status_choices[] = {"429", "503", "400", NULL};
static const char *const code_choices[] = {"testbox_queue_full", "testbox.queue_full",
                                           "testbox.request_limit", NULL};
static const char *const body_choices[] = {"error", "servlet", "description", NULL};
static const char *const older_choices[] = {"told", "plain", NULL};
static const char *const dedupe_choices[] = {"payload", "payload_and_flag", NULL};
static const char *const one_choices[] = {"plain", "list", NULL};

#define OPT(...)                                                                                   \
    &(const struct ferry_option)                                                                   \
    {                                                                                              \
        .size = sizeof(struct ferry_option), __VA_ARGS__                                           \
    }
static const struct ferry_option *const options[] = {
    OPT(.type = FERRY_OPT_BOOL, .name = "basic", .def = "false",
        .help = "whether each request may bring its credentials itself"),
    OPT(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "bearer",
        .help = "a bearer token that is taken; else none is"),
    OPT(.type = FERRY_OPT_STR, .name = "client_id",
        .help = "the one client id, or user, that may sign in; else any may"),
    OPT(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "client_secret",
        .help = "its secret, or password; else any is taken"),
    OPT(.type = FERRY_OPT_INT, .name = "count_cap", .def = "0",
        .help = "the most that total_count says; 0: no limit"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "dedupe", .def = "payload", .choices = dedupe_choices,
        .help = "what makes a payload the same as one before"),
    OPT(.type = FERRY_OPT_INT, .name = "html_every", .def = "0", .value = "N",
        .help =
            "every so many requests one is answered with a page, 503, and does nothing; 0: none is"),
    OPT(.type = FERRY_OPT_STR, .name = "jira_udf", .def = "jira_key_udf",
        .help = "the field of stories, defects and features that has their key in Jira"),
    OPT(.type = FERRY_OPT_INT, .name = "max_page", .def = "1000",
        .help = "the most that limit may be"),
    OPT(.type = FERRY_OPT_SIZE, .name = "max_payload", .def = "33554432",
        .help = "bytes of a payload, unpacked, then 413"),
    OPT(.type = FERRY_OPT_BOOL, .name = "odd_cookies", .def = "false",
        .help = "whether each answer has an empty Set-Cookie"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "old_cookie", .def = "304", .choices = cookie_choices,
        .help = "what becomes of a sign-in that brings an old cookie"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "older_push", .def = "told", .choices = older_choices,
        .help = "whether the answer to a known payload says fromOlderPush"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "one_error", .def = "plain", .choices = one_choices,
        .help =
            "how the error of the only thing in a request is said: alone, or in a list with 409"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "private_headers", .def = "refuse",
        .choices = header_choices,
        .help = "what becomes of a sign-in with a private HPECLIENTTYPE or a preview header"),
    OPT(.type = FERRY_OPT_INT, .name = "queue", .def = "50",
        .help = "tasks that have not ended, then the queue is full; 0: no limit"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "queue_body", .def = "error", .choices = body_choices,
        .help = "the shape in which a full queue is said"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "queue_code", .def = "testbox_queue_full",
        .choices = code_choices, .help = "the code of a full queue"),
    OPT(.type = FERRY_OPT_INT, .name = "queue_retry_after", .def = "0", .value = "SECONDS",
        .help = "Retry-After of a full queue; 0: none"),
    OPT(.type = FERRY_OPT_CHOICE, .name = "queue_status", .def = "429", .choices = status_choices,
        .help = "the status of a full queue"),
    OPT(.type = FERRY_OPT_INT, .name = "rate_limit", .def = "0",
        .help = "requests in a window of time, then 429; 0: no limit"),
    OPT(.type = FERRY_OPT_DURATION, .name = "rate_window", .def = "1000", .help = "that window"),
    OPT(.type = FERRY_OPT_DURATION, .name = "remember", .def = "86400000",
        .help = "how long a task and its payload are known"),
    OPT(.type = FERRY_OPT_INT, .name = "rotate_every", .def = "0", .value = "N",
        .help = "every so many requests the cookie is replaced; 0: never"),
    OPT(.type = FERRY_OPT_DURATION, .name = "rotate_grace", .def = "10000",
        .help = "how long a replaced cookie is still taken"),
    OPT(.type = FERRY_OPT_BOOL, .name = "run_coverage", .def = "false",
        .help = "whether automated runs have the field covered_content"),
    OPT(.type = FERRY_OPT_BOOL, .name = "servlet_errors", .def = "false",
        .help = "whether errors come in the other of the two shapes"),
    OPT(.type = FERRY_OPT_DURATION, .name = "session_idle", .def = "10800000",
        .help = "how long a session may be idle"),
    OPT(.type = FERRY_OPT_DURATION, .name = "session_life", .def = "86400000",
        .help = "how long a session may last"),
    OPT(.type = FERRY_OPT_INT, .name = "space", .def = "1001", .help = "the shared space there is"),
    OPT(.type = FERRY_OPT_DURATION, .name = "task_duration", .def = "100",
        .help = "how long a task runs"),
    OPT(.type = FERRY_OPT_DURATION, .name = "task_queued", .def = "50",
        .help = "how long a task is queued at the least"),
    OPT(.type = FERRY_OPT_INT, .name = "task_workers", .def = "5",
        .help = "tasks that run at once; 0: no limit"),
    OPT(.type = FERRY_OPT_INT, .name = "workspace", .def = "1002",
        .help = "the workspace there is"),
    NULL,
};

static const void *query(const char *id)
{
    return strcmp(id, FERRY_SERVICE_1) == 0 ? &alm_service : NULL;
}

FERRY_PLUGIN_DEFINE(octane_mock, "octane-mock") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "octane-mock",
    .name = "ALM Octane, to try things on",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
