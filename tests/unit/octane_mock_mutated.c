/* SPDX-License-Identifier: MIT */
/*
 * octane_mock_mutated.c - the mock of ALM Octane given what is nearly right: requests with bytes changed, left out, doubled, or put in from another
 * request, always the same ones. Whatever comes, it is answered, and never by a failure of the service. FERRY_TORTURE=full: a hundred times as many.
 */
#include "octane_rig.h"

static const struct {
    const char *method, *target, *type, *body;
} seeds[] = {
    {"GET",
     W "/stories?query=%22name%20EQ%20'a*';!(id%20IN%201,2||parent%20EQ%20{name%20EQ%20^x^})"
       "%22&fields=name,parent{name,id}&order_by=-id,name&limit=10&offset=1",
     NULL, ""},
    {"GET",
     W "/automated_runs?query=%22parent_suite%20EQ%20{id%20EQ%202009};duration%20BTW%201...5"
       "||covered_content%20EQ%20{null}%22&limit=2",
     NULL, ""},
    {"GET", W "/metadata/fields?query=%22entity_name%20EQ%20^story^;required%20EQ%20true%22", NULL,
     ""},
    {"POST", W "/stories?fields=name,phase{name}", "application/json",
     "{\"data\":[{\"name\":\"S\",\"story_points\":5,\"blocked\":true," ROOT "," NEW("story") "}]}"},
    {"PUT", W "/test_suites?reference_update_mode=append", "application/json",
     "{\"data\":[{\"id\":\"2001\",\"covered_content\":{\"data\":[{\"type\":\"story\",\"id\":\"2004\"}]}},"
     "{\"id\":\"2007\",\"name\":\"W\"}]}"},
    {"POST", W "/test-results?skip-errors=true", "application/xml",
     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><test_result><suite_ref id=\"2001\" "
     "external_run_id=\"n\"/><release name=\"_default_\"/><backlog_items><backlog_item_ref "
     "id=\"2004\"/></backlog_items><test_fields><test_field type=\"Framework\" value=\"JUnit\"/>"
     "</test_fields><environment><taxonomy type=\"OS\" value=\"Linux\"/></environment><test_runs>"
     "<test_run module=\"m\" name=\"t&amp;\" duration=\"12\" status=\"Failed\" started=\"1\">"
     "<error type=\"T\" message=\"M\">a <![CDATA[b]]></error></test_run></test_runs></test_result>"},
    {"POST", "/authentication/sign_in", "application/json", "{\"user\":\"u\",\"password\":\"p\"}"},
    {"DELETE", W "/stories?query=%22id%20GT%203000%22", NULL, ""},
    {"POST", "/_mock/clock", "application/json", "{\"advance_ms\":200000}"},
};
enum { N_SEEDS = sizeof seeds / sizeof *seeds };

static uint64_t state = 20261201;
static size_t below(size_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return n ? (size_t)(state >> 33) % n : 0;
}

/* A few changes; what must not be in a target stays out of it. */
static void mutate(struct buf *b, const char *text, const char *other)
{
    static const char odd[] = "'\"^\\{}()[];|!*,=<>&%#\x01\x7f\xC3\xF0 09az./";
    size_t changes = 1 + below(4);
    buf_reset(b);
    buf_puts(b, text);
    for (size_t i = 0; i < changes && b->len > 0; i++) {
        size_t at = below(b->len), n = 1 + below(8), from = below(strlen(other));
        struct buf rest;
        buf_init(&rest, 1 << 20);
        buf_put(&rest, str_sub(buf_str(b), at, b->len));
        switch (below(5)) {
        case 0: /* another byte */
            b->ptr[at] = odd[below(sizeof odd - 1)];
            break;
        case 1: /* fewer */
            buf_cut(b, at);
            buf_put(b, str_sub(buf_str(&rest), n, rest.len));
            break;
        case 2: /* twice */
            buf_cut(b, at);
            buf_put(b, str_sub(buf_str(&rest), 0, n));
            buf_put(b, buf_str(&rest));
            break;
        case 3: /* cut off */
            buf_cut(b, at + 1);
            break;
        default: /* of another */
            buf_cut(b, at);
            buf_put(b, str_sub(ferry_cstr(other), from, n * 3));
            buf_put(b, buf_str(&rest));
        }
        buf_finish(&rest);
    }
}

static int is_target(const char *text)
{
    return text[0] == '/' && !text[strcspn(text, " #\x01\x7f\xC3\xF0\r\n")];
}

static void send_one(size_t i, struct buf *target, struct buf *body)
{
    const char *other = seeds[below(N_SEEDS)].target;
    buf_reset(target);
    buf_puts(target, seeds[i].target);
    buf_reset(body);
    buf_puts(body, seeds[i].body);
    if (body->len == 0 || below(3) == 0) {
        mutate(target, seeds[i].target, other);
    }
    if (body->len > 0 && below(4) > 0) {
        const char *from = seeds[below(N_SEEDS)].body;
        mutate(body, seeds[i].body, *from ? from : other);
    }
    if (!is_target(buf_cstr(target))) {
        return;
    }
    type = seeds[i].type;
    uint32_t status = rig_send(seeds[i].method, buf_cstr(target), buf_str(body));
    ck_assert_msg(status >= 200 && status < 500, "%s %s %s: %u %.*s", seeds[i].method,
                  buf_cstr(target), buf_cstr(body), status, STR_ARG(lab.body));
    if (status == 401) {
        type = NULL;
        rig_sign_in();
    }
}

START_TEST(what_is_nearly_right_is_answered)
{
    const char *torture = getenv("FERRY_TORTURE");
    size_t n = torture && strcmp(torture, "full") == 0 ? 200000 : 2000;
    struct buf target, body;
    buf_init(&target, 1 << 16);
    buf_init(&body, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        send_one(i % N_SEEDS, &target, &body);
    }
    type = NULL;
    rig_sign_in();
    expect(200, "GET", W "/automated_runs", NULL);
    buf_finish(&target);
    buf_finish(&body);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("octane_mock_mutated");
    TCase *t = rig_case(s, "filled");
    tcase_set_timeout(t, 3600);
    tcase_add_checked_fixture(t, rig_setup, rig_teardown);
    tcase_add_test(t, what_is_nearly_right_is_answered);
    return rig_run_suite(s);
}
