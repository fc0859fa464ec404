/* SPDX-License-Identifier: MIT */
/*
 * http_tls.c - what goes wrong below HTTP: certificates, handshakes, and connections of TLS that break off. Before the request has gone the end is
 * NOT_SENT, behind it UNSURE; and HTTP/2 is neither offered nor taken.
 */
#include "http_bench.h"

#include <text.h>

#include <signal.h>

#include "scratch.h"
#include "tls_server.h"

static struct authority authority;
static struct tls_server server;
static char base[64];
static const struct http_times quick = {.connect_ms = 400, .idle_ms = 300, .whole_ms = 5000};

/* Of whom the certificate is, and in what it is wrong. */
enum shows { GOOD, ELSEWHERE, EXPIRED, EARLY, SELF_SIGNED, STRANGER };

static X509 *show(enum shows what)
{
    EVP_PKEY *key = authority.key;
    X509 *stranger = what == STRANGER ? tls_certificate(key, NULL, "Nobody", NULL, -1, 9) : NULL;
    X509 *issuer = what == SELF_SIGNED ? NULL : stranger ? stranger : authority.own;
    X509 *cert = tls_certificate(key, issuer, "127.0.0.1",
                                 what == ELSEWHERE ? "DNS:qase.example" : "IP:127.0.0.1",
                                 what == EARLY ? 2 : -9, what == EXPIRED ? -2 : 9);
    X509_free(stranger);
    return cert;
}

static void begin(struct tls_server how, enum shows what)
{
    struct ferry_error err = {.size = sizeof err};
    server = how;
    server.key = authority.key;
    server.certificate = show(what);
    tls_start(&server);
    real = clock_real();
    snprintf(base, sizeof base, "https://127.0.0.1:%u", server.port);
    ck_assert_int_eq(http_client_create(&client, &quick, &real, &err), FERRY_OK);
    struct http_route route = {.base = ferry_cstr(base), .ca_file = FERRY_LIT("ca.pem")};
    ck_assert_int_eq(transport_curl_open(&transport, client, &route, &err), FERRY_OK);
}

static void end(void)
{
    transport.close(transport.self);
    http_client_destroy(client);
    tls_stop(&server);
    X509_free(server.certificate);
}

static void set_up(void)
{
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to who has gone */
    scratch_enter();
    authority_make(&authority, "ca.pem");
}

static void tear_down(void)
{
    authority_free(&authority);
    scratch_leave();
}

/* --- before the request ---------------------------------------------------------------------------- */

#define SAYS OK200("2", "{}")
static const struct refusal {
    const char *name;
    enum shows shows;
    enum tls_before before;
    int version;
    const char *pick;
    int32_t status;
    const char *why; /* in the error */
} refusals[] = {
    {"a certificate of another host", ELSEWHERE, TLS_SHAKES, 0, NULL, FERRY_E_CONFIG, "127.0.0.1"},
    {"an expired certificate", EXPIRED, TLS_SHAKES, 0, NULL, FERRY_E_CONFIG, "expired"},
    {"a certificate of tomorrow", EARLY, TLS_SHAKES, 0, NULL, FERRY_E_CONFIG, "not yet valid"},
    {"a self-signed certificate", SELF_SIGNED, TLS_SHAKES, 0, NULL, FERRY_E_CONFIG, "self"},
    {"a certificate of a stranger", STRANGER, TLS_SHAKES, 0, NULL, FERRY_E_CONFIG, "issuer"},
    {"TLS 1.0 alone", GOOD, TLS_SHAKES, TLS1_VERSION, NULL, 0, ""},
    {"TLS 1.1 alone", GOOD, TLS_SHAKES, TLS1_1_VERSION, NULL, 0, ""},
    {"hung up in the handshake", GOOD, TLS_HANGS_UP, 0, NULL, 0, ""},
    {"reset in the handshake", GOOD, TLS_RESETS, 0, NULL, 0, ""},
    {"half a hello", GOOD, TLS_HALF_HELLO, 0, NULL, 0, ""},
    {"HTTP where TLS should be", GOOD, TLS_PLAIN, 0, NULL, 0, ""},
    {"an alert in the handshake", GOOD, TLS_REFUSES, 0, NULL, 0, "alert"},
    {"silence in the handshake", GOOD, TLS_SILENT, 0, NULL, 0, ""},
    {"HTTP/2 chosen though not offered", GOOD, TLS_SHAKES, 0, "\x02h2", 0, ""},
};

