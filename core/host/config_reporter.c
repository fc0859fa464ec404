/* SPDX-License-Identifier: MIT */
/*
 * config_reporter.c - the file that a vendor's own reporters are configured with (Qase: qase.config.json), read for the plugin that names it
 * in its option "reporter_config". Each of its members is called as the variable of the same meaning: testops.run.title is
 * QASE_TESTOPS_RUN_TITLE. So the variables that the plugin's options declare say what is understood; whatever else the file holds is
 * named once, and not used. It lies in the repository and is trusted as little.
 */
#include "config_private.h"

#include <errno.h>
#include <fcntl.h>
#include <file.h>
#include <json.h>
#include <log.h>
#include <secrets.h>
#include <text.h>
#include <unistd.h>

extern char **environ;

enum { LARGEST = 256 * 1024, PATH_LONGEST = 160, MOST_NAMED = 2000, DEEPEST = 8 };

struct config_reporters {
    struct arena arena;
    struct config_reporter *first;
    int told_variables;
};

/* One file being read. */
struct reading {
    struct config_reporters *all;
    struct config_reporter *into;
    const struct ferry_plugin *plugin;
    struct ferry_str text;
    struct buf others; /* what is not understood, with ", " between */
    struct ferry_error *err;
};

int32_t config_reporters_begin(struct config *c)
{
    c->reporters = arena_new(&c->arena, struct config_reporters);
    if (!c->reporters) {
        return FERRY_E_NO_MEMORY;
    }
    arena_init(&c->reporters->arena, 16 * 1024 * 1024);
    return FERRY_OK;
}

void config_reporters_end(struct config *c)
{
    if (c->reporters) {
        arena_finish(&c->reporters->arena);
    }
}

/* --- names ----------------------------------------------------------------------------- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c == '.' || c == '-' ? '_' : c;
}

/* "qase", "testops.uploadAttachments" -> "QASE_TESTOPS_UPLOAD_ATTACHMENTS" */
static void name_variable(const char *id, const char *path, char out[2 * PATH_LONGEST + 40])
{
    size_t n = 0;
    for (; *id && n < 32; id++) {
        out[n++] = upper(*id);
    }
    out[n++] = '_';
    for (const char *p = path; *p; p++) {
        int begins = *p >= 'A' && *p <= 'Z' && p > path && p[-1] >= 'a' && p[-1] <= 'z';
        if (begins) {
            out[n++] = '_';
        }
        out[n++] = upper(*p);
    }
    out[n] = '\0';
}

/* The option that a variable gives; `below`: or that one beginning with it and '_' would give. */
static const struct ferry_option *option_of(const struct ferry_plugin *plugin, const char *name,
                                            int below)
{
    size_t n = strlen(name);
    for (const struct ferry_option *const *o = plugin->options; o && *o; o++) {
        const char *const *variables = option_variables(*o);
        for (size_t i = 0; variables && variables[i]; i++) {
            if (strncmp(variables[i], name, n) == 0 &&
                (variables[i][n] == '\0' || (below && variables[i][n] == '_'))) {
                return *o;
            }
        }
    }
    return NULL;
}

/* --- reading ------------------------------------------------------------------------------ */

static int32_t fault(const struct reading *r, const char *path, const char *text)
{
    uint32_t line = 0, column = 0;
    char shown[PATH_LONGEST];
    json_locate(r->text, path, &line, &column);
    return ferry_fail(r->err, FERRY_E_CONFIG, r->into->file, "%s line %u, column %u: \"%s\" %s",
                      r->into->file, line, column,
                      text_show_to(shown, sizeof shown, ferry_cstr(path)), text);
}

static int32_t keep(const struct reading *r, const char *variable, const char *path,
                    struct ferry_str value, int is_list)
{
    struct arena *arena = &r->all->arena;
    struct config_said *said = arena_new(arena, struct config_said);
    uint32_t line = 0, column = 0;
    json_locate(r->text, path, &line, &column);
    if (!said) {
        return FERRY_E_NO_MEMORY;
    }
    said->variable = arena_str(arena, ferry_cstr(variable)).ptr;
    said->path = arena_str(arena, ferry_cstr(path)).ptr;
    said->value = arena_str(arena, value);
    said->is_list = is_list;
    said->origin = arena_printf(arena, "%s line %u", r->into->file, line).ptr;
    said->at =
        arena_printf(arena, "%s line %u, column %u: %s", r->into->file, line, column, path).ptr;
    said->next = r->into->said;
    r->into->said = said;
    return arena->failed;
}

/* A value, a list of them, or NAME: VALUE pairs; as a list's text, a line each. */
static int32_t put_value(const struct reading *r, const char *path, const struct cJSON *v,
                         struct buf *out)
{
    int32_t rc = FERRY_OK;
    if (!json_is_object(v) && !json_is_array(v)) {
        return config_put_scalar(out, v) ? FERRY_OK : fault(r, path, "is null; leave it out");
    }
    json_each (member, v) {
        buf_puts(out, out->len ? "\n" : "");
        size_t begin = out->len;
        if (json_is_object(v)) {
            buf_put(out, json_name(member));
            buf_putc(out, '=');
        }
        if (!config_put_scalar(out, member)) {
            return fault(r, path, "holds something else than texts and numbers");
        }
        struct ferry_str one = str_sub(buf_str(out), begin, out->len);
        if (one.len > 0 && memchr(one.ptr, '\n', (size_t)one.len)) {
            return fault(r, path, "has a line break inside one of its values; take it out");
        }
        rc = out->failed;
    }
    return rc;
}

