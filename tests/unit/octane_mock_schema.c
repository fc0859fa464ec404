/* SPDX-License-Identifier: MIT */
/*
 * octane_mock_schema.c - the schema of the mock of ALM Octane against the vendor's own: both judge the vendor's samples, and each of these with
 * one thing changed - every attribute left out, renamed, or of another value; every element left out, there twice, renamed, in another place, or with
 * text or an element in it. Skips where the samples are not there (FERRY_SHARED names the folder that holds them). Exit: 0, 1, or 77 skipped.
 */
#include <dirent.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char alm_xsd[];

struct judge {
    xmlSchemaPtr schema;
    xmlSchemaValidCtxtPtr context;
};
static struct judge ours, theirs;
static unsigned n_judged, n_taken, n_wrong;

static void silent(void *data, xmlErrorPtr e)
{
    (void)data;
    (void)e;
}

static int open_judge(struct judge *j, xmlSchemaParserCtxtPtr parser)
{
    j->schema = parser ? xmlSchemaParse(parser) : NULL;
    j->context = j->schema ? xmlSchemaNewValidCtxt(j->schema) : NULL;
    xmlSchemaFreeParserCtxt(parser);
    if (j->context) {
        xmlSchemaSetValidStructuredErrors(j->context, silent, NULL);
    }
    return j->context != NULL;
}

static void close_judge(struct judge *j)
{
    xmlSchemaFreeValidCtxt(j->context);
    xmlSchemaFree(j->schema);
}

/* Both say the same, or it is told how the document came about. */
static int compare(xmlDocPtr doc, const char *file, const char *what, const xmlChar *of,
                   const char *value)
{
    int a = xmlSchemaValidateDoc(ours.context, doc) == 0;
    int b = xmlSchemaValidateDoc(theirs.context, doc) == 0;
    n_judged++;
    n_taken += (unsigned)b;
    if (a != b && n_wrong++ < 20) {
        fprintf(stderr, "%s: %s %s %.40s: we %s it, the vendor %s it\n", file, what,
                (const char *)of, value, a ? "take" : "refuse", b ? "takes" : "refuses");
    }
    return b;
}

/* --- attributes ------------------------------------------------------------------------------------------ */

static char long_255[256], long_256[257], long_3800[3801], long_3801[3802], wide_255[511];
static const char *const values[] = {"",
                                     "x",
                                     " ",
                                     "0",
                                     "-1",
                                     "+7",
                                     "1.5",
                                     "true",
                                     "1e3",
                                     " 12 ",
                                     "99999999999999999999",
                                     "9223372036854775807",
                                     "Passed",
                                     "passed",
                                     "Blocked",
                                     "Planned",
                                     "Skipped",
                                     "Test_Level",
                                     "Framework",
                                     "http://x",
                                     "HTTPS://x",
                                     "http:x",
                                     "http:/x",
                                     "ftp://x",
                                     "td://x",
                                     "tds:/",
                                     "testdirector:x",
                                     "testdirector",
                                     "xhttp://x",
                                     "http:/",
                                     long_255,
                                     long_256,
                                     long_3800,
                                     long_3801,
                                     wide_255,
                                     "&<>\"'",
                                     "a\nb"};

static void fill_values(void)
{
    memset(long_255, 'a', 255);
    memset(long_256, 'a', 256);
    memset(long_3800, 'a', 3800);
    memset(long_3801, 'a', 3801);
    for (int i = 0; i < 255; i++) {
        memcpy(wide_255 + 2 * i, "\xC3\xA9", 2);
    }
}

static void try_attribute(xmlDocPtr doc, const char *file, xmlNodePtr n, const xmlChar *name)
{
    xmlChar *was = xmlGetNoNsProp(n, name);
    xmlUnsetProp(n, name);
    compare(doc, file, "without the attribute", name, "");
    xmlNewProp(n, (const xmlChar *)"other", was);
    compare(doc, file, "renamed the attribute", name, "");
    xmlUnsetProp(n, (const xmlChar *)"other");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        xmlSetProp(n, name, (const xmlChar *)values[i]);
        compare(doc, file, "changed the attribute", name, values[i]);
    }
    xmlSetProp(n, name, was);
    xmlFree(was);
}

/* Their names are taken first: trying puts them in another order. */
static void try_attributes(xmlDocPtr doc, const char *file, xmlNodePtr n)
{
    xmlChar *names[32];
    size_t count = 0;
    for (xmlAttrPtr a = n->properties; a && count < 32; a = a->next) {
        names[count++] = xmlStrdup(a->name);
    }
    for (size_t i = 0; i < count; i++) {
        try_attribute(doc, file, n, names[i]);
        xmlFree(names[i]);
    }
    xmlNewProp(n, (const xmlChar *)"added", (const xmlChar *)"1");
    compare(doc, file, "added an attribute to", n->name, "");
    xmlUnsetProp(n, (const xmlChar *)"added");
}

/* --- elements ---------------------------------------------------------------------------------------------- */

