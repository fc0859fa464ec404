/* SPDX-License-Identifier: MIT */
/*
 * inspect_out.h - the three forms in which `ferry inspect` tells what it understood: a table, a
 * JSON document, a JSON line a result. All are written as the reports are read, so memory does not
 * grow with them.
 */
#ifndef CMD_INSPECT_OUT_H
#define CMD_INSPECT_OUT_H

#include <buf.h>
#include <clock.h>
#include <json.h>
#include <keys.h>
#include <read.h>

enum inspect_form { INSPECT_TABLE = 0, INSPECT_JSON = 1, INSPECT_NDJSON = 2 };

/*
 * Of one report, how many warnings are shown: all together, and in the table of one code. How many more there
 * were is told.
 */
enum { INSPECT_WARNINGS = 1000, INSPECT_OF_ONE_CODE = 3, INSPECT_CODES = 32 };

/* Warnings of one code in the report at hand. */
struct inspect_code {
    char name[48];
    uint64_t n;
};

struct inspect_out {
    enum inspect_form form;
    struct buf text;           /* on its way to stdout */
    struct buf warnings;       /* of the report at hand, as they will be shown */
    struct json_out j;         /* into text */
    struct json_out j_warning; /* into warnings */
    uint64_t n_warnings;       /* of the report at hand */
    struct inspect_code codes[INSPECT_CODES];
    uint32_t n_codes, reserved;
    uint64_t n_files;
    struct read_counts totals;
};

void inspect_out_init(struct inspect_out *o, enum inspect_form form);
void inspect_out_finish(struct inspect_out *o); /* accepts zeroed */

/* Around all; before and after each report; in between what it holds. E_NO_MEMORY or E_TOO_LARGE. */
int32_t inspect_begin(struct inspect_out *o);
void inspect_file_begin(struct inspect_out *o);
int32_t inspect_notice(struct inspect_out *o, const struct ferry_notice *notice);
int32_t inspect_result(struct inspect_out *o, const char *path, const struct ferry_item *item,
                       const struct keys_found *key);
/* `error` NULL: read to its end. `report` NULL: not even begun. */
int32_t inspect_file_end(struct inspect_out *o, const char *path, const struct read_report *report,
                         const char *error);
int32_t inspect_end(struct inspect_out *o);

/* inspect_result.c: one result as one object. */
void inspect_put_result(struct json_out *j, const char *path, const struct ferry_item *item,
                        const struct keys_found *key);

#endif
