/*
 * digest.c - see digest.h. The hash is XXH3.
 */
#include "base/digest.h"

#include <xxhash.h>

#include "base/digest_avx2.h"

enum { LONG = 512 }; /* bytes; of fewer the hash takes another way, without vectors */

uint64_t digest_number(struct text bytes)
{
    return XXH3_64bits(bytes.at, bytes.n);
}

static XXH128_hash_t hash_of(struct text bytes, uint64_t seed)
{
#if HAS_DIGEST_AVX2
    if (bytes.n >= LONG && __builtin_cpu_supports("avx2")) {
        struct digest_halves halves = digest_avx2(bytes, seed);
        return (XXH128_hash_t){ .low64 = halves.low, .high64 = halves.high };
    }
#endif
    return XXH3_128bits_withSeed(bytes.at, bytes.n, seed);
}

void digest_write(struct text bytes, uint64_t seed, char ret[DIGEST_DIGITS])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash_of(bytes, seed));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        ret[2 * i] = digits[canonical.digest[i] >> 4];
        ret[2 * i + 1] = digits[canonical.digest[i] & 15];
    }
}
