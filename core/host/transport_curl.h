/* SPDX-License-Identifier: MIT */
/* transport_curl.h - requests over a socket, through the one libcurl of this process (http_client.h). */
#ifndef HOST_TRANSPORT_CURL_H
#define HOST_TRANSPORT_CURL_H

#include "http_client.h"

/* `client` outlives the transport; `route` is copied, its texts are not. The transport's name is the host. */
int32_t transport_curl_open(struct transport *out, struct http_client *client,
                            const struct http_route *route, struct ferry_error *err);

#endif
