/* SPDX-License-Identifier: MIT */
/* scenario.c - see scenario.h. */
#include "scenario.h"

#include <file.h>
#include <signal.h>
#include <string.h>

#define UPLOAD "upload", "--run-title", "Nightly", "--to", "local:AO", "--mirror", "local:DEMO"

static const char *const upload[] = {UPLOAD, "in/alpha.xml", "in/beta.xml", NULL};
static const char *const mirror[] = {
    "mirror",           "--source-project", "local:AO", "--use-latest-source-run",
    "--target-project", "local:EXT",        NULL};

#define SHARED UPLOAD, "--run-key", "nightly-7"
static const char *const shared[] = {SHARED, "--part", "second", "in/beta.xml", NULL};
static const char *const complete[] = {"complete", "nightly-7", NULL};

/* A case that both hold, one that only the primary holds, one that only the mirror holds. */
static const char *const seed_upload[][14] = {
    {UPLOAD, "in/both.xml"},
    {"upload", "--run-title", "Weekly", "--to", "local:AO", "in/primary.xml"},
    {"upload", "--run-title", "Weekly", "--to", "local:DEMO", "in/other.xml"},
    {NULL}};
static const char *const seed_mirror[][14] = {
    {UPLOAD, "in/alpha.xml", "in/beta.xml"},
    {"upload", "--run-title", "Weekly", "--to", "local:EXT", "in/other.xml"},
    {UPLOAD, "in/alpha.xml"},
    {NULL}};
static const char *const seed_shared[][14] = {{SHARED, "--part", "first", "in/alpha.xml"}, {NULL}};
static const char *const seed_complete[][14] = {{SHARED, "--part", "first", "in/alpha.xml"},
                                                {SHARED, "--part", "second", "in/beta.xml"},
                                                {NULL}};
static const char *const seed_first[][14] = {{NULL}};

const struct scenario scenarios[] = {
    {"upload", "seed-upload", upload, {"AO", "DEMO", NULL}, .before = seed_upload},
    {"first", "seed-first", upload, {"AO", "DEMO", NULL}, .before = seed_first},
    {"mirror", "seed-mirror", mirror, {"AO", "DEMO", "EXT", NULL}, .before = seed_mirror},
    {"shared", "seed-shared", shared, {"AO", "DEMO", NULL}, .before = seed_shared},
    {"complete", "seed-complete", complete, {"AO", "DEMO", NULL}, .before = seed_complete},
};
const size_t n_scenarios = sizeof scenarios / sizeof *scenarios;

#define SMALL UPLOAD, "in/small.xml"
/* A sanitizer needs memory to begin a thread, and dies without. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define THREADS "1"
#else
#define THREADS "2"
#endif
static const char *const inspect[] = {"inspect",      "--threads",    THREADS,
                                      "in/small.xml", "in/alpha.xml", NULL};
static const char *const one[] = {SMALL, NULL};
static const char *const resume[] = {"resume", NULL};
static const char *const seed_again[][14] = {
    {UPLOAD, "in/both.xml"}, {"upload", "--to", "local:DEMO", "in/other.xml"}, {NULL}};
static const char *const seed_onward[][14] = {{SMALL}, {NULL}};
static const char *const seed_resume[][14] = {{UPLOAD, "in/both.xml"}, {SMALL}, {NULL}};

const struct scenario small[] = {
    [SMALL_INSPECT] = {"inspect", "seed-none", inspect, {NULL}, .before = seed_first, .looks = 1},
    [SMALL_ONE] = {"one", "seed-none", one, {"AO", "DEMO", NULL}, .before = seed_first},
    [SMALL_AGAIN] = {"again", "seed-again", one, {"AO", "DEMO", NULL}, .before = seed_again},
    [SMALL_MIRROR] = {"onward", "seed-onward", mirror, {"AO", "EXT", NULL}, .before = seed_onward},
    [SMALL_RESUME] = {"resume",
                      "seed-resume",
                      resume,
                      {"AO", "DEMO", NULL},
                      .before = seed_resume,
                      .crash = "sent:3"},
};

const struct scenario *scenario_find(const char *name)
{
    for (size_t i = 0; i < n_scenarios; i++) {
        if (strcmp(scenarios[i].name, name) == 0) {
            return &scenarios[i];
        }
    }
    for (size_t i = 0; i < SMALL_COUNT; i++) {
        if (strcmp(small[i].name, name) == 0) {
            return &small[i];
        }
    }
    printf("there is no scenario \"%s\"\n", name);
    return NULL;
}

/* --- inputs -------------------------------------------------------------------------------- */

static int put(const char *path, const struct buf *text)
{
    struct ferry_error err = {.size = sizeof err};
    if (text->failed || file_write(path, buf_str(text), 0600, &err)) {
        printf("%s: %s\n", path, err.message);
        return 0;
    }
    return 1;
}

