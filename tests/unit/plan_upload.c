/* SPDX-License-Identifier: MIT */
/* What the planner `upload` says to its desk, for every way a result can find its case. */
#include "fake_desk.h"
#include <check.h>

extern const struct ferry_plugin ferry_plugin_upload;

static struct fake_desk desk;
static struct ferry_plan_call call;
static struct ferry_error error;
static struct fake_result r;

static void setup(void)
{
    desk_init(&desk);
    memset(&error, 0, sizeof error);
    call = (struct ferry_plan_call){.size = sizeof call,
                                    .source = S("report"),
                                    .destination = S("local:AO"),
                                    .run_key = S("RK"),
                                    .run_marker = S("run-key=RK"),
                                    .run_title = S("Nightly"),
                                    .flags = FERRY_PLAN_CREATE_CASES,
                                    .self = &desk,
                                    .describe = desk_describe};
    desk_result(&r, "src1", "K1", "logs in");
}

static void teardown(void)
{
    desk_finish(&desk);
}

static int32_t plan_item(const struct ferry_item *item)
{
    const struct ferry_planner *planner = ferry_plugin_upload.query(FERRY_PLANNER_1);
    struct ferry_desk table = desk_table(&desk);
    return planner->plan(&call, item, &table, &error);
}

static int32_t plan(void)
{
    return plan_item(&r.item);
}

#define said(text) ck_assert_str_eq(buf_cstr(&desk.log), text)

static void there(const char *id, const char *key, const char *signature)
{
    desk_add(&desk, (struct fake_case){.side = FERRY_DESTINATION,
                                       .id = id,
                                       .key = key,
                                       .name = "a case",
                                       .signature = signature});
}

static struct ferry_kv option;

static void set_option(const char *name, struct ferry_str value)
{
    option.key = ferry_cstr(name);
    option.value = value;
    call.options = &option;
    call.n_options = 1;
}

/* --- the run ----------------------------------------------------------------- */

static struct ferry_item run_item(const struct ferry_run *run)
{
    return (struct ferry_item){
        .size = sizeof(struct ferry_item), .noun = FERRY_RUN, .source_id = S("srun"), .run = run};
}

START_TEST(a_run_is_made_with_title_and_marker)
{
    struct ferry_run run = {.size = sizeof run, .title = S("other"), .description = S("kept")};
    struct ferry_item item = run_item(&run);
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("want create run RK source=srun marker=run-key=RK title=Nightly description=kept\n");
}
END_TEST

START_TEST(a_run_that_exists_is_not_made_again)
{
    struct ferry_run run = {.size = sizeof run};
    struct ferry_item item = run_item(&run);
    call.run_id = S("7");
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("");
}
END_TEST

START_TEST(completion_is_wanted_where_it_is_asked_for)
{
    struct ferry_run run = {.size = sizeof run};
    struct ferry_item item = run_item(&run);
    call.run_id = S("7");
    call.flags |= FERRY_PLAN_COMPLETE;
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("want complete run RK ->run(RK,7) source=srun marker=run-key=RK title=Nightly\n");
}
END_TEST

START_TEST(a_new_run_is_made_and_completed)
{
    struct ferry_item item = run_item(NULL);
    call.flags |= FERRY_PLAN_COMPLETE;
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("want create run RK source=srun marker=run-key=RK title=Nightly\n"
         "want complete run RK ->run(RK,) source=srun marker=run-key=RK title=Nightly\n");
}
END_TEST

/* --- keys ---------------------------------------------------------------------- */

START_TEST(a_result_goes_to_the_case_that_holds_its_key)
{
    there("12", "K1", NULL);
    call.run_id = S("7");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,7) ->case(key:K1,12) as-is\n");
}
END_TEST

START_TEST(a_key_is_trimmed_before_it_is_compared)
{
    there("12", "K1", NULL);
    r.item.key = S(" \tK1\r\n");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,12) as-is\n");
}
END_TEST

START_TEST(a_missing_case_is_made_with_key_and_title)
{
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create case key:K1 itemkey=K1 title=logs in description=Login.logs in "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) as-is\n");
}
END_TEST

START_TEST(a_case_without_any_name_is_called_by_its_class_or_key)
{
    r.result.name = r.item.name = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create case key:K1 itemkey=K1 title=Login description=Login signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) as-is\n");
    buf_reset(&desk.log);
    r.result.class_name = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "title=K1 description=K1"));
}
END_TEST

