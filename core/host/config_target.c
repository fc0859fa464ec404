/* SPDX-License-Identifier: MIT */
/*
 * config_target.c - what a destination's name means: a tracker of the config, "plugin:PROJECT", or
 * a bare project code. Nothing is guessed in silence: what could mean two things is an error that
 * lists them, and `how` says why this one was taken.
 */
#include "config_private.h"

#include <file.h>
#include <stdlib.h>
#include <text.h>

extern char **environ;

enum { MOST_TRACKERS = 200, SHOWN = 80, LARGEST = 8 * 1024 * 1024 };

struct pick {
    const struct config *c;
    struct plugins *plugins;
    struct target *t;
    const char *section; /* of the config; NULL: none */
    const char *names[MOST_TRACKERS];
    size_t n_names;
    struct ferry_error *err;
};

static int32_t no_memory(const struct pick *p)
{
    return ferry_fail(p->err, FERRY_E_NO_MEMORY, NULL, "destination: out of memory");
}

/* --- the trackers of the config ----------------------------------------------------- */

static int known_name(const struct pick *p, struct ferry_str name)
{
    for (size_t i = 0; i < p->n_names; i++) {
        if (str_is(name, p->names[i])) {
            return 1;
        }
    }
    return 0;
}

static int32_t collect_names(struct pick *p)
{
    for (const struct config_entry *e = p->c->entries; e; e = e->next) {
        struct ferry_str rest = ferry_cstr(e->path), name;
        str_split(&rest, '.', &name);
        if (!str_is(name, "trackers") || !str_split(&rest, '.', &name) || known_name(p, name)) {
            continue;
        }
        if (p->n_names == MOST_TRACKERS) {
            return ferry_fail(p->err, FERRY_E_CONFIG, "trackers",
                              "%s: more than %d trackers; remove some", e->at, MOST_TRACKERS);
        }
        p->names[p->n_names] = arena_str(&p->t->arena, name).ptr;
        if (!p->names[p->n_names++]) {
            return no_memory(p);
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

static void list_names(const struct pick *p, struct buf *out)
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

/*
 * Some trackers know a project by several ids ("space_id", "workspace_id"): of this tracker of the config (NULL: of none), else of variables.
 * Absent where one of them is not set, or there are none.
 */
static int32_t join_place(struct pick *p, const char *name, const struct ferry_plugin *plugin,
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

static int32_t take_named(struct pick *p, const char *name, const char *how)
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
        rc = join_place(p, name, plugins_get(p->plugins, plugin, &why), &project);
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
    return p->t->how.ptr ? FERRY_OK : no_memory(p);
}

/*
 * Takes the tracker of the config with this project, and this plugin where one is given. *found:
 * how many there are; of several none is taken, and that is an error.
 */
static int32_t take_by_project(struct pick *p, struct ferry_str plugin, struct ferry_str project,
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
        rc = take_named(p, first, NULL);
    }
    buf_finish(&list);
    return rc;
}

/* --- trackers by what the environment holds ------------------------------------------ */

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

/* The tracker plugin behind an entry, loaded where the environment speaks of it; else NULL. */
static const struct ferry_plugin *spoken_of(const struct pick *p, struct plugin_entry *e)
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

/*
 * Trackers whose token is set. `project` absent: only those whose project is set as well. One is
 * taken; of several none, and that is an error.
 */
static int32_t take_by_variables(struct pick *p, struct ferry_str project, size_t *found)
{
    struct target *t = p->t;
    struct buf list;
    int32_t rc = FERRY_OK;
    *found = 0;
    buf_init(&list, 16 * 1024);
    for (uint32_t i = 0; i < plugins_count(p->plugins); i++) {
        const struct ferry_plugin *plugin = spoken_of(p, plugins_at(p->plugins, i));
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
            rc = join_place(p, NULL, plugin, &its_project);
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
        rc = no_memory(p);
    }
    buf_finish(&list);
    return rc;
}

/* --- names ------------------------------------------------------------------------------ */

static int is_code(struct ferry_str text)
{
    int letters = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) {
            return 0;
        }
        letters |= c >= 'A' && c <= 'Z';
    }
    return letters && text.len <= 40;
}

