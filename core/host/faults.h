/* SPDX-License-Identifier: MIT */
/* faults.h - the rules of a script, between faults.c and transport_faults.c alone. */
#ifndef HOST_FAULTS_H
#define HOST_FAULTS_H

#include "transport_faults.h"

/* Name, and whether it takes an argument. One list: the enum and the parser are made from it. */
#define FAULT_MAP(XX)                                                                              \
    XX(REFUSE, "refuse", 0)                                                                        \
    XX(DROP_BEFORE, "drop-before", 0)                                                              \
    XX(DROP_AFTER, "drop-after", 0)                                                                \
    XX(LATE, "late", 1)                                                                            \
    XX(ERROR_BEFORE, "error-before", 1)                                                            \
    XX(ERROR_AFTER, "error-after", 1)                                                              \
    XX(PARTIAL, "partial", 0)                                                                      \
    XX(TRUNCATE, "truncate", 1)                                                                    \
    XX(LAG, "lag", 1)                                                                              \
    XX(STATUS_429, "status-429", 1)

#define FAULT_ENUM_(name, text, arg) FAULT_##name,
enum fault { FAULT_NONE, FAULT_MAP(FAULT_ENUM_) FAULT_END_ };

struct fault_rule {
    char *method, *glob;
    uint32_t nth; /* 0: each */
    enum fault fault;
    int64_t arg;
    uint32_t line, matched, fired;
};

/* Counts a request against all rules; the first that fires, or NULL. */
const struct fault_rule *faults_pick(struct faults *f, struct ferry_str method,
                                     struct ferry_str target);
/* One line in the script's ledger, where it has one: this rule fired for this request. */
void faults_note(const struct faults *f, const struct fault_rule *rule, struct ferry_str method,
                 struct ferry_str target, struct ferry_str body);
/* "PATH.past" where there is such a file, else NULL. */
const char *faults_past(const struct faults *f);
/* The highest N of the `lag` rules; 0: none. */
uint32_t faults_most_lag(const struct faults *f);
int faults_any(const struct faults *f, enum fault fault);

/* A JSON body with the second half of its largest array left out. E_INPUT where it has none. */
int32_t fault_halve(struct ferry_str body, struct buf *out, struct ferry_error *err);

#endif
