/* SPDX-License-Identifier: MIT */
/* index_run.c - the target run, and the field that keys stand in: read for this plan, and kept nowhere; see index.h. */
#include "index.h"

#include <text.h>

struct run_search {
    struct ferry_str id, marker, title;
    struct index_run by_id, by_marker, by_title;
};

static void take_run(struct index_run *into, const struct ferry_item *item)
{
    size_t n = strlen(into->ids);
    if ((into->count > 0 && ferry_eq(ferry_cstr(into->id), item->id)) ||
        str_among(ferry_cstr(into->ids), item->id)) {
        return; /* the same run on two pages is one run */
    }
    int lower = into->count == 0 || item->id.len < strlen(into->id) ||
                (item->id.len == strlen(into->id) &&
                 memcmp(item->id.ptr, into->id, (size_t)item->id.len) < 0);
    snprintf(into->ids + n, sizeof into->ids - n, "%s%.*s", n ? ", " : "", STR_ARG(item->id));
    into->count++;
    if (lower) {
        struct ferry_str title = item->run ? item->run->title : item->name;
        snprintf(into->id, sizeof into->id, "%.*s", STR_ARG(item->id));
        snprintf(into->title, sizeof into->title, "%.*s", STR_ARG(title));
        snprintf(into->marker, sizeof into->marker, "%.*s", STR_ARG(item->marker));
        into->state = item->run ? item->run->state : 0;
    }
}

static int32_t on_run(void *data, const struct ferry_item *item)
{
    struct run_search *s = data;
    if (!item) {
        s->by_id = s->by_marker = s->by_title = (struct index_run){.count = 0};
        return FERRY_OK;
    }
    if (item->noun != FERRY_RUN) {
        return FERRY_OK;
    }
    if (s->id.ptr && ferry_eq(item->id, s->id)) {
        take_run(&s->by_id, item);
    }
    if (s->marker.ptr && ferry_eq(item->marker, s->marker)) {
        take_run(&s->by_marker, item);
    }
    if (s->title.ptr && item->marker.len == 0 &&
        ferry_eq(item->run ? item->run->title : item->name, s->title)) {
        take_run(&s->by_title, item);
    }
    return FERRY_OK;
}

static struct ferry_ask ask_for_runs(const struct ferry_kv *filter)
{
    return (struct ferry_ask){.size = sizeof(struct ferry_ask),
                              .what = FERRY_ASK_LIST,
                              .noun = FERRY_RUN,
                              .n_filters = 1,
                              .filters = filter};
}

static int32_t list_runs(struct remote *r, const char *filter, struct ferry_str value,
                         struct run_search *s, struct ferry_error *err)
{
    struct ferry_kv kv = {ferry_cstr(filter), value};
    struct ferry_ask ask = ask_for_runs(&kv);
    return remote_list(r, &ask, on_run, s, err);
}

void index_run_ahead(struct remote *r, struct ferry_str id, struct ferry_str marker,
                     struct ferry_str find_title)
{
    struct ferry_kv kv[] = {
        {FERRY_LIT("id"), id}, {FERRY_LIT("marker"), marker}, {FERRY_LIT("title"), find_title}};
    for (size_t i = id.ptr ? 0 : 1; i < (id.ptr ? 1 : sizeof kv / sizeof *kv); i++) {
        struct ferry_ask ask = ask_for_runs(&kv[i]);
        if (kv[i].value.ptr) {
            remote_ahead(r, &ask);
        }
    }
}

int32_t index_find_run(struct remote *r, struct ferry_str id, struct ferry_str marker,
                       struct ferry_str find_title, struct index_run *out, struct ferry_error *err)
{
    struct run_search s = {.id = id};
    int32_t rc;
    memset(out, 0, sizeof *out);
    if (id.ptr) {
        rc = list_runs(r, "id", id, &s, err);
        *out = s.by_id;
        return rc              ? rc
               : s.by_id.count ? FERRY_OK
                               : ferry_fail(err, FERRY_E_CONFIG, "run",
                                            "%.*s: there is no run %.*s; check --run-id",
                                            STR_ARG(r->target->label), STR_ARG(id));
    }
    if (marker.ptr) {
        s.marker = marker;
        rc = list_runs(r, "marker", marker, &s, err);
        if (rc) {
            return rc;
        }
    }
    if (s.by_marker.count == 0 && find_title.ptr) {
        s.title = find_title;
        rc = list_runs(r, "title", find_title, &s, err);
        if (rc) {
            return rc;
        }
    }
    *out = s.by_marker.count ? s.by_marker : s.by_title;
    if (s.by_marker.count == 0 && s.by_title.count > 1) {
        return ferry_fail(err, FERRY_E_CONFIG, "run",
                          "%.*s: runs %s are all called \"%.*s\"; name one with --target-run-id",
                          STR_ARG(r->target->label), s.by_title.ids, STR_ARG(find_title));
    }
    return FERRY_OK; /* two with one marker: the first counts, the audit names the other */
}

/* --- the key field --------------------------------------------------------------------- */

struct field_search {
    struct ferry_str title;
    int any, found;
};

static int32_t on_field(void *data, const struct ferry_item *item)
{
    struct field_search *s = data;
    if (!item) {
        s->any = s->found = 0;
        return FERRY_OK;
    }
    int on_cases = !item->field || item->field->entity == 0 || item->field->entity == FERRY_CASE;
    s->any |= item->noun == FERRY_FIELD;
    s->found |= item->noun == FERRY_FIELD && on_cases && ferry_eq(str_trim(item->name), s->title);
    return FERRY_OK;
}

static const struct ferry_ask fields = {
    .size = sizeof fields, .what = FERRY_ASK_LIST, .noun = FERRY_FIELD};

void index_field_ahead(struct remote *r)
{
    struct ferry_traits traits;
    struct ferry_error ignored = {.size = sizeof ignored};
    if (remote_describe(r, FERRY_OP(FERRY_LIST, FERRY_FIELD), &traits, &ignored) == FERRY_OK &&
        traits.effect != 0) {
        remote_ahead(r, &fields);
    }
}

int32_t index_check_field(struct remote *r, struct ferry_error *err)
{
    struct field_search s = {.title = str_trim(r->target->key_field)};
    struct ferry_traits traits, made;
    int32_t rc = remote_describe(r, FERRY_OP(FERRY_LIST, FERRY_FIELD), &traits, err);
    if (rc || traits.effect == 0) {
        return rc;
    }
    rc = remote_list(r, &fields, on_field, &s, err);
    rc = rc ? rc : remote_describe(r, FERRY_OP(FERRY_CREATE, FERRY_CASE), &made, err);
    /* Without any field the project may be yet to be made: writing to it will tell, unless it is known that it makes no case. */
    if (rc == FERRY_OK && !s.found && (s.any || made.effect == 0)) {
        rc = ferry_fail(
            err, FERRY_E_CONFIG, "automation_key.field",
            "%.*s: there is no custom field \"%.*s\" on cases; make it there, or name another one",
            STR_ARG(r->target->label), STR_ARG(s.title));
    }
    return rc;
}
