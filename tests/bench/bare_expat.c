/* SPDX-License-Identifier: MIT */
/*
 * bare_expat.c - the reference for reading: expat over the bytes of a file with handlers that only count. No reader of XML
 * that stands on expat can be faster than this. bench.sh measures `ferry inspect` against it.
 */
#include <expat.h>
#include <stdio.h>

enum { PIECE = 256 * 1024 };

struct counts {
    unsigned long elements, attributes, bytes;
};

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct counts *c = data;
    (void)name;
    c->elements++;
    for (; *attributes; attributes += 2) {
        c->attributes++;
    }
}

static void on_end(void *data, const XML_Char *name)
{
    (void)data;
    (void)name;
}

static void on_text(void *data, const XML_Char *text, int n)
{
    (void)text;
    ((struct counts *)data)->bytes += (unsigned long)n;
}

static int parse(XML_Parser parser, FILE *in)
{
    for (int last = 0; !last;) {
        void *piece = XML_GetBuffer(parser, PIECE);
        if (!piece) {
            return 0;
        }
        size_t n = fread(piece, 1, PIECE, in);
        last = n < PIECE;
        if (ferror(in) || XML_ParseBuffer(parser, (int)n, last) != XML_STATUS_OK) {
            return 0;
        }
    }
    return 1;
}

static int parse_file(const char *path, struct counts *counts)
{
    FILE *in = fopen(path, "rb");
    XML_Parser parser = XML_ParserCreate(NULL);
    if (!in || !parser) {
        fprintf(stderr, "bare_expat: %s: cannot be opened\n", path);
        return 0;
    }
    XML_SetUserData(parser, counts);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    int ok = parse(parser, in);
    if (!ok) {
        fprintf(stderr, "bare_expat: %s: %s\n", path, XML_ErrorString(XML_GetErrorCode(parser)));
    }
    XML_ParserFree(parser);
    fclose(in);
    return ok;
}

int main(int argc, char **argv)
{
    struct counts counts = {0, 0, 0};
    int ok = 1;
    if (argc < 2) {
        fprintf(stderr, "usage: bare_expat FILE...\n");
        return 2;
    }
    for (int i = 1; i < argc && ok; i++) {
        ok = parse_file(argv[i], &counts);
    }
    printf("%lu elements, %lu attributes, %lu bytes of text\n", counts.elements, counts.attributes,
           counts.bytes);
    return ok ? 0 : 1;
}
