/* SPDX-License-Identifier: MIT */
/*
 * shape.c - the check of a JSON object against its description. Used by the service for each
 * thing it is given; it must never let through what the tables and the codec's reading do not
 * expect.
 */
#include "shape.h"

#include <string.h>
#include <text.h>

static int32_t check_object(const struct cJSON *v, const struct shape *shape, unsigned level,
                            struct ferry_error *err);

uint32_t local_status(struct ferry_str name)
{
    for (uint32_t s = FERRY_PASSED; s <= FERRY_OTHER; s++) {
        if (str_is(name, ferry_result_status_text(s))) {
            return s;
        }
    }
    return 0;
}

int local_is_digest(struct ferry_str s)
{
    if (s.len != 7 + 64 || !str_starts(s, "sha256:")) {
        return 0;
    }
    for (uint64_t i = 7; i < s.len; i++) {
        if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))) {
            return 0;
        }
    }
    return 1;
}

static int is_uuid(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        int dash = i == 8 || i == 13 || i == 18 || i == 23;
        char c = s.ptr[i];
        int hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) {
            return 0;
        }
    }
    return s.len == 36;
}

static int32_t wanted(struct ferry_error *err, const char *what, const struct cJSON *v)
{
    return ferry_fail(err, FERRY_E_INPUT, NULL, "wanted %s, found %s", what, json_type(v));
}

static int32_t too_long(struct ferry_error *err, struct ferry_str s, int64_t max)
{
    return ferry_fail(err, FERRY_E_INPUT, NULL, "is %llu bytes long; at most %lld",
                      (unsigned long long)s.len, (long long)max);
}

/* Puts the member's name before the path that err has so far; a long path loses its end. */
static int32_t at(struct ferry_error *err, const char *name, int64_t index)
{
    char path[2 * sizeof err->where + 32];
    if (index >= 0) {
        snprintf(path, sizeof path, "%.60s[%lld]%s%s", name, (long long)index,
                 err->where[0] ? "." : "", err->where);
    } else {
        snprintf(path, sizeof path, "%.60s", name);
    }
    path[sizeof err->where - 1] = '\0';
    memcpy(err->where, path, sizeof err->where);
    return FERRY_E_INPUT;
}

/* --- one value ---------------------------------------------------------------------- */

static int32_t check_text(const struct shape_member *m, const struct cJSON *v,
                          struct ferry_error *err)
{
    struct ferry_str s = json_str(v);
    if (!s.ptr) {
        return wanted(err, "a text", v);
    }
    if (m->type == SHAPE_STATUS) {
        return local_status(s) ? FERRY_OK
                               : ferry_fail(err, FERRY_E_INPUT, NULL,
                                            "unknown; wanted passed, failed, errored, skipped, "
                                            "not_run, blocked or other");
    }
    if (m->type == SHAPE_UUID) {
        return is_uuid(s) ? FERRY_OK : ferry_fail(err, FERRY_E_INPUT, NULL, "not a UUID");
    }
    if (m->type == SHAPE_DIGEST) {
        return local_is_digest(s)
                   ? FERRY_OK
                   : ferry_fail(err, FERRY_E_INPUT, NULL, "not sha256: and 64 hex digits");
    }
    if (m->type == SHAPE_ENTITY) {
        return str_is(s, "case") || str_is(s, "run") || str_is(s, "result")
                   ? FERRY_OK
                   : ferry_fail(err, FERRY_E_INPUT, NULL, "unknown; wanted case, run or result");
    }
    if (s.len > (uint64_t)m->max) {
        return too_long(err, s, m->max);
    }
    if (m->type == SHAPE_WORD && str_trim(s).len == 0) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "is empty");
    }
    return FERRY_OK;
}

static int32_t check_int(const struct shape_member *m, const struct cJSON *v,
                         struct ferry_error *err)
{
    int64_t n = 0;
    if (!json_int(v, &n) || json_str(v).ptr) {
        return wanted(err, "a whole number", v);
    }
    if (n < m->min || n > m->max) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "is %lld; wanted %lld to %lld", (long long)n,
                          (long long)m->min, (long long)m->max);
    }
    return FERRY_OK;
}

static int32_t check_bool(const struct cJSON *v, struct ferry_error *err)
{
    return json_bool(v, 0) == json_bool(v, 1) ? FERRY_OK : wanted(err, "true or false", v);
}

/* --- arrays ------------------------------------------------------------------------- */

