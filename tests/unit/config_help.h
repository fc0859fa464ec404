/* SPDX-License-Identifier: MIT */
/*
 * config_help.h - a repository and a home of their own for each test of configuration, for config.c
 * and target.c. "../plugins" of these programs holds the samples.
 */
#ifndef UNIT_CONFIG_HELP_H
#define UNIT_CONFIG_HELP_H

#include <check.h>
#include <config.h>
#include <fcntl.h>
#include <file.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <text.h>
#include <unistd.h>

static char base[64], repo[96], home[96];
static struct ferry_error err;

static void write_file(const char *folder, const char *name, const char *text, unsigned mode)
{
    struct buf path;
    buf_init(&path, 4096);
    path_join(&path, folder, name);
    path.ptr[path_folder_len(path.ptr)] = '\0';
    ck_assert_int_eq(file_mkdirs(path.ptr, 0700, &err), FERRY_OK);
    path.ptr[strlen(path.ptr)] = '/';
    ck_assert_msg(file_write(path.ptr, ferry_cstr(text), mode, &err) == FERRY_OK, "%s",
                  err.message);
    buf_finish(&path);
}

static void repo_file(const char *text)
{
    write_file(repo, "ferry.json", text, 0644);
}

static void user_file(const char *text)
{
    write_file(home, ".config/ferry/config.json", text, 0600);
}

static void setup(void)
{
    snprintf(base, sizeof base, "/tmp/ferry-config-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(base));
    snprintf(repo, sizeof repo, "%s/my-app", base);
    snprintf(home, sizeof home, "%s/home", base);
    write_file(repo, ".git/HEAD", "x", 0600);
    write_file(home, ".keep", "", 0600);
    clearenv();
    setenv("HOME", home, 1);
    err = (struct ferry_error){.size = sizeof err};
    log_setup(FERRY_LOG_ERROR, 0);
    secrets_clear();
}

static void teardown(void)
{
    char command[] = "rm";
    char *argv[] = {command, (char[]){"-rf"}, base, NULL};
    pid_t child = fork();
    if (child == 0) {
        execv("/bin/rm", argv);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    secrets_clear();
}

static struct config *load(void)
{
    struct config *c = NULL;
    int32_t rc = config_load(&c, repo, NULL, &err);
    ck_assert_msg(rc == FERRY_OK, "%s", err.message);
    return c;
}

#endif
