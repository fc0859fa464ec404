/* SPDX-License-Identifier: MIT */
/*
 * attempts.h - how often a test was tried: results of one run that have one identity are numbered in the order in which
 * they are walked. Kept in a table of this connection's own.
 */
#ifndef ENGINE_ATTEMPTS_H
#define ENGINE_ATTEMPTS_H

#include "engine.h"

/* Finds the tests with more than one result among what this run has captured. *some: there are any. */
int32_t attempts_find(struct engine *e, int64_t run_id, int *some, struct ferry_error *err);
/* Which result of its test the next one of this identity is, from 1; 0: the only one. After attempts_find() has found some. */
int32_t attempts_next(struct engine *e, struct ferry_str ident, uint32_t *n,
                      struct ferry_error *err);

#endif
