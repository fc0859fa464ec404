/* SPDX-License-Identifier: MIT */
/*
 * junit_result.c - what the reader makes of a report that is whole: statuses, attempts, suites,
 * properties, attachments. A row is the inside of a <testsuite name="s">, and lines that must
 * stand in the log in this order, one block of consecutive lines per '|'.
 */
#include "junit_events.h"
#include "text.h"

#include <check.h>
#include <stdlib.h>

struct row {
    const char *inside;
    const char *blocks;
};

#define TC(attributes, children) "<testcase name=\"a\"" attributes ">" children "</testcase>"

static const struct row statuses[] = {
    {TC("", ""), "result passed attempt=1\n"},
    {TC("", "<passed/>"), "result passed attempt=1\n"},
    {TC("", "<failure/>"), "result failed attempt=1\n"},
    {TC("", "<error/>"), "result errored attempt=1\n"},
    {TC("", "<skipped/>"), "result skipped attempt=1\n"},
    {TC("", "<skipped/><failure message=\"f\"/><error message=\"e\"/>"),
     "result errored attempt=1\n|  message=e\n|  failure 0 skipped\n|  failure 1 failed\n"
     "|  failure 2 errored\n"},
    {TC("", "<failure message=\"1\"/><failure message=\"2\"/>"),
     "result failed attempt=1\n|  message=1\n|    message=1\n|    message=2\n"},
    {TC(" status=\"run\" result=\"completed\"", ""), "result passed attempt=1\n"},
    {TC(" status=\"notrun\" result=\"suppressed\"", ""),
     "result not_run attempt=1\n|  word=notrun\n"},
    {TC(" status=\"disabled\"", ""), "result not_run attempt=1\n|  word=disabled\n"},
    {TC(" status=\"run\" result=\"skipped\"", ""), "result not_run attempt=1\n|  word=skipped\n"},
    {TC(" status=\"notrun\"", "<skipped message=\"w\"/>"),
     "result skipped attempt=1\n|  message=w\n"},
    {TC(" status=\"failed\"", ""), "result failed attempt=1\n"},
    {TC(" status=\"ERRORED\"", ""), "result errored attempt=1\n"},
    {TC(" status=\"disabled\"", "<failure/>"), "result failed attempt=1\n"},
    {TC(" status=\"whatever\"", ""), "result passed attempt=1\n"},
    {TC(" status=\"blocked\"", ""), "result blocked attempt=1\n"},
};

static const struct row attempts[] = {
    {TC(" time=\"3\"", "<flakyFailure message=\"1\" time=\"1\"/><flakyError message=\"2\"/>"),
     "result failed attempt=1 superseded\n|  duration=1000000\n|  message=1\n"
     "|result errored attempt=2 superseded\n|  message=2\n"
     "|result passed attempt=3 flaky\n|  duration=3000000\n"},
    {TC(" time=\"3\"", "<failure message=\"1\"/><system-out>one</system-out>"
                       "<rerunFailure message=\"2\"/><rerunError message=\"3\" time=\"9\">"
                       "<stackTrace>trace</stackTrace><system-out>three</system-out></rerunError>"),
     "result failed attempt=1 superseded\n|  duration=3000000\n  message=1\n  out=one\n"
     "|result failed attempt=2 superseded\n|  message=2\n"
     "|result failed attempt=3\n|  duration=9000000\n  message=3\n  details=trace\n  out=three\n"
     "|  failure 0 errored\n"},
    {TC("", "<rerunFailure message=\"2\"/><failure message=\"1\"/>"),
     "result failed attempt=1 superseded\n|  message=1\n|result failed attempt=2\n|  message=2\n"},
    {TC("", "<failure message=\"last\"/><flakyFailure message=\"first\"/>"),
     "result failed attempt=1 superseded\n|  message=first\n|result failed attempt=2\n"
     "|  message=last\n"},
    {TC("", "<rerunFailure message=\"1\"/>"),
     "rerun-of-passed: \"a\" names failed reruns|result failed attempt=1 superseded\n"
     "|result passed attempt=2 flaky\n"},
    {TC("", "<skipped/><flakyFailure/>"),
     "result failed attempt=1 superseded\n|result skipped attempt=2\n"},
    {TC("", "<flakyError type=\"T\">text<stackTrace>trace</stackTrace></flakyError>"),
     "  message=text\n  type=T\n  details=text\\ntrace\n"},
    {TC("", "<flakyFailure timestamp=\"2026-11-20T10:11:12Z\"/>"), "  start=1795169472000\n"},
    {TC("", "<properties><property name=\"k\" value=\"v\"/><property name=\"step\" value=\"s\"/>"
            "</properties><flakyFailure/>"),
     "superseded\n|  property[k]=v\n|result passed attempt=2 flaky\n|  property[k]=v\n|  step -\n"},
};

