/* SPDX-License-Identifier: MIT */
/*
 * parrot.c - `parrot HEARD STATUS [LOCATION]`: a server that says back whatever it hears, the way that servers give away what they were told: each
 * request is answered with STATUS and the whole of it in an error's text, as it is and in base64, its token and its authorization in headers and a cookie, and with LOCATION, if one
 * is given. What it heard is appended to the file HEARD. The first line of output is its address. Ends when it is killed.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 256 * 1024 };

static int is_whole(const char *text, size_t n)
{
    const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "content-length:");
    size_t body = end && length && length < end ? strtoul(length + 15, NULL, 10) : 0;
    return end && n >= (size_t)(end - text) + 4 + body;
}

static size_t hear(int fd, char *text)
{
    size_t n = 0;
    while (n < MOST - 1) {
        ssize_t got = recv(fd, text + n, MOST - 1 - n, 0);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        text[n] = '\0';
        if (is_whole(text, n)) {
            return n;
        }
    }
    return 0;
}

/* The value of a header, or nothing. */
static void header(const char *text, const char *name, char *out, size_t room)
{
    const char *at = strcasestr(text, name);
    size_t n = at ? strcspn(at + strlen(name), "\r\n") : 0;
    snprintf(out, room, "%.*s", (int)n, at ? at + strlen(name) : "");
}

static void put_escaped(FILE *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == '"' || c == '\\') {
            fprintf(out, "\\u%04x", c);
        } else {
            fputc(c, out);
        }
    }
}

static void put_base64(FILE *out, const char *text, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i + 2 < n; i += 3) {
        unsigned three = (unsigned)(unsigned char)text[i] << 16 |
                         (unsigned)(unsigned char)text[i + 1] << 8 | (unsigned char)text[i + 2];
        fprintf(out, "%c%c%c%c", letters[three >> 18], letters[three >> 12 & 63],
                letters[three >> 6 & 63], letters[three & 63]);
    }
}

static void answer(int fd, const char *text, size_t n, const char *status, const char *location)
{
    char token[1024], authorization[1024], *body = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&body, &length);
    header(text, "\ntoken: ", token, sizeof token);
    header(text, "authorization: ", authorization, sizeof authorization);
    if (!out) {
        abort();
    }
    fprintf(out, "{\"status\":false,\"message\":\"no: ");
    put_escaped(out, text, n);
    fprintf(out, "\",\"errorMessage\":\"no: %s %s, ", token, authorization);
    put_base64(out, text, n);
    fprintf(out, "\",\"errorFields\":[{\"field\":\"token\",\"error\":\"%s is no token\"}]}", token);
    fclose(out);
    dprintf(fd,
            "HTTP/1.1 %s Said\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
            "X-Heard: %s%s\r\nSet-Cookie: session=%s\r\nWWW-Authenticate: Basic realm=\"%s\"\r\n"
            "Proxy-Authenticate: Basic realm=\"%s\"\r\n%s%s%sConnection: close\r\n\r\n",
            status, length, token, authorization, token, token, authorization,
            location ? "Location: " : "", location ? location : "", location ? "\r\n" : "");
    if (write(fd, body, length) < 0) {
        perror("parrot");
    }
    free(body);
}

static int listen_somewhere(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
        perror("parrot");
        exit(1);
    }
    printf("http://127.0.0.1:%u\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    static char text[MOST];
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: parrot HEARD STATUS [LOCATION]\n");
        return 2;
    }
    int fd = listen_somewhere();
    for (;;) {
        int one = accept(fd, NULL, NULL);
        size_t n = one >= 0 ? hear(one, text) : 0;
        FILE *heard = n ? fopen(argv[1], "ae") : NULL;
        if (heard) {
            fwrite(text, 1, n, heard);
            fclose(heard);
            answer(one, text, n, argv[2], argc == 4 ? argv[3] : NULL);
        }
        close(one);
    }
}
