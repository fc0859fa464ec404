/* SPDX-License-Identifier: MIT */
/*
 * codec_read.c - what the service lists, as items of the model. Texts point into the parsed
 * element and arrays into the arena; the host copies what it keeps before the next element
 * comes.
 */
#include "codec.h"
#include "shape.h"

#include <text.h>

/* --- small things -------------------------------------------------------------------------- */

static struct ferry_str text(const struct cJSON *v, const char *name)
{
    return json_str(json_get(v, name));
}

/* A number as the text of an id; absent where it is none. */
static struct ferry_str id_text(struct arena *a, const struct cJSON *v, const char *name)
{
    char *scratch = arena_alloc(a, 24);
    return scratch ? json_id(json_get(v, name), scratch) : (struct ferry_str){NULL, 0};
}

static int time_of(const struct cJSON *v, const char *name, int64_t *out)
{
    return json_int(json_get(v, name), out);
}

static struct ferry_str *texts(struct arena *a, const struct cJSON *list, uint32_t *n)
{
    uint32_t count = json_count(list);
    struct ferry_str *out = count ? arena_array(a, struct ferry_str, count) : NULL;
    *n = 0;
    json_each (v, list) {
        if (out) {
            out[(*n)++] = json_str(v);
        }
    }
    return out;
}

static struct ferry_kv *pairs(struct arena *a, const struct cJSON *list, uint32_t *n)
{
    uint32_t count = json_count(list);
    struct ferry_kv *out = count ? arena_array(a, struct ferry_kv, count) : NULL;
    *n = 0;
    json_each (v, list) {
        const struct cJSON *name = json_first(v);
        if (out) {
            out[(*n)++] = (struct ferry_kv){json_str(name), json_str(json_next(name))};
        }
    }
    return out;
}

/* --- attachments and steps ------------------------------------------------------------------- */

static const struct ferry_blob *blob_of(struct arena *a, struct ferry_str digest, int64_t bytes)
{
    struct ferry_blob *blob = digest.ptr ? arena_new(a, struct ferry_blob) : NULL;
    if (blob) {
        *blob = (struct ferry_blob){sizeof *blob, 0, digest, bytes > 0 ? (uint64_t)bytes : 0};
    }
    return blob;
}

static const struct ferry_attachment *const *attachments(struct arena *a, const struct cJSON *list,
                                                         uint32_t *n)
{
    uint32_t count = json_count(list);
    const struct ferry_attachment **out =
        count ? arena_array(a, const struct ferry_attachment *, count) : NULL;
    *n = 0;
    json_each (v, list) {
        struct ferry_attachment *x = out ? arena_new(a, struct ferry_attachment) : NULL;
        int64_t bytes = 0;
        if (!x) {
            return NULL;
        }
        time_of(v, "bytes", &bytes);
        *x = (struct ferry_attachment){.size = sizeof *x,
                                       .name = text(v, "name"),
                                       .mime = text(v, "mime"),
                                       .blob = blob_of(a, text(v, "digest"), bytes)};
        out[(*n)++] = x;
    }
    return out;
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
                                 .status = local_status(text(v, "status")),
                                 .action = text(v, "action"),
                                 .expected = text(v, "expected"),
                                 .data = text(v, "data"),
                                 .comment = text(v, "comment")};
        json_int(json_get(v, "duration_us"), &s->duration_us);
        s->attachments = attachments(a, json_get(v, "attachments"), &s->n_attachments);
        s->steps = steps(a, json_get(v, "steps"), &s->n_steps);
        out[(*n)++] = s;
    }
    return out;
}

/* --- references ------------------------------------------------------------------------------ */

struct refs {
    struct arena *arena;
    const struct ferry_ref **list;
    uint32_t n, room;
};

static void add_ref(struct refs *r, uint32_t noun, struct ferry_str id, struct ferry_str key)
{
    struct ferry_ref *ref = arena_new(r->arena, struct ferry_ref);
    if (!ref || !id.ptr || r->n == r->room) {
        return;
    }
    *ref =
        (struct ferry_ref){.size = sizeof *ref, .role = noun, .noun = noun, .id = id, .key = key};
    r->list[r->n++] = ref;
}

