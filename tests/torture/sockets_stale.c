/* SPDX-License-Identifier: MIT */
/*
 * sockets_stale.c - POSTs on connections that are kept and die when the request has been read and applied: what libcurl makes of them
 * by itself, which is to send it again and to say that all is well, and what our client makes of them.
 */
#include "sockets.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <http_client.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <transport_curl.h>
#include <unistd.h>

enum { SELECTION = 100, WHOLE = 1000 };
static const char kept[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/*
 * A server that applies each POST and answers it on a new connection; on one that was kept it applies it, and closes or resets the
 * connection without a byte.
 */
struct server {
    int fd;
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock;
    unsigned *applied; /* by the number in the target */
    unsigned n, died;
};

/* The number of the POST; -1: the other side closed; -2: no POST, answered. */
static int read_post(int fd)
{
    char text[4096];
    size_t n = 0, need = 0;
    char *end = NULL;
    while (!end || n < need) {
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0) {
            return -1;
        }
        n += (size_t)got;
        text[n] = '\0';
        end = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "\r\ncontent-length:");
        need = end ? (size_t)(end - text) + 4 + (length ? strtoul(length + 17, NULL, 10) : 0) : 0;
    }
    return strncmp(text, "POST /", 6) == 0 ? (int)strtol(text + 6, NULL, 10) : -2;
}

/* 1: the connection goes on. */
static int one_post(struct server *s, int fd, unsigned earlier)
{
    struct linger now = {1, 0};
    int number = read_post(fd);
    if (number == -1) {
        return 0;
    }
    int dies = number >= 0 && earlier > 0;
    pthread_mutex_lock(&s->lock);
    if (number >= 0 && (unsigned)number < s->n) {
        s->applied[number]++;
    }
    s->died += (unsigned)dies;
    pthread_mutex_unlock(&s->lock);
    if (dies) {
        if (number % 2) {
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        return 0;
    }
    return send(fd, kept, sizeof kept - 1, MSG_NOSIGNAL) > 0;
}

static void *serve(void *data)
{
    struct server *s = data;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        unsigned n = 0;
        if (fd < 0) {
            return NULL;
        }
        while (one_post(s, fd, n)) {
            n++;
        }
        close(fd);
    }
}

static int server_open(struct server *s, unsigned n)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *s = (struct server){.n = n, .applied = calloc(n, sizeof *s->applied)};
    pthread_mutex_init(&s->lock, NULL);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ok = s->applied && bind(s->fd, (struct sockaddr *)&at, sizeof at) == 0 &&
             listen(s->fd, 64) == 0 && getsockname(s->fd, (struct sockaddr *)&at, &len) == 0 &&
             pthread_create(&s->thread, NULL, serve, s) == 0;
    s->port = ntohs(at.sin_port);
    return ok;
}

/* How many were applied once, and more than once. */
static void server_close(struct server *s, unsigned *once, unsigned *twice)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
    for (unsigned i = 0; i < s->n; i++) {
        *once += s->applied[i] == 1;
        *twice += s->applied[i] > 1;
    }
    free(s->applied);
}

/* --- clients ------------------------------------------------------------------------------------------ */

struct outcome {
    unsigned ok, unsure; /* what the client says of the POSTs */
};

static enum exchange_end carry(struct transport *transport, const char *method, const char *target,
                               int effect, int body)
{
    struct ferry_error err = {.size = sizeof err};
    struct request r;
    struct exchange x = {.request = &r, .max_answer = 4096, .has_effect = effect};
    request_init(&r, 65536);
    buf_init(&x.storage, 65536);
    struct ferry_out out = request_out(&r);
    out.start(out.self, ferry_cstr(method), ferry_cstr(target));
    if (body) {
        out.body(out.self);
        out.text(out.self, FERRY_LIT("{\"title\":\"once\"}"));
    }
    int32_t rc = request_seal(&r, &err);
    rc = rc ? rc : transport->submit(transport->self, &x, &err);
    while (rc == FERRY_OK && !transport->next(transport->self, 1000)) {
    }
    enum exchange_end end = rc ? EXCHANGE_NOT_SENT : x.end;
    buf_finish(&x.storage);
    request_finish(&r);
    return end;
}

/* A read makes the connection, the POST then finds it kept. Ours, with the guard or as if a POST had no effect. */
static void by_ferry(struct server *s, int guarded, struct outcome *o, struct world *w)
{
    static const struct http_times times = {2000, 5000, 20000};
    struct ferry_error err = {.size = sizeof err};
    struct clock clock = clock_real();
    struct http_client *client = NULL;
    struct transport transport = {.self = NULL};
    char base[64], target[32];
    snprintf(base, sizeof base, "http://127.0.0.1:%u", s->port);
    struct http_route route = {.base = ferry_cstr(base)};
    if (http_client_create(&client, &times, &clock, &err) ||
        transport_curl_open(&transport, client, &route, &err)) {
        complain(w, "%s", err.message);
        return;
    }
    for (unsigned i = 0; i < s->n; i++) {
        snprintf(target, sizeof target, "/%u", i);
        carry(&transport, "GET", "/", 0, 0);
        enum exchange_end end = carry(&transport, "POST", target, guarded, i % 4 > 1);
        o->ok += end == EXCHANGE_ANSWERED;
        o->unsure += end == EXCHANGE_UNSURE;
    }
    transport.close(transport.self);
    http_client_destroy(client);
}

static size_t swallow(char *bytes, size_t size, size_t n, void *data)
{
    (void)bytes;
    (void)data;
    return size * n;
}

/* As anybody would write it. */
static void by_libcurl(struct server *s, struct outcome *o)
{
    char url[64];
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    for (unsigned i = 0; i < s->n; i++) {
        snprintf(url, sizeof url, "http://127.0.0.1:%u/", s->port);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        curl_easy_perform(easy);
        snprintf(url, sizeof url, "http://127.0.0.1:%u/%u", s->port, i);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, i % 4 > 1 ? "{\"title\":\"once\"}" : "");
        o->ok += curl_easy_perform(easy) == CURLE_OK;
    }
    curl_easy_cleanup(easy);
}

/* --- judging -------------------------------------------------------------------------------------------- */

enum client { LIBCURL, UNGUARDED, GUARDED, CLIENTS };
static const char *const names[CLIENTS] = {"libcurl as it is", "ours without the guard",
                                           "ours with the guard"};

static void try_client(struct world *w, enum client client, struct sockets_totals *t)
{
    struct server s;
    struct outcome o = {0, 0};
    unsigned n = is_full() ? WHOLE : SELECTION, once = 0, twice = 0;
    if (!server_open(&s, n)) {
        complain(w, "no server for stale connections");
        return;
    }
    if (client == LIBCURL) {
        by_libcurl(&s, &o);
    } else {
        by_ferry(&s, client == GUARDED, &o, w);
    }
    server_close(&s, &once, &twice);
    printf("%s: %u POSTs on kept connections that died: %u applied twice, %u once; %u said to be "
           "well, %u in doubt\n",
           names[client], s.died, twice, once, o.ok, o.unsure);
    t->rows++;
    if (client == GUARDED && (twice || once != n || o.unsure != n)) {
        complain(w, "%u of %u applied twice, %u in doubt", twice, n, o.unsure);
    } else if (client != GUARDED && twice < n / 2) {
        complain(w, "%s: %u of %u applied twice; where is the trap?", names[client], twice, n);
    }
    t->hit++;
}

void sockets_stale(struct world *w, struct sockets_totals *t)
{
    for (int i = 0; i < CLIENTS; i++) {
        try_client(w, (enum client)i, t);
    }
}
