/* SPDX-License-Identifier: MIT */
/*
 * config_settle.c - the options of one destination: found in the environment and the config,
 * expanded, checked, completed, and kept apart: what a codec may see, and secrets. Called by
 * target_resolve() once it knows plugin and project. A secret never gets into an error.
 */
#include "config_private.h"
#include "url.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <hash.h>
#include <log.h>
#include <secret_command.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { WHAT = 224, LARGEST_SECRET = 64 * 1024, ACCOUNT_HEX = 6 };

/* What was found for one option. */
struct setting {
    struct ferry_str value; /* checked; absent: not given */
    const char *at;         /* where it stands, for messages */
    const char *origin;     /* the same, shorter; NULL: `at` */
    unsigned sources;       /* CONFIG_FROM() */
};

struct settle {
    const struct config *c;
    struct target *t;
    const char *section; /* "ao" of trackers.ao; NULL: none */
    const struct ferry_option *const *table;
    struct setting *settings;               /* one an option of the table */
    const struct config_reporter *reporter; /* NULL: none */
    struct ferry_kv *secrets;
    uint32_t n_table, n_secrets;
    struct ferry_error *err;
};

/* The key after "trackers.SECTION." where the entry is of this tracker; else NULL. */
static const char *key_of(const struct settle *s, const struct config_entry *e)
{
    size_t n = s->section ? strlen(s->section) : 0;
    if (!s->section || strncmp(e->path, "trackers.", 9) != 0 ||
        strncmp(e->path + 9, s->section, n) != 0 || e->path[9 + n] != '.') {
        return NULL;
    }
    return e->path + 9 + n + 1;
}

static const struct config_entry *find_key(const struct settle *s, const char *name)
{
    const struct config_entry *best = NULL;
    for (const struct config_entry *e = s->c->entries; e; e = e->next) {
        const char *key = key_of(s, e);
        if (key && option_is_called(name, ferry_cstr(key)) && (!best || e->layer > best->layer)) {
            best = e;
        }
    }
    return best;
}

/* "FERRY_TRACKERS_AO_TOKEN" */
static void variable_name(const struct settle *s, const char *option, char out[192])
{
    snprintf(out, 192, "FERRY_TRACKERS_%.64s_%.64s", s->section, option);
    for (char *c = out; *c; c++) {
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - ('a' - 'A')) : *c == '-' ? '_' : *c;
    }
}

/* Checks a found text into the setting; a secret is registered before anything can show it. */
static int32_t take(struct settle *s, const struct ferry_option *o, struct setting *into,
                    const char *at, struct ferry_str text, unsigned sources)
{
    struct arena *arena = &s->t->arena;
    if (o->flags & FERRY_OPT_SECRET) {
        int32_t rc = secrets_add(text);
        if (rc) {
            return ferry_fail(s->err, rc, o->name, "%s: a secret cannot be kept: %s", at,
                              ferry_status_text(rc));
        }
        if (str_empty(str_trim(text))) {
            return ferry_fail(s->err, FERRY_E_CONFIG, o->name,
                              "%s is empty; give the secret, or leave it out", at);
        }
    }
    into->at = arena_str(arena, ferry_cstr(at)).ptr;
    into->sources = sources;
    if (!into->origin && sources == CONFIG_FROM(CONFIG_DOTENV)) {
        into->origin = arena_printf(arena, "%s (in .env)", at).ptr;
    }
    return option_value_of(o, at, text, arena, &into->value, s->err);
}

static void warn_literal(const struct settle *s, const struct config_entry *e,
                         const struct ferry_option *o)
{
    const char *const *variables = option_variables(o);
    if (e->layer == CONFIG_REPO && !memmem(e->raw.ptr, (size_t)e->raw.len, "${", 2)) {
        log_warn("%s: trackers.%s.%s holds the secret itself, so all who can read the repository "
                 "have it; "
                 "write \"${%s}\" instead, and have a new one issued",
                 e->origin, s->section, o->name, variables && variables[0] ? variables[0] : "NAME");
    }
}

