/* SPDX-License-Identifier: MIT */
/*
 * mock.c - `ferry mock qase --port 4010`: a tracker to try things on, from the plugin that speaks to the real one. Nothing of it leaves
 * this machine. `/_mock/state` tells all that it holds, `/_mock/faults` takes a script of things that go wrong.
 */
#include "cmd.h"

#include <file.h>
#include <listener.h>
#include <stdlib.h>
#include <text.h>
#include <transport_faults.h>
#include <transport_inproc.h>
#include <unistd.h>

enum {
    MAX_BODY = 256 << 20,
    CONNECTIONS = 128,
    TIMEOUT_S = 60,
    REQUEST_MS = 600 * 1000,
    STATE_MAX = 256 << 20
};

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_STR, .name = "faults", .value = "SCRIPT",
           .help = "a file of faults, METHOD GLOB N FAULT a line"),
    OPTION(.type = FERRY_OPT_STR, .name = "latency", .value = "TIME",
           .help = "how long each answer is held back: 50 or 50ms, 1s"),
    OPTION(.type = FERRY_OPT_LIST, .name = "option", .value = "NAME=VALUE",
           .help = "an option of the plugin's service"),
    OPTION(.type = FERRY_OPT_INT, .name = "port", .def = "0", .help = "0: any that is free"),
    OPTION(.type = FERRY_OPT_STR, .name = "state", .value = "FOLDER",
           .help = "where it keeps what it holds; else it forgets it at the end"),
    OPTION(.type = FERRY_OPT_STR, .name = "tls_cert", .value = "FILE",
           .help = "certificate to show, PEM; with it the mock speaks https"),
    OPTION(.type = FERRY_OPT_STR, .name = "tls_key", .value = "FILE",
           .help = "the certificate's key, PEM"),
    OPTION(.type = FERRY_OPT_STR, .name = "token", .value = "TOKEN",
           .help = "the one token that is taken; else any is"),
    NULL,
};

struct mock {
    struct app *app;
    const struct ferry_plugin *plugin;
    struct arena arena;
    struct ferry_kv given[32];
    uint32_t n_given;
    char folder[4096];
    int is_temporary;
    struct spool *spool;
    struct transport inner, transport; /* the service; the same with faults */
    struct listener *listener;
};

/* --- answering ------------------------------------------------------------------------------------ */

static void write_answer(struct request *answer, uint32_t status, struct ferry_str type,
                         struct ferry_str body)
{
    struct ferry_out out = request_out(answer);
    request_reset(answer);
    out.status(out.self, status);
    out.header(out.self, FERRY_LIT("content-type"));
    out.text(out.self, type);
    out.body(out.self);
    out.text(out.self, body);
    request_seal(answer, NULL);
}

static void plain(struct request *answer, uint32_t status, const char *text)
{
    write_answer(answer, status, FERRY_LIT("text/plain"), ferry_cstr(text));
}

static enum listener_do tell_state(struct mock *m, struct request *answer)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    buf_init(&text, STATE_MAX);
    if (service_state_dump(transport_inproc_state(&m->inner), &text, &err)) {
        plain(answer, 500, err.message);
    } else {
        write_answer(answer, 200, FERRY_LIT("text/plain"), buf_str(&text));
    }
    buf_finish(&text);
    return LISTENER_ANSWER;
}

/* The script takes the place of the one before; an empty one ends all faults. */
static enum listener_do take_faults(struct mock *m, struct ferry_str script, struct request *answer)
{
    struct ferry_error err = {.size = sizeof err};
    struct faults *faults = NULL;
    int32_t rc = faults_parse(&faults, script.ptr ? script : FERRY_LIT(""), "faults", &err);
    rc = rc ? rc : transport_faults_replace(&m->transport, faults, &err);
    plain(answer, rc ? 400 : 200, rc ? err.message : "ok\n");
    return LISTENER_ANSWER;
}

/* What this one adds to is its own doing. */
static enum listener_do tell_traffic(struct mock *m, struct request *answer)
{
    char text[60];
    snprintf(text, sizeof text, "{\"most_at_once\":%u}", listener_most_at_once(m->listener));
    write_answer(answer, 200, FERRY_LIT("application/json"), ferry_cstr(text));
    return LISTENER_ANSWER;
}

