/* SPDX-License-Identifier: MIT */
/*
 * transport_inproc.c - a transport whose far end is a service in this process. The request is
 * flattened as for a socket, so that what the service sees is what a server would see; the
 * engine cannot tell them apart.
 */
#include "transport_inproc.h"

#include "transport_faults.h"

#include <file.h>
#include <stdlib.h>
#include <text.h>

enum { SLACK = 1 << 20 };
static const size_t MOST_MESSAGE = (size_t)512 << 20;

struct inproc {
    struct service_state *state;
    struct spool *spool;
    char name[64];
    struct exchange **done; /* ended, in order; from `first` to n_done */
    size_t first, n_done, room;
};

/* --- one exchange ------------------------------------------------------------------ */

static void end_unsure(struct exchange *x, int32_t status, const char *text)
{
    x->end = EXCHANGE_UNSURE;
    ferry_fail(&x->error, status, NULL, "%s", text);
}

/* The headers of `from` into x, their bytes into x's storage. */
static int32_t copy_headers(struct exchange *x, const struct ferry_message *from)
{
    size_t need = 0;
    buf_reset(&x->storage);
    for (uint32_t i = 0; i < from->n_headers; i++) {
        need += (size_t)(from->headers[i].key.len + from->headers[i].value.len);
    }
    if (!buf_room(&x->storage, need)) {
        return x->storage.failed;
    }
    for (uint32_t i = 0; i < from->n_headers; i++) { /* the room is there: nothing moves */
        struct ferry_kv kv = from->headers[i];
        x->headers[i].key = (struct ferry_str){x->storage.ptr + x->storage.len, kv.key.len};
        buf_put(&x->storage, kv.key);
        x->headers[i].value = (struct ferry_str){x->storage.ptr + x->storage.len, kv.value.len};
        buf_put(&x->storage, kv.value);
    }
    return FERRY_OK;
}

/* The answer's body into the spool, its headers into x. */
static int32_t spool_answer(struct exchange *x, const struct request *answer, struct spool *from,
                            struct spool *to, struct ferry_error *err)
{
    uint64_t max = x->request->spool_max;
    struct ferry_message flat;
    struct ferry_kv headers[REQUEST_HEADERS];
    struct buf storage;
    buf_init(&storage, max < MOST_MESSAGE ? (size_t)max + SLACK : MOST_MESSAGE);
    int32_t rc = request_flatten(answer, NULL, NULL, from, &storage, headers, &flat, err);
    if (rc == FERRY_OK && flat.body.len > max) {
        rc = ferry_fail(err, FERRY_E_TOO_LARGE, NULL, "an answer of %llu bytes; at most %llu",
                        (unsigned long long)flat.body.len, (unsigned long long)max);
    }
    if (rc == FERRY_OK) {
        rc = spool_add(to, flat.body, x->blob_digest, err);
    }
    if (rc == FERRY_OK) {
        rc = copy_headers(x, &flat);
    }
    if (rc == FERRY_OK) {
        x->blob = (struct ferry_blob){sizeof x->blob, 0, ferry_cstr(x->blob_digest), flat.body.len};
        x->answer = flat;
        x->answer.headers = x->headers;
        x->answer.body = (struct ferry_str){NULL, 0};
        x->answer.blob = &x->blob;
    }
    buf_finish(&storage);
    return rc;
}

static void take_answer(struct exchange *x, const struct request *answer,
                        struct service_state *state, struct spool *spool)
{
    struct spool *blobs = service_state_blobs(state);
    int32_t rc;
    if (x->request->spool_max > 0 && answer->status >= 200 && answer->status < 300) {
        rc = spool_answer(x, answer, blobs, spool, &x->error);
    } else if (x->max_answer > 0 && answer->body_size > x->max_answer) {
        rc = ferry_fail(&x->error, FERRY_E_TOO_LARGE, NULL, "an answer of %llu bytes; at most %llu",
                        (unsigned long long)answer->body_size, (unsigned long long)x->max_answer);
    } else {
        rc = request_flatten(answer, NULL, NULL, blobs, &x->storage, x->headers, &x->answer,
                             &x->error);
    }
    x->end = rc == FERRY_OK ? EXCHANGE_ANSWERED : EXCHANGE_UNSURE;
}

