/* SPDX-License-Identifier: MIT */
/*
 * machine.h - a machine that fails when it is told to. machine*.c become one library, preloaded into the built program, that stands
 * before malloc, the calls that reach the disk, and the clock. So it reaches ferry, its plugins, SQLite, expat, cJSON, libcrypto and
 * the C library alike, in any build, the sanitizers' too, and needs no ptrace. With nothing asked of it, it only counts.
 *
 * MACHINE="RULE..."  up to four rules, CALL:N[+][=WHAT]: the N-th call of CALL fails, with + every later one, too. WHAT is an
 *                    error's name (an allocation needs none), "short": half of the bytes are read or written, or for the clock the
 *                    milliseconds by which it jumps: "malloc:17", "pwrite:3+=ENOSPC", "write:5=short", "clock:9=-86400000".
 * MACHINE_TIME=MS    the wall clock stands still there (ms since the epoch) and the monotonic one moves a microsecond at each
 *                    look, and by each wait, which takes no time: the same command leaves the same bytes.
 * MACHINE_LOG=FILE   written when the process ends: "CALL N" for each call, "struck N", and for each object of the process
 *                    "malloc OBJECT N" and "left OBJECT N", the blocks that it took and never gave back. "cut short" at the end
 *                    says that it ended by _exit() and gave nothing back on purpose.
 * MACHINE_PLACES=FILE  also written then: "CALL FIRST LAST" for each call stack from which a call was made, by the numbers of its calls.
 * MACHINE_STACK=1    the call stack of the first failure goes to stderr, as addresses for addr2line -fe OBJECT.
 */
#ifndef TORTURE_MACHINE_H
#define TORTURE_MACHINE_H

#include <stdint.h>

/*
 * The names in rules and in the log. "other": an allocation of anybody but SQLite, which makes nineteen of twenty. "stderr": a
 * write there.
 */
#define MACHINE_CALLS(XX)                                                                          \
    XX(malloc)                                                                                     \
    XX(other)                                                                                      \
    XX(open)                                                                                       \
    XX(close)                                                                                      \
    XX(read)                                                                                       \
    XX(pread)                                                                                      \
    XX(write)                                                                                      \
    XX(pwrite)                                                                                     \
    XX(stderr)                                                                                     \
    XX(fsync)                                                                                      \
    XX(fdatasync)                                                                                  \
    XX(ftruncate)                                                                                  \
    XX(rename)                                                                                     \
    XX(link)                                                                                       \
    XX(unlink)                                                                                     \
    XX(mkdir)                                                                                      \
    XX(mknod)                                                                                      \
    XX(mmap)                                                                                       \
    XX(lock)                                                                                       \
    XX(clock)

#define MACHINE_ENUM_(name) CALL_##name,
enum machine_call { MACHINE_CALLS(MACHINE_ENUM_) CALL_COUNT };
#undef MACHINE_ENUM_

enum { FAULT_SHORT = -1 };

/* Counts the call; 0, or what is to happen instead: an errno or FAULT_SHORT. For the clock 1: it jumps, by *by. */
int machine_strikes(enum machine_call call, int64_t *by);
/* The function that stands behind ours. */
void *machine_next(const char *name);
/* machine_places.c: notes from where the n-th call comes; at the end, writes the list. */
void machine_places_begin(void);
void machine_place(enum machine_call call, unsigned long n);
void machine_places_tell(const char *(*name)(enum machine_call call));
/* What machine_memory.c knows, at the end of the log. */
void machine_tell_memory(void (*line)(const char *what, const char *object, unsigned long n));
/* From here on allocations count. */
extern int machine_is_up, machine_logs;

#define INTERPOSED __attribute__((visibility("default")))

#endif
