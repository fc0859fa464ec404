/* SPDX-License-Identifier: MIT */
/* session.h - what the commands that capture or deliver open, run and tell in the same way. No command of its own. */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include "cmd.h"

#include <receipt.h>

enum { SESSION_LANES = 256, SESSION_STREAMS = 64 };

/* What every command that delivers can be told. */
#define SESSION_DEADLINE                                                                           \
    OPTION(.type = FERRY_OPT_STR, .name = "deadline", .value = "DURATION",                         \
           .help = "how long this command may deliver; what is left is kept for `ferry resume`; "  \
                   "delivery.deadline if not set")
#define SESSION_EVENTS                                                                             \
    OPTION(.type = FERRY_OPT_STR, .name = "events", .value = "FILE",                               \
           .help = "adds a line of JSON to this file, or pipe, for each change of an operation")
#define SESSION_EXCHANGE_LOG                                                                       \
    OPTION(.type = FERRY_OPT_STR, .name = "exchange_log", .value = "FOLDER",                       \
           .help = "keeps a file of each run's requests and answers there; exchange_log_dir if "   \
                   "not set")
#define SESSION_OUT                                                                                \
    OPTION(.type = FERRY_OPT_STR, .name = "out", .value = "FOLDER",                                \
           .help = "with --dry-run: writes the requests that would be sent there, a file each")
#define SESSION_JOBS                                                                               \
    OPTION(.type = FERRY_OPT_STR, .name = "jobs", .value = "N",                                    \
           .help = "requests under way at once, at most; less than this where a tracker takes "    \
                   "fewer; delivery.jobs if not set")

struct session {
    struct app *app;
    struct engine engine;
    struct readers readers;
    struct keys *keys;
    struct inputs inputs;
    struct captured captured;
    struct road_lane *lanes; /* SESSION_LANES of them */
    uint32_t n_lanes;
    int dry_run, json;
    char *streams[SESSION_STREAMS]; /* copies of what came through pipes; removed at the end */
    uint32_t n_streams;
    char scratch[512]; /* a dry run's throwaway state folder; "" otherwise */
};

/* Opens the journal; a dry run's is thrown away by session_close(). */
int32_t session_open(struct session *s, struct app *app, const struct args *args,
                     struct ferry_error *err);
void session_close(struct session *s); /* accepts zeroed */

/* Readers, keys and inputs, from the words of the command line. An input that is missing is told, and counted as unreadable. */
int32_t session_inputs(struct session *s, const struct args *args, uint32_t *missing,
                       struct ferry_error *err);
/* Where Automation Keys come from, from the configuration. The caller closes it. */
int32_t session_keys(const struct app *app, struct keys **out, struct ferry_error *err);
/* The settings of reading: attachments, caps. Valid as long as s. */
void session_read_call(struct session *s, struct read_call *call);

/* Goes the road of a lane, and keeps what came of it for the receipt. */
void session_go(struct session *s, int64_t lane, uint32_t flags);
/* FERRY_OK, or what the machine refused of the journal, whoever met it: then nothing that was read of it may be believed. */
int32_t session_failed(const struct session *s, struct ferry_error *err);
/* Prints the receipt; the exit code. */
enum {
    SESSION_LENIENT = 1u, /* trouble with delivery is only a warning */
    SESSION_TESTS_FAILED =
        2u /* tests failed, and the exit code is to say so where it has nothing worse to say */
};
int session_receipt(struct session *s, const struct captured *captured, uint32_t flags);

/* A title for a run: what was given, else `name` (absent: the folder's) and the time. In the arena. */
struct ferry_str session_title(struct session *s, struct arena *arena, struct ferry_str given,
                               struct ferry_str name);

#endif
