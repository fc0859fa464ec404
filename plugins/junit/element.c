/* SPDX-License-Identifier: MIT */
/*
 * element.c - from an element's name to what it is. Called for every tag, so by length first. It
 * must never know attributes or nesting beyond element_may_nest().
 */
#include "element.h"

#include <string.h>

struct entry {
    const char *name;
    enum element el;
};

/* By length, longest 12; each row ends with NULL. */
static const struct entry LEN4[] = {{"name", EL_NAME}, {"time", EL_TIME}, {NULL, EL_OTHER}};
static const struct entry LEN5[] = {{"error", EL_ERROR}, {NULL, EL_OTHER}};
static const struct entry LEN7[] = {{"failure", EL_FAILURE},
                                    {"skipped", EL_SKIPPED},
                                    {"message", EL_MESSAGE},
                                    {"warning", EL_WARNING},
                                    {NULL, EL_OTHER}};
static const struct entry LEN8[] = {
    {"testcase", EL_TESTCASE}, {"property", EL_PROPERTY}, {NULL, EL_OTHER}};
static const struct entry LEN9[] = {
    {"testsuite", EL_TESTSUITE}, {"classname", EL_CLASSNAME}, {NULL, EL_OTHER}};
static const struct entry LEN10[] = {{"system-out", EL_OUT},         {"system-err", EL_ERR},
                                     {"properties", EL_PROPERTIES},  {"testsuites", EL_TESTSUITES},
                                     {"stackTrace", EL_STACK_TRACE}, {"flakyError", EL_FLAKY_ERROR},
                                     {"rerunError", EL_RERUN_ERROR}, {"system.out", EL_OUT},
                                     {"system.err", EL_ERR},         {NULL, EL_OTHER}};
static const struct entry LEN12[] = {
    {"flakyFailure", EL_FLAKY_FAILURE}, {"rerunFailure", EL_RERUN_FAILURE}, {NULL, EL_OTHER}};
static const struct entry *const ROWS[] = {NULL, NULL, NULL, NULL,  LEN4, LEN5, NULL,
                                           LEN7, LEN8, LEN9, LEN10, NULL, LEN12};

/* Without a prefix. */
static enum element look_up(const char *name, size_t len)
{
    const struct entry *e;
    if (len >= sizeof ROWS / sizeof ROWS[0] || !ROWS[len]) {
        return EL_OTHER;
    }
    for (e = ROWS[len]; e->name; e++) {
        if (e->name[0] == name[0] && memcmp(e->name, name, len) == 0) {
            return e->el;
        }
    }
    return EL_OTHER;
}

enum element element_of(const char *name, size_t len)
{
    enum element el = look_up(name, len);
    const char *colon = el == EL_OTHER ? memchr(name, ':', len) : NULL;
    return colon ? look_up(colon + 1, len - (size_t)(colon + 1 - name)) : el;
}

int element_may_nest(enum element parent, enum element child)
{
    if (child == EL_MESSAGE || child == EL_STACK_TRACE) {
        return element_is_attempt(parent) || parent == EL_FAILURE || parent == EL_ERROR ||
               parent == EL_SKIPPED || parent == EL_WARNING;
    }
    return element_is_attempt(parent) && (child == EL_OUT || child == EL_ERR);
}
