/*
 * buf.h - text that grows in an arena.
 *
 * Appending never reports: the first failure latches `failed` and later calls do nothing, so a
 * builder appends freely and checks once at its end.
 */
#ifndef BACKREF_BASE_BUF_H
#define BACKREF_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

struct buf {
    struct arena *arena;
    char *at; /* `n` bytes, no NUL behind them; see buf_terminate() */
    size_t n;
    size_t capacity; /* more than `n`; equal to it once appending has failed: nothing fits then */
    bool failed;
};

/* buf_init() - an empty buffer in `a`, with room for `capacity` bytes to begin with. */
void buf_init(struct buf *b, struct arena *a, size_t capacity);

/* buf_grow() - buf_reserve() when there is not enough room yet. */
bool buf_grow(struct buf *b, size_t n);

/* buf_reserve() - room for `n` more bytes; false (latched) when there is none. */
static inline bool buf_reserve(struct buf *b, size_t n)
{
    return n < b->capacity - b->n ? true : buf_grow(b, n);
}

/* buf_add() - append `n` bytes. */
static inline void buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (buf_reserve(b, n)) {
        memcpy(b->at + b->n, bytes, n);
        b->n += n;
    }
}

/* buf_add_literal() - append a string literal without its NUL. */
#define buf_add_literal(b, literal) buf_add((b), "" literal, sizeof(literal) - 1)

/* buf_add_slice() - append a slice of bytes. */
static inline void buf_add_slice(struct buf *b, struct text t)
{
    buf_add(b, t.at, t.n);
}

/* buf_add_text() - append a NUL-terminated string. */
void buf_add_text(struct buf *b, const char *s);

/* buf_add_char() - append one byte. */
static inline void buf_add_char(struct buf *b, char c)
{
    if (buf_reserve(b, 1)) {
        b->at[b->n++] = c;
    }
}

/* buf_add_int() - append a decimal integer. */
void buf_add_int(struct buf *b, int64_t value);

/* buf_add_unsigned() - likewise without a sign. */
void buf_add_unsigned(struct buf *b, uint64_t value);

/* buf_addf() - append formatted text. A NULL for %s latches `failed`. */
void buf_addf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);

/* buf_vaddf() - likewise; `arguments` are used up. */
void buf_vaddf(struct buf *b, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* buf_terminate() - the text with a NUL behind it (not counted in `n`); NULL when `failed`. */
const char *buf_terminate(struct buf *b);

#endif
