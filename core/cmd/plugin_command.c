/* SPDX-License-Identifier: MIT */
/*
 * plugin_command.c - runs a command of a plugin: its options are parsed like those of ferry's own
 * commands, its destination is found, and it is handed results' way out, a way to send, and the
 * host's services. The plugin itself touches neither argv nor a socket.
 */
#include "plugin_command.h"

#include "run.h"

#include <errno.h>
#include <file.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { MOST_OPTIONS = 260, MOST_FILE = 48 << 20 };

/* One running command. */
struct running {
    struct app *app;
    const struct plugin_entry *entry;
    struct target
        *target; /* NULL: no destination was named, and none follows from the configuration */
    struct app_line *line;
    struct buf files; /* what stands in those that options name */
    struct ferry_log log;
    struct ferry_config config;
    struct ferry_clock clock;
    struct ferry_progress progress;
    struct ferry_tasks tasks;
    struct app_tasks of_tasks;
    uint64_t total, done;
    char phase[64];
};

/* --- services ----------------------------------------------------------------------- */

static int32_t io_out(void *self, struct ferry_str bytes)
{
    struct ferry_error err = {.size = sizeof err};
    int32_t rc = cmd_write(bytes, &err);
    (void)self;
    if (rc) {
        log_error("%s", err.message);
    }
    return rc;
}

static int32_t io_send(void *self, const struct ferry_message *request, ferry_answer_fn *answer,
                       void *data, struct ferry_error *err)
{
    struct running *r = self;
    if (!r->target) {
        return ferry_fail(
            err, FERRY_E_CONFIG, "to",
            "%s has no destination here; say --project CODE or --to NAME, or configure a tracker",
            r->entry->id);
    }
    return app_send(r->app, r->target, &r->line, request, answer, data, err);
}

static struct ferry_str config_value(void *self, struct ferry_str name)
{
    const struct running *r = self;
    const struct ferry_option *o = option_find(r->entry->plugin->options, name);
    if (r->target) {
        return ferry_get(r->target->options, r->target->n_options, name);
    }
    return ferry_cstr(o ? o->def : NULL);
}

static int64_t clock_now(void *self)
{
    struct running *r = self;
    return r->app->clock.now_ms(&r->app->clock);
}

static int64_t clock_mono(void *self)
{
    struct running *r = self;
    return r->app->clock.mono_us(&r->app->clock);
}

static void progress_show(const struct running *r)
{
    if (r->app->quiet || !isatty(STDERR_FILENO)) {
        return;
    }
    if (r->total) {
        fprintf(stderr, "\r%s %llu/%llu\033[K", r->phase, (unsigned long long)r->done,
                (unsigned long long)r->total);
    } else {
        fprintf(stderr, "\r%s %llu\033[K", r->phase, (unsigned long long)r->done);
    }
}

static void progress_phase(void *self, struct ferry_str name, uint64_t total)
{
    struct running *r = self;
    text_show_to(r->phase, sizeof r->phase, name);
    r->total = total;
    r->done = 0;
    progress_show(r);
}

static void progress_step(void *self, uint64_t n)
{
    struct running *r = self;
    r->done += n;
    progress_show(r);
}

static int32_t progress_cancelled(void *self)
{
    (void)self;
    return app_interrupted != 0;
}

static const void *query(void *self, const char *id)
{
    struct running *r = self;
    if (strcmp(id, FERRY_HOST_LOG_1) == 0) {
        return &r->log;
    }
    if (strcmp(id, FERRY_HOST_CONFIG_1) == 0) {
        return &r->config;
    }
    if (strcmp(id, FERRY_HOST_CLOCK_1) == 0) {
        return &r->clock;
    }
    if (strcmp(id, FERRY_HOST_TASKS_1) == 0) {
        return r->app->config ? &r->tasks : NULL; /* without one there is no state folder */
    }
    return strcmp(id, FERRY_HOST_PROGRESS_1) == 0 ? &r->progress : NULL;
}

static void make_services(struct running *r)
{
    r->log = log_service(r->entry->id);
    r->config = (struct ferry_config){.self = r, .get = config_value};
    r->clock = (struct ferry_clock){.self = r, .now_ms = clock_now, .mono_us = clock_mono};
    r->of_tasks = (struct app_tasks){.app = r->app, .plugin = r->entry->id, .target = r->target};
    r->tasks = app_tasks_service(&r->of_tasks);
    r->progress = (struct ferry_progress){
        .self = r, .phase = progress_phase, .step = progress_step, .cancelled = progress_cancelled};
}

