/* SPDX-License-Identifier: MIT */
/*
 * junit_corpus.c - the reader against the reports of others, by their manifests: real ones, those
 * that runners wrote for us, and those with one fault each. Skips where the corpus is not there
 * (FERRY_SHARED names the folder that holds it). Exit: 0 all as wanted, 1 not, 77 skipped.
 */
#include "junit_events.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>

struct tally {
    uint64_t files, cases, rejected, wrong;
};

/* The file's bytes into out; 0 where it is not there. */
static int slurp(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    size_t n = 1;
    if (!f) {
        return 0;
    }
    while (n > 0) {
        char *room = buf_room(out, 65536);
        n = room ? fread(room, 1, 65536, f) : 0;
        buf_grow(out, n);
    }
    fclose(f);
    return !out->failed;
}

static int64_t number(struct ferry_str s)
{
    int64_t n = 0;
    return str_int64(s, &n) ? n : -1;
}

/* Reads a file whole and in odd pieces; what it says must be the same. */
static int read_both(const char *path, struct events *e)
{
    struct buf bytes;
    struct events again;
    int same;
    buf_init(&bytes, (size_t)1 << 30);
    if (!slurp(path, &bytes)) {
        buf_finish(&bytes);
        return -1;
    }
    events_read(e, buf_str(&bytes), 0);
    events_read(&again, buf_str(&bytes), 4093);
    same = e->rc == again.rc && ferry_eq(buf_str(&e->log), buf_str(&again.log));
    events_finish(&again);
    buf_finish(&bytes);
    return same;
}

/* One line of MANIFEST.tsv or generated/MANIFEST.tsv; `at` is the column of "tests". */
static void check_counts(const char *shared, struct ferry_str line, int at, struct tally *t)
{
    struct ferry_str field[32] = {{NULL, 0}}, rest = line;
    char path[512];
    struct events e;
    int n = 0, same;
    int64_t want[7];
    while (n < 32 && str_split(&rest, '\t', &field[n])) {
        n++;
    }
    snprintf(path, sizeof path, "%s/corpus/%.*s", shared, STR_ARG(field[0]));
    for (int i = 0; i < 7; i++) { /* tests failures errors skipped notrun; flaky rerun */
        want[i] = number(field[i < 5 ? at + i : at + i + 3]);
    }
    same = read_both(path, &e);
    if (same < 0) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        t->wrong++;
        return;
    }
    t->files++;
    t->cases += e.counts.tests;
    if (e.rc) {
        t->rejected++;
        printf("  rejected: %.*s: %s\n", STR_ARG(field[0]), e.error.message);
    }
    if (!same || e.counts.truncated || (int64_t)e.counts.tests != want[0] ||
        (int64_t)e.counts.failures != want[1] || (int64_t)e.counts.errors != want[2] ||
        (int64_t)e.counts.skipped != want[3] || (int64_t)e.counts.notrun != want[4] ||
        (int64_t)e.counts.superseded != want[5] + want[6] || (e.rc && want[0] > 0)) {
        t->wrong++;
        printf("  wrong: %.*s: %llu/%llu/%llu/%llu/%llu, %llu superseded; wanted "
               "%lld/%lld/%lld/%lld/%lld, %lld; %s%s%.*s\n",
               STR_ARG(field[0]), (unsigned long long)e.counts.tests,
               (unsigned long long)e.counts.failures, (unsigned long long)e.counts.errors,
               (unsigned long long)e.counts.skipped, (unsigned long long)e.counts.notrun,
               (unsigned long long)e.counts.superseded, (long long)want[0], (long long)want[1],
               (long long)want[2], (long long)want[3], (long long)want[4],
               (long long)(want[5] + want[6]), e.rc ? e.error.message : "",
               same ? "" : " depends on the pieces;", STR_ARG(buf_str(&e.notices)));
    }
    events_finish(&e);
}

