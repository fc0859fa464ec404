/* SPDX-License-Identifier: MIT */
/* read_items.c - what a reader hands on, and what becomes of it: texts mended, secrets taken out, long texts and files in the spool. */
#include "read_bench.h"

static int32_t say_names(const struct ferry_sink *sink, struct ferry_error *e)
{
    (void)e;
    say(sink, (struct ferry_result){.suite = FERRY_LIT("root\tpkg"),
                                    .class_name = FERRY_LIT("Class"),
                                    .name = FERRY_LIT("test")});
    say(sink, (struct ferry_result){.suite = FERRY_LIT("root\tpkg"),
                                    .class_name = FERRY_LIT("pkg"),
                                    .name = FERRY_LIT("test")});
    say(sink, (struct ferry_result){.suite = FERRY_LIT("\troot\t\tpkg\t"),
                                    .class_name = FERRY_LIT("a\tb"),
                                    .name = FERRY_LIT("c\td")});
    say(sink, (struct ferry_result){.name = FERRY_LIT("alone"), .status = FERRY_FAILED});
    say(sink, (struct ferry_result){.suite = FERRY_LIT("\t"), .class_name = FERRY_LIT("C")});
    return say(sink, (struct ferry_result){.status = FERRY_SKIPPED});
}

START_TEST(signatures_are_made_of_suite_class_and_name)
{
    script = say_names;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&items), "root\tpkg\tClass\ttest|passed\n"
                                       "root\tpkg\ttest|passed\n"
                                       "root\tpkg\ta b\tc d|passed\n"
                                       "alone|failed\n"
                                       "C|passed\n"
                                       "|skipped\n");
}
END_TEST

static int32_t say_all_states(const struct ferry_sink *sink, struct ferry_error *e)
{
    const uint32_t timed = FERRY_RESULT_HAS_DURATION;
    (void)e;
    say(sink, (struct ferry_result){.has = timed, .duration_us = 1000});
    say(sink, (struct ferry_result){
                  .has = timed, .duration_us = 500, .flags = FERRY_RESULT_FLAKY, .attempt = 2});
    say(sink, (struct ferry_result){.status = FERRY_FAILED,
                                    .has = timed,
                                    .duration_us = 70000,
                                    .flags = FERRY_RESULT_SUPERSEDED,
                                    .attempt = 1});
    say(sink, (struct ferry_result){.status = FERRY_FAILED, .duration_us = 9});
    say(sink, (struct ferry_result){.status = FERRY_ERRORED});
    say(sink, (struct ferry_result){.status = FERRY_ERRORED, .flags = FERRY_RESULT_SYNTHETIC});
    say(sink, (struct ferry_result){.status = FERRY_SKIPPED});
    say(sink, (struct ferry_result){.status = FERRY_NOT_RUN});
    say(sink, (struct ferry_result){.status = FERRY_BLOCKED});
    say(sink, (struct ferry_result){.status = 99});
    return say(sink, (struct ferry_result){.has = timed, .duration_us = -1});
}

START_TEST(each_test_counts_once)
{
    struct read_counts *c = &report.counts;
    script = say_all_states;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_uint_eq(c->tests, 9);
    ck_assert_uint_eq(c->passed, 3);
    ck_assert_uint_eq(c->failed, 1);
    ck_assert_uint_eq(c->errored, 1);
    ck_assert_uint_eq(c->skipped, 1);
    ck_assert_uint_eq(c->not_run, 1);
    ck_assert_uint_eq(c->other, 2);
    ck_assert_uint_eq(c->flaky, 1);
    ck_assert_uint_eq(c->superseded, 1);
    ck_assert_uint_eq(c->synthetic, 1);
    ck_assert_int_eq(c->duration_us, 1500);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "outside-tests|1 fault(s)"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "reader-bug|a duration below zero"));
    ck_assert_uint_eq(report.warnings, 2);
}
END_TEST

static int32_t say_long_times(const struct ferry_sink *sink, struct ferry_error *e)
{
    (void)e;
    for (int i = 0; i < 3; i++) {
        say(sink, (struct ferry_result){.has = FERRY_RESULT_HAS_DURATION,
                                        .duration_us = INT64_MAX / 2 + 1});
    }
    return FERRY_OK;
}

static int32_t say_nothing(const struct ferry_sink *sink, struct ferry_error *e)
{
    (void)sink;
    (void)e;
    return FERRY_OK;
}

