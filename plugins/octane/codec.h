/* SPDX-License-Identifier: MIT */
/* codec.h - between the files of the codec: writing requests, reading answers. */
#ifndef OCTANE_CODEC_H
#define OCTANE_CODEC_H

#include "octane.h"

#include <arena.h>
#include <json.h>

/* The chain of a run's end: its suite run is looked up, then what ferry has to say of it goes into its description. */
#define OCTANE_DESCRIBE_RUN FERRY_OP(FERRY_PRIVATE, FERRY_RUN)
/* That of a result with stories that are linked afterwards: its automated run is looked up, then it covers them. */
#define OCTANE_FIND_RUN FERRY_OP(FERRY_PRIVATE, FERRY_RESULT)
#define OCTANE_LINK_RUN FERRY_OP(FERRY_PRIVATE + 1, FERRY_RESULT)

/* --- codec.c ---------------------------------------------------------------------------------------- */

struct ferry_str octane_option(const struct ferry_call *call, const char *name);
/* An option that is a number from 1; 0 where it is not set. */
int64_t octane_number(const struct ferry_call *call, const char *name);
/* Digits and nothing else, from 1: an entity's id. */
int octane_is_id(struct ferry_str id);
/* An answer that is no answer of Octane: E_PROTOCOL. */
int32_t octane_not_understood(struct ferry_error *err, const char *what);
int octane_is_success(const struct ferry_message *m);

/* --- codec_session.c: who we are, and where everything is ---------------------------------------------- */

/* Where the site itself is, as `url` says it: with or without /api, /ui or a workspace at its end. Absent: in process. */
struct ferry_str octane_site(const struct ferry_call *call);
/* E_CONFIG where neither options nor the project say which space and workspace are meant. */
int32_t octane_place(const struct ferry_call *call, struct ferry_str *space,
                     struct ferry_str *workspace, struct ferry_error *err);
/* Appends the address of something in the workspace: ".../workspaces/1002" and `path`. */
int32_t octane_put_path(struct buf *b, const struct ferry_call *call, const char *path,
                        struct ferry_error *err);
int32_t octane_dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err);
int32_t octane_sign_in(const struct ferry_call *call, const struct ferry_out *out,
                       struct ferry_error *err);
int32_t octane_keep(const struct ferry_call *call, const struct ferry_message *answer,
                    const struct ferry_reply *reply, struct ferry_error *err);
int32_t octane_sign_out(const struct ferry_call *call, const struct ferry_out *out,
                        struct ferry_error *err);

/* --- query.c: Octane's query language ------------------------------------------------------------------- */

