/* SPDX-License-Identifier: MIT */
/* A required text is missing. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(no_version, "no-version") = {
    FERRY_PLUGIN_HEAD, .id = "no-version", .name = "Bad", .license = "MIT", .query = bad_query};
