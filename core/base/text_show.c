/* SPDX-License-Identifier: MIT */
/*
 * text_show.c - the one escape for people's eyes: what names, messages and answers of others may not do to a terminal or to a system that
 * reads commands out of a log. The table, the log and every writer of JSON go by text_is_active(); nobody has a list of his own.
 */
#include "text.h"

enum { PIECE = 12 }; /* the longest escape, \U000e0001, and its end */

/* --- what acts --------------------------------------------------------------------- */

/* What moves a cursor, breaks a line, turns the text around it or stands there unseen. */
static int is_active_code(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0xAD || code == 0x061C ||
           code == 0x180E ||
           (code >= 0x200B && code <= 0x200F && code != 0x200D) || /* the joiner makes emoji */
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
           (code >= 0xE0000 && code <= 0xE0FFF);
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/*
 * "##vso[", "##teamcity[", "##[": the agents of Azure Pipelines and TeamCity and the runner of GitHub obey it wherever in a line it stands, so
 * being on one line with harmless words is no help.
 */
static int begins_command(struct ferry_str s)
{
    uint64_t i = 2;
    if (s.len < 3 || s.ptr[0] != '#' || s.ptr[1] != '#') {
        return 0;
    }
    while (i < s.len && is_letter(s.ptr[i])) {
        i++;
    }
    return i < s.len && s.ptr[i] == '[';
}

int text_is_active(struct ferry_str s, uint32_t code)
{
    return code == '#' ? begins_command(s) : is_active_code(code);
}

/* --- showing ------------------------------------------------------------------------ */

static int put_escape(char piece[PIECE], uint32_t code)
{
    if (code == '\t' || code == '\n') {
        return snprintf(piece, PIECE, "%s", code == '\t' ? "\\t" : "\\n");
    }
    return snprintf(piece, PIECE,
                    code < 0x80      ? "\\x%02x"
                    : code < 0x10000 ? "\\u%04x"
                                     : "\\U%08x",
                    (unsigned)code);
}

/* Takes one character off *s as it may be shown. Returns its length in piece. */
static unsigned show_step(struct ferry_str *s, char piece[PIECE])
{
    uint32_t code = 0;
    unsigned n = utf8_char(*s, &code);
    int len;
    if (n == 0) {
        len = snprintf(piece, PIECE, "\\x%02x", (unsigned)(unsigned char)s->ptr[0]);
        n = 1;
    } else if (text_is_active(*s, code)) {
        len = put_escape(piece, code);
    } else {
        memcpy(piece, s->ptr, n);
        len = (int)n;
    }
    *s = str_sub(*s, n, s->len);
    return (unsigned)len;
}

void text_show(struct buf *out, struct ferry_str s, uint64_t max)
{
    struct ferry_str part = max ? utf8_cut(s, max) : s;
    int cut = part.len < s.len;
    char piece[PIECE];
    while (part.len > 0) {
        unsigned n = show_step(&part, piece);
        if (buf_put(out, (struct ferry_str){piece, n})) {
            return;
        }
    }
    if (cut) {
        buf_puts(out, "...");
    }
}

static int is_space(uint32_t code)
{
    return code == ' ' || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x202F || code == 0x205F || code == 0x3000;
}

void text_show_first(struct buf *out, struct ferry_str s, uint64_t max)
{
    uint32_t code = 0;
    char piece[PIECE];
    unsigned n = utf8_char(s, &code);
    /* "::error", "--- a group": two of a kind; white space before them does not hide them. */
    int is_mark = n == 1 && s.len > 1 && s.ptr[1] == s.ptr[0] && strchr(":-+~^#", s.ptr[0]);
    if (n > 0 && (is_space(code) || is_mark)) {
        buf_put(out, (struct ferry_str){piece, (uint64_t)put_escape(piece, code)});
        s = str_sub(s, n, s.len);
        max = max > n ? max - n : max;
    }
    text_show(out, s, max);
}

const char *text_show_to(char *out, size_t size, struct ferry_str s)
{
    size_t len = 0, fits = 0; /* fits: the longest length that leaves room for the dots */
    char piece[PIECE];
    if (size < sizeof "...") {
        if (size > 0) {
            out[0] = '\0';
        }
        return out;
    }
    while (s.len > 0) {
        unsigned n = show_step(&s, piece);
        if (len + n >= size) {
            memcpy(out + fits, "...", sizeof "...");
            return out;
        }
        memcpy(out + len, piece, n);
        len += n;
        if (len + sizeof "..." <= size) {
            fits = len;
        }
    }
    out[len] = '\0';
    return out;
}
