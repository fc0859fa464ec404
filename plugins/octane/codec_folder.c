/* SPDX-License-Identifier: MIT */
/*
 * codec_folder.c - where a suite run hangs: a module, each level of its path got or created beneath the one above, and a suite in it. Both
 * may exist twice in Octane, so each is looked for before it is made, and there is one operation for each.
 */
#include "codec.h"

#include "xml.h"

#include <text.h>

enum { MOST_KEY = 8192, MOST_LEVELS = 12 };

int octane_is_suite(const struct ferry_op *op)
{
    return op->item && str_starts(op->item->key, OCTANE_SUITE);
}

/* --- what a run needs --------------------------------------------------------------------------------- */

struct level {
    struct ferry_str key, name;
};

/* The levels of a module's path, and the keys they are known by; views into `keys`. */
static int32_t list_levels(const struct ferry_call *call, struct buf *keys, struct level *levels,
                           uint32_t *n, struct ferry_error *err)
{
    struct ferry_str parts[] = {octane_option(call, "root_application_module_name"),
                                octane_option(call, "module")};
    *n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct ferry_str rest = parts[i], name;
        while (!str_empty(rest) && str_split(&rest, i ? '/' : '\n', &name)) {
            name = str_trim(name);
            if (str_empty(name) || *n == MOST_LEVELS || xml_fit(name, OCTANE_TEXT).len < name.len) {
                return ferry_fail(err, FERRY_E_CONFIG,
                                  i ? "module" : "root_application_module_name",
                                  "\"%.*s\": a level of it is empty, over %d characters long, or "
                                  "one of more than %d",
                                  STR_ARG(utf8_cut(parts[i], 120)), OCTANE_TEXT, MOST_LEVELS);
            }
            levels[(*n)++].name = name;
        }
    }
    for (uint32_t i = 0, at = 0; i < *n; i++) {
        at = (uint32_t)keys->len;
        buf_puts(keys, OCTANE_MODULE);
        for (uint32_t k = 0; k <= i; k++) {
            buf_puts(keys, k ? "/" : "");
            buf_put(keys, levels[k].name);
        }
        levels[i].key = (struct ferry_str){NULL, keys->len - at}; /* the buffer may still move */
    }
    uint64_t at = 0;
    for (uint32_t i = 0; i < *n; i++) {
        levels[i].key.ptr = buf_cstr(keys) + at;
        at += levels[i].key.len;
    }
    return keys->failed;
}

static struct ferry_ref ref_to(struct ferry_str key)
{
    return (struct ferry_ref){
        .size = sizeof(struct ferry_ref), .role = FERRY_FOLDER, .noun = FERRY_FOLDER, .key = key};
}

static int32_t want_folder(const struct ferry_ground *ground, struct ferry_str key,
                           struct ferry_str name, struct ferry_str parent)
{
    const struct ferry_folder folder = {.size = sizeof folder, .name = name};
    const struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_FOLDER, .key = key, .name = name, .folder = &folder};
    const struct ferry_ref ref = ref_to(parent);
    const struct ferry_ref *refs[] = {&ref};
    const struct ferry_action action = {.size = sizeof action,
                                        .kind = FERRY_OP(FERRY_CREATE, FERRY_FOLDER),
                                        .key = key,
                                        .item = &item,
                                        .refs = refs,
                                        .n_refs = parent.len ? 1 : 0};
    return ground->want(ground->self, &action);
}

static int32_t refer(const struct ferry_ground *ground, struct ferry_str key)
{
    const struct ferry_ref ref = ref_to(key);
    return ground->refer(ground->self, &ref);
}

/* The suite, in the deepest module. */
static int32_t need_suite(const struct ferry_call *call, const struct ferry_ground *ground,
                          struct ferry_str module, struct ferry_error *err)
{
    struct ferry_str name = str_trim(octane_option(call, "suite"));
    struct buf key;
    if (octane_number(call, "suite_id")) {
        return FERRY_OK;
    }
    if (str_empty(name) || xml_fit(name, OCTANE_TEXT).len < name.len) {
        return ferry_fail(err, FERRY_E_CONFIG, "suite",
                          "\"%.*s\": the suite's name is empty or over %d characters long",
                          STR_ARG(utf8_cut(name, 120)), OCTANE_TEXT);
    }
    buf_init(&key, MOST_KEY);
    buf_puts(&key, OCTANE_SUITE);
    buf_put(&key, name);
    int32_t rc = key.failed;
    rc = rc ? rc : want_folder(ground, buf_str(&key), name, module);
    rc = rc ? rc : refer(ground, buf_str(&key));
    buf_finish(&key);
    return rc;
}

static int32_t check_run(const struct ferry_call *call, struct ferry_error *err)
{
    struct ferry_str form = octane_option(call, "suite_run");
    struct ferry_str space, workspace;
    int32_t rc = octane_check_links(call, err);
    if (rc) {
        return rc;
    }
    for (uint64_t i = 0; i < form.len; i++) {
        if (str_starts(str_sub(form, i, form.len), "{key}")) {
            return octane_place(call, &space, &workspace, err);
        }
    }
    return ferry_fail(err, FERRY_E_CONFIG, "suite_run",
                      "\"%.*s\" has no {key}: two uploads of one title would share a suite run; "
                      "write it into the template, such as \"{title} {key}\"",
                      STR_ARG(utf8_cut(form, 120)));
}

