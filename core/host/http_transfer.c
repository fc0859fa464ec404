/* SPDX-License-Identifier: MIT */
/*
 * http_transfer.c - see http_transfer.h. The options are the whole of what ferry asks of libcurl; each that is not its default says why.
 */
#include "http_transfer.h"

#include "http_trace.h"
#include "log.h"
#include "url.h"

#include <stdlib.h>
#include <text.h>

enum { HEAD_MAX = 64 << 20, URL_MAX = 64 * 1024, AGE_S = 25, LIFETIME_S = 3600 };

static void moved(struct http_transfer *t)
{
    t->moved_us = t->clock->mono_us(t->clock);
}

/* --- callbacks ------------------------------------------------------------------------------- */

/*
 * The last moment before the request is written. On a kept connection that turned out to be dead libcurl comes here a second time and
 * would send the same again, and nobody would ever know that it may have acted twice.
 */
static int on_begin(void *data, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct http_transfer *t = data;
    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    t->begun++;
    moved(t);
    if (t->begun > 1 && t->x->has_effect) {
        snprintf(t->why, sizeof t->why, "the connection died before an answer came");
        return CURL_PREREQFUNC_ABORT;
    }
    t->sent = 0;
    return CURL_PREREQFUNC_OK;
}

/* Most requests in one piece: what is left waits for whoever looks after sockets next. */
enum { UPLOAD_PIECE = 512 << 10 };

static size_t on_read(char *to, size_t size, size_t n, void *data)
{
    struct http_transfer *t = data;
    int64_t got = request_body_read(&t->body, &t->flat, t->route->spool, t->sent, to, size * n);
    if (got < 0) {
        snprintf(t->why, sizeof t->why, "an attachment could not be read from the spool");
        return CURL_READFUNC_ABORT;
    }
    t->sent += (uint64_t)got;
    moved(t);
    return (size_t)got;
}

/* What has no effect may be sent again, its body too. */
static int on_rewind(void *data, curl_off_t to, int origin)
{
    struct http_transfer *t = data;
    if (t->x->has_effect || origin != SEEK_SET) {
        return CURL_SEEKFUNC_FAIL;
    }
    t->sent = (uint64_t)to;
    return CURL_SEEKFUNC_OK;
}

static size_t on_header(char *line, size_t size, size_t n, void *data)
{
    struct http_transfer *t = data;
    moved(t);
    return http_answer_line(&t->answer, (struct ferry_str){line, size * n}) ? size * n : 0;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
    struct http_transfer *t = data;
    moved(t);
    return http_answer_body(&t->answer, (struct ferry_str){bytes, size * n}) ? size * n : 0;
}

/* --- setting up -------------------------------------------------------------------------------- */

static void set_safety(CURL *easy)
{
    curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L); /* signals are the host's */
    curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* another place is not given our secrets */
    curl.easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl.easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl.easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl.easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl.easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    /* Of HTTP/2 nothing is gained, and streams would be replayed by rules of their own. */
    curl.easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl.easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING,
                     0L);                                     /* http_answer.c sees the end of it */
    curl.easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)AGE_S); /* dead kept connections are rare */
    curl.easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, (long)LIFETIME_S);
    curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a hanging name look-up is not waited for */
    curl.easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

/* libcurl, unlike the curl program, does not look at these. */
static const char *from_environment(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static void set_certificates(CURL *easy, const struct http_route *r)
{
    const char *bundle = from_environment("CURL_CA_BUNDLE");
    const char *file = from_environment("SSL_CERT_FILE"),
               *folder = from_environment("SSL_CERT_DIR");
    char text[4096];
    curl.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, r->skip_verify ? 0L : 1L);
    curl.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, r->skip_verify ? 0L : 2L);
    if (r->ca_file.ptr) {
        snprintf(text, sizeof text, "%.*s", STR_ARG(r->ca_file));
        curl.easy_setopt(easy, CURLOPT_CAINFO, text);
    } else if (!r->ca_folder.ptr && (bundle || file)) {
        curl.easy_setopt(easy, CURLOPT_CAINFO, bundle ? bundle : file);
    }
    if (r->ca_folder.ptr) {
        snprintf(text, sizeof text, "%.*s", STR_ARG(r->ca_folder));
        curl.easy_setopt(easy, CURLOPT_CAPATH, text);
    } else if (!r->ca_file.ptr && !bundle && folder) {
        curl.easy_setopt(easy, CURLOPT_CAPATH, folder);
    }
}

