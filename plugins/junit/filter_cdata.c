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

static const unsigned char *skip_space(const unsigned char *p, const unsigned char *limit)
{
    while (p < limit && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) {
        p++;
    }
    return p;
}

/* Behind the '>' of the tag at p; NULL where it is none, or does not end before limit. */
static const unsigned char *skip_tag(const unsigned char *p, const unsigned char *limit)
{
    unsigned char quote = 0;
    for (p++; p < limit; p++) {
        if (quote) {
            quote = *p == quote ? 0 : quote;
        } else if (*p == '"' || *p == '\'') {
            quote = *p;
        } else if (*p == '>' || *p == '<') {
            return *p == '>' ? p + 1 : NULL;
        }
    }
    return NULL;
}

/* Where in a report a tag stands: in the case that the section is of, or in a suite. */
enum level { IN_CASE, IN_SUITE, NOWHERE };

/* The level behind a tag that may stand at `level`; NOWHERE where it may not. *is_text: text follows it. */
static enum level step(enum level level, enum element el, int closing, int *is_text)
{
    int of_case = el == EL_FAILURE || el == EL_SKIPPED || element_is_attempt(el);
    *is_text = !closing && (of_case || el == EL_OUT || el == EL_ERR || el == EL_ERROR);
    if (el == EL_TESTCASE) {
        return closing ? (level == IN_CASE ? IN_SUITE : NOWHERE)
                       : (level == IN_SUITE ? IN_CASE : NOWHERE);
    }
    if (el == EL_TESTSUITE || el == EL_TESTSUITES) {
        return level == IN_SUITE ? IN_SUITE : NOWHERE;
    }
    return *is_text && (!of_case || level == IN_CASE) ? level : NOWHERE;
}

/* Behind a text element whose content begins at p: its end tag's place, a section's, or NULL. */
static const unsigned char *skip_text(const unsigned char *p, const unsigned char *limit,
                                      enum element el)
{
    const unsigned char *q = memchr(p, '<', (size_t)(limit - p));
    if (!q || filter_at(q, limit, "<![CDATA[")) {
        return q;
    }
    return filter_at(q, limit, "</") &&
                   element_of((const char *)q + 2, name_length(q + 2, limit)) == el
               ? skip_tag(q, limit)
               : NULL;
}

/* At a section in what reads as a report: is its end as a runner writes it, not split as in a report that is quoted? */
static int ends_unsplit(const unsigned char *p, const unsigned char *limit)
{
    const unsigned char *end = find(p, limit, "]]>");
    return end && !filter_at(end + 3, limit, "<![CDATA[>");
}

/*
 * What stands at p, behind the end tag of our element: does it read on as a report, with nothing but the tags that may stand there and
 * white space between them, to the end of all bytes or to the next section? *tags: how many.
 */
static int reads_on(const unsigned char *p, const unsigned char *limit, int is_end, unsigned *tags)
{
    enum level level = find(p, limit, "</testcase>") ? IN_CASE : IN_SUITE;
    int passed = 0; /* the end of the case, or a tag of the suite */
    for (*tags = 0; p; ++*tags) {
        int closing, is_text;
        enum element el;
        p = skip_space(p, limit);
        if (p == limit) {
            return is_end;
        }
        closing = filter_at(p, limit, "</");
        el = element_of((const char *)p + 1 + closing, name_length(p + 1 + closing, limit));
        level = *p == '<' ? step(level, el, closing, &is_text) : NOWHERE;
        passed |= level == IN_SUITE;
        p = level == NOWHERE ? NULL : skip_tag(p, limit);
        if (!p || p[-2] == '/') {
            level = el == EL_TESTCASE ? IN_SUITE : level; /* an empty one is closed */
            continue;
        }
        if (is_text) {
            p = skip_text(p, limit, el);
            if (p && filter_at(p, limit, "<![CDATA[")) {
                return passed && ends_unsplit(p, limit);
            }
        }
    }
    return 0;
}

/*
 * At the end tag of our element. The end of the section was forgotten where all that follows reads on as a report, and no end of
 * ours comes first; where "]]" stands before it, two tags are enough. A report that a test quoted reads so, too, but its
 * sections were split, or it has none, or the end of ours comes first.
 */
static int end_is_missing(const struct filter *f, const unsigned char *p, const unsigned char *end)
{
    const unsigned char *limit = look_limit(p, end), *behind = skip_tag(p, limit);
    const unsigned char *next = find(p, limit, "]]>"), *inner = find(p, limit, "<![CDATA[");
    unsigned tags;
    if (!behind || (next && (!inner || next < inner))) {
        return 0;
    }
    return reads_on(behind, limit, f->final && limit == end, &tags) ||
           (p[-1] == ']' && p[-2] == ']' && tags >= 2);
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
