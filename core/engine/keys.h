/* SPDX-License-Identifier: MIT */
/*
 * keys.h - the Automation Key of a result, and the ids of cases it names. The key is what one test
 * is known by in every project, so it is found in one fixed order, and the first place that has
 * one decides:
 *
 *   1  what the reader or tracker says itself (item.key), or a property of a configured name, in the
 *      order of the names; names are compared without case
 *   2  a tag "key:VALUE"
 *   3  a pattern in the name, where configured
 *   4  a map file, where configured
 *   5  classname.name, where configured
 *
 * Values are trimmed; an empty one is none. Built once, then only read: any thread may ask it.
 */
#ifndef ENGINE_KEYS_H
#define ENGINE_KEYS_H

#include <arena.h>
#include <ferry/model.h>

struct keys_config {
    const struct ferry_str *properties; /* names; none: the three default ones */
    uint32_t n_properties;
    uint32_t use_class_name; /* 1: classname.name is a key */
    /*
     * POSIX extended regular expression with exactly one group, which is the key:
     * "\\[([A-Z]+_[0-9]+)\\]". Searched in the name's first 4096 bytes. Absent: none.
     */
    struct ferry_str pattern;
    /*
     * CSV file, a line a rule: GLOB,KEY. The glob is matched against suite parts, class and name
     * joined by '/' (the class left out where it repeats the last suite part); * stays within a
     * part, ** does not. The first matching line decides. "#" begins a comment line; fields may be
     * quoted. A file that is no such list, and one glob with two keys, are refused by line; one
     * without a rule is warned of. Absent: none.
     */
    struct ferry_str map_file;
    /* Such a file with the keys of Jira that a test is about: GLOB,"AO-1, AO-2". Absent: none. */
    struct ferry_str issues_file;
};

enum keys_from {
    KEY_NONE = 0,
    KEY_ITEM = 1,
    KEY_PROPERTY = 2,
    KEY_TAG = 3,
    KEY_PATTERN = 4,
    KEY_MAP = 5,
    KEY_CLASS_NAME = 6
};
/* "property", "map file" ... */
const char *keys_from_text(enum keys_from from);

struct keys_found {
    struct ferry_str key;  /* absent: none */
    struct ferry_str also; /* another key at the same place, which was not taken; absent: none */
    const struct ferry_str *case_ids;
    uint32_t n_case_ids;
    enum keys_from from;
    struct ferry_str issues; /* keys of Jira, as the file has them; absent: none */
};

struct keys;
/* E_CONFIG with the file and the line, or the pattern and what is wrong with it. */
int32_t keys_open(struct keys **out, const struct keys_config *config, struct ferry_error *err);
void keys_close(struct keys *k); /* accepts NULL */

/*
 * For an item with a result; what is found lives in the item or the arena. Case ids: the result's
 * own, then those of the properties case_id, QaseID, qase_id and qase.id (without case; a value may list
 * several, by commas), each once. E_NO_MEMORY.
 */
int32_t keys_find(const struct keys *k, const struct ferry_item *item, struct arena *arena,
                  struct keys_found *found);

#endif
