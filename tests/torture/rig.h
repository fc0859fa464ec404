/* SPDX-License-Identifier: MIT */
/*
 * rig.h - what the kill sweeps stand on: a scratch folder, the built program started in it, and
 * what can be said of a state folder afterwards. Everything is said in lines of text (a "book"):
 * two books tell what is lost and what is there twice.
 */
#ifndef TORTURE_RIG_H
#define TORTURE_RIG_H

#include "machine.h"

#include <buf.h>
#include <hash.h>
#include <stdio.h>
#include <sys/types.h>
#include <text.h>

enum { PATH_ROOM = 1024, DIED = 1000 }; /* DIED + the signal that ended a process */

#define RIG_TIME    "1700000000000"
#define PLACES_FILE "machine.places"

struct rig {
    const char *ferry;
    const char *machine;    /* the library of machine.h, before every start; or NULL */
    char folder[PATH_ROOM]; /* scratch, absolute; the current folder */
    const char *defect;     /* FERRY_BREAK, or NULL */
    int any_order;          /* who makes which run first is left open: books do without wire ids */
    int places;             /* a sound run leaves its places, too (places.h) */
    const char *time;       /* where the clock of a machine of machine.h stands; NULL: RIG_TIME */
    struct buf said;        /* stdout of the last process */
    struct buf told;        /* its stderr */
};

/* Makes the scratch folder and goes there. 0 and a message where that cannot be. */
int rig_open(struct rig *r, const char *ferry);
/* Removes it, unless FERRY_TORTURE_KEEP is set. */
void rig_close(struct rig *r);

/* --- process.c: one start of the program --------------------------------------------------- */

#define OUT_CLOSED "closed"
#define OUT_NOBODY "a pipe that nobody reads"
/* What is wrong with the machine it runs on. Where rules are given, rig.machine must be there. */
struct illness {
    const char *rules; /* of machine.h; or NULL */
    const char *out;   /* where stdout goes: a path, OUT_*; NULL: where it is read */
    long files, bytes; /* RLIMIT_NOFILE, RLIMIT_FSIZE; 0: as they are */
};

struct start {
    const char *const *args; /* after "ferry --state STATE" */
    const char *state;
    const char *crash;         /* FERRY_CRASH_AT, or NULL */
    int signal;                /* FERRY_CRASH_SIGNAL; 0: SIGKILL */
    const char *steps;         /* FERRY_STEPS, or NULL */
    const char *faults;        /* FERRY_FAULTS, or NULL */
    const char *const *before; /* words before the program's own name, or NULL */
    const char *name;          /* what it says goes to "stdout.NAME" and "stderr.NAME"; or NULL */
    const struct illness *ill; /* NULL: the machine is sound */
};
/* The exit code, or DIED + signal; -1 where it could not be started. */
int rig_run(struct rig *r, const struct start *s);
/* The two halves of it, for several at once. -1 where it could not be started. */
pid_t rig_start(struct rig *r, const struct start *s);
int rig_end(struct rig *r, const struct start *s, pid_t pid);
/* Prints what the last process said. */
void rig_show(const struct rig *r);
/* What a process of this name said to stderr, its end. */
void rig_complaint(const char *name, struct buf *out);

/* --- folder.c ------------------------------------------------------------------------------ */

int folder_remove(const char *path); /* one that is not there is fine */
int folder_copy(const char *from, const char *to);
/* Of all names and bytes in it, but for SQLite's shared memory; "" where nothing is there. */
int folder_digest(const char *path, char digest[DIGEST_TEXT]);

/* --- book.c: what is where ----------------------------------------------------------------- */

struct book {
    char **lines; /* owned, sorted by book_sort() */
    size_t n, cap;
};
struct difference {
    unsigned lost, doubled, strange; /* strange: there, and in no reference */
    char first[400];                 /* one of them, for people */
};

void book_finish(struct book *b); /* accepts zeroed */
int book_add(struct book *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * Cases, runs and results of a project as `ferry local export` tells them; 0 where it does not.
 */
int book_export(struct rig *r, const char *state, const char *project, struct book *b);
void book_sort(struct book *b);
void book_compare(const struct book *want, const struct book *got, struct difference *d);
/* A run that is complete and lacks results of the reference; 0 where there is none. */
int book_closed_early(const struct book *want, const struct book *got, char *name, size_t room);

/* --- evidence.c: what the files themselves say --------------------------------------------- */

/*
 * integrity_check of journal and tracker, blobs against their names. Appends what is wrong; how many
 * files were looked at.
 */
unsigned evidence_whole(const char *state, struct buf *wrong);
/*
 * Lanes, notes, skips, and what is not as it must be when all is done. `repeats`: also what is
 * repeatable and was encoded twice, which is right only for what a failing tracker did not take.
 */
int evidence_journal(const char *state, int repeats, struct book *b);
/* What is not as it must be when all is done, whoever did it in what order: a line each. */
int evidence_settled(const char *state, struct buf *wrong);
/* How many captures count; 0 where there is no journal yet, -1 where it cannot be read. */
int evidence_captured(const char *state);

/* --- ending.c: how the last process ended ---------------------------------------------------- */

/* The lines of machine.log. */
struct ending {
    struct count {
        char what[64]; /* "pwrite", "struck", "left libsqlite3.so.0" */
        unsigned long n;
    } counts[CALL_COUNT + 130];
    unsigned n;
};
/* 0 where there is no log. */
int ending_read(struct ending *e);
unsigned long ending_count(const struct ending *e, const char *what);
/*
 * It ended with 0, or with a clear error and the exit code for it; without a signal, without a report of a sanitizer, and without
 * more blocks left than `sound`, an undisturbed run, leaves. Appends what is otherwise. 0 where it had ended before what was to fail it.
 */
int ending_judge(const struct rig *r, const struct illness *ill, int code,
                 const struct ending *sound, struct buf *wrong);

#endif
