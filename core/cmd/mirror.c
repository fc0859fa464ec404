/* SPDX-License-Identifier: MIT */
/*
 * mirror.c - `ferry mirror`: copies the results of one run of one project into another, joined by Automation Key. Any tracker can be either
 * side.
 */
#include "mirror_run.h"

#include <text.h>

static const char *const match_choices[] = {"key", "key,title", "key+title", NULL};
static const char *const duplicate_choices[] = {"fail", "skip", NULL};

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_STR, .name = "automation_field_title", .value = "TITLE",
           .help = "custom field that holds the Automation Key"),
    SESSION_DEADLINE,
    OPTION(.type = FERRY_OPT_BOOL, .name = "dry_run",
           .help = "shows the whole plan, sends nothing"),
    SESSION_EVENTS,
    SESSION_EXCHANGE_LOG,
    SESSION_JOBS,
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "the receipt as JSON"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "match", .def = "key", .choices = match_choices,
           .help = "what joins cases"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "no_create_cases",
           .help = "results whose case is missing are skipped by name"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "on_duplicate_key", .def = "fail",
           .choices = duplicate_choices,
           .help = "what becomes of results whose key two cases hold"),
    SESSION_OUT,
    OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_REQUIRED, .name = "source_project",
           .value = "TARGET", .help = "where the results are"),
    OPTION(.type = FERRY_OPT_STR, .name = "source_run_id", .value = "ID", .help = "the run, by id"),
    OPTION(.type = FERRY_OPT_STR, .name = "source_run_title", .value = "TITLE",
           .help = "the run, by its exact title"),
    OPTION(.type = FERRY_OPT_LIST, .name = "status_map", .value = "FROM=TO",
           .help = "a status that is called otherwise in the target; may be repeated"),
    OPTION(.type = FERRY_OPT_STR, .flags = FERRY_OPT_REQUIRED, .name = "target_project",
           .value = "TARGET", .help = "where they are copied to"),
    OPTION(.type = FERRY_OPT_STR, .name = "target_run_id", .value = "ID",
           .help = "a run that is there; wins over everything else"),
    OPTION(.type = FERRY_OPT_STR, .name = "target_run_title", .value = "TITLE",
           .help = "the target run's title; the source run's if not set"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "use_latest_source_run",
           .help = "the run with the highest id"),
    OPTION(.type = FERRY_OPT_DURATION, .name = "wait_for_results", .def = "1000",
           .help =
               "how long the source's results must stay as many as they are, where the tracker shows them late"),
    NULL,
};

/* A variable that is not set leaves an empty text, which is no run and no project. */
static int32_t check_texts(const struct args *args, struct ferry_error *err)
{
    for (size_t i = 0; options[i]; i++) {
        const struct ferry_option *o = options[i];
        if (o->type == FERRY_OPT_STR && args_has(args, o->name) &&
            str_empty(str_trim(args_get(args, o->name)))) {
            char flag[64];
            snprintf(flag, sizeof flag, "--%s", o->name);
            for (char *c = flag; *c; c++) {
                *c = *c == '_' ? '-' : *c;
            }
            return ferry_fail(err, FERRY_E_CONFIG, o->name,
                              "%s is empty; is the variable that gives it set?", flag);
        }
    }
    return FERRY_OK;
}

static int32_t check_args(const struct args *args, struct ferry_error *err)
{
    if (check_texts(args, err)) {
        return err->status;
    }
    int ways = args_has(args, "source_run_id") + args_has(args, "source_run_title") +
               args_flag(args, "use_latest_source_run");
    if (ways != 1) {
        return ferry_fail(
            err, FERRY_E_CONFIG, "source_run_id",
            "say which run, in one way: --source-run-id, --source-run-title or --use-latest-source-run (%d given)",
            ways);
    }
    for (uint32_t i = 0; args_nth(args, "status_map", i).ptr; i++) {
        struct ferry_str to = args_nth(args, "status_map", i), from, given = to;
        char shown[80];
        str_split(&to, '=', &from);
        if (str_empty(str_trim(from)) || str_empty(str_trim(to))) {
            return ferry_fail(
                err, FERRY_E_CONFIG, "status_map",
                "--status-map: \"%s\" is not FROM=TO; write it like \"errored=failed\"",
                text_show_to(shown, sizeof shown, given));
        }
    }
    return FERRY_OK;
}

