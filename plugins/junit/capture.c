/* SPDX-License-Identifier: MIT */
/*
 * capture.c - texts while they come in, piece by piece. Called by parse.c. A text over
 * PARSE_TEXT_MAX leaves through the sink and keeps leaving, so memory stays flat whatever a test
 * printed. It must never hold two copies of a long text.
 */
#include "parse.h"
#include "text.h"

void capture_reset(struct capture *c)
{
    buf_reset(&c->buf);
    c->number = 0;
    c->gone = 0;
    c->marked = 0;
    c->head = NULL;
}

static int is_output(enum element el)
{
    return el == EL_OUT || el == EL_ERR;
}

static void on_text(void *data, const XML_Char *s, int len)
{
    struct parse *p = data;
    struct buf *b = &p->open[p->n_open - 1].capture->buf;
    size_t n = (size_t)len;
    if (n < b->cap - b->len && b->len + n <= PARSE_TEXT_MAX) { /* nearly always */
        memcpy(b->ptr + b->len, s, n);
        b->len += n;
        b->ptr[b->len] = '\0';
        return;
    }
    capture_add(p, (struct ferry_str){s, n});
}

/* Text outside of captures is white space nobody asked for: expat need not even tell of it. */
static void listen(struct parse *p)
{
    XML_SetCharacterDataHandler(p->xml, p->n_open > 0 ? on_text : NULL);
}

void capture_begin(struct parse *p, struct capture *c, enum element el, int32_t owner)
{
    struct open_capture *open = &p->open[p->n_open++];
    open->capture = c;
    open->el = el;
    open->owner = owner;
    if (is_output(el)) {
        buf_reset(&p->carry);
        p->no_blocks = 0;
        if (c->buf.len > 0 && c->buf.ptr[c->buf.len - 1] != '\n') {
            buf_putc(&c->buf, '\n'); /* a second <system-out>: lines stay apart */
        }
        c->marked = c->buf.len;
    } else {
        capture_reset(c);
    }
    listen(p);
}

/* Shows the marks in what came since the last time. */
static void read_marks(struct parse *p, const struct open_capture *open, int last)
{
    struct capture *c = open->capture;
    struct ferry_str fresh = str_sub(buf_str(&c->buf), c->marked, c->buf.len);
    struct frame *f = parse_frame(p);
    if (is_output(open->el) && p->options.output_conventions && f && f->el == EL_TESTCASE) {
        marks_read(p, f, fresh, open->owner, last);
    }
    c->marked = c->buf.len;
}

/* What is in the buffer leaves. */
static void send(struct parse *p, struct capture *c)
{
    int64_t number;
    if (c->buf.len == 0 || p->rc) {
        return;
    }
    number = p->sink->text(p->sink->self, c->number, buf_str(&c->buf));
    if (number < 0) {
        parse_fail(p, (int32_t)-number, "", "a long text could not be kept");
        return;
    }
    if (c->number == 0 && c->head) {
        struct ferry_str head = utf8_cut(buf_str(&c->buf), PARSE_HEAD);
        c->head->str = frame_keep(p, parse_frame(p), head);
    }
    c->number = c->number ? c->number : number;
    c->gone += c->buf.len;
    buf_reset(&c->buf);
    c->marked = 0;
}

/* 1 where the limit of a text that is kept whole was met; the rest is left out. */
static int is_full(struct parse *p, const struct open_capture *open, uint64_t more)
{
    if (open->el != EL_PROPERTY || open->capture->buf.len + more <= PARSE_PROPERTY_MAX) {
        return 0;
    }
    if (open->capture->gone == 0 && !p->rc) {
        p->rc = notice_say(p->notices, NOTICE_TOO_LONG, parse_place(p),
                           "a property of more than 4 MiB, cut");
    }
    open->capture->gone = 1;
    return 1;
}

void capture_add(struct parse *p, struct ferry_str s)
{
    struct open_capture *open = &p->open[p->n_open - 1];
    struct capture *c = open->capture;
    if (p->rc || is_full(p, open, s.len)) {
        return;
    }
    if (buf_put(&c->buf, s)) {
        parse_fail(p, c->buf.failed, "", "out of memory for a text of the report");
        return;
    }
    if (c->buf.len > PARSE_TEXT_MAX && open->el != EL_PROPERTY) {
        read_marks(p, open, 0);
        send(p, c);
    }
}

struct capture *capture_end(struct parse *p)
{
    struct open_capture *open = &p->open[p->n_open - 1];
    struct capture *c = open->capture;
    read_marks(p, open, 1);
    if (c->number > 0) {
        send(p, c);
    }
    p->n_open--;
    listen(p);
    return c;
}

struct text capture_text(const struct capture *c)
{
    struct text t = {{NULL, 0}, c->number, c->gone};
    struct ferry_str all = buf_str(&c->buf);
    if (c->number == 0 && str_trim(all).len > 0) {
        t.str = all;
        t.bytes = all.len;
    }
    return t;
}

struct text capture_send(struct parse *p, struct ferry_str bytes)
{
    struct text t = {{NULL, 0}, 0, bytes.len};
    int64_t number = p->rc ? -p->rc : p->sink->text(p->sink->self, 0, bytes);
    if (number < 0) {
        parse_fail(p, (int32_t)-number, "", "an attachment in the report could not be kept");
    } else {
        t.number = number;
    }
    return t;
}
