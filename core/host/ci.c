/* SPDX-License-Identifier: MIT */
/*
 * ci.c - see ci.h. The systems are a table (ci_systems.c); here it is read, and each text that comes
 * out of the environment is made fit to be shown and kept.
 */
#include "ci_private.h"

#include <hash.h>
#include <stdlib.h>
#include <text.h>

enum { TEXT = 200, URL = 1000, PIECE = 80, DIGEST_HEX = 16, PART = 100 };

extern char **environ;

/* --- variables ------------------------------------------------------------------------------- */

static int same_name(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char x = a[i] == '.' ? '_' : a[i];
        x = x >= 'a' && x <= 'z' ? (char)(x - ('a' - 'A')) : x;
        if (x != b[i]) {
            return 0;
        }
    }
    return 1;
}

/* "System.JobName" and "system_jobname" are both SYSTEM_JOBNAME. */
static const char *any_case(const char *name)
{
    size_t n = strlen(name);
    for (char **v = environ; v && *v; v++) {
        if (strcspn(*v, "=") == n && (*v)[n] == '=' && same_name(*v, name, n)) {
            return *v + n + 1;
        }
    }
    return NULL;
}

const char *ci_variable(const struct ci_system *s, const char *name)
{
    const char *value = getenv(name);
    value = !value && s->any_case ? any_case(name) : value;
    if (!value || !*value || strncmp(value, "$(", 2) == 0) {
        return NULL; /* "$(System.Name)" is what Azure leaves of a variable that is not there */
    }
    return value;
}

static int is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value && !str_is_nocase(ferry_cstr(value), "false") && strcmp(value, "0") != 0;
}

static int speaks(const struct ci_system *s)
{
    for (size_t i = 0; i < sizeof s->signs / sizeof *s->signs && s->signs[i]; i++) {
        const char *value = ci_variable(s, s->signs[i]);
        if (value && !str_is_nocase(ferry_cstr(value), "false")) {
            return 1;
        }
    }
    return 0;
}

/* Of those that the table does not know: most set CI, some only a name of their own. */
static int is_some_other(void)
{
    static const char *const signs[] = {"CI", "CODEBUILD_BUILD_ID", "TEAMCITY_VERSION"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (is_set(signs[i])) {
            return 1;
        }
    }
    return 0;
}

int ci_is_here(void)
{
    for (const struct ci_system *s = ci_systems; s->name; s++) {
        if (speaks(s)) {
            return 1;
        }
    }
    return is_some_other();
}

/* --- forms ------------------------------------------------------------------------------------ */

struct ferry_str ci_text(struct ferry_str raw, struct arena *arena)
{
    char shown[TEXT + 4];
    struct ferry_str s = str_trim(raw);
    if (str_empty(s)) {
        return (struct ferry_str){NULL, 0};
    }
    return arena_str(arena, ferry_cstr(text_show_to(shown, sizeof shown, s)));
}

struct ferry_str ci_digits(struct ferry_str raw)
{
    struct ferry_str s = str_trim(raw);
    int good = s.len > 0 && s.len <= 18;
    for (uint64_t i = 0; good && i < s.len; i++) {
        good = s.ptr[i] >= '0' && s.ptr[i] <= '9';
    }
    return good ? s : (struct ferry_str){NULL, 0};
}

struct ferry_str ci_commit(struct ferry_str raw)
{
    struct ferry_str s = str_trim(raw);
    int good = s.len >= 7 && s.len <= 64;
    for (uint64_t i = 0; good && i < s.len; i++) {
        char c = s.ptr[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    return good ? s : (struct ferry_str){NULL, 0};
}

/* "host", "host:80", "[::1]:80": what else stands behind a colon is the beginning of a password with a '/' in it. */
static int has_port_or_none(struct ferry_str host)
{
    uint64_t at = host.len;
    while (at > 0 && host.ptr[at - 1] >= '0' && host.ptr[at - 1] <= '9') {
        at--;
    }
    return (at > 0 && host.ptr[at - 1] == ':') || host.ptr[host.len - 1] == ']' ||
           !memchr(host.ptr, ':', (size_t)host.len);
}

struct ferry_str ci_url(struct ferry_str raw, struct arena *arena)
{
    struct ferry_str s = str_trim(raw);
    uint64_t scheme = str_starts(s, "https://") ? 8 : str_starts(s, "http://") ? 7 : 0;
    uint64_t host = scheme, end = scheme;
    if (scheme == 0 || s.len > URL) {
        return (struct ferry_str){NULL, 0};
    }
    for (uint64_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c)) {
            return (struct ferry_str){NULL, 0};
        }
    }
    while (end < s.len && !strchr("/?#", s.ptr[end])) {
        end++;
        host = s.ptr[end - 1] == '@' ? end : host; /* a user name or a password stands before it */
    }
    if (host == end || !has_port_or_none(str_sub(s, host, end - host))) {
        return (struct ferry_str){NULL, 0};
    }
    return arena_printf(arena, "%.*s%.*s", (int)scheme, s.ptr, (int)(s.len - host), s.ptr + host);
}