static void set_proxy(CURL *easy, const struct http_route *r)
{
    char text[4096];
    if (url_is_loopback(url_host(r->base))) {
        curl.easy_setopt(easy, CURLOPT_PROXY, ""); /* whatever the environment says */
    } else if (r->proxy.ptr) {
        snprintf(text, sizeof text, "%.*s", STR_ARG(r->proxy));
        curl.easy_setopt(easy, CURLOPT_PROXY, text);
    }
}

static int32_t add_header(struct http_transfer *t, struct ferry_str name, struct ferry_str value)
{
    struct buf line;
    int32_t rc;
    buf_init(&line, HEAD_MAX);
    buf_put(&line, name);
    /* ";" is libcurl's word for a header without a value. */
    buf_puts(&line, value.len ? ": " : ";");
    buf_put(&line, value);
    struct curl_slist *more = line.failed ? NULL : curl.slist_append(t->headers, buf_cstr(&line));
    rc = more ? FERRY_OK : FERRY_E_NO_MEMORY;
    t->headers = more ? more : t->headers;
    if (line.ptr) {
        explicit_bzero(line.ptr, line.len);
    }
    buf_finish(&line);
    return rc;
}

static int has_line_break(struct ferry_str s)
{
    return s.len && (memchr(s.ptr, '\r', (size_t)s.len) || memchr(s.ptr, '\n', (size_t)s.len) ||
                     memchr(s.ptr, '\0', (size_t)s.len));
}

static int32_t set_headers(struct http_transfer *t, const struct ferry_message *m,
                           struct ferry_error *err)
{
    int32_t rc = FERRY_OK;
    int has_type = 0;
    for (uint32_t i = 0; i < m->n_headers && rc == FERRY_OK; i++) {
        if (has_line_break(m->headers[i].key) || has_line_break(m->headers[i].value)) {
            return ferry_fail(err, FERRY_E_INPUT, NULL,
                              "the header \"%.*s\" holds a line break; it is not sent",
                              STR_ARG(m->headers[i].key));
        }
        has_type |= str_is_nocase(m->headers[i].key, "content-type");
        rc = add_header(t, m->headers[i].key, m->headers[i].value);
    }
    /* "Expect: 100-continue" would send a body twice where a server answers 417. */
    rc = rc ? rc : add_header(t, FERRY_LIT("Accept-Encoding"), FERRY_LIT("gzip"));
    struct curl_slist *more = rc ? NULL : curl.slist_append(t->headers, "Expect:");
    if (more && !has_type) {
        more = curl.slist_append(t->headers, "Content-Type:");
    }
    if (!more) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "network", "out of memory");
    }
    t->headers = more;
    curl.easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    return FERRY_OK;
}

static void set_method(struct http_transfer *t, struct ferry_str method)
{
    char verb[16];
    snprintf(verb, sizeof verb, "%.*s", STR_ARG(method));
    if (t->body.size > 0 || str_is(method, "POST") || str_is(method, "PUT") ||
        str_is(method, "PATCH")) {
        curl.easy_setopt(t->easy, CURLOPT_POST, 1L);
        curl.easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.size);
        curl.easy_setopt(t->easy, CURLOPT_READFUNCTION, on_read);
        curl.easy_setopt(t->easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_PIECE);
        curl.easy_setopt(t->easy, CURLOPT_READDATA, t);
        curl.easy_setopt(t->easy, CURLOPT_SEEKFUNCTION, on_rewind);
        curl.easy_setopt(t->easy, CURLOPT_SEEKDATA, t);
    }
    curl.easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, verb);
}

