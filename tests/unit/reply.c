/* SPDX-License-Identifier: MIT */
/*
 * reply.c - what a codec says about an answer is kept until it has said it all. Plugins of other versions, and plugins that ignore what
 * their words return, are the rule here.
 */
#include <check.h>
#include <reply.h>
#include <secrets.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

static struct reply reply;
static struct ferry_reply sink;
static struct ferry_error err;

static void begin(void)
{
    err = (struct ferry_error){.size = sizeof err};
    reply_init(&reply);
    ck_assert_int_eq(reply_begin(&reply, 2), FERRY_OK);
    sink = reply_sink(&reply);
}

static void end(void)
{
    reply_finish(&reply);
}

static int32_t outcome(uint32_t index, uint32_t code, const char *id)
{
    struct ferry_outcome o = {.size = sizeof o, .code = code, .id = ferry_cstr(id)};
    return sink.outcome(sink.self, index, &o);
}

/* --- keeping --------------------------------------------------------------------------------- */

START_TEST(what_is_said_outlives_what_it_was_said_with)
{
    char bytes[4][8] = {"id", "url", "key", "value"};
    struct ferry_kv extra = {ferry_cstr(bytes[2]), ferry_cstr(bytes[3])};
    struct ferry_outcome o = {.size = sizeof o,
                              .code = FERRY_DONE,
                              .id = ferry_cstr(bytes[0]),
                              .url = ferry_cstr(bytes[1]),
                              .extra = &extra,
                              .n_extra = 1};
    struct ferry_follow f = {.size = sizeof f, .kind = 5, .state = ferry_cstr(bytes[0])};
    struct ferry_note n = {.size = sizeof n, .kind = FERRY_NOTE_CUT, .text = ferry_cstr(bytes[1])};
    struct ferry_verdict v = {.size = sizeof v, .code = FERRY_BUSY, .text = ferry_cstr(bytes[2])};
    ck_assert_int_eq(sink.outcome(sink.self, 1, &o), FERRY_OK);
    ck_assert_int_eq(sink.follow(sink.self, 1, &f), FERRY_OK);
    ck_assert_int_eq(sink.note(sink.self, 0, &n), FERRY_OK);
    ck_assert_int_eq(sink.verdict(sink.self, &v), FERRY_OK);
    memset(bytes, 'x', sizeof bytes);
    memset(&extra, 0, sizeof extra);
    ck_assert(str_is(reply.outcomes[1].id, "id"));
    ck_assert(str_is(reply.outcomes[1].extra[0].value, "value"));
    ck_assert_uint_eq(reply.outcomes[0].size, 0);
    ck_assert(str_is(reply.follows[1].state, "id"));
    ck_assert(str_is(reply.notes->text, "url"));
    ck_assert(str_is(reply.verdict.text, "key"));
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_OK);
}
END_TEST

START_TEST(words_of_a_server_that_repeats_the_token_are_kept_without_it)
{
    struct ferry_str said = FERRY_LIT("no user for Bearer tok-4711-abcdef");
    struct ferry_verdict v = {.size = sizeof v, .code = FERRY_REFUSED, .text = said};
    struct ferry_note n = {
        .size = sizeof n, .kind = FERRY_NOTE_WARNING, .field = said, .text = said};
    struct ferry_outcome o = {.size = sizeof o, .code = FERRY_REJECTED, .text = said};
    ck_assert_int_eq(secrets_add(FERRY_LIT("tok-4711-abcdef")), FERRY_OK);
    sink.verdict(sink.self, &v);
    sink.note(sink.self, 0, &n);
    sink.outcome(sink.self, 0, &o);
    secrets_clear();
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_OK);
    ck_assert(str_is(reply.verdict.text, "no user for Bearer ***"));
    ck_assert(str_is(reply.notes->field, "no user for Bearer ***"));
    ck_assert(str_is(reply.notes->text, "no user for Bearer ***"));
    ck_assert(str_is(reply.outcomes[0].text, "no user for Bearer ***"));
}
END_TEST

