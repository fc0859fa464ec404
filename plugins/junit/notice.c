/* SPDX-License-Identifier: MIT */
/*
 * notice.c - from a fault to the sink's notice. Called by all of this plugin. It must never be
 * the reason that a result is lost, so it allocates nothing.
 */
#include "notice.h"

#include <stdarg.h>
#include <stdio.h>

#define NOTICE_TEXT_(name, text) text,
static const char *const CODES[] = {NOTICE_MAP(NOTICE_TEXT_)};

static int32_t send(struct notices *n, enum notice code, struct place at, const char *text)
{
    struct ferry_notice notice;
    memset(&notice, 0, sizeof notice);
    notice.size = sizeof notice;
    if (code == NOTICE_TRUNCATED || code == NOTICE_MALFORMED) {
        notice.flags = FERRY_NOTICE_TRUNCATED;
    } else if (code == NOTICE_COUNTERS) {
        notice.flags = FERRY_NOTICE_CONTRADICTION;
    }
    notice.line = at.line;
    notice.column = at.column;
    notice.code = ferry_cstr(CODES[code]);
    notice.text = ferry_cstr(text);
    return n->sink->notice(n->sink->self, &notice);
}

int32_t notice_say(struct notices *n, enum notice code, struct place at, const char *format, ...)
{
    char text[512];
    va_list args;
    if (n->said[code]++ >= NOTICE_EACH) {
        return FERRY_OK;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return send(n, code, at, text);
}

int32_t notice_rest(struct notices *n)
{
    int32_t rc = FERRY_OK;
    for (unsigned i = 0; i < NOTICE_COUNT && rc == FERRY_OK; i++) {
        char text[96];
        struct place nowhere = {0, 0};
        if (n->said[i] > NOTICE_EACH) {
            snprintf(text, sizeof text, "and %llu more like this",
                     (unsigned long long)(n->said[i] - NOTICE_EACH));
            rc = send(n, (enum notice)i, nowhere, text);
        }
    }
    return rc;
}
