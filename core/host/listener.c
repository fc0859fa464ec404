/* SPDX-License-Identifier: MIT */
/* listener.c - see listener.h. A thread a connection: an answer that waits keeps nobody else waiting. */
#include "listener.h"

#include "late_mhd.h"
#include "listener_guests.h"
#include "log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <file.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <text.h>
#include <time.h>

enum { HEAD_MAX = 64 * 1024, ANSWER_MAX = 256 << 20, FILE_MAX = 1 << 20, HEARD_OUT = 8 << 20 };

struct listener {
    struct listener_setup setup;
    struct MHD_Daemon *daemon;
    pthread_mutex_t one_at_a_time;
    struct guests guests;
    struct buf cert, key; /* NUL-ended; wiped at the end */
    atomic_uint under_way, most_at_once;
};

/* A request as it arrives. */
struct arriving {
    struct buf target, head, body;
    size_t names[REQUEST_HEADERS], values[REQUEST_HEADERS]; /* where each ends in head */
    uint32_t n_headers;
    uint64_t most;    /* bytes of its body */
    uint64_t dropped; /* bytes of a body that is too long */
    int begun, too_long;
};

/* --- what arrives ------------------------------------------------------------------------------ */

static void *on_target(void *data, const char *uri, struct MHD_Connection *connection)
{
    struct listener *l = data;
    struct arriving *a = calloc(1, sizeof *a);
    (void)connection;
    if (a) {
        a->most = l->setup.max_body;
        buf_init(&a->target, HEAD_MAX);
        buf_init(&a->head, HEAD_MAX);
        buf_init(&a->body, (size_t)l->setup.max_body + 1);
        buf_puts(&a->target, uri);
    }
    return a;
}

static enum MHD_Result on_header(void *data, enum MHD_ValueKind kind, const char *key,
                                 const char *value)
{
    struct arriving *a = data;
    (void)kind;
    if (a->n_headers == REQUEST_HEADERS) {
        a->too_long = 1;
        return MHD_NO;
    }
    for (; *key; key++) {
        buf_putc(&a->head, *key >= 'A' && *key <= 'Z' ? (char)(*key + ('a' - 'A')) : *key);
    }
    a->names[a->n_headers] = a->head.len;
    buf_puts(&a->head, value ? value : "");
    a->values[a->n_headers++] = a->head.len;
    return MHD_YES;
}

static void view(const struct arriving *a, const char *method, struct ferry_kv *headers,
                 struct ferry_message *m)
{
    size_t at = 0;
    for (uint32_t i = 0; i < a->n_headers; i++) {
        headers[i].key = (struct ferry_str){a->head.ptr + at, a->names[i] - at};
        headers[i].value =
            (struct ferry_str){a->head.ptr + a->names[i], a->values[i] - a->names[i]};
        at = a->values[i];
    }
    *m = (struct ferry_message){.size = sizeof *m,
                                .method = ferry_cstr(method),
                                .target = buf_str(&a->target),
                                .headers = headers,
                                .n_headers = a->n_headers,
                                .body = buf_str(&a->body)};
}

/* --- what goes back ------------------------------------------------------------------------------ */

static enum MHD_Result send_status(struct MHD_Connection *c, unsigned status)
{
    struct MHD_Response *r = mhd.create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result done = r ? mhd.queue_response(c, status, r) : MHD_NO;
    if (r) {
        mhd.destroy_response(r);
    }
    return done;
}

