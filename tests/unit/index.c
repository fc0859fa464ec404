/* SPDX-License-Identifier: MIT */
/* index.c - what a destination holds, as its lists showed it: cases by key, the target run, its results; also where the lists are unkind. */
#include "fake_remote.h"

#include <index.h>
#include <text.h>

static struct arena arena;
static struct ferry_found found;
static struct index_run run;

/* --- lists ------------------------------------------------------------------------------------ */

struct listed_case {
    const char *id, *key, *title, *signature;
};
static const struct listed_case *cases;
static uint32_t n_cases, case_page; /* how many there are, and on a page */

struct listed_run {
    const char *id, *title, *marker;
};
static const struct listed_run *runs;
static uint32_t n_runs;

struct listed_result {
    const char *id, *marker, *key, *message;
    int64_t duration_us;
};
static const struct listed_result *results;
static uint32_t n_results;

static int32_t say_cases(const struct ferry_ask *ask, const struct ferry_reply *reply)
{
    int64_t from = 0;
    char next[32];
    str_int64(ask->cursor, &from);
    for (uint32_t i = (uint32_t)from; i < n_cases && i < from + case_page; i++) {
        struct ferry_case c = {.size = sizeof c,
                               .title = ferry_cstr(cases[i].title),
                               .signature = ferry_cstr(cases[i].signature)};
        struct ferry_item item = {.size = sizeof item,
                                  .noun = FERRY_CASE,
                                  .id = ferry_cstr(cases[i].id),
                                  .key = ferry_cstr(cases[i].key),
                                  .test_case = &c};
        ck_assert_int_eq(reply->item(reply->self, &item), FERRY_OK);
    }
    if (from + case_page < n_cases) {
        snprintf(next, sizeof next, "%lld", (long long)from + case_page);
        ck_assert_int_eq(reply->next(reply->self, ferry_cstr(next)), FERRY_OK);
    }
    return FERRY_OK;
}

static int32_t say_runs(const struct ferry_reply *reply)
{
    for (uint32_t i = 0; i < n_runs; i++) {
        struct ferry_run r = {.size = sizeof r, .title = ferry_cstr(runs[i].title)};
        struct ferry_item item = {.size = sizeof item,
                                  .noun = FERRY_RUN,
                                  .id = ferry_cstr(runs[i].id),
                                  .marker = ferry_cstr(runs[i].marker),
                                  .run = &r};
        ck_assert_int_eq(reply->item(reply->self, &item), FERRY_OK);
    }
    return FERRY_OK;
}

static struct ferry_result result_of(const struct listed_result *listed)
{
    return (struct ferry_result){.size = sizeof(struct ferry_result),
                                 .has = FERRY_RESULT_HAS_DURATION,
                                 .status = FERRY_PASSED,
                                 .duration_us = listed->duration_us,
                                 .message = ferry_cstr(listed->message)};
}

static int32_t say_results(const struct ferry_reply *reply)
{
    for (uint32_t i = 0; i < n_results; i++) {
        struct ferry_result r = result_of(&results[i]);
        struct ferry_item item = {.size = sizeof item,
                                  .noun = FERRY_RESULT,
                                  .id = ferry_cstr(results[i].id),
                                  .key = ferry_cstr(results[i].key),
                                  .marker = ferry_cstr(results[i].marker),
                                  .result = &r};
        ck_assert_int_eq(reply->item(reply->self, &item), FERRY_OK);
    }
    return FERRY_OK;
}

/* Whatever is asked for, a thing of another noun comes along: filters narrow and never decide. */
static int32_t say(const struct ferry_ask *ask, const struct ferry_reply *reply)
{
    struct ferry_item stray = {
        .size = sizeof stray, .noun = FERRY_PROJECT, .id = FERRY_LIT("1"), .key = FERRY_LIT("K_1")};
    reply->item(reply->self, &stray);
    return ask->noun == FERRY_CASE  ? say_cases(ask, reply)
           : ask->noun == FERRY_RUN ? say_runs(reply)
                                    : say_results(reply);
}

static void begin(void)
{
    fake_begin();
    fake.answer = say;
    case_page = 100;
    arena_init(&arena, 16 << 20);
    ck_assert_int_eq(index_begin(&fake.engine.journal, &fake.err), FERRY_OK);
}

static void end(void)
{
    arena_finish(&arena);
    fake_end();
}

#define READ_CASES(list)                                                                           \
    do {                                                                                           \
        cases = list;                                                                              \
        n_cases = sizeof list / sizeof *list;                                                      \
        ck_assert_int_eq(index_read_cases(&fake.engine.journal, &fake.remote, &fake.err),          \
                         FERRY_OK);                                                                \
    } while (0)
