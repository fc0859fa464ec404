/* SPDX-License-Identifier: MIT */
/*
 * codec_run.c - suite runs. Octane makes one when it has read the first payload that names it, so creating a run here is a look whether it is there, and
 * what it is known by is its name: the title, and eight digits that stand for ferry's marker, so that two nights never share one. The whole marker stands in
 * its description from its completion on.
 */
#include "codec.h"
#include "xml.h"

#include <text.h>

static const char *const marks[] = {"run-key=", "source="};

void octane_key_of(struct ferry_str marker, char out[9])
{
    uint32_t hash = 2166136261u; /* FNV-1a: it has to tell, not to withstand */
    for (uint64_t i = 0; i < marker.len; i++) {
        hash = (hash ^ (unsigned char)marker.ptr[i]) * 16777619u;
    }
    snprintf(out, 9, "%08x", (unsigned)hash);
}

/* The template with `title` in it. */
static void put_template(struct buf *b, struct ferry_str form, struct ferry_str title,
                         const char *key)
{
    for (uint64_t i = 0; i < form.len; i++) {
        struct ferry_str rest = str_sub(form, i, form.len);
        if (str_starts(rest, "{title}")) {
            buf_put(b, title);
            i += 6;
        } else if (str_starts(rest, "{key}")) {
            buf_puts(b, key);
            i += 4;
        } else {
            buf_putc(b, form.ptr[i]);
        }
    }
}

static uint64_t units(struct ferry_str text)
{
    uint64_t n = 0;
    for (uint64_t at = 0; at < text.len; n++) {
        uint32_t code = 0;
        unsigned len = utf8_char(str_sub(text, at, text.len), &code);
        n += code >= 0x10000;
        at += len ? len : 1;
    }
    return n;
}

int octane_put_run_name(struct buf *b, const struct ferry_call *call, struct ferry_str title,
                        struct ferry_str marker)
{
    struct ferry_str form = octane_option(call, "suite_run"), fitting;
    size_t before = b->len;
    char key[9];
    octane_key_of(marker, key);
    put_template(b, form, (struct ferry_str){NULL, 0}, key);
    uint64_t taken = units(str_sub(buf_str(b), before, b->len));
    buf_cut(b, before);
    fitting = xml_fit(title, taken < OCTANE_TEXT ? OCTANE_TEXT - taken : 0);
    put_template(b, form, str_trim(fitting), key);
    return fitting.len < title.len;
}

/* --- creating: a look --------------------------------------------------------------------------------- */

static struct ferry_str suite_of(const struct ferry_call *call, const struct ferry_op *op)
{
    if (octane_number(call, "suite_id")) {
        return octane_option(call, "suite_id");
    }
    for (uint32_t i = 0; i < op->item->n_refs; i++) {
        const struct ferry_ref *ref = op->item->refs[i];
        if (ref->role == FERRY_FOLDER && str_starts(ref->key, OCTANE_SUITE)) {
            return ref->id;
        }
    }
    return (struct ferry_str){NULL, 0};
}

static struct ferry_str module_of(const struct ferry_call *call, const struct ferry_op *op)
{
    for (uint32_t i = 0; i < op->item->n_refs; i++) {
        const struct ferry_ref *ref = op->item->refs[i];
        if (ref->role == FERRY_FOLDER && str_starts(ref->key, OCTANE_MODULE)) {
            return ref->id;
        }
    }
    return octane_number(call, "module_id") ? octane_option(call, "module_id")
                                            : (struct ferry_str){NULL, 0};
}

/* The one suite run of this name; of this suite, where it is known. */
static int32_t put_search(struct buf *target, const struct ferry_call *call, struct ferry_str name,
                          struct ferry_str suite, struct ferry_error *err)
{
    struct buf query;
    buf_init(&query, OCTANE_BODY);
    if (octane_is_id(name)) {
        octane_phrase(&query, "id EQ %.*s", STR_ARG(name));
    } else {
        octane_phrase_text(&query, "name", "EQ", name);
    }
    if (octane_is_id(suite)) {
        octane_phrase(&query, "test EQ {id EQ %.*s}", STR_ARG(suite));
    }
    const struct octane_list list = {.collection = "suite_run",
                                     .query = buf_str(&query),
                                     .fields = "id,name,test,description",
                                     .order = "id",
                                     .limit = 2};
    int32_t rc = octane_put_list(target, call, &list, err);
    buf_finish(&query);
    return rc;
}

static int32_t encode_description(const struct ferry_call *call, const struct ferry_op *op,
                                  const struct ferry_out *out, struct ferry_error *err);

/* The name that its results name it by. */
static struct ferry_str name_of(const struct ferry_call *call, const struct ferry_op *op,
                                struct buf *b, const struct ferry_out *out)
{
    const struct ferry_run *run = op->item->run;
    const struct ferry_ref *ref = ferry_ref_of(op->item, FERRY_RUN);
    if ((op->kind >> 16) != FERRY_CREATE && ref) {
        return ref->id;
    }
    if (octane_put_run_name(b, call, run ? run->title : op->item->name, op->marker) && out) {
        const struct ferry_note note = {.size = sizeof note,
                                        .kind = FERRY_NOTE_CUT,
                                        .field = FERRY_LIT("title"),
                                        .text = FERRY_LIT("255 characters with its key")};
        out->note(out->self, 0, &note);
    }
    return buf_str(b);
}