/* The texts of `call` lie in the arguments and in `map`. */
static void make_call(const struct args *args, struct buf *map, struct mirror_call *call)
{
    for (uint32_t i = 0; args_nth(args, "status_map", i).ptr; i++) {
        buf_puts(map, i ? "\n" : "");
        buf_put(map, args_nth(args, "status_map", i));
    }
    *call = (struct mirror_call){.source = args_get(args, "source_project"),
                                 .target = args_get(args, "target_project"),
                                 .run_id = args_get(args, "source_run_id"),
                                 .run_title = args_get(args, "source_run_title"),
                                 .target_run_id = args_get(args, "target_run_id"),
                                 .target_run_title = args_get(args, "target_run_title"),
                                 .key_field = args_get(args, "automation_field_title"),
                                 .match = args_get(args, "match"),
                                 .on_duplicate_key = args_get(args, "on_duplicate_key"),
                                 .no_create_cases = args_flag(args, "no_create_cases"),
                                 .quiet_ms = args_int(args, "wait_for_results", 1000)};
    if (map->len > 0) {
        call->status_map = buf_str(map);
    }
}

/* Whether a destination is named as the script named its projects: a bare code, and the account from variables or a .env. */
static int is_from_variables(const struct app *app, struct ferry_str name)
{
    struct target *t = NULL;
    int yes = !str_empty(name) &&
              target_resolve(&t, app->config, app->plugins, name, NULL) == FERRY_OK &&
              t->by_variables;
    target_free(t);
    return yes;
}

/*
 * Who came from the script that copied results between two Qase projects has its variables and no trackers in a ferry.json, and finds
 * what the script left on the console and in its file of errors. Anybody else gets the file by naming it.
 */
static void speak_as_before(const struct app *app, const struct args *args)
{
    struct ferry_str file = config_get(app->config, "mirror.error_log");
    struct buf trackers;
    buf_init(&trackers, 1 << 20);
    config_trackers(app->config, &trackers);
    log_part("arguments");
    if (file.len ||
        (trackers.len == 0 && is_from_variables(app, args_get(args, "source_project")) &&
         is_from_variables(app, args_get(args, "target_project")))) {
        log_as_script(file.len ? file.ptr : "sync_results_errors.log");
    }
    buf_finish(&trackers);
}

static int run(struct app *app, const struct args *args)
{
    struct session s = {0};
    struct mirror_call call;
    struct ferry_error err = {.size = sizeof err};
    struct buf map;
    int code;
    speak_as_before(app, args);
    buf_init(&map, 1 << 20);
    make_call(args, &map, &call);
    int32_t rc = check_args(args, &err);
    rc = rc ? rc : name_failure(map.failed, &err, "--status-map");
    rc = rc ? rc : session_open(&s, app, args, &err);
    rc = rc ? rc : mirror_run(&s, &call, &err);
    if (rc == FERRY_E_INPUT) {
        log_failure(FERRY_LOG_ERROR, &err);
        code = EXIT_NO_RESULTS;
    } else if (rc == FERRY_OK && s.captured.results == 0) {
        log_warn("the source run has no results; nothing to mirror");
        code = EXIT_NO_RESULTS;
    } else {
        code = rc ? cmd_fail(&err) : session_receipt(&s, NULL, 0);
    }
    session_close(&s);
    buf_finish(&map);
    return code;
}

const struct cmd cmd_mirror = {
    .name = "mirror",
    .summary = "copies a run's results to another project by Automation Key",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .run = run,
};
