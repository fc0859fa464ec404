/* SPDX-License-Identifier: MIT */
/* exchanges_private.h - between exchanges.c, which takes down what happens, and exchanges_file.c, which reads and writes it. */
#ifndef ENGINE_EXCHANGES_PRIVATE_H
#define ENGINE_EXCHANGES_PRIVATE_H

#include "exchanges.h"

#include <arena.h>
#include <json.h>

enum { EXCHANGES_TEXT = 2000, EXCHANGES_BODY = 1 << 20, EXCHANGES_FILE_MAX = 256 << 20 };

/* A request, or a question that was asked the same way several times. */
struct entry {
    struct entry *next;
    int64_t request, op; /* 0: a read */
    int64_t items, done, rejected;
    struct ferry_str kind, method, target, status, task, error; /* in the file's arena */
    struct buf attempts; /* JSON objects, commas between; the last one is open while `x` is set */
    uint32_t n_attempts;
    const struct exchange *x; /* under way, or answered and not settled; NULL: neither */
    int64_t sent_ms;
};

struct waits {
    char reason[40];
    int64_t count, ms;
};

/* A destination in a file. */
struct part {
    struct part *next;
    struct log_file *file;
    int64_t lane; /* 0: another process's, or another command's: kept as it is */
    struct ferry_str destination, role, error;
    int ended, failed;
    struct entry *first, *last;
    struct waits waits[4];
    uint32_t n_waits;
    struct buf raw; /* of one that is not ours */
};

struct log_file {
    struct log_file *next;
    struct arena arena;
    char *path; /* owned */
    char job[EXCHANGES_NAME];
    struct ferry_str run_key, run_title;
    struct part *parts;
    int changed;
    int64_t device, inode, changed_ns; /* of what was written last: others may have written since */
};

struct exchanges {
    char *folder;       /* owned */
    int bodies, broken; /* broken: a write failed, and that was said */
    struct clock *clock;
    struct db *db;
    struct log_file *files;
    struct part *now; /* whose reads these are */
    int64_t written_us, cost_us;
};

/* exchanges_file.c */
struct part *exchanges_part(struct exchanges *e,
                            int64_t lane); /* NULL: there is none, or no memory */
void exchanges_write(struct exchanges *e, struct log_file *f);
void exchanges_forget(struct log_file *f);
struct entry *exchanges_entry(struct part *p);

#endif
