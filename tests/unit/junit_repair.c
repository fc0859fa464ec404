/* SPDX-License-Identifier: MIT */
/*
 * junit_repair.c - reports that runners broke: what is mended, what is said about it and where,
 * what is refused. Each row is a whole report, the facts it must yield, and the notice, by line and
 * column.
 */
#include "junit_events.h"
#include "text.h"

#include <check.h>
#include <stdlib.h>

struct repair {
    const char *report;
    size_t len;         /* 0: up to the NUL */
    const char *facts;  /* each line of it must stand in the log */
    const char *notice; /* the only notice begins so; NULL: none */
    uint64_t tests;
};

/* One failing case around a text, which begins at column 50 of line 1. */
#define CASE(text)                                                                                 \
    "<testsuite name=\"s\"><testcase name=\"a\"><failure>m" text "</failure></testcase></testsuite>"
#define ROW(report, facts, notice)                                                                 \
    {                                                                                              \
        report, sizeof(report) - 1, facts, notice, 1                                               \
    }

static const struct repair repairs[] = {
    /* well-formed: nothing is said */
    ROW(CASE(" &lt;&#65;&#x42;&amp;"), "  details=m <AB&\n", NULL),
    ROW(CASE("<![CDATA[ <&>]] ]]>"), "  details=m <&>]]\n", NULL),
    ROW(CASE("<![CDATA[a ]]]]><![CDATA[> b]]>"), "  details=ma ]]> b\n", NULL),
    ROW(CASE("<![CDATA[a ]]>]]&gt;<![CDATA[ b]]>"), "  details=ma ]]> b\n", NULL),
    ROW(CASE("<![CDATA[a]]> b &gt; c"), "  details=ma b > c\n", NULL),
    ROW(CASE(
            "<![CDATA[<testcase><failure><![CDATA[x]]]]><![CDATA[></failure></testcase>\n<testcase>"
            "<failure><![CDATA[y]]]]><![CDATA[></failure></testcase>]]>"),
        "  details=m<testcase><failure><![CDATA[x]]></failure></testcase>\\n<testcase><failure>"
        "<![CDATA[y]]></failure></testcase>\n",
        NULL),
    ROW(CASE(" \xC3\xBC\xF0\x9F\x9A\x80\xC2\x85"), "  details=m \xC3\xBC\xF0\x9F\x9A\x80\xC2\x85\n",
        NULL),
    ROW(CASE("a<!-- <b> & ]]> -->b"), "  details=mab\n", NULL),
    ROW(CASE("a<?php echo '<' ?>b"), "  details=mab\n", NULL),
    /* control bytes, broken UTF-8, what is no character */
    ROW(CASE("\x1B[31mred"), "  details=m\xEF\xBF\xBD[31mred\n", "1:50 control-byte:"),
    ROW(CASE("a\0b"),
        "  details=ma\xEF\xBF\xBD"
        "b\n",
        "1:51 control-byte:"),
    ROW(CASE("<![CDATA[\x07]]>"), "  details=m\xEF\xBF\xBD\n", "1:59 control-byte:"),
    ROW("<testsuite>\n <testcase name=\"a\x01\"/></testsuite>", "  name=a\xEF\xBF\xBD\n",
        "2:19 control-byte:"),
    ROW("<testsuite><testcase\x02 name=\"a\"/></testsuite>", "  name=a\n", "1:21 control-byte:"),
    ROW(CASE("gr\xFC"), "  details=mgr\xEF\xBF\xBD\n", "1:52 invalid-utf8:"),
    ROW(CASE("\xED\xA0\xBD"), "  details=m\xEF\xBF\xBD\n", "1:50 invalid-utf8:"),
    ROW(CASE("\xC3"), "  details=m\xEF\xBF\xBD\n", "1:50 invalid-utf8:"),
    ROW(CASE("\xEF\xBF\xBE"), "  details=m\xEF\xBF\xBD\n", "1:50 illegal-character:"),
    /* references */
    ROW(CASE("&#27;"), "  details=m\xEF\xBF\xBD\n",
        "1:50 illegal-reference: reference &#27; to a control character"),
    /* XML 1.1, in which controls may be referred to: what they do to a terminal is no different */
    ROW("<?xml version=\"1.1\"?>\n" CASE("a&#1;&#x1F;b"),
        "  details=ma\xEF\xBF\xBD\xEF\xBF\xBD"
        "b\n",
        "2:51 illegal-reference: reference &#1; to a control character"),
    ROW("<?xml version='1.1' encoding='UTF-8' standalone='yes'?>" CASE("a&#x85;b"),
        "  details=ma\xC2\x85"
        "b\n",
        NULL),
    ROW(CASE("&#x0;"), "  details=m\xEF\xBF\xBD\n", "1:50 illegal-reference:"),
    ROW(CASE("&#xFFFFFFFFF;"), "  details=m\xEF\xBF\xBD\n", "1:50 illegal-reference:"),
    ROW(CASE("&#xD83D;&#xDE80;"), "  details=m\xF0\x9F\x9A\x80\n", "1:50 illegal-reference:"),
    ROW(CASE("&#xD83D;x"), "  details=m\xEF\xBF\xBDx\n", "1:50 illegal-reference:"),
    ROW(CASE(" a & b"), "  details=m a & b\n", "1:53 bare-ampersand:"),
    ROW(CASE("&nbsp;"), "  details=m&nbsp;\n", "1:50 bare-ampersand:"),
    ROW(CASE("&#;"), "  details=m&#;\n", "1:50 bare-ampersand:"),
    ROW(CASE("&amp#27;"), "  details=m&amp#27;\n", "1:50 bare-ampersand:"),
    ROW("<testsuite><testcase name=\"a&b\"/></testsuite>", "  name=a&b\n", "1:29 bare-ampersand:"),
    /* the end of CDATA where it is none */
    ROW(CASE(" ]]> b"), "  details=m ]]> b\n", "1:51 cdata-end:"),
    ROW(CASE("<![CDATA[a ]]> <x]]> b]]>"), NULL, NULL),
    ROW(CASE("<![CDATA[first <&> ]]>]]>&#10;"), "  details=mfirst <&> ]]>\n", "1:69 cdata-end:"),
    ROW(CASE("<![CDATA[a ]]> b & c ]]>"), "  details=ma ]]> b & c\n", "1:61 cdata-end:"),
    ROW(CASE("<![CDATA[<foo><![CDATA[bar]]></foo>\n at x()\n]]>"),
        "  details=m<foo><![CDATA[bar]]></foo>\\n at x()\n", "1:76 cdata-end:"),
    ROW(CASE("<![CDATA[a]]><b>c</b> d<![CDATA[e]]>"), "  details=ma<b>c</b> de\n",
        "1:63 markup-in-text:"),
    ROW("<testsuite><testcase name=\"a\"><failure><![CDATA[x]]></testcase><testsuite name=\"]]>\"/>"
        "</testsuite>",
        "  details=x\nresult failed attempt=1\n", "1:53 unclosed-element:"),
    /* the end of CDATA that was forgotten */
    ROW(CASE("<![CDATA[a <b"), "  details=ma <b\n",
        "1:63 cdata-end: CDATA in <failure> has no end"),
    ROW(CASE("<![CDATA[a <b]]"), "  details=ma <b\n", "1:65 cdata-end:"),
    {"<testsuite><testcase name=\"a\"><failure><![CDATA[x</failure>\n", 0,
     "notice 2:1 truncated: the report ends inside test case \"a\"", "1:50 cdata-end:", 0},
    {"<testsuite><testcase name=\"a\"><system-out><![CDATA[x</system-out>\n</testcase>\n"
     "<testcase name=\"b\"><system-out><![CDATA[y]]></system-out></testcase></testsuite>",
     0, "  out=x\n  name=b\n  out=y\n", "1:53 cdata-end:", 2},
    /* '<' that begins no tag */
    ROW(CASE(" 1 < 2"), "  details=m 1 < 2\n", "1:53 bare-less-than:"),
    ROW(CASE("<!DOCTYPE x>"), "  details=m<!DOCTYPE x>\n", "1:50 bare-less-than:"),
    ROW(CASE("<?xml version=\"1.0\"?>"), "  details=m<?xml version=\"1.0\"?>\n",
        "1:50 bare-less-than:"),
    ROW("<testsuite><testcase name=\"a\" time=\"<1\"/></testsuite>", "  name=a\n", NULL),
    ROW("<testsuite><testcase name=\"a<b\"/></testsuite>", "  name=a<b\n", "1:29 bare-less-than:"),
    /* tags where text is */
    ROW(CASE("<br>x"), "  details=m<br>x\n", "1:50 markup-in-text:"),
    ROW(CASE("</p>"), "  details=m</p>\n", "1:50 markup-in-text:"),
    ROW(CASE("<a href=\"x>y\"/>"), "  details=m<a href=\"x>y\"/>\n", "1:50 markup-in-text:"),
    ROW("<testsuite><testcase name=\"a\"><failure>boom</testcase></testsuite>",
        "  details=boom\nresult failed attempt=1\n", "1:44 unclosed-element:"),
    ROW("<testsuite><testcase name=\"a\"><rerunFailure><stackTrace>x</rerunFailure><failure/>"
        "</testcase></testsuite>",
        "result failed attempt=2\n", "1:58 unclosed-element:"),
    ROW(CASE("<failure>x</failure>y"), "  details=m<failure>x</failure>y\n",
        "1:50 markup-in-text:"),
    ROW(CASE("<failure a='>'/>y"), "  details=m<failure a='>'/>y\n", "1:50 markup-in-text:"),
    ROW(CASE("<testcase name='q'>x</testcase>y"), "  details=m<testcase name='q'>x</testcase>y\n",
        "1:50 markup-in-text:"),
    ROW(CASE("<testcase name='q'/>y"), "  details=m<testcase name='q'/>y\n",
        "1:50 markup-in-text:"),
    ROW(CASE("<message>a<failure>b</failure>c</message>d"), "  details=md\n",
        "1:60 markup-in-text:"),
    ROW(CASE("<!-- a &lt;"), "  details=m<!-- a <\n", "1:50 markup-in-text: '<!--' without an end"),
    ROW(CASE("<?php 1 > 0"), "  details=m<?php 1 > 0\n",
        "1:50 markup-in-text: '<?' without an end"),
    /* around the report */
    ROW("\n <?xml version=\"1.0\"?><testsuite><testcase name=\"a\"/></testsuite>", "  name=a\n",
        "2:2 leading-text:"),
    ROW("[INFO] <go>\n<testsuite><testcase name=\"a\"/></testsuite>", "  name=a\n",
        "1:1 leading-text:"),
    ROW("<testsuite><testcase name=\"a\"/></testsuite>\nDone <in> 3 s\n", "  name=a\n",
        "2:1 trailing-text:"),
    ROW("<testsuite><testcase name=\"a\"/></testsuite>\n<!-- x --><?y z?>\n", "  name=a\n", NULL),
    {"<testsuite><testcase name=\"a\"/></testsuite>\n\xEF\xBB\xBF<?xml version=\"1.0\"?>\n"
     "<testcase name=\"b\"/>",
     0, "  name=a\n  name=b\n", "3:1 several-documents:", 2},
    ROW("<?xml version=\"1.1\" encoding=\"x y\"?><testcase name=\"a\"/>", "  name=a\n",
        "1:1 encoding:"),
    /* cut: what was complete is kept */
    ROW("<testsuite>\n<testcase name=\"a\"/>\n<testcase name=\"b\">", "  name=a\n",
        "3:20 truncated:"),
    ROW("<testsuite><testcase name=\"a\"/><testcase na", "  name=a\n", "1:44 truncated:"),
    ROW("<testsuite><testcase name=\"a\"/><system-out><![CDATA[x", "  name=a\n", "1:54 truncated:"),
    {"<testsuite>", 0, NULL, "1:12 truncated:", 0},
    {"<testsuites/>", 0, NULL, NULL, 0},
    {"<testsuite></testsuite>", 0, NULL, NULL, 0},
};

