/* SPDX-License-Identifier: MIT */
/*
 * faults.c - scripts of faults: reading them, choosing the rule for a request, counting what
 * fired. Only tests come here; a wrong script is an error and never an empty one.
 */
#include "faults.h"

#include <fcntl.h>
#include <file.h>
#include <hash.h>
#include <json.h>
#include <stdlib.h>
#include <text.h>
#include <unistd.h>

enum { MOST_SCRIPT = 1 << 20, MOST_RULES = 1000 };

struct faults {
    struct fault_rule *rules;
    uint32_t n;
    char *ledger; /* NULL: none */
    char *past;   /* a state of an earlier time, where there is such a file */
};

#define FAULT_NAME_(name, text, arg) text,
#define FAULT_ARG_(name, text, arg)  arg,
static const char *const names[] = {FAULT_MAP(FAULT_NAME_)};
static const int wants_arg[] = {FAULT_MAP(FAULT_ARG_)};
enum { N_NAMES = sizeof names / sizeof *names };

/* --- parsing ---------------------------------------------------------------------- */

struct where {
    const char *name;
    uint32_t line;
    struct ferry_error *err;
};

static int32_t wrong(const struct where *w, const char *what, struct ferry_str word,
                     const char *wanted)
{
    return ferry_fail(w->err, FERRY_E_CONFIG, w->name, "%s line %u: %s \"%.*s\": %s", w->name,
                      w->line, what, STR_ARG(word), wanted);
}

/* The next word of the line; 0 where there is none. */
static int next_word(struct ferry_str *line, struct ferry_str *word)
{
    *line = str_trim(*line);
    uint64_t n = 0;
    while (n < line->len && line->ptr[n] != ' ' && line->ptr[n] != '\t') {
        n++;
    }
    *word = str_sub(*line, 0, n);
    *line = str_sub(*line, n, line->len);
    return n > 0;
}

static int32_t parse_fault(const struct where *w, struct ferry_str *line, struct ferry_str word,
                           struct fault_rule *rule)
{
    struct ferry_str arg;
    int kind = 0;
    while (kind < N_NAMES && !str_is(word, names[kind])) {
        kind++;
    }
    if (kind == N_NAMES) {
        const char *near = text_nearest(word, names, N_NAMES);
        return ferry_fail(w->err, FERRY_E_CONFIG, w->name, "%s line %u: unknown fault \"%.*s\"%s%s",
                          w->name, w->line, STR_ARG(word), near ? "; did you mean " : "",
                          near ? near : "");
    }
    rule->fault = (enum fault)(kind + 1);
    if (next_word(line, &arg) != wants_arg[kind]) {
        return wrong(w, "fault", word,
                     wants_arg[kind] ? "wants a number after it" : "takes no argument");
    }
    if (!wants_arg[kind]) {
        return FERRY_OK;
    }
    if (!str_int64(arg, &rule->arg) || rule->arg < 0 || rule->arg > INT32_MAX) {
        return wrong(w, "argument", arg, "not a number");
    }
    if ((rule->fault == FAULT_ERROR_BEFORE || rule->fault == FAULT_ERROR_AFTER) &&
        (rule->arg < 400 || rule->arg > 599)) {
        return wrong(w, "argument", arg, "not a status from 400 to 599");
    }
    if (rule->fault == FAULT_LAG && (rule->arg < 1 || rule->arg > 1000)) {
        return wrong(w, "argument", arg, "not a number from 1 to 1000");
    }
    return FERRY_OK;
}

