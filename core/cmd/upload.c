/* SPDX-License-Identifier: MIT */
/*
 * upload.c - `ferry upload`: reports into a primary project, and on to linked ones by Automation Key. Capture first, so that whatever
 * happens later loses nothing; then one lane a destination.
 */
#include "upload.h"

#include "session.h"

#include <ci.h>
#include <stdlib.h>
#include <text.h>

static const char *const complete_choices[] = {"auto", "always", "never", NULL};
static const char *const policies[] = {"fail", "warn", NULL};

const struct ferry_option *const upload_options[] = {
    OPTION(.type = FERRY_OPT_BOOL, .name = "again",
           .help = "makes a new run, also of reports that were uploaded before"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "allow_empty", .help = "no results are no error"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "complete", .def = "auto", .choices = complete_choices,
           .help = "whether the run is completed: auto does so for runs that ferry made"),
    SESSION_DEADLINE,
    OPTION(.type = FERRY_OPT_BOOL, .name = "dry_run", .help = "reads and plans, sends nothing"),
    SESSION_EVENTS,
    SESSION_EXCHANGE_LOG,
    OPTION(.type = FERRY_OPT_BOOL, .name = "fail_on_test_failure",
           .help = "exits with 1 where a test failed"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "hold_on_reject",
           .help = "keeps the run open where a result was rejected"),
    SESSION_JOBS,
    OPTION(.type = FERRY_OPT_LIST, .name = "jira", .value = "KEY",
           .help = "an issue in Jira whose story all results cover, at a tracker that knows them; "
                   "may be repeated"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "the receipt as JSON"),
    OPTION(.type = FERRY_OPT_STR, .name = "link", .value = "WHEN",
           .help = "when results are linked to stories, at a tracker that knows them: payload, "
                   "after, both or none"),
    OPTION(.type = FERRY_OPT_LIST, .name = "mirror", .value = "TARGET",
           .help = "a linked project that gets the keyed results too; may be repeated"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "no_create_cases",
           .help = "results whose case is missing are skipped by name"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "on_delivery_error", .choices = policies,
           .help = "whether trouble with a tracker makes the command fail; fail if not set"),
    SESSION_OUT,
    OPTION(.type = FERRY_OPT_STR, .name = "part", .value = "NAME",
           .help =
               "which of several jobs that share a run key this is; if not set, FERRY_PART, else "
               "what the CI calls the job"),
    OPTION(.type = FERRY_OPT_STR, .name = "run_id", .value = "ID",
           .help = "adds to a run that is there"),
    OPTION(.type = FERRY_OPT_STR, .name = "run_key", .value = "KEY",
           .help = "shares one run among uploads; `ferry complete KEY` completes it"),
    OPTION(.type = FERRY_OPT_STR, .name = "run_title", .value = "TITLE",
           .help = "what a new run is called"),
    OPTION(.type = FERRY_OPT_STR, .name = "to", .value = "TARGET",
           .help = "the primary: a tracker of the configuration, or plugin:PROJECT"),
    NULL,
};

struct upload {
    struct session s;
    const struct args *args;
    struct arena arena;
    struct target *to;
    struct target *mirrors[32];
    int64_t lanes[33]; /* the primary's, then one a mirror */
    uint32_t n_mirrors;
    struct ferry_str title, description, part, run_id, run_marker;
    struct ci_job ci;
    struct ferry_kv fields[CI_FIELDS];
    uint32_t n_fields;
    struct ferry_kv options[2]; /* of the primary's plugin, said by flags */
    uint32_t n_options;
};

static int32_t add_mirror(struct upload *u, struct ferry_str name, struct ferry_error *err)
{
    if (u->n_mirrors == sizeof u->mirrors / sizeof *u->mirrors) {
        return ferry_fail(err, FERRY_E_CONFIG, "mirror", "more than %zu mirrors",
                          sizeof u->mirrors / sizeof *u->mirrors);
    }
    struct target *t = NULL;
    int32_t rc = target_resolve(&t, u->s.app->config, u->s.app->plugins, name, err);
    if (rc == FERRY_OK && ferry_eq(t->label, u->to->label) &&
        ferry_eq(t->account, u->to->account)) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "mirror",
                        "%.*s is the primary already; a mirror is another project",
                        STR_ARG(t->label));
        target_free(t);
        return rc;
    }
    if (rc == FERRY_OK) {
        u->mirrors[u->n_mirrors++] = t;
    }
    return rc;
}

