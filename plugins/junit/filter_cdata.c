/* SPDX-License-Identifier: MIT */
/*
 * filter_cdata.c - where a CDATA section ends. Runners forget to split a "]]>" that a test printed, and some forget
 * the end itself; both look ahead here, never further than FILTER_LOOK. Called by filter.c. In a document
 * without fault it must never find another end than XML does, but for a section that holds half of another report.
 */
#include "filter.h"
#include "scan.h"
#include "text.h"

enum {
    DOUBTS = 100
}; /* end tags in one section that are looked into: a text may be full of them */

/* Up to where a doubt at p is looked into. */
static const unsigned char *look_limit(const unsigned char *p, const unsigned char *end)
{
    return end - p > FILTER_LOOK ? p + FILTER_LOOK : end;
}

static const unsigned char *find(const unsigned char *p, const unsigned char *limit,
                                 const char *what)
{
    return limit > p ? memmem(p, (size_t)(limit - p), what, strlen(what)) : NULL;
}

/* The length of the name at p. */
static size_t name_length(const unsigned char *p, const unsigned char *limit)
{
    const unsigned char *q = p;
    while (q<limit && * q> ' ' && *q != '>' && *q != '/' && *q != '<') {
        q++;
    }
    return (size_t)(q - p);
}

/* 1 for "</failure>" where <failure> is the innermost element that is open. */
static int closes_ours(const struct filter *f, const unsigned char *p, const unsigned char *limit)
{
    const struct filter_open_text *open = f->n_texts > 0 ? &f->texts[f->n_texts - 1] : NULL;
    size_t n = open ? name_length(p + 2, limit) : 0;
    return open && filter_at(p, limit, "</") && n == open->len && n < sizeof open->name - 1 &&
           memcmp(p + 2, open->name, n) == 0;
}

/* 1 where the '<' at p may stand behind a section: what ends its element or goes on in it, or more of the report. */
static int may_follow(const struct filter *f, const unsigned char *p, const unsigned char *limit)
{
    int closing = filter_at(p, limit, "</");
    const unsigned char *name = p + 1 + closing;
    enum element el = element_of((const char *)name, name_length(name, limit));
    unsigned i = f->n_texts;
    if (i == 0 || element_is_root(el) || filter_at(p, limit, "<!") || filter_at(p, limit, "<?")) {
        return 1;
    }
    if (!closing) {
        return element_may_nest(f->texts[i - 1].el, el);
    }
    while (i > 0 && f->texts[i - 1].el != el) {
        i--;
    }
    return i > 0;
}

/*
 * At the '>' of a "]]>". It ends the section, unless another "]]>" comes before anything that may follow a section:
 * in a document without fault that cannot be, so the first one was meant as text.
 */
static const unsigned char *at_end_mark(struct filter *f, const unsigned char *p,
                                        const unsigned char *end)
{
    const unsigned char *limit, *next, *q;
    if (filter_needs(f, p, end, FILTER_LOOK)) {
        return p;
    }
    limit = look_limit(p, end);
    next = find(p + 1, limit, "]]>");
    for (q = p + 1; next && q < next && !(*q == '<' && may_follow(f, q, limit)); q++) {
    }
    if (next && q == next) {
        filter_say(f, NOTICE_CDATA_END, p - 2, "']]>' inside CDATA, taken as itself");
        return filter_replace(f, p, 1, "]]><![CDATA[>");
    }
    f->state = FILTER_TEXT;
    return p + 1;
}

/* 1 where only white space stands between p and a tag that belongs behind the text of a test. */
static int report_goes_on(const unsigned char *p, const unsigned char *limit)
{
    int closing;
    enum element el;
    while (p < limit && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) {
        p++;
    }
    closing = filter_at(p, limit, "</");
    if (p == limit || *p != '<') {
        return 0;
    }
    p += 1 + closing;
    el = element_of((const char *)p, name_length(p, limit));
    return el != EL_OTHER;
}

/* 1 where a section may end with the "]]>" at p. */
static int is_plausible(const struct filter *f, const unsigned char *p, const unsigned char *limit)
{
    const unsigned char *angle = find(p + 3, limit, "<");
    return !angle || may_follow(f, angle, limit);
}

/*
 * At the end tag of our element. Was the end of the section forgotten? So it is where only "]]" stands before; where no
 * end comes at all; and where the next end belongs to another section, unless that is an end which its writer split: then the text
 * is another report.
 */
static int end_is_missing(const struct filter *f, const unsigned char *p, const unsigned char *end)
{
    const unsigned char *limit = look_limit(p, end), *behind = find(p, limit, ">");
    const unsigned char *next = find(p, limit, "]]>"), *inner = find(p, limit, "<![CDATA[");
    int is_last = f->final && limit == end && !next;
    if (!behind || (!is_last && !report_goes_on(behind + 1, limit))) {
        return 0;
    }
    if (is_last || (p[-1] == ']' && p[-2] == ']')) {
        return 1;
    }
    return next && !filter_at(next + 3, limit, "<![CDATA[>") &&
           ((inner && inner < next) || !is_plausible(f, next, limit));
}

/* At '<' in a section. */
static const unsigned char *at_angle(struct filter *f, const unsigned char *p,
                                     const unsigned char *end)
{
    char text[96];
    if (end - p < 2 && !f->final) {
        f->stalled = 1;
        return p;
    }
    if (end - p < 2 || p[1] != '/' || f->doubts > DOUBTS) {
        return p + 1;
    }
    if (filter_needs(f, p, end, FILTER_LOOK)) {
        return p;
    }
    if (!closes_ours(f, p, end)) {
        return p + 1;
    }
    f->doubts++;
    if (!end_is_missing(f, p, end)) {
        return p + 1;
    }
    snprintf(text, sizeof text, "CDATA in <%s> has no end; ended here",
             f->texts[f->n_texts - 1].name);
    filter_say(f, NOTICE_CDATA_END, p, text);
    f->state = FILTER_TEXT;
    return filter_replace(f, p, 0, p[-1] == ']' && p[-2] == ']' ? ">" : "]]>");
}

const unsigned char *filter_cdata(struct filter *f, const unsigned char *p,
                                  const unsigned char *end)
{
    while (f->state == FILTER_CDATA && !filter_halted(f)) {
        p = scan_for(p, end, '>', '<', '>');
        if (p == end) {
            break;
        }
        if (*p == '<') {
            p = at_angle(f, p, end);
        } else if (*p != '>') {
            p = filter_odd_byte(f, p, end);
        } else if (p[-1] == ']' && p[-2] == ']') {
            p = at_end_mark(f, p, end);
        } else {
            p++;
        }
    }
    return p;
}