static int32_t parse_rule(const struct where *w, struct ferry_str line, struct fault_rule *rule)
{
    struct ferry_str method, glob, nth, word;
    int64_t n = 0;
    rule->line = w->line;
    if (!next_word(&line, &method) || !next_word(&line, &glob) || !next_word(&line, &nth) ||
        !next_word(&line, &word)) {
        return ferry_fail(w->err, FERRY_E_CONFIG, w->name,
                          "%s line %u: wanted METHOD GLOB N FAULT [ARG]", w->name, w->line);
    }
    if (!str_is(nth, "*") && (!str_int64(nth, &n) || n < 1 || n > INT32_MAX)) {
        return wrong(w, "count", nth, "wanted a number from 1, or *");
    }
    rule->nth = (uint32_t)n;
    int32_t rc = parse_fault(w, &line, word, rule);
    if (rc == FERRY_OK && next_word(&line, &word)) {
        rc = wrong(w, "too much on the line", word, "wanted METHOD GLOB N FAULT [ARG]");
    }
    if (rc) {
        return rc;
    }
    rule->method = strndup(method.ptr, (size_t)method.len);
    rule->glob = strndup(glob.ptr, (size_t)glob.len);
    if (!rule->method || !rule->glob) {
        return ferry_fail(w->err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", w->name);
    }
    return FERRY_OK;
}

int32_t faults_parse(struct faults **out, struct ferry_str script, const char *name,
                     struct ferry_error *err)
{
    struct where w = {name, 0, err};
    struct faults *f = calloc(1, sizeof *f);
    struct ferry_str line, comment;
    int32_t rc = FERRY_OK;
    *out = NULL;
    if (!f || !(f->rules = calloc(MOST_RULES, sizeof *f->rules))) {
        free(f);
        return ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", name);
    }
    while (rc == FERRY_OK && str_split(&script, '\n', &line)) {
        w.line++;
        comment = line;
        str_split(&comment, '#', &line);
        if (str_trim(line).len == 0) {
            continue;
        }
        if (f->n == MOST_RULES) {
            rc = ferry_fail(err, FERRY_E_CONFIG, name, "%s: more than %d rules", name, MOST_RULES);
        } else {
            rc = parse_rule(&w, line, &f->rules[f->n++]);
        }
    }
    if (rc) {
        faults_free(f);
        return rc;
    }
    *out = f;
    return FERRY_OK;
}

static char *with_tail(const char *path, const char *tail)
{
    char *text = NULL;
    return asprintf(&text, "%s%s", path, tail) < 0 ? NULL : text;
}

int32_t faults_load(struct faults **out, const char *path, struct ferry_error *err)
{
    struct buf script;
    buf_init(&script, MOST_SCRIPT);
    *out = NULL;
    int32_t rc = file_read(path, &script, err);
    if (rc == FERRY_OK) {
        rc = faults_parse(out, buf_str(&script), path, err);
    }
    buf_finish(&script);
    if (rc == FERRY_OK && (!((*out)->ledger = with_tail(path, ".fired")) ||
                           !((*out)->past = with_tail(path, ".past")))) {
        faults_free(*out);
        *out = NULL;
        rc = ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", path);
    }
    return rc;
}

void faults_free(struct faults *f)
{
    if (!f) {
        return;
    }
    for (uint32_t i = 0; i < f->n; i++) {
        free(f->rules[i].method);
        free(f->rules[i].glob);
    }
    free(f->rules);
    free(f->ledger);
    free(f->past);
    free(f);
}

/* --- choosing --------------------------------------------------------------------- */

static int rule_matches(const struct fault_rule *rule, struct ferry_str method, const char *path,
                        const char *target)
{
    if (strcmp(rule->method, "*") != 0 && !str_is_nocase(method, rule->method)) {
        return 0;
    }
    return text_glob(rule->glob, path) || text_glob(rule->glob, target);
}

/* One line a firing, written at once: the process may be killed next. */
void faults_note(const struct faults *f, const struct fault_rule *rule, struct ferry_str method,
                 struct ferry_str target, struct ferry_str body)
{
    unsigned char digest[32];
    char *line = NULL, hex[SHA256_HEX] = "-";
    struct sha256 h;
    int fd = f->ledger ? open(f->ledger, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (body.len) {
        sha256_init(&h);
        sha256_add(&h, body);
        sha256_end(&h, digest);
        hex_text(digest, 8, hex);
    }
    if (fd < 0) {
        return;
    }
    int n = asprintf(&line, "%u %s %.*s %.*s %s\n", rule->line, names[rule->fault - 1],
                     STR_ARG(method), STR_ARG(target), hex);
    if (n > 0) {
        fd_write(fd, f->ledger, (struct ferry_str){line, (uint64_t)n}, NULL);
        free(line);
    }
    close(fd);
}

const struct fault_rule *faults_pick(struct faults *f, struct ferry_str method,
                                     struct ferry_str target)
{
    struct fault_rule *chosen = NULL;
    struct ferry_str rest = target, path;
    char *whole = strndup(target.ptr ? target.ptr : "", (size_t)target.len);
    str_split(&rest, '?', &path);
    char *only = strndup(path.ptr ? path.ptr : "", (size_t)path.len);
    for (uint32_t i = 0; whole && only && i < f->n; i++) {
        struct fault_rule *rule = &f->rules[i];
        if (!rule_matches(rule, method, only, whole)) {
            continue;
        }
        rule->matched++;
        if (!chosen && (rule->nth == 0 || rule->nth == rule->matched)) {
            chosen = rule;
        }
    }
    if (chosen) {
        chosen->fired++;
    }
    free(whole);
    free(only);
    return chosen;
}

const char *faults_past(const struct faults *f)
{
    return f->past && access(f->past, R_OK) == 0 ? f->past : NULL;
}

uint32_t faults_count(const struct faults *f)
{
    return f->n;
}

uint32_t faults_fired(const struct faults *f, uint32_t i)
{
    return i < f->n ? f->rules[i].fired : 0;
}

uint32_t faults_matched(const struct faults *f, uint32_t i)
{
    return i < f->n ? f->rules[i].matched : 0;
}

int faults_any(const struct faults *f, enum fault fault)
{
    for (uint32_t i = 0; i < f->n; i++) {
        if (f->rules[i].fault == fault) {
            return 1;
        }
    }
    return 0;
}

uint32_t faults_most_lag(const struct faults *f)
{
    int64_t most = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        if (f->rules[i].fault == FAULT_LAG && f->rules[i].arg > most) {
            most = f->rules[i].arg;
        }
    }
    return (uint32_t)most;
}

/* --- halving ---------------------------------------------------------------------- */

/* The array with the most elements; of equal ones the first met, outer before inner. */
static const struct cJSON *largest_array(const struct cJSON *v, const struct cJSON *best)
{
    if (json_is_array(v) && (!best || json_count(v) > json_count(best))) {
        best = v;
    }
    if (json_is_array(v) || json_is_object(v)) {
        json_each (child, v) {
            best = largest_array(child, best);
        }
    }
    return best;
}

static void put_halved(struct json_out *j, const struct cJSON *v, const struct cJSON *victim)
{
    uint32_t left = v == victim ? json_count(v) / 2 : UINT32_MAX;
    int array = json_is_array(v);
    if (!array && !json_is_object(v)) {
        json_put_value(j, v);
        return;
    }
    json_open(j, array ? '[' : '{');
    json_each (child, v) {
        if (left-- == 0) {
            break;
        }
        if (!array) {
            json_key_str(j, json_name(child));
        }
        put_halved(j, child, victim);
    }
    json_close(j, array ? ']' : '}');
}

int32_t fault_halve(struct ferry_str body, struct buf *out, struct ferry_error *err)
{
    struct json_doc doc = {NULL};
    int32_t rc = json_parse(&doc, body, JSON_STRICT, "body", err);
    if (rc) {
        return rc;
    }
    const struct cJSON *victim = largest_array(doc.root, NULL);
    if (victim) {
        struct json_out j = json_to(out);
        put_halved(&j, doc.root, victim);
        rc = out->failed;
    } else {
        rc = ferry_fail(err, FERRY_E_INPUT, NULL, "the body holds no array");
    }
    json_finish(&doc);
    return rc;
}
