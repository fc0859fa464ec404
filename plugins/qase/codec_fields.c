/* SPDX-License-Identifier: MIT */
/*
 * codec_fields.c - what a case that ferry makes says in fields which no report speaks of: the project may have required ones, and only a person
 * knows their values ("case_defaults"). Two facts hold the fields as the server lists them, so that a new value in the configuration counts at
 * once.
 */
#include "codec.h"

#include <text.h>

enum { MOST_MEMORY = 16 << 20, SHOWN = 80 };

static const char custom_fact[] = "custom fields of cases",
                  system_fact[] = "system fields of cases";

struct lookup {
    const struct ferry_call *call;
    struct case_fields *out;
    struct ferry_error *err;
    uint64_t used; /* bit n: entry n of case_defaults has found its field */
};

/* --- facts ------------------------------------------------------------------------------------- */

int qase_is_fields_fact(struct ferry_str name)
{
    return str_is(name, system_fact) ? 2 : str_starts(name, custom_fact);
}

/* The custom fields come in pages, a fact each; the first is the one that is asked for. */
struct ferry_str qase_fields_fact(const struct qase_place *place, char scratch[64])
{
    snprintf(scratch, 64, place->offset ? "%s, from %lld on" : "%s", custom_fact,
             (long long)place->offset);
    return ferry_cstr(scratch);
}

/* Asks for those that are not known yet; how many. */
static int need_facts(const struct ferry_call *call, const struct ferry_out *out)
{
    const char *names[] = {custom_fact, system_fact};
    int n = 0;
    for (size_t i = 0; i < 2; i++) {
        if (!ferry_get(call->facts, call->n_facts, ferry_cstr(names[i])).len) {
            out->need(out->self, ferry_cstr(names[i]));
            n++;
        }
    }
    return n;
}

/* --- case_defaults ------------------------------------------------------------------------------ */

/* The value for a field that is called so, by either name. 1: found. */
static int given(struct lookup *l, struct ferry_str title, struct ferry_str slug,
                 struct ferry_str *value)
{
    struct ferry_str rest = ferry_get(l->call->options, l->call->n_options,
                                      FERRY_LIT("case_defaults")),
                     line, name;
    for (unsigned i = 0; !str_empty(rest) && str_split(&rest, '\n', &line) && i < CASE_FIELDS;
         i++) {
        str_split(&line, '=', &name);
        name = str_trim(name);
        if (line.ptr && (str_cmp_nocase(name, str_trim(title)) == 0 ||
                         (slug.len && str_cmp_nocase(name, slug) == 0))) {
            *value = str_trim(line);
            l->used |= UINT64_C(1) << i;
            return value->len > 0;
        }
    }
    return 0;
}

/* Each entry in turn: before anything is looked up its form, after it whether there is a field of that name. */
static int32_t check_entries(const struct lookup *l, int after)
{
    struct ferry_str rest = ferry_get(l->call->options, l->call->n_options,
                                      FERRY_LIT("case_defaults")),
                     line, name;
    char shown[SHOWN];
    for (unsigned i = 0; !str_empty(rest) && str_split(&rest, '\n', &line); i++) {
        struct ferry_str whole = line;
        str_split(&line, '=', &name);
        if (i >= CASE_FIELDS) {
            return ferry_fail(l->err, FERRY_E_CONFIG, "case_defaults",
                              "case_defaults has more than %d entries", CASE_FIELDS);
        }
        if (!line.ptr || str_empty(str_trim(name))) {
            return ferry_fail(l->err, FERRY_E_CONFIG, "case_defaults",
                              "case_defaults: \"%s\" is not FIELD=VALUE; write it like "
                              "\"Severity=major\"",
                              text_show_to(shown, sizeof shown, whole));
        }
        if (after && !(l->used & UINT64_C(1) << i)) {
            return ferry_fail(l->err, FERRY_E_CONFIG, "case_defaults",
                              "case_defaults: \"%s\" is no field of cases in project %.*s that a "
                              "value can be given for; check its title",
                              text_show_to(shown, sizeof shown, str_trim(name)),
                              STR_ARG(l->call->project));
        }
    }
    return FERRY_OK;
}

/* --- values --------------------------------------------------------------------------------------- */

static struct ferry_str text(const struct cJSON *v, const char *name)
{
    return json_str(json_get(v, name));
}

static const struct cJSON *options_of(const struct cJSON *field)
{
    const struct cJSON *list = json_get(field, "options");
    return json_is_array(list) ? list : json_get(field, "value");
}

