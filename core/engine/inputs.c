/* SPDX-License-Identifier: MIT */
/*
 * inputs.c - expands arguments to files. Commands that read reports call it first. It looks at
 * names and kinds of files only and never opens one to read; what cannot be used becomes a note,
 * never a failure of the rest.
 */
#include "inputs.h"

#include <buf.h>
#include <text.h>

#include <dirent.h>
#include <errno.h>
#include <file.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LIST_MAX  ((size_t)256 << 20)
#define PATH_LONG ((size_t)64 << 10)

enum { SHOWN = 200 };

/* One argument being followed. */
struct walk {
    struct inputs *in;
    const char *const *globs;
    struct buf path;         /* where the walk stands */
    uint64_t matched;        /* files this argument led to */
    uint64_t passed_links;   /* folders behind links that were not entered */
    const char *first_link;  /* in the arena */
    uint32_t any_depth;      /* the pattern holds ** */
    uint32_t folders_only;   /* the pattern ends in '/' */
    int32_t rc;              /* latched */
    struct ferry_error *err; /* where it is of the machine, not of memory alone */
};

/* --- the lists -------------------------------------------------------------- */

static int32_t grow(void **list, size_t *cap, size_t n, size_t each)
{
    size_t want = *cap ? *cap * 2 : 64;
    void *more;
    if (n < *cap) {
        return FERRY_OK;
    }
    more = reallocarray(*list, want, each);
    if (!more) {
        return FERRY_E_NO_MEMORY;
    }
    *list = more;
    *cap = want;
    return FERRY_OK;
}

static void add_note(struct walk *w, int32_t status, const char *shown, const char *cause)
{
    struct inputs *in = w->in;
    char name[SHOWN];
    if (w->rc) {
        return;
    }
    w->rc = grow((void **)&in->notes, &in->cap_notes, in->n_notes, sizeof *in->notes);
    if (!w->rc) {
        struct input_note *note = &in->notes[in->n_notes];
        text_show_to(name, sizeof name, ferry_cstr(shown));
        note->status = status;
        note->shown = arena_str(&in->arena, ferry_cstr(shown)).ptr;
        note->message = arena_printf(&in->arena, "%s: %s", name, cause).ptr;
        in->n_notes++;
        w->rc = in->arena.failed;
    }
}

/* The system said no: a note with its reason, or the end where the machine fails, not the path. */
static void add_trouble(struct walk *w, const char *shown, int number)
{
    char cause[160];
    const char *reason = strerrordesc_np(number);
    if (file_status(number, FERRY_OK)) {
        w->rc = w->rc ? w->rc : file_fail(w->err, shown, "cannot be looked at", number);
        return;
    }
    snprintf(cause, sizeof cause, "cannot be looked at: %s; check the path and its permissions",
             reason ? reason : "unknown error");
    add_note(w, FERRY_E_IO, shown, cause);
}

static void add_file(struct walk *w, const char *path, const struct stat *st, uint32_t found)
{
    struct inputs *in = w->in;
    if (w->rc) {
        return;
    }
    w->rc = grow((void **)&in->list, &in->cap, in->n, sizeof *in->list);
    if (!w->rc) {
        struct input *input = &in->list[in->n];
        memset(input, 0, sizeof *input);
        input->path = st ? arena_str(&in->arena, ferry_cstr(path)).ptr : NULL;
        input->shown = st ? input->path : "-";
        input->device = st ? st->st_dev : 0;
        input->inode = st ? st->st_ino : 0;
        input->found = found;
        in->n++;
        w->matched++;
        w->rc = in->arena.failed;
    }
}

/* --- folders ---------------------------------------------------------------- */

