/* SPDX-License-Identifier: MIT */
/*
 * config_schema.c - the declared keys, one table: file, environment, defaults, checks and help are
 * all made from it. Keys of trackers are not here: their plugin declares them.
 */
#include "config_private.h"

#include <file.h>
#include <limits.h>
#include <log.h>
#include <stdlib.h>
#include <text.h>

static const char *const error_policies[] = {"fail", "warn", NULL};
static const char *const fallbacks[] = {"none", "classname.name", NULL};

/* Of the script that many copied results between two Qase projects with, before ferry. */
static const char *const error_log_variables[] = {"QASE_SYNC_LOG_FILE", NULL};

#define KEY(flags_, min_, max_, variable_, ...)                                                    \
    &(const struct config_key)                                                                     \
    {                                                                                              \
        .option = {.size = sizeof(struct ferry_option), __VA_ARGS__}, .flags = (flags_),           \
        .min = (min_), .max = (max_), .variable = (variable_)                                      \
    }

/* Keep alphabetised. */
const struct config_key *const config_keys[] = {
    KEY(KEY_PATH, 0, 0, "FERRY_ATTACHMENTS_ROOTS", .type = FERRY_OPT_LIST,
        .name = "attachments.roots", .value = "FOLDER",
        .help = "folders that attachments may be read from, besides the reports' own"),
    KEY(0, 1, INT64_MAX, "FERRY_ATTACHMENTS_MAX_SIZE", .type = FERRY_OPT_SIZE,
        .name = "attachments.max_size", .def = "33554432",
        .help = "attachments over this size are left out and named"),
    KEY(0, 0, 0, "FERRY_AUTOMATION_KEY_FALLBACK", .type = FERRY_OPT_CHOICE,
        .name = "automation_key.fallback", .def = "none", .choices = fallbacks,
        .help = "what stands in for a key where a test has none"),
    KEY(0, 0, 0, "FERRY_AUTOMATION_KEY_FIELD", .type = FERRY_OPT_STR,
        .name = "automation_key.field", .def = "Automation Key",
        .help = "title of the custom field that holds the key"),
    KEY(KEY_PATH, 0, 0, "FERRY_AUTOMATION_KEY_MAP", .type = FERRY_OPT_STR,
        .name = "automation_key.map", .value = "FILE", .help = "file that maps test names to keys"),
    KEY(0, 0, 0, "FERRY_AUTOMATION_KEY_PATTERN", .type = FERRY_OPT_STR,
        .name = "automation_key.pattern", .value = "PATTERN",
        .help = "where the key stands in a test's name"),
    KEY(0, 0, 0, "FERRY_AUTOMATION_KEY_PROPERTIES", .type = FERRY_OPT_LIST,
        .name = "automation_key.properties", .value = "NAME",
        .def = "Automation Key\nautomation_key\nAutomationKey",
        .help = "names of the properties that hold the key"),
    KEY(0, 1000, INT64_C(7) * 24 * 3600 * 1000, "FERRY_DELIVERY_DEADLINE",
        .type = FERRY_OPT_DURATION, .name = "delivery.deadline", .def = "600000",
        .help = "how long one command may deliver; what is left is kept for `ferry resume`"),
    KEY(0, 1, 64, "FERRY_DELIVERY_JOBS", .type = FERRY_OPT_INT, .name = "delivery.jobs", .def = "8",
        .help = "requests under way at once, at most"),
    KEY(0, 0, INT64_C(24) * 3600 * 1000, "FERRY_DELIVERY_LOCK_WAIT", .type = FERRY_OPT_DURATION,
        .name = "delivery.lock_wait", .def = "600000",
        .help = "how long another ferry on the same state folder may do nothing and is waited for"),
    KEY(0, 100, INT64_C(24) * 3600 * 1000, "FERRY_DELIVERY_PATIENCE", .type = FERRY_OPT_DURATION,
        .name = "delivery.patience", .def = "60000",
        .help = "how long a tracker may give no sign of life before it is left for later"),
    KEY(0, 0, INT64_C(24) * 3600 * 1000, "FERRY_DELIVERY_SETTLE", .type = FERRY_OPT_DURATION,
        .name = "delivery.settle", .def = "120000",
        .help = "how late an unanswered request may still act"),
    KEY(0, 0, 0, "FERRY_EXCHANGE_LOG_BODIES", .type = FERRY_OPT_BOOL, .name = "exchange_log_bodies",
        .def = "false",
        .help = "whether the exchange log holds the bodies of requests that change something"),
    KEY(KEY_PATH, 0, 0, "FERRY_EXCHANGE_LOG_DIR", .type = FERRY_OPT_STR, .name = "exchange_log_dir",
        .value = "FOLDER",
        .help = "folder for a file of each run's requests, answers, attempts and waits"),
    KEY(0, 10, 3600 * 1000, "FERRY_HTTP_CONNECT_TIMEOUT", .type = FERRY_OPT_DURATION,
        .name = "http.connect_timeout", .def = "10000",
        .help = "how long a connection may take to be made"),
    KEY(0, 10, 3600 * 1000, "FERRY_HTTP_IDLE_TIMEOUT", .type = FERRY_OPT_DURATION,
        .name = "http.idle_timeout", .def = "60000",
        .help = "how long an exchange may go without a byte in either direction"),
    KEY(0, 10, INT64_C(24) * 3600 * 1000, "FERRY_HTTP_TIMEOUT", .type = FERRY_OPT_DURATION,
        .name = "http.timeout", .def = "300000", .help = "how long one exchange may take in all"),
    KEY(KEY_PATH, 0, 0, "FERRY_JIRA_MAP", .type = FERRY_OPT_STR, .name = "jira.map",
        .value = "FILE", .help = "file that maps test names to keys of Jira"),
    KEY(KEY_PATH, 0, 0, "FERRY_MIRROR_ERROR_LOG", .type = FERRY_OPT_STR, .name = "mirror.error_log",
        .value = "FILE", .variables = error_log_variables,
        .help = "file that `ferry mirror` adds its errors to, one a line; made on the first one"),
    KEY(KEY_USER_ONLY | KEY_PATH, 0, 0, NULL, .type = FERRY_OPT_LIST, .name = "plugins.folders",
        .value = "FOLDER", .help = "further folders with plugins"),
    KEY(KEY_USER_ONLY, 0, 0, "FERRY_PROXY", .type = FERRY_OPT_URL, .name = "proxy",
        .help = "proxy for all requests"),
    KEY(0, 0, 0, "FERRY_SERVE_HMAC_HEADER", .type = FERRY_OPT_STR, .name = "serve.hmac_header",
        .value = "HEADER",
        .help = "header with an HMAC-SHA256 of the body, where a gateway signs; instead of the "
                "secret itself"),
    KEY(0, 0, 0, "FERRY_SERVE_LISTEN", .type = FERRY_OPT_STR, .name = "serve.listen",
        .value = "ADDRESS:PORT", .def = "127.0.0.1:8080",
        .help = "where `ferry serve` listens; beyond this machine only with serve.tls_cert"),
    KEY(0, 0, 0, "FERRY_SERVE_MIRROR", .type = FERRY_OPT_LIST, .name = "serve.mirror",
        .value = "SOURCE=TARGET", .help = "what is mirrored when a run of SOURCE is complete"),
    KEY(0, 100, 3600 * 1000, "FERRY_SERVE_REQUEST_TIMEOUT", .type = FERRY_OPT_DURATION,
        .name = "serve.request_timeout", .def = "30000",
        .help = "how long a delivery may take to arrive, from its first byte to its last"),
    KEY(0, 10, INT64_C(24) * 3600 * 1000, "FERRY_SERVE_RETRY", .type = FERRY_OPT_DURATION,
        .name = "serve.retry", .def = "30000",
        .help = "how long a mirror that could not be made waits at first; each time twice as long"),
    KEY(KEY_PATH, 0, 0, "FERRY_SERVE_TLS_CERT", .type = FERRY_OPT_STR, .name = "serve.tls_cert",
        .value = "FILE", .help = "certificate that `ferry serve` shows, PEM"),
    KEY(KEY_PATH, 0, 0, "FERRY_SERVE_TLS_KEY", .type = FERRY_OPT_STR, .name = "serve.tls_key",
        .value = "FILE", .help = "the certificate's key, PEM"),
    KEY(0, 1 << 10, INT64_C(1) << 30, "FERRY_SERVE_UPLOAD_MAX_SIZE", .type = FERRY_OPT_SIZE,
        .name = "serve.upload_max_size", .def = "67108864",
        .help = "how long the body of an upload may be that `ferry serve` is asked for"),
    KEY(KEY_PATH, 0, 0, "FERRY_SERVE_UPLOAD_ROOT", .type = FERRY_OPT_STR,
        .name = "serve.upload_root", .value = "FOLDER",
        .help = "folder below which lie reports that an upload may name instead of bringing them"),
    KEY(KEY_USER_ONLY | KEY_PATH, 0, 0, "FERRY_SERVE_UPLOAD_TOKEN_FILE", .type = FERRY_OPT_STR,
        .name = "serve.upload_token_file", .value = "FILE",
        .help = "file, readable by its owner alone, with the token that uploads have to bear; "
                "without it none is taken"),
    KEY(0, 1 << 20, INT64_MAX, "FERRY_STATE_MAX_SIZE", .type = FERRY_OPT_SIZE,
        .name = "state.max_size", .def = "4294967296",
        .help = "size of the state folder past which nothing more is captured"),
    KEY(KEY_PATH, 0, 0, "FERRY_STATE", .type = FERRY_OPT_STR, .name = "state.path",
        .value = "FOLDER", .help = "the state folder"),
    KEY(KEY_USER_ONLY | KEY_PATH, 0, 0, "FERRY_TLS_CA_DIR", .type = FERRY_OPT_STR,
        .name = "tls.ca_dir", .value = "FOLDER",
        .help = "a folder of certificates to trust, named by hash"),
    KEY(KEY_USER_ONLY | KEY_PATH, 0, 0, "FERRY_TLS_CA_FILE", .type = FERRY_OPT_STR,
        .name = "tls.ca_file", .value = "FILE",
        .help = "certificates to trust instead of the system's"),
    KEY(KEY_USER_ONLY, 0, 0, "FERRY_TLS_VERIFY", .type = FERRY_OPT_BOOL, .name = "tls.verify",
        .def = "true", .help = "whether certificates are checked"),
    KEY(KEY_USER_ONLY | KEY_ALL_LAYERS, 0, 0, "FERRY_TRUST_HOST", .type = FERRY_OPT_LIST,
        .name = "trust.hosts", .value = "HOST",
        .help = "hosts that secrets may be sent to when a repository names them"),
    KEY(0, 0, 0, "FERRY_UPLOAD_COMPLETE", .type = FERRY_OPT_BOOL, .name = "upload.complete",
        .def = "true", .help = "whether the run is completed when all is delivered"),
    KEY(0, 0, 0, "FERRY_UPLOAD_MIRROR", .type = FERRY_OPT_LIST, .name = "upload.mirror",
        .value = "TRACKER", .help = "destinations that get the same results by Automation Key"),
    KEY(0, 0, 0, "FERRY_UPLOAD_ON_DELIVERY_ERROR", .type = FERRY_OPT_CHOICE,
        .name = "upload.on_delivery_error", .choices = error_policies,
        .help = "whether trouble with a tracker makes the command fail"),
    KEY(0, 0, 0, "FERRY_UPLOAD_TO", .type = FERRY_OPT_STR, .name = "upload.to", .value = "TRACKER",
        .help = "the primary destination"),
    NULL};

