/* SPDX-License-Identifier: MIT */
/* The local tracker, there and back: every part of each thing that is written is read again. */
#include "local_bench.h"

/* --- there and back ------------------------------------------------------------------ */

START_TEST(every_status_comes_back)
{
    static const uint32_t statuses[] = {FERRY_PASSED,  FERRY_FAILED,  FERRY_ERRORED, FERRY_SKIPPED,
                                        FERRY_NOT_RUN, FERRY_BLOCKED, FERRY_OTHER,   99};
    char want[96];
    make_results();
    for (int i = 0; i < 8; i++) {
        results[i].status = statuses[i];
    }
    carry(ops, 8);
    buf_reset(&told);
    list_all(FERRY_RESULT);
    for (int i = 0; i < 8; i++) {
        snprintf(want, sizeof want, "name=test %d ref(6 1) ref(4 %d) status=%u ", i, i + 1,
                 statuses[i] > FERRY_OTHER ? FERRY_OTHER : statuses[i]);
        ck_assert_msg(strstr(buf_cstr(&told), want) != NULL, "%s in\n%s", want, buf_cstr(&told));
    }
}
END_TEST

static const struct ferry_blob blob = {sizeof blob, 0, FERRY_LIT(ABC), 3};
static const struct ferry_attachment shot = {.size = sizeof shot,
                                             .name = FERRY_LIT("shot one.png"),
                                             .mime = FERRY_LIT("image/png"),
                                             .blob = &blob};
static const struct ferry_attachment *const shots[] = {&shot};
static const struct ferry_ref blob_ref = REF(FERRY_ATTACHMENT, ABC, ABC);

static void put_attachment(void)
{
    static const struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_ATTACHMENT, .attachment = &shot};
    static const struct ferry_op op = {
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), .item = &item};
    static const struct ferry_op *const one[] = {&op};
    char digest[DIGEST_TEXT];
    spool_add(lab.spool, FERRY_LIT("abc"), digest, &err);
    carry(one, 1);
    expect_told("outcome 0 1 id=" ABC "\n");
    carry(one, 1);
    expect_told("outcome 0 2 id=" ABC "\n");
}

static struct ferry_step inner = {.size = sizeof inner,
                                  .status = FERRY_FAILED,
                                  .action = FERRY_LIT("click"),
                                  .expected = FERRY_LIT("opens"),
                                  .data = FERRY_LIT("x"),
                                  .comment = FERRY_LIT("no"),
                                  .duration_us = 5,
                                  .attachments = shots,
                                  .n_attachments = 1};
static const struct ferry_step *const inners[] = {&inner};
static struct ferry_step outer = {.size = sizeof outer,
                                  .status = FERRY_PASSED,
                                  .action = FERRY_LIT("open"),
                                  .steps = inners,
                                  .n_steps = 1};
static const struct ferry_step *const steps[] = {&outer, &inner};
static const struct ferry_kv pairs[] = {{FERRY_LIT("a"), FERRY_LIT("1")},
                                        {FERRY_LIT("a"), FERRY_LIT("")}};
static const struct ferry_str words[] = {FERRY_LIT("w1"), FERRY_LIT("w 2")};
static const struct ferry_failure failure = {sizeof failure, FERRY_ERRORED, FERRY_LIT("m"),
                                             FERRY_LIT("T"), FERRY_LIT("trace\nline")};
static const struct ferry_failure *const failures[] = {&failure};

