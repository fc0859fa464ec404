/* SPDX-License-Identifier: MIT */
/*
 * The local tracker's codec: what it says of itself, what it writes, whom it asks, and that half an
 * answer is none.
 */
#include "local_bench.h"

/* --- describe ------------------------------------------------------------------------ */

START_TEST(each_kind_says_what_it_is)
{
    static const struct {
        uint32_t kind, effect, flags, items, scope;
    } want[] = {
        {FERRY_OP(FERRY_LIST, FERRY_RESULT), FERRY_READ, 0, 1000, 0},
        {FERRY_OP(FERRY_FETCH, FERRY_ATTACHMENT), FERRY_READ, 0, 1, 0},
        {FERRY_OP(FERRY_CREATE, FERRY_CASE), FERRY_ONCE, FERRY_EACH, 200, 0},
        {FERRY_OP(FERRY_CREATE, FERRY_RUN), FERRY_ONCE, FERRY_FIND_FIRST, 1, 0},
        {FERRY_OP(FERRY_CREATE, FERRY_RESULT), FERRY_REPEATABLE, FERRY_EACH | FERRY_MATCHES, 2000,
         FERRY_RUN},
        {FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), FERRY_REPEATABLE, 0, 1, 0},
        {FERRY_OP(FERRY_COMPLETE, FERRY_RUN), FERRY_REPEATABLE, FERRY_CLOSES, 1, FERRY_RUN},
        {FERRY_OP(FERRY_CREATE, FERRY_FIELD), FERRY_REPEATABLE, 0, 1, 0},
        {FERRY_OP(FERRY_DELETE, FERRY_RUN), 0, 0, 0, 0},
        {FERRY_OP(FERRY_PRIVATE, FERRY_RUN), 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct ferry_traits t = {.size = sizeof t, .effect = 99};
        ck_assert_int_eq(codec->describe(&call, want[i].kind, &t), FERRY_OK);
        ck_assert_uint_eq(t.effect, want[i].effect);
        ck_assert_uint_eq(t.flags, want[i].flags);
        ck_assert_uint_eq(t.max_items, want[i].items);
        ck_assert_uint_eq(t.scope, want[i].scope);
        ck_assert_uint_eq(t.size, sizeof t);
        ck_assert_int_eq(t.name.len > 0, want[i].effect != 0);
    }
}
END_TEST

START_TEST(an_older_hosts_struct_is_not_written_past_its_end)
{
    struct ferry_traits t[2];
    memset(t, 0x5a, sizeof t);
    t[0].size = 16;
    codec->describe(&call, FERRY_OP(FERRY_CREATE, FERRY_RUN), &t[0]);
    ck_assert_uint_eq(t[0].effect, FERRY_ONCE);
    ck_assert_uint_eq(t[0].size, 16);
    ck_assert_uint_eq(t[0].scope, 0x5a5a5a5a);
}
END_TEST

/* --- encode -------------------------------------------------------------------------- */

START_TEST(the_same_operations_give_the_same_bytes)
{
    uint32_t taken = 0;
    make_results();
    ck_assert_int_eq(encode(ops, MANY, &taken), FERRY_OK);
    struct buf first;
    buf_init(&first, 1 << 20);
    buf_put(&first, request_packed(&lab.request));
    ck_assert_int_eq(encode(ops, MANY, &taken), FERRY_OK);
    ck_assert(ferry_eq(buf_str(&first), request_packed(&lab.request)));
    buf_finish(&first);
}
END_TEST

START_TEST(what_does_not_fit_is_offered_again)
{
    uint32_t from = 0, requests = 0;
    make_results();
    call.max_bytes = 700;
    while (from < MANY) {
        uint32_t taken = 0;
        ck_assert_int_eq(encode(ops + from, MANY - from, &taken), FERRY_OK);
        ck_assert_uint_ge(taken, 1);
        ck_assert_uint_lt(taken, MANY);
        lab_submit(&lab);
        ck_assert_uint_le(lab.request.body_size, 700);
        ck_assert_uint_eq(lab.status, 200);
        ck_assert_int_eq(codec->decode(&call, ops + from, taken, &lab.x.answer, &reply, &err),
                         FERRY_OK);
        from += taken;
        requests++;
    }
    ck_assert_uint_gt(requests, 4);
    lab_expect(&lab, 200, "GET", "/v1/A%20O/runs/1/results?fields=id", NULL);
    ck_assert_int_eq(lab_number(&lab, "total"), MANY);
}
END_TEST

