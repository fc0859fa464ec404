/* SPDX-License-Identifier: MIT */
/*
 * faults.h - what the parts of the torture by scripted faults share: a world (a folder, a program, a script of
 * faults), an oracle (what the tracker itself says it holds), and the trace of a call without faults, from which the
 * requests to hit are chosen.
 *
 * Nothing here knows the engine: the built program is run as a user runs it, and judged by the tracker's own dump.
 */
#ifndef TORTURE_FAULTS_H
#define TORTURE_FAULTS_H

#include <arena.h>
#include <ferry/ferry.h>
#include <text.h>

enum {
    RESULTS = 18, /* of the report; all have a key, every sixth an attachment */
    OTHERS = 3,   /* of the other report, where something is there already */
    BATCH = 6 /* things of one request: each kind of request is made three times in each project */
};

/* --- faults_world.c ------------------------------------------------------------------------ */

struct world {
    const char *ferry, *plugins; /* the program, and the folder of the test tracker */
    const struct ferry_plugin *plugin;
    const char *tracker;
    int sample;      /* every so-many-th row; 1: all */
    unsigned failed; /* complaints so far */
    int broken;      /* complaints are what is wanted: they are counted, not shown */
    char work[256], state[512], script[512], reports[512];
    struct buf first;    /* the first complaint */
    struct buf heard;    /* all of them, since it was last emptied */
    struct proxy *proxy; /* over sockets, and faults are its; NULL: in process (proxy.h) */
};

/* What a call of the program said and how it ended. */
struct told {
    int code;
    struct buf out, err;
};

int world_open(struct world *w, const struct ferry_plugin *plugin);
void world_close(struct world *w);
/* No state, no script, the reports where they were. */
void world_fresh(struct world *w);
/* The script from now on; NULL: no faults. */
void world_script(struct world *w, const char *text);
/* A destination by its project: over sockets it is one that the configuration knows. */
void world_name(const struct world *w, char project, char out[64]);
/* Runs `ferry ARGS`; both lists end with NULL, env ("NAME=value") may be NULL. The caller finishes *t. */
void world_run(struct world *w, const char *const *args, const char *const *env, struct told *t);
void told_finish(struct told *t);
/* One report: n results, named and keyed from `first` on. */
struct report {
    int first, n;
    int odd;             /* the one that differs */
    const char *prefix;  /* of its name */
    int longer_key;      /* bytes that its key has more */
    const char *message; /* of all: they fail with it */
};
void world_report(struct world *w, const char *name, const struct report *r);
void world_remove_reports(struct world *w);
/* The tracker's rows as they are now, as what `lag` answers from. */
void world_keep_past(struct world *w);

