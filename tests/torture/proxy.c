/* SPDX-License-Identifier: MIT */
/*
 * proxy.c - see proxy.h: connections, a thread each; who is hit; the ledger; the shared time. One lock over all of it, so that the mock
 * sees one request after the other, in the order of the ledger.
 */
#include "proxy_private.h"

#include <arpa/inet.h>
#include <clock.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void late_from(const struct victim *v, int64_t ms)
{
    struct proxy *p = v->p;
    if (v->late_ms) {
        pthread_mutex_lock(&p->lock);
        proxy_late_at(p, v->of, proxy_now_us(p) + (ms + v->late_ms) * 1000);
        pthread_mutex_unlock(&p->lock);
    }
}

void proxy_pass(const struct victim *v, int64_t ms)
{
    late_from(v, ms);
    v->p->clock.wait_ms(&v->p->clock, ms, NULL);
}

/*
 * Whoever is being answered, has been heard in part, or waits at the door. For him the time must not be moved: he would have given up, and asked again,
 * before a server that is merely slow to read has written down that he was there.
 */
static int is_busy(struct proxy *p)
{
    struct pollfd door = {.fd = p->fd, .events = POLLIN};
    pthread_mutex_lock(&p->lock);
    int busy = p->answering > 0 || p->unheard > 0 || poll(&door, 1, 0) > 0;
    for (unsigned i = 0; i < p->n_open && !busy; i++) {
        int unread = 0;
        busy = ioctl(p->open[i], FIONREAD, &unread) == 0 && unread > 0;
    }
    pthread_mutex_unlock(&p->lock);
    return busy;
}

void proxy_quiet(struct proxy *p)
{
    int i = 0;
    do {
        usleep(5000); /* a server that says nothing; the time is moved by hand */
    } while (++i < 400 && is_busy(p));
}

static void make_mark(const struct proxy *p)
{
    int fd = p->mark ? open(p->mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) {
        close(fd);
    }
}

static int is_later_page(const char *target)
{
    const char *at = strstr(target, "offset=");
    return at && strtol(at + 7, NULL, 10) > 0;
}

/* The list itself, without what of it is asked for. */
static size_t list_length(const char *target)
{
    const char *at = strstr(target, "limit=");
    return at ? (size_t)(at - target) : strlen(target);
}

/* Which strike hits this one; NULL: none. */
static const struct strike *choose(struct proxy *p, struct handled *h)
{
    int later = is_later_page(h->target);
    p->since[h->op] += (unsigned)p->armed;
    p->later[h->op] += (unsigned)(p->armed && later);
    for (unsigned i = 0; i < p->n_strikes; i++) {
        const struct strike *s = &p->strikes[i];
        if (((p->hits & 1u << i) && !s->all) || s->op != h->op ||
            (s->then_on && !(p->hits & 1u << (i - 1))) ||
            ((s->wire->flags & WIRE_SHIFT) && !later)) {
            continue;
        }
        if (++p->counts[i] >= s->nth) {
            p->hits |= 1u << i;
            make_mark(p);
            h->struck = 1 + (int)i;
            return s;
        }
    }
    return NULL;
}

/* --- one request ---------------------------------------------------------------------------------- */

