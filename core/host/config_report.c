/* SPDX-License-Identifier: MIT */
/*
 * config_report.c - the configuration as people see it: every value with where it came from, the
 * files it is made of, and what was left out. `ferry config` and `ferry doctor` call it. A secret
 * never gets out of here.
 */
#include "config_private.h"

#include <stdlib.h>
#include <text.h>
#include <unistd.h>

/* --- sources ---------------------------------------------------------------------- */

const struct config_trouble *config_trouble(const struct config *c, uint32_t i)
{
    const struct config_left_out *out = c->left_out;
    while (out && i-- > 0) {
        out = out->next;
    }
    return out ? &out->trouble : NULL;
}

static const char *trouble_with(const struct config *c, const char *what)
{
    for (const struct config_left_out *out = c->left_out; out; out = out->next) {
        if (strcmp(out->trouble.what, what) == 0) {
            return out->trouble.error.message;
        }
    }
    return NULL;
}

int config_source(struct config *c, uint32_t i, struct config_source *out)
{
    static const char *const names[] = {CONFIG_SOURCE_REPO, CONFIG_SOURCE_USER,
                                        CONFIG_SOURCE_DOTENV, CONFIG_SOURCE_TRUSTED};
    const char *paths[] = {c->file, c->user_file, c->dotenv_file, NULL};
    if (i >= sizeof names / sizeof *names) {
        return 0;
    }
    paths[3] = config_trusted_file(c, &c->arena).ptr;
    *out = (struct config_source){.what = names[i], .path = paths[i]};
    out->there = out->path && access(out->path, F_OK) == 0;
    out->refused = trouble_with(c, out->what);
    if (!out->refused && strcmp(out->what, CONFIG_SOURCE_DOTENV) == 0) {
        out->refused = c->dotenv_refused;
        out->passed_by = out->refused != NULL;
    }
    return 1;
}

/* --- values ----------------------------------------------------------------------------- */

/* "trackers.NAME.KEY" taken apart; 0 where the path is another. */
static int split_tracker(const char *path, struct ferry_str *name, struct ferry_str *key)
{
    struct ferry_str rest = ferry_cstr(path), first;
    return str_split(&rest, '.', &first) && str_is(first, "trackers") &&
           str_split(&rest, '.', name) && (*key = rest, rest.ptr != NULL);
}

void config_trackers(const struct config *c, struct buf *out)
{
    for (const struct config_entry *e = c->entries; e; e = e->next) {
        struct ferry_str name, key, rest = buf_str(out), line;
        int known = 0;
        if (!split_tracker(e->path, &name, &key)) {
            continue;
        }
        while (str_split(&rest, '\n', &line)) {
            known |= ferry_eq(line, name);
        }
        if (!known) {
            buf_puts(out, out->len ? "\n" : "");
            buf_put(out, name);
        }
    }
}

/* One report of all values under way. */
struct report {
    const struct config *c;
    struct plugins *plugins;
    unsigned flags;
    int32_t (*fn)(void *data, const struct config_item *item);
    void *data;
};

static int32_t tell(const struct report *r, const struct config_item *item)
{
    if ((item->overridden || (!item->value.ptr && !item->raw.ptr)) && !(r->flags & CONFIG_ALL)) {
        return FERRY_OK;
    }
    return r->fn(r->data, item);
}

static int32_t each_declared(const struct report *r, const struct config_key *key)
{
    const char *path = key->option.name;
    const struct config_entry *best = config_find(r->c, path);
    struct config_item item = {.path = path, .origin = config_origin(r->c, path)};
    int32_t rc = FERRY_OK;
    item.value = config_get(r->c, path);
    item.raw = best ? best->raw : item.value;
    rc = tell(r, &item);
    for (const struct config_entry *e = r->c->entries; e && !rc; e = e->next) {
        if (e != best && strcmp(e->path, path) == 0) {
            item = (struct config_item){path, e->origin, e->raw, e->value, best->origin};
            item.overridden = key->flags & KEY_ALL_LAYERS ? NULL : best->origin;
            rc = tell(r, &item);
        }
    }
    return rc;
}

/* "${NAME}" and nothing else: what stands around it may be the secret itself. */
static int is_reference(struct ferry_str raw)
{
    uint64_t n = raw.len;
    if (n < 4 || !str_starts(raw, "${") || raw.ptr[n - 1] != '}') {
        return 0;
    }
    for (uint64_t i = 2; i < n - 1; i++) {
        char ch = raw.ptr[i];
        if (ch != '_' && !(ch >= '0' && ch <= '9') && !(ch >= 'A' && ch <= 'Z') &&
            !(ch >= 'a' && ch <= 'z')) {
            return 0;
        }
    }
    return 1;
}

/* Whether an option may hold the secret itself: by its declaration, and where that cannot be had by
 * its name. */
