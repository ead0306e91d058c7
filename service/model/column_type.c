/*
 * column_type.c - one table of PostgreSQL's types, and what each kind reads and writes.
 *
 * Object identifiers of built-in types never change (src/include/catalog/pg_type.dat). Numbers are
 * written straight into the answer's buffer: these functions run once per value of every document.
 */
#include "model/column_type.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "model/calendar.h"

#define A_STRING "a string"
#define A_NAME "a string of at most 63 bytes"
#define AN_INTEGER "an integer"
#define A_NUMBER "a number"
#define A_BOOLEAN "true or false"
#define A_MOMENT "a time such as \"2026-01-31T09:15:00Z\""
#define A_LOCAL_TIME "a time such as \"2026-01-31T09:15:00\""
#define A_DATE "a date such as \"2026-01-31\""
#define A_UUID "a UUID of 32 hexadecimal digits and 4 hyphens"

/* clang-format off */
static const struct column_type column_types[] = {
    { COLUMN_BIGINT,      20,   1016, "bigint",           AN_INTEGER,   "integer", "int64",     true,  true, true },
    { COLUMN_TEXT,        25,   1009, "text",             A_STRING,     "string",  NULL,        true,  true, true },
    { COLUMN_TIMESTAMPTZ, 1184, 1185, "timestamptz",      A_MOMENT,     "string",  "date-time", false, true, true },
    { COLUMN_INTEGER,     23,   1007, "integer",          AN_INTEGER,   "integer", "int32",     true,  true, true },
    { COLUMN_SMALLINT,    21,   1005, "smallint",         AN_INTEGER,   "integer", "int16",     true,  true, true },
    { COLUMN_TEXT,        1043, 1015, "varchar",          A_STRING,     "string",  NULL,        true,  true, true },
    { COLUMN_TEXT,        1042, 1014, "bpchar",           A_STRING,     "string",  NULL,        false, true, true },
    { COLUMN_TEXT,        19,   1003, "name",             A_NAME,       "string",  NULL,        false, true, true },
    { COLUMN_BOOLEAN,     16,   1000, "boolean",          A_BOOLEAN,    "boolean", NULL,        false, true, true },
    { COLUMN_REAL,        700,  1021, "real",             A_NUMBER,     "number",  "float",     false, true, true },
    { COLUMN_DOUBLE,      701,  1022, "double precision", A_NUMBER,     "number",  "double",    false, true, true },
    { COLUMN_DATE,        1082, 1182, "date",             A_DATE,       "string",  "date",      false, true, true },
    { COLUMN_TIMESTAMP,   1114, 1115, "timestamp",        A_LOCAL_TIME, "string",  NULL,        false, true, true },
    { COLUMN_UUID,        2950, 2951, "uuid",             A_UUID,       "string",  "uuid",      true,  true, true },
};
/* clang-format on */

enum { OID_NAME = 19, LONGEST_NAME_BYTES = 63, UUID_BYTES = 16, UUID_TEXT = 36 };

const struct column_type *column_type_find(uint32_t oid)
{
    for (size_t i = 0; i < ARRAY_SIZE(column_types); i++) {
        if (column_types[i].oid == oid) {
            return &column_types[i];
        }
    }
    return NULL;
}

/* `n_bytes` of `value`, most significant first. */
static bool cell_from_bits(struct arena *a, uint64_t value, size_t n_bytes, struct cell *ret)
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

static uint64_t bits_of(struct cell c)
{
    uint64_t value = 0;
    for (int32_t i = 0; i < c.n; i++) {
        value = value << 8 | (unsigned char)c.at[i];
    }
    return value;
}

static bool integer_cell(struct arena *a, enum column_kind kind, int64_t value, struct cell *ret)
{
    if (kind == COLUMN_SMALLINT) {
        return value >= INT16_MIN && value <= INT16_MAX &&
               cell_from_bits(a, (uint64_t)value, 2, ret);
    }
    if (kind == COLUMN_INTEGER) {
        return value >= INT32_MIN && value <= INT32_MAX &&
               cell_from_bits(a, (uint64_t)value, 4, ret);
    }
    return cell_from_bits(a, (uint64_t)value, 8, ret);
}

/* A decimal integer as it is written: no leading zero, no plus, no minus zero. */
static bool read_canonical_integer(struct text t, int64_t *ret)
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

