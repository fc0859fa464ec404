/* SPDX-License-Identifier: MIT */
/* query() that answers everything: strncmp where strcmp was meant. */
#include "bad.h"

static const void *query(const char *id)
{
    return strncmp(id, FERRY_READER_1, 6) == 0 ? &bad_reader : NULL;
}

FERRY_PLUGIN_DEFINE(any_query, "any-query") = {FERRY_PLUGIN_HEAD, .id = "any-query",
                                               .name = "Bad",     .version = "1.0.0",
                                               .license = "MIT",  .query = query};
