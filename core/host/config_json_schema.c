/* SPDX-License-Identifier: MIT */
/*
 * config_json_schema.c - a JSON Schema of the configuration, from the same table that reads it, so
 * that an editor completes keys and marks slips. `ferry config schema` prints it. It must never
 * refuse what ferry takes.
 */
#include "config_private.h"

#include <json.h>
#include <text.h>

/* A text with a variable in it can come to be anything. */
#define REFERENCE "\\$\\{"

enum { LARGEST_PATTERN = 16 * 1024 };

static void open_at(struct json_out *j, const char *key, char bracket)
{
    json_key(j, key);
    json_open(j, bracket);
}

static void put_strings(struct json_out *j, const char *key, const char *const *values)
{
    open_at(j, key, '[');
    for (; values && *values; values++) {
        json_put(j, ferry_cstr(*values));
    }
    json_close(j, ']');
}

static void put_any_text(struct json_out *j)
{
    static const char *const types[] = {"string", "number", "boolean", NULL};
    put_strings(j, "type", types);
}

/* A path that a repository may name lies inside it. */
static void put_path_pattern(struct json_out *j)
{
    json_member(j, "pattern", FERRY_LIT("^(?![/~])(?!(?:.*/)?\\.\\.(?:/|$)).|" REFERENCE));
}

/* {"type": "string", "pattern": ...} for what a text may be. */
static void put_text(struct json_out *j, const struct ferry_option *o)
{
    struct buf pattern;
    buf_init(&pattern, LARGEST_PATTERN);
    json_open(j, '{');
    json_member(j, "type", FERRY_LIT("string"));
    if (option_pattern(o, &pattern)) {
        buf_puts(&pattern, "|" REFERENCE);
        json_member(j, "pattern", buf_str(&pattern));
    }
    json_close(j, '}');
    j->buf->failed = j->buf->failed ? j->buf->failed : pattern.failed;
    buf_finish(&pattern);
}

static void put_integer(struct json_out *j, int64_t min, int64_t max)
{
    json_open(j, '{');
    json_member(j, "type", FERRY_LIT("integer"));
    if (min != INT64_MIN) {
        json_member_int(j, "minimum", min);
    }
    if (max != INT64_MAX) {
        json_member_int(j, "maximum", max);
    }
    json_close(j, '}');
}

/* Where a value stands: anywhere, as a path inside the repository, or among the options of a tracker. */
enum place { PLACE_KEY, PLACE_INSIDE, PLACE_OPTION };

/* {"NAME": "value"} for a list of NAME=VALUE; that a list has such entries is known to its plugin alone. */
static void put_pairs(struct json_out *j)
{
    json_open(j, '{');
    json_member(j, "type", FERRY_LIT("object"));
    open_at(j, "additionalProperties", '{');
    put_any_text(j);
    json_member(j, "pattern", FERRY_LIT("^[^\\n]*$"));
    json_close(j, '}');
    json_close(j, '}');
}

static void put_list(struct json_out *j, enum place place)
{
    int inside = place == PLACE_INSIDE;
    json_open(j, '{');
    put_any_text(j);
    if (inside) {
        put_path_pattern(j);
    }
    json_close(j, '}');
    json_open(j, '{');
    json_member(j, "type", FERRY_LIT("array"));
    open_at(j, "items", '{');
    put_any_text(j);
    if (inside) {
        put_path_pattern(j);
    } else {
        json_member(j, "pattern", FERRY_LIT("^[^\\n]*$"));
    }
    json_close(j, '}');
    json_close(j, '}');
}

