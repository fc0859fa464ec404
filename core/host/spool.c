/* SPDX-License-Identifier: MIT */
/*
 * spool.c - the folder of blobs: FOLDER/ab/abcd... (64 hex digits), unfinished ones in
 * FOLDER/tmp.
 *
 * The journal, the capture and services keep bytes here. A name is never trusted: only "sha256:"
 * and 64 lower-case hex digits become a path. It must never overwrite a blob nor show one that
 * is not whole.
 */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <time.h>
#include <unistd.h>

enum { HEX = 64, PREFIX = 7, PIECE = 64 * 1024, TMP_AGE_S = 24 * 60 * 60 };

struct spool {
    char *folder;
    int fd;     /* of the folder */
    int tmp_fd; /* of FOLDER/tmp */
    uint64_t max, bytes;
    uint32_t counted; /* `bytes` is known: counted when first needed, kept up afterwards */
    uint32_t serial;  /* of temporary names */
};

struct spool_writer {
    struct spool *spool;
    struct sha256 hash;
    int fd;
    uint64_t bytes;
    char name[48]; /* below tmp/ */
};

/* --- names --------------------------------------------------------------------- */

/* "sha256:abcd..." -> "ab/abcd..."; 0 where it is not a digest. */
static int blob_path(struct ferry_str digest, char path[HEX + 4])
{
    if (digest.len != PREFIX + HEX || !str_starts(digest, "sha256:")) {
        return 0;
    }
    const char *hex = digest.ptr + PREFIX;
    for (int i = 0; i < HEX; i++) {
        if (!((hex[i] >= '0' && hex[i] <= '9') || (hex[i] >= 'a' && hex[i] <= 'f'))) {
            return 0;
        }
    }
    path[0] = hex[0];
    path[1] = hex[1];
    path[2] = '/';
    memcpy(path + 3, hex, HEX);
    path[HEX + 3] = '\0';
    return 1;
}

static int32_t io_error(const struct spool *s, const char *doing, struct ferry_error *err)
{
    char what[80];
    int number = errno;
    snprintf(what, sizeof what, "cannot %s", doing);
    return file_fail(err, s->folder, what, number);
}

/* --- counting ------------------------------------------------------------------- */

typedef int32_t blob_fn(void *data, struct ferry_str digest, uint64_t bytes);

/* Every blob of one fan-out folder. */
static int32_t each_in(struct spool *s, const char *fan, blob_fn *fn, void *data,
                       struct ferry_error *err)
{
    char digest[DIGEST_TEXT], path[HEX + 4];
    struct dirent **names = NULL;
    struct stat st;
    int32_t rc = FERRY_OK;
    int n = scandirat(s->fd, fan, &names, NULL, alphasort);
    if (n < 0) {
        return errno == ENOENT ? FERRY_OK : io_error(s, "list a folder", err);
    }
    for (int i = 0; i < n; i++) {
        if (rc == FERRY_OK && strlen(names[i]->d_name) == HEX) {
            snprintf(digest, sizeof digest, "sha256:%.64s", names[i]->d_name);
            if (blob_path(ferry_cstr(digest), path) && fstatat(s->fd, path, &st, 0) == 0 &&
                S_ISREG(st.st_mode)) {
                rc = fn(data, ferry_cstr(digest), (uint64_t)st.st_size);
            }
        }
        free(names[i]);
    }
    free(names);
    return rc;
}

static int32_t each_blob(struct spool *s, blob_fn *fn, void *data, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    char fan[3];
    for (unsigned i = 0; i < 256 && rc == FERRY_OK; i++) {
        snprintf(fan, sizeof fan, "%02x", i);
        rc = each_in(s, fan, fn, data, err);
    }
    return rc;
}

static int32_t add_up(void *data, struct ferry_str digest, uint64_t bytes)
{
    (void)digest;
    *(uint64_t *)data += bytes;
    return FERRY_OK;
}

static int32_t count(struct spool *s, struct ferry_error *err)
{
    uint64_t sum = 0;
    int32_t rc = s->counted ? FERRY_OK : each_blob(s, add_up, &sum, err);
    if (rc == FERRY_OK && !s->counted) {
        s->bytes = sum;
        s->counted = 1;
    }
    return rc;
}

/* --- life ----------------------------------------------------------------------- */

int32_t spool_open(struct spool **out, const char *folder, uint64_t max_bytes,
                   struct ferry_error *err)
{
    int32_t rc = file_mkdirs(folder, 0700, err);
    struct spool *s = NULL;
    *out = NULL;
    if (rc) {
        return rc;
    }
    s = calloc(1, sizeof *s);
    if (!s || !(s->folder = strdup(folder))) {
        free(s);
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "spool %s: out of memory", folder);
    }
    s->max = max_bytes;
    s->tmp_fd = -1;
    s->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->fd < 0) {
        rc = io_error(s, "open the folder", err);
        goto out;
    }
    if (mkdirat(s->fd, "tmp", 0700) < 0 && errno != EEXIST) {
        rc = io_error(s, "make its folder for temporary files", err);
        goto out;
    }
    s->tmp_fd = openat(s->fd, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->tmp_fd < 0) {
        rc = io_error(s, "open its folder for temporary files", err);
    }
