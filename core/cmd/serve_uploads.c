/* SPDX-License-Identifier: MIT */
/*
 * serve_uploads.c - what callers of `ferry serve` meet under /v1/uploads: POST queues an upload, GET /v1/uploads/JOB tells how it does, POST
 * /v1/uploads/JOB/retry has it tried again. All of it with the bearer token alone; a 202 says that the job and its reports are kept.
 */
#include "serve_uploads.h"
#include "serve_ask.h"

#include <exchanges.h>
#include <fcntl.h>
#include <file.h>
#include <json.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { WAITING = 1000, TOKEN_LEAST = 16, TEXT_MAX = 64 << 10 };

/* --- the token ------------------------------------------------------------------------------------ */

int32_t serve_read_token(struct serve *s, struct ferry_error *err)
{
    struct ferry_str path = config_get(s->app->config, "serve.upload_token_file");
    struct stat st;
    if (!path.len) {
        return FERRY_OK;
    }
    int fd = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int32_t rc = FERRY_OK;
    buf_init(&s->token, 4096);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "serve.upload_token_file",
                        "serve.upload_token_file: %s cannot be read; check its path and mode",
                        path.ptr);
    } else if (st.st_mode & 077) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "serve.upload_token_file",
                        "serve.upload_token_file: others can read %s; run chmod 600 on it",
                        path.ptr);
    } else {
        rc = file_read_fd(fd, path.ptr, &s->token, err);
    }
    if (fd >= 0) {
        close(fd);
    }
    s->bearer = str_trim(buf_str(&s->token));
    if (rc == FERRY_OK && s->bearer.len < TOKEN_LEAST) {
        rc = ferry_fail(
            err, FERRY_E_CONFIG, "serve.upload_token_file",
            "serve.upload_token_file: a token of %llu bytes can be guessed; make one of at "
            "least %d",
            (unsigned long long)s->bearer.len, TOKEN_LEAST);
    }
    return rc ? rc : secrets_add(s->bearer);
}

static int bears_token(const struct serve *s, const struct ferry_message *m)
{
    struct ferry_str given = ferry_get(m->headers, m->n_headers, FERRY_LIT("authorization"));
    return s->bearer.len > 0 && str_starts(given, "Bearer ") &&
           same_secret(str_trim(str_sub(given, 7, given.len)), s->bearer);
}

uint64_t serve_admit(void *self, const struct ferry_message *head)
{
    const struct serve *s = self;
    return str_is(head->method, "POST") && str_is(head->target, "/v1/uploads") &&
                   bears_token(s, head)
               ? s->upload_max
               : 0;
}

/* --- answers ------------------------------------------------------------------------------------------ */

static void answer_text(struct request *answer, uint32_t status, struct ferry_str body)
{
    struct ferry_out out = request_out(answer);
    request_reset(answer);
    out.status(out.self, status);
    out.header(out.self, FERRY_LIT("content-type"));
    out.text(out.self, FERRY_LIT("application/json"));
    if (status == 401) {
        out.header(out.self, FERRY_LIT("www-authenticate"));
        out.text(out.self, FERRY_LIT("Bearer"));
    } else if (status == 503) {
        out.header(out.self, FERRY_LIT("retry-after"));
        out.text(out.self, FERRY_LIT("10"));
    }
    out.body(out.self);
    out.text(out.self, body);
    request_seal(answer, NULL);
}

static void answer_error(struct request *answer, uint32_t status, const char *message)
{
    struct buf text, clean;
    buf_init(&text, TEXT_MAX);
    buf_init(&clean, TEXT_MAX);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    json_member(&j, "error", ferry_cstr(message));
    json_close(&j, '}');
    buf_putc(&text, '\n');
    secrets_redact(&clean, buf_str(&text));
    answer_text(answer, status, buf_str(&clean));
    buf_finish(&text);
    buf_finish(&clean);
}

static void answer_job(struct request *answer, uint32_t status, const char *name, const char *state)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    struct json_out j = json_to(&text);
    json_open(&j, '{');
    json_member_int(&j, "schema_version", 1);
    json_member(&j, "job_id", ferry_cstr(name));
    json_member(&j, "state", ferry_cstr(state));
    json_close(&j, '}');
    buf_putc(&text, '\n');
    answer_text(answer, status, buf_str(&text));
    buf_finish(&text);
}

/* --- asking for an upload -------------------------------------------------------------------------------- */

