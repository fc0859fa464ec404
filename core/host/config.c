/* SPDX-License-Identifier: MIT */
/*
 * config.c - the configuration as others see it: load, ask, forget. Commands and the engine call
 * it. The layers themselves are read by config_file.c and config_env.c.
 */
#include "config_private.h"

#include <errno.h>
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

/* A trouble is kept with what it is about, and the entries it came with are forgotten. */
int32_t config_go_on(struct config *c, const char *what, struct config_entry **entries, int32_t rc,
                     const struct ferry_error *why, struct ferry_error *err)
{
    struct config_left_out *out;
    if (rc && err && why != err) {
        *err = *why;
    }
    if (!rc || !c->anyway || rc == FERRY_E_NO_MEMORY) {
        return rc;
    }
    out = arena_new(&c->arena, struct config_left_out);
    if (!out) {
        return FERRY_E_NO_MEMORY;
    }
    out->trouble.what = arena_str(&c->arena, ferry_cstr(what)).ptr;
    out->trouble.error = *why;
    *c->last_left_out = out;
    c->last_left_out = &out->next;
    *entries = NULL;
    c->last = entries;
    return out->trouble.what ? FERRY_OK : FERRY_E_NO_MEMORY;
}

static int32_t load(struct config **out, const char *folder, const char *file, int anyway,
                    struct ferry_error *err)
{
    char *real = realpath(folder, NULL);
    int number = real ? 0 : errno;
    struct config *c = calloc(1, sizeof *c);
    struct ferry_error why = {.size = sizeof why};
    int32_t rc;
    *out = NULL;
    if (!c || !real) {
        char shown[200];
        rc = c && number != ENOMEM
                 ? ferry_fail(err, FERRY_E_CONFIG, NULL,
                              "folder \"%s\" cannot be found; check that it is there",
                              text_show_to(shown, sizeof shown, ferry_cstr(folder)))
                 : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
        goto out;
    }
    arena_init(&c->arena, LARGEST);
    c->anyway = anyway;
    c->last = &c->entries;
    c->last_left_out = &c->left_out;
    c->work = c->folder = arena_str(&c->arena, ferry_cstr(real)).ptr;
    rc = c->work && config_reporters_begin(c) == FERRY_OK
             ? config_read_files(c, file, err)
             : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
    rc = rc ? rc : config_read_variables(c, err);
    if (!rc) {
        struct config_entry **before = c->last;
        rc = config_read_trusted(c, &why);
        rc = config_go_on(c, CONFIG_SOURCE_TRUSTED, before, rc, &why, err);
    }
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

int32_t config_load(struct config **out, const char *folder, const char *file,
                    struct ferry_error *err)
{
    return load(out, folder, file, 0, err);
}

int32_t config_load_anyway(struct config **out, const char *folder, const char *file,
                           struct ferry_error *err)
{
    return load(out, folder, file, 1, err);
}

void config_free(struct config *c)
{
    if (c) {
        config_reporters_end(c);
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

int32_t config_set_flag(struct config *c, const char *path, const char *flag,
                        struct ferry_str value, struct ferry_error *err)
{
    const struct config_key *key = config_key_find(path);
    struct config_entry *e = key ? config_add(c, path, value, CONFIG_FLAG, flag, flag) : NULL;
    if (!e) {
        return ferry_fail(err, key ? FERRY_E_NO_MEMORY : FERRY_E_BUG, path, "%s: %s", flag,
                          key ? "out of memory" : "stands for no key");
    }
    return config_entry_check(c, key, e, err);
}

const char *config_folder(const struct config *c)
{
    return c->folder;
}

const char *config_file(const struct config *c)
{
    return c->file;
}

const char *config_file_origin(const struct config *c)
{
    return c->file_origin;
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

const char *config_state_origin(const struct config *c, const char *flag)
{
    if (flag && *flag) {
        return "--state";
    }
    if (config_get(c, "state.path").ptr) {
        return config_origin(c, "state.path");
    }
    return c->file ? "beside the configuration file" : "in the working folder";
}
