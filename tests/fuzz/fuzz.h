/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what the targets share: a claim that holds for every input, a folder to work in, and ways to take
 * an input apart. A target is one file with LLVMFuzzerTestOneInput; libFuzzer drives it, or replay.c.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <buf.h>
#include <ferry/model.h>
#include <text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Once before the first input; a target may do without. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What must be so whatever the input is. Otherwise that is said and the process aborts: a finding. */
#define fuzz_claim(holds, ...)                                                                     \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fuzz_fail(__FILE__, __LINE__, __VA_ARGS__);                                            \
        }                                                                                          \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Both texts are the same bytes; shows where they part. */
void fuzz_same(const char *what, struct ferry_str a, struct ferry_str b);
/* A message for people: ends, is UTF-8, and nothing in it moves a cursor or begins a line. */
void fuzz_message(const struct ferry_error *err);

/* A folder of its own, entered, absolute; gone when the process ends well. Below TMPDIR, else in memory. */
const char *fuzz_folder(void);
/* Writes a whole file, readable by its owner alone. */
void fuzz_file(const char *path, struct ferry_str bytes);

/*
 * The text up to the next line "%%", which is taken off *rest with it; 0 where there is no more. An
 * input of several parts stays a text that a person can read and write.
 */
int fuzz_part(struct ferry_str *rest, struct ferry_str *part);
/* A byte off the front as a choice: 'A' (or '0') is 0, the next is 1 ...; always below n. */
uint32_t fuzz_choice(struct ferry_str *rest, uint32_t n);

/*
 * Cuts that follow from the input itself, so that an input is a plain file: next() gives lengths from
 * 1 on, many short ones and some long ones.
 */
struct fuzz_cuts {
    uint64_t state;
};
void fuzz_cuts_init(struct fuzz_cuts *c, struct ferry_str input);
uint64_t fuzz_cuts_next(struct fuzz_cuts *c);

/* fuzz_item.c: reads every byte an item names; each text is UTF-8, each list is as long as it says. */
void fuzz_item(const struct ferry_item *item);

#endif