enum { KEYS = sizeof config_keys / sizeof *config_keys - 1 };

const struct config_key *config_key_find(const char *path)
{
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(config_keys[i]->option.name, path) == 0) {
            return config_keys[i];
        }
    }
    return NULL;
}

int config_is_section(const char *path)
{
    size_t n = strlen(path);
    if (strcmp(path, "trackers") == 0) {
        return 1;
    }
    for (size_t i = 0; i < KEYS; i++) {
        const char *name = config_keys[i]->option.name;
        if (strncmp(name, path, n) == 0 && name[n] == '.') {
            return 1;
        }
    }
    return 0;
}

const char *config_suggest(const char *path, char scratch[128])
{
    const char *names[KEYS + 16], *last = strrchr(path, '.'), *near;
    static const char *const sections[] = {"attachments", "automation_key", "delivery", "http",
                                           "mirror",      "plugins",        "serve",    "state",
                                           "tls",         "trackers",       "trust",    "upload"};
    size_t n = 0;
    last = last ? last + 1 : path;
    for (size_t i = 0; i < KEYS; i++) {
        const char *name = config_keys[i]->option.name, *dot = strrchr(name, '.');
        if (strcmp(dot ? dot + 1 : name, last) == 0) { /* the right word at the wrong place */
            snprintf(scratch, 128, "; did you mean \"%s\"?", name);
            return scratch;
        }
        names[n++] = name;
    }
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        names[n++] = sections[i];
    }
    near = text_nearest(ferry_cstr(path), names, n);
    if (!near) {
        return "";
    }
    snprintf(scratch, 128, "; did you mean \"%s\"?", near);
    return scratch;
}

