/* SPDX-License-Identifier: MIT */
/*
 * timestamp.c - the `timestamp` attribute: ISO 8601 in its many spellings, RFC 1123, the forms
 * that ctime, date and JavaScript print, and seconds since the epoch. Called by result.c. It must
 * never use the time zone of this machine: what names no zone is said to name none.
 */
#include "times.h"

#include <calendar.h>
#include <text.h>

/* From 0001-01-01 to the end of 9999, UTC. */
static const int64_t FIRST_MS = -62135596800000, LAST_MS = 253402300799999;

/* What has been read so far; -1: not yet. */
struct moment {
    int64_t year;
    int month, day, hour, minute, second, ms;
    int offset; /* minutes east of UTC */
    int zoned;
};

struct cursor {
    const char *p, *end;
};

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int at(const struct cursor *c, char ch)
{
    return c->p < c->end && *c->p == ch;
}

static void skip_spaces(struct cursor *c)
{
    while (at(c, ' ')) {
        c->p++;
    }
}

/* Exactly n digits as a number; 0 where there are fewer. */
static int digits(struct cursor *c, int n, int *out)
{
    int value = 0;
    if (c->end - c->p < n) {
        return 0;
    }
    for (int i = 0; i < n; i++) {
        if (!is_digit(c->p[i])) {
            return 0;
        }
        value = value * 10 + (c->p[i] - '0');
    }
    c->p += n;
    *out = value;
    return 1;
}

static enum times_verdict finish(const struct moment *m, int64_t *ms, int *zoneless)
{
    int64_t when;
    if (m->year < 1 || m->year > 9999 || m->month < 1 || m->month > 12 || m->day < 1 ||
        m->day > calendar_month_days(m->year, m->month) || m->hour > 24 || m->minute > 59 ||
        m->second > 60 || m->offset > 18 * 60 || m->offset < -18 * 60) {
        return TIMES_BAD;
    }
    when = calendar_days(m->year, m->month, m->day) * 86400 + m->hour * 3600 + m->minute * 60 +
           m->second;
    when = (when - m->offset * 60) * 1000 + m->ms;
    if (when < FIRST_MS || when > LAST_MS) {
        return TIMES_BAD; /* its zone leads out of the years that can be written */
    }
    if (when == 0) {
        return TIMES_NONE; /* googletest: 1970 for a test that never ran */
    }
    *ms = when;
    *zoneless = !m->zoned;
    return TIMES_OK;
}

/* ".123456" or ",123": milliseconds, further places cut. */
static int fraction(struct cursor *c, int *ms)
{
    int weight = 100;
    *ms = 0;
    if (!at(c, '.') && !at(c, ',')) {
        return 1;
    }
    c->p++;
    if (c->p == c->end || !is_digit(*c->p)) {
        return 0;
    }
    for (; c->p < c->end && is_digit(*c->p); c->p++) {
        *ms += (*c->p - '0') * weight;
        weight /= 10;
    }
    return 1;
}

/* "10:11:12.5", "10:11", "101112". */
static int time_of_day(struct cursor *c, struct moment *m)
{
    int colons;
    if (!digits(c, 2, &m->hour)) {
        int hour = 0;
        if (c->end - c->p < 2 || c->p[1] != ':' || !digits(c, 1, &hour)) {
            return 0;
        }
        m->hour = hour;
    }
    colons = at(c, ':');
    c->p += colons;
    if (!digits(c, 2, &m->minute)) {
        return 0;
    }
    if (colons ? at(c, ':') : (c->p < c->end && is_digit(*c->p))) {
        c->p += colons;
        if (!digits(c, 2, &m->second)) {
            return 0;
        }
    }
    return fraction(c, &m->ms);
}

/* "+02:00", "-0800", "+02". */
static int offset(struct cursor *c, struct moment *m)
{
    int sign = *c->p == '-' ? -1 : 1, hours, minutes = 0;
    c->p++;
    if (!digits(c, 2, &hours)) {
        return 0;
    }
    if (at(c, ':')) {
        c->p++;
    }
    if (c->p < c->end && is_digit(*c->p) && !digits(c, 2, &minutes)) {
        return 0;
    }
    m->offset = sign * (hours * 60 + minutes);
    m->zoned = 1;
    return minutes < 60;
}

