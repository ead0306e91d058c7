/*
 * buf.c - growth by doubling: an append costs amortised constant time, and a large buffer grows in
 * place (see arena.c).
 */
#include "base/buf.h"

#include "base/decimal.h"

/* What is there stays; the inline functions ask for room alone, so there is none any more. */
static bool fail(struct buf *b)
{
    b->capacity = b->n;
    b->failed = true;
    return false;
}

void buf_init(struct buf *b, struct arena *a, size_t capacity)
{
    *b = (struct buf){ .arena = a, .at = arena_alloc(a, capacity), .capacity = capacity };
    if (b->at == NULL) {
        fail(b);
    }
}

bool buf_grow(struct buf *b, size_t n)
{
    if (b->failed) {
        return false;
    }
    size_t capacity = b->capacity < 64 ? 64 : b->capacity;
    while (capacity - b->n <= n) {
        if (__builtin_mul_overflow(capacity, (size_t)2, &capacity)) {
            return fail(b);
        }
    }
    char *grown = arena_grow(b->arena, b->at, b->capacity, capacity);
    if (grown == NULL) {
        return fail(b);
    }
    b->at = grown;
    b->capacity = capacity;
    return true;
}

void buf_add_text(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

/* As many as the binary digits make, by 1233/4096 for the logarithm of 2, or one more. */
static size_t count_digits(uint64_t value)
{
    static const uint64_t powers[] = {
        0, /* 0 has a digit, too */
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
        10000000000000000000u,
    };
    size_t n_bits = 64 - (size_t)__builtin_clzll(value | 1);
    size_t n = n_bits * 1233 / 4096;
    return n + (value >= powers[n] ? 1 : 0);
}

void buf_add_unsigned(struct buf *b, uint64_t value)
{
    size_t n = count_digits(value);
    if (!buf_reserve(b, n)) {
        return;
    }
    b->n += n;
    char *at = b->at + b->n;
    for (; value >= 100; value /= 100) {
        at -= 2;
        decimal_put_two(at, (uint32_t)(value % 100));
    }
    if (value >= 10) {
        decimal_put_two(at - 2, (uint32_t)value);
    } else {
        at[-1] = (char)('0' + value);
    }
}

void buf_add_int(struct buf *b, int64_t value)
{
    if (value < 0) {
        buf_add_char(b, '-');
    }
    buf_add_unsigned(b, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* What the library makes of a format. */
static void add_formatted(struct buf *b, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0 || !buf_reserve(b, (size_t)n + 1)) {
        fail(b);
        return;
    }
    vsnprintf(b->at + b->n, (size_t)n + 1, format, arguments);
    b->n += (size_t)n;
}

/*
 * Statements are written piece by piece, with texts and numbers of parameters between: these two
 * conversions are done here, which costs a fifth of the library's way. From any other one on, the
 * rest is the library's.
 */
void buf_vaddf(struct buf *b, const char *format, va_list arguments)
{
    for (;;) {
        const char *mark = strchrnul(format, '%');
        buf_add(b, format, (size_t)(mark - format));
        if (mark[0] == '\0') {
            return;
        }
        if (mark[1] == 's') {
            const char *text = va_arg(arguments, const char *);
            if (text == NULL) { /* an arena was over budget */
                fail(b);
                return;
            }
            buf_add_text(b, text);
            format = mark + 2;
        } else if (mark[1] == 'z' && mark[2] == 'u') {
            buf_add_unsigned(b, va_arg(arguments, size_t));
            format = mark + 3;
        } else {
            add_formatted(b, mark, arguments);
            return;
        }
    }
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(b, format, arguments);
    va_end(arguments);
}

const char *buf_terminate(struct buf *b)
{
    if (b->failed || !buf_reserve(b, 1)) {
        return NULL;
    }
    b->at[b->n] = '\0';
    return b->at;
}