START_TEST(before_the_request_it_is_not_sent_and_the_error_says_why)
{
    const struct refusal *f = &refusals[_i];
    struct request r;
    struct exchange x = new_exchange(1);
    begin(
        (struct tls_server){
            .before = f->before, .version = f->version, .pick = f->pick, .say = SAYS},
        f->shows);
    request_init(&r, 1 << 20);
    carry(&x, &r, "POST", "{\"a\":1}");
    ck_assert_msg(x.end == EXCHANGE_NOT_SENT, "%s: %d, %s", f->name, x.end, x.error.message);
    ck_assert_msg(strstr(x.error.message, f->why), "%s: %s", f->name, x.error.message);
    ck_assert_msg(!f->status || x.error.status == f->status, "%s: %d: %s", f->name, x.error.status,
                  x.error.message);
    ck_assert_uint_gt(strlen(x.error.message), 10);
    buf_finish(&x.storage);
    request_finish(&r);
    end();
    ck_assert_msg(server.requests == 0, "%s: %u requests", f->name, server.requests);
}
END_TEST

/* --- behind it ----------------------------------------------------------------------------------------- */

#define TO_THE_END(body) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body
static const struct cut {
    const char *name;
    const char *say;
    enum tls_then then;
    enum exchange_end end;
    const char *body; /* where it is an answer */
} cuts[] = {
    {"a whole answer", SAYS, TLS_GOODBYE, EXCHANGE_ANSWERED, "{}"},
    {"a whole answer, no close_notify", SAYS, TLS_CUT, EXCHANGE_ANSWERED, "{}"},
    {"no answer", "", TLS_GOODBYE, EXCHANGE_UNSURE, NULL},
    {"no answer, no close_notify", "", TLS_CUT, EXCHANGE_UNSURE, NULL},
    {"no answer, reset", "", TLS_RESET, EXCHANGE_UNSURE, NULL},
    {"half a head, no close_notify", "HTTP/1.1 200 OK\r\nContent-", TLS_CUT, EXCHANGE_UNSURE, NULL},
    {"half a body", OK200("20", "{\"a\":"), TLS_GOODBYE, EXCHANGE_UNSURE, NULL},
    {"half a body, no close_notify", OK200("20", "{\"a\":"), TLS_CUT, EXCHANGE_UNSURE, NULL},
    {"half a body, reset", OK200("20", "{\"a\":"), TLS_RESET, EXCHANGE_UNSURE, NULL},
    {"half a body, an alert", OK200("20", "{\"a\":"), TLS_ALERT, EXCHANGE_UNSURE, NULL},
    {"half a body, garbage", OK200("20", "{\"a\":"), TLS_GARBAGE, EXCHANGE_UNSURE, NULL},
    {"an alert for an answer", "", TLS_ALERT, EXCHANGE_UNSURE, NULL},
    {"garbage for an answer", "", TLS_GARBAGE, EXCHANGE_UNSURE, NULL},
    {"to the end", TO_THE_END("{}"), TLS_GOODBYE, EXCHANGE_ANSWERED, "{}"},
    /* Nobody but the codec can see that this is half of it; libcurl does not tell how a connection ended. */
    {"half to the end, no close_notify", TO_THE_END("{\"a\":"), TLS_CUT, EXCHANGE_ANSWERED,
     "{\"a\":"},
    {"frames of HTTP/2", "\x00\x00\x06\x04\x01\x02\x03\x04\x05\x06\x07\x08", TLS_CUT,
     EXCHANGE_UNSURE, NULL},
    {"an answer in HTTP/2's words", "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\n{}", TLS_GOODBYE,
     EXCHANGE_UNSURE, NULL},
};
static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
enum { CUTS = sizeof cuts / sizeof *cuts, VERSIONS = 2 };