START_TEST(the_hosts_number_of_items_is_kept)
{
    uint32_t taken = 0;
    make_results();
    call.max_items = 7;
    ck_assert_int_eq(encode(ops, MANY, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 7);
}
END_TEST

START_TEST(one_that_is_too_large_alone_is_rejected_alone)
{
    uint32_t taken = 9;
    make_results();
    call.max_bytes = 100;
    ck_assert_int_eq(encode(ops, MANY, &taken), FERRY_E_TOO_LARGE);
    ck_assert_uint_eq(taken, 0);
}
END_TEST

START_TEST(one_that_cannot_be_expressed_ends_the_request_before_it)
{
    uint32_t taken = 0;
    make_results();
    operations[3].wire_id = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(encode(ops, MANY, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 3);
    lab_submit(&lab);
    ck_assert_uint_eq(lab.status, 200);
    ck_assert_int_eq(encode(ops + 3, MANY - 3, &taken), FERRY_E_INPUT);
    ck_assert_uint_eq(taken, 0);
    ck_assert_str_eq(err.where, "wire_id");
}
END_TEST

static void spoil_case_id(void)
{
    static const struct ferry_ref wrong = REF(FERRY_CASE, "C-12", "");
    refs[0][1] = &wrong;
    items[0].n_refs = 2;
}
static void spoil_signature(void)
{
    results[0].signature = (struct ferry_str){NULL, 0};
}
static void spoil_key(void)
{
    static char key[2000];
    memset(key, 'k', sizeof key);
    items[0].key = (struct ferry_str){key, sizeof key};
}
static void spoil_run(void)
{
    items[0].n_refs = 0;
}
static const struct {
    void (*spoil)(void);
    const char *where;
} spoilers[] = {{spoil_case_id, "case"},
                {spoil_signature, "signature"},
                {spoil_key, "key"},
                {spoil_run, "run"}};

START_TEST(what_cannot_be_expressed_says_why)
{
    uint32_t taken = 9;
    make_results();
    spoilers[_i].spoil();
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_INPUT);
    ck_assert_str_eq(err.where, spoilers[_i].where);
    ck_assert_uint_gt(strlen(err.message), 10);
}
END_TEST

START_TEST(a_case_that_is_missing_is_found_by_signature)
{
    static struct ferry_ref missing = REF(FERRY_CASE, "", "k");
    missing.flags = FERRY_REF_OPTIONAL | FERRY_REF_MISSING;
    make_results();
    refs[0][1] = &missing;
    items[0].n_refs = 2;
    carry(ops, 1);
    expect_told("outcome 0 1 id=1 extra[case_id]=1 extra[case_created]=true\n");
}
END_TEST

START_TEST(kinds_it_does_not_know_are_refused)
{
    uint32_t taken = 0;
    struct ferry_op op = run_op;
    const struct ferry_op *const one[] = {&op};
    op.kind = FERRY_OP(FERRY_DELETE, FERRY_RUN);
    ck_assert_int_eq(encode(one, 1, &taken), FERRY_E_UNSUPPORTED);
    op = run_op;
    op.item = NULL;
    ck_assert_int_eq(encode(one, 1, &taken), FERRY_E_BUG);
}
END_TEST

/* --- find ---------------------------------------------------------------------------- */

START_TEST(find_names_the_narrowest_list)
{
    struct ferry_case c = {.size = sizeof c, .title = FERRY_LIT("T"), .signature = FERRY_LIT("S")};
    struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_CASE, .key = FERRY_LIT("K"), .test_case = &c};
    struct ferry_op op = {
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE), .item = &item};
    const struct ferry_op *const two[] = {&op, &op};
    codec->find(&call, two, 2, &asks, &err);
    expect_told("ask 1 4 ops=1 filter[key]=K\nask 1 4 ops=1 filter[key]=K\n");
    item.key = (struct ferry_str){NULL, 0};
    codec->find(&call, two, 1, &asks, &err);
    expect_told("ask 1 4 ops=1 filter[signature]=S\n");
    c.signature = (struct ferry_str){NULL, 0};
    codec->find(&call, two, 1, &asks, &err);
    expect_told("ask 1 4 ops=1 filter[title]=T\n");
    codec->find(&call, run_ops, 1, &asks, &err);
    expect_told("ask 1 6 ops=1 filter[marker]=run-key=K\n");
    make_results();
    codec->find(&call, ops, MANY, &asks, &err);
    expect_told("ask 1 7 ops=40 filter[run]=1 filter[brief]=1\n");
    op = (struct ferry_op){
        .size = sizeof op, .kind = FERRY_OP(FERRY_COMPLETE, FERRY_RUN), .id = FERRY_LIT("1")};
    codec->find(&call, two, 1, &asks, &err);
    expect_told("ask 1 6 ops=1 filter[id]=1\n");
}
END_TEST

