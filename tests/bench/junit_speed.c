/* SPDX-License-Identifier: MIT */
/*
 * junit_speed.c - the reader against a bare expat loop over the same bytes, in one run, so that the
 * ratio does not depend on the machine. Not a test: build it in release and give it the megabytes
 * (default 100) and the most that the ratio may be (default: only tell).
 *
 *     build/release/tests/junit_speed 100 1.5
 */
#include "junit_events.h"
#include "text.h"

#include <expat.h>
#include <stdlib.h>
#include <time.h>

enum { CHUNK = 64 * 1024, ROUNDS = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put_case(struct buf *b, unsigned i)
{
    buf_printf(b,
               "    <testcase classname=\"com.example.suite%u.Case\" name=\"test_%u[param-%u]\" "
               "file=\"src/test_%u.c\" line=\"%u\" time=\"%u.%03u\"",
               i / 50, i, i % 7, i / 50, i % 999 + 1, i % 3, i % 1000);
    if (i % 20 && i % 5 && i % 10) {
        buf_puts(b, "/>\n");
        return;
    }
    buf_puts(b, ">\n");
    if (i % 5 == 0) {
        buf_printf(b,
                   "      <properties><property name=\"automation_key\" value=\"KEY_%06u\"/>"
                   "<property name=\"owner\" value=\"team &amp; %u\"/></properties>\n",
                   i, i % 9);
    }
    if (i % 20 == 0) {
        buf_printf(b,
                   "      <failure message=\"expected %u but was %u\" type=\"AssertionError\">"
                   "AssertionError: expected &lt;%u&gt;\n",
                   i, i + 1, i);
        for (unsigned k = 0; k < 22; k++) {
            buf_printf(b, "    at com.example.module%u.Class%u.method(Class%u.java:%u)\n", k, i, k,
                       i);
        }
        buf_puts(b, "</failure>\n");
    }
    if (i % 10 == 0) {
        buf_printf(b,
                   "      <system-out><![CDATA[line one of %u\nline two <tag> & more\n]]>"
                   "</system-out>\n",
                   i);
    }
    buf_puts(b, "    </testcase>\n");
}

static void generate(struct buf *b, size_t size)
{
    unsigned i = 0;
    buf_puts(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    while (b->len < size && !b->failed) {
        buf_printf(b,
                   "  <testsuite name=\"suite %u\" tests=\"50\" timestamp=\"2026-11-20T10:00:00\" "
                   "hostname=\"host\" time=\"1.5\">\n",
                   i / 50);
        for (unsigned k = 0; k < 50; k++) {
            put_case(b, i++);
        }
        buf_puts(b, "  </testsuite>\n");
    }
    buf_puts(b, "</testsuites>\n");
}

struct bare {
    uint64_t cases, text;
};

static void XMLCALL bare_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct bare *b = data;
    b->cases += strcmp(name, "testcase") == 0;
    b->text += attributes[0] != NULL;
}

static void XMLCALL bare_end(void *data, const XML_Char *name)
{
    (void)data;
    (void)name;
}

static void XMLCALL bare_text(void *data, const XML_Char *s, int len)
{
    struct bare *b = data;
    (void)s;
    b->text += (uint64_t)len;
}

static double run_bare(struct ferry_str all, uint64_t *cases)
{
    struct bare b = {0, 0};
    XML_Parser xml = XML_ParserCreate(NULL);
    double from = now();
    XML_SetUserData(xml, &b);
    XML_SetElementHandler(xml, bare_start, bare_end);
    XML_SetCharacterDataHandler(xml, bare_text);
    for (uint64_t i = 0; i < all.len; i += CHUNK) {
        struct ferry_str piece = str_sub(all, i, CHUNK);
        void *room = XML_GetBuffer(xml, CHUNK);
        memcpy(room, piece.ptr, (size_t)piece.len);
        if (XML_ParseBuffer(xml, (int)piece.len, i + CHUNK >= all.len) != XML_STATUS_OK) {
            abort();
        }
    }
    XML_ParserFree(xml);
    *cases = b.cases;
    return now() - from;
}

static int32_t count_item(void *self, const struct ferry_item *item)
{
    *(uint64_t *)self += item->noun == FERRY_RESULT;
    return FERRY_OK;
}

static int64_t drop_text(void *self, int64_t number, struct ferry_str piece)
{
    (void)self;
    (void)piece;
    return number ? number : 1;
}

static int32_t drop_notice(void *self, const struct ferry_notice *notice)
{
    (void)self;
    (void)notice;
    return FERRY_OK;
}

static double run_reader(struct ferry_str all, uint64_t *cases)
{
    const struct ferry_reader *reader = junit_reader();
    struct ferry_sink sink = {cases, count_item, drop_text, drop_notice};
    struct ferry_parse *parse;
    double from = now();
    *cases = 0;
    if (reader->begin(NULL, NULL, 0, &sink, &parse, NULL)) {
        abort();
    }
    for (uint64_t i = 0; i < all.len; i += CHUNK) {
        if (reader->feed(parse, str_sub(all, i, CHUNK), NULL)) {
            abort();
        }
    }
    if (reader->end(parse, NULL)) {
        abort();
    }
    return now() - from;
}

int main(int argc, char **argv)
{
    size_t size = (size_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 100) << 20;
    double most = argc > 2 ? strtod(argv[2], NULL) : 0, bare = 1e9, ours = 1e9;
    uint64_t cases[2] = {0, 0};
    struct buf report;
    buf_init(&report, (size_t)1 << 32);
    generate(&report, size);
    for (int i = 0; i < ROUNDS; i++) { /* the best of each: noise only adds */
        double a = run_bare(buf_str(&report), &cases[0]),
               b = run_reader(buf_str(&report), &cases[1]);
        bare = a < bare ? a : bare;
        ours = b < ours ? b : ours;
    }
    printf("%zu MiB, %llu cases: expat %.3f s, reader %.3f s (%.0f MB/s), ratio %.2f\n",
           report.len >> 20, (unsigned long long)cases[0], bare, ours,
           (double)report.len / 1e6 / ours, ours / bare);
    buf_finish(&report);
    return cases[0] != cases[1] || (most > 0 && ours > most * bare);
}
