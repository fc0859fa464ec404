/* SPDX-License-Identifier: MIT */
/*
 * pack.c - items as bytes in the journal: what is written is read again to the last bit, by earlier and later versions
 * too, and bytes that something else has damaged are refused or read as something, but never trusted.
 */
#include <check.h>
#include <hash.h>
#include <pack.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

static struct buf packed;
static struct arena arena;
static struct ferry_error err;

static void begin(void)
{
    buf_init(&packed, 1 << 20);
    arena_init(&arena, 16 << 20);
    err = (struct ferry_error){.size = sizeof err};
}

static void end(void)
{
    buf_finish(&packed);
    arena_finish(&arena);
}

/* --- an item with something in every field ------------------------------------------------- */

static const struct ferry_kv kvs[] = {{FERRY_LIT("os"), FERRY_LIT("linux")},
                                      {FERRY_LIT("os"), FERRY_LIT("")},
                                      {FERRY_LIT(""), {NULL, 0}}};
static const struct ferry_str texts[] = {FERRY_LIT("a"), FERRY_LIT(""), {NULL, 0}};
static const struct ferry_blob blob = {sizeof blob, 0, FERRY_LIT("sha256:0123"), 5000000000u};
static const struct ferry_attachment file = {.size = sizeof file,
                                             .name = FERRY_LIT("log.txt"),
                                             .mime = FERRY_LIT("text/plain"),
                                             .path = FERRY_LIT("out/log.txt"),
                                             .blob = &blob};
static const struct ferry_attachment *const files[] = {&file, &file};
static const struct ferry_step inner = {
    .size = sizeof inner, .status = FERRY_FAILED, .action = FERRY_LIT("press"), .duration_us = -1};
static const struct ferry_step *const inners[] = {&inner};
static const struct ferry_step step = {.size = sizeof step,
                                       .status = FERRY_PASSED,
                                       .action = FERRY_LIT("open"),
                                       .expected = FERRY_LIT("it is open"),
                                       .data = FERRY_LIT("door"),
                                       .comment = FERRY_LIT("creaks"),
                                       .duration_us = INT64_MAX,
                                       .attachments = files,
                                       .n_attachments = 2,
                                       .steps = inners,
                                       .n_steps = 1};
static const struct ferry_step *const steps[] = {&step, &inner};
static const struct ferry_failure failure = {.size = sizeof failure,
                                             .status = FERRY_ERRORED,
                                             .message = FERRY_LIT("no"),
                                             .type = FERRY_LIT("Error"),
                                             .details = FERRY_LIT("at line 1\nat line 2")};
static const struct ferry_failure *const failures[] = {&failure};
static const struct ferry_ref ref = {.size = sizeof ref,
                                     .role = FERRY_FOLDER,
                                     .noun = FERRY_CASE,
                                     .flags = FERRY_REF_OPTIONAL,
                                     .key = FERRY_LIT("key:K_1"),
                                     .id = FERRY_LIT("12"),
                                     .extra = kvs,
                                     .n_extra = 3};
static const struct ferry_ref *const refs[] = {&ref};
static const struct ferry_result result = {.size = sizeof result,
                                           .has = 7,
                                           .status = FERRY_OTHER,
                                           .flags = FERRY_RESULT_FLAKY,
                                           .attempt = UINT32_MAX,
                                           .line = 300,
                                           .status_text = FERRY_LIT("retest"),
                                           .suite = FERRY_LIT("a\tb"),
                                           .class_name = FERRY_LIT("pkg.Class"),
                                           .name = FERRY_LIT("works"),
                                           .signature = FERRY_LIT("pkg::works"),
                                           .file = FERRY_LIT("a.c"),
                                           .message = FERRY_LIT("m"),
                                           .type = FERRY_LIT("t"),
                                           .details = FERRY_LIT("d"),
                                           .out = FERRY_LIT("o"),
                                           .err = FERRY_LIT("e"),
                                           .details_blob = &blob,
                                           .out_blob = &blob,
                                           .err_blob = &blob,
                                           .start_ms = -62135596800000,
                                           .duration_us = 1,
                                           .case_ids = texts,
                                           .parameters = kvs,
                                           .properties = kvs,
                                           .fields = kvs,
                                           .tags = texts,
                                           .failures = failures,
                                           .attachments = files,
                                           .steps = steps,
                                           .n_case_ids = 3,
                                           .n_parameters = 2,
                                           .n_properties = 3,
                                           .n_fields = 1,
                                           .n_tags = 2,
                                           .n_failures = 1,
                                           .n_attachments = 2,
                                           .n_steps = 2};
