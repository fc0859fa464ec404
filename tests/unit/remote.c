/* SPDX-License-Identifier: MIT */
/* remote.c - talking to one destination: sessions that are renewed, facts that age, questions that are asked again, answers of others. */
#include "fake_remote.h"

#include <remote_private.h>
#include <secrets.h>
#include <text.h>

static struct reply reply;
static int said_values; /* how many answers have renewed the session */
static const char *fact_value[2];

static int32_t keep_another(const struct ferry_reply *r)
{
    char value[4096];
    memset(value, 'c', sizeof value);
    snprintf(value, sizeof value, "cookie %d", said_values++);
    value[strlen(value)] = ' ';
    return r->keep(r->self, FERRY_LIT("cookie"), (struct ferry_str){value, sizeof value});
}

static int32_t keep_nothing_readable(const struct ferry_reply *r)
{
    (void)r;
    return FERRY_E_PROTOCOL;
}

static int32_t say_facts(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    (void)ask;
    for (int i = 0; i < 2; i++) {
        if (fact_value[i]) {
            int32_t rc = r->fact(r->self, FERRY_LIT("key_field"), ferry_cstr(fact_value[i]));
            if (rc) {
                return rc;
            }
        }
    }
    return FERRY_OK;
}

static void begin(void)
{
    fake_begin();
    reply_init(&reply);
    said_values = 0;
    fact_value[0] = fact_value[1] = NULL;
}

static void end(void)
{
    reply_finish(&reply);
    fake_end();
}

static int32_t ask(void)
{
    struct ferry_ask one = {.size = sizeof one, .what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    return remote_ask(&fake.remote, &one, &reply, &fake.err);
}

static struct ferry_str session(const char *name)
{
    return ferry_get(fake.remote.session, fake.remote.n_session, ferry_cstr(name));
}

/* --- sessions ---------------------------------------------------------------------------------- */

START_TEST(a_session_renewed_by_every_answer_takes_no_more_room)
{
    fake.keep = keep_another;
    for (int i = 0; i < 2000; i++) { /* 8 MB of cookies */
        ck_assert_int_eq(ask(), FERRY_OK);
    }
    ck_assert(str_starts(session("cookie"), "cookie 1999 "));
    ck_assert(secrets_found(session("cookie")));
    ck_assert_uint_eq(fake.remote.n_session, 1);
    ck_assert_uint_lt(fake.remote.memory.used, 4096);
}
END_TEST

static int dressed_for; /* session values known when requests were dressed last */

static int32_t dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err)
{
    (void)err;
    dressed_for = (int)call->n_session;
    for (uint32_t i = 0; i < call->n_session; i++) {
        out->header(out->self, FERRY_LIT("cookie"));
        out->secret(out->self, call->session[i], FERRY_RAW);
    }
    return FERRY_OK;
}

START_TEST(requests_wear_what_a_sign_in_brought)
{
    fake.has_session = 1;
    fake.keep = keep_another;
    fake_codec.dress = dress;
    remote_close(&fake.remote);
    fake_open_remote();
    ck_assert_int_eq(remote_dress(&fake.remote, &fake.err), FERRY_OK);
    ck_assert_int_eq(dressed_for, 0);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.signed_in, 1);
    ck_assert_int_eq(dressed_for, 1);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.signed_in, 1); /* one session is enough */
    fake_codec.dress = NULL;
}
END_TEST

START_TEST(an_answer_that_says_nothing_of_the_session_is_an_answer)
{
    fake.keep = keep_nothing_readable;
    ck_assert_int_eq(ask(), FERRY_OK);
}
END_TEST

static void with_session(void)
{
    fake.has_session = 1;
    remote_close(&fake.remote);
    fake_open_remote();
}

START_TEST(a_sign_in_that_is_refused_is_about_credentials)
{
    with_session();
    fake_ends(EXCHANGE_ANSWERED, 401);
    ck_assert_int_eq(ask(), FERRY_E_REFUSED);
    ck_assert_str_eq(fake.err.where, "credentials");
    ck_assert_uint_eq(fake.sent, 1);
}
END_TEST

START_TEST(a_sign_in_at_a_server_in_trouble_is_not_about_credentials)
{
    static const struct {
        enum exchange_end end;
        uint32_t status;
    } troubles[] = {{EXCHANGE_ANSWERED, 503},
                    {EXCHANGE_ANSWERED, 429},
                    {EXCHANGE_ANSWERED, 500},
                    {EXCHANGE_NOT_SENT, 0},
                    {EXCHANGE_UNSURE, 0}};
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        fake.n_ends = fake.sent = 0;
        with_session();
        fake_ends(troubles[i].end, troubles[i].status);
        ck_assert_int_eq(ask(), FERRY_E_UNREACHABLE);
        ck_assert_str_ne(fake.err.where, "credentials");
        ck_assert_uint_gt(fake.sent, 1); /* asked a few times */
        ck_assert_uint_lt(fake.sent, 10);
    }
}
END_TEST

