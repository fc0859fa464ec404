/* SPDX-License-Identifier: MIT */
/*
 * tracker.h - ferry.tracker/1: a codec between the model and one vendor's HTTP.
 *
 * Pure functions over what they are given: no state, no clock, no chance, no
 * I/O; the same input gives the same bytes. [any] the host calls them from any
 * thread, several at once. Inputs live until the call returns; outputs leave
 * through `out` and `reply`. What is said to a reply counts only if the
 * function then returns FERRY_OK: half a page is no page.
 *
 * An *operation* is one change to one thing. A *request* carries one operation or several of one kind and scope, and
 * has at most one effect; it is the host that groups, repeats and splits them.
 *
 * Kinds, tokens, cursors and state outlive a version: any later one reads them, or says E_STATE.
 *
 * Since level 1.
 */
#ifndef FERRY_TRACKER_H
#define FERRY_TRACKER_H

#include "http.h"

#define FERRY_TRACKER_1 "ferry.tracker/1"

/* --- what can be done ---------------------------------------------------- */

/* Verbs from PRIVATE up are the plugin's own follow-ups; numbers never reused. */
enum {
    FERRY_LIST = 1,
    FERRY_FETCH = 2,
    FERRY_CREATE = 3,
    FERRY_UPDATE = 4,
    FERRY_COMPLETE = 5,
    FERRY_DELETE = 6,
    FERRY_PRIVATE = 0x100
};
#define FERRY_OP(verb, noun) ((uint32_t)(verb) << 16 | (uint32_t)(noun))

enum ferry_effect {
    FERRY_READ = 1,       /* none */
    FERRY_REPEATABLE = 2, /* the same bytes again leave nothing a reader sees twice */
    FERRY_ONCE = 3,       /* a repeat acts twice */
    FERRY_VIRTUAL = 4     /* nothing to send here: done at once, its id is its key */
};
enum {
    FERRY_ORDERED = 1u,    /* one in flight per scope, in plan order */
    FERRY_FIND_FIRST = 2u, /* look before the first create, not only after doubt */
    FERRY_CLOSES = 4u,     /* waits until every operation of its scope is settled */
    FERRY_EACH = 8u,       /* a refusal names items; without it, it is for the whole request */
    FERRY_MATCHES = 16u,   /* the server finds or makes the case by signature itself */
    FERRY_LATE = 32u,      /* LIST: what the server has taken may be shown some time later */
    FERRY_NAMELESS = 64u,  /* LIST: no item has a marker; what it is shows in its content alone */
    FERRY_PARTIAL = 128u,  /* LIST: shows less than was sent; what the host knows completes it */
    FERRY_HOLDS = 256u,    /* what is ACCEPTED counts as in flight until it has ended */
    FERRY_COUNTS = 512u    /* LIST: can be asked for their number alone, by the filter "count" */
};

struct ferry_traits {
    uint32_t size;
    uint32_t effect; /* enum ferry_effect; 0: not supported, the plan says so by name */
    uint32_t flags;
    uint32_t max_items;     /* operations in one request; 0 means 1. LIST: items in a page */
    uint32_t scope;         /* role whose target all operations of a request share; 0: none */
    uint32_t max_in_flight; /* requests of this kind at once on one account; 0 means 1 */
    uint64_t max_bytes;     /* of one request body; 0: no known limit */
    uint64_t max_answer;    /* of one answer body; 0: host's default, 16 MiB */
    int64_t settle_ms;      /* how late an unanswered request may still act; 0: host's default */
    struct ferry_str name;  /* "create run": for dry-run, receipt, log */
    /* What came later. */
    uint32_t a_second; /* requests of all kinds a second on one account; 0: no known limit */
    uint32_t reserved;
};

/* --- what every call is given -------------------------------------------- */

/*
 * The destination, as the codec may see it. Secrets and session values are
 * absent: only their names, to be placed with out->secret().
 */
struct ferry_call {
    uint32_t size;
    uint32_t reserved;
    struct ferry_str project;
    struct ferry_str key_field;      /* title of the custom field that holds the Automation Key */
    const struct ferry_kv *options;  /* the declared ones, defaults filled in; no secrets */
    const struct ferry_kv *facts;    /* what answer() has learned of this account and project */
    const struct ferry_str *session; /* names kept so far; the newest value is placed when sent */
    uint32_t n_options, n_facts, n_session;
    uint32_t max_items; /* now: traits, config and what the server taught, the smallest */
    uint64_t max_bytes; /* likewise; UINT64_MAX where none */
};

