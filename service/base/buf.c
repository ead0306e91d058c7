/*
 * buf.c - growth by doubling: an append costs amortised constant time, and a large buffer grows in
 * place (see arena.c).
 */
#include "base/buf.h"

void buf_init(struct buf *b, struct arena *a, size_t capacity)
{
    *b = (struct buf){ .arena = a, .at = arena_alloc(a, capacity), .capacity = capacity };
    b->failed = b->at == NULL;
}

bool buf_grow(struct buf *b, size_t n)
{
    if (b->failed) {
        return false;
    }
    size_t capacity = b->capacity < 64 ? 64 : b->capacity;
    while (capacity - b->n < n) {
        if (__builtin_mul_overflow(capacity, (size_t)2, &capacity)) {
            b->failed = true;
            return false;
        }
    }
    char *grown = arena_grow(b->arena, b->at, b->capacity, capacity);
    if (grown == NULL) {
        b->failed = true;
        return false;
    }
    b->at = grown;
    b->capacity = capacity;
    return true;
}

void buf_add_text(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_add_int(struct buf *b, int64_t value)
{
    char digits[24];
    char *end = digits + sizeof digits;
    char *at = end;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (value < 0) {
        *--at = '-';
    }
    buf_add(b, at, (size_t)(end - at));
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (n < 0 || !buf_reserve(b, (size_t)n + 1)) {
        b->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(b->at + b->n, (size_t)n + 1, format, arguments);
    va_end(arguments);
    b->n += (size_t)n;
}

const char *buf_terminate(struct buf *b)
{
    if (!buf_reserve(b, 1)) {
        return NULL;
    }
    b->at[b->n] = '\0';
    return b->at;
}