static int32_t take_local(struct pick *p, struct ferry_str project, const char *how)
{
    p->t->plugin_id = FERRY_LIT("local");
    p->t->project = project;
    p->t->how = ferry_cstr(how);
    return FERRY_OK;
}

/* The folder's name made a project code: upper case, A-Z and 0-9, at least one letter. */
static int32_t take_folder(struct pick *p)
{
    const char *base = path_base(p->c->folder);
    char code[33];
    size_t n = 0;
    int letters = 0;
    for (; *base && n + 1 < sizeof code; base++) {
        char c = *base >= 'a' && *base <= 'z' ? (char)(*base - ('a' - 'A')) : *base;
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            code[n++] = c;
            letters |= c >= 'A';
        }
    }
    code[n] = '\0';
    if (!letters) {
        memcpy(code, "LOCAL", sizeof "LOCAL");
    }
    return take_local(p, arena_str(&p->t->arena, ferry_cstr(code)),
                      letters ? "nothing else is configured; named after the folder"
                              : "nothing else is configured; the folder's name has no letter");
}

static int32_t unknown_name(struct pick *p)
{
    struct buf list;
    char shown[SHOWN];
    const char *near = text_nearest(p->t->name, p->names, p->n_names);
    int32_t rc;
    text_show_to(shown, sizeof shown, p->t->name);
    buf_init(&list, 16 * 1024);
    list_names(p, &list);
    rc = ferry_fail(p->err, FERRY_E_CONFIG, "to",
                    "\"%s\" is no tracker of the configuration, nor a project of one "
                    "(%.160s)%s%s%s; for another "
                    "project write PLUGIN:PROJECT, such as local:AO",
                    shown, buf_cstr(&list), near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "");
    buf_finish(&list);
    return rc;
}

/*
 * Who sets a tracker's address or project, and no token, does not mean a project on this machine. NULL: nobody does; else the plugin,
 * with the variable of its secret.
 */
static const struct ferry_plugin *lacks_token(const struct pick *p, const char **variable)
{
    for (uint32_t i = 0; i < plugins_count(p->plugins); i++) {
        const struct ferry_plugin *plugin = spoken_of(p, plugins_at(p->plugins, i));
        for (const struct ferry_option *const *o = plugin ? plugin->options : NULL; o && *o; o++) {
            const char *const *names = option_variables(*o);
            if (((*o)->flags & FERRY_OPT_SECRET) && ((*o)->flags & FERRY_OPT_REQUIRED) && names) {
                *variable = names[0];
                return plugin;
            }
        }
    }
    return NULL;
}

static int32_t take_local_code(struct pick *p)
{
    const char *refused = p->c->dotenv_refused, *variable = NULL;
    const struct ferry_plugin *plugin = lacks_token(p, &variable);
    char shown[SHOWN];
    if (plugin) {
        text_show_to(shown, sizeof shown, p->t->name);
        return ferry_fail(
            p->err, FERRY_E_CONFIG, "token",
            "\"%s\": variables of %s are set, but not its token; set %s, or write local:%s for "
            "a project on this machine%s%s",
            shown, plugin->name, variable, shown, refused ? "; " : "", refused ? refused : "");
    }
    if (refused) {
        struct ferry_str how =
            arena_printf(&p->t->arena, "no tracker is configured and no token is set; %s", refused);
        return how.ptr ? take_local(p, p->t->name, how.ptr) : no_memory(p);
    }
    return take_local(p, p->t->name, "no tracker is configured and no token is set");
}

