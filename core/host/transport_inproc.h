/* SPDX-License-Identifier: MIT */
/*
 * transport_inproc.h - requests go straight into a ferry.service/1 of this process. The default
 * of the local tracker, and what tests of vendors' codecs run on.
 *
 * The service runs in a thread of its own, from the first submit() to close(): one request after the other, in the order in
 * which they were submitted. What it did is stored when an exchange comes back, and with the process the thread has
 * ended, too: TRANSPORT_SYNCHRONOUS.
 */
#ifndef HOST_TRANSPORT_INPROC_H
#define HOST_TRANSPORT_INPROC_H

#include "service_state.h"
#include "transport.h"

/*
 * `spool`: where requests' blobs are and where spooled answers go. Everything given lives as
 * long as the transport. With FERRY_TEST_HOOKS, and FERRY_FAULTS naming a script, faults come in
 * between (transport_faults.h).
 */
int32_t transport_inproc_open(struct transport *out, const struct ferry_service *svc,
                              const char *plugin_id, const struct ferry_kv *options, uint32_t n,
                              const char *state_folder, struct spool *spool, struct clock *clock,
                              struct ferry_error *err);

/*
 * One exchange on a state, from its request to x's answer: x->end, answer, error. A status other
 * than OK: the request could not be made, nothing happened, x is as before.
 */
int32_t inproc_serve(struct service_state *state, struct spool *spool, struct exchange *x,
                     struct ferry_error *err);

/* The state behind it, for tests and mocks, while nothing is under way. Of a transport made by transport_inproc_open without faults. */
struct service_state *transport_inproc_state(struct transport *t);

#endif
