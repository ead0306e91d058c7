/*
 * cell.h - values on their way to and from PostgreSQL, in its binary format, without libpq.
 *
 * A cell is one value; rows are a borrowed window of a result. Pure modules write and read these,
 * so that they can be tested from arrays in memory.
 */
#ifndef BACKREF_BASE_CELL_H
#define BACKREF_BASE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct cell {
    const char *at; /* borrowed: `n` bytes in PostgreSQL's binary format (network byte order) */
    int32_t n;      /* -1: NULL */
};

struct rows {
    const struct cell *cells; /* n_rows times n_columns, row by row */
    size_t n_rows;
    size_t n_columns;
};

/* rows_row() - the cells of row `i`. */
static inline const struct cell *rows_row(const struct rows *rows, size_t i)
{
    ASSERT(i < rows->n_rows);
    return rows->cells + i * rows->n_columns;
}

/* cell_is_null() - is it the NULL value? */
static inline bool cell_is_null(struct cell c)
{
    return c.n < 0;
}

/* cell_bool() - a boolean; NULL is false. */
bool cell_bool(struct cell c);

/* cell_int() - a smallint, integer or bigint; NULL is 0. */
int64_t cell_int(struct cell c);

/* cell_null() - the NULL value. */
struct cell cell_null(void);

/* cell_from_bool(), _int4(), _int8() - a value in `a`; a NULL cell over budget (latched there). */
struct cell cell_from_bool(struct arena *a, bool value);
struct cell cell_from_int4(struct arena *a, int32_t value);
struct cell cell_from_int8(struct arena *a, int64_t value);

/* cell_from_text() - borrowed bytes as a value. */
struct cell cell_from_text(const char *at, size_t n);

/*
 * cell_array_read() - the elements of a one-dimensional binary array.
 *
 * ret_elements  in `a`, pointing into the cell
 * Returns:  the number of elements; 0 for NULL, an empty array or one that is malformed
 */
size_t cell_array_read(struct arena *a, struct cell c, struct cell **ret_elements);

/* cell_array_size() - bytes that cell_array_write() needs for `n` elements of `n_bytes` in all. */
size_t cell_array_size(size_t n, size_t n_bytes);

/*
 * cell_array_write() - a one-dimensional binary array of `n` elements of type `element_oid`.
 *
 * to        at least cell_array_size() bytes
 * Returns:  the number of bytes written
 */
size_t cell_array_write(char *to, uint32_t element_oid, const struct cell *elements, size_t n);

#endif