static enum MHD_Result send_flat(struct MHD_Connection *c, const struct ferry_message *m)
{
    struct MHD_Response *r = mhd.create_response_from_buffer(
        (size_t)m->body.len, (void *)(uintptr_t)m->body.ptr, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result done = r ? MHD_YES : MHD_NO;
    char name[128], value[4096];
    for (uint32_t i = 0; r && i < m->n_headers; i++) {
        snprintf(name, sizeof name, "%.*s", STR_ARG(m->headers[i].key));
        snprintf(value, sizeof value, "%.*s", STR_ARG(m->headers[i].value));
        mhd.add_response_header(r, name, value);
    }
    if (r) {
        done = mhd.queue_response(c, m->status ? m->status : 500, r);
        mhd.destroy_response(r);
    }
    return done;
}

static enum MHD_Result send_answer(const struct listener *l, struct MHD_Connection *c,
                                   struct request *answer)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message m;
    struct buf storage;
    enum MHD_Result done;
    buf_init(&storage, ANSWER_MAX);
    if (request_flatten(answer, NULL, NULL, l->setup.blobs, &storage, headers, &m, &err)) {
        log_error("an answer could not be written: %s", err.message);
        done = send_status(c, 500);
    } else {
        done = send_flat(c, &m);
    }
    buf_finish(&storage);
    return done;
}

static void wait_ms(int64_t ms)
{
    struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {
    }
}

static void count_in(struct listener *l)
{
    unsigned now = atomic_fetch_add(&l->under_way, 1) + 1, most = atomic_load(&l->most_at_once);
    while (now > most && !atomic_compare_exchange_weak(&l->most_at_once, &most, now)) {
    }
}

uint32_t listener_most_at_once(struct listener *l)
{
    return atomic_exchange(&l->most_at_once, atomic_load(&l->under_way));
}

static enum MHD_Result answer(struct listener *l, struct MHD_Connection *c, const char *method,
                              const struct arriving *a)
{
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message m;
    struct request written;
    enum MHD_Result done = MHD_NO;
    view(a, method, headers, &m);
    request_init(&written, ANSWER_MAX);
    count_in(l);
    pthread_mutex_lock(&l->one_at_a_time);
    enum listener_do what = l->setup.answer(l->setup.self, &m, &written);
    pthread_mutex_unlock(&l->one_at_a_time);
    if (l->setup.latency_ms > 0) {
        wait_ms(l->setup.latency_ms);
    }
    if (what == LISTENER_ANSWER) {
        done = send_answer(l, c, &written);
    }
    atomic_fetch_sub(&l->under_way, 1);
    request_finish(&written);
    return done;
}

static int descriptor_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        mhd.get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* A length that is said before, and not worth hearing out. */
static int is_far_too_long(const struct ferry_message *m, uint64_t most)
{
    int64_t length = 0;
    struct ferry_str said = ferry_get(m->headers, m->n_headers, FERRY_LIT("content-length"));
    return str_int64(said, &length) && length > 0 && (uint64_t)length > most + HEARD_OUT;
}

/* 1: it is not worth hearing out. */
static int admit(const struct listener *l, struct arriving *a, const char *method)
{
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message m;
    view(a, method, headers, &m);
    uint64_t most = l->setup.admit ? l->setup.admit(l->setup.self, &m) : 0;
    if (most > a->most) {
        a->most = most;
        a->body.max = (size_t)most + 1;
    }
    return is_far_too_long(&m, a->most);
}

/* What is too long is read for a while all the same, so that the client hears the 413; but not for ever. */
static enum MHD_Result take_body(struct arriving *a, const char *bytes, size_t n)
{
    a->too_long |= a->body.len + n > a->most;
    if (!a->too_long) {
        buf_put(&a->body, (struct ferry_str){bytes, n});
    } else {
        a->dropped += n;
    }
    return a->dropped > HEARD_OUT ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *n, void **state)
{
    struct listener *l = data;
    struct arriving *a = *state;
    (void)url;
    (void)version;
    if (!a || a->target.failed || a->head.failed) {
        return a ? send_status(c, 431) : MHD_NO;
    }
    if (!a->begun) { /* the head is here, the body is not */
        a->begun = 1;
        mhd.get_connection_values(c, MHD_HEADER_KIND, on_header, a);
        return a->too_long || a->head.failed ? send_status(c, 431)
               : admit(l, a, method)         ? send_status(c, 413)
                                             : MHD_YES;
    }
    if (*n > 0) {
        enum MHD_Result more = take_body(a, bytes, *n);
        *n = 0;
        return more;
    }
    guests_asked(&l->guests, descriptor_of(c));
    return a->too_long ? send_status(c, 413) : answer(l, c, method, a);
}

