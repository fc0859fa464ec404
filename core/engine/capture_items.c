/* SPDX-License-Identifier: MIT */
/* capture_items.c - see capture_items.h. */
#include "capture_items.h"

#include "identity.h"
#include "pack.h"
#include "recall.h"
#include "step.h"

#include <log.h>
#include <stdlib.h>
#include <text.h>

enum { ITEMS_A_COMMIT = 50000, ITEM_MEMORY = 64 << 20 };

int32_t item_writer_init(struct item_writer *w, struct engine *e, struct captured *c,
                         const struct capture_call *call, struct ferry_error *err)
{
    *w = (struct item_writer){.e = e, .c = c, .call = call, .err = err};
    arena_init(&w->arena, ITEM_MEMORY);
    buf_init(&w->packed, ITEM_MEMORY);
    w->open = calloc(MOST(ITEMS_A_COMMIT), sizeof *w->open);
    if (!w->open) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "report: out of memory");
    }
    struct ferry_error why = {.size = sizeof why};
    w->again =
        db_one_int(e->journal.db, 1, &why, "SELECT EXISTS(SELECT 1 FROM known WHERE run_id = ?)",
                   "i", c->run_id) != 0;
    return why.status ? ferry_fail(err, why.status, why.where, "%s", why.message) : FERRY_OK;
}

void item_writer_finish(struct item_writer *w)
{
    if (w->e && w->n_open) {
        db_rollback(w->e->journal.db);
    }
    arena_finish(&w->arena);
    buf_finish(&w->packed);
    free(w->twins);
    w->twins = NULL;
    free(w->open);
    w->open = NULL;
    w->n_open = 0;
}

void item_writer_report(struct item_writer *w, const char *path)
{
    w->path = path;
    w->report++; /* twins of earlier reports no longer count */
}

int32_t item_writer_notice(void *self, const struct ferry_notice *notice)
{
    struct item_writer *w = self;
    if (w->call && w->call->notice) {
        w->call->notice(w->call->self, w->path, notice);
    }
    return FERRY_OK;
}

/* --- twins ----------------------------------------------------------------------------------------- */

static int grow_twins(struct item_writer *w)
{
    size_t room = w->room_twins ? w->room_twins * 2 : 4096;
    struct twin *bigger = calloc(room, sizeof *bigger);
    if (!bigger) {
        return 0;
    }
    w->n_twins = 0;
    for (size_t i = 0; i < w->room_twins; i++) {
        const struct twin *t = &w->twins[i];
        if (t->hash && t->report == w->report) {
            size_t at = (size_t)t->hash & (room - 1);
            while (bigger[at].hash) {
                at = (at + 1) & (room - 1);
            }
            bigger[at] = *t;
            w->n_twins++;
        }
    }
    free(w->twins);
    w->twins = bigger;
    w->room_twins = room;
    return 1;
}

/* How many equal ones came before this one in the same report; counts it. UINT32_MAX: out of memory. */
static uint32_t count_twin(struct item_writer *w, const unsigned char ident[16],
                           const unsigned char digest[16])
{
    uint64_t a, b;
    memcpy(&a, ident, sizeof a);
    memcpy(&b, digest, sizeof b);
    uint64_t hash = (a ^ (b * 0x9e3779b97f4a7c15u)) | 1;
    if ((w->n_twins + 1) * 4 > w->room_twins * 3 && !grow_twins(w)) {
        return UINT32_MAX;
    }
    size_t at = (size_t)hash & (w->room_twins - 1);
    while (w->twins[at].hash && (w->twins[at].hash != hash || w->twins[at].report != w->report)) {
        at = (at + 1) & (w->room_twins - 1);
    }
    struct twin *t = &w->twins[at];
    if (!t->hash) {
        *t = (struct twin){.hash = hash, .report = w->report};
        w->n_twins++;
    }
    return t->count++;
}

/* --- writing ------------------------------------------------------------------------------------------ */

static int by_source_id(const void *a, const void *b)
{
    const struct unsure_item *x = a, *y = b;
    int order = memcmp(x->source_id, y->source_id, sizeof x->source_id);
    return order ? order : (x->id > y->id) - (x->id < y->id);
}

static struct ferry_str bytes16(const unsigned char bytes[16])
{
    return (struct ferry_str){(const char *)bytes, 16};
}

