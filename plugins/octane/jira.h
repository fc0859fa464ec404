/* SPDX-License-Identifier: MIT */
/* jira.h - keys of Jira: what one looks like, where they stand in a text, and how stories are asked for by them. */
#ifndef OCTANE_JIRA_H
#define OCTANE_JIRA_H

#include <buf.h>

enum { JIRA_AT_ONCE = 100, JIRA_KEY = 255 };

/* "ABC-123": letters, digits and '_' from a letter on, a hyphen, a number. */
int jira_is_key(struct ferry_str text);
/*
 * The next key of a text that may hold several, with white space, commas or semicolons between, or addresses that end in one. *rest moves
 * behind it; 0 where there is none left. What is no key is handed out as it is, with *is_key 0.
 */
int jira_next(struct ferry_str *rest, struct ferry_str *key, int *is_key);
/* Whether a pattern says where a key stands: "[{key}]". */
int jira_is_pattern(struct ferry_str pattern);
/* The next key in `text` that stands as the pattern says, from *at on, which moves behind it; 0 where there is none. */
int jira_find(struct ferry_str text, struct ferry_str pattern, uint64_t *at, struct ferry_str *key);
/* 1 where both name one issue: the case of letters does not count. */
int jira_same(struct ferry_str a, struct ferry_str b);
/* `field IN 'A-1','A-2'` of `n` keys. */
void jira_phrase(struct buf *b, struct ferry_str field, const struct ferry_str *keys, uint32_t n);

#endif
