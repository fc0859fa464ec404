/* SPDX-License-Identifier: MIT */
/*
 * junit_stream.c - the reader as a stream: pieces of any size say the same, a cut anywhere keeps
 * what was complete, long texts leave memory, and a sink that refuses ends it at once.
 */
#include "junit_events.h"
#include "text.h"

#include <check.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Everything that has a look-ahead: markup, references, CDATA ends, remarks, odd bytes, marks. */
static const char tricky[] =
    "log line <x>\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- a -- b --->\n"
    "<testsuites>\n<testsuite name=\"s \xC3\xBC\" time=\"1,234\">\n"
    "<testcase name=\"a &lt; &#27; &bad; <b>\" time=\"-1\"/>\r"
    "<testcase name=\"b\"><!-- c\n\n --><failure message=\"m\">x ]]> "
    "&#xD83D;&#xDE80; &amp; & \x1B[0m"
    "<br>\xF0\x9F\x9A\x80\xF0\x9F <![CDATA[one ]]> two ]]]]><![CDATA[> three\x01]]> four</failure>"
    "<system-out>[[ATTACHMENT|a.png]]\n[[PROPERTY|k=v]]\n[[PROPERTY|b]]\nx\n[[/PROPERTY]]"
    "</system-out></testcase>\n"
    "<testcase name=\"c\"><flakyError>e<?never <stackTrace>t</stackTrace></flakyError></testcase>\n"
    "<testcase name=\"d\"><failure>never closed</testcase>\n"
    "</testsuite></testsuites>\ntrailing & <text>\n<?xml version=\"1.0\"?><testcase name=\"e\"/>\n";

static void expect_same(struct ferry_str report, size_t chunk)
{
    struct events whole, pieces;
    events_read(&whole, report, 0);
    events_read(&pieces, report, chunk);
    ck_assert_int_eq(whole.rc, pieces.rc);
    ck_assert_str_eq(whole.error.message, pieces.error.message);
    ck_assert_msg(ferry_eq(buf_str(&whole.log), buf_str(&pieces.log)),
                  "pieces of %zu:\n%s\n---\n%s", chunk, buf_cstr(&whole.log),
                  buf_cstr(&pieces.log));
    events_finish(&whole);
    events_finish(&pieces);
}

START_TEST(pieces_of_any_size_say_the_same)
{
    static const size_t chunks[] = {1, 2, 3, 5, 7, 11, 13, 17, 64, 101, 4093};
    struct events e;
    events_read(&e, FERRY_LIT(tricky), 0);
    ck_assert_uint_eq(e.counts.tests, 5);
    ck_assert_uint_gt(e.counts.notices, 15);
    ck_assert_msg(strstr(buf_cstr(&e.log), "one ]]> two ]]> three") != NULL, "%s",
                  buf_cstr(&e.log));
    events_finish(&e);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        expect_same(FERRY_LIT(tricky), chunks[i]);
    }
}
END_TEST

/* The same report over and over, so that every look-ahead meets the end of a window somewhere. */
START_TEST(windows_say_the_same_as_pieces)
{
    struct buf b;
    const char *body = strstr(tricky, "<testcase"), *end = strstr(tricky, "</testsuite>");
    struct events e;
    buf_init(&b, 1 << 24);
    buf_puts(&b, "<testsuites>");
    for (int i = 0; i < 700; i++) {
        buf_put(&b, (struct ferry_str){body, (uint64_t)(end - body)});
        buf_printf(&b, "%*s", i % 97, "");
    }
    buf_puts(&b, "</testsuites>");
    events_read(&e, buf_str(&b), 0);
    ck_assert_uint_eq(e.counts.tests, 4 * 700);
    ck_assert_uint_eq(e.counts.superseded, 700);
    events_finish(&e);
    expect_same(buf_str(&b), 1021);
    expect_same(buf_str(&b), 65536);
    buf_finish(&b);
}
END_TEST

