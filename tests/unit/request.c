/* SPDX-License-Identifier: MIT */
/*
 * request.c - one message as codecs write it, as journals keep it, and as it leaves. What is stored is sent again by any later
 * version to the byte; it holds no secret; and nothing in it can begin a second request on the wire.
 */
#include "scratch.h"

#include <request.h>
#include <spool.h>
#include <string.h>
#include <text.h>

static struct request request;
static struct ferry_out out;
static struct ferry_error err;
static struct buf storage;
static struct ferry_kv headers[REQUEST_HEADERS];
static struct ferry_message message;
static struct spool *spool;

static struct ferry_str value_of(void *self, struct ferry_str name)
{
    (void)self;
    return str_is(name, "token")       ? FERRY_LIT("s3cr3t/+&\"")
           : str_is(name, "two_lines") ? FERRY_LIT("a\r\nx-evil: 1")
           : str_is(name, "empty")     ? FERRY_LIT("")
                                       : (struct ferry_str){NULL, 0};
}
static const struct request_values values = {NULL, value_of};

static void begin(void)
{
    scratch_enter();
    err = (struct ferry_error){.size = sizeof err};
    request_init(&request, 1 << 20);
    out = request_out(&request);
    buf_init(&storage, 1 << 20);
    ck_assert_int_eq(spool_open(&spool, "spool", 0, &err), FERRY_OK);
}

static void end(void)
{
    request_finish(&request);
    buf_finish(&storage);
    spool_close(spool);
    scratch_leave();
}

static void text(const char *s)
{
    out.text(out.self, ferry_cstr(s));
}

static void start_post(void)
{
    out.start(out.self, FERRY_LIT("POST"), FERRY_LIT("/v1/results?x=%20"));
    out.header(out.self, FERRY_LIT("content-type"));
    text("application/json");
    out.body(out.self);
}

static int32_t flatten(const struct request *dress)
{
    return request_flatten(&request, dress, &values, spool, &storage, headers, &message, &err);
}

static struct ferry_str flat_body(void)
{
    ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
    ck_assert_int_eq(flatten(NULL), FERRY_OK);
    return message.body;
}

/* --- writing ----------------------------------------------------------------------------------- */

START_TEST(what_a_codec_wrote_is_what_leaves)
{
    char digest[DIGEST_TEXT];
    ck_assert_int_eq(spool_add(spool, FERRY_LIT("0123456789"), digest, &err), FERRY_OK);
    start_post();
    text("{\"a\":");
    text("1,\"b\":\"");
    out.blob(out.self, ferry_cstr(digest), 2, 3);
    out.secret(out.self, FERRY_LIT("token"), FERRY_IN_JSON);
    text("\"}");
    ck_assert_uint_eq(out.size(out.self), 5 + 7 + 3 + 2);
    ck_assert(str_is(flat_body(), "{\"a\":1,\"b\":\"234s3cr3t/+&\\\"\"}"));
    ck_assert(str_is(message.method, "POST"));
    ck_assert(str_is(message.target, "/v1/results?x=%20"));
    ck_assert_uint_eq(message.n_headers, 1);
    ck_assert(str_is(ferry_get(headers, 1, FERRY_LIT("content-type")), "application/json"));
    ck_assert(str_is(request.target, "/v1/results?x=%20"));
}
END_TEST

START_TEST(secrets_are_stored_by_name_and_placed_as_their_place_wants)
{
    out.start(out.self, FERRY_LIT("POST"), FERRY_LIT("/"));
    out.header(out.self, FERRY_LIT("authorization"));
    text("Bearer ");
    out.secret(out.self, FERRY_LIT("token"), FERRY_RAW);
    out.header(out.self, FERRY_LIT("proxy"));
    out.secret(out.self, FERRY_LIT("me:token"), FERRY_IN_BASIC);
    out.body(out.self);
    out.secret(out.self, FERRY_LIT("token"), FERRY_IN_FORM);
    ck_assert(str_is(flat_body(), "s3cr3t%2F%2B%26%22"));
    ck_assert(str_is(headers[0].value, "Bearer s3cr3t/+&\""));
    ck_assert(str_is(headers[1].value, "bWU6czNjcjN0LysmIg=="));
    struct ferry_str stored = request_packed(&request);
    ck_assert_ptr_null(memmem(stored.ptr, (size_t)stored.len, "s3cr3t", 6));
    struct buf shown;
    buf_init(&shown, 4096);
    request_show(&request, &shown);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&shown), "Bearer ${token}"));
    ck_assert_ptr_null(strstr(buf_cstr(&shown), "s3cr3t"));
    buf_finish(&shown);
}
END_TEST