static const struct row forms[] = {
    {TC(" classname=\"c\" file=\"f.c\" line=\"12\" timestamp=\"2026-11-20T10:11:12\"", ""),
     "result passed attempt=1 zoneless\n|  class=c\n  suite=s\n|  file=f.c\n  line=12\n"
     "  start=1795169472000\n"},
    {TC(" class=\"c\"", ""), "  class=c\n"},
    {TC(" class=\"c\" classname=\"d\"", ""), "  class=d\n"},
    {TC(" lineno=\"7\" value_param=\"3\"", ""), "  line=7\n|  parameter[value_param]=3\n"},
    {TC(" line=\"-1\" custom=\"x\" retries=\"2\" assertions=\"4\"", ""),
     "  property[custom]=x\n  property[retries]=2\n"},
    {TC(" tags=\"a, key:K_1\" group=\"x y\"", ""), "  tag=a\n  tag=key:K_1\n  tag=x\n  tag=y\n"},
    {TC(" time=\"0,03\"", ""), "1:21 time: time \"0,03\" is read as 0.030000 s|  duration=30000\n"},
    {TC(" time=\"NaN\"", ""), "1:21 time: time \"NaN\" is no duration"},
    {TC(" time=\"1,234\"", ""), "is read with ',' between thousands: 1234 s"},
    {TC(" timestamp=\"12.0\"", ""), "1:21 timestamp: timestamp \"12.0\" is not understood"},
    {TC(" timestamp=\"1970-01-01T00:00:00\"", ""), "  name=a\n  suite=s\n"},
    {"<testcase><name>n</name><classname>c</classname><time>0.5</time></testcase>",
     "  name=n\n  class=c\n|  duration=500000\n"},
    {"<testcase/>",
     "no-name: a test case without a name, shown as \"(no name)\"|  name=(no name)\n"},
    {"<testcase classname=\"c\" name=\"\"/>", "  name=c\n"},
    {TC("", "<failure type=\"T\">\n\n  first\n  second\n</failure>"),
     "  message=first\n  type=T\n  details=  first\\n  second\n"},
    {TC("", "<failure type=\"q.lua:7: expected: 1\">stack traceback:\n q.lua:7</failure>"),
     "  message=q.lua:7: expected: 1\n  type=q.lua:7: expected: 1\n  details=stack traceback:"},
    {TC("", "<failure type=\"a::b\" message=\"m\">d: e</failure>"), "  message=m\n  type=a::b\n"},
    {TC("", "<failure message=\"\"/>"), "  failure 0 failed\n"},
    {TC("", "<failure><message>m</message>d</failure>"), "  message=m\n  details=d\n"},
    {TC("", "<skipped>why</skipped>"), "result skipped attempt=1\n|  message=why\n"},
    {TC("", "<system-out>o</system-out><system-err>e</system-err><system-out>p</system-out>"),
     "  out=o\\np\n  err=e\n"},
    {TC("", "<system.out>o</system.out>"), "  out=o\n"},
    {TC("", "<system-out> \n</system-out>"), "  suite=s\nsuite\n"},
    {TC("", "<warning>careful</warning>"),
     "result passed attempt=1\n|  property[warning]=careful\n"},
    {TC("", "<strange/>"), "unknown-element: element <strange> inside <testcase> is not known"},
    {"<testcase name=\"outer\"><testcase name=\"inner\"><failure/></testcase></testcase>",
     "result failed attempt=1\n  item.name=inner\n|result passed attempt=1\n  item.name=outer\n"},
    {"<error message=\"m\" type=\"T\">bad exit</error><testcase name=\"a\"/>",
     "result errored attempt=1 synthetic\n  item.name=s\n  name=s\n  suite=s\n  message=m\n"
     "  type=T\n  details=bad exit\n|result passed attempt=1\n"},
    {"<failure message=\"m\"/>", "result failed attempt=1 synthetic\n"},
    {"<skipped/><testcase name=\"a\"/>", "result passed attempt=1\n"},
    {"<testsuite name=\"in\tner&#9;x\"><testcase name=\"a\"/></testsuite>",
     "  suite=s\\tin ner x\n|suite\n  item.name=in ner\\tx\n  path=s\\tin ner x\n|  path=s\n"},
    {"<testsuite name=\"t.Q-20261130174602\"><testcase name=\"a\"/></testsuite>",
     "  suite=s\\tt.Q\n|suite\n  item.name=t.Q-20261130174602\n  path=s\\tt.Q\n"},
    {"<testsuite name=\"Q-2026113017460\"><testcase name=\"a\"/></testsuite>",
     "  suite=s\\tQ-2026113017460\n"},
    {"<testsuite name=\"Q-10261130174602\"><testcase name=\"a\"/></testsuite>",
     "  suite=s\\tQ-10261130174602\n"},
    {"<testsuite name=\"Q-2026x130174602\"><testcase name=\"a\"/></testsuite>",
     "  suite=s\\tQ-2026x130174602\n"},
    {"<testsuite name=\"-20261130174602\"><testcase name=\"a\"/></testsuite>",
     "  suite=s\\t-20261130174602\n"},
    {"<testsuite><testcase name=\"a\"/></testsuite>", "  suite=s\n"},
    /* what is said of a suite behind its cases, or in elements */
    {"<testcase name=\"a\"/><properties><property name=\"late\" value=\"v\"/></properties>"
     "<system-err>e</system-err>",
     "result passed attempt=1\n|suite\n  item.name=s\n  path=s\n  err=e\n  property[late]=v\n"},
    {"<testsuite><name>in</name><time>1.5</time><testcase name=\"a\"/></testsuite>"
     "<testcase name=\"b\"/>",
     "  name=a\n  suite=s\\tin\n|suite\n  item.name=in\n  path=s\\tin\n  duration=1500000\n"
     "|  name=b\n  suite=s\n"},
    {"<testsuite name=\"in\"><name>other</name><testcase name=\"a\"/></testsuite>",
     "  suite=s\\tin\n"},
    {"<testsuites name=\"t\"><testcase name=\"a\"/></testsuites>", "  suite=s\\tt\n"},
    {"<properties><property name=\"p\" value=\"v\"/><property name=\"q\"> text </property>"
     "</properties><system-out>so</system-out><system-err>se</system-err>",
     "suite\n|  path=s\n  out=so\n  err=se\n  property[p]=v\n  property[q]=text\n"},
};

