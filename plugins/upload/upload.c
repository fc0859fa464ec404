/* SPDX-License-Identifier: MIT */
/*
 * upload.c - the planner `upload`: what should exist in the primary. The host calls plan() with one
 * captured item at a time; everything asked and everything said goes through the desk.
 *
 * A result goes to the case it names by id, else to the one that holds its Automation Key, else to
 * the one of its signature. It never takes one of two cases by chance, keeps nothing between calls, and does no
 * I/O; the little text it builds lives in an arena that ends with the call.
 */
#include <arena.h>
#include <ferry/ferry.h>
#include <text.h>

enum {
    MAX_CASES = 1000,            /* explicit ids of one result */
    MAX_KEY = 1024,              /* bytes of an Automation Key */
    MAX_TEXT = 16 * 1024 * 1024, /* of all that one call builds */
    MAX_SHOWN = 10               /* ids named in one text */
};

/* One call of plan(). */
struct job {
    const struct ferry_plan_call *call;
    const struct ferry_item *item;
    const struct ferry_desk *desk;
    struct ferry_error *err;
    struct arena arena;
    int skip_duplicates; /* a key held twice is skipped, not failed */
    char few[256];       /* for the text that most results need: no block is made for it */
    size_t used;         /* of few */
};

/* The case that a result goes to: by reference key, by id, or both absent where the server finds it. */
struct place {
    struct ferry_str ref_key, id;
    const struct ferry_kv *extra; /* what else the tracker knows it by */
    uint32_t n_extra;
};

/* --- saying and asking ----------------------------------------------------- */

/* A text that the arena could not hold; OK where it could. */
static int32_t built(struct job *j)
{
    if (!j->arena.failed) {
        return FERRY_OK;
    }
    if (j->arena.failed == FERRY_E_NO_MEMORY) {
        return ferry_fail(j->err, FERRY_E_NO_MEMORY, NULL, "out of memory while planning");
    }
    return ferry_fail(j->err, FERRY_E_INPUT, NULL,
                      "its name, keys and ids are over %d MiB together; shorten them",
                      MAX_TEXT / 1024 / 1024);
}

static char *room_for(struct job *j, size_t n)
{
    char *room = j->few + j->used;
    if (n > sizeof j->few - j->used) {
        return arena_alloc(&j->arena, n);
    }
    j->used += n;
    return room;
}