int32_t inproc_serve(struct service_state *state, struct spool *spool, struct exchange *x,
                     struct ferry_error *err)
{
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message request;
    struct request answer;
    struct buf storage;
    buf_init(&storage, MOST_MESSAGE);
    request_init(&answer, MOST_MESSAGE);
    int32_t rc =
        request_flatten(x->request, x->dress, x->values, spool, &storage, headers, &request, err);
    if (rc) {
        goto out;
    }
    x->error = (struct ferry_error){.size = sizeof x->error};
    switch (service_state_handle(state, &request, spool, &answer, &x->error)) {
    case SERVICE_ANSWERED:
        take_answer(x, &answer, state, spool);
        break;
    case SERVICE_NOT_APPLIED:
        x->end = EXCHANGE_NOT_SENT;
        break;
    case SERVICE_UNSURE:
        x->end = EXCHANGE_UNSURE;
        break;
    default:
        end_unsure(x, FERRY_E_BUG, "the service ended in no known way");
    }
out:
    request_finish(&answer);
    buf_finish(&storage);
    return rc;
}

/* --- the transport ------------------------------------------------------------------- */

static int32_t inproc_submit(void *self, struct exchange *x, struct ferry_error *err)
{
    struct inproc *t = self;
    if (t->n_done == t->room) {
        size_t room = t->room ? t->room * 2 : 16;
        struct exchange **done = realloc(t->done, room * sizeof(*done));
        if (!done) {
            return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", t->name);
        }
        t->done = done;
        t->room = room;
    }
    int32_t rc = inproc_serve(t->state, t->spool, x, err);
    if (rc == FERRY_OK) {
        t->done[t->n_done++] = x;
    }
    return rc;
}

static struct exchange *inproc_next(void *self, int64_t wait_ms)
{
    struct inproc *t = self;
    (void)wait_ms; /* what is not done now is not under way */
    if (t->first == t->n_done) {
        return NULL;
    }
    struct exchange *x = t->done[t->first++];
    if (t->first == t->n_done) {
        t->first = t->n_done = 0;
    }
    return x;
}

static int inproc_disturbed(void *self)
{
    struct inproc *t = self;
    return service_state_disturbed(t->state);
}

static void inproc_close(void *self)
{
    struct inproc *t = self;
    if (t) {
        service_state_close(t->state);
        free(t->done);
        free(t);
    }
}

struct service_state *transport_inproc_state(struct transport *t)
{
    return t->submit == inproc_submit ? ((struct inproc *)t->self)->state : NULL;
}

#ifdef FERRY_TEST_HOOKS
/* One script a process, whatever is opened: its third request is the third of the command, not of each destination. */
static int32_t script_of_process(const char *path, struct faults **out, struct ferry_error *err)
{
    static struct faults *script;
    static char *name;
    if (!name || strcmp(name, path) != 0) {
        faults_free(script);
        free(name);
        script = NULL;
        name = strdup(path);
        int32_t rc = name ? faults_load(&script, path, err)
                          : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", path);
        if (rc) {
            free(name);
            name = NULL;
            return rc;
        }
    }
    *out = script;
    return FERRY_OK;
}
#endif

/* Faults of a script named in the environment; in builds for tests alone. */
static int32_t add_faults(struct transport *t, struct spool *spool, struct clock *clock,
                          struct ferry_error *err)
{
#ifdef FERRY_TEST_HOOKS
    const char *path = getenv("FERRY_FAULTS");
    struct faults *faults = NULL;
    struct transport inner = *t;
    if (!path || !*path) {
        return FERRY_OK;
    }
    int32_t rc = script_of_process(path, &faults, err);
    return rc ? rc : transport_faults_open(t, &inner, spool, clock, faults, 0, err);
#else
    (void)t;
    (void)spool;
    (void)clock;
    (void)err;
    return FERRY_OK;
#endif
}

int32_t transport_inproc_open(struct transport *out, const struct ferry_service *svc,
                              const char *plugin_id, const struct ferry_kv *options, uint32_t n,
                              const char *state_folder, struct spool *spool, struct clock *clock,
                              struct ferry_error *err)
{
    struct service_setup setup = {svc, plugin_id, options, n, state_folder, clock};
    struct inproc *t = calloc(1, sizeof *t);
    memset(out, 0, sizeof *out);
    if (!t) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", plugin_id);
    }
    t->spool = spool;
    snprintf(t->name, sizeof t->name, "%s (in process)", plugin_id);
    int32_t rc = service_state_open(&t->state, &setup, err);
    if (rc == FERRY_OK) {
        *out = (struct transport){
            .self = t,
            .flags = TRANSPORT_SYNCHRONOUS,
            .name = t->name,
            .submit = inproc_submit,
            .next = inproc_next,
            .disturbed = inproc_disturbed,
            .close = inproc_close,
        };
        rc = add_faults(out, spool, clock, err);
    }
    if (rc) {
        inproc_close(t);
        memset(out, 0, sizeof *out);
    }
    return rc;
}
