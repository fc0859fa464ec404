/* SPDX-License-Identifier: MIT */
/* remote_ahead.c - questions that are put before anybody waits for them: whose answer they are, and when they are none. */
#include "fake_remote.h"

#include <limiter.h>
#include <text.h>

static struct reply reply;
static const struct ferry_ask cases = {
    .size = sizeof cases, .what = FERRY_ASK_LIST, .noun = FERRY_CASE};

static void begin_with(uint32_t at_once)
{
    fake_begin();
    reply_init(&reply);
    fake.remote.limited = 1;
    limiter_init(&fake.remote.limiter, NULL, FERRY_LIT("me"), at_once);
    fake_kind(FERRY_OP(FERRY_LIST, FERRY_CASE), FERRY_REPEATABLE)->max_in_flight = 4;
    fake_kind(FERRY_OP(FERRY_LIST, FERRY_FIELD), FERRY_REPEATABLE)->max_in_flight = 4;
}

static void begin(void)
{
    begin_with(4);
}

static void end(void)
{
    reply_finish(&reply);
    fake_end();
}

static int32_t ask(void)
{
    return remote_ask(&fake.remote, &cases, &reply, &fake.err);
}

static void write_something(void)
{
    struct request post;
    struct exchange x;
    request_init(&post, 1000);
    struct ferry_out out = request_out(&post);
    out.start(out.self, FERRY_LIT("POST"), FERRY_LIT("/thing"));
    ck_assert_int_eq(request_seal(&post, &fake.err), FERRY_OK);
    exchange_init(&x, &fake.remote, &post);
    ck_assert_int_eq(remote_exchange(&fake.remote, &x, &fake.err), FERRY_OK);
    exchange_finish(&x);
    request_finish(&post);
}

START_TEST(an_answer_that_was_asked_for_ahead_is_taken_once)
{
    remote_ahead(&fake.remote, &cases);
    ck_assert_uint_eq(fake.sent, 1);
    ck_assert_uint_eq(remote_ahead_n(&fake.remote), 1);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 1);
    ck_assert_uint_eq(remote_ahead_n(&fake.remote), 0);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 2);
}
END_TEST

START_TEST(another_question_is_asked_for_itself)
{
    const struct ferry_ask other = {.size = sizeof other,
                                    .what = FERRY_ASK_LIST,
                                    .noun = FERRY_CASE,
                                    .cursor = FERRY_LIT("/second")};
    remote_ahead(&fake.remote, &cases);
    ck_assert_int_eq(remote_ask(&fake.remote, &other, &reply, &fake.err), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 2);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 2);
}
END_TEST

START_TEST(what_was_written_since_makes_an_answer_void)
{
    remote_ahead(&fake.remote, &cases);
    write_something();
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 3);
    remote_ahead(&fake.remote, &cases);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 4);
}
END_TEST

START_TEST(an_answer_of_ten_seconds_ago_is_none)
{
    remote_ahead(&fake.remote, &cases);
    ck_assert_int_eq(fake.clock.wait_ms(&fake.clock, 10000, NULL), 0);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 2);
}
END_TEST

START_TEST(one_that_went_wrong_is_asked_again_with_all_the_patience_there_is)
{
    fake_ends(EXCHANGE_UNSURE, 0);
    fake_ends(EXCHANGE_ANSWERED, 503);
    fake_ends(EXCHANGE_ANSWERED, 200);
    remote_ahead(&fake.remote, &cases);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 3);
}
END_TEST

START_TEST(a_refusal_of_what_was_asked_ahead_is_the_answer)
{
    fake_ends(EXCHANGE_ANSWERED, 403);
    fake_ends(EXCHANGE_ANSWERED, 200);
    remote_ahead(&fake.remote, &cases);
    ck_assert_int_eq(ask(), FERRY_E_REFUSED);
    ck_assert_str_eq(fake.err.where, "credentials");
    ck_assert_uint_eq(fake.sent, 1);
}
END_TEST

START_TEST(nothing_is_asked_ahead_where_one_alone_may_be_under_way)
{
    end();
    begin_with(1);
    remote_ahead(&fake.remote, &cases);
    ck_assert_uint_eq(fake.sent, 0);
}
END_TEST

