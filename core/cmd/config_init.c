/* SPDX-License-Identifier: MIT */
/*
 * config_init.c - `ferry config init`: writes a ferry.json that holds, with every key explained. It
 * looks at what is there: reports, and variables with tokens, of which only the name gets into the
 * file. It never writes over a file unasked.
 */
#include "config_verbs.h"

#include <file.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { TRACKERS = 32, OPTIONS = 16, LARGEST = 1 << 20, LONGEST_NAME = 40 };

struct init {
    struct app *app;
    struct arena arena;
    struct config_template_tracker list[TRACKERS];
    uint32_t n;
    const char *missing[TRACKERS * OPTIONS]; /* variables that the file names and nobody set */
    uint32_t n_missing;
    struct ferry_error *err;
};

/* --- trackers -------------------------------------------------------------------------------- */

static int is_set(const struct init *in, const char *name)
{
    return name && in->app->config ? config_has_variable(in->app->config, name)
                                   : name && getenv(name) && *getenv(name);
}

/* The variable for an option: one that is set, else the first it has, else one by its name. */
static const char *variable_for(struct init *in, const struct ferry_plugin *plugin,
                                const struct ferry_option *o)
{
    const char *const *variables = option_variables(o);
    struct ferry_str made;
    for (size_t i = 0; variables && variables[i]; i++) {
        if (is_set(in, variables[i])) {
            return variables[i];
        }
    }
    if (variables && variables[0]) {
        return variables[0];
    }
    made = arena_printf(&in->arena, "%s_%s", plugin->id, o->name);
    for (uint64_t i = 0; i < made.len; i++) {
        char *c = (char *)(uintptr_t)&made.ptr[i]; /* our own copy, in the arena */
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - ('a' - 'A')) : *c == '-' ? '_' : *c;
    }
    return made.ptr ? made.ptr : "";
}

/* Which options have to be written: those that are needed, and secrets whose variable is set. */
static void take_options(struct init *in, const struct ferry_plugin *plugin,
                         struct config_template_tracker *t)
{
    struct ferry_kv *kv = arena_array(&in->arena, struct ferry_kv, OPTIONS);
    for (const struct ferry_option *const *o = plugin->options; kv && o && *o; o++) {
        int secret = ((*o)->flags & FERRY_OPT_SECRET) != 0;
        int needed = ((*o)->flags & FERRY_OPT_REQUIRED) && !(*o)->def;
        const char *variable;
        if (strcmp((*o)->name, "project") == 0 || (!secret && !needed) || t->n_options == OPTIONS) {
            continue;
        }
        variable = variable_for(in, plugin, *o);
        if (!needed && !is_set(in, variable)) {
            continue;
        }
        if (!is_set(in, variable) && in->n_missing < TRACKERS * OPTIONS) {
            in->missing[in->n_missing++] = variable;
        }
        kv[t->n_options++] =
            (struct ferry_kv){ferry_cstr((*o)->name), arena_printf(&in->arena, "${%s}", variable)};
    }
    t->options = kv;
}

static int is_taken(const struct init *in, const char *name)
{
    for (uint32_t i = 0; i < in->n; i++) {
        if (strcmp(in->list[i].name, name) == 0) {
            return 1;
        }
    }
    return 0;
}

/* "ao" for AO; "ao-2" where that is taken. */
static const char *name_for(struct init *in, struct ferry_str text)
{
    char name[LONGEST_NAME + 1];
    struct ferry_str out;
    size_t n = 0;
    for (uint64_t i = 0; i < text.len && n < LONGEST_NAME; i++) {
        char c = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + ('a' - 'A'))
                                                          : text.ptr[i];
        int good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (good || (n > 0 && name[n - 1] != '-')) {
            name[n++] = good ? c : '-';
        }
    }
    name[n] = '\0';
    out = n ? arena_str(&in->arena, ferry_cstr(name)) : FERRY_LIT("main");
    for (uint32_t i = 2; out.ptr && is_taken(in, out.ptr); i++) {
        out = arena_printf(&in->arena, "%s-%u", n ? name : "main", i);
    }
    return out.ptr ? out.ptr : "main";
}

