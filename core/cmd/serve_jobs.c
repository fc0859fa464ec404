/* SPDX-License-Identifier: MIT */
/* serve_jobs.c - takes up an upload that was asked for: its reports come out of the spool into a folder of their own, and go the way of `ferry upload`. */
#include "serve_uploads.h"

#include "upload.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <json.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { GIVEN_UP_MS = 24 * 3600 * 1000, MIRRORS = 32 };

struct unpacking {
    struct journal journal;
    char folder[512];
    struct arena arena;
    struct ferry_str *paths;
    uint32_t n, room;
    struct ferry_error *err;
};

/* A name of somebody else's, as one of a file: what it ends in says what it is. */
static struct ferry_str file_name(struct unpacking *u, int64_t n, struct ferry_str name)
{
    char plain[100];
    uint64_t from = name.len > 80 ? name.len - 80 : 0, k = 0;
    for (uint64_t i = from; i < name.len; i++) {
        char c = name.ptr[i];
        int fit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-';
        plain[k++] = fit ? c : '_';
    }
    plain[k] = '\0';
    return arena_printf(&u->arena, "%s/%lld-%s", u->folder, (long long)n, plain);
}

static int32_t copy_blob(struct unpacking *u, struct ferry_str digest, int fd, const char *path)
{
    char piece[16384];
    uint64_t at = 0;
    int64_t got = 0;
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK &&
           (got = spool_read(u->journal.spool, digest, at, piece, sizeof piece)) > 0) {
        rc = fd_write(fd, path, (struct ferry_str){piece, (uint64_t)got}, u->err);
        at += (uint64_t)got;
    }
    return rc || got == 0
               ? rc
               : ferry_fail(u->err, (int32_t)-got, "", "%.*s: not in the spool", STR_ARG(digest));
}

static int32_t unpack_report(void *data, int64_t n, struct ferry_str name, struct ferry_str digest)
{
    struct unpacking *u = data;
    struct ferry_str path = file_name(u, n, name);
    if (u->n == u->room || !path.ptr) {
        return u->arena.failed ? u->arena.failed : FERRY_E_TOO_LARGE;
    }
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return file_fail(u->err, path.ptr, "cannot create", errno);
    }
    int32_t rc = copy_blob(u, digest, fd, path.ptr);
    close(fd);
    u->paths[u->n++] = path;
    return rc;
}

static int32_t unpack(struct serve *s, struct db *db, const struct job *job, struct unpacking *u)
{
    const char *tmp = getenv("TMPDIR");
    u->room = (uint32_t)db_one_int(
        db, 0, u->err, "SELECT COUNT(*) FROM job_report WHERE job_id = ?", "i", job->id);
    u->paths = arena_array(&u->arena, struct ferry_str, u->room + 1);
    snprintf(u->folder, sizeof u->folder, "%s/ferry-upload-XXXXXX",
             tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (!u->paths || !mkdtemp(u->folder)) {
        u->folder[0] = '\0';
        return u->arena.failed
                   ? u->arena.failed
                   : ferry_fail(u->err, FERRY_E_IO, "", "cannot create a folder in TMPDIR");
    }
    int32_t rc = journal_open(&u->journal, s->app->state, s->state_max, u->err);
    rc = rc ? rc : jobs_reports(db, job->id, unpack_report, u, u->err);
    journal_close(&u->journal);
    return rc;
}

/* The words that somebody would have typed. */
static int upload(struct serve *s, struct unpacking *u, const struct buf *call, int64_t *run)
{
    static const char *const texts[] = {"to", "run_title", "run_key", "complete"};
    struct ferry_kv given[MIRRORS + 4];
    struct json_doc doc = {0};
    struct args args = {
        .options = upload_options, .given = given, .rest = u->paths, .n_rest = u->n};
    int code = EXIT_USAGE;
    if (json_parse(&doc, buf_str(call), JSON_STRICT, "job", u->err) == FERRY_OK) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            struct ferry_str value = arena_str(&u->arena, json_str(json_get(doc.root, texts[i])));
            if (value.ptr) {
                given[args.n_given++] = (struct ferry_kv){ferry_cstr(texts[i]), value};
            }
        }
        json_each (m, json_get(doc.root, "mirror")) {
            if (args.n_given < MIRRORS + 4) {
                given[args.n_given++] =
                    (struct ferry_kv){FERRY_LIT("mirror"), arena_str(&u->arena, json_str(m))};
            }
        }
        code = upload_run(s->app, &args, run);
    }
    json_finish(&doc);
    return code;
}

static int32_t settle(struct serve *s, struct db *db, struct job *job, struct ferry_error *err)
{
    struct clock *clock = &s->app->clock;
    int64_t now = clock->now_ms(clock);
    int better = serve_may_get_better((int)job->code) && job->code != EXIT_NO_RESULTS;
    snprintf(job->text, sizeof job->text, job->code ? "exit %lld; the server's log says more" : "",
             (long long)job->code);
    if (!better) {
        return jobs_settle(db, job, JOB_DONE, 0, now, err);
    }
    if (now - job->received_ms > GIVEN_UP_MS) {
        log_error("upload %s: given up after %lld tries; POST its retry", job->name,
                  (long long)job->tries + 1);
        return jobs_settle(db, job, JOB_GIVEN_UP, 0, now, err);
    }
    return jobs_settle(db, job, JOB_WAITING, now + serve_wait_before(s, job->tries), now, err);
}

int32_t serve_take_job(struct serve *s, struct db *db, struct job *job, const struct buf *call,
                       struct ferry_error *err)
{
    struct unpacking u = {.err = err};
    arena_init(&u.arena, 16 << 20);
    __atomic_store_n(&s->job, job->id, __ATOMIC_RELAXED);
    int32_t rc = unpack(s, db, job, &u);
    if (rc == FERRY_OK) {
        job->code = upload(s, &u, call, &job->run_id);
    } else {
        job->code = cmd_fail(err);
    }
    if (u.folder[0]) {
        file_remove_tree(u.folder);
    }
    arena_finish(&u.arena);
    *err = (struct ferry_error){.size = sizeof *err};
    rc =
        app_interrupted ? FERRY_OK : settle(s, db, job, err); /* else it waits for the next start */
    __atomic_store_n(&s->job, 0, __ATOMIC_RELAXED);
    return rc;
}
