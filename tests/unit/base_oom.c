/* SPDX-License-Identifier: MIT */
/*
 * base_oom.c - out of memory at every allocation in turn. The linker sends malloc and its kin here;
 * cJSON, a library of its own, through its hooks. Each scene must say E_NO_MEMORY or succeed
 * with the right result; leaks are the sanitizer's to find.
 */
#include "arena.h"
#include "json.h"
#include "text.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdlib.h>

static int64_t fail_at = -1; /* allocations left until the one that fails; negative: none fails */
static int failed_one;

static int fails_now(void)
{
    if (fail_at == 0) {
        failed_one = 1;
        fail_at--;
        return 1;
    }
    fail_at -= fail_at > 0;
    return 0;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
    return fails_now() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails_now() ? NULL : __real_realloc(p, n);
}

/* Check's own assertions allocate, so the scenes note what is wrong and the test asks later. */
static int wrong_at;

static void expect_at(int line, int holds)
{
    if (!holds && !wrong_at) {
        wrong_at = line;
    }
}

#define expect(holds) expect_at(__LINE__, (holds))

static const char body[] =
    "{\"result\":{\"entities\":[{\"id\":12345678901234567,\"t\":\"\\ud83d x\"},[1,2,\"three\"],"
    "null],\"total\":3},\"n\":0.1,\"more\":[\"a\",\"b\",{\"c\":{\"d\":98765432109876543}}]}";

static int32_t parse_scene(void)
{
    struct json_doc doc;
    int32_t rc = json_parse(&doc, FERRY_LIT(body), JSON_COMMENTS, "body", NULL);
    expect(!rc == (doc.root != NULL));
    if (!rc) {
        expect(json_count(json_get(doc.root, "more")) == 3);
    }
    json_finish(&doc);
    return rc;
}

static int32_t count(void *data, uint32_t index, const struct cJSON *element)
{
    (void)index;
    expect(element != NULL);
    ++*(uint32_t *)data;
    return FERRY_OK;
}

static int32_t elements_scene(void)
{
    struct json_doc rest = {0};
    uint32_t n = 0;
    int32_t rc = json_elements(FERRY_LIT(body), "result.entities", count, &n, &rest, NULL);
    if (!rc) {
        expect(n == 3);
        expect(json_has(rest.root, "n"));
    }
    json_finish(&rest);
    return rc;
}

static int32_t write_scene(void)
{
    struct buf b;
    struct json_out j;
    int32_t rc;
    buf_init(&b, 100000);
    j = json_to(&b);
    json_open(&j, '[');
    for (int i = 0; i < 200; i++) {
        json_put(&j, FERRY_LIT("some text\n"));
        json_put_int(&j, i);
    }
    json_close(&j, ']');
    rc = b.failed;
    if (!rc) {
        expect(b.ptr[b.len - 1] == ']');
    }
    buf_finish(&b);
    return rc;
}

static int32_t arena_scene(void)
{
    struct arena a;
    int32_t rc;
    arena_init(&a, 1 << 22);
    for (size_t i = 0; i < 50; i++) {
        struct ferry_str s = arena_printf(&a, "%zu", i);
        expect((s.ptr != NULL) == (a.failed == FERRY_OK));
        expect((arena_alloc(&a, 1000 * i) != NULL) == (a.failed == FERRY_OK));
    }
    rc = a.failed;
    arena_finish(&a);
    return rc;
}

static int32_t glob_scene(void)
{
    char pattern[2000];
    int matches;
    memset(pattern, '*', sizeof pattern - 1);
    pattern[sizeof pattern - 1] = '\0';
    matches = text_glob(pattern, "a/b");
    return matches ? FERRY_OK : FERRY_E_NO_MEMORY; /* a glob has no way to say more than no */
}

static int32_t (*const scenes[])(void) = {parse_scene, elements_scene, write_scene, arena_scene,
                                          glob_scene};

START_TEST(each_allocation_may_fail)
{
    cJSON_Hooks hooks = {__wrap_malloc, free};
    int64_t n = 0;
    cJSON_InitHooks(&hooks);
    for (;; n++) {
        int32_t rc;
        failed_one = 0;
        fail_at = n;
        rc = scenes[_i]();
        fail_at = -1;
        ck_assert_msg(!wrong_at, "line %d, with allocation %d failed", wrong_at, (int)n);
        if (!failed_one) {
            ck_assert_int_eq(rc, FERRY_OK);
            break;
        }
        ck_assert_msg(rc == FERRY_E_NO_MEMORY, "allocation %d failed and gave %d", (int)n, rc);
    }
    ck_assert_int_gt(n, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base oom");
    TCase *all = tcase_create("oom");
    SRunner *runner;
    int failed;
    tcase_add_loop_test(all, each_allocation_may_fail, 0, sizeof scenes / sizeof *scenes);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