/* Flags that are an option of the primary's plugin: whoever goes on with this upload later has to know them, too. */
static int32_t take_tracker_flags(struct upload *u, struct ferry_error *err)
{
    static const char *const flags[] = {"jira", "link"};
    int32_t rc = FERRY_OK;
    for (size_t i = 0; i < sizeof flags / sizeof *flags && rc == FERRY_OK; i++) {
        struct buf value;
        char flag[20];
        buf_init(&value, 65536);
        for (uint32_t k = 0; args_nth(u->args, flags[i], k).ptr; k++) {
            buf_puts(&value, k ? "\n" : "");
            buf_put(&value, args_nth(u->args, flags[i], k));
        }
        snprintf(flag, sizeof flag, "--%s", flags[i]);
        rc = value.failed ? ferry_fail(err, FERRY_E_CONFIG, flags[i], "%s: too long", flag)
             : args_has(u->args, flags[i])
                 ? target_set_option(u->to, flag, flags[i], buf_str(&value), err)
                 : FERRY_OK;
        if (rc == FERRY_OK && args_has(u->args, flags[i])) {
            u->options[u->n_options++] =
                (struct ferry_kv){arena_printf(&u->arena, LANE_TRACKER_OPTION "%s", flags[i]),
                                  arena_str(&u->arena, buf_str(&value))};
        }
        buf_finish(&value);
    }
    return rc;
}

static int32_t resolve_targets(struct upload *u, struct ferry_error *err)
{
    const struct app *app = u->s.app;
    struct ferry_str list = config_get(app->config, "upload.mirror"), one;
    int32_t rc = target_resolve(&u->to, app->config, app->plugins, args_get(u->args, "to"), err);
    if (rc == FERRY_OK) {
        log_info("to %.*s (%.*s)", STR_ARG(u->to->label), STR_ARG(u->to->how));
        rc = take_tracker_flags(u, err);
    }
    for (uint32_t i = 0; rc == FERRY_OK && args_nth(u->args, "mirror", i).ptr; i++) {
        rc = add_mirror(u, args_nth(u->args, "mirror", i), err);
    }
    while (rc == FERRY_OK && !args_has(u->args, "mirror") && str_split(&list, '\n', &one)) {
        rc = one.len ? add_mirror(u, one, err) : FERRY_OK;
    }
    return rc;
}

static void show_notice(void *self, const char *path, const struct ferry_notice *notice)
{
    char place[64] = "";
    (void)self;
    if (notice->line) {
        snprintf(place, sizeof place, " line %llu, column %llu", (unsigned long long)notice->line,
                 (unsigned long long)notice->column);
    }
    log_warn("%s%s: %.*s: %.*s", path, place, STR_ARG(notice->code), STR_ARG(notice->text));
}

/*
 * A run that the user named is looked for before anything is captured: a wrong id is a slip of the pen. What mirrors of it carry is its own
 * marker where it has one, else where it comes from. Where the tracker cannot be reached the upload goes on; its plan will look again.
 */
static int32_t check_named_run(struct upload *u, struct ferry_error *err)
{
    struct ferry_str none = {NULL, 0};
    struct remote r = {0};
    struct index_run run = {.count = 0};
    int64_t dest;
    if (!u->run_id.ptr) {
        return FERRY_OK;
    }
    int32_t rc = lane_dest(&u->s.engine, u->to, &dest, err);
    rc = rc ? rc : road_remote(&u->s.engine, u->to, dest, &r, err);
    if (rc == FERRY_OK) {
        rc = index_find_run(&r, u->run_id, none, none, &run, err);
        remote_close(&r);
    }
    u->run_marker = run.marker[0] ? arena_str(&u->arena, ferry_cstr(run.marker))
                                  : arena_printf(&u->arena, "source=%.*s/%.*s",
                                                 STR_ARG(u->to->label), STR_ARG(u->run_id));
    return rc == FERRY_E_UNREACHABLE ? FERRY_OK : rc;
}

