/* SPDX-License-Identifier: MIT */
/* command_rest.c - `ferry octane rest`: one request of one's own, signed in like any other; what is answered goes to stdout. */
#include "commands.h"

#include <text.h>

/* What an address may not hold is encoded, so that a query can be typed as it is meant; what is encoded already stays. */
static void put_path(struct buf *b, struct ferry_str path)
{
    for (uint64_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        int plain = c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}#", c);
        if (plain) {
            buf_putc(b, c);
        } else {
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

/* A path that climbs would leave what is below it, and servers differ in where it then arrives. */
static int climbs(struct ferry_str path)
{
    struct ferry_str rest = path, part;
    str_split(&rest, '?', &path);
    while (!str_empty(path) && str_split(&path, '/', &part)) {
        if (str_is(part, "..") || str_is(part, ".") || str_is_nocase(part, "%2e%2e")) {
            return 1;
        }
    }
    return 0;
}

static int32_t put_target(struct shell *s, struct buf *b, struct ferry_str path)
{
    struct ferry_str site = octane_site(&s->codec);
    char shown[120];
    if (site.len && path.len > site.len && ferry_eq(str_sub(path, 0, site.len), site) &&
        path.ptr[site.len] == '/') {
        path = str_sub(path, site.len, path.len);
    }
    text_show_to(shown, sizeof shown, path);
    if (str_starts(path, "http://") || str_starts(path, "https://")) {
        return ferry_fail(
            s->err, FERRY_E_CONFIG, NULL,
            "\"%s\" is at another site than the destination; credentials are for %.*s alone", shown,
            STR_ARG(site));
    }
    if (str_empty(path) || climbs(path)) {
        return ferry_fail(s->err, FERRY_E_CONFIG, NULL,
                          "\"%s\" is no path; write one below the workspace, such as "
                          "stories?limit=1, or one from /api on",
                          shown);
    }
    if (str_starts(path, "/api/")) {
        buf_put(b, site);
        put_path(b, path);
        return FERRY_OK;
    }
    int32_t rc = octane_put_path(b, &s->codec, path.ptr[0] == '/' ? "" : "/", s->err);
    put_path(b, path);
    return rc;
}

/* --- the answer ------------------------------------------------------------------------------------------- */

struct resting {
    struct shell *shell;
    const char *method;
    struct ferry_str target;
};

static struct ferry_str type_of(const struct ferry_message *answer)
{
    return ferry_get(answer->headers, answer->n_headers, FERRY_LIT("content-type"));
}

static void wrap(struct shell *s, const struct ferry_message *answer)
{
    struct json_doc doc = {NULL};
    json_open(&s->json, '{');
    json_member_int(&s->json, "schema_version", 1);
    json_member_int(&s->json, "status", answer->status);
    json_member(&s->json, "type", type_of(answer));
    json_key(&s->json, "body");
    if (json_parse(&doc, answer->body, JSON_STRICT, NULL, NULL) == FERRY_OK) {
        json_put_value(&s->json, doc.root);
    } else {
        json_put(&s->json, answer->body);
    }
    json_finish(&doc);
    json_close(&s->json, '}');
    buf_putc(&s->out, '\n');
}

static int32_t take_answer(void *data, const struct ferry_message *answer)
{
    struct resting *r = data;
    struct shell *s = r->shell;
    if (answer->status >= 400) {
        return shell_refused(s, r->method, r->target, answer);
    }
    if (s->as_json) {
        wrap(s, answer);
    } else {
        buf_put(&s->out, answer->body);
        if (answer->body.len && answer->body.ptr[answer->body.len - 1] != '\n') {
            buf_putc(&s->out, '\n');
        }
    }
    return shell_flush(s, 1);
}

static int32_t dispatch(struct shell *s)
{
    static const char *const methods[] = {"GET", "POST", "PUT", NULL};
    struct ferry_str method = shell_arg(s, 0), data = shell_option(s, "data");
    struct ferry_kv type = {FERRY_LIT("content-type"), str_is(shell_option(s, "type"), "xml")
                                                           ? FERRY_LIT("application/xml")
                                                           : FERRY_LIT("application/json")};
    struct buf target;
    size_t i = 0;
    while (methods[i] && !str_is_nocase(method, methods[i])) {
        i++;
    }
    if (!methods[i]) {
        return ferry_fail(s->err, FERRY_E_CONFIG, NULL, "\"%.*s\" is none of GET, POST, PUT",
                          STR_ARG(utf8_cut(method, 40)));
    }
    if (i == 0 && data.ptr) {
        return ferry_fail(s->err, FERRY_E_CONFIG, "data", "a GET has no --data; say POST or PUT");
    }
    buf_init(&target, OCTANE_BODY);
    int32_t rc = put_target(s, &target, shell_arg(s, 1));
    struct resting r = {s, methods[i], buf_str(&target)};
    const struct ferry_message m = {.size = sizeof m,
                                    .method = ferry_cstr(methods[i]),
                                    .target = r.target,
                                    .headers = &type,
                                    .n_headers = data.ptr ? 1 : 0,
                                    .body = data};
    rc = rc ? rc : s->call->io->send(s->call->io->self, &m, take_answer, &r, s->err);
    buf_finish(&target);
    return rc;
}

static int32_t run(const struct ferry_command_call *call, struct ferry_error *err)
{
    struct shell s;
    int32_t rc = shell_begin(&s, call, err);
    return shell_end(&s, rc ? rc : dispatch(&s));
}

static const char *const types[] = {"json", "xml", NULL};
static const struct ferry_option data_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_STR,
    .flags = FERRY_OPT_FILE,
    .name = "data",
    .value = "FILE",
    .help = "what is sent; - is stdin",
};
static const struct ferry_option type_option = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_CHOICE,
    .name = "type",
    .def = "json",
    .choices = types,
    .help = "what kind of data it is",
};
static const struct ferry_option *const options[] = {
    &data_option, &shell_json_option,      &shell_space_option,
    &type_option, &shell_workspace_option, NULL};

const struct ferry_command octane_command_rest = {
    .size = sizeof(struct ferry_command),
    .min_args = 2,
    .max_args = 2,
    .name = "rest",
    .summary = "send one request, signed in, and print what is answered",
    .usage = "GET|POST|PUT PATH",
    .options = options,
    .run = run,
};
