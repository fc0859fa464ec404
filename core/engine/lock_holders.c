/* SPDX-License-Identifier: MIT */
/*
 * lock_holders.c - who holds the locks of a state folder. The kernel says which bytes of lanes.lock are
 * locked, but not by whom, since such a lock belongs to an open file: its process is found by looking
 * at the files that processes have open, as far as this user may.
 */
#include "journal_look.h"

#include <dirent.h>
#include <fcntl.h>
#include <file.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { MOST_LOCKS = 256, INFO = 4096 };

struct search {
    struct lock_holder locks[MOST_LOCKS];
    uint32_t n;
    struct stat file; /* lanes.lock */
};

/* --- which bytes ------------------------------------------------------------------------------ */

static void find_locks(struct search *s, int fd)
{
    off_t at = 0;
    while (s->n < MOST_LOCKS) {
        struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at};
        if (fcntl(fd, F_OFD_GETLK, &l) < 0 || l.l_type == F_UNLCK || l.l_start < at ||
            l.l_start >= JOURNAL_MOMENTS) {
            return;
        }
        s->locks[s->n++] = (struct lock_holder){.kind = (enum journal_lock_kind)(l.l_start % 2),
                                                .id = l.l_start / 2};
        at = l.l_start + 1;
    }
}

/* --- which process ------------------------------------------------------------------------------ */

/* "lock:\t1: OFDLCK ADVISORY WRITE -1 00:2d:77 2 2": first and last byte stand at the end. */
static void take_line(struct search *s, int64_t pid, const char *program, struct ferry_str line)
{
    struct ferry_str word, first = {NULL, 0}, last = {NULL, 0};
    int64_t from, to;
    while (str_split(&line, ' ', &word)) {
        first = word.len ? last : first;
        last = word.len ? word : last;
    }
    if (!str_int64(first, &from) || !str_int64(last, &to)) {
        return;
    }
    for (uint32_t i = 0; i < s->n; i++) {
        struct lock_holder *l = &s->locks[i];
        int64_t byte = l->id * 2 + (int)l->kind;
        if (byte >= from && byte <= to) {
            l->pid = pid;
            text_show_to(l->program, sizeof l->program, ferry_cstr(program));
        }
    }
}

static void read_small(const char *path, char out[INFO])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, INFO - 1);
    out[n > 0 ? n : 0] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

static void look_at_file(struct search *s, const char *pid, const char *fd)
{
    char path[300], info[INFO], program[INFO];
    struct ferry_str rest, line;
    int64_t number;
    snprintf(path, sizeof path, "/proc/%s/fdinfo/%s", pid, fd);
    read_small(path, info);
    snprintf(path, sizeof path, "/proc/%s/comm", pid);
    read_small(path, program);
    program[strcspn(program, "\n")] = '\0';
    rest = ferry_cstr(info);
    while (str_int64(ferry_cstr(pid), &number) && str_split(&rest, '\n', &line)) {
        if (str_starts(line, "lock:")) {
            take_line(s, number, program, line);
        }
    }
}

static void look_at_process(struct search *s, const char *pid)
{
    char path[300];
    struct stat st;
    struct dirent *entry;
    DIR *files;
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    files = opendir(path);
    while (files && (entry = readdir(files))) {
        if (entry->d_name[0] != '.' && fstatat(dirfd(files), entry->d_name, &st, 0) == 0 &&
            st.st_ino == s->file.st_ino && st.st_dev == s->file.st_dev) {
            look_at_file(s, pid, entry->d_name);
        }
    }
    if (files) {
        closedir(files);
    }
}

static void find_processes(struct search *s)
{
    struct dirent *entry;
    DIR *proc = opendir("/proc");
    while (proc && (entry = readdir(proc))) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
            look_at_process(s, entry->d_name);
        }
    }
    if (proc) {
        closedir(proc);
    }
}

/* --- what it is the lock of ------------------------------------------------------------------------ */

static void name_locks(struct search *s, const char *folder)
{
    struct buf path;
    struct db *db = NULL;
    buf_init(&path, 8192);
    path_join(&path, folder, "journal.db");
    if (path.failed || journal_look_open(&db, buf_cstr(&path), NULL)) {
        buf_finish(&path);
        return;
    }
    for (uint32_t i = 0; i < s->n; i++) {
        struct lock_holder *l = &s->locks[i];
        struct db_rows rows = {0};
        int32_t rc = db_query(db, &rows, NULL,
                              l->kind == LOCK_DEST ? "SELECT label FROM dest WHERE id = ?"
                                                   : "SELECT key FROM run WHERE id = ?",
                              "i", l->id);
        if (rc == FERRY_OK && db_step(&rows) > 0) {
            text_show_to(l->what, sizeof l->what, db_str(&rows, 0));
        }
        db_done(&rows);
    }
    db_close(db);
    buf_finish(&path);
}

int32_t journal_holders(const char *folder,
                        int32_t (*fn)(void *data, const struct lock_holder *holder), void *data)
{
    struct search *s = calloc(1, sizeof *s);
    struct buf path;
    int32_t rc = FERRY_OK;
    int fd;
    if (!s) {
        return FERRY_E_NO_MEMORY;
    }
    buf_init(&path, 8192);
    path_join(&path, folder, "lanes.lock");
    fd = path.failed ? -1 : open(buf_cstr(&path), O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &s->file) == 0) {
        find_locks(s, fd);
    }
    if (s->n > 0) {
        find_processes(s);
        name_locks(s, folder);
    }
    for (uint32_t i = 0; i < s->n && !rc; i++) {
        rc = fn(data, &s->locks[i]);
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_finish(&path);
    free(s);
    return rc;
}
