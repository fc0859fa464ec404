/* SPDX-License-Identifier: MIT */
/*
 * text_match.c - matching that is more than equality: "did you mean" and globs. Patterns and
 * texts come from configuration and from reports, so neither may cost more than length times
 * length: no backtracking.
 */
#include "text.h"

#include <stdlib.h>

enum { LONGEST_WORD = 128, STACK_STATES = 512 };

static unsigned char fold(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits from a to b: insert, delete, change, swap of neighbours. Case is not an edit. */
static unsigned distance(struct ferry_str a, struct ferry_str b)
{
    unsigned rows[3][LONGEST_WORD + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= b.len; j++) {
        above[j] = j;
    }
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *spare = before;
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned char x = fold(a.ptr[i - 1]), y = fold(b.ptr[j - 1]);
            unsigned best = above[j - 1] + (x != y);
            best = least(best, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == fold(b.ptr[j - 2]) && y == fold(a.ptr[i - 2])) {
                best = least(best, before[j - 2] + 1);
            }
            row[j] = best;
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b.len];
}

const char *text_nearest(struct ferry_str word, const char *const *candidates, size_t n)
{
    const char *nearest = NULL;
    unsigned limit, best;
    if (word.len == 0 || word.len > LONGEST_WORD) {
        return NULL;
    }
    limit = (unsigned)word.len / 3 > 1 ? (unsigned)word.len / 3 : 1;
    best = limit + 1;
    for (size_t i = 0; i < n; i++) {
        struct ferry_str candidate = ferry_cstr(candidates[i]);
        unsigned d;
        if (candidate.len == 0 || candidate.len > word.len + limit ||
            candidate.len + limit < word.len || candidate.len > LONGEST_WORD) {
            continue;
        }
        d = distance(word, candidate);
        /* One letter replaced by another is no hint, though its distance is within the limit. */
        if (d < best && d < word.len) {
            best = d;
            nearest = candidates[i];
        }
    }
    return nearest;
}

/*
 * The glob as an automaton: a state is an offset in the pattern, all states that are possible
 * move on together with each character of the text.
 */
struct glob {
    struct ferry_str pattern;
    unsigned char *now, *next; /* one flag per offset, pattern.len + 1 of them */
};

/* The next pattern character at *i, a quoted one unquoted; a broken byte stands for itself. */
static uint32_t glob_char(struct ferry_str p, uint64_t *i)
{
    uint32_t code;
    unsigned n;
    if (p.ptr[*i] == '\\' && *i + 1 < p.len) {
        (*i)++;
    }
    n = utf8_char(str_sub(p, *i, 4), &code);
    if (n == 0) {
        code = 0x80000000u | (unsigned char)p.ptr[*i];
        n = 1;
    }
    *i += n;
    return code;
}

/* The offset behind the class that opens at i, or 0 where it has no end. *hit: c is in it. */
static uint64_t glob_class(struct ferry_str p, uint64_t i, uint32_t c, int *hit)
{
    int negated = 0, found = 0, first = 1;
    i++;
    if (i < p.len && p.ptr[i] == '!') {
        negated = 1;
        i++;
    }
    while (i < p.len && (p.ptr[i] != ']' || first)) {
        uint32_t low = glob_char(p, &i), high = low;
        first = 0;
        if (i + 1 < p.len && p.ptr[i] == '-' && p.ptr[i + 1] != ']') {
            i++;
            high = glob_char(p, &i);
        }
        found |= c >= low && c <= high;
    }
    if (i >= p.len) {
        return 0;
    }
    *hit = found != negated && c != '/';
    return i + 1;
}

/* Length of the star token at i: 1 for *, 2 for **, 3 for a whole folder part, 0 for none. */
static unsigned glob_star(struct ferry_str p, uint64_t i)
{
    if (i >= p.len || p.ptr[i] != '*') {
        return 0;
    }
    if (i + 1 >= p.len || p.ptr[i + 1] != '*') {
        return 1;
    }
    return (i == 0 || p.ptr[i - 1] == '/') && i + 2 < p.len && p.ptr[i + 2] == '/' ? 3 : 2;
}

/* Enters a state, and those behind stars, which may match nothing. */
static void glob_enter(const struct glob *g, unsigned char *states, uint64_t i)
{
    unsigned star;
    while (!states[i]) {
        states[i] = 1;
        star = glob_star(g->pattern, i);
        if (star == 0) {
            return;
        }
        i += star;
    }
}

/* What state i becomes by character c. */
static void glob_step(const struct glob *g, uint64_t i, uint32_t c)
{
    struct ferry_str p = g->pattern;
    unsigned star = glob_star(p, i);
    uint64_t after;
    int hit = 0;
    if (star == 3) {
        g->next[i] = 1; /* inside a folder: what follows may only begin behind its slash */
        if (c == '/') {
            glob_enter(g, g->next, i + 3);
        }
        return;
    }
    if (star) {
        if (star == 2 || c != '/') {
            glob_enter(g, g->next, i);
        }
        return;
    }
    after = p.ptr[i] == '[' ? glob_class(p, i, c, &hit) : 0;
    if (after == 0) {
        after = i;
        if (p.ptr[i] == '?') {
            hit = c != '/';
            after++;
        } else {
            hit = glob_char(p, &after) == c;
        }
    }
    if (hit) {
        glob_enter(g, g->next, after);
    }
}

static int glob_run(struct glob *g, struct ferry_str text)
{
    size_t states = (size_t)g->pattern.len + 1;
    uint64_t at = 0;
    memset(g->now, 0, states);
    glob_enter(g, g->now, 0);
    while (at < text.len) {
        unsigned char *spare = g->now;
        uint32_t code;
        unsigned n = utf8_char(str_sub(text, at, 4), &code);
        if (n == 0) {
            code = 0x80000000u | (unsigned char)text.ptr[at];
            n = 1;
        }
        at += n;
        memset(g->next, 0, states);
        for (uint64_t i = 0; i < g->pattern.len; i++) {
            if (g->now[i]) {
                glob_step(g, i, code);
            }
        }
        g->now = g->next;
        g->next = spare;
        if (!memchr(g->now, 1, states)) {
            return 0;
        }
    }
    return g->now[g->pattern.len];
}

int text_glob(const char *pattern, const char *text)
{
    unsigned char on_stack[2 * STACK_STATES];
    unsigned char *states = on_stack;
    struct glob g = {.pattern = ferry_cstr(pattern)};
    size_t n = (size_t)g.pattern.len + 1;
    int matches;
    if (n > STACK_STATES) {
        states = calloc(2, n);
        if (!states) {
            return 0;
        }
    }
    g.now = states;
    g.next = states + n;
    matches = glob_run(&g, ferry_cstr(text));
    if (states != on_stack) {
        free(states);
    }
    return matches;
}