static void try_places(xmlDocPtr doc, const char *file, xmlNodePtr n)
{
    xmlNodePtr next = xmlNextElementSibling(n), copy = xmlCopyNode(n, 1);
    xmlAddNextSibling(n, copy);
    compare(doc, file, "doubled", n->name, "");
    xmlUnlinkNode(copy);
    xmlFreeNode(copy);
    if (next) {
        xmlNodePtr mark = n->prev, parent = n->parent;
        xmlAddNextSibling(next, n);
        compare(doc, file, "put behind the next", n->name, "");
        if (mark) {
            xmlAddNextSibling(mark, n);
        } else {
            xmlAddPrevSibling(parent->children, n);
        }
    }
}

static void try_inside(xmlDocPtr doc, const char *file, xmlNodePtr n)
{
    static const char *const names[] = {"other", "suite_ref", "steps", "test_run"};
    xmlNodePtr text = xmlNewText((const xmlChar *)"text"), mark = xmlNewComment(NULL);
    xmlAddChild(n, mark); /* so that it is not made one with a text before it */
    xmlAddChild(n, text);
    compare(doc, file, "text in", n->name, "");
    xmlUnlinkNode(text);
    xmlFreeNode(text);
    xmlUnlinkNode(mark);
    xmlFreeNode(mark);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        xmlNodePtr child = xmlNewChild(n, NULL, (const xmlChar *)names[i], NULL);
        xmlNewProp(child, (const xmlChar *)"id", (const xmlChar *)"1");
        compare(doc, file, "a child in", n->name, names[i]);
        xmlUnlinkNode(child);
        xmlFreeNode(child);
    }
}

static void try_element(xmlDocPtr doc, const char *file, xmlNodePtr n)
{
    xmlChar *name = xmlStrdup(n->name);
    xmlNodePtr parent = n->parent, mark = n->prev;
    xmlNodeSetName(n, (const xmlChar *)"other");
    compare(doc, file, "renamed", name, "");
    xmlNodeSetName(n, name);
    try_inside(doc, file, n);
    if (parent->type == XML_ELEMENT_NODE) {
        try_places(doc, file, n);
        xmlUnlinkNode(n);
        compare(doc, file, "without", name, "");
        if (mark) {
            xmlAddNextSibling(mark, n);
        } else if (parent->children) {
            xmlAddPrevSibling(parent->children, n);
        } else {
            xmlAddChild(parent, n);
        }
    }
    xmlFree(name);
}

static void walk(xmlDocPtr doc, const char *file, xmlNodePtr n)
{
    try_attributes(doc, file, n);
    try_element(doc, file, n);
    for (xmlNodePtr c = xmlFirstElementChild(n); c; c = xmlNextElementSibling(c)) {
        walk(doc, file, c);
    }
}

/* --- files -------------------------------------------------------------------------------------------------- */

static void try_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/samples/%s", folder, name);
    xmlDocPtr doc = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
    if (!doc) {
        fprintf(stderr, "%s: cannot be read\n", path);
        n_wrong++;
        return;
    }
    unsigned wrong = n_wrong;
    int before = compare(doc, name, "as it is", (const xmlChar *)"", "");
    walk(doc, name, xmlDocGetRootElement(doc));
    if (compare(doc, name, "as it was", (const xmlChar *)"", "") != before) {
        fprintf(stderr, "%s: was not put back as it was; this test is wrong\n", name);
        n_wrong++;
    }
    if (n_wrong > wrong) {
        fprintf(stderr, "%s: %u times\n", name, n_wrong - wrong);
    }
    xmlFreeDoc(doc);
}

static unsigned try_files(const char *folder)
{
    char path[4096];
    unsigned n = 0;
    struct dirent *one;
    snprintf(path, sizeof path, "%s/samples", folder);
    DIR *dir = opendir(path);
    while (dir && (one = readdir(dir)) != NULL) {
        size_t len = strlen(one->d_name);
        if (len > 4 && strcmp(one->d_name + len - 4, ".xml") == 0) {
            try_file(folder, one->d_name);
            n++;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return n;
}

int main(void)
{
    const char *shared = getenv("FERRY_SHARED") ? getenv("FERRY_SHARED") : TESTS_SHARED;
    char folder[4000], xsd[4096];
    snprintf(folder, sizeof folder, "%s/specs/octane", shared);
    snprintf(xsd, sizeof xsd, "%s/octaneResultSchema.xsd", folder);
    FILE *there = fopen(xsd, "r");
    if (!there) {
        printf("skipped: no %s\n", xsd);
        return 77;
    }
    fclose(there);
    fill_values();
    if (!open_judge(&ours, xmlSchemaNewMemParserCtxt(alm_xsd, (int)strlen(alm_xsd))) ||
        !open_judge(&theirs, xmlSchemaNewParserCtxt(xsd))) {
        fprintf(stderr, "a schema cannot be used\n");
        return 1;
    }
    unsigned files = try_files(folder);
    close_judge(&ours);
    close_judge(&theirs);
    xmlCleanupParser();
    printf("%u samples, %u documents judged, %u of them taken by the vendor's schema, "
           "%u judged otherwise by ours\n",
           files, n_judged, n_taken, n_wrong);
    return n_wrong > 0 || files < 10 || n_taken < 100 || n_judged - n_taken < 100;
}
