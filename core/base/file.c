/* SPDX-License-Identifier: MIT */
/*
 * file.c - whole files and folders. The state folder, receipts and reports go through here. A
 * write is all or nothing, and has reached the disk when it says so; a failure says which path,
 * why, and what to do about it. It must never leave half a file under the final name.
 */
#include "file.h"

#include "clock.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 64 * 1024, SHOWN_PATH = 240 };

/* What a person can do about it, by errno. */
static const struct {
    int number;
    const char *cause, *cure;
} cures[] = {
    {EACCES, "permission denied", "change its owner or mode, or name another path"},
    {EPERM, "not permitted", "change its owner or attributes, or name another path"},
    {ENOENT, "no such file or folder", "check the spelling and the folder it is looked for in"},
    {ENOTDIR, "a part of the path is a file, not a folder", "check the path"},
    {EISDIR, "is a folder, not a file", "name a file"},
    {EEXIST, "exists already", "remove it or name another path"},
    {EINTR, "interrupted", "run again"},
    {ENOLCK, "the file system has no locks left", "put it on a local disk"},
    {ENOSPC, "disk full", "free some space and run again"},
    {EDQUOT, "disk quota used up", "free some space and run again"},
    {EROFS, "the file system is read-only", "name a path on one that can be written"},
    {EFBIG, "larger than the file system or the limit for files allows", "raise ulimit -f"},
    {ELOOP, "too many symbolic links", "check the links in the path for a circle"},
    {ENAMETOOLONG, "the name is too long", "use a shorter path"},
    {EMFILE, "too many open files in this process", "raise ulimit -n"},
    {ENFILE, "too many open files on this machine", "close some programs and run again"},
    {EIO, "the disk or the network file system failed", "look at the system log"},
    {EPIPE, "nobody reads the other end any more", "keep the reading program running"},
};

int32_t file_status(int number, int32_t otherwise)
{
    switch (number) {
    case ENOMEM:
        return FERRY_E_NO_MEMORY;
    case EMFILE:
    case ENFILE:
    case EIO:
    case ENOSPC:
    case EDQUOT:
    case EINTR:
        return FERRY_E_IO;
    default:
        return otherwise;
    }
}

int32_t file_fail(struct ferry_error *err, const char *path, const char *doing, int number)
{
    char shown[SHOWN_PATH];
    char where[64];
    text_show_to(shown, sizeof shown, ferry_cstr(path));
    text_show_to(where, sizeof where, ferry_cstr(path_base(path)));
    if (number == ENOMEM) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, where, "%s: %s: out of memory", shown, doing);
    }
    for (size_t i = 0; i < sizeof cures / sizeof *cures; i++) {
        if (cures[i].number == number) {
            return ferry_fail(err, FERRY_E_IO, where, "%s: %s: %s; %s", shown, doing,
                              cures[i].cause, cures[i].cure);
        }
    }
    return ferry_fail(err, FERRY_E_IO, where, "%s: %s: %s; error %d of the system", shown, doing,
                      strerrordesc_np(number) ? strerrordesc_np(number) : "failed", number);
}

static int32_t fail_size(struct ferry_error *err, const char *path, const struct buf *out)
{
    char shown[SHOWN_PATH];
    text_show_to(shown, sizeof shown, ferry_cstr(path));
    return ferry_fail(err, FERRY_E_TOO_LARGE, NULL,
                      "%s: larger than the %zu bytes that may be read here; name a smaller file",
                      shown, out->max);
}

static int32_t fail_buf(struct ferry_error *err, const char *path, const struct buf *out)
{
    if (out->failed == FERRY_E_TOO_LARGE) {
        return fail_size(err, path, out);
    }
    return file_fail(err, path, "cannot read", ENOMEM);
}

/* Waits until a descriptor that was opened without blocking can go on. */
static void wait_for(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    poll(&p, 1, 1000);
}

int32_t file_read_fd(int fd, const char *name, struct buf *out, struct ferry_error *err)
{
    for (;;) {
        size_t left = out->max - out->len;
        char probe; /* with no room left, one more byte tells the end from too much */
        char *room = left ? buf_room(out, left < READ_STEP ? left : READ_STEP) : &probe;
        ssize_t n;
        if (!room || out->failed) {
            return fail_buf(err, name, out);
        }
        n = read(fd, room, left == 0 ? 1 : left < READ_STEP ? left : READ_STEP);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EAGAIN) {
                wait_for(fd, POLLIN);
                continue;
            }
            return file_fail(err, name, "cannot read", errno);
        }
        if (n == 0) {
            return FERRY_OK;
        }
        if (left == 0) {
            out->failed = FERRY_E_TOO_LARGE;
            return fail_size(err, name, out);
        }
        buf_grow(out, (size_t)n);
    }
}

