/* SPDX-License-Identifier: MIT */
/*
 * config_env.c - the environment as a layer of configuration (FERRY_*), and ${NAME} in values.
 * A value of the environment is never shown, and what a repository's file asks for must not
 * carry a secret to where it can be read.
 */
#include "config_private.h"

#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <text.h>

extern char **environ;

int config_names_secret(struct ferry_str name)
{
    static const char *const words[] = {"token",      "secret",      "passw",   "passphrase",
                                        "credential", "private_key", "api_key", "apikey",
                                        "access_key", "accesskey"};
    static const char *const places[] = {"_file",
                                         "_command"}; /* where it is, which is none itself */
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t n = strlen(places[i]);
        if (name.len >= n && str_is_nocase(str_sub(name, name.len - n, name.len), places[i])) {
            return 0;
        }
    }
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t n = strlen(words[w]);
        for (uint64_t i = 0; i + n <= name.len; i++) {
            if (str_is_nocase(str_sub(name, i, n), words[w])) {
                return 1;
            }
        }
    }
    return 0;
}

struct ferry_str config_variable(const struct config *c, const char *name, enum config_layer *layer)
{
    const char *value = getenv(name);
    if (value && *value) {
        if (layer) {
            *layer = CONFIG_ENV;
        }
        return ferry_cstr(value);
    }
    for (const struct config_variable *v = c->dotenv; v; v = v->next) {
        if (str_is(v->name, name) && !str_empty(v->value)) {
            if (layer) {
                *layer = CONFIG_DOTENV;
            }
            return v->value;
        }
    }
    return (struct ferry_str){NULL, 0};
}

int config_has_variable(const struct config *c, const char *name)
{
    return config_variable(c, name, NULL).ptr != NULL;
}

/* --- ${NAME} ------------------------------------------------------------------- */

static int is_name_char(char ch, int first)
{
    return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || ch == '_' ||
           (!first && ch >= '0' && ch <= '9');
}

/* Splits what stands between the braces; 0 where it is no reference. */
static int split_reference(struct ferry_str inside, char name[128], struct ferry_str *otherwise)
{
    uint64_t n = 0;
    while (n < inside.len && is_name_char(inside.ptr[n], n == 0)) {
        n++;
    }
    *otherwise = (struct ferry_str){NULL, 0};
    if (n == 0 || n >= 128) {
        return 0;
    }
    memcpy(name, inside.ptr, (size_t)n);
    name[n] = '\0';
    if (n == inside.len) {
        return 1;
    }
    if (!str_starts(str_sub(inside, n, inside.len), ":-")) {
        return 0;
    }
    *otherwise = str_sub(inside, n + 2, inside.len);
    return 1;
}

static int32_t put_reference(const struct config *c, struct ferry_str inside,
                             struct config_expansion *x, struct buf *out, struct ferry_error *err)
{
    enum config_layer layer = x->layer; /* unused where the variable is not set */
    struct ferry_str value, otherwise;
    char name[128];
    if (!split_reference(inside, name, &otherwise)) {
        return ferry_fail(
            err, FERRY_E_CONFIG, NULL,
            "%s: after \"${\" stands no name of a variable; write ${NAME}, ${NAME:-text}, or "
            "$${ for the characters themselves",
            x->what);
    }
    value = config_variable(c, name, &layer);
    if (!value.ptr && !otherwise.ptr) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL,
                          "%s: variable %s is not set; export it, or write ${%s:-text}%s%s",
                          x->what, name, name, c->dotenv_refused ? "; " : "",
                          c->dotenv_refused ? c->dotenv_refused : "");
    }
    if (!value.ptr) {
        buf_put(out, otherwise);
        return out->failed;
    }
    if (x->is_secret || config_names_secret(ferry_cstr(name))) {
        secrets_add(value);
    }
    if (!x->is_secret && x->layer == CONFIG_REPO && config_names_secret(ferry_cstr(name))) {
        return ferry_fail(
            err, FERRY_E_CONFIG, NULL,
            "%s: %s sounds like a secret, and this is no option for secrets: its value would be "
            "shown; use it for a token or password, or give the variable another name",
            x->what, name);
    }
    x->sources |= CONFIG_FROM(layer);
    buf_put(out, value);
    return out->failed;
}

static int32_t expand_into(const struct config *c, struct ferry_str text,
                           struct config_expansion *x, struct buf *out, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    x->sources = CONFIG_FROM(x->layer);
    for (uint64_t i = 0; !rc && i < text.len;) {
        struct ferry_str rest = str_sub(text, i, text.len);
        const char *end;
        if (str_starts(rest, "$${")) {
            rc = buf_puts(out, "${");
            i += 3;
        } else if (str_starts(rest, "${")) {
            end = memchr(rest.ptr, '}', (size_t)rest.len);
            if (!end) {
                return ferry_fail(err, FERRY_E_CONFIG, NULL,
                                  "%s: \"${\" has no \"}\"; write ${NAME}", x->what);
            }
            rc = put_reference(c, str_sub(rest, 2, (uint64_t)(end - rest.ptr) - 2), x, out, err);
            i += (uint64_t)(end - rest.ptr) + 1;
        } else {
            rc = buf_putc(out, rest.ptr[0]);
            i++;
        }
    }
    return rc;
}

