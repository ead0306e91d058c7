/*
 * arena.c - blocks in a list, the newest first. Small pieces are cut from the newest small block;
 * a piece of at least LARGE bytes gets a block of its own, so that growing it is a realloc() and
 * not
 * a copy into ever larger blocks. The arena's own struct sits at the start of its first block.
 */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

enum {
    FIRST_BLOCK = 4096 - 32, /* leaves room for malloc()'s own words in a page */
    NEXT_BLOCK = 16384 - 32,
    LARGE = 8192,
    MOST_SPARE = 128, /* blocks of each size in a stock */
    ALIGNMENT = 16,
};

/* Sanitizers see a use behind the end only of what was really freed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { KEEPS_SPARE = false };
#else
enum { KEEPS_SPARE = true };
#endif

struct block {
    struct block *next;
    size_t n_used; /* bytes cut from `bytes` */
    size_t n_bytes;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct spare {
    struct block *first;
    size_t n;
};

struct arena_stock {
    struct spare first_blocks;
    struct spare next_blocks;
};

struct adopted {
    struct adopted *next;
    void (*release)(void *owned);
    void *owned;
};

struct arena {
    struct block *small; /* newest first; the first one holds this struct */
    struct block *large; /* newest first */
    struct adopted *adopted;
    struct arena_stock *stock; /* NULL: malloc() */
    size_t n_left;             /* of the budget */
    bool failed;
};

static size_t round_up(size_t n)
{
    return (n + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1);
}

static struct block *block_new(size_t n_bytes, struct block *next)
{
    struct block *b = malloc(sizeof *b + n_bytes);
    if (b != NULL) {
        b->next = next;
        b->n_used = 0;
        b->n_bytes = n_bytes;
    }
    return b;
}

/* The stock's blocks of this size; NULL when it keeps none of them. */
static struct spare *spare_of(struct arena_stock *stock, size_t n_bytes)
{
    if (stock == NULL || !KEEPS_SPARE) {
        return NULL;
    }
    return n_bytes == FIRST_BLOCK - sizeof(struct block)  ? &stock->first_blocks
           : n_bytes == NEXT_BLOCK - sizeof(struct block) ? &stock->next_blocks
                                                          : NULL;
}

/* A small block: a spare one if there is any. */
static struct block *block_take(struct arena_stock *stock, size_t n_bytes, struct block *next)
{
    struct spare *spare = spare_of(stock, n_bytes);
    if (spare == NULL || spare->n == 0) {
        return block_new(n_bytes, next);
    }
    struct block *b = spare->first;
    spare->first = b->next;
    spare->n--;
    b->next = next;
    b->n_used = 0;
    return b;
}

static void blocks_free(struct block *b, struct arena_stock *stock)
{
    while (b != NULL) {
        struct block *next = b->next;
        struct spare *spare = spare_of(stock, b->n_bytes);
        if (spare != NULL && spare->n < MOST_SPARE) {
            b->next = spare->first;
            spare->first = b;
            spare->n++;
        } else {
            free(b);
        }
        b = next;
    }
}

struct arena_stock *arena_stock_new(void)
{
    return calloc(1, sizeof(struct arena_stock));
}

struct arena_stock *arena_stock_free(struct arena_stock *stock)
{
    if (stock != NULL) {
        blocks_free(stock->first_blocks.first, NULL);
        blocks_free(stock->next_blocks.first, NULL);
        free(stock);
    }
    return NULL;
}

struct arena *arena_new_from(struct arena_stock *stock, size_t budget_bytes)
{
    struct block *b = block_take(stock, FIRST_BLOCK - sizeof *b, NULL);
    if (b == NULL) {
        return NULL;
    }
    struct arena *a = (struct arena *)(void *)b->bytes;
    b->n_used = round_up(sizeof *a);
    *a = (struct arena){ .small = b, .stock = stock, .n_left = budget_bytes };
    return a;
}

struct arena *arena_new(size_t budget_bytes)
{
    return arena_new_from(NULL, budget_bytes);
}

struct arena *arena_free(struct arena *a)
{
    if (a == NULL) {
        return NULL;
    }
    for (struct adopted *d = a->adopted; d != NULL; d = d->next) {
        d->release(d->owned);
    }
    struct arena_stock *stock = a->stock;
    blocks_free(a->large, NULL);
    blocks_free(a->small, stock); /* last: it holds `a` */
    return NULL;
}

