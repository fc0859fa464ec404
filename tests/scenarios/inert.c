/* SPDX-License-Identifier: MIT */
/*
 * inert.c - says whether a person, a terminal or a CI system could be led astray by what a program printed. It shares no code with
 * ferry's own escape, which it judges.
 *
 *   inert FILE...    names ending in .json are one document, in .ndjson one a line, all others text
 *
 * Prints what is active, with the file, the line and the last line before it that begins with "=== ", which is how a test says
 * what it ran. The last line is "N files, N lines: N active"; the exit code is 0 only where there is nothing to tell.
 */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD = 20, HEADING = 200 };

struct text {
    const unsigned char *at, *end;
};

struct judge {
    const char *file;
    char heading[HEADING];
    unsigned long line, lines, active;
};

static void tell(struct judge *j, const char *what, uint32_t code)
{
    if (j->active++ < TOLD) {
        printf("%s line %lu (%s): %s", j->file, j->line, j->heading[0] ? j->heading : "-", what);
        printf(code ? " U+%04X\n" : "\n", (unsigned)code);
    }
}

/* --- characters ---------------------------------------------------------------- */

/* Takes one character off; 0 where the bytes are no UTF-8, and then one byte is taken. */
static int take(struct text *t, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char c = *t->at;
    long n = c < 0x80             ? 1
             : (c & 0xE0) == 0xC0 ? 2
             : (c & 0xF0) == 0xE0 ? 3
             : (c & 0xF8) == 0xF0 ? 4
                                  : 0;
    if (n == 0 || n > t->end - t->at) {
        t->at++;
        return 0;
    }
    *code = n == 1 ? c : c & (0x7Fu >> n);
    for (long i = 1; i < n; i++) {
        if ((t->at[i] & 0xC0) != 0x80) {
            t->at++;
            return 0;
        }
        *code = *code << 6 | (t->at[i] & 0x3Fu);
    }
    if (*code < least[n] || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000)) {
        t->at++;
        return 0;
    }
    t->at += n;
    return 1;
}

/* Moves, hides, turns or commands. The zero width joiner is left alone: emoji are made with it. */
static const char *acts(uint32_t c)
{
    static const struct {
        uint32_t from, to;
        const char *what;
    } ranges[] = {{0x00, 0x09, "control character"},
                  {0x0B, 0x1F, "control character"},
                  {0x7F, 0x9F, "control character"},
                  {0xAD, 0xAD, "soft hyphen"},
                  {0x061C, 0x061C, "direction mark"},
                  {0x180E, 0x180E, "invisible character"},
                  {0x200B, 0x200C, "invisible character"},
                  {0x200E, 0x200F, "direction mark"},
                  {0x2028, 0x2029, "line separator"},
                  {0x202A, 0x202E, "direction change"},
                  {0x2060, 0x206F, "direction change or invisible character"},
                  {0xFEFF, 0xFEFF, "byte order mark"},
                  {0xFFF9, 0xFFFB, "annotation"},
                  {0xE0000, 0xE0FFF, "tag or variation selector"}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (c >= ranges[i].from && c <= ranges[i].to) {
            return ranges[i].what;
        }
    }
    return NULL;
}

static int is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

/* --- lines ------------------------------------------------------------------------ */

/* "##vso[", "##teamcity[", "##[": Azure's and TeamCity's agents and GitHub's runner look for them anywhere in a line. */
static int has_command_within(struct text t)
{
    for (; t.end - t.at >= 3; t.at++) {
        const unsigned char *p = t.at + 2;
        if (t.at[0] != '#' || t.at[1] != '#') {
            continue;
        }
        while (p < t.end && ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')) {
            p++;
        }
        if (p < t.end && *p == '[') {
            return 1;
        }
    }
    return 0;
}

/* What is a command at the beginning of a line, white space before it not counted. */
static const char *begins_with_command(struct text t)
{
    static const struct {
        const char *text, *what;
    } commands[] = {{"::", "a workflow command"},
                    {"--- ", "a log group"},
                    {"+++ ", "a log group"},
                    {"~~~ ", "a log group"},
                    {"^^^ +++", "a log group"},
                    {"forged: ", "a line that a name began"}}; /* no system's, but our own texts' */
    struct text next = t;
    uint32_t code = 0;
    while (next.at < next.end && take(&next, &code) && is_space(code)) {
        t = next;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t n = strlen(commands[i].text);
        if ((size_t)(t.end - t.at) >= n && memcmp(t.at, commands[i].text, n) == 0) {
            return commands[i].what;
        }
    }
    return NULL;
}

static void judge_line(struct judge *j, struct text t)
{
    size_t n = (size_t)(t.end - t.at);
    const char *what;
    j->line++;
    if (n > 4 && memcmp(t.at, "=== ", 4) == 0) {
        snprintf(j->heading, sizeof j->heading, "%.*s", (int)n - 4, (const char *)t.at + 4);
    }
    what = begins_with_command(t);
    if (what) {
        tell(j, what, 0);
    }
    if (has_command_within(t)) {
        tell(j, "a logging command within the line", 0);
    }
    while (t.at < t.end) {
        uint32_t code;
        if (!take(&t, &code)) {
            tell(j, "bytes that are no UTF-8", 0);
        } else if (acts(code)) {
            tell(j, acts(code), code);
        }
    }
}

static void judge_json(struct judge *j, struct text t)
{
    const char *end = NULL;
    cJSON *doc = cJSON_ParseWithLengthOpts((const char *)t.at, (size_t)(t.end - t.at), &end, 0);
    while (doc && end < (const char *)t.end && *end == '\n') {
        end++;
    }
    if (!doc || end != (const char *)t.end) {
        tell(j, "not one JSON document", 0);
    }
    cJSON_Delete(doc);
}

/* --- files ------------------------------------------------------------------------- */

/* All bytes of a file; ends the program where it cannot be read. */
static unsigned char *slurp(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    unsigned char *bytes = NULL;
    size_t room = 0, n = 1;
    *len = 0;
    while (f && n > 0) {
        if (room - *len < 65536) {
            room = room ? room * 2 : 131072;
            bytes = realloc(bytes, room);
            if (!bytes) {
                break;
            }
        }
        n = fread(bytes + *len, 1, 65536, f);
        *len += n;
    }
    if (!f || !bytes || ferror(f)) {
        fprintf(stderr, "inert: %s cannot be read\n", path);
        exit(2);
    }
    fclose(f);
    return bytes;
}

static int ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && strcmp(path + n - m, end) == 0;
}

static void judge_file(struct judge *j, const char *path)
{
    size_t len;
    unsigned char *bytes = slurp(path, &len);
    struct text all = {bytes, bytes + len}, line = all;
    j->file = path;
    j->line = 0;
    j->heading[0] = '\0';
    for (const unsigned char *p = bytes; p < all.end || line.at < all.end; p++) {
        if (p < all.end && *p != '\n') {
            continue;
        }
        line.end = p;
        judge_line(j, line);
        if (ends_in(path, ".ndjson")) {
            judge_json(j, line);
        }
        line.at = p + 1;
        if (p >= all.end) {
            break;
        }
    }
    if (ends_in(path, ".json")) {
        judge_json(j, all);
    }
    j->lines += j->line;
    free(bytes);
}

int main(int argc, char **argv)
{
    struct judge j = {.file = NULL};
    if (argc < 2) {
        fputs("usage: inert FILE...\n", stderr);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        judge_file(&j, argv[i]);
    }
    printf("%d files, %lu lines: %lu active\n", argc - 1, j.lines, j.active);
    return j.active ? 1 : 0;
}
