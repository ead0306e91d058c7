/*
 * catalog.h - what PostgreSQL says about its tables, as plain structs.
 *
 * Read once before a port is opened, over a session of its own; afterwards read-only. Nothing here
 * needs libpq, so the model can be resolved in unit tests against catalogs written by hand.
 */
#ifndef BACKREF_PG_CATALOG_H
#define BACKREF_PG_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "pg/column_types.h"

struct catalog_column {
    const char *name;
    uint32_t type_oid;     /* of the base type when the column's type is a domain */
    const char *type_name; /* as format_type() prints it: "character varying(20)" */
    int32_t type_modifier; /* pg_attribute.atttypmod, or the domain's; below 1: none */
    int32_t max_length;    /* of varchar(n) and char(n) in characters; 0: none */
    bool not_null;
    bool has_default;        /* a default, an identity or a generated value */
    bool generated;          /* identity always or generated: never writable */
    const char *default_sql; /* the expression of a default or identity; NULL: there is none */
};

enum catalog_constraint_kind {
    CATALOG_PRIMARY_KEY,
    CATALOG_UNIQUE, /* unique constraints and unique indexes without expression or predicate */
    CATALOG_FOREIGN_KEY,
    CATALOG_CHECK,
};

struct catalog_constraint {
    const char *name;
    enum catalog_constraint_kind kind;
    size_t n_columns;
    const char *const *columns;
    bool is_deferrable;            /* it may be checked late: no "on conflict" can name it */
    const char *comment;           /* of `comment on constraint`; NULL: none */
    const char *referenced_schema; /* foreign keys only, like the next two */
    const char *referenced_table;
    const char *const *referenced_columns; /* n_columns of them */
    char on_delete;                        /* pg_constraint.confdeltype: a r c n d */
};

struct catalog_index {
    size_t n_columns; /* leading plain columns; an expression ends the list */
    const char *const *columns;
};

struct catalog_table {
    const char *schema;
    const char *name;
    bool on_search_path; /* found without naming the schema */
    bool is_view;
    bool is_partition;        /* of another table, which holds its rows as well */
    bool has_insert_triggers; /* that see each row before it is inserted */
    size_t n_columns;
    const struct catalog_column *columns; /* in the table's order */
    size_t n_constraints;
    const struct catalog_constraint *constraints; /* by name */
    size_t n_indexes;
    const struct catalog_index *indexes; /* valid ones, without predicate */
};

/* A type that is not one of PostgreSQL's own: made by a user, or by an extension. */
struct catalog_type {
    uint32_t oid;
    const char *name;     /* as it stands in SQL */
    char kind;            /* pg_type.typtype: b (base), d (domain), e (enum) */
    char category;        /* pg_type.typcategory: A (array), S (string), … */
    uint32_t array_oid;   /* of an array of them; 0: none */
    uint32_t element_oid; /* arrays: of what */
    uint32_t base_oid;    /* domains: the type at the bottom */
    int32_t base_modifier;
    size_t n_labels; /* enums, in their order */
    const char *const *labels;
};

struct catalog {
    size_t n_tables;
    const struct catalog_table
        *tables; /* tables, partitioned tables and views outside system schemas */
    size_t n_types;
    const struct catalog_type *types; /* by oid */
    struct column_types column_types; /* of all tables */
};

/*
 * catalog_find_table() - the table called `name`: "schema.table", or a table on the search path.
 *
 * Returns:  NULL when there is none
 */
const struct catalog_table *catalog_find_table(const struct catalog *catalog, const char *name);

/* catalog_find_column() - the column called `name`; NULL when there is none. */
const struct catalog_column *catalog_find_column(const struct catalog_table *table,
                                                 const char *name);

/* catalog_find_type() - the type with this oid; NULL: none of users. Cost: a binary search. */
const struct catalog_type *catalog_find_type(const struct catalog *catalog, uint32_t oid);

#endif
