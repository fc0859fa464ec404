/* SPDX-License-Identifier: MIT */
/* codec.h - between the files of the codec: writing requests, reading answers. */
#ifndef QASE_CODEC_H
#define QASE_CODEC_H

#include "qase.h"

#include <arena.h>
#include <json.h>

/* The chain of a run's end: its description first, where there is something to add, then its completion. */
#define QASE_COMPLETE_RUN FERRY_OP(FERRY_PRIVATE, FERRY_RUN)

/* What "case_defaults" and the project's fields come to, for every case that is made there. Keys are ids and slugs. */
enum { CASE_FIELDS = 64 };
struct case_fields {
    struct arena arena;
    struct ferry_kv custom[CASE_FIELDS];  /* into the map of custom fields */
    struct ferry_kv numbers[CASE_FIELDS]; /* members of the case, numbers of options */
    struct ferry_kv texts[CASE_FIELDS];   /* members of the case, where it says nothing itself */
    uint32_t n_custom, n_numbers, n_texts;
};

/* Where one operation's JSON goes, and what a person is told of it. */
struct writer {
    const struct ferry_call *call;
    const struct ferry_out *out;      /* for notes and facts */
    const struct case_fields *fields; /* of new cases; else NULL */
    uint32_t index;                   /* of the operation */
    struct json_out json;
    struct buf scratch;
};

/* codec.c */
struct ferry_str qase_option(const struct ferry_call *call, const char *name);
int qase_is_v1(const struct ferry_call *call);
/* The id of the run that an operation is in or about; absent where it has none. */
struct ferry_str qase_run_of(const struct ferry_op *op);
/* Digits and nothing else, from 1: what may stand in a path or as an id. */
int qase_is_number(struct ferry_str id, int64_t *out);
/* The name of the fact that holds the key field's id, in scratch; it is also what people read where it is missing. */
struct ferry_str qase_key_fact(const struct ferry_call *call, char scratch[300]);
/* The key field's id; absent where the project has none, or it is not known yet. */
struct ferry_str qase_key_field(const struct ferry_call *call);

/* codec_text.c: texts as Qase takes them. */
/* As it will be written: at most `max` characters, NULs mended, both with a note. May be in w->scratch. */
struct ferry_str qase_fitting(struct writer *w, const char *field, struct ferry_str text,
                              uint64_t max);
