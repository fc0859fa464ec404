/* SPDX-License-Identifier: MIT */
/*
 * mirror_run.c - see mirror_run.h. The source is read into the journal first, so that a broken mirror goes on without it.
 */
#include "mirror_run.h"

#include <text.h>

struct mirror {
    struct session *s;
    const struct mirror_call *call;
    struct arena arena;
    struct target *source, *target;
    int64_t source_dest;
    struct ferry_str run_id, run_title, run_marker; /* of the source run */
    int64_t run_end_ms;                             /* 0: not known */
    struct ferry_run run;                           /* its fields and tags alone */
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
    struct ferry_str id = m->call->run_id, title = m->call->run_title;
    if (!item) {
        m->found = 0;
        return FERRY_OK;
    }
    struct ferry_str its_title = item->run ? item->run->title : item->name;
    if (item->noun != FERRY_RUN || (id.ptr && !ferry_eq(item->id, id)) ||
        (title.ptr && !ferry_eq(its_title, title)) ||
        (m->found && str_among(m->ids, item->id))) { /* the list moved: the same one again */
        return FERRY_OK;
    }
    m->ids = m->found ? arena_printf(&m->arena, "%.*s, %.*s", STR_ARG(m->ids), STR_ARG(item->id))
                      : arena_str(&m->arena, item->id);
    if (m->found++ == 0 || is_higher(item->id, m->run_id)) {
        m->run_id = arena_str(&m->arena, item->id);
        m->run_title = arena_str(&m->arena, its_title);
        m->run_marker = arena_str(&m->arena, item->marker);
        m->run_end_ms = item->run && item->run->state == FERRY_RUN_COMPLETE &&
                                (item->run->has & FERRY_RUN_HAS_END)
                            ? item->run->end_ms
                            : 0;
    }
    return m->arena.failed;
}

static struct ferry_ask ask_for_run(const struct mirror *m, struct ferry_kv *filter)
{
    struct ferry_str id = m->call->run_id, title = m->call->run_title;
    *filter = (struct ferry_kv){id.ptr ? FERRY_LIT("id") : FERRY_LIT("title"), id.ptr ? id : title};
    return (struct ferry_ask){.size = sizeof(struct ferry_ask),
                              .what = FERRY_ASK_LIST,
                              .noun = FERRY_RUN,
                              .filters = filter,
                              .n_filters = filter->value.ptr ? 1 : 0};
}

static int32_t find_source_run(struct mirror *m, struct remote *r, struct ferry_error *err)
{
    struct ferry_str title = m->call->run_title;
    struct ferry_kv filter;
    struct ferry_ask ask = ask_for_run(m, &filter);
    int32_t rc = remote_list(r, &ask, on_run, m, err);
    if (rc == FERRY_OK && m->found == 0) {
        rc = ferry_fail(err, FERRY_E_INPUT, "run",
                        "%.*s: there is no run%s%.*s; check the project and the run",
                        STR_ARG(m->source->label),
                        m->call->run_id.ptr ? " "
                        : title.ptr         ? " called "
                                            : "",
                        STR_ARG(filter.value.ptr ? filter.value : FERRY_LIT("")));
    } else if (rc == FERRY_OK && title.ptr && m->found > 1) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "run",
                        "%.*s: runs %.*s are all called \"%.*s\"; name one with --source-run-id",
                        STR_ARG(m->source->label), STR_ARG(m->ids), STR_ARG(title));
    }
    return rc;
}

/* A copy that outlives the page. */
static int32_t on_detail(void *data, const struct ferry_item *item)
{
    struct mirror *m = data;
    const struct ferry_run *run = item ? item->run : NULL;
    if (!item || item->noun != FERRY_RUN || !run || !ferry_eq(item->id, m->run_id)) {
        return FERRY_OK;
    }
    struct ferry_kv *fields = arena_array(&m->arena, struct ferry_kv, run->n_fields + 1);
    struct ferry_str *tags = arena_array(&m->arena, struct ferry_str, run->n_tags + 1);
    if (!fields || !tags) {
        return m->arena.failed;
    }
    for (uint32_t i = 0; i < run->n_fields; i++) {
        fields[i] = (struct ferry_kv){arena_str(&m->arena, run->fields[i].key),
                                      arena_str(&m->arena, run->fields[i].value)};
    }
    for (uint32_t i = 0; i < run->n_tags; i++) {
        tags[i] = arena_str(&m->arena, run->tags[i]);
    }
    m->run = (struct ferry_run){
        .fields = fields, .n_fields = run->n_fields, .tags = tags, .n_tags = run->n_tags};
    return m->arena.failed;
}

static struct ferry_ask ask_for_detail(struct ferry_str id, struct ferry_kv filters[2])
{
    filters[0] = (struct ferry_kv){FERRY_LIT("id"), id};
    filters[1] = (struct ferry_kv){FERRY_LIT("detail"), FERRY_LIT("1")};
    return (struct ferry_ask){.size = sizeof(struct ferry_ask),
                              .what = FERRY_ASK_LIST,
                              .noun = FERRY_RUN,
                              .filters = filters,
                              .n_filters = 2};
}

