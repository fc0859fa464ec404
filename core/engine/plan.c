/* SPDX-License-Identifier: MIT */
/* plan.c - reads the destination, walks the items of a run past a planner, commits; see plan.h. */
#include "plan.h"

#include "attempts.h"
#include "deliver.h"
#include "desk.h"
#include "pack.h"
#include "status_map.h"
#include "step.h"

#include <log.h>
#include <text.h>

/* --- the walk ----------------------------------------------------------------------------- */

struct walk {
    struct desk desk;
    struct ferry_plan_call call;
    const struct ferry_planner *planner;
    int foreseen; /* what a new case needs is asked for */
};

/* A case as it would be made, if with nothing in it. */
static struct ferry_op any_case(void)
{
    static const struct ferry_case made = {.size = sizeof made, .title = {"-", 1}};
    static const struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_CASE, .name = {"-", 1}, .test_case = &made};
    return (struct ferry_op){
        .size = sizeof(struct ferry_op), .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE), .item = &item};
}

/* While the rest is planned. */
static void foresee_case(struct walk *w)
{
    struct ferry_op op = any_case();
    if (!w->foreseen && w->desk.counts->new_cases) {
        w->foreseen = 1;
        remote_rehearse_ahead(w->desk.remote, &op);
    }
}

static int32_t on_describe(void *self, uint32_t kind, struct ferry_traits *traits)
{
    struct walk *w = self;
    const struct ferry_traits *t = desk_traits(&w->desk, kind);
    if (!t) {
        return w->desk.rc;
    }
    uint32_t size = traits->size;
    memcpy(traits, t, size < sizeof *t ? size : sizeof *t);
    traits->size = size;
    return FERRY_OK;
}

static int32_t plan_item(struct walk *w, struct ferry_item *item)
{
    struct desk *d = &w->desk;
    struct ferry_desk sink = desk_sink(d);
    struct ferry_error why = {.size = sizeof why};
    d->item = item;
    d->wanted = d->skipped = d->source_missed = 0;
    int left_out = item->noun == FERRY_RESULT && status_left_out(d->remote->target, item->result);
    int32_t rc = left_out ? FERRY_OK : desk_complete(d, item);
    if (rc) {
        return rc;
    }
    rc = left_out ? sink.skip(d, FERRY_LIT("status filter"), item->name)
                  : w->planner->plan(&w->call, item, &sink, &why);
    if (d->rc) {
        return d->rc;
    }
    if (rc == FERRY_E_INPUT || rc == FERRY_E_STOP) {
        rc = rc == FERRY_E_INPUT
                 ? sink.skip(d, FERRY_LIT("cannot be planned"), ferry_cstr(why.message))
                 : sink.skip(d, FERRY_LIT("source not readable"), (struct ferry_str){NULL, 0});
    } else if (rc) {
        return ferry_fail(d->err, rc, why.where, "%.*s: planner \"%.*s\": %s",
                          STR_ARG(d->lane->label), STR_ARG(d->lane->planner),
                          why.message[0] ? why.message : ferry_status_text(rc));
    }
    if (item->noun == FERRY_RESULT) {
        d->counts->items++;
        d->counts->skipped += d->skipped && !d->wanted;
        d->counts->undecided += (uint64_t)d->source_missed;
    }
    foresee_case(w);
    return rc ? rc : d->rc;
}

/* A run begins with its first result, which only the whole capture knows. */
static void start_run(struct desk *d, struct ferry_item *item)
{
    struct ferry_run *run = arena_new(&d->arena, struct ferry_run);
    int64_t first = db_one_int(d->e->journal.db, 0, d->err,
                               "SELECT MIN(start_ms) FROM item WHERE run_id = ? AND noun = 7", "i",
                               d->lane->run_id);
    if (run && item->run) {
        *run = *item->run;
        if (!(run->has & FERRY_RUN_HAS_START) && first > 0) {
            run->start_ms = first;
            run->has |= FERRY_RUN_HAS_START;
        }
        item->run = run;
        d->changed = 1;
    }
}

