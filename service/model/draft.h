/*
 * draft.h - a model while it is being resolved: declarations, what was found for them in the
 * catalog, and the model's own structs as far as they are known.
 *
 * A thing that failed is marked broken and later steps (resolving.h) pass over it, so that one
 * mistake is reported once.
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
    const struct declared_relationship *declared; /* what this side says of itself */
    bool by_backref;
    struct draft_resource *owner;
    struct draft_resource *target; /* NULL: unknown */
    enum relationship_kind kind;
    const struct catalog_table *table; /* of the links (see relationship.h); NULL: unknown */
    const struct catalog_column *near; /* NULL, like far: unknown */
    const struct catalog_column *far;
    bool near_is_first;
    bool is_to_one;
    bool is_symmetric;
    bool view_only;
    size_t n_order_by;
    const struct relationship_order *order_by;
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

/* draft_error(), draft_warning(), draft_note() - add a finding; its texts are made with
 * draft_text(). */
void draft_error(struct draft *d, const char *pointer, const char *reason, const char *remedy);
void draft_warning(struct draft *d, const char *pointer, const char *reason, const char *remedy);
void draft_note(struct draft *d, const char *pointer, const char *reason, const char *remedy);

/* draft_refuse() - an error in `end`, at its member `key` ("" for itself, "a/0" for an element of
 * one); it is broken then. */
void draft_refuse(struct draft *d, struct draft_end *end, const char *key, const char *reason,
                  const char *remedy);

/* draft_text() - formatted text in the scratch arena; "" over budget. */
const char *draft_text(struct draft *d, const char *format, ...) PRINTF_LIKE(2, 3);

/* draft_resource_find() - the declared resource of this type; NULL: none such. */
struct draft_resource *draft_resource_find(const struct draft *d, const char *type);

/* draft_resource_stored_in() - the resource whose table this is; NULL: none. */
struct draft_resource *draft_resource_stored_in(const struct draft *d,
                                                const struct catalog_table *table);

/* draft_end_find() - the relationship `name` of `owner`, declared or created; NULL: none such. */
struct draft_end *draft_end_find(const struct draft *d, const struct draft_resource *owner,
                                 const char *name);

/* draft_end_name() - "persons.phones", for messages. */
const char *draft_end_name(struct draft *d, const struct draft_end *end);

/* draft_kind() - "many-to-one", for messages. */
const char *draft_kind(const struct draft_end *end);

/* draft_foreign_key() - the column that stores a many-to-one or one-to-many relationship. */
const struct catalog_column *draft_foreign_key(const struct draft_end *end);

/* draft_end_is_resolved() - are its table and both columns known? */
bool draft_end_is_resolved(const struct draft_end *end);

/* draft_needs_value() - must every new row be given this column: NOT NULL, without a default? */
bool draft_needs_value(const struct catalog_column *column);
/* draft_type() - the type's name, for messages. */
const char *draft_type(const struct draft_resource *resource);
/* draft_columns() - the names of a table's columns, in the scratch arena. */
struct declared_names draft_columns(struct draft *d, const struct catalog_table *table);

/* draft_column_type() - the type of a column, in the model's arena; NULL: it is not supported. */
const struct column_type *draft_column_type(struct draft *d, const struct catalog_column *column);

/* draft_refuse_column() - `end` names at `key` a column that the table does not have. */
void draft_refuse_column(struct draft *d, struct draft_end *end, const char *key,
                         const struct catalog_table *table, const char *name);

/* draft_table_sql(), draft_column_sql() - names as they stand in SQL, for remedies. */
const char *draft_table_sql(struct draft *d, const struct catalog_table *table);
const char *draft_column_sql(struct draft *d, const struct catalog_column *column);

#endif