/* The same for ends of CDATA that were forgotten, which are looked for far ahead. */
START_TEST(forgotten_ends_are_found_in_any_window)
{
    struct buf b;
    struct events e;
    buf_init(&b, 1 << 24);
    buf_puts(&b, "<testsuites><testsuite name=\"s\">");
    for (int i = 0; i < 1500; i++) {
        buf_printf(&b,
                   "<testcase name=\"a\"><failure message='m>'><![CDATA[x%*s</failure>\n"
                   "<system-out>y</system-out></testcase>\n<testcase name=\"b\"/>\n",
                   i % 89, "");
        buf_printf(&b, "<testcase name=\"c\"><error><![CDATA[z%*s]]></error></testcase>\n", i % 97,
                   "");
    }
    buf_puts(&b, "</testsuite></testsuites>\n");
    events_read(&e, buf_str(&b), 0);
    ck_assert_uint_eq(e.counts.tests, 4500);
    ck_assert_uint_eq(e.counts.failures, 1500);
    ck_assert_uint_eq(e.counts.errors, 1500);
    ck_assert_int_eq(e.counts.truncated, 0);
    events_finish(&e);
    expect_same(buf_str(&b), 1021);
    expect_same(buf_str(&b), 65536);
    buf_finish(&b);
}
END_TEST

START_TEST(a_cut_anywhere_keeps_the_complete_cases)
{
    static const char report[] = "<?xml version=\"1.0\"?><testsuites><testsuite name=\"s\">"
                                 "<testcase name=\"a\"/><testcase name=\"b\"><failure>x</failure>"
                                 "</testcase><testcase name=\"c\"><system-out><![CDATA[y]]>"
                                 "</system-out></testcase></testsuite></testsuites>";
    size_t whole = sizeof report - 1, root = (size_t)(strstr(report, "<testsuites>") + 12 - report);
    const char *ends[3] = {strstr(report, "<testcase name=\"b\""),
                           strstr(report, "<testcase name=\"c"), strstr(report, "</testsuite>")};
    for (size_t n = 0; n <= whole; n++) {
        struct events e;
        uint64_t wanted = 0;
        for (int i = 0; i < 3; i++) {
            wanted += report + n >= ends[i];
        }
        events_read(&e, (struct ferry_str){report, n}, 0);
        if (n < root) {
            ck_assert_msg(e.rc == FERRY_E_INPUT, "cut at %zu: %d", n, e.rc);
        } else {
            ck_assert_msg(e.rc == FERRY_OK, "cut at %zu: %s", n, e.error.message);
            ck_assert_msg(e.counts.tests == wanted, "cut at %zu: %llu, not %llu", n,
                          (unsigned long long)e.counts.tests, (unsigned long long)wanted);
            ck_assert_msg(e.counts.truncated == (n < whole), "cut at %zu: %s", n,
                          buf_cstr(&e.notices));
        }
        events_finish(&e);
    }
}
END_TEST

START_TEST(a_cut_far_into_a_report_keeps_the_complete_cases)
{
    struct buf b;
    buf_init(&b, 1 << 24);
    buf_puts(&b, "<testsuite>");
    for (int i = 0; i < 5000; i++) {
        buf_printf(&b, "<testcase name=\"case %d\"/>\n", i);
    }
    for (size_t cut = 65500; cut < 65700;
         cut += 3) { /* around the first windows and calls of expat */
        struct events e;
        uint64_t wanted = 0;
        for (size_t i = 0; i + 1 < cut; i++) {
            wanted += b.ptr[i] == '/' && b.ptr[i + 1] == '>';
        }
        events_read(&e, (struct ferry_str){b.ptr, cut}, 0);
        ck_assert_msg(e.counts.tests == wanted, "cut at %zu: %llu, not %llu", cut,
                      (unsigned long long)e.counts.tests, (unsigned long long)wanted);
        ck_assert_int_eq(e.counts.truncated, 1);
        events_finish(&e);
    }
    buf_finish(&b);
}
END_TEST

START_TEST(nothing_is_said_of_what_comes_behind_a_fault_that_ends_it)
{
    struct buf b;
    struct events e;
    buf_init(&b, 1 << 24);
    buf_puts(&b, "<testsuite><testcase name=\"a\"/></testcase>");
    while (b.len < 300000) {
        buf_puts(&b, "<testcase name=\"b\">\x01&</testcase>\n");
    }
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_E_INPUT);
    ck_assert_uint_eq(e.counts.tests, 1);
    ck_assert_uint_eq(e.counts.notices, 1);
    ck_assert_int_eq(e.counts.truncated, 1);
    events_finish(&e);
    expect_same(buf_str(&b), 1000);
    expect_same(buf_str(&b), 65536);
    buf_finish(&b);
}
END_TEST

