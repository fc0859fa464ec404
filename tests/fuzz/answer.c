/* SPDX-License-Identifier: MIT */
/*
 * answer - what a server may say to a codec (FUZZ_PLUGIN), through the host's own reply. Nothing of a broken answer counts; what counts
 * is whole items, one outcome an operation at most, and cursors that the next question takes. Of an input the first
 * byte chooses what was sent, the second the status, the third how many operations; the rest is the body.
 */
#include "fuzz.h"

#include <ferry/plugin.h>
#include <ferry/tracker.h>
#include <reply.h>
#include <request.h>

extern const struct ferry_plugin FUZZ_PLUGIN;

enum { MOST = 8 << 20, OPS = 4, PAGES = 3 };
#define ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const uint32_t statuses[] = {200, 201, 400, 404, 409, 413, 422, 429, 500, 302};

/* --- what was sent ------------------------------------------------------------------------------ */

static const struct ferry_ref run_ref = {
    .size = sizeof run_ref, .role = FERRY_RUN, .noun = FERRY_RUN, .id = {"7", 1}};
static const struct ferry_ref *const refs[] = {&run_ref};
static const struct ferry_blob blob = {sizeof blob, 0, {ABC, sizeof ABC - 1}, 3};
static const struct ferry_attachment attachment = {
    .size = sizeof attachment, .name = {"a.png", 5}, .blob = &blob};
static const struct ferry_result result = {
    .size = sizeof result, .status = FERRY_PASSED, .name = {"logs in", 7}};
static const struct ferry_case test_case = {
    .size = sizeof test_case, .title = {"logs in", 7}, .signature = {"s", 1}};
static const struct ferry_run run = {.size = sizeof run,
                                     .has = FERRY_RUN_HAS_START,
                                     .start_ms = INT64_C(1790000000000),
                                     .title = {"Nightly", 7},
                                     .description = {"all of it", 9}};
static const struct ferry_field field = {.size = sizeof field, .entity = FERRY_CASE};
static const struct ferry_folder folder = {.size = sizeof folder, .name = {"logs in", 7}};
static const struct ferry_kv extra[] = {
    {{"suite_run", 9}, {"31", 2}}, {{"automated_run", 13}, {"31", 2}}, {{"test", 4}, {"5", 1}}};

static const uint32_t kinds[] = {
    FERRY_OP(FERRY_CREATE, FERRY_RESULT),     FERRY_OP(FERRY_CREATE, FERRY_CASE),
    FERRY_OP(FERRY_CREATE, FERRY_RUN),        FERRY_OP(FERRY_CREATE, FERRY_FIELD),
    FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT), FERRY_OP(FERRY_COMPLETE, FERRY_RUN),
    FERRY_OP(FERRY_PRIVATE, FERRY_RUN)};
enum { KINDS = sizeof kinds / sizeof *kinds };
/* What only some trackers know. Chosen by numbers behind all others, so that a seed says what it always said. */
static const uint32_t rare_kinds[] = {FERRY_OP(FERRY_CREATE, FERRY_FOLDER),
                                      FERRY_OP(FERRY_PRIVATE, FERRY_RESULT),
                                      FERRY_OP(FERRY_PRIVATE + 1, FERRY_RESULT)};
static const struct rare {
    uint32_t what, noun;
    const char *name; /* of a fact, or a token */
} rare_asks[] = {{FERRY_ASK_LIST, FERRY_FOLDER, ""},      {FERRY_ASK_POLL, 0, "1103"},
                 {FERRY_ASK_POLL, 0, "1103 log"},         {FERRY_ASK_FACT, 0, "root module"},
                 {FERRY_ASK_FACT, 0, "milestone Sprint"}, {FERRY_ASK_FACT, 0, "suite run Nightly"}};
enum {
    RARE_KINDS = sizeof rare_kinds / sizeof *rare_kinds,
    RARE_ASKS = sizeof rare_asks / sizeof *rare_asks
};

static struct ferry_item item_of(uint32_t noun)
{
    return (struct ferry_item){.size = sizeof(struct ferry_item),
                               .noun = noun,
                               .name = FERRY_LIT("logs in"),
                               .refs = refs,
                               .n_refs = 1,
                               .result = noun == FERRY_RESULT ? &result : NULL,
                               .test_case = noun == FERRY_CASE ? &test_case : NULL,
                               .run = noun == FERRY_RUN ? &run : NULL,
                               .field = noun == FERRY_FIELD ? &field : NULL,
                               .folder = noun == FERRY_FOLDER ? &folder : NULL,
                               .attachment = noun == FERRY_ATTACHMENT ? &attachment : NULL};
}

static uint32_t noun_of(uint32_t kind)
{
    return kind & 0xffff;
}

/* A tracker's own: it makes nothing that has an id, and what it does not speak of is in doubt. */
static int is_private(uint32_t kind)
{
    return kind >> 16 >= FERRY_PRIVATE;
}

