/* SPDX-License-Identifier: MIT */
/*
 * versions.c - state folders that older ferries left are upgraded, whatever dies on the way, and gone on with; those of a newer ferry
 * are refused and left as they are. See versions/README.md.
 */
#include "versions.h"
#include "sweep.h"

#include <db.h>
#include <dirent.h>
#include <file.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 1 << 16, LATEST = 99, WORDS = 14 };

#define NIGHTLY "upload", "--run-title", "Nightly", "--to", "local:AO", "--mirror", "local:DEMO"

/* What the stored folders were made by: a command, and where it was killed. */
static const struct {
    const char *args[WORDS];
    const char *dies;
} story[] = {
    {{NIGHTLY, "versions/done.xml"}, NULL},
    {{NIGHTLY, "--run-key", "build-7", "versions/shared.xml"}, NULL},
    {{NIGHTLY, "versions/doubt.xml"}, "sent_committed:2"},
    {{"upload", "--run-title", "Late", "--to", "local:DEMO", "versions/waiting.xml"}, "captured:1"},
    {{"upload", "--run-title", "Lost", "--to", "local:DEMO", "versions/lost.xml"},
     "capture_batch:1"},
};
enum {
    STORY = sizeof story / sizeof *story,
    CAPTURED = STORY - 1
}; /* the last one never counted */

static const char *const resume[] = {"resume", NULL};
static const char *const status[] = {"status", NULL};
static const char *const complete[] = {"complete", "build-7", NULL};
static const char *const again[] = {NIGHTLY, "versions/doubt.xml", NULL};
static const char *const prune[] = {"prune", NULL};
static const char *const projects[] = {"AO", "DEMO"};

struct trial {
    struct rig *r;
    struct book reference;
    int64_t latest; /* version of the journal that this ferry writes */
    struct buf wrong;
    unsigned kills, refusals;
};

static int run(struct trial *t, const char *const *args, const char *crash, int wanted,
               const char *what)
{
    struct start start = {.args = args, .state = "state", .crash = crash};
    int code = rig_run(t->r, &start);
    if (code != wanted) {
        buf_printf(&t->wrong, "%s: %s ended with %d: ", what, args[0], code);
        rig_complaint(NULL, &t->wrong);
        buf_putc(&t->wrong, '\n');
    }
    return code == wanted;
}

/* --- what is there ---------------------------------------------------------------------------- */

static int64_t number(const char *path, const char *sql)
{
    struct ferry_error err = {.size = sizeof err};
    struct db *db = NULL;
    int64_t n = db_open(&db, path, 0, 1000, &err) ? -1 : db_one_int(db, -1, &err, sql, "");
    db_close(db);
    return n;
}

static int64_t journal_version(void)
{
    return number("state/journal.db", "PRAGMA user_version");
}

static int read_projects(struct trial *t, struct book *b)
{
    int ok = 1;
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++) {
        ok = ok && book_export(t->r, "state", projects[i], b);
    }
    book_sort(b);
    return ok;
}

static void compare(struct trial *t, const char *when, struct sweep *s)
{
    struct book got = {.n = 0};
    struct difference d;
    if (!read_projects(t, &got)) {
        buf_printf(&t->wrong, "%s: a project cannot be exported\n", when);
    }
    book_compare(&t->reference, &got, &d);
    s->lost += d.lost;
    s->doubled += d.doubled + d.strange;
    if (d.lost + d.doubled + d.strange > 0) {
        buf_printf(&t->wrong, "%s: %u lost, %u doubled, %u strange; %s\n", when, d.lost, d.doubled,
                   d.strange, d.first);
    }
    evidence_whole("state", &t->wrong);
    book_finish(&got);
}

/* --- one version ------------------------------------------------------------------------------- */

