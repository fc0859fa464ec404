/* SPDX-License-Identifier: MIT */
/* What the spool promises: whole or not at all, once, under its own name, within its cap. */
#include "lab.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/time.h>
#include <sys/wait.h>

#define ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char folder[64];
static struct spool *s;
static struct ferry_error err;

static void setup(void)
{
    err = (struct ferry_error){.size = sizeof err};
    lab_folder(folder);
    ck_assert_int_eq(spool_open(&s, folder, 0, &err), FERRY_OK);
}

static void teardown(void)
{
    spool_close(s);
    lab_remove(folder);
}

static int32_t count_one(void *data, struct ferry_str digest, uint64_t bytes)
{
    (void)digest;
    ((uint64_t *)data)[0]++;
    ((uint64_t *)data)[1] += bytes;
    return FERRY_OK;
}

static uint64_t how_many(void)
{
    uint64_t n[2] = {0, 0};
    ck_assert_int_eq(spool_each(s, count_one, n, &err), FERRY_OK);
    return n[0];
}

static int tmp_files(void)
{
    char path[96];
    struct dirent **names = NULL;
    snprintf(path, sizeof path, "%s/tmp", folder);
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        free(names[i]);
    }
    free(names);
    return n - 2;
}

START_TEST(bytes_are_named_by_their_sha256_and_read_back)
{
    char digest[DIGEST_TEXT], out[8] = "";
    ck_assert_int_eq(spool_add(s, FERRY_LIT("abc"), digest, &err), FERRY_OK);
    ck_assert_str_eq(digest, ABC);
    ck_assert_int_eq(spool_size(s, ferry_cstr(digest)), 3);
    ck_assert_int_eq(spool_read(s, ferry_cstr(digest), 0, out, 8), 3);
    ck_assert_str_eq(out, "abc");
    ck_assert_int_eq(spool_read(s, ferry_cstr(digest), 1, out, 1), 1);
    ck_assert_int_eq(out[0], 'b');
    ck_assert_int_eq(spool_read(s, ferry_cstr(digest), 3, out, 8), 0);
    ck_assert_int_eq(spool_read(s, ferry_cstr(digest), 99, out, 8), 0);
}
END_TEST