static const struct row conventions[] = {
    {TC("", "<properties><property name=\"k\" value=\"1\"/><property name=\"k\">2</property>"
            "<property name=\"k\" value=\"\"/><property value=\"x\"/></properties>"),
     "  property[k]=1\n  property[k]=2\n  property[k]=\n"},
    {TC("", "<properties><property name=\"attachment\" value=\"a/b.png\"/>"
            "<property name=\"attachment2\">c\\d.log</property>"
            "<property name=\"testrail_attachment\" value=\"e.txt\"/></properties>"),
     "  attachment=b.png\n    path=a/b.png\n  attachment=d.log\n    path=c\\d.log\n"
     "  attachment=e.txt\n"},
    {TC("", "<properties><property name=\"attachment\" value=\"https://x/y.png\"/></properties>"),
     "  property[attachment]=https://x/y.png\nsuite\n"},
    {TC("", "<properties><property name=\"attachment\" value=\"file:///tmp/y.png\"/></properties>"),
     "    path=/tmp/y.png\n"},
    {TC("", "<properties><property name=\"attachment\" "
            "value=\"data:text/plain;filename=../h.txt;base64,SGVs bG8=\"/></properties>"),
     "  suite=s\n  attachment=h.txt\n    mime=text/plain\n    bytes(blob)=Hello\n"},
    {TC("", "<properties><property name=\"attachment\" value=\"FILE://localhost/tmp/a%20b.png\"/>"
            "<property name=\"attachment\" value=\"file:///tmp/100%.png\"/>"
            "<property name=\"attachment\" value=\"file:///tmp/a%00b\"/></properties>"),
     "  attachment=a b.png\n    path=/tmp/a b.png\n  attachment=100%.png\n    path=/tmp/100%.png\n"
     "  attachment=a%00b\n"},
    {TC("", "<properties><property name=\"attachment1\" "
            "value='data:text/html;filename=\"my%20page.html\",x'/><property name=\"attachment2\">"
            "data:image/png;charset=x;name=dot.png;BASE64,\niVBO\nRw0K\n</property></properties>"),
     "  attachment=my page.html\n    mime=text/html\n    bytes(blob)=x\n  attachment=dot.png\n"
     "    mime=image/png\n    bytes(blob)=\x89PNG\r\\n\n"},
    {TC("", "<properties><property name=\"attachment\" value=\"data:,a%20b\"/></properties>"),
     "  attachment=attachment-1\n    bytes(blob)=a b\n"},
    {TC("", "<properties><property name=\"attachment\" value=\"data:;base64,A\"/></properties>"),
     "data-uri: attachment \"data:;base64,A\" is no readable data: URI"},
    {TC("", "<properties><property name=\"attachment\" value=\"data:nothing\"/></properties>"),
     "is no readable data: URI"},
    {TC("", "<properties><property name=\"attachment\" value=\"data:,%4\"/></properties>"),
     "is no readable data: URI"},
    {TC("",
        "<properties><property name=\"step\" value=\"one\"/><property name=\"step2\">two"
        "</property><property name=\"step[passed]\" value=\"3\"/>"
        "<property name=\"step[failure]\" value=\"4\"/>"
        "<property name=\"step9[error]\" value=\"5\"/>"
        "<property name=\"step[skipped]\" value=\"6\"/><property name=\"step[odd]\" value=\"7\"/>"
        "<property name=\"stepping\" value=\"no\"/></properties>"),
     "  property[stepping]=no\n  step -\n    action=one\n  step -\n    action=two\n  step passed\n"
     "    action=3\n  step failed\n    action=4\n  step errored\n    action=5\n  step skipped\n"
     "    action=6\n  step other\n    action=7\n    comment=odd\n"},
    {TC("", "<properties><property name=\"step_1\" value=\"one\"/>"
            "<property name=\"Step 2[passed]\" value=\"two\"/>"
            "<property name=\"html:step3[skipped]\"><![CDATA[<b>three</b>\n\n]]></property>"
            "<property name=\"steps\" value=\"3\"/>"
            "<property name=\"testrail_result_step\" value=\"failed: Pay: now\"/>"
            "<property name=\"testrail_result_step\" value=\"Look: a step\"/></properties>"),
     "  property[steps]=3\n  step -\n    action=one\n  step passed\n    action=two\n"
     "  step skipped\n    action=<b>three</b>\n  step failed\n    action=Pay: now\n"
     "  step -\n    action=Look: a step\n"},
    {TC("",
        "<properties><property name=\"step[passed]\"><![CDATA[\n"
        "  <test-step-subfield name=\"Step\">\n    Press <strong>go</strong>.\n"
        "  </test-step-subfield>\n  <test-step-subfield name='Expected'>It goes.\n"
        "</test-step-subfield><test-step-subfield name=\"Expected\">Soon.</test-step-subfield>"
        "<test-step-subfield name=\"Test data\">7</test-step-subfield>"
        "<test-step-subfield class=\"x\" name=\"Seen by\">Ann</test-step-subfield>]]></property>"
        "<property name=\"step[failure]\"><![CDATA[<test-step-subfield>no name</x>]]></property>"
        "<property name=\"step[odd]\"><![CDATA[<test-step-subfield name=\"Step\">open]]>"
        "</property></properties>"),
     "  step passed\n    action=Press <strong>go</strong>.\n    expected=It goes.\\nSoon.\n"
     "    data=7\n    comment=Seen by: Ann\n  step failed\n"
     "    action=<test-step-subfield>no name</x>\n  step other\n    action=open\n    comment=odd\n"},
    {TC("", "<properties><property name=\"console:log\" value=\"a\"/>"
            "<property name=\"html:\" value=\"b\"/><property name=\"my:name\" value=\"c\"/>"
            "</properties>"),
     "  property[log]=a\n  property[html:]=b\n  property[my:name]=c\n"},
    {TC("", "<properties><property name=\"url:link\" value=\"https://x\"/>"
            "<property name=\"tag\" value=\"a b\"/><property name=\"tags\" value=\"c;d\"/>"
            "<property name=\"QaseID\" value=\"12, 13\"/></properties>"),
     "  property[link]=https://x\n|  tag=a b\n  tag=c\n  tag=d\n  case_id=12\n  case_id=13\n"},
    {TC("", "<system-out>x [[ATTACHMENT|/p/a.png]] y\n[[ATTACHMENT| ]]\n[[ATTACHMENT|b.png]]\n"
            "[[ATTACHMENT|cut\n]]</system-out>"),
     "  attachment=a.png\n    path=/p/a.png\n  attachment=b.png\n    path=b.png\nsuite\n"},
    {TC("", "<system-err>[[ATTACHMENT|data:text/plain,hi]]</system-err>"), "    bytes(blob)=hi\n"},
    {TC("", "<system-out><![CDATA[[[ATTACHMENT|/p/a.png|{\"title\":\"A\"}]]\n"
            "[[ATTACHMENT|https://x/y.png]]\n[[ATTACHMENT|b.png]]]]></system-out>"),
     "  property[attachment]=https://x/y.png\n  attachment=a.png\n    path=/p/a.png\n"
     "  attachment=b.png\n    path=b.png\nsuite\n"},
    {TC("", "<system-out>[[PROPERTY|=x]]\n[[PROPERTY|]]\nlost\n[[/PROPERTY]]\n"
            "[[PROPERTY| html:page ]]\n<![CDATA[<h1>A</h1>]]>\n[[/PROPERTY]]\n"
            "[[PROPERTY|url:docs=https://x?a=b]]</system-out>"),
     "  property[page]=<h1>A</h1>\n  property[docs]=https://x?a=b\nsuite\n"},
    {"<properties><property name=\"attachment\" value=\"build.log\"/></properties>",
     "suite-attachment: attachment \"build.log\" is of suite \"s\" and of no test, left out\n"
     "|  property[attachment]=build.log\n"},
    {TC("",
        "<system-out>[[PROPERTY|k=v=w]]\n[[PROPERTY|log]]\none\ntwo\n[[/PROPERTY]]\n"
        "[[PROPERTY|step[passed]=go]]\n[[PROPERTY|open]]\n[[ATTACHMENT|late.txt]]</system-out>"),
     "  property[k]=v=w\n  property[log]=one\\ntwo\n  attachment=late.txt\n|  step passed\n"
     "    action=go\n"},
    {TC("", "<system-out>[[PROPERTY|k</system-out>"), "  suite=s\n  out=[[PROPERTY|k\nsuite\n"},
    {TC("", "<failure/><rerunFailure><system-out>[[ATTACHMENT|second.png]]</system-out>"
            "</rerunFailure><system-out>[[ATTACHMENT|first.png]]</system-out>"
            "<properties><property name=\"attachment\" value=\"both.png\"/></properties>"),
     "result failed attempt=1 superseded\n|  attachment=first.png\n    path=first.png\n"
     "result failed attempt=2\n|  attachment=second.png\n    path=second.png\n"
     "  attachment=both.png\n"},
    {"<system-out>[[ATTACHMENT|suite.png]]</system-out>", "  out=[[ATTACHMENT|suite.png]]\n"},
};

