/* SPDX-License-Identifier: MIT */
/*
 * proxy.c - see proxy.h: connections, a thread each; who is hit; the ledger; the shared time. One lock over all of it, so that the mock
 * sees one request after the other, in the order of the ledger.
 */
#include "proxy_private.h"

#include <arpa/inet.h>
#include <clock.h>
#include <errno.h>
#include <hash.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_HANDLED = 4096, MOST_LATE = 8, MOST_OPEN = 256, KINDS_OF = OP_KIND_NONE + 1 };

struct late {
    struct bytes request;
    int64_t due_us;
    size_t of; /* in the ledger */
};

struct proxy {
    struct world *w;
    struct mock mock;
    struct clock clock;
    char clock_path[600];
    pthread_mutex_t lock;
    pthread_cond_t ended; /* a connection has */
    pthread_t thread;
    int fd;
    uint16_t port;
    int open[MOST_OPEN]; /* connections */
    unsigned n_open, n_connections;
    unsigned answering; /* requests read, and not answered yet; those that are held do not count */
    /* strikes */
    struct strike strikes[MOST_STRIKES];
    unsigned n_strikes, hits;
    int armed;
    unsigned counts[MOST_STRIKES]; /* of their kind, since they count */
    unsigned since[KINDS_OF];      /* of every kind, since proxy_arm() */
    /* the ledger */
    struct handled *ledger;
    size_t n;
    struct late late[MOST_LATE];
    unsigned n_late;
    int pid;
    unsigned call;
};

static const char *const apply_names[] = {"before", "during", "after", "late"};
const char *apply_name(enum apply apply)
{
    return apply_names[apply];
}

static int64_t now_us(struct proxy *p)
{
    return p->clock.mono_us(&p->clock);
}

/* --- what the mock gets ------------------------------------------------------------------------- */

static void apply_all(struct proxy *p, size_t of, const struct bytes *request, struct bytes *answer)
{
    if (mock_carry(&p->mock, request, answer)) {
        p->ledger[of].applied += answer->status >= 200 && answer->status < 300;
    } else {
        bytes_set(answer, "HTTP/1.1 500 The mock hung up\r\nContent-Length: 0\r\n\r\n");
    }
}

/* The mock's own script takes half of what the body lists. */
static void apply_part(struct proxy *p, size_t of, const struct bytes *request)
{
    struct bytes answer = {.ptr = NULL};
    char script[700];
    snprintf(script, sizeof script, "%s %s 1 partial\n", request->method, request->target);
    mock_faults(&p->mock, script);
    if (mock_carry(&p->mock, request, &answer)) {
        complain(p->w, "%s %s: the mock applied more than a part of it", request->method,
                 request->target);
    }
    p->ledger[of].applied++;
    mock_faults(&p->mock, "");
    bytes_finish(&answer);
}

static void apply_late(struct proxy *p, int all)
{
    struct bytes answer = {.ptr = NULL};
    for (unsigned i = 0; i < p->n_late;) {
        struct late *l = &p->late[i];
        if (!all && l->due_us > now_us(p)) {
            i++;
            continue;
        }
        apply_all(p, l->of, &l->request, &answer);
        bytes_finish(&l->request);
        *l = p->late[--p->n_late];
    }
    bytes_finish(&answer);
}

static void keep_late(struct proxy *p, size_t of, const struct bytes *request, int64_t late_ms)
{
    struct late *l = &p->late[p->n_late++];
    if (p->n_late > MOST_LATE) {
        abort();
    }
    *l = (struct late){.due_us = now_us(p) + late_ms * 1000, .of = of};
    l->request = *request;
    l->request.ptr = malloc(request->n + 1);
    if (!l->request.ptr) {
        abort();
    }
    memcpy(l->request.ptr, request->ptr, request->n + 1);
}

void proxy_pass(struct proxy *p, int64_t ms)
{
    p->clock.wait_ms(&p->clock, ms, NULL);
}

void proxy_quiet(struct proxy *p)
{
    unsigned busy = 1;
    for (int i = 0; i < 400 && busy; i++) {
        usleep(5000); /* a server that says nothing; the time is moved by hand */
        pthread_mutex_lock(&p->lock);
        busy = p->answering;
        pthread_mutex_unlock(&p->lock);
    }
}

