/* SPDX-License-Identifier: MIT */
/* what.h - what a file that is no JUnit report seems to be, and how sure one is that it is one. */
#ifndef JUNIT_WHAT_H
#define JUNIT_WHAT_H

#include <ferry/base.h>

/* What has this root element, for people: "a Maven pom.xml"; NULL: not known. [any] */
const char *what_has_root(const char *name);
/* What begins like this: "JSON", "an HTML page"; never NULL. [any] */
const char *what_begins_so(struct ferry_str head);
/* 0 to 100, from the first bytes and the file's name. [any] */
int32_t what_sniff(struct ferry_str head, struct ferry_str name);

#endif
