/* SPDX-License-Identifier: MIT */
/* octane_rig.h - the mock of ALM Octane in process, with a session, and a workspace that has something in it. */
#ifndef TESTS_OCTANE_RIG_H
#define TESTS_OCTANE_RIG_H

#include "lab.h"

#include <ferry/ferry.h>
#include <log.h>

extern const struct ferry_plugin ferry_plugin_octane_mock;

#define W "/api/shared_spaces/1001/workspaces/1002"

static struct lab lab;
static char cookie[64];      /* LWSSO_COOKIE_KEY; "": none is sent */
static const char *type;     /* content-type; NULL: JSON where there is a body */
static const char *coding;   /* content-encoding; NULL: none */
static const char *extra[2]; /* another header and its value; NULL: none */

static inline void rig_header(const struct ferry_out *out, const char *name, const char *value)
{
    if (value && *value) {
        out->header(out->self, ferry_cstr(name));
        out->text(out->self, ferry_cstr(value));
    }
}

/* What a client does with its jar: the last one counts. */
static inline void rig_take_cookie(void)
{
    const struct ferry_message *a = &lab.x.answer;
    for (uint32_t i = 0; lab.status && i < a->n_headers; i++) {
        struct ferry_str v = a->headers[i].value;
        if (str_is(a->headers[i].key, "set-cookie") && str_starts(v, "LWSSO_COOKIE_KEY=")) {
            struct ferry_str rest = str_sub(v, 17, v.len), value;
            str_split(&rest, ';', &value);
            snprintf(cookie, sizeof cookie, "%.*s", STR_ARG(value));
        }
    }
}

static inline uint32_t rig_send(const char *method, const char *target, struct ferry_str body)
{
    char line[100];
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    out.start(out.self, ferry_cstr(method), ferry_cstr(target));
    snprintf(line, sizeof line, "other=1; LWSSO_COOKIE_KEY=%s", cookie);
    rig_header(&out, "cookie", *cookie ? line : NULL);
    rig_header(&out, "content-type", type ? type : body.len ? "application/json" : NULL);
    rig_header(&out, "content-encoding", coding);
    rig_header(&out, extra[0] ? extra[0] : "", extra[0] ? extra[1] : NULL);
    out.body(out.self);
    out.text(out.self, body);
    lab_submit(&lab);
    rig_take_cookie();
    return lab.status;
}

#define expect(want_, method_, target_, body_)                                                     \
    do {                                                                                           \
        uint32_t got_ = rig_send((method_), (target_), ferry_cstr(body_));                         \
        ck_assert_msg(got_ == (want_), "%s %s: %u, wanted %u: %.*s", (method_), (target_), got_,   \
                      (unsigned)(want_), STR_ARG(lab.body));                                       \
    } while (0)
#define expect_words(words_)                                                                       \
    ck_assert_msg(lab_has(&lab, (words_)), "wanted \"%s\" in: %.*s", (words_), STR_ARG(lab.body))

/* A target with a query statement, encoded; in a buffer of its own. */
static inline const char *rig_query(const char *noun, const char *statement, const char *rest)
{
    static char out[4096];
    size_t n = (size_t)snprintf(out, sizeof out, W "/%s?query=%%22", noun);
    for (const char *p = statement; *p; p++) {
        n += (size_t)snprintf(out + n, sizeof out - n, "%%%02x", (unsigned char)*p);
    }
    snprintf(out + n, sizeof out - n, "%%22%s%s", rest ? "&" : "", rest ? rest : "");
    return out;
}

static inline const char *rig_answer_header(const char *name)
{
    static char text[200];
    struct ferry_str v = ferry_get(lab.x.answer.headers, lab.x.answer.n_headers, ferry_cstr(name));
    snprintf(text, sizeof text, "%.*s", STR_ARG(v));
    return text;
}

static inline void rig_begin(const struct ferry_kv *options, uint32_t n)
{
    /* long enough not to come by themselves while a test runs */
    static struct ferry_kv all[20] = {{FERRY_LIT("task_queued"), FERRY_LIT("60000")},
                                      {FERRY_LIT("task_duration"), FERRY_LIT("60000")}};
    memcpy(all + 2, options, n * sizeof *options);
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    cookie[0] = '\0';
    type = coding = extra[0] = NULL;
    lab_open(&lab, ferry_plugin_octane_mock.query(FERRY_SERVICE_1), "octane-mock", all, n + 2,
             NULL);
}

