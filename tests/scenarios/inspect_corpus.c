/* SPDX-License-Identifier: MIT */
/*
 * inspect_corpus.c - the built program over every report of the corpus: `ferry inspect --json` has to
 * count what the manifest says. Usage: inspect_corpus FERRY SHARED; the environment's FERRY_SHARED goes
 * before SHARED. Skips (77) where there is no corpus.
 */
#include <buf.h>
#include <file.h>
#include <json.h>
#include <text.h>

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { BATCH = 120, COLUMNS = 8, SKIP = 77, SHOWN = 20 };

/* tests, failures, errors, skipped, notrun: the manifest's columns 4 to 8, and members of the answer. */
static const char *const members[] = {"tests", "failed", "errored", "skipped", "not_run"};
enum { COUNTS = sizeof members / sizeof *members };

struct row {
    char *path; /* owned */
    int64_t wanted[COUNTS];
    int foreign; /* Check's own XML: the same root, another format; to be refused, not read as empty */
    int seen;
};

struct corpus {
    struct row *rows; /* owned */
    size_t n, cap;
    int64_t cases, lost;
    unsigned rejected, wrong, told, foreign;
};

static void complain(struct corpus *c, const char *path, const char *what)
{
    if (c->told++ < SHOWN) {
        printf("%s: %s\n", path, what);
    }
}

/* --- the manifest ------------------------------------------------------------------ */

static int add_row(struct corpus *c, const char *folder, struct ferry_str line)
{
    struct ferry_str cells[COLUMNS] = {{NULL, 0}};
    struct row *row;
    size_t n = 0;
    while (n < COLUMNS && str_split(&line, '\t', &cells[n])) {
        n++;
    }
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 512;
        struct row *more = reallocarray(c->rows, cap, sizeof *more);
        if (!more) {
            return 0;
        }
        c->rows = more;
        c->cap = cap;
    }
    row = &c->rows[c->n];
    *row = (struct row){.foreign = str_is(cells[1], "check-native-xml")};
    for (size_t i = 0; i < COUNTS; i++) {
        if (n < COLUMNS || !str_int64(cells[3 + i], &row->wanted[i])) {
            printf("the manifest's line %zu has no count in column %zu\n", c->n + 2, 4 + i);
            return 0;
        }
    }
    if (asprintf(&row->path, "%s/%.*s", folder, STR_ARG(cells[0])) < 0) {
        return 0;
    }
    c->n++;
    c->cases += row->wanted[0];
    return 1;
}

/* 1 where it was read, 0 where it is damaged, -1 where there is none. */
static int read_manifest(struct corpus *c, const char *folder)
{
    struct ferry_error err = {.size = sizeof err};
    struct ferry_str text, line;
    struct buf bytes;
    char path[4096 + 16];
    int ok = 1;
    snprintf(path, sizeof path, "%s/MANIFEST.tsv", folder);
    if (access(path, R_OK) != 0) {
        return -1;
    }
    buf_init(&bytes, 64 << 20);
    if (file_read(path, &bytes, &err)) {
        printf("%s\n", err.message);
        buf_finish(&bytes);
        return 0;
    }
    text = buf_str(&bytes);
    ok = str_split(&text, '\n', &line); /* the names of the columns */
    while (ok && str_split(&text, '\n', &line)) {
        ok = line.len == 0 || add_row(c, folder, line);
    }
    buf_finish(&bytes);
    return ok && c->n > 0;
}

/* --- the program -------------------------------------------------------------------- */

