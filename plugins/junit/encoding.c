/* SPDX-License-Identifier: MIT */
/*
 * encoding.c - finds a report's encoding and converts it. Called by junit.c, before the filter. It
 * must never fail: an encoding nobody knows is read as UTF-8, with a doubt said.
 */
#include "encoding.h"
#include "text.h"

#include <stdio.h>

/* Lower case, without '_' and ' ': "UTF_16 LE" is "utf16le" either way. Empty where too long. */
static void plain_name(struct ferry_str name, char out[32])
{
    size_t n = 0;
    for (uint64_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c + 32);
        }
        if (c == '_' || c == ' ' || c == '-') {
            continue;
        }
        if (n + 1 >= 32) {
            n = 0;
            break;
        }
        out[n++] = c;
    }
    out[n] = '\0';
}

/* "cp1252" and "latin9" are other names of windows-1252 and iso-8859-15. */
static const char *const ALIASES[][2] = {
    {"latin1", "iso88591"},  {"latin2", "iso88592"},   {"latin3", "iso88593"},
    {"latin4", "iso88594"},  {"latin5", "iso88599"},   {"latin6", "iso885910"},
    {"latin9", "iso885915"}, {"latin10", "iso885916"}, {"cyrillic", "iso88595"},
    {"greek", "iso88597"},   {"hebrew", "iso88598"},   {"tis620", "iso885911"},
};

static const struct charset *charset_of(const char *plain)
{
    char wanted[32], have[32];
    snprintf(wanted, sizeof wanted, "%s", plain);
    for (size_t i = 0; i < sizeof ALIASES / sizeof ALIASES[0]; i++) {
        if (strcmp(plain, ALIASES[i][0]) == 0) {
            snprintf(wanted, sizeof wanted, "%s", ALIASES[i][1]);
        }
    }
    if (strncmp(plain, "cp125", 5) == 0 || strncmp(plain, "win125", 6) == 0) {
        snprintf(wanted, sizeof wanted, "windows%.8s", strstr(plain, "125"));
    }
    for (const struct charset *c = CHARSETS; c->name; c++) {
        plain_name(ferry_cstr(c->name), have);
        if (strcmp(wanted, have) == 0) {
            return c;
        }
    }
    return NULL;
}

/* The value of encoding="..." in the XML declaration, or absent. Works on the ASCII subset. */
static struct ferry_str declared(struct ferry_str head)
{
    struct ferry_str none = {NULL, 0}, value;
    const char *from, *end, *p;
    from = head.len ? memmem(head.ptr, (size_t)head.len, "<?xml", 5) : NULL;
    if (!from) {
        return none;
    }
    end = memmem(from, (size_t)(head.ptr + head.len - from), "?>", 2);
    p = end ? memmem(from, (size_t)(end - from), "encoding", 8) : NULL;
    if (!p) {
        return none;
    }
    for (p += 8; p < end && strchr(" \t\r\n=", *p) && *p; p++) {
    }
    if (p == end || (*p != '"' && *p != '\'')) {
        return none;
    }
    value.ptr = p + 1;
    from = memchr(value.ptr, *p, (size_t)(end - value.ptr));
    value.len = from ? (uint64_t)(from - value.ptr) : 0;
    return from ? value : none;
}

static const struct {
    const char *name;
    enum encoding_kind kind;
} TWO_BYTE[] = {
    {"shiftjis", ENCODING_SHIFT_JIS},   {"sjis", ENCODING_SHIFT_JIS},
    {"xsjis", ENCODING_SHIFT_JIS},      {"mskanji", ENCODING_SHIFT_JIS},
    {"csshiftjis", ENCODING_SHIFT_JIS}, {"windows31j", ENCODING_SHIFT_JIS},
    {"cp932", ENCODING_SHIFT_JIS},      {"ms932", ENCODING_SHIFT_JIS},
    {"eucjp", ENCODING_EUC_JP},         {"xeucjp", ENCODING_EUC_JP},
    {"eucjpms", ENCODING_EUC_JP},       {"ujis", ENCODING_EUC_JP},
};

