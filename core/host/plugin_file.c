/* SPDX-License-Identifier: MIT */
/*
 * plugin_file.c - who could have written this? A plugin runs with everything ferry may do, so its
 * file and every folder above it must be out of reach of others. Called at the scan and again
 * before each load, because days may lie between. It must never follow a link that another user
 * could have made.
 */
#include "plugin_check.h"

#include <file.h>
#include <text.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SHOWN = 180 };

static int owner_trusted(uid_t uid, const struct plugin_trust *trust)
{
    return uid == 0 || uid == geteuid() || (trust->bundled && uid == trust->owner);
}

/*
 * Which permission lets others in: the letters for chmod, or NULL. root's own group counts as root.
 * In ferry's own folder the group may write, as it may in the folder of the program itself, under
 * umask 002.
 */
static const char *too_open(const struct stat *st, const struct plugin_trust *trust)
{
    int group = (st->st_mode & S_IWGRP) && st->st_gid != 0 && !trust->bundled;
    int others = (st->st_mode & S_IWOTH) != 0;
    return group && others ? "go-w" : others ? "o-w" : group ? "g-w" : NULL;
}

static int32_t fail_folder(struct ferry_error *err, const char *path, const char *what)
{
    char shown[MAX_SHOWN];
    text_show_to(shown, sizeof shown, ferry_cstr(path));
    return ferry_fail(err, FERRY_E_CONFIG, "plugins", "plugin folder %s: %s", shown, what);
}

/* `last`: the folder that holds the plugins. Above it a sticky folder such as /tmp is fine: there
 * others cannot replace what is ours. */
static int32_t one_folder_check(const char *path, int last, const struct plugin_trust *trust,
                                struct ferry_error *err)
{
    struct stat st;
    char what[200];
    const char *open;
    if (lstat(path, &st) < 0) {
        snprintf(what, sizeof what, "%s; check the path", strerror(errno));
        return fail_folder(err, path, what);
    }
    if (!S_ISDIR(st.st_mode)) {
        return fail_folder(err, path, "not a folder; name the folder that holds the plugins");
    }
    if (!owner_trusted(st.st_uid, trust)) {
        snprintf(what, sizeof what,
                 "belongs to user %lu, neither to you (%lu) nor to root; use a folder of your own",
                 (unsigned long)st.st_uid, (unsigned long)geteuid());
        return fail_folder(err, path, what);
    }
    open = too_open(&st, trust);
    if (open && (last || !(st.st_mode & S_ISVTX))) {
        snprintf(what, sizeof what,
                 "others may write there (mode %04o); chmod %s it, or use another",
                 (unsigned)(st.st_mode & 07777), open);
        return fail_folder(err, path, what);
    }
    return FERRY_OK;
}

int32_t plugin_folder_check(const char *path, const struct plugin_trust *trust,
                            struct ferry_error *err)
{
    char part[4096];
    size_t n = strlen(path), at = 1;
    int32_t rc;
    if (path[0] != '/' || n >= sizeof part) {
        return fail_folder(err, path,
                           path[0] == '/' ? "the path is too long; use a shorter one"
                                          : "a relative path; write it from '/' on");
    }
    if (trust->bundled) { /* whoever can replace its parents can replace ferry itself */
        return one_folder_check(path, 1, trust, err);
    }
    rc = one_folder_check("/", n == 1, trust, err);
    while (!rc && at < n) {
        size_t end = at + strcspn(path + at, "/");
        memcpy(part, path, end);
        part[end] = '\0';
        rc = one_folder_check(part, end == n, trust, err);
        at = end + 1;
    }
    return rc;
}

static int32_t file_judge(const struct stat *st, const char *path, const struct plugin_trust *trust,
                          struct ferry_error *err)
{
    const char *open = too_open(st, trust);
    if (!S_ISREG(st->st_mode)) {
        return plugin_fail(err, FERRY_E_CONFIG, path,
                           "not a regular file; put the file itself into the folder");
    }
    if (!owner_trusted(st->st_uid, trust)) {
        return plugin_fail(
            err, FERRY_E_CONFIG, path,
            "belongs to user %lu, neither to you (%lu) nor to root; copy it, so that "
            "it is yours",
            (unsigned long)st->st_uid, (unsigned long)geteuid());
    }
    if (open) {
        return plugin_fail(err, FERRY_E_CONFIG, path,
                           "others may write to it (mode %04o); run chmod %s on it",
                           (unsigned)(st->st_mode & 07777), open);
    }
    return FERRY_OK;
}

int32_t plugin_file_open(const char *path, const struct plugin_trust *trust, int *out,
                         struct ferry_error *err)
{
    struct stat st;
    int32_t rc;
    int fd;
    if (path[0] != '/') {
        return plugin_fail(err, FERRY_E_CONFIG, path, "a relative path; write it from '/' on");
    }
    /* O_NONBLOCK: opening a pipe nobody writes to would wait for ever. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ELOOP) {
        return plugin_fail(
            err, FERRY_E_CONFIG, path,
            "a symbolic link; put the file itself into the folder, or name the folder "
            "that it is in");
    }
    if (fd < 0) {
        int number = errno;
        return plugin_fail(err, file_status(number, FERRY_E_CONFIG), path, "cannot open: %s; %s",
                           strerror(number),
                           number == EMFILE                ? "raise ulimit -n"
                           : file_status(number, FERRY_OK) ? "run again when the machine has room"
                                                           : "check its mode");
    }
    if (fstat(fd, &st) < 0) {
        rc = plugin_fail(err, FERRY_E_IO, path, "cannot read: %s; check the disk", strerror(errno));
    } else {
        rc = file_judge(&st, path, trust, err);
    }
    if (rc) {
        close(fd);
        return rc;
    }
    *out = fd;
    return FERRY_OK;
}
