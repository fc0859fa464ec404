/* SPDX-License-Identifier: MIT */
/*
 * status_map.h - what a destination's configuration makes of the statuses of results, before anything is planned: its options "status_map"
 * (FROM=TO, a line each) and "status_filter" (statuses that do not go there), where its plugin declares them.
 *
 * Words are ferry's ("errored"), the tracker's own that a result came with, and those that test-management systems and their reporters
 * have for ferry's ("invalid" for errored).
 */
#ifndef ENGINE_STATUS_MAP_H
#define ENGINE_STATUS_MAP_H

#include <config.h>
#include <ferry/model.h>

/* 1: the status was mapped to another one. Its text lies in the target. */
int status_map(const struct target *t, struct ferry_result *r);
/* Whether the filter holds the result's (mapped) status. */
int status_left_out(const struct target *t, const struct ferry_result *r);
/* E_CONFIG: a line of the map that is not FROM=TO, or maps a word twice. */
int32_t status_check(const struct target *t, struct ferry_error *err);

#endif