static int32_t take_entry(struct settle *s, const struct ferry_option *o, struct setting *into,
                          const struct config_entry *e)
{
    char what[WHAT];
    struct config_expansion x = {
        .what = what, .layer = e->layer, .is_secret = (o->flags & FERRY_OPT_SECRET) != 0};
    struct ferry_str text;
    int32_t rc;
    snprintf(what, sizeof what, "%s: %s", e->at, e->path);
    into->origin = e->origin;
    if (e->is_list && o->type != FERRY_OPT_LIST) {
        return ferry_fail(s->err, FERRY_E_CONFIG, o->name, "%s is a list; it takes one value",
                          what);
    }
    rc = config_expand(s->c, e->raw, &x, &s->t->arena, &text, s->err);
    if (rc) {
        return rc;
    }
    if (x.is_secret) {
        warn_literal(s, e, o);
    }
    return take(s, o, into, what, text, x.sources);
}

/* The secret is what the file holds, without the line's end. */
static int32_t read_secret(struct settle *s, const struct ferry_option *o, struct setting *into,
                           const char *what, const char *path)
{
    struct buf text;
    struct stat st;
    int32_t rc;
    buf_init(&text, LARGEST_SECRET);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && file_status(errno, FERRY_OK)) {
        rc = file_fail(s->err, what, "cannot open", errno);
        goto out;
    }
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        rc = ferry_fail(s->err, FERRY_E_CONFIG, o->name,
                        "%s: the file cannot be read; check its path and mode", what);
        goto out;
    }
    if (st.st_mode & 077) {
        rc = ferry_fail(s->err, FERRY_E_CONFIG, o->name,
                        "%s: others can read the file with the secret; run chmod 600 on it", what);
        goto out;
    }
    rc = file_read_fd(fd, what, &text, s->err);
    /* Whoever wrote the path, the file is this machine's: its content comes from outside. */
    rc = rc ? rc : take(s, o, into, what, str_trim(buf_str(&text)), CONFIG_FROM(CONFIG_USER));
out:
    if (fd >= 0) {
        close(fd);
    }
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap);
    }
    buf_finish(&text);
    return rc;
}

/* A path with "{space_id}" in it: what the same tracker says by that key. What is no key of it stays as it is. */
static int32_t fill_path(struct settle *s, struct buf *path, struct ferry_str text)
{
    for (uint64_t i = 0; i < text.len; i++) {
        struct ferry_str rest = str_sub(text, i + 1, text.len), key = {NULL, 0}, value;
        const struct config_entry *e = NULL;
        char name[64];
        if (text.ptr[i] == '{' && str_split(&rest, '}', &key) && rest.ptr &&
            key.len < sizeof name) {
            snprintf(name, sizeof name, "%.*s", STR_ARG(key));
            e = find_key(s, name);
        }
        if (!e) {
            buf_putc(path, text.ptr[i]);
            continue;
        }
        struct config_expansion x = {.what = e->path, .layer = e->layer};
        int32_t rc = config_expand(s->c, e->raw, &x, &s->t->arena, &value, s->err);
        if (rc) {
            return rc;
        }
        buf_put(path, value);
        i += key.len + 1;
    }
    return path->failed;
}

/* "token_file" */
static int32_t take_file(struct settle *s, const struct ferry_option *o, struct setting *into,
                         const struct config_entry *e)
{
    struct config_expansion x = {.layer = e->layer};
    char what[WHAT];
    struct buf path, filled;
    struct ferry_str name;
    snprintf(what, sizeof what, "%s: %s", e->at, e->path);
    x.what = what;
    into->origin = e->origin;
    buf_init(&path, LARGEST_SECRET);
    buf_init(&filled, LARGEST_SECRET);
    int32_t rc = config_expand(s->c, e->raw, &x, &s->t->arena, &name, s->err);
    rc = rc ? rc : fill_path(s, &filled, name);
    if (rc == FERRY_OK) {
        path_join(&path, s->c->folder, buf_cstr(&filled));
        rc = path.failed ? file_fail(s->err, what, "cannot open", ENOMEM)
                         : read_secret(s, o, into, what, buf_cstr(&path));
    }
    buf_finish(&filled);
    buf_finish(&path);
    return rc;
}