/* A bare word where no config names trackers. */
static int32_t take_code(struct pick *p)
{
    struct ferry_str text = p->t->name;
    char shown[SHOWN], code[SHOWN];
    size_t found;
    int32_t rc;
    if (!is_code(text)) {
        text_show_to(shown, sizeof shown, text);
        snprintf(code, sizeof code, "%s", shown);
        for (char *c = code; *c; c++) {
            *c = *c >= 'a' && *c <= 'z' ? (char)(*c - ('a' - 'A')) : *c;
        }
        if (is_code(ferry_cstr(code))) {
            return ferry_fail(
                p->err, FERRY_E_CONFIG, "to",
                "\"%s\" is no project code, and no configuration names a tracker so; write %s or "
                "PLUGIN:%s",
                shown, code, shown);
        }
        return ferry_fail(p->err, FERRY_E_CONFIG, "to",
                          "\"%s\" is no destination; write a tracker's name from ferry.json, a "
                          "project code such as "
                          "AO, or PLUGIN:PROJECT",
                          shown);
    }
    rc = take_by_variables(p, text, &found);
    if (rc || found) {
        return rc;
    }
    return take_local_code(p);
}

static int32_t take_written(struct pick *p)
{
    struct ferry_str rest = p->t->name, plugin;
    size_t found = 0;
    int32_t rc;
    if (known_name(p, p->t->name)) {
        return take_named(p, p->t->name.ptr, NULL);
    }
    str_split(&rest, ':', &plugin);
    if (rest.ptr) {
        if (str_empty(plugin) || str_empty(rest)) {
            char shown[SHOWN];
            return ferry_fail(p->err, FERRY_E_CONFIG, "to",
                              "\"%s\" lacks a side of its ':'; write PLUGIN:PROJECT",
                              text_show_to(shown, sizeof shown, p->t->name));
        }
        rc = take_by_project(p, plugin, rest, &found);
        if (rc || found) {
            return rc;
        }
        p->t->plugin_id = plugin;
        p->t->project = rest;
        p->t->how = FERRY_LIT("as written");
        return FERRY_OK;
    }
    if (p->n_names == 0) {
        return take_code(p);
    }
    rc = take_by_project(p, (struct ferry_str){NULL, 0}, p->t->name, &found);
    if (rc || found) {
        return rc;
    }
    return unknown_name(p);
}

/* Nothing was said: upload.to, the only tracker there is, what the environment says, the folder. */
static int32_t take_default(struct pick *p)
{
    struct ferry_str to = config_get(p->c, "upload.to");
    struct buf list;
    size_t found;
    int32_t rc;
    if (!str_empty(to)) {
        p->t->name = arena_str(&p->t->arena, to);
        rc = p->t->name.ptr ? take_written(p) : no_memory(p);
        if (rc) {
            if (p->err) { /* the name was not typed: say where it stands */
                struct ferry_error why = *p->err;
                return ferry_fail(p->err, rc, why.where, "upload.to, %s: %.380s",
                                  config_origin(p->c, "upload.to"), why.message);
            }
            return rc;
        }
        p->t->how = arena_printf(&p->t->arena, "upload.to, %s", config_origin(p->c, "upload.to"));
        return p->t->how.ptr ? FERRY_OK : no_memory(p);
    }
    if (p->n_names == 1) {
        p->t->name = ferry_cstr(p->names[0]);
        return take_named(p, p->names[0], "the only tracker");
    }
    if (p->n_names > 1) {
        buf_init(&list, 16 * 1024);
        list_names(p, &list);
        rc = ferry_fail(p->err, FERRY_E_CONFIG, "to",
                        "several trackers are configured: %.300s; say --to NAME, or set "
                        "\"upload\": {\"to\": ...}",
                        buf_cstr(&list));
        buf_finish(&list);
        return rc;
    }
    rc = take_by_variables(p, (struct ferry_str){NULL, 0}, &found);
    if (rc || found) {
        return rc;
    }
    return take_folder(p);
}

