/* SPDX-License-Identifier: MIT */
/*
 * remote_pages.c - lists to their end: pages asked ahead, several at once where the destination allows it, and handed over in the order in
 * which their cursors came. A list that changed meanwhile, so that a thing may have slipped through, is read again from its beginning.
 */
#include "remote.h"
#include "seams.h"
#include "step.h"

#include <log.h>
#include <stdlib.h>
#include <text.h>

enum { REQUEST_MAX = 1 << 20, AHEAD = 8 };

/* --- cursors ---------------------------------------------------------------------------------- */

/* Cursors still to be asked, and all that were ever seen: one that comes back is dropped, so a list ends. */
struct walk {
    struct arena arena;
    struct ferry_str *queue;
    uint64_t *seen;
    uint32_t head, n, room;
};

static int32_t walk_add(struct walk *w, struct ferry_str cursor)
{
    uint64_t h = str_hash(cursor);
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->seen[i] == h && ferry_eq(w->queue[i], cursor)) {
            return FERRY_OK;
        }
    }
    if (w->n == w->room) {
        uint32_t room = w->room ? w->room * 2 : 64;
        struct ferry_str *queue = arena_array(&w->arena, struct ferry_str, room);
        uint64_t *seen = arena_array(&w->arena, uint64_t, room);
        if (!queue || !seen) {
            return w->arena.failed;
        }
        if (w->n) {
            memcpy(queue, w->queue, w->n * sizeof *queue);
            memcpy(seen, w->seen, w->n * sizeof *seen);
        }
        w->queue = queue;
        w->seen = seen;
        w->room = room;
    }
    w->queue[w->n] = arena_str(&w->arena, cursor);
    w->seen[w->n++] = h;
    return w->arena.failed;
}

/* --- pages on their way --------------------------------------------------------------------------- */

struct page {
    struct request request;
    struct exchange x;
    int under_way;
};
struct pages {
    struct remote *r;
    const struct ferry_ask *ask; /* the list; each page has a cursor of its own */
    struct walk walk;            /* walk.head: the next cursor to hand over */
    struct seams seams;
    struct page page[AHEAD]; /* of cursor n: page[n % AHEAD] */
    uint32_t asked;          /* cursors asked ahead, from the first */
    uint32_t at_once;
};

/* Those that have ended meanwhile wait for their turn to be handed over, and keep no other from being asked. */
static uint32_t under_way(const struct pages *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < AHEAD; i++) {
        n += (uint32_t)(p->page[i].under_way && !p->page[i].x.end);
    }
    return n;
}

static uint32_t pages_at_once(struct remote *r, const struct ferry_ask *ask)
{
    struct ferry_traits t;
    struct ferry_error ignored = {.size = sizeof ignored};
    if (!r->limited || remote_describe(r, FERRY_OP(FERRY_LIST, ask->noun), &t, &ignored)) {
        return 1;
    }
    uint32_t n = remote_window(r, &t);
    return n < AHEAD ? n : AHEAD;
}

/* Asks for what is known to come, as long as the limit has room: nobody waits here. */
static int32_t ask_ahead(struct pages *p, struct ferry_error *err)
{
    struct remote *r = p->r;
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && p->at_once > 1 && p->asked < p->walk.n &&
           p->asked - p->walk.head < AHEAD && under_way(p) + remote_ahead_n(r) < p->at_once) {
        struct page *page = &p->page[p->asked % AHEAD];
        struct ferry_ask one = *p->ask;
        one.cursor = p->walk.queue[p->asked];
        if (remote_turn(r) > r->clock->now_ms(r->clock)) {
            break;
        }
        rc = remote_write_ask(r, &one, &page->request, err);
        exchange_init(&page->x, r, &page->request);
        rc = rc ? rc : remote_submit(r, &page->x, err);
        page->under_way = rc == FERRY_OK;
        p->asked += rc == FERRY_OK;
    }
    return rc;
}

/* The page that was asked ahead, if it came well; what did not is asked once more, with all the patience that there is. */
static int32_t take_page(struct pages *p, const struct ferry_ask *one, struct reply *reply,
                         struct ferry_error *err)
{
    struct page *page = &p->page[p->walk.head % AHEAD];
    if (p->walk.head >= p->asked) {
        p->asked = p->walk.head + 1;
        return remote_ask(p->r, one, reply, err);
    }
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && !page->x.end) { /* whichever ends first makes room for another */
        rc = remote_wait_some(p->r, err);
        rc = rc ? rc : ask_ahead(p, err);
    }
    rc = rc ? rc : remote_wait_for(p->r, &page->x, err);
    page->under_way = rc != FERRY_OK;
    int good = rc == FERRY_OK && page->x.end == EXCHANGE_ANSWERED &&
               classify(&page->x, NULL) == FATE_PARSE &&
               remote_keep(p->r, &page->x.answer, err) == FERRY_OK &&
               remote_read_answer(p->r, one, &page->x, reply, err) == FERRY_OK;
    exchange_finish(&page->x);
    return rc || good ? rc : remote_ask(p->r, one, reply, err);
}

/* What is still on its way must not come back to pages that are gone. */
static void finish_pages(struct pages *p)
{
    struct ferry_error ignored = {.size = sizeof ignored};
    for (uint32_t i = 0; i < AHEAD; i++) {
        if (p->page[i].under_way && remote_wait_for(p->r, &p->page[i].x, &ignored)) {
            remote_abandon(p->r);
        }
        exchange_finish(&p->page[i].x);
        request_finish(&p->page[i].request);
    }
    arena_finish(&p->walk.arena);
    seams_finish(&p->seams);
}

