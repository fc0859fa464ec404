/* SPDX-License-Identifier: MIT */
/* plugin_command.h - `ferry PLUGIN COMMAND ...`: commands that plugins bring (ferry.commands/1). */
#ifndef CMD_PLUGIN_COMMAND_H
#define CMD_PLUGIN_COMMAND_H

#include "args.h"

/* One request of a plugin's command to its destination: dressed, signed in, limited like any other,
 * not repeated. */
int32_t app_send(struct app *app, struct target *target, const struct ferry_message *request,
                 ferry_answer_fn *answer, void *data, struct ferry_error *err);

/* argv: the words after the plugin's id. `app` has the plugins open, and the config where it could
 * be read. */
int plugin_command_run(struct app *app, struct globals *g, struct plugin_entry *e, int argc,
                       char *const *argv);

#endif