/* The names in a folder: each is its d_type and the NUL-ended text. E_INPUT: there is no such folder. */
static int32_t list_names(struct walk *w, const char *folder, struct buf *names)
{
    DIR *d;
    folder = *folder ? folder : ".";
    d = opendir(folder);
    int number = 0;
    if (!d) {
        if (errno != ENOENT && errno != ENOTDIR) {
            add_trouble(w, folder, errno);
        }
        return FERRY_E_INPUT;
    }
    for (;;) {
        struct dirent *e;
        errno = 0;
        e = readdir(d);
        if (!e) {
            number = errno;
            break;
        }
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            buf_putc(names, (char)e->d_type);
            buf_put(names, (struct ferry_str){e->d_name, strlen(e->d_name) + 1});
        }
    }
    closedir(d);
    if (number) {
        add_trouble(w, folder, number);
    }
    if (names->failed) {
        w->rc = names->failed;
    }
    return w->rc;
}

/* Puts `name` behind the walk's path; answers the length to go back to. */
static size_t push(struct walk *w, struct ferry_str name)
{
    size_t at = w->path.len;
    if (at > 0 && w->path.ptr[at - 1] != '/') {
        buf_putc(&w->path, '/');
    }
    buf_put(&w->path, name);
    if (w->path.failed && !w->rc) {
        w->rc = w->path.failed;
    }
    return at;
}

int inputs_wanted(const char *const *globs, const char *name)
{
    size_t len = strlen(name);
    char bare[256];
    for (; *globs; globs++) {
        if (text_glob(*globs, name)) {
            return 1;
        }
        if (len > 3 && len < sizeof bare && strcmp(name + len - 3, ".gz") == 0) {
            snprintf(bare, sizeof bare, "%.*s", (int)(len - 3), name);
            if (text_glob(*globs, bare)) {
                return 1;
            }
        }
    }
    return 0;
}

/* A file that was found, not named. */
static void take_found(struct walk *w, const struct stat *st)
{
    if (S_ISREG(st->st_mode)) {
        add_file(w, buf_cstr(&w->path), st, 1);
    } else {
        add_note(w, FERRY_OK, buf_cstr(&w->path), "left out: it is not a regular file");
    }
}

static void pass_link(struct walk *w)
{
    if (w->passed_links++ == 0) {
        w->first_link = arena_str(&w->in->arena, buf_str(&w->path)).ptr;
    }
}

/* What stands at the walk's path: 1 and *st; 0 where it is gone or is told by a note. */
static int look(struct walk *w, struct stat *st)
{
    if (stat(buf_cstr(&w->path), st) == 0) {
        return 1;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        struct stat link;
        if (lstat(buf_cstr(&w->path), &link) == 0 && S_ISLNK(link.st_mode)) {
            add_note(w, FERRY_E_INPUT, buf_cstr(&w->path),
                     "is a symbolic link to nothing; remove it or make what it names");
        }
    } else {
        add_trouble(w, buf_cstr(&w->path), errno);
    }
    return 0;
}

static void walk_folder(struct walk *w);

/* One name of a folder being searched. */
static void search_name(struct walk *w, unsigned char type, const char *name)
{
    int wanted = inputs_wanted(w->globs, name);
    struct stat st;
    size_t at;
    if (name[0] == '.' || (type == DT_REG && !wanted)) {
        return;
    }
    at = push(w, ferry_cstr(name));
    if (type == DT_DIR) {
        walk_folder(w);
    } else if (look(w, &st)) {
        struct stat own;
        if (!S_ISDIR(st.st_mode)) {
            if (wanted) {
                take_found(w, &st);
            }
        } else if (lstat(buf_cstr(&w->path), &own) == 0 && S_ISLNK(own.st_mode)) {
            pass_link(w);
        } else {
            walk_folder(w);
        }
    }
    buf_cut(&w->path, at);
}

/* All reports below the walk's path. */
static void walk_folder(struct walk *w)
{
    struct buf names;
    buf_init(&names, LIST_MAX);
    if (list_names(w, buf_cstr(&w->path), &names) == FERRY_OK) {
        for (size_t i = 0; i < names.len && !w->rc; i += 2 + strlen(names.ptr + i + 1)) {
            search_name(w, (unsigned char)names.ptr[i], names.ptr + i + 1);
        }
    }
    buf_finish(&names);
}

