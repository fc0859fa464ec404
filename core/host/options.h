/* SPDX-License-Identifier: MIT */
/*
 * options.h - options as data: commands, plugins and destinations all declare them as struct ferry_option, and here they are parsed,
 * checked, documented and suggested, once.
 */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <arena.h>
#include <buf.h>
#include <ferry/plugin.h>

/* The option of this name in a NULL-ended table ('-' and '_' are the same), or NULL. */
const struct ferry_option *option_find(const struct ferry_option *const *table,
                                       struct ferry_str name);
/* "did you mean \"token\"?" for a name that is not in the table, or "". The text is static or in `scratch`. */
const char *option_suggest(const struct ferry_option *const *table, struct ferry_str name,
                           char scratch[80]);
/*
 * What a person wrote to the form a plugin sees ("10s" -> "10000"); in the arena. E_CONFIG with where = the
 * option's name: what it was, what is wanted.
 */
int32_t option_value(const struct ferry_option *o, struct ferry_str text, struct arena *arena,
                     struct ferry_str *out, struct ferry_error *err);
/* Adds defaults for what is missing, and refuses missing required ones. `kv` has room for all of the table. */
int32_t options_complete(const struct ferry_option *const *table, struct ferry_kv *kv, uint32_t *n,
                         struct ferry_error *err);
/* The table as help, one option a paragraph, aligned. */
void options_help(const struct ferry_option *const *table, const char *prefix, struct buf *out);

#endif
