/* SPDX-License-Identifier: MIT */
/*
 * model.h - the nouns: what tests, trackers and people talk about. Read this file first; all
 * others are verbs on it.
 *
 * Each struct begins with `size`, grows only at its end, and zero means absent. `has` bits tell
 * 0 from unknown. Everything is borrowed: whoever receives a struct copies what it keeps.
 *
 * Since level 1.
 */
#ifndef FERRY_MODEL_H
#define FERRY_MODEL_H

#include "base.h"

/* Kinds of things. Numbers are frozen and stored in journals. */
enum ferry_noun {
    FERRY_PROJECT = 1,
    FERRY_FIELD = 2,  /* a custom field */
    FERRY_FOLDER = 3, /* where cases live in a tracker; suites, modules, sections */
    FERRY_CASE = 4,   /* a test case: what is tested */
    FERRY_STEP = 5,
    FERRY_RUN = 6,    /* a test run: one execution of many cases */
    FERRY_RESULT = 7, /* what became of one case in one run, one attempt */
    FERRY_ATTACHMENT = 8,
    FERRY_LINK = 9,
    FERRY_STATUS = 10,
    FERRY_ENVIRONMENT = 11,
    FERRY_PLAN = 12,
    FERRY_SUITE = 13 /* a suite as a report names it, with its own output and properties */
};

/*
 * How a result ended. Numbers are frozen. A tracker's status outside this list is OTHER, with its name in
 * status_text; it is never turned into FAILED. An unknown number reads as OTHER.
 */
enum ferry_result_status {
    FERRY_PASSED = 1,
    FERRY_FAILED = 2,  /* an expectation did not hold */
    FERRY_ERRORED = 3, /* the test itself broke: exception, crash, set-up */
    FERRY_SKIPPED = 4, /* left out on purpose, said by the test or the runner */
    FERRY_NOT_RUN = 5, /* listed but not executed: disabled, filtered */
    FERRY_BLOCKED = 6, /* could not be executed for an outside reason */
    FERRY_OTHER = 7
};

/* The English name of a status, as reports and JSON spell it; never NULL. [any] */
static inline const char *ferry_result_status_text(uint32_t status)
{
    switch (status) {
    case FERRY_PASSED:
        return "passed";
    case FERRY_FAILED:
        return "failed";
    case FERRY_ERRORED:
        return "errored";
    case FERRY_SKIPPED:
        return "skipped";
    case FERRY_NOT_RUN:
        return "not_run";
    case FERRY_BLOCKED:
        return "blocked";
    default:
        return "other";
    }
}

/*
 * A reference from one item to another. The same struct serves all stages:
 *   captured   noun + id   (the source's own id)
 *   planned    noun + key  (the key the other item has at the destination), or noun + id where
 *                          the other is known to be there
 *   encoding   noun + id + extra, resolved by the host; or MISSING
 * Nested things never hold ids: an attachment in a step is found by its digest
 * (ferry_ref_named), so resolving touches one short table and never the payload.
 */
enum {
    FERRY_REF_OPTIONAL = 1u, /* go on without it, and say so */
    FERRY_REF_MISSING = 2u,  /* set by the host: the other one was refused or skipped */
    FERRY_REF_BORN = 4u      /* bind when the id is known, not when its whole chain is done */
};
struct ferry_ref {
    uint32_t size;
    uint32_t role;  /* an enum ferry_noun: what the target is to this item (FOLDER = parent) */
    uint32_t noun;  /* what the target is */
    uint32_t flags; /* FERRY_REF_* */
    struct ferry_str key;
    struct ferry_str id;
    const struct ferry_kv *extra; /* further ids the target's outcome named */
    uint32_t n_extra;
    uint32_t reserved;
};

/* Bytes in the host's spool. A plugin sees the name, never the file. */
struct ferry_blob {
    uint32_t size;
    uint32_t reserved;
    struct ferry_str
        digest;     /* "sha256:<64 hex>"; from a reader "text:<number>", see ferry_sink.text */
    uint64_t bytes; /* its length */
};

