/* SPDX-License-Identifier: MIT */
/*
 * scratch.h - a folder of its own for a test: made, entered, left and removed with what is in
 * it.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_path[4096];

static inline void scratch_enter(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(scratch_path, sizeof scratch_path, "%s/ferry-test-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(scratch_path));
    ck_assert_int_eq(chdir(scratch_path), 0);
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int kind,
                                     struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static inline void scratch_leave(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    nftw(scratch_path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
