/* SPDX-License-Identifier: MIT */
/*
 * args.c - the command line. Options are data (struct ferry_option), so this is the only parser,
 * for commands of ferry and of plugins. An unknown word never passes, and the value of an option
 * that is not understood is never shown: it may be a secret.
 */
#include "args.h"

#include <secrets.h>
#include <stdlib.h>
#include <text.h>

enum { LARGEST = 64 * 1024 * 1024, SHOWN = 80 };

static const char *const colors[] = {"auto", "always", "never", NULL};

const struct ferry_option *const globals_table[] = {
    OPTION(.type = FERRY_OPT_CHOICE, .name = "color", .choices = colors,
           .help = "colours; auto: on a terminal, unless NO_COLOR is set"),
    OPTION(.type = FERRY_OPT_STR, .name = "config", .value = "FILE",
           .help = "configuration instead of the ferry.json found upward"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "help",
           .help = "help for ferry or the command; also -h"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "no_color", .help = "the same as --color=never"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "quiet", .help = "only warnings and errors; also -q"),
    OPTION(.type = FERRY_OPT_STR, .name = "state", .value = "FOLDER", .help = "the state folder"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "verbose",
           .help = "more messages; also -v, and -vv for all"),
    OPTION(.type = FERRY_OPT_BOOL, .name = "version", .help = "the version of ferry"),
    NULL};

uint32_t log_level(const struct globals *g)
{
    if (g->verbose) {
        return g->verbose > 1 ? FERRY_LOG_TRACE : FERRY_LOG_DEBUG;
    }
    return g->quiet ? FERRY_LOG_WARN : FERRY_LOG_INFO;
}

/* --- one word ----------------------------------------------------------------- */

/* A long option taken apart. */
struct word {
    const struct ferry_option *option;
    struct ferry_str name;  /* without dashes */
    struct ferry_str value; /* after '='; absent: none */
    int negated;            /* --no-NAME */
};

static struct word split_word(const char *text)
{
    struct word w = {NULL, {NULL, 0}, {NULL, 0}, 0};
    w.value = ferry_cstr(text + 2);
    str_split(&w.value, '=', &w.name);
    return w;
}

static int find_in(struct word *w, const struct ferry_option *const *table)
{
    const struct ferry_option *o = option_find(table, w->name);
    if (!o && str_starts(w->name, "no-")) {
        o = option_find(table, str_sub(w->name, 3, w->name.len));
        w->negated = o && o->type == FERRY_OPT_BOOL;
        o = w->negated ? o : NULL;
    }
    w->option = o;
    return o != NULL;
}

static void flag_name(const struct ferry_option *o, char out[SHOWN])
{
    snprintf(out, SHOWN, "--%.60s", o->name);
    for (char *c = out; *c; c++) {
        *c = *c == '_' ? '-' : *c;
    }
}

/* The value as text: after '=', or the next word; true and false for flags. */
static int32_t word_value(const struct word *w, int argc, char *const *argv, int *i,
                          struct ferry_str *out, struct ferry_error *err)
{
    char name[SHOWN];
    flag_name(w->option, name);
    if (w->option->type == FERRY_OPT_BOOL) {
        if (w->negated && w->value.ptr) {
            return ferry_fail(err, FERRY_E_CONFIG, w->option->name,
                              "--no-%s takes no value; write it alone", name + 2);
        }
        *out = w->negated ? FERRY_LIT("false") : w->value.ptr ? w->value : FERRY_LIT("true");
        return FERRY_OK;
    }
    if (w->value.ptr) {
        *out = w->value;
        return FERRY_OK;
    }
    if (*i + 1 >= argc) {
        return ferry_fail(err, FERRY_E_CONFIG, w->option->name, "%s needs a value; write %s=VALUE",
                          name, name);
    }
    if (strncmp(argv[*i + 1], "--", 2) == 0) {
        return ferry_fail(err, FERRY_E_CONFIG, w->option->name,
                          "%s needs a value, and another option follows; where the value begins "
                          "with -- write %s=VALUE",
                          name, name);
    }
    (*i)++;
    *out = ferry_cstr(argv[*i]);
    return FERRY_OK;
}

/* --- ferry's own ----------------------------------------------------------------- */

static int take_short(struct globals *g, const char *word)
{
    size_t n = strspn(word + 1, "v");
    if (n > 0 && word[1 + n] == '\0') {
        g->verbose += (int)n;
    } else if (strcmp(word, "-q") == 0) {
        g->quiet = 1;
    } else if (strcmp(word, "-h") == 0) {
        g->help = 1;
    } else {
        return 0;
    }
    return 1;
}

