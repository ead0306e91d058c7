/*
 * cell.c - PostgreSQL's binary forms of booleans, integers and arrays (src/backend/utils/adt:
 * boolsend, int8send, array_send).
 */
#include "base/cell.h"

#include <string.h>

static void put32(char *to, uint32_t value)
{
    uint32_t big_endian = __builtin_bswap32(value);
    memcpy(to, &big_endian, sizeof big_endian);
}

static uint32_t get32(const char *from)
{
    uint32_t big_endian;
    memcpy(&big_endian, from, sizeof big_endian);
    return __builtin_bswap32(big_endian);
}

bool cell_bool(struct cell c)
{
    return c.n == 1 && c.at[0] != 0;
}

int64_t cell_int(struct cell c)
{
    if (c.n == 8) {
        uint64_t big_endian;
        memcpy(&big_endian, c.at, sizeof big_endian);
        return (int64_t)__builtin_bswap64(big_endian);
    }
    if (c.n == 4) {
        return (int32_t)get32(c.at);
    }
    if (c.n == 2) {
        uint16_t big_endian;
        memcpy(&big_endian, c.at, sizeof big_endian);
        return (int16_t)__builtin_bswap16(big_endian);
    }
    return 0;
}

struct cell cell_null(void)
{
    return (struct cell){ .at = NULL, .n = -1 };
}

struct cell cell_from_bool(struct arena *a, bool value)
{
    char *at = arena_alloc(a, 1);
    if (at == NULL) {
        return cell_null();
    }
    at[0] = value ? 1 : 0;
    return (struct cell){ .at = at, .n = 1 };
}

struct cell cell_from_int4(struct arena *a, int32_t value)
{
    char *at = arena_alloc(a, 4);
    if (at == NULL) {
        return cell_null();
    }
    put32(at, (uint32_t)value);
    return (struct cell){ .at = at, .n = 4 };
}

struct cell cell_from_int8(struct arena *a, int64_t value)
{
    char *at = arena_alloc(a, 8);
    if (at == NULL) {
        return cell_null();
    }
    uint64_t big_endian = __builtin_bswap64((uint64_t)value);
    memcpy(at, &big_endian, sizeof big_endian);
    return (struct cell){ .at = at, .n = 8 };
}

struct cell cell_from_text(const char *at, size_t n)
{
    ASSERT(n <= INT32_MAX);
    return (struct cell){ .at = at, .n = (int32_t)n };
}

size_t cell_array_read(struct arena *a, struct cell c, struct cell **ret_elements)
{
    *ret_elements = NULL;
    if (c.n < 20 || get32(c.at) != 1) {
        return 0;
    }
    size_t n = get32(c.at + 12);
    if (n > ((size_t)c.n - 20) / 4) {
        return 0;
    }
    struct cell *elements = arena_alloc(a, n * sizeof *elements);
    size_t at = 20;
    for (size_t i = 0; elements != NULL && i < n; i++) {
        if ((size_t)c.n - at < 4) {
            return 0;
        }
        int32_t length = (int32_t)get32(c.at + at);
        at += 4;
        if (length > 0 && (size_t)c.n - at < (size_t)length) {
            return 0;
        }
        elements[i] = (struct cell){ .at = c.at + at, .n = length < 0 ? -1 : length };
        at += length < 0 ? 0 : (size_t)length;
    }
    *ret_elements = elements;
    return elements == NULL ? 0 : n;
}

size_t cell_array_size(size_t n, size_t n_bytes)
{
    return (n == 0 ? 12 : 20) + 4 * n + n_bytes;
}

size_t cell_array_write(char *to, uint32_t element_oid, const struct cell *elements, size_t n)
{
    uint32_t has_null = 0;
    for (size_t i = 0; i < n; i++) {
        has_null |= elements[i].n < 0;
    }
    put32(to, n == 0 ? 0 : 1); /* dimensions */
    put32(to + 4, has_null);
    put32(to + 8, element_oid);
    if (n == 0) {
        return 12;
    }
    put32(to + 12, (uint32_t)n);
    put32(to + 16, 1); /* lower bound */
    size_t at = 20;
    for (size_t i = 0; i < n; i++) {
        put32(to + at, (uint32_t)elements[i].n);
        at += 4;
        if (elements[i].n > 0) {
            memcpy(to + at, elements[i].at, (size_t)elements[i].n);
            at += (size_t)elements[i].n;
        }
    }
    return at;
}
