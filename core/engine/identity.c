/* SPDX-License-Identifier: MIT */
/* identity.c - see identity.h. What is hashed here is frozen: a change would deliver everything a second time. */
#include "identity.h"

#include <stdlib.h>
#include <text.h>

/* The namespace of ferry's names: a UUID of its own, made once. */
static const unsigned char space[16] = {0x8f, 0x1c, 0x5a, 0x02, 0x6b, 0x3e, 0x4d, 0x77,
                                        0x9a, 0x10, 0xd4, 0x2b, 0x77, 0x60, 0xe1, 0x95};

/* Fields with their lengths, gathered into a digest; absent and empty are the same thing here. */
struct gather {
    struct sha256 h;
};

static void put(struct gather *g, struct ferry_str s)
{
    sha256_add_field(&g->h, s.ptr ? s : FERRY_LIT(""));
}

static void put_number(struct gather *g, int64_t n, int known)
{
    char text[24];
    snprintf(text, sizeof text, known ? "%lld" : "-", (long long)n);
    put(g, ferry_cstr(text));
}

/* A digest of what was gathered, as a name in our space. */
static void finish(struct gather *g, unsigned char out[16])
{
    unsigned char digest[32];
    sha256_end(&g->h, digest);
    uuid5(space, (struct ferry_str){(const char *)digest, sizeof digest}, out);
}

static struct gather begin(const char *what)
{
    struct gather g;
    sha256_init(&g.h);
    put(&g, ferry_cstr(what));
    return g;
}

/* The last bit of all: the rest of a name stays the digest it is. */
static void set_way(unsigned char id[16], enum identity_way way)
{
    id[15] = (unsigned char)((id[15] & 0xfe) | (way == WAY_READ_BACK));
}

enum identity_way identity_way(struct ferry_str id)
{
    unsigned char bytes[16];
    if (!uuid_parse(str_sub(id, 0, UUID_TEXT - 1), bytes)) {
        return WAY_UNKNOWN;
    }
    return bytes[15] & 1 ? WAY_READ_BACK : WAY_REPORT;
}

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

void identity_run_key(unsigned char (*digests)[32], size_t n, struct ferry_str ci_job,
                      char out[UUID_TEXT])
{
    unsigned char id[16];
    struct gather g = begin("run");
    qsort(digests, n, 32, compare_digests);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || memcmp(digests[i], digests[i - 1], 32) !=
                          0) { /* a set: one file named twice is one input */
            put(&g, (struct ferry_str){(const char *)digests[i], 32});
        }
    }
    put(&g, ci_job);
    finish(&g, id);
    uuid_text(id, out);
}

void identity_job(struct ferry_str run_key, char out[UUID_TEXT])
{
    unsigned char id[16];
    struct gather g = begin("job");
    put(&g, run_key);
    finish(&g, id);
    uuid_text(id, out);
}

void identity_of(const struct ferry_result *r, struct ferry_str part, unsigned char out[16])
{
    struct gather g = begin("test");
    put(&g, part);
    put(&g, r->suite);
    put(&g, r->class_name);
    put(&g, r->name);
    for (uint32_t i = 0; i < r->n_parameters; i++) {
        put(&g, r->parameters[i].key);
        put(&g, r->parameters[i].value);
    }
    finish(&g, out);
}

void identity_digest(const struct ferry_result *r, unsigned char out[16])
{
    struct gather g = begin("execution");
    put_number(&g, r->status, 1);
    put_number(&g, r->start_ms, (r->has & FERRY_RESULT_HAS_START) != 0);
    put_number(&g, r->duration_us, (r->has & FERRY_RESULT_HAS_DURATION) != 0);
    put(&g, r->message);
    finish(&g, out);
}

void identity_source(struct ferry_str run_key, const unsigned char ident[16],
                     const unsigned char digest[16], uint32_t k, unsigned char out[16])
{
    struct gather g = begin("source");
    put(&g, run_key);
    put(&g, (struct ferry_str){(const char *)ident, 16});
    put(&g, (struct ferry_str){(const char *)digest, 16});
    put_number(&g, k, 1);
    finish(&g, out);
    set_way(out, WAY_REPORT);
}

void identity_readback(struct ferry_str run_key, struct ferry_str source, struct ferry_str id,
                       unsigned char out[16])
{
    struct gather g = begin("readback");
    put(&g, run_key);
    put(&g, source);
    put(&g, id);
    finish(&g, out);
    set_way(out, WAY_READ_BACK);
}

void identity_wire(struct ferry_str op_key, struct ferry_str account, struct ferry_str project,
                   struct ferry_str remote_run, char out[UUID_TEXT])
{
    unsigned char id[16];
    struct gather g = begin("wire");
    put(&g, op_key);
    put(&g, account);
    put(&g, project);
    put(&g, remote_run);
    finish(&g, id);
    if (identity_way(op_key) != WAY_UNKNOWN) {
        set_way(id, identity_way(op_key));
    }
    uuid_text(id, out);
}

/* The message without what mirrors put before it. */
static struct ferry_str plain_message(struct ferry_str s)
{
    s = str_trim(s);
    while (str_starts(s, "[Mirrored from ")) {
        const char *end = memchr(s.ptr, ']', (size_t)s.len);
        if (!end) {
            break;
        }
        s = str_trim(str_sub(s, (uint64_t)(end - s.ptr) + 1, s.len));
    }
    return s;
}

/* As trackers show it again: some round, some know no test that was not run, some cut a long text. */
enum { LIKE_MESSAGE = 200 };
void identity_likeness(struct ferry_str key_or_case, const struct ferry_result *r,
                       unsigned char out[16])
{
    struct gather g = begin("likeness");
    int64_t us = r->has & FERRY_RESULT_HAS_DURATION ? r->duration_us : 0;
    put(&g, str_trim(key_or_case));
    put_number(&g, r->status == FERRY_NOT_RUN ? FERRY_SKIPPED : r->status, 1);
    put_number(&g, (us + 500) / 1000, 1);
    put(&g, utf8_cut(plain_message(r->message), LIKE_MESSAGE));
    finish(&g, out);
}
