/*
 * decimal.h - digits, two at a time: half the divisions of one at a time.
 */
#ifndef BACKREF_BASE_DECIMAL_H
#define BACKREF_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* "00" to "99", one behind the other. */
extern const char decimal_pairs[2 * 100 + 1];

/*
 * decimal_put_two() - both digits of a number below 100.
 *
 * to        room for two bytes
 * Returns:  behind them
 */
static inline char *decimal_put_two(char *to, uint32_t value)
{
    memcpy(to, decimal_pairs + (size_t)2 * value, 2);
    return to + 2;
}

/* decimal_put_four() - likewise, of a number below 10,000. */
static inline char *decimal_put_four(char *to, uint32_t value)
{
    return decimal_put_two(decimal_put_two(to, value / 100), value % 100);
}

#endif
