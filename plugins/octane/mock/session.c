/* SPDX-License-Identifier: MIT */
/*
 * session.c - who asks. A session is a cookie, LWSSO_COOKIE_KEY, which ends when it was idle for too long or is too old, and which any answer may
 * replace. Whoever signs in with an old one is given back that one, and it is as dead as it was: so does the vendor.
 */
#include "mock.h"

#include <text.h>

enum { MOST_CREDENTIAL = 400 };

/* --- cookies -------------------------------------------------------------------------------------------- */

/* Of all headers `cookie`; absent where there is none of this name. */
static struct ferry_str cookie_of(const struct http *h, const char *name)
{
    const struct ferry_message *m = h->request;
    struct ferry_str absent = {NULL, 0};
    for (uint32_t i = 0; i < m->n_headers; i++) {
        struct ferry_str rest = m->headers[i].value, one, key;
        while (str_is(m->headers[i].key, "cookie") && str_split(&rest, ';', &one)) {
            one = str_trim(one);
            if (str_split(&one, '=', &key) && str_is(key, name) && one.ptr) {
                return one;
            }
        }
    }
    return absent;
}

static int32_t new_cookie(struct http *h, struct ferry_str *out)
{
    int64_t n = 0;
    int32_t rc = alm_int(h, 0, &n,
                         "INSERT INTO mock (name, number) VALUES ('cookie', 1) ON CONFLICT (name)"
                         " DO UPDATE SET number = mock.number + 1 RETURNING number",
                         "");
    *out = kit_hash(&h->arena, "cookie", n);
    return rc;
}

/* --- signing in ------------------------------------------------------------------------------------------- */

/* The two forms a body may have; any other member is refused. */
static int credentials(struct http *h, const struct cJSON *body, struct ferry_str *id,
                       struct ferry_str *secret)
{
    int by_key = json_get(body, "client_id") != NULL;
    *id = json_str(json_get(body, by_key ? "client_id" : "user"));
    *secret = json_str(json_get(body, by_key ? "client_secret" : "password"));
    if (!id->ptr || !secret->ptr || json_count(body) != 2 || id->len > MOST_CREDENTIAL) {
        alm_refuse(h, 400, "platform.malformed_body",
                   "The body must be {\"client_id\",\"client_secret\"} or {\"user\",\"password\"}, "
                   "each a text, and nothing else.");
        return 0;
    }
    return 1;
}

static int right(const struct http *h, struct ferry_str id, struct ferry_str secret)
{
    struct ferry_str want_id = kit_option(h->call, "client_id");
    struct ferry_str want_secret = kit_option(h->call, "client_secret");
    int ok = id.len > 0 && secret.len > 0;
    ok &= want_id.len == 0 || kit_same_secret(id, want_id);
    ok &= want_secret.len == 0 || kit_same_secret(secret, want_secret);
    return ok;
}

/* A private client type, or the sign of a technical preview: newer servers refuse to sign in with either. */
static int is_private(const struct http *h)
{
    struct ferry_str type = kit_header(h->request, "hpeclienttype");
    return !alm_option_is(h, "private_headers", "accept") &&
           ((type.ptr && !str_is(type, "HPE_CI_CLIENT")) ||
            kit_header(h->request, "alm-octane-tech-preview").ptr);
}

static void put_user(struct http *h, struct ferry_str id)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = arena_alloc(&h->arena, (size_t)id.len * 2 + 1);
    for (uint64_t i = 0; hex && i < id.len; i++) {
        hex[2 * i] = digits[(unsigned char)id.ptr[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)id.ptr[i] & 15];
    }
    h->user = (struct ferry_str){hex, hex ? id.len * 2 : 0};
}

static int32_t open_session(struct http *h, struct ferry_str id)
{
    int32_t rc = new_cookie(h, &h->cookie);
    put_user(h, id);
    h->status = 200;
    return rc ? rc
              : alm_run(h,
                        "INSERT INTO session (token, user, born_ms, seen_ms, used)"
                        " VALUES (?, ?, ?, ?, 0)",
                        "ssii", h->cookie, id, h->now_ms, h->now_ms);
}

int32_t alm_sign_in(struct http *h)
{
    struct json_doc doc = {NULL};
    struct ferry_str id, secret, old = cookie_of(h, "LWSSO_COOKIE_KEY");
    int32_t rc = FERRY_OK;
    if (is_private(h)) {
        return alm_refuse(h, 403, "VALIDATION_CLIENT_TYPE_NOT_ALLOWED",
                          "This client type may not sign in here: leave HPECLIENTTYPE and "
                          "ALM-OCTANE-TECH-PREVIEW out.");
    }
    if (!alm_body_object(h, &doc)) {
        return FERRY_OK;
    }
    if (credentials(h, doc.root, &id, &secret)) {
        if (!right(h, id, secret)) {
            alm_refuse(h, 401, "VALIDATION_LOGIN_FAILED",
                       "The user or the password is wrong, or the API access key is.");
        } else if (old.ptr && !alm_option_is(h, "old_cookie", "accept")) {
            h->status = 304;
            h->cookie = old;
        } else {
            rc = open_session(h, id);
        }
    }
    json_finish(&doc);
    return rc;
}

