/* SPDX-License-Identifier: MIT */
/*
 * keys_map.c - the map file: which test has which Automation Key, said outside the test. Read
 * once, whole. Rules without a glob's characters are looked up by name, so that a line a test
 * stays cheap for 100,000 of them.
 */
#include "keys_map.h"

#include <errno.h>
#include <file.h>
#include <log.h>
#include <text.h>

#include <stdlib.h>

#define MAP_MAX   ((size_t)64 << 20)
#define RULES_MAX 1000000u

enum { KEY_LONGEST = 1024 }; /* bytes; what is longer, planners refuse result by result */

struct rule {
    const char *glob; /* NUL-ended */
    struct ferry_str key;
    uint32_t line;
};

struct keys_map {
    struct arena arena;
    struct rule *plain; /* without a glob's characters, sorted by glob; owned */
    struct rule *globs; /* in the order of the file; owned */
    uint32_t n_plain, n_globs, cap_plain, cap_globs;
};

/* A map file being read. */
struct map_text {
    struct keys_map *map;
    const char *path, *setting;
    struct ferry_str rest;
    uint32_t line;
    struct ferry_error *err;
};

static int32_t fail_at(const struct map_text *t, uint32_t line, const char *what)
{
    char shown[160], where[64];
    snprintf(where, sizeof where, "%s line %u", t->setting, line);
    return ferry_fail(t->err, FERRY_E_CONFIG, where, "%s line %u: %s",
                      text_show_to(shown, sizeof shown, ferry_cstr(t->path)), line, what);
}

static int is_glob(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '*' || s.ptr[i] == '?' || s.ptr[i] == '[' || s.ptr[i] == '\\') {
            return 1;
        }
    }
    return 0;
}

/* A '[' that no ']' closes would match itself, a last '\\' too; in a map file they are slips. */
static const char *open_end(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\') {
            if (++i == s.len) {
                return "a \\ at the end quotes nothing; write \\\\ for the character itself";
            }
        } else if (s.ptr[i] == '[') {
            uint64_t from = i + 2 < s.len && s.ptr[i + 1] == '!' ? i + 3 : i + 2;
            while (from < s.len && s.ptr[from] != ']') {
                from += s.ptr[from] == '\\' ? 2 : 1;
            }
            if (from >= s.len) {
                return "a [ is never closed; write \\[ for the character itself";
            }
            i = from;
        }
    }
    return NULL;
}

/* What stands where a comma should. */
static const char *no_comma(struct ferry_str field)
{
    if (field.len > 0 && memchr(field.ptr, '\t', (size_t)field.len)) {
        return "a rule is GLOB,KEY; a tab stands where the comma should, so save the file as CSV with commas";
    }
    if (field.len > 0 && memchr(field.ptr, ';', (size_t)field.len)) {
        return "a rule is GLOB,KEY; a semicolon stands where the comma should, so save the file as CSV with commas";
    }
    return "a rule is GLOB,KEY; the comma is missing";
}

static int has_control(struct ferry_str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) {
            return 1;
        }
    }
    return 0;
}

/* --- fields ---------------------------------------------------------------------------------- */

/* A quoted field from its quote on: its text into *out, and *line behind it. */
static const char *quoted_field(struct map_text *t, struct ferry_str *line, struct ferry_str *out)
{
    char *text = arena_alloc(&t->map->arena, (size_t)line->len + 1);
    uint64_t i = 1, n = 0;
    if (!text) {
        return "out of memory";
    }
    for (; i < line->len; i++) {
        if (line->ptr[i] == '"') {
            if (i + 1 >= line->len || line->ptr[i + 1] != '"') {
                break;
            }
            i++;
        }
        text[n++] = line->ptr[i];
    }
    if (i >= line->len) {
        return "a quoted field has no end; close it with \" on the same line";
    }
    *out = (struct ferry_str){text, n};
    *line = str_trim(str_sub(*line, i + 1, line->len));
    if (line->len == 0) {
        *line = (struct ferry_str){NULL, 0};
    } else if (line->ptr[0] != ',') {
        return "text stands behind a quoted field; put a comma between, or double the quote";
    } else {
        *line = str_trim(str_sub(*line, 1, line->len));
    }
    return NULL;
}

/* Cuts the next field off. What is wrong, or NULL. */
static const char *field(struct map_text *t, struct ferry_str *line, struct ferry_str *out)
{
    if (line->len > 0 && line->ptr[0] == '"') {
        return quoted_field(t, line, out);
    }
    str_split(line, ',', out);
    *out = str_trim(*out);
    if (line->ptr) {
        *line = str_trim(*line);
    }
    return NULL;
}

/* --- rules ------------------------------------------------------------------------------------- */