/* What was open is delivered, nothing twice, and the same reports once more add nothing. */
static void go_on(struct trial *t, const char *when, struct sweep *s)
{
    run(t, resume, NULL, 0, when);
    run(t, complete, NULL, 0, when);
    compare(t, when, s);
    if (journal_version() != t->latest) {
        buf_printf(&t->wrong, "%s: the journal is not upgraded\n", when);
    }
    run(t, again, NULL, 0, when);
    compare(t, when, s);
}

/*
 * SIGKILL while a step of the schema is run: each version is whole, the old one or a later one. The first step and the last one (the first alone in a slow build); those
 * between them are the first ones of other versions.
 */
static void die_on_the_way(struct trial *t, int64_t version, struct sweep *s)
{
    int64_t last = is_slow() ? 1 : t->latest - version;
    for (int64_t n = 1; n <= last; n = n == 1 && !wants_all() && last > 1 ? last : n + 1) {
        char crash[64];
        snprintf(crash, sizeof crash, "schema_step:%lld", (long long)n);
        if (!folder_copy("old", "state") || !run(t, status, crash, DIED + SIGKILL, crash)) {
            return;
        }
        t->kills++;
        int64_t left = journal_version();
        evidence_whole("state", &t->wrong);
        if (left != version + n - 1) {
            buf_printf(&t->wrong, "killed at %s it is version %lld\n", crash, (long long)left);
        }
        go_on(t, crash, s);
    }
}

static int try_version(struct trial *t, const char *file, int64_t version, struct sweep *s)
{
    if (!version_restore(file, "old") || !folder_copy("old", "state")) {
        return 0;
    }
    if (journal_version() != version) {
        buf_printf(&t->wrong, "%s: it is a journal of version %lld\n", file,
                   (long long)journal_version());
    }
    go_on(t, "upgraded", s);
    die_on_the_way(t, version, s);
    return 1;
}

/* --- a newer one --------------------------------------------------------------------------------- */

static int same_bytes(const char *name)
{
    struct ferry_error err = {.size = sizeof err};
    char path[PATH_ROOM];
    struct buf before, after;
    buf_init(&before, 64 << 20);
    buf_init(&after, 64 << 20);
    snprintf(path, sizeof path, "newer/%s", name);
    int32_t rc = file_read(path, &before, &err);
    snprintf(path, sizeof path, "state/%s", name);
    rc = rc ? rc : file_read(path, &after, &err);
    int same = rc == FERRY_OK && ferry_eq(buf_str(&before), buf_str(&after));
    buf_finish(&before);
    buf_finish(&after);
    return same;
}

/* Both versions, the file and the cure are named, and not a byte of it is another one. */
static void must_refuse(struct trial *t, const char *const *args, const char *file, int64_t has,
                        int64_t knows)
{
    char numbers[2][32];
    struct buf said;
    buf_init(&said, ROOM);
    run(t, args, NULL, 74, "newer");
    rig_complaint(NULL, &said);
    snprintf(numbers[0], sizeof numbers[0], "version %lld", (long long)has);
    snprintf(numbers[1], sizeof numbers[1], " %lld", (long long)knows);
    if (!strstr(buf_cstr(&said), numbers[0]) || !strstr(buf_cstr(&said), numbers[1]) ||
        !strstr(buf_cstr(&said), file) || !strstr(buf_cstr(&said), "state")) {
        buf_printf(&t->wrong, "newer: %s does not say what to do: %s\n", args[0], buf_cstr(&said));
    }
    if (!same_bytes(file)) {
        buf_printf(&t->wrong, "newer: %s changed %s\n", args[0], file);
    }
    t->refusals++;
    buf_finish(&said);
}

/* As a newer ferry that was killed leaves it: in its write-ahead log. */
static int make_newer(const char *file, const char *sql)
{
    char path[PATH_ROOM];
    struct ferry_error err = {.size = sizeof err};
    struct db *db = NULL;
    snprintf(path, sizeof path, "state/%s", file);
    int ok = folder_copy("done", "state") && db_open(&db, path, 0, 1000, &err) == FERRY_OK &&
             db_script(db, sql, &err) == FERRY_OK && folder_copy("state", "newer");
    db_close(db);
    return ok && folder_copy("newer", "state");
}

