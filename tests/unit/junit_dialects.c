/* SPDX-License-Identifier: MIT */
/*
 * junit_dialects.c - one small report for each writer of JUnit XML that is known, in that writer's own way, and what its trap is. A row
 * tells the counts, the codes of the notices in their order, and lines of the log; see events_missing(). What a writer lost
 * (a retry, the message of a skip) nobody can bring back: there the row says that nothing else is lost, and nothing invented.
 */
#include "junit_events.h"
#include "text.h"

#include <check.h>
#include <stdlib.h>

struct dialect {
    const char *writer;
    const char *counts;  /* tests/failed/errored/skipped/not run, superseded, synthetic */
    const char *notices; /* codes, a space between; "": none */
    const char *blocks;
    const char *report;
    size_t len;
};
#define REPORT(text) text, sizeof(text) - 1
#define DECL         "<?xml version=\"1.0\" encoding=\"utf-8\"?>"

static const struct dialect dialects[] = {
    /* A test that fails and whose teardown breaks is two cases of one name: never one, and in their order. */
    {"pytest", "2/1/1/0/0 0 0", "",
     "result failed attempt=1\n  item.name=test_a[x]\n|  message=call\n"
     "|result errored attempt=1\n  item.name=test_a[x]\n|  message=teardown\n"
     "|suite zoneless\n|  host=vm\n  start=1795169715556\n",
     REPORT(DECL
            "<testsuites><testsuite name=\"pytest\" errors=\"1\" failures=\"1\" skipped=\"0\" "
            "tests=\"1\" time=\"0.1\" timestamp=\"2026-11-20T10:15:15.556012\" hostname=\"vm\">"
            "<testcase classname=\"t.TestA\" name=\"test_a[x]\" time=\"0.001\">"
            "<failure message=\"call\">E</failure></testcase>"
            "<testcase classname=\"t.TestA\" name=\"test_a[x]\" time=\"0.002\">"
            "<error message=\"teardown\">E</error></testcase></testsuite></testsuites>")},
    /* A control and a character beyond U+FFFF are written as text, "#x1B" and "#x1F680". It stays text: a test may print that, too. */
    {"pytest, characters", "3/1/1/1/0 0 0", "",
     "|  message=#x1B[31m #x1F680\n|result errored attempt=1\n  item.name=test_broken\n"
     "  name=test_broken\n  class=\n|result skipped attempt=1\n|  type=pytest.xfail\n",
     REPORT("<testsuites><testsuite name=\"pytest\"><testcase classname=\"t\" name=\"test_emoji\">"
            "<failure message=\"#x1B[31m #x1F680\"/></testcase>"
            "<testcase classname=\"\" name=\"test_broken\" time=\"0.000\">"
            "<error message=\"collection failure\">E</error></testcase>"
            "<testcase classname=\"t\" name=\"test_x\"><skipped type=\"pytest.xfail\" "
            "message=\"\"/></testcase></testsuite></testsuites>")},
    {"pytest, xunit1", "1/0/0/0/0 0 0", "",
     "  file=t.py\n  line=7\n|  out=--- Captured Log ---\\n\n|  property[owner]=me\n",
     REPORT("<testsuites><testsuite name=\"pytest\"><testcase classname=\"t\" name=\"test_a\" "
            "file=\"t.py\" line=\"7\" owner=\"me\" assertions=\"2\">"
            "<system-out>--- Captured Log ---\n</system-out></testcase></testsuite></testsuites>")},
    /* What was illegal is escaped twice and so stays readable text; thousands have a comma; a "]]>" is split. */
    {"Maven Surefire", "2/1/0/0/0 2 0", "time",
     "result failed attempt=1 superseded\n|  message=first\n|result passed attempt=2 flaky\n|  tag=slow\n"
     "|result failed attempt=1 superseded\n|  duration=1234000000\n|  out=esc &amp#27;[31m ]]> end\n"
     "|result failed attempt=2\n|  type=E\n  details=at x\n|suite\n|  property[java.version]=17\n",
     REPORT(
         DECL
         "<testsuite xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
         "xsi:noNamespaceSchemaLocation=\"x.xsd\" version=\"3.0.2\" name=\"a.T\" time=\"1.5\" "
         "tests=\"2\" errors=\"0\" skipped=\"0\" failures=\"1\" flakes=\"1\"><properties>"
         "<property name=\"java.version\" value=\"17\"/></properties>"
         "<testcase name=\"a\" classname=\"a.T\" group=\"slow\" time=\"0.1\">"
         "<flakyFailure message=\"first\" type=\"E\"><stackTrace>at y</stackTrace></flakyFailure>"
         "</testcase><testcase name=\"b\" classname=\"a.T\" time=\"1,234\">"
         "<failure message=\"m\" type=\"E\"><![CDATA[at x]]></failure>"
         "<rerunFailure type=\"E\"><stackTrace><![CDATA[at x]]></stackTrace></rerunFailure>"
         "<system-out><![CDATA[esc &amp#27;[31m ]]]]><![CDATA[> end]]></system-out>"
         "</testcase></testsuite>")},
    /* Each retry is a case of its own. Nothing says so, so each counts, and the host numbers them. */
    {"Gradle", "3/1/0/0/0 0 0", "",
     "result failed attempt=1\n  item.name=retried()\n|result passed attempt=1\n  item.name=retried()\n"
     "|  name=[1] value = 1, 2\n|suite zoneless\n|  out=of all tests\n",
     REPORT(DECL "<testsuite name=\"a.T\" tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"0\" "
                 "timestamp=\"2026-11-20T10:11:12\" hostname=\"vm\" time=\"0.2\"><properties/>"
                 "<testcase name=\"retried()\" classname=\"a.T\" time=\"0.1\">"
                 "<failure message=\"m\" type=\"E\">t</failure></testcase>"
                 "<testcase name=\"retried()\" classname=\"a.T\" time=\"0.1\"/>"
                 "<testcase name=\"[1] value = 1, 2\" classname=\"a.T\" time=\"0.0\"/>"
                 "<system-out><![CDATA[of all tests]]></system-out>"
                 "<system-err><![CDATA[]]></system-err></testsuite>")},
    {"Ant", "1/0/0/1/0 0 0", "",
     "result skipped attempt=1\n|  suite=T\n|  duration=86000\n|suite zoneless\n|  out=o\n"
     "  property[id]=0\n  property[package]=a\n",
     REPORT(DECL "<testsuites><testsuite errors=\"0\" failures=\"0\" hostname=\"vm\" id=\"0\" "
                 "name=\"T\" package=\"a\" skipped=\"1\" tests=\"1\" time=\"0.09\" "
                 "timestamp=\"2026-11-20T10:11:12\"><properties/><testcase classname=\"a.T\" "
                 "name=\"s\" time=\"0.086\"><skipped message=\"why\"/></testcase>"
                 "<system-out><![CDATA[o]]></system-out><system-err/></testsuite></testsuites>")},
    /* Controls are raw; a top-level test has a blank before its name and a suite called "undefined"; todo looks passed. */
    {"jest-junit", "3/1/0/0/0 0 0", "control-byte control-byte control-byte",
     "|  name= top\n  class= top\n  suite=undefined\n|  message=bell \xEF\xBF\xBD\n|  name=s todo\n",
     REPORT(DECL
            "<testsuites name=\"jest tests\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"1\">"
            "<testsuite name=\"undefined\" errors=\"0\" failures=\"1\" skipped=\"0\" "
            "timestamp=\"2026-11-20T10:11:12\" time=\"0.1\" tests=\"2\">"
            "<testcase classname=\" top\" name=\" top\" time=\"0.001\"></testcase>"
            "<testcase classname=\"s \x07\" name=\"s \x07\" time=\"0\">"
            "<failure>bell \x07\n    at x</failure></testcase>"
            "<testcase classname=\"s todo\" name=\"s todo\" time=\"0\"></testcase>"
            "</testsuite></testsuites>")},
    /* The full title is the name, and the test's own the class: swapped, and kept as written. */
    {"mocha-junit-reporter", "2/1/0/0/0 0 0", "control-byte",
     "|  name=outer inner works\n  class=works\n  suite=inner\n|  name=outer hook\xEF\xBF\xBD\n"
     "|  attachment=a.png\n    path=shots/a.png\n",
     REPORT(DECL "<testsuites name=\"Mocha Tests\" time=\"0.1\" tests=\"1\" failures=\"1\">"
                 "<testsuite name=\"Root Suite\" timestamp=\"2026-11-20T10:11:12\" tests=\"0\" "
                 "file=\"/w/t.js\" time=\"0.000\" failures=\"0\"></testsuite>"
                 "<testsuite name=\"inner\" timestamp=\"2026-11-20T10:11:12\" tests=\"1\" "
                 "time=\"0.1\" failures=\"1\"><testcase name=\"outer inner works\" time=\"0.010\" "
                 "classname=\"works\"></testcase><testcase name=\"outer hook\x07\" "
                 "classname=\"hook\" time=\"0\"><failure message=\"m\" type=\"E\">"
                 "<![CDATA[E: m]]></failure><system-out>[[ATTACHMENT|shots/a.png]]</system-out>"
                 "</testcase></testsuite></testsuites>")},
    /* It counts failures as errors, and has its time in the form of mail. */
    {"mocha's own xunit", "2/1/0/1/0 0 0", "",
     "result failed attempt=1\n|  message=E: m\n|suite\n|  start=1795169472000\n",
     REPORT("<testsuite name=\"Mocha Tests\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\" "
            "timestamp=\"Fri, 20 Nov 2026 10:11:12 GMT\" time=\"0.01\">\n"
            "<testcase classname=\"outer inner\" name=\"breaks\" time=\"0.001\"><failure>E: m\n"
            "at x</failure></testcase>\n<testcase classname=\"outer\" name=\"later\" time=\"0\">"
            "<skipped/></testcase>\n</testsuite>")},
    {"Vitest", "2/1/0/1/0 0 0", "",
     "|  name=a &gt; b\n|  property[note]=seen\n|  failure 0 failed\n    message=one\n"
     "|  failure 1 failed\n    message=two\n|result skipped attempt=1\n",
     REPORT(DECL
            "<testsuites name=\"vitest tests\" tests=\"2\" failures=\"1\" errors=\"0\" "
            "time=\"0.1\"><testsuite name=\"a.test.ts\" timestamp=\"2026-11-20T10:11:12.345Z\" "
            "hostname=\"vm\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"0.1\">"
            "<testcase classname=\"a.test.ts\" name=\"a &amp;gt; b\" time=\"0.0012345\">"
            "<properties><property name=\"note\" value=\"seen\"></property></properties>"
            "<failure message=\"one\" type=\"AssertionError\">1</failure>"
            "<failure message=\"two\" type=\"AssertionError\">2</failure></testcase>"
            "<testcase classname=\"a.test.ts\" name=\"todo\" time=\"0\"><skipped/></testcase>"
            "</testsuite></testsuites>")},
    /* `hostname` is the project: the same test in two browsers is two tests. Its attachments stand in the output. */
    {"Playwright", "3/0/1/1/0 2 0", "",
     "result failed attempt=1 superseded\n  item.name=d › works\n|  duration=10000\n"
     "|result passed attempt=2 flaky\n|  parameter[project]=chromium\n  property[test_key]=K_1\n"
     "  attachment=shot.png\n    path=../out/shot.png\n|result errored attempt=1 superseded\n"
     "|  parameter[project]=firefox\n|result errored attempt=2\n|  parameter[project]=firefox\n",
     REPORT(
         "<testsuites id=\"\" name=\"\" tests=\"3\" failures=\"0\" skipped=\"1\" errors=\"1\" "
         "time=\"1.0\">\n<testsuite name=\"a.spec.ts\" timestamp=\"2026-11-20T10:11:12.345Z\" "
         "hostname=\"chromium\" tests=\"2\" failures=\"0\" skipped=\"1\" time=\"0.5\" errors=\"0\">"
         "\n<testcase name=\"d › works\" classname=\"a.spec.ts\" time=\"0.02\">\n<properties>\n"
         "<property name=\"test_key\" value=\"K_1\">\n</property>\n</properties>\n"
         "<flakyFailure message=\"m\" type=\"expect.toBe\" time=\"0.01\">\n<stackTrace>\nat x\n"
         "</stackTrace>\n</flakyFailure>\n<system-out>\n<![CDATA[\n[[ATTACHMENT|../out/shot.png]]\n"
         "]]>\n</system-out>\n</testcase>\n<testcase name=\"later\" classname=\"a.spec.ts\">\n"
         "<skipped>\n</skipped>\n</testcase>\n</testsuite>\n<testsuite name=\"a.spec.ts\" "
         "timestamp=\"2026-11-20T10:11:12.345Z\" hostname=\"firefox\" tests=\"1\" failures=\"0\" "
         "skipped=\"0\" time=\"0.5\" errors=\"1\">\n<testcase name=\"d › works\" "
         "classname=\"a.spec.ts\" time=\"0.02\">\n<error message=\"m\" type=\"Error\">\n"
         "<![CDATA[x]]>\n</error>\n<rerunError message=\"m\" type=\"Error\" time=\"0.01\">\n"
         "</rerunError>\n</testcase>\n</testsuite>\n</testsuites>")},
    /* Cases right under the root; controls raw and "]]>" bare; a todo that fails is skipped and failed: failed it is. */
    {"node:test", "3/2/0/0/0 0 0", "control-byte cdata-end",
     "|  name=top \xEF\xBF\xBD\n  class=test\n|  details=`a ]]> b`\n|result failed attempt=1\n"
     "|  name=later\n  class=test\n  suite=group\n|  failure 0 skipped\n|  failure 1 failed\n",
     REPORT(DECL
            "<testsuites>\n\t<testcase name=\"top \0\" time=\"0.000833\" classname=\"test\"/>\n"
            "\t<testcase name=\"fails\" time=\"0.02\" classname=\"test\" failure=\"m\">\n"
            "\t\t<failure type=\"testCodeFailure\" message=\"m\">\n`a ]]> b`\n\t\t</failure>\n"
            "\t</testcase>\n\t<testsuite name=\"group\" time=\"0.01\" disabled=\"0\" errors=\"0\" "
            "tests=\"1\" failures=\"1\" skipped=\"1\" hostname=\"vm\">\n"
            "\t\t<testcase name=\"later\" time=\"0.001\" classname=\"test\" failure=\"m\">\n"
            "\t\t\t<skipped type=\"todo\" message=\"true\"/>\n"
            "\t\t\t<failure type=\"testCodeFailure\" message=\"m\">x</failure>\n"
            "\t\t</testcase>\n\t</testsuite>\n\t<!-- tests 3 -->\n</testsuites>\n")},
    /* 1970 for what never ran; "]]>" split in a way of its own; parameters are attributes. */
    {"googletest", "3/1/0/1/1 0 0", "",
     "result failed attempt=1 zoneless\n|  file=t.cc\n  line=4\n  start=1795169475209\n|  details=a ]]> b\n"
     "|  parameter[value_param]=3\n  property[Key]=K_1\n|  failure 1 failed\n"
     "|result not_run attempt=1\n  item.name=DISABLED_Not\n  name=DISABLED_Not\n  class=A\n  suite=A\n"
     "  word=notrun\n  file=t.cc\n  line=7\n  duration=0\nresult skipped attempt=1\n",
     REPORT(DECL
            "<testsuites tests=\"3\" failures=\"1\" disabled=\"1\" errors=\"0\" time=\"0.\" "
            "timestamp=\"2026-11-20T10:11:15.209\" name=\"AllTests\"><testsuite name=\"A\" "
            "tests=\"3\" failures=\"1\" disabled=\"1\" skipped=\"1\" errors=\"0\" time=\"0.\" "
            "timestamp=\"2026-11-20T10:11:15.209\"><testcase name=\"Twice/0\" value_param=\"3\" "
            "file=\"t.cc\" line=\"4\" status=\"run\" result=\"completed\" time=\"0.001\" "
            "timestamp=\"2026-11-20T10:11:15.209\" classname=\"A\">"
            "<failure message=\"a\" type=\"\"><![CDATA[a ]]>]]&gt;<![CDATA[ b]]></failure>"
            "<failure message=\"c\" type=\"\"/><properties><property name=\"Key\" value=\"K_1\"/>"
            "</properties></testcase><testcase name=\"DISABLED_Not\" file=\"t.cc\" line=\"7\" "
            "status=\"notrun\" result=\"suppressed\" time=\"0.\" "
            "timestamp=\"1970-01-01T00:00:00.000\" classname=\"A\"/><testcase name=\"Skips\" "
            "status=\"run\" result=\"skipped\" time=\"0.\" timestamp=\"1970-01-01T00:00:00.000\" "
            "classname=\"A\"><skipped message=\"m\"/></testcase></testsuite></testsuites>")},
    /* Its counters count assertions; a section is a case; "may fail" is skipped and failed. */
    {"Catch2", "2/1/0/0/0 0 0", "",
     "|  name=sums/one\n  class=exe.global\n|result failed attempt=1\n|  failure 0 skipped\n"
     "|  failure 1 failed\n|suite\n|  host=tbd\n|  out=o\n",
     REPORT(DECL
            "<testsuites><testsuite name=\"exe\" errors=\"0\" failures=\"5\" tests=\"11\" "
            "hostname=\"tbd\" time=\"0.000\" timestamp=\"2026-11-20T10:11:25Z\">"
            "<testcase classname=\"exe.global\" name=\"sums/one\" time=\"0.000\" status=\"run\"/>"
            "<testcase classname=\"exe.global\" name=\"may\" time=\"0.000\" status=\"run\">"
            "<skipped message=\"TEST_CASE tagged with !mayfail\"/>"
            "<failure message=\"1 == 2\" type=\"CHECK\">FAILED:</failure></testcase>"
            "<system-out>o</system-out><system-err/></testsuite></testsuites>")},
    {"doctest", "2/1/0/0/0 0 0", "",
     "|  class=d/s.cpp\n|  duration=125\n|  failure 0 failed\n|  failure 1 failed\n"
     "|  property[doctest_version]=2.4.9\n",
     REPORT(DECL "<testsuites><testsuite name=\"/w/dt\" errors=\"0\" failures=\"3\" tests=\"5\" "
                 "time=\"0.000125\" timestamp=\"2026-11-20T10:15:19Z\" doctest_version=\"2.4.9\">"
                 "<testcase classname=\"d/s.cpp\" name=\"a\" time=\"0.000125\" status=\"run\">"
                 "<failure message=\"1 == 2\" type=\"CHECK\">x</failure>"
                 "<failure message=\"2 == 3\" type=\"CHECK\">y</failure></testcase>"
                 "<testcase classname=\"d/s.cpp\" name=\"b\" time=\"0\" status=\"run\"/>"
                 "</testsuite></testsuites>")},
    /* What it could not run it calls skipped, though it fails over it; its messages are empty, the text is in the output. */
    {"CTest", "4/1/0/2/1 0 0", "not-executed",
     "notice 9:|could not be run: Unable to find executable\n|result skipped attempt=1\n|result skipped attempt=1\n"
     "|  message=SKIP_RETURN_CODE=77\n|result failed attempt=1\n|  out=esc [NON-XML-CHAR-0x1B][31m\n"
     "|result not_run attempt=1\n|  word=disabled\n",
     REPORT(DECL
            "<testsuite name=\"(empty)\"\n\ttests=\"4\"\n\tfailures=\"1\"\n\tdisabled=\"1\"\n\t"
            "skipped=\"2\"\n\thostname=\"\"\n\ttime=\"1\"\n\ttimestamp=\"2026-11-20T10:11:25\"\n\t>"
            "<testcase name=\"a\" classname=\"a\" time=\"0\" status=\"notrun\"><skipped "
            "message=\"Unable to find executable\"/></testcase><testcase name=\"b\" "
            "classname=\"b\" time=\"0\" status=\"notrun\"><skipped "
            "message=\"SKIP_RETURN_CODE=77\"/></testcase><testcase name=\"c\" classname=\"c\" "
            "time=\"0.0108921\" status=\"fail\"><failure message=\"\"/>"
            "<system-out>esc [NON-XML-CHAR-0x1B][31m</system-out></testcase><testcase name=\"d\" "
            "classname=\"d\" time=\"0\" status=\"disabled\"><system-out>Disabled</system-out>"
            "</testcase></testsuite>")},
    {"go-junit-report", "2/0/1/0/0 0 0", "",
     "|  name=TestA\n  class=pkg\n  suite=pkg\n|  out=log\n|result errored attempt=1\n|  name=[build failed]\n",
     REPORT(DECL
            "<testsuites tests=\"2\" errors=\"1\"><testsuite name=\"pkg\" tests=\"2\" "
            "failures=\"0\" errors=\"1\" id=\"0\" hostname=\"vm\" time=\"0.010\" "
            "timestamp=\"2026-11-20T10:11:12+01:00\"><properties><property name=\"go.version\" "
            "value=\"go1.22\"></property></properties><testcase name=\"TestA\" "
            "classname=\"pkg\" time=\"0.010\"><system-out><![CDATA[log]]></system-out></testcase>"
            "<testcase name=\"[build failed]\" classname=\"pkg\" time=\"0.000\">"
            "<error message=\"Build error\"><![CDATA[undefined: x]]></error></testcase>"
            "</testsuite></testsuites>")},
    /* A package that does not build is one number in the root and nothing else. Parent and child are both tests. */
    {"gotestsum", "2/2/0/0/0 0 0", "counters",
     "|  name=TestA\n|  name=TestA/sub\n|  message=Failed\n|counts 1 errors, and none of its tests has one",
     REPORT(DECL "<testsuites tests=\"2\" failures=\"2\" errors=\"1\" time=\"0.268717\"><testsuite "
                 "tests=\"2\" failures=\"2\" time=\"0.005000\" name=\"pkg\" "
                 "timestamp=\"2026-11-20T10:14:22Z\"><properties></properties>"
                 "<testcase classname=\"pkg\" name=\"TestA\" time=\"0.000000\">"
                 "<failure message=\"Failed\" type=\"\">x</failure></testcase>"
                 "<testcase classname=\"pkg\" name=\"TestA/sub\" time=\"0.000000\">"
                 "<failure message=\"Failed\" type=\"\">x</failure></testcase>"
                 "</testsuite></testsuites>")},
    /* Attempts have times of their own, and output inside. */
    {"cargo nextest", "2/1/0/0/0 2 0", "",
     "result failed attempt=1 superseded\n|  start=1795169472000\n  duration=4000\n|  out=try 1\n"
     "|result passed attempt=2 flaky\n|result failed attempt=1 superseded\n|  start=1795169472000\n"
     "|result failed attempt=2\n|  start=1795169473000\n  duration=5000\n|  err=e\n",
     REPORT(DECL
            "<testsuites name=\"nextest-run\" tests=\"2\" failures=\"1\" errors=\"0\" "
            "uuid=\"45c5\" timestamp=\"2026-11-20T10:11:12.000+00:00\" time=\"0.023\">"
            "<testsuite name=\"crate\" tests=\"2\" disabled=\"0\" errors=\"0\" failures=\"1\">"
            "<testcase name=\"a\" classname=\"crate\" timestamp=\"2026-11-20T10:11:13.000+00:00\" "
            "time=\"0.002\"><flakyFailure timestamp=\"2026-11-20T10:11:12.000+00:00\" "
            "time=\"0.004\" type=\"test failure\">thread panicked<system-out>try 1</system-out>"
            "</flakyFailure></testcase><testcase name=\"b\" classname=\"crate\" "
            "timestamp=\"2026-11-20T10:11:12.000+00:00\" time=\"0.004\"><failure "
            "type=\"test failure\">x</failure><rerunFailure "
            "timestamp=\"2026-11-20T10:11:13.000+00:00\" time=\"0.005\" type=\"test failure\">y"
            "<system-err>e</system-err></rerunFailure></testcase></testsuite></testsuites>")},
    {"PHPUnit", "2/0/1/1/0 0 0", "",
     "|  name=testAdd with data set #0\n  class=App.T\n  suite=App\\tApp\\\\T\\tApp\\\\T::testAdd\n"
     "|  type=PHPUnit\\Framework\\RiskyTestError\n|result skipped attempt=1\n",
     REPORT(
         DECL
         "<testsuites><testsuite name=\"App\" tests=\"2\" assertions=\"1\" errors=\"1\" "
         "warnings=\"0\" failures=\"0\" skipped=\"1\" time=\"0.001\"><testsuite "
         "name=\"App\\\\T\" file=\"/w/T.php\" tests=\"2\"><testsuite name=\"App\\\\T::testAdd\" "
         "tests=\"1\"><testcase name=\"testAdd with data set #0\" class=\"App\\T\" "
         "classname=\"App.T\" file=\"/w/T.php\" line=\"9\" assertions=\"1\" time=\"0.000123\">"
         "<error type=\"PHPUnit\\Framework\\RiskyTestError\">risky</error></testcase>"
         "</testsuite><testcase name=\"testSkip\" class=\"App\\T\" classname=\"App.T\"><skipped/>"
         "</testcase></testsuite></testsuite></testsuites>")},
    /* Bytes that are no UTF-8 end it in the middle: what was complete is kept. */
    {"RSpec, crashed", "1/0/0/0/0 0 0", "truncated",
     "|  file=./spec/a_spec.rb\n|notice 4:1 truncated: the report ends inside test case \"b\"",
     REPORT(DECL
            "\n<testsuite name=\"rspec\" tests=\"2\" skipped=\"0\" failures=\"1\" errors=\"0\" "
            "time=\"0.01\" timestamp=\"2026-11-20T10:11:12+00:00\" hostname=\"vm\">\n"
            "<testcase classname=\"spec.a_spec\" name=\"a\" file=\"./spec/a_spec.rb\" "
            "time=\"0.000311\"></testcase><testcase classname=\"spec.a_spec\" name=\"b\">"
            "<failure message=\"m\" type=\"E\">\n")},
    {"minitest-reporters", "1/1/0/0/0 0 0", "",
     "|  class=Minitest::Result\n|  duration=13\n|  message=m...\n  type=test_a\n",
     REPORT(DECL "<testsuite name=\"T\" skipped=\"0\" failures=\"1\" errors=\"0\" tests=\"1\" "
                 "assertions=\"1\" time=\"1.3e-05\"><testcase name=\"test_a\" "
                 "classname=\"Minitest::Result\" assertions=\"1\" time=\"1.3e-05\"><failure "
                 "type=\"test_a\" message=\"m...\">Failure: m</failure></testcase></testsuite>")},
    {"bats", "1/1/0/0/0 0 0", "illegal-reference control-byte",
     "|  class=a.bats\n|  details=esc \xEF\xBF\xBD[31mred\xEF\xBF\xBD\n",
     REPORT(DECL
            "<testsuites time=\"0.013\">\n<testsuite name=\"a.bats\" tests=\"1\" failures=\"1\" "
            "errors=\"0\" skipped=\"0\" time=\"0.013\" timestamp=\"2026-11-20T10:14:22\" "
            "hostname=\"vm\"><testcase classname=\"a.bats\" name=\"a\" time=\"0.006\">"
            "<failure type=\"failure\">esc &#27;[31mred\x07</failure></testcase></testsuite>"
            "</testsuites>")},
    /* Skips and todos look passed; a bad exit is an error of the suite, and so a result of its own. */
    {"prove", "2/1/0/0/0 0 1", "",
     "|  name=1 - works\n|  message=not ok 2 - breaks\n|result errored attempt=1 synthetic\n  item.name=t_a\n"
     "|  message=Dubious, test returned 1\n|  out=ok 1 - works # SKIP why\n",
     REPORT("<testsuites>\n  <testsuite failures=\"1\" errors=\"1\" tests=\"2\" name=\"t_a\">\n"
            "<testcase name=\"1 - works\"></testcase><testcase name=\"2 - breaks\"><failure "
            "type=\"TestFailed\" message=\"not ok 2 - breaks\"><![CDATA[not ok 2]]></failure>"
            "</testcase><system-out><![CDATA[ok 1 - works # SKIP why]]></system-out><system-err/>"
            "<error message=\"Dubious, test returned 1\"/></testsuite>\n</testsuites>")},
    /* Undefined and pending are failures without a message; a legal "]]>" stands in an attribute. */
    {"cucumber-js", "2/2/0/0/0 0 0", "",
     "|  message=broke ]]> <\n|  details=E: broke ]]> <\n|  out=Given a..passed\n"
     "|  name=examples <n> - #1.1\n|  failure 0 failed\n",
     REPORT("<?xml version=\"1.0\"?><testsuite name=\"Cucumber\" time=\"0.01\" tests=\"2\" "
            "skipped=\"0\" failures=\"2\" errors=\"0\" timestamp=\"2026-11-20T10:14:21.042Z\">"
            "<testcase classname=\"Login\" name=\"fails\" time=\"0.001\"><failure type=\"Error\" "
            "message=\"broke ]]> &lt;\"><![CDATA[E: broke ]]]]><![CDATA[> <]]></failure>"
            "<system-out><![CDATA[Given a..passed]]></system-out></testcase><testcase "
            "classname=\"Login\" name=\"examples &lt;n> - #1.1\" time=\"0\"><failure/></testcase>"
            "</testsuite>")},
    /* "]]>" is not split, and controls stand in attributes. */
    {"behave", "1/1/0/0/0 0 0", "control-byte cdata-end",
     "|  message=red \xEF\xBF\xBD[31m\n|  details=Assertion: a ]]> b\n|  out=\\n@scenario\\n\n",
     REPORT(DECL
            "<testsuite name=\"f.Login\" tests=\"1\" errors=\"0\" failures=\"1\" skipped=\"0\" "
            "time=\"0.001\" timestamp=\"2026-11-20T10:11:12.345678\" hostname=\"vm\"><testcase "
            "classname=\"f.Login\" name=\"s\" status=\"failed\" time=\"0.000500\"><failure "
            "type=\"AssertionError\" message=\"red \x1B[31m\"><![CDATA[\nAssertion: a ]]> b\n]]>"
            "</failure><system-out><![CDATA[\n@scenario\n]]></system-out></testcase></testsuite>")},
    {"Boost.Test", "2/1/0/1/0 0 0", "control-byte",
     "|  suite=M\\tOuter\n|  duration=42\n|  failure 0 failed\n|  details=red \xEF\xBF\xBD\n"
     "|result skipped attempt=1\n",
     REPORT(
         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite tests=\"1\" skipped=\"1\" "
         "errors=\"0\" failures=\"1\" id=\"0\" name=\"M\" time=\"0.000042\">\n"
         "<testsuite name=\"Outer\"><testcase assertions=\"2\" classname=\"Outer\" name=\"a\" "
         "time=\"4.2e-05\"><failure message=\"failure\" type=\"assertion error\">"
         "<![CDATA[red \x07]]></failure></testcase><testcase assertions=\"0\" "
         "classname=\"Outer\" name=\"b\" time=\"0\"><skipped/></testcase></testsuite></testsuite>")},
    {"Criterion", "2/1/0/1/0 0 0", "control-byte cdata-end",
     "|  details=c.c:4: second \xEF\xBF\xBD[31m\\nc.c:4: first <&> ]]>\n|result skipped attempt=1\n",
     REPORT(DECL
            "<testsuites name=\"Criterion Tests\" tests=\"2\" failures=\"1\" errors=\"0\" "
            "disabled=\"1\"><testsuite name=\"core\" tests=\"2\" failures=\"1\" errors=\"0\" "
            "disabled=\"1\" skipped=\"1\" time=\"0.000\"><testcase name=\"a\" assertions=\"2\" "
            "status=\"FAILED\" time=\"0.000\"><failure type=\"assert\" message=\"2 failed.\">"
            "<![CDATA[c.c:4: second \x1B[31m]]>&#10;<![CDATA[c.c:4: first <&> ]]>]]>&#10;"
            "</failure></testcase><testcase name=\"b\" assertions=\"0\" status=\"SKIPPED\" "
            "time=\"0.000\"><skipped/></testcase></testsuite></testsuites>")},
    {"cmocka", "2/1/0/1/0 0 0", "",
     "result failed attempt=1\n|  suite=group\n|  message=Test setup failed\n|result skipped attempt=1\n",
     REPORT(
         "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<testsuites>\n  <testsuite name=\"group\" "
         "time=\"0.000\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\" >\n"
         "    <testcase name=\"a\" time=\"0.000\" >\n      <failure><![CDATA[Test setup failed]]>"
         "</failure>\n    </testcase>\n    <testcase name=\"b\" time=\"0.000\" >\n"
         "      <skipped/>\n    </testcase>\n  </testsuite>\n</testsuites>")},
    /* Its date is that of ctime, and the file stands only where it failed. */
    {"CxxTest", "2/1/0/1/0 0 0", "",
     "|  file=S.h\n  line=5\n|  out=In S::testA:\n|result skipped attempt=1\n|suite zoneless\n|  start=1795169722000\n",
     REPORT(
         "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<testsuite name=\"cxxtest\" "
         "date=\"Fri Nov 20 10:15:22 2026\" tests=\"2\" errors=\"0\" failures=\"1\" time=\"0\" >\n"
         "<testcase classname=\"S\" name=\"testA\" line=\"5\"><failure file=\"S.h\" line=\"6\" "
         "type=\"failedAssertEquals\" >Error: Expected</failure><system-out >In S::testA:"
         "</system-out></testcase><testcase classname=\"S\" name=\"testB\" line=\"7\"><skipped "
         "file=\"S.h\" line=\"7\" type=\"skipped\" >Test skipped: why</skipped></testcase>"
         "</testsuite>")},
    {"nose2", "1/0/0/1/0 0 0", "",
     "result skipped attempt=1 zoneless\n|  start=1795169722249\n  duration=34\n|  details=no network\n",
     REPORT("<testsuite name=\"nose2-junit\" errors=\"0\" failures=\"0\" skipped=\"1\" tests=\"1\" "
            "time=\"0.001\"><testcase timestamp=\"2026-11-20T10:15:22.249946\" time=\"0.000034\" "
            "classname=\"t.T\" name=\"test_skip\"><skipped message=\"test skipped: no network\">"
            "no network</skipped><system-out /></testcase></testsuite>")},
    {"unittest-xml-reporting", "1/1/0/0/0 0 0", "",
     "|  name=test_sub (i=1)\n|  message=1 == 1\n  type=AssertionError\n  details=a ]]> b\n",
     REPORT(DECL
            "<testsuites>\n\t<testsuite name=\"T\" tests=\"1\" file=\".py\" time=\"0.003\" "
            "timestamp=\"2026-11-20T10:15:22\" failures=\"1\" errors=\"0\" skipped=\"0\">"
            "<testcase classname=\"T\" name=\"test_sub (i=1)\" time=\"0.000\" "
            "timestamp=\"2026-11-20T10:15:22\" file=\"t.py\" line=\"12\"><failure "
            "type=\"AssertionError\" message=\"1 == 1\"><![CDATA[a ]]]]><![CDATA[> b]]></failure>"
            "</testcase></testsuite></testsuites>")},
    {"Bazel", "1/0/1/0/0 0 0", "",
     "result errored attempt=1\n|  name=pkg/t\n  suite=pkg/t\n|  property[duration]=3\n|  out=Generated test.log\n",
     REPORT(DECL "<testsuites><testsuite name=\"pkg/t\" tests=\"1\" failures=\"0\" errors=\"1\">"
                 "<testcase name=\"pkg/t\" status=\"run\" duration=\"3\" time=\"3\"><error "
                 "message=\"exited with error code 1\"></error></testcase><system-out>"
                 "Generated test.log</system-out></testsuite></testsuites>")},
    {"XCTest (trainer)", "1/1/0/0/0 0 0", "time",
     "|  name=testA()\n  class=AppTests\n|  message=XCTAssertEqual failed (/w/T.swift:9)\n",
     REPORT(DECL "<testsuites tests=\"1\" failures=\"1\"><testsuite name=\"AppTests\" tests=\"1\" "
                 "failures=\"1\"><testcase classname=\"AppTests\" name=\"testA()\" time=\"\">"
                 "<failure message=\"XCTAssertEqual failed (/w/T.swift:9)\"></failure></testcase>"
                 "</testsuite></testsuites>")},
};

