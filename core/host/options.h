/* SPDX-License-Identifier: MIT */
/*
 * options.h - options as data: commands, plugins and destinations all declare them as struct
 * ferry_option, and here they are parsed, checked, documented and suggested, once.
 */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <arena.h>
#include <buf.h>
#include <ferry/plugin.h>

/* One entry of a table, static: OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "..."), */
#define OPTION(...)                                                                                \
    &(const struct ferry_option)                                                                   \
    {                                                                                              \
        .size = sizeof(struct ferry_option), __VA_ARGS__                                           \
    }

/* Whether this key means an option: its words may be joined by '_' or '-', or begin in upper case (autoRunsSliceSize is auto_runs_slice_size). */
int option_is_called(const char *name, struct ferry_str key);
/* The option that is called so in a NULL-ended table, or NULL. */
const struct ferry_option *option_find(const struct ferry_option *const *table,
                                       struct ferry_str name);
/* "did you mean \"token\"?" for a name that is not in the table, or "". The text is static or in
 * `scratch`. */
const char *option_suggest(const struct ferry_option *const *table, struct ferry_str name,
                           char scratch[80]);
/*
 * What a person wrote to the form a plugin sees ("10s" -> "10000"); in the arena. E_CONFIG with
 * where = the option's name: what it was, what is wanted.
 */
int32_t option_value(const struct ferry_option *o, struct ferry_str text, struct arena *arena,
                     struct ferry_str *out, struct ferry_error *err);
/* The same, with `what` ("--jobs", "delivery.jobs") as the name in the message. */
int32_t option_value_of(const struct ferry_option *o, const char *what, struct ferry_str text,
                        struct arena *arena, struct ferry_str *out, struct ferry_error *err);
/*
 * Appends a regular expression (ECMA 262) that finds every text which option_value() takes; 0 and
 * nothing where any text is taken. It takes some more: a range, a host are not told by a pattern.
 */
int option_pattern(const struct ferry_option *o, struct buf *out);
/* Its default as a person would write it: "2m" for 120000; a list's values with ", " between. */
void option_default(const struct ferry_option *o, struct buf *out);
/* The variables that give it, NULL-ended; NULL where it has none or was declared before there were
 * any. */
const char *const *option_variables(const struct ferry_option *o);
/* Adds defaults for what is missing, and refuses missing required ones. `kv` has room for all of
 * the table. */
int32_t options_complete(const struct ferry_option *const *table, struct ferry_kv *kv, uint32_t *n,
                         struct ferry_error *err);
/*
 * The table as help, one option a paragraph, aligned. `prefix` stands before each name; one that
 * ends in "--" makes them flags ('-' between words).
 */
void options_help(const struct ferry_option *const *table, const char *prefix, struct buf *out);

#endif
