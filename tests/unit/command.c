/* SPDX-License-Identifier: MIT */
/* command.c - the command line as data, and commands of plugins with an engine of the test's own
 * behind them. */
#include <check.h>
#include <fcntl.h>
#include <file.h>
#include <journal.h>
#include <plugin_command.h>
#include <run.h>
#include <secrets.h>
#include <signal.h>
#include <signals.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <text.h>
#include <unistd.h>

static const char *const modes[] = {"strict", "loose", NULL};
static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "dry_run", .help = "sends nothing"),
    OPTION(.type = FERRY_OPT_INT, .name = "jobs", .def = "8", .help = "at once"),
    OPTION(.type = FERRY_OPT_LIST, .name = "mirror", .help = "where else"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "mode", .choices = modes, .help = "how"),
    OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_REQUIRED, .name = "to", .help = "where to"),
    OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_SECRET, .name = "token", .help = "who"),
    NULL};

static struct arglist list;
static struct globals globals;
static struct ferry_error err;

static void setup(void)
{
    globals = (struct globals){.color = -1};
    err = (struct ferry_error){.size = sizeof err};
    args_init(&list);
    log_setup(FERRY_LOG_ERROR, 0);
}

static void teardown(void)
{
    args_finish(&list);
    secrets_clear();
}

/* The words of a line, cut at blanks. */
static int32_t parse(const char *line)
{
    static char copy[256];
    static char *argv[32];
    int argc = 0;
    char *save = NULL;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        argv[argc++] = w;
    }
    return args_parse(&list, &globals, "ferry test", options, argc, argv, &err);
}

START_TEST(reads_options_in_any_order)
{
    const struct args *a = &list.args;
    ck_assert_int_eq(
        parse("one --to=ao -vv --jobs 3 two --mirror x --mirror=y --no-dry-run -- --three -"),
        FERRY_OK);
    ck_assert(str_is(args_get(a, "to"), "ao"));
    ck_assert_int_eq(args_int(a, "jobs", 0), 3);
    ck_assert(str_is(args_nth(a, "mirror", 0), "x"));
    ck_assert(str_is(args_nth(a, "mirror", 1), "y"));
    ck_assert_ptr_null(args_nth(a, "mirror", 2).ptr);
    ck_assert_int_eq(args_flag(a, "dry_run"), 0);
    ck_assert_int_eq(args_has(a, "dry_run"), 1);
    ck_assert_int_eq(args_has(a, "mode"), 0);
    ck_assert_ptr_null(args_get(a, "mode").ptr);
    ck_assert_int_eq(args_int(a, "mode", 5), 5);
    ck_assert_uint_eq(a->n_rest, 4);
    ck_assert(str_is(a->rest[2], "--three"));
    ck_assert(str_is(a->rest[3], "-"));
    ck_assert_int_eq(globals.verbose, 2);
    ck_assert_uint_eq(log_level(&globals), FERRY_LOG_TRACE);
}
END_TEST

START_TEST(has_defaults)
{
    ck_assert_int_eq(parse("--to ao --to ao --dry_run"), FERRY_OK);
    ck_assert_int_eq(args_int(&list.args, "jobs", 0), 8);
    ck_assert_int_eq(args_has(&list.args, "jobs"), 0);
    ck_assert_int_eq(args_flag(&list.args, "dry_run"), 1);
    ck_assert_int_eq(args_check(&list.args, "ferry test", NULL, 0, 0, &err), FERRY_OK);
}
END_TEST