static void make_full_result(void)
{
    make_results();
    put_attachment();
    results[0] = (struct ferry_result){
        .size = sizeof results[0],
        .has = FERRY_RESULT_HAS_START | FERRY_RESULT_HAS_DURATION | FERRY_RESULT_HAS_LINE,
        .status = FERRY_FAILED,
        .flags = FERRY_RESULT_FLAKY | FERRY_RESULT_SUPERSEDED | FERRY_RESULT_SYNTHETIC |
                 FERRY_RESULT_ZONELESS,
        .attempt = 3,
        .line = 77,
        .status_text = FERRY_LIT("broken"),
        .suite = FERRY_LIT("all\tunit\tcore"),
        .class_name = FERRY_LIT("C"),
        .name = FERRY_LIT("n \xE2\x82\xAC \"q\" \\ \x01"),
        .signature = FERRY_LIT("s"),
        .file = FERRY_LIT("f.c"),
        .message = FERRY_LIT("m"),
        .type = FERRY_LIT("T"),
        .details = FERRY_LIT("d"),
        .out = FERRY_LIT("o"),
        .err = FERRY_LIT("e"),
        .start_ms = 1700000000123,
        .duration_us = 1,
        .case_ids = words,
        .n_case_ids = 2,
        .parameters = pairs,
        .n_parameters = 2,
        .properties = pairs,
        .n_properties = 2,
        .fields = pairs,
        .n_fields = 1,
        .tags = words,
        .n_tags = 1,
        .failures = failures,
        .n_failures = 1,
        .attachments = shots,
        .n_attachments = 1,
        .steps = steps,
        .n_steps = 2,
    };
    items[0].key = FERRY_LIT("KEY_1");
    refs[0][1] = &blob_ref;
    items[0].n_refs = 2;
}

START_TEST(every_part_of_a_result_comes_back)
{
    struct buf sent;
    make_full_result();
    carry(ops, 1);
    expect_told("outcome 0 1 id=1 extra[case_id]=1 extra[case_created]=true\n");
    put_result(&results[0]);
    buf_init(&sent, 100000);
    buf_put(&sent, buf_str(&told));
    buf_reset(&told);
    list_all(FERRY_RESULT);
    ck_assert_msg(strstr(buf_cstr(&told), buf_cstr(&sent)) != NULL, "sent\n%s\ngot\n%s",
                  buf_cstr(&sent), buf_cstr(&told));
    ck_assert_ptr_nonnull(
        strstr(buf_cstr(&told), "id=1 key=KEY_1 marker=00000000-0000-5000-8000-"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), " ref(6 1) ref(4 1) ref(8 " ABC ") ref(8 "));
    buf_finish(&sent);
    carry(ops, 1); /* the same again is there already */
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "outcome 0 2 id=1 extra[case_id]=1\n"));
}
END_TEST

START_TEST(what_was_not_uploaded_is_left_out_and_said)
{
    static struct ferry_blob long_text = {sizeof long_text, 0, FERRY_LIT("sha256:00"), 1 << 21};
    make_full_result();
    items[0].n_refs = 1; /* the upload was refused */
    results[0].out_blob = &long_text;
    carry(ops, 1);
    static const char *const want[] = {
        "note 0 3 attachments: \"shot one.png\" was not uploaded",
        "note 0 3 stdout: over 1 MiB",
    };
    for (size_t i = 0; i < 2; i++) {
        ck_assert_msg(strstr(buf_cstr(&told), want[i]) != NULL, "%s", buf_cstr(&told));
    }
    list_all(FERRY_RESULT);
    ck_assert_ptr_null(strstr(buf_cstr(&told), "attachment("));
}
END_TEST

START_TEST(a_long_output_goes_by_its_digest)
{
    make_full_result();
    results[0].out_blob = &blob;
    results[0].out = (struct ferry_str){NULL, 0};
    carry(ops, 1);
    list_all(FERRY_RESULT);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "out_blob=" ABC));
}
END_TEST

START_TEST(what_is_too_long_is_cut_with_a_note)
{
    static char text[2 << 20];
    struct ferry_case c = {
        .size = sizeof c, .title = {text, 3000}, .description = {text, sizeof text}};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_CASE, .test_case = &c};
    struct ferry_op op = {
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE), .item = &item};
    const struct ferry_op *const one[] = {&op};
    for (size_t i = 0; i < sizeof text; i += 2) {
        memcpy(text + i, "\xC3\xA9", 2);
    }
    text[7] = '\0';
    text[6] = 'x';
    carry(one, 1);
    expect_told("note 0 1 title: cut from 3000 bytes to 1000\n"
                "note 0 2 title: a NUL became U+FFFD\n"
                "note 0 1 description: cut from 2097152 bytes to 1048576\n"
                "note 0 2 description: a NUL became U+FFFD\n"
                "outcome 0 1 id=1\n");
}
END_TEST