struct ferry_str ci_branch(struct ferry_str raw, struct arena *arena)
{
    static const char *const before[] = {"refs/heads/", "refs/tags/", "refs/remotes/origin/"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        if (str_starts(raw, before[i])) {
            raw = str_sub(raw, strlen(before[i]), raw.len);
        }
    }
    return ci_text(raw, arena);
}

/* --- identity ----------------------------------------------------------------------------------- */

/* A piece of a key: as it is where it is short and plain, else its beginning and a digest of all of it. */
static void put_piece(struct buf *out, const char *value)
{
    char shown[PIECE + 4], hex[SHA256_HEX];
    unsigned char digest[32];
    struct ferry_str s = ferry_cstr(value);
    struct sha256 h;
    text_show_to(shown, sizeof shown, s);
    if (ferry_eq(s, ferry_cstr(shown))) {
        buf_put(out, s);
        return;
    }
    sha256_init(&h);
    sha256_add(&h, s);
    sha256_end(&h, digest);
    hex_text(digest, sizeof digest, hex);
    buf_printf(out, "%.40s~%.*s", shown, DIGEST_HEX, hex);
}

/* Those of `names` that are set, joined; two that say the same say it once. */
static void put_pieces(struct buf *out, const struct ci_system *s, const char *const *names,
                       size_t n)
{
    const char *before = NULL;
    for (size_t i = 0; i < n && names[i]; i++) {
        const char *value = ci_variable(s, names[i]);
        if (value && s->dull && strcmp(value, s->dull) == 0) {
            continue;
        }
        if (value && !(before && strcmp(before, value) == 0)) {
            buf_puts(out, out->len ? "/" : "");
            put_piece(out, value);
            before = value;
        }
    }
}

int32_t ci_part_check(struct ferry_str part, const char *what, struct ferry_error *err)
{
    int bad = part.ptr && (str_trim(part).len == 0 || part.len > PART);
    for (uint64_t i = 0; i < part.len; i++) {
        bad |= (unsigned char)part.ptr[i] < 0x20 || part.ptr[i] == 0x7f;
    }
    return bad ? ferry_fail(err, FERRY_E_CONFIG, what, "%s: it must be one line of 1 to %d bytes",
                            what, PART)
               : FERRY_OK;
}

/* Which job, and which of those that share its name. */
static int32_t find_part(struct ci_job *job, const struct ci_system *s, struct arena *arena)
{
    struct buf out;
    int32_t rc;
    buf_init(&out, 4096);
    if (s) {
        put_pieces(&out, s, s->job, sizeof s->job / sizeof *s->job);
        put_pieces(&out, s, s->more, sizeof s->more / sizeof *s->more);
    }
    if (job->index.ptr) {
        buf_printf(&out, "%s%.*s", out.len ? "/" : "", STR_ARG(job->index));
    }
    job->part = arena_str(arena, buf_str(&out));
    job->alike = s && s->alike && !job->index.ptr;
    rc = out.failed;
    buf_finish(&out);
    return rc;
}

static void make_key(struct ci_job *job, const struct ci_system *s, struct arena *arena)
{
    struct buf build;
    buf_init(&build, 4096);
    buf_put(&build, FERRY_LIT(""));
    for (size_t i = 0; s && i < sizeof s->of[CI_BUILD] / sizeof *s->of[CI_BUILD]; i++) {
        const char *value = s->of[CI_BUILD][i] ? ci_variable(s, s->of[CI_BUILD][i]) : NULL;
        if (value) {
            put_piece(&build, value);
            break;
        }
    }
    if (build.len > 0 || job->part.len > 0) {
        job->key = arena_printf(arena, "%s:%s:%.*s", job->name ? job->name : "", buf_cstr(&build),
                                STR_ARG(job->part));
    }
    buf_finish(&build);
}