/* A request that arrived, as one that is to be sent. */
static int32_t copy_request(struct request *to, const struct ferry_message *from)
{
    struct ferry_out out = request_out(to);
    out.start(out.self, from->method, from->target);
    for (uint32_t i = 0; i < from->n_headers; i++) {
        out.header(out.self, from->headers[i].key);
        out.text(out.self, from->headers[i].value);
    }
    out.body(out.self);
    out.text(out.self, from->body.ptr ? from->body : FERRY_LIT(""));
    return request_seal(to, NULL);
}

static void copy_answer(struct request *to, const struct ferry_message *from)
{
    struct ferry_out out = request_out(to);
    request_reset(to);
    out.status(out.self, from->status);
    for (uint32_t i = 0; i < from->n_headers; i++) {
        out.header(out.self, from->headers[i].key);
        out.text(out.self, from->headers[i].value);
    }
    out.body(out.self);
    out.text(out.self, from->body.ptr ? from->body : FERRY_LIT(""));
    request_seal(to, NULL);
}

static enum listener_do carry(struct mock *m, const struct ferry_message *request,
                              struct request *answer)
{
    struct ferry_error err = {.size = sizeof err};
    struct request copy;
    struct exchange x = {.request = &copy, .max_answer = MAX_BODY};
    enum listener_do what = LISTENER_HANG_UP;
    request_init(&copy, (size_t)MAX_BODY + (1 << 20));
    buf_init(&x.storage, MAX_BODY);
    x.has_effect = !str_is(request->method, "GET") && !str_is(request->method, "HEAD");
    if (copy_request(&copy, request) || m->transport.submit(m->transport.self, &x, &err)) {
        plain(answer, 500, err.message);
        what = LISTENER_ANSWER;
    } else if (m->transport.next(m->transport.self, 0) == &x && x.end == EXCHANGE_ANSWERED) {
        copy_answer(answer, &x.answer);
        what = LISTENER_ANSWER;
    }
    buf_finish(&x.storage);
    request_finish(&copy);
    return what;
}

static enum listener_do on_request(void *self, const struct ferry_message *request,
                                   struct request *answer)
{
    struct mock *m = self;
    if (str_is(request->target, "/_mock/state")) {
        return tell_state(m, answer);
    }
    if (str_is(request->target, "/_mock/traffic")) {
        return tell_traffic(m, answer);
    }
    if (str_is(request->target, "/_mock/faults")) {
        return take_faults(m, request->body, answer);
    }
    return carry(m, request, answer);
}

/* --- opening and closing ------------------------------------------------------------------------------ */

/* As the service wants to see it. One given twice is a list of both, where it is a list. */
static int32_t take_option(struct mock *m, struct ferry_str name, struct ferry_str text,
                           struct ferry_error *err)
{
    static const struct ferry_option *const none[] = {NULL};
    const struct ferry_option *const *table = m->plugin->options ? m->plugin->options : none;
    const struct ferry_option *o = option_find(table, name);
    struct ferry_str value;
    char near[80], what[60];
    if (!o) {
        return ferry_fail(err, FERRY_E_CONFIG, "option", "plugin \"%s\" has no option \"%.*s\"%s%s",
                          m->plugin->id, STR_ARG(utf8_cut(name, 60)),
                          *option_suggest(table, name, near) ? "; " : "",
                          option_suggest(table, name, near));
    }
    snprintf(what, sizeof what, "--option %s", o->name);
    int32_t rc = option_value_of(o, what, text, &m->arena, &value, err);
    for (uint32_t i = 0; rc == FERRY_OK && i < m->n_given && o->type == FERRY_OPT_LIST; i++) {
        if (ferry_eq(m->given[i].key, ferry_cstr(o->name))) {
            m->given[i].value =
                arena_printf(&m->arena, "%.*s\n%.*s", STR_ARG(m->given[i].value), STR_ARG(value));
            return m->arena.failed;
        }
    }
    if (rc == FERRY_OK && m->n_given == sizeof m->given / sizeof *m->given) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "option", "over %u options", m->n_given);
    }
    if (rc == FERRY_OK) {
        m->given[m->n_given++] = (struct ferry_kv){ferry_cstr(o->name), value};
    }
    return rc;
}

