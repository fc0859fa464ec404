/* SPDX-License-Identifier: MIT */
/*
 * mirror.c - `ferry mirror`: copies the results of one run of one project into another, joined by Automation Key. Any tracker can be either
 * side. The source is read into the journal first, so that a broken mirror goes on without it.
 */
#include "session.h"

#include <text.h>

static const char *const match_choices[] = {"key", "key,title", "key+title", NULL};
static const char *const duplicate_choices[] = {"fail", "skip", NULL};

static const struct ferry_option *const options[] = {
    OPTION(.type = FERRY_OPT_STR, .name = "automation_field_title", .value = "TITLE",
           .help = "custom field that holds the Automation Key"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "dry_run",
           .help = "shows the whole plan, sends nothing"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "json", .help = "the receipt as JSON"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "match", .def = "key", .choices = match_choices,
           .help = "what joins cases"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "no_create_cases",
           .help = "results whose case is missing are skipped by name"),
    OPTION(.type = FERRY_OPT_CHOICE, .name = "on_duplicate_key", .def = "fail",
           .choices = duplicate_choices,
           .help = "what becomes of results whose key two cases hold"),
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
    NULL,
};

struct mirror {
    struct session s;
    const struct args *args;
    struct arena arena;
    struct target *source, *target;
    int64_t source_dest;
    struct ferry_str run_id, run_title, run_marker; /* of the source run */
    int64_t lane;
    uint32_t found;
    struct ferry_str ids;
};

/* --- which run ---------------------------------------------------------------------------------- */

static int is_higher(struct ferry_str a, struct ferry_str b)
{
    return a.len != b.len ? a.len > b.len : str_cmp(a, b) > 0;
}

static int32_t on_run(void *data, const struct ferry_item *item)
{
    struct mirror *m = data;
    struct ferry_str id = args_get(m->args, "source_run_id"),
                     title = args_get(m->args, "source_run_title");
    struct ferry_str its_title = item->run ? item->run->title : item->name;
    if (item->noun != FERRY_RUN || (id.ptr && !ferry_eq(item->id, id)) ||
        (title.ptr && !ferry_eq(its_title, title))) {
        return FERRY_OK;
    }
    m->ids = m->found ? arena_printf(&m->arena, "%.*s, %.*s", STR_ARG(m->ids), STR_ARG(item->id))
                      : arena_str(&m->arena, item->id);
    if (m->found++ == 0 || is_higher(item->id, m->run_id)) {
        m->run_id = arena_str(&m->arena, item->id);
        m->run_title = arena_str(&m->arena, its_title);
        m->run_marker = arena_str(&m->arena, item->marker);
    }
    return m->arena.failed;
}

static int32_t find_source_run(struct mirror *m, struct remote *r, struct ferry_error *err)
{
    struct ferry_str id = args_get(m->args, "source_run_id"),
                     title = args_get(m->args, "source_run_title");
    struct ferry_kv filter = {id.ptr ? FERRY_LIT("id") : FERRY_LIT("title"), id.ptr ? id : title};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RUN,
                            .filters = &filter,
                            .n_filters = filter.value.ptr ? 1 : 0};
    int32_t rc = remote_list(r, &ask, on_run, m, err);
    if (rc == FERRY_OK && m->found == 0) {
        rc = ferry_fail(err, FERRY_E_INPUT, "run",
                        "%.*s: there is no run%s%.*s; check the project and the run",
                        STR_ARG(m->source->label),
                        id.ptr      ? " "
                        : title.ptr ? " called "
                                    : "",
                        STR_ARG(filter.value.ptr ? filter.value : FERRY_LIT("")));
    } else if (rc == FERRY_OK && title.ptr && m->found > 1) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "run",
                        "%.*s: runs %.*s are all called \"%.*s\"; name one with --source-run-id",
                        STR_ARG(m->source->label), STR_ARG(m->ids), STR_ARG(title));
    }
    return rc;
}

/* --- where it goes ------------------------------------------------------------------------------- */

/*
 * The mirror of a run carries the run's own mark; of a run without one, where it comes from. And what came from the target itself goes back
 * into the very run it came from.
 */
static struct ferry_str marker_and_home(struct mirror *m, struct ferry_str *home)
{
    struct ferry_str marker = m->run_marker.len
                                  ? m->run_marker
                                  : arena_printf(&m->arena, "source=%.*s/%.*s",
                                                 STR_ARG(m->source->label), STR_ARG(m->run_id));
    struct ferry_str prefix = arena_printf(&m->arena, "source=%.*s/", STR_ARG(m->target->label));
    if (marker.len > prefix.len && memcmp(marker.ptr, prefix.ptr, (size_t)prefix.len) == 0) {
        *home = str_sub(marker, prefix.len, marker.len);
    }
    return marker;
}

static const struct ferry_kv *planner_options(struct mirror *m, uint32_t *n)
{
    struct ferry_kv *kv = arena_array(&m->arena, struct ferry_kv, 3);
    struct ferry_str map = {NULL, 0};
    for (uint32_t i = 0; args_nth(m->args, "status_map", i).ptr; i++) {
        map = arena_printf(&m->arena, "%.*s%s%.*s", STR_ARG(map), i ? "\n" : "",
                           STR_ARG(args_nth(m->args, "status_map", i)));
    }
    *n = 0;
    if (kv) {
        kv[(*n)++] = (struct ferry_kv){FERRY_LIT("match"), args_get(m->args, "match")};
        kv[(*n)++] =
            (struct ferry_kv){FERRY_LIT("on_duplicate_key"), args_get(m->args, "on_duplicate_key")};
        if (map.ptr) {
            kv[(*n)++] = (struct ferry_kv){FERRY_LIT("status_map"), map};
        }
    }
    return kv;
}

