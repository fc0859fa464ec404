/* SPDX-License-Identifier: MIT */
/* rows.c - numbers for new things, and single values. */
#include "mock.h"

int32_t alm_next(struct http *h, int64_t *id)
{
    int32_t rc = h->last
                     ? FERRY_OK
                     : alm_int(h, 0, &h->last, "SELECT number FROM mock WHERE name = 'last'", "");
    *id = rc ? 0 : ++h->last;
    return rc;
}

int32_t alm_next_keep(struct http *h)
{
    return h->last ? alm_run(h, "UPDATE mock SET number = ? WHERE name = 'last'", "i", h->last)
                   : FERRY_OK;
}

struct first_text {
    struct arena *arena;
    struct ferry_str text;
};

static int32_t take_text(void *data, const struct ferry_value *row, uint32_t n)
{
    struct first_text *f = data;
    if (n > 0 && row[0].type == FERRY_TEXT && !f->text.ptr) {
        f->text = arena_str(f->arena, row[0].s);
    }
    return FERRY_OK;
}

int32_t alm_text(struct http *h, struct ferry_str *out, const char *sql, struct ferry_str arg)
{
    struct first_text f = {&h->arena, {NULL, 0}};
    int32_t rc = alm_rows(h, take_text, &f, sql, arg.ptr ? "s" : "", arg);
    *out = f.text;
    return rc;
}
