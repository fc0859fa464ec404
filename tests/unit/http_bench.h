/* SPDX-License-Identifier: MIT */
/* http_bench.h - the client that speaks HTTP, and one request after the other through it. */
#ifndef TESTS_HTTP_BENCH_H
#define TESTS_HTTP_BENCH_H

#include <http_client.h>
#include <transport_curl.h>

#include <check.h>

#define OK200(length, body) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n" body

static struct http_client *client;
static struct clock real;
static struct transport transport;

/* One request; x is initialised, and finished by the caller. */
static inline void carry(struct exchange *x, struct request *r, const char *method,
                         const char *body)
{
    struct ferry_error err = {.size = sizeof err};
    struct exchange *got = NULL;
    struct ferry_out out = request_out(r);
    request_reset(r);
    out.start(out.self, ferry_cstr(method), FERRY_LIT("/v1/things?x=1"));
    out.header(out.self, FERRY_LIT("token"));
    out.text(out.self, FERRY_LIT("t"));
    if (body) {
        out.header(out.self, FERRY_LIT("content-type"));
        out.text(out.self, FERRY_LIT("application/json"));
        out.body(out.self);
        out.text(out.self, ferry_cstr(body));
    }
    ck_assert_int_eq(request_seal(r, &err), FERRY_OK);
    x->request = r;
    ck_assert_msg(transport.submit(transport.self, x, &err) == FERRY_OK, "%s", err.message);
    for (int i = 0; i < 100 && !got; i++) {
        got = transport.next(transport.self, 100);
    }
    ck_assert_ptr_eq(got, x);
}

static inline struct exchange new_exchange(int effect)
{
    struct exchange x = {.max_answer = 4096, .has_effect = effect};
    buf_init(&x.storage, 1 << 20);
    return x;
}

#endif
