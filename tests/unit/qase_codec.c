/* SPDX-License-Identifier: MIT */
/*
 * qase_codec.c - Qase's codec on its own, without a server: what it writes to the byte, what it makes of answers whole, half and hostile,
 * and whom it asks. It is pure, so a table of texts is all it takes.
 */
#include <buf.h>
#include <ferry/ferry.h>
#include <request.h>
#include <text.h>

#include <check.h>
#include <stdlib.h>

extern const struct ferry_plugin ferry_plugin_qase;

static const struct ferry_tracker *codec;
static struct ferry_kv options[5], facts[3];
static struct ferry_call call;
static struct ferry_error err;
static struct request request;
static struct buf shown, told;

/* --- a reply that writes everything down --------------------------------------------------------- */

static void put(const char *name, struct ferry_str s)
{
    if (s.len) {
        buf_printf(&told, " %s=%.*s", name, STR_ARG(s));
    }
}

static int32_t on_verdict(void *self, const struct ferry_verdict *v)
{
    (void)self;
    buf_printf(&told, "verdict %u", v->code);
    put("text", v->text);
    return buf_putc(&told, '\n');
}

static int32_t on_outcome(void *self, uint32_t i, const struct ferry_outcome *o)
{
    (void)self;
    buf_printf(&told, "outcome %u %u", i, o->code);
    put("id", o->id);
    put("text", o->text);
    for (uint32_t k = 0; k < o->n_extra; k++) {
        buf_printf(&told, " %.*s=%.*s", STR_ARG(o->extra[k].key), STR_ARG(o->extra[k].value));
    }
    return buf_putc(&told, '\n');
}

static int32_t on_follow(void *self, uint32_t i, const struct ferry_follow *f)
{
    (void)self;
    return buf_printf(&told, "follow %u %x\n", i, f->kind);
}

static int32_t on_note(void *self, uint32_t i, const struct ferry_note *n)
{
    (void)self;
    return buf_printf(&told, "note %u %u %.*s: %.*s\n", i, n->kind, STR_ARG(n->field),
                      STR_ARG(n->text));
}

static int32_t on_item(void *self, const struct ferry_item *item)
{
    (void)self;
    buf_printf(&told, "item %.*s", STR_ARG(item->id));
    put("key", item->key);
    put("marker", item->marker);
    put("name", item->name);
    if (item->run) {
        buf_printf(&told, " state=%u start=%lld", item->run->state, (long long)item->run->start_ms);
        put("description", item->run->description);
    }
    if (item->result) {
        const struct ferry_ref *to = ferry_ref_of(item, FERRY_CASE);
        buf_printf(&told, " status=%u took=%lld start=%lld", item->result->status,
                   (long long)item->result->duration_us, (long long)item->result->start_ms);
        put("word", item->result->status_text);
        put("message", item->result->message);
        put("case", to ? to->id : (struct ferry_str){NULL, 0});
    }
    return buf_putc(&told, '\n');
}

static int32_t on_next(void *self, struct ferry_str cursor)
{
    (void)self;
    return buf_printf(&told, "next %.*s\n", STR_ARG(cursor));
}

static int32_t on_fact(void *self, struct ferry_str name, struct ferry_str value)
{
    (void)self;
    return buf_printf(&told, "fact %.*s=%.*s\n", STR_ARG(name), STR_ARG(value));
}

static int32_t on_need(void *self, struct ferry_str fact)
{
    (void)self;
    return buf_printf(&told, "need %.*s\n", STR_ARG(fact));
}

static const struct ferry_reply reply = {.verdict = on_verdict,
                                         .outcome = on_outcome,
                                         .follow = on_follow,
                                         .note = on_note,
                                         .item = on_item,
                                         .next = on_next,
                                         .fact = on_fact};

/* --- a bench -------------------------------------------------------------------------------------- */

static void set_up(void)
{
    codec = ferry_plugin_qase.query(FERRY_TRACKER_1);
    ck_assert_ptr_nonnull(codec);
    options[0] = (struct ferry_kv){FERRY_LIT("api"), FERRY_LIT("v2")};
    options[1] = (struct ferry_kv){FERRY_LIT("signature"), FERRY_LIT("reporters")};
    options[2] = (struct ferry_kv){FERRY_LIT("environment"), FERRY_LIT("stage")};
    options[3] = (struct ferry_kv){FERRY_LIT("tags"), FERRY_LIT("nightly\nci")};
    facts[0] = (struct ferry_kv){FERRY_LIT("custom field \"Automation Key\""), FERRY_LIT("7")};
    facts[1] = (struct ferry_kv){FERRY_LIT("custom fields of cases"), FERRY_LIT("[]")};
    facts[2] = (struct ferry_kv){FERRY_LIT("system fields of cases"), FERRY_LIT("[]")};
    call = (struct ferry_call){.size = sizeof call,
                               .project = FERRY_LIT("AO"),
                               .key_field = FERRY_LIT("Automation Key"),
                               .options = options,
                               .n_options = 4,
                               .facts = facts,
                               .n_facts = 3,
                               .max_bytes = UINT64_MAX};
    err = (struct ferry_error){.size = sizeof err};
    request_init(&request, 1 << 24);
    buf_init(&shown, 1 << 24);
    buf_init(&told, 1 << 24);
}

static void tear_down(void)
{
    request_finish(&request);
    buf_finish(&shown);
    buf_finish(&told);
}

