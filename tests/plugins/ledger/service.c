/* SPDX-License-Identifier: MIT */
/*
 * service.c - the ledger's server: its tables, the way of a request to the function that answers it, and the
 * answers. Strict: unknown paths, methods and parameters are refused.
 */
#include "service.h"

/*
 * `applied` is the ledger: how often each thing was created, whatever its id. A name that stands there with 2 was
 * doubled, and no reading of the other tables can hide it.
 */
static const char schema[] =
    "CREATE TABLE cases (id INTEGER PRIMARY KEY, project TEXT NOT NULL, title TEXT NOT NULL,"
    " description TEXT, key TEXT, signature TEXT);"
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, project TEXT NOT NULL, title TEXT NOT NULL,"
    " description TEXT, complete INTEGER NOT NULL);"
    "CREATE TABLE results (id INTEGER PRIMARY KEY, project TEXT NOT NULL, run_id INTEGER NOT NULL,"
    " case_id INTEGER, title TEXT NOT NULL, status TEXT NOT NULL, time_ms BIGINT,"
    " start_ms BIGINT, comment TEXT, stacktrace TEXT);"
    "CREATE INDEX results_by_run ON results (run_id, id);"
    "CREATE TABLE attachments (id INTEGER PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL,"
    " digest TEXT NOT NULL, mime TEXT NOT NULL, result_id INTEGER);"
    "CREATE TABLE applied (kind TEXT NOT NULL, project TEXT NOT NULL, name TEXT NOT NULL,"
    " n INTEGER NOT NULL, PRIMARY KEY (kind, project, name));";
static const char *const schema_steps[] = {schema, NULL};

/* --- answers ------------------------------------------------------------------------ */

int32_t ledger_reply(struct ledger_request *r, uint32_t status, struct ferry_str json)
{
    r->out->status(r->out->self, status);
    r->out->header(r->out->self, FERRY_LIT("content-type"));
    r->out->text(r->out->self, FERRY_LIT("application/json"));
    r->out->body(r->out->self);
    return r->out->text(r->out->self, json);
}

int32_t ledger_refuse(struct ledger_request *r, uint32_t status, const char *format, ...)
{
    char text[256];
    struct buf b;
    struct json_out j;
    va_list args;
    int32_t rc;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_init(&b, 4096);
    j = json_to(&b);
    json_open(&j, '{');
    json_member(&j, "error", ferry_cstr(text));
    json_close(&j, '}');
    rc = b.failed ? b.failed : ledger_reply(r, status, buf_str(&b));
    buf_finish(&b);
    return rc;
}

/* --- statements ---------------------------------------------------------------------- */

static int32_t first_column(void *data, const struct ferry_value *row, uint32_t n)
{
    int64_t *out = data;
    if (n > 0 && row[0].type == FERRY_INT) {
        *out = row[0].i;
    }
    return FERRY_OK;
}

int32_t ledger_sql(struct ledger_request *r, const char *sql, const struct ferry_value *args,
                   uint32_t n, int64_t fallback, int64_t *out)
{
    int64_t ignored;
    out = out ? out : &ignored;
    *out = fallback;
    return r->sql->run(r->sql->self, ferry_cstr(sql), args, n, first_column, out, r->err);
}

int32_t ledger_applied(struct ledger_request *r, const char *kind, struct ferry_str name)
{
    const struct ferry_value args[] = {ferry_text(ferry_cstr(kind)), ferry_text(r->project),
                                       ferry_text(name.ptr ? name : FERRY_LIT(""))};
    return ledger_sql(r,
                      "INSERT INTO applied (kind, project, name, n) VALUES (?, ?, ?, 1)"
                      " ON CONFLICT (kind, project, name) DO UPDATE SET n = applied.n + 1",
                      args, 3, 0, NULL);
}

