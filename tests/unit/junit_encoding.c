/* SPDX-License-Identifier: MIT */
/* junit_encoding.c - the encodings of reports, declared rightly, wrongly or not at all. */
#include "encoding.h"
#include "junit_events.h"
#include "text.h"

#include <check.h>
#include <stdlib.h>

struct coded {
    const char *declared; /* in the XML declaration; NULL: none */
    const char *bytes;    /* the test's name in that encoding */
    const char *name;     /* and in UTF-8 */
    const char *notice;   /* part of the only notice; NULL: none */
};

static const struct coded one_byte[] = {
    {"UTF-8", "gr\xC3\xBC\xC3\x9F", "grüß", NULL},
    {"utf8", "gr\xC3\xBC\xC3\x9F", "grüß", NULL},
    {NULL, "gr\xC3\xBC\xC3\x9F", "grüß", NULL},
    {"US-ASCII", "plain", "plain", NULL},
    {"ISO-8859-1", "gr\xFC\xDF", "grüß", NULL},
    {"iso_8859-1", "gr\xFC\xDF", "grüß", NULL},
    {"latin1", "gr\xFC\xDF", "grüß", NULL},
    {"ISO-8859-2", "\xB1\xE6\xEA", "ąćę", NULL},
    {"ISO-8859-5", "\xD0\xD1\xD2", "абв", NULL},
    {"ISO-8859-7", "\xE1\xE2\xE3", "αβγ", NULL},
    {"ISO-8859-9", "\xFD\xFE", "ış", NULL},
    {"ISO-8859-15", "\xA4", "€", NULL},
    {"latin-9", "\xA4", "€", NULL},
    {"ISO-8859-16", "\xAA", "Ș", NULL},
    {"windows-1250", "\xB9\xE6", "ąć", NULL},
    {"windows-1251", "\xE0\xE1\xE2", "абв", NULL},
    {"windows-1252", "\x80 \x93q\x94", "€ “q”", NULL},
    {"cp1252", "\x80", "€", NULL},
    {"Windows_1253", "\xE1", "α", NULL},
    {"windows-1254", "\xFD", "ı", NULL},
    {"windows-1257", "\xE0", "ą", NULL},
    {"windows-1258", "\xFE", "₫", NULL},
    {"koi8-r", "\xC1\xC2", "аб", NULL},
    {"ISO-8859-3", "\xA5", "\xEF\xBF\xBD", "invalid-utf8"}, /* means nothing there */
    {"UTF-16", "gr\xC3\xBC", "grü",
     "encoding: declared encoding \"UTF-16\", but the bytes are not"},
    {"Shift_JIS", "abc", "abc", "encoding: declared encoding \"Shift_JIS\" is not known"},
    {"no such thing at all, and much too long", "abc", "abc", "is not known; read as UTF-8"},
    {"", "abc", "abc", "is not known"},
    {"ISO-8859-99", "abc", "abc", "is not known"},
};

static void expect_name(const struct events *e, const char *name, const char *notice)
{
    char line[128];
    snprintf(line, sizeof line, "  name=%s\n", name);
    ck_assert_msg(e->rc == FERRY_OK, "%s", e->error.message);
    ck_assert_msg(strstr(buf_cstr(&e->log), line) != NULL, "not \"%s\" in:\n%s", name,
                  buf_cstr(&e->log));
    if (notice) {
        ck_assert_msg(strstr(buf_cstr(&e->notices), notice) != NULL, "\"%s\" is not in: %s", notice,
                      buf_cstr(&e->notices));
    } else {
        ck_assert_msg(e->counts.notices == 0, "%s", buf_cstr(&e->notices));
    }
}

static void make_report(struct buf *b, const char *declared, const char *name)
{
    buf_init(b, 1 << 20);
    buf_puts(b, "<?xml version='1.0'");
    if (declared) {
        buf_printf(b, " encoding = '%s'", declared);
    }
    buf_printf(b, "?>\n<testsuite><testcase name=\"%s\"/></testsuite>", name);
}

START_TEST(a_one_byte_encoding_is_read_by_its_declaration)
{
    const struct coded *c = &one_byte[_i];
    struct events e;
    struct buf b;
    make_report(&b, c->declared, c->bytes);
    events_read(&e, buf_str(&b), 0);
    expect_name(&e, c->name, c->notice);
    events_finish(&e);
    events_read(&e, buf_str(&b), 1);
    expect_name(&e, c->name, c->notice);
    events_finish(&e);
    buf_finish(&b);
}
END_TEST

/* UTF-8 as UTF-16; `big`: most significant byte first. */
static void widen(struct buf *out, struct ferry_str s, int big, int mark)
{
    buf_init(out, 1 << 20);
    if (mark) {
        buf_puts(out, big ? "\xFE\xFF" : "\xFF\xFE");
    }
    while (s.len > 0) {
        uint32_t code = 0;
        unsigned n = utf8_char(s, &code);
        uint32_t units[2] = {code, 0};
        if (code >= 0x10000) {
            units[0] = 0xD800 + ((code - 0x10000) >> 10);
            units[1] = 0xDC00 + ((code - 0x10000) & 0x3FF);
        }
        for (int i = 0; i < 2 && (i == 0 || units[1]); i++) {
            buf_putc(out, (char)(big ? units[i] >> 8 : units[i] & 0xFF));
            buf_putc(out, (char)(big ? units[i] & 0xFF : units[i] >> 8));
        }
        s = str_sub(s, n, s.len);
    }
}

