/* SPDX-License-Identifier: MIT */
/* seams.c - lists that change while they are read: what is noticed, what is harmless, and that the whole is read again, but not for ever. */
#include "fake_remote.h"

#include <seams.h>
#include <text.h>

/* --- a list that lives ------------------------------------------------------------------------ */

enum { MOST = 400, PAGE = 10 };

/* What stands in it now, in order; and what happens to it before the n-th page is answered. */
struct change {
    int before;   /* pages answered */
    int deletes;  /* the element of this number; 0: none */
    int moves_to; /* where it goes instead */
    int inserts;  /* where a new one comes; -1: none */
    int again;    /* each time from then on */
};
static struct {
    int list[MOST], n, next, answered;
    struct change change[4];
    int n_changes;
    int seen[1000]; /* how often it was shown since the list began */
    int begun;
    int no_overlap; /* as codecs did that count offsets and nothing else */
} live;

static void take_out(int number)
{
    int at = 0;
    while (at < live.n && live.list[at] != number) {
        at++;
    }
    ck_assert_int_lt(at, live.n);
    memmove(live.list + at, live.list + at + 1, (size_t)(live.n - at - 1) * sizeof *live.list);
    live.n--;
}

static void put_in(int number, int at)
{
    memmove(live.list + at + 1, live.list + at, (size_t)(live.n - at) * sizeof *live.list);
    live.list[at] = number;
    live.n++;
}

static void live_with(int n, struct change change)
{
    memset(&live, 0, sizeof live);
    for (int i = 0; i < n; i++) {
        live.list[live.n++] = ++live.next;
    }
    live.change[live.n_changes++] = change;
}

static void happen(void)
{
    for (int i = 0; i < live.n_changes; i++) {
        struct change *c = &live.change[i];
        if (live.answered < c->before || (live.answered > c->before && !c->again)) {
            continue;
        }
        int victim = c->again ? live.list[0] : c->deletes;
        if (victim) {
            take_out(victim);
        }
        if (c->moves_to) {
            put_in(victim, c->moves_to);
        }
        if (c->inserts >= 0) {
            put_in(++live.next, c->inserts < live.n ? c->inserts : live.n);
        }
    }
}

static int32_t say_page(const struct ferry_ask *ask, const struct ferry_reply *r)
{
    static char text[PAGE][16];
    struct ferry_str ids[PAGE];
    char joins[24], leads[24];
    int64_t from = 0;
    happen();
    live.answered++;
    ck_assert(!ask->cursor.ptr || str_int64(ask->cursor, &from));
    struct ferry_page page = {.size = sizeof page, .ids = ids, .total = (uint64_t)live.n};
    for (int i = (int)from; i < live.n && page.n_ids < PAGE; i++) {
        struct ferry_item item = {.size = sizeof item, .noun = FERRY_CASE};
        snprintf(text[page.n_ids], sizeof *text, "%d", live.list[i]);
        ids[page.n_ids] = item.id = ferry_cstr(text[page.n_ids]);
        if (page.n_ids++ > 0 || from == 0 || live.no_overlap) {
            r->item(r->self, &item);
        }
    }
    int step = live.no_overlap ? PAGE : PAGE - 1;
    snprintf(joins, sizeof joins, "%d", (int)from);
    snprintf(leads, sizeof leads, "%d", (int)from + step);
    page.joins = from > 0 && !live.no_overlap ? ferry_cstr(joins) : page.joins;
    if (from + step + !live.no_overlap < live.n) {
        page.leads = live.no_overlap ? page.leads : ferry_cstr(leads);
        for (int at = (int)from + step; at + !live.no_overlap < live.n; at += step) {
            char cursor[24];
            snprintf(cursor, sizeof cursor, "%d", at);
            r->next(r->self, ferry_cstr(cursor));
            if (from > 0) {
                break;
            }
        }
    }
    const struct ferry_verdict verdict = {.size = sizeof verdict, .page = &page};
    return r->verdict(r->self, &verdict);
}

static int32_t see(void *data, const struct ferry_item *item)
{
    int64_t n = 0;
    (void)data;
    if (!item) {
        memset(live.seen, 0, sizeof live.seen);
        live.begun++;
        return FERRY_OK;
    }
    ck_assert(str_int64(item->id, &n));
    live.seen[n]++;
    return FERRY_OK;
}

static int32_t list(void)
{
    struct ferry_ask ask = {.size = sizeof ask, .what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    fake.answer = say_page;
    return remote_list(&fake.remote, &ask, see, NULL, &fake.err);
}

/* Of those that were there from the first to the last. */
static int missed(void)
{
    int n = 0;
    for (int i = 0; i < live.n; i++) {
        n += live.list[i] <= live.next && !live.seen[live.list[i]];
    }
    return n;
}

/* --- the tests ----------------------------------------------------------------------------------- */

START_TEST(a_list_that_holds_still_is_read_once)
{
    static const int sizes[] = {0, 1, 9, 10, 11, 18, 19, 20, 100, 101, 109, 110};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        live_with(sizes[i], (struct change){.before = -1, .inserts = -1});
        ck_assert_int_eq(list(), FERRY_OK);
        ck_assert_int_eq(live.begun, 0);
        ck_assert_int_eq(missed(), 0);
        for (int k = 1; k <= sizes[i]; k++) {
            ck_assert_int_eq(live.seen[k], 1);
        }
        int pages = sizes[i] <= PAGE ? 1 : (sizes[i] - 1 + PAGE - 2) / (PAGE - 1);
        ck_assert_int_eq(live.answered, pages); /* one more for ten of them, none for the first */
    }
}
END_TEST