static const struct {
    const char *line, *message;
} wrong[] = {
    {"--dry-rnu", "ferry test has no option \"--dry-rnu\"; did you mean \"--dry-run\"?"},
    {"--wibble=canary", "ferry test has no option \"--wibble\"; `ferry test --help` lists them"},
    {"-n", "ferry test has no option \"-n\""},
    {"-vx", "ferry test has no option \"-vx\""},
    {"--=x", "ferry test has no option \"--\""},
    {"--stat x", "did you mean \"--state\"?"},
    {"--to", "--to needs a value; write --to=VALUE"},
    {"--to --jobs 3", "--to needs a value, and another option follows; where the value begins with "
                      "-- write --to=VALUE"},
    {"--to a --to b", "--to is given twice with two values; give it once"},
    {"--jobs=many", "--jobs: \"many\" is no whole number"},
    {"--jobs=", "--jobs: \"\" is empty; give a value or leave it out"},
    {"--mode=strct", "--mode: \"strct\" is not one of strict, loose; did you mean \"strict\"?"},
    {"--dry-run=perhaps", "--dry-run: \"perhaps\" is neither true nor false"},
    {"--no-dry-run=true", "--no-dry-run takes no value; write it alone"},
    {"--no-to", "ferry test has no option \"--no-to\""},
    {"--color=pink", "--color: \"pink\" is not one of auto, always, never"},
    {"--state=", "--state is empty; name a folder"},
    {"--config a --config b", "--config is given twice; give it once"},
    {"--token=canary\xff", "--token: the value (a secret, not shown) is not valid UTF-8"},
};

START_TEST(refuses_wrong_words)
{
    ck_assert_int_eq(parse(wrong[_i].line), FERRY_E_CONFIG);
    ck_assert_msg(strstr(err.message, wrong[_i].message) != NULL, "%s", err.message);
    ck_assert_ptr_null(strstr(err.message, "canary"));
}
END_TEST

START_TEST(counts_words_and_needed_options)
{
    ck_assert_int_eq(parse("one"), FERRY_OK);
    ck_assert_int_eq(args_check(&list.args, "ferry test", "INPUT...", 1, 2, &err), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "ferry test needs --to: where to");
    args_finish(&list);
    args_init(&list);
    ck_assert_int_eq(parse("--to=x one two three"), FERRY_OK);
    ck_assert_int_eq(args_check(&list.args, "ferry test", "INPUT...", 1, 2, &err), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "ferry test: \"three\" is one word too many; it takes 2");
    ck_assert_int_eq(args_check(&list.args, "ferry test", "INPUT...", 4, 9, &err), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "ferry test needs INPUT...; `ferry test --help` tells more");
    ck_assert_int_eq(args_check(&list.args, "ferry test", NULL, 0, 0, &err), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "ferry test takes no \"one\"; options begin with --");
}
END_TEST

START_TEST(registers_a_secret_of_the_command_line)
{
    ck_assert_int_eq(parse("--token canary-77"), FERRY_OK);
    ck_assert(secrets_found(FERRY_LIT("x canary-77")));
}
END_TEST

START_TEST(keeps_the_table_alphabetical_and_whole)
{
    for (size_t i = 0; cmd_table[i]; i++) {
        const struct cmd *c = cmd_table[i];
        ck_assert(i == 0 || strcmp(cmd_table[i - 1]->name, c->name) < 0);
        ck_assert_ptr_nonnull(c->run);
        ck_assert_ptr_nonnull(c->summary);
        ck_assert_uint_le(c->min_rest, c->max_rest);
        ck_assert_ptr_eq(cmd_find(c->name), c);
        for (size_t k = 0; c->options && c->options[k]; k++) {
            ck_assert_ptr_nonnull(c->options[k]->help);
            ck_assert_uint_eq(c->options[k]->size, sizeof(struct ferry_option));
        }
    }
    ck_assert_ptr_null(cmd_find("wibble"));
}
END_TEST

START_TEST(means_an_exit_code_by_each_status)
{
    static const struct {
        int32_t status;
        int code;
    } codes[] = {{FERRY_E_CONFIG, 2},      {FERRY_E_INPUT, 3},  {FERRY_E_REFUSED, 6},
                 {FERRY_E_UNREACHABLE, 7}, {FERRY_E_IO, 74},    {FERRY_E_NO_MEMORY, 74},
                 {FERRY_E_BUG, 74},        {FERRY_E_STATE, 74}, {12345, 74},
                 {FERRY_E_UNSUPPORTED, 2}, {FERRY_E_NEED, 74}};
    log_setup(0, 0);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        err.status = codes[i].status;
        ck_assert_int_eq(cmd_fail(&err), codes[i].code);
    }
    app_interrupted = 15;
    ck_assert_int_eq(cmd_fail(&err), 143);
    app_interrupted = 0;
}
END_TEST

