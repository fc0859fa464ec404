/* SPDX-License-Identifier: MIT */
/* service.c - the server of `echo`: it keeps nothing, and answers as its mood is. */
#include "echo.h"

static const char *const schema[] = {"CREATE TABLE silence (id INTEGER PRIMARY KEY);", NULL};

static int32_t answer(const struct ferry_out *out, uint32_t status, struct ferry_str body)
{
    out->status(out->self, status);
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("text/plain"));
    out->body(out->self);
    return out->text(out->self, body);
}

/* {"say": the text} */
static int32_t answer_json(const struct ferry_out *out, uint32_t status, struct ferry_str say)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 20);
    j = json_to(&b);
    json_open(&j, '{');
    json_member(&j, "say", say);
    json_close(&j, '}');
    int32_t rc = b.failed ? b.failed : answer(out, status, buf_str(&b));
    buf_finish(&b);
    return rc;
}

static int32_t handle(const struct ferry_service_call *call, const struct ferry_message *request,
                      const struct ferry_out *out, struct ferry_error *err)
{
    struct ferry_str say = echo_say(call->options, call->n_options);
    int reads = str_is(request->method, "GET");
    if (echo_mood(call->options, call->n_options, "parrot")) {
        say = ferry_get(request->headers, request->n_headers, FERRY_LIT("authorization"));
        return answer_json(out, reads ? 200 : 422, say);
    }
    if (echo_mood(call->options, call->n_options, "broken")) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "%.*s", STR_ARG(say));
    }
    if (echo_mood(call->options, call->n_options, "angry")) {
        return answer(out, reads ? 404 : 503, say);
    }
    if (echo_mood(call->options, call->n_options, "strange")) {
        return answer(out, 200, say);
    }
    if (echo_mood(call->options, call->n_options, "stranger")) {
        return answer(out, 401, say);
    }
    int refuses = !reads && echo_mood(call->options, call->n_options, "refuse");
    return answer_json(out, refuses ? 422 : 200, say);
}

const struct ferry_service echo_service = {.schema = schema, .handle = handle};