/* --- the destination ------------------------------------------------------------------- */

/* Whether the configuration has a tracker of this name, and it is one of the command's plugin. */
static int is_of(const struct running *r, struct ferry_str name)
{
    char path[128];
    if (str_empty(name) || name.len >= 64) {
        return 0;
    }
    snprintf(path, sizeof path, "trackers.%.*s.plugin", STR_ARG(name));
    return str_is(config_get(r->app->config, path), r->entry->id);
}

/* The only tracker of the command's plugin; absent where there are several, or none. *count: how many. */
static int32_t only_one(const struct running *r, struct arena *arena, struct ferry_str *out,
                        uint32_t *count)
{
    struct buf names;
    uint32_t n = 0;
    buf_init(&names, 65536);
    config_trackers(r->app->config, &names);
    struct ferry_str rest = buf_str(&names), name;
    while (!str_empty(rest) && str_split(&rest, '\n', &name)) {
        if (is_of(r, name)) {
            *out = arena_str(arena, name);
            n++;
        }
    }
    int32_t rc = names.failed ? names.failed : arena->failed;
    buf_finish(&names);
    *count = n;
    if (n != 1) {
        *out = (struct ferry_str){NULL, 0};
    }
    return rc;
}

/*
 * The name to resolve: --to, PLUGIN:PROJECT, what the configuration leaves no doubt about, or what variables say of the plugin where the
 * configuration has no tracker of it; absent: none.
 */
static int32_t target_name(const struct running *r, struct ferry_str to, struct ferry_str project,
                           struct arena *arena, struct ferry_str *out)
{
    *out = to;
    if (to.ptr) {
        return FERRY_OK;
    }
    if (project.ptr) {
        *out = arena_printf(arena, "%s:%.*s", r->entry->id, STR_ARG(project));
        return out->ptr ? FERRY_OK : FERRY_E_NO_MEMORY;
    }
    to = config_get(r->app->config, "upload.to");
    if (is_of(r, to)) {
        *out = to;
        return FERRY_OK;
    }
    uint32_t n = 0;
    int32_t rc = only_one(r, arena, out, &n);
    return rc || n
               ? rc
               : target_of_variables(r->app->config, r->app->plugins, r->entry->plugin, arena, out);
}

/* What is served in process can be asked as a whole: the command then sees no project. */
static int32_t open_whole_service(struct running *r, struct arena *arena, struct ferry_error *err)
{
    if (!r->entry->plugin->query(FERRY_SERVICE_1)) {
        return FERRY_OK;
    }
    struct ferry_str any = arena_printf(arena, "%s:ANY", r->entry->id);
    int32_t rc = target_resolve(&r->target, r->app->config, r->app->plugins, any, err);
    if (rc == FERRY_OK) {
        r->target->project = (struct ferry_str){NULL, 0};
    }
    return rc;
}

static int32_t open_target(struct running *r, const struct args *args, struct arena *arena,
                           struct ferry_error *err)
{
    struct ferry_str to = args_get(args, "to"), project = args_get(args, "project"), name;
    int32_t rc;
    if (!r->app->config || !r->entry->plugin->query(FERRY_TRACKER_1)) {
        return !to.ptr && !project.ptr
                   ? FERRY_OK
                   : ferry_fail(err, FERRY_E_CONFIG, "to",
                                "plugin %s is no tracker, or the configuration cannot be read; "
                                "--to and --project have no meaning here",
                                r->entry->id);
    }
    rc = target_name(r, to, project, arena, &name);
    if (rc) {
        return ferry_fail(err, rc, "plugin", "out of memory");
    }
    if (!name.ptr) {
        return open_whole_service(r, arena, err);
    }
    rc = target_resolve(&r->target, r->app->config, r->app->plugins, name, err);
    if (rc) {
        return rc;
    }
    if (!str_is(r->target->plugin_id, r->entry->id)) {
        return ferry_fail(err, FERRY_E_CONFIG, "to",
                          "%.*s is a tracker of plugin %.*s, not of %s; name one of %s",
                          STR_ARG(name), STR_ARG(r->target->plugin_id), r->entry->id, r->entry->id);
    }
    if (project.ptr && !ferry_eq(project, r->target->project)) {
        return ferry_fail(err, FERRY_E_CONFIG, "project",
                          "--to %.*s is project %.*s, and --project says %.*s; leave one out",
                          STR_ARG(name), STR_ARG(r->target->project), STR_ARG(project));
    }
    log_info("%.*s (%.*s)", STR_ARG(r->target->label), STR_ARG(r->target->how));
    return FERRY_OK;
}

