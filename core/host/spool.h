/* SPDX-License-Identifier: MIT */
/*
 * spool.h - a folder of bytes named by their SHA-256: attachments, long texts, answers too large
 * for memory. A blob is written under a temporary name, synced, and renamed: it is there whole
 * or not at all. The same bytes are kept once. Several processes may share a spool.
 */
#ifndef HOST_SPOOL_H
#define HOST_SPOOL_H

#include <buf.h>
#include <hash.h>

struct spool;
/*
 * Creates the folder (0700) where it is missing. `max_bytes` 0: no cap; past it adding fails
 * with E_TOO_LARGE and a cure.
 */
int32_t spool_open(struct spool **out, const char *folder, uint64_t max_bytes,
                   struct ferry_error *err);
void spool_close(struct spool *s); /* accepts NULL */

/* Adds bytes; fills the digest ("sha256:..."). */
int32_t spool_add(struct spool *s, struct ferry_str bytes, char digest[DIGEST_TEXT],
                  struct ferry_error *err);
/*
 * Adds what a descriptor holds from its position to its end, at most `max` bytes (else
 * E_TOO_LARGE, `name` in the message).
 */
int32_t spool_add_fd(struct spool *s, int fd, const char *name, uint64_t max,
                     char digest[DIGEST_TEXT], uint64_t *bytes, struct ferry_error *err);

/* A blob being written piece by piece. end() or abort() releases it. */
struct spool_writer;
int32_t spool_begin(struct spool *s, struct spool_writer **out, struct ferry_error *err);
int32_t spool_write(struct spool_writer *w, struct ferry_str piece, struct ferry_error *err);
int32_t spool_end(struct spool_writer *w, char digest[DIGEST_TEXT], uint64_t *bytes,
                  struct ferry_error *err);
void spool_abort(struct spool_writer *w); /* accepts NULL */

/* Up to n bytes at offset: how many, 0 at the end, -status where it cannot be read; with E_IO errno says why. */
int64_t spool_read(struct spool *s, struct ferry_str digest, uint64_t offset, void *buf,
                   uint64_t n);
/* Its length, or -status. */
int64_t spool_size(struct spool *s, struct ferry_str digest);
int32_t spool_remove(struct spool *s, struct ferry_str digest,
                     struct ferry_error *err); /* absent is fine */
/*
 * Each blob's digest; fn returns a status. Temporary files older than a day are removed on the
 * way.
 */
int32_t spool_each(struct spool *s,
                   int32_t (*fn)(void *data, struct ferry_str digest, uint64_t bytes), void *data,
                   struct ferry_error *err);
/* What a spool holds, and what of it is not what its name says. */
struct spool_check {
    uint64_t blobs, bytes, wrong;
    uint64_t left;           /* temporary files of processes that died */
    char first[DIGEST_TEXT]; /* of the wrong ones */
};
/* Reads every blob of the folder; changes nothing. A folder that is not there holds nothing. */
int32_t spool_check(const char *folder, const volatile int *interrupted, struct spool_check *out,
                    struct ferry_error *err);
uint64_t spool_bytes(struct spool *s); /* all of it, as counted at open and kept up */
const char *spool_folder(const struct spool *s);

#endif
