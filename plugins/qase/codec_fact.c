/* SPDX-License-Identifier: MIT */
/*
 * codec_fact.c - what has to be known of a project: which field of cases holds keys, and what the names that a run bears mean here. A fact without a
 * value says that there is none.
 *
 *   custom field "Automation Key"   its id
 *   environment "staging"           the slug, where there is one
 *   milestone "Release 3"           its id
 *   configurations                  a line each: id TAB group TAB title
 *   ... fields of cases             as they are listed; see codec_fields.c
 */
#include "codec.h"

#include <text.h>

enum { MOST_ITEM = 64 << 20 };

static const char environment[] = "environment \"", milestone[] = "milestone \"",
                  configurations[] = "configurations";

/* What stands between the quotes of a fact's name; absent where it is no fact of this kind. */
static struct ferry_str named(struct ferry_str fact, const char *kind)
{
    uint64_t n = strlen(kind);
    return str_starts(fact, kind) && fact.len > n ? str_sub(fact, n, fact.len - n - 1)
                                                  : (struct ferry_str){NULL, 0};
}

struct ferry_str qase_fact_name(const char *kind, struct ferry_str name, char scratch[300])
{
    snprintf(scratch, 300, "%s \"%.*s\"", kind, (int)(name.len < 260 ? name.len : 260),
             name.ptr ? name.ptr : "");
    return ferry_cstr(scratch);
}

/* --- asking ------------------------------------------------------------------------------------------------- */

void qase_ask_fact(struct buf *target, const struct ferry_call *call, struct ferry_str fact,
                   int64_t offset)
{
    struct ferry_str slug = named(fact, environment), title = named(fact, milestone);
    if (str_is(fact, configurations)) {
        qase_put_path(target, call, "configuration", "%s", "");
        return; /* a list without pages */
    }
    if (qase_is_fields_fact(fact) == 2) {
        buf_puts(target, "/v1/system_field");
        return; /* likewise */
    }
    if (qase_is_fields_fact(fact)) {
        buf_puts(target,
                 "/v2/custom_field?entity=case"); /* which shows the choices with their numbers */
    } else if (slug.ptr) {
        qase_put_path(target, call, "environment", "%s", "");
        qase_put_query(target, "slug", slug);
    } else if (title.ptr) {
        qase_put_path(target, call, "milestone", "%s", "");
        qase_put_query(target, "search", title);
    } else {
        buf_puts(target, "/v1/custom_field?entity=case");
    }
    qase_put_page(target, offset, QASE_PAGE);
}

/* --- the field of keys ---------------------------------------------------------------------------------------- */

struct field_search {
    struct reading r;
    struct ferry_str title;
    struct ferry_error *err;
    int found;
};

static int32_t look_at_field(void *data, const struct ferry_item *item)
{
    struct field_search *s = data;
    if (!ferry_eq(str_trim(item->name), str_trim(s->title))) {
        return FERRY_OK;
    }
    if (!str_is(item->field->type, "string") && !str_is(item->field->type, "text")) {
        return ferry_fail(
            s->err, FERRY_E_CONFIG, "fact",
            "custom field \"%.*s\" is of type %.*s; keys are texts: make it one of type string",
            STR_ARG(s->title), STR_ARG(item->field->type));
    }
    s->found = 1;
    return s->r.reply->fact(s->r.reply->self, s->r.ask->name, item->id);
}

/* The reply that sees items of a page of fields; everything else goes on as it is. */
static int32_t field_item(void *self, const struct ferry_item *item)
{
    return look_at_field(self, item);
}

static int32_t read_field(void *data, uint32_t index, const struct cJSON *v)
{
    (void)index;
    return qase_read_element(data, v);
}

