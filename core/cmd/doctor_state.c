/* SPDX-License-Identifier: MIT */
/*
 * doctor_state.c - the state folder: can it be written, on what kind of disk is it, is what it holds
 * whole, who works with it, and what waits. It is only looked at: the folder is not made, no journal
 * is brought up to date, no file appears in it.
 */
#include "doctor.h"

#include <dirent.h>
#include <errno.h>
#include <file.h>
#include <journal_look.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <text.h>
#include <unistd.h>

enum { PATH_MOST = 8192, LITTLE_MIB = 64, LITTLE_FILES = 1000 };

/* --- the folder -------------------------------------------------------------------------------- */

/* The nearest folder above that is there, in place. */
static void cut_to_parent(struct buf *path)
{
    struct stat st;
    while (path->len > 1 && stat(buf_cstr(path), &st) < 0) {
        size_t n = path_folder_len(buf_cstr(path));
        buf_cut(path, n < path->len ? n : path->len - 1);
    }
}

static void look_at_parent(struct doctor *d, const char *origin)
{
    struct buf parent;
    struct stat st;
    buf_init(&parent, PATH_MOST);
    buf_puts(&parent, d->app->state);
    cut_to_parent(&parent);
    if (stat(buf_cstr(&parent), &st) == 0 && !S_ISDIR(st.st_mode)) {
        doctor_fail(d, EXIT_SYSTEM, "folder", "name another with --state or FERRY_STATE",
                    "%s (%s) cannot be made: %s is a file", d->app->state, origin,
                    buf_cstr(&parent));
    } else if (access(buf_cstr(&parent), W_OK | X_OK) < 0) {
        doctor_fail(d, EXIT_SYSTEM, "folder",
                    "make that folder writable, or name another with --state",
                    "%s (%s) cannot be made in %s: %s", d->app->state, origin, buf_cstr(&parent),
                    strerror(errno));
    } else {
        doctor_ok(d, "folder", "%s (%s), which is not there yet and will be made", d->app->state,
                  origin);
    }
    buf_finish(&parent);
}

/* 1 where there is a folder to look into. */
static int look_at_folder(struct doctor *d, const char *origin)
{
    const char *path = d->app->state;
    struct stat st;
    if (stat(path, &st) < 0) {
        look_at_parent(d, origin);
        return 0;
    }
    if (!S_ISDIR(st.st_mode)) {
        doctor_fail(d, EXIT_SYSTEM, "folder", "move it away, or name another with --state",
                    "%s (%s) is a file", path, origin);
        return 0;
    }
    if (access(path, W_OK | X_OK) < 0) {
        doctor_fail(d, EXIT_SYSTEM, "folder", "make it writable, or name another with --state",
                    "%s (%s) cannot be written: %s", path, origin, strerror(errno));
    } else if (st.st_uid != geteuid()) {
        doctor_warn(d, "folder", "run ferry as its owner, or name another with --state",
                    "%s (%s) belongs to user %lu, and you are %lu: files made by both get in each "
                    "other's way",
                    path, origin, (unsigned long)st.st_uid, (unsigned long)geteuid());
    } else if (st.st_mode & 077) {
        doctor_warn(d, "folder", "run chmod 700 on it", "%s (%s): others can %s it", path, origin,
                    st.st_mode & 022 ? "write" : "read");
    } else {
        doctor_ok(d, "folder", "%s (%s), yours alone and writable", path, origin);
    }
    return 1;
}

/* --- the disk ------------------------------------------------------------------------------------- */

static void look_at_space(struct doctor *d, const char *path)
{
    struct statvfs fs;
    unsigned long long mib;
    if (statvfs(path, &fs) < 0) {
        doctor_unchecked(d, "space", NULL, "%s: %s", path, strerror(errno));
        return;
    }
    mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
    if (fs.f_blocks == 0) {
        doctor_unchecked(d, "space", NULL, "the file system of %s does not tell", path);
    } else if (mib == 0) {
        doctor_fail(d, EXIT_SYSTEM, "space", "free some space", "the disk of %s is full", path);
    } else if (mib < LITTLE_MIB) {
        doctor_warn(d, "space", "free some space", "%llu MiB are left on the disk of %s", mib,
                    path);
    } else if (fs.f_files > 0 && fs.f_favail < LITTLE_FILES) {
        doctor_warn(d, "space", "remove files", "the disk of %s takes %llu more files", path,
                    (unsigned long long)fs.f_favail);
    } else {
        doctor_ok(d, "space", "%llu MiB free", mib);
    }
}