static int32_t encode(const struct ferry_op *const *ops, uint32_t n, uint32_t *taken)
{
    request_reset(&request);
    buf_reset(&shown);
    buf_reset(&told);
    request.notes_self = &request;
    request.note = on_note;
    request.need = on_need;
    struct ferry_out out = request_out(&request);
    int32_t rc = codec->encode(&call, ops, n, &out, taken, &err);
    if (rc == FERRY_OK) {
        ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
        request_show(&request, &shown);
    }
    return rc;
}

static int32_t decode(const struct ferry_op *op, uint32_t n, uint32_t status, const char *body)
{
    const struct ferry_op *ops[8];
    struct ferry_message answer = {
        .size = sizeof answer, .status = status, .body = ferry_cstr(body)};
    for (uint32_t i = 0; i < n; i++) {
        ops[i] = op;
    }
    buf_reset(&told);
    return codec->decode(&call, ops, n, &answer, &reply, &err);
}

static int32_t answer(struct ferry_ask *ask, const char *body)
{
    struct ferry_message m = {.size = sizeof m, .status = 200, .body = ferry_cstr(body)};
    ask->size = sizeof *ask;
    buf_reset(&told);
    return codec->answer(&call, ask, &m, &reply, &err);
}

static const char *ask(struct ferry_ask *a, int32_t want)
{
    a->size = sizeof *a;
    request_reset(&request);
    buf_reset(&shown);
    buf_reset(&told);
    request.notes_self = &request;
    request.need = on_need;
    struct ferry_out out = request_out(&request);
    ck_assert_int_eq(codec->ask(&call, a, &out, &err), want);
    if (want == FERRY_OK) {
        ck_assert_int_eq(request_seal(&request, &err), FERRY_OK);
        request_show(&request, &shown);
    }
    return buf_cstr(want == FERRY_OK ? &shown : &told);
}

#define WIRE "0c656834-1994-5436-8cc9-ec3bf1cfcd39"

static struct ferry_result result;
static struct ferry_item item;
static struct ferry_ref run_ref, case_ref;
static const struct ferry_ref *refs[] = {&run_ref, &case_ref};
static struct ferry_op op;
static const struct ferry_op *ops[] = {&op, &op, &op};
static const struct ferry_kv begun = {FERRY_LIT("start_ms"), FERRY_LIT("1700000000000")};

static void a_result(void)
{
    static const struct ferry_kv parameters[] = {{FERRY_LIT("Browser"), FERRY_LIT("Fire Fox")},
                                                 {FERRY_LIT("empty one"), FERRY_LIT(" ")}};
    result = (struct ferry_result){.size = sizeof result,
                                   .status = FERRY_FAILED,
                                   .has = FERRY_RESULT_HAS_START | FERRY_RESULT_HAS_DURATION,
                                   .start_ms = 1700000001250,
                                   .duration_us = 12499,
                                   .suite = FERRY_LIT("a.spec.js\tSign In"),
                                   .class_name = FERRY_LIT("Sign In"),
                                   .name = FERRY_LIT("OK one"),
                                   .message = FERRY_LIT("expected 2"),
                                   .details = FERRY_LIT("at x\nat y"),
                                   .parameters = parameters,
                                   .n_parameters = 2};
    run_ref = (struct ferry_ref){.size = sizeof run_ref,
                                 .role = FERRY_RUN,
                                 .noun = FERRY_RUN,
                                 .id = FERRY_LIT("12"),
                                 .extra = &begun,
                                 .n_extra = 1};
    case_ref = (struct ferry_ref){
        .size = sizeof case_ref, .role = FERRY_CASE, .noun = FERRY_CASE, .id = FERRY_LIT("11")};
    item = (struct ferry_item){
        .size = sizeof item, .noun = FERRY_RESULT, .result = &result, .refs = refs, .n_refs = 2};
    op = (struct ferry_op){.size = sizeof op,
                           .kind = FERRY_OP(FERRY_CREATE, FERRY_RESULT),
                           .wire_id = FERRY_LIT(WIRE),
                           .item = &item};
}

static void shows(const char *text)
{
    ck_assert_msg(strstr(buf_cstr(&shown), text) != NULL, "not in it: %s\n%s", text,
                  buf_cstr(&shown));
}

static void says(const char *text)
{
    ck_assert_msg(strstr(buf_cstr(&told), text) != NULL, "not in it: %s\n%s", text,
                  buf_cstr(&told));
}

/* --- results ----------------------------------------------------------------------------------------- */

START_TEST(a_result_is_written_as_v2_wants_it)
{
    uint32_t taken = 0;
    a_result();
    ck_assert_int_eq(encode(ops, 2, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    shows("POST /v2/AO/run/12/results\n");
    shows(
        "{\"results\":[{\"id\":\"" WIRE
        "\",\"title\":\"OK one\",\"signature\":\"11::a.spec.js::sign_in::ok_one::{'browser':'fire_fox'}::{'empty_one':'_'}\","
        "\"testops_ids\":[11],\"execution\":{\"status\":\"failed\",\"start_time\":1700000001.250,\"duration\":12,\"stacktrace\":\"at x\\nat y\"},\"message\":\"expected 2\","
        "\"params\":{\"Browser\":\"Fire Fox\",\"empty one\":\"empty\"},\"relations\":{\"suite\":{\"data\":[{\"title\":\"a.spec.js\"},{\"title\":\"Sign In\"}]}},");
    says("note 0 2 params: a blank value is written as \"empty\"");
    says("note 1 2 params");
}
END_TEST

START_TEST(without_a_case_the_signature_has_no_id_and_the_server_finds_the_case)
{
    uint32_t taken = 0;
    a_result();
    item.n_refs = 1;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"signature\":\"a.spec.js::sign_in::ok_one");
    ck_assert_ptr_null(strstr(buf_cstr(&shown), "testops_ids"));
}
END_TEST

START_TEST(qasectls_signature_can_be_chosen)
{
    uint32_t taken = 0;
    a_result();
    options[1].value = FERRY_LIT("qasectl");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"signature\":\"a.spec.js::Sign In::Sign In::OK one\"");
}
END_TEST