static void on_end(void *data, struct MHD_Connection *c, void **state,
                   enum MHD_RequestTerminationCode code)
{
    struct listener *l = data;
    struct arriving *a = *state;
    (void)code;
    guests_answered(&l->guests, descriptor_of(c));
    if (a) {
        buf_finish(&a->target);
        buf_finish(&a->head);
        buf_finish(&a->body);
        free(a);
    }
    *state = NULL;
}

static void on_connection(void *data, struct MHD_Connection *c, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *l = data;
    (void)state;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        guests_came(&l->guests, descriptor_of(c));
    } else {
        guests_left(&l->guests, descriptor_of(c));
    }
}

/* --- opening ----------------------------------------------------------------------------------- */

static void on_log(void *data, const char *format, va_list args)
{
    char text[512];
    (void)data;
    vsnprintf(text, sizeof text, format, args);
    log_debug("listener: %.*s", (int)strcspn(text, "\n"), text);
}

static int32_t read_file(const char *path, struct buf *out, struct ferry_error *err)
{
    buf_init(out, FILE_MAX);
    return path ? file_read(path, out, err) : FERRY_OK;
}

static int32_t start(struct listener *l, struct ferry_error *err)
{
    const struct listener_setup *s = &l->setup;
    struct sockaddr_storage at = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&at;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&at;
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ERROR_LOG | (s->tls_cert ? MHD_USE_TLS : 0);
    if (inet_pton(AF_INET, s->address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(s->port);
    } else if (inet_pton(AF_INET6, s->address, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(s->port);
        flags |= MHD_USE_IPv6;
    } else {
        return ferry_fail(err, FERRY_E_CONFIG, "listen", "\"%s\" is no IP address", s->address);
    }
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)buf_cstr(&l->cert)},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)buf_cstr(&l->key)},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    errno = 0;
    l->daemon = mhd.start_daemon(
        flags, s->port, NULL, NULL, on_request, l, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_CONNECTION_LIMIT,
        s->max_connections, MHD_OPTION_CONNECTION_TIMEOUT, s->timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MAX * 2, MHD_OPTION_URI_LOG_CALLBACK,
        on_target, l, MHD_OPTION_NOTIFY_COMPLETED, on_end, l, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, l, MHD_OPTION_ARRAY, s->tls_cert ? tls : none, MHD_OPTION_END);
    if (!l->daemon) {
        return ferry_fail(err, FERRY_E_CONFIG, "listen", "cannot listen on %s port %u: %s",
                          s->address, s->port,
                          errno ? strerror(errno) : "is the certificate one, and the key its own?");
    }
    return FERRY_OK;
}

int32_t listener_open(struct listener **out, const struct listener_setup *setup,
                      struct ferry_error *err)
{
    struct listener *l = calloc(1, sizeof *l);
    *out = NULL;
    if (!l) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "listener", "out of memory");
    }
    l->setup = *setup;
    pthread_mutex_init(&l->one_at_a_time, NULL);
    int32_t rc = read_file(setup->tls_cert, &l->cert, err);
    rc = rc ? rc : read_file(setup->tls_key, &l->key, err);
    rc = rc ? rc : late_mhd_open(err);
    rc = rc ? rc
            : guests_open(&l->guests, setup->max_connections,
                          setup->request_ms ? setup->request_ms : 1000 * (int64_t)setup->timeout_s,
                          err);
    rc = rc ? rc : start(l, err);
    if (rc) {
        listener_close(l);
    } else {
        *out = l;
    }
    return rc;
}

uint16_t listener_port(const struct listener *l)
{
    const union MHD_DaemonInfo *info = mhd.get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

void listener_close(struct listener *l)
{
    if (!l) {
        return;
    }
    if (l->daemon) {
        mhd.stop_daemon(l->daemon);
    }
    guests_close(&l->guests);
    pthread_mutex_destroy(&l->one_at_a_time);
    if (l->key.ptr) {
        explicit_bzero(l->key.ptr, l->key.len);
    }
    buf_finish(&l->key);
    buf_finish(&l->cert);
    free(l);
}
