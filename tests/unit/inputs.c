/* SPDX-License-Identifier: MIT */
/* inputs.c - what a person types, and the list of reports it leads to. */
#include "scratch.h"

#include <inputs.h>

#include <fcntl.h>
#include <string.h>
#include <text.h>

static const char *const globs[] = {"*.xml", "*.tap", NULL};
static struct inputs in;

static void begin(void)
{
    scratch_enter();
}

static void end(void)
{
    inputs_finish(&in);
    scratch_leave();
}

/* Writes an empty file and the folders above it. */
static void touch(const char *path)
{
    char folder[256];
    int fd;
    for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(s - path), path);
        mkdir(folder, 0777);
    }
    fd = open(path, O_CREAT | O_WRONLY, 0666);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

/* Expands up to four arguments; the list as one line, "a b c". */
static const char *expand(const char *a, const char *b, const char *c, const char *d)
{
    static char line[4096];
    struct ferry_str args[4] = {ferry_cstr(a), ferry_cstr(b), ferry_cstr(c), ferry_cstr(d)};
    struct ferry_error err = {.size = sizeof err};
    uint32_t n = d ? 4 : c ? 3 : b ? 2 : 1;
    inputs_finish(&in);
    ck_assert_int_eq(inputs_expand(&in, args, n, globs, &err), FERRY_OK);
    line[0] = '\0';
    for (size_t i = 0; i < in.n; i++) {
        size_t len = strlen(line);
        snprintf(line + len, sizeof line - len, "%s%s", i ? " " : "", in.list[i].shown);
    }
    return line;
}

#define EXPANDS(arg, wanted) ck_assert_str_eq(expand((arg), NULL, NULL, NULL), (wanted))

/* The only note, or a failure of the test. */
static const struct input_note *only_note(void)
{
    ck_assert_uint_eq(in.n_notes, 1);
    return &in.notes[0];
}

static void a_tree(void)
{
    touch("build/a/TEST-1.xml");
    touch("build/a/TEST-2.xml");
    touch("build/a/notes.txt");
    touch("build/b/deep/er/x.xml");
    touch("build/b/deep/plain.tap");
    touch("build/b/packed.xml.gz");
    touch("build/.cache/hidden.xml");
    touch("build/b/.hidden.xml");
    touch("top.xml");
}

START_TEST(files_are_sorted_whatever_the_order_of_arguments)
{
    a_tree();
    ck_assert_str_eq(expand("top.xml", "build/a/TEST-2.xml", "build/a/TEST-1.xml", NULL),
                     "build/a/TEST-1.xml build/a/TEST-2.xml top.xml");
    ck_assert_uint_eq(in.n_notes, 0);
    ck_assert_uint_eq(in.list[0].found, 0);
}
END_TEST

START_TEST(a_folder_is_searched_for_the_files_readers_know)
{
    a_tree();
    EXPANDS("build", "build/a/TEST-1.xml build/a/TEST-2.xml build/b/deep/er/x.xml "
                     "build/b/deep/plain.tap build/b/packed.xml.gz");
    ck_assert_uint_eq(in.n_notes, 0);
    ck_assert_uint_eq(in.list[0].found, 1);
    EXPANDS("build/b/deep/", "build/b/deep/er/x.xml build/b/deep/plain.tap");
    EXPANDS(".", "./build/a/TEST-1.xml ./build/a/TEST-2.xml ./build/b/deep/er/x.xml "
                 "./build/b/deep/plain.tap ./build/b/packed.xml.gz ./top.xml");
}
END_TEST

START_TEST(globs_match_parts_and_folders)
{
    a_tree();
    EXPANDS("*.xml", "top.xml");
    EXPANDS("build/*/TEST-?.xml", "build/a/TEST-1.xml build/a/TEST-2.xml");
    EXPANDS("build/*/TEST-[2-9].xml", "build/a/TEST-2.xml");
    EXPANDS("build/a/TEST-[!1].xml", "build/a/TEST-2.xml");
    EXPANDS("**/x.xml", "build/b/deep/er/x.xml");
    EXPANDS("**/*.xml", "build/a/TEST-1.xml build/a/TEST-2.xml build/b/deep/er/x.xml top.xml");
    EXPANDS("build/**/deep/**/*.xml", "build/b/deep/er/x.xml");
    EXPANDS("build/**/**/x.xml", "build/b/deep/er/x.xml");
    EXPANDS("./b*d/a/*.txt", "./build/a/notes.txt");
    EXPANDS("build//a///TEST-*.xml", "build/a/TEST-1.xml build/a/TEST-2.xml");
    ck_assert_uint_eq(in.list[0].found, 1);
}
END_TEST

START_TEST(a_final_double_star_means_the_reports_below)
{
    a_tree();
    EXPANDS("build/a/**", "build/a/TEST-1.xml build/a/TEST-2.xml");
}
END_TEST