static int hex_digit(char c, bool any_case)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return any_case && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool uuid_hyphen_at(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

static bool read_uuid(struct arena *a, struct text t, bool any_case, struct cell *ret)
{
    char bytes[UUID_BYTES];
    size_t n_digits = 0;
    for (size_t i = 0; i < t.n && t.n == UUID_TEXT; i++) {
        int digit = hex_digit(t.at[i], any_case);
        if (uuid_hyphen_at(i)) {
            if (t.at[i] != '-') {
                return false;
            }
        } else if (digit < 0) {
            return false;
        } else {
            unsigned high = n_digits % 2 == 0 ? 0 : (unsigned char)bytes[n_digits / 2];
            bytes[n_digits / 2] = (char)(unsigned char)(high << 4 | (unsigned)digit);
            n_digits++;
        }
    }
    char *copy = t.n == UUID_TEXT ? arena_copy(a, bytes, sizeof bytes) : NULL;
    if (copy == NULL) {
        return false;
    }
    *ret = cell_from_text(copy, sizeof bytes);
    return true;
}

static bool storable_text(struct text t)
{
    return t.n <= INT32_MAX && (t.n == 0 || memchr(t.at, '\0', t.n) == NULL) && text_is_utf8(t);
}

static bool key_read_text(struct arena *a, struct text id, struct cell *ret)
{
    char *copy = id.n > 0 && storable_text(id) ? arena_copy(a, id.at, id.n) : NULL;
    if (copy == NULL) {
        return false;
    }
    *ret = cell_from_text(copy, id.n);
    return true;
}

bool key_read(struct arena *a, const struct column_type *type, struct text id, struct cell *ret_key)
{
    ASSERT(type->is_key);
    if (type->kind == COLUMN_UUID) {
        return read_uuid(a, id, false, ret_key);
    }
    if (type->kind == COLUMN_TEXT) {
        return key_read_text(a, id, ret_key);
    }
    int64_t value = 0;
    return read_canonical_integer(id, &value) && integer_cell(a, type->kind, value, ret_key);
}

static void write_uuid(struct buf *b, struct cell c)
{
    static const char digits[] = "0123456789abcdef";
    ASSERT(c.n == UUID_BYTES);
    if (!buf_reserve(b, UUID_TEXT)) {
        return;
    }
    char *to = b->at + b->n;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        unsigned byte = (unsigned char)c.at[i];
        if (uuid_hyphen_at((size_t)(to - b->at) - b->n)) {
            *to++ = '-';
        }
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 0xF];
    }
    b->n += UUID_TEXT;
}

void key_write(struct buf *b, const struct column_type *type, struct cell key)
{
    ASSERT(type->is_key && !cell_is_null(key));
    if (type->kind == COLUMN_UUID) {
        write_uuid(b, key);
    } else if (type->kind == COLUMN_TEXT) {
        buf_add(b, key.at, (size_t)key.n);
    } else {
        buf_add_int(b, cell_int(key));
    }
}

static bool real_cell(struct arena *a, enum column_kind kind, double value, struct cell *ret)
{
    uint64_t bits = 0;
    if (kind == COLUMN_DOUBLE) {
        memcpy(&bits, &value, sizeof value);
        return cell_from_bits(a, bits, 8, ret);
    }
    if (isfinite(value) && fabs(value) > FLT_MAX) {
        return false;
    }
    float narrow = (float)value;
    if (narrow == 0 && value != 0) {
        return false; /* too small for the type, which PostgreSQL refuses as well */
    }
    uint32_t narrow_bits = 0;
    memcpy(&narrow_bits, &narrow, sizeof narrow);
    return cell_from_bits(a, narrow_bits, 4, ret);
}

/* JSON has no word for these numbers; documents carry them as strings, both ways. */
static bool read_real_word(struct arena *a, enum column_kind kind, struct text t, struct cell *ret)
{
    if (text_is(t, "NaN")) {
        return real_cell(a, kind, (double)NAN, ret);
    }
    if (text_is(t, "Infinity") || text_is(t, "-Infinity")) {
        return real_cell(a, kind, t.at[0] == '-' ? -HUGE_VAL : HUGE_VAL, ret);
    }
    return false;
}

bool column_read_text(struct arena *a, const struct column_type *type, struct text text,
                      struct cell *ret_cell)
{
    int32_t days = 0;
    int64_t us = 0;
    switch (type->kind) {
    case COLUMN_TEXT:
        if (!storable_text(text) || (type->oid == OID_NAME && text.n > LONGEST_NAME_BYTES)) {
            return false;
        }
        *ret_cell = cell_from_text(text.at, text.n);
        return true;
    case COLUMN_DATE:
        return calendar_read_date(text, &days) && cell_from_bits(a, (uint64_t)days, 4, ret_cell);
    case COLUMN_TIMESTAMP:
        return calendar_read_timestamp(text, CALENDAR_LOCAL, &us) &&
               cell_from_bits(a, (uint64_t)us, 8, ret_cell);
    case COLUMN_TIMESTAMPTZ:
        return calendar_read_timestamp(text, CALENDAR_UTC, &us) &&
               cell_from_bits(a, (uint64_t)us, 8, ret_cell);
    case COLUMN_UUID:
        return read_uuid(a, text, true, ret_cell);
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
        return read_real_word(a, type->kind, text, ret_cell);
    case COLUMN_BOOLEAN:
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
        return false;
    }
    UNREACHABLE();
}

static size_t count_digits(struct text t, size_t from)
{
    size_t n = 0;
    while (from + n < t.n && t.at[from + n] >= '0' && t.at[from + n] <= '9') {
        n++;
    }
    return n;
}