static int32_t set_global(struct globals *g, const struct ferry_option *o, struct ferry_str value,
                          struct ferry_error *err)
{
    int on = str_is(value, "true");
    if (strcmp(o->name, "config") == 0 || strcmp(o->name, "state") == 0) {
        const char **to = o->name[0] == 'c' ? &g->config : &g->state;
        if (str_empty(value)) {
            return ferry_fail(err, FERRY_E_CONFIG, o->name, "--%s is empty; name a %s", o->name,
                              o->name[0] == 'c' ? "file" : "folder");
        }
        if (*to && !str_is(value, *to)) {
            return ferry_fail(err, FERRY_E_CONFIG, o->name, "--%s is given twice; give it once",
                              o->name);
        }
        *to = value.ptr; /* the end of a word of argv: NUL-ended */
    } else if (strcmp(o->name, "color") == 0) {
        g->color = str_is(value, "always") ? 1 : str_is(value, "never") ? 0 : -1;
    } else if (strcmp(o->name, "no_color") == 0) {
        g->color = on ? 0 : g->color;
    } else if (strcmp(o->name, "quiet") == 0) {
        g->quiet = on;
    } else if (strcmp(o->name, "verbose") == 0) {
        g->verbose = on ? g->verbose + 1 : 0;
    } else if (strcmp(o->name, "help") == 0) {
        g->help = on;
    } else {
        g->version = on;
    }
    return FERRY_OK;
}

int globals_take(struct globals *g, int argc, char *const *argv, int *i, struct ferry_error *err)
{
    struct arena arena;
    struct ferry_str text, value;
    struct word w;
    char name[SHOWN];
    int32_t rc;
    if (strncmp(argv[*i], "--", 2) != 0) {
        return argv[*i][0] == '-' && argv[*i][1] ? take_short(g, argv[*i]) : 0;
    }
    w = split_word(argv[*i]);
    if (str_empty(w.name) || !find_in(&w, globals_table)) {
        return 0;
    }
    arena_init(&arena, LARGEST);
    flag_name(w.option, name);
    rc = word_value(&w, argc, argv, i, &text, err);
    rc = rc ? rc : option_value_of(w.option, name, text, &arena, &value, err);
    if (!rc) {
        /* Files and folders as they stand in argv, which lives as long as the program. */
        rc = set_global(g, w.option, w.option->type == FERRY_OPT_STR ? text : value, err);
    }
    arena_finish(&arena);
    return rc ? -rc : 1;
}

/* --- a command's --------------------------------------------------------------------- */

void args_init(struct arglist *a)
{
    memset(a, 0, sizeof *a);
    arena_init(&a->arena, LARGEST);
}

void args_finish(struct arglist *a)
{
    arena_finish(&a->arena);
    memset(&a->args, 0, sizeof a->args);
}

static int32_t unknown_option(const char *command, const struct ferry_option *const *options,
                              const char *text, struct ferry_error *err)
{
    const char *names[256], *near = NULL;
    char shown[SHOWN], hint[SHOWN];
    size_t n = 0;
    struct ferry_str name = text[1] == '-' ? split_word(text).name : ferry_cstr(text + 1);
    for (size_t i = 0; options && options[i] && n < 200; i++) {
        names[n++] = options[i]->name;
    }
    for (size_t i = 0; globals_table[i]; i++) {
        names[n++] = globals_table[i]->name;
    }
    near = text_nearest(name, names, n);
    snprintf(hint, sizeof hint, "%.60s", near ? near : "");
    for (char *c = hint; *c; c++) {
        *c = *c == '_' ? '-' : *c;
    }
    text_show_to(shown, sizeof shown, name);
    if (near) {
        return ferry_fail(err, FERRY_E_CONFIG, shown,
                          "%s has no option \"%s%s\"; did you mean \"--%s\"?", command,
                          text[1] == '-' ? "--" : "-", shown, hint);
    }
    return ferry_fail(err, FERRY_E_CONFIG, shown,
                      "%s has no option \"%s%s\"; `%s --help` lists them", command,
                      text[1] == '-' ? "--" : "-", shown, command);
}

int32_t globals_unknown(const char *word, struct ferry_error *err)
{
    return unknown_option("ferry", NULL, word, err);
}

