/* SPDX-License-Identifier: MIT */
/*
 * plugin_check.c - is it what it says it is? First what it exports, read from the file; then, when
 * it is loaded, the struct itself. Called by plugin_load.c only. The first half must never run code
 * of the plugin; the second calls nothing of it but query().
 */
#include "plugin_check.h"

#include "abi_sizes.h"
#include "plugin_elf.h"

#include <text.h>

static const char symbol_name[] = "ferry_plugin";

enum {
    MAX_STRUCT = 65536,
    MAX_OPTIONS = 200,
    MAX_TEXT = 512,
    MAX_VARIABLE = 100,
    MAX_VARIABLES = 16,
    KNOWN_FLAGS = FERRY_OPT_REQUIRED | FERRY_OPT_SECRET | FERRY_OPT_DEPRECATED | FERRY_OPT_PLACE |
                  FERRY_OPT_FILE
};

/* What the walk over the exported symbols has found. */
struct exports {
    const char *path;
    Elf64_Sym symbol;
    unsigned found, others;
    char extra[300]; /* names of the first others, ", " between */
};

static int32_t export_seen(void *data, const char *name, const Elf64_Sym *s,
                           struct ferry_error *err)
{
    struct exports *x = data;
    char shown[64];
    size_t n = strlen(x->extra);
    (void)err;
    if (strcmp(name, symbol_name) == 0) {
        x->symbol = *s;
        x->found++;
        return FERRY_OK;
    }
    if (x->others++ < 3) {
        text_show_to(shown, sizeof shown, ferry_cstr(name));
        snprintf(x->extra + n, sizeof x->extra - n, "%s%s", n ? ", " : "", shown);
    }
    return FERRY_OK;
}

static int32_t export_names(const struct exports *x, struct ferry_error *err)
{
    if (x->found == 0) {
        return plugin_fail(err, FERRY_E_BUG, x->path,
                           "does not export %s%s%s; define it with FERRY_PLUGIN_DEFINE, without "
                           "FERRY_STATIC",
                           symbol_name, x->others ? ", but " : "", x->extra);
    }
    if (x->others) {
        return plugin_fail(err, FERRY_E_BUG, x->path,
                           "exports more than %s: %s%s; link it with "
                           "-Wl,--version-script=ferry-plugin.map, as ferry_add_plugin() does",
                           symbol_name, x->extra, x->others > 3 ? ", ..." : "");
    }
    if (x->found > 1) {
        return plugin_fail(err, FERRY_E_BUG, x->path,
                           "exports %s %u times, in several versions; link it with "
                           "-Wl,--version-script=ferry-plugin.map",
                           symbol_name, x->found);
    }
    if (ELF64_ST_TYPE(x->symbol.st_info) != STT_OBJECT) {
        return plugin_fail(err, FERRY_E_BUG, x->path,
                           "%s is not a variable; define it with FERRY_PLUGIN_DEFINE", symbol_name);
    }
    return FERRY_OK;
}

/* The fields that need no relocation can be judged in the file. `room`: bytes of the symbol. */
static int32_t numbers_check(uint32_t size, uint32_t major, uint32_t level, uint64_t room,
                             const struct ferry_note_desc *note, const char *path,
                             struct ferry_error *err)
{
    if (size < FIRST_PLUGIN || size > MAX_STRUCT) {
        return plugin_fail(
            err, FERRY_E_BUG, path,
            "its struct says size %u, at least %d and at most %d are possible; write "
            ".size = sizeof(struct ferry_plugin)",
            size, (int)FIRST_PLUGIN, (int)MAX_STRUCT);
    }
    if (size > room) {
        return plugin_fail(
            err, FERRY_E_BUG, path,
            "its struct says size %u and has %llu bytes; write .size = sizeof(struct "
            "ferry_plugin)",
            size, (unsigned long long)room);
    }
    if (major != note->major) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "its note says ABI major %u, its struct %u; write .abi_major = "
                           "FERRY_ABI_MAJOR",
                           note->major, major);
    }
    if (level != note->level) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "its note says ABI level %u, its struct %u; write .level = "
                           "FERRY_ABI_LEVEL",
                           note->level, level);
    }
    return FERRY_OK;
}

