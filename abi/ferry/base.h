/* SPDX-License-Identifier: MIT */
/*
 * base.h - the few types that every other header is made of.
 *
 * The seven rules of this ABI, which every header keeps:
 *
 *  1. One exported symbol, `ferry_plugin`, and an ELF note. Nothing else leaves the .so.
 *  2. Function tables never change. A new function is a new interface id.
 *  3. Data structs begin with `uint32_t size`, grow only at their end, and zero means absent.
 *     A reader copies min(size) into a zeroed local; a writer never writes past the caller's
 *     `size`. (ferry_str, ferry_kv and ferry_value have no size: they are frozen for ever.)
 *  4. Never an array of growing structs: arrays of pointers, or one item per call of a sink.
 *  5. What one side allocates the other never frees. Inputs live until the call returns; outputs
 *     leave through sinks or through buffers of the caller. There is no free() in this ABI.
 *  6. Fixed-width integers and {ptr,len} UTF-8 strings; no bool, enum, bit-field, long, time_t,
 *     FILE or va_list in structs. Times are int64 milliseconds since the epoch, UTC; durations
 *     int64 microseconds. Presence bits tell 0 from unknown.
 *  7. A plugin opens no file and no socket, starts no thread, touches no signal, locale, working
 *     directory, environment or stdout. Codecs and planners get their arguments and nothing
 *     else; readers, services and commands get host services.
 *
 * How to read the comments: every declaration has been there since the level that stands at the
 * top of its header unless it says otherwise. [any]: any thread, several at once. [call]: only
 * until the call it was given to returns, on the calling thread. Text is UTF-8 unless it says
 * "bytes". "Absent" is {NULL, 0} for text, 0 or NULL for everything else.
 *
 * Since level 1.
 */
#ifndef FERRY_BASE_H
#define FERRY_BASE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Plugins of another major are refused: nothing is promised across majors. */
#define FERRY_ABI_MAJOR 1u

/* The newest level these headers describe. */
#define FERRY_ABI_NEWEST 1u

/*
 * What the author asks for: define it before including anything to hide what is newer, and so
 * to stay loadable by older hosts. The built plugin records it; a host of a lower level refuses it.
 */
#ifndef FERRY_ABI_LEVEL
#define FERRY_ABI_LEVEL FERRY_ABI_NEWEST
#endif

/* Text (UTF-8) or plain bytes. Not ended by NUL. {NULL, 0} is "absent"; {non-NULL, 0} is empty. */
struct ferry_str {
    const char *ptr;
    uint64_t len;
};

/* A named value. Where several have one name the order is kept. */
struct ferry_kv {
    struct ferry_str key;
    struct ferry_str value;
};

/*
 * Status codes, returned as int32_t. Numbers are frozen; an unknown one reads as E_BUG.
 * One list: the enum, ferry_status_text() and the tests are made from it.
 */
#define FERRY_STATUS_MAP(XX)                                                                       \
    XX(0, OK, "ok")                                                                                \
    XX(1, E_STOP, "the host asked to stop")                                                        \
    XX(2, E_INPUT, "this input cannot be taken")                                                   \
    XX(3, E_CONFIG, "an option or a setting is missing or wrong")                                  \
    XX(4, E_NEED, "a fact was asked for with need(); call again with it")                          \
    XX(5, E_TOO_LARGE, "one item alone is over the limit")                                         \
    XX(6, E_PROTOCOL, "the answer could not be parsed")                                            \
    XX(7, E_UNSUPPORTED, "this plugin does not do that")                                           \
    XX(8, E_STATE, "stored state of another version, not readable")                                \
    XX(9, E_NO_MEMORY, "out of memory")                                                            \
    XX(10, E_BUG, "the caller or the plugin broke a rule")                                         \
    XX(11, E_IO, "the system refused to read or write")                                            \
    XX(12, E_UNREACHABLE, "no answer came")                                                        \
    XX(13, E_REFUSED, "the other side said no")

#define FERRY_STATUS_ENUM_(n, name, text) FERRY_##name = (n),
enum ferry_status { FERRY_STATUS_MAP(FERRY_STATUS_ENUM_) FERRY_STATUS_END_ = 0x7fffffff };

/* The English text of a status; never NULL. [any] */
static inline const char *ferry_status_text(int32_t status)
{
#define FERRY_STATUS_TEXT_(n, name, text)                                                          \
    case (n):                                                                                      \
        return text;
    switch (status) {
        FERRY_STATUS_MAP(FERRY_STATUS_TEXT_)
    default:
        return "unknown status";
    }
#undef FERRY_STATUS_TEXT_
}

/*
 * What went wrong, for a person. Caller-owned, filled by the callee; every function that takes
 * one accepts NULL. It means nothing when the function returned FERRY_OK.
 */
struct ferry_error {
    uint32_t size;
    int32_t status;    /* the same as the returned one */
    char where[64];    /* option, field, fact or file the text is about; "" where none */
    char message[448]; /* lower case, names the thing, the cause, the cure; NUL-ended */
};

/* A string literal as ferry_str. For initialisers and expressions. */
#ifdef __cplusplus
#define FERRY_LIT(s) (ferry_str{(s), sizeof(s) - 1})
#else
#define FERRY_LIT(s) ((struct ferry_str){(s), sizeof(s) - 1})
#endif

/* A NUL-ended string as ferry_str; NULL is absent. The text is not copied. [any] */
static inline struct ferry_str ferry_cstr(const char *s)
{
    struct ferry_str r = {s, s ? strlen(s) : 0};
    return r;
}

/* Same bytes? Absent and empty are equal. [any] */
static inline int ferry_eq(struct ferry_str a, struct ferry_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, (size_t)a.len) == 0);
}

/* The value of `key`, or absent. Of equal keys the last one wins. [any] */
static inline struct ferry_str ferry_get(const struct ferry_kv *kv, uint32_t n,
                                         struct ferry_str key)
{
    struct ferry_str absent = {NULL, 0};
    while (n-- > 0) {
        if (ferry_eq(kv[n].key, key)) {
            return kv[n].value;
        }
    }
    return absent;
}

/*
 * Fills `err` (may be NULL) and returns `status`, so that a function can end with
 * `return ferry_fail(err, FERRY_E_INPUT, "time", "...")`. Too long a text is cut at a
 * character. `where` may be NULL. [any]
 */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static inline int32_t
ferry_fail(struct ferry_error *err, int32_t status, const char *where, const char *format, ...)
{
    va_list args;
    size_t n;
    if (!err) {
        return status;
    }
    err->status = status;
    snprintf(err->where, sizeof err->where, "%s", where ? where : "");
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    n = strlen(err->message);
    if (n + 1 == sizeof err->message) { /* maybe cut inside a character: step back to its start */
        while (n > 0 && ((unsigned char)err->message[n - 1] & 0xC0u) == 0x80u) {
            n--;
        }
        if (n > 0 && (unsigned char)err->message[n - 1] >= 0xC0u) {
            n--;
        }
        err->message[n] = '\0';
    }
    return status;
}

#endif
