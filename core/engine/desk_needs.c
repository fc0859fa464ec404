/* SPDX-License-Identifier: MIT */
/* desk_needs.c - what a tracker's codec has to find there before an operation can be: modules, suites; see <ferry/needs.h>. */
#include "desk.h"

#include <ferry/needs.h>
#include <text.h>

enum { MOST_NEEDS = 16 };

struct ground {
    struct desk *desk;
    const struct ferry_ref *refs[MOST_NEEDS];
    uint32_t n;
};

static int32_t fail(struct desk *d, int32_t rc)
{
    d->rc = d->rc ? d->rc : rc;
    return rc;
}

static int32_t on_want(void *self, const struct ferry_action *given)
{
    struct ground *g = self;
    struct ferry_action action = {0};
    memcpy(&action, given, given->size < sizeof action ? given->size : sizeof action);
    return desk_want(g->desk, &action);
}

static int32_t on_refer(void *self, const struct ferry_ref *given)
{
    struct ground *g = self;
    struct arena *a = &g->desk->arena;
    struct ferry_ref *ref = arena_new(a, struct ferry_ref);
    if (!ref || g->n == MOST_NEEDS) {
        return fail(g->desk, ref ? FERRY_E_TOO_LARGE : a->failed);
    }
    *ref = (struct ferry_ref){.size = sizeof *ref,
                              .role = given->role,
                              .noun = given->noun,
                              .flags = given->flags,
                              .key = arena_str(a, given->key),
                              .id = arena_str(a, given->id)};
    g->refs[g->n++] = ref;
    return fail(g->desk, a->failed);
}

static int32_t add_refs(struct desk *d, const struct ground *g, struct ferry_action *action)
{
    uint32_t n = action->n_refs + g->n;
    const struct ferry_ref **all = arena_array(&d->arena, const struct ferry_ref *, n + 1);
    for (uint32_t i = 0; all && i < n; i++) {
        all[i] = i < action->n_refs ? action->refs[i] : g->refs[i - action->n_refs];
    }
    action->refs = all;
    action->n_refs = all ? n : 0;
    return fail(d, d->arena.failed);
}

int32_t desk_needs(struct desk *d, struct ferry_action *action)
{
    const struct ferry_needs *table = d->remote->target->needs;
    struct ground g = {.desk = d};
    struct ferry_ground sink = {.self = &g, .want = on_want, .refer = on_refer};
    struct ferry_error why = {.size = sizeof why};
    struct ferry_call call = remote_call(d->remote);
    int32_t rc = table ? table->needs(&call, action, &sink, &why) : FERRY_OK;
    if (rc && !d->rc) {
        fail(d, ferry_fail(d->err, rc, why.where, "%.*s: %s", STR_ARG(d->lane->label),
                           why.message[0] ? why.message : ferry_status_text(rc)));
    }
    return d->rc || g.n == 0 ? d->rc : add_refs(d, &g, action);
}