static int32_t read_detail(struct mirror *m, struct remote *r, struct ferry_error *err)
{
    struct ferry_kv filters[2];
    struct ferry_ask ask = ask_for_detail(m->run_id, filters);
    return remote_list(r, &ask, on_detail, m, err);
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
    const struct mirror_call *call = m->call;
    struct ferry_kv *kv = arena_array(&m->arena, struct ferry_kv, 4);
    *n = 0;
    if (kv) {
        kv[(*n)++] =
            (struct ferry_kv){FERRY_LIT("match"), call->match.ptr ? call->match : FERRY_LIT("key")};
        kv[(*n)++] = (struct ferry_kv){FERRY_LIT("on_duplicate_key"), call->on_duplicate_key.ptr
                                                                          ? call->on_duplicate_key
                                                                          : FERRY_LIT("fail")};
        if (call->key_field.ptr) {
            kv[(*n)++] = (struct ferry_kv){FERRY_LIT(LANE_KEY_FIELD), call->key_field};
        }
        if (call->status_map.ptr) {
            kv[(*n)++] = (struct ferry_kv){FERRY_LIT("status_map"), call->status_map};
        }
    }
    return kv;
}

/* In the transaction that makes the capture count. */
static int32_t make_lane(void *self, const struct captured *c, struct ferry_error *err)
{
    struct mirror *m = self;
    struct ferry_str home = {NULL, 0}, title = m->call->target_run_title;
    struct lane lane = {.run_id = c->run_id,
                        .role = ROLE_MIRROR,
                        .planner = FERRY_LIT("mirror"),
                        .source_dest = m->source_dest};
    lane.run_marker = marker_and_home(m, &home);
    lane.target_run = m->call->target_run_id.ptr ? m->call->target_run_id : home;
    lane.run_key =
        lane.target_run.ptr ? arena_printf(&m->arena, "id=%.*s/%.*s", STR_ARG(m->target->label),
                                           STR_ARG(lane.target_run))
        : str_starts(lane.run_marker, "run-key=") ? str_sub(lane.run_marker, 8, lane.run_marker.len)
                                                  : lane.run_marker;
    lane.run_title = title.len ? title : m->run_title;
    lane.find_title = lane.run_title;
    lane.flags = (m->call->no_create_cases ? 0 : FERRY_PLAN_CREATE_CASES) | FERRY_PLAN_COMPLETE;
    lane.options = planner_options(m, &lane.n_options);
    int32_t rc = name_failure(m->arena.failed, err, "mirror");
    rc = rc ? rc : lane_dest(&m->s->engine, m->target, &lane.dest_id, err);
    return rc ? rc : lane_put(&m->s->engine, &lane, &m->lane, err);
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static int32_t resolve(struct mirror *m, struct ferry_error *err)
{
    const struct app *app = m->s->app;
    struct ferry_str field = m->call->key_field;
    log_part("projects");
    int32_t rc = target_resolve(&m->source, app->config, app->plugins, m->call->source, err);
    rc = rc ? rc : target_resolve(&m->target, app->config, app->plugins, m->call->target, err);
    if (rc == FERRY_OK && ferry_eq(m->source->label, m->target->label) &&
        ferry_eq(m->source->account, m->target->account)) {
        rc = ferry_fail(err, FERRY_E_CONFIG, "target_project",
                        "%.*s is both source and target; a mirror is another project",
                        STR_ARG(m->source->label));
    }
    if (rc == FERRY_OK) {
        log_info("from %.*s (%.*s) to %.*s (%.*s)", STR_ARG(m->source->label),
                 STR_ARG(m->source->how), STR_ARG(m->target->label), STR_ARG(m->target->how));
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
    log_part("target");
    int32_t rc = lane_dest(&m->s->engine, m->target, &dest, err);
    rc = rc ? rc : road_remote(&m->s->engine, m->target, dest, &r, err);
    if (rc == FERRY_OK) {
        rc = index_check_field(&r, err);
        remote_close(&r);
    }
    return rc == FERRY_E_UNREACHABLE ? FERRY_OK : name_failure(rc, err, m->target->label.ptr);
}

/* --- results that come late ------------------------------------------------------------------------------ */

static int32_t count_one(void *data, const struct ferry_item *item)
{
    uint64_t *n = data;
    *n = item ? *n + (item->noun == FERRY_RESULT) : 0;
    return FERRY_OK;
}

/* Whether the list is longer than what was captured of it. */
static int32_t has_more(struct mirror *m, struct remote *r, int *more, struct ferry_error *err)
{
    char known[24];
    uint64_t n = 0;
    snprintf(known, sizeof known, "%llu", (unsigned long long)m->s->captured.results);
    struct ferry_kv filters[] = {{FERRY_LIT("run"), m->run_id},
                                 {FERRY_LIT("brief"), FERRY_LIT("1")},
                                 {FERRY_LIT("skip"), ferry_cstr(known)}};
    struct ferry_ask ask = {.size = sizeof ask,
                            .what = FERRY_ASK_LIST,
                            .noun = FERRY_RESULT,
                            .filters = filters,
                            .n_filters = 3};
    int32_t rc = remote_list(r, &ask, count_one, &n, err);
    *more = n > 0;
    return rc;
}

/*
 * Some trackers say yes to results and show them some time later: here the list has to stay as long as it is for a while. A run that
 * was complete a good while ago has no more to come; one that shows nothing yet is given some chances more.
 */
static int32_t capture_late_ones(struct mirror *m, struct remote *r,
                                 const struct capture_source *source, struct ferry_error *err)
{
    enum { OLD_MS = 60000, EMPTY_LOOKS = 3 };
    struct clock *clock = &m->s->app->clock;
    struct ferry_traits list;
    int64_t wait = m->call->quiet_ms;
    int looks = 0, more = 1;
    int32_t rc = remote_describe(r, FERRY_OP(FERRY_LIST, FERRY_RESULT), &list, err);
    if (rc || !(list.flags & FERRY_LATE) || wait <= 0 ||
        (m->run_end_ms && clock->now_ms(clock) - m->run_end_ms > OLD_MS)) {
        return rc;
    }
    while (rc == FERRY_OK && (more || (m->s->captured.results == 0 && looks < EMPTY_LOOKS))) {
        wait = m->s->captured.results == 0 && looks ? wait * 2 : wait;
        if (clock->wait_ms(clock, wait, &app_interrupted)) {
            return ferry_fail(err, FERRY_E_STOP, "", "interrupted before anything was mirrored");
        }
        looks++;
        rc = has_more(m, r, &more, err);
        rc = rc || !more ? rc : capture_run(&m->s->engine, source, &m->s->captured, err);
    }
    return rc;
}

/* What it is asked first is on its way while the target is looked at. */
static int32_t open_source(struct mirror *m, struct remote *r, struct ferry_error *err)
{
    struct engine *e = &m->s->engine;
    struct ferry_kv filter, filters[2];
    struct ferry_ask ask = ask_for_run(m, &filter),
                     detail = ask_for_detail(FERRY_LIT("1"), filters);
    int32_t rc = lane_dest(e, m->source, &m->source_dest, err);
    rc = rc ? rc : road_remote(e, m->source, m->source_dest, r, err);
    if (rc == FERRY_OK) {
        index_field_ahead(r);
        remote_ahead(r, &ask);
        remote_ahead_needs(r, &detail); /* of whichever run it will be */
    }
    return rc;
}

static int32_t capture(struct mirror *m, struct remote *r, struct ferry_error *err)
{
    struct engine *e = &m->s->engine;
    log_part("source");
    int32_t rc = index_check_field(r, err);
    rc = rc ? rc : find_source_run(m, r, err);
    rc = rc ? rc : read_detail(m, r, err);
    if (rc == FERRY_OK) {
        struct ferry_str home;
        struct capture_source source = {.remote = r,
                                        .dest_id = m->source_dest,
                                        .run_id = m->run_id,
                                        .run_title = m->run_title,
                                        .fields = m->run.fields,
                                        .n_fields = m->run.n_fields,
                                        .tags = m->run.tags,
                                        .n_tags = m->run.n_tags};
        source.marker = marker_and_home(m, &home);
        source.commit = (struct capture_commit){m, make_lane};
        log_info("from run %.*s \"%.*s\" of %.*s", STR_ARG(m->run_id), STR_ARG(m->run_title),
                 STR_ARG(m->source->label));
        rc = name_failure(m->arena.failed, err, "mirror");
        rc = rc ? rc : capture_run(e, &source, &m->s->captured, err);
        rc = rc ? rc : capture_late_ones(m, r, &source, err);
    }
    return name_failure(rc, err, m->source->label.ptr);
}

/* What is wrong with the target is said first, as it always was. */
static int32_t look_and_capture(struct mirror *m, struct ferry_error *err)
{
    struct remote source = {0};
    struct ferry_error why = {.size = sizeof why};
    int32_t opened = open_source(m, &source, &why);
    int32_t rc = check_target(m, err);
    if (rc == FERRY_OK && opened) {
        rc = ferry_fail(err, opened, why.where, "%s", why.message);
        rc = name_failure(rc, err, m->source->label.ptr);
    }
    rc = rc ? rc : capture(m, &source, err);
    if (opened == FERRY_OK) {
        remote_close(&source);
    }
    return rc;
}

int32_t mirror_run(struct session *s, const struct mirror_call *call, struct ferry_error *err)
{
    struct mirror m = {.s = s, .call = call};
    arena_init(&m.arena, 1 << 20);
    int32_t rc = resolve(&m, err);
    rc = rc ? rc : look_and_capture(&m, err);
    rc = rc ? rc : name_failure(m.arena.failed, err, "mirror");
    rc = rc ? rc : session_failed(s, err);
    if (rc == FERRY_OK && s->captured.results > 0) {
        log_part("deliver");
        log_info("%llu results captured; to %.*s", (unsigned long long)s->captured.results,
                 STR_ARG(m.target->label));
        session_go(s, m.lane, ROAD_PLAN);
    }
    target_free(m.source);
    target_free(m.target);
    arena_finish(&m.arena);
    return rc;
}
