/* SPDX-License-Identifier: MIT */
/* Finding plugins, whom to trust with them, loading them, and asking for them. */
#include "plugins_help.h"

#include <pthread.h>

START_TEST(a_good_plugin_is_listed_without_running_and_runs_when_it_is_needed)
{
    const struct ferry_plugin *plugin;
    const struct plugin_entry *e;
    copy("good", "good.so");
    open_folders(folder, NULL);
    e = entry("good.so");
    ck_assert_int_eq(e->status, FERRY_OK);
    ck_assert_str_eq(e->id, "good");
    ck_assert_uint_eq(e->major, FERRY_ABI_MAJOR);
    ck_assert_uint_eq(e->level, FERRY_ABI_LEVEL);
    ck_assert_uint_eq(e->bundled, 0);
    ck_assert_ptr_null(e->plugin);
    ck_assert(!code_has_run());
    plugin = plugins_get(plugins, FERRY_LIT("good"), &err);
    ck_assert_msg(plugin != NULL, "%s", err.message);
    ck_assert_str_eq(plugin->id, "good");
    ck_assert_str_eq(plugin->version, "1.0.0");
    ck_assert_ptr_eq(plugin, e->plugin);
    ck_assert(code_has_run()); /* so the witness does work */
    ck_assert_ptr_nonnull(plugins_interface(plugins, FERRY_LIT("good"), FERRY_READER_1, &err));
}
END_TEST

/* --- who could have written it --------------------------------------------- */

START_TEST(a_file_that_others_can_write_is_refused)
{
    copy("good", "good.so");
    ck_assert_int_eq(chmod(in_folder("good.so"), 0646), 0);
    open_folders(folder, NULL);
    assert_refused(entry("good.so"), FERRY_E_CONFIG,
                   "plugin good.so: others may write to it (mode 0646); run chmod o-w on it");
    ck_assert_ptr_null(plugins_get(plugins, FERRY_LIT("good"), &err));
    ck_assert_ptr_nonnull(strstr(err.message, "chmod o-w"));
    ck_assert(!code_has_run());
}
END_TEST

START_TEST(a_file_that_its_group_can_write_is_refused)
{
    copy("good", "good.so");
    if (getegid() == 0) { /* the group of root is no danger */
        ck_assert_int_eq(chown(in_folder("good.so"), (uid_t)-1, 4242), 0);
    }
    ck_assert_int_eq(chmod(in_folder("good.so"), 0664), 0);
    open_folders(folder, NULL);
    assert_refused(entry("good.so"), FERRY_E_CONFIG, "chmod g-w");
}
END_TEST

START_TEST(a_file_of_another_user_is_refused)
{
    if (geteuid() != 0) {
        return; /* only root can give a file away */
    }
    copy("good", "good.so");
    ck_assert_int_eq(chown(in_folder("good.so"), 4242, (gid_t)-1), 0);
    open_folders(folder, NULL);
    assert_refused(entry("good.so"), FERRY_E_CONFIG, "belongs to user 4242, neither to you (0)");
}
END_TEST

START_TEST(a_folder_that_others_can_write_is_refused_whole)
{
    copy("good", "good.so");
    ck_assert_int_eq(chmod(folder, 01777), 0); /* sticky does not help: others may add files */
    open_folders(folder, NULL);
    ck_assert_ptr_null(entry_at(in_folder("good.so")));
    ck_assert_ptr_nonnull(entry_at(folder));
    assert_refused(entry_at(folder), FERRY_E_CONFIG, "others may write there (mode 1777); chmod");
    ck_assert_str_eq(entry_at(folder)->id, "");
}
END_TEST