out:
    if (rc) {
        spool_close(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

void spool_close(struct spool *s)
{
    if (!s) {
        return;
    }
    if (s->fd >= 0) {
        close(s->fd);
    }
    if (s->tmp_fd >= 0) {
        close(s->tmp_fd);
    }
    free(s->folder);
    free(s);
}

const char *spool_folder(const struct spool *s)
{
    return s->folder;
}

uint64_t spool_bytes(struct spool *s)
{
    return count(s, NULL) == FERRY_OK ? s->bytes : 0;
}

/* --- writing -------------------------------------------------------------------- */

static int32_t check_room(struct spool *s, uint64_t more, struct ferry_error *err)
{
    if (s->max == 0) {
        return FERRY_OK;
    }
    int32_t rc = count(s, err);
    if (rc == FERRY_OK && (more > s->max || s->bytes > s->max - more)) {
        rc = ferry_fail(err, FERRY_E_TOO_LARGE, NULL,
                        "spool %s: holds %llu bytes of at most %llu, and %llu more are needed; "
                        "deliver what waits (ferry resume) or raise the limit",
                        s->folder, (unsigned long long)s->bytes, (unsigned long long)s->max,
                        (unsigned long long)more);
    }
    return rc;
}

/* Makes the name durable: also of a blob another process has just written and not yet synced. */
static int32_t sync_fan(struct spool *s, const char *path, struct ferry_error *err)
{
    char fan[3] = {path[0], path[1], '\0'};
    int32_t rc = FERRY_OK;
    int fd = openat(s->fd, fan, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0) {
        rc = io_error(s, "sync a folder", err);
    }
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

int32_t spool_begin(struct spool *s, struct spool_writer **out, struct ferry_error *err)
{
    struct spool_writer *w = calloc(1, sizeof *w);
    *out = NULL;
    if (!w) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "spool %s: out of memory", s->folder);
    }
    w->spool = s;
    sha256_init(&w->hash);
    do { /* a name of a process that died may stand in the way: the next one will do */
        snprintf(w->name, sizeof w->name, "%ld-%u", (long)getpid(), ++s->serial);
        w->fd =
            openat(s->tmp_fd, w->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    } while (w->fd < 0 && errno == EEXIST);
    if (w->fd < 0) {
        int32_t rc = io_error(s, "begin a temporary file", err);
        free(w);
        return rc;
    }
    *out = w;
    return FERRY_OK;
}

int32_t spool_write(struct spool_writer *w, struct ferry_str piece, struct ferry_error *err)
{
    int32_t rc = check_room(w->spool, w->bytes + piece.len, err);
    if (rc == FERRY_OK) {
        rc = fd_write(w->fd, w->spool->folder, piece, err);
    }
    if (rc == FERRY_OK) {
        sha256_add(&w->hash, piece);
        w->bytes += piece.len;
    }
    return rc;
}

void spool_abort(struct spool_writer *w)
{
    if (!w) {
        return;
    }
    unlinkat(w->spool->tmp_fd, w->name, 0);
    close(w->fd);
    free(w);
}

/* Puts the finished file where its digest says. link() and not rename(): the first one stays. */
static int32_t publish(struct spool_writer *w, const char *path, struct ferry_error *err)
{
    struct spool *s = w->spool;
    char fan[3] = {path[0], path[1], '\0'};
    int fresh = mkdirat(s->fd, fan, 0700) == 0;
    if (!fresh && errno != EEXIST) {
        return io_error(s, "make a folder", err);
    }
    if (fresh && fsync(s->fd) < 0) {
        return io_error(s, "sync the folder", err);
    }
    if (linkat(s->tmp_fd, w->name, s->fd, path, 0) == 0) {
        s->bytes += s->counted ? w->bytes : 0;
    } else if (errno == EPERM || errno == ENOTSUP || errno == EMLINK) { /* no links there */
        if (renameat(s->tmp_fd, w->name, s->fd, path) < 0) {
            return io_error(s, "name a blob", err);
        }
        s->bytes += s->counted ? w->bytes : 0;
    } else if (errno != EEXIST) {
        return io_error(s, "name a blob", err);
    }
    return sync_fan(s, path, err);
}

int32_t spool_end(struct spool_writer *w, char digest[DIGEST_TEXT], uint64_t *bytes,
                  struct ferry_error *err)
{
    unsigned char hash[32];
    char path[HEX + 4];
    int32_t rc = FERRY_OK;
    sha256_end(&w->hash, hash);
    digest_text(hash, digest);
    if (!blob_path(ferry_cstr(digest), path)) {
        rc =
            ferry_fail(err, FERRY_E_BUG, NULL, "spool %s: bad digest %s", w->spool->folder, digest);
    } else if (fsync(w->fd) < 0) {
        rc = io_error(w->spool, "sync a blob", err);
    } else {
        rc = publish(w, path, err);
    }
    if (bytes) {
        *bytes = w->bytes;
    }
    spool_abort(w);
    return rc;
}

int32_t spool_add(struct spool *s, struct ferry_str bytes, char digest[DIGEST_TEXT],
                  struct ferry_error *err)
{
    struct sha256 hash;
    struct spool_writer *w = NULL;
    unsigned char sum[32];
    char path[HEX + 4];
    sha256_init(&hash);
    sha256_add(&hash, bytes);
    sha256_end(&hash, sum);
    digest_text(sum, digest);
    if (blob_path(ferry_cstr(digest), path) && faccessat(s->fd, path, F_OK, 0) == 0) {
        return sync_fan(s, path, err);
    }
    int32_t rc = spool_begin(s, &w, err);
    if (rc == FERRY_OK) {
        rc = spool_write(w, bytes, err);
    }
    if (rc) {
        spool_abort(w);
        return rc;
    }
    return spool_end(w, digest, NULL, err);
}

int32_t spool_add_fd(struct spool *s, int fd, const char *name, uint64_t max,
                     char digest[DIGEST_TEXT], uint64_t *bytes, struct ferry_error *err)
{
    struct spool_writer *w = NULL;
    int32_t rc = spool_begin(s, &w, err);
    char *piece = malloc(PIECE);
    if (rc == FERRY_OK && !piece) {
        rc = ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", name);
    }
    while (rc == FERRY_OK) {
        ssize_t n = read(fd, piece, PIECE);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            rc = file_fail(err, name, "cannot read", errno);
            break;
        }
        if (n == 0) {
            break;
        }
        if ((uint64_t)n > max || w->bytes > max - (uint64_t)n) {
            rc = ferry_fail(err, FERRY_E_TOO_LARGE, NULL, "%s: longer than %llu bytes", name,
                            (unsigned long long)max);
            break;
        }
        rc = spool_write(w, (struct ferry_str){piece, (uint64_t)n}, err);
    }
    free(piece);
    if (rc) {
        spool_abort(w);
        return rc;
    }
    return spool_end(w, digest, bytes, err);
}

/* --- reading -------------------------------------------------------------------- */

int64_t spool_read(struct spool *s, struct ferry_str digest, uint64_t offset, void *buf, uint64_t n)
{
    char path[HEX + 4];
    if (!blob_path(digest, path) || offset > INT64_MAX) {
        return -(int64_t)FERRY_E_INPUT;
    }
    int fd = openat(s->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return -(int64_t)FERRY_E_IO;
    }
    size_t done = 0;
    size_t want = n > SSIZE_MAX ? SSIZE_MAX : (size_t)n;
    while (done < want) {
        ssize_t got = pread(fd, (char *)buf + done, want - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            int number = errno;
            close(fd);
            errno = number;
            return -(int64_t)FERRY_E_IO;
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    close(fd);
    return (int64_t)done;
}

int64_t spool_size(struct spool *s, struct ferry_str digest)
{
    char path[HEX + 4];
    struct stat st;
    if (!blob_path(digest, path)) {
        return -(int64_t)FERRY_E_INPUT;
    }
    if (fstatat(s->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode)) {
        return -(int64_t)FERRY_E_IO;
    }
    return (int64_t)st.st_size;
}

int32_t spool_remove(struct spool *s, struct ferry_str digest, struct ferry_error *err)
{
    char path[HEX + 4];
    if (!blob_path(digest, path)) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "spool %s: not a digest", s->folder);
    }
    int64_t size = spool_size(s, digest);
    if (unlinkat(s->fd, path, 0) < 0) {
        return errno == ENOENT ? FERRY_OK : io_error(s, "remove a blob", err);
    }
    if (s->counted && size > 0) {
        s->bytes -= (uint64_t)size < s->bytes ? (uint64_t)size : s->bytes;
    }
    return FERRY_OK;
}

/* Leftovers of processes that died. Young ones may still be written. */
static void sweep_tmp(struct spool *s)
{
    struct dirent **names = NULL;
    struct stat st;
    time_t now = time(NULL);
    int n = scandirat(s->fd, "tmp", &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (fstatat(s->tmp_fd, names[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && now - st.st_mtime > TMP_AGE_S) {
            unlinkat(s->tmp_fd, names[i]->d_name, 0);
        }
        free(names[i]);
    }
    free(names);
}

int32_t spool_each(struct spool *s,
                   int32_t (*fn)(void *data, struct ferry_str digest, uint64_t bytes), void *data,
                   struct ferry_error *err)
{
    sweep_tmp(s);
    return each_blob(s, fn, data, err);
}