static int32_t add_rule(struct map_text *t, struct ferry_str glob, struct ferry_str key)
{
    struct keys_map *m = t->map;
    int globs = is_glob(glob);
    struct rule **list = globs ? &m->globs : &m->plain;
    uint32_t *n = globs ? &m->n_globs : &m->n_plain, *cap = globs ? &m->cap_globs : &m->cap_plain;
    struct rule rule = {
        .glob = arena_str(&m->arena, glob).ptr, .key = arena_str(&m->arena, key), .line = t->line};
    if (*n == *cap) {
        uint32_t want = *cap ? *cap * 2 : 64;
        struct rule *more = reallocarray(*list, want, sizeof *more);
        if (!more) {
            return ferry_fail(t->err, FERRY_E_NO_MEMORY, t->setting, "out of memory");
        }
        *list = more;
        *cap = want;
    }
    if (m->arena.failed) {
        return ferry_fail(t->err, m->arena.failed, t->setting, "out of memory");
    }
    (*list)[(*n)++] = rule;
    return m->n_globs + m->n_plain > RULES_MAX ? fail_at(t, t->line, "more than a million rules")
                                               : FERRY_OK;
}

/* What is wrong with a rule, or NULL. `rest`: what stands behind its two fields. */
static const char *judge(struct ferry_str glob, struct ferry_str key, struct ferry_str rest)
{
    if (rest.ptr) {
        return "more than two fields; quote a glob that holds a comma";
    }
    if (str_empty(glob)) {
        return "the glob is empty; ** matches every test";
    }
    if (str_empty(key)) {
        return "the key is empty; take the line out if the test has none";
    }
    if (key.len > KEY_LONGEST) {
        return "the key is longer than 1024 bytes; is it the right column?";
    }
    if (has_control(key)) {
        return "the key holds a control character; a key is one line of text";
    }
    return open_end(glob);
}

static int32_t take_line(struct map_text *t, struct ferry_str line)
{
    struct ferry_str glob = {NULL, 0}, key = {NULL, 0};
    const char *wrong;
    line = str_trim(line);
    if (line.len == 0 || line.ptr[0] == '#') {
        return FERRY_OK;
    }
    if (utf8_valid(line) != line.len || memchr(line.ptr, '\0', (size_t)line.len)) {
        return fail_at(t, t->line, "is not UTF-8 text; save the file as UTF-8");
    }
    wrong = field(t, &line, &glob);
    if (!wrong && !line.ptr) {
        wrong = no_comma(glob);
    }
    if (!wrong) {
        wrong = field(t, &line, &key);
    }
    key = str_trim(key);
    if (!wrong) {
        wrong = judge(glob, key, line);
    }
    if (wrong) {
        return fail_at(t, t->line, wrong);
    }
    /* The line that names the columns is welcome. */
    if (t->line == 1 && str_is_nocase(glob, "glob") && str_is_nocase(key, "key")) {
        return FERRY_OK;
    }
    return add_rule(t, glob, key);
}

static int by_glob(const void *a, const void *b)
{
    const struct rule *x = a, *y = b;
    int order = strcmp(x->glob, y->glob);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Sorted rules: one glob with two keys is a slip that the order of lines must not hide. */
static int32_t check_doubles(const struct map_text *t, const struct rule *rules, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        const struct rule *a = &rules[i - 1], *b = &rules[i];
        if (strcmp(a->glob, b->glob) == 0 && !ferry_eq(a->key, b->key)) {
            char what[200], one[64], other[64];
            snprintf(what, sizeof what, "the same test has key \"%s\" here and \"%s\" in line %u",
                     text_show_to(one, sizeof one, b->key),
                     text_show_to(other, sizeof other, a->key), a->line);
            return fail_at(t, b->line, what);
        }
    }
    return FERRY_OK;
}

/* The globs keep the order of the file, so a copy of them is sorted. */
static int32_t check_globs(const struct map_text *t)
{
    const struct keys_map *m = t->map;
    struct rule *copy = reallocarray(NULL, (size_t)m->n_globs + 1, sizeof *copy);
    int32_t rc;
    if (!copy) {
        return ferry_fail(t->err, FERRY_E_NO_MEMORY, t->setting, "out of memory");
    }
    if (m->n_globs > 0) {
        memcpy(copy, m->globs, m->n_globs * sizeof *copy);
        qsort(copy, m->n_globs, sizeof *copy, by_glob);
    }
    rc = check_doubles(t, copy, m->n_globs);
    free(copy);
    return rc;
}