START_TEST(a_parent_that_others_can_write_is_refused_by_name)
{
    const char *inner = in_folder("a/b");
    ck_assert_int_eq(file_mkdirs(inner, 0755, &err), FERRY_OK);
    copy("good", "a/b/good.so");
    ck_assert_int_eq(chmod(in_folder("a"), 0757), 0);
    open_folders(inner, NULL);
    assert_refused(entry_at(inner), FERRY_E_CONFIG, "/a: others may write there (mode 0757)");
    ck_assert_int_eq(chmod(in_folder("a"), 01757), 0); /* as /tmp: what is ours stays ours */
    open_folders(inner, NULL);
    ck_assert_int_eq(entry("a/b/good.so")->status, FERRY_OK);
}
END_TEST

START_TEST(what_changes_between_scan_and_load_is_seen)
{
    copy("good", "good.so");
    copy("null_tables", "other.so");
    copy("any_query", "third.so");
    open_folders(folder, NULL);
    ck_assert_int_eq(entry("good.so")->status, FERRY_OK);
    ck_assert_int_eq(chmod(in_folder("good.so"), 0666), 0);
    ck_assert_int_eq(plugins_load(plugins, entry("good.so")), FERRY_E_CONFIG);
    copy("id_differs", "other.so");
    ck_assert_int_eq(plugins_load(plugins, entry("other.so")), FERRY_E_CONFIG);
    assert_refused(entry("other.so"), FERRY_E_CONFIG,
                   "its id was \"null-tables\" and is \"id-differs\" now");
    ck_assert_int_eq(unlink(in_folder("third.so")), 0);
    ck_assert_int_eq(plugins_load(plugins, entry("third.so")), FERRY_E_CONFIG);
    ck_assert(!code_has_run());
}
END_TEST

START_TEST(links_pipes_and_folders_are_no_plugins)
{
    copy("good", "good.txt");
    ck_assert_int_eq(symlink(in_folder("good.txt"), in_folder("a.so")), 0);
    ck_assert_int_eq(mkfifo(in_folder("b.so"), 0600), 0);
    ck_assert_int_eq(mkdir(in_folder("c.so"), 0755), 0);
    copy("good", ".hidden.so");
    open_folders(folder, NULL);
    assert_refused(entry("a.so"), FERRY_E_CONFIG, "a symbolic link; put the file itself");
    assert_refused(entry("b.so"), FERRY_E_CONFIG, "not a regular file");
    assert_refused(entry("c.so"), FERRY_E_CONFIG, "not a regular file");
    ck_assert_ptr_null(entry_at(in_folder("good.txt")));
    ck_assert_ptr_null(entry_at(in_folder(".hidden.so")));
}
END_TEST

/* --- folders --------------------------------------------------------------- */

START_TEST(a_relative_path_in_the_variable_is_an_entry_of_its_own)
{
    copy("good", "good.so");
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(setenv("FERRY_PLUGIN_PATH", "./here::nowhere/plugins:", 1), 0);
    open_folders(NULL, NULL);
    ck_assert_ptr_nonnull(entry_at("./here"));
    assert_refused(entry_at("./here"), FERRY_E_CONFIG,
                   "plugin folder ./here: a relative path in FERRY_PLUGIN_PATH; write it from '/'");
    ck_assert_ptr_nonnull(entry_at("nowhere/plugins"));
    ck_assert_ptr_null(entry_at(in_folder("good.so"))); /* an empty part is not "here" */
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_told)
{
    put(in_folder("file"), FERRY_LIT("x"), 0644);
    open_folders(in_folder("missing"), in_folder("file"));
    assert_refused(entry("missing"), FERRY_E_CONFIG, "No such file or directory; make the folder");
    assert_refused(entry("missing"), FERRY_E_CONFIG, "take it out of the configuration");
    assert_refused(entry("file"), FERRY_E_CONFIG, "not a folder");
}
END_TEST

