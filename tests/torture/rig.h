/* SPDX-License-Identifier: MIT */
/*
 * rig.h - what the kill sweeps stand on: a scratch folder, the built program started in it, and
 * what can be said of a state folder afterwards. Everything is said in lines of text (a "book"):
 * two books tell what is lost and what is there twice.
 */
#ifndef TORTURE_RIG_H
#define TORTURE_RIG_H

#include <buf.h>
#include <stdio.h>
#include <sys/types.h>
#include <text.h>

enum { PATH_ROOM = 1024, DIED = 1000 }; /* DIED + the signal that ended a process */

struct rig {
    const char *ferry;
    char folder[PATH_ROOM]; /* scratch, absolute; the current folder */
    const char *defect;     /* FERRY_BREAK, or NULL */
    int any_order;          /* who makes which run first is left open: books do without wire ids */
    struct buf said;        /* stdout of the last process */
};

/* Makes the scratch folder and goes there. 0 and a message where that cannot be. */
int rig_open(struct rig *r, const char *ferry);
/* Removes it, unless FERRY_TORTURE_KEEP is set. */
void rig_close(struct rig *r);

/* --- process.c: one start of the program --------------------------------------------------- */

struct start {
    const char *const *args; /* after "ferry --state STATE" */
    const char *state;
    const char *crash;         /* FERRY_CRASH_AT, or NULL */
    int signal;                /* FERRY_CRASH_SIGNAL; 0: SIGKILL */
    const char *steps;         /* FERRY_STEPS, or NULL */
    const char *faults;        /* FERRY_FAULTS, or NULL */
    const char *const *before; /* words before the program's own name, or NULL */
    const char *name;          /* what it says goes to "stdout.NAME" and "stderr.NAME"; or NULL */
};
/*
 * The exit code, or DIED + signal; -1 where it could not be started. stderr is in the file
 * "stderr".
 */
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

#endif