#define READ_RESULTS(list)                                                                         \
    do {                                                                                           \
        results = list;                                                                            \
        n_results = sizeof list / sizeof *list;                                                    \
        ck_assert_int_eq(                                                                          \
            index_read_results(&fake.engine.journal, &fake.remote, FERRY_LIT("7"), &fake.err),     \
            FERRY_OK);                                                                             \
    } while (0)
#define LIST_RUNS(list)                                                                            \
    do {                                                                                           \
        runs = list;                                                                               \
        n_runs = sizeof list / sizeof *list;                                                       \
    } while (0)

static void look(const char *by, const char *value)
{
    found = (struct ferry_found){.size = sizeof found};
    ck_assert_int_eq(index_lookup(&fake.engine.journal, 1, FERRY_CASE, ferry_cstr(by),
                                  ferry_cstr(value), &arena, &found, &fake.err),
                     FERRY_OK);
}

/* --- cases ---------------------------------------------------------------------------------------- */

static const struct listed_case some[] = {{"10", "K_1", "first", "a::b"},
                                          {"9", " K_2 ", "second", NULL},
                                          {"11", "k_1", "third", "a::b"},
                                          {"12", NULL, "second", NULL},
                                          {"13", "", "", NULL}};

START_TEST(a_case_is_found_by_key_id_signature_and_title)
{
    READ_CASES(some);
    look("key", "K_1");
    ck_assert_uint_eq(found.state, FERRY_THERE);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_uint_eq(found.near, 1);
    ck_assert(str_is(found.id, "10"));
    ck_assert(str_is(found.name, "first"));
    ck_assert(str_is(found.item->test_case->title, "first"));
    look("key", "\tK_2 ");
    ck_assert(str_is(found.id, "9"));
    ck_assert(str_is(found.key, "K_2"));
    look("id", "12");
    ck_assert_uint_eq(found.count, 1);
    ck_assert_ptr_null(found.key.ptr);
    look("signature", "a::b");
    ck_assert_uint_eq(found.count, 2);
    look("name", "second");
    ck_assert_uint_eq(found.count, 2);
    ck_assert(str_is(found.id, "9")); /* numbers in the order of numbers */
    ck_assert(str_is(found.ids, "9, 12"));
}
END_TEST

START_TEST(what_is_not_there_is_absent)
{
    static const char *const wrong[] = {"K_3", "", "K_", "K_1 x", "%", "K__", "'"};
    READ_CASES(some);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        look("key", wrong[i]);
        ck_assert_uint_eq(found.state, FERRY_ABSENT);
        ck_assert_uint_eq(found.count, 0);
    }
    look("key", "k_2"); /* another case of letters is another key, and is told */
    ck_assert_uint_eq(found.state, FERRY_ABSENT);
    ck_assert_uint_eq(found.near, 1);
    ck_assert_int_eq(index_lookup(&fake.engine.journal, 2, FERRY_CASE, FERRY_LIT("key"),
                                  FERRY_LIT("K_1"), &arena, &found, &fake.err),
                     FERRY_OK);
    ck_assert_uint_eq(found.state, FERRY_ABSENT); /* another destination */
    ck_assert_int_eq(index_lookup(&fake.engine.journal, 1, FERRY_CASE, FERRY_LIT("colour"),
                                  FERRY_LIT("red"), &arena, &found, &fake.err),
                     FERRY_E_BUG);
}
END_TEST

/* A list that moves while it is read shows a thing twice; that is one thing, not a key held by two cases. */
START_TEST(a_case_on_two_pages_is_one_case)
{
    static const struct listed_case moved[] = {{"1", "K_1", "a", NULL},
                                               {"2", "K_2", "b", NULL},
                                               {"2", "K_2", "b", NULL},
                                               {"3", "K_3", "c", NULL},
                                               {"1", "K_1", "a", NULL}};
    case_page = 2;
    READ_CASES(moved);
    ck_assert_uint_eq(fake.sent, 3);
    look("key", "K_1");
    ck_assert_uint_eq(found.count, 1);
    look("key", "K_2");
    ck_assert_uint_eq(found.count, 1);
    ck_assert(str_is(found.ids, "2"));
    ck_assert_int_eq(fake_one("SELECT COUNT(*) FROM temp.thing"), 3);
}
END_TEST

START_TEST(two_cases_with_one_key_are_a_conflict_that_names_both)
{
    static const struct listed_case twins[] = {
        {"100", "K_1", "a", NULL}, {"20", "K_1", "b", NULL}, {"3", "K_1", "c", NULL}};
    READ_CASES(twins);
    look("key", "K_1");
    ck_assert_uint_eq(found.count, 3);
    ck_assert(str_is(found.ids, "3, 20, 100"));
    ck_assert(str_is(found.id, "3"));
}
END_TEST

