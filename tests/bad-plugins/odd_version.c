/* SPDX-License-Identifier: MIT */
/* A version that no tool can compare. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(odd_version, "odd-version") = {FERRY_PLUGIN_HEAD, .id = "odd-version",
                                                   .name = "Bad",     .version = "1.0 (final)",
                                                   .license = "MIT",  .query = bad_query};
