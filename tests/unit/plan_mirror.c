/* SPDX-License-Identifier: MIT */
/* What the planner `mirror` says to its desk: the run, whose a result is, and which case of the target it goes to. */
#include "plan_mirror.h"

/* --- the run ----------------------------------------------------------------- */

START_TEST(a_created_run_names_its_source_and_keeps_nothing_of_its_ids)
{
    struct ferry_run run = {.size = sizeof run, .title = S("Nightly 31"), .description = S("x")};
    struct ferry_item item = {.size = sizeof item,
                              .noun = FERRY_RUN,
                              .source_id = S("srun"),
                              .id = S("12"),
                              .marker = S("run-key=OLD"),
                              .run = &run};
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("want create run RK source=srun marker=source=qase:AO/12 title=Nightly "
         "description=Mirror of qase:AO/12 \"Nightly 31\"\n");
}
END_TEST

START_TEST(a_run_without_a_title_is_named_by_its_source_alone)
{
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RUN};
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("want create run RK marker=source=qase:AO/12 title=Nightly description=Mirror of "
         "qase:AO/12\n");
}
END_TEST

START_TEST(a_run_that_exists_is_only_completed)
{
    struct ferry_run run = {.size = sizeof run, .title = S("T")};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RUN, .run = &run};
    call.run_id = S("7");
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("");
    call.flags |= FERRY_PLAN_COMPLETE;
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    said("want complete run RK ->run(RK,7) marker=source=qase:AO/12 title=Nightly "
         "description=Mirror of qase:AO/12 \"T\"\n");
}
END_TEST

/* --- whose result is it -------------------------------------------------------- */

START_TEST(a_result_crosses_by_its_key)
{
    at_source("1", "K1", "Login", NULL);
    there("90", "K1", "anything");
    call.run_id = S("7");
    r.item.key = S(" K1 ");
    r.item.id = S("hash-at-source");
    r.item.marker = S("wire-at-source");
    refer("1");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,7) ->case(key:K1,90) source=src1 " MIRRORED);
    ck_assert_uint_eq(desk.calls,
                      2); /* one lookup at the target, one want: the source is not asked */
}
END_TEST

START_TEST(a_case_reference_lends_the_key)
{
    at_source("1", " K1 ", "Login", NULL);
    there("90", "K1", NULL);
    r.item.key = NONE;
    refer("1");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED);
}
END_TEST

START_TEST(an_explicit_id_lends_the_key_and_does_not_cross_itself)
{
    const struct ferry_str list[] = {S("1")};
    at_source("1", "K1", "Login", NULL);
    there("1", "OTHER", NULL);
    there("90", "K1", NULL);
    r.item.key = NONE;
    ids(list, 1);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED);
}
END_TEST

START_TEST(a_signature_lends_the_key)
{
    at_source("1", "K1", "Login", "login::sig");
    there("90", "K1", NULL);
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED);
}
END_TEST

START_TEST(a_reference_goes_before_ids_and_these_before_the_signature)
{
    const struct ferry_str list[] = {S("2")};
    at_source("1", "K1", NULL, NULL);
    at_source("2", "K2", NULL, NULL);
    at_source("3", "K3", NULL, "login::sig");
    r.item.key = NONE;
    ids(list, 1);
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "->case(key:K2,)"));
    refer("1");
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "->case(key:K1,)"));
    ck_assert_ptr_null(strstr(buf_cstr(&desk.log), "key:K3"));
}
END_TEST

START_TEST(without_any_key_the_result_is_skipped)
{
    const struct ferry_str list[] = {S("77")}, blank[] = {S(" ")};
    at_source("1", NULL, "Login", "login::sig");
    r.item.key = S(" ");
    ck_assert_int_eq(plan(), FERRY_OK);
    refer("1");
    ck_assert_int_eq(plan(), FERRY_OK);
    refer("77");
    ck_assert_int_eq(plan(), FERRY_OK);
    r.item.n_refs = 0;
    ids(list, 1);
    ck_assert_int_eq(plan(), FERRY_OK);
    ids(blank, 1);
    ck_assert_int_eq(plan(), FERRY_OK);
    ids(NULL, 0);
    r.result.signature = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip no key: 1\nskip no key: 1\nskip no key: 77\nskip no key: 77\n"
         "skip no key: \nskip no key: \n");
}
END_TEST