static const struct ferry_case test_case = {.size = sizeof test_case,
                                            .title = FERRY_LIT("T"),
                                            .description = FERRY_LIT("D"),
                                            .precondition = FERRY_LIT("P"),
                                            .signature = FERRY_LIT("S"),
                                            .steps = steps,
                                            .fields = kvs,
                                            .tags = texts,
                                            .n_steps = 1,
                                            .n_fields = 3,
                                            .n_tags = 1};
static const struct ferry_run run = {.size = sizeof run,
                                     .has = 3,
                                     .state = FERRY_RUN_COMPLETE,
                                     .title = FERRY_LIT("Nightly"),
                                     .description = FERRY_LIT("all of it"),
                                     .status_text = FERRY_LIT("passed"),
                                     .start_ms = 1,
                                     .end_ms = 2,
                                     .fields = kvs,
                                     .tags = texts,
                                     .n_fields = 1,
                                     .n_tags = 3};
static const struct ferry_folder folder = {sizeof folder, 0, FERRY_LIT("login"),
                                           FERRY_LIT("what is in it")};
static const struct ferry_suite suite = {.size = sizeof suite,
                                         .has = 3,
                                         .path = FERRY_LIT("a\tb"),
                                         .host = FERRY_LIT("h"),
                                         .out = FERRY_LIT("o"),
                                         .err = FERRY_LIT("e"),
                                         .out_blob = &blob,
                                         .err_blob = &blob,
                                         .start_ms = 5,
                                         .duration_us = 6,
                                         .properties = kvs,
                                         .n_properties = 2,
                                         .flags = FERRY_RESULT_ZONELESS};
static const struct ferry_field field = {
    .size = sizeof field, .entity = FERRY_CASE, .type = FERRY_LIT("String"), .required = 1};
static const struct ferry_item everything = {.size = sizeof everything,
                                             .noun = FERRY_RESULT,
                                             .source_id =
                                                 FERRY_LIT("8f1c5a02-0000-5000-8000-000000000000"),
                                             .id = FERRY_LIT("9007199254740993"),
                                             .key = FERRY_LIT("K_1"),
                                             .marker = FERRY_LIT("run-key=x"),
                                             .name = FERRY_LIT("works \xc3\xa9"),
                                             .refs = refs,
                                             .extra = kvs,
                                             .n_refs = 1,
                                             .n_extra = 3,
                                             .test_case = &test_case,
                                             .run = &run,
                                             .result = &result,
                                             .attachment = &file,
                                             .folder = &folder,
                                             .suite = &suite,
                                             .field = &field};

static struct ferry_str pack_everything(void)
{
    buf_reset(&packed);
    ck_assert_int_eq(pack_item(&packed, &everything), FERRY_OK);
    return buf_str(&packed);
}

/* The bytes in memory of their own, no byte more: a reader that goes past their end is seen by the sanitizer. */
static int32_t unpack_exactly(const char *bytes, size_t n, struct ferry_item **item, char **copy)
{
    *copy = malloc(n ? n : 1);
    ck_assert_ptr_nonnull(*copy);
    if (n) {
        memcpy(*copy, bytes, n);
    }
    arena_reset(&arena);
    return unpack_item((struct ferry_str){*copy, n}, &arena, item, &err);
}

/* --- there and back -------------------------------------------------------------------------- */