/* Identities are joined bytewise, never through printf, which would end at a NUL. */
static struct ferry_str glue(struct job *j, struct ferry_str a, const char *between,
                             struct ferry_str b)
{
    size_t n = strlen(between);
    char *p;
    if (a.len > MAX_TEXT || b.len > MAX_TEXT) {
        j->arena.failed = j->arena.failed ? j->arena.failed : FERRY_E_TOO_LARGE;
        return (struct ferry_str){NULL, 0};
    }
    p = room_for(j, (size_t)a.len + n + (size_t)b.len);
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

static int32_t look(struct job *j, const char *by, struct ferry_str value,
                    struct ferry_found *found)
{
    int32_t rc;
    memset(found, 0, sizeof *found);
    found->size = sizeof *found;
    rc =
        j->desk->lookup(j->desk->self, FERRY_DESTINATION, FERRY_CASE, ferry_cstr(by), value, found);
    if (rc) {
        ferry_fail(j->err, rc, NULL, "the cases of %.*s could not be looked up by %s: %s",
                   STR_ARG(j->call->destination), by, ferry_status_text(rc));
    }
    return rc;
}

/* What a function of the desk returned, with words for it. */
static int32_t said(struct job *j, int32_t rc)
{
    return rc ? ferry_fail(j->err, rc, NULL, "the plan could not be written: %s",
                           ferry_status_text(rc))
              : FERRY_OK;
}

static int32_t skip(struct job *j, const char *reason, struct ferry_str detail)
{
    return said(j, j->desk->skip(j->desk->self, ferry_cstr(reason), detail));
}

static int32_t note(struct job *j, uint32_t kind, const char *field, struct ferry_str text)
{
    struct ferry_note n = {
        .size = sizeof n, .kind = kind, .field = ferry_cstr(field), .text = text};
    int32_t rc = built(j);
    return rc ? rc : said(j, j->desk->note(j->desk->self, &n));
}

static int32_t traits_of(struct job *j, uint32_t kind, struct ferry_traits *traits)
{
    int32_t rc;
    memset(traits, 0, sizeof *traits);
    traits->size = sizeof *traits;
    rc = j->call->describe(j->call->self, kind, traits);
    return rc ? ferry_fail(j->err, rc, NULL, "%.*s could not be described: %s",
                           STR_ARG(j->call->destination), ferry_status_text(rc))
              : FERRY_OK;
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

static int32_t plan_run(struct job *j)
{
    const struct ferry_plan_call *call = j->call;
    struct ferry_run run = {.size = sizeof run};
    struct ferry_item item = *j->item;
    struct ferry_ref ref = ref_to_run(call);
    const struct ferry_ref *refs[] = {&ref};
    struct ferry_action create = {.size = sizeof create,
                                  .kind = FERRY_OP(FERRY_CREATE, FERRY_RUN),
                                  .key = call->run_key,
                                  .item = &item};
    struct ferry_action complete = {.size = sizeof complete,
                                    .kind = FERRY_OP(FERRY_COMPLETE, FERRY_RUN),
                                    .key = call->run_key,
                                    .item = &item,
                                    .refs = refs,
                                    .n_refs = 1};
    int32_t rc = FERRY_OK;
    if (item.run) {
        run = *item.run;
    }
    run.title = call->run_title;
    item.size = sizeof item;
    item.run = &run;
    item.name = call->run_title;
    item.marker = call->run_marker;
    if (str_empty(call->run_id)) {
        rc = said(j, j->desk->want(j->desk->self, &create));
    }
    if (!rc && call->flags & FERRY_PLAN_COMPLETE) {
        rc = said(j, j->desk->want(j->desk->self, &complete));
    }
    return rc;
}

/* --- results and their cases ------------------------------------------------ */

/* `key` is the result's own id, or that and "#case" where it goes to several cases. */
static int32_t want_result(struct job *j, struct ferry_str key, const struct place *place)
{
    struct ferry_ref run = ref_to_run(j->call);
    struct ferry_ref to = {.size = sizeof to,
                           .role = FERRY_CASE,
                           .noun = FERRY_CASE,
                           .key = place->ref_key,
                           .id = place->id,
                           .extra = place->extra,
                           .n_extra = place->n_extra};
    const struct ferry_ref *refs[] = {&run, &to};
    struct ferry_item copy;
    struct ferry_action action = {.size = sizeof action,
                                  .kind = FERRY_OP(FERRY_CREATE, FERRY_RESULT),
                                  .key = key,
                                  .refs = refs,
                                  .n_refs = 1};
    int32_t rc = built(j);
    if (rc) {
        return rc;
    }
    if (!str_empty(place->ref_key) || !str_empty(place->id)) {
        action.n_refs = 2;
    }
    if (!ferry_eq(key, j->item->source_id)) {
        copy = *j->item;
        copy.size = sizeof copy;
        copy.source_id = key;
        action.item = &copy;
    }
    return said(j, j->desk->want(j->desk->self, &action));
}

static int32_t want_case(struct job *j, struct ferry_str ref_key, struct ferry_str key)
{
    const struct ferry_result *result = j->item->result;
    struct ferry_case made = {.size = sizeof made, .signature = result->signature};
    struct ferry_item item = {
        .size = sizeof item, .noun = FERRY_CASE, .key = key, .test_case = &made};
    struct ferry_action action = {.size = sizeof action,
                                  .kind = FERRY_OP(FERRY_CREATE, FERRY_CASE),
                                  .key = ref_key,
                                  .item = &item};
    int32_t rc;
    struct ferry_str names[] = {result->name, j->item->name, result->class_name, key,
                                result->signature};
    for (size_t i = 0; i < sizeof names / sizeof *names && str_empty(made.title); i++) {
        made.title = names[i];
    }
    made.description = made.title;
    if (!str_empty(result->class_name) && !str_empty(result->name)) {
        made.description = glue(j, result->class_name, ".", result->name);
    }
    item.name = made.title;
    rc = built(j);
    return rc ? rc : said(j, j->desk->want(j->desk->self, &action));
}

/* Two cases claim one result: nobody but a person can tell which it is. */
static int32_t refuse_twins(struct job *j, const char *what, struct ferry_str value,
                            const struct ferry_found *found)
{
    struct ferry_str detail;
    int32_t rc;
    char reason[64];
    snprintf(reason, sizeof reason, "%s held by two cases", what);
    if (!j->skip_duplicates) {
        return ferry_fail(j->err, FERRY_E_INPUT, what,
                          "%s: \"%.*s\" by %.*s; take it from all but one of them, or set "
                          "on_duplicate_key to \"skip\"",
                          reason, STR_ARG(utf8_cut(value, 120)), STR_ARG(found->ids));
    }
    detail = arena_printf(&j->arena, "%.*s: %.*s", STR_ARG(value), STR_ARG(found->ids));
    rc = built(j);
    return rc ? rc : skip(j, reason, detail);
}

/*
 * Whether the server finds or makes the case by itself from the result's signature: always for a
 * result without a key where it can, and with a key where there is no other way to make a case.
 */
static int32_t ask_server(struct job *j, int keyed, int *by_server, int *can_create)
{
    struct ferry_traits result, made;
    int32_t rc = traits_of(j, FERRY_OP(FERRY_CREATE, FERRY_RESULT), &result);
    if (!rc) {
        rc = traits_of(j, FERRY_OP(FERRY_CREATE, FERRY_CASE), &made);
    }
    if (!rc) {
        *can_create = made.effect != 0;
        *by_server = (result.flags & FERRY_MATCHES) && (!keyed || !*can_create);
    }
    return rc;
}

/* The case is not there. `key` is absent where only the signature is known. */
static int32_t place_new(struct job *j, const struct ferry_found *found, struct place *place,
                         struct ferry_str key)
{
    int by_server = 0, can_create = 0;
    struct ferry_str shown = str_empty(key) ? j->item->result->signature : key;
    int32_t rc;
    if (found->state == FERRY_ABSENT && !(j->call->flags & FERRY_PLAN_CREATE_CASES)) {
        return skip(j, "no case", shown);
    }
    rc = ask_server(j, !str_empty(key), &by_server, &can_create);
    if (rc) {
        return rc;
    }
    if (found->state == FERRY_ABSENT && by_server) {
        memset(place, 0, sizeof *place);
        rc = str_empty(key) ? FERRY_OK
                            : note(j, FERRY_NOTE_WARNING, "key",
                                   FERRY_LIT("nothing there can hold its key; the case is found "
                                             "by its signature"));
    } else if (found->state == FERRY_ABSENT && !can_create) {
        return skip(j, "no case", shown);
    } else if (can_create && j->call->flags & FERRY_PLAN_CREATE_CASES) {
        /* Also where it is planned: said twice it is one, and what was rejected is tried again. */
        rc = want_case(j, place->ref_key, key);
    }
    return rc ? rc : want_result(j, j->item->source_id, place);
}

static void take_there(struct place *place, const struct ferry_found *found)
{
    place->id = found->id;
    place->extra = found->item ? found->item->extra : NULL;
    place->n_extra = found->item ? found->item->n_extra : 0;
}

static int32_t place_by_key(struct job *j, struct ferry_str key)
{
    struct ferry_found found;
    struct place place = {.id = {NULL, 0}};
    int32_t rc = look(j, "key", key, &found);
    if (rc) {
        return rc;
    }
    if (found.count > 1) {
        return refuse_twins(j, "key", key, &found);
    }
    if (found.near > 0) {
        rc = note(j, FERRY_NOTE_WARNING, "key",
                  arena_printf(&j->arena, "\"%.*s\" differs in case only from the key of %u other",
                               STR_ARG(key), found.near));
        if (rc) {
            return rc;
        }
    }
    place.ref_key = glue(j, FERRY_LIT("key"), ":", key);
    if (found.state == FERRY_THERE) {
        take_there(&place, &found);
        return want_result(j, j->item->source_id, &place);
    }
    return place_new(j, &found, &place, key);
}

static int32_t place_by_signature(struct job *j)
{
    struct ferry_str signature = j->item->result->signature;
    struct ferry_found found;
    struct place place = {.id = {NULL, 0}};
    int32_t rc;
    if (str_empty(signature)) {
        return ferry_fail(j->err, FERRY_E_INPUT, "signature",
                          "it has no case id, no key and no signature, so no case can be found");
    }
    rc = look(j, "signature", signature, &found);
    if (rc) {
        return rc;
    }
    if (found.count > 1) {
        return refuse_twins(j, "signature", signature, &found);
    }
    if (found.state == FERRY_PLANNED && !str_empty(found.key)) {
        /* Another result makes this case, by its key. */
        place.ref_key = glue(j, FERRY_LIT("key"), ":", str_trim(found.key));
        return want_result(j, j->item->source_id, &place);
    }
    place.ref_key = glue(j, FERRY_LIT("sig"), ":", signature);
    if (found.state == FERRY_THERE) {
        take_there(&place, &found);
        return want_result(j, j->item->source_id, &place);
    }
    return place_new(j, &found, &place, (struct ferry_str){NULL, 0});
}

/* --- explicit case ids ------------------------------------------------------- */

/* Was this id said before? A report may say one twice. */
static int repeated(const struct ferry_str *ids, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++) {
        if (ferry_eq(str_trim(ids[k]), str_trim(ids[i]))) {
            return 1;
        }
    }
    return 0;
}

/* "12, 15", at most MAX_SHOWN of them, for people. */
static struct ferry_str list_ids(struct job *j)
{
    const struct ferry_result *result = j->item->result;
    struct ferry_str text = {NULL, 0};
    uint32_t shown = 0;
    for (uint32_t i = 0; i < result->n_case_ids; i++) {
        struct ferry_str id = utf8_cut(str_trim(result->case_ids[i]), 64);
        if (str_empty(id) || repeated(result->case_ids, i)) {
            continue;
        }
        if (shown++ == MAX_SHOWN) {
            return arena_printf(&j->arena, "%.*s, ...", STR_ARG(text));
        }
        text =
            arena_printf(&j->arena, "%.*s%s%.*s", STR_ARG(text), text.len ? ", " : "", STR_ARG(id));
    }
    return text;
}

/* Fills known[i] with the destination's own id of case_ids[i]; absent where it is not to be used. */
static int32_t look_up_ids(struct job *j, struct ferry_str *known, uint32_t *n_given,
                           uint32_t *n_known)
{
    const struct ferry_result *result = j->item->result;
    for (uint32_t i = 0; i < result->n_case_ids; i++) {
        struct ferry_str id = str_trim(result->case_ids[i]);
        struct ferry_found found;
        int32_t rc;
        if (str_empty(id) || repeated(result->case_ids, i)) {
            continue;
        }
        ++*n_given;
        rc = look(j, "id", id, &found);
        if (rc) {
            return rc;
        }
        if (found.state == FERRY_THERE) {
            known[i] = str_empty(found.id) ? id : found.id;
            ++*n_known;
        }
    }
    return FERRY_OK;
}

/* One result per known id. The identity of each hangs on its place in the list, not on which are known. */
static int32_t want_each(struct job *j, const struct ferry_str *known)
{
    const struct ferry_result *result = j->item->result;
    int32_t rc = FERRY_OK;
    for (uint32_t i = 0; i < result->n_case_ids && !rc; i++) {
        struct ferry_str id = str_trim(result->case_ids[i]);
        struct place place = {.id = known[i]};
        if (!str_empty(known[i])) {
            rc = want_result(j, i == 0 ? j->item->source_id : glue(j, j->item->source_id, "#", id),
                             &place);
        } else if (!str_empty(id) && !repeated(result->case_ids, i)) {
            rc = note(j, FERRY_NOTE_SKIPPED, "case id",
                      arena_printf(&j->arena, "unknown case id %.*s", STR_ARG(id)));
        }
    }
    return rc;
}

/* *placed: an id was given and the result is dealt with; else its key decides. */
static int32_t place_by_ids(struct job *j, struct ferry_str key, int *placed)
{
    const struct ferry_result *result = j->item->result;
    struct ferry_str *known, ids;
    uint32_t n_given = 0, n_known = 0;
    int32_t rc;
    *placed = 0;
    if (result->n_case_ids == 0) {
        return FERRY_OK;
    }
    if (result->n_case_ids > MAX_CASES) {
        return ferry_fail(j->err, FERRY_E_INPUT, "case id",
                          "it names %u case ids, and %d are the most; split the test",
                          result->n_case_ids, MAX_CASES);
    }
    known = arena_array(&j->arena, struct ferry_str, result->n_case_ids);
    rc = built(j);
    if (!rc) {
        rc = look_up_ids(j, known, &n_given, &n_known);
    }
    if (rc || n_given == 0) {
        return rc;
    }
    if (n_known > 0) {
        *placed = 1;
        return want_each(j, known);
    }
    ids = list_ids(j);
    rc = built(j);
    if (rc) {
        return rc;
    }
    if (str_empty(key)) {
        *placed = 1;
        return skip(j, "unknown case id", ids);
    }
    return note(j, FERRY_NOTE_WARNING, "case id",
                arena_printf(&j->arena, "unknown case id %.*s; the key decides", STR_ARG(ids)));
}

static int32_t plan_result(struct job *j)
{
    struct ferry_str key = str_trim(j->item->key);
    int placed;
    int32_t rc;
    if (!j->item->result || str_empty(j->item->source_id)) {
        return ferry_fail(j->err, FERRY_E_BUG, NULL, "a result without content or source id");
    }
    if (key.len > MAX_KEY) {
        return ferry_fail(j->err, FERRY_E_INPUT, "key",
                          "its key has %llu bytes, and %d are the most; shorten it",
                          (unsigned long long)key.len, MAX_KEY);
    }
    rc = place_by_ids(j, key, &placed);
    if (rc || placed) {
        return rc;
    }
    return str_empty(key) ? place_by_signature(j) : place_by_key(j, key);
}

/* --- the table --------------------------------------------------------------- */

/* No tracker has a place for a suite's own output; that it is left out is said where there is some. */
static int32_t plan_suite(struct job *j)
{
    const struct ferry_suite *suite = j->item->suite;
    if (!suite || (!suite->out.len && !suite->err.len && !suite->out_blob && !suite->err_blob)) {
        return FERRY_OK;
    }
    return skip(j, "suite output", str_empty(suite->path) ? j->item->name : suite->path);
}

static int32_t read_options(struct job *j)
{
    struct ferry_str value =
        ferry_get(j->call->options, j->call->n_options, FERRY_LIT("on_duplicate_key"));
    j->skip_duplicates = str_is(value, "skip");
    if (!str_empty(value) && !j->skip_duplicates && !str_is(value, "fail")) {
        return ferry_fail(j->err, FERRY_E_CONFIG, "on_duplicate_key",
                          "upload: on_duplicate_key is \"%.*s\"; say \"fail\" or \"skip\"",
                          STR_ARG(utf8_cut(value, 64)));
    }
    return FERRY_OK;
}

static int32_t plan(const struct ferry_plan_call *call, const struct ferry_item *item,
                    const struct ferry_desk *desk, struct ferry_error *err)
{
    struct job j = {.call = call, .item = item, .desk = desk, .err = err};
    int32_t rc = read_options(&j);
    if (rc) {
        return rc;
    }
    arena_init(&j.arena, MAX_TEXT);
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

static const char *const duplicate_choices[] = {"fail", "skip", NULL};
static const struct ferry_option on_duplicate_key = {
    .size = sizeof on_duplicate_key,
    .type = FERRY_OPT_CHOICE,
    .name = "on_duplicate_key",
    .def = "fail",
    .help = "what becomes of a result whose key two cases hold",
    .choices = duplicate_choices,
};
static const struct ferry_option *const options[] = {&on_duplicate_key, NULL};

static const void *query(const char *interface_id)
{
    return strcmp(interface_id, FERRY_PLANNER_1) == 0 ? &planner : NULL;
}

FERRY_PLUGIN_DEFINE(upload, "upload") = {
    .size = sizeof(struct ferry_plugin),
    .abi_major = FERRY_ABI_MAJOR,
    .level = FERRY_ABI_LEVEL,
    .id = "upload",
    .name = "Upload to the primary",
    .version = FERRY_VERSION,
    .license = "MIT",
    .options = options,
    .query = query,
};
