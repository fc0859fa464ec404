/* SPDX-License-Identifier: MIT */
/* fuzz_item.c - walks over an item as whoever receives one does, and believes nothing of it. */
#include "fuzz.h"

enum { DEEPEST = 300 };

static void text(struct ferry_str s)
{
    fuzz_claim(s.ptr || s.len == 0, "a text of %llu bytes that is nowhere",
               (unsigned long long)s.len);
    fuzz_claim(utf8_valid(s) == s.len, "a text is not UTF-8: %.*s", STR_ARG(s));
}

static void texts(const struct ferry_str *list, uint32_t n)
{
    fuzz_claim(list || n == 0, "a list of %u texts that is nowhere", n);
    for (uint32_t i = 0; i < n; i++) {
        text(list[i]);
    }
}

static void pairs(const struct ferry_kv *list, uint32_t n)
{
    fuzz_claim(list || n == 0, "a list of %u pairs that is nowhere", n);
    for (uint32_t i = 0; i < n; i++) {
        text(list[i].key);
        text(list[i].value);
    }
}

static void blob(const struct ferry_blob *b)
{
    if (b) {
        fuzz_claim(b->size >= sizeof *b, "a blob without a size");
        text(b->digest);
    }
}

static void attachment(const struct ferry_attachment *a)
{
    fuzz_claim(a && a->size >= sizeof *a, "an attachment that is nowhere or without a size");
    text(a->name);
    text(a->mime);
    text(a->path);
    blob(a->blob);
}

static void attachments(const struct ferry_attachment *const *list, uint32_t n)
{
    fuzz_claim(list || n == 0, "a list of %u attachments that is nowhere", n);
    for (uint32_t i = 0; i < n; i++) {
        attachment(list[i]);
    }
}

static void steps(const struct ferry_step *const *list, uint32_t n, unsigned depth)
{
    fuzz_claim(list || n == 0, "a list of %u steps that is nowhere", n);
    fuzz_claim(depth < DEEPEST, "steps nested deeper than %d", DEEPEST);
    for (uint32_t i = 0; i < n; i++) {
        const struct ferry_step *s = list[i];
        fuzz_claim(s && s->size >= sizeof *s, "a step that is nowhere or without a size");
        text(s->action);
        text(s->expected);
        text(s->data);
        text(s->comment);
        attachments(s->attachments, s->n_attachments);
        steps(s->steps, s->n_steps, depth + 1);
    }
}

static void failures(const struct ferry_failure *const *list, uint32_t n)
{
    fuzz_claim(list || n == 0, "a list of %u failures that is nowhere", n);
    for (uint32_t i = 0; i < n; i++) {
        fuzz_claim(list[i] && list[i]->size >= sizeof *list[i], "a failure that is nowhere");
        text(list[i]->message);
        text(list[i]->type);
        text(list[i]->details);
    }
}

static void result(const struct ferry_result *r)
{
    const struct ferry_str all[] = {r->status_text, r->suite, r->class_name, r->name,
                                    r->signature,   r->file,  r->message,    r->type,
                                    r->details,     r->out,   r->err};
    texts(all, sizeof all / sizeof *all);
    blob(r->details_blob);
    blob(r->out_blob);
    blob(r->err_blob);
    texts(r->case_ids, r->n_case_ids);
    pairs(r->parameters, r->n_parameters);
    pairs(r->properties, r->n_properties);
    pairs(r->fields, r->n_fields);
    texts(r->tags, r->n_tags);
    failures(r->failures, r->n_failures);
    attachments(r->attachments, r->n_attachments);
    steps(r->steps, r->n_steps, 0);
}

static void test_case(const struct ferry_case *c)
{
    const struct ferry_str all[] = {c->title, c->description, c->precondition, c->signature};
    texts(all, sizeof all / sizeof *all);
    steps(c->steps, c->n_steps, 0);
    pairs(c->fields, c->n_fields);
    texts(c->tags, c->n_tags);
}

static void run(const struct ferry_run *r)
{
    const struct ferry_str all[] = {r->title, r->description, r->status_text};
    texts(all, sizeof all / sizeof *all);
    pairs(r->fields, r->n_fields);
    texts(r->tags, r->n_tags);
}

static void suite(const struct ferry_suite *s)
{
    const struct ferry_str all[] = {s->path, s->host, s->out, s->err};
    texts(all, sizeof all / sizeof *all);
    blob(s->out_blob);
    blob(s->err_blob);
    pairs(s->properties, s->n_properties);
}

static void refs(const struct ferry_ref *const *list, uint32_t n)
{
    fuzz_claim(list || n == 0, "a list of %u references that is nowhere", n);
    for (uint32_t i = 0; i < n; i++) {
        fuzz_claim(list[i] && list[i]->size >= sizeof *list[i], "a reference that is nowhere");
        text(list[i]->key);
        text(list[i]->id);
        pairs(list[i]->extra, list[i]->n_extra);
    }
}

void fuzz_item(const struct ferry_item *item)
{
    const struct ferry_str all[] = {item->source_id, item->id, item->key, item->marker, item->name};
    texts(all, sizeof all / sizeof *all);
    refs(item->refs, item->n_refs);
    pairs(item->extra, item->n_extra);
    if (item->test_case) {
        test_case(item->test_case);
    }
    if (item->run) {
        run(item->run);
    }
    if (item->result) {
        result(item->result);
    }
    if (item->attachment) {
        attachment(item->attachment);
    }
    if (item->folder) {
        text(item->folder->name);
        text(item->folder->description);
    }
    if (item->suite) {
        suite(item->suite);
    }
    if (item->field) {
        text(item->field->type);
    }
}