/* A member, nothing where the text is absent. */
void qase_member(struct writer *w, const char *name, struct ferry_str text, uint64_t max);
void qase_note(struct writer *w, uint32_t kind, const char *field, const char *text);
/* "2026-11-20 10:18:33", UTC. */
void qase_time_text(int64_t ms, char out[20]);
/* Of an ISO date with or without fraction and zone; 0 where it is none. */
int qase_time_parse(struct ferry_str text, int64_t *ms);
void qase_put_encoded(struct buf *b, struct ferry_str text);
/* "/v1/<what>/<project>", then the format; appended. */
void qase_put_path(struct buf *b, const struct ferry_call *call, const char *what,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* codec_fact.c */
/* "environment "staging"", in scratch. */
struct ferry_str qase_fact_name(const char *kind, struct ferry_str name, char scratch[300]);
/* Appends the target of the question for it. */
void qase_ask_fact(struct buf *target, const struct ferry_call *call, struct ferry_str fact,
                   int64_t offset);
int32_t qase_read_fact(const struct ferry_call *call, const struct ferry_ask *ask,
                       const struct ferry_message *answer, const struct ferry_reply *reply,
                       struct ferry_error *err);
/* "group TAB title" of a configuration by its id, or the other way round; absent where the fact does not hold it. */
struct ferry_str qase_configuration(const struct ferry_call *call, struct ferry_str is, int by_id);

/* signature.c */
void qase_put_signature(struct buf *b, const struct ferry_call *call, const struct ferry_op *op,
                        struct ferry_str case_id);

/* One thing as JSON. E_INPUT where it cannot be expressed, with the reason. */
typedef int32_t write_fn(struct writer *w, const struct ferry_op *op, struct ferry_error *err);
write_fn qase_write_case;                         /* codec_case.c */
write_fn qase_write_run, qase_write_run_change;   /* codec_run.c */
write_fn qase_write_result, qase_write_result_v1; /* codec_result.c */
/* A run's description: its own, and the marker on a line of its own. */
void qase_put_description(struct buf *b, struct ferry_str text, struct ferry_str marker);
/* Takes the marker's line out; the description without it, the marker or absent. */
struct ferry_str qase_split_description(struct ferry_str text, struct ferry_str *marker);

struct qase_place;
/* codec_fields.c. E_NEED after out->need(); E_CONFIG: a required field without a value, or a value that its field does not take. */
int32_t qase_case_fields(const struct ferry_call *call, const struct ferry_out *out,
                         struct case_fields *fields, struct ferry_error *err);
void qase_case_fields_finish(struct case_fields *f);
/* All but custom fields, which go into the map with the key. */
void qase_write_case_fields(struct writer *w, const struct case_fields *f,
                            const struct ferry_case *c);
/* 1: a page of custom fields, 2: the system's own, 0: another fact. */
int qase_is_fields_fact(struct ferry_str name);
struct ferry_str qase_fields_fact(const struct qase_place *place, char scratch[64]);

/* codec_attachment.c */
int32_t qase_encode_attachments(struct writer *w, const struct ferry_op *const *ops, uint32_t n,
                                uint32_t *taken, struct ferry_error *err);

/* codec_error.c: an answer that is no success. Verdicts and culprits, where it names them. */
int32_t qase_decode_refusal(const struct ferry_op *const *ops, uint32_t n,
                            const struct ferry_message *answer, const struct ferry_reply *reply);

/* codec_page.c. Where a page begins: an offset, within a span of time where a list is longer than offsets reach. */
struct qase_place {
    int64_t offset;
    int64_t from_s, to_s; /* 0: all */
    int found;            /* of a fact: a page before held it */
    int alone;            /* it does not begin with the last element of the page before */
};
int qase_place_parse(struct ferry_str cursor, struct qase_place *out);
/* Of a question: its cursor, or how many it knows already. */
int qase_place_of(const struct ferry_ask *ask, struct qase_place *out);
void qase_place_text(const struct qase_place *p, char out[96]);
/* One more page to ask for. */
int32_t qase_tell_next(const struct ferry_reply *reply, const struct qase_place *place);

/* One page while its elements come. */
struct qase_page {
    struct qase_place here;
    int joined;    /* it begins with the last element of the page before, */
    uint64_t seen; /* elements */
    struct ferry_str ids[QASE_PAGE];
    uint32_t n_ids;
    struct arena memory;
};
void qase_page_begin(struct qase_page *p, const struct ferry_ask *ask);
void qase_page_finish(struct qase_page *p);
/* Counts it. 0: the page before has told it. */
int qase_page_element(struct qase_page *p, const struct cJSON *element);
/* Which pages come then: all that there are at once, the next one, none. */
enum qase_pages { QASE_ALL_PAGES, QASE_NEXT_PAGE, QASE_NO_PAGE };
/* Says how the page joins the others, and which are to be asked for: whether there are any. */
int32_t qase_page_end(struct qase_page *p, int64_t filtered, enum qase_pages which,
                      const struct ferry_reply *reply, int *more);

/* codec_read.c: a page being read. */
struct reading {
    const struct ferry_call *call;
    const struct ferry_ask *ask;
    const struct ferry_reply *reply;
    struct qase_page *page; /* NULL: it is no page, but one thing */
    struct arena arena;     /* of one element */
    unsigned char *told;    /* operations of the ask whose outcome was said */
};
int32_t qase_read_element(struct reading *r, const struct cJSON *v);
int qase_is_for_project(const struct cJSON *field, struct ferry_str project);
uint32_t qase_status_of(struct ferry_str slug);

/* codec_answer.c, codec_ask.c: functions of the table. */
int32_t qase_decode(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                    const struct ferry_message *answer, const struct ferry_reply *reply,
                    struct ferry_error *err);
int32_t qase_answer(const struct ferry_call *call, const struct ferry_ask *ask,
                    const struct ferry_message *answer, const struct ferry_reply *reply,
                    struct ferry_error *err);
/* A success's body, for json_finish(); E_PROTOCOL where it is none. */
int32_t qase_parse(struct json_doc *doc, struct ferry_str body, struct ferry_error *err);
/* E_PROTOCOL: what the answer is not. */
int32_t qase_not_understood(struct ferry_error *err, const char *what);
int32_t qase_find(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                  const struct ferry_asks *asks, struct ferry_error *err);
int32_t qase_ask(const struct ferry_call *call, const struct ferry_ask *ask,
                 const struct ferry_out *out, struct ferry_error *err);

/* "?name=value" or "&name=value"; and how much of a list, from where. Appended. */
void qase_put_query(struct buf *b, const char *name, struct ferry_str value);
void qase_put_page(struct buf *b, int64_t offset, int limit);
/* Whether a list is asked for the number of its results alone. */
int qase_counts(const struct ferry_ask *ask);

#endif
