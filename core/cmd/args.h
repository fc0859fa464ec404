/* SPDX-License-Identifier: MIT */
/* args.h - from argv to struct args. The options of ferry itself may stand before or after the
 * command. */
#ifndef CMD_ARGS_H
#define CMD_ARGS_H

#include "cmd.h"

/* What all commands take. */
struct globals {
    const char *config, *state; /* NULL: not given */
    int verbose, quiet;         /* how often -v; 1: -q */
    int color;                  /* -1 auto, 0 never, 1 always */
    int help, version;
};
extern const struct ferry_option *const globals_table[];
uint32_t log_level(const struct globals *g); /* FERRY_LOG_* */

/* Text and arrays of a parsed line; args_init before, args_finish after. */
struct arglist {
    struct args args;
    struct arena arena;
};
void args_init(struct arglist *a);
void args_finish(struct arglist *a);

/*
 * One option of ferry itself at argv[*i]: 1 and *i on its last word, 0 where it is none, -status
 * with err.
 */
int globals_take(struct globals *g, int argc, char *const *argv, int *i, struct ferry_error *err);
/* The error for a word before the command that is none of them. */
int32_t globals_unknown(const char *word, struct ferry_error *err);
/*
 * The words after a command. `name` ("ferry upload") is for messages. E_CONFIG: unknown, twice,
 * without or with a wrong value, with "did you mean".
 */
int32_t args_parse(struct arglist *a, struct globals *g, const char *name,
                   const struct ferry_option *const *options, int argc, char *const *argv,
                   struct ferry_error *err);
/* Too few, too many words, or a needed option missing. `usage`: what the words are; may be NULL. */
int32_t args_check(const struct args *a, const char *name, const char *usage, uint32_t min,
                   uint32_t max, struct ferry_error *err);
/* 1 where --help or -h stands before a "--". */
int args_want_help(int argc, char *const *argv);

#endif
