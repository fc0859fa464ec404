/* SPDX-License-Identifier: MIT */
/*
 * inputs.h - from what a person typed to the list of reports to read. Files, folders, globs
 * (expanded here, so that quoting survives every shell), "-" for stdin.
 *
 * The list is sorted by name and holds each file once, whatever names led to it, so the order and
 * the grouping of arguments change nothing. Nothing is left out without a word: each trouble is a
 * note.
 */
#ifndef ENGINE_INPUTS_H
#define ENGINE_INPUTS_H

#include <arena.h>

struct input {
    const char *shown; /* as a person would type it, untrusted; "-" for stdin */
    const char *path;  /* what to open; NULL for stdin */
    uint64_t device, inode;
    uint32_t found; /* 1: a glob or a folder led here; 0: it was named itself */
    uint32_t
        is_copy; /* 1: path is a copy of what came through a pipe: it lies in no folder of the report's */
};

/* What became of an argument that did not lead to a file, or not only. */
struct input_note {
    int32_t status;      /* E_INPUT, E_IO: something named is missing; OK: worth knowing */
    const char *shown;   /* the argument or the path, untrusted */
    const char *message; /* names it, the cause, the cure; inert on a terminal */
};

struct inputs {
    struct arena arena; /* all texts */
    struct input *list; /* owned */
    struct input_note *notes;
    size_t n, cap, n_notes, cap_notes;
};

/*
 * Fills *in (zeroed or finished before) from NUL-ended arguments. `globs`: names of files that a
 * folder is searched for, NULL-ended, as readers declare them; each also with ".gz" behind.
 *
 *   folder   all files below it that match `globs`
 *   glob     ? * [a-z] within a part, ** for any number of folders, \ quotes. A folder it matches is searched like a named
 *            one; so is what a final ** matches. A name that exists as it stands is that file, whatever characters it has
 *   -        stdin
 *
 * Names that begin with a dot are only found by a pattern that says the dot; folders behind
 * symbolic links only by a pattern or name that leads to them, and a note tells of those passed
 * by.
 *
 * OK also when notes hold errors; E_NO_MEMORY or E_TOO_LARGE (a list of over 256 MiB) else.
 */
int32_t inputs_expand(struct inputs *in, const struct ferry_str *args, uint32_t n,
                      const char *const *globs, struct ferry_error *err);
void inputs_finish(struct inputs *in); /* accepts zeroed */

/* 1 for the name of a file (no folder) that one of `globs` is for, also with ".gz" behind. */
int inputs_wanted(const char *const *globs, const char *name);

#endif
