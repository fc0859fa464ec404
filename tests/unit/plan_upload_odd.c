/* SPDX-License-Identifier: MIT */
/* plan_upload_odd.c - what is no result, wrong callers, failing desks, hostile text; and the same again says the same. */
#include "plan_upload_desk.h"

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

static void add(TCase *t)
{
    tcase_add_test(t, suite_output_is_told_and_silent_suites_are_not);
    tcase_add_test(t, other_nouns_are_not_its_business);
    tcase_add_test(t, a_wrong_option_ends_the_plan);
    tcase_add_test(t, a_result_without_content_is_the_callers_fault);
    tcase_add_test(t, whatever_call_of_the_desk_fails_it_is_the_last_one);
    tcase_add_test(t, a_describe_that_fails_is_handed_on);
    tcase_add_test(t, an_error_may_be_null);
    tcase_add_test(t, a_key_beyond_reason_is_refused_and_the_longest_is_taken);
    tcase_add_test(t, names_of_many_megabytes_are_taken_or_refused_never_worse);
    tcase_add_test(t, a_nul_in_a_key_does_not_make_it_another_key);
    tcase_add_test(t, the_same_item_twice_says_the_same_again);
    tcase_add_test(t, the_order_of_items_does_not_change_the_plan);
    tcase_add_test(t, it_offers_planning_and_declares_its_options);
}

int main(void)
{
    return run_suite("plan_upload, odd", add);
}
