/* SPDX-License-Identifier: MIT */
/*
 * form.c - the check of a body against its description. It must never let through what a handler does not expect: handlers read members
 * without looking at types again.
 */
#include "form.h"

#include <stdarg.h>
#include <string.h>
#include <text.h>

enum { MOST_PATH = 400, MOST_LEVEL = 64 };

struct check {
    struct faults *faults;
    char path[MOST_PATH + 80];
    size_t len;
};

void form_fault(struct faults *f, struct ferry_str field, const char *format, ...)
{
    char text[512];
    va_list args;
    if (f->n == FAULTS) {
        f->more++;
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    f->list[f->n++] =
        (struct fault){arena_str(f->arena, field), arena_str(f->arena, ferry_cstr(text))};
}

uint64_t form_characters(struct ferry_str s)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    }
    return n;
}

/* --- paths -------------------------------------------------------------------------------------------- */

/* Returns the length before it, for back(). */
static size_t enter(struct check *c, struct ferry_str name)
{
    size_t before = c->len;
    name = utf8_cut(name, 60);
    if (c->len < MOST_PATH) { /* by hand: each member of each result comes by here */
        if (c->len) {
            c->path[c->len++] = '.';
        }
        if (name.len) {
            memcpy(c->path + c->len, name.ptr, (size_t)name.len);
        }
        c->len += (size_t)name.len;
        c->path[c->len] = '\0';
    }
    return before;
}

static size_t enter_index(struct check *c, uint32_t index)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%u", index);
    return enter(c, ferry_cstr(digits));
}

static void back(struct check *c, size_t before)
{
    c->len = before;
    c->path[before] = '\0';
}

/* "results.3.execution.start_time" is told as "execution.start_time": the field says where it is. */
static const char *told(const struct check *c)
{
    const char *p = c->path, *dot;
    if ((strncmp(p, "results.", 8) == 0 || strncmp(p, "cases.", 6) == 0) &&
        (dot = strchr(strchr(p, '.') + 1, '.')) != NULL) {
        return dot + 1;
    }
    return p;
}

#define WRONG(c, format, ...)                                                                      \
    form_fault((c)->faults, ferry_cstr((c)->path), "The %s " format, told(c), __VA_ARGS__)

/* --- one value ---------------------------------------------------------------------------------------- */

static void check_value(struct check *c, const struct form *f, const struct cJSON *v,
                        unsigned level);

static void check_text(struct check *c, const struct form *f, const struct cJSON *v)
{
    struct ferry_str s = json_str(v);
    if (!s.ptr) {
        WRONG(c, "must be a string, not %s.", json_type(v));
        return;
    }
    uint64_t n = form_characters(s);
    if (f->flags & FORM_FILLED && str_trim(s).len == 0) {
        WRONG(c, "must not be %s.", "blank");
    } else if (f->max > 0 && n > (uint64_t)f->max) {
        WRONG(c, "must not be longer than %lld characters; it has %llu.", (long long)f->max,
              (unsigned long long)n);
    } else if (n < (uint64_t)f->min) {
        WRONG(c, "must have at least %lld characters.", (long long)f->min);
    }
    for (size_t i = 0; f->words; i++) {
        if (!f->words[i]) {
            WRONG(c, "is \"%.*s\", which is none of its values.", STR_ARG(utf8_cut(s, 60)));
            return;
        }
        if (str_is(s, f->words[i])) {
            return;
        }
    }
}

static void check_int(struct check *c, const struct form *f, const struct cJSON *v)
{
    int64_t n = 0;
    if (json_str(v).ptr || !json_int(v, &n)) {
        WRONG(c, "must be an integer, not %s.", json_str(v).ptr ? "text" : json_type(v));
    } else if (n < f->min || n > f->max) {
        WRONG(c, "is %lld; it must be between %lld and %lld.", (long long)n, (long long)f->min,
              (long long)f->max);
    }
}

static void check_real(struct check *c, const struct form *f, const struct cJSON *v)
{
    double d = 0;
    if (json_str(v).ptr || !json_real(v, &d)) {
        WRONG(c, "must be a number, not %s.", json_type(v));
    } else if (d < (double)f->min || d > (double)f->max) {
        WRONG(c, "is %g; it must be between %lld and %lld.", d, (long long)f->min,
              (long long)f->max);
    }
}