static void begin_pages(struct pages *p, struct remote *r, const struct ferry_ask *ask)
{
    memset(p, 0, sizeof *p);
    p->r = r;
    p->ask = ask;
    arena_init(&p->walk.arena, 64 << 20);
    for (uint32_t i = 0; i < AHEAD; i++) {
        request_init(&p->page[i].request, REQUEST_MAX);
        buf_init(&p->page[i].x.storage, REQUEST_MAX);
    }
    p->at_once = pages_at_once(r, ask);
}

/* --- to the end ------------------------------------------------------------------------------------- */

static int32_t walk_once(struct pages *p, struct reply *reply, remote_page_fn *fn, void *data,
                         struct ferry_error *err)
{
    struct ferry_ask one = *p->ask;
    int32_t rc = remote_ask(p->r, &one, reply, err);
    for (;;) {
        for (struct reply_text *t = rc ? NULL : reply->nexts; t && rc == FERRY_OK; t = t->next) {
            rc = walk_add(&p->walk, t->name);
        }
        rc = rc ? rc : ask_ahead(p, err); /* so that nobody idles while this page is looked at */
        rc = rc ? rc : fn(data, reply, err);
        rc = rc ? rc : seams_add(&p->seams, reply->verdict.page);
        if (rc || p->walk.head == p->walk.n) {
            return rc;
        }
        if (is_interrupted(p->r->interrupted)) {
            return ferry_fail(err, FERRY_E_STOP, "", "interrupted while it was read");
        }
        one.cursor = p->walk.queue[p->walk.head];
        rc = take_page(p, &one, reply, err);
        p->walk.head++;
    }
}

static const char *noun_of(const struct ferry_ask *ask)
{
    return ask->what != FERRY_ASK_LIST  ? "settings"
           : ask->noun == FERRY_CASE    ? "cases"
           : ask->noun == FERRY_RUN     ? "runs"
           : ask->noun == FERRY_RESULT  ? "results"
           : ask->noun == FERRY_FOLDER  ? "folders"
           : ask->noun == FERRY_FIELD   ? "fields"
           : ask->noun == FERRY_PROJECT ? "projects"
                                        : "things";
}

/* The caller forgets, and after a moment the list is read again; not for ever. */
static int32_t begin_again(struct remote *r, const struct ferry_ask *ask, uint32_t times,
                           remote_page_fn *fn, void *data, struct ferry_error *err)
{
    enum { READINGS = 6 };
    if (times == READINGS) {
        return ferry_fail(
            err, FERRY_E_UNREACHABLE, "",
            "%.*s: its list of %s changed each of the %u times it was read, so that something may have been missed; go on when nobody deletes there",
            STR_ARG(r->target->label), noun_of(ask), times);
    }
    log_debug("%.*s: its list of %s changed while it was read; it is read again",
              STR_ARG(r->target->label), noun_of(ask));
    int64_t wait =
        times == 1 ? 0 : classify_wait(NULL, times - 2, r->clock->now_ms(r->clock), chance());
    if (wait > 0 && r->clock->wait_ms(r->clock, wait, r->interrupted)) {
        return ferry_fail(err, FERRY_E_STOP, "", "interrupted while it was read");
    }
    return fn(data, NULL, err);
}

int32_t remote_pages(struct remote *r, const struct ferry_ask *ask, remote_page_fn *fn, void *data,
                     struct ferry_error *err)
{
    struct pages *p = malloc(sizeof *p);
    struct reply reply;
    int32_t rc = FERRY_OK;
    if (!p) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "%.*s: out of memory",
                          STR_ARG(r->target->label));
    }
    reply_init(&reply);
    for (uint32_t times = 1, torn = 1; rc == FERRY_OK && torn; times++) {
        begin_pages(p, r, ask);
        rc = walk_once(p, &reply, fn, data, err);
        torn = rc == FERRY_OK && !seams_hold(&p->seams) && !BROKEN(torn_list);
        finish_pages(p);
        rc = torn ? begin_again(r, ask, times, fn, data, err) : rc;
    }
    reply_finish(&reply);
    free(p);
    return rc;
}

struct listing {
    remote_item_fn *fn;
    void *data;
    struct arena item;
};

static int32_t list_page(void *data, struct reply *page, struct ferry_error *err)
{
    struct listing *l = data;
    return page ? reply_items(page, &l->item, l->fn, l->data, err) : l->fn(l->data, NULL);
}

int32_t remote_list(struct remote *r, const struct ferry_ask *ask, remote_item_fn *fn, void *data,
                    struct ferry_error *err)
{
    struct listing l = {.fn = fn, .data = data};
    arena_init(&l.item, 64 << 20);
    int32_t rc = remote_pages(r, ask, list_page, &l, err);
    arena_finish(&l.item);
    return rc;
}

int32_t remote_count(struct remote *r, uint32_t noun, struct ferry_str run, int64_t *n,
                     struct ferry_error *err)
{
    struct ferry_kv filters[2] = {{FERRY_LIT("count"), FERRY_LIT("1")}, {FERRY_LIT("run"), run}};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = noun,
                            .filters = filters,
                            .n_filters = run.len ? 2 : 1};
    struct reply reply;
    *n = -1;
    reply_init(&reply);
    int32_t rc = remote_ask(r, &ask, &reply, err);
    for (struct reply_text *t = rc ? NULL : reply.facts; t; t = t->next) {
        if (str_is(t->name, "count") && !str_int64(t->value, n)) {
            *n = -1;
        }
    }
    reply_finish(&reply);
    return rc;
}