/* --- checks --------------------------------------------------------------------- */

static int32_t check_range(const struct config_key *key, const struct config_entry *e,
                           struct ferry_error *err)
{
    int64_t n;
    if ((key->min == 0 && key->max == 0) || !str_int64(e->value, &n) ||
        (n >= key->min && n <= key->max)) {
        return FERRY_OK;
    }
    if (key->max == INT64_MAX) {
        return ferry_fail(err, FERRY_E_CONFIG, e->path,
                          "%s: %s: %.*s is too little; %lld is the least", e->at, e->path,
                          STR_ARG(e->raw), (long long)key->min);
    }
    return ferry_fail(err, FERRY_E_CONFIG, e->path, "%s: %s: %.*s is not between %lld and %lld%s",
                      e->at, e->path, STR_ARG(e->raw), (long long)key->min, (long long)key->max,
                      key->option.type == FERRY_OPT_DURATION ? " ms" : "");
}

/* Whether a path stays below `folder`, links followed as far as it exists. */
static int is_inside(const char *folder, const char *path)
{
    char real_folder[PATH_MAX], real_path[PATH_MAX];
    size_t n;
    if (!realpath(folder, real_folder)) {
        return 0;
    }
    if (!realpath(path, real_path)) {
        return 1; /* not there: spelled without ".." it can only come to be below */
    }
    n = strlen(real_folder);
    return strncmp(real_folder, real_path, n) == 0 &&
           (real_path[n] == '/' || real_path[n] == '\0' || n == 1);
}

