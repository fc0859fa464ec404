/* SPDX-License-Identifier: MIT */
/*
 * mirror.c - the planner `mirror`: what should exist in a linked project. The host calls plan()
 * with one captured item at a time, whether it was just uploaded or read back out of a tracker; both
 * ways say the same, so that mirroring twice adds nothing.
 *
 * A result crosses by its Automation Key alone. This file holds the table, the options, the run and the copy
 * of a result; match.c decides whose it is, copy.c what changes. No state, no I/O.
 */
#include "mirror.h"

/* --- saying and asking ----------------------------------------------------- */

int32_t mirror_built(struct mirror_job *j)
{
    if (!j->arena.failed) {
        return FERRY_OK;
    }
    if (j->arena.failed == FERRY_E_NO_MEMORY) {
        return ferry_fail(j->err, FERRY_E_NO_MEMORY, NULL, "out of memory while planning");
    }
    return ferry_fail(j->err, FERRY_E_INPUT, NULL,
                      "its name, message, keys and ids are over %d MiB together; shorten them",
                      MIRROR_MAX_TEXT / 1024 / 1024);
}

struct ferry_str mirror_glue(struct mirror_job *j, struct ferry_str a, const char *between,
                             struct ferry_str b)
{
    size_t n = strlen(between);
    char *p;
    if (a.len > MIRROR_MAX_TEXT || b.len > MIRROR_MAX_TEXT) {
        j->arena.failed = j->arena.failed ? j->arena.failed : FERRY_E_TOO_LARGE;
        return (struct ferry_str){NULL, 0};
    }
    p = arena_alloc(&j->arena, (size_t)a.len + n + (size_t)b.len + 1);
    if (!p) {
        return (struct ferry_str){NULL, 0};
    }
    if (a.len) {
        memcpy(p, a.ptr, (size_t)a.len);
    }
    memcpy(p + a.len, between, n);
    if (b.len) {
        memcpy(p + a.len + n, b.ptr, (size_t)b.len);
    }
    return (struct ferry_str){p, a.len + n + b.len};
}

int32_t mirror_look(struct mirror_job *j, uint32_t side, const char *by, struct ferry_str value,
                    struct ferry_found *found)
{
    int32_t rc;
    memset(found, 0, sizeof *found);
    found->size = sizeof *found;
    rc = j->desk->lookup(j->desk->self, side, FERRY_CASE, ferry_cstr(by), value, found);
    if (rc) {
        ferry_fail(j->err, rc, NULL, "the cases of %.*s could not be looked up by %s: %s",
                   STR_ARG(side == FERRY_SOURCE ? j->call->source : j->call->destination), by,
                   ferry_status_text(rc));
    }
    return rc;
}

int32_t mirror_said(struct mirror_job *j, int32_t rc)
{
    return rc ? ferry_fail(j->err, rc, NULL, "the plan could not be written: %s",
                           ferry_status_text(rc))
              : FERRY_OK;
}

int32_t mirror_note(struct mirror_job *j, uint32_t kind, const char *field, struct ferry_str text)
{
    struct ferry_note n = {
        .size = sizeof n, .kind = kind, .field = ferry_cstr(field), .text = text};
    int32_t rc = mirror_built(j);
    return rc ? rc : mirror_said(j, j->desk->note(j->desk->self, &n));
}

static int32_t skip(struct mirror_job *j, const char *reason, struct ferry_str detail)
{
    return mirror_said(j, j->desk->skip(j->desk->self, ferry_cstr(reason), detail));
}

static int32_t want(struct mirror_job *j, uint32_t kind, struct ferry_str key,
                    const struct ferry_item *item, const struct ferry_ref *const *refs,
                    uint32_t n_refs)
{
    struct ferry_action action = {.size = sizeof action,
                                  .kind = kind,
                                  .key = key,
                                  .item = item,
                                  .refs = refs,
                                  .n_refs = n_refs};
    int32_t rc = mirror_built(j);
    return rc ? rc : mirror_said(j, j->desk->want(j->desk->self, &action));
}

/* The item in hand without what only its own tracker understands: ids, references, marks. */
static struct ferry_item stranger(const struct ferry_item *item)
{
    struct ferry_item copy = *item;
    copy.size = sizeof copy;
    copy.id = copy.marker = (struct ferry_str){NULL, 0};
    copy.refs = NULL;
    copy.extra = NULL;
    copy.n_refs = copy.n_extra = 0;
    return copy;
}

