/* SPDX-License-Identifier: MIT */
/*
 * config_private.h - what the files config*.c share; nobody else includes it. The model: a list of
 * entries, each a path, a text and where that text came from. What is asked for is looked up by
 * path, the highest layer wins.
 */
#ifndef HOST_CONFIG_PRIVATE_H
#define HOST_CONFIG_PRIVATE_H

#include "config.h"
#include "options.h"

/*
 * Where a value came from; of two the higher counts. The order is not the order of trust: what the
 * repository and the .env beside it say can be changed by whoever may propose a change.
 */
enum config_layer {
    CONFIG_DEFAULT = 0,
    CONFIG_USER = 1,
    CONFIG_REPO = 2,
    CONFIG_DOTENV = 3,
    CONFIG_ENV = 4,
    CONFIG_FLAG = 5 /* of the command line: above all */
};

#define CONFIG_FROM(layer) (1u << (unsigned)(layer))

struct config_entry {
    struct config_entry *next;
    const char *path;     /* "trackers.ao.token" */
    struct ferry_str raw; /* as written; a list's values joined by LF */
    struct ferry_str
        value; /* expanded and checked; absent for trackers.*, which wait for their plugin */
    enum config_layer layer; /* of the file or the variable */
    int is_list, is_empty;   /* it was written as [...]; as [] */
    const char *at;          /* "ferry.json line 4, column 7" or "FERRY_STATE"; begins messages */
    const char *origin;      /* the same without the column */
};

/* How the files are called where people read of them. */
#define CONFIG_SOURCE_REPO    "ferry.json"
#define CONFIG_SOURCE_USER    "the user's config"
#define CONFIG_SOURCE_DOTENV  ".env"
#define CONFIG_SOURCE_TRUSTED "trusted-hosts"

/* What was left out, and why; a list. */
struct config_left_out {
    struct config_left_out *next;
    struct config_trouble trouble;
};

/* One NAME=VALUE of the .env file. */
struct config_variable {
    struct config_variable *next;
    struct ferry_str name, value;
};

struct config {
    struct arena arena;
    const char *work;   /* the folder given to config_load(), absolute */
    const char *folder; /* of ferry.json, else work */
    const char *file;   /* NULL: none */
    const char *file_origin;
    const char *user_file; /* where the user's config is or would be; NULL: no home */
    struct config_entry *entries, **last;
    uint32_t n_entries;
    struct config_variable *dotenv;
    const char *dotenv_file; /* the .env that there is; NULL: none */
    const char
        *dotenv_refused; /* why the .env beside was not read; NULL: it was, or is not there */
    const char **plugin_folders;
    struct config_reporters *reporters; /* read when first asked for, see config_reporter.c */
    int anyway;                         /* what cannot be used is left out, see config_go_on() */
    struct config_left_out *left_out, **last_left_out;
};

/*
 * After one source of settings: its failure, or OK where such failures are only remembered.
 * `entries` is where c->last stood before it: what came since is taken out again.
 */
int32_t config_go_on(struct config *c, const char *what, struct config_entry **entries, int32_t rc,
                     const struct ferry_error *why, struct ferry_error *err);

/* --- config_schema.c: the declared keys ------------------------------------------ */

enum {
    KEY_USER_ONLY = 1u, /* never from a repository */
    KEY_PATH = 2u,      /* becomes absolute; from a repository only inside it */
    KEY_ALL_LAYERS = 4u /* every layer counts, not only the highest */
};
struct config_key {
    struct ferry_option option; /* its name is the path */
    uint32_t flags;
    int64_t min, max;     /* of numbers; both 0: any */
    const char *variable; /* "FERRY_UPLOAD_TO"; NULL: none */
};
extern const struct config_key *const config_keys[]; /* NULL-ended */
const struct config_key *config_key_find(const char *path);
/* 1 where declared keys begin with `path` and a '.'. */
int config_is_section(const char *path);
/* Expands and checks e->raw into e->value. */
int32_t config_entry_check(struct config *c, const struct config_key *key, struct config_entry *e,
                           struct ferry_error *err);

/* --- config_json_schema.c, config_template.c ------------------------------------------ */

struct json_out;
/* The default of an option that has one, as JSON a person would write: "2m", 8, ["a", "b"]. */
void config_default_json(struct json_out *j, const struct ferry_option *o);

/* --- config_file.c: files to entries ----------------------------------------------- */

/* Finds ferry.json (or takes `file`) and the user's config, and reads both. Sets c->folder, file,
 * user_file. */
int32_t config_read_files(struct config *c, const char *file, struct ferry_error *err);
/* E_CONFIG where others can write a file that is trusted; `name` is what it is called. */
int32_t config_own_file(const char *path, const char *name, struct ferry_error *err);
/* Adds one, in the arena of c; NULL: out of memory. Texts are copied. */
struct config_entry *config_add(struct config *c, const char *path, struct ferry_str raw,
                                enum config_layer layer, const char *at, const char *origin);