/* The option of this name is the fifth of the call. */
static void option(const char *name, const char *value)
{
    options[4] = (struct ferry_kv){ferry_cstr(name), ferry_cstr(value)};
    call.n_options = 5;
}

START_TEST(a_root_suite_stands_above_all_suites_and_in_no_signature)
{
    uint32_t taken = 0;
    a_result();
    option("root_suite", " All ");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"data\":[{\"title\":\"All\"},{\"title\":\"a.spec.js\"},{\"title\":\"Sign In\"}]");
    shows("\"signature\":\"11::a.spec.js::sign_in");
    options[0].value = FERRY_LIT("v1");
    item.n_refs = 1;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"suite_title\":\"All\\ta.spec.js\\tSign In\"");
}
END_TEST

START_TEST(a_defect_is_opened_for_what_failed_where_it_is_wanted)
{
    static const uint32_t statuses[] = {FERRY_FAILED, FERRY_ERRORED, FERRY_PASSED, FERRY_SKIPPED};
    uint32_t taken = 0;
    a_result();
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"defect\":false");
    option("defect", "true");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        result.status = statuses[i];
        ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
        shows(i < 2 ? "\"defect\":true" : "\"defect\":false");
    }
}
END_TEST

START_TEST(a_request_holds_as_many_results_as_wanted_and_never_more_than_the_server_takes)
{
    static const struct {
        const char *wanted;
        uint32_t most;
    } sizes[] = {{"50", 50}, {"1", 1}, {"200", 200}, {"2000", 200}, {"0", 200}, {"-3", 200}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ferry_traits t = {.size = sizeof t};
        option("batch_size", sizes[i].wanted);
        ck_assert_int_eq(codec->describe(&call, FERRY_OP(FERRY_CREATE, FERRY_RESULT), &t),
                         FERRY_OK);
        ck_assert_uint_eq(t.max_items, sizes[i].most);
        ck_assert_uint_eq(t.max_in_flight, 4);
    }
}
END_TEST

START_TEST(a_start_before_the_runs_own_is_left_out_and_said)
{
    uint32_t taken = 0;
    a_result();
    result.start_ms = 1699999999999;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&shown), "start_time"));
    says("note 0 2 start_time: before the run's own");
    run_ref.n_extra = 0; /* not known when it began */
    result.start_ms = 1700000001250;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&shown), "start_time"));
    shows("\"duration\":12");
}
END_TEST

START_TEST(each_status_has_its_word_and_a_strange_one_never_fails)
{
    static const char *const words[] = {
        [FERRY_PASSED] = "passed",   [FERRY_FAILED] = "failed",   [FERRY_ERRORED] = "invalid",
        [FERRY_SKIPPED] = "skipped", [FERRY_NOT_RUN] = "skipped", [FERRY_BLOCKED] = "blocked"};
    uint32_t taken = 0;
    char want[64];
    a_result();
    for (uint32_t s = FERRY_PASSED; s <= FERRY_BLOCKED; s++) {
        result.status = s;
        ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
        snprintf(want, sizeof want, "\"execution\":{\"status\":\"%s\"", words[s]);
        shows(want);
    }
    result.status = FERRY_OTHER;
    result.status_text = FERRY_LIT("on_hold");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"status\":\"on_hold\"");
    result.status_text = FERRY_LIT("What ever!");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_INPUT);
    ck_assert_uint_eq(taken, 0);
    ck_assert_ptr_nonnull(strstr(err.message, "\"What ever!\""));
}
END_TEST

START_TEST(a_long_title_is_cut_by_characters_and_bad_bytes_are_mended)
{
    static char title[255 * 2 + 8];
    uint32_t taken = 0;
    a_result();
    for (int i = 0; i < 257; i++) {
        memcpy(title + i * 2, "\xc3\xa9", 2);
    }
    result.name = (struct ferry_str){title, 514};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    says("note 0 1 title: cut to 255 characters");
    const char *at = strstr(buf_cstr(&shown), "\"title\":\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(strchr(at + 9, '"') - (at + 9), 255 * 2);
    result.name = (struct ferry_str){"a\0b\xff", 4};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"title\":\"a b\xef\xbf\xbd\"");
    says("note 0 2 title");
}
END_TEST

START_TEST(the_byte_cap_and_the_hosts_number_are_kept)
{
    uint32_t taken = 0;
    a_result();
    call.max_items = 2;
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    call.max_items = 0;
    call.max_bytes = 1200;
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    ck_assert_uint_ge(taken, 1);
    ck_assert_uint_lt(taken, 3);
    ck_assert_uint_le(request.body_size, 1200);
    call.max_bytes = 50;
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_E_TOO_LARGE);
}
END_TEST