/* --- the process -------------------------------------------------------------------------- */

START_TEST(notes_the_first_signal)
{
    signals_install();
    raise(SIGTERM);
    ck_assert_int_eq(app_interrupted, SIGTERM);
    raise(SIGPIPE); /* ignored */
    ck_assert_uint_gt(alarm(0), 0);
    app_interrupted = 0;
}
END_TEST

/* What does not look at the flag is ended all the same, with the code of the signal. */
START_TEST(ends_by_itself_some_seconds_after_the_signal)
{
    signals_install();
    raise(SIGTERM);
    ck_assert_uint_le(alarm(1), 4);
    for (;;) {
        pause();
    }
}
END_TEST

START_TEST(hears_a_signal_that_was_blocked)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    signals_install();
    raise(SIGTERM);
    ck_assert_int_eq(app_interrupted, SIGTERM);
    alarm(0);
    app_interrupted = 0;
}
END_TEST

START_TEST(ends_at_the_second_signal)
{
    signals_install();
    raise(SIGINT);
    ck_assert_int_eq(app_interrupted, SIGINT);
    raise(SIGINT);
}
END_TEST

START_TEST(leaves_an_ignored_signal_ignored)
{
    signal(SIGINT, SIG_IGN);
    signals_install();
    raise(SIGINT);
    ck_assert_int_eq(app_interrupted, 0);
    signal(SIGINT, SIG_DFL);
}
END_TEST

START_TEST(leaves_no_core_and_no_key_log)
{
    struct rlimit core;
    setenv("SSLKEYLOGFILE", "/tmp/keys", 1);
    close(STDIN_FILENO);
    process_harden();
    ck_assert_ptr_null(getenv("SSLKEYLOGFILE"));
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
    ck_assert_uint_eq(core.rlim_cur, 0);
    ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
}
END_TEST

/* --- commands of plugins ----------------------------------------------------------------- */

static struct app app;
static char folder[64], output[4096];

static void open_app(void)
{
    setup();
    snprintf(folder, sizeof folder, "/tmp/ferry-command-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    clearenv();
    setenv("HOME", folder, 1);
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_msg(app_open(&app, &globals, CMD_CONFIG | CMD_PLUGINS, &err) == FERRY_OK, "%s",
                  err.message);
}

static void close_app(void)
{
    app_close(&app);
    rmdir(folder);
    teardown();
}

static struct plugin_entry *entry(const char *id)
{
    for (uint32_t i = 0; i < plugins_count(app.plugins); i++) {
        if (strcmp(plugins_at(app.plugins, i)->id, id) == 0) {
            return plugins_at(app.plugins, i);
        }
    }
    ck_abort_msg("no plugin %s", id);
}

/* Runs it with stdout in a file; what came out is in `output`. */
static int run_words(const char *id, int argc, const char *const *words)
{
    char path[] = "/tmp/ferry-test-XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC), saved = dup(STDOUT_FILENO), code;
    ssize_t n;
    ck_assert_int_ge(fd, 0);
    unlink(path);
    fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    code = plugin_command_run(&app, &globals, entry(id), argc, (char *const *)(uintptr_t)words);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    n = pread(fd, output, sizeof output - 1, 0);
    output[n > 0 ? n : 0] = '\0';
    close(fd);
    return code;
}
#define RUN(id, ...)                                                                               \
    run_words(id, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),                   \
              (const char *[]){__VA_ARGS__, NULL})