/* A '${' that somebody typed is no reference. */
static struct ferry_str quoted(struct init *in, struct ferry_str text)
{
    struct ferry_str out;
    struct buf b;
    buf_init(&b, LARGEST);
    for (uint64_t i = 0; i < text.len; i++) {
        buf_puts(&b, str_starts(str_sub(text, i, 2), "${") ? "$" : "");
        buf_putc(&b, text.ptr[i]);
    }
    out = arena_str(&in->arena, buf_str(&b));
    buf_finish(&b);
    return out;
}

static int32_t add(struct init *in, struct ferry_str plugin_id, struct ferry_str project,
                   struct ferry_str name_after)
{
    struct config_template_tracker *t = &in->list[in->n];
    struct ferry_error why = {.size = sizeof why};
    char shown[80];
    const struct ferry_plugin *plugin = plugins_get(in->app->plugins, plugin_id, &why);
    if (in->n == TRACKERS) {
        return ferry_fail(in->err, FERRY_E_CONFIG, NULL,
                          "more than %d trackers; write them into "
                          "the file",
                          TRACKERS);
    }
    if (!plugin || !plugins_interface(in->app->plugins, plugin_id, FERRY_TRACKER_1, &why)) {
        return ferry_fail(in->err, FERRY_E_CONFIG, NULL, "%s: %.380s",
                          text_show_to(shown, sizeof shown, plugin_id), why.message);
    }
    for (uint32_t i = 0; i < in->n; i++) {
        if (ferry_eq(in->list[i].plugin, plugin_id) && ferry_eq(in->list[i].project, project)) {
            return ferry_fail(in->err, FERRY_E_CONFIG, NULL,
                              "%.*s:%.*s is named twice; a mirror is another project",
                              STR_ARG(plugin_id), STR_ARG(project));
        }
    }
    t->name = name_for(in, name_after);
    t->plugin = plugin_id;
    t->project = project;
    take_options(in, plugin, t);
    in->n++;
    return in->arena.failed ? ferry_fail(in->err, in->arena.failed, "config init", "out of memory")
                            : FERRY_OK;
}

/* --- what the environment says ------------------------------------------------------------------ */

struct hint {
    const struct ferry_plugin *plugin;
    const char *token, *project; /* variables that are set; project NULL: none */
};

/* The variable that is set for a secret, or for the option `name`. */
static const char *variable_set(const struct init *in, const struct ferry_plugin *plugin,
                                const char *name)
{
    for (const struct ferry_option *const *o = plugin->options; o && *o; o++) {
        const char *const *variables = option_variables(*o);
        int wanted = name ? strcmp((*o)->name, name) == 0 : ((*o)->flags & FERRY_OPT_SECRET) != 0;
        for (size_t i = 0; wanted && variables && variables[i]; i++) {
            if (is_set(in, variables[i])) {
                return variables[i];
            }
        }
    }
    return NULL;
}

/* Tracker plugins whose token is set; how many, the first in *out. */
static uint32_t look_around(struct init *in, struct hint *out)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < plugins_count(in->app->plugins); i++) {
        struct plugin_entry *e = plugins_at(in->app->plugins, i);
        const char *token;
        if (e->status || plugins_is_mock(e) || (!e->plugin && plugins_load(in->app->plugins, e)) ||
            !e->plugin->query(FERRY_TRACKER_1)) {
            continue;
        }
        token = variable_set(in, e->plugin, NULL);
        if (token && found++ == 0) {
            *out = (struct hint){e->plugin, token, variable_set(in, e->plugin, "project")};
        }
    }
    return found;
}

