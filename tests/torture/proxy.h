/* SPDX-License-Identifier: MIT */
/*
 * proxy.h - a server that is nothing but sockets, between the program and any tracker's mock: it does to a connection what no HTTP
 * library would do, to the n-th request of a kind, before, while or after the mock has applied it. What the mock was really given
 * stands in a ledger, so that nobody's word is needed for what was applied, and how often.
 *
 * Time is one file (clock_shared) for the program and for this: what the program waits, has passed here; a server that says nothing
 * for a minute says nothing for some milliseconds and moves the time by a minute; what comes late is applied before the first
 * request that is read after its time. So hours cost nothing, and nothing depends on how fast this machine is.
 */
#ifndef TORTURE_PROXY_H
#define TORTURE_PROXY_H

#include "faults.h"

/* What became of a request at the mock. */
enum apply { APPLY_NOT, APPLY_PART, APPLY_ALL, APPLY_LATE, APPLIES };
const char *apply_name(enum apply apply);

enum { BEFORE = 1 << APPLY_NOT, DURING = 1 << APPLY_PART, AFTER = 1 << APPLY_ALL };

/* A way to treat whoever has asked. */
struct victim;
enum then {
    THEN_KEEP,  /* the connection is kept */
    THEN_CLOSE, /* FIN */
    THEN_RESET, /* RST */
    THEN_HOLD   /* not a byte more, while the time goes by, until the client gives up */
};
struct wire {
    const char *name;
    const char *fact; /* "F6": of the list that all of these are from */
    void (*say)(struct victim *v);
    const char *text; /* for say() */
    enum then then;
    unsigned when; /* BEFORE | DURING | AFTER: what it can come with */
    unsigned flags;
};
enum {
    WIRE_SOUND = 1,      /* there is nothing wrong with it: nobody may even notice */
    WIRE_NOT_HEALED = 2, /* the upload itself cannot get over it; whoever resumes can */
    WIRE_UNREAD = 8,     /* the request's body is not read */
    WIRE_KILLS = 16,     /* whoever has asked is killed at that moment */
    WIRE_LIES = 32,      /* in some places alone it is true: for rows that know them */
    WIRE_DEAF = 64,      /* from then on nobody listens, until the program has ended */
    WIRE_OVERLAP = 128,  /* the page begins one too early: what ended the page before comes again */
    WIRE_LIST =
        256, /* of lists whose places are counted, and only where there are several things */
    WIRE_SHIFT =
        512, /* from this page on, until the list begins again, all stand one place further up */
    WIRE_FEWER = 1024 /* and the list says that it holds one less */
};
extern const struct wire wires[];
extern const unsigned n_wires;
const struct wire *wire_named(const char *name);

/* One thing that goes wrong: the n-th request of this kind. */
struct strike {
    const struct wire *wire;
    enum apply apply;
    int64_t late_ms; /* APPLY_LATE: after the client has given up */
    enum op_kind op;
    unsigned nth; /* from 1, of those that were not struck before */
    int then_on;  /* counted from when the strike before this one has hit */
    int all;      /* from that one on, each of them */
};
enum { MOST_STRIKES = 3 };

/* A request as it arrived. */
struct handled {
    enum op_kind op;
    char method[8], target[512], digest[24];
    int64_t at_us; /* of the shared time */
    unsigned call; /* of the program, from 1: two of one call are its own doing */
    unsigned connection;
    int struck;  /* 1 + which strike hit it; 0: none */
    int applied; /* how often the mock said 2xx to it */
    int late;    /* of these, how often later than it was sent */
};

struct proxy;
int proxy_open(struct proxy **out, struct world *w);
void proxy_close(struct proxy *p); /* accepts NULL */
/* A mock that holds nothing, an empty ledger, no strikes. */
void proxy_fresh(struct proxy *p);
/* From now on; counting starts anew. */
void proxy_arm(struct proxy *p, const struct strike *strikes, unsigned n);
/* Everything goes well from now on, and is not counted. */
void proxy_disarm(struct proxy *p);
/* Which of them have hit, a bit each. */
unsigned proxy_hits(struct proxy *p);
/* Lists are answered with so few at once, whatever is asked for; 0: as asked for. Until proxy_fresh(). */
void proxy_pages(struct proxy *p, int most);
/* A file that is made when the first strike hits; there is none before. NULL: no such file. */
void proxy_mark(struct proxy *p, const char *path);
/* The program is started. */
void proxy_call(struct proxy *p, int pid);
/* It has ended. Where it was not killed, what was to come late is applied now, later than the whole of it. */
void proxy_call_ended(struct proxy *p, int killed);
/* How often a request of the first call was seen whose very bytes came in no later one. */
unsigned proxy_not_repeated(struct proxy *p, enum op_kind op, unsigned *of);
/* How many of a kind came between proxy_arm() and proxy_disarm(); and of these, pages that are not a list's first. */
unsigned proxy_count(struct proxy *p, enum op_kind op);
unsigned proxy_later_pages(struct proxy *p, enum op_kind op);
/* One request of the tests themselves, past the ledger. */
void proxy_ask_mock(struct proxy *p, const char *target, const char *body);
/*
 * Complains of what the ledger alone can tell: the same bytes applied twice where that acts twice, or sent twice in one breath; a run
 * completed before the last of its results was taken.
 */
void proxy_judge(struct proxy *p, const char *row, int may_double);
uint16_t proxy_port(const struct proxy *p);
const char *proxy_clock(const struct proxy *p);

#endif
