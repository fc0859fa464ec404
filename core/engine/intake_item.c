/* SPDX-License-Identifier: MIT */
/*
 * intake_item.c - copies of what a reader said, fit to be handed on. Structs are copied (a
 * plugin's may be shorter or longer than ours), texts are not, except those that are no UTF-8 or
 * hold a secret. Out of memory latches in the intake and is looked at once, at the end.
 */
#include "intake.h"

#include <secrets.h>
#include <text.h>

#define TEXT_MAX ((size_t)256 << 20)

enum { STEPS_DEEP = 64 };

static void *take(struct intake *in, size_t n, size_t size)
{
    void *p = arena_alloc_array(&in->arena, n, size);
    if (!p && !in->rc) {
        intake_stop(in, ferry_fail(in->err, in->arena.failed, "report",
                                   "one result takes more memory than there is"));
    }
    return p;
}

static uint64_t eight_bytes(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* Nearly every text is ASCII; this is asked of all of them. The last word may overlap the one before it. */
static int is_ascii(struct ferry_str s)
{
    uint64_t high = 0, i = 0;
    if (s.len < 8) {
        for (; i < s.len; i++) {
            high |= (unsigned char)s.ptr[i];
        }
        return high < 0x80;
    }
    for (; s.len - i >= 32; i += 32) {
        const char *p = s.ptr + i;
        high |= eight_bytes(p) | eight_bytes(p + 8) | eight_bytes(p + 16) | eight_bytes(p + 24);
    }
    for (; s.len - i > 8; i += 8) {
        high |= eight_bytes(s.ptr + i);
    }
    high |= eight_bytes(s.ptr + s.len - 8);
    return !(high & 0x8080808080808080u);
}

static inline int is_valid(struct ferry_str s)
{
    return s.len == 0 || is_ascii(s) || utf8_valid(s) == s.len;
}

static struct ferry_str repaired(struct intake *in, struct ferry_str s)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    in->repaired += utf8_repair(&b, s);
    s = arena_str(&in->arena, buf_str(&b));
    if (b.failed || in->arena.failed) {
        intake_stop(in, ferry_fail(in->err, b.failed ? b.failed : in->arena.failed, "report",
                                   "a text is too long to be mended"));
    }
    buf_finish(&b);
    return s;
}

/* Many texts are absent: those are let through where they are asked for. */
static inline struct ferry_str text(struct intake *in, struct ferry_str s)
{
    return s.len == 0 ? s : intake_str(in, s);
}

struct ferry_str intake_str(struct intake *in, struct ferry_str s)
{
    if (s.len == 0) {
        return s;
    }
    if (!is_valid(s)) {
        s = repaired(in, s);
    }
    if (in->guarded && secrets_clean_data(&in->arena, &s)) {
        in->hidden++;
        if (in->arena.failed) {
            intake_stop(in, ferry_fail(in->err, in->arena.failed, "report",
                                       "a text that holds a secret is too long to be changed"));
        }
    }
    return s;
}

static int all_fit(const struct intake *in, const struct ferry_str *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (in->guarded || !is_valid(list[i])) {
            return 0;
        }
    }
    return 1;
}

static const struct ferry_str *strings(struct intake *in, const struct ferry_str *list, uint32_t n)
{
    struct ferry_str *out;
    if (all_fit(in, list, n)) {
        return list;
    }
    out = take(in, n, sizeof *out);
    for (uint32_t i = 0; out && i < n; i++) {
        out[i] = intake_str(in, list[i]);
    }
    return out;
}

static const struct ferry_kv *pairs(struct intake *in, const struct ferry_kv *list, uint32_t n)
{
    struct ferry_kv *out;
    /* A kv is two strings behind one another, for ever (it is frozen). */
    if (n == 0 || all_fit(in, &list->key, n * 2)) {
        return list;
    }
    out = take(in, n, sizeof *out);
    for (uint32_t i = 0; out && i < n; i++) {
        out[i].key = intake_str(in, list[i].key);
        out[i].value = intake_str(in, list[i].value);
    }
    return out;
}

/* --- attachments, steps, failures --------------------------------------------- */

/* What stands behind the last slash of either kind. */
static struct ferry_str base_name(struct ferry_str path)
{
    for (uint64_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\') {
            return str_sub(path, i, path.len);
        }
    }
    return path;
}