/* "plugin:PROJECT", or a project alone: of the one tracker whose token is set, else a local one. */
static int32_t add_target(struct init *in, struct ferry_str text, const struct hint *hint)
{
    struct ferry_str rest = text, plugin;
    char shown[80];
    int32_t rc;
    str_split(&rest, ':', &plugin);
    if (!rest.ptr) {
        rest = text;
        plugin = ferry_cstr(hint->plugin ? hint->plugin->id : "local");
    }
    if (str_empty(plugin) || str_empty(rest)) {
        return ferry_fail(in->err, FERRY_E_CONFIG, NULL,
                          "\"%s\" is no destination; write PLUGIN:PROJECT, such as local:AO",
                          text_show_to(shown, sizeof shown, text));
    }
    rc = config_project_check(rest, in->err);
    return rc ? rc : add(in, plugin, quoted(in, rest), rest);
}

/* Nothing was said: what the environment names as a whole, else a project named after the folder. */
static int32_t add_default(struct init *in, const struct hint *hint, const char *folder)
{
    char code[33];
    size_t n = 0;
    if (hint->project) {
        return add(in, ferry_cstr(hint->plugin->id),
                   arena_printf(&in->arena, "${%s}", hint->project), ferry_cstr(hint->plugin->id));
    }
    for (const char *c = path_base(folder); *c && n + 1 < sizeof code; c++) {
        char up = *c >= 'a' && *c <= 'z' ? (char)(*c - ('a' - 'A')) : *c;
        if ((up >= 'A' && up <= 'Z') || (n > 0 && up >= '0' && up <= '9')) {
            code[n++] = up;
        }
    }
    code[n] = '\0';
    return add(in, FERRY_LIT("local"), arena_str(&in->arena, ferry_cstr(n ? code : "MAIN")),
               ferry_cstr(n ? code : "MAIN"));
}

static int32_t choose(struct init *in, const struct args *args, const char *folder)
{
    struct hint hint = {NULL, NULL, NULL};
    struct ferry_str to = args_get(args, "to");
    uint32_t found = look_around(in, &hint);
    int32_t rc;
    if (found > 1) {
        log_info("the environment has tokens for %u trackers; --to says which is meant", found);
        hint = (struct hint){NULL, NULL, NULL};
    }
    rc = to.ptr ? add_target(in, to, &hint) : add_default(in, &hint, folder);
    for (uint32_t i = 0; !rc && args_nth(args, "mirror", i).ptr; i++) {
        rc = add_target(in, args_nth(args, "mirror", i), &hint);
    }
    if (!rc && !to.ptr && hint.token && !hint.project) {
        log_info("%s is set: ferry config init --to %s:PROJECT makes that the destination",
                 hint.token, hint.plugin->id);
    }
    return rc;
}

/* --- the file ------------------------------------------------------------------------------------- */

static int32_t write_file(struct init *in, const char *path, struct ferry_str text, int force)
{
    char shown[200];
    struct ferry_error why = {.size = sizeof why};
    int32_t rc;
    text_show_to(shown, sizeof shown, ferry_cstr(path));
    rc = force ? file_write(path, text, 0644, &why) : file_create(path, text, 0644, &why);
    if (rc == FERRY_E_STATE) {
        return ferry_fail(in->err, FERRY_E_CONFIG, NULL,
                          "%s is there already and stays as it is; --force writes over it", shown);
    }
    return rc ? ferry_fail(in->err, rc, NULL, "%s", why.message) : FERRY_OK;
}

/* Where it goes: --config, FERRY_CONFIG, else ferry.json here. */
static struct ferry_str choose_path(struct init *in, const char *folder)
{
    const char *given = in->app->config_flag ? in->app->config_flag : getenv("FERRY_CONFIG");
    given = given && *given ? given : "ferry.json";
    return *given == '/' ? arena_str(&in->arena, ferry_cstr(given))
                         : arena_printf(&in->arena, "%s/%s", folder, given);
}

static void on_fault(void *data, const struct config_fault *fault)
{
    (void)data;
    if (fault->error) {
        log_warn("%s", fault->error->message);
    }
}

