/* SPDX-License-Identifier: MIT */
/* table.c - every command of ferry, a line each. X(upload) stands for `const struct cmd cmd_upload`
 * of upload.c. */
#include "run.h"

/* Keep alphabetised. */
#define COMMANDS(X)                                                                                \
    X(complete)                                                                                    \
    X(config)                                                                                      \
    X(doctor)                                                                                      \
    X(help)                                                                                        \
    X(inspect)                                                                                     \
    X(mirror)                                                                                      \
    X(mock)                                                                                        \
    X(plugins)                                                                                     \
    X(prune)                                                                                       \
    X(resume)                                                                                      \
    X(retry)                                                                                       \
    X(serve)                                                                                       \
    X(status)                                                                                      \
    X(trust)                                                                                       \
    X(upload)                                                                                      \
    X(version)

#define DECLARE(name) extern const struct cmd cmd_##name;
#define ENTRY(name)   &cmd_##name,

COMMANDS(DECLARE)
const struct cmd *const cmd_table[] = {COMMANDS(ENTRY) NULL};

const struct cmd *cmd_find(const char *name)
{
    for (size_t i = 0; cmd_table[i]; i++) {
        if (strcmp(cmd_table[i]->name, name) == 0) {
            return cmd_table[i];
        }
    }
    return NULL;
}
