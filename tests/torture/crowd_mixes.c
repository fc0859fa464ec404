/* SPDX-License-Identifier: MIT */
/* crowd_mixes.c - see crowd.h. */
#include "crowd.h"

#define UPLOAD  "upload", "--run-title", "Nightly", "--to", "local:AO", "--mirror", "local:DEMO"
#define PART(n) UPLOAD, "--run-key", "build-7", "--part", "job" #n, "in/part" #n ".xml"
#define APART(project, n)                                                                          \
    "upload", "--run-title", "Nightly", "--to", "local:" project, "--mirror", "local:DEMO",        \
        "in/part" #n ".xml"
#define WEEKLY "upload", "--run-title", "Weekly", "--to", "local:AO"
#define MIRROR                                                                                     \
    "mirror", "--source-project", "local:AO", "--source-run-title", "Weekly", "--target-project",  \
        "local:EXT"

static const char *const nothing[][WORDS_OF_ACT] = {{NULL}};
static const char *const completed[][WORDS_OF_ACT] = {{"complete", "build-7"}, {NULL}};

/* A run that is done, one that others add to, and one whose delivery broke off. */
static const char *const much[][WORDS_OF_ACT] = {
    {WEEKLY, "in/alpha.xml"}, {PART(1)}, {UPLOAD, "in/beta.xml"}, {NULL}};
static const char *const mirrored[][WORDS_OF_ACT] = {{MIRROR}, {"complete", "build-7"}, {NULL}};

/* Runs that are done, and are uploaded again while they are forgotten. */
static const char *const done[][WORDS_OF_ACT] = {
    {UPLOAD, "in/alpha.xml"}, {WEEKLY, "in/part1.xml"}, {WEEKLY, "in/part2.xml"}, {NULL}};

const struct mix mixes[] = {
    {"same",
     nothing,
     NULL,
     {{UPLOAD, "in/alpha.xml", "in/beta.xml", "in/part1.xml"},
      {UPLOAD, "in/beta.xml", "in/alpha.xml", "in/part1.xml"},
      {UPLOAD, "in/part1.xml", "in/beta.xml", "in/alpha.xml"},
      {UPLOAD, "in/part1.xml", "in/alpha.xml", "in/beta.xml"},
      {UPLOAD, "in/alpha.xml", "in/part1.xml", "in/beta.xml"},
      {UPLOAD, "in/beta.xml", "in/part1.xml", "in/alpha.xml"},
      {UPLOAD, "in/alpha.xml", "in/beta.xml", "in/part1.xml"},
      {UPLOAD, "in/part1.xml", "in/beta.xml", "in/alpha.xml"}},
     nothing,
     {"AO", "DEMO", NULL}},
    {"shared",
     nothing,
     NULL,
     {{PART(1)}, {PART(2)}, {PART(3)}, {PART(4)}, {PART(5)}, {PART(6)}, {PART(7)}, {PART(8)}},
     completed,
     {"AO", "DEMO", NULL}},
    {"apart",
     nothing,
     NULL,
     {{APART("P1", 1)},
      {APART("P2", 2)},
      {APART("P3", 3)},
      {APART("P4", 4)},
      {APART("P1", 5)},
      {APART("P2", 6)},
      {APART("P3", 7)},
      {APART("P4", 8)}},
     nothing,
     {"P1", "P2", "P3", "P4", "DEMO", NULL}},
    {"busy",
     much,
     "sent:3",
     {{PART(2)},
      {"resume"},
      {MIRROR},
      {"status", "--json"},
      {"prune"},
      {"complete", "build-7"},
      {UPLOAD, "in/part3.xml"},
      {PART(4)}},
     mirrored,
     {"AO", "DEMO", "EXT", NULL}},
    {"pruned",
     done,
     NULL,
     {{"prune", "--older-than", "0s"},
      {UPLOAD, "in/alpha.xml"},
      {WEEKLY, "in/part1.xml"},
      {UPLOAD, "in/beta.xml"},
      {"prune", "--older-than", "0s"},
      {WEEKLY, "in/part2.xml"},
      {"resume"},
      {"prune", "--older-than", "0s"}},
     nothing,
     {"AO", "DEMO", NULL}},
};
const size_t n_mixes = sizeof mixes / sizeof *mixes;
