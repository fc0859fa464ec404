/* SPDX-License-Identifier: MIT */
/* codec_session.c - who we are to Octane, and where in it everything is. A session is a cookie, which any answer may renew. */
#include "codec.h"

#include <text.h>

/* What a session consists of, by the names of the cookies. Others that a server sets are its own business. */
static const char *const cookies[] = {"LWSSO_COOKIE_KEY", "OCTANE_USER"};

/* --- where ------------------------------------------------------------------------------------------- */

static int ends_with(struct ferry_str s, const char *end)
{
    uint64_t n = ferry_cstr(end).len;
    return s.len >= n && str_is(str_sub(s, s.len - n, n), end);
}

struct ferry_str octane_site(const struct ferry_call *call)
{
    static const char *const ends[] = {"/", "/ui", "/api"};
    struct ferry_str url = octane_option(call, "url");
    for (uint64_t i = 0; i < url.len; i++) {
        if (str_starts(str_sub(url, i, url.len), "/shared_spaces/")) {
            url.len = i;
        }
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        while (ends_with(url, ends[i])) {
            url.len -= ferry_cstr(ends[i]).len;
            i = 0;
        }
    }
    return url;
}

int32_t octane_place(const struct ferry_call *call, struct ferry_str *space,
                     struct ferry_str *workspace, struct ferry_error *err)
{
    struct ferry_str rest = call->project, first = {NULL, 0};
    str_split(&rest, '.', &first);
    *space = octane_option(call, "space_id");
    *workspace = octane_option(call, "workspace_id");
    if (str_empty(*space)) {
        *space = first;
    }
    if (str_empty(*workspace)) {
        *workspace = rest;
    }
    if (str_is(octane_option(call, "verify_ssl"), "false")) {
        return ferry_fail(err, FERRY_E_CONFIG, "verify_ssl",
                          "certificates are not left unchecked for one tracker; name its authority "
                          "by \"tls.ca_file\", or set FERRY_TLS_VERIFY=false");
    }
    if (octane_is_id(*space) && octane_is_id(*workspace)) {
        return FERRY_OK;
    }
    return ferry_fail(err, FERRY_E_CONFIG, octane_is_id(*space) ? "workspace_id" : "space_id",
                      "project \"%.*s\" does not say which shared space and workspace are meant; "
                      "write SPACE.WORKSPACE, such as 1001.1002, or set \"space_id\" and "
                      "\"workspace_id\"",
                      STR_ARG(utf8_cut(call->project, 60)));
}

int32_t octane_put_path(struct buf *b, const struct ferry_call *call, const char *path,
                        struct ferry_error *err)
{
    struct ferry_str space, workspace;
    int32_t rc = octane_place(call, &space, &workspace, err);
    if (rc == FERRY_OK) {
        buf_put(b, octane_site(call));
        buf_printf(b, "/api/shared_spaces/%.*s/workspaces/%.*s%s", STR_ARG(space),
                   STR_ARG(workspace), path);
    }
    return rc;
}

/* --- who ----------------------------------------------------------------------------------------------- */

static void begin_sign(const struct ferry_call *call, const struct ferry_out *out, const char *path)
{
    struct buf target;
    buf_init(&target, 4096);
    buf_put(&target, octane_site(call));
    buf_puts(&target, path);
    out->start(out->self, FERRY_LIT("POST"), buf_str(&target));
    buf_finish(&target);
}

static int32_t put_json(const struct ferry_out *out, const char *name, struct ferry_str text)
{
    struct buf b;
    buf_init(&b, 65536);
    struct json_out json = json_to(&b);
    json_open(&json, '{');
    json_member(&json, name, text);
    int32_t rc = out->text(out->self, buf_str(&b)); /* the brace is closed after the secret */
    buf_finish(&b);
    return rc;
}

int32_t octane_sign_in(const struct ferry_call *call, const struct ferry_out *out,
                       struct ferry_error *err)
{
    struct ferry_str id = octane_option(call, "client_id"), user = octane_option(call, "user");
    if (!str_empty(id) && !str_empty(user)) {
        return ferry_fail(err, FERRY_E_CONFIG, "client_id",
                          "both \"client_id\" and \"user\" are set; take one of them out");
    }
    if (str_empty(id) && str_empty(user)) {
        return FERRY_E_UNSUPPORTED; /* a bearer token: every request bears it */
    }
    begin_sign(call, out, "/authentication/sign_in");
    out->header(out->self, FERRY_LIT("content-type"));
    out->text(out->self, FERRY_LIT("application/json"));
    out->body(out->self);
    put_json(out, str_empty(id) ? "user" : "client_id", str_empty(id) ? user : id);
    out->text(out->self,
              str_empty(id) ? FERRY_LIT(",\"password\":\"") : FERRY_LIT(",\"client_secret\":\""));
    out->secret(out->self, str_empty(id) ? FERRY_LIT("password") : FERRY_LIT("client_secret"),
                FERRY_IN_JSON);
    return out->text(out->self, FERRY_LIT("\"}"));
}

int32_t octane_sign_out(const struct ferry_call *call, const struct ferry_out *out,
                        struct ferry_error *err)
{
    (void)err;
    begin_sign(call, out, "/authentication/sign_out");
    return out->body(out->self);
}

int32_t octane_dress(const struct ferry_call *call, const struct ferry_out *out,
                     struct ferry_error *err)
{
    (void)err;
    out->header(out->self, FERRY_LIT("accept"));
    out->text(out->self, FERRY_LIT("application/json, */*;q=0.5"));
    if (str_empty(octane_option(call, "client_id")) && str_empty(octane_option(call, "user"))) {
        out->header(out->self, FERRY_LIT("authorization"));
        out->text(out->self, FERRY_LIT("Bearer "));
        return out->secret(out->self, FERRY_LIT("token"), FERRY_RAW);
    }
    for (uint32_t i = 0; i < call->n_session; i++) {
        if (i == 0) {
            out->header(out->self, FERRY_LIT("cookie"));
        }
        out->text(out->self, i ? FERRY_LIT("; ") : FERRY_LIT(""));
        out->text(out->self, call->session[i]);
        out->text(out->self, FERRY_LIT("="));
        out->secret(out->self, call->session[i], FERRY_RAW);
    }
    return FERRY_OK;
}

/* Servers clear cookies, and send empty ones at times: neither is a session. */
static int32_t keep_cookie(const struct ferry_reply *reply, struct ferry_str header)
{
    struct ferry_str pair, name, value;
    str_split(&header, ';', &pair);
    value = pair;
    str_split(&value, '=', &name);
    name = str_trim(name);
    value = str_trim(value);
    for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
        if (str_is(name, cookies[i]) && value.len > 0) {
            return reply->keep(reply->self, ferry_cstr(cookies[i]), value);
        }
    }
    return FERRY_OK;
}

int32_t octane_keep(const struct ferry_call *call, const struct ferry_message *answer,
                    const struct ferry_reply *reply, struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    (void)call;
    (void)err;
    for (uint32_t i = 0; i < answer->n_headers && rc == FERRY_OK; i++) {
        if (str_is(answer->headers[i].key, "set-cookie") && answer->status != 401) {
            rc = keep_cookie(reply, answer->headers[i].value);
        }
    }
    return rc;
}