/* The forms that a value may have, of which a file gives one. */
static void put_forms(struct json_out *j, const struct ferry_option *o, int64_t min, int64_t max,
                      enum place place)
{
    int inside = place == PLACE_INSIDE;
    int ranged = min != 0 || max != 0;
    open_at(j, "anyOf", '[');
    switch (o->type) {
    case FERRY_OPT_INT:
        put_integer(j, ranged ? min : INT64_MIN, ranged ? max : INT64_MAX);
        break;
    case FERRY_OPT_SIZE:
        put_integer(j, ranged ? min : 0, ranged ? max : INT64_MAX);
        break;
    case FERRY_OPT_BOOL:
        json_put_raw(j, FERRY_LIT("{\"type\": \"boolean\"}"));
        json_put_raw(j, FERRY_LIT("{\"enum\": [0, 1]}"));
        break;
    case FERRY_OPT_DURATION:
        json_put_raw(j, FERRY_LIT("{\"const\": 0}"));
        break;
    case FERRY_OPT_CHOICE:
        json_open(j, '{');
        put_strings(j, "enum", o->choices);
        json_close(j, '}');
        break;
    default:
        break;
    }
    if (o->type == FERRY_OPT_LIST) {
        put_list(j, place);
        if (place == PLACE_OPTION) {
            put_pairs(j);
        }
    } else if (o->type == FERRY_OPT_STR) {
        json_open(j, '{');
        put_any_text(j);
        if (inside) {
            put_path_pattern(j);
        }
        json_close(j, '}');
    } else {
        put_text(j, o);
    }
    json_close(j, ']');
}

void config_default_json(struct json_out *j, const struct ferry_option *o)
{
    struct ferry_str rest = ferry_cstr(o->def), piece;
    struct buf text;
    if (o->type == FERRY_OPT_INT) {
        json_put_raw(j, rest);
    } else if (o->type == FERRY_OPT_BOOL) {
        json_put_bool(j, str_is(rest, "true"));
    } else if (o->type == FERRY_OPT_LIST) {
        json_open(j, '[');
        while (str_split(&rest, '\n', &piece)) {
            json_put(j, piece);
        }
        json_close(j, ']');
    } else {
        buf_init(&text, LARGEST_PATTERN);
        option_default(o, &text);
        json_put(j, buf_str(&text));
        buf_finish(&text);
    }
}

/* One value: what it is for, what it is without, and its forms. */
static void put_value(struct json_out *j, const struct ferry_option *o, int64_t min, int64_t max,
                      enum place place)
{
    const char *const *variables = option_variables(o);
    struct buf text;
    buf_init(&text, LARGEST_PATTERN);
    buf_puts(&text, o->help ? o->help : "");
    if (o->flags & FERRY_OPT_SECRET) {
        buf_printf(&text, "; a secret: write \"${%s}\", never the secret itself",
                   variables && variables[0] ? variables[0] : "NAME");
    }
    json_open(j, '{');
    json_member(j, "description", buf_str(&text));
    if (o->flags & FERRY_OPT_DEPRECATED) {
        json_key(j, "deprecated");
        json_put_bool(j, 1);
    }
    if (o->def && !(o->flags & FERRY_OPT_SECRET)) {
        json_key(j, "default");
        config_default_json(j, o);
    }
    put_forms(j, o, min, max, place);
    json_close(j, '}');
    buf_finish(&text);
}

/* --- the declared keys ------------------------------------------------------------------------- */

static int is_of(const struct config_key *key, const char *section, size_t n)
{
    const char *name = key->option.name;
    return n == 0 ? !strchr(name, '.') : strncmp(name, section, n) == 0 && name[n] == '.';
}

/* The members of a section ("": of the file). */
static void put_keys(struct json_out *j, const char *section, size_t n, unsigned flags)
{
    for (size_t i = 0; config_keys[i]; i++) {
        const struct config_key *key = config_keys[i];
        const char *name = key->option.name;
        if (!is_of(key, section, n) ||
            ((key->flags & KEY_USER_ONLY) && !(flags & CONFIG_SCHEMA_USER))) {
            continue;
        }
        json_key(j, n ? name + n + 1 : name);
        put_value(j, &key->option, key->min, key->max,
                  (key->flags & KEY_PATH) && !(flags & CONFIG_SCHEMA_USER) ? PLACE_INSIDE
                                                                           : PLACE_KEY);
    }
}