static void check_row(const struct row *row)
{
    struct ferry_str missing;
    struct events e;
    struct buf report;
    buf_init(&report, 1 << 20);
    buf_puts(&report, "<testsuite name=\"s\">");
    buf_puts(&report, row->inside);
    buf_puts(&report, "</testsuite>");
    events_read(&e, buf_str(&report), 0);
    ck_assert_msg(e.rc == FERRY_OK, "%s: %s", row->inside, e.error.message);
    missing = events_missing(&e, row->blocks);
    ck_assert_msg(!missing.ptr, "%s: \"%.*s\" is not, or not here, in:\n%s", row->inside,
                  STR_ARG(missing), buf_cstr(&e.log));
    events_finish(&e);
    buf_finish(&report);
}

START_TEST(a_case_counts_once_with_the_worst_of_its_children)
{
    check_row(&statuses[_i]);
}
END_TEST

START_TEST(each_attempt_is_a_result_and_the_last_is_the_word)
{
    check_row(&attempts[_i]);
}
END_TEST

START_TEST(what_a_report_says_is_kept)
{
    check_row(&forms[_i]);
}
END_TEST

START_TEST(conventions_are_read)
{
    check_row(&conventions[_i]);
}
END_TEST

START_TEST(the_outermost_testsuites_names_the_run_and_no_suite)
{
    struct events e;
    events_read(&e,
                FERRY_LIT("<j:testsuites xmlns:j=\"urn:j\" name=\"all\" time=\"2\"><j:testcase "
                          "name=\"a\"/><j:testsuite name=\"s\" hostname=\"h\"/></j:testsuites>"),
                0);
    ck_assert_msg(strstr(buf_cstr(&e.log), "  name=a\nsuite\n") != NULL, "%s", buf_cstr(&e.log));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  path=s\n  host=h\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  item.name=all\n  duration=2000000\n"));
    events_finish(&e);
}
END_TEST

