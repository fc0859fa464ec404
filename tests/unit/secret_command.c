/* SPDX-License-Identifier: MIT */
/* secret_command.c - a program that tells a secret: its words as they are, its end, its silence, and what it leaves behind. */
#include "scratch.h"

#include <secret_command.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <text.h>

static struct buf told;
static struct ferry_error err;

static void begin(void)
{
    scratch_enter();
    buf_init(&told, 65536);
    memset(&err, 0, sizeof err);
    err.size = sizeof err;
}

static void end(void)
{
    buf_finish(&told);
    scratch_leave();
}

static int32_t run(const char *words, int64_t timeout_ms)
{
    buf_reset(&told);
    return secret_command(ferry_cstr(words), "here", timeout_ms, &told, &err);
}

START_TEST(what_it_prints_without_the_end_of_the_line)
{
    ck_assert_int_eq(run("printf\n a b\\r\\n\\n", 60000), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), " a b");
}
END_TEST

START_TEST(its_words_are_read_by_no_shell)
{
    ck_assert_int_eq(run("printf\n%s|%s\n$HOME `id` ; *\n&& false", 60000), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&told), "$HOME `id` ; *|&& false");
}
END_TEST

START_TEST(what_fails_or_says_nothing_is_no_secret)
{
    static const struct {
        const char *words, *says;
    } all[] = {
        {"false", "here: the program fails"},
        {"sh\n-c\necho x; exit 3", "here: the program fails"},
        {"sh\n-c\nkill -9 $$", "here: the program fails"},
        {"true", "here: the program prints nothing"},
        {"printf\n\\n\\n", "here: the program prints nothing"},
        {"", "here: the program \"\" cannot be run"},
        {"/nowhere/at/all\nx", "here: the program \"/nowhere/at/all\" cannot be run: No such file"},
        {"head\n-c\n70000\n/dev/zero", "here: the program prints more than a secret"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        ck_assert_int_eq(run(all[i].words, 60000), FERRY_E_CONFIG);
        ck_assert_msg(str_starts(ferry_cstr(err.message), all[i].says), "%s", err.message);
    }
}
END_TEST

/* What it began has its output open, so that only its end ends the hearing. */
START_TEST(what_does_not_end_is_killed_with_what_it_began)
{
    long pid = 0;
    int status = 0;
    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    ck_assert_int_eq(run("sh\n-c\nsleep 600 & echo $! >pid; wait", 700), FERRY_E_CONFIG);
    ck_assert_str_eq(err.message,
                     "here: the program does not end in time; run it by hand to see why");
    FILE *f = fopen("pid", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%ld", &pid), 1);
    fclose(f);
    ck_assert_int_eq(waitpid((pid_t)pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
END_TEST

START_TEST(it_is_asked_once_a_process)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(run("sh\n-c\necho x >>calls; echo secret", 60000), FERRY_OK);
        ck_assert_str_eq(buf_cstr(&told), "secret");
    }
    FILE *f = fopen("calls", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fgetc(f), 'x');
    ck_assert_int_eq(fgetc(f), '\n');
    ck_assert_int_eq(fgetc(f), EOF);
    fclose(f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secret command");
    TCase *t = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, what_it_prints_without_the_end_of_the_line);
    tcase_add_test(t, its_words_are_read_by_no_shell);
    tcase_add_test(t, what_fails_or_says_nothing_is_no_secret);
    tcase_add_test(t, what_does_not_end_is_killed_with_what_it_began);
    tcase_add_test(t, it_is_asked_once_a_process);
    suite_add_tcase(suite, t);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