START_TEST(a_sign_in_that_succeeds_after_trouble_is_one)
{
    with_session();
    fake_ends(EXCHANGE_ANSWERED, 503);
    fake_ends(EXCHANGE_NOT_SENT, 0);
    fake_ends(EXCHANGE_ANSWERED, 200);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 4);
}
END_TEST

/* --- questions ----------------------------------------------------------------------------------- */

START_TEST(a_question_is_asked_again_while_there_is_patience)
{
    fake_ends(EXCHANGE_ANSWERED, 503);
    fake_ends(EXCHANGE_UNSURE, 0);
    fake_ends(EXCHANGE_ANSWERED, 429);
    fake_ends(EXCHANGE_ANSWERED, 200);
    ck_assert_int_eq(ask(), FERRY_OK);
    ck_assert_uint_eq(fake.sent, 4);
    fake.n_ends = fake.sent = 0;
    fake_ends(EXCHANGE_NOT_SENT, 0);
    ck_assert_int_eq(ask(), FERRY_E_UNREACHABLE);
}
END_TEST

static uint32_t cut; /* so many answers cannot be read, then one says a number */

static int32_t cut_at_first(const struct ferry_ask *ask_, const struct ferry_reply *r)
{
    (void)ask_;
    return fake.sent <= cut ? FERRY_E_PROTOCOL
                            : r->fact(r->self, FERRY_LIT("count"), FERRY_LIT("7"));
}

/* Whoever looks at the error afterwards must not find one where there is none. */
START_TEST(an_answer_that_was_cut_leaves_no_error_behind_where_the_next_is_whole)
{
    int64_t n = 0;
    cut = 3;
    fake.answer = cut_at_first;
    ck_assert_int_eq(remote_count(&fake.remote, FERRY_RESULT, FERRY_LIT("1"), &n, &fake.err),
                     FERRY_OK);
    ck_assert_int_eq(n, 7);
    ck_assert_uint_eq(fake.sent, 4);
    ck_assert_int_eq(fake.err.status, FERRY_OK);
    cut = UINT32_MAX;
    fake.sent = 0;
    ck_assert_int_eq(remote_count(&fake.remote, FERRY_RESULT, FERRY_LIT("1"), &n, &fake.err),
                     FERRY_E_PROTOCOL);
    ck_assert_int_eq(n, -1);
    ck_assert_uint_eq(fake.sent, 4);
    ck_assert_int_eq(fake.err.status, FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(a_question_that_is_refused_is_not_repeated)
{
    static const uint32_t statuses[] = {400, 403, 410, 302};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        fake.n_ends = fake.sent = 0;
        fake_ends(EXCHANGE_ANSWERED, statuses[i]);
        ck_assert_int_eq(ask(), FERRY_E_REFUSED);
        ck_assert_str_eq(fake.err.where, statuses[i] == 403 ? "credentials" : "");
        ck_assert_uint_eq(fake.sent, 1);
    }
}
END_TEST

START_TEST(what_is_not_found_is_an_unknown_project_or_an_id_that_is_not_there)
{
    struct ferry_kv filter = {FERRY_LIT("id"), FERRY_LIT("99")};
    struct ferry_ask one = {.size = sizeof one,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RUN,
                            .filters = &filter,
                            .n_filters = 1};
    fake_ends(EXCHANGE_ANSWERED, 404);
    ck_assert_int_eq(ask(), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "check the project and the url"));
    ck_assert_int_eq(remote_ask(&fake.remote, &one, &reply, &fake.err), FERRY_OK);
    filter.key = FERRY_LIT("run"); /* what is in it cannot be told */
    ck_assert_int_eq(remote_ask(&fake.remote, &one, &reply, &fake.err), FERRY_E_REFUSED);
}
END_TEST

/* Answers of requests under way come in while a question is asked; none of them may be dropped. */
START_TEST(an_answer_for_another_is_kept_for_it)
{
    struct request request;
    struct exchange other[3];
    request_init(&request, 4096);
    struct ferry_out out = request_out(&request);
    out.start(out.self, FERRY_LIT("POST"), FERRY_LIT("/"));
    ck_assert_int_eq(request_seal(&request, &fake.err), FERRY_OK);
    for (int i = 0; i < 3; i++) {
        exchange_init(&other[i], &fake.remote, &request);
        ck_assert_int_eq(fake.remote.transport.submit(NULL, &other[i], &fake.err), FERRY_OK);
    }
    ck_assert_int_eq(ask(), FERRY_OK);
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_eq(remote_next(&fake.remote, 0), &other[i]);
        exchange_finish(&other[i]);
    }
    ck_assert_ptr_null(remote_next(&fake.remote, 0));
    request_finish(&request);
}
END_TEST

static uint32_t closed;

static void count_close(void *self)
{
    (void)self;
    closed++;
}

static struct exchange *never(void *self, int64_t wait_ms)
{
    (void)self;
    (void)wait_ms;
    fake.interrupted = 1;
    return NULL;
}

