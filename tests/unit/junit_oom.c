/* SPDX-License-Identifier: MIT */
/*
 * junit_oom.c - the reader with every allocation failing in turn. The linker sends malloc and its
 * kin here; expat is a library of its own and keeps its memory. Each time the reader must say
 * E_NO_MEMORY, or have everything; leaks are the sanitizer's to find.
 */
#include "junit_events.h"

#include <check.h>
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

struct seen {
    uint64_t items, facts; /* facts: everything that could be left out of an item, counted */
};

static int32_t on_item(void *self, const struct ferry_item *item)
{
    struct seen *s = self;
    s->items++;
    if (item->result) {
        const struct ferry_result *r = item->result;
        s->facts += r->n_properties + r->n_parameters + r->n_attachments + r->n_steps + r->n_tags;
        s->facts += r->n_failures + r->n_case_ids + r->out.len + r->err.len + r->details.len;
        s->facts += r->name.len + r->class_name.len + r->suite.len + r->file.len;
        for (uint32_t i = 0; i < r->n_attachments; i++) {
            s->facts += r->attachments[i]->name.len * 3 + r->attachments[i]->path.len * 5;
        }
        for (uint32_t i = 0; i < r->n_steps; i++) {
            s->facts += r->steps[i]->action.len + r->steps[i]->expected.len +
                        r->steps[i]->data.len + r->steps[i]->comment.len;
        }
    } else {
        s->facts += item->suite->n_properties + item->suite->path.len + item->suite->out.len;
    }
    return FERRY_OK;
}

static int64_t on_text(void *self, int64_t number, struct ferry_str piece)
{
    struct seen *s = self;
    s->facts += piece.len;
    return number ? number : 1;
}

static int32_t on_notice(void *self, const struct ferry_notice *notice)
{
    (void)self;
    (void)notice;
    return FERRY_OK;
}

static const char report[] =
    "\xFF\xFE<\0?\0x\0m\0l\0 \0?\0>\0" /* UTF-16, so that converting allocates too */
    "<\0t\0e\0s\0t\0s\0u\0i\0t\0e\0>\0<\0/\0t\0e\0s\0t\0s\0u\0i\0t\0e\0>\0";

static const char full[] =
    "<testsuites><testsuite name=\"s\" hostname=\"h\" x=\"y\"><properties><property name=\"a\" "
    "value=\"b\"/></properties><error message=\"m\">d</error>"
    "<testcase name=\"n\" classname=\"c\" file=\"f\" tags=\"a,b\" value_param=\"1\" odd=\"2\">"
    "<properties><property name=\"attachment\" value=\"data:text/plain;base64,SGVsbG8=\"/>"
    "<property name=\"attachment\" value=\"file:///a%20b\"/>"
    "<property name=\"attachment\" value=\"data:;filename=a%20b,x\"/>"
    "<property name=\"step\">&lt;test-step-subfield name='Step'>a&lt;/test-step-subfield>"
    "&lt;test-step-subfield name='Seen'>b&lt;/test-step-subfield></property>"
    "<property name=\"step[passed]\" value=\"s\"/><property name=\"QaseID\" value=\"1,2\"/>"
    "<property name=\"text\">t</property></properties>"
    "<flakyFailure message=\"f\"><stackTrace>t</stackTrace>own<system-out>o</system-out>"
    "</flakyFailure><system-out>[[ATTACHMENT|p/q]]\n[[PROPERTY|k=v]]</system-out>"
    "<system-err>e</system-err></testcase><testcase name=\"z\"><failure>boom</failure></testcase>"
    "<system-out>so</system-out></testsuite></testsuites>";

static int32_t read_once(struct ferry_str text, struct seen *s)
{
    const struct ferry_reader *reader = junit_reader();
    struct ferry_sink sink = {s, on_item, on_text, on_notice};
    struct ferry_parse *parse = NULL;
    int32_t rc = reader->begin(NULL, NULL, 0, &sink, &parse, NULL);
    memset(s, 0, sizeof *s);
    if (!rc) {
        rc = reader->feed(parse, text, NULL);
        if (rc) {
            reader->abort(parse);
        } else {
            rc = reader->end(parse, NULL);
        }
    }
    return rc;
}

/* Fails the first allocation, then the second, and so on, until none was left to fail. */
static void fail_each(struct ferry_str text, unsigned least)
{
    struct seen whole, s;
    unsigned n = 0;
    int wrong = 0;
    fail_at = -1;
    ck_assert_int_eq(read_once(text, &whole), FERRY_OK);
    do {
        int32_t rc;
        failed_one = 0;
        fail_at = n++;
        rc = read_once(text, &s);
        fail_at = -1;
        if (failed_one && rc != FERRY_E_NO_MEMORY &&
            !(rc == FERRY_OK && s.items == whole.items && s.facts == whole.facts)) {
            wrong = wrong ? wrong : (int)n;
        }
    } while (failed_one);
    ck_assert_msg(wrong == 0, "allocation %d of %u failed unnoticed", wrong, n - 1);
    ck_assert_uint_gt(n, least);
}

START_TEST(a_failed_allocation_is_said_or_harmless)
{
    fail_each(FERRY_LIT(full), 10);
}
END_TEST

START_TEST(a_failed_allocation_while_converting_is_said)
{
    fail_each(FERRY_LIT(report), 4);
}
END_TEST

START_TEST(a_failed_allocation_in_a_long_text_is_said)
{
    size_t n = 3u << 20;
    static const char head[] = "<testcase name=\"a\"><system-out>",
                      tail[] = "</system-out></testcase>";
    char *text = malloc(n);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', n);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + n - (sizeof tail - 1), tail, sizeof tail - 1);
    fail_each((struct ferry_str){text, n}, 10);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("junit out of memory");
    TCase *oom = tcase_create("oom");
    SRunner *runner;
    int failed;
    tcase_add_test(oom, a_failed_allocation_is_said_or_harmless);
    tcase_add_test(oom, a_failed_allocation_while_converting_is_said);
    tcase_add_test(oom, a_failed_allocation_in_a_long_text_is_said);
    tcase_set_timeout(oom, 60);
    suite_add_tcase(suite, oom);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
