/* SPDX-License-Identifier: MIT */
/*
 * deliver.c - what a codec can say of an answer that is a success, and what the engine makes of it: polls, chains, facts that are
 * needed, things that are there. Ferry's own trackers do not say all of it; a tracker of somebody else may.
 */
#include "deliver_bench.h"

#include <classify.h>

/* --- done, there, taken in -------------------------------------------------------------------- */

static int32_t done_with_more(uint32_t n, const struct ferry_reply *r)
{
    const struct ferry_kv extra = {FERRY_LIT("version"), FERRY_LIT("3")};
    struct ferry_outcome o = outcome(FERRY_DONE);
    (void)n;
    o.id = FERRY_LIT("12");
    o.url = FERRY_LIT("https://tracker.example/12");
    o.extra = &extra;
    o.n_extra = 1;
    return one(r, 0, o);
}

START_TEST(what_is_done_keeps_what_was_said_of_it)
{
    int64_t id = op(CASE, "a");
    say = done_with_more;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    has(id, "remote_id", "12");
    has(id, "url", "https://tracker.example/12");
    ck_assert_int_eq(of(id, "length(extra) > 0"), 1);
    ck_assert_uint_eq(counts.cases, 1);
    was_told("encode a\n");
}
END_TEST

/* Of 60: numbers in a row from 0 on and from 30 on, but for one that was there (9), one with an address (20), one whose number has a zero
 * before it (29); from 40 on nothing is said but that they are done, and of 50 that its case was made. */
static int32_t done_in_rows(uint32_t n, const struct ferry_reply *r)
{
    const struct ferry_kv made = {FERRY_LIT("case_created"), FERRY_LIT("true")};
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        char id[24];
        struct ferry_outcome o = outcome(i == 9 ? FERRY_EXISTS : FERRY_DONE);
        snprintf(id, sizeof id, i == 29 ? "0%u" : "%u", i < 30 ? 101 + i : 500 + i);
        o.id = i < 40 ? ferry_cstr(id) : o.id;
        o.url = i == 20 ? FERRY_LIT("https://tracker.example/20") : o.url;
        o.extra = &made;
        o.n_extra = i == 50;
        rc = one(r, i, o);
    }
    return rc;
}

START_TEST(results_that_are_done_in_a_row_are_settled_like_single_ones)
{
    char name[8], want[24];
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "%d", i);
        ck_assert_int_eq(op(RESULT, name), i + 1);
    }
    say = done_in_rows;
    ck_assert_int_eq(go(), FERRY_OK);
    for (int i = 0; i < 60; i++) {
        snprintf(want, sizeof want, i == 29 ? "0%d" : "%d", i < 30 ? 101 + i : 500 + i);
        ck_assert_int_eq(of(i + 1, "state"), OP_DONE);
        ck_assert_int_eq(of(i + 1, "settled_ms"), began_ms);
        ck_assert_int_eq(of(i + 1, "flags"), i == 9 ? OP_EXISTED : 0);
        ck_assert_int_eq(of(i + 1, "url IS NOT NULL"), i == 20);
        ck_assert_int_eq(of(i + 1, "remote_id IS NULL"), i >= 40);
        if (i < 40) {
            has(i + 1, "remote_id", want);
            has(i + 1, "typeof(remote_id)", "text");
        }
    }
    ck_assert_uint_eq(counts.delivered, 59);
    ck_assert_uint_eq(counts.cases, 1);
    ck_assert_int_eq(fake_one("SELECT done FROM request"), 60);
    ck_assert_int_eq(fake_one("SELECT settled FROM request"), 1);
}
END_TEST

static int32_t exists(uint32_t n, const struct ferry_reply *r)
{
    (void)n;
    return one(r, 0, outcome(FERRY_EXISTS));
}

static int32_t list_a(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    const struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_CASE, .id = FERRY_LIT("31"), .key = FERRY_LIT("a")};
    return ask->what == FERRY_ASK_LIST ? r->item(r->self, &item) : FERRY_OK;
}

START_TEST(what_is_there_without_an_id_is_looked_for)
{
    int64_t id = op(CASE, "a");
    say = exists;
    fake.answer = list_a;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    has(id, "remote_id", "31");
    was_told("encode a\nfind a\n");
}
END_TEST

static int32_t a_word_of_one(uint32_t n, const struct ferry_reply *r)
{
    return n > 1 ? one(r, 1, outcome(FERRY_DONE)) : all_done(n, r);
}

