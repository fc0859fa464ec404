/* SPDX-License-Identifier: MIT */
/*
 * cmd.h - one command a file, one line a command in table.c. A command declares its options as
 * data; main parses them, shows help from them, opens what all commands share, and turns what run()
 * returns into the exit code.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <clock.h>
#include <config.h>
#include <log.h>
#include <options.h>
#include <plugins.h>

/* Exit codes, as documented; the first that applies, from the top. */
enum {
    EXIT_INTERRUPTED = 130,
    EXIT_TERMINATED = 143,
    EXIT_USAGE = 2,
    EXIT_NO_RESULTS = 4,
    EXIT_CREDENTIALS = 5,
    EXIT_UNREACHABLE = 7,
    EXIT_UNCONFIRMED = 8,
    EXIT_REJECTED = 6,
    EXIT_MIRROR = 11,
    EXIT_AUDIT = 10,
    EXIT_PARTLY_READ = 3,
    EXIT_CONTRADICTION = 9,
    EXIT_TESTS_FAILED = 1,
    EXIT_DONE = 0,
    EXIT_SYSTEM =
        74 /* no memory, disk or stdout, or a bug: of this machine or of ferry, of no tracker */
};

/* What all commands share. Opened by main, in this order, as far as a command asks for it. */
struct app {
    struct clock clock;
    struct config *config;                /* CMD_CONFIG */
    struct plugins *plugins;              /* CMD_PLUGINS */
    const char *state;                    /* the state folder's path; CMD_CONFIG */
    const char *config_flag, *state_flag; /* --config and --state; NULL: not given */
    struct ferry_error
        trouble;           /* CMD_ANYWAY: the first thing that could not be used; status OK: none */
    uint32_t quiet, color; /* -q; 1 when colours may be used on stdout */
};

/* Set by SIGINT and SIGTERM to the signal's number; every wait and loop looks at it. */
extern volatile int app_interrupted;

/* A parsed command line. */
struct args {
    const struct ferry_option *const *options;
    struct ferry_kv *given; /* in the order given; lists repeat */
    uint32_t n_given;
    const struct ferry_str *rest; /* what is no option; NUL-ended texts */
    uint32_t n_rest;
};
int args_has(const struct args *a, const char *name);
/* The value, the default, or absent. */
struct ferry_str args_get(const struct args *a, const char *name);
/* A FERRY_OPT_BOOL: 1 when given as --name or --name=true. */
int args_flag(const struct args *a, const char *name);
int64_t args_int(const struct args *a, const char *name, int64_t fallback);
/* The i-th of a repeated one; absent past the end. */
struct ferry_str args_nth(const struct args *a, const char *name, uint32_t i);

/* CMD_ANYWAY: the command runs also where what it asks for can be had only in part; see app.trouble. */
enum { CMD_CONFIG = 1u, CMD_PLUGINS = 2u, CMD_HIDDEN = 4u, CMD_ANYWAY = 8u };
struct cmd {
    const char *name;                          /* "upload" */
    const char *summary;                       /* one line, lower case */
    const char *usage;                         /* what follows the options: "INPUT..." */
    const char *text;                          /* paragraphs of help; NULL: none */
    const struct ferry_option *const *options; /* NULL-ended */
    uint32_t flags;                            /* CMD_* */
    uint32_t min_rest, max_rest;
    /* Returns the exit code. Errors were told by cmd_fail() or log_error(). */
    int (*run)(struct app *app, const struct args *args);
};
/* Alphabetical, NULL-ended. */
extern const struct cmd *const cmd_table[];

/* Logs err and answers the exit code that its status means. */
int cmd_fail(const struct ferry_error *err);
/* Results to stdout, secrets taken out; exits with a message where stdout is gone. */
void cmd_out(struct ferry_str bytes);
/* The same, as a status. */
int32_t cmd_write(struct ferry_str bytes, struct ferry_error *err);
/* At the end: what is still buffered. */
int32_t cmd_flush(struct ferry_error *err);

#endif
