/* SPDX-License-Identifier: MIT */
/* late_mhd.c - see late_mhd.h. */
#include "late_mhd.h"

struct late_mhd mhd;

static const struct late_call calls[] = {
#define CALL(name) {"MHD_" #name, &mhd.name},
    MHD_CALLS(CALL)
#undef CALL
};

int32_t late_mhd_open(struct ferry_error *err)
{
    static struct late_library library = {.file = "libmicrohttpd.so.12",
                                          .package = "libmicrohttpd12",
                                          .calls = calls,
                                          .n_calls = sizeof calls / sizeof *calls};
    return late_open(&library, err);
}
