/* SPDX-License-Identifier: MIT */
/*
 * http.c - what each way in which a server can misbehave ends as: ANSWERED, UNSURE or NOT_SENT. The whole of the engine's knowledge of
 * danger stands on these three.
 */
#include "http_bench.h"

#include <spool.h>
#include <text.h>
#include <url.h>

#include "raw_server.h"
#include "scratch.h"

#include <zlib.h>

static struct raw_server server;
static struct spool *spool;
static char base[64];
static const struct http_times quick = {.connect_ms = 2000, .idle_ms = 300, .whole_ms = 5000};

static void begin(const struct raw_step *steps, size_t n)
{
    struct ferry_error err = {.size = sizeof err};
    raw_start(&server, steps, n);
    real = clock_real();
    snprintf(base, sizeof base, "http://127.0.0.1:%u", server.port);
    ck_assert_int_eq(http_client_create(&client, &quick, &real, &err), FERRY_OK);
    struct http_route route = {.base = ferry_cstr(base), .spool = spool};
    ck_assert_int_eq(transport_curl_open(&transport, client, &route, &err), FERRY_OK);
}

static void end(void)
{
    transport.close(transport.self);
    http_client_destroy(client);
    raw_stop(&server);
}

/* --- one fault, one end --------------------------------------------------------------------------- */