START_TEST(cursors_are_walked_in_the_order_they_were_said)
{
    sink.next(sink.self, FERRY_LIT("b"));
    sink.next(sink.self, FERRY_LIT("a"));
    sink.fact(sink.self, FERRY_LIT("field"), FERRY_LIT("12"));
    sink.keep(sink.self, FERRY_LIT("cookie"), FERRY_LIT("c"));
    ck_assert(str_is(reply.nexts->name, "b"));
    ck_assert(str_is(reply.nexts->next->name, "a"));
    ck_assert_ptr_null(reply.nexts->next->next);
    ck_assert(str_is(reply.facts->value, "12"));
    ck_assert(str_is(reply.keeps->name, "cookie"));
}
END_TEST

START_TEST(beginning_again_forgets_all)
{
    outcome(0, FERRY_DONE, "1");
    outcome(0, FERRY_DONE, "2"); /* a bug, latched */
    sink.next(sink.self, FERRY_LIT("c"));
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_CASE};
    sink.item(sink.self, &item);
    ck_assert_int_eq(reply_begin(&reply, 3), FERRY_OK);
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_OK);
    ck_assert_uint_eq(reply.outcomes[0].size, 0);
    ck_assert_uint_eq(reply.outcomes[2].size, 0);
    ck_assert_ptr_null(reply.nexts);
    ck_assert_uint_eq(reply.n_items, 0);
    ck_assert_uint_eq(reply.verdict.size, 0);
}
END_TEST

/* --- other versions ------------------------------------------------------------------------------ */

START_TEST(what_an_older_plugin_does_not_have_is_absent)
{
    struct ferry_outcome o = {.size = offsetof(struct ferry_outcome, text),
                              .code = FERRY_REJECTED,
                              .text = FERRY_LIT("beyond its end")};
    ck_assert_int_eq(sink.outcome(sink.self, 0, &o), FERRY_OK);
    ck_assert_ptr_null(reply.outcomes[0].text.ptr);
    ck_assert_uint_eq(reply.outcomes[0].n_extra, 0);
    ck_assert_uint_eq(reply.outcomes[0].size, sizeof o);
}
END_TEST

START_TEST(what_a_newer_plugin_has_more_is_left_alone)
{
    struct {
        struct ferry_outcome o;
        char more[64];
    } newer = {.o = {.size = sizeof newer, .code = FERRY_DONE, .id = FERRY_LIT("1")}};
    memset(newer.more, 0x5a, sizeof newer.more);
    ck_assert_int_eq(sink.outcome(sink.self, 0, &newer.o), FERRY_OK);
    ck_assert(str_is(reply.outcomes[0].id, "1"));
    ck_assert_uint_eq(reply.outcomes[1].size, 0);
}
END_TEST

/* --- wrong words ------------------------------------------------------------------------------------ */

/* The codec does not look at what outcome() returns, and ends with OK: its answer does not count all the same. */
START_TEST(a_second_outcome_or_one_for_nobody_spoils_the_answer)
{
    ck_assert_int_eq(outcome(0, FERRY_DONE, "1"), FERRY_OK);
    ck_assert_int_eq(outcome(0, FERRY_REJECTED, "2"), FERRY_E_BUG);
    ck_assert(str_is(reply.outcomes[0].id, "1"));
    ck_assert_int_eq(outcome(1, FERRY_DONE, "3"), FERRY_E_BUG); /* latched */
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_E_BUG);
    ck_assert_ptr_nonnull(strstr(err.message, "plugin"));

    ck_assert_int_eq(reply_begin(&reply, 2), FERRY_OK);
    ck_assert_int_eq(outcome(2, FERRY_DONE, "1"), FERRY_E_BUG);
    ck_assert_int_eq(outcome(UINT32_MAX, FERRY_DONE, "1"), FERRY_E_BUG);
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_E_BUG);
}
END_TEST

