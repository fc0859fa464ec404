/* SPDX-License-Identifier: MIT */
/* attach.c - every way a report may name a file, and what may be opened. */
#include "scratch.h"

#include <attach.h>

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct attach a;
static const char *no_roots[] = {NULL};

static void put(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0666);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void begin(void)
{
    scratch_enter();
    mkdir("r", 0777);
    mkdir("r/shots", 0777);
    mkdir("out", 0777);
    put("r/report.xml", "<testsuite/>");
    put("r/shots/1.png", "picture");
    put("r/log.txt", "log");
    put("out/secret", "token");
    memset(&a, 0, sizeof a);
}

static void end(void)
{
    attach_finish(&a);
    scratch_leave();
}

static void open_roots(const char *report, const char *const *roots, uint64_t max)
{
    struct ferry_error err = {.size = sizeof err};
    attach_finish(&a);
    ck_assert_int_eq(attach_init(&a, report, roots, max, &err), FERRY_OK);
}

static enum attach_end attempt(struct ferry_str name)
{
    uint64_t bytes;
    int fd;
    enum attach_end end = attach_open(&a, name, &fd, &bytes);
    ck_assert_int_eq(end == ATTACH_OK, fd >= 0);
    if (fd >= 0) {
        close(fd);
    }
    return end;
}

/* With the kernel's bounds and without: refused by both, told alike unless `walk` says otherwise. */
static void refused_as(const char *name, enum attach_end wanted, enum attach_end walk)
{
    a.by_walk = 0;
    ck_assert_msg(attempt(ferry_cstr(name)) == wanted, "%s: not refused as it should be", name);
    a.by_walk = 1;
    ck_assert_msg(attempt(ferry_cstr(name)) == walk, "%s: not refused so by the walk", name);
    a.by_walk = 0;
}

static void refused(const char *name, enum attach_end wanted)
{
    refused_as(name, wanted, wanted);
}

/* Opens it both ways and reads the same. */
static void opened(const char *name, const char *text)
{
    for (uint32_t walk = 0; walk < 2; walk++) {
        char got[64] = "";
        uint64_t bytes;
        int fd;
        a.by_walk = walk;
        ck_assert_msg(attach_open(&a, ferry_cstr(name), &fd, &bytes) == ATTACH_OK, "%s: not opened",
                      name);
        ck_assert_int_eq(read(fd, got, sizeof got - 1), (ssize_t)strlen(text));
        ck_assert_str_eq(got, text);
        ck_assert_uint_eq(bytes, strlen(text));
        ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        close(fd);
    }
    a.by_walk = 0;
}

START_TEST(a_file_below_the_reports_folder_is_opened)
{
    open_roots("r/report.xml", NULL, 0);
    opened("log.txt", "log");
    opened("shots/1.png", "picture");
    opened("./shots//1.png", "picture");
}
END_TEST

START_TEST(a_report_in_the_working_folder_has_that_folder)
{
    ck_assert_int_eq(chdir("r"), 0);
    open_roots("report.xml", no_roots, 0);
    opened("shots/1.png", "picture");
    refused("../out/secret", ATTACH_OUTSIDE);
}
END_TEST

START_TEST(going_up_is_refused_even_where_it_comes_back)
{
    open_roots("r/report.xml", NULL, 0);
    refused("../out/secret", ATTACH_OUTSIDE);
    refused("shots/../../out/secret", ATTACH_OUTSIDE);
    refused("..", ATTACH_OUTSIDE);
    refused("../../../../../../../etc/passwd", ATTACH_OUTSIDE);
    /* within the folder ".." is harmless: the kernel knows it, and so does the text */
    a.by_walk = 0;
    ck_assert_int_eq(attempt(FERRY_LIT("shots/../log.txt")), ATTACH_OK);
}
END_TEST

START_TEST(an_absolute_path_elsewhere_is_refused)
{
    open_roots("r/report.xml", NULL, 0);
    refused("/etc/passwd", ATTACH_OUTSIDE);
    refused("/proc/self/environ", ATTACH_OUTSIDE);
    refused("/dev/zero", ATTACH_OUTSIDE);
    refused("/", ATTACH_OUTSIDE);
}
END_TEST

START_TEST(an_absolute_path_below_the_reports_folder_or_a_root_is_opened)
{
    char path[8192], root[8192];
    const char *roots[] = {root, NULL};
    open_roots("r/report.xml", NULL, 0);
    snprintf(path, sizeof path, "%s/r/shots/1.png", scratch_path);
    opened(path, "picture");
    snprintf(path, sizeof path, "%s/out/secret", scratch_path);
    refused(path, ATTACH_OUTSIDE);
    snprintf(root, sizeof root, "%s/out/", scratch_path);
    open_roots("r/report.xml", roots, 0);
    opened(path, "token");
    snprintf(path, sizeof path, "%s/out/../r/../out/../../etc/passwd", scratch_path);
    refused(path, ATTACH_OUTSIDE);
    snprintf(path, sizeof path, "%s/outside", scratch_path);
    refused(path, ATTACH_OUTSIDE);
}
END_TEST