START_TEST(hands_a_command_what_it_was_given)
{
    ck_assert_int_eq(RUN("vendor", "show", "--times=7", "--word", "a", "--word", "b c", "x"), 0);
    ck_assert_str_eq(
        output, "project=\ntimes=7\nword=a\nb c\narg=x\nconfig batch=200\nconfig token=absent\n");
    setenv("VENDOR_API_TOKEN", "canary-1", 1);
    ck_assert_int_eq(RUN("vendor", "show", "--project", "canary-1-P"), 0);
    ck_assert_str_eq(output, "project=***-P\ntimes=1\nconfig batch=200\nconfig token=absent\n");
}
END_TEST

static struct {
    struct app *app;
    char label[64], method[16], target[64], token[32];
} sent;

/* Linked in the place of app_send(): see tests/CMakeLists.txt. */
int32_t __wrap_app_send(struct app *a, struct target *target, struct app_line **line,
                        const struct ferry_message *request, ferry_answer_fn *answer, void *data,
                        struct ferry_error *e);
int32_t __wrap_app_send(struct app *a, struct target *target, struct app_line **line,
                        const struct ferry_message *request, ferry_answer_fn *answer, void *data,
                        struct ferry_error *e)
{
    struct ferry_message reply = {
        .size = sizeof reply, .status = 204, .body = FERRY_LIT("pong canary-1")};
    struct ferry_str token = target->secrets.get(target->secrets.self, FERRY_LIT("token"));
    ck_assert_ptr_null(*line);
    sent.app = a;
    snprintf(sent.label, sizeof sent.label, "%.*s", STR_ARG(target->label));
    snprintf(sent.method, sizeof sent.method, "%.*s", STR_ARG(request->method));
    snprintf(sent.target, sizeof sent.target, "%.*s", STR_ARG(request->target));
    snprintf(sent.token, sizeof sent.token, "%.*s", STR_ARG(token));
    if (str_is(target->project, "DOWN")) {
        return ferry_fail(e, FERRY_E_UNREACHABLE, NULL, "no answer");
    }
    return answer(data, &reply);
}

