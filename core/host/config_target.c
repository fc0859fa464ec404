/* SPDX-License-Identifier: MIT */
/*
 * config_target.c - what a destination's name means: a tracker of the config, "plugin:PROJECT", or
 * a bare project code. Nothing is guessed in silence: what could mean two things is an error that
 * lists them, and `how` says why this one was taken.
 */
#include "config_pick.h"

#include <file.h>
#include <stdlib.h>
#include <text.h>

enum { SHOWN = 80 };

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
    pick_list(p, &list);
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
        const struct ferry_plugin *plugin = pick_spoken_of(p, plugins_at(p->plugins, i));
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
        return how.ptr ? take_local(p, p->t->name, how.ptr) : pick_no_memory(p);
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
    rc = pick_by_variables(p, text, &found);
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
    if (pick_knows(p, p->t->name)) {
        return pick_named(p, p->t->name.ptr, NULL);
    }
    str_split(&rest, ':', &plugin);
    if (rest.ptr) {
        if (str_empty(plugin) || str_empty(rest)) {
            char shown[SHOWN];
            return ferry_fail(p->err, FERRY_E_CONFIG, "to",
                              "\"%s\" lacks a side of its ':'; write PLUGIN:PROJECT",
                              text_show_to(shown, sizeof shown, p->t->name));
        }
        rc = pick_by_project(p, plugin, rest, &found);
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
    rc = pick_by_project(p, (struct ferry_str){NULL, 0}, p->t->name, &found);
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
        rc = p->t->name.ptr ? take_written(p) : pick_no_memory(p);
        if (rc) {
            if (p->err) { /* the name was not typed: say where it stands */
                struct ferry_error why = *p->err;
                return ferry_fail(p->err, rc, why.where, "upload.to, %s: %.380s",
                                  config_origin(p->c, "upload.to"), why.message);
            }
            return rc;
        }
        p->t->how = arena_printf(&p->t->arena, "upload.to, %s", config_origin(p->c, "upload.to"));
        return p->t->how.ptr ? FERRY_OK : pick_no_memory(p);
    }
    if (p->n_names == 1) {
        p->t->name = ferry_cstr(p->names[0]);
        return pick_named(p, p->names[0], "the only tracker");
    }
    if (p->n_names > 1) {
        buf_init(&list, 16 * 1024);
        pick_list(p, &list);
        rc = ferry_fail(p->err, FERRY_E_CONFIG, "to",
                        "several trackers are configured: %.300s; say --to NAME, or set "
                        "\"upload\": {\"to\": ...}",
                        buf_cstr(&list));
        buf_finish(&list);
        return rc;
    }
    rc = pick_by_variables(p, (struct ferry_str){NULL, 0}, &found);
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
        return pick_no_memory(p);
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
        return pick_no_memory(&pick);
    }
    pick.t = t;
    arena_init(&t->arena, PICK_ROOM);
    rc = pick_collect(&pick);
    if (!rc && text.ptr) {
        t->name = arena_str(&t->arena, text);
        rc = t->name.ptr ? take_written(&pick) : pick_no_memory(&pick);
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

int32_t target_set_option(struct target *t, const char *flag, const char *name,
                          struct ferry_str value, struct ferry_error *err)
{
    const struct ferry_option *o = NULL;
    for (uint32_t i = 0; i < t->n_settings && !o; i++) {
        o = strcmp(t->settings[i].option->name, name) == 0 ? t->settings[i].option : NULL;
    }
    if (!o || o->flags & FERRY_OPT_SECRET) {
        return ferry_fail(err, FERRY_E_CONFIG, name,
                          "%s: %.*s has no such option; plugin \"%.*s\" does without", flag,
                          STR_ARG(t->label), STR_ARG(t->plugin_id));
    }
    struct ferry_kv kv = {ferry_cstr(o->name), {NULL, 0}};
    int32_t rc = option_value_of(o, flag, value, &t->arena, &kv.value, err);
    struct ferry_kv *all = rc ? NULL : arena_array(&t->arena, struct ferry_kv, t->n_options + 1);
    uint32_t at = 0;
    if (!all) {
        return rc ? rc : ferry_fail(err, FERRY_E_NO_MEMORY, name, "%s: out of memory", flag);
    }
    for (; at < t->n_options && !ferry_eq(t->options[at].key, kv.key); at++) {
    }
    memcpy(all, t->options, t->n_options * sizeof *all);
    all[at] = kv;
    t->n_options += at == t->n_options;
    t->options = all;
    return FERRY_OK;
}

void target_free(struct target *t)
{
    if (t) {
        config_wipe_secrets(t);
        arena_finish(&t->arena);
        free(t);
    }
}
