/* SPDX-License-Identifier: MIT */
/*
 * transport_faults.c - does to each exchange what the script says. Everything the engine is told
 * here is what a real network could have told it: UNSURE never says whether the request was
 * applied.
 */
#include "transport_faults.h"

#include "faults.h"
#include "transport_inproc.h"

#include <stdlib.h>
#include <text.h>
#include <unistd.h>

static const size_t MOST_MESSAGE = (size_t)512 << 20;

/* A request applied later. */
struct late {
    struct late *next;
    int64_t due_us;
    struct request request;
};

/* The state as it was before a request that was not a read. */
struct past {
    struct service_state *state;
    char path[4096];
};

struct faulty {
    struct transport inner;
    struct service_state *state;
    struct spool *spool;
    struct clock *clock;
    struct faults *faults;
    int owns;
    struct late *late;            /* by due time */
    struct past *past;            /* the last most_lag of them, oldest first */
    struct service_state *origin; /* what lies before them; NULL: not known */
    uint32_t n_past, most_lag, serial;
    struct exchange **done; /* ended, in order; from `first` to n_done */
    size_t first, n_done, room;
};

/* --- the request as plain bytes ------------------------------------------------------ */

/*
 * A request without secrets' names, blobs or dress: what would have been on the wire; `body`
 * replaces its own.
 */
static int32_t plain_copy(struct faulty *t, const struct exchange *x, const struct ferry_str *body,
                          struct request *copy, struct ferry_error *err)
{
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message flat;
    struct buf storage;
    buf_init(&storage, MOST_MESSAGE);
    request_init(copy, MOST_MESSAGE);
    int32_t rc =
        request_flatten(x->request, x->dress, x->values, t->spool, &storage, headers, &flat, err);
    if (rc == FERRY_OK) {
        struct ferry_out out = request_out(copy);
        out.start(out.self, flat.method, flat.target);
        for (uint32_t i = 0; i < flat.n_headers; i++) {
            out.header(out.self, flat.headers[i].key);
            out.text(out.self, flat.headers[i].value);
        }
        out.body(out.self);
        out.text(out.self, body ? *body : flat.body);
        rc = request_seal(copy, err);
    }
    buf_finish(&storage);
    return rc;
}

/* Applies it; nobody sees the answer. */
static void apply_unseen(struct faulty *t, const struct request *request)
{
    struct exchange x = {.request = request, .has_effect = 1};
    buf_init(&x.storage, MOST_MESSAGE);
    inproc_serve(t->state, t->spool, &x, NULL);
    buf_finish(&x.storage);
}

/* --- late ones ------------------------------------------------------------------------ */

static int32_t put_off(struct faulty *t, const struct exchange *x, int64_t ms,
                       struct ferry_error *err)
{
    struct late *l = calloc(1, sizeof *l);
    struct late **at = &t->late;
    if (!l) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "the script of faults", "out of memory");
    }
    int32_t rc = plain_copy(t, x, NULL, &l->request, err);
    if (rc) {
        request_finish(&l->request);
        free(l);
        return rc;
    }
    l->due_us = t->clock->mono_us(t->clock) + ms * 1000;
    while (*at && (*at)->due_us <= l->due_us) {
        at = &(*at)->next;
    }
    l->next = *at;
    *at = l;
    return FERRY_OK;
}

static void apply_due(struct faulty *t, int64_t now_us)
{
    while (t->late && t->late->due_us <= now_us) {
        struct late *l = t->late;
        t->late = l->next;
        apply_unseen(t, &l->request);
        request_finish(&l->request);
        free(l);
    }
}

/* --- the past ------------------------------------------------------------------------- */

static void forget_oldest(struct faulty *t)
{
    char path[sizeof t->past->path + 8];
    service_state_close(t->past[0].state);
    for (int i = 0; i < 3; i++) {
        static const char *const tails[] = {"", "-wal", "-shm"};
        snprintf(path, sizeof path, "%s%s", t->past[0].path, tails[i]);
        unlink(path);
    }
    memmove(t->past, t->past + 1, --t->n_past * sizeof *t->past);
}

/* Called before each request that is not a read. */
static int32_t remember(struct faulty *t, struct ferry_error *err)
{
    if (t->most_lag == 0) {
        return FERRY_OK;
    }
    if (t->n_past == t->most_lag) {
        forget_oldest(t);
    }
    struct past *p = &t->past[t->n_past];
    int n = snprintf(p->path, sizeof p->path, "%s/tmp/lag-%ld-%u.db",
                     spool_folder(service_state_blobs(t->state)), (long)getpid(), ++t->serial);
    if (n < 0 || (size_t)n >= sizeof p->path) {
        return ferry_fail(err, FERRY_E_IO, NULL, "the path of a copy is too long");
    }
    int32_t rc = service_state_fork(t->state, p->path, &p->state, err);
    t->n_past += rc == FERRY_OK;
    return rc;
}