START_TEST(steps_too_deep_are_left_out_with_a_note)
{
    static struct ferry_step deep[20];
    static const struct ferry_step *lists[20];
    make_results();
    for (int i = 19; i >= 0; i--) {
        deep[i] = (struct ferry_step){.size = sizeof deep[i], .action = FERRY_LIT("a")};
        lists[i] = &deep[i];
        if (i < 19) {
            deep[i].steps = &lists[i + 1];
            deep[i].n_steps = 1;
        }
    }
    results[0].steps = lists;
    results[0].n_steps = 1;
    carry(ops, 1);
    expect_told("note 0 3 steps: steps in steps, too deep, are left out\n"
                "outcome 0 1 id=1 extra[case_id]=1 extra[case_created]=true\n");
}
END_TEST

START_TEST(a_case_comes_back_with_its_key)
{
    static const struct ferry_kv fields[] = {{FERRY_LIT("Owner"), FERRY_LIT("me")},
                                             {FERRY_LIT(" Owner "), FERRY_LIT("you")},
                                             {FERRY_LIT("Automation Key"), FERRY_LIT("other")}};
    struct ferry_case c = {.size = sizeof c,
                           .title = FERRY_LIT("T"),
                           .description = FERRY_LIT("D"),
                           .precondition = FERRY_LIT("P"),
                           .signature = FERRY_LIT("S"),
                           .steps = steps,
                           .n_steps = 2,
                           .fields = fields,
                           .n_fields = 3,
                           .tags = words,
                           .n_tags = 2};
    static const struct ferry_ref *one_ref[] = {&blob_ref};
    struct ferry_item item = {.size = sizeof item,
                              .noun = FERRY_CASE,
                              .key = FERRY_LIT("KEY_7"),
                              .test_case = &c,
                              .refs = one_ref,
                              .n_refs = 1};
    struct ferry_op op = {
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE), .item = &item};
    const struct ferry_op *const one[] = {&op};
    put_attachment();
    carry(one, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "note 0 3 fields: a second value"));
    buf_reset(&told);
    list_all(FERRY_CASE);
    ck_assert_msg(strstr(buf_cstr(&told), "item 4 id=1 key=KEY_7 name=T ref(8") != NULL, "%s",
                  buf_cstr(&told));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told),
                                 " title=T description=D precondition=P sig=S field[Owner]=me"
                                 " tag=w1 tag=w 2 step(1 0 action=open step(2 5 action=click"));
    call.key_field = FERRY_LIT("Owner"); /* another field holds the key */
    buf_reset(&told);
    list_all(FERRY_CASE);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "item 4 id=1 key=me name=T"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "field[Automation Key]=KEY_7"));
}
END_TEST

START_TEST(a_run_comes_back_and_is_completed_once)
{
    struct ferry_run run = {.size = sizeof run,
                            .has = FERRY_RUN_HAS_START | FERRY_RUN_HAS_END,
                            .title = FERRY_LIT("Nightly"),
                            .description = FERRY_LIT("D"),
                            .start_ms = -5,
                            .end_ms = 7,
                            .tags = words,
                            .n_tags = 2,
                            .fields = pairs,
                            .n_fields = 1};
    static const struct ferry_ref *to_run[] = {&run_ref};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RUN, .run = &run};
    struct ferry_op op = run_op;
    const struct ferry_op *const one[] = {&op};
    op.item = &item;
    carry(one, 1);
    expect_told("outcome 0 1 id=1\n");
    list_all(FERRY_RUN);
    expect_told("item 6 id=1 marker=run-key=K name=Nightly has=3 state=1 start=-5 end=7"
                " title=Nightly description=D field[a]=1 tag=w1 tag=w 2\n");
    op.kind = FERRY_OP(FERRY_COMPLETE, FERRY_RUN);
    item.refs = to_run;
    item.n_refs = 1;
    run.description = FERRY_LIT("1 rejected: test 3");
    carry(one, 1);
    expect_told("outcome 0 1 id=1\n");
    carry(one, 1);
    expect_told("outcome 0 2 id=1\n");
    list_all(FERRY_RUN);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "state=2"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "description=D\n\n1 rejected: test 3 field"));
    struct ferry_op bare = {.size = sizeof bare, .kind = op.kind, .id = FERRY_LIT("1")};
    const struct ferry_op *const by_id[] = {&bare};
    buf_reset(&told);
    carry(by_id, 1);
    expect_told("outcome 0 2 id=1\n");
}
END_TEST

