/* SPDX-License-Identifier: MIT */
/* upload.h - the way of `ferry upload`, for who is asked for one: `ferry serve`. */
#ifndef CMD_UPLOAD_H
#define CMD_UPLOAD_H

#include "cmd.h"

/* The options of `ferry upload`; args are of these. */
extern const struct ferry_option *const upload_options[];
/* Prints a receipt; the exit code. *run: the run's row in the journal, 0 where nothing was captured. */
int upload_run(struct app *app, const struct args *args, int64_t *run);

#endif
