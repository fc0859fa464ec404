/* SPDX-License-Identifier: MIT */
/* late_curl.h - what is used of libcurl: `curl.easy_init()` is curl_easy_init(). late_curl_open() comes first. */
#ifndef HOST_LATE_CURL_H
#define HOST_LATE_CURL_H

#include "late.h"

#include <curl/curl.h>

/* clang-format off */
#define CURL_CALLS(CALL) \
    CALL(easy_cleanup) CALL(easy_getinfo) CALL(easy_init) CALL(easy_setopt) CALL(easy_strerror) \
    CALL(global_cleanup) CALL(global_init) \
    CALL(multi_add_handle) CALL(multi_cleanup) CALL(multi_info_read) CALL(multi_init) CALL(multi_perform) CALL(multi_poll) \
    CALL(multi_remove_handle) \
    CALL(slist_append) CALL(slist_free_all) CALL(version_info)
/* clang-format on */

struct late_curl {
#define CALL(name) __typeof__(curl_##name) *name;
    CURL_CALLS(CALL)
#undef CALL
};
extern struct late_curl curl;

/* As late_open(). */
int32_t late_curl_open(struct ferry_error *err);

#endif
