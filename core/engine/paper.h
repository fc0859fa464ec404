/* SPDX-License-Identifier: MIT */
/*
 * paper.h - what a dry run would send, written into a folder: one file a request, in the order of sending, and requests.json, which says of
 * each where it would go. It is the plan delivered on paper: encoded by the same codec in the same batches, with nobody to answer. So what an
 * answer would lead to is not in it (chains, a second try), nor what is looked for first; and results that wait for a file may join others where it is
 * there sooner than they are sent.
 *
 * Ids that do not exist yet are placeholders: "<case KEY_1>"; where a codec takes numbers alone, numbers from PAPER_FIRST on. requests.json says
 * what each stands for, and what a codec has to say of a request: what was cut, or stands in it only when it is sent. Secrets are shown by
 * their names.
 */
#ifndef ENGINE_PAPER_H
#define ENGINE_PAPER_H

#include "deliver.h"

#include <json.h>

enum { PAPER_FIRST = 900000001 };

struct paper {
    char *folder;         /* owned */
    uint32_t n;           /* files so far */
    struct buf list, ids; /* JSON objects, commas between */
    int numbers;          /* placeholders are numbers */
    uint64_t n_ids, refused;
    struct ferry_str destination; /* where this goes */
};

/* The folder is made where it is missing. E_CONFIG where anything is in it. */
int32_t paper_open(struct paper **out, const char *folder, struct ferry_error *err);
/* Writes requests.json. */
int32_t paper_close(struct paper *p, struct ferry_error *err);
void paper_free(struct paper *p); /* accepts NULL */

/* Everything that is planned at this destination, written down. The journal is as it was afterwards. */
int32_t paper_write(struct paper *p, struct engine *e, struct remote *r, struct ferry_error *err);

/* send.c: instead of committing and sending it. `notes`: what the codec said of it. */
int32_t paper_take(struct deliver *d, struct flight *f, const struct reply_note *notes);

#endif
