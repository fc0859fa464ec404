/* SPDX-License-Identifier: MIT */
/*
 * match.c - finds the key of a result, and the case of the target project that holds it. It asks
 * the desk and decides; it wants nothing itself, so that a result is taken or refused as a whole.
 *
 * An id of the source means nothing to the target: only keys and, where a person allows it, titles cross.
 */
#include "mirror.h"

static const char no_key[] = "no key";

/* Two cases claim one result, by `what`: nobody but a person can tell which it is. */
static int32_t refuse_twins(struct mirror_job *j, struct mirror_target *t, const char *what,
                            struct ferry_str value, const struct ferry_found *found)
{
    static const char *const reasons[] = {"key held by two cases", "signature held by two cases",
                                          "title held by two cases", "id held by two cases"};
    size_t i = 0;
    while (i + 1 < sizeof reasons / sizeof *reasons && !str_starts(ferry_cstr(reasons[i]), what)) {
        i++;
    }
    if (!j->skip_duplicates) {
        return ferry_fail(j->err, FERRY_E_INPUT, what,
                          "%s: \"%.*s\" by %.*s; take it from all but one of them, or set "
                          "on_duplicate_key to \"skip\"",
                          reasons[i], STR_ARG(utf8_cut(value, 120)), STR_ARG(found->ids));
    }
    t->reason = reasons[i];
    t->reason_detail = mirror_glue(j, value, ": ", found->ids);
    return mirror_built(j);
}

/* --- the key ------------------------------------------------------------------ */

static int32_t check_key(struct mirror_job *j, struct ferry_str key)
{
    return key.len <= MIRROR_MAX_KEY
               ? FERRY_OK
               : ferry_fail(j->err, FERRY_E_INPUT, "key",
                            "its key has %llu bytes, and %d are the most; shorten it",
                            (unsigned long long)key.len, MIRROR_MAX_KEY);
}

/* Asks the source for the result's case, and takes that case's key. */
static int32_t lend(struct mirror_job *j, struct mirror_target *t, const char *by,
                    struct ferry_str value)
{
    struct ferry_found *found = &t->source;
    int32_t rc = mirror_look(j, FERRY_SOURCE, by, value, found);
    if (rc) {
        return rc;
    }
    t->looked = 1;
    t->reason = no_key;
    t->reason_detail = strcmp(by, "id") == 0 ? value : found->id;
    if (found->count > 1) {
        return refuse_twins(j, t, by, value, found);
    }
    if (found->state != FERRY_THERE) {
        memset(found, 0, sizeof *found);
        return FERRY_OK;
    }
    t->key = str_trim(found->key);
    if (str_empty(t->key) && found->item) {
        t->key = str_trim(found->item->key);
    }
    if (!str_empty(t->key)) {
        t->reason = NULL;
    }
    return check_key(j, t->key);
}

static int repeated(const struct ferry_str *ids, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++) {
        if (ferry_eq(str_trim(ids[k]), str_trim(ids[i]))) {
            return 1;
        }
    }
    return 0;
}

/* A target per explicit id, as upload makes a result per id: a later mirror reads the same ones back. */
static int32_t keys_by_ids(struct mirror_job *j, struct mirror_target *targets, uint32_t *n)
{
    const struct ferry_result *result = j->item->result;
    uint32_t used = 0;
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < result->n_case_ids && !rc; i++) {
        struct ferry_str id = str_trim(result->case_ids[i]);
        struct mirror_target *t = &targets[used];
        if (str_empty(id) || repeated(result->case_ids, i)) {
            continue;
        }
        t->part = i == 0 ? FERRY_LIT("") : id;
        rc = lend(j, t, "id", id);
        *n = ++used;
    }
    return rc;
}

