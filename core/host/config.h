/* SPDX-License-Identifier: MIT */
/*
 * config.h - the layers of configuration: flags, FERRY_* variables, ferry.json of the repository
 * (found upward to the git root), the user's config, defaults; and what a destination's name means.
 *
 * Unknown keys are errors with "did you mean"; faults of JSON are told with line and column; ${ENV}
 * expands in values. A repository's file is not trusted with CA, proxy, TLS checks or plugin
 * folders.
 */
#ifndef HOST_CONFIG_H
#define HOST_CONFIG_H

#include "plugins.h"
#include "request.h"

#include <arena.h>

struct config;
/* `file`: an explicit --config, or NULL to search from `folder` upward. */
int32_t config_load(struct config **out, const char *folder, const char *file,
                    struct ferry_error *err);
/*
 * The same for those who mend a configuration or look at one: a file, variable or value that cannot
 * be used is left out and remembered. Fails only where there is no memory or no such folder.
 */
int32_t config_load_anyway(struct config **out, const char *folder, const char *file,
                           struct ferry_error *err);
void config_free(struct config *c); /* accepts NULL */

/* A value by path ("upload.to", "automation_key.field"), in the form its declaration says; absent
 * where unset and without default. */
struct ferry_str config_get(const struct config *c, const char *path);
/* Where it came from: "ferry.json line 4", "FERRY_STATE", "default". */
const char *config_origin(const struct config *c, const char *path);
/* What the command line says of a declared key: it counts before all else. `flag` ("--jobs") begins messages. */
int32_t config_set_flag(struct config *c, const char *path, const char *flag,
                        struct ferry_str value, struct ferry_error *err);
/* The folder of ferry.json, or `folder` of config_load; absolute. */
const char *config_folder(const struct config *c);
/* ferry.json's path, or NULL where there is none; and why it is that one. */
const char *config_file(const struct config *c);
const char *config_file_origin(const struct config *c);
/* "; did you mean \"upload.mirror\"?" for a path that is no key, or "". Static, or in `scratch`. */
const char *config_suggest(const char *path, char scratch[128]);
/* Whether a variable is set, in the environment or in the .env that may be used. */
int config_has_variable(const struct config *c, const char *name);
/* Whether a text can be the code of a project; E_CONFIG says what is wrong with it. */
int32_t config_project_check(struct ferry_str project, struct ferry_error *err);
/* Absolute folders for plugins, from the user's config only; NULL-ended. */
const char *const *config_plugin_folders(const struct config *c);
/* The state folder: --state (given here, may be NULL), FERRY_STATE, "state" of the user's config,
 * else .ferry beside the config file, else the working folder's .ferry. Absolute; in the arena of
 * c. */
const char *config_state_folder(struct config *c, const char *flag);
/* Why it is that one: "--state", "FERRY_STATE", "beside ferry.json" ... */
const char *config_state_origin(const struct config *c, const char *flag);

/* --- config_report.c: what people see of it --------------------------------------- */

/* What was left out by config_load_anyway(), and why. */
struct config_trouble {
    const char *what; /* of a source: its `what`; else a variable */
    struct ferry_error error;
};
/* The i-th of them, NULL past the end. */
const struct config_trouble *config_trouble(const struct config *c, uint32_t i);

/* A file that settings come from. */
struct config_source {
    const char *what; /* "ferry.json", "the user's config", ".env", "trusted-hosts" */
    const char *path; /* where it is, or would be; NULL: nowhere */
    int there;
    const char *refused; /* why it is not used although it is there; NULL: it is */
    int passed_by;       /* 1: refused, and every command goes on without it */
};
/* The i-th; 0 past the end. Texts live as long as c. */
int config_source(struct config *c, uint32_t i, struct config_source *out);

/*
 * One value. `raw`: as written, ${ENV} not expanded; a secret shows as "***". `value`: what it comes
 * to; absent for what a tracker's plugin has not checked, and where nothing is set.
 */
struct config_item {
    const char *path, *origin;
    struct ferry_str raw, value;
    const char *overridden; /* by what; NULL: this is the value that counts */
};
enum { CONFIG_ALL = 1u }; /* also what is not set, and what another layer stands above */
/* Each declared key, then the options of trackers. fn returns a status; any but OK ends it. */
int32_t config_each(const struct config *c, struct plugins *p, unsigned flags,
                    int32_t (*fn)(void *data, const struct config_item *item), void *data);
/* The names of the configured trackers, a line each, appended. */
void config_trackers(const struct config *c, struct buf *out);

