/* SPDX-License-Identifier: MIT */
/* transport_curl.c - one destination of the shared client: its route, and the exchanges that have ended and wait to be taken. */
#include "transport_curl.h"

#include "url.h"

#include <stdlib.h>
#include <text.h>

enum { MOST_UNDER_WAY = 256 };

struct curl_transport {
    struct http_client *client;
    struct http_route route;
    char name[256];
    struct exchange *done[MOST_UNDER_WAY]; /* ended, the oldest first */
    uint32_t n_done, under_way;
};

static int32_t curl_submit(void *self, struct exchange *x, struct ferry_error *err)
{
    struct curl_transport *t = self;
    if (t->under_way + t->n_done == MOST_UNDER_WAY) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "%s: more than %d exchanges under way", t->name,
                          MOST_UNDER_WAY);
    }
    int32_t rc = http_begin(t->client, &t->route, x, t, err);
    t->under_way += rc == FERRY_OK;
    return rc;
}

static void on_end(void *owner, struct exchange *x)
{
    struct curl_transport *t = owner;
    t->under_way--;
    t->done[t->n_done++] = x;
}

static struct exchange *curl_next(void *self, int64_t wait_ms)
{
    struct curl_transport *t = self;
    if (t->n_done == 0 && t->under_way > 0) {
        http_run(t->client, wait_ms, on_end);
    }
    if (t->n_done == 0) {
        return NULL;
    }
    struct exchange *x = t->done[0];
    t->n_done--;
    memmove(t->done, t->done + 1, t->n_done * sizeof(*t->done));
    return x;
}

static void curl_close(void *self)
{
    struct curl_transport *t = self;
    http_drop(t->client, t);
    free(t);
}

int32_t transport_curl_open(struct transport *out, struct http_client *client,
                            const struct http_route *route, struct ferry_error *err)
{
    struct curl_transport *t = calloc(1, sizeof *t);
    memset(out, 0, sizeof *out);
    if (!t) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "network", "out of memory");
    }
    t->client = client;
    t->route = *route;
    snprintf(t->name, sizeof t->name, "%.*s", STR_ARG(url_host(route->base)));
    *out = (struct transport){
        .self = t, .name = t->name, .submit = curl_submit, .next = curl_next, .close = curl_close};
    return FERRY_OK;
}
