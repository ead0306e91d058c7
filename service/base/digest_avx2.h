/*
 * digest_avx2.h - digest.c with wider vectors; nobody else includes this.
 */
#ifndef BACKREF_BASE_DIGEST_AVX2_H
#define BACKREF_BASE_DIGEST_AVX2_H

#include <stdint.h>

#include "base/text.h"

/* Clang has another way to compile a file for a processor, and compiles fuzz targets alone. */
#if defined(__x86_64__) && !defined(__clang__)
#define HAS_DIGEST_AVX2 1
#else
#define HAS_DIGEST_AVX2 0
#endif

struct digest_halves {
    uint64_t low;
    uint64_t high;
};

/* digest_avx2() - the same 128 bits; for a processor that has AVX2, and only if HAS_DIGEST_AVX2. */
struct digest_halves digest_avx2(struct text bytes, uint64_t seed);

#endif
