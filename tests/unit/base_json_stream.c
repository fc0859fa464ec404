/* SPDX-License-Identifier: MIT */
/* base_json_stream.c - large bodies element by element, and the writer. */
#include "json.h"
#include "text.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <time.h>

/* What was handed out, one element a line, as it is written again. */
struct seen {
    struct buf text;
    uint32_t count;
    uint32_t stop_at; /* 0: never */
};

static int32_t note(void *data, uint32_t index, const struct cJSON *element)
{
    struct seen *s = data;
    struct json_out j = json_to(&s->text);
    ck_assert_uint_eq(index, s->count);
    s->count++;
    json_put_value(&j, element);
    buf_putc(&s->text, '\n');
    return s->stop_at == s->count ? FERRY_E_STOP : FERRY_OK;
}

static int32_t walk(const char *text, const char *path, struct seen *s, struct buf *rest_text,
                    struct ferry_error *err)
{
    struct json_doc rest;
    size_t n = strlen(text);
    char *copy = malloc(n ? n : 1);
    int32_t rc;
    memcpy(copy, text, n);
    rc = json_elements((struct ferry_str){copy, n}, path, note, s, &rest, err);
    free(copy);
    if (rest_text && !rc) {
        struct json_out j = json_to(rest_text);
        json_put_value(&j, rest.root);
    }
    json_finish(&rest);
    return rc;
}

static const struct {
    const char *text, *path, *elements, *rest;
} walks[] = {
    {"[1,\"a\",[2,[3]],{\"b\":[4]},null]", "", "1\n\"a\"\n[2,[3]]\n{\"b\":[4]}\nnull\n", "[]"},
    {"[]", "", "", "[]"},
    {" [ ] ", "", "", "[]"},
    {"{\"result\":{\"total\":2,\"entities\":[{\"id\":1},{\"id\":2}],\"f\":[9]},\"status\":true}",
     "result.entities", "{\"id\":1}\n{\"id\":2}\n",
     "{\"result\":{\"total\":2,\"entities\":[],\"f\":[9]},\"status\":true}"},
    {"{\"a\":1}", "result.entities", "", "{\"a\":1}"},
    {"{\"result\":null}", "result.entities", "", "{\"result\":null}"},
    {"{\"result\":[[1]]}", "result.entities", "", "{\"result\":[[1]]}"},
    {"{\"x\":{\"entities\":[1]},\"entities\":[2]}", "entities", "2\n",
     "{\"x\":{\"entities\":[1]},\"entities\":[]}"},
    {"{\"x\":{\"a\":[1]},\"a\":{\"a\":[2],\"b\":[3]}}", "a.b", "3\n",
     "{\"x\":{\"a\":[1]},\"a\":{\"a\":[2],\"b\":[]}}"},
    {"{\"big\":12345678901234567,\"l\":[98765432109876543,\"98765432109876543\"],"
     "\"k\":11111111111111111}",
     "l", "98765432109876543\n\"98765432109876543\"\n",
     "{\"big\":12345678901234567,\"l\":[],\"k\":11111111111111111}"},
    {"{\"l\":[\"\\ud83d\",1]}", "l", "\"\xEF\xBF\xBD\"\n1\n", "{\"l\":[]}"},
    {"{\"\\u006c\":[1]}", "l", "1\n", "{\"l\":[]}"},
    {"{\"lx\":[1],\"l\":[2]}", "l", "2\n", "{\"lx\":[1],\"l\":[]}"},
    {"{\"l\":[2]}", "lx", "", "{\"l\":[2]}"},
    {"[[1],[2,3]]", "1", "2\n3\n", "[[1],[]]"},
    {"\xEF\xBB\xBF[7]", "", "7\n", "[]"},
};

START_TEST(elements_are_handed_out_and_the_rest_is_kept)
{
    struct seen s = {0};
    struct buf rest;
    struct ferry_error err = {0};
    int32_t rc;
    buf_init(&s.text, 10000);
    buf_init(&rest, 10000);
    rc = walk(walks[_i].text, walks[_i].path, &s, &rest, &err);
    ck_assert_msg(rc == FERRY_OK, "%s: %s", walks[_i].text, err.message);
    ck_assert_str_eq(buf_cstr(&s.text), walks[_i].elements);
    ck_assert_str_eq(buf_cstr(&rest), walks[_i].rest);
    buf_finish(&s.text);
    buf_finish(&rest);
}
END_TEST