/* --- globs ------------------------------------------------------------------ */

static int has_meta(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if (strchr("*?[\\", s.ptr[i]) && s.ptr[i]) {
            return 1;
        }
    }
    return 0;
}

static void match(struct walk *w, const char *rest);

/* The walk's path has matched the whole pattern. */
static void match_end(struct walk *w)
{
    struct stat st;
    if (!look(w, &st)) {
        return;
    }
    if (!S_ISDIR(st.st_mode)) {
        if (!w->folders_only) {
            take_found(w, &st);
        }
    } else if (!w->any_depth) {
        walk_folder(w);
    }
}

/* One name against a component; with `component` NULL for **, which takes any folder and stays. */
static void match_name(struct walk *w, unsigned char type, const char *name, const char *component,
                       const char *rest)
{
    struct stat st;
    size_t at;
    if (name[0] == '.' && !(component && component[0] == '.')) {
        return;
    }
    if ((type == DT_REG && *rest) || (component && !text_glob(component, name))) {
        return;
    }
    at = push(w, ferry_cstr(name));
    if (component && !*rest) {
        match_end(w);
    } else if (component || type == DT_DIR) {
        match(w, rest);
    } else if (stat(buf_cstr(&w->path), &st) == 0 && S_ISDIR(st.st_mode)) {
        if (lstat(buf_cstr(&w->path), &st) == 0 && S_ISLNK(st.st_mode)) {
            pass_link(w);
        } else {
            match(w, rest);
        }
    }
    buf_cut(&w->path, at);
}

static void match_names(struct walk *w, const char *component, const char *rest)
{
    struct buf names;
    buf_init(&names, LIST_MAX);
    if (list_names(w, buf_cstr(&w->path), &names) == FERRY_OK) {
        for (size_t i = 0; i < names.len && !w->rc; i += 2 + strlen(names.ptr + i + 1)) {
            match_name(w, (unsigned char)names.ptr[i], names.ptr + i + 1, component, rest);
        }
    }
    buf_finish(&names);
}

/* Where the component at `s` ends, and in *rest what follows its slashes. */
static struct ferry_str component_at(const char *s, const char **rest)
{
    size_t n = strcspn(s, "/");
    *rest = s + n + strspn(s + n, "/");
    return (struct ferry_str){s, n};
}

/* Follows what is left of a pattern from the walk's path. */
static void match(struct walk *w, const char *rest)
{
    const char *after, *again = rest;
    struct ferry_str component = component_at(rest, &after);
    char *text;
    if (w->rc) {
        return;
    }
    if (str_is(component, "**")) {
        while (str_is(component_at(after, &rest), "**")) {
            again = after;
            after = rest;
        }
        if (!*after) {
            walk_folder(w);
            return;
        }
        match(w, after);
        match_names(w, NULL, again);
        return;
    }
    if (!has_meta(component)) {
        struct stat st;
        size_t at = push(w, component);
        if (*after) {
            match(w, after);
        } else if (lstat(buf_cstr(&w->path), &st) == 0) {
            match_end(w);
        }
        buf_cut(&w->path, at);
        return;
    }
    text = strndup(component.ptr, (size_t)component.len);
    if (!text) {
        w->rc = FERRY_E_NO_MEMORY;
        return;
    }
    match_names(w, text, after);
    free(text);
}

static void expand_glob(struct walk *w, const char *pattern)
{
    size_t len = strlen(pattern);
    const char *rest;
    w->folders_only = len > 0 && pattern[len - 1] == '/';
    for (const char *s = pattern; *s; s = rest) {
        w->any_depth |= (uint32_t)str_is(component_at(s, &rest), "**");
    }
    if (pattern[0] == '/') {
        buf_putc(&w->path, '/');
    }
    match(w, pattern + strspn(pattern, "/"));
    if (w->matched == 0) {
        add_note(w, FERRY_OK, pattern,
                 "matches no file; check the pattern and the folder it is looked for in");
    }
}

