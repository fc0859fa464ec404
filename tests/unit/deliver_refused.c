/* SPDX-License-Identifier: MIT */
/*
 * deliver_refused.c - what a codec can say of an answer that is no success, or of operations that it cannot write: refusals that
 * name nobody, servers that are busy, sessions that end.
 */
#include "deliver_bench.h"

static int shows_it; /* the list, what may have been made */

/* --- again ------------------------------------------------------------------------------------ */

static int32_t again_at_first(uint32_t n, const struct ferry_reply *r)
{
    struct ferry_outcome o = outcome(FERRY_AGAIN);
    o.retry_ms = 5000;
    return rounds > 2 ? all_done(n, r) : one(r, 0, o);
}

START_TEST(what_is_wanted_again_gets_new_bytes)
{
    int64_t id = op(RESULT, "a");
    say = again_at_first;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a\nencode a#1\nencode a#2\n");
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_int_eq(waited_ms(), 10000);
}
END_TEST

static int32_t again_always(uint32_t n, const struct ferry_reply *r)
{
    (void)n;
    return one(r, 0, outcome(FERRY_AGAIN));
}

START_TEST(what_is_wanted_again_and_again_waits_for_a_person)
{
    int64_t id = op(RESULT, "a");
    say = again_always;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_PARKED);
    ck_assert_uint_eq(counts.requests, 13); /* the last is the first after twelve tries */
}
END_TEST

static int32_t list_the_result(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    const struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_RESULT, .id = FERRY_LIT("31"), .key = FERRY_LIT("a")};
    return ask->what == FERRY_ASK_LIST && shows_it ? r->item(r->self, &item) : FERRY_OK;
}

static int32_t again_once(uint32_t n, const struct ferry_reply *r)
{
    return rounds > 1 ? all_done(n, r) : one(r, 0, outcome(FERRY_AGAIN));
}

/* The first sending was never answered; the second one is wanted otherwise: perhaps because the first was taken. */
static int64_t again_after_a_doubt(int there)
{
    int64_t id = op(RESULT, "a");
    fake_ends(EXCHANGE_UNSURE, 0);
    fake_ends(EXCHANGE_ANSWERED, 200);
    shows_it = there;
    fake.answer = list_the_result;
    say = again_once;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    return id;
}

START_TEST(what_is_wanted_again_after_a_doubt_is_looked_for_before_it_gets_new_bytes)
{
    int64_t id = again_after_a_doubt(0);
    was_told("encode a\nfind a\nencode a\n"); /* the repeat is the stored bytes */
    ck_assert_int_eq(of(id, "remote_id = '31'"), 0);
    ck_assert_int_ge(waited_ms(), 120000);
}
END_TEST

START_TEST(what_is_wanted_again_after_a_doubt_and_is_there_is_not_sent_again)
{
    int64_t id = again_after_a_doubt(1);
    was_told("encode a\nfind a\n");
    has(id, "remote_id", "31");
}
END_TEST

/* --- refusals ----------------------------------------------------------------------------------- */

/* Refuses whatever holds more than one; of one it takes all but the third. */
static int32_t refuse_many(uint32_t n, const struct ferry_reply *r)
{
    return n > 1 || strstr(buf_cstr(&told) + told.len - 4, " c\n") ? verdict(r, FERRY_REFUSED, 0)
                                                                   : all_done(n, r);
}

START_TEST(a_refusal_that_names_nobody_is_cut_in_half_until_it_is_one)
{
    int64_t ids[5];
    const char *const keys[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++) {
        ids[i] = op(RESULT, keys[i]);
    }
    say = refuse_many;
    ck_assert_int_eq(go(), FERRY_OK);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(of(ids[i], "state"), i == 2 ? OP_REJECTED : OP_DONE);
    }
    has(ids[2], "text", "as it is");
    ck_assert_uint_eq(counts.rejected, 1);
}
END_TEST

/* --- hunts: one bad among many, and nobody says which ------------------------------------------------ */

static int32_t refuse_bad(const struct ferry_call *call, const struct ferry_op *const *ops,
                          uint32_t n, const struct ferry_message *answer,
                          const struct ferry_reply *reply, struct ferry_error *err)
{
    (void)call, (void)answer, (void)err;
    for (uint32_t i = 0; i < n; i++) {
        if (str_starts(ops[i]->item->key, "bad")) {
            return verdict(reply, FERRY_REFUSED, 0);
        }
    }
    return all_done(n, reply);
}