START_TEST(a_dress_brings_headers_and_nothing_else)
{
    struct request dress;
    request_init(&dress, 4096);
    struct ferry_out d = request_out(&dress);
    d.header(d.self, FERRY_LIT("token"));
    d.secret(d.self, FERRY_LIT("token"), FERRY_RAW);
    start_post();
    text("{}");
    ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
    ck_assert_int_eq(flatten(&dress), FERRY_OK);
    ck_assert_uint_eq(message.n_headers, 2);
    ck_assert(str_is(message.body, "{}"));
    request_finish(&dress);
}
END_TEST

/* --- undo ---------------------------------------------------------------------------------------- */

START_TEST(the_item_that_did_not_fit_is_taken_back)
{
    char digest[DIGEST_TEXT];
    ck_assert_int_eq(spool_add(spool, FERRY_LIT("0123456789"), digest, &err), FERRY_OK);
    start_post();
    text("[one");
    uint64_t before = out.size(out.self);
    text(",two");
    out.blob(out.self, ferry_cstr(digest), 0, 10);
    out.secret(out.self, FERRY_LIT("token"), FERRY_RAW);
    text("rest");
    ck_assert_uint_eq(out.size(out.self), 22);
    ck_assert_int_eq(out.cut(out.self, before), FERRY_OK);
    ck_assert_uint_eq(out.size(out.self), 4);
    text("]");
    ck_assert(str_is(flat_body(), "[one]"));
}
END_TEST

/* Secrets have no size: the one before the mark must stay, the one after it must go. */
START_TEST(a_secret_stays_on_its_side_of_the_undo)
{
    start_post();
    text("a");
    out.secret(out.self, FERRY_LIT("token"), FERRY_RAW);
    uint64_t before = out.size(out.self);
    out.secret(out.self, FERRY_LIT("token"), FERRY_RAW);
    text("b");
    ck_assert_int_eq(out.cut(out.self, before), FERRY_OK);
    text("c");
    ck_assert(str_is(flat_body(), "as3cr3t/+&\"c"));
}
END_TEST

START_TEST(an_undo_can_take_back_all_and_again)
{
    start_post();
    for (int i = 0; i < 3; i++) {
        uint64_t before = out.size(out.self);
        text("xyz");
        ck_assert_int_eq(out.cut(out.self, before), FERRY_OK);
    }
    text("ok");
    ck_assert_int_eq(out.cut(out.self, 1), FERRY_OK);
    ck_assert(str_is(flat_body(), "o"));
}
END_TEST

START_TEST(what_was_never_written_cannot_be_taken_back)
{
    char digest[DIGEST_TEXT];
    ck_assert_int_eq(spool_add(spool, FERRY_LIT("0123456789"), digest, &err), FERRY_OK);
    start_post();
    text("ab");
    ck_assert_int_eq(out.cut(out.self, 3), FERRY_E_BUG);
    request_reset(&request);
    start_post();
    out.blob(out.self, ferry_cstr(digest), 0, 10);
    ck_assert_int_eq(out.cut(out.self, 5), FERRY_E_BUG); /* half a blob */
}
END_TEST

/* --- wrong codecs --------------------------------------------------------------------------------- */

