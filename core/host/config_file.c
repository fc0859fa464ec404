/* SPDX-License-Identifier: MIT */
/*
 * config_file.c - finds and reads ferry.json and the user's config, and turns them into entries.
 * A fault is told with file, line and column. What a file says is data: its values are shown
 * only where their key is a declared one, since any other may hold a secret.
 */
#include "config_private.h"

#include <errno.h>
#include <file.h>
#include <json.h>
#include <log.h>
#include <secrets.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>

enum { LARGEST = 256 * 1024, MOST_ENTRIES = 2000, PATH_LONGEST = 160, LONGEST_WORD = 5 };

/* One file being read. */
struct source {
    struct config *c;
    const char *name; /* for messages: "ferry.json" */
    struct ferry_str text;
    enum config_layer layer;
    struct ferry_error *err;
};

int config_is_tracker_name(struct ferry_str name)
{
    for (uint64_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-')) {
            return 0;
        }
    }
    return name.len > 0 && name.len <= 64;
}

struct config_entry *config_add(struct config *c, const char *path, struct ferry_str raw,
                                enum config_layer layer, const char *at, const char *origin)
{
    struct config_entry *e = arena_new(&c->arena, struct config_entry);
    if (!e) {
        return NULL;
    }
    e->path = arena_str(&c->arena, ferry_cstr(path)).ptr;
    e->raw = arena_str(&c->arena, raw);
    e->layer = layer;
    e->at = arena_str(&c->arena, ferry_cstr(at)).ptr;
    e->origin = arena_str(&c->arena, ferry_cstr(origin)).ptr;
    if (c->arena.failed) {
        return NULL;
    }
    *c->last = e;
    c->last = &e->next;
    c->n_entries++;
    return e;
}

const struct config_entry *config_find(const struct config *c, const char *path)
{
    const struct config_entry *best = NULL;
    for (const struct config_entry *e = c->entries; e; e = e->next) {
        if (strcmp(e->path, path) == 0 && (!best || e->layer > best->layer)) {
            best = e;
        }
    }
    return best;
}

/* --- from JSON to entries --------------------------------------------------------- */

static int32_t fault(const struct source *s, const char *path, const char *text, const char *more)
{
    uint32_t line = 0, column = 0;
    char shown[PATH_LONGEST];
    json_locate(s->text, path, &line, &column);
    return ferry_fail(s->err, FERRY_E_CONFIG, path, "%s line %u, column %u: \"%s\" %s%s", s->name,
                      line, column, text_show_to(shown, sizeof shown, ferry_cstr(path)), text,
                      more);
}

int config_put_scalar(struct buf *out, const struct cJSON *v)
{
    char digits[24];
    double real;
    int yes = json_bool(v, -1);
    struct ferry_str s = json_str(v);
    if (!s.ptr) {
        s = json_id(v, digits);
    }
    if (s.ptr) {
        buf_put(out, s);
    } else if (yes >= 0) {
        buf_puts(out, yes ? "true" : "false");
    } else if (json_real(v, &real)) {
        buf_printf(out, "%.17g", real);
    } else {
        return 0;
    }
    return 1;
}

static int32_t put_list(const struct source *s, const char *path, const struct cJSON *list,
                        struct buf *out)
{
    size_t n = 0;
    json_each (item, list) {
        struct ferry_str text;
        size_t begin;
        if (n++) {
            buf_putc(out, '\n');
        }
        begin = out->len;
        if (!config_put_scalar(out, item)) {
            return fault(s, path, "holds something else than texts and numbers",
                         "; write [\"one\", \"two\"]");
        }
        text = str_sub(buf_str(out), begin, out->len);
        if (text.len > 0 && memchr(text.ptr, '\n', (size_t)text.len)) {
            return fault(s, path, "has a line break inside one of its values", "; take it out");
        }
    }
    return out->failed;
}

/* {"a": "x", "b": 2} of a tracker, for an option that is a list of NAME=VALUE. */
static int32_t put_pairs(const struct source *s, const char *path, const struct cJSON *object,
                         struct buf *out)
{
    json_each (member, object) {
        struct ferry_str one;
        buf_puts(out, out->len ? "\n" : "");
        size_t begin = out->len;
        buf_put(out, json_name(member));
        buf_putc(out, '=');
        if (config_is_repeated(object, member)) {
            return fault(s, path, "says one name twice", "; leave one");
        }
        if (!config_put_scalar(out, member)) {
            return fault(s, path, "holds something else than texts and numbers",
                         "; write {\"NAME\": \"value\"}");
        }
        one = str_sub(buf_str(out), begin, out->len);
        if (memchr(one.ptr, '\n', (size_t)one.len)) {
            return fault(s, path, "has a line break inside one of its values", "; take it out");
        }
    }
    return out->failed;
}