START_TEST(of_two_files_with_one_id_the_first_counts_and_the_other_is_named)
{
    ck_assert_int_eq(mkdir(in_folder("one"), 0755), 0);
    ck_assert_int_eq(mkdir(in_folder("two"), 0755), 0);
    copy("good", "one/b.so");
    copy("good", "one/a.so");
    copy("good", "two/0.so");
    copy("foreign", "one/0.so"); /* refused: holds no id */
    ck_assert_int_eq(setenv("FERRY_PLUGIN_PATH", in_folder("two"), 1), 0);
    open_folders(in_folder("one"), NULL);
    ck_assert_int_eq(entry("one/a.so")->status, FERRY_OK);
    assert_refused(entry("one/b.so"), FERRY_E_CONFIG, "its id \"good\" is taken by ");
    assert_refused(entry("one/b.so"), FERRY_E_CONFIG, "/one/a.so, which was found first; remove");
    assert_refused(entry("two/0.so"), FERRY_E_CONFIG, "/one/a.so, which was found first");
    ck_assert_ptr_nonnull(plugins_get(plugins, FERRY_LIT("good"), &err));
    ck_assert_ptr_nonnull(entry("one/a.so")->plugin);
}
END_TEST

START_TEST(a_folder_named_twice_is_scanned_once)
{
    uint32_t n;
    copy("good", "good.so");
    open_folders(folder, NULL);
    n = plugins_count(plugins);
    ck_assert_int_eq(symlink(folder, in_folder("link")), 0);
    ck_assert_int_eq(setenv("FERRY_PLUGIN_PATH", folder, 1), 0);
    open_folders(folder, in_folder("link"));
    ck_assert_uint_eq(plugins_count(plugins), n);
}
END_TEST

START_TEST(a_hostile_file_name_cannot_speak_to_the_terminal)
{
    put(in_folder("x\033[2J\n.so"), FERRY_LIT("no plugin"), 0644);
    open_folders(folder, NULL);
    ck_assert_ptr_null(strpbrk(entry("x\033[2J\n.so")->error.message, "\033\n"));
    ck_assert_ptr_null(strpbrk(entry("x\033[2J\n.so")->error.where, "\033\n"));
}
END_TEST

/* --- asking ---------------------------------------------------------------- */

START_TEST(an_unknown_id_is_answered_with_the_nearest)
{
    copy("good", "good.so");
    open_folders(folder, NULL);
    ck_assert_ptr_null(plugins_get(plugins, FERRY_LIT("goood"), &err));
    ck_assert_int_eq(err.status, FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, "no plugin \"goood\"; did you mean \"good\"?");
    ck_assert_ptr_null(plugins_get(plugins, FERRY_LIT("zzzzzzzzz"), &err));
    ck_assert_ptr_nonnull(strstr(err.message, "\"ferry plugins\" lists them"));
    ck_assert_ptr_null(plugins_get(plugins, FERRY_LIT(""), &err));
    ck_assert_ptr_null(plugins_get(plugins, (struct ferry_str){NULL, 0}, NULL));
}
END_TEST

START_TEST(a_missing_interface_is_answered_with_what_there_is)
{
    copy("good", "good.so");
    open_folders(folder, NULL);
    ck_assert_ptr_null(plugins_interface(plugins, FERRY_LIT("good"), FERRY_TRACKER_1, &err));
    ck_assert_int_eq(err.status, FERRY_E_CONFIG);
    ck_assert_str_eq(
        err.message,
        "plugin good: does not offer ferry.tracker/1, it offers ferry.reader/1; use another");
}
END_TEST

START_TEST(plugins_stay_themselves_when_sets_are_closed_and_opened)
{
    const struct ferry_plugin *first, *other;
    copy("good", "good.so");
    copy("null_tables", "null_tables.so");
    copy("unresolved", "unresolved.so");
    open_folders(folder, NULL);
    first = plugins_get(plugins, FERRY_LIT("good"), &err);
    for (unsigned i = 0; i < 20; i++) {
        open_folders(folder, NULL);
        ck_assert_ptr_null(plugins_get(plugins, FERRY_LIT("unresolved"), &err));
        other = plugins_get(plugins, FERRY_LIT("null-tables"), &err);
        ck_assert_msg(other != NULL, "%s", err.message);
        ck_assert_str_eq(other->id, "null-tables");
        ck_assert_ptr_eq(plugins_get(plugins, FERRY_LIT("good"), &err), first);
    }
    ck_assert_str_eq(first->id, "good"); /* still mapped */
    plugins_close(NULL);
}
END_TEST