static const struct fault {
    const char *name;
    struct raw_step step;
    enum exchange_end end; /* 0: no answer; whether it was sent is a matter of luck */
    const char *why;       /* in the error; NULL: answered */
} faults[] = {
    {"a whole answer", {.say = OK200("2", "{}")}, EXCHANGE_ANSWERED, NULL},
    {"in chunks",
     {.say = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
     EXCHANGE_ANSWERED,
     NULL},
    {"closed after the request", {.then = RAW_CLOSE}, EXCHANGE_UNSURE, "Empty reply"},
    {"reset after the request", {.then = RAW_RESET}, EXCHANGE_UNSURE, ""},
    {"reset before the request is read", {.unread = 1, .then = RAW_RESET}, 0, ""},
    {"half a status line", {.say = "HTTP/1.1 20", .then = RAW_CLOSE}, EXCHANGE_UNSURE, ""},
    {"half a head",
     {.say = "HTTP/1.1 200 OK\r\nContent-Le", .then = RAW_CLOSE},
     EXCHANGE_UNSURE,
     ""},
    {"less than Content-Length",
     {.say = OK200("20", "{\"a\":"), .then = RAW_CLOSE},
     EXCHANGE_UNSURE,
     "transfer closed"},
    {"half a chunk",
     {.say = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a\"", .then = RAW_CLOSE},
     EXCHANGE_UNSURE,
     ""},
    {"a bad chunk",
     {.say = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", .then = RAW_CLOSE},
     EXCHANGE_UNSURE,
     ""},
    {"no answer", {.then = RAW_HOLD}, EXCHANGE_UNSURE, "no sign of life for 300 ms"},
    {"half an answer, then silence",
     {.say = OK200("20", "{"), .then = RAW_HOLD},
     EXCHANGE_UNSURE,
     "no sign of life"},
    {"not HTTP", {.say = "220 mail.example ESMTP\r\n", .then = RAW_CLOSE}, EXCHANGE_UNSURE, ""},
    {"a redirect",
     {.say = "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n"},
     EXCHANGE_ANSWERED,
     NULL},
    {"a page of a proxy",
     {.say =
          "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"},
     EXCHANGE_ANSWERED,
     NULL},
    {"100 before 200",
     {.say = "HTTP/1.1 100 Continue\r\n\r\n" OK200("2", "{}")},
     EXCHANGE_ANSWERED,
     NULL},
    {"gzip that is none",
     {.say = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"},
     EXCHANGE_UNSURE,
     "gzip body is damaged"},
};

START_TEST(each_fault_ends_as_it_must)
{
    const struct fault *f = &faults[_i];
    struct request r;
    struct exchange x = new_exchange(1);
    begin(&f->step, 1);
    request_init(&r, 1 << 20);
    carry(&x, &r, "POST", "{\"a\":1}");
    ck_assert_msg(f->end ? x.end == f->end : x.end != EXCHANGE_ANSWERED, "%s: %d, %s", f->name,
                  x.end, x.error.message);
    ck_assert_msg(!f->why || strstr(x.error.message, f->why), "%s: %s", f->name, x.error.message);
    buf_finish(&x.storage);
    request_finish(&r);
    end();
    ck_assert_msg(server.requests <= 1, "%s: sent %u times", f->name, server.requests);
}
END_TEST

START_TEST(a_request_arrives_as_it_was_written)
{
    static const struct raw_step step = {
        .say = "HTTP/1.1 201 Created\r\nX-Thing:  7 \r\nContent-Length: 8\r\n\r\n{\"id\":7}"};
    struct request r;
    struct exchange x = new_exchange(1);
    begin(&step, 1);
    request_init(&r, 1 << 20);
    carry(&x, &r, "POST", "{\"a\":1}");
    ck_assert_int_eq(x.end, EXCHANGE_ANSWERED);
    ck_assert_uint_eq(x.answer.status, 201);
    ck_assert(str_is(x.answer.body, "{\"id\":7}"));
    ck_assert(str_is(ferry_get(x.answer.headers, x.answer.n_headers, FERRY_LIT("x-thing")), "7"));
    buf_finish(&x.storage);
    request_finish(&r);
    end();
    ck_assert_ptr_nonnull(strstr(server.last, "POST /v1/things?x=1 HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(server.last, "\r\ntoken: t\r\n"));
    ck_assert_ptr_nonnull(strstr(server.last, "\r\nAccept-Encoding: gzip\r\n"));
    ck_assert_ptr_null(strcasestr(server.last, "expect:"));
    ck_assert_ptr_nonnull(strstr(server.last, "\r\n\r\n{\"a\":1}"));
}
END_TEST

START_TEST(nothing_left_where_nobody_listens)
{
    struct request r;
    struct exchange x = new_exchange(1);
    begin(NULL, 0);
    raw_stop(&server);
    request_init(&r, 1 << 20);
    carry(&x, &r, "POST", "{}");
    ck_assert_int_eq(x.end, EXCHANGE_NOT_SENT);
    ck_assert_int_eq(x.error.status, FERRY_E_UNREACHABLE);
    buf_finish(&x.storage);
    request_finish(&r);
    transport.close(transport.self);
    http_client_destroy(client);
}
END_TEST

/* --- kept connections ------------------------------------------------------------------------------- */

/* The server closes a kept connection when the second request has arrived on it: it may have acted. */
static unsigned stale(int effect, int fresh, unsigned *unsure)
{
    static const struct raw_step steps[] = {
        {.say = OK200("2", "{}"), .then = RAW_KEEP},
        {.then = RAW_CLOSE},
        {.say = OK200("2", "{}"), .then = RAW_KEEP},
        {.say = OK200("2", "{}"), .then = RAW_KEEP},
    };
    struct request r;
    begin(steps, 4);
    request_init(&r, 1 << 20);
    for (int i = 0; i < 2; i++) {
        struct exchange x = new_exchange(effect);
        x.fresh = fresh;
        carry(&x, &r, "DELETE",
              NULL); /* a body could not be sent again anyhow: it is read but once */
        *unsure += x.end == EXCHANGE_UNSURE;
        buf_finish(&x.storage);
    }
    request_finish(&r);
    end();
    return server.requests;
}

START_TEST(nothing_with_an_effect_is_sent_twice_on_a_connection_that_died)
{
    unsigned unsure = 0;
    ck_assert_uint_eq(stale(1, 0, &unsure), 2);
    ck_assert_uint_eq(unsure, 1);
}
END_TEST

/* Without the guard libcurl does it: this is what the guard is for. */
START_TEST(what_has_no_effect_is_sent_again_by_libcurl_itself)
{
    unsigned unsure = 0;
    ck_assert_uint_eq(stale(0, 0, &unsure), 3);
    ck_assert_uint_eq(unsure, 0);
}
END_TEST

START_TEST(connections_are_kept_and_a_fresh_one_is_made_where_it_is_asked_for)
{
    static const struct raw_step steps[] = {{.say = OK200("2", "{}"), .then = RAW_KEEP},
                                            {.say = OK200("2", "{}"), .then = RAW_KEEP}};
    struct request r;
    begin(steps, 2);
    request_init(&r, 1 << 20);
    for (int i = 0; i < 2; i++) {
        struct exchange x = new_exchange(1);
        carry(&x, &r, "POST", "{}");
        ck_assert_int_eq(x.end, EXCHANGE_ANSWERED);
        buf_finish(&x.storage);
    }
    request_finish(&r);
    end();
    ck_assert_uint_eq(server.connections, 1);
}
END_TEST

/* --- long answers ------------------------------------------------------------------------------------- */

static size_t zipped(char *out, size_t room, const char *text, size_t n, size_t cut)
{
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)text;
    z.avail_in = (unsigned)n;
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t len = room - z.avail_out;
    deflateEnd(&z);
    return len - cut;
}

/* Says `n` bytes of 'x' as gzip, `cut` of them missing at the end although Content-Length agrees. */
static void carry_zipped(struct exchange *x, struct request *r, size_t n, size_t cut,
                         const char *method)
{
    static char say[1 << 20], body[1 << 20];
    char *text = malloc(n);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', n);
    size_t len = zipped(body, sizeof body, text, n, cut);
    int head =
        snprintf(say, sizeof say,
                 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", len);
    memcpy(say + head, body, len);
    static struct raw_step step;
    step = (struct raw_step){.say = say, .len = (size_t)head + len, .then = RAW_CLOSE};
    begin(&step, 1);
    carry(x, r, method, NULL);
    free(text);
}

START_TEST(gzip_is_unpacked_and_its_end_is_seen)
{
    static const struct {
        size_t n, cut;
        enum exchange_end end;
        const char *why;
    } rows[] = {{1000, 0, EXCHANGE_ANSWERED, NULL},
                {1000, 1, EXCHANGE_UNSURE, "cut short"},
                {1000, 12, EXCHANGE_UNSURE, "cut short"},
                {64 << 20, 0, EXCHANGE_UNSURE, "more than 4096 bytes"}};
    struct request r;
    struct exchange x = new_exchange(0);
    request_init(&r, 1 << 20);
    carry_zipped(&x, &r, rows[_i].n, rows[_i].cut, "GET");
    ck_assert_msg(x.end == rows[_i].end, "%d: %s", x.end, x.error.message);
    ck_assert(!rows[_i].why || strstr(x.error.message, rows[_i].why));
    ck_assert(x.end != EXCHANGE_ANSWERED || x.answer.body.len == rows[_i].n);
    buf_finish(&x.storage);
    request_finish(&r);
    end();
}
END_TEST

START_TEST(an_answer_longer_than_allowed_is_no_answer)
{
    static char say[9000];
    static struct raw_step step = {.say = say, .then = RAW_CLOSE};
    int head = snprintf(say, sizeof say, "HTTP/1.1 200 OK\r\nContent-Length: 8000\r\n\r\n");
    memset(say + head, 'x', 8000);
    struct request r;
    struct exchange x = new_exchange(1);
    begin(&step, 1);
    request_init(&r, 1 << 20);
    carry(&x, &r, "POST", "{}");
    ck_assert_int_eq(x.end, EXCHANGE_UNSURE);
    ck_assert_ptr_nonnull(strstr(x.error.message, "more than 4096 bytes"));
    buf_finish(&x.storage);
    request_finish(&r);
    end();
}
END_TEST

/* --- the spool -------------------------------------------------------------------------------------------- */

START_TEST(a_blob_is_sent_from_the_spool_and_an_answer_goes_into_it)
{
    static const struct raw_step step = {.say = OK200("5", "hello"), .then = RAW_CLOSE};
    struct ferry_error err = {.size = sizeof err};
    char digest[DIGEST_TEXT];
    struct request r;
    struct exchange x = new_exchange(1), *got = NULL;
    scratch_enter();
    ck_assert_int_eq(spool_open(&spool, "spool", 0, &err), FERRY_OK);
    ck_assert_int_eq(spool_add(spool, FERRY_LIT("0123456789"), digest, &err), FERRY_OK);
    begin(&step, 1);
    request_init(&r, 1 << 20);
    struct ferry_out out = request_out(&r);
    out.start(out.self, FERRY_LIT("PUT"), FERRY_LIT("/a"));
    out.spool(out.self, 100);
    out.body(out.self);
    out.text(out.self, FERRY_LIT("<"));
    out.blob(out.self, ferry_cstr(digest), 2, 3);
    out.text(out.self, FERRY_LIT("|"));
    out.blob(out.self, ferry_cstr(digest), 7, 0);
    out.text(out.self, FERRY_LIT(">"));
    ck_assert_int_eq(request_seal(&r, &err), FERRY_OK);
    x.request = &r;
    ck_assert_int_eq(transport.submit(transport.self, &x, &err), FERRY_OK);
    for (int i = 0; i < 100 && !got; i++) {
        got = transport.next(transport.self, 100);
    }
    ck_assert_int_eq(x.end, EXCHANGE_ANSWERED);
    ck_assert_ptr_nonnull(x.answer.blob);
    ck_assert_uint_eq(x.answer.blob->bytes, 5);
    char kept[6] = "";
    ck_assert_int_eq(spool_read(spool, x.answer.blob->digest, 0, kept, 5), 5);
    ck_assert_str_eq(kept, "hello");
    buf_finish(&x.storage);
    request_finish(&r);
    end();
    spool_close(spool);
    spool = NULL;
    scratch_leave();
    ck_assert_ptr_nonnull(strstr(server.last, "Content-Length: 9\r\n"));
    ck_assert_ptr_nonnull(strstr(server.last, "\r\n\r\n<234|789>"));
}
END_TEST

/* --- bytes elsewhere --------------------------------------------------------------------------------------- */

/* The target is another host to a URL, and the same server to a test. */
static int32_t fetch_elsewhere(struct request *r, struct exchange *x, const char *method,
                               uint64_t spool_max)
{
    struct ferry_error err = {.size = sizeof err};
    char target[96];
    struct ferry_out out = request_out(r);
    snprintf(target, sizeof target, "http://127.0.0.1:%u/file?signature=s", server.port);
    request_reset(r);
    out.start(out.self, ferry_cstr(method), ferry_cstr(target));
    if (spool_max) {
        out.spool(out.self, spool_max);
    }
    ck_assert_int_eq(request_seal(r, &err), FERRY_OK);
    x->request = r;
    int32_t rc = transport.submit(transport.self, x, &err);
    ck_assert(rc == FERRY_OK ||
              strstr(err.message, "is not sent with the credentials of localhost"));
    return rc;
}

START_TEST(bytes_of_another_host_are_asked_for_with_nothing_of_ours)
{
    static const struct raw_step step = {
        .say = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\nhello",
        .then = RAW_CLOSE};
    struct ferry_error err = {.size = sizeof err};
    struct request r, dress;
    struct exchange x = new_exchange(0), *got = NULL;
    scratch_enter();
    ck_assert_int_eq(spool_open(&spool, "spool", 0, &err), FERRY_OK);
    begin(&step, 1);
    transport.close(transport.self);
    snprintf(base, sizeof base, "http://localhost:%u", server.port);
    struct http_route route = {.base = ferry_cstr(base), .spool = spool};
    ck_assert_int_eq(transport_curl_open(&transport, client, &route, &err), FERRY_OK);
    request_init(&r, 1 << 20);
    request_init(&dress, 1 << 20);
    struct ferry_out out = request_out(&dress);
    out.header(out.self, FERRY_LIT("token"));
    out.text(out.self, FERRY_LIT("open-sesame"));
    x.dress = &dress;
    ck_assert_int_eq(fetch_elsewhere(&r, &x, "GET", 0), FERRY_E_CONFIG);
    ck_assert_int_eq(fetch_elsewhere(&r, &x, "POST", 100), FERRY_E_CONFIG);
    ck_assert_int_eq(fetch_elsewhere(&r, &x, "GET", 100), FERRY_OK);
    for (int i = 0; i < 100 && !got; i++) {
        got = transport.next(transport.self, 100);
    }
    ck_assert_int_eq(x.end, EXCHANGE_ANSWERED);
    ck_assert_ptr_nonnull(x.answer.blob);
    ck_assert_uint_eq(x.answer.n_headers, 0); /* nor do its headers say anything of the account */
    buf_finish(&x.storage);
    request_finish(&r);
    request_finish(&dress);
    end();
    spool_close(spool);
    spool = NULL;
    scratch_leave();
    ck_assert_uint_eq(server.requests, 1);
    ck_assert_ptr_nonnull(strstr(server.last, "GET /file?signature=s "));
    ck_assert_ptr_null(strcasestr(server.last, "token"));
}
END_TEST

/* --- URLs ---------------------------------------------------------------------------------------------------- */

START_TEST(a_target_joins_its_base_without_the_version)
{
    static const char *const rows[][3] = {
        {"https://api.example.org", "/v1/run/A", "https://api.example.org/v1/run/A"},
        {"https://api.example.org/v1", "/v2/A/run", "https://api.example.org/v2/A/run"},
        {"https://api.example.org/v1/", "/v1/run", "https://api.example.org/v1/run"},
        {"http://127.0.0.1:80/qase/v12", "/v1/x", "http://127.0.0.1:80/qase/v1/x"},
        {"http://h/archive", "/x", "http://h/archive/x"},
        {"http://h/v", "/x", "http://h/v/x"},
        {"http://v1", "/x", "http://v1/x"},
        {"http://h/v1", "http://H/y", "http://H/y"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ferry_error err = {.size = sizeof err};
        struct buf b;
        buf_init(&b, 4096);
        ck_assert_int_eq(url_join(&b, ferry_cstr(rows[i][0]), ferry_cstr(rows[i][1]), &err),
                         FERRY_OK);
        ck_assert_str_eq(buf_cstr(&b), rows[i][2]);
        buf_finish(&b);
    }
}
END_TEST

START_TEST(an_absolute_target_of_another_place_is_refused)
{
    static const char *const targets[] = {"https://evil.example/x", "http://api.example.org/x",
                                          "https://api.example.org:8443/x", "x"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct ferry_error err = {.size = sizeof err};
        struct buf b;
        buf_init(&b, 4096);
        ck_assert_int_ne(
            url_join(&b, FERRY_LIT("https://api.example.org"), ferry_cstr(targets[i]), &err),
            FERRY_OK);
        buf_finish(&b);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http");
    TCase *t = tcase_create("http");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(t, each_fault_ends_as_it_must, 0, sizeof faults / sizeof *faults);
    tcase_add_test(t, a_request_arrives_as_it_was_written);
    tcase_add_test(t, nothing_left_where_nobody_listens);
    tcase_add_test(t, nothing_with_an_effect_is_sent_twice_on_a_connection_that_died);
    tcase_add_test(t, what_has_no_effect_is_sent_again_by_libcurl_itself);
    tcase_add_test(t, connections_are_kept_and_a_fresh_one_is_made_where_it_is_asked_for);
    tcase_add_loop_test(t, gzip_is_unpacked_and_its_end_is_seen, 0, 4);
    tcase_add_test(t, an_answer_longer_than_allowed_is_no_answer);
    tcase_add_test(t, a_blob_is_sent_from_the_spool_and_an_answer_goes_into_it);
    tcase_add_test(t, bytes_of_another_host_are_asked_for_with_nothing_of_ours);
    tcase_add_test(t, a_target_joins_its_base_without_the_version);
    tcase_add_test(t, an_absolute_target_of_another_place_is_refused);
    tcase_set_timeout(t, 60);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