/* In the transaction that makes the capture count. */
static int32_t make_lane(void *self, const struct captured *c, struct ferry_error *err)
{
    struct mirror *m = self;
    struct ferry_str home = {NULL, 0}, title = args_get(m->args, "target_run_title");
    struct lane lane = {.run_id = c->run_id,
                        .role = ROLE_MIRROR,
                        .planner = FERRY_LIT("mirror"),
                        .source_dest = m->source_dest};
    lane.run_marker = marker_and_home(m, &home);
    lane.target_run =
        args_has(m->args, "target_run_id") ? args_get(m->args, "target_run_id") : home;
    lane.run_key =
        lane.target_run.ptr ? arena_printf(&m->arena, "id=%.*s/%.*s", STR_ARG(m->target->label),
                                           STR_ARG(lane.target_run))
        : str_starts(lane.run_marker, "run-key=") ? str_sub(lane.run_marker, 8, lane.run_marker.len)
                                                  : lane.run_marker;
    lane.run_title = title.len ? title : m->run_title;
    lane.find_title = lane.run_title;
    lane.flags =
        (args_flag(m->args, "no_create_cases") ? 0 : FERRY_PLAN_CREATE_CASES) | FERRY_PLAN_COMPLETE;
    lane.options = planner_options(m, &lane.n_options);
    int32_t rc = lane_dest(&m->s.engine, m->target, &lane.dest_id, err);
    return rc ? rc : lane_put(&m->s.engine, &lane, &m->lane, err);
}

/* --- the command ------------------------------------------------------------------------------------ */

static int32_t check_args(const struct args *args, struct ferry_error *err)
{
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

static int32_t resolve(struct mirror *m, struct ferry_error *err)
{
    const struct app *app = m->s.app;
    struct ferry_str field = args_get(m->args, "automation_field_title");
    int32_t rc = target_resolve(&m->source, app->config, app->plugins,
                                args_get(m->args, "source_project"), err);
    rc = rc ? rc
            : target_resolve(&m->target, app->config, app->plugins,
                             args_get(m->args, "target_project"), err);
    if (rc == FERRY_OK && ferry_eq(m->source->label, m->target->label) &&
        ferry_eq(m->source->account, m->target->account)) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "target_project",
                        "%.*s is both source and target; a mirror is another project",
                        STR_ARG(m->source->label));
    }
    if (rc == FERRY_OK && field.ptr) {
        m->source->key_field = m->target->key_field = field;
    }
    return rc;
}

/* A wrong field is found before anything is captured; a target that cannot be reached is looked at by its plan. */
static int32_t check_target(struct mirror *m, struct ferry_error *err)
{
    struct remote r = {0};
    int64_t dest;
    int32_t rc = lane_dest(&m->s.engine, m->target, &dest, err);
    rc = rc ? rc : road_remote(&m->s.engine, m->target, dest, &r, err);
    if (rc == FERRY_OK) {
        rc = index_check_field(&r, err);
        remote_close(&r);
    }
    return rc == FERRY_E_UNREACHABLE ? FERRY_OK : rc;
}

static int32_t capture(struct mirror *m, struct ferry_error *err)
{
    struct engine *e = &m->s.engine;
    struct remote r = {0};
    int32_t rc = lane_dest(e, m->source, &m->source_dest, err);
    rc = rc ? rc : road_remote(e, m->source, m->source_dest, &r, err);
    if (rc) {
        return rc;
    }
    rc = index_check_field(&r, err);
    rc = rc ? rc : find_source_run(m, &r, err);
    if (rc == FERRY_OK) {
        struct ferry_str home;
        struct capture_source source = {.remote = &r,
                                        .dest_id = m->source_dest,
                                        .run_id = m->run_id,
                                        .run_title = m->run_title};
        source.marker = marker_and_home(m, &home);
        source.commit = (struct capture_commit){m, make_lane};
        log_info("from run %.*s \"%.*s\" of %.*s", STR_ARG(m->run_id), STR_ARG(m->run_title),
                 STR_ARG(m->source->label));
        rc = capture_run(e, &source, &m->s.captured, err);
    }
    remote_close(&r);
    return rc;
}

static int run(struct app *app, const struct args *args)
{
    struct mirror m = {.args = args};
    struct ferry_error err = {.size = sizeof err};
    int code;
    arena_init(&m.arena, 1 << 20);
    int32_t rc = check_args(args, &err);
    rc = rc ? rc : session_open(&m.s, app, args, &err);
    rc = rc ? rc : resolve(&m, &err);
    rc = rc ? rc : check_target(&m, &err);
    rc = rc ? rc : capture(&m, &err);
    if (rc == FERRY_E_INPUT || (rc == FERRY_OK && m.s.captured.results == 0)) {
        log_warn("%s", rc ? err.message : "the source run has no results; nothing to mirror");
        code = EXIT_NO_RESULTS;
    } else if (rc) {
        code = cmd_fail(&err);
    } else {
        session_go(&m.s, m.lane, ROAD_PLAN);
        code = session_receipt(&m.s, NULL, 0);
    }
    session_close(&m.s);
    target_free(m.source);
    target_free(m.target);
    arena_finish(&m.arena);
    return code;
}

const struct cmd cmd_mirror = {
    .name = "mirror",
    .summary = "copies a run's results to another project by Automation Key",
    .options = options,
    .flags = CMD_CONFIG | CMD_PLUGINS,
    .run = run,
};