/* "token" of "trackers.ao.token" */
static const char *path_last(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* One value whose place is known: a declared key (`key`), or one of a tracker's (NULL). */
static int32_t read_value(const struct source *s, const char *path, const struct cJSON *v,
                          const struct config_key *key)
{
    char at[256], origin[224];
    uint32_t line = 0, column = 0;
    struct config_entry *e = NULL;
    struct buf text;
    int32_t rc = FERRY_OK;
    buf_init(&text, LARGEST);
    buf_put(&text, FERRY_LIT(""));
    json_locate(s->text, path, &line, &column);
    snprintf(origin, sizeof origin, "%s line %u", s->name, line);
    snprintf(at, sizeof at, "%s, column %u", origin, column);
    if (json_is_null(v)) {
        rc = fault(s, path, "is null", "; leave it out to have the default");
    } else if (json_is_array(v) && key && key->option.type != FERRY_OPT_LIST) {
        rc = fault(s, path, "is a list", "; it takes one value");
    } else if (json_is_array(v)) {
        rc = put_list(s, path, v, &text);
    } else if (json_is_object(v) && !key && !config_names_secret(ferry_cstr(path_last(path)))) {
        rc = put_pairs(s, path, v, &text);
    } else if (!config_put_scalar(&text, v)) {
        rc = fault(s, path, "is an object", "; it takes a value");
    }
    if (!rc && s->c->n_entries >= MOST_ENTRIES) {
        rc = fault(s, path, "is one key too many", "; a file has at most 2000");
    }
    if (!rc && !key && strchr(path, '.') &&
        config_names_secret(ferry_cstr(strrchr(path, '.') + 1)) &&
        !memmem(buf_cstr(&text), text.len, "${", 2)) {
        secrets_add(buf_str(&text)); /* before its plugin is there to say whether it is one */
    }
    if (!rc) {
        e = config_add(s->c, path, buf_str(&text), s->layer, at, origin);
        rc = e ? FERRY_OK
               : ferry_fail(s->err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", s->name);
    }
    if (!rc) {
        e->is_list = json_is_array(v) || json_is_object(v);
        e->is_empty = e->is_list && json_count(v) == 0;
    }
    if (!rc && key) {
        rc = config_entry_check(s->c, key, e, s->err);
    }
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap);
    }
    buf_finish(&text);
    return rc;
}

int config_is_repeated(const struct cJSON *object, const struct cJSON *member)
{
    json_each (other, object) {
        if (other == member) {
            return 0;
        }
        if (ferry_eq(json_name(other), json_name(member))) {
            return 1;
        }
    }
    return 0;
}

/* "a" + "b" -> "a.b"; 0 where that is no path: too long, or a name that locate could not find. */
static int child_path(char out[PATH_LONGEST], const char *path, const struct cJSON *member)
{
    struct ferry_str name = json_name(member);
    int n = snprintf(out, PATH_LONGEST, "%s%s%.*s", path, *path ? "." : "", STR_ARG(name));
    return n > 0 && n < PATH_LONGEST && name.len > 0;
}

static int32_t read_trackers(const struct source *s, const struct cJSON *object)
{
    char path[PATH_LONGEST], key[PATH_LONGEST];
    int32_t rc = FERRY_OK;
    json_each (tracker, object) {
        if (!child_path(path, "trackers", tracker) || !config_is_tracker_name(json_name(tracker))) {
            return fault(s, "trackers", "holds a name that is none",
                         "; a tracker's name is made of A-Z, a-z, 0-9, _ and -");
        }
        if (config_is_repeated(object, tracker)) {
            return fault(s, path, "is there twice", "; leave one");
        }
        if (!json_is_object(tracker)) {
            return fault(s, path, "is no object",
                         "; write {\"plugin\": \"...\", \"project\": \"...\"}");
        }
        json_each (member, tracker) {
            struct ferry_str name = json_name(member);
            if (!child_path(key, path, member) || !config_is_tracker_name(name)) {
                return fault(s, path, "holds a key that no plugin has", "; check its spelling");
            }
            if (config_is_repeated(tracker, member)) {
                return fault(s, key, "is there twice", "; leave one");
            }
            rc = read_value(s, key, member, NULL);
            if (rc) {
                return rc;
            }
        }
    }
    json_each (tracker, object) {
        if (!json_first(tracker) && child_path(path, "trackers", tracker)) {
            return fault(s, path, "says nothing",
                         "; write {\"plugin\": \"...\", \"project\": \"...\"}");
        }
    }
    return FERRY_OK;
}

