/* SPDX-License-Identifier: MIT */
/*
 * items - what the journal keeps of an item. Any bytes are read to a whole item or refused; what was read is written to bytes
 * that are read to the same; and a planner that is handed such an item says a plan or why not.
 */
#include "fuzz.h"

#include <ferry/planner.h>
#include <ferry/plugin.h>
#include <pack.h>

extern const struct ferry_plugin ferry_plugin_mirror, ferry_plugin_upload;

enum { MOST = 64 << 20 };

/* --- a desk that knows some cases, by what it is asked ------------------------------------------ */

struct desk {
    struct ferry_case test_case;
    struct ferry_item item;
    uint32_t wants;
};

static int32_t lookup(void *self, uint32_t side, uint32_t noun, struct ferry_str by,
                      struct ferry_str value, struct ferry_found *found)
{
    struct desk *d = self;
    uint32_t size = found->size;
    fuzz_claim(side == FERRY_SOURCE || side == FERRY_DESTINATION, "side %u", side);
    fuzz_claim(noun == FERRY_CASE && value.len > 0 && by.len > 0, "a lookup of nothing");
    memset(found, 0, sizeof *found);
    found->size = size;
    found->state = (uint32_t)(unsigned char)value.ptr[value.len - 1] % 4 % 3;
    if (found->state == FERRY_ABSENT) {
        return FERRY_OK;
    }
    found->count = 1 + ((unsigned char)value.ptr[0] % 8 == 7);
    found->near = (unsigned char)value.ptr[0] % 16 == 15;
    found->id = FERRY_LIT("12");
    found->ids = found->count > 1 ? FERRY_LIT("12, 14") : FERRY_LIT("12");
    found->key = value;
    found->name = FERRY_LIT("logs in");
    if (found->state == FERRY_THERE) {
        d->test_case =
            (struct ferry_case){.size = sizeof d->test_case, .title = value, .signature = value};
        d->item = (struct ferry_item){.size = sizeof d->item,
                                      .noun = FERRY_CASE,
                                      .id = found->id,
                                      .key = value,
                                      .name = value,
                                      .test_case = &d->test_case};
        found->item = &d->item;
    }
    return FERRY_OK;
}

static int32_t want(void *self, const struct ferry_action *action)
{
    struct desk *d = self;
    fuzz_claim(action->size >= sizeof *action && action->kind && action->key.len > 0,
               "an action without identity");
    fuzz_claim(action->refs || action->n_refs == 0, "references that are nowhere");
    for (uint32_t i = 0; i < action->n_refs; i++) {
        const struct ferry_ref *r = action->refs[i];
        fuzz_claim(r && (r->key.len > 0 || r->id.len > 0), "a reference to nothing");
    }
    if (action->item) {
        struct buf packed;
        buf_init(&packed, MOST);
        fuzz_claim(pack_item(&packed, action->item) == FERRY_OK, "a wanted item cannot be kept");
        buf_finish(&packed);
    }
    d->wants++;
    return FERRY_OK;
}

static int32_t skip(void *self, struct ferry_str reason, struct ferry_str detail)
{
    (void)self;
    fuzz_claim(reason.len > 0, "left out without a reason; %.*s", STR_ARG(detail));
    return FERRY_OK;
}

static int32_t note(void *self, const struct ferry_note *n)
{
    (void)self;
    fuzz_claim(n->kind >= FERRY_NOTE_CUT && n->kind <= FERRY_NOTE_DUPLICATE, "a note of kind %u",
               n->kind);
    return FERRY_OK;
}

static int32_t describe(void *self, uint32_t kind, struct ferry_traits *traits)
{
    (void)self;
    traits->effect = kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT) ? FERRY_REPEATABLE : FERRY_ONCE;
    return FERRY_OK;
}

static void plan(const struct ferry_plugin *plugin, const struct ferry_item *item, uint32_t flags)
{
    const struct ferry_planner *planner = plugin->query(FERRY_PLANNER_1);
    struct desk d = {.wants = 0};
    struct ferry_error err = {.size = sizeof err};
    const struct ferry_desk table = {&d, lookup, want, skip, note};
    const struct ferry_plan_call call = {
        .size = sizeof call,
        .source = FERRY_LIT("local:AO/12"),
        .destination = FERRY_LIT("local:DEMO"),
        .source_project = FERRY_LIT("AO"),
        .run_key = FERRY_LIT("RK"),
        .run_marker = FERRY_LIT("run-key=RK"),
        .run_title = FERRY_LIT("Nightly"),
        .flags = flags,
        .describe = describe,
    };
    int32_t rc = planner->plan(&call, item, &table, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_INPUT || rc == FERRY_E_TOO_LARGE,
               "%s: planned with %d: %s", plugin->id, rc, err.message);
    fuzz_claim(rc == FERRY_OK || err.message[0], "%s: %d without a word", plugin->id, rc);
}

/* --- the bytes ------------------------------------------------------------------------------------ */

static int32_t repack(struct ferry_str bytes, struct arena *arena, struct buf *out,
                      struct ferry_item **item)
{
    struct ferry_error err = {.size = sizeof err};
    int32_t rc = unpack_item(bytes, arena, item, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_STATE, "unpacked with %d: %s", rc, err.message);
    if (rc) {
        fuzz_message(&err);
        return rc;
    }
    rc = pack_item(out, *item);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_TOO_LARGE, "packed with %d", rc);
    return rc;
}

static void kv(struct ferry_str bytes)
{
    struct arena arena;
    struct buf out, again;
    const struct ferry_kv *list = NULL;
    uint32_t n = 0;
    arena_init(&arena, MOST);
    buf_init(&out, MOST);
    buf_init(&again, MOST);
    int32_t rc = unpack_kv(bytes, &arena, &list, &n);
    fuzz_claim(rc == FERRY_OK || (rc == FERRY_E_STATE && n == 0), "a list: %d, %u entries", rc, n);
    if (rc == FERRY_OK) {
        fuzz_claim(pack_kv(&out, list, n) == FERRY_OK, "a list cannot be kept");
        fuzz_claim(unpack_kv(buf_str(&out), &arena, &list, &n) == FERRY_OK, "a list is not read");
        pack_kv(&again, list, n);
        fuzz_same("a list kept and kept again", buf_str(&out), buf_str(&again));
    }
    buf_finish(&out);
    buf_finish(&again);
    arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str bytes = {(const char *)data, size};
    struct arena arena;
    struct buf first, second;
    struct ferry_item *item = NULL;
    arena_init(&arena, MOST);
    buf_init(&first, MOST);
    buf_init(&second, MOST);
    if (repack(bytes, &arena, &first, &item) == FERRY_OK) {
        fuzz_claim(repack(buf_str(&first), &arena, &second, &item) == FERRY_OK,
                   "packed, and cannot be unpacked");
        fuzz_same("kept and kept again", buf_str(&first), buf_str(&second));
        if (item->noun == FERRY_RESULT && !item->result) {
            goto out; /* the host refuses such a row before any planner sees it */
        }
        item->source_id =
            FERRY_LIT("0b9f0d24-5cf8-5b3c-9d5c-3f3c1c1f0a11"); /* a column of its own */
        plan(&ferry_plugin_upload, item, FERRY_PLAN_CREATE_CASES);
        plan(&ferry_plugin_mirror, item, FERRY_PLAN_CREATE_CASES | FERRY_PLAN_SOURCE_READ);
        plan(&ferry_plugin_mirror, item, FERRY_PLAN_COMPLETE);
    }
    kv(bytes);
out:
    buf_finish(&first);
    buf_finish(&second);
    arena_finish(&arena);
    return 0;
}