static int32_t say_a_contradiction(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_notice notice = {.size = sizeof notice,
                                  .flags = FERRY_NOTICE_CONTRADICTION,
                                  .code = FERRY_LIT("counters"),
                                  .text = FERRY_LIT("says 3")};
    (void)e;
    return sink->notice(sink->self, &notice);
}

START_TEST(a_report_without_a_test_is_told)
{
    script = say_nothing;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&notices),
                     "no-tests|the report holds no test; look at what its run collected\n");
    ck_assert_uint_eq(report.contradicts, 0);
    buf_reset(&notices);
    script = say_a_contradiction;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&notices), "counters|says 3\n");
    ck_assert_uint_eq(report.contradicts, 1);
}
END_TEST

START_TEST(durations_that_overflow_stay_at_the_largest)
{
    struct read_counts total = {.duration_us = 5};
    script = say_long_times;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(report.counts.duration_us, INT64_MAX);
    read_counts_add(&total, &report.counts);
    ck_assert_int_eq(total.duration_us, INT64_MAX);
    ck_assert_uint_eq(total.tests, 3);
}
END_TEST

static int32_t say_broken_text(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_kv property = {FERRY_LIT("k"), FERRY_LIT("v\xff")};
    struct ferry_str tag = FERRY_LIT("\xe2\x82");
    struct ferry_failure failure = {.size = sizeof failure, .message = FERRY_LIT("a\xc0")};
    const struct ferry_failure *failures[] = {&failure};
    (void)e;
    return say(sink, (struct ferry_result){.name = FERRY_LIT("n\xfe"),
                                           .properties = &property,
                                           .n_properties = 1,
                                           .tags = &tag,
                                           .n_tags = 1,
                                           .failures = failures,
                                           .n_failures = 1});
}

static void text_is_mended(const struct ferry_item *item)
{
    const struct ferry_result *r = item->result;
    ck_assert(str_is(r->name, "n\xEF\xBF\xBD"));
    ck_assert(str_is(r->signature, "n\xEF\xBF\xBD"));
    ck_assert(str_is(r->properties[0].key, "k"));
    ck_assert(str_is(r->properties[0].value, "v\xEF\xBF\xBD"));
    ck_assert(str_is(r->tags[0], "\xEF\xBF\xBD\xEF\xBF\xBD"));
    ck_assert(str_is(r->failures[0]->message, "a\xEF\xBF\xBD"));
}

START_TEST(text_that_is_no_utf8_is_mended_and_told)
{
    script = say_broken_text;
    item_check = text_is_mended;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "not-utf8|"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "5 byte(s)"));
}
END_TEST

/* Tests print their environment; what they print goes to people who were not given the token. */
static int32_t say_secret(const struct ferry_sink *sink, struct ferry_error *e)
{
    static const struct ferry_kv properties[] = {
        {FERRY_LIT("env"), FERRY_LIT("TOKEN=tok-4711-abcdef;")},
        {FERRY_LIT("pin"), FERRY_LIT("pin1")}};
    struct ferry_result r = {.size = sizeof r,
                             .status = FERRY_FAILED,
                             .name = FERRY_LIT("login with tok-4711-abcdef"),
                             .message = FERRY_LIT("it begins like a token: tok-4711-"),
                             .out = FERRY_LIT("?t=tok%2D4711-abcdef&x"),
                             .properties = properties,
                             .n_properties = 2};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RESULT, .result = &r};
    (void)e;
    return sink->item(sink->self, &item);
}

static void secret_is_out(const struct ferry_item *item)
{
    const struct ferry_result *r = item->result;
    ck_assert(str_is(r->name, "login with ***"));
    ck_assert(str_is(r->signature, "login with ***"));
    ck_assert(str_is(r->message, "it begins like a token: tok-4711-"));
    ck_assert(str_is(r->out, "?t=***&x"));
    ck_assert(str_is(r->properties[0].value, "TOKEN=***;"));
    ck_assert(str_is(r->properties[1].value, "pin1")); /* too short to be looked for in data */
}

START_TEST(a_secret_that_ferry_was_given_does_not_leave_in_a_report)
{
    ck_assert_int_eq(secrets_add(FERRY_LIT("tok-4711-abcdef")), FERRY_OK);
    ck_assert_int_eq(secrets_add(FERRY_LIT("pin1")), FERRY_OK);
    script = say_secret;
    item_check = secret_is_out;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "secret|\"login with ***\""));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "in 3 of its texts"));
    secrets_clear();
}
END_TEST