START_TEST(reading_again_forgets_what_was_there)
{
    static const struct listed_case later[] = {{"77", "K_9", "z", NULL}};
    READ_CASES(some);
    READ_CASES(later);
    look("key", "K_1");
    ck_assert_uint_eq(found.state, FERRY_ABSENT);
    look("key", "K_9");
    ck_assert_uint_eq(found.state, FERRY_THERE);
}
END_TEST

START_TEST(many_holders_of_a_key_are_counted_and_ten_named)
{
    static struct listed_case many[40];
    static char ids[40][8];
    for (int i = 0; i < 40; i++) {
        snprintf(ids[i], sizeof ids[i], "%d", 1000 + i);
        many[i] = (struct listed_case){ids[i], "K", "t", NULL};
    }
    READ_CASES(many);
    look("key", "K");
    ck_assert_uint_eq(found.count, 40);
    ck_assert(str_starts(found.ids, "1000, 1001, "));
    ck_assert(str_is(str_sub(found.ids, found.ids.len - 10, 10), " 1009, ..."));
}
END_TEST

START_TEST(a_case_that_is_planned_counts_and_one_that_was_rejected_does_not)
{
    ck_assert_int_eq(
        db_script(
            fake.engine.journal.db,
            "INSERT INTO op(dest_id, lane_id, kind, act, key, state) VALUES(1, 1, 196612, 196612, 'key:K_7', 1),"
            " (1, 1, 196612, 196612, 'sig:x::y', 3), (1, 1, 196612, 196612, 'key:K_8', 8)",
            &fake.err),
        FERRY_OK);
    look("key", "K_7");
    ck_assert_uint_eq(found.state, FERRY_PLANNED);
    ck_assert(str_is(found.key, "K_7"));
    look("key", "K_8");
    ck_assert_uint_eq(found.state, FERRY_ABSENT);
    /* Planned by its signature: a planner that read a key here would refer to a case that nobody makes. */
    look("signature", "x::y");
    ck_assert_uint_eq(found.state, FERRY_PLANNED);
    ck_assert_uint_eq(found.key.len, 0);
}
END_TEST

START_TEST(an_older_planner_gets_what_it_knows_and_no_byte_more)
{
    struct {
        struct ferry_found found;
        char after[16];
    } box;
    READ_CASES(some);
    memset(&box, 0x5a, sizeof box);
    box.found.size = offsetof(struct ferry_found, ids);
    ck_assert_int_eq(index_lookup(&fake.engine.journal, 1, FERRY_CASE, FERRY_LIT("key"),
                                  FERRY_LIT("K_1"), &arena, &box.found, &fake.err),
                     FERRY_OK);
    ck_assert(str_is(box.found.id, "10"));
    ck_assert_uint_eq(box.found.size, offsetof(struct ferry_found, ids));
    ck_assert_int_eq(*((const char *)&box.found + offsetof(struct ferry_found, ids)), 0x5a);
}
END_TEST

/* --- the target run ---------------------------------------------------------------------------------- */

static int32_t find_run(const char *id, const char *marker, const char *title)
{
    return index_find_run(&fake.remote, ferry_cstr(id), ferry_cstr(marker), ferry_cstr(title), &run,
                          &fake.err);
}

START_TEST(a_run_is_found_by_id_then_marker_then_title)
{
    static const struct listed_run list[] = {{"1", "Nightly", ""},
                                             {"2", "Nightly", "run-key=x"},
                                             {"3", "Other", "run-key=y"},
                                             {"4", "nightly", ""}};
    LIST_RUNS(list);
    ck_assert_int_eq(find_run("3", "run-key=x", "Nightly"), FERRY_OK);
    ck_assert_str_eq(run.id, "3");
    ck_assert_int_eq(find_run(NULL, "run-key=x", "Nightly"), FERRY_OK);
    ck_assert_str_eq(run.id, "2");
    ck_assert_str_eq(run.marker, "run-key=x");
    ck_assert_int_eq(find_run(NULL, "run-key=z", "Nightly"), FERRY_OK);
    ck_assert_str_eq(run.id, "1"); /* the one of this title that carries no other marker */
    ck_assert_int_eq(find_run(NULL, "run-key=z", NULL), FERRY_OK);
    ck_assert_uint_eq(run.count, 0);
    ck_assert_int_eq(find_run(NULL, NULL, "Other"), FERRY_OK);
    ck_assert_uint_eq(run.count, 0);
}
END_TEST