START_TEST(fields_projects_and_attachments_are_listed)
{
    struct ferry_field field = {.size = sizeof field, .entity = FERRY_RESULT, .required = 1};
    struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_FIELD, .name = FERRY_LIT("Browser"), .field = &field};
    struct ferry_op op = {
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_FIELD), .item = &item};
    const struct ferry_op *const one[] = {&op};
    carry(one, 1);
    expect_told("outcome 0 1 id=2\n");
    carry(one, 1);
    expect_told("outcome 0 2 id=2\n");
    list_all(FERRY_FIELD);
    expect_told("item 2 id=1 key=Automation Key name=Automation Key entity=4 required=0\n"
                "item 2 id=2 key=Browser name=Browser entity=7 required=1\n");
    list_all(FERRY_PROJECT);
    expect_told("item 1 id=A O key=A O name=A O\n");
    put_attachment();
    list_all(FERRY_ATTACHMENT);
    expect_told("item 8 id=" ABC " key=" ABC
                " name=shot one.png attachment(shot one.png image/png " ABC " 3)\n");
}
END_TEST

START_TEST(an_attachment_is_fetched_into_the_spool)
{
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_FETCH,
                            .noun = FERRY_ATTACHMENT,
                            .name = FERRY_LIT(ABC)};
    put_attachment();
    spool_remove(lab.spool, FERRY_LIT(ABC), &err);
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    ck_assert_int_eq(codec->ask(&call, &ask, &out, &err), FERRY_OK);
    lab_submit(&lab);
    ck_assert_uint_eq(lab.status, 200);
    ck_assert_int_eq(codec->answer(&call, &ask, &lab.x.answer, &reply, &err), FERRY_OK);
    ck_assert(str_is(lab.x.answer.blob->digest, ABC));
    ck_assert_int_eq(spool_size(lab.spool, FERRY_LIT(ABC)), 3);
}
END_TEST

START_TEST(lists_go_on_until_they_end)
{
    static const struct ferry_kv brief[] = {{FERRY_LIT("run"), FERRY_LIT("1")},
                                            {FERRY_LIT("brief"), FERRY_LIT("1")}};
    make_results();
    carry(ops, MANY);
    buf_reset(&told);
    call.max_items = 30;
    list(FERRY_RESULT, brief, 1, (struct ferry_str){NULL, 0}, NULL, 0);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "name=test 29 "));
    ck_assert_ptr_null(strstr(buf_cstr(&told), "name=test 30 "));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "\nnext a30\n"));
    buf_reset(&told);
    list(FERRY_RESULT, brief, 1, FERRY_LIT("a30"), NULL, 0);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "name=test 30 "));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "name=test 39 "));
    ck_assert_ptr_null(strstr(buf_cstr(&told), "next"));
    buf_reset(&told);
    list(FERRY_RESULT, brief, 1, FERRY_LIT("30"), NULL, 0); /* an offset, as cursors were once */
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "name=test 30 "));
    ck_assert_ptr_null(strstr(buf_cstr(&told), "next"));
    buf_reset(&told);
    list(FERRY_RESULT, brief, 2, (struct ferry_str){NULL, 0}, NULL, 0);
    ck_assert_ptr_nonnull(strstr(
        buf_cstr(&told), "item 7 id=40 marker=00000000-0000-5000-8000-000000000039 status=0"));
    ck_assert_ptr_null(strstr(buf_cstr(&told), "next"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("local_round");
    TCase *c = tcase_create("round");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 30);
    tcase_add_test(c, every_status_comes_back);
    tcase_add_test(c, every_part_of_a_result_comes_back);
    tcase_add_test(c, what_was_not_uploaded_is_left_out_and_said);
    tcase_add_test(c, a_long_output_goes_by_its_digest);
    tcase_add_test(c, what_is_too_long_is_cut_with_a_note);
    tcase_add_test(c, steps_too_deep_are_left_out_with_a_note);
    tcase_add_test(c, a_case_comes_back_with_its_key);
    tcase_add_test(c, a_run_comes_back_and_is_completed_once);
    tcase_add_test(c, fields_projects_and_attachments_are_listed);
    tcase_add_test(c, an_attachment_is_fetched_into_the_spool);
    tcase_add_test(c, lists_go_on_until_they_end);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
