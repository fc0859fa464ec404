/* SPDX-License-Identifier: MIT */
/* The test tracker `ledger`: its server against requests that are wrong, its codec against answers that are. */
#include "ledger_ops.h"

/* --- the server is strict ------------------------------------------------------------------ */

START_TEST(what_is_not_well_formed_is_refused_and_changes_nothing)
{
    static const struct {
        uint32_t status;
        const char *method, *target, *body;
    } wrong[] = {
        {400, "POST", "/v1/AO/cases", "{\"cases\":[]}"},
        {400, "POST", "/v1/AO/cases", "{\"cases\":{}}"},
        {400, "POST", "/v1/AO/cases", "{\"cases\":[{\"title\":\"a\"}],\"more\":1}"},
        {400, "POST", "/v1/AO/cases", "[]"},
        {400, "POST", "/v1/AO/cases", "{\"cases\":[{\"title\":\"a\"}]"},
        {400, "POST", "/v1/AO/cases", ""},
        {400, "POST", "/v1/AO/cases?x=1", "{\"cases\":[{\"title\":\"a\"}]}"},
        {422, "POST", "/v1/AO/cases", "{\"cases\":[{\"title\":\"\"}]}"},
        {422, "POST", "/v1/AO/cases", "{\"cases\":[{\"title\":1}]}"},
        {422, "POST", "/v1/AO/cases", "{\"cases\":[{\"key\":\"K\"}]}"},
        {422, "POST", "/v1/AO/cases", "{\"cases\":[{\"title\":\"a\",\"Title\":\"a\"}]}"},
        {422, "POST", "/v1/AO/cases", "{\"cases\":[{\"title\":\"a\"},\"b\"]}"},
        {422, "POST", "/v1/AO/runs", "{\"title\":\"a\",\"description\":null}"},
        {422, "POST", "/v1/AO/runs", "{}"},
        {422, "POST", "/v1/AO/runs/1/complete", "{\"title\":\"a\"}"},
        {404, "POST", "/v1/AO/runs/2/complete", "{}"},
        {404, "POST", "/v1/AO/runs/x/complete", "{}"},
        {404, "POST", "/v1/AO/runs/-1/complete", "{}"},
        {422, "POST", "/v1/AO/runs/1/results", "{\"results\":[{\"title\":\"a\"}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"happy\"}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"passed\",\"case_id\":9}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"passed\",\"case_id\":\"1\"}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"passed\",\"time_ms\":-1}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"passed\",\"time_ms\":1.5}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"passed\",\"attachments\":[\"9\"]}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"passed\",\"attachments\":[9]}]}"},
        {422, "POST", "/v1/AO/runs/1/results",
         "{\"results\":[{\"title\":\"a\",\"status\":\"passed\",\"attachments\":[\"x\"]}]}"},
        {404, "POST", "/v1/AO/runs/9/results", "{\"results\":[]}"},
        {400, "POST", "/v1/AO/attachments", "x"},
        {400, "POST", "/v1/AO/attachments?name=", "x"},
        {400, "POST", "/v1/AO/attachments?name=a&mime=b", "x"},
        {404, "POST", "/v1/AO/nothing", "{}"},
        {404, "POST", "/v1/AO/runs/1/delete", "{}"},
        {400, "GET", "/", ""},
        {404, "GET", "/v1/AO", ""},
        {404, "GET", "/v2/AO/cases", ""},
        {404, "GET", "/v1/A%20O/cases", ""},
        {404, "GET", "/v1/AO/attachments/1", ""},
        {400, "GET", "/v1//cases", ""},
        {400, "GET", "v1/AO/cases", ""},
        {400, "GET", "/v1/AO/cases?offset=%zz", ""},
        {400, "GET", "/v1/AO/cases?offset=%00", ""},
        {400, "GET", "/v1/AO/cases?offset=-1", ""},
        {400, "GET", "/v1/AO/cases?offset=x", ""},
        {400, "GET", "/v1/AO/cases?run=1", ""},
        {400, "GET", "/v1/AO/cases?offset", ""},
        {400, "GET", "/v1/AO/cases?&&&&", ""},
        {400, "GET", "/v1/a/b/c/d/e/f/g", ""},
        {405, "DELETE", "/v1/AO/cases", ""},
        {405, "POST", "/v1/AO/results", "{}"},
        {405, "GET", "/v1/AO/attachments", ""},
        {405, "GET", "/v1/AO/runs/1/results", ""},
        {405, "GET", "/v1/AO/runs/1/complete", ""},
        {405, "POST", "/v1/AO/attachments/1", ""},
    };
    char before[512];
    an_open_run();
    snprintf(before, sizeof before, "%s", rig_dump(&rig));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint32_t status = rig_raw(&rig, wrong[i].method, wrong[i].target, wrong[i].body);
        ck_assert_msg(status == wrong[i].status, "%s %s %s: %u %s", wrong[i].method,
                      wrong[i].target, wrong[i].body, status, buf_cstr(&rig.answer.body));
        ck_assert_ptr_nonnull(strstr(buf_cstr(&rig.answer.body), "{\"error\":\""));
    }
    ck_assert_str_eq(rig_dump(&rig), before);
}
END_TEST

