/* SPDX-License-Identifier: MIT */
/* The test tracker `ledger`: its codec and its server against each other. */
#include "ledger_ops.h"

/* --- what it says of itself ---------------------------------------------------------- */

START_TEST(its_operations_are_as_dangerous_as_it_says)
{
    static const struct {
        uint32_t kind, effect, flags, max_items;
    } expected[] = {
        {FERRY_OP(FERRY_CREATE, FERRY_RESULT), FERRY_ONCE, 0, 20},
        {FERRY_OP(FERRY_CREATE, FERRY_CASE), FERRY_ONCE, 0, 10},
        {FERRY_OP(FERRY_CREATE, FERRY_RUN), FERRY_ONCE, FERRY_FIND_FIRST, 1},
        {FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), FERRY_REPEATABLE, 0, 1},
        {FERRY_OP(FERRY_COMPLETE, FERRY_RUN), FERRY_REPEATABLE, FERRY_CLOSES, 1},
        {FERRY_OP(FERRY_LIST, FERRY_RESULT), FERRY_READ, 0, 7},
        {FERRY_OP(FERRY_FETCH, FERRY_ATTACHMENT), FERRY_READ, 0, 1},
        {FERRY_OP(FERRY_CREATE, FERRY_FOLDER), 0, 0, 0},
        {FERRY_OP(FERRY_DELETE, FERRY_RESULT), 0, 0, 0},
        {0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct ferry_traits t = {.size = sizeof t};
        ck_assert_int_eq(rig_codec()->describe(&rig.call, expected[i].kind, &t), FERRY_OK);
        ck_assert_uint_eq(t.effect, expected[i].effect);
        ck_assert_uint_eq(t.flags, expected[i].flags);
        ck_assert_uint_eq(t.max_items, expected[i].max_items);
        ck_assert_int_eq(t.effect != 0, t.name.len > 0);
        ck_assert_uint_eq(t.max_bytes, 0);
    }
}
END_TEST

/* --- batches ------------------------------------------------------------------------- */

START_TEST(cases_go_ten_at_a_time_and_are_listed_with_key_and_signature)
{
    for (uint32_t i = 0; i < 12; i++) {
        make_case(i);
    }
    ck_assert_uint_eq(rig_send(&rig, ops, 12), 10);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.log), "outcome 9 done 10\n"));
    ck_assert_uint_eq(rig_send(&rig, ops + 10, 2), 2);
    rig_walk(&rig, list_of(FERRY_CASE));
    ck_assert_uint_eq(count(buf_cstr(&rig.log), "item 4 "), 12);
    ck_assert_ptr_nonnull(strstr(
        buf_cstr(&rig.log), "item 4 12 key=K11 marker= name=a case signature=sig description=\n"));
}
END_TEST

START_TEST(results_go_twenty_at_a_time_and_are_found_by_their_mark)
{
    an_open_run();
    for (uint32_t i = 0; i < 25; i++) {
        make_result(i, "1");
    }
    made[3].result.has = FERRY_RESULT_HAS_DURATION;
    made[3].result.duration_us = 1500;
    made[3].op.marker = S("a mark of the host's");
    ck_assert_uint_eq(rig_send(&rig, ops, 25), 20);
    ck_assert_uint_eq(rig_send(&rig, ops + 20, 5), 5);
    rig_walk(&rig, list_of(FERRY_RESULT));
    ck_assert_uint_eq(count(buf_cstr(&rig.log), "item 7 "), 25);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.log),
                                 "item 7 3 key= marker=00000000-0000-5000-8000-000000000002 "
                                 "name=result 2 status=passed message=fine us=0 has=0 ->6(1)\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.log), "marker=a mark of the host's name=result 3 "
                                                     "status=passed message=fine us=2000 has=2"));
}
END_TEST

