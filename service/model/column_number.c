/*
 * column_number.c - integers and reals between text and PostgreSQL's binary format.
 */
#include "model/column_parts.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_text.h"

bool column_cell(struct arena *a, uint64_t value, size_t n_bytes, struct cell *ret)
{
    char *at = arena_alloc(a, n_bytes);
    if (at == NULL) {
        return false;
    }
    for (size_t i = n_bytes; i-- > 0; value >>= 8) {
        at[i] = (char)(unsigned char)(value & 0xFF);
    }
    *ret = cell_from_text(at, n_bytes);
    return true;
}

uint64_t column_bits(struct cell c)
{
    uint64_t value = 0;
    ASSERT(c.n <= (int32_t)sizeof value);
    for (int32_t i = 0; i < c.n; i++) {
        value = value << 8 | (unsigned char)c.at[i];
    }
    return value;
}

/* ---- integers ------------------------------------------------------------------------------ */

bool column_integer_read(struct arena *a, enum column_kind kind, int64_t value, struct cell *ret)
{
    if (kind == COLUMN_SMALLINT) {
        return value >= INT16_MIN && value <= INT16_MAX && column_cell(a, (uint64_t)value, 2, ret);
    }
    if (kind == COLUMN_INTEGER) {
        return value >= INT32_MIN && value <= INT32_MAX && column_cell(a, (uint64_t)value, 4, ret);
    }
    return column_cell(a, (uint64_t)value, 8, ret);
}

bool column_integer_scan(struct text t, int64_t *ret)
{
    bool minus = t.n > 0 && t.at[0] == '-';
    size_t first = minus ? 1 : 0;
    if (t.n == first || (t.at[first] == '0' && t.n > 1)) {
        return false;
    }
    int64_t value = 0;
    for (size_t i = first; i < t.n; i++) {
        if (t.at[i] < '0' || t.at[i] > '9') {
            return false;
        }
        int64_t digit = t.at[i] - '0';
        if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_add_overflow(value, minus ? -digit : digit, &value)) {
            return false;
        }
    }
    *ret = value;
    return true;
}

/* ---- reals --------------------------------------------------------------------------------- */

static bool cell_from_double(struct arena *a, double value, struct cell *ret)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    return column_cell(a, bits, sizeof bits, ret);
}

static bool cell_from_float(struct arena *a, float value, struct cell *ret)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    return column_cell(a, bits, sizeof bits, ret);
}

bool column_real_read_word(struct arena *a, enum column_kind kind, struct text t, struct cell *ret)
{
    float value = 0;
    if (text_is(t, "NaN")) {
        value = NAN;
    } else if (text_is(t, "Infinity") || text_is(t, "-Infinity")) {
        value = t.at[0] == '-' ? -HUGE_VALF : HUGE_VALF;
    } else {
        return false;
    }
    return kind == COLUMN_REAL ? cell_from_float(a, value, ret)
                               : cell_from_double(a, (double)value, ret);
}

/* What is too large or too small for the type is refused, as PostgreSQL does. */
bool column_real_read(struct arena *a, enum column_kind kind, struct text literal, struct cell *ret)
{
    const char *number = json_text_is_number(literal) ? arena_copy(a, literal.at, literal.n) : NULL;
    if (number == NULL) {
        return false;
    }
    size_t n_mantissa = strcspn(number, "eE");
    bool is_zero = strcspn(number, "123456789") >= n_mantissa;
    if (kind == COLUMN_REAL) {
        float value = strtof(number, NULL);
        return isfinite(value) && (value != 0 || is_zero) && cell_from_float(a, value, ret);
    }
    double value = strtod(number, NULL);
    return isfinite(value) && (value != 0 || is_zero) && cell_from_double(a, value, ret);
}

/*
 * Whole numbers below `exact_below` are written as integers; others with the fewest digits that
 * read back as the same. Minus zero has a fraction, since an integer would lose its sign.
 */
static void write_real(struct buf *b, double value, bool narrow)
{
    double exact_below = narrow ? 16777216.0 : 1e15;
    if (!isfinite(value)) {
        buf_add_text(b, isnan(value) ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
        return;
    }
    if (value == 0 && signbit(value)) {
        buf_add_literal(b, "-0.0");
        return;
    }
    if (fabs(value) < exact_below && value == (double)(int64_t)value) {
        buf_add_int(b, (int64_t)value);
        return;
    }
    char digits[40];
    int precision = fabs(value) < 1e-290 || (narrow && fabs(value) < 1e-36) ? 1 : narrow ? 6 : 15;
    for (int last = narrow ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG; precision <= last; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (narrow ? strtof(digits, NULL) == (float)value : strtod(digits, NULL) == value) {
            break;
        }
    }
    buf_add_text(b, digits);
}

void column_real_write(struct buf *b, enum column_kind kind, struct cell c)
{
    uint64_t bits = column_bits(c);
    if (kind == COLUMN_DOUBLE) {
        double value = 0;
        memcpy(&value, &bits, sizeof value);
        write_real(b, value, false);
    } else {
        uint32_t narrow_bits = (uint32_t)bits;
        float value = 0;
        memcpy(&value, &narrow_bits, sizeof value);
        write_real(b, (double)value, true);
    }
}
