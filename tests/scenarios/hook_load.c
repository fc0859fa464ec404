/* SPDX-License-Identifier: MIT */
/*
 * hook_load.c - `hook_load PORT SECRET PROJECT RUNS DELIVERIES SEED`: calls a `ferry serve` as a tracker, a stranger and an enemy would, one after
 * the other, by chance: completions of runs 1..RUNS, most of them more than once; without a secret or with another one; what is no event; a gigabyte;
 * half a request; requests that drip a byte at a time and never end, held open at once, and in the end more of these than there are places. Whoever calls for real calls again until
 * he is answered, whatever becomes of the server meanwhile. An answer that should not be is a failure; the counts are printed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of a hundred deliveries so many are of this kind; what they have to be answered with, 0 where none is owed. */
#define KINDS(KIND)                                                                                \
    KIND(COMPLETION, "completions", 58, 200)                                                       \
    KIND(WRONG_SECRET, "with a wrong secret", 10, 401)                                             \
    KIND(NO_SECRET, "without a secret", 5, 401)                                                    \
    KIND(NO_EVENT, "that are no event", 6, 400)                                                    \
    KIND(OTHER_EVENT, "about something else", 5, 200)                                              \
    KIND(HUGE, "of a gigabyte", 3, 413)                                                            \
    KIND(HUGE_CHUNKS, "without an end", 2, 0)                                                      \
    KIND(HALF, "half sent", 3, 0)                                                                  \
    KIND(DRIP, "that drip", 8, 0)
#define KIND_ENUM_(name, text, share, status) name,
enum kind { KINDS(KIND_ENUM_) N_KINDS };
static const struct {
    const char *text;
    unsigned share;
    int status;
} kinds[] = {
#define KIND_ROW_(name, text, share, status) {text, share, status},
    KINDS(KIND_ROW_)};

enum { MOST_DRIPS = 1024, CROWD = 160, AGAIN_US = 20 * 1000, PAUSE_US = 20 * 1000, ANSWER_S = 60 };

static struct {
    uint16_t port;
    const char *secret, *project;
    unsigned runs;
    uint64_t chance;
    int drips[MOST_DRIPS];
    unsigned n_drips, hung_up;
    unsigned done[N_KINDS], again;
    uint64_t most_taken; /* bytes of one body that was too long */
    double slowest_ms;   /* answer to a completion that was not asked for twice */
} load;

