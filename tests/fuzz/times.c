/* SPDX-License-Identifier: MIT */
/*
 * times - `time` and `timestamp` of reports. What was read, written in the plainest form, is read as the same again; what
 * could not be read leaves its outputs alone.
 */
#include "fuzz.h"

#include <clock.h>
#include <times.h>

enum { UNTOUCHED = 12345 };

static void duration(struct ferry_str text)
{
    int64_t us = UNTOUCHED, again = 0;
    char plain[48];
    enum times_verdict verdict = times_duration(text, &us);
    if (verdict == TIMES_BAD || verdict == TIMES_NONE) {
        fuzz_claim(us == UNTOUCHED, "not read, and said to take %lld us", (long long)us);
        return;
    }
    fuzz_claim(us >= 0, "takes %lld us", (long long)us);
    snprintf(plain, sizeof plain, "%lld.%06lld", (long long)us / 1000000, (long long)us % 1000000);
    fuzz_claim(times_duration(ferry_cstr(plain), &again) == TIMES_OK && again == us,
               "%s is %lld us, not %lld", plain, (long long)again, (long long)us);
}

static void stamp(struct ferry_str text)
{
    int64_t ms = UNTOUCHED, again = 0;
    int zoneless = UNTOUCHED;
    char plain[TIME_TEXT];
    enum times_verdict verdict = times_stamp(text, &ms, &zoneless);
    if (verdict == TIMES_BAD || verdict == TIMES_NONE) {
        fuzz_claim(ms == UNTOUCHED, "not read, and said to be at %lld", (long long)ms);
        return;
    }
    fuzz_claim(zoneless == 0 || zoneless == 1, "zoneless is %d", zoneless);
    time_text(ms, plain);
    verdict = times_stamp(ferry_cstr(plain), &again, &zoneless);
    fuzz_claim(verdict == TIMES_NONE || (verdict == TIMES_OK && again == ms && zoneless == 0),
               "%s is %lld, not %lld", plain, (long long)again, (long long)ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str text = {(const char *)data, size};
    duration(text);
    stamp(text);
    return 0;
}
