/* SPDX-License-Identifier: MIT */
/*
 * proxy_wires.c - all the ways in which a server or a network can treat who has asked. What a lie would be that nobody can see through
 * (a whole, well-formed and false answer) is not among them.
 */
#include "proxy_private.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define JSON "Content-Type: application/json\r\n"

/* --- saying -------------------------------------------------------------------------------------- */

static void put(struct victim *v, const char *text)
{
    bytes_send(v->fd, text, strlen(text));
}

static void whole(struct victim *v)
{
    bytes_send(v->fd, v->answer->ptr, v->answer->n);
}

static void text(struct victim *v)
{
    put(v, v->wire->text);
}

/* A body of our own with the length that it has; text is "STATUS LINE AND HEADERS|BODY". */
static void status(struct victim *v)
{
    const char *body = strchr(v->wire->text, '|');
    char head[2048];
    snprintf(head, sizeof head, "HTTP/1.1 %.*s\r\nContent-Length: %zu\r\n\r\n",
             (int)(body - v->wire->text), v->wire->text, strlen(body + 1));
    put(v, head);
    put(v, body + 1);
}

/* A status, and one more header, text; the body is none that says anything. */
static void busy(struct victim *v)
{
    char all[1024];
    snprintf(all, sizeof all, "HTTP/1.1 429 Too Many Requests\r\n%s%sContent-Length: 2\r\n\r\n{}",
             v->wire->text, v->wire->text[0] ? "\r\n" : "");
    put(v, all);
}

static void half_line(struct victim *v)
{
    bytes_send(v->fd, v->answer->ptr, 11);
}

static void half_head(struct victim *v)
{
    bytes_send(v->fd, v->answer->ptr, v->answer->head / 2);
}

static void only_head(struct victim *v)
{
    bytes_send(v->fd, v->answer->ptr, v->answer->head);
}

static void half_body(struct victim *v)
{
    bytes_send(v->fd, v->answer->ptr, v->answer->head + (v->answer->n - v->answer->head) / 2);
}

static void all_but_one(struct victim *v)
{
    bytes_send(v->fd, v->answer->ptr, v->answer->n - 1);
}

/* The status line of the true answer, with these headers instead. */
static void head_with(struct victim *v, const char *headers)
{
    char head[512];
    snprintf(head, sizeof head, "HTTP/1.1 %d Whatever\r\n%s%s\r\n\r\n", v->answer->status, JSON,
             headers);
    put(v, head);
}

static void chunk(struct victim *v, const char *bytes, size_t n)
{
    char size[32];
    snprintf(size, sizeof size, "%zx\r\n", n);
    put(v, size);
    bytes_send(v->fd, bytes, n);
    put(v, "\r\n");
}

static void chunked(struct victim *v)
{
    size_t n;
    const char *body = bytes_body(v->answer, &n);
    head_with(v, "Transfer-Encoding: chunked");
    chunk(v, body, n / 2);
    chunk(v, body + n / 2, n - n / 2);
    put(v, v->wire->text);
}

static void half_chunk(struct victim *v)
{
    size_t n;
    const char *body = bytes_body(v->answer, &n);
    head_with(v, "Transfer-Encoding: chunked");
    chunk(v, body, n / 2);
    put(v, v->wire->text);
}

static void to_the_end(struct victim *v)
{
    size_t n;
    const char *body = bytes_body(v->answer, &n);
    head_with(v, "Connection: close");
    bytes_send(v->fd, body, *v->wire->text == '-' ? n / 2 : n);
}

/* The true body, cut, with a length that agrees. */
static void cut_body(struct victim *v)
{
    size_t n;
    const char *body = bytes_body(v->answer, &n);
    char length[64];
    n = n > 9 ? n - 9 : n / 2;
    snprintf(length, sizeof length, "Content-Length: %zu", n);
    head_with(v, length);
    bytes_send(v->fd, body, n);
}

