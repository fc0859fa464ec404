/* SPDX-License-Identifier: MIT */
/*
 * tls_server.h - a server that speaks TLS as no library's server would: it shows a certificate that is wrong in one thing, or breaks off, in the
 * handshake or behind it, where the script says so. One connection at a time, a thread of its own.
 */
#ifndef TESTS_TLS_SERVER_H
#define TESTS_TLS_SERVER_H

#include <arpa/inet.h>
#include <check.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- certificates ------------------------------------------------------------------------------ */

struct authority {
    EVP_PKEY *key; /* of everybody: what is wrong is never the key */
    X509 *own;
};

static inline void tls_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ck_assert_ptr_nonnull(e);
    X509_add_ext(cert, e, -1);
    X509_EXTENSION_free(e);
}

/* issuer NULL: its own. Days from now. */
static inline X509 *tls_certificate(EVP_PKEY *key, X509 *issuer, const char *name, const char *alt,
                                    int from, int to)
{
    static long serial;
    X509 *cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(cert), from * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(cert), to * 86400L);
    X509_set_pubkey(cert, key);
    X509_NAME *subject = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    issuer = issuer ? issuer : cert;
    X509_set_issuer_name(cert, X509_get_subject_name(issuer));
    if (alt) {
        tls_extend(cert, issuer, NID_subject_alt_name, alt);
    } else {
        tls_extend(cert, issuer, NID_basic_constraints, "critical,CA:TRUE");
    }
    ck_assert_int_gt(X509_sign(cert, key, EVP_sha256()), 0);
    return cert;
}

static inline void authority_make(struct authority *a, const char *path)
{
    a->key = EVP_EC_gen("P-256");
    a->own = tls_certificate(a->key, NULL, "An Authority", NULL, -1, 10);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    PEM_write_X509(f, a->own);
    fclose(f);
}

static inline void authority_free(struct authority *a)
{
    X509_free(a->own);
    EVP_PKEY_free(a->key);
}

/* --- the server --------------------------------------------------------------------------------- */

enum tls_then {
    TLS_GOODBYE, /* close_notify, FIN */
    TLS_CUT,     /* FIN alone */
    TLS_RESET,   /* RST */
    TLS_KEEP,
    TLS_ALERT,      /* a fatal one, FIN */
    TLS_GARBAGE,    /* a record that no key has made */
    TLS_RENEGOTIATE /* asks for another handshake (1.2), or for new keys (1.3), and says `more` */
};
enum tls_before { /* instead of a handshake */
                  TLS_SHAKES,
                  TLS_HANGS_UP,   /* when it was greeted */
                  TLS_RESETS,     /* likewise */
                  TLS_HALF_HELLO, /* some bytes of a record, FIN */
                  TLS_PLAIN,      /* answers in HTTP */
                  TLS_REFUSES,    /* a fatal alert */
                  TLS_SILENT
};

struct tls_server {
    /* what it does */
    X509 *certificate;
    EVP_PKEY *key;
    enum tls_before before;
    int version;      /* the only one that it speaks; 0: any */
    const char *pick; /* ALPN: this one whatever is offered, as "\x02h2" */
    const char *say, *more;
    enum tls_then then;
    int dies_second; /* the second request is read, and that is the end of it */
    /* what it saw */
    unsigned requests, connections;
    unsigned char offered[64]; /* ALPN, as on the wire */
    unsigned n_offered;
    char last[8192];
    /* its own */
    SSL_CTX *ctx;
    int fd, hold;
    uint16_t port;
    pthread_t thread;
};

static inline int tls_on_alpn(SSL *ssl, const unsigned char **out, unsigned char *n,
                              const unsigned char *in, unsigned n_in, void *data)
{
    struct tls_server *s = data;
    (void)ssl;
    s->n_offered = n_in < sizeof s->offered ? n_in : sizeof s->offered;
    memcpy(s->offered, in, s->n_offered);
    if (!s->pick) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = (const unsigned char *)s->pick + 1;
    *n = (unsigned char)s->pick[0];
    return SSL_TLSEXT_ERR_OK;
}

