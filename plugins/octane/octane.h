/* SPDX-License-Identifier: MIT */
/* octane.h - the plugin's tables, and what Octane takes at once. */
#ifndef OCTANE_OCTANE_H
#define OCTANE_OCTANE_H

#include <ferry/ferry.h>

enum {
    OCTANE_TEXT =
        255, /* UTF-16 units of a name; the schema counts characters, its server may not */
    OCTANE_STEP = 3800,                   /* UTF-16 units of a step's name */
    OCTANE_URL = 512,                     /* bytes of a report's address, at least 6 */
    OCTANE_SLICE = 1000,                  /* runs in a payload */
    OCTANE_SLICE_BYTES = 4 * 1024 * 1024, /* of a payload */
    OCTANE_MESSAGE = 64 * 1024,           /* bytes of an error's message */
    OCTANE_ERROR = 1024 * 1024,           /* bytes of an error's text ... */
    OCTANE_ERROR_LEAST = 64 * 1024,       /* ... of a run that would fill a payload by itself */
    OCTANE_AT_ONCE = 5,  /* payloads that the server works on; its queue takes 50 of all clients */
    OCTANE_PAGE = 1000,  /* entities in a page */
    OCTANE_LOOK = 50,    /* that are looked for by what stands in them, in one address */
    OCTANE_WRITES = 200, /* changed by one request */
    OCTANE_BODY = 1024 * 1024 /* bytes of a request about entities */
};

/* Where a story has its key in Jira, unless "jira_field" says otherwise. */
#define OCTANE_JIRA_FIELD "jira_key_udf"

extern const struct ferry_tracker octane_tracker;   /* codec.c */
extern const struct ferry_needs octane_needs;       /* codec_folder.c */
extern const struct ferry_commands octane_commands; /* commands.c */

#endif