static int32_t read_object(const struct source *s, const struct cJSON *object, const char *prefix);

static int32_t read_member(const struct source *s, const struct cJSON *v, const char *path)
{
    const struct config_key *key = config_key_find(path);
    char scratch[128];
    if (strcmp(path, "$schema") == 0 && json_str(v).ptr) {
        return FERRY_OK;
    }
    if (key) {
        return read_value(s, path, v, key);
    }
    if (!config_is_section(path)) {
        return fault(s, path, "is no key of ferry", config_suggest(path, scratch));
    }
    if (!json_is_object(v)) {
        return fault(s, path, "is no object", "; it holds further keys in {}");
    }
    return strcmp(path, "trackers") == 0 ? read_trackers(s, v) : read_object(s, v, path);
}

/* Sections nest one deep, so this never goes deeper than the table. */
static int32_t read_object(const struct source *s, const struct cJSON *object, const char *prefix)
{
    char path[PATH_LONGEST];
    int32_t rc = FERRY_OK;
    json_each (member, object) {
        if (!child_path(path, prefix, member)) {
            return fault(s, prefix, "holds a key that is empty or too long",
                         "; check its spelling");
        }
        if (config_is_repeated(object, member)) {
            return fault(s, path, "is there twice", "; leave one");
        }
        rc = read_member(s, member, path);
        if (rc) {
            return rc;
        }
    }
    return FERRY_OK;
}

void config_hide_word(char *message)
{
    static const char found[] = ", found ";
    char *word = strstr(message, found);
    size_t n = word ? strcspn(word + strlen(found), ";") : 0;
    if (n > LONGEST_WORD) {
        memmove(word, word + strlen(found) + n, strlen(word + strlen(found) + n) + 1);
    }
}

static int32_t read_text(const struct source *s)
{
    struct json_doc doc = {NULL};
    struct ferry_error why = {.size = sizeof why};
    int32_t rc = json_parse(&doc, s->text, JSON_COMMENTS, NULL, &why);
    if (rc) {
        config_hide_word(why.message);
        rc = ferry_fail(s->err, rc == FERRY_E_NO_MEMORY ? rc : FERRY_E_CONFIG, s->name, "%s %s",
                        s->name, why.message);
    } else if (!json_is_object(doc.root)) {
        rc = ferry_fail(
            s->err, FERRY_E_CONFIG, s->name,
            "%s line 1, column 1: the file holds no object; it begins with { and ends with }",
            s->name);
    } else {
        rc = read_object(s, doc.root, "");
    }
    json_finish(&doc);
    return rc;
}

static int32_t read_file(struct config *c, const char *path, const char *name,
                         enum config_layer layer, struct ferry_error *err)
{
    struct source s = {.c = c, .name = name, .layer = layer, .err = err};
    struct buf text;
    int32_t rc;
    buf_init(&text, LARGEST);
    rc = file_read(path, &text, err);
    if (rc == FERRY_E_IO || rc == FERRY_E_TOO_LARGE) {
        rc = rc == FERRY_E_IO ? file_status(errno, FERRY_E_CONFIG) : FERRY_E_CONFIG;
        if (err) {
            err->status = rc;
        }
    }
    if (!rc) {
        s.text = buf_str(&text);
        rc = read_text(&s);
    }
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap);
    }
    buf_finish(&text);
    return rc;
}

/* --- finding the files ---------------------------------------------------------------- */

static int exists(struct arena *arena, const char *folder, size_t folder_len, const char *name)
{
    struct stat st;
    struct ferry_str path = arena_printf(arena, "%.*s/%s", (int)folder_len, folder, name);
    return path.ptr && stat(path.ptr, &st) == 0;
}

static size_t parent_len(const char *folder, size_t n)
{
    while (n > 0 && folder[n - 1] != '/') {
        n--;
    }
    while (n > 0 && folder[n - 1] == '/') {
        n--;
    }
    return n;
}

/*
 * The nearest ferry.json from the working folder up to the git root. Outside of a git work tree
 * only the working folder counts: further up, anybody may have put one there.
 */