static void check_utf16(const char *declared, int big, int mark, const char *notice)
{
    static const size_t chunks[] = {0, 1, 3};
    static const char name[] = "gr\xC3\xBC \xF0\x9F\x9A\x80 \xE2\x82\xAC";
    struct buf narrow, wide;
    make_report(&narrow, declared, name);
    widen(&wide, buf_str(&narrow), big, mark);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        struct events e;
        events_read(&e, buf_str(&wide), chunks[i]);
        expect_name(&e, name, notice);
        events_finish(&e);
    }
    buf_finish(&narrow);
    buf_finish(&wide);
}

START_TEST(utf16_is_known_by_its_bytes)
{
    check_utf16("UTF-16", 0, 1, NULL);
    check_utf16("UTF-16", 1, 1, NULL);
    check_utf16("UTF-16LE", 0, 0, NULL);
    check_utf16("utf-16be", 1, 0, NULL);
    check_utf16(NULL, 0, 1, NULL);
    check_utf16(NULL, 1, 0, NULL);
    check_utf16("UTF-8", 0, 1,
                "1:1 encoding: declared encoding \"UTF-8\", but the bytes are UTF-16");
    check_utf16("UTF-16 LE", 0, 0, "1:1 encoding: declared encoding \"UTF-16 LE\"");
    check_utf16("windows-1252", 1, 1, "1:1 encoding:");
}
END_TEST

START_TEST(the_mark_of_utf8_is_skipped_and_wins)
{
    static const char right[] = "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?>"
                                "<testcase name=\"\xC3\xBC\"/>";
    static const char wrong[] = "\xEF\xBB\xBF<?xml version='1.0' encoding='windows-1252'?>"
                                "<testcase name=\"\xC3\xBC\"/>";
    struct events e;
    events_read(&e, FERRY_LIT(right), 0);
    expect_name(&e, "ü", NULL);
    events_finish(&e);
    events_read(&e, FERRY_LIT(wrong), 0);
    expect_name(&e, "ü", "begins with the mark of UTF-8");
    events_finish(&e);
}
END_TEST

/* A report in UTF-16 whose name holds raw units, and maybe half a unit at its end. */
static void check_units(const char *units, size_t len, const char *name, const char *notice)
{
    struct buf head, tail, all;
    struct events e;
    widen(&head, FERRY_LIT("<testsuite><testcase name=\""), 0, 1);
    widen(&tail, FERRY_LIT("\"/></testsuite>"), 0, 0);
    buf_init(&all, 1 << 16);
    buf_put(&all, buf_str(&head));
    buf_put(&all, (struct ferry_str){units, len});
    buf_put(&all, buf_str(&tail));
    events_read(&e, buf_str(&all), 5);
    expect_name(&e, name, notice);
    events_finish(&e);
    buf_finish(&head);
    buf_finish(&tail);
    buf_finish(&all);
}

START_TEST(broken_utf16_is_mended_and_named)
{
    check_units("\x3D\xD8", 2, "\xEF\xBF\xBD", "1:28 invalid-utf8:");          /* high alone */
    check_units("\x80\xDE", 2, "\xEF\xBF\xBD", "1:28 invalid-utf8:");          /* low alone */
    check_units("\x3D\xD8\x3D\xD8\x80\xDE", 6, "\xEF\xBF\xBD\xF0\x9F\x9A\x80", /* high, pair */
                "1:28 invalid-utf8:");
    check_units("\x3D\xD8x\0", 4, "\xEF\xBF\xBDx", "1:28 invalid-utf8:");
    check_units("\xFE\xFF", 2, "\xEF\xBF\xBD", "1:28 illegal-character:");
}
END_TEST

START_TEST(half_a_unit_at_the_end_is_named)
{
    struct buf wide;
    struct events e;
    widen(&wide, FERRY_LIT("<testcase name=\"a\"/>"), 0, 1);
    buf_putc(&wide, '\n');
    events_read(&e, buf_str(&wide), 0);
    expect_name(&e, "a", "1:21 trailing-text:");
    events_finish(&e);
    buf_finish(&wide);
}
END_TEST

START_TEST(converting_needs_no_more_room_than_promised)
{
    for (const struct charset *c = CHARSETS; c->name; c++) {
        struct encoding e = {ENCODING_TABLE, c, {0}, 0, ""};
        char in[256];
        unsigned char *out = malloc(ENCODING_ROOM(sizeof in));
        ck_assert_ptr_nonnull(out);
        for (int i = 0; i < 256; i++) {
            in[i] = (char)i;
        }
        ck_assert_uint_le(encoding_convert(&e, (struct ferry_str){in, sizeof in}, out),
                          ENCODING_ROOM(sizeof in));
        ck_assert_mem_eq(out, in, 128);
        free(out);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit encoding");
    TCase *encoding = tcase_create("encoding");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(encoding, a_one_byte_encoding_is_read_by_its_declaration, 0,
                        sizeof one_byte / sizeof *one_byte);
    tcase_add_test(encoding, utf16_is_known_by_its_bytes);
    tcase_add_test(encoding, the_mark_of_utf8_is_skipped_and_wins);
    tcase_add_test(encoding, broken_utf16_is_mended_and_named);
    tcase_add_test(encoding, half_a_unit_at_the_end_is_named);
    tcase_add_test(encoding, converting_needs_no_more_room_than_promised);
    suite_add_tcase(suite, encoding);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
