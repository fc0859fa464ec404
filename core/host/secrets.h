/* SPDX-License-Identifier: MIT */
/*
 * secrets.h - what must never be seen. A secret is registered when it is read; from then on every
 * sink takes it out of what it shows: as it is, percent-encoded, JSON-escaped, base64, and as part
 * of "user:secret" in base64. [any]
 */
#ifndef HOST_SECRETS_H
#define HOST_SECRETS_H

#include <arena.h>
#include <buf.h>

/* Shorter than 4 bytes: kept out of the filter, since it would blank out ordinary text. */
int32_t secrets_add(struct ferry_str secret);
/* Takes one registration back: a session value that others have replaced. */
void secrets_forget(struct ferry_str secret);
/* Appends text with every registered secret replaced by "***". */
void secrets_redact(struct buf *out, struct ferry_str text);
/* Whether the text holds one. */
int secrets_found(struct ferry_str text);
/* The text itself where it holds none, else redacted in the arena, whose failure latches. */
struct ferry_str secrets_clean(struct arena *arena, struct ferry_str text);
/*
 * For texts that are kept and carried on: only what is as long as secrets are, 12 bytes, and whole,
 * so that no word of a test's name goes for being somebody's password. 1 where one was taken out.
 */
int secrets_clean_data(struct arena *arena, struct ferry_str *text);
/* Whether there is anything to look for. */
int secrets_any(void);
/* Wipes and forgets all. */
void secrets_clear(void);

#endif