static void search(struct config *c)
{
    size_t n = strlen(c->work), root = 0;
    for (size_t up = n; up > 0 && !root; up = parent_len(c->work, up)) {
        root = exists(&c->arena, c->work, up, ".git") ? up : 0;
    }
    for (size_t up = n; up > 0 && up >= (root ? root : n); up = parent_len(c->work, up)) {
        if (exists(&c->arena, c->work, up, "ferry.json")) {
            c->folder = arena_str(&c->arena, (struct ferry_str){c->work, up}).ptr;
            c->file = arena_printf(&c->arena, "%.*s/ferry.json", (int)up, c->work).ptr;
            return;
        }
    }
}

static int32_t choose_file(struct config *c, const char *file, struct ferry_error *err)
{
    char *real;
    if (!file) {
        search(c);
        return FERRY_OK;
    }
    if (!*file) {
        return ferry_fail(err, FERRY_E_CONFIG, "config",
                          "the name of the configuration file is empty; give one");
    }
    file = *file == '/' ? file : arena_printf(&c->arena, "%s/%s", c->work, file).ptr;
    real = file ? realpath(file, NULL) : NULL;
    file = real ? arena_str(&c->arena, ferry_cstr(real)).ptr : file;
    free(real);
    if (!file) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "configuration", "out of memory");
    }
    c->file = file;
    c->folder = arena_str(&c->arena, (struct ferry_str){file, path_folder_len(file)}).ptr;
    return FERRY_OK;
}

static void find_user_file(struct config *c)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (xdg && *xdg == '/') {
        c->user_file = arena_printf(&c->arena, "%s/ferry/config.json", xdg).ptr;
    } else if (home && *home == '/') {
        c->user_file = arena_printf(&c->arena, "%s/.config/ferry/config.json", home).ptr;
    }
}

int32_t config_own_file(const char *path, const char *name, struct ferry_error *err)
{
    struct stat st;
    if (stat(path, &st) < 0 ||
        ((st.st_uid == geteuid() || st.st_uid == 0) && !(st.st_mode & 022))) {
        return FERRY_OK;
    }
    return ferry_fail(err, FERRY_E_CONFIG, name,
                      "%s: others can write it, so it cannot be trusted; make it your own and run "
                      "chmod go-w on it",
                      name);
}

static int32_t read_user_file(struct config *c, struct ferry_error *err)
{
    const char *home = getenv("HOME"), *name = c->user_file;
    size_t n = home ? strlen(home) : 0;
    struct stat st;
    int32_t rc;
    if (!c->user_file || stat(c->user_file, &st) < 0) {
        return FERRY_OK;
    }
    if (n > 1 && strncmp(name, home, n) == 0 && name[n] == '/') {
        name = arena_printf(&c->arena, "~%s", name + n).ptr;
    }
    if (!name) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "configuration", "out of memory");
    }
    rc = config_own_file(c->user_file, name, err);
    return rc ? rc : read_file(c, c->user_file, name, CONFIG_USER, err);
}

static int32_t read_repo_file(struct config *c, const char *given, struct ferry_error *err)
{
    const char *name = !c->file ? NULL : given ? given : path_base(c->file);
    return name ? read_file(c, c->file, name, CONFIG_REPO, err) : FERRY_OK;
}

int32_t config_read_files(struct config *c, const char *file, struct ferry_error *err)
{
    const char *variable = getenv("FERRY_CONFIG");
    struct ferry_error why = {.size = sizeof why};
    struct config_entry **before = c->last;
    int32_t rc;
    find_user_file(c);
    rc = choose_file(c, file ? file : variable && *variable ? variable : NULL, &why);
    rc = config_go_on(c, CONFIG_SOURCE_REPO, before, rc, &why, err);
    c->file_origin = file                    ? "--config"
                     : variable && *variable ? "FERRY_CONFIG"
                     : c->file               ? "found from the working folder up"
                                             : "there is none from here up to the git root";
    if (!rc) {
        rc = config_read_dotenv(c, &why);
        rc = config_go_on(c, CONFIG_SOURCE_DOTENV, before, rc, &why, err);
    }
    if (!rc) {
        before = c->last;
        rc = read_user_file(c, &why);
        rc = config_go_on(c, CONFIG_SOURCE_USER, before, rc, &why, err);
    }
    if (!rc) {
        before = c->last;
        rc = read_repo_file(c, file, &why);
        rc = config_go_on(c, CONFIG_SOURCE_REPO, before, rc, &why, err);
    }
    if (!rc && c->arena.failed) {
        rc = ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "configuration: out of memory");
    }
    return rc;
}