START_TEST(without_leave_a_missing_case_is_not_made)
{
    call.flags = 0;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip no case: K1\n");
}
END_TEST

START_TEST(a_planned_case_is_referred_to_without_leave_to_make_any)
{
    desk_add(&desk,
             (struct fake_case){.side = FERRY_DESTINATION, .key = "K1", .state = FERRY_PLANNED});
    call.flags = 0;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,) as-is\n");
}
END_TEST

START_TEST(two_cases_of_one_key_fail_the_result_and_name_the_ids)
{
    there("12", "K1", NULL);
    there("15", "K1", NULL);
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    said("");
    ck_assert_str_eq(error.where, "key");
    ck_assert_ptr_nonnull(strstr(error.message, "key held by two cases: \"K1\" by 12, 15"));
    ck_assert_ptr_nonnull(strstr(error.message, "on_duplicate_key"));
}
END_TEST

START_TEST(two_cases_of_one_key_are_skipped_by_policy)
{
    there("12", "K1", NULL);
    there("15", "K1", NULL);
    set_option("on_duplicate_key", S("skip"));
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip key held by two cases: K1: 12, 15\n");
}
END_TEST

START_TEST(a_key_that_differs_in_case_alone_is_another_key_and_is_told)
{
    there("12", "k1", NULL);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("note warning key: \"K1\" differs in case only from the key of 1 other\n"
         "want create case key:K1 itemkey=K1 title=logs in description=Login.logs in "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) as-is\n");
}
END_TEST

START_TEST(where_cases_cannot_be_made_a_keyed_result_is_left_to_the_server_or_skipped)
{
    desk.case_effect = 0;
    ck_assert_int_eq(plan(), FERRY_OK);
    desk.result_flags = FERRY_MATCHES;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip no case: K1\n"
         "note warning key: nothing there can hold its key; the case is found by its signature\n"
         "want create result src1 ->run(RK,) as-is\n");
}
END_TEST

/* --- signatures -------------------------------------------------------------------- */

START_TEST(without_a_key_the_signature_decides)
{
    there("12", NULL, "login::sig");
    r.item.key = S("  ");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(sig:login::sig,12) as-is\n");
}
END_TEST

START_TEST(an_unknown_signature_makes_a_case_without_a_key)
{
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create case sig:login::sig title=logs in description=Login.logs in "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(sig:login::sig,) as-is\n");
}
END_TEST

START_TEST(a_server_that_matches_gets_the_signature_alone)
{
    r.item.key = NONE;
    desk.result_flags = FERRY_MATCHES;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) as-is\n");
}
END_TEST

START_TEST(a_server_that_matches_makes_no_case_without_leave)
{
    r.item.key = NONE;
    desk.result_flags = FERRY_MATCHES;
    call.flags = 0;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip no case: login::sig\n");
}
END_TEST

START_TEST(a_case_planned_by_key_serves_its_signature_too)
{
    desk_add(&desk, (struct fake_case){.side = FERRY_DESTINATION,
                                       .key = "K9",
                                       .signature = "login::sig",
                                       .state = FERRY_PLANNED});
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K9,) as-is\n");
}
END_TEST

START_TEST(two_cases_of_one_signature_are_not_chosen_from)
{
    there("12", NULL, "login::sig");
    there("13", NULL, "login::sig");
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "signature held by two cases"));
    set_option("on_duplicate_key", S("skip"));
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip signature held by two cases: login::sig: 12, 13\n");
}
END_TEST

START_TEST(a_result_without_anything_to_know_it_by_is_refused)
{
    r.item.key = r.result.signature = NONE;
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_str_eq(error.where, "signature");
    said("");
}
END_TEST

/* --- explicit ids -------------------------------------------------------------------- */

static void ids(const struct ferry_str *list, uint32_t n)
{
    r.result.case_ids = list;
    r.result.n_case_ids = n;
}

START_TEST(an_explicit_id_goes_before_the_key)
{
    const struct ferry_str list[] = {S(" 15 ")};
    there("12", "K1", NULL);
    there("15", "K2", NULL);
    ids(list, 1);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(,15) as-is\n");
}
END_TEST

