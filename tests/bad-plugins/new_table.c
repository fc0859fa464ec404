/* SPDX-License-Identifier: MIT */
/* Makes a table for each who asks: memory that nobody frees, and pointers that differ. */
#include "bad.h"

static const void *query(const char *id)
{
    static struct ferry_reader tables[64];
    static unsigned n;
    if (strcmp(id, FERRY_READER_1) != 0) {
        return NULL;
    }
    tables[n % 64] = bad_reader;
    return &tables[n++ % 64];
}

FERRY_PLUGIN_DEFINE(new_table, "new-table") = {FERRY_PLUGIN_HEAD, .id = "new-table",
                                               .name = "Bad",     .version = "1.0.0",
                                               .license = "MIT",  .query = query};
