/* SPDX-License-Identifier: MIT */
/*
 * commands.c - `ferry local list` and `ferry local export`: what the local tracker holds, for
 * people and for programs. They ask the service like anybody else, through the host, so they
 * work on a served tracker too.
 */
#include "local.h"

#include <arena.h>
#include <json.h>
#include <string.h>
#include <text.h>

enum { MOST_PAGE = 128 << 20, MOST_MEMORY = 512 << 20, MOST_OUT = 512 << 20, FLUSH = 1 << 20 };

/* One running command. */
struct shell {
    const struct ferry_command_call *call;
    struct ferry_error *err;
    struct arena arena;
    struct buf out; /* flushed when it grows */
    struct json_out json;
    struct ferry_str key_field;
    struct case_key {
        int64_t id;
        struct ferry_str key;
    } * keys; /* of cases, by id */
    size_t n_keys, room;
    struct ferry_str project; /* in hand */
    int as_json;
};

static struct ferry_str option(const struct shell *s, const char *name)
{
    return ferry_get(s->call->options, s->call->n_options, ferry_cstr(name));
}

static int32_t flush(struct shell *s, size_t unless_over)
{
    int32_t rc = FERRY_OK;
    if (s->out.failed) {
        return ferry_fail(s->err, s->out.failed, NULL, "the output does not fit into memory");
    }
    if (s->out.len > unless_over) {
        rc = s->call->io->out(s->call->io->self, buf_str(&s->out));
        buf_cut(&s->out, 0);
    }
    return rc ? ferry_fail(s->err, rc, NULL, "stdout does not take the output") : FERRY_OK;
}

/* --- asking -------------------------------------------------------------------------------- */

typedef int32_t each_fn(struct shell *s, const struct cJSON *v);

struct paging {
    struct shell *shell;
    each_fn *each;
    int64_t next; /* -1: the list has ended */
};

static int32_t hand_on(void *data, uint32_t index, const struct cJSON *v)
{
    struct paging *p = data;
    (void)index;
    return p->each(p->shell, v);
}

static int32_t take_page(void *data, const struct ferry_message *answer)
{
    struct paging *p = data;
    struct shell *s = p->shell;
    struct json_doc rest = {NULL};
    struct ferry_error why = {.size = sizeof why};
    if (answer->status != 200) {
        if (json_parse(&rest, answer->body, JSON_STRICT, NULL, NULL) == FERRY_OK) {
            ferry_fail(&why, FERRY_E_REFUSED, NULL, ": %.*s",
                       STR_ARG(json_str(json_get(json_get(rest.root, "error"), "message"))));
        }
        json_finish(&rest);
        return ferry_fail(s->err, FERRY_E_REFUSED, NULL, "the local tracker answered %u%s",
                          answer->status, why.message);
    }
    int32_t rc = json_elements(answer->body, "items", hand_on, p, &rest, &why);
    if (rc == FERRY_E_INPUT) {
        rc = ferry_fail(s->err, FERRY_E_PROTOCOL, NULL, "the local tracker's answer: %s",
                        why.message);
    }
    int64_t before = p->next;
    p->next = -1;
    if (rc == FERRY_OK && json_int(json_get(rest.root, "next"), &p->next) && p->next <= before) {
        rc = ferry_fail(s->err, FERRY_E_PROTOCOL, NULL,
                        "the local tracker's pages do not come to an end");
    }
    json_finish(&rest);
    return rc;
}

