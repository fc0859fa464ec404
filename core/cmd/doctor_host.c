/* SPDX-License-Identifier: MIT */
/*
 * doctor_host.c - asks a tracker for one page of something that it lists: whether it answers, whether the way to it can be trusted, and
 * whether it takes who we say we are. It reads, and keeps nothing.
 */
#include "doctor.h"

#include <remote.h>
#include <text.h>

enum { PATIENCE_MS = 5000 };

/* Something small that this tracker can list; 0: nothing. */
static uint32_t what_to_ask(struct remote *r)
{
    static const uint32_t nouns[] = {FERRY_FIELD, FERRY_RUN, FERRY_CASE};
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        struct ferry_error ignored = {.size = sizeof ignored};
        struct ferry_traits t;
        if (remote_describe(r, FERRY_OP(FERRY_LIST, nouns[i]), &t, &ignored) == FERRY_OK &&
            t.effect == FERRY_READ) {
            return nouns[i];
        }
    }
    return 0;
}

static void tell(struct doctor *d, const struct target *t, int32_t rc,
                 const struct ferry_error *err)
{
    if (rc == FERRY_OK) {
        doctor_ok(d, "host", "%.*s: answers, and takes our credentials", STR_ARG(t->url));
    } else if (rc == FERRY_E_REFUSED && strcmp(err->where, "credentials") == 0) {
        doctor_fail(d, EXIT_CREDENTIALS, "host", NULL, "%s", err->message);
    } else {
        doctor_fail(d, rc == FERRY_E_CONFIG ? EXIT_USAGE : EXIT_UNREACHABLE, "host", NULL, "%s",
                    err->message);
    }
}

void doctor_host(struct doctor *d, const struct target *t)
{
    struct ferry_error err = {.size = sizeof err};
    struct network network;
    struct remote r = {0};
    struct reply reply;
    struct remote_setup setup = {.network = &network,
                                 .plugins = d->app->plugins,
                                 .clock = &d->app->clock,
                                 .interrupted = &app_interrupted,
                                 .patience_ms = PATIENCE_MS};
    network_init(&network, d->app->config, &d->app->clock);
    int32_t rc = remote_open(&r, t, &setup, &err);
    struct ferry_ask ask = {
        .size = sizeof ask, .what = FERRY_ASK_LIST, .noun = rc ? 0 : what_to_ask(&r)};
    if (rc == FERRY_OK && !ask.noun) {
        doctor_unchecked(d, "host", NULL, "%.*s: nothing there can be asked for", STR_ARG(t->url));
    } else {
        reply_init(&reply);
        rc = rc ? rc : remote_ask(&r, &ask, &reply, &err);
        reply_finish(&reply);
        tell(d, t, rc, &err);
    }
    if (r.codec) {
        remote_close(&r);
    }
    network_finish(&network);
}
