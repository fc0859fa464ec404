/* SPDX-License-Identifier: MIT */
/*
 * machine_memory.c - malloc and its kin, which fail when they are told to, and who took what and did not give it back. See
 * machine.h. A block belongs to the object (program, plugin or library) whose code asked for it.
 */
#include "machine.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The table of blocks is open addressing, at most three quarters full; what does not fit is not watched. */
#define CALLER __builtin_return_address(0)

enum { BLOCKS = 1 << 16, OBJECTS = 64, PLACES = 1024, EARLY = 8192, NAME = 48 };

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void *(*next_aligned)(size_t, size_t);
static void (*next_free)(void *);

static struct {
    void *ptr; /* NULL: free */
    unsigned object;
} blocks[BLOCKS];
static unsigned n_blocks;
static struct {
    char name[NAME];
    const void *base;
    unsigned long taken;
    int is_sqlite;
} objects[OBJECTS];
static unsigned n_objects;
static struct {
    const void *caller;
    unsigned object;
} places[PLACES];
static int busy; /* a spin lock: nothing here may wait on what may allocate */

/* What dlsym() itself asks for while it looks for the real ones. */
static _Alignas(max_align_t) char early[EARLY];
static size_t early_used;

static void lock(void)
{
    while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE)) {
    }
}

static void unlock(void)
{
    __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
}

/* --- who --------------------------------------------------------------------------------------- */

static unsigned find_object(const Dl_info *info)
{
    const char *slash = info->dli_fname ? strrchr(info->dli_fname, '/') : NULL;
    unsigned i = 0;
    while (i < n_objects && objects[i].base != info->dli_fbase) {
        i++;
    }
    if (i == n_objects && n_objects < OBJECTS) {
        const char *name = slash ? slash + 1 : info->dli_fname ? info->dli_fname : "?";
        /* Plugins are opened by a checked descriptor: their file's name is its number. */
        const char *kind = *name >= '0' && *name <= '9' ? "plugin-" : "";
        snprintf(objects[i].name, NAME, "%s%s", kind, name);
        objects[i].base = info->dli_fbase;
        objects[i].is_sqlite = strncmp(name, "libsqlite3", 10) == 0;
        n_objects++;
    }
    return i < OBJECTS ? i : OBJECTS - 1;
}

/* Asked with the lock free: dladdr() takes the loader's, under which others may come here. */
static unsigned object_of(const void *caller)
{
    size_t at = ((uintptr_t)caller >> 2) % PLACES;
    Dl_info info = {.dli_fname = NULL};
    lock();
    unsigned object = places[at].caller == caller ? places[at].object : OBJECTS;
    unlock();
    if (object == OBJECTS) {
        dladdr(caller, &info);
        lock();
        object = find_object(&info);
        places[at].caller = caller;
        places[at].object = object;
        unlock();
    }
    return object;
}

/* --- what is not given back ---------------------------------------------------------------------- */

static size_t slot_of(const void *ptr)
{
    return (size_t)(((uintptr_t)ptr >> 4) * 0x9e3779b97f4a7c15u >> 32) % BLOCKS;
}

static void *keep(void *ptr, const void *caller)
{
    if (!ptr || !machine_logs || !machine_is_up) {
        return ptr;
    }
    unsigned object = object_of(caller);
    lock();
    objects[object].taken++;
    if (n_blocks < BLOCKS / 4 * 3) {
        size_t i = slot_of(ptr);
        while (blocks[i].ptr && blocks[i].ptr != ptr) {
            i = (i + 1) % BLOCKS;
        }
        n_blocks += blocks[i].ptr == NULL;
        blocks[i].ptr = ptr;
        blocks[i].object = object;
    }
    unlock();
    return ptr;
}

/* Takes it out, and moves up those that stand behind it for want of room. */
static void forget(const void *ptr)
{
    if (!ptr || !machine_logs) {
        return;
    }
    lock();
    size_t i = slot_of(ptr);
    while (blocks[i].ptr && blocks[i].ptr != ptr) {
        i = (i + 1) % BLOCKS;
    }
    n_blocks -= blocks[i].ptr != NULL;
    for (size_t k = i; blocks[i].ptr;) {
        blocks[i].ptr = NULL;
        do {
            k = (k + 1) % BLOCKS;
        } while (blocks[k].ptr && (k - slot_of(blocks[k].ptr)) % BLOCKS < (k - i) % BLOCKS);
        blocks[i] = blocks[k];
        i = blocks[k].ptr ? k : i;
    }
    unlock();
}