static void check_facts(const struct events *e, const char *facts)
{
    struct ferry_str rest = ferry_cstr(facts), line;
    while (str_split(&rest, '\n', &line)) {
        ck_assert_msg(line.len == 0 || memmem(e->log.ptr, e->log.len, line.ptr, (size_t)line.len),
                      "\"%.*s\" is not in:\n%s", STR_ARG(line), buf_cstr(&e->log));
    }
}

START_TEST(a_fault_is_mended_and_named)
{
    const struct repair *r = &repairs[_i];
    struct ferry_str report = {r->report, r->len ? r->len : strlen(r->report)};
    struct events e;
    events_read(&e, report, 0);
    ck_assert_msg(e.rc == FERRY_OK, "%s: %s", r->report, e.error.message);
    ck_assert_msg(e.counts.tests == r->tests, "%s: %llu tests\n%s", r->report,
                  (unsigned long long)e.counts.tests, buf_cstr(&e.log));
    if (r->facts) {
        check_facts(&e, r->facts);
        if (r->notice) {
            ck_assert_msg(strncmp(buf_cstr(&e.notices), r->notice, strlen(r->notice)) == 0,
                          "%s: said \"%s\", not \"%s\"", r->report, buf_cstr(&e.notices),
                          r->notice);
        }
    }
    events_finish(&e);
}
END_TEST