/* One that the run has already, from another report or an earlier item of this batch, goes again. */
static int32_t keep_once(struct item_writer *w, const struct unsure_item *item)
{
    struct db *db = w->e->journal.db;
    int32_t rc = db_run(db, w->err,
                        "INSERT INTO known(run_id, source_id, item_id) VALUES(?, ?, ?)"
                        " ON CONFLICT(run_id, source_id) DO NOTHING",
                        "ibi", w->c->run_id, bytes16(item->source_id), item->id);
    if (rc || db_changes(db) > 0) {
        return rc;
    }
    w->c->fresh -= (uint64_t)item->result;
    w->c->twins += (uint64_t)item->result;
    return db_run(db, w->err, "DELETE FROM item WHERE id = ?", "i", item->id);
}

/* Ids are random: sorted, a batch of them touches each page of their tree once. */
int32_t item_writer_flush(struct item_writer *w)
{
    if (w->n_open == 0) {
        return FERRY_OK;
    }
    qsort(w->open, w->n_open, sizeof *w->open, by_source_id);
    for (uint32_t i = 0; i < w->n_open && w->rc == FERRY_OK; i++) {
        w->rc = keep_once(w, &w->open[i]);
    }
    w->n_open = 0;
    w->rc = db_end(w->e->journal.db, w->rc, w->err);
    STEP(capture_batch);
    return w->rc;
}

/* Of an earlier capture; what this one has written is looked at in keep_once(). */
static int is_known(struct item_writer *w, const unsigned char source_id[16])
{
    return w->again && db_one_int(w->e->journal.db, 0, w->err,
                                  "SELECT 1 FROM known WHERE run_id = ? AND source_id = ?", "ib",
                                  w->c->run_id, bytes16(source_id)) != 0;
}

static int32_t insert_item(struct item_writer *w, const struct ferry_item *item,
                           const unsigned char source_id[16], const unsigned char *ident,
                           int64_t start_ms, int known_start, int *fresh)
{
    struct db *db = w->e->journal.db;
    struct ferry_str none = {NULL, 0};
    *fresh = !is_known(w, source_id);
    if (!*fresh) {
        return FERRY_OK;
    }
    w->rc = w->n_open == 0 ? db_begin(db, w->err) : FERRY_OK;
    if (w->rc) {
        return w->rc;
    }
    struct unsure_item *row = &w->open[w->n_open++];
    buf_reset(&w->packed);
    w->rc = pack_item(&w->packed, item);
    w->rc =
        w->rc
            ? w->rc
            : db_run(
                  db, w->err,
                  known_start
                      ? "INSERT INTO item(run_id, capture_id, noun, source_id, identity, packed, start_ms) VALUES(?, ?, ?, ?, ?, ?, ?)"
                      : "INSERT INTO item(run_id, capture_id, noun, source_id, identity, packed) VALUES(?, ?, ?, ?, ?, ?)",
                  known_start ? "iiibbbi" : "iiibbb", w->c->run_id, w->c->capture_id,
                  (int64_t)item->noun, bytes16(source_id), ident ? bytes16(ident) : none,
                  buf_str(&w->packed), start_ms);
    row->id = db_last_id(db);
    row->result = item->noun == FERRY_RESULT;
    memcpy(row->source_id, source_id, sizeof row->source_id);
    return w->rc ? w->rc : w->n_open >= MOST(ITEMS_A_COMMIT) ? item_writer_flush(w) : FERRY_OK;
}

static void note_no_key(struct captured *c, const struct ferry_result *r)
{
    enum { NAMED = 3 };
    if (c->no_key < NAMED) {
        snprintf(c->first_no_key[c->no_key], sizeof c->first_no_key[0], "%.*s",
                 STR_ARG(utf8_cut(r->name, 150)));
    }
    c->no_key++;
}

/* What the map of Jira's keys says of a test goes as a tag of its result: "jira:AO-1, AO-2". */
static int32_t tag_issues(struct item_writer *w, struct ferry_str issues,
                          struct ferry_result *result)
{
    if (!issues.ptr) {
        return FERRY_OK;
    }
    struct ferry_str *tags = arena_array(&w->arena, struct ferry_str, result->n_tags + 1);
    for (uint32_t i = 0; tags && i < result->n_tags; i++) {
        tags[i] = result->tags[i];
    }
    if (tags) {
        tags[result->n_tags++] = arena_printf(&w->arena, "jira:%.*s", STR_ARG(issues));
        result->tags = tags;
    }
    return w->arena.failed;
}

