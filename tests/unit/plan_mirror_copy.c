/* SPDX-License-Identifier: MIT */
/* What the planner `mirror` changes of a result on the way, and what it makes of wrong options, failing desks and hostile text. */
#include "plan_mirror.h"

/* --- what changes on the way ----------------------------------------------------------- */

/* The message of the result that was wanted, in `out`. */
static const char *message_of(const char *message)
{
    static char out[512];
    const char *at;
    buf_reset(&desk.log);
    r.result.message = ferry_cstr(message);
    ck_assert_int_eq(plan(), FERRY_OK);
    at = strstr(buf_cstr(&desk.log), " message=");
    snprintf(out, sizeof out, "%s", at ? at + strlen(" message=") : "none\n");
    out[strlen(out) - 1] = '\0';
    return out;
}

START_TEST(the_message_says_where_it_came_from_once)
{
    there("90", "K1", NULL);
    ck_assert_str_eq(message_of("boom"), "[Mirrored from AO] boom");
    ck_assert_str_eq(message_of(NULL), "[Mirrored from AO]");
    ck_assert_str_eq(message_of(""), "[Mirrored from AO]");
    ck_assert_str_eq(message_of("[Mirrored from AO] boom"), "[Mirrored from AO] boom");
    ck_assert_str_eq(message_of("[Mirrored from X Y] boom"), "[Mirrored from X Y] boom");
    ck_assert_str_eq(message_of("[Mirrored from AO]"), "[Mirrored from AO]");
}
END_TEST

START_TEST(what_only_looks_like_a_mark_is_part_of_the_message)
{
    const char *const plain[] = {
        "[Mirrored from ] boom", "[Mirrored from AO]boom",   "[mirrored from AO] boom",
        "[Mirrored from AO",     " [Mirrored from AO] boom", "[Mirrored from A\nO] boom",
        "[Mirrored from ",
    };
    there("90", "K1", NULL);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        char expected[128];
        snprintf(expected, sizeof expected, "[Mirrored from AO] %s", plain[i]);
        ck_assert_str_eq(message_of(plain[i]), expected);
    }
}
END_TEST

START_TEST(a_project_with_a_bracket_in_its_name_is_not_marked_twice)
{
    there("90", "K1", NULL);
    call.source_project = S("A]O");
    ck_assert_str_eq(message_of("boom"), "[Mirrored from A]O] boom");
    ck_assert_str_eq(message_of("[Mirrored from A]O] boom"), "[Mirrored from A]O] boom");
}
END_TEST

START_TEST(without_a_project_the_source_is_named)
{
    there("90", "K1", NULL);
    call.source_project = NONE;
    ck_assert_str_eq(message_of("boom"), "[Mirrored from qase:AO/12] boom");
    call.source = NONE;
    ck_assert_str_eq(message_of("boom"), "boom");
}
END_TEST

/* " status=... text=..." of the result that was wanted or the skip. */
static const char *status_of(uint32_t status, const char *text)
{
    static char out[256];
    const char *at;
    buf_reset(&desk.log);
    r.result.status = status;
    r.result.status_text = ferry_cstr(text);
    call.source = call.source_project = NONE;
    ck_assert_int_eq(plan(), FERRY_OK);
    at = strstr(buf_cstr(&desk.log), "status=");
    snprintf(out, sizeof out, "%s", at ? at : buf_cstr(&desk.log));
    out[strlen(out) - 1] = '\0';
    return out;
}

START_TEST(without_a_map_statuses_are_kept)
{
    there("90", "K1", NULL);
    ck_assert_str_eq(status_of(FERRY_ERRORED, NULL), "status=errored");
    ck_assert_str_eq(status_of(FERRY_OTHER, "weird"), "status=other text=weird");
    ck_assert_str_eq(status_of(FERRY_FAILED, "Kaputt"), "status=failed text=Kaputt");
    ck_assert_str_eq(status_of(FERRY_NOT_RUN, NULL), "status=not_run");
}
END_TEST

START_TEST(the_map_renames_statuses_the_trackers_own_word_first)
{
    there("90", "K1", NULL);
    set_option("status_map", "errored=failed\nweird = Blocked\nFailed=broken\nflaky=passed");
    ck_assert_str_eq(status_of(FERRY_ERRORED, NULL), "status=failed");
    ck_assert_str_eq(status_of(FERRY_OTHER, "weird"), "status=blocked");
    ck_assert_str_eq(status_of(FERRY_FAILED, NULL), "status=other text=broken");
    ck_assert_str_eq(status_of(FERRY_FAILED, "flaky"), "status=passed");
    ck_assert_str_eq(status_of(FERRY_PASSED, "unmapped"), "status=passed text=unmapped");
}
END_TEST

