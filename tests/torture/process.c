/* SPDX-License-Identifier: MIT */
/*
 * process.c - the scratch folder, and the built program started in it with an environment that
 * holds nothing else.
 */
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 64, LONGEST_S = 120, SHOWN = 4000, SAID = 600 };

/* --- the scratch folder -------------------------------------------------------------------- */

static int write_text(const char *path, const char *text)
{
    struct ferry_error err = {.size = sizeof err};
    int32_t rc = file_write(path, ferry_cstr(text), 0600, &err);
    if (rc) {
        printf("%s\n", err.message);
    }
    return rc == FERRY_OK;
}

int rig_open(struct rig *r, const char *ferry)
{
    const char *base = getenv("TMPDIR");
    memset(r, 0, sizeof *r);
    r->ferry = ferry;
    buf_init(&r->said, 64 << 20);
    buf_init(&r->told, 64 << 20);
    if (!base) { /* in memory where it can be: a process that dies loses nothing there either */
        base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    }
    snprintf(r->folder, sizeof r->folder, "%s/ferry-torture-XXXXXX", base);
    if (!mkdtemp(r->folder) || chdir(r->folder) != 0) {
        printf("%s: %s; point TMPDIR to a folder that can be written\n", r->folder,
               strerror(errno));
        return 0;
    }
    return write_text("ferry.json", "{}\n"); /* so that none further up is found */
}

void rig_close(struct rig *r)
{
    buf_finish(&r->said);
    buf_finish(&r->told);
    if (getenv("FERRY_TORTURE_KEEP")) {
        printf("kept: %s\n", r->folder);
    } else if (chdir("/") == 0 && r->folder[0]) {
        folder_remove(r->folder);
    }
}

/* --- one process --------------------------------------------------------------------------- */

struct words {
    char *list[WORDS]; /* owned; NULL-ended */
    size_t n;
};

static void add_word(struct words *w, const char *name, const char *value)
{
    if (value && w->n + 1 < WORDS &&
        asprintf(&w->list[w->n], "%s%s%s", name ? name : "", name ? "=" : "", value) >= 0) {
        w->list[++w->n] = NULL;
    }
}

static void free_words(struct words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        free(w->list[i]);
    }
}

static void make_environment(const struct rig *r, const struct start *s, struct words *w)
{
    static const char *const kept[] = {"PATH", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH",
                                       "MACHINE_STACK"};
    const char *asan = getenv("ASAN_OPTIONS");
    char options[PATH_ROOM], number[16];
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        add_word(w, kept[i], getenv(kept[i]));
    }
    /* The search for leaks needs ptrace for itself. The sanitizer wants to be the first library, and need not be. */
    snprintf(options, sizeof options, "%s%s%s", asan ? asan : "abort_on_error=1",
             s->before ? ":detect_leaks=0" : "", r->machine ? ":verify_asan_link_order=0" : "");
    add_word(w, "ASAN_OPTIONS", options);
    add_word(w, "HOME", r->folder);
    add_word(w, "TMPDIR", r->folder);
    add_word(w, "FERRY_CLOCK", "virtual");
    add_word(w, "FERRY_DELIVERY_DEADLINE", "168h"); /* virtual hours are no time */
    add_word(w, "FERRY_BATCH", "4");
    add_word(w, "FERRY_CRASH_AT", s->crash);
    snprintf(number, sizeof number, "%d", s->signal);
    add_word(w, "FERRY_CRASH_SIGNAL", s->signal ? number : NULL);
    add_word(w, "FERRY_STEPS", s->steps);
    add_word(w, "FERRY_BREAK", r->defect);
    add_word(w, "FERRY_FAULTS", s->faults);
    if (r->machine) {
        add_word(w, "FERRY_CHANCE", "1"); /* nothing differs but for what the machine does */
        add_word(w, "LD_PRELOAD", r->machine);
        add_word(w, "MACHINE_LOG", "machine.log");
        add_word(w, "MACHINE_TIME", r->time ? r->time : RIG_TIME);
        add_word(w, "MACHINE", s->ill ? s->ill->rules : NULL);
        add_word(w, "MACHINE_PLACES", r->places && !s->ill ? PLACES_FILE : NULL);
    }
}

