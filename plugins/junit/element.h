/* SPDX-License-Identifier: MIT */
/*
 * element.h - the elements that JUnit reports are made of. The filter and the parser know them by
 * the same table; names are matched without their namespace prefix.
 */
#ifndef JUNIT_ELEMENT_H
#define JUNIT_ELEMENT_H

#include <stddef.h>

enum element {
    EL_OTHER = 0,
    EL_TESTSUITES,
    EL_TESTSUITE,
    EL_TESTCASE,
    EL_PROPERTIES,
    EL_PROPERTY, /* from here on: elements that hold text */
    EL_OUT,
    EL_ERR,
    EL_FAILURE,
    EL_ERROR,
    EL_SKIPPED,
    EL_FLAKY_FAILURE,
    EL_FLAKY_ERROR,
    EL_RERUN_FAILURE,
    EL_RERUN_ERROR,
    EL_STACK_TRACE,
    EL_MESSAGE,
    EL_WARNING,
    EL_NAME,
    EL_CLASSNAME,
    EL_TIME,
    EL_COUNT
};

/* By qualified name, not ended by NUL. [any] */
enum element element_of(const char *name, size_t len);

/* 1 for elements that may begin a report. [any] */
static inline int element_is_root(enum element el)
{
    return el == EL_TESTSUITES || el == EL_TESTSUITE || el == EL_TESTCASE;
}

/* 1 for elements whose content is text, so that unknown tags inside are text too. [any] */
static inline int element_is_text(enum element el)
{
    return el >= EL_PROPERTY;
}

/* 1 for an earlier or later attempt of the same test. [any] */
static inline int element_is_attempt(enum element el)
{
    return el >= EL_FLAKY_FAILURE && el <= EL_RERUN_ERROR;
}

/* 1 where `child` means something inside the text element `parent`. [any] */
int element_may_nest(enum element parent, enum element child);

#endif
