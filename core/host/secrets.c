/* SPDX-License-Identifier: MIT */
/*
 * secrets.c - the one list of what must never be seen, and the filter that takes it out. Log,
 * traces, receipts, exchange logs and stored error texts call it. It must never let a secret
 * through for being spelled in another way than it was given, so it does not look for a list of
 * encoded forms but compares character by character, each in any of its spellings.
 */
#include "secrets.h"

#include <pthread.h>
#include <stdlib.h>
#include <text.h>

enum {
    SHORTEST = 4,
    SHORTEST_LINE = 16,
    SHORTEST_CODE = 5,
    SHORTEST_PREFIX = 6,
    SHORTEST_IN_DATA = 12,
    MOST = 4096,
    MOST_READINGS = 32
};
#define MARK "***"

/* A text to look for: a secret itself, or what a secret turns into inside base64. */
struct needle {
    char *ptr;
    size_t len;
    uint32_t users; /* how often it was registered and not forgotten */
    int base64;     /* the match takes in the base64 characters around it */
};

static struct {
    pthread_rwlock_t lock;
    struct needle *needles;
    size_t n, cap;
    unsigned char first[256]; /* 1: a match may begin with this byte */
} list = {.lock = PTHREAD_RWLOCK_INITIALIZER};

/* --- one character in all its spellings ------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that `digits` hex digits at s.ptr[at] name, or -1. */
static int hex_value(struct ferry_str s, uint64_t at, unsigned digits)
{
    int value = 0;
    if (s.len < at + digits) {
        return -1;
    }
    for (unsigned i = 0; i < digits; i++) {
        int d = hex_digit(s.ptr[at + i]);
        if (d < 0 || value > 0xff) {
            return -1;
        }
        value = value * 16 + d;
    }
    return value <= 0xff ? value : -1;
}

/* Length of c at s as a backslash escape (JSON, or our own for terminals), or 0. */
static size_t escaped(struct ferry_str s, unsigned char c)
{
    static const char letters[] = "n\nt\tr\rb\bf\f\"\"\\\\//";
    if (s.len < 2) {
        return 0;
    }
    if (s.ptr[1] == 'u' && hex_value(s, 2, 4) == c) {
        return 6;
    }
    if (s.ptr[1] == 'x' && hex_value(s, 2, 2) == c) {
        return 4;
    }
    for (size_t i = 0; letters[i]; i += 2) {
        if (letters[i] == s.ptr[1] && (unsigned char)letters[i + 1] == c) {
            return 2;
        }
    }
    return 0;
}

/* Length of c at s as an entity of HTML or XML, or 0. */
static size_t entity(struct ferry_str s, unsigned char c)
{
    static const struct {
        char c;
        const char *text;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"},   {'>', "&gt;"},    {'"', "&quot;"},
                    {'"', "&#34;"}, {'\'', "&#39;"}, {'\'', "&#x27;"}, {'\'', "&apos;"}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if ((unsigned char)entities[i].c == c && str_starts(s, entities[i].text)) {
            return strlen(entities[i].text);
        }
    }
    return 0;
}

/*
 * How many bytes at s may spell c, as it is and encoded: "%25" is a '%' with two digits behind it, and it is an encoded '%'. 0 is
 * no reading. Returns how many there are in `steps`.
 */
static unsigned spelled(struct ferry_str s, unsigned char c, int base64, size_t steps[2])
{
    unsigned char at;
    size_t encoded = 0;
    unsigned n = 0;
    if (s.len == 0) {
        return 0;
    }
    at = (unsigned char)s.ptr[0];
    if (base64 && (at == '-' || at == '_')) {
        at = at == '-' ? '+' : '/';
    }
    if (at == '%' && hex_value(s, 1, 2) == c) {
        encoded = 3;
    } else if (at == '\\') {
        encoded = escaped(s, c);
    } else if (at == '&') {
        encoded = entity(s, c);
    }
    if (at == c || (at == '+' && c == ' ')) {
        steps[n++] = 1;
    }
    if (encoded) {
        steps[n++] = encoded;
    }
    return n;
}

/* --- matching ------------------------------------------------------------------ */

/* Where the characters of a needle so far may have ended: one place, but for a secret that looks encoded itself. */
struct readings {
    size_t at[MOST_READINGS]; /* ascending */
    unsigned n;
};

static void add_reading(struct readings *r, size_t at)
{
    unsigned i = r->n;
    while (i > 0 && r->at[i - 1] > at) {
        i--;
    }
    if (i == MOST_READINGS || (i > 0 && r->at[i - 1] == at)) {
        return;
    }
    r->n = r->n < MOST_READINGS ? r->n + 1 : r->n; /* the plainest stay, which are the shortest */
    memmove(&r->at[i + 1], &r->at[i], (r->n - 1 - i) * sizeof *r->at);
    r->at[i] = at;
}