/* One thing is not on the page, and all that the list says of itself is as it was. */
static void lack_one(struct victim *v)
{
    struct bytes answer = {.ptr = NULL};
    bytes_set(&answer, v->answer->ptr);
    bytes_lose_one(&answer, v->wire->text);
    bytes_send(v->fd, answer.ptr, answer.n);
    bytes_finish(&answer);
}

/* A NUL in the middle of it; or what else text says goes there. */
static void spoilt_body(struct victim *v)
{
    size_t n, more = strlen(v->wire->text);
    const char *body = bytes_body(v->answer, &n);
    char length[64];
    snprintf(length, sizeof length, "Content-Length: %zu", n + (more ? more : 1));
    head_with(v, length);
    bytes_send(v->fd, body, n / 2);
    bytes_send(v->fd, more ? v->wire->text : "", more ? more : 1);
    bytes_send(v->fd, body + n / 2, n - n / 2);
}

static void after_body(struct victim *v)
{
    size_t n;
    const char *body = bytes_body(v->answer, &n);
    char length[64];
    snprintf(length, sizeof length, "Content-Length: %zu", n + strlen(v->wire->text));
    head_with(v, length);
    bytes_send(v->fd, body, n);
    put(v, v->wire->text);
}

/* The true answer, behind something that goes before it. */
static void behind(struct victim *v)
{
    put(v, v->wire->text);
    whole(v);
}

static void flood(struct victim *v)
{
    for (int i = 0; i < 200; i++) {
        put(v, "HTTP/1.1 102 Processing\r\n\r\n");
    }
    whole(v);
}

static void long_head(struct victim *v)
{
    char line[1100];
    memset(line, 'x', sizeof line);
    memcpy(line, "X: ", 3);
    memcpy(line + sizeof line - 3, "\r\n", 3);
    put(v, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 400; i++) {
        put(v, line);
    }
    put(v, "Content-Length: 0\r\n\r\n");
}

/* --- slowly -------------------------------------------------------------------------------------- */

/* A few bytes at a time, half a minute between them: it is alive, and it will not end. */
static void drip(struct victim *v)
{
    struct pollfd gone = {.fd = v->fd, .events = POLLRDHUP};
    for (size_t i = 0; i < 14 && i + 2 < v->answer->n; i++) {
        if (poll(&gone, 1, 20) > 0 || !bytes_send(v->fd, v->answer->ptr + 2 * i, 2)) {
            return;
        }
        proxy_quiet(v->p);
        proxy_pass(v, 30000);
    }
}

static void slow(struct victim *v)
{
    size_t half = v->answer->n / 2;
    usleep(2000);
    proxy_pass(v, 20000);
    bytes_send(v->fd, v->answer->ptr, half);
    usleep(2000);
    proxy_pass(v, 20000);
    bytes_send(v->fd, v->answer->ptr + half, v->answer->n - half);
}

/* --- too much ------------------------------------------------------------------------------------- */

static void endless(struct victim *v)
{
    char spaces[64 * 1024];
    memset(spaces, ' ', sizeof spaces);
    head_with(v, "Connection: close");
    for (int i = 0; i < 16 * 1024 * 1024 / 65536 * 20 && bytes_send(v->fd, spaces, sizeof spaces);
         i++) {
    }
}

/* gzip of the true body, or of 64 MB of nothing. */
static size_t zip(char **out, const char *body, size_t n, size_t repeat)
{
    z_stream z = {0};
    size_t room = n * repeat / 500 + n + 4096;
    int rc = deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    *out = malloc(room);
    if (rc != Z_OK || !*out) {
        abort();
    }
    z.next_out = (unsigned char *)*out;
    z.avail_out = (unsigned)room;
    for (size_t i = 0; i < repeat; i++) {
        z.next_in = (unsigned char *)(uintptr_t)body;
        z.avail_in = (unsigned)n;
        rc = deflate(&z, i + 1 == repeat ? Z_FINISH : Z_NO_FLUSH);
    }
    if (rc != Z_STREAM_END) {
        abort();
    }
    room -= z.avail_out;
    deflateEnd(&z);
    return room;
}

