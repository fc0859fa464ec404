/* SPDX-License-Identifier: MIT */
/*
 * codec_jira.c - which backlog items a result covers: keys of Jira that its properties, its tags, its name or the configuration hold, looked up a hundred at a
 * time before the payload is written. What has no story, or several, is told and costs the link alone.
 *
 * Facts: "jira field F" ("1": stories have it), "stories A-1,A-2" (a question about many), "story A-1" (ids with ',' between; "": none).
 */
#include "codec.h"
#include "jira.h"

#include <text.h>

enum { MOST_ITEMS = 64, MOST_NAME = 3000, MOST_NOTE = 900, MOST_FIELD = 256 };
#define FIELD   "jira field "
#define STORIES "stories "

static const struct ferry_str nothing = {NULL, 0};

/* --- where keys stand ------------------------------------------------------------------------------------- */

typedef void key_fn(void *data, struct ferry_str key, int is_key);

static void each_of_text(struct ferry_str text, key_fn *fn, void *data)
{
    struct ferry_str key;
    int is_key;
    while (jira_next(&text, &key, &is_key)) {
        fn(data, key, is_key);
    }
}

static int is_listed(struct ferry_str list, struct ferry_str name)
{
    struct ferry_str one;
    while (!str_empty(list) && str_split(&list, '\n', &one)) {
        if (str_cmp_nocase(str_trim(one), name) == 0) {
            return 1;
        }
    }
    return 0;
}

static void each_of_name(const struct ferry_call *call, struct ferry_str name, key_fn *fn,
                         void *data)
{
    struct ferry_str pattern = octane_option(call, "jira_pattern"), key;
    uint64_t at = 0;
    while (!str_empty(pattern) && jira_find(name, pattern, &at, &key)) {
        fn(data, key, 1);
    }
}

static void each_key(const struct ferry_call *call, const struct ferry_op *op, key_fn *fn,
                     void *data)
{
    static const char tag[] = "jira:";
    const struct ferry_result *result = op->item->result;
    struct ferry_str names = octane_option(call, "jira_properties");
    if (!result || str_is(octane_option(call, "link"), "none")) {
        return;
    }
    each_of_text(octane_option(call, "jira"), fn, data);
    for (uint32_t i = 0; i < result->n_properties; i++) {
        if (is_listed(names, result->properties[i].key)) {
            each_of_text(result->properties[i].value, fn, data);
        }
    }
    for (uint32_t i = 0; i < result->n_tags; i++) {
        struct ferry_str text = str_trim(result->tags[i]);
        if (str_is_nocase(str_sub(text, 0, sizeof tag - 1), tag)) {
            each_of_text(str_sub(text, sizeof tag - 1, text.len), fn, data);
        }
    }
    each_of_name(call, result->name, fn, data);
}

/* --- what has to be known ------------------------------------------------------------------------------------ */

struct wanted {
    const struct ferry_call *call;
    struct ferry_str keys[JIRA_AT_ONCE];
    uint32_t n;
    uint64_t bytes;
    int any; /* key at all */
};

static int is_full(const struct wanted *w)
{
    return w->n == JIRA_AT_ONCE || w->bytes > MOST_NAME;
}

static void want(void *data, struct ferry_str key, int is_key)
{
    struct wanted *w = data;
    if (!is_key || is_full(w)) {
        return;
    }
    w->any = 1;
    for (uint32_t i = 0; i < w->n; i++) {
        if (ferry_eq(w->keys[i], key)) {
            return;
        }
    }
    if (!octane_fact(w->call, "story", key).ptr) {
        w->keys[w->n++] = key;
        w->bytes += key.len;
    }
}

static struct ferry_str field_of(const struct ferry_call *call)
{
    struct ferry_str field = octane_option(call, "jira_field");
    return field.len ? field : FERRY_LIT(OCTANE_JIRA_FIELD);
}

static int32_t need(const struct ferry_out *out, const char *kind, struct ferry_str name)
{
    struct buf b;
    buf_init(&b, 2 * MOST_NAME);
    buf_puts(&b, kind);
    buf_put(&b, name);
    int32_t rc = b.failed ? b.failed : out->need(out->self, buf_str(&b));
    buf_finish(&b);
    return rc ? rc : FERRY_E_NEED;
}

