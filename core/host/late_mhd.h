/* SPDX-License-Identifier: MIT */
/* late_mhd.h - what is used of libmicrohttpd: `mhd.start_daemon()` is MHD_start_daemon(). late_mhd_open() comes first. */
#ifndef HOST_LATE_MHD_H
#define HOST_LATE_MHD_H

#include "late.h"

#include <microhttpd.h>

/* clang-format off */
#define MHD_CALLS(CALL) \
    CALL(add_response_header) CALL(create_response_from_buffer) CALL(destroy_response) CALL(get_connection_values) \
    CALL(get_connection_info) CALL(get_daemon_info) CALL(queue_response) CALL(start_daemon) CALL(stop_daemon)
/* clang-format on */

struct late_mhd {
#define CALL(name) __typeof__(MHD_##name) *name;
    MHD_CALLS(CALL)
#undef CALL
};
extern struct late_mhd mhd;

/* As late_open(). */
int32_t late_mhd_open(struct ferry_error *err);

#endif
