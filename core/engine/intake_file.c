/* SPDX-License-Identifier: MIT */
/*
 * intake_file.c - attachments that a report names by path, into the spool. What goes wrong with
 * the file is a notice and costs the result nothing; what goes wrong with the spool or the machine stops the
 * reading, because then nothing is safe any more.
 */
#include "intake.h"

#include <text.h>

#include <errno.h>
#include <file.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

static void refuse(struct intake *in, struct ferry_str path, const char *code, const char *text)
{
    char shown[200];
    in->report->refused_attachments++;
    intake_note(in, 0, code, "attachment \"%s\": %s", text_show_to(shown, sizeof shown, path),
                text);
}

static int32_t fail_machine(struct intake *in, struct ferry_str path)
{
    char shown[200];
    int number = errno;
    text_show_to(shown, sizeof shown, path);
    return file_fail(in->err, shown, "cannot read the attachment", number);
}

/* Copies the file; *end tells of the file, the status of the spool. */
static int32_t copy(struct intake *in, struct ferry_str path, int fd, struct spool_writer *w,
                    enum attach_end *end)
{
    char piece[PIECE];
    uint64_t total = 0;
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        int32_t rc;
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && file_status(errno, FERRY_OK)) {
            return fail_machine(in, path);
        }
        if (n < 0) {
            *end = ATTACH_UNREADABLE;
        }
        if (n <= 0) {
            return FERRY_OK;
        }
        total += (uint64_t)n;
        if (total > in->attach.max_bytes) { /* it grew while it was read */
            *end = ATTACH_TOO_LARGE;
            return FERRY_OK;
        }
        rc = spool_write(w, (struct ferry_str){piece, (uint64_t)n}, in->err);
        if (rc) {
            return rc;
        }
    }
}

/* The open file into the spool; ATTACH_OK with the digest and the size, or in->rc is set. */
static enum attach_end spool_file(struct intake *in, struct ferry_str path, int fd,
                                  char digest[DIGEST_TEXT], uint64_t *bytes)
{
    enum attach_end end = ATTACH_OK;
    struct spool_writer *w = NULL;
    int32_t rc = spool_begin(in->call->spool, &w, in->err);
    if (!rc) {
        rc = copy(in, path, fd, w, &end);
    }
    if (!rc && end == ATTACH_OK) {
        rc = spool_end(w, digest, bytes, in->err);
        w = NULL;
    }
    spool_abort(w);
    intake_stop(in, rc);
    return end;
}

const struct ferry_blob *intake_file(struct intake *in, struct ferry_str path)
{
    char digest[DIGEST_TEXT] = "";
    struct ferry_blob *blob;
    uint64_t bytes;
    int fd;
    enum attach_end end = attach_open(&in->attach, path, &fd, &bytes);
    if (end == ATTACH_MACHINE) {
        intake_stop(in, fail_machine(in, path));
        return NULL;
    }
    if (end == ATTACH_OK && in->call->spool) {
        end = spool_file(in, path, fd, digest, &bytes);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (in->rc) {
        return NULL;
    }
    if (end != ATTACH_OK) {
        refuse(in, path, attach_code(end), attach_text(end));
        return NULL;
    }
    blob = arena_new(&in->arena, struct ferry_blob);
    if (!blob) {
        intake_stop(in, ferry_fail(in->err, in->arena.failed, "report", "out of memory"));
        return NULL;
    }
    blob->size = sizeof *blob;
    blob->bytes = bytes;
    if (*digest) {
        blob->digest = arena_str(&in->arena, ferry_cstr(digest));
    }
    in->report->attachment_bytes += bytes;
    return blob;
}
