/*
 * column_numeric.c - numeric between text and PostgreSQL's binary format, without losing a digit.
 *
 * Its format (src/backend/utils/adt/numeric.c, numeric_send): four numbers of 16 bits, then the
 * digits, to the base 10,000, as such numbers. The first digit counts 10,000 to the power of the
 * weight; the scale is how many decimal digits are shown behind the point.
 */
#include "model/column_parts.h"

#include <stdlib.h>

#include "base/json_text.h"

enum {
    DECIMALS = 4, /* decimal digits in one digit */
    HEADER_BYTES = 8,
    PLUS = 0x0000,
    MINUS = 0x4000,
    NOT_A_NUMBER = 0xC000,
    PLUS_INFINITY = 0xD000,
    MINUS_INFINITY = 0xF000,
    MAX_BEFORE_POINT = 131072, /* PostgreSQL's limits, in decimal digits */
    MAX_BEHIND_POINT = 16383,
    MAX_EXPONENT = 1000000, /* beyond it no number keeps to the limits, nor do sums overflow */
};

struct numeric {
    int n; /* digits */
    int weight;
    int sign;
    int scale;
};

static int get16(const char *at)
{
    return (unsigned char)at[0] << 8 | (unsigned char)at[1];
}

static void put16(char *to, int value)
{
    to[0] = (char)(unsigned char)(value >> 8 & 0xFF);
    to[1] = (char)(unsigned char)(value & 0xFF);
}

static struct numeric header_of(struct cell c)
{
    ASSERT(c.n >= HEADER_BYTES);
    struct numeric header = {
        .n = get16(c.at),
        .weight = (int16_t)get16(c.at + 2),
        .sign = get16(c.at + 4),
        .scale = get16(c.at + 6),
    };
    ASSERT(c.n == HEADER_BYTES + 2 * header.n);
    return header;
}

static int digit_at(struct cell c, int i)
{
    return get16(c.at + HEADER_BYTES + (ptrdiff_t)2 * i);
}

static char *put_header(struct arena *a, struct numeric header, struct cell *ret)
{
    size_t n_bytes = HEADER_BYTES + 2 * (size_t)header.n;
    char *to = arena_zalloc(a, 1, n_bytes);
    if (to == NULL) {
        return NULL;
    }
    put16(to, header.n);
    put16(to + 2, header.weight);
    put16(to + 4, header.sign);
    put16(to + 6, header.scale);
    *ret = cell_from_text(to, n_bytes);
    return to + HEADER_BYTES;
}

/* ---- from text ----------------------------------------------------------------------------- */

/* A number taken apart: its decimal digits without the point, and how many stand before it. */
struct decimal {
    const char *digits; /* the point may be among them, and is passed over */
    int n;              /* without the point */
    int point;
    bool minus;
};

/* False when the exponent alone puts the number out of bounds. */
static bool take_apart(struct text t, struct decimal *ret)
{
    size_t at = t.at[0] == '-' ? 1 : 0;
    *ret = (struct decimal){ .digits = t.at + at, .minus = at == 1, .point = -1 };
    for (; at < t.n && t.at[at] != 'e' && t.at[at] != 'E'; at++) {
        if (t.at[at] == '.') {
            ret->point = ret->n;
        } else {
            ret->n++;
        }
        if (ret->n > MAX_EXPONENT) {
            return false;
        }
    }
    ret->point = ret->point < 0 ? ret->n : ret->point;
    int exponent = 0;
    bool minus = at + 1 < t.n && t.at[at + 1] == '-';
    for (at++; at < t.n && exponent <= MAX_EXPONENT; at++) {
        if (t.at[at] >= '0' && t.at[at] <= '9') {
            exponent = exponent * 10 + (t.at[at] - '0');
        }
    }
    ret->point += minus ? -exponent : exponent;
    return exponent <= MAX_EXPONENT;
}

/* Leading and trailing zeros left out: first and last decimal digit that counts; false: it is 0. */
static bool find_ends(struct decimal d, int *ret_first, int *ret_last)
{
    *ret_first = -1;
    for (int i = 0, at = 0; i < d.n; at++) {
        if (d.digits[at] != '.' && d.digits[at] != '0') {
            *ret_first = *ret_first < 0 ? i : *ret_first;
            *ret_last = i;
        }
        i += d.digits[at] == '.' ? 0 : 1;
    }
    return *ret_first >= 0;
}

/* To which digit the decimal digit before 10 to the power of `power` belongs, rounded down. */
static int group_of(int power)
{
    return power >= 0 ? power / DECIMALS : -((DECIMALS - 1 - power) / DECIMALS);
}