/* A number as JSON writes it (RFC 8259, section 6): no plus, no leading zero, no bare point. */
static bool is_number(struct text t)
{
    size_t at = t.n > 0 && t.at[0] == '-' ? 1 : 0;
    size_t n = count_digits(t, at);
    if (n == 0 || (n > 1 && t.at[at] == '0')) {
        return false;
    }
    at += n;
    if (at < t.n && t.at[at] == '.') {
        n = count_digits(t, at + 1);
        if (n == 0) {
            return false;
        }
        at += 1 + n;
    }
    if (at < t.n && (t.at[at] == 'e' || t.at[at] == 'E')) {
        at += at + 1 < t.n && (t.at[at + 1] == '+' || t.at[at + 1] == '-') ? 2 : 1;
        n = count_digits(t, at);
        at += n;
    }
    return n > 0 && at == t.n;
}

static bool read_real_value(struct arena *a, enum column_kind kind, struct text t, struct cell *ret)
{
    const char *number = is_number(t) ? arena_copy(a, t.at, t.n) : NULL;
    if (number == NULL) {
        return read_real_word(a, kind, t, ret);
    }
    double value = strtod(number, NULL);
    return isfinite(value) && real_cell(a, kind, value, ret);
}

bool column_read_value(struct arena *a, const struct column_type *type, struct text text,
                       struct cell *ret_cell)
{
    int64_t value = 0;
    switch (type->kind) {
    case COLUMN_BOOLEAN:
        return (text_is(text, "true") || text_is(text, "false")) &&
               column_read_boolean(a, type, text.at[0] == 't', ret_cell);
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
        return read_canonical_integer(text, &value) && integer_cell(a, type->kind, value, ret_cell);
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
        return read_real_value(a, type->kind, text, ret_cell);
    case COLUMN_TEXT:
    case COLUMN_DATE:
    case COLUMN_TIMESTAMP:
    case COLUMN_TIMESTAMPTZ:
    case COLUMN_UUID:
        return column_read_text(a, type, text, ret_cell);
    }
    UNREACHABLE();
}

bool column_read_integer(struct arena *a, const struct column_type *type, int64_t value,
                         struct cell *ret_cell)
{
    switch (type->kind) {
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
        return integer_cell(a, type->kind, value, ret_cell);
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
        return real_cell(a, type->kind, (double)value, ret_cell);
    case COLUMN_TEXT:
    case COLUMN_BOOLEAN:
    case COLUMN_DATE:
    case COLUMN_TIMESTAMP:
    case COLUMN_TIMESTAMPTZ:
    case COLUMN_UUID:
        return false;
    }
    UNREACHABLE();
}

bool column_read_real(struct arena *a, const struct column_type *type, double value,
                      struct cell *ret_cell)
{
    return (type->kind == COLUMN_REAL || type->kind == COLUMN_DOUBLE) &&
           real_cell(a, type->kind, value, ret_cell);
}

bool column_read_boolean(struct arena *a, const struct column_type *type, bool value,
                         struct cell *ret_cell)
{
    return type->kind == COLUMN_BOOLEAN && cell_from_bits(a, value ? 1 : 0, 1, ret_cell);
}

/* Whole numbers below `exact_below` are written as integers; others with the fewest digits that
 * read back as the same. */
static void write_real(struct buf *b, double value, bool narrow)
{
    double exact_below = narrow ? 16777216.0 : 1e15;
    if (!isfinite(value)) {
        buf_add_text(b, isnan(value) ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
        return;
    }
    if (fabs(value) < exact_below && value == (double)(int64_t)value &&
        !(value == 0 && signbit(value))) {
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

static void write_real_cell(struct buf *b, enum column_kind kind, struct cell c)
{
    uint64_t bits = bits_of(c);
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

void column_write_json(struct buf *b, const struct column_type *type, struct cell c)
{
    if (cell_is_null(c)) {
        buf_add_literal(b, "null");
        return;
    }
    switch (type->kind) {
    case COLUMN_TEXT:
        json_text_write(b, (struct text){ .at = c.at, .n = (size_t)c.n });
        return;
    case COLUMN_BOOLEAN:
        buf_add_text(b, cell_bool(c) ? "true" : "false");
        return;
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
        buf_add_int(b, cell_int(c));
        return;
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
        write_real_cell(b, type->kind, c);
        return;
    case COLUMN_DATE:
        buf_add_char(b, '"');
        calendar_write_date(b, (int32_t)cell_int(c));
        buf_add_char(b, '"');
        return;
    case COLUMN_TIMESTAMP:
    case COLUMN_TIMESTAMPTZ:
        buf_add_char(b, '"');
        calendar_write_timestamp(b, type->kind == COLUMN_TIMESTAMP ? CALENDAR_LOCAL : CALENDAR_UTC,
                                 cell_int(c));
        buf_add_char(b, '"');
        return;
    case COLUMN_UUID:
        buf_add_char(b, '"');
        write_uuid(b, c);
        buf_add_char(b, '"');
        return;
    }
    UNREACHABLE();
}