START_TEST(a_relative_name_is_looked_for_in_the_roots_too)
{
    char root[8192], all[8192];
    const char *roots[] = {root, NULL}, *wide[] = {all, NULL};
    snprintf(root, sizeof root, "%s/out", scratch_path);
    snprintf(all, sizeof all, "%s", scratch_path);
    open_roots("r/report.xml", roots, 0);
    opened("secret", "token");
    opened("log.txt", "log");
    refused("nothing", ATTACH_MISSING);
    /* "../" leads out of the report's folder and into a root: the root allows it */
    ck_assert_int_eq(attempt(FERRY_LIT("../out/secret")), ATTACH_OK);
    open_roots("r/report.xml", wide, 0);
    opened("../out/secret", "token");
    refused("../../etc/passwd", ATTACH_OUTSIDE);
}
END_TEST

START_TEST(links_that_lead_out_are_refused_and_those_within_are_followed)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/out/secret", scratch_path);
    open_roots("r/report.xml", NULL, 0);
    ck_assert_int_eq(symlink("../out/secret", "r/up"), 0);
    ck_assert_int_eq(symlink(path, "r/absolute"), 0);
    ck_assert_int_eq(symlink("../out", "r/folder"), 0);
    ck_assert_int_eq(symlink("/proc/self/root", "r/magic"), 0);
    ck_assert_int_eq(symlink("loop", "r/loop"), 0);
    ck_assert_int_eq(symlink("shots/1.png", "r/within"), 0);
    ck_assert_int_eq(symlink("shots", "r/pictures"), 0);
    ck_assert_int_eq(symlink("nothing", "r/dangling"), 0);
    refused_as("up", ATTACH_OUTSIDE, ATTACH_LINK);
    refused_as("absolute", ATTACH_OUTSIDE, ATTACH_LINK);
    refused_as("folder/secret", ATTACH_OUTSIDE, ATTACH_LINK);
    refused_as("magic/etc/passwd", ATTACH_OUTSIDE, ATTACH_LINK);
    refused("loop", ATTACH_LINK);
    refused_as("dangling", ATTACH_MISSING, ATTACH_LINK);
    ck_assert_int_eq(attempt(FERRY_LIT("within")), ATTACH_OK);
    ck_assert_int_eq(attempt(FERRY_LIT("pictures/1.png")), ATTACH_OK);
    /* without the kernel's help no link is followed */
    a.by_walk = 1;
    ck_assert_int_eq(attempt(FERRY_LIT("within")), ATTACH_LINK);
    ck_assert_int_eq(attempt(FERRY_LIT("pictures/1.png")), ATTACH_LINK);
}
END_TEST

START_TEST(proc_as_a_root_gives_no_other_file_away)
{
    const char *roots[] = {"/proc/self", NULL};
    char name[64];
    int fd = open("out/secret", O_RDONLY);
    open_roots("r/report.xml", roots, 0);
    snprintf(name, sizeof name, "fd/%d", fd);
    refused(name, ATTACH_LINK);
    refused("root/etc/passwd", ATTACH_LINK);
    refused("cwd/out/secret", ATTACH_LINK);
    close(fd);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_without_waiting)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "r/socket"};
    const char *roots[] = {"/dev", NULL};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(s, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(mkfifo("r/pipe", 0666), 0);
    open_roots("r/report.xml", roots, 0);
    refused("pipe", ATTACH_NOT_A_FILE);
    refused("shots", ATTACH_NOT_A_FILE);
    refused("shots/", ATTACH_NOT_A_FILE);
    refused(".", ATTACH_NOT_A_FILE);
    refused("socket", ATTACH_NOT_A_FILE);
    refused("/dev/zero", ATTACH_NOT_A_FILE);
    refused("/dev/null", ATTACH_NOT_A_FILE);
    refused("log.txt/x", ATTACH_MISSING);
    refused("log.txt/", ATTACH_MISSING);
    refused("shots/1.png//", ATTACH_MISSING);
    refused("./shots/../log.txt/", ATTACH_MISSING);
    close(s);
}
END_TEST

START_TEST(a_file_at_the_maximum_is_taken_and_one_byte_more_is_not)
{
    open_roots("r/report.xml", NULL, 7);
    opened("shots/1.png", "picture");
    open_roots("r/report.xml", NULL, 6);
    refused("shots/1.png", ATTACH_TOO_LARGE);
    opened("log.txt", "log");
}
END_TEST

START_TEST(the_default_maximum_is_32_mib)
{
    int fd = open("r/big", O_CREAT | O_WRONLY, 0666);
    open_roots("r/report.xml", NULL, 0);
    ck_assert_int_eq(ftruncate(fd, 32 << 20), 0);
    ck_assert_int_eq(attempt(FERRY_LIT("big")), ATTACH_OK);
    ck_assert_int_eq(ftruncate(fd, (32 << 20) + 1), 0);
    ck_assert_int_eq(attempt(FERRY_LIT("big")), ATTACH_TOO_LARGE);
    close(fd);
}
END_TEST