int32_t octane_need_stories(const struct ferry_call *call, const struct ferry_op *const *ops,
                            uint32_t n, const struct ferry_out *out)
{
    struct wanted w = {.call = call};
    struct ferry_str field = octane_fact(call, "jira field", field_of(call));
    struct buf names;
    for (uint32_t i = 0; i < n && !is_full(&w); i++) {
        each_key(call, ops[i], want, &w);
    }
    if (w.any && !field.ptr) {
        return need(out, FIELD, field_of(call));
    }
    if (w.n == 0 || str_empty(field)) {
        return FERRY_OK;
    }
    buf_init(&names, 2 * MOST_NAME);
    for (uint32_t i = 0; i < w.n; i++) {
        buf_puts(&names, i ? "," : "");
        buf_put(&names, w.keys[i]);
    }
    int32_t rc = names.failed ? names.failed : need(out, STORIES, buf_str(&names));
    buf_finish(&names);
    return rc;
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

int octane_is_jira_fact(struct ferry_str fact)
{
    return str_starts(fact, FIELD) || str_starts(fact, STORIES);
}

static struct ferry_str behind(struct ferry_str fact, const char *kind)
{
    return str_sub(fact, ferry_cstr(kind).len, fact.len);
}

int32_t octane_ask_jira(struct buf *target, const struct ferry_call *call, struct ferry_str fact,
                        struct ferry_error *err)
{
    struct ferry_str rest = behind(fact, STORIES), keys[JIRA_AT_ONCE];
    struct ferry_str field = utf8_cut(field_of(call), MOST_FIELD - 1);
    struct octane_list list = {.collection = "metadata/fields"};
    char fields[MOST_FIELD + 8];
    struct buf query;
    uint32_t n = 0;
    buf_init(&query, OCTANE_BODY);
    if (str_starts(fact, FIELD)) {
        octane_phrase_text(&query, "entity_name", "EQ", FERRY_LIT("story"));
        octane_phrase_text(&query, "name", "EQ", behind(fact, FIELD));
    } else {
        while (n < JIRA_AT_ONCE && !str_empty(rest) && str_split(&rest, ',', &keys[n])) {
            n++;
        }
        jira_phrase(&query, field, keys, n);
        snprintf(fields, sizeof fields, "id,%.*s", STR_ARG(field));
        list = (struct octane_list){
            .collection = "stories", .fields = fields, .order = "id", .limit = OCTANE_PAGE};
    }
    list.query = buf_str(&query);
    int32_t rc = octane_put_list(target, call, &list, err);
    buf_finish(&query);
    return rc;
}

static int32_t tell_key(struct ferry_str key, const char *field, const struct cJSON *data,
                        const struct ferry_reply *reply)
{
    char digits[24];
    struct buf ids, name;
    buf_init(&ids, OCTANE_BODY);
    buf_init(&name, 2 * MOST_NAME);
    json_each (v, data) {
        struct ferry_str id = json_id(json_get(v, "id"), digits);
        if (octane_is_id(id) && jira_same(json_str(json_get(v, field)), key)) {
            buf_puts(&ids, ids.len ? "," : "");
            buf_put(&ids, id);
        }
    }
    struct ferry_str fact = octane_fact_name(&name, "story", key);
    int32_t rc = ids.failed ? ids.failed : name.failed;
    rc = rc ? rc : reply->fact(reply->self, fact, ids.len ? buf_str(&ids) : FERRY_LIT(""));
    buf_finish(&ids);
    buf_finish(&name);
    return rc;
}

int32_t octane_answer_jira(const struct ferry_call *call, struct ferry_str fact,
                           const struct cJSON *data, const struct ferry_reply *reply)
{
    struct ferry_str rest = behind(fact, STORIES), key;
    char field[MOST_FIELD];
    int32_t rc = FERRY_OK;
    if (str_starts(fact, FIELD)) {
        return reply->fact(reply->self, fact, json_count(data) ? FERRY_LIT("1") : FERRY_LIT(""));
    }
    snprintf(field, sizeof field, "%.*s", STR_ARG(utf8_cut(field_of(call), MOST_FIELD - 1)));
    while (rc == FERRY_OK && !str_empty(rest) && str_split(&rest, ',', &key)) {
        rc = tell_key(key, field, data, reply);
    }
    /* The question itself is worth nothing once its keys are known. */
    return rc ? rc : reply->fact(reply->self, fact, FERRY_LIT(""));
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

struct items {
    const struct ferry_call *call;
    struct ferry_str ids[MOST_ITEMS];
    uint32_t n;
    struct buf bad;       /* what is wrong with keys, for a person */
    struct ferry_str key; /* the first that can be linked later */
};

static void blame(struct items *items, struct ferry_str key, const char *what)
{
    buf_puts(&items->bad, items->bad.len ? ", " : "");
    text_show(&items->bad, key, 60);
    buf_puts(&items->bad, what);
}

static void take(void *data, struct ferry_str key, int is_key)
{
    struct items *items = data;
    struct ferry_str ids = is_key ? octane_fact(items->call, "story", key) : nothing, rest = ids,
                     id;
    if (!is_key) {
        blame(items, key, " is no key of Jira");
        return;
    }
    if (str_empty(ids) || !str_split(&rest, ',', &id) || rest.ptr) {
        blame(items, key, str_empty(ids) ? " has no story" : " has several stories");
        items->key = items->key.ptr ? items->key : key;
        return;
    }
    for (uint32_t i = 0; i < items->n; i++) {
        if (ferry_eq(items->ids[i], id)) {
            return;
        }
    }
    if (items->n == MOST_ITEMS) {
        blame(items, key, " is one too many");
        return;
    }
    items->ids[items->n++] = id;
}

/* So that it can be pasted into a shell. */
static void put_word(struct buf *b, struct ferry_str word)
{
    buf_putc(b, '\'');
    for (uint64_t i = 0; i < word.len; i++) {
        buf_puts(b, word.ptr[i] == '\'' ? "'\\'" : "");
        buf_putc(b, word.ptr[i]);
    }
    buf_putc(b, '\'');
}

static void note_bad(const struct octane_writer *w, struct items *items, struct ferry_str field,
                     struct ferry_str test)
{
    struct buf *bad = &items->bad;
    if (bad->len > MOST_NOTE) {
        buf_cut(bad, utf8_cut(buf_str(bad), MOST_NOTE).len);
        buf_puts(bad, "...");
    }
    if (items->key.ptr && field.ptr && str_empty(field)) {
        buf_reset(bad);
        buf_printf(bad, "stories have no field \"%.*s\"; set \"jira_field\"",
                   STR_ARG(utf8_cut(field_of(w->call), 100)));
    } else if (items->key.ptr) {
        buf_puts(bad, "; once mended: ferry octane link --jira ");
        buf_put(bad, items->key);
        buf_puts(bad, " --suite-run ");
        put_word(bad, w->run);
        buf_puts(bad, " --test ");
        put_word(bad, test);
    }
    octane_note(w, FERRY_NOTE_SKIPPED, "jira", buf_cstr(bad));
}

void octane_write_backlog(struct octane_writer *w, const struct ferry_op *op)
{
    struct items items = {.call = w->call};
    struct ferry_str field = octane_fact(w->call, "jira field", field_of(w->call));
    buf_init(&items.bad, 65536);
    each_key(w->call, op, take, &items);
    if (items.n && !str_is(octane_option(w->call, "link"), "after")) {
        buf_puts(&w->xml, "<backlog_items>");
        for (uint32_t i = 0; i < items.n; i++) {
            buf_printf(&w->xml, "<backlog_item_ref id=\"%.*s\"/>", STR_ARG(items.ids[i]));
        }
        buf_puts(&w->xml, "</backlog_items>");
    }
    if (items.bad.len) {
        note_bad(w, &items, field, op->item->key.len ? op->item->key : op->item->result->name);
    }
    buf_finish(&items.bad);
}

uint32_t octane_stories_of(const struct ferry_call *call, const struct ferry_op *op,
                           struct ferry_str *ids, uint32_t room)
{
    struct items items = {.call = call};
    buf_init(&items.bad, 65536);
    each_key(call, op, take, &items);
    buf_finish(&items.bad);
    items.n = items.n < room ? items.n : room;
    memcpy(ids, items.ids, items.n * sizeof *ids);
    return items.n;
}

/* --- the configuration ------------------------------------------------------------------------------------------------ */

int32_t octane_check_links(const struct ferry_call *call, struct ferry_error *err)
{
    struct ferry_str keys = octane_option(call, "jira"), key;
    struct ferry_str pattern = octane_option(call, "jira_pattern"), field = field_of(call);
    int is_key;
    while (jira_next(&keys, &key, &is_key)) {
        if (!is_key) {
            return ferry_fail(err, FERRY_E_CONFIG, "jira",
                              "\"%.*s\" is no key of Jira, such as AO-17",
                              STR_ARG(utf8_cut(key, 60)));
        }
    }
    if (!str_empty(pattern) && !jira_is_pattern(pattern)) {
        return ferry_fail(err, FERRY_E_CONFIG, "jira_pattern",
                          "\"%.*s\" has no {key}; write where it stands, such as \"[{key}]\"",
                          STR_ARG(utf8_cut(pattern, 60)));
    }
    for (uint64_t i = 0; i < field.len; i++) {
        char c = field.ptr[i];
        if (field.len >= MOST_FIELD || (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
                                        !(c >= 'A' && c <= 'Z') && c != '_')) {
            return ferry_fail(err, FERRY_E_CONFIG, "jira_field",
                              "\"%.*s\" is no name of a field, such as jira_key_udf",
                              STR_ARG(utf8_cut(field, 60)));
        }
    }
    return FERRY_OK;
}