/* Keys and ids stand in markers and identities: one line, not empty, not endless. `s` absent: not given. */
static int32_t check_run_name(struct ferry_str s, const char *what, struct ferry_error *err)
{
    enum { LONGEST = 100 };
    int bad = s.ptr && (str_trim(s).len == 0 || s.len > LONGEST);
    for (uint64_t i = 0; i < s.len; i++) {
        bad |= (unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f;
    }
    return bad ? ferry_fail(err, FERRY_E_CONFIG, what, "%s: it must be one line of 1 to %d bytes",
                            what, LONGEST)
               : FERRY_OK;
}

/* What the primary's configuration says of the run to upload to, where no flag says otherwise; absent: nothing. */
static struct ferry_str run_setting(const struct upload *u, const char *name)
{
    struct ferry_str value = ferry_get(u->to->options, u->to->n_options, ferry_cstr(name));
    return str_empty(str_trim(value)) ? (struct ferry_str){NULL, 0} : value;
}

/* A run that a configuration names is joined; a run of several uploads, or a new one on purpose, is another. */
static int32_t choose_run(struct upload *u, struct ferry_error *err)
{
    int otherwise = args_has(u->args, "run_key") || args_flag(u->args, "again");
    u->run_id = args_get(u->args, "run_id");
    if (u->run_id.ptr || otherwise) {
        return FERRY_OK;
    }
    u->run_id = run_setting(u, "run_id");
    if (u->run_id.ptr) {
        log_info("into run %.*s of %.*s, as its configuration says", STR_ARG(u->run_id),
                 STR_ARG(u->to->label));
    }
    return check_run_name(u->run_id, "run_id of the destination", err);
}

/* --complete, else what the destination's configuration says, which does not speak of a run that several uploads share. */
static struct ferry_str completion(const struct upload *u)
{
    struct ferry_str said = run_setting(u, "complete");
    if (args_has(u->args, "complete") || args_has(u->args, "run_key") || !said.ptr) {
        return args_get(u->args, "complete");
    }
    return str_is(said, "true") ? FERRY_LIT("always") : FERRY_LIT("never");
}

static uint32_t lane_flags(const struct upload *u)
{
    struct ferry_str complete = completion(u);
    uint32_t flags = args_flag(u->args, "no_create_cases") ? 0 : FERRY_PLAN_CREATE_CASES;
    int close = !str_is(complete, "never") && !args_has(u->args, "run_key") &&
                !str_is(config_get(u->s.app->config, "upload.complete"), "false");
    flags |= close ? FERRY_PLAN_COMPLETE : 0;
    flags |= str_is(complete, "always") ? LANE_CLOSE_ALWAYS | FERRY_PLAN_COMPLETE : 0;
    return flags | (args_flag(u->args, "hold_on_reject") ? LANE_HOLD_ON_REJECT : 0);
}

/* In the transaction that makes the capture count. */
static int32_t make_lanes(void *self, const struct captured *c, struct ferry_error *err)
{
    struct upload *u = self;
    int64_t *ids = u->lanes;
    struct engine *e = &u->s.engine;
    struct ferry_str marker = arena_printf(&u->arena, "run-key=%s", c->run_key);
    struct lane lane = {.run_id = c->run_id,
                        .role = ROLE_PRIMARY,
                        .planner = FERRY_LIT("upload"),
                        .run_key = ferry_cstr(c->run_key),
                        .run_title = u->title,
                        .target_run = u->run_id,
                        .options = u->options,
                        .n_options = u->n_options,
                        .flags = lane_flags(u)};
    lane.run_marker = u->run_id.ptr ? (struct ferry_str){NULL, 0} : marker;
    int32_t rc = name_failure(u->arena.failed, err, "upload");
    rc = rc ? rc : lane_dest(e, u->to, &lane.dest_id, err);
    rc = rc ? rc : lane_put(e, &lane, &ids[0], err);
    int64_t primary = lane.dest_id;
    marker = u->run_id.ptr ? u->run_marker : marker;
    for (uint32_t i = 0; i < u->n_mirrors && rc == FERRY_OK; i++) {
        lane.role = ROLE_MIRROR;
        lane.planner = FERRY_LIT("mirror");
        lane.source_dest = primary;
        lane.options = NULL;
        lane.n_options = 0;
        lane.run_marker = marker;
        lane.target_run = (struct ferry_str){NULL, 0};
        lane.find_title = u->title;
        rc = lane_dest(e, u->mirrors[i], &lane.dest_id, err);
        rc = rc ? rc : lane_put(e, &lane, &ids[i + 1], err);
    }
    return rc;
}

/* Jobs that share a run are told apart by what the CI calls them, where nobody says it better. */
static void choose_part(struct upload *u)
{
    u->part = args_get(u->args, "part");
    if (u->part.ptr || !args_has(u->args, "run_key") || !u->ci.key.ptr) {
        return;
    }
    u->part = u->ci.part_given ? u->ci.part : u->ci.key;
    if (u->ci.alike && u->ci.part.ptr) {
        log_info("part %.*s; the jobs of a matrix look alike from inside %s: where this is one, "
                 "tell them apart with --part or FERRY_PART%s",
                 STR_ARG(u->part), u->ci.people,
                 strcmp(u->ci.name, "github") == 0 ? ", such as ${{ strategy.job-index }}" : "");
    } else {
        log_info("part %.*s", STR_ARG(u->part));
    }
}

/* What the CI says of this job: its part of a run key, and what people are to read of it. */
static int32_t ask_ci(struct upload *u, struct ferry_error *err)
{
    int shared = args_has(u->args, "run_key");
    int32_t rc = ci_detect(&u->ci, &u->arena, err);
    if (rc) {
        return rc;
    }
    if (u->ci.lacks) {
        log_warn("%s, but %s is not set: this build cannot be told from others; hand the CI's "
                 "variables on to where ferry runs (a container gets none by itself)",
                 u->ci.people, u->ci.lacks);
    }
    choose_part(u);
    struct ferry_str title = args_get(u->args, "run_title"),
                     text = run_setting(u, "run_description");
    u->title = session_title(&u->s, &u->arena, title.ptr ? title : run_setting(u, "run_title"),
                             ci_title(&u->ci, shared, &u->arena));
    u->description = text.ptr ? text : ci_description(&u->ci, shared, &u->arena);
    u->n_fields = ci_fields(&u->ci, shared, u->fields);
    return u->arena.failed
               ? ferry_fail(err, u->arena.failed, "", "%s", ferry_status_text(u->arena.failed))
               : FERRY_OK;
}

static int32_t capture(struct upload *u, struct ferry_error *err)
{
    struct session *s = &u->s;
    uint32_t missing = 0;
    struct capture_call call = {.part = u->part,
                                .run_title = u->title,
                                .run_description = u->description,
                                .run_fields = u->fields,
                                .n_run_fields = u->n_fields,
                                .again = (uint32_t)args_flag(u->args, "again"),
                                .notice = show_notice};
    int32_t rc = session_inputs(s, u->args, &missing, err);
    if (rc) {
        return rc;
    }
    session_read_call(s, &call.read);
    call.keys = s->keys;
    call.run_key = args_get(u->args, "run_key");
    call.shared = call.run_key.ptr != NULL;
    call.commit = (struct capture_commit){u, make_lanes};
    call.ci_job = u->ci.key;
    if (u->run_id.ptr) {
        call.run_key =
            arena_printf(&u->arena, "id=%.*s/%.*s", STR_ARG(u->to->label), STR_ARG(u->run_id));
    }
    rc = capture_reports(&s->engine, &s->inputs, &call, &s->captured, err);
    s->captured.unreadable += missing;
    if (rc == FERRY_OK && s->captured.results > 0 && !s->dry_run) {
        log_info("captured %llu results; from here on nothing is lost",
                 (unsigned long long)s->captured.results);
    }
    return rc;
}

static int deliver_all(struct upload *u)
{
    const struct captured *c = &u->s.captured;
    for (uint32_t i = 0; i <= u->n_mirrors && !app_interrupted; i++) {
        session_go(&u->s, u->lanes[i], ROAD_PLAN);
    }
    int lenient = str_is(args_get(u->args, "on_delivery_error"), "warn") ||
                  (!args_has(u->args, "on_delivery_error") &&
                   str_is(config_get(u->s.app->config, "upload.on_delivery_error"), "warn"));
    int failed =
        args_flag(u->args, "fail_on_test_failure") && c->counts.failed + c->counts.errored > 0;
    if (failed) {
        log_error("%llu tests failed", (unsigned long long)(c->counts.failed + c->counts.errored));
    }
    return session_receipt(&u->s, c,
                           (lenient ? SESSION_LENIENT : 0) | (failed ? SESSION_TESTS_FAILED : 0));
}

static int32_t check_args(const struct args *args, struct ferry_error *err)
{
    if (args_has(args, "run_id") && (args_has(args, "run_key") || args_flag(args, "again"))) {
        return ferry_fail(
            err, FERRY_E_CONFIG, "run_id",
            "--run-id joins a run that is there; it does not go with --run-key or --again");
    }
    if (args_has(args, "part") && !args_has(args, "run_key")) {
        return ferry_fail(err, FERRY_E_CONFIG, "part",
                          "--part tells uploads of one --run-key apart; give --run-key as well");
    }
    int32_t rc = check_run_name(args_get(args, "run_key"), "--run-key", err);
    rc = rc ? rc : check_run_name(args_get(args, "run_id"), "--run-id", err);
    return rc ? rc : ci_part_check(args_get(args, "part"), "--part", err);
}

int upload_run(struct app *app, const struct args *args, int64_t *run)
{
    struct upload u = {.args = args};
    struct ferry_error err = {.size = sizeof err};
    int code;
    arena_init(&u.arena, 1 << 20);
    int32_t rc = check_args(args, &err);
    rc = rc ? rc : session_open(&u.s, app, args, &err);
    rc = rc ? rc : resolve_targets(&u, &err);
    rc = rc ? rc : choose_run(&u, &err);
    rc = rc ? rc : ask_ci(&u, &err);
    rc = rc ? rc : check_named_run(&u, &err);
    rc = rc ? rc : name_failure(u.arena.failed, &err, "upload");
    rc = rc ? rc : capture(&u, &err);
    rc = rc ? rc : session_failed(&u.s, &err);
    if (rc) {
        code = cmd_fail(&err);
    } else if (u.s.captured.results == 0) {
        int partly = u.s.captured.unreadable + u.s.captured.truncated > 0;
        int empty = u.s.captured.contradictory ? EXIT_CONTRADICTION : EXIT_DONE;
        log_error("no results found%s", partly ? "; what was found could not be read"
                                               : "; check the inputs, or use --allow-empty");
        code =
            args_flag(args, "allow_empty") ? (partly ? EXIT_PARTLY_READ : empty) : EXIT_NO_RESULTS;
    } else {
        code = deliver_all(&u);
    }
    *run = u.s.captured.run_id;
    session_close(&u.s);
    for (uint32_t i = 0; i < u.n_mirrors; i++) {
        target_free(u.mirrors[i]);
    }
    target_free(u.to);
    arena_finish(&u.arena);
    return code;
}

static int run(struct app *app, const struct args *args)
{
    int64_t any;
    return upload_run(app, args, &any);
}

const struct cmd cmd_upload = {
    .name = "upload",
    .summary = "brings test reports to a project, and on to linked ones",
    .usage = "INPUT...",
    .text =
        "INPUT is a report, a folder, a glob (quote it: ** is expanded here) or - for stdin; .gz is understood.\n"
        "The same reports are one run: uploading them again, in any order, adds nothing.",
    .options = upload_options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .min_rest = 1,
    .max_rest = UINT32_MAX,
    .run = run,
};
