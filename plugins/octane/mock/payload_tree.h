/* SPDX-License-Identifier: MIT */
/* payload_tree.h - between the two files that know libxml2: a tree walked. */
#ifndef OCTANE_MOCK_PAYLOAD_TREE_H
#define OCTANE_MOCK_PAYLOAD_TREE_H

#include <libxml/tree.h>
#include <stddef.h>

/* The next node in the order of the document, or NULL. */
xmlNodePtr payload_next(xmlNodePtr n);
/* Whether it is an element of this name. */
int payload_is(const xmlNode *n, const char *name);
size_t payload_utf16(const char *text);

#endif