int32_t config_expand(const struct config *c, struct ferry_str text, struct config_expansion *x,
                      struct arena *arena, struct ferry_str *out, struct ferry_error *err)
{
    struct buf expanded;
    int32_t rc;
    buf_init(&expanded, 1 << 20);
    buf_put(&expanded, FERRY_LIT(""));
    rc = expand_into(c, text, x, &expanded, err);
    if (expanded.failed == FERRY_E_TOO_LARGE) {
        rc = ferry_fail(err, FERRY_E_CONFIG, NULL, "%s: longer than 1 MiB", x->what);
    }
    if (!rc) {
        *out = arena_str(arena, buf_str(&expanded));
        rc = out->ptr ? FERRY_OK
                      : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", x->what);
    }
    if (expanded.ptr) {
        explicit_bzero(expanded.ptr, expanded.cap);
    }
    buf_finish(&expanded);
    return rc;
}

/* --- FERRY_* --------------------------------------------------------------------- */

/* "a,b" or lines; the form of a list has lines. */
struct ferry_str config_list_of(struct arena *arena, struct ferry_str text)
{
    struct ferry_str copy = arena_str(arena, text);
    if (copy.ptr && !memchr(copy.ptr, '\n', (size_t)copy.len)) {
        for (uint64_t i = 0; i < copy.len; i++) {
            char *ch = (char *)copy.ptr + i; /* our own copy */
            *ch = *ch == ',' ? '\n' : *ch;
        }
    }
    return copy;
}

/* Names after FERRY_ that other parts of ferry read. */
static const char *const other_variables[] = {"CONFIG", "ENV_FILE", "PART", "PLUGIN_PATH"};

/* A variable that is a slip of the pen away from one that we know would be left out in silence. */
static void warn_near_misses(void)
{
    enum { OTHERS = sizeof other_variables / sizeof *other_variables };
    const char *names[64];
    size_t n = 0;
    for (; n < OTHERS; n++) {
        names[n] = other_variables[n];
    }
    for (size_t k = 0; config_keys[k] && n < 64; k++) {
        if (config_keys[k]->variable) {
            names[n++] = config_keys[k]->variable + strlen("FERRY_");
        }
    }
    for (char **v = environ; v && *v; v++) {
        struct ferry_str rest = ferry_cstr(*v), name;
        const char *near;
        int known = 0;
        if (!str_split(&rest, '=', &name) || !str_starts(name, "FERRY_")) {
            continue;
        }
        name = str_sub(name, strlen("FERRY_"), name.len);
        for (size_t i = 0; i < n; i++) {
            known |= str_is(name, names[i]);
        }
        near = known ? NULL : text_nearest(name, names, n);
        if (near) {
            log_warn("FERRY_%.*s is no variable of ferry and is not used; did you mean FERRY_%s?",
                     STR_ARG(name), near);
        }
    }
}

/* Of a key's variable and its other names the first that is set. */
static struct ferry_str key_variable(const struct config *c, const struct config_key *key,
                                     const char **name, enum config_layer *layer)
{
    const char *const *others = option_variables(&key->option);
    struct ferry_str value = {NULL, 0};
    *name = key->variable;
    if (*name) {
        value = config_variable(c, *name, layer);
    }
    for (size_t i = 0; !value.ptr && others && others[i]; i++) {
        *name = others[i];
        value = config_variable(c, *name, layer);
    }
    return value;
}

int32_t config_read_variables(struct config *c, struct ferry_error *err)
{
    for (size_t i = 0; config_keys[i]; i++) {
        const struct config_key *key = config_keys[i];
        enum config_layer layer = CONFIG_ENV;
        struct ferry_error why = {.size = sizeof why};
        struct config_entry **before = c->last;
        struct ferry_str value;
        const char *at;
        struct config_entry *e;
        int32_t rc;
        value = key_variable(c, key, &at, &layer);
        if (!value.ptr) {
            continue;
        }
        if (key->option.type == FERRY_OPT_LIST) {
            value = config_list_of(&c->arena, value);
        }
        if (layer == CONFIG_DOTENV) {
            at = arena_printf(&c->arena, "%s (in .env)", at).ptr;
        }
        e = at ? config_add(c, key->option.name, value, layer, at, at) : NULL;
        if (!e) {
            return ferry_fail(err, FERRY_E_NO_MEMORY, "environment", "out of memory");
        }
        rc = config_entry_check(c, key, e, &why);
        rc = config_go_on(c, at, before, rc, &why, err);
        if (rc) {
            return rc;
        }
    }
    warn_near_misses();
    return FERRY_OK;
}
