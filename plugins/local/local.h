/* SPDX-License-Identifier: MIT */
/*
 * local.h - what the two halves of the local tracker agree on: limits and names. The codec keeps
 * them, the service checks them.
 */
#ifndef LOCAL_H
#define LOCAL_H

#include <ferry/ferry.h>

#define LOCAL_KEY_FIELD "Automation Key"

enum {
    LOCAL_PAGE = 1000,            /* items of a page, at most */
    LOCAL_PAGE_IDS = 10000,       /* the same with fields=id */
    LOCAL_PAGE_BYTES = 4 << 20,   /* a page is ended when it is longer */
    LOCAL_RESULTS = 2000,         /* of one request */
    LOCAL_CASES = 200,            /* of one request */
    LOCAL_BODY = 32 << 20,        /* bytes of a request of JSON */
    LOCAL_ATTACHMENT = 256 << 20, /* bytes of an attachment */
    LOCAL_PROJECT = 200,          /* bytes of a project's code */
    LOCAL_TITLE = 1000,           /* bytes of a title */
    LOCAL_NAME = 8000,            /* of any other name: class, parameter, tag, file */
    LOCAL_KEY = 1000,             /* of an Automation Key */
    LOCAL_MARKER = 1000,          /* of a marker */
    LOCAL_SIGNATURE = 64 * 1024,  /* of a signature */
    LOCAL_TEXT = 1 << 20,         /* of a message, an output, a description */
    LOCAL_STEP_LEVELS = 16,       /* steps in steps */
    LOCAL_MISTAKES = 100          /* bad items named in one refusal */
};

/* The two tables; codec.c, service.c and commands.c. */
extern const struct ferry_tracker local_tracker;
extern const struct ferry_service local_service;
extern const struct ferry_commands local_commands;

#endif
