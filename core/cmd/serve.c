/* SPDX-License-Identifier: MIT */
/*
 * serve.c - `ferry serve`: is called by trackers when a run is complete, and mirrors it. What was called about stands in the journal
 * before it is answered; here it is taken up, one after the other, with the tracker's own word for what is true.
 */
#include "serve_uploads.h"

#include "mirror_run.h"

#include <arpa/inet.h>
#include <file.h>
#include <hooks.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { MAX_BODY = 1 << 20, CONNECTIONS = 128, TIMEOUT_S = 10, BUSY_MS = 800, LOOK_MS = 200 };
enum {
    LONGEST_WAIT_MS = 3600 * 1000,
    GIVEN_UP_MS = 24 * 3600 * 1000,
    EMPTY_TRIES = 5,
    QUIET_MS = 1000
};

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_STR, .name = "listen", .value = "ADDRESS:PORT",
           .help = "where to listen; port 0: any that is free"),
    OPTION(.type = FERRY_OPT_LIST, .name = "mirror", .value = "SOURCE=TARGET",
           .help = "what is mirrored when a run of SOURCE is complete; may be repeated"),
    NULL,
};

/* --- setting up ------------------------------------------------------------------------------------ */

static int32_t check_pair(struct serve *s, const struct serve_pair *p, struct ferry_error *err)
{
    struct target *target = NULL;
    if (!p->hook) {
        return ferry_fail(err, FERRY_E_CONFIG, "serve.mirror",
                          "%.*s: plugin \"%s\" is not called by its tracker; use `ferry mirror`",
                          STR_ARG(p->source), p->at->plugin->id);
    }
    if (!p->secret.len) {
        return ferry_fail(err, FERRY_E_CONFIG, "serve.mirror",
                          "%.*s: no \"%s\" is set; without one anybody could call",
                          STR_ARG(p->source), p->hook->secret);
    }
    int32_t rc = target_resolve(&target, s->app->config, s->app->plugins, p->target, err);
    if (rc == FERRY_OK && ferry_eq(target->label, p->at->label) &&
        ferry_eq(target->account, p->at->account)) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "serve.mirror",
                        "%.*s is both source and target; a mirror is another project",
                        STR_ARG(target->label));
    }
    target_free(target);
    return rc;
}

static int32_t add_pair(struct serve *s, struct ferry_str text, struct ferry_error *err)
{
    char shown[120];
    struct ferry_str rest = text;
    if (s->n_pairs == SERVE_PAIRS) {
        return ferry_fail(err, FERRY_E_CONFIG, "serve.mirror", "over %d pairs", SERVE_PAIRS);
    }
    struct serve_pair *p = &s->pairs[s->n_pairs];
    *p = (struct serve_pair){.source = text};
    str_split(&rest, '=', &p->source);
    p->target = rest;
    if (!p->target.len || !p->source.len) {
        return ferry_fail(err, FERRY_E_CONFIG, "serve.mirror",
                          "\"%s\" is not SOURCE=TARGET; write it like \"ao=demo\"",
                          text_show_to(shown, sizeof shown, text));
    }
    int32_t rc = target_resolve(&p->at, s->app->config, s->app->plugins, p->source, err);
    if (rc) {
        return rc;
    }
    s->n_pairs++; /* from here on serve_finish() frees it */
    p->hook = p->at->plugin->query(FERRY_HOOK_1);
    if (p->hook && p->at->secrets.get) {
        p->secret = p->at->secrets.get(p->at->secrets.self, ferry_cstr(p->hook->secret));
    }
    return check_pair(s, p, err);
}

static int32_t add_pairs(struct serve *s, const struct args *args, struct ferry_error *err)
{
    struct ferry_str list = config_get(s->app->config, "serve.mirror"), one;
    int32_t rc = FERRY_OK;
    if (args_has(args, "mirror")) {
        for (uint32_t i = 0; rc == FERRY_OK && (one = args_nth(args, "mirror", i)).ptr; i++) {
            rc = add_pair(s, one, err);
        }
    } else {
        while (rc == FERRY_OK && list.len && str_split(&list, '\n', &one)) {
            rc = one.len ? add_pair(s, one, err) : FERRY_OK;
        }
    }
    if (rc == FERRY_OK && s->n_pairs == 0 && !s->bearer.len) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "serve.mirror",
                        "there is nothing to serve; name a pair with --mirror SOURCE=TARGET, or "
                        "serve.mirror in the configuration; or take uploads, see "
                        "serve.upload_token_file");
    }
    return rc;
}

