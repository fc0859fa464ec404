/* SPDX-License-Identifier: MIT */
/* run.h - from a word to a command that runs: what main.c and help.c use. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "args.h"

const struct cmd *cmd_find(const char *name); /* of the table, or NULL */

/* Opens what `flags` (CMD_*) ask for into a zeroed app; app_close() in any case. */
int32_t app_open(struct app *app, const struct globals *g, unsigned flags, struct ferry_error *err);
void app_close(struct app *app);
/*
 * The plugins, also where the configuration cannot be read: then the bundled ones and a warning.
 * For help and for words that are no command.
 */
int32_t app_open_plugins(struct app *app, const struct globals *g, struct ferry_error *err);

/* `ferry NAME ...`: argv are the words after the name. The exit code. */
int cmd_run(const char *name, struct globals *g, int argc, char *const *argv);

/* help.c */
void help_overview(struct buf *out);
void help_command(const struct cmd *c, struct buf *out);
/* A plugin and what it offers; `command`: of these commands, one alone; NULL: all. */
void help_plugin(const struct plugin_entry *e, const char *command, struct buf *out);
/* Shows what the help functions wrote. The exit code. */
int help_show(struct buf *text);

#endif