START_TEST(names_that_are_none_are_refused)
{
    char longest[5000];
    memset(longest, 'x', sizeof longest);
    longest[4999] = '\0';
    open_roots("r/report.xml", NULL, 0);
    put("r/two\nlines", "x");
    refused("", ATTACH_NO_NAME);
    refused("  \n", ATTACH_NO_NAME);
    refused("two\nlines", ATTACH_BAD_NAME);
    refused("\x1b[2J", ATTACH_BAD_NAME);
    refused("missing.png", ATTACH_MISSING);
    refused(longest, ATTACH_MISSING);
    longest[300] = '\0';
    refused(longest, ATTACH_MISSING);
    /* a NUL would end the name early: "log.txt" must not be what is opened */
    ck_assert_int_eq(attempt(FERRY_LIT("log.txt\0.png")), ATTACH_BAD_NAME);
    ck_assert_int_eq(attempt((struct ferry_str){NULL, 0}), ATTACH_NO_NAME);
}
END_TEST

START_TEST(addresses_are_not_fetched)
{
    open_roots("r/report.xml", NULL, 0);
    refused("https://example.org/a.png", ATTACH_ADDRESS);
    refused("FILE:///etc/passwd", ATTACH_ADDRESS);
    refused("data:text/plain,x", ATTACH_ADDRESS);
    put("r/c:odd.txt", "odd");
    opened("c:odd.txt", "odd");
}
END_TEST

START_TEST(a_report_from_stdin_has_only_the_roots)
{
    char root[8192];
    const char *roots[] = {root, NULL};
    open_roots(NULL, NULL, 0);
    refused("log.txt", ATTACH_NO_FOLDER);
    refused("/etc/passwd", ATTACH_OUTSIDE);
    snprintf(root, sizeof root, "%s/r", scratch_path);
    open_roots(NULL, roots, 0);
    opened("log.txt", "log");
    refused("nothing", ATTACH_NO_FOLDER);
    refused("../out/secret", ATTACH_OUTSIDE);
}
END_TEST

START_TEST(a_wrong_root_is_named)
{
    const char *relative[] = {"out", NULL}, *missing[] = {"/nowhere/at/all", NULL};
    const char *file[] = {"/etc/passwd", NULL};
    struct ferry_error err = {.size = sizeof err};
    ck_assert_int_eq(attach_init(&a, NULL, relative, 0, &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "out: is not absolute"));
    ck_assert_int_eq(attach_init(&a, "r/report.xml", missing, 0, &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "/nowhere/at/all: No such file"));
    ck_assert_int_eq(attach_init(&a, NULL, file, 0, &err), FERRY_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "Not a directory"));
}
END_TEST

START_TEST(nothing_stays_open_behind_refusals)
{
    int before = open("/dev/null", O_RDONLY), after;
    close(before);
    open_roots("r/report.xml", NULL, 1);
    refused("log.txt", ATTACH_TOO_LARGE);
    refused("shots", ATTACH_NOT_A_FILE);
    refused("a/b/c", ATTACH_MISSING);
    refused("shots/../../x", ATTACH_OUTSIDE);
    attach_finish(&a);
    after = open("/dev/null", O_RDONLY);
    ck_assert_int_eq(before, after);
    close(after);
}
END_TEST

START_TEST(every_end_has_a_code_and_a_text)
{
    for (int i = 0; i <= ATTACH_ENDS; i++) {
        ck_assert_int_eq(strncmp(attach_code((enum attach_end)i), "attachment", 10), 0);
        ck_assert_uint_gt(strlen(attach_text((enum attach_end)i)), 5);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attach");
    TCase *t = tcase_create("attach");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, a_file_below_the_reports_folder_is_opened);
    tcase_add_test(t, a_report_in_the_working_folder_has_that_folder);
    tcase_add_test(t, going_up_is_refused_even_where_it_comes_back);
    tcase_add_test(t, an_absolute_path_elsewhere_is_refused);
    tcase_add_test(t, an_absolute_path_below_the_reports_folder_or_a_root_is_opened);
    tcase_add_test(t, a_relative_name_is_looked_for_in_the_roots_too);
    tcase_add_test(t, links_that_lead_out_are_refused_and_those_within_are_followed);
    tcase_add_test(t, proc_as_a_root_gives_no_other_file_away);
    tcase_add_test(t, what_is_no_regular_file_is_refused_without_waiting);
    tcase_add_test(t, a_file_at_the_maximum_is_taken_and_one_byte_more_is_not);
    tcase_add_test(t, the_default_maximum_is_32_mib);
    tcase_add_test(t, names_that_are_none_are_refused);
    tcase_add_test(t, addresses_are_not_fetched);
    tcase_add_test(t, a_report_from_stdin_has_only_the_roots);
    tcase_add_test(t, a_wrong_root_is_named);
    tcase_add_test(t, nothing_stays_open_behind_refusals);
    tcase_add_test(t, every_end_has_a_code_and_a_text);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