static void set_callbacks(struct http_transfer *t, const struct http_times *times)
{
    CURL *easy = t->easy;
    curl.easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, t->text);
    curl.easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_begin);
    curl.easy_setopt(easy, CURLOPT_PREREQDATA, t);
    curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl.easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl.easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)times->connect_ms);
    curl.easy_setopt(easy, CURLOPT_USERAGENT, "ferry/" FERRY_VERSION);
    /* What acts when repeated never begins on a connection that may be dead. */
    curl.easy_setopt(easy, CURLOPT_FRESH_CONNECT, t->x->fresh ? 1L : 0L);
}

/*
 * Bytes that a tracker keeps at another host (attachments on a server of files) are asked for with nothing of ours: no header of the
 * account, no secret. Over TLS, so that no answer can send ferry to what listens inside a network; a tracker on loopback may name loopback.
 */
static int is_download_elsewhere(const struct http_transfer *t)
{
    const struct request *r = t->x->request;
    struct ferry_str base = t->route->base;
    return str_is(r->method, "GET") && r->spool_max > 0 && url_is_elsewhere(base, r->target) &&
           (!url_is_plain(r->target) || (url_is_plain(base) && url_is_loopback(url_host(base)) &&
                                         url_is_loopback(url_host(r->target))));
}

static int32_t write_message(struct http_transfer *t, struct ferry_kv headers[REQUEST_HEADERS],
                             struct ferry_message *m, struct ferry_error *err)
{
    t->elsewhere = is_download_elsewhere(t);
    int32_t rc = request_flatten_head(t->x->request, t->elsewhere ? NULL : t->x->dress,
                                      t->elsewhere ? NULL : t->x->values, t->route->spool, &t->flat,
                                      headers, m, &t->body, err);
    if (rc || !t->elsewhere) {
        return rc ? rc : url_join(&t->url, t->route->base, m->target, err);
    }
    buf_put(&t->url, m->target);
    return name_failure(t->url.failed, err, "url");
}

static int32_t prepare(struct http_transfer *t, const struct http_times *times,
                       struct ferry_error *err)
{
    struct ferry_kv headers[REQUEST_HEADERS];
    struct ferry_message m;
    int32_t rc = write_message(t, headers, &m, err);
    if (rc) {
        return rc;
    }
    t->easy = curl.easy_init();
    if (!t->easy) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "network", "out of memory");
    }
    if (curl.easy_setopt(t->easy, CURLOPT_URL, buf_cstr(&t->url)) != CURLE_OK) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "network", "out of memory");
    }
    set_safety(t->easy);
    set_certificates(t->easy, t->route);
    set_proxy(t->easy, t->route);
    set_method(t, m.method);
    set_callbacks(t, times);
    rc = set_headers(t, &m, err);
    http_trace_request(t, m.method);
    return rc;
}

int32_t http_transfer_create(struct http_transfer **out, const struct http_route *route,
                             const struct http_times *times, struct clock *clock,
                             struct exchange *x, struct ferry_error *err)
{
    struct http_transfer *t = calloc(1, sizeof *t);
    *out = NULL;
    if (!t) {
        return ferry_fail(err, FERRY_E_NO_MEMORY, "network", "out of memory");
    }
    t->x = x;
    t->route = route;
    t->clock = clock;
    buf_init(&t->flat, HEAD_MAX);
    buf_init(&t->url, URL_MAX);
    http_answer_init(&t->answer, x, route->spool);
    int32_t rc = prepare(t, times, err);
    if (rc) {
        http_transfer_destroy(t);
        return rc;
    }
    moved(t);
    t->began_us = t->moved_us;
    *out = t;
    return FERRY_OK;
}

void http_transfer_destroy(struct http_transfer *t)
{
    if (!t) {
        return;
    }
    curl.easy_cleanup(t->easy);
    for (struct curl_slist *h = t->headers; h; h = h->next) {
        explicit_bzero(h->data, strlen(h->data));
    }
    curl.slist_free_all(t->headers);
    if (t->flat.ptr) {
        explicit_bzero(t->flat.ptr, t->flat.len);
    }
    buf_finish(&t->flat);
    buf_finish(&t->url);
    http_answer_finish(&t->answer);
    free(t);
}

