/* SPDX-License-Identifier: MIT */
/*
 * transport_inproc.c - a transport whose far end is a service in this process. The request is
 * flattened as for a socket, so that what the service sees is what a server would see; the
 * engine cannot tell them apart.
 *
 * The service has a thread of its own, as a server has: it stores one request while the caller
 * writes the next. It alone uses the state; what the two threads share is the two queues.
 */
#include "transport_inproc.h"

#include "transport_faults.h"

#include <errno.h>
#include <file.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <text.h>
#include <time.h>

enum { SLACK = 1 << 20, UNDER_WAY = 2 /* one is served, one waits */ };
static const size_t MOST_MESSAGE = (size_t)512 << 20;

/* One exchange, its request as it would be on the wire. */
struct job {
    struct job *next;
    struct exchange *x;
    struct ferry_message request; /* points into storage and headers */
    struct ferry_kv headers[REQUEST_HEADERS];
    struct buf storage;
};

struct queue { /* first in, first out */
    struct job *first, **end;
};

struct inproc {
    struct service_state *state; /* the thread's, once there is one */
    struct spool *spool;
    char name[64];
    pthread_t thread;
    int started;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct queue waiting, done;
    uint32_t under_way;   /* submitted, not given back */
    int asked, disturbed; /* whether somebody else changed the state: the question and its answer */
    int stop;
};

static void queue_put(struct queue *q, struct job *job)
{
    job->next = NULL;
    *q->end = job;
    q->end = &job->next;
}

static struct job *queue_take(struct queue *q)
{
    struct job *job = q->first;
    if (job) {
        q->first = job->next;
        q->end = q->first ? q->end : &q->first;
    }
    return job;
}

static void job_destroy(struct job *job)
{
    if (job) {
        buf_finish(&job->storage);
        free(job);
    }
}

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

/* The request as bytes: all that has to be read while the caller stands still. */
static struct job *job_create(struct exchange *x, struct spool *spool, struct ferry_error *err,
                              int32_t *rc)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job) {
        *rc = ferry_fail(err, FERRY_E_NO_MEMORY, "request", "a request: out of memory");
        return NULL;
    }
    job->x = x;
    buf_init(&job->storage, MOST_MESSAGE);
    *rc = request_flatten(x->request, x->dress, x->values, spool, &job->storage, job->headers,
                          &job->request, err);
    if (*rc) {
        job_destroy(job);
        return NULL;
    }
    return job;
}

static void job_serve(const struct job *job, struct service_state *state, struct spool *spool)
{
    struct exchange *x = job->x;
    struct request answer;
    request_init(&answer, MOST_MESSAGE);
    x->error = (struct ferry_error){.size = sizeof x->error};
    switch (service_state_handle(state, &job->request, spool, &answer, &x->error)) {
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
    request_finish(&answer);
}

int32_t inproc_serve(struct service_state *state, struct spool *spool, struct exchange *x,
                     struct ferry_error *err)
{
    int32_t rc;
    struct job *job = job_create(x, spool, err, &rc);
    if (job) {
        job_serve(job, state, spool);
    }
    job_destroy(job);
    return rc;
}

/* --- the thread ---------------------------------------------------------------------- */

static void *serve_all(void *self)
{
    struct inproc *t = self;
    pthread_mutex_lock(&t->lock);
    while (!t->stop) {
        if (t->asked) {
            t->disturbed = service_state_disturbed(t->state);
            t->asked = 0;
            pthread_cond_broadcast(&t->changed);
        }
        struct job *job = queue_take(&t->waiting);
        if (!job) {
            pthread_cond_wait(&t->changed, &t->lock);
            continue;
        }
        pthread_mutex_unlock(&t->lock);
        job_serve(job, t->state, t->spool);
        pthread_mutex_lock(&t->lock);
        queue_put(&t->done, job);
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

/* Signals are the caller's: its waits have to end. */
static int32_t start_thread(struct inproc *t, struct ferry_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&t->thread, NULL, serve_all, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    t->started = code == 0;
    return code ? ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: no thread can be started: %s",
                             t->name, strerror(code))
                : FERRY_OK;
}

static void stop_thread(struct inproc *t)
{
    if (t->started) {
        pthread_mutex_lock(&t->lock);
        t->stop = 1;
        pthread_cond_broadcast(&t->changed);
        pthread_mutex_unlock(&t->lock);
        pthread_join(t->thread, NULL);
    }
}

/* --- the transport ------------------------------------------------------------------- */

static int32_t inproc_submit(void *self, struct exchange *x, struct ferry_error *err)
{
    struct inproc *t = self;
    int32_t rc = t->started ? FERRY_OK : start_thread(t, err);
    struct job *job = rc ? NULL : job_create(x, t->spool, err, &rc);
    if (job) {
        pthread_mutex_lock(&t->lock);
        queue_put(&t->waiting, job);
        t->under_way++;
        pthread_cond_broadcast(&t->changed);
        pthread_mutex_unlock(&t->lock);
    }
    return rc;
}

static struct timespec in_ms(int64_t ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
    at.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
    at.tv_nsec = (long)(ns % 1000000000);
    return at;
}

static struct exchange *inproc_next(void *self, int64_t wait_ms)
{
    struct inproc *t = self;
    struct timespec until = in_ms(wait_ms > 0 ? wait_ms : 0);
    struct exchange *x = NULL;
    int code = 0;
    pthread_mutex_lock(&t->lock);
    while (!t->done.first && t->under_way > 0 && code != ETIMEDOUT) {
        code = pthread_cond_timedwait(&t->changed, &t->lock, &until);
    }
    struct job *job = queue_take(&t->done);
    t->under_way -= job != NULL;
    pthread_mutex_unlock(&t->lock);
    x = job ? job->x : NULL;
    job_destroy(job);
    return x;
}

/* The thread looks, which alone uses the state. */
static int inproc_disturbed(void *self)
{
    struct inproc *t = self;
    int found;
    if (!t->started) {
        return service_state_disturbed(t->state);
    }
    pthread_mutex_lock(&t->lock);
    t->asked = 1;
    pthread_cond_broadcast(&t->changed);
    while (t->asked) {
        pthread_cond_wait(&t->changed, &t->lock);
    }
    found = t->disturbed;
    pthread_mutex_unlock(&t->lock);
    return found;
}

/* What is being served is stored first; what waits is never begun. */
static void inproc_close(void *self)
{
    struct inproc *t = self;
    struct job *job;
    if (!t) {
        return;
    }
    stop_thread(t);
    while ((job = queue_take(&t->waiting)) || (job = queue_take(&t->done))) {
        job_destroy(job);
    }
    service_state_close(t->state);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static struct inproc *inproc_create(const char *plugin_id, struct spool *spool)
{
    struct inproc *t = calloc(1, sizeof *t);
    pthread_condattr_t monotonic;
    if (!t) {
        return NULL;
    }
    t->spool = spool;
    t->waiting.end = &t->waiting.first;
    t->done.end = &t->done.first;
    snprintf(t->name, sizeof t->name, "%s (in process)", plugin_id);
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&t->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return t;
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
    struct inproc *t = inproc_create(plugin_id, spool);
    memset(out, 0, sizeof *out);
    if (!t) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", plugin_id);
    }
    int32_t rc = service_state_open(&t->state, &setup, err);
    if (rc == FERRY_OK) {
        *out = (struct transport){
            .self = t,
            .flags = TRANSPORT_SYNCHRONOUS,
            .most = UNDER_WAY,
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
