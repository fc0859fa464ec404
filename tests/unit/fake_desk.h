/* SPDX-License-Identifier: MIT */
/*
 * fake_desk.h - a desk for tests of planners: two small indexes of cases, and a log in which every
 * want, skip and note is one line of text. It remembers what was wanted, as the host does, so that a
 * case that was planned is found as planned. Any call of it can be made to fail, and calls after that are counted.
 */
#ifndef FAKE_DESK_H
#define FAKE_DESK_H

#include <buf.h>
#include <ferry/ferry.h>
#include <stdlib.h>
#include <text.h>

#define S(lit) FERRY_LIT(lit)
#define NONE   ((struct ferry_str){NULL, 0})

enum { FAKE_CASES = 64 };

struct fake_case {
    uint32_t side;
    const char *id, *key, *name, *signature, *description;
    uint32_t state; /* FERRY_THERE or FERRY_PLANNED */
};

struct fake_desk {
    struct fake_case cases[FAKE_CASES];
    uint32_t n_cases;
    struct buf log;
    uint32_t calls, fail_at, calls_after; /* fail_at: which call fails, from 1; 0: none */
    int32_t fail_with;
    /* what the last lookup handed out */
    struct ferry_item item;
    struct ferry_case test_case;
    char ids[128];
    char *planned_keys[FAKE_CASES]; /* owned */
    uint32_t n_planned;
    uint32_t case_effect, result_flags; /* describe() of CREATE CASE and CREATE RESULT */
    int32_t describe_with;
};

static void desk_init(struct fake_desk *d)
{
    memset(d, 0, sizeof *d);
    buf_init(&d->log, 64u << 20);
    d->case_effect = FERRY_ONCE;
    d->fail_with = FERRY_E_STOP;
}

static void desk_finish(struct fake_desk *d)
{
    buf_finish(&d->log);
    for (uint32_t i = 0; i < d->n_planned; i++) {
        free(d->planned_keys[i]);
    }
}

static void desk_add(struct fake_desk *d, struct fake_case c)
{
    if (!c.state) {
        c.state = FERRY_THERE;
    }
    d->cases[d->n_cases++] = c;
}

/* Counts a call; not OK where it is the one to fail. */
static int32_t desk_called(struct fake_desk *d)
{
    if (d->fail_at && d->calls >= d->fail_at) {
        d->calls_after++;
    }
    return ++d->calls == d->fail_at ? d->fail_with : FERRY_OK;
}

static const char *desk_field(const struct fake_case *c, struct ferry_str by)
{
    if (str_is(by, "key")) {
        return c->key;
    }
    if (str_is(by, "id")) {
        return c->id;
    }
    if (str_is(by, "signature")) {
        return c->signature;
    }
    return str_is(by, "name") ? c->name : (abort(), (const char *)NULL);
}

static void desk_found(struct fake_desk *d, const struct fake_case *c, struct ferry_found *found)
{
    found->state = c->state;
    found->id = ferry_cstr(c->id);
    found->key = ferry_cstr(c->key);
    found->name = ferry_cstr(c->name);
    if (c->state == FERRY_THERE) {
        d->test_case = (struct ferry_case){.size = sizeof d->test_case,
                                           .title = ferry_cstr(c->name),
                                           .description = ferry_cstr(c->description),
                                           .signature = ferry_cstr(c->signature)};
        d->item = (struct ferry_item){.size = sizeof d->item,
                                      .noun = FERRY_CASE,
                                      .id = found->id,
                                      .key = found->key,
                                      .name = found->name,
                                      .test_case = &d->test_case};
        found->item = &d->item;
    }
}

static int32_t desk_lookup(void *self, uint32_t side, uint32_t noun, struct ferry_str by,
                           struct ferry_str value, struct ferry_found *found)
{
    struct fake_desk *d = self;
    int32_t rc = desk_called(d);
    if (rc) {
        return rc;
    }
    if (noun != FERRY_CASE || found->size != sizeof *found || str_empty(value)) {
        return FERRY_E_BUG;
    }
    d->ids[0] = '\0';
    for (uint32_t i = 0; i < d->n_cases; i++) {
        const struct fake_case *c = &d->cases[i];
        struct ferry_str have = ferry_cstr(desk_field(c, by));
        if (c->side != side || str_empty(have)) {
            continue;
        }
        if (ferry_eq(have, value)) {
            if (found->count++ == 0) {
                desk_found(d, c, found);
            }
            snprintf(d->ids + strlen(d->ids), sizeof d->ids - strlen(d->ids), "%s%s",
                     d->ids[0] ? ", " : "", c->id ? c->id : "");
        } else if (str_cmp_nocase(have, value) == 0) {
            found->near++;
        }
    }
    for (uint32_t i = 0; side == FERRY_DESTINATION && !found->count && i < d->n_planned; i++) {
        if (str_is(by, "key") && str_is(value, d->planned_keys[i])) {
            found->state = FERRY_PLANNED;
            found->count = 1;
            found->key = ferry_cstr(d->planned_keys[i]);
        }
    }
    found->ids = ferry_cstr(d->ids);
    return FERRY_OK;
}

/* " name=value", nothing where absent. */
static void desk_say(struct fake_desk *d, const char *name, struct ferry_str value)
{
    if (value.ptr) {
        buf_printf(&d->log, " %s=", name);
        buf_put(&d->log, value);
    }
}

