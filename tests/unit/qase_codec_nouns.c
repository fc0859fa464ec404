/* SPDX-License-Identifier: MIT */
/* qase_codec_nouns.c - runs, cases and attachments as Qase wants them, to the byte. */
#include "qase_bench.h"

static struct ferry_run run;
static struct ferry_case test_case;

static void a_run(uint32_t kind)
{
    run = (struct ferry_run){.size = sizeof run,
                             .has = FERRY_RUN_HAS_START,
                             .title = FERRY_LIT("Nightly"),
                             .description = FERRY_LIT("of main"),
                             .start_ms = 1700000010000};
    item = (struct ferry_item){
        .size = sizeof item, .noun = FERRY_RUN, .run = &run, .refs = refs, .n_refs = 1};
    run_ref = (struct ferry_ref){
        .size = sizeof run_ref, .role = FERRY_RUN, .noun = FERRY_RUN, .id = FERRY_LIT("12")};
    op = (struct ferry_op){.size = sizeof op,
                           .kind = kind,
                           .marker = FERRY_LIT("run-key=abc"),
                           .id = FERRY_LIT("12"),
                           .item = &item};
}

START_TEST(a_run_carries_its_marker_and_begins_before_its_results)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_CREATE, FERRY_RUN));
    op.id = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/run/AO\n");
    shows(
        "{\"title\":\"Nightly\",\"description\":\"of main\\n\\nrun-key=abc\",\"is_autotest\":true,\"cases\":[],\"start_time\":\"2023-11-14 22:13:20\",\"tags\":[\"nightly\",\"ci\"],\"environment_slug\":\"stage\"}");
    ck_assert_int_eq(decode(&op, 1, 200, "{\"status\":true,\"result\":{\"id\":9007199254740993}}"),
                     FERRY_OK);
    says("outcome 0 1 id=9007199254740993 start_ms=1700000000000\n");
}
END_TEST

START_TEST(a_run_is_of_the_milestone_and_the_plan_that_are_configured)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_CREATE, FERRY_RUN));
    option("milestone", "4");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"environment_slug\":\"stage\",\"milestone_id\":4}");
    option("plan", "7");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"environment_slug\":\"stage\",\"plan_id\":7}");
}
END_TEST

START_TEST(a_run_of_ours_is_described_and_then_completed)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_COMPLETE, FERRY_RUN));
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("PATCH /v1/run/AO/12\n");
    ck_assert_int_eq(decode(&op, 1, 200, "{\"status\":true,\"result\":{\"id\":12}}"), FERRY_OK);
    says("outcome 0 1 id=12\nfollow 0 1000006\n");
    op.kind = FERRY_OP(FERRY_PRIVATE, FERRY_RUN);
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/run/AO/12/complete\n");
    ck_assert_int_eq(decode(&op, 1, 200, "{\"status\":true}"), FERRY_OK);
    says("outcome 0 1 id=12\n");
}
END_TEST

START_TEST(a_run_of_somebody_else_keeps_its_description)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_COMPLETE, FERRY_RUN));
    op.marker = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/run/AO/12/complete\n");
}
END_TEST

START_TEST(a_completion_that_is_refused_is_looked_at)
{
    a_run(FERRY_OP(FERRY_PRIVATE, FERRY_RUN));
    ck_assert_int_eq(
        decode(&op, 1, 400,
               "{\"status\":false,\"errorMessage\":\"Test run is already complete.\"}"),
        FERRY_OK);
    says(
        "outcome 0 6 text=Test run is already complete.\nverdict 6 text=Test run is already complete.\n");
}
END_TEST

static void a_case(void)
{
    test_case = (struct ferry_case){
        .size = sizeof test_case, .title = FERRY_LIT("Sign in"), .description = FERRY_LIT("d")};
    item = (struct ferry_item){.size = sizeof item,
                               .noun = FERRY_CASE,
                               .key = FERRY_LIT("SIGN_001"),
                               .test_case = &test_case};
    op = (struct ferry_op){
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE), .item = &item};
}

