/* SPDX-License-Identifier: MIT */
/*
 * keys_map - the map file of Automation Keys, and the globs in it. An input is the file, and behind a line "%%" the suite, class
 * and name of a test, a line each. A short glob is also judged by a matcher that tries everything.
 */
#include "fuzz.h"

#include <keys_map.h>

enum { SHORT = 24, FUEL = 20000 };

/* --- the same question, answered the slow way ------------------------------------------------- */

/* One character, as text_glob() takes it: a broken byte stands for itself. */
static uint32_t next(const char **s)
{
    uint32_t code = 0;
    unsigned n = utf8_char((struct ferry_str){*s, strnlen(*s, 4)}, &code);
    if (n == 0) {
        code = 0x80000000u | (unsigned char)**s;
        n = 1;
    }
    *s += n;
    return code;
}

static uint32_t quoted(const char **p)
{
    if (**p == '\\' && (*p)[1]) {
        (*p)++;
    }
    return next(p);
}

/* Behind the ']' of the class that opens at p, or NULL: it does not end. */
static const char *class_of(const char *p, uint32_t c, int *hit)
{
    int no = p[1] == '!', in = 0, first = 1;
    p += no ? 2 : 1;
    while (*p && (*p != ']' || first)) {
        uint32_t low = quoted(&p), high = low;
        first = 0;
        if (p[0] == '-' && p[1] && p[1] != ']') {
            p++;
            high = quoted(&p);
        }
        in |= c >= low && c <= high;
    }
    *hit = in != no && c != '/';
    return *p ? p + 1 : NULL;
}

static int slow(const char *begin, const char *p, const char *s, int *fuel)
{
    if (--*fuel < 0) {
        return -1;
    }
    if (!*p) {
        return !*s;
    }
    int folders = p[0] == '*' && p[1] == '*' && p[2] == '/' && (p == begin || p[-1] == '/');
    if (folders) { /* none, or up to any slash */
        int got = slow(begin, p + 3, s, fuel);
        for (; got == 0 && *s; s++) {
            got = *s == '/' ? slow(begin, p + 3, s + 1, fuel) : 0;
        }
        return got;
    }
    if (*p == '*') {
        int deep = p[1] == '*', got = slow(begin, p + 1 + deep, s, fuel);
        while (got == 0 && *s && (deep || *s != '/')) {
            next(&s);
            got = slow(begin, p + 1 + deep, s, fuel);
        }
        return got;
    }
    if (!*s) {
        return 0;
    }
    uint32_t c = next(&s);
    int hit = 0;
    const char *behind = *p == '[' ? class_of(p, c, &hit) : NULL;
    if (!behind && *p == '?') {
        hit = c != '/';
        behind = p + 1;
    } else if (!behind) {
        behind = p;
        hit = quoted(&behind) == c;
    }
    return hit ? slow(begin, behind, s, fuel) : 0;
}

static void glob(const char *pattern, const char *text)
{
    int fuel = FUEL, fast = text_glob(pattern, text);
    fuzz_claim(fast == 0 || fast == 1, "a match is %d", fast);
    if (strlen(pattern) > SHORT || strlen(text) > SHORT) {
        return;
    }
    int want = slow(pattern, pattern, text, &fuel);
    fuzz_claim(want < 0 || want == fast, "\"%s\" on \"%s\": %d, and %d when all is tried", pattern,
               text, fast, want);
}

/* --- the file --------------------------------------------------------------------------------- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    fuzz_folder();
    return 0;
}

static struct ferry_str line(struct ferry_str *rest)
{
    struct ferry_str out = {NULL, 0};
    str_split(rest, '\n', &out);
    return out;
}

static void find(const struct keys_map *m, struct ferry_str test)
{
    struct arena arena;
    struct ferry_str key = {NULL, 0}, again = {NULL, 0};
    struct ferry_result r = {.size = sizeof r};
    r.suite = line(&test);
    r.class_name = line(&test);
    r.name = line(&test);
    arena_init(&arena, 1 << 20);
    fuzz_claim(keys_map_find(m, &r, &arena, &key) == FERRY_OK, "a test cannot be looked up");
    fuzz_claim(keys_map_find(m, &r, &arena, &again) == FERRY_OK && ferry_eq(key, again),
               "another key the second time");
    fuzz_claim(!key.ptr || (key.len > 0 && str_trim(key).len == key.len),
               "a key of nothing: \"%.*s\"", STR_ARG(key));
    arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str rest = {(const char *)data, size}, file, test = {NULL, 0};
    struct keys_map *m = NULL;
    struct ferry_error err = {.size = sizeof err};
    if (!fuzz_part(&rest, &file)) {
        return 0;
    }
    fuzz_part(&rest, &test);
    fuzz_file("map.csv", file);
    int32_t rc = keys_map_open(&m, FERRY_LIT("map.csv"), "automation_key.map", &err);
    fuzz_claim(rc == FERRY_OK || rc == FERRY_E_CONFIG, "a map file: %d: %s", rc, err.message);
    if (rc) {
        fuzz_message(&err);
    } else {
        find(m, test);
    }
    keys_map_close(m);
    char pattern[256], text[256];
    struct ferry_str first = line(&file);
    snprintf(pattern, sizeof pattern, "%.*s", STR_ARG(first));
    snprintf(text, sizeof text, "%.*s", STR_ARG(test));
    glob(pattern, text);
    return 0;
}
