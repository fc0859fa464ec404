/* SPDX-License-Identifier: MIT */
/*
 * service_state.h - the state of one ferry.service/1: a folder with `state.db` and `blobs/`, and
 * the one way to call the service on it.
 *
 * Used by the in-process transport and by whoever listens on a socket. Each request runs in one
 * transaction, committed before its answer is handed back. Several processes may open the same
 * folder; a state belongs to one thread.
 */
#ifndef HOST_SERVICE_STATE_H
#define HOST_SERVICE_STATE_H

#include "request.h"
#include "spool.h"

#include <clock.h>
#include <ferry/service.h>

struct service_state;

/* All of it lives as long as the state. */
struct service_setup {
    const struct ferry_service *service;
    const char *plugin_id;          /* the state remembers it, and is refused to another plugin */
    const struct ferry_kv *options; /* what the service is given with each call */
    uint32_t n_options;
    const char *folder; /* created where it is missing */
    struct clock *clock;
};

/*
 * Opens, brings the schema up to date, seeds an empty state. E_STATE where a newer plugin wrote
 * it, or another one.
 */
int32_t service_state_open(struct service_state **out, const struct service_setup *setup,
                           struct ferry_error *err);
void service_state_close(struct service_state *s); /* accepts NULL */

enum service_end {
    SERVICE_ANSWERED = 1,    /* `answer` is written, and what it says is stored */
    SERVICE_NOT_APPLIED = 2, /* the state could not be used; nothing changed */
    SERVICE_UNSURE = 3       /* the commit itself failed: the change may come back with the disk */
};
/*
 * One request. A service that fails is rolled back and answered with 500, its reason goes to the
 * log; where memory or the disk failed it, the end is NOT_APPLIED with the reason in err. `from`: the spool that request->blob names, may be NULL. `answer` is reset, written and
 * sealed; its blobs are in service_state_blobs().
 */
enum service_end service_state_handle(struct service_state *s, const struct ferry_message *request,
                                      struct spool *from, struct request *answer,
                                      struct ferry_error *err);

/* What it holds need not outlive the machine: no answer waits until the disk has what it says. */
int32_t service_state_is_passing(struct service_state *s, struct ferry_error *err);

/* Whether another process has changed the rows since they were opened. */
int service_state_disturbed(struct service_state *s);

/*
 * The service's dump, appended. E_UNSUPPORTED where it has none. The service only says text():
 * the body is open.
 */
int32_t service_state_dump(struct service_state *s, struct buf *out, struct ferry_error *err);

struct spool *service_state_blobs(struct service_state *s);

/*
 * Copies the rows as they are now into a new file and opens that as a state of its own (same
 * service, options and clock; `s` lends its blobs and must outlive it). For answering from the
 * past; see transport_faults.h.
 */
int32_t service_state_fork(struct service_state *s, const char *db_path, struct service_state **out,
                           struct ferry_error *err);

/* Opens rows that someone kept (state.db of a closed state) as a state beside `s`; as with the fork, `s` lends the rest. */
int32_t service_state_view(struct service_state *s, const char *db_path, struct service_state **out,
                           struct ferry_error *err);

#endif
