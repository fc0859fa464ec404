/* SPDX-License-Identifier: MIT */
/* capture.c - rows of run, capture, report and item; see capture.h. */
#include "capture.h"

#include "capture_items.h"
#include "identity.h"
#include "pack.h"
#include "recall.h"
#include "step.h"

#include <errno.h>
#include <file.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

/* --- the run ------------------------------------------------------------------------------------ */

/* E_STOP: interrupted. */
static int32_t hash_fd(int fd, const char *name, const volatile int *interrupted,
                       unsigned char out[32], struct ferry_error *err)
{
    enum { PIECE = 256 * 1024 };
    char *piece = malloc(PIECE);
    struct sha256 h;
    int64_t n = 1;
    int32_t rc =
        piece ? FERRY_OK : ferry_fail(err, FERRY_E_NO_MEMORY, "", "%s: out of memory", name);
    sha256_init(&h);
    while (rc == FERRY_OK && n != 0) {
        n = fd_read_stream(fd, piece, PIECE, interrupted);
        if (n > 0) {
            sha256_add(&h, (struct ferry_str){piece, (uint64_t)n});
        } else if (n < 0 && errno == EINTR) {
            rc = ferry_fail(err, FERRY_E_STOP, "", "interrupted before anything was captured");
        } else if (n < 0) {
            rc = file_fail(err, name, "cannot read", errno);
        }
    }
    sha256_end(&h, out);
    free(piece);
    return rc;
}

/* One that may not be opened, or is no file, counts as such: reading it will say why. */
static int32_t hash_input(const struct input *in, const volatile int *interrupted,
                          unsigned char out[32], struct ferry_error *err)
{
    struct stat st;
    int fd = file_open_stream(in->path);
    if (fd < 0) {
        int number = errno;
        return file_status(number, FERRY_OK) ? file_fail(err, in->shown, "cannot open", number)
                                             : FERRY_OK;
    }
    int32_t rc = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)
                     ? FERRY_OK
                     : hash_fd(fd, in->shown, interrupted, out, err);
    close(fd);
    return rc;
}

/*
 * What the inputs are, whatever they are called. Where one cannot be read to its end the key would be another run's, so there is
 * none. stdin can be read only once, so it goes by what the caller made of it.
 */
static int32_t digest_inputs(const struct inputs *in, const struct capture_call *call,
                             char out[UUID_TEXT], struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    unsigned char(*digests)[32] = calloc(in->n + 1, 32);
    if (!digests) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "reports", "out of memory");
    }
    for (size_t i = 0; i < in->n && rc == FERRY_OK; i++) {
        rc = in->list[i].path ? hash_input(&in->list[i], call->read.interrupted, digests[i], err)
                              : FERRY_OK;
    }
    identity_run_key(digests, in->n, call->ci_job, out);
    free(digests);
    return rc;
}

static int32_t choose_key(const struct inputs *in, const struct capture_call *call, char out[128],
                          struct ferry_error *err)
{
    char key[UUID_TEXT] = "";
    int32_t rc = FERRY_OK;
    if (call->run_key.ptr) {
        snprintf(out, 128, "%.*s", STR_ARG(call->run_key));
    } else {
        rc = digest_inputs(in, call, key, err);
        snprintf(out, 128, "%s", key);
    }
    if (call->again) { /* the one place where chance is wanted: a run like no other */
        size_t n = strlen(out);
        snprintf(out + n, 128 - n, "~%08llx", (unsigned long long)(chance() & 0xffffffffu));
    }
    return rc;
}

struct run_row {
    struct ferry_str key, marker, title, description, source, source_project;
    const struct ferry_kv *fields;
    const struct ferry_str *tags;
    int64_t source_dest;
    uint32_t shared, n_fields, n_tags;
};

/* *id is 0 where the row was there, and "ferry prune" took it before it could be read. */
static int32_t put_run(struct engine *e, const struct run_row *row, int64_t *id,
                       struct ferry_error *err)
{
    struct db *db = e->journal.db;
    int32_t rc = db_run(
        db, err,
        "INSERT INTO run(key, marker, title, source, source_project, source_dest, shared, created_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(key) DO NOTHING",
        "sssssiii", row->key, row->marker, row->title, row->source, row->source_project,
        row->source_dest, (int64_t)row->shared, e->clock->now_ms(e->clock));
    *id = rc ? 0 : db_one_int(db, 0, err, "SELECT id FROM run WHERE key = ?", "s", row->key);
    return rc ? rc : err->status;
}

