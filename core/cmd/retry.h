/* SPDX-License-Identifier: MIT */
/* retry.h - a second chance for what was refused, for `ferry retry` and the commands of plugins. */
#ifndef CMD_RETRY_H
#define CMD_RETRY_H

#include "session.h"

#include <tasks.h>

/*
 * Puts back what was refused (tasks.h), delivers it, and prints the receipt. *ops: how many operations; where there are none nothing is delivered or printed,
 * and *code stays as it was.
 */
int32_t retry_go(struct session *s, const struct task_filter *filter, const struct ferry_str *names,
                 uint32_t n_names, uint64_t *ops, int *code, struct ferry_error *err);

#endif
