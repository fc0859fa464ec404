/* SPDX-License-Identifier: MIT */
/* query.h - the language in which things are asked for: read into a tree, and made SQL. */
#ifndef OCTANE_MOCK_QUERY_H
#define OCTANE_MOCK_QUERY_H

#include "fields.h"

enum query_op { QUERY_AND = 1, QUERY_OR, QUERY_NOT, QUERY_TEST };
enum query_cmp { CMP_EQ = 1, CMP_LT, CMP_GT, CMP_LE, CMP_GE, CMP_IN, CMP_BTW };

struct query_value {
    struct ferry_str text; /* without its quotes and escapes */
    struct ferry_str
        glob; /* the same as a pattern of SQLite's GLOB, where it has a '*'; else absent */
    int is_quoted;
    struct query_value *next;
};
struct query {
    enum query_op op;
    struct query *a, *b; /* b: of AND and OR */
    struct ferry_str field;
    enum query_cmp cmp;
    struct query_value *values; /* NULL: see the next two */
    struct query *sub;          /* {…} */
    int is_null;                /* null */
    int is_null_ref;            /* {null} */
};

/* The statement in its double quotes. 0: p says what is wrong with it. */
int alm_query_parse(struct arena *a, struct ferry_str statement, struct query **out,
                    struct problem *p);

/* A condition over a row `e`, and its values. */
enum { SQL_ARGS = 400 };
struct condition {
    struct buf sql;
    struct ferry_value args[SQL_ARGS];
    uint32_t n_args;
    uint32_t n_rows; /* names of rows given out */
};
void alm_condition_begin(struct condition *c);
void alm_condition_arg(struct condition *c, struct ferry_value v);
/* Appends the query; 0: p says why it cannot be asked of things of this kind. */
int alm_query_sql(const struct http *h, struct condition *c, const struct kind *k,
                  const struct query *q, struct problem *p);
void alm_condition_finish(struct condition *c);

#endif