START_TEST(a_batch_with_one_bad_result_writes_none_of_it)
{
    an_open_run();
    ck_assert_uint_eq(rig_raw(&rig, "POST", "/v1/AO/runs/1/results",
                              "{\"results\":[{\"title\":\"a\",\"status\":\"passed\"},"
                              "{\"title\":\"b\",\"status\":\"passed\",\"case_id\":5}]}"),
                      422);
    rig_walk(&rig, list_of(FERRY_RESULT));
    ck_assert_str_eq(buf_cstr(&rig.log), "");
}
END_TEST

START_TEST(a_batch_of_too_many_is_refused)
{
    struct buf body;
    buf_init(&body, 4096);
    buf_puts(&body, "{\"cases\":[");
    for (int i = 0; i < 11; i++) {
        buf_printf(&body, "%s{\"title\":\"t\"}", i ? "," : "");
    }
    buf_puts(&body, "]}");
    ck_assert_uint_eq(rig_raw(&rig, "POST", "/v1/AO/cases", buf_cstr(&body)), 400);
    buf_finish(&body);
}
END_TEST

/* --- the codec trusts nobody ------------------------------------------------------------------ */

static int32_t decode_text(uint32_t status, const char *body)
{
    buf_reset(&rig.log);
    buf_reset(&rig.answer.body);
    buf_puts(&rig.answer.body, body);
    rig.answer.status = status;
    return rig_decode(&rig, ops, 2);
}

START_TEST(an_answer_that_is_not_whole_is_no_answer)
{
    static const char *const broken[] = {
        "",
        "{\"ids\":[1,2]",
        "{\"ids\":[1]}",
        "{\"ids\":[1,2,3]}",
        "{\"ids\":[1,null]}",
        "{\"ids\":[1,{}]}",
        "{\"ids\":\"1,2\"}",
        "{}",
        "[1,2]",
        "<html>ok</html>",
        "{\"ids\":[1,2]} x",
    };
    make_result(0, "1");
    make_result(1, "1");
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        ck_assert_msg(decode_text(201, broken[i]) == FERRY_E_PROTOCOL, "%s", broken[i]);
        ck_assert_int_eq(rig.error.status, FERRY_E_PROTOCOL);
    }
    ck_assert_int_eq(decode_text(201, "{\"ids\":[12345678901234567890,\"x-1\"]}"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&rig.log),
                     "outcome 0 done 12345678901234567890\noutcome 1 done x-1\n");
    rig.reply_with = FERRY_E_NO_MEMORY;
    ck_assert_int_eq(decode_text(201, "{\"ids\":[1,2]}"), FERRY_E_NO_MEMORY);
    ck_assert_str_eq(buf_cstr(&rig.log), "outcome 0 done 1\n");
}
END_TEST

START_TEST(a_refusal_is_judged_by_its_status_whatever_its_body)
{
    make_result(0, "1");
    make_result(1, "1");
    ck_assert_int_eq(decode_text(413, "<html>"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict oversize: \n");
    ck_assert_int_eq(decode_text(400, "{\"error\":{}}"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict refused: \n");
    ck_assert_int_eq(decode_text(503, "{\"error\":\"tired\"}"), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict by-status: tired\n");
    ck_assert_int_eq(decode_text(429, ""), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&rig.log), "verdict by-status: \n");
}
END_TEST

START_TEST(half_a_page_is_no_page)
{
    static const char *const broken[] = {"{\"items\":[],\"next\":[]", "{\"items\":[]}",
                                         "{\"next\":[]}", "[]", ""};
    struct ferry_ask ask = list_of(FERRY_CASE);
    struct ferry_reply reply = rig_reply(&rig);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct ferry_message m = {.size = sizeof m, .status = 200, .body = ferry_cstr(broken[i])};
        ck_assert_int_eq(rig_codec()->answer(&rig.call, &ask, &m, &reply, &rig.error),
                         FERRY_E_PROTOCOL);
        m.status = 404;
        ck_assert_int_eq(rig_codec()->answer(&rig.call, &ask, &m, &reply, NULL), FERRY_OK);
    }
    ck_assert_str_eq(buf_cstr(&rig.log), "");
    ask.noun = FERRY_FOLDER;
    ck_assert_int_eq(rig_ask(&rig, &ask), FERRY_E_UNSUPPORTED);
    ask.what = FERRY_ASK_POLL;
    ck_assert_int_eq(rig_ask(&rig, &ask), FERRY_E_UNSUPPORTED);
}
END_TEST

static void add_tests(TCase *tcase)
{
    const TTest *const tests[] = {
        what_is_not_well_formed_is_refused_and_changes_nothing,
        a_batch_with_one_bad_result_writes_none_of_it,
        a_batch_of_too_many_is_refused,
        an_answer_that_is_not_whole_is_no_answer,
        a_refusal_is_judged_by_its_status_whatever_its_body,
        half_a_page_is_no_page,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
}

int main(void)
{
    return run_suite("ledger_strict", add_tests);
}
