/* SPDX-License-Identifier: MIT */
/* proxy_http.c - messages of HTTP/1.1 as bytes on a socket, no more of them understood than where they end. */
#include "proxy_private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void bytes_finish(struct bytes *b)
{
    free(b->ptr);
    memset(b, 0, sizeof *b);
}

static void make_room(struct bytes *b, size_t more)
{
    if (b->n + more + 1 > b->room) {
        b->room = (b->n + more + 1) * 2;
        b->ptr = realloc(b->ptr, b->room);
        if (!b->ptr) {
            abort();
        }
    }
}

void bytes_set(struct bytes *b, const char *text)
{
    const char *end;
    b->n = 0;
    make_room(b, strlen(text));
    memcpy(b->ptr, text, strlen(text) + 1);
    b->n = strlen(text);
    end = strstr(b->ptr, "\r\n\r\n");
    b->head = end ? (size_t)(end - b->ptr) + 4 : b->n;
    b->status = 0;
    sscanf(b->ptr, "HTTP/1.1 %d", &b->status);
}

const char *bytes_body(const struct bytes *b, size_t *n)
{
    *n = b->n - b->head;
    return b->ptr + b->head;
}

/* Of the head; 0 where it has none. */
static size_t content_length(const struct bytes *b)
{
    const char *at = strcasestr(b->ptr, "\r\ncontent-length:");
    return at && (size_t)(at - b->ptr) < b->head ? strtoul(at + 17, NULL, 10) : 0;
}

int bytes_read(struct bytes *b, int fd, int head_only)
{
    enum { PIECE = 64 * 1024 };
    size_t need = 0;
    b->n = b->head = 0;
    b->status = 0;
    while (b->head == 0 || (!head_only && b->n < need)) {
        make_room(b, PIECE);
        ssize_t got = recv(fd, b->ptr + b->n, PIECE, 0);
        if (got <= 0) {
            return 0;
        }
        b->n += (size_t)got;
        b->ptr[b->n] = '\0';
        const char *end = b->head ? NULL : strstr(b->ptr, "\r\n\r\n");
        if (end) {
            b->head = (size_t)(end - b->ptr) + 4;
            need = b->head + content_length(b);
        }
    }
    if (sscanf(b->ptr, "HTTP/1.1 %d", &b->status) != 1) {
        sscanf(b->ptr, "%7s %511s", b->method, b->target);
    }
    return 1;
}

void bytes_renumber(struct bytes *b, const char *name, long change(long number, long with),
                    long with)
{
    char *at = strstr(b->ptr, name), *behind = NULL, number[32];
    const char *line = strstr(b->ptr, "\r\n");
    if (!at || !line || at > line) {
        return;
    }
    at += strlen(name);
    long is = strtol(at, &behind, 10);
    size_t digits = (size_t)(behind - at);
    size_t n = (size_t)snprintf(number, sizeof number, "%ld", change(is, with));
    size_t place = (size_t)(at - b->ptr);
    make_room(b, n);
    memmove(b->ptr + place + n, b->ptr + place + digits, b->n + 1 - place - digits);
    memcpy(b->ptr + place, number, n);
    b->n += n - digits;
    b->head += n - digits;
}

/* --- bodies of lists ------------------------------------------------------------------------------ */

void bytes_set_length(struct bytes *b)
{
    char digits[24];
    char *at = strcasestr(b->ptr, "\r\ncontent-length:"), *end;
    if (!at || (size_t)(at - b->ptr) >= b->head) {
        return;
    }
    at += 17;
    end = strstr(at, "\r\n");
    /* In the same room, where it has any: a length never grows here. */
    snprintf(digits, sizeof digits, "%*zu", (int)(end - at), b->n - b->head);
    memcpy(at, digits, (size_t)(end - at));
}

void bytes_one_less(struct bytes *b, const char *name)
{
    char *at = strstr(b->ptr + b->head, name), *end, digits[24];
    if (at) {
        at += strlen(name);
        long n = strtol(at, &end, 10);
        snprintf(digits, sizeof digits, "%*ld", (int)(end - at), n > 0 ? n - 1 : 0);
        memcpy(at, digits, (size_t)(end - at));
    }
}

/* Behind a value of JSON that begins here, and needs no more understanding than where it ends. */
static char *behind_value(char *at)
{
    int depth = 0, quoted = 0;
    for (; *at; at++) {
        if (quoted) {
            at += *at == '\\' && at[1];
            quoted = *at != '"';
        } else if (*at == '"') {
            quoted = 1;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if ((*at == '}' || *at == ']') && depth-- == 0) {
            break;
        } else if (*at == ',' && depth == 0) {
            break;
        }
    }
    return at;
}

void bytes_lose_one(struct bytes *b, const char *name)
{
    enum { MOST_ELEMENTS = 1000 };
    static _Thread_local char *from[MOST_ELEMENTS + 1];
    char *at = strstr(b->ptr + b->head, name);
    unsigned n = 0;
    if (!at) {
        return;
    }
    for (at = strchr(at, '[') + 1; *at && *at != ']' && n < MOST_ELEMENTS; at += *at == ',') {
        from[n++] = at;
        at = behind_value(at);
    }
    if (n == 0) {
        return;
    }
    unsigned lost = n / 2;
    char *first = lost + 1 == n && n > 1 ? from[lost] - 1 : from[lost];
    char *last = lost + 1 < n ? from[lost + 1] : at;
    memmove(first, last, b->n + 1 - (size_t)(last - b->ptr));
    b->n -= (size_t)(last - first);
    bytes_set_length(b);
}

int bytes_send(int fd, const char *ptr, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, ptr, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return 0;
        }
        ptr += sent;
        n -= (size_t)sent;
    }
    return 1;
}

int dial(uint16_t port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}