START_TEST(v1_is_once_and_marks_its_comment)
{
    uint32_t taken = 0;
    struct ferry_traits t = {.size = sizeof t};
    a_result();
    options[0].value = FERRY_LIT("v1");
    ck_assert_int_eq(codec->describe(&call, op.kind, &t), FERRY_OK);
    ck_assert_uint_eq(t.effect, FERRY_ONCE);
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/result/AO/12/bulk");
    shows(
        "{\"case_id\":11,\"status\":\"failed\",\"time_ms\":12,\"comment\":\"expected 2\\n\\nferry:" WIRE
        "\"");
}
END_TEST

START_TEST(the_same_operations_give_the_same_bytes)
{
    uint32_t taken = 0;
    struct buf first;
    a_result();
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    buf_init(&first, 1 << 20);
    buf_put(&first, request_packed(&request));
    ck_assert_int_eq(encode(ops, 3, &taken), FERRY_OK);
    ck_assert(ferry_eq(buf_str(&first), request_packed(&request)));
    buf_finish(&first);
}
END_TEST

/* --- runs, cases, attachments ------------------------------------------------------------------------------ */

static struct ferry_run run;
static struct ferry_case test_case;

static void a_run(uint32_t kind)
{
    run = (struct ferry_run){.size = sizeof run,
                             .has = FERRY_RUN_HAS_START,
                             .title = FERRY_LIT("Nightly"),
                             .description = FERRY_LIT("of main"),
                             .start_ms = 1700000010000};
    item = (struct ferry_item){
        .size = sizeof item, .noun = FERRY_RUN, .run = &run, .refs = refs, .n_refs = 1};
    run_ref = (struct ferry_ref){
        .size = sizeof run_ref, .role = FERRY_RUN, .noun = FERRY_RUN, .id = FERRY_LIT("12")};
    op = (struct ferry_op){.size = sizeof op,
                           .kind = kind,
                           .marker = FERRY_LIT("run-key=abc"),
                           .id = FERRY_LIT("12"),
                           .item = &item};
}

START_TEST(a_run_carries_its_marker_and_begins_before_its_results)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_CREATE, FERRY_RUN));
    op.id = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/run/AO\n");
    shows(
        "{\"title\":\"Nightly\",\"description\":\"of main\\n\\nrun-key=abc\",\"is_autotest\":true,\"cases\":[],\"start_time\":\"2023-11-14 22:13:20\",\"tags\":[\"nightly\",\"ci\"],\"environment_slug\":\"stage\"}");
    ck_assert_int_eq(decode(&op, 1, 200, "{\"status\":true,\"result\":{\"id\":9007199254740993}}"),
                     FERRY_OK);
    says("outcome 0 1 id=9007199254740993 start_ms=1700000000000\n");
}
END_TEST

START_TEST(a_run_is_of_the_milestone_and_the_plan_that_are_configured)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_CREATE, FERRY_RUN));
    option("milestone", "4");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"environment_slug\":\"stage\",\"milestone_id\":4}");
    option("plan", "7");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"environment_slug\":\"stage\",\"plan_id\":7}");
}
END_TEST

START_TEST(a_run_of_ours_is_described_and_then_completed)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_COMPLETE, FERRY_RUN));
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("PATCH /v1/run/AO/12\n");
    ck_assert_int_eq(decode(&op, 1, 200, "{\"status\":true,\"result\":{\"id\":12}}"), FERRY_OK);
    says("outcome 0 1 id=12\nfollow 0 1000006\n");
    op.kind = FERRY_OP(FERRY_PRIVATE, FERRY_RUN);
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/run/AO/12/complete\n");
    ck_assert_int_eq(decode(&op, 1, 200, "{\"status\":true}"), FERRY_OK);
    says("outcome 0 1 id=12\n");
}
END_TEST

START_TEST(a_run_of_somebody_else_keeps_its_description)
{
    uint32_t taken = 0;
    a_run(FERRY_OP(FERRY_COMPLETE, FERRY_RUN));
    op.marker = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("POST /v1/run/AO/12/complete\n");
}
END_TEST

START_TEST(a_completion_that_is_refused_is_looked_at)
{
    a_run(FERRY_OP(FERRY_PRIVATE, FERRY_RUN));
    ck_assert_int_eq(
        decode(&op, 1, 400,
               "{\"status\":false,\"errorMessage\":\"Test run is already complete.\"}"),
        FERRY_OK);
    says(
        "outcome 0 6 text=Test run is already complete.\nverdict 6 text=Test run is already complete.\n");
}
END_TEST

static void a_case(void)
{
    test_case = (struct ferry_case){
        .size = sizeof test_case, .title = FERRY_LIT("Sign in"), .description = FERRY_LIT("d")};
    item = (struct ferry_item){.size = sizeof item,
                               .noun = FERRY_CASE,
                               .key = FERRY_LIT("SIGN_001"),
                               .test_case = &test_case};
    op = (struct ferry_op){
        .size = sizeof op, .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE), .item = &item};
}