/* --- the command --------------------------------------------------------------------------- */

static const struct ferry_option *const common_options[] = {
    OPTION(.type = FERRY_OPT_STR, .name = "project", .value = "CODE",
           .help = "a project of the plugin's tracker"),
    OPTION(.type = FERRY_OPT_STR, .name = "to", .value = "TRACKER",
           .help = "a destination of the configuration"),
    NULL,
};

/* The command of this name, as far as its level knows it, in *out; 0: none. */
static int find_command(const struct ferry_commands *commands, const char *name,
                        struct ferry_command *out)
{
    for (size_t i = 0; commands->list[i]; i++) {
        const struct ferry_command *c = commands->list[i];
        if (strcmp(c->name, name) == 0) {
            memset(out, 0, sizeof *out);
            memcpy(out, c, c->size < sizeof *out ? c->size : sizeof *out);
            return 1;
        }
    }
    return 0;
}

static int32_t unknown_command(const struct plugin_entry *e, const struct ferry_commands *commands,
                               const char *name, struct ferry_error *err)
{
    const char *names[200], *near;
    char shown[80];
    size_t n = 0;
    for (; commands->list[n] && n < 200; n++) {
        names[n] = commands->list[n]->name;
    }
    near = text_nearest(ferry_cstr(name), names, n);
    text_show_to(shown, sizeof shown, ferry_cstr(name));
    if (near) {
        return ferry_fail(err, FERRY_E_CONFIG, shown,
                          "plugin %s has no command \"%s\"; did you mean \"%s\"?", e->id, shown,
                          near);
    }
    return ferry_fail(err, FERRY_E_CONFIG, shown,
                      "plugin %s has no command \"%s\"; `ferry help %s` lists them", e->id, shown,
                      e->id);
}

/* The plugin's own options and ours; ours only where it has none of that name. */
static void join_options(const struct ferry_option *const *own,
                         const struct ferry_option *table[MOST_OPTIONS])
{
    size_t n = 0;
    for (; own && own[n] && n + 3 < MOST_OPTIONS; n++) {
        table[n] = own[n];
    }
    for (size_t i = 0; common_options[i]; i++) {
        if (!option_find(own, ferry_cstr(common_options[i]->name))) {
            table[n++] = common_options[i];
        }
    }
    table[n] = NULL;
}

/* A list's values, joined. */
static struct ferry_str join_list(const struct args *args, const char *name, struct arena *arena)
{
    struct ferry_str value = args_nth(args, name, 0), next;
    for (uint32_t i = 1; next = args_nth(args, name, i), next.ptr; i++) {
        value = arena_printf(arena, "%.*s\n%.*s", STR_ARG(value), STR_ARG(next));
    }
    return value;
}

/* One such option of a command is enough. */
static int32_t read_named_file(struct running *r, struct ferry_str *value, struct arena *arena,
                               struct ferry_error *err)
{
    struct ferry_str path = arena_str(arena, *value);
    if (!path.ptr) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "out of memory");
    }
    if (r->files.len) {
        return ferry_fail(err, FERRY_E_BUG, NULL, "%s: a command with two files", r->entry->id);
    }
    int32_t rc = str_is(path, "-") ? file_read_fd(STDIN_FILENO, "stdin", &r->files, err)
                                   : file_read(path.ptr, &r->files, err);
    *value = r->files.len ? buf_str(&r->files) : FERRY_LIT("");
    if (rc == FERRY_E_IO && file_status(errno, FERRY_E_CONFIG) == FERRY_E_CONFIG) {
        rc = err->status = FERRY_E_CONFIG; /* the path is wrong, not the machine */
    }
    return rc;
}

/* What was given, and defaults, in the order of the table. */
static int32_t collect(struct running *r, const struct args *args,
                       const struct ferry_option *const *own, struct arena *arena,
                       struct ferry_kv kv[MOST_OPTIONS], uint32_t *n, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    *n = 0;
    for (; rc == FERRY_OK && own && *own && *n + 3 < MOST_OPTIONS; own++) {
        struct ferry_str value = args_get(args, (*own)->name);
        if ((*own)->type == FERRY_OPT_LIST && args_has(args, (*own)->name)) {
            value = join_list(args, (*own)->name, arena);
        }
        if ((*own)->flags & FERRY_OPT_FILE && value.ptr) {
            rc = read_named_file(r, &value, arena, err);
        }
        if (value.ptr) {
            kv[(*n)++] = (struct ferry_kv){ferry_cstr((*own)->name), value};
        }
    }
    return rc ? rc
           : arena->failed
               ? ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", r->entry->id)
               : FERRY_OK;
}