START_TEST(same_bytes_are_kept_once_however_they_come)
{
    char digest[DIGEST_TEXT];
    struct spool_writer *w = NULL;
    uint64_t bytes = 0;
    ck_assert_int_eq(spool_add(s, FERRY_LIT("abc"), digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_add(s, FERRY_LIT("abc"), digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_begin(s, &w, &err), FERRY_OK);
    ck_assert_int_eq(spool_write(w, FERRY_LIT("a"), &err), FERRY_OK);
    ck_assert_int_eq(spool_write(w, FERRY_LIT("bc"), &err), FERRY_OK);
    ck_assert_int_eq(spool_end(w, digest, &bytes, &err), FERRY_OK);
    ck_assert_str_eq(digest, ABC);
    ck_assert_uint_eq(bytes, 3);
    ck_assert_uint_eq(how_many(), 1);
    ck_assert_uint_eq(spool_bytes(s), 3);
    ck_assert_int_eq(tmp_files(), 0);
}
END_TEST

START_TEST(an_empty_blob_is_a_blob)
{
    char digest[DIGEST_TEXT];
    char byte;
    ck_assert_int_eq(spool_add(s, (struct ferry_str){NULL, 0}, digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_size(s, ferry_cstr(digest)), 0);
    ck_assert_int_eq(spool_read(s, ferry_cstr(digest), 0, &byte, 1), 0);
}
END_TEST

START_TEST(what_is_given_up_leaves_nothing)
{
    struct spool_writer *w = NULL;
    ck_assert_int_eq(spool_begin(s, &w, &err), FERRY_OK);
    ck_assert_int_eq(spool_write(w, FERRY_LIT("half"), &err), FERRY_OK);
    ck_assert_int_eq(tmp_files(), 1);
    spool_abort(w);
    spool_abort(NULL);
    ck_assert_int_eq(tmp_files(), 0);
    ck_assert_uint_eq(how_many(), 0);
}
END_TEST

START_TEST(what_is_no_digest_never_becomes_a_path)
{
    static const char *const wrong[] = {
        "",
        "abc",
        "sha256:",
        "sha256:../../../../../../../../../../../../../../../../../etc/passwd0000",
        "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "md5:7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0000",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0",
    };
    char byte;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ferry_str name = ferry_cstr(wrong[i]);
        ck_assert_int_eq(spool_read(s, name, 0, &byte, 1), -FERRY_E_INPUT);
        ck_assert_int_eq(spool_size(s, name), -FERRY_E_INPUT);
        ck_assert_int_eq(spool_remove(s, name, &err), FERRY_E_INPUT);
    }
    ck_assert_int_eq(spool_read(s, FERRY_LIT(ABC), 0, &byte, 1), -FERRY_E_IO);
    ck_assert_int_eq(spool_size(s, FERRY_LIT(ABC)), -FERRY_E_IO);
}
END_TEST

START_TEST(past_its_cap_it_refuses_with_a_cure_and_keeps_what_it_has)
{
    char digest[DIGEST_TEXT];
    struct spool *small = NULL;
    ck_assert_int_eq(spool_add(s, FERRY_LIT("12345"), digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_open(&small, folder, 10, &err), FERRY_OK);
    ck_assert_int_eq(spool_add(small, FERRY_LIT("123456"), digest, &err), FERRY_E_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.message, "resume"));
    ck_assert_ptr_nonnull(strstr(err.message, folder));
    ck_assert_int_eq(tmp_files(), 0);
    ck_assert_int_eq(spool_add(small, FERRY_LIT("abcde"), digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_add(small, FERRY_LIT("x"), digest, &err), FERRY_E_TOO_LARGE);
    ck_assert_int_eq(spool_add(small, FERRY_LIT("12345"), digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_remove(small, ferry_cstr(digest), &err), FERRY_OK);
    ck_assert_int_eq(spool_add(small, FERRY_LIT("x"), digest, &err), FERRY_OK);
    ck_assert_uint_eq(spool_bytes(small), 6);
    spool_close(small);
}
END_TEST

START_TEST(a_descriptor_is_read_from_where_it_stands_up_to_a_limit)
{
    char path[96], digest[DIGEST_TEXT];
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "%s/input", folder);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    ck_assert_int_eq(write(fd, "xxabc", 5), 5);
    lseek(fd, 2, SEEK_SET);
    ck_assert_int_eq(spool_add_fd(s, fd, "shot.png", 3, digest, &bytes, &err), FERRY_OK);
    ck_assert_str_eq(digest, ABC);
    ck_assert_uint_eq(bytes, 3);
    lseek(fd, 0, SEEK_SET);
    ck_assert_int_eq(spool_add_fd(s, fd, "shot.png", 4, digest, &bytes, &err), FERRY_E_TOO_LARGE);
    ck_assert_ptr_nonnull(strstr(err.message, "shot.png"));
    close(fd);
    ck_assert_int_eq(spool_add_fd(s, -1, "gone.png", 4, digest, &bytes, &err), FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "gone.png"));
    ck_assert_int_eq(tmp_files(), 0);
}
END_TEST

START_TEST(several_processes_share_it)
{
    char text[32], digest[DIGEST_TEXT];
    for (int child = 0; child < 3; child++) {
        if (fork() == 0) {
            struct spool *mine = NULL;
            int rc = spool_open(&mine, folder, 0, NULL);
            for (int i = 0; rc == 0 && i < 40; i++) {
                snprintf(text, sizeof text, "blob %d", i);
                rc = spool_add(mine, ferry_cstr(text), digest, NULL);
            }
            _exit(rc);
        }
    }
    for (int child = 0; child < 3; child++) {
        int status = -1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_uint_eq(how_many(), 40);
    ck_assert_int_eq(tmp_files(), 0);
}
END_TEST

START_TEST(leftovers_of_the_dead_go_after_a_day)
{
    char old[96], young[96];
    struct timeval day_ago[2];
    snprintf(old, sizeof old, "%s/tmp/1-1", folder);
    snprintf(young, sizeof young, "%s/tmp/1-2", folder);
    close(open(old, O_CREAT | O_WRONLY, 0600));
    close(open(young, O_CREAT | O_WRONLY, 0600));
    gettimeofday(&day_ago[0], NULL);
    day_ago[0].tv_sec -= 25 * 60 * 60;
    day_ago[1] = day_ago[0];
    ck_assert_int_eq(utimes(old, day_ago), 0);
    how_many();
    ck_assert_int_ne(access(old, F_OK), 0);
    ck_assert_int_eq(access(young, F_OK), 0);
}
END_TEST

static int32_t stop_at_once(void *data, struct ferry_str digest, uint64_t bytes)
{
    (void)digest;
    (void)bytes;
    ++*(int *)data;
    return FERRY_E_STOP;
}

START_TEST(a_walk_ends_when_its_visitor_says_so)
{
    char digest[DIGEST_TEXT];
    int seen = 0;
    spool_add(s, FERRY_LIT("one"), digest, &err);
    spool_add(s, FERRY_LIT("two"), digest, &err);
    ck_assert_int_eq(spool_each(s, stop_at_once, &seen, &err), FERRY_E_STOP);
    ck_assert_int_eq(seen, 1);
}
END_TEST

START_TEST(removing_what_is_not_there_is_fine)
{
    char digest[DIGEST_TEXT];
    ck_assert_int_eq(spool_remove(s, FERRY_LIT(ABC), &err), FERRY_OK);
    spool_add(s, FERRY_LIT("abc"), digest, &err);
    ck_assert_int_eq(spool_remove(s, FERRY_LIT(ABC), &err), FERRY_OK);
    ck_assert_int_eq(spool_size(s, FERRY_LIT(ABC)), -FERRY_E_IO);
}
END_TEST

START_TEST(a_file_in_the_way_is_named)
{
    char path[96];
    struct spool *other = NULL;
    snprintf(path, sizeof path, "%s/file", folder);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    ck_assert_int_ne(spool_open(&other, path, 0, &err), FERRY_OK);
    ck_assert_ptr_null(other);
    ck_assert_ptr_nonnull(strstr(err.message, path));
}
END_TEST

START_TEST(what_is_not_what_its_name_says_is_found)
{
    static const volatile int never = 0;
    char digest[DIGEST_TEXT], path[160];
    struct spool_check found;
    ck_assert_int_eq(spool_add(s, FERRY_LIT("abc"), digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_add(s, FERRY_LIT("other"), digest, &err), FERRY_OK);
    ck_assert_int_eq(spool_check(folder, &never, &found, &err), FERRY_OK);
    ck_assert(found.blobs == 2 && found.bytes == 8 && found.wrong == 0 && found.left == 0);
    snprintf(path, sizeof path, "%s/ba/%s", folder, ABC + strlen("sha256:"));
    ck_assert_int_eq(truncate(path, 2), 0);
    ck_assert_int_eq(spool_check(folder, &never, &found, &err), FERRY_OK);
    ck_assert_uint_eq(found.wrong, 1);
    ck_assert_str_eq(found.first, ABC);
    ck_assert_int_eq(unlink(path), 0); /* a folder of that name is no blob either */
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(spool_check(folder, &never, &found, &err), FERRY_OK);
    ck_assert_uint_eq(found.wrong, 1);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(spool_check("/no/such/spool", &never, &found, &err), FERRY_OK);
    ck_assert_uint_eq(found.blobs, 0);
    snprintf(path, sizeof path, "%s/file", folder);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    ck_assert_int_eq(spool_check(path, &never, &found, &err), FERRY_E_IO);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spool");
    TCase *c = tcase_create("spool");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, bytes_are_named_by_their_sha256_and_read_back);
    tcase_add_test(c, same_bytes_are_kept_once_however_they_come);
    tcase_add_test(c, an_empty_blob_is_a_blob);
    tcase_add_test(c, what_is_given_up_leaves_nothing);
    tcase_add_test(c, what_is_no_digest_never_becomes_a_path);
    tcase_add_test(c, past_its_cap_it_refuses_with_a_cure_and_keeps_what_it_has);
    tcase_add_test(c, a_descriptor_is_read_from_where_it_stands_up_to_a_limit);
    tcase_add_test(c, several_processes_share_it);
    tcase_add_test(c, leftovers_of_the_dead_go_after_a_day);
    tcase_add_test(c, a_walk_ends_when_its_visitor_says_so);
    tcase_add_test(c, removing_what_is_not_there_is_fine);
    tcase_add_test(c, a_file_in_the_way_is_named);
    tcase_add_test(c, what_is_not_what_its_name_says_is_found);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
