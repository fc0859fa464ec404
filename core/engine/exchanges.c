/* SPDX-License-Identifier: MIT */
/* exchanges.c - takes down what happens; see exchanges.h. */
#include "exchanges_private.h"

#include "identity.h"

#include <file.h>
#include <log.h>
#include <stdlib.h>
#include <text.h>

/* A twentieth of the time, at most. */
enum { SHARE = 20 };

void exchanges_name(struct ferry_str run_key, char out[EXCHANGES_NAME])
{
    int fit = run_key.len > 0 && run_key.len <= 100 && run_key.ptr[0] != '.';
    for (uint64_t i = 0; i < run_key.len && fit; i++) {
        char c = run_key.ptr[i];
        fit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr("-_.~", c) != NULL;
    }
    if (fit) {
        snprintf(out, EXCHANGES_NAME, "%.*s", STR_ARG(run_key));
    } else {
        identity_job(run_key, out);
    }
}

int32_t exchanges_open(struct exchanges **out, const char *folder, int bodies, struct clock *clock,
                       struct db *journal, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    *out = NULL;
    int32_t rc = file_mkdirs(folder, 0700, &why);
    if (rc) {
        rc = rc == FERRY_E_IO ? FERRY_E_CONFIG : rc;
        return ferry_fail(err, rc, "exchange_log_dir", "exchange_log_dir: %s", why.message);
    }
    struct exchanges *e = calloc(1, sizeof *e);
    if (e) {
        *e = (struct exchanges){
            .folder = strdup(folder), .bodies = bodies, .clock = clock, .db = journal};
    }
    if (!e || !e->folder) {
        free(e);
        return ferry_fail(err, FERRY_E_NO_MEMORY, "exchange_log_dir", "%s: out of memory", folder);
    }
    *out = e;
    return FERRY_OK;
}

void exchanges_close(struct exchanges *e)
{
    if (!e) {
        return;
    }
    exchanges_tell(e, 1);
    while (e->files) {
        struct log_file *f = e->files;
        e->files = f->next;
        exchanges_forget(f);
    }
    free(e->folder);
    free(e);
}

static int64_t now_ms(const struct exchanges *e)
{
    return e->clock->now_ms(e->clock);
}

/* --- lanes ---------------------------------------------------------------------------------- */

void exchanges_lane(struct exchanges *e, int64_t lane)
{
    if (!e || e->broken) {
        return;
    }
    e->now = exchanges_part(e, lane);
    if (e->now) {
        e->now->ended = e->now->failed = 0;
        e->now->error = (struct ferry_str){NULL, 0};
        e->now->file->changed = 1;
    }
}

/* What was under way when all was broken off: nobody will say how it ended. */
static void leave_open_ones(struct log_file *f)
{
    for (struct part *p = f->parts; p; p = p->next) {
        for (struct entry *n = p->first; n; n = n->next) {
            if (n->x && n->n_attempts) {
                buf_putc(&n->attempts, '}');
            }
            n->x = NULL;
        }
    }
}

void exchanges_lane_ended(struct exchanges *e, int64_t lane, int32_t rc, const char *error)
{
    struct part *p = e && !e->broken ? exchanges_part(e, lane) : NULL;
    for (struct log_file *f = p ? e->files : NULL; f; f = f->next) {
        leave_open_ones(f);
    }
    if (p) {
        p->ended = 1;
        p->failed = rc != FERRY_OK;
        p->error = rc ? arena_str(&p->file->arena, ferry_cstr(error)) : p->error;
        p->file->changed = 1;
        e->now = NULL;
        exchanges_tell(e, 1);
    }
}

void exchanges_waits(struct exchanges *e, const char *reason, int64_t ms)
{
    struct part *p = e && !e->broken ? e->now : NULL;
    if (!p) {
        return;
    }
    uint32_t i = 0, room = sizeof p->waits / sizeof *p->waits;
    while (i < p->n_waits && strcmp(p->waits[i].reason, reason) != 0) {
        i++;
    }
    if (i < room) {
        snprintf(p->waits[i].reason, sizeof p->waits[i].reason, "%s", reason);
        p->waits[i].count++;
        p->waits[i].ms += ms;
        p->n_waits += i == p->n_waits;
        p->file->changed = 1;
    }
}

/* --- requests --------------------------------------------------------------------------------- */

/* What was put off goes on in its own entry, though its request is a new one. */
static struct entry *entry_for(struct part *p, const struct exchanges_request *r)
{
    for (struct entry *n = p->first; n; n = n->next) {
        if (n->request &&
            (n->request == r->request || (n->op == r->op && !n->x && str_is(n->status, "Again")))) {
            return n;
        }
    }
    return exchanges_entry(p);
}

void exchanges_request(struct exchanges *e, const struct exchange *x,
                       const struct exchanges_request *r)
{
    struct part *p = e && !e->broken ? exchanges_part(e, r->lane) : NULL;
    struct entry *n = p ? entry_for(p, r) : NULL;
    if (n) {
        struct arena *a = &p->file->arena;
        n->request = r->request;
        n->op = r->op;
        n->items = r->items;
        n->kind = arena_str(a, r->kind);
        n->method = arena_str(a, x->request->method);
        n->target = arena_str(a, x->request->target);
        n->x = x;
    }
}

static struct entry *find(const struct exchanges *e, const struct exchange *x, struct part **part)
{
    for (struct log_file *f = e->files; f; f = f->next) {
        for (struct part *p = f->parts; p; p = p->next) {
            for (struct entry *n = p->first; n; n = n->next) {
                if (n->x == x) {
                    *part = p;
                    return n;
                }
            }
        }
    }
    return NULL;
}

