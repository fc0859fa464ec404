/* SPDX-License-Identifier: MIT */
/*
 * plugin_scan.c - which plugins are there: the folders in their order, the files of each by name,
 * the note of each file. main opens the set once. It must never run code of a plugin, and never
 * leave out a file or a folder in silence: what cannot be used is an entry with its reason.
 */
#include "plugin_set.h"

#include <buf.h>
#include <file.h>
#include <text.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SHOWN = 180 };

static const char path_variable[] = "FERRY_PLUGIN_PATH";

static int32_t fail_memory(struct ferry_error *err)
{
    return ferry_fail(err, FERRY_E_NO_MEMORY, "plugins", "the list of plugins: out of memory");
}

/* A new entry for this path; NULL: out of memory. */
static struct plugin_slot *slot_add(struct plugins *p, const char *path,
                                    const struct plugin_trust *trust)
{
    struct plugin_slot **more = realloc(p->slots, (p->n + 1) * sizeof *more);
    struct plugin_slot *slot;
    if (!more) {
        return NULL;
    }
    p->slots = more;
    slot = calloc(1, sizeof *slot);
    if (!slot) {
        return NULL;
    }
    slot->entry.path = strdup(path);
    if (!slot->entry.path) {
        free(slot);
        return NULL;
    }
    slot->entry.error.size = sizeof slot->entry.error;
    slot->entry.bundled = trust->bundled;
    slot->trust = *trust;
    p->slots[p->n++] = slot;
    return slot;
}

/* The entry that has this id for good, or NULL. */
static const struct plugin_entry *id_taken(const struct plugins *p, const char *id)
{
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->slots[i]->entry.status == FERRY_OK && strcmp(p->slots[i]->entry.id, id) == 0) {
            return &p->slots[i]->entry;
        }
    }
    return NULL;
}

static int32_t file_judge(const struct plugins *p, struct plugin_entry *e,
                          const struct plugin_trust *trust)
{
    struct ferry_note_desc note;
    const struct plugin_entry *first;
    char shown[MAX_SHOWN];
    int fd;
    int32_t rc = plugin_file_open(e->path, trust, &fd, &e->error);
    if (rc) {
        return rc;
    }
    rc = plugin_note_read(fd, e->path, &note, &e->error);
    close(fd);
    memcpy(e->id, note.id, sizeof e->id);
    e->major = note.major;
    e->level = note.level;
    if (rc) {
        return rc;
    }
    first = id_taken(p, e->id);
    if (first) {
        text_show_to(shown, sizeof shown, ferry_cstr(first->path));
        return plugin_fail(
            &e->error, FERRY_E_CONFIG, e->path,
            "its id \"%s\" is taken by %s, which was found first; remove one of them", e->id,
            shown);
    }
    return FERRY_OK;
}

static int32_t file_add(struct plugins *p, const char *folder, const char *name,
                        const struct plugin_trust *trust, struct ferry_error *err)
{
    struct buf path;
    struct plugin_slot *slot;
    int32_t rc = FERRY_OK;
    buf_init(&path, PATH_MAX + NAME_MAX);
    path_join(&path, folder, name);
    slot = path.failed ? NULL : slot_add(p, buf_cstr(&path), trust);
    if (slot) {
        slot->entry.status = FERRY_E_BUG; /* not its own rival in id_taken() */
        slot->entry.status = file_judge(p, &slot->entry, trust);
    } else {
        rc = fail_memory(err);
    }
    buf_finish(&path);
    return rc;
}

