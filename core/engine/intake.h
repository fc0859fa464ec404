/* SPDX-License-Identifier: MIT */
/*
 * intake.h - what a reader says, made fit to be handed on: the sink of one report. Private to
 * read.c and intake*.c.
 */
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

#include "attach.h"
#include "read.h"

#include <spool.h>

/* A text that is coming piece by piece. */
struct intake_text {
    int64_t number;
    struct spool_writer *writer; /* NULL without a spool */
    uint64_t bytes;
};

struct intake {
    const struct read_call *call;
    struct read_report *report;
    struct attach attach;
    struct arena arena;        /* of the item at hand */
    struct intake_text *texts; /* open ones; owned */
    uint32_t n_texts, cap_texts;
    int64_t last_number;
    uint64_t repaired;       /* bytes of the item at hand that were no UTF-8 */
    uint32_t guarded;        /* there are secrets that its texts must not carry */
    uint32_t hidden;         /* texts of the item at hand that did */
    int32_t rc;              /* latched: what our own side stopped with */
    struct ferry_error *err; /* filled when rc is set; may be NULL */
};

int32_t intake_init(struct intake *in, const struct read_call *call, struct read_report *report,
                    struct ferry_error *err);
void intake_finish(struct intake *in); /* accepts zeroed */
/* The report is over: texts that no item named are dropped, by a notice. */
int32_t intake_end(struct intake *in);
struct ferry_sink intake_sink(struct intake *in);

/* A notice of our own. */
int32_t intake_note(struct intake *in, uint32_t flags, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Latches. */
int32_t intake_stop(struct intake *in, int32_t rc);

/* --- intake_text.c --- */
int64_t intake_text_add(struct intake *in, int64_t number, struct ferry_str piece);
/* The blob a reader named, settled: NULL where it named none, or no text of ours (a notice tells). */
const struct ferry_blob *intake_blob(struct intake *in, const struct ferry_blob *blob);
void intake_texts_drop(struct intake *in);

/* --- intake_file.c --- */
/* The attachment's bytes; NULL where they could not be had (a notice tells), or rc is set. */
const struct ferry_blob *intake_file(struct intake *in, struct ferry_str path);

/* --- intake_item.c --- */
/* A copy fit to be handed on, in the arena; NULL where rc is set. */
const struct ferry_result *intake_result(struct intake *in, const struct ferry_result *from);
const struct ferry_suite *intake_suite(struct intake *in, const struct ferry_suite *from);
/* Valid UTF-8, without the secrets that ferry knows. */
struct ferry_str intake_str(struct intake *in, struct ferry_str s);

/*
 * Rule 3 of the ABI: a struct that may be older (shorter) or newer (longer) than ours, into a
 * zeroed local.
 */
#define INTAKE_COPY(to, from)                                                                      \
    do {                                                                                           \
        memset((to), 0, sizeof *(to));                                                             \
        memcpy((to), (from), (from)->size < sizeof *(to) ? (from)->size : sizeof *(to));           \
        (to)->size = sizeof *(to);                                                                 \
    } while (0)

#endif
