/* SPDX-License-Identifier: MIT */
/*
 * codec_read.c - what Qase lists, as items of the model. Texts point into the parsed element and arrays into the arena; the host copies
 * what it keeps before the next element comes.
 */
#include "codec.h"

#include <text.h>

static struct ferry_str text(const struct cJSON *v, const char *name)
{
    return json_str(json_get(v, name));
}

static struct ferry_str id_text(struct arena *a, const struct cJSON *v)
{
    char *scratch = arena_alloc(a, 24);
    return scratch ? json_id(v, scratch) : (struct ferry_str){NULL, 0};
}

uint32_t qase_status_of(struct ferry_str slug)
{
    static const struct {
        const char *slug;
        uint32_t status;
    } known[] = {{"passed", FERRY_PASSED},
                 {"failed", FERRY_FAILED},
                 {"invalid", FERRY_ERRORED},
                 {"skipped", FERRY_SKIPPED},
                 {"blocked", FERRY_BLOCKED}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_is(slug, known[i].slug)) {
            return known[i].status;
        }
    }
    return FERRY_OTHER;
}

/* --- nouns ------------------------------------------------------------------------------------------------- */

int qase_is_for_project(const struct cJSON *v, struct ferry_str project)
{
    if (json_bool(json_get(v, "is_enabled_for_all_projects"), 0)) {
        return 1;
    }
    json_each (code, json_get(v, "projects_codes")) {
        if (ferry_eq(json_str(code), project)) {
            return 1;
        }
    }
    return 0;
}

static int read_field(struct reading *r, const struct cJSON *v, struct ferry_item *item)
{
    struct ferry_field *f = arena_new(&r->arena, struct ferry_field);
    if (!str_is(text(v, "entity"), "case") || !qase_is_for_project(v, r->call->project)) {
        return 0;
    }
    if (f) {
        *f = (struct ferry_field){.size = sizeof *f,
                                  .entity = FERRY_CASE,
                                  .type = text(v, "type"),
                                  .required = (uint32_t)json_bool(json_get(v, "is_required"), 0)};
    }
    item->name = item->key = text(v, "title");
    item->field = f;
    return 1;
}

/* --- attachments and steps ------------------------------------------------------------------------------------ */

/* A list tells where their bytes are, not their hashes: `path` is what they are fetched by. */
static const struct ferry_attachment *const *attachments(struct arena *a, const struct cJSON *list,
                                                         uint32_t *n)
{
    uint32_t count = json_count(list);
    const struct ferry_attachment **out =
        count ? arena_array(a, const struct ferry_attachment *, count) : NULL;
    *n = 0;
    json_each (v, list) {
        struct ferry_attachment *x = out ? arena_new(a, struct ferry_attachment) : NULL;
        if (!x) {
            return NULL;
        }
        *x = (struct ferry_attachment){.size = sizeof *x,
                                       .name = text(v, "filename"),
                                       .mime = text(v, "mime"),
                                       .path = text(v, "url")};
        out[(*n)++] = x;
    }
    return out;
}

/* Steps of results have numbers for statuses, those of cases have none. */
static uint32_t step_status(const struct cJSON *v)
{
    static const uint32_t known[] = {[1] = FERRY_PASSED,
                                     [2] = FERRY_FAILED,
                                     [3] = FERRY_BLOCKED,
                                     [5] = FERRY_SKIPPED,
                                     [8] = FERRY_ERRORED};
    int64_t n = 0;
    if (!json_int(v, &n)) {
        return 0;
    }
    return n > 0 && n < (int64_t)(sizeof known / sizeof *known) && known[n] ? known[n]
                                                                            : FERRY_NOT_RUN;
}

static int64_t step_duration(const struct cJSON *v)
{
    int64_t ms = 0;
    return json_int(json_get(v, "duration_ms"), &ms) && ms > 0 && ms <= INT64_MAX / 1000 ? ms * 1000
                                                                                         : 0;
}

static const struct ferry_step *const *steps(struct arena *a, const struct cJSON *list, uint32_t *n)
{
    uint32_t count = json_count(list);
    const struct ferry_step **out = count ? arena_array(a, const struct ferry_step *, count) : NULL;
    *n = 0;
    json_each (v, list) {
        struct ferry_step *s = out ? arena_new(a, struct ferry_step) : NULL;
        if (!s) {
            return NULL;
        }
        *s = (struct ferry_step){.size = sizeof *s,
                                 .status = step_status(json_get(v, "status")),
                                 .action = text(v, "action"),
                                 .expected = text(v, "expected_result"),
                                 .data = text(v, "data"),
                                 .comment = text(v, "comment"),
                                 .duration_us = step_duration(v)};
        s->attachments = attachments(a, json_get(v, "attachments"), &s->n_attachments);
        s->steps = steps(a, json_get(v, "steps"), &s->n_steps);
        out[(*n)++] = s;
    }
    return out;
}