static int32_t take_options(struct mock *m, const struct args *args, struct ferry_error *err)
{
    struct ferry_str one, token = args_get(args, "token");
    int32_t rc = token.ptr ? take_option(m, FERRY_LIT("token"), token, err) : FERRY_OK;
    for (uint32_t i = 0; rc == FERRY_OK && (one = args_nth(args, "option", i)).ptr; i++) {
        struct ferry_str value = one, name;
        str_split(&value, '=', &name);
        rc = value.ptr ? take_option(m, name, value, err)
                       : ferry_fail(err, FERRY_E_CONFIG, "option",
                                    "--option %.*s: write NAME=VALUE", STR_ARG(one));
    }
    return rc;
}

static int32_t choose_folder(struct mock *m, struct ferry_str state, struct ferry_error *err)
{
    const char *tmp = getenv("TMPDIR");
    if (state.ptr) {
        snprintf(m->folder, sizeof m->folder, "%.*s", STR_ARG(state));
        return FERRY_OK;
    }
    snprintf(m->folder, sizeof m->folder, "%s/ferry-mock-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(m->folder)) {
        return ferry_fail(err, FERRY_E_IO, NULL, "%s: no folder can be made there; set TMPDIR",
                          m->folder);
    }
    m->is_temporary = 1;
    return FERRY_OK;
}

/* The service of the plugin itself, else of the one that stands beside it: a mock's code is not loaded with a codec. */
static const struct ferry_service *find_service(struct mock *m, struct ferry_str name,
                                                struct ferry_error *err)
{
    struct ferry_error none = {.size = sizeof none};
    const struct ferry_service *service;
    char beside[40];
    m->plugin = plugins_get(m->app->plugins, name, err);
    if (!m->plugin) {
        return NULL;
    }
    service = m->plugin->query(FERRY_SERVICE_1);
    snprintf(beside, sizeof beside, "%.*s-mock", STR_ARG(name));
    const struct ferry_plugin *mock =
        service ? NULL : plugins_get(m->app->plugins, ferry_cstr(beside), &none);
    if (mock) {
        m->plugin = mock;
        service = mock->query(FERRY_SERVICE_1);
    }
    if (!service) {
        ferry_fail(err, FERRY_E_CONFIG, NULL,
                   "plugin \"%.*s\" brings no tracker to try things on, nor does another: %s",
                   STR_ARG(name), none.message);
    }
    return service;
}

static int32_t open_mock(struct mock *m, const struct args *args, struct ferry_error *err)
{
    struct ferry_str script = args_get(args, "faults");
    char path[4200];
    const struct ferry_service *service = find_service(m, args->rest[0], err);
    if (!service) {
        return err->status;
    }
    int32_t rc = take_options(m, args, err);
    rc = rc ? rc : choose_folder(m, args_get(args, "state"), err);
    snprintf(path, sizeof path, "%s/answers", m->folder);
    rc = rc ? rc : file_mkdirs(m->folder, 0700, err);
    rc = rc ? rc : spool_open(&m->spool, path, 0, err);
    rc = rc ? rc
            : transport_inproc_open(&m->inner, service, m->plugin->id, m->given, m->n_given,
                                    m->folder, m->spool, &m->app->clock, err);
    if (rc == FERRY_OK && m->is_temporary) {
        rc = service_state_is_passing(transport_inproc_state(&m->inner), err);
    }
    struct faults *faults = NULL;
    rc = rc           ? rc
         : script.ptr ? faults_load(&faults, script.ptr, err)
                      : faults_parse(&faults, FERRY_LIT(""), "faults", err);
    rc = rc ? rc
            : transport_faults_open(&m->transport, &m->inner, m->spool, &m->app->clock, faults, 1,
                                    err);
    if (rc) {
        faults_free(faults);
    }
    return rc;
}

