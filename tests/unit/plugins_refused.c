/* SPDX-License-Identifier: MIT */
/* Each wrong plugin of tests/bad-plugins, and files that are damaged, are refused for their own
 * reason. */
#include "plugins_help.h"

/* What is wrong, and whether it can be known before anything runs. */
static const struct {
    const char *name;
    int32_t status;
    int at_scan, runs;
    const char *words;
} refusals[] = {
    {"foreign", FERRY_E_INPUT, 1, 0, "plugin foreign.so: not a ferry plugin: it has no note"},
    {"no_note", FERRY_E_INPUT, 1, 0, "define it with FERRY_PLUGIN_DEFINE, or take it out"},
    {"two_notes", FERRY_E_BUG, 1, 0, "has 2 ferry notes, one plugin has one"},
    {"short_note", FERRY_E_INPUT, 1, 0, "its note holds 8 bytes, at least 40 are needed"},
    {"bad_id", FERRY_E_BUG, 1, 0, "its note's id is not [a-z][a-z0-9-]{0,30}"},
    {"newer_major", FERRY_E_UNSUPPORTED, 1, 0,
     "made for ABI major 2, this ferry (" FERRY_VERSION ") speaks major 1; use a newer ferry"},
    {"older_major", FERRY_E_UNSUPPORTED, 1, 0, "made for ABI major 0, this ferry ("},
    {"older_major", FERRY_E_UNSUPPORTED, 1, 0, "build it again with the headers of this ferry"},
    {"higher_level", FERRY_E_UNSUPPORTED, 1, 0,
     "plugin higher_level.so: needs ABI level 3, this ferry offers 1 (" FERRY_VERSION
     "); use a newer ferry or build it with FERRY_ABI_LEVEL=1"},
    {"level_zero", FERRY_E_BUG, 1, 0, "its note says ABI level 0"},
    {"extra_symbol", FERRY_E_BUG, 0, 0, "exports more than ferry_plugin: bad_helper"},
    {"no_symbol", FERRY_E_BUG, 0, 0, "does not export ferry_plugin; define it with"},
    {"function_symbol", FERRY_E_BUG, 0, 0, "ferry_plugin is not a variable"},
    {"unresolved", FERRY_E_BUG, 0, 0,
     "cannot be loaded: undefined symbol: a_function_nobody_has; link the library that has it"},
    {"small_struct", FERRY_E_BUG, 0, 0, "its struct says size 16, at least 64"},
    {"large_struct", FERRY_E_BUG, 0, 0, "its struct says size 4096 and has 64 bytes"},
    {"level_differs", FERRY_E_BUG, 0, 0, "its note says ABI level 1, its struct 7"},
    {"id_differs", FERRY_E_BUG, 0, 1, "its note says id \"id-differs\", its struct \"another\""},
    {"no_version", FERRY_E_BUG, 0, 1, "its struct has no .version; fill it in"},
    {"odd_version", FERRY_E_BUG, 0, 1, "version \"1.0 (final)\" is not a semantic version"},
    {"no_query", FERRY_E_BUG, 0, 1, "its struct has no .query"},
    {"null_feed", FERRY_E_BUG, 0, 1, "ferry.reader/1: .feed is NULL; fill it in"},
    {"any_query", FERRY_E_BUG, 0, 1, "query() gives a table for an interface that does not exist"},
    {"prefix_query", FERRY_E_BUG, 0, 1,
     "query(\"ferry.reader/10\") gives a table; compare the whole"},
    {"new_table", FERRY_E_BUG, 0, 1, "query(\"ferry.reader/1\") gives another table each time"},
    {"foreign_variable", FERRY_E_BUG, 0, 1,
     "option \"token\" of the plugin: a variable that does not begin with"},
    {"bad_option", FERRY_E_BUG, 0, 1,
     "option \"token\" of the plugin: a secret with a default; take .def away"},
};

START_TEST(a_wrong_plugin_is_refused_for_its_own_reason)
{
    char name[64];
    struct plugin_entry *e;
    snprintf(name, sizeof name, "%s.so", refusals[_i].name);
    copy(refusals[_i].name, name);
    open_folders(folder, NULL);
    e = entry(name);
    ck_assert_int_eq(e->status != FERRY_OK, refusals[_i].at_scan);
    ck_assert(!code_has_run());
    ck_assert_int_eq(plugins_load(plugins, e), refusals[_i].status);
    assert_refused(e, refusals[_i].status, refusals[_i].words);
    ck_assert_int_eq(code_has_run(), refusals[_i].runs);
    /* asked again it is the same answer, and by its name it is found, with the reason */
    ck_assert_int_eq(plugins_load(plugins, e), refusals[_i].status);
    name[strlen(name) - 3] = '\0';
    ck_assert_ptr_null(plugins_get(plugins, ferry_cstr(e->id[0] ? e->id : name), &err));
    ck_assert_int_eq(err.status, FERRY_E_CONFIG);
    ck_assert_str_eq(err.message, e->error.message);
}
END_TEST