START_TEST(a_case_holds_its_key_in_the_form_that_is_read)
{
    uint32_t taken = 0;
    a_case();
    ck_assert_int_eq(encode(ops, 2, &taken), FERRY_OK);
    shows("POST /v1/case/AO/bulk\n");
    shows(
        "{\"cases\":[{\"title\":\"Sign in\",\"custom_field\":{\"7\":\"SIGN_001\"},\"isManual\":false,\"description\":\"d\"},");
    ck_assert_int_eq(decode(&op, 2, 200, "{\"status\":true,\"result\":{\"ids\":[5,6]}}"), FERRY_OK);
    says("outcome 0 1 id=5\noutcome 1 1 id=6\n");
    ck_assert_int_eq(decode(&op, 2, 200, "{\"status\":true,\"result\":{\"ids\":[5]}}"),
                     FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(the_key_field_is_asked_for_and_without_it_no_case_is_made)
{
    uint32_t taken = 0;
    struct ferry_traits t = {.size = sizeof t};
    a_case();
    call.n_facts = 0;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_NEED);
    says("need custom field \"Automation Key\"");
    call.n_facts = 1;
    facts[0].value = FERRY_LIT("");
    ck_assert_int_eq(codec->describe(&call, op.kind, &t), FERRY_OK);
    ck_assert_uint_eq(t.effect, 0);
}
END_TEST

START_TEST(what_the_project_requires_of_a_case_is_asked_for_and_written)
{
    uint32_t taken = 0;
    struct ferry_ask a = {.what = FERRY_ASK_FACT, .name = FERRY_LIT("custom fields of cases")};
    a_case();
    call.n_facts = 1;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_NEED);
    says("need custom fields of cases");
    call.n_facts = 2;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_NEED);
    says("need system fields of cases");
    call.n_facts = 3;
    facts[1].value = FERRY_LIT(
        "[{\"id\":7,\"title\":\"Automation Key\",\"type\":\"string\",\"is_required\":true},"
        "{\"id\":9,\"title\":\"Parts\",\"type\":\"multiselect\",\"is_required\":true,"
        "\"value\":[{\"id\":1,\"title\":\"core\"},{\"id\":2,\"title\":\"web\"}]}]");
    facts[2].value = FERRY_LIT(
        "[{\"title\":\"Title\",\"slug\":\"title\",\"is_required\":true},"
        "{\"title\":\"Priority\",\"slug\":\"priority\",\"is_required\":true,"
        "\"options\":[{\"id\":3,\"title\":\"Low\",\"slug\":\"low\"}]},"
        "{\"title\":\"Type\",\"slug\":\"type\",\"is_required\":true,\"default_value\":\"other\"},"
        "{\"title\":\"Description\",\"slug\":\"description\",\"is_required\":true},"
        "{\"title\":\"Post-conditions\",\"slug\":\"postconditions\"}]");
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "custom field \"Parts\" is required"));
    options[4] = (struct ferry_kv){
        FERRY_LIT("case_defaults"),
        FERRY_LIT("parts=WEB, 1\npriority=Low\nDescription=none\npost-conditions=clean = yes")};
    call.n_options = 5;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_OK);
    shows("\"custom_field\":{\"7\":\"SIGN_001\",\"9\":\"2,1\"},\"priority\":3,"
          "\"postconditions\":\"clean = yes\",\"isManual\":false,\"description\":\"d\"");
    ck_assert_str_eq(ask(&a, FERRY_OK), "GET /v2/custom_field?entity=case&limit=100&offset=0\n");
    ck_assert_int_eq(answer(&a,
                            "{\"status\":true,\"result\":{\"filtered\":101,\"entities\":["
                            "{\"id\":1,\"entity\":\"run\",\"is_enabled_for_all_projects\":true},"
                            "{\"id\":2,\"entity\":\"case\",\"projects_codes\":[\"AO\"]}]}}"),
                     FERRY_OK);
    says(
        "fact custom fields of cases=[{\"id\":2,\"entity\":\"case\",\"projects_codes\":[\"AO\"]}]\n"
        "next o2;f0;t0;s0\n");
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"entities\":[]}}"),
                     FERRY_E_PROTOCOL);
    a.name = FERRY_LIT("system fields of cases");
    ck_assert_str_eq(ask(&a, FERRY_OK), "GET /v1/system_field\n");
}
END_TEST