static struct ferry_ref ref_to_run(const struct ferry_plan_call *call)
{
    return (struct ferry_ref){.size = sizeof(struct ferry_ref),
                              .role = FERRY_RUN,
                              .noun = FERRY_RUN,
                              .key = call->run_key,
                              .id = call->run_id};
}

/* --- the run --------------------------------------------------------------- */

/* `Mirror of qase:AO/12 "Nightly"` */
static struct ferry_str describe_run(struct mirror_job *j)
{
    const struct ferry_run *run = j->item->run;
    struct ferry_str title = run && !str_empty(run->title) ? run->title : j->item->name;
    struct ferry_str text = mirror_glue(j, FERRY_LIT("Mirror of"), " ", j->call->source);
    if (str_empty(title)) {
        return text;
    }
    return mirror_glue(j, text, " \"", mirror_glue(j, title, "\"", FERRY_LIT("")));
}

static int32_t plan_run(struct mirror_job *j)
{
    const struct ferry_plan_call *call = j->call;
    struct ferry_run run = {.size = sizeof run};
    struct ferry_item item = stranger(j->item);
    struct ferry_ref ref = ref_to_run(call);
    const struct ferry_ref *refs[] = {&ref};
    int32_t rc = FERRY_OK;
    if (j->item->run) {
        run = *j->item->run;
        run.size = sizeof run;
    }
    run.title = call->run_title;
    run.description = describe_run(j);
    item.run = &run;
    item.name = call->run_title;
    item.marker = call->run_marker;
    if (str_empty(call->run_id)) {
        rc = want(j, FERRY_OP(FERRY_CREATE, FERRY_RUN), call->run_key, &item, NULL, 0);
    }
    if (!rc && call->flags & FERRY_PLAN_COMPLETE) {
        rc = want(j, FERRY_OP(FERRY_COMPLETE, FERRY_RUN), call->run_key, &item, refs, 1);
    }
    return rc;
}

/* --- results ----------------------------------------------------------------- */

static int32_t want_target(struct mirror_job *j, struct mirror_target *t,
                           const struct ferry_item *copy)
{
    struct ferry_item item = *copy;
    struct ferry_case made = {.size = sizeof made};
    struct ferry_item made_item = {
        .size = sizeof made_item, .noun = FERRY_CASE, .key = t->key, .test_case = &made};
    struct ferry_ref run = ref_to_run(j->call);
    struct ferry_ref to = {.size = sizeof to,
                           .role = FERRY_CASE,
                           .noun = FERRY_CASE,
                           .id = t->id,
                           .extra = t->extra,
                           .n_extra = t->n_extra};
    const struct ferry_ref *refs[] = {&run, &to};
    int32_t rc = FERRY_OK;
    to.key = mirror_glue(j, FERRY_LIT("key"), ":", t->key);
    if (t->create) {
        rc = mirror_describe_case(j, t, &made);
        made_item.name = made.title;
        if (!rc) {
            rc = want(j, FERRY_OP(FERRY_CREATE, FERRY_CASE), to.key, &made_item, NULL, 0);
        }
    }
    if (rc) {
        return rc;
    }
    item.key = t->key;
    if (!str_empty(t->part)) {
        item.source_id = mirror_glue(j, copy->source_id, "#", t->part);
    }
    return want(j, FERRY_OP(FERRY_CREATE, FERRY_RESULT), item.source_id, &item, refs,
                t->by_server ? 1 : 2);
}

/* Every target has been decided on, so nothing is half taken when one of them fails the result. */
static int32_t want_targets(struct mirror_job *j, struct mirror_target *targets, uint32_t n,
                            const struct ferry_item *copy)
{
    uint32_t taken = 0;
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < n; i++) {
        taken += targets[i].reason ? 0 : 1;
    }
    if (taken == 0) {
        return skip(j, targets[0].reason, targets[0].reason_detail);
    }
    for (uint32_t i = 0; i < n && !rc; i++) {
        struct mirror_target *t = &targets[i];
        rc = !t->reason
                 ? want_target(j, t, copy)
                 : mirror_note(j, FERRY_NOTE_SKIPPED, "case",
                               mirror_glue(j, ferry_cstr(t->reason), ": ", t->reason_detail));
    }
    return rc;
}