/* Names of tests come into targets and headers; whatever they hold, it stays one request. */
START_TEST(nothing_begins_a_second_request)
{
    static const struct ferry_str targets[] = {
        FERRY_LIT(""),      FERRY_LIT("/a b"), FERRY_LIT("/a\r\nHost: evil"),
        FERRY_LIT("/a\n"),  FERRY_LIT("/\tb"), {"/a\0b", 4},
        FERRY_LIT("/\x7f"), {NULL, 0},         FERRY_LIT("/ HTTP/1.1\r\n\r\n")};
    static const struct ferry_str methods[] = {
        FERRY_LIT(""), FERRY_LIT("GET "), FERRY_LIT("GET\r\n"), FERRY_LIT("GE T"), {NULL, 0}};
    static const struct ferry_str names[] = {FERRY_LIT(""),       FERRY_LIT("a:"), FERRY_LIT("a b"),
                                             FERRY_LIT("a\r\nb"), {"a\0b", 3},     {NULL, 0}};
    static const struct ferry_str values_of[] = {FERRY_LIT("a\r\nx-evil: 1"),
                                                 FERRY_LIT("a\n"),
                                                 FERRY_LIT("\r"),
                                                 {"a\0b", 3},
                                                 FERRY_LIT("\x1b[0m")};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        request_reset(&request);
        ck_assert_int_eq(out.start(out.self, FERRY_LIT("GET"), targets[i]), FERRY_E_BUG);
        ck_assert_int_eq(request_seal(&request, &err), FERRY_E_BUG);
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        request_reset(&request);
        ck_assert_int_eq(out.start(out.self, methods[i], FERRY_LIT("/")), FERRY_E_BUG);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        request_reset(&request);
        out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
        ck_assert_int_eq(out.header(out.self, names[i]), FERRY_E_BUG);
    }
    for (size_t i = 0; i < sizeof values_of / sizeof *values_of; i++) {
        request_reset(&request);
        out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
        out.header(out.self, FERRY_LIT("x-name"));
        ck_assert_int_eq(out.text(out.self, values_of[i]), FERRY_E_BUG);
    }
    request_reset(&request);
    out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/%C3%A9?q=a%20b&c=[1]"));
    out.header(out.self, FERRY_LIT("x-name"));
    text("a\tb \xc3\xa9");
    ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
}
END_TEST

START_TEST(parts_out_of_order_are_the_codecs_bug)
{
    ck_assert_int_eq(out.body(out.self), FERRY_E_BUG);
    request_reset(&request);
    ck_assert_int_eq(out.text(out.self, FERRY_LIT("x")), FERRY_E_BUG);
    request_reset(&request);
    start_post();
    ck_assert_int_eq(out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/")), FERRY_E_BUG);
    request_reset(&request);
    start_post();
    ck_assert_int_eq(out.header(out.self, FERRY_LIT("late")), FERRY_E_BUG);
    request_reset(&request);
    out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
    ck_assert_int_eq(out.blob(out.self, FERRY_LIT("sha256:0"), 0, 1), FERRY_E_BUG);
    request_reset(&request);
    start_post();
    ck_assert_int_eq(out.secret(out.self, FERRY_LIT("token"), 4), FERRY_E_BUG);
    request_reset(&request);
    ck_assert_int_eq(out.status(out.self, 99), FERRY_E_BUG);
    request_reset(&request);
    ck_assert_int_eq(request_seal(&request, &err), FERRY_E_BUG);
    ck_assert_int_eq(out.need(out.self, FERRY_LIT("fact")), FERRY_E_BUG); /* nobody listens */
}
END_TEST

START_TEST(failures_latch)
{
    start_post();
    out.cut(out.self, 9);
    ck_assert_int_eq(out.text(out.self, FERRY_LIT("x")), FERRY_E_BUG);
    ck_assert_int_eq(request_seal(&request, &err), FERRY_E_BUG);
    request_finish(&request);
    request_init(&request, 64);
    out = request_out(&request);
    start_post();
    for (int i = 0; i < 10; i++) {
        text("0123456789");
    }
    ck_assert_int_eq(request_seal(&request, &err), FERRY_E_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.message, "64 bytes"));
}
END_TEST

/* --- leaving ----------------------------------------------------------------------------------------- */