/* Beyond following: what was complete is kept, the rest refused. One case stands before each fault. */
static const struct {
    const char *report, *notice, *message;
} broken[] = {
    {"<testsuite><testcase name=\"a\"/>\n</testSuite>", "2:3 malformed: mismatched tag",
     "line 2, column 3: mismatched tag; the report cannot be followed from there, the 1 results "
     "before it are kept"},
    {"<testsuite><testcase name=\"a\"/>\n <testcase a=\"1\" a=\"2\"/></testsuite>",
     "2:18 malformed: duplicate attribute", "line 2, column 18: duplicate attribute"},
    {"<testsuite><testcase name=\"a\"/>\n <testcase name=b/></testsuite>",
     "2:17 malformed:", "line 2, column 17: not well-formed"},
};

START_TEST(what_cannot_be_followed_is_refused_by_its_line_and_the_rest_kept)
{
    static const size_t chunks[] = {0, 1};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        struct events e;
        events_read(&e, ferry_cstr(broken[_i].report), chunks[i]);
        ck_assert_int_eq(e.rc, FERRY_E_INPUT);
        ck_assert_msg(strstr(e.error.message, broken[_i].message) != NULL, "%s", e.error.message);
        ck_assert_msg(strstr(buf_cstr(&e.notices), broken[_i].notice) == buf_cstr(&e.notices), "%s",
                      buf_cstr(&e.notices));
        ck_assert_uint_eq(e.counts.notices, 1);
        ck_assert_uint_eq(e.counts.tests, 1);
        ck_assert_int_eq(e.counts.truncated, 1);
        check_facts(&e, "  name=a\n");
        events_finish(&e);
    }
}
END_TEST

