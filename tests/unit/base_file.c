/* SPDX-License-Identifier: MIT */
/* base_file.c - files, folders, paths and clocks, with the failures that a machine really has. */
#include "clock.h"
#include "file.h"
#include "scratch.h"
#include "text.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

static struct ferry_error err;
static struct buf bytes;

static void begin(void)
{
    scratch_enter();
    memset(&err, 0, sizeof err);
    buf_init(&bytes, 1 << 20);
}

static void end(void)
{
    buf_finish(&bytes);
    scratch_leave();
}

static void ck_says(const char *part)
{
    ck_assert_msg(strstr(err.message, part), "\"%s\" does not say \"%s\"", err.message, part);
}

static unsigned entries(const char *path)
{
    DIR *dir = opendir(path);
    unsigned n = 0;
    ck_assert_ptr_nonnull(dir);
    while (readdir(dir)) {
        n++;
    }
    closedir(dir);
    return n - 2;
}

START_TEST(what_is_written_is_read_back)
{
    struct stat st;
    ck_assert_int_eq(file_write("f", FERRY_LIT("a\0b\n"), 0640, &err), FERRY_OK);
    ck_assert_int_eq(file_read("f", &bytes, &err), FERRY_OK);
    ck_assert(ferry_eq(buf_str(&bytes), FERRY_LIT("a\0b\n")));
    ck_assert_int_eq(stat("f", &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0640);
    ck_assert_int_eq(file_read("f", &bytes, &err), FERRY_OK); /* appends */
    ck_assert_uint_eq(bytes.len, 8);
    ck_assert_uint_eq(entries("."), 1);
}
END_TEST

START_TEST(an_empty_file_reads_as_empty)
{
    ck_assert_int_eq(file_write("f", (struct ferry_str){NULL, 0}, 0600, &err), FERRY_OK);
    ck_assert_int_eq(file_read("f", &bytes, &err), FERRY_OK);
    ck_assert_uint_eq(bytes.len, 0);
}
END_TEST

START_TEST(a_file_at_the_maximum_is_read_and_one_byte_more_is_not)
{
    char text[100001];
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(file_write("f", (struct ferry_str){text, 100000}, 0600, &err), FERRY_OK);
    ck_assert_int_eq(file_write("g", (struct ferry_str){text, 100001}, 0600, &err), FERRY_OK);
    bytes.max = 100000;
    ck_assert_int_eq(file_read("f", &bytes, &err), FERRY_OK);
    ck_assert_uint_eq(bytes.len, 100000);
    buf_reset(&bytes);
    ck_assert_int_eq(file_read("g", &bytes, &err), FERRY_E_TOO_LARGE);
    ck_says("g: larger than the 100000 bytes");
}
END_TEST

START_TEST(a_stream_that_is_too_long_is_refused_at_its_end)
{
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(fd_write(fds[1], "pipe", FERRY_LIT("0123456789"), &err), FERRY_OK);
    close(fds[1]);
    bytes.max = 9;
    ck_assert_int_eq(file_read_fd(fds[0], "stdin", &bytes, &err), FERRY_E_TOO_LARGE);
    ck_says("stdin: larger than");
    close(fds[0]);
}
END_TEST

START_TEST(a_descriptor_that_would_block_is_waited_for)
{
    int fds[2];
    pid_t pid;
    ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
    pid = fork();
    if (pid == 0) {
        char block[300000];
        memset(block, 'y', sizeof block);
        close(fds[0]);
        usleep(20000);
        _exit(fd_write(fds[1], "pipe", (struct ferry_str){block, sizeof block}, NULL));
    }
    close(fds[1]);
    ck_assert_int_eq(file_read_fd(fds[0], "pipe", &bytes, &err), FERRY_OK);
    ck_assert_uint_eq(bytes.len, 300000);
    close(fds[0]);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_and_never_waited_for)
{
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_int_eq(file_read("pipe", &bytes, &err), FERRY_E_IO);
    ck_says("pipe: cannot read: a pipe, socket or device");
    ck_assert_int_eq(file_read(".", &bytes, &err), FERRY_E_IO);
    ck_says(".: cannot read: is a folder, not a file; name a file");
    ck_assert_int_eq(file_read("/dev/null", &bytes, &err), FERRY_E_IO);
}
END_TEST

START_TEST(a_failure_names_the_path_the_cause_and_the_cure)
{
    char name[300];
    ck_assert_int_eq(file_read("none", &bytes, &err), FERRY_E_IO);
    ck_assert_str_eq(err.message, "none: cannot open: no such file or folder; check the spelling "
                                  "and the folder it is looked for in");
    ck_assert_str_eq(err.where, "none");
    ck_assert_int_eq(file_read("a\x1B[31m", &bytes, &err), FERRY_E_IO);
    ck_says("a\\x1b[31m: ");
    ck_assert_int_eq(file_write("f", FERRY_LIT("x"), 0600, &err), FERRY_OK);
    ck_assert_int_eq(file_read("f/g", &bytes, &err), FERRY_E_IO);
    ck_says("is a file, not a folder");
    ck_assert_int_eq(symlink("loop", "loop"), 0);
    ck_assert_int_eq(file_read("loop", &bytes, &err), FERRY_E_IO);
    ck_says("symbolic links");
    memset(name, 'n', sizeof name);
    name[299] = '\0';
    ck_assert_int_eq(file_read(name, &bytes, &err), FERRY_E_IO);
    ck_says("too long");
    ck_assert_int_eq(file_read("none", &bytes, NULL), FERRY_E_IO);
}
END_TEST

START_TEST(a_write_that_fails_leaves_the_old_file_and_no_litter)
{
    struct rlimit limit = {10, 10};
    char text[100];
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(file_write("f", FERRY_LIT("old"), 0600, &err), FERRY_OK);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(file_write("f", (struct ferry_str){text, sizeof text}, 0600, &err),
                     FERRY_E_IO);
    ck_says("f: cannot write: ");
    ck_assert_int_eq(file_read("f", &bytes, &err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bytes), "old");
    ck_assert_uint_eq(entries("."), 1);
}
END_TEST

START_TEST(a_new_file_takes_the_place_of_no_other)
{
    struct stat st;
    ck_assert_int_eq(file_create("f", FERRY_LIT("mine"), 0640, &err), FERRY_OK);
    ck_assert_int_eq(stat("f", &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0640);
    ck_assert_int_eq(file_create("f", FERRY_LIT("yours"), 0600, &err), FERRY_E_STATE);
    ck_assert_int_eq(err.status, FERRY_E_STATE);
    ck_says("f: cannot create: exists already");
    ck_assert_int_eq(file_read("f", &bytes, &err), FERRY_OK);
    ck_assert_str_eq(buf_cstr(&bytes), "mine");
    ck_assert_int_eq(symlink("nowhere", "link"), 0); /* a link to nothing is there, too */
    ck_assert_int_eq(file_create("link", FERRY_LIT("x"), 0600, &err), FERRY_E_STATE);
    ck_assert_int_eq(file_create("none/f", FERRY_LIT("x"), 0600, &err), FERRY_E_IO);
    ck_assert_uint_eq(entries("."), 2);
}
END_TEST

START_TEST(a_device_without_space_says_disk_full)
{
    int fd = open("/dev/full", O_WRONLY);
    if (fd >= 0) { /* every Linux has it */
        ck_assert_int_eq(fd_write(fd, "report", FERRY_LIT("x"), &err), FERRY_E_IO);
        ck_says("report: cannot write: disk full; free some space");
        close(fd);
    }
    ck_assert_int_eq(fd_write(-1, "report", FERRY_LIT("x"), &err), FERRY_E_IO);
    ck_assert_int_eq(fd_write(-1, "report", FERRY_LIT(""), &err), FERRY_OK);
}
END_TEST

START_TEST(writing_where_nothing_can_be_written_says_so)
{
    ck_assert_int_eq(file_write("none/f", FERRY_LIT("x"), 0600, &err), FERRY_E_IO);
    ck_says("none/f: cannot create: no such file or folder");
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    ck_assert_int_eq(file_write("folder", FERRY_LIT("x"), 0600, &err), FERRY_E_IO);
    ck_says("folder: cannot create: is a folder");
    ck_assert_uint_eq(entries("."), 1);
}
END_TEST

START_TEST(folders_are_made_with_their_parents_and_may_be_there)
{
    struct stat st;
    ck_assert_int_eq(file_mkdirs("a/b//c/", 0700, &err), FERRY_OK);
    ck_assert_int_eq(stat("a/b/c", &st), 0);
    ck_assert(S_ISDIR(st.st_mode));
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
    ck_assert_int_eq(file_mkdirs("a/b/c", 0700, &err), FERRY_OK);
    ck_assert_int_eq(file_mkdirs("/", 0700, &err), FERRY_OK);
    ck_assert_int_eq(symlink("a/b", "link"), 0);
    ck_assert_int_eq(file_mkdirs("link/d", 0700, &err), FERRY_OK);
    ck_assert_int_eq(stat("a/b/d", &st), 0);
}
END_TEST

START_TEST(a_file_in_the_way_of_a_folder_is_named)
{
    ck_assert_int_eq(file_write("f", FERRY_LIT("x"), 0600, &err), FERRY_OK);
    ck_assert_int_eq(file_mkdirs("f", 0700, &err), FERRY_E_IO);
    ck_says("f: cannot create the folder: a part of the path is a file");
    ck_assert_int_eq(file_mkdirs("f/g", 0700, &err), FERRY_E_IO);
    ck_assert_int_eq(file_mkdirs("", 0700, &err), FERRY_E_IO);
    ck_assert_int_eq(file_sync_folder("f", &err), FERRY_E_IO);
    ck_assert_int_eq(file_sync_folder(".", &err), FERRY_OK);
}
END_TEST

START_TEST(paths_are_joined_and_taken_apart)
{
    static const struct {
        const char *a, *b, *joined;
    } joins[] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"},
                 {"a", "/b", "/b"}, {"/", "b", "/b"},   {"a", "", "a"}};
    static const struct {
        const char *path, *base;
        unsigned folder;
    } parts[] = {{"a/b", "b", 1}, {"b", "b", 0}, {"/b", "b", 1}, {"a//b", "b", 1},
                 {"a/", "", 1},   {"/", "", 1},  {"", "", 0},    {"//b", "b", 1}};
    for (unsigned i = 0; i < sizeof joins / sizeof *joins; i++) {
        buf_reset(&bytes);
        path_join(&bytes, joins[i].a, joins[i].b);
        ck_assert_str_eq(buf_cstr(&bytes), joins[i].joined);
    }
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        ck_assert_str_eq(path_base(parts[i].path), parts[i].base);
        ck_assert_uint_eq(path_folder_len(parts[i].path), parts[i].folder);
    }
}
END_TEST