START_TEST(where_no_marker_can_tell_the_codec_says_it)
{
    static const struct ferry_kv by_signature[] = {{FERRY_LIT("signature"), FERRY_LIT("S")}};
    static const struct ferry_kv by_id[] = {{FERRY_LIT("id"), FERRY_LIT("1")}};
    struct ferry_case c = {.size = sizeof c, .title = FERRY_LIT("T"), .signature = FERRY_LIT("S")};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_CASE, .test_case = &c};
    struct ferry_op op = {
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE), .item = &item};
    const struct ferry_op *const one[] = {&op};
    const struct ferry_str start = {NULL, 0};
    carry(one, 1);
    carry(one, 1); /* a second one: a case is ONCE */
    buf_reset(&told);
    list(FERRY_CASE, by_signature, 1, start, one, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "outcome 0 2 id=1\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "note 0 5 id: 2\n"));
    buf_reset(&told);
    make_results();
    carry(ops, 3);
    buf_reset(&told);
    list(FERRY_RESULT, NULL, 0, start, ops + 1, 3);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "outcome 0 2 id=2\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "outcome 1 2 id=3\n"));
    ck_assert_ptr_null(strstr(buf_cstr(&told), "outcome 2"));
    op = (struct ferry_op){
        .size = sizeof op, .kind = FERRY_OP(FERRY_COMPLETE, FERRY_RUN), .id = FERRY_LIT("1")};
    buf_reset(&told);
    list(FERRY_RUN, by_id, 1, start, one, 1);
    ck_assert_ptr_null(strstr(buf_cstr(&told), "outcome"));
    carry(one, 1);
    buf_reset(&told);
    list(FERRY_RUN, by_id, 1, start, one, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "outcome 0 2 id=1\n"));
}
END_TEST

START_TEST(filters_that_make_no_sense_here_are_left_to_the_host)
{
    static const struct ferry_kv odd[] = {{FERRY_LIT("id"), FERRY_LIT("C-1")},
                                          {FERRY_LIT("run"), FERRY_LIT("R-1")},
                                          {FERRY_LIT("folder"), FERRY_LIT("x")},
                                          {FERRY_LIT("since_ms"), FERRY_LIT("-1")}};
    make_results();
    carry(ops, 1);
    buf_reset(&told);
    list(FERRY_RESULT, odd, 4, (struct ferry_str){NULL, 0}, NULL, 0);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "item 7 id=1"));
}
END_TEST

START_TEST(questions_without_an_answer_here_are_refused)
{
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_POLL};
    struct ferry_out out = request_out(&lab.request);
    ck_assert_int_eq(codec->ask(&call, &ask, &out, &err), FERRY_E_UNSUPPORTED);
    ask.what = FERRY_ASK_LIST;
    ask.noun = FERRY_FOLDER;
    ck_assert_int_eq(codec->ask(&call, &ask, &out, &err), FERRY_E_UNSUPPORTED);
    ask.noun = FERRY_CASE;
    ask.cursor = FERRY_LIT("page-2");
    ck_assert_int_eq(codec->ask(&call, &ask, &out, &err), FERRY_E_STATE);
}
END_TEST

/* --- answers ------------------------------------------------------------------------- */

static int32_t decode_text(const struct ferry_op *const *o, uint32_t n, uint32_t status,
                           struct ferry_str body)
{
    struct ferry_message m = {.size = sizeof m, .status = status, .body = body};
    buf_reset(&told);
    return codec->decode(&call, o, n, &m, &reply, &err);
}

