/* SPDX-License-Identifier: MIT */
/* receipt_show.c - a receipt as a table for people and as JSON; names are untrusted and pass the one escape. */
#include "receipt.h"

#include "pack.h"
#include "plan_show.h"

#include <json.h>
#include <text.h>

enum { NAMED = 5, SHOWN = 120 };

#define N(x) (unsigned long long)(x)

/* --- text ----------------------------------------------------------------------------------- */

static int32_t put_skips(const struct receipt *r, int64_t lane, struct buf *out,
                         struct ferry_error *err)
{
    struct db_rows rows = {0}, names = {0};
    int got = 0;
    int32_t rc = db_query(
        r->e->journal.db, &rows, err,
        "SELECT reason, COUNT(*) FROM skip WHERE lane_id = ? GROUP BY reason ORDER BY 2 DESC", "i",
        lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        buf_printf(out, "  skipped       %llu, ", N(db_int(&rows, 1)));
        text_show(out, db_str(&rows, 0), SHOWN);
        buf_puts(out, ": ");
        rc = db_query(
            r->e->journal.db, &names, err,
            "SELECT name, detail FROM skip WHERE lane_id = ? AND reason = ? ORDER BY id LIMIT 5",
            "is", lane, db_str(&rows, 0));
        for (int i = 0; rc == FERRY_OK && db_step(&names) > 0; i++) {
            buf_puts(out, i ? ", " : "");
            text_show(out, db_str(&names, 0), SHOWN);
            if (db_str(&names, 1).len) {
                buf_puts(out, " (");
                text_show(out, db_str(&names, 1), SHOWN);
                buf_puts(out, ")");
            }
        }
        db_done(&names);
        buf_puts(out, db_int(&rows, 1) > NAMED ? ", ...\n" : "\n");
    }
    db_done(&rows);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* Nothing is left out without a word. */
static void put_more(const struct receipt *r, const char *sql, int64_t lane, int64_t shown,
                     struct buf *out)
{
    int64_t all = db_one_int(r->e->journal.db, shown, NULL, sql, "i", lane);
    if (all > shown) {
        buf_printf(out, "  ...           %lld more; --json has more of them\n",
                   (long long)(all - shown));
    }
}

static int32_t put_notes(const struct receipt *r, int64_t lane, struct buf *out,
                         struct ferry_error *err)
{
    static const char *const kinds[] = {"",        "cut",      "corrected", "part left out",
                                        "warning", "duplicate"};
    struct db_rows rows = {0};
    int got = 0;
    int64_t shown = 0;
    int32_t rc = db_query(
        r->e->journal.db, &rows, err,
        "SELECT kind, name, field, text FROM note WHERE lane_id = ? ORDER BY kind DESC, id LIMIT 20",
        "i", lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        int64_t kind = db_int(&rows, 0);
        buf_printf(out, "  %-13s ", kind > 0 && kind < 6 ? kinds[kind] : "note");
        text_show(out, db_str(&rows, 1), SHOWN);
        for (int i = 2; i < 4; i++) {
            if (db_str(&rows, i).len) {
                buf_puts(out, ": ");
                text_show(out, db_str(&rows, i), SHOWN * 2);
            }
        }
        buf_putc(out, '\n');
        shown++;
    }
    db_done(&rows);
    put_more(r, "SELECT COUNT(*) FROM note WHERE lane_id = ?", lane, shown, out);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

/* Operations that did not arrive, by name: rejected ones, or those that are unconfirmed. */
static const char open_sql[] =
    "SELECT " OP_KEY
    ", o.text, coalesce(o.packed, i.packed), o.state, o.kind FROM op o LEFT JOIN item i ON i.id = o.item_id"
    " WHERE o.lane_id = ? AND o.state IN (3, 4, 5, 6, 8) ORDER BY o.state DESC, o.id LIMIT 50";

static struct ferry_str name_of(struct arena *a, struct ferry_str packed, struct ferry_str key)
{
    struct ferry_item *item = NULL;
    arena_reset(a);
    if (!packed.ptr || unpack_item(arena_str(a, packed), a, &item, NULL)) {
        return key;
    }
    return item->name.len  ? item->name
           : item->result  ? item->result->name
           : item->key.len ? item->key
                           : key;
}

static int32_t put_open(const struct receipt *r, int64_t lane, struct buf *out,
                        struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct arena arena;
    char own[UUID_TEXT];
    int got = 0;
    int64_t shown = 0;
    arena_init(&arena, 64 << 20);
    int32_t rc = db_query(r->e->journal.db, &rows, err, open_sql, "i", lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        buf_printf(out, "  %-13s ", db_int(&rows, 3) == OP_REJECTED ? "rejected" : "unconfirmed");
        text_show(out, name_of(&arena, db_str(&rows, 2), journal_op_key(&rows, 0, own)), SHOWN);
        buf_puts(out, ": ");
        text_show(out, db_str(&rows, 1), SHOWN * 2);
        buf_putc(out, '\n');
        shown++;
    }
    db_done(&rows);
    put_more(r, "SELECT COUNT(*) FROM op WHERE lane_id = ? AND state IN (3, 4, 5, 6, 8)", lane,
             shown, out);
    arena_finish(&arena);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static void put_counts(const struct receipt *r, const struct road_lane *road,
                       const struct lane_counts *c, struct buf *out)
{
    buf_printf(out, "  captured      %llu\n  planned       %llu\n", N(c->captured), N(c->planned));
    if (!r->dry_run) {
        buf_printf(out, "  delivered     %llu\n  already there %llu\n  cases created %llu\n",
                   N(c->delivered), N(c->there), N(c->cases));
    } else {
        buf_printf(out, "  to deliver    %llu\n  already there %llu\n  new cases     %llu\n",
                   N(road->plan.fresh), N(road->plan.there), N(road->plan.new_cases));
    }
    if (c->corrected || c->cut || c->parts_skipped) {
        buf_printf(out, "  corrected     %llu, cut %llu, parts left out %llu\n", N(c->corrected),
                   N(c->cut), N(c->parts_skipped));
    }
    if (!r->dry_run && (c->rejected || c->unconfirmed || c->waiting || c->duplicates)) {
        buf_printf(
            out,
            "  rejected      %llu\n  unconfirmed   %llu\n  waiting       %llu\n  duplicates    %llu\n",
            N(c->rejected), N(c->unconfirmed), N(c->waiting), N(c->duplicates));
    }
    if (road->audit.done) {
        buf_printf(out, "  audit         %llu checked, %llu missing, %llu duplicates\n",
                   N(road->audit.checked), N(road->audit.missing), N(road->audit.duplicates));
    }
}

static int32_t put_lane(const struct receipt *r, const struct road_lane *road, struct buf *out,
                        struct ferry_error *err)
{
    struct lane lane;
    const struct lane_counts c = road->counts;
    int32_t rc = lane_load(r->e, road->id, &lane, err);
    if (rc) {
        return rc;
    }
    text_show_first(out, lane.label, 0);
    buf_printf(out, " (%s)", lane.role == ROLE_MIRROR ? "mirror" : "primary");
    if (c.run_id[0]) {
        buf_puts(out, ", run ");
        text_show(out, ferry_cstr(c.run_id), 0);
    }
    buf_puts(out, " \"");
    text_show(out, lane.run_title, SHOWN);
    buf_printf(out, "\"%s\n", c.run_open && !r->dry_run ? ", not completed" : "");
    put_counts(r, road, &c, out);
    rc = rc ? rc : put_skips(r, lane.id, out, err);
    rc = rc ? rc : put_notes(r, lane.id, out, err);
    if (rc == FERRY_OK && r->dry_run) {
        rc = plan_show_text(r->e, lane.id, out, err);
    } else if (rc == FERRY_OK && c.rejected + c.unconfirmed > 0) {
        rc = put_open(r, lane.id, out, err);
    }
    if (road->rc) {
        buf_puts(out, "  stopped       ");
        text_show(
            out,
            ferry_cstr(road->error.message[0] ? road->error.message : ferry_status_text(road->rc)),
            0);
        buf_putc(out, '\n');
    }
    lane_finish(&lane);
    return rc;
}

static void put_captured(const struct captured *c, struct buf *out)
{
    buf_printf(out, "captured %llu results of %llu tests from %llu reports", N(c->results),
               N(c->counts.tests), N(c->reports));
    buf_printf(out, " (%llu passed, %llu failed, %llu errored, %llu skipped, %llu not run)",
               N(c->counts.passed), N(c->counts.failed), N(c->counts.errored), N(c->counts.skipped),
               N(c->counts.not_run));
    if (c->twins) {
        buf_printf(out, ", %llu of them captured before", N(c->twins));
    }
    if (c->unreadable || c->truncated) {
        buf_printf(out, "; %llu reports could not be read, %llu only in part", N(c->unreadable),
                   N(c->truncated));
    }
    if (c->contradictory) {
        buf_printf(out, "; %llu reports contradict themselves", N(c->contradictory));
    }
    if (c->left_out) {
        buf_printf(out, "; %llu files left out that are no reports", N(c->left_out));
    }
    buf_putc(out, '\n');
    if (c->no_key) {
        buf_printf(out, "without an Automation Key of their own: %llu (", N(c->no_key));
        for (uint64_t i = 0; i < c->no_key && i < 3; i++) {
            buf_puts(out, i ? ", " : "");
            text_show(out, ferry_cstr(c->first_no_key[i]), SHOWN);
        }
        buf_puts(out, c->no_key > 3 ? ", ...)\n" : ")\n");
    }
}

int32_t receipt_text(const struct receipt *r, struct buf *out, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    if (r->captured) {
        put_captured(r->captured, out);
    }
    for (uint32_t i = 0; i < r->n && rc == FERRY_OK; i++) {
        rc = put_lane(r, &r->lanes[i], out, err);
    }
    return rc ? rc : out->failed;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void member(struct json_out *j, const char *name, uint64_t n)
{
    json_member_int(j, name, (int64_t)n);
}

static int32_t json_skips(const struct receipt *r, int64_t lane, struct json_out *j,
                          struct ferry_error *err)
{
    struct db_rows rows = {0}, names = {0};
    int got = 0;
    json_key(j, "skipped_by_reason");
    json_open(j, '[');
    int32_t rc = db_query(
        r->e->journal.db, &rows, err,
        "SELECT reason, COUNT(*) FROM skip WHERE lane_id = ? GROUP BY reason ORDER BY 2 DESC", "i",
        lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        json_open(j, '{');
        json_member(j, "reason", db_str(&rows, 0));
        json_member_int(j, "count", db_int(&rows, 1));
        json_key(j, "first");
        json_open(j, '[');
        rc = db_query(
            r->e->journal.db, &names, err,
            "SELECT name, detail FROM skip WHERE lane_id = ? AND reason = ? ORDER BY id LIMIT 5",
            "is", lane, db_str(&rows, 0));
        while (rc == FERRY_OK && db_step(&names) > 0) {
            json_open(j, '{');
            json_member(j, "name", db_str(&names, 0));
            json_member(j, "detail", db_str(&names, 1));
            json_close(j, '}');
        }
        db_done(&names);
        json_close(j, ']');
        json_close(j, '}');
    }
    db_done(&rows);
    json_close(j, ']');
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static int32_t json_rows(const struct receipt *r, const char *name, const char *sql, int64_t lane,
                         const char *const columns[4], struct json_out *j, struct ferry_error *err)
{
    struct db_rows rows = {0};
    struct arena arena;
    int got = 0;
    arena_init(&arena, 64 << 20);
    json_key(j, name);
    json_open(j, '[');
    int32_t rc = db_query(r->e->journal.db, &rows, err, sql, "i", lane);
    while (rc == FERRY_OK && (got = db_step(&rows)) > 0) {
        json_open(j, '{');
        for (int i = 0; i < 4 && columns[i]; i++) {
            json_member(j, columns[i],
                        strcmp(columns[i], "name") == 0 && sql == open_sql
                            ? name_of(&arena, db_str(&rows, 2), db_str(&rows, i))
                            : db_str(&rows, i));
        }
        json_close(j, '}');
    }
    db_done(&rows);
    json_close(j, ']');
    arena_finish(&arena);
    return rc ? rc : got < 0 ? -got : FERRY_OK;
}

static void json_counts(const struct lane_counts *c, const struct road_lane *road, int dry_run,
                        struct json_out *j)
{
    member(j, "captured", c->captured);
    member(j, "planned", c->planned);
    member(j, "delivered", c->delivered);
    member(j, "already_there", dry_run ? road->plan.there : c->there);
    member(j, "created_cases", dry_run ? road->plan.new_cases : c->cases);
    member(j, "skipped", c->skipped);
    member(j, "corrected", c->corrected);
    member(j, "cut", c->cut);
    member(j, "parts_left_out", c->parts_skipped);
    member(j, "warnings", c->warnings);
    member(j, "rejected", c->rejected);
    member(j, "unconfirmed", c->unconfirmed);
    member(j, "waiting", c->waiting);
    member(j, "duplicates", c->duplicates);
    member(j, "requests", road->deliver.requests);
    if (road->audit.done) {
        json_key(j, "audit");
        json_open(j, '{');
        member(j, "checked", road->audit.checked);
        member(j, "missing", road->audit.missing);
        member(j, "duplicates", road->audit.duplicates);
        json_close(j, '}');
    }
}

static int32_t json_lane(const struct receipt *r, const struct road_lane *road, struct json_out *j,
                         struct ferry_error *err)
{
    static const char *const open_columns[4] = {"name", "reason", NULL, NULL};
    static const char *const note_columns[4] = {"name", "field", "text", NULL};
    struct lane lane;
    const struct lane_counts c = road->counts;
    int32_t rc = lane_load(r->e, road->id, &lane, err);
    if (rc) {
        return rc;
    }
    json_open(j, '{');
    json_member(j, "destination", lane.label);
    json_member(j, "role", lane.role == ROLE_MIRROR ? FERRY_LIT("mirror") : FERRY_LIT("primary"));
    json_member(j, "run_id", c.run_id[0] ? ferry_cstr(c.run_id) : (struct ferry_str){NULL, 0});
    json_member(j, "run_title", lane.run_title);
    json_key(j, "run_completed");
    json_put_bool(j, c.completed);
    json_counts(&c, road, r->dry_run, j);
    rc = rc ? rc : json_skips(r, lane.id, j, err);
    rc = rc ? rc : json_rows(r, "not_delivered", open_sql, lane.id, open_columns, j, err);
    rc =
        rc ? rc
           : json_rows(r, "notes",
                       "SELECT name, field, text FROM note WHERE lane_id = ? ORDER BY id LIMIT 200",
                       lane.id, note_columns, j, err);
    if (r->dry_run) {
        json_key(j, "plan");
        rc = rc ? rc : plan_show_json(r->e, lane.id, j, err);
    }
    json_member(j, "error",
                road->rc ? ferry_cstr(road->error.message) : (struct ferry_str){NULL, 0});
    json_member_int(j, "exit_code", r->dry_run && !road->rc ? 0 : receipt_lane_code(road));
    json_close(j, '}');
    lane_finish(&lane);
    return rc;
}

static void json_captured(const struct captured *c, struct json_out *j)
{
    json_key(j, "captured");
    json_open(j, '{');
    json_member(j, "run_key", ferry_cstr(c->run_key));
    member(j, "reports", c->reports);
    member(j, "unreadable", c->unreadable);
    member(j, "truncated", c->truncated);
    member(j, "contradictory", c->contradictory);
    member(j, "left_out", c->left_out);
    member(j, "results", c->results);
    member(j, "captured_before", c->twins);
    member(j, "tests", c->counts.tests);
    member(j, "passed", c->counts.passed);
    member(j, "failed", c->counts.failed);
    member(j, "errored", c->counts.errored);
    member(j, "skipped", c->counts.skipped);
    member(j, "not_run", c->counts.not_run);
    member(j, "no_key", c->no_key);
    json_close(j, '}');
}

int32_t receipt_json(const struct receipt *r, int code, struct buf *out, struct ferry_error *err)
{
    struct json_out j = json_to(out);
    int32_t rc = FERRY_OK;
    j.pretty = 1;
    json_open(&j, '{');
    json_member_int(&j, "schema_version", 1);
    json_key(&j, "dry_run");
    json_put_bool(&j, r->dry_run);
    if (r->captured) {
        json_captured(r->captured, &j);
    }
    json_key(&j, "destinations");
    json_open(&j, '[');
    for (uint32_t i = 0; i < r->n && rc == FERRY_OK; i++) {
        rc = json_lane(r, &r->lanes[i], &j, err);
    }
    json_close(&j, ']');
    json_member_int(&j, "exit_code", code);
    json_close(&j, '}');
    buf_putc(out, '\n');
    return rc ? rc : out->failed;
}