/* --- the target ------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Percent-decoded; absent where it is not well-formed, or holds a NUL. */
static struct ferry_str unescape(struct arena *arena, struct ferry_str s)
{
    char *p = arena_alloc(arena, (size_t)s.len + 1);
    uint64_t n = 0;
    for (uint64_t i = 0; p && i < s.len; i++) {
        if (s.ptr[i] == '%') {
            int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
            int low = i + 2 < s.len ? hex_digit(s.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return (struct ferry_str){NULL, 0};
            }
            p[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            p[n++] = s.ptr[i];
        }
        if (p[n - 1] == '\0') {
            return (struct ferry_str){NULL, 0};
        }
    }
    return (struct ferry_str){p, n};
}

/* Fills parts and query; 0 where the target is not well-formed. */
static int parse_target(struct ledger_request *r)
{
    struct ferry_str query = r->message->target, path, piece;
    if (!str_split(&query, '?', &path) || !str_split(&path, '/', &piece) || piece.len) {
        return 0;
    }
    while (str_split(&path, '/', &piece)) {
        if (r->n_parts == LEDGER_PARTS) {
            return 0;
        }
        piece = unescape(&r->arena, piece);
        if (str_empty(piece)) {
            return 0;
        }
        r->parts[r->n_parts++] = piece;
    }
    while (query.ptr && str_split(&query, '&', &piece)) {
        struct ferry_kv *kv = &r->query[r->n_query];
        if (r->n_query == LEDGER_QUERY || !str_split(&piece, '=', &kv->key) || !piece.ptr) {
            return 0;
        }
        kv->value = unescape(&r->arena, piece);
        if (!kv->value.ptr) {
            return 0;
        }
        r->n_query++;
    }
    return 1;
}

/* A project's code: letters, digits, '_' and '-'. Any such code has a project. */
static int is_project(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '-') {
            return 0;
        }
    }
    return s.len > 0 && s.len <= 32;
}

/* --- routes ------------------------------------------------------------------------------ */

static int32_t route_run(struct ledger_request *r, int post)
{
    int64_t run;
    if (!str_int64(r->parts[3], &run) || run < 1) {
        return ledger_refuse(r, 404, "no run \"%.*s\"", STR_ARG(r->parts[3]));
    }
    if (str_is(r->parts[4], "results")) {
        return post ? ledger_post_results(r, run) : ledger_refuse(r, 405, "only POST");
    }
    if (str_is(r->parts[4], "complete")) {
        return post ? ledger_post_complete(r, run) : ledger_refuse(r, 405, "only POST");
    }
    return ledger_refuse(r, 404, "no such path");
}

static int32_t route_project(struct ledger_request *r, int post)
{
    struct ferry_str noun = r->parts[2];
    if (r->n_parts == 3 && str_is(noun, "cases")) {
        return post ? ledger_post_cases(r) : ledger_get_list(r, "cases");
    }
    if (r->n_parts == 3 && str_is(noun, "runs")) {
        return post ? ledger_post_run(r) : ledger_get_list(r, "runs");
    }
    if (r->n_parts == 3 && str_is(noun, "results")) {
        return post ? ledger_refuse(r, 405, "only GET") : ledger_get_list(r, "results");
    }
    if (r->n_parts == 3 && str_is(noun, "attachments")) {
        return post ? ledger_post_attachment(r) : ledger_refuse(r, 405, "only POST");
    }
    if (r->n_parts == 4 && str_is(noun, "attachments")) {
        return post ? ledger_refuse(r, 405, "only GET") : ledger_get_attachment(r, r->parts[3]);
    }
    if (r->n_parts == 5 && str_is(noun, "runs")) {
        return route_run(r, post);
    }
    return ledger_refuse(r, 404, "no such path");
}

static int32_t route(struct ledger_request *r)
{
    int post = str_is(r->message->method, "POST");
    if (!parse_target(r)) {
        return ledger_refuse(r, r->arena.failed ? 414 : 400, "the target is not well-formed");
    }
    if (r->n_parts < 3 || !str_is(r->parts[0], "v1")) {
        return ledger_refuse(r, 404, "no such path");
    }
    r->project = r->parts[1];
    if (!is_project(r->project)) {
        return ledger_refuse(r, 404, "no project \"%.*s\"", STR_ARG(r->project));
    }
    if (!post && !str_is(r->message->method, "GET")) {
        return ledger_refuse(r, 405, "only GET and POST");
    }
    return route_project(r, post);
}

static int32_t handle(const struct ferry_service_call *call, const struct ferry_message *request,
                      const struct ferry_out *out, struct ferry_error *err)
{
    struct ledger_request r = {.call = call, .message = request, .out = out, .err = err};
    int32_t rc;
    r.sql = call->host->query(call->host->self, FERRY_HOST_SQL_1);
    r.blobs = call->host->query(call->host->self, FERRY_HOST_BLOB_1);
    if (!r.sql || !r.blobs) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL, "the ledger needs sql and blobs of its host");
    }
    arena_init(&r.arena, 1 << 20);
    rc = route(&r);
    arena_finish(&r.arena);
    return rc;
}

const struct ferry_service ledger_service = {
    .schema = schema_steps,
    .handle = handle,
    .dump = ledger_dump,
};
