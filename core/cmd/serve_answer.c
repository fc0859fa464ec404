/* SPDX-License-Identifier: MIT */
/*
 * serve_answer.c - what callers of `ferry serve` meet: /hooks/PLUGIN for trackers, /healthz and /metrics for those who look after it.
 * Whoever calls is believed nothing but the run's number, and that only with the secret; an answer of 200 says that it is kept.
 */
#include "serve_uploads.h"

#include <hash.h>
#include <hooks.h>
#include <text.h>

static void write_answer(struct request *answer, uint32_t status, struct ferry_str text)
{
    struct ferry_out out = request_out(answer);
    request_reset(answer);
    out.status(out.self, status);
    out.header(out.self, FERRY_LIT("content-type"));
    out.text(out.self, FERRY_LIT("text/plain; charset=utf-8"));
    out.body(out.self);
    out.text(out.self, text);
    request_seal(answer, NULL);
}

/* --- a delivery ------------------------------------------------------------------------------------ */

struct taking {
    struct serve *s;
    const struct serve_pair *pair; /* whose secret it came with */
    enum serve_outcome outcome;
    struct ferry_error err;
};

/* "sha256=<hex>" or "<hex>", of the whole body. */
static int is_signed(const struct ferry_message *m, struct ferry_str given, struct ferry_str secret)
{
    unsigned char mac[32];
    char hex[65];
    if (str_starts(given, "sha256=")) {
        given = str_sub(given, 7, given.len);
    }
    if (!hmac_sha256(secret, m->body, mac)) {
        return 0;
    }
    hex_text(mac, sizeof mac, hex);
    return same_secret(given, ferry_cstr(hex));
}

/* Every pair is tried, so that the time tells nothing of which one matched. */
static const struct serve_pair *find_pair(const struct serve *s, const struct ferry_message *m,
                                          struct ferry_str plugin)
{
    const struct serve_pair *found = NULL;
    for (uint32_t i = 0; i < s->n_pairs; i++) {
        const struct serve_pair *p = &s->pairs[i];
        if (!ferry_eq(p->at->plugin_id, plugin)) {
            continue;
        }
        struct ferry_str header = s->hmac_header.ptr ? s->hmac_header : ferry_cstr(p->hook->header);
        struct ferry_str given = ferry_get(m->headers, m->n_headers, header);
        int same =
            s->hmac_header.ptr ? is_signed(m, given, p->secret) : same_secret(given, p->secret);
        found = same && !found ? p : found;
    }
    return found;
}

/* The secret is its project's: with that of another one nothing is said about this one. */
static int concerns(const struct taking *t, const struct ferry_event *e)
{
    const struct serve *s = t->s;
    for (uint32_t i = 0; i < s->n_pairs; i++) {
        if (ferry_eq(s->pairs[i].at->plugin_id, t->pair->at->plugin_id) &&
            ferry_eq(s->pairs[i].at->project, e->project) &&
            same_secret(s->pairs[i].secret, t->pair->secret)) {
            return 1;
        }
    }
    return 0;
}

static int32_t on_event(void *self, const struct ferry_event *e)
{
    struct taking *t = self;
    struct app *app = t->s->app;
    int fresh = 0;
    if (e->what != FERRY_EVENT_RUN_COMPLETED) {
        return FERRY_OK;
    }
    if (!concerns(t, e)) {
        t->outcome = SERVE_UNPAIRED;
        log_warn("hook: %.*s of %.*s: nothing is mirrored from there; see serve.mirror",
                 STR_ARG(utf8_cut(e->name, 60)), STR_ARG(utf8_cut(e->project, 60)));
        return FERRY_OK;
    }
    int32_t rc = hooks_put(t->s->db, t->pair->at->plugin->id, e, app->clock.now_ms(&app->clock),
                           &fresh, &t->err);
    t->outcome = rc != FERRY_OK ? SERVE_FAILED : fresh ? SERVE_QUEUED : SERVE_REPEATED;
    return rc;
}

static const struct {
    uint32_t status;
    const char *text;
} words[SERVE_OUTCOMES] = {
    [SERVE_QUEUED] = {200, "queued\n"},
    [SERVE_REPEATED] = {200, "known already\n"},
    [SERVE_OTHER] = {200, "nothing to do\n"},
    [SERVE_UNPAIRED] = {200, "nothing is mirrored from this project\n"},
    [SERVE_REFUSED] = {401, "the secret is missing or wrong\n"},
    [SERVE_MALFORMED] = {400, "not an event\n"},
    [SERVE_FAILED] = {503, "cannot be kept now; try again\n"},
};

