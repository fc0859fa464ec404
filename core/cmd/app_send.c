/* SPDX-License-Identifier: MIT */
/*
 * app_send.c - the requests of a plugin's command, carried by the same road as any other. One session for all of them. What the server says it has
 * not done, for it is busy, is asked again; what may have been done is not.
 */
#include "plugin_command.h"

#include <remote.h>
#include <stdlib.h>
#include <text.h>

enum { REQUEST_MAX = 64 << 20, PATIENCE_MS = 60000, SETTLE_MS = 120000, TRIES = 5 };

struct app_line {
    struct app *app;
    struct target *target;
    struct network network;
    struct remote remote;
};

static int32_t open_line(struct app *app, struct target *target, struct app_line **out,
                         struct ferry_error *err)
{
    struct app_line *l = calloc(1, sizeof *l);
    if (!l) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "%.*s: out of memory",
                          STR_ARG(target->label));
    }
    l->app = app;
    l->target = target;
    network_init(&l->network, app->config, &app->clock);
    const struct remote_setup setup = {.state = app->state,
                                       .network = &l->network,
                                       .plugins = app->plugins,
                                       .clock = &app->clock,
                                       .interrupted = &app_interrupted,
                                       .settle_ms = SETTLE_MS,
                                       .patience_ms = PATIENCE_MS};
    int32_t rc = remote_open(&l->remote, target, &setup, err);
    if (rc) {
        network_finish(&l->network);
        free(l);
        return rc;
    }
    *out = l;
    return FERRY_OK;
}

void app_hang_up(struct app_line *line)
{
    if (line) {
        remote_close(&line->remote);
        network_finish(&line->network);
        free(line);
    }
}

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

/* Whether it may be sent once more: it was not done, or twice is as good as once. */
static int is_worth_repeating(const struct app_line *l, const struct exchange *x, int64_t begun_ms,
                              uint32_t tries)
{
    enum fate fate = classify(x, NULL);
    int harmless =
        fate == FATE_BUSY || (fate == FATE_UNSURE && !str_is(x->request->method, "POST"));
    return harmless && x->end == EXCHANGE_ANSWERED && tries < TRIES &&
           l->app->clock.now_ms(&l->app->clock) - begun_ms < PATIENCE_MS;
}

/* A session that has ended is begun anew, once. */
static int32_t carry(struct app_line *l, struct exchange *x, struct ferry_error *err)
{
    struct remote *r = &l->remote;
    struct clock *clock = &l->app->clock;
    int64_t begun = clock->now_ms(clock);
    int signed_again = 0;
    int32_t rc = remote_sign_in(r, 0, err);
    for (uint32_t tries = 0; rc == FERRY_OK;) {
        uint64_t session = r->sessions;
        rc = remote_exchange(r, x, err);
        if (rc) {
            break;
        }
        int answered = x->end == EXCHANGE_ANSWERED;
        if (answered && x->answer.status == 401 && r->n_session > 0 && !signed_again) {
            signed_again = 1;
            rc = session == r->sessions ? remote_sign_in(r, 1, err) : FERRY_OK;
            continue;
        }
        if (!is_worth_repeating(l, x, begun, tries)) {
            break;
        }
        int64_t wait =
            classify_wait(answered ? &x->answer : NULL, tries++, clock->now_ms(clock), chance());
        if (clock->wait_ms(clock, wait, &app_interrupted)) {
            rc = ferry_fail(err, FERRY_E_STOP, "", "interrupted");
        }
    }
    return rc;
}

int32_t app_send(struct app *app, struct target *target, struct app_line **line,
                 const struct ferry_message *message, ferry_answer_fn *answer, void *data,
                 struct ferry_error *err)
{
    struct request request;
    struct exchange x;
    int32_t rc = *line ? FERRY_OK : open_line(app, target, line, err);
    if (rc) {
        return rc;
    }
    struct app_line *l = *line;
    request_init(&request, REQUEST_MAX);
    exchange_init(&x, &l->remote, &request);
    x.has_effect = !str_is(message->method, "GET");
    rc = write_request(&request, message, err);
    rc = rc ? rc : carry(l, &x, err);
    if (rc == FERRY_OK && x.end == EXCHANGE_ANSWERED) {
        rc = answer(data, &x.answer);
    } else if (rc == FERRY_OK) {
        int32_t status = x.error.status == FERRY_E_CONFIG ? FERRY_E_CONFIG : FERRY_E_UNREACHABLE;
        rc = ferry_fail(err, status, "", "%.*s: %s: %s", STR_ARG(target->label),
                        l->remote.transport.name, x.error.message);
    }
    exchange_finish(&x);
    request_finish(&request);
    return rc;
}
