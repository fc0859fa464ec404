/* SPDX-License-Identifier: MIT */
/* db_busy.h - between db.c and db_busy.c only: how long another process is waited for. */
#ifndef BASE_DB_BUSY_H
#define BASE_DB_BUSY_H

#include "db.h"

struct db_busy {
    int64_t most_us, since_us;
};

void db_busy_init(struct db_busy *b, int busy_ms);
/* SQLite's busy handler: waits a moment and says 1, or 0 where it was long enough. `count` from 0 on. */
int db_busy_wait(void *busy, int count);
/* What db_watch() was given is set. */
int db_interrupted(void);

#endif
