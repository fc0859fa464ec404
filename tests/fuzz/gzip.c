/* SPDX-License-Identifier: MIT */
/*
 * gzip - compressed reports as a stream. What comes out, how it ends and where the limit strikes do not depend on the cuts.
 */
#include "fuzz.h"

#include <unpack.h>

enum { MOST = 1 << 20 };

struct outcome {
    struct buf out;
    int32_t rc;
    enum unpack_state state;
    uint64_t total;
};

static int32_t take(void *data, struct ferry_str bytes)
{
    struct outcome *o = data;
    return buf_put(&o->out, bytes);
}

static void run(struct outcome *o, struct ferry_str bytes, int cut, uint64_t max)
{
    struct unpack *u = unpack_create(max);
    struct fuzz_cuts cuts;
    fuzz_claim(u, "out of memory");
    fuzz_cuts_init(&cuts, bytes);
    *o = (struct outcome){.rc = FERRY_OK};
    buf_init(&o->out, MOST);
    while (!o->rc && bytes.len > 0) {
        struct ferry_str piece = str_sub(bytes, 0, cut ? fuzz_cuts_next(&cuts) : bytes.len);
        o->rc = unpack_feed(u, piece, take, o);
        bytes = str_sub(bytes, piece.len, bytes.len);
    }
    o->state = unpack_state(u);
    o->total = unpack_total(u);
    fuzz_claim(o->total == o->out.len && o->total <= max, "%llu bytes told, %zu handed out",
               (unsigned long long)o->total, o->out.len);
    unpack_destroy(u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ferry_str bytes = {(const char *)data, size};
    static const uint64_t limits[] = {MOST, 100};
    unpack_is_gzip(bytes);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct outcome whole, cut;
        run(&whole, bytes, 0, limits[i]);
        run(&cut, bytes, 1, limits[i]);
        fuzz_claim(whole.rc == cut.rc && (whole.rc || whole.state == cut.state),
                   "whole: %d, state %d; cut: %d, state %d", whole.rc, (int)whole.state, cut.rc,
                   (int)cut.state);
        fuzz_same("unpacked", buf_str(&whole.out), buf_str(&cut.out));
        buf_finish(&whole.out);
        buf_finish(&cut.out);
    }
    return 0;
}