static int may_be_secret(const struct report *r, const struct config_entry *e,
                         struct ferry_str name, struct ferry_str key)
{
    char path[160];
    const struct config_entry *plugin;
    const struct ferry_plugin *loaded = NULL;
    const struct ferry_option *o = NULL;
    if (is_reference(e->raw) || str_is(key, "plugin") || str_is(key, "project") ||
        str_is(key, "account")) {
        return 0;
    }
    snprintf(path, sizeof path, "trackers.%.*s.plugin", STR_ARG(name));
    plugin = config_find(r->c, path);
    loaded = r->plugins && plugin ? plugins_get(r->plugins, plugin->raw, NULL) : NULL;
    o = loaded ? option_find(loaded->options, key) : NULL;
    return o ? (o->flags & FERRY_OPT_SECRET) != 0 : !loaded || config_names_secret(key);
}

/* The setting of this key, or NULL. */
static const struct target_setting *setting_of(const struct target *t, struct ferry_str key)
{
    for (uint32_t i = 0; t && i < t->n_settings; i++) {
        const struct ferry_option *only[] = {t->settings[i].option, NULL};
        if (option_find(only, key)) {
            return &t->settings[i];
        }
    }
    return NULL;
}

/* What files say of one tracker. `t`: what it came to; NULL where it cannot be used. */
static int32_t each_written(const struct report *r, struct ferry_str tracker,
                            const struct target *t)
{
    int32_t rc = FERRY_OK;
    for (const struct config_entry *e = r->c->entries; e && !rc; e = e->next) {
        struct config_item item = {.path = e->path, .origin = e->origin, .raw = e->raw};
        const struct config_entry *best;
        const struct target_setting *setting;
        struct ferry_str name, key;
        if (!split_tracker(e->path, &name, &key) || !ferry_eq(name, tracker)) {
            continue;
        }
        best = config_find(r->c, e->path);
        setting = setting_of(t, key);
        if (best != e) {
            item.overridden = best->origin;
        } else if (setting && strcmp(setting->origin, e->origin) != 0) {
            item.overridden = setting->origin;
        }
        if (may_be_secret(r, e, name, key)) {
            item.raw = FERRY_LIT("***");
        }
        rc = tell(r, &item);
    }
    return rc;
}

/* What its options have from elsewhere: variables and defaults. `prefix`: "trackers.ao", or "qase:AO" of one that no file names. */
static int32_t each_setting(const struct report *r, const char *prefix, struct ferry_str tracker,
                            const struct target *t)
{
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < t->n_settings && !rc; i++) {
        const struct target_setting *s = &t->settings[i];
        struct config_item item = {.origin = s->origin, .raw = s->value, .value = s->value};
        char path[200];
        int written = 0;
        snprintf(path, sizeof path, "%s.%s", prefix, s->option->name);
        item.path = path;
        for (const struct config_entry *e = r->c->entries; e; e = e->next) {
            struct ferry_str name, key;
            written |= split_tracker(e->path, &name, &key) && ferry_eq(name, tracker) &&
                       strcmp(e->origin, s->origin) == 0 && setting_of(t, key) == s;
        }
        rc = written ? FERRY_OK : tell(r, &item);
    }
    return rc;
}

static int32_t each_tracker(const struct report *r, struct ferry_str name)
{
    struct target *t = NULL;
    int32_t rc;
    if (r->plugins && target_resolve(&t, r->c, r->plugins, name, NULL)) {
        t = NULL; /* `ferry config check` says why */
    }
    char prefix[100];
    snprintf(prefix, sizeof prefix, "trackers.%.*s", STR_ARG(name));
    rc = each_written(r, name, t);
    rc = rc || !t ? rc : each_setting(r, prefix, name, t);
    target_free(t);
    return rc;
}

/* What an upload would go to by variables alone. */
static int32_t each_of_variables(const struct report *r)
{
    struct ferry_str none = {NULL, 0};
    struct target *t = NULL;
    char prefix[100];
    int32_t rc = FERRY_OK;
    if (r->plugins && target_resolve(&t, r->c, r->plugins, none, NULL) == FERRY_OK &&
        t->by_variables) {
        snprintf(prefix, sizeof prefix, "%.*s", STR_ARG(utf8_cut(t->label, sizeof prefix - 1)));
        rc = each_setting(r, prefix, none, t);
    }
    target_free(t);
    return rc;
}

int32_t config_each(const struct config *c, struct plugins *p, unsigned flags,
                    int32_t (*fn)(void *data, const struct config_item *item), void *data)
{
    struct report r = {c, p, flags, fn, data};
    struct ferry_str rest, name;
    struct buf names;
    int32_t rc = FERRY_OK;
    for (size_t i = 0; config_keys[i] && !rc; i++) {
        rc = each_declared(&r, config_keys[i]);
    }
    buf_init(&names, 1 << 20);
    config_trackers(c, &names);
    rest = buf_str(&names);
    rc = rc || names.len > 0 ? rc : each_of_variables(&r);
    while (!rc && str_split(&rest, '\n', &name)) {
        rc = each_tracker(&r, name);
    }
    rc = rc ? rc : names.failed;
    buf_finish(&names);
    return rc;
}
