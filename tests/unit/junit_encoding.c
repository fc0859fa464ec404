/* SPDX-License-Identifier: MIT */
/* junit_encoding.c - the encodings of reports, declared rightly, wrongly or not at all. */
#include "encoding.h"
#include "junit_events.h"
#include "text.h"

#include <check.h>
#include <iconv.h>
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
    {"Shift_JIS", "\x93\xFA\x96{\x8C\xEA \x83\x5C\x83\x7D", "日本語 ソマ", NULL},
    {"shift-jis", "\xB6\xC5 \\~", "ｶﾅ \\~", NULL},
    {"Windows-31J", "\x87\x40\xFA\xB1", "①﨑", NULL},
    {"CP932", "\x81\x60", "～", NULL},
    {"EUC-JP", "\xC6\xFC\xCB\xDC\xB8\xEC \x8E\xB6", "日本語 ｶ", NULL},
    {"eucJP", "\xA5\xBD", "ソ", NULL},
    /* what is broken takes no ASCII with it */
    {"Shift_JIS", "\x93-\x93\xFA", "\xEF\xBF\xBD-日", "invalid-utf8: what stands here is no"},
    {"Shift_JIS", "\x85\x41\xA0",
     "\xEF\xBF\xBD"
     "A\xEF\xBF\xBD",
     "invalid-utf8:"},
    {"EUC-JP", "\x8F\xB0\xA1-\xC6-", "\xEF\xBF\xBD-\xEF\xBF\xBD-", "invalid-utf8:"},
    {"EUC-JP", "\x8E-\xA9\xA1\xFF", "\xEF\xBF\xBD-\xEF\xBF\xBD\xEF\xBF\xBD", "invalid-utf8:"},
    {"GB18030", "abc", "abc", "encoding: declared encoding \"GB18030\" is not known"},
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

START_TEST(a_broken_pair_before_a_tag_leaves_the_tag)
{
    static const char report[] = "<?xml version='1.0' encoding='Shift_JIS'?><testsuite>"
                                 "<testcase name='a'><failure>\x93</failure></testcase>"
                                 "<testcase name='b\x93'/></testsuite>\x93";
    for (size_t chunk = 0; chunk < 2; chunk++) {
        struct events e;
        events_read(&e, (struct ferry_str){report, sizeof report - 1}, chunk);
        ck_assert_msg(e.rc == FERRY_OK, "%s", e.error.message);
        ck_assert_uint_eq(e.counts.tests, 2);
        ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  details=\xEF\xBF\xBD\n"));
        ck_assert_ptr_nonnull(strstr(buf_cstr(&e.log), "  name=b\xEF\xBF\xBD\n"));
        ck_assert_ptr_nonnull(strstr(buf_cstr(&e.notices), "trailing-text:"));
        events_finish(&e);
    }
}
END_TEST

/* What the C library makes of a pair of bytes; 0: no character. */
static uint32_t by_library(iconv_t library, unsigned char a, unsigned char b)
{
    char in[2] = {(char)a, (char)b}, out[16], *from = in, *to = out;
    size_t n = sizeof in, room = sizeof out;
    uint32_t code = 0;
    iconv(library, NULL, NULL, NULL, NULL);
    if (iconv(library, &from, &n, &to, &room) == (size_t)-1) {
        return 0;
    }
    return utf8_char((struct ferry_str){out, sizeof out - room}, &code) == sizeof out - room ? code
                                                                                             : 0;
}

/* And what we make of it. */
static uint32_t by_us(enum encoding_kind kind, unsigned char a, unsigned char b)
{
    struct encoding e = {kind, NULL, {0}, 0, ""};
    char in[2] = {(char)a, (char)b};
    unsigned char out[ENCODING_ROOM(2)];
    struct ferry_str text = {(const char *)out, 0};
    uint32_t code = 0;
    text.len = encoding_convert(&e, (struct ferry_str){in, 2}, out);
    return e.n_carry == 0 && utf8_char(text, &code) == text.len ? code : 0;
}

/* Every pair of bytes. What nobody assigned (E000: for users' own characters) is no character to us. */
static void compare_pairs(enum encoding_kind kind, const char *library_name, unsigned first,
                          unsigned last)
{
    iconv_t library = iconv_open("UTF-8", library_name);
    unsigned known = 0;
    ck_assert_msg(library != (iconv_t)-1, "the C library does not know %s", library_name);
    for (unsigned a = first; a <= last; a++) {
        for (unsigned b = 0x40; b < 0xFF; b++) {
            uint32_t theirs = by_library(library, (unsigned char)a, (unsigned char)b);
            uint32_t ours = by_us(kind, (unsigned char)a, (unsigned char)b);
            theirs = theirs >= 0xE000 && theirs < 0xF900 ? 0 : theirs;
            ck_assert_msg(ours == theirs, "%02X %02X: U+%04X, not U+%04X", a, b, ours, theirs);
            known += ours != 0;
        }
    }
    iconv_close(library);
    ck_assert_uint_gt(known, 6900);
}

START_TEST(the_japanese_table_is_that_of_the_c_library)
{
    compare_pairs(ENCODING_SHIFT_JIS, "CP932", 0x81, 0xFE);
    compare_pairs(ENCODING_EUC_JP, "EUC-JP-MS", 0x90, 0xF8); /* beyond, browsers know NEC's rows */
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

/* The worst of two bytes a character: broken pairs, which become two characters each. */
START_TEST(broken_pairs_need_no_more_room_than_promised)
{
    static const enum encoding_kind kinds[] = {ENCODING_SHIFT_JIS, ENCODING_EUC_JP};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        for (int first = 0x81; first < 0xFF; first++) {
            struct encoding e = {kinds[i], NULL, {0}, 0, ""};
            unsigned char *out = malloc(ENCODING_ROOM(256) + 8);
            char in[256];
            size_t n;
            ck_assert_ptr_nonnull(out);
            for (int k = 0; k < 256; k++) {
                in[k] = (char)(k % 2 ? k : first);
            }
            encoding_convert(&e, (struct ferry_str){in, 1}, out); /* a carry from before */
            n = encoding_convert(&e, (struct ferry_str){in, sizeof in}, out);
            n += encoding_finish(&e, out + n);
            ck_assert_uint_le(n, ENCODING_ROOM(sizeof in));
            free(out);
        }
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
    tcase_add_test(encoding, a_broken_pair_before_a_tag_leaves_the_tag);
    tcase_add_test(encoding, the_japanese_table_is_that_of_the_c_library);
    tcase_add_test(encoding, broken_pairs_need_no_more_room_than_promised);
    tcase_add_test(encoding, converting_needs_no_more_room_than_promised);
    suite_add_tcase(suite, encoding);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