/* A statement being written, not encoded yet: phrases joined by ';'. */
void octane_phrase(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `field EQ 'text'`, the text quoted. */
void octane_phrase_text(struct buf *b, const char *field, const char *op, struct ferry_str text);
/* The text in its quotes, so that it means itself. */
void octane_put_quoted(struct buf *b, struct ferry_str text);
/* The parts of a list's target; order as in other clients. Absent ones are left out. */
struct octane_list {
    const char *collection; /* "automated_runs" */
    struct ferry_str query; /* the statement */
    const char *fields, *order;
    int64_t offset, limit;
};
int32_t octane_put_list(struct buf *b, const struct ferry_call *call, const struct octane_list *l,
                        struct ferry_error *err);
void octane_put_encoded(struct buf *b, struct ferry_str text);

/* --- codec_folder.c: modules and suites ------------------------------------------------------------------ */

/* Keys of folders: what they are, and the names on the way to them joined by '/'. */
#define OCTANE_MODULE "module:"
#define OCTANE_SUITE  "suite:"
#define OCTANE_ROOT   "root module" /* the fact that holds its id */

int octane_is_suite(const struct ferry_op *op);
/* The body that makes one; a suite's module may be absent. */
void octane_write_folder(struct buf *b, int is_suite, struct ferry_str name,
                         struct ferry_str parent);
/* The id that stands above an operation's folder; absent: it is not known. E_NEED after need(). */
int32_t octane_parent_of(const struct ferry_call *call, const struct ferry_op *op,
                         struct ferry_str *parent);
int32_t octane_encode_folder(const struct ferry_call *call, const struct ferry_op *op,
                             const struct ferry_out *out, struct ferry_error *err);
int32_t octane_find_folders(const struct ferry_call *call, const struct ferry_op *const *ops,
                            uint32_t n, const struct ferry_asks *asks, struct ferry_error *err);

/* --- codec_run.c: suite runs ------------------------------------------------------------------------------- */

/* What a result has to know of the run that it goes into. */
struct octane_run {
    struct ferry_str name;   /* of the suite run */
    struct ferry_str suite;  /* id */
    struct ferry_str module; /* id; absent: none */
};
/* Eight digits that stand for a marker at the end of a suite run's name. */
void octane_key_of(struct ferry_str marker, char out[9]);
/* The run's name as its template says it, into b. Returns whether it was cut. */
int octane_put_run_name(struct buf *b, const struct ferry_call *call, struct ferry_str title,
                        struct ferry_str marker);
int32_t octane_encode_run(const struct ferry_call *call, const struct ferry_op *op,
                          const struct ferry_out *out, struct ferry_error *err);
int32_t octane_decode_run(const struct ferry_call *call, const struct ferry_op *op,
                          const struct ferry_message *answer, const struct ferry_reply *reply,
                          struct ferry_error *err);
/* Of an operation in it; E_NEED after need() where it has to be asked for. Texts live in scratch. */
int32_t octane_run_of(const struct ferry_call *call, const struct ferry_op *op,
                      const struct ferry_out *out, struct octane_run *run, struct ferry_error *err);
/* A run's description without the marker's line; the marker or absent. */
struct ferry_str octane_split_description(struct ferry_str text, struct ferry_str *marker);

/* What stands in a test run's description before the id that ferry knows it by. */
#define OCTANE_WIRE "ferry "

/* --- codec_result.c, codec_payload.c: results as a payload -------------------------------------------------- */

/* One test run being written. */
struct octane_writer {
    const struct ferry_call *call;
    const struct ferry_out *out; /* for notes and facts */
    uint32_t index;              /* of the operation */
    struct ferry_str run;        /* name of the suite run */
    struct buf xml, scratch;
};
void octane_note(const struct octane_writer *w, uint32_t kind, const char *field, const char *text);
/* An attribute, noted where it had to be changed; nothing where the text is empty and not wanted. */
void octane_attribute(struct octane_writer *w, const char *name, struct ferry_str text);
int32_t octane_write_result(struct octane_writer *w, const struct ferry_op *op,
                            struct ferry_error *err);
int32_t octane_encode_results(const struct ferry_call *call, const struct ferry_op *const *ops,
                              uint32_t n, const struct ferry_out *out, uint32_t *taken,
                              struct ferry_error *err);
/* What stands before the runs of a payload. E_NEED, E_CONFIG. */
int32_t octane_write_head(struct buf *b, const struct ferry_call *call, const struct ferry_out *out,
                          const struct octane_run *run, uint32_t edition, struct ferry_error *err);

/* --- codec_jira.c: which backlog items they cover -------------------------------------------------------------- */

/* E_NEED where a story of theirs has to be looked up; a hundred keys at a time. */
int32_t octane_need_stories(const struct ferry_call *call, const struct ferry_op *const *ops,
                            uint32_t n, const struct ferry_out *out);
void octane_write_backlog(struct octane_writer *w, const struct ferry_op *op);
/* E_CONFIG. */
int32_t octane_check_links(const struct ferry_call *call, struct ferry_error *err);
int octane_is_jira_fact(struct ferry_str fact);
int32_t octane_ask_jira(struct buf *target, const struct ferry_call *call, struct ferry_str fact,
                        struct ferry_error *err);
int32_t octane_answer_jira(const struct ferry_call *call, struct ferry_str fact,
                           const struct cJSON *data, const struct ferry_reply *reply);

/* The ids of the stories that an operation's keys mean, each once; how many. What has none, or several, is left out. */
uint32_t octane_stories_of(const struct ferry_call *call, const struct ferry_op *op,
                           struct ferry_str *ids, uint32_t room);

/* --- codec_link.c: linked when the results are there ------------------------------------------------------------ */

int octane_links_after(const struct ferry_call *call);
/* Behind the outcome of an operation whose task has ended well. */
int32_t octane_follow_with_link(const struct ferry_call *call, const struct ferry_ask *ask,
                                uint32_t index, const struct ferry_reply *reply);
int32_t octane_encode_link(const struct ferry_call *call, const struct ferry_op *const *ops,
                           uint32_t n, const struct ferry_out *out, uint32_t *taken,
                           struct ferry_error *err);
int32_t octane_decode_link(const struct ferry_op *const *ops, uint32_t n,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err);
int octane_is_link_fact(struct ferry_str fact);
int32_t octane_ask_coverage(struct buf *target, const struct ferry_call *call,
                            struct ferry_error *err);
int32_t octane_answer_coverage(const struct cJSON *data, const struct ferry_reply *reply);

/* --- codec_task.c: what becomes of a payload ------------------------------------------------------------------ */

int32_t octane_decode_accepted(const struct ferry_op *const *ops, uint32_t n,
                               const struct ferry_message *answer, const struct ferry_reply *reply,
                               struct ferry_error *err);
int32_t octane_ask_task(struct buf *target, const struct ferry_call *call, struct ferry_str token,
                        struct ferry_error *err);
int32_t octane_answer_task(const struct ferry_call *call, const struct ferry_ask *ask,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err);

/* --- codec_error.c: answers that are no success ------------------------------------------------------------------ */

/* Its words, in either shape of Octane's errors; absent where there are none. In b. */
struct octane_words {
    struct ferry_str code, description;
};
int octane_read_error(struct json_doc *doc, struct arena *a, struct ferry_str body,
                      struct octane_words *out);
int32_t octane_decode_refusal(const struct ferry_op *const *ops, uint32_t n,
                              const struct ferry_message *answer, const struct ferry_reply *reply);

/* --- codec_fact.c ---------------------------------------------------------------------------------------------------- */

int32_t octane_ask_fact(struct buf *target, const struct ferry_call *call, struct ferry_str fact,
                        struct ferry_error *err);
int32_t octane_answer_fact(const struct ferry_call *call, const struct ferry_ask *ask,
                           const struct ferry_message *answer, const struct ferry_reply *reply,
                           struct ferry_error *err);
/* The fact's value, absent where it is not known; "" where the workspace has no such thing. */
struct ferry_str octane_fact(const struct ferry_call *call, const char *kind,
                             struct ferry_str name);
/* Its name, in b. */
struct ferry_str octane_fact_name(struct buf *b, const char *kind, struct ferry_str name);

/* --- codec_ask.c, codec_read.c: lists -------------------------------------------------------------------------------- */

int32_t octane_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                    const struct ferry_asks *asks, struct ferry_error *err);
int32_t octane_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                   const struct ferry_out *out, struct ferry_error *err);
int32_t octane_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err);
/* A page being read. */
struct octane_reading {
    const struct ferry_call *call;
    const struct ferry_ask *ask;
    const struct ferry_reply *reply;
    struct arena arena; /* of one element */
    uint32_t seen;      /* elements of this page */
    char last[24];      /* the id of the last one */
};
int32_t octane_read_element(struct octane_reading *r, const struct cJSON *v);

#endif
