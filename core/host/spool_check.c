/* SPDX-License-Identifier: MIT */
/*
 * spool_check.c - whether every blob of a spool is what its name says. It reads and changes nothing,
 * and does not need the spool to be open, or to be one that could be written.
 */
#include "spool.h"

#include <clock.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <time.h>
#include <unistd.h>

enum { HEX = 64, PIECE = 256 * 1024, OLD_S = 24 * 60 * 60 };

static int is_hex(const char *name, size_t n)
{
    return strlen(name) == n && strspn(name, "0123456789abcdef") == n;
}

/* The digest of an open file, in hex; 0 where it cannot be read. */
static int digest_of(int fd, char *piece, char hex[SHA256_HEX])
{
    unsigned char digest[32];
    struct sha256 h;
    ssize_t n = 1;
    sha256_init(&h);
    while (n > 0 || (n < 0 && errno == EINTR)) {
        n = read(fd, piece, PIECE);
        if (n > 0) {
            sha256_add(&h, (struct ferry_str){piece, (uint64_t)n});
        }
    }
    sha256_end(&h, digest);
    hex_text(digest, sizeof digest, hex);
    return n == 0;
}

static void check_blob(struct spool_check *out, int fan, const char *name, char *piece)
{
    char hex[SHA256_HEX] = "";
    struct stat st;
    int fd = openat(fan, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && digest_of(fd, piece, hex);
    out->blobs++;
    out->bytes += good ? (uint64_t)st.st_size : 0;
    if (!good || strcmp(hex, name) != 0) {
        if (out->wrong++ == 0) {
            snprintf(out->first, sizeof out->first, "sha256:%s", name);
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void check_fan(struct spool_check *out, int folder, const char *fan, char *piece,
                      const volatile int *interrupted)
{
    struct dirent *entry;
    int fd = openat(folder, fan, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);
    while (names && !is_interrupted(interrupted) && (entry = readdir(names))) {
        if (is_hex(entry->d_name, HEX)) {
            check_blob(out, fd, entry->d_name, piece);
        }
    }
    if (names) {
        closedir(names);
    } else if (fd >= 0) {
        close(fd);
    }
}

/* What processes that died have left; young ones may still be written. */
static void count_left(struct spool_check *out, int folder)
{
    struct dirent *entry;
    struct stat st;
    int fd = openat(folder, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);
    while (names && (entry = readdir(names))) {
        out->left += fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISREG(st.st_mode) && time(NULL) - st.st_mtime > OLD_S;
    }
    if (names) {
        closedir(names);
    } else if (fd >= 0) {
        close(fd);
    }
}

int32_t spool_check(const char *folder, const volatile int *interrupted, struct spool_check *out,
                    struct ferry_error *err)
{
    char fan[3], *piece = malloc(PIECE);
    int32_t rc = FERRY_OK;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memset(out, 0, sizeof *out);
    if (!piece) {
        rc = ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "spool %s: out of memory", folder);
    } else if (fd < 0 && errno != ENOENT) {
        rc = ferry_fail(err, FERRY_E_IO, NULL, "spool %s: cannot be opened: %s", folder,
                        strerror(errno));
    }
    for (unsigned i = 0; fd >= 0 && !rc && i < 256; i++) {
        snprintf(fan, sizeof fan, "%02x", i);
        check_fan(out, fd, fan, piece, interrupted);
    }
    if (fd >= 0 && !rc) {
        count_left(out, fd);
    }
    if (fd >= 0) {
        close(fd);
    }
    free(piece);
    return rc;
}
