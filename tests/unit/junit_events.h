/* SPDX-License-Identifier: MIT */
/*
 * junit_events.h - reads a report with the junit plugin and writes down everything it says, one
 * line a fact, so that tests can compare and search text. Texts that left through the sink are put
 * back where a blob names them, so a long text reads like a short one.
 */
#ifndef TESTS_JUNIT_EVENTS_H
#define TESTS_JUNIT_EVENTS_H

#include "buf.h"

#include <ferry/plugin.h>
#include <ferry/reader.h>

struct counts {
    uint64_t tests, passed, failures, errors, skipped, notrun, other;
    uint64_t superseded, synthetic, flaky, suites, notices;
    int truncated, contradicts;
};

enum { EVENTS_TEXTS = 64 };

struct events {
    struct buf log;     /* items and notices in the order they came */
    struct buf notices; /* "line:column code: text" */
    struct counts counts;
    struct buf texts[EVENTS_TEXTS]; /* by number - 1 */
    uint32_t n_texts;
    uint64_t most_piece; /* longest piece that went through sink.text */
    int quiet;           /* 1: only counts */
    uint32_t stop_after; /* the sink refuses from this item on; 0: never */
    uint32_t n_items;
    int32_t rc;
    struct ferry_error error;
};

const struct ferry_reader *junit_reader(void);

/* Reads `bytes` in chunks of `chunk` (0: whole). events_finish() afterwards. */
void events_read(struct events *e, struct ferry_str bytes, size_t chunk);
void events_read_with(struct events *e, struct ferry_str bytes, size_t chunk,
                      const struct ferry_kv *options, uint32_t n_options);
void events_finish(struct events *e);

/*
 * Lines that must stand in the log in this order, one block of consecutive lines per '|'. The first block that does not, with
 * where it was looked for; absent: they all do.
 */
struct ferry_str events_missing(const struct events *e, const char *blocks);

/* Pieces for tests that feed by themselves. */
void events_init(struct events *e);
struct ferry_sink events_sink(struct events *e);

#endif
