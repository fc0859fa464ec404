/* SPDX-License-Identifier: MIT */
/* reply.c - see reply.h. */
#include "reply.h"

#include "pack.h"

#include <secrets.h>

enum { REPLY_MEMORY = 64 << 20, FOLLOW_STATE = 4096 };

/* Copies min(size) of what a plugin of any version gives into a zeroed local. */
static void take(void *local, size_t local_size, const void *given)
{
    uint32_t size;
    memcpy(&size, given, sizeof size);
    memset(local, 0, local_size);
    memcpy(local, given, size < local_size ? size : local_size);
    size = (uint32_t)local_size;
    memcpy(local, &size, sizeof size);
}

/* A codec may ignore what its words return; half of what it said must not count as all of it. */
static int32_t latch(struct reply *r, int32_t rc)
{
    rc = rc ? rc : r->arena.failed;
    r->failed = r->failed ? r->failed : rc;
    return r->failed;
}

/* Words of the server, which may repeat the token that it was sent: they are kept, and shown. */
static struct ferry_str words(struct reply *r, struct ferry_str s)
{
    struct ferry_str clean = secrets_clean(&r->arena, s);
    return clean.ptr == s.ptr ? arena_str(&r->arena, s) : clean;
}

static const struct ferry_page *copy_page(struct arena *a, const struct ferry_page *given)
{
    struct ferry_page *page = given ? arena_new(a, struct ferry_page) : NULL;
    if (!page) {
        return NULL;
    }
    take(page, sizeof *page, given);
    struct ferry_str *ids = arena_array(a, struct ferry_str, (size_t)page->n_ids + 1);
    for (uint32_t i = 0; ids && i < page->n_ids; i++) {
        ids[i] = arena_str(a, page->ids[i]);
    }
    page->ids = ids;
    page->joins = arena_str(a, page->joins);
    page->leads = arena_str(a, page->leads);
    return page;
}

static int32_t on_verdict(void *self, const struct ferry_verdict *verdict)
{
    struct reply *r = self;
    take(&r->verdict, sizeof r->verdict, verdict);
    r->verdict.text = words(r, r->verdict.text);
    r->verdict.page = copy_page(&r->arena, r->verdict.page);
    return latch(r, FERRY_OK);
}

static const struct ferry_kv *copy_kv(struct arena *a, const struct ferry_kv *kv, uint32_t n)
{
    struct ferry_kv *copy = n ? arena_array(a, struct ferry_kv, n) : NULL;
    for (uint32_t i = 0; copy && i < n; i++) {
        copy[i] = (struct ferry_kv){arena_str(a, kv[i].key), arena_str(a, kv[i].value)};
    }
    return copy;
}

static int32_t on_outcome(void *self, uint32_t index, const struct ferry_outcome *outcome)
{
    struct reply *r = self;
    if (index >= r->n || r->outcomes[index].size) {
        return latch(r, FERRY_E_BUG); /* one outcome an operation */
    }
    struct ferry_outcome *o = &r->outcomes[index];
    take(o, sizeof *o, outcome);
    o->id = arena_str(&r->arena, o->id);
    o->url = arena_str(&r->arena, o->url);
    o->token = arena_str(&r->arena, o->token);
    o->text = words(r, o->text);
    o->extra = copy_kv(&r->arena, o->extra, o->n_extra);
    return latch(r, FERRY_OK);
}

static int32_t on_follow(void *self, uint32_t index, const struct ferry_follow *follow)
{
    struct reply *r = self;
    if (index >= r->n || r->follows[index].size) {
        return latch(r, FERRY_E_BUG);
    }
    struct ferry_follow *f = &r->follows[index];
    take(f, sizeof *f, follow);
    if (f->state.len > FOLLOW_STATE) {
        return latch(r, FERRY_E_TOO_LARGE);
    }
    f->state = arena_str(&r->arena, f->state);
    return latch(r, FERRY_OK);
}