/* "4/1/1/1 ...", "4 cases, truncated", "reject ..." as what is wanted. */
static int as_wanted(struct ferry_str want, const struct events *e, char *why, size_t size)
{
    unsigned long long w[4];
    char text[128];
    snprintf(text, sizeof text, "%.*s", STR_ARG(want));
    snprintf(why, size, "%llu/%llu/%llu/%llu%s%s%s", (unsigned long long)e->counts.tests,
             (unsigned long long)e->counts.failures, (unsigned long long)e->counts.errors,
             (unsigned long long)(e->counts.skipped + e->counts.notrun),
             e->counts.truncated ? ", truncated" : "", e->rc ? ", rejected: " : "",
             e->rc ? e->error.message : "");
    if (sscanf(text[0] == '"' ? text + 1 : text, "%llu/%llu/%llu/%llu", &w[0], &w[1], &w[2],
               &w[3]) == 4) {
        if (strstr(text, "refused") && e->rc == FERRY_E_INPUT) {
            return 1;
        }
        return !e->rc && !e->counts.truncated && e->counts.tests == w[0] &&
               e->counts.failures == w[1] && e->counts.errors == w[2] &&
               e->counts.skipped + e->counts.notrun == w[3];
    }
    if (strstr(text, " cases") && sscanf(text, "%llu cases", &w[0]) == 1) {
        return !e->rc && e->counts.tests == w[0] &&
               e->counts.truncated == (strstr(text, "truncated") != NULL);
    }
    if (strncmp(text, "refuse", 6) == 0 || strncmp(text, "skip quietly", 12) == 0 ||
        strncmp(text, "reject quickly", 14) == 0 || strncmp(text, "never read", 10) == 0) {
        return e->rc == FERRY_E_INPUT && e->counts.tests == 0;
    }
    if (strncmp(text, "reject, name line", 17) == 0) { /* and keep what was complete before it */
        return e->rc == FERRY_E_INPUT && strncmp(e->error.message, "line 8,", 7) == 0 &&
               e->counts.truncated && e->counts.tests == 4;
    }
    if (strncmp(text, "0 tests", 7) == 0) {
        return !e->rc && e->counts.tests == 0;
    }
    if (strncmp(text, "1 case", 6) == 0) {
        return !e->rc && e->counts.tests == 1 && e->counts.errors == 1;
    }
    if (strncmp(text, "1 pass", 6) == 0) {
        return e->counts.passed == 1 && e->counts.skipped + e->counts.notrun == 3;
    }
    if (strncmp(text, "policy", 6) == 0) { /* three results: nothing says they are attempts */
        return !e->rc && e->counts.tests == 3;
    }
    return 0;
}

static void check_made(const char *shared, struct ferry_str line, struct tally *t)
{
    struct ferry_str file, fault, want, rest = line;
    char path[512], why[700];
    struct events e;
    int same;
    str_split(&rest, '\t', &file);
    str_split(&rest, '\t', &fault);
    str_split(&rest, '\t', &want);
    snprintf(path, sizeof path, "%s/corpus/_bad/%.*s", shared, STR_ARG(file));
    same = read_both(path, &e);
    if (same < 0) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        t->wrong++;
        return;
    }
    t->files++;
    t->cases += e.counts.tests;
    t->rejected += e.rc != 0;
    if (!as_wanted(want, &e, why, sizeof why) || !same) {
        t->wrong++;
        printf("  wrong: %.*s (%.*s): %s; wanted %.*s\n%s", STR_ARG(file), STR_ARG(fault), why,
               STR_ARG(want), buf_cstr(&e.notices));
    }
    events_finish(&e);
}

/* Found in the wild, none of them a whole JUnit report: refused, or kept up to the cut. */
static void check_found(const char *shared, struct ferry_str line, struct tally *t)
{
    struct ferry_str file, rest = line;
    char path[512];
    struct events e;
    str_split(&rest, '\t', &file);
    snprintf(path, sizeof path, "%s/corpus/%.*s", shared, STR_ARG(file));
    if (read_both(path, &e) != 1) {
        t->wrong++;
        printf("  wrong: %s: not there, or depends on the pieces\n", path);
        return;
    }
    t->files++;
    t->cases += e.counts.tests;
    t->rejected += e.rc == FERRY_E_INPUT;
    if (e.rc != FERRY_E_INPUT && !e.counts.truncated) {
        t->wrong++;
        printf("  wrong: %.*s: taken without a word\n", STR_ARG(file));
    }
    events_finish(&e);
}

enum kind { REAL, GENERATED, MADE, FOUND };

static int run(const char *shared, const char *name, enum kind kind)
{
    struct buf manifest;
    struct ferry_str rest, line;
    struct tally t = {0, 0, 0, 0};
    char path[512];
    int first = 1;
    snprintf(path, sizeof path, "%s/corpus/%s", shared, name);
    buf_init(&manifest, (size_t)1 << 26);
    if (!slurp(path, &manifest)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        buf_finish(&manifest);
        return -1;
    }
    rest = buf_str(&manifest);
    for (; str_split(&rest, '\n', &line); first = 0) {
        if (first || line.len == 0) {
            continue;
        }
        if (kind == MADE) {
            check_made(shared, line, &t);
        } else if (kind == FOUND) {
            check_found(shared, line, &t);
        } else {
            check_counts(shared, line, kind == REAL ? 3 : 6, &t);
        }
    }
    buf_finish(&manifest);
    printf("%s: %llu files, %llu cases, %llu rejected, %llu wrong\n", name,
           (unsigned long long)t.files, (unsigned long long)t.cases, (unsigned long long)t.rejected,
           (unsigned long long)t.wrong);
    return t.files == 0 || t.wrong > 0;
}

int main(void)
{
    const char *shared = getenv("FERRY_SHARED") ? getenv("FERRY_SHARED") : TESTS_SHARED;
    int real = run(shared, "MANIFEST.tsv", REAL);
    if (real < 0) {
        printf("skipped: no corpus; FERRY_SHARED names the folder that holds it\n");
        return 77;
    }
    real |= run(shared, "generated/MANIFEST.tsv", GENERATED);
    real |= run(shared, "_bad/MANIFEST_made.tsv", MADE);
    real |= run(shared, "_bad/MANIFEST_found.tsv", FOUND);
    return real != 0;
}
