/* SPDX-License-Identifier: MIT */
/* folder.c - state folders are copied, compared and removed as a whole; see rig.h. */
#include "rig.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

int folder_remove(const char *path)
{
    if (access(path, F_OK) != 0 || nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0) {
        return 1;
    }
    printf("%s: cannot be removed: %s\n", path, strerror(errno));
    return 0;
}

static int copy_file(const char *from, const char *to, off_t bytes)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int ok = in >= 0 && out >= 0;
    while (ok && bytes > 0) {
        ssize_t n = sendfile(out, in, NULL, (size_t)bytes);
        ok = n > 0;
        bytes -= ok ? n : 0;
    }
    if (in >= 0) {
        close(in);
    }
    return out >= 0 && close(out) == 0 && ok;
}

static int copy_entry(const char *from, const char *to);

static int copy_entries(const char *from, const char *to)
{
    char a[PATH_ROOM], b[PATH_ROOM];
    struct dirent **names = NULL;
    int n = scandir(from, &names, NULL, alphasort), ok = n >= 0;
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        if (ok && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            ok = snprintf(a, sizeof a, "%s/%s", from, name) < PATH_ROOM &&
                 snprintf(b, sizeof b, "%s/%s", to, name) < PATH_ROOM && copy_entry(a, b);
        }
        free(names[i]);
    }
    free(names);
    return ok;
}

static int copy_entry(const char *from, const char *to)
{
    struct stat st;
    if (lstat(from, &st) != 0) {
        return 0;
    }
    return S_ISDIR(st.st_mode) ? mkdir(to, 0700) == 0 && copy_entries(from, to)
                               : S_ISREG(st.st_mode) && copy_file(from, to, st.st_size);
}

int folder_copy(const char *from, const char *to)
{
    if (!folder_remove(to)) {
        return 0;
    }
    if (access(from, F_OK) != 0) { /* nothing begins as nothing */
        return 1;
    }
    if (!copy_entry(from, to)) {
        printf("%s: cannot be copied to %s: %s\n", from, to, strerror(errno));
        return 0;
    }
    return 1;
}

/* --- the same bytes? ------------------------------------------------------------------------ */

static int add_file(struct sha256 *hash, const char *path)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf bytes;
    buf_init(&bytes, 64 << 20);
    int ok = file_read(path, &bytes, &err) == FERRY_OK;
    sha256_add(hash, buf_str(&bytes));
    buf_finish(&bytes);
    return ok;
}

/* The write-ahead log's index, and the numbers of the processes that hold locks: nobody reads them who comes later. */
static int is_passing(const char *name)
{
    return strstr(name, "-shm") != NULL || strcmp(name, "lanes.lock") == 0;
}

static int add_entry(struct sha256 *hash, const char *path)
{
    char below[PATH_ROOM], head[PATH_ROOM + 32];
    struct dirent **names = NULL;
    struct stat st;
    if (lstat(path, &st) != 0) {
        return 0;
    }
    int n = S_ISDIR(st.st_mode) ? scandir(path, &names, NULL, alphasort) : 0, ok = n >= 0;
    snprintf(head, sizeof head, "%s %d %lld\n", path, n, (long long)(n ? 0 : st.st_size));
    sha256_add(hash, ferry_cstr(head));
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        if (ok && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !is_passing(name)) {
            ok = snprintf(below, sizeof below, "%s/%s", path, name) < PATH_ROOM &&
                 add_entry(hash, below);
        }
        free(names[i]);
    }
    free(names);
    return ok && (!S_ISREG(st.st_mode) || add_file(hash, path));
}

int folder_digest(const char *path, char digest[DIGEST_TEXT])
{
    unsigned char sum[32];
    struct sha256 hash;
    digest[0] = '\0';
    sha256_init(&hash);
    int ok = access(path, F_OK) != 0 || add_entry(&hash, path);
    if (ok) {
        sha256_end(&hash, sum);
        digest_text(sum, digest);
    }
    return ok;
}
