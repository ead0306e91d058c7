/*
 * digest.h - a short name for any bytes, which changes when they do.
 */
#ifndef BACKREF_BASE_DIGEST_H
#define BACKREF_BASE_DIGEST_H

#include <stdint.h>

#include "base/text.h"

enum { DIGEST_DIGITS = 32 };

/*
 * digest_write() - 128 bits in hexadecimal, the same on every machine. Not for secrets: whoever
 * wants to can find bytes with the same digest.
 *
 * seed      the same bytes have another digest under another seed
 * ret       without a NUL behind it
 * Cost:     one pass, several bytes per cycle
 */
void digest_write(struct text bytes, uint64_t seed, char ret[DIGEST_DIGITS]);

/* digest_number() - likewise, 64 bits of it as a number: for tables in memory. */
uint64_t digest_number(struct text bytes);

#endif