static int is_plugin_name(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return d->d_name[0] != '.' && n > 3 && strcmp(d->d_name + n - 3, ".so") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* 1 when this folder was scanned before; else remembers it. -1: out of memory. */
static int folder_seen(struct plugins *p, const struct stat *st)
{
    struct plugin_folder *more;
    for (uint32_t i = 0; i < p->n_folders; i++) {
        if (p->folders[i].dev == st->st_dev && p->folders[i].ino == st->st_ino) {
            return 1;
        }
    }
    more = realloc(p->folders, (p->n_folders + 1) * sizeof *more);
    if (!more) {
        return -1;
    }
    p->folders = more;
    p->folders[p->n_folders++] = (struct plugin_folder){st->st_dev, st->st_ino};
    return 0;
}

/* A folder that cannot be used: an entry without an id. */
static int32_t folder_refuse(struct plugins *p, const char *path, const struct plugin_trust *trust,
                             const struct ferry_error *why, struct ferry_error *err)
{
    struct plugin_slot *slot = slot_add(p, path, trust);
    if (!slot) {
        return fail_memory(err);
    }
    slot->entry.error = *why;
    slot->entry.status = why->status;
    return FERRY_OK;
}

/* Takes what is in a folder that may be trusted. */
static int32_t folder_list(struct plugins *p, const char *path, const struct plugin_trust *trust,
                           struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct dirent **names = NULL;
    int32_t rc = FERRY_OK;
    int n = scandir(path, &names, is_plugin_name, by_name);
    if (n < 0 && errno == ENOMEM) {
        return fail_memory(err);
    }
    if (n < 0) {
        ferry_fail(&why, FERRY_E_IO, "plugins", "plugin folder %s: cannot list: %s; check its mode",
                   path, strerror(errno));
        return folder_refuse(p, path, trust, &why, err);
    }
    for (int i = 0; i < n; i++) {
        if (!rc) {
            rc = file_add(p, path, names[i]->d_name, trust, err);
        }
        free(names[i]);
    }
    free(names);
    return rc;
}

/* `named`: as the user wrote it. `origin`: where. */
static int32_t folder_scan(struct plugins *p, const char *named, const char *origin,
                           const struct plugin_trust *trust, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    char shown[MAX_SHOWN];
    struct stat st;
    char *path = NULL;
    int32_t rc;
    int seen;
    text_show_to(shown, sizeof shown, ferry_cstr(named));
    if (named[0] != '/') {
        ferry_fail(&why, FERRY_E_CONFIG, "plugins",
                   "plugin folder %s: a relative path in %s; write it from '/' on", shown, origin);
        return folder_refuse(p, named, trust, &why, err);
    }
    path = realpath(named, NULL);
    if (!path && errno == ENOMEM) {
        return fail_memory(err);
    }
    if (!path || stat(path, &st) < 0) {
        ferry_fail(&why, FERRY_E_CONFIG, "plugins",
                   "plugin folder %s: %s; make the folder or take it out of %s", shown,
                   strerror(errno), origin);
        rc = folder_refuse(p, named, trust, &why, err);
        goto out;
    }
    seen = folder_seen(p, &st);
    if (seen) {
        rc = seen > 0 ? FERRY_OK : fail_memory(err);
        goto out;
    }
    rc = plugin_folder_check(path, trust, &why);
    rc = rc ? folder_refuse(p, path, trust, &why, err) : folder_list(p, path, trust, err);
out:
    free(path);
    return rc;
}

/*
 * Ferry's own folder: in an installation before in a build, since there may be a /usr/plugins that
 * is somebody else's. Sets p->bundled, which stays NULL where there is none.
 */
static int32_t bundled_find(struct plugins *p, struct plugin_trust *trust, struct ferry_error *err)
{
    static const char *const places[] = {"../lib/ferry/plugins", "../plugins"};
    struct stat program, folder;
    char *self = realpath("/proc/self/exe", NULL);
    int32_t rc = FERRY_OK;
    if (!self && errno == ENOMEM) {
        return fail_memory(err);
    }
    if (!self || stat(self, &program) < 0) {
        free(self);
        return FERRY_OK; /* /proc is not mounted, or the program was removed: nothing to find it by
                          */
    }
    self[path_folder_len(self)] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places && !p->bundled && !rc; i++) {
        struct buf path;
        buf_init(&path, 2 * PATH_MAX);
        path_join(&path, self[0] ? self : "/", places[i]);
        p->bundled = path.failed ? NULL : realpath(path.ptr, NULL);
        rc = path.failed || (!p->bundled && errno == ENOMEM) ? fail_memory(err) : FERRY_OK;
        buf_finish(&path);
    }
    if (p->bundled && stat(p->bundled, &folder) == 0 && folder.st_uid == program.st_uid) {
        trust->bundled = 1;
        trust->owner = program.st_uid;
    }
    free(self);
    return rc;
}

/* The folders of FERRY_PLUGIN_PATH; empty parts count for nothing. */
static int32_t variable_scan(struct plugins *p, struct ferry_error *err)
{
    static const struct plugin_trust nobody = {0, 0};
    struct ferry_str rest = ferry_cstr(secure_getenv(path_variable));
    struct ferry_str piece;
    int32_t rc = FERRY_OK;
    while (!rc && str_split(&rest, ':', &piece)) {
        char *folder;
        if (str_empty(piece)) {
            continue;
        }
        folder = strndup(piece.ptr, (size_t)piece.len);
        rc = folder ? folder_scan(p, folder, path_variable, &nobody, err) : fail_memory(err);
        free(folder);
    }
    return rc;
}

int32_t plugins_open(struct plugins **out, const char *const *folders, struct ferry_error *err)
{
    static const struct plugin_trust nobody = {0, 0};
    struct plugin_trust own = {0, 0};
    struct plugins *p = calloc(1, sizeof *p);
    int32_t rc;
    *out = NULL;
    if (!p) {
        return fail_memory(err);
    }
    rc = bundled_find(p, &own, err);
    if (!rc && p->bundled) {
        rc = folder_scan(p, p->bundled, "ferry's installation", &own, err);
    }
    for (; !rc && folders && *folders; folders++) {
        rc = folder_scan(p, *folders, "the configuration", &nobody, err);
    }
    if (!rc) {
        rc = variable_scan(p, err);
    }
    if (rc) {
        plugins_close(p);
        return rc;
    }
    *out = p;
    return FERRY_OK;
}

void plugins_close(struct plugins *p)
{
    if (!p) {
        return;
    }
    for (uint32_t i = 0; i < p->n; i++) {
        free(p->slots[i]->entry.path);
        free(p->slots[i]);
    }
    free(p->slots);
    free(p->folders);
    free(p->bundled);
    free(p);
}

int plugins_is_mock(const struct plugin_entry *e)
{
    const char *last = strrchr(e->id, '-');
    return last && strcmp(last, "-mock") == 0;
}

uint32_t plugins_count(const struct plugins *p)
{
    return p->n;
}

struct plugin_entry *plugins_at(struct plugins *p, uint32_t i)
{
    return i < p->n ? &p->slots[i]->entry : NULL;
}