START_TEST(every_field_comes_back_to_the_bit)
{
    struct buf again;
    struct ferry_item *item;
    struct ferry_str bytes = pack_everything();
    ck_assert_int_eq(unpack_item(bytes, &arena, &item, &err), FERRY_OK);
    buf_init(&again, 1 << 20);
    ck_assert_int_eq(pack_item(&again, item), FERRY_OK);
    ck_assert(ferry_eq(bytes, buf_str(&again)));
    buf_finish(&again);

    ck_assert_uint_eq(item->size, sizeof *item);
    ck_assert(ferry_eq(item->id, everything.id));
    ck_assert_int_eq(item->result->start_ms, result.start_ms);
    ck_assert_int_eq(item->result->steps[0]->duration_us, INT64_MAX);
    ck_assert_int_eq(item->result->steps[0]->steps[0]->duration_us, -1);
    ck_assert_uint_eq(item->result->attempt, UINT32_MAX);
    ck_assert_uint_eq(item->result->out_blob->bytes, 5000000000u);
    ck_assert(ferry_eq(item->result->failures[0]->details, failure.details));
    ck_assert(ferry_eq(item->refs[0]->extra[0].value, FERRY_LIT("linux")));
    ck_assert_uint_eq(item->run->n_tags, 3);
    ck_assert_uint_eq(item->suite->flags, FERRY_RESULT_ZONELESS);
    ck_assert_uint_eq(item->field->required, 1);
}
END_TEST

START_TEST(absent_and_empty_stay_apart)
{
    struct ferry_item *item;
    ck_assert_int_eq(unpack_item(pack_everything(), &arena, &item, &err), FERRY_OK);
    ck_assert_ptr_nonnull(item->result->tags[1].ptr);
    ck_assert_uint_eq(item->result->tags[1].len, 0);
    ck_assert_ptr_null(item->result->case_ids[2].ptr);
    ck_assert_ptr_nonnull(item->extra[1].value.ptr);
    ck_assert_ptr_null(item->extra[2].value.ptr);

    struct ferry_item bare = {.size = sizeof bare, .name = FERRY_LIT("")};
    buf_reset(&packed);
    ck_assert_int_eq(pack_item(&packed, &bare), FERRY_OK);
    ck_assert_int_eq(unpack_item(buf_str(&packed), &arena, &item, &err), FERRY_OK);
    ck_assert_ptr_nonnull(item->name.ptr);
    ck_assert_ptr_null(item->key.ptr);
    ck_assert_ptr_null(item->result);
    ck_assert_ptr_null(item->refs);
}
END_TEST

/* Journals outlive versions. Where this fails, the format has changed: old journals are read no more. */
START_TEST(the_bytes_are_the_ones_that_journals_hold)
{
    static const char wanted[] = "09b2c308ade432771ec70c5ed4c9a51f897d318875be1f103b34d503841a43cc";
    struct sha256 h;
    unsigned char digest[32];
    char text[SHA256_HEX];
    sha256_init(&h);
    sha256_add(&h, pack_everything());
    sha256_end(&h, digest);
    hex_text(digest, 32, text);
    ck_assert_str_eq(text, wanted);
}
END_TEST

START_TEST(what_an_older_sender_did_not_have_reads_as_absent)
{
    struct ferry_item older = everything;
    struct ferry_item *item;
    older.size = offsetof(struct ferry_item, suite);
    buf_reset(&packed);
    ck_assert_int_eq(pack_item(&packed, &older), FERRY_OK);
    ck_assert_int_eq(unpack_item(buf_str(&packed), &arena, &item, &err), FERRY_OK);
    ck_assert_ptr_null(item->suite);
    ck_assert_ptr_null(item->field);
    ck_assert_ptr_nonnull(item->folder);
}
END_TEST

START_TEST(what_a_newer_sender_has_more_is_left_alone)
{
    struct {
        struct ferry_item item;
        char more[64];
    } newer = {.item = everything};
    struct ferry_str before = pack_everything();
    char *copy = malloc((size_t)before.len);
    memcpy(copy, before.ptr, (size_t)before.len);
    newer.item.size = sizeof newer;
    memset(newer.more, 0x5a, sizeof newer.more);
    buf_reset(&packed);
    ck_assert_int_eq(pack_item(&packed, &newer.item), FERRY_OK);
    ck_assert(ferry_eq(buf_str(&packed), (struct ferry_str){copy, before.len}));
    free(copy);
}
END_TEST

START_TEST(fields_of_a_later_version_are_passed_over)
{
    static const char strange[] = "\xc8\x03xyz"; /* field 200, three bytes */
    struct ferry_item *item;
    struct ferry_str bytes = pack_everything();
    struct buf later;
    buf_init(&later, 1 << 20);
    buf_put(&later, (struct ferry_str){strange, sizeof strange - 1});
    buf_put(&later, bytes);
    buf_put(&later, (struct ferry_str){strange, sizeof strange - 1});
    ck_assert_int_eq(unpack_item(buf_str(&later), &arena, &item, &err), FERRY_OK);
    ck_assert(ferry_eq(item->name, everything.name));
    ck_assert_uint_eq(item->result->n_steps, 2);
    buf_finish(&later);
}
END_TEST