/* --- arguments --------------------------------------------------------------- */

static void expand_named(struct walk *w, const char *arg, const struct stat *st)
{
    if (S_ISDIR(st->st_mode)) {
        push(w, ferry_cstr(arg));
        walk_folder(w);
        if (w->matched == 0) {
            add_note(w, FERRY_OK, arg,
                     "holds no report of a kind ferry reads; name the file, or see ferry plugins");
        }
    } else if (S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode) || S_ISCHR(st->st_mode)) {
        add_file(w, arg, st, 0);
    } else {
        add_note(w, FERRY_E_INPUT, arg, "is neither a file nor a folder; name a report");
    }
}

static void expand_arg(struct walk *w, const char *arg)
{
    struct stat st;
    if (strcmp(arg, "-") == 0) {
        add_file(w, arg, NULL, 0);
    } else if (!*arg) {
        add_note(w, FERRY_E_INPUT, "", "an input has no name; check for an empty variable");
    } else if (stat(arg, &st) == 0) {
        expand_named(w, arg, &st);
    } else if (errno != ENOENT && errno != ENOTDIR) {
        add_trouble(w, arg, errno);
    } else if (has_meta(ferry_cstr(arg))) {
        expand_glob(w, arg);
    } else {
        add_note(w, FERRY_E_INPUT, arg,
                 "no such file or folder; check the spelling and whether the tests wrote it");
    }
    if (w->passed_links) {
        char cause[128];
        snprintf(cause, sizeof cause,
                 "%llu folder(s) behind symbolic links not entered, this is "
                 "the first; name them to read them",
                 (unsigned long long)w->passed_links);
        add_note(w, FERRY_OK, w->first_link ? w->first_link : arg, cause);
    }
}

/* --- order and doubles ------------------------------------------------------- */

static int by_file(const void *a, const void *b)
{
    const struct input *x = a, *y = b;
    if (!x->path != !y->path) {
        return x->path ? 1 : -1;
    }
    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    if (x->inode != y->inode) {
        return x->inode < y->inode ? -1 : 1;
    }
    return strcmp(x->shown, y->shown);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct input *)a)->shown, ((const struct input *)b)->shown);
}

static void settle(struct inputs *in)
{
    size_t kept = 0;
    if (in->n == 0) {
        return;
    }
    qsort(in->list, in->n, sizeof *in->list, by_file);
    for (size_t i = 1; i < in->n; i++) {
        struct input *last = &in->list[kept], *next = &in->list[i];
        if (last->device == next->device && last->inode == next->inode &&
            !last->path == !next->path) {
            last->found &= next->found;
        } else {
            in->list[++kept] = *next;
        }
    }
    in->n = kept + 1;
    qsort(in->list, in->n, sizeof *in->list, by_name);
}

int32_t inputs_expand(struct inputs *in, const struct ferry_str *args, uint32_t n,
                      const char *const *globs, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    memset(in, 0, sizeof *in);
    arena_init(&in->arena, LIST_MAX);
    for (uint32_t i = 0; i < n && !rc; i++) {
        struct walk w = {.in = in, .globs = globs, .err = err};
        buf_init(&w.path, PATH_LONG);
        expand_arg(&w, args[i].ptr ? args[i].ptr : "");
        rc = w.rc;
        buf_finish(&w.path);
    }
    if (rc == FERRY_E_TOO_LARGE) {
        ferry_fail(err, rc, "input", "the list of inputs is over 256 MiB; name fewer at once");
    } else if (rc == FERRY_E_NO_MEMORY) {
        ferry_fail(err, rc, "input", "the list of inputs: out of memory");
    }
    settle(in);
    return rc;
}

void inputs_finish(struct inputs *in)
{
    arena_finish(&in->arena);
    free(in->list);
    free(in->notes);
    memset(in, 0, sizeof *in);
}