struct counted {
    const char *report, *notice; /* the only notice, without its end; NULL: none */
};
#define COUNTED(counters, inside) "<testsuite" counters ">" inside "</testsuite>"

static const struct counted counters[] = {
    /* wrong, and no harm in it */
    {COUNTED(" tests='7'", "<testcase name='a'/>"), NULL},
    {COUNTED(" tests='0' failures='0'", ""), NULL},
    {COUNTED(" failures='0' errors='1'", "<testcase name='a'><failure/></testcase>"), NULL},
    {COUNTED(" failures='3'", "<testcase name='a'><failure/></testcase>"), NULL},
    {COUNTED(" failures='1'", "<testcase name='a'><flakyFailure/></testcase>"), NULL},
    {COUNTED(" failures='1'", "<testcase name='a' status='failed'/>"), NULL},
    {COUNTED(" errors='1'", "<error/>"), NULL},
    {"<testsuites><testsuite name='all' tests='46' failures='0'/>"
     "<testsuite><testcase name='a'/></testsuite></testsuites>",
     NULL},
    {COUNTED("", "<testcase name='a'><testsuite failures='1'/></testcase>"), NULL},
    /* a failure that stands nowhere else */
    {COUNTED(" failures='2' errors='1'", "<testcase name='a'/>"),
     "counters: the report counts 3 failures and errors, and none of its 1 tests failed;"},
    {COUNTED(" tests='6' failures='1'", ""),
     "counters: the report counts 6 tests, 1 of them failed, and holds none;"},
    {"<testsuites tests='2' failures='1' errors='1'><testsuite failures='1'><testcase name='a'>"
     "<failure/></testcase></testsuite></testsuites>",
     "counters: the report counts 1 errors, and none of its tests has one;"},
    {"<testsuites><testsuite failures='1000'><testcase name='a'/></testsuite></testsuites>",
     "counters: the report counts 1000 failures and errors, and none of its 1 tests failed;"},
};

