/* SPDX-License-Identifier: MIT */
/* config_pick.h - a destination being chosen, between config_target.c and config_pick_*.c alone: what it may be, and what it has come to. */
#ifndef HOST_CONFIG_PICK_H
#define HOST_CONFIG_PICK_H

#include "config_private.h"

enum { MOST_TRACKERS = 200, PICK_ROOM = 8 * 1024 * 1024 };

struct pick {
    const struct config *c;
    struct plugins *plugins;
    struct target *t;
    const char *section; /* of the config; NULL: none */
    const char *names[MOST_TRACKERS];
    size_t n_names;
    struct ferry_error *err;
};

int32_t pick_no_memory(const struct pick *p);

/* config_pick_named.c: the trackers of the config. */
int32_t pick_collect(struct pick *p); /* their names */
int pick_knows(const struct pick *p, struct ferry_str name);
void pick_list(const struct pick *p, struct buf *out);
/* Takes this one; `how` it came to be it, NULL: somebody named it. */
int32_t pick_named(struct pick *p, const char *name, const char *how);
/*
 * Takes the tracker of the config with this project, and this plugin where one is given. *found:
 * how many there are; of several none is taken, and that is an error.
 */
int32_t pick_by_project(struct pick *p, struct ferry_str plugin, struct ferry_str project,
                        size_t *found);
/*
 * Some trackers know a project by several ids ("space_id", "workspace_id"): of this tracker of the config (NULL: of none), else of variables.
 * Absent where one of them is not set, or there are none.
 */
int32_t pick_place(struct pick *p, const char *name, const struct ferry_plugin *plugin,
                   struct ferry_str *project);

/* config_pick_env.c: trackers by what the environment holds. */
/*
 * Trackers whose token is set. `project` absent: only those whose project is set as well. One is
 * taken; of several none, and that is an error.
 */
int32_t pick_by_variables(struct pick *p, struct ferry_str project, size_t *found);
/* The tracker plugin behind an entry, loaded where the environment speaks of it; else NULL. */
const struct ferry_plugin *pick_spoken_of(const struct pick *p, struct plugin_entry *e);

#endif