START_TEST(what_is_no_result_yet_is_skipped_by_its_status)
{
    there("90", "K1", NULL);
    ck_assert_str_eq(status_of(FERRY_OTHER, "in_progress"), "skip status in_progress: logs in");
    ck_assert_str_eq(status_of(FERRY_OTHER, "Untested"), "skip status untested: logs in");
    ck_assert_str_eq(status_of(FERRY_OTHER, "retest"), "skip status retest: logs in");
    ck_assert_str_eq(status_of(99, "deleted"), "skip status deleted: logs in");
    ck_assert_str_eq(status_of(FERRY_PASSED, "untested"), "status=passed text=untested");
    set_option("status_map", "untested=skipped");
    ck_assert_str_eq(status_of(FERRY_OTHER, "untested"), "status=skipped");
}
END_TEST

/* A want() that looks at the item itself. */
static int32_t want_kept(void *self, const struct ferry_action *action)
{
    struct fake_desk *d = self;
    const struct ferry_result *a = &r.result, *b = action->item->result;
    ck_assert_ptr_ne(a, b);
    ck_assert_ptr_eq(b->steps, a->steps);
    ck_assert_uint_eq(b->n_steps, 1);
    ck_assert_ptr_eq(b->parameters, a->parameters);
    ck_assert_ptr_eq(b->attachments, a->attachments);
    ck_assert_uint_eq(b->n_attachments, 1);
    ck_assert_ptr_eq(b->tags, a->tags);
    ck_assert_uint_eq(b->has, a->has);
    ck_assert_int_eq(b->start_ms, 1700000000000);
    ck_assert_int_eq(b->duration_us, 1500);
    ck_assert_uint_eq(b->attempt, 2);
    ck_assert(ferry_eq(b->details, a->details));
    ck_assert_uint_eq(b->n_case_ids, 0);
    ck_assert_ptr_null(b->case_ids);
    ck_assert_uint_eq(action->item->n_refs + action->item->n_extra, 0);
    ck_assert(str_empty(action->item->id) && str_empty(action->item->marker));
    d->calls++;
    return FERRY_OK;
}

START_TEST(all_else_of_a_result_is_kept_and_what_only_its_tracker_knows_is_dropped)
{
    const struct ferry_planner *planner = ferry_plugin_mirror.query(FERRY_PLANNER_1);
    struct ferry_desk table = desk_table(&desk);
    struct ferry_step step = {.size = sizeof step, .action = S("click")};
    struct ferry_attachment file = {.size = sizeof file, .name = S("a.png")};
    const struct ferry_step *const steps[] = {&step};
    const struct ferry_attachment *const files[] = {&file};
    const struct ferry_kv parameters[] = {{S("os"), S("linux")}};
    const struct ferry_str list[] = {S("1")};
    table.want = want_kept;
    there("90", "K1", NULL);
    refer("1");
    ids(list, 1);
    r.item.id = S("99");
    r.item.marker = S("wire");
    r.item.extra = parameters;
    r.item.n_extra = 1;
    r.result.has = FERRY_RESULT_HAS_START | FERRY_RESULT_HAS_DURATION;
    r.result.start_ms = 1700000000000;
    r.result.duration_us = 1500;
    r.result.attempt = 2;
    r.result.details = S("trace");
    r.result.steps = steps;
    r.result.attachments = files;
    r.result.parameters = parameters;
    r.result.tags = list;
    r.result.n_steps = r.result.n_attachments = r.result.n_parameters = r.result.n_tags = 1;
    ck_assert_int_eq(planner->plan(&call, &r.item, &table, &error), FERRY_OK);
    ck_assert_uint_eq(desk.calls, 2);
}
END_TEST

/* --- what is no result ------------------------------------------------------------------- */

START_TEST(suite_output_is_told_and_other_nouns_are_not_its_business)
{
    struct ferry_suite suite = {.size = sizeof suite, .path = S("api"), .err = S("x")};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_SUITE, .suite = &suite};
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    suite.err = NONE;
    ck_assert_int_eq(plan_item(&item), FERRY_OK);
    for (uint32_t noun = 0; noun < 40; noun++) {
        struct ferry_item other = {.size = sizeof other, .noun = noun};
        if (noun != FERRY_RUN && noun != FERRY_RESULT) {
            ck_assert_int_eq(plan_item(&other), FERRY_OK);
        }
    }
    said("skip suite output: api\n");
}
END_TEST

/* --- wrong options, failing desks, hostile text --------------------------------------------- */

START_TEST(wrong_options_end_the_plan_and_say_what_is_right)
{
    static const struct {
        const char *name, *value, *says;
    } wrong[] = {
        {"match", "title", "say \"key\" or \"key,title\" or \"key+title\""},
        {"match", "key, title", "match is \"key, title\""},
        {"on_duplicate_key", "last", "say \"fail\" or \"skip\""},
        {"status_map", "failed", "entry 1"},
        {"status_map", "a=b\n=failed", "entry 2"},
        {"status_map", "a=b\nc=", "entry 2"},
        {"status_map", "a=b\n\nc=d", "entry 2"},
        {"status_map", "a=b\nA=c", "maps \"A\" twice"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        call.n_options = 0;
        set_option(wrong[i].name, wrong[i].value);
        ck_assert_int_eq(plan(), FERRY_E_CONFIG);
        ck_assert_str_eq(error.where, wrong[i].name);
        ck_assert_msg(strstr(error.message, wrong[i].says) != NULL, "%s", error.message);
    }
    ck_assert_uint_eq(desk.calls, 0);
    call.n_options = 0;
    set_option("status_map", "a=b\na=b");
    ck_assert_int_eq(plan(), FERRY_OK);
}
END_TEST

START_TEST(a_map_without_end_is_refused)
{
    struct buf map;
    buf_init(&map, 1 << 20);
    for (int i = 0; i < 101; i++) {
        buf_printf(&map, "%ss%d=t", i ? "\n" : "", i);
    }
    set_option("status_map", buf_cstr(&map));
    ck_assert_int_eq(plan(), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.message, "more than 100"));
    buf_finish(&map);
}
END_TEST

