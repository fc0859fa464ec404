/* SPDX-License-Identifier: MIT */
/*
 * index.h - what destinations hold, as it was read for this plan: their cases, the target run, its results. It lives in
 * temporary tables beside the journal, so that 100,000 cases need a page cache and not a tree.
 */
#ifndef ENGINE_INDEX_H
#define ENGINE_INDEX_H

#include "identity.h"
#include "remote.h"

#include <ferry/planner.h>

/* Empties the index (makes its tables where they are missing). */
int32_t index_begin(struct journal *j, struct ferry_error *err);
/* Reads all cases of a destination. */
int32_t index_read_cases(struct journal *j, struct remote *r, struct ferry_error *err);
/* How many of them were read; -1 where that cannot be told. */
int64_t index_cases(struct journal *j, int64_t dest_id);

/* A run found. */
struct index_run {
    char id[128];
    char title[512];
    char marker[256];
    char ids[256];  /* all that matched, when several */
    uint32_t count; /* 0: none */
    uint32_t state; /* FERRY_RUN_OPEN ... */
};
/*
 * The target run: by id where given; else by marker; else, where find_title is set, by exact title among runs that carry no other
 * marker. Two hits are E_CONFIG that lists the ids.
 */
int32_t index_find_run(struct remote *r, struct ferry_str id, struct ferry_str marker,
                       struct ferry_str find_title, struct index_run *out, struct ferry_error *err);
/* E_CONFIG where the project has no custom field on cases that is called like the target's key field. OK where it cannot list fields. */
int32_t index_check_field(struct remote *r, struct ferry_error *err);
/* What each of them will ask for is asked ahead: see remote_ahead(). */
void index_cases_ahead(struct remote *r);
/* The same, where that is what the account's other requests wait for: its facts are waited for. Fails as index_read_cases(). */
int32_t index_cases_begin(struct remote *r, struct ferry_error *err);
void index_run_ahead(struct remote *r, struct ferry_str id, struct ferry_str marker,
                     struct ferry_str find_title);
void index_field_ahead(struct remote *r);
/* Every result of a run, for matching what is already there. index_read_cases must have been done before. */
int32_t index_read_results(struct journal *j, struct remote *r, struct ferry_str run_id,
                           struct ferry_error *err);
/* The same of the source's run, whose copies those are: how many look alike there, and here (of those that nobody took). */
int32_t index_read_originals(struct journal *j, struct remote *r, struct ferry_str run_id,
                             struct ferry_error *err);
int64_t index_like_originals(struct journal *j, const unsigned char likeness[16]);
int64_t index_like_here(struct journal *j, const unsigned char likeness[16]);
/* Their ids alone, for an audit: all of them into the index; or each page as it comes, and nothing is kept. */
int32_t index_read_result_ids(struct journal *j, struct remote *r, struct ferry_str run_id,
                              struct ferry_error *err);
int32_t index_each_result_id(struct remote *r, struct ferry_str run_id, remote_page_fn *fn,
                             void *data, struct ferry_error *err);
int64_t index_results(struct journal *j); /* how many were read */
int index_shows_wires(struct journal *j); /* whether any of them says its wire id */

/*
 * Lists into temporary tables, one transaction a page. Not db_begin(): only what is temporary is written, and no other process shall
 * wait for it; nothing is asked of anybody while it is open.
 */
int32_t index_store(struct journal *j, struct remote *r, const struct ferry_ask *ask,
                    remote_item_fn *fn, void *data, struct ferry_error *err);

/* ferry_desk.lookup() for one side. Texts and the item live in the arena. */
int32_t index_lookup(struct journal *j, int64_t dest_id, uint32_t noun, struct ferry_str by,
                     struct ferry_str value, struct arena *arena, struct ferry_found *found,
                     struct ferry_error *err);

/* Whether a result with this wire id is listed; it is then taken. */
int index_take_wire(struct journal *j, struct ferry_str wire_id, char id[128]);
int index_take_id(struct journal *j, struct ferry_str id);
/* Whether it is listed, taken or not. */
int index_has_wire(struct journal *j, struct ferry_str wire_id);
int index_has_id(struct journal *j, struct ferry_str id);
/* Whether an unclaimed result looks like this one, which came this way; it is then taken. One that came the same way is known by its wire id and never
 * taken for another. */
int index_take_like(struct journal *j, const unsigned char likeness[16], enum identity_way way,
                    char id[128]);

#endif
