/* SPDX-License-Identifier: MIT */
/*
 * machine_calls.c - the calls that reach the disk, and the clock; see machine.h. Each counts, fails as it is told, or goes on to the
 * function behind it. What the C library calls by itself (stdio, opendir, mkostemp) does not come through here.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The function behind ours, looked for once. */
#define NEXT(name)                                                                                 \
    static __typeof__(&name) next;                                                                 \
    if (!next) {                                                                                   \
        next = (__typeof__(&name))machine_next(#name);                                             \
    }

static int fails(enum machine_call call)
{
    int fault = machine_is_up ? machine_strikes(call, NULL) : 0;
    if (fault > 0) {
        errno = fault;
    }
    return fault;
}

/* Where MACHINE_TIME has stopped it; 0 where it runs. */
static int64_t stopped_ms(void)
{
    static int64_t at = -1;
    if (at < 0) {
        const char *asked = getenv("MACHINE_TIME");
        at = asked ? strtoll(asked, NULL, 10) : 0;
    }
    return at;
}

/* --- bytes ------------------------------------------------------------------------------------------ */

static size_t half_if(int fault, size_t n)
{
    return fault == FAULT_SHORT && n > 1 ? n / 2 : n;
}

INTERPOSED ssize_t read(int fd, void *buf, size_t n)
{
    NEXT(read)
    int fault = fails(CALL_read);
    return fault > 0 ? -1 : next(fd, buf, half_if(fault, n));
}

INTERPOSED ssize_t write(int fd, const void *buf, size_t n)
{
    NEXT(write)
    int fault = fails(fd == STDERR_FILENO ? CALL_stderr : CALL_write);
    return fault > 0 ? -1 : next(fd, buf, half_if(fault, n));
}

INTERPOSED ssize_t pread64(int fd, void *buf, size_t n, off64_t at)
{
    NEXT(pread64)
    int fault = fails(CALL_pread);
    return fault > 0 ? -1 : next(fd, buf, half_if(fault, n), at);
}

INTERPOSED ssize_t pread(int fd, void *buf, size_t n, off_t at)
{
    return pread64(fd, buf, n, at);
}

INTERPOSED ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
    NEXT(pwrite64)
    int fault = fails(CALL_pwrite);
    return fault > 0 ? -1 : next(fd, buf, half_if(fault, n), at);
}

INTERPOSED ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
    return pwrite64(fd, buf, n, at);
}

INTERPOSED int fsync(int fd)
{
    NEXT(fsync)
    return fails(CALL_fsync) > 0 ? -1 : next(fd);
}

INTERPOSED int fdatasync(int fd)
{
    NEXT(fdatasync)
    return fails(CALL_fdatasync) > 0 ? -1 : next(fd);
}

INTERPOSED int ftruncate64(int fd, off64_t n)
{
    NEXT(ftruncate64)
    return fails(CALL_ftruncate) > 0 ? -1 : next(fd, n);
}

INTERPOSED int ftruncate(int fd, off_t n)
{
    return ftruncate64(fd, n);
}

INTERPOSED void *mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t offset)
{
    NEXT(mmap64)
    return fd >= 0 && fails(CALL_mmap) > 0 ? MAP_FAILED : next(at, n, prot, flags, fd, offset);
}

INTERPOSED void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
    return mmap64(at, n, prot, flags, fd, offset);
}

/* --- names ------------------------------------------------------------------------------------------ */

/* With the clock, chance stands still: SQLite salts its log with it. */
static const char *without_chance(const char *path)
{
    return stopped_ms() && strcmp(path, "/dev/urandom") == 0 ? "/dev/zero" : path;
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

INTERPOSED int open64(const char *path, int flags, ...)
{
    NEXT(open64)
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails(CALL_open) > 0 ? -1 : next(without_chance(path), flags, mode);
}

INTERPOSED int open(const char *path, int flags, ...)
{
    NEXT(open)
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails(CALL_open) > 0 ? -1 : next(without_chance(path), flags, mode);
}

INTERPOSED int openat(int folder, const char *path, int flags, ...)
{
    NEXT(openat)
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails(CALL_open) > 0 ? -1 : next(folder, path, flags, mode);
}

/* A failed close has closed all the same: that is Linux. */
INTERPOSED int close(int fd)
{
    NEXT(close)
    int fault = fails(CALL_close);
    int rc = next(fd);
    if (fault > 0 && rc == 0) {
        errno = fault;
        return -1;
    }
    return rc;
}

INTERPOSED int rename(const char *from, const char *to)
{
    NEXT(rename)
    return fails(CALL_rename) > 0 ? -1 : next(from, to);
}

INTERPOSED int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    NEXT(renameat)
    return fails(CALL_rename) > 0 ? -1 : next(from_folder, from, to_folder, to);
}