static uint32_t count_blobs(const struct cJSON *v)
{
    uint32_t n = json_count(json_get(v, "attachments"));
    json_each (step, json_get(v, "steps")) {
        n += count_blobs(step);
    }
    return n;
}

static void add_blobs(struct refs *r, const struct cJSON *v)
{
    json_each (x, json_get(v, "attachments")) {
        add_ref(r, FERRY_ATTACHMENT, text(x, "digest"), text(x, "digest"));
    }
    json_each (step, json_get(v, "steps")) {
        add_blobs(r, step);
    }
}

/* --- nouns ----------------------------------------------------------------------------------- */

static void read_field(struct arena *a, const struct cJSON *v, struct ferry_item *item)
{
    struct ferry_field *f = arena_new(a, struct ferry_field);
    struct ferry_str entity = text(v, "entity");
    if (f) {
        *f = (struct ferry_field){
            .size = sizeof *f,
            .entity = str_is(entity, "run")      ? FERRY_RUN
                      : str_is(entity, "result") ? FERRY_RESULT
                                                 : FERRY_CASE,
            .type = text(v, "type"),
            .required = (uint32_t)json_bool(json_get(v, "required"), 0),
        };
    }
    item->name = item->key = text(v, "title");
    item->field = f;
}

/* The value of the Automation Key's field goes to the item, the others stay fields. */
static void take_key(const struct ferry_call *call, struct ferry_kv *fields, uint32_t *n,
                     struct ferry_str *key)
{
    struct ferry_str title =
        call->key_field.len > 0 ? str_trim(call->key_field) : FERRY_LIT(LOCAL_KEY_FIELD);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        if (ferry_eq(fields[i].key, title)) {
            *key = fields[i].value;
        } else {
            fields[kept++] = fields[i];
        }
    }
    *n = kept;
}

static void read_case(struct arena *a, const struct ferry_call *call, const struct cJSON *v,
                      struct ferry_item *item)
{
    struct ferry_case *c = arena_new(a, struct ferry_case);
    if (!c) {
        return;
    }
    *c = (struct ferry_case){
        .size = sizeof *c,
        .title = text(v, "title"),
        .description = text(v, "description"),
        .precondition = text(v, "precondition"),
        .signature = text(v, "signature"),
    };
    struct ferry_kv *fields = pairs(a, json_get(v, "fields"), &c->n_fields);
    take_key(call, fields, &c->n_fields, &item->key);
    c->fields = fields;
    c->tags = texts(a, json_get(v, "tags"), &c->n_tags);
    c->steps = steps(a, json_get(v, "steps"), &c->n_steps);
    struct refs refs = {.arena = a, .room = count_blobs(v)};
    refs.list = refs.room ? arena_array(a, const struct ferry_ref *, refs.room) : NULL;
    if (refs.list) {
        add_blobs(&refs, v);
    }
    item->refs = refs.list;
    item->n_refs = refs.n;
    item->name = c->title;
    item->marker = text(v, "marker");
    item->test_case = c;
}

static void read_run(struct arena *a, const struct cJSON *v, struct ferry_item *item)
{
    struct ferry_run *r = arena_new(a, struct ferry_run);
    if (!r) {
        return;
    }
    *r = (struct ferry_run){
        .size = sizeof *r,
        .state = str_is(text(v, "state"), "complete") ? FERRY_RUN_COMPLETE : FERRY_RUN_OPEN,
        .title = text(v, "title"),
        .description = text(v, "description"),
        .status_text = text(v, "state"),
    };
    r->has |= time_of(v, "start_ms", &r->start_ms) ? FERRY_RUN_HAS_START : 0u;
    r->has |= time_of(v, "end_ms", &r->end_ms) ? FERRY_RUN_HAS_END : 0u;
    r->tags = texts(a, json_get(v, "tags"), &r->n_tags);
    r->fields = pairs(a, json_get(v, "fields"), &r->n_fields);
    item->name = r->title;
    item->marker = text(v, "marker");
    item->run = r;
}

