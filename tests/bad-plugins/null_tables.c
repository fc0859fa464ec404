/* SPDX-License-Identifier: MIT */
/* Tables with holes: FERRY_TEST_HOLE says which interface and which function. */
#include "bad.h"

static int32_t describe(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits)
{
    (void)call, (void)kind, (void)traits;
    return FERRY_OK;
}

static int32_t encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err)
{
    (void)call, (void)ops, (void)n, (void)out, (void)taken, (void)err;
    return FERRY_E_UNSUPPORTED;
}

static int32_t sign_in(const struct ferry_call *call, const struct ferry_out *out,
                       struct ferry_error *err)
{
    (void)call, (void)out, (void)err;
    return FERRY_E_UNSUPPORTED;
}

static int32_t decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    (void)call, (void)ops, (void)n, (void)answer, (void)reply, (void)err;
    return FERRY_E_UNSUPPORTED;
}

static int32_t ask(const struct ferry_call *call, const struct ferry_ask *a,
                   const struct ferry_out *out, struct ferry_error *err)
{
    (void)call, (void)a, (void)out, (void)err;
    return FERRY_E_UNSUPPORTED;
}

static int32_t answer(const struct ferry_call *call, const struct ferry_ask *a,
                      const struct ferry_message *message, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    (void)call, (void)a, (void)message, (void)reply, (void)err;
    return FERRY_E_UNSUPPORTED;
}

static const struct ferry_tracker no_dress = {
    .describe = describe, .encode = encode, .decode = decode, .ask = ask, .answer = answer};
static const struct ferry_tracker half_session = {.describe = describe,
                                                  .encode = encode,
                                                  .decode = decode,
                                                  .ask = ask,
                                                  .answer = answer,
                                                  .dress = sign_in,
                                                  .sign_in = sign_in};
static const struct ferry_planner no_plan = {NULL};
static const struct ferry_hook no_secret = {.header = "x-secret"},
                               no_reading = {.header = "x-secret", .secret = "hook_secret"};
static const char *const schema[] = {"create table t (id integer primary key)", NULL};
static const struct ferry_service no_handle = {.schema = schema};

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    (void)call, (void)err;
    return FERRY_OK;
}

static const struct ferry_command a_command = {
    .size = sizeof a_command, .name = "again", .summary = "does it again", .run = run};
static const struct ferry_command b_command = {
    .size = sizeof b_command, .name = "back", .summary = "goes back", .run = run};
static const struct ferry_command no_run = {
    .size = sizeof no_run, .name = "again", .summary = "does nothing"};
static const struct ferry_command *const no_run_list[] = {&no_run, NULL};
static const struct ferry_command *const unsorted_list[] = {&b_command, &a_command, NULL};
static const struct ferry_commands no_run_commands = {no_run_list}, unsorted = {unsorted_list};

static const struct {
    const char *hole, *interface;
    const void *table;
} tables[] = {
    {"dress", FERRY_TRACKER_1, &no_dress},       {"session", FERRY_TRACKER_1, &half_session},
    {"plan", FERRY_PLANNER_1, &no_plan},         {"handle", FERRY_SERVICE_1, &no_handle},
    {"run", FERRY_COMMANDS_1, &no_run_commands}, {"sorted", FERRY_COMMANDS_1, &unsorted},
    {"secret", FERRY_HOOK_1, &no_secret},        {"read", FERRY_HOOK_1, &no_reading},
};

static const void *query(const char *id)
{
    const char *hole = getenv("FERRY_TEST_HOLE");
    for (size_t i = 0; hole && i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(hole, tables[i].hole) == 0 && strcmp(id, tables[i].interface) == 0) {
            return tables[i].table;
        }
    }
    return bad_query(id);
}

FERRY_PLUGIN_DEFINE(null_tables, "null-tables") = {FERRY_PLUGIN_HEAD, .id = "null-tables",
                                                   .name = "Bad",     .version = "1.0.0",
                                                   .license = "MIT",  .query = query};
