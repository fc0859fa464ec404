/* SPDX-License-Identifier: MIT */
/*
 * mirror.h - what the three files of the planner `mirror` share: the job at hand, the places a
 * result may go to, and who decides what. Nothing here outlives one call of plan().
 */
#ifndef MIRROR_H
#define MIRROR_H

#include <arena.h>
#include <ferry/ferry.h>
#include <text.h>

enum {
    MIRROR_MAX_CASES = 1000,           /* explicit ids of one result */
    MIRROR_MAX_KEY = 1024,             /* bytes of an Automation Key */
    MIRROR_MAX_MAP = 100,              /* entries of status_map */
    MIRROR_MAX_TEXT = 16 * 1024 * 1024 /* bytes of all that one call builds */
};

/* Option `match`: what makes a case of the target the counterpart. */
enum { MIRROR_BY_KEY, MIRROR_BY_KEY_ELSE_TITLE, MIRROR_BY_KEY_AND_TITLE };

struct mirror_job {
    const struct ferry_plan_call *call;
    const struct ferry_item *item;
    const struct ferry_desk *desk;
    struct ferry_error *err;
    struct arena arena;
    uint32_t match;
    int skip_duplicates;         /* a key held twice is skipped, not failed */
    struct ferry_str status_map; /* "from=to" joined by LF; checked */
};

/* One case a result belongs to. Where `reason` is set it is left out. */
struct mirror_target {
    struct ferry_str part; /* explicit id that tells it from its siblings; absent: the first */
    struct ferry_str key;
    struct ferry_found source;    /* the source's case, where it was looked up and is there */
    int looked;                   /* the source was asked for it */
    struct ferry_str id;          /* of the target's case; absent: it is planned */
    const struct ferry_kv *extra; /* what else the target knows it by */
    uint32_t n_extra;
    int create;         /* the case is to be made */
    int by_server;      /* the server makes it from the signature */
    const char *reason; /* "no key" */
    struct ferry_str reason_detail;
};

/* --- mirror.c: the desk, with words for what it returns --------------------- */

int32_t mirror_look(struct mirror_job *j, uint32_t side, const char *by, struct ferry_str value,
                    struct ferry_found *found);
int32_t mirror_said(struct mirror_job *j, int32_t rc);
int32_t mirror_note(struct mirror_job *j, uint32_t kind, const char *field, struct ferry_str text);
/* A failure of the arena as a status; OK where all texts were built. */
int32_t mirror_built(struct mirror_job *j);
/* a + between + b, bytewise. Absent, and the arena failed, where it is too large. */
struct ferry_str mirror_glue(struct mirror_job *j, struct ferry_str a, const char *between,
                             struct ferry_str b);

/* --- match.c: whose result is it --------------------------------------------- */

/* The keys of the item in hand, its own or those its cases at the source lend it. At least one target. */
int32_t mirror_keys(struct mirror_job *j, struct mirror_target **targets, uint32_t *n);
/* The target's case for one key: found, to be made, or left out. E_INPUT fails the result. */
int32_t mirror_match(struct mirror_job *j, struct mirror_target *t);
/* The case to make for it. Texts live as long as the arena. */
int32_t mirror_describe_case(struct mirror_job *j, struct mirror_target *t, struct ferry_case *out);

/* --- copy.c: what a result looks like on the other side ---------------------- */

/* E_CONFIG where option status_map is not a list of "from=to". */
int32_t mirror_check_map(struct mirror_job *j);
/* Applies the map to the result's status. */
void mirror_map_status(const struct mirror_job *j, struct ferry_result *result);
/* "status in_progress" where the result is no result yet; else NULL. Static text. */
const char *mirror_unsettled(const struct ferry_result *result);
/* "[Mirrored from AO] " and the message; as it is where it says so already. */
struct ferry_str mirror_message(struct mirror_job *j, struct ferry_str message);

#endif