int32_t alm_sign_out(struct http *h)
{
    h->status = 200;
    return alm_run(h, "DELETE FROM session WHERE token = ?", "s", cookie_of(h, "LWSSO_COOKIE_KEY"));
}

/* --- asking ------------------------------------------------------------------------------------------------- */

struct session {
    int64_t born_ms, seen_ms, dies_ms, used; /* dies_ms 0: no other took its place */
    struct arena *arena;
    struct ferry_str user;
    int there;
};

static int32_t take_session(void *data, const struct ferry_value *row, uint32_t n)
{
    struct session *s = data;
    (void)n;
    s->there = 1;
    s->born_ms = row[0].i;
    s->seen_ms = row[1].i;
    s->dies_ms = row[2].i;
    s->used = row[3].i;
    s->user = arena_str(s->arena, row[4].s);
    return FERRY_OK;
}

/* Another cookie takes this one's place, which lives on for what is under way. It is idle from anew, but no younger. */
static int32_t rotate(struct http *h, const struct session *s, struct ferry_str old)
{
    int64_t grace = kit_option_int(h->call, "rotate_grace", 10000);
    int32_t rc = new_cookie(h, &h->cookie);
    rc = rc ? rc
            : alm_run(h,
                      "INSERT INTO session (token, user, born_ms, seen_ms, used)"
                      " VALUES (?, ?, ?, ?, 0)",
                      "ssii", h->cookie, s->user, s->born_ms, h->now_ms);
    return rc ? rc
              : alm_run(h, "UPDATE session SET dies_ms = ? WHERE token = ?", "is",
                        h->now_ms + grace, old);
}

static int32_t by_cookie(struct http *h, struct ferry_str cookie, int *is_in)
{
    struct session s = {.arena = &h->arena};
    int64_t idle = kit_option_int(h->call, "session_idle", 180 * 60000);
    int64_t life = kit_option_int(h->call, "session_life", 1440 * 60000);
    int64_t every = kit_option_int(h->call, "rotate_every", 0);
    int32_t rc = alm_rows(
        h, take_session, &s,
        "SELECT born_ms, seen_ms, coalesce(dies_ms, 0), used, user FROM session WHERE token = ?",
        "s", cookie);
    if (rc) {
        return rc;
    }
    if (!s.there || (s.dies_ms && h->now_ms >= s.dies_ms)) {
        return alm_refuse(h, 401, "VALIDATION_TOKEN_INVALID", "The session is not known.");
    }
    if (h->now_ms - s.born_ms >= life) {
        return alm_refuse(h, 401, "VALIDATION_TOKEN_EXPIRED_GLOBAL_TIME_OUT",
                          "The session is too old: sign in again.");
    }
    if (h->now_ms - s.seen_ms >= idle) {
        return alm_refuse(h, 401, "VALIDATION_TOKEN_EXPIRED_IDLE_TIME_OUT",
                          "The session was idle for too long: sign in again.");
    }
    *is_in = 1;
    rc = alm_run(h, "UPDATE session SET seen_ms = ?, used = used + 1 WHERE token = ?", "is",
                 h->now_ms, cookie);
    return rc == FERRY_OK && every > 0 && !s.dies_ms && (s.used + 1) % every == 0
               ? rotate(h, &s, cookie)
               : rc;
}

/* 3 bytes of four characters; 0 where it is no base64. */
static int base64(struct ferry_str in, char *out, size_t size)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t n = 0;
    int have = 0;
    for (uint64_t i = 0; i < in.len && in.ptr[i] != '='; i++) {
        const char *at = in.ptr[i] ? strchr(alphabet, in.ptr[i]) : NULL;
        if (!at || n + 1 >= size) {
            return 0;
        }
        bits = (bits << 6 | (uint32_t)(at - alphabet)) & 0xffffffu;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(bits >> have & 0xffu);
        }
    }
    out[n] = '\0';
    return 1;
}

static int by_header(const struct http *h, struct ferry_str given)
{
    struct ferry_str bearer = kit_option(h->call, "bearer"), id, secret;
    char both[2 * MOST_CREDENTIAL];
    if (str_starts(given, "Bearer ")) {
        return bearer.len > 0 && kit_same_secret(str_sub(given, 7, given.len), bearer);
    }
    if (!str_starts(given, "Basic ") || !alm_option_is(h, "basic", "true") ||
        !base64(str_sub(given, 6, given.len), both, sizeof both)) {
        return 0;
    }
    secret = ferry_cstr(both);
    return str_split(&secret, ':', &id) && secret.ptr && right(h, id, secret);
}

int32_t alm_session_check(struct http *h, int *is_in)
{
    struct ferry_str cookie = cookie_of(h, "LWSSO_COOKIE_KEY");
    struct ferry_str given = kit_header(h->request, "authorization");
    *is_in = 0;
    if (given.ptr) {
        *is_in = by_header(h, given);
        return *is_in ? FERRY_OK
                      : alm_refuse(h, 401, "VALIDATION_LOGIN_FAILED",
                                   "What the header Authorization says is not taken here.");
    }
    if (cookie.len == 0) {
        return alm_refuse(h, 401, "VALIDATION_TOKEN_MISSING", "There is no session: sign in.");
    }
    return by_cookie(h, cookie, is_in);
}