START_TEST(a_report_without_fault_is_not_spoken_of)
{
    struct events e;
    for (size_t i = 0; i < 9; i++) {
        events_read(&e, (struct ferry_str){repairs[i].report, repairs[i].len}, 0);
        ck_assert_msg(e.counts.notices == 0, "%s: %s", repairs[i].report, buf_cstr(&e.notices));
        events_finish(&e);
    }
}
END_TEST

struct refusal {
    const char *report;
    size_t len;
    const char *message; /* part of it */
};
#define NOT(report, message)                                                                       \
    {                                                                                              \
        report, sizeof(report) - 1, message                                                        \
    }
static const struct refusal refusals[] = {
    NOT("", "an empty file"),
    NOT(" \n\t", "a file of white space"),
    NOT("{\"tests\": []}", "JSON"),
    NOT("this is not an XML!", "plain text"),
    NOT("TAP version 13\n1..1\nok 1\n", "TAP"),
    NOT("\x1F\x8B\x08\x00\x00", "gzip"),
    NOT("<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
    NOT("<html><body>404</body></html>", "an HTML page"),
    NOT("<!DOCTYPE testsuite [<!ENTITY a \"b\">]><testsuite/>", "DOCTYPE"),
    NOT("<?xml version=\"1.0\"?>\n<!doctype testsuite SYSTEM \"x.dtd\"><testsuite/>", "DOCTYPE"),
    NOT("<?xml version=\"1.0\"?><project><target/></project>", "<project>, as in a Maven pom.xml"),
    NOT("<TestRun xmlns=\"x\"/>", "TRX"),
    NOT("<testsuites xmlns=\"http://check.sourceforge.net/ns\"/>", "Check's own XML"),
    NOT("<testsuitesx/>", "<testsuitesx>"),
    NOT("<TestSuite/>", "<TestSuite>"),
    NOT("<testsuite", "ends inside its first tag"),
    NOT("<testsuite <", "not a JUnit report"),
    NOT("<?xml version=\"1.0\"?>", "XML of another kind"),
};

START_TEST(what_is_no_report_is_refused_by_what_it_is)
{
    const struct refusal *r = &refusals[_i];
    struct events e;
    events_read(&e, (struct ferry_str){r->report, r->len}, 0);
    ck_assert_msg(e.rc == FERRY_E_INPUT, "%s: %d", r->report, e.rc);
    ck_assert_msg(strstr(e.error.message, r->message) != NULL, "%s: \"%s\" lacks \"%s\"", r->report,
                  e.error.message, r->message);
    ck_assert_uint_eq(e.counts.tests, 0);
    events_finish(&e);
}
END_TEST

/* n suites in each other, a case in the innermost. */
static void nest(struct buf *b, int n)
{
    buf_init(b, 1 << 24);
    for (int i = 0; i < n; i++) {
        buf_puts(b, "<testsuite name=\"d\">");
    }
    buf_puts(b, "<testcase name=\"a\"/>");
    for (int i = 0; i < n; i++) {
        buf_puts(b, "</testsuite>");
    }
}

/* Pieces of text that look like anything but text. */
static const char *const pieces[] = {"a",
                                     "<",
                                     "]]>",
                                     "</failure>",
                                     "</testcase>",
                                     "<testcase name=\"q\">",
                                     "<failure>",
                                     "<![CDATA[",
                                     "-->",
                                     "<!--",
                                     "&",
                                     "&#27;",
                                     "\n",
                                     " ",
                                     "</system-out>",
                                     "?>",
                                     "<?",
                                     "\"",
                                     "'",
                                     "]",
                                     "]]",
                                     "\xC3\xBC",
                                     "<b>",
                                     "</b>",
                                     "<stackTrace>",
                                     "<testsuite>",
                                     "</testsuite>",
                                     "<error/>",
                                     "text of some length, as tests print it"};

static uint32_t chance(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* A text, as it is and as XML has it: in CDATA, split where it must be, or escaped. */
static void put_any_text(struct buf *xml, struct buf *plain, uint32_t *seed)
{
    for (uint32_t parts = 1 + chance(seed, 4); parts > 0; parts--) {
        int cdata = chance(seed, 2) == 0;
        size_t from = plain->len;
        for (uint32_t n = chance(seed, 12); n > 0; n--) {
            buf_puts(plain, pieces[chance(seed, sizeof pieces / sizeof *pieces)]);
        }
        buf_puts(xml, cdata ? "<![CDATA[" : "");
        for (size_t i = from; i < plain->len; i++) {
            char c = plain->ptr[i];
            if (cdata && c == '>' && i >= from + 2 && plain->ptr[i - 1] == ']' &&
                plain->ptr[i - 2] == ']') {
                buf_puts(xml, "]]><![CDATA[>");
            } else if (cdata || (c != '<' && c != '&' && c != '>')) {
                buf_putc(xml, c);
            } else {
                buf_puts(xml, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
            }
        }
        buf_puts(xml, cdata ? "]]>" : "");
    }
}

/* Whatever a test printed: what its runner wrote by the rules is read by the rules. */
START_TEST(what_is_well_formed_passes_unchanged)
{
    struct buf xml, plain, fact;
    buf_init(&xml, 1 << 24);
    buf_init(&plain, 1 << 20);
    buf_init(&fact, 1 << 24);
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct events e;
        uint32_t dice = seed * 7919;
        buf_reset(&xml);
        buf_reset(&fact);
        buf_puts(&xml, "<testsuite>");
        for (int i = 0; i < 40; i++) {
            buf_reset(&plain);
            buf_puts(&xml, "<testcase name=\"n\"><system-out>(");
            put_any_text(&xml, &plain, &dice);
            buf_puts(&xml, ")</system-out></testcase>\n");
            buf_puts(&fact, "  out=(");
            for (size_t k = 0; k < plain.len; k++) {
                if (plain.ptr[k] == '\n') {
                    buf_puts(&fact, "\\n");
                } else {
                    buf_putc(&fact, plain.ptr[k]);
                }
            }
            buf_puts(&fact, ")\n");
        }
        buf_puts(&xml, "</testsuite>");
        events_read(&e, buf_str(&xml), 0);
        ck_assert_msg(e.rc == FERRY_OK, "seed %u: %s", seed, e.error.message);
        ck_assert_msg(e.counts.notices == 0, "seed %u: %s", seed, buf_cstr(&e.notices));
        ck_assert_uint_eq(e.counts.tests, 40);
        check_facts(&e, buf_cstr(&fact));
        events_finish(&e);
    }
    buf_finish(&xml);
    buf_finish(&plain);
    buf_finish(&fact);
}
END_TEST

START_TEST(nesting_ends_at_256)
{
    struct events e;
    struct buf b;
    nest(&b, 255);
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_OK);
    ck_assert_uint_eq(e.counts.tests, 1);
    events_finish(&e);
    buf_finish(&b);
    nest(&b, 256);
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(e.error.message, "deeper than 256"));
    events_finish(&e);
    buf_finish(&b);
}
END_TEST