/* A result as a plugin of an older level would say it: shorter than ours, and garbage behind its end. */
static int32_t say_short(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_result r;
    struct ferry_item item = {.noun = FERRY_RESULT, .result = &r};
    (void)e;
    memset(&r, 0xa5, sizeof r);
    memset(&r, 0, offsetof(struct ferry_result, file));
    r.size = offsetof(struct ferry_result, file);
    r.status = FERRY_PASSED;
    r.name = FERRY_LIT("old");
    item.size = offsetof(struct ferry_item, suite);
    return sink->item(sink->self, &item);
}

static void rest_is_absent(const struct ferry_item *item)
{
    ck_assert_uint_eq(item->size, sizeof *item);
    ck_assert_uint_eq(item->result->size, sizeof *item->result);
    ck_assert_uint_eq(item->result->n_steps, 0);
    ck_assert_ptr_null(item->result->file.ptr);
    ck_assert_ptr_null(item->result->out_blob);
}

START_TEST(an_older_plugins_shorter_structs_are_read_to_their_end_only)
{
    script = say_short;
    item_check = rest_is_absent;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&items), "old|passed\n");
}
END_TEST

static int32_t say_suite_and_nonsense(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_suite suite = {.size = sizeof suite, .path = FERRY_LIT("a\tb")};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_SUITE, .suite = &suite};
    struct ferry_item none = {.size = sizeof none, .noun = FERRY_RUN};
    struct ferry_notice cut = {.size = sizeof cut,
                               .flags = FERRY_NOTICE_TRUNCATED,
                               .code = FERRY_LIT("truncated"),
                               .text = FERRY_LIT("cut")};
    (void)e;
    ck_assert_int_eq(sink->item(sink->self, &item), FERRY_OK);
    ck_assert_int_eq(sink->item(sink->self, &none), FERRY_OK);
    return sink->notice(sink->self, &cut);
}

START_TEST(suites_are_handed_on_and_other_kinds_are_told)
{
    script = say_suite_and_nonsense;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&items), "a\tb|suite\n");
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "reader-bug|the reader said an item"));
    ck_assert_uint_eq(report.truncated, 1);
    ck_assert_uint_eq(report.warnings, 2);
    ck_assert_uint_eq(report.counts.tests, 0);
}
END_TEST

START_TEST(what_the_reader_refuses_is_told_with_the_file_and_inert)
{
    feed_fails = FERRY_E_INPUT;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_INPUT);
    ck_assert_str_eq(err.message, "r.toy: line 3: \\x1b[2Jnot toy enough");
    ck_assert_uint_eq(report.unknown, 0);
    ck_assert_int_eq(gone, 1);
    ck_assert_int_eq(ended, 0);
}
END_TEST

static int32_t say_two(const struct ferry_sink *sink, struct ferry_error *e)
{
    int32_t rc = say(sink, (struct ferry_result){.name = FERRY_LIT("one")});
    ck_assert_int_eq(rc, FERRY_E_IO);
    ck_assert_int_eq(say(sink, (struct ferry_result){.name = FERRY_LIT("two")}), FERRY_E_IO);
    /* a reader that makes something else of it is not believed */
    return ferry_fail(e, FERRY_E_INPUT, "toy", "something else");
}

START_TEST(a_caller_that_stops_is_obeyed_and_its_reason_returned)
{
    script = say_two;
    item_returns = FERRY_E_IO;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_IO);
    ck_assert_str_eq(buf_cstr(&items), "one|passed\n");
}
END_TEST

/* --- long texts ------------------------------------------------------------------------------------ */

static int32_t say_long_texts(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_blob out = {.size = sizeof out}, details = {.size = sizeof details};
    char a_name[32], b_name[32];
    int64_t a = sink->text(sink->self, 0, FERRY_LIT("one ")), b;
    (void)e;
    b = sink->text(sink->self, 0, FERRY_LIT("two "));
    ck_assert_int_gt(a, 0);
    ck_assert_int_gt(b, 0);
    ck_assert_int_ne(a, b);
    ck_assert_int_eq(sink->text(sink->self, a, FERRY_LIT("and on")), a);
    ck_assert_int_eq(sink->text(sink->self, b, FERRY_LIT("too")), b);
    ck_assert_int_lt(sink->text(sink->self, 77, FERRY_LIT("x")), 0);
    snprintf(a_name, sizeof a_name, "text:%d", (int)a);
    snprintf(b_name, sizeof b_name, "text:%d", (int)b);
    out.digest = ferry_cstr(a_name);
    details.digest = ferry_cstr(b_name);
    return say(sink, (struct ferry_result){.out_blob = &out, .details_blob = &details});
}