static int32_t on_note(void *self, uint32_t index, const struct ferry_note *note)
{
    struct reply *r = self;
    struct ferry_note local;
    struct reply_note *n = arena_new(&r->arena, struct reply_note);
    if (!n) {
        return latch(r, FERRY_OK);
    }
    take(&local, sizeof local, note);
    n->index = index;
    n->kind = local.kind;
    n->field = words(r, local.field);
    n->text = words(r, local.text);
    n->next = r->notes;
    r->notes = n;
    return latch(r, FERRY_OK);
}

static int32_t on_item(void *self, const struct ferry_item *item)
{
    struct reply *r = self;
    size_t at = r->items.len;
    uint32_t n;
    buf_put(&r->items, (struct ferry_str){"\0\0\0\0", 4});
    pack_item(&r->items, item);
    if (r->items.failed) {
        return latch(r, r->items.failed);
    }
    n = (uint32_t)(r->items.len - at - 4);
    memcpy(r->items.ptr + at, &n, sizeof n);
    r->n_items++;
    return r->failed;
}

static int32_t add_text(struct reply *r, struct reply_text **list, struct ferry_str name,
                        struct ferry_str value)
{
    struct reply_text *t = arena_new(&r->arena, struct reply_text);
    if (!t) {
        return latch(r, FERRY_OK);
    }
    t->name = arena_str(&r->arena, name);
    t->value = arena_str(&r->arena, value);
    while (*list) { /* in the order said: cursors are walked so */
        list = &(*list)->next;
    }
    *list = t;
    return latch(r, FERRY_OK);
}

static int32_t on_next(void *self, struct ferry_str cursor)
{
    struct reply *r = self;
    return add_text(r, &r->nexts, cursor, (struct ferry_str){NULL, 0});
}

static int32_t on_fact(void *self, struct ferry_str name, struct ferry_str value)
{
    struct reply *r = self;
    return add_text(r, &r->facts, name, value);
}

static int32_t on_keep(void *self, struct ferry_str name, struct ferry_str value)
{
    struct reply *r = self;
    return add_text(r, &r->keeps, name, value);
}

void reply_init(struct reply *r)
{
    memset(r, 0, sizeof *r);
    arena_init(&r->arena, REPLY_MEMORY);
    buf_init(&r->items, REPLY_MEMORY);
}

void reply_finish(struct reply *r)
{
    arena_finish(&r->arena);
    buf_finish(&r->items);
    memset(r, 0, sizeof *r);
}

int32_t reply_begin(struct reply *r, uint32_t n)
{
    arena_reset(&r->arena);
    buf_reset(&r->items);
    memset(&r->verdict, 0, sizeof r->verdict);
    r->notes = NULL;
    r->nexts = r->facts = r->keeps = NULL;
    r->n_items = 0;
    r->blob[0] = '\0';
    r->blob_bytes = 0;
    r->n = n;
    r->failed = FERRY_OK;
    r->outcomes = arena_array(&r->arena, struct ferry_outcome, n + 1);
    r->follows = arena_array(&r->arena, struct ferry_follow, n + 1);
    return latch(r, FERRY_OK);
}

int32_t reply_end(const struct reply *r, int32_t rc, struct ferry_error *err)
{
    return rc || !r->failed
               ? rc
               : ferry_fail(err, r->failed, "", "what the plugin said of an answer: %s",
                            ferry_status_text(r->failed));
}

struct ferry_reply reply_sink(struct reply *r)
{
    return (struct ferry_reply){
        .self = r,
        .verdict = on_verdict,
        .outcome = on_outcome,
        .follow = on_follow,
        .note = on_note,
        .item = on_item,
        .next = on_next,
        .fact = on_fact,
        .keep = on_keep,
    };
}

int32_t reply_items(struct reply *r, struct arena *arena,
                    int32_t (*fn)(void *data, const struct ferry_item *item), void *data,
                    struct ferry_error *err)
{
    size_t at = 0;
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && at < r->items.len) {
        uint32_t n;
        struct ferry_item *item;
        memcpy(&n, r->items.ptr + at, sizeof n);
        arena_reset(arena);
        rc = unpack_item((struct ferry_str){r->items.ptr + at + 4, n}, arena, &item, err);
        if (rc == FERRY_OK) {
            rc = fn(data, item);
        }
        at += 4 + (size_t)n;
    }
    return rc;
}
