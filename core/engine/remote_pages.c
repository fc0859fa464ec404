/* SPDX-License-Identifier: MIT */
/*
 * remote_pages.c - lists to their end: pages asked ahead, several at once where the destination allows it, and handed over in the order in
 * which their cursors came.
 */
#include "remote.h"

#include <stdlib.h>
#include <text.h>

enum { REQUEST_MAX = 1 << 20, AHEAD = 8 };

/* --- cursors ---------------------------------------------------------------------------------- */

static uint64_t hash_cursor(struct ferry_str s)
{
    uint64_t h = 1469598103934665603u;
    for (uint64_t i = 0; i < s.len; i++) {
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    }
    return h;
}

/* Cursors still to be asked, and all that were ever seen: one that comes back is dropped, so a list ends. */
struct walk {
    struct arena arena;
    struct ferry_str *queue;
    uint64_t *seen;
    uint32_t head, n, room;
};

static int32_t walk_add(struct walk *w, struct ferry_str cursor)
{
    uint64_t h = hash_cursor(cursor);
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
    struct page page[AHEAD];     /* of cursor n: page[n % AHEAD] */
    uint32_t asked;              /* cursors asked ahead, from the first */
    uint32_t at_once;
};

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
           p->asked - p->walk.head < p->at_once) {
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
    int32_t rc = remote_wait_for(p->r, &page->x, err);
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
}

int32_t remote_pages(struct remote *r, const struct ferry_ask *ask, remote_page_fn *fn, void *data,
                     struct ferry_error *err)
{
    struct pages *p = calloc(1, sizeof *p);
    struct reply reply;
    struct ferry_ask one = *ask;
    if (!p) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "%.*s: out of memory",
                          STR_ARG(r->target->label));
    }
    p->r = r;
    p->ask = ask;
    arena_init(&p->walk.arena, 64 << 20);
    for (uint32_t i = 0; i < AHEAD; i++) {
        request_init(&p->page[i].request, REQUEST_MAX);
        buf_init(&p->page[i].x.storage, REQUEST_MAX);
    }
    reply_init(&reply);
    p->at_once = pages_at_once(r, ask);
    int32_t rc = remote_ask(r, &one, &reply, err);
    for (;;) {
        rc = rc ? rc : fn(data, &reply, err);
        for (struct reply_text *t = rc ? NULL : reply.nexts; t && rc == FERRY_OK; t = t->next) {
            rc = walk_add(&p->walk, t->name);
        }
        rc = rc ? rc : ask_ahead(p, err);
        if (rc || p->walk.head == p->walk.n) {
            break;
        }
        if (is_interrupted(r->interrupted)) {
            rc = ferry_fail(err, FERRY_E_STOP, "", "interrupted while it was read");
            break;
        }
        one.cursor = p->walk.queue[p->walk.head];
        rc = take_page(p, &one, &reply, err);
        p->walk.head++;
    }
    reply_finish(&reply);
    finish_pages(p);
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
    return reply_items(page, &l->item, l->fn, l->data, err);
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