/* The run's row, ours to add to, and not to be forgotten while this process has the journal open. */
static int32_t hold_run(struct engine *e, const struct run_row *row, int64_t *id,
                        struct ferry_error *err)
{
    struct journal *j = &e->journal;
    int64_t held = 0;
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && !held) {
        rc = put_run(e, row, id, err);
        if (rc == FERRY_OK && *id) {
            rc = journal_lock(j, LOCK_USE, *id, row->key, err);
            held = rc ? 0
                      : db_one_int(j->db, 0, err, "SELECT id FROM run WHERE id = ? AND key = ?",
                                   "is", *id, row->key);
            rc = rc ? rc : err->status;
        }
    }
    rc = rc ? rc : journal_lock(j, LOCK_RUN, *id, row->key, err);
    return rc ? rc : journal_lock(j, LOCK_USE, SPOOL_USE, FERRY_LIT("the spool"), err);
}

static void release_run(struct engine *e, int64_t id)
{
    journal_unlock(&e->journal, LOCK_USE, SPOOL_USE);
    journal_unlock(&e->journal, LOCK_RUN, id);
}

/* The run as an item: planners see it before its results. */
static int32_t put_run_item(struct engine *e, const struct captured *c, const struct run_row *row,
                            struct ferry_str id, struct ferry_error *err)
{
    struct buf packed;
    unsigned char source_id[16];
    struct ferry_run run = {.size = sizeof run,
                            .title = row->title,
                            .description = row->description,
                            .fields = row->fields,
                            .n_fields = row->n_fields,
                            .tags = row->tags,
                            .n_tags = row->n_tags};
    struct ferry_item item = {.size = sizeof item,
                              .noun = FERRY_RUN,
                              .id = id,
                              .key = row->key,
                              .marker = row->marker,
                              .name = row->title,
                              .run = &run};
    buf_init(&packed, 1 << 20);
    identity_readback(row->key, FERRY_LIT("run"), row->key, source_id);
    int32_t rc = pack_item(&packed, &item);
    rc =
        rc ? rc
           : db_run(
                 e->journal.db, err,
                 "INSERT INTO item(run_id, capture_id, noun, source_id, packed) VALUES(?, ?, ?, ?, ?)",
                 "iiibb", c->run_id, c->capture_id, (int64_t)FERRY_RUN,
                 (struct ferry_str){(const char *)source_id, 16}, buf_str(&packed));
    buf_finish(&packed);
    return rc;
}

/* --- the capture ---------------------------------------------------------------------------------- */

/* The run's lock is held: what is still "reading" belongs to a process that died, and never counted. */
static int32_t forget_dead(struct engine *e, int64_t run, struct ferry_error *err)
{
#define DEAD "(SELECT id FROM capture WHERE run_id = ?1 AND state = 0)"
    static const char *const statements[] = {
        "DELETE FROM known WHERE run_id = ?1 AND item_id IN (SELECT id FROM item WHERE run_id = ?1 AND capture_id IN " DEAD
        ")",
        "DELETE FROM item WHERE run_id = ?1 AND capture_id IN " DEAD,
        "DELETE FROM report WHERE capture_id IN " DEAD,
        "DELETE FROM capture WHERE run_id = ?1 AND state = 0",
    };
#undef DEAD
    int32_t rc = FERRY_OK;
    int any = db_one_int(e->journal.db, 1, err,
                         "SELECT EXISTS(SELECT 1 FROM capture WHERE run_id = ? AND state = 0)", "i",
                         run) != 0;
    for (size_t i = 0; any && i < sizeof statements / sizeof *statements && rc == FERRY_OK; i++) {
        rc = db_run(e->journal.db, err, statements[i], "i", run);
    }
    return rc;
}

static int32_t begin_capture(struct engine *e, struct captured *c, const struct run_row *row,
                             struct ferry_str part, struct ferry_str id, struct ferry_error *err)
{
    struct db *db = e->journal.db;
    int32_t rc = db_begin(db, err);
    if (rc) {
        return rc;
    }
    rc = forget_dead(e, c->run_id, err);
    rc = rc ? rc
            : db_run(db, err, "INSERT INTO capture(run_id, part, state, at_ms) VALUES(?, ?, 0, ?)",
                     "isi", c->run_id, part.ptr ? part : FERRY_LIT(""), e->clock->now_ms(e->clock));
    c->capture_id = db_last_id(db);
    int fresh =
        db_one_int(db, 0, err, "SELECT EXISTS(SELECT 1 FROM item WHERE run_id = ? AND noun = 6)",
                   "i", c->run_id) == 0;
    rc = rc || !fresh ? rc : put_run_item(e, c, row, id, err);
    rc = db_end(db, rc, err);
    STEP(capture_begun);
    return rc;
}

