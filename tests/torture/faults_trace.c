/* SPDX-License-Identifier: MIT */
/* faults_trace.c - the requests of a call, read from the ledger of its script, and which of them a fault is to hit. */
#include "faults.h"

#include <file.h>
#include <stdio.h>
#include <stdlib.h>

#define OPERATION_NAME_(name, text) text,
static const char *const op_names[] = {OPERATION_MAP(OPERATION_NAME_) "none"};

const char *op_kind_name(enum op_kind op)
{
    return op_names[op < OPERATIONS ? op : OPERATIONS];
}

static int ends_with(struct ferry_str s, const char *tail)
{
    uint64_t n = strlen(tail);
    return s.len >= n && memcmp(s.ptr + s.len - n, tail, (size_t)n) == 0;
}

#define OCTANE "/api/shared_spaces/*/workspaces/*/"

static const struct {
    const char *method, *path;
    enum op_kind op;
} by_path[] = {
    {"POST", "/v1/case/*/bulk", OP_KIND_CREATE_CASE},
    {"POST", "/v1/run/*", OP_KIND_CREATE_RUN},
    {"POST", "/v2/*/run/*/results", OP_KIND_CREATE_RESULT},
    {"POST", "/v1/attachment/*", OP_KIND_CREATE_ATTACHMENT},
    {"POST", "/v1/run/*/*/complete", OP_KIND_COMPLETE_RUN},
    {"GET", "/v1/case/*", OP_KIND_LIST_CASES},
    {"GET", "/v1/run/*", OP_KIND_LIST_RUNS},
    {"GET", "/v1/result/*", OP_KIND_LIST_RESULTS},
    /* Octane: what acts twice is a module or a suite; a task is asked for as a list is. */
    {"POST", OCTANE "application_modules", OP_KIND_CREATE_CASE},
    {"POST", OCTANE "test_suites", OP_KIND_CREATE_CASE},
    {"POST", OCTANE "test-results", OP_KIND_CREATE_RESULT},
    {"PUT", OCTANE "suite_run/*", OP_KIND_COMPLETE_RUN},
    {"GET", OCTANE "automated_tests", OP_KIND_LIST_CASES},
    {"GET", OCTANE "application_modules", OP_KIND_LIST_CASES},
    {"GET", OCTANE "test_suites", OP_KIND_LIST_CASES},
    {"GET", OCTANE "suite_run", OP_KIND_LIST_RUNS},
    {"GET", OCTANE "automated_runs", OP_KIND_LIST_RESULTS},
    {"GET", OCTANE "test-results/*", OP_KIND_LIST_RESULTS},
};

/* The ledger and the local tracker differ little enough for one rule. */
enum op_kind op_kind_of(const char *method, const char *target)
{
    struct ferry_str rest = ferry_cstr(target), path;
    int get = strcmp(method, "GET") == 0;
    str_split(&rest, '?', &path);
    for (size_t i = 0; i < sizeof by_path / sizeof *by_path; i++) {
        char plain[512];
        snprintf(plain, sizeof plain, "%.*s", STR_ARG(path));
        if (strcmp(method, by_path[i].method) == 0 && text_glob(by_path[i].path, plain)) {
            return by_path[i].op;
        }
    }
    if (ends_with(path, "/cases")) {
        return get ? OP_KIND_LIST_CASES : OP_KIND_CREATE_CASE;
    }
    if (ends_with(path, "/runs")) {
        return get ? OP_KIND_LIST_RUNS : OP_KIND_CREATE_RUN;
    }
    if (ends_with(path, "/results")) {
        return get ? OP_KIND_LIST_RESULTS : OP_KIND_CREATE_RESULT;
    }
    if (ends_with(path, "/complete")) {
        return OP_KIND_COMPLETE_RUN;
    }
    return !get && text_glob("/v1/*/attachments**", target) ? OP_KIND_CREATE_ATTACHMENT
                                                            : OP_KIND_NONE;
}

int op_acts_twice(enum op_kind op)
{
    return op == OP_KIND_CREATE_RUN || op == OP_KIND_CREATE_CASE;
}

static int read_line(const char *line, struct seen *s)
{
    memset(s, 0, sizeof *s);
    if (sscanf(line, "%u %23s %7s %511s %23s", &s->line, s->fault, s->method, s->target,
               s->digest) != 5) {
        return 0;
    }
    s->op = op_kind_of(s->method, s->target);
    return 1;
}

int trace_read(const struct world *w, struct trace *t)
{
    struct buf text;
    struct ferry_str rest, line;
    char path[600], copy[700];
    int ok = 1;
    memset(t, 0, sizeof *t);
    buf_init(&text, 16 << 20);
    snprintf(path, sizeof path, "%s.fired", w->script);
    file_read(path, &text, NULL); /* no file: nothing fired */
    rest = buf_str(&text);
    while (ok && str_split(&rest, '\n', &line)) {
        if (line.len == 0) {
            continue;
        }
        if (t->n == t->room) {
            size_t room = t->room ? 2 * t->room : 128;
            struct seen *v = realloc(t->v, room * sizeof *v);
            if (!v) {
                abort();
            }
            t->v = v;
            t->room = room;
        }
        snprintf(copy, sizeof copy, "%.*s", STR_ARG(line));
        ok = read_line(copy, &t->v[t->n]);
        t->n += (size_t)ok;
    }
    buf_finish(&text);
    return ok;
}

void trace_finish(struct trace *t)
{
    free(t->v);
    memset(t, 0, sizeof *t);
}

/* The request that follows from entry i being lost: the look for what it made, or its second sending. */
static size_t follows(const struct trace *t, size_t i, int look)
{
    static const enum op_kind lists[] = {
        [OP_KIND_CREATE_RUN] = OP_KIND_LIST_RUNS,
        [OP_KIND_CREATE_CASE] = OP_KIND_LIST_CASES,
        [OP_KIND_CREATE_RESULT] = OP_KIND_LIST_RESULTS,
    };
    const struct seen *lost = &t->v[i];
    size_t project = strlen("/v1/A/");
    for (size_t k = i + 1; k < t->n; k++) {
        const struct seen *s = &t->v[k];
        int same = strcmp(s->target, lost->target) == 0 && strcmp(s->digest, lost->digest) == 0;
        if (look ? lost->op <= OP_KIND_CREATE_RESULT && s->op == lists[lost->op] &&
                       strncmp(s->target, lost->target, project) == 0
                 : same) {
            return k;
        }
    }
    return t->n;
}

int trace_pick(const struct trace *t, enum op_kind op, unsigned setup, size_t out[POSITIONS])
{
    size_t n = 0, found = 0;
    if (op >= OP_KIND_FIND) {
        for (size_t i = 0; i < t->n && n < POSITIONS; i++) {
            size_t k = t->v[i].line <= setup ? follows(t, i, op == OP_KIND_FIND) : t->n;
            if (k < t->n) {
                out[n++] = k;
            }
        }
        return n == POSITIONS;
    }
    for (size_t i = 0; i < t->n; i++) {
        n += t->v[i].op == op;
    }
    for (size_t i = 0; i < t->n; i++) {
        if (t->v[i].op == op) {
            for (size_t p = 0; p < POSITIONS; p++) {
                size_t at = p == 0 ? 0 : p == 1 ? n / 2 : n - 1;
                out[p] = at == found ? i : out[p];
            }
            found++;
        }
    }
    return n >= POSITIONS;
}
