/* SPDX-License-Identifier: MIT */
/*
 * proxy_ledger.c - what the mock was given, and when: at once, a part of it, later; every request as it arrived; and what all of that
 * tells by itself.
 */
#include "proxy_private.h"

#include <hash.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const apply_names[] = {"before", "during", "after", "late"};
const char *apply_name(enum apply apply)
{
    return apply_names[apply];
}

int64_t proxy_now_us(struct proxy *p)
{
    return p->clock.mono_us(&p->clock);
}

/* --- what the mock gets ------------------------------------------------------------------------- */

void proxy_apply(struct proxy *p, size_t of, const struct bytes *request, struct bytes *answer)
{
    int64_t ahead_us = __atomic_load_n(p->clock.shared, __ATOMIC_SEQ_CST);
    mock_advance(&p->mock, (ahead_us - p->mock_us) / 1000);
    p->mock_us += (ahead_us - p->mock_us) / 1000 * 1000;
    if (mock_carry(&p->mock, request, answer)) {
        p->ledger[of].applied += answer->status >= 200 && answer->status < 300;
    } else {
        bytes_set(answer, "HTTP/1.1 500 The mock hung up\r\nContent-Length: 0\r\n\r\n");
    }
}

/* The mock's own script takes half of what the body lists. */
void proxy_apply_part(struct proxy *p, size_t of, const struct bytes *request)
{
    struct bytes answer = {.ptr = NULL};
    char script[700];
    snprintf(script, sizeof script, "%s %s 1 partial\n", request->method, request->target);
    mock_faults(&p->mock, script);
    if (mock_carry(&p->mock, request, &answer)) {
        complain(p->w, "%s %s: the mock applied more than a part of it", request->method,
                 request->target);
    }
    p->ledger[of].applied++;
    mock_faults(&p->mock, "");
    bytes_finish(&answer);
}

void proxy_apply_late(struct proxy *p, int all)
{
    struct bytes answer = {.ptr = NULL};
    for (unsigned i = 0; i < p->n_late;) {
        struct late *l = &p->late[i];
        if (!all && l->due_us > proxy_now_us(p)) {
            i++;
            continue;
        }
        proxy_apply(p, l->of, &l->request, &answer);
        p->ledger[l->of].late++;
        bytes_finish(&l->request);
        *l = p->late[--p->n_late];
    }
    bytes_finish(&answer);
}

void proxy_keep_late(struct proxy *p, size_t of, const struct bytes *request)
{
    struct late *l = &p->late[p->n_late++];
    if (p->n_late > MOST_LATE) {
        abort();
    }
    *l = (struct late){.request = *request, .due_us = INT64_MAX, .of = of};
    l->request.ptr = malloc(request->n + 1);
    if (!l->request.ptr) {
        abort();
    }
    memcpy(l->request.ptr, request->ptr, request->n + 1);
}

void proxy_late_at(struct proxy *p, size_t of, int64_t due_us)
{
    for (unsigned i = 0; i < p->n_late; i++) {
        p->late[i].due_us = p->late[i].of == of ? due_us : p->late[i].due_us;
    }
}

/* --- the ledger --------------------------------------------------------------------------------- */

static void put_digest(char out[24], const char *body, size_t n)
{
    unsigned char digest[32] = {0};
    struct sha256 h;
    snprintf(out, 24, "-");
    if (n > 0) {
        sha256_init(&h);
        sha256_add(&h, (struct ferry_str){body, n});
        sha256_end(&h, digest);
        for (int i = 0; i < 8; i++) {
            snprintf(out + 2 * i, 3, "%02x", digest[i]);
        }
    }
}

size_t proxy_write_down(struct proxy *p, const struct bytes *request, unsigned connection)
{
    size_t n;
    const char *body = bytes_body(request, &n);
    if (p->n == MOST_HANDLED) {
        fprintf(stderr, "more than %d requests\n", MOST_HANDLED);
        abort();
    }
    struct handled *h = &p->ledger[p->n];
    *h = (struct handled){.op = op_kind_of(request->method, request->target),
                          .at_us = proxy_now_us(p),
                          .call = p->call,
                          .connection = connection};
    snprintf(h->method, sizeof h->method, "%s", request->method);
    snprintf(h->target, sizeof h->target, "%s", request->target);
    put_digest(h->digest, body, n);
    return p->n++;
}

