/* SPDX-License-Identifier: MIT */
/*
 * step.h - named places at which the world may end. In builds with test hooks FERRY_CRASH_AT=name:n kills the
 * process, with SIGKILL or the signal FERRY_CRASH_SIGNAL, when it comes to a place for the n-th time, and FERRY_STEPS=FILE notes each
 * place it comes to. With FERRY_CRASH_FROM=FILE places count
 * from when there is such a file. In a release a step is nothing.
 *
 * One list: the enum, the names and the kill sweep are made from it. The places stand in the order of the road.
 */
#ifndef ENGINE_STEP_H
#define ENGINE_STEP_H

#define STEP_MAP(XX)                                                                               \
    XX(schema_step)    /* a step of the journal's schema is run, not committed */                  \
    XX(capture_begun)  /* the capture's row is committed, nothing is read */                       \
    XX(capture_batch)  /* some items of a report are committed, not all */                         \
    XX(capture_read)   /* all reports are read, "captured" is not committed */                     \
    XX(captured)       /* the inputs may vanish */                                                 \
    XX(survey_done)    /* the destination was read */                                              \
    XX(plan_written)   /* operations are written, not committed */                                 \
    XX(planned)        /* committed */                                                             \
    XX(deliver_begun)  /* the destination is locked, what was SENT is in doubt */                  \
    XX(looked)         /* a find has ended, nothing of it is committed */                          \
    XX(found)          /* committed */                                                             \
    XX(encoded)        /* a request is written, SENT is not committed */                           \
    XX(sent_committed) /* SENT is committed, nothing has left */                                   \
    XX(sent)           /* it has left, and was answered or not */                                  \
    XX(answered)       /* the answer is read, its outcomes are not committed */                    \
    XX(settled)        /* committed */                                                             \
    XX(delivered)      /* nothing is left to do at this destination */                             \
    XX(audit_read)     /* what is there was read */                                                \
    XX(audited)        /* the difference is committed */

#define STEP_ENUM_(name) STEP_##name,
enum step { STEP_MAP(STEP_ENUM_) STEP_COUNT };
#undef STEP_ENUM_

/* Seeded defects, FERRY_BREAK=name in builds with test hooks: the tests must notice each. */
#define DEFECT_MAP(XX)                                                                             \
    XX(write_before_act) /* sent without SENT having been committed */                             \
    XX(stored_bytes)     /* a repeat is encoded anew */                                            \
    XX(settle)           /* what is in doubt is looked for at once */                              \
    XX(settle_from_sent) /* the settle time is counted from the sending, not from its end */       \
    XX(complete_early)   /* a run is completed over results that are not settled */                \
    XX(prereq_guard)     /* libcurl may send again by itself, on connections that are kept */      \
    XX(look_first)     /* what somebody else may have made is not looked for before it is made */  \
    XX(refused_retry)  /* sent again after a refusal without SENT having been committed again */   \
    XX(unparsed)       /* a status of success is enough */                                         \
    XX(repeat_refused) /* a repeat that is refused is a failure */                                 \
    XX(torn_list)      /* a list that changed while it was read is believed */

#define BREAK_ENUM_(name) BREAK_##name,
enum defect { DEFECT_MAP(BREAK_ENUM_) DEFECT_COUNT };
#undef BREAK_ENUM_

/*
 * MOST(n): how many things go into one commit or one request. FERRY_BATCH=m makes it at most m in builds with test hooks: then a
 * report of some tests has as many places to die at as one of thousands.
 */

#ifdef FERRY_TEST_HOOKS
void step_reached(enum step step);
int step_broken(enum defect defect);
unsigned step_most(unsigned n);
#define STEP(name)   step_reached(STEP_##name)
#define BROKEN(name) step_broken(BREAK_##name)
#define MOST(n)      step_most(n)
#else
#define STEP(name)   ((void)0)
#define BROKEN(name) 0
#define MOST(n)      (n)
#endif

#endif