void machine_tell_memory(void (*line)(const char *what, const char *object, unsigned long n))
{
    for (unsigned o = 0; o < n_objects; o++) {
        unsigned long left = 0;
        for (size_t i = 0; i < BLOCKS; i++) {
            left += blocks[i].ptr && blocks[i].object == o;
        }
        line("malloc", objects[o].name, objects[o].taken);
        line("left", objects[o].name, left);
    }
}

/* --- malloc and its kin --------------------------------------------------------------------------- */

static int find_next(void)
{
    static int looking;
    if (!next_free && !looking) {
        looking = 1;
        next_malloc = machine_next("malloc");
        next_calloc = machine_next("calloc");
        next_realloc = machine_next("realloc");
        next_aligned = machine_next("aligned_alloc");
        next_free = machine_next("free");
        looking = 0;
    }
    return next_free != NULL;
}

static void *take_early(size_t n)
{
    size_t at = early_used;
    n = (n + 15) / 16 * 16;
    early_used += n;
    return early_used <= EARLY ? early + at : NULL;
}

static int is_early(const void *ptr)
{
    return (const char *)ptr >= early && (const char *)ptr < early + EARLY;
}

static int fails(const void *caller)
{
    if (!machine_is_up) {
        return 0;
    }
    int strikes = machine_strikes(CALL_malloc, NULL);
    if (!objects[object_of(caller)].is_sqlite) {
        strikes |= machine_strikes(CALL_other, NULL);
    }
    errno = strikes ? ENOMEM : errno;
    return strikes;
}

INTERPOSED void *malloc(size_t n)
{
    if (!find_next()) {
        return take_early(n);
    }
    return fails(CALLER) ? NULL : keep(next_malloc(n), CALLER);
}

INTERPOSED void *calloc(size_t n, size_t size)
{
    if (!find_next()) {
        return take_early(n * size); /* zero: nobody had it before */
    }
    return fails(CALLER) ? NULL : keep(next_calloc(n, size), CALLER);
}

static void *resize(void *ptr, size_t n, const void *caller)
{
    if (fails(caller)) {
        return NULL;
    }
    if (is_early(ptr)) {
        void *moved = next_malloc(n);
        size_t most = (size_t)(early + EARLY - (char *)ptr);
        return moved ? memcpy(moved, ptr, n < most ? n : most) : NULL;
    }
    void *moved = next_realloc(ptr, n);
    if (moved || n == 0) {
        forget(ptr);
    }
    return keep(moved, caller);
}

INTERPOSED void *realloc(void *ptr, size_t n)
{
    if (!find_next()) {
        return take_early(n);
    }
    return resize(ptr, n, CALLER);
}

INTERPOSED void *reallocarray(void *ptr, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return resize(ptr, bytes, CALLER);
}

INTERPOSED void *aligned_alloc(size_t align, size_t n)
{
    return !find_next() || fails(CALLER) ? NULL : keep(next_aligned(align, n), CALLER);
}

INTERPOSED int posix_memalign(void **out, size_t align, size_t n)
{
    int before = errno;
    void *ptr = !find_next() || fails(CALLER) ? NULL : next_aligned(align, n);
    errno = before;
    *out = keep(ptr, CALLER);
    return ptr ? 0 : ENOMEM;
}

static char *copy(const char *s, size_t n, const void *caller)
{
    char *ptr = fails(caller) ? NULL : next_malloc(n + 1);
    if (ptr) {
        memcpy(ptr, s, n);
        ptr[n] = '\0';
    }
    return keep(ptr, caller);
}

INTERPOSED char *strdup(const char *s)
{
    return find_next() ? copy(s, strlen(s), CALLER) : NULL;
}

INTERPOSED char *strndup(const char *s, size_t n)
{
    return find_next() ? copy(s, strnlen(s, n), CALLER) : NULL;
}

INTERPOSED void free(void *ptr)
{
    if (ptr && !is_early(ptr) && find_next()) {
        int before = errno;
        forget(ptr);
        next_free(ptr);
        errno = before;
    }
}