/* That is not the same as a case without a key: nothing is said of the result, and the host asks again another time. */
START_TEST(what_a_source_that_cannot_be_read_would_lend_is_left_open)
{
    at_source("1", "K1", "Login", "login::sig");
    call.flags = FERRY_PLAN_CREATE_CASES;
    desk.fail_at = 1;
    r.item.key = NONE;
    refer("1");
    ck_assert_int_eq(plan(), FERRY_E_STOP);
    said("");
    r.item.key = ferry_cstr("K1");
    desk.fail_at = 0;
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert(strstr(buf_cstr(&desk.log), "want create result") != NULL);
}
END_TEST

START_TEST(several_ids_that_lend_keys_are_a_result_each)
{
    const struct ferry_str list[] = {S("1"), S("2"), S("1"), S("3"), S("77"), S("4")};
    at_source("1", "K1", NULL, NULL);
    at_source("2", "K2", NULL, NULL);
    at_source("3", NULL, NULL, NULL);
    at_source("4", "K1", NULL, NULL);
    there("90", "K1", NULL);
    there("91", "K2", NULL);
    r.item.key = NONE;
    ids(list, 6);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED
         "want create result src1#2 ->run(RK,) ->case(key:K2,91) source=src1#2 itemkey=K2 "
         "status=passed message=[Mirrored from AO]\n"
         "note skipped case: no key: 3\n"
         "note skipped case: no key: 77\n"
         "want create result src1#4 ->run(RK,) ->case(key:K1,90) source=src1#4 " MIRRORED);
}
END_TEST

START_TEST(one_refused_key_of_several_refuses_the_result_before_anything_is_wanted)
{
    const struct ferry_str list[] = {S("1"), S("2")};
    at_source("1", "K1", NULL, NULL);
    at_source("2", "K2", NULL, NULL);
    there("90", "K1", NULL);
    there("91", "K2", NULL);
    there("92", "K2", NULL);
    r.item.key = NONE;
    ids(list, 2);
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    said("");
    set_option("on_duplicate_key", "skip");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED
         "note skipped case: key held by two cases: K2: 91, 92\n");
}
END_TEST

START_TEST(two_cases_of_the_source_with_one_signature_lend_nothing)
{
    at_source("1", "K1", NULL, "login::sig");
    at_source("2", "K2", NULL, "login::sig");
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "signature held by two cases"));
    ck_assert_ptr_nonnull(strstr(error.message, "1, 2"));
    set_option("on_duplicate_key", "skip");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip signature held by two cases: login::sig: 1, 2\n");
}
END_TEST

START_TEST(too_many_ids_are_refused)
{
    static struct ferry_str list[1001];
    for (size_t i = 0; i < 1001; i++) {
        list[i] = S("1");
    }
    r.item.key = NONE;
    at_source("1", "K1", NULL, NULL);
    ids(list, 1001);
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ids(list, 1000);
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "want create result src1 "));
}
END_TEST

/* --- the target's case ----------------------------------------------------------- */

START_TEST(a_missing_case_is_made_in_the_words_of_the_source)
{
    at_source("1", "K1", "Login works", "sig-of-source");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create case key:K1 itemkey=K1 title=Login works description=as at the source "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) source=src1 " MIRRORED);
}
END_TEST

START_TEST(where_the_source_is_silent_the_results_name_is_the_title)
{
    call.flags = FERRY_PLAN_CREATE_CASES;
    at_source("1", "K1", "Login works", NULL);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create case key:K1 itemkey=K1 title=logs in description=Login.logs in "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) source=src1 " MIRRORED);
    ck_assert_uint_eq(desk.calls, 3);
}
END_TEST

START_TEST(two_cases_of_the_source_with_one_key_give_no_title)
{
    at_source("1", "K1", "one", NULL);
    at_source("2", "K1", "other", NULL);
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "title=logs in description=Login.logs in"));
}
END_TEST

START_TEST(a_case_reference_tells_the_title_of_a_keyed_result)
{
    at_source("1", "OLD", "by reference", NULL);
    refer("1");
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "title=by reference "));
}
END_TEST

START_TEST(without_leave_a_missing_case_is_not_made)
{
    call.flags = 0;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip no case: K1\n");
    buf_reset(&desk.log);
    desk_add(&desk,
             (struct fake_case){.side = FERRY_DESTINATION, .key = "K1", .state = FERRY_PLANNED});
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,) source=src1 " MIRRORED);
}
END_TEST

