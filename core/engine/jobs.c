/* SPDX-License-Identifier: MIT */
/* jobs.c - the tables job and job_report; see jobs.h. */
#include "jobs.h"

#include "identity.h"

#include <stdlib.h>
#include <text.h>

static int compare(const void *a, const void *b)
{
    const struct job_report *x = a, *y = b;
    int by_digest = strcmp(x->digest, y->digest);
    return by_digest ? by_digest : str_cmp(x->name, y->name);
}

/* In whatever order they came. */
static void digest_call(const struct job_call *call, unsigned char out[32])
{
    struct sha256 h;
    sha256_init(&h);
    sha256_add_field(&h, call->text);
    for (uint32_t i = 0; i < call->n; i++) {
        sha256_add_field(&h, call->reports[i].name);
        sha256_add_field(&h, ferry_cstr(call->reports[i].digest));
    }
    sha256_end(&h, out);
}

static int32_t insert(struct db *db, const struct job_call *call, struct ferry_str digest,
                      const char *name, int64_t now_ms, struct ferry_error *err)
{
    int32_t rc = db_run(
        db, err,
        "INSERT INTO job(name, digest, idempotency_key, call, received_ms) VALUES(?, ?, ?, ?, ?)",
        "zbssi", name, digest, call->idempotency_key, call->text, now_ms);
    int64_t id = db_last_id(db);
    for (uint32_t i = 0; i < call->n && rc == FERRY_OK; i++) {
        rc = db_run(db, err, "INSERT INTO job_report(job_id, n, name, digest) VALUES(?, ?, ?, ?)",
                    "iisz", id, (int64_t)i, call->reports[i].name, call->reports[i].digest);
    }
    return rc;
}

int32_t jobs_put(struct db *db, struct job_call *call, int64_t now_ms, int64_t most,
                 enum job_put *what, char name[UUID_TEXT], struct ferry_error *err)
{
    unsigned char bytes[32];
    char hex[65];
    const struct ferry_str digest = {(const char *)bytes, sizeof bytes};
    qsort(call->reports, call->n, sizeof *call->reports, compare);
    digest_call(call, bytes);
    hex_text(bytes, sizeof bytes, hex);
    identity_job(ferry_cstr(hex), name);
    int32_t rc = db_begin(db, err);
    if (rc) {
        return rc;
    }
    int64_t known = db_one_int(db, 0, err, "SELECT id FROM job WHERE digest = ?", "b", digest);
    int64_t other =
        call->idempotency_key.ptr
            ? db_one_int(db, 0, err, "SELECT id FROM job WHERE idempotency_key = ? AND id <> ?",
                         "si", call->idempotency_key, known)
            : 0;
    *what = other                                 ? JOB_OTHER
            : known                               ? JOB_KNOWN
            : jobs_count(db, JOB_WAITING) >= most ? JOB_FULL
                                                  : JOB_NEW;
    rc = err->status;
    if (rc == FERRY_OK && *what == JOB_NEW) {
        rc = insert(db, call, digest, name, now_ms, err);
    }
    return db_end(db, rc, err);
}

#define COLUMNS                                                                                    \
    "SELECT id, state, tries, coalesce(code, 0), coalesce(run_id, 0), not_before, received_ms,"    \
    " coalesce(ended_ms, 0), name, text, call FROM job "

static void take(const struct db_rows *rows, struct job *out)
{
    *out = (struct job){.id = db_int(rows, 0),
                        .state = db_int(rows, 1),
                        .tries = db_int(rows, 2),
                        .code = db_int(rows, 3),
                        .run_id = db_int(rows, 4),
                        .not_before = db_int(rows, 5),
                        .received_ms = db_int(rows, 6),
                        .ended_ms = db_int(rows, 7)};
    snprintf(out->name, sizeof out->name, "%.*s", STR_ARG(db_str(rows, 8)));
    snprintf(out->text, sizeof out->text, "%.*s", STR_ARG(utf8_cut(db_str(rows, 9), 150)));
}

int32_t jobs_find(struct db *db, struct ferry_str name, struct job *out, int *got,
                  struct ferry_error *err)
{
    struct db_rows rows = {0};
    *got = 0;
    int32_t rc = db_query(db, &rows, err, COLUMNS "WHERE name = ?", "s", name);
    int step = rc ? 0 : db_step(&rows);
    if (step > 0) {
        take(&rows, out);
        *got = 1;
    }
    db_done(&rows);
    return rc ? rc : step < 0 ? -step : FERRY_OK;
}

int32_t jobs_next(struct db *db, int64_t now_ms, struct job *out, struct buf *call, int *got,
                  struct ferry_error *err)
{
    struct db_rows rows = {0};
    *got = 0;
    buf_reset(call);
    int32_t rc =
        db_query(db, &rows, err, COLUMNS "WHERE state = 0 AND not_before <= ? ORDER BY id LIMIT 1",
                 "i", now_ms);
    int step = rc ? 0 : db_step(&rows);
    if (step > 0) {
        take(&rows, out);
        buf_put(call, db_str(&rows, 10));
        *got = 1;
    }
    db_done(&rows);
    return rc ? rc : step < 0 ? -step : call->failed;
}

int32_t jobs_reports(struct db *db, int64_t id,
                     int32_t (*fn)(void *data, int64_t n, struct ferry_str name,
                                   struct ferry_str digest),
                     void *data, struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc =
        db_query(db, &rows, err,
                 "SELECT n, name, digest FROM job_report WHERE job_id = ? ORDER BY n", "i", id);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        rc = fn(data, db_int(&rows, 0), db_str(&rows, 1), db_str(&rows, 2));
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

int32_t jobs_settle(struct db *db, const struct job *job, enum job_state state,
                    int64_t not_before_ms, int64_t now_ms, struct ferry_error *err)
{
    return db_run(
        db, err,
        "UPDATE job SET state = ?, tries = tries + 1, not_before = ?, code = ?, run_id = coalesce(NULLIF(?, 0), run_id), ended_ms = ?,"
        " text = ? WHERE id = ?",
        "iiiiizi", (int64_t)state, not_before_ms, job->code, job->run_id, now_ms, job->text,
        job->id);
}

int32_t jobs_again(struct db *db, struct ferry_str name, int *changed, struct ferry_error *err)
{
    int32_t rc = db_run(
        db, err,
        "UPDATE job SET state = 0, not_before = 0, tries = 0, ended_ms = NULL, text = NULL WHERE name = ? AND (state <> 0 OR not_before > 0)",
        "s", name);
    *changed = rc == FERRY_OK && db_changes(db) > 0;
    return rc;
}

int64_t jobs_count(struct db *db, enum job_state state)
{
    struct ferry_error err = {.size = sizeof err};
    return db_one_int(db, -1, &err, "SELECT COUNT(*) FROM job WHERE state = ?", "i",
                      (int64_t)state);
}