/* What a document of its own would have been, down to the links that nobody of ours follows. */
static void check_alike(const struct cJSON *a, const struct cJSON *b)
{
    ck_assert_int_eq(a->type & 0xFF, b->type & 0xFF);
    ck_assert_pstr_eq(a->string, b->string);
    ck_assert_pstr_eq(a->valuestring, b->valuestring);
    if (a->type == cJSON_Number) {
        ck_assert_int_eq(memcmp(&a->valuedouble, &b->valuedouble, sizeof a->valuedouble), 0);
        ck_assert_int_eq(a->valueint, b->valueint);
    }
    const struct cJSON *x = a->child, *y = b->child, *last = NULL;
    for (; x && y; last = x, x = x->next, y = y->next) {
        ck_assert_ptr_eq(x->prev, last ? last : a->child->prev);
        check_alike(x, y);
    }
    ck_assert(!x && !y);
    if (last) {
        ck_assert_ptr_eq(a->child->prev, last);
    }
}

static int32_t compare_with_document(void *data, uint32_t index, const struct cJSON *element)
{
    const struct cJSON *document = data;
    for (document = document->child; index > 0; index--) {
        document = document->next;
    }
    check_alike(element, document);
    return FERRY_OK;
}

START_TEST(an_element_is_what_a_document_of_its_own_would_be)
{
    static const char *const texts[] = {
        "[]",
        "[0,-0,1,-1,2147483647,2147483648,-2147483648,-2147483649,999999999999999]",
        "[9999999999999999,-9007199254740993,12345678901234567890123456789012345678901234567890]",
        "[0.5,-0.0,1e3,1E-3,-12.75e+2,1.7976931348623157e308,5e-324,0.1]",
        "[0.12345678901234567890123456789012345678901234567890123456789012345678901234567890]",
        "[true,false,null,\"\",\"a\",[],{},[[]],[{}],{\"\":\"\"}]",
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u00e4\\u20ac\\ud83d\\ude00\",\"a\\nb\\tc\"]",
        "[\"\\ud83d\",\"x\\ude00y\",\"\\ud83d\\ud83d\\ude00\",\"\\u000b\"]",
        "[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80#\x7f\"]",
        "[{\"a\":1,\"a\":2,\"b\\tc\":[1,[2,[3,{\"d\":[]}]],4]},{\"id\":99999999999999999999}]",
        "[[1,2,3],{\"x\":{\"y\":{\"z\":[true]}},\"w\":null},\"after\"]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json_doc document;
        ck_assert_int_eq(json_parse(&document, ferry_cstr(texts[i]), JSON_STRICT, NULL, NULL),
                         FERRY_OK);
        ck_assert_int_eq(json_elements(ferry_cstr(texts[i]), "", compare_with_document,
                                       document.root, NULL, NULL),
                         FERRY_OK);
        json_finish(&document);
    }
}
END_TEST

START_TEST(a_body_cut_anywhere_is_refused)
{
    static const char body[] = "{\"result\":{\"entities\":[{\"id\":1,\"t\":\"\xC3\xA9\\n\"},[2.5],"
                               "12345678901234567],\"total\":3},\"status\":true}";
    for (size_t n = 0; n < sizeof body - 1; n++) {
        struct seen s = {0};
        struct ferry_error err = {0};
        char cut[sizeof body];
        buf_init(&s.text, 10000);
        memcpy(cut, body, n);
        cut[n] = '\0';
        ck_assert_msg(walk(cut, "result.entities", &s, NULL, &err) == FERRY_E_INPUT, "at %zu", n);
        ck_assert_ptr_nonnull(strstr(err.message, "line 1, column "));
        buf_finish(&s.text);
    }
}
END_TEST

START_TEST(a_fault_behind_the_array_is_found_after_elements_were_handed_out)
{
    static const char *const bodies[] = {"{\"l\":[1,2]} x", "{\"l\":[1,2],\"z\":01}",
                                         "{\"l\":[1,2]]", "{\"l\":[1,2],\"z\":\"\xFF\"}",
                                         "{\"l\":[1,2] \"z\":1}"};
    for (unsigned i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct seen s = {0};
        buf_init(&s.text, 1000);
        ck_assert_msg(walk(bodies[i], "l", &s, NULL, NULL) == FERRY_E_INPUT, "%s", bodies[i]);
        ck_assert_uint_eq(s.count, 2);
        buf_finish(&s.text);
    }
}
END_TEST

START_TEST(what_is_no_array_at_the_path_is_refused_by_name)
{
    static const char *const bodies[] = {"{\"a\":{\"l\":{}}}", "{\"a\":{\"l\":1}}",
                                         "{\"a\":{\"l\":null}}", "{\"a\":{\"l\":\"[]\"}}"};
    for (unsigned i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct seen s = {0};
        struct ferry_error err = {0};
        buf_init(&s.text, 1000);
        ck_assert_int_eq(walk(bodies[i], "a.l", &s, NULL, &err), FERRY_E_INPUT);
        ck_assert_ptr_nonnull(strstr(err.message, "\"a.l\" is not an array"));
        buf_finish(&s.text);
    }
}
END_TEST

