/*
 * catalog_parts.h - what the files of the catalog reader share; nobody else includes this.
 */
#ifndef BACKREF_PG_CATALOG_PARTS_H
#define BACKREF_PG_CATALOG_PARTS_H

#include <stdlib.h>

#include "pg/catalog.h"
#include "pg/session.h"

/* catalog_cell() - a value of a result; NULL for NULL. */
static inline const char *catalog_cell(const struct session_rows *rows, size_t row, size_t column)
{
    return rows->values[row * rows->n_columns + column];
}

/* catalog_oid() - an object identifier from its text; 0 for NULL. */
static inline uint32_t catalog_oid(const char *value)
{
    return value == NULL ? 0 : (uint32_t)strtoul(value, NULL, 10);
}

/* catalog_int() - an integer of the catalog from its text; 0 for NULL. */
static inline int32_t catalog_int(const char *value)
{
    return value == NULL ? 0 : (int32_t)strtol(value, NULL, 10);
}

/* catalog_run_length() - how many rows from `first` on have the same first column. */
size_t catalog_run_length(const struct session_rows *rows, size_t first);

/*
 * catalog_types_read() - the types of users, with the labels of enums, into `to`.
 *
 * Cost:     two statements
 * Returns:  0 | 1 with reterr set
 */
int catalog_types_read(struct session *s, struct arena *a, struct catalog *to,
                       struct session_error *reterr) MUST_CHECK;

#endif