/* --- the end -------------------------------------------------------------------------------------- */

/* Of a certificate that was shown: which authority one trusts helps with the last of these alone. */
static const char *cure_of_certificate(struct http_transfer *t)
{
    enum { NOT_LOOKED_AT = 1, NOT_YET_VALID = 9, HAS_EXPIRED = 10 }; /* as OpenSSL numbers them */
    long verified = 0;
    curl.easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    return verified == HAS_EXPIRED
               ? "; whoever runs the server has to renew it, if this machine's date is right"
           : verified == NOT_YET_VALID ? "; check this machine's date"
           : verified <= NOT_LOOKED_AT
               ? "; the certificate is another host's: check \"url\""
               : "; name the certificates to trust with tls.ca_file of the user's "
                 "config, FERRY_TLS_CA_FILE or SSL_CERT_FILE";
}

/* What no waiting mends: the user has to. */
static const char *cure_of(struct http_transfer *t, CURLcode result)
{
    switch (result) {
    case CURLE_PEER_FAILED_VERIFICATION:
        return cure_of_certificate(t);
    case CURLE_SSL_CONNECT_ERROR:
        return strstr(t->text, "wrong version number")
                   ? "; it seems to speak plain http: check \"url\""
                   : NULL;
    case CURLE_SSL_CACERT_BADFILE:
        return "; check tls.ca_file, SSL_CERT_FILE, SSL_CERT_DIR and CURL_CA_BUNDLE";
    case CURLE_URL_MALFORMAT:
        return "; check \"url\"";
    case CURLE_UNSUPPORTED_PROTOCOL: /* of what was asked for; an answer that is none of HTTP is a passing fault */
        return t->begun ? NULL : "; check \"url\"";
    default:
        return NULL;
    }
}

static void fail(struct http_transfer *t, CURLcode result)
{
    const char *cure = cure_of(t, result), *hint = "";
    const char *why = t->answer.error.status ? t->answer.error.message
                      : t->why[0]            ? t->why
                      : t->text[0]           ? t->text
                                             : curl.easy_strerror(result);
    if (result == CURLE_GOT_NOTHING && url_is_plain(t->route->base)) {
        hint = "; where it speaks https, say so in \"url\"";
    }
    t->x->end = t->begun ? EXCHANGE_UNSURE : EXCHANGE_NOT_SENT;
    ferry_fail(&t->x->error, cure ? FERRY_E_CONFIG : FERRY_E_UNREACHABLE, "url", "%s%s", why,
               cure ? cure : hint);
}

static void trace(const struct http_transfer *t)
{
    const struct exchange *x = t->x;
    struct ferry_str url = http_trace_url(t);
    int64_t ms = (t->clock->mono_us(t->clock) - t->began_us) / 1000;
    if (!log_enabled(FERRY_LOG_DEBUG)) {
        return;
    }
    if (x->end == EXCHANGE_ANSWERED) {
        log_debug("%.*s %.*s: %u after %lld ms, %llu bytes", STR_ARG(x->request->method),
                  STR_ARG(url), t->answer.status, (long long)ms,
                  (unsigned long long)t->answer.bytes);
    } else {
        log_debug("%.*s %.*s: %s after %lld ms: %s", STR_ARG(x->request->method), STR_ARG(url),
                  x->end == EXCHANGE_NOT_SENT ? "not sent" : "no answer", (long long)ms,
                  x->error.message);
    }
}

void http_transfer_end(struct http_transfer *t, CURLcode result)
{
    t->x->error = (struct ferry_error){.size = sizeof t->x->error};
    if (result != CURLE_OK || http_answer_end(&t->answer)) {
        fail(t, result);
    } else {
        t->x->end = EXCHANGE_ANSWERED;
        t->x->answer.n_headers = t->elsewhere ? 0 : t->x->answer.n_headers;
    }
    trace(t);
    http_trace_end(t);
}