START_TEST(files_go_in_one_request_and_an_empty_one_is_rejected_alone)
{
    static const struct ferry_blob blob = {
        sizeof blob, 0,
        FERRY_LIT("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), 3};
    static const struct ferry_blob none = {
        sizeof none, 0,
        FERRY_LIT("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), 0};
    struct ferry_attachment file = {.size = sizeof file,
                                    .name = FERRY_LIT("a\"b/c.png"),
                                    .mime = FERRY_LIT("image/png\r\nevil: 1"),
                                    .blob = &blob};
    uint32_t taken = 0;
    item = (struct ferry_item){.size = sizeof item, .noun = FERRY_ATTACHMENT, .attachment = &file};
    op = (struct ferry_op){.size = sizeof op,
                           .kind = FERRY_OP(FERRY_CREATE, FERRY_ATTACHMENT),
                           .wire_id = FERRY_LIT(WIRE),
                           .item = &item};
    ck_assert_int_eq(encode(ops, 2, &taken), FERRY_OK);
    ck_assert_uint_eq(taken, 2);
    shows("content-type: multipart/form-data; boundary=ferry-" WIRE "\n");
    shows(
        "--ferry-" WIRE
        "\r\ncontent-disposition: form-data; name=\"file[]\"; filename=\"a_b_c.png\"\r\ncontent-type: application/octet-stream\r\n\r\n<sha256:ba78");
    ck_assert_int_eq(
        decode(&op, 2, 200, "{\"status\":true,\"result\":[{\"hash\":\"h0\"},{\"hash\":\"h1\"}]}"),
        FERRY_OK);
    says("outcome 0 1 id=h0\noutcome 1 1 id=h1\n");
    file.blob = &none;
    ck_assert_int_eq(encode(ops, 1, &taken), FERRY_E_INPUT);
}
END_TEST

/* --- answers ---------------------------------------------------------------------------------------------- */

static const struct {
    uint32_t status;
    const char *body, *want; /* want NULL: E_PROTOCOL; "": nothing is said */
} answers[] = {
    {202, "{\"status\":true}", "outcome 0 1\noutcome 1 1\noutcome 2 1\n"},
    {202, "{\"status\":false}", NULL},
    {202, "{\"status\":true", NULL},
    {202, "", NULL},
    {200, "<html>", NULL},
    {202, "{\"status\":true} x", NULL},
    {202, "{\"status\":\"true\"}", NULL},
    {400,
     "{\"status\":false,\"errorMessage\":\"Data is invalid.\",\"errorFields\":[{\"field\":\"results.1.params\",\"error\":\"must be a string\"}]}",
     "outcome 1 4 text=results.1.params: must be a string\nverdict 1 text=Data is invalid.; results.1.params: must be a string\n"},
    {422,
     "{\"message\":\"The execution.start time must be later. (and 1 more error)\",\"errors\":{\"results.2.execution.start_time\":[\"too early\"],\"results.2.x\":[\"no\"]}}",
     "outcome 2 5 text=results.2.execution.start_time: too early\nverdict 1 text=The execution.start time"},
    {422, "{\"errors\":{\"execution.start_time\":[\"too early\"]}}",
     "verdict 1 text=execution.start_time: too early\n"},
    {400, "{\"errors\":{\"results.99.x\":[\"not ours\"],\"results.-1.x\":\"text\"}}", "verdict 1"},
    {400, "no json", "verdict 1\n"},
    {413, "{\"errorMessage\":\"too much\"}", "verdict 2 text=too much\n"},
    {402, "{\"errorMessage\":\"your plan\"}", "verdict 5 text=your plan\n"},
    {403, "{}", "verdict 5\n"},
    {404, "{\"errorMessage\":\"Run not found\"}", "verdict 5 text=Run not found\n"},
    {507, "{\"error\":\"storage is full\"}", "verdict 1 text=storage is full\n"},
    {401, "{\"errorMessage\":\"who?\"}", ""},
    {429, "{\"errorMessage\":\"slow down\"}", ""},
    {408, "", ""},
    {500, "", ""},
    {503, "<html>", ""},
    {302, "", ""},
};

START_TEST(an_answer_means_what_it_says)
{
    a_result();
    int32_t rc = decode(&op, 3, answers[_i].status, answers[_i].body);
    if (!answers[_i].want) {
        ck_assert_int_eq(rc, FERRY_E_PROTOCOL);
    } else {
        ck_assert_int_eq(rc, FERRY_OK);
        ck_assert_msg(strncmp(buf_cstr(&told), answers[_i].want, strlen(answers[_i].want)) == 0,
                      "%s", buf_cstr(&told));
        ck_assert(answers[_i].want[0] || told.len == 0);
    }
}
END_TEST

/* --- lists -------------------------------------------------------------------------------------------------- */

START_TEST(lists_are_asked_for_by_pages)
{
    static const struct ferry_kv by_run = {FERRY_LIT("run"), FERRY_LIT("12")},
                                 by_id = {FERRY_LIT("id"), FERRY_LIT("12")},
                                 by_title = {FERRY_LIT("title"), FERRY_LIT("a & b")};
    struct ferry_ask cases = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    struct ferry_ask results = {.what = FERRY_ASK_LIST,
                                .noun = FERRY_RESULT,
                                .filters = &by_run,
                                .n_filters = 1,
                                .cursor = FERRY_LIT("o200;f0;t0;s0")};
    struct ferry_ask one = {
        .what = FERRY_ASK_LIST, .noun = FERRY_RUN, .filters = &by_id, .n_filters = 1};
    struct ferry_ask titled = {
        .what = FERRY_ASK_LIST, .noun = FERRY_RUN, .filters = &by_title, .n_filters = 1};
    ck_assert_str_eq(ask(&cases, FERRY_OK), "GET /v1/case/AO?limit=100&offset=0\n");
    ck_assert_str_eq(ask(&results, FERRY_OK), "GET /v1/result/AO?run=12&limit=100&offset=200\n");
    ck_assert_str_eq(ask(&one, FERRY_OK), "GET /v1/run/AO/12\n");
    ck_assert_str_eq(ask(&titled, FERRY_OK),
                     "GET /v1/run/AO?search=a%20%26%20b&limit=100&offset=0\n");
    results.cursor = FERRY_LIT("o0;f1700000000;t1700003600;s0");
    ck_assert_str_eq(
        ask(&results, FERRY_OK),
        "GET /v1/result/AO?run=12&from_end_time=2023-11-14%2022%3A13%3A20&to_end_time=2023-11-14%2023%3A13%3A20&limit=100&offset=0\n");
    results.cursor = FERRY_LIT("o-3");
    ask(&results, FERRY_E_STATE);
    results.cursor = FERRY_LIT("o100100");
    ask(&results, FERRY_E_STATE);
    call.n_facts = 0;
    ck_assert_str_eq(ask(&cases, FERRY_E_NEED), "need custom field \"Automation Key\"\n");
}
END_TEST

/* A page of n cases, of 301. */
static const char *page_of(int n)
{
    static struct buf page;
    buf_finish(&page);
    buf_init(&page, 65536);
    buf_puts(&page, "{\"status\":true,\"result\":{\"total\":350,\"filtered\":301,\"entities\":[");
    for (int i = 0; i < n; i++) {
        buf_printf(&page, "%s{\"id\":%d,\"title\":\"t\"}", i ? "," : "", i + 1);
    }
    buf_puts(&page, "]}}");
    return buf_cstr(&page);
}

START_TEST(the_first_page_names_all_the_others)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    ck_assert_int_eq(answer(&a, page_of(100)), FERRY_OK);
    ck_assert_ptr_nonnull(
        strstr(buf_cstr(&told),
               "item 100 name=t\nnext o100;f0;t0;s0\nnext o200;f0;t0;s0\nnext o300;f0;t0;s0\n"));
    a.cursor = FERRY_LIT("o200;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(0)), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), "next o300;f0;t0;s0\n");
}
END_TEST

START_TEST(a_page_shorter_than_asked_for_names_where_the_next_one_begins)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"total\":350,\"filtered\":301,\"count\":1,\"entities\":[{\"id\":5,\"title\":\"t\",\"custom_fields\":[{\"id\":3,\"value\":\"x\"},{\"id\":7,\"value\":\" SIGN_001 \"}]}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), "item 5 key=SIGN_001 name=t\nnext o1;f0;t0;s0\n");
    a.cursor = FERRY_LIT("o299;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(1)), FERRY_OK);
    ck_assert_ptr_nonnull(strstr(buf_cstr(&told), "next o300;f0;t0;s0\n"));
    a.cursor = FERRY_LIT("o300;f0;t0;s0");
    ck_assert_int_eq(answer(&a, page_of(1)), FERRY_OK);
    ck_assert_ptr_null(strstr(buf_cstr(&told), "next "));
}
END_TEST

START_TEST(half_a_page_is_no_page)
{
    static const char whole[] =
        "{\"status\":true,\"result\":{\"total\":1,\"filtered\":1,\"count\":1,\"entities\":[{\"id\":5,\"title\":\"t\"}]}}";
    char part[sizeof whole];
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_CASE};
    for (size_t n = 0; n + 1 < sizeof whole; n++) {
        memcpy(part, whole, n);
        part[n] = '\0';
        ck_assert_int_eq(answer(&a, part), FERRY_E_PROTOCOL);
    }
    ck_assert_int_eq(answer(&a, whole), FERRY_OK);
    ck_assert_int_eq(
        answer(&a,
               "{\"status\":true,\"result\":{\"filtered\":1,\"entities\":[{\"title\":\"t\"}]}}"),
        FERRY_E_PROTOCOL);
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":1,\"entities\":7}}"),
                     FERRY_E_PROTOCOL);
}
END_TEST

START_TEST(more_results_than_offsets_reach_are_asked_for_by_halves_of_time)
{
    struct ferry_ask a = {.what = FERRY_ASK_LIST, .noun = FERRY_RESULT};
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"total\":200000,\"filtered\":100101,\"entities\":[{\"hash\":\"h\",\"status\":\"passed\"}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told),
                     "next o0;f0;t1073741823;s0\nnext o0;f1073741824;t2147483647;s0\n");
    a.cursor = FERRY_LIT("o0;f5;t6;s0");
    ck_assert_int_eq(
        answer(&a, "{\"status\":true,\"result\":{\"filtered\":100101,\"entities\":[]}}"),
        FERRY_E_TOO_LARGE);
    a.noun = FERRY_CASE;
    a.cursor = (struct ferry_str){NULL, 0};
    ck_assert_int_eq(
        answer(&a, "{\"status\":true,\"result\":{\"filtered\":100101,\"entities\":[]}}"),
        FERRY_E_TOO_LARGE);
}
END_TEST