/* The key is the value of one custom field; the others have ids for names, which mean nothing elsewhere. */
static struct ferry_str key_of(struct reading *r, const struct cJSON *fields)
{
    struct ferry_str field = qase_key_field(r->call);
    json_each (f, fields) {
        if (field.ptr && ferry_eq(id_text(&r->arena, json_get(f, "id")), field)) {
            return str_trim(json_str(json_get(f, "value")));
        }
    }
    return (struct ferry_str){NULL, 0};
}

static void read_case(struct reading *r, const struct cJSON *v, struct ferry_item *item)
{
    struct ferry_case *c = arena_new(&r->arena, struct ferry_case);
    const struct cJSON *tags = json_get(v, "tags");
    struct ferry_str *names =
        json_count(tags) ? arena_array(&r->arena, struct ferry_str, json_count(tags)) : NULL;
    if (!c) {
        return;
    }
    *c = (struct ferry_case){.size = sizeof *c,
                             .title = text(v, "title"),
                             .description = text(v, "description"),
                             .precondition = text(v, "preconditions")};
    json_each (tag, tags) {
        if (names) {
            names[c->n_tags++] = text(tag, "title");
        }
    }
    c->tags = names;
    c->steps = steps(&r->arena, json_get(v, "steps"), &c->n_steps);
    item->key = key_of(r, json_get(v, "custom_fields"));
    item->name = c->title;
    item->test_case = c;
}

static int is_asked(const struct ferry_ask *ask, const char *name)
{
    return str_is(ferry_get(ask->filters, ask->n_filters, ferry_cstr(name)), "1");
}

/* What a run was run in and for, by names that mean the same in another project. */
static void read_surroundings(struct reading *r, const struct cJSON *v, struct ferry_run *run)
{
    const struct cJSON *ids = json_get(v, "configurations"), *tags = json_get(v, "tags");
    struct ferry_str slug = text(json_get(v, "environment"), "slug");
    struct ferry_str title = text(json_get(v, "milestone"), "title");
    struct ferry_kv *fields = arena_array(&r->arena, struct ferry_kv, json_count(ids) + 2);
    struct ferry_str *names = arena_array(&r->arena, struct ferry_str, json_count(tags) + 1);
    if (!fields || !names) {
        return;
    }
    if (slug.len) {
        fields[run->n_fields++] = (struct ferry_kv){FERRY_LIT("environment"), slug};
    }
    if (title.len) {
        fields[run->n_fields++] = (struct ferry_kv){FERRY_LIT("milestone"), title};
    }
    json_each (id, ids) {
        struct ferry_str name = qase_configuration(r->call, id_text(&r->arena, id), 1);
        if (name.len) {
            fields[run->n_fields++] = (struct ferry_kv){FERRY_LIT("configuration"), name};
        }
    }
    json_each (tag, tags) {
        names[run->n_tags++] = text(tag, "title");
    }
    run->fields = fields;
    run->tags = names;
}

static void read_run(struct reading *r, const struct cJSON *v, struct ferry_item *item)
{
    struct ferry_run *run = arena_new(&r->arena, struct ferry_run);
    struct ferry_str state = text(v, "status_text");
    if (!run) {
        return;
    }
    *run = (struct ferry_run){.size = sizeof *run, .title = text(v, "title"), .status_text = state};
    run->description = qase_split_description(text(v, "description"), &item->marker);
    run->state = str_is_nocase(state, "in_progress") || str_is_nocase(state, "in progress") ||
                         str_is_nocase(state, "active")
                     ? FERRY_RUN_OPEN
                     : FERRY_RUN_COMPLETE;
    run->has |= qase_time_parse(text(v, "start_time"), &run->start_ms) ? FERRY_RUN_HAS_START : 0u;
    run->has |= qase_time_parse(text(v, "end_time"), &run->end_ms) ? FERRY_RUN_HAS_END : 0u;
    if (is_asked(r->ask, "detail")) {
        read_surroundings(r, v, run);
    }
    item->name = run->title;
    item->run = run;
}

/* The last line "ferry:<uuid>" of a comment is ours; the rest is the message. */
static struct ferry_str split_comment(struct ferry_str comment, struct ferry_str *marker)
{
    static const char mark[] = "ferry:";
    enum { UUID = 36 };
    uint64_t n = sizeof mark - 1 + UUID;
    struct ferry_str last = str_sub(comment, comment.len > n ? comment.len - n : 0, n);
    if (last.len != n || !str_starts(last, mark) ||
        (comment.len > n && comment.ptr[comment.len - n - 1] != '\n')) {
        return comment;
    }
    *marker = str_sub(last, sizeof mark - 1, UUID);
    uint64_t end = comment.len - n;
    while (end > 0 && comment.ptr[end - 1] == '\n') {
        end--;
    }
    return str_sub(comment, 0, end);
}

