/* SPDX-License-Identifier: MIT */
/* network.c - see network.h. */
#include "network.h"

#include "log.h"
#include "transport_curl.h"
#include "url.h"

#include <text.h>

void network_init(struct network *n, const struct config *config, struct clock *clock)
{
    *n = (struct network){.config = config, .clock = clock};
}

void network_finish(struct network *n)
{
    http_client_destroy(n->client);
    *n = (struct network){.config = NULL};
}

static struct ferry_str setting(const struct network *n, const char *path)
{
    struct ferry_str value = n->config ? config_get(n->config, path) : (struct ferry_str){NULL, 0};
    return str_empty(value) ? (struct ferry_str){NULL, 0} : value;
}

static int64_t duration(const struct network *n, const char *path, int64_t fallback)
{
    int64_t ms;
    return str_int64(setting(n, path), &ms) ? ms : fallback;
}

static int32_t need_client(struct network *n, struct ferry_error *err)
{
    enum { CONNECT_MS = 10000, IDLE_MS = 60000, WHOLE_MS = 300000 };
    struct http_times times = {
        .connect_ms = duration(n, "http.connect_timeout", CONNECT_MS),
        .idle_ms = duration(n, "http.idle_timeout", IDLE_MS),
        .whole_ms = duration(n, "http.timeout", WHOLE_MS),
    };
    return n->client ? FERRY_OK : http_client_create(&n->client, &times, n->clock, err);
}

/* Anyone on the way reads what goes over plain http, the token first. */
static int32_t check_plain(const struct network *n, const struct target *t, struct ferry_error *err)
{
    struct ferry_str host = url_host(t->url);
    if (!url_is_plain(t->url) || url_is_loopback(host) ||
        (n->config && trust_allows(n->config, t->url))) {
        return FERRY_OK;
    }
    return ferry_fail(err, FERRY_E_CONFIG, "url",
                      "%.*s: plain http to %.*s can be read and changed on the way; use https, or "
                      "allow it with `ferry trust http://%.*s`",
                      STR_ARG(t->label), STR_ARG(host), STR_ARG(host));
}

int32_t network_open(struct network *n, const struct target *t, struct spool *spool,
                     struct transport *out, struct ferry_error *err)
{
    struct http_route route = {
        .base = t->url,
        .ca_file = setting(n, "tls.ca_file"),
        .ca_folder = setting(n, "tls.ca_dir"),
        .proxy = setting(n, "proxy"),
        .skip_verify = str_is(setting(n, "tls.verify"), "false"),
        .spool = spool,
    };
    int32_t rc = check_plain(n, t, err);
    rc = rc ? rc : need_client(n, err);
    if (rc == FERRY_OK && route.skip_verify && !url_is_plain(t->url) && !n->warned) {
        log_warn("certificates are not checked (tls.verify, %s): whoever is on the way can read "
                 "and change everything, tokens too",
                 config_origin(n->config, "tls.verify"));
        n->warned = 1;
    }
    return rc ? rc : transport_curl_open(out, n->client, &route, err);
}
