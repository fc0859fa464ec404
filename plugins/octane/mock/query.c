/* SPDX-License-Identifier: MIT */
/*
 * query.c - a query statement read into a tree.
 *
 *     "name EQ 'a b';(id LT 5||!parent EQ {id IN 1,2})"
 *
 * Phrases are joined by ';' (and) and '||' (or), turned around by '!', held together by parentheses: they bind in the order () ! ; ||. A text stands
 * in '..' or in ^..^; a backslash takes the meaning from what follows it. In '..' the characters \ " ' ( ) must have one, as the vendor's own
 * clients write them; in ^..^ those that would end something: \ " ^. A '*' without one stands for any text.
 */
#include "query.h"

#include <text.h>

enum { MOST_DEPTH = 32, MOST_STATEMENT = 48 * 1024 };

struct reader {
    struct arena *arena;
    const char *start, *at, *end;
    unsigned depth;
    struct problem *p;
};

static int wrong(struct reader *r, const char *what)
{
    return alm_problem(r->p, 400, "platform.illegal_query", "query",
                       "The query is wrong at character %ld: %s.", (long)(r->at - r->start) + 1,
                       what);
}

static void skip_spaces(struct reader *r)
{
    while (r->at < r->end && *r->at == ' ') {
        r->at++;
    }
}

static int take(struct reader *r, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, text, n) != 0) {
        return 0;
    }
    r->at += n;
    return 1;
}

static int is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct ferry_str word(struct reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && is_word(*r->at)) {
        r->at++;
    }
    return (struct ferry_str){from, (uint64_t)(r->at - from)};
}

/* --- values ----------------------------------------------------------------------------------------------- */

static void put_glob(struct buf *glob, char c, int is_wild)
{
    if (!is_wild && (c == '*' || c == '?' || c == '[')) {
        buf_printf(glob, "[%c]", c);
    } else {
        buf_putc(glob, c);
    }
}

static int must_be_escaped(char c, char quote)
{
    return c == '"' || (quote == '\'' && (c == '(' || c == ')'));
}

/* From behind the quote to behind the other. */
static int quoted(struct reader *r, char quote, struct query_value *v)
{
    struct buf text, glob;
    int is_wild = 0, ok = 0;
    buf_init(&text, MOST_STATEMENT);
    buf_init(&glob, 3 * MOST_STATEMENT);
    for (; r->at < r->end && *r->at != quote; r->at++) {
        int escaped = *r->at == '\\';
        r->at += escaped;
        if (r->at == r->end || (!escaped && must_be_escaped(*r->at, quote))) {
            break;
        }
        buf_putc(&text, *r->at);
        put_glob(&glob, *r->at, *r->at == '*' && !escaped);
        is_wild |= *r->at == '*' && !escaped;
    }
    if (r->at == r->end) {
        wrong(r, "a text has no end");
    } else if (*r->at != quote) {
        wrong(r, "a character in a text needs a backslash before it");
    } else {
        r->at++;
        ok = 1;
        v->is_quoted = 1;
        v->text = text.len > 0 ? arena_str(r->arena, buf_str(&text)) : FERRY_LIT("");
        v->glob = is_wild ? arena_str(r->arena, buf_str(&glob)) : (struct ferry_str){NULL, 0};
    }
    buf_finish(&text);
    buf_finish(&glob);
    return ok;
}

/* A number, true, false, or a name in brackets. */
static int bare(struct reader *r, struct query_value *v)
{
    const char *from = r->at;
    int bracket = take(r, "[");
    r->at += r->at < r->end && (*r->at == '-' || *r->at == '+');
    while (r->at < r->end && (is_word(*r->at) || (*r->at == '.' && r->at + 1 < r->end &&
                                                  r->at[1] != '.' && r->at[-1] != '.'))) {
        r->at++;
    }
    if (r->at == from + bracket || (bracket && !take(r, "]"))) {
        return wrong(r, "a value is missing here");
    }
    v->text = (struct ferry_str){from, (uint64_t)(r->at - from)};
    return 1;
}

static struct query_value *value(struct reader *r)
{
    struct query_value *v = arena_new(r->arena, struct query_value);
    skip_spaces(r);
    if (!v || r->at == r->end) {
        wrong(r, "a value is missing here");
        return NULL;
    }
    char c = *r->at;
    if (c == '\'' || c == '^') {
        r->at++;
        return quoted(r, c, v) ? v : NULL;
    }
    return bare(r, v) ? v : NULL;
}

/* Behind IN: values with commas between. */
static int list(struct reader *r, struct query_value **out)
{
    do {
        *out = value(r);
        if (!*out) {
            return 0;
        }
        out = &(*out)->next;
        skip_spaces(r);
    } while (take(r, ","));
    return 1;
}

/* --- phrases ------------------------------------------------------------------------------------------------ */