START_TEST(a_case_holds_its_key_in_the_form_that_is_read)
{
    uint32_t taken = 0;
    a_case();
    ck_assert_int_eq(encode(ops, 2, &taken), FERRY_OK);
    shows("POST /v1/case/AO/bulk\n");
    shows(
        "{\"cases\":[{\"title\":\"Sign in\",\"custom_field\":{\"7\":\"SIGN_001\"},\"isManual\":false,\"description\":\"d\"},");
    ck_assert_int_eq(decode(&op, 2, 200, "{\"status\":true,\"result\":{\"ids\":[5,6]}}"), FERRY_OK);
    says("outcome 0 1 id=5\noutcome 1 1 id=6\n");
    ck_assert_int_eq(decode(&op, 2, 200, "{\"status\":true,\"result\":{\"ids\":[5]}}"),
                     FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(the_key_field_is_asked_for_and_without_it_no_case_is_made)
{
    uint32_t taken = 0;
    struct ferry_traits t = {.size = sizeof t};
    a_case();
    bench.call.n_facts = 0;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_NEED);
    says("need custom field \"Automation Key\"");
    bench.call.n_facts = 1;
    facts[0].value = FERRY_LIT("");
    ck_assert_int_eq(bench.codec->describe(&bench.call, op.kind, &t), FERRY_OK);
    ck_assert_uint_eq(t.effect, 0);
}
END_TEST

START_TEST(what_the_project_requires_of_a_case_is_asked_for_and_written)
{
    uint32_t taken = 0;
    struct ferry_ask a = {.what = FERRY_ASK_FACT, .name = FERRY_LIT("custom fields of cases")};
    a_case();
    bench.call.n_facts = 1;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_NEED);
    says("need custom fields of cases");
    bench.call.n_facts = 2;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_NEED);
    says("need system fields of cases");
    bench.call.n_facts = 3;
    facts[1].value = FERRY_LIT(
        "[{\"id\":7,\"title\":\"Automation Key\",\"type\":\"string\",\"is_required\":true},"
        "{\"id\":9,\"title\":\"Parts\",\"type\":\"multiselect\",\"is_required\":true,"
        "\"value\":[{\"id\":1,\"title\":\"core\"},{\"id\":2,\"title\":\"web\"}]}]");
    facts[2].value = FERRY_LIT(
        "[{\"title\":\"Title\",\"slug\":\"title\",\"is_required\":true},"
        "{\"title\":\"Priority\",\"slug\":\"priority\",\"is_required\":true,"
        "\"options\":[{\"id\":3,\"title\":\"Low\",\"slug\":\"low\"}]},"
        "{\"title\":\"Type\",\"slug\":\"type\",\"is_required\":true,\"default_value\":\"other\"},"
        "{\"title\":\"Description\",\"slug\":\"description\",\"is_required\":true},"
        "{\"title\":\"Post-conditions\",\"slug\":\"postconditions\"}]");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(bench.err.message, "custom field \"Parts\" is required"));
    options[4] = (struct ferry_kv){
        FERRY_LIT("case_defaults"),
        FERRY_LIT("parts=WEB, 1\npriority=Low\nDescription=none\npost-conditions=clean = yes")};
    bench.call.n_options = 5;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"custom_field\":{\"7\":\"SIGN_001\",\"9\":\"2,1\"},\"priority\":3,"
          "\"postconditions\":\"clean = yes\",\"isManual\":false,\"description\":\"d\"");
    ck_assert_str_eq(ask(&a, FERRY_OK), "GET /v2/custom_field?entity=case&limit=100&offset=0\n");
    ck_assert_int_eq(answer(&a,
                            "{\"status\":true,\"result\":{\"filtered\":101,\"entities\":["
                            "{\"id\":1,\"entity\":\"run\",\"is_enabled_for_all_projects\":true},"
                            "{\"id\":2,\"entity\":\"case\",\"projects_codes\":[\"AO\"]}]}}"),
                     FERRY_OK);
    says(
        "fact custom fields of cases=[{\"id\":2,\"entity\":\"case\",\"projects_codes\":[\"AO\"]}]\n"
        "next o1;f0;t0;s0\n");
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"entities\":[]}}"),
                     FERRY_E_PROTOCOL);
    a.name = FERRY_LIT("system fields of cases");
    ck_assert_str_eq(ask(&a, FERRY_OK), "GET /v1/system_field\n");
}
END_TEST

START_TEST(files_go_in_one_request_and_an_empty_one_is_rejected_alone)
{
    static const struct ferry_blob blob = {
        sizeof blob, 0,
        FERRY_LIT("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), 3};
    static const struct ferry_blob none = {
        sizeof none, 0,
        FERRY_LIT("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), 0};
    struct ferry_attachment file = {.size = sizeof file,
                                    .name = FERRY_LIT("a\"b/c.png"),
                                    .mime = FERRY_LIT("image/png\r\nevil: 1"),
                                    .blob = &blob};
    uint32_t taken = 0;
    item = (struct ferry_item){.size = sizeof item, .noun = FERRY_ATTACHMENT, .attachment = &file};
    op = (struct ferry_op){.size = sizeof op,
                           .kind = FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT),
                           .wire_id = FERRY_LIT(WIRE),
                           .item = &item};
    ck_assert_int_eq(encode(ops, 2, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    shows("content-type: multipart/form-data; boundary=ferry-" WIRE "\n");
    shows(
        "--ferry-" WIRE
        "\r\ncontent-disposition: form-data; name=\"file[]\"; filename=\"a_b_c.png\"\r\ncontent-type: application/octet-stream\r\n\r\n<sha256:ba78");
    ck_assert_int_eq(
        decode(&op, 2, 200, "{\"status\":true,\"result\":[{\"hash\":\"h0\"},{\"hash\":\"h1\"}]}"),
        FERRY_OK);
    says("outcome 0 1 id=h0\noutcome 1 1 id=h1\n");
    file.blob = &none;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_INPUT);
}
END_TEST

static void add(TCase *t)
{
    tcase_add_test(t, a_run_carries_its_marker_and_begins_before_its_results);
    tcase_add_test(t, a_run_is_of_the_milestone_and_the_plan_that_are_configured);
    tcase_add_test(t, a_run_of_ours_is_described_and_then_completed);
    tcase_add_test(t, a_run_of_somebody_else_keeps_its_description);
    tcase_add_test(t, a_completion_that_is_refused_is_looked_at);
    tcase_add_test(t, a_case_holds_its_key_in_the_form_that_is_read);
    tcase_add_test(t, the_key_field_is_asked_for_and_without_it_no_case_is_made);
    tcase_add_test(t, what_the_project_requires_of_a_case_is_asked_for_and_written);
    tcase_add_test(t, files_go_in_one_request_and_an_empty_one_is_rejected_alone);
}

int main(void)
{
    return run_suite("qase codec, other nouns", add);
}