/* The exchange lives on the stack of who asks: a transport that still had it would write into what is gone. */
START_TEST(who_is_interrupted_leaves_nothing_under_way)
{
    closed = 0;
    fake.remote.transport.close = count_close;
    fake.remote.transport.next = never;
    ck_assert_int_eq(ask(), FERRY_E_STOP);
    ck_assert_uint_eq(closed, 1);
    ck_assert_int_eq(ask(), FERRY_E_STOP);
    ck_assert_uint_eq(fake.sent, 1);
    remote_close(&fake.remote);
    ck_assert_uint_eq(closed, 1);
    fake_open_remote();
}
END_TEST

/* --- facts ------------------------------------------------------------------------------------------ */

static int32_t learn(void)
{
    fake.answer = say_facts;
    return remote_learn(&fake.remote, FERRY_LIT("key_field"), &fake.err);
}

static struct ferry_str known(void)
{
    struct ferry_call call = remote_call(&fake.remote);
    return ferry_get(call.facts, call.n_facts, FERRY_LIT("key_field"));
}

START_TEST(a_fact_is_learned_once_and_stored)
{
    fact_value[0] = fact_value[1] = "12";
    ck_assert_int_eq(learn(), FERRY_OK);
    ck_assert(str_is(known(), "12"));
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM fact WHERE value = '12' AND dest_id = 1"), 1);
}
END_TEST

START_TEST(two_values_for_a_fact_are_a_fault_that_shows_both)
{
    fact_value[0] = "12";
    fact_value[1] = "13";
    ck_assert_int_eq(learn(), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "\"12\" and \"13\""));
}
END_TEST

START_TEST(a_fact_that_nobody_knows_is_told)
{
    ck_assert_int_eq(learn(), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "has no key_field"));
}
END_TEST

/* The field was made anew in the tracker: the journal must not insist on the one that is gone. */
START_TEST(a_fact_that_changed_since_replaces_the_old_one)
{
    ck_assert_int_eq(db_run(fake.engine.journal.db, &fake.err,
                            "INSERT INTO fact VALUES(1, 'key_field', '12', ?)", "i",
                            fake.clock.now_ms(&fake.clock)),
                     FERRY_OK);
    ck_assert_int_eq(remote_load_facts(&fake.remote, &fake.err), FERRY_OK);
    ck_assert(str_is(known(), "12"));
    fact_value[0] = "13";
    ck_assert_int_eq(learn(), FERRY_OK);
    ck_assert(str_is(known(), "13"));
    ck_assert_uint_eq(fake.remote.n_facts, 1);
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM fact WHERE value = '13'"), 1);
    fact_value[0] = "14";
    ck_assert_int_eq(learn(), FERRY_E_CONFIG);
}
END_TEST

START_TEST(as_many_facts_are_known_as_there_are)
{
    enum { MANY = 3000 };
    char name[40];
    ck_assert_int_eq(
        db_run(fake.engine.journal.db, &fake.err,
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i "
               "< 3000) INSERT INTO fact SELECT 1, 'story AO-' || i, i, ? FROM n",
               "i", fake.clock.now_ms(&fake.clock)),
        FERRY_OK);
    ck_assert_int_eq(remote_load_facts(&fake.remote, &fake.err), FERRY_OK);
    fact_value[0] = "12";
    ck_assert_int_eq(learn(), FERRY_OK);
    ck_assert_uint_eq(fake.remote.n_facts, MANY + 1);
    ck_assert(str_is(known(), "12"));
    for (int i = 1; i <= MANY; i += 37) {
        snprintf(name, sizeof name, "story AO-%d", i);
        struct ferry_str value =
            ferry_get(fake.remote.facts, fake.remote.n_facts, ferry_cstr(name));
        ck_assert(str_is(value, name + sizeof "story AO-" - 1));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("remote");
    TCase *t = tcase_create("sessions and questions");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_session_renewed_by_every_answer_takes_no_more_room);
    tcase_add_test(t, requests_wear_what_a_sign_in_brought);
    tcase_add_test(t, an_answer_that_says_nothing_of_the_session_is_an_answer);
    tcase_add_test(t, a_sign_in_that_is_refused_is_about_credentials);
    tcase_add_test(t, a_sign_in_at_a_server_in_trouble_is_not_about_credentials);
    tcase_add_test(t, a_sign_in_that_succeeds_after_trouble_is_one);
    tcase_add_test(t, a_question_is_asked_again_while_there_is_patience);
    tcase_add_test(t, an_answer_that_was_cut_leaves_no_error_behind_where_the_next_is_whole);
    tcase_add_test(t, a_question_that_is_refused_is_not_repeated);
    tcase_add_test(t, what_is_not_found_is_an_unknown_project_or_an_id_that_is_not_there);
    tcase_add_test(t, an_answer_for_another_is_kept_for_it);
    tcase_add_test(t, who_is_interrupted_leaves_nothing_under_way);
    suite_add_tcase(s, t);
    t = tcase_create("facts");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_fact_is_learned_once_and_stored);
    tcase_add_test(t, two_values_for_a_fact_are_a_fault_that_shows_both);
    tcase_add_test(t, a_fact_that_nobody_knows_is_told);
    tcase_add_test(t, a_fact_that_changed_since_replaces_the_old_one);
    tcase_add_test(t, as_many_facts_are_known_as_there_are);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
