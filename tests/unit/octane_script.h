/* SPDX-License-Identifier: MIT */
/*
 * octane_script.h - a command of `ferry octane` run against a script: each request has to be the next one that is written down, and gets the answer that
 * stands beside it.
 */
#ifndef OCTANE_SCRIPT_H
#define OCTANE_SCRIPT_H

#include <buf.h>
#include <ferry/ferry.h>
#include <text.h>

#include <check.h>
#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_octane;

struct scripted {
    const char *method, *target; /* behind ".../workspaces/1002", decoded */
    const char *body;            /* a part of it; NULL: none is sent */
    uint32_t status;
    const char *answer;
};

enum { SCRIPT_ARGS = 8, SCRIPT_OPTIONS = 16 };
static struct {
    const struct scripted *rows;
    uint32_t n, at;
    struct buf out, warnings, decoded;
    struct ferry_error err;
    struct ferry_kv options[SCRIPT_OPTIONS];
    uint32_t n_options;
    const char *url;
} script;

static inline int script_hex(char c)
{
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : c - '0';
}

static inline const char *script_decode(struct ferry_str s)
{
    buf_reset(&script.decoded);
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '%' && i + 2 < s.len) {
            buf_putc(&script.decoded,
                     (char)(script_hex(s.ptr[i + 1]) * 16 + script_hex(s.ptr[i + 2])));
            i += 2;
        } else {
            buf_putc(&script.decoded, s.ptr[i]);
        }
    }
    return buf_cstr(&script.decoded);
}

static int32_t script_out(void *self, struct ferry_str bytes)
{
    (void)self;
    return buf_put(&script.out, bytes);
}

static int32_t script_send(void *self, const struct ferry_message *m, ferry_answer_fn *answer,
                           void *data, struct ferry_error *err)
{
    static const char base[] = "https://octane.example/api/shared_spaces/1001/workspaces/1002";
    const struct scripted *row = &script.rows[script.at];
    const char *target = script_decode(m->target);
    (void)self;
    (void)err;
    ck_assert_msg(script.at < script.n, "one request too many: %.*s %s", STR_ARG(m->method),
                  target);
    script.at++;
    ck_assert(str_is(m->method, row->method));
    target = strncmp(target, base, sizeof base - 1) == 0 ? target + sizeof base - 1 : target;
    ck_assert_str_eq(target, row->target);
    ck_assert_int_eq(m->body.ptr != NULL, row->body != NULL);
    if (row->body) {
        struct buf body;
        buf_init(&body, 1 << 26);
        buf_put(&body, m->body);
        ck_assert_msg(strstr(buf_cstr(&body), row->body) != NULL, "%s is not in %s", row->body,
                      buf_cstr(&body));
        buf_finish(&body);
    }
    const struct ferry_message reply = {
        .size = sizeof reply, .status = row->status, .body = ferry_cstr(row->answer)};
    return answer(data, &reply);
}

static int32_t script_enabled(void *self, uint32_t level)
{
    (void)self;
    return level <= FERRY_LOG_WARN;
}

static void script_log(void *self, uint32_t level, struct ferry_str message)
{
    (void)self;
    (void)level;
    buf_put(&script.warnings, message);
    buf_putc(&script.warnings, '\n');
}

static struct ferry_str script_config(void *self, struct ferry_str name)
{
    (void)self;
    return str_is(name, "url") ? ferry_cstr(script.url) : (struct ferry_str){NULL, 0};
}

static const void *script_query(void *self, const char *id)
{
    static const struct ferry_log log = {NULL, script_enabled, script_log};
    static const struct ferry_config config = {NULL, script_config};
    (void)self;
    return strcmp(id, FERRY_HOST_LOG_1) == 0      ? (const void *)&log
           : strcmp(id, FERRY_HOST_CONFIG_1) == 0 ? (const void *)&config
                                                  : NULL;
}

static inline void script_open(void)
{
    memset(&script, 0, sizeof script);
    script.url = "https://octane.example";
    buf_init(&script.out, 1 << 24);
    buf_init(&script.warnings, 1 << 24);
    buf_init(&script.decoded, 1 << 24);
}

static inline void script_close(void)
{
    buf_finish(&script.out);
    buf_finish(&script.warnings);
    buf_finish(&script.decoded);
}

static inline void script_option(const char *name, const char *value)
{
    script.options[script.n_options++] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
}

/* Runs "module get X": up to two words may stand behind the command's own. Options are forgotten afterwards. */
static inline int32_t script_run(const struct scripted *rows, uint32_t n, const char *name,
                                 const char *first, const char *second)
{
    const struct ferry_commands *commands = ferry_plugin_octane.query(FERRY_COMMANDS_1);
    const struct ferry_command_io io = {NULL, script_out, script_send};
    const struct ferry_host host = {.size = sizeof host, .query = script_query};
    const struct ferry_str args[] = {ferry_cstr(first), ferry_cstr(second)};
    const struct ferry_command_call call = {.size = sizeof call,
                                            .n_options = script.n_options,
                                            .options = script.options,
                                            .args = args,
                                            .n_args = !first    ? 0
                                                      : !second ? 1
                                                                : 2,
                                            .project = FERRY_LIT("1001.1002"),
                                            .host = &host,
                                            .io = &io};
    int32_t rc = FERRY_E_BUG;
    script.rows = rows;
    script.n = n;
    script.at = 0;
    script.err = (struct ferry_error){.size = sizeof script.err};
    script.n_options = 0;
    buf_reset(&script.out);
    buf_reset(&script.warnings);
    for (int i = 0; commands->list[i]; i++) {
        if (strcmp(commands->list[i]->name, name) == 0) {
            rc = commands->list[i]->run(&call, &script.err);
        }
    }
    ck_assert_msg(script.at == n, "%u of %u requests were sent; %s", script.at, n,
                  script.err.message);
    return rc;
}
#define SCRIPT(rows, ...) script_run(rows, sizeof(rows) / sizeof *(rows), __VA_ARGS__)

static inline void script_fails(int32_t rc, int32_t want, const char *says)
{
    ck_assert_msg(rc == want, "%d: %s", rc, script.err.message);
    ck_assert_msg(strstr(script.err.message, says) != NULL, "%s", script.err.message);
}

static inline void script_prints(const char *text)
{
    ck_assert_msg(strstr(buf_cstr(&script.out), text) != NULL, "%s is not in %s", text,
                  buf_cstr(&script.out));
}

static inline void script_warns(const char *text)
{
    ck_assert_msg(strstr(buf_cstr(&script.warnings), text) != NULL, "%s is not in %s", text,
                  buf_cstr(&script.warnings));
}

#endif
