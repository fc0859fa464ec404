/* SPDX-License-Identifier: MIT */
/*
 * log.h - the one way to stderr. Every message passes the redaction of secrets (secrets.h) and the
 * escape for people's eyes; a level below the chosen one costs a comparison.
 */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include <ferry/host.h>

/*
 * Whether what goes to this descriptor may have colours. `choice`: 0 never, 1 always, -1 as
 * NO_COLOR, CLICOLOR_FORCE and TERM say, else where it is a terminal. [any]
 */
int color_wanted(int choice, int fd);
/* Level: FERRY_LOG_*. `color`: -1 by terminal and NO_COLOR, 0 never, 1 always. [any] */
void log_setup(uint32_t level, int color);
int log_enabled(uint32_t level);
void log_write(uint32_t level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What a call failed with. Where memory is out, the cure is added: it is the same everywhere. */
void log_failure(uint32_t level, const struct ferry_error *err);
#define log_error(...) log_write(FERRY_LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(FERRY_LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(FERRY_LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(FERRY_LOG_DEBUG, __VA_ARGS__)

/*
 * What this thread says from now on is kept in `lines`, as it would be shown, instead of going to stderr; NULL: no longer. For
 * work on several threads whose messages are to come in order. Where it does not fit, it goes to stderr.
 */
struct buf;
void log_keep(struct buf *lines);
/* To stderr what was kept, and empties it. */
void log_show(struct buf *lines);

/*
 * For people who come from a script: lines begin with "[INFO]", "[WARN]" or "[ERROR]", and errors are also added to `file`, which is
 * made on the first one: "2026-11-20 12:31:07,250 - ERROR - part - text", in UTC. `file` lives as long as messages are written; NULL:
 * none. Where it cannot be written a warning says so, once.
 */
void log_as_script(const char *file);
/* What ferry is about, for that file: a word, static. */
void log_part(const char *part);

/* The log service for a plugin; `plugin_id` begins each message and lives as long as the table is
 * used. */
struct ferry_log log_service(const char *plugin_id);

#endif
