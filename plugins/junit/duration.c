/* SPDX-License-Identifier: MIT */
/*
 * duration.c - the `time` attribute. Runners write it with their own language's formatting and
 * sometimes with their user's locale, so "1,234.56", "0,03", "1.3e-05", "1m2.5s", "PT1.5S" and
 * "00:00:01.5" all occur. Called by result.c. It must never consult a locale, and never turn what
 * it cannot read into a zero.
 */
#include "text.h"
#include "times.h"

enum { FORM_MAX = 64, DIGITS_MAX = 18, SECOND = 1000000 };
static const int64_t LONGEST_S = 100000000000; /* 3000 years: beyond it nothing was measured */

/* A decimal number: mantissa * 10^exponent. */
struct number {
    int64_t mantissa;
    int exponent;
    int negative;
    int doubt;
};

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Groups of thousands between `from` and `to`: up to three digits, then always three. */
static int grouped(const char *from, const char *to, char mark)
{
    size_t digits = 0, groups = 0;
    for (; from < to; from++) {
        if (*from != mark) {
            digits++;
            continue;
        }
        if (digits == 0 || digits > 3 || (groups > 0 && digits != 3)) {
            return 0;
        }
        groups++;
        digits = 0;
    }
    return groups == 0 ? 1 : digits == 3;
}

/*
 * Where the decimal mark stands in the text from..to, or `to`. *group is the mark between
 * thousands, or 0. Returns 0 where no reading fits.
 */
static int find_marks(const char *from, const char *to, const char **point, char *group, int *doubt)
{
    size_t dots = 0, commas = 0, others = 0;
    const char *last = to;
    char other = 0;
    for (const char *p = from; p < to; p++) {
        dots += *p == '.';
        commas += *p == ',';
        others += *p == ' ' || *p == '\'';
        other = *p == ' ' || *p == '\'' ? *p : other;
        last = *p == '.' || *p == ',' ? p : last;
    }
    *point = last;
    *group = other;
    if (dots > 0 && commas > 0) {
        *group = *last == '.' ? ',' : '.';
        return others == 0 && (*last == '.' ? dots : commas) == 1;
    }
    if (dots + commas > 1) { /* several of one kind can only be thousands */
        *group = *last;
        *point = to;
        return others == 0;
    }
    if (commas == 1 && others == 0 && *from != '0' && last > from && grouped(from, to, ',')) {
        *group = ','; /* Surefire's schema: "1,234" is a thousand and more */
        *point = to;
        *doubt = 1;
    }
    return 1;
}

static void push_digit(struct number *n, char c, size_t *digits, int after_point)
{
    if (*digits < DIGITS_MAX) {
        n->mantissa = n->mantissa * 10 + (c - '0');
        n->exponent -= after_point;
        *digits += n->mantissa > 0;
    } else {
        n->exponent += !after_point;
    }
}

/* Reads the digits and marks of from..to. Returns 0 where it is no number. */
static int read_mantissa(const char *from, const char *to, struct number *n)
{
    const char *point;
    char group;
    size_t digits = 0, seen = 0;
    if (!find_marks(from, to, &point, &group, &n->doubt) ||
        (group && !grouped(from, point, group))) {
        return 0;
    }
    for (const char *p = from; p < to; p++) {
        if (is_digit(*p)) {
            push_digit(n, *p, &digits, p > point);
            seen++;
        } else if (p != point && (*p != group || p > point)) {
            return 0;
        }
    }
    return seen > 0;
}