START_TEST(the_host_may_ask_for_smaller_batches)
{
    for (uint32_t i = 0; i < 12; i++) {
        make_case(i);
    }
    rig.call.max_items = 3;
    ck_assert_uint_eq(rig_send(&rig, ops, 12), 3);
    rig.call.max_items = 300;
    ck_assert_uint_eq(rig_send(&rig, ops, 12), 10);
}
END_TEST

START_TEST(the_same_batch_twice_is_two_of_everything_and_the_ledger_knows)
{
    an_open_run();
    make_result(0, "1");
    make_result(1, "1");
    rig_send(&rig, ops, 2);
    rig_serve(&rig);
    ck_assert_uint_eq(rig.answer.status, 201);
    rig_walk(&rig, list_of(FERRY_RESULT));
    ck_assert_uint_eq(count(buf_cstr(&rig.log), "item 7 "), 4);
    rig_dump(&rig);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.answer.body),
                                 "applied result AO 00000000-0000-5000-8000-000000000001 2\n"));
    make_case(0);
    rig_send(&rig, ops, 1);
    rig_serve(&rig);
    make_run(0);
    rig_send(&rig, ops, 1);
    rig_dump(&rig);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.answer.body), "applied case AO K0 2\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.answer.body), "applied run AO run-key=RK 2\n"));
}
END_TEST