START_TEST(counters_are_believed_only_where_they_alone_know_of_a_failure)
{
    const struct counted *c = &counters[_i];
    struct events e;
    events_read(&e, ferry_cstr(c->report), 0);
    ck_assert_msg(e.rc == FERRY_OK, "%s: %s", c->report, e.error.message);
    ck_assert_msg(e.counts.notices == (c->notice != NULL), "%s: %s", c->report,
                  buf_cstr(&e.notices));
    ck_assert_int_eq(e.counts.contradicts, c->notice != NULL);
    ck_assert_msg(!c->notice || strstr(buf_cstr(&e.notices), c->notice), "%s: %s", c->report,
                  buf_cstr(&e.notices));
    events_finish(&e);
}
END_TEST

START_TEST(a_counter_that_is_no_number_is_told_and_counts_nothing)
{
    struct events e;
    events_read(&e,
                FERRY_LIT(COUNTED(" failures='3 total, 3 failed' errors='-1' tests='4,000'",
                                  "<testcase name='a'/>")),
                0);
    ck_assert_str_eq(
        buf_cstr(&e.notices),
        "1:1 counter-text: failures=\"3 total, 3 failed\" is no number; the tests are "
        "counted without it\n"
        "1:1 counter-text: errors=\"-1\" is no number; the tests are counted without "
        "it\n"
        "1:1 counter-text: tests=\"4,000\" is no number; the tests are counted without "
        "it\n");
    ck_assert_int_eq(e.counts.contradicts, 0);
    events_finish(&e);
}
END_TEST

