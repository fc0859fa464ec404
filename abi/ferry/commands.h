/* SPDX-License-Identifier: MIT */
/*
 * commands.h - ferry.commands/1: sub-commands that a plugin adds, `ferry PLUGIN COMMAND ...`. The host
 * parses and documents their options, opens the destination and carries their requests; a command writes
 * its results through `out` and everything else through the log service.
 *
 * Since level 1.
 */
#ifndef FERRY_COMMANDS_H
#define FERRY_COMMANDS_H

#include "host.h"
#include "plugin.h"

#define FERRY_COMMANDS_1 "ferry.commands/1"

/* One answer to a raw request. Returns OK, or any other status to be returned by send(). */
typedef int32_t ferry_answer_fn(void *data, const struct ferry_message *answer);

/* What a command may do to the world. */
struct ferry_command_io {
    void *self;
    /* Results, to stdout, as they are. E_IO where stdout is gone. [call] */
    int32_t (*out)(void *self, struct ferry_str bytes);
    /*
     * Sends one request to the plugin's destination and hands over its answer, whatever its status. Dressed, signed
     * in, limited like any other; repeated for some time where the server is busy and has not done it, or twice is
     * as good as once (all but POST). `request` may leave out headers. E_UNREACHABLE where no answer came. [call]
     */
    int32_t (*send)(void *self, const struct ferry_message *request, ferry_answer_fn *answer,
                    void *data, struct ferry_error *err);
};

struct ferry_command_call {
    uint32_t size;
    uint32_t n_options;
    const struct ferry_kv *options; /* the command's own, checked, defaults filled in */
    const struct ferry_str *args;   /* what is not an option */
    uint32_t n_args;
    uint32_t reserved;
    struct ferry_str project;      /* of the destination; absent where none was given */
    const struct ferry_host *host; /* log, config, progress, clock */
    const struct ferry_command_io *io;
};

struct ferry_command {
    uint32_t size;
    uint32_t min_args, max_args; /* of what is not an option */
    uint32_t reserved;
    const char *name;    /* one word, lower case */
    const char *summary; /* one line, lower case, no full stop */
    const char *usage;   /* what follows the options: "CASE..."; NULL: nothing */
    const struct ferry_option *const *options; /* NULL-ended; NULL: none */
    /* OK, or a status whose err is shown; the exit code follows from it. [one at a time] */
    int32_t (*run)(const struct ferry_command_call *call, struct ferry_error *err);
};

struct ferry_commands {
    const struct ferry_command *const *list; /* NULL-ended, alphabetical */
};

#endif
