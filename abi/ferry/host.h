/* SPDX-License-Identifier: MIT */
/*
 * host.h - what the host offers, by id; absent is NULL. (tasks.h has one more, for commands.) Codecs and planners get none of it:
 * readers, services and commands are handed a ferry_host with their calls. A table stays valid for the
 * call it was asked in.
 *
 * Since level 1.
 */
#ifndef FERRY_HOST_H
#define FERRY_HOST_H

#include "http.h"

struct ferry_host {
    uint32_t size;
    uint32_t level; /* the host's own; at least the plugin's */
    void *self;
    struct ferry_str version; /* of ferry */
    /* "ferry.host.log/1" -> const struct ferry_log *; NULL where this host or this call has none. [call] */
    const void *(*query)(void *self, const char *id);
};

#define FERRY_HOST_LOG_1 "ferry.host.log/1"
enum {
    FERRY_LOG_ERROR = 1,
    FERRY_LOG_WARN = 2,
    FERRY_LOG_INFO = 3,
    FERRY_LOG_DEBUG = 4,
    FERRY_LOG_TRACE = 5
};
/* Messages for people. The host adds the plugin's id and takes secrets out. */
struct ferry_log {
    void *self;
    /* 1 where messages of this level go anywhere. [call] */
    int32_t (*enabled)(void *self, uint32_t level);
    /* One line; lower case; names the thing, the cause, the cure. [call] */
    void (*write)(void *self, uint32_t level, struct ferry_str message);
};

#define FERRY_HOST_CONFIG_1 "ferry.host.config/1"
/* The plugin's own options, declared in ferry_plugin.options, with defaults and layers applied. */
struct ferry_config {
    void *self;
    /* The value in the form FERRY_OPT_* describes; absent where it has none; secrets are always absent. [call] */
    struct ferry_str (*get)(void *self, struct ferry_str name);
};

enum { FERRY_NULL = 0, FERRY_INT = 1, FERRY_REAL = 2, FERRY_TEXT = 3, FERRY_BYTES = 4 };
struct ferry_value { /* frozen, so arrays of it are allowed */
    uint32_t type;   /* FERRY_NULL ... */
    uint32_t reserved;
    int64_t i;
    double d;
    struct ferry_str s;
};
static inline struct ferry_value ferry_int(int64_t i)
{
    struct ferry_value v = {FERRY_INT, 0, 0, 0, {NULL, 0}};
    v.i = i;
    return v;
}
static inline struct ferry_value ferry_text(struct ferry_str s) /* absent: NULL */
{
    struct ferry_value v = {FERRY_NULL, 0, 0, 0, {NULL, 0}};
    if (s.ptr) {
        v.type = FERRY_TEXT;
        v.s = s;
    }
    return v;
}

/* Row by row; the values live until the callback returns. Returns OK, or any other status to stop. */
typedef int32_t ferry_row_fn(void *data, const struct ferry_value *row, uint32_t n);

#define FERRY_HOST_SQL_1 "ferry.host.sql/1"
/*
 * SQL common to SQLite and PostgreSQL; `?` marks values. One statement a call; the transaction is the
 * host's. E_IO with the reason; E_BUG where the statement itself is wrong.
 */
struct ferry_sql {
    void *self;
    /* `row` may be NULL. [call] */
    int32_t (*run)(void *self, struct ferry_str sql, const struct ferry_value *args, uint32_t n,
                   ferry_row_fn *row, void *data, struct ferry_error *err);
};

#define FERRY_HOST_BLOB_1 "ferry.host.blob/1"
/* Bytes in and out of the spool, for services. */
struct ferry_blobs {
    void *self;
    /* Reads up to n bytes at offset; how many, 0 at the end, or -status. [call] */
    int64_t (*read)(void *self, struct ferry_str digest, uint64_t offset, void *buf, uint64_t n);
    /* Keeps a range of a message's body (n 0: to the end); fills digest ("sha256:..." and NUL). Kept bytes live
     * as long as the service's state. [call] */
    int32_t (*keep)(void *self, const struct ferry_message *from, uint64_t offset, uint64_t n,
                    char digest[72], struct ferry_error *err);
};

#define FERRY_HOST_PROGRESS_1 "ferry.host.progress/1"
/* How far a long call has come; shown on a terminal only. */
struct ferry_progress {
    void *self;
    void (*phase)(void *self, struct ferry_str name, uint64_t total); /* total 0: unknown. [call] */
    void (*step)(void *self, uint64_t n);                             /* n more are done. [call] */
    int32_t (*cancelled)(void *self); /* 1: return E_STOP soon. [any] */
};

#define FERRY_HOST_CLOCK_1 "ferry.host.clock/1"
/* The only clock. Tests make it run as they please. */
struct ferry_clock {
    void *self;
    int64_t (*now_ms)(void *self);  /* since the epoch, UTC. [any] */
    int64_t (*mono_us)(void *self); /* never goes back; for durations. [any] */
};

#endif