START_TEST(many_faults_of_a_kind_are_said_twenty_times_and_counted)
{
    struct events e;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_puts(&b, "<testsuite><testcase name=\"a\"><system-out>");
    for (int i = 0; i < 1000; i++) {
        buf_puts(&b, "\x1B[0m\n");
    }
    buf_puts(&b, "</system-out></testcase></testsuite>");
    events_read(&e, buf_str(&b), 0);
    ck_assert_uint_eq(e.counts.notices, 21);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.notices), "and 980 more like this"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.notices), "20:1 control-byte:"));
    events_finish(&e);
    buf_finish(&b);
}
END_TEST

START_TEST(places_are_right_behind_comments_and_carriage_returns)
{
    static const char report[] =
        "<testsuite>\r\n<!--\n\n-->\r<testcase name=\"a\"\r\n time=\"x\"/>\n"
        "<testcase name=\"b&\"/></testsuite>";
    struct events e;
    events_read(&e, FERRY_LIT(report), 0);
    ck_assert_msg(strstr(buf_cstr(&e.notices), "5:1 time:") != NULL, "%s", buf_cstr(&e.notices));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.notices), "7:18 bare-ampersand:"));
    events_finish(&e);
}
END_TEST

START_TEST(places_are_right_in_a_second_document)
{
    static const char report[] =
        "<testsuite><testcase name=\"a\"/></testsuite>\n\n"
        "<testsuite><testcase name=\"b\"/>\n<testcase name=\"c\" time=\"x\"/>"
        "</testsuite>";
    struct events e;
    events_read(&e, FERRY_LIT(report), 0);
    ck_assert_msg(strstr(buf_cstr(&e.notices), "4:1 time:") != NULL, "%s", buf_cstr(&e.notices));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.notices), "3:1 several-documents:"));
    events_finish(&e);
}
END_TEST

