/* SPDX-License-Identifier: MIT */
/*
 * junit.c - the plugin: its options, its table, and the road of the bytes of one report:
 * encoding.c to UTF-8, filter.c mends, parse.c and expat make results. The host calls it. It must
 * never open what a report names, nor hold more of it than a window and the case that is open.
 */
#include "encoding.h"
#include "filter.h"
#include "parse.h"
#include "text.h"
#include "what.h"

#include <ferry/plugin.h>
#include <ferry/reader.h>

#include <stdlib.h>

enum { CONVERT_PIECE = 8 * 1024 };
#define DEFAULT_CASE_IDS "QaseID\nqase_id\nqase.id"

struct ferry_parse {
    struct notices notices;
    struct parse parse;
    struct filter filter;
    struct filter_calls calls;
    struct encoding encoding;
    unsigned char head[ENCODING_HEAD]; /* the first bytes, until the encoding is known */
    size_t n_head;
    int known;
    unsigned char *converted; /* ENCODING_ROOM(CONVERT_PIECE); NULL where the report is UTF-8 */
};

static int32_t refuse(void *data, const char *what)
{
    struct ferry_parse *p = data;
    struct ferry_str head = {(const char *)p->head, p->n_head};
    const char *seems = what_begins_so(head);
    if (what && strcmp(seems, "an HTML page") != 0) {
        return parse_fail(&p->parse, FERRY_E_INPUT, "",
                          "refused: the report holds %s, which no test report needs", what);
    }
    return parse_fail(&p->parse, FERRY_E_INPUT, "",
                      "not a JUnit report: it seems to be %s; name the files that the test runner "
                      "wrote",
                      seems);
}

static int32_t call_open(void *data, struct place at)
{
    struct ferry_parse *p = data;
    return parse_open(&p->parse, at);
}

static int32_t call_bytes(void *data, const unsigned char *bytes, size_t n)
{
    struct ferry_parse *p = data;
    return parse_bytes(&p->parse, bytes, n);
}

static int32_t call_lines(void *data, uint64_t n)
{
    struct ferry_parse *p = data;
    return parse_skipped_lines(&p->parse, n);
}

static int32_t call_close(void *data)
{
    struct ferry_parse *p = data;
    return parse_close(&p->parse);
}

static void destroy(struct ferry_parse *p)
{
    if (!p) {
        return;
    }
    filter_finish(&p->filter);
    parse_finish(&p->parse);
    free(p->converted);
    free(p);
}

/* What the caller gets told; the plugin's own status goes before the filter's. */
static int32_t report(const struct ferry_parse *p, int32_t rc, struct ferry_error *err)
{
    if (p->parse.rc && p->parse.error.status == p->parse.rc) {
        return ferry_fail(err, p->parse.rc, p->parse.error.where, "%s", p->parse.error.message);
    }
    rc = p->parse.rc ? p->parse.rc : rc;
    return rc ? ferry_fail(err, rc, "", "reading the report: %s", ferry_status_text(rc)) : FERRY_OK;
}

static int32_t begin(const struct ferry_host *host, const struct ferry_kv *options,
                     uint32_t n_options, const struct ferry_sink *sink, struct ferry_parse **parse,
                     struct ferry_error *err)
{
    struct ferry_parse *p = calloc(1, sizeof *p);
    struct ferry_str ids = ferry_get(options, n_options, FERRY_LIT("case_id_properties"));
    int32_t rc = FERRY_E_NO_MEMORY;
    (void)host;
    *parse = NULL;
    if (!p) {
        goto out;
    }
    p->notices.sink = sink;
    p->calls = (struct filter_calls){p, call_open, call_bytes, call_lines, call_close, refuse};
    rc = parse_init(&p->parse, sink, &p->notices);
    if (rc) {
        goto out;
    }
    rc = filter_init(&p->filter, &p->calls, &p->notices, &p->parse.dead);
    if (rc) {
        goto out;
    }
    p->parse.options.output_conventions =
        !str_is(ferry_get(options, n_options, FERRY_LIT("output_conventions")), "false");
    p->parse.options.case_id_properties = ids.ptr ? ids : FERRY_LIT(DEFAULT_CASE_IDS);
    *parse = p;
out:
    if (rc) {
        destroy(p);
        ferry_fail(err, rc, "", "reading a report cannot begin: %s", ferry_status_text(rc));
    }
    return rc;
}