struct ferry_op {
    uint32_t size;
    uint32_t kind;    /* FERRY_OP(verb, noun) */
    uint32_t edition; /* raised when the same bytes would be useless (see FERRY_AGAIN) */
    uint32_t reserved;
    struct ferry_str wire_id; /* UUID text, the same in every repeat */
    struct ferry_str marker;  /* write it where list() can read it back; absent: not needed */
    struct ferry_str id;      /* of the thing itself: update, complete, delete (where planned: the
                                 ref whose role is the kind's noun), and follow-ups */
    const struct ferry_kv *extra; /* further ids of the thing, as its outcome named them */
    uint32_t n_extra, reserved2;
    struct ferry_str state;        /* a follow-up's own memory */
    const struct ferry_item *item; /* a follow-up has the item of the one it follows */
};

/* --- reads ---------------------------------------------------------------- */

enum {
    FERRY_ASK_LIST = 1, /* one page of a noun */
    FERRY_ASK_POLL = 2, /* how did ACCEPTED(token) end; on behalf of the first operation alone, and
                           where it says more than "not yet", read once more for all of them */
    FERRY_ASK_FACT = 3, /* learn `name` */
    FERRY_ASK_FETCH = 4 /* bytes of attachment `name`, to the spool */
};

/*
 * One question. Filters narrow and never decide: the host tests every item
 * again, so an unsupported filter may be ignored. Names: "id" "key" "marker"
 * "title" "run" "case" "folder" "since_ms". Four are about how much to tell: "brief" ("1": only what
 * results are known by), "detail" ("1": of a run also its fields and tags, for another project), "skip" (a number: so many
 * of this list are known, begin behind them), "count" ("1": how many there are and nothing else, said as the fact "count").
 */
struct ferry_ask {
    uint32_t size;
    uint32_t what;
    uint32_t noun;
    uint32_t n_filters;
    const struct ferry_kv *filters;
    struct ferry_str cursor;           /* absent: the first page */
    struct ferry_str name;             /* fact's name, attachment's id */
    struct ferry_str token;            /* of ACCEPTED */
    const struct ferry_op *const *ops; /* on whose behalf: poll, and list asked by find() */
    uint32_t n_ops, reserved;
};

/* --- answers --------------------------------------------------------------- */

/* What became of the request as a whole. Without one, every operation needs an outcome. */
enum ferry_verdict_code {
    FERRY_BY_STATUS = 0, /* nothing to add: the host goes by the HTTP status */
    FERRY_REFUSED = 1, /* nothing was applied. REJECTED outcomes name the culprits, AGAIN those that
                            can be written otherwise, and the rest goes again; where none is named the host bisects */
    FERRY_OVERSIZE = 2, /* nothing was applied; send fewer at once */
    FERRY_BUSY = 3,     /* nothing was applied; the same bytes after retry_ms */
    FERRY_SIGN_IN = 4,  /* nothing was applied; the session has ended */
    FERRY_PARKED = 5,   /* nothing was applied, no item is at fault, a person is needed */
    FERRY_UNSURE = 6    /* may have been applied */
};
/*
 * Of one page of a list whose places are counted (an offset, a page's number): where it begins and ends. Whoever deletes a thing of an
 * earlier page meanwhile moves another one past the reader. So pages overlap by one element, and the host compares: what does not join
 * is read again from the first page. The first element of a page that joins is no item of it, the page before has told it.
 * Pages behind an id or a cursor of the server's need none of this.
 */
struct ferry_page {
    uint32_t size;
    uint32_t n_ids;
    const struct ferry_str *ids; /* of all that stands on it, in order, the first included */
    struct ferry_str joins; /* the place where it begins; absent: at the list's own beginning */
    struct ferry_str
        leads; /* the place of its last element, where the next page begins; absent: the list ends here */
    uint64_t total; /* things in the list, as said with this page; 0: unknown */
};
struct ferry_verdict {
    uint32_t size;
    uint32_t code;
    int64_t retry_ms; /* 0: what Retry-After says, else the host's back-off */
    struct ferry_str text;
    const struct ferry_page *page; /* with the answer to a list, OPTIONAL */
};

enum ferry_outcome_code {
    FERRY_DONE = 1,   /* with id, unless the server gives none */
    FERRY_EXISTS = 2, /* it is there already; without an id after a create the host finds it */
    FERRY_ACCEPTED =
        3, /* with token; ask again after retry_ms, else as seldom as it takes long. From a poll: not yet, or next stage */
    FERRY_REJECTED = 4, /* this one will never be taken as it is; text says why */
    FERRY_AGAIN = 5,    /* not applied; again after retry_ms, with the next edition (new bytes) */
    FERRY_DOUBT = 6     /* this one may have been applied */
};
struct ferry_outcome {
    uint32_t size;
    uint32_t code;
    struct ferry_str id;  /* what references resolve to */
    struct ferry_str url; /* for people */
    struct ferry_str token;
    struct ferry_str text; /* the server's words, untrusted */
    int64_t retry_ms;
    const struct ferry_kv *extra; /* further ids later operations need (version, pid) */
    uint32_t n_extra, reserved;
};

