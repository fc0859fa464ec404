/* SPDX-License-Identifier: MIT */
/*
 * events.h - for programs that look on: each change of an operation's state is a line of JSON, added to a file, or to a pipe, as soon as it
 * is committed. A line is written whole, with one write, so that several ferry processes may share a file.
 *
 * Told are the changes of this process. One that dies between a commit and its line has not told it: the journal is the truth, and `ferry
 * status` tells it. Trouble with the file is said once and stops nothing.
 */
#ifndef ENGINE_EVENTS_H
#define ENGINE_EVENTS_H

#include <clock.h>
#include <db.h>

struct events;

/* `file` "/dev/fd/3" and its like are fine. E_CONFIG where it is stdout's or cannot be opened. The clock and the journal outlive it. */
int32_t events_open(struct events **out, const char *file, struct clock *clock, struct db *journal,
                    struct ferry_error *err);
void events_close(struct events *e); /* accepts NULL */

/* Tells what has happened since, in its order; outside of any transaction. Accepts NULL. */
void events_tell(struct events *e);

#endif
