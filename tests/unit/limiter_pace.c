/* SPDX-License-Identifier: MIT */
/*
 * limiter_pace.c - how much of a limit is used, and how often it is run into: a server that gives so many requests a minute and says so as Qase
 * does, in whole seconds of a clock of its own; clients that always have something to send; and a time that is only counted. Prints the figures.
 */
#include <limiter.h>
#include <text.h>

#include "scratch.h"

#include <check.h>
#include <time.h>

enum { WINDOW_MS = 60000, CLIENTS = 3, AT_ONCE = 8, MINUTES = 12 };
static const int64_t start_ms = INT64_C(1700000000437); /* no whole second */

/* One request on its way: at the server at `there`, back at `back`. */
struct trip {
    int64_t there_ms, back_ms;
    uint32_t status;
    int64_t left, reset_s, retry_s;
    int arrived;
};
struct client {
    struct limiter l;
    struct trip trips[AT_ONCE];
    uint32_t n;
    int64_t not_before_ms;
};
struct world {
    struct client clients[CLIENTS];
    uint32_t n_clients, at_once, limit, latency_ms;
    int64_t now_ms, skew_ms;                /* the server's clock is so much ahead */
    int64_t begun_ms, used;                 /* its window */
    uint64_t taken, refused, whole_windows; /* taken: in windows that have ended */
    uint64_t chance;
};

static uint32_t pick(struct world *w, uint32_t n)
{
    w->chance ^= w->chance << 13;
    w->chance ^= w->chance >> 7;
    w->chance ^= w->chance << 17;
    return (uint32_t)(w->chance >> 11) % n;
}

/* As a fixed window counts: it begins with the first request after the last one's end. */
static void at_the_server(struct world *w, struct trip *t)
{
    int64_t now = t->there_ms + w->skew_ms;
    if (now - w->begun_ms >= WINDOW_MS) {
        w->taken += w->begun_ms ? (uint64_t)w->used : 0;
        w->whole_windows += w->begun_ms != 0;
        w->begun_ms = now;
        w->used = 0;
    }
    t->arrived = 1;
    t->status = w->used >= w->limit ? 429 : 200;
    t->retry_s = (w->begun_ms + WINDOW_MS - now + 999) / 1000;
    t->reset_s = (w->begun_ms + WINDOW_MS + 999) / 1000;
    w->used += t->status == 200;
    w->refused += t->status == 429;
    t->left = w->limit - w->used;
}

static void at_home(struct world *w, struct client *c, const struct trip *t)
{
    char limit[24], left[24], reset[24], retry[24], date[64];
    time_t server = (time_t)((t->there_ms + w->skew_ms) / 1000);
    struct tm tm;
    gmtime_r(&server, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    snprintf(limit, sizeof limit, "%u", w->limit);
    snprintf(left, sizeof left, "%lld", (long long)t->left);
    snprintf(reset, sizeof reset, "%lld", (long long)t->reset_s);
    snprintf(retry, sizeof retry, "%lld", (long long)t->retry_s);
    struct ferry_kv h[] = {{FERRY_LIT("x-ratelimit-limit"), ferry_cstr(limit)},
                           {FERRY_LIT("x-ratelimit-remaining"), ferry_cstr(left)},
                           {FERRY_LIT("x-ratelimit-reset"), ferry_cstr(reset)},
                           {FERRY_LIT("date"), ferry_cstr(date)},
                           {FERRY_LIT("retry-after"), ferry_cstr(retry)}};
    struct exchange x = {.end = EXCHANGE_ANSWERED,
                         .answer = {.size = sizeof x.answer,
                                    .status = t->status,
                                    .headers = h,
                                    .n_headers = t->status == 429 ? 5 : 4}};
    limiter_heard(&c->l, &x, w->now_ms);
}

static void send_what_may_go(struct world *w, struct client *c)
{
    while (c->n < w->at_once && c->n < limiter_window(&c->l) && c->not_before_ms <= w->now_ms) {
        int64_t due = limiter_turn(&c->l, w->now_ms);
        if (due > w->now_ms) {
            c->not_before_ms = due;
            return;
        }
        int64_t there = w->now_ms + 1 + pick(w, w->latency_ms);
        limiter_sent(&c->l);
        c->trips[c->n++] =
            (struct trip){.there_ms = there, .back_ms = there + 1 + pick(w, w->latency_ms)};
    }
}

/* A millisecond. Those that arrive in the same one do so in any order. */
static void tick(struct world *w)
{
    w->now_ms++;
    for (uint32_t i = 0; i < w->n_clients; i++) {
        struct client *c = &w->clients[i];
        for (uint32_t k = 0; k < c->n;) {
            struct trip *t = &c->trips[k];
            if (!t->arrived && t->there_ms <= w->now_ms) {
                at_the_server(w, t);
            }
            if (t->arrived && t->back_ms <= w->now_ms) {
                at_home(w, c, t);
                *t = c->trips[--c->n];
                continue;
            }
            k++;
        }
        send_what_may_go(w, c);
    }
}

/* Each server's minute that is begun is paid for, so what is used is counted of the time, not of the windows. */
static void check(uint32_t n_clients, uint32_t at_once, uint32_t limit, uint32_t latency_ms,
                  int64_t skew_ms)
{
    struct world w = {.n_clients = n_clients,
                      .at_once = at_once,
                      .limit = limit,
                      .latency_ms = latency_ms,
                      .now_ms = start_ms,
                      .skew_ms = skew_ms,
                      .chance = 20261130};
    scratch_enter();
    for (uint32_t i = 0; i < n_clients; i++) {
        limiter_init(&w.clients[i].l, scratch_path, FERRY_LIT("h#1"), at_once);
    }
    while (w.now_ms < start_ms + (int64_t)MINUTES * WINDOW_MS) {
        tick(&w);
    }
    for (uint32_t i = 0; i < n_clients; i++) {
        limiter_finish(&w.clients[i].l);
    }
    scratch_leave();
    double most = (double)(w.begun_ms - skew_ms - start_ms) / WINDOW_MS * limit;
    double used = 100 * (double)w.taken / most;
    double refused = 100 * (double)w.refused / (double)(w.taken + (uint64_t)w.used + w.refused);
    printf("%u clients with %u at once, %u a minute, %u ms: %.1f %% used, %.2f %% refused\n",
           n_clients, at_once, limit, 2 * latency_ms, used, refused);
    ck_assert_msg(used >= 95 && refused <= 1, "%.1f %% used, %.2f %% refused", used, refused);
}

START_TEST(a_limit_is_used_and_not_run_into)
{
    check(1, 4, 600, 25, 0);
}
END_TEST

START_TEST(also_where_the_servers_clock_is_another_one)
{
    check(1, 4, 600, 25, 3600 * 1000 + 321);
    check(1, 4, 600, 25, -777);
}
END_TEST

START_TEST(also_where_it_is_slow_and_much_is_under_way)
{
    check(1, 8, 1000, 150, 0);
}
END_TEST

START_TEST(also_by_several_processes)
{
    check(3, 4, 600, 25, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limiter_pace");
    TCase *t = tcase_create("limiter_pace");
    SRunner *runner;
    int failed;
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_limit_is_used_and_not_run_into);
    tcase_add_test(t, also_where_the_servers_clock_is_another_one);
    tcase_add_test(t, also_where_it_is_slow_and_much_is_under_way);
    tcase_add_test(t, also_by_several_processes);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
