/* SPDX-License-Identifier: MIT */
/* http_client.c - the multi handle, the transfers in it, and the patience with them; see http_client.h. */
#include "http_transfer.h"

#include <stdlib.h>

enum { OLDEST = 0x075500 }; /* 7.85: its options by name for protocols */

struct http_client {
    CURLM *multi;
    struct http_times times;
    struct clock
        *clock; /* of silence; what waits for a socket waits in real time, slice by slice */
    struct http_transfer *transfers;
};

int32_t http_client_create(struct http_client **out, const struct http_times *times,
                           struct clock *clock, struct ferry_error *err)
{
    struct http_client *c;
    int32_t rc = late_curl_open(err);
    *out = NULL;
    if (rc) {
        return rc;
    }
    unsetenv("SSLKEYLOGFILE"); /* libcurl would write the keys of every session there */
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "libcurl could not be set up");
    }
    const curl_version_info_data *is = curl.version_info(CURLVERSION_NOW);
    if (is->version_num < OLDEST || !(is->features & CURL_VERSION_SSL) ||
        !(is->features & CURL_VERSION_ASYNCHDNS)) {
        return ferry_fail(err, FERRY_E_UNSUPPORTED, NULL,
                          "libcurl %s is older than 7.85, has no TLS, or waits for names; "
                          "install libcurl4",
                          is->version);
    }
    c = calloc(1, sizeof *c);
    if (c) {
        c->multi = curl.multi_init();
    }
    if (!c || !c->multi) {
        free(c);
        return ferry_fail(err, FERRY_E_NO_MEMORY, "network", "out of memory");
    }
    c->times = *times;
    c->clock = clock;
    *out = c;
    return FERRY_OK;
}

static void take_out(struct http_client *c, struct http_transfer *t)
{
    struct http_transfer **at = &c->transfers;
    while (*at != t) {
        at = &(*at)->next;
    }
    *at = t->next;
    curl.multi_remove_handle(c->multi, t->easy);
}

void http_client_destroy(struct http_client *c)
{
    if (!c) {
        return;
    }
    while (c->transfers) {
        struct http_transfer *t = c->transfers;
        take_out(c, t);
        http_transfer_destroy(t);
    }
    curl.multi_cleanup(c->multi);
    curl.global_cleanup();
    free(c);
}

int32_t http_begin(struct http_client *c, const struct http_route *route, struct exchange *x,
                   void *owner, struct ferry_error *err)
{
    struct http_transfer *t;
    int32_t rc = http_transfer_create(&t, route, &c->times, c->clock, x, err);
    if (rc) {
        return rc;
    }
    t->owner = owner;
    if (curl.multi_add_handle(c->multi, t->easy) != CURLM_OK) {
        http_transfer_destroy(t);
        return ferry_fail(err, FERRY_E_NO_MEMORY, "network", "out of memory");
    }
    t->next = c->transfers;
    c->transfers = t;
    /* It leaves now, and not when somebody waits next: until then the caller may have much to do with answers that are here. */
    int running = 0;
    uint64_t sent;
    do {
        sent = t->sent;
        curl.multi_perform(c->multi, &running);
    } while (t->sent > sent && t->sent < t->body.size);
    return FERRY_OK;
}

static void end(struct http_client *c, struct http_transfer *t, CURLcode result,
                http_ended_fn *ended)
{
    void *owner = t->owner;
    struct exchange *x = t->x;
    take_out(c, t);
    http_transfer_end(t, result);
    http_transfer_destroy(t);
    ended(owner, x);
}

static int end_finished(struct http_client *c, http_ended_fn *ended)
{
    int left, n = 0;
    for (CURLMsg *m; (m = curl.multi_info_read(c->multi, &left)) != NULL; n++) {
        struct http_transfer *t = NULL;
        CURLcode result = m->data.result; /* the message goes with the handle */
        curl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
        end(c, t, result, ended);
    }
    return n;
}

/*
 * libcurl's own measure of slowness takes a server that thinks for one that is gone; so silence is measured here, and by the clock that
 * everything else is measured by.
 */
static int end_slow(struct http_client *c, http_ended_fn *ended)
{
    int64_t now = c->clock->mono_us(c->clock);
    int n = 0;
    for (struct http_transfer *t = c->transfers, *next; t; t = next) {
        next = t->next;
        int silent = t->begun && now - t->moved_us > c->times.idle_ms * 1000;
        if (silent || now - t->began_us > c->times.whole_ms * 1000) {
            snprintf(t->why, sizeof t->why,
                     silent ? "no sign of life for %lld ms" : "not done after %lld ms",
                     (long long)(silent ? c->times.idle_ms : c->times.whole_ms));
            end(c, t, CURLE_ABORTED_BY_CALLBACK, ended);
            n++;
        }
    }
    return n;
}

void http_run(struct http_client *c, int64_t wait_ms, http_ended_fn *ended)
{
    enum { SLICE_MS = 50 }; /* an interruption is seen within this time */
    int running = 0;
    int64_t until = c->clock->mono_us(c->clock) + wait_ms * 1000;
    while (c->transfers) {
        curl.multi_perform(c->multi, &running);
        if (end_finished(c, ended) + end_slow(c, ended) > 0) {
            return;
        }
        int64_t left_ms = (until - c->clock->mono_us(c->clock)) / 1000;
        if (left_ms <= 0) {
            return;
        }
        curl.multi_poll(c->multi, NULL, 0, left_ms < SLICE_MS ? (int)left_ms : SLICE_MS, NULL);
    }
}

void http_drop(struct http_client *c, const void *owner)
{
    for (struct http_transfer *t = c->transfers, *next; t; t = next) {
        next = t->next;
        if (t->owner == owner) {
            take_out(c, t);
            http_transfer_destroy(t);
        }
    }
}