/* Bytes of s that spell the needle; 0: they do not. *prefix: s ended inside it, after so many. */
static size_t match(const struct needle *n, struct ferry_str s, size_t *prefix)
{
    struct readings pair[2], *now = &pair[0], *next = &pair[1];
    now->at[0] = 0;
    now->n = 1;
    *prefix = 0;
    for (size_t i = 0; i < n->len && now->n > 0; i++) {
        struct readings *spare = now;
        next->n = 0;
        for (unsigned k = 0; k < now->n; k++) {
            struct ferry_str rest = str_sub(s, now->at[k], s.len);
            size_t steps[2];
            unsigned found = spelled(rest, (unsigned char)n->ptr[i], n->base64, steps);
            for (unsigned step = 0; step < found; step++) {
                add_reading(next, now->at[k] + steps[step]);
            }
            if (!found && (rest.len == 0 || str_is(rest, "..."))) {
                *prefix = i;
            }
        }
        now = next;
        next = spare;
    }
    return now->n > 0 ? now->at[now->n - 1] : 0;
}

static int is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '-' || c == '_' || c == '=';
}

/*
 * The stretch of text that shows a secret and begins at `at`, or before it by base64. 0: none.
 * A text that was cut, at its end or before "...", may end inside a secret: the part counts too.
 * Not in data, where a word must not go because it is a secret's, or begins like one.
 */
static int shown(struct ferry_str text, uint64_t at, int data, uint64_t *from, uint64_t *to)
{
    int found = 0;
    for (size_t i = 0; i < list.n; i++) {
        const struct needle *n = &list.needles[i];
        size_t prefix, len = match(n, str_sub(text, at, text.len), &prefix);
        uint64_t begin = at, end = at + len;
        if (len == 0 && prefix >= SHORTEST_PREFIX && !data) {
            end = text.len;
        } else if (len == 0 || (data && n->len < SHORTEST_IN_DATA)) {
            continue;
        }
        while (n->base64 && begin > 0 && is_base64(text.ptr[begin - 1])) {
            begin--;
        }
        while (n->base64 && end < text.len && is_base64(text.ptr[end])) {
            end++;
        }
        *from = !found || begin < *from ? begin : *from;
        *to = !found || end > *to ? end : *to;
        found = 1;
    }
    return found;
}

static void redact(struct buf *out, struct ferry_str text, int data)
{
    uint64_t done = 0, to = 0; /* what is out already; end of the stretch being left out */
    size_t start = out->len;
    int hiding = 0;
    pthread_rwlock_rdlock(&list.lock);
    for (uint64_t i = 0; list.n && i < text.len; i++) {
        uint64_t from, end;
        int found = list.first[(unsigned char)text.ptr[i]] && shown(text, i, data, &from, &end);
        if (hiding && i >= to && !found) {
            buf_puts(out, MARK);
            done = to;
            hiding = 0;
        }
        if (!found) {
            continue;
        }
        if (!hiding) {
            from = from < done ? done : from;
            buf_put(out, str_sub(text, done, from - done));
            hiding = 1;
            to = end;
        }
        to = end > to ? end : to;
    }
    pthread_rwlock_unlock(&list.lock);
    if (hiding) {
        buf_puts(out, MARK);
        done = to;
    }
    buf_put(out, str_sub(text, done, text.len));
    if (out->failed) {
        buf_cut(out, start); /* half a text may end inside a secret */
    }
}

void secrets_redact(struct buf *out, struct ferry_str text)
{
    redact(out, text, 0);
}

static int is_there(struct ferry_str text, int data)
{
    int found = 0;
    pthread_rwlock_rdlock(&list.lock);
    for (uint64_t i = 0; list.n && !found && i < text.len; i++) {
        uint64_t from, to;
        found = list.first[(unsigned char)text.ptr[i]] && shown(text, i, data, &from, &to);
    }
    pthread_rwlock_unlock(&list.lock);
    return found;
}

int secrets_found(struct ferry_str text)
{
    return is_there(text, 0);
}

static int clean(struct arena *arena, struct ferry_str *text, int data)
{
    struct buf b;
    if (!is_there(*text, data)) {
        return 0;
    }
    buf_init(&b, SIZE_MAX / 2);
    redact(&b, *text, data);
    *text = arena_str(arena, buf_str(&b));
    arena->failed = arena->failed ? arena->failed : b.failed;
    buf_finish(&b);
    return 1;
}

struct ferry_str secrets_clean(struct arena *arena, struct ferry_str text)
{
    clean(arena, &text, 0);
    return text;
}

int secrets_clean_data(struct arena *arena, struct ferry_str *text)
{
    return clean(arena, text, 1);
}

int secrets_any(void)
{
    pthread_rwlock_rdlock(&list.lock);
    int any = list.n > 0;
    pthread_rwlock_unlock(&list.lock);
    return any;
}

/* --- the list -------------------------------------------------------------------- */