static int32_t end_capture(struct engine *e, const struct captured *c,
                           const struct capture_commit *commit, struct ferry_error *err)
{
    struct db *db = e->journal.db;
    STEP(capture_read);
    int32_t rc = db_begin(db, err);
    if (rc) {
        return rc;
    }
    rc = db_run(db, err,
                "UPDATE capture SET state = 1, items = ?, fresh = ?, twins = ? WHERE id = ?",
                "iiii", (int64_t)c->results, (int64_t)c->fresh, (int64_t)c->twins, c->capture_id);
    if (rc == FERRY_OK && commit->fn && c->results > 0) {
        rc = commit->fn(commit->self, c, err);
    }
    rc = db_end(db, rc, err);
    STEP(captured);
    return rc;
}

static int32_t put_report(struct engine *e, const struct captured *c, const struct input *in,
                          const struct read_report *r, const struct ferry_error *why,
                          struct ferry_error *err)
{
    return db_run(
        e->journal.db, err,
        "INSERT INTO report(capture_id, path, tests, passed, failed, errored, skipped, not_run, truncated, warnings, error)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iziiiiiiiiz", c->capture_id, in->shown, (int64_t)r->counts.tests,
        (int64_t)r->counts.passed, (int64_t)r->counts.failed, (int64_t)r->counts.errored,
        (int64_t)r->counts.skipped, (int64_t)r->counts.not_run, (int64_t)r->truncated,
        (int64_t)r->warnings, why->message[0] ? why->message : NULL);
}

static int32_t one_report(struct engine *e, const struct input *in, const struct capture_call *call,
                          struct item_writer *w, struct captured *c, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct read_report *report = calloc(1, sizeof *report);
    if (!report) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "%s: out of memory", in->shown);
    }
    item_writer_report(w, in->shown);
    struct read_call read = call->read;
    read.self = w;
    read.item = item_writer_item;
    read.notice = item_writer_notice;
    int32_t rc = read_input(&read, in, report, &why);
    if (w->rc) { /* the journal failed, not the report */
        rc = w->rc;
    } else if (rc == FERRY_E_INPUT && report->unknown && in->found) {
        log_warn("left out: %s", why.message); /* a pattern may lead to files that are no reports */
        c->left_out++;
        rc = FERRY_OK;
    } else if (rc == FERRY_E_INPUT || rc == FERRY_E_TOO_LARGE) {
        log_error("%s", why.message);
        c->unreadable += !report->truncated; /* else what came before the fault counts */
        c->reports += report->truncated;
        rc = FERRY_OK;
    } else if (rc) {
        ferry_fail(err, rc, why.where, "%s", why.message);
    } else {
        c->reports++;
    }
    c->truncated += report->truncated != 0;
    c->contradictory += report->contradicts;
    read_counts_add(&c->counts, &report->counts);
    rc = rc ? rc : put_report(e, c, in, report, &why, err);
    free(report);
    return rc;
}

/* What a person or a CI says of the run may hold a secret, as a report may: it is neither kept nor sent. */
static int32_t clean_run(struct run_row *row, struct arena *arena)
{
    struct ferry_kv *fields = arena_array(arena, struct ferry_kv, row->n_fields + 1);
    secrets_clean_data(arena, &row->title);
    secrets_clean_data(arena, &row->description);
    for (uint32_t i = 0; fields && i < row->n_fields; i++) {
        fields[i] = row->fields[i];
        secrets_clean_data(arena, &fields[i].value);
    }
    row->fields = fields;
    return arena->failed;
}

