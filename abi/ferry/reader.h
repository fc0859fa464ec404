/* SPDX-License-Identifier: MIT */
/*
 * reader.h - ferry.reader/1: a push parser from the bytes of one report to items. What it says never
 * depends on how the bytes were cut. Files that a report names are said by path; the host opens
 * them, the reader never does.
 *
 * Since level 1.
 */
#ifndef FERRY_READER_H
#define FERRY_READER_H

#include "host.h"

#define FERRY_READER_1 "ferry.reader/1"

enum {
    FERRY_NOTICE_TRUNCATED = 1u, /* the report ends before its end; complete items were kept */
    FERRY_NOTICE_CONTRADICTION =
        2u /* the report says of itself what it does not hold: a failure that no test shows */
};
/* Something about the report that a person should know. */
struct ferry_notice {
    uint32_t size;
    uint32_t flags;        /* FERRY_NOTICE_* */
    uint64_t line, column; /* from 1; of the report, as bytes; 0 unknown */
    struct ferry_str
        code; /* stable, lower case, words joined by '-': "control-byte", "truncated" */
    struct ferry_str text; /* for people */
};

/*
 * Where what was read goes. Calls return OK, or another status: then the reader returns it at
 * once and says nothing more. [call]
 *
 *   item    a RESULT, as soon as it is complete, in the order of the report; a SUITE when it ends
 *   text    a text too long for memory (over 1 MiB): number 0 opens one with its first piece and
 *           returns its number (> 0); later pieces are appended under that number. The item that owns it
 *           names it by a blob with the digest "text:<number>". Negative: -status
 *   notice  a repair, a doubt, a loss
 */
struct ferry_sink {
    void *self;
    int32_t (*item)(void *self, const struct ferry_item *item);
    int64_t (*text)(void *self, int64_t number, struct ferry_str piece);
    int32_t (*notice)(void *self, const struct ferry_notice *notice);
};

struct ferry_parse; /* one report being read; the plugin's own, opaque to the host */

struct ferry_reader {
    /* Names of files it is for, NULL-ended: "*.xml". */
    const char *const *globs;
    /* How sure it is, 0 (no) to 100, from the first up to 4096 bytes and the file's name. Total; never fails. [any] */
    int32_t (*sniff)(struct ferry_str head, struct ferry_str name);
    /*
     * Begins a report. `options` are the plugin's own; `host`, `sink` and the options stay valid until end or abort.
     * A parse belongs to one thread; several may run at once.
     */
    int32_t (*begin)(const struct ferry_host *host, const struct ferry_kv *options,
                     uint32_t n_options, const struct ferry_sink *sink, struct ferry_parse **parse,
                     struct ferry_error *err);
    /* The next bytes, any number. After a failure only abort may follow. E_INPUT: not a report of this kind. */
    int32_t (*feed)(struct ferry_parse *parse, struct ferry_str bytes, struct ferry_error *err);
    /* No more bytes. Releases parse, also on failure. */
    int32_t (*end)(struct ferry_parse *parse, struct ferry_error *err);
    /* Gives up and says nothing more; accepts NULL. Releases parse. */
    void (*abort)(struct ferry_parse *parse);
};

#endif
