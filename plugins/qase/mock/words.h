/* SPDX-License-Identifier: MIT */
/* words.h - the values that the vendor's own fields have: numbers when written, slugs when asked for. */
#ifndef QASE_MOCK_WORDS_H
#define QASE_MOCK_WORDS_H

#include <ferry/ferry.h>

enum { WORDS_MAX = 16 };
struct words {
    const char *slug, *title;
    int64_t first; /* the number of list[0] */
    const char *list[WORDS_MAX];
};
extern const struct words mock_words[]; /* ended by one without a slug */
const struct words *mock_words_of(const char *slug);
int mock_word_number(const struct words *w, struct ferry_str word, int64_t *out);

#endif
