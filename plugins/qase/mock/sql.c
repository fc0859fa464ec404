/* SPDX-License-Identifier: MIT */
/* sql.c - statements with their values in one line, and numbers for new things. Used by every handler. */
#include "mock.h"

#include <stdarg.h>
#include <string.h>
#include <text.h>

enum { MOST_ARGS = 24 };

static int32_t run(struct http *h, ferry_row_fn *row, void *data, const char *sql,
                   const char *types, va_list args)
{
    struct ferry_value values[MOST_ARGS];
    uint32_t n = 0;
    for (; types[n]; n++) {
        if (n == MOST_ARGS) {
            return ferry_fail(h->err, FERRY_E_BUG, NULL, "too many values: %s", sql);
        }
        values[n] = types[n] == 'i'   ? ferry_int(va_arg(args, int64_t))
                    : types[n] == 's' ? ferry_text(va_arg(args, struct ferry_str))
                                      : va_arg(args, struct ferry_value);
    }
    return h->sql->run(h->sql->self, ferry_cstr(sql), values, n, row, data, h->err);
}

int32_t mock_rows(struct http *h, ferry_row_fn *row, void *data, const char *sql, const char *types,
                  ...)
{
    va_list args;
    va_start(args, types);
    int32_t rc = run(h, row, data, sql, types, args);
    va_end(args);
    return rc;
}

int32_t mock_run(struct http *h, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int32_t rc = run(h, NULL, NULL, sql, types, args);
    va_end(args);
    return rc;
}

struct first {
    int64_t value;
    int there;
};

static int32_t take_first(void *data, const struct ferry_value *row, uint32_t n)
{
    struct first *f = data;
    if (!f->there && n > 0 && row[0].type == FERRY_INT) {
        f->value = row[0].i;
        f->there = 1;
    }
    return FERRY_OK;
}

int32_t mock_int(struct http *h, int64_t fallback, int64_t *out, const char *sql, const char *types,
                 ...)
{
    struct first f = {0, 0};
    va_list args;
    va_start(args, types);
    int32_t rc = run(h, take_first, &f, sql, types, args);
    va_end(args);
    *out = f.there ? f.value : fallback;
    return rc;
}

int32_t mock_next(struct http *h, int64_t project, const char *noun, int64_t *id)
{
    int32_t rc = mock_int(h, 0, id,
                          "UPDATE counter SET last = last + 1 WHERE project = ? AND noun = ? "
                          "RETURNING last",
                          "is", project, ferry_cstr(noun));
    if (rc || *id) {
        return rc;
    }
    *id = 1; /* the first of its noun */
    return mock_run(h, "INSERT INTO counter (project, noun, last) VALUES (?, ?, 1)", "is", project,
                    ferry_cstr(noun));
}

/* Not a secret, only nothing that can be taken for a number or guessed by adding one. */
static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

struct ferry_str mock_hash(struct http *h, const char *noun, int64_t id)
{
    uint64_t seed = 14695981039346656037u;
    for (const char *p = noun; *p; p++) {
        seed = (seed ^ (unsigned char)*p) * 1099511628211u;
    }
    uint64_t high = mixed(seed + (uint64_t)id * 0x9e3779b97f4a7c15u);
    return arena_printf(&h->arena, "%016llx%016llx", (unsigned long long)high,
                        (unsigned long long)mixed(high + (uint64_t)id));
}