static struct service_state *state_before(struct faulty *t, int64_t n)
{
    if (n > (int64_t)t->n_past && t->origin) {
        return t->origin;
    }
    if (t->n_past == 0) {
        return t->state;
    }
    return t->past[n >= (int64_t)t->n_past ? 0 : t->n_past - (uint32_t)n].state;
}

/* --- one exchange ----------------------------------------------------------------------- */

static int is_read(const struct exchange *x)
{
    return str_is(x->request->method, "GET") || str_is(x->request->method, "HEAD");
}

static void lose(struct exchange *x, enum exchange_end end, const char *why)
{
    x->end = end;
    memset(&x->answer, 0, sizeof x->answer);
    x->error = (struct ferry_error){.size = sizeof x->error};
    ferry_fail(&x->error, FERRY_E_UNREACHABLE, NULL, "scripted fault: %s", why);
}

/* An answer that no service wrote. */
static void answer_with(struct exchange *x, uint32_t status, int64_t retry_s)
{
    struct request answer;
    char seconds[24];
    request_init(&answer, 4096);
    struct ferry_out out = request_out(&answer);
    out.status(out.self, status);
    out.header(out.self, FERRY_LIT("content-type"));
    out.text(out.self, FERRY_LIT("text/plain"));
    if (retry_s >= 0) {
        snprintf(seconds, sizeof seconds, "%lld", (long long)retry_s);
        out.header(out.self, FERRY_LIT("retry-after"));
        out.text(out.self, ferry_cstr(seconds));
    }
    out.body(out.self);
    out.text(out.self, FERRY_LIT("scripted fault\n"));
    x->error = (struct ferry_error){.size = sizeof x->error};
    int32_t rc = request_seal(&answer, &x->error);
    if (rc == FERRY_OK) {
        rc = request_flatten(&answer, NULL, NULL, NULL, &x->storage, x->headers, &x->answer,
                             &x->error);
    }
    x->end = rc == FERRY_OK ? EXCHANGE_ANSWERED : EXCHANGE_UNSURE;
    request_finish(&answer);
}

static int32_t apply_half(struct faulty *t, struct exchange *x, struct ferry_error *err)
{
    struct request whole, half = {0};
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message flat;
    struct buf storage, body;
    buf_init(&storage, MOST_MESSAGE);
    buf_init(&body, MOST_MESSAGE);
    int32_t rc = plain_copy(t, x, NULL, &whole, err);
    if (rc == FERRY_OK) {
        rc = request_flatten(&whole, NULL, NULL, NULL, &storage, headers, &flat, err);
    }
    if (rc == FERRY_OK && fault_halve(flat.body, &body, NULL) == FERRY_OK) {
        struct ferry_str text = buf_str(&body);
        rc = plain_copy(t, x, &text, &half, err);
        if (rc == FERRY_OK) {
            apply_unseen(t, &half);
        }
    }
    if (rc == FERRY_OK) {
        lose(x, EXCHANGE_UNSURE, "a part was applied, and no answer came");
    }
    request_finish(&whole);
    request_finish(&half);
    buf_finish(&storage);
    buf_finish(&body);
    return rc;
}

static int32_t serve_past(struct faulty *t, struct exchange *x, int64_t n, struct ferry_error *err)
{
    return inproc_serve(is_read(x) ? state_before(t, n) : t->state, t->spool, x, err);
}

static int32_t misbehave(struct faulty *t, struct exchange *x, const struct fault_rule *rule,
                         struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    switch (rule->fault) {
    case FAULT_REFUSE:
        lose(x, EXCHANGE_NOT_SENT, "refused");
        return FERRY_OK;
    case FAULT_DROP_BEFORE:
        lose(x, EXCHANGE_UNSURE, "no answer came");
        return FERRY_OK;
    case FAULT_LATE:
        rc = put_off(t, x, rule->arg, err);
        if (rc == FERRY_OK) {
            lose(x, EXCHANGE_UNSURE, "no answer came");
        }
        return rc;
    case FAULT_ERROR_BEFORE:
        answer_with(x, (uint32_t)rule->arg, -1);
        return FERRY_OK;
    case FAULT_STATUS_429:
        answer_with(x, 429, rule->arg);
        return FERRY_OK;
    case FAULT_PARTIAL:
        return apply_half(t, x, err);
    case FAULT_LAG:
        return serve_past(t, x, rule->arg, err);
    default:
        break;
    }
    rc = inproc_serve(t->state, t->spool, x, err);
    if (rc == FERRY_OK && rule->fault == FAULT_DROP_AFTER) {
        lose(x, EXCHANGE_UNSURE, "no answer came");
    } else if (rc == FERRY_OK && rule->fault == FAULT_ERROR_AFTER) {
        answer_with(x, (uint32_t)rule->arg, -1);
    } else if (rc == FERRY_OK && rule->fault == FAULT_TRUNCATE) {
        x->answer.body.len -=
            (uint64_t)rule->arg < x->answer.body.len ? (uint64_t)rule->arg : x->answer.body.len;
    }
    return rc;
}