/* The item's texts stay in the row, which stays where it is until the next one is asked for. */
static int32_t walk_row(struct walk *w, struct db_rows *rows)
{
    struct desk *d = &w->desk;
    struct ferry_item *item;
    char id[UUID_TEXT] = "";
    arena_reset(&d->arena);
    int32_t rc = unpack_item(db_str(rows, 1), &d->arena, &item, d->err);
    if (rc) {
        return rc;
    }
    d->item_id = db_int(rows, 0);
    d->changed = 0;
    d->source_id = db_str(rows, 2);
    if (d->source_id.len == 16) {
        uuid_text((const unsigned char *)d->source_id.ptr, id);
        item->source_id = ferry_cstr(id);
    }
    if (item->noun == FERRY_RESULT && !item->result) {
        return ferry_fail(
            d->err, FERRY_E_STATE, NULL,
            "stored item %lld: damaged; the state folder was changed by something else",
            (long long)d->item_id);
    }
    if (item->noun == FERRY_RESULT) {
        struct ferry_str ident = db_str(rows, 3);
        uint32_t attempt = 0;
        rc = d->retried && ident.ptr ? attempts_next(d->e, ident, &attempt, d->err) : FERRY_OK;
        if (rc) {
            return rc;
        }
        struct ferry_result *result = arena_new(&d->arena, struct ferry_result);
        if (result) {
            *result = *item->result;
            result->attempt = attempt ? attempt : result->attempt;
            d->changed =
                status_map(d->remote->target, result) || result->attempt != item->result->attempt;
            item->result = d->changed ? result : item->result;
        }
    }
    if (item->noun == FERRY_RUN) {
        start_run(d, item);
    }
    return d->arena.failed ? d->arena.failed : plan_item(w, item);
}

/* In the order of the index item_run: nothing is sorted, and no item is looked at twice. */
#define ITEMS(which)                                                                               \
    "SELECT i.id, i.packed, i.source_id, i.identity FROM item i WHERE i.run_id = ?1 AND " which    \
    " AND i.capture_id IN (SELECT id FROM capture WHERE run_id = ?1 AND state = 1)"                \
    " ORDER BY i.noun, i.start_ms, i.id"

static int32_t walk_some(struct walk *w, const char *sql, struct ferry_error *err)
{
    struct desk *d = &w->desk;
    struct db_rows rows = {0};
    int got = 0;
    int32_t rc = db_query(d->e->journal.db, &rows, err, sql, "i", d->lane->run_id);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        rc = walk_row(w, &rows);
        if (rc == FERRY_OK && is_interrupted(d->e->interrupted)) {
            rc = ferry_fail(err, FERRY_E_STOP, "", "interrupted");
        }
    }
    db_done(&rows);
    d->item = NULL;
    d->item_id = 0;
    d->source_id = (struct ferry_str){NULL, 0};
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* A run that is looked for before it is made, though it was not there just now: others may be quicker. */
static void foresee_run(struct walk *w)
{
    struct desk *d = &w->desk;
    const uint32_t run = FERRY_OP(FERRY_CREATE, FERRY_RUN);
    /* In a project without cases they are made first, and that makes the answer void. */
    const struct ferry_traits *t =
        d->run.count || d->counts->cases == 0 ? NULL : desk_traits(d, run);
    if (t && t->effect == FERRY_ONCE && t->flags & FERRY_FIND_FIRST) {
        find_ahead(d->e, d->remote, BATCH_READY, run, d->lane->id);
    }
}

/* The run first: its results go into it. */
static int32_t walk_items(struct walk *w, struct ferry_error *err)
{
    int32_t rc = walk_some(w, ITEMS("i.noun = 6"), err);
    if (rc == FERRY_OK) {
        foresee_run(w);
    }
    return rc ? rc : walk_some(w, ITEMS("i.noun <> 6"), err);
}

/* --- what is there -------------------------------------------------------------------------- */

/* The run that this journal made or found before; empty: none. */
static int32_t known_run(struct desk *d, char known[128], struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct lane *lane = d->lane;
    known[0] = '\0';
    int32_t rc = db_query(
        d->e->journal.db, &rows, err,
        "SELECT remote_id FROM op WHERE dest_id = ? AND kind = ? AND key = ? AND state = 7", "iis",
        lane->dest_id, (int64_t)FERRY_OP(FERRY_CREATE, FERRY_RUN), lane->run_key);
    if (rc == FERRY_OK && db_step(&rows) > 0) {
        snprintf(known, 128, "%.*s", STR_ARG(db_str(&rows, 0)));
    }
    db_done(&rows);
    return rc;
}

/* It is looked for by its id first: its marker may stand on two. */
static int32_t find_target(struct desk *d, const char *known, struct index_run *run,
                           struct ferry_error *err)
{
    struct lane *lane = d->lane;
    if (known[0] && !lane->target_run.ptr) {
        int32_t rc = index_find_run(d->remote, ferry_cstr(known), (struct ferry_str){NULL, 0},
                                    (struct ferry_str){NULL, 0}, run, err);
        if (rc != FERRY_E_CONFIG) {
            return rc;
        }
    }
    return index_find_run(d->remote, lane->target_run, lane->run_marker, lane->find_title, run,
                          err);
}

/* Whether the destination can be asked for all of a noun; what it has no word for is not looked for. */
static int lists(struct desk *d, uint32_t noun)
{
    const struct ferry_traits *t = desk_traits(d, FERRY_OP(FERRY_LIST, noun));
    return t && t->effect != 0;
}

