/* SPDX-License-Identifier: MIT */
/*
 * plugin.h - the one symbol a plugin exports. No open, no close, no instance: its tables are
 * constant and its state lives with the caller, so a plugin may be used, by any thread, from the
 * moment it is loaded, and there is nothing to leak.
 *
 *     static const void *query(const char *id)
 *     {
 *         return strcmp(id, FERRY_READER_1) == 0 ? &reader : NULL;
 *     }
 *     FERRY_PLUGIN_DEFINE(echo, "echo") = {
 *         FERRY_PLUGIN_HEAD, .id = "echo", .name = "Echo", .version = "1.0.0", .license = "MIT",
 *         .query = query,
 *     };
 *
 * Since level 1.
 */
#ifndef FERRY_PLUGIN_H
#define FERRY_PLUGIN_H

#include "base.h"

/* Types of options. The host parses and checks them; a plugin always sees text in the form given here. */
enum {
    FERRY_OPT_STR = 1,
    FERRY_OPT_INT = 2,      /* decimal digits, sign allowed */
    FERRY_OPT_BOOL = 3,     /* "true" or "false" */
    FERRY_OPT_URL = 4,      /* http:// or https://, without a trailing '/' */
    FERRY_OPT_DURATION = 5, /* milliseconds in decimal; a person writes 250ms, 10s, 5m, 2h */
    FERRY_OPT_LIST = 6,     /* values joined by LF; a person writes an array, or repeats the flag */
    FERRY_OPT_CHOICE = 7,   /* one of `choices` */
    FERRY_OPT_SIZE = 8      /* bytes in decimal; a person writes 64k, 32m, 1g (powers of 1024) */
};
enum {
    FERRY_OPT_REQUIRED = 1u,
    FERRY_OPT_SECRET =
        2u, /* never shown, stored or logged; codecs place it by name, see ferry_out.secret */
    FERRY_OPT_DEPRECATED = 4u, /* still understood; `help` says what to use instead */
    FERRY_OPT_PLACE =
        8u, /* where a tracker of the configuration names no project, the values of these, joined by '.', are it */
    FERRY_OPT_FILE =
        16u /* of a command: a person names a file ("-": stdin), the command sees the bytes in it */
};

/* One option, declared as data. All text NUL-ended, static. */
struct ferry_option {
    uint32_t size;
    uint32_t type;  /* FERRY_OPT_* */
    uint32_t flags; /* FERRY_OPT_REQUIRED ... */
    uint32_t reserved;
    const char *name;           /* lower case, words joined by '_'; on the command line '-' */
    const char *def;            /* in the form a plugin sees; NULL: none. Secrets have none */
    const char *help;           /* one line, lower case, no full stop */
    const char *value;          /* name of the value in help: "FILE"; NULL: by type */
    const char *const *choices; /* NULL-ended; for FERRY_OPT_CHOICE */
    /*
     * Environment variables that give it where no configuration does, the first that is set;
     * NULL-ended, NULL: none. Each begins with the plugin's id in upper case ('-' as '_') and '_':
     * "QASE_API_TOKEN". Where one of a secret is set, a bare project code means this tracker.
     */
    const char *const *variables;
};

/* The plugin. Static and constant; everything it points at lives as long as the process. */
struct ferry_plugin {
    uint32_t size;
    uint32_t abi_major; /* FERRY_ABI_MAJOR */
    uint32_t level;     /* FERRY_ABI_LEVEL */
    uint32_t reserved;
    const char *id;                            /* [a-z][a-z0-9-]{0,30}; the same as in the note */
    const char *name;                          /* for people */
    const char *version;                       /* semantic version */
    const char *license;                       /* SPDX */
    const struct ferry_option *const *options; /* NULL-ended; NULL: none */
    /* The table of an interface ("ferry.reader/1"), or NULL. Same id, same pointer, for ever. [any] */
    const void *(*query)(const char *interface_id);
};

/* The first four fields, as the headers in use want them: so that they never differ from the note. */
#define FERRY_PLUGIN_HEAD sizeof(struct ferry_plugin), FERRY_ABI_MAJOR, FERRY_ABI_LEVEL, 0

/* The note that lets a host know a plugin without running any of its code. */
#define FERRY_NOTE_NAME    "FERRY"
#define FERRY_NOTE_SECTION ".note.ferry"
#define FERRY_NOTE_TYPE    1u
struct ferry_note_desc {
    uint32_t major, level;
    char id[32]; /* NUL-ended */
};

#define FERRY_NOTE_EMIT_(name, ID)                                                                 \
    __attribute__((section(FERRY_NOTE_SECTION), used, aligned(4))) static const struct {           \
        uint32_t namesz, descsz, type;                                                             \
        char note_name[8];                                                                         \
        struct ferry_note_desc desc;                                                               \
    } ferry_note_##name = {6,                                                                      \
                           sizeof(struct ferry_note_desc),                                         \
                           FERRY_NOTE_TYPE,                                                        \
                           FERRY_NOTE_NAME,                                                        \
                           {FERRY_ABI_MAJOR, FERRY_ABI_LEVEL, ID}};

/*
 * FERRY_PLUGIN_DEFINE(name, "id") = {...}; emits the symbol and the note. With FERRY_STATIC defined
 * the same source yields `ferry_plugin_<name>` and no note, so that several plugins link into one program.
 */
#ifdef __cplusplus
#define FERRY_EXTERN_C_ extern "C"
#else
#define FERRY_EXTERN_C_ extern
#endif
#ifdef FERRY_STATIC
#define FERRY_PLUGIN_DEFINE(name, ID)                                                              \
    FERRY_EXTERN_C_ const struct ferry_plugin ferry_plugin_##name;                                 \
    const struct ferry_plugin ferry_plugin_##name
#else
#define FERRY_PLUGIN_DEFINE(name, ID)                                                              \
    FERRY_NOTE_EMIT_(name, ID)                                                                     \
    FERRY_EXTERN_C_ __attribute__((visibility("default"))) const struct ferry_plugin ferry_plugin; \
    const struct ferry_plugin ferry_plugin
#endif

#endif