START_TEST(one_place_is_left_for_who_waits)
{
    end();
    begin_with(3);
    for (int i = 0; i < 4; i++) {
        remote_ahead(&fake.remote, &cases);
    }
    ck_assert_uint_eq(fake.sent, 2);
    ck_assert_int_eq(remote_ahead_rest(&fake.remote, &fake.err), FERRY_OK);
    ck_assert_uint_eq(remote_ahead_n(&fake.remote), 0);
}
END_TEST

START_TEST(nothing_is_asked_ahead_of_a_session)
{
    fake.has_session = 1;
    fake_codec.sign_in = fake_sign_in;
    remote_ahead(&fake.remote, &cases);
    ck_assert_uint_eq(fake.sent, 0);
    fake_codec.sign_in = NULL;
}
END_TEST

START_TEST(nor_of_a_service_in_process)
{
    fake.remote.limited = 0;
    remote_ahead(&fake.remote, &cases);
    ck_assert_uint_eq(fake.sent, 0);
}
END_TEST

/* --- facts ------------------------------------------------------------------------------------- */

static int32_t needy_ask(const struct ferry_call *call, const struct ferry_ask *asked,
                         const struct ferry_out *out, struct ferry_error *err)
{
    int n = 0;
    static const char *const names[] = {"/one", "/two", "/three"};
    (void)err;
    for (size_t i = 0; asked->what != FERRY_ASK_FACT && i < 3; i++) {
        if (!ferry_get(call->facts, call->n_facts, ferry_cstr(names[i])).ptr) {
            out->need(out->self, ferry_cstr(names[i]));
            n++;
        }
    }
    if (n > 0) {
        return FERRY_E_NEED;
    }
    return out->start(out->self, FERRY_LIT("GET"),
                      asked->what == FERRY_ASK_FACT ? asked->name : FERRY_LIT("/first"));
}

static int32_t say_fact(const struct ferry_ask *asked, const struct ferry_reply *r)
{
    return asked->what == FERRY_ASK_FACT ? r->fact(r->self, asked->name, FERRY_LIT("known"))
                                         : FERRY_OK;
}

START_TEST(facts_that_a_question_needs_are_asked_for_at_once_and_each_once)
{
    fake_codec.ask = needy_ask;
    fake.answer = say_fact;
    remote_ahead(&fake.remote, &cases);
    ck_assert_uint_eq(fake.sent, 3); /* and not the question: it cannot be written yet */
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 4);
    ck_assert_uint_eq(fake.remote.n_facts, 3);
    fake_codec.ask = fake_ask;
}
END_TEST

START_TEST(facts_that_nobody_foresaw_are_asked_for_at_once_as_well)
{
    fake_codec.ask = needy_ask;
    fake.answer = say_fact;
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 4);
    ck_assert_uint_eq(fake.remote.n_facts, 3);
    fake_codec.ask = fake_ask;
}
END_TEST

int main(void)
{
    Suite *s = suite_create("remote_ahead");
    TCase *t = tcase_create("questions put ahead");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, an_answer_that_was_asked_for_ahead_is_taken_once);
    tcase_add_test(t, another_question_is_asked_for_itself);
    tcase_add_test(t, what_was_written_since_makes_an_answer_void);
    tcase_add_test(t, an_answer_of_ten_seconds_ago_is_none);
    tcase_add_test(t, one_that_went_wrong_is_asked_again_with_all_the_patience_there_is);
    tcase_add_test(t, a_refusal_of_what_was_asked_ahead_is_the_answer);
    tcase_add_test(t, nothing_is_asked_ahead_where_one_alone_may_be_under_way);
    tcase_add_test(t, one_place_is_left_for_who_waits);
    tcase_add_test(t, nothing_is_asked_ahead_of_a_session);
    tcase_add_test(t, nor_of_a_service_in_process);
    tcase_add_test(t, facts_that_a_question_needs_are_asked_for_at_once_and_each_once);
    tcase_add_test(t, facts_that_nobody_foresaw_are_asked_for_at_once_as_well);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