/* By the numbers that Linux gives file systems. */
static const struct kind {
    unsigned long number;
    const char *name;
    enum { LOCAL, NETWORK, USERSPACE, MEMORY, NO_FILES } where;
} kinds[] = {
    {0x6969, "NFS", NETWORK},        {0x517b, "SMB", NETWORK},
    {0xff534d42, "CIFS", NETWORK},   {0xfe534d42, "SMB", NETWORK},
    {0x01021997, "9p", NETWORK},     {0x5346414f, "AFS", NETWORK},
    {0x00c36400, "Ceph", NETWORK},   {0x47504653, "GPFS", NETWORK},
    {0x0bd00bd0, "Lustre", NETWORK}, {0x65735546, "FUSE", USERSPACE},
    {0x01021994, "tmpfs", MEMORY},   {0x858458f6, "ramfs", MEMORY},
    {0x9fa0, "proc", NO_FILES},      {0x62656572, "sysfs", NO_FILES},
    {0x794c7630, "overlay", LOCAL},  {0xef53, "ext", LOCAL},
    {0x9123683e, "btrfs", LOCAL},    {0x58465342, "XFS", LOCAL},
    {0x2fc12fc1, "ZFS", LOCAL},      {0xf2f52010, "F2FS", LOCAL},
};

static void look_at_disk(struct doctor *d, const char *path)
{
    const struct kind *kind = NULL;
    struct statfs fs;
    if (statfs(path, &fs) < 0) {
        doctor_unchecked(d, "file system", NULL, "%s: %s", path, strerror(errno));
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        kind = kinds[i].number == ((unsigned long)fs.f_type & 0xffffffff) ? &kinds[i] : kind;
    }
    if (kind && kind->where == NO_FILES) {
        doctor_fail(d, EXIT_SYSTEM, "file system", "use --state with a folder on a disk",
                    "%s: files cannot be made there", kind->name);
    } else if (kind && (kind->where == NETWORK || kind->where == USERSPACE)) {
        doctor_warn(d, "file system", "use --state with a folder on a local disk",
                    "%s: the locks and the log of the journal need a disk of this machine",
                    kind->name);
    } else if (kind && kind->where == MEMORY) {
        doctor_warn(d, "file system", "use --state with a folder on a disk",
                    "%s: what is captured here is lost when this machine ends", kind->name);
    } else {
        doctor_ok(d, "file system", "%s", kind ? kind->name : "a local one, as far as can be told");
    }
}

/* --- what it holds ----------------------------------------------------------------------------------- */

static void look_at_work(struct doctor *d, const struct journal_look *j)
{
    if (j->parked || j->failed_lanes) {
        doctor_warn(d, "work", "see `ferry status`, mend what it says, then `ferry resume`",
                    "%lld destinations of runs could not go on, %lld operations wait for a person",
                    (long long)j->failed_lanes, (long long)j->parked);
    } else if (j->open_lanes || j->waiting) {
        doctor_warn(d, "work", "`ferry resume` delivers it",
                    "%lld destinations of runs have something left: %lld operations wait, %lld of "
                    "them unconfirmed",
                    (long long)j->open_lanes, (long long)j->waiting, (long long)j->doubted);
    } else {
        doctor_ok(d, "work", "%lld runs, nothing waits", (long long)j->runs);
    }
}

static void look_at_journal(struct doctor *d)
{
    struct ferry_error err = {.size = sizeof err};
    struct journal_look j;
    int32_t rc = journal_look(&j, d->app->state, &d->app->clock, &err);
    if (rc) {
        doctor_fail(d, EXIT_SYSTEM, "journal", NULL, "%s", err.message);
        return;
    }
    if (!j.there) {
        doctor_ok(d, "journal", "none yet: nothing was captured here");
        return;
    }
    if (j.damages) {
        doctor_fail(d, EXIT_SYSTEM, "journal",
                    "keep a copy of the folder, save what can be read with sqlite3 and its "
                    ".recover, or begin another with --state",
                    "%s/journal.db is damaged in %u places: %s", d->app->state, j.damages,
                    j.damage);
    } else {
        doctor_ok(d, "journal", "whole, %lld KiB, version %lld%s", (long long)j.bytes / 1024,
                  (long long)j.version,
                  j.version < j.newest_version ? ", brought up to date when it is next used" : "");
    }
    d->newest_ms = j.newest_ms;
    d->newest = "the journal's latest entry";
    look_at_work(d, &j);
}