static int32_t take_option(struct arglist *a, const struct word *w, int argc, char *const *argv,
                           int *i, struct ferry_error *err)
{
    const struct ferry_option *o = w->option;
    struct ferry_kv *kv = &a->args.given[a->args.n_given];
    struct ferry_str text, before = args_get(&a->args, o->name);
    int again = args_has(&a->args, o->name);
    char name[SHOWN];
    int32_t rc;
    flag_name(o, name);
    rc = word_value(w, argc, argv, i, &text, err);
    if (!rc && (o->flags & FERRY_OPT_SECRET)) {
        secrets_add(text);
        log_warn("%s: a secret on the command line can be seen by everybody on this machine; use "
                 "the configuration "
                 "or the environment",
                 name);
    }
    rc = rc ? rc : option_value_of(o, name, text, &a->arena, &kv->value, err);
    if (rc) {
        return rc;
    }
    if (again && o->type != FERRY_OPT_LIST) {
        return ferry_eq(before, kv->value)
                   ? FERRY_OK
                   : ferry_fail(err, FERRY_E_CONFIG, o->name,
                                "%s is given twice with two values; give it once", name);
    }
    if (o->flags & FERRY_OPT_DEPRECATED) {
        log_warn("%s is deprecated: %s", name, o->help ? o->help : "");
    }
    kv->key = ferry_cstr(o->name);
    a->args.n_given++;
    return FERRY_OK;
}

int32_t args_parse(struct arglist *a, struct globals *g, const char *name,
                   const struct ferry_option *const *options, int argc, char *const *argv,
                   struct ferry_error *err)
{
    struct ferry_str *rest = arena_array(&a->arena, struct ferry_str, (size_t)argc + 1);
    int only_rest = 0, taken;
    int32_t rc = FERRY_OK;
    a->args.options = options;
    a->args.given = arena_array(&a->arena, struct ferry_kv, (size_t)argc + 1);
    a->args.rest = rest;
    if (!rest || !a->args.given) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", name);
    }
    for (int i = 0; i < argc && !rc; i++) {
        struct word w;
        if (only_rest || argv[i][0] != '-' || !argv[i][1]) {
            rest[a->args.n_rest++] = ferry_cstr(argv[i]);
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_rest = 1;
            continue;
        }
        if (argv[i][1] == '-') {
            w = split_word(argv[i]);
            if (!str_empty(w.name) && find_in(&w, options)) {
                rc = take_option(a, &w, argc, argv, &i, err);
                continue;
            }
        }
        taken = globals_take(g, argc, argv, &i, err);
        rc = taken > 0   ? FERRY_OK
             : taken < 0 ? -taken
                         : unknown_option(name, options, argv[i], err);
    }
    return rc;
}

int32_t args_check(const struct args *a, const char *name, const char *usage, uint32_t min,
                   uint32_t max, struct ferry_error *err)
{
    char shown[SHOWN], flag[SHOWN];
    for (size_t i = 0; a->options && a->options[i]; i++) {
        if ((a->options[i]->flags & FERRY_OPT_REQUIRED) && !args_get(a, a->options[i]->name).ptr) {
            flag_name(a->options[i], flag);
            return ferry_fail(err, FERRY_E_CONFIG, a->options[i]->name, "%s needs %s: %s", name,
                              flag, a->options[i]->help ? a->options[i]->help : "");
        }
    }
    if (a->n_rest < min) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL, "%s needs %s; `%s --help` tells more", name,
                          usage ? usage : "more words", name);
    }
    if (a->n_rest > max) {
        text_show_to(shown, sizeof shown, a->rest[max]);
        if (max == 0) {
            return ferry_fail(err, FERRY_E_CONFIG, NULL,
                              "%s takes no \"%s\"; options begin with --", name, shown);
        }
        return ferry_fail(err, FERRY_E_CONFIG, NULL, "%s: \"%s\" is one word too many; it takes %u",
                          name, shown, max);
    }
    return FERRY_OK;
}

int args_want_help(int argc, char *const *argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return 1;
        }
    }
    return 0;
}

/* --- asking ----------------------------------------------------------------------------- */

struct ferry_str args_nth(const struct args *a, const char *name, uint32_t i)
{
    for (uint32_t k = 0; k < a->n_given; k++) {
        if (str_is(a->given[k].key, name) && i-- == 0) {
            return a->given[k].value;
        }
    }
    return (struct ferry_str){NULL, 0};
}

int args_has(const struct args *a, const char *name)
{
    return args_nth(a, name, 0).ptr != NULL;
}

struct ferry_str args_get(const struct args *a, const char *name)
{
    struct ferry_str value = ferry_get(a->given, a->n_given, ferry_cstr(name));
    const struct ferry_option *o;
    if (value.ptr) {
        return value;
    }
    o = option_find(a->options, ferry_cstr(name));
    return ferry_cstr(o ? o->def : NULL);
}

int args_flag(const struct args *a, const char *name)
{
    return str_is(args_get(a, name), "true");
}

int64_t args_int(const struct args *a, const char *name, int64_t fallback)
{
    int64_t n;
    return str_int64(args_get(a, name), &n) ? n : fallback;
}
