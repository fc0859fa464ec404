/* SPDX-License-Identifier: MIT */
/*
 * config_find.c - reports that lie around, as the glob that `ferry config init` proposes. A file
 * counts where a reader knows its first bytes. The look is short: so many entries, so deep, no
 * hidden folders, and none of those that package managers fill.
 */
#include "config_verbs.h"

#include <fcntl.h>
#include <fts.h>
#include <readers.h>
#include <text.h>
#include <unistd.h>

enum { MOST_ENTRIES = 50000, MOST_REPORTS = 1000, DEEPEST = 8, HEAD = 4096, GLOB = 512 };

struct finding {
    const struct readers *readers;
    size_t skip; /* the folder's name and the slash after it */
    uint32_t found;
    int deep;                   /* some lie in different folders */
    char folder[GLOB], ext[16]; /* what they have in common */
};

static int is_passed_by(const FTSENT *e)
{
    static const char *const names[] = {"node_modules", "vendor", "venv", "__pycache__"};
    if (e->fts_level > 0 && e->fts_name[0] == '.') {
        return 1;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(e->fts_name, names[i]) == 0) {
            return 1;
        }
    }
    return e->fts_level > DEEPEST;
}

static int is_report(const struct finding *f, const FTSENT *e)
{
    char head[HEAD];
    ssize_t n = -1;
    int named = 0, fd;
    for (uint32_t i = 0; i < f->readers->n_globs && !named; i++) {
        named = text_glob(f->readers->globs[i], e->fts_name);
    }
    fd = named ? open(e->fts_accpath, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
    if (fd >= 0) {
        n = read(fd, head, sizeof head);
        close(fd);
    }
    return n > 0 && readers_choose(f->readers, (struct ferry_str){head, (uint64_t)n},
                                   ferry_cstr(e->fts_name)) != NULL;
}

/* Cuts f->folder to what `folder` has in common with it, part by part. */
static void meet(struct finding *f, const char *folder)
{
    size_t n = 0, whole = 0;
    while (f->folder[n] && f->folder[n] == folder[n]) {
        whole = f->folder[n] == '/' ? n : whole;
        n++;
    }
    if ((!f->folder[n] || f->folder[n] == '/') && (!folder[n] || folder[n] == '/')) {
        whole = n;
    }
    f->deep |= strcmp(f->folder, folder) != 0;
    f->folder[whole] = '\0';
}

static void take(struct finding *f, const FTSENT *e)
{
    const char *path = e->fts_path + f->skip, *slash = strrchr(path, '/');
    const char *dot = strrchr(e->fts_name, '.');
    char folder[GLOB];
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0, path);
    if (f->found++ == 0) {
        snprintf(f->folder, sizeof f->folder, "%s", folder);
        snprintf(f->ext, sizeof f->ext, "%.15s", dot ? dot : "");
        return;
    }
    meet(f, folder);
    if (strcmp(f->ext, dot ? dot : "") != 0) {
        f->ext[0] = '\0';
    }
}

static void walk(struct finding *f, const char *folder)
{
    char root[4096];
    char *roots[] = {root, NULL};
    uint32_t seen = 0;
    FTS *fts;
    FTSENT *e;
    if ((size_t)snprintf(root, sizeof root, "%s", folder) >= sizeof root) {
        return;
    }
    f->skip = strlen(root) + (root[strlen(root) - 1] != '/');
    fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    while (fts && f->found < MOST_REPORTS && seen++ < MOST_ENTRIES && (e = fts_read(fts)) &&
           !app_interrupted) {
        if (e->fts_info == FTS_D && is_passed_by(e)) {
            fts_set(fts, e, FTS_SKIP);
        } else if (e->fts_info == FTS_F && is_report(f, e)) {
            take(f, e);
        }
    }
    if (fts) {
        fts_close(fts);
    }
}

struct ferry_str config_find_reports(struct app *app, const char *folder, struct arena *arena,
                                     uint32_t *found)
{
    struct ferry_str glob = {NULL, 0};
    struct readers readers;
    struct finding f = {.readers = &readers};
    readers_init(&readers);
    if (readers_add_all(&readers, app->plugins, NULL, 0, NULL) == FERRY_OK) {
        walk(&f, folder);
    }
    if (f.found > 0) {
        glob = arena_printf(arena, "%s%s%s*%s", f.folder, f.folder[0] ? "/" : "",
                            f.deep ? "**/" : "", f.ext);
    }
    readers_finish(&readers);
    *found = f.found;
    return glob;
}