START_TEST(an_absolute_glob_is_expanded_from_the_root)
{
    char pattern[8192], wanted[8192];
    a_tree();
    snprintf(pattern, sizeof pattern, "%s/**/er/*.xml", scratch_path);
    snprintf(wanted, sizeof wanted, "%s/build/b/deep/er/x.xml", scratch_path);
    EXPANDS(pattern, wanted);
}
END_TEST

START_TEST(a_folder_that_a_glob_matches_is_searched)
{
    a_tree();
    EXPANDS("build/?", "build/a/TEST-1.xml build/a/TEST-2.xml build/b/deep/er/x.xml "
                       "build/b/deep/plain.tap build/b/packed.xml.gz");
    EXPANDS("b*/", "build/a/TEST-1.xml build/a/TEST-2.xml build/b/deep/er/x.xml "
                   "build/b/deep/plain.tap build/b/packed.xml.gz");
    EXPANDS("t*/", "");
}
END_TEST

START_TEST(hidden_names_need_a_dot_in_the_pattern)
{
    a_tree();
    EXPANDS("build/.c*/*.xml", "build/.cache/hidden.xml");
    EXPANDS("build/b/.*.xml", "build/b/.hidden.xml");
    EXPANDS("build/.cache", "build/.cache/hidden.xml");
}
END_TEST

START_TEST(a_file_with_glob_characters_in_its_name_is_that_file)
{
    touch("TEST-[1].xml");
    touch("TEST-1.xml");
    touch("we*rd.xml");
    EXPANDS("TEST-[1].xml", "TEST-[1].xml");
    EXPANDS("we\\*rd.xml", "we*rd.xml");
}
END_TEST

START_TEST(one_file_under_many_names_is_listed_once)
{
    a_tree();
    ck_assert_int_eq(symlink("top.xml", "link.xml"), 0);
    ck_assert_int_eq(link("top.xml", "zhard.xml"), 0);
    ck_assert_str_eq(expand("top.xml", "./top.xml", "link.xml", "zhard.xml"), "./top.xml");
    ck_assert_str_eq(expand("build/a/*.xml", "build/a", "build/a/TEST-1.xml", NULL),
                     "build/a/TEST-1.xml build/a/TEST-2.xml");
    /* named once is named: its faults are errors */
    ck_assert_uint_eq(in.list[0].found, 0);
    ck_assert_uint_eq(in.list[1].found, 1);
}
END_TEST

START_TEST(stdin_is_listed_once_and_is_no_file)
{
    touch("a.xml");
    ck_assert_str_eq(expand("-", "a.xml", "-", NULL), "- a.xml");
    ck_assert_ptr_null(in.list[0].path);
    ck_assert_ptr_nonnull(in.list[1].path);
}
END_TEST

START_TEST(a_missing_file_is_an_error_that_names_it_and_the_rest_is_kept)
{
    touch("a.xml");
    ck_assert_str_eq(expand("a.xml", "b.xml", NULL, NULL), "a.xml");
    ck_assert_int_eq(only_note()->status, FERRY_E_INPUT);
    ck_assert_str_eq(only_note()->shown, "b.xml");
    ck_assert_ptr_nonnull(strstr(only_note()->message, "b.xml: no such file or folder"));
    EXPANDS("a.xml/b", "");
    ck_assert_int_eq(only_note()->status, FERRY_E_INPUT);
}
END_TEST

START_TEST(what_matches_nothing_is_told_by_name)
{
    a_tree();
    mkdir("empty", 0777);
    EXPANDS("nowhere/**/*.xml", "");
    ck_assert_int_eq(only_note()->status, FERRY_OK);
    ck_assert_ptr_nonnull(strstr(only_note()->message, "nowhere/**/*.xml: matches no file"));
    EXPANDS("empty", "");
    ck_assert_ptr_nonnull(strstr(only_note()->message, "empty: holds no report"));
    EXPANDS("top.xml/*.xml", "");
    ck_assert_ptr_nonnull(strstr(only_note()->message, "matches no file"));
}
END_TEST

START_TEST(an_empty_argument_is_an_error)
{
    EXPANDS("", "");
    ck_assert_int_eq(only_note()->status, FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(only_note()->message, "empty variable"));
}
END_TEST

START_TEST(a_dangling_link_is_an_error_where_it_was_found)
{
    touch("r/a.xml");
    ck_assert_int_eq(symlink("nothing", "r/b.xml"), 0);
    EXPANDS("r", "r/a.xml");
    ck_assert_int_eq(only_note()->status, FERRY_E_INPUT);
    ck_assert_ptr_nonnull(strstr(only_note()->message, "r/b.xml: is a symbolic link to nothing"));
    EXPANDS("r/b.xml", "");
    ck_assert_int_eq(only_note()->status, FERRY_E_INPUT);
}
END_TEST

