/* SPDX-License-Identifier: MIT */
/* qase.h - what is known of Qase's limits, and what the files of the plugin share. */
#ifndef QASE_H
#define QASE_H

#include <ferry/ferry.h>

enum {
    QASE_PAGE = 100,          /* things in a page of a list */
    QASE_REACH = 100000,      /* the largest offset that a list takes */
    QASE_MOST = 100090,       /* things that pages show up to there, each of which repeats one */
    QASE_RESULTS = 200,       /* results in a request; the published 2,000 is out of date */
    QASE_CASES = 100,         /* cases in a request */
    QASE_FILES = 20,          /* attachments in a request */
    QASE_AT_ONCE = 4,         /* requests under way */
    QASE_TITLE = 255,         /* characters */
    QASE_DESCRIPTION = 10000, /* characters of a run's */
    QASE_TEXT = 262144, /* characters of one text; longer ones are cut by the server in silence */
    QASE_STEP_LEVELS = 10, /* steps within steps */
    QASE_EARLIER_S = 10    /* a run begins so long before its first result */
};
#define QASE_FILE_BYTES  (UINT64_C(32) << 20)
#define QASE_FILES_BYTES (UINT64_C(120) << 20) /* of 128 MB a request, the rest is for its frame */
#define QASE_BODY        (UINT64_C(4) << 20)

extern const struct ferry_tracker qase_tracker;
extern const struct ferry_hook qase_hook;

#endif
