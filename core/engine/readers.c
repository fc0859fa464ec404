/* SPDX-License-Identifier: MIT */
/*
 * readers.c - collects readers and chooses among them. The choice depends on the bytes and the
 * name alone: the surest one, of equals the first by id, so two machines with the same plugins
 * read alike.
 */
#include "readers.h"

#include <log.h>
#include <options.h>
#include <text.h>

#define OPTIONS_MAX ((size_t)1 << 20)

void readers_init(struct readers *r)
{
    memset(r, 0, sizeof *r);
    arena_init(&r->arena, OPTIONS_MAX);
}

void readers_finish(struct readers *r)
{
    arena_finish(&r->arena);
    memset(r, 0, sizeof *r);
}

/* "junit.strict" -> the option's name where it is for this plugin, else absent. */
static struct ferry_str option_of(const struct ferry_plugin *plugin, struct ferry_str key)
{
    struct ferry_str name = key, id;
    if (str_split(&name, '.', &id) && str_is(id, plugin->id)) {
        return name;
    }
    return (struct ferry_str){NULL, 0};
}

static int32_t take_options(struct readers *r, struct reader_entry *e, const struct ferry_kv *given,
                            uint32_t n_given, struct ferry_error *err)
{
    static const struct ferry_option *const none[] = {NULL};
    const struct ferry_option *const *table = e->plugin->options ? e->plugin->options : none;
    struct ferry_kv *kv;
    uint32_t room = n_given, n = 0;
    for (uint32_t i = 0; table[i]; i++) {
        room++;
    }
    kv = arena_array(&r->arena, struct ferry_kv, room ? room : 1);
    if (!kv) {
        return ferry_fail(err, r->arena.failed, e->plugin->id, "reader %s: its options: %s",
                          e->plugin->id, ferry_status_text(r->arena.failed));
    }
    for (uint32_t i = 0; i < n_given; i++) {
        struct ferry_str name = option_of(e->plugin, given[i].key);
        const struct ferry_option *o = name.ptr ? option_find(table, name) : NULL;
        int32_t rc;
        if (!name.ptr) {
            continue;
        }
        if (!o) {
            char scratch[80], shown[80];
            return ferry_fail(err, FERRY_E_CONFIG, e->plugin->id,
                              "reader %s has no option \"%s\"%s%s", e->plugin->id,
                              text_show_to(shown, sizeof shown, name),
                              *option_suggest(table, name, scratch) ? "; " : "",
                              option_suggest(table, name, scratch));
        }
        kv[n].key = ferry_cstr(o->name);
        rc = option_value(o, given[i].value, &r->arena, &kv[n].value, err);
        if (rc) {
            return rc;
        }
        n++;
    }
    e->options = kv;
    e->n_options = n;
    if (!e->plugin->options) {
        return FERRY_OK;
    }
    return options_complete(table, kv, &e->n_options, err);
}

int32_t readers_add(struct readers *r, const struct ferry_plugin *plugin,
                    const struct ferry_kv *given, uint32_t n_given, struct ferry_error *err)
{
    struct reader_entry entry = {.plugin = plugin, .reader = plugin->query(FERRY_READER_1)};
    uint32_t at = r->n;
    int32_t rc;
    if (!entry.reader) {
        return FERRY_OK;
    }
    if (r->n == READERS_MAX) {
        return ferry_fail(
            err, FERRY_E_CONFIG, plugin->id,
            "more than %d plugins offer a reader; take some out of the plugin folders",
            READERS_MAX);
    }
    rc = take_options(r, &entry, given, n_given, err);
    if (rc) {
        return rc;
    }
    while (at > 0 && strcmp(r->list[at - 1].plugin->id, plugin->id) > 0) {
        r->list[at] = r->list[at - 1];
        at--;
    }
    r->list[at] = entry;
    r->n++;
    for (const char *const *glob = entry.reader->globs; glob && *glob; glob++) {
        if (r->n_globs + 1 == sizeof r->globs / sizeof *r->globs) {
            return ferry_fail(err, FERRY_E_CONFIG, plugin->id,
                              "readers name more than %u kinds of files", r->n_globs);
        }
        r->globs[r->n_globs++] = *glob;
    }
    return FERRY_OK;
}

/* A given option is for a plugin that offers no reader, or for none at all. */
static int32_t check_given(const struct readers *r, const struct ferry_kv *given, uint32_t n_given,
                           struct ferry_error *err)
{
    for (uint32_t i = 0; i < n_given; i++) {
        const char *ids[READERS_MAX], *near;
        struct ferry_str name = given[i].key, id = {NULL, 0};
        char shown[80];
        int known = 0;
        str_split(&name, '.', &id);
        for (uint32_t k = 0; k < r->n; k++) {
            ids[k] = r->list[k].plugin->id;
            known |= str_is(id, ids[k]);
        }
        if (!known) {
            near = text_nearest(id, ids, r->n);
            return ferry_fail(err, FERRY_E_CONFIG, "readers",
                              "option %s: there is no such reader; %s%s%s see ferry plugins",
                              text_show_to(shown, sizeof shown, given[i].key),
                              near ? "did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        }
    }
    return FERRY_OK;
}

int32_t readers_add_all(struct readers *r, struct plugins *p, const struct ferry_kv *given,
                        uint32_t n_given, struct ferry_error *err)
{
    for (uint32_t i = 0; i < plugins_count(p); i++) {
        struct plugin_entry *e = plugins_at(p, i);
        int32_t rc = e->status;
        if (plugins_is_mock(e)) {
            continue;
        }
        if (!rc && !e->plugin) {
            rc = plugins_load(p, e);
        }
        if (rc == FERRY_E_NO_MEMORY || rc == FERRY_E_IO) { /* another reader might take its files */
            return ferry_fail(err, rc, e->error.where, "%s", e->error.message);
        }
        if (rc) {
            log_warn("plugin left out: %s", e->error.message);
            continue;
        }
        rc = readers_add(r, e->plugin, given, n_given, err);
        if (rc) {
            return rc;
        }
    }
    return check_given(r, given, n_given, err);
}

const struct reader_entry *readers_choose(const struct readers *r, struct ferry_str head,
                                          struct ferry_str name)
{
    const struct reader_entry *best = NULL;
    int32_t surest = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        int32_t sure = r->list[i].reader->sniff(head, name);
        if (sure > surest) {
            surest = sure;
            best = &r->list[i];
        }
    }
    return best;
}

static const void *host_query(void *self, const char *id)
{
    struct reader_host *h = self;
    if (strcmp(id, FERRY_HOST_LOG_1) == 0) {
        return &h->log;
    }
    return strcmp(id, FERRY_HOST_CONFIG_1) == 0 ? &h->config : NULL;
}

static struct ferry_str host_config(void *self, struct ferry_str name)
{
    const struct reader_entry *e = self;
    return ferry_get(e->options, e->n_options, name);
}

void reader_host_init(struct reader_host *h, const struct reader_entry *entry)
{
    memset(h, 0, sizeof *h);
    h->entry = entry;
    h->log = log_service(entry->plugin->id);
    h->config.self = (void *)(uintptr_t)entry;
    h->config.get = host_config;
    h->host.size = sizeof h->host;
    h->host.level = FERRY_ABI_NEWEST;
    h->host.self = h;
    h->host.version = ferry_cstr(FERRY_VERSION);
    h->host.query = host_query;
}