static int32_t read_key_field(const struct ferry_call *call, const struct ferry_ask *ask,
                              const struct ferry_message *answer, const struct ferry_reply *reply,
                              struct ferry_error *err)
{
    struct ferry_ask fields = *ask;
    struct field_search s = {.title = call->key_field, .err = err};
    struct ferry_reply items = {.self = &s, .item = field_item};
    struct json_doc rest = {NULL};
    struct qase_page page;
    int64_t filtered = 0;
    qase_page_begin(&page, ask);
    fields.noun = FERRY_FIELD;
    fields.n_ops = 0;
    struct reading of_fields = {.call = call, .ask = &fields, .reply = &items, .page = &page};
    s.r = (struct reading){.call = call, .ask = ask, .reply = reply};
    arena_init(&of_fields.arena, MOST_ITEM);
    int32_t rc =
        json_elements(answer->body, "result.entities", read_field, &of_fields, &rest, NULL);
    if (rc == FERRY_E_INPUT || rc == FERRY_E_PROTOCOL ||
        (rc == FERRY_OK &&
         !json_int(json_get(json_get(rest.root, "result"), "filtered"), &filtered))) {
        rc = qase_not_understood(err, "not a page of custom fields");
    }
    page.here.found |= s.found;
    int more = 0;
    rc = rc ? rc : qase_page_end(&page, filtered, QASE_NEXT_PAGE, reply, &more);
    if (rc == FERRY_OK && !more && !page.here.found) {
        rc = reply->fact(reply->self, ask->name, FERRY_LIT("")); /* there is none */
    }
    qase_page_finish(&page);
    json_finish(&rest);
    arena_finish(&of_fields.arena);
    return rc;
}

/* --- what a run's names mean ------------------------------------------------------------------------------------ */

struct name_search {
    const char *member;     /* of an element */
    struct ferry_str name;  /* what it has to be */
    struct ferry_str found; /* in scratch */
    char scratch[300];
    int takes_id;
    struct qase_page page;
};

static int32_t look_at_name(void *data, uint32_t index, const struct cJSON *v)
{
    struct name_search *s = data;
    char digits[24];
    (void)index;
    qase_page_element(&s->page, v);
    struct ferry_str is = json_str(json_get(v, s->member));
    struct ferry_str value = s->takes_id ? json_id(json_get(v, "id"), digits) : is;
    if (!s->found.ptr &&
        ferry_eq(is, s->name)) { /* titles may repeat: the first, as a person would */
        snprintf(s->scratch, sizeof s->scratch, "%.*s", STR_ARG(utf8_cut(value, 260)));
        s->found = ferry_cstr(s->scratch);
    }
    return FERRY_OK;
}

static int32_t read_name(const struct ferry_ask *ask, const struct ferry_message *answer,
                         struct name_search *s, const struct ferry_reply *reply,
                         struct ferry_error *err)
{
    struct json_doc rest = {NULL};
    int64_t filtered = 0;
    int more = 0;
    qase_page_begin(&s->page, ask);
    int32_t rc = json_elements(answer->body, "result.entities", look_at_name, s, &rest, NULL);
    if (rc || !json_int(json_get(json_get(rest.root, "result"), "filtered"), &filtered)) {
        rc = rc == FERRY_E_NO_MEMORY ? rc : qase_not_understood(err, "not a page of a list");
    }
    rc = rc ? rc
            : qase_page_end(&s->page, filtered, s->found.ptr ? QASE_NO_PAGE : QASE_NEXT_PAGE, reply,
                            &more);
    if (rc == FERRY_OK && !more) {
        rc = reply->fact(reply->self, ask->name, s->found.ptr ? s->found : FERRY_LIT(""));
    }
    qase_page_finish(&s->page);
    json_finish(&rest);
    return rc;
}

/* Neither TAB nor LF can stand in a title that is to be found again. */
static void put_configurations(struct buf *lines, const struct cJSON *group)
{
    char digits[24];
    struct ferry_str title = json_str(json_get(group, "title"));
    json_each (v, json_get(group, "configurations")) {
        struct ferry_str id = json_id(json_get(v, "id"), digits);
        buf_printf(lines, "%.*s\t%.*s\t%.*s\n", STR_ARG(id), STR_ARG(title),
                   STR_ARG(json_str(json_get(v, "title"))));
    }
}