static void put_digits(struct decimal d, int weight, int last, char *to)
{
    static const int factors[DECIMALS] = { 1, 10, 100, 1000 };
    for (int i = 0, at = 0; i <= last; at++) {
        if (d.digits[at] == '.') {
            continue;
        }
        int power = d.point - 1 - i;
        int group = group_of(power);
        int within = power - group * DECIMALS;
        ASSERT(within >= 0 && within < DECIMALS);
        if (d.digits[at] != '0') {
            char *digit = to + (ptrdiff_t)2 * (weight - group);
            put16(digit, get16(digit) + (d.digits[at] - '0') * factors[within]);
        }
        i++;
    }
}

static bool read_word(struct arena *a, struct text t, struct cell *ret)
{
    int sign = text_is(t, "NaN")         ? NOT_A_NUMBER
               : text_is(t, "Infinity")  ? PLUS_INFINITY
               : text_is(t, "-Infinity") ? MINUS_INFINITY
                                         : PLUS;
    return sign != PLUS && put_header(a, (struct numeric){ .sign = sign }, ret) != NULL;
}

bool column_numeric_read(struct arena *a, struct text literal, struct cell *ret)
{
    struct decimal d;
    if (!json_text_is_number(literal)) {
        return read_word(a, literal, ret);
    }
    if (!take_apart(literal, &d)) {
        return false;
    }
    int first = 0;
    int last = 0;
    int scale = d.n > d.point ? d.n - d.point : 0;
    if (scale > MAX_BEHIND_POINT) {
        return false;
    }
    if (!find_ends(d, &first, &last)) {
        return put_header(a, (struct numeric){ .scale = scale }, ret) != NULL;
    }
    if (d.point - first > MAX_BEFORE_POINT) {
        return false;
    }
    int weight = group_of(d.point - 1 - first);
    struct numeric header = {
        .n = weight - group_of(d.point - 1 - last) + 1,
        .weight = weight,
        .sign = d.minus ? MINUS : PLUS,
        .scale = scale,
    };
    char *to = put_header(a, header, ret);
    if (to == NULL) {
        return false;
    }
    put_digits(d, weight, last, to);
    return true;
}

/* ---- to text ------------------------------------------------------------------------------- */

/* The four decimal digits of the digit that counts 10,000 to the power of `weight`. */
static void spell(struct cell c, struct numeric header, int weight, char ret[DECIMALS])
{
    int i = header.weight - weight;
    int digit = i >= 0 && i < header.n ? digit_at(c, i) : 0;
    for (int at = DECIMALS; at-- > 0; digit /= 10) {
        ret[at] = (char)('0' + digit % 10);
    }
}

static void write_before_point(struct buf *b, struct cell c, struct numeric header)
{
    char four[DECIMALS];
    if (header.weight < 0 || header.n == 0) {
        buf_add_char(b, '0');
        return;
    }
    spell(c, header, header.weight, four);
    int skip = 0;
    while (skip < DECIMALS - 1 && four[skip] == '0') {
        skip++;
    }
    buf_add(b, four + skip, (size_t)(DECIMALS - skip));
    for (int weight = header.weight - 1; weight >= 0; weight--) {
        spell(c, header, weight, four);
        buf_add(b, four, DECIMALS);
    }
}

static void write_behind_point(struct buf *b, struct cell c, struct numeric header)
{
    char four[DECIMALS];
    buf_add_char(b, '.');
    int weight = -1;
    for (int left = header.scale; left > 0; left -= DECIMALS) {
        spell(c, header, weight--, four);
        buf_add(b, four, left < DECIMALS ? (size_t)left : DECIMALS);
    }
}

void column_numeric_write(struct buf *b, struct cell c)
{
    struct numeric header = header_of(c);
    if (header.sign != PLUS && header.sign != MINUS) {
        buf_add_text(b, header.sign == NOT_A_NUMBER    ? "\"NaN\""
                        : header.sign == PLUS_INFINITY ? "\"Infinity\""
                                                       : "\"-Infinity\"");
        return;
    }
    if (header.sign == MINUS) {
        buf_add_char(b, '-');
    }
    write_before_point(b, c, header);
    if (header.scale > 0) {
        write_behind_point(b, c, header);
    }
}

/* ---- bounds -------------------------------------------------------------------------------- */

bool column_numeric_fits(struct cell c, int32_t precision, int32_t scale)
{
    struct numeric header = header_of(c);
    if (header.sign != PLUS && header.sign != MINUS) {
        return header.sign == NOT_A_NUMBER; /* PostgreSQL finds infinity too large */
    }
    if (header.n == 0) {
        return true;
    }
    int highest = header.weight * DECIMALS;
    for (int digit = digit_at(c, 0); digit >= 10; digit /= 10) {
        highest++;
    }
    int lowest = (header.weight - header.n + 1) * DECIMALS;
    for (int digit = digit_at(c, header.n - 1); digit % 10 == 0; digit /= 10) {
        lowest++;
    }
    return highest < precision - scale && lowest >= -scale;
}
