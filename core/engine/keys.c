/* SPDX-License-Identifier: MIT */
/*
 * keys.c - finds the Automation Key of a result. Capture and inspect ask it for every result, so
 * all that can be prepared is prepared at open. It decides nothing by itself: the order is in
 * keys.h, the rest is configured.
 */
#include "keys.h"

#include "keys_map.h"

#include <text.h>

#include <regex.h>
#include <stdlib.h>

enum { SEARCHED = 4096 };

struct keys {
    struct arena arena;
    const struct ferry_str *properties;
    uint32_t n_properties;
    uint32_t use_class_name;
    uint32_t has_pattern;
    regex_t pattern;
    struct keys_map *map, *issues; /* NULL: none */
};

const char *keys_from_text(enum keys_from from)
{
    static const char *const texts[] = {"none",    "report",   "property",  "tag",
                                        "pattern", "map file", "class name"};
    return (unsigned)from < sizeof texts / sizeof *texts ? texts[from] : "none";
}

/* --- configuration -------------------------------------------------------------------- */

static int32_t open_properties(struct keys *k, const struct keys_config *config,
                               struct ferry_error *err)
{
    static const struct ferry_str defaults[] = {
        {"Automation Key", 14}, {"automation_key", 14}, {"AutomationKey", 13}};
    const struct ferry_str *from = config->n_properties ? config->properties : defaults;
    uint32_t n = config->n_properties ? config->n_properties : 3;
    struct ferry_str *list = arena_array(&k->arena, struct ferry_str, n);
    for (uint32_t i = 0; list && i < n; i++) {
        list[i] = arena_str(&k->arena, str_trim(from[i]));
        if (str_empty(list[i]) && !k->arena.failed) {
            return ferry_fail(
                err, FERRY_E_CONFIG, "automation_key.properties",
                "automation_key.properties: name %u is empty; give the name of a property", i + 1);
        }
    }
    k->properties = list;
    k->n_properties = n;
    return k->arena.failed ? ferry_fail(err, k->arena.failed, "automation_key", "out of memory")
                           : FERRY_OK;
}

static int32_t open_pattern(struct keys *k, struct ferry_str text, struct ferry_error *err)
{
    char shown[120], why[120];
    const char *pattern = arena_str(&k->arena, text).ptr;
    int code;
    if (!pattern) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "automation_key", "out of memory");
    }
    text_show_to(shown, sizeof shown, text);
    code = strlen(pattern) == text.len ? regcomp(&k->pattern, pattern, REG_EXTENDED) : REG_BADPAT;
    if (code) {
        regerror(code, NULL, why, sizeof why);
        return ferry_fail(err, FERRY_E_CONFIG, "automation_key.pattern",
                          "automation_key.pattern: \"%s\": %s; give a POSIX extended regular "
                          "expression such as \"\\[([A-Z]+_[0-9]+)\\]\"",
                          shown, why);
    }
    k->has_pattern = 1;
    if (k->pattern.re_nsub != 1) {
        return ferry_fail(err, FERRY_E_CONFIG, "automation_key.pattern",
                          "automation_key.pattern: \"%s\" has %zu groups; put one pair of "
                          "parentheses around the key",
                          shown, k->pattern.re_nsub);
    }
    return FERRY_OK;
}

int32_t keys_open(struct keys **out, const struct keys_config *config, struct ferry_error *err)
{
    struct keys *k = calloc(1, sizeof *k);
    int32_t rc;
    *out = NULL;
    if (!k) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "automation_key", "out of memory");
    }
    arena_init(&k->arena, (size_t)1 << 20);
    k->use_class_name = config->use_class_name;
    rc = open_properties(k, config, err);
    if (!rc && !str_empty(config->pattern)) {
        rc = open_pattern(k, config->pattern, err);
    }
    if (!rc && !str_empty(config->map_file)) {
        rc = keys_map_open(&k->map, config->map_file, "automation_key.map", err);
    }
    if (!rc && !str_empty(config->issues_file)) {
        rc = keys_map_open(&k->issues, config->issues_file, "jira.map", err);
    }
    if (rc) {
        keys_close(k);
        return rc;
    }
    *out = k;
    return FERRY_OK;
}

void keys_close(struct keys *k)
{
    if (!k) {
        return;
    }
    if (k->has_pattern) {
        regfree(&k->pattern);
    }
    keys_map_close(k->map);
    keys_map_close(k->issues);
    arena_finish(&k->arena);
    free(k);
}

/* --- the key ------------------------------------------------------------------------------ */

/* The first counts; another one with other bytes is remembered. */
static void take(struct keys_found *found, enum keys_from from, struct ferry_str value)
{
    value = str_trim(value);
    if (str_empty(value)) {
        return;
    }
    if (found->from == KEY_NONE) {
        found->key = value;
        found->from = from;
    } else if (!found->also.ptr && !ferry_eq(found->key, value)) {
        found->also = value;
    }
}

static void from_properties(const struct keys *k, const struct ferry_result *r,
                            struct keys_found *found)
{
    for (uint32_t i = 0; i < k->n_properties; i++) {
        for (uint32_t j = 0; j < r->n_properties; j++) {
            if (str_cmp_nocase(k->properties[i], str_trim(r->properties[j].key)) == 0) {
                take(found, KEY_PROPERTY, r->properties[j].value);
            }
        }
    }
}