START_TEST(behind_the_request_what_is_not_whole_is_no_answer)
{
    const struct cut *f = &cuts[_i / VERSIONS];
    struct request r;
    struct exchange x = new_exchange(1);
    begin((struct tls_server){.version = versions[_i % VERSIONS], .say = f->say, .then = f->then},
          GOOD);
    request_init(&r, 1 << 20);
    carry(&x, &r, "POST", "{\"a\":1}");
    ck_assert_msg(x.end == f->end, "%s: %d, %s", f->name, x.end, x.error.message);
    ck_assert(!f->body || str_is(x.answer.body, f->body));
    buf_finish(&x.storage);
    request_finish(&r);
    end();
    ck_assert_msg(server.requests == 1, "%s: %u requests", f->name, server.requests);
}
END_TEST

/* New keys, or another handshake, in the middle of a body: nothing is wrong with it. Where a client does not do it, it says so and is in doubt. */
START_TEST(keys_that_change_in_mid_body_harm_nothing)
{
    for (int i = 0; i < VERSIONS; i++) {
        struct request r;
        struct exchange x = new_exchange(1);
        begin((struct tls_server){.version = versions[i],
                                  .say = OK200("8", "{\"a\""),
                                  .then = TLS_RENEGOTIATE,
                                  .more = ":17}"},
              GOOD);
        request_init(&r, 1 << 20);
        carry(&x, &r, "POST", "{\"a\":1}");
        ck_assert_msg(x.end == EXCHANGE_ANSWERED && str_is(x.answer.body, "{\"a\":17}"),
                      "%d: %d, %s", i, x.end, x.error.message);
        buf_finish(&x.storage);
        request_finish(&r);
        end();
        ck_assert_uint_eq(server.requests, 1);
    }
}
END_TEST

/* --- HTTP/2 ---------------------------------------------------------------------------------------------- */

START_TEST(http_1_1_is_all_that_is_offered)
{
    static const char only[] = "\x08http/1.1";
    struct request r;
    struct exchange x = new_exchange(1);
    begin((struct tls_server){.say = SAYS, .pick = only}, GOOD);
    request_init(&r, 1 << 20);
    carry(&x, &r, "POST", "{}");
    ck_assert_int_eq(x.end, EXCHANGE_ANSWERED);
    buf_finish(&x.storage);
    request_finish(&r);
    end();
    ck_assert_uint_eq(server.n_offered, sizeof only - 1);
    ck_assert_int_eq(memcmp(server.offered, only, sizeof only - 1), 0);
    ck_assert_ptr_null(strcasestr(server.last, "upgrade:"));
}
END_TEST

/* A connection of TLS that was kept and dies when it is used again: libcurl makes another one, and there the guard ends it. */
START_TEST(nothing_with_an_effect_is_sent_twice_on_a_kept_connection_that_died)
{
    unsigned unsure = 0;
    struct request r;
    begin((struct tls_server){.say = SAYS, .then = TLS_KEEP, .dies_second = 1}, GOOD);
    request_init(&r, 1 << 20);
    for (int i = 0; i < 2; i++) {
        struct exchange x = new_exchange(1);
        carry(&x, &r, "DELETE", NULL);
        unsure += x.end == EXCHANGE_UNSURE;
        buf_finish(&x.storage);
    }
    request_finish(&r);
    end();
    ck_assert_uint_eq(server.requests, 2);
    ck_assert_uint_eq(unsure, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http over TLS");
    TCase *t = tcase_create("tls");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, before_the_request_it_is_not_sent_and_the_error_says_why, 0,
                        sizeof refusals / sizeof *refusals);
    tcase_add_loop_test(t, behind_the_request_what_is_not_whole_is_no_answer, 0, CUTS * VERSIONS);
    tcase_add_test(t, keys_that_change_in_mid_body_harm_nothing);
    tcase_add_test(t, http_1_1_is_all_that_is_offered);
    tcase_add_test(t, nothing_with_an_effect_is_sent_twice_on_a_kept_connection_that_died);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
