/* SPDX-License-Identifier: MIT */
/*
 * remote_session.c - how a destination knows us: the headers that every request wears, the session that a sign-in begins and answers
 * renew. In memory alone, and wiped: nothing of it is ever journalled.
 */
#include "remote.h"

#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <text.h>

enum { SIGN_IN_MAX = 1 << 20 };

int32_t remote_dress(struct remote *r, struct ferry_error *err)
{
    request_reset(&r->dress);
    if (!r->codec->dress) {
        return FERRY_OK;
    }
    struct ferry_call call = remote_call(r);
    struct ferry_out out = request_out(&r->dress);
    int32_t rc = r->codec->dress(&call, &out, err);
    return rc ? rc : r->dress.failed;
}

/* --- what is kept --------------------------------------------------------------------- */

void remote_forget(struct ferry_kv *value)
{
    if (value->value.ptr) {
        secrets_forget(value->value);
        explicit_bzero((char *)value->value.ptr, (size_t)value->value.len);
        free((char *)value->value.ptr);
    }
    value->value = (struct ferry_str){NULL, 0};
}

/*
 * A session may be renewed by every answer of a long delivery: a value takes the place of the one before it, and no room beside it. The last one but
 * one is kept from sight as well: answers that were under way may still speak of it.
 */
static int32_t keep_value(struct remote *r, struct ferry_str name, struct ferry_str value,
                          struct ferry_error *err)
{
    uint32_t i = 0;
    while (i < r->n_session && !ferry_eq(r->session[i].key, name)) {
        i++;
    }
    if (i == sizeof r->session / sizeof *r->session) {
        return ferry_fail(err, FERRY_E_BUG, "", "%.*s: more session values than fit",
                          STR_ARG(r->target->label));
    }
    if (i < r->n_session && ferry_eq(r->session[i].value, value)) {
        return FERRY_OK;
    }
    char *copy = malloc((size_t)value.len + 1);
    if (i == r->n_session) {
        r->session[i].key = r->session_names[i] = arena_str(&r->memory, name);
    }
    if (!copy || r->memory.failed) {
        free(copy);
        return ferry_fail(err, FERRY_E_NO_MEMORY, "", "%.*s: out of memory",
                          STR_ARG(r->target->label));
    }
    if (value.len) {
        memcpy(copy, value.ptr, (size_t)value.len);
    }
    copy[value.len] = '\0';
    remote_forget(&r->session_before[i]);
    r->session_before[i].value =
        i < r->n_session ? r->session[i].value : (struct ferry_str){NULL, 0};
    r->session[i].value = (struct ferry_str){copy, value.len};
    int32_t rc = secrets_add(r->session[i].value);
    if (i < r->n_session) {
        return rc;
    }
    if (rc) {
        remote_forget(&r->session[i]);
        return rc;
    }
    r->n_session++;
    return remote_dress(r, err); /* what requests wear may name it from now on */
}

static int32_t keep(struct remote *r, const struct ferry_message *answer, struct ferry_error *err)
{
    struct reply reply;
    if (!r->codec->keep) {
        return FERRY_OK;
    }
    reply_init(&reply);
    int32_t rc = reply_begin(&reply, 0);
    struct ferry_call call = remote_call(r);
    struct ferry_reply sink = reply_sink(&reply);
    rc = rc ? rc : r->codec->keep(&call, answer, &sink, err);
    rc = reply_end(&reply, rc, err);
    for (struct reply_text *t = reply.keeps; t && rc == FERRY_OK; t = t->next) {
        rc = keep_value(r, t->name, t->value, err);
    }
    reply_finish(&reply);
    return rc;
}

int32_t remote_keep(struct remote *r, const struct ferry_message *answer, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = keep(r, answer, &why);
    if (rc == FERRY_E_PROTOCOL) { /* a page of some proxy: it says nothing of the session */
        log_debug("%.*s: %s", STR_ARG(r->target->label), why.message);
        return FERRY_OK;
    }
    return rc ? ferry_fail(err, rc, why.where, "%s", why.message) : FERRY_OK;
}

/* --- beginning a session ------------------------------------------------------------------- */