/*
 * "client_secret_command": a program that tells it. Whoever may propose a change to a repository must not be able to run one on the machines that
 * build it, so it is the user's own configuration that says it.
 */
static int32_t take_command(struct settle *s, const struct ferry_option *o, struct setting *into,
                            const struct config_entry *e)
{
    enum { PATIENCE_MS = 60000 };
    char what[WHAT];
    struct buf told;
    snprintf(what, sizeof what, "%s: %s", e->at, e->path);
    if (e->layer != CONFIG_USER) {
        return ferry_fail(s->err, FERRY_E_CONFIG, o->name,
                          "%s runs a program, which is for the user's config (%s) to say alone",
                          what, s->c->user_file ? s->c->user_file : "there is no home for it");
    }
    into->origin = e->origin;
    buf_init(&told, LARGEST_SECRET);
    int32_t rc = secret_command(e->raw, what, PATIENCE_MS, &told, s->err);
    rc = rc ? rc : take(s, o, into, what, buf_str(&told), CONFIG_FROM(CONFIG_USER));
    if (told.ptr) {
        explicit_bzero(told.ptr, told.cap);
    }
    buf_finish(&told);
    return rc;
}

/* What a service manager hands over: $CREDENTIALS_DIRECTORY/octane_client_secret. Absent where there is no such file. */
static int32_t take_credential(struct settle *s, const struct ferry_option *o, struct setting *into)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    struct buf path;
    int32_t rc = FERRY_OK;
    if (!folder || folder[0] != '/' || !(o->flags & FERRY_OPT_SECRET)) {
        return FERRY_OK;
    }
    buf_init(&path, LARGEST_SECRET);
    buf_printf(&path, "%s/%.*s_%s", folder, STR_ARG(s->t->plugin_id), o->name);
    if (!path.failed && access(buf_cstr(&path), F_OK) == 0) {
        into->origin = "$CREDENTIALS_DIRECTORY";
        rc = read_secret(s, o, into, buf_cstr(&path), buf_cstr(&path));
    }
    buf_finish(&path);
    return rc;
}

/* A variable of an option; of a list it has commas, as the vendor's reporters read it. */
static int32_t take_variable(struct settle *s, const struct ferry_option *o, struct setting *into,
                             const char *name, struct ferry_str value, enum config_layer layer)
{
    if (o->type == FERRY_OPT_LIST) {
        value = config_list_of(&s->t->arena, value);
    }
    return take(s, o, into, name, value, CONFIG_FROM(layer));
}

/* What the file of the vendor's reporters says for one of the option's variables. */
static int32_t take_said(struct settle *s, const struct ferry_option *o, struct setting *into)
{
    const char *const *variables = option_variables(o);
    for (size_t i = 0; variables && variables[i]; i++) {
        const struct config_said *said = config_reporter_says(s->reporter, variables[i]);
        if (!said) {
            continue;
        }
        into->origin = said->origin;
        if (o->flags & FERRY_OPT_SECRET) {
            config_reporter_warn_literal(s->c, said);
        }
        return said->is_list ? take(s, o, into, said->at, said->value, CONFIG_FROM(CONFIG_REPO))
                             : take_variable(s, o, into, said->at, said->value, CONFIG_REPO);
    }
    return FERRY_OK;
}

