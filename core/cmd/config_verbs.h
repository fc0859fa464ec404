/* SPDX-License-Identifier: MIT */
/* config_verbs.h - what config.c hands on to: one function a verb, as cmd.run. */
#ifndef CMD_CONFIG_VERBS_H
#define CMD_CONFIG_VERBS_H

#include "cmd.h"

int config_check(struct app *app, const struct args *args);
int config_init(struct app *app, const struct args *args);
int config_show(struct app *app, const struct args *args);

/* What is wrong with the trackers, the destinations of upload and the keys; how many. */
struct config_fault {
    const char *what; /* "trackers.ao", "upload.to", "automation_key" */
    const struct ferry_error *error;
    const struct target *target; /* NULL: it has none, or cannot be used */
};
/*
 * Looks at all that a command would need, and says of each what it came to. Sends nothing. `told` is
 * called for the good ones, too (error NULL). Answers how many are wrong.
 */
uint32_t config_examine(struct app *app, void (*told)(void *data, const struct config_fault *fault),
                        void *data);

/* A glob for reports that lie below `folder`, and how many there are; absent where there are none. */
struct ferry_str config_find_reports(struct app *app, const char *folder, struct arena *arena,
                                     uint32_t *found);

#endif