START_TEST(where_cases_cannot_be_made_the_server_makes_them_or_the_result_is_skipped)
{
    desk.case_effect = 0;
    ck_assert_int_eq(plan(), FERRY_OK);
    desk.result_flags = FERRY_MATCHES;
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip no case: K1\n"
         "want create result src1 ->run(RK,) source=src1 " MIRRORED);
}
END_TEST

START_TEST(two_cases_of_one_key_fail_the_result_by_name)
{
    there("90", "K1", NULL);
    there("91", "K1", NULL);
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "key held by two cases: \"K1\" by 90, 91"));
    ck_assert_str_eq(error.where, "key");
    said("");
}
END_TEST

START_TEST(two_cases_of_one_key_are_skipped_by_policy)
{
    there("90", "K1", NULL);
    there("91", "K1", NULL);
    set_option("on_duplicate_key", "skip");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip key held by two cases: K1: 90, 91\n");
}
END_TEST

START_TEST(keys_that_differ_in_case_alone_are_told)
{
    there("90", "K1", NULL);
    there("91", "k1", NULL);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("note warning key: \"K1\" differs in case only from the key of 1 other\n"
         "want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED);
}
END_TEST

/* --- titles ------------------------------------------------------------------------- */

START_TEST(by_title_the_only_case_of_that_title_is_taken)
{
    set_option("match", "key,title");
    at_source("1", "K1", "Login works", NULL);
    there("90", NULL, "Login works");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("note warning title: case 90 was taken by its title; it holds no key\n"
         "want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED);
}
END_TEST

START_TEST(by_title_a_key_still_goes_first)
{
    set_option("match", "key,title");
    there("90", NULL, "logs in");
    there("91", "K1", "quite another");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,91) source=src1 " MIRRORED);
}
END_TEST

START_TEST(by_title_a_case_of_another_key_is_not_taken)
{
    set_option("match", "key,title");
    there("90", "K2", "logs in");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("note warning title: case 90 has this title and holds another key, \"K2\"\n"
         "want create case key:K1 itemkey=K1 title=logs in description=Login.logs in "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) source=src1 " MIRRORED);
}
END_TEST

START_TEST(by_title_two_cases_are_not_chosen_from)
{
    set_option("match", "key,title");
    there("90", NULL, "logs in");
    there("91", NULL, "logs in");
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "title held by two cases: \"logs in\" by 90, 91"));
    set_option("on_duplicate_key", "skip");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip title held by two cases: logs in: 90, 91\n");
}
END_TEST

START_TEST(by_title_where_none_has_it_a_case_is_made)
{
    set_option("match", "key,title");
    there("90", NULL, "LOGS IN");
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "want create case key:K1 "));
}
END_TEST

START_TEST(by_key_alone_titles_do_not_count)
{
    there("90", NULL, "logs in");
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&desk.log), "want create case key:K1 "));
}
END_TEST

START_TEST(by_both_the_title_must_agree)
{
    set_option("match", "key+title");
    there("90", "K1", "logs in");
    ck_assert_int_eq(plan(), FERRY_OK);
    said("want create result src1 ->run(RK,) ->case(key:K1,90) source=src1 " MIRRORED);
    buf_reset(&desk.log);
    at_source("1", "K1", "Login works", NULL);
    ck_assert_int_eq(plan(), FERRY_OK);
    said("skip title differs: \"Login works\" here, \"logs in\" in case 90\n");
}
END_TEST

START_TEST(by_both_a_missing_case_is_made)
{
    set_option("match", "key+title");
    there("90", NULL, "logs in");
    ck_assert_int_eq(plan(), FERRY_OK);
    ck_assert_int_eq(plan(), FERRY_OK); /* planned now, and its title is not told */
    said("want create case key:K1 itemkey=K1 title=logs in description=Login.logs in "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) source=src1 " MIRRORED
         "want create case key:K1 itemkey=K1 title=logs in description=Login.logs in "
         "signature=login::sig\n"
         "want create result src1 ->run(RK,) ->case(key:K1,) source=src1 " MIRRORED);
}
END_TEST

/* --- sameness --------------------------------------------------------------------------------- */