START_TEST(half_an_answer_is_none)
{
    struct buf body;
    uint32_t taken = 0;
    make_results();
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    lab_submit(&lab);
    buf_init(&body, 10000);
    buf_put(&body, str_trim(lab.body));
    for (uint64_t n = 0; n < body.len; n++) {
        ck_assert_int_eq(decode_text(ops, 3, 200, (struct ferry_str){body.ptr, n}),
                         FERRY_E_PROTOCOL);
    }
    ck_assert_int_eq(decode_text(ops, 3, 200, buf_str(&body)), FERRY_OK);
    ck_assert_int_eq(decode_text(ops, 2, 200, buf_str(&body)), FERRY_E_PROTOCOL);
    ck_assert_int_eq(decode_text(ops, 4, 200, buf_str(&body)), FERRY_E_PROTOCOL);
    ck_assert_int_eq(decode_text(ops + 1, 3, 200, buf_str(&body)), FERRY_E_PROTOCOL);
    buf_finish(&body);
}
END_TEST

START_TEST(half_a_page_is_none)
{
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_LIST, .noun = FERRY_RESULT};
    struct ferry_message m = {.size = sizeof m, .status = 200};
    struct buf body;
    make_results();
    carry(ops, 3);
    lab_expect(&lab, 200, "GET", "/v1/A%20O/results", NULL);
    buf_init(&body, 10000);
    buf_put(&body, str_trim(lab.body));
    for (uint64_t n = 0; n < body.len; n++) {
        m.body = (struct ferry_str){body.ptr, n};
        ck_assert_int_eq(codec->answer(&call, &ask, &m, &reply, &err), FERRY_E_PROTOCOL);
    }
    m.body = buf_str(&body);
    ck_assert_int_eq(codec->answer(&call, &ask, &m, &reply, &err), FERRY_OK);
    buf_finish(&body);
}
END_TEST

static const char *const no_pages[] = {
    "{}",
    "[]",
    "{\"items\":[],\"total\":0}",
    "{\"items\":[],\"next\":null}",
    "{\"total\":0,\"next\":null}",
    "{\"items\":[{\"title\":\"x\"}],\"total\":1,\"next\":null}",
    "{\"items\":[7],\"total\":1,\"next\":null}",
    "{\"items\":{},\"total\":1,\"next\":null}",
    "{\"items\":[],\"total\":1,\"next\":\"x\"}",
    "{\"items\":[],\"total\":1,\"next\":-1}",
    "{\"items\":[],\"total\":\"one\",\"next\":null}",
};

START_TEST(what_is_no_page_is_not_read_as_one)
{
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    struct ferry_message m = {.size = sizeof m, .status = 200, .body = ferry_cstr(no_pages[_i])};
    ck_assert_int_eq(codec->answer(&call, &ask, &m, &reply, &err), FERRY_E_PROTOCOL);
    m.status = 404; /* no success: the host goes by the status */
    ck_assert_int_eq(codec->answer(&call, &ask, &m, &reply, &err), FERRY_OK);
}
END_TEST

static const char *const no_runs[] = {"",
                                      "x",
                                      "{}",
                                      "[]",
                                      "{\"id\":0}",
                                      "{\"id\":\"a\"}",
                                      "{\"id\":-3}",
                                      "{\"id\":1.5}",
                                      "{\"id\":null}",
                                      "{\"id\":1"};

START_TEST(a_success_without_an_id_is_none)
{
    ck_assert_int_eq(decode_text(run_ops, 1, 201, ferry_cstr(no_runs[_i])), FERRY_E_PROTOCOL);
    expect_told("");
}
END_TEST

static const struct {
    uint32_t status;
    const char *body, *told;
} refusals[] = {
    {422,
     "{\"error\":{\"code\":\"bad_items\",\"message\":\"no\"},\"errors\":[{\"index\":1,\"member\":"
     "\"status\",\"message\":\"unknown\"},{\"index\":2,\"message\":\"bad\"}]}",
     "verdict 1 no\noutcome 1 4 text=status: unknown\noutcome 2 4 text=bad\n"},
    {400, "{\"error\":{\"message\":\"line 1\"}}", "verdict 1 line 1\n"},
    {422,
     "{\"error\":{\"message\":\"no\"},\"errors\":[{\"index\":1},{\"index\":1},{\"index\":0},"
     "{\"index\":-1},{\"index\":9},{\"index\":\"x\"}]}",
     "verdict 1 no\noutcome 1 4 text=\n"},
    {413, "{\"error\":{\"message\":\"too many\"}}", "verdict 2 too many\n"},
    {404, "{\"error\":{\"code\":\"no_run\",\"message\":\"gone\"}}", "verdict 5 gone\n"},
    {404, "{\"error\":{\"code\":\"else\",\"message\":\"gone\"}}", ""},
    {400, "<html>proxy</html>", ""},
    {400, "{\"message\":\"another server\"}", ""},
    {401, "{\"error\":{\"message\":\"who\"}}", ""},
    {429, "{\"error\":{\"message\":\"slow\"}}", ""},
    {500, "{\"error\":{\"message\":\"oops\"}}", ""},
    {302, "", ""},
};