/* Of the highest layer, or NULL. */
const struct config_entry *config_find(const struct config *c, const char *path);
/* [A-Za-z0-9_-]+ */
int config_is_tracker_name(struct ferry_str name);

struct cJSON;
/* A text, a number, true or false, as text; 0 where it is something else. */
int config_put_scalar(struct buf *out, const struct cJSON *v);
/* Whether an earlier member of the object has the same name. */
int config_is_repeated(const struct cJSON *object, const struct cJSON *member);
/* A long word without quotes may be a secret that was put there: the parser's message goes without it. */
void config_hide_word(char *message);

/* --- config_reporter.c: the file of a vendor's own reporters ------------------------------ */

/* One of its members, called as the variable of the same meaning. */
struct config_said {
    struct config_said *next;
    const char *variable, *path; /* "QASE_TESTOPS_RUN_ID", "testops.run.id" */
    const char *at,
        *origin; /* "qase.config.json line 4, column 7: testops.run.id"; "qase.config.json line 4" */
    struct ferry_str value;
    int is_list; /* it was written as [...] or {...}; a line each */
};
struct config_reporter {
    struct config_reporter *next;
    const char *id, *file; /* of the plugin; NULL: no such file */
    struct ferry_str names;
    struct config_said *said;
    const char *others; /* what it holds beside, with ", " between; NULL: nothing */
    int told, told_literal;
};
int32_t config_reporters_begin(struct config *c);
void config_reporters_end(struct config *c);
/* Whether there may be such a file for a plugin that is not loaded yet. */
int config_has_reporter(const struct config *c, const char *id);
/*
 * The plugin's file, of `names` (a line each; absent: those its option "reporter_config" declares) the first in the working folder.
 * NULL in *out: there is none, or the plugin has no such option. E_CONFIG: file, line, what is wrong.
 */
int32_t config_reporter(const struct config *c, const struct ferry_plugin *plugin,
                        struct ferry_str names, const struct config_reporter **out,
                        struct ferry_error *err);
/* What it says for a variable, or NULL; r may be NULL. */
const struct config_said *config_reporter_says(const struct config_reporter *r, const char *name);
/* Names, once, what ferry does not use: of the files that were read, and of variables. */
void config_reporter_tell(const struct config *c, const struct ferry_plugin *plugin);
void config_reporter_warn_literal(const struct config *c, const struct config_said *said);

/* --- config_env.c, config_dotenv.c: the environment ----------------------------------- */

/* FERRY_* into entries. */
int32_t config_read_variables(struct config *c, struct ferry_error *err);
/* Reads the .env file that may be used; what is refused is remembered in c->dotenv_refused. */
int32_t config_read_dotenv(struct config *c, struct ferry_error *err);
/* A variable of the environment, else of .env; set but empty is not set. `layer` (may be NULL):
 * which. */
struct ferry_str config_variable(const struct config *c, const char *name,
                                 enum config_layer *layer);
/* "a,b" or lines, as the form of a list has it. */
struct ferry_str config_list_of(struct arena *arena, struct ferry_str text);
/* Whether a name speaks of a secret: TOKEN, PASSWORD, API_KEY ... */
int config_names_secret(struct ferry_str name);

struct config_expansion {
    const char *what;        /* "ferry.json line 4: trackers.ao.token"; begins messages */
    enum config_layer layer; /* of the text */
    int is_secret;           /* the value goes where secrets belong */
    unsigned sources;        /* out: CONFIG_FROM() of the text's layer and of each variable's */
};
/* ${NAME}, ${NAME:-text} and $${ (for "${") in `text`; result in `arena`. */
int32_t config_expand(const struct config *c, struct ferry_str text, struct config_expansion *x,
                      struct arena *arena, struct ferry_str *out, struct ferry_error *err);

/* --- config_trust.c ----------------------------------------------------------------------- */

struct config_trust {
    const char *what;     /* the destination, for messages */
    struct ferry_str url; /* checked, by option_value() */
    const char *url_at;   /* where it was written */
    unsigned url_sources; /* CONFIG_FROM() */
    const char *vendor;   /* the declared default of the url; NULL: none */
    const char *secret;   /* option's name */
    unsigned secret_sources;
};
/* OK, or E_CONFIG: this secret does not go to that host. */
int32_t config_trust_check(const struct config *c, const struct config_trust *t,
                           struct ferry_error *err);
/* Why it may, in a few words; NULL where it may not. */
const char *config_trust_reason(const struct config *c, const struct config_trust *t);
/* The file that `ferry trust` writes, as entries of trust.hosts. */
int32_t config_read_trusted(struct config *c, struct ferry_error *err);
/* Where that file is or would be; absent where there is no home for it. In `arena`. */
struct ferry_str config_trusted_file(const struct config *c, struct arena *arena);

/* --- config_target.c picks, config_settle.c fills in ------------------------------------------ */

/* Options, secrets, url and account of t from the tracker `section` of the config (NULL: none) and
 * the environment. */
int32_t config_settle(const struct config *c, struct target *t, const char *section,
                      struct ferry_error *err);
void config_wipe_secrets(struct target *t);

#endif