static void mark_first(unsigned char c, int base64)
{
    list.first[c] = 1;
    list.first['%'] = 1;
    list.first['\\'] = 1;
    if (c == ' ') {
        list.first['+'] = 1;
    }
    if (strchr("&<>\"'", c)) {
        list.first['&'] = 1;
    }
    if (base64) {
        list.first['-'] = list.first['-'] || c == '+';
        list.first['_'] = list.first['_'] || c == '/';
    }
}

static int32_t add_needle(struct ferry_str s, int base64)
{
    struct needle *n;
    for (size_t i = 0; i < list.n; i++) {
        n = &list.needles[i];
        if (n->len == s.len && n->base64 == base64 && memcmp(n->ptr, s.ptr, n->len) == 0) {
            n->users++;
            return FERRY_OK;
        }
    }
    if (list.n == MOST) {
        return FERRY_E_TOO_LARGE;
    }
    if (list.n == list.cap) {
        size_t cap = list.cap ? list.cap * 2 : 16;
        n = reallocarray(list.needles, cap, sizeof *n);
        if (!n) {
            return FERRY_E_NO_MEMORY;
        }
        list.needles = n;
        list.cap = cap;
    }
    n = &list.needles[list.n];
    n->ptr = malloc((size_t)s.len);
    if (!n->ptr) {
        return FERRY_E_NO_MEMORY;
    }
    memcpy(n->ptr, s.ptr, (size_t)s.len);
    n->len = (size_t)s.len;
    n->users = 1;
    n->base64 = base64;
    mark_first((unsigned char)s.ptr[0], base64);
    list.n++;
    return FERRY_OK;
}

static int32_t drop_needle(struct ferry_str s, int base64)
{
    for (size_t i = 0; i < list.n; i++) {
        struct needle *n = &list.needles[i];
        if (n->len == s.len && n->base64 == base64 && memcmp(n->ptr, s.ptr, n->len) == 0) {
            if (--n->users == 0) {
                explicit_bzero(n->ptr, n->len);
                free(n->ptr);
                *n = list.needles[--list.n];
            }
            break;
        }
    }
    return FERRY_OK;
}

typedef int32_t needle_fn(struct ferry_str s, int base64);

/*
 * What stands in base64 text wherever the secret stood `shift` bytes behind a multiple of three:
 * the characters that its bytes alone decide. "user:secret" is found by one of the three.
 */
static int32_t each_base64(struct ferry_str secret, unsigned shift, needle_fn *fn)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t bits = (secret.len + shift) * 8, first = (shift * 8 + 5) / 6, n = 0;
    int32_t rc = FERRY_OK;
    char *code = malloc((size_t)(bits / 6 + 1));
    if (!code) {
        return FERRY_E_NO_MEMORY;
    }
    for (uint64_t c = first; c * 6 + 6 <= bits; c++) {
        unsigned six = 0;
        for (uint64_t bit = c * 6; bit < c * 6 + 6; bit++) {
            unsigned char byte = (unsigned char)secret.ptr[bit / 8 - shift];
            six = six << 1 | (unsigned)(byte >> (7 - bit % 8) & 1);
        }
        code[n++] = alphabet[six];
    }
    if (n >= SHORTEST_CODE) {
        rc = fn((struct ferry_str){code, n}, 1);
    }
    explicit_bzero(code, (size_t)n);
    free(code);
    return rc;
}

/* All that is looked for on account of one secret. */
static int32_t each_needle(struct ferry_str secret, needle_fn *fn)
{
    struct ferry_str rest = secret, line;
    if (secret.len < SHORTEST) {
        return FERRY_OK;
    }
    int32_t rc = fn(secret, 0);
    for (unsigned shift = 0; !rc && shift < 3; shift++) {
        rc = each_base64(secret, shift, fn);
    }
    /* A key of several lines is shown line by line; its first and last ("-----BEGIN") are no
     * secret. */
    while (!rc && str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.len >= SHORTEST_LINE && line.len < secret.len && !str_starts(line, "-----")) {
            rc = fn(line, 0);
        }
    }
    return rc;
}

int32_t secrets_add(struct ferry_str secret)
{
    pthread_rwlock_wrlock(&list.lock);
    int32_t rc = each_needle(secret, add_needle);
    pthread_rwlock_unlock(&list.lock);
    return rc;
}

void secrets_forget(struct ferry_str secret)
{
    pthread_rwlock_wrlock(&list.lock);
    each_needle(secret, drop_needle);
    pthread_rwlock_unlock(&list.lock);
}

void secrets_clear(void)
{
    pthread_rwlock_wrlock(&list.lock);
    for (size_t i = 0; i < list.n; i++) {
        explicit_bzero(list.needles[i].ptr, list.needles[i].len);
        free(list.needles[i].ptr);
    }
    free(list.needles);
    list.needles = NULL;
    list.n = list.cap = 0;
    memset(list.first, 0, sizeof list.first);
    pthread_rwlock_unlock(&list.lock);
}