/* `bad`: places of the bad ones, ended by -1. */
static void hunt(int items, const int *bad)
{
    uint64_t n_bad = 0;
    char key[24];
    fake_kind(RESULT, FERRY_REPEATABLE)->max_items = 200;
    fake_codec.decode = refuse_bad;
    for (int i = 0; i < items; i++) {
        int is_bad = bad[n_bad] == i;
        snprintf(key, sizeof key, "%s%d", is_bad ? "bad" : "k", i);
        n_bad += (uint64_t)is_bad;
        op(RESULT, key);
    }
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_uint_eq(counts.rejected, n_bad);
    ck_assert_uint_eq(counts.delivered, (uint64_t)items - n_bad);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state = 8 AND key LIKE 'bad%'"),
                     (int64_t)n_bad);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM op WHERE state NOT IN (7, 8)"), 0);
    ck_assert_int_eq(waited_ms(), 0);
}

START_TEST(one_bad_of_two_hundred_costs_ten_requests_wherever_it_is)
{
    static const int places[] = {0, 1, 63, 99, 100, 101, 150, 198, 199};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const int bad[] = {places[i], -1};
        if (i > 0) {
            end();
            begin();
        }
        hunt(200, bad);
        ck_assert_msg(counts.requests <= 1 + 10, "%d: %llu requests", places[i],
                      (unsigned long long)counts.requests);
    }
}
END_TEST

START_TEST(several_bad_ones_are_found_one_after_the_other)
{
    const int bad[] = {3, 4, 120, 199, 201, 390, -1};
    hunt(400, bad);
    ck_assert_msg(counts.requests <= 2 + 6 * 10, "%llu requests",
                  (unsigned long long)counts.requests);
}
END_TEST

START_TEST(what_was_held_back_when_a_process_died_is_not_waited_for)
{
    int64_t a = op(RESULT, "a");
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err,
                            "UPDATE op SET flags = flags | 256, not_before = ? WHERE id = ?", "ii",
                            began_ms + 60000, a),
                     FERRY_OK);
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(a, "state"), OP_DONE);
    ck_assert_int_eq(waited_ms(), 0);
}
END_TEST

static int32_t name_the_second(uint32_t n, const struct ferry_reply *r)
{
    struct ferry_outcome o = outcome(FERRY_REJECTED);
    if (rounds > 1) {
        return all_done(n, r);
    }
    verdict(r, FERRY_REFUSED, 0);
    o.text = FERRY_LIT("the title is empty");
    return one(r, 1, o);
}

START_TEST(who_is_named_in_a_refusal_is_rejected_and_the_others_go_again)
{
    int64_t a = op(RESULT, "a"), b = op(RESULT, "b"), c = op(RESULT, "c");
    say = name_the_second;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a b c\nencode a c\n");
    has(b, "text", "the title is empty");
    ck_assert_int_eq(of(a, "state") + of(c, "state"), 2 * OP_DONE);
}
END_TEST

static int32_t oversize_at_first(uint32_t n, const struct ferry_reply *r)
{
    return n > 2 ? verdict(r, FERRY_OVERSIZE, 0) : all_done(n, r);
}

START_TEST(what_is_too_large_goes_in_halves)
{
    op(RESULT, "a");
    op(RESULT, "b");
    op(RESULT, "c");
    op(RESULT, "d");
    say = oversize_at_first;
    ck_assert_int_eq(go(), FERRY_OK);
    was_told("encode a b c d\nencode a b\nencode c d\n");
    ck_assert_uint_eq(counts.delivered, 4);
}
END_TEST

static int32_t busy_at_first(uint32_t n, const struct ferry_reply *r)
{
    return rounds == 1 ? verdict(r, FERRY_BUSY, 30000) : all_done(n, r);
}

START_TEST(who_is_busy_says_for_how_long)
{
    op(RESULT, "a");
    say = busy_at_first;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(waited_ms(), 30000);
    was_told("encode a\nencode a\n");
}
END_TEST

static int32_t park(uint32_t n, const struct ferry_reply *r)
{
    (void)n;
    return verdict(r, FERRY_PARKED, 0);
}

START_TEST(what_waits_for_a_person_is_tried_again_by_the_next_command)
{
    int64_t id = op(RESULT, "a");
    say = park;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_PARKED);
    has(id, "text", "as it is");
    say = all_done;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
}
END_TEST

static int32_t no_protocol(uint32_t n, const struct ferry_reply *r)
{
    return rounds == 1 ? FERRY_E_PROTOCOL : all_done(n, r);
}

