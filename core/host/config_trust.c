/* SPDX-License-Identifier: MIT */
/*
 * config_trust.c - may this secret go to that host? A repository's file can be changed by anyone
 * who may propose a change, so the URL in it could lead a token from the environment to a stranger.
 * Such a secret goes to the vendor's own host, to this machine, or to a host allowed outside the
 * repository. Called for each secret of a destination, before anything is sent.
 */
#include "config_private.h"
#include "url.h"

#include <errno.h>
#include <file.h>
#include <text.h>
#include <unistd.h>

enum { LARGEST_FILE = 256 * 1024 };

/* An entry is a host, with or without a port, and stands for https; "http://host" allows plain
 * http. */
static int is_allowed_by(struct ferry_str entry, struct ferry_str url)
{
    struct ferry_str host = url_host(url), named = url_host(entry);
    if (str_empty(entry) || (url_is_plain(url) && !str_starts(entry, "http://"))) {
        return 0;
    }
    return str_cmp_nocase(named, host) == 0 || (url_without_port(named).len == named.len &&
                                                str_cmp_nocase(named, url_without_port(host)) == 0);
}

int trust_allows(const struct config *c, struct ferry_str url)
{
    for (const struct config_entry *e = c->entries; e; e = e->next) {
        struct ferry_str rest = e->value, entry;
        if (strcmp(e->path, "trust.hosts") != 0) {
            continue;
        }
        while (str_split(&rest, '\n', &entry)) {
            if (is_allowed_by(str_trim(entry), url)) {
                return 1;
            }
        }
    }
    return 0;
}

/* --- the file of `ferry trust` ------------------------------------------------------- */

static const char file_name[] = CONFIG_SOURCE_TRUSTED;

struct ferry_str config_trusted_file(const struct config *c, struct arena *arena)
{
    return c->user_file ? arena_printf(arena, "%.*s/%s", (int)path_folder_len(c->user_file),
                                       c->user_file, file_name)
                        : (struct ferry_str){NULL, 0};
}

static int32_t file_path(const struct config *c, struct buf *out, size_t *folder,
                         struct ferry_error *err)
{
    if (!c->user_file) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL,
                          "there is no home folder to keep trusted hosts in; set HOME");
    }
    *folder = path_folder_len(c->user_file);
    buf_printf(out, "%.*s/%s", (int)*folder, c->user_file, file_name);
    return out->failed ? ferry_fail(err, out->failed, NULL, "%s: out of memory", file_name)
                       : FERRY_OK;
}

/* Its lines; nothing where it is not there. */
static int32_t file_lines(const struct config *c, struct buf *out, struct ferry_error *err)
{
    struct ferry_error why = {.size = sizeof why};
    struct buf path;
    size_t folder;
    int32_t rc;
    buf_init(&path, 64 * 1024);
    rc = file_path(c, &path, &folder, err);
    if (!rc && access(buf_cstr(&path), F_OK) == 0) {
        rc = config_own_file(buf_cstr(&path), file_name, err);
        int32_t read = rc ? rc : file_read(buf_cstr(&path), out, &why);
        if (!rc && read) {
            read = read == FERRY_E_IO          ? file_status(errno, FERRY_E_CONFIG)
                   : read == FERRY_E_NO_MEMORY ? read
                                               : FERRY_E_CONFIG;
            rc = ferry_fail(err, read, file_name, "%s", why.message);
        }
    }
    buf_finish(&path);
    return rc;
}

int32_t config_read_trusted(struct config *c, struct ferry_error *err)
{
    struct buf text;
    struct config_entry *e;
    int32_t rc = FERRY_OK;
    buf_init(&text, LARGEST_FILE);
    if (c->user_file) {
        rc = file_lines(c, &text, err);
    }
    if (!rc && text.len > 0) {
        e = config_add(c, "trust.hosts", str_trim(buf_str(&text)), CONFIG_USER, file_name,
                       file_name);
        rc =
            e ? FERRY_OK : ferry_fail(err, FERRY_E_NO_MEMORY, NULL, "%s: out of memory", file_name);
        if (e) {
            e->value = e->raw;
        }
    }
    buf_finish(&text);
    return rc;
}

int32_t trust_each(const struct config *c,
                   int32_t (*fn)(void *data, struct ferry_str host, const char *origin), void *data)
{
    int32_t rc = FERRY_OK;
    for (const struct config_entry *e = c->entries; e && !rc; e = e->next) {
        struct ferry_str rest = e->value, host;
        while (!rc && strcmp(e->path, "trust.hosts") == 0 && str_split(&rest, '\n', &host)) {
            host = str_trim(host);
            rc = host.len > 0 ? fn(data, host, e->origin) : FERRY_OK;
        }
    }
    return rc;
}

/* Whether it may stand in the list: "host", "host:port", either after "http://" or "https://". */
static int32_t check_host(struct ferry_str host, struct ferry_error *err)
{
    static const struct ferry_option url = {
        .size = sizeof url, .type = FERRY_OPT_URL, .name = "host"};
    struct arena arena;
    struct ferry_str whole = host, named, out;
    char shown[80];
    int32_t rc;
    arena_init(&arena, 1 << 16);
    if (!str_starts(host, "http://") && !str_starts(host, "https://")) {
        whole =
            arena_printf(&arena, "https://%.*s", (int)(host.len < 300 ? host.len : 300), host.ptr);
    }
    rc = option_value(&url, whole, &arena, &out, NULL);
    named = url_host(whole);
    if (rc || named.ptr + named.len != whole.ptr + whole.len) {
        rc = FERRY_E_CONFIG;
    }
    arena_finish(&arena);
    return rc ? ferry_fail(err, rc, NULL,
                           "\"%s\" is no host; write one such as tracker.example.org or "
                           "tracker.example.org:8443, without a path",
                           text_show_to(shown, sizeof shown, host))
              : FERRY_OK;
}