/* What is in the spool and in no row yet is not swept away meanwhile. */
static int32_t keep(struct asking *a, struct ferry_str key, enum job_put *what,
                    char name[UUID_TEXT])
{
    struct clock *clock = &a->s->app->clock;
    int32_t rc = journal_open(&a->journal, a->s->app->state, a->s->state_max, &a->err);
    if (rc) {
        return rc;
    }
    if (!journal_try_lock(&a->journal, LOCK_USE, SPOOL_USE)) {
        rc = ferry_fail(&a->err, FERRY_E_IO, "", "the spool is being swept; come again");
    }
    rc = rc ? rc : asking_take_reports(a);
    if (rc == FERRY_OK) {
        struct job_call call = {
            .text = buf_str(&a->call), .idempotency_key = key, .reports = a->reports, .n = a->n};
        rc = jobs_put(a->s->db, &call, clock->now_ms(clock), WAITING, what, name, &a->err);
    }
    journal_close(&a->journal);
    return rc;
}

static void ask(struct serve *s, const struct ferry_message *m, struct request *answer)
{
    struct asking a = {.s = s, .err = {.size = sizeof a.err}};
    enum job_put what = JOB_NEW;
    char name[UUID_TEXT] = "";
    struct ferry_str key = ferry_get(m->headers, m->n_headers, FERRY_LIT("idempotency-key"));
    int32_t rc = asking_read(&a, m);
    if (rc == FERRY_OK && key.len > 200) {
        rc = ferry_fail(&a.err, FERRY_E_INPUT, "", "an Idempotency-Key has up to 200 bytes");
    }
    rc = rc ? rc : keep(&a, key, &what, name);
    if (rc == FERRY_E_INPUT || rc == FERRY_E_TOO_LARGE) {
        answer_error(answer, rc == FERRY_E_INPUT ? 400 : 413, a.err.message);
    } else if (rc || what == JOB_FULL) {
        log_warn("upload: %s", rc ? a.err.message : "too many are waiting");
        answer_error(answer, 503, "cannot be kept now; try again");
    } else if (what == JOB_OTHER) {
        answer_error(answer, 409, "this Idempotency-Key was used for another upload");
    } else {
        answer_job(answer, 202, name, what == JOB_NEW ? "queued" : "known");
    }
    asking_finish(&a);
}

/* --- telling ------------------------------------------------------------------------------------------------ */

static const char *state_of(const struct serve *s, const struct job *job)
{
    if (__atomic_load_n(&s->job, __ATOMIC_RELAXED) == job->id) {
        return "running";
    }
    return job->state == JOB_WAITING                          ? (job->tries ? "waiting" : "queued")
           : job->state == JOB_DONE && job->code == EXIT_DONE ? "done"
                                                              : "failed";
}

static int32_t put_rows(struct db *db, struct json_out *j, const char *name, const char *sql,
                        int64_t run, const char *const *texts, const char *const *numbers,
                        struct ferry_error *err)
{
    struct db_rows rows = {0};
    int got = 0;
    json_key(j, name);
    json_open(j, '[');
    int32_t rc = db_query(db, &rows, err, sql, "i", run);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        int column = 0;
        json_open(j, '{');
        for (size_t i = 0; texts[i]; i++) {
            json_member(j, texts[i], db_str(&rows, column++));
        }
        for (size_t i = 0; numbers[i]; i++) {
            json_member_int(j, numbers[i], db_int(&rows, column++));
        }
        json_close(j, '}');
    }
    db_done(&rows);
    json_close(j, ']');
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int32_t put_run(struct serve *s, struct json_out *j, int64_t run, struct ferry_error *err)
{
    static const char *const dest_texts[] = {"destination", "role", "error", NULL};
    static const char *const dest_numbers[] = {"planned",     "delivered", "rejected",
                                               "unconfirmed", "waiting",   NULL};
    static const char *const task_texts[] = {"destination", "status", "task_id", "error", NULL};
    static const char *const task_numbers[] = {"slice",    "items",   "done", "rejected",
                                               "attempts", "request", NULL};
    char job[EXCHANGES_NAME], file[EXCHANGES_NAME + 8];
    struct db_rows rows = {0};
    int32_t rc = db_query(s->db, &rows, err, "SELECT key, title FROM run WHERE id = ?", "i", run);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        json_member(j, "run_key", db_str(&rows, 0));
        json_member(j, "run_title", db_str(&rows, 1));
        exchanges_name(db_str(&rows, 0), job);
        snprintf(file, sizeof file, "%s.json", job);
        if (config_get(s->app->config, "exchange_log_dir").len) {
            json_member(j, "exchange_log", ferry_cstr(file));
        }
    }
    db_done(&rows);
    rc =
        rc ? rc
           : put_rows(
                 s->db, j, "destinations",
                 "SELECT d.label, CASE l.role WHEN 2 THEN 'mirror' ELSE 'primary' END, l.error,"
                 " SUM(o.kind = 196615), SUM(o.kind = 196615 AND o.state = 7), SUM(o.state = 8), SUM(o.state IN (3, 4, 5, 6)),"
                 " SUM(o.state = 1) FROM lane l JOIN dest d ON d.id = l.dest_id LEFT JOIN op o ON o.lane_id = l.id"
                 " WHERE l.run_id = ? GROUP BY l.id ORDER BY l.role, l.id",
                 run, dest_texts, dest_numbers, err);
    return rc ? rc
              : put_rows(
                    s->db, j, "slices",
                    "SELECT t.destination, t.status, t.task_id, t.error, t.slice, t.items, t.done, t.rejected, t.attempts, t.request"
                    " FROM upload_tasks t JOIN lane l ON l.id = t.lane_id WHERE l.run_id = ? ORDER BY t.request",
                    run, task_texts, task_numbers, err);
}

