/* SPDX-License-Identifier: MIT */
/*
 * form.h - what a body may look like, as data, and the check of it. A member that is not described is refused, and so is one of another
 * type, one that is too long, and one that is missing; every fault is named by its path ("results.3.execution.status"), and all
 * of them are told, up to a number.
 */
#ifndef QASE_MOCK_FORM_H
#define QASE_MOCK_FORM_H

#include <arena.h>
#include <ferry/ferry.h>
#include <json.h>

enum form_type {
    FORM_TEXT = 1, /* from `min` to `max` characters; 0: no limit */
    FORM_INT,      /* from `min` to `max` */
    FORM_REAL,     /* from `min` to `max`; whole or not */
    FORM_BOOL,
    FORM_OBJECT,    /* of `members` */
    FORM_LIST,      /* from `min` to `max` elements of `element`; max 0: no limit */
    FORM_MAP,       /* any names, each value a text of `min` to `max` characters */
    FORM_TEXTS_MAP, /* any names, each value a list of texts */
    FORM_ANY
};
enum {
    FORM_REQUIRED = 1u,
    FORM_NULLABLE = 2u,
    FORM_FILLED = 4u, /* a text (of a map: names and values) is not blank */
    FORM_BULKY = 8u   /* more elements than `max` are 413, not 422 */
};

struct form {
    const char *name;
    uint32_t type, flags;
    int64_t min, max;
    const char *const *words;   /* NULL-ended: the texts that are taken */
    const struct form *members; /* ended by one without a name */
    const struct form *element;
};

/* One thing that is wrong. */
struct fault {
    struct ferry_str field; /* "results.3.execution.status" */
    struct ferry_str text;
};
enum { FAULTS = 50 };
struct faults {
    struct arena *arena;
    struct fault list[FAULTS];
    uint32_t n, more; /* more: beyond those */
    uint32_t bulky;   /* 1: too many at once */
};

void form_fault(struct faults *f, struct ferry_str field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The whole body against the members of an object; no faults where it may be read without another look at its types. */
void form_check(struct faults *f, const struct cJSON *root, const struct form *members);

/* Characters of a text, as the vendor counts. */
uint64_t form_characters(struct ferry_str s);

#endif