/* ENCODING_UTF8 where it is none of two bytes a character. */
static enum encoding_kind two_byte(const char *plain)
{
    for (size_t i = 0; i < sizeof TWO_BYTE / sizeof TWO_BYTE[0]; i++) {
        if (strcmp(plain, TWO_BYTE[i].name) == 0) {
            return TWO_BYTE[i].kind;
        }
    }
    return ENCODING_UTF8;
}

static int is_known_utf16(const char *plain)
{
    return strcmp(plain, "utf16") == 0 || strcmp(plain, "utf16le") == 0 ||
           strcmp(plain, "utf16be") == 0 || strcmp(plain, "ucs2") == 0 ||
           strcmp(plain, "iso10646ucs2") == 0;
}

static int has_odd_character(struct ferry_str name)
{
    return name.len > 0 && memchr(name.ptr, ' ', (size_t)name.len) != NULL;
}

/* UTF-16 is certain from the bytes; only the declaration may be wrong. */
static void doubt_utf16(struct encoding *e, struct ferry_str head)
{
    unsigned char narrow[ENCODING_ROOM(ENCODING_HEAD)];
    struct encoding probe = {e->kind, NULL, {0}, 0, ""};
    struct ferry_str part = str_sub(head, 0, ENCODING_HEAD), name;
    char plain[32], shown[80];
    name.ptr = (const char *)narrow;
    name.len = encoding_convert(&probe, part, narrow);
    name = declared(name);
    plain_name(name, plain);
    if (name.ptr && (!is_known_utf16(plain) || has_odd_character(name))) {
        snprintf(e->doubt, sizeof e->doubt,
                 "declared encoding \"%s\", but the bytes are UTF-16; read as UTF-16",
                 text_show_to(shown, sizeof shown, name));
    }
}

static void find_declared(struct encoding *e, struct ferry_str head)
{
    struct ferry_str name = declared(head);
    char plain[32], shown[80];
    plain_name(name, plain);
    if (!name.ptr || strcmp(plain, "utf8") == 0 || strcmp(plain, "usascii") == 0 ||
        strcmp(plain, "ascii") == 0) {
        return;
    }
    text_show_to(shown, sizeof shown, name);
    e->charset = charset_of(plain);
    e->kind = e->charset ? ENCODING_TABLE : two_byte(plain);
    if (e->kind != ENCODING_UTF8) {
        return;
    }
    if (is_known_utf16(plain)) {
        snprintf(e->doubt, sizeof e->doubt,
                 "declared encoding \"%s\", but the bytes are not; read as UTF-8", shown);
    } else {
        snprintf(e->doubt, sizeof e->doubt, "declared encoding \"%s\" is not known; read as UTF-8",
                 shown);
    }
}

size_t encoding_find(struct encoding *e, struct ferry_str head)
{
    const unsigned char *p = (const unsigned char *)head.ptr;
    memset(e, 0, sizeof *e);
    if (head.len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        struct ferry_str name = declared(head);
        char plain[32], shown[80];
        plain_name(name, plain);
        if (name.ptr && strcmp(plain, "utf8") != 0) {
            snprintf(e->doubt, sizeof e->doubt,
                     "declared encoding \"%s\", but the report begins with the mark of UTF-8",
                     text_show_to(shown, sizeof shown, name));
        }
        return 3;
    }
    if (head.len >= 2 && p[0] == 0xFF && p[1] == 0xFE) {
        e->kind = ENCODING_UTF16LE;
    } else if (head.len >= 2 && p[0] == 0xFE && p[1] == 0xFF) {
        e->kind = ENCODING_UTF16BE;
    } else if (head.len >= 4 && p[0] && !p[1] && p[2] && !p[3]) {
        e->kind = ENCODING_UTF16LE;
    } else if (head.len >= 4 && !p[0] && p[1] && !p[2] && p[3]) {
        e->kind = ENCODING_UTF16BE;
    } else {
        find_declared(e, head);
        return 0;
    }
    doubt_utf16(e, head);
    return p[0] >= 0xFE ? 2 : 0;
}