static int32_t write_result(struct item_writer *w, const struct ferry_item *given)
{
    unsigned char ident[16], digest[16], id[16];
    struct keys_found found = {.from = KEY_NONE};
    struct ferry_item item = *given;
    struct ferry_result result = *given->result;
    int fresh = 0;
    arena_reset(&w->arena);
    int32_t rc = keys_find(w->call->keys, given, &w->arena, &found);
    rc = rc ? rc : tag_issues(w, found.issues, &result);
    if (rc) {
        return w->rc = ferry_fail(w->err, rc, "", "%s: %s", w->path, ferry_status_text(rc));
    }
    item.key = found.key;
    result.case_ids = found.case_ids;
    result.n_case_ids = found.n_case_ids;
    item.result = &result;
    identity_of(&result, w->call->part, ident);
    identity_digest(&result, digest);
    uint32_t k = count_twin(w, ident, digest);
    if (k == UINT32_MAX) {
        return w->rc = ferry_fail(w->err, FERRY_E_NO_MEMORY, "", "%s: out of memory", w->path);
    }
    identity_source(ferry_cstr(w->c->run_key), ident, digest, k, id);
    rc = insert_item(w, &item, id, ident, result.start_ms,
                     (result.has & FERRY_RESULT_HAS_START) != 0, &fresh);
    w->c->results++;
    w->c->fresh += (uint64_t)fresh;
    w->c->twins += (uint64_t)!fresh;
    if (!found.key.ptr) {
        note_no_key(w->c, &result);
    }
    return rc;
}

static int32_t write_suite(struct item_writer *w, const struct ferry_item *item)
{
    unsigned char ident[16], digest[16], id[16];
    const struct ferry_suite *s = item->suite;
    struct ferry_result like = {.size = sizeof like,
                                .suite = s->path,
                                .class_name = FERRY_LIT("\tsuite"),
                                .message = s->out,
                                .start_ms = s->start_ms,
                                .has = s->has & FERRY_RESULT_HAS_START};
    int fresh;
    identity_of(&like, w->call->part, ident);
    identity_digest(&like, digest);
    identity_source(ferry_cstr(w->c->run_key), ident, digest, 0, id);
    return insert_item(w, item, id, NULL, 0, 0, &fresh);
}

int32_t item_writer_item(void *self, const struct ferry_item *item)
{
    struct item_writer *w = self;
    if (item->noun == FERRY_RESULT) {
        return write_result(w, item);
    }
    if (item->noun == FERRY_SUITE && (item->suite->out.len || item->suite->err.len ||
                                      item->suite->out_blob || item->suite->err_blob)) {
        return write_suite(w, item);
    }
    return FERRY_OK;
}

/* --- attachments of what is read back -------------------------------------------------------------- */

/*
 * The bytes go to the spool, so that a mirror needs its source no more. What cannot be had is said by name and left out.
 * The item was unpacked for this call alone, so it may be completed in place.
 */
static int32_t fetch_one(struct item_writer *w, const struct ferry_item *item,
                         struct ferry_attachment *a)
{
    char digest[DIGEST_TEXT];
    uint64_t bytes = 0;
    struct ferry_error why = {.size = sizeof why};
    struct ferry_str known = a->blob ? a->blob->digest : (struct ferry_str){NULL, 0};
    const struct ferry_ref *ref =
        ferry_ref_named(item, FERRY_ATTACHMENT, known.ptr ? known : a->name);
    struct ferry_str id = ref ? ref->id : a->path.len ? a->path : a->name;
    int64_t have = known.ptr ? spool_size(w->e->journal.spool, known) : -1;
    int32_t rc = have >= 0 ? FERRY_OK : remote_fetch(w->remote, id, digest, &bytes, &why);
    struct ferry_blob *blob = rc ? NULL : arena_new(&w->arena, struct ferry_blob);
    if (blob && have >= 0) {
        *blob = (struct ferry_blob){sizeof *blob, 0, known, (uint64_t)have};
    } else if (blob) {
        *blob =
            (struct ferry_blob){sizeof *blob, 0, arena_str(&w->arena, ferry_cstr(digest)), bytes};
    } else if (rc == FERRY_E_STOP || rc == FERRY_E_UNREACHABLE) {
        return ferry_fail(w->err, rc, why.where, "%s", why.message);
    } else {
        log_warn("attachment \"%.*s\" of result %.*s is left out: %s", STR_ARG(a->name),
                 STR_ARG(item->id), why.message);
    }
    a->blob = blob;
    a->path = (struct ferry_str){
        NULL, 0}; /* it may open the tracker's files to whoever reads the journal */
    return w->arena.failed;
}