static const struct {
    const char *hole, *words;
} holes[] = {
    {"dress", "ferry.tracker/1: .dress is NULL"},
    {"session", "ferry.tracker/1: .keep is NULL"},
    {"plan", "ferry.planner/1: .plan is NULL"},
    {"handle", "ferry.service/1: .handle is NULL"},
    {"secret", "ferry.hook/1: .secret is NULL"},
    {"read", "ferry.hook/1: .read is NULL"},
    {"run", "command \"again\": .run is NULL"},
    {"sorted", "ferry.commands/1: \"again\" stands after \"back\"; sort .list"},
};

START_TEST(a_table_with_a_hole_is_refused_by_the_name_of_the_function)
{
    copy("null_tables", "null_tables.so");
    ck_assert_int_eq(setenv("FERRY_TEST_HOLE", holes[_i].hole, 1), 0);
    open_folders(folder, NULL);
    ck_assert_int_eq(plugins_load(plugins, entry("null_tables.so")), FERRY_E_BUG);
    assert_refused(entry("null_tables.so"), FERRY_E_BUG, holes[_i].words);
}
END_TEST

START_TEST(the_same_plugin_without_the_hole_is_taken)
{
    copy("null_tables", "null_tables.so");
    open_folders(folder, NULL);
    ck_assert_int_eq(plugins_load(plugins, entry("null_tables.so")), FERRY_OK);
}
END_TEST

START_TEST(a_plugin_is_known_whatever_the_linker_left_of_it)
{
    static const char *const names[] = {"good_stripped", "good_sysv"};
    for (size_t i = 0; i < 2; i++) {
        copy(names[i], "good.so");
        open_folders(folder, NULL);
        ck_assert_msg(plugins_load(plugins, entry("good.so")) == FERRY_OK, "%s: %s", names[i],
                      entry("good.so")->error.message);
    }
    copy("extra_sysv", "extra.so");
    open_folders(folder, NULL);
    plugins_load(plugins, entry("extra.so"));
    assert_refused(entry("extra.so"), FERRY_E_BUG, "exports more than ferry_plugin: ");
}
END_TEST

/* --- damaged files --------------------------------------------------------- */

START_TEST(a_file_cut_anywhere_in_what_is_read_is_refused_and_never_runs)
{
    struct buf b;
    size_t step;
    take(&b, "good");
    step = b.len / 97 + 1;
    for (size_t n = 0; n < b.len; n += n < 1024 ? 13 : step) {
        struct plugin_entry *e;
        put(in_folder("cut.so"), (struct ferry_str){b.ptr, n}, 0644);
        open_folders(folder, NULL);
        e = entry("cut.so");
        if (plugins_load(plugins, e) == FERRY_OK) {
            /* only section headers and debug data were lost, which no loader needs */
            ck_assert_uint_gt(n, b.len / 4);
            continue;
        }
        ck_assert_uint_gt(strlen(e->error.message), 0);
        ck_assert_ptr_null(e->plugin);
        ck_assert(!code_has_run());
    }
    buf_finish(&b);
}
END_TEST

START_TEST(a_short_file_says_what_is_missing)
{
    struct buf b;
    take(&b, "good");
    put(in_folder("a.so"), (struct ferry_str){"", 0}, 0644);
    put(in_folder("b.so"), FERRY_LIT("#!/bin/sh\n"), 0755);
    put(in_folder("c.so"), (struct ferry_str){b.ptr, 40}, 0644);
    put(in_folder("d.so"), (struct ferry_str){b.ptr, 300}, 0644);
    open_folders(folder, NULL);
    assert_refused(entry("a.so"), FERRY_E_INPUT, "not an ELF file, only 0 bytes");
    assert_refused(entry("b.so"), FERRY_E_INPUT, "plugin b.so: not an ELF file");
    assert_refused(entry("c.so"), FERRY_E_INPUT,
                   "cut short: 64 bytes at 0 are needed and the file has 40");
    assert_refused(entry("d.so"), FERRY_E_INPUT, "cut short: ");
    buf_finish(&b);
}
END_TEST

