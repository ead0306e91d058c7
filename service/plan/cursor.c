/*
 * cursor.c - the bytes of a cursor: one for the version, four for the check, each sort value with
 * its length before it, then the key as it stands in paths. Values are held as text, so that
 * nothing a client might make up reaches PostgreSQL without having been read as its type.
 */
#include "plan/cursor.h"

#include <errno.h>
#include <stdint.h>

#include "jsonapi/problem.h"

enum {
    VERSION = 1,
    CHECK_AT = 1,
    VALUES_AT = 5,
    LENGTH_BYTES = 2,
    LENGTH_OF_NULL = 0xFFFF,
};

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static uint32_t add_to_hash(uint32_t hash, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* FNV-1a */
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    }
    return hash;
}

/* The type with its NUL, so that no end of it can pass for the beginning of a key. */
static uint32_t check_of(const struct cursor_form *form, struct text values)
{
    uint32_t hash =
        add_to_hash(2166136261u ^ form->shape, form->of->type, strlen(form->of->type) + 1);
    return add_to_hash(hash, values.at, values.n);
}

static void put_check(char *to, uint32_t check)
{
    for (size_t i = 0; i < VALUES_AT - CHECK_AT; i++) {
        to[i] = (char)(unsigned char)(check >> (8 * i) & 0xFF);
    }
}

/* Base64 with the alphabet for URLs and without padding (RFC 4648, section 5). */
static void write_base64(struct buf *b, struct text bytes)
{
    uint32_t bits = 0;
    unsigned n_bits = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        bits = bits << 8 | (unsigned char)bytes.at[i];
        for (n_bits += 8; n_bits >= 6; n_bits -= 6) {
            buf_add_char(b, digits[bits >> (n_bits - 6) & 63]);
        }
    }
    if (n_bits > 0) {
        buf_add_char(b, digits[bits << (6 - n_bits) & 63]);
    }
}

/* The bytes written that way, into `a`; false when the text is not exactly what would be written.
 */
static bool read_base64(struct arena *a, struct text text, struct text *ret)
{
    char *to = arena_alloc(a, text.n);
    uint32_t bits = 0;
    unsigned n_bits = 0;
    size_t n = 0;
    for (size_t i = 0; to != NULL && i < text.n; i++) {
        const char *digit = memchr(digits, text.at[i], sizeof digits - 1);
        if (digit == NULL) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(digit - digits);
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            to[n++] = (char)(unsigned char)(bits >> n_bits & 0xFF);
        }
    }
    *ret = (struct text){ .at = to, .n = n };
    return to != NULL && n_bits < 6 && (bits & ((1u << n_bits) - 1)) == 0;
}

/* A value's text, as column_read_value() reads it. */
static struct text value_text(struct arena *a, const struct column_type *type, struct cell value)
{
    if (type->kind == COLUMN_TEXT || type->kind == COLUMN_ENUM) {
        return (struct text){ .at = value.at, .n = (size_t)value.n };
    }
    struct buf b;
    buf_init(&b, a, 40);
    column_write_json(&b, type, value);
    bool is_quoted = b.n > 0 && b.at[0] == '"'; /* letters, digits and signs only: no escapes */
    return is_quoted ? (struct text){ .at = b.at + 1, .n = b.n - 2 }
                     : (struct text){ .at = b.at, .n = b.n };
}

static void write_value(struct buf *bytes, const struct column_type *type, struct cell value)
{
    struct text text = { .at = "", .n = 0 };
    size_t length = LENGTH_OF_NULL;
    if (!cell_is_null(value)) {
        text = value_text(bytes->arena, type, value);
        length = text.n;
    }
    if (length > LENGTH_OF_NULL) {
        bytes->failed = true;
        return;
    }
    buf_add_char(bytes, (char)(unsigned char)(length >> 8));
    buf_add_char(bytes, (char)(unsigned char)(length & 0xFF));
    buf_add(bytes, text.at, text.n);
}

void cursor_write(struct buf *b, const struct cursor_form *form, const struct cell *values,
                  struct cell key)
{
    ASSERT(!cell_is_null(key));
    struct buf bytes;
    buf_init(&bytes, b->arena, 32);
    buf_add(&bytes, (const char[VALUES_AT]){ VERSION }, VALUES_AT);
    for (size_t i = 0; i < form->n_values; i++) {
        write_value(&bytes, form->types[i], values[i]);
    }
    key_write(&bytes, form->of->key_type, key);
    if (bytes.failed) {
        b->failed = true;
        return;
    }
    struct text held = { .at = bytes.at + VALUES_AT, .n = bytes.n - VALUES_AT };
    put_check(bytes.at + CHECK_AT, check_of(form, held));
    write_base64(b, (struct text){ .at = bytes.at, .n = bytes.n });
}

/* Takes one value from the front of `held`. */
static bool read_value(struct arena *a, const struct column_type *type, struct text *held,
                       struct cell *ret)
{
    if (held->n < LENGTH_BYTES) {
        return false;
    }
    size_t length = (size_t)(unsigned char)held->at[0] << 8 | (unsigned char)held->at[1];
    held->at += LENGTH_BYTES;
    held->n -= LENGTH_BYTES;
    if (length == LENGTH_OF_NULL) {
        *ret = cell_null();
        return true;
    }
    if (length > held->n) {
        return false;
    }
    struct text value = { .at = held->at, .n = length };
    held->at += length;
    held->n -= length;
    return text_is_utf8(value) && memchr(value.at, '\0', value.n) == NULL &&
           column_read_value(a, type, value, ret);
}

static bool read_values(struct arena *a, const struct cursor_form *form, struct text held,
                        struct cell *ret)
{
    for (size_t i = 0; i < form->n_values; i++) {
        if (!read_value(a, form->types[i], &held, &ret[i])) {
            return false;
        }
    }
    return key_read(a, form->of->key_type, held, &ret[form->n_values]);
}

int cursor_read(struct arena *a, const struct cursor_form *form, struct text cursor,
                const struct cell **ret_values)
{
    struct text bytes;
    char check[VALUES_AT - CHECK_AT];
    struct cell *values = arena_alloc(a, (form->n_values + 1) * sizeof *values);
    bool is_good = values != NULL && read_base64(a, cursor, &bytes) && bytes.n > VALUES_AT &&
                   bytes.at[0] == VERSION;
    if (is_good) {
        struct text held = { .at = bytes.at + VALUES_AT, .n = bytes.n - VALUES_AT };
        put_check(check, check_of(form, held));
        is_good = memcmp(check, bytes.at + CHECK_AT, sizeof check) == 0 &&
                  read_values(a, form, held, values);
        *ret_values = is_good ? values : *ret_values;
    }
    if (arena_failed(a)) {
        return -ENOMEM;
    }
    return is_good ? 0 : PROBLEM_BAD_PARAMETER;
}