struct sent {
    struct ferry_item items[OPS];
    struct ferry_op list[OPS];
    const struct ferry_op *ops[OPS];
    char wire_ids[OPS][40];
    uint32_t n;
};

static void sent_init(struct sent *s, uint32_t kind, uint32_t n)
{
    s->n = n;
    for (uint32_t i = 0; i < n; i++) {
        snprintf(s->wire_ids[i], sizeof s->wire_ids[i], "00000000-0000-5000-8000-00000000000%u",
                 i % 10);
        s->items[i] = item_of(noun_of(kind));
        s->list[i] = (struct ferry_op){.size = sizeof s->list[i],
                                       .kind = kind,
                                       .wire_id = ferry_cstr(s->wire_ids[i]),
                                       .id = FERRY_LIT("7"),
                                       .marker = noun_of(kind) == FERRY_RUN ? FERRY_LIT("run-key=K")
                                                                            : FERRY_LIT(""),
                                       .extra = extra,
                                       .n_extra = sizeof extra / sizeof *extra,
                                       .item = &s->items[i]};
        s->ops[i] = &s->list[i];
    }
}

static const struct ferry_tracker *codec;
static const struct ferry_kv options[] = {{{"suite_run", 9}, {"{title} [{key}]", 15}}};
static struct ferry_kv fact; /* the one that was asked for last */
static char fact_name[400];
static const struct ferry_call call = {.size = sizeof call,
                                       .project = {FUZZ_PROJECT, sizeof FUZZ_PROJECT - 1},
                                       .key_field = {"Automation Key", 14},
                                       .options = options,
                                       .n_options = sizeof options / sizeof *options,
                                       .facts = &fact,
                                       .n_facts = 1,
                                       .max_items = 100,
                                       .max_bytes = UINT64_MAX};

static int32_t on_need(void *self, struct ferry_str name)
{
    (void)self;
    fuzz_claim(name.len > 0 && name.len < sizeof fact_name, "a fact without a name is needed");
    snprintf(fact_name, sizeof fact_name, "%.*s", STR_ARG(name));
    fact = (struct ferry_kv){ferry_cstr(fact_name), FERRY_LIT("5")};
    return FERRY_OK;
}

/* --- what it makes of the answer ---------------------------------------------------------------- */

static int32_t on_item(void *data, const struct ferry_item *item)
{
    (void)data;
    fuzz_item(item);
    fuzz_claim(item->id.len > 0, "an item without an id");
    return FERRY_OK;
}

static void judge(struct reply *r, uint32_t kind, int32_t rc, const struct ferry_error *err)
{
    struct arena arena;
    struct ferry_error why = {.size = sizeof why};
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_PROTOCOL || rc == FERRY_E_TOO_LARGE ||
                   rc == FERRY_E_UNSUPPORTED || rc == FERRY_E_CONFIG,
               "an answer is read with %d: %s", rc, err->message);
    if (rc) {
        fuzz_message(err);
        return;
    }
    arena_init(&arena, MOST);
    rc = reply_items(r, &arena, on_item, NULL, &why);
    fuzz_claim(rc == FERRY_OK, "an item of the answer cannot be read again: %d: %s", rc,
               why.message);
    for (uint32_t i = 0; i < r->n; i++) {
        const struct ferry_outcome *o = &r->outcomes[i];
        fuzz_claim(o->size == 0 || (o->code >= FERRY_DONE && o->code <= FERRY_DOUBT),
                   "an outcome of code %u", o->code);
        fuzz_claim(o->code != FERRY_DONE || o->id.len > 0 || noun_of(kind) == FERRY_RESULT ||
                       is_private(kind),
                   "done without an id");
    }
    for (const struct reply_note *n = r->notes; n; n = n->next) {
        fuzz_claim(n->index < r->n, "a note on operation %u of %u", n->index, r->n);
    }
    arena_finish(&arena);
}

static struct ferry_message message(uint32_t status, struct ferry_str body)
{
    return (struct ferry_message){
        .size = sizeof(struct ferry_message), .status = status, .body = body};
}

static void decode(uint32_t kind, uint32_t status, uint32_t n, struct ferry_str body)
{
    struct sent sent;
    struct reply r;
    struct ferry_error err = {.size = sizeof err};
    struct ferry_message m = message(status, body);
    sent_init(&sent, kind, n);
    reply_init(&r);
    reply_begin(&r, n);
    struct ferry_reply sink = reply_sink(&r);
    int32_t rc = reply_end(&r, codec->decode(&call, sent.ops, n, &m, &sink, &err), &err);
    judge(&r, kind, rc, &err);
    if (rc == FERRY_OK && status < 300 && !r.verdict.size && !is_private(kind)) {
        for (uint32_t i = 0; i < n; i++) {
            fuzz_claim(r.outcomes[i].size, "operation %u of %u without an outcome", i, n);
        }
    }
    reply_finish(&r);
}