static int32_t needs(const struct ferry_call *call, const struct ferry_action *action,
                     const struct ferry_ground *ground, struct ferry_error *err)
{
    struct level levels[MOST_LEVELS + 1];
    struct ferry_str above = {NULL, 0};
    struct buf keys;
    uint32_t n = 0;
    if (action->kind != FERRY_OP(FERRY_CREATE, FERRY_RUN)) {
        return FERRY_OK;
    }
    buf_init(&keys, MOST_KEY * MOST_LEVELS);
    int32_t rc = check_run(call, err);
    if (rc == FERRY_OK && !octane_number(call, "module_id")) {
        rc = list_levels(call, &keys, levels, &n, err);
    }
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        rc = want_folder(ground, levels[i].key, levels[i].name, above);
        above = levels[i].key;
    }
    if (rc == FERRY_OK && n) {
        rc = refer(ground, above);
    }
    rc = rc ? rc : need_suite(call, ground, above, err);
    buf_finish(&keys);
    return rc;
}

const struct ferry_needs octane_needs = {.needs = needs};

/* --- one folder ------------------------------------------------------------------------------------------ */

int32_t octane_parent_of(const struct ferry_call *call, const struct ferry_op *op,
                         struct ferry_str *parent)
{
    const struct ferry_ref *ref = ferry_ref_of(op->item, FERRY_FOLDER);
    *parent = (struct ferry_str){NULL, 0};
    if (ref) {
        *parent = ref->id;
    } else if (octane_is_suite(op)) {
        *parent = octane_number(call, "module_id") ? octane_option(call, "module_id") : *parent;
    } else {
        *parent = ferry_get(call->facts, call->n_facts, FERRY_LIT(OCTANE_ROOT));
        return parent->ptr ? FERRY_OK : FERRY_E_NEED;
    }
    return FERRY_OK;
}

static void put_reference(struct json_out *json, const char *type, struct ferry_str id)
{
    json_open(json, '{');
    json_member(json, "type", ferry_cstr(type));
    json_member(json, "id", id);
    json_close(json, '}');
}

static void write_module(struct json_out *json, struct ferry_str parent)
{
    json_key(json, "parent");
    put_reference(json, "application_module", parent);
    json_key(json, "business_impact");
    put_reference(json, "list_node", FERRY_LIT("list_node.business_impact.no_impact"));
}

static void write_suite(struct json_out *json, struct ferry_str module)
{
    if (str_empty(module)) {
        return;
    }
    json_key(json, "product_areas");
    json_open(json, '{');
    json_key(json, "data");
    json_open(json, '[');
    put_reference(json, "product_area", module);
    json_close(json, ']');
    json_close(json, '}');
}

void octane_write_folder(struct buf *b, int is_suite, struct ferry_str name,
                         struct ferry_str parent)
{
    struct json_out json = json_to(b);
    json_open(&json, '{');
    json_key(&json, "data");
    json_open(&json, '[');
    json_open(&json, '{');
    json_member(&json, "name", name);
    if (is_suite) {
        write_suite(&json, parent);
    } else {
        write_module(&json, parent);
    }
    json_close(&json, '}');
    json_close(&json, ']');
    json_close(&json, '}');
}

int32_t octane_encode_folder(const struct ferry_call *call, const struct ferry_op *op,
                             const struct ferry_out *out, struct ferry_error *err)
{
    struct ferry_str parent;
    struct buf target, body;
    int32_t rc = octane_parent_of(call, op, &parent);
    if (rc) {
        out->need(out->self, FERRY_LIT(OCTANE_ROOT));
        return rc;
    }
    if (!octane_is_suite(op) && str_empty(parent)) {
        return ferry_fail(err, FERRY_E_INPUT, "module",
                          "the workspace shows no root of its application modules; name one by "
                          "\"module_id\"");
    }
    buf_init(&target, 8192);
    buf_init(&body, OCTANE_BODY);
    rc = octane_put_path(&target, call,
                         octane_is_suite(op) ? "/test_suites?fields=id,name"
                                             : "/application_modules?fields=id,name,parent",
                         err);
    octane_write_folder(&body, octane_is_suite(op), op->item->name, parent);
    if (rc == FERRY_OK) {
        out->start(out->self, FERRY_LIT("POST"), buf_str(&target));
        out->header(out->self, FERRY_LIT("content-type"));
        out->text(out->self, FERRY_LIT("application/json"));
        out->body(out->self);
        rc = out->text(out->self, buf_str(&body));
    }
    buf_finish(&target);
    buf_finish(&body);
    return rc;
}

/* Of one name beneath one parent: the server tests both, and answer() again. */
int32_t octane_find_folders(const struct ferry_call *call, const struct ferry_op *const *ops,
                            uint32_t n, const struct ferry_asks *asks, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    (void)err;
    for (uint32_t i = 0; i < n && rc == FERRY_OK; i++) {
        struct ferry_str parent;
        rc = octane_parent_of(call, ops[i], &parent);
        if (rc == FERRY_E_NEED) {
            asks->need(asks->self, FERRY_LIT(OCTANE_ROOT));
            return rc;
        }
        const struct ferry_kv filters[] = {
            {FERRY_LIT("title"), ops[i]->item->name},
            {FERRY_LIT("folder"), parent},
            {FERRY_LIT("of"), octane_is_suite(ops[i]) ? FERRY_LIT("suite") : FERRY_LIT("module")}};
        const struct ferry_ask ask = {.size = sizeof ask,
                                      .what = FERRY_ASK_LIST,
                                      .noun = FERRY_FOLDER,
                                      .n_filters = 3,
                                      .filters = filters};
        rc = asks->add(asks->self, &ask);
    }
    return rc;
}