static int32_t find_setting(struct settle *s, const struct ferry_option *o, struct setting *into)
{
    const char *const *variables = option_variables(o);
    const struct config_entry *e;
    enum config_layer layer = CONFIG_ENV;
    struct ferry_str value = {NULL, 0};
    char name[192];
    if (s->section) {
        variable_name(s, o->name, name);
        value = config_variable(s->c, name, &layer);
        if (value.ptr) {
            return take_variable(s, o, into, name, value, layer);
        }
        e = find_key(s, o->name);
        if (e) {
            return take_entry(s, o, into, e);
        }
        snprintf(name, sizeof name, "%.64s_file", o->name);
        e = o->flags & FERRY_OPT_SECRET ? find_key(s, name) : NULL;
        if (e) {
            return take_file(s, o, into, e);
        }
        snprintf(name, sizeof name, "%.64s_command", o->name);
        e = o->flags & FERRY_OPT_SECRET ? find_key(s, name) : NULL;
        if (e) {
            return take_command(s, o, into, e);
        }
    }
    for (size_t i = 0; variables && variables[i]; i++) {
        value = config_variable(s->c, variables[i], &layer);
        if (value.ptr) {
            return take_variable(s, o, into, variables[i], value, layer);
        }
    }
    int32_t rc = take_said(s, o, into);
    rc = rc || into->at ? rc : take_credential(s, o, into);
    if (rc || into->at) {
        return rc;
    }
    if (strcmp(o->name, "project") == 0) {
        into->value = s->t->project;
        into->at = "the project";
        into->origin = "the project";
    }
    return FERRY_OK;
}

/* --- the whole table ----------------------------------------------------------------- */

/* "token_file", "token-file", "token_command": where a secret is. */
static int is_secret_place(const struct settle *s, const char *key)
{
    static const char *const ends[] = {"_file", "-file", "_command", "-command"};
    size_t n = strlen(key);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        const struct ferry_option *o = n > end && strcmp(key + n - end, ends[i]) == 0
                                           ? option_find(s->table, (struct ferry_str){key, n - end})
                                           : NULL;
        if (o && (o->flags & FERRY_OPT_SECRET)) {
            return 1;
        }
    }
    return 0;
}

static int32_t check_keys(const struct settle *s)
{
    for (const struct config_entry *e = s->c->entries; e; e = e->next) {
        const char *key = key_of(s, e);
        char scratch[80];
        const char *hint;
        if (!key || option_is_called("plugin", ferry_cstr(key)) ||
            option_is_called("project", ferry_cstr(key)) ||
            option_is_called("account", ferry_cstr(key)) || is_secret_place(s, key) ||
            option_find(s->table, ferry_cstr(key))) {
            continue;
        }
        hint = option_suggest(s->table, ferry_cstr(key), scratch);
        return ferry_fail(
            s->err, FERRY_E_CONFIG, e->path,
            "%s: \"%s\" is no option of the plugin %.*s; %s%s`ferry help %.*s` lists them", e->at,
            e->path, STR_ARG(s->t->plugin_id), hint, *hint ? " " : "", STR_ARG(s->t->plugin_id));
    }
    return FERRY_OK;
}

/* The file of the vendor's reporters: by its own option where a configuration names one, else the plugin's. */
static int32_t find_reporter(struct settle *s)
{
    const struct ferry_option *o = option_find(s->table, FERRY_LIT("reporter_config"));
    struct setting named = {.at = NULL};
    int32_t rc = o ? find_setting(s, o, &named) : FERRY_OK;
    return rc ? rc : config_reporter(s->c, s->t->plugin, named.value, &s->reporter, s->err);
}

/* Secrets first: from then on no message about another option can show one. */
static int32_t find_all(struct settle *s)
{
    int32_t rc = FERRY_OK;
    for (int secret = 1; secret >= 0 && !rc; secret--) {
        for (uint32_t i = 0; i < s->n_table && !rc; i++) {
            if (((s->table[i]->flags & FERRY_OPT_SECRET) != 0) == secret) {
                rc = find_setting(s, s->table[i], &s->settings[i]);
            }
        }
    }
    return rc;
}

static int32_t missing(const struct settle *s, const struct ferry_option *o)
{
    const char *const *variables = option_variables(o);
    const char *refused = s->c->dotenv_refused;
    char place[160];
    if (s->section) {
        snprintf(place, sizeof place, "\"%s\" of trackers.%s", o->name, s->section);
    } else {
        snprintf(place, sizeof place, "a tracker with \"%s\" in ferry.json", o->name);
    }
    return ferry_fail(
        s->err, FERRY_E_CONFIG, o->name, "%.*s: \"%s\" is missing (%s); give %s%s%s%s%s",
        STR_ARG(s->t->label), o->name, o->help ? o->help : "", place,
        variables && variables[0] ? " or set " : "", variables && variables[0] ? variables[0] : "",
        refused ? "; " : "", refused ? refused : "");
}

