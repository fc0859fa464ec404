/* SPDX-License-Identifier: MIT */
/*
 * faults_world.c - a folder with reports and a state, and the built program run in it. Time is virtual (FERRY_CLOCK), so hours of waiting
 * take none; a program that still does not end is killed and complained about.
 */
#include "faults.h"

#include "proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_SAID = 16 << 20, MOST_ARGS = 32, MOST_SECONDS = 60 };

void complain(struct world *w, const char *format, ...)
{
    char text[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (w->failed++ == 0) {
        buf_reset(&w->first);
        buf_puts(&w->first, text);
    }
    buf_printf(&w->heard, "%s\n", text);
    if (!w->broken) {
        printf("FAILED %s\n", text);
        fflush(stdout);
    }
}

/* --- the folder ------------------------------------------------------------------------------ */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* In memory where that is possible: thousands of commits are synced. */
static const char *base_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : tmp && *tmp == '/' ? tmp : "/tmp";
}

int world_open(struct world *w, const struct ferry_plugin *plugin)
{
    w->plugin = plugin;
    w->tracker = plugin->id;
    buf_init(&w->first, 4096);
    buf_init(&w->heard, 1 << 20);
    snprintf(w->work, sizeof w->work, "%s/ferry-faults-XXXXXX", base_folder());
    if (!mkdtemp(w->work)) {
        printf("FAILED %s: %s\n", w->work, strerror(errno));
        return 0;
    }
    snprintf(w->state, sizeof w->state, "%s/state", w->work);
    snprintf(w->script, sizeof w->script, "%s/script", w->work);
    snprintf(w->reports, sizeof w->reports, "%s/reports", w->work);
    return mkdir(w->reports, 0700) == 0;
}

void world_close(struct world *w)
{
    remove_tree(w->work);
    buf_finish(&w->first);
    buf_finish(&w->heard);
}

void world_fresh(struct world *w)
{
    char path[600];
    remove_tree(w->state);
    world_script(w, NULL);
    snprintf(path, sizeof path, "%s.past", w->script);
    unlink(path);
    if (w->proxy) {
        proxy_fresh(w->proxy);
    }
}

static void write_file(struct world *w, const char *path, struct ferry_str text)
{
    struct ferry_error err = {.size = sizeof err};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || fd_write(fd, path, text, &err)) {
        complain(w, "%s: %s", path, fd < 0 ? strerror(errno) : err.message);
    }
    if (fd >= 0) {
        close(fd);
    }
}

void world_script(struct world *w, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s.fired", w->script);
    unlink(path);
    unlink(w->script);
    if (text) {
        write_file(w, w->script, ferry_cstr(text));
    }
}

void world_keep_past(struct world *w)
{
    struct ferry_error err = {.size = sizeof err};
    char from[600], to[600];
    struct buf rows;
    buf_init(&rows, 64 << 20);
    snprintf(from, sizeof from, "%s/%s/state.db", w->state, w->tracker);
    snprintf(to, sizeof to, "%s.past", w->script);
    if (file_read(from, &rows, &err)) {
        complain(w, "%s", err.message);
    }
    write_file(w, to, buf_str(&rows));
    buf_finish(&rows);
}

/* --- reports ----------------------------------------------------------------------------------- */

void world_reports_path(const struct world *w, char out[600], const char *name)
{
    snprintf(out, 600, "%s/%s", w->reports, name);
}

static void put_test(struct world *w, const struct report *r, int i, struct buf *xml)
{
    char attachment[600], content[64];
    buf_printf(xml, "<testcase classname=\"c\" name=\"%st%02d\" time=\"0.%03d\">",
               i == r->odd && r->prefix ? r->prefix : "", i, i + 1);
    buf_printf(xml, "<properties><property name=\"Automation Key\" value=\"K-%02d", i);
    for (int k = 0; i == r->odd && k < r->longer_key; k++) {
        buf_putc(xml, 'k');
    }
    buf_puts(xml, "\"/></properties>");
    if (r->message || i % 5 == 4) {
        buf_printf(xml, "<failure message=\"wanted %d%s\">at c.c:%d</failure>", i,
                   r->message ? r->message : "", i);
    }
    if (i % 6 == 0) {
        snprintf(attachment, sizeof attachment, "%s/a%02d.txt", w->reports, i);
        snprintf(content, sizeof content, "what test %d saw\n", i);
        write_file(w, attachment, ferry_cstr(content));
        buf_printf(xml, "<system-out>[[ATTACHMENT|%s]]</system-out>", attachment);
    }
    buf_puts(xml, "</testcase>\n");
}

