/* SPDX-License-Identifier: MIT */
/*
 * plugin_load.c - from an entry to a plugin that may be called, when it is first needed. Every
 * check is made again on the descriptor that is then loaded. It must never unload: constants of a
 * plugin may be held anywhere.
 */
#include "plugin_set.h"

#include <buf.h>
#include <file.h>
#include <text.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SHOWN = 200 };

/*
 * What is mapped into this process, for ever. The descriptor stays open as long: the dynamic loader
 * knows a library by the name it was opened with, /proc/self/fd/N, and would answer with the first
 * plugin when a second one got the same number. It also keeps the inode from being given to another
 * file.
 */
struct image {
    struct image *next;
    dev_t dev;
    ino_t ino;
    int fd;
    const struct ferry_plugin *plugin;
};
static struct image *images;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* images, and every entry's load */

/*
 * The loader names no reason for these, or a wrong one, where an allocation of its own failed. That the file itself cannot be
 * opened cannot be otherwise: the descriptor is open.
 */
static int is_out_of_memory(const char *text)
{
    static const char *const signs[] = {"annot allocate", "cannot create", "cannot extend",
                                        "out of memory"};
    static const char unopened[] = "cannot open shared object file";
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (strstr(text, signs[i])) {
            return 1;
        }
    }
    return strncmp(text, unopened, sizeof unopened - 1) == 0;
}

/* The loader's own words, without the name that only we gave the file. */
static int32_t fail_dlopen(const char *name, const char *path, struct ferry_error *err)
{
    const char *text = dlerror();
    size_t n = strlen(name);
    char shown[MAX_SHOWN];
    int undefined;
    if (access("/proc/self/fd", X_OK) < 0) {
        return plugin_fail(err, FERRY_E_IO, path, "cannot be loaded without /proc; mount it");
    }
    text = text ? text : "no reason given";
    if (strncmp(text, name, n) == 0 && text[n] == ':') {
        text += n + 1 + strspn(text + n + 1, " ");
    }
    if (strstr(text, "Too many open files")) {
        return plugin_fail(err, FERRY_E_IO, path,
                           "cannot be loaded: too many open files; raise ulimit -n");
    }
    if (is_out_of_memory(text)) {
        return plugin_fail(err, FERRY_E_NO_MEMORY, path, "cannot be loaded: out of memory");
    }
    undefined = strstr(text, "undefined symbol") != NULL;
    text_show_to(shown, sizeof shown, ferry_cstr(text));
    return plugin_fail(err, undefined ? FERRY_E_BUG : FERRY_E_CONFIG, path,
                       "cannot be loaded: %s; %s", shown,
                       undefined ? "link the library that has it, and with -Wl,-z,defs to be told "
                                   "when it is built"
                                 : "install what it needs (ldd shows it)");
}

/* Maps the file; takes over fd. Runs the constructors, and nothing else, of the plugin. */
static int32_t image_load(int fd, const char *path, const struct ferry_plugin **plugin,
                          struct ferry_error *err)
{
    char name[48];
    struct stat st;
    struct image *image = calloc(1, sizeof *image);
    void *handle;
    int32_t rc;
    if (!image || fstat(fd, &st) < 0) {
        rc = plugin_fail(err, image ? FERRY_E_IO : FERRY_E_NO_MEMORY, path, "cannot be loaded: %s",
                         image ? strerror(errno) : "out of memory");
        goto fail;
    }
    for (const struct image *i = images; i; i = i->next) {
        if (i->dev == st.st_dev && i->ino == st.st_ino) {
            *plugin = i->plugin;
            rc = FERRY_OK;
            goto fail; /* not a failure: nothing of ours is needed */
        }
    }
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        rc = fail_dlopen(name, path, err);
        goto fail;
    }
    *plugin = dlsym(handle, "ferry_plugin");
    *image = (struct image){images, st.st_dev, st.st_ino, fd, *plugin};
    images = image;
    return FERRY_OK;
fail:
    free(image);
    close(fd);
    return rc;
}

static int32_t folder_recheck(const struct plugin_slot *slot, struct ferry_error *err)
{
    char *folder = strndup(slot->entry.path, path_folder_len(slot->entry.path));
    int32_t rc = folder ? plugin_folder_check(*folder ? folder : "/", &slot->trust, err)
                        : plugin_fail(err, FERRY_E_NO_MEMORY, slot->entry.path, "out of memory");
    free(folder);
    return rc;
}