static int32_t check_trust(const struct settle *s)
{
    char what[WHAT];
    snprintf(what, sizeof what, "%.*s", STR_ARG(s->t->label));
    for (uint32_t u = 0; u < s->n_table; u++) {
        if (s->table[u]->type != FERRY_OPT_URL) {
            continue;
        }
        if (!s->settings[u].sources) {
            s->t->trusted = s->table[u]->def ? "the vendor's own" : s->t->trusted;
            continue;
        }
        for (uint32_t i = 0; i < s->n_table; i++) {
            struct config_trust t = {.what = what,
                                     .url = s->settings[u].value,
                                     .url_at = s->settings[u].at,
                                     .url_sources = s->settings[u].sources,
                                     .vendor = s->table[u]->def,
                                     .secret = s->table[i]->name,
                                     .secret_sources = s->settings[i].sources};
            int32_t rc;
            if (!(s->table[i]->flags & FERRY_OPT_SECRET) || !t.secret_sources) {
                continue;
            }
            rc = config_trust_check(s->c, &t, s->err);
            if (rc) {
                return rc;
            }
            s->t->trusted = config_trust_reason(s->c, &t);
        }
    }
    return FERRY_OK;
}

/* What was found, for people: no secret is in it. */
static int32_t show_settings(const struct settle *s)
{
    struct target *t = s->t;
    struct target_setting *shown = arena_array(&t->arena, struct target_setting, s->n_table + 1);
    if (!shown) {
        return ferry_fail(s->err, FERRY_E_NO_MEMORY, NULL, "%.*s: out of memory",
                          STR_ARG(t->label));
    }
    for (uint32_t i = 0; i < s->n_table; i++) {
        const struct setting *found = &s->settings[i];
        const struct ferry_option *o = s->table[i];
        int secret = (o->flags & FERRY_OPT_SECRET) != 0;
        shown[i] = (struct target_setting){o, {NULL, 0}, "not set"};
        if (found->value.ptr) {
            shown[i].value = secret ? FERRY_LIT("***") : found->value;
            shown[i].origin = found->origin ? found->origin : found->at;
        } else if (o->def && !secret) {
            shown[i].value = ferry_cstr(o->def);
            shown[i].origin = "default";
        }
    }
    t->settings = shown;
    t->n_settings = s->n_table;
    return FERRY_OK;
}

struct secret_list {
    struct ferry_kv *kv;
    uint32_t n;
};

static struct ferry_str secret_get(void *self, struct ferry_str name)
{
    const struct secret_list *list = self;
    return ferry_get(list->kv, list->n, name);
}

void config_wipe_secrets(struct target *t)
{
    const struct secret_list *list = t->secrets.self;
    for (uint32_t i = 0; list && i < list->n; i++) {
        /* Our own copy, in the target's arena. */
        explicit_bzero((char *)(uintptr_t)list->kv[i].value.ptr, (size_t)list->kv[i].value.len);
    }
}

/* Settings to what codecs see and what they do not. */
static int32_t part(struct settle *s)
{
    struct target *t = s->t;
    struct ferry_kv *seen = arena_array(&t->arena, struct ferry_kv, s->n_table + 1);
    struct secret_list *kept = arena_new(&t->arena, struct secret_list);
    s->secrets = arena_array(&t->arena, struct ferry_kv, s->n_table + 1);
    if (!seen || !s->secrets || !kept) {
        return ferry_fail(s->err, FERRY_E_NO_MEMORY, NULL, "%.*s: out of memory",
                          STR_ARG(t->label));
    }
    for (uint32_t i = 0; i < s->n_table; i++) {
        const struct ferry_option *o = s->table[i];
        struct ferry_kv kv = {ferry_cstr(o->name), s->settings[i].value};
        if (!kv.value.ptr && !(o->flags & FERRY_OPT_SECRET)) {
            kv.value = ferry_cstr(o->def);
        }
        if (str_empty(kv.value) && (o->flags & FERRY_OPT_REQUIRED)) {
            return missing(s, o);
        }
        if (!kv.value.ptr) {
            continue;
        }
        if (o->flags & FERRY_OPT_DEPRECATED && s->settings[i].sources) {
            log_warn("%s: deprecated: %s", s->settings[i].at, o->help ? o->help : "");
        }
        if (o->flags & FERRY_OPT_SECRET) {
            s->secrets[s->n_secrets++] = kv;
        } else {
            seen[t->n_options++] = kv;
        }
        if (o->type == FERRY_OPT_URL && strcmp(o->name, "url") == 0) {
            t->url = kv.value;
        }
    }
    t->options = seen;
    t->trusted = s->n_secrets > 0 ? t->trusted : NULL;
    *kept = (struct secret_list){s->secrets, s->n_secrets};
    t->secrets = (struct request_values){.self = kept, .get = secret_get};
    return FERRY_OK;
}

