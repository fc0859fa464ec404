/* SPDX-License-Identifier: MIT */
/*
 * filter.h - mends the bytes of a report before expat sees them. It knows just enough XML to tell
 * text from tags, and finds where documents begin and end. What is well-formed passes unchanged,
 * but for comments and processing instructions, which mean nothing here.
 */
#ifndef JUNIT_FILTER_H
#define JUNIT_FILTER_H

#include "element.h"
#include "notice.h"

enum {
    FILTER_WINDOW = 64 * 1024,
    FILTER_HISTORY = 16,           /* bytes before the window that were passed already */
    FILTER_VALUE_MAX = 4 << 20,    /* an attribute value is cut here: expat keeps tags whole */
    FILTER_TAG_MAX = 8 << 20,      /* a tag beyond this ends the report */
    FILTER_LOOK = 4096,            /* how far ahead a doubt is looked into */
    FILTER_LEADING_MAX = 64 * 1024 /* text before the report */
};

enum filter_state {
    FILTER_PROLOG = 0, /* before a root, or after one */
    FILTER_TEXT,
    FILTER_TAG, /* between the values of a tag */
    FILTER_VALUE,
    FILTER_CDATA,
    FILTER_COMMENT,
    FILTER_PI
};

/* Where what was mended goes; each returns a status. */
struct filter_calls {
    void *data;
    int32_t (*open)(void *data, struct place at); /* a root begins; a new document */
    int32_t (*bytes)(void *data, const unsigned char *bytes, size_t n);
    int32_t (*skipped_lines)(void *data, uint64_t n); /* line ends that were left out */
    int32_t (*close)(void *data);                     /* the root has ended */
    /* No report: `what` is "a DOCTYPE" or, NULL, simply something else. */
    int32_t (*refuse)(void *data, const char *what);
};

struct filter_open_text {
    enum element el;
    char name[32];
    unsigned len;
};

struct filter {
    const struct filter_calls *calls;
    struct notices *notices;
    unsigned char *window; /* FILTER_HISTORY + FILTER_WINDOW bytes; owned */
    size_t have;
    const unsigned char *from; /* start of what was looked at but not yet passed */
    const int *over;           /* set by whom the calls go to: no more bytes are wanted */
    int32_t rc;
    int final, stalled;
    enum filter_state state, back; /* back: where a comment or instruction returns to */
    unsigned char quote;
    unsigned doubts; /* of the CDATA section at hand: end tags that were looked into */
    int closing, dropping;
    uint64_t value_len, tag_len, skipped;
    uint32_t depth;
    struct filter_open_text tag, texts[3]; /* the tag being read; text elements that are open */
    unsigned n_texts;
    uint32_t inner[EL_COUNT]; /* start tags that are text now, whose end tags will be text too */
    /* documents and what stands around them */
    uint64_t documents, junk_len;
    struct place junk_at;
    int junk, space;
    /* places */
    const unsigned char *counted;
    struct place counted_at;
};

int32_t filter_init(struct filter *f, const struct filter_calls *calls, struct notices *notices,
                    const int *over);
void filter_finish(struct filter *f); /* frees; accepts zeroed */

/* The next bytes, UTF-8 or nearly. */
int32_t filter_feed(struct filter *f, struct ferry_str bytes);
/* No more bytes. *cut: the report ends inside a document; *at: where it ends. */
int32_t filter_end(struct filter *f, int *cut, struct place *at);

/* Shared by filter*.c. */

static inline int filter_halted(const struct filter *f)
{
    return f->stalled || f->rc || *f->over;
}
/* 1 where fewer than n bytes are there and more may come: the step returns and is called again. */
static inline int filter_needs(struct filter *f, const unsigned char *p, const unsigned char *end,
                               size_t n)
{
    if ((size_t)(end - p) < n && !f->final) {
        f->stalled = 1;
        return 1;
    }
    return 0;
}
/* Passes what stands before p. */
void filter_pass(struct filter *f, const unsigned char *p);
/* Passes what stands before p, then `text` in place of n bytes; returns p + n. */
const unsigned char *filter_replace(struct filter *f, const unsigned char *p, size_t n,
                                    const char *text);
/* The place of p, which never goes back. */
struct place filter_place(struct filter *f, const unsigned char *p);
void filter_say(struct filter *f, enum notice code, const unsigned char *p, const char *text);
/* At a byte that is not plain: passes over good characters, mends one bad one. */
const unsigned char *filter_odd_byte(struct filter *f, const unsigned char *p,
                                     const unsigned char *end);
/* Inside CDATA. */
const unsigned char *filter_cdata(struct filter *f, const unsigned char *p,
                                  const unsigned char *end);
/* 1 where `text` stands at p. */
static inline int filter_at(const unsigned char *p, const unsigned char *end, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(end - p) >= n && memcmp(p, text, n) == 0;
}
/* At '<' in text: a tag, a comment, a CDATA section, or a character that should be &lt;. */
const unsigned char *filter_angle(struct filter *f, const unsigned char *p,
                                  const unsigned char *end);
/* At '>' of a tag. */
const unsigned char *filter_tag_end(struct filter *f, const unsigned char *p);
/* Outside of documents. */
const unsigned char *filter_prolog(struct filter *f, const unsigned char *p,
                                   const unsigned char *end);

#endif
