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
    const char *crash;               /* where the last of them dies; or NULL */
    int looks;                       /* it changes nothing: there is only what it says */
};

/*
 * "upload": two reports with keyed and keyless results, twins, attachments, into a project and
 * its mirror that hold some of the cases already. "first": the same where nothing is yet.
 * "mirror": a run that was uploaded, on to a third project. "shared": a second job's results
 * into the run of the first. "complete": the end of such a run.
 */
extern const struct scenario scenarios[];
extern const size_t n_scenarios;
/*
 * Small ones, for sweeps with many points. "inspect"; "one": one report to a project and its mirror, where nothing is yet; "again":
 * the same on a state folder in use; "onward": its run, on to a third project; "resume": what a process left that died while it sent.
 */
enum { SMALL_INSPECT, SMALL_ONE, SMALL_AGAIN, SMALL_MIRROR, SMALL_RESUME, SMALL_COUNT };
extern const struct scenario small[];
/* Of both lists; NULL, and a message, where it is none. */
const struct scenario *scenario_find(const char *name);

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
