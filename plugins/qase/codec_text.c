/* SPDX-License-Identifier: MIT */
/* codec_text.c - texts, times and paths as Qase takes them. */
#include "codec.h"

#include <calendar.h>
#include <stdarg.h>
#include <text.h>

void qase_note(struct writer *w, uint32_t kind, const char *field, const char *text)
{
    const struct ferry_note note = {
        .size = sizeof note, .kind = kind, .field = ferry_cstr(field), .text = ferry_cstr(text)};
    w->out->note(w->out->self, w->index, &note);
}

/* The first `max` characters; Qase counts those, not bytes. */
static struct ferry_str first_characters(struct ferry_str text, uint64_t max)
{
    uint64_t at = 0, n = 0;
    uint32_t code;
    while (at < text.len && n < max) {
        unsigned len = utf8_char(str_sub(text, at, 4), &code);
        at += len ? len : 1;
        n++;
    }
    return str_sub(text, 0, at);
}

/* A NUL would end the text at the server, and a half character be refused. */
static struct ferry_str mended(struct writer *w, const char *field, struct ferry_str text)
{
    if (utf8_valid(text) == text.len && (!text.len || !memchr(text.ptr, '\0', (size_t)text.len))) {
        return text;
    }
    buf_reset(&w->scratch);
    utf8_repair(&w->scratch, text);
    for (size_t i = 0; i < w->scratch.len; i++) {
        w->scratch.ptr[i] = w->scratch.ptr[i] ? w->scratch.ptr[i] : ' ';
    }
    qase_note(w, FERRY_NOTE_CORRECTED, field, "bytes that are no text were replaced");
    return buf_str(&w->scratch);
}

struct ferry_str qase_fitting(struct writer *w, const char *field, struct ferry_str text,
                              uint64_t max)
{
    text = mended(w, field, text);
    struct ferry_str cut = text.len > max ? first_characters(text, max) : text;
    if (cut.len < text.len) {
        char why[80];
        snprintf(why, sizeof why, "cut to %llu characters", (unsigned long long)max);
        qase_note(w, FERRY_NOTE_CUT, field, why);
    }
    return cut;
}

void qase_member(struct writer *w, const char *name, struct ferry_str text, uint64_t max)
{
    if (text.len > 0) {
        json_member(&w->json, name, qase_fitting(w, name, text, max));
    }
}

/* --- times ------------------------------------------------------------------------------------------- */

void qase_time_text(int64_t ms, char out[20])
{
    char text[TIME_TEXT];
    time_text(ms, text);
    memcpy(out, text, 19);
    out[10] = ' ';
    out[19] = '\0';
}

/* So many digits at *p, which moves on behind them. */
static int number(const char **p, int digits, int *out)
{
    for (*out = 0; digits > 0; digits--, (*p)++) {
        if (**p < '0' || **p > '9') {
            return 0;
        }
        *out = *out * 10 + (**p - '0');
    }
    return 1;
}

static int mark(const char **p, char c)
{
    int there = **p == c;
    *p += there;
    return there;
}

/* "+02:00", "+0200", "+02", "Z", or nothing; minutes east. */
static int zone(const char *p, int *minutes)
{
    int hours = 0, rest = 0, west = *p == '-';
    *minutes = 0;
    if (!*p || strcmp(p, "Z") == 0) {
        return 1;
    }
    if (!mark(&p, west ? '-' : '+') || !number(&p, 2, &hours)) {
        return 0;
    }
    mark(&p, ':');
    if (*p && !number(&p, 2, &rest)) {
        return 0;
    }
    *minutes = (hours * 60 + rest) * (west ? -1 : 1);
    return !*p;
}

int qase_time_parse(struct ferry_str text, int64_t *ms)
{
    char copy[48];
    int y, mo, d, h, mi, s, minutes = 0, scale = 100, fraction = 0;
    const char *p = copy;
    if (text.len == 0 || text.len >= sizeof copy) {
        return 0;
    }
    snprintf(copy, sizeof copy, "%.*s", STR_ARG(text));
    if (!number(&p, 4, &y) || !mark(&p, '-') || !number(&p, 2, &mo) || !mark(&p, '-') ||
        !number(&p, 2, &d) || !(mark(&p, 'T') || mark(&p, ' ')) || !number(&p, 2, &h) ||
        !mark(&p, ':') || !number(&p, 2, &mi) || !mark(&p, ':') || !number(&p, 2, &s) || mo < 1 ||
        mo > 12 || d < 1 || d > calendar_month_days(y, mo) || h > 24 || mi > 59 || s > 60) {
        return 0;
    }
    if (mark(&p, '.')) {
        for (; *p >= '0' && *p <= '9'; p++, scale /= 10) {
            fraction += (*p - '0') * scale;
        }
    }
    if (!zone(p, &minutes)) {
        return 0;
    }
    *ms = ((calendar_days(y, mo, d) * 24 + h) * 3600 + ((int64_t)mi - minutes) * 60 + s) * 1000 +
          fraction;
    return 1;
}

/* --- paths -------------------------------------------------------------------------------------------- */

void qase_put_encoded(struct buf *b, struct ferry_str text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (uint64_t i = 0; i < text.len; i++) {
        if (text.ptr[i] && strchr(plain, text.ptr[i])) {
            buf_putc(b, text.ptr[i]);
        } else {
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
        }
    }
}

void qase_put_path(struct buf *b, const struct ferry_call *call, const char *what,
                   const char *format, ...)
{
    char rest[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    buf_printf(b, "/v1/%s/", what);
    qase_put_encoded(b, call->project);
    buf_puts(b, rest);
}