int32_t octane_encode_run(const struct ferry_call *call, const struct ferry_op *op,
                          const struct ferry_out *out, struct ferry_error *err)
{
    struct buf target, name;
    if (op->kind == OCTANE_DESCRIBE_RUN) {
        return encode_description(call, op, out, err);
    }
    buf_init(&target, OCTANE_BODY);
    buf_init(&name, OCTANE_BODY);
    struct ferry_str known = name_of(call, op, &name, out);
    struct ferry_str suite =
        op->kind >> 16 == FERRY_CREATE ? suite_of(call, op) : octane_option(call, "suite_id");
    int32_t rc = put_search(&target, call, known, suite, err);
    rc = rc ? rc : out->start(out->self, FERRY_LIT("GET"), buf_str(&target));
    buf_finish(&target);
    buf_finish(&name);
    return rc;
}

static int32_t tell_created(const struct ferry_call *call, const struct ferry_op *op,
                            const struct ferry_reply *reply)
{
    struct buf name;
    struct ferry_kv extra[2];
    uint32_t n = 0;
    buf_init(&name, OCTANE_BODY);
    struct ferry_str suite = suite_of(call, op), module = module_of(call, op);
    if (!str_empty(suite)) {
        extra[n++] = (struct ferry_kv){FERRY_LIT("suite"), suite};
    }
    if (!str_empty(module)) {
        extra[n++] = (struct ferry_kv){FERRY_LIT("module"), module};
    }
    const struct ferry_outcome done = {.size = sizeof done,
                                       .code = FERRY_DONE,
                                       .id = name_of(call, op, &name, NULL),
                                       .extra = extra,
                                       .n_extra = n};
    int32_t rc = name.failed ? name.failed : reply->outcome(reply->self, 0, &done);
    buf_finish(&name);
    return rc;
}

/* Its description can only be written to what is shown; that it is not shown yet costs the description alone. */
static int32_t tell_completed(const struct ferry_op *op, struct ferry_str id,
                              const struct ferry_reply *reply)
{
    const struct ferry_ref *ref = ferry_ref_of(op->item, FERRY_RUN);
    const struct ferry_kv extra = {FERRY_LIT("suite_run"), id};
    const struct ferry_outcome done = {.size = sizeof done,
                                       .code = FERRY_DONE,
                                       .id = ref ? ref->id : id,
                                       .extra = &extra,
                                       .n_extra = id.len ? 1 : 0};
    const struct ferry_follow follow = {
        .size = sizeof follow, .kind = OCTANE_DESCRIBE_RUN, .flags = FERRY_FOLLOW_OPTIONAL};
    const struct ferry_note note = {
        .size = sizeof note,
        .kind = FERRY_NOTE_WARNING,
        .field = FERRY_LIT("description"),
        .text = FERRY_LIT("no suite run of this name is shown, so nothing was written on it")};
    int32_t rc = reply->outcome(reply->self, 0, &done);
    return rc           ? rc
           : id.len > 0 ? reply->follow(reply->self, 0, &follow)
                        : reply->note(reply->self, 0, &note);
}

/* {"type":"run_suite","id":"31"}: the one that was written on. Anything else may be of a gateway, and nothing was written. */
static int32_t tell_described(const struct ferry_op *op, const struct cJSON *root,
                              const struct ferry_reply *reply, struct ferry_error *err)
{
    char digits[24];
    const struct ferry_outcome done = {.size = sizeof done, .code = FERRY_DONE};
    struct ferry_str id = ferry_get(op->extra, op->n_extra, FERRY_LIT("suite_run"));
    return ferry_eq(json_id(json_get(root, "id"), digits), id)
               ? reply->outcome(reply->self, 0, &done)
               : octane_not_understood(err, "not the suite run that was described");
}

int32_t octane_decode_run(const struct ferry_call *call, const struct ferry_op *op,
                          const struct ferry_message *answer, const struct ferry_reply *reply,
                          struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    char digits[24];
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = json_parse(&doc, answer->body, JSON_STRICT, NULL, &why);
    const struct cJSON *data = json_get(doc.root, "data");
    if (rc == FERRY_OK && op->kind == OCTANE_DESCRIBE_RUN) {
        rc = tell_described(op, doc.root, reply, err);
    } else if (rc || !json_is_array(data)) {
        rc = octane_not_understood(err, rc ? why.message : "no list of suite runs");
    } else if (op->kind >> 16 == FERRY_CREATE) {
        rc = tell_created(call, op, reply);
    } else {
        rc = tell_completed(op, json_id(json_get(json_first(data), "id"), digits), reply);
    }
    json_finish(&doc);
    return rc;
}

/* --- its description: rich text ------------------------------------------------------------------------ */