/* --- detection ------------------------------------------------------------------------------------ */

static struct ferry_str raw(const struct ci_system *s, enum ci_what what)
{
    for (size_t i = 0; i < sizeof s->of[what] / sizeof *s->of[what] && s->of[what][i]; i++) {
        const char *value = ci_variable(s, s->of[what][i]);
        if (value) {
            return ferry_cstr(value);
        }
    }
    return (struct ferry_str){NULL, 0};
}

/* The index of a job that runs several times, from 1; one of one is none. */
static void read_index(struct ci_job *job, const struct ci_system *s, struct arena *arena)
{
    int64_t index, total = 0;
    if (!str_int64(ci_digits(raw(s, CI_INDEX)), &index)) {
        return;
    }
    if (str_int64(ci_digits(raw(s, CI_TOTAL)), &total) && total <= 1) {
        return;
    }
    job->index = arena_printf(arena, "%lld", (long long)(index + s->index_from_zero));
    if (total > 1) {
        job->total = arena_printf(arena, "%lld", (long long)total);
    }
}

/* The first attempt is nothing to speak of. */
static void read_attempt(struct ci_job *job, const struct ci_system *s, struct arena *arena)
{
    int64_t attempt;
    if (str_int64(ci_digits(raw(s, CI_ATTEMPT)), &attempt)) {
        attempt += s->attempt_from_zero;
        job->attempt = attempt > 1 ? arena_printf(arena, "%lld", (long long)attempt)
                                   : (struct ferry_str){NULL, 0};
    }
}

static void read_job_name(struct ci_job *job, const struct ci_system *s, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 4096);
    put_pieces(&out, s, s->job, sizeof s->job / sizeof *s->job);
    job->job = ci_text(buf_str(&out), arena);
    buf_finish(&out);
}

static void read_system(struct ci_job *job, const struct ci_system *s, struct arena *arena)
{
    job->name = s->name;
    job->people = s->people;
    job->build = ci_text(raw(s, CI_BUILD), arena);
    job->lacks = job->build.ptr ? NULL : s->of[CI_BUILD][0];
    job->pipeline = ci_text(raw(s, CI_PIPELINE), arena);
    job->number = ci_text(raw(s, CI_NUMBER), arena);
    job->number_of_job = s->number_of_job;
    job->branch = ci_branch(raw(s, CI_BRANCH), arena);
    job->tag = ci_branch(raw(s, CI_TAG), arena);
    job->commit = ci_commit(raw(s, CI_COMMIT));
    job->pull = ci_digits(raw(s, CI_PULL));
    job->actor = ci_text(raw(s, CI_ACTOR), arena);
    job->repository = ci_text(raw(s, CI_REPOSITORY), arena);
    job->url = ci_url(raw(s, CI_URL), arena);
    job->build_url = ci_url(raw(s, CI_BUILD_URL), arena);
    read_index(job, s, arena);
    read_attempt(job, s, arena);
    read_job_name(job, s, arena);
    if (s->mend) {
        s->mend(s, job, arena);
    }
    job->url = job->url.ptr ? job->url : job->build_url;
}

/* Of several that speak (one runs inside another) the first whose build is known. */
static const struct ci_system *choose(void)
{
    const struct ci_system *first = NULL;
    for (const struct ci_system *s = ci_systems; s->name; s++) {
        if (!speaks(s)) {
            continue;
        }
        if (raw(s, CI_BUILD).ptr) {
            return s;
        }
        first = first ? first : s;
    }
    return first;
}

int32_t ci_detect(struct ci_job *out, struct arena *arena, struct ferry_error *err)
{
    const struct ci_system *s = choose();
    const char *part = getenv("FERRY_PART");
    int32_t rc;
    memset(out, 0, sizeof *out);
    if (s) {
        read_system(out, s, arena);
    } else if (is_some_other()) {
        out->name = "ci";
        out->people = "a CI";
    }
    if (part && *part) {
        rc = ci_part_check(ferry_cstr(part), "FERRY_PART", err);
        out->part = arena_str(arena, str_trim(ferry_cstr(part)));
        out->part_given = 1;
    } else {
        rc = find_part(out, s, arena);
    }
    make_key(out, s, arena);
    rc = rc ? rc : arena->failed;
    return rc == FERRY_OK || rc == FERRY_E_CONFIG
               ? rc
               : ferry_fail(err, rc, NULL, "CI: %s", ferry_status_text(rc));
}
