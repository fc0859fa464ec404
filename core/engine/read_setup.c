/* SPDX-License-Identifier: MIT */
/*
 * read_setup.c - from configuration to what reading needs. The names of the keys stand here and in
 * the schema of the configuration, nowhere else.
 */
#include "read_setup.h"

#include <text.h>

#define SETUP_MAX ((size_t)1 << 20)

/* A list of the configuration, in the arena; absent: none. */
static int32_t list_of(struct arena *arena, struct ferry_str text, struct ferry_str **list,
                       uint32_t *n)
{
    struct ferry_str rest = text, piece;
    *n = 0;
    while (!str_empty(text) && str_split(&rest, '\n', &piece)) {
        ++*n;
    }
    *list = arena_array(arena, struct ferry_str, *n + 1);
    for (uint32_t i = 0; *list && i < *n && str_split(&text, '\n', &piece); i++) {
        (*list)[i] = arena_str(arena, piece);
    }
    return arena->failed;
}

static int32_t open_roots(struct read_setup *s, const struct config *config)
{
    struct ferry_str *list;
    uint32_t n;
    int32_t rc = list_of(&s->arena, config_get(config, "attachments.roots"), &list, &n);
    s->roots = rc ? NULL : arena_array(&s->arena, const char *, n + 1);
    for (uint32_t i = 0; s->roots && i < n; i++) {
        s->roots[i] = list[i].ptr;
    }
    return s->arena.failed;
}

static int32_t open_keys(struct read_setup *s, const struct config *config, struct ferry_error *err)
{
    struct keys_config keys = {.pattern = config_get(config, "automation_key.pattern"),
                               .map_file = config_get(config, "automation_key.map"),
                               .issues_file = config_get(config, "jira.map")};
    struct ferry_str *names;
    int32_t rc = list_of(&s->arena, config_get(config, "automation_key.properties"), &names,
                         &keys.n_properties);
    if (rc) {
        return ferry_fail(err, rc, "automation_key", "automation_key: out of memory");
    }
    keys.properties = names;
    keys.use_class_name =
        (uint32_t)str_is(config_get(config, "automation_key.fallback"), "classname.name");
    return keys_open(&s->keys, &keys, err);
}

int32_t read_setup_open(struct read_setup *s, const struct config *config, struct plugins *plugins,
                        const struct ferry_kv *given, uint32_t n_given, struct ferry_error *err)
{
    int64_t size = 0;
    int32_t rc;
    memset(s, 0, sizeof *s);
    arena_init(&s->arena, SETUP_MAX);
    readers_init(&s->readers);
    if (str_int64(config_get(config, "attachments.max_size"), &size) && size > 0) {
        s->max_attachment = (uint64_t)size;
    }
    rc = open_roots(s, config);
    if (rc) {
        return ferry_fail(err, rc, "attachments.roots", "attachments.roots: %s",
                          rc == FERRY_E_NO_MEMORY ? "out of memory" : "the list is too long");
    }
    rc = open_keys(s, config, err);
    if (!rc) {
        rc = readers_add_all(&s->readers, plugins, given, n_given, err);
    }
    if (!rc && s->readers.n == 0) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "plugins",
                        "no plugin that reads reports was found or could be loaded; ferry plugins "
                        "lists what there is, and why some were refused");
    }
    return rc;
}

void read_setup_close(struct read_setup *s)
{
    keys_close(s->keys);
    readers_finish(&s->readers);
    arena_finish(&s->arena);
    memset(s, 0, sizeof *s);
}

struct read_call read_setup_call(const struct read_setup *s)
{
    return (struct read_call){.readers = &s->readers,
                              .roots = (const char *const *)s->roots,
                              .max_attachment = s->max_attachment};
}
