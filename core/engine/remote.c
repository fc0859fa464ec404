/* SPDX-License-Identifier: MIT */
/* remote.c - see remote.h: opening, exchanges, and reads with patience. */
#include "remote_private.h"

#include <log.h>
#include <stdlib.h>
#include <sys/random.h>
#include <text.h>
#include <transport_inproc.h>
#include <unistd.h>

enum { ANSWER_MAX = 16 << 20, REQUEST_MAX = 256 << 20, MEMORY_MAX = 1 << 20, FACTS_MAX = 64 << 20 };

uint64_t chance(void)
{
    uint64_t bits = 0;
#ifdef FERRY_TEST_HOOKS
    const char *fixed = getenv("FERRY_CHANCE"); /* requests in the same order each time */
    if (fixed) {
        return strtoull(fixed, NULL, 10);
    }
#endif
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits) {
        struct clock real = clock_real(); /* a machine that has just begun */
        bits = (uint64_t)real.mono_us(&real) * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid() << 32;
    }
    return bits;
}

/* --- opening -------------------------------------------------------------------- */

static struct ferry_str value_of(void *self, struct ferry_str name)
{
    struct remote *r = self;
    struct ferry_str v = ferry_get(r->session, r->n_session, name);
    return v.ptr ? v : r->target->secrets.get(r->target->secrets.self, name);
}

/* A service of the plugin's own, with its state in a folder of its own. */
static int32_t open_in_process(struct remote *r, const struct remote_setup *setup,
                               struct spool *spool, struct ferry_error *err)
{
    const struct target *t = r->target;
    const struct ferry_service *service = t->url.ptr ? NULL : t->plugin->query(FERRY_SERVICE_1);
    char folder[4096];
    if (!service) {
        return ferry_fail(err, FERRY_E_CONFIG, "url",
                          "%.*s: plugin \"%.*s\" is not served in process, and it has no \"url\"",
                          STR_ARG(t->label), STR_ARG(t->plugin_id));
    }
    if ((size_t)snprintf(folder, sizeof folder, "%s/%s", setup->state, t->plugin->id) >=
        sizeof folder) {
        return ferry_fail(err, FERRY_E_CONFIG, "state", "%s: the path is too long", setup->state);
    }
    return transport_inproc_open(&r->transport, service, t->plugin->id, t->options, t->n_options,
                                 folder, spool, setup->clock, err);
}

int32_t remote_open(struct remote *r, const struct target *target, const struct remote_setup *setup,
                    struct ferry_error *err)
{
    memset(r, 0, sizeof *r);
    r->target = target;
    r->codec = target->tracker;
    r->journal = setup->journal;
    r->dest_id = setup->dest_id;
    r->clock = setup->clock;
    r->interrupted = setup->interrupted;
    r->settle_ms = setup->settle_ms;
    r->patience_ms = setup->patience_ms;
    r->exchanges = setup->exchanges;
    r->opened_ms = r->clock->now_ms(r->clock);
    r->values = (struct request_values){r, value_of};
    arena_init(&r->memory, FACTS_MAX);
    request_init(&r->dress, MEMORY_MAX);
    int32_t rc = r->journal ? remote_load_facts(r, err) : FERRY_OK;
    if (rc) {
        goto out;
    }
    struct spool *spool = r->journal ? r->journal->spool : NULL;
    rc = target->url.ptr && setup->network
             ? network_open(setup->network, target, spool, &r->transport, err)
             : open_in_process(r, setup, spool, err);
    r->limited = rc == FERRY_OK && target->url.ptr != NULL;
    if (r->limited) {
        limiter_init(&r->limiter, setup->state, target->credential, setup->jobs);
    }
    rc = rc ? rc : remote_dress(r, err);
out:
    if (rc) {
        remote_close(r);
    }
    return rc;
}

void remote_close(struct remote *r)
{
    if (r->codec) {
        remote_sign_out(r);
    }
    remote_abandon(r);
    if (r->limited) {
        limiter_finish(&r->limiter);
    }
    for (uint32_t i = 0; i < r->n_session; i++) {
        remote_forget(&r->session[i]);
        remote_forget(&r->session_before[i]);
    }
    request_finish(&r->dress);
    arena_finish(&r->memory);
    memset(r, 0, sizeof *r);
}

