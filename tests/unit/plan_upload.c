/* SPDX-License-Identifier: MIT */
/* What the planner `upload` says to its desk, for every way a result can find its case. */
#include "plan_upload_desk.h"

/* --- the run ----------------------------------------------------------------- */

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

static void add(TCase *t)
{
    tcase_add_test(t, a_run_is_made_with_title_and_marker);
    tcase_add_test(t, a_run_that_exists_is_not_made_again);
    tcase_add_test(t, completion_is_wanted_where_it_is_asked_for);
    tcase_add_test(t, a_new_run_is_made_and_completed);
    tcase_add_test(t, a_result_goes_to_the_case_that_holds_its_key);
    tcase_add_test(t, a_key_is_trimmed_before_it_is_compared);
    tcase_add_test(t, a_missing_case_is_made_with_key_and_title);
    tcase_add_test(t, a_case_without_any_name_is_called_by_its_class_or_key);
    tcase_add_test(t, without_leave_a_missing_case_is_not_made);
    tcase_add_test(t, a_planned_case_is_referred_to_without_leave_to_make_any);
    tcase_add_test(t, two_cases_of_one_key_fail_the_result_and_name_the_ids);
    tcase_add_test(t, two_cases_of_one_key_are_skipped_by_policy);
    tcase_add_test(t, a_key_that_differs_in_case_alone_is_another_key_and_is_told);
    tcase_add_test(t, where_cases_cannot_be_made_a_keyed_result_is_left_to_the_server_or_skipped);
    tcase_add_test(t, without_a_key_the_signature_decides);
    tcase_add_test(t, an_unknown_signature_makes_a_case_without_a_key);
    tcase_add_test(t, a_server_that_matches_gets_the_signature_alone);
    tcase_add_test(t, a_server_that_matches_makes_no_case_without_leave);
    tcase_add_test(t, a_case_planned_by_key_serves_its_signature_too);
    tcase_add_test(t, two_cases_of_one_signature_are_not_chosen_from);
    tcase_add_test(t, a_result_without_anything_to_know_it_by_is_refused);
    tcase_add_test(t, an_explicit_id_goes_before_the_key);
    tcase_add_test(t, several_ids_are_a_result_each_and_one_said_twice_is_one);
    tcase_add_test(t, the_identity_of_a_further_id_does_not_hang_on_the_first_being_known);
    tcase_add_test(t, unknown_ids_without_a_key_skip_the_result);
    tcase_add_test(t, unknown_ids_fall_to_the_key_and_are_told);
    tcase_add_test(t, blank_ids_are_none);
    tcase_add_test(t, too_many_ids_are_refused);
    tcase_add_test(t, a_long_list_of_unknown_ids_is_cut_for_people);
}

int main(void)
{
    return run_suite("plan_upload", add);
}
