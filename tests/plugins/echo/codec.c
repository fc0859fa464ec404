/* SPDX-License-Identifier: MIT */
/*
 * codec.c - the codec of `echo`, and its table. It hands on what the server said without a look, as a careless codec would: whatever
 * is shown of it later has to be made harmless by the host.
 */
#include "echo.h"

struct ferry_str echo_say(const struct ferry_kv *options, uint32_t n)
{
    struct ferry_str say = ferry_get(options, n, FERRY_LIT("say"));
    return say.ptr ? say : FERRY_LIT("nothing");
}

int echo_mood(const struct ferry_kv *options, uint32_t n, const char *mood)
{
    return str_is(ferry_get(options, n, FERRY_LIT("mood")), mood);
}

static int32_t describe(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits)
{
    uint32_t verb = kind >> 16, noun = kind & 0xffffu;
    int known = noun == FERRY_CASE || noun == FERRY_RUN || noun == FERRY_RESULT;
    traits->effect = verb == FERRY_LIST && known                        ? FERRY_READ
                     : verb == FERRY_CREATE && known                    ? FERRY_REPEATABLE
                     : verb == FERRY_COMPLETE && noun == FERRY_RUN      ? FERRY_REPEATABLE
                     : verb == FERRY_CREATE && noun == FERRY_ATTACHMENT ? FERRY_REPEATABLE
                                                                        : 0;
    traits->flags = verb == FERRY_COMPLETE ? FERRY_CLOSES : 0;
    traits->name = echo_say(call->options, call->n_options);
    return FERRY_OK;
}

static int32_t encode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err)
{
    struct ferry_str say = echo_say(call->options, call->n_options);
    struct ferry_note note = {
        .size = sizeof note, .kind = FERRY_NOTE_WARNING, .field = say, .text = say};
    (void)n, (void)err;
    *taken = 1;
    out->start(out->self, FERRY_LIT("POST"), FERRY_LIT("/thing"));
    out->body(out->self);
    out->note(out->self, 0, &note);
    return out->text(out->self, ops[0]->wire_id);
}

/* What the server says, which is all there is in an answer. */
static int32_t take_say(const struct ferry_message *answer, struct json_doc *doc,
                        struct ferry_str *say, struct ferry_error *err)
{
    int32_t rc = json_parse(doc, answer->body, JSON_STRICT, "answer", err);
    *say = json_str(json_get(doc->root, "say"));
    if (rc == FERRY_E_INPUT && err) {
        err->status = FERRY_E_PROTOCOL;
    }
    return rc == FERRY_E_INPUT ? FERRY_E_PROTOCOL : rc;
}

static int32_t decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    struct ferry_outcome o = {.size = sizeof o, .code = FERRY_DONE};
    struct ferry_kv extra;
    (void)call, (void)ops, (void)n;
    if (answer->status != 200 && answer->status != 422) {
        struct ferry_verdict v = {.size = sizeof v, .code = FERRY_BY_STATUS, .text = answer->body};
        return reply->verdict(reply->self, &v);
    }
    int32_t rc = take_say(answer, &doc, &o.text, err);
    if (rc == FERRY_OK) {
        extra = (struct ferry_kv){o.text, o.text};
        o.code = answer->status == 200 ? FERRY_DONE : FERRY_REJECTED;
        o.id = o.url = answer->status == 200 ? o.text : (struct ferry_str){NULL, 0};
        o.extra = &extra;
        o.n_extra = answer->status == 200;
        rc = reply->outcome(reply->self, 0, &o);
    }
    json_finish(&doc);
    return rc;
}

static int32_t ask(const struct ferry_call *call, const struct ferry_ask *what,
                   const struct ferry_out *out, struct ferry_error *err)
{
    (void)err;
    if (what->what == FERRY_ASK_LIST && echo_mood(call->options, call->n_options, "facts") &&
        !ferry_get(call->facts, call->n_facts, FERRY_LIT(ECHO_FACT)).ptr) {
        out->need(out->self, FERRY_LIT(ECHO_FACT));
        return FERRY_E_NEED;
    }
    return out->start(out->self, FERRY_LIT("GET"), FERRY_LIT("/things"));
}