/* The form in which it is kept: lower case, without "https://", which it stands for anyway. */
static void put_host(struct buf *out, struct ferry_str host)
{
    host = str_starts(host, "https://") ? str_sub(host, 8, host.len) : host;
    for (uint64_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        buf_putc(out, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
    }
}

/* The lines but that of `host`, which is as put_host() writes it; how often it was there. */
static uint32_t without_host(struct buf *out, struct ferry_str text, struct ferry_str host)
{
    struct ferry_str piece;
    uint32_t n = 0;
    while (str_split(&text, '\n', &piece)) {
        size_t begin = out->len;
        put_host(out, str_trim(piece));
        if (ferry_eq(str_sub(buf_str(out), begin, out->len), host) || out->len == begin) {
            n += out->len > begin;
            buf_cut(out, begin);
        } else {
            buf_putc(out, '\n');
        }
    }
    return n;
}

struct elsewhere {
    struct ferry_str host;
    const char *origin;
};

static int32_t find_elsewhere(void *data, struct ferry_str host, const char *origin)
{
    struct elsewhere *e = data;
    if (str_cmp_nocase(host, e->host) == 0 && strcmp(origin, file_name) != 0) {
        e->origin = origin;
    }
    return FERRY_OK;
}

/* What is to be removed and is not there. */
static int32_t not_there(const struct config *c, struct ferry_str host, struct ferry_error *err)
{
    struct elsewhere e = {host, NULL};
    char shown[80];
    text_show_to(shown, sizeof shown, host);
    trust_each(c, find_elsewhere, &e);
    if (e.origin) {
        return ferry_fail(err, FERRY_E_CONFIG, NULL, "%s is allowed by %s; take it out there",
                          shown, e.origin);
    }
    return ferry_fail(err, FERRY_E_CONFIG, NULL,
                      "%s is not among the trusted hosts; `ferry trust` lists them", shown);
}

int32_t trust_change(const struct config *c, struct ferry_str host, int remove, int *changed,
                     struct ferry_error *err)
{
    struct buf old, new, path, named;
    size_t folder = 0;
    int32_t rc;
    *changed = 0;
    buf_init(&old, LARGEST_FILE);
    buf_init(&new, LARGEST_FILE);
    buf_init(&path, 64 * 1024);
    buf_init(&named, LARGEST_FILE);
    rc = check_host(host, err);
    rc = rc ? rc : file_lines(c, &old, err);
    rc = rc ? rc : file_path(c, &path, &folder, err);
    if (rc) {
        goto out;
    }
    put_host(&named, host);
    *changed = (without_host(&new, buf_str(&old), buf_str(&named)) > 0) == (remove != 0);
    if (!*changed) {
        rc = remove ? not_there(c, buf_str(&named), err) : FERRY_OK;
        goto out;
    }
    if (!remove) {
        buf_put(&new, buf_str(&named));
        buf_putc(&new, '\n');
    }
    buf_put(&new, FERRY_LIT(""));
    path.ptr[folder] = '\0';
    rc = new.failed
             ? ferry_fail(err, new.failed, NULL, "%s: %s", file_name, ferry_status_text(new.failed))
             : file_mkdirs(path.ptr, 0700, err);
    path.ptr[folder] = '/';
    rc = rc ? rc : file_write(path.ptr, buf_str(&new), 0600, err);
out:
    buf_finish(&named);
    buf_finish(&path);
    buf_finish(&new);
    buf_finish(&old);
    return rc;
}

/* --- the check --------------------------------------------------------------------------- */

static int is_vendors(const char *vendor, struct ferry_str url)
{
    struct ferry_str own = ferry_cstr(vendor);
    return vendor && (str_starts(url, "https://") || str_starts(own, "http://")) &&
           str_cmp_nocase(url_without_port(url_host(url)), url_without_port(url_host(own))) == 0;
}

const char *config_trust_reason(const struct config *c, const struct config_trust *t)
{
    const unsigned repo = CONFIG_FROM(CONFIG_REPO), dotenv = CONFIG_FROM(CONFIG_DOTENV);
    if (!(t->url_sources & (repo | dotenv))) {
        return t->url_sources ? "named outside the repository" : "the vendor's own";
    }
    if (t->secret_sources == repo ||
        (t->url_sources == dotenv && !(t->secret_sources & ~(repo | dotenv)))) {
        return "named beside the secret";
    }
    return url_is_loopback(url_host(t->url)) ? "this machine"
           : is_vendors(t->vendor, t->url)   ? "the vendor's own"
           : trust_allows(c, t->url)         ? "allowed by you, see `ferry trust`"
                                             : NULL;
}

int32_t config_trust_check(const struct config *c, const struct config_trust *t,
                           struct ferry_error *err)
{
    struct ferry_str host = url_host(t->url);
    int plain;
    if (config_trust_reason(c, t)) {
        return FERRY_OK;
    }
    plain = str_starts(t->url, "http://");
    return ferry_fail(
        err, FERRY_E_CONFIG, t->secret,
        "%s: \"%s\" comes from outside the repository and is not sent to %s%.*s, which %s names "
        "and a "
        "change to the repository could replace; allow the host with `ferry trust %s%.*s`, "
        "FERRY_TRUST_HOST, or trust.hosts in the user's config",
        t->what, t->secret, plain ? "http://" : "", STR_ARG(host), t->url_at,
        plain ? "http://" : "", STR_ARG(host));
}