START_TEST(a_sink_that_refuses_ends_it_at_once)
{
    for (uint32_t n = 1; n <= 6; n++) {
        struct events e;
        events_init(&e);
        e.stop_after = n;
        events_read_with(&e, FERRY_LIT(tricky), 0, NULL, 0);
        ck_assert_int_eq(e.rc, FERRY_E_STOP);
        ck_assert_uint_eq(e.n_items, n);
        events_finish(&e);
    }
}
END_TEST

START_TEST(giving_up_anywhere_leaves_nothing)
{
    const struct ferry_reader *reader = junit_reader();
    struct ferry_error err = {.size = sizeof err};
    reader->abort(NULL);
    for (size_t n = 0; n < sizeof tricky; n += 7) {
        struct events e;
        struct ferry_sink sink;
        struct ferry_parse *parse = NULL;
        events_init(&e);
        sink = events_sink(&e);
        ck_assert_int_eq(reader->begin(NULL, NULL, 0, &sink, &parse, &err), FERRY_OK);
        ck_assert_int_eq(reader->feed(parse, (struct ferry_str){tricky, n}, &err), FERRY_OK);
        reader->abort(parse);
        events_finish(&e);
    }
}
END_TEST

/* A case whose texts are n bytes each, with marks near their ends. */
static void long_case(struct buf *b, size_t n)
{
    static const char *const elements[] = {"failure", "error", "system-out", "system-err"};
    buf_init(b, (size_t)1 << 28);
    buf_puts(b, "<testsuite name=\"s\"><testcase name=\"a\">");
    for (int i = 0; i < 4; i++) {
        size_t from = b->len;
        buf_printf(b, "<%s>begin of %s\n[[ATTACHMENT|first-%d.png]]\n[[PROPERTY|block]]\n",
                   elements[i], elements[i], i);
        while (b->len - from < n) {
            buf_printf(b, "line %zu of a long text \xC3\xBC\n", b->len);
        }
        buf_printf(b, "[[/PROPERTY]]\n[[ATTACHMENT|last-%d.png]]\nend of %s</%s>", i, elements[i],
                   elements[i]);
    }
    buf_puts(b, "</testcase></testsuite>");
}

START_TEST(texts_over_a_mebibyte_leave_in_pieces)
{
    struct events e;
    struct buf b;
    long_case(&b, 3 << 20);
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_OK);
    ck_assert_uint_eq(e.n_texts, 4);
    ck_assert_uint_lt(e.most_piece, 3 << 19);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  details(blob)=begin of error\\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  out(blob)=begin of system-out\\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "\\nend of system-err\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  attachment=failure-1.txt\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  attachment=first-2.png\n"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  attachment=last-3.png\n"));
    ck_assert_ptr_null(strstr(buf_cstr(&e.log), "BAD BLOB"));
    ck_assert_ptr_null(strstr(buf_cstr(&e.log), "first-0.png\n")); /* a trace is no output */
    events_finish(&e);
    buf_finish(&b);
}
END_TEST

START_TEST(texts_of_a_mebibyte_stay)
{
    struct events e;
    struct buf b;
    long_case(&b, (1 << 20) - 200);
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_OK);
    ck_assert_uint_eq(e.n_texts, 0);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  property[block]=line "));
    events_finish(&e);
    buf_finish(&b);
}
END_TEST