static int comparison(struct reader *r, enum query_cmp *out)
{
    static const struct {
        const char *text;
        enum query_cmp cmp;
    } symbols[] = {{"<=", CMP_LE}, {">=", CMP_GE}, {"=", CMP_EQ}, {"<", CMP_LT}, {">", CMP_GT}},
      words[] = {{"EQ", CMP_EQ}, {"LT", CMP_LT}, {"LE", CMP_LE},  {"GT", CMP_GT},
                 {"GE", CMP_GE}, {"IN", CMP_IN}, {"BTW", CMP_BTW}};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        if (take(r, symbols[i].text)) {
            *out = symbols[i].cmp;
            return 1;
        }
    }
    const char *from = r->at;
    struct ferry_str given = word(r);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_is(given, words[i].text)) {
            *out = words[i].cmp;
            return 1;
        }
    }
    r->at = from;
    return wrong(r, "a comparison is wanted: EQ, LT, GT, LE, GE, IN or BTW");
}

static struct query *either(struct reader *r);

/* {null}, or a query of what is referred to. */
static int braces(struct reader *r, struct query *q)
{
    skip_spaces(r);
    const char *from = r->at;
    q->is_null_ref = take(r, "null") && (r->at == r->end || !is_word(*r->at));
    if (!q->is_null_ref) {
        r->at = from;
        q->sub = either(r);
        if (!q->sub) {
            return 0;
        }
    }
    skip_spaces(r);
    return take(r, "}") ? 1 : wrong(r, "a '}' is missing");
}

static int right_side(struct reader *r, struct query *q)
{
    skip_spaces(r);
    if (q->cmp == CMP_IN) {
        return list(r, &q->values);
    }
    if (take(r, "{")) {
        return q->cmp == CMP_EQ ? braces(r, q) : wrong(r, "{} stands behind EQ alone");
    }
    q->values = value(r);
    if (!q->values) {
        return 0;
    }
    if (q->cmp == CMP_BTW) {
        skip_spaces(r);
        if (!take(r, "...")) {
            return wrong(r, "BTW wants two values with ... between");
        }
        q->values->next = value(r);
        return q->values->next != NULL;
    }
    if (!q->values->is_quoted && str_is(q->values->text, "null")) {
        q->is_null = 1;
        return q->cmp == CMP_EQ ? 1 : wrong(r, "null stands behind EQ alone");
    }
    return 1;
}

static struct query *node(struct reader *r, enum query_op op, struct query *a, struct query *b)
{
    struct query *q = arena_new(r->arena, struct query);
    if (q) {
        q->op = op;
        q->a = a;
        q->b = b;
    } else {
        wrong(r, "it is too long");
    }
    return q;
}

static struct query *phrase(struct reader *r)
{
    struct query *q = node(r, QUERY_TEST, NULL, NULL);
    if (!q) {
        return NULL;
    }
    q->field = word(r);
    if (q->field.len == 0) {
        wrong(r, "the name of a field is wanted");
        return NULL;
    }
    skip_spaces(r);
    return comparison(r, &q->cmp) && right_side(r, q) ? q : NULL;
}

static struct query *unary(struct reader *r)
{
    struct query *q = NULL;
    skip_spaces(r);
    if (r->depth == MOST_DEPTH) {
        wrong(r, "it is nested too deeply");
        return NULL;
    }
    r->depth++;
    if (take(r, "!")) {
        q = unary(r);
        q = q ? node(r, QUERY_NOT, q, NULL) : NULL;
    } else if (take(r, "(")) {
        q = either(r);
        skip_spaces(r);
        if (q && !take(r, ")")) {
            wrong(r, "a ')' is missing");
            q = NULL;
        }
    } else {
        q = phrase(r);
    }
    r->depth--;
    return q;
}

static struct query *both(struct reader *r)
{
    struct query *q = unary(r);
    skip_spaces(r);
    while (q && take(r, ";")) {
        struct query *b = unary(r);
        q = b ? node(r, QUERY_AND, q, b) : NULL;
        skip_spaces(r);
    }
    return q;
}

static struct query *either(struct reader *r)
{
    struct query *q = both(r);
    skip_spaces(r);
    while (q && take(r, "||")) {
        struct query *b = both(r);
        q = b ? node(r, QUERY_OR, q, b) : NULL;
        skip_spaces(r);
    }
    return q;
}

int alm_query_parse(struct arena *a, struct ferry_str statement, struct query **out,
                    struct problem *p)
{
    struct reader r = {
        .arena = a, .start = statement.ptr, .at = statement.ptr, .end = statement.ptr, .p = p};
    *out = NULL;
    if (statement.len < 2 || statement.ptr[0] != '"' || statement.ptr[statement.len - 1] != '"' ||
        statement.len > MOST_STATEMENT) {
        return wrong(&r, "the whole of it stands in double quotes, and has up to 48 KiB");
    }
    r.end = statement.ptr + statement.len - 1;
    r.at++;
    *out = either(&r);
    if (*out && r.at != r.end) {
        *out = NULL;
        wrong(&r, "this cannot stand here");
    }
    return *out != NULL;
}
