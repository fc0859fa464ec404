/* SPDX-License-Identifier: MIT */
/*
 * plugins_help.h - what the tests of plugins share: a folder of their own, the wrong plugins of
 * tests/bad-plugins to copy into it, and a witness that is there when code of one of them has run.
 */
#ifndef TESTS_UNIT_PLUGINS_HELP_H
#define TESTS_UNIT_PLUGINS_HELP_H

#include <buf.h>
#include <file.h>
#include <plugin_check.h>
#include <plugins.h>

#include <check.h>
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 16 * 1024 * 1024 };

static char folder[PATH_MAX / 2]; /* of this test: nobody else's, empty at first */
static char witness[PATH_MAX];
static struct plugins *plugins;
static struct ferry_error err;

static inline const char *in_folder(const char *name)
{
    static char path[4][PATH_MAX];
    static unsigned turn;
    char *p = path[turn++ % 4];
    snprintf(p, PATH_MAX, "%s/%s", folder, name);
    return p;
}

static inline void setup(void)
{
    const char *tmp = getenv("TMPDIR");
    char made[PATH_MAX];
    char *real;
    umask(022);
    snprintf(made, sizeof made, "%s/ferry-plugins-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(made));
    real = realpath(made, NULL);
    ck_assert_ptr_nonnull(real);
    snprintf(folder, sizeof folder, "%s", real);
    free(real);
    snprintf(witness, sizeof witness, "%s.witness", folder);
    ck_assert_int_eq(setenv("FERRY_TEST_WITNESS", witness, 1), 0);
    ck_assert_int_eq(unsetenv("FERRY_PLUGIN_PATH"), 0);
    ck_assert_int_eq(unsetenv("FERRY_TEST_HOLE"), 0);
    err = (struct ferry_error){.size = sizeof err};
    plugins = NULL;
}

static inline void remove_all(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        char *child = NULL;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        ck_assert_int_gt(asprintf(&child, "%s/%s", path, e->d_name), 0);
        if (unlink(child) < 0) {
            remove_all(child);
        }
        free(child);
    }
    if (d) {
        closedir(d);
    }
    rmdir(path);
}

static inline void teardown(void)
{
    plugins_close(plugins);
    remove_all(folder);
    unlink(witness);
}

static inline void put(const char *path, struct ferry_str bytes, unsigned mode)
{
    ck_assert_msg(file_write(path, bytes, mode, &err) == FERRY_OK, "%s", err.message);
}

static inline void take(struct buf *out, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.so", FERRY_BAD_PLUGINS, name);
    buf_init(out, MAX_FILE);
    ck_assert_msg(file_read(path, out, &err) == FERRY_OK, "%s", err.message);
}

/* Copies a built plugin into this test's folder. */
static inline void copy(const char *name, const char *as)
{
    struct buf b;
    take(&b, name);
    put(in_folder(as), buf_str(&b), 0644);
    buf_finish(&b);
}

static inline void open_folders(const char *first, const char *second)
{
    const char *const folders[] = {first, second, NULL};
    plugins_close(plugins);
    plugins = NULL;
    ck_assert_msg(plugins_open(&plugins, folders, &err) == FERRY_OK, "%s", err.message);
}

static inline struct plugin_entry *entry_at(const char *path)
{
    for (uint32_t i = 0; i < plugins_count(plugins); i++) {
        if (strcmp(plugins_at(plugins, i)->path, path) == 0) {
            return plugins_at(plugins, i);
        }
    }
    return NULL;
}

static inline struct plugin_entry *entry(const char *name)
{
    struct plugin_entry *e = entry_at(in_folder(name));
    ck_assert_msg(e != NULL, "no entry for %s", name);
    return e;
}

static inline int code_has_run(void)
{
    return access(witness, F_OK) == 0;
}

static inline void assert_refused(const struct plugin_entry *e, int32_t status, const char *words)
{
    ck_assert_msg(e->status == status, "%s: status %d (%s), want %d: %s", e->path, (int)e->status,
                  ferry_status_text(e->status), (int)status, e->error.message);
    ck_assert_int_eq(e->error.status, status);
    ck_assert_ptr_null(e->plugin);
    ck_assert_msg(strstr(e->error.message, words) != NULL, "\"%s\" does not say \"%s\"",
                  e->error.message, words);
}

static inline int run_all(TCase *t)
{
    Suite *s = suite_create("plugins");
    SRunner *r;
    int failed;
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}

#endif