START_TEST(what_the_codec_returns_comes_first)
{
    outcome(7, FERRY_DONE, "1");
    ck_assert_int_eq(reply_end(&reply, FERRY_E_PROTOCOL, &err), FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(a_follow_up_carries_four_kilobytes_and_no_more)
{
    char state[4097];
    struct ferry_follow f = {.size = sizeof f, .kind = 1, .state = {state, 4096}};
    memset(state, 's', sizeof state);
    ck_assert_int_eq(sink.follow(sink.self, 0, &f), FERRY_OK);
    f.state.len = 4097;
    ck_assert_int_eq(sink.follow(sink.self, 1, &f), FERRY_E_TOO_LARGE);
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_E_TOO_LARGE);
    ck_assert_int_eq(reply_begin(&reply, 2), FERRY_OK);
    f.state.len = 1;
    ck_assert_int_eq(sink.follow(sink.self, 2, &f), FERRY_E_BUG);
}
END_TEST

START_TEST(an_answer_without_end_is_too_large)
{
    static char text[1 << 20];
    struct ferry_outcome o = {.size = sizeof o, .code = FERRY_DONE, .id = {text, sizeof text}};
    struct ferry_case c = {.size = sizeof c, .title = {text, sizeof text}};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_CASE, .test_case = &c};
    int32_t rc = FERRY_OK;
    memset(text, 't', sizeof text);
    for (int i = 0; i < 100 && rc == FERRY_OK; i++) {
        rc = sink.item(sink.self, &item);
    }
    ck_assert_int_eq(rc, FERRY_E_TOO_LARGE);
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_E_TOO_LARGE);

    ck_assert_int_eq(reply_begin(&reply, 100), FERRY_OK);
    rc = FERRY_OK;
    for (uint32_t i = 0; i < 100 && rc == FERRY_OK; i++) {
        rc = sink.outcome(sink.self, i, &o);
    }
    ck_assert_int_eq(rc, FERRY_E_TOO_LARGE);
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_E_TOO_LARGE);
}
END_TEST

/* --- items --------------------------------------------------------------------------------------------- */

static int seen;
static int32_t stop_at;

static int32_t on_item(void *data, const struct ferry_item *item)
{
    ck_assert_ptr_eq(data, &seen);
    ck_assert_int_eq(item->id.ptr[0], '0' + seen);
    return ++seen == stop_at ? FERRY_E_STOP : FERRY_OK;
}

START_TEST(items_come_in_order_and_can_be_stopped)
{
    struct arena arena;
    char id[2] = "0";
    arena_init(&arena, 1 << 20);
    for (; id[0] < '9'; id[0]++) {
        struct ferry_item item = {.size = sizeof item, .noun = FERRY_CASE, .id = ferry_cstr(id)};
        ck_assert_int_eq(sink.item(sink.self, &item), FERRY_OK);
    }
    seen = stop_at = 0;
    ck_assert_int_eq(reply_items(&reply, &arena, on_item, &seen, &err), FERRY_OK);
    ck_assert_int_eq(seen, 9);
    seen = 0;
    stop_at = 4;
    ck_assert_int_eq(reply_items(&reply, &arena, on_item, &seen, &err), FERRY_E_STOP);
    ck_assert_int_eq(seen, 4);
    arena_finish(&arena);
}
END_TEST

START_TEST(an_item_that_cannot_be_kept_spoils_the_answer)
{
    const struct ferry_ref *hole[] = {NULL};
    struct ferry_item good = {.size = sizeof good, .noun = FERRY_CASE};
    struct ferry_item bad = {.size = sizeof bad, .noun = FERRY_CASE, .refs = hole, .n_refs = 1};
    ck_assert_int_eq(sink.item(sink.self, &good), FERRY_OK);
    ck_assert_int_eq(sink.item(sink.self, &bad), FERRY_E_BUG);
    ck_assert_int_eq(reply_end(&reply, FERRY_OK, &err), FERRY_E_BUG);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("reply");
    TCase *t = tcase_create("what a codec says");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, what_is_said_outlives_what_it_was_said_with);
    tcase_add_test(t, words_of_a_server_that_repeats_the_token_are_kept_without_it);
    tcase_add_test(t, cursors_are_walked_in_the_order_they_were_said);
    tcase_add_test(t, beginning_again_forgets_all);
    tcase_add_test(t, what_an_older_plugin_does_not_have_is_absent);
    tcase_add_test(t, what_a_newer_plugin_has_more_is_left_alone);
    tcase_add_test(t, a_second_outcome_or_one_for_nobody_spoils_the_answer);
    tcase_add_test(t, what_the_codec_returns_comes_first);
    tcase_add_test(t, a_follow_up_carries_four_kilobytes_and_no_more);
    tcase_add_test(t, an_answer_without_end_is_too_large);
    tcase_add_test(t, items_come_in_order_and_can_be_stopped);
    tcase_add_test(t, an_item_that_cannot_be_kept_spoils_the_answer);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