/* All steps of plugin_check.h. */
static int32_t load_checked(const struct plugin_slot *slot, const struct ferry_plugin **plugin,
                            struct ferry_error *err)
{
    const struct plugin_entry *e = &slot->entry;
    struct ferry_note_desc note;
    int fd = -1;
    int32_t rc = folder_recheck(slot, err);
    if (!rc) {
        rc = plugin_file_open(e->path, &slot->trust, &fd, err);
    }
    if (!rc) {
        rc = plugin_note_read(fd, e->path, &note, err);
    }
    if (!rc && strcmp(note.id, e->id) != 0) {
        rc =
            plugin_fail(err, FERRY_E_CONFIG, e->path,
                        "its id was \"%s\" and is \"%s\" now: it was replaced meanwhile; run again",
                        e->id, note.id);
    }
    if (!rc) {
        rc = plugin_exports_check(fd, e->path, &note, err);
    }
    if (rc) {
        if (fd >= 0) {
            close(fd);
        }
        return rc;
    }
    rc = image_load(fd, e->path, plugin, err);
    if (!rc && !*plugin) {
        rc = plugin_fail(err, FERRY_E_BUG, e->path,
                         "exports ferry_plugin, but the loader does not find it; build it again");
    }
    return rc ? rc : plugin_struct_check(*plugin, &note, e->path, err);
}

int32_t plugins_load(struct plugins *p, struct plugin_entry *e)
{
    const struct ferry_plugin *plugin = NULL;
    int32_t rc;
    (void)p;
    pthread_mutex_lock(&lock);
    rc = e->status;
    if (!rc && !e->plugin) {
        rc = load_checked((const struct plugin_slot *)e, &plugin, &e->error);
        e->status = rc;
        e->plugin = rc ? NULL : plugin;
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

/* Does a refused file whose note could not be read seem to be this plugin? */
static int is_named(const struct plugin_entry *e, struct ferry_str id)
{
    struct ferry_str base = ferry_cstr(path_base(e->path));
    return !e->id[0] && base.len == id.len + 3 && memcmp(base.ptr, id.ptr, (size_t)id.len) == 0 &&
           strcmp(base.ptr + id.len, ".so") == 0;
}

/* The usable entry of this id; else a refused one that would have been it; else NULL. */
static struct plugin_entry *entry_find(struct plugins *p, struct ferry_str id)
{
    struct plugin_entry *refused = NULL;
    for (uint32_t i = 0; i < p->n && id.len > 0; i++) {
        struct plugin_entry *e = &p->slots[i]->entry;
        if (!ferry_eq(ferry_cstr(e->id), id) && !is_named(e, id)) {
            continue;
        }
        if (e->plugin || e->status == FERRY_OK) {
            return e;
        }
        refused = refused ? refused : e;
    }
    return refused;
}

static int32_t fail_unknown(struct plugins *p, struct ferry_str id, struct ferry_error *err)
{
    const char **ids = calloc(p->n + 1, sizeof *ids);
    const char *near = NULL;
    char shown[64], folder[MAX_SHOWN];
    size_t n = 0;
    for (uint32_t i = 0; ids && i < p->n; i++) {
        if (p->slots[i]->entry.status == FERRY_OK) {
            ids[n++] = p->slots[i]->entry.id;
        }
    }
    if (ids) {
        near = text_nearest(id, ids, n);
    }
    free(ids);
    text_show_to(shown, sizeof shown, id);
    text_show_to(folder, sizeof folder, ferry_cstr(p->bundled));
    if (near) {
        return ferry_fail(err, FERRY_E_CONFIG, shown, "no plugin \"%s\"; did you mean \"%s\"?",
                          shown, near);
    }
    return ferry_fail(err, FERRY_E_CONFIG, shown,
                      "no plugin \"%s\" among the %zu of %s%s; \"ferry plugins\" lists them", shown,
                      n, p->bundled ? folder : "the configured folders",
                      p->bundled ? " and the configured folders" : "");
}

const struct ferry_plugin *plugins_get(struct plugins *p, struct ferry_str id,
                                       struct ferry_error *err)
{
    struct plugin_entry *e;
    pthread_mutex_lock(&lock); /* another thread may be writing the status of an entry */
    e = entry_find(p, id);
    if (!e) {
        fail_unknown(p, id, err);
    }
    pthread_mutex_unlock(&lock);
    if (!e) {
        return NULL;
    }
    int32_t rc = plugins_load(p, e);
    if (rc) { /* what the machine failed is not the configuration's fault */
        rc = rc == FERRY_E_NO_MEMORY || rc == FERRY_E_IO ? rc : FERRY_E_CONFIG;
        ferry_fail(err, rc, e->error.where, "%s", e->error.message);
        return NULL;
    }
    return e->plugin;
}

const void *plugins_interface(struct plugins *p, struct ferry_str id, const char *interface_id,
                              struct ferry_error *err)
{
    const struct ferry_plugin *plugin = plugins_get(p, id, err);
    const void *table;
    char offers[200] = "";
    if (!plugin) {
        return NULL;
    }
    table = plugin->query(interface_id);
    if (table) {
        return table;
    }
    for (uint32_t i = 0; plugin_interfaces[i]; i++) {
        size_t n = strlen(offers);
        if (plugin->query(plugin_interfaces[i])) {
            snprintf(offers + n, sizeof offers - n, "%s%s", n ? ", " : "", plugin_interfaces[i]);
        }
    }
    ferry_fail(err, FERRY_E_CONFIG, plugin->id,
               "plugin %s: does not offer %s, it offers %s; use another", plugin->id, interface_id,
               offers[0] ? offers : "nothing that this ferry knows");
    return NULL;
}