START_TEST(each_document_is_counted_for_itself)
{
    struct events e;
    events_read(&e,
                FERRY_LIT(COUNTED("", "<testcase name='a'><failure/></testcase>")
                              COUNTED(" failures='1'", "<testcase name='b'/>")),
                0);
    ck_assert_uint_eq(e.counts.tests, 2);
    ck_assert_int_eq(e.counts.contradicts, 1);
    events_finish(&e);
}
END_TEST

START_TEST(conventions_in_output_can_be_left_alone)
{
    struct ferry_kv off[] = {{FERRY_LIT("output_conventions"), FERRY_LIT("false")},
                             {FERRY_LIT("case_id_properties"), FERRY_LIT("ticket\nid")}};
    struct events e;
    events_init(&e);
    events_read_with(
        &e,
        FERRY_LIT("<testcase name=\"a\"><properties><property name=\"ID\" value=\"7\"/>"
                  "<property name=\"QaseID\" value=\"8\"/></properties><system-out>"
                  "[[ATTACHMENT|a.png]]</system-out></testcase>"),
        0, off, 2);
    ck_assert_ptr_null(strstr(buf_cstr(&e.log), "attachment="));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  case_id=7\n"));
    ck_assert_ptr_null(strstr(buf_cstr(&e.log), "case_id=8"));
    events_finish(&e);
}
END_TEST

struct sniffed {
    const char *head, *name;
    int32_t least, most;
};
static const struct sniffed heads[] = {
    {"<testsuite name=\"a\">", "r.xml", 90, 100},
    {"<?xml version=\"1.0\"?>\n<!-- a -->\n<testsuites>", "r.xml", 90, 100},
    {"\xEF\xBB\xBF<?xml version=\"1.0\"?><testsuites>", "x", 90, 100},
    {"<j:testsuites xmlns:j=\"x\">", "x", 90, 100},
    {"<testcase/>", "x", 50, 100},
    {"[INFO] log\n<testsuite>", "x", 1, 80},
    {"<?xml version=\"1.0\"?>\n<!-- a long remark", "r.xml", 1, 50},
    {"<testsuites xmlns=\"http://check.sourceforge.net/ns\">", "r.xml", 0, 0},
    {"<project/>", "pom.xml", 0, 0},
    {"<html>", "r.xml", 0, 0},
    {"{\"a\": \"<testsuite>\"}", "r.json", 0, 60},
    {"{}", "r.xml", 0, 0},
    {"", "r.xml", 0, 0},
    {"<", "r.xml", 0, 0},
};

START_TEST(sniffing_goes_by_the_root)
{
    const struct sniffed *s = &heads[_i];
    int32_t sure = junit_reader()->sniff(ferry_cstr(s->head), ferry_cstr(s->name));
    ck_assert_msg(sure >= s->least && sure <= s->most, "%s: %d", s->head, sure);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit result");
    TCase *result = tcase_create("result");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(result, a_case_counts_once_with_the_worst_of_its_children, 0,
                        sizeof statuses / sizeof *statuses);
    tcase_add_loop_test(result, each_attempt_is_a_result_and_the_last_is_the_word, 0,
                        sizeof attempts / sizeof *attempts);
    tcase_add_loop_test(result, what_a_report_says_is_kept, 0, sizeof forms / sizeof *forms);
    tcase_add_loop_test(result, conventions_are_read, 0, sizeof conventions / sizeof *conventions);
    tcase_add_loop_test(result, counters_are_believed_only_where_they_alone_know_of_a_failure, 0,
                        sizeof counters / sizeof *counters);
    tcase_add_test(result, a_counter_that_is_no_number_is_told_and_counts_nothing);
    tcase_add_test(result, each_document_is_counted_for_itself);
    tcase_add_test(result, the_outermost_testsuites_names_the_run_and_no_suite);
    tcase_add_test(result, conventions_in_output_can_be_left_alone);
    tcase_add_loop_test(result, sniffing_goes_by_the_root, 0, sizeof heads / sizeof *heads);
    suite_add_tcase(suite, result);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
