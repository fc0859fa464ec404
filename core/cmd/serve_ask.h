/* SPDX-License-Identifier: MIT */
/* serve_ask.h - an upload as a caller of `ferry serve` asks for it: a body of JSON, or a form with files. */
#ifndef CMD_SERVE_ASK_H
#define CMD_SERVE_ASK_H

#include "serve.h"

#include <jobs.h>
#include <journal.h>
#include <json.h>
#include <multipart.h>

struct asking {
    struct serve *s;
    struct journal
        journal; /* the caller's, open when reports are taken: for its spool and its locks */
    struct job_report *reports;
    uint32_t n, n_parts; /* reports taken; fields of the form that are reports */
    struct buf call;     /* what is said of the upload, in one order, whatever order it came in */
    struct json_doc doc;
    struct ferry_str type, body; /* of the request */
    int is_form;
    struct ferry_error err;
};

/* All but the reports. E_INPUT says what is wrong, in a->err. */
int32_t asking_read(struct asking *a, const struct ferry_message *m);
/* The reports, into the spool. E_INPUT, E_TOO_LARGE, E_IO. */
int32_t asking_take_reports(struct asking *a);
void asking_finish(struct asking *a);

#endif
