/* SPDX-License-Identifier: MIT */
/*
 * plugin_check.h - the steps between a path and a plugin that may be called. plugin_load.c goes
 * through them in this order; only the last one is reached after code of the plugin may have run.
 *
 *   plugin_folder_check   nobody else can put a file there
 *   plugin_file_open      nobody else can change it
 *   plugin_note_read      it is for this ferry (plugins.h)
 *   plugin_exports_check  it says ferry_plugin and nothing else; its struct's fixed fields fit
 *   plugin_struct_check   everything the struct promises is there
 */
#ifndef HOST_PLUGIN_CHECK_H
#define HOST_PLUGIN_CHECK_H

#include <ferry/plugin.h>

/* Whom to trust with a folder. */
struct plugin_trust {
    uint32_t bundled; /* ferry's own folder, owned by the owner of the program */
    uint32_t owner;   /* of the program, where bundled */
};

/* Fills err with "plugin FILE: ..." and returns status; the file's name is made inert. */
int32_t plugin_fail(struct ferry_error *err, int32_t status, const char *path, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));

/* `path` is absolute and has no links in it. E_CONFIG names the folder at fault and the command
 * that mends it. */
int32_t plugin_folder_check(const char *path, const struct plugin_trust *trust,
                            struct ferry_error *err);
/* Opens a regular file that only its trusted owner can write. */
int32_t plugin_file_open(const char *path, const struct plugin_trust *trust, int *fd,
                         struct ferry_error *err);
int32_t plugin_exports_check(int fd, const char *path, const struct ferry_note_desc *note,
                             struct ferry_error *err);
int32_t plugin_struct_check(const struct ferry_plugin *plugin, const struct ferry_note_desc *note,
                            const char *path, struct ferry_error *err);
/* The tables behind query(); part of plugin_struct_check. */
int32_t plugin_tables_check(const struct ferry_plugin *plugin, const char *path,
                            struct ferry_error *err);
/* One NULL-ended row of options; `of` says whose they are. */
int32_t plugin_options_check(const struct ferry_option *const *options, const char *of,
                             const char *path, struct ferry_error *err);

/* Lower-case words: [a-z][a-z0-9<extra>]*, at most `max` bytes. */
int plugin_word(const char *s, char extra, size_t max);
/* The interfaces that this ferry knows, NULL-ended. */
extern const char *const plugin_interfaces[];

#endif