/* --- the ledger --------------------------------------------------------------------------------- */

static void put_digest(char out[24], const char *body, size_t n)
{
    unsigned char digest[32] = {0};
    struct sha256 *h = n ? sha256_create() : NULL;
    snprintf(out, 24, "-");
    if (h) {
        sha256_add(h, (struct ferry_str){body, n});
        sha256_end(h, digest);
        for (int i = 0; i < 8; i++) {
            snprintf(out + 2 * i, 3, "%02x", digest[i]);
        }
    }
    sha256_destroy(h);
}

static size_t write_down(struct proxy *p, const struct bytes *request, unsigned connection)
{
    size_t n;
    const char *body = bytes_body(request, &n);
    if (p->n == MOST_HANDLED) {
        fprintf(stderr, "more than %d requests\n", MOST_HANDLED);
        abort();
    }
    struct handled *h = &p->ledger[p->n];
    *h = (struct handled){.op = op_kind_of(request->method, request->target),
                          .at_us = now_us(p),
                          .call = p->call,
                          .connection = connection};
    snprintf(h->method, sizeof h->method, "%s", request->method);
    snprintf(h->target, sizeof h->target, "%s", request->target);
    put_digest(h->digest, body, n);
    return p->n++;
}

/* Which strike hits this one; NULL: none. */
static const struct strike *choose(struct proxy *p, struct handled *h)
{
    p->since[h->op] += (unsigned)p->armed;
    for (unsigned i = 0; i < p->n_strikes; i++) {
        const struct strike *s = &p->strikes[i];
        if (((p->hits & 1u << i) && !s->all) || s->op != h->op ||
            (s->then_on && !(p->hits & 1u << (i - 1)))) {
            continue;
        }
        if (++p->counts[i] >= s->nth) {
            p->hits |= 1u << i;
            h->struck = 1 + (int)i;
            return s;
        }
    }
    return NULL;
}

/* --- one request ---------------------------------------------------------------------------------- */

/* Says nothing more, while minutes pass, until the client has had enough. */
static void hold(struct proxy *p, int fd)
{
    for (int i = 0; i < 30; i++) {
        struct pollfd gone = {.fd = fd, .events = POLLIN | POLLRDHUP};
        proxy_quiet(p);
        proxy_pass(p, 61000);
        if (poll(&gone, 1, 200) > 0) {
            return;
        }
    }
}