START_TEST(the_same_item_twice_says_the_same_again)
{
    const struct ferry_str list[] = {S("1"), S("2")};
    struct buf first;
    at_source("1", "K1", "one", NULL);
    at_source("2", "K2", "two", NULL);
    r.item.key = NONE;
    ids(list, 2);
    ck_assert_int_eq(plan(), FERRY_OK);
    buf_init(&first, 1 << 20);
    buf_put(&first, buf_str(&desk.log));
    buf_reset(&desk.log);
    ck_assert_int_eq(plan(), FERRY_OK);
    said(buf_cstr(&first));
    ck_assert_uint_gt(first.len, 200);
    buf_finish(&first);
}
END_TEST

START_TEST(the_order_of_items_does_not_change_the_plan)
{
    static const uint32_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
    static const char *const matches[] = {"key", "key,title", "key+title"};
    for (size_t m = 0; m < 3; m++) {
        struct buf plans[4];
        for (size_t o = 0; o < 4; o++) {
            struct fake_result items[4];
            desk_finish(&desk);
            setup();
            set_option("match", matches[m]);
            at_source("1", "K1", "Login works", "login::sig");
            there("90", NULL, "Login works");
            there("91", "K3", "both");
            desk_result(&items[0], "a", "K1", "logs in");
            desk_result(&items[1], "b", "K1", "logs in again");
            desk_result(&items[2], "c", NULL, "logs out");
            desk_result(&items[3], "d", "K3", "both");
            for (size_t i = 0; i < 4; i++) {
                ck_assert_int_eq(plan_item(&items[orders[o][i]].item), FERRY_OK);
            }
            buf_init(&plans[o], 1 << 20);
            desk_settle(&desk, &plans[o]);
            ck_assert_str_eq(buf_cstr(&plans[o]), buf_cstr(&plans[0]));
        }
        ck_assert_ptr_nonnull(strstr(buf_cstr(&plans[0]), "want create result c "));
        for (size_t o = 0; o < 4; o++) {
            buf_finish(&plans[o]);
        }
    }
}
END_TEST

START_TEST(it_offers_planning_and_declares_its_options)
{
    const struct ferry_plugin *p = &ferry_plugin_mirror;
    ck_assert_str_eq(p->id, "mirror");
    ck_assert_ptr_nonnull(p->query(FERRY_PLANNER_1));
    ck_assert_ptr_null(p->query("ferry.planner/2"));
    ck_assert_str_eq(p->options[0]->name, "match");
    ck_assert_str_eq(p->options[1]->name, "on_duplicate_key");
    ck_assert_str_eq(p->options[2]->name, "status_map");
    ck_assert_uint_eq(p->options[2]->type, FERRY_OPT_LIST);
    ck_assert_ptr_null(p->options[3]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    const TTest *const tests[] = {
        a_created_run_names_its_source_and_keeps_nothing_of_its_ids,
        a_run_without_a_title_is_named_by_its_source_alone,
        a_run_that_exists_is_only_completed,
        a_result_crosses_by_its_key,
        a_case_reference_lends_the_key,
        an_explicit_id_lends_the_key_and_does_not_cross_itself,
        a_signature_lends_the_key,
        a_reference_goes_before_ids_and_these_before_the_signature,
        without_any_key_the_result_is_skipped,
        what_a_source_that_cannot_be_read_would_lend_is_left_open,
        several_ids_that_lend_keys_are_a_result_each,
        one_refused_key_of_several_refuses_the_result_before_anything_is_wanted,
        two_cases_of_the_source_with_one_signature_lend_nothing,
        too_many_ids_are_refused,
        a_missing_case_is_made_in_the_words_of_the_source,
        where_the_source_is_silent_the_results_name_is_the_title,
        two_cases_of_the_source_with_one_key_give_no_title,
        a_case_reference_tells_the_title_of_a_keyed_result,
        without_leave_a_missing_case_is_not_made,
        where_cases_cannot_be_made_the_server_makes_them_or_the_result_is_skipped,
        two_cases_of_one_key_fail_the_result_by_name,
        two_cases_of_one_key_are_skipped_by_policy,
        keys_that_differ_in_case_alone_are_told,
        by_title_the_only_case_of_that_title_is_taken,
        by_title_a_key_still_goes_first,
        by_title_a_case_of_another_key_is_not_taken,
        by_title_two_cases_are_not_chosen_from,
        by_title_where_none_has_it_a_case_is_made,
        by_key_alone_titles_do_not_count,
        by_both_the_title_must_agree,
        by_both_a_missing_case_is_made,
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
    return run_suite("plan_mirror", add_tests);
}
