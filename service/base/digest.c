/*
 * digest.c - see digest.h. The hash is XXH3.
 */
#include "base/digest.h"

#include <xxhash.h>

uint64_t digest_number(struct text bytes)
{
    return XXH3_64bits(bytes.at, bytes.n);
}

void digest_write(struct text bytes, uint64_t seed, char ret[DIGEST_DIGITS])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(bytes.at, bytes.n, seed));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        ret[2 * i] = digits[canonical.digest[i] >> 4];
        ret[2 * i + 1] = digits[canonical.digest[i] & 15];
    }
}