int32_t capture_reports(struct engine *e, const struct inputs *inputs,
                        const struct capture_call *call, struct captured *c,
                        struct ferry_error *err)
{
    struct item_writer w = {.rc = 0};
    struct arena clean;
    char marker[160];
    memset(c, 0, sizeof *c);
    int32_t rc = choose_key(inputs, call, c->run_key, err);
    if (rc) {
        return rc;
    }
    snprintf(marker, sizeof marker, "run-key=%s", c->run_key);
    struct run_row row = {.key = ferry_cstr(c->run_key),
                          .marker = ferry_cstr(marker),
                          .title = call->run_title,
                          .description = call->run_description,
                          .fields = call->run_fields,
                          .n_fields = call->n_run_fields,
                          .source = FERRY_LIT("report"),
                          .shared = call->shared};
    arena_init(&clean, 1 << 20);
    rc = clean_run(&row, &clean);
    rc = rc ? rc : hold_run(e, &row, &c->run_id, err);
    if (rc) {
        arena_finish(&clean);
        return name_failure(rc, err, "run");
    }
    rc = begin_capture(e, c, &row, call->part, (struct ferry_str){NULL, 0}, err);
    arena_finish(&clean);
    rc = rc ? rc : item_writer_init(&w, e, c, call, err);
    for (size_t i = 0; i < inputs->n && rc == FERRY_OK; i++) {
        rc = one_report(e, &inputs->list[i], call, &w, c, err);
    }
    rc = rc ? rc : item_writer_flush(&w);
    rc = rc ? rc : end_capture(e, c, &call->commit, err);
    item_writer_finish(&w);
    release_run(e, c->run_id);
    return name_failure(rc, err, db_path(e->journal.db));
}

/* --- read back -------------------------------------------------------------------------------------- */

struct readback {
    struct item_writer w;
    struct ferry_str source;
};

static int32_t on_result(void *data, const struct ferry_item *item)
{
    struct readback *rb = data;
    if (!item) {
        return item_writer_again(&rb->w);
    }
    if (item->noun != FERRY_RESULT || !item->result) {
        return FERRY_OK;
    }
    return item_writer_read_back(&rb->w, rb->source, item);
}

/* The run's results as its tracker lists them, completed by what this journal has sent there. */
static int32_t read_results(struct readback *rb, const struct capture_source *s,
                            struct ferry_error *err)
{
    struct ferry_kv filter = {FERRY_LIT("run"), s->run_id};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RESULT,
                            .n_filters = 1,
                            .filters = &filter};
    struct recall recall = {.e = NULL};
    struct ferry_traits list;
    int32_t rc = remote_describe(s->remote, FERRY_OP(FERRY_LIST, FERRY_RESULT), &list, err);
    if (rc == FERRY_OK && list.flags & FERRY_PARTIAL) {
        rc = recall_open(&recall, rb->w.e, s->dest_id, s->run_id, err);
        rb->w.recall = &recall;
    }
    rb->w.remote = s->remote;
    rc = rc ? rc : remote_list(s->remote, &ask, on_result, rb, err);
    rc = rc ? rc : item_writer_flush(&rb->w);
    recall_close(&recall);
    rb->w.recall = NULL;
    return rc;
}

int32_t capture_run(struct engine *e, const struct capture_source *s, struct captured *c,
                    struct ferry_error *err)
{
    struct readback rb = {.w = {.rc = 0}};
    struct buf source, key;
    buf_init(&source, 4096);
    buf_init(&key, 4096);
    memset(c, 0, sizeof *c);
    buf_printf(&source, "%.*s/%.*s", STR_ARG(s->remote->target->label), STR_ARG(s->run_id));
    buf_printf(&key, "mirror:%s", buf_cstr(&source));
    snprintf(c->run_key, sizeof c->run_key, "%s", buf_cstr(&key));
    rb.source = buf_str(&source);
    struct run_row row = {.key = buf_str(&key),
                          .marker = s->marker,
                          .title = s->run_title,
                          .source = buf_str(&source),
                          .source_project = s->remote->target->project,
                          .source_dest = s->dest_id,
                          .fields = s->fields,
                          .n_fields = s->n_fields,
                          .tags = s->tags,
                          .n_tags = s->n_tags};
    int32_t rc = source.failed ? source.failed : key.failed; /* half a key is another run's */
    rc = rc ? rc : hold_run(e, &row, &c->run_id, err);
    if (rc == FERRY_OK) {
        rc = begin_capture(e, c, &row, (struct ferry_str){NULL, 0}, s->run_id, err);
        rc = rc ? rc : item_writer_init(&rb.w, e, c, NULL, err);
        rc = rc ? rc : read_results(&rb, s, err);
        rc = rc ? rc : end_capture(e, c, &s->commit, err);
        item_writer_finish(&rb.w);
        release_run(e, c->run_id);
    }
    buf_finish(&source);
    buf_finish(&key);
    return name_failure(rc, err, db_path(e->journal.db));
}
