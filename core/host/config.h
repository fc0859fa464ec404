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
void config_free(struct config *c); /* accepts NULL */

/* A value by path ("upload.to", "automation_key.field"), in the form its declaration says; absent
 * where unset and without default. */
struct ferry_str config_get(const struct config *c, const char *path);
/* Where it came from: "ferry.json line 4", "FERRY_STATE", "default". */
const char *config_origin(const struct config *c, const char *path);
/* The folder of ferry.json, or `folder` of config_load; absolute. */
const char *config_folder(const struct config *c);
/* ferry.json's path, or NULL where there is none. */
const char *config_file(const struct config *c);
/* Absolute folders for plugins, from the user's config only; NULL-ended. */
const char *const *config_plugin_folders(const struct config *c);
/* The state folder: --state (given here, may be NULL), FERRY_STATE, "state" of the user's config,
 * else .ferry beside the config file, else the working folder's .ferry. Absolute; in the arena of
 * c. */
const char *config_state_folder(struct config *c, const char *flag);

/* One value that is set or has a default. `raw`: as written, ${ENV} not expanded; a secret shows as
 * "***". */
struct config_item {
    const char *path, *origin;
    struct ferry_str raw,
        value; /* value: absent for options of trackers, which their plugin checks */
};
/* Each declared key, then the options of trackers; the winning layer. fn returns a status; any but
 * OK ends it. */
int32_t config_each(const struct config *c, struct plugins *p,
                    int32_t (*fn)(void *data, const struct config_item *item), void *data);
/* The names of the configured trackers, a line each, appended. */
void config_trackers(const struct config *c, struct buf *out);

/* The hosts that the user trusts, a line each, appended; and one more or one less (written to the
 * user's folder). */
int32_t trust_list(const struct config *c, struct buf *out, struct ferry_error *err);
int32_t trust_change(const struct config *c, struct ferry_str host, int remove,
                     struct ferry_error *err);

/* A destination: what a name or "plugin:PROJECT" came to mean. */
struct target {
    struct arena arena;
    const struct ferry_plugin *plugin;
    const struct ferry_tracker *tracker;
    struct ferry_str name;  /* as the user said it */
    struct ferry_str label; /* "local:AO", for people and the journal */
    struct ferry_str plugin_id, project;
    struct ferry_str url;     /* base URL; absent: served in process */
    struct ferry_str account; /* what tells accounts apart, without any secret: host and a digest of
                                 the credential */
    struct ferry_str key_field; /* title of the Automation Key field */
    struct ferry_str how; /* why this one was taken: "from ferry.json", "QASE_API_TOKEN is set" ...
                             for the first line of output */
    const struct ferry_kv *options; /* declared ones, checked, defaults filled in, no secrets */
    uint32_t n_options;
    struct request_values
        secrets; /* secret options by name; values are registered with secrets.h */
};
/*
 * `text` absent: upload.to of the config, else a local project named after the folder. E_CONFIG
 * names what is ambiguous with its candidates, or what is unknown with "did you mean".
 */
int32_t target_resolve(struct target **out, const struct config *c, struct plugins *p,
                       struct ferry_str text, struct ferry_error *err);
void target_free(struct target *t); /* accepts NULL */

#endif