static void texts_are_blobs(const struct ferry_item *item)
{
    char got[64] = "";
    ck_assert_uint_eq(item->result->out_blob->bytes, 10);
    ck_assert_uint_eq(item->result->details_blob->bytes, 7);
    if (!spool) {
        ck_assert_ptr_null(item->result->out_blob->digest.ptr);
        return;
    }
    ck_assert_int_eq(spool_read(spool, item->result->out_blob->digest, 0, got, 64), 10);
    ck_assert_str_eq(got, "one and on");
    memset(got, 0, sizeof got);
    ck_assert_int_eq(spool_read(spool, item->result->details_blob->digest, 0, got, 64), 7);
    ck_assert_str_eq(got, "two too");
}

START_TEST(long_texts_go_to_the_spool_and_become_digests)
{
    with_spool(0);
    script = say_long_texts;
    item_check = texts_are_blobs;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.texts, 2);
    ck_assert_uint_eq(report.text_bytes, 17);
    ck_assert_uint_eq(notices.len, 0);
}
END_TEST

START_TEST(without_a_spool_long_texts_are_counted)
{
    script = say_long_texts;
    item_check = texts_are_blobs;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.text_bytes, 17);
}
END_TEST

static int32_t say_lost_texts(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_blob out = {.size = sizeof out, .digest = FERRY_LIT("text:9")};
    struct ferry_blob err_blob = {.size = sizeof err_blob, .digest = FERRY_LIT("sha256:00")};
    (void)e;
    ck_assert_int_gt(sink->text(sink->self, 0, FERRY_LIT("nobody's")), 0);
    return say(sink, (struct ferry_result){.out_blob = &out, .err_blob = &err_blob});
}

START_TEST(texts_that_belong_to_nobody_are_told_and_leave_nothing)
{
    with_spool(0);
    script = say_lost_texts;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "never gave: \"text:9\""));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "never gave: \"sha256:00\""));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "1 long text(s) belong to no result"));
    ck_assert_uint_eq(spool_bytes(spool), 0);
    ck_assert_uint_eq(report.texts, 0);
}
END_TEST

static int32_t say_more_than_fits(const struct ferry_sink *sink, struct ferry_error *e)
{
    int64_t a = sink->text(sink->self, 0, FERRY_LIT("twelve bytes"));
    ck_assert_int_gt(a, 0);
    ck_assert_int_eq(sink->text(sink->self, a, FERRY_LIT("!")), -FERRY_E_TOO_LARGE);
    ck_assert_int_eq(sink->text(sink->self, 0, FERRY_LIT("!")), -FERRY_E_TOO_LARGE);
    say(sink, (struct ferry_result){.name = FERRY_LIT("too late")});
    return ferry_fail(e, FERRY_E_INPUT, "toy", "something else");
}

START_TEST(a_full_spool_stops_the_reading_with_its_own_reason)
{
    with_spool(12);
    script = say_more_than_fits;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.message, "spool"));
    ck_assert_uint_eq(items.len, 0);
}
END_TEST

/* --- attachments --------------------------------------------------------------------------------------- */

static int32_t say_attachments(const struct ferry_sink *sink, struct ferry_error *e)
{
    struct ferry_attachment good = {.size = sizeof good, .path = FERRY_LIT("shots/1.png")};
    struct ferry_attachment named = {.size = sizeof named,
                                     .name = FERRY_LIT("../../etc/Picture one"),
                                     .mime = FERRY_LIT("image/png"),
                                     .path = FERRY_LIT("shots/1.png")};
    struct ferry_attachment evil = {.size = sizeof evil, .path = FERRY_LIT("../secret")};
    struct ferry_attachment gone_one = {.size = sizeof gone_one, .path = FERRY_LIT("no\x1bpe")};
    const struct ferry_attachment *list[] = {&good, &named, &evil}, *in_step[] = {&gone_one};
    struct ferry_step inner = {.size = sizeof inner,
                               .action = FERRY_LIT("click"),
                               .status = FERRY_FAILED,
                               .attachments = in_step,
                               .n_attachments = 1};
    const struct ferry_step *inner_list[] = {&inner};
    struct ferry_step outer = {.size = sizeof outer, .steps = inner_list, .n_steps = 1};
    const struct ferry_step *steps[] = {&outer};
    (void)e;
    return say(sink, (struct ferry_result){.name = FERRY_LIT("t"),
                                           .attachments = list,
                                           .n_attachments = 3,
                                           .steps = steps,
                                           .n_steps = 1});
}