/* Says nothing more, while minutes pass, until the client has had enough. */
static void hold(const struct victim *v)
{
    enum { HALF_MS = 30500 }; /* others, whose turn it is, lose no more than that at once */
    struct pollfd gone = {.fd = v->fd, .events = POLLIN | POLLRDHUP};
    for (int i = 0; i < 60 && poll(&gone, 1, i > 0 && i % 2 == 0 ? 2000 : 0) == 0; i++) {
        proxy_quiet(v->p);
        proxy_pass(v, HALF_MS);
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
static int strike_it(struct proxy *p, const struct strike *s, struct victim *v)
{
    if (s->wire->flags & WIRE_KILLS) {
        kill(p->pid, SIGKILL);
    }
    if (v->late_ms) {
        pthread_mutex_lock(&p->lock);
        proxy_keep_late(p, v->of, v->request);
        pthread_mutex_unlock(&p->lock);
    }
    idle_again(p);
    if (s->wire->say) {
        s->wire->say(v);
    }
    if (s->wire->flags & WIRE_DEAF) {
        p->deaf = 1;
        shutdown(p->fd, SHUT_RDWR);
    }
    if (s->wire->then == THEN_HOLD) {
        hold(v);
    } else {
        late_from(v, 0); /* the connection is closed after this */
    }
    if (s->wire->then == THEN_RESET) {
        reset(v->fd);
    }
    return s->wire->then == THEN_KEEP;
}

static long at_most(long number, long most)
{
    return number < most ? number : most;
}

static long one_less(long number, long by)
{
    return number > by ? number - by : 0;
}

static long one_more(long number, long by)
{
    return number + by;
}

/* Is this a page of the list that has moved? Whoever begins it anew finds it as it is. */
static int is_shifted(struct proxy *p, const struct bytes *request)
{
    size_t n = list_length(request->target);
    if (!p->shifted.list[0] || strlen(p->shifted.list) != n ||
        strncmp(p->shifted.list, request->target, n) != 0) {
        return 0;
    }
    if (!is_later_page(request->target)) {
        p->shifted.list[0] = '\0';
    }
    return p->shifted.list[0] != '\0';
}

static void begin_shift(struct proxy *p, const struct bytes *request, unsigned flags)
{
    snprintf(p->shifted.list, sizeof p->shifted.list, "%.*s", (int)list_length(request->target),
             request->target);
    p->shifted.fewer = (flags & WIRE_FEWER) != 0;
}

/* A thing that stood before this page is gone. */
static void shift_answer(const struct proxy *p, struct bytes *answer)
{
    if (p->shifted.fewer) {
        bytes_one_less(answer, "\"total\":");
        bytes_one_less(answer, "\"filtered\":");
    }
}

static int handle(struct proxy *p, int fd, unsigned connection, struct bytes *request,
                  struct bytes *answer)
{
    struct strike chosen = {.wire = NULL};
    int more = 1;
    pthread_mutex_lock(&p->lock);
    proxy_apply_late(p, 0);
    size_t of = proxy_write_down(p, request, connection);
    const struct strike *s = choose(p, &p->ledger[of]);
    if (s) {
        chosen = *s;
    }
    bytes_set(answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                      "20\r\n\r\n{\"made\":\"up\",\"id\":1}");
    if (p->page && strcmp(request->method, "GET") == 0) {
        bytes_renumber(request, "limit=", at_most, p->page);
    }
    if (s && (s->wire->flags & WIRE_OVERLAP)) {
        bytes_renumber(request, "offset=", one_less, 1);
    }
    if (s && (s->wire->flags & WIRE_SHIFT)) {
        begin_shift(p, request, s->wire->flags);
    }
    int shifted = is_shifted(p, request);
    if (shifted) {
        bytes_renumber(request, "offset=", one_more, 1);
    }
    if (!s || s->apply == APPLY_ALL) {
        proxy_apply(p, of, request, answer);
        if (shifted) {
            shift_answer(p, answer);
        }
    } else if (s->apply == APPLY_PART) {
        proxy_apply_part(p, of, request);
    }
    pthread_mutex_unlock(&p->lock);
    if (s) {
        struct victim v = {.p = p,
                           .wire = chosen.wire,
                           .fd = fd,
                           .request = request,
                           .answer = answer,
                           .of = of,
                           .late_ms = chosen.apply == APPLY_LATE ? chosen.late_ms : 0};
        return strike_it(p, &chosen, &v);
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
    unsigned unheard = 1; /* nothing has come yet */
    for (int more = 1; more;) {
        ssize_t n = recv(c->fd, peeked, sizeof peeked - 1, MSG_PEEK);
        struct bytes head = {.ptr = peeked, .n = n > 0 ? (size_t)n : 0};
        pthread_mutex_lock(&c->p->lock);
        c->p->unheard -= unheard;
        c->p->answering += n > 0;
        pthread_mutex_unlock(&c->p->lock);
        unheard = 0;
        if (n <= 0) {
            break;
        }
        peeked[n] = '\0';
        sscanf(peeked, "%7s %511s", head.method, head.target);
        more = bytes_read(&request, c->fd, is_unread(c->p, &head));
        if (more) {
            more = handle(c->p, c->fd, c->number, &request, &answer);
        } else {
            idle_again(c->p);
        }
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
            p->unheard++;
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

/* On any port, the first time; then on the same. */
static int listen_somewhere(struct proxy *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(p->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int yes = 1;
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    int ok = p->fd >= 0 && bind(p->fd, (struct sockaddr *)&at, sizeof at) == 0 &&
             listen(p->fd, 128) == 0 && getsockname(p->fd, (struct sockaddr *)&at, &n) == 0;
    p->port = ntohs(at.sin_port);
    return ok && pthread_create(&p->thread, NULL, listen_on, p) == 0;
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
    if (clock_shared(&p->clock, p->clock_path, &err) || !listen_somewhere(p)) {
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
    p->mock_us = 0;
    p->page = 0;
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
    memset(p->later, 0, sizeof p->later);
    pthread_mutex_unlock(&p->lock);
}

void proxy_disarm(struct proxy *p)
{
    pthread_mutex_lock(&p->lock);
    p->n_strikes = 0;
    p->armed = 0;
    p->shifted.list[0] = '\0';
    pthread_mutex_unlock(&p->lock);
}

void proxy_mark(struct proxy *p, const char *path)
{
    if (path) {
        unlink(path);
    }
    p->mark = path;
}

unsigned proxy_hits(struct proxy *p)
{
    return p->hits;
}

unsigned proxy_count(struct proxy *p, enum op_kind op)
{
    return p->since[op];
}

unsigned proxy_later_pages(struct proxy *p, enum op_kind op)
{
    return p->later[op];
}

void proxy_ask_mock(struct proxy *p, const char *target, const char *body)
{
    pthread_mutex_lock(&p->lock);
    mock_ask(&p->mock, target, body);
    pthread_mutex_unlock(&p->lock);
}

void proxy_call(struct proxy *p, int pid)
{
    pthread_mutex_lock(&p->lock);
    p->pid = pid;
    p->call++;
    pthread_mutex_unlock(&p->lock);
}

static void listen_again(struct proxy *p)
{
    pthread_join(p->thread, NULL);
    close(p->fd);
    p->deaf = 0;
    if (!listen_somewhere(p)) {
        complain(p->w, "port %u: %s", p->port, strerror(errno));
    }
}

void proxy_pages(struct proxy *p, int most)
{
    p->page = most;
}

void proxy_call_ended(struct proxy *p, int killed)
{
    end_connections(p);
    if (p->deaf) {
        listen_again(p);
    }
    pthread_mutex_lock(&p->lock);
    proxy_apply_late(p, !killed);
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