START_TEST(a_secret_that_is_not_set_or_would_break_the_line_never_leaves)
{
    static const char *const names[] = {"nobody", "two_lines"};
    for (size_t i = 0; i < 2; i++) {
        request_reset(&request);
        out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
        out.header(out.self, FERRY_LIT("token"));
        out.secret(out.self, ferry_cstr(names[i]), FERRY_RAW);
        ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
        ck_assert_int_eq(flatten(NULL), FERRY_E_CONFIG);
        ck_assert_ptr_nonnull(strstr(err.message, names[i]));
        ck_assert_ptr_null(strstr(err.message, "evil"));
    }
    request_reset(&request);
    out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
    out.header(out.self, FERRY_LIT("token"));
    out.secret(out.self, FERRY_LIT("empty"), FERRY_RAW);
    ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
    ck_assert_int_eq(flatten(NULL), FERRY_OK);
}
END_TEST

START_TEST(a_blob_that_is_gone_is_named)
{
    start_post();
    out.blob(out.self, FERRY_LIT("sha256:beef"), 0, 10);
    ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
    ck_assert_int_eq(flatten(NULL), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "sha256:beef"));
}
END_TEST

START_TEST(a_blob_of_length_zero_goes_to_its_end)
{
    char digest[DIGEST_TEXT];
    ck_assert_int_eq(spool_add(spool, FERRY_LIT("0123456789"), digest, &err), FERRY_OK);
    start_post();
    out.blob(out.self, ferry_cstr(digest), 4, 0);
    ck_assert(str_is(flat_body(), "456789"));
}
END_TEST

START_TEST(more_headers_than_fit_are_refused)
{
    out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
    for (int i = 0; i <= REQUEST_HEADERS; i++) {
        out.header(out.self, FERRY_LIT("x"));
    }
    ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
    ck_assert_int_eq(flatten(NULL), FERRY_E_BUG);
}
END_TEST

/* --- stored --------------------------------------------------------------------------------------------- */

static void write_everything(void)
{
    out.start(out.self, FERRY_LIT("PUT"), FERRY_LIT("/x"));
    out.header(out.self, FERRY_LIT("h"));
    text("v");
    out.secret(out.self, FERRY_LIT("token"), FERRY_RAW);
    out.spool(out.self, 1000);
    out.body(out.self);
    text("body");
    out.blob(out.self, FERRY_LIT("sha256:00"), 1, 2);
    ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
}

/* Where this fails the packed form has changed: what journals hold would be sent as something else. */
START_TEST(the_bytes_are_the_ones_that_journals_hold)
{
    static const char golden[] = "Q\x03\0\0\0PUT"
                                 "U\x02\0\0\0/x"
                                 "H\x01\0\0\0h"
                                 "T\x01\0\0\0v"
                                 "S\x06\0\0\0\0token"
                                 "P\x08\0\0\0\xe8\x03\0\0\0\0\0\0"
                                 "B\0\0\0\0"
                                 "T\x04\0\0\0body"
                                 "X\x19\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0sha256:00";
    write_everything();
    ck_assert(ferry_eq(request_packed(&request), (struct ferry_str){golden, sizeof golden - 1}));
}
END_TEST

START_TEST(what_is_stored_comes_back_to_the_byte)
{
    struct request again;
    write_everything();
    request_init(&again, 1 << 20);
    ck_assert_int_eq(request_unpack(&again, request_packed(&request), &err), FERRY_OK);
    ck_assert(ferry_eq(request_packed(&again), request_packed(&request)));
    ck_assert(str_is(again.method, "PUT"));
    ck_assert_uint_eq(again.body_size, 6);
    ck_assert_uint_eq(again.spool_max, 1000);
    request_finish(&again);
}
END_TEST

/* The bytes in memory of their own: reading past their end is seen by the sanitizer. */
static int32_t unpack_exactly(struct request *into, const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    int32_t rc = request_unpack(into, (struct ferry_str){copy, n}, &err);
    free(copy);
    return rc;
}

