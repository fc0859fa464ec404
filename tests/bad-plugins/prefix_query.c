/* SPDX-License-Identifier: MIT */
/* Compares only the beginning of an id: interface 10 would be answered with the table of 1. */
#include "bad.h"

static const void *query(const char *id)
{
    return strncmp(id, FERRY_READER_1, strlen(FERRY_READER_1)) == 0 ? &bad_reader : NULL;
}

FERRY_PLUGIN_DEFINE(prefix_query, "prefix-query") = {FERRY_PLUGIN_HEAD, .id = "prefix-query",
                                                     .name = "Bad",     .version = "1.0.0",
                                                     .license = "MIT",  .query = query};
