/* SPDX-License-Identifier: MIT */
/*
 * attach.h - opens the attachments that a report names.
 *
 * A report is untrusted and what it names is sent to a third party, so a name may only lead to a
 * regular file below the report's own folder or below a root that the user configured: no "..", no
 * absolute path elsewhere, no symbolic link that leads out, no /proc, no device. A relative name
 * is looked for in the report's folder, then in the roots; where it leads out of the folder
 * ("../shots/1.png") but into a root, it is taken from there. What is refused is said by name and
 * costs the result nothing. Hard links cannot be told from the file itself; that is left to the
 * system (protected_hardlinks).
 */
#ifndef ENGINE_ATTACH_H
#define ENGINE_ATTACH_H

#include <ferry/base.h>

/* How an attempt ended; the code of the notice, and what a person reads after the name. */
#define ATTACH_MAP(XX)                                                                             \
    XX(OK, "attachment", "opened")                                                                 \
    XX(NO_NAME, "attachment-name", "the report gives an attachment no name")                       \
    XX(BAD_NAME, "attachment-name", "control characters in the name of a file; not opened")        \
    XX(ADDRESS, "attachment-address", "is an address, not a file; not fetched")                    \
    XX(OUTSIDE, "attachment-outside",                                                              \
       "leads out of the folder of the report; not opened. Name its folder in attachments.roots, " \
       "or keep it beside the report")                                                             \
    XX(LINK, "attachment-outside", "a symbolic link that cannot be followed safely; not opened")   \
    XX(MISSING, "attachment-missing",                                                              \
       "no such file below the folder of the report or an attachment root")                        \
    XX(NO_FOLDER, "attachment-missing",                                                            \
       "the report came from stdin, so its folder is not known; name one in attachments.roots")    \
    XX(NOT_A_FILE, "attachment-kind", "is not a regular file; not opened")                         \
    XX(TOO_LARGE, "attachment-size", "is larger than an attachment may be; left out")              \
    XX(MACHINE, "attachment-unreadable", "the machine has no room to open it; errno says why")     \
    XX(UNREADABLE, "attachment-unreadable", "cannot be opened; check its permissions")

#define ATTACH_ENUM_(name, code, text) ATTACH_##name,
enum attach_end { ATTACH_MAP(ATTACH_ENUM_) ATTACH_ENDS };

const char *attach_code(enum attach_end end);
const char *attach_text(enum attach_end end);

enum { ATTACH_MAX_DEFAULT = 32 << 20 };

/* Where one report's attachments may lie. Zeroed: nowhere. */
struct attach {
    struct attach_root *roots; /* the report's folder first; owned */
    uint32_t n_roots;
    uint32_t no_folder; /* the report has none: stdin */
    uint32_t by_walk;   /* set it to do without openat2: no symbolic links at all then */
    uint32_t reserved;
    uint64_t max_bytes; /* of one attachment */
};

/*
 * `report`: the report's path, NULL for stdin. `roots`: absolute folders, NULL-ended, may be NULL;
 * one that is not there or not absolute is E_CONFIG, named. `max_bytes` 0: 32 MiB.
 */
int32_t attach_init(struct attach *a, const char *report, const char *const *roots,
                    uint64_t max_bytes, struct ferry_error *err);
void attach_finish(struct attach *a); /* accepts zeroed */

/* ATTACH_OK: *fd is open for reading, the caller closes it, *bytes is its size; else *fd is -1. */
enum attach_end attach_open(const struct attach *a, struct ferry_str name, int *fd,
                            uint64_t *bytes);

#endif