START_TEST(a_named_run_that_is_not_there_is_a_slip_of_the_pen)
{
    static const struct listed_run list[] = {{"1", "Nightly", ""}};
    LIST_RUNS(list);
    ck_assert_int_eq(find_run("2", NULL, NULL), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "no run 2"));
}
END_TEST

START_TEST(two_runs_of_one_title_are_an_error_that_lists_them)
{
    static const struct listed_run list[] = {{"12", "Nightly", ""}, {"5", "Nightly", ""}};
    LIST_RUNS(list);
    ck_assert_int_eq(find_run(NULL, "run-key=z", "Nightly"), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(fake.err.message, "12, 5"));
}
END_TEST

START_TEST(a_run_on_two_pages_is_one_run)
{
    static const struct listed_run list[] = {
        {"12", "Nightly", ""}, {"9", "Other", "run-key=y"}, {"12", "Nightly", ""}};
    LIST_RUNS(list);
    ck_assert_int_eq(find_run(NULL, "run-key=z", "Nightly"), FERRY_OK);
    ck_assert_str_eq(run.id, "12");
    ck_assert_uint_eq(run.count, 1);
}
END_TEST

START_TEST(two_runs_with_one_marker_are_counted_and_the_first_taken)
{
    static const struct listed_run list[] = {
        {"12", "a", "run-key=x"}, {"9", "b", "run-key=x"}, {"12", "a", "run-key=x"}};
    LIST_RUNS(list);
    ck_assert_int_eq(find_run(NULL, "run-key=x", NULL), FERRY_OK);
    ck_assert_str_eq(run.id, "9");
    ck_assert_uint_eq(run.count, 2);
    ck_assert_str_eq(run.ids, "12, 9");
}
END_TEST

/* --- results ------------------------------------------------------------------------------------------- */

static int take_like(const char *key, const char *message, int64_t duration_us,
                     enum identity_way way, char id[128])
{
    unsigned char like[16];
    struct listed_result wanted = {NULL, NULL, NULL, message, duration_us};
    struct ferry_result r = result_of(&wanted);
    identity_likeness(ferry_cstr(key), &r, like);
    return index_take_like(&fake.engine.journal, like, way, id);
}

static char wires[4][UUID_TEXT];

/* Wire ids of two results from reports (0, 1) and two that were read back (2, 3). */
static void make_wires(void)
{
    for (int i = 0; i < 4; i++) {
        unsigned char id[16], none[16] = {0};
        char key[UUID_TEXT];
        if (i < 2) {
            identity_source(FERRY_LIT("K"), none, none, (uint32_t)i, id);
        } else {
            identity_readback(FERRY_LIT("K"), FERRY_LIT("s"), ferry_cstr(i == 2 ? "1" : "2"), id);
        }
        uuid_text(id, key);
        identity_wire(ferry_cstr(key), FERRY_LIT("me"), FERRY_LIT("P"), FERRY_LIT("7"), wires[i]);
    }
}

START_TEST(likeness_takes_each_listed_result_once)
{
    char id[128];
    static const struct listed_result list[] = {{"a", NULL, "K_1", "m", 1000},
                                                {"b", NULL, "K_1", "m", 1000},
                                                {"c", NULL, "K_1", "m", 2000}};
    READ_RESULTS(list);
    ck_assert_int_eq(take_like("K_1", "m", 1000, WAY_REPORT, id), 1);
    ck_assert_int_eq(take_like("K_1", "m", 1000, WAY_REPORT, id), 1);
    ck_assert_int_eq(take_like("K_1", "m", 1000, WAY_REPORT, id), 0);
    ck_assert_int_eq(take_like("K_2", "m", 2000, WAY_REPORT, id), 0);
    ck_assert_int_eq(take_like("K_1", "m", 2000, WAY_READ_BACK, id), 1);
    ck_assert_str_eq(id, "c");
}
END_TEST

/* Else a second one that looks the same would be taken for there, and be lost. */
START_TEST(a_result_on_two_pages_is_taken_once)
{
    char id[128];
    static const struct listed_result list[] = {{"a", NULL, "K_1", "m", 1000},
                                                {"a", NULL, "K_1", "m", 1000}};
    READ_RESULTS(list);
    ck_assert_int_eq(index_results(&fake.engine.journal), 1);
    ck_assert_int_eq(take_like("K_1", "m", 1000, WAY_REPORT, id), 1);
    ck_assert_int_eq(take_like("K_1", "m", 1000, WAY_REPORT, id), 0);
}
END_TEST