/* "core, web, ..." for messages. */
static const char *list_options(const struct cJSON *field, char out[160])
{
    struct buf b;
    buf_borrow(&b, out, 150);
    json_each (option, options_of(field)) {
        struct ferry_str title =
            text(option, "slug").len ? text(option, "slug") : text(option, "title");
        if (b.len + title.len + 8 > 140) {
            buf_puts(&b, ", ...");
            break;
        }
        buf_puts(&b, b.len ? ", " : "");
        text_show(&b, title, 0);
    }
    return buf_cstr(&b);
}

static int32_t no_value(const struct lookup *l, const struct cJSON *field, const char *kind)
{
    char name[SHOWN], options[160] = "";
    int choices = json_count(options_of(field)) > 0;
    text_show_to(name, sizeof name, text(field, "title"));
    return ferry_fail(l->err, FERRY_E_CONFIG, "case_defaults",
                      "%s field \"%s\" is required on cases in project %.*s, and nothing says its "
                      "value for those that ferry makes; give it in the tracker's configuration: "
                      "\"case_defaults\": {\"%s\": \"...\"}%s%s%s",
                      kind, name, STR_ARG(l->call->project), name, choices ? " (" : "",
                      choices ? list_options(field, options) : "", choices ? ")" : "");
}

static int32_t misfit(const struct lookup *l, const struct cJSON *field, struct ferry_str value,
                      const char *wanted)
{
    char name[SHOWN], shown[SHOWN];
    return ferry_fail(l->err, FERRY_E_CONFIG, "case_defaults",
                      "case_defaults: \"%s\" is \"%s\"; the field takes %s",
                      text_show_to(name, sizeof name, text(field, "title")),
                      text_show_to(shown, sizeof shown, value), wanted);
}

/* The id of an option, by slug, title or the id itself. */
static struct ferry_str option_id(const struct cJSON *field, struct ferry_str value,
                                  char digits[24])
{
    json_each (option, options_of(field)) {
        struct ferry_str id = json_id(json_get(option, "id"), digits);
        if (ferry_eq(id, value) || str_cmp_nocase(text(option, "slug"), value) == 0 ||
            str_cmp_nocase(text(option, "title"), value) == 0) {
            return id;
        }
    }
    return (struct ferry_str){NULL, 0};
}

/* "core,web" -> "1,2" */
static int32_t ids_of(struct lookup *l, const struct cJSON *field, struct ferry_str value,
                      int several, struct ferry_str *out)
{
    struct ferry_str rest = value, one;
    char digits[24], options[160];
    struct buf ids;
    int32_t rc = FERRY_OK;
    buf_init(&ids, 64 * 1024);
    while (rc == FERRY_OK && rest.ptr) {
        if (several) {
            str_split(&rest, ',', &one);
        } else {
            one = rest;
            rest = (struct ferry_str){NULL, 0};
        }
        struct ferry_str id = option_id(field, str_trim(one), digits);
        buf_puts(&ids, ids.len ? "," : "");
        buf_put(&ids, id);
        rc = id.len ? ids.failed : misfit(l, field, one, list_options(field, options));
    }
    *out = arena_str(&l->out->arena, buf_str(&ids));
    buf_finish(&ids);
    return rc ? rc : l->out->arena.failed;
}

static int32_t custom_value(struct lookup *l, const struct cJSON *field, struct ferry_str value,
                            struct ferry_str *out)
{
    struct ferry_str type = text(field, "type");
    int64_t n;
    *out = arena_str(&l->out->arena, value);
    if (str_is(type, "selectbox") || str_is(type, "radio") || str_is(type, "multiselect")) {
        return ids_of(l, field, value, str_is(type, "multiselect"), out);
    }
    if (str_is(type, "checkbox")) {
        int yes = str_is_nocase(value, "true") || str_is(value, "1") || str_is_nocase(value, "yes");
        int no = str_is_nocase(value, "false") || str_is(value, "0") || str_is_nocase(value, "no");
        *out = yes ? FERRY_LIT("1") : FERRY_LIT("");
        return yes || no ? FERRY_OK : misfit(l, field, value, "true or false");
    }
    if ((str_is(type, "number") || str_is(type, "user")) && !str_int64(value, &n)) {
        return misfit(l, field, value, "a number");
    }
    return l->out->arena.failed;
}

static int32_t add(struct lookup *l, struct ferry_kv *list, uint32_t *n, struct ferry_str key,
                   struct ferry_str value)
{
    if (*n == CASE_FIELDS) {
        return ferry_fail(l->err, FERRY_E_CONFIG, "case_defaults",
                          "more than %d fields with a value", CASE_FIELDS);
    }
    list[(*n)++] = (struct ferry_kv){arena_str(&l->out->arena, key), value};
    return l->out->arena.failed;
}

