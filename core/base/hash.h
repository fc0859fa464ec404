/* SPDX-License-Identifier: MIT */
/* hash.h - SHA-256 digests and UUIDv5 names, over libcrypto. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <ferry/base.h>

enum { SHA256_HEX = 65, UUID_TEXT = 37, DIGEST_TEXT = 72 };

/* Streaming, in the caller's memory: nothing here can fail. */
struct sha256 {
    uint64_t room[14]; /* libcrypto's own struct */
};
void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, struct ferry_str bytes);
/* Length-prefixed, so that ("ab","c") and ("a","bc") differ. Absent and empty differ too. */
void sha256_add_field(struct sha256 *h, struct ferry_str bytes);
void sha256_end(struct sha256 *h, unsigned char out[32]); /* may be started over by adding again */

void hex_text(const unsigned char *bytes, size_t n, char *out); /* out: 2n+1, lower case */
/* "sha256:<64 hex>", the form in which the spool and plugins name bytes. */
void digest_text(const unsigned char digest[32], char out[DIGEST_TEXT]);

/* HMAC-SHA256; 0 where libcrypto cannot. */
int hmac_sha256(struct ferry_str key, struct ferry_str bytes, unsigned char out[32]);
/* Whether two secrets are the same, in a time that tells neither how much of them is, nor how long they are. Absent ones never are. */
int same_secret(struct ferry_str a, struct ferry_str b);

/* RFC 4122 version 5: the UUID of `name` in `space` (16 bytes). */
void uuid5(const unsigned char space[16], struct ferry_str name, unsigned char out[16]);
void uuid_text(const unsigned char uuid[16], char out[UUID_TEXT]);
/* Parses the 36-character form; 0 where it is not one. */
int uuid_parse(struct ferry_str text, unsigned char out[16]);

#endif
