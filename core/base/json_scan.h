/* SPDX-License-Identifier: MIT */
/*
 * json_scan.h - shared by json_*.c only: a tokenizer that knows JSON's whole grammar, and what has
 * to be rewritten before cJSON may see a text. The tokenizer holds no tree and no copy; its
 * stack is one bit a level.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include "arena.h"
#include "json.h"

enum { JSON_DEPTH = 256, BIG_DIGITS = 16 };

enum json_token {
    JSON_END,
    JSON_FAULT,
    JSON_OPEN,
    JSON_CLOSE,
    JSON_NAME,
    JSON_STRING,
    JSON_NUMBER,
    JSON_WORD
};

enum {
    JSON_ESCAPED = 1, /* a string with a backslash in it */
    JSON_LONE = 2,    /* ... with half of a surrogate pair, which no UTF-8 can say */
    JSON_BIG = 4,     /* a whole number that a double may not hold */
    JSON_LONG = 8     /* another number of more characters than cJSON reads */
};

struct json_scan {
    struct ferry_str text;
    struct ferry_str origin; /* the same before comments were blanked; for positions */
    uint64_t at;             /* the next byte */
    uint64_t from, to;       /* the bytes of the last token, quotes included */
    uint32_t depth;          /* how many are open, after the last token */
    uint32_t expect;
    uint32_t notes;                        /* of the last token */
    uint64_t objects[JSON_DEPTH / 64 + 1]; /* bit d: what opened at depth d is an object */
    uint64_t fault_at;
    char fault[192];
};

/* `text` must live as long as the scan. A byte order mark at its begin is skipped. */
void json_scan_init(struct json_scan *s, struct ferry_str text);
/* JSON_END only behind one whole document; JSON_FAULT again and again once there is a fault. */
enum json_token json_scan_next(struct json_scan *s);
/* Is the container at this depth (1 is the outermost) an object? */
int json_scan_object(const struct json_scan *s, uint32_t depth);
/* After JSON_FAULT: fills err, with line and column, and returns E_INPUT. */
int32_t json_scan_fail(const struct json_scan *s, const char *name, struct ferry_error *err);
/* The same for a fault that the caller found at byte `at`. */
int32_t json_fail_at(struct ferry_str text, uint64_t at, const char *name, struct ferry_error *err,
                     const char *fault);

void json_position(struct ferry_str text, uint64_t at, uint32_t *line, uint32_t *column);
/* How many bytes from p on are plain ASCII inside a string: no quote, backslash, control or '#'. */
uint64_t json_plain_run(const char *p, uint64_t len);
/* Takes one character, or one escape, off the front of a scanned string; its bytes go to out. */
unsigned json_unescape(struct ferry_str *s, char out[4]);
/* A number's text as double; 0 where it is none, is too long or out of range. */
int json_double(struct ferry_str text, double *out);
/*
 * Appends text with comments and trailing commas turned into spaces, byte for byte in place.
 * E_INPUT with *fault_at where a comment has no end.
 */
int32_t json_blank(struct buf *out, struct ferry_str text, uint64_t *fault_at);

/* A stretch of scanned text on its way into cJSON; copied only where it has to change. */
struct json_rewrite {
    struct ferry_str text;
    uint64_t from, copied; /* [from, copied) is in buf; equal: nothing had to change */
    struct buf buf;
    struct buf numbers; /* which strings of the stretch are big numbers: uint64_t each */
    uint64_t strings;   /* strings so far */
};
/* Begins a stretch at byte `from`. The struct is zeroed or was used before. */
void json_rewrite_begin(struct json_rewrite *w, struct ferry_str text, uint64_t from);
void json_rewrite_finish(struct json_rewrite *w);
/* Takes note of the scan's last token. */
void json_rewrite_token(struct json_rewrite *w, const struct json_scan *s, enum json_token token);
/* Leaves [from, to) of the text out. */
void json_rewrite_skip(struct json_rewrite *w, uint64_t from, uint64_t to);
/* The stretch up to byte `to` as a tree. The only failure is E_NO_MEMORY. */
int32_t json_rewrite_build(struct json_rewrite *w, uint64_t to, struct cJSON **root,
                           struct ferry_error *err);

/*
 * A tree out of the tokens of one value. Nodes, names and texts are the tree's, until its next begin: nobody frees them, and nobody
 * may hold on to them.
 */
struct json_tree {
    struct arena arena;
    struct cJSON *root;
    char *name; /* of the value that comes next */
    uint32_t level;
    struct cJSON *open[JSON_DEPTH + 1],
        *last[JSON_DEPTH + 1]; /* by level: a container, and what came into it last */
};
void json_tree_init(struct json_tree *t);
void json_tree_finish(struct json_tree *t);
void json_tree_begin(struct json_tree *t);
/* Takes the scan's last token, which is none of JSON_END and JSON_FAULT. */
void json_tree_token(struct json_tree *t, const struct json_scan *s, enum json_token token);
/* After the value's last token. The only failure is E_NO_MEMORY. */
int32_t json_tree_root(const struct json_tree *t, const struct cJSON **root,
                       struct ferry_error *err);

#endif
