/* SPDX-License-Identifier: MIT */
/*
 * json_value.c - reading parsed values. The shapes of server answers are not ours, so every
 * question accepts any value and none at all. A whole number of 16 digits and more is a
 * cJSON_Raw holding its digits; it never shows as text.
 */
#include "json_scan.h"

#include "text.h"

#include <cjson/cJSON.h>
#include <math.h>

const struct cJSON *json_get(const struct cJSON *object, const char *member)
{
    if (!json_is_object(object)) {
        return NULL;
    }
    json_each (item, object) {
        /* The first byte tells most members apart, and costs no call. */
        if (item->string && item->string[0] == member[0] && strcmp(item->string, member) == 0) {
            return item;
        }
    }
    return NULL;
}

int json_has(const struct cJSON *object, const char *member)
{
    const struct cJSON *v = json_get(object, member);
    return v && !json_is_null(v);
}

struct ferry_str json_str(const struct cJSON *v)
{
    return ferry_cstr(cJSON_IsString(v) ? v->valuestring : NULL);
}

struct ferry_str json_name(const struct cJSON *v)
{
    return ferry_cstr(v ? v->string : NULL);
}

int json_int(const struct cJSON *v, int64_t *out)
{
    const double limit = 9007199254740992.0; /* 2^53: below it doubles hold every whole number */
    double d;
    if (cJSON_IsRaw(v)) {
        return str_int64(ferry_cstr(v->valuestring), out);
    }
    if (!cJSON_IsNumber(v)) {
        return 0;
    }
    d = v->valuedouble;
    if (!(d > -limit && d < limit) || d != floor(d)) {
        return 0;
    }
    *out = (int64_t)d;
    return 1;
}

int json_real(const struct cJSON *v, double *out)
{
    if (cJSON_IsRaw(v)) {
        return json_double(ferry_cstr(v->valuestring), out);
    }
    if (!cJSON_IsNumber(v)) {
        return 0;
    }
    *out = v->valuedouble;
    return 1;
}

int json_bool(const struct cJSON *v, int fallback)
{
    return cJSON_IsBool(v) ? cJSON_IsTrue(v) : fallback;
}

struct ferry_str json_id(const struct cJSON *v, char scratch[24])
{
    int64_t n;
    if (cJSON_IsRaw(v) || cJSON_IsString(v)) {
        return ferry_cstr(v->valuestring);
    }
    if (!json_int(v, &n)) {
        return (struct ferry_str){NULL, 0};
    }
    snprintf(scratch, 24, "%lld", (long long)n);
    return ferry_cstr(scratch);
}

int json_is_object(const struct cJSON *v)
{
    return cJSON_IsObject(v);
}

int json_is_array(const struct cJSON *v)
{
    return cJSON_IsArray(v);
}

int json_is_null(const struct cJSON *v)
{
    return cJSON_IsNull(v);
}

uint32_t json_count(const struct cJSON *v)
{
    uint32_t n = 0;
    json_each (item, v) {
        n++;
    }
    return n;
}

const char *json_type(const struct cJSON *v)
{
    switch (v ? v->type & 0xFF : cJSON_Invalid) {
    case cJSON_Object:
        return "object";
    case cJSON_Array:
        return "array";
    case cJSON_String:
        return "text";
    case cJSON_Number:
    case cJSON_Raw:
        return "number";
    case cJSON_True:
    case cJSON_False:
        return "true or false";
    case cJSON_NULL:
        return "null";
    default:
        return "nothing";
    }
}

const struct cJSON *json_first(const struct cJSON *v)
{
    return json_is_object(v) || json_is_array(v) ? v->child : NULL;
}

const struct cJSON *json_next(const struct cJSON *v)
{
    return v ? v->next : NULL;
}
