/* SPDX-License-Identifier: MIT */
/* The in-process transport: what a service sees of a request, and what comes back of its answer. */
#include "lab.h"
#include "toy_service.h"

#include <log.h>

static struct lab lab;
static struct ferry_error err;

static void setup(void)
{
    err = (struct ferry_error){.size = sizeof err};
    log_setup(0, 0);
    unsetenv("FERRY_FAULTS");
    memset(&lab, 0, sizeof lab);
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
}

static void teardown(void)
{
    lab_close(&lab);
}

static struct ferry_str value_of(void *self, struct ferry_str name)
{
    (void)self;
    return str_is(name, "token") ? FERRY_LIT("s3cret") : (struct ferry_str){NULL, 0};
}

static void begin(const char *method, const char *target)
{
    request_reset(&lab.request);
    struct ferry_out out = request_out(&lab.request);
    out.start(out.self, ferry_cstr(method), ferry_cstr(target));
}

START_TEST(it_is_synchronous_and_names_itself)
{
    ck_assert_uint_eq(lab.transport.flags, TRANSPORT_SYNCHRONOUS);
    ck_assert_str_eq(lab.transport.name, "toy (in process)");
    ck_assert_ptr_null(lab.transport.next(lab.transport.self, 1000));
}
END_TEST

START_TEST(secrets_and_dress_are_placed_before_the_service_sees_them)
{
    const struct request_values values = {NULL, value_of};
    struct request dress;
    request_init(&dress, 1000);
    struct ferry_out out = request_out(&dress);
    out.header(out.self, FERRY_LIT("authorization"));
    out.text(out.self, FERRY_LIT("Bearer "));
    out.secret(out.self, FERRY_LIT("token"), FERRY_RAW);
    begin("GET", "/header");
    ck_assert_int_eq(request_seal(&lab.request, &err), FERRY_OK);
    lab.x.request = &lab.request;
    lab.x.dress = &dress;
    lab.x.values = &values;
    ck_assert_int_eq(lab.transport.submit(lab.transport.self, &lab.x, &err), FERRY_OK);
    ck_assert_ptr_eq(lab.transport.next(lab.transport.self, LAB_PATIENCE_MS), &lab.x);
    ck_assert_int_eq(lab.x.end, EXCHANGE_ANSWERED);
    ck_assert(str_is(lab.x.answer.body, "Bearer s3cret"));
    ck_assert(
        str_is(ferry_get(lab.x.answer.headers, lab.x.answer.n_headers, FERRY_LIT("x-toy")), "yes"));
    request_finish(&dress);
}
END_TEST

START_TEST(a_secret_that_is_not_known_stops_the_request_before_it_acts)
{
    const struct request_values values = {NULL, value_of};
    begin("POST", "/add");
    struct ferry_out out = request_out(&lab.request);
    out.header(out.self, FERRY_LIT("x-other"));
    out.secret(out.self, FERRY_LIT("password"), FERRY_RAW);
    out.body(out.self);
    out.text(out.self, FERRY_LIT("x"));
    ck_assert_int_eq(request_seal(&lab.request, &err), FERRY_OK);
    lab.x.request = &lab.request;
    lab.x.values = &values;
    ck_assert_int_eq(lab.transport.submit(lab.transport.self, &lab.x, &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "password"));
    ck_assert_ptr_null(lab.transport.next(lab.transport.self, 0));
    lab_expect(&lab, 200, "GET", "/count", NULL);
    ck_assert(str_is(lab.body, "1"));
}
END_TEST