START_TEST(carries_a_commands_request_to_the_engine)
{
    setenv("VENDOR_API_TOKEN", "canary-1", 1);
    ck_assert_int_eq(RUN("vendor", "send", "--to", "vendor:AO"), 0);
    ck_assert_ptr_eq(sent.app, &app);
    ck_assert_str_eq(sent.label, "vendor:AO");
    ck_assert_str_eq(sent.method, "GET");
    ck_assert_str_eq(sent.target, "/ping");
    ck_assert_str_eq(sent.token, "canary-1");
    ck_assert_str_eq(output, "204 pong ***\n");
    ck_assert_int_eq(RUN("vendor", "send", "--project=DOWN"), 7);
    ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(sends_nothing_without_a_destination)
{
    ck_assert_int_eq(RUN("vendor", "send"), 2);
    setenv("VENDOR_API_TOKEN", "canary-1", 1);
    ck_assert_int_eq(RUN("vendor", "send", "--project", "AO", "--to", "vendor:DEMO"), 2);
    ck_assert_str_eq(output, "");
    ck_assert_str_eq(sent.label, "");
}
END_TEST

/* Two destinations of the plugin, and one of another: what was sent to each. */
static void make_journal(void)
{
    static const char rows[] =
        "INSERT INTO dest(id, name, label, plugin, project, url, account) VALUES"
        " (1, 'vendor:AO', 'vendor:AO', 'vendor', 'AO', 'https://api.vendor.example', 'A'),"
        " (2, 'vendor:DEMO', 'vendor:DEMO', 'vendor', 'DEMO', 'https://api.vendor.example', 'A'),"
        " (3, 'other:AO', 'other:AO', 'other', 'AO', '', '');"
        "INSERT INTO run(id, key, title, source, shared, created_ms) VALUES(1, 'K', 'Nightly', 'report', 0, 0);"
        "INSERT INTO lane(id, dest_id, run_id, role, planner, run_key, run_title, flags, state) VALUES"
        " (1, 1, 1, 1, 'upload', 'K', 'Nightly', 0, 1), (2, 2, 1, 2, 'mirror', 'K', 'Nightly', 0, 1), (3, 3, 1, 2, 'mirror', 'K', 'Nightly', 0, 1);"
        "INSERT INTO request(id, dest_id, lane_id, kind, digest, items, sent_ms, version, settled, done, rejected, token, error) VALUES"
        " (1, 1, 1, 196615, x'00', 3, 5, '1', 1, 3, 0, 'task 1', NULL), (2, 1, 1, 196615, x'00', 2, 6, '1', 1, 1, 1, 'task 2', 'too long'),"
        " (3, 2, 2, 196615, x'00', 1, 7, '1', 0, 0, 0, NULL, NULL), (4, 3, 3, 196615, x'00', 1, 8, '1', 1, 1, 0, NULL, NULL);";
    struct journal j;
    ck_assert_msg(journal_open(&j, app.state, 0, &err) == FERRY_OK, "%s", err.message);
    ck_assert_msg(db_script(j.db, rows, &err) == FERRY_OK, "%s", err.message);
    journal_close(&j);
}

START_TEST(tells_a_command_of_its_plugins_tasks_alone)
{
    make_journal();
    setenv("VENDOR_API_TOKEN", "canary-1", 1);
    ck_assert_int_eq(RUN("vendor", "tasks"), 0);
    ck_assert_str_eq(output, "1 task 1 state 2, slice 1, 3 of 3, 0 refused: \n"
                             "2 task 2 state 3, slice 2, 1 of 2, 1 refused: too long\n"
                             "3  state 1, slice 1, 0 of 1, 0 refused: \n");
    ck_assert_int_eq(RUN("second", "tasks"), 0);
    ck_assert_str_eq(output, "");
    file_remove_tree(app.state);
}
END_TEST

START_TEST(tries_again_for_a_command_what_it_names)
{
    make_journal();
    setenv("VENDOR_API_TOKEN", "canary-1", 1);
    ck_assert_int_eq(RUN("vendor", "retry", "task 1"), 0); /* of which nothing was refused */
    ck_assert_str_eq(output, "0 again\n");
    ck_assert_int_eq(RUN("vendor", "retry", "task 9"), 2);
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(RUN("vendor", "retry", "4"), 2); /* another plugin's */
    ck_assert_int_eq(RUN("vendor", "retry"), 0);
    ck_assert_str_eq(output, "0 again\n");
    file_remove_tree(app.state);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("command");
    TCase *t = tcase_create("line"), *p = tcase_create("plugin");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, reads_options_in_any_order);
    tcase_add_test(t, has_defaults);
    tcase_add_loop_test(t, refuses_wrong_words, 0, (int)(sizeof wrong / sizeof *wrong));
    tcase_add_test(t, counts_words_and_needed_options);
    tcase_add_test(t, registers_a_secret_of_the_command_line);
    tcase_add_test(t, keeps_the_table_alphabetical_and_whole);
    tcase_add_test(t, means_an_exit_code_by_each_status);
    tcase_add_test(t, notes_the_first_signal);
    tcase_add_test_raise_signal(t, ends_at_the_second_signal, SIGINT);
    tcase_add_exit_test(t, ends_by_itself_some_seconds_after_the_signal, 128 + SIGTERM);
    tcase_add_test(t, hears_a_signal_that_was_blocked);
    tcase_add_test(t, leaves_an_ignored_signal_ignored);
    tcase_add_test(t, leaves_no_core_and_no_key_log);
    suite_add_tcase(suite, t);
    tcase_add_checked_fixture(p, open_app, close_app);
    tcase_add_test(p, hands_a_command_what_it_was_given);
    tcase_add_test(p, carries_a_commands_request_to_the_engine);
    tcase_add_test(p, sends_nothing_without_a_destination);
    tcase_add_test(p, tells_a_command_of_its_plugins_tasks_alone);
    tcase_add_test(p, tries_again_for_a_command_what_it_names);
    suite_add_tcase(suite, p);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