struct ferry_call remote_call(const struct remote *r)
{
    return (struct ferry_call){
        .size = sizeof(struct ferry_call),
        .project = r->target->project,
        .key_field = r->target->key_field,
        .options = r->target->options,
        .n_options = r->target->n_options,
        .facts = r->facts,
        .n_facts = r->n_facts,
        .session = r->session_names,
        .n_session = r->n_session,
        .max_bytes = UINT64_MAX,
    };
}

int32_t remote_describe(struct remote *r, uint32_t kind, struct ferry_traits *traits,
                        struct ferry_error *err)
{
    struct ferry_call call = remote_call(r);
    *traits = (struct ferry_traits){.size = sizeof *traits};
    int32_t rc = r->codec->describe(&call, kind, traits);
    if (rc) {
        return ferry_fail(err, rc, "", "%.*s: plugin \"%.*s\" could not describe operation %u: %s",
                          STR_ARG(r->target->label), STR_ARG(r->target->plugin_id), kind,
                          ferry_status_text(rc));
    }
    if (r->limited) {
        limiter_rate(&r->limiter, traits->a_second);
    }
    traits->max_items = traits->max_items ? traits->max_items : 1;
    traits->max_in_flight = traits->max_in_flight ? traits->max_in_flight : 1;
    return FERRY_OK;
}

int64_t remote_settle_ms(const struct remote *r, const struct ferry_traits *traits)
{
    if (r->transport.flags & TRANSPORT_SYNCHRONOUS) {
        return 0;
    }
    return traits->settle_ms > 0 ? traits->settle_ms : r->settle_ms;
}

int remote_disturbed(const struct remote *r, int fallback)
{
    return r->transport.disturbed ? r->transport.disturbed(r->transport.self) : fallback;
}

/* --- exchanges -------------------------------------------------------------------- */

void exchange_init(struct exchange *x, const struct remote *r, const struct request *request)
{
    memset(x, 0, sizeof *x);
    x->request = request;
    x->dress = r->codec->dress ? &r->dress : NULL;
    x->values = &r->values;
    x->max_answer = ANSWER_MAX;
    buf_init(&x->storage, REQUEST_MAX);
}

void exchange_finish(struct exchange *x)
{
    buf_finish(&x->storage);
    memset(x, 0, sizeof *x);
}

int64_t remote_turn(struct remote *r)
{
    return r->limited ? limiter_turn(&r->limiter, r->clock->now_ms(r->clock)) : 0;
}

void remote_turn_back(struct remote *r)
{
    if (r->limited) {
        limiter_give_back(&r->limiter);
    }
}

uint32_t remote_window(const struct remote *r, const struct ferry_traits *traits)
{
    uint32_t now = r->limited          ? limiter_window(&r->limiter)
                   : r->transport.most ? r->transport.most
                                       : 1;
    return now < traits->max_in_flight ? now : traits->max_in_flight;
}

int32_t remote_submit(struct remote *r, struct exchange *x, struct ferry_error *err)
{
    if (!r->transport.submit) {
        return ferry_fail(err, FERRY_E_STOP, "", "interrupted");
    }
    r->requests++;
    if (!str_is(x->request->method, "GET")) {
        remote_ahead_void(r);
    }
    exchanges_sent(r->exchanges, x);
    int32_t rc = r->transport.submit(r->transport.self, x, err);
    if (rc) {
        x->end = EXCHANGE_NOT_SENT;
        exchanges_ended(r->exchanges, x);
    }
    if (rc == FERRY_OK && r->limited) {
        limiter_sent(&r->limiter);
    }
    return rc;
}

/* Out of the transport; what its end says of the limit is heard at once. */
static struct exchange *take_ended(struct remote *r, int64_t wait_ms)
{
    struct exchange *x = r->transport.next ? r->transport.next(r->transport.self, wait_ms) : NULL;
    if (x && r->limited) {
        limiter_heard(&r->limiter, x, r->clock->now_ms(r->clock));
    }
    if (x) {
        exchanges_ended(r->exchanges, x);
    }
    return x && remote_ahead_ended(r, x) ? NULL : x;
}

struct exchange *remote_next(struct remote *r, int64_t wait_ms)
{
    if (r->n_early == 0) {
        return take_ended(r, wait_ms);
    }
    struct exchange *x = r->early[0];
    r->n_early--;
    memmove(r->early, r->early + 1, r->n_early * sizeof(*r->early));
    return x;
}

