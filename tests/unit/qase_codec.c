/* SPDX-License-Identifier: MIT */
/*
 * qase_codec.c - results as Qase wants them, to the byte. The codec is pure, so a table of texts is all it takes.
 */
#include "qase_bench.h"

START_TEST(a_result_is_written_as_v2_wants_it)
{
    uint32_t taken = 0;
    a_result();
    ck_assert_int_eq(encode(ops, 2, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    shows("POST /v2/AO/run/12/results\n");
    shows(
        "{\"results\":[{\"id\":\"" WIRE
        "\",\"title\":\"OK one\",\"signature\":\"11::a.spec.js::sign_in::ok_one::{'browser':'fire_fox'}::{'empty_one':'_'}\","
        "\"testops_ids\":[11],\"execution\":{\"status\":\"failed\",\"start_time\":1700000001.250,\"duration\":12,\"stacktrace\":\"at x\\nat y\"},\"message\":\"expected 2\","
        "\"params\":{\"Browser\":\"Fire Fox\",\"empty one\":\"empty\"},\"relations\":{\"suite\":{\"data\":[{\"title\":\"a.spec.js\"},{\"title\":\"Sign In\"}]}},");
    says("note 0 2 params: a blank value is written as \"empty\"");
    says("note 1 2 params");
}
END_TEST

START_TEST(without_a_case_the_signature_has_no_id_and_the_server_finds_the_case)
{
    uint32_t taken = 0;
    a_result();
    item.n_refs = 1;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"signature\":\"a.spec.js::sign_in::ok_one");
    ck_assert_ptr_null(strstr(buf_cstr(&bench.shown), "testops_ids"));
}
END_TEST

START_TEST(qasectls_signature_can_be_chosen)
{
    uint32_t taken = 0;
    a_result();
    options[1].value = FERRY_LIT("qasectl");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"signature\":\"a.spec.js::Sign In::Sign In::OK one\"");
}
END_TEST

/* The option of this name is the fifth of the call. */
START_TEST(a_root_suite_stands_above_all_suites_and_in_no_signature)
{
    uint32_t taken = 0;
    a_result();
    option("root_suite", " All ");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"data\":[{\"title\":\"All\"},{\"title\":\"a.spec.js\"},{\"title\":\"Sign In\"}]");
    shows("\"signature\":\"11::a.spec.js::sign_in");
    options[0].value = FERRY_LIT("v1");
    item.n_refs = 1;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"suite_title\":\"All\\ta.spec.js\\tSign In\"");
}
END_TEST

START_TEST(a_defect_is_opened_for_what_failed_where_it_is_wanted)
{
    static const uint32_t statuses[] = {FERRY_FAILED, FERRY_ERRORED, FERRY_PASSED, FERRY_SKIPPED};
    uint32_t taken = 0;
    a_result();
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"defect\":false");
    option("defect", "true");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        result.status = statuses[i];
        ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
        shows(i < 2 ? "\"defect\":true" : "\"defect\":false");
    }
}
END_TEST

START_TEST(a_request_holds_as_many_results_as_wanted_and_never_more_than_the_server_takes)
{
    static const struct {
        const char *wanted;
        uint32_t most;
    } sizes[] = {{"50", 50}, {"1", 1}, {"200", 200}, {"2000", 200}, {"0", 200}, {"-3", 200}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ferry_traits t = {.size = sizeof t};
        option("batch_size", sizes[i].wanted);
        ck_assert_int_eq(
            bench.codec->describe(&bench.call, FERRY_OP(FERRY_CREATE, FERRY_RESULT), &t), FERRY_OK);
        ck_assert_uint_eq(t.max_items, sizes[i].most);
        ck_assert_uint_eq(t.max_in_flight, 4);
    }
}
END_TEST

START_TEST(a_start_before_the_runs_own_is_left_out_and_said)
{
    uint32_t taken = 0;
    a_result();
    result.start_ms = 1699999999999;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&bench.shown), "start_time"));
    says("note 0 2 start_time: before the run's own");
    run_ref.n_extra = 0; /* not known when it began */
    result.start_ms = 1700000001250;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&bench.shown), "start_time"));
    shows("\"duration\":12");
}
END_TEST