static void put_segment(struct buf *b, struct ferry_str text)
{
    for (uint64_t i = 0; i < text.len; i++) {
        buf_printf(b, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
    }
}

/* All items of a list: "projects", or one of the project in hand. */
static int32_t each_item(struct shell *s, const char *what, each_fn *each)
{
    struct paging p = {s, each, 0};
    struct buf target;
    int32_t rc = FERRY_OK;
    buf_init(&target, 4096);
    while (rc == FERRY_OK && p.next >= 0) {
        buf_reset(&target);
        buf_puts(&target, "/v1/");
        if (strcmp(what, "projects") != 0) {
            put_segment(&target, s->project);
            buf_putc(&target, '/');
        }
        buf_printf(&target, "%s?limit=%d&offset=%lld", what, LOCAL_PAGE, (long long)p.next);
        if (target.failed) {
            rc = ferry_fail(s->err, FERRY_E_CONFIG, "project", "the project's name is too long");
            break;
        }
        const struct ferry_message m = {
            .size = sizeof m, .method = FERRY_LIT("GET"), .target = buf_str(&target)};
        rc = s->call->io->send(s->call->io->self, &m, take_page, &p, s->err);
    }
    buf_finish(&target);
    return rc;
}

/* --- list ---------------------------------------------------------------------------------- */

static int64_t number(const struct cJSON *v, const char *name)
{
    int64_t n = 0;
    json_int(json_get(v, name), &n);
    return n;
}

static int32_t show_run(struct shell *s, const struct cJSON *v)
{
    int64_t total = 0;
    char state[40];
    const struct cJSON *counts = json_get(v, "counts");
    if (s->as_json) {
        json_put_value(&s->json, v);
        return flush(s, FLUSH);
    }
    json_each (n, counts) {
        int64_t one = 0;
        json_int(n, &one);
        total += one;
    }
    buf_printf(&s->out, "  run %-6lld %-8s %8lld results  ", (long long)number(v, "id"),
               text_show_to(state, sizeof state, json_str(json_get(v, "state"))), (long long)total);
    text_show(&s->out, json_str(json_get(v, "title")), 200);
    const char *sep = "  (";
    json_each (n, counts) {
        int64_t one = 0;
        json_int(n, &one);
        buf_printf(&s->out, "%s%lld ", sep, (long long)one);
        text_show(&s->out, json_name(n), 80);
        sep = ", ";
    }
    buf_puts(&s->out, total > 0 ? ")\n" : "\n");
    return flush(s, FLUSH);
}

/* Projects first into memory: a list is not asked for while another is being read. */
struct project_row {
    struct ferry_str code;
    int64_t cases, runs, results;
    struct project_row *next;
};
struct listing {
    struct shell shell; /* first: handed on as the shell */
    struct project_row *first, **last;
};

static int32_t take_project(struct shell *s, const struct cJSON *v)
{
    struct listing *l = (struct listing *)s;
    struct project_row *row = arena_new(&s->arena, struct project_row);
    struct ferry_str code = json_str(json_get(v, "project"));
    if (s->call->project.len > 0 && !ferry_eq(code, s->call->project)) {
        return FERRY_OK;
    }
    if (!row) {
        return ferry_fail(s->err, FERRY_E_NO_MEMORY, "local", "out of memory");
    }
    row->code = arena_str(&s->arena, code);
    row->cases = number(v, "cases");
    row->runs = number(v, "runs");
    row->results = number(v, "results");
    *l->last = row;
    l->last = &row->next;
    return FERRY_OK;
}

static int32_t show_project(struct shell *s, const struct project_row *row)
{
    s->project = row->code;
    if (!s->as_json) {
        text_show_first(&s->out, row->code, 0);
        buf_printf(&s->out, ": %lld cases, %lld runs, %lld results\n", (long long)row->cases,
                   (long long)row->runs, (long long)row->results);
        return each_item(s, "runs", show_run);
    }
    json_open(&s->json, '{');
    json_member(&s->json, "project", row->code);
    json_member_int(&s->json, "cases", row->cases);
    json_member_int(&s->json, "results", row->results);
    json_key(&s->json, "runs");
    json_open(&s->json, '[');
    int32_t rc = each_item(s, "runs", show_run);
    json_close(&s->json, ']');
    json_close(&s->json, '}');
    return rc;
}

static void begin(struct shell *s, const struct ferry_command_call *call, struct ferry_error *err)
{
    s->call = call;
    s->err = err;
    arena_init(&s->arena, MOST_MEMORY);
    buf_init(&s->out, MOST_OUT);
    s->json = json_to(&s->out);
}

static int32_t end(struct shell *s, int32_t rc)
{
    if (rc == FERRY_OK) {
        rc = flush(s, 0);
    }
    buf_finish(&s->out);
    arena_finish(&s->arena);
    return rc;
}

static int32_t run_list(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct listing l = {.first = NULL};
    struct shell *s = &l.shell;
    l.last = &l.first;
    begin(s, call, err);
    s->as_json = str_is(option(s, "json"), "true");
    int32_t rc = each_item(s, "projects", take_project);
    if (s->as_json) {
        json_open(&s->json, '{');
        json_member_int(&s->json, "schema_version", 1);
        json_key(&s->json, "projects");
        json_open(&s->json, '[');
    } else if (rc == FERRY_OK && !l.first) {
        buf_puts(&s->out, "nothing here yet; `ferry upload REPORT` makes the first run\n");
    }
    for (const struct project_row *row = l.first; rc == FERRY_OK && row; row = row->next) {
        rc = show_project(s, row);
    }
    if (s->as_json) {
        json_close(&s->json, ']');
        json_close(&s->json, '}');
        buf_putc(&s->out, '\n');
    }
    return end(s, rc);
}

/* --- export -------------------------------------------------------------------------------- */

static struct ferry_str key_of_case(const struct shell *s, const struct cJSON *v)
{
    json_each (pair, json_get(v, "fields")) {
        const struct cJSON *title = json_first(pair);
        if (ferry_eq(json_str(title), s->key_field)) {
            return json_str(json_next(title));
        }
    }
    return (struct ferry_str){NULL, 0};
}

static int32_t remember_key(struct shell *s, int64_t id, struct ferry_str key)
{
    if (!key.ptr) {
        return FERRY_OK;
    }
    if (s->n_keys == s->room) { /* the old array stays in the arena until the end */
        size_t room = s->room ? s->room * 2 : 1024;
        struct case_key *keys = arena_array(&s->arena, struct case_key, room);
        if (!keys) {
            return ferry_fail(s->err, FERRY_E_NO_MEMORY, "local", "out of memory");
        }
        if (s->n_keys > 0) {
            memcpy(keys, s->keys, s->n_keys * sizeof *keys);
        }
        s->keys = keys;
        s->room = room;
    }
    s->keys[s->n_keys++] = (struct case_key){id, arena_str(&s->arena, key)};
    return s->arena.failed;
}

/* Cases were listed by id. */
static struct ferry_str key_by_id(const struct shell *s, int64_t id)
{
    size_t low = 0, high = s->n_keys;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->keys[mid].id == id) {
            return s->keys[mid].key;
        }
        if (s->keys[mid].id < id) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return (struct ferry_str){NULL, 0};
}