void remote_abandon(struct remote *r)
{
    if (r->transport.close) {
        r->transport.close(r->transport.self);
    }
    const char *name = r->transport.name;
    r->transport = (struct transport){.name = name};
    r->n_early = 0;
    remote_ahead_finish(r);
}

/* Until this account's turn has come. */
static int32_t wait_turn(struct remote *r, struct ferry_error *err)
{
    int64_t due, now;
    while ((due = remote_turn(r)) > (now = r->clock->now_ms(r->clock))) {
        log_debug("%.*s: waiting %lld ms for the server's limit", STR_ARG(r->target->label),
                  (long long)(due - now));
        if (r->clock->wait_ms(r->clock, due - now, r->interrupted)) {
            return ferry_fail(err, FERRY_E_STOP, "", "interrupted");
        }
    }
    return FERRY_OK;
}

/* Taken out of those that ended while another one was waited for. */
static int was_early(struct remote *r, const struct exchange *x)
{
    for (uint32_t i = 0; i < r->n_early; i++) {
        if (r->early[i] == x) {
            r->n_early--;
            memmove(r->early + i, r->early + i + 1, (r->n_early - i) * sizeof(*r->early));
            return 1;
        }
    }
    return 0;
}

int32_t remote_wait_some(struct remote *r, struct ferry_error *err)
{
    struct exchange *got = take_ended(r, 1000);
    if (is_interrupted(r->interrupted) || !r->transport.next) {
        remote_abandon(r); /* none must come back to one that is gone */
        return ferry_fail(err, FERRY_E_STOP, "", "interrupted");
    }
    if (got && r->n_early == sizeof r->early / sizeof *r->early) {
        return ferry_fail(err, FERRY_E_BUG, "", "more exchanges under way than are remembered");
    }
    if (got) {
        r->early[r->n_early++] = got;
    }
    return FERRY_OK;
}

int32_t remote_wait_for(struct remote *r, struct exchange *x, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && !was_early(r, x)) {
        rc = remote_wait_some(r, err);
    }
    return rc;
}

int32_t remote_carry(struct remote *r, struct exchange *x, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    while (rc == FERRY_OK && remote_ahead_n(r) > 0 &&
           r->limiter.under_way >= limiter_window(&r->limiter)) {
        rc = remote_wait_some(r, err);
    }
    rc = rc ? rc : wait_turn(r, err);
    rc = rc ? rc : remote_submit(r, x, err);
    return rc ? rc : remote_wait_for(r, x, err);
}

int32_t remote_exchange(struct remote *r, struct exchange *x, struct ferry_error *err)
{
    int32_t rc = remote_carry(r, x, err);
    if (rc == FERRY_OK && x->end == EXCHANGE_ANSWERED) {
        rc = remote_keep(r, &x->answer, err);
    }
    return rc;
}

/* --- reads -------------------------------------------------------------------------- */

int32_t remote_on_need(void *self, struct ferry_str fact)
{
    struct needs *n = self;
    if (n->n < sizeof n->facts / sizeof *n->facts) {
        n->facts[n->n++] = arena_str(&n->arena, fact);
    }
    return n->arena.failed;
}

int32_t remote_write_once(struct remote *r, const struct ferry_ask *ask, struct request *request,
                          struct needs *needs, struct ferry_error *why)
{
    struct ferry_call call = remote_call(r);
    needs->n = 0;
    request_reset(request);
    request->notes_self = needs;
    request->need = remote_on_need;
    struct ferry_out out = request_out(request);
    int32_t rc = r->codec->ask(&call, ask, &out, why);
    request->notes_self = NULL;
    request->need = NULL;
    return rc ? rc : request_seal(request, why);
}

int32_t remote_by_codec(const struct remote *r, int32_t rc, const struct ferry_error *why,
                        struct ferry_error *err)
{
    return rc ? ferry_fail(err, rc, why->where, "%.*s: %s", STR_ARG(r->target->label),
                           why->message[0] ? why->message : ferry_status_text(rc))
              : FERRY_OK;
}

int32_t remote_write_ask(struct remote *r, const struct ferry_ask *ask, struct request *request,
                         struct ferry_error *err)
{
    enum { ROUNDS = 8 }; /* a codec that keeps asking for facts has a bug */
    struct needs needs = {.n = 0};
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = FERRY_E_NEED, learned = FERRY_OK;
    arena_init(&needs.arena, 65536);
    for (int i = 0; rc == FERRY_E_NEED && i < ROUNDS; i++) {
        rc = remote_write_once(r, ask, request, &needs, &why);
        if (rc == FERRY_E_NEED && needs.n && ask->what != FERRY_ASK_FACT) {
            learned = remote_learn_all(r, &needs, err);
            rc = learned ? learned : rc;
        }
    }
    arena_finish(&needs.arena);
    return learned ? learned : remote_by_codec(r, rc, &why, err);
}