static int32_t read_known(const struct reading *r, const char *variable, const char *path,
                          const struct ferry_option *o, const struct cJSON *v)
{
    int plain = !json_is_object(v) && !json_is_array(v);
    struct buf text;
    buf_init(&text, LARGEST);
    buf_puts(&text, "");
    int32_t rc = plain || o->type == FERRY_OPT_LIST
                     ? put_value(r, path, v, &text)
                     : fault(r, path,
                             json_is_array(v) ? "is a list; it takes one value"
                                              : "is an object; it takes a value");
    if (rc == FERRY_OK &&
        ((o->flags & FERRY_OPT_SECRET) || config_names_secret(ferry_cstr(variable)))) {
        secrets_add(buf_str(&text));
    }
    rc = rc ? rc : keep(r, variable, path, text.ptr ? buf_str(&text) : FERRY_LIT(""), !plain);
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap);
    }
    buf_finish(&text);
    return rc;
}

static int32_t read_object(struct reading *r, const struct cJSON *object, const char *prefix,
                           unsigned depth);

static int32_t read_member(struct reading *r, const struct cJSON *v, const char *path,
                           unsigned depth)
{
    char variable[2 * PATH_LONGEST + 40];
    name_variable(r->plugin->id, path, variable);
    const struct ferry_option *o = option_of(r->plugin, variable, 0);
    if (o) {
        return read_known(r, variable, path, o, v);
    }
    if (option_of(r->plugin, variable, 1)) {
        return json_is_object(v) ? read_object(r, v, path, depth + 1)
                                 : fault(r, path, "is no object; it holds further keys in {}");
    }
    if (json_str(v).ptr && config_names_secret(ferry_cstr(variable))) {
        secrets_add(json_str(v));
    }
    if (strcmp(path, "$schema") != 0) {
        buf_printf(&r->others, "%s%s", r->others.len ? ", " : "", path);
    }
    return FERRY_OK;
}

static int32_t read_object(struct reading *r, const struct cJSON *object, const char *prefix,
                           unsigned depth)
{
    char path[PATH_LONGEST];
    int32_t rc = FERRY_OK;
    if (depth > DEEPEST) {
        return fault(r, prefix, "lies too deep");
    }
    json_each (member, object) {
        struct ferry_str name = json_name(member);
        int n = snprintf(path, sizeof path, "%s%s%.*s", prefix, *prefix ? "." : "", STR_ARG(name));
        if (name.len == 0 || n < 0 || n >= PATH_LONGEST) {
            return fault(r, prefix, "holds a key that is empty or too long; check its spelling");
        }
        if (config_is_repeated(object, member)) {
            return fault(r, path, "is there twice; leave one");
        }
        rc = rc ? rc : read_member(r, member, path, depth);
    }
    return rc;
}

static int32_t read_text(struct reading *r)
{
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = json_parse(&doc, r->text, JSON_COMMENTS, NULL, &why);
    if (rc) {
        config_hide_word(why.message);
        rc = ferry_fail(r->err, rc == FERRY_E_NO_MEMORY ? rc : FERRY_E_CONFIG, r->into->file,
                        "%s %s", r->into->file, why.message);
    } else if (!json_is_object(doc.root)) {
        rc = ferry_fail(r->err, FERRY_E_CONFIG, r->into->file,
                        "%s line 1, column 1: the file holds no object but a %s; it begins with { "
                        "and ends with }",
                        r->into->file, json_type(doc.root));
    } else {
        rc = read_object(r, doc.root, "", 0);
    }
    json_finish(&doc);
    return rc;
}

/* --- finding ---------------------------------------------------------------------------------- */

/* The first of the names that is there, opened; -1: none. */
static int open_first(const struct config *c, struct ferry_str names, struct arena *arena,
                      const char **name)
{
    struct ferry_str one;
    while (str_split(&names, '\n', &one)) {
        struct ferry_str path = arena_printf(arena, "%s/%.*s", c->work, STR_ARG(one));
        int fd = str_empty(one) || !path.ptr || memchr(one.ptr, '/', (size_t)one.len)
                     ? -1
                     : open(path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd >= 0) {
            *name = arena_str(arena, one).ptr;
            return fd;
        }
    }
    return -1;
}

static int32_t read_fd(struct reading *r, int fd)
{
    struct buf text;
    buf_init(&text, LARGEST);
    buf_init(&r->others, 64 * 1024);
    int32_t rc = file_read_fd(fd, r->into->file, &text, r->err);
    if (rc == FERRY_E_IO || rc == FERRY_E_TOO_LARGE) {
        rc = rc == FERRY_E_IO ? file_status(errno, FERRY_E_CONFIG) : FERRY_E_CONFIG;
        r->err->status = rc;
    }
    if (rc == FERRY_OK) {
        r->text = buf_str(&text);
        rc = read_text(r);
    }
    if (rc == FERRY_OK && r->others.len > 0) {
        r->into->others = arena_str(&r->all->arena, utf8_cut(buf_str(&r->others), MOST_NAMED)).ptr;
    }
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap);
    }
    buf_finish(&text);
    buf_finish(&r->others);
    return rc ? rc : r->all->arena.failed;
}