START_TEST(poison_costs_the_batch_and_names_nobody)
{
    an_open_run();
    for (uint32_t i = 0; i < 3; i++) {
        make_result(i, "1");
    }
    made[1].result.name = S("is POISON too");
    ck_assert_uint_eq(rig_send(&rig, ops, 3), 3);
    ck_assert_uint_eq(rig.answer.status, 422);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict refused: the batch was not taken\n");
    rig_send(&rig, ops + 1, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict refused: the batch was not taken\n");
    rig_walk(&rig, list_of(FERRY_RESULT));
    ck_assert_str_eq(buf_cstr(&rig.log), "");
    rig_send(&rig, ops + 2, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 1\n");
    make_case(0)->test_case.title = S("POISON");
    rig_send(&rig, ops, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict refused: the batch was not taken\n");
}
END_TEST

START_TEST(a_body_over_its_secret_limit_is_told_as_too_large)
{
    static char text[600];
    memset(text, 'x', sizeof text);
    an_open_run();
    for (uint32_t i = 0; i < 10; i++) {
        make_result(i, "1")->result.message = (struct ferry_str){text, sizeof text};
    }
    ck_assert_uint_eq(rig_send(&rig, ops, 10), 10);
    ck_assert_uint_eq(rig.answer.status, 413);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict oversize: more than 4096 bytes\n");
    rig.call.max_bytes = 4096;
    ck_assert_uint_eq(rig_send(&rig, ops, 10), 5);
    ck_assert_uint_le(rig.request.body.len, 4096);
    ck_assert_uint_eq(rig.answer.status, 201);
    rig.call.max_bytes = 100;
    uint32_t taken;
    ck_assert_int_eq(rig_encode(&rig, ops, 10, &taken), FERRY_E_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(rig.error.message, "100 bytes"));
}
END_TEST

START_TEST(what_cannot_be_said_is_refused_alone_and_ends_the_batch_before_it)
{
    uint32_t taken = 0;
    an_open_run();
    for (uint32_t i = 0; i < 4; i++) {
        make_result(i, "1");
    }
    made[2].result.status = FERRY_OTHER;
    made[2].result.status_text = S("quantum");
    ck_assert_int_eq(rig_encode(&rig, ops, 4, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    ck_assert_int_eq(rig_encode(&rig, ops + 2, 2, &taken), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(rig.error.message, "quantum"));
    refer(&made[3], FERRY_CASE, "k", "not a number");
    ck_assert_int_eq(rig_encode(&rig, ops + 3, 1, &taken), FERRY_E_INPUT);
    made[0].result.name = made[0].item.name = NONE;
    ck_assert_int_eq(rig_encode(&rig, ops, 1, &taken), FERRY_E_INPUT);
    made[1].item.n_refs = 0;
    ck_assert_int_eq(rig_encode(&rig, ops + 1, 1, &taken), FERRY_E_INPUT);
    made[1].op.kind = FERRY_OP(FERRY_DELETE, FERRY_RESULT);
    ck_assert_int_eq(rig_encode(&rig, ops + 1, 1, &taken), FERRY_E_UNSUPPORTED);
    ck_assert_int_eq(rig_codec()->encode(&rig.call, ops + 1, 1, NULL, &taken, NULL),
                     FERRY_E_UNSUPPORTED);
}
END_TEST

START_TEST(long_texts_are_cut_and_told_and_the_mark_survives)
{
    static char text[3000];
    memset(text, 'y', sizeof text);
    an_open_run();
    struct made *m = make_result(0, "1");
    m->result.name = m->result.message = m->result.details = (struct ferry_str){text, sizeof text};
    rig_send(&rig, ops, 1);
    ck_assert_str_eq(buf_cstr(&rig.log),
                     "note 0 1 title\nnote 0 1 stacktrace\nnote 0 1 comment\noutcome 0 done 1\n");
    rig_walk(&rig, list_of(FERRY_RESULT));
    ck_assert_ptr_nonnull(
        strstr(buf_cstr(&rig.log), "marker=00000000-0000-5000-8000-000000000000 name=yyy"));
}
END_TEST

START_TEST(every_status_comes_back_as_it_was)
{
    static const char *const other[] = {"untested", "retest", "in_progress"};
    an_open_run();
    for (uint32_t i = 0; i < 9; i++) {
        struct made *m = make_result(i, "1");
        m->result.status = i < 6 ? FERRY_PASSED + i : FERRY_OTHER;
        m->result.status_text = i < 6 ? NONE : ferry_cstr(other[i - 6]);
    }
    ck_assert_uint_eq(rig_send(&rig, ops, 9), 9);
    rig_walk(&rig, list_of(FERRY_RESULT));
    for (uint32_t i = 0; i < 9; i++) {
        char expected[80];
        snprintf(expected, sizeof expected, "name=result %u status=%s%s%s message", i,
                 ferry_result_status_text(made[i].result.status), i < 6 ? "" : "/",
                 i < 6 ? "" : other[i - 6]);
        ck_assert_msg(strstr(buf_cstr(&rig.log), expected) != NULL, "%s", expected);
    }
}
END_TEST

/* --- runs ----------------------------------------------------------------------------- */

START_TEST(a_run_carries_its_mark_below_its_description)
{
    make_run(0)->run.description = S("two\nlines");
    rig_send(&rig, ops, 1);
    make_run(1)->op.marker = NONE;
    rig_send(&rig, ops + 1, 1);
    rig_walk(&rig, list_of(FERRY_RUN));
    ck_assert_str_eq(buf_cstr(&rig.log),
                     "item 6 1 key= marker=run-key=RK name=Nightly state=1 description=two\nlines\n"
                     "item 6 2 key= marker= name=Nightly state=1 description=\n");
}
END_TEST

static struct ferry_ask found_ask;
static uint32_t n_found;

static int32_t add_ask(void *self, const struct ferry_ask *ask)
{
    static struct ferry_kv filter;
    (void)self;
    found_ask = *ask;
    if (ask->n_filters) {
        filter = ask->filters[0];
        found_ask.filters = &filter;
    }
    n_found++;
    return FERRY_OK;
}

static int32_t find(const struct ferry_op *const *of, uint32_t n)
{
    struct ferry_asks asks = {.add = add_ask};
    n_found = 0;
    return rig_codec()->find(&rig.call, of, n, &asks, &rig.error);
}

static struct made *make_complete(uint32_t i, const char *run)
{
    struct made *m = make(i, FERRY_OP(FERRY_COMPLETE, FERRY_RUN), "run ");
    m->op.id = ferry_cstr(run);
    refer(m, FERRY_RUN, "rk", run);
    return m;
}

START_TEST(completing_twice_is_doubt_and_looking_tells)
{
    an_open_run();
    make_complete(0, "1");
    ck_assert_int_eq(find(ops, 1), FERRY_OK);
    rig_walk(&rig, found_ask);
    ck_assert_str_eq(buf_cstr(&rig.log), ""); /* open: nothing is found */
    rig_send(&rig, ops, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 1\n");
    rig_send(&rig, ops, 1);
    ck_assert_uint_eq(rig.answer.status, 400);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 doubt \n");
    ck_assert_int_eq(find(ops, 1), FERRY_OK);
    ck_assert_uint_eq(n_found, 1);
    rig_walk(&rig, found_ask);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 1\n");
    make_result(1, "1");
    rig_send(&rig, ops + 1, 1);
    ck_assert_uint_eq(rig.answer.status, 409);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict refused: run 1 is complete\n");
    make_complete(2, "77");
    rig_send(&rig, ops + 2, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict refused: no run 77\n");
}
END_TEST

START_TEST(completing_may_bring_a_new_description_and_keeps_the_mark)
{
    an_open_run();
    struct made *m = make_complete(0, "1");
    m->run = (struct ferry_run){.size = sizeof m->run, .description = S("one was rejected")};
    m->item.run = &m->run;
    m->op.marker = S("run-key=RK");
    ck_assert_uint_eq(rig_send(&rig, ops, 1), 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 1\n");
    rig_walk(&rig, list_of(FERRY_RUN));
    ck_assert_str_eq(buf_cstr(&rig.log),
                     "item 6 1 key= marker=run-key=RK name=Nightly state=2 description=one was "
                     "rejected\n");
}
END_TEST

START_TEST(what_was_created_is_found_in_its_list)
{
    an_open_run();
    make_run(0);
    ck_assert_int_eq(find(ops, 1), FERRY_OK);
    rig_walk(&rig, found_ask);
    ck_assert_uint_eq(count(buf_cstr(&rig.log), "marker=run-key=RK"), 1);
    make_run(1);
    rig_send(&rig, ops + 1, 1);
    make_result(0, "1");
    make_result(1, "1");
    rig_send(&rig, ops, 2);
    make_result(2, "2");
    rig_send(&rig, ops + 2, 1);
    ck_assert_int_eq(find(ops, 2), FERRY_OK);
    ck_assert_uint_eq(found_ask.n_ops, 2);
    rig_walk(&rig, found_ask);
    ck_assert_uint_eq(count(buf_cstr(&rig.log), "item 7 "), 2); /* of run 2 none */
    make_case(0);
    ck_assert_int_eq(find(ops, 1), FERRY_OK);
    ck_assert_uint_eq(found_ask.noun, FERRY_CASE);
    make(0, FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), "a");
    ck_assert_int_eq(find(ops, 1), FERRY_OK);
    ck_assert_uint_eq(n_found, 0);
    make_result(0, "1")->item.n_refs = 0;
    ck_assert_int_eq(find(ops, 1), FERRY_E_INPUT);
}
END_TEST

/* --- lists ----------------------------------------------------------------------------- */

START_TEST(pages_of_seven_name_several_pages_to_come_and_lose_nothing)
{
    an_open_run();
    for (uint32_t i = 0; i < 60; i++) {
        make_result(i, "1");
    }
    for (uint32_t at = 0; at < 60;) {
        at += rig_send(&rig, ops + at, 60 - at);
    }
    struct ferry_ask ask = list_of(FERRY_RESULT);
    rig.n_cursors = 0;
    buf_reset(&rig.log);
    ck_assert_int_eq(rig_ask(&rig, &ask), FERRY_OK);
    ck_assert_uint_eq(count(buf_cstr(&rig.log), "item 7 "), 7);
    ck_assert_uint_eq(rig.n_cursors, 5);
    rig_walk(&rig, ask);
    ck_assert_uint_eq(rig.n_cursors, 8);
    for (uint32_t i = 0; i < 60; i++) {
        char word[64];
        snprintf(word, sizeof word, "marker=%s ", made[i].wire);
        ck_assert_uint_eq(count(buf_cstr(&rig.log), word), 1);
    }
}
END_TEST

START_TEST(a_full_page_that_is_the_last_names_no_other)
{
    for (uint32_t i = 0; i < 7; i++) {
        make_case(i);
    }
    rig_send(&rig, ops, 7);
    rig_walk(&rig, list_of(FERRY_CASE));
    ck_assert_uint_eq(rig.n_cursors, 0);
    ck_assert_uint_eq(count(buf_cstr(&rig.log), "item 4 "), 7);
}
END_TEST

START_TEST(projects_do_not_see_each_other)
{
    make_case(0);
    rig_send(&rig, ops, 1);
    an_open_run();
    rig.call.project = S("DEMO");
    rig_walk(&rig, list_of(FERRY_CASE));
    ck_assert_str_eq(buf_cstr(&rig.log), "");
    make_result(0, "1");
    rig_send(&rig, ops, 1);
    ck_assert_uint_eq(rig.answer.status, 404);
    rig.call.project = S("no/such project");
    rig_send(&rig, ops, 1);
    ck_assert_str_eq(buf_cstr(&rig.request.target), "/v1/no%2Fsuch%20project/runs/1/results");
    ck_assert_uint_eq(rig.answer.status, 404);
}
END_TEST

/* --- attachments ------------------------------------------------------------------------ */

static struct ferry_blob blob;
static struct ferry_attachment file;
static const struct ferry_attachment *const files[] = {&file};

static struct made *make_attachment(uint32_t i, const char *bytes)
{
    struct made *m = make(i, FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), "a");
    blob = (struct ferry_blob){.size = sizeof blob,
                               .digest = ferry_cstr(rig_keep(&rig, ferry_cstr(bytes))),
                               .bytes = strlen(bytes)};
    file = (struct ferry_attachment){
        .size = sizeof file, .name = S("a b&c.png"), .mime = S("image/png"), .blob = &blob};
    m->item.attachment = &file;
    return m;
}

START_TEST(an_attachment_is_an_orphan_until_a_result_names_it)
{
    struct ferry_ask fetch = {
        .size = sizeof fetch, .what = FERRY_ASK_FETCH, .noun = FERRY_ATTACHMENT, .name = S("2")};
    an_open_run();
    make_attachment(0, "bytes");
    rig_send(&rig, ops, 1);
    rig_send(&rig, ops, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 2\n");
    rig_dump(&rig);
    ck_assert_uint_eq(count(buf_cstr(&rig.answer.body), "orphan AO a b&c.png sha256:"), 2);
    struct made *m = make_result(1, "1");
    m->result.attachments = files;
    m->result.n_attachments = 1;
    refer(m, FERRY_ATTACHMENT, (char *)(uintptr_t)blob.digest.ptr, "2");
    rig_send(&rig, ops + 1, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 1\n");
    rig_dump(&rig);
    ck_assert_uint_eq(count(buf_cstr(&rig.answer.body), "orphan AO "), 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.answer.body), "attachment AO a b&c.png sha256:"));
    ck_assert_int_eq(rig_ask(&rig, &fetch), FERRY_OK);
    ck_assert_uint_eq(rig.answer.status, 200);
    ck_assert_str_eq(buf_cstr(&rig.answer.body), "bytes");
    ck_assert_str_eq(buf_cstr(&rig.answer.mime), "image/png");
}
END_TEST

START_TEST(what_it_cannot_keep_of_a_result_is_told)
{
    struct ferry_step step = {
        .size = sizeof step, .attachments = files, .n_attachments = 1, .action = S("click")};
    const struct ferry_step *const steps[] = {&step};
    struct ferry_kv parameter = {S("os"), S("linux")};
    an_open_run();
    make_attachment(0, "bytes");
    struct made *m = make_result(0, "1");
    m->result.steps = steps;
    m->result.parameters = &parameter;
    m->result.n_steps = m->result.n_parameters = 1;
    rig_send(&rig, ops, 1);
    ck_assert_str_eq(buf_cstr(&rig.log), "note 0 3 attachment\nnote 0 3 steps\n"
                                         "note 0 3 parameters\noutcome 0 done 1\n");
}
END_TEST

START_TEST(an_attachment_beyond_its_limit_is_refused)
{
    uint32_t taken;
    make_attachment(0, "x");
    blob.bytes = (1 << 20) + 1;
    ck_assert_int_eq(rig_encode(&rig, ops, 1, &taken), FERRY_E_TOO_LARGE);
    file.blob = NULL;
    ck_assert_int_eq(rig_encode(&rig, ops, 1, &taken), FERRY_E_INPUT);
}
END_TEST

/* --- sameness ------------------------------------------------------------------------------------ */

START_TEST(the_same_operations_give_the_same_bytes)
{
    struct buf first;
    uint32_t taken;
    for (uint32_t i = 0; i < 20; i++) {
        make_result(i, "1");
    }
    ck_assert_int_eq(rig_encode(&rig, ops, 20, &taken), FERRY_OK);
    buf_init(&first, 1 << 20);
    buf_put(&first, buf_str(&rig.request.body));
    ck_assert_int_eq(rig_encode(&rig, ops, 20, &taken), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&first), buf_cstr(&rig.request.body));
    buf_finish(&first);
}
END_TEST

START_TEST(the_dump_does_not_tell_in_what_order_it_was_filled)
{
    struct buf first;
    buf_init(&first, 1 << 20);
    for (int backwards = 0; backwards < 2; backwards++) {
        rig_finish(&rig);
        rig_init(&rig);
        an_open_run();
        for (uint32_t i = 0; i < 6; i++) {
            uint32_t at = backwards ? 5 - i : i;
            char id[8];
            make_case(at);
            rig_send(&rig, ops + at, 1);
            snprintf(id, sizeof id, "%u", i + 1);
            refer(make_result(at, "1"), FERRY_CASE, "k", id);
            rig_send(&rig, ops + at, 1);
        }
        rig_dump(&rig);
        if (!backwards) {
            buf_put(&first, buf_str(&rig.answer.body));
        }
    }
    ck_assert_str_eq(buf_cstr(&first), buf_cstr(&rig.answer.body));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&first), "result AO run-key=RK K3 passed result 3 "
                                                   "00000000-0000-5000-8000-000000000003\n"));
    buf_finish(&first);
}
END_TEST

static void add_tests(TCase *tcase)
{
    const TTest *const tests[] = {
        its_operations_are_as_dangerous_as_it_says,
        cases_go_ten_at_a_time_and_are_listed_with_key_and_signature,
        results_go_twenty_at_a_time_and_are_found_by_their_mark,
        the_host_may_ask_for_smaller_batches,
        the_same_batch_twice_is_two_of_everything_and_the_ledger_knows,
        poison_costs_the_batch_and_names_nobody,
        a_body_over_its_secret_limit_is_told_as_too_large,
        what_cannot_be_said_is_refused_alone_and_ends_the_batch_before_it,
        long_texts_are_cut_and_told_and_the_mark_survives,
        every_status_comes_back_as_it_was,
        a_run_carries_its_mark_below_its_description,
        completing_twice_is_doubt_and_looking_tells,
        completing_may_bring_a_new_description_and_keeps_the_mark,
        what_was_created_is_found_in_its_list,
        pages_of_seven_name_several_pages_to_come_and_lose_nothing,
        a_full_page_that_is_the_last_names_no_other,
        projects_do_not_see_each_other,
        an_attachment_is_an_orphan_until_a_result_names_it,
        what_it_cannot_keep_of_a_result_is_told,
        an_attachment_beyond_its_limit_is_refused,
        the_same_operations_give_the_same_bytes,
        the_dump_does_not_tell_in_what_order_it_was_filled,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
}

int main(void)
{
    return run_suite("ledger", add_tests);
}