START_TEST(folders_behind_links_are_passed_by_with_one_note)
{
    touch("real/a.xml");
    touch("r/b.xml");
    ck_assert_int_eq(symlink("../real", "r/one"), 0);
    ck_assert_int_eq(symlink("..", "r/loop"), 0);
    EXPANDS("r", "r/b.xml");
    ck_assert_int_eq(only_note()->status, FERRY_OK);
    ck_assert_ptr_nonnull(strstr(only_note()->message, "2 folder(s) behind symbolic links"));
    EXPANDS("r/**/*.xml", "r/b.xml");
    ck_assert_uint_eq(in.n_notes, 1);
    EXPANDS("r/one", "r/one/a.xml");
    ck_assert_uint_eq(in.n_notes, 0);
    EXPANDS("r/*/a.xml", "r/one/a.xml");
    ck_assert_uint_eq(in.n_notes, 0);
}
END_TEST

START_TEST(pipes_may_be_named_but_are_not_found)
{
    mkdir("r", 0777);
    ck_assert_int_eq(mkfifo("r/p.xml", 0666), 0);
    EXPANDS("r/p.xml", "r/p.xml");
    EXPANDS("r", "");
    ck_assert_uint_eq(in.n_notes, 2);
    ck_assert_ptr_nonnull(strstr(in.notes[0].message, "r/p.xml: left out"));
}
END_TEST

START_TEST(a_folder_without_permission_is_named)
{
    if (geteuid() == 0) {
        return; /* everything is permitted to root */
    }
    touch("r/shut/a.xml");
    ck_assert_int_eq(chmod("r/shut", 0), 0);
    EXPANDS("r", "");
    ck_assert_int_eq(in.notes[0].status, FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(in.notes[0].message, "r/shut: cannot be looked at"));
    chmod("r/shut", 0700);
}
END_TEST

START_TEST(messages_about_hostile_names_are_inert)
{
    touch("r/\x1b[31m\n::error::x.xml.d/a.txt");
    EXPANDS("r/\x1b[31m\n::error::x.xml.d", "");
    ck_assert_ptr_null(strchr(only_note()->message, '\x1b'));
    ck_assert_ptr_null(strchr(only_note()->message, '\n'));
    EXPANDS("r/\x1b]0;x\x07", "");
    ck_assert_ptr_null(strchr(only_note()->message, '\x1b'));
}
END_TEST

START_TEST(a_folder_deeper_than_a_path_may_be_is_told_not_dropped)
{
    char name[201];
    memset(name, 'd', sizeof name);
    name[200] = '\0';
    for (int i = 0; i < 30; i++) {
        ck_assert_int_eq(mkdir(name, 0777), 0);
        ck_assert_int_eq(chdir(name), 0);
    }
    touch("deep.xml");
    ck_assert_int_eq(chdir(scratch_path), 0);
    EXPANDS(".", "");
    ck_assert_int_eq(in.notes[0].status, FERRY_E_IO);
    ck_assert_ptr_nonnull(strstr(in.notes[0].message, "File name too long"));
    /* nftw cannot reach it either: go down and take it apart from below */
    for (int i = 0; i < 30; i++) {
        ck_assert_int_eq(chdir(name), 0);
    }
    unlink("deep.xml");
    for (int i = 0; i < 30; i++) {
        ck_assert_int_eq(chdir(".."), 0);
        ck_assert_int_eq(rmdir(name), 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inputs");
    TCase *t = tcase_create("inputs");
    SRunner *runner;
    int failed;
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, files_are_sorted_whatever_the_order_of_arguments);
    tcase_add_test(t, a_folder_is_searched_for_the_files_readers_know);
    tcase_add_test(t, globs_match_parts_and_folders);
    tcase_add_test(t, a_final_double_star_means_the_reports_below);
    tcase_add_test(t, an_absolute_glob_is_expanded_from_the_root);
    tcase_add_test(t, a_folder_that_a_glob_matches_is_searched);
    tcase_add_test(t, hidden_names_need_a_dot_in_the_pattern);
    tcase_add_test(t, a_file_with_glob_characters_in_its_name_is_that_file);
    tcase_add_test(t, one_file_under_many_names_is_listed_once);
    tcase_add_test(t, stdin_is_listed_once_and_is_no_file);
    tcase_add_test(t, a_missing_file_is_an_error_that_names_it_and_the_rest_is_kept);
    tcase_add_test(t, what_matches_nothing_is_told_by_name);
    tcase_add_test(t, an_empty_argument_is_an_error);
    tcase_add_test(t, a_dangling_link_is_an_error_where_it_was_found);
    tcase_add_test(t, folders_behind_links_are_passed_by_with_one_note);
    tcase_add_test(t, pipes_may_be_named_but_are_not_found);
    tcase_add_test(t, a_folder_without_permission_is_named);
    tcase_add_test(t, messages_about_hostile_names_are_inert);
    tcase_add_test(t, a_folder_deeper_than_a_path_may_be_is_told_not_dropped);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
