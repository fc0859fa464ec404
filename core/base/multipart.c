/* SPDX-License-Identifier: MIT */
/* multipart.c - RFC 7578, and strictly: lines end in CRLF, the body begins with a boundary and ends with the last one. */
#include "multipart.h"

#include <string.h>
#include <text.h>

/* Takes `lit` off the front; 0 where it does not stand there. */
static int take(struct ferry_str *s, const char *lit)
{
    size_t n = strlen(lit);
    if (!str_starts(*s, lit)) {
        return 0;
    }
    *s = str_sub(*s, n, s->len);
    return 1;
}

static int take_str(struct ferry_str *s, struct ferry_str what)
{
    if (s->len < what.len || !ferry_eq(str_sub(*s, 0, what.len), what)) {
        return 0;
    }
    *s = str_sub(*s, what.len, s->len);
    return 1;
}

static const char *find(struct ferry_str s, struct ferry_str what)
{
    return s.len > 0 ? memmem(s.ptr, (size_t)s.len, what.ptr, (size_t)what.len) : NULL;
}

/* Cuts the line off, without its CRLF; 0 where there is none. */
static int take_line(struct ferry_str *s, struct ferry_str *line)
{
    const char *end = find(*s, FERRY_LIT("\r\n"));
    if (!end) {
        return 0;
    }
    *line = (struct ferry_str){s->ptr, (uint64_t)(end - s->ptr)};
    *s = str_sub(*s, line->len + 2, s->len);
    return 1;
}

/* The value of `name="..."` in a header's parameters; absent where it has none. */
static struct ferry_str parameter(struct ferry_str header, const char *name)
{
    struct ferry_str rest = header, one, value;
    while (str_split(&rest, ';', &one)) {
        one = str_trim(one);
        if (!str_starts(one, name) || one.len <= strlen(name) || one.ptr[strlen(name)] != '=') {
            continue;
        }
        value = str_sub(one, strlen(name) + 1, one.len);
        if (value.len >= 2 && value.ptr[0] == '"') {
            /* what is between quotes may hold a ';' */
            const char *end =
                memchr(value.ptr + 1, '"', (size_t)(header.ptr + header.len - value.ptr - 1));
            return end ? (struct ferry_str){value.ptr + 1, (uint64_t)(end - value.ptr - 1)}
                       : (struct ferry_str){NULL, 0};
        }
        return value;
    }
    return (struct ferry_str){NULL, 0};
}

int multipart_begin(struct multipart *m, struct ferry_str content_type, struct ferry_str body)
{
    *m = (struct multipart){.body = body};
    if (!str_starts(content_type, "multipart/form-data")) {
        return 0;
    }
    m->boundary = parameter(content_type, "boundary");
    return m->boundary.len > 0 && m->boundary.len <= 70;
}

static int wrong(struct multipart *m, const char *why)
{
    m->wrong = why;
    return 0;
}

/* The lines between the boundary and the bytes. */
static int read_head(struct multipart *m, struct part *part)
{
    struct ferry_str line, name;
    *part = (struct part){.mime = FERRY_LIT("application/octet-stream")};
    while (take_line(&m->body, &line)) {
        struct ferry_str value = line;
        if (line.len == 0) {
            return part->name.ptr ? 1 : wrong(m, "a part has no content-disposition with a name");
        }
        str_split(&value, ':', &name);
        if (str_is_nocase(name, "content-disposition")) {
            part->name = parameter(value, "name");
            part->filename = parameter(value, "filename");
        } else if (str_is_nocase(name, "content-type")) {
            part->mime = str_trim(value);
        }
    }
    return wrong(m, "the head of a part has no end");
}

int multipart_next(struct multipart *m, struct part *part)
{
    if (m->ended || m->wrong) {
        return 0;
    }
    if (!take(&m->body, "--") || !take_str(&m->body, m->boundary)) {
        return wrong(m, "a part does not begin with the boundary");
    }
    if (take(&m->body, "--")) {
        m->ended = 1;
        return m->body.len == 0 || str_is(m->body, "\r\n")
                   ? 0
                   : wrong(m, "there is more after the end");
    }
    if (!take(&m->body, "\r\n")) {
        return wrong(m, "a boundary is not followed by CRLF");
    }
    if (!read_head(m, part)) {
        return 0;
    }
    struct ferry_str rest = m->body;
    const char *end;
    while ((end = find(rest, FERRY_LIT("\r\n--"))) != NULL) {
        struct ferry_str after = {end + 4, (uint64_t)(m->body.ptr + m->body.len - end - 4)};
        if (take_str(&after, m->boundary)) {
            part->bytes = (struct ferry_str){m->body.ptr, (uint64_t)(end - m->body.ptr)};
            m->body = str_sub(m->body, part->bytes.len + 2, m->body.len);
            return 1;
        }
        rest = (struct ferry_str){end + 2, (uint64_t)(m->body.ptr + m->body.len - end - 2)};
    }
    return wrong(m, "the last part has no end");
}
