/* SPDX-License-Identifier: MIT */
/*
 * lab.h - a service in process in a folder of its own, for tests of services and their
 * transport: one call sends a request and leaves status and body to be looked at.
 */
#ifndef TESTS_LAB_H
#define TESTS_LAB_H

#include <check.h>
#include <ftw.h>
#include <json.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <transport_faults.h>
#include <transport_inproc.h>
#include <unistd.h>

enum { LAB_PATIENCE_MS = 60000 };

struct lab {
    char folder[64];
    char state[80];
    struct clock clock;
    struct spool *spool;
    struct transport transport;
    struct faults *faults;
    struct exchange x; /* the last one */
    struct request request;
    uint64_t max_answer;
    uint32_t status; /* 0: not answered */
    struct ferry_str body;
};

static inline int lab_remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static inline void lab_remove(const char *folder)
{
    nftw(folder, lab_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void lab_folder(char out[64])
{
    snprintf(out, 64, "/tmp/ferry-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(out));
}

/* `script` NULL: no faults. */
static inline void lab_open(struct lab *lab, const struct ferry_service *service, const char *id,
                            const struct ferry_kv *options, uint32_t n, const char *script)
{
    struct ferry_error err = {.size = sizeof err};
    char path[96];
    if (!lab->folder[0]) {
        lab_folder(lab->folder);
        snprintf(lab->state, sizeof lab->state, "%s/state", lab->folder);
    }
    snprintf(path, sizeof path, "%s/spool", lab->folder);
    lab->clock = clock_virtual();
    buf_init(&lab->x.storage, (size_t)64 << 20);
    request_init(&lab->request, (size_t)64 << 20);
    ck_assert_int_eq(spool_open(&lab->spool, path, 0, &err), FERRY_OK);
    int32_t rc = transport_inproc_open(&lab->transport, service, id, options, n, lab->state,
                                       lab->spool, &lab->clock, &err);
    ck_assert_msg(rc == FERRY_OK, "open: %s", err.message);
    if (script) {
        struct transport inner = lab->transport;
        rc = faults_parse(&lab->faults, ferry_cstr(script), "script", &err);
        ck_assert_msg(rc == FERRY_OK, "script: %s", err.message);
        rc = transport_faults_open(&lab->transport, &inner, lab->spool, &lab->clock, lab->faults, 0,
                                   &err);
        ck_assert_msg(rc == FERRY_OK, "faults: %s", err.message);
    }
}

/* Leaves the folder: a lab that is opened again finds its state. */
static inline void lab_shut(struct lab *lab)
{
    if (lab->transport.self) {
        lab->transport.close(lab->transport.self);
    }
    faults_free(lab->faults);
    spool_close(lab->spool);
    request_finish(&lab->request);
    buf_finish(&lab->x.storage);
    lab->transport = (struct transport){0};
    lab->faults = NULL;
    lab->spool = NULL;
}

static inline void lab_close(struct lab *lab)
{
    lab_shut(lab);
    lab_remove(lab->folder);
    lab->folder[0] = '\0';
}

/* What was written into lab->request goes out; how the exchange ended. */
static inline enum exchange_end lab_submit(struct lab *lab)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf storage = lab->x.storage;
    memset(&lab->x, 0, sizeof lab->x);
    lab->x.storage = storage;
    buf_reset(&lab->x.storage);
    lab->x.request = &lab->request;
    lab->x.max_answer = lab->max_answer;
    ck_assert_int_eq(request_seal(&lab->request, &err), FERRY_OK);
    int32_t rc = lab->transport.submit(lab->transport.self, &lab->x, &err);
    ck_assert_msg(rc == FERRY_OK, "submit: %s", err.message);
    ck_assert_ptr_eq(lab->transport.next(lab->transport.self, LAB_PATIENCE_MS), &lab->x);
    lab->status = lab->x.end == EXCHANGE_ANSWERED ? lab->x.answer.status : 0;
    lab->body = lab->x.end == EXCHANGE_ANSWERED ? lab->x.answer.body : FERRY_LIT("");
    return lab->x.end;
}

static inline uint32_t lab_send_str(struct lab *lab, const char *method, const char *target,
                                    struct ferry_str body)
{
    request_reset(&lab->request);
    struct ferry_out out = request_out(&lab->request);
    out.start(out.self, ferry_cstr(method), ferry_cstr(target));
    out.body(out.self);
    out.text(out.self, body);
    lab_submit(lab);
    return lab->status;
}

/* The HTTP status, 0 where there was no answer. */
static inline uint32_t lab_send(struct lab *lab, const char *method, const char *target,
                                const char *body)
{
    return lab_send_str(lab, method, target, ferry_cstr(body ? body : ""));
}

static inline int lab_has(const struct lab *lab, const char *text)
{
    return lab->body.len > 0 &&
           memmem(lab->body.ptr, (size_t)lab->body.len, text, strlen(text)) != NULL;
}

/* A number in the answer, by path of members and indexes: "items.0.id". */
static inline int64_t lab_number(const struct lab *lab, const char *path)
{
    struct json_doc doc = {NULL};
    struct ferry_str rest = ferry_cstr(path), part;
    int64_t out = -1, index = 0;
    ck_assert_int_eq(json_parse(&doc, lab->body, JSON_STRICT, NULL, NULL), FERRY_OK);
    const struct cJSON *v = doc.root;
    while (str_split(&rest, '.', &part)) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", STR_ARG(part));
        if (str_int64(part, &index)) {
            v = json_first(v);
            while (index-- > 0) {
                v = json_next(v);
            }
        } else {
            v = json_get(v, name);
        }
    }
    if (!json_int(v, &out)) {
        out = -1;
    }
    json_finish(&doc);
    return out;
}

#define lab_expect(lab_, want_, method_, target_, body_)                                           \
    do {                                                                                           \
        uint32_t got_ = lab_send((lab_), (method_), (target_), (body_));                           \
        ck_assert_msg(got_ == (want_), "%s %s: %u, wanted %u: %.*s", (method_), (target_), got_,   \
                      (unsigned)(want_), STR_ARG((lab_)->body));                                   \
    } while (0)

#endif