int32_t file_read(const char *path, struct buf *out, struct ferry_error *err)
{
    struct stat st;
    char shown[SHOWN_PATH];
    int32_t rc;
    int number;
    /* O_NONBLOCK: opening a pipe nobody writes to would wait for ever. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return file_fail(err, path, "cannot open", errno);
    }
    if (fstat(fd, &st) < 0) {
        rc = file_fail(err, path, "cannot read", errno);
    } else if (S_ISDIR(st.st_mode)) {
        rc = file_fail(err, path, "cannot read", errno = EISDIR);
    } else if (!S_ISREG(st.st_mode)) {
        errno = EINVAL;
        text_show_to(shown, sizeof shown, ferry_cstr(path));
        rc = ferry_fail(
            err, FERRY_E_IO, NULL,
            "%s: cannot read: a pipe, socket or device, not a regular file; name a file", shown);
    } else if ((uint64_t)st.st_size > out->max - out->len) {
        out->failed = FERRY_E_TOO_LARGE;
        rc = fail_size(err, path, out);
    } else {
        /* One allocation for the usual case. A failure shows in file_read_fd. */
        buf_room(out, (size_t)st.st_size);
        rc = file_read_fd(fd, path, out, err);
    }
    number = errno;
    close(fd);
    errno = number;
    return rc;
}

int file_open_stream(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

int64_t fd_read_stream(int fd, void *bytes, size_t n, const volatile int *interrupted)
{
    enum { SLICE_MS = 100 }; /* a signal may come just before poll(), and then does not end it */
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (is_interrupted(interrupted)) {
            errno = EINTR;
            return -1;
        }
        int ready = poll(&p, 1, SLICE_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR)) {
            continue;
        }
        ssize_t got = read(fd, bytes, n);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN)) {
            return got;
        }
    }
}

int32_t fd_write(int fd, const char *name, struct ferry_str bytes, struct ferry_error *err)
{
    uint64_t done = 0;
    while (done < bytes.len) {
        uint64_t left = bytes.len - done;
        ssize_t n = write(fd, bytes.ptr + done, left < 1u << 30 ? (size_t)left : 1u << 30);
        if (n >= 0) {
            done += (uint64_t)n;
        } else if (errno == EAGAIN) {
            wait_for(fd, POLLOUT);
        } else if (errno != EINTR) {
            return file_fail(err, name, "cannot write", errno);
        }
    }
    return FERRY_OK;
}

/* The folder that `path` lies in, as a path of its own. */
static void folder_of(struct buf *out, const char *path)
{
    size_t n = path_folder_len(path);
    buf_init(out, SIZE_MAX / 2);
    buf_put(out, n ? (struct ferry_str){path, n} : FERRY_LIT("."));
}

int32_t file_sync_folder(const char *path, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return file_fail(err, path, "cannot open", errno);
    }
    /* Some network file systems cannot sync a folder and say EINVAL: nothing is to be done then. */
    if (fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP) {
        rc = file_fail(err, path, "cannot sync", errno);
    }
    close(fd);
    return rc;
}

/* Fills the temporary file and brings it to the disk; closes fd in any case. */
static int32_t write_and_sync(int fd, const char *path, struct ferry_str bytes, unsigned mode,
                              struct ferry_error *err)
{
    int32_t rc = fd_write(fd, path, bytes, err);
    if (!rc && fchmod(fd, (mode_t)mode) < 0) {
        rc = file_fail(err, path, "cannot set the mode", errno);
    }
    if (!rc && fsync(fd) < 0) {
        rc = file_fail(err, path, "cannot write", errno);
    }
    if (close(fd) < 0 && !rc) { /* where a network file system tells that the disk is full */
        rc = file_fail(err, path, "cannot write", errno);
    }
    return rc;
}

/* Gives the temporary file its name, where that is free. */
static int take_name(const char *temporary, const char *path)
{
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    /* A file system that cannot do that in one step can do it in two. */
    return link(temporary, path) < 0 ? -1 : unlink(temporary);
}

