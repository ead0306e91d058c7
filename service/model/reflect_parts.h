/*
 * reflect_parts.h - what the files of reflection share; nobody else includes this.
 */
#ifndef BACKREF_MODEL_REFLECT_PARTS_H
#define BACKREF_MODEL_REFLECT_PARTS_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/reflect.h"

struct reflected_attribute {
    const char *name;
    const struct catalog_column *column;
    bool is_given; /* of links: clients write it */
};

/* One side of a relationship. */
struct reflected_end {
    struct reflected_table *owner;
    struct reflected_table *target;
    const char *plain;                        /* the name it would like to have */
    const char *explicit;                     /* the one it has when others want the same */
    const char *name;                         /* the one it has */
    const struct catalog_column *foreign_key; /* of the owner; NULL: it is elsewhere */
    const struct reflected_table *secondary;  /* the association table; NULL: there is none */
    const char *local;                        /* the column to be named for the owner; NULL: none */
    const char *remote;                       /* … for the target */
    bool is_single;                           /* "uselist": false has to be said */
    bool view_only;
    struct reflected_end *inverse;
    struct reflected_end *next; /* of the same owner */
};

enum reflected_role {
    REFLECTED_NOWHERE,
    REFLECTED_RESOURCE,
    REFLECTED_ASSOCIATION,
};

struct reflected_table {
    const struct catalog_table *table;
    const struct catalog_column *key; /* NULL: it cannot be a resource, and `why` says why */
    const char *why;
    bool key_is_primary;
    enum reflected_role role;
    const char *type;
    size_t n_attributes;
    struct reflected_attribute *attributes;
    bool lists_attributes; /* they are not what the file would mean without them */
    struct reflected_end *first;
    struct reflected_end *last;
};

struct reflecting {
    struct arena *arena;
    const struct catalog *catalog;
    size_t n_tables;
    struct reflected_table *tables; /* those on the search path first, then by schema and name */
    const struct reflect_note *notes;
    struct reflect_note *last_note;
};

/* reflect_note_add() - note what is left out; both texts are in the arena already. */
void reflect_note_add(struct reflecting *r, const char *subject, const char *reason);

/* reflect_text() - formatted text in the arena; "" over budget. */
const char *reflect_text(struct reflecting *r, const char *format, ...) PRINTF_LIKE(2, 3);

/* reflect_table_name() - as the file names a table: "orders" or "sales.orders". */
const char *reflect_table_name(struct reflecting *r, const struct catalog_table *table);

/* reflect_referenced() - the table that a foreign key refers to; NULL for other constraints. */
struct reflected_table *reflect_referenced(const struct reflecting *r,
                                           const struct catalog_constraint *c);

/*
 * reflect_target() - the table whose key a foreign key of one column refers to.
 *
 * Returns:  NULL when `c` is nothing of the kind, or its column has another type than the key
 */
struct reflected_table *reflect_target(const struct reflecting *r,
                                       const struct catalog_table *table,
                                       const struct catalog_constraint *c);

/* reflect_is_unique() - do these columns, in any order, tell the table's rows apart? */
bool reflect_is_unique(const struct catalog_table *table, const char *const *columns, size_t n);

/* reflect_references() - does this foreign key, of whatever table, refer to the key of `target`? */
bool reflect_references(const struct reflecting *r, const struct catalog_constraint *c,
                        const struct reflected_table *target);

/* reflect_foreign_key() - the foreign key over this column alone that has a target; NULL: none. */
const struct catalog_constraint *reflect_foreign_key(const struct reflecting *r,
                                                     const struct catalog_table *table,
                                                     const char *column);

/* reflect_pair() - the key of an association table: two foreign keys; NULL when `table` is none. */
const struct catalog_constraint *reflect_pair(const struct reflecting *r,
                                              const struct catalog_table *table);

/* reflect_needs() - must a link be given this column, beside its two keys? */
bool reflect_needs(const struct catalog_constraint *pair, const struct catalog_column *column);

/* reflect_ends() - the relationships of all resources, still without names. */
void reflect_ends(struct reflecting *r);
/* reflect_shows() - is this column the foreign key of a relationship? */
bool reflect_shows(const struct reflected_table *t, const struct catalog_column *column);

/* reflect_attributes() - what each resource, and each link, shows beside keys and relationships. */
void reflect_attributes(struct reflecting *r);

/* reflect_types(), reflect_names() - names for the resources; for their relationships. */
void reflect_types(struct reflecting *r);
void reflect_names(struct reflecting *r);

/* reflect_write() - the model file. */
void reflect_write(struct buf *b, struct reflecting *r);

#endif