/*
 * Two jobs of a matrix run the same tests, in the same time, with no message: what looks the same are two results. Their wire ids are made
 * of what they are, so the second job's is known not to be there, whatever the state folder.
 */
START_TEST(results_that_came_the_same_way_are_never_taken_for_each_other)
{
    char id[128];
    make_wires();
    const struct listed_result list[] = {{"a", wires[0], "K_1", "", 0},
                                         {"b", wires[2], "K_2", "", 0}};
    READ_RESULTS(list);
    ck_assert_int_eq(take_like("K_1", "", 0, WAY_REPORT, id), 0);
    ck_assert_int_eq(take_like("K_2", "", 0, WAY_READ_BACK, id), 0);
    ck_assert_int_eq(index_take_wire(&fake.engine.journal, ferry_cstr(wires[0]), id), 1);
    ck_assert_int_eq(index_take_wire(&fake.engine.journal, ferry_cstr(wires[1]), id), 0);
}
END_TEST

START_TEST(a_mirror_is_known_whichever_way_it_was_made)
{
    char id[128];
    make_wires();
    const struct listed_result list[] = {{"a", wires[0], "K_1", "", 0},
                                         {"b", wires[2], "K_2", "", 0}};
    READ_RESULTS(list);
    ck_assert_int_eq(take_like("K_1", "", 0, WAY_READ_BACK, id), 1);
    ck_assert_int_eq(take_like("K_2", "", 0, WAY_REPORT, id), 1);
}
END_TEST

START_TEST(an_audit_knows_results_by_wire_id_and_by_id)
{
    make_wires();
    const struct listed_result list[] = {{"a", wires[0], NULL, "", 0}, {"b", NULL, NULL, "", 0}};
    results = list;
    n_results = 2;
    ck_assert_int_eq(
        index_read_result_ids(&fake.engine.journal, &fake.remote, FERRY_LIT("7"), &fake.err),
        FERRY_OK);
    ck_assert(index_has_wire(&fake.engine.journal, ferry_cstr(wires[0])));
    ck_assert(!index_has_wire(&fake.engine.journal, ferry_cstr(wires[1])));
    ck_assert(index_has_id(&fake.engine.journal, FERRY_LIT("b")));
    ck_assert(!index_has_id(&fake.engine.journal, FERRY_LIT("c")));
    ck_assert(!index_has_id(&fake.engine.journal, (struct ferry_str){NULL, 0}));
}
END_TEST

START_TEST(a_list_that_cannot_be_read_to_its_end_is_refused)
{
    static const uint32_t statuses[] = {401, 403, 404, 400};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        fake.n_ends = fake.sent = 0;
        fake_ends(EXCHANGE_ANSWERED, 200);
        fake_ends(EXCHANGE_ANSWERED, statuses[i]);
        case_page = 2;
        cases = some;
        n_cases = 5;
        ck_assert_int_eq(index_read_cases(&fake.engine.journal, &fake.remote, &fake.err),
                         FERRY_E_REFUSED);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("index");
    TCase *t = tcase_create("cases");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_case_is_found_by_key_id_signature_and_title);
    tcase_add_test(t, what_is_not_there_is_absent);
    tcase_add_test(t, a_case_on_two_pages_is_one_case);
    tcase_add_test(t, two_cases_with_one_key_are_a_conflict_that_names_both);
    tcase_add_test(t, reading_again_forgets_what_was_there);
    tcase_add_test(t, many_holders_of_a_key_are_counted_and_ten_named);
    tcase_add_test(t, a_case_that_is_planned_counts_and_one_that_was_rejected_does_not);
    tcase_add_test(t, an_older_planner_gets_what_it_knows_and_no_byte_more);
    suite_add_tcase(s, t);
    t = tcase_create("runs and results");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_run_is_found_by_id_then_marker_then_title);
    tcase_add_test(t, a_named_run_that_is_not_there_is_a_slip_of_the_pen);
    tcase_add_test(t, two_runs_of_one_title_are_an_error_that_lists_them);
    tcase_add_test(t, a_run_on_two_pages_is_one_run);
    tcase_add_test(t, two_runs_with_one_marker_are_counted_and_the_first_taken);
    tcase_add_test(t, likeness_takes_each_listed_result_once);
    tcase_add_test(t, a_result_on_two_pages_is_taken_once);
    tcase_add_test(t, results_that_came_the_same_way_are_never_taken_for_each_other);
    tcase_add_test(t, a_mirror_is_known_whichever_way_it_was_made);
    tcase_add_test(t, an_audit_knows_results_by_wire_id_and_by_id);
    tcase_add_test(t, a_list_that_cannot_be_read_to_its_end_is_refused);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