static void desk_say_item(struct fake_desk *d, const struct ferry_item *item)
{
    if (!item) {
        buf_puts(&d->log, " as-is");
        return;
    }
    desk_say(d, "source", item->source_id);
    desk_say(d, "id", item->id);
    desk_say(d, "itemkey", item->key);
    desk_say(d, "marker", item->marker);
    if (item->test_case) {
        desk_say(d, "title", item->test_case->title);
        desk_say(d, "description", item->test_case->description);
        desk_say(d, "signature", item->test_case->signature);
    }
    if (item->run) {
        desk_say(d, "title", item->run->title);
        desk_say(d, "description", item->run->description);
    }
    if (item->result) {
        const struct ferry_result *r = item->result;
        buf_printf(&d->log, " status=%s", ferry_result_status_text(r->status));
        desk_say(d, "text", r->status_text);
        desk_say(d, "message", r->message);
        buf_printf(&d->log, r->n_case_ids ? " case_ids=%u" : "", r->n_case_ids);
    }
    buf_printf(&d->log, item->n_refs ? " refs=%u" : "", item->n_refs);
}

static int32_t desk_want(void *self, const struct ferry_action *action)
{
    struct fake_desk *d = self;
    int32_t rc = desk_called(d);
    if (rc) {
        return rc;
    }
    buf_printf(&d->log, "want %s %s ",
               action->kind >> 16 == FERRY_CREATE     ? "create"
               : action->kind >> 16 == FERRY_COMPLETE ? "complete"
                                                      : "?",
               (action->kind & 0xffff) == FERRY_RUN      ? "run"
               : (action->kind & 0xffff) == FERRY_RESULT ? "result"
               : (action->kind & 0xffff) == FERRY_CASE   ? "case"
                                                         : "?");
    buf_put(&d->log, action->key);
    for (uint32_t i = 0; i < action->n_refs; i++) {
        const struct ferry_ref *ref = action->refs[i];
        if (ref->size != sizeof *ref || ref->role != ref->noun || ref->flags) {
            return FERRY_E_BUG;
        }
        buf_puts(&d->log, ref->role == FERRY_RUN ? " ->run(" : " ->case(");
        buf_put(&d->log, ref->key);
        buf_puts(&d->log, ",");
        buf_put(&d->log, ref->id);
        buf_puts(&d->log, ")");
    }
    desk_say_item(d, action->item);
    buf_puts(&d->log, "\n");
    if (action->kind == FERRY_OP(FERRY_CREATE, FERRY_CASE) && str_starts(action->key, "key:") &&
        d->n_planned < FAKE_CASES) {
        d->planned_keys[d->n_planned++] = strndup(action->key.ptr + 4, (size_t)action->key.len - 4);
    }
    return FERRY_OK;
}

static int32_t desk_skip(void *self, struct ferry_str reason, struct ferry_str detail)
{
    struct fake_desk *d = self;
    int32_t rc = desk_called(d);
    if (!rc) {
        buf_printf(&d->log, "skip %.*s: %.*s\n", STR_ARG(reason), STR_ARG(detail));
    }
    return rc;
}

static int32_t desk_note(void *self, const struct ferry_note *note)
{
    static const char *const kinds[] = {"?", "cut", "corrected", "skipped", "warning", "duplicate"};
    struct fake_desk *d = self;
    int32_t rc = desk_called(d);
    if (!rc) {
        buf_printf(&d->log, "note %s %.*s: %.*s\n", kinds[note->kind], STR_ARG(note->field),
                   STR_ARG(note->text));
    }
    return rc;
}

static int32_t desk_describe(void *self, uint32_t kind, struct ferry_traits *traits)
{
    struct fake_desk *d = self;
    if (kind == FERRY_OP(FERRY_CREATE, FERRY_CASE)) {
        traits->effect = d->case_effect;
    } else if (kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        traits->effect = FERRY_ONCE;
        traits->flags = d->result_flags;
    }
    return d->describe_with;
}

static struct ferry_desk desk_table(struct fake_desk *d)
{
    return (struct ferry_desk){
        .self = d, .lookup = desk_lookup, .want = desk_want, .skip = desk_skip, .note = desk_note};
}

/* What a test varies of an item; see desk_result(). */
struct fake_result {
    struct ferry_item item;
    struct ferry_result result;
};

static struct fake_result *desk_result(struct fake_result *f, const char *source_id,
                                       const char *key, const char *name)
{
    memset(f, 0, sizeof *f);
    f->result = (struct ferry_result){.size = sizeof f->result,
                                      .status = FERRY_PASSED,
                                      .class_name = S("Login"),
                                      .name = ferry_cstr(name),
                                      .signature = S("login::sig")};
    f->item = (struct ferry_item){.size = sizeof f->item,
                                  .noun = FERRY_RESULT,
                                  .source_id = ferry_cstr(source_id),
                                  .key = ferry_cstr(key),
                                  .name = ferry_cstr(name),
                                  .result = &f->result};
    return f;
}

static inline int desk_by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Appends the lines of the log, sorted, each once: what the plan comes to. Takes the log apart. */
static inline void desk_settle(struct fake_desk *d, struct buf *out)
{
    char *lines[64], *at = d->log.ptr, *end;
    size_t n = 0;
    while (at && (end = strchr(at, '\n')) != NULL) {
        *end = '\0';
        lines[n++] = at;
        at = end + 1;
    }
    qsort(lines, n, sizeof *lines, desk_by_text);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0) {
            buf_puts(out, lines[i]);
            buf_putc(out, '\n');
        }
    }
}

#endif