/* The ledger says what was on the wire: two sendings of one request are the same bytes, or are not. */
static int32_t note_firing(struct faulty *t, const struct exchange *x,
                           const struct fault_rule *rule, struct ferry_error *err)
{
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message flat;
    struct buf storage;
    buf_init(&storage, MOST_MESSAGE);
    int32_t rc =
        request_flatten(x->request, x->dress, x->values, t->spool, &storage, headers, &flat, err);
    if (rc == FERRY_OK) {
        faults_note(t->faults, rule, flat.method, flat.target, flat.body);
    }
    buf_finish(&storage);
    return rc;
}

/* --- the transport ------------------------------------------------------------------------ */

static int32_t faulty_submit(void *self, struct exchange *x, struct ferry_error *err)
{
    struct faulty *t = self;
    int32_t rc = FERRY_OK;
    if (t->n_done == t->room) {
        size_t room = t->room ? t->room * 2 : 16;
        struct exchange **done = realloc(t->done, room * sizeof(*done));
        if (!done) {
            return ferry_fail(err, FERRY_E_NO_MEMORY, "the script of faults", "out of memory");
        }
        t->done = done;
        t->room = room;
    }
    apply_due(t, t->clock->mono_us(t->clock));
    const struct fault_rule *rule = faults_pick(t->faults, x->request->method, x->request->target);
    rc = rule ? note_firing(t, x, rule, err) : FERRY_OK;
    if (rc == FERRY_OK && !is_read(x)) {
        rc = remember(t, err);
    }
    if (rc == FERRY_OK) {
        rc = rule ? misbehave(t, x, rule, err) : inproc_serve(t->state, t->spool, x, err);
    }
    if (rc == FERRY_OK) {
        t->done[t->n_done++] = x;
    }
    return rc;
}

static struct exchange *faulty_next(void *self, int64_t wait_ms)
{
    struct faulty *t = self;
    (void)wait_ms;
    apply_due(t, t->clock->mono_us(t->clock));
    if (t->first == t->n_done) {
        return NULL;
    }
    struct exchange *x = t->done[t->first++];
    if (t->first == t->n_done) {
        t->first = t->n_done = 0;
    }
    return x;
}

/* The server goes on without us: what is late is applied. */
static void faulty_close(void *self)
{
    struct faulty *t = self;
    apply_due(t, INT64_MAX);
    while (t->n_past > 0) {
        forget_oldest(t);
    }
    service_state_close(t->origin);
    t->inner.close(t->inner.self);
    if (t->owns) {
        faults_free(t->faults);
    }
    free(t->past);
    free(t->done);
    free(t);
}

/* A service's rows of the past that `lag` answers from. */
static int32_t make_room_for_past(struct faulty *t, struct ferry_error *err)
{
    t->most_lag = faults_most_lag(t->faults);
    t->past = t->most_lag ? calloc(t->most_lag, sizeof *t->past) : NULL;
    return t->most_lag && !t->past
               ? ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "faults: out of memory")
               : FERRY_OK;
}

int32_t transport_faults_replace(struct transport *transport, struct faults *faults,
                                 struct ferry_error *err)
{
    struct faulty *t = transport->self;
    while (t->n_past > 0) {
        forget_oldest(t);
    }
    free(t->past);
    if (t->owns) {
        faults_free(t->faults);
    }
    t->faults = faults;
    return make_room_for_past(t, err);
}

int32_t transport_faults_open(struct transport *out, const struct transport *inner,
                              struct spool *spool, struct clock *clock, struct faults *faults,
                              int owns, struct ferry_error *err)
{
    struct transport in = *inner;
    struct faulty *t = calloc(1, sizeof *t);
    if (!t) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "the script of faults", "out of memory");
    }
    t->inner = in;
    t->state = transport_inproc_state(&in);
    t->spool = spool;
    t->clock = clock;
    t->faults = faults;
    t->owns = owns;
    const char *past = faults_past(faults);
    int32_t rc = t->state
                     ? make_room_for_past(t, err)
                     : ferry_fail(err, FERRY_E_BUG, NULL, "faults: not an in-process transport");
    if (rc == FERRY_OK && past && t->most_lag) {
        rc = service_state_view(t->state, past, &t->origin, err);
    }
    if (rc) {
        free(t->past);
        free(t);
        return rc;
    }
    int slow = faults_any(faults, FAULT_LATE) || faults_any(faults, FAULT_LAG);
    *out = (struct transport){
        .self = t,
        .flags = slow ? in.flags & ~(uint32_t)TRANSPORT_SYNCHRONOUS : in.flags,
        .most = 1, /* what is submitted has ended */
        .name = in.name,
        .submit = faulty_submit,
        .next = faulty_next,
        .close = faulty_close,
    };
    return FERRY_OK;
}