static void tell(struct serve *s, struct ferry_str name, struct request *answer)
{
    struct ferry_error err = {.size = sizeof err};
    struct job job;
    struct buf text, clean;
    char time[TIME_TEXT];
    int got = 0;
    int32_t rc = jobs_find(s->db, name, &job, &got, &err);
    if (rc || !got) {
        answer_error(answer, rc ? 503 : 404, rc ? "cannot be told now; try again" : "no such job");
        return;
    }
    buf_init(&text, 64 << 20);
    buf_init(&clean, 64 << 20);
    struct json_out j = json_to(&text);
    j.pretty = 1;
    json_open(&j, '{');
    json_member_int(&j, "schema_version", 1);
    json_member(&j, "job_id", ferry_cstr(job.name));
    json_member(&j, "state", ferry_cstr(state_of(s, &job)));
    json_member_int(&j, "tries", job.tries);
    if (job.tries) {
        json_member_int(&j, "exit_code", job.code);
        json_member(&j, "message", ferry_cstr(job.text));
    }
    time_text(job.received_ms, time);
    json_member(&j, "received", ferry_cstr(time));
    time_text(job.ended_ms, time);
    json_member(&j, "ended", job.ended_ms ? ferry_cstr(time) : (struct ferry_str){NULL, 0});
    rc = job.run_id ? put_run(s, &j, job.run_id, &err) : FERRY_OK;
    json_close(&j, '}');
    buf_putc(&text, '\n');
    secrets_redact(&clean, buf_str(&text));
    if (rc || text.failed || clean.failed) {
        answer_error(answer, 503, "cannot be told now; try again");
    } else {
        answer_text(answer, 200, buf_str(&clean));
    }
    buf_finish(&text);
    buf_finish(&clean);
}

static void again(struct serve *s, struct ferry_str name, struct request *answer)
{
    struct ferry_error err = {.size = sizeof err};
    struct job job;
    int got = 0, changed = 0;
    int32_t rc = jobs_find(s->db, name, &job, &got, &err);
    rc = rc || !got ? rc : jobs_again(s->db, name, &changed, &err);
    if (rc || !got) {
        answer_error(answer, rc ? 503 : 404, rc ? "cannot be kept now; try again" : "no such job");
    } else {
        answer_job(answer, 202, job.name, "queued");
    }
}

int serve_uploads(struct serve *s, const struct ferry_message *m, struct request *answer)
{
    static const char place[] = "/v1/uploads", retry[] = "/retry";
    int is_post = str_is(m->method, "POST"), is_get = str_is(m->method, "GET");
    if (!str_starts(m->target, "/v1/")) {
        return 0;
    }
    struct ferry_str rest = str_sub(m->target, sizeof place - 1, m->target.len);
    struct ferry_str name = str_sub(rest, 1, UUID_TEXT - 1),
                     end = str_sub(rest, UUID_TEXT, rest.len);
    if (!bears_token(s, m)) {
        answer_error(answer, 401,
                     s->bearer.len ? "the bearer token is missing or wrong"
                                   : "uploads are not taken here; see serve.upload_token_file");
    } else if (!str_starts(m->target, place) || (rest.len && rest.ptr[0] != '/')) {
        answer_error(answer, 404,
                     "there is /v1/uploads, /v1/uploads/JOB and /v1/uploads/JOB/retry");
    } else if (rest.len == 0 && is_post) {
        ask(s, m, answer);
    } else if (rest.len > 0 && end.len == 0 && is_get) {
        tell(s, name, answer);
    } else if (str_is(end, retry) && is_post) {
        again(s, name, answer);
    } else {
        answer_error(answer, 405, "POST an upload or its retry; GET a job");
    }
    return 1;
}
