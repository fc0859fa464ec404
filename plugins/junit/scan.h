/* SPDX-License-Identifier: MIT */
/*
 * scan.h - the inner loop of the filter: everything a report holds goes through it once, so it
 * takes sixteen bytes a step where the machine can. Without SSE2 it takes one; the answer is the
 * same.
 */
#ifndef JUNIT_SCAN_H
#define JUNIT_SCAN_H

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* 1 for bytes that are not plain: controls that XML forbids, and the parts of longer characters. */
static inline int scan_is_odd(unsigned char c)
{
    return c >= 0x80 || (c < 0x20 && c != '\n' && c != '\t' && c != '\r');
}

/* The first byte in p..end that is a, b, c or odd; else end. */
static inline const unsigned char *scan_for(const unsigned char *p, const unsigned char *end,
                                            unsigned char a, unsigned char b, unsigned char c)
{
#ifdef __SSE2__
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
    const __m128i vc = _mm_set1_epi8((char)c), space = _mm_set1_epi8(0x20);
    const __m128i lf = _mm_set1_epi8('\n'), tab = _mm_set1_epi8('\t'), cr = _mm_set1_epi8('\r');
    while (end - p >= 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(x, va),
                                    _mm_or_si128(_mm_cmpeq_epi8(x, vb), _mm_cmpeq_epi8(x, vc)));
        /* signed: bytes from 0x80 are negative, so one comparison finds both kinds */
        __m128i low = _mm_cmplt_epi8(x, space);
        __m128i fine = _mm_or_si128(_mm_cmpeq_epi8(x, lf),
                                    _mm_or_si128(_mm_cmpeq_epi8(x, tab), _mm_cmpeq_epi8(x, cr)));
        int mask = _mm_movemask_epi8(_mm_or_si128(stop, _mm_andnot_si128(fine, low)));
        if (mask) {
            return p + __builtin_ctz((unsigned)mask);
        }
        p += 16;
    }
#endif
    while (p < end && *p != a && *p != b && *p != c && !scan_is_odd(*p)) {
        p++;
    }
    return p;
}

/* Line feeds in p..end. */
static inline uint64_t scan_count_lf(const unsigned char *p, const unsigned char *end)
{
    uint64_t n = 0;
#ifdef __SSE2__
    const __m128i lf = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    while (end - p >= 16) {
        __m128i sum = zero; /* sixteen counters of eight bits: good for 255 steps */
        for (int i = 0; i < 255 && end - p >= 16; i++, p += 16) {
            __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
            sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(x, lf));
        }
        sum = _mm_sad_epu8(sum, zero);
        n += (uint64_t)_mm_cvtsi128_si64(sum) + (uint64_t)_mm_cvtsi128_si64(_mm_srli_si128(sum, 8));
    }
#endif
    for (; p < end; p++) {
        n += *p == '\n';
    }
    return n;
}

#endif