START_TEST(pairs_come_back_and_none_are_none)
{
    const struct ferry_kv *kv;
    uint32_t n;
    ck_assert_int_eq(pack_kv(&packed, kvs, 3), FERRY_OK);
    ck_assert_int_eq(unpack_kv(buf_str(&packed), &arena, &kv, &n), FERRY_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert(ferry_eq(kv[0].key, FERRY_LIT("os")));
    ck_assert_ptr_nonnull(kv[1].value.ptr);
    ck_assert_ptr_null(kv[2].value.ptr);
    buf_reset(&packed);
    ck_assert_int_eq(pack_kv(&packed, NULL, 0), FERRY_OK);
    ck_assert_int_eq(unpack_kv(buf_str(&packed), &arena, &kv, &n), FERRY_OK);
    ck_assert_uint_eq(n, 0);
    ck_assert_int_eq(unpack_kv((struct ferry_str){NULL, 0}, &arena, &kv, &n), FERRY_OK);
    ck_assert_uint_eq(n, 0);
}
END_TEST

/* --- damage ------------------------------------------------------------------------------------ */

START_TEST(bytes_cut_short_anywhere_are_read_as_less_or_refused)
{
    struct ferry_str bytes = pack_everything();
    size_t refused = 0;
    for (size_t n = 0; n < bytes.len; n++) {
        struct ferry_item *item;
        char *copy;
        int32_t rc = unpack_exactly(bytes.ptr, n, &item, &copy);
        ck_assert_msg(rc == FERRY_OK || rc == FERRY_E_STATE, "%zu bytes: %d", n, rc);
        refused += rc == FERRY_E_STATE;
        free(copy);
    }
    /* Only between two fields of the item itself can they end and look whole. */
    ck_assert_uint_ge(refused, bytes.len - 16);
}
END_TEST

START_TEST(a_wrong_byte_anywhere_is_survived)
{
    static const unsigned char wrong[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    struct ferry_str bytes = pack_everything();
    char *mine = malloc((size_t)bytes.len);
    struct buf again;
    size_t refused = 0;
    memcpy(mine, bytes.ptr, (size_t)bytes.len);
    buf_init(&again, 64 << 20);
    for (size_t at = 0; at < bytes.len; at++) {
        for (size_t w = 0; w < sizeof wrong; w++) {
            struct ferry_item *item;
            char *copy, was = mine[at];
            mine[at] = (char)wrong[w];
            int32_t rc = unpack_exactly(mine, (size_t)bytes.len, &item, &copy);
            mine[at] = was;
            buf_reset(&again);
            if (rc == FERRY_OK) { /* whatever it became, all of it can be looked at */
                ck_assert_int_eq(pack_item(&again, item), FERRY_OK);
            } else {
                ck_assert(rc == FERRY_E_STATE || rc == FERRY_E_TOO_LARGE);
                refused++;
            }
            free(copy);
        }
    }
    ck_assert_uint_gt(refused, bytes.len / 4);
    buf_finish(&again);
    free(mine);
}
END_TEST

START_TEST(damage_is_told_as_such)
{
    struct ferry_item *item;
    ck_assert_int_eq(unpack_item(FERRY_LIT("\x02\x7fx"), &arena, &item, &err), FERRY_E_STATE);
    ck_assert_ptr_nonnull(strstr(err.message, "damaged"));
}
END_TEST

START_TEST(a_list_that_lies_about_its_length_makes_no_room)
{
    static const struct {
        const char *bytes;
        size_t n;
    } lies[] = {
        {"\xff\xff\xff\xff\x0f", 5},                 /* four thousand million pairs in no byte */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9}, /* more than there are */
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 11},
        {"\x02\x02k", 3}, /* the second is missing */
        {"\x01\x03k", 3}, /* its key is longer than what is left */
        {"\x80", 1},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        const struct ferry_kv *kv;
        uint32_t n;
        arena_reset(&arena);
        ck_assert_int_eq(unpack_kv((struct ferry_str){lies[i].bytes, lies[i].n}, &arena, &kv, &n),
                         FERRY_E_STATE);
        ck_assert_uint_eq(n, 0);
        ck_assert_uint_lt(arena.used, 1024);
    }
}
END_TEST

