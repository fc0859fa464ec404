/* SPDX-License-Identifier: MIT */
/*
 * ill_clock.c - the machine's clock jumps, back or far ahead: while a command runs, and between the one that died and the one that
 * goes on. Nothing is lost or doubled by that, and nobody waits for the day that was taken back.
 */
#include "sweep.h"

#include <db.h>
#include <file.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD = 64, POINTS = 3, FEW = 1, LONGEST_WAIT_MS = 600000 };
static const int64_t day_ms = 86400000;

static const int64_t jumps[] = {-1, 1, -10957, 10957}; /* days; the last are thirty years */
enum { JUMPS = sizeof jumps / sizeof *jumps };

/* What puts operations off: one answer that comes late, all answers "in five minutes". */
static const char *const scripts[] = {NULL, "POST **/results 1 late 60000",
                                      "POST **/results * status-429 300",
                                      "POST **/cases 1 late 60000"};
enum { SCRIPTS = sizeof scripts / sizeof *scripts };
static const int steps[] = {STEP_captured, STEP_planned,   STEP_sent,
                            STEP_settled,  STEP_looked,    STEP_found,
                            STEP_answered, STEP_delivered, STEP_audit_read};
enum { STEPS = sizeof steps / sizeof *steps };

/* --- while it runs ------------------------------------------------------------------------------ */

static int jump_within(struct sweep *s, struct reference *ref, int64_t days)
{
    unsigned all = (unsigned)ending_count(&ref->ending, "clock"), n;
    for (unsigned i = 0; (n = spread(all, wants_all() ? all : FEW, i)) != 0; i++) {
        char rule[WORD];
        const struct illness ill = {.rules = rule};
        unsigned over = s->got_over;
        snprintf(rule, sizeof rule, "clock:%u=%lld", n, (long long)(days * day_ms));
        if (!sweep_illness(s, ref, &ill)) {
            return 0;
        }
        if (s->got_over == over) {
            printf("FAILED %s %s: it ended, and need not have\n", ref->scenario->name, rule);
            s->failed++;
        }
    }
    return 1;
}

/* --- between one command and the next ------------------------------------------------------------- */

/*
 * How long it took by the clock of those who came later until they had completed the last run that the dead had not ("peek" is
 * what it left); 0 where there was none.
 */
static int64_t waited_ms(int64_t from_ms)
{
    static const char left[] = "peek/local/state.db";
    struct ferry_error err = {.size = sizeof err};
    struct db *db = NULL;
    int dead = access(left, F_OK) == 0;
    int32_t rc = db_open(&db, "state/local/state.db", DB_READ_ONLY, 1000, &err);
    rc = rc || !dead ? rc : db_script(db, "ATTACH 'peek/local/state.db' AS dead", &err);
    int64_t at =
        rc ? -1
           : db_one_int(
                 db, from_ms, &err,
                 dead
                     ? "SELECT MAX(completed_ms) FROM run r WHERE NOT EXISTS(SELECT 1 FROM dead.run d"
                       " WHERE d.project = r.project AND d.id = r.id AND d.completed_ms IS NOT NULL)"
                     : "SELECT MAX(completed_ms) FROM run",
                 "");
    if (rc || err.status) {
        printf("%s\n", err.message);
    }
    db_close(db);
    return at - from_ms;
}

static int put_script(const char *script)
{
    struct ferry_error err = {.size = sizeof err};
    int32_t rc = script ? file_write("faults", ferry_cstr(script), 0600, &err) : FERRY_OK;
    if (rc) {
        printf("%s\n", err.message);
    }
    return rc == FERRY_OK;
}

static int try_between(struct sweep *s, struct reference *ref, const char *crash,
                       const char *script, int64_t days)
{
    char later[WORD], how[WORD * 3];
    int64_t from_ms = strtoll(RIG_TIME, NULL, 10) + days * day_ms;
    struct point p = {.crash = crash, .faults = script ? "faults" : NULL, .later = later};
    unsigned failed = s->failed;
    snprintf(later, sizeof later, "%lld", (long long)from_ms);
    snprintf(how, sizeof how, "%s, then %lld days%s%s", crash, (long long)days,
             script ? ", with " : "", script ? script : "");
    if (!sweep_point(s, ref, &p, how)) {
        return 0;
    }
    int64_t waited = waited_ms(from_ms);
    if (waited < 0 || waited > LONGEST_WAIT_MS) {
        printf("FAILED %s: complete after %lld s\n", how, (long long)waited / 1000);
        s->failed++;
    }
    if (s->failed > failed) {
        printf("repeat it: torture %s jump %s %s %lld '%s'\n", s->r->ferry, s->r->machine, crash,
               (long long)days, script ? script : "");
    }
    return 1;
}

int sweep_jump(struct rig *r, char **words)
{
    struct sweep s = {.r = r};
    struct reference ref = {.scenario = NULL};
    const char *script = words[2] && *words[2] ? words[2] : NULL;
    int ok = put_script(script) && reference_make(r, &small[SMALL_ONE], NULL, &ref) &&
             try_between(&s, &ref, words[0], script, strtoll(words[1], NULL, 10));
    printf("%u deaths, %u lost, %u doubled\n", s.deaths, s.lost, s.doubled);
    reference_finish(&ref);
    return ok && s.failed == 0;
}

static int sweep_script(struct sweep *s, struct reference *ref, size_t script)
{
    struct steps reached; /* how often each is, with this script, by who does not die */
    unsigned n, turn = 0;
    if (!put_script(scripts[script]) ||
        !steps_count(s->r, ref->scenario, scripts[script] ? "faults" : NULL, &reached)) {
        return 0;
    }
    for (size_t i = 0; i < STEPS; i++) {
        for (unsigned k = 0; (n = spread(reached.count[steps[i]], POINTS, k)) != 0; k++) {
            char crash[WORD];
            snprintf(crash, sizeof crash, "%s:%u", step_name(steps[i]), n);
            for (size_t j = 0; j < JUMPS; j++) {
                if ((wants_all() || turn++ % (is_slow() ? 97 : 47) == script) &&
                    !try_between(s, ref, crash, scripts[script], jumps[j])) {
                    return 0;
                }
            }
        }
    }
    return 1;
}

int sweep_clock(struct rig *r)
{
    struct sweep s = {.r = r};
    struct reference ref = {.scenario = NULL};
    int ok = reference_make(r, &small[SMALL_ONE], NULL, &ref);
    for (size_t j = 0; j < JUMPS && ok; j++) {
        ok = jump_within(&s, &ref, jumps[j]);
    }
    for (size_t i = 0; i < SCRIPTS && ok; i++) {
        ok = sweep_script(&s, &ref, i);
    }
    reference_finish(&ref);
    printf("clock: %u points, %u deaths, %u lost, %u doubled, %u failed\n", s.points, s.deaths,
           s.lost, s.doubled, s.failed);
    return ok && s.failed == 0 && s.deaths > 0;
}