struct ferry_attachment {
    uint32_t size;
    uint32_t reserved;
    struct ferry_str name; /* for people; no folder part */
    struct ferry_str mime; /* absent: unknown */
    struct ferry_str
        path; /* from a reader: as the report names it; the host opens it, or says why not. From a
                 tracker's list: the name that FERRY_ASK_FETCH knows the bytes by, where there is no reference to them */
    const struct ferry_blob
        *blob; /* the bytes; from a reader only where they stood in the report */
};

/* One step of a case (no status) or of a result, with steps of its own. */
struct ferry_step {
    uint32_t size;
    uint32_t status; /* enum ferry_result_status; 0 for a step of a case */
    struct ferry_str action, expected, data, comment;
    int64_t duration_us; /* 0: unknown */
    const struct ferry_attachment *const *attachments;
    const struct ferry_step *const *steps;
    uint32_t n_attachments, n_steps;
};

/* One of the reasons for a status. */
struct ferry_failure {
    uint32_t size;
    uint32_t status;                         /* FAILED, ERRORED or SKIPPED */
    struct ferry_str message, type, details; /* one line; class of exception; trace */
};

/* A custom field of a project. Its id and title stand in the item (id, name). */
struct ferry_field {
    uint32_t size;
    uint32_t entity; /* an enum ferry_noun: what the field is on; CASE for the Automation Key */
    struct ferry_str type; /* the tracker's own word */
    uint32_t required, reserved;
};

/* A test case. Its Automation Key stands in the item (key), its title in `title`. */
struct ferry_case {
    uint32_t size;
    uint32_t reserved;
    struct ferry_str title, description, precondition;
    struct ferry_str signature; /* see ferry_result.signature; absent: the tracker keeps none */
    const struct ferry_step *const *steps;
    const struct ferry_kv
        *fields; /* custom fields, title and value; the Automation Key not among them */
    const struct ferry_str *tags;
    uint32_t n_steps, n_fields, n_tags, reserved2;
};

enum { FERRY_RUN_HAS_START = 1u, FERRY_RUN_HAS_END = 2u };
enum { FERRY_RUN_OPEN = 1u, FERRY_RUN_COMPLETE = 2u };
/* A test run. ferry's marker, where it carries one, stands in the item (marker). */
struct ferry_run {
    uint32_t size;
    uint32_t has;   /* FERRY_RUN_HAS_* */
    uint32_t state; /* FERRY_RUN_OPEN, FERRY_RUN_COMPLETE; 0 unknown */
    uint32_t reserved;
    struct ferry_str title, description; /* description without the marker */
    struct ferry_str status_text;        /* the tracker's own word for its state */
    int64_t start_ms, end_ms;
    /* Names that mean the same elsewhere: "environment", "milestone", "configuration" (group TAB title; repeats), and what the CI
     * says of the job. */
    const struct ferry_kv *fields;
    const struct ferry_str *tags;
    uint32_t n_fields, n_tags;
};