START_TEST(times_are_written_in_utc_over_all_years)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "1970-01-01T00:00:00.000Z"},
                 {-1, "1969-12-31T23:59:59.999Z"},
                 {1795177867250, "2026-11-20T12:31:07.250Z"},
                 {951782400000, "2000-02-29T00:00:00.000Z"},
                 {951868800000, "2000-03-01T00:00:00.000Z"},
                 {4107542400000, "2100-03-01T00:00:00.000Z"},
                 {253402300799999, "9999-12-31T23:59:59.999Z"},
                 {INT64_MAX, "9999-12-31T23:59:59.999Z"},
                 {-62167219200000, "0000-01-01T00:00:00.000Z"},
                 {INT64_MIN, "0000-01-01T00:00:00.000Z"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TIME_TEXT];
        time_text(cases[i].ms, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(a_virtual_wait_moves_time_and_takes_none)
{
    struct clock real = clock_real(), c = clock_virtual();
    int64_t began = real.mono_us(&real), now = c.now_ms(&c), mono = c.mono_us(&c);
    volatile int interrupted = 0;
    ck_assert_int_eq(c.wait_ms(&c, 3600000, &interrupted), 0);
    ck_assert_int_ge(c.now_ms(&c) - now, 3600000);
    ck_assert_int_ge(c.mono_us(&c) - mono, 3600000000);
    ck_assert_int_lt(real.mono_us(&real) - began, 5000000);
    interrupted = 1;
    now = c.shift_us;
    ck_assert_int_eq(c.wait_ms(&c, 1000, &interrupted), 1);
    ck_assert_int_eq(c.shift_us, now);
    ck_assert_int_eq(c.wait_ms(&c, -5, NULL), 0);
    ck_assert_int_eq(c.wait_ms(&c, INT64_MAX, NULL), 0);
    ck_assert_int_eq(c.wait_ms(&c, INT64_MAX, NULL), 0);
    ck_assert_int_eq(c.mono_us(&c), INT64_MAX);
}
END_TEST

START_TEST(a_time_in_a_file_is_everybodys)
{
    struct ferry_error e = {.size = sizeof e};
    struct clock a, b;
    ck_assert_int_eq(clock_shared(&a, "time", &e), FERRY_OK);
    ck_assert_int_eq(clock_shared(&b, "time", &e), FERRY_OK);
    int64_t mono = b.mono_us(&b);
    ck_assert_int_eq(a.wait_ms(&a, 3600000, NULL), 0);
    ck_assert_int_ge(b.mono_us(&b) - mono, 3600000000);
    ck_assert_int_eq(clock_shared(&b, "no/such/folder", &e), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(e.message, "no/such/folder"));
}
END_TEST

START_TEST(a_real_wait_takes_its_time)
{
    struct clock c = clock_real();
    int64_t began = c.mono_us(&c);
    ck_assert_int_eq(c.wait_ms(&c, 120, NULL), 0);
    ck_assert_int_ge(c.mono_us(&c) - began, 120000);
    ck_assert_int_eq(c.wait_ms(&c, 0, NULL), 0);
    ck_assert_int_eq(c.wait_ms(&c, -1, NULL), 0);
}
END_TEST

static volatile int stop;

static void on_alarm(int number)
{
    (void)number;
    stop = 1;
}

static void *stop_soon(void *unused)
{
    usleep(30000);
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    return unused;
}

START_TEST(an_interruption_ends_a_long_wait_soon)
{
    struct clock c = clock_real();
    struct sigaction action = {.sa_handler = on_alarm};
    int64_t began = c.mono_us(&c);
    pthread_t thread;
    sigaction(SIGALRM, &action, NULL);
    ualarm(30000, 0);
    ck_assert_int_eq(c.wait_ms(&c, INT64_MAX, &stop), 1);
    ck_assert_int_eq(c.wait_ms(&c, 1000, &stop), 1);
    stop = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, NULL), 0);
    ck_assert_int_eq(c.wait_ms(&c, 3600000, &stop), 1);
    pthread_join(thread, NULL);
    ck_assert_int_lt(c.mono_us(&c) - began, 5000000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base file");
    TCase *files = tcase_create("file");
    TCase *clocks = tcase_create("clock");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(files, begin, end);
    tcase_set_timeout(files, 60);
    tcase_set_timeout(clocks, 60);
    tcase_add_test(files, what_is_written_is_read_back);
    tcase_add_test(files, an_empty_file_reads_as_empty);
    tcase_add_test(files, a_file_at_the_maximum_is_read_and_one_byte_more_is_not);
    tcase_add_test(files, a_stream_that_is_too_long_is_refused_at_its_end);
    tcase_add_test(files, a_descriptor_that_would_block_is_waited_for);
    tcase_add_test(files, what_is_no_regular_file_is_refused_and_never_waited_for);
    tcase_add_test(files, a_failure_names_the_path_the_cause_and_the_cure);
    tcase_add_test(files, a_write_that_fails_leaves_the_old_file_and_no_litter);
    tcase_add_test(files, a_new_file_takes_the_place_of_no_other);
    tcase_add_test(files, a_device_without_space_says_disk_full);
    tcase_add_test(files, writing_where_nothing_can_be_written_says_so);
    tcase_add_test(files, folders_are_made_with_their_parents_and_may_be_there);
    tcase_add_test(files, a_file_in_the_way_of_a_folder_is_named);
    tcase_add_test(files, paths_are_joined_and_taken_apart);
    tcase_add_test(clocks, times_are_written_in_utc_over_all_years);
    tcase_add_test(clocks, a_virtual_wait_moves_time_and_takes_none);
    tcase_add_test(files, a_time_in_a_file_is_everybodys);
    tcase_add_test(clocks, a_real_wait_takes_its_time);
    tcase_add_test(clocks, an_interruption_ends_a_long_wait_soon);
    suite_add_tcase(suite, files);
    suite_add_tcase(suite, clocks);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