START_TEST(an_array_that_stands_twice_is_refused_rather_than_half_read)
{
    struct seen s = {0};
    struct ferry_error err = {0};
    buf_init(&s.text, 1000);
    ck_assert_int_eq(walk("{\"l\":[1],\"l\":[2]}", "l", &s, NULL, &err), FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(err.message, "second time"));
    buf_finish(&s.text);
}
END_TEST

START_TEST(the_callers_no_ends_the_walk)
{
    struct seen s = {.stop_at = 2};
    buf_init(&s.text, 1000);
    ck_assert_int_eq(walk("[1,2,3", "", &s, NULL, NULL), FERRY_E_STOP);
    ck_assert_uint_eq(s.count, 2);
    buf_finish(&s.text);
}
END_TEST

static int32_t count(void *data, uint32_t index, const struct cJSON *element)
{
    int64_t n;
    ck_assert(json_int(json_get(element, "id"), &n) && n == index);
    ++*(uint32_t *)data;
    return FERRY_OK;
}

/* CPU time of one walk over n elements, in microseconds. */
static int64_t walk_us(uint32_t n)
{
    struct timespec begin, end;
    struct buf body;
    struct json_out j;
    uint32_t seen = 0;
    buf_init(&body, 64 << 20);
    j = json_to(&body);
    json_open(&j, '[');
    for (uint32_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_member_int(&j, "id", i);
        json_member(&j, "title", FERRY_LIT("a case with some title"));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    ck_assert_int_eq(json_elements(buf_str(&body), "", count, &seen, NULL, NULL), FERRY_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    ck_assert_uint_eq(seen, n);
    buf_finish(&body);
    return (end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000;
}

START_TEST(time_grows_with_the_body_and_not_with_its_square)
{
    int64_t small = walk_us(2000), large = walk_us(40000); /* 20 times as much */
    ck_assert_int_lt(large, small * 100 + 20000);
}
END_TEST

START_TEST(the_writer_places_commas_and_colons)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 1000);
    j = json_to(&b);
    json_open(&j, '{');
    json_member_int(&j, "id", -3);
    json_member(&j, "none", (struct ferry_str){NULL, 0});
    json_member(&j, "empty", FERRY_LIT(""));
    json_key(&j, "list");
    json_open(&j, '[');
    json_put_bool(&j, 1);
    json_put_null(&j);
    json_open(&j, '{');
    json_close(&j, '}');
    json_put(&j, (struct ferry_str){NULL, 0});
    json_put_raw(&j, FERRY_LIT("{\"raw\":1}"));
    json_put_real(&j, 0.1);
    json_put_real(&j, 1e300 * 1e300);
    json_close(&j, ']');
    json_key_str(&j, FERRY_LIT("a\"b"));
    json_put_int(&j, INT64_MIN);
    json_close(&j, '}');
    ck_assert_str_eq(buf_cstr(&b), "{\"id\":-3,\"empty\":\"\",\"list\":[true,null,{},null,"
                                   "{\"raw\":1},0.1,null],\"a\\\"b\":-9223372036854775808}");
    buf_finish(&b);
}
END_TEST

START_TEST(pretty_output_is_two_spaces_a_level)
{
    struct json_doc doc;
    struct buf b;
    struct json_out j;
    static const char expected[] = "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"c\": 2\n"
                                   "    }\n  ]\n}";
    buf_init(&b, 1000);
    j = json_to(&b);
    j.pretty = 1;
    json_open(&j, '{');
    json_key(&j, "a");
    json_open(&j, '[');
    json_close(&j, ']');
    json_key(&j, "b");
    json_open(&j, '[');
    json_put_int(&j, 1);
    json_open(&j, '{');
    json_member_int(&j, "c", 2);
    json_close(&j, '}');
    json_close(&j, ']');
    json_close(&j, '}');
    ck_assert_str_eq(buf_cstr(&b), expected);
    ck_assert_int_eq(json_parse(&doc, buf_str(&b), 0, NULL, NULL), FERRY_OK);
    buf_reset(&b);
    json_put_value(&j, doc.root); /* the same, from a parsed value */
    ck_assert_str_eq(buf_cstr(&b), expected);
    json_finish(&doc);
    buf_finish(&b);
}
END_TEST

START_TEST(strings_are_escaped_and_mended)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 1000);
    j = json_to(&b);
    json_put(&j, FERRY_LIT("\"\\/\b\f\n\r\t\x01\x1F\x7F\xC3\xA9\xF0\x9F\x98\x80\xFF<\0>"));
    ck_assert_str_eq(buf_cstr(&b), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\xC3\xA9"
                                   "\xF0\x9F\x98\x80\xEF\xBF\xBD<\\u0000>\"");
    buf_finish(&b);
}
END_TEST

