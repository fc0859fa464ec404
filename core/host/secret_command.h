/* SPDX-License-Identifier: MIT */
/*
 * secret_command.h - a secret that a program tells: a password manager's. It is run as it is written, its words one by one and by no shell; what it
 * complains of goes nowhere, for it may hold what it should not. [any thread]
 */
#ifndef HOST_SECRET_COMMAND_H
#define HOST_SECRET_COMMAND_H

#include <buf.h>
#include <ferry/base.h>

/*
 * What the program prints, into `out`, which the caller wipes; the line's end is left out. `words`: the program, looked for in PATH, and its
 * arguments, with LF between them. `what` begins messages. E_CONFIG: it cannot be run, ends with another code than 0, prints nothing, too much, or
 * does not end within timeout_ms; then it and what it began is killed. The same words are run once a process, if that went well.
 */
int32_t secret_command(struct ferry_str words, const char *what, int64_t timeout_ms,
                       struct buf *out, struct ferry_error *err);

#endif
