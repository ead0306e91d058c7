/*
 * cursor.c - the bytes of a cursor: one for the version, four for the check, then the key as it
 * stands in paths. Keys of every type have such a text, and key_read() judges it strictly, so there
 * is one spelling only: what cursor_read() accepts is what cursor_write() writes.
 */
#include "plan/cursor.h"

#include <errno.h>
#include <stdint.h>

#include "jsonapi/problem.h"

enum {
    VERSION = 1,
    CHECK_AT = 1,
    KEY_AT = 5,
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
static uint32_t check_of(const struct resource *of, struct text key)
{
    uint32_t hash = add_to_hash(2166136261u, of->type, strlen(of->type) + 1);
    return add_to_hash(hash, key.at, key.n);
}

static void put_check(char *to, uint32_t check)
{
    for (size_t i = 0; i < KEY_AT - CHECK_AT; i++) {
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

void cursor_write(struct buf *b, const struct resource *of, struct cell key)
{
    ASSERT(!cell_is_null(key));
    struct buf bytes;
    buf_init(&bytes, b->arena, 32);
    buf_add(&bytes, (const char[KEY_AT]){ VERSION }, KEY_AT);
    key_write(&bytes, of->key_type, key);
    if (bytes.failed) {
        b->failed = true;
        return;
    }
    struct text id = { .at = bytes.at + KEY_AT, .n = bytes.n - KEY_AT };
    put_check(bytes.at + CHECK_AT, check_of(of, id));
    write_base64(b, (struct text){ .at = bytes.at, .n = bytes.n });
}

int cursor_read(struct arena *a, const struct resource *of, struct text cursor,
                struct cell *ret_key)
{
    struct text bytes;
    char check[KEY_AT - CHECK_AT];
    bool is_good = read_base64(a, cursor, &bytes) && bytes.n > KEY_AT && bytes.at[0] == VERSION;
    if (is_good) {
        struct text id = { .at = bytes.at + KEY_AT, .n = bytes.n - KEY_AT };
        put_check(check, check_of(of, id));
        is_good = memcmp(check, bytes.at + CHECK_AT, sizeof check) == 0 &&
                  key_read(a, of->key_type, id, ret_key);
    }
    if (arena_failed(a)) {
        return -ENOMEM;
    }
    return is_good ? 0 : PROBLEM_BAD_PARAMETER;
}