static void check_bool(struct check *c, const struct cJSON *v)
{
    if (json_bool(v, 0) != json_bool(v, 1)) {
        WRONG(c, "must be true or false, not %s.", json_type(v));
    }
}

/* --- what holds others ---------------------------------------------------------------------------------- */

static void check_list(struct check *c, const struct form *f, const struct cJSON *v, unsigned level)
{
    uint32_t i = 0, n = json_count(v);
    if (!json_is_array(v)) {
        WRONG(c, "must be an array, not %s.", json_type(v));
        return;
    }
    if (n < (uint64_t)f->min) {
        WRONG(c, "must have at least %lld items.", (long long)f->min);
    }
    if (f->max > 0 && n > (uint64_t)f->max) {
        WRONG(c, "must not have more than %lld items; it has %u.", (long long)f->max, n);
        c->faults->bulky |= f->flags & FORM_BULKY;
        return;
    }
    json_each (element, v) {
        size_t before = enter_index(c, i++);
        check_value(c, f->element, element, level + 1);
        back(c, before);
    }
}

static void check_map(struct check *c, const struct form *f, const struct cJSON *v)
{
    static const struct form texts = {.type = FORM_TEXT};
    const struct form value = {
        .type = FORM_TEXT, .flags = f->flags & FORM_FILLED, .min = f->min, .max = f->max};
    const struct form list = {.type = FORM_LIST, .min = 1, .element = &texts};
    if (!json_is_object(v)) {
        WRONG(c, "must be an object, not %s.", json_type(v));
        return;
    }
    json_each (member, v) {
        size_t before = enter(c, json_name(member));
        if (f->flags & FORM_FILLED && str_trim(json_name(member)).len == 0) {
            WRONG(c, "has %s name.", "a blank");
        }
        check_value(c, f->type == FORM_MAP ? &value : &list, member, 0);
        back(c, before);
    }
}

static const struct form *member_of(const struct form *members, struct ferry_str name)
{
    for (const struct form *m = members; m->name; m++) {
        if (str_is(name, m->name)) {
            return m;
        }
    }
    return NULL;
}

static void check_object(struct check *c, const struct form *members, const struct cJSON *v,
                         unsigned level)
{
    uint64_t seen = 0; /* an object has at most 64 members */
    if (!json_is_object(v)) {
        WRONG(c, "must be an object, not %s.", json_type(v));
        return;
    }
    if (level > MOST_LEVEL) {
        WRONG(c, "is nested deeper than %d levels.", MOST_LEVEL);
        return;
    }
    json_each (member, v) {
        const struct form *m = member_of(members, json_name(member));
        size_t before = enter(c, json_name(member));
        uint64_t bit = m ? (uint64_t)1 << (m - members) : 0;
        if (!m) {
            WRONG(c, "field is not %s.", "known");
        } else if (seen & bit) {
            WRONG(c, "field is there %s.", "twice");
        } else {
            check_value(c, m, member, level + 1);
        }
        seen |= bit;
        back(c, before);
    }
    for (const struct form *m = members; m->name; m++) {
        if (m->flags & FORM_REQUIRED && !(seen & (uint64_t)1 << (m - members))) {
            size_t before = enter(c, ferry_cstr(m->name));
            WRONG(c, "field is %s.", "required");
            back(c, before);
        }
    }
}

static void check_value(struct check *c, const struct form *f, const struct cJSON *v,
                        unsigned level)
{
    if (json_is_null(v)) {
        if (!(f->flags & FORM_NULLABLE) && f->type != FORM_ANY) {
            WRONG(c, "must not be %s.", "null");
        }
        return;
    }
    switch (f->type) {
    case FORM_TEXT:
        check_text(c, f, v);
        break;
    case FORM_INT:
        check_int(c, f, v);
        break;
    case FORM_REAL:
        check_real(c, f, v);
        break;
    case FORM_BOOL:
        check_bool(c, v);
        break;
    case FORM_OBJECT:
        check_object(c, f->members, v, level);
        break;
    case FORM_LIST:
        check_list(c, f, v, level);
        break;
    case FORM_MAP:
    case FORM_TEXTS_MAP:
        check_map(c, f, v);
        break;
    default:
        break;
    }
}

void form_check(struct faults *f, const struct cJSON *root, const struct form *members)
{
    struct check c = {.faults = f};
    if (!json_is_object(root)) {
        form_fault(f, FERRY_LIT("body"), "The body must be an object, not %s.", json_type(root));
        return;
    }
    check_object(&c, members, root, 0);
}
