/* SPDX-License-Identifier: MIT */
/*
 * parse.h - one report being read: what expat says becomes frames (a suite or a case with all that
 * is known of it so far), and a frame that ends becomes items. parse.c turns events into frames,
 * capture.c holds texts, convention.c and marks.c read what tests agree to write into properties and output,
 * result.c makes the items.
 */
#ifndef JUNIT_PARSE_H
#define JUNIT_PARSE_H

#include "arena.h"
#include "attribute.h"
#include "buf.h"
#include "element.h"
#include "list.h"
#include "notice.h"

#include <expat.h>

enum {
    PARSE_DEPTH = 256,            /* elements in each other */
    PARSE_CHUNK = 64 * 1024,      /* bytes a call of expat */
    PARSE_TEXT_MAX = 1 << 20,     /* a longer text leaves through the sink */
    PARSE_HEAD = 64 * 1024,       /* of a text that left, kept beside a failure */
    PARSE_PROPERTY_MAX = 4 << 20, /* a property's text is cut here */
    PARSE_PART_MAX = 64 * 1024,   /* a suite's name in the path is cut here */
    PARSE_LIST_MAX = 20000,       /* properties, failures, attachments, steps of one case */
    PARSE_CASE_MAX = 64 << 20,    /* memory of one case; what is beyond is left out */
    PARSE_ROOMY = 32 << 20        /* memory of one case from which on details are left out */
};

/* A text that ended: in memory, or gone through the sink under a number. */
struct text {
    struct ferry_str str;
    int64_t number; /* 0: in memory */
    uint64_t bytes;
};

/* A text on its way. Keeps its memory. */
struct capture {
    struct buf buf;
    int64_t number;    /* 0 while all of it is in memory */
    uint64_t gone;     /* bytes that left */
    size_t marked;     /* bytes of buf that marks_read has seen */
    struct text *head; /* not NULL: wants the first PARSE_HEAD bytes of a text that leaves */
};

/* <failure>, <error>, <skipped>, or another attempt. */
struct fault {
    enum element el;
    uint32_t has, flags; /* FERRY_RESULT_HAS_*, FERRY_RESULT_ZONELESS, of an attempt */
    struct ferry_str message, type;
    struct text details; /* str is its head where number is set */
    struct text out, err;
    int64_t start_ms, duration_us;
};

/* Whose an attachment is. */
enum { OWNER_LAST = -1, OWNER_MAIN = 0 }; /* from 1: the fault of that index, plus one */
struct mark {
    int32_t owner;
    struct ferry_str path, name, mime;
    struct text data; /* of a data: URI */
};

/* A suite or a case that is open. Frames are kept and used again. */
struct frame {
    enum element el;
    struct arena arena; /* all its strings */
    struct capture out, err;
    struct list properties, parameters; /* struct ferry_kv */
    struct list faults;                 /* struct fault */
    struct list marks;                  /* struct mark */
    struct list steps;                  /* struct ferry_step */
    struct list tags, case_ids;         /* struct ferry_str */
    struct ferry_str name, class_name, file, host, status, result;
    uint32_t has, flags, line;
    int64_t start_ms, duration_us;
    size_t outer_path; /* length of the path before this suite */
    int overfull;      /* something of it was left out; said once */
};

/* What a suite says of itself, and what was seen. */
struct tally {
    uint64_t tests, failures, errors;
};

struct open_capture {
    struct capture *capture;
    enum element el;
    int32_t owner; /* of the marks in it */
};

struct parse_options {
    int output_conventions;
    struct ferry_str case_id_properties; /* names joined by LF */
};

struct parse {
    const struct ferry_sink *sink;
    struct notices *notices;
    struct parse_options options;
    int32_t rc;
    struct ferry_error error; /* of rc */
    int dead;                 /* nothing more is read: the report cannot be followed */
    int rooted;               /* the root of a report was seen */
    int root_has_id;          /* it has an `id`: see frame_case */
    uint64_t n_results;
    struct tally seen, said[2]; /* in this document; by its root, by the suites right under it */
    /* expat */
    XML_Parser xml;
    char *chunk; /* expat's buffer being filled */
    size_t chunk_len;
    struct place base; /* of the document's start */
    /* elements */
    struct attribute_cache names;
    unsigned char stack[PARSE_DEPTH];
    unsigned depth;
    struct frame *frames[PARSE_DEPTH]; /* the first n_frames are open, those behind to be used */
    unsigned n_frames;
    struct buf path; /* of the suites that are open */
    /* texts */
    struct open_capture open[4];
    unsigned n_open;
    struct capture scratch[4];
    struct ferry_str property, value; /* <property> that is open */
    int32_t attempt;                  /* index of the attempt that is open, plus one */
    struct buf carry;                 /* a mark in output of which the end has not come */
    int no_blocks, last_piece;        /* of the output being read: see marks.c */
    int value_cut;                    /* the property at hand was too long */
};

