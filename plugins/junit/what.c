/* SPDX-License-Identifier: MIT */
/*
 * what.c - knows a JUnit report from its first bytes, and names what is not one, so that a person
 * who gave a wrong file is told which. Called by junit.c and parse.c. It must never guess silently:
 * a file is taken by its root element, not by its name.
 */
#include "what.h"
#include "element.h"
#include "encoding.h"
#include "text.h"

enum { SNIFFED = 4096 }; /* bytes that a host shows of a report that has as many */

struct known {
    const char *begin, *what;
};

static const struct known ROOTS[] = {
    {"html", "an HTML page"},
    {"project", "a Maven pom.xml or an Ant build file"},
    {"Project", "an MSBuild project"},
    {"TestRun", "a TRX file of .NET"},
    {"test-run", "an NUnit 3 report"},
    {"test-results", "an NUnit 2 report"},
    {"assemblies", "an xUnit.net report"},
    {"assembly", "an xUnit.net report"},
    {"TestLog", "Boost.Test's own log"},
    {"TestResult", "Boost.Test's own report"},
    {"Site", "a CTest dashboard file"},
    {"Catch", "Catch2's own XML"},
    {"Catch2TestRun", "Catch2's own XML"},
    {"doctest", "doctest's own XML"},
    {"robot", "Robot Framework's output.xml"},
    {"testng-results", "a TestNG report"},
    {"test_result", "an Octane result file"},
    {"TestCase", "QtTest's own XML"},
    {"CUNIT_TEST_RUN_REPORT", "a CUnit report"},
    {"TestRunResult", "a CppUnit report"},
    {"coverage", "a coverage report"},
    {"checkstyle", "a Checkstyle report"},
    {"testExecutions", "a SonarQube generic report"},
};

static const struct known HEADS[] = {
    {"{", "JSON"},
    {"[", "JSON or a log"},
    {"<!DOCTYPE html", "an HTML page"},
    {"<html", "an HTML page"},
    {"\x1F\x8B", "a gzip archive; unpack it first"},
    {"PK\x03\x04", "a ZIP archive; unpack it first"},
    {"BZh", "a bzip2 archive; unpack it first"},
    {"\xFD"
     "7zXZ",
     "an xz archive; unpack it first"},
    {"(\xB5/\xFD", "a zstd archive; unpack it first"},
    {"%PDF", "a PDF"},
    {"\x7F"
     "ELF",
     "a program"},
    {"TAP version", "TAP"},
    {"1..", "TAP"},
    {"ok 1", "TAP"},
    {"not ok 1", "TAP"},
    {"\xB3", "subunit"},
    {"<", "XML of another kind"},
};

const char *what_has_root(const char *name)
{
    for (size_t i = 0; i < sizeof ROOTS / sizeof ROOTS[0]; i++) {
        if (strcmp(name, ROOTS[i].begin) == 0) {
            return ROOTS[i].what;
        }
    }
    return NULL;
}

const char *what_begins_so(struct ferry_str head)
{
    struct ferry_str s = str_trim(head);
    for (size_t i = 0; i < sizeof HEADS / sizeof HEADS[0]; i++) {
        struct ferry_str begin = ferry_cstr(HEADS[i].begin);
        if (str_is_nocase(str_sub(s, 0, begin.len), HEADS[i].begin)) {
            return HEADS[i].what;
        }
    }
    if (head.len == 0) {
        return "an empty file";
    }
    if (s.len == 0) {
        return "a file of white space";
    }
    return memchr(s.ptr, '\0', (size_t)s.len) ? "a binary file" : "plain text";
}

/* Past the declaration, comments and instructions at the front. */
static struct ferry_str skip_prolog(struct ferry_str s)
{
    for (;;) {
        const char *mark = NULL, *end;
        s = str_trim(s);
        if (str_starts(s, "<?")) {
            mark = "?>";
        } else if (str_starts(s, "<!--")) {
            mark = "-->";
        }
        end = mark ? memmem(s.ptr, (size_t)s.len, mark, strlen(mark)) : NULL;
        if (!mark || !end) {
            return s;
        }
        s = str_sub(s, (uint64_t)(end - s.ptr) + strlen(mark), s.len);
    }
}

static enum element root_of(struct ferry_str s)
{
    uint64_t n = 1;
    while (n < s.len && !strchr(" \t\r\n/>", s.ptr[n])) {
        n++;
    }
    return s.len > 1 && s.ptr[0] == '<' ? element_of(s.ptr + 1, (size_t)n - 1) : EL_OTHER;
}

static int holds(struct ferry_str s, const char *text)
{
    return s.len > 0 && memmem(s.ptr, (size_t)s.len, text, strlen(text)) != NULL;
}

static int ends_so(struct ferry_str name, const char *end)
{
    size_t n = strlen(end);
    return name.len >= n && str_is_nocase(str_sub(name, name.len - n, n), end);
}

/* Of a beginning that is no markup: a log that a runner wrote before the report? */
static int32_t sniff_log(struct ferry_str s, struct ferry_str name, int whole)
{
    if (holds(s, "<testsuite")) {
        return 60;
    }
    /* all of it is log so far: by its name, the report may still come */
    return !whole && (ends_so(name, ".xml") || ends_so(name, ".junit")) &&
                   strcmp(what_begins_so(s), "plain text") == 0
               ? 5
               : 0;
}

/* `whole`: the file has no more bytes than these. */
static int32_t sniff_utf8(struct ferry_str head, struct ferry_str name, int whole)
{
    struct ferry_str s = skip_prolog(head);
    if (holds(head, "http://check.sourceforge.net/ns")) {
        return 0;
    }
    switch (root_of(s)) {
    case EL_TESTSUITES:
    case EL_TESTSUITE:
        return 95;
    case EL_TESTCASE:
        return 80;
    default:
        break;
    }
    if (str_starts(s, "<!--") || (str_starts(head, "<?xml") && s.len == 0)) {
        return ends_so(name, ".xml") ? 20 : 10; /* nothing but remarks so far */
    }
    if (!str_starts(s, "<")) {
        return sniff_log(s, name, whole);
    }
    /* a report behind a DOCTYPE is refused by what it holds, not as a file that nobody knows */
    return str_is_nocase(str_sub(s, 0, 9), "<!DOCTYPE") && holds(s, "<testsuite") ? 30 : 0;
}

int32_t what_sniff(struct ferry_str head, struct ferry_str name)
{
    unsigned char utf8[ENCODING_ROOM(SNIFFED)];
    struct encoding e;
    struct ferry_str part = str_sub(head, 0, SNIFFED), text;
    int whole = head.len < SNIFFED;
    size_t mark;
    if (head.len == 0) {
        return 0;
    }
    mark = encoding_find(&e, str_sub(part, 0, ENCODING_HEAD));
    if (e.kind == ENCODING_UTF8) {
        return sniff_utf8(str_sub(part, mark, part.len), name, whole);
    }
    text.ptr = (const char *)utf8;
    text.len = encoding_convert(&e, str_sub(part, mark, part.len), utf8);
    return sniff_utf8(text, name, whole);
}
