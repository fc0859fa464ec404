/* SPDX-License-Identifier: MIT */
/*
 * url.h - the base URL of a destination, taken apart where that matters: which host gets the secrets, is it this
 * machine, and how a request's target joins it.
 */
#ifndef HOST_URL_H
#define HOST_URL_H

#include <buf.h>

/* "host", "host:8443", "[::1]:8080"; a view into url. */
struct ferry_str url_host(struct ferry_str url);
/* Host and path, without scheme, and without a version at the end: the same for "https://h/v1" and "https://h/". */
struct ferry_str url_place(struct ferry_str url);
/* The host without its port. */
struct ferry_str url_without_port(struct ferry_str host);
/* Whether it is http, not https. */
int url_is_plain(struct ferry_str url);
/* localhost, 127.0.0.0/8, [::1]; with or without a port. */
int url_is_loopback(struct ferry_str host);

/* Whether target is absolute and of another scheme, host or port than the base. */
int url_is_elsewhere(struct ferry_str base, struct ferry_str target);
/*
 * Appends base and target joined. A target begins with '/' and names its API version itself, so a version at the end of
 * the base ("https://api.example.org/v1", with or without '/') is left out. An absolute target must be of the base's
 * scheme and host: E_CONFIG otherwise, since it would be sent secrets.
 */
int32_t url_join(struct buf *out, struct ferry_str base, struct ferry_str target,
                 struct ferry_error *err);

#endif