static int32_t open_journal(struct serve *s, struct ferry_error *err)
{
    struct engine e = {0}; /* makes it where it is missing, and brings it up to date */
    struct buf path;
    struct app *app = s->app;
    int32_t rc =
        engine_open(&e, app->config, app->plugins, &app->clock, app->state, &app_interrupted, err);
    engine_close(&e);
    buf_init(&path, 8192);
    path_join(&path, app->state, "journal.db");
    rc = rc ? rc : path.failed ? path.failed : db_open(&s->db, buf_cstr(&path), 0, BUSY_MS, err);
    buf_finish(&path);
    return rc;
}

/* "127.0.0.1:8080", "[::1]:8080". */
static int32_t read_place(struct ferry_str text, char address[64], uint16_t *port,
                          struct ferry_error *err)
{
    char shown[80];
    int64_t n = -1;
    uint64_t colon = text.len;
    while (colon > 0 && text.ptr[colon - 1] != ':') {
        colon--;
    }
    struct ferry_str host = str_sub(text, 0, colon ? colon - 1 : 0);
    if (host.len > 1 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = str_sub(host, 1, host.len - 1);
    }
    if (!host.len || host.len >= 64 || !str_int64(str_sub(text, colon, text.len), &n) || n < 0 ||
        n > 65535) {
        return ferry_fail(err, FERRY_E_CONFIG, "serve.listen",
                          "\"%s\" is not ADDRESS:PORT; write it like \"127.0.0.1:8080\"",
                          text_show_to(shown, sizeof shown, text));
    }
    unsigned char any[16];
    snprintf(address, 64, "%.*s", STR_ARG(host));
    *port = (uint16_t)n;
    return inet_pton(AF_INET, address, any) == 1 || inet_pton(AF_INET6, address, any) == 1
               ? FERRY_OK
               : ferry_fail(err, FERRY_E_CONFIG, "serve.listen",
                            "\"%s\" is no IP address; write it like \"127.0.0.1:8080\"", address);
}

static const char *path_or_null(const struct config *c, const char *key)
{
    struct ferry_str value = config_get(c, key);
    return value.len ? value.ptr : NULL; /* the configuration ends its values with NUL */
}

static int32_t listen_there(struct serve *s, const struct args *args, char address[64],
                            struct listener **out, struct ferry_error *err)
{
    const struct config *c = s->app->config;
    struct ferry_str place =
        args_has(args, "listen") ? args_get(args, "listen") : config_get(c, "serve.listen");
    struct listener_setup setup = {.address = address,
                                   .tls_cert = path_or_null(c, "serve.tls_cert"),
                                   .tls_key = path_or_null(c, "serve.tls_key"),
                                   .max_body = MAX_BODY,
                                   .max_connections = CONNECTIONS,
                                   .timeout_s = TIMEOUT_S,
                                   .answer = serve_answer,
                                   .admit = serve_admit,
                                   .self = s};
    str_int64(config_get(c, "serve.request_timeout"), &setup.request_ms);
    int32_t rc = read_place(place, address, &setup.port, err);
    if (rc == FERRY_OK && !setup.tls_cert != !setup.tls_key) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "serve.tls_cert",
                        "serve.tls_cert and serve.tls_key go together; one is missing");
    }
    if (rc == FERRY_OK && !setup.tls_cert && strncmp(address, "127.", 4) != 0 &&
        strcmp(address, "::1") != 0) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "serve.listen",
                        "%s can be reached from outside, where the secret would go in the clear; "
                        "set serve.tls_cert and serve.tls_key, or listen on 127.0.0.1",
                        address);
    }
    return rc ? rc : listener_open(out, &setup, err);
}

/* --- taking up --------------------------------------------------------------------------------------- */

