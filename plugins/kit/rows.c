/* SPDX-License-Identifier: MIT */
/* rows.c - statements with their values in one line. Used by every handler. */
#include "service_kit.h"

enum { MOST_ARGS = 24 };

static int32_t run(const struct ferry_sql *sql, struct ferry_error *err, ferry_row_fn *row,
                   void *data, const char *text, const char *types, va_list args)
{
    struct ferry_value values[MOST_ARGS];
    uint32_t n = 0;
    for (; types[n]; n++) {
        if (n == MOST_ARGS) {
            return ferry_fail(err, FERRY_E_BUG, NULL, "too many values: %s", text);
        }
        values[n] = types[n] == 'i'   ? ferry_int(va_arg(args, int64_t))
                    : types[n] == 's' ? ferry_text(va_arg(args, struct ferry_str))
                                      : va_arg(args, struct ferry_value);
    }
    return sql->run(sql->self, ferry_cstr(text), values, n, row, data, err);
}

int32_t kit_rows(const struct ferry_sql *sql, struct ferry_error *err, ferry_row_fn *row,
                 void *data, const char *text, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int32_t rc = run(sql, err, row, data, text, types, args);
    va_end(args);
    return rc;
}

int32_t kit_run(const struct ferry_sql *sql, struct ferry_error *err, const char *text,
                const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int32_t rc = run(sql, err, NULL, NULL, text, types, args);
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

int32_t kit_int(const struct ferry_sql *sql, struct ferry_error *err, int64_t fallback,
                int64_t *out, const char *text, const char *types, ...)
{
    struct first f = {0, 0};
    va_list args;
    va_start(args, types);
    int32_t rc = run(sql, err, take_first, &f, text, types, args);
    va_end(args);
    *out = f.there ? f.value : fallback;
    return rc;
}
