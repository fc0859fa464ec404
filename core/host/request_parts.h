/* SPDX-License-Identifier: MIT */
/* request_parts.h - the packed records, for request.c and request_flat.c alone. */
#ifndef HOST_REQUEST_PARTS_H
#define HOST_REQUEST_PARTS_H

#include <ferry/base.h>

/* Stored in journals: never give one a new meaning. */
enum request_tag {
    TAG_METHOD = 'Q',
    TAG_TARGET = 'U',
    TAG_STATUS = 'A', /* u32 */
    TAG_SPOOL = 'P',  /* u64: most bytes */
    TAG_HEADER = 'H', /* name */
    TAG_BODY = 'B',   /* nothing */
    TAG_TEXT = 'T',   /* bytes of the header or body opened last */
    TAG_SECRET = 'S', /* u8 encoding, name */
    TAG_BLOB = 'X'    /* u64 offset, u64 length, digest */
};

struct request_record {
    enum request_tag tag;
    struct ferry_str bytes;
    size_t at; /* where the record begins */
};

/* The record at *at, which moves on; 0 at the end or where the rest is not a record. */
int request_next(struct ferry_str parts, size_t *at, struct request_record *rec);
uint64_t request_le(const char *p, unsigned n);

#endif
