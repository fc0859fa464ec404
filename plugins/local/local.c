/* SPDX-License-Identifier: MIT */
/*
 * local.c - the local tracker as a plugin: a codec and the service it talks to, side by side.
 * Without a `url` the host runs the service in its own process, on files beside the
 * configuration; with one it is a team's, served elsewhere.
 */
#include "local.h"

#include <string.h>

static const char *const auth_choices[] = {"none", "token", NULL};

static const struct ferry_option url = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_URL,
    .name = "url",
    .help = "where a served local tracker is; without it the tracker is kept in the state folder",
};
static const struct ferry_option auth = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_CHOICE,
    .name = "auth",
    .def = "none",
    .choices = auth_choices,
    .help = "how a served local tracker is told who is asking",
};
static const struct ferry_option token = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_STR,
    .flags = FERRY_OPT_SECRET,
    .name = "token",
    .help = "the token that a served local tracker wants, with auth set to token",
};
static const struct ferry_option *const options[] = {&url, &auth, &token, NULL};

static const void *query(const char *id)
{
    if (strcmp(id, FERRY_TRACKER_1) == 0) {
        return &local_tracker;
    }
    if (strcmp(id, FERRY_SERVICE_1) == 0) {
        return &local_service;
    }
    return strcmp(id, FERRY_COMMANDS_1) == 0 ? &local_commands : NULL;
}

FERRY_PLUGIN_DEFINE(local, "local") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "local",
    .name = "local tracker",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
