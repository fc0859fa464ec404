/* SPDX-License-Identifier: MIT */
/* A reader whose feed is NULL. */
#include "bad.h"

static const struct ferry_reader reader = {bad_globs, bad_sniff, bad_begin,
                                           NULL,      bad_end,   bad_abort};

static const void *query(const char *id)
{
    return strcmp(id, FERRY_READER_1) == 0 ? &reader : NULL;
}

FERRY_PLUGIN_DEFINE(null_feed, "null-feed") = {FERRY_PLUGIN_HEAD, .id = "null-feed",
                                               .name = "Bad",     .version = "1.0.0",
                                               .license = "MIT",  .query = query};