int32_t plugin_exports_check(int fd, const char *path, const struct ferry_note_desc *note,
                             struct ferry_error *err)
{
    struct plugin_elf e;
    struct exports x = {.path = path};
    uint32_t head[4]; /* size, abi_major, level, reserved */
    int32_t rc = plugin_elf_open(&e, fd, path, err);
    if (!rc) {
        rc = plugin_elf_exports(&e, export_seen, &x, err);
    }
    if (!rc) {
        rc = export_names(&x, err);
    }
    if (!rc) {
        rc = plugin_elf_at(&e, x.symbol.st_value, head, sizeof head, err);
    }
    if (!rc) {
        rc = numbers_check(head[0], head[1], head[2], x.symbol.st_size, note, path, err);
    }
    return rc;
}

int plugin_word(const char *s, char extra, size_t max)
{
    size_t i;
    for (i = 0; s[i]; i++) {
        int letter = s[i] >= 'a' && s[i] <= 'z';
        int later = i > 0 && ((s[i] >= '0' && s[i] <= '9') || s[i] == extra);
        if (i >= max || !(letter || later)) {
            return 0;
        }
    }
    return i > 0;
}

/* Non-empty UTF-8 of at most MAX_TEXT bytes. */
static int32_t text_check(const char *text, const char *field, const char *path,
                          struct ferry_error *err)
{
    struct ferry_str s = {text, text ? strnlen(text, MAX_TEXT + 1) : 0};
    if (!text || s.len == 0) {
        return plugin_fail(err, FERRY_E_BUG, path, "its struct has no .%s; fill it in", field);
    }
    if (s.len > MAX_TEXT || utf8_valid(s) != s.len) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "its .%s is not UTF-8 text of at most %d bytes; mend it", field,
                           (int)MAX_TEXT);
    }
    return FERRY_OK;
}

static size_t digits(const char *s)
{
    return strspn(s, "0123456789");
}

/* major.minor.patch, then "-..." or "+..." of the characters that semantic versions allow */
static int is_version(const char *s)
{
    for (int i = 0; i < 3; i++) {
        size_t n = digits(s);
        if (n == 0 || n > 9 || (n > 1 && s[0] == '0') || (i < 2 && s[n] != '.')) {
            return 0;
        }
        s += n + (i < 2);
    }
    if (*s != '\0' && *s != '-' && *s != '+') {
        return 0;
    }
    for (; *s; s++) {
        char c = *s;
        if (!(c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9') ||
              (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            return 0;
        }
    }
    return 1;
}

static int32_t fail_option(struct ferry_error *err, const char *path, const char *of,
                           const char *name, const char *what)
{
    char shown[64];
    text_show_to(shown, sizeof shown, ferry_cstr(name));
    return plugin_fail(err, FERRY_E_BUG, path, "option \"%s\" of %s: %s", shown, of, what);
}

static int default_fits(const struct ferry_option *o)
{
    struct ferry_str def = ferry_cstr(o->def);
    int64_t number;
    switch (o->type) {
    case FERRY_OPT_INT:
        return str_int64(def, &number);
    case FERRY_OPT_DURATION:
    case FERRY_OPT_SIZE:
        return str_int64(def, &number) && number >= 0;
    case FERRY_OPT_BOOL:
        return str_is(def, "true") || str_is(def, "false");
    case FERRY_OPT_URL:
        return (str_starts(def, "http://") || str_starts(def, "https://")) &&
               def.ptr[def.len - 1] != '/';
    case FERRY_OPT_CHOICE:
        for (uint32_t i = 0; o->choices[i]; i++) {
            if (str_is(def, o->choices[i])) {
                return 1;
            }
        }
        return 0;
    default:
        return 1;
    }
}

static int32_t option_check(const struct ferry_option *o, const char *of, const char *path,
                            struct ferry_error *err)
{
    if (o->size < FIRST_OPTION || o->size > MAX_STRUCT) {
        return plugin_fail(err, FERRY_E_BUG, path,
                           "an option of %s says size %u, at least %d are needed; write .size = "
                           "sizeof(struct ferry_option)",
                           of, o->size, (int)FIRST_OPTION);
    }
    if (!o->name || !plugin_word(o->name, '_', 63)) {
        return fail_option(err, path, of, o->name ? o->name : "",
                           "the name is not [a-z][a-z0-9_]*; change it");
    }
    if (o->type < FERRY_OPT_STR || o->type > FERRY_OPT_SIZE) {
        return fail_option(err, path, of, o->name, "an unknown type; use one of FERRY_OPT_*");
    }
    if (o->flags & ~(uint32_t)KNOWN_FLAGS) {
        return fail_option(err, path, of, o->name, "an unknown flag; use those of its level");
    }
    if (o->flags & FERRY_OPT_FILE && o->type != FERRY_OPT_STR) {
        return fail_option(err, path, of, o->name, "a file is named by text; use FERRY_OPT_STR");
    }
    if (!o->help || !*o->help) {
        return fail_option(err, path, of, o->name, "no .help; say in one line what it is for");
    }
    if ((o->flags & FERRY_OPT_SECRET) && o->def) {
        return fail_option(err, path, of, o->name, "a secret with a default; take .def away");
    }
    if (o->type == FERRY_OPT_CHOICE && (!o->choices || !o->choices[0])) {
        return fail_option(err, path, of, o->name, "a choice without choices; fill in .choices");
    }
    if (o->def && !default_fits(o)) {
        return fail_option(err, path, of, o->name,
                           "the default is not of its type; see FERRY_OPT_* in plugin.h");
    }
    return FERRY_OK;
}

int32_t plugin_options_check(const struct ferry_option *const *options, const char *of,
                             const char *path, struct ferry_error *err)
{
    for (uint32_t i = 0; options && options[i]; i++) {
        int32_t rc;
        if (i >= MAX_OPTIONS) {
            return plugin_fail(err, FERRY_E_BUG, path,
                               "more than %d options of %s; end the row with NULL",
                               (int)MAX_OPTIONS, of);
        }
        rc = option_check(options[i], of, path, err);
        if (rc) {
            return rc;
        }
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(options[k]->name, options[i]->name) == 0) {
                return fail_option(err, path, of, options[i]->name, "declared twice; drop one");
            }
        }
    }
    return FERRY_OK;
}