static void close_mock(struct mock *m)
{
    if (m->transport.close) {
        m->transport.close(m->transport.self);
    } else if (m->inner.close) {
        m->inner.close(m->inner.self);
    }
    spool_close(m->spool);
    arena_finish(&m->arena);
    if (m->is_temporary) {
        file_remove_tree(m->folder);
    }
}

static void say_where(const struct mock *m, uint16_t port, int tls)
{
    struct buf line;
    buf_init(&line, 8192);
    buf_printf(&line, "http%s://127.0.0.1:%u\n", tls ? "s" : "", port);
    cmd_out(buf_str(&line));
    cmd_flush(NULL);
    buf_finish(&line);
    log_info("mock of %s; GET /_mock/state tells what it holds, ctrl-c ends it", m->plugin->id);
}

/* A number alone is of milliseconds, as mocks are used to be told. */
static int32_t read_latency(struct mock *m, const struct args *args, int64_t *ms,
                            struct ferry_error *err)
{
    static const struct ferry_option duration = {
        .size = sizeof duration, .type = FERRY_OPT_DURATION, .name = "latency"};
    struct ferry_str text = str_trim(args_get(args, "latency")), value = {NULL, 0};
    *ms = 0;
    if (!text.ptr || (str_int64(text, ms) && *ms >= 0)) {
        return FERRY_OK;
    }
    int32_t rc = option_value_of(&duration, "--latency", text, &m->arena, &value, err);
    return rc || str_int64(value, ms) ? rc : FERRY_E_BUG;
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    int64_t latency = 0;
    struct mock *m = calloc(1, sizeof *m);
    int64_t port = args_int(args, "port", 0);
    int32_t rc = m ? FERRY_OK : ferry_fail(&err, FERRY_E_NO_MEMORY, "mock", "out of memory");
    if (rc == FERRY_OK && (port < 0 || port > 65535)) {
        rc = ferry_fail(&err, FERRY_E_CONFIG, "port", "--port %lld: no port; 0 to 65535",
                        (long long)port);
    }
    if (rc == FERRY_OK && args_has(args, "tls_cert") != args_has(args, "tls_key")) {
        rc = ferry_fail(&err, FERRY_E_CONFIG, "tls_cert",
                        "--tls-cert and --tls-key go together; one is missing");
    }
    if (rc == FERRY_OK) {
        m->app = app;
        arena_init(&m->arena, 1 << 20);
        rc = open_mock(m, args, &err);
        rc = rc ? rc : read_latency(m, args, &latency, &err);
    }
    if (rc == FERRY_OK) {
        struct listener_setup setup = {.address = "127.0.0.1",
                                       .port = (uint16_t)port,
                                       .max_body = MAX_BODY,
                                       .latency_ms = latency,
                                       .max_connections = CONNECTIONS,
                                       .timeout_s = TIMEOUT_S,
                                       .request_ms = REQUEST_MS,
                                       .answer = on_request,
                                       .self = m,
                                       .tls_cert = args_get(args, "tls_cert").ptr,
                                       .tls_key = args_get(args, "tls_key").ptr,
                                       .blobs = m->spool};
        rc = listener_open(&m->listener, &setup, &err);
    }
    if (rc == FERRY_OK) {
        say_where(m, listener_port(m->listener), args_has(args, "tls_cert"));
        while (!app->clock.wait_ms(&app->clock, 3600 * 1000, &app_interrupted)) {
        }
        listener_close(m->listener);
    }
    if (m) {
        close_mock(m);
    }
    free(m);
    return rc ? cmd_fail(&err) : EXIT_DONE;
}

const struct cmd cmd_mock = {
    .name = "mock",
    .summary = "a tracker to try things on, on this machine",
    .usage = "PLUGIN",
    .text =
        "The first line of output is its address: give it as the url of a tracker. It answers as strictly as it\n"
        "knows how. GET /_mock/state tells what it holds, /_mock/traffic how many requests\n"
        "were under way at once, POST /_mock/faults makes things go wrong:\n"
        "lines of METHOD GLOB N FAULT, such as \"POST /v1/*/runs 1 drop-after\".",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .min_rest = 1,
    .max_rest = 1,
    .run = run,
};
