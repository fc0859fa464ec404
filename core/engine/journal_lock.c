/* SPDX-License-Identifier: MIT */
/*
 * journal_lock.c - who works on what; see journal.h. A lock is one byte of lanes.lock, held by the open file description, so that
 * it ends with the process. The kernel does not tell who holds it: the holder writes its pid into the file, at a place that
 * belongs to the lock, and what stands there means nothing unless the lock is held.
 */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <log.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { RECORD = 12, POLL_MS = 20, TELL_MS = 500 };

static const struct {
    short type;
    int32_t status;
    const char *doing, *cure;
} kinds[] = {
    [LOCK_DEST] = {F_WRLCK, FERRY_E_UNREACHABLE, "delivers to",
                   "everything is kept, go on with \"ferry resume\" when it has ended"},
    [LOCK_RUN] = {F_WRLCK, FERRY_E_IO, "captures for run", "run again when it has ended"},
    [LOCK_USE] = {F_RDLCK, FERRY_E_IO, "forgets", "run again when it has ended"},
    [LOCK_FORGET] = {F_WRLCK, FERRY_E_IO, "works on run", "run again when it has ended"},
};

/* Older ferries know DEST and RUN, so these keep their places; USE and FORGET share one, behind all others. */
static int64_t place(enum journal_lock_kind kind, int64_t id)
{
    return kind >= LOCK_USE ? JOURNAL_MOMENTS + id : id * 2 + (int)kind;
}

static struct flock range(enum journal_lock_kind kind, int64_t id, short type)
{
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = place(kind, id), .l_len = 1};
}

/* For people: that it could not be written is no reason to stop. */
static void write_pid(struct journal *j, enum journal_lock_kind kind, int64_t id)
{
    char text[RECORD + 1];
    if (kind >= LOCK_USE) {
        return; /* held for moments, or by many */
    }
    snprintf(text, sizeof text, "%-*ld\n", RECORD - 1, (long)getpid());
    ssize_t n = pwrite(j->lock_fd, text, RECORD, place(kind, id) * RECORD);
    (void)n;
}

int64_t journal_holder(struct journal *j, enum journal_lock_kind kind, int64_t id)
{
    struct flock l = range(kind, id, kinds[kind].type);
    char text[RECORD + 1] = "";
    int64_t pid = 0;
    if (fcntl(j->lock_fd, F_OFD_GETLK, &l) != 0 || l.l_type == F_UNLCK) {
        return 0;
    }
    ssize_t n = kind >= LOCK_USE ? 0 : pread(j->lock_fd, text, RECORD, place(kind, id) * RECORD);
    return n > 0 && str_int64(str_trim(ferry_cstr(text)), &pid) && pid > 0 ? pid : -1;
}

/* "another ferry (pid 17)" */
static const char *name_holder(struct journal *j, enum journal_lock_kind kind, int64_t id,
                               char room[64])
{
    int64_t pid = journal_holder(j, kind, id);
    snprintf(room, 64, pid > 0 ? "another ferry (pid %lld)" : "another ferry", (long long)pid);
    return room;
}

/* Another process has written something since `*seen`. */
static int has_changed(struct journal *j, int64_t *seen)
{
    int64_t now = db_one_int(j->db, *seen, NULL, "PRAGMA data_version", "");
    int changed = now != *seen;
    *seen = now;
    return changed;
}

struct waiting {
    enum journal_lock_kind kind;
    int64_t id;
    struct ferry_str subject;
    int64_t began_ms, idle_ms; /* idle: since its holder last wrote something */
    int64_t seen;
    int told;
};

/* A moment more; or why not. */
static int32_t wait_on(struct journal *j, struct waiting *w, struct clock *real,
                       struct ferry_error *err)
{
    char who[64];
    int64_t now = real->mono_us(real) / 1000;
    if (has_changed(j, &w->seen)) {
        w->idle_ms = now;
    }
    if (now - w->idle_ms >= j->lock_wait_ms) {
        return ferry_fail(err, kinds[w->kind].status, "",
                          "%.*s: %s is at it and has done nothing for %lld s; %s",
                          STR_ARG(w->subject), name_holder(j, w->kind, w->id, who),
                          (long long)(now - w->idle_ms) / 1000, kinds[w->kind].cure);
    }
    if (!w->told && now - w->began_ms >= TELL_MS) {
        log_info("waiting for %s, which %s %.*s", name_holder(j, w->kind, w->id, who),
                 kinds[w->kind].doing, STR_ARG(w->subject));
        w->told = 1;
    }
    if (real->wait_ms(real, POLL_MS, j->interrupted)) {
        return ferry_fail(err, FERRY_E_STOP, "", "interrupted while %s %s %.*s",
                          name_holder(j, w->kind, w->id, who), kinds[w->kind].doing,
                          STR_ARG(w->subject));
    }
    return FERRY_OK;
}

/* 1 where it is ours now, 0 where another process has it, or a negative errno. */
static int take(struct journal *j, enum journal_lock_kind kind, int64_t id)
{
    struct flock l = range(kind, id, kinds[kind].type);
    if (fcntl(j->lock_fd, F_OFD_SETLK, &l) == 0) {
        write_pid(j, kind, id);
        return 1;
    }
    return errno == EAGAIN || errno == EACCES || errno == EINTR ? 0 : -errno;
}

int journal_try_lock(struct journal *j, enum journal_lock_kind kind, int64_t id)
{
    return take(j, kind, id) > 0;
}

int32_t journal_lock(struct journal *j, enum journal_lock_kind kind, int64_t id,
                     struct ferry_str subject, struct ferry_error *err)
{
    struct clock real =
        clock_real(); /* a process is waited for in real time, whatever clock ours is */
    struct waiting w = {.kind = kind, .id = id, .subject = subject};
    int32_t rc;
    int got;
    w.began_ms = w.idle_ms = real.mono_us(&real) / 1000;
    has_changed(j, &w.seen);
    do {
        got = take(j, kind, id);
        rc =
            got > 0 ? FERRY_OK
            : got == 0
                ? wait_on(j, &w, &real, err)
                : ferry_fail(
                      err, FERRY_E_IO, "",
                      "%s/lanes.lock: %s; is this a network file system? use --state with a local folder",
                      j->folder, strerror(-got));
    } while (got == 0 && rc == FERRY_OK);
    return rc;
}

void journal_unlock(struct journal *j, enum journal_lock_kind kind, int64_t id)
{
    struct flock l = range(kind, id, F_UNLCK);
    fcntl(j->lock_fd, F_OFD_SETLK, &l);
}
