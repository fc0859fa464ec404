/* SPDX-License-Identifier: MIT */
/* http_trace.c - see http_trace.h. */
#include "http_trace.h"

#include "log.h"

#include <stdatomic.h>
#include <strings.h>
#include <text.h>

#define log_trace(...) log_write(FERRY_LOG_TRACE, __VA_ARGS__)

/* A part of a header's name is enough: X-Auth-Token, Set-Cookie, LWSSO_COOKIE_KEY. */
static int is_secret_name(struct ferry_str name)
{
    static const char *const parts[] = {"token",  "auth",    "cookie", "secret",   "lwsso",
                                        "x-qase", "session", "csrf",   "password", "api-key"};
    char text[64];
    snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcasestr(text, parts[i])) {
            return 1;
        }
    }
    return name.len >= sizeof text;
}

/* Who dresses a request gives it its secrets. */
static int is_dress(const struct http_transfer *t, struct ferry_str name)
{
    static const char *const plain[] = {"content-type", "accept", "accept-encoding", "user-agent"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (str_is_nocase(name, plain[i])) {
            return 0;
        }
    }
    return t->x->dress != NULL;
}

static void show_header(unsigned number, char way, struct ferry_str name, struct ferry_str value,
                        int hidden)
{
    log_trace("#%u %c %.*s: %.*s", number, way, STR_ARG(name),
              STR_ARG(hidden ? FERRY_LIT("***") : value));
}

struct ferry_str http_trace_url(const struct http_transfer *t)
{
    struct ferry_str url = buf_str(&t->url), path;
    return t->elsewhere && str_split(&url, '?', &path) ? path : url;
}

void http_trace_request(struct http_transfer *t, struct ferry_str method)
{
    static atomic_uint last;
    struct ferry_str url = http_trace_url(t);
    if (!log_enabled(FERRY_LOG_TRACE)) {
        return;
    }
    t->number = atomic_fetch_add(&last, 1) + 1;
    log_trace("#%u > %.*s %.*s, %llu bytes", t->number, STR_ARG(method), STR_ARG(url),
              (unsigned long long)t->body.size);
    for (const struct curl_slist *h = t->headers; h; h = h->next) {
        struct ferry_str value = ferry_cstr(h->data), name;
        str_split(&value, ':', &name);
        value = str_trim(value);
        if (value.len) { /* the others are libcurl's own, left out */
            show_header(t->number, '>', name, value, is_secret_name(name) || is_dress(t, name));
        }
    }
}

static long long info_ms(const struct http_transfer *t, CURLINFO what)
{
    curl_off_t us = 0;
    curl.easy_getinfo(t->easy, what, &us);
    return (long long)us / 1000;
}

void http_trace_end(const struct http_transfer *t)
{
    const struct exchange *x = t->x;
    if (!log_enabled(FERRY_LOG_TRACE)) {
        return;
    }
    if (x->end == EXCHANGE_ANSWERED) {
        log_trace("#%u < %u, %llu bytes", t->number, t->answer.status,
                  (unsigned long long)t->answer.bytes);
    } else {
        log_trace("#%u < %s: %s", t->number, x->end == EXCHANGE_NOT_SENT ? "not sent" : "no answer",
                  x->error.message);
    }
    for (uint32_t i = 0; x->end == EXCHANGE_ANSWERED && i < x->answer.n_headers; i++) {
        const struct ferry_kv *h = &x->answer.headers[i];
        show_header(t->number, '<', h->key, h->value, is_secret_name(h->key));
    }
    log_trace("#%u = %lld ms: connected after %lld, first byte after %lld", t->number,
              info_ms(t, CURLINFO_TOTAL_TIME_T), info_ms(t, CURLINFO_PRETRANSFER_TIME_T),
              info_ms(t, CURLINFO_STARTTRANSFER_TIME_T));
}
