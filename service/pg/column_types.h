/*
 * column_types.h - which type each column had when the catalog was read, by the numbers that
 * PostgreSQL gives tables and columns, and whether a result still has them.
 *
 * Values are read in binary, so one of another type would be misread. A prepared statement keeps
 * its types; PostgreSQL refuses it once they change, and it is prepared anew: results are looked at
 * then, and not each time.
 */
#ifndef BACKREF_PG_COLUMN_TYPES_H
#define BACKREF_PG_COLUMN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_result; /* libpq's PGresult */

struct numbered_column {
    uint32_t table;  /* pg_class.oid */
    uint32_t number; /* pg_attribute.attnum */
    uint32_t type;   /* pg_type.oid, of the base type of a domain */
};

struct column_types {
    size_t n;
    const struct numbered_column *at; /* by table and number */
};

/*
 * column_types_agree() - have the columns of `result` that are those of tables the known types?
 *
 * A table that is not known says nothing; a column that is not known, of one that is, does not
 * agree: it has taken the place of another.
 *
 * known     NULL: nothing is known, and everything agrees
 * Cost:     a binary search per column
 */
bool column_types_agree(const struct column_types *known, const struct pg_result *result);

#endif
