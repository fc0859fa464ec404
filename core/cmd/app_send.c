/* SPDX-License-Identifier: MIT */
/* app_send.c - one raw request of a plugin's command, carried by the same road as any other, and not repeated. */
#include "plugin_command.h"

#include <remote.h>
#include <text.h>

enum { REQUEST_MAX = 64 << 20, PATIENCE_MS = 60000, SETTLE_MS = 120000 };

static int32_t write_request(struct request *r, const struct ferry_message *m,
                             struct ferry_error *err)
{
    struct ferry_out out = request_out(r);
    out.start(out.self, m->method, m->target);
    for (uint32_t i = 0; i < m->n_headers; i++) {
        out.header(out.self, m->headers[i].key);
        out.text(out.self, m->headers[i].value);
    }
    if (m->body.ptr) {
        out.body(out.self);
        out.text(out.self, m->body);
    }
    return request_seal(r, err);
}

int32_t app_send(struct app *app, struct target *target, const struct ferry_message *message,
                 ferry_answer_fn *answer, void *data, struct ferry_error *err)
{
    struct network network;
    struct remote_setup setup = {.state = app->state,
                                 .network = &network,
                                 .plugins = app->plugins,
                                 .clock = &app->clock,
                                 .interrupted = &app_interrupted,
                                 .settle_ms = SETTLE_MS,
                                 .patience_ms = PATIENCE_MS};
    struct remote r = {0};
    struct request request;
    struct exchange x;
    network_init(&network, app->config, &app->clock);
    int32_t rc = remote_open(&r, target, &setup, err);
    if (rc) {
        network_finish(&network);
        return rc;
    }
    request_init(&request, REQUEST_MAX);
    exchange_init(&x, &r, &request);
    x.has_effect = !str_is(message->method, "GET");
    rc = write_request(&request, message, err);
    rc = rc ? rc : remote_sign_in(&r, 0, err);
    rc = rc ? rc : remote_exchange(&r, &x, err);
    if (rc == FERRY_OK && x.end == EXCHANGE_ANSWERED) {
        rc = answer(data, &x.answer);
    } else if (rc == FERRY_OK) {
        rc = ferry_fail(err, FERRY_E_UNREACHABLE, "", "%.*s: %s: %s", STR_ARG(target->label),
                        r.transport.name, x.error.message);
    }
    exchange_finish(&x);
    request_finish(&request);
    remote_close(&r);
    network_finish(&network);
    return rc;
}