int config_has_reporter(const struct config *c, const char *id)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.config.json", c->work, id);
    if (access(path, F_OK) == 0) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/.%src", c->work, id);
    return access(path, F_OK) == 0;
}

int32_t config_reporter(const struct config *c, const struct ferry_plugin *plugin,
                        struct ferry_str names, const struct config_reporter **out,
                        struct ferry_error *err)
{
    const struct ferry_option *o = option_find(plugin->options, FERRY_LIT("reporter_config"));
    struct config_reporters *all = c->reporters;
    struct config_reporter *r;
    struct ferry_error why = {.size = sizeof why};
    *out = NULL;
    names = names.ptr || !o ? names : ferry_cstr(o->def);
    if (!o || str_empty(names)) {
        return FERRY_OK;
    }
    for (r = all->first; r; r = r->next) {
        if (strcmp(r->id, plugin->id) == 0 && ferry_eq(r->names, names)) {
            *out = r->file ? r : NULL;
            return FERRY_OK;
        }
    }
    r = arena_new(&all->arena, struct config_reporter);
    if (!r) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
    }
    *r = (struct config_reporter){.id = plugin->id, .names = arena_str(&all->arena, names)};
    struct reading reading = {.all = all, .into = r, .plugin = plugin, .err = &why};
    int fd = open_first(c, names, &all->arena, &r->file);
    int32_t rc = fd < 0 ? all->arena.failed : read_fd(&reading, fd);
    if (fd >= 0) {
        close(fd);
    }
    if (rc) {
        return ferry_fail(err, rc, why.where, "%s",
                          why.message[0] ? why.message : "configuration: out of memory");
    }
    r->next = all->first;
    all->first = r;
    *out = r->file ? r : NULL;
    return FERRY_OK;
}

const struct config_said *config_reporter_says(const struct config_reporter *r, const char *name)
{
    for (const struct config_said *s = r ? r->said : NULL; s; s = s->next) {
        if (strcmp(s->variable, name) == 0) {
            return s;
        }
    }
    return NULL;
}

/* --- what is not understood -------------------------------------------------------------------- */

/* "QASE_TESTOPS_" of "QASE_TESTOPS_RUN_ID": names that share it are of one family. */
static size_t family_len(const char *name)
{
    const char *first = strchr(name, '_'), *second = first ? strchr(first + 1, '_') : NULL;
    return second ? (size_t)(second + 1 - name) : 0;
}

static int is_of_a_family(const struct ferry_plugin *plugin, const char *name)
{
    size_t n = family_len(name);
    for (const struct ferry_option *const *o = plugin->options; n && o && *o; o++) {
        const char *const *variables = option_variables(*o);
        for (size_t i = 0; variables && variables[i]; i++) {
            if (family_len(variables[i]) == n && strncmp(variables[i], name, n) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

static void tell_variables(const struct config *c, const struct ferry_plugin *plugin)
{
    struct buf list;
    buf_init(&list, 64 * 1024);
    for (char **v = environ; v && *v; v++) {
        char name[128];
        size_t n = strcspn(*v, "=");
        if (n >= sizeof name || (*v)[n] != '=' || !(*v)[n + 1]) {
            continue;
        }
        memcpy(name, *v, n);
        name[n] = '\0';
        if (is_of_a_family(plugin, name) && !option_of(plugin, name, 0)) {
            buf_printf(&list, "%s%s", list.len ? ", " : "", name);
        }
    }
    if (list.len > 0) {
        log_warn("%s: ferry does not use %.*s", plugin->name,
                 STR_ARG(utf8_cut(buf_str(&list), MOST_NAMED)));
    }
    c->reporters->told_variables = 1;
    buf_finish(&list);
}

void config_reporter_tell(const struct config *c, const struct ferry_plugin *plugin)
{
    if (!option_find(plugin->options, FERRY_LIT("reporter_config"))) {
        return;
    }
    if (!c->reporters->told_variables) {
        tell_variables(c, plugin);
    }
    for (struct config_reporter *r = c->reporters->first; r; r = r->next) {
        if (r->file && r->others && !r->told) {
            log_warn("%s: ferry does not use %s", r->file, r->others);
            r->told = 1;
        }
    }
}

void config_reporter_warn_literal(const struct config *c, const struct config_said *said)
{
    for (struct config_reporter *r = c->reporters->first; r; r = r->next) {
        for (const struct config_said *s = r->said; s; s = s->next) {
            if (s == said && !r->told_literal) {
                log_warn("%s: %s holds the secret itself, so all who can read the repository have "
                         "it; set %s instead, and have a new one issued",
                         s->origin, s->path, s->variable);
                r->told_literal = 1;
            }
        }
    }
}