static inline void rig_sign_in(void)
{
    cookie[0] = '\0';
    expect(200, "POST", "/authentication/sign_in",
           "{\"client_id\":\"id\",\"client_secret\":\"secret\"}");
    ck_assert(*cookie);
}

static inline void rig_advance(int64_t ms)
{
    char body[60];
    snprintf(body, sizeof body, "{\"advance_ms\":%lld}", (long long)ms);
    expect(200, "POST", "/_mock/clock", body);
}

/* All tasks have ended. */
static inline void rig_settle(void)
{
    rig_advance(1200000);
}

static inline void rig_post(const char *noun, const char *members)
{
    char target[100], body[1200];
    snprintf(target, sizeof target, W "/%s", noun);
    snprintf(body, sizeof body, "{\"data\":[{%s}]}", members);
    expect(201, "POST", target, body);
}

#define ROOT      "\"parent\":{\"type\":\"work_item_root\",\"id\":\"1001\"}"
#define NEW(kind) "\"phase\":{\"type\":\"phase\",\"id\":\"phase." kind ".new\"}"
#define AREA                                                                                       \
    "\"parent\":{\"type\":\"product_area\",\"id\":\"1002\"},"                                      \
    "\"business_impact\":{\"type\":\"list_node\",\"id\":\"list_node.business_impact.low\"}"

/*
 * 2001 a suite "Nightly", 2002 a release "R1" (the default), 2003 a milestone "M1", 2004 a story of A-1, 2005 a defect of A-2, 2006 a module
 * "Login", 2007 another suite, 2008 a program.
 */
static inline void rig_fill(void)
{
    rig_post("test_suites", "\"name\":\"Nightly\"");
    rig_post("releases", "\"name\":\"R1\",\"is_default\":true,"
                         "\"start_date\":\"2020-01-01T00:00:00Z\","
                         "\"end_date\":\"2030-01-01T00:00:00Z\"");
    rig_post("milestones", "\"name\":\"M1\",\"date\":\"2025-01-01T00:00:00Z\"");
    rig_post("stories", "\"name\":\"As a user\",\"jira_key_udf\":\"A-1\"," ROOT "," NEW("story"));
    rig_post("defects", "\"name\":\"Broken\",\"jira_key_udf\":\"A-2\"," ROOT "," NEW("defect"));
    rig_post("application_modules", "\"name\":\"Login\"," AREA);
    rig_post("test_suites", "\"name\":\"Weekly\"");
    rig_post("programs", "\"name\":\"P1\"");
}

static inline void rig_setup(void)
{
    static const struct ferry_kv none[1];
    rig_begin(none, 0);
    rig_sign_in();
    rig_fill();
}

static inline void rig_teardown(void)
{
    lab_close(&lab);
}

#define RIG_WITH(...)                                                                              \
    static const struct ferry_kv options[] = {__VA_ARGS__};                                        \
    rig_begin(options, sizeof options / sizeof *options);                                          \
    rig_sign_in();                                                                                 \
    rig_fill()
#define OPT(name, value)                                                                           \
    {                                                                                              \
        FERRY_LIT(name), FERRY_LIT(value)                                                          \
    }

static inline struct buf rig_dump(void)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf out;
    buf_init(&out, (size_t)64 << 20);
    int32_t rc = service_state_dump(transport_inproc_state(&lab.transport), &out, &err);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
    return out;
}

/* How often the text stands in the dump. */
static inline int rig_count(const char *text)
{
    struct buf d = rig_dump();
    int n = 0;
    for (const char *p = buf_cstr(&d); (p = strstr(p, text)) != NULL; p += strlen(text)) {
        n++;
    }
    buf_finish(&d);
    return n;
}

struct rig_row {
    const char *method, *target, *body;
    uint32_t status;
    const char *words;
};

/* All of them are refused with these words, and change nothing. */
static inline void rig_refuses(const struct rig_row *rows, size_t n)
{
    struct buf before = rig_dump();
    for (size_t i = 0; i < n; i++) {
        expect(rows[i].status, rows[i].method, rows[i].target, rows[i].body);
        expect_words(rows[i].words);
    }
    struct buf after = rig_dump();
    ck_assert_str_eq(buf_cstr(&before), buf_cstr(&after));
    buf_finish(&before);
    buf_finish(&after);
}
#define REFUSES(rows) rig_refuses(rows, sizeof(rows) / sizeof *(rows))

/* Each request is stored before it is answered, and the disk may be busy with something else. */
static inline TCase *rig_case(Suite *s, const char *name)
{
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return t;
}

static inline int rig_run_suite(Suite *s)
{
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}

#endif