static void put_case(struct buf *b, const char *class_name, int i, int key, const char *attached)
{
    buf_printf(b, "<testcase classname=\"%s\" name=\"test %d\" time=\"0.%02d\">", class_name, i,
               i + 1);
    if (key >= 0) {
        buf_printf(
            b, "<properties><property name=\"Automation Key\" value=\"KEY_%02d\"/></properties>",
            key);
    }
    if (i % 4 == 1) {
        buf_printf(b, "<failure message=\"%d is not %d\">at line %d</failure>", i, i + 1, i);
    }
    if (attached) {
        buf_printf(b, "<system-out>seen\n[[ATTACHMENT|%s]]\n</system-out>", attached);
    }
    buf_puts(b, "</testcase>\n");
}

static void begin(struct buf *b, const char *suite)
{
    buf_reset(b);
    buf_printf(b, "<testsuites><testsuite name=\"%s\" timestamp=\"2024-05-01T10:00:00\">\n", suite);
}

static int end(struct buf *b, const char *path)
{
    buf_puts(b, "</testsuite></testsuites>\n");
    return put(path, b);
}

static int write_seed(struct buf *b, const char *path, int key)
{
    begin(b, "seed");
    put_case(b, "seed", key, key, NULL);
    return end(b, path);
}

static int write_alpha(struct buf *b)
{
    begin(b, "alpha");
    for (int i = 0; i < 12; i++) {
        put_case(b, "alpha.first", i, i % 3 == 2 ? -1 : i,
                 i == 1   ? "log.txt"
                 : i == 7 ? "shot.bin"
                          : NULL);
    }
    for (int i = 0; i < 2; i++) { /* equal to the last digit, with a key and without */
        put_case(b, "alpha.twins", 12, 12, NULL);
        put_case(b, "alpha.twins", 13, -1, NULL);
    }
    return end(b, "in/alpha.xml");
}

static int write_beta(struct buf *b)
{
    begin(b, "beta");
    for (int i = 14; i < 20; i++) { /* the log's bytes under another name */
        put_case(b, "beta.second", i, i % 3 == 2 ? -1 : i, i == 15 ? "copy.txt" : NULL);
    }
    put_case(b, "beta.second", 3, 3, NULL); /* another test with a key of alpha's */
    return end(b, "in/beta.xml");
}

/* Of one of many jobs: cases of its own, cases that all have, a file that all attach and one of its own. */
static int write_part(struct buf *b, int part)
{
    char path[64], class_name[64], log[32];
    snprintf(log, sizeof log, "part%d.txt", part);
    snprintf(path, sizeof path, "in/%s", log);
    buf_reset(b);
    buf_printf(b, "job %d\n", part);
    if (!put(path, b)) {
        return 0;
    }
    snprintf(path, sizeof path, "in/part%d.xml", part);
    snprintf(class_name, sizeof class_name, "part%d", part);
    begin(b, class_name);
    for (int i = 0; i < 3; i++) {
        put_case(b, class_name, i, 30 + part * 3 + i, i == 1 ? log : NULL);
    }
    buf_puts(b, "</testsuite><testsuite name=\"common\" timestamp=\"2024-05-01T11:00:00\">\n");
    for (int i = 3; i < 7; i++) {
        put_case(b, "common", i, i == 6 ? -1 : 20 + i, i == 4 ? "log.txt" : NULL);
    }
    return end(b, path);
}

/* Keyed and keyless, passed and failed, with an attachment. */
static int write_small(struct buf *b)
{
    begin(b, "small");
    put_case(b, "small", 0, 0, NULL);
    put_case(b, "small", 1, 1, "log.txt");
    put_case(b, "small", 2, -1, NULL);
    return end(b, "in/small.xml");
}

static int written; /* all of them are there */

int inputs_write(void)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf b;
    if (written) {
        return 1;
    }
    buf_init(&b, 1 << 20);
    int ok = file_mkdirs("in", 0700, &err) == FERRY_OK;
    buf_puts(&b, "what the test said\n");
    ok = ok && put("in/log.txt", &b) && put("in/copy.txt", &b);
    buf_reset(&b);
    for (int i = 0; i < 5000; i++) {
        buf_putc(&b, (char)(i * 7));
    }
    ok = ok && put("in/shot.bin", &b);
    ok = ok && write_seed(&b, "in/both.xml", 0) && write_seed(&b, "in/primary.xml", 4) &&
         write_seed(&b, "in/other.xml", 6);
    ok = ok && write_alpha(&b) && write_beta(&b) && write_small(&b);
    for (int part = 1; part <= PARTS && ok; part++) {
        ok = write_part(&b, part);
    }
    buf_finish(&b);
    written = ok;
    return ok;
}

int inputs_remove(void)
{
    written = 0;
    return folder_remove("in");
}

int scenario_prepare(struct rig *r, const struct scenario *s)
{
    if (!folder_remove(s->seed) || !inputs_write()) {
        return 0;
    }
    for (size_t i = 0; s->before[i][0]; i++) {
        int dies = s->crash && !s->before[i + 1][0];
        struct start start = {
            .args = s->before[i], .state = s->seed, .crash = dies ? s->crash : NULL};
        int code = rig_run(r, &start);
        if (code != (dies ? DIED + SIGKILL : 0)) {
            printf("scenario %s: command %zu of its seed ended with %d\n", s->name, i + 1, code);
            rig_show(r);
            return 0;
        }
    }
    return 1;
}