size_t encoding_put(unsigned char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (unsigned char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (unsigned char)(0xC0 | code >> 6);
        out[1] = (unsigned char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (unsigned char)(0xE0 | code >> 12);
        out[1] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (unsigned char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (unsigned char)(0xF0 | code >> 18);
    out[1] = (unsigned char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (unsigned char)(0x80 | (code & 0x3F));
    return 4;
}

static uint32_t unit_at(const struct encoding *e, const unsigned char *p)
{
    return e->kind == ENCODING_UTF16LE ? (uint32_t)(p[0] | p[1] << 8)
                                       : (uint32_t)(p[0] << 8 | p[1]);
}

/* The character in the carry, which holds a whole unit or, after a high surrogate, two. */
static size_t take_carry(struct encoding *e, unsigned char *out)
{
    uint32_t high = unit_at(e, e->carry), low;
    size_t n;
    if (high < 0xD800 || high > 0xDBFF) {
        e->n_carry = 0;
        return encoding_put(out, high);
    }
    if (e->n_carry < 4) {
        return 0;
    }
    low = unit_at(e, e->carry + 2);
    e->n_carry = 0;
    if (low >= 0xDC00 && low <= 0xDFFF) {
        return encoding_put(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
    }
    n = encoding_put(out, high);
    memcpy(e->carry, e->carry + 2, 2);
    e->n_carry = 2;
    return n + take_carry(e, out + n);
}

static size_t convert_utf16(struct encoding *e, const unsigned char *p, size_t len,
                            unsigned char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len;) {
        if (e->n_carry == 0 && len - i >= 2) { /* the common case needs no carry */
            uint32_t unit = unit_at(e, p + i);
            if (unit < 0xD800 || unit > 0xDBFF) {
                n += encoding_put(out + n, unit);
                i += 2;
                continue;
            }
        }
        e->carry[e->n_carry++] = p[i++];
        if (e->n_carry == 2 || e->n_carry == 4) {
            n += take_carry(e, out + n);
        }
    }
    return n;
}

static size_t convert_table(const struct charset *c, const unsigned char *p, size_t len,
                            unsigned char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (p[i] < 0x80) {
            out[n++] = p[i];
        } else {
            n += encoding_put(out + n, p[i] >= c->first ? c->upper[p[i] - c->first] : p[i]);
        }
    }
    return n;
}

size_t encoding_convert(struct encoding *e, struct ferry_str in, unsigned char *out)
{
    const unsigned char *p = (const unsigned char *)in.ptr;
    if (in.len == 0) {
        return 0;
    }
    switch (e->kind) {
    case ENCODING_UTF16LE:
    case ENCODING_UTF16BE:
        return convert_utf16(e, p, (size_t)in.len, out);
    case ENCODING_TABLE:
        return convert_table(e->charset, p, (size_t)in.len, out);
    case ENCODING_SHIFT_JIS:
    case ENCODING_EUC_JP:
        return jis_convert(e, p, (size_t)in.len, out);
    case ENCODING_UTF8:
    default:
        memcpy(out, p, (size_t)in.len);
        return (size_t)in.len;
    }
}

size_t encoding_finish(struct encoding *e, unsigned char *out)
{
    size_t n = 0;
    int is_utf16 = e->kind == ENCODING_UTF16LE || e->kind == ENCODING_UTF16BE;
    if (is_utf16 && e->n_carry >= 2) {
        n = encoding_put(out, unit_at(e, e->carry)); /* a high surrogate alone */
    }
    if (is_utf16 ? e->n_carry % 2 : e->n_carry) {
        out[n++] = 0xFF; /* half a character: a byte that UTF-8 never has */
    }
    e->n_carry = 0;
    return n;
}