static int has_keys(const char *section, size_t n, unsigned flags)
{
    for (size_t i = 0; config_keys[i]; i++) {
        if (is_of(config_keys[i], section, n) &&
            (!(config_keys[i]->flags & KEY_USER_ONLY) || (flags & CONFIG_SCHEMA_USER))) {
            return 1;
        }
    }
    return 0;
}

static void put_sections(struct json_out *j, unsigned flags)
{
    const char *before = "";
    size_t n_before = 0;
    for (size_t i = 0; config_keys[i]; i++) {
        const char *name = config_keys[i]->option.name;
        size_t n = strcspn(name, ".");
        if (!name[n] || (n == n_before && strncmp(name, before, n) == 0) ||
            !has_keys(name, n, flags)) {
            continue;
        }
        before = name;
        n_before = n;
        json_key_str(j, (struct ferry_str){name, n});
        json_open(j, '{');
        json_member(j, "type", FERRY_LIT("object"));
        json_key(j, "properties");
        json_open(j, '{');
        put_keys(j, name, n, flags);
        json_close(j, '}');
        json_key(j, "additionalProperties");
        json_put_bool(j, 0);
        json_close(j, '}');
    }
}

/* --- trackers ------------------------------------------------------------------------------------ */

/* "key_field" as well as "key-field": ferry takes both. */
static void put_name_pattern(struct json_out *j, const char *name, const char *tail)
{
    struct buf pattern;
    buf_init(&pattern, 1024);
    buf_putc(&pattern, '^');
    for (const char *c = name; *c; c++) {
        buf_puts(&pattern, *c == '_' || *c == '-' ? "[_-]" : (char[]){*c, '\0'});
    }
    buf_printf(&pattern, "%s$", tail);
    json_key_str(j, buf_str(&pattern));
    buf_finish(&pattern);
}

/* What a tracker of this plugin may hold. */
static void put_options(struct json_out *j, const struct ferry_plugin *plugin)
{
    open_at(j, "properties", '{');
    json_key(j, "plugin");
    json_put_bool(j, 1);
    json_key(j, "project");
    json_put_bool(j, 1);
    json_key(j, "account");
    json_put_bool(j, 1);
    for (const struct ferry_option *const *o = plugin->options; o && *o; o++) {
        if (strcmp((*o)->name, "plugin") != 0 && strcmp((*o)->name, "project") != 0) {
            json_key(j, (*o)->name);
            put_value(j, *o, 0, 0, PLACE_OPTION);
        }
    }
    json_close(j, '}');
    open_at(j, "patternProperties", '{');
    for (const struct ferry_option *const *o = plugin->options; o && *o; o++) {
        if (strchr((*o)->name, '_')) {
            put_name_pattern(j, (*o)->name, "");
            put_value(j, *o, 0, 0, PLACE_OPTION);
        }
        if ((*o)->flags & FERRY_OPT_SECRET) {
            put_name_pattern(j, (*o)->name, "[_-]file");
            json_open(j, '{');
            json_member(j, "description", FERRY_LIT("a file with the secret, chmod 600"));
            put_any_text(j);
            json_close(j, '}');
        }
    }
    json_close(j, '}');
    json_key(j, "additionalProperties");
    json_put_bool(j, 0);
}

/* The tracker plugin of an entry, or NULL. */
static const struct ferry_plugin *tracker_of(struct plugins *p, uint32_t i)
{
    struct plugin_entry *e = plugins_at(p, i);
    if (e->status || (!e->plugin && plugins_load(p, e))) {
        return NULL;
    }
    return e->plugin->query && e->plugin->query(FERRY_TRACKER_1) ? e->plugin : NULL;
}

