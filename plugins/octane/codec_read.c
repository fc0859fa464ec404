/* SPDX-License-Identifier: MIT */
/* codec_read.c - entities of Octane as items: automated tests are cases, suite runs are runs, automated runs are results. */
#include "codec.h"

#include <calendar.h>
#include <text.h>

/* --- small things ------------------------------------------------------------------------------------------- */

/* "2026-11-20T10:18:33Z", with or without a fraction and an offset. 1 and *ms, else 0. */
static int read_time(struct ferry_str s, int64_t *ms)
{
    int year, month, day, hour, minute, second, used = 0;
    char text[40];
    if (s.len < 19 || s.len >= sizeof text) {
        return 0;
    }
    snprintf(text, sizeof text, "%.*s", STR_ARG(s));
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
               &used) != 6 ||
        month < 1 || month > 12 || day < 1 || day > calendar_month_days(year, month) || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
        return 0;
    }
    const char *rest = text + used;
    int64_t fraction = 0, unit = 100, offset = 0;
    if (*rest == '.') {
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10) {
            fraction += unit * (*rest - '0');
        }
    }
    int oh = 0, om = 0;
    if ((*rest == '+' || *rest == '-') &&
        (sscanf(rest + 1, "%2d:%2d", &oh, &om) == 2 || sscanf(rest + 1, "%2d%2d", &oh, &om) == 2)) {
        offset = (*rest == '-' ? -1 : 1) * (oh * 60 + om);
    } else if (*rest && strcmp(rest, "Z") != 0) {
        return 0;
    }
    *ms = (((calendar_days(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second) *
              1000 +
          fraction;
    return 1;
}

static struct ferry_str text_of(struct octane_reading *r, const struct cJSON *v, const char *name)
{
    return arena_str(&r->arena, json_str(json_get(v, name)));
}

static struct ferry_str id_of(struct octane_reading *r, const struct cJSON *v)
{
    char digits[24];
    return arena_str(&r->arena, json_id(json_get(v, "id"), digits));
}

static int32_t hand_over(struct octane_reading *r, struct ferry_item *item)
{
    if (r->arena.failed) {
        return r->arena.failed;
    }
    item->size = sizeof *item;
    return octane_is_id(item->id) || item->run ? r->reply->item(r->reply->self, item)
                                               : FERRY_E_PROTOCOL;
}

/* --- modules and suites -------------------------------------------------------------------------------------- */

static int is_beneath(const struct cJSON *v, int suite, struct ferry_str parent)
{
    char digits[24];
    if (str_empty(parent)) {
        return 1;
    }
    if (!suite) {
        return ferry_eq(json_id(json_get(json_get(v, "parent"), "id"), digits), parent);
    }
    json_each (area, json_get(json_get(v, "product_areas"), "data")) {
        if (ferry_eq(json_id(json_get(area, "id"), digits), parent)) {
            return 1;
        }
    }
    return 0;
}

/* It is one of those that are looked for where its name and what it lies in are: bytewise, whatever the server compares by. */
static int32_t read_folder(struct octane_reading *r, const struct cJSON *v)
{
    struct ferry_item item = {.noun = FERRY_FOLDER};
    struct ferry_folder folder = {.size = sizeof folder};
    int32_t rc = FERRY_OK;
    item.id = id_of(r, v);
    folder.name = item.name = text_of(r, v, "name");
    item.folder = &folder;
    for (uint32_t i = 0; i < r->ask->n_ops && rc == FERRY_OK; i++) {
        const struct ferry_op *op = r->ask->ops[i];
        struct ferry_str parent;
        int suite = octane_is_suite(op);
        int of_list = str_is(ferry_get(r->ask->filters, r->ask->n_filters, FERRY_LIT("of")),
                             suite ? "suite" : "module");
        if (of_list && ferry_eq(op->item->name, item.name) &&
            octane_parent_of(r->call, op, &parent) == FERRY_OK && is_beneath(v, suite, parent)) {
            item.key = op->item->key;
            rc = hand_over(r, &item);
        }
    }
    return rc || r->ask->n_ops ? rc : hand_over(r, &item);
}

/* --- cases ----------------------------------------------------------------------------------------------------- */

static int32_t read_case(struct octane_reading *r, const struct cJSON *v)
{
    struct ferry_item item = {.noun = FERRY_CASE};
    struct ferry_case test_case = {.size = sizeof test_case};
    struct ferry_kv extra[4];
    const struct {
        const char *name, *field;
    } parts[] = {
        {"module", "component"}, {"package", "package"}, {"class", "class_name"}, {"name", "name"}};
    item.id = id_of(r, v);
    item.name = test_case.title = text_of(r, v, "name");
    item.key = text_of(r, v, "external_test_id");
    item.key = item.key.len ? item.key : (struct ferry_str){NULL, 0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct ferry_str value = text_of(r, v, parts[i].field);
        if (value.len) {
            extra[item.n_extra++] = (struct ferry_kv){ferry_cstr(parts[i].name), value};
        }
    }
    item.extra = extra;
    item.test_case = &test_case;
    return hand_over(r, &item);
}

/* --- runs ------------------------------------------------------------------------------------------------------- */

/* Until its completion a run has no marker but the digits in its name. */
static struct ferry_str marker_by_name(struct octane_reading *r, struct ferry_str name)
{
    struct ferry_str asked = ferry_get(r->ask->filters, r->ask->n_filters, FERRY_LIT("marker"));
    char key[9];
    octane_key_of(asked, key);
    for (uint64_t at = 0; asked.len && at < name.len; at++) {
        if (str_starts(str_sub(name, at, name.len), key)) {
            return asked;
        }
    }
    return (struct ferry_str){NULL, 0};
}

/*
 * A run of ours is called by its name, as when it was named and nobody had made it yet: the ids of its results depend on it. Whoever asks for
 * runs of others gets their numbers, and so does one without a name.
 */
static int by_name(const struct octane_reading *r, struct ferry_str name)
{
    struct ferry_str id = ferry_get(r->ask->filters, r->ask->n_filters, FERRY_LIT("id"));
    struct ferry_str marker = ferry_get(r->ask->filters, r->ask->n_filters, FERRY_LIT("marker"));
    return name.len > 0 && !octane_is_id(name) && (marker.len > 0 || ferry_eq(id, name));
}

static int32_t read_run(struct octane_reading *r, const struct cJSON *v)
{
    struct ferry_item item = {.noun = FERRY_RUN};
    struct ferry_run run = {.size = sizeof run, .state = FERRY_RUN_COMPLETE};
    struct ferry_kv fields[1];
    struct ferry_str milestone =
        arena_str(&r->arena, json_str(json_get(json_get(v, "milestone"), "name")));
    item.id = id_of(r, v);
    if (!octane_is_id(item.id)) {
        return FERRY_E_PROTOCOL;
    }
    item.name = run.title = text_of(r, v, "name");
    if (by_name(r, item.name)) {
        item.id = item.name;
    }
    run.description = octane_split_description(text_of(r, v, "description"), &item.marker);
    if (!item.marker.ptr) {
        item.marker = marker_by_name(r, item.name);
    }
    if (read_time(json_str(json_get(v, "started")), &run.start_ms)) {
        run.has |= FERRY_RUN_HAS_START;
    }
    if (milestone.len) {
        fields[run.n_fields++] = (struct ferry_kv){FERRY_LIT("milestone"), milestone};
        run.fields = fields;
    }
    item.run = &run;
    return hand_over(r, &item);
}

/* --- results ----------------------------------------------------------------------------------------------------- */

static uint32_t status_of(struct ferry_str id)
{
    static const struct {
        const char *name;
        uint32_t status;
    } all[] = {{"passed", FERRY_PASSED},   {"failed", FERRY_FAILED},
               {"skipped", FERRY_SKIPPED}, {"planned", FERRY_NOT_RUN},
               {"blocked", FERRY_BLOCKED}, {"not_completed", FERRY_OTHER}};
    struct ferry_str rest = id, part = id;
    while (!str_empty(rest) && str_split(&rest, '.', &part)) {
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (str_is_nocase(part, all[i].name)) {
            return all[i].status;
        }
    }
    return FERRY_OTHER;
}

/* "ferry 0c656834-1994-5436-8cc9-ec3bf1cfcd39", wherever rich text has put it. */
static struct ferry_str wire_in(struct ferry_str text)
{
    enum { UUID = 36 };
    const uint64_t word = sizeof OCTANE_WIRE - 1;
    for (uint64_t at = 0; at + word + UUID <= text.len; at++) {
        struct ferry_str id = str_sub(text, at + word, UUID);
        uint64_t n = 0;
        while (n < UUID &&
               ((id.ptr[n] >= '0' && id.ptr[n] <= '9') || (id.ptr[n] >= 'a' && id.ptr[n] <= 'f') ||
                (id.ptr[n] == '-' && (n == 8 || n == 13 || n == 18 || n == 23)))) {
            n++;
        }
        if (n == UUID && str_starts(str_sub(text, at, text.len), OCTANE_WIRE)) {
            return id;
        }
    }
    return (struct ferry_str){NULL, 0};
}

static void read_failure(struct octane_reading *r, const struct cJSON *v, struct ferry_result *out)
{
    out->type = text_of(r, v, "error_type");
    out->message = text_of(r, v, "error_message");
    out->details = text_of(r, v, "error_details");
}

static int32_t read_result(struct octane_reading *r, const struct cJSON *v)
{
    struct ferry_item item = {.noun = FERRY_RESULT};
    struct ferry_result result = {.size = sizeof result};
    const struct cJSON *test = json_get(v, "test");
    struct ferry_ref of = {.size = sizeof of, .role = FERRY_CASE, .noun = FERRY_CASE};
    const struct ferry_ref *refs[] = {&of};
    char digits[24];
    int64_t ms = 0;
    item.id = id_of(r, v);
    item.marker = wire_in(text_of(r, v, "description"));
    item.name = result.name = text_of(r, test, "name");
    if (!item.name.len) {
        item.name = result.name = text_of(r, v, "name");
    }
    item.key = text_of(r, test, "external_test_id");
    item.key = item.key.len ? item.key : (struct ferry_str){NULL, 0};
    of.id = id_of(r, test);
    item.refs = refs;
    item.n_refs = of.id.len ? 1 : 0;
    struct ferry_str package = text_of(r, v, "package"), class_name = text_of(r, v, "class_name");
    result.class_name =
        package.len && class_name.len
            ? arena_printf(&r->arena, "%.*s.%.*s", STR_ARG(package), STR_ARG(class_name))
            : class_name;
    struct ferry_str status = json_id(json_get(json_get(v, "native_status"), "id"), digits);
    result.status = status_of(status);
    result.status_text = arena_str(&r->arena, status);
    if (read_time(json_str(json_get(v, "started")), &result.start_ms)) {
        result.has |= FERRY_RESULT_HAS_START;
    }
    if (json_int(json_get(v, "duration"), &ms) && ms >= 0 && ms < INT64_MAX / 1000) {
        result.has |= FERRY_RESULT_HAS_DURATION;
        result.duration_us = ms * 1000;
    }
    read_failure(r, v, &result);
    item.result = &result;
    return hand_over(r, &item);
}

int32_t octane_read_element(struct octane_reading *r, const struct cJSON *v)
{
    arena_reset(&r->arena);
    r->seen++;
    switch (r->ask->noun) {
    case FERRY_FOLDER:
        return read_folder(r, v);
    case FERRY_CASE:
        return read_case(r, v);
    case FERRY_RUN:
        return read_run(r, v);
    default:
        return read_result(r, v);
    }
}