static int32_t open_plugin(struct pick *p)
{
    struct target *t = p->t;
    struct ferry_error why = {.size = sizeof why};
    char shown[SHOWN];
    if (str_empty(t->project) || utf8_valid(t->project) != t->project.len || t->project.len > 200) {
        return ferry_fail(p->err, FERRY_E_CONFIG, "project",
                          "\"%s\": the project is empty, too long, or not UTF-8",
                          text_show_to(shown, sizeof shown, t->name));
    }
    t->label = arena_printf(&t->arena, "%.*s:%.*s", STR_ARG(t->plugin_id), STR_ARG(t->project));
    if (!t->label.ptr) {
        return no_memory(p);
    }
    t->plugin = plugins_get(p->plugins, t->plugin_id, &why);
    t->tracker =
        t->plugin ? plugins_interface(p->plugins, t->plugin_id, FERRY_TRACKER_1, &why) : NULL;
    t->needs = t->tracker ? t->plugin->query(FERRY_NEEDS_1) : NULL;
    if (!t->tracker) {
        int machine = why.status == FERRY_E_NO_MEMORY || why.status == FERRY_E_IO;
        return ferry_fail(p->err, machine ? why.status : FERRY_E_CONFIG, "plugin", "%s: %.400s",
                          text_show_to(shown, sizeof shown, t->label), why.message);
    }
    return FERRY_OK;
}

/* It stands in paths and file names: white space, control bytes and slashes are slips or worse. */
int32_t config_project_check(struct ferry_str s, struct ferry_error *err)
{
    char shown[128];
    if (str_empty(s) || utf8_valid(s) != s.len || s.len > 200) {
        return ferry_fail(err, FERRY_E_CONFIG, "project",
                          "project \"%s\" is empty, too long, or not UTF-8",
                          text_show_to(shown, sizeof shown, s));
    }
    for (uint64_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c == 0x7f || c == '/' || c == '\\' || c == '?' || c == '#' || c == '%') {
            return ferry_fail(
                err, FERRY_E_CONFIG, "project",
                "project \"%s\": a blank, a slash or a control character in it; check the spelling",
                text_show_to(shown, sizeof shown, s));
        }
    }
    return FERRY_OK;
}

int32_t target_resolve(struct target **out, const struct config *c, struct plugins *p,
                       struct ferry_str text, struct ferry_error *err)
{
    struct pick pick = {.c = c, .plugins = p, .err = err};
    struct target *t = calloc(1, sizeof *t);
    int32_t rc;
    *out = NULL;
    if (!t) {
        return no_memory(&pick);
    }
    pick.t = t;
    arena_init(&t->arena, LARGEST);
    rc = collect_names(&pick);
    if (!rc && text.ptr) {
        t->name = arena_str(&t->arena, text);
        rc = t->name.ptr ? take_written(&pick) : no_memory(&pick);
    } else if (!rc) {
        rc = take_default(&pick);
    }
    rc = rc ? rc : open_plugin(&pick);
    rc = rc ? rc : config_project_check(t->project, err);
    if (!rc) {
        t->name = str_empty(t->name) ? t->label : t->name;
        t->key_field = arena_str(&t->arena, config_get(c, "automation_key.field"));
        rc = config_settle(c, t, pick.section, err);
    }
    rc = rc ? rc : t->arena.failed;
    if (rc) {
        target_free(t);
    } else {
        *out = t;
    }
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
    arena_init(&t.arena, LARGEST);
    int32_t rc = str_empty(project) ? join_place(&pick, NULL, plugin, &project) : FERRY_OK;
    if (rc == FERRY_OK && !str_empty(project)) {
        *name = arena_printf(arena, "%s:%.*s", plugin->id, STR_ARG(project));
    }
    arena_finish(&t.arena);
    return rc ? rc : arena->failed;
}

void target_free(struct target *t)
{
    if (t) {
        config_wipe_secrets(t);
        arena_finish(&t->arena);
        free(t);
    }
}
