/* SPDX-License-Identifier: MIT */
/*
 * retry - what a server may put into a Retry-After, with any status: the wait is within its bounds, and a success is a 2xx. The first
 * bytes of an input are the status; the rest is the header.
 */
#include "fuzz.h"

#include <classify.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str rest = {(const char *)data, size};
    uint32_t status = 100 * fuzz_choice(&rest, 7);
    status += 10 * fuzz_choice(&rest, 10);
    status += fuzz_choice(&rest, 10);
    const struct ferry_kv header = {FERRY_LIT("retry-after"), rest};
    struct exchange x = {.end = EXCHANGE_ANSWERED};
    x.answer = (struct ferry_message){
        .size = sizeof x.answer, .status = status, .headers = &header, .n_headers = 1};
    enum fate fate = classify(&x, NULL);
    fuzz_claim(fate >= FATE_PARSE && fate <= FATE_NOT_SENT, "%u means %d", status, (int)fate);
    fuzz_claim((fate == FATE_PARSE) == (status >= 200 && status < 300), "%u means %d", status,
               (int)fate);
    for (uint32_t tries = 0; tries < 70; tries += 23) {
        int64_t ms = classify_wait(&x.answer, tries, INT64_C(1790000000000), UINT64_MAX - size);
        fuzz_claim(ms > 0 && ms <= 300000, "\"%.*s\": a wait of %lld ms", STR_ARG(rest),
                   (long long)ms);
    }
    return 0;
}