static void *refuse(struct arena *a)
{
    a->failed = true;
    return NULL;
}

static void *alloc_large(struct arena *a, size_t n)
{
    struct block *b = block_new(n, a->large);
    if (b == NULL) {
        return refuse(a);
    }
    b->n_used = n;
    a->large = b;
    return b->bytes;
}

void *arena_alloc(struct arena *a, size_t n_bytes)
{
    size_t n = round_up(n_bytes == 0 ? 1 : n_bytes);
    if (a->failed || n < n_bytes || n > a->n_left) {
        return refuse(a);
    }
    a->n_left -= n;
    if (n >= LARGE) {
        return alloc_large(a, n);
    }
    struct block *b = a->small;
    if (n > b->n_bytes - b->n_used) {
        b = block_take(a->stock, NEXT_BLOCK - sizeof *b, a->small);
        if (b == NULL) {
            return refuse(a);
        }
        a->small = b;
    }
    void *piece = b->bytes + b->n_used;
    b->n_used += n;
    return piece;
}

void *arena_zalloc(struct arena *a, size_t n, size_t n_bytes)
{
    size_t total;
    if (__builtin_mul_overflow(n, n_bytes, &total)) {
        return refuse(a);
    }
    void *piece = arena_alloc(a, total);
    return piece == NULL ? NULL : memset(piece, 0, total);
}

/*
 * Grows the newest large piece by realloc(); only that one, since others cannot be found cheaply.
 */
static void *grow_large(struct arena *a, size_t n_new)
{
    struct block *b = a->large;
    size_t n = round_up(n_new);
    if (n < n_new || n - b->n_bytes > a->n_left) {
        return refuse(a);
    }
    struct block *grown = realloc(b, sizeof *b + n);
    if (grown == NULL) {
        return refuse(a);
    }
    a->n_left -= n - grown->n_bytes;
    grown->n_used = grown->n_bytes = n;
    a->large = grown;
    return grown->bytes;
}

/*
 * Grows the last piece of the newest small block within that block; false when it is another one.
 */
static bool grow_in_place(struct arena *a, const void *old, size_t n_old, size_t n_new)
{
    struct block *b = a->small;
    size_t had = round_up(n_old == 0 ? 1 : n_old);
    size_t more = round_up(n_new) - had;
    bool is_last = (const unsigned char *)old + had == b->bytes + b->n_used;
    if (!is_last || n_new >= LARGE || more > b->n_bytes - b->n_used || more > a->n_left) {
        return false;
    }
    b->n_used += more;
    a->n_left -= more;
    return true;
}

void *arena_grow(struct arena *a, void *old, size_t n_old, size_t n_new)
{
    ASSERT(n_new >= n_old);
    if (a->failed) {
        return NULL;
    }
    if (grow_in_place(a, old, n_old, n_new)) {
        return old;
    }
    if (a->large != NULL && old == a->large->bytes && n_new > a->large->n_bytes) {
        return grow_large(a, n_new);
    }
    void *piece = arena_alloc(a, n_new);
    if (piece != NULL && n_old > 0) {
        memcpy(piece, old, n_old);
    }
    return piece;
}

char *arena_copy(struct arena *a, const void *bytes, size_t n_bytes)
{
    char *copy = n_bytes == SIZE_MAX ? refuse(a) : arena_alloc(a, n_bytes + 1);
    if (copy != NULL) {
        if (n_bytes > 0) {
            memcpy(copy, bytes, n_bytes);
        }
        copy[n_bytes] = '\0';
    }
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_copy(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *s = arena_vprintf(a, format, arguments);
    va_end(arguments);
    return s;
}

char *arena_vprintf(struct arena *a, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *s = n < 0 ? refuse(a) : arena_alloc(a, (size_t)n + 1);
    if (s != NULL) {
        vsnprintf(s, (size_t)n + 1, format, arguments);
    }
    return s;
}

bool arena_adopt(struct arena *a, void (*release)(void *owned), void *owned)
{
    struct adopted *d = arena_alloc(a, sizeof *d);
    if (d == NULL) {
        release(owned);
        return false;
    }
    *d = (struct adopted){ .next = a->adopted, .release = release, .owned = owned };
    a->adopted = d;
    return true;
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}