/* Runs `ferry inspect --json` over rows [from, to); its stdout into out. The exit code, or -1. */
static int run(const char *ferry, const struct corpus *c, size_t from, size_t to, struct buf *out)
{
    char *argv[BATCH + 4] = {(char *)(uintptr_t)ferry, (char *)(uintptr_t) "inspect",
                             (char *)(uintptr_t) "--json"};
    posix_spawn_file_actions_t actions;
    int ends[2], status = 0, failed;
    ssize_t n = 1;
    pid_t pid;
    for (size_t i = from; i < to; i++) {
        argv[3 + i - from] = c->rows[i].path;
    }
    if (pipe(ends) != 0) {
        return -1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    failed = posix_spawn(&pid, ferry, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    while (!failed && n > 0) {
        char *room = buf_room(out, 64 * 1024);
        n = room ? read(ends[0], room, 64 * 1024) : -1;
        if (n > 0) {
            buf_grow(out, (size_t)n);
        }
    }
    close(ends[0]);
    if (failed || waitpid(pid, &status, 0) != pid) {
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct row *row_of(struct corpus *c, size_t from, size_t to, struct ferry_str path)
{
    for (size_t i = from; i < to; i++) {
        if (str_is(path, c->rows[i].path)) {
            return &c->rows[i];
        }
    }
    return NULL;
}

/* Of a foreign file only silence is wrong: no error, and no tests. */
static void judge_foreign(struct corpus *c, const struct row *row, const struct cJSON *file)
{
    int64_t tests = 0;
    json_int(json_get(file, "tests"), &tests);
    c->foreign++;
    if (!json_has(file, "error") && tests == 0) {
        c->wrong++;
        complain(c, row->path, "another format, read as a report without tests");
    }
}

/* What was told of one file against the manifest. */
static void judge(struct corpus *c, struct row *row, const struct cJSON *file)
{
    char what[160];
    int wrong = 0;
    row->seen++;
    if (row->foreign) {
        judge_foreign(c, row, file);
        return;
    }
    if (json_has(file, "error")) {
        c->rejected++;
        snprintf(what, sizeof what, "rejected: %.*s", STR_ARG(json_str(json_get(file, "error"))));
        complain(c, row->path, what);
    }
    for (size_t i = 0; i < COUNTS; i++) {
        int64_t got = -1;
        json_int(json_get(file, members[i]), &got);
        if (got != row->wanted[i]) {
            snprintf(what, sizeof what, "%s: %lld, wanted %lld", members[i], (long long)got,
                     (long long)row->wanted[i]);
            complain(c, row->path, what);
            wrong = 1;
        }
        if (i == 0 && got < row->wanted[0]) {
            c->lost += row->wanted[0] - (got > 0 ? got : 0);
        }
    }
    c->wrong += (unsigned)wrong;
}

/* One invocation. 0: the answer is of no use. */
static int inspect(struct corpus *c, const char *ferry, size_t from, size_t to)
{
    struct ferry_error err = {.size = sizeof err};
    struct json_doc doc = {0};
    struct buf out;
    int code, ok = 0;
    int64_t total = -1, sum = 0;
    buf_init(&out, (size_t)1 << 30);
    code = run(ferry, c, from, to, &out);
    if (code != 0 && code != 3 && code != 9) {
        printf("ferry inspect ended with %d\n", code);
    } else if (json_parse(&doc, buf_str(&out), JSON_STRICT, "the answer", &err)) {
        printf("%s\n", err.message);
    } else {
        json_each (file, json_get(doc.root, "files")) {
            struct row *row = row_of(c, from, to, json_str(json_get(file, "path")));
            int64_t tests = 0;
            if (row) {
                judge(c, row, file);
            } else {
                complain(c, "the answer", "names a file that was not asked for");
                c->wrong++;
            }
            json_int(json_get(file, "tests"), &tests);
            sum += tests;
        }
        json_int(json_get(json_get(doc.root, "totals"), "tests"), &total);
        ok = total == sum;
        if (!ok) {
            printf("totals.tests is %lld, the files' sum %lld\n", (long long)total, (long long)sum);
        }
    }
    json_finish(&doc);
    buf_finish(&out);
    return ok;
}

static int all(struct corpus *c, const char *ferry)
{
    int ok = 1;
    for (size_t from = 0; from < c->n; from += BATCH) {
        ok &= inspect(c, ferry, from, from + BATCH < c->n ? from + BATCH : c->n);
    }
    for (size_t i = 0; i < c->n; i++) {
        if (c->rows[i].seen != 1) {
            c->rejected++;
            c->lost += c->rows[i].wanted[0];
            complain(c, c->rows[i].path, c->rows[i].seen ? "told twice" : "not told of at all");
        }
    }
    printf("%zu files, %lld cases: %u rejected, %u wrong, %lld lost\n", c->n, (long long)c->cases,
           c->rejected, c->wrong, (long long)c->lost);
    if (c->foreign) {
        printf("(%u of them are another format and have to be refused by name)\n", c->foreign);
    }
    return ok && c->rejected == 0 && c->wrong == 0 && c->lost == 0;
}

int main(int argc, char **argv)
{
    const char *shared = getenv("FERRY_SHARED");
    struct corpus c = {0};
    char folder[4096];
    int found, good = 0;
    if (argc != 3) {
        printf("usage: inspect_corpus FERRY SHARED\n");
        return EXIT_FAILURE;
    }
    snprintf(folder, sizeof folder, "%s/corpus", shared && *shared ? shared : argv[2]);
    found = read_manifest(&c, folder);
    if (found < 0) {
        printf("skipped: no corpus at %s; FERRY_SHARED names the folder that holds it\n", folder);
    } else if (found > 0) {
        good = all(&c, argv[1]);
    }
    for (size_t i = 0; i < c.n; i++) {
        free(c.rows[i].path);
    }
    free(c.rows);
    return found < 0 ? SKIP : good ? EXIT_SUCCESS : EXIT_FAILURE;
}
