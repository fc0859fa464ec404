/* SPDX-License-Identifier: MIT */
/* db_error.h - between db.c and db_error.c only: a SQLite failure as path, cause and cure. */
#ifndef BASE_DB_ERROR_H
#define BASE_DB_ERROR_H

#include "db.h"

/* Fills err for SQLite's (extended) code and returns the status. `sql` may be NULL. */
int32_t db_fail(struct ferry_error *err, sqlite3 *handle, int code, const char *path,
                const char *sql);

#endif