static int32_t drop_item(void *self, const struct ferry_item *item)
{
    if (item->result && item->result->out_blob) {
        *(uint64_t *)self = item->result->out_blob->bytes;
    }
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

/* Feeds `middle` n times between two ends. The bytes of the output that left. */
static uint64_t feed_long(const char *head, const char *middle, size_t n, const char *tail)
{
    const struct ferry_reader *reader = junit_reader();
    uint64_t bytes = 0;
    struct ferry_sink sink = {&bytes, drop_item, drop_text, drop_notice};
    struct ferry_parse *parse = NULL;
    ck_assert_int_eq(reader->begin(NULL, NULL, 0, &sink, &parse, NULL), FERRY_OK);
    ck_assert_int_eq(reader->feed(parse, ferry_cstr(head), NULL), FERRY_OK);
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(reader->feed(parse, ferry_cstr(middle), NULL), FERRY_OK);
    }
    ck_assert_int_eq(reader->feed(parse, ferry_cstr(tail), NULL), FERRY_OK);
    ck_assert_int_eq(reader->end(parse, NULL), FERRY_OK);
    return bytes;
}

static long most_kib(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* Everything that can be long, `times` pieces of it. */
static void feed_all_that_is_long(const char *middle, size_t times)
{
    uint64_t bytes = (uint64_t)strlen(middle) * times;
    ck_assert_uint_eq(feed_long("<testcase name=\"a\"><system-out><![CDATA[", middle, times,
                                "]]></system-out></testcase>"),
                      bytes);
    ck_assert_uint_eq(
        feed_long("<testcase name=\"a\"><system-out>", middle, times, "</system-out></testcase>"),
        bytes);
    feed_long("<testsuite><!--", middle, times, "--></testsuite>");
    feed_long("<testsuite><?x ", middle, times, "?></testsuite>");
    feed_long("<testsuite>", middle, times, "</testsuite>");
    feed_long("<testsuite/>", middle, times, "");
    feed_long("<testsuite><testcase name=\"", middle, times, "\"/></testsuite>");
    feed_long("<testcase name=\"a\"><failure>", middle, times, "</failure></testcase>");
    feed_long("<testcase name=\"a\"><properties><property name=\"p\">", middle, times,
              "</property></properties></testcase>");
}

/* Beyond every limit of the reader (the longest is a tag's 8 MiB) four times the bytes need no more memory. What the peak itself is, is
 * the allocator's business as much as the reader's; the megabytes allowed here are its own. */
/* Sanitizers do, and memcheck, as valgrind.sh says. */
static int keeps_what_was_freed(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 1;
#else
    return getenv("MEMCHECK") != NULL;
#endif
}

START_TEST(memory_stays_flat_whatever_is_long)
{
    enum { PIECE = 1 << 20, LONG = 12, LONGER = 48 };
    char *middle = malloc(PIECE + 1);
    long peak;
    ck_assert_ptr_nonnull(middle);
    memset(middle, 'x', PIECE);
    for (size_t i = 79; i < PIECE; i += 80) {
        middle[i] = '\n';
    }
    middle[PIECE] = '\0';
    feed_all_that_is_long(middle, LONG);
    feed_all_that_is_long(middle, LONG); /* the allocator has settled where its blocks lie */
    peak = most_kib();
    feed_all_that_is_long(middle, LONGER);
    free(middle);
    if (!keeps_what_was_freed()) {
        ck_assert_int_lt(most_kib() - peak, 4 * 1024);
        ck_assert_int_lt(peak, 64 * 1024);
    }
}
END_TEST

/* A data: URI of about n bytes between two ends. */
static void with_data(struct buf *b, const char *head, size_t n, const char *tail)
{
    buf_init(b, 1 << 24);
    buf_printf(b, "<testcase name=\"a\">%sdata:text/plain;filename=a.txt;base64,", head);
    while (b->len < n) {
        buf_puts(b, "SGVsbG8sIFdvcmxkISEK"); /* groups of four */
    }
    buf_printf(b, "%s</testcase>", tail);
}

static const struct {
    const char *head, *tail;
} data_places[] = {
    {"<properties><property name=\"attachment\" value=\"", "\"/></properties>"},
    {"<properties><property name=\"attachment\">", "</property></properties>"},
    {"<system-out>line\n[[ATTACHMENT|", "]]\nline</system-out>"},
    {"<system-err><![CDATA[[[PROPERTY|attachment]]\n", "\n[[/PROPERTY]]]]></system-err>"},
};

START_TEST(a_file_in_the_report_is_taken_whole_or_not_at_all)
{
    for (size_t mib = 1; mib <= 6;
         mib += 2) { /* one in memory, one over a text's limit, one too long */
        struct events e;
        struct buf b;
        with_data(&b, data_places[_i].head, mib << 20, data_places[_i].tail);
        events_read(&e, buf_str(&b), mib == 1 ? 4093 : 0);
        ck_assert_msg(e.rc == FERRY_OK, "%s", e.error.message);
        if (mib == 5) {
            ck_assert_ptr_null(strstr(buf_cstr(&e.log), "attachment="));
            ck_assert_msg(e.counts.notices > 0 || _i == 3, "no word about it");
        } else if (mib == 1 || _i < 3) {
            ck_assert_msg(strstr(buf_cstr(&e.log), "  attachment=a.txt\n    mime=text/plain\n") !=
                              NULL,
                          "%zu MiB: %s", mib, buf_cstr(&e.notices));
            ck_assert_uint_eq(e.counts.notices, 0);
            ck_assert_uint_gt(e.texts[0].len, (mib << 20) / 2);
        }
        events_finish(&e);
        buf_finish(&b);
    }
}
END_TEST

START_TEST(a_value_that_is_too_long_is_cut_and_said)
{
    struct buf b;
    struct events e;
    buf_init(&b, 1 << 24);
    buf_puts(&b, "<testsuite><testcase name=\"");
    while (b.len < 5 << 20) {
        buf_puts(&b, "nnnnnnnnn\xC3\xBC&amp;");
    }
    buf_puts(&b, "\" file=\"f\"/></testsuite>");
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_OK);
    ck_assert_uint_eq(e.counts.tests, 1);
    ck_assert_uint_eq(e.counts.notices, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.notices), "too-long: an attribute value"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  file=f\n"));
    events_finish(&e);
    expect_same(buf_str(&b), 9973);
    buf_finish(&b);
}
END_TEST