/* The databases of services that are served in process: STATE/PLUGIN/state.db. */
static void look_at_services(struct doctor *d)
{
    struct dirent *entry;
    DIR *folder = opendir(d->app->state);
    while (folder && (entry = readdir(folder)) && !app_interrupted) {
        struct ferry_error err = {.size = sizeof err};
        char damage[200];
        uint32_t damages = 0;
        struct buf path;
        buf_init(&path, PATH_MOST);
        buf_printf(&path, "%s/%s/state.db", d->app->state, entry->d_name);
        if (entry->d_name[0] == '.' || access(buf_cstr(&path), F_OK) < 0) {
            buf_finish(&path);
            continue;
        }
        if (journal_look_file(buf_cstr(&path), &damages, damage, &err)) {
            doctor_fail(d, EXIT_SYSTEM, entry->d_name, NULL, "%s", err.message);
        } else if (damages) {
            doctor_fail(d, EXIT_SYSTEM, entry->d_name,
                        "keep a copy, and save what can be read with sqlite3 and its .recover",
                        "%s is damaged in %u places: %s", buf_cstr(&path), damages, damage);
        } else {
            doctor_ok(d, entry->d_name, "the tracker kept here is whole");
        }
        buf_finish(&path);
    }
    if (folder) {
        closedir(folder);
    }
}

static void look_at_spool(struct doctor *d)
{
    struct ferry_error err = {.size = sizeof err};
    struct spool_check s;
    struct buf path;
    int64_t most = 0;
    int32_t rc;
    buf_init(&path, PATH_MOST);
    path_join(&path, d->app->state, "spool");
    rc = spool_check(buf_cstr(&path), &app_interrupted, &s, &err);
    if (d->app->config) {
        str_int64(config_get(d->app->config, "state.max_size"), &most);
    }
    if (rc) {
        doctor_fail(d, EXIT_SYSTEM, "spool", NULL, "%s", err.message);
    } else if (s.wrong) {
        doctor_fail(d, EXIT_SYSTEM, "spool",
                    "upload the reports again if they are still there; what is sent of these would "
                    "be wrong",
                    "%llu of %llu files are not what they were, the first is %s",
                    (unsigned long long)s.wrong, (unsigned long long)s.blobs, s.first);
    } else if (most > 0 && s.bytes > (uint64_t)most / 10 * 9) {
        doctor_warn(d, "spool", "`ferry resume`, then `ferry prune`, or raise state.max_size",
                    "%llu of at most %llu MiB are used", (unsigned long long)s.bytes >> 20,
                    (unsigned long long)most >> 20);
    } else {
        doctor_ok(d, "spool", "%llu files, %llu KiB, all as they were%s",
                  (unsigned long long)s.blobs, (unsigned long long)s.bytes / 1024,
                  s.left ? "; there are also leftovers of processes that died, which `ferry prune` "
                           "removes"
                         : "");
    }
    buf_finish(&path);
}

static int32_t on_holder(void *data, const struct lock_holder *l)
{
    struct doctor *d = data;
    const char *kind = l->kind == LOCK_DEST ? "destination" : "run";
    if (l->pid) {
        doctor_ok(d, "lock", "%s %s is worked on by process %lld (%s)", kind, l->what,
                  (long long)l->pid, l->program);
    } else {
        doctor_ok(d, "lock", "%s %s is worked on by a process that you may not look into", kind,
                  l->what);
    }
    return FERRY_OK;
}

void doctor_state(struct doctor *d)
{
    const char *origin;
    d->group = "state";
    if (!d->app->config || !d->app->state) {
        doctor_unchecked(d, "folder", NULL, "without a working folder it is not known which");
        return;
    }
    origin = config_state_origin(d->app->config, d->app->state_flag);
    if (look_at_folder(d, origin)) {
        look_at_space(d, d->app->state);
        look_at_disk(d, d->app->state);
        look_at_journal(d);
        look_at_services(d);
        look_at_spool(d);
        journal_holders(d->app->state, on_holder, d);
    } else {
        struct buf parent;
        buf_init(&parent, PATH_MOST);
        buf_puts(&parent, d->app->state);
        cut_to_parent(&parent);
        look_at_space(d, buf_cstr(&parent));
        look_at_disk(d, buf_cstr(&parent));
        buf_finish(&parent);
    }
}