/* "trackers.NAME.account": a name for one of several accounts that a host knows the same project of. */
static int32_t account_name(const struct settle *s, struct ferry_str *out)
{
    const struct config_entry *e = find_key(s, "account");
    char what[WHAT];
    struct config_expansion x = {.what = what};
    *out = (struct ferry_str){NULL, 0};
    if (!e) {
        return FERRY_OK;
    }
    snprintf(what, sizeof what, "%s: %s", e->at, e->path);
    x.layer = e->layer;
    return config_expand(s->c, e->raw, &x, &s->t->arena, out, s->err);
}

/* Few digits of a digest: they tell two tokens apart, and are far too few to try guesses of a password against. */
static int32_t name_credential(const struct settle *s, struct ferry_str place)
{
    unsigned char digest[32];
    char hex[65];
    struct sha256 h;
    sha256_init(&h);
    for (uint32_t i = 0; i < s->n_secrets; i++) {
        sha256_add_field(&h, s->secrets[i].key);
        sha256_add_field(&h, s->secrets[i].value);
    }
    sha256_end(&h, digest);
    hex_text(digest, sizeof digest, hex);
    s->t->credential = arena_printf(&s->t->arena, "%.*s#%.*s", STR_ARG(place), ACCOUNT_HEX, hex);
    return s->t->credential.ptr ? FERRY_OK : FERRY_E_NO_MEMORY;
}

/*
 * What tells accounts apart: the place, and the name that the user gave it. Not the token: what is sent with a new one is to be known
 * again by what was sent with the old.
 */
static int32_t name_account(const struct settle *s)
{
    struct target *t = s->t;
    struct ferry_str place = t->url.ptr ? url_place(t->url) : t->plugin_id, name;
    int32_t rc = account_name(s, &name);
    if (rc) {
        return rc;
    }
    t->account = str_empty(name)
                     ? arena_str(&t->arena, place)
                     : arena_printf(&t->arena, "%.*s/%.*s", STR_ARG(place), STR_ARG(name));
    rc = t->account.ptr ? name_credential(s, t->account) : FERRY_E_NO_MEMORY;
    return rc ? ferry_fail(s->err, rc, NULL, "%.*s: out of memory", STR_ARG(t->label)) : FERRY_OK;
}

int32_t config_settle(const struct config *c, struct target *t, const char *section,
                      struct ferry_error *err)
{
    struct settle s = {.c = c, .t = t, .section = section, .table = t->plugin->options, .err = err};
    int32_t rc;
    while (s.table && s.table[s.n_table]) {
        s.n_table++;
    }
    s.settings = arena_array(&t->arena, struct setting, s.n_table + 1);
    if (!s.settings) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%.*s: out of memory", STR_ARG(t->label));
    }
    rc = find_reporter(&s);
    rc = rc ? rc : find_all(&s);
    rc = rc ? rc : check_keys(&s);
    rc = rc ? rc : check_trust(&s);
    rc = rc ? rc : part(&s);
    rc = rc ? rc : show_settings(&s);
    rc = rc ? rc : name_account(&s);
    if (rc == FERRY_OK) {
        config_reporter_tell(c, t->plugin);
    }
    return rc;
}
