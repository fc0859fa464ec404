/* SPDX-License-Identifier: MIT */
/*
 * gen_report.c - writes a JUnit report of any size to stdout, the same bytes for the same numbers. bench.sh measures with
 * what it writes. In a hundred tests five fail with a trace, twenty carry properties, and ten of those an Automation Key;
 * the names tell every test apart.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRACE_LINES = 20, SUITES = 100 };

static void put_trace(unsigned long i)
{
    printf("\n      <failure message=\"expected %lu but was %lu\" type=\"AssertionError\">"
           "org.example.AssertionError: expected %lu but was %lu\n",
           i, i + 1, i, i + 1);
    for (int line = 0; line < TRACE_LINES; line++) {
        printf("\tat org.example.module%lu.Class%d.method%d(Class%d.java:%d)\n", i % 50, line,
               line * 3, line, 40 + line);
    }
    printf("</failure>\n    ");
}

static void put_properties(unsigned long i)
{
    printf("\n      <properties>\n        <property name=\"owner\" value=\"team%lu\"/>\n", i % 7);
    if (i % 10 == 0) {
        printf("        <property name=\"Automation Key\" value=\"KEY_%07lu\"/>\n", i);
    }
    printf("      </properties>\n    ");
}

static void put_case(unsigned long suite, unsigned long i)
{
    int fails = i % 20 == 3, properties = i % 5 == 0;
    printf("    <testcase classname=\"org.example.module%lu.ServiceTest\" "
           "name=\"test_case_number_%lu_does_what_it_says\" time=\"%lu.%03lu\"",
           suite, i, i % 3, i * 7 % 1000);
    if (!fails && !properties) {
        printf("/>\n");
        return;
    }
    putchar('>');
    if (properties) {
        put_properties(i);
    }
    if (fails) {
        put_trace(i);
    }
    printf("</testcase>\n");
}

/* 1 where the text is a number from 1 on. */
static int number(const char *text, unsigned long *out)
{
    char *end;
    errno = 0;
    *out = strtoul(text, &end, 10);
    return errno == 0 && *end == '\0' && *text != '-' && *out > 0;
}

int main(int argc, char **argv)
{
    unsigned long n = 0, suites = SUITES;
    if (argc < 2 || argc > 3 || !number(argv[1], &n) || (argc == 3 && !number(argv[2], &suites))) {
        fprintf(stderr, "usage: gen_report CASES [SUITES]\n");
        return 2;
    }
    suites = suites > n ? n : suites;
    printf(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bench\" tests=\"%lu\">\n",
        n);
    for (unsigned long s = 0, i = 0; s < suites; s++) {
        unsigned long end = n / suites * (s + 1) + (s + 1 == suites ? n % suites : 0);
        printf("  <testsuite name=\"suite %lu\" tests=\"%lu\" "
               "timestamp=\"2026-01-02T03:04:05Z\">\n",
               s, end - i);
        for (; i < end; i++) {
            put_case(s, i);
        }
        printf("  </testsuite>\n");
    }
    printf("</testsuites>\n");
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("gen_report");
        return 1;
    }
    return 0;
}