/* "plugin": one of those that there are. */
static void put_plugin_names(struct json_out *j, struct plugins *p)
{
    open_at(j, "plugin", '{');
    json_member(j, "description", FERRY_LIT("who speaks to it; `ferry plugins` lists them"));
    open_at(j, "anyOf", '[');
    json_open(j, '{');
    open_at(j, "enum", '[');
    for (uint32_t i = 0; i < plugins_count(p); i++) {
        const struct ferry_plugin *plugin = tracker_of(p, i);
        if (plugin) {
            json_put(j, ferry_cstr(plugin->id));
        }
    }
    json_close(j, ']');
    json_close(j, '}');
    json_open(j, '{');
    json_member(j, "type", FERRY_LIT("string"));
    json_member(j, "pattern", FERRY_LIT(REFERENCE));
    json_close(j, '}');
    json_close(j, ']');
    json_close(j, '}');
}

/* {"if": it is of this plugin, "then": it has these options and no others}. */
static void put_choice(struct json_out *j, const struct ferry_plugin *plugin)
{
    json_open(j, '{');
    open_at(j, "if", '{');
    open_at(j, "properties", '{');
    open_at(j, "plugin", '{');
    json_member(j, "const", ferry_cstr(plugin->id));
    json_close(j, '}');
    json_close(j, '}');
    put_strings(j, "required", (const char *const[]){"plugin", NULL});
    json_close(j, '}');
    open_at(j, "then", '{');
    put_options(j, plugin);
    json_close(j, '}');
    json_close(j, '}');
}

static void put_trackers(struct json_out *j, struct plugins *p)
{
    open_at(j, "trackers", '{');
    json_member(j, "description", FERRY_LIT("where results go, by names of your own"));
    json_member(j, "type", FERRY_LIT("object"));
    open_at(j, "propertyNames", '{');
    json_member(j, "pattern", FERRY_LIT("^[A-Za-z0-9_-]{1,64}$"));
    json_close(j, '}');
    open_at(j, "additionalProperties", '{');
    json_member(j, "type", FERRY_LIT("object"));
    put_strings(j, "required", (const char *const[]){"plugin", "project", NULL});
    open_at(j, "properties", '{');
    put_plugin_names(j, p);
    open_at(j, "account", '{');
    json_member(j, "description",
                FERRY_LIT("a name for one of several accounts at the same place"));
    put_any_text(j);
    json_close(j, '}');
    open_at(j, "project", '{');
    json_member(j, "description", FERRY_LIT("the project's code or number there"));
    put_any_text(j);
    json_member(j, "pattern", FERRY_LIT("^[^\\x00-\\x20/\\\\?#%\\x7f]+$|" REFERENCE));
    json_close(j, '}');
    json_close(j, '}');
    open_at(j, "allOf", '[');
    for (uint32_t i = 0; i < plugins_count(p); i++) {
        const struct ferry_plugin *plugin = tracker_of(p, i);
        if (plugin) {
            put_choice(j, plugin);
        }
    }
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, '}');
}

int32_t config_json_schema(struct plugins *p, unsigned flags, struct buf *out)
{
    struct json_out j = json_to(out);
    j.pretty = 1;
    json_open(&j, '{');
    json_member(&j, "$schema", FERRY_LIT("https://json-schema.org/draft/2020-12/schema"));
    json_member(&j, "title",
                flags & CONFIG_SCHEMA_USER ? FERRY_LIT("the user's configuration of ferry")
                                           : FERRY_LIT("ferry.json"));
    json_member(&j, "type", FERRY_LIT("object"));
    open_at(&j, "properties", '{');
    open_at(&j, "$schema", '{');
    json_member(&j, "type", FERRY_LIT("string"));
    json_close(&j, '}');
    put_keys(&j, "", 0, flags);
    put_sections(&j, flags);
    put_trackers(&j, p);
    json_close(&j, '}');
    json_key(&j, "additionalProperties");
    json_put_bool(&j, 0);
    json_close(&j, '}');
    buf_putc(out, '\n');
    return out->failed;
}
