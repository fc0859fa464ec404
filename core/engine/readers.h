/* SPDX-License-Identifier: MIT */
/*
 * readers.h - all readers that plugins offer, each with its options, and the choice of one for a
 * report.
 *
 * Opened once by a command that reads reports; the same for all of them and safe to use from
 * several threads.
 */
#ifndef ENGINE_READERS_H
#define ENGINE_READERS_H

#include <arena.h>
#include <ferry/ferry.h>
#include <plugins.h>

struct reader_entry {
    const struct ferry_plugin *plugin;
    const struct ferry_reader *reader;
    const struct ferry_kv *options; /* declared ones, checked, defaults filled in */
    uint32_t n_options, reserved;
};

enum { READERS_MAX = 64 };
struct readers {
    struct arena arena;
    struct reader_entry list[READERS_MAX]; /* in the order of their ids */
    uint32_t n, n_globs;
    const char *globs[READERS_MAX * 8 + 1]; /* of all, NULL-ended */
};

void readers_init(struct readers *r);
void readers_finish(struct readers *r); /* accepts zeroed; plugins stay loaded */

/*
 * Adds what every plugin of `p` offers; one that cannot be loaded is told by a warning in the log
 * and left out. `given`: options by "PLUGIN.OPTION" as a person wrote them; E_CONFIG for an
 * unknown plugin or option, or a wrong value.
 */
int32_t readers_add_all(struct readers *r, struct plugins *p, const struct ferry_kv *given,
                        uint32_t n_given, struct ferry_error *err);
/* Adds one plugin's reader. OK and nothing added where it offers none. */
int32_t readers_add(struct readers *r, const struct ferry_plugin *plugin,
                    const struct ferry_kv *given, uint32_t n_given, struct ferry_error *err);

/* Who is surest of these first bytes (up to 4096) of a report of this name; NULL where nobody is. */
const struct reader_entry *readers_choose(const struct readers *r, struct ferry_str head,
                                          struct ferry_str name);

/* What a reader is handed besides bytes: the log, and its options once more as the config service. */
struct reader_host {
    struct ferry_host host;
    struct ferry_log log;
    struct ferry_config config;
    const struct reader_entry *entry;
};
void reader_host_init(struct reader_host *h, const struct reader_entry *entry);

#endif
