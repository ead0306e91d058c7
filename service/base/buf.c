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

void buf_add_unsigned(struct buf *b, uint64_t value)
{
    char digits[20];
    char *end = digits + sizeof digits;
    char *at = end;
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    buf_add(b, at, (size_t)(end - at));
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
        b->failed = true;
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
            b->failed = b->failed || text == NULL; /* an arena was over budget */
            buf_add_text(b, text == NULL ? "" : text);
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
    if (!buf_reserve(b, 1)) {
        return NULL;
    }
    b->at[b->n] = '\0';
    return b->at;
}