static void *get_good(void *data)
{
    (void)data;
    return (void *)(uintptr_t)plugins_get(plugins, FERRY_LIT("good"), NULL);
}

START_TEST(threads_that_ask_at_once_get_the_same_plugin)
{
    pthread_t threads[6];
    void *got;
    copy("good", "good.so");
    open_folders(folder, NULL);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, get_good, NULL), 0);
    }
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &got), 0);
        ck_assert_ptr_nonnull(got);
        ck_assert_ptr_eq(got, entry("good.so")->plugin);
    }
}
END_TEST

START_TEST(the_names_of_the_first_level_are_frozen)
{
    ck_assert_str_eq(FERRY_READER_1, "ferry.reader/1");
    ck_assert_str_eq(FERRY_TRACKER_1, "ferry.tracker/1");
    ck_assert_str_eq(FERRY_PLANNER_1, "ferry.planner/1");
    ck_assert_str_eq(FERRY_SERVICE_1, "ferry.service/1");
    ck_assert_str_eq(FERRY_COMMANDS_1, "ferry.commands/1");
    ck_assert_str_eq(FERRY_HOST_LOG_1, "ferry.host.log/1");
    ck_assert_str_eq(FERRY_HOST_CONFIG_1, "ferry.host.config/1");
    ck_assert_str_eq(FERRY_HOST_SQL_1, "ferry.host.sql/1");
    ck_assert_str_eq(FERRY_HOST_BLOB_1, "ferry.host.blob/1");
    ck_assert_str_eq(FERRY_HOST_PROGRESS_1, "ferry.host.progress/1");
    ck_assert_str_eq(FERRY_HOST_CLOCK_1, "ferry.host.clock/1");
    ck_assert_str_eq(FERRY_NOTE_SECTION, ".note.ferry");
    ck_assert_str_eq(FERRY_NOTE_NAME, "FERRY");
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("plugins");
    tcase_add_test(t, a_good_plugin_is_listed_without_running_and_runs_when_it_is_needed);
    tcase_add_test(t, a_file_that_others_can_write_is_refused);
    tcase_add_test(t, a_file_that_its_group_can_write_is_refused);
    tcase_add_test(t, a_file_of_another_user_is_refused);
    tcase_add_test(t, a_folder_that_others_can_write_is_refused_whole);
    tcase_add_test(t, a_parent_that_others_can_write_is_refused_by_name);
    tcase_add_test(t, what_changes_between_scan_and_load_is_seen);
    tcase_add_test(t, links_pipes_and_folders_are_no_plugins);
    tcase_add_test(t, a_relative_path_in_the_variable_is_an_entry_of_its_own);
    tcase_add_test(t, a_folder_that_is_not_there_is_told);
    tcase_add_test(t, of_two_files_with_one_id_the_first_counts_and_the_other_is_named);
    tcase_add_test(t, a_folder_named_twice_is_scanned_once);
    tcase_add_test(t, a_hostile_file_name_cannot_speak_to_the_terminal);
    tcase_add_test(t, an_unknown_id_is_answered_with_the_nearest);
    tcase_add_test(t, a_missing_interface_is_answered_with_what_there_is);
    tcase_add_test(t, plugins_stay_themselves_when_sets_are_closed_and_opened);
    tcase_add_test(t, threads_that_ask_at_once_get_the_same_plugin);
    tcase_add_test(t, the_names_of_the_first_level_are_frozen);
    return run_all(t);
}
