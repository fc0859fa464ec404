/* SPDX-License-Identifier: MIT */
/*
 * faults_defects.c - the engine broken on purpose (FERRY_BREAK, step.h), one rule of delivery at a time. For each there are rows that are
 * clean with the engine as it is, and of which the oracle has to complain with the engine broken: a torture that notices nothing proves
 * nothing.
 */
#include "faults.h"

#include <stdio.h>

struct defect {
    const char *name; /* of step.h */
    const char *row;
    const char *script;
    const char *crash; /* FERRY_CRASH_AT of the upload; NULL: it lives */
    const char *more;  /* option of the upload */
    const char *ledger_notice,
        *local_notice; /* what the complaint has to be about; NULL: not on that tracker */
};

/* A late result of a run that is complete is refused by the ledger; so there the run stays open. The local tracker opens it again. */
#define SLOW  "NONE ** 1 late 1\n"
#define LACKS "lacks results", "lost: run"
#define TWICE "doubled", "doubled"
static const struct defect defects[] = {
    {"settle", "late at the create run", SLOW "POST /v1/A/runs 1 late 30000\n", NULL, NULL, TWICE},
    {"settle", "late at a create case", SLOW "POST /v1/B/cases 2 late 30000\n", NULL, NULL, TWICE},
    {"settle", "late at a create result", SLOW "POST /v1/C/runs/*/results 2 late 30000\n", NULL,
     "--complete=never", "doubled", NULL},
    {"complete_early", "drop-before at a create result",
     SLOW "POST /v1/A/runs/*/results 2 drop-before\n", NULL, NULL, LACKS},
    {"complete_early", "late at the last create result",
     SLOW "POST /v1/B/runs/*/results 3 late 30000\n", NULL, NULL, LACKS},
    {"complete_early", "error-before 500 at a create result",
     SLOW "POST /v1/C/runs/*/results 1 error-before 500\n", NULL, NULL, LACKS},
    {"write_before_act", "killed when a create case has left", "# none\n", "sent:2", NULL, TWICE},
    {"write_before_act", "killed when the create run has left", "# none\n", "sent:4", NULL, TWICE},
    {"write_before_act", "killed when a create result has left", "# none\n", "sent:5", NULL,
     "doubled", NULL},
};

static const char *notice_here(const struct world *w, const struct defect *d)
{
    return strcmp(w->tracker, "local") == 0 ? d->local_notice : d->ledger_notice;
}

/* Runs the row; returns how many complaints there were, the first in w->first. */
static unsigned try_row(struct world *w, const struct defect *d, int broken,
                        const struct lines *want)
{
    char asked[64], crash[64];
    const char *env[3] = {NULL, NULL, NULL}, *env_upload[3] = {NULL, NULL, NULL};
    struct row row = {.name = d->row,
                      .script = d->script,
                      .more = d->more,
                      .env = env,
                      .env_upload = env_upload,
                      .dies = d->crash != NULL};
    struct row_end end;
    unsigned before = w->failed;
    int n = 0;
    snprintf(asked, sizeof asked, "FERRY_BREAK=%s", broken ? d->name : "nothing");
    snprintf(crash, sizeof crash, "FERRY_CRASH_AT=%s", d->crash ? d->crash : "nowhere:1");
    env[0] = asked;
    env_upload[n++] = asked;
    env_upload[n] = crash;
    w->broken = broken;
    if (broken) {
        w->failed = 0;
    }
    row_run(w, &row, want, &end);
    w->broken = 0;
    trace_finish(&end.fired);
    unsigned complaints = broken ? w->failed : w->failed - before;
    if (broken) {
        w->failed = before;
    }
    return complaints;
}

static void notices(struct world *w, const struct defect *d, const struct lines *want)
{
    const char *wanted = notice_here(w, d);
    if (try_row(w, d, 0, want)) {
        return; /* it has complained already */
    }
    unsigned n = try_row(w, d, 1, want);
    if (n == 0) {
        complain(w, "%s broken: nobody notices (%s)", d->name, d->row);
    } else if (!strstr(buf_cstr(&w->first), wanted)) {
        complain(w, "%s broken: %s: noticed, but not as \"%s\": %s", d->name, d->row, wanted,
                 buf_cstr(&w->first));
    } else {
        printf("noticed: %s broken on %s: %s\n", d->name, w->tracker, buf_cstr(&w->first));
    }
}

/* --- stored bytes -------------------------------------------------------------------------------- */

static int is_in(const struct trace *t, const char *digest)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->v[i].digest, digest) == 0) {
            return 1;
        }
    }
    return 0;
}

/*
 * Results are lost on their way until the tracker is given up; then the field of the key gets another name, which is in every body that is
 * encoded from then on. What is in doubt has to go out as it went out first. How many of its requests did not.
 */
static unsigned changed_bytes(struct world *w, int broken, unsigned *lost)
{
    const char *env[] = {broken ? "FERRY_BREAK=stored_bytes" : "FERRY_BREAK=nothing", NULL};
    const char *later[] = {env[0], "FERRY_AUTOMATION_KEY_FIELD=Another Key", NULL};
    struct told t;
    struct trace first, again;
    unsigned changed = 0;
    world_fresh(w);
    world_script(w, "POST /v1/A/runs/*/results * drop-before\n");
    upload_fan(w, NULL, env, &t);
    told_finish(&t);
    trace_read(w, &first);
    world_script(w, "POST /v1/A/runs/*/results * truncate 0\n");
    resume(w, later, &t);
    if (t.code) {
        complain(w, "stored bytes: the resume ends with %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
    trace_read(w, &again);
    for (size_t i = 0; i < first.n; i++) {
        changed += !is_in(&again, first.v[i].digest);
    }
    *lost = (unsigned)first.n;
    trace_finish(&first);
    trace_finish(&again);
    return changed;
}

static void notices_new_bytes(struct world *w)
{
    unsigned lost = 0, changed = changed_bytes(w, 0, &lost);
    if (lost == 0 || changed) {
        complain(w, "stored bytes: %u of %u lost requests were not sent again as they were",
                 changed, lost);
    }
    changed = changed_bytes(w, 1, &lost);
    if (changed == 0) {
        complain(w, "stored_bytes broken: nobody notices (another name for the key's field)");
    } else {
        printf("noticed: stored_bytes broken on %s: %u of %u lost requests were not sent again as "
               "they were\n",
               w->tracker, changed, lost);
    }
}

static void what_should_be(struct world *w, const char *more, struct lines *want)
{
    struct told t;
    world_fresh(w);
    upload_fan(w, more, NULL, &t);
    if (t.code || !oracle_read(w, want) || lines_count(want, "result ") != 3 * RESULTS) {
        complain(w, "without faults: exit %d: %s", t.code, buf_cstr(&t.err));
    }
    told_finish(&t);
}

void defects_run(struct world *w)
{
    struct lines want = {.n = 0}, open = {.n = 0};
    what_should_be(w, NULL, &want);
    what_should_be(w, "--complete=never", &open);
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++) {
        if (notice_here(w, &defects[i])) {
            notices(w, &defects[i], defects[i].more ? &open : &want);
        }
    }
    if (strcmp(w->tracker, "local") == 0) {
        notices_new_bytes(
            w); /* nothing that the ledger lets repeat changes with the configuration */
    }
    lines_finish(&want);
    lines_finish(&open);
}