/* A run that the user named, at a tracker that cannot list runs, is taken at its word. */
static void trust_named_run(struct desk *d)
{
    if (d->lane->target_run.len) {
        snprintf(d->run.id, sizeof d->run.id, "%.*s", STR_ARG(d->lane->target_run));
        d->run.count = 1;
    }
}

/* It may be read later: then what needs it is planned. What this machine failed ends the plan. */
static int32_t survey_source(struct desk *d, struct remote *source, struct ferry_error *err)
{
    struct ferry_error *why = &d->counts->source;
    int32_t read = index_read_cases(&d->e->journal, source, why);
    d->source_read = read == FERRY_OK;
    return read == FERRY_E_NO_MEMORY || read == FERRY_E_IO
               ? ferry_fail(err, read, why->where, "%s", why->message)
               : FERRY_OK;
}

/* What does not wait for anything else is asked for at once. */
static void ask_ahead(struct desk *d, struct remote *source)
{
    if (lists(d, FERRY_CASE)) {
        index_cases_ahead(d->remote);
    }
    if (d->lane->role == ROLE_MIRROR) {
        index_field_ahead(d->remote);
    }
    if (source) {
        index_cases_ahead(source);
    }
}

/* With a source, after its cases: it may be of the same account, which has so many requests at once. */
static void ask_for_run_ahead(struct desk *d, const char *known)
{
    const struct ferry_str none = {NULL, 0};
    struct lane *lane = d->lane;
    int by_id = known[0] && !lane->target_run.ptr;
    if (lists(d, FERRY_RUN)) {
        index_run_ahead(d->remote, by_id ? ferry_cstr(known) : lane->target_run,
                        by_id ? none : lane->run_marker, by_id ? none : lane->find_title);
    }
}

/* Both lists' first pages together; what is wrong with the source is said when its turn comes. */
static int32_t begin_cases(struct desk *d, struct remote *source, struct ferry_error *err)
{
    struct ferry_error later = {.size = sizeof later};
    int32_t rc = source ? index_cases_begin(d->remote, err) : FERRY_OK;
    if (rc == FERRY_OK && source) {
        index_cases_begin(source, &later);
    }
    return rc;
}

static int32_t survey(struct desk *d, struct remote *source, struct ferry_error *err)
{
    struct journal *j = &d->e->journal;
    char known[128];
    int32_t rc = index_begin(j, err);
    rc = rc ? rc : known_run(d, known, err);
    rc = rc ? rc : remote_sign_in(d->remote, 0, err);
    if (rc == FERRY_OK) {
        ask_ahead(d, source);
    }
    if (rc == FERRY_OK && !source) {
        ask_for_run_ahead(d, known);
    }
    if (rc == FERRY_OK && lists(d, FERRY_CASE)) {
        rc = begin_cases(d, source, err);
        rc = rc ? rc : index_read_cases(j, d->remote, err);
        d->counts->cases = rc ? -1 : index_cases(j, d->remote->dest_id);
    }
    if (rc == FERRY_OK && d->lane->role == ROLE_MIRROR) {
        rc = index_check_field(d->remote, err); /* only a key leads a result into another project */
    }
    if (rc == FERRY_OK && source) {
        rc = survey_source(d, source, err);
        ask_for_run_ahead(d, known);
    }
    if (rc == FERRY_OK && lists(d, FERRY_RUN)) {
        rc = find_target(d, known, &d->run, err);
    } else if (rc == FERRY_OK) {
        trust_named_run(d);
    }
    if (rc == FERRY_OK && d->run.count && lists(d, FERRY_RESULT)) {
        rc = index_read_results(j, d->remote, ferry_cstr(d->run.id), err);
        d->matching = rc == FERRY_OK && index_results(j) > 0;
        d->hidden = d->matching && !index_shows_wires(j);
        d->crowded = d->hidden && (d->lane->target_run.len > 0 ||
                                   db_one_int(j->db, 0, err, "SELECT shared FROM run WHERE id = ?",
                                              "i", d->lane->run_id) != 0);
    }
    if (rc == FERRY_OK && d->crowded && source && d->source_read) {
        rc = desk_weigh(d, source, err);
    }
    return rc ? rc : d->rc;
}

/* Two runs with one mark: the first is gone on with, and the other is named. */
static int32_t name_second_run(struct desk *d, struct ferry_error *err)
{
    if (d->run.count < 2) {
        return FERRY_OK;
    }
    return db_run(d->e->journal.db, err,
                  "INSERT INTO note(lane_id, kind, field, text, name) VALUES(?, ?, 'run', ?, ?)",
                  "iizz", d->lane->id, (int64_t)FERRY_NOTE_DUPLICATE, d->run.ids, d->run.title);
}