static struct ferry_str joined_suite(struct arena *a, const struct cJSON *list)
{
    uint64_t n = 0, at = 0;
    json_each (part, list) {
        n += json_str(part).len + 1;
    }
    char *out = n ? arena_alloc(a, (size_t)n) : NULL;
    if (!out) {
        return (struct ferry_str){NULL, 0};
    }
    json_each (part, list) {
        struct ferry_str s = json_str(part);
        if (s.len > 0) {
            memcpy(out + at, s.ptr, (size_t)s.len);
        }
        at += s.len;
        out[at++] = '\t';
    }
    return (struct ferry_str){out, at - 1};
}

static const struct ferry_failure *const *failures(struct arena *a, const struct cJSON *list,
                                                   uint32_t *n)
{
    uint32_t count = json_count(list);
    const struct ferry_failure **out =
        count ? arena_array(a, const struct ferry_failure *, count) : NULL;
    *n = 0;
    json_each (v, list) {
        struct ferry_failure *f = out ? arena_new(a, struct ferry_failure) : NULL;
        if (!f) {
            return NULL;
        }
        *f = (struct ferry_failure){sizeof *f, local_status(text(v, "status")), text(v, "message"),
                                    text(v, "type"), text(v, "details")};
        out[(*n)++] = f;
    }
    return out;
}

static void read_result_lists(struct arena *a, const struct cJSON *v, struct ferry_result *r)
{
    r->parameters = pairs(a, json_get(v, "parameters"), &r->n_parameters);
    r->properties = pairs(a, json_get(v, "properties"), &r->n_properties);
    r->fields = pairs(a, json_get(v, "fields"), &r->n_fields);
    r->tags = texts(a, json_get(v, "tags"), &r->n_tags);
    r->case_ids = texts(a, json_get(v, "case_ids"), &r->n_case_ids);
    r->failures = failures(a, json_get(v, "failures"), &r->n_failures);
    r->attachments = attachments(a, json_get(v, "attachments"), &r->n_attachments);
    r->steps = steps(a, json_get(v, "steps"), &r->n_steps);
}

static void read_result_numbers(const struct cJSON *v, struct ferry_result *r)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } flags[] = {{FERRY_RESULT_FLAKY, "flaky"},
                 {FERRY_RESULT_SUPERSEDED, "superseded"},
                 {FERRY_RESULT_SYNTHETIC, "synthetic"},
                 {FERRY_RESULT_ZONELESS, "zoneless"}};
    int64_t n = 0;
    r->has |= time_of(v, "start_ms", &r->start_ms) ? FERRY_RESULT_HAS_START : 0u;
    r->has |= time_of(v, "duration_us", &r->duration_us) ? FERRY_RESULT_HAS_DURATION : 0u;
    if (json_int(json_get(v, "line"), &n)) {
        r->line = (uint32_t)n;
        r->has |= FERRY_RESULT_HAS_LINE;
    }
    if (json_int(json_get(v, "attempt"), &n)) {
        r->attempt = (uint32_t)n;
    }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        r->flags |= json_bool(json_get(v, flags[i].name), 0) ? flags[i].flag : 0u;
    }
}

static void read_result(struct arena *a, const struct cJSON *v, struct ferry_item *item)
{
    static const char *const blobs[] = {"details_blob", "stdout_blob", "stderr_blob"};
    struct ferry_result *r = arena_new(a, struct ferry_result);
    struct refs refs = {.arena = a, .room = 2 + 3 + count_blobs(v)};
    refs.list = arena_array(a, const struct ferry_ref *, refs.room);
    item->marker = text(v, "client_id");
    if (!r || !refs.list) {
        return;
    }
    *r = (struct ferry_result){
        .size = sizeof *r,
        .status = local_status(text(v, "status")),
        .status_text = text(v, "status_text"),
        .suite = joined_suite(a, json_get(v, "suite")),
        .class_name = text(v, "class"),
        .name = text(v, "name"),
        .signature = text(v, "signature"),
        .file = text(v, "file"),
        .message = text(v, "message"),
        .type = text(v, "type"),
        .details = text(v, "details"),
        .out = text(v, "stdout"),
        .err = text(v, "stderr"),
        .details_blob = blob_of(a, text(v, blobs[0]), 0),
        .out_blob = blob_of(a, text(v, blobs[1]), 0),
        .err_blob = blob_of(a, text(v, blobs[2]), 0),
    };
    read_result_numbers(v, r);
    read_result_lists(a, v, r);
    add_ref(&refs, FERRY_RUN, id_text(a, v, "run_id"), (struct ferry_str){NULL, 0});
    add_ref(&refs, FERRY_CASE, id_text(a, v, "case_id"), (struct ferry_str){NULL, 0});
    add_blobs(&refs, v);
    for (int i = 0; i < 3; i++) {
        add_ref(&refs, FERRY_ATTACHMENT, text(v, blobs[i]), text(v, blobs[i]));
    }
    item->refs = refs.list;
    item->n_refs = refs.n;
    item->key = text(v, "key");
    item->name = r->name;
    item->result = r;
}

