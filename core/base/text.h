/* SPDX-License-Identifier: MIT */
/* text.h - questions about text, and the one escape for people's eyes. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "buf.h"

/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) str_arg_len(s), str_arg_ptr(s)
static inline int str_arg_len(struct ferry_str s)
{
    return s.len > 0x7fffffff ? 0x7fffffff : (int)s.len;
}
static inline const char *str_arg_ptr(struct ferry_str s)
{
    return s.ptr ? s.ptr : "";
}

int str_empty(struct ferry_str s);
int str_is(struct ferry_str s, const char *lit);        /* bytewise */
int str_is_nocase(struct ferry_str s, const char *lit); /* ASCII case only */
int str_starts(struct ferry_str s, const char *lit);
int str_cmp(struct ferry_str a, struct ferry_str b); /* bytewise order, like strcmp */
int str_cmp_nocase(struct ferry_str a, struct ferry_str b);
int str_among(struct ferry_str list, struct ferry_str one); /* of "a, b, c" */
uint64_t str_hash(struct ferry_str s); /* for tables; whoever means it can make two alike */
struct ferry_str str_sub(struct ferry_str s, uint64_t from, uint64_t len); /* clamped */
struct ferry_str str_trim(struct ferry_str s); /* XML white space at both ends */
/* Cuts the text up to the next `sep` off the front of *rest; 0 when *rest was absent. */
int str_split(struct ferry_str *rest, char sep, struct ferry_str *piece);

/* Whole text is one decimal integer (sign allowed) in range: 1 and *out; else 0. */
int str_int64(struct ferry_str s, int64_t *out);

/*
 * Returns rc. A failure that came without a word, as that of an arena or a buffer does, gets them: "OBJECT: out of memory", or
 * whatever the status is.
 */
int32_t name_failure(int32_t rc, struct ferry_error *err, const char *object);

/* Bytes of the valid UTF-8 character at s.ptr (1..4), or 0 where it is not one. */
unsigned utf8_char(struct ferry_str s, uint32_t *code);
/* Offset of the first byte that is not valid UTF-8; s.len where all of it is. */
uint64_t utf8_valid(struct ferry_str s);
/* Appends s, each invalid byte replaced by U+FFFD; returns how many were. */
uint64_t utf8_repair(struct buf *out, struct ferry_str s);
/* The longest prefix of at most `max` bytes that ends at a character. */
struct ferry_str utf8_cut(struct ferry_str s, uint64_t max);
void utf8_put(struct buf *out, uint32_t code);
/* The bytes of a character, 1 to 4; U+FFFD for what is none. */
unsigned utf8_encode(char out[4], uint32_t code);

/*
 * Whether the character `code`, with which s begins, could act where it is shown: C0 and C1
 * controls, DEL, line and paragraph separators, direction marks, characters nobody sees, and the
 * '#' of "##vso[", which Azure, TeamCity and GitHub obey anywhere in a line.
 */
int text_is_active(struct ferry_str s, uint32_t code);
/*
 * Appends s so that it is inert wherever a person reads it: terminal, CI log, error message. What
 * is active becomes \xNN, \uNNNN or \UNNNNNNNN, TAB \t and LF \n; so nothing can start a line, move
 * the cursor or turn the text around. At most `max` bytes of s are taken (0: all); what is left
 * out shows as "...".
 */
void text_show(struct buf *out, struct ferry_str s, uint64_t max);
/*
 * The same for a text with which a line begins, be it after white space: there "::error",
 * "--- group" and their like are commands, too.
 */
void text_show_first(struct buf *out, struct ferry_str s, uint64_t max);
/*
 * text_show() into an array of `size` bytes, for messages; ends in "..." where it did not fit.
 * Returns out.
 */
const char *text_show_to(char *out, size_t size, struct ferry_str s);

/*
 * The candidate nearest to `word` (edit distance at most a third of its length, at least 1), or
 * NULL.
 */
const char *text_nearest(struct ferry_str word, const char *const *candidates, size_t n);

/*
 * Glob over a whole text: ? * (within a part) ** (across '/') [a-z] [!a-z], \ quotes; a whole part
 * "**" stands for any folders, none too. 1 on match. Time: length of one times length of the other.
 */
int text_glob(const char *pattern, const char *text);

#endif