/* The same question again, such as how a task is doing, stands where it stood. */
static struct entry *read_entry(struct part *p, const struct exchange *x)
{
    for (struct entry *n = p->first; n; n = n->next) {
        if (!n->request && !n->x && ferry_eq(n->method, x->request->method) &&
            ferry_eq(n->target, x->request->target)) {
            return n;
        }
    }
    struct entry *n = exchanges_entry(p);
    if (n) {
        n->kind = FERRY_LIT("read");
        n->method = arena_str(&p->file->arena, x->request->method);
        n->target = arena_str(&p->file->arena, x->request->target);
    }
    return n;
}

/* Adds to the attempt that is open: "{" and members, closed by whoever settles it. */
static struct json_out writer(struct entry *n)
{
    struct json_out j = json_to(&n->attempts);
    j.depth = 1;
    j.have = 2;
    return j;
}

static void put_time(struct json_out *j, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    time_text(ms, text);
    json_member(j, name, ferry_cstr(text));
}

static void put_body(struct json_out *j, const char *name, struct ferry_str body)
{
    json_member(j, name, utf8_cut(body, EXCHANGES_BODY));
    if (body.len > EXCHANGES_BODY) {
        char cut[40];
        snprintf(cut, sizeof cut, "%s_bytes", name);
        json_member_int(j, cut, (int64_t)body.len);
    }
}

void exchanges_sent(struct exchanges *e, const struct exchange *x)
{
    struct part *p = NULL;
    struct entry *n = e && !e->broken ? find(e, x, &p) : NULL;
    if (!n && e && !e->broken && e->now) {
        p = e->now;
        n = read_entry(p, x);
    }
    if (!n) {
        return;
    }
    buf_puts(&n->attempts, n->n_attempts++ ? ",{" : "{");
    struct json_out j = json_to(&n->attempts);
    j.depth = 1;
    n->x = x;
    n->sent_ms = now_ms(e);
    n->status = FERRY_LIT("Running");
    put_time(&j, "sent", n->sent_ms);
    if (e->bodies && n->request) {
        struct buf body;
        buf_init(&body, EXCHANGES_FILE_MAX);
        request_show_body(x->request, &body);
        put_body(&j, "request", buf_str(&body));
        buf_finish(&body);
    }
    p->file->changed = 1;
}

static void put_end(struct json_out *j, const struct exchange *x)
{
    char error[sizeof x->error.message];
    switch (x->end) {
    case EXCHANGE_ANSWERED:
        json_member_int(j, "status", x->answer.status);
        return;
    case EXCHANGE_NOT_SENT:
        json_member(j, "end", FERRY_LIT("not sent"));
        break;
    default:
        json_member(j, "end", FERRY_LIT("no answer"));
    }
    snprintf(error, sizeof error, "%s", x->error.message);
    json_member(j, "error", ferry_cstr(error));
}

void exchanges_ended(struct exchanges *e, const struct exchange *x)
{
    struct part *p = NULL;
    struct entry *n = e && !e->broken ? find(e, x, &p) : NULL;
    if (!n || !n->n_attempts) {
        return;
    }
    struct json_out j = writer(n);
    int64_t now = now_ms(e);
    put_time(&j, "ended", now);
    json_member_int(&j, "ms", now - n->sent_ms);
    put_end(&j, x);
    if (e->bodies && n->request && x->end == EXCHANGE_ANSWERED) {
        put_body(&j, "answer", x->answer.body);
    }
    if (!n->request) { /* a question is done when it is answered */
        int well = x->end == EXCHANGE_ANSWERED && x->answer.status < 400;
        n->status = well ? FERRY_LIT("Success") : FERRY_LIT("Failed");
        n->x = NULL;
        buf_putc(&n->attempts, '}');
    }
    p->file->changed = 1;
}

/* The journal's word on the operations: one of them stands for all. */
void exchanges_settled(struct exchanges *e, const struct exchange *x)
{
    struct db_rows rows = {0};
    struct part *p = NULL;
    struct entry *n = e && !e->broken ? find(e, x, &p) : NULL;
    if (!n) {
        return;
    }
    struct json_out j = writer(n);
    int32_t rc = db_query(e->db, &rows, NULL, "SELECT state, not_before, text FROM op WHERE id = ?",
                          "i", n->op);
    if (rc == FERRY_OK && db_step(&rows) > 0 && db_int(&rows, 0) < 7) {
        int64_t until = db_int(&rows, 1), now = now_ms(e);
        if (until > now) {
            json_member_int(&j, "waits_ms", until - now);
        }
        json_member(&j, "reason", utf8_cut(db_str(&rows, 2), EXCHANGES_TEXT));
    }
    db_done(&rows);
    if (n->n_attempts) {
        buf_putc(&n->attempts, '}');
    }
    n->x = NULL;
    p->file->changed = 1;
}

/* --- telling ------------------------------------------------------------------------------------ */

void exchanges_tell(struct exchanges *e, int now)
{
    if (!e || e->broken) {
        return;
    }
    int64_t begun = e->clock->mono_us(e->clock);
    if (!now && begun - e->written_us < e->cost_us * SHARE) {
        return;
    }
    int wrote = 0;
    for (struct log_file *f = e->files; f && !e->broken; f = f->next) {
        wrote |= f->changed;
        if (f->changed) {
            exchanges_write(e, f);
        }
    }
    if (wrote) {
        e->written_us = e->clock->mono_us(e->clock);
        e->cost_us = e->written_us - begun;
    }
}