static int has_parent_step(struct ferry_str path)
{
    struct ferry_str part;
    while (str_split(&path, '/', &part)) {
        if (str_is(part, "..")) {
            return 1;
        }
    }
    return 0;
}

/* One path made absolute, appended to out. */
static int32_t put_path(struct config *c, const struct config_entry *e, struct ferry_str path,
                        struct buf *out, struct ferry_error *err)
{
    int foreign = e->layer == CONFIG_REPO || e->layer == CONFIG_DOTENV;
    const char *home = getenv("HOME");
    size_t begin = out->len;
    char text[PATH_MAX];
    if (str_empty(path) || path.len >= sizeof text) {
        return ferry_fail(err, FERRY_E_CONFIG, e->path, "%s: %s: a path is empty or too long",
                          e->at, e->path);
    }
    snprintf(text, sizeof text, "%.*s", STR_ARG(path));
    if (foreign && (text[0] == '/' || text[0] == '~' || has_parent_step(path))) {
        return ferry_fail(
            err, FERRY_E_CONFIG, e->path,
            "%s: %s: \"%s\" leads out of the repository; what a repository's file names must "
            "lie inside it, other paths go into the user's config or %s",
            e->at, e->path, text, "the environment");
    }
    if (text[0] == '~' && (text[1] == '/' || !text[1]) && home) {
        path_join(out, home, text[1] ? text + 2 : "");
    } else {
        int typed = e->layer == CONFIG_ENV || e->layer == CONFIG_FLAG;
        path_join(out, typed ? c->work : c->folder, text);
    }
    if (foreign && !out->failed && !is_inside(c->folder, buf_cstr(out) + begin)) {
        return ferry_fail(
            err, FERRY_E_CONFIG, e->path,
            "%s: %s: \"%s\" leads out of the repository through a link; name a folder "
            "inside it",
            e->at, e->path, text);
    }
    return out->failed;
}

static int32_t check_paths(struct config *c, struct config_entry *e, struct ferry_error *err)
{
    struct ferry_str rest = e->value, path;
    struct buf out;
    int32_t rc = FERRY_OK;
    buf_init(&out, 1 << 20);
    while (!rc && str_split(&rest, '\n', &path)) {
        if (out.len) {
            buf_putc(&out, '\n');
        }
        rc = put_path(c, e, path, &out, err);
    }
    if (!rc) {
        e->value = arena_str(&c->arena, buf_str(&out));
    }
    buf_finish(&out);
    return rc ? rc : c->arena.failed;
}

int32_t config_entry_check(struct config *c, const struct config_key *key, struct config_entry *e,
                           struct ferry_error *err)
{
    char what[192];
    struct config_expansion x = {.what = what, .layer = e->layer};
    struct ferry_str text = e->raw;
    int32_t rc = FERRY_OK;
    if (strcmp(e->at, e->origin) == 0) { /* a variable: its name says it all */
        snprintf(what, sizeof what, "%s", e->at);
    } else {
        snprintf(what, sizeof what, "%s: %s", e->at, e->path);
    }
    if ((key->flags & KEY_USER_ONLY) && (e->layer == CONFIG_REPO || e->layer == CONFIG_DOTENV)) {
        return ferry_fail(
            err, FERRY_E_CONFIG, e->path,
            "%s is not taken from a repository, which others can change; put it into %s%s%s", what,
            c->user_file ? c->user_file : "the user's config", key->variable ? " or set " : "",
            key->variable ? key->variable : "");
    }
    if (e->layer == CONFIG_USER ||
        e->layer == CONFIG_REPO) { /* a variable's value is taken as it is */
        rc = config_expand(c, e->raw, &x, &c->arena, &text, err);
    }
    rc = rc ? rc : option_value_of(&key->option, what, text, &c->arena, &e->value, err);
    rc = rc ? rc : check_range(key, e, err);
    if (!rc && (key->flags & KEY_PATH) && !e->is_empty) {
        rc = check_paths(c, e, err);
    }
    return rc;
}
