/* SPDX-License-Identifier: MIT */
/*
 * raw_server.h - a server that is nothing but a socket, for what no HTTP library would do: it reads a request to its end and then does
 * as the script says. One connection at a time, a thread of its own; what it saw can be asked when it has stopped.
 */
#ifndef TESTS_RAW_SERVER_H
#define TESTS_RAW_SERVER_H

#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* What is done with one request. */
struct raw_step {
    const char *say; /* bytes; NULL: none */
    size_t len;      /* of them; 0: to the NUL */
    enum {
        RAW_KEEP,  /* and wait for the next request on this connection */
        RAW_CLOSE, /* and close it */
        RAW_RESET, /* and close it with a RST */
        RAW_HOLD   /* and say nothing more, until the test ends */
    } then;
    int unread; /* 1: the request is not read before */
};

struct raw_server {
    const struct raw_step *steps;
    size_t n_steps, step;
    int fd, hold[64], n_hold;
    uint16_t port;
    pthread_t thread;
    /* What it saw. */
    unsigned requests, connections;
    char last[65536]; /* the last request, NUL-ended */
};

/* Reads one request; 0 where the other side closed. */
static int raw_read(struct raw_server *s, int fd)
{
    size_t n = 0, need = 0;
    char *end = NULL;
    while (!end || n < need) {
        ssize_t got = recv(fd, s->last + n, sizeof s->last - 1 - n, 0);
        if (got <= 0) {
            return 0;
        }
        n += (size_t)got;
        s->last[n] = '\0';
        if (!end && (end = strstr(s->last, "\r\n\r\n")) != NULL) {
            char *length = strcasestr(s->last, "content-length:");
            need = (size_t)(end + 4 - s->last) + (length ? strtoul(length + 15, NULL, 10) : 0);
        }
    }
    s->requests++;
    return 1;
}

/* 1: the connection goes on. */
static int raw_answer(struct raw_server *s, int fd)
{
    struct raw_step step =
        s->step < s->n_steps ? s->steps[s->step++] : (struct raw_step){.then = RAW_CLOSE};
    if (!step.unread && !raw_read(s, fd)) {
        s->step--; /* nobody asked */
        return 0;
    }
    if (step.say) {
        size_t len = step.len ? step.len : strlen(step.say);
        for (size_t at = 0; at < len;) {
            ssize_t n = send(fd, step.say + at, len - at, MSG_NOSIGNAL);
            if (n <= 0) {
                break;
            }
            at += (size_t)n;
        }
    }
    if (step.then == RAW_RESET) {
        struct linger now = {1, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    } else if (step.then == RAW_HOLD && s->n_hold < 64) {
        s->hold[s->n_hold++] = fd;
        return -1;
    }
    return step.then == RAW_KEEP;
}

static void *raw_serve(void *data)
{
    struct raw_server *s = data;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL), more = 1;
        if (fd < 0) {
            return NULL;
        }
        s->connections++;
        while (more > 0) {
            more = raw_answer(s, fd);
        }
        if (more == 0) {
            close(fd);
        }
    }
}

static inline void raw_start(struct raw_server *s, const struct raw_step *steps, size_t n)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    memset(s, 0, sizeof *s);
    s->steps = steps;
    s->n_steps = n;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(s->fd, 0);
    ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(s->fd, 64), 0);
    ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    ck_assert_int_eq(pthread_create(&s->thread, NULL, raw_serve, s), 0);
}

static inline void raw_stop(struct raw_server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    for (int i = 0; i < s->n_hold; i++) {
        close(s->hold[i]);
    }
    close(s->fd);
}

#endif
