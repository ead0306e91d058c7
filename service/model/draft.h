/*
 * draft.h - a model while it is being resolved: declarations, what was found for them in the
 * catalog, and the model's own structs as far as they are known.
 *
 * Resolution goes resource by resource (resolve_resource.c), then relationship by relationship
 * (resolve_end.c), then pairs the two sides (resolve_pairs.c). A thing that failed is marked broken
 * and later steps pass over it, so that one mistake is reported once.
 */
#ifndef BACKREF_MODEL_DRAFT_H
#define BACKREF_MODEL_DRAFT_H

#include "model/declaration.h"
#include "model/model.h"
#include "model/resolve.h"

struct draft_resource {
    const struct declared_resource *declared;
    const struct catalog_table *table;       /* NULL: not found, or its type is unusable */
    const struct catalog_column *key_column; /* NULL: no usable key */
    struct resource *resource;               /* filled step by step */
};

/* One side of a relationship: declared, or created by the backref of another. */
struct draft_end {
    const struct declared_relationship *declared;
    bool by_backref;     /* `declared` is the other side, which has created this one */
    const char *pointer; /* of the declaration, or of the backref in it */
    const char *name;
    struct draft_resource *owner;
    struct draft_resource *target;     /* NULL: unknown */
    const struct catalog_table *table; /* the association table; NULL: unknown */
    const struct catalog_column *near; /* NULL, like far: unknown */
    const struct catalog_column *far;
    bool near_is_first;
    size_t n_link_columns;
    const struct attribute *link_columns;
    struct draft_end *inverse;
    bool broken; /* something about it has been reported */
};

/* A type that several columns may have. */
struct draft_type {
    uint32_t oid;
    int32_t modifier;
    const struct column_type *type; /* NULL: it is not supported */
    struct draft_type *next;
};

struct draft {
    struct arena *arena;   /* the model's: what stays */
    struct arena *scratch; /* what goes when the model is ready, texts of messages too */
    const struct catalog *catalog;
    struct draft_type *types; /* those that columns had so far */
    struct declaration declaration;
    struct findings *findings;
    size_t n_resources;
    struct draft_resource *resources;
    size_t n_ends;
    struct draft_end *ends; /* declared ones in the file's order, then those created by backrefs */
};

/* findings_sort() - into the order of `places`, keeping what is at one place; 0 | -ENOMEM. */
int findings_sort(struct arena *a, struct findings *f, struct declared_names places) MUST_CHECK;

/* draft_error(), draft_warning() - note a finding; reason and remedy are made with draft_text(). */
void draft_error(struct draft *d, const char *pointer, const char *reason, const char *remedy);
void draft_warning(struct draft *d, const char *pointer, const char *reason, const char *remedy);

/* draft_text() - formatted text in the scratch arena; "" over budget. */
const char *draft_text(struct draft *d, const char *format, ...) PRINTF_LIKE(2, 3);

/* draft_resource_find() - the declared resource of this type; NULL: none such. */
struct draft_resource *draft_resource_find(const struct draft *d, const char *type);

/* draft_end_find() - the relationship `name` of `owner`, declared or created; NULL: none such. */
struct draft_end *draft_end_find(const struct draft *d, const struct draft_resource *owner,
                                 const char *name);

/* draft_type() - the type's name, for messages. */
const char *draft_type(const struct draft_resource *resource);

/* draft_columns() - the names of a table's columns, in the scratch arena. */
struct declared_names draft_columns(struct draft *d, const struct catalog_table *table);

/* draft_column_type() - the type of a column, in the model's arena; NULL: it is not supported. */
const struct column_type *draft_column_type(struct draft *d, const struct catalog_column *column);

/* constraint_has_column() - does the constraint bind this column? */
bool constraint_has_column(const struct catalog_constraint *constraint, const char *column);

/*
 * resolve_resource() - table, key, attributes and constraints of one resource.
 *
 * reterr    through `d`: a type or table that cannot be, no usable key, attributes without a column
 */
void resolve_resource(struct draft *d, struct draft_resource *r);

/*
 * resolve_link_columns() - what `end` shows of its association table beside the two keys.
 *
 * reterr    through `d`: secondary_attributes without a column, and names that meta cannot have
 */
void resolve_link_columns(struct draft *d, struct draft_end *end);

/*
 * resolve_end() - target, association table, columns and link columns of one declared relationship.
 *
 * reterr    through `d`: whatever keeps it from being a many-to-many relationship of these tables
 */
void resolve_end(struct draft *d, struct draft_end *end);

/* resolve_backref() - the side that the backref of `end` creates, into `ret`; false: it cannot be.
 */
bool resolve_backref(struct draft *d, struct draft_end *end, struct draft_end *ret);

/* resolve_pairs() - join both sides of every relationship; report those that do not fit. */
void resolve_pairs(struct draft *d);

/* check_association() - what the association table of `end` must have, and should have. */
void check_association(struct draft *d, struct draft_end *end);

#endif