START_TEST(each_status_has_its_word_and_a_strange_one_never_fails)
{
    static const char *const words[] = {
        [FERRY_PASSED] = "passed",   [FERRY_FAILED] = "failed",   [FERRY_ERRORED] = "invalid",
        [FERRY_SKIPPED] = "skipped", [FERRY_NOT_RUN] = "skipped", [FERRY_BLOCKED] = "blocked"};
    uint32_t taken = 0;
    char want[64];
    a_result();
    for (uint32_t s = FERRY_PASSED; s <= FERRY_BLOCKED; s++) {
        result.status = s;
        ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
        snprintf(want, sizeof want, "\"execution\":{\"status\":\"%s\"", words[s]);
        shows(want);
    }
    result.status = FERRY_OTHER;
    result.status_text = FERRY_LIT("on_hold");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"status\":\"on_hold\"");
    result.status_text = FERRY_LIT("What ever!");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_INPUT);
    ck_assert_uint_eq(taken, 0);
    ck_assert_ptr_nonnull(strstr(bench.err.message, "\"What ever!\""));
}
END_TEST

START_TEST(a_long_title_is_cut_by_characters_and_bad_bytes_are_mended)
{
    static char title[255 * 2 + 8];
    uint32_t taken = 0;
    a_result();
    for (int i = 0; i < 257; i++) {
        memcpy(title + i * 2, "\xc3\xa9", 2);
    }
    result.name = (struct ferry_str){title, 514};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    says("note 0 1 title: cut to 255 characters");
    const char *at = strstr(buf_cstr(&bench.shown), "\"title\":\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(strchr(at + 9, '"') - (at + 9), 255 * 2);
    result.name = (struct ferry_str){"a\0b\xff", 4};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"title\":\"a b\xef\xbf\xbd\"");
    says("note 0 2 title");
}
END_TEST

START_TEST(the_byte_cap_and_the_hosts_number_are_kept)
{
    uint32_t taken = 0;
    a_result();
    bench.call.max_items = 2;
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    bench.call.max_items = 0;
    bench.call.max_bytes = 1200;
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_ge(taken, 1);
    ck_assert_uint_lt(taken, 3);
    ck_assert_uint_le(bench.request.body_size, 1200);
    bench.call.max_bytes = 50;
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_E_TOO_LARGE);
}
END_TEST

START_TEST(v1_is_once_and_marks_its_comment)
{
    uint32_t taken = 0;
    struct ferry_traits t = {.size = sizeof t};
    a_result();
    options[0].value = FERRY_LIT("v1");
    ck_assert_int_eq(bench.codec->describe(&bench.call, op.kind, &t), FERRY_OK);
    ck_assert_uint_eq(t.effect, FERRY_ONCE);
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/result/AO/12/bulk");
    shows(
        "{\"case_id\":11,\"status\":\"failed\",\"time_ms\":12,\"comment\":\"expected 2\\n\\nferry:" WIRE
        "\"");
}
END_TEST

START_TEST(the_same_operations_give_the_same_bytes)
{
    uint32_t taken = 0;
    struct buf first;
    a_result();
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    buf_init(&first, 1 << 20);
    buf_put(&first, request_packed(&bench.request));
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    ck_assert(ferry_eq(buf_str(&first), request_packed(&bench.request)));
    buf_finish(&first);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, a_result_is_written_as_v2_wants_it);
    tcase_add_test(t, without_a_case_the_signature_has_no_id_and_the_server_finds_the_case);
    tcase_add_test(t, qasectls_signature_can_be_chosen);
    tcase_add_test(t, a_root_suite_stands_above_all_suites_and_in_no_signature);
    tcase_add_test(t, a_defect_is_opened_for_what_failed_where_it_is_wanted);
    tcase_add_test(t,
                   a_request_holds_as_many_results_as_wanted_and_never_more_than_the_server_takes);
    tcase_add_test(t, a_start_before_the_runs_own_is_left_out_and_said);
    tcase_add_test(t, each_status_has_its_word_and_a_strange_one_never_fails);
    tcase_add_test(t, a_long_title_is_cut_by_characters_and_bad_bytes_are_mended);
    tcase_add_test(t, the_byte_cap_and_the_hosts_number_are_kept);
    tcase_add_test(t, v1_is_once_and_marks_its_comment);
    tcase_add_test(t, the_same_operations_give_the_same_bytes);
}

int main(void)
{
    return run_suite("qase codec", add);
}