/*
 * The next operation on the same thing: approve it, add its next 100 steps.
 * It gets the same item, the outcome's id and extra, and `state`. Committed in
 * the same transaction as the outcome. One per operation and answer: a chain.
 * Whoever refers to the thing waits for the end of the chain.
 * OPTIONAL: if it is refused the thing counts as done, with a note.
 */
enum { FERRY_FOLLOW_OPTIONAL = 1u };
struct ferry_follow {
    uint32_t size;
    uint32_t kind;
    uint32_t flags;
    uint32_t reserved;
    struct ferry_str state; /* at most 4 KiB; any later version must read it or say E_STATE */
};

/*
 * Where answers go. `index` counts the operations of the request (or of the
 * ask). Exactly one outcome per operation, unless a verdict speaks for all.
 *
 *   item  one thing found. With an ask made by find() the host matches it to the operations:
 *         by marker, else by key. Where neither tells, the codec says outcome() itself
 *   next  one more page to ask for; any number of them, in any order; a cursor seen before is dropped
 *   fact  something learned of this account and project; stored, has an age. Two values for one
 *         name is a configuration error that shows both
 *   keep  a session value; held in memory only, replaces the one before
 */
struct ferry_reply {
    void *self;
    int32_t (*verdict)(void *self, const struct ferry_verdict *verdict);
    int32_t (*outcome)(void *self, uint32_t index, const struct ferry_outcome *outcome);
    int32_t (*follow)(void *self, uint32_t index, const struct ferry_follow *follow);
    int32_t (*note)(void *self, uint32_t index, const struct ferry_note *note);
    int32_t (*item)(void *self, const struct ferry_item *item);
    int32_t (*next)(void *self, struct ferry_str cursor);
    int32_t (*fact)(void *self, struct ferry_str name, struct ferry_str value);
    int32_t (*keep)(void *self, struct ferry_str name, struct ferry_str value);
};

/* Takes the lists find() names; need() as in ferry_out. */
struct ferry_asks {
    void *self;
    int32_t (*add)(void *self, const struct ferry_ask *ask);
    int32_t (*need)(void *self, struct ferry_str fact);
};

/* --- the table -------------------------------------------------------------- */

struct ferry_tracker {
    /*
     * What kind of operation this is, with this configuration. Constant for
     * one `call`. Kinds unknown to the plugin get effect 0 and FERRY_OK.
     */
    int32_t (*describe)(const struct ferry_call *call, uint32_t kind, struct ferry_traits *traits);

    /*
     * Writes one request for the first *taken of n operations (same kind, same
     * scope, references resolved; 1 <= *taken <= n). The rest is offered again.
     * An operation that cannot be expressed: stop before it; where it is the
     * first, return E_INPUT (or E_TOO_LARGE) with the reason in err, which
     * rejects that one alone. Notes on operations not taken are dropped. E_NEED
     * after out->need(): called again with the fact.
     */
    int32_t (*encode)(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_out *out, uint32_t *taken, struct ferry_error *err);

    /*
     * Reads the whole answer to what encode wrote for exactly these n
     * operations. E_PROTOCOL: not parsable; the operations are in doubt where
     * the request had an effect.
     */
    int32_t (*decode)(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err);

    /*
     * Names the lists in which these operations' things would appear if they
     * exist. The host walks all pages, matches key or marker, and takes what
     * no list held as absent. May be NULL: then ONCE kinds have no way out of
     * doubt but a person.
     */
    int32_t (*find)(const struct ferry_call *call, const struct ferry_op *const *ops, uint32_t n,
                    const struct ferry_asks *asks, struct ferry_error *err);

    /*
     * Writes the request for one question; reads its answer. What answer()
     * will need of facts, ask() needs first (out->need, E_NEED). An answer
     * that is not a success returns OK and says nothing: host goes by status.
     * (Of a poll it may say what became of the operations: its task may be gone.)
     */
    int32_t (*ask)(const struct ferry_call *call, const struct ferry_ask *ask,
                   const struct ferry_out *out, struct ferry_error *err);
    int32_t (*answer)(const struct ferry_call *call, const struct ferry_ask *ask,
                      const struct ferry_message *answer, const struct ferry_reply *reply,
                      struct ferry_error *err);

    /* Headers that every request gets when it is sent. Never stored. */
    int32_t (*dress)(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err);

    /*
     * Session: the request that begins one, what to keep of any answer (also
     * of the sign-in itself), the request that ends it. All NULL: a plain token. A sign-in is not dressed: it bears
     * nothing of the session before. E_UNSUPPORTED from sign_in(): with this configuration there is none.
     */
    int32_t (*sign_in)(const struct ferry_call *call, const struct ferry_out *out,
                       struct ferry_error *err);
    int32_t (*keep)(const struct ferry_call *call, const struct ferry_message *answer,
                    const struct ferry_reply *reply, struct ferry_error *err);
    int32_t (*sign_out)(const struct ferry_call *call, const struct ferry_out *out,
                        struct ferry_error *err);
};

#endif
