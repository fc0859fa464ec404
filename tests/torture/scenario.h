/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - what is done while the world ends: a state folder to begin with, inputs, and one
 * command.
 */
#ifndef TORTURE_SCENARIO_H
#define TORTURE_SCENARIO_H

#include "rig.h"

struct scenario {
    const char *name;
    const char *seed; /* state folder it begins with; nothing is there where the folder is not */
    const char *const *act;          /* the command that dies */
    const char *projects[4];         /* that are looked at, NULL-ended */
    const char *const (*before)[14]; /* commands that make the seed, ended by an empty one */
};

/*
 * "upload": two reports with keyed and keyless results, twins, attachments, into a project and
 * its mirror that hold some of the cases already. "first": the same where nothing is yet.
 * "mirror": a run that was uploaded, on to a third project. "shared": a second job's results
 * into the run of the first. "complete": the end of such a run.
 */
extern const struct scenario scenarios[];
extern const size_t n_scenarios;

enum { PARTS = 8 };
/*
 * The reports and what they attach, in the folder "in"; always the same bytes. part1.xml to part8.xml are jobs of one build, with
 * cases that all of them have.
 */
int inputs_write(void);
int inputs_remove(void);
/* Makes the scenario's seed. */
int scenario_prepare(struct rig *r, const struct scenario *s);

#endif
