/* SPDX-License-Identifier: MIT */
/*
 * fake_remote.h - a destination that a test writes down: a codec that says what `fake` tells it, behind a transport that ends
 * exchanges as listed. With a journal of its own in the scratch folder.
 */
#ifndef TESTS_FAKE_REMOTE_H
#define TESTS_FAKE_REMOTE_H

#include "scratch.h"

#include <engine.h>
#include <remote.h>
#include <string.h>

enum { FAKE_KINDS = 24, FAKE_ENDS = 256 };

struct fake {
    struct engine engine;
    struct clock clock;
    struct ferry_error err;
    struct target target;
    struct remote remote;
    volatile int interrupted;
    /* What describe() says: kinds that are not here are not supported. */
    struct ferry_traits kinds[FAKE_KINDS];
    uint32_t kind_of[FAKE_KINDS], n_kinds;
    /* How exchanges end, in order; the last again and again. None: answered with 200. */
    struct {
        enum exchange_end end;
        uint32_t status;
        struct ferry_kv header;
    } ends[FAKE_ENDS];
    uint32_t n_ends, sent;
    struct exchange *landed[FAKE_ENDS]; /* ended, not yet given back */
    uint32_t n_landed;
    /* What the codec says of an answer to a question; NULL: nothing. */
    int32_t (*answer)(const struct ferry_ask *ask, const struct ferry_reply *reply);
    int32_t (*keep)(const struct ferry_reply *reply);
    int has_session; /* codec has sign_in */
    uint32_t signed_in, kept;
};
static struct fake fake;

static inline struct ferry_traits *fake_kind(uint32_t kind, uint32_t effect)
{
    fake.kind_of[fake.n_kinds] = kind;
    struct ferry_traits *t = &fake.kinds[fake.n_kinds++];
    *t = (struct ferry_traits){.size = sizeof *t, .effect = effect, .max_items = 100};
    return t;
}

static inline void fake_ends(enum exchange_end end, uint32_t status)
{
    fake.ends[fake.n_ends].end = end;
    fake.ends[fake.n_ends++].status = status;
}

/* --- the codec --------------------------------------------------------------------------- */

static int32_t fake_describe(const struct ferry_call *call, uint32_t kind,
                             struct ferry_traits *traits)
{
    (void)call;
    for (uint32_t i = 0; i < fake.n_kinds; i++) {
        if (fake.kind_of[i] == kind) {
            *traits = fake.kinds[i];
        }
    }
    return FERRY_OK;
}

static int32_t fake_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                        const struct ferry_out *out, struct ferry_error *err)
{
    (void)call;
    (void)err;
    out->start(out->self, FERRY_LIT("GET"), ask->cursor.len ? ask->cursor : FERRY_LIT("/first"));
    return FERRY_OK;
}

static int32_t fake_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err)
{
    (void)call;
    (void)answer;
    (void)err;
    return fake.answer ? fake.answer(ask, reply) : FERRY_OK;
}

static int32_t fake_sign_in(const struct ferry_call *call, const struct ferry_out *out,
                            struct ferry_error *err)
{
    (void)call;
    (void)err;
    fake.signed_in++;
    out->start(out->self, FERRY_LIT("POST"), FERRY_LIT("/sign_in"));
    return FERRY_OK;
}

static int32_t fake_keep(const struct ferry_call *call, const struct ferry_message *answer,
                         const struct ferry_reply *reply, struct ferry_error *err)
{
    (void)call;
    (void)answer;
    (void)err;
    fake.kept++;
    return fake.keep ? fake.keep(reply) : FERRY_OK;
}

static struct ferry_tracker fake_codec = {
    .describe = fake_describe, .ask = fake_ask, .answer = fake_answer, .keep = fake_keep};

/* --- the transport ------------------------------------------------------------------------- */

