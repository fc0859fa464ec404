/* SPDX-License-Identifier: MIT */
/*
 * fuzz_journal.h - a state folder with a little of everything in it, made once by ferry's own engine, and what a later command does
 * with one that somebody else has written into.
 */
#ifndef TESTS_FUZZ_JOURNAL_H
#define TESTS_FUZZ_JOURNAL_H

#include <engine.h>

/* Makes the folder "template": one destination delivered to, one planned, one whose results were sent
 * again and again, in doubt, and are parked. Called once. */
void fuzz_journal_make(void);
/* "state" as the template is. */
void fuzz_journal_restore(void);
/* Opens "state" as ferry does; the status, what open() said is in *err. */
int32_t fuzz_journal_open(struct engine *e, struct ferry_error *err);
/* What `status`, `resume` and its receipt do: count, plan, deliver, audit, tell. */
void fuzz_journal_use(struct engine *e);

#endif
