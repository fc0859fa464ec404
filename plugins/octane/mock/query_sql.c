/* SPDX-License-Identifier: MIT */
/*
 * query_sql.c - the tree of a query as SQL over rows of `entity`. What stands in a body is reached by json_extract, or by
 * the column that has it beside the body. A value never becomes text of the statement.
 */
#include "query.h"

#include <text.h>

void alm_condition_begin(struct condition *c)
{
    c->n_args = c->n_rows = 0;
    buf_init(&c->sql, 60 * 1024);
}

void alm_condition_finish(struct condition *c)
{
    buf_finish(&c->sql);
}

void alm_condition_arg(struct condition *c, struct ferry_value v)
{
    if (c->n_args + 2 < SQL_ARGS) {
        c->args[c->n_args++] = v;
    } else {
        c->sql.failed = FERRY_E_TOO_LARGE;
    }
}

struct maker {
    const struct http *h;
    struct condition *c;
    const struct kind *kind; /* of the row in hand; NULL: it is what `via` refers to */
    const struct field *via;
    char row[16]; /* its name */
    struct problem *p;
};

static int make(const struct maker *m, const struct query *q);

static int cannot(const struct maker *m, struct ferry_str field, const char *what)
{
    return alm_problem(m->p, 400, "platform.illegal_query", "query", "%.*s: %s.",
                       STR_ARG(utf8_cut(field, 60)), what);
}

static void put_values(struct condition *c, const struct query *q, const char *column,
                       struct ferry_value (*make_value)(const struct query_value *v))
{
    static const char *const symbols[] = {"", "=", "<", ">", "<=", ">="};
    const struct query_value *v = q->values;
    if (q->cmp == CMP_BTW) {
        buf_printf(&c->sql, "%s BETWEEN ? AND ?", column);
    } else if (q->cmp == CMP_IN) {
        buf_printf(&c->sql, "%s IN (", column);
        for (const struct query_value *w = v; w; w = w->next) {
            buf_puts(&c->sql, w->next ? "?, " : "?)");
        }
    } else {
        buf_printf(&c->sql, "%s %s ?", column, symbols[q->cmp]);
    }
    for (; v; v = v->next) {
        alm_condition_arg(c, make_value(v));
    }
}

static struct ferry_value as_text(const struct query_value *v)
{
    return ferry_text(v->text);
}

static struct ferry_value as_number(const struct query_value *v)
{
    int64_t n = 0;
    str_int64(v->text, &n);
    return ferry_int(n);
}

static struct ferry_value as_bool(const struct query_value *v)
{
    return ferry_int(str_is(v->text, "true"));
}

/* Where a field's value is, or the id of what it refers to. */
static void column_of(const struct maker *m, const struct field *f, char *out, size_t size)
{
    static const struct {
        const char *field, *column;
    } beside[] = {{"name", "name"},
                  {"parent_suite", "suite"},
                  {"test", "test"},
                  {"external_test_id", "mark"}};
    int has_column = !m->kind || *m->kind->rows; /* metadata has but a body */
    for (size_t i = 0; has_column && i < sizeof beside / sizeof *beside; i++) {
        if (strcmp(f->name, beside[i].field) == 0) {
            snprintf(out, size, "%s.%s", m->row, beside[i].column);
            return;
        }
    }
    snprintf(out, size, "json_extract(%s.body, '$.%s%s')", m->row, alm_field_stored(f),
             f->type == FIELD_REF ? ".id" : "");
}

/* --- ids ------------------------------------------------------------------------------------------------- */

static int all_numbers(const struct query_value *v)
{
    int64_t n;
    for (; v; v = v->next) {
        if (!str_int64(v->text, &n)) {
            return 0;
        }
    }
    return 1;
}

static int make_id(const struct maker *m, const struct query *q)
{
    char column[40];
    if (!q->values || q->is_null || q->values->glob.ptr) {
        return cannot(m, q->field, "an id is compared with ids");
    }
    if (all_numbers(q->values)) {
        snprintf(column, sizeof column, "%s.num", m->row);
        put_values(m->c, q, column, as_number);
    } else if (q->cmp == CMP_EQ || q->cmp == CMP_IN) {
        snprintf(column, sizeof column, "%s.id", m->row);
        put_values(m->c, q, column, as_text);
    } else {
        return cannot(m, q->field, "such ids have no order");
    }
    return 1;
}

/* --- references -------------------------------------------------------------------------------------------- */

/* {id EQ 5} and {id IN 5,6} need no look at what is referred to, and have an index. */
static int is_by_id(const struct query *sub)
{
    return sub->op == QUERY_TEST && str_is(sub->field, "id") && sub->values && !sub->is_null &&
           !sub->values->glob.ptr && (sub->cmp == CMP_EQ || sub->cmp == CMP_IN);
}

static int make_one_ref(const struct maker *m, const struct field *f, const struct query *q)
{
    struct buf *sql = &m->c->sql;
    char column[120];
    column_of(m, f, column, sizeof column);
    if (q->is_null_ref) {
        buf_printf(sql, "%s IS NULL", column);
        return 1;
    }
    if (is_by_id(q->sub)) {
        put_values(m->c, q->sub, column, as_text);
        return 1;
    }
    struct maker inner = {.h = m->h, .c = m->c, .via = f, .p = m->p};
    snprintf(inner.row, sizeof inner.row, "r%u", m->c->n_rows++);
    buf_printf(sql, "EXISTS (SELECT 1 FROM entity %s WHERE %s.id = %s AND ", inner.row, inner.row,
               column);
    if (!alm_target_known(f)) {
        return cannot(m, q->field, "there are no such things here");
    }
    if (!make(&inner, q->sub)) {
        return 0;
    }
    buf_puts(sql, ")");
    return 1;
}