START_TEST(runs_and_results_are_read_back)
{
    struct ferry_ask runs = {.what = FERRY_ASK_LIST, .noun = FERRY_RUN},
                     results = {.what = FERRY_ASK_LIST, .noun = FERRY_RESULT};
    ck_assert_int_eq(
        answer(
            &runs,
            "{\"status\":true,\"result\":{\"filtered\":2,\"entities\":["
            "{\"id\":12,\"title\":\"N\",\"description\":\"of main\\n\\nrun-key=abc\",\"status_text\":\"in_progress\",\"start_time\":\"2023-11-14 22:13:20\"},"
            "{\"id\":13,\"title\":\"M\",\"description\":\"run-key=abc is not the last line\\nhere\",\"status_text\":\"passed\",\"start_time\":\"2023-11-15T00:13:20+02:00\"}]}}"),
        FERRY_OK);
    ck_assert_str_eq(
        buf_cstr(&told),
        "item 12 marker=run-key=abc name=N state=1 start=1700000000000 description=of main\n"
        "item 13 name=M state=2 start=1700000000000 description=run-key=abc is not the last line\nhere\n");
    ck_assert_int_eq(
        answer(
            &results,
            "{\"status\":true,\"result\":{\"filtered\":3,\"entities\":["
            "{\"hash\":\"a\",\"status\":\"invalid\",\"case_id\":11,\"run_id\":12,\"time_spent_ms\":1200,\"end_time\":\"2023-11-14T22:13:21.200Z\",\"comment\":\"m\\n\\nferry:" WIRE
            "\"},"
            "{\"hash\":\"b\",\"status\":\"in_progress\",\"comment\":\"ferry:short\"},{\"hash\":\"c\",\"status\":\"failed\",\"comment\":\"xferry:" WIRE
            "\"}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told),
                     "item a marker=" WIRE
                     " status=3 took=1200000 start=1700000000000 message=m case=11\n"
                     "item b status=7 took=0 start=0 word=in_progress message=ferry:short\n"
                     "item c status=2 took=0 start=0 message=xferry:" WIRE "\n");
}
END_TEST

START_TEST(the_key_field_is_found_by_title_for_this_project)
{
    struct ferry_ask a = {.what = FERRY_ASK_FACT,
                          .name = FERRY_LIT("custom field \"Automation Key\"")};
    ck_assert_str_eq(ask(&a, FERRY_OK), "GET /v1/custom_field?entity=case&limit=100&offset=0\n");
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"filtered\":4,\"entities\":["
            "{\"id\":1,\"title\":\"Automation Key\",\"entity\":\"run\",\"type\":\"string\",\"is_enabled_for_all_projects\":true},"
            "{\"id\":2,\"title\":\"Automation Key\",\"entity\":\"case\",\"type\":\"string\",\"is_enabled_for_all_projects\":false,\"projects_codes\":[\"DEMO\"]},"
            "{\"id\":3,\"title\":\"automation key\",\"entity\":\"case\",\"type\":\"string\",\"is_enabled_for_all_projects\":true},"
            "{\"id\":4,\"title\":\"Automation Key\",\"entity\":\"case\",\"type\":\"string\",\"is_enabled_for_all_projects\":false,\"projects_codes\":[\"AO\"]}]}}"),
        FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), "fact custom field \"Automation Key\"=4\n");
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":150,\"entities\":[]}}"),
                     FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), "next o100;f0;t0;s0\n");
    a.cursor = FERRY_LIT("o100;f0;t0;s0");
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":150,\"entities\":[]}}"),
                     FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), "fact custom field \"Automation Key\"=\n");
    a.cursor = FERRY_LIT("o100;f0;t0;s1"); /* the page before had it */
    ck_assert_int_eq(answer(&a, "{\"status\":true,\"result\":{\"filtered\":150,\"entities\":[]}}"),
                     FERRY_OK);
    ck_assert_uint_eq(told.len, 0);
    ck_assert_int_eq(
        answer(
            &a,
            "{\"status\":true,\"result\":{\"filtered\":1,\"entities\":[{\"id\":4,\"title\":\"Automation Key\",\"entity\":\"case\",\"type\":\"number\",\"is_enabled_for_all_projects\":true}]}}"),
        FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "is of type number"));
}
END_TEST

