/* SPDX-License-Identifier: MIT */
/*
 * payload.c - bytes to a judged document. Nothing is fetched and nothing expanded: a document with a document type is refused before it is looked
 * at, and libxml2's own limits of depth and length hold.
 */
#include "payload.h"

#include "payload_tree.h"
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdlib.h>
#include <text.h>

enum { OPTIONS = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING };

struct verdict {
    struct problem *p;
    unsigned faults;
};

/* libxml2 ends its messages by a line feed. */
static int invalid(struct problem *p, int line, const char *message)
{
    return alm_problem(p, 400, "testbox.invalid_payload", "",
                       "The payload is not valid by the schema, line %d: %.*s", line,
                       (int)strcspn(message ? message : "", "\n"), message ? message : "");
}

static void on_fault(void *data, xmlErrorPtr e)
{
    struct verdict *v = data;
    if (v->faults++ == 0) {
        invalid(v->p, e->line, e->message);
    }
}

static int judge(xmlDocPtr doc, struct problem *p)
{
    struct verdict v = {p, 0};
    int ok = 0;
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(alm_xsd, (int)strlen(alm_xsd));
    xmlSchemaPtr schema = parser ? xmlSchemaParse(parser) : NULL;
    xmlSchemaValidCtxtPtr context = schema ? xmlSchemaNewValidCtxt(schema) : NULL;
    if (context) {
        xmlSchemaSetValidStructuredErrors(context, on_fault, &v);
        ok = xmlSchemaValidateDoc(context, doc) == 0;
    }
    if (!ok && v.faults == 0) {
        alm_problem(p, 500, "platform.general_error", "", "The schema could not be used.");
    }
    xmlSchemaFreeValidCtxt(context);
    xmlSchemaFree(schema);
    xmlSchemaFreeParserCtxt(parser);
    return ok;
}

/* The schema counts characters; a server in Java may count UTF-16 units, and so does this one. */
static int too_wide(xmlDocPtr doc, struct problem *p)
{
    static const char *const names[] = {"name",  "run_name",         "module",          "package",
                                        "class", "external_test_id", "external_run_id", NULL};
    for (xmlNodePtr n = xmlDocGetRootElement(doc); n; n = payload_next(n)) {
        for (size_t i = 0; payload_is(n, "test_run") && names[i]; i++) {
            xmlChar *value = xmlGetNoNsProp(n, (const xmlChar *)names[i]);
            int wide = value && payload_utf16((const char *)value) > 255;
            xmlFree(value);
            if (wide) {
                alm_problem(
                    p, 400, "testbox.invalid_payload", names[i],
                    "The payload is not valid, line %ld: %s has more than 255 UTF-16 units.",
                    xmlGetLineNo(n), names[i]);
                return 1;
            }
        }
    }
    return 0;
}

static int has_doctype(struct problem *p)
{
    return alm_problem(p, 400, "testbox.invalid_payload", "",
                       "The payload has a document type, which is not taken.");
}

int alm_payload_open(struct payload **out, struct ferry_str bytes, struct problem *p)
{
    *out = NULL;
    if (memmem(bytes.ptr, (size_t)bytes.len, "<!DOCTYPE", 9)) {
        return has_doctype(p);
    }
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    xmlDocPtr doc =
        parser ? xmlCtxtReadMemory(parser, bytes.ptr, (int)bytes.len, NULL, NULL, OPTIONS) : NULL;
    const xmlError *why = parser ? xmlCtxtGetLastError(parser) : NULL;
    if (!doc) {
        invalid(p, why ? why->line : 0, why ? why->message : "it is empty, or memory is out");
    } else if (doc->encoding && xmlStrcasecmp(doc->encoding, (const xmlChar *)"UTF-8") != 0) {
        alm_problem(p, 400, "testbox.invalid_payload", "", "The payload is in %s; write UTF-8.",
                    (const char *)doc->encoding);
    } else if (doc->intSubset) {
        has_doctype(p);
    } else if (judge(doc, p) && !too_wide(doc, p)) {
        *out = (struct payload *)doc;
    }
    xmlFreeParserCtxt(parser);
    if (!*out) {
        xmlFreeDoc(doc);
    }
    return *out != NULL;
}

void alm_payload_close(struct payload *x)
{
    xmlFreeDoc((xmlDocPtr)x);
}
