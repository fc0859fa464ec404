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

/* One report; several may be written to at once, each by one thread. */
struct inspect_file {
    enum inspect_form form;
    struct buf results;        /* its lines of JSON, on their way to stdout */
    struct buf warnings;       /* as they will be shown */
    struct json_out j_warning; /* into warnings */
    uint64_t n_warnings;
    struct inspect_code codes[INSPECT_CODES];
    uint32_t n_codes, reserved;
};

void inspect_file_init(struct inspect_file *f, enum inspect_form form);
void inspect_file_finish(struct inspect_file *f); /* accepts zeroed */

/* Before each report, and what it holds. E_NO_MEMORY or E_TOO_LARGE. */
void inspect_file_begin(struct inspect_file *f);
int32_t inspect_notice(struct inspect_file *f, const struct ferry_notice *notice);
int32_t inspect_result(struct inspect_file *f, const char *path, const struct ferry_item *item,
                       const struct keys_found *key);
/* To stdout what results there are. */
int32_t inspect_hand_results(struct inspect_file *f);

/* All of them, written by one thread at a time, in order. */
struct inspect_out {
    enum inspect_form form;
    struct buf text;   /* on its way to stdout */
    struct json_out j; /* into text */
    uint64_t n_files;
    struct read_counts totals;
};

void inspect_out_init(struct inspect_out *o, enum inspect_form form);
void inspect_out_finish(struct inspect_out *o); /* accepts zeroed */

/* Around all, and after each report. `error` NULL: read to its end. `report` NULL: not even begun. */
int32_t inspect_begin(struct inspect_out *o);
int32_t inspect_file_end(struct inspect_out *o, struct inspect_file *f, const char *path,
                         const struct read_report *report, const char *error);
int32_t inspect_end(struct inspect_out *o);

/* inspect_result.c: one result as one object. */
void inspect_put_result(struct json_out *j, const char *path, const struct ferry_item *item,
                        const struct keys_found *key);

#endif