static const struct ferry_attachment *attachment(struct intake *in,
                                                 const struct ferry_attachment *from)
{
    struct ferry_attachment *a = take(in, 1, sizeof *a);
    if (!a) {
        return NULL;
    }
    INTAKE_COPY(a, from);
    a->path = intake_str(in, a->path);
    a->mime = intake_str(in, a->mime);
    a->name = base_name(intake_str(in, a->name));
    if (str_empty(a->name)) {
        a->name = base_name(a->path);
    }
    in->report->attachments++;
    if (a->blob) {
        a->blob = intake_blob(in, a->blob);
    } else {
        a->blob = intake_file(in, a->path);
    }
    return a;
}

static const struct ferry_attachment *const *
attachments(struct intake *in, const struct ferry_attachment *const *from, uint32_t n)
{
    const struct ferry_attachment **out = n ? take(in, n, sizeof *out) : NULL;
    for (uint32_t i = 0; out && i < n && !in->rc; i++) {
        out[i] = attachment(in, from[i]);
    }
    return out;
}

static const struct ferry_step *const *
steps(struct intake *in, const struct ferry_step *const *from, uint32_t *n, uint32_t depth);

static const struct ferry_step *step(struct intake *in, const struct ferry_step *from,
                                     uint32_t depth)
{
    struct ferry_step *s = take(in, 1, sizeof *s);
    if (!s) {
        return NULL;
    }
    INTAKE_COPY(s, from);
    s->action = intake_str(in, s->action);
    s->expected = intake_str(in, s->expected);
    s->data = intake_str(in, s->data);
    s->comment = intake_str(in, s->comment);
    s->attachments = attachments(in, s->attachments, s->n_attachments);
    s->steps = steps(in, s->steps, &s->n_steps, depth + 1);
    return s;
}

static const struct ferry_step *const *
steps(struct intake *in, const struct ferry_step *const *from, uint32_t *n, uint32_t depth)
{
    const struct ferry_step **out;
    if (*n > 0 && depth == STEPS_DEEP) {
        intake_note(in, 0, "steps-deep", "steps nested deeper than %d left out", STEPS_DEEP);
        *n = 0;
    }
    out = *n ? take(in, *n, sizeof *out) : NULL;
    for (uint32_t i = 0; out && i < *n && !in->rc; i++) {
        out[i] = step(in, from[i], depth);
    }
    return out;
}

static const struct ferry_failure *const *
failures(struct intake *in, const struct ferry_failure *const *from, uint32_t n)
{
    const struct ferry_failure **out = n ? take(in, n, sizeof *out) : NULL;
    for (uint32_t i = 0; out && i < n; i++) {
        struct ferry_failure *f = take(in, 1, sizeof *f);
        if (!f) {
            return NULL;
        }
        INTAKE_COPY(f, from[i]);
        f->message = intake_str(in, f->message);
        f->type = intake_str(in, f->type);
        f->details = intake_str(in, f->details);
        out[i] = f;
    }
    return out;
}

/* --- names --------------------------------------------------------------------- */

/* 1 where no part of the path is empty. */
static int is_tidy(struct ferry_str path)
{
    return path.len == 0 || (path.ptr[0] != '\t' && path.ptr[path.len - 1] != '\t' &&
                             !memmem(path.ptr, (size_t)path.len, "\t\t", 2));
}

/* Parts joined by TAB without empty ones. */
static struct ferry_str suite_path(struct intake *in, struct ferry_str path)
{
    struct ferry_str rest, part;
    char *out;
    size_t len = 0;
    path = text(in, path);
    if (is_tidy(path)) {
        return path;
    }
    out = take(in, (size_t)path.len, 1);
    rest = path;
    while (out && str_split(&rest, '\t', &part)) {
        if (part.len > 0) {
            if (len > 0) {
                out[len++] = '\t';
            }
            memcpy(out + len, part.ptr, (size_t)part.len);
            len += (size_t)part.len;
        }
    }
    return (struct ferry_str){out, out ? len : 0};
}

static struct ferry_str last_part(struct ferry_str path)
{
    const char *tab = path.len ? memrchr(path.ptr, '\t', (size_t)path.len) : NULL;
    return tab ? str_sub(path, (uint64_t)(tab + 1 - path.ptr), path.len) : path;
}

