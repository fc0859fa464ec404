/* SPDX-License-Identifier: MIT */
/*
 * xml.h - a writer of XML 1.0 that cannot write what is not well-formed: escapes, replaces what XML has no character for, counts in
 * UTF-16 units as Octane's server does. No state but the buffer.
 */
#ifndef OCTANE_XML_H
#define OCTANE_XML_H

#include <buf.h>

/* What was done to a text to make it fit; for notes. */
enum { XML_CUT = 1, XML_REPLACED = 2 };

/* ` name="text"`, at most `max` UTF-16 units (0: all). Returns XML_* flags. White space is written so that it is read back as it was. */
unsigned xml_attribute(struct buf *b, const char *name, struct ferry_str text, uint64_t max);
void xml_attribute_int(struct buf *b, const char *name, int64_t n);
/* A text between tags, at most `max` bytes of it (0: all). */
unsigned xml_text(struct buf *b, struct ferry_str text, uint64_t max);
/* The longest beginning of `text` that is at most `max` UTF-16 units long, in whole characters. */
struct ferry_str xml_fit(struct ferry_str text, uint64_t max);

#endif