/* The way of `ferry mirror`; the exit code that it would have had. */
static int mirror_one(struct serve *s, const struct serve_pair *p, const struct hook *h)
{
    static const struct ferry_option *const no_options[] = {NULL};
    static const struct args none = {.options = no_options};
    struct session session = {0};
    struct ferry_error err = {.size = sizeof err};
    struct mirror_call call = {.source = p->source,
                               .target = p->target,
                               .run_id = ferry_cstr(h->run),
                               .quiet_ms = QUIET_MS};
    int code;
    int32_t rc = session_open(&session, s->app, &none, &err);
    rc = rc ? rc : mirror_run(&session, &call, &err);
    if (rc == FERRY_E_INPUT || (rc == FERRY_OK && session.captured.results == 0)) {
        log_warn("run %s of %.*s: %s", h->run, STR_ARG(p->at->label),
                 rc ? err.message : "it has no results yet");
        code = EXIT_NO_RESULTS;
    } else {
        code = rc ? cmd_fail(&err) : session_receipt(&session, NULL, 0);
    }
    session_close(&session);
    return code;
}

/* Whether trying again later may help. What was refused, or is wrong in the configuration, stays so. */
int serve_may_get_better(int code)
{
    return code == EXIT_UNREACHABLE || code == EXIT_UNCONFIRMED || code == EXIT_MIRROR ||
           code == EXIT_CREDENTIALS || code == EXIT_NO_RESULTS || code == EXIT_SYSTEM ||
           code == EXIT_INTERRUPTED || code == EXIT_TERMINATED;
}

int64_t serve_wait_before(const struct serve *s, int64_t tries)
{
    int64_t ms = 30000;
    str_int64(config_get(s->app->config, "serve.retry"), &ms);
    for (int64_t i = 0; i < tries && ms < LONGEST_WAIT_MS; i++) {
        ms *= 2;
    }
    return ms < LONGEST_WAIT_MS ? ms : LONGEST_WAIT_MS;
}

static int32_t settle(struct serve *s, struct db *db, const struct hook *h, int code,
                      struct ferry_error *err)
{
    struct clock *clock = &s->app->clock;
    int64_t now = clock->now_ms(clock);
    char text[80];
    snprintf(text, sizeof text, "exit %d", code);
    int over =
        code == EXIT_NO_RESULTS ? h->tries + 1 >= EMPTY_TRIES : now - h->received_ms > GIVEN_UP_MS;
    __atomic_fetch_add(code == EXIT_DONE ? &s->mirrored : &s->unfinished, 1, __ATOMIC_RELAXED);
    if (!serve_may_get_better(code)) {
        return hooks_settle(db, h->id, HOOK_DONE, 0, text, err);
    }
    if (!over) {
        return hooks_settle(db, h->id, HOOK_WAITING, now + serve_wait_before(s, h->tries), text,
                            err);
    }
    log_error("run %s of %s: given up after %lld tries; `ferry mirror --source-project %s:%s "
              "--source-run-id %s` does it by hand",
              h->run, h->project, (long long)h->tries + 1, h->plugin, h->project, h->run);
    return hooks_settle(db, h->id, HOOK_GIVEN_UP, 0, text, err);
}

/* Every pair of that project; the worst of what came of them. */
static int32_t take_up(struct serve *s, struct db *db, const struct hook *h,
                       struct ferry_error *err)
{
    int worst = EXIT_DONE;
    for (uint32_t i = 0; i < s->n_pairs && !app_interrupted; i++) {
        const struct serve_pair *p = &s->pairs[i];
        if (str_is(p->at->plugin_id, h->plugin) && str_is(p->at->project, h->project)) {
            int code = mirror_one(s, p, h);
            worst = serve_may_get_better(worst) || code == EXIT_DONE ? worst : code;
        }
    }
    return app_interrupted ? FERRY_OK /* it waits for the next start */
                           : settle(s, db, h, worst, err);
}