/* One thing, everything of which is the text; a second value for the fact. */
static int32_t answer_to(const struct ferry_call *call, const struct ferry_ask *what,
                         const struct ferry_message *answer, const struct ferry_reply *reply,
                         struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    struct ferry_str say;
    (void)call;
    if (answer->status != 200) {
        return FERRY_OK;
    }
    int32_t rc = take_say(answer, &doc, &say, err);
    if (rc == FERRY_OK && what->what == FERRY_ASK_FACT) {
        reply->fact(reply->self, FERRY_LIT(ECHO_FACT), say);
        rc = reply->fact(reply->self, FERRY_LIT(ECHO_FACT), FERRY_LIT("another"));
    } else if (rc == FERRY_OK) {
        struct ferry_ref run = {
            .size = sizeof run, .role = FERRY_RUN, .noun = FERRY_RUN, .id = say};
        const struct ferry_ref *const refs[] = {&run};
        struct ferry_run r = {.size = sizeof r, .title = say, .status_text = say};
        struct ferry_case c = {.size = sizeof c, .title = say, .description = say};
        struct ferry_result t = {.size = sizeof t,
                                 .status = FERRY_OTHER,
                                 .status_text = say,
                                 .suite = say,
                                 .class_name = say,
                                 .name = say,
                                 .message = say};
        struct ferry_item item = {.size = sizeof item,
                                  .noun = what->noun,
                                  .id = say,
                                  .key =
                                      what->noun == FERRY_RUN ? (struct ferry_str){NULL, 0} : say,
                                  .name = say,
                                  .refs = refs,
                                  .n_refs = what->noun == FERRY_RESULT};
        item.run = what->noun == FERRY_RUN ? &r : NULL;
        item.test_case = what->noun == FERRY_CASE ? &c : NULL;
        item.result = what->noun == FERRY_RESULT ? &t : NULL;
        rc = reply->item(reply->self, &item);
    }
    json_finish(&doc);
    return rc;
}

static int32_t dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err)
{
    (void)err;
    if (!echo_mood(call->options, call->n_options, "parrot")) {
        return FERRY_OK;
    }
    out->header(out->self, FERRY_LIT("authorization"));
    return out->secret(out->self, FERRY_LIT("token"), FERRY_RAW);
}

static const struct ferry_tracker tracker = {.describe = describe,
                                             .encode = encode,
                                             .decode = decode,
                                             .ask = ask,
                                             .answer = answer_to,
                                             .dress = dress};

static const char *const moods[] = {"done",   "refuse", "angry",  "strange", "stranger",
                                    "broken", "facts",  "parrot", NULL};
static const struct ferry_option mood = {.size = sizeof mood,
                                         .type = FERRY_OPT_CHOICE,
                                         .name = "mood",
                                         .def = "done",
                                         .choices = moods,
                                         .help = "how the server answers"};
static const struct ferry_option say = {
    .size = sizeof say, .type = FERRY_OPT_STR, .name = "say", .help = "what everything is called"};
static const char *const token_variables[] = {"ECHO_TOKEN", NULL};
static const struct ferry_option token = {.size = sizeof token,
                                          .type = FERRY_OPT_STR,
                                          .flags = FERRY_OPT_SECRET,
                                          .name = "token",
                                          .variables = token_variables,
                                          .help = "what a parrot repeats"};
static const struct ferry_option *const options[] = {&mood, &say, &token, NULL};

static const void *query(const char *interface_id)
{
    if (strcmp(interface_id, FERRY_TRACKER_1) == 0) {
        return &tracker;
    }
    return strcmp(interface_id, FERRY_SERVICE_1) == 0 ? &echo_service : NULL;
}

FERRY_PLUGIN_DEFINE(echo, "echo") = {.size = sizeof(struct ferry_plugin),
                                     .abi_major = FERRY_ABI_MAJOR,
                                     .level = FERRY_ABI_LEVEL,
                                     .id = "echo",
                                     .name = "Echo, for tests",
                                     .version = FERRY_VERSION,
                                     .license = "MIT",
                                     .options = options,
                                     .query = query};