/* "client_secret (OCTANE_CLIENT_SECRET)": what was given as a secret, and where it stands. */
static const char *name_secrets(const struct target *t, char out[200])
{
    size_t n = 0;
    for (uint32_t i = 0; i < t->n_settings && n < 150; i++) {
        const struct target_setting *s = &t->settings[i];
        if (s->option->flags & FERRY_OPT_SECRET && s->value.ptr) {
            n += (size_t)snprintf(out + n, 200 - n, "%s%s (%.60s)", n ? ", " : "", s->option->name,
                                  s->origin);
        }
    }
    return n ? out : "the credentials";
}

static int32_t send_sign_in(struct remote *r, struct exchange *x, struct ferry_error *err)
{
    enum { TRIES = 4 };
    enum fate fate = FATE_BUSY;
    int32_t rc = FERRY_OK;
    for (uint32_t tries = 0; rc == FERRY_OK; tries++) {
        rc = remote_carry(r, x, err);
        rc = rc ? rc : classify_machine(x, r->transport.name, err);
        fate = rc ? FATE_BUSY : classify(x, NULL);
        if (rc || tries + 1 == TRIES ||
            (fate != FATE_BUSY && fate != FATE_UNSURE && fate != FATE_NOT_SENT)) {
            break;
        }
        int64_t wait = classify_wait(x->end == EXCHANGE_ANSWERED ? &x->answer : NULL, tries,
                                     r->clock->now_ms(r->clock), chance());
        if (r->clock->wait_ms(r->clock, wait, r->interrupted)) {
            rc = ferry_fail(err, FERRY_E_STOP, "", "interrupted");
        }
    }
    if (rc || fate == FATE_PARSE) {
        return rc;
    }
    if (x->end != EXCHANGE_ANSWERED) {
        return ferry_fail(err, FERRY_E_UNREACHABLE, "", "%.*s: %s: %s", STR_ARG(r->target->label),
                          r->transport.name, x->error.message);
    }
    if (fate == FATE_BUSY || fate == FATE_UNSURE) {
        return ferry_fail(err, FERRY_E_UNREACHABLE, "",
                          "%.*s: %s keeps answering %u when signing in", STR_ARG(r->target->label),
                          r->transport.name, x->answer.status);
    }
    char from[200];
    return ferry_fail(err, FERRY_E_REFUSED, "credentials",
                      "%.*s: %u from %s when signing in; check %s", STR_ARG(r->target->label),
                      x->answer.status, r->transport.name, name_secrets(r->target, from));
}

/* A courtesy: servers end sessions by themselves, so it is sent once, and hardly waited for. */
void remote_sign_out(struct remote *r)
{
    enum { WAIT_MS = 2000 };
    struct ferry_error own = {.size = sizeof own};
    struct request request;
    struct exchange x;
    if (!r->signed_in || !r->codec->sign_out || r->n_session == 0 || !r->transport.next ||
        is_interrupted(r->interrupted)) {
        return;
    }
    request_init(&request, SIGN_IN_MAX);
    struct ferry_call call = remote_call(r);
    struct ferry_out out = request_out(&request);
    int32_t rc = r->codec->sign_out(&call, &out, &own);
    rc = rc ? rc : request_seal(&request, &own);
    exchange_init(&x, r, &request);
    if (rc == FERRY_OK && remote_submit(r, &x, &own) == FERRY_OK) {
        remote_next(r, WAIT_MS);
        remote_abandon(r); /* it must not come back to an x that is gone */
    }
    r->signed_in = 0;
    exchange_finish(&x);
    request_finish(&request);
}

int32_t remote_sign_in(struct remote *r, int again, struct ferry_error *err)
{
    if (!r->codec->sign_in || (r->signed_in && !again)) {
        return FERRY_OK;
    }
    struct request request;
    struct exchange x;
    request_init(&request, SIGN_IN_MAX);
    struct ferry_call call = remote_call(r);
    struct ferry_out out = request_out(&request);
    int32_t rc = r->codec->sign_in(&call, &out, err);
    int has_one = rc != FERRY_E_UNSUPPORTED;
    rc = !has_one ? FERRY_OK : rc ? rc : request_seal(&request, err);
    exchange_init(&x, r, &request);
    x.dress = NULL; /* what is left of the old session makes some servers refuse a new one */
    if (has_one) {
        rc = rc ? rc : send_sign_in(r, &x, err);
        rc = rc ? rc : keep(r, &x.answer, err);
    }
    r->signed_in = rc == FERRY_OK;
    r->sessions += r->signed_in;
    exchange_finish(&x);
    request_finish(&request);
    return rc;
}
