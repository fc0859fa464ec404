/* SPDX-License-Identifier: MIT */
/*
 * unpack.c - gzip over zlib. A few kilobytes may stand for terabytes, so the total is counted
 * before anything is handed on; memory is one window and one piece whatever the input.
 */
#include "unpack.h"

#include <stdlib.h>
#include <zlib.h>

enum { PIECE = 256 * 1024, GZIP_ONLY = 16, WINDOW = 15 };

struct unpack {
    z_stream z;
    enum unpack_state state;
    uint64_t total, max;
    unsigned char piece[PIECE];
};

int unpack_is_gzip(struct ferry_str head)
{
    return head.len >= 3 && memcmp(head.ptr, "\x1f\x8b\x08", 3) == 0;
}

struct unpack *unpack_create(uint64_t max)
{
    struct unpack *u = calloc(1, sizeof *u);
    if (u && inflateInit2(&u->z, GZIP_ONLY + WINDOW) != Z_OK) {
        free(u);
        return NULL;
    }
    if (u) {
        u->max = max;
    }
    return u;
}

void unpack_destroy(struct unpack *u)
{
    if (u) {
        inflateEnd(&u->z);
        free(u);
    }
}

enum unpack_state unpack_state(const struct unpack *u)
{
    return u->state;
}

uint64_t unpack_total(const struct unpack *u)
{
    return u->total;
}

/* Behind a member: another one begins, or zeros fill the last block of a tape, or it is none of ours. */
static void between(struct unpack *u)
{
    while (u->z.avail_in > 0 && *u->z.next_in == 0) {
        u->z.next_in++;
        u->z.avail_in--;
    }
    if (u->z.avail_in > 0) {
        u->state =
            *u->z.next_in == 0x1f && inflateReset(&u->z) == Z_OK ? UNPACK_GOES_ON : UNPACK_TRAILING;
    }
}

/* One call of inflate and what it brought. */
static int32_t step(struct unpack *u, unpack_fn *fn, void *data)
{
    struct ferry_str out = {(const char *)u->piece, 0};
    int32_t rc = FERRY_OK;
    int z;
    u->z.next_out = u->piece;
    u->z.avail_out = PIECE;
    z = inflate(&u->z, Z_NO_FLUSH);
    if (z == Z_MEM_ERROR) {
        return FERRY_E_NO_MEMORY;
    }
    out.len = PIECE - u->z.avail_out;
    if (out.len > u->max - u->total) {
        out.len = u->max - u->total;
        rc = FERRY_E_TOO_LARGE;
    }
    u->total += out.len;
    if (z == Z_STREAM_END) {
        u->state = UNPACK_BETWEEN;
    } else if (z != Z_OK && z != Z_BUF_ERROR) {
        u->state = UNPACK_DAMAGED;
    }
    if (out.len > 0) {
        int32_t took = fn(data, out);
        rc = took ? took : rc;
    }
    return rc;
}

int32_t unpack_feed(struct unpack *u, struct ferry_str piece, unpack_fn *fn, void *data)
{
    const unsigned char *bytes = (const unsigned char *)piece.ptr;
    int32_t rc = FERRY_OK;
    while (piece.len > 0 && !rc) {
        uInt n = piece.len > PIECE ? PIECE : (uInt)piece.len;
        u->z.next_in = (unsigned char *)(uintptr_t)bytes;
        u->z.avail_in = n;
        bytes += n;
        piece.len -= n;
        do {
            if (u->state == UNPACK_BETWEEN) {
                between(u);
            }
            if (u->state != UNPACK_GOES_ON) {
                break;
            }
            rc = step(u, fn, data);
        } while (!rc && (u->z.avail_in > 0 || u->z.avail_out == 0));
    }
    return rc;
}