/* What is printed as JSON is read by a CI system as well; it means the same to who parses it. */
START_TEST(strings_are_inert_where_they_are_shown)
{
    static const char raw[] = "\xC2\x9B"
                              "31m\xE2\x80\xAE\xF3\xA0\x81\x81 ##vso[a] # ## #[ 1#2";
    struct json_doc doc = {NULL};
    struct buf b;
    struct json_out j;
    buf_init(&b, 1000);
    j = json_to(&b);
    json_put(&j, ferry_cstr(raw));
    ck_assert_str_eq(buf_cstr(&b),
                     "\"\\u009b31m\\u202e\\udb40\\udc41 \\u0023#vso[a] # ## #[ 1#2\"");
    ck_assert_int_eq(json_parse(&doc, buf_str(&b), JSON_STRICT, NULL, NULL), FERRY_OK);
    ck_assert(str_is(json_str(doc.root), raw));
    json_finish(&doc);
    buf_finish(&b);
}
END_TEST

START_TEST(parsed_values_are_written_as_they_were)
{
    static const char text[] = "{\"a\":[12345678901234567,0.1,-1.5e-07,1e+22,100000000000000000000,"
                               "\"12345678901234567\",0.30000000000000004,5e-324],\"b\":{\"\":"
                               "\"\xC3\xA9\\n\"},\"c\":[],\"d\":{},\"e\":true}";
    struct json_doc doc;
    struct buf b;
    struct json_out j;
    buf_init(&b, 1000);
    j = json_to(&b);
    ck_assert_int_eq(json_parse(&doc, FERRY_LIT(text), 0, NULL, NULL), FERRY_OK);
    json_put_value(&j, doc.root);
    ck_assert_str_eq(buf_cstr(&b), "{\"a\":[12345678901234567,0.1,-1.5e-07,1e+22,"
                                   "100000000000000000000,\"12345678901234567\","
                                   "0.30000000000000004,4.94065645841247e-324],\"b\":{\"\":"
                                   "\"\xC3\xA9\\n\"},\"c\":[],\"d\":{},\"e\":true}");
    json_finish(&doc);
    buf_finish(&b);
}
END_TEST

START_TEST(a_writer_too_deep_or_closed_too_often_latches)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 1000);
    j = json_to(&b);
    for (unsigned i = 0; i < 64; i++) {
        json_open(&j, '[');
    }
    ck_assert_int_eq(b.failed, FERRY_E_TOO_LARGE);
    buf_reset(&b);
    j = json_to(&b);
    json_close(&j, ']');
    ck_assert_int_eq(b.failed, FERRY_E_BUG);
    buf_finish(&b);
}
END_TEST

START_TEST(a_deep_parsed_value_is_written_whole)
{
    struct json_doc doc;
    struct buf b;
    struct json_out j;
    char text[2 * 200 + 1];
    memset(text, '[', 200);
    memset(text + 200, ']', 200);
    text[400] = '\0';
    buf_init(&b, 1000);
    j = json_to(&b);
    ck_assert_int_eq(json_parse(&doc, ferry_cstr(text), 0, NULL, NULL), FERRY_OK);
    json_put_value(&j, doc.root);
    ck_assert_str_eq(buf_cstr(&b), text);
    json_finish(&doc);
    buf_finish(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base json stream");
    TCase *elements = tcase_create("elements");
    TCase *writer = tcase_create("writer");
    SRunner *runner;
    int failed;
    tcase_add_test(elements, an_element_is_what_a_document_of_its_own_would_be);
    tcase_add_loop_test(elements, elements_are_handed_out_and_the_rest_is_kept, 0,
                        sizeof walks / sizeof *walks);
    tcase_add_test(elements, a_body_cut_anywhere_is_refused);
    tcase_add_test(elements, a_fault_behind_the_array_is_found_after_elements_were_handed_out);
    tcase_add_test(elements, what_is_no_array_at_the_path_is_refused_by_name);
    tcase_add_test(elements, an_array_that_stands_twice_is_refused_rather_than_half_read);
    tcase_add_test(elements, the_callers_no_ends_the_walk);
    tcase_add_test(elements, time_grows_with_the_body_and_not_with_its_square);
    tcase_set_timeout(elements, 60);
    tcase_add_test(writer, the_writer_places_commas_and_colons);
    tcase_add_test(writer, pretty_output_is_two_spaces_a_level);
    tcase_add_test(writer, strings_are_escaped_and_mended);
    tcase_add_test(writer, strings_are_inert_where_they_are_shown);
    tcase_add_test(writer, parsed_values_are_written_as_they_were);
    tcase_add_test(writer, a_writer_too_deep_or_closed_too_often_latches);
    tcase_add_test(writer, a_deep_parsed_value_is_written_whole);
    suite_add_tcase(suite, elements);
    suite_add_tcase(suite, writer);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