/* A number at *p; leaves *p behind it. Returns 0 where there is none. */
static int read_number(const char **p, const char *end, struct number *n)
{
    const char *from = *p, *to;
    int sign = 1, exponent = 0;
    memset(n, 0, sizeof *n);
    if (from < end && (*from == '-' || *from == '+')) {
        n->negative = *from++ == '-';
    }
    for (to = from; to < end && (is_digit(*to) || strchr(".,' ", *to)); to++) {
    }
    while (to > from && (to[-1] == ' ' || to[-1] == '\'')) {
        to--;
    }
    if (to == from || !read_mantissa(from, to, n)) {
        return 0;
    }
    if (to < end && (*to == 'e' || *to == 'E')) {
        const char *q = to + 1;
        if (q < end && (*q == '-' || *q == '+')) {
            sign = *q++ == '-' ? -1 : 1;
        }
        if (q == end || !is_digit(*q)) {
            return 0;
        }
        for (; q < end && is_digit(*q); q++) {
            exponent = exponent < 1000 ? exponent * 10 + (*q - '0') : exponent;
        }
        to = q;
    }
    n->exponent += sign * exponent;
    *p = to;
    return 1;
}

/* n units of `unit_ns` nanoseconds as microseconds, rounded half up. 0 where it does not fit. */
static int scale(const struct number *n, int64_t unit_ns, int64_t *us)
{
    __int128 value = (__int128)n->mantissa * unit_ns;
    __int128 limit = (__int128)LONGEST_S * SECOND * 1000;
    int exponent = n->exponent;
    if (n->negative && n->mantissa != 0) {
        return 0;
    }
    while (exponent > 0 && value != 0) {
        if (value > limit) {
            return 0;
        }
        value *= 10;
        exponent--;
    }
    for (; exponent < 0 && value != 0; exponent++) {
        value /= 10; /* cut at nanoseconds; rounded below */
    }
    if (value > limit) {
        return 0;
    }
    *us = (int64_t)((value + 500) / 1000);
    return 1;
}

struct unit {
    const char *name;
    int64_t ns;
};
static const struct unit UNITS[] = {
    {"ns", 1},
    {"us", 1000},
    {"\xC2\xB5s", 1000},
    {"\xCE\xBCs", 1000},
    {"ms", 1000000},
    {"msec", 1000000},
    {"s", 1000000000},
    {"sec", 1000000000},
    {"secs", 1000000000},
    {"second", 1000000000},
    {"seconds", 1000000000},
    {"m", 60000000000},
    {"min", 60000000000},
    {"mins", 60000000000},
    {"minute", 60000000000},
    {"minutes", 60000000000},
    {"h", 3600000000000},
    {"hour", 3600000000000},
    {"hours", 3600000000000},
    {"d", 86400000000000},
};

static int64_t unit_of(const char *from, const char *to)
{
    struct ferry_str word = {from, (uint64_t)(to - from)};
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (str_is_nocase(word, UNITS[i].name)) {
            return UNITS[i].ns;
        }
    }
    return 0;
}

/* "1m2.5s", "250 ms"; with `iso` what follows the P of "P1DT2H3.5S". */
static int with_units(const char *p, const char *end, int iso, int64_t *us)
{
    int64_t sum = 0, part;
    int parts = 0;
    while (p < end) {
        struct number n;
        const char *word;
        int64_t ns;
        if (iso && (*p == 'T' || *p == 't')) {
            p++;
            continue;
        }
        if (!read_number(&p, end, &n)) {
            return 0;
        }
        for (; p < end && *p == ' '; p++) {
        }
        for (word = p; p < end && !is_digit(*p) && *p != ' ' && *p != '-' && *p != '+'; p++) {
            if (iso && p > word) {
                break;
            }
        }
        ns = unit_of(word, p);
        if (ns == 0 || !scale(&n, ns, &part) || (sum += part) > LONGEST_S * SECOND) {
            return 0;
        }
        parts++;
        for (; p < end && *p == ' '; p++) {
        }
    }
    *us = parts > 0 ? sum : *us;
    return parts > 0;
}