START_TEST(a_success_that_cannot_be_read_is_none)
{
    int64_t id = op(RESULT, "a");
    say = no_protocol;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_uint_eq(counts.resent, 1); /* the stored bytes: it is repeatable */
    was_told("encode a\n");
}
END_TEST

static int32_t refuse_b(const struct ferry_op *one_op, struct ferry_error *err)
{
    return str_is(one_op->item->key, "b")
               ? ferry_fail(err, FERRY_E_INPUT, "title", "a title of nothing but spaces")
               : FERRY_OK;
}

START_TEST(what_cannot_be_written_is_rejected_alone)
{
    int64_t a = op(RESULT, "a"), b = op(RESULT, "b"), c = op(RESULT, "c");
    refuse_to_encode = refuse_b;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(b, "state"), OP_REJECTED);
    has(b, "text", "a title of nothing but spaces");
    ck_assert_int_eq(of(a, "state") + of(c, "state"), 2 * OP_DONE);
}
END_TEST

static int32_t broken(const struct ferry_op *one_op, struct ferry_error *err)
{
    (void)one_op;
    return ferry_fail(err, FERRY_E_BUG, "", "a table has a hole");
}

START_TEST(a_codec_that_fails_ends_the_delivery_by_name)
{
    int64_t id = op(RESULT, "a");
    refuse_to_encode = broken;
    ck_assert_int_eq(go(), FERRY_E_BUG);
    ck_assert_str_eq(fake.err.message, "fake:P: create result: a table has a hole");
    ck_assert_int_eq(of(id, "state"), OP_PLANNED);
}
END_TEST

/* --- sessions --------------------------------------------------------------------------------------- */

static int32_t session_over_once(uint32_t n, const struct ferry_reply *r)
{
    return rounds == 1 ? verdict(r, FERRY_SIGN_IN, 0) : all_done(n, r);
}

START_TEST(a_session_that_has_ended_is_begun_again_once)
{
    int64_t id = op(RESULT, "a");
    remote_close(&fake.remote);
    fake.has_session = 1;
    fake_open_remote();
    say = session_over_once;
    ck_assert_int_eq(go(), FERRY_OK);
    ck_assert_int_eq(of(id, "state"), OP_DONE);
    ck_assert_uint_ge(fake.signed_in, 1);
}
END_TEST

static int32_t session_over(uint32_t n, const struct ferry_reply *r)
{
    (void)n;
    return verdict(r, FERRY_SIGN_IN, 0);
}

START_TEST(credentials_that_are_never_taken_are_said_to_be)
{
    int64_t id = op(RESULT, "a");
    remote_close(&fake.remote);
    fake.has_session = 1;
    fake_open_remote();
    say = session_over;
    ck_assert_int_eq(go(), FERRY_E_REFUSED);
    ck_assert_str_eq(fake.err.where, "credentials");
    ck_assert_int_lt(of(id, "state"), OP_DONE);
}
END_TEST

START_TEST(who_is_interrupted_leaves_everything_as_it_is)
{
    int64_t id = op(RESULT, "a");
    fake.interrupted = 2;
    ck_assert_int_eq(go(), FERRY_E_STOP);
    ck_assert_int_eq(of(id, "state"), OP_PLANNED);
    was_told("");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        what_is_wanted_again_gets_new_bytes,
        what_is_wanted_again_and_again_waits_for_a_person,
        what_is_wanted_again_after_a_doubt_is_looked_for_before_it_gets_new_bytes,
        what_is_wanted_again_after_a_doubt_and_is_there_is_not_sent_again,
        a_refusal_that_names_nobody_is_cut_in_half_until_it_is_one,
        one_bad_of_two_hundred_costs_ten_requests_wherever_it_is,
        several_bad_ones_are_found_one_after_the_other,
        what_was_held_back_when_a_process_died_is_not_waited_for,
        who_is_named_in_a_refusal_is_rejected_and_the_others_go_again,
        what_is_too_large_goes_in_halves,
        who_is_busy_says_for_how_long,
        what_waits_for_a_person_is_tried_again_by_the_next_command,
        a_success_that_cannot_be_read_is_none,
        what_cannot_be_written_is_rejected_alone,
        a_codec_that_fails_ends_the_delivery_by_name,
        a_session_that_has_ended_is_begun_again_once,
        credentials_that_are_never_taken_are_said_to_be,
        who_is_interrupted_leaves_everything_as_it_is,
    };
    return run_tests("refusals", tests, sizeof tests / sizeof *tests);
}