/* "QASE_API_TOKEN" for the plugin "qase": a plugin has no business with other programs' variables.
 */
static int is_own_variable(const char *name, const char *id)
{
    size_t i, n = strlen(id);
    for (i = 0; i < n; i++) {
        char want = id[i] == '-' ? '_' : id[i];
        want = want >= 'a' && want <= 'z' ? (char)(want - 'a' + 'A') : want;
        if (name[i] != want) {
            return 0;
        }
    }
    if (name[n] != '_' || !name[n + 1]) {
        return 0;
    }
    n += strspn(name + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return n <= MAX_VARIABLE && name[n] == '\0';
}

static int32_t variables_check(const struct ferry_plugin *p, const char *path,
                               struct ferry_error *err)
{
    for (uint32_t i = 0; p->options && p->options[i]; i++) {
        const char *const *names = p->options[i]->variables;
        for (uint32_t k = 0; names && names[k]; k++) {
            if (k >= MAX_VARIABLES || !is_own_variable(names[k], p->id)) {
                return fail_option(err, path, "the plugin", p->options[i]->name,
                                   "a variable that does not begin with the plugin's id in upper "
                                   "case and '_'; rename it, end .variables with NULL");
            }
        }
    }
    return FERRY_OK;
}

static int32_t strings_check(const struct ferry_plugin *p, const struct ferry_note_desc *note,
                             const char *path, struct ferry_error *err)
{
    const struct {
        const char *text, *field;
    } texts[] = {
        {p->id, "id"}, {p->name, "name"}, {p->version, "version"}, {p->license, "license"}};
    char shown[64];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int32_t rc = text_check(texts[i].text, texts[i].field, path, err);
        if (rc) {
            return rc;
        }
    }
    if (strcmp(p->id, note->id) != 0) {
        text_show_to(shown, sizeof shown, ferry_cstr(p->id));
        return plugin_fail(err, FERRY_E_BUG, path,
                           "its note says id \"%s\", its struct \"%s\"; write the same in both",
                           note->id, shown);
    }
    if (!is_version(p->version)) {
        text_show_to(shown, sizeof shown, ferry_cstr(p->version));
        return plugin_fail(err, FERRY_E_BUG, path,
                           "version \"%s\" is not a semantic version; write one such as 1.0.0",
                           shown);
    }
    return FERRY_OK;
}

int32_t plugin_struct_check(const struct ferry_plugin *plugin, const struct ferry_note_desc *note,
                            const char *path, struct ferry_error *err)
{
    /* Seen in the file already; a constructor or a relocation may have changed them since. */
    int32_t rc = numbers_check(plugin->size, plugin->abi_major, plugin->level, plugin->size, note,
                               path, err);
    if (!rc) {
        rc = strings_check(plugin, note, path, err);
    }
    if (!rc && !plugin->query) {
        rc = plugin_fail(err, FERRY_E_BUG, path,
                         "its struct has no .query; without it it offers nothing");
    }
    if (!rc) {
        rc = plugin_options_check(plugin->options, "the plugin", path, err);
    }
    if (!rc) {
        rc = variables_check(plugin, path, err);
    }
    return rc ? rc : plugin_tables_check(plugin, path, err);
}