/* The next line; it ends with LF, CR LF or, from old spreadsheets, CR. 0: there is none. */
static int next_line(struct ferry_str *rest, struct ferry_str *line)
{
    uint64_t n = 0;
    if (!rest->ptr) {
        return 0;
    }
    while (n < rest->len && rest->ptr[n] != '\n' && rest->ptr[n] != '\r') {
        n++;
    }
    *line = str_sub(*rest, 0, n);
    if (n == rest->len) {
        *rest = (struct ferry_str){NULL, 0};
    } else {
        n += rest->ptr[n] == '\r' && n + 1 < rest->len && rest->ptr[n + 1] == '\n' ? 2 : 1;
        *rest = str_sub(*rest, n, rest->len);
    }
    return 1;
}

static int32_t take_text(struct map_text *t)
{
    struct ferry_str line;
    int32_t rc = FERRY_OK;
    if (str_starts(t->rest, "\xEF\xBB\xBF")) {
        t->rest = str_sub(t->rest, 3, t->rest.len);
    }
    while (!rc && next_line(&t->rest, &line)) {
        t->line++;
        rc = take_line(t, line);
    }
    if (!rc && t->map->n_plain > 0) {
        qsort(t->map->plain, t->map->n_plain, sizeof *t->map->plain, by_glob);
        rc = check_doubles(t, t->map->plain, t->map->n_plain);
    }
    if (!rc && t->map->n_plain + t->map->n_globs == 0) {
        log_warn("%s: %s holds no rule; a line is GLOB,KEY", t->setting, t->path);
    }
    return rc ? rc : check_globs(t);
}

int32_t keys_map_open(struct keys_map **out, struct ferry_str path, const char *setting,
                      struct ferry_error *err)
{
    struct keys_map *m = calloc(1, sizeof *m);
    struct map_text t = {.map = m, .setting = setting, .err = err};
    struct buf text;
    int32_t rc;
    *out = NULL;
    if (!m) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, setting, "out of memory");
    }
    arena_init(&m->arena, MAP_MAX * 4);
    buf_init(&text, MAP_MAX);
    t.path = arena_str(&m->arena, path).ptr;
    rc = t.path ? file_read(t.path, &text, err) : FERRY_E_NO_MEMORY;
    if (!rc) {
        t.rest = buf_str(&text);
        rc = take_text(&t);
    } else if (rc != FERRY_E_NO_MEMORY && err) {
        /* Whoever named it in the configuration has to put that right. */
        rc = err->status = rc == FERRY_E_IO ? file_status(errno, FERRY_E_CONFIG) : FERRY_E_CONFIG;
    }
    buf_finish(&text);
    if (rc) {
        keys_map_close(m);
        return rc;
    }
    *out = m;
    return FERRY_OK;
}

void keys_map_close(struct keys_map *m)
{
    if (m) {
        arena_finish(&m->arena);
        free(m->plain);
        free(m->globs);
        free(m);
    }
}

/* --- matching ------------------------------------------------------------------------------------ */

static void put(char *out, size_t *len, struct ferry_str part, int joints)
{
    if (part.len == 0) {
        return;
    }
    if (*len > 0) {
        out[(*len)++] = '/';
    }
    for (uint64_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        out[(*len)++] = joints && c == '\t' ? '/' : c == '\0' ? ' ' : c;
    }
}

/* suite/class/name, NUL-ended. */
static const char *test_path(const struct ferry_result *r, struct arena *arena)
{
    size_t len = 0, room = (size_t)(r->suite.len + r->class_name.len + r->name.len + 3);
    struct ferry_str last = r->suite;
    char *out = arena_alloc(arena, room);
    if (!out) {
        return NULL;
    }
    for (uint64_t i = r->suite.len; i > 0; i--) {
        if (r->suite.ptr[i - 1] == '\t') {
            last = str_sub(r->suite, i, r->suite.len);
            break;
        }
    }
    put(out, &len, r->suite, 1);
    if (!ferry_eq(r->class_name, last)) {
        put(out, &len, r->class_name, 0);
    }
    put(out, &len, r->name, 0);
    return out;
}

static const struct rule *find_plain(const struct keys_map *m, const char *path)
{
    uint32_t low = 0, high = m->n_plain;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(m->plain[middle].glob, path) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < m->n_plain && strcmp(m->plain[low].glob, path) == 0 ? &m->plain[low] : NULL;
}

int32_t keys_map_find(const struct keys_map *m, const struct ferry_result *r, struct arena *arena,
                      struct ferry_str *key)
{
    const char *path = test_path(r, arena);
    const struct rule *best;
    if (!path) {
        return arena->failed;
    }
    best = find_plain(m, path);
    for (uint32_t i = 0; i < m->n_globs; i++) {
        const struct rule *rule = &m->globs[i];
        if (best && best->line < rule->line) {
            break;
        }
        if (text_glob(rule->glob, path)) {
            best = rule;
            break;
        }
    }
    *key = best ? best->key : (struct ferry_str){NULL, 0};
    return FERRY_OK;
}