static int32_t call_command(struct running *r, const struct ferry_command *c, struct arglist *list,
                            struct ferry_error *err)
{
    struct ferry_kv kv[MOST_OPTIONS];
    struct ferry_command_io io = {.self = r, .out = io_out, .send = io_send};
    struct ferry_host host = {.size = sizeof host,
                              .level = FERRY_ABI_NEWEST,
                              .self = r,
                              .version = FERRY_LIT(FERRY_VERSION),
                              .query = query};
    struct ferry_command_call call = {.size = sizeof call, .options = kv, .host = &host, .io = &io};
    int32_t rc = open_target(r, &list->args, &list->arena, err);
    if (rc) {
        return rc;
    }
    rc = collect(r, &list->args, c->options, &list->arena, kv, &call.n_options, err);
    if (rc) {
        return rc;
    }
    call.args = list->args.rest;
    call.n_args = list->args.n_rest;
    call.project = r->target ? r->target->project : (struct ferry_str){NULL, 0};
    make_services(r);
    rc = c->run(&call, err);
    if (r->phase[0] && isatty(STDERR_FILENO) && !r->app->quiet) {
        fputs("\r\033[K", stderr);
    }
    if (rc && err->status != rc) { /* the plugin left err as it was */
        ferry_fail(err, rc, NULL, "%s %s: %s", r->entry->id, c->name, ferry_status_text(rc));
    }
    return rc;
}

static int run_found(struct app *app, struct globals *g, const struct plugin_entry *e,
                     const struct ferry_command *c, int argc, char *const *argv)
{
    const struct ferry_option *table[MOST_OPTIONS];
    struct running r = {.app = app, .entry = e};
    struct ferry_error err = {.size = sizeof err};
    struct arglist list;
    char name[96];
    int32_t rc;
    snprintf(name, sizeof name, "ferry %s %.31s", e->id, c->name);
    join_options(c->options, table);
    args_init(&list);
    rc = args_parse(&list, g, name, table, argc, argv, &err);
    log_setup(log_level(g), g->color);
    rc = rc ? rc : args_check(&list.args, name, c->usage, c->min_args, c->max_args, &err);
    buf_init(&r.files, MOST_FILE);
    rc = rc ? rc : call_command(&r, c, &list, &err);
    app_hang_up(r.line);
    buf_finish(&r.files);
    target_free(r.target);
    args_finish(&list);
    return rc ? cmd_fail(&err) : r.of_tasks.code;
}

static int show_help(const struct plugin_entry *e, const char *command)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    help_plugin(e, command, &text);
    return help_show(&text);
}

int plugin_command_run(struct app *app, struct globals *g, struct plugin_entry *e, int argc,
                       char *const *argv)
{
    struct ferry_error err = {.size = sizeof err};
    const struct ferry_commands *commands =
        plugins_interface(app->plugins, ferry_cstr(e->id), FERRY_COMMANDS_1, &err);
    struct ferry_command c;
    int i = 0;
    if (!commands) {
        return cmd_fail(&err);
    }
    while (i < argc && argv[i][0] == '-') { /* options of ferry itself may stand here too */
        int taken = globals_take(g, argc, argv, &i, &err);
        if (taken <= 0) {
            if (taken == 0) {
                ferry_fail(&err, FERRY_E_CONFIG, NULL,
                           "options of a command stand after it: ferry %s COMMAND ...", e->id);
            }
            return cmd_fail(&err);
        }
        i++;
    }
    if (i == argc || g->help) {
        if (!g->help) {
            ferry_fail(&err, FERRY_E_CONFIG, NULL,
                       "ferry %s needs a command; `ferry help %s` lists them", e->id, e->id);
            return cmd_fail(&err);
        }
        return show_help(e, NULL);
    }
    if (!find_command(commands, argv[i], &c)) {
        unknown_command(e, commands, argv[i], &err);
        return cmd_fail(&err);
    }
    if (args_want_help(argc - i - 1, argv + i + 1)) {
        return show_help(e, c.name);
    }
    return run_found(app, g, e, &c, argc - i - 1, argv + i + 1);
}