static int try_newer_journal(struct trial *t)
{
    static const char *const *const commands[] = {status, resume, complete, again, prune};
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA user_version=%d", LATEST);
    int ok = make_newer("journal.db", sql);
    for (size_t i = 0; ok && i < sizeof commands / sizeof *commands; i++) {
        must_refuse(t, commands[i], "journal.db", LATEST, t->latest);
    }
    return ok;
}

/* The tracker's own state: what was captured is kept, and goes on when the right ferry comes. */
static int try_newer_tracker(struct trial *t, struct sweep *s)
{
    static const char *const export[] = {"local", "export", "--project", "AO", NULL};
    int64_t has =
        number("done/local/state.db", "SELECT number FROM ferry_meta WHERE name='version'");
    char sql[128];
    int ok = make_newer("local/state.db", "UPDATE ferry_meta SET number=99 WHERE name='version'");
    if (ok) {
        must_refuse(t, export, "local/state.db", LATEST, has);
        must_refuse(t, again, "local/state.db", LATEST, has);
        snprintf(sql, sizeof sql,
                 "UPDATE ferry_meta SET number=%lld WHERE name='version' RETURNING 1",
                 (long long)has);
        ok = number("state/local/state.db", sql) == 1;
        run(t, resume, NULL, 0, "with the right tracker again");
        compare(t, "with the right tracker again", s);
    }
    return ok;
}

/* --- all --------------------------------------------------------------------------------------- */

/* The same without deaths, by the ferry of today; "done" is that folder. */
static int make_reference(struct trial *t)
{
    int ok = folder_remove("state");
    for (int i = 0; i < CAPTURED && ok; i++) {
        ok = run(t, story[i].args, NULL, 0, "undisturbed");
    }
    ok = ok && run(t, complete, NULL, 0, "undisturbed") && read_projects(t, &t->reference) &&
         folder_copy("state", "done");
    t->latest = journal_version();
    return ok && t->latest > 0;
}

static int copy_inputs(const char *folder)
{
    return folder_copy(folder, "versions");
}

int sweep_versions(struct rig *r, const char *folder)
{
    struct trial t = {.r = r};
    struct sweep s = {.r = r};
    buf_init(&t.wrong, ROOM);
    r->any_order = 1;
    int ok = copy_inputs(folder) && make_reference(&t);
    for (int64_t v = 1; ok && v < t.latest; v++) {
        char file[PATH_ROOM];
        snprintf(file, sizeof file, "versions/journal-%lld.sql", (long long)v);
        if (access(file, R_OK) != 0) {
            buf_printf(&t.wrong, "%s: there is none; see versions/README.md\n", file);
        } else {
            ok = try_version(&t, file, v, &s);
        }
    }
    ok = ok && try_newer_journal(&t) && try_newer_tracker(&t, &s);
    if (t.wrong.len > 0 || !ok) {
        printf("FAILED\n%s", buf_cstr(&t.wrong));
    }
    printf(
        "versions: %lld older ones, %u killed on the way, %u refusals of newer ones, %u lost, %u doubled\n",
        (long long)t.latest - 1, t.kills, t.refusals, s.lost, s.doubled);
    ok = ok && t.wrong.len == 0;
    book_finish(&t.reference);
    buf_finish(&t.wrong);
    return ok;
}

int keep_version(struct rig *r, const char *folder)
{
    int ok = copy_inputs(folder);
    for (int i = 0; i < STORY && ok; i++) {
        struct start start = {.args = story[i].args, .state = "state", .crash = story[i].dies};
        int code = rig_run(r, &start);
        ok = code == (story[i].dies ? DIED + SIGKILL : 0);
        if (!ok) {
            rig_show(r);
        }
    }
    return ok && version_print("state");
}
