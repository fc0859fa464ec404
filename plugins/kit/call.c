/* SPDX-License-Identifier: MIT */
/* call.c - options and headers by name, and secrets compared. */
#include "service_kit.h"

#include <text.h>

struct ferry_str kit_option(const struct ferry_service_call *call, const char *name)
{
    return ferry_get(call->options, call->n_options, ferry_cstr(name));
}

int64_t kit_option_int(const struct ferry_service_call *call, const char *name, int64_t fallback)
{
    int64_t n = fallback;
    return str_int64(kit_option(call, name), &n) ? n : fallback;
}

struct ferry_str kit_header(const struct ferry_message *m, const char *name)
{
    return ferry_get(m->headers, m->n_headers, ferry_cstr(name));
}

void kit_put_header(const struct ferry_out *out, const char *name, struct ferry_str value)
{
    out->header(out->self, ferry_cstr(name));
    out->text(out->self, value);
}

int kit_same_secret(struct ferry_str a, struct ferry_str b)
{
    unsigned char differ = a.len != b.len;
    for (uint64_t i = 0; i < a.len && i < b.len; i++) {
        differ |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
    }
    return !differ;
}

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

struct ferry_str kit_hash(struct arena *a, const char *noun, int64_t id)
{
    uint64_t seed = 14695981039346656037u;
    for (const char *p = noun; *p; p++) {
        seed = (seed ^ (unsigned char)*p) * 1099511628211u;
    }
    uint64_t high = mixed(seed + (uint64_t)id * 0x9e3779b97f4a7c15u);
    return arena_printf(a, "%016llx%016llx", (unsigned long long)high,
                        (unsigned long long)mixed(high + (uint64_t)id));
}