/* To the filter, as UTF-8. */
static int32_t convert(struct ferry_parse *p, struct ferry_str bytes)
{
    int32_t rc = FERRY_OK;
    if (p->encoding.kind == ENCODING_UTF8) {
        return filter_feed(&p->filter, bytes);
    }
    while (bytes.len > 0 && !rc) {
        struct ferry_str piece = str_sub(bytes, 0, CONVERT_PIECE), out;
        out.ptr = (const char *)p->converted;
        out.len = encoding_convert(&p->encoding, piece, p->converted);
        rc = filter_feed(&p->filter, out);
        bytes = str_sub(bytes, piece.len, bytes.len);
    }
    return rc;
}

/* The head is complete: from now on the encoding is known. */
static int32_t know(struct ferry_parse *p)
{
    struct ferry_str head = {(const char *)p->head, p->n_head};
    size_t mark = encoding_find(&p->encoding, head);
    struct place start = {1, 1};
    int32_t rc = FERRY_OK;
    p->known = 1;
    if (p->encoding.kind != ENCODING_UTF8) {
        p->converted = malloc(ENCODING_ROOM(CONVERT_PIECE));
        if (!p->converted) {
            return FERRY_E_NO_MEMORY;
        }
    }
    if (p->encoding.doubt[0]) {
        rc = notice_say(&p->notices, NOTICE_ENCODING, start, "%s", p->encoding.doubt);
    }
    return rc ? rc : convert(p, str_sub(head, mark, head.len));
}

static int32_t feed(struct ferry_parse *p, struct ferry_str bytes, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    if (!p->known) {
        size_t n = ENCODING_HEAD - p->n_head;
        n = bytes.len < n ? (size_t)bytes.len : n;
        if (n > 0) {
            memcpy(p->head + p->n_head, bytes.ptr, n);
        }
        p->n_head += n;
        bytes = str_sub(bytes, n, bytes.len);
        rc = p->n_head == ENCODING_HEAD ? know(p) : FERRY_OK;
    }
    if (!rc && bytes.len > 0) {
        rc = convert(p, bytes);
    }
    return report(p, rc, err);
}

/* The rest of what is held back, and the last word on it. */
static int32_t finish(struct ferry_parse *p)
{
    unsigned char rest[8];
    struct ferry_str tail = {(const char *)rest, 0};
    struct place at;
    int cut = 0;
    int32_t rc = p->known ? FERRY_OK : know(p);
    if (!rc) {
        tail.len = encoding_finish(&p->encoding, rest);
        rc = filter_feed(&p->filter, tail);
    }
    if (!rc) {
        rc = filter_end(&p->filter, &cut, &at);
    }
    if (!rc && cut) {
        rc = parse_cut(&p->parse, at);
    }
    return rc ? rc : notice_rest(&p->notices);
}

static int32_t end(struct ferry_parse *p, struct ferry_error *err)
{
    int32_t rc = report(p, finish(p), err);
    destroy(p);
    return rc;
}

static void abort_parse(struct ferry_parse *p)
{
    destroy(p);
}

static const char *const GLOBS[] = {"*.xml", "*.junit", NULL};
static const struct ferry_reader READER = {GLOBS, what_sniff, begin, feed, end, abort_parse};

static const struct ferry_option OUTPUT_CONVENTIONS = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_BOOL,
    .name = "output_conventions",
    .def = "true",
    .help = "read [[ATTACHMENT|...]] and [[PROPERTY|...]] in the output of tests",
};
static const struct ferry_option CASE_ID_PROPERTIES = {
    .size = sizeof(struct ferry_option),
    .type = FERRY_OPT_LIST,
    .name = "case_id_properties",
    .def = DEFAULT_CASE_IDS,
    .help = "properties of a test case that hold ids of cases in the tracker",
    .value = "NAME",
};
static const struct ferry_option *const OPTIONS[] = {&OUTPUT_CONVENTIONS, &CASE_ID_PROPERTIES,
                                                     NULL};

static const void *query(const char *id)
{
    return strcmp(id, FERRY_READER_1) == 0 ? &READER : NULL;
}

FERRY_PLUGIN_DEFINE(junit, "junit") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "junit",
    .name = "JUnit XML",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = OPTIONS,
    .query = query,
};