static void reset(int fd)
{
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void idle_again(struct proxy *p)
{
    pthread_mutex_lock(&p->lock);
    p->answering--;
    pthread_mutex_unlock(&p->lock);
}

/* Returns 1 where the connection goes on. */
static int strike_it(struct proxy *p, const struct strike *s, size_t of, struct victim *v)
{
    if (s->wire->flags & WIRE_KILLS) {
        kill(p->pid, SIGKILL);
    }
    if (s->wire->say) {
        s->wire->say(v);
    }
    idle_again(p);
    if (s->wire->then == THEN_HOLD) {
        hold(p, v->fd);
    } else if (s->wire->then == THEN_RESET) {
        reset(v->fd);
    }
    if (s->apply == APPLY_LATE) {
        pthread_mutex_lock(&p->lock);
        keep_late(p, of, v->request, s->late_ms);
        pthread_mutex_unlock(&p->lock);
    }
    return s->wire->then == THEN_KEEP;
}

static int handle(struct proxy *p, int fd, unsigned connection, struct bytes *request,
                  struct bytes *answer)
{
    struct strike chosen = {.wire = NULL};
    int more = 1;
    pthread_mutex_lock(&p->lock);
    p->answering++;
    apply_late(p, 0);
    size_t of = write_down(p, request, connection);
    const struct strike *s = choose(p, &p->ledger[of]);
    if (s) {
        chosen = *s;
    }
    bytes_set(answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                      "20\r\n\r\n{\"made\":\"up\",\"id\":1}");
    if (!s || s->apply == APPLY_ALL) {
        apply_all(p, of, request, answer);
    } else if (s->apply == APPLY_PART) {
        apply_part(p, of, request);
    }
    pthread_mutex_unlock(&p->lock);
    if (s) {
        struct victim v = {p, chosen.wire, fd, request, answer};
        return strike_it(p, &chosen, of, &v);
    }
    more = bytes_send(fd, answer->ptr, answer->n);
    idle_again(p);
    return more;
}

/* --- connections ------------------------------------------------------------------------------------ */

struct connection {
    struct proxy *p;
    int fd;
    unsigned number;
};

/* Would a strike hit this head before its body is read? */
static int is_unread(struct proxy *p, const struct bytes *head)
{
    int unread = 0;
    enum op_kind op = op_kind_of(head->method, head->target);
    pthread_mutex_lock(&p->lock);
    for (unsigned i = 0; i < p->n_strikes; i++) {
        const struct strike *s = &p->strikes[i];
        unread |= !(p->hits & 1u << i) && s->op == op && p->counts[i] + 1 == s->nth &&
                  (s->wire->flags & WIRE_UNREAD) && (!s->then_on || (p->hits & 1u << (i - 1)));
    }
    pthread_mutex_unlock(&p->lock);
    return unread;
}

static void forget_connection(struct proxy *p, int fd)
{
    pthread_mutex_lock(&p->lock);
    for (unsigned i = 0; i < p->n_open; i++) {
        if (p->open[i] == fd) {
            p->open[i] = p->open[--p->n_open];
            break;
        }
    }
    close(fd);
    pthread_cond_broadcast(&p->ended);
    pthread_mutex_unlock(&p->lock);
}

static void *serve(void *data)
{
    struct connection *c = data;
    struct bytes request = {.ptr = NULL}, answer = {.ptr = NULL};
    char peeked[2048];
    for (int more = 1; more;) {
        ssize_t n = recv(c->fd, peeked, sizeof peeked - 1, MSG_PEEK);
        struct bytes head = {.ptr = peeked, .n = n > 0 ? (size_t)n : 0};
        if (n <= 0) {
            break;
        }
        peeked[n] = '\0';
        sscanf(peeked, "%7s %511s", head.method, head.target);
        more = bytes_read(&request, c->fd, is_unread(c->p, &head)) &&
               handle(c->p, c->fd, c->number, &request, &answer);
    }
    bytes_finish(&request);
    bytes_finish(&answer);
    forget_connection(c->p, c->fd);
    free(c);
    return NULL;
}

static void *listen_on(void *data)
{
    struct proxy *p = data;
    for (;;) {
        int fd = accept(p->fd, NULL, NULL);
        struct connection *c = fd >= 0 ? malloc(sizeof *c) : NULL;
        pthread_t thread;
        if (!c) {
            return NULL;
        }
        pthread_mutex_lock(&p->lock);
        *c = (struct connection){p, fd, ++p->n_connections};
        int room = p->n_open < MOST_OPEN;
        if (room) {
            p->open[p->n_open++] = fd;
        }
        pthread_mutex_unlock(&p->lock);
        if (!room || pthread_create(&thread, NULL, serve, c) != 0) {
            abort();
        }
        pthread_detach(thread);
    }
}

/* All that are left are nobody's any more: the program has ended. */
static void end_connections(struct proxy *p)
{
    pthread_mutex_lock(&p->lock);
    for (unsigned i = 0; i < p->n_open; i++) {
        shutdown(p->open[i], SHUT_RDWR);
    }
    while (p->n_open > 0) {
        pthread_cond_wait(&p->ended, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
}

/* --- opening, and what the tests say to it ------------------------------------------------------------- */

static int listen_somewhere(struct proxy *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int ok = p->fd >= 0 && bind(p->fd, (struct sockaddr *)&at, sizeof at) == 0 &&
             listen(p->fd, 128) == 0 && getsockname(p->fd, (struct sockaddr *)&at, &n) == 0;
    p->port = ntohs(at.sin_port);
    return ok;
}

int proxy_open(struct proxy **out, struct world *w)
{
    struct ferry_error err = {.size = sizeof err};
    struct proxy *p = calloc(1, sizeof *p);
    *out = p;
    if (!p || !(p->ledger = calloc(MOST_HANDLED, sizeof *p->ledger))) {
        abort();
    }
    p->w = w;
    p->mock = (struct mock){.fd = -1};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ended, NULL);
    snprintf(p->clock_path, sizeof p->clock_path, "%s/clock", w->work);
    if (clock_shared(&p->clock, p->clock_path, &err) || !listen_somewhere(p) ||
        pthread_create(&p->thread, NULL, listen_on, p) != 0) {
        complain(w, "no proxy: %s", err.message[0] ? err.message : strerror(errno));
        return 0;
    }
    return 1;
}

void proxy_close(struct proxy *p)
{
    if (!p) {
        return;
    }
    shutdown(p->fd, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->fd);
    end_connections(p);
    mock_stop(&p->mock);
    free(p->ledger);
    free(p);
}

void proxy_fresh(struct proxy *p)
{
    mock_stop(&p->mock);
    proxy_disarm(p);
    p->n = 0;
    p->call = 0;
    mock_start(&p->mock, p->w);
}

void proxy_arm(struct proxy *p, const struct strike *strikes, unsigned n)
{
    pthread_mutex_lock(&p->lock);
    for (unsigned i = 0; i < n; i++) {
        p->strikes[i] = strikes[i];
    }
    p->n_strikes = n;
    p->armed = 1;
    p->hits = 0;
    memset(p->counts, 0, sizeof p->counts);
    memset(p->since, 0, sizeof p->since);
    pthread_mutex_unlock(&p->lock);
}

void proxy_disarm(struct proxy *p)
{
    pthread_mutex_lock(&p->lock);
    p->n_strikes = 0;
    p->armed = 0;
    pthread_mutex_unlock(&p->lock);
}

unsigned proxy_hits(struct proxy *p)
{
    return p->hits;
}

unsigned proxy_count(struct proxy *p, enum op_kind op)
{
    return p->since[op];
}

void proxy_call(struct proxy *p, int pid)
{
    pthread_mutex_lock(&p->lock);
    p->pid = pid;
    p->call++;
    pthread_mutex_unlock(&p->lock);
}

void proxy_call_ended(struct proxy *p, int killed)
{
    end_connections(p);
    pthread_mutex_lock(&p->lock);
    apply_late(p, !killed);
    pthread_mutex_unlock(&p->lock);
}

uint16_t proxy_port(const struct proxy *p)
{
    return p->port;
}

const char *proxy_clock(const struct proxy *p)
{
    return p->clock_path;
}

/* --- judging --------------------------------------------------------------------------------------------- */

static int same_request(const struct handled *a, const struct handled *b)
{
    return strcmp(a->method, b->method) == 0 && strcmp(a->target, b->target) == 0 &&
           strcmp(a->digest, b->digest) == 0;
}

/* Whoever doubts waits before he sends again; in the same breath nobody decided it. */
static void judge_two(struct proxy *p, const char *row, int may_double, const struct handled *a,
                      const struct handled *b)
{
    enum { BREATH_US = 500 * 1000 };
    if (a->call == b->call && b->at_us - a->at_us < BREATH_US) {
        complain(p->w, "%s: %s %s was sent twice in one breath", row, a->method, a->target);
    }
    if (a->applied && b->applied && !may_double && op_acts_twice(a->op)) {
        complain(p->w, "%s: %s %s was applied twice, the same bytes", row, a->method, a->target);
    }
}

void proxy_judge(struct proxy *p, const char *row, int may_double)
{
    for (size_t i = 0; i < p->n; i++) {
        for (size_t k = i + 1; k < p->n && strcmp(p->ledger[i].method, "GET") != 0; k++) {
            if (same_request(&p->ledger[i], &p->ledger[k])) {
                judge_two(p, row, may_double, &p->ledger[i], &p->ledger[k]);
            }
        }
    }
}

unsigned proxy_not_repeated(struct proxy *p, enum op_kind op, unsigned *of)
{
    unsigned n = 0;
    *of = 0;
    for (size_t i = 0; i < p->n; i++) {
        int again = 0;
        for (size_t k = 0; k < p->n; k++) {
            again |= p->ledger[k].call > 1 && same_request(&p->ledger[i], &p->ledger[k]);
        }
        int counts = p->ledger[i].call == 1 && p->ledger[i].op == op;
        *of += (unsigned)counts;
        n += (unsigned)(counts && !again);
    }
    return n;
}