int32_t mirror_keys(struct mirror_job *j, struct mirror_target **targets, uint32_t *n)
{
    const struct ferry_result *result = j->item->result;
    const struct ferry_ref *ref = ferry_ref_of(j->item, FERRY_CASE);
    struct mirror_target *t;
    if (result->n_case_ids > MIRROR_MAX_CASES) {
        return ferry_fail(j->err, FERRY_E_INPUT, "case id",
                          "it names %u case ids, and %d are the most; split the test",
                          result->n_case_ids, MIRROR_MAX_CASES);
    }
    t = *targets = arena_array(&j->arena, struct mirror_target, result->n_case_ids + 1);
    *n = 1;
    if (!t) {
        return mirror_built(j);
    }
    t->key = str_trim(j->item->key);
    if (!str_empty(t->key)) {
        return check_key(j, t->key);
    }
    t->reason = no_key;
    if (ref && !str_empty(ref->id)) {
        return lend(j, t, "id", ref->id);
    }
    if (result->n_case_ids > 0) {
        return keys_by_ids(j, t, n);
    }
    return str_empty(result->signature) ? FERRY_OK : lend(j, t, "signature", result->signature);
}

/* --- the source's words -------------------------------------------------------- */

/* Looks for the source's case of a result that has a key of its own; once, and only when needed. */
static int32_t find_source(struct mirror_job *j, struct mirror_target *t)
{
    const struct ferry_ref *ref = ferry_ref_of(j->item, FERRY_CASE);
    int32_t rc;
    if (t->looked || !(j->call->flags & FERRY_PLAN_SOURCE_READ)) {
        return FERRY_OK;
    }
    t->looked = 1;
    if (ref && !str_empty(ref->id)) {
        rc = mirror_look(j, FERRY_SOURCE, "id", ref->id, &t->source);
    } else {
        rc = mirror_look(j, FERRY_SOURCE, "key", t->key, &t->source);
    }
    if (!rc && (t->source.state != FERRY_THERE || t->source.count > 1)) {
        memset(&t->source, 0, sizeof t->source);
    }
    return rc;
}

/* The source's title of the case; where it has none, what the result is called. Never empty. */
static struct ferry_str title_of(const struct mirror_job *j, const struct mirror_target *t)
{
    const struct ferry_case *test_case = t->source.item ? t->source.item->test_case : NULL;
    const struct ferry_str names[] = {
        test_case ? test_case->title : (struct ferry_str){NULL, 0},
        t->source.name,
        j->item->result->name,
        j->item->name,
        j->item->result->class_name,
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!str_empty(names[i])) {
            return names[i];
        }
    }
    return t->key;
}

int32_t mirror_describe_case(struct mirror_job *j, struct mirror_target *t, struct ferry_case *out)
{
    const struct ferry_result *result = j->item->result;
    int32_t rc = find_source(j, t);
    if (rc) {
        return rc;
    }
    out->size = sizeof *out;
    out->signature = result->signature;
    out->title = title_of(j, t);
    if (t->source.item && t->source.item->test_case) {
        out->description = t->source.item->test_case->description;
    } else if (!str_empty(result->class_name) && !str_empty(result->name)) {
        out->description = mirror_glue(j, result->class_name, ".", result->name);
    } else {
        out->description = out->title;
    }
    return mirror_built(j);
}

/* --- the target ---------------------------------------------------------------- */

static void take_there(struct mirror_target *t, const struct ferry_found *found)
{
    t->id = found->id;
    t->extra = found->item ? found->item->extra : NULL;
    t->n_extra = found->item ? found->item->n_extra : 0;
}