START_TEST(several_ids_are_a_result_each_and_one_said_twice_is_one)
{
    const struct ferry_str list[] = {S("12"), S("15"), S(" 12"), S(""), S("16")};
    there("12", NULL, NULL);
    there("15", NULL, NULL);
    there("16", NULL, NULL);
    ids(list, 5);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(,12) as-is\n"
         "want create result src1#15 ->run(RK,) ->case(,15) source=src1#15 itemkey=K1 "
         "status=passed case_ids=5\n"
         "want create result src1#16 ->run(RK,) ->case(,16) source=src1#16 itemkey=K1 "
         "status=passed case_ids=5\n");
}
END_TEST

START_TEST(the_identity_of_a_further_id_does_not_hang_on_the_first_being_known)
{
    const struct ferry_str list[] = {S("77"), S("15")};
    there("15", NULL, NULL);
    ids(list, 2);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("note skipped case id: unknown case id 77\n"
         "want create result src1#15 ->run(RK,) ->case(,15) source=src1#15 itemkey=K1 "
         "status=passed case_ids=2\n");
}
END_TEST

START_TEST(unknown_ids_without_a_key_skip_the_result)
{
    const struct ferry_str list[] = {S("77"), S("78"), S("77")};
    there("15", NULL, "login::sig");
    ids(list, 3);
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip unknown case id: 77, 78\n");
}
END_TEST

START_TEST(unknown_ids_fall_to_the_key_and_are_told)
{
    const struct ferry_str list[] = {S("77")};
    there("12", "K1", NULL);
    ids(list, 1);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("note warning case id: unknown case id 77; the key decides\n"
         "want create result src1 ->run(RK,) ->case(key:K1,12) as-is\n");
}
END_TEST

START_TEST(blank_ids_are_none)
{
    const struct ferry_str list[] = {S(" "), S("")};
    there("12", "K1", NULL);
    ids(list, 2);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,12) as-is\n");
}
END_TEST

START_TEST(too_many_ids_are_refused)
{
    static struct ferry_str list[1001];
    for (size_t i = 0; i < 1001; i++) {
        list[i] = S("12");
    }
    ids(list, 1001);
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "1001 case ids"));
    ids(list, 1000);
    there("12", NULL, NULL);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(,12) as-is\n");
}
END_TEST

START_TEST(a_long_list_of_unknown_ids_is_cut_for_people)
{
    static char text[40][8];
    static struct ferry_str list[40];
    for (int i = 0; i < 40; i++) {
        snprintf(text[i], sizeof text[i], "%d", 100 + i);
        list[i] = ferry_cstr(text[i]);
    }
    ids(list, 40);
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip unknown case id: 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, ...\n");
}
END_TEST

/* --- what is no result --------------------------------------------------------------- */

START_TEST(suite_output_is_told_and_silent_suites_are_not)
{
    struct ferry_blob blob = {.size = sizeof blob};
    struct ferry_suite suite = {.size = sizeof suite, .path = S("api")};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_SUITE, .suite = &suite};
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("");
    suite.out = S("hello");
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    suite.out = NONE;
    suite.err_blob = &blob;
    suite.path = NONE;
    item.name = S("named");
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    item.suite = NULL;
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("skip suite output: api\nskip suite output: named\n");
}
END_TEST

START_TEST(other_nouns_are_not_its_business)
{
    for (uint32_t noun = 0; noun < 40; noun++) {
        struct ferry_item item = {.size = sizeof item, .noun = noun};
        if (noun != FERRY_RUN && noun != FERRY_RESULT && noun != FERRY_SUITE) {
            ck_assert_int_eq(plan_item(&item), FERRY_OK);
        }
    }
    ck_assert_uint_eq(desk.calls, 0);
}
END_TEST

/* --- wrong callers, failing desks, hostile text ------------------------------------------ */

START_TEST(a_wrong_option_ends_the_plan)
{
    const char *const wrong[] = {"FAIL", "first", "fail ", "skip\nfail"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        set_option("on_duplicate_key", ferry_cstr(wrong[i]));
        ck_assert_int_eq(plan(), FERRY_E_CONFIG);
        ck_assert_str_eq(error.where, "on_duplicate_key");
        ck_assert_ptr_nonnull(strstr(error.message, "say \"fail\" or \"skip\""));
    }
    set_option("on_duplicate_key", S("fail"));
    ck_assert_int_eq(plan(), FERRY_OK);
}
END_TEST

START_TEST(a_result_without_content_is_the_callers_fault)
{
    r.item.result = NULL;
    ck_assert_int_eq(plan(), FERRY_E_BUG);
    r.item.result = &r.result;
    r.item.source_id = NONE;
    ck_assert_int_eq(plan(), FERRY_E_BUG);
    ck_assert_uint_eq(desk.calls, 0);
}
END_TEST