static int32_t write_file(const char *path, struct ferry_str bytes, unsigned mode, int fresh,
                          struct ferry_error *err)
{
    struct buf folder, temporary = {0};
    int32_t rc;
    int fd;
    folder_of(&folder, path);
    buf_init(&temporary, SIZE_MAX / 2);
    path_join(&temporary, buf_cstr(&folder), ".ferry-XXXXXX");
    if (folder.failed || temporary.failed) {
        rc = file_fail(err, path, "cannot write", ENOMEM);
        goto out;
    }
    fd = mkostemp(temporary.ptr, O_CLOEXEC);
    if (fd < 0) {
        rc = file_fail(err, path, "cannot create", errno);
        goto out;
    }
    rc = write_and_sync(fd, path, bytes, mode, err);
    if (!rc && (fresh ? take_name(temporary.ptr, path) : rename(temporary.ptr, path)) < 0) {
        int number = errno;
        rc = file_fail(err, path, "cannot create", number);
        if (fresh && number == EEXIST) {
            rc = FERRY_E_STATE;
        }
        if (err) {
            err->status = rc;
        }
    }
    if (rc) {
        unlink(temporary.ptr);
        goto out;
    }
    rc = file_sync_folder(buf_cstr(&folder), err);
out:
    buf_finish(&temporary);
    buf_finish(&folder);
    return rc;
}

int32_t file_write(const char *path, struct ferry_str bytes, unsigned mode, struct ferry_error *err)
{
    return write_file(path, bytes, mode, 0, err);
}

int32_t file_create(const char *path, struct ferry_str bytes, unsigned mode,
                    struct ferry_error *err)
{
    return write_file(path, bytes, mode, 1, err);
}

static int is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * One folder whose parent is there. Its entry is synced, or a power cut could take the state
 * away.
 */
static int32_t make_folder(const char *path, unsigned mode, struct ferry_error *err)
{
    struct buf parent;
    int32_t rc = FERRY_OK;
    if (is_folder(path)) {
        return FERRY_OK;
    }
    if (mkdir(path, (mode_t)mode) < 0) {
        int number = errno;
        if (number == EEXIST && is_folder(path)) { /* another process was faster */
            return FERRY_OK;
        }
        return file_fail(err, path, "cannot create the folder",
                         number == EEXIST ? ENOTDIR : number);
    }
    folder_of(&parent, path);
    if (parent.failed) {
        rc = file_fail(err, path, "cannot create the folder", ENOMEM);
    } else {
        rc = file_sync_folder(buf_cstr(&parent), err);
    }
    buf_finish(&parent);
    return rc;
}

int32_t file_mkdirs(const char *path, unsigned mode, struct ferry_error *err)
{
    struct buf part;
    int32_t rc = FERRY_OK;
    if (!*path) {
        return ferry_fail(err, FERRY_E_IO, NULL, "cannot create a folder without a name; give one");
    }
    if (is_folder(path)) {
        return FERRY_OK;
    }
    buf_init(&part, SIZE_MAX / 2);
    for (const char *p = path; *p && !rc;) {
        size_t n = strspn(p, "/");
        n += strcspn(p + n, "/");
        buf_put(&part, (struct ferry_str){p, n});
        p += n;
        if (part.failed) {
            rc = file_fail(err, path, "cannot create the folder", ENOMEM);
        } else if (part.ptr[part.len - 1] != '/') {
            rc = make_folder(part.ptr, mode, err);
        }
    }
    buf_finish(&part);
    return rc;
}

void path_join(struct buf *out, const char *a, const char *b)
{
    if (*b != '/' && *a) {
        buf_puts(out, a);
        if (a[strlen(a) - 1] != '/' && *b) {
            buf_putc(out, '/');
        }
    }
    buf_puts(out, b);
}

int32_t path_below(struct buf *out, const char *a, const char *b, struct ferry_error *err)
{
    buf_reset(out);
    path_join(out, a, b);
    return out->failed ? file_fail(err, a, "its path", ENOMEM) : FERRY_OK;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

size_t path_folder_len(const char *path)
{
    size_t n = (size_t)(path_base(path) - path);
    while (n > 1 && path[n - 1] == '/') { /* the root keeps its slash */
        n--;
    }
    return n;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    remove(path);
    return 0;
}

void file_remove_tree(const char *folder)
{
    enum { OPEN_AT_ONCE = 16 };
    nftw(folder, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}
