/*
 * column_type_of.h - the type of a column of the catalog: one of the built-in ones, or one derived
 * from them: an enum, an array, a string of an extension, a number with bounds.
 */
#ifndef BACKREF_MODEL_COLUMN_TYPE_OF_H
#define BACKREF_MODEL_COLUMN_TYPE_OF_H

#include "model/column_type.h"
#include "pg/catalog.h"

/*
 * column_type_of() - the type of `column`; of a domain, the type below it.
 *
 * Returns:  in `a`, with copies of all names, or a constant; NULL when it is not supported, or
 *           (arena_failed()) over budget
 */
const struct column_type *column_type_of(struct arena *a, const struct catalog *catalog,
                                         const struct catalog_column *column);

#endif