static int32_t check_pair(const struct shape_member *m, const struct cJSON *v,
                          struct ferry_error *err)
{
    const struct cJSON *name = json_first(v);
    struct ferry_str key = json_str(name);
    struct ferry_str value = json_str(json_next(name));
    if (!json_is_array(v) || json_count(v) != 2 || !key.ptr || !value.ptr) {
        return ferry_fail(err, FERRY_E_INPUT, NULL, "wanted [name, value], both text");
    }
    if (key.len > LOCAL_NAME * 3) {
        return too_long(err, key, LOCAL_NAME * 3);
    }
    return value.len > (uint64_t)m->max ? too_long(err, value, m->max) : FERRY_OK;
}

static int32_t check_array(const struct shape_member *m, const struct cJSON *v, unsigned level,
                           struct ferry_error *err)
{
    const struct shape_member text = {m->name, SHAPE_TEXT, 0, 0, m->max, NULL};
    const unsigned deeper = strcmp(m->name, "steps") == 0;
    int64_t i = 0;
    if (!json_is_array(v)) {
        return wanted(err, "an array", v);
    }
    json_each (element, v) {
        int32_t rc = m->type == SHAPE_TEXTS ? check_text(&text, element, err)
                     : m->type == SHAPE_PAIRS
                         ? check_pair(m, element, err)
                         : check_object(element, m->shape, level + deeper, err);
        if (rc) {
            return at(err, m->name, i);
        }
        i++;
    }
    return FERRY_OK;
}

/* --- objects ------------------------------------------------------------------------ */

static const struct shape_member *member_of(const struct shape *shape, const char *name)
{
    uint32_t low = 0, high = shape->n;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        int order = strcmp(name, shape->members[mid].name);
        if (order == 0) {
            return &shape->members[mid];
        }
        if (order < 0) {
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return NULL;
}

static int32_t check_member(const struct shape_member *m, const struct cJSON *v, unsigned level,
                            struct ferry_error *err)
{
    int32_t rc;
    switch (m->type) {
    case SHAPE_INT:
        rc = check_int(m, v, err);
        break;
    case SHAPE_BOOL:
        rc = check_bool(v, err);
        break;
    case SHAPE_TEXTS:
    case SHAPE_PAIRS:
    case SHAPE_ITEMS:
        rc = check_array(m, v, level, err);
        return rc && !err->where[0] ? at(err, m->name, -1) : rc;
    default:
        rc = check_text(m, v, err);
    }
    return rc ? at(err, m->name, -1) : FERRY_OK;
}

static int32_t check_object(const struct cJSON *v, const struct shape *shape, unsigned level,
                            struct ferry_error *err)
{
    uint64_t seen = 0;
    if (!json_is_object(v)) {
        return wanted(err, "an object", v);
    }
    if (level > LOCAL_STEP_LEVELS) { /* attachments of the deepest step are one below it */
        return ferry_fail(err, FERRY_E_INPUT, NULL, "steps in steps, deeper than %d levels",
                          LOCAL_STEP_LEVELS);
    }
    json_each (child, v) {
        struct ferry_str name = json_name(child);
        const struct shape_member *m = member_of(shape, name.ptr);
        if (!m) {
            ferry_fail(err, FERRY_E_INPUT, NULL, "unknown member \"%.*s\"",
                       STR_ARG(utf8_cut(name, 60)));
            return FERRY_E_INPUT;
        }
        uint64_t bit = (uint64_t)1 << (m - shape->members);
        if (seen & bit) {
            ferry_fail(err, FERRY_E_INPUT, NULL, "stands there twice");
            return at(err, m->name, -1);
        }
        seen |= bit;
        int32_t rc = check_member(m, child, level, err);
        if (rc) {
            return rc;
        }
    }
    for (uint32_t i = 0; i < shape->n; i++) {
        if (shape->members[i].flags & SHAPE_REQUIRED && !(seen & (uint64_t)1 << i)) {
            ferry_fail(err, FERRY_E_INPUT, NULL, "is missing");
            return at(err, shape->members[i].name, -1);
        }
    }
    return FERRY_OK;
}

int32_t local_shape_check(const struct cJSON *v, const struct shape *shape, struct ferry_error *err)
{
    struct ferry_error none = {.size = sizeof none};
    struct ferry_error *e = err ? err : &none;
    e->where[0] = '\0';
    return check_object(v, shape, 0, e);
}