/* Asks; where a fact is needed, once more with it. */
static int32_t ask_with_facts(const struct ferry_ask *ask, struct request *q,
                              struct ferry_error *err)
{
    int32_t rc = FERRY_E_NEED;
    fact = (struct ferry_kv){{NULL, 0}, {NULL, 0}};
    for (int i = 0; rc == FERRY_E_NEED && i < 2; i++) {
        request_reset(q);
        q->need = on_need;
        struct ferry_out out = request_out(q);
        rc = codec->ask(&call, ask, &out, err);
    }
    return rc;
}

/* A page, and the pages that its cursors lead to, with the same body for each. */
static void answer(struct ferry_ask *ask, uint32_t kind, uint32_t status, struct ferry_str body)
{
    struct sent sent;
    struct reply r;
    struct request q;
    struct ferry_error err = {.size = sizeof err};
    struct ferry_message m = message(status, body);
    char cursor[128] = "";
    sent_init(&sent, kind, ask->n_ops);
    ask->ops = sent.ops;
    reply_init(&r);
    request_init(&q, MOST);
    for (int page = 0; page < PAGES; page++) {
        int32_t rc = ask_with_facts(ask, &q, &err);
        int unknown = rc == FERRY_E_UNSUPPORTED || (rc == FERRY_E_STATE && ask->name.len > 0);
        if (unknown && page == 0) {
            break; /* not every tracker lists every noun, or has this fact */
        }
        fuzz_claim(rc == FERRY_OK, "the cursor \"%s\" is not taken: %d: %s", cursor, rc,
                   err.message);
        fuzz_claim(request_seal(&q, &err) == FERRY_OK, "%s", err.message);
        reply_begin(&r, ask->n_ops);
        struct ferry_reply sink = reply_sink(&r);
        rc = reply_end(&r, codec->answer(&call, ask, &m, &sink, &err), &err);
        judge(&r, kind, rc, &err);
        if (rc || !r.nexts) {
            break;
        }
        snprintf(cursor, sizeof cursor, "%.*s", STR_ARG(r.nexts->name));
        ask->cursor = ferry_cstr(cursor);
    }
    request_finish(&q);
    reply_finish(&r);
}

/* What this tracker sends, and no other kind: the host asks for none. */
static void decode_known(uint32_t kind, uint32_t status, uint32_t n, struct ferry_str body)
{
    struct ferry_traits traits = {.size = sizeof traits};
    codec->describe(&call, kind, &traits);
    if (traits.name.len > 0 && traits.effect != FERRY_VIRTUAL) {
        decode(kind, status, n < traits.max_items ? n : 1, body);
    }
}

static void ask_rarely(const struct rare *rare, uint32_t status, uint32_t n, struct ferry_str body)
{
    int lists = rare->what == FERRY_ASK_LIST;
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = rare->what,
                            .noun = rare->noun,
                            .n_ops = rare->what == FERRY_ASK_FACT ? 0 : n,
                            .name = ferry_cstr(rare->what == FERRY_ASK_FACT ? rare->name : ""),
                            .token = ferry_cstr(rare->what == FERRY_ASK_POLL ? rare->name : "")};
    answer(&ask, lists ? rare_kinds[0] : kinds[0], status, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t nouns[] = {FERRY_RESULT,     FERRY_CASE, FERRY_RUN,     FERRY_FIELD,
                                     FERRY_ATTACHMENT, FERRY_RUN,  FERRY_PROJECT, FERRY_RESULT};
    static const struct ferry_kv filters[] = {{{"run", 3}, {"7", 1}}, {{"id", 2}, {"7", 1}}};
    enum { NOUNS = sizeof nouns / sizeof *nouns };
    struct ferry_str rest = {(const char *)data, size};
    uint32_t what = fuzz_choice(&rest, KINDS + NOUNS + 1 + RARE_KINDS + RARE_ASKS);
    uint32_t status = statuses[fuzz_choice(&rest, sizeof statuses / sizeof *statuses)];
    uint32_t n = fuzz_choice(&rest, OPS) + 1;
    codec = FUZZ_PLUGIN.query(FERRY_TRACKER_1);
    if (what < KINDS) {
        decode_known(kinds[what], status, n, rest);
        return 0;
    }
    what -= KINDS;
    if (what > NOUNS + RARE_KINDS) {
        ask_rarely(&rare_asks[what - NOUNS - RARE_KINDS - 1], status, n, rest);
        return 0;
    }
    if (what > NOUNS) {
        decode_known(rare_kinds[what - NOUNS - 1], status, n, rest);
        return 0;
    }
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = nouns[what % NOUNS],
                            .filters = filters,
                            .n_filters = (n - 1) % 3,
                            .n_ops = n - 1};
    if (what == NOUNS) {
        ask.what = FERRY_ASK_FACT;
        ask.name = FERRY_LIT("Automation Key");
        ask.n_ops = 0;
    }
    answer(&ask, kinds[what % KINDS], status, rest);
    return 0;
}