static enum serve_outcome take(struct serve *s, const struct ferry_message *m,
                               struct ferry_str plugin)
{
    struct taking t = {.s = s, .outcome = SERVE_OTHER, .err = {.size = sizeof t.err}};
    const struct ferry_events events = {&t, on_event};
    t.pair = find_pair(s, m, plugin);
    if (!t.pair) {
        log_warn("hook: a delivery for %.*s without the right secret was refused",
                 STR_ARG(utf8_cut(plugin, 40)));
        return SERVE_REFUSED;
    }
    int32_t rc = t.pair->hook->read(m, &events, &t.err);
    if (rc == FERRY_OK) {
        return t.outcome;
    }
    log_warn("hook: %.*s: %s", STR_ARG(t.pair->at->label), t.err.message);
    return t.outcome == SERVE_FAILED && rc != FERRY_E_INPUT ? SERVE_FAILED : SERVE_MALFORMED;
}

/* --- what it does -------------------------------------------------------------------------------------- */

static void answer_metrics(struct serve *s, struct request *answer)
{
    static const char *const outcomes[SERVE_OUTCOMES] = {
        "queued", "repeated", "other", "unpaired", "refused", "malformed", "failed"};
    struct buf text;
    buf_init(&text, 64 << 10);
    buf_puts(&text, "# HELP ferry_hooks_total deliveries of trackers, by what they were told\n"
                    "# TYPE ferry_hooks_total counter\n");
    for (int i = 0; i < SERVE_OUTCOMES; i++) {
        buf_printf(&text, "ferry_hooks_total{outcome=\"%s\"} %llu\n", outcomes[i],
                   (unsigned long long)s->told[i]);
    }
    buf_printf(&text,
               "# HELP ferry_hooks events that are kept, by what became of them\n"
               "# TYPE ferry_hooks gauge\n"
               "ferry_hooks{state=\"waiting\"} %lld\nferry_hooks{state=\"done\"} %lld\n"
               "ferry_hooks{state=\"given_up\"} %lld\n",
               (long long)hooks_count(s->db, HOOK_WAITING),
               (long long)hooks_count(s->db, HOOK_DONE),
               (long long)hooks_count(s->db, HOOK_GIVEN_UP));
    buf_printf(&text,
               "# HELP ferry_mirrors_total mirrors that were gone for, by how they ended\n"
               "# TYPE ferry_mirrors_total counter\n"
               "ferry_mirrors_total{outcome=\"complete\"} %llu\n"
               "ferry_mirrors_total{outcome=\"unfinished\"} %llu\n",
               (unsigned long long)__atomic_load_n(&s->mirrored, __ATOMIC_RELAXED),
               (unsigned long long)__atomic_load_n(&s->unfinished, __ATOMIC_RELAXED));
    write_answer(answer, 200, buf_str(&text));
    buf_finish(&text);
}

static void answer_health(struct serve *s, struct request *answer)
{
    int works = hooks_count(s->db, HOOK_WAITING) >= 0;
    write_answer(answer, works ? 200 : 503,
                 works ? FERRY_LIT("ok\n") : FERRY_LIT("the journal cannot be read\n"));
}

enum listener_do serve_answer(void *self, const struct ferry_message *m, struct request *answer)
{
    static const char prefix[] = "/hooks/";
    struct serve *s = self;
    int is_get = str_is(m->method, "GET") || str_is(m->method, "HEAD");
    int is_hook = str_starts(m->target, prefix);
    if (serve_uploads(s, m, answer)) {
        return LISTENER_ANSWER;
    }
    if (is_hook && str_is(m->method, "POST")) {
        enum serve_outcome told = take(s, m, str_sub(m->target, sizeof prefix - 1, m->target.len));
        s->told[told]++;
        write_answer(answer, words[told].status, ferry_cstr(words[told].text));
    } else if (is_get && str_is(m->target, "/healthz")) {
        answer_health(s, answer);
    } else if (is_get && str_is(m->target, "/metrics")) {
        answer_metrics(s, answer);
    } else if (is_hook || str_is(m->target, "/healthz") || str_is(m->target, "/metrics")) {
        write_answer(answer, 405, FERRY_LIT("POST an event; GET the others\n"));
    } else {
        write_answer(answer, 404,
                     FERRY_LIT("there is /hooks/PLUGIN, /v1/uploads, /healthz and /metrics\n"));
    }
    return LISTENER_ANSWER;
}