/* --- config_json_schema.c, config_template.c: made from the table of keys ----------------- */

enum { CONFIG_SCHEMA_USER = 1u }; /* of the user's own config, which may hold more keys */
/*
 * A JSON Schema (draft 2020-12) of a configuration file, with the options of the trackers that `p`
 * has. It refuses nothing that ferry takes; what only ferry can know (a variable's value, a range
 * inside a text, a file) it lets pass. Plugins that cannot be loaded are left out.
 */
int32_t config_json_schema(struct plugins *p, unsigned flags, struct buf *out);

/* A tracker for config_template(). */
struct config_template_tracker {
    const char *name;
    struct ferry_str plugin, project; /* "${NAME}" is a reference, as in the file */
    const struct ferry_kv *options;   /* further ones, as they are to be written */
    uint32_t n_options, reserved;
};
/*
 * The text of a new ferry.json: these trackers, the first the primary and the others its mirrors,
 * and every key that a repository may set, as a comment with its default. `inputs`: what to upload,
 * as a word of a shell on one line, for a comment; absent: not known.
 */
int32_t config_template(const struct config_template_tracker *trackers, uint32_t n,
                        struct ferry_str inputs, struct buf *out);

/* The hosts that the user trusts, and where each is allowed. fn returns a status; any but OK ends it. */
int32_t trust_each(const struct config *c,
                   int32_t (*fn)(void *data, struct ferry_str host, const char *origin),
                   void *data);
/* Whether the user allows this URL; plain http needs an entry that says http. */
int trust_allows(const struct config *c, struct ferry_str url);
/*
 * One more or one less, in the user's own folder. *changed: 0 where it was so already. E_CONFIG where
 * it is no host, or where the one to be removed is not in the list.
 */
int32_t trust_change(const struct config *c, struct ferry_str host, int remove, int *changed,
                     struct ferry_error *err);

/* What was found for one option of a destination. */
struct target_setting {
    const struct ferry_option *option;
    struct ferry_str value; /* absent: not set; a secret's is "***" */
    const char *origin;     /* "ferry.json line 4", "QASE_API_TOKEN", "default", "not set" */
};

/* A destination: what a name or "plugin:PROJECT" came to mean. */
struct target {
    struct arena arena;
    const struct ferry_plugin *plugin;
    const struct ferry_tracker *tracker;
    const struct ferry_needs *needs; /* NULL: nothing */
    struct ferry_str name;           /* as the user said it */
    struct ferry_str label;          /* "local:AO", for people and the journal */
    struct ferry_str plugin_id, project;
    struct ferry_str url;     /* base URL; absent: served in process */
    struct ferry_str account; /* what tells accounts apart, without any secret: host, path, and the
                                    name that the config gives one of several */
    struct ferry_str credential; /* account and a digest of the secrets: whose limits are counted */
    struct ferry_str key_field;  /* title of the Automation Key field */
    struct ferry_str how; /* why this one was taken: "from ferry.json", "QASE_API_TOKEN is set" ...
                             for the first line of output */
    const struct ferry_kv *options; /* declared ones, checked, defaults filled in, no secrets */
    uint32_t n_options, n_settings;
    const struct target_setting *settings; /* all declared ones, for people */
    int by_variables;    /* 1: no configuration names it; a token in the environment does */
    const char *trusted; /* why its secrets may go to its host; NULL: it has none, or no host */
    struct request_values
        secrets; /* secret options by name; values are registered with secrets.h */
};
/*
 * `text` absent: upload.to of the config, else a local project named after the folder. E_CONFIG
 * names what is ambiguous with its candidates, or what is unknown with "did you mean".
 */
int32_t target_resolve(struct target **out, const struct config *c, struct plugins *p,
                       struct ferry_str text, struct ferry_error *err);
/* "PLUGIN:PROJECT" by what variables say of a plugin's project, or of the ids that it is known by; absent: they say none. */
int32_t target_of_variables(const struct config *c, struct plugins *plugins,
                            const struct ferry_plugin *plugin, struct arena *arena,
                            struct ferry_str *name);
/*
 * An option of its plugin, said otherwise than the configuration says it, for this target alone; of a list, its elements with '\n' between. `flag`
 * ("--link") begins messages. E_CONFIG where the plugin has no such option, or that is none of its values. Not for secrets.
 */
int32_t target_set_option(struct target *t, const char *flag, const char *name,
                          struct ferry_str value, struct ferry_error *err);
void target_free(struct target *t); /* accepts NULL */

#endif
