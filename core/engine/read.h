/* SPDX-License-Identifier: MIT */
/*
 * read.h - reads one report with the reader that knows it, and hands on what it says, made fit for
 * the rest of ferry.
 *
 * The file is streamed: memory is a few pieces of 256 KiB and one item. An item handed on has
 *   - only valid UTF-8 (what was not is U+FFFD, and a notice says so);
 *   - suite parts without empty ones, and `signature` built from suite, class and name;
 *   - long texts and attachments in the spool, named by digest and size. An attachment that could not be opened
 *     keeps its name and has no blob, and a notice says why. Without a spool blobs have a size and no digest.
 *
 * A thread may read one report while others read others.
 */
#ifndef ENGINE_READ_H
#define ENGINE_READ_H

#include "inputs.h"
#include "readers.h"

#include <hash.h>

struct spool;

enum { READ_DIGEST = 1u }; /* wants report.sha256; hashing costs a pass over the bytes */

#define READ_UNPACKED_DEFAULT ((uint64_t)4 << 30)

struct read_call {
    const struct readers *readers;
    struct spool *spool;      /* NULL: long texts and attachments are only counted */
    const char *const *roots; /* absolute folders for attachments besides the report's own; NULL */
    uint64_t max_attachment;  /* bytes; 0: 32 MiB */
    uint64_t max_unpacked;    /* bytes of a gzip's content; 0: 4 GiB */
    uint32_t flags;           /* READ_* */
    uint32_t reserved;
    const volatile int *interrupted; /* non-zero: stop with E_STOP; may be NULL */
    void *self;
    /* Both return OK, or a status to stop with. What they get is valid until they return. */
    int32_t (*item)(void *self, const struct ferry_item *item); /* RESULT and SUITE */
    int32_t (*notice)(void *self, const struct ferry_notice *notice);
};

/* Each test counts once: earlier attempts and faults outside any test are counted apart. */
struct read_counts {
    uint64_t tests, passed, failed, errored, skipped, not_run, other, flaky;
    uint64_t superseded, synthetic;
    int64_t duration_us; /* of the counted ones that tell it */
};

struct read_report {
    struct read_counts counts;
    char sha256
        [SHA256_HEX]; /* of the bytes as they stand in the file; "" unless asked for and all read */
    const char *reader;       /* the plugin's id; NULL: none took it */
    uint64_t bytes, unpacked; /* read from the file; content of a gzip, 0 for none */
    uint64_t warnings;        /* notices, ferry's own included */
    uint64_t attachments, attachment_bytes, refused_attachments;
    uint64_t texts, text_bytes; /* long ones, told as blobs */
    uint32_t truncated;         /* the report ends before its end, or is broken there */
    uint32_t contradicts;       /* it says of itself what it does not hold */
    uint32_t
        unknown; /* with E_INPUT: nobody claims to read this kind of file, and it is not empty */
};

/*
 * Reads it. `report` is filled in as far as it came, whatever is returned, and what was handed on
 * until then stands. E_INPUT: not a report, or broken where it could not be read on; E_IO: the
 * file or the spool; E_TOO_LARGE: past max_unpacked, or the spool is full; E_STOP. err begins with
 * the input's name.
 */
int32_t read_input(const struct read_call *call, const struct input *input,
                   struct read_report *report, struct ferry_error *err);

void read_counts_add(struct read_counts *total, const struct read_counts *more);

#endif