static int32_t work(struct serve *s, struct ferry_error *err)
{
    struct clock *clock = &s->app->clock;
    struct db *db = NULL;
    struct hook hook;
    struct job job;
    struct buf call;
    buf_init(&call, 1 << 20);
    int32_t rc = db_open(&db, db_path(s->db), 0, 60000, err);
    while (rc == FERRY_OK && !app_interrupted) {
        int got = 0;
        rc = hooks_next(db, clock->now_ms(clock), &hook, &got, err);
        if (rc == FERRY_OK && got) {
            rc = take_up(s, db, &hook, err);
            continue;
        }
        rc = rc ? rc : jobs_next(db, clock->now_ms(clock), &job, &call, &got, err);
        if (rc == FERRY_OK && got) {
            rc = serve_take_job(s, db, &job, &call, err);
        } else if (rc == FERRY_OK) {
            clock->wait_ms(clock, LOOK_MS, &app_interrupted);
        }
    }
    buf_finish(&call);
    db_close(db);
    return rc;
}

/* --- the command ---------------------------------------------------------------------------------------- */

static void say_where(const struct serve *s, const struct listener *l, const char *address,
                      int has_tls)
{
    struct buf line;
    buf_init(&line, 8192);
    buf_printf(&line, strchr(address, ':') ? "%s://[%s]:%u\n" : "%s://%s:%u\n",
               has_tls ? "https" : "http", address, listener_port(l));
    cmd_out(buf_str(&line));
    cmd_flush(NULL);
    buf_finish(&line);
    for (uint32_t i = 0; i < s->n_pairs; i++) {
        log_info("%.*s is mirrored to %.*s when POST /hooks/%s says that a run is complete",
                 STR_ARG(s->pairs[i].at->label), STR_ARG(s->pairs[i].target),
                 s->pairs[i].at->plugin->id);
    }
    if (s->bearer.len) {
        log_info("uploads are taken at POST /v1/uploads, with the bearer token");
    }
}

static uint64_t size_setting(const struct serve *s, const char *key)
{
    int64_t n = 0;
    return str_int64(config_get(s->app->config, key), &n) && n > 0 ? (uint64_t)n : 0;
}

static int run(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    struct listener *listener = NULL;
    char address[64];
    struct serve *s = calloc(1, sizeof *s);
    int32_t rc = s ? FERRY_OK : ferry_fail(&err, FERRY_E_NO_MEMORY, "serve", "out of memory");
    if (rc == FERRY_OK) {
        s->app = app;
        s->hmac_header = config_get(app->config, "serve.hmac_header");
        rc = serve_read_token(s, &err);
        rc = rc ? rc : add_pairs(s, args, &err);
        s->upload_max = size_setting(s, "serve.upload_max_size");
        s->state_max = size_setting(s, "state.max_size");
    }
    rc = rc ? rc : open_journal(s, &err);
    rc = rc ? rc : listen_there(s, args, address, &listener, &err);
    if (rc == FERRY_OK) {
        say_where(s, listener, address, config_get(app->config, "serve.tls_cert").len > 0);
        rc = work(s, &err);
    }
    listener_close(listener);
    for (uint32_t i = 0; s && i < s->n_pairs; i++) {
        target_free(s->pairs[i].at);
    }
    if (s) {
        db_close(s->db);
        if (s->token.ptr) {
            explicit_bzero(s->token.ptr, s->token.cap);
        }
        buf_finish(&s->token);
    }
    free(s);
    return rc ? cmd_fail(&err) : app_interrupted ? 128 + app_interrupted : EXIT_DONE;
}

const struct cmd cmd_serve = {
    .name = "serve",
    .summary = "mirrors runs when their tracker says that they are complete, and takes uploads",
    .text =
        "A tracker's webhook is POST /hooks/PLUGIN, with the secret that the tracker's options name (Qase:\n"
        "webhook_secret, sent as X-Qase-Secret). The event is kept before it is answered, so it may be stopped\n"
        "at any time. With serve.upload_token_file, POST /v1/uploads queues an upload: {\"to\", \"mirror\", \"run_title\",\n"
        "\"run_key\", \"complete\", \"reports\": [\"NAME below serve.upload_root\" or {\"name\", \"content\"}]} with the header\n"
        "Authorization: Bearer TOKEN; it is answered with a job_id. GET /v1/uploads/JOB tells its slices and states,\n"
        "POST /v1/uploads/JOB/retry tries it again. GET /healthz and /metrics tell how it does. The first line of output is its address.",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .run = run,
};
