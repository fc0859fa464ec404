/* SPDX-License-Identifier: MIT */
/*
 * filter_tag.c - the filter's knowledge of tags: which '<' begins one, which text element is open,
 * where a document begins and ends. Called by filter.c. Inside an element that holds text, only the
 * names that may stand there are tags; all else a test printed and its runner did not escape.
 */
#include "filter.h"
#include "text.h"

enum { TAG_NAME_MAX = 128, TAG_LOOK = 192 };

static int is_space(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int begins_name(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c >= 0x80;
}

/* The length of the name at p: up to a space, a control, '/' or '>', or too long to matter. */
static size_t name_length(const unsigned char *p, const unsigned char *end)
{
    static const unsigned char ends[256] = {
        [0 ... ' '] = 1, ['/'] = 1, ['>'] = 1, ['<'] = 1, ['"'] = 1};
    const unsigned char *q = p, *to = end - p > TAG_NAME_MAX ? p + TAG_NAME_MAX : end;
    while (q < to && !ends[*q]) {
        q++;
    }
    return (size_t)(q - p);
}

static void set_tag(struct filter_open_text *tag, const unsigned char *name, size_t len)
{
    tag->el = element_of((const char *)name, len);
    tag->len = (unsigned)(len < sizeof tag->name ? len : sizeof tag->name - 1);
    memcpy(tag->name, name, tag->len);
    tag->name[tag->len] = '\0';
}

/* The '<' at p is text. */
static const unsigned char *literal(struct filter *f, const unsigned char *p, enum notice code,
                                    const char *text)
{
    filter_say(f, code, p, text);
    return filter_replace(f, p, 1, "&lt;");
}

static const unsigned char *markup(struct filter *f, const unsigned char *p, size_t name_len)
{
    struct ferry_str name = {(const char *)p + 1, name_len};
    char text[160], shown[64];
    snprintf(text, sizeof text, "<%s> inside <%s> is kept as text",
             text_show_to(shown, sizeof shown, name), f->texts[f->n_texts - 1].name);
    return literal(f, p, NOTICE_MARKUP, text);
}

/* The open text element of this kind, counted from 1; 0: none. */
static unsigned open_text(const struct filter *f, enum element el)
{
    unsigned i = f->n_texts;
    while (i > 0 && f->texts[i - 1].el != el) {
        i--;
    }
    return i;
}

/* 1 for "<a b='c'/>", where its end is within FILTER_LOOK. */
static int is_empty_tag(const unsigned char *p, const unsigned char *end)
{
    unsigned char quote = 0;
    for (const unsigned char *q = p + 1; q < end && q - p < FILTER_LOOK; q++) {
        if (quote) {
            quote = *q == quote ? 0 : quote;
        } else if (*q == '"' || *q == '\'') {
            quote = *q;
        } else if (*q == '>' || *q == '<') {
            return *q == '>' && q[-1] == '/';
        }
    }
    return 0;
}

/* A start tag that is text. Where its end tag could be taken for a real one, that is remembered. */
static const unsigned char *start_in_text(struct filter *f, const unsigned char *p,
                                          const unsigned char *end, size_t len)
{
    enum element el = f->tag.el;
    if (element_is_root(el) || open_text(f, el)) {
        if (filter_needs(f, p, end, FILTER_LOOK)) {
            return p;
        }
        f->inner[el] += !is_empty_tag(p, end);
    }
    return markup(f, p, len);
}

static const unsigned char *start_tag(struct filter *f, const unsigned char *p,
                                      const unsigned char *end)
{
    size_t len = name_length(p + 1, end);
    set_tag(&f->tag, p + 1, len);
    if (f->n_texts > 0 && !element_may_nest(f->texts[f->n_texts - 1].el, f->tag.el)) {
        return start_in_text(f, p, end, len);
    }
    f->closing = 0;
    f->tag_len = len;
    f->state = FILTER_TAG;
    return p + 1 + len;
}

static void close_text(struct filter *f)
{
    if (--f->n_texts == 0) {
        memset(f->inner, 0, sizeof f->inner);
    }
}

/* Closes the text elements that stand above the first `keep`, whose own end tags are missing. */
static void close_texts(struct filter *f, const unsigned char *p, unsigned keep)
{
    char text[96];
    while (f->n_texts > keep && !f->rc) {
        const struct filter_open_text *open = &f->texts[f->n_texts - 1];
        snprintf(text, sizeof text, "<%s> is not closed; closed here", open->name);
        filter_say(f, NOTICE_UNCLOSED, p, text);
        snprintf(text, sizeof text, "</%s>", open->name);
        filter_replace(f, p, 0, text);
        close_text(f);
        f->depth--;
    }
}

static const unsigned char *end_tag(struct filter *f, const unsigned char *p,
                                    const unsigned char *end)
{
    size_t len = name_length(p + 2, end);
    unsigned i;
    if (len == 0) {
        return literal(f, p, NOTICE_LESS_THAN, "'<' that begins no tag, taken as itself");
    }
    set_tag(&f->tag, p + 2, len);
    if (f->n_texts > 0) {
        i = open_text(f, f->tag.el);
        if (f->inner[f->tag.el] > 0) {
            f->inner[f->tag.el]--;
            return markup(f, p, len + 1);
        }
        if (i == 0 && !element_is_root(f->tag.el)) {
            return markup(f, p, len + 1);
        }
        close_texts(f, p, i);
    }
    f->closing = 1;
    f->tag_len = len;
    f->state = FILTER_TAG;
    return p + 2 + len;
}

/* A comment or an instruction. Inside a document an empty comment keeps what it parts apart. */
static const unsigned char *remark(struct filter *f, const unsigned char *p, size_t n,
                                   enum filter_state state)
{
    f->back = f->state;
    if (f->state == FILTER_TEXT) {
        filter_replace(f, p, n, "<!---->");
    }
    f->from = p + n;
    f->state = state;
    f->skipped = 0;
    return p + n;
}

/* 1 where `mark` ends a remark whose content begins at p, before the end of our text element and soon. */
static int ends_soon(const struct filter *f, const unsigned char *p, const unsigned char *end,
                     const char *mark)
{
    size_t look = end - p < FILTER_LOOK ? (size_t)(end - p) : FILTER_LOOK;
    const unsigned char *at = memmem(p, look, mark, strlen(mark)), *close;
    char tag[sizeof f->texts[0].name + 4];
    snprintf(tag, sizeof tag, "</%s", f->texts[f->n_texts - 1].name);
    close = at ? memmem(p, (size_t)(at - p), tag, strlen(tag)) : NULL;
    return at && !close;
}

/*
 * A comment or an instruction among the text of a test. One that does not end there was printed and not
 * escaped: as a remark it would take what follows with it.
 */
static const unsigned char *remark_in_text(struct filter *f, const unsigned char *p,
                                           const unsigned char *end, size_t n,
                                           enum filter_state state)
{
    if (f->n_texts == 0) {
        return remark(f, p, n, state);
    }
    if (filter_needs(f, p, end, n + FILTER_LOOK)) {
        return p;
    }
    if (ends_soon(f, p + n, end, state == FILTER_COMMENT ? "-->" : "?>")) {
        return remark(f, p, n, state);
    }
    return literal(f, p, NOTICE_MARKUP,
                   state == FILTER_COMMENT ? "'<!--' without an end is kept as text"
                                           : "'<?' without an end is kept as text");
}

const unsigned char *filter_angle(struct filter *f, const unsigned char *p,
                                  const unsigned char *end)
{
    if (filter_needs(f, p, end, TAG_LOOK)) {
        return p;
    }
    if (end - p < 2) {
        return end; /* the report ends here, in the middle of a tag */
    }
    if (begins_name(p[1])) {
        return start_tag(f, p, end);
    }
    if (p[1] == '/') {
        return end_tag(f, p, end);
    }
    if (filter_at(p, end, "<![CDATA[")) {
        f->state = FILTER_CDATA;
        f->doubts = 0;
        return p + 9;
    }
    if (filter_at(p, end, "<!--")) {
        return remark_in_text(f, p, end, 4, FILTER_COMMENT);
    }
    if (p[1] == '?' && end - p > 2 && begins_name(p[2]) && !filter_at(p, end, "<?xml ")) {
        return remark_in_text(f, p, end, 2, FILTER_PI);
    }
    return literal(f, p, NOTICE_LESS_THAN, "'<' that begins no tag, taken as itself");
}

const unsigned char *filter_tag_end(struct filter *f, const unsigned char *p)
{
    int empty = p[-1] == '/';
    f->state = FILTER_TEXT;
    if (f->closing) {
        if (f->n_texts > 0 && f->texts[f->n_texts - 1].el == f->tag.el) {
            close_text(f);
        }
        f->depth -= f->depth > 0;
    } else if (!empty) {
        if (element_is_text(f->tag.el) && f->n_texts < sizeof f->texts / sizeof f->texts[0]) {
            f->texts[f->n_texts++] = f->tag;
        }
        f->depth++;
    }
    f->closing = 0;
    if (f->depth == 0) {
        filter_pass(f, p + 1);
        f->state = FILTER_PROLOG;
        f->rc = f->rc ? f->rc : f->calls->close(f->calls->data);
    }
    return p + 1;
}

/* A root begins at p. */
static const unsigned char *begin_document(struct filter *f, const unsigned char *p,
                                           const unsigned char *end)
{
    struct place at = filter_place(f, p);
    if (f->junk) {
        f->rc = notice_say(f->notices, f->documents ? NOTICE_TRAILING : NOTICE_LEADING, f->junk_at,
                           f->documents ? "text between two documents, left out"
                                        : "text before the report, left out");
    }
    if (f->documents > 0) {
        filter_say(f, NOTICE_DOCUMENTS, p, "another document in the same report, read too");
    }
    if (!f->rc) {
        f->rc = f->calls->open(f->calls->data, at);
    }
    f->documents++;
    f->junk = f->space = 0;
    f->depth = f->n_texts = 0;
    f->from = p;
    f->state = FILTER_TEXT;
    return f->rc ? p : filter_angle(f, p, end);
}

/* What stands outside of documents and is not markup. Skips to the next '<'. */
static const unsigned char *junk(struct filter *f, const unsigned char *p, const unsigned char *end)
{
    const unsigned char *q = memchr(p + 1, '<', (size_t)(end - p - 1));
    q = q ? q : end;
    if (!f->junk) {
        f->junk = 1;
        f->junk_at = filter_place(f, p);
    }
    f->junk_len += (uint64_t)(q - p);
    f->from = q;
    if (f->documents == 0 && f->junk_len > FILTER_LEADING_MAX) {
        f->rc = f->calls->refuse(f->calls->data, NULL);
    }
    return q;
}

/* At '<' outside of documents; NULL where it begins nothing. */
static const unsigned char *markup_outside(struct filter *f, const unsigned char *p,
                                           const unsigned char *end)
{
    if (filter_at(p, end, "<!--")) {
        return remark(f, p, 4, FILTER_COMMENT);
    }
    if (filter_at(p, end, "<?") && end - p > 2 && begins_name(p[2])) {
        if (f->documents == 0 && f->space && !f->junk && filter_at(p, end, "<?xml ")) {
            filter_say(f, NOTICE_LEADING, p, "white space before the XML declaration");
        }
        return remark(f, p, 2, FILTER_PI);
    }
    if (end - p > 9 && strncasecmp((const char *)p, "<!DOCTYPE", 9) == 0 && f->documents == 0 &&
        !f->junk) {
        f->rc = f->calls->refuse(f->calls->data, "a DOCTYPE");
        return p;
    }
    if (end - p > 1 && begins_name(p[1])) {
        size_t len = name_length(p + 1, end);
        if (element_is_root(element_of((const char *)p + 1, len)) ||
            (f->documents == 0 && !f->junk)) {
            return begin_document(f, p, end);
        }
    }
    return NULL;
}

const unsigned char *filter_prolog(struct filter *f, const unsigned char *p,
                                   const unsigned char *end)
{
    const unsigned char *q;
    while (p < end && is_space(*p)) {
        f->space = 1;
        p++;
    }
    f->from = p;
    if (p == end || filter_needs(f, p, end, TAG_LOOK)) {
        return p;
    }
    if (filter_at(p, end, "\xEF\xBB\xBF")) {
        return p + 3; /* the mark of a report that was appended to another */
    }
    if (*p == '<' && (q = markup_outside(f, p, end)) != NULL) {
        return q;
    }
    return f->rc ? p : junk(f, p, end);
}
