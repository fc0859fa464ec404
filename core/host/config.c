/* SPDX-License-Identifier: MIT */
/*
 * config.c - the configuration as others see it: load, ask, forget. Commands and the engine call
 * it. The layers themselves are read by config_file.c and config_env.c.
 */
#include "config_private.h"

#include <file.h>
#include <log.h>
#include <stdlib.h>
#include <text.h>

enum { LARGEST = 16 * 1024 * 1024 };

/* plugins.folders as the array that plugins_open() takes. */
static int32_t split_folders(struct config *c, struct ferry_error *err)
{
    struct ferry_str list = config_get(c, "plugins.folders"), rest = list, piece;
    size_t n = 0;
    while (str_split(&rest, '\n', &piece)) {
        n++;
    }
    c->plugin_folders = arena_array(&c->arena, const char *, n + 1);
    if (!c->plugin_folders) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
    }
    for (size_t i = 0; str_split(&list, '\n', &piece); i++) {
        c->plugin_folders[i] = arena_str(&c->arena, piece).ptr;
    }
    return c->arena.failed;
}

int32_t config_load(struct config **out, const char *folder, const char *file,
                    struct ferry_error *err)
{
    struct config *c = calloc(1, sizeof *c);
    char *real = realpath(folder, NULL);
    int32_t rc;
    *out = NULL;
    if (!c || !real) {
        char shown[200];
        rc = c ? ferry_fail(err, FERRY_E_CONFIG, NULL,
                            "folder \"%s\" cannot be found; check that it is there",
                            text_show_to(shown, sizeof shown, ferry_cstr(folder)))
               : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
        goto out;
    }
    arena_init(&c->arena, LARGEST);
    c->last = &c->entries;
    c->work = c->folder = arena_str(&c->arena, ferry_cstr(real)).ptr;
    rc = c->work ? config_read_files(c, file, err)
                 : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
    rc = rc ? rc : config_read_variables(c, err);
    rc = rc ? rc : config_read_trusted(c, err);
    rc = rc ? rc : split_folders(c, err);
out:
    free(real);
    if (rc) {
        config_free(c);
    } else {
        *out = c;
    }
    return rc;
}

void config_free(struct config *c)
{
    if (c) {
        arena_finish(&c->arena);
        free(c);
    }
}

struct ferry_str config_get(const struct config *c, const char *path)
{
    const struct config_entry *e = config_find(c, path);
    const struct config_key *key = config_key_find(path);
    if (e) {
        return e->value.ptr ? e->value : e->raw;
    }
    return ferry_cstr(key ? key->option.def : NULL);
}

const char *config_origin(const struct config *c, const char *path)
{
    const struct config_entry *e = config_find(c, path);
    const struct config_key *key = config_key_find(path);
    if (e) {
        return e->origin;
    }
    return key && key->option.def ? "default" : "not set";
}

const char *config_folder(const struct config *c)
{
    return c->folder;
}

const char *config_file(const struct config *c)
{
    return c->file;
}

const char *const *config_plugin_folders(const struct config *c)
{
    return c->plugin_folders;
}

const char *config_state_folder(struct config *c, const char *flag)
{
    struct ferry_str path = config_get(c, "state.path");
    if (flag && *flag) {
        return *flag == '/' ? arena_str(&c->arena, ferry_cstr(flag)).ptr
                            : arena_printf(&c->arena, "%s/%s", c->work, flag).ptr;
    }
    if (path.ptr) {
        return path.ptr; /* absolute and NUL-ended: it came through the arena */
    }
    return arena_printf(&c->arena, "%s/.ferry", c->folder).ptr;
}

/* --- all of it ------------------------------------------------------------------ */

/* "trackers.NAME.KEY" taken apart; 0 where the path is another. */
static int split_tracker(const char *path, struct ferry_str *name, struct ferry_str *key)
{
    struct ferry_str rest = ferry_cstr(path), first;
    return str_split(&rest, '.', &first) && str_is(first, "trackers") &&
           str_split(&rest, '.', name) && (*key = rest, rest.ptr != NULL);
}

void config_trackers(const struct config *c, struct buf *out)
{
    for (const struct config_entry *e = c->entries; e; e = e->next) {
        struct ferry_str name, key, rest = buf_str(out), line;
        int known = 0;
        if (!split_tracker(e->path, &name, &key)) {
            continue;
        }
        while (str_split(&rest, '\n', &line)) {
            known |= ferry_eq(line, name);
        }
        if (!known) {
            buf_puts(out, out->len ? "\n" : "");
            buf_put(out, name);
        }
    }
}

/* Whether an option holds the secret itself: by its declaration, and where that cannot be had by
 * its name. */
static int is_literal_secret(const struct config *c, struct plugins *p,
                             const struct config_entry *e, struct ferry_str name,
                             struct ferry_str key)
{
    char path[160];
    const struct config_entry *plugin;
    const struct ferry_plugin *loaded = NULL;
    const struct ferry_option *o = NULL;
    if (memmem(e->raw.ptr, (size_t)e->raw.len, "${", 2)) {
        return 0;
    }
    snprintf(path, sizeof path, "trackers.%.*s.plugin", STR_ARG(name));
    plugin = config_find(c, path);
    loaded = p && plugin ? plugins_get(p, plugin->raw, NULL) : NULL;
    o = loaded ? option_find(loaded->options, key) : NULL;
    return o ? (o->flags & FERRY_OPT_SECRET) != 0 : !loaded || config_names_secret(key);
}

int32_t config_each(const struct config *c, struct plugins *p,
                    int32_t (*fn)(void *data, const struct config_item *item), void *data)
{
    int32_t rc = FERRY_OK;
    for (size_t i = 0; config_keys[i] && !rc; i++) {
        const char *path = config_keys[i]->option.name;
        const struct config_entry *e = config_find(c, path);
        struct config_item item = {.path = path, .origin = config_origin(c, path)};
        item.value = config_get(c, path);
        item.raw = e ? e->raw : item.value;
        rc = item.value.ptr ? fn(data, &item) : FERRY_OK;
    }
    for (const struct config_entry *e = c->entries; e && !rc; e = e->next) {
        struct config_item item = {.path = e->path, .origin = e->origin, .raw = e->raw};
        struct ferry_str name, key;
        if (!split_tracker(e->path, &name, &key) || config_find(c, e->path) != e) {
            continue;
        }
        if (!str_is(key, "plugin") && !str_is(key, "project") &&
            is_literal_secret(c, p, e, name, key)) {
            item.raw = FERRY_LIT("***");
        }
        rc = fn(data, &item);
    }
    return rc;
}