static int32_t fake_submit(void *self, struct exchange *x, struct ferry_error *err)
{
    (void)self;
    (void)err;
    uint32_t i = fake.sent++;
    i = i < fake.n_ends ? i : fake.n_ends - 1;
    x->end = fake.n_ends ? fake.ends[i].end : EXCHANGE_ANSWERED;
    x->answer = (struct ferry_message){.size = sizeof x->answer,
                                       .status = fake.n_ends ? fake.ends[i].status : 200};
    if (fake.n_ends && fake.ends[i].header.key.len) {
        x->headers[0] = fake.ends[i].header;
        x->answer.headers = x->headers;
        x->answer.n_headers = 1;
    }
    x->error = (struct ferry_error){.size = sizeof x->error};
    snprintf(x->error.message, sizeof x->error.message, "as the test says");
    ck_assert_uint_lt(fake.n_landed, FAKE_ENDS);
    fake.landed[fake.n_landed++] = x;
    return FERRY_OK;
}

static struct exchange *fake_next(void *self, int64_t wait_ms)
{
    (void)self;
    (void)wait_ms;
    if (fake.n_landed == 0) {
        return NULL;
    }
    struct exchange *x = fake.landed[0];
    fake.n_landed--;
    memmove(fake.landed, fake.landed + 1, fake.n_landed * sizeof(*fake.landed));
    return x;
}

/* --- life -------------------------------------------------------------------------------------- */

static struct ferry_str fake_no_secret(void *self, struct ferry_str name)
{
    (void)self;
    (void)name;
    return (struct ferry_str){NULL, 0};
}

static void fake_open_remote(void)
{
    struct remote *r = &fake.remote;
    fake_codec.sign_in = fake.has_session ? fake_sign_in : NULL;
    memset(r, 0, sizeof *r);
    r->target = &fake.target;
    r->codec = &fake_codec;
    r->journal = &fake.engine.journal;
    r->dest_id = 1;
    r->clock = &fake.clock;
    r->interrupted = &fake.interrupted;
    r->settle_ms = 120000;
    r->patience_ms = 60000;
    r->transport.name = "the fake";
    r->transport.submit = fake_submit;
    r->transport.next = fake_next;
    arena_init(&r->memory, 1 << 20);
    request_init(&r->dress, 1 << 20);
}

static void fake_begin(void)
{
    scratch_enter();
    memset(&fake, 0, sizeof fake);
    fake.clock = clock_virtual();
    fake.err.size = sizeof fake.err;
    fake.target.label = FERRY_LIT("fake:P");
    fake.target.plugin_id = FERRY_LIT("fake");
    fake.target.project = FERRY_LIT("P");
    fake.target.account = FERRY_LIT("me");
    fake.target.secrets.get = fake_no_secret;
    fake.engine.clock = &fake.clock;
    fake.engine.interrupted = &fake.interrupted;
    ck_assert_int_eq(journal_open(&fake.engine.journal, "state", 0, &fake.err), FERRY_OK);
    struct db *db = fake.engine.journal.db;
    ck_assert_int_eq(
        db_script(
            db,
            "INSERT INTO dest(id, name, label, plugin, project, url, account) VALUES(1, 'f', 'fake:P', 'fake', 'P', '', 'me'),"
            " (2, 'g', 'fake:Q', 'fake', 'Q', '', 'me');"
            "INSERT INTO run(id, key, title, source, shared, created_ms) VALUES(1, 'K', 'T', 'report', 0, 0);"
            "INSERT INTO lane(id, dest_id, run_id, role, planner, run_key, run_title, flags, state)"
            " VALUES(1, 1, 1, 1, 'upload', 'K', 'T', 0, 0)",
            &fake.err),
        FERRY_OK);
    fake_open_remote();
}

static void fake_end(void)
{
    remote_close(&fake.remote);
    journal_close(&fake.engine.journal);
    scratch_leave();
}

/* One number out of the journal. */
static inline int64_t fake_one(const char *sql)
{
    return db_one_int(fake.engine.journal.db, -1, &fake.err, sql, "");
}

#endif
