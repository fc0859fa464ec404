/* SPDX-License-Identifier: MIT */
/* plugin_command.h - `ferry PLUGIN COMMAND ...`: commands that plugins bring (ferry.commands/1). */
#ifndef CMD_PLUGIN_COMMAND_H
#define CMD_PLUGIN_COMMAND_H

#include "args.h"

#include <ferry/tasks.h>

struct app_line;
/*
 * One request of a plugin's command to its destination: dressed, signed in, limited like any other. *line is the way there,
 * made by the first one; NULL before it.
 */
int32_t app_send(struct app *app, struct target *target, struct app_line **line,
                 const struct ferry_message *request, ferry_answer_fn *answer, void *data,
                 struct ferry_error *err);
void app_hang_up(struct app_line *line); /* accepts NULL */

/* The tasks of a command's destination (ferry.host.tasks/1). `code`: the exit code that a retry has come to. */
struct app_tasks {
    struct app *app;
    const char *plugin;
    const struct target *target; /* NULL, or without a project: all of the plugin's */
    int code;
};
struct ferry_tasks app_tasks_service(struct app_tasks *t); /* valid as long as t */

/* argv: the words after the plugin's id. `app` has the plugins open, and the config where it could
 * be read. */
int plugin_command_run(struct app *app, struct globals *g, struct plugin_entry *e, int argc,
                       char *const *argv);

#endif