START_TEST(what_an_answer_does_not_mention_is_looked_for)
{
    int64_t id = op(CASE, "a"), other = op(CASE, "b");
    say = a_word_of_one;
    fake.answer = list_a;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    has(id, "remote_id", "31");
    ck_assert_int_eq(of(other, "state"), OP_DONE);
    was_told("encode a b\nfind a\n");
    ck_assert_int_ge(waited_ms(), 120000); /* it may have been made, and be listed late */
}
END_TEST

static int32_t doubt(uint32_t n, const struct ferry_reply *r)
{
    struct ferry_outcome o = outcome(FERRY_DOUBT);
    (void)n;
    o.text = FERRY_LIT("half of it");
    return one(r, 0, o);
}

START_TEST(what_cannot_be_looked_for_waits_for_a_person)
{
    int64_t id = op(CASE, "a");
    say = doubt;
    fake_codec.find = NULL;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_PARKED);
    has(id, "substr(text, 1, 21)", "it may have been made");
    was_told("encode a\n");
}
END_TEST

/* --- taken in, and worked on ------------------------------------------------------------------ */

static int32_t accepted(uint32_t n, const struct ferry_reply *r)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        struct ferry_outcome o = outcome(FERRY_ACCEPTED);
        o.token = FERRY_LIT("task 5");
        o.retry_ms = 2000;
        rc = one(r, i, o);
    }
    return rc;
}

static uint32_t polls;

static int32_t both(const struct ferry_ask *ask, const struct ferry_reply *r,
                    struct ferry_outcome first, struct ferry_outcome second)
{
    int32_t rc = one(r, 0, first);
    return rc || ask->n_ops < 2 ? rc : one(r, 1, second);
}

/*
 * Not yet; the next stage; then one is done and the other refused, with something to know of the first. An answer is read for the first of them
 * alone, and once more for all where it says more than "not yet".
 */
static int32_t poll_answer(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    const struct ferry_note note = {.size = sizeof note,
                                    .kind = FERRY_NOTE_WARNING,
                                    .field = FERRY_LIT("title"),
                                    .text = FERRY_LIT("renamed")};
    struct ferry_outcome o = outcome(FERRY_ACCEPTED), refused = outcome(FERRY_REJECTED);
    ck_assert_uint_eq(ask->what, FERRY_ASK_POLL);
    if (ask->n_ops == 1) {
        polls++;
        buf_printf(&told, "poll %.*s\n", STR_ARG(ask->token));
    }
    switch (polls) {
    case 1:
        return FERRY_OK;
    case 2:
        o.token = FERRY_LIT("task 6");
        o.id = FERRY_LIT("early");
        return both(ask, r, o, o);
    default:
        o = outcome(FERRY_DONE);
        o.id = FERRY_LIT("41");
        refused.text = FERRY_LIT("no such user");
        both(ask, r, o, refused);
        return r->note(r->self, 0, &note);
    }
}

START_TEST(what_is_accepted_is_asked_for_until_it_has_ended)
{
    int64_t a = op(CASE, "a"), b = op(CASE, "b");
    say = accepted;
    fake.answer = poll_answer;
    polls = 0;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a b\npoll task 5\npoll task 5\npoll task 6\n");
    ck_assert_int_eq(of(a, "state"), OP_DONE);
    has(a, "remote_id", "41");
    ck_assert_int_eq(of(b, "state"), OP_REJECTED);
    has(b, "text", "no such user");
    ck_assert_int_eq(waited_ms(), 2000 + 1000 + 400);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM note WHERE text = 'renamed'"), 1);
    ck_assert_int_eq(fake_one("SELECT settled FROM request"), 1);
}
END_TEST

static int32_t accepted_for_ever(uint32_t n, const struct ferry_reply *r)
{
    struct ferry_outcome o = outcome(FERRY_ACCEPTED);
    (void)n;
    o.token = FERRY_LIT("t");
    o.retry_ms = INT64_MAX;
    return one(r, 0, o);
}

static int32_t nothing_yet(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    (void)ask, (void)r;
    polls++;
    return FERRY_OK;
}

START_TEST(no_server_makes_us_wait_for_longer_than_a_day)
{
    op(CASE, "a");
    say = accepted_for_ever;
    fake.answer = nothing_yet;
    fake.engine.deadline_ms = began_ms + DAY_MS + 3500;
    polls = 0;
    ck_assert_int_eq(go(), FERRY_E_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "the time for delivering"));
    ck_assert_uint_eq(polls, 4); /* after a day, then each second until the deadline */
}
END_TEST