/* --- judging --------------------------------------------------------------------------------------------- */

static int same_request(const struct handled *a, const struct handled *b)
{
    return strcmp(a->method, b->method) == 0 && strcmp(a->target, b->target) == 0 &&
           strcmp(a->digest, b->digest) == 0;
}

/* A session that has ended is begun anew, and what it kept out goes at once: it was applied to nothing. */
static int is_of_session(const struct proxy *p, const struct handled *a)
{
    return strstr(a->target, "/authentication/sign_in") != NULL ||
           (a->struck && strcmp(p->strikes[a->struck - 1].wire->name, "401") == 0);
}

/* Whoever doubts waits before he sends again; in the same breath nobody decided it. */
static void judge_two(struct proxy *p, const char *row, int may_double, const struct handled *a,
                      const struct handled *b)
{
    enum { BREATH_US = 500 * 1000 };
    if (a->call == b->call && b->at_us - a->at_us < BREATH_US && !is_of_session(p, a)) {
        complain(
            p->w,
            "%s: %s %s was sent twice in one breath (%lld us; the first %s, was applied %d times)",
            row, a->method, a->target, (long long)(b->at_us - a->at_us),
            a->struck ? "struck" : "not struck", a->applied);
    }
    if (a->applied && b->applied && !may_double && op_acts_twice(a->op)) {
        complain(p->w, "%s: %s %s was applied twice, the same bytes", row, a->method, a->target);
    }
}

/* "A/7": whose completion or whose results these are; "" for others. */
static void run_of(const struct handled *h, char out[128])
{
    char project[60] = "", run[60] = "";
    if (sscanf(h->target, "/v1/%59[^/]/runs/%59[^/]/", project, run) != 2 &&
        sscanf(h->target, "/v1/run/%59[^/]/%59[^/]/", project, run) != 2) {
        sscanf(h->target, "/v2/%59[^/]/run/%59[^/]/", project, run);
    }
    snprintf(out, 128, "%s/%s", project, run);
}

/* Something new came into a run that had been completed. */
static void judge_early(struct proxy *p, const char *row, size_t completed)
{
    char run[128], other[128];
    run_of(&p->ledger[completed], run);
    for (size_t i = completed + 1; i < p->n; i++) {
        const struct handled *h = &p->ledger[i];
        int new = h->op == OP_KIND_CREATE_RESULT && h->applied > h->late;
        for (size_t k = 0; k < completed && new; k++) {
            new = !(p->ledger[k].applied && same_request(&p->ledger[k], h));
        }
        run_of(h, other);
        if (new &&strcmp(run, other) == 0) {
            complain(p->w, "%s: %s: completed before %s %s was taken", row,
                     p->ledger[completed].target, h->method, h->target);
            return;
        }
    }
}

void proxy_judge(struct proxy *p, const char *row, int may_double)
{
    for (size_t i = 0; i < p->n && !may_double; i++) {
        if (p->ledger[i].op == OP_KIND_COMPLETE_RUN && p->ledger[i].applied) {
            judge_early(p, row, i);
        }
    }
    for (size_t i = 0; i < p->n; i++) {
        for (size_t k = i + 1; k < p->n && strcmp(p->ledger[i].method, "GET") != 0; k++) {
            if (same_request(&p->ledger[i], &p->ledger[k])) {
                judge_two(p, row, may_double, &p->ledger[i], &p->ledger[k]);
            }
        }
    }
}

unsigned proxy_not_repeated(struct proxy *p, enum op_kind op, unsigned *of)
{
    unsigned n = 0;
    *of = 0;
    for (size_t i = 0; i < p->n; i++) {
        int again = 0;
        for (size_t k = 0; k < p->n; k++) {
            again |= p->ledger[k].call > 1 && same_request(&p->ledger[i], &p->ledger[k]);
        }
        int counts = p->ledger[i].call == 1 && p->ledger[i].op == op;
        *of += (unsigned)counts;
        n += (unsigned)(counts && !again);
    }
    return n;
}