START_TEST(leading_text_without_end_is_refused_early)
{
    struct events e;
    struct buf b;
    buf_init(&b, 1 << 20);
    while (b.len < 300000) {
        buf_puts(&b, "a line of a log <that> goes on\n");
    }
    buf_puts(&b, "<testsuite><testcase name=\"a\"/></testsuite>");
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(e.error.message, "plain text"));
    events_finish(&e);
    buf_finish(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit repair");
    TCase *repair = tcase_create("repair");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(repair, a_fault_is_mended_and_named, 0, sizeof repairs / sizeof *repairs);
    tcase_add_loop_test(repair, what_cannot_be_followed_is_refused_by_its_line_and_the_rest_kept, 0,
                        sizeof broken / sizeof *broken);
    tcase_add_test(repair, a_report_without_fault_is_not_spoken_of);
    tcase_add_loop_test(repair, what_is_no_report_is_refused_by_what_it_is, 0,
                        sizeof refusals / sizeof *refusals);
    tcase_add_test(repair, what_is_well_formed_passes_unchanged);
    tcase_add_test(repair, nesting_ends_at_256);
    tcase_add_test(repair, many_faults_of_a_kind_are_said_twenty_times_and_counted);
    tcase_add_test(repair, places_are_right_behind_comments_and_carriage_returns);
    tcase_add_test(repair, places_are_right_in_a_second_document);
    tcase_add_test(repair, leading_text_without_end_is_refused_early);
    suite_add_tcase(suite, repair);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
