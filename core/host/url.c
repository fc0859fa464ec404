/* SPDX-License-Identifier: MIT */
/* url.c - see url.h. */
#include "url.h"

#include <arpa/inet.h>
#include <text.h>

static struct ferry_str without_scheme(struct ferry_str url)
{
    return str_starts(url, "https://")  ? str_sub(url, 8, url.len)
           : str_starts(url, "http://") ? str_sub(url, 7, url.len)
                                        : url;
}

struct ferry_str url_host(struct ferry_str url)
{
    struct ferry_str rest = without_scheme(url), host = rest;
    str_split(&rest, '/', &host);
    return host;
}

struct ferry_str url_without_port(struct ferry_str host)
{
    uint64_t n = host.len;
    while (n > 0 && host.ptr[n - 1] >= '0' && host.ptr[n - 1] <= '9') {
        n--;
    }
    if (n > 1 && n < host.len && host.ptr[n - 1] == ':') {
        host.len = n - 1;
    }
    return host;
}

int url_is_plain(struct ferry_str url)
{
    return str_starts(url, "http://");
}

int url_is_loopback(struct ferry_str host)
{
    struct in_addr four;
    struct in6_addr six;
    char text[64];
    host = url_without_port(host);
    if (str_is(host, "localhost")) {
        return 1;
    }
    if (host.len == 0 || host.len >= sizeof text) {
        return 0;
    }
    snprintf(text, sizeof text, "%.*s", STR_ARG(host));
    if (text[0] == '[') {
        text[host.len - 1] = '\0';
        return inet_pton(AF_INET6, text + 1, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
    }
    return inet_pton(AF_INET, text, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

/* Without '/' at the end, and without a last segment "v1", "v2" ... */
static struct ferry_str trimmed_base(struct ferry_str base)
{
    uint64_t digits = 0, n;
    while (base.len > 0 && base.ptr[base.len - 1] == '/') {
        base.len--;
    }
    n = base.len;
    while (n > 0 && base.ptr[n - 1] >= '0' && base.ptr[n - 1] <= '9') {
        n--;
        digits++;
    }
    if (digits && n > 2 && base.ptr[n - 1] == 'v' && base.ptr[n - 2] == '/' &&
        base.ptr[n - 3] != '/') {
        base.len = n - 2;
    }
    return base;
}

struct ferry_str url_place(struct ferry_str url)
{
    return trimmed_base(without_scheme(url));
}

static int is_absolute(struct ferry_str target)
{
    return str_starts(target, "https://") || str_starts(target, "http://");
}

int url_is_elsewhere(struct ferry_str base, struct ferry_str target)
{
    return is_absolute(target) && (url_is_plain(base) != url_is_plain(target) ||
                                   str_cmp_nocase(url_host(base), url_host(target)) != 0);
}

int32_t url_join(struct buf *out, struct ferry_str base, struct ferry_str target,
                 struct ferry_error *err)
{
    if (is_absolute(target)) {
        if (url_is_elsewhere(base, target)) {
            return ferry_fail(err, FERRY_E_CONFIG, "url",
                              "a request for %.*s is not sent with the credentials of %.*s",
                              STR_ARG(url_host(target)), STR_ARG(url_host(base)));
        }
        buf_put(out, target);
    } else if (!str_starts(target, "/")) {
        return ferry_fail(err, FERRY_E_BUG, "url", "the plugin's target \"%.*s\" lacks its '/'",
                          STR_ARG(str_sub(target, 0, 80)));
    } else {
        buf_put(out, trimmed_base(base));
        buf_put(out, target);
    }
    return out->failed
               ? ferry_fail(err, out->failed, "url", "the URL is longer than %zu bytes", out->max)
               : FERRY_OK;
}