static int32_t read_configurations(const struct ferry_ask *ask, const struct ferry_message *answer,
                                   const struct ferry_reply *reply, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct json_doc doc = {NULL};
    struct buf lines;
    buf_init(&lines, 1 << 20);
    int32_t rc = json_parse(&doc, answer->body, JSON_STRICT, NULL, &why);
    const struct cJSON *groups = json_get(json_get(doc.root, "result"), "entities");
    if (rc == FERRY_E_INPUT || (rc == FERRY_OK && !json_is_array(groups))) {
        rc = qase_not_understood(err, "not a list of configurations");
    }
    json_each (group, groups) {
        put_configurations(&lines, group);
    }
    rc = rc ? rc : lines.failed;
    rc = rc ? rc : reply->fact(reply->self, ask->name, ferry_cstr(buf_cstr(&lines)));
    buf_finish(&lines);
    json_finish(&doc);
    return rc;
}

/* --- the fields of cases -------------------------------------------------------------------------------------- */

/* The fields that cases have here, as they are listed, for codec_fields.c. */
static int32_t read_fields(const struct ferry_call *call, const struct ferry_ask *ask,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err)
{
    int system = qase_is_fields_fact(ask->name) == 2;
    struct json_doc doc = {NULL};
    struct qase_page page;
    struct buf list;
    char scratch[64];
    int64_t filtered = 0, entity = 0;
    int more = 0;
    qase_page_begin(&page, ask);
    buf_init(&list, MOST_ITEM);
    struct json_out j = json_to(&list);
    int32_t rc = qase_parse(&doc, answer->body, err);
    const struct cJSON *result = json_get(doc.root, "result");
    const struct cJSON *fields = system ? result : json_get(result, "entities");
    if (rc == FERRY_OK && (!json_is_array(fields) ||
                           (!system && !json_int(json_get(result, "filtered"), &filtered)))) {
        rc = qase_not_understood(err, "not a list of fields");
    }
    json_open(&j, '[');
    json_each (field, fields) {
        int on_cases = system ? json_int(json_get(field, "entity"), &entity) && entity == 0
                              : str_is(json_str(json_get(field, "entity")), "case") &&
                                    qase_is_for_project(field, call->project);
        if ((system || qase_page_element(&page, field)) && on_cases) {
            json_put_value(&j, field);
        }
    }
    json_close(&j, ']');
    rc = rc ? rc : list.failed;
    if (rc == FERRY_OK) {
        rc = reply->fact(reply->self, system ? ask->name : qase_fields_fact(&page.here, scratch),
                         buf_str(&list));
    }
    rc = rc || system ? rc : qase_page_end(&page, filtered, QASE_NEXT_PAGE, reply, &more);
    qase_page_finish(&page);
    json_finish(&doc);
    buf_finish(&list);
    return rc;
}

int32_t qase_read_fact(const struct ferry_call *call, const struct ferry_ask *ask,
                       const struct ferry_message *answer, const struct ferry_reply *reply,
                       struct ferry_error *err)
{
    struct name_search slug = {.member = "slug", .name = named(ask->name, environment)};
    struct name_search title = {
        .member = "title", .name = named(ask->name, milestone), .takes_id = 1};
    if (qase_is_fields_fact(ask->name)) {
        return read_fields(call, ask, answer, reply, err);
    }
    return str_is(ask->name, configurations) ? read_configurations(ask, answer, reply, err)
           : slug.name.ptr                   ? read_name(ask, answer, &slug, reply, err)
           : title.name.ptr                  ? read_name(ask, answer, &title, reply, err)
                                             : read_key_field(call, ask, answer, reply, err);
}

/* --- using them ------------------------------------------------------------------------------------------------- */

/* One line of the fact; 0 at its end. */
static int next_configuration(struct ferry_str *rest, struct ferry_str *id, struct ferry_str *name)
{
    struct ferry_str line;
    if (!str_split(rest, '\n', &line)) {
        return 0;
    }
    *name = line;
    return str_split(name, '\t', id);
}

struct ferry_str qase_configuration(const struct ferry_call *call, struct ferry_str is, int by_id)
{
    struct ferry_str rest = ferry_get(call->facts, call->n_facts, ferry_cstr(configurations));
    struct ferry_str id, name;
    while (rest.len && next_configuration(&rest, &id, &name)) {
        if (ferry_eq(by_id ? id : name, is)) {
            return by_id ? name : id;
        }
    }
    return (struct ferry_str){NULL, 0};
}
