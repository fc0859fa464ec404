/* SPDX-License-Identifier: MIT */
/*
 * notice.h - what a person should know about a report. One list: the enum, the codes and the caps
 * are made from it. A code is said at most NOTICE_EACH times with its place; the rest are counted
 * and said once at the end, so that a log full of colour codes does not bury the one truncation.
 */
#ifndef JUNIT_NOTICE_H
#define JUNIT_NOTICE_H

#include <ferry/reader.h>

#define NOTICE_MAP(XX)                                                                             \
    XX(CONTROL, "control-byte")                                                                    \
    XX(UTF8, "invalid-utf8")                                                                       \
    XX(CHARACTER, "illegal-character")                                                             \
    XX(REFERENCE, "illegal-reference")                                                             \
    XX(AMPERSAND, "bare-ampersand")                                                                \
    XX(CDATA_END, "cdata-end")                                                                     \
    XX(LESS_THAN, "bare-less-than")                                                                \
    XX(MARKUP, "markup-in-text")                                                                   \
    XX(UNCLOSED, "unclosed-element")                                                               \
    XX(ENCODING, "encoding")                                                                       \
    XX(LEADING, "leading-text")                                                                    \
    XX(TRAILING, "trailing-text")                                                                  \
    XX(DOCUMENTS, "several-documents")                                                             \
    XX(TRUNCATED, "truncated")                                                                     \
    XX(MALFORMED, "malformed")                                                                     \
    XX(TIME, "time")                                                                               \
    XX(TIMESTAMP, "timestamp")                                                                     \
    XX(NO_NAME, "no-name")                                                                         \
    XX(NOT_EXECUTED, "not-executed")                                                               \
    XX(RERUN, "rerun-of-passed")                                                                   \
    XX(TOO_LONG, "too-long")                                                                       \
    XX(UNKNOWN, "unknown-element")                                                                 \
    XX(COUNTER_TEXT, "counter-text")                                                               \
    XX(COUNTERS, "counters")                                                                       \
    XX(SUITE_FILE, "suite-attachment")                                                             \
    XX(DATA_URI, "data-uri")

#define NOTICE_ENUM_(name, text) NOTICE_##name,
enum notice { NOTICE_MAP(NOTICE_ENUM_) NOTICE_COUNT };
#undef NOTICE_ENUM_

enum { NOTICE_EACH = 20 };

struct notices {
    const struct ferry_sink *sink;
    uint64_t said[NOTICE_COUNT];
};

/* Where in the report, from 1; 0 unknown. */
struct place {
    uint64_t line, column;
};

/* Says it, or counts it. Returns what the sink returned. */
int32_t notice_say(struct notices *n, enum notice code, struct place at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* 1, and counted, where notice_say would only count: then the place need not be looked for. */
static inline int notice_counted(struct notices *n, enum notice code)
{
    return n->said[code] >= NOTICE_EACH ? (int)(n->said[code]++, 1) : 0;
}
/* Says how many were only counted. */
int32_t notice_rest(struct notices *n);

#endif