static inline void tls_reset(int fd)
{
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static inline void tls_send(int fd, const void *bytes, size_t n)
{
    ck_assert_int_eq(send(fd, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* 1: the handshake may begin. */
static inline int tls_greet(struct tls_server *s, int fd)
{
    static const unsigned char half[] = {22, 3, 3, 0, 90, 2, 0, 0},
                               alert[] = {21, 3, 3, 0, 2, 2, 40}; /* handshake_failure */
    static const char plain[] =
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    char hello[4096];
    if (s->before == TLS_SHAKES) {
        return 1;
    }
    if (recv(fd, hello, sizeof hello, 0) <= 0) {
        return 0;
    }
    switch (s->before) {
    case TLS_RESETS:
        tls_reset(fd);
        break;
    case TLS_HALF_HELLO:
        tls_send(fd, half, sizeof half);
        break;
    case TLS_PLAIN:
        tls_send(fd, plain, sizeof plain - 1);
        break;
    case TLS_REFUSES:
        tls_send(fd, alert, sizeof alert);
        break;
    case TLS_SILENT:
        s->hold = dup(fd);
        break;
    default:
        break;
    }
    return 0;
}

static inline int tls_read_request(struct tls_server *s, SSL *ssl)
{
    size_t n = 0, need = 0;
    char *end = NULL;
    while (!end || n < need) {
        int got = SSL_read(ssl, s->last + n, (int)(sizeof s->last - 1 - n));
        if (got <= 0) {
            return 0;
        }
        n += (size_t)got;
        s->last[n] = '\0';
        if (!end && (end = strstr(s->last, "\r\n\r\n")) != NULL) {
            char *length = strcasestr(s->last, "content-length:");
            need = (size_t)(end + 4 - s->last) + (length ? strtoul(length + 15, NULL, 10) : 0);
        }
    }
    s->requests++;
    return 1;
}

static inline void tls_write(SSL *ssl, const char *text)
{
    if (text && text[0]) {
        ck_assert_int_gt(SSL_write(ssl, text, (int)strlen(text)), 0);
    }
}

/* 1: another request may come. */
static inline int tls_answer(struct tls_server *s, SSL *ssl, int fd)
{
    static const unsigned char garbage[] = {23, 3, 3, 0, 32, 1, 2, 3, 4, 5, 6, 7, 8,
                                            9,  0, 1, 2, 3,  4, 5, 6, 7, 8, 9, 0, 1,
                                            2,  3, 4, 5, 6,  7, 8, 9, 0, 1, 2};
    static const unsigned char alert[] = {21, 3, 3, 0, 2, 2, 80}; /* in the clear: garbage, too */
    if (s->dies_second && s->requests > 1) {
        return 0;
    }
    tls_write(ssl, s->say);
    switch (s->then) {
    case TLS_GOODBYE:
        SSL_shutdown(ssl);
        break;
    case TLS_RESET:
        tls_reset(fd);
        break;
    case TLS_GARBAGE:
        tls_send(fd, garbage, sizeof garbage);
        break;
    case TLS_ALERT:
        tls_send(fd, alert, sizeof alert);
        break;
    case TLS_RENEGOTIATE:
        if (SSL_version(ssl) == TLS1_3_VERSION) {
            SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
        } else {
            SSL_renegotiate(ssl);
        }
        SSL_do_handshake(ssl);
        tls_write(ssl, s->more);
        SSL_shutdown(ssl);
        break;
    default:
        break;
    }
    return s->then == TLS_KEEP;
}

static inline void *tls_serve(void *data)
{
    struct tls_server *s = data;
    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0) {
            return NULL;
        }
        s->connections++;
        SSL *ssl = SSL_new(s->ctx);
        SSL_set_fd(ssl, fd);
        if (tls_greet(s, fd) && SSL_accept(ssl) == 1) {
            while (tls_read_request(s, ssl) && tls_answer(s, ssl, fd)) {
            }
        }
        ERR_clear_error();
        SSL_free(ssl);
        close(fd);
    }
}

static inline void tls_start(struct tls_server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    s->hold = -1;
    s->ctx = SSL_CTX_new(TLS_server_method());
    ck_assert_ptr_nonnull(s->ctx);
    SSL_CTX_use_certificate(s->ctx, s->certificate);
    SSL_CTX_use_PrivateKey(s->ctx, s->key);
    SSL_CTX_set_alpn_select_cb(s->ctx, tls_on_alpn, s);
    if (s->version) {
        SSL_CTX_set_security_level(s->ctx, 0);
        SSL_CTX_set_min_proto_version(s->ctx, s->version);
        SSL_CTX_set_max_proto_version(s->ctx, s->version);
    }
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(s->fd, 8), 0);
    ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    ck_assert_int_eq(pthread_create(&s->thread, NULL, tls_serve, s), 0);
}

static inline void tls_stop(struct tls_server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
    if (s->hold >= 0) {
        close(s->hold);
    }
    SSL_CTX_free(s->ctx);
}

#endif