struct word {
    const char *text;
    int value;
};
static const struct word ZONES[] = {
    {"Z", 0},      {"UTC", 0},    {"UT", 0},     {"GMT", 0},    {"WET", 0},    {"CET", 60},
    {"CEST", 120}, {"EET", 120},  {"EEST", 180}, {"EST", -300}, {"EDT", -240}, {"CST", -360},
    {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
};
static const struct word MONTHS[] = {
    {"Jan", 1}, {"Feb", 2}, {"Mar", 3}, {"Apr", 4},  {"May", 5},  {"Jun", 6},
    {"Jul", 7}, {"Aug", 8}, {"Sep", 9}, {"Oct", 10}, {"Nov", 11}, {"Dec", 12},
};
static const struct word WEEKDAYS[] = {
    {"Mon", 0}, {"Tue", 0}, {"Wed", 0}, {"Thu", 0}, {"Fri", 0}, {"Sat", 0}, {"Sun", 0},
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The word's entry; with `prefix` a longer spelling counts too ("September"). */
static const struct word *lookup(struct ferry_str s, const struct word *words, size_t n, int prefix)
{
    struct ferry_str part = prefix ? str_sub(s, 0, 3) : s;
    for (size_t i = 0; i < n; i++) {
        if (str_is_nocase(part, words[i].text)) {
            return &words[i];
        }
    }
    return NULL;
}

static struct ferry_str letters(struct cursor *c)
{
    struct ferry_str s = {c->p, 0};
    while (c->p < c->end && is_letter(*c->p)) {
        c->p++;
    }
    s.len = (uint64_t)(c->p - s.ptr);
    return s;
}

/* What may follow a time: a zone by offset or name, and a remark in brackets. */
static int zone(struct cursor *c, struct moment *m)
{
    skip_spaces(c);
    if (c->p < c->end && is_letter(*c->p)) {
        const struct word *w = lookup(letters(c), ZONES, COUNT(ZONES), 0);
        if (!w) {
            return 0;
        }
        m->offset = w->value;
        m->zoned = 1;
    }
    if (at(c, '+') || at(c, '-')) {
        if (!offset(c, m)) {
            return 0;
        }
    }
    skip_spaces(c);
    if (at(c, '[') || at(c, '(')) { /* [Europe/Berlin], (CEST): only repeats the offset */
        c->p = m->zoned ? c->end : c->p;
    }
    return c->p == c->end;
}

/* "2026-11-20T10:11:12.123+01:00" and its variants. */
static int iso_form(struct cursor c, struct moment *m)
{
    int year, dashes;
    if (!digits(&c, 4, &year)) {
        return 0;
    }
    m->year = year;
    dashes = at(&c, '-') || at(&c, '/');
    c.p += dashes;
    if (!digits(&c, 2, &m->month) || (dashes && !at(&c, '-') && !at(&c, '/'))) {
        return 0;
    }
    c.p += dashes;
    if (!digits(&c, 2, &m->day)) {
        return 0;
    }
    if (c.p == c.end) {
        return 1;
    }
    if (*c.p != 'T' && *c.p != 't' && *c.p != ' ' && *c.p != '_') {
        return 0;
    }
    c.p++;
    skip_spaces(&c);
    return time_of_day(&c, m) && zone(&c, m);
}

/* One piece of "Fri, 20 Nov 2026 10:11:12 GMT", in any order. */
static int word_of_date(struct cursor *c, struct moment *m, int *timed)
{
    const struct word *w;
    struct ferry_str s;
    const char *from = c->p;
    int value;
    if (is_letter(*c->p)) {
        s = letters(c);
        if (s.len >= 3 && m->month < 0 && (w = lookup(s, MONTHS, COUNT(MONTHS), 1))) {
            m->month = w->value;
            return 1;
        }
        if (s.len >= 3 && !*timed && lookup(s, WEEKDAYS, COUNT(WEEKDAYS), 1)) {
            return 1;
        }
        w = lookup(s, ZONES, COUNT(ZONES), 0);
        m->zoned = w != NULL;
        m->offset = w ? w->value : 0;
        return w && *timed;
    }
    if ((*c->p == '+' || *c->p == '-') && *timed) {
        return offset(c, m);
    }
    while (c->p < c->end && is_digit(*c->p)) {
        c->p++;
    }
    if (at(c, ':')) {
        c->p = from;
        *timed = 1;
        return time_of_day(c, m);
    }
    value = (int)(c->p - from);
    c->p = from;
    if (value == 4 && m->year < 0) {
        int year = 0;
        value = digits(c, 4, &year);
        m->year = year;
        return value;
    }
    return (value == 1 || value == 2) && m->day < 0 && digits(c, value, &m->day);
}

static int worded_form(struct cursor c, struct moment *m)
{
    int timed = 0;
    m->year = m->month = m->day = -1;
    while (c.p < c.end) {
        if (*c.p == '(' && m->zoned) {
            break;
        }
        if (*c.p == ' ' || *c.p == ',' || (*c.p == '-' && !timed)) {
            c.p++;
        } else if (!word_of_date(&c, m, &timed)) {
            return 0;
        }
    }
    return m->year > 0 && m->month > 0 && m->day > 0;
}

/* Seconds or milliseconds since the epoch; smaller numbers count from a start nobody names. */
static enum times_verdict epoch_form(struct cursor c, int64_t *ms, int *zoneless)
{
    int64_t value = 0;
    int places = 0, rest = 0;
    while (c.p < c.end && is_digit(*c.p) && places < 17) {
        value = value * 10 + (*c.p++ - '0');
        places++;
    }
    if (places == 0 || !fraction(&c, &rest) || c.p != c.end) {
        return TIMES_BAD;
    }
    if (value == 0 && rest == 0) {
        return TIMES_NONE;
    }
    if (value >= 100000000 && value < 100000000000) { /* 1973 to 5138 */
        value = value * 1000 + rest;
    } else if (value < 100000000000 || value >= 100000000000000) {
        return TIMES_BAD;
    }
    *ms = value;
    *zoneless = 0;
    return TIMES_OK;
}

enum times_verdict times_stamp(struct ferry_str text, int64_t *ms, int *zoneless)
{
    struct ferry_str s = str_trim(text);
    struct cursor c = {s.ptr, s.ptr + s.len};
    struct moment m = {0};
    if (s.len == 0 || s.len > 80) {
        return TIMES_BAD;
    }
    if (iso_form(c, &m)) {
        return finish(&m, ms, zoneless);
    }
    memset(&m, 0, sizeof m);
    if (worded_form(c, &m)) {
        return finish(&m, ms, zoneless);
    }
    return epoch_form(c, ms, zoneless);
}