START_TEST(whatever_call_of_the_desk_fails_it_is_the_last_one)
{
    const struct ferry_str list[] = {S("77"), S("15")};
    struct ferry_item run = run_item(NULL);
    there("15", NULL, NULL);
    there("16", "k1", NULL);
    call.flags |= FERRY_PLAN_COMPLETE;
    for (int what = 0; what < 3; what++) {
        uint32_t total;
        ids(list, what == 0 ? 2 : what == 1 ? 1 : 0);
        desk.fail_at = 0;
        desk.calls = 0;
        ck_assert_int_eq(plan(), FERRY_OK);
        ck_assert_int_eq(plan_item(&run), FERRY_OK);
        total = desk.calls;
        ck_assert_uint_ge(total, 5);
        for (uint32_t k = 1; k <= total; k++) {
            int32_t rc;
            for (uint32_t i = 0; i < desk.n_planned; i++) {
                free(desk.planned_keys[i]);
            }
            desk.calls = desk.calls_after = desk.n_planned = 0;
            desk.fail_at = k;
            rc = plan();
            if (rc == FERRY_OK) {
                rc = plan_item(&run);
            }
            ck_assert_int_eq(rc, FERRY_E_STOP);
            ck_assert_int_eq(error.status, FERRY_E_STOP);
            ck_assert_uint_gt(strlen(error.message), 10);
            ck_assert_uint_eq(desk.calls_after, 0);
        }
    }
}
END_TEST

START_TEST(a_describe_that_fails_is_handed_on)
{
    desk.describe_with = FERRY_E_CONFIG;
    ck_assert_int_eq(plan(), FERRY_E_CONFIG);
    said("");
}
END_TEST

START_TEST(an_error_may_be_null)
{
    const struct ferry_planner *planner = ferry_plugin_upload.query(FERRY_PLANNER_1);
    struct ferry_desk table = desk_table(&desk);
    there("12", "K1", NULL);
    there("15", "K1", NULL);
    ck_assert_int_eq(planner->plan(&call, &r.item, &table, NULL), FERRY_E_INPUT);
    desk.fail_at = desk.calls + 1;
    ck_assert_int_eq(planner->plan(&call, &r.item, &table, NULL), FERRY_E_STOP);
}
END_TEST

START_TEST(a_key_beyond_reason_is_refused_and_the_longest_is_taken)
{
    static char key[1026];
    memset(key, 'k', sizeof key);
    r.item.key = (struct ferry_str){key, 1025};
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "1025 bytes"));
    said("");
    r.item.key.len = 1024;
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_uint_gt(desk.log.len, 2048);
}
END_TEST

START_TEST(names_of_many_megabytes_are_taken_or_refused_never_worse)
{
    const size_t n = 17u << 20;
    char *huge = malloc(n);
    ck_assert_ptr_nonnull(huge);
    memset(huge, 0xff, n);
    r.result.name = (struct ferry_str){huge, 5u << 20};
    ck_assert_int_eq(plan(), FERRY_OK);
    r.result.name.len = n;
    buf_reset(&desk.log);
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    said("");
    ck_assert_ptr_nonnull(strstr(error.message, "16 MiB"));
    r.item.key = NONE;
    r.result.signature = (struct ferry_str){huge, n};
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    free(huge);
}
END_TEST

START_TEST(a_nul_in_a_key_does_not_make_it_another_key)
{
    r.item.key = (struct ferry_str){"K\0 1", 4};
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_uint_eq(desk.n_planned, 1);
    ck_assert(memmem(desk.log.ptr, desk.log.len, "->case(key:K\0 1,)", 17) != NULL);
}
END_TEST

/* --- sameness ------------------------------------------------------------------------------ */

START_TEST(the_same_item_twice_says_the_same_again)
{
    struct buf first;
    ck_assert_int_eq(plan(), FERRY_OK);
    buf_init(&first, 1 << 20);
    buf_put(&first, buf_str(&desk.log));
    buf_reset(&desk.log);
    ck_assert_int_eq(plan(), FERRY_OK);
    said(buf_cstr(&first));
    buf_finish(&first);
}
END_TEST