/* --- limits ---------------------------------------------------------------------------------------- */

static int32_t pack_deep(int depth)
{
    static struct ferry_step chain[4096];
    static const struct ferry_step *next[4096];
    struct ferry_result deep = {.size = sizeof deep, .steps = next, .n_steps = 1};
    struct ferry_item item = {.size = sizeof item, .noun = FERRY_RESULT, .result = &deep};
    for (int i = 0; i < depth; i++) {
        chain[i] = (struct ferry_step){.size = sizeof *chain, .action = FERRY_LIT("in")};
        chain[i].steps = i + 1 < depth ? &next[i + 1] : NULL;
        chain[i].n_steps = i + 1 < depth;
        next[i] = &chain[i];
    }
    buf_reset(&packed);
    return pack_item(&packed, &item);
}

START_TEST(steps_as_deep_as_reports_may_nest_them_come_back)
{
    enum { INTAKE_TAKES = 64 };
    struct ferry_item *item;
    ck_assert_int_eq(pack_deep(INTAKE_TAKES), FERRY_OK);
    ck_assert_int_eq(unpack_item(buf_str(&packed), &arena, &item, &err), FERRY_OK);
    const struct ferry_step *s = item->result->steps[0];
    int depth = 1;
    for (; s->n_steps; s = s->steps[0]) {
        depth++;
    }
    ck_assert_int_eq(depth, INTAKE_TAKES);
}
END_TEST

START_TEST(what_could_not_be_read_again_is_not_written)
{
    struct ferry_item *item;
    for (int depth = 60; depth < 120; depth++) {
        int32_t rc = pack_deep(depth);
        ck_assert(rc == FERRY_OK || rc == FERRY_E_TOO_LARGE);
        arena_reset(&arena);
        if (rc == FERRY_OK) {
            ck_assert_int_eq(unpack_item(buf_str(&packed), &arena, &item, &err), FERRY_OK);
        }
    }
    ck_assert_int_eq(pack_deep(4000), FERRY_E_TOO_LARGE);
}
END_TEST

START_TEST(a_list_with_nothing_in_a_place_is_the_plugins_bug)
{
    const struct ferry_ref *holes[] = {&ref, NULL};
    struct ferry_item item = {.size = sizeof item, .refs = holes, .n_refs = 2};
    ck_assert_int_eq(pack_item(&packed, &item), FERRY_E_BUG);
}
END_TEST

START_TEST(an_item_over_the_limit_is_too_large)
{
    struct buf small;
    buf_init(&small, 100);
    ck_assert_int_eq(pack_item(&small, &everything), FERRY_E_TOO_LARGE);
    buf_finish(&small);

    struct arena tight;
    struct ferry_item *item;
    arena_init(&tight, 200);
    ck_assert_int_eq(unpack_item(pack_everything(), &tight, &item, &err), FERRY_E_TOO_LARGE);
    arena_finish(&tight);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pack");
    TCase *t = tcase_create("items as bytes");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, every_field_comes_back_to_the_bit);
    tcase_add_test(t, absent_and_empty_stay_apart);
    tcase_add_test(t, the_bytes_are_the_ones_that_journals_hold);
    tcase_add_test(t, what_an_older_sender_did_not_have_reads_as_absent);
    tcase_add_test(t, what_a_newer_sender_has_more_is_left_alone);
    tcase_add_test(t, fields_of_a_later_version_are_passed_over);
    tcase_add_test(t, pairs_come_back_and_none_are_none);
    tcase_add_test(t, bytes_cut_short_anywhere_are_read_as_less_or_refused);
    tcase_add_test(t, a_wrong_byte_anywhere_is_survived);
    tcase_add_test(t, damage_is_told_as_such);
    tcase_add_test(t, a_list_that_lies_about_its_length_makes_no_room);
    tcase_add_test(t, steps_as_deep_as_reports_may_nest_them_come_back);
    tcase_add_test(t, what_could_not_be_read_again_is_not_written);
    tcase_add_test(t, a_list_with_nothing_in_a_place_is_the_plugins_bug);
    tcase_add_test(t, an_item_over_the_limit_is_too_large);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