static int set_limit(int resource, long n)
{
    struct rlimit limit = {(rlim_t)n, (rlim_t)n};
    return n == 0 || setrlimit((__rlimit_resource_t)resource, &limit) == 0;
}

static int set_limits(const struct illness *ill)
{
    return !ill || (set_limit(RLIMIT_NOFILE, ill->files) && set_limit(RLIMIT_FSIZE, ill->bytes));
}

/* -1: there is to be none. */
static int open_out(const struct start *s, const char *path)
{
    int ends[2], flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    const char *to = s->ill ? s->ill->out : NULL;
    int out = open(path, flags, 0600); /* what is read afterwards, if only nothing */
    if (!to) {
        return out;
    }
    close(out);
    if (strcmp(to, OUT_NOBODY) == 0) {
        return pipe2(ends, O_CLOEXEC) == 0 && close(ends[0]) == 0 ? ends[1] : -1;
    }
    return strcmp(to, OUT_CLOSED) == 0 ? -1 : open(to, flags, 0600);
}

/* "stdout", or "stdout.NAME" where several run at once. */
static const char *stream_of(const char *stream, const char *name, char room[PATH_ROOM])
{
    snprintf(room, PATH_ROOM, "%s%s%s", stream, name ? "." : "", name ? name : "");
    return room;
}

static void become(const struct rig *r, const struct start *s)
{
    struct words args = {.n = 0}, environment = {.n = 0};
    const int how = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    char path[PATH_ROOM];
    int out = open_out(s, stream_of("stdout", s->name, path));
    int err = open(stream_of("stderr", s->name, path), how, 0600);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; s->before && s->before[i]; i++) {
        add_word(&args, NULL, s->before[i]);
    }
    add_word(&args, NULL, r->ferry);
    add_word(&args, NULL, "--state");
    add_word(&args, NULL, s->state);
    for (size_t i = 0; s->args[i]; i++) {
        add_word(&args, NULL, s->args[i]);
    }
    make_environment(r, s, &environment);
    if (in >= 0 && err >= 0 && dup2(in, 0) == 0 && (out >= 0 ? dup2(out, 1) == 1 : close(1) == 0) &&
        dup2(err, 2) == 2 && set_limits(s->ill)) {
        alarm(LONGEST_S); /* outlives exec: one that hangs is a failure, not a wait */
        execvpe(args.list[0], args.list, environment.list);
    }
    free_words(&args);
    free_words(&environment);
    _exit(127);
}

pid_t rig_start(struct rig *r, const struct start *s)
{
    fflush(stdout);
    unlink("machine.log");
    pid_t pid = fork();
    if (pid == 0) {
        become(r, s);
    }
    return pid;
}

int rig_end(struct rig *r, const struct start *s, pid_t pid)
{
    struct ferry_error err = {.size = sizeof err};
    char path[PATH_ROOM];
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    buf_reset(&r->said);
    buf_reset(&r->told);
    if (pid < 0 || file_read(stream_of("stdout", s->name, path), &r->said, &err) ||
        file_read(stream_of("stderr", s->name, path), &r->told, &err)) {
        printf("%s: could not be started\n", r->ferry);
        return -1;
    }
    return WIFSIGNALED(status) ? DIED + WTERMSIG(status) : WEXITSTATUS(status);
}

int rig_run(struct rig *r, const struct start *s)
{
    return rig_end(r, s, rig_start(r, s));
}

void rig_complaint(const char *name, struct buf *out)
{
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    char path[PATH_ROOM];
    buf_init(&text, 64 << 20);
    if (file_read(stream_of("stderr", name, path), &text, &err) == FERRY_OK) {
        struct ferry_str all = buf_str(&text);
        text_show(out, str_sub(all, all.len > SAID ? all.len - SAID : 0, SAID), 0);
    }
    buf_finish(&text);
}

void rig_show(const struct rig *r)
{
    struct ferry_str all = buf_str(&r->told), out = buf_str(&r->said);
    printf("%.*s%.*s\n", STR_ARG(str_sub(out, out.len > SHOWN ? out.len - SHOWN : 0, SHOWN)),
           STR_ARG(str_sub(all, all.len > SHOWN ? all.len - SHOWN : 0, SHOWN)));
}