static int32_t plan_result(struct mirror_job *j)
{
    struct ferry_result result;
    struct ferry_item copy = stranger(j->item);
    struct mirror_target *targets;
    uint32_t n;
    int32_t rc;
    if (!j->item->result || str_empty(j->item->source_id)) {
        return ferry_fail(j->err, FERRY_E_BUG, NULL, "a result without content or source id");
    }
    result = *j->item->result;
    result.size = sizeof result;
    mirror_map_status(j, &result);
    if (mirror_unsettled(&result)) {
        return skip(j, mirror_unsettled(&result), result.name);
    }
    rc = mirror_keys(j, &targets, &n);
    for (uint32_t i = 0; !rc && i < n; i++) {
        if (!targets[i].reason) {
            rc = mirror_match(j, &targets[i]);
        }
    }
    if (rc) {
        return rc;
    }
    if (str_empty(result.name)) { /* lists of results may hold no names; their cases do */
        result.name = targets[0].source.name;
    }
    result.case_ids = NULL;
    result.n_case_ids = 0;
    result.message = mirror_message(j, result.message);
    copy.result = &result;
    return want_targets(j, targets, n, &copy);
}

/* --- the table --------------------------------------------------------------- */

/* No tracker has a place for a suite's own output; that it is left out is said where there is some. */
static int32_t plan_suite(struct mirror_job *j)
{
    const struct ferry_suite *suite = j->item->suite;
    if (!suite || (!suite->out.len && !suite->err.len && !suite->out_blob && !suite->err_blob)) {
        return FERRY_OK;
    }
    return skip(j, "suite output", str_empty(suite->path) ? j->item->name : suite->path);
}

static const char *const match_choices[] = {"key", "key,title", "key+title", NULL};
static const char *const duplicate_choices[] = {"fail", "skip", NULL};

/* The index of a choice; absent is the first. E_CONFIG, naming them all, where it is none of them. */
static int32_t read_choice(struct mirror_job *j, const char *name, const char *const *choices,
                           uint32_t *out)
{
    struct ferry_str value = ferry_get(j->call->options, j->call->n_options, ferry_cstr(name));
    char list[64] = "";
    for (*out = 0; choices[*out]; ++*out) {
        if (str_empty(value) || str_is(value, choices[*out])) {
            return FERRY_OK;
        }
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s\"%s\"", *out ? " or " : "",
                 choices[*out]);
    }
    return ferry_fail(j->err, FERRY_E_CONFIG, name, "mirror: %s is \"%.*s\"; say %s", name,
                      STR_ARG(utf8_cut(value, 64)), list);
}

static int32_t read_options(struct mirror_job *j)
{
    uint32_t skips = 0;
    int32_t rc = read_choice(j, "match", match_choices, &j->match);
    if (!rc) {
        rc = read_choice(j, "on_duplicate_key", duplicate_choices, &skips);
    }
    j->skip_duplicates = skips == 1;
    j->status_map = ferry_get(j->call->options, j->call->n_options, FERRY_LIT("status_map"));
    return rc ? rc : mirror_check_map(j);
}

static int32_t plan(const struct ferry_plan_call *call, const struct ferry_item *item,
                    const struct ferry_desk *desk, struct ferry_error *err)
{
    struct mirror_job j = {.call = call, .item = item, .desk = desk, .err = err};
    int32_t rc = read_options(&j);
    if (rc) {
        return rc;
    }
    arena_init(&j.arena, MIRROR_MAX_TEXT);
    switch (item->noun) {
    case FERRY_RUN:
        rc = plan_run(&j);
        break;
    case FERRY_RESULT:
        rc = plan_result(&j);
        break;
    case FERRY_SUITE:
        rc = plan_suite(&j);
        break;
    default:
        break;
    }
    arena_finish(&j.arena);
    return rc;
}

static const struct ferry_planner planner = {.plan = plan};

static const struct ferry_option match = {
    .size = sizeof match,
    .type = FERRY_OPT_CHOICE,
    .name = "match",
    .def = "key",
    .help = "what makes a case the counterpart: its key, its key else its title, or both",
    .choices = match_choices,
};
static const struct ferry_option on_duplicate_key = {
    .size = sizeof on_duplicate_key,
    .type = FERRY_OPT_CHOICE,
    .name = "on_duplicate_key",
    .def = "fail",
    .help = "what becomes of a result whose key two cases hold",
    .choices = duplicate_choices,
};
static const struct ferry_option status_map = {
    .size = sizeof status_map,
    .type = FERRY_OPT_LIST,
    .name = "status_map",
    .help = "statuses that are called otherwise in the target project",
    .value = "FROM=TO",
};
static const struct ferry_option *const options[] = {&match, &on_duplicate_key, &status_map, NULL};

static const void *query(const char *interface_id)
{
    return strcmp(interface_id, FERRY_PLANNER_1) == 0 ? &planner : NULL;
}

FERRY_PLUGIN_DEFINE(mirror, "mirror") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "mirror",
    .name = "Mirror to a linked project",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