/* The object with one member before its own. */
static void put_with_key(struct shell *s, const struct cJSON *v, struct ferry_str key)
{
    json_open(&s->json, '{');
    if (key.ptr) {
        json_member(&s->json, "automation_key", key);
    }
    json_each (member, v) {
        if (!str_is(json_name(member), "key")) {
            json_key_str(&s->json, json_name(member));
            json_put_value(&s->json, member);
        }
    }
    json_close(&s->json, '}');
}

static int32_t export_case(struct shell *s, const struct cJSON *v)
{
    struct ferry_str key = key_of_case(s, v);
    put_with_key(s, v, key);
    int32_t rc = remember_key(s, number(v, "id"), key);
    return rc ? rc : flush(s, FLUSH);
}

static int32_t export_run(struct shell *s, const struct cJSON *v)
{
    json_put_value(&s->json, v);
    return flush(s, FLUSH);
}

static int32_t export_result(struct shell *s, const struct cJSON *v)
{
    struct ferry_str key = json_str(json_get(v, "key"));
    put_with_key(s, v, key.ptr ? key : key_by_id(s, number(v, "case_id")));
    return flush(s, FLUSH);
}

static int32_t run_export(const struct ferry_command_call *call, struct ferry_error *err)
{
    static const struct {
        const char *what;
        each_fn *each;
    } parts[] = {{"cases", export_case}, {"runs", export_run}, {"results", export_result}};
    struct shell s = {.call = call};
    int32_t rc = FERRY_OK;
    begin(&s, call, err);
    s.project = call->project;
    s.key_field = option(&s, "key_field");
    if (s.project.len == 0) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "project",
                        "which project? say --project CODE; `ferry local list` shows them");
    }
    json_open(&s.json, '{');
    json_member_int(&s.json, "schema_version", 1);
    json_member(&s.json, "project", s.project);
    for (size_t i = 0; rc == FERRY_OK && i < sizeof parts / sizeof *parts; i++) {
        json_key(&s.json, parts[i].what);
        json_open(&s.json, '[');
        rc = each_item(&s, parts[i].what, parts[i].each);
        json_close(&s.json, ']');
    }
    json_close(&s.json, '}');
    buf_putc(&s.out, '\n');
    return end(&s, rc);
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct ferry_option json_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_BOOL,
    .name = "json",
    .def = "false",
    .help = "write JSON instead of a table",
};
static const struct ferry_option key_field_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_STR,
    .name = "key_field",
    .def = LOCAL_KEY_FIELD,
    .help = "title of the custom field that holds the Automation Key",
};
static const struct ferry_option *const list_options[] = {&json_option, NULL};
static const struct ferry_option *const export_options[] = {&key_field_option, NULL};

static const struct ferry_command export_command = {
    .size = sizeof(struct ferry_command),
    .name = "export",
    .summary = "write a project's cases, runs and results as JSON",
    .options = export_options,
    .run = run_export,
};
static const struct ferry_command list_command = {
    .size = sizeof(struct ferry_command),
    .name = "list",
    .summary = "show projects and their runs",
    .options = list_options,
    .run = run_list,
};
static const struct ferry_command *const list[] = {&export_command, &list_command, NULL};

const struct ferry_commands local_commands = {.list = list};