static void from_tags(const struct ferry_result *r, struct keys_found *found)
{
    for (uint32_t i = 0; i < r->n_tags; i++) {
        if (str_is_nocase(str_sub(r->tags[i], 0, 4), "key:")) {
            take(found, KEY_TAG, str_sub(r->tags[i], 4, r->tags[i].len));
        }
    }
}

static void from_name(const struct keys *k, const struct ferry_result *r, struct keys_found *found)
{
    struct ferry_str name = utf8_cut(r->name, SEARCHED);
    char text[SEARCHED + 1]; /* regexec wants its NUL, also where it is told the end */
    uint64_t at = 0;
    memcpy(text, name.ptr, (size_t)name.len);
    text[name.len] = '\0';
    /* All of them, so that a name with two different keys is told and not decided by chance. */
    while (name.len > at) {
        regmatch_t match[2] = {{.rm_so = (regoff_t)at, .rm_eo = (regoff_t)name.len}};
        if (regexec(&k->pattern, text, 2, match, REG_STARTEND | (at ? REG_NOTBOL : 0)) != 0) {
            return;
        }
        if (match[1].rm_so >= 0) {
            take(found, KEY_PATTERN,
                 str_sub(name, (uint64_t)match[1].rm_so,
                         (uint64_t)(match[1].rm_eo - match[1].rm_so)));
        }
        at = (uint64_t)match[0].rm_eo > at ? (uint64_t)match[0].rm_eo : at + 1;
    }
}

static int32_t from_class_name(const struct ferry_result *r, struct arena *arena,
                               struct keys_found *found)
{
    struct ferry_str class_name = str_trim(r->class_name), name = str_trim(r->name);
    char *text;
    if (str_empty(class_name) || str_empty(name)) {
        take(found, KEY_CLASS_NAME, str_empty(name) ? class_name : name);
        return FERRY_OK;
    }
    text = arena_alloc(arena, (size_t)(class_name.len + 1 + name.len));
    if (!text) {
        return arena->failed;
    }
    memcpy(text, class_name.ptr, (size_t)class_name.len);
    text[class_name.len] = '.';
    memcpy(text + class_name.len + 1, name.ptr, (size_t)name.len);
    take(found, KEY_CLASS_NAME, (struct ferry_str){text, class_name.len + 1 + name.len});
    return FERRY_OK;
}

static int32_t find_key(const struct keys *k, const struct ferry_item *item, struct arena *arena,
                        struct keys_found *found)
{
    const struct ferry_result *r = item->result;
    take(found, KEY_ITEM, item->key);
    from_properties(k, r, found);
    if (found->from == KEY_NONE) {
        from_tags(r, found);
    }
    if (found->from == KEY_NONE && k->has_pattern && r->name.ptr) {
        from_name(k, r, found);
    }
    if (found->from == KEY_NONE && k->map) {
        struct ferry_str key = {NULL, 0};
        int32_t rc = keys_map_find(k->map, r, arena, &key);
        if (rc) {
            return rc;
        }
        take(found, KEY_MAP, key);
    }
    return found->from == KEY_NONE && k->use_class_name ? from_class_name(r, arena, found)
                                                        : FERRY_OK;
}

/* --- case ids ------------------------------------------------------------------------------- */

static int names_cases(struct ferry_str property)
{
    property = str_trim(property);
    return str_is_nocase(property, "case_id") || str_is_nocase(property, "QaseID") ||
           str_is_nocase(property, "qase_id") || str_is_nocase(property, "qase.id");
}

/* Adds the ids of one value; where `list` is NULL only counts them. */
static void add_ids(struct ferry_str value, struct ferry_str *list, uint32_t *n)
{
    struct ferry_str id;
    while (str_split(&value, ',', &id)) {
        uint32_t i = 0;
        id = str_trim(id);
        if (str_empty(id)) {
            continue;
        }
        while (list && i < *n && !ferry_eq(list[i], id)) {
            i++;
        }
        if (!list || i == *n) {
            if (list) {
                list[i] = id;
            }
            ++*n;
        }
    }
}

static void all_ids(const struct ferry_result *r, struct ferry_str *list, uint32_t *n)
{
    *n = 0;
    for (uint32_t i = 0; i < r->n_case_ids; i++) {
        add_ids(r->case_ids[i], list, n);
    }
    for (uint32_t i = 0; i < r->n_properties; i++) {
        if (names_cases(r->properties[i].key)) {
            add_ids(r->properties[i].value, list, n);
        }
    }
}

int32_t keys_find(const struct keys *k, const struct ferry_item *item, struct arena *arena,
                  struct keys_found *found)
{
    struct ferry_str *list;
    uint32_t n;
    memset(found, 0, sizeof *found);
    if (!item->result) {
        return FERRY_OK;
    }
    all_ids(item->result, NULL, &n);
    if (n > 0) {
        list = arena_array(arena, struct ferry_str, n);
        if (!list) {
            return arena->failed;
        }
        all_ids(item->result, list, &found->n_case_ids);
        found->case_ids = list;
    }
    if (k->issues) {
        int32_t rc = keys_map_find(k->issues, item->result, arena, &found->issues);
        if (rc) {
            return rc;
        }
    }
    return find_key(k, item, arena, found);
}