/* Appends a part; a TAB inside one would look like the joint of two. */
static void join(char *out, size_t *len, struct ferry_str part, int plain)
{
    if (part.len == 0) {
        return;
    }
    if (*len > 0) {
        out[(*len)++] = '\t';
    }
    char *at = memcpy(out + *len, part.ptr, (size_t)part.len);
    *len += (size_t)part.len;
    while (!plain && (at = memchr(at, '\t', (size_t)(out + *len - at))) != NULL) {
        *at = ' ';
    }
}

static struct ferry_str signature(struct intake *in, const struct ferry_result *r)
{
    size_t len = 0, room = (size_t)(r->suite.len + r->class_name.len + r->name.len + 2);
    char *out = take(in, room, 1);
    if (!out) {
        return (struct ferry_str){NULL, 0};
    }
    join(out, &len, r->suite, 1);
    if (!ferry_eq(r->class_name, last_part(r->suite))) {
        join(out, &len, r->class_name, 0);
    }
    join(out, &len, r->name, 0);
    return (struct ferry_str){out, len};
}

/* --- items ----------------------------------------------------------------------- */

static void result_texts(struct intake *in, struct ferry_result *r)
{
    r->status_text = text(in, r->status_text);
    r->suite = suite_path(in, r->suite);
    r->class_name = text(in, r->class_name);
    r->name = text(in, r->name);
    r->file = text(in, r->file);
    r->message = text(in, r->message);
    r->type = text(in, r->type);
    r->details = text(in, r->details);
    r->out = text(in, r->out);
    r->err = text(in, r->err);
    r->case_ids = strings(in, r->case_ids, r->n_case_ids);
    r->tags = strings(in, r->tags, r->n_tags);
    r->parameters = pairs(in, r->parameters, r->n_parameters);
    r->properties = pairs(in, r->properties, r->n_properties);
    r->fields = pairs(in, r->fields, r->n_fields);
}

/* One limit for all that leaves as bytes, files and long texts; what is over it is kept, and said. */
static void judge_text(struct intake *in, const struct ferry_result *r, const char *what,
                       const struct ferry_blob *blob)
{
    char shown[120];
    if (blob && blob->bytes > in->attach.max_bytes && !in->rc) {
        intake_note(in, 0, "text-too-large",
                    "%s of \"%s\" has %llu bytes, and %llu are the most that is sent "
                    "(attachments.max_size); it stays in the state folder",
                    what, text_show_to(shown, sizeof shown, r->name),
                    (unsigned long long)blob->bytes, (unsigned long long)in->attach.max_bytes);
    }
}

const struct ferry_result *intake_result(struct intake *in, const struct ferry_result *from)
{
    struct ferry_result *r = take(in, 1, sizeof *r);
    if (!r) {
        return NULL;
    }
    INTAKE_COPY(r, from);
    result_texts(in, r);
    r->failures = failures(in, r->failures, r->n_failures);
    r->details_blob = intake_blob(in, r->details_blob);
    r->out_blob = intake_blob(in, r->out_blob);
    r->err_blob = intake_blob(in, r->err_blob);
    judge_text(in, r, "the trace", r->details_blob);
    judge_text(in, r, "stdout", r->out_blob);
    judge_text(in, r, "stderr", r->err_blob);
    r->attachments = attachments(in, r->attachments, r->n_attachments);
    r->steps = steps(in, r->steps, &r->n_steps, 0);
    r->signature = signature(in, r);
    if (r->has & FERRY_RESULT_HAS_DURATION && r->duration_us < 0) {
        intake_note(in, 0, "reader-bug", "a duration below zero is taken as unknown");
        r->has &= ~(uint32_t)FERRY_RESULT_HAS_DURATION;
        r->duration_us = 0;
    }
    return in->rc ? NULL : r;
}

const struct ferry_suite *intake_suite(struct intake *in, const struct ferry_suite *from)
{
    struct ferry_suite *s = take(in, 1, sizeof *s);
    if (!s) {
        return NULL;
    }
    INTAKE_COPY(s, from);
    s->path = suite_path(in, s->path);
    s->host = intake_str(in, s->host);
    s->out = intake_str(in, s->out);
    s->err = intake_str(in, s->err);
    s->properties = pairs(in, s->properties, s->n_properties);
    s->out_blob = intake_blob(in, s->out_blob);
    s->err_blob = intake_blob(in, s->err_blob);
    return in->rc ? NULL : s;
}
