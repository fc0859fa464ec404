/* SPDX-License-Identifier: MIT */
/*
 * receipt.h - what became of a capture, for people and for machines: per destination what was captured, planned, delivered, there
 * already, skipped by reason, corrected, rejected, unconfirmed and found twice. Counted from the journal: what a process that died had delivered
 * is there already for the one that resumes.
 */
#ifndef ENGINE_RECEIPT_H
#define ENGINE_RECEIPT_H

#include "capture.h"
#include "road.h"

/* Exit codes; receipt.c knows which comes first. Stable; `core/cmd` returns them. */
enum receipt_code {
    RECEIPT_DONE = 0,
    RECEIPT_TESTS_FAILED = 1,
    RECEIPT_USAGE = 2,
    RECEIPT_PARTLY_READ = 3,
    RECEIPT_NO_RESULTS = 4,
    RECEIPT_CREDENTIALS = 5,
    RECEIPT_REJECTED = 6,
    RECEIPT_UNREACHABLE = 7,
    RECEIPT_UNCONFIRMED = 8,
    RECEIPT_CONTRADICTION = 9,
    RECEIPT_AUDIT = 10,
    RECEIPT_MIRROR = 11,
    RECEIPT_SYSTEM = 74,
    RECEIPT_INTERRUPTED = 130
};

struct receipt {
    struct engine *e;
    const struct captured *captured; /* NULL: nothing was captured in this call */
    struct road_lane *lanes;
    uint32_t n;
    int dry_run;
    int lenient;      /* --on-delivery-error=warn: trouble with a tracker is none */
    int interrupted;  /* not every lane was gone to its end */
    int tests_failed; /* and the caller wants to hear of it */
};

/* How one lane ended. */
int receipt_lane_code(const struct road_lane *road);
/* How all of it ended. */
int receipt_code(const struct receipt *r);
int32_t receipt_text(const struct receipt *r, struct buf *out, struct ferry_error *err);
int32_t receipt_json(const struct receipt *r, int code, struct buf *out, struct ferry_error *err);

#endif