static int32_t fetch_all(struct item_writer *w, const struct ferry_item *item,
                         const struct ferry_attachment *const *list, uint32_t n)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        rc = fetch_one(w, item, (struct ferry_attachment *)list[i]);
    }
    return rc;
}

static int32_t fetch_steps(struct item_writer *w, const struct ferry_item *item,
                           const struct ferry_step *const *steps, uint32_t n, int depth)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && depth < 32 && rc == FERRY_OK; i++) {
        rc = fetch_all(w, item, steps[i]->attachments, steps[i]->n_attachments);
        rc = rc ? rc : fetch_steps(w, item, steps[i]->steps, steps[i]->n_steps, depth + 1);
    }
    return rc;
}

/* A text that its tracker keeps as bytes. */
static int32_t fetch_text(struct item_writer *w, const struct ferry_item *item, const char *name,
                          const struct ferry_blob **blob)
{
    struct ferry_attachment a = {.size = sizeof a, .name = ferry_cstr(name), .blob = *blob};
    int32_t rc = *blob ? fetch_one(w, item, &a) : FERRY_OK;
    *blob = a.blob;
    return rc;
}

static int32_t fetch_attachments(struct item_writer *w, const struct ferry_item *item)
{
    struct ferry_result *r = (struct ferry_result *)item->result;
    int32_t rc = fetch_all(w, item, r->attachments, r->n_attachments);
    rc = rc ? rc : fetch_steps(w, item, r->steps, r->n_steps, 0);
    rc = rc ? rc : fetch_text(w, item, "details.txt", &r->details_blob);
    rc = rc ? rc : fetch_text(w, item, "stdout.txt", &r->out_blob);
    return rc ? rc : fetch_text(w, item, "stderr.txt", &r->err_blob);
}

int32_t item_writer_read_back(struct item_writer *w, struct ferry_str source,
                              const struct ferry_item *item)
{
    unsigned char id[16];
    int fresh = 0;
    int32_t rc = FERRY_OK;
    arena_reset(&w->arena);
    identity_readback(ferry_cstr(w->c->run_key), source, item->id, id);
    if (w->recall) { /* also one that is known: it takes what was sent as it, so that no other one does */
        rc = recall_complete(w->recall, item, (struct ferry_result *)item->result, &w->arena,
                             w->err);
    }
    if (rc == FERRY_OK && !is_known(w, id)) {
        rc = fetch_attachments(w, item);
    }
    rc = rc ? rc
            : insert_item(w, item, id, NULL, item->result->start_ms,
                          (item->result->has & FERRY_RESULT_HAS_START) != 0, &fresh);
    w->c->results++;
    w->c->counts.tests++;
    w->c->fresh += (uint64_t)fresh;
    w->c->twins += (uint64_t)!fresh;
    return rc;
}

int32_t item_writer_again(struct item_writer *w)
{
    struct db *db = w->e->journal.db;
    int32_t rc = item_writer_flush(w);
    rc = rc ? rc : db_begin(db, w->err);
    if (rc) {
        return rc;
    }
    rc = db_run(
        db, w->err,
        "DELETE FROM known WHERE run_id = ?1 AND item_id IN (SELECT id FROM item WHERE run_id = ?1 AND capture_id = ?2 AND noun = ?3)",
        "iii", w->c->run_id, w->c->capture_id, (int64_t)FERRY_RESULT);
    rc =
        rc ? rc
           : db_run(db, w->err, "DELETE FROM item WHERE run_id = ? AND capture_id = ? AND noun = ?",
                    "iii", w->c->run_id, w->c->capture_id, (int64_t)FERRY_RESULT);
    rc = db_end(db, rc, w->err);
    w->c->results = w->c->counts.tests = w->c->fresh = w->c->twins = 0;
    return rc || !w->recall ? rc : recall_again(w->recall, w->err);
}
