/* SPDX-License-Identifier: MIT */
/* late_curl.c - see late_curl.h. */
#include "late_curl.h"

struct late_curl curl;

static const struct late_call calls[] = {
#define CALL(name) {"curl_" #name, &curl.name},
    CURL_CALLS(CALL)
#undef CALL
};

int32_t late_curl_open(struct ferry_error *err)
{
    static struct late_library library = {.file = "libcurl.so.4",
                                          .package = "libcurl4",
                                          .calls = calls,
                                          .n_calls = sizeof calls / sizeof *calls};
    return late_open(&library, err);
}
