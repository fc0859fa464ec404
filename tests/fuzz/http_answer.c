/* SPDX-License-Identifier: MIT */
/*
 * http_answer - what comes over a socket, behind libcurl: lines of a head, then a body, gzip perhaps, into memory or into the spool. It is
 * the same answer however the body was cut, never longer than allowed, and broken ones are said to be. The first byte of an input chooses
 * where the body goes; the head ends with an empty line.
 */
#include "fuzz.h"

#include <http_answer.h>

enum { MOST = 1 << 20, ALLOWED = 4096 };

static struct spool *spool;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ferry_error err = {.size = sizeof err};
    (void)argc;
    (void)argv;
    fuzz_folder();
    fuzz_claim(spool_open(&spool, "spool", 0, &err) == FERRY_OK, "%s", err.message);
    return 0;
}

struct arrival {
    struct exchange x;
    struct http_answer a;
    int32_t rc;
};

static void arrive(struct arrival *v, const struct request *r, struct ferry_str bytes, int cut)
{
    struct fuzz_cuts cuts;
    struct ferry_str line;
    int ok = 1;
    fuzz_cuts_init(&cuts, bytes);
    memset(v, 0, sizeof *v);
    buf_init(&v->x.storage, MOST);
    v->x.request = r;
    v->x.max_answer = ALLOWED;
    http_answer_init(&v->a, &v->x, spool);
    while (ok && !v->a.head_ended && bytes.ptr) {
        const char *begin = bytes.ptr;
        str_split(&bytes, '\n', &line);
        line.len += bytes.ptr != NULL; /* with its end, as libcurl hands it over */
        ok = http_answer_line(&v->a, (struct ferry_str){begin, line.len});
    }
    while (ok && v->a.head_ended && bytes.len > 0) {
        struct ferry_str piece = str_sub(bytes, 0, cut ? fuzz_cuts_next(&cuts) : bytes.len);
        ok = http_answer_body(&v->a, piece);
        bytes = str_sub(bytes, piece.len, bytes.len);
    }
    v->rc = ok ? http_answer_end(&v->a) : FERRY_E_PROTOCOL;
    fuzz_claim(ok || v->a.error.message[0] || v->a.head.failed, "not taken, and nothing is said");
    if (v->rc && v->a.error.message[0]) {
        fuzz_message(&v->a.error);
    }
}

static void leave(struct arrival *v)
{
    if (v->rc == FERRY_OK && v->x.answer.blob) {
        spool_remove(spool, v->x.blob.digest, NULL);
    }
    http_answer_finish(&v->a);
    buf_finish(&v->x.storage);
}

static void judge(const struct arrival *v)
{
    const struct ferry_message *m = &v->x.answer;
    fuzz_claim(m->body.len <= ALLOWED && (!m->blob || m->blob->bytes <= ALLOWED),
               "longer than allowed");
    for (uint32_t i = 0; i < m->n_headers; i++) {
        for (uint64_t k = 0; k < m->headers[i].key.len; k++) {
            char c = m->headers[i].key.ptr[k];
            fuzz_claim(!(c >= 'A' && c <= 'Z'), "a header's name is not in lower case");
        }
        fuzz_claim(str_trim(m->headers[i].value).len == m->headers[i].value.len,
                   "a header's value is not trimmed");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str bytes = {(const char *)data, size};
    struct request r = {.spool_max = fuzz_choice(&bytes, 2) ? ALLOWED : 0};
    struct arrival whole, cut;
    arrive(&whole, &r, bytes, 0);
    arrive(&cut, &r, bytes, 1);
    fuzz_claim((whole.rc == FERRY_OK) == (cut.rc == FERRY_OK), "whole: %d, cut: %d", whole.rc,
               cut.rc);
    if (whole.rc == FERRY_OK) {
        judge(&whole);
        fuzz_claim(whole.x.answer.status == cut.x.answer.status, "another status");
        fuzz_same("the body", whole.x.answer.body, cut.x.answer.body);
        fuzz_claim(!whole.x.answer.blob == !cut.x.answer.blob, "another place");
        fuzz_same("the blob", ferry_cstr(whole.x.blob_digest), ferry_cstr(cut.x.blob_digest));
    }
    leave(&whole);
    leave(&cut);
    return 0;
}
