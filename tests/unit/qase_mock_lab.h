/* SPDX-License-Identifier: MIT */
/* qase_mock_lab.h - the mock of Qase without a socket, with a workspace in it; and a request that it has to refuse. */
#ifndef TESTS_QASE_MOCK_LAB_H
#define TESTS_QASE_MOCK_LAB_H

#include "lab.h"

#include <ferry/ferry.h>
#include <log.h>

extern const struct ferry_plugin ferry_plugin_qase_mock;

static struct lab lab;
static const char *token = "any";
static const char *type; /* content-type; NULL: JSON where there is a body */

static inline void begin_with(const struct ferry_kv *options, uint32_t n)
{
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    token = "any";
    type = NULL;
    lab_open(&lab, ferry_plugin_qase_mock.query(FERRY_SERVICE_1), "qase-mock", options, n, NULL);
}

static inline void header(const struct ferry_out *out, const char *name, const char *value)
{
    if (value) {
        out->header(out->self, ferry_cstr(name));
        out->text(out->self, ferry_cstr(value));
    }
}

static inline uint32_t send_bytes(const char *method, const char *target, struct ferry_str body)
{
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    out.start(out.self, ferry_cstr(method), ferry_cstr(target));
    header(&out, "token", token);
    header(&out, "host", "mock.test");
    header(&out, "content-type", type ? type : body.len ? "application/json" : NULL);
    out.body(out.self);
    out.text(out.self, body);
    lab_submit(&lab);
    return lab.status;
}

#define expect(want_, method_, target_, body_)                                                     \
    do {                                                                                           \
        uint32_t got_ = send_bytes((method_), (target_), ferry_cstr(body_));                       \
        ck_assert_msg(got_ == (want_), "%s %s: %u, wanted %u: %.*s", (method_), (target_), got_,   \
                      (unsigned)(want_), STR_ARG(lab.body));                                       \
    } while (0)

static inline struct buf dump(void)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf out;
    buf_init(&out, (size_t)64 << 20);
    int32_t rc = service_state_dump(transport_inproc_state(&lab.transport), &out, &err);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
    return out;
}

static char hash[40]; /* of the attachment that is there */

static inline void upload(const char *parts)
{
    type = "multipart/form-data; boundary=b";
    send_bytes("POST", "/v1/attachment/AO", ferry_cstr(parts));
    type = NULL;
}
#define PART(disposition, bytes)                                                                   \
    "--b\r\ncontent-disposition: form-data; " disposition                                          \
    "\r\ncontent-type: text/plain\r\n\r\n" bytes "\r\n"

/*
 * AO and DEMO; field 1 a text, 2 with choices, 3 a number, 4 a text of DEMO alone; case 1, run 1 from 2020, run 2 complete, milestone 1, an
 * attachment.
 */
static inline void fill(void)
{
    expect(200, "POST", "/v1/project", "{\"title\":\"A\",\"code\":\"AO\"}");
    expect(200, "POST", "/v1/project", "{\"title\":\"D\",\"code\":\"DEMO\"}");
    expect(
        200, "POST", "/v1/custom_field",
        "{\"title\":\"Automation Key\",\"entity\":0,\"type\":1,\"is_enabled_for_all_projects\":true}");
    expect(
        200, "POST", "/v1/custom_field",
        "{\"title\":\"Colour\",\"entity\":0,\"type\":3,\"value\":[{\"title\":\"red\"},{\"title\":\"blue\"}],"
        "\"is_enabled_for_all_projects\":true}");
    expect(200, "POST", "/v1/custom_field",
           "{\"title\":\"Weight\",\"entity\":0,\"type\":0,\"projects_codes\":[\"AO\"]}");
    expect(200, "POST", "/v1/custom_field",
           "{\"title\":\"Elsewhere\",\"entity\":0,\"type\":1,\"projects_codes\":[\"DEMO\"]}");
    expect(200, "POST", "/v1/milestone/AO", "{\"title\":\"1.0\"}");
    expect(200, "POST", "/v1/case/AO", "{\"title\":\"Login\",\"custom_field\":{\"1\":\"K_1\"}}");
    expect(200, "POST", "/v1/run/AO",
           "{\"title\":\"Nightly\",\"start_time\":\"2020-01-02 03:04:05\"}");
    expect(200, "POST", "/v1/run/AO", "{\"title\":\"Done\"}");
    expect(200, "POST", "/v1/run/AO/2/complete", NULL);
    upload(PART("name=\"file[]\"; filename=\"a.txt\"", "bytes") "--b--\r\n");
    ck_assert_uint_eq(lab.status, 200);
    const char *at = memmem(lab.body.ptr, (size_t)lab.body.len, "\"hash\":\"", 8);
    ck_assert_ptr_nonnull(at);
    snprintf(hash, sizeof hash, "%.32s", at + 8);
}

static inline void setup(void)
{
    begin_with(NULL, 0);
    fill();
}

static inline void teardown(void)
{
    lab_close(&lab);
}

/* --- tables ------------------------------------------------------------------------------------------- */

struct row {
    const char *method, *target, *body;
    uint32_t status;
    const char *words;
};

/* All of them are refused with these words, and change nothing. */
static inline void refuses(const struct row *rows, size_t n)
{
    struct buf before = dump();
    for (size_t i = 0; i < n; i++) {
        expect(rows[i].status, rows[i].method, rows[i].target, rows[i].body);
        ck_assert_msg(lab_has(&lab, rows[i].words), "%s %s %s: wanted \"%s\" in: %.*s",
                      rows[i].method, rows[i].target, rows[i].body ? rows[i].body : "",
                      rows[i].words, STR_ARG(lab.body));
        ck_assert_msg(lab_has(&lab, "\"status\":false") || lab_has(&lab, "\"message\":"),
                      "an error in one of the two shapes: %.*s", STR_ARG(lab.body));
    }
    struct buf after = dump();
    ck_assert_str_eq(buf_cstr(&before), buf_cstr(&after));
    buf_finish(&before);
    buf_finish(&after);
}
#define REFUSES(rows) refuses(rows, sizeof(rows) / sizeof *(rows))

#define GOOD "\"title\":\"t\",\"execution\":{\"status\":\"passed\"}"

/* `n` times `one` between head and tail. */
static inline struct buf many(const char *head, const char *one, unsigned n, const char *tail)
{
    struct buf text;
    buf_init(&text, (size_t)64 << 20);
    buf_puts(&text, head);
    for (unsigned i = 0; i < n; i++) {
        buf_puts(&text, i ? "," : "");
        buf_puts(&text, one);
    }
    buf_puts(&text, tail);
    return text;
}

/* All of a program: add() names its tests. */
static inline int run_suite(const char *name, void (*add)(TCase *t), int filled)
{
    Suite *suite = suite_create(name);
    TCase *t = tcase_create(name);
    if (filled) {
        tcase_add_checked_fixture(t, setup, teardown);
    }
    add(t);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
