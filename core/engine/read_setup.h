/* SPDX-License-Identifier: MIT */
/*
 * read_setup.h - what the configuration says about reading reports, opened once for all of them:
 * readers, attachment roots and sizes, the Automation Key. Every command that reads reports begins
 * here, so all of them read alike.
 */
#ifndef ENGINE_READ_SETUP_H
#define ENGINE_READ_SETUP_H

#include "keys.h"
#include "read.h"

#include <config.h>

struct read_setup {
    struct arena arena;
    struct readers readers;
    struct keys *keys;
    const char **roots; /* NULL-ended */
    uint64_t max_attachment;
};

/*
 * `given`: options of readers by "PLUGIN.OPTION", as a person wrote them. E_CONFIG names what is
 * wrong. read_setup_close in any case; it accepts zeroed.
 */
int32_t read_setup_open(struct read_setup *s, const struct config *config, struct plugins *plugins,
                        const struct ferry_kv *given, uint32_t n_given, struct ferry_error *err);
void read_setup_close(struct read_setup *s);

/* A call with all of it; the caller adds its spool, flags and callbacks. */
struct read_call read_setup_call(const struct read_setup *s);

#endif
