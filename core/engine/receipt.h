/* SPDX-License-Identifier: MIT */
/*
 * receipt.h - what became of a capture, for people and for machines: per destination what was captured, planned, delivered, there
 * already, skipped by reason, corrected, rejected, unconfirmed and found twice. Counted from the journal, so a receipt after a resume says
 * the same as one without a crash.
 */
#ifndef ENGINE_RECEIPT_H
#define ENGINE_RECEIPT_H

#include "capture.h"
#include "road.h"

/* Exit codes, in the order in which they apply. Stable; `core/cmd` returns them. */
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
};

/* How one lane ended. */
int receipt_lane_code(const struct road_lane *road);
/* How all of it ended; what was read only in part counts, tests that failed do not. */
int receipt_code(const struct receipt *r, struct ferry_error *err);
int32_t receipt_text(const struct receipt *r, struct buf *out, struct ferry_error *err);
int32_t receipt_json(const struct receipt *r, int code, struct buf *out, struct ferry_error *err);

#endif