/* A run is not complete while nobody knows what belongs into it. */
static int32_t keep_open(struct desk *d, struct ferry_error *err)
{
    return db_run(d->e->journal.db, err,
                  "DELETE FROM op WHERE lane_id = ? AND kind = ? AND state = ?", "iii", d->lane->id,
                  (int64_t)FERRY_OP(FERRY_COMPLETE, FERRY_RUN), (int64_t)OP_PLANNED);
}

static int32_t write_plan(struct walk *w, struct ferry_error *err)
{
    struct desk *d = &w->desk;
    struct lane *lane = d->lane;
    struct db *db = d->e->journal.db;
    int32_t rc = db_begin(db, err);
    if (rc) {
        return rc;
    }
    rc = attempts_find(d->e, lane->run_id, &d->retried, err);
    rc = rc ? rc : desk_open(d);
    rc = rc ? rc : db_run(db, err, "DELETE FROM skip WHERE lane_id = ?", "i", lane->id);
    rc =
        rc ? rc
           : db_run(db, err, "DELETE FROM note WHERE lane_id = ? AND op_id IS NULL", "i", lane->id);
    rc = rc ? rc : name_second_run(d, err);
    const struct ferry_ref there = {
        .size = sizeof there, .noun = FERRY_RUN, .key = lane->run_key, .id = ferry_cstr(d->run.id)};
    if (rc == FERRY_OK && d->run.count && !desk_anchor(d, &there)) {
        rc = d->rc;
    }
    rc = rc ? rc : walk_items(w, err);
    rc = rc ? rc : desk_close(d);
    int again = lane->source_dest && !d->source_read;
    if (rc == FERRY_OK && d->counts->undecided) {
        rc = keep_open(d, err);
    }
    rc = rc ? rc : lane_state(d->e, lane->id, again ? LANE_REPLAN : LANE_PLANNED, err);
    STEP(plan_written);
    rc = db_end(db, rc, err);
    STEP(planned);
    return rc;
}

/*
 * What a codec has to know before it can make a case, and a person has to say, is found out while nothing has been sent yet: the first
 * case is written as it would be, by what the destination says now, and thrown away.
 */
static int32_t rehearse_case(struct desk *d, struct ferry_error *err)
{
    const struct ferry_op op = any_case();
    return d->counts->new_cases ? remote_rehearse(d->remote, &op, err) : FERRY_OK;
}

int32_t plan_lane(struct engine *e, struct lane *lane, struct remote *remote, struct remote *source,
                  struct plan_counts *counts, struct ferry_error *err)
{
    struct walk w = {
        .desk = {.e = e, .lane = lane, .remote = remote, .counts = counts, .err = err}};
    memset(counts, 0, sizeof *counts);
    counts->cases = -1;
    counts->source.size = sizeof counts->source;
    w.planner = plugins_interface(e->plugins, lane->planner, FERRY_PLANNER_1, err);
    if (!w.planner) {
        return err->status;
    }
    desk_init(&w.desk);
    int32_t rc = status_check(remote->target, err);
    rc = rc ? rc : survey(&w.desk, source, err);
    STEP(survey_done);
    uint32_t flags = lane->flags & 0xff;
    flags |= w.desk.source_read ? FERRY_PLAN_SOURCE_READ : 0;
    int made = w.desk.run.count == 0 || str_starts(ferry_cstr(w.desk.run.marker), "run-key=") ||
               str_starts(ferry_cstr(w.desk.run.marker), "source=");
    if (!made && !(lane->flags & LANE_CLOSE_ALWAYS)) {
        flags &=
            ~(uint32_t)
                FERRY_PLAN_COMPLETE; /* a run that ferry did not make is not ferry's to complete */
    }
    w.call = (struct ferry_plan_call){
        .size = sizeof w.call,
        .n_options = lane->n_options,
        .options = lane->options,
        .source = lane->run_source,
        .destination = lane->label,
        .source_project = lane->source_project,
        .run_key = lane->run_key,
        .run_marker = lane->run_marker,
        .run_id = w.desk.run.count ? ferry_cstr(w.desk.run.id) : (struct ferry_str){NULL, 0},
        .run_title = lane->run_title,
        .flags = flags,
        .self = &w,
        .describe = on_describe,
    };
    rc = rc ? rc : write_plan(&w, err);
    int32_t unready = rc ? FERRY_OK : rehearse_case(&w.desk, err);
    if (unready) {
        rc = lane_state(e, lane->id, LANE_REPLAN, NULL);
        rc = rc ? rc : name_failure(unready, err, remote->target->label.ptr);
    }
    desk_finish(&w.desk);
    return rc;
}
