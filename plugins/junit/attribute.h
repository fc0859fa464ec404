/* SPDX-License-Identifier: MIT */
/*
 * attribute.h - the attributes that mean something. expat hands out the same pointer for the same
 * name as long as it reads one document, so a name is compared once and then known by its address.
 */
#ifndef JUNIT_ATTRIBUTE_H
#define JUNIT_ATTRIBUTE_H

enum attribute {
    AT_OTHER = 0,
    AT_NAME,
    AT_CLASSNAME,
    AT_CLASS,
    AT_FILE,
    AT_LINE,
    AT_TIME,
    AT_TIMESTAMP,
    AT_STATUS,
    AT_RESULT,
    AT_TAGS,
    AT_PARAMETER, /* value_param, type_param */
    AT_MESSAGE,
    AT_TYPE,
    AT_VALUE,
    AT_HOSTNAME,
    AT_TESTS,    /* how many: believed only where there are none at all */
    AT_FAILURES, /* the same */
    AT_ERRORS,   /* the same */
    AT_COUNTER, /* skipped, assertions ...: they say nothing that the cases do not, and often lie */
    AT_IGNORED  /* namespaces and schemas, and what repeats a child element */
};

enum { ATTRIBUTE_SLOTS = 64 };

/* Zeroed at the start of a document. */
struct attribute_cache {
    const char *name[ATTRIBUTE_SLOTS];
    unsigned char what[ATTRIBUTE_SLOTS];
};

/* The name without its namespace prefix. */
const char *attribute_local(const char *name);
enum attribute attribute_of(struct attribute_cache *cache, const char *name);

#endif
