/* SPDX-License-Identifier: MIT */
/* machine.c - the rules, the counting and the log; see machine.h. */
#include "machine.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RULES = 4, WORD = 200, STACK = 40 };

struct rule {
    enum machine_call call;
    unsigned long n;
    int on;     /* and every later one */
    int fault;  /* an errno, or FAULT_SHORT */
    int64_t by; /* the clock's */
};

#define MACHINE_NAME_(name) #name,
static const char *const names[] = {MACHINE_CALLS(MACHINE_NAME_)};
#undef MACHINE_NAME_

static struct rule rules[RULES];
static unsigned n_rules;
static unsigned long counted[CALL_COUNT], struck;
int machine_is_up, machine_logs;

static const struct {
    const char *name;
    int number;
} errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},          {"EINTR", EINTR},   {"EMFILE", EMFILE},
              {"EDQUOT", EDQUOT}, {"ENOMEM", ENOMEM},    {"ENOLCK", ENOLCK}, {"EACCES", EACCES},
              {"EROFS", EROFS},   {"short", FAULT_SHORT}};

/* --- rules ------------------------------------------------------------------------------------ */

static void refuse(const char *rule)
{
    fprintf(stderr, "machine: \"%s\" is no rule; see machine.h\n", rule);
    _exit(99); /* a sweep whose rules do nothing must not look green */
}

static int fault_of(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (strlen(errors[i].name) == n && memcmp(errors[i].name, word, n) == 0) {
            return errors[i].number;
        }
    }
    return 0;
}

/* CALL:N[+][=WHAT], ended by a space or the end. */
static const char *take_rule(const char *text, struct rule *r)
{
    const char *end = text + strcspn(text, " "), *at = text + strcspn(text, ": ");
    char *rest;
    int call = 0;
    while (call < CALL_COUNT && (strlen(names[call]) != (size_t)(at - text) ||
                                 memcmp(names[call], text, (size_t)(at - text)) != 0)) {
        call++;
    }
    if (call == CALL_COUNT || *at != ':') {
        refuse(text);
    }
    *r = (struct rule){.call = (enum machine_call)call, .n = strtoul(at + 1, &rest, 10)};
    r->on = *rest == '+';
    at = rest + r->on;
    r->fault = call == CALL_malloc || call == CALL_other ? ENOMEM : call == CALL_clock ? 1 : 0;
    if (*at == '=' && call == CALL_clock) {
        r->by = strtoll(at + 1, NULL, 10);
    } else if (*at == '=') {
        r->fault = fault_of(at + 1, (size_t)(end - at - 1));
    }
    if (r->n == 0 || r->fault == 0) {
        refuse(text);
    }
    return end + strspn(end, " ");
}

static void take_rules(const char *text)
{
    while (text && *text) {
        if (n_rules == RULES) {
            refuse(text);
        }
        text = take_rule(text, &rules[n_rules++]);
    }
}

/* Where the first one hit, for addr2line. */
static void show_stack(void)
{
    void *frames[STACK];
    if (getenv("MACHINE_STACK")) {
        machine_is_up = 0;
        backtrace_symbols_fd(frames, backtrace(frames, STACK), STDERR_FILENO);
        machine_is_up = 1;
    }
}

int machine_strikes(enum machine_call call, int64_t *by)
{
    unsigned long n = __atomic_add_fetch(&counted[call], 1, __ATOMIC_SEQ_CST);
    machine_place(call, n);
    for (unsigned i = 0; i < n_rules; i++) {
        const struct rule *r = &rules[i];
        if (r->call == call && (n == r->n || (r->on && n > r->n))) {
            if (__atomic_fetch_add(&struck, 1, __ATOMIC_SEQ_CST) == 0) {
                show_stack();
            }
            if (by) {
                *by = r->by;
            }
            return r->fault;
        }
    }
    return 0;
}

void *machine_next(const char *name)
{
    void *next = dlsym(RTLD_NEXT, name);
    if (!next) {
        _exit(98);
    }
    return next;
}

/* --- the log ---------------------------------------------------------------------------------- */

static int log_fd = -1, log_ended;

/* By the system call itself: what is written here is not to be counted, and not to fail. */
static void put_line(const char *what, const char *object, unsigned long n)
{
    char line[WORD];
    int length = snprintf(line, sizeof line, "%s%s%s %lu\n", what, *object ? " " : "", object, n);
    if (!log_ended && syscall(SYS_write, log_fd, line, (size_t)length) != length) {
        log_ended = 1; /* it may be too large for the limit that is tried */
    }
}

static const char *name_of(enum machine_call call)
{
    return names[call];
}

static void tell(int cut_short)
{
    const char *file = getenv("MACHINE_LOG");
    machine_is_up = 0;
    machine_places_tell(name_of);
    if (!file || log_fd >= 0) {
        return;
    }
    log_fd =
        (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int i = 0; i < CALL_COUNT; i++) {
        put_line(names[i], "", counted[i]);
    }
    put_line("struck", "", struck);
    machine_tell_memory(put_line);
    if (cut_short) {
        put_line("cut short", "", 1);
    }
}

__attribute__((constructor)) static void begin(void)
{
    take_rules(getenv("MACHINE"));
    machine_logs = getenv("MACHINE_LOG") != NULL;
    machine_places_begin();
    machine_is_up = 1;
}

__attribute__((destructor)) static void end(void)
{
    tell(0);
}

INTERPOSED void _exit(int code)
{
    if (machine_is_up) {
        tell(1);
    }
    for (;;) {
        syscall(SYS_exit_group, code);
    }
}