/* A complaint is a failure of the test, unless it is wanted. */
void complain(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void world_reports_path(const struct world *w, char out[600], const char *name);

/* --- faults_oracle.c ----------------------------------------------------------------------- */

/* A dump without ids, sorted: two of them are equal where the same things are there. */
struct lines {
    struct arena arena;
    struct ferry_str *v;
    size_t n, room;
};
int oracle_read(struct world *w, struct lines *out);
void lines_finish(struct lines *l);
int lines_equal(const struct lines *a, const struct lines *b);
/* How many lines begin with this. */
unsigned lines_count(const struct lines *l, const char *head);

struct verdict {
    unsigned lost, doubled;
    unsigned
        things; /* of the doubled: cases, runs and results, each of which a receipt has to name */
    char first_lost[240], first_doubled[240];
};
void oracle_compare(const struct lines *want, const struct lines *have, struct verdict *v);
/* The code of a project whose run is complete and lacks results; 0: none. */
char oracle_early(const struct lines *want, const struct lines *have);

/* What a receipt says, all destinations together. */
struct said {
    int valid; /* it is JSON of the known version */
    int64_t planned, delivered, there, rejected, unconfirmed, waiting, duplicates, missing;
    unsigned named;   /* notes that name the ids of duplicates */
    int audit_code;   /* a destination ended with 10, or with 6, which goes before it */
    int codes[3];     /* per destination, in order */
    int n;            /* destinations */
    int completed[3]; /* its run was completed */
};
void receipt_read(const struct told *t, struct said *s);

/* --- faults_trace.c ------------------------------------------------------------------------- */

/* Kinds of request, by what they are for. The last three are requests after a doubt. */
#define OPERATION_MAP(XX)                                                                          \
    XX(CREATE_RUN, "create run")                                                                   \
    XX(CREATE_CASE, "create case")                                                                 \
    XX(CREATE_RESULT, "create result")                                                             \
    XX(CREATE_ATTACHMENT, "create attachment")                                                     \
    XX(COMPLETE_RUN, "complete run")                                                               \
    XX(LIST_CASES, "list cases")                                                                   \
    XX(LIST_RUNS, "list runs")                                                                     \
    XX(LIST_RESULTS, "list results")                                                               \
    XX(FIND, "find")                                                                               \
    XX(REPEAT, "repeat")                                                                           \
    XX(SECOND, "second sending")
#define OPERATION_ENUM_(name, text) OP_KIND_##name,
enum op_kind { OPERATION_MAP(OPERATION_ENUM_) OPERATIONS, OP_KIND_NONE };
const char *op_kind_name(enum op_kind op);
/* By method and path alone: one of the first eight, or NONE. */
enum op_kind op_kind_of(const char *method, const char *target);
/* Of the tracker of these tests: the same request once more makes a second thing. */
int op_acts_twice(enum op_kind op);

struct seen {
    unsigned line;   /* of the script */
    enum op_kind op; /* by method and path alone: one of the first eight, or NONE */
    char method[8], fault[24], target[512], digest[24];
};
struct trace {
    struct seen *v;
    size_t n, room;
};
/* The script's ledger: each request that a rule fired for. */
int trace_read(const struct world *w, struct trace *t);
void trace_finish(struct trace *t);

enum { POSITIONS = 3 };
/* Indexes of the first, the middle and the last request of a kind; 0 where there are none. `setup`: lines that belong to the scenario. */
int trace_pick(const struct trace *t, enum op_kind op, unsigned setup, size_t out[POSITIONS]);

/* --- the tests -------------------------------------------------------------------------------- */

/* What became of the rows of a matrix, of all trackers together. */
struct totals {
    unsigned kinds, operations;
    unsigned rows, fired, impossible;
    unsigned lost, doubled; /* rows that should not have */
    unsigned beyond, found; /* rows doubled by what came later than it may; of them all named */
};
void matrix_run(struct world *w, struct totals *t); /* faults_matrix.c */
void stories_run(struct world *w);                  /* faults_stories.c */
void defects_run(struct world *w);                  /* faults_defects.c */

/* The upload that rows begin with: A, mirrored to B and C. `env` as for world_run. */
void upload_fan(struct world *w, const char *more, const char *const *env, struct told *t);
void resume(struct world *w, const char *const *env, struct told *t);

/*
 * One row: a script, an upload, and resumes until nothing changes; judged against `want` after each step. Complaints name the row.
 */
struct row {
    const char *name;
    const char *script;     /* of the upload */
    const char *more;       /* one more option of the upload, or NULL */
    int again;              /* everything is there already, and lists may show what was before */
    int may_double;         /* a duplicate is right where it is named */
    int resume;             /* resume also after exit 0 */
    int heals;              /* the upload gets over it by itself */
    int dies;               /* the upload is killed by a test hook */
    const char *const *env; /* of all calls */
    const char *const *env_upload; /* of the upload alone; NULL: env */
    /* Over sockets. */
    const struct strike *strikes; /* of the upload; instead of the script */
    unsigned n_strikes;
    void (*before)(struct world *w); /* what is there already; NULL: nothing */
    void (*act)(struct world *w, const char *more, const char *const *env,
                struct told *t); /* NULL: upload_fan */
    int repeats;                 /* not resumed: the same command is given again */
    int many_runs; /* a project has several: what one of them lacks, the other may hold */
};
struct row_end {
    struct verdict verdict;
    int first_code, last_code;
    unsigned steps, found; /* found: duplicates, all of them named */
    struct trace fired;    /* in the upload; the caller finishes it */
    unsigned hits;         /* over sockets: which strikes have hit in the upload, a bit each */
};
void row_run(struct world *w, const struct row *row, const struct lines *want, struct row_end *end);

#endif