static void check(const struct dialect *d, size_t chunk)
{
    const struct counts *c;
    struct ferry_str missing, rest, line;
    struct buf codes;
    struct events e;
    char counts[96];
    events_read(&e, (struct ferry_str){d->report, d->len}, chunk);
    c = &e.counts;
    ck_assert_msg(e.rc == FERRY_OK, "%s: %s", d->writer, e.error.message);
    snprintf(counts, sizeof counts, "%llu/%llu/%llu/%llu/%llu %llu %llu",
             (unsigned long long)c->tests, (unsigned long long)c->failures,
             (unsigned long long)c->errors, (unsigned long long)c->skipped,
             (unsigned long long)c->notrun, (unsigned long long)c->superseded,
             (unsigned long long)c->synthetic);
    ck_assert_msg(strcmp(counts, d->counts) == 0, "%s: counted %s, not %s\n%s", d->writer, counts,
                  d->counts, buf_cstr(&e.log));
    buf_init(&codes, 4096);
    rest = buf_str(&e.notices);
    while (str_split(&rest, '\n', &line)) {
        struct ferry_str word;
        str_split(&line, ' ', &word);
        if (line.ptr && str_split(&line, ':', &word)) {
            buf_printf(&codes, "%s%.*s", codes.len ? " " : "", STR_ARG(word));
        }
    }
    ck_assert_msg(strcmp(buf_cstr(&codes), d->notices) == 0, "%s: \"%s\", not \"%s\": %s",
                  d->writer, buf_cstr(&codes), d->notices, buf_cstr(&e.notices));
    missing = events_missing(&e, d->blocks);
    ck_assert_msg(!missing.ptr, "%s: \"%.*s\" is not, or not here, in:\n%s", d->writer,
                  STR_ARG(missing), buf_cstr(&e.log));
    buf_finish(&codes);
    events_finish(&e);
}

START_TEST(a_writer_is_understood)
{
    check(&dialects[_i], 0);
    check(&dialects[_i], 7);
}
END_TEST

START_TEST(checks_own_xml_is_told_by_its_namespace)
{
    struct events e;
    events_read(&e,
                FERRY_LIT("<?xml version=\"1.0\"?>\n<testsuites "
                          "xmlns=\"http://check.sourceforge.net/ns\">\n<suite><title>s</title>"
                          "<test result=\"failure\"><path>.</path></test></suite></testsuites>"),
                0);
    ck_assert_int_eq(e.rc, FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(e.error.message, "Check's own XML (srunner_set_xml)"));
    events_finish(&e);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit dialects");
    TCase *t = tcase_create("dialects");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(t, a_writer_is_understood, 0, sizeof dialects / sizeof *dialects);
    tcase_add_test(t, checks_own_xml_is_told_by_its_namespace);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