static void attachments_are_settled(const struct ferry_item *item)
{
    const struct ferry_attachment *const *a = item->result->attachments;
    char got[64] = "";
    ck_assert(str_is(a[0]->name, "1.png"));
    ck_assert(str_is(a[1]->name, "Picture one"));
    ck_assert(str_is(a[1]->mime, "image/png"));
    ck_assert_uint_eq(a[0]->blob->bytes, 7);
    ck_assert_ptr_null(a[2]->blob);
    ck_assert(str_is(a[2]->path, "../secret"));
    ck_assert_ptr_null(item->result->steps[0]->steps[0]->attachments[0]->blob);
    if (spool) {
        ck_assert_int_eq(spool_read(spool, a[0]->blob->digest, 0, got, sizeof got), 7);
        ck_assert_str_eq(got, "picture");
        ck_assert(ferry_eq(a[0]->blob->digest, a[1]->blob->digest));
    } else {
        ck_assert_ptr_null(a[0]->blob->digest.ptr);
    }
}

static void a_report_with_files(void)
{
    mkdir("r", 0777);
    mkdir("r/shots", 0777);
    put("r/shots/1.png", FERRY_LIT("picture"));
    put("secret", FERRY_LIT("token"));
    put("r/r.toy", FERRY_LIT("toy"));
    script = say_attachments;
    item_check = attachments_are_settled;
}

START_TEST(attachments_go_to_the_spool_and_refused_ones_cost_nothing)
{
    a_report_with_files();
    with_spool(0);
    ck_assert_int_eq(read_path("r/r.toy"), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.attachments, 4);
    ck_assert_uint_eq(report.refused_attachments, 2);
    ck_assert_uint_eq(report.attachment_bytes, 14);
    ck_assert_uint_eq(report.counts.tests, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "attachment-outside|attachment "
                                                     "\"../secret\": leads out"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&notices), "attachment-name|attachment \"no\\x1bpe\""));
    ck_assert_uint_eq(spool_bytes(spool), 7);
}
END_TEST

START_TEST(without_a_spool_attachments_are_judged_and_counted)
{
    a_report_with_files();
    ck_assert_int_eq(read_path("r/r.toy"), FERRY_OK);
    ck_assert_int_eq(check_items_with, 1);
    ck_assert_uint_eq(report.attachment_bytes, 14);
    ck_assert_uint_eq(report.refused_attachments, 2);
}
END_TEST

START_TEST(a_spool_that_cannot_hold_an_attachment_stops_the_reading)
{
    a_report_with_files();
    item_check = NULL;
    with_spool(3);
    ck_assert_int_eq(read_path("r/r.toy"), FERRY_E_TOO_LARGE);
    ck_assert_uint_eq(items.len, 0);
}
END_TEST

START_TEST(a_wrong_attachment_root_is_a_configuration_error)
{
    const char *roots[] = {"relative", NULL};
    call.roots = roots;
    ck_assert_int_eq(read_text(FERRY_LIT("toy")), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "attachments.roots"));
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, signatures_are_made_of_suite_class_and_name);
    tcase_add_test(t, each_test_counts_once);
    tcase_add_test(t, a_report_without_a_test_is_told);
    tcase_add_test(t, durations_that_overflow_stay_at_the_largest);
    tcase_add_test(t, text_that_is_no_utf8_is_mended_and_told);
    tcase_add_test(t, a_secret_that_ferry_was_given_does_not_leave_in_a_report);
    tcase_add_test(t, an_older_plugins_shorter_structs_are_read_to_their_end_only);
    tcase_add_test(t, suites_are_handed_on_and_other_kinds_are_told);
    tcase_add_test(t, what_the_reader_refuses_is_told_with_the_file_and_inert);
    tcase_add_test(t, a_caller_that_stops_is_obeyed_and_its_reason_returned);
    tcase_add_test(t, long_texts_go_to_the_spool_and_become_digests);
    tcase_add_test(t, without_a_spool_long_texts_are_counted);
    tcase_add_test(t, texts_that_belong_to_nobody_are_told_and_leave_nothing);
    tcase_add_test(t, a_full_spool_stops_the_reading_with_its_own_reason);
    tcase_add_test(t, attachments_go_to_the_spool_and_refused_ones_cost_nothing);
    tcase_add_test(t, without_a_spool_attachments_are_judged_and_counted);
    tcase_add_test(t, a_spool_that_cannot_hold_an_attachment_stops_the_reading);
    tcase_add_test(t, a_wrong_attachment_root_is_a_configuration_error);
}

int main(void)
{
    return run_suite("read, items", add);
}