static int make_many_refs(const struct maker *m, const struct field *f, const struct query *q)
{
    struct buf *sql = &m->c->sql;
    char list[120];
    snprintf(list, sizeof list, "%s.body, '$.%s.data'", m->row, alm_field_stored(f));
    if (q->is_null_ref) {
        buf_printf(sql, "coalesce(json_array_length(%s), 0) = 0", list);
        return 1;
    }
    struct maker inner = {.h = m->h, .c = m->c, .via = f, .p = m->p};
    snprintf(inner.row, sizeof inner.row, "r%u", m->c->n_rows++);
    buf_printf(sql,
               "EXISTS (SELECT 1 FROM json_each(%s) j%s, entity %s WHERE %s.id = "
               "json_extract(j%s.value, '$.id') AND ",
               list, inner.row, inner.row, inner.row, inner.row);
    if (!alm_target_known(f)) {
        return cannot(m, q->field, "there are no such things here");
    }
    if (!make(&inner, q->sub)) {
        return 0;
    }
    buf_puts(sql, ")");
    return 1;
}

/* --- plain fields -------------------------------------------------------------------------------------------- */

static int make_text(const struct maker *m, const struct query *q, const char *column, int is_time)
{
    for (const struct query_value *v = q->values; v; v = v->next) {
        if (!v->is_quoted) {
            return cannot(m, q->field, "a text stands in '..' or ^..^");
        }
        if (v->glob.ptr && (q->cmp != CMP_EQ || is_time)) {
            return cannot(m, q->field, "a '*' stands behind EQ alone; else write \\*");
        }
    }
    if (q->values->glob.ptr) {
        buf_printf(&m->c->sql, "%s GLOB ?", column);
        alm_condition_arg(m->c, ferry_text(q->values->glob));
        return 1;
    }
    put_values(m->c, q, column, as_text);
    return 1;
}

static int make_number(const struct maker *m, const struct query *q, const char *column)
{
    for (const struct query_value *v = q->values; v; v = v->next) {
        int64_t n;
        if (v->is_quoted || !str_int64(v->text, &n)) {
            return cannot(m, q->field, "a number is wanted, without quotes");
        }
    }
    put_values(m->c, q, column, as_number);
    return 1;
}

static int make_bool(const struct maker *m, const struct query *q, const char *column)
{
    struct ferry_str v = q->values->text;
    if (q->cmp != CMP_EQ || q->values->is_quoted || (!str_is(v, "true") && !str_is(v, "false"))) {
        return cannot(m, q->field, "true or false is wanted, behind EQ");
    }
    put_values(m->c, q, column, as_bool);
    return 1;
}

static int make_field(const struct maker *m, const struct field *f, const struct query *q)
{
    char column[120];
    int is_ref = f->type == FIELD_REF || f->type == FIELD_REFS;
    column_of(m, f, column, sizeof column);
    if (is_ref != (q->sub != NULL || q->is_null_ref)) {
        return cannot(m, q->field,
                      is_ref ? "what refers to things is compared with {...} or {null}"
                             : "this refers to nothing: no {...} here");
    }
    if (is_ref) {
        return f->type == FIELD_REF ? make_one_ref(m, f, q) : make_many_refs(m, f, q);
    }
    if (q->is_null) {
        buf_printf(&m->c->sql, "%s IS NULL", column);
        return 1;
    }
    return f->type == FIELD_LONG   ? make_number(m, q, column)
           : f->type == FIELD_BOOL ? make_bool(m, q, column)
                                   : make_text(m, q, column, f->type == FIELD_TIME);
}

static int make_test(const struct maker *m, const struct query *q)
{
    if (str_is(q->field, "id")) {
        return make_id(m, q);
    }
    const struct field *f =
        m->kind ? alm_field(m->h, m->kind, q->field) : alm_target_field(m->h, m->via, q->field);
    if (!f) {
        return alm_problem(m->p, 400, "platform.unknown_field", "query",
                           "The field \"%.*s\" is none of %s.", STR_ARG(utf8_cut(q->field, 60)),
                           m->kind ? m->kind->type : m->via->target);
    }
    if (str_is(q->field, "subtype") && q->values && !q->is_null) {
        char column[40];
        snprintf(column, sizeof column, "%s.type", m->row);
        return make_text(m, q, column, 0);
    }
    return make_field(m, f, q);
}

/* What a comparison with nothing says is unknown to SQL, and false here: so that its contrary is true. */
static int make(const struct maker *m, const struct query *q)
{
    struct buf *sql = &m->c->sql;
    if (q->op == QUERY_TEST) {
        return make_test(m, q);
    }
    buf_puts(sql, q->op == QUERY_NOT ? "(NOT coalesce((" : "(");
    if (!make(m, q->a)) {
        return 0;
    }
    if (q->op == QUERY_NOT) {
        buf_puts(sql, "), 0))");
        return 1;
    }
    buf_puts(sql, q->op == QUERY_AND ? " AND " : " OR ");
    if (!make(m, q->b)) {
        return 0;
    }
    buf_puts(sql, ")");
    return 1;
}

int alm_query_sql(const struct http *h, struct condition *c, const struct kind *k,
                  const struct query *q, struct problem *p)
{
    struct maker m = {.h = h, .c = c, .kind = k, .row = "e", .p = p};
    if (!make(&m, q)) {
        return 0;
    }
    return c->sql.failed ? alm_problem(p, 400, "platform.illegal_query", "query",
                                       "The query has too many values, or is too long.")
                         : 1;
}
