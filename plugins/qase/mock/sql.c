/* SPDX-License-Identifier: MIT */
/* sql.c - numbers for new things. */
#include "mock.h"

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
