/* SPDX-License-Identifier: MIT */
/* Uses a function that nobody has; -z defs was left out. */
#include "bad.h"

extern int a_function_nobody_has(int x);

static const void *query(const char *id)
{
    return a_function_nobody_has(id[0]) ? bad_query(id) : NULL;
}

FERRY_PLUGIN_DEFINE(unresolved, "unresolved") = {FERRY_PLUGIN_HEAD, .id = "unresolved",
                                                 .name = "Bad",     .version = "1.0.0",
                                                 .license = "MIT",  .query = query};