static void put_zipped(struct victim *v, const char *zipped, size_t n)
{
    char headers[128];
    snprintf(headers, sizeof headers, "Content-Encoding: gzip\r\nContent-Length: %zu", n);
    head_with(v, headers);
    bytes_send(v->fd, zipped, n);
}

static void gzip(struct victim *v)
{
    size_t n, cut = 0;
    char *zipped = NULL;
    const char *body = bytes_body(v->answer, &n), *how = v->wire->text;
    n = zip(&zipped, body, n, 1);
    if (*how == 'c') {
        cut = 6;
    } else if (*how == 'd') {
        memset(zipped + n / 2, 0x5a, n - n / 2);
    }
    put_zipped(v, zipped, n - cut);
    free(zipped);
}

static void bomb(struct victim *v)
{
    static char *zipped;
    static size_t n;
    if (!zipped) {
        char *nothing = calloc(1, 1 << 20);
        n = nothing ? zip(&zipped, nothing, 1 << 20, 64) : 0;
        free(nothing);
    }
    put_zipped(v, zipped, n);
}

/* --- the table ---------------------------------------------------------------------------------------- */

#define ALL   (BEFORE | DURING | AFTER)
#define BOTH  (BEFORE | AFTER)
#define PAGE  "<html><body>Bad Gateway</body></html>"
#define MEANT "{\"error\":{\"code\":\"internal\",\"message\":\"try later\"}}"
const struct wire wires[] = {
    {"close unread", "F1", NULL, NULL, THEN_CLOSE, BEFORE, WIRE_UNREAD},
    {"reset unread", "F2", NULL, NULL, THEN_RESET, BEFORE, WIRE_UNREAD},
    {"close", "F3", NULL, NULL, THEN_CLOSE, ALL, 0},
    {"reset", "F4", NULL, NULL, THEN_RESET, ALL, 0},
    {"half a line", "F5", half_line, NULL, THEN_CLOSE, ALL, 0},
    {"half a head", "F5", half_head, NULL, THEN_CLOSE, ALL, 0},
    {"half a head, reset", "F5", half_head, NULL, THEN_RESET, ALL, 0},
    {"a head alone", "F6", only_head, NULL, THEN_CLOSE, BOTH, 0},
    {"half a body", "F6", half_body, NULL, THEN_CLOSE, ALL, 0},
    {"half a body, reset", "F6", half_body, NULL, THEN_RESET, BOTH, 0},
    {"all but a byte", "F6", all_but_one, NULL, THEN_CLOSE, BOTH, 0},
    {"half in chunks", "F7", half_chunk, "", THEN_CLOSE, ALL, 0},
    {"a bad chunk", "F7", half_chunk, "zz\r\n{}", THEN_CLOSE, BOTH, 0},
    {"a huge chunk", "F7", half_chunk, "ffffffffffffffff1\r\n{}", THEN_CLOSE, BOTH, 0},
    {"no last chunk", "F7", chunked, "", THEN_CLOSE, BOTH, 0},
    {"half to the end", "F8", to_the_end, "-", THEN_CLOSE, ALL, 0},
    {"silence", "F10", NULL, NULL, THEN_HOLD, ALL, 0},
    {"half a head, silence", "F10", half_head, NULL, THEN_HOLD, BOTH, 0},
    {"half a body, silence", "F10", half_body, NULL, THEN_HOLD, ALL, 0},
    {"drip", "F11", drip, NULL, THEN_HOLD, ALL, 0},
    {"endless", "F12", endless, NULL, THEN_CLOSE, BOTH, 0},
    {"gzip bomb", "F13", bomb, NULL, THEN_CLOSE, BOTH, 0},
    {"gzip cut", "F14", gzip, "cut", THEN_CLOSE, BOTH, 0},
    {"gzip damaged", "F15", gzip, "damaged", THEN_CLOSE, BOTH, 0},
    {"JSON cut", "F16", cut_body, NULL, THEN_KEEP, ALL, 0},
    {"JSON with NUL", "F16", spoilt_body, "", THEN_KEEP, BOTH, 0},
    {"JSON with garbage in it", "F16", spoilt_body, "\x01}{", THEN_KEEP, BOTH, 0},
    {"JSON with garbage behind", "F16", after_body, "]]>{", THEN_KEEP, BOTH, 0},
    {"null", "F16", status, "200 OK\r\n" JSON "X: x|null", THEN_KEEP, BOTH, 0},
    {"a list", "F16", status, "200 OK\r\n" JSON "X: x|[]", THEN_KEEP, BOTH, 0},
    {"an empty object", "F16", status, "200 OK\r\n" JSON "X: x|{}", THEN_KEEP, BOTH, 0},
    {"other types", "F16", status,
     "200 OK\r\n" JSON "X: x|{\"id\":{},\"ids\":\"x\",\"items\":7,\"results\":true,\"cases\":null}",
     THEN_KEEP, BOTH, 0},
    {"an empty 200", "F16", status, "200 OK\r\n" JSON "X: x|", THEN_KEEP, BOTH, 0},
    {"204", "F16", text, "HTTP/1.1 204 No Content\r\n\r\n", THEN_KEEP, BOTH, 0},
    {"a page as 200", "F17", status, "200 OK\r\nContent-Type: text/html|" PAGE, THEN_KEEP, BOTH, 0},
    {"a page as 502", "F17", status, "502 Bad Gateway\r\nContent-Type: text/html|" PAGE, THEN_KEEP,
     ALL, 0},
    {"500", "F18 F19", status, "500 Internal Server Error\r\n" JSON "X: x|" MEANT, THEN_KEEP, ALL,
     0},
    {"502", "F20", status, "502 Bad Gateway\r\n" JSON "X: x|" MEANT, THEN_CLOSE, BOTH, 0},
    {"503", "F20", status, "503 Unavailable\r\nRetry-After: 30\r\n" JSON "X: x|" MEANT, THEN_KEEP,
     BOTH, 0},
    {"504", "F20", status, "504 Gateway Timeout\r\n" JSON "X: x|" MEANT, THEN_KEEP, ALL, 0},
    {"408", "F20", status, "408 Request Timeout\r\nConnection: close\r\nX: x|", THEN_CLOSE, BOTH,
     0},
    {"429: 120", "F21", busy, "Retry-After: 120", THEN_KEEP, BEFORE, 0},
    {"429: 0", "F21", busy, "Retry-After: 0", THEN_KEEP, BEFORE, 0},
    {"429", "F21", busy, "", THEN_KEEP, BEFORE, 0},
    {"429: past", "F21", busy, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT", THEN_KEEP, BEFORE, 0},
    {"429: future", "F21", busy, "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT", THEN_KEEP, BEFORE,
     0},
    {"429: -5", "F21", busy, "Retry-After: -5", THEN_KEEP, BEFORE, 0},
    {"429: 1e30", "F21", busy, "Retry-After: 1e30", THEN_KEEP, BEFORE, 0},
    {"429: 1.5", "F21", busy, "Retry-After: 1.5", THEN_KEEP, BEFORE, 0},
    {"429: soon", "F21", busy, "Retry-After: soon", THEN_KEEP, BEFORE, 0},
    {"429: many digits", "F21", busy, "Retry-After: 99999999999999999999999", THEN_KEEP, BEFORE, 0},
    {"401", "F22", status, "401 Unauthorized\r\n" JSON "X: x|" MEANT, THEN_KEEP, BEFORE,
     WIRE_NOT_HEALED},
    {"403", "F22", status, "403 Forbidden\r\n" JSON "X: x|" MEANT, THEN_KEEP, BEFORE,
     WIRE_NOT_HEALED},
    {"425", "F21", status, "425 Too Early\r\n" JSON "X: x|" MEANT, THEN_KEEP, BEFORE,
     WIRE_NOT_HEALED},
    {"302", "F23", status, "302 Found\r\nLocation: http://127.0.0.1:9/taken\r\nX: x|", THEN_KEEP,
     BEFORE, WIRE_NOT_HEALED},
    {"307", "F23", status, "307 Temporary Redirect\r\nLocation: /elsewhere\r\nX: x|", THEN_KEEP,
     BEFORE, WIRE_NOT_HEALED},
    {"407", "F34", status, "407 Proxy Authentication Required\r\nX: x|", THEN_KEEP, BEFORE,
     WIRE_NOT_HEALED},
    {"a long head", "F35", long_head, NULL, THEN_CLOSE, BOTH, 0},
    {"not HTTP", "F5", text, "220 mail.example ESMTP\r\n", THEN_CLOSE, BOTH, 0},
    {"HTTP/0.9", "F5", text, "{\"id\":1}", THEN_CLOSE, BOTH, 0},
    {"only 100", "F5", text, "HTTP/1.1 100 Continue\r\n\r\n", THEN_CLOSE, BOTH, 0},
    {"101", "F5", text, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", THEN_CLOSE, BOTH,
     0},
    {"killed", "crash", NULL, NULL, THEN_CLOSE, ALL, WIRE_KILLS},
    {"killed at half a body", "crash", half_body, NULL, THEN_CLOSE, BOTH, WIRE_KILLS},
    /* Nothing is wrong with these. */
    {"100 before it", "F5", behind, "HTTP/1.1 100 Continue\r\n\r\n", THEN_KEEP, AFTER, WIRE_SOUND},
    {"102 many times before it", "F5", flood, NULL, THEN_KEEP, AFTER, WIRE_SOUND},
    {"chunks", "F7", chunked, "0\r\nX-Trailer: 1\r\n\r\n", THEN_KEEP, AFTER, WIRE_SOUND},
    {"to the end", "F8", to_the_end, "", THEN_CLOSE, AFTER, WIRE_SOUND},
    {"slowly", "F11", slow, NULL, THEN_KEEP, AFTER, WIRE_SOUND},
    {"gzip", "F14", gzip, "", THEN_KEEP, AFTER, WIRE_SOUND},
    {"closed behind it", "F31", whole, NULL, THEN_CLOSE, AFTER, WIRE_SOUND},
    {"deaf", "F34", whole, NULL, THEN_CLOSE, AFTER, WIRE_NOT_HEALED | WIRE_DEAF},
    {"deaf, unanswered", "F34", NULL, NULL, THEN_CLOSE, BOTH, WIRE_NOT_HEALED | WIRE_DEAF},
    {"an item again", "F28", whole, NULL, THEN_KEEP, AFTER, WIRE_SOUND | WIRE_OVERLAP},
    {"one goes", "F29", whole, NULL, THEN_KEEP, AFTER,
     WIRE_SOUND | WIRE_LIST | WIRE_SHIFT | WIRE_FEWER},
    {"one goes, another comes", "F29", whole, NULL, THEN_KEEP, AFTER,
     WIRE_SOUND | WIRE_LIST | WIRE_SHIFT},
    {"a page lacks one", "F29", lack_one, "\"entities\":", THEN_KEEP, AFTER,
     WIRE_SOUND | WIRE_LIST},
    {"400", "F20", status, "400 Bad Request\r\n" JSON "X: x|" MEANT, THEN_KEEP, BEFORE, WIRE_LIES},
    {"202 at once", "F25", status, "202 Accepted\r\n" JSON "X: x|{\"status\":true}", THEN_KEEP,
     BEFORE | DURING, WIRE_LIES},
    {"an old list", "F27", status,
     "200 OK\r\n" JSON
     "X: x|{\"total\":0,\"offset\":0,\"after\":0,\"items\":[],\"next\":null,\"status\":true,"
     "\"result\":{\"total\":0,\"filtered\":0,\"count\":0,\"entities\":[]}}",
     THEN_KEEP, AFTER, WIRE_LIES},
    {"reset behind it", "F31", whole, NULL, THEN_RESET, AFTER, 0},
};
const unsigned n_wires = sizeof wires / sizeof *wires;

const struct wire *wire_named(const char *name)
{
    for (unsigned i = 0; i < n_wires; i++) {
        if (strcmp(wires[i].name, name) == 0) {
            return &wires[i];
        }
    }
    fprintf(stderr, "no wire \"%s\"\n", name);
    abort();
}
