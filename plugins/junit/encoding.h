/* SPDX-License-Identifier: MIT */
/*
 * encoding.h - from the bytes of a report to UTF-8. The encoding is what the bytes are, not what
 * the declaration says: PowerShell writes UTF-16 that is declared UTF-8. What cannot be a character
 * is passed on as a byte that is not UTF-8, so that one place, filter.c, mends and names it.
 */
#ifndef JUNIT_ENCODING_H
#define JUNIT_ENCODING_H

#include <ferry/base.h>

struct charset {
    const char *name;
    const uint16_t *upper; /* meaning of the bytes `first` to 0xFF; those below are ISO-8859-1 */
    unsigned first;
};
/* Ends with a NULL name. */
extern const struct charset CHARSETS[];

enum encoding_kind {
    ENCODING_UTF8 = 0,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_TABLE,
    ENCODING_SHIFT_JIS,
    ENCODING_EUC_JP
};

struct encoding {
    enum encoding_kind kind;
    const struct charset *charset; /* of ENCODING_TABLE */
    unsigned char carry[4];        /* the beginning of a character of which the end has not come */
    unsigned n_carry;
    char doubt[200]; /* what a person should know about the declaration; "" where it is right */
};

/* As many bytes as encoding_find() likes to see; fewer only where the report is shorter. */
enum { ENCODING_HEAD = 1024 };

/* Finds the encoding; returns how many bytes of a byte order mark to skip. */
size_t encoding_find(struct encoding *e, struct ferry_str head);

/* The most bytes that n bytes of input can become. */
#define ENCODING_ROOM(n) (3 * (size_t)(n) + 8)

/* Turns `in` into UTF-8 at `out`, which has ENCODING_ROOM(in.len); returns how many bytes. */
size_t encoding_convert(struct encoding *e, struct ferry_str in, unsigned char *out);
/* The end of the report: what is left of a cut character, at most 8 bytes. */
size_t encoding_finish(struct encoding *e, unsigned char *out);

/*
 * One character as UTF-8; returns how many bytes. A surrogate becomes three bytes that are not UTF-8, so it also stands for what is no
 * character at all.
 */
size_t encoding_put(unsigned char *out, uint32_t code);

/* jis.c: encoding_convert() of ENCODING_SHIFT_JIS and ENCODING_EUC_JP. */
size_t jis_convert(struct encoding *e, const unsigned char *p, size_t len, unsigned char *out);

#endif