int32_t parse_init(struct parse *p, const struct ferry_sink *sink, struct notices *notices);
void parse_finish(struct parse *p); /* accepts zeroed */

/* What filter_calls ask for; `data` is the parse. */
int32_t parse_open(void *data, struct place at);
int32_t parse_bytes(void *data, const unsigned char *bytes, size_t n);
int32_t parse_skipped_lines(void *data, uint64_t n);
int32_t parse_close(void *data);
/* The report ended inside a document. */
int32_t parse_cut(struct parse *p, struct place at);

/* Ends the call with a status; the first one stays. */
int32_t parse_fail(struct parse *p, int32_t status, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Where expat stands. Costs a pass over what came since: for faults only. */
struct place parse_place(struct parse *p);
/* The innermost frame, or NULL. */
static inline struct frame *parse_frame(const struct parse *p)
{
    return p->n_frames ? p->frames[p->n_frames - 1] : NULL;
}
/* What a name or a message may show of a report: at most 80 bytes, inert. */
struct shown {
    char text[96];
};
const char *parse_show(struct shown *shown, struct ferry_str s);

/* frame.c: attributes become a frame. `attributes` are expat's: name, value, ..., NULL. */
struct frame *frame_open(struct parse *p, enum element el);
void frame_close(struct parse *p);
void frame_free(struct frame *f);
void frame_suite(struct parse *p, struct frame *f, const char **attributes);
void frame_case(struct parse *p, struct frame *f, const char **attributes);
/* Adds a fault to f; its index, or -1 where it was left out. */
int32_t frame_fault(struct parse *p, struct frame *f, enum element el, const char **attributes);
/* The text of <name>, <classname> or <time> inside a case or a suite. */
void frame_child_text(struct parse *p, struct frame *f, enum element el, struct ferry_str text);
/* A copy in the frame; what does not fit is left out, and said. */
struct ferry_str frame_keep(struct parse *p, struct frame *f, struct ferry_str s);
/* A new last entry of one of the frame's lists, or NULL: it is left out, and that is said. */
void *frame_add(struct parse *p, struct frame *f, struct list *list, size_t size);
#define frame_new(p, f, list, type) ((type *)frame_add((p), (f), (list), sizeof(type)))
/* Something of the frame had to be left out. */
void frame_overfull(struct parse *p, struct frame *f);
void frame_property(struct parse *p, struct frame *f, struct ferry_str name,
                    struct ferry_str value);

/* capture.c */
void capture_begin(struct parse *p, struct capture *c, enum element el, int32_t owner);
void capture_add(struct parse *p, struct ferry_str s);
/* Ends the innermost one; what was captured stays in it until it is begun again. */
struct capture *capture_end(struct parse *p);
void capture_reset(struct capture *c);
struct text capture_text(const struct capture *c);
/* One whole text through the sink, for a data: URI. */
struct text capture_send(struct parse *p, struct ferry_str bytes);

/* convention.c */
/* 1 where the value was an attachment in itself and need not be kept as a property. */
int convention_attach(struct parse *p, struct frame *f, struct ferry_str value, int32_t owner);
int convention_is_url(struct ferry_str v);
void convention_property(struct parse *p, struct frame *f, struct ferry_str name,
                         struct ferry_str value, int32_t owner);
void convention_tags(struct parse *p, struct frame *f, struct ferry_str words);

/* marks.c: marks in a piece of output; `last`: no more pieces. */
void marks_read(struct parse *p, struct frame *f, struct ferry_str piece, int32_t owner, int last);

/* data_uri.c: the bytes of a "data:" URI into out, its parts into the rest; 0: it is broken. */
int data_uri_decode(struct ferry_str uri, struct buf *out, struct ferry_str *mime,
                    struct ferry_str *name);
/* "a%20b" as "a b", without quotes around it; 0: it is not written so. */
int data_uri_unescape(struct ferry_str text, struct buf *out);

/* result.c: items from a frame that ended. */
void result_of_case(struct parse *p, struct frame *f);
void result_of_suite(struct parse *p, struct frame *f);
/* The last fault of a suite, as a result of its own. */
void result_of_suite_fault(struct parse *p, struct frame *f);

#endif
