/*
 * reflect.h - a model file for a database that has none: its tables become resources, its foreign
 * keys relationships with both sides.
 *
 * What is written is what a person would write, and is meant to be edited: names come from tables
 * and columns, and only what the catalog leaves open is said. The same catalog always gives the
 * same file.
 */
#ifndef BACKREF_MODEL_REFLECT_H
#define BACKREF_MODEL_REFLECT_H

#include "base/arena.h"
#include "base/text.h"
#include "pg/catalog.h"

/* Something that the file leaves out. */
struct reflect_note {
    const char *subject; /* "table orders", "column films.fulltext" */
    const char *reason;
    const struct reflect_note *next;
};

struct reflection {
    struct text json; /* the model file */
    size_t n_resources;
    const struct reflect_note *notes; /* in the order of the tables */
};

/*
 * reflect_catalog() - the model file for all tables of a catalog, with their foreign keys.
 *
 * - A table whose primary key is one column of a type for keys becomes a resource; else one with a
 *   unique column that is NOT NULL, which the file then names as its key.
 * - A table in which two foreign keys together are the primary key or unique, which nothing refers
 *   to and whose further columns may be left out, becomes a many-to-many relationship.
 * - Each other foreign key to the key of a resource becomes a to-one with its inverse, which is
 *   to-one as well when the column is unique.
 *
 * catalog   borrowed as long as the result
 * ret       in `a`
 * Returns:  0 | -ENOMEM
 */
int reflect_catalog(struct arena *a, const struct catalog *catalog, struct reflection *ret)
    MUST_CHECK;

#endif