enum { FERRY_RESULT_HAS_START = 1u, FERRY_RESULT_HAS_DURATION = 2u, FERRY_RESULT_HAS_LINE = 4u };
enum {
    FERRY_RESULT_FLAKY = 1u, /* passed, but not at the first attempt */
    FERRY_RESULT_SUPERSEDED =
        2u, /* an earlier attempt: another result of the same test is the last word */
    FERRY_RESULT_SYNTHETIC =
        4u, /* made by the reader for a fault outside any test (an error of a suite) */
    FERRY_RESULT_ZONELESS = 8u /* start_ms was told without a zone, and is read as UTC */
};
/* What became of one test, one attempt. Its Automation Key, where the report says one, stands in the item (key). */
struct ferry_result {
    uint32_t size;
    uint32_t has;                 /* FERRY_RESULT_HAS_* */
    uint32_t status;              /* enum ferry_result_status */
    uint32_t flags;               /* FERRY_RESULT_* */
    uint32_t attempt;             /* from 1; 0 unknown */
    uint32_t line;                /* of the source file, from 1 */
    struct ferry_str status_text; /* the source's own word, where it differs */
    struct ferry_str suite;       /* suite path, parts joined by TAB, outermost first */
    struct ferry_str class_name, name;
    struct ferry_str signature; /* what it is known by without a key; set by the host */
    struct ferry_str file;      /* source file, as the report names it */
    struct ferry_str message, type, details; /* of the worst failure: one line; class; trace */
    struct ferry_str out, err;               /* the test's own stdout and stderr */
    const struct ferry_blob *details_blob, *out_blob, *err_blob; /* instead, where over 1 MiB */
    int64_t start_ms, duration_us;
    const struct ferry_str
        *case_ids; /* explicit ids of cases in the tracker, as the report names them */
    const struct ferry_kv *parameters;
    const struct ferry_kv *properties; /* a multimap: names repeat, order counts */
    const struct ferry_kv *fields;
    const struct ferry_str *tags;
    const struct ferry_failure *const
        *failures; /* all of them, in order; message/type/details repeat the worst */
    const struct ferry_attachment *const *attachments;
    const struct ferry_step *const *steps;
    uint32_t n_case_ids, n_parameters, n_properties, n_fields, n_tags, n_failures;
    uint32_t n_attachments, n_steps;
};

/* A folder of cases; its parent is a reference of role FOLDER. */
struct ferry_folder {
    uint32_t size, reserved;
    struct ferry_str name, description;
};

/* A suite of a report. Emitted when the suite ends, after its results. */
struct ferry_suite {
    uint32_t size, has;    /* FERRY_RESULT_HAS_START, FERRY_RESULT_HAS_DURATION */
    struct ferry_str path; /* parts joined by TAB, as in ferry_result.suite */
    struct ferry_str host; /* where it ran, as the report says */
    struct ferry_str out, err;
    const struct ferry_blob *out_blob, *err_blob;
    int64_t start_ms, duration_us;
    const struct ferry_kv *properties; /* a multimap */
    uint32_t n_properties, flags;      /* FERRY_RESULT_ZONELESS */
};

/*
 * One thing of any noun, with what identifies it. Exactly the pointer that `noun` names is set;
 * the small nouns (project, status, link) need only id, name and extra.
 */
struct ferry_item {
    uint32_t size;
    uint32_t noun;
    struct ferry_str source_id; /* UUID text, the host's; absent in what a list finds */
    struct ferry_str id;        /* the tracker's own id, where known */
    struct ferry_str key;       /* Automation Key, path, digest: what it is known by */
    struct ferry_str marker;    /* ferry's mark read back out of the thing; absent: not ours */
    struct ferry_str name;      /* for people */
    const struct ferry_ref *const *refs;
    const struct ferry_kv *extra;
    uint32_t n_refs, n_extra;
    const struct ferry_case *test_case;
    const struct ferry_run *run;
    const struct ferry_result *result;
    const struct ferry_attachment *attachment;
    const struct ferry_folder *folder;
    const struct ferry_suite *suite;
    const struct ferry_field *field;
};

/* The ref of this role with this key, or NULL where absent or MISSING. [any] */
static inline const struct ferry_ref *ferry_ref_named(const struct ferry_item *item, uint32_t role,
                                                      struct ferry_str key)
{
    uint32_t i;
    for (i = 0; i < item->n_refs; i++) {
        if (item->refs[i]->role == role && ferry_eq(item->refs[i]->key, key)) {
            return item->refs[i]->flags & FERRY_REF_MISSING ? NULL : item->refs[i];
        }
    }
    return NULL;
}

/* The first ref of this role, or NULL where absent or MISSING. [any] */
static inline const struct ferry_ref *ferry_ref_of(const struct ferry_item *item, uint32_t role)
{
    uint32_t i;
    for (i = 0; i < item->n_refs; i++) {
        if (item->refs[i]->role == role && !(item->refs[i]->flags & FERRY_REF_MISSING)) {
            return item->refs[i];
        }
    }
    return NULL;
}

#endif
