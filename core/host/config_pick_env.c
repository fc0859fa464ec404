/* SPDX-License-Identifier: MIT */
/* config_pick_env.c - trackers of which variables, a .env or the file of a vendor's own reporters speak; see config_pick.h. */
#include "config_pick.h"

#include <text.h>

extern char **environ;

/* Variables of a plugin begin with its id: without one such, or a file called so, its own need not be loaded. */
static int has_variables(const struct config *c, const char *id)
{
    char prefix[40];
    size_t n = strlen(id);
    if (n + 2 > sizeof prefix) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        prefix[i] = id[i] >= 'a' && id[i] <= 'z' ? (char)(id[i] - ('a' - 'A'))
                    : id[i] == '-'               ? '_'
                                                 : id[i];
    }
    memcpy(prefix + n, "_", 2);
    if (config_has_reporter(c, id)) {
        return 1;
    }
    for (char **v = environ; v && *v; v++) {
        if (strncmp(*v, prefix, n + 1) == 0) {
            return 1;
        }
    }
    for (const struct config_variable *v = c->dotenv; v; v = v->next) {
        if (str_starts(v->name, prefix)) {
            return 1;
        }
    }
    return 0;
}

/*
 * The variable that is set for a secret of this plugin, or for its option `name`, or what the file of its vendor's reporters says for
 * one; NULL: nothing.
 */
static const char *variable_of(const struct config *c, const struct ferry_plugin *plugin,
                               const struct config_reporter *reporter, const char *name,
                               struct ferry_str *value)
{
    const char *found = NULL;
    struct ferry_str in_file = {NULL, 0};
    for (const struct ferry_option *const *o = plugin->options; o && *o; o++) {
        const char *const *variables = option_variables(*o);
        if (name ? strcmp((*o)->name, name) != 0 : !((*o)->flags & FERRY_OPT_SECRET)) {
            continue;
        }
        for (size_t i = 0; variables && variables[i]; i++) {
            *value = config_variable(c, variables[i], NULL);
            if (value->ptr) {
                return variables[i];
            }
            const struct config_said *said = config_reporter_says(reporter, variables[i]);
            if (said && !found) { /* variables count first */
                found = said->origin;
                in_file = said->value;
            }
        }
    }
    *value = in_file;
    return found;
}

const struct ferry_plugin *pick_spoken_of(const struct pick *p, struct plugin_entry *e)
{
    if (e->status || !has_variables(p->c, e->id) || (!e->plugin && plugins_load(p->plugins, e))) {
        return NULL;
    }
    return e->plugin->query && e->plugin->query(FERRY_TRACKER_1) ? e->plugin : NULL;
}

/* The first variable of those that say the place together. */
static const char *place_variable(const struct config *c, const struct ferry_plugin *plugin)
{
    for (const struct ferry_option *const *o = plugin->options; o && *o; o++) {
        const char *const *variables = option_variables(*o);
        for (size_t i = 0; (*o)->flags & FERRY_OPT_PLACE && variables && variables[i]; i++) {
            if (config_variable(c, variables[i], NULL).ptr) {
                return variables[i];
            }
        }
    }
    return NULL;
}

int32_t pick_by_variables(struct pick *p, struct ferry_str project, size_t *found)
{
    struct target *t = p->t;
    struct buf list;
    int32_t rc = FERRY_OK;
    *found = 0;
    buf_init(&list, 16 * 1024);
    for (uint32_t i = 0; i < plugins_count(p->plugins); i++) {
        const struct ferry_plugin *plugin = pick_spoken_of(p, plugins_at(p->plugins, i));
        const struct config_reporter *reporter = NULL;
        const char *token, *place = NULL;
        struct ferry_str ignored, its_project = project;
        struct ferry_str names = {NULL, 0};
        rc = plugin ? config_reporter(p->c, plugin, names, &reporter, p->err) : FERRY_OK;
        if (rc) {
            break;
        }
        token = plugin ? variable_of(p->c, plugin, reporter, NULL, &ignored) : NULL;
        if (token && !project.ptr) {
            place = variable_of(p->c, plugin, reporter, "project", &its_project);
        }
        if (token && !its_project.ptr) {
            rc = pick_place(p, NULL, plugin, &its_project);
            place = its_project.ptr ? place_variable(p->c, plugin) : NULL;
        }
        if (rc) {
            break;
        }
        if (!token || !its_project.ptr) {
            continue;
        }
        buf_printf(&list, "%s%s:%.*s", *found ? ", " : "", plugin->id, STR_ARG(its_project));
        (*found)++;
        t->by_variables = 1;
        t->plugin_id = ferry_cstr(plugin->id);
        t->project = arena_str(&t->arena, its_project);
        t->how = place ? arena_printf(&t->arena, "%s and %s are set", token, place)
                       : arena_printf(&t->arena, "%s is set", token);
    }
    if (rc == FERRY_OK && *found > 1) {
        rc = ferry_fail(p->err, FERRY_E_CONFIG, "to",
                        "the environment has tokens for several trackers; say which is meant: %s",
                        buf_cstr(&list));
    } else if (rc == FERRY_OK && *found == 1 && (!t->project.ptr || !t->how.ptr)) {
        rc = pick_no_memory(p);
    }
    buf_finish(&list);
    return rc;
}

int32_t target_of_variables(const struct config *c, struct plugins *plugins,
                            const struct ferry_plugin *plugin, struct arena *arena,
                            struct ferry_str *name)
{
    struct target t = {.by_variables = 0};
    struct ferry_error why = {.size = sizeof why};
    struct pick pick = {.c = c, .plugins = plugins, .t = &t, .err = &why};
    struct ferry_str project = {NULL, 0};
    *name = project;
    variable_of(c, plugin, NULL, "project", &project);
    arena_init(&t.arena, PICK_ROOM);
    int32_t rc = str_empty(project) ? pick_place(&pick, NULL, plugin, &project) : FERRY_OK;
    if (rc == FERRY_OK && !str_empty(project)) {
        *name = arena_printf(arena, "%s:%.*s", plugin->id, STR_ARG(project));
    }
    arena_finish(&t.arena);
    return rc ? rc : arena->failed;
}
