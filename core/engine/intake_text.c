/* SPDX-License-Identifier: MIT */
/*
 * intake_text.c - texts too long for memory, on their way from a reader to the spool. A reader
 * opens one, adds pieces, and names it in an item; then it gets its digest. One that no item names
 * is dropped. They are bytes, as attachments are: a secret is looked for in neither.
 */
#include "intake.h"

#include <text.h>

#include <stdlib.h>

/* Open at once: each holds a descriptor, and a report of nested suites holds two a level. */
enum { TEXTS_OPEN = 600 };

static int32_t text_open(struct intake *in)
{
    struct intake_text *t;
    if (in->n_texts == TEXTS_OPEN) {
        ferry_fail(in->err, FERRY_E_TOO_LARGE, "report",
                   "more than %d long texts stand open at once; nest suites less deeply",
                   TEXTS_OPEN);
        return FERRY_E_TOO_LARGE;
    }
    if (in->n_texts == in->cap_texts) {
        uint32_t cap = in->cap_texts ? in->cap_texts * 2 : 8;
        struct intake_text *more = reallocarray(in->texts, cap, sizeof *more);
        if (!more) {
            return ferry_fail(in->err, FERRY_E_NO_MEMORY, "report", "out of memory");
        }
        in->texts = more;
        in->cap_texts = cap;
    }
    t = &in->texts[in->n_texts];
    *t = (struct intake_text){.number = in->last_number + 1};
    if (in->call->spool) {
        int32_t rc = spool_begin(in->call->spool, &t->writer, in->err);
        if (rc) {
            return rc;
        }
    }
    in->last_number++;
    in->n_texts++;
    return FERRY_OK;
}

static struct intake_text *text_of(struct intake *in, int64_t number)
{
    for (uint32_t i = in->n_texts; i > 0; i--) {
        if (in->texts[i - 1].number == number) {
            return &in->texts[i - 1];
        }
    }
    return NULL;
}

int64_t intake_text_add(struct intake *in, int64_t number, struct ferry_str piece)
{
    struct intake_text *t;
    int32_t rc;
    if (in->rc) {
        return -in->rc;
    }
    if (number == 0) {
        rc = text_open(in);
        if (rc) {
            return -intake_stop(in, rc);
        }
        number = in->last_number;
    }
    t = text_of(in, number);
    if (!t) {
        return -FERRY_E_BUG;
    }
    t->bytes += piece.len;
    rc = t->writer ? spool_write(t->writer, piece, in->err) : FERRY_OK;
    return rc ? -intake_stop(in, rc) : number;
}

const struct ferry_blob *intake_blob(struct intake *in, const struct ferry_blob *blob)
{
    struct ferry_blob *out;
    struct intake_text *t = NULL;
    char digest[DIGEST_TEXT];
    int64_t number = 0;
    int32_t rc;
    if (!blob || in->rc) {
        return NULL;
    }
    if (str_starts(blob->digest, "text:") &&
        str_int64(str_sub(blob->digest, 5, blob->digest.len), &number)) {
        t = text_of(in, number);
    }
    if (!t) {
        char shown[80];
        intake_note(in, 0, "reader-bug", "the reader names a text it never gave: \"%s\"; left out",
                    text_show_to(shown, sizeof shown, blob->digest));
        return NULL;
    }
    out = arena_new(&in->arena, struct ferry_blob);
    if (!out) {
        intake_stop(in, ferry_fail(in->err, in->arena.failed, "report", "out of memory"));
        return NULL;
    }
    *out = (struct ferry_blob){.size = sizeof *out, .bytes = t->bytes};
    if (t->writer) {
        rc = spool_end(t->writer, digest, &out->bytes, in->err);
        t->writer = NULL;
        if (rc) {
            intake_stop(in, rc);
            return NULL;
        }
        out->digest = arena_str(&in->arena, ferry_cstr(digest));
    }
    in->report->texts++;
    in->report->text_bytes += out->bytes;
    *t = in->texts[--in->n_texts];
    return out;
}

void intake_texts_drop(struct intake *in)
{
    for (uint32_t i = 0; i < in->n_texts; i++) {
        spool_abort(in->texts[i].writer);
    }
    free(in->texts);
    in->texts = NULL;
    in->n_texts = in->cap_texts = 0;
}
