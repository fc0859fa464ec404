/* SPDX-License-Identifier: MIT */
/*
 * plugins.h - finding, checking and loading plugins.
 *
 * Scanning reads only the notes: it runs no code of any plugin. A plugin is loaded when it is first needed, through the
 * descriptor that was checked, and never unloaded. What is refused is remembered with its reason, so that `ferry plugins` can tell.
 * A set is opened and closed by one thread; get, interface and load are for any thread, several at once.
 */
#ifndef HOST_PLUGINS_H
#define HOST_PLUGINS_H

#include <ferry/ferry.h>

struct plugins;
struct plugin_entry {
    char id[32];
    char *path;                        /* absolute */
    uint32_t major, level;             /* of the note */
    uint32_t bundled;                  /* from ferry's own folder */
    const struct ferry_plugin *plugin; /* NULL until loaded */
    int32_t status;                    /* FERRY_OK, or why it was refused */
    struct ferry_error error;          /* when refused */
};

/*
 * Scans ferry's own folder (beside the program: ../plugins in a build, ../lib/ferry/plugins when installed), then `folders`
 * (absolute paths, NULL-ended, from the user's config), then FERRY_PLUGIN_PATH (absolute, ':' between). A folder that is
 * named and cannot be used is an error of its own entry, never silence. Two files with one id: the first counts,
 * the other is refused by name.
 */
int32_t plugins_open(struct plugins **out, const char *const *folders, struct ferry_error *err);
void plugins_close(struct plugins *p); /* accepts NULL; loaded plugins stay mapped */

uint32_t plugins_count(const struct plugins *p); /* refused ones included */
struct plugin_entry *plugins_at(struct plugins *p, uint32_t i);

/* The loaded plugin of this id; NULL with E_CONFIG and "did you mean" in err where there is none or it was refused. */
const struct ferry_plugin *plugins_get(struct plugins *p, struct ferry_str id,
                                       struct ferry_error *err);
/* Its table for an interface; NULL with an error that says what it does offer. */
const void *plugins_interface(struct plugins *p, struct ferry_str id, const char *interface_id,
                              struct ferry_error *err);
/* A mock ("qase-mock") is a service to try things on, and may need a library that nothing else does: it is loaded by its name alone, never to
 * see what it offers. */
int plugins_is_mock(const struct plugin_entry *e);
/* Loads an entry of plugins_at() (all checks); returns e->status. For `ferry plugins` and tests. */
int32_t plugins_load(struct plugins *p, struct plugin_entry *e);

/*
 * Reads and judges the note of one file, without loading it. A note that was found is filled in also where it is
 * refused for its major or level; else *note is zeroed.
 */
int32_t plugin_note_read(int fd, const char *path, struct ferry_note_desc *note,
                         struct ferry_error *err);

#endif
