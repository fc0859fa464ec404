/* SPDX-License-Identifier: MIT */
/* config_pick_named.c - the trackers of the config, by their names and by their projects; see config_pick.h. */
#include "config_pick.h"

#include <file.h>
#include <text.h>

int32_t pick_no_memory(const struct pick *p)
{
    return ferry_fail(p->err, FERRY_E_NO_MEMORY, NULL, "destination: out of memory");
}

int pick_knows(const struct pick *p, struct ferry_str name)
{
    for (size_t i = 0; i < p->n_names; i++) {
        if (str_is(name, p->names[i])) {
            return 1;
        }
    }
    return 0;
}

int32_t pick_collect(struct pick *p)
{
    for (const struct config_entry *e = p->c->entries; e; e = e->next) {
        struct ferry_str rest = ferry_cstr(e->path), name;
        str_split(&rest, '.', &name);
        if (!str_is(name, "trackers") || !str_split(&rest, '.', &name) || pick_knows(p, name)) {
            continue;
        }
        if (p->n_names == MOST_TRACKERS) {
            return ferry_fail(p->err, FERRY_E_CONFIG, "trackers",
                              "%s: more than %d trackers; remove some", e->at, MOST_TRACKERS);
        }
        p->names[p->n_names] = arena_str(&p->t->arena, name).ptr;
        if (!p->names[p->n_names++]) {
            return pick_no_memory(p);
        }
    }
    return FERRY_OK;
}

/* "trackers.NAME.KEY", expanded; absent where it is not there. */
static int32_t tracker_value(const struct pick *p, const char *name, const char *key,
                             struct ferry_str *out, const struct config_entry **entry)
{
    char path[160], what[256];
    struct config_expansion x = {.what = what};
    const struct config_entry *e;
    *out = (struct ferry_str){NULL, 0};
    snprintf(path, sizeof path, "trackers.%.64s.%.32s", name, key);
    e = config_find(p->c, path);
    if (entry) {
        *entry = e;
    }
    if (!e) {
        return FERRY_OK;
    }
    snprintf(what, sizeof what, "%s: %s", e->at, path);
    x.layer = e->layer;
    if (e->is_list) {
        return ferry_fail(p->err, FERRY_E_CONFIG, key, "%s is a list; it takes one value", what);
    }
    return config_expand(p->c, e->raw, &x, &p->t->arena, out, p->err);
}

void pick_list(const struct pick *p, struct buf *out)
{
    for (size_t i = 0; i < p->n_names; i++) {
        buf_printf(out, "%s%s", i ? ", " : "", p->names[i]);
    }
}

/* What the first variable of an option that is set says. */
static struct ferry_str option_variable(const struct config *c, const struct ferry_option *o)
{
    const char *const *variables = option_variables(o);
    struct ferry_str value = {NULL, 0};
    for (size_t i = 0; variables && variables[i] && str_empty(value); i++) {
        value = config_variable(c, variables[i], NULL);
    }
    return value;
}

int32_t pick_place(struct pick *p, const char *name, const struct ferry_plugin *plugin,
                   struct ferry_str *project)
{
    struct ferry_str joined = {NULL, 0};
    int32_t rc = FERRY_OK;
    for (const struct ferry_option *const *o = plugin ? plugin->options : NULL; o && *o; o++) {
        struct ferry_str value = {NULL, 0};
        if (!((*o)->flags & FERRY_OPT_PLACE)) {
            continue;
        }
        rc = name ? tracker_value(p, name, (*o)->name, &value, NULL) : FERRY_OK;
        value = str_empty(value) ? option_variable(p->c, *o) : value;
        if (rc || str_empty(value)) {
            return rc;
        }
        joined = joined.ptr
                     ? arena_printf(&p->t->arena, "%.*s.%.*s", STR_ARG(joined), STR_ARG(value))
                     : value;
    }
    *project = joined;
    return p->t->arena.failed;
}

int32_t pick_named(struct pick *p, const char *name, const char *how)
{
    const struct config_entry *e = NULL;
    struct ferry_str plugin, project;
    int32_t rc = tracker_value(p, name, "plugin", &plugin, &e);
    rc = rc ? rc : tracker_value(p, name, "project", &project, NULL);
    if (rc) {
        return rc;
    }
    if (str_empty(plugin)) {
        return ferry_fail(
            p->err, FERRY_E_CONFIG, "plugin",
            "tracker \"%s\" of %s names no plugin; give it \"plugin\": \"qase\" or another that "
            "`ferry plugins` lists",
            name, p->c->file ? path_base(p->c->file) : "the user's config");
    }
    if (str_empty(project)) {
        struct ferry_error why = {.size = sizeof why};
        rc = pick_place(p, name, plugins_get(p->plugins, plugin, &why), &project);
    }
    if (rc || str_empty(project)) {
        return rc ? rc
                  : ferry_fail(p->err, FERRY_E_CONFIG, "project",
                               "%s: tracker \"%s\" names no project; give it \"project\": \"CODE\"",
                               e->origin, name);
    }
    p->section = name;
    p->t->plugin_id = plugin;
    p->t->project = project;
    p->t->how = how ? arena_printf(&p->t->arena, "%s; %s", how, e->origin)
                    : arena_printf(&p->t->arena, "from %s", e->origin);
    return p->t->how.ptr ? FERRY_OK : pick_no_memory(p);
}

int32_t pick_by_project(struct pick *p, struct ferry_str plugin, struct ferry_str project,
                        size_t *found)
{
    const char *first = NULL;
    struct buf list;
    int32_t rc = FERRY_OK;
    *found = 0;
    buf_init(&list, 16 * 1024);
    for (size_t i = 0; i < p->n_names && !rc; i++) {
        struct ferry_str its_plugin, its_project;
        rc = tracker_value(p, p->names[i], "plugin", &its_plugin, NULL);
        rc = rc ? rc : tracker_value(p, p->names[i], "project", &its_project, NULL);
        if (rc || !ferry_eq(its_project, project) ||
            (plugin.ptr && !ferry_eq(its_plugin, plugin))) {
            continue;
        }
        buf_printf(&list, "%s%s", *found ? ", " : "", p->names[i]);
        first = *found ? first : p->names[i];
        (*found)++;
    }
    if (!rc && *found > 1) {
        rc = ferry_fail(p->err, FERRY_E_CONFIG, "to",
                        "\"%.*s\" is the project of several trackers: %s; name one of them",
                        STR_ARG(p->t->name), buf_cstr(&list));
    } else if (!rc && *found == 1) {
        rc = pick_named(p, first, NULL);
    }
    buf_finish(&list);
    return rc;
}