START_TEST(a_refusal_names_its_culprits)
{
    make_results();
    ck_assert_int_eq(decode_text(ops, 3, refusals[_i].status, ferry_cstr(refusals[_i].body)),
                     FERRY_OK);
    expect_told(refusals[_i].told);
}
END_TEST

START_TEST(the_services_own_refusal_is_understood)
{
    static const struct ferry_ref no_case = REF(FERRY_CASE, "99", "");
    uint32_t taken = 0;
    make_results();
    refs[1][1] = &no_case;
    items[1].n_refs = 2;
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    lab_submit(&lab);
    ck_assert_uint_eq(lab.status, 422);
    ck_assert_int_eq(codec->decode(&call, ops, 3, &lab.x.answer, &reply, &err), FERRY_OK);
    expect_told("verdict 1 nothing was stored: some items cannot be taken\n"
                "outcome 1 4 text=case_id: no case 99 in this project\n");
}
END_TEST

/* --- dress --------------------------------------------------------------------------- */

START_TEST(a_token_is_placed_only_where_it_is_asked_for)
{
    static const struct ferry_kv with[] = {{FERRY_LIT("auth"), FERRY_LIT("token")}};
    struct request dress;
    struct buf shown;
    buf_init(&shown, 1000);
    request_init(&dress, 1000);
    struct ferry_out out = request_out(&dress);
    ck_assert_int_eq(codec->dress(&call, &out, &err), FERRY_OK);
    request_show(&dress, &shown);
    ck_assert_str_eq(buf_cstr(&shown), "\naccept: application/json\n");
    call.options = with;
    call.n_options = 1;
    request_reset(&dress);
    buf_reset(&shown);
    ck_assert_int_eq(codec->dress(&call, &out, &err), FERRY_OK);
    request_show(&dress, &shown);
    ck_assert_str_eq(buf_cstr(&shown),
                     "\nauthorization: Bearer ${token}\naccept: application/json\n");
    request_finish(&dress);
    buf_finish(&shown);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("local_codec");
    TCase *c = tcase_create("codec");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 30);
    tcase_add_test(c, each_kind_says_what_it_is);
    tcase_add_test(c, an_older_hosts_struct_is_not_written_past_its_end);
    tcase_add_test(c, the_same_operations_give_the_same_bytes);
    tcase_add_test(c, what_does_not_fit_is_offered_again);
    tcase_add_test(c, the_hosts_number_of_items_is_kept);
    tcase_add_test(c, one_that_is_too_large_alone_is_rejected_alone);
    tcase_add_test(c, one_that_cannot_be_expressed_ends_the_request_before_it);
    tcase_add_loop_test(c, what_cannot_be_expressed_says_why, 0, 4);
    tcase_add_test(c, a_case_that_is_missing_is_found_by_signature);
    tcase_add_test(c, kinds_it_does_not_know_are_refused);
    tcase_add_test(c, find_names_the_narrowest_list);
    tcase_add_test(c, where_no_marker_can_tell_the_codec_says_it);
    tcase_add_test(c, filters_that_make_no_sense_here_are_left_to_the_host);
    tcase_add_test(c, questions_without_an_answer_here_are_refused);
    tcase_add_test(c, half_an_answer_is_none);
    tcase_add_test(c, half_a_page_is_none);
    tcase_add_loop_test(c, what_is_no_page_is_not_read_as_one, 0,
                        sizeof no_pages / sizeof *no_pages);
    tcase_add_loop_test(c, a_success_without_an_id_is_none, 0, sizeof no_runs / sizeof *no_runs);
    tcase_add_loop_test(c, a_refusal_names_its_culprits, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(c, the_services_own_refusal_is_understood);
    tcase_add_test(c, a_token_is_placed_only_where_it_is_asked_for);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