static void read_attachment(struct arena *a, const struct cJSON *v, struct ferry_item *item)
{
    struct ferry_attachment *x = arena_new(a, struct ferry_attachment);
    int64_t bytes = 0;
    time_of(v, "bytes", &bytes);
    if (x) {
        *x = (struct ferry_attachment){.size = sizeof *x,
                                       .name = text(v, "name"),
                                       .mime = text(v, "mime"),
                                       .blob = blob_of(a, text(v, "id"), bytes)};
    }
    item->key = text(v, "id");
    item->name = text(v, "name");
    item->attachment = x;
}

/* --- one element --------------------------------------------------------------------- */

/*
 * Where neither marker nor key can tell, the codec says itself whether this is what an operation
 * made: a case by its signature, a result by the client's id, a run or field by its title, a
 * completion by the state.
 */
static int is_of(const struct ferry_op *op, const struct ferry_item *item)
{
    if (op->kind == FERRY_OP(FERRY_COMPLETE, FERRY_RUN)) {
        return ferry_eq(item->id, local_run_of(op)) && item->run &&
               item->run->state == FERRY_RUN_COMPLETE;
    }
    if (op->kind == FERRY_OP(FERRY_CREATE, FERRY_RESULT)) {
        return op->marker.len == 0 && ferry_eq(op->wire_id, item->marker);
    }
    if (op->marker.len > 0 || !op->item || op->item->key.len > 0) {
        return 0;
    }
    if (op->kind == FERRY_OP(FERRY_CREATE, FERRY_CASE) && item->test_case && op->item->test_case) {
        struct ferry_str signature = op->item->test_case->signature;
        return signature.len > 0 ? ferry_eq(signature, item->test_case->signature)
                                 : ferry_eq(op->item->test_case->title, item->test_case->title);
    }
    if (op->kind == FERRY_OP(FERRY_CREATE, FERRY_FIELD)) {
        return ferry_eq(op->item->name, item->name);
    }
    return op->kind == FERRY_OP(FERRY_CREATE, FERRY_RUN) && op->item->run && item->run &&
           item->marker.len == 0 && ferry_eq(op->item->run->title, item->run->title);
}

/* Said once; what else looks the same is named. */
static int32_t tell_outcomes(struct reading *r, const struct ferry_item *item)
{
    const struct ferry_ask *ask = r->ask;
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; rc == FERRY_OK && i < ask->n_ops; i++) {
        if (!is_of(ask->ops[i], item)) {
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

int32_t local_read_element(struct reading *r, const struct cJSON *v)
{
    struct arena *a = &r->arena;
    struct ferry_item item = {.size = sizeof item, .noun = r->ask->noun};
    arena_reset(a);
    item.id = item.noun == FERRY_PROJECT ? text(v, "project") : id_text(a, v, "id");
    if (!item.id.ptr || item.id.len == 0) {
        return FERRY_E_PROTOCOL;
    }
    switch (item.noun) {
    case FERRY_PROJECT:
        item.name = item.key = item.id;
        break;
    case FERRY_FIELD:
        read_field(a, v, &item);
        break;
    case FERRY_CASE:
        read_case(a, r->call, v, &item);
        break;
    case FERRY_RUN:
        read_run(a, v, &item);
        break;
    case FERRY_RESULT:
        read_result(a, v, &item);
        break;
    case FERRY_ATTACHMENT:
        read_attachment(a, v, &item);
        break;
    default:
        return FERRY_E_UNSUPPORTED;
    }
    if (a->failed) {
        return a->failed;
    }
    int32_t rc = r->reply->item(r->reply->self, &item);
    return rc ? rc : tell_outcomes(r, &item);
}