START_TEST(a_blob_that_is_gone_stops_the_request_before_it_acts)
{
    begin("POST", "/add");
    struct ferry_out out = request_out(&lab.request);
    out.body(out.self);
    out.blob(out.self,
             FERRY_LIT("sha256:"
                       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
             0, 3);
    ck_assert_int_eq(request_seal(&lab.request, &err), FERRY_OK);
    lab.x.request = &lab.request;
    ck_assert_int_eq(lab.transport.submit(lab.transport.self, &lab.x, &err), FERRY_E_IO);
    lab_expect(&lab, 200, "GET", "/count", NULL);
    ck_assert(str_is(lab.body, "1"));
}
END_TEST

START_TEST(blobs_of_the_request_come_from_the_hosts_spool)
{
    char digest[DIGEST_TEXT];
    spool_add(lab.spool, FERRY_LIT("xabcx"), digest, &err);
    begin("POST", "/add");
    struct ferry_out out = request_out(&lab.request);
    out.body(out.self);
    out.text(out.self, FERRY_LIT("<"));
    out.blob(out.self, ferry_cstr(digest), 1, 3);
    out.text(out.self, FERRY_LIT(">"));
    lab_submit(&lab);
    ck_assert_uint_eq(lab.status, 201);
    lab_expect(&lab, 200, "GET", "/list", NULL);
    ck_assert(str_is(lab.body, "seed,<abc>"));
}
END_TEST

START_TEST(exchanges_come_back_in_order)
{
    struct exchange x[40];
    begin("GET", "/count");
    ck_assert_int_eq(request_seal(&lab.request, &err), FERRY_OK);
    for (int i = 0; i < 40; i++) {
        memset(&x[i], 0, sizeof x[i]);
        buf_init(&x[i].storage, 10000);
        x[i].request = &lab.request;
        ck_assert_int_eq(lab.transport.submit(lab.transport.self, &x[i], &err), FERRY_OK);
    }
    for (int i = 0; i < 40; i++) {
        ck_assert_ptr_eq(lab.transport.next(lab.transport.self, LAB_PATIENCE_MS), &x[i]);
        buf_finish(&x[i].storage);
    }
    ck_assert_ptr_null(lab.transport.next(lab.transport.self, 0));
}
END_TEST

/* In order, so that what was applied is a beginning of what was submitted; and nothing comes back any more. */
START_TEST(a_close_lets_what_is_served_end_and_begins_no_more)
{
    enum { MANY = 40 };
    struct request requests[MANY];
    struct exchange x[MANY];
    struct buf wanted;
    char text[16];
    for (int i = 0; i < MANY; i++) {
        request_init(&requests[i], 1000);
        struct ferry_out out = request_out(&requests[i]);
        out.start(out.self, FERRY_LIT("POST"), FERRY_LIT("/add"));
        out.body(out.self);
        snprintf(text, sizeof text, "%d", i);
        out.text(out.self, ferry_cstr(text));
        ck_assert_int_eq(request_seal(&requests[i], &err), FERRY_OK);
        memset(&x[i], 0, sizeof x[i]);
        buf_init(&x[i].storage, 10000);
        x[i].request = &requests[i];
        ck_assert_int_eq(lab.transport.submit(lab.transport.self, &x[i], &err), FERRY_OK);
    }
    ck_assert_ptr_eq(lab.transport.next(lab.transport.self, LAB_PATIENCE_MS), &x[0]);
    lab_shut(&lab);
    for (int i = 0; i < MANY; i++) {
        buf_finish(&x[i].storage);
        request_finish(&requests[i]);
    }
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
    lab_expect(&lab, 200, "GET", "/list", NULL);
    buf_init(&wanted, 1000);
    buf_puts(&wanted, "seed");
    for (int i = 0; i < MANY; i++) {
        buf_printf(&wanted, ",%d", i);
    }
    ck_assert_uint_ge(lab.body.len, strlen("seed,0"));
    ck_assert_uint_le(lab.body.len, wanted.len);
    ck_assert_int_eq(memcmp(lab.body.ptr, wanted.ptr, (size_t)lab.body.len), 0);
    buf_finish(&wanted);
}
END_TEST

START_TEST(an_answer_over_the_limit_is_unsure_and_was_applied)
{
    lab.max_answer = 3;
    ck_assert_uint_eq(lab_send(&lab, "POST", "/add", "x"), 0);
    ck_assert_int_eq(lab.x.end, EXCHANGE_UNSURE);
    ck_assert_ptr_nonnull(strstr(lab.x.error.message, "at most 3"));
    lab.max_answer = 0;
    lab_expect(&lab, 200, "GET", "/count", NULL);
    ck_assert(str_is(lab.body, "2"));
}
END_TEST

static void fetch(uint64_t max)
{
    char target[128];
    lab_expect(&lab, 201, "POST", "/keep", "some bytes");
    snprintf(target, sizeof target, "/blob/%.*s", STR_ARG(lab.body));
    begin("GET", target);
    struct ferry_out out = request_out(&lab.request);
    out.spool(out.self, max);
    lab_submit(&lab);
}

START_TEST(a_spooled_answer_goes_to_the_hosts_spool)
{
    char bytes[16] = "";
    fetch(100);
    ck_assert_uint_eq(lab.status, 200);
    ck_assert_ptr_nonnull(lab.x.answer.blob);
    ck_assert_uint_eq(lab.x.answer.blob->bytes, 10);
    ck_assert_uint_eq(lab.x.answer.body.len, 0);
    ck_assert_int_eq(spool_read(lab.spool, lab.x.answer.blob->digest, 0, bytes, 16), 10);
    ck_assert_str_eq(bytes, "some bytes");
    ck_assert(
        str_is(ferry_get(lab.x.answer.headers, lab.x.answer.n_headers, FERRY_LIT("x-toy")), "yes"));
}
END_TEST

START_TEST(a_spooled_answer_has_its_limit_too)
{
    fetch(9);
    ck_assert_int_eq(lab.x.end, EXCHANGE_UNSURE);
    ck_assert_int_eq(lab.x.error.status, FERRY_E_TOO_LARGE);
}
END_TEST

START_TEST(a_refusal_is_read_even_where_a_blob_was_wanted)
{
    begin("GET", "/nowhere");
    struct ferry_out out = request_out(&lab.request);
    out.spool(out.self, 100);
    lab_submit(&lab);
    ck_assert_uint_eq(lab.status, 404);
    ck_assert_ptr_null(lab.x.answer.blob);
    ck_assert(str_is(lab.body, "nothing there"));
}
END_TEST

START_TEST(a_failing_service_is_a_500_like_any_server)
{
    lab_expect(&lab, 500, "POST", "/boom", "x");
    ck_assert_int_eq(lab.x.end, EXCHANGE_ANSWERED);
}
END_TEST

#ifdef FERRY_TEST_HOOKS
START_TEST(a_script_in_the_environment_comes_in_between)
{
    char path[96], fired[112];
    struct buf text;
    snprintf(path, sizeof path, "%s/faults", lab.folder);
    snprintf(fired, sizeof fired, "%s.fired", path);
    FILE *f = fopen(path, "w");
    fputs("# lose the second\nPOST /add 2 drop-after\n", f);
    fclose(f);
    lab_shut(&lab);
    setenv("FERRY_FAULTS", path, 1);
    lab_open(&lab, &toy_service, "toy", NULL, 0, NULL);
    lab_expect(&lab, 201, "POST", "/add", "x");
    lab_expect(&lab, 0, "POST", "/add", "y");
    lab_expect(&lab, 200, "GET", "/count", NULL);
    ck_assert(str_is(lab.body, "3"));
    FILE *ledger = fopen(fired, "r");
    ck_assert_ptr_nonnull(ledger);
    buf_init(&text, 1000);
    char *room = buf_room(&text, 500);
    buf_grow(&text, fread(room, 1, 500, ledger));
    fclose(ledger);
    ck_assert(strncmp(buf_cstr(&text), "2 drop-after POST /add ", 23) ==
              0); /* and a digest of the request */
    buf_finish(&text);
}
END_TEST

START_TEST(a_wrong_script_in_the_environment_is_an_error)
{
    struct transport t;
    setenv("FERRY_FAULTS", "/nowhere/at/all", 1);
    ck_assert_int_ne(transport_inproc_open(&t, &toy_service, "toy", NULL, 0, lab.state, lab.spool,
                                           &lab.clock, &err),
                     FERRY_OK);
    ck_assert_ptr_nonnull(strstr(err.message, "/nowhere/at/all"));
    ck_assert_ptr_null(t.self);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("inproc");
    TCase *c = tcase_create("inproc");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, it_is_synchronous_and_names_itself);
    tcase_add_test(c, secrets_and_dress_are_placed_before_the_service_sees_them);
    tcase_add_test(c, a_secret_that_is_not_known_stops_the_request_before_it_acts);
    tcase_add_test(c, a_blob_that_is_gone_stops_the_request_before_it_acts);
    tcase_add_test(c, blobs_of_the_request_come_from_the_hosts_spool);
    tcase_add_test(c, exchanges_come_back_in_order);
    tcase_add_test(c, a_close_lets_what_is_served_end_and_begins_no_more);
    tcase_add_test(c, an_answer_over_the_limit_is_unsure_and_was_applied);
    tcase_add_test(c, a_spooled_answer_goes_to_the_hosts_spool);
    tcase_add_test(c, a_spooled_answer_has_its_limit_too);
    tcase_add_test(c, a_refusal_is_read_even_where_a_blob_was_wanted);
    tcase_add_test(c, a_failing_service_is_a_500_like_any_server);
#ifdef FERRY_TEST_HOOKS
    tcase_add_test(c, a_script_in_the_environment_comes_in_between);
    tcase_add_test(c, a_wrong_script_in_the_environment_is_an_error);
#endif
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