/* The trap: without the overlap the same change hides a thing. */
START_TEST(a_thing_of_an_earlier_page_goes_and_none_is_missed)
{
    for (int overlap = 0; overlap < 2; overlap++) {
        live_with(35, (struct change){.before = 1, .deletes = 3, .inserts = -1});
        live.no_overlap = !overlap;
        ck_assert_int_eq(list(), FERRY_OK);
        ck_assert_int_eq(live.begun, overlap);
        ck_assert_int_eq(missed(), overlap ? 0 : 1);
        ck_assert_int_eq(live.seen[3], !overlap); /* what was shown of it before is void */
    }
}
END_TEST

START_TEST(one_goes_and_another_comes_so_that_the_length_says_nothing)
{
    live_with(35, (struct change){.before = 2, .deletes = 3, .inserts = 1000});
    ck_assert_int_eq(list(), FERRY_OK);
    ck_assert_int_eq(live.begun, 1);
    ck_assert_int_eq(missed(), 0);
    live_with(35, (struct change){.before = 2, .deletes = 30, .moves_to = 4, .inserts = -1});
    ck_assert_int_eq(list(), FERRY_OK); /* moved past the reader */
    ck_assert_int_eq(live.begun, 1);
    ck_assert_int_eq(missed(), 0);
    live_with(35, (struct change){.before = 2, .deletes = 4, .moves_to = 30, .inserts = -1});
    ck_assert_int_eq(list(), FERRY_OK);
    ck_assert_int_eq(missed(), 0);
}
END_TEST

START_TEST(a_list_that_only_grows_is_read_once_wherever_it_grows)
{
    static const int at[] = {0, 5, 12, 1000};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        live_with(35, (struct change){.before = 1, .inserts = at[i], .again = 1});
        live.change[0].again = 0;
        live.change[1] = (struct change){.before = 2, .inserts = at[i]};
        live.change[2] = (struct change){.before = 3, .inserts = at[i]};
        live.n_changes = 3;
        ck_assert_int_eq(list(), FERRY_OK);
        ck_assert_int_eq(live.begun, 0);
        for (int k = 1; k <= 35; k++) {
            ck_assert_int_ge(live.seen[k], 1);
        }
    }
}
END_TEST

/* Every place of a deletion, before every page. */
START_TEST(wherever_and_whenever_one_goes_none_of_the_others_is_missed)
{
    for (int victim = 1; victim <= 35; victim++) {
        for (int before = 0; before < 6; before++) {
            for (int inserts = -1; inserts <= 36; inserts += 9) {
                live_with(35, (struct change){before, victim, 0, inserts, 0});
                ck_assert_int_eq(list(), FERRY_OK);
                for (int i = 0; i < live.n; i++) {
                    ck_assert_int_ge(live.seen[live.list[i]] + (live.list[i] > 35), 1);
                }
            }
        }
    }
}
END_TEST

START_TEST(a_list_that_never_holds_still_is_an_error_that_says_so)
{
    live_with(200, (struct change){.before = 1, .inserts = -1, .again = 1});
    ck_assert_int_eq(list(), FERRY_E_UNREACHABLE);
    ck_assert_int_eq(live.begun, 5); /* six readings */
    ck_assert_ptr_nonnull(strstr(fake.err.message, "list of cases changed each of the 6 times"));
}
END_TEST

/* Its count promises more than its pages show. */
START_TEST(a_page_that_never_came_is_noticed_and_one_that_nobody_led_to_is_not_needed)
{
    struct seams s = {.list = NULL};
    struct ferry_str ids[] = {FERRY_LIT("a"), FERRY_LIT("b")};
    struct ferry_page first = {.size = sizeof first, .n_ids = 2, .ids = ids, .total = 3};
    first.leads = FERRY_LIT("1");
    struct ferry_page second = {.size = sizeof second, .n_ids = 1, .ids = ids + 1, .total = 3};
    second.joins = FERRY_LIT("1");
    ck_assert_int_eq(seams_add(&s, NULL), FERRY_OK);
    ck_assert_int_eq(seams_hold(&s), 1);
    ck_assert_int_eq(seams_add(&s, &first), FERRY_OK);
    ck_assert_int_eq(seams_hold(&s), 0);
    ck_assert_int_eq(seams_add(&s, &second), FERRY_OK);
    ck_assert_int_eq(seams_hold(&s), 1);
    second.joins = FERRY_LIT("7");
    ck_assert_int_eq(seams_add(&s, &second), FERRY_OK);
    ck_assert_int_eq(seams_hold(&s), 1);
    first.leads = FERRY_LIT("7"); /* said after it */
    ck_assert_int_eq(seams_add(&s, &first), FERRY_OK);
    ck_assert_int_eq(seams_hold(&s), 1);
    first.leads = FERRY_LIT("8");
    first.n_ids = 0;
    ck_assert_int_eq(seams_add(&s, &first), FERRY_OK);
    ck_assert_int_eq(seams_hold(&s), 0);
    seams_finish(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("seams");
    TCase *t = tcase_create("seams");
    tcase_set_timeout(t, 60); /* on a machine that is busy */
    tcase_add_checked_fixture(t, fake_begin, fake_end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_list_that_holds_still_is_read_once);
    tcase_add_test(t, a_thing_of_an_earlier_page_goes_and_none_is_missed);
    tcase_add_test(t, one_goes_and_another_comes_so_that_the_length_says_nothing);
    tcase_add_test(t, a_list_that_only_grows_is_read_once_wherever_it_grows);
    tcase_add_test(t, wherever_and_whenever_one_goes_none_of_the_others_is_missed);
    tcase_add_test(t, a_list_that_never_holds_still_is_an_error_that_says_so);
    tcase_add_test(t, a_page_that_never_came_is_noticed_and_one_that_nobody_led_to_is_not_needed);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
