/* SPDX-License-Identifier: MIT */
/* sql.c - numbers for new things. A request of two hundred results makes four hundred of them, so they are counted here and stored once. */
#include "mock.h"

#include <string.h>

/* The noun's place; a new one is read from its row. */
static int32_t find(struct http *h, int64_t project, const char *noun, struct number **out)
{
    struct number *n = h->numbers, *end = n + sizeof h->numbers / sizeof *n;
    while (n < end && n->noun && (n->project != project || strcmp(n->noun, noun) != 0)) {
        n++;
    }
    *out = n;
    if (n == end) {
        return ferry_fail(h->err, FERRY_E_BUG, NULL,
                          "a request that makes too many kinds of things");
    }
    if (n->noun) {
        return FERRY_OK;
    }
    *n = (struct number){.project = project, .noun = noun};
    int32_t rc =
        mock_int(h, -1, &n->stored, "SELECT last FROM counter WHERE project = ? AND noun = ?", "is",
                 project, ferry_cstr(noun));
    n->is_new = n->stored < 0;
    n->last = n->stored = n->is_new ? 0 : n->stored;
    return rc;
}

int32_t mock_next(struct http *h, int64_t project, const char *noun, int64_t *id)
{
    struct number *n;
    int32_t rc = find(h, project, noun, &n);
    *id = rc ? 0 : ++n->last;
    return rc;
}

int32_t mock_numbers_store(struct http *h)
{
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < sizeof h->numbers / sizeof *h->numbers && h->numbers[i].noun; i++) {
        const struct number *n = &h->numbers[i];
        if (rc == FERRY_OK && n->last != n->stored) {
            rc = mock_run(h,
                          n->is_new ? "INSERT INTO counter (last, project, noun) VALUES (?, ?, ?)"
                                    : "UPDATE counter SET last = ? WHERE project = ? AND noun = ?",
                          "iis", n->last, n->project, ferry_cstr(n->noun));
        }
    }
    return rc;
}
