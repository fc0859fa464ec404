/* SPDX-License-Identifier: MIT */
/*
 * request - a stored request. Any bytes are read to a request or refused; what was read is kept byte for byte, is made into the
 * same message each time, and opens nothing outside of its spool, whatever digest it names.
 */
#include "fuzz.h"

#include <request.h>
#include <spool.h>

enum { MOST = 4 << 20 };

static struct spool *spool;
/* What must not be sent. Longer than what a fuzzer remembers of a comparison, or it writes it into its input itself. */
static char outside[200];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct ferry_error err = {.size = sizeof err};
    char digest[DIGEST_TEXT];
    (void)argc;
    (void)argv;
    fuzz_folder();
    for (size_t i = 0; i < sizeof outside; i++) {
        outside[i] = (char)(i * i * 31 + 7);
    }
    fuzz_file("outside", (struct ferry_str){outside, sizeof outside});
    fuzz_claim(spool_open(&spool, "spool", 0, &err) == FERRY_OK, "%s", err.message);
    fuzz_claim(spool_add(spool, FERRY_LIT("abc"), digest, &err) == FERRY_OK, "%s", err.message);
    return 0;
}

static struct ferry_str value_of(void *self, struct ferry_str name)
{
    (void)self;
    return str_is(name, "absent") ? (struct ferry_str){NULL, 0} : FERRY_LIT("to\"ken 1");
}

static void flatten(const struct request *r, const struct request *dress)
{
    const struct request_values values = {NULL, value_of};
    struct buf storage[2];
    struct ferry_kv headers[2][REQUEST_HEADERS];
    struct ferry_message m[2] = {{0}};
    struct ferry_error err = {.size = sizeof err};
    int32_t rc[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&storage[i], MOST);
        rc[i] = request_flatten(r, dress, &values, spool, &storage[i], headers[i], &m[i], &err);
    }
    fuzz_claim(rc[0] == rc[1], "a message: %d, then %d", rc[0], rc[1]);
    if (rc[0]) {
        fuzz_claim(err.message[0], "%d without a word", rc[0]);
    } else {
        fuzz_same("method", m[0].method, m[1].method);
        fuzz_same("target", m[0].target, m[1].target);
        fuzz_same("body", m[0].body, m[1].body);
        fuzz_claim(m[0].n_headers == m[1].n_headers, "headers: %u, then %u", m[0].n_headers,
                   m[1].n_headers);
        for (uint32_t i = 0; i < m[0].n_headers; i++) {
            fuzz_same("header", headers[0][i].key, headers[1][i].key);
            fuzz_same("header's text", headers[0][i].value, headers[1][i].value);
        }
        fuzz_claim(!m[0].body.ptr ||
                       !memmem(m[0].body.ptr, (size_t)m[0].body.len, outside, sizeof outside),
                   "a file outside of the spool is sent");
    }
    buf_finish(&storage[0]);
    buf_finish(&storage[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str packed = {(const char *)data, size};
    struct request r, dress;
    struct buf shown;
    struct ferry_error err = {.size = sizeof err};
    request_init(&r, MOST);
    request_init(&dress, MOST);
    buf_init(&shown, MOST);
    int32_t rc = request_unpack(&r, packed, &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_STATE, "unpacked with %d: %s", rc, err.message);
    if (rc) {
        fuzz_message(&err);
    } else {
        struct ferry_out out = request_out(&dress);
        fuzz_same("packed", packed, request_packed(&r));
        out.header(out.self, FERRY_LIT("authorization"));
        out.secret(out.self, FERRY_LIT("me:token"), FERRY_IN_BASIC);
        flatten(&r, NULL);
        flatten(&r, &dress);
        request_show(&r, &shown);
    }
    buf_finish(&shown);
    request_finish(&dress);
    request_finish(&r);
    return 0;
}
