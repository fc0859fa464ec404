/* SPDX-License-Identifier: MIT */
/*
 * network.h - the way to destinations that have a URL, as the configuration wants it: timeouts, proxy, certificates, and whether plain
 * http may be used. One per command; the client behind it is made when it is first needed.
 */
#ifndef HOST_NETWORK_H
#define HOST_NETWORK_H

#include "config.h"
#include "http_client.h"

struct network {
    const struct config *config; /* may be NULL: defaults */
    struct clock *clock;         /* what silence is measured with */
    struct http_client *client;
    int warned; /* that certificates are not checked */
};
/* The caller's memory; config and clock outlive it. */
void network_init(struct network *n, const struct config *config, struct clock *clock);
void network_finish(struct network *n); /* accepts zeroed; transports were closed before */

/*
 * A transport to t->url. E_CONFIG, with the cure: http to a host that is neither this machine nor allowed. t and spool outlive the
 * transport.
 */
int32_t network_open(struct network *n, const struct target *t, struct spool *spool,
                     struct transport *out, struct ferry_error *err);

#endif
