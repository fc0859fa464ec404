/* SPDX-License-Identifier: MIT */
/*
 * ledger.c - the test tracker `ledger`: its table, its option, and what its operations are like. It behaves like a vendor of
 * the older kind: nothing it creates is safe to send twice, and it says little when it refuses.
 */
#include "ledger.h"

static int32_t describe(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits)
{
    static const struct {
        uint32_t kind, effect, flags, max_items, scope, max_in_flight;
        const char *name;
    } kinds[] = {
        {LEDGER_CREATE_CASE, FERRY_ONCE, 0, LEDGER_CASES, 0, 2, "create case"},
        {LEDGER_CREATE_RUN, FERRY_ONCE, FERRY_FIND_FIRST, 1, 0, 1, "create run"},
        {LEDGER_CREATE_RESULT, FERRY_ONCE, 0, LEDGER_RESULTS, FERRY_RUN, 4, "add result"},
        {LEDGER_CREATE_ATTACHMENT, FERRY_REPEATABLE, 0, 1, 0, 4, "add attachment"},
        {LEDGER_COMPLETE_RUN, FERRY_REPEATABLE, FERRY_CLOSES, 1, FERRY_RUN, 1, "complete run"},
        {FERRY_OP(FERRY_LIST, FERRY_CASE), FERRY_READ, 0, LEDGER_PAGE, 0, 4, "list cases"},
        {FERRY_OP(FERRY_LIST, FERRY_RUN), FERRY_READ, 0, LEDGER_PAGE, 0, 4, "list runs"},
        {FERRY_OP(FERRY_LIST, FERRY_RESULT), FERRY_READ, 0, LEDGER_PAGE, 0, 4, "list results"},
        {FERRY_OP(FERRY_FETCH, FERRY_ATTACHMENT), FERRY_READ, 0, 1, 0, 4, "fetch attachment"},
    };
    (void)call;
    traits->effect = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind == kind) {
            traits->effect = kinds[i].effect;
            traits->flags = kinds[i].flags;
            traits->max_items = kinds[i].max_items;
            traits->scope = kinds[i].scope;
            traits->max_in_flight = kinds[i].max_in_flight;
            traits->name = ferry_cstr(kinds[i].name);
        }
    }
    return FERRY_OK;
}

static int32_t dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err)
{
    (void)call;
    (void)err;
    out->header(out->self, FERRY_LIT("accept"));
    return out->text(out->self, FERRY_LIT("application/json"));
}

static const struct ferry_tracker tracker = {
    .describe = describe,
    .encode = ledger_encode,
    .decode = ledger_decode,
    .find = ledger_find,
    .ask = ledger_ask,
    .answer = ledger_answer,
    .dress = dress,
};

static const struct ferry_option url = {
    .size = sizeof url,
    .type = FERRY_OPT_URL,
    .name = "url",
    .help = "where a ledger is served; without it there is one in this process",
};
static const struct ferry_option *const options[] = {&url, NULL};

static const void *query(const char *interface_id)
{
    if (strcmp(interface_id, FERRY_TRACKER_1) == 0) {
        return &tracker;
    }
    return strcmp(interface_id, FERRY_SERVICE_1) == 0 ? &ledger_service : NULL;
}

FERRY_PLUGIN_DEFINE(ledger, "ledger") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "ledger",
    .name = "Ledger, for tests",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