/* No case holds the key: one whose title is the same, if it is the only one and holds no other key. */
static int32_t match_title(struct mirror_job *j, struct mirror_target *t)
{
    struct ferry_found found;
    struct ferry_str title, key;
    int32_t rc = find_source(j, t);
    if (rc) {
        return rc;
    }
    title = title_of(j, t);
    rc = mirror_look(j, FERRY_DESTINATION, "name", title, &found);
    if (rc || found.state != FERRY_THERE) {
        return rc;
    }
    if (found.count > 1) {
        return refuse_twins(j, t, "title", title, &found);
    }
    key = str_trim(found.key);
    if (!str_empty(key) && !ferry_eq(key, t->key)) {
        return mirror_note(j, FERRY_NOTE_WARNING, "title",
                           arena_printf(&j->arena,
                                        "case %.*s has this title and holds another key, \"%.*s\"",
                                        STR_ARG(found.id), STR_ARG(key)));
    }
    take_there(t, &found);
    return mirror_note(j, FERRY_NOTE_WARNING, "title",
                       arena_printf(&j->arena, "case %.*s was taken by its title; it holds no key",
                                    STR_ARG(found.id)));
}

static int32_t compare_titles(struct mirror_job *j, struct mirror_target *t,
                              const struct ferry_found *found)
{
    struct ferry_str title;
    int32_t rc = find_source(j, t);
    if (rc) {
        return rc;
    }
    title = title_of(j, t);
    if (ferry_eq(title, found->name) || (found->state == FERRY_PLANNED && str_empty(found->name))) {
        return FERRY_OK;
    }
    t->reason = "title differs";
    t->reason_detail = arena_printf(&j->arena, "\"%.*s\" here, \"%.*s\" in case %.*s",
                                    STR_ARG(title), STR_ARG(found->name), STR_ARG(found->id));
    return mirror_built(j);
}

/* No case has it: may one be made, and by whom? */
static int32_t match_new(struct mirror_job *j, struct mirror_target *t, uint32_t state)
{
    const struct ferry_plan_call *call = j->call;
    struct ferry_traits made = {.size = sizeof made}, result = {.size = sizeof result};
    int32_t rc;
    if (!(call->flags & FERRY_PLAN_CREATE_CASES)) {
        if (state == FERRY_ABSENT) {
            t->reason = "no case";
            t->reason_detail = t->key;
        }
        return FERRY_OK;
    }
    rc = call->describe(call->self, FERRY_OP(FERRY_CREATE, FERRY_CASE), &made);
    if (!rc) {
        rc = call->describe(call->self, FERRY_OP(FERRY_CREATE, FERRY_RESULT), &result);
    }
    if (rc) {
        return ferry_fail(j->err, rc, NULL, "%.*s could not be described: %s",
                          STR_ARG(call->destination), ferry_status_text(rc));
    }
    /* Also where it is planned: said twice it is one, and what was rejected is tried again. */
    t->create = made.effect != 0;
    t->by_server = !t->create && state == FERRY_ABSENT && (result.flags & FERRY_MATCHES);
    if (state == FERRY_ABSENT && !t->create && !t->by_server) {
        t->reason = "no case";
        t->reason_detail = t->key;
    }
    return FERRY_OK;
}

int32_t mirror_match(struct mirror_job *j, struct mirror_target *t)
{
    struct ferry_found found;
    int32_t rc = mirror_look(j, FERRY_DESTINATION, "key", t->key, &found);
    if (rc) {
        return rc;
    }
    if (found.count > 1) {
        return refuse_twins(j, t, "key", t->key, &found);
    }
    if (found.near > 0) {
        rc = mirror_note(j, FERRY_NOTE_WARNING, "key",
                         arena_printf(&j->arena,
                                      "\"%.*s\" differs in case only from the key of %u other",
                                      STR_ARG(t->key), found.near));
    }
    if (!rc && found.state != FERRY_ABSENT && j->match == MIRROR_BY_KEY_AND_TITLE) {
        rc = compare_titles(j, t, &found);
    }
    if (!rc && found.state == FERRY_ABSENT && j->match == MIRROR_BY_KEY_ELSE_TITLE) {
        rc = match_title(j, t);
    }
    if (rc || t->reason || !str_empty(t->id)) {
        return rc;
    }
    if (found.state == FERRY_THERE) {
        take_there(t, &found);
        return FERRY_OK;
    }
    return match_new(j, t, found.state);
}