START_TEST(the_order_of_items_does_not_change_the_plan)
{
    static const uint32_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
    const struct ferry_str list[] = {S("12"), S("77")};
    struct buf plans[4];
    for (size_t o = 0; o < 4; o++) {
        struct fake_result items[4];
        desk_finish(&desk);
        setup();
        there("12", "K3", NULL);
        desk_result(&items[0], "a", "K1", "logs in");
        desk_result(&items[1], "b", "K1", "logs in");
        desk_result(&items[2], "c", NULL, "logs out");
        desk_result(&items[3], "d", "K3", "both");
        items[3].result.case_ids = list;
        items[3].result.n_case_ids = 2;
        for (size_t i = 0; i < 4; i++) {
            ck_assert_int_eq(plan_item(&items[orders[o][i]].item), FERRY_OK);
        }
        buf_init(&plans[o], 1 << 20);
        desk_settle(&desk, &plans[o]);
        ck_assert_str_eq(buf_cstr(&plans[o]), buf_cstr(&plans[0]));
    }
    ck_assert_ptr_nonnull(strstr(buf_cstr(&plans[0]), "want create result b "));
    for (size_t o = 0; o < 4; o++) {
        buf_finish(&plans[o]);
    }
}
END_TEST

START_TEST(it_offers_planning_and_declares_its_options)
{
    const struct ferry_plugin *p = &ferry_plugin_upload;
    ck_assert_str_eq(p->id, "upload");
    ck_assert_ptr_nonnull(p->query(FERRY_PLANNER_1));
    ck_assert_ptr_eq(p->query(FERRY_PLANNER_1), p->query(FERRY_PLANNER_1));
    ck_assert_ptr_null(p->query("ferry.tracker/1"));
    ck_assert_str_eq(p->options[0]->name, "on_duplicate_key");
    ck_assert_str_eq(p->options[0]->def, p->options[0]->choices[0]);
    ck_assert_ptr_null(p->options[1]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    const TTest *const tests[] = {
        a_run_is_made_with_title_and_marker,
        a_run_that_exists_is_not_made_again,
        completion_is_wanted_where_it_is_asked_for,
        a_new_run_is_made_and_completed,
        a_result_goes_to_the_case_that_holds_its_key,
        a_key_is_trimmed_before_it_is_compared,
        a_missing_case_is_made_with_key_and_title,
        a_case_without_any_name_is_called_by_its_class_or_key,
        without_leave_a_missing_case_is_not_made,
        a_planned_case_is_referred_to_without_leave_to_make_any,
        two_cases_of_one_key_fail_the_result_and_name_the_ids,
        two_cases_of_one_key_are_skipped_by_policy,
        a_key_that_differs_in_case_alone_is_another_key_and_is_told,
        where_cases_cannot_be_made_a_keyed_result_is_left_to_the_server_or_skipped,
        without_a_key_the_signature_decides,
        an_unknown_signature_makes_a_case_without_a_key,
        a_server_that_matches_gets_the_signature_alone,
        a_server_that_matches_makes_no_case_without_leave,
        a_case_planned_by_key_serves_its_signature_too,
        two_cases_of_one_signature_are_not_chosen_from,
        a_result_without_anything_to_know_it_by_is_refused,
        an_explicit_id_goes_before_the_key,
        several_ids_are_a_result_each_and_one_said_twice_is_one,
        the_identity_of_a_further_id_does_not_hang_on_the_first_being_known,
        unknown_ids_without_a_key_skip_the_result,
        unknown_ids_fall_to_the_key_and_are_told,
        blank_ids_are_none,
        too_many_ids_are_refused,
        a_long_list_of_unknown_ids_is_cut_for_people,
        suite_output_is_told_and_silent_suites_are_not,
        other_nouns_are_not_its_business,
        a_wrong_option_ends_the_plan,
        a_result_without_content_is_the_callers_fault,
        whatever_call_of_the_desk_fails_it_is_the_last_one,
        a_describe_that_fails_is_handed_on,
        an_error_may_be_null,
        a_key_beyond_reason_is_refused_and_the_longest_is_taken,
        names_of_many_megabytes_are_taken_or_refused_never_worse,
        a_nul_in_a_key_does_not_make_it_another_key,
        the_same_item_twice_says_the_same_again,
        the_order_of_items_does_not_change_the_plan,
        it_offers_planning_and_declares_its_options,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
}

int main(void)
{
    Suite *suite = suite_create("plan_upload");
    TCase *tcase = tcase_create("plan_upload");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(tcase, setup, teardown);
    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