static unsigned pick(unsigned n)
{
    load.chance ^= load.chance << 13;
    load.chance ^= load.chance >> 7;
    load.chance ^= load.chance << 17;
    return (unsigned)(load.chance >> 11) % n;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int dial(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(load.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {ANSWER_S, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

/* How much of it was taken. */
static size_t put(int fd, const char *text, size_t n)
{
    size_t at = 0;
    while (at < n) {
        ssize_t sent = send(fd, text + at, n - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            break;
        }
        at += (size_t)sent;
    }
    return at;
}

/* The status of what comes back; 0: nothing does. */
static int hear(int fd)
{
    char text[512];
    size_t n = 0;
    int status = 0;
    while (n < sizeof text - 1) {
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        text[n] = '\0';
        if (strstr(text, "\r\n\r\n")) {
            break;
        }
    }
    text[n] = '\0';
    return sscanf(text, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

/* Until he is refused, or has said it all. */
static void pour(int fd, const char *before, const char *behind)
{
    static char zeros[64 * 1024];
    uint64_t sent = 0;
    struct pollfd answered = {.fd = fd, .events = POLLIN};
    memset(zeros, '0', sizeof zeros);
    while (sent < UINT64_C(1) << 30 && poll(&answered, 1, 0) == 0) {
        put(fd, before, strlen(before));
        size_t taken = put(fd, zeros, sizeof zeros);
        sent += taken;
        if (taken < sizeof zeros || put(fd, behind, strlen(behind)) < strlen(behind)) {
            break;
        }
    }
    load.most_taken = sent > load.most_taken ? sent : load.most_taken;
}

static void write_event(char *out, size_t room, enum kind kind)
{
    unsigned run = 1 + pick(load.runs);
    snprintf(out, room,
             "{\"event_name\":\"%s\",\"timestamp\":%u,\"payload\":{\"id\":%u,\"cases\":2},"
             "\"project_code\":\"%s\"}",
             kind == OTHER_EVENT ? "run.started" : "run.completed", 1700000000 + run, run,
             load.project);
    if (kind == NO_EVENT) {
        out[strlen(out) / 2] = '\0';
    }
}

static void write_head(char *out, size_t room, enum kind kind, size_t body)
{
    char length[64], secret[256];
    snprintf(length, sizeof length,
             kind == HUGE_CHUNKS ? "Transfer-Encoding: chunked" : "Content-Length: %zu",
             kind == HUGE ? (size_t)1 << 30 : body);
    snprintf(secret, sizeof secret, "X-Qase-Secret: %s%s\r\n", load.secret,
             kind == WRONG_SECRET ? "1" : "");
    snprintf(out, room, "POST /hooks/qase HTTP/1.1\r\nHost: hooks\r\n%s%s\r\n\r\n",
             kind == NO_SECRET ? "" : secret, length);
}

/* Each that is still there gets a byte more. */
static void drip_on(void)
{
    for (unsigned i = 0; i < load.n_drips;) {
        if (send(load.drips[i], "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) {
            i++;
        } else {
            close(load.drips[i]);
            load.drips[i] = load.drips[--load.n_drips];
            load.hung_up++;
        }
    }
}

/* One attempt; the status it was answered with, 0: it was not. */
static int try_it(enum kind kind, const char *head, const char *body)
{
    int status = 0, fd = dial();
    if (fd < 0) {
        return 0;
    }
    put(fd, head, kind == DRIP ? strlen(head) - 8 : strlen(head));
    if (kind == HUGE) {
        pour(fd, "", "");
        status = hear(fd);
    } else if (kind == HUGE_CHUNKS) {
        pour(fd, "10000\r\n", "\r\n");
    } else if (kind == HALF) {
        put(fd, body, strlen(body) / 2);
    } else if (kind == DRIP && load.n_drips < MOST_DRIPS) {
        load.drips[load.n_drips++] = fd;
        return 0;
    } else if (kind != DRIP) {
        put(fd, body, strlen(body));
        status = hear(fd);
    }
    close(fd);
    return status;
}

/* 1: it ended as it has to. A refusal of what is huge may be overtaken by the end of the connection. */
static int deliver(enum kind kind)
{
    char body[512], head[1024];
    write_event(body, sizeof body, kind);
    write_head(head, sizeof head, kind, strlen(body));
    double begun = now_ms();
    for (int i = 0; now_ms() - begun < 2e3 * ANSWER_S; i++) {
        double from = now_ms();
        int status = try_it(kind, head, body);
        if (kind == COMPLETION && i == 0 && status) {
            double took = now_ms() - from;
            load.slowest_ms = took > load.slowest_ms ? took : load.slowest_ms;
        }
        if (status == kinds[kind].status || (kind == HUGE && status == 0)) {
            load.done[kind]++;
            return 1;
        }
        if (status && status != 503) {
            printf("one of those %s was answered with %d, not %d\n", kinds[kind].text, status,
                   kinds[kind].status);
            return 0;
        }
        load.again++;
        usleep(AGAIN_US);
    }
    printf("one of those %s was never answered\n", kinds[kind].text);
    return 0;
}

/* More that drip than there are places for; who calls for real is answered all the same, when they have had their time. */
static int deliver_in_a_crowd(void)
{
    for (int i = 0; i < CROWD; i++) {
        try_it(DRIP, "POST /hooks/qase HTTP/1.1\r\nHost: hooks\r\nX-Drip: aaaaaaaa", "");
    }
    pid_t child = fork();
    while (child == 0) {
        drip_on();
        usleep(AGAIN_US);
    }
    int ok = child > 0 && deliver(COMPLETION);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return ok;
}

static enum kind any_kind(void)
{
    unsigned of_hundred = pick(100), kind = 0;
    while (of_hundred >= kinds[kind].share) {
        of_hundred -= kinds[kind++].share;
    }
    return (enum kind)kind;
}

int main(int argc, char **argv)
{
    int ok = 1;
    if (argc != 7) {
        printf("usage: hook_load PORT SECRET PROJECT RUNS DELIVERIES SEED\n");
        return 2;
    }
    load.port = (uint16_t)strtoul(argv[1], NULL, 10);
    load.secret = argv[2];
    load.project = argv[3];
    load.runs = (unsigned)strtoul(argv[4], NULL, 10);
    load.chance = strtoull(argv[6], NULL, 10) * 2 + 1;
    unsigned deliveries = (unsigned)strtoul(argv[5], NULL, 10);
    for (unsigned i = 0; ok && i < deliveries; i++) {
        ok = deliver(any_kind());
        drip_on();
        usleep(pick(PAUSE_US));
    }
    ok = ok && deliver_in_a_crowd();
    drip_on();
    for (int i = 0; i < N_KINDS; i++) {
        printf("%u %s\n", load.done[i], kinds[i].text);
    }
    printf(
        "asked again %u times; at most %llu bytes of a body that is too long were taken; %u that "
        "dripped were hung up on, %u are left; the slowest answer took %.0f ms\n",
        load.again, (unsigned long long)load.most_taken, load.hung_up, load.n_drips,
        load.slowest_ms);
    return ok ? 0 : 1;
}