START_TEST(a_time_from_a_clock_that_was_wrong_is_not_waited_for)
{
    int64_t id = op(CASE, "a");
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err,
                            "UPDATE op SET not_before = 9223372036854775807", ""),
                     FERRY_OK);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_int_eq(waited_ms(), CLASSIFY_WAIT_MOST);
}
END_TEST

/* --- chains ------------------------------------------------------------------------------------- */

static int32_t follow_up(const struct ferry_reply *r, const char *state, uint32_t flags)
{
    const struct ferry_follow f = {
        .size = sizeof f, .kind = APPROVE, .flags = flags, .state = ferry_cstr(state)};
    return r->follow(r->self, 0, &f);
}

static int32_t chain(uint32_t n, const struct ferry_reply *r)
{
    all_done(n, r);
    return rounds == 1   ? follow_up(r, "step 1", 0)
           : rounds == 2 ? follow_up(r, "step 2", 0)
                         : FERRY_OK;
}

START_TEST(a_chain_goes_on_with_its_own_memory)
{
    int64_t id = op(CASE, "a");
    say = chain;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a\nencode a(step 1 after 77)\nencode a(step 2 after 77)\n");
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_int_eq(of(id, "kind"), CASE); /* what it is, whatever was done last */
}
END_TEST

static int32_t trimming(uint32_t n, const struct ferry_reply *r)
{
    if (rounds > 1) {
        struct ferry_outcome o = outcome(FERRY_REJECTED);
        o.text = FERRY_LIT("not allowed to approve");
        return one(r, 0, o);
    }
    all_done(n, r);
    return follow_up(r, "", FERRY_FOLLOW_OPTIONAL);
}

START_TEST(a_link_that_does_not_matter_may_be_refused)
{
    int64_t id = op(CASE, "a");
    say = trimming;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    has(id, "remote_id", "77");
    ck_assert_int_eq(
        fake_one("SELECT COUNT(*) FROM note WHERE kind = 3 AND text = 'not allowed to approve'"),
        1);
}
END_TEST

/* --- what the codec itself needs, or gets wrong --------------------------------------------------- */

static int32_t say_fact(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    if (ask->what != FERRY_ASK_FACT) {
        return list_a(ask, r);
    }
    buf_printf(&told, "fact %.*s\n", STR_ARG(ask->name));
    return r->fact(r->self, ask->name, FERRY_LIT("9"));
}

START_TEST(a_fact_is_learned_when_it_is_needed)
{
    op(CASE, "a");
    needed = "root module";
    fake.answer = say_fact;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("fact root module\nencode a\n");
    ck_assert_int_eq(fake_one("SELECT value FROM fact WHERE name = 'root module'"), 9);
}
END_TEST

START_TEST(a_fact_that_a_look_needs_is_learned_too)
{
    int64_t id = op(CASE, "a");
    ck_assert_int_eq(
        db_run(fake.engine.journal.db, &fake.err, "UPDATE op SET state = 5, flags = 4", ""),
        FERRY_OK);
    needed = "root module";
    fake.answer = say_fact;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("fact root module\nfind a\n");
    has(id, "remote_id", "31");
}
END_TEST

/* --- what was planned by an earlier command -------------------------------------------------------------- */

START_TEST(what_was_planned_before_is_looked_for_first)
{
    int64_t id = op(CASE, "a");
    fake.answer = list_a;
    ck_assert_int_eq(deliver(&fake.engine, &fake.remote, NULL, &counts, &fake.err), FERRY_OK);
    was_told("find a\n"); /* somebody made it meanwhile */
    has(id, "remote_id", "31");
    ck_assert_int_eq(of(id, "flags & 1"), OP_EXISTED);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_is_done_keeps_what_was_said_of_it,
        results_that_are_done_in_a_row_are_settled_like_single_ones,
        what_is_there_without_an_id_is_looked_for,
        what_an_answer_does_not_mention_is_looked_for,
        what_cannot_be_looked_for_waits_for_a_person,
        what_is_accepted_is_asked_for_until_it_has_ended,
        no_server_makes_us_wait_for_longer_than_a_day,
        a_time_from_a_clock_that_was_wrong_is_not_waited_for,
        a_chain_goes_on_with_its_own_memory,
        a_link_that_does_not_matter_may_be_refused,
        a_fact_is_learned_when_it_is_needed,
        a_fact_that_a_look_needs_is_learned_too,
        what_was_planned_before_is_looked_for_first,
    };
    return run_tests("delivery", tests, sizeof tests / sizeof *tests);
}
