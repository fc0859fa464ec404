/* SPDX-License-Identifier: MIT */
/*
 * ledger.h - what the two halves of the test tracker `ledger` agree on: its limits, its words for statuses, and where it writes
 * ferry's mark. The codec keeps the limits it can know; the service checks them all.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <ferry/ferry.h>
#include <json.h>
#include <text.h>

enum {
    LEDGER_PAGE = 7,     /* things of one page */
    LEDGER_AHEAD = 5,    /* further pages that a page names */
    LEDGER_CASES = 10,   /* of one request */
    LEDGER_RESULTS = 20, /* of one request */
    LEDGER_BODY =
        4096, /* bytes of a request of JSON; the codec does not declare it: the host has to find out */
    LEDGER_TITLE = 255,      /* bytes */
    LEDGER_TEXT = 1000,      /* bytes of a comment, a description, a trace, with the mark */
    LEDGER_KEY = 255,        /* bytes of a key */
    LEDGER_FILE = 1 << 20,   /* bytes of an attachment */
    LEDGER_REQUEST = 1 << 20 /* what the codec writes at most */
};

/* A thing whose name contains it makes the server refuse the whole batch, and not say which it was. */
#define LEDGER_POISON "POISON"

#define LEDGER_CREATE_CASE       FERRY_OP(FERRY_CREATE, FERRY_CASE)
#define LEDGER_CREATE_RUN        FERRY_OP(FERRY_CREATE, FERRY_RUN)
#define LEDGER_CREATE_RESULT     FERRY_OP(FERRY_CREATE, FERRY_RESULT)
#define LEDGER_CREATE_ATTACHMENT FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT)
#define LEDGER_COMPLETE_RUN      FERRY_OP(FERRY_COMPLETE, FERRY_RUN)

/* --- marks.c ------------------------------------------------------------------ */

/* The vendor's word for a status; NULL where it has none. The other way: 0 where the word is not known. */
const char *ledger_status_word(const struct ferry_result *result);
uint32_t ledger_status_of(struct ferry_str word);

/*
 * Appends `text`, cut so that the whole is at most LEDGER_TEXT bytes, and below it the line "[ferry:MARK]"; without a
 * mark the text alone. 1 where the text was cut.
 */
int ledger_put_marked(struct buf *out, struct ferry_str text, struct ferry_str mark);
/* The two parts again: the mark, or absent where the text has none. */
struct ferry_str ledger_unmark(struct ferry_str text, struct ferry_str *mark);

/* Appends s percent-encoded. */
void ledger_put_escaped(struct buf *out, struct ferry_str s);

/* --- encode.c, decode.c, lists.c: the codec; service.c: the other side --------- */

int32_t ledger_encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err);
int32_t ledger_decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err);
int32_t ledger_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                    const struct ferry_asks *asks, struct ferry_error *err);
int32_t ledger_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                   const struct ferry_out *out, struct ferry_error *err);
int32_t ledger_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err);

extern const struct ferry_service ledger_service;

#endif