/* Reads back what was written, as every command will, and says what is still to be done. */
static void tell(struct init *in, const char *folder, const char *path, struct ferry_str inputs,
                 uint32_t found)
{
    struct app fresh = {.plugins = in->app->plugins, .clock = in->app->clock};
    struct ferry_error err = {.size = sizeof err};
    struct buf text;
    uint32_t wrong = 0;
    buf_init(&text, LARGEST);
    buf_puts(&text, "wrote ");
    text_show(&text, ferry_cstr(path), 0);
    buf_puts(&text, "\n");
    for (uint32_t i = 0; i < in->n_missing; i++) {
        buf_printf(&text, "next: set %s, which the file names and nobody has set\n",
                   in->missing[i]);
    }
    if (config_load(&fresh.config, folder, path, &err)) {
        log_warn("%s", err.message);
        wrong++;
    } else if (in->n_missing == 0) {
        wrong += config_examine(&fresh, on_fault, NULL);
    }
    config_free(fresh.config);
    if (wrong) {
        buf_puts(&text,
                 "next: mend what is said above; `ferry config check` says whether it is enough\n");
    }
    if (found) {
        buf_printf(&text, "next: ferry upload --dry-run %.*s (%u reports are there)\n",
                   STR_ARG(inputs), found);
    } else {
        buf_puts(&text,
                 "next: ferry upload --dry-run REPORT... (none were found from here down)\n");
    }
    cmd_out(buf_str(&text));
    buf_finish(&text);
}

/* As a word of a shell: a person will copy the line, and the folder's name may be a stranger's. */
static void put_word(struct buf *out, struct ferry_str s)
{
    struct ferry_str piece;
    int more = 0;
    buf_putc(out, '\'');
    while (str_split(&s, '\'', &piece)) {
        buf_puts(out, more++ ? "'\\''" : "");
        text_show(out, piece, 0);
    }
    buf_putc(out, '\'');
}

static int32_t init(struct init *in, const struct args *args, const char *folder)
{
    const char *before = in->app->config ? config_file(in->app->config) : NULL;
    struct ferry_str inputs, shown = {NULL, 0}, path = choose_path(in, folder);
    struct buf text, escaped;
    uint32_t found = 0;
    int32_t rc = choose(in, args, folder);
    buf_init(&text, LARGEST);
    buf_init(&escaped, LARGEST);
    inputs = rc ? shown : config_find_reports(in->app, folder, &in->arena, &found);
    if (inputs.ptr) {
        put_word(&escaped, inputs);
        shown = buf_str(&escaped);
    }
    rc = rc ? rc : config_template(in->list, in->n, shown, &text);
    rc = rc ? rc : escaped.failed ? escaped.failed : in->arena.failed;
    if (rc && !in->err->message[0]) {
        ferry_fail(in->err, rc, NULL, "%s", ferry_status_text(rc));
    }
    rc = rc ? rc : write_file(in, path.ptr, buf_str(&text), args_flag(args, "force"));
    if (!rc && before && strcmp(before, path.ptr) != 0) {
        log_info("%s counts no longer from here: the nearer file does", before);
    }
    if (!rc) {
        tell(in, folder, path.ptr, shown, found);
    }
    buf_finish(&escaped);
    buf_finish(&text);
    return rc;
}

int config_init(struct app *app, const struct args *args)
{
    struct ferry_error err = {.size = sizeof err};
    struct init *in = calloc(1, sizeof *in);
    char *folder = getcwd(NULL, 0);
    int32_t rc;
    if (!in || !folder) {
        rc = in ? ferry_fail(&err, FERRY_E_CONFIG, NULL,
                             "the working folder is gone or cannot be read; change to another one")
                : ferry_fail(&err, FERRY_E_NO_MEMORY, "config init", "out of memory");
    } else {
        in->app = app;
        in->err = &err;
        arena_init(&in->arena, LARGEST);
        rc = init(in, args, folder);
        arena_finish(&in->arena);
    }
    free(folder);
    free(in);
    return rc ? cmd_fail(&err) : EXIT_DONE;
}
