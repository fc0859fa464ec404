/* SPDX-License-Identifier: MIT */
/* proxy_mock.c - `ferry mock TRACKER` as a process of its own, and the one connection that the proxy has to it. */
#include "proxy_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(struct world *w, int out)
{
    char folder[600];
    const char *path = getenv("PATH"), *libraries = getenv("LD_LIBRARY_PATH");
    const char *asan = getenv("ASAN_OPTIONS");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(folder, sizeof folder, "%s/%s", w->state, w->tracker);
    path = path ? strdup(path) : NULL;
    libraries = libraries ? strdup(libraries) : NULL;
    asan = asan ? strdup(asan) : NULL;
    clearenv();
    setenv("PATH", path ? path : "/usr/bin:/bin", 1);
    setenv("HOME", w->work, 1);
    setenv("TMPDIR", w->work, 1);
    setenv("FERRY_PLUGIN_PATH", w->plugins, 1);
    if (libraries) {
        setenv("LD_LIBRARY_PATH", libraries, 1);
    }
    if (asan) {
        setenv("ASAN_OPTIONS", asan, 1);
    }
    int silent = open("/dev/null", O_RDWR);
    dup2(silent, STDERR_FILENO);
    dup2(silent, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    if (chdir(w->work) == 0) {
        int tasks =
            strcmp(w->tracker, "octane") == 0; /* end at once: what is late is the proxy's */
        execl(w->ferry, "ferry", "mock", w->tracker, "--state", folder,
              tasks ? "--option" : (char *)NULL, "task_duration=0ms", "--option", "task_queued=0ms",
              (char *)NULL);
    }
    _exit(126);
}

void mock_ask(struct mock *m, const char *target, const char *body)
{
    struct bytes request = {.ptr = NULL}, answer = {.ptr = NULL};
    char text[2048];
    snprintf(text, sizeof text,
             "POST %s HTTP/1.1\r\nHost: x\r\nToken: t\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             target, strlen(body), body);
    bytes_set(&request, text);
    if (!mock_carry(m, &request, &answer) || answer.status != 200) {
        fprintf(stderr, "%s: %s\n", target, answer.ptr ? answer.ptr : "no answer");
        abort();
    }
    bytes_finish(&request);
    bytes_finish(&answer);
}

/* What a Qase has before anybody sends results to it. */
static void furnish_qase(struct mock *m)
{
    mock_ask(m, "/v1/project", "{\"title\":\"A\",\"code\":\"PA\"}");
    mock_ask(m, "/v1/project", "{\"title\":\"B\",\"code\":\"PB\"}");
    mock_ask(m, "/v1/project", "{\"title\":\"C\",\"code\":\"PC\"}");
    mock_ask(
        m, "/v1/custom_field",
        "{\"title\":\"Automation Key\",\"entity\":0,\"type\":1,\"is_enabled_for_all_projects\":true}");
}

void mock_advance(struct mock *m, int64_t ms)
{
    char body[64];
    snprintf(body, sizeof body, "{\"advance_ms\":%lld}", (long long)ms);
    if (m->has_clock && ms > 0) {
        mock_ask(m, "/_mock/clock", body);
    }
}

int mock_start(struct mock *m, struct world *w)
{
    int ends[2];
    unsigned port = 0;
    m->fd = -1;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        complain(w, "pipe: %s", strerror(errno));
        return 0;
    }
    fflush(stdout);
    m->pid = fork();
    if (m->pid == 0) {
        become(w, ends[1]);
    }
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    int ok = said && m->pid > 0 && fscanf(said, "http://127.0.0.1:%u", &port) == 1;
    if (said) {
        fclose(said);
    }
    m->port = (uint16_t)port;
    if (!ok) {
        complain(w, "ferry mock %s does not say where it is", w->tracker);
    }
    int is_qase = strcmp(w->tracker, "qase") == 0;
    m->has_clock = is_qase || strcmp(w->tracker, "octane") == 0;
    if (ok && is_qase) {
        furnish_qase(m);
    }
    return ok;
}

void mock_stop(struct mock *m)
{
    if (m->fd >= 0) {
        close(m->fd);
    }
    if (m->pid > 0) {
        kill(m->pid, SIGKILL); /* all that it holds is in its folder, which goes away */
        waitpid(m->pid, NULL, 0);
    }
    *m = (struct mock){.fd = -1};
}

int mock_carry(struct mock *m, const struct bytes *request, struct bytes *answer)
{
    m->fd = m->fd >= 0 ? m->fd : dial(m->port);
    if (m->fd >= 0 && bytes_send(m->fd, request->ptr, request->n) && bytes_read(answer, m->fd, 0)) {
        return 1;
    }
    if (m->fd >= 0) {
        close(m->fd);
    }
    m->fd = -1;
    return 0;
}

void mock_faults(struct mock *m, const char *script)
{
    mock_ask(m, "/_mock/faults", script);
}
