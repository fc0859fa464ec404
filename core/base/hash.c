/* SPDX-License-Identifier: MIT */
/*
 * hash.c - digests that name bytes and identities that must not change between runs. It uses
 * libcrypto's plain functions, not its EVP layer: those allocate nothing and cannot fail, so an
 * identity is never missing or wrong because memory was out, and a start costs no provider loading.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hash.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256), "hash.h gives it too little room");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct sha256), "hash.h aligns it too little");

static SHA256_CTX *ctx_of(struct sha256 *h)
{
    return (SHA256_CTX *)h->room;
}

void sha256_init(struct sha256 *h)
{
    SHA256_Init(ctx_of(h));
}

void sha256_add(struct sha256 *h, struct ferry_str bytes)
{
    if (bytes.len > 0) {
        SHA256_Update(ctx_of(h), bytes.ptr, (size_t)bytes.len);
    }
}

void sha256_add_field(struct sha256 *h, struct ferry_str bytes)
{
    unsigned char prefix[9] = {bytes.ptr != NULL};
    for (unsigned i = 0; i < 8; i++) {
        prefix[1 + i] = (unsigned char)(bytes.len >> (56 - 8 * i));
    }
    SHA256_Update(ctx_of(h), prefix, bytes.ptr ? sizeof prefix : 1);
    sha256_add(h, bytes);
}

void sha256_end(struct sha256 *h, unsigned char out[32])
{
    SHA256_Final(out, ctx_of(h));
    SHA256_Init(ctx_of(h));
}

int hmac_sha256(struct ferry_str key, struct ferry_str bytes, unsigned char out[32])
{
    unsigned n = 0;
    return key.len <= INT32_MAX &&
           HMAC(EVP_sha256(), key.ptr ? key.ptr : "", (int)key.len,
                (const unsigned char *)(bytes.ptr ? bytes.ptr : ""), (size_t)bytes.len, out, &n) &&
           n == 32;
}

int same_secret(struct ferry_str a, struct ferry_str b)
{
    unsigned char of_a[32], of_b[32]; /* of one length, whatever they are */
    if (!a.ptr || !b.ptr) {
        return 0;
    }
    SHA256((const unsigned char *)a.ptr, (size_t)a.len, of_a);
    SHA256((const unsigned char *)b.ptr, (size_t)b.len, of_b);
    return CRYPTO_memcmp(of_a, of_b, sizeof of_a) == 0;
}

void hex_text(const unsigned char *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

void digest_text(const unsigned char digest[32], char out[DIGEST_TEXT])
{
    static const char scheme[] = "sha256:";
    memcpy(out, scheme, sizeof scheme - 1);
    hex_text(digest, 32, out + sizeof scheme - 1);
}

void uuid5(const unsigned char space[16], struct ferry_str name, unsigned char out[16])
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA_CTX ctx;
    SHA1_Init(&ctx);
    SHA1_Update(&ctx, space, 16);
    if (name.len > 0) {
        SHA1_Update(&ctx, name.ptr, (size_t)name.len);
    }
    SHA1_Final(digest, &ctx);
    memcpy(out, digest, 16);
    out[6] = (unsigned char)((out[6] & 0x0F) | 0x50); /* version 5 */
    out[8] = (unsigned char)((out[8] & 0x3F) | 0x80); /* the variant of RFC 4122 */
}

/* Where the dashes of the 36-character form stand. */
static int is_dash(unsigned i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

void uuid_text(const unsigned char uuid[16], char out[UUID_TEXT])
{
    char hex[33];
    const char *digit = hex;
    hex_text(uuid, 16, hex);
    for (unsigned i = 0; i < UUID_TEXT - 1; i++) {
        out[i] = is_dash(i) ? '-' : *digit++;
    }
    out[UUID_TEXT - 1] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int uuid_parse(struct ferry_str text, unsigned char out[16])
{
    unsigned char uuid[16] = {0};
    unsigned digits = 0;
    if (text.len != UUID_TEXT - 1) {
        return 0;
    }
    for (unsigned i = 0; i < UUID_TEXT - 1; i++) {
        int value = hex_value(text.ptr[i]);
        if (is_dash(i)) {
            if (text.ptr[i] != '-') {
                return 0;
            }
            continue;
        }
        if (value < 0) {
            return 0;
        }
        uuid[digits / 2] = (unsigned char)(uuid[digits / 2] << 4 | value);
        digits++;
    }
    memcpy(out, uuid, sizeof uuid);
    return 1;
}
