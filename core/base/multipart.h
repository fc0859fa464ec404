/* SPDX-License-Identifier: MIT */
/* multipart.h - a body of multipart/form-data, part by part, in place. */
#ifndef BASE_MULTIPART_H
#define BASE_MULTIPART_H

#include <ferry/base.h>

struct part {
    struct ferry_str name, filename, mime; /* filename absent: it is no file */
    struct ferry_str bytes;                /* of the body */
};

struct multipart {
    struct ferry_str body, boundary; /* body: what is left */
    const char *wrong;               /* why it cannot be read on; NULL: nothing is wrong */
    int ended;
};

/* 0 where the content type names no boundary. */
int multipart_begin(struct multipart *m, struct ferry_str content_type, struct ferry_str body);
/* 1: *part is the next one; 0: that was all, or m->wrong says what is wrong. */
int multipart_next(struct multipart *m, struct part *part);

#endif