/* One thing by its id, and it is not there: that is an answer. */
static int is_absent(const struct ferry_ask *ask, const struct exchange *x)
{
    return x->answer.status == 404 && ask->what == FERRY_ASK_LIST && ask->n_ops == 0 &&
           ferry_get(ask->filters, ask->n_filters, FERRY_LIT("id")).len > 0;
}

/* Whoever refuses a list of a whole project as not found does not know the project. */
static int32_t refused(const struct remote *r, const struct ferry_ask *ask,
                       const struct exchange *x, struct ferry_error *err)
{
    uint32_t status = x->answer.status;
    int credentials = status == 401 || status == 403;
    int unknown = status == 404 && ask->what != FERRY_ASK_FETCH && ask->n_filters == 0 &&
                  ask->cursor.len == 0;
    struct ferry_str words = str_sub(x->answer.body, 0, 160);
    struct buf shown;
    buf_init(&shown, 4096);
    text_show(&shown, words, 0);
    int32_t rc = ferry_fail(err, unknown ? FERRY_E_CONFIG : FERRY_E_REFUSED,
                            credentials ? "credentials" : "", "%.*s: %u from %s for %.*s%s%s%s",
                            STR_ARG(r->target->label), status, r->transport.name,
                            STR_ARG(x->request->target), shown.len ? ": " : "", buf_cstr(&shown),
                            credentials ? "; check the credentials"
                            : unknown   ? "; check the project and the url"
                                        : "");
    buf_finish(&shown);
    return rc;
}

struct patience { /* with one question */
    int64_t begun_ms;
    uint32_t tries;
};

/* 1: ask again after a wait; 0: done or given up, *rc says. */
static int again_later(struct remote *r, const struct exchange *x, struct patience *p, int32_t *rc,
                       struct ferry_error *err)
{
    enum { FRUITLESS = 4 }; /* who answers, if only that he cannot, is asked a few times more */
    int64_t now = r->clock->now_ms(r->clock);
    int answered = x->end == EXCHANGE_ANSWERED;
    if (now - p->begun_ms >= r->patience_ms && (!answered || p->tries >= FRUITLESS)) {
        *rc = answered ? ferry_fail(err, FERRY_E_UNREACHABLE, "", "%.*s: %s keeps answering %u",
                                    STR_ARG(r->target->label), r->transport.name, x->answer.status)
                       : ferry_fail(err, FERRY_E_UNREACHABLE, "", "%.*s: %s: %s",
                                    STR_ARG(r->target->label), r->transport.name, x->error.message);
        return 0;
    }
    int64_t wait = classify_wait(answered ? &x->answer : NULL, p->tries++, now, chance());
    log_debug("%.*s: no answer to use (%s), asking again in %lld ms", STR_ARG(r->target->label),
              answered ? "busy" : x->error.message, (long long)wait);
    if (r->clock->wait_ms(r->clock, wait, r->interrupted)) {
        *rc = ferry_fail(err, FERRY_E_STOP, "", "interrupted");
        return 0;
    }
    return 1;
}

int32_t remote_read_answer(struct remote *r, const struct ferry_ask *ask, const struct exchange *x,
                           struct reply *reply, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = reply_begin(reply, ask->n_ops);
    struct ferry_call call = remote_call(r);
    struct ferry_reply sink = reply_sink(reply);
    if (rc == FERRY_OK && x->answer.blob) {
        snprintf(reply->blob, sizeof reply->blob, "%.*s", STR_ARG(x->answer.blob->digest));
        reply->blob_bytes = x->answer.blob->bytes;
    }
    rc = rc ? rc : r->codec->answer(&call, ask, &x->answer, &sink, &why);
    rc = reply_end(reply, rc, &why);
    return remote_by_codec(r, rc, &why, err);
}

/* A task that is gone is an answer as well, where the codec has one for it. */
static int read_refusal(struct remote *r, const struct ferry_ask *ask, const struct exchange *x,
                        struct reply *reply)
{
    struct ferry_error own = {.size = sizeof own};
    return remote_read_answer(r, ask, x, reply, &own) == FERRY_OK && ask->n_ops > 0 &&
           reply->outcomes[0].size > 0;
}