static void refuse_patched(size_t at, const void *bytes, size_t n, int32_t status,
                           const char *words)
{
    struct buf b;
    take(&b, "good");
    memcpy(b.ptr + at, bytes, n);
    put(in_folder("patched.so"), buf_str(&b), 0644);
    open_folders(folder, NULL);
    plugins_load(plugins, entry("patched.so"));
    assert_refused(entry("patched.so"), status, words);
    ck_assert(!code_has_run());
    buf_finish(&b);
}

START_TEST(headers_that_lie_are_refused)
{
    static const unsigned char huge[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f};
    refuse_patched(4, "\1", 1, FERRY_E_UNSUPPORTED, "made for another kind of machine");
    refuse_patched(18, "\3\0", 2, FERRY_E_UNSUPPORTED, "ELF machine 3, class 2;");
    refuse_patched(16, "\2\0", 2, FERRY_E_INPUT, "not a shared library (type 2)");
    refuse_patched(20, "\7", 1, FERRY_E_INPUT, "an ELF version that does not exist");
    refuse_patched(32, huge, 8, FERRY_E_INPUT, "cut short");
    refuse_patched(54, "\1\0", 2, FERRY_E_INPUT, "program headers make no sense");
    refuse_patched(56, "\0\0", 2, FERRY_E_INPUT, "program headers make no sense");
    refuse_patched(56, "\377\377", 2, FERRY_E_INPUT, "program headers make no sense");
}
END_TEST

/* Bytes turned over, always the same ones: nothing may crash, hang or be read outside the file. */
START_TEST(bytes_turned_over_never_do_harm)
{
    struct buf good, bad;
    uint64_t chance = 88172645463325252u;
    unsigned refused = 0;
    const char *path = in_folder("turned.so");
    take(&good, "good");
    buf_init(&bad, MAX_FILE);
    for (unsigned round = 0; round < 1500; round++) {
        struct ferry_note_desc note;
        FILE *file;
        int32_t rc;
        buf_reset(&bad);
        buf_put(&bad, buf_str(&good));
        for (unsigned i = 0; i < 1 + round % 5; i++) {
            size_t reach = round % 2 ? 0x400 : bad.len; /* every other time in the headers */
            chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
            bad.ptr[chance % reach] = (char)(chance >> 40);
        }
        put(path, buf_str(&bad), 0644);
        file = fopen(path, "rb");
        ck_assert_ptr_nonnull(file);
        err.message[0] = '\0';
        rc = plugin_note_read(fileno(file), path, &note, &err);
        ck_assert_ptr_nonnull(memchr(note.id, '\0', sizeof note.id));
        if (!rc) {
            rc = plugin_exports_check(fileno(file), path, &note, &err);
        }
        ck_assert(!rc || (err.message[0] && err.status == rc));
        refused += rc != FERRY_OK;
        fclose(file);
    }
    ck_assert_uint_gt(refused, 300);
    buf_finish(&good);
    buf_finish(&bad);
}
END_TEST

extern const struct ferry_plugin ferry_plugin_tally; /* abi/template, built with FERRY_STATIC */

START_TEST(a_plugin_that_is_linked_statically_passes_the_same_checks)
{
    struct ferry_note_desc note = {FERRY_ABI_MAJOR, FERRY_ABI_LEVEL, "tally"};
    ck_assert_msg(plugin_struct_check(&ferry_plugin_tally, &note, "tally", &err) == FERRY_OK, "%s",
                  err.message);
    note.id[0] = 'r';
    ck_assert_int_eq(plugin_struct_check(&ferry_plugin_tally, &note, "tally", &err), FERRY_E_BUG);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("plugins");
    tcase_add_loop_test(t, a_wrong_plugin_is_refused_for_its_own_reason, 0,
                        (int)(sizeof refusals / sizeof *refusals));
    tcase_add_loop_test(t, a_table_with_a_hole_is_refused_by_the_name_of_the_function, 0,
                        (int)(sizeof holes / sizeof *holes));
    tcase_add_test(t, the_same_plugin_without_the_hole_is_taken);
    tcase_add_test(t, a_plugin_is_known_whatever_the_linker_left_of_it);
    tcase_add_test(t, a_file_cut_anywhere_in_what_is_read_is_refused_and_never_runs);
    tcase_add_test(t, a_short_file_says_what_is_missing);
    tcase_add_test(t, headers_that_lie_are_refused);
    tcase_add_test(t, bytes_turned_over_never_do_harm);
    tcase_add_test(t, a_plugin_that_is_linked_statically_passes_the_same_checks);
    return run_all(t);
}