START_TEST(a_case_with_more_than_is_kept_says_so)
{
    struct buf b;
    struct events e;
    buf_init(&b, 1 << 24);
    buf_puts(&b, "<testcase name=\"a\"><properties>");
    for (int i = 0; i < 25000; i++) {
        buf_printf(&b, "<property name=\"p%d\" value=\"v\"/>", i);
    }
    buf_puts(&b, "</properties></testcase>");
    events_read(&e, buf_str(&b), 0);
    ck_assert_int_eq(e.rc, FERRY_OK);
    ck_assert_uint_eq(e.counts.notices, 1);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.notices), "too-long: \"a\" holds more"));
    ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "property[p19999]=v\n"));
    ck_assert_ptr_null(strstr(buf_cstr(&e.log), "property[p20000]"));
    events_finish(&e);
    buf_finish(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit stream");
    TCase *stream = tcase_create("stream");
    SRunner *runner;
    int failed;
    tcase_add_test(stream, pieces_of_any_size_say_the_same);
    tcase_add_test(stream, windows_say_the_same_as_pieces);
    tcase_add_test(stream, forgotten_ends_are_found_in_any_window);
    tcase_add_test(stream, a_cut_anywhere_keeps_the_complete_cases);
    tcase_add_test(stream, a_cut_far_into_a_report_keeps_the_complete_cases);
    tcase_add_test(stream, nothing_is_said_of_what_comes_behind_a_fault_that_ends_it);
    tcase_add_test(stream, a_sink_that_refuses_ends_it_at_once);
    tcase_add_test(stream, giving_up_anywhere_leaves_nothing);
    tcase_add_test(stream, texts_over_a_mebibyte_leave_in_pieces);
    tcase_add_test(stream, texts_of_a_mebibyte_stay);
    tcase_add_test(stream, memory_stays_flat_whatever_is_long);
    tcase_add_loop_test(stream, a_file_in_the_report_is_taken_whole_or_not_at_all, 0,
                        sizeof data_places / sizeof *data_places);
    tcase_add_test(stream, a_value_that_is_too_long_is_cut_and_said);
    tcase_add_test(stream, a_case_with_more_than_is_kept_says_so);
    tcase_set_timeout(stream, 120);
    suite_add_tcase(suite, stream);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