START_TEST(every_request_wears_the_token_by_its_name)
{
    request_reset(&request);
    buf_reset(&shown);
    struct ferry_out out = request_out(&request);
    out.start(out.self, FERRY_LIT("GET"), FERRY_LIT("/"));
    ck_assert_int_eq(codec->dress(&call, &out, &err), FERRY_OK);
    request_seal(&request, &err);
    request_show(&request, &shown);
    shows("token: ${token}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("qase codec");
    TCase *t = tcase_create("codec");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_result_is_written_as_v2_wants_it);
    tcase_add_test(t, without_a_case_the_signature_has_no_id_and_the_server_finds_the_case);
    tcase_add_test(t, qasectls_signature_can_be_chosen);
    tcase_add_test(t, a_root_suite_stands_above_all_suites_and_in_no_signature);
    tcase_add_test(t, a_defect_is_opened_for_what_failed_where_it_is_wanted);
    tcase_add_test(t,
                   a_request_holds_as_many_results_as_wanted_and_never_more_than_the_server_takes);
    tcase_add_test(t, a_run_is_of_the_milestone_and_the_plan_that_are_configured);
    tcase_add_test(t, a_start_before_the_runs_own_is_left_out_and_said);
    tcase_add_test(t, each_status_has_its_word_and_a_strange_one_never_fails);
    tcase_add_test(t, a_long_title_is_cut_by_characters_and_bad_bytes_are_mended);
    tcase_add_test(t, the_byte_cap_and_the_hosts_number_are_kept);
    tcase_add_test(t, v1_is_once_and_marks_its_comment);
    tcase_add_test(t, the_same_operations_give_the_same_bytes);
    tcase_add_test(t, a_run_carries_its_marker_and_begins_before_its_results);
    tcase_add_test(t, a_run_of_ours_is_described_and_then_completed);
    tcase_add_test(t, a_run_of_somebody_else_keeps_its_description);
    tcase_add_test(t, a_completion_that_is_refused_is_looked_at);
    tcase_add_test(t, a_case_holds_its_key_in_the_form_that_is_read);
    tcase_add_test(t, the_key_field_is_asked_for_and_without_it_no_case_is_made);
    tcase_add_test(t, what_the_project_requires_of_a_case_is_asked_for_and_written);
    tcase_add_test(t, files_go_in_one_request_and_an_empty_one_is_rejected_alone);
    tcase_add_loop_test(t, an_answer_means_what_it_says, 0, sizeof answers / sizeof *answers);
    tcase_add_test(t, lists_are_asked_for_by_pages);
    tcase_add_test(t, the_first_page_names_all_the_others);
    tcase_add_test(t, a_page_shorter_than_asked_for_names_where_the_next_one_begins);
    tcase_add_test(t, half_a_page_is_no_page);
    tcase_add_test(t, more_results_than_offsets_reach_are_asked_for_by_halves_of_time);
    tcase_add_test(t, runs_and_results_are_read_back);
    tcase_add_test(t, the_key_field_is_found_by_title_for_this_project);
    tcase_add_test(t, every_request_wears_the_token_by_its_name);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