/* "00:00:01.5000000", "1.02:03:04" (days first), "02:03". */
static int clock_form(const char *p, const char *end, int64_t *us)
{
    int64_t whole[4] = {0}, part = 0;
    size_t n = 0;
    const char *colon = memchr(p, ':', (size_t)(end - p));
    const char *dot = memchr(p, '.', (size_t)(end - p));
    int days = dot && dot < colon;
    struct number seconds;
    while (p < end && n < 4) {
        const char *from = p;
        while (p < end && is_digit(*p) && p - from < 9) {
            whole[n] = whole[n] * 10 + (*p++ - '0');
        }
        if (p == from) {
            return 0;
        }
        n++;
        if (p == end || (*p != ':' && !(days && n == 1 && *p == '.'))) {
            p = from;
            n--;
            break;
        }
        p++;
    }
    if (n == 0 || n > 3 || (days && n != 3) || !read_number(&p, end, &seconds) || p != end ||
        !scale(&seconds, 1000000000, &part)) {
        return 0;
    }
    int64_t rest = 0; /* whole minutes and more, in seconds */
    for (size_t i = 0; i < n; i++) {
        static const int64_t weight[] = {60, 3600, 86400};
        rest += whole[i] * weight[n - 1 - i];
    }
    if (rest > LONGEST_S || rest * SECOND + part > LONGEST_S * SECOND) {
        return 0;
    }
    *us = rest * SECOND + part;
    return 1;
}

/* Into `form`, with the spaces of other scripts turned into plain ones. 0 where it is too long. */
static size_t plain_form(struct ferry_str text, char form[FORM_MAX])
{
    size_t n = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        struct ferry_str rest = str_sub(text, i, 3);
        if (n + 1 >= FORM_MAX) {
            return 0;
        }
        if (str_starts(rest, "\xC2\xA0")) {
            form[n++] = ' ';
            i++;
        } else if (str_starts(rest, "\xE2\x80\xAF")) {
            form[n++] = ' ';
            i += 2;
        } else {
            form[n++] = text.ptr[i];
        }
    }
    form[n] = '\0';
    return memchr(form, '\0', n) ? 0 : n;
}

/* "12", "0.003": nine of ten. 0 where it is another form. */
static int plain_seconds(struct ferry_str s, int64_t *us)
{
    int64_t value = 0;
    uint64_t i = 0, places = 0;
    while (i < s.len && i < 9 && is_digit(s.ptr[i])) {
        value = value * 10 + (s.ptr[i++] - '0');
    }
    if (i == 0 || (i < s.len && s.ptr[i++] != '.')) {
        return 0;
    }
    for (; i < s.len && places < 6 && is_digit(s.ptr[i]); i++, places++) {
        value = value * 10 + (s.ptr[i] - '0');
    }
    if (i < s.len) {
        return 0;
    }
    for (; places < 6; places++) {
        value *= 10;
    }
    *us = value;
    return 1;
}

/* The same by any form. */
static enum times_verdict any_form(const char *form, size_t len, int64_t *us)
{
    const char *p = form, *end = form + len;
    struct number n;
    if (memchr(form, ':', len)) {
        return clock_form(p, end, us) ? TIMES_FORM : TIMES_BAD;
    }
    if (form[0] == 'P' || form[0] == 'p') {
        return with_units(p + 1, end, 1, us) ? TIMES_FORM : TIMES_BAD;
    }
    if (!read_number(&p, end, &n)) {
        return TIMES_BAD;
    }
    if (p < end) {
        return with_units(form, end, 0, us) ? TIMES_FORM : TIMES_BAD;
    }
    if (!scale(&n, 1000000000, us)) {
        return TIMES_BAD;
    }
    return n.doubt ? TIMES_DOUBT : strpbrk(form, ",' ") ? TIMES_FORM : TIMES_OK;
}

enum times_verdict times_duration(struct ferry_str text, int64_t *us)
{
    char form[FORM_MAX];
    size_t len;
    if (plain_seconds(text, us)) {
        return TIMES_OK;
    }
    len = plain_form(str_trim(text), form);
    return len > 0 ? any_form(form, len, us) : TIMES_BAD;
}
