/* SPDX-License-Identifier: MIT */
/*
 * svc_blob.c - ferry.host.blob/1: what a service keeps of a message's bytes. A service gets
 * digests and never a path. Bytes kept by a call that is rolled back stay as blobs that nothing
 * names.
 */
#include "svc.h"

#include <errno.h>
#include <file.h>
#include <stdlib.h>
#include <text.h>

static int64_t blob_read(void *self, struct ferry_str digest, uint64_t offset, void *buf,
                         uint64_t n)
{
    const struct svc_blob *b = self;
    return spool_read(b->blobs, digest, offset, buf, n);
}

/* A range of a blob of another spool. */
static int32_t copy_range(const struct svc_blob *b, struct ferry_str digest, uint64_t offset,
                          uint64_t n, char out[DIGEST_TEXT], struct ferry_error *err)
{
    enum { PIECE = 64 * 1024 };
    struct spool_writer *w = NULL;
    uint64_t bytes = 0;
    int32_t rc = spool_begin(b->blobs, &w, err);
    char *piece = malloc(PIECE);
    if (rc == FERRY_OK && !piece) {
        rc = ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "keeping a body: out of memory");
    }
    while (rc == FERRY_OK && n > 0) {
        int64_t got = spool_read(b->from, digest, offset, piece, n < PIECE ? n : PIECE);
        if (got <= 0) {
            rc = got == -FERRY_E_IO
                     ? file_fail(err, spool_folder(b->from), "cannot read a blob", errno)
                     : ferry_fail(err, FERRY_E_STATE, NULL,
                                  "%.*s: is shorter in the spool than it was; was the state "
                                  "folder changed by hand?",
                                  STR_ARG(digest));
            break;
        }
        rc = spool_write(w, (struct ferry_str){piece, (uint64_t)got}, err);
        offset += (uint64_t)got;
        n -= (uint64_t)got;
    }
    free(piece);
    if (rc) {
        spool_abort(w);
        return rc;
    }
    return spool_end(w, out, &bytes, err);
}

static int32_t blob_keep(void *self, const struct ferry_message *from, uint64_t offset, uint64_t n,
                         char digest[DIGEST_TEXT], struct ferry_error *err)
{
    const struct svc_blob *b = self;
    uint64_t have = from->body.len;
    if (from->blob) {
        int64_t size = b->from ? spool_size(b->from, from->blob->digest) : -FERRY_E_IO;
        if (size < 0) {
            return ferry_fail(err, FERRY_E_IO, NULL, "%.*s: not in the spool",
                              STR_ARG(from->blob->digest));
        }
        have = (uint64_t)size;
    }
    if (offset > have || n > have - offset) {
        return ferry_fail(
            err, FERRY_E_BUG, NULL, "a body of %llu bytes has no %llu bytes at offset %llu",
            (unsigned long long)have, (unsigned long long)n, (unsigned long long)offset);
    }
    n = n ? n : have - offset;
    if (from->blob) {
        return copy_range(b, from->blob->digest, offset, n, digest, err);
    }
    return spool_add(b->blobs, (struct ferry_str){n ? from->body.ptr + offset : "", n}, digest,
                     err);
}

void svc_blob_init(struct svc_blob *b, struct spool *blobs)
{
    *b = (struct svc_blob){.blobs = blobs};
    b->table = (struct ferry_blobs){.self = b, .read = blob_read, .keep = blob_keep};
}