/* --- fields ------------------------------------------------------------------------------------- */

static int has_default(const struct cJSON *field)
{
    char digits[24];
    const struct cJSON *v = json_get(field, "default_value");
    if (json_id(v, digits).len > 0) {
        return 1;
    }
    json_each (option, options_of(field)) {
        if (json_bool(json_get(option, "is_default"), 0)) {
            return 1;
        }
    }
    return 0;
}

static int is_needed(const struct cJSON *field)
{
    return json_bool(json_get(field, "is_required"), 0) && !has_default(field);
}

static int32_t look_at_custom(struct lookup *l, const struct cJSON *field)
{
    struct ferry_str value, key = text(field, "title"), none = {NULL, 0};
    char digits[24];
    int32_t rc;
    if (ferry_eq(str_trim(key), str_trim(l->call->key_field))) {
        return FERRY_OK; /* ferry's own */
    }
    if (!given(l, key, none, &value)) {
        return is_needed(field) ? no_value(l, field, "custom") : FERRY_OK;
    }
    rc = custom_value(l, field, value, &value);
    return rc ? rc
              : add(l, l->out->custom, &l->out->n_custom, json_id(json_get(field, "id"), digits),
                    value);
}

/* Texts that a case has beside its custom fields; what else there is without choices is no value. */
static int is_text(struct ferry_str slug)
{
    return str_is(slug, "description") || str_is(slug, "preconditions") ||
           str_is(slug, "postconditions");
}

static int32_t look_at_system(struct lookup *l, const struct cJSON *field)
{
    struct ferry_str value, slug = text(field, "slug");
    int choices = json_count(options_of(field)) > 0;
    if (str_is(slug, "title") || (!choices && !is_text(slug))) {
        return FERRY_OK;
    }
    if (!given(l, text(field, "title"), slug, &value)) {
        return is_needed(field) ? no_value(l, field, "system") : FERRY_OK;
    }
    int32_t rc = FERRY_OK;
    if (choices) {
        rc = ids_of(l, field, value, 0, &value);
        return rc ? rc : add(l, l->out->numbers, &l->out->n_numbers, slug, value);
    }
    return add(l, l->out->texts, &l->out->n_texts, slug, arena_str(&l->out->arena, value));
}

static int32_t each_of(struct lookup *l, struct ferry_str fact,
                       int32_t (*fn)(struct lookup *l, const struct cJSON *field))
{
    struct json_doc doc = {NULL};
    int32_t rc = json_parse(&doc, fact, JSON_STRICT, NULL, NULL)
                     ? ferry_fail(l->err, FERRY_E_STATE, "fact", "the stored fields are damaged")
                     : FERRY_OK;
    json_each (field, doc.root) {
        rc = rc ? rc : fn(l, field);
    }
    json_finish(&doc);
    return rc;
}

void qase_case_fields_finish(struct case_fields *f)
{
    arena_finish(&f->arena);
}

int32_t qase_case_fields(const struct ferry_call *call, const struct ferry_out *out,
                         struct case_fields *fields, struct ferry_error *err)
{
    struct lookup l = {.call = call, .out = fields, .err = err};
    *fields = (struct case_fields){.n_custom = 0};
    arena_init(&fields->arena, MOST_MEMORY);
    int32_t rc = check_entries(&l, 0);
    if (rc == FERRY_OK && need_facts(call, out) > 0) {
        return FERRY_E_NEED;
    }
    for (uint32_t i = 0; i < call->n_facts && rc == FERRY_OK; i++) {
        int which = qase_is_fields_fact(call->facts[i].key);
        rc = which == 0
                 ? FERRY_OK
                 : each_of(&l, call->facts[i].value, which == 2 ? look_at_system : look_at_custom);
    }
    return rc ? rc : check_entries(&l, 1);
}

/* --- writing ------------------------------------------------------------------------------------- */

void qase_write_case_fields(struct writer *w, const struct case_fields *f,
                            const struct ferry_case *c)
{
    int64_t n;
    for (uint32_t i = 0; i < f->n_numbers; i++) {
        if (str_int64(f->numbers[i].value, &n)) {
            json_key_str(&w->json, f->numbers[i].key);
            json_put_int(&w->json, n);
        }
    }
    for (uint32_t i = 0; i < f->n_texts; i++) {
        struct ferry_str key = f->texts[i].key;
        int said = c && ((str_is(key, "description") && c->description.len) ||
                         (str_is(key, "preconditions") && c->precondition.len));
        if (!said) {
            json_key_str(&w->json, key);
            json_put(&w->json, qase_fitting(w, "case_defaults", f->texts[i].value, QASE_TEXT));
        }
    }
}
