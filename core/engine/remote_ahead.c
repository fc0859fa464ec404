/* SPDX-License-Identifier: MIT */
/*
 * remote_ahead.c - see remote.h: questions that are put before anybody waits for them. What several of them come to is known by their requests, which a codec
 * writes from what it is given alone: the same question is the same bytes.
 */
#include "classify.h"
#include "remote_private.h"

#include <stdlib.h>
#include <text.h>

enum { REQUEST_MOST = 65536, FRESH_MS = 10000 };

#define EACH(r, i) for (size_t i = 0; i < sizeof(r)->ahead / sizeof *(r)->ahead; i++)

void remote_ahead_free(struct ahead *a)
{
    if (a) {
        exchange_finish(&a->x);
        request_finish(&a->request);
        free(a);
    }
}

static struct ahead **free_place(struct remote *r)
{
    EACH(r, i)
    {
        struct ahead *a = r->ahead[i];
        if (a && a->ended && a->is_void) {
            remote_ahead_free(a);
            r->ahead[i] = NULL;
        }
        if (!r->ahead[i]) {
            return &r->ahead[i];
        }
    }
    return NULL;
}

uint32_t remote_ahead_n(const struct remote *r)
{
    uint32_t n = 0;
    EACH(r, i)
    {
        n += (uint32_t)(r->ahead[i] && !r->ahead[i]->ended);
    }
    return n;
}

static struct ahead **find(struct remote *r, const struct request *request)
{
    EACH(r, i)
    {
        struct ahead *a = r->ahead[i];
        if (a && !a->is_void && ferry_eq(request_packed(&a->request), request_packed(request))) {
            return &r->ahead[i];
        }
    }
    return NULL;
}

int32_t remote_ahead_rest(struct remote *r, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && remote_ahead_n(r) > 0) {
        rc = remote_wait_some(r, err);
    }
    return rc;
}

/* --- putting them ------------------------------------------------------------------------------ */

/* One place is left for who waits, perhaps on another remote of the same account: with one alone nothing is ever asked ahead. */
static int has_room(struct remote *r, const struct ferry_ask *ask)
{
    struct ferry_traits t;
    struct ferry_error ignored = {.size = sizeof ignored};
    uint32_t noun = ask->what == FERRY_ASK_LIST ? ask->noun : FERRY_FIELD;
    if (remote_describe(r, FERRY_OP(FERRY_LIST, noun), &t, &ignored)) {
        return 0;
    }
    uint32_t most = limiter_window(&r->limiter);
    most = t.max_in_flight < most ? t.max_in_flight : most;
    return r->limiter.under_way + 1 < most && remote_turn(r) <= r->clock->now_ms(r->clock);
}

static int is_question(const struct request *request)
{
    return str_is(request->method, "GET") && request->body_size == 0 && request->spool_max == 0;
}

/* Whether one was written; what it needs first is in `needs`. `anew`: though it was put already, since it will be asked twice. */
static int put(struct remote *r, const struct ferry_ask *ask, int anew, struct needs *needs)
{
    struct ferry_error ignored = {.size = sizeof ignored};
    struct ahead **place = free_place(r);
    struct ahead *a = place ? calloc(1, sizeof *a) : NULL;
    if (!a) {
        return 0;
    }
    request_init(&a->request, REQUEST_MOST);
    if (remote_write_once(r, ask, &a->request, needs, &ignored) || !is_question(&a->request) ||
        (!anew && find(r, &a->request)) || !has_room(r, ask)) {
        remote_ahead_free(a);
        return 0;
    }
    exchange_init(&a->x, r, &a->request);
    a->put_ms = r->clock->now_ms(r->clock);
    a->session = r->sessions;
    *place = a;
    if (remote_submit(r, &a->x, &ignored)) {
        remote_turn_back(r);
        remote_ahead_free(a);
        *place = NULL;
        return 0;
    }
    return 1;
}

static int speaks(const struct remote *r)
{
    return r->limited && r->transport.submit && (!r->codec->sign_in || r->signed_in);
}

void remote_ahead_facts(struct remote *r, const struct needs *needs, uint32_t from)
{
    struct needs none = {.n = 0};
    arena_init(&none.arena, 65536);
    for (uint32_t i = from; i < needs->n && speaks(r); i++) {
        struct ferry_ask ask = {
            .size = sizeof ask, .what = FERRY_ASK_FACT, .name = needs->facts[i]};
        put(r, &ask, 0, &none);
    }
    arena_finish(&none.arena);
}

void remote_ahead(struct remote *r, const struct ferry_ask *ask)
{
    struct needs needs = {.n = 0};
    arena_init(&needs.arena, 65536);
    if (speaks(r) && !put(r, ask, 1, &needs)) {
        remote_ahead_facts(r, &needs, 0);
    }
    arena_finish(&needs.arena);
}

void remote_ahead_needs(struct remote *r, const struct ferry_ask *ask)
{
    struct ferry_error ignored = {.size = sizeof ignored};
    struct needs needs = {.n = 0};
    struct request request;
    arena_init(&needs.arena, 65536);
    request_init(&request, REQUEST_MOST);
    if (speaks(r) && remote_write_once(r, ask, &request, &needs, &ignored) == FERRY_E_NEED) {
        remote_ahead_facts(r, &needs, 0);
    }
    request_finish(&request);
    arena_finish(&needs.arena);
}

/* --- what becomes of them ------------------------------------------------------------------------ */

int remote_ahead_ended(struct remote *r, const struct exchange *x)
{
    EACH(r, i)
    {
        if (r->ahead[i] && x == &r->ahead[i]->x) {
            r->ahead[i]->ended = 1;
            return 1;
        }
    }
    return 0;
}

void remote_ahead_void(struct remote *r)
{
    EACH(r, i)
    {
        if (r->ahead[i]) {
            r->ahead[i]->is_void = 1;
        }
    }
}

void remote_ahead_finish(struct remote *r)
{
    EACH(r, i)
    {
        remote_ahead_free(r->ahead[i]);
        r->ahead[i] = NULL;
    }
}

int32_t remote_ahead_take(struct remote *r, const struct request *request, struct ahead **out,
                          struct ferry_error *err)
{
    struct ahead **a = find(r, request);
    *out = NULL;
    while (a && !(*a)->ended) {
        int32_t rc = remote_wait_some(r, err);
        if (rc) {
            return rc; /* and all of them are gone */
        }
    }
    if (!a) {
        return FERRY_OK;
    }
    *out = *a;
    *a = NULL;
    if (r->clock->now_ms(r->clock) - (*out)->put_ms >= FRESH_MS) {
        remote_ahead_free(*out);
        *out = NULL;
    }
    return FERRY_OK;
}