static void put_lines(struct buf *b, struct ferry_str text)
{
    struct ferry_str line;
    for (int first = 1; !str_empty(text) && str_split(&text, '\n', &line); first = 0) {
        buf_puts(b, first ? "" : "<br>\n");
        xml_text(b, line, 0);
    }
}

static int32_t encode_description(const struct ferry_call *call, const struct ferry_op *op,
                                  const struct ferry_out *out, struct ferry_error *err)
{
    const struct ferry_run *run = op->item->run;
    struct ferry_str id = ferry_get(op->extra, op->n_extra, FERRY_LIT("suite_run"));
    struct buf target, text, body;
    if (!octane_is_id(id)) {
        return ferry_fail(err, FERRY_E_STATE, "suite_run", "\"%.*s\" is no id of a suite run",
                          STR_ARG(utf8_cut(id, 60)));
    }
    buf_init(&target, 8192);
    buf_init(&text, OCTANE_BODY);
    buf_init(&body, 2 * OCTANE_BODY);
    int32_t rc = octane_put_path(&target, call, "/suite_run/", err);
    buf_put(&target, id);
    put_lines(&text, run ? run->description : (struct ferry_str){NULL, 0});
    buf_puts(&text, text.len && op->marker.len ? "<br>\n<br>\n" : "");
    xml_text(&text, op->marker, 0);
    struct json_out json = json_to(&body);
    json_open(&json, '{');
    json_member(&json, "id", id);
    json_member(&json, "description", buf_str(&text));
    json_close(&json, '}');
    if (rc == FERRY_OK) {
        out->start(out->self, FERRY_LIT("PUT"), buf_str(&target));
        out->header(out->self, FERRY_LIT("content-type"));
        out->text(out->self, FERRY_LIT("application/json"));
        out->body(out->self);
        rc = out->text(out->self, buf_str(&body));
    }
    buf_finish(&target);
    buf_finish(&text);
    buf_finish(&body);
    return rc;
}

/* The marker begins a line, and ends where the next tag does, or the line. Ferry's own markers hold nothing that has to be unescaped but '&'. */
struct ferry_str octane_split_description(struct ferry_str text, struct ferry_str *marker)
{
    *marker = (struct ferry_str){NULL, 0};
    for (uint64_t at = text.len; at-- > 0;) {
        struct ferry_str rest = str_sub(text, at, text.len);
        int begins = at == 0 || text.ptr[at - 1] == '\n' || text.ptr[at - 1] == '>';
        if (!begins || (!str_starts(rest, marks[0]) && !str_starts(rest, marks[1]))) {
            continue;
        }
        uint64_t end = 0;
        while (end < rest.len && rest.ptr[end] != '<' && rest.ptr[end] != '\n') {
            end++;
        }
        *marker = str_trim(str_sub(rest, 0, end));
        return str_trim(str_sub(text, 0, at));
    }
    return text;
}

/* --- what its results have to know ----------------------------------------------------------------------- */

/* On paper alone: what is sent names its suite run always. */
static void note_suite(const struct ferry_out *out)
{
    const struct ferry_note note = {
        .size = sizeof note,
        .kind = FERRY_NOTE_WARNING,
        .field = FERRY_LIT("suite_ref"),
        .text =
            FERRY_LIT("the suite is made before this is sent, or found; then a suite_ref with its "
                      "id and the suite run's name stands here")};
    out->note(out->self, 0, &note);
}

int32_t octane_run_of(const struct ferry_call *call, const struct ferry_op *op,
                      const struct ferry_out *out, struct octane_run *run, struct ferry_error *err)
{
    const struct ferry_ref *ref = ferry_ref_of(op->item, FERRY_RUN);
    if (!ref || str_empty(ref->id)) {
        return ferry_fail(err, FERRY_E_BUG, "run", "a result without a run");
    }
    *run = (struct octane_run){
        .name = ref->id,
        .suite = ferry_get(ref->extra, ref->n_extra, FERRY_LIT("suite")),
        .module = ferry_get(ref->extra, ref->n_extra, FERRY_LIT("module")),
    };
    if (ref->n_extra) {
        return FERRY_OK;
    }
    /* One that was there before: its name and its suite are asked for. */
    struct ferry_str known = octane_fact(call, "suite run", ref->id);
    if (!known.ptr) {
        struct buf name;
        buf_init(&name, 512);
        out->need(out->self, octane_fact_name(&name, "suite run", ref->id));
        buf_finish(&name);
        return FERRY_E_NEED;
    }
    run->name = known;
    if (str_empty(known) && str_starts(ref->id, "<")) { /* on paper: it stands for one to come */
        *run = (struct octane_run){.name = ref->id,
                                   .suite = octane_option(call, "suite_id"),
                                   .module = octane_option(call, "module_id")};
        if (!octane_is_id(run->suite)) {
            note_suite(out);
        }
        return FERRY_OK;
    }
    if (!str_split(&run->name, '\t', &run->suite) || str_empty(run->name)) {
        return ferry_fail(err, FERRY_E_INPUT, "run", "suite run %.*s is not there (any more)",
                          STR_ARG(ref->id));
    }
    return FERRY_OK;
}