void world_report(struct world *w, const char *name, const struct report *r)
{
    struct buf xml;
    char path[600];
    buf_init(&xml, 4 << 20);
    buf_printf(&xml, "<testsuites><testsuite name=\"s\" tests=\"%d\">\n", r->n);
    for (int i = r->first; i < r->first + r->n; i++) {
        put_test(w, r, i, &xml);
    }
    buf_puts(&xml, "</testsuite></testsuites>\n");
    world_reports_path(w, path, name);
    write_file(w, path, buf_str(&xml));
    buf_finish(&xml);
}

void world_remove_reports(struct world *w)
{
    remove_tree(w->reports);
    mkdir(w->reports, 0700);
}

/* --- the program ------------------------------------------------------------------------------- */

static void in_child(struct world *w, const char *const *args, const char *const *env, int out,
                     int err)
{
    static const char *const kept[] = {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH"};
    char *argv[MOST_ARGS + 4], *kept_values[4];
    int n = 0;
    for (int i = 0; i < 4; i++) {
        const char *value = getenv(kept[i]);
        kept_values[i] = value ? strdup(value) : NULL;
    }
    clearenv();
    for (int i = 0; i < 4; i++) {
        if (kept_values[i]) {
            setenv(kept[i], kept_values[i], 1);
        }
    }
    setenv("HOME", w->work, 1);
    setenv("TMPDIR", w->work, 1);
    setenv("FERRY_PLUGIN_PATH", w->plugins, 1);
    setenv("FERRY_CLOCK", w->proxy ? proxy_clock(w->proxy) : "virtual", 1);
    setenv("FERRY_DELIVERY_DEADLINE", "168h", 1); /* virtual hours are no time */
    setenv("FERRY_CHANCE", "59999",
           1); /* jitter would change the order of requests; this is long */
    setenv("FERRY_BATCH", "6", 1);
    if (access(w->script, R_OK) == 0) {
        setenv("FERRY_FAULTS", w->script, 1);
    }
    for (int i = 0; env && env[i]; i++) {
        putenv(strdup(env[i]));
    }
    argv[n++] = (char *)"ferry";
    argv[n++] = (char *)"--state";
    argv[n++] = w->state;
    for (int i = 0; args[i] && n < MOST_ARGS + 3; i++) {
        argv[n++] = (char *)args[i];
    }
    argv[n] = NULL;
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    alarm(MOST_SECONDS); /* survives exec: a program that never ends is ended, and its code tells */
    if (chdir(w->work) == 0) {
        execv(w->ferry, argv);
    }
    _exit(126);
}

static int open_said(struct world *w, const char *name, char path[600])
{
    snprintf(path, 600, "%s/%s", w->work, name);
    return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void read_said(struct world *w, const char *path, struct buf *out)
{
    struct ferry_error err = {.size = sizeof err};
    buf_init(out, MOST_SAID);
    if (file_read(path, out, &err)) {
        complain(w, "%s", err.message);
    }
}

void world_run(struct world *w, const char *const *args, const char *const *env, struct told *t)
{
    char out_path[600], err_path[600];
    int status = 0;
    int out = open_said(w, "out", out_path), err = open_said(w, "err", err_path);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        in_child(w, args, env, out, err);
    }
    if (w->proxy && pid > 0) {
        proxy_call(w->proxy, pid);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    close(out);
    close(err);
    read_said(w, out_path, &t->out);
    read_said(w, err_path, &t->err);
    t->code = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    if (w->proxy) {
        proxy_call_ended(w->proxy, t->code == -SIGKILL);
    }
    if (pid < 0 || t->code == -SIGALRM || t->code == 126) {
        complain(w, "ferry %s: %s", args[0], pid < 0 ? strerror(errno) : "did not end");
    }
}

void told_finish(struct told *t)
{
    buf_finish(&t->out);
    buf_finish(&t->err);
}

void world_name(const struct world *w, char project, char out[64])
{
    snprintf(out, 64, "%s%s%c", w->proxy ? "" : w->tracker, w->proxy ? "at-" : ":", project);
}

void upload_fan(struct world *w, const char *more, const char *const *env, struct told *t)
{
    char to[3][64], reports[600];
    for (int i = 0; i < 3; i++) {
        world_name(w, (char)('A' + i), to[i]);
    }
    world_reports_path(w, reports, "r.xml");
    const char *const args[] = {"upload", "--json",   "--run-title", "nightly",  "--to",
                                to[0],    "--mirror", to[1],         "--mirror", to[2],
                                reports,  more,       NULL};
    world_run(w, args, env, t);
}

void resume(struct world *w, const char *const *env, struct told *t)
{
    static const char *const args[] = {"resume", "--json", NULL};
    world_run(w, args, env, t);
}