/* One question, until it is answered. */
struct asking {
    struct remote *r;
    const struct ferry_ask *ask;
    struct reply *reply;
    struct patience patience;
    uint64_t session; /* the exchange at hand was put in */
    uint32_t cut;     /* answers cut short so far */
    int signed_again;
};

/* What an exchange that has ended comes to; *going: the question is put again. */
static int32_t hear(struct asking *q, const struct exchange *x, int *going, struct ferry_error *err)
{
    struct remote *r = q->r;
    enum fate fate = classify(x, NULL);
    int32_t rc;
    if (fate == FATE_PARSE) {
        struct ferry_error why = {.size = sizeof why}; /* of this try alone */
        rc = remote_read_answer(r, q->ask, x, q->reply, &why);
        *going =
            rc == FERRY_E_PROTOCOL && q->cut++ < 3; /* an answer cut short is worth another try */
        return *going || rc == FERRY_OK ? FERRY_OK
                                        : ferry_fail(err, rc, why.where, "%s", why.message);
    }
    if (fate == FATE_SIGN_IN && r->codec->sign_in && !q->signed_again) {
        q->signed_again = 1;
        return q->session == r->sessions ? remote_sign_in(r, 1, err) : FERRY_OK;
    }
    if (x->end != EXCHANGE_ANSWERED && x->error.status == FERRY_E_CONFIG) {
        return ferry_fail(err, FERRY_E_CONFIG, x->error.where, "%.*s: %s: %s",
                          STR_ARG(r->target->label), r->transport.name, x->error.message);
    }
    rc = classify_machine(x, r->transport.name, err);
    if (rc) {
        return rc;
    }
    if (fate == FATE_BUSY || fate == FATE_UNSURE || fate == FATE_NOT_SENT) {
        *going = again_later(r, x, &q->patience, &rc, err);
        return rc;
    }
    *going = 0;
    return is_absent(q->ask, x) ||
                   (q->ask->what == FERRY_ASK_POLL && read_refusal(r, q->ask, x, q->reply))
               ? FERRY_OK
               : refused(r, q->ask, x, err);
}

int32_t remote_ask(struct remote *r, const struct ferry_ask *ask, struct reply *reply,
                   struct ferry_error *err)
{
    struct request request;
    struct exchange own;
    struct ahead *ahead = NULL; /* it may have been put already */
    struct asking q = {
        .r = r, .ask = ask, .reply = reply, .patience = {r->clock->now_ms(r->clock), 0}};
    request_init(&request, MEMORY_MAX);
    int32_t rc = remote_sign_in(r, 0, err);
    rc = rc ? rc : remote_write_ask(r, ask, &request, err);
    rc = rc ? rc : remote_ahead_take(r, &request, &ahead, err);
    exchange_init(&own, r, &request);
    for (int going = 1; rc == FERRY_OK && going;) {
        struct exchange *x = ahead ? &ahead->x : &own;
        q.session = ahead ? ahead->session : r->sessions;
        rc = !ahead                        ? remote_exchange(r, x, err)
             : x->end == EXCHANGE_ANSWERED ? remote_keep(r, &x->answer, err)
                                           : FERRY_OK;
        rc = rc ? rc : hear(&q, x, &going, err);
        remote_ahead_free(ahead);
        ahead = NULL;
    }
    remote_ahead_free(ahead);
    exchange_finish(&own);
    request_finish(&request);
    return rc;
}

int32_t remote_fetch(struct remote *r, struct ferry_str id, char digest[DIGEST_TEXT],
                     uint64_t *bytes, struct ferry_error *err)
{
    struct ferry_ask ask = {
        .size = sizeof ask, .what = FERRY_ASK_FETCH, .noun = FERRY_ATTACHMENT, .name = id};
    struct reply reply;
    reply_init(&reply);
    int32_t rc = remote_ask(r, &ask, &reply, err);
    if (rc == FERRY_OK && !reply.blob[0]) {
        rc = ferry_fail(err, FERRY_E_PROTOCOL, "",
                        "%.*s: attachment %.*s: the answer holds no bytes",
                        STR_ARG(r->target->label), STR_ARG(id));
    }
    memcpy(digest, reply.blob, DIGEST_TEXT);
    *bytes = reply.blob_bytes;
    reply_finish(&reply);
    return rc;
}
