/* SPDX-License-Identifier: MIT */
/* Nothing to ask. */
#include "bad.h"

FERRY_PLUGIN_DEFINE(no_query, "no-query") = {FERRY_PLUGIN_HEAD, .id = "no-query", .name = "Bad",
                                             .version = "1.0.0", .license = "MIT"};
