/* SPDX-License-Identifier: MIT */
/*
 * json_tree.c - an element of a large body as a tree, made of the tokens as they are scanned: nothing is parsed twice, and its nodes and
 * texts lie in one arena, which the next element uses again. What is made is what json_rewrite.c has cJSON make of the
 * same text. Called by json_elements.c only.
 */
#include "json_scan.h"

#include "text.h"

#include <cjson/cJSON.h>
#include <limits.h>

void json_tree_init(struct json_tree *t)
{
    memset(t, 0, sizeof *t);
    arena_init(&t->arena, SIZE_MAX / 2);
}

void json_tree_finish(struct json_tree *t)
{
    arena_finish(&t->arena);
}

void json_tree_begin(struct json_tree *t)
{
    arena_reset(&t->arena);
    t->level = 0;
    t->root = t->last[0] = NULL;
    t->name = NULL;
}

/* A scanned string without its quotes, ended by NUL: the scanner lets none through inside. */
static char *text_of(struct json_tree *t, const struct json_scan *s)
{
    struct ferry_str string = str_sub(s->text, s->from + 1, s->to - s->from - 2);
    char *text = arena_alloc(&t->arena, (size_t)string.len + 1); /* no escape gets longer */
    size_t n = 0;
    while (text && string.len > 0) {
        const char *escape =
            s->notes & JSON_ESCAPED ? memchr(string.ptr, '\\', (size_t)string.len) : NULL;
        size_t plain = escape ? (size_t)(escape - string.ptr) : (size_t)string.len;
        char bytes[4];
        memcpy(text + n, string.ptr, plain);
        n += plain;
        string = str_sub(string, plain, string.len);
        if (string.len > 0) {
            unsigned one = json_unescape(&string, bytes);
            memcpy(text + n, bytes, one);
            n += one;
        }
    }
    return text;
}

/* Whole numbers of few digits, which most are, need no strtod. */
static double number_of(struct ferry_str digits)
{
    uint64_t i = digits.ptr[0] == '-', n = 0;
    double value = 0;
    while (i < digits.len && i < BIG_DIGITS && digits.ptr[i] >= '0' && digits.ptr[i] <= '9') {
        n = n * 10 + (uint64_t)(digits.ptr[i++] - '0');
    }
    if (i == digits.len) {
        return digits.ptr[0] == '-' ? -(double)n : (double)n;
    }
    return json_double(digits, &value) ? value : 0; /* cannot fail: the scanner has read it */
}

static void set_number(struct json_tree *t, struct cJSON *v, const struct json_scan *s)
{
    struct ferry_str digits = str_sub(s->text, s->from, s->to - s->from);
    if (s->notes & JSON_BIG) {
        v->type = cJSON_Raw;
        v->valuestring = (char *)arena_str(&t->arena, digits).ptr;
        return;
    }
    v->type = cJSON_Number;
    v->valuedouble = number_of(digits);
    v->valueint = v->valuedouble >= INT_MAX   ? INT_MAX
                  : v->valuedouble <= INT_MIN ? INT_MIN
                                              : (int)v->valuedouble;
}

static void set_value(struct json_tree *t, struct cJSON *v, const struct json_scan *s,
                      enum json_token token)
{
    char first = s->text.ptr[s->from];
    switch (token) {
    case JSON_OPEN:
        v->type = first == '{' ? cJSON_Object : cJSON_Array;
        break;
    case JSON_STRING:
        v->type = cJSON_String;
        v->valuestring = text_of(t, s);
        break;
    case JSON_NUMBER:
        set_number(t, v, s);
        break;
    default:
        v->type = first == 't' ? cJSON_True : first == 'f' ? cJSON_False : cJSON_NULL;
        v->valueint = first == 't';
    }
}

/* As cJSON links them: the first one's `prev` is the last. */
static void link_value(struct json_tree *t, struct cJSON *v)
{
    struct cJSON *parent = t->level ? t->open[t->level] : NULL, *last = t->last[t->level];
    v->string = t->name;
    t->name = NULL;
    t->last[t->level] = v;
    if (!parent) {
        t->root = v;
    } else if (last) {
        last->next = v;
        v->prev = last;
        parent->child->prev = v;
    } else {
        parent->child = v->prev = v;
    }
}

void json_tree_token(struct json_tree *t, const struct json_scan *s, enum json_token token)
{
    if (token == JSON_CLOSE) {
        t->level--;
        return;
    }
    if (token == JSON_NAME) {
        t->name = text_of(t, s);
        return;
    }
    struct cJSON *v = arena_new(&t->arena, struct cJSON);
    if (!v) {
        t->level += token == JSON_OPEN; /* goes on counting; json_tree_root() says why */
        t->open[t->level] = t->last[t->level] = NULL;
        return;
    }
    set_value(t, v, s, token);
    link_value(t, v);
    if (token == JSON_OPEN) {
        t->open[++t->level] = v;
        t->last[t->level] = NULL;
    }
}

int32_t json_tree_root(const struct json_tree *t, const struct cJSON **root,
                       struct ferry_error *err)
{
    *root = t->arena.failed ? NULL : t->root;
    return *root ? FERRY_OK
                 : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "out of memory while parsing JSON");
}
