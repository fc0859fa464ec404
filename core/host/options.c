/* SPDX-License-Identifier: MIT */
/*
 * options.c - tables of options: finding one, suggesting one, completing what was given, and
 * writing them as help. Commands, configuration and destinations use the same.
 */
#include "options.h"

#include <text.h>

enum { NAMES = 256, HELP_AT = 30, HELP_WIDTH = 98 };

int option_is_called(const char *name, struct ferry_str key)
{
    int upper = 1; /* the letter before: of "SSL" only the first begins a word */
    for (uint64_t i = 0; i < key.len; i++, name++) {
        char c = key.ptr[i];
        int was = upper;
        upper = c >= 'A' && c <= 'Z';
        if (upper && !was && *name++ != '_') {
            return 0;
        }
        c = upper ? (char)(c + ('a' - 'A')) : c == '-' ? '_' : c;
        if (c != (*name == '-' ? '_' : *name)) {
            return 0;
        }
    }
    return *name == '\0';
}

const struct ferry_option *option_find(const struct ferry_option *const *table,
                                       struct ferry_str name)
{
    for (; table && *table; table++) {
        if (option_is_called((*table)->name, name)) {
            return *table;
        }
    }
    return NULL;
}

const char *option_suggest(const struct ferry_option *const *table, struct ferry_str name,
                           char scratch[80])
{
    const char *names[NAMES], *near;
    size_t n = 0;
    for (; table && *table && n < NAMES; table++) {
        names[n++] = (*table)->name;
    }
    near = text_nearest(name, names, n);
    if (!near) {
        return "";
    }
    snprintf(scratch, 80, "did you mean \"%.60s\"?", near);
    return scratch;
}

const char *const *option_variables(const struct ferry_option *o)
{
    /* An option is as long as the level it was declared at made it. */
    if (o->size < offsetof(struct ferry_option, variables) + sizeof o->variables) {
        return NULL;
    }
    return o->variables;
}

int32_t options_complete(const struct ferry_option *const *table, struct ferry_kv *kv, uint32_t *n,
                         struct ferry_error *err)
{
    for (; table && *table; table++) {
        const struct ferry_option *o = *table;
        struct ferry_str name = ferry_cstr(o->name), value = ferry_get(kv, *n, name);
        if (!value.ptr && o->def && !(o->flags & FERRY_OPT_SECRET)) {
            kv[(*n)++] = (struct ferry_kv){name, ferry_cstr(o->def)};
        } else if (str_empty(value) && (o->flags & FERRY_OPT_REQUIRED)) {
            return ferry_fail(err, FERRY_E_CONFIG, o->name, "option \"%s\" is %s; it is needed: %s",
                              o->name, value.ptr ? "empty" : "missing", o->help ? o->help : "");
        }
    }
    return FERRY_OK;
}

/* --- help ------------------------------------------------------------------ */

static const char *type_value(const struct ferry_option *o)
{
    static const char *const names[] = {"VALUE", "TEXT", "N",      NULL,  "URL",
                                        "TIME",  "TEXT", "CHOICE", "SIZE"};
    if (o->value) {
        return o->value;
    }
    return o->type < sizeof names / sizeof *names ? names[o->type] : names[0];
}

static void put_name(struct buf *out, const struct ferry_option *o, int flags)
{
    const char *value = type_value(o);
    for (const char *c = o->name; *c; c++) {
        buf_putc(out, flags && *c == '_' ? '-' : *c);
    }
    if (o->type == FERRY_OPT_CHOICE && !o->value) {
        for (size_t i = 0; o->choices && o->choices[i]; i++) {
            buf_printf(out, "%s%s", i ? "|" : flags ? "=" : " ", o->choices[i]);
        }
    } else if (value) {
        buf_printf(out, " %s", value);
    }
}

/* A default as a person would write it: the largest unit that leaves a whole number. */
void option_default(const struct ferry_option *o, struct buf *out)
{
    static const struct {
        int64_t factor;
        const char *unit;
    } times[] = {{3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}},
      sizes[] = {{1 << 30, "g"}, {1 << 20, "m"}, {1 << 10, "k"}, {1, ""}};
    int64_t n;
    if ((o->type == FERRY_OPT_DURATION || o->type == FERRY_OPT_SIZE) &&
        str_int64(ferry_cstr(o->def), &n) && n > 0) {
        for (size_t i = 0; i < 4; i++) {
            int64_t factor = o->type == FERRY_OPT_SIZE ? sizes[i].factor : times[i].factor;
            if (n % factor == 0) {
                buf_printf(out, "%lld%s", (long long)(n / factor),
                           o->type == FERRY_OPT_SIZE ? sizes[i].unit : times[i].unit);
                return;
            }
        }
    }
    for (const char *c = o->def; *c; c++) {
        if (*c == '\n') {
            buf_puts(out, ", ");
        } else {
            buf_putc(out, *c);
        }
    }
}

static void put_notes(struct buf *text, const struct ferry_option *o)
{
    const char *const *variables = option_variables(o);
    buf_puts(text, o->help ? o->help : "");
    if (o->flags & FERRY_OPT_REQUIRED) {
        buf_puts(text, " (needed)");
    }
    if (o->flags & FERRY_OPT_SECRET) {
        buf_puts(text, " (secret)");
    }
    if (o->flags & FERRY_OPT_DEPRECATED) {
        buf_puts(text, " (deprecated)");
    }
    if (o->type == FERRY_OPT_LIST) {
        buf_puts(text, " (may be given several times)");
    }
    if (o->def && *o->def && !(o->type == FERRY_OPT_BOOL && strcmp(o->def, "false") == 0)) {
        buf_puts(text, " (default: ");
        option_default(o, text);
        buf_puts(text, ")");
    }
    for (size_t i = 0; variables && variables[i]; i++) {
        buf_printf(text, "%s%s", i ? ", " : "; also from ", variables[i]);
    }
}

/* Words, filled to HELP_WIDTH, each line from HELP_AT. */
static void put_wrapped(struct buf *out, struct ferry_str text)
{
    struct ferry_str word;
    size_t column = HELP_AT;
    while (str_split(&text, ' ', &word)) {
        if (column > HELP_AT && column + 1 + word.len > HELP_WIDTH) {
            buf_printf(out, "\n%*s", HELP_AT, "");
            column = HELP_AT;
        } else if (column > HELP_AT) {
            buf_putc(out, ' ');
            column++;
        }
        buf_put(out, word);
        column += (size_t)word.len;
    }
    buf_putc(out, '\n');
}

void options_help(const struct ferry_option *const *table, const char *prefix, struct buf *out)
{
    size_t n = strlen(prefix);
    int flags = n >= 2 && strcmp(prefix + n - 2, "--") == 0;
    struct buf text;
    buf_init(&text, 4096);
    for (; table && *table; table++) {
        size_t begin = out->len, width;
        buf_puts(out, prefix);
        put_name(out, *table, flags);
        width = out->len - begin;
        if (width + 2 > HELP_AT) {
            buf_printf(out, "\n%*s", HELP_AT, "");
        } else {
            buf_printf(out, "%*s", (int)(HELP_AT - width), "");
        }
        buf_reset(&text);
        put_notes(&text, *table);
        put_wrapped(out, buf_str(&text));
    }
    if (text.failed && !out->failed) {
        out->failed = text.failed;
    }
    buf_finish(&text);
}