static void read_result(struct reading *r, const struct cJSON *v, struct ferry_item *item)
{
    struct ferry_result *x = arena_new(&r->arena, struct ferry_result);
    struct ferry_ref *ref = arena_array(&r->arena, struct ferry_ref, 2);
    const struct ferry_ref **refs = arena_array(&r->arena, const struct ferry_ref *, 2);
    int64_t ms = 0, end = 0;
    if (!x || !ref || !refs) {
        return;
    }
    *x = (struct ferry_result){.size = sizeof *x,
                               .status = qase_status_of(text(v, "status")),
                               .details = text(v, "stacktrace")};
    x->status_text = x->status == FERRY_OTHER ? text(v, "status") : (struct ferry_str){NULL, 0};
    x->message = split_comment(text(v, "comment"), &item->marker);
    if (!is_asked(r->ask, "brief")) {
        x->attachments = attachments(&r->arena, json_get(v, "attachments"), &x->n_attachments);
        x->steps = steps(&r->arena, json_get(v, "steps"), &x->n_steps);
    }
    if (json_int(json_get(v, "time_spent_ms"), &ms) && ms >= 0 && ms <= INT64_MAX / 1000) {
        x->duration_us = ms * 1000;
        x->has |= FERRY_RESULT_HAS_DURATION;
    } else {
        ms = 0;
    }
    if (qase_time_parse(text(v, "end_time"), &end)) {
        x->start_ms = end - ms;
        x->has |= FERRY_RESULT_HAS_START;
    }
    ref[0] = (struct ferry_ref){.size = sizeof *ref,
                                .role = FERRY_RUN,
                                .noun = FERRY_RUN,
                                .id = id_text(&r->arena, json_get(v, "run_id"))};
    ref[1] = (struct ferry_ref){.size = sizeof *ref,
                                .role = FERRY_CASE,
                                .noun = FERRY_CASE,
                                .id = id_text(&r->arena, json_get(v, "case_id"))};
    refs[0] = &ref[0];
    refs[1] = &ref[1];
    item->refs = refs;
    item->n_refs = ref[1].id.len ? 2 : 1;
    item->result = x;
}

/* --- one element -------------------------------------------------------------------------------------------- */

static int is_of(const struct ferry_op *op, const struct ferry_item *item)
{
    if (op->kind == FERRY_OP(FERRY_COMPLETE, FERRY_RUN) || op->kind == QASE_COMPLETE_RUN) {
        return ferry_eq(item->id, qase_run_of(op)) && item->run &&
               item->run->state == FERRY_RUN_COMPLETE;
    }
    return op->kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT) && item->marker.len > 0 &&
           ferry_eq(op->wire_id, item->marker);
}

/* Said once; what else looks the same is named. */
static int32_t tell_outcomes(struct reading *r, const struct ferry_item *item)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; rc == FERRY_OK && i < r->ask->n_ops; i++) {
        if (!is_of(r->ask->ops[i], item)) {
            continue;
        }
        if (r->told[i]) {
            const struct ferry_note note = {.size = sizeof note,
                                            .kind = FERRY_NOTE_DUPLICATE,
                                            .field = FERRY_LIT("id"),
                                            .text = item->id};
            rc = r->reply->note(r->reply->self, i, &note);
        } else {
            const struct ferry_outcome outcome = {
                .size = sizeof outcome, .code = FERRY_EXISTS, .id = item->id};
            r->told[i] = 1;
            rc = r->reply->outcome(r->reply->self, i, &outcome);
        }
    }
    return rc;
}

int32_t qase_read_element(struct reading *r, const struct cJSON *v)
{
    struct ferry_item item = {.size = sizeof item, .noun = r->ask->noun};
    arena_reset(&r->arena);
    int told = r->page && !qase_page_element(r->page, v);
    item.id = item.noun == FERRY_RESULT ? text(v, "hash") : id_text(&r->arena, json_get(v, "id"));
    if (!item.id.len) {
        return FERRY_E_PROTOCOL;
    }
    if (told) {
        return FERRY_OK;
    }
    switch (item.noun) {
    case FERRY_FIELD:
        if (!read_field(r, v, &item)) {
            return FERRY_OK; /* of another project, or on something else */
        }
        break;
    case FERRY_CASE:
        read_case(r, v, &item);
        break;
    case FERRY_RUN:
        read_run(r, v, &item);
        break;
    default:
        read_result(r, v, &item);
    }
    if (r->arena.failed) {
        return r->arena.failed;
    }
    int32_t rc = r->reply->item(r->reply->self, &item);
    return rc ? rc : tell_outcomes(r, &item);
}