START_TEST(damaged_bytes_are_refused_or_harmless)
{
    static const unsigned char wrong[] = {0, 1, 0x7f, 0x80, 0xff, 'T', 'S', 'X'};
    struct request again;
    struct buf shown;
    size_t refused = 0;
    write_everything();
    struct ferry_str bytes = request_packed(&request);
    char *mine = malloc((size_t)bytes.len);
    memcpy(mine, bytes.ptr, (size_t)bytes.len);
    request_init(&again, 1 << 20);
    buf_init(&shown, 1 << 20);
    for (size_t at = 0; at < bytes.len; at++) {
        for (size_t w = 0; w < sizeof wrong; w++) {
            char was = mine[at];
            mine[at] = (char)wrong[w];
            if (unpack_exactly(&again, mine, (size_t)bytes.len) == FERRY_OK) {
                request_flatten(&again, NULL, &values, spool, &storage, headers, &message, &err);
                buf_reset(&shown);
                request_show(&again, &shown);
            } else {
                refused++;
            }
            mine[at] = was;
        }
    }
    ck_assert_uint_gt(refused, bytes.len);
    for (size_t n = 0; n < bytes.len; n++) {
        int32_t rc = unpack_exactly(&again, mine, n);
        ck_assert(rc == FERRY_OK || rc == FERRY_E_STATE);
        ck_assert(rc != FERRY_OK || n > 14); /* a request line at least */
    }
    buf_finish(&shown);
    request_finish(&again);
    free(mine);
}
END_TEST

START_TEST(a_stored_request_that_is_none_is_told)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *said;
    } wrong[] = {{"", 0, "no request line"},
                 {"U\1\0\0\0/", 6, "no request line"},
                 {"Q\1\0\0\0G", 6, "no request line"},
                 {"Z\0\0\0\0", 5, "part 'Z' is of no kind"},
                 {"\x1b\0\0\0\0", 5, "part '\\x1b' is of no kind"},
                 {"Q\3\0\0\0GE", 7, "cut off"},
                 {"Q\1\0\0\0GU\1\0\0\0/S\0\0\0\0", 17, "'S' is damaged"},
                 {"Q\1\0\0\0GU\1\0\0\0/S\2\0\0\0\x09n", 19, "'S' is damaged"},
                 {"Q\1\0\0\0GU\1\0\0\0/X\4\0\0\0abcd", 21, "'X' is damaged"},
                 {"A\1\0\0\0\x10", 6, "'A' is damaged"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(unpack_exactly(&request, wrong[i].bytes, wrong[i].n), FERRY_E_STATE);
        ck_assert_msg(strstr(err.message, wrong[i].said) != NULL, "%zu: %s", i, err.message);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("request");
    TCase *t = tcase_create("writing");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, what_a_codec_wrote_is_what_leaves);
    tcase_add_test(t, secrets_are_stored_by_name_and_placed_as_their_place_wants);
    tcase_add_test(t, a_dress_brings_headers_and_nothing_else);
    tcase_add_test(t, the_item_that_did_not_fit_is_taken_back);
    tcase_add_test(t, a_secret_stays_on_its_side_of_the_undo);
    tcase_add_test(t, an_undo_can_take_back_all_and_again);
    tcase_add_test(t, what_was_never_written_cannot_be_taken_back);
    tcase_add_test(t, nothing_begins_a_second_request);
    tcase_add_test(t, parts_out_of_order_are_the_codecs_bug);
    tcase_add_test(t, failures_latch);
    suite_add_tcase(s, t);
    t = tcase_create("leaving and stored");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_secret_that_is_not_set_or_would_break_the_line_never_leaves);
    tcase_add_test(t, a_blob_that_is_gone_is_named);
    tcase_add_test(t, a_blob_of_length_zero_goes_to_its_end);
    tcase_add_test(t, more_headers_than_fit_are_refused);
    tcase_add_test(t, the_bytes_are_the_ones_that_journals_hold);
    tcase_add_test(t, what_is_stored_comes_back_to_the_byte);
    tcase_add_test(t, damaged_bytes_are_refused_or_harmless);
    tcase_add_test(t, a_stored_request_that_is_none_is_told);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