INTERPOSED int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    NEXT(linkat)
    return fails(CALL_link) > 0 ? -1 : next(from_folder, from, to_folder, to, flags);
}

INTERPOSED int unlink(const char *path)
{
    NEXT(unlink)
    return fails(CALL_unlink) > 0 ? -1 : next(path);
}

INTERPOSED int unlinkat(int folder, const char *path, int flags)
{
    NEXT(unlinkat)
    return fails(CALL_unlink) > 0 ? -1 : next(folder, path, flags);
}

INTERPOSED int mkdir(const char *path, mode_t mode)
{
    NEXT(mkdir)
    return fails(CALL_mkdir) > 0 ? -1 : next(path, mode);
}

INTERPOSED int mkdirat(int folder, const char *path, mode_t mode)
{
    NEXT(mkdirat)
    return fails(CALL_mkdir) > 0 ? -1 : next(folder, path, mode);
}

INTERPOSED int mknod(const char *path, mode_t mode, dev_t dev)
{
    NEXT(mknod)
    return fails(CALL_mknod) > 0 ? -1 : next(path, mode, dev);
}

/* Locks alone: what else fcntl() does reaches no disk. */
static int is_lock(int command)
{
    return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK;
}

INTERPOSED int fcntl64(int fd, int command, ...)
{
    NEXT(fcntl64)
    va_list args;
    va_start(args, command);
    void *arg = va_arg(args, void *);
    va_end(args);
    return is_lock(command) && fails(CALL_lock) > 0 ? -1 : next(fd, command, arg);
}

INTERPOSED int fcntl(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    void *arg = va_arg(args, void *);
    va_end(args);
    return fcntl64(fd, command, arg);
}

/* --- the clock --------------------------------------------------------------------------------------- */

static int64_t jumped_ms, steady_us; /* the second while it stands still: looks and waits */

static int is_wall(clockid_t id)
{
    return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;
}

INTERPOSED int clock_gettime(clockid_t id, struct timespec *now)
{
    NEXT(clock_gettime)
    int64_t by = 0;
    int rc = next(id, now);
    if (rc == 0 && stopped_ms() && is_wall(id)) {
        *now = (struct timespec){stopped_ms() / 1000, stopped_ms() % 1000 * 1000000};
    } else if (rc == 0 && stopped_ms()) {
        int64_t us = __atomic_add_fetch(&steady_us, 1, __ATOMIC_SEQ_CST);
        *now = (struct timespec){1000 + us / 1000000, us % 1000000 * 1000};
    }
    if (rc == 0 && is_wall(id) && machine_is_up) {
        if (machine_strikes(CALL_clock, &by)) {
            __atomic_add_fetch(&jumped_ms, by, __ATOMIC_SEQ_CST);
        }
        int64_t ms = now->tv_sec * 1000 + now->tv_nsec / 1000000 +
                     __atomic_load_n(&jumped_ms, __ATOMIC_SEQ_CST);
        *now = (struct timespec){ms / 1000, ms % 1000 * 1000000 + now->tv_nsec % 1000000};
    }
    return rc;
}

INTERPOSED int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now;
    int rc = clock_gettime(CLOCK_REALTIME, &now);
    (void)zone;
    *out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return rc;
}

INTERPOSED time_t time(time_t *out)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

/* Where the clock stands still, a wait takes no time and moves it: whoever waits for what never comes gives up at once. */
INTERPOSED int nanosleep(const struct timespec *wait, struct timespec *left)
{
    NEXT(nanosleep)
    if (!stopped_ms()) {
        return next(wait, left);
    }
    __atomic_add_fetch(&steady_us, wait->tv_sec * 1000000 + wait->tv_nsec / 1000, __ATOMIC_SEQ_CST);
    return 0;
}

INTERPOSED int usleep(useconds_t us)
{
    return nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}