START_TEST(whatever_call_of_the_desk_fails_it_is_the_last_one)
{
    const struct ferry_str list[] = {S("1"), S("77"), S("2")};
    struct ferry_item run = {.size = sizeof run, .noun = FERRY_RUN};
    call.flags |= FERRY_PLAN_COMPLETE;
    set_option("match", "key,title");
    at_source("1", "K1", "logs in", "login::sig");
    at_source("2", "K2", "logs out", NULL);
    there("90", NULL, "logs in");
    there("91", "k1", NULL);
    r.item.key = NONE;
    for (int what = 0; what < 3; what++) {
        uint32_t total;
        ids(list, what == 0 ? 3 : what == 1 ? 1 : 0);
        desk.fail_at = desk.calls = 0;
        ck_assert_int_eq(plan(), FERRY_OK);
        ck_assert_int_eq(plan_item(&run), FERRY_OK);
        total = desk.calls;
        ck_assert_uint_ge(total, 6);
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
    desk.describe_with = FERRY_E_NO_MEMORY;
    ck_assert_int_eq(plan(), FERRY_E_NO_MEMORY);
    said("");
}
END_TEST

START_TEST(a_result_without_content_is_the_callers_fault)
{
    r.item.source_id = NONE;
    ck_assert_int_eq(plan(), FERRY_E_BUG);
    r.item.result = NULL;
    ck_assert_int_eq(plan(), FERRY_E_BUG);
}
END_TEST

START_TEST(an_error_may_be_null)
{
    const struct ferry_planner *planner = ferry_plugin_mirror.query(FERRY_PLANNER_1);
    struct ferry_desk table = desk_table(&desk);
    there("90", "K1", NULL);
    there("91", "K1", NULL);
    ck_assert_int_eq(planner->plan(&call, &r.item, &table, NULL), FERRY_E_INPUT);
    set_option("match", "none");
    ck_assert_int_eq(planner->plan(&call, &r.item, &table, NULL), FERRY_E_CONFIG);
}
END_TEST

START_TEST(keys_beyond_reason_are_refused_lent_or_own)
{
    static char key[1026];
    memset(key, 'k', 1025);
    at_source("1", key, NULL, "login::sig");
    r.item.key = ferry_cstr(key);
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    r.item.key = NONE;
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "1025 bytes"));
    said("");
}
END_TEST

START_TEST(texts_of_many_megabytes_are_taken_or_refused_never_worse)
{
    const size_t n = 17u << 20;
    char *huge = malloc(n);
    ck_assert_ptr_nonnull(huge);
    memset(huge, 0xff, n);
    r.result.name = (struct ferry_str){huge, 5u << 20};
    r.result.message = (struct ferry_str){huge, 5u << 20};
    ck_assert_int_eq(plan(), FERRY_OK);
    buf_reset(&desk.log);
    r.result.message.len = n;
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(error.message, "16 MiB"));
    r.result.message = NONE;
    r.result.name.len = n;
    ck_assert_int_eq(plan(), FERRY_E_INPUT);
    ck_assert_ptr_null(strstr(buf_cstr(&desk.log), "want create result"));
    free(huge);
}
END_TEST

static void add_tests(TCase *tcase)
{
    const TTest *const tests[] = {
        the_message_says_where_it_came_from_once,
        what_only_looks_like_a_mark_is_part_of_the_message,
        a_project_with_a_bracket_in_its_name_is_not_marked_twice,
        without_a_project_the_source_is_named,
        without_a_map_statuses_are_kept,
        the_map_renames_statuses_the_trackers_own_word_first,
        what_is_no_result_yet_is_skipped_by_its_status,
        all_else_of_a_result_is_kept_and_what_only_its_tracker_knows_is_dropped,
        suite_output_is_told_and_other_nouns_are_not_its_business,
        wrong_options_end_the_plan_and_say_what_is_right,
        a_map_without_end_is_refused,
        whatever_call_of_the_desk_fails_it_is_the_last_one,
        a_describe_that_fails_is_handed_on,
        a_result_without_content_is_the_callers_fault,
        an_error_may_be_null,
        keys_beyond_reason_are_refused_lent_or_own,
        texts_of_many_megabytes_are_taken_or_refused_never_worse,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
}

int main(void)
{
    return run_suite("plan_mirror_copy", add_tests);
}
