/*
 * digest_avx2.c - the hash of digest.c, compiled here for processors with AVX2: the library's own
 * is for any processor of the kind, and takes three times the instructions for a long text.
 */
#include "base/digest_avx2.h"

#if HAS_DIGEST_AVX2

#pragma GCC target("avx2")
#define XXH_INLINE_ALL
#define XXH_VECTOR XXH_AVX2
#include <xxhash.h>

struct digest_halves digest_avx2(struct text bytes, uint64_t seed)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.at, bytes.n, seed);
    return (struct digest_halves){ .low = hash.low64, .high = hash.high64 };
}

#endif
