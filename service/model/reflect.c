/*
 * reflect.c - which tables are resources, which are association tables, and which are neither.
 */
#include "model/reflect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/column_type.h"
#include "model/column_type_of.h"
#include "model/reflect_parts.h"

/* The history that migration tools keep in the database; it is no data of anybody's. */
static const char history_table[] = "schema_migrations";

void reflect_note_add(struct reflecting *r, const char *subject, const char *reason)
{
    struct reflect_note *note = arena_alloc(r->arena, sizeof *note);
    if (note == NULL) {
        return;
    }
    *note = (struct reflect_note){ .subject = subject, .reason = reason };
    if (r->last_note == NULL) {
        r->notes = note;
    } else {
        r->last_note->next = note;
    }
    r->last_note = note;
}

const char *reflect_text(struct reflecting *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vprintf(r->arena, format, arguments);
    va_end(arguments);
    return text == NULL ? "" : text;
}

const char *reflect_table_name(struct reflecting *r, const struct catalog_table *table)
{
    return table->on_search_path ? table->name
                                 : reflect_text(r, "%s.%s", table->schema, table->name);
}

/* ---- keys ---------------------------------------------------------------------------------- */

static bool is_key_type(const struct catalog_column *column)
{
    const struct column_type *type = column_type_find(column->type_oid);
    return type != NULL && type->is_key;
}

static const struct catalog_constraint *find_primary_key(const struct catalog_table *table)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        if (table->constraints[i].kind == CATALOG_PRIMARY_KEY) {
            return &table->constraints[i];
        }
    }
    return NULL;
}

/* The first unique column, in the table's order, that can be a key; of a view it may be NULL. */
static const struct catalog_column *find_unique_column(const struct catalog_table *table)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct catalog_column *column = &table->columns[i];
        bool is_unique = reflect_is_unique(table, &column->name, 1);
        if (is_unique && is_key_type(column) && (column->not_null || table->is_view)) {
            return column;
        }
    }
    return NULL;
}

static void find_key(struct reflecting *r, struct reflected_table *t)
{
    const struct catalog_constraint *primary = find_primary_key(t->table);
    const struct catalog_column *column = primary == NULL || primary->n_columns != 1
                                              ? NULL
                                              : catalog_find_column(t->table, primary->columns[0]);
    t->key_is_primary = column != NULL && is_key_type(column);
    t->key = t->key_is_primary ? column : find_unique_column(t->table);
    if (strcmp(t->table->name, history_table) == 0) {
        t->key = NULL;
        t->why = "is the history of migrations";
    } else if (t->table->is_partition) {
        t->key = NULL;
        t->why = "is a partition: its rows are served with the whole table";
    } else if (t->table->is_view) {
        t->why = "is a view: add it with \"key\", the column that tells its rows apart";
    } else if (column != NULL) {
        t->why = reflect_text(
            r,
            "has a primary key of type %s: keys are bigint, integer, smallint, uuid, text or varchar",
            column->type_name);
    } else if (primary != NULL) {
        t->why = "has a primary key of several columns, and is no association table: "
                 "give it a column that is unique and NOT NULL";
    } else {
        t->why = "has no primary key: give it one of one column";
    }
}

/* ---- foreign keys -------------------------------------------------------------------------- */

bool reflect_is_unique(const struct catalog_table *table, const char *const *columns, size_t n)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        const struct catalog_constraint *c = &table->constraints[i];
        bool is_unique = c->kind == CATALOG_PRIMARY_KEY || c->kind == CATALOG_UNIQUE;
        size_t n_found = 0;
        for (size_t k = 0; is_unique && c->n_columns == n && k < n; k++) {
            for (size_t j = 0; j < n; j++) {
                n_found += strcmp(c->columns[j], columns[k]) == 0 ? 1 : 0;
            }
        }
        if (is_unique && c->n_columns == n && n_found == n) {
            return true;
        }
    }
    return false;
}

struct reflected_table *reflect_referenced(const struct reflecting *r,
                                           const struct catalog_constraint *c)
{
    for (size_t i = 0; c->kind == CATALOG_FOREIGN_KEY && i < r->n_tables; i++) {
        const struct catalog_table *table = r->tables[i].table;
        if (strcmp(table->name, c->referenced_table) == 0 &&
            strcmp(table->schema, c->referenced_schema) == 0) {
            return &r->tables[i];
        }
    }
    return NULL;
}

bool reflect_references(const struct reflecting *r, const struct catalog_constraint *c,
                        const struct reflected_table *target)
{
    return reflect_referenced(r, c) == target && target->key != NULL && c->n_columns == 1 &&
           strcmp(c->referenced_columns[0], target->key->name) == 0;
}

struct reflected_table *reflect_target(const struct reflecting *r,
                                       const struct catalog_table *table,
                                       const struct catalog_constraint *c)
{
    struct reflected_table *target = reflect_referenced(r, c);
    if (target == NULL || !reflect_references(r, c, target)) {
        return NULL;
    }
    const struct catalog_column *column = catalog_find_column(table, c->columns[0]);
    const struct column_type *type = column_type_find(column->type_oid);
    bool is_same = type != NULL && type->kind == column_type_find(target->key->type_oid)->kind;
    return is_same ? target : NULL;
}

/* ---- association tables -------------------------------------------------------------------- */

const struct catalog_constraint *reflect_foreign_key(const struct reflecting *r,
                                                     const struct catalog_table *table,
                                                     const char *column)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        const struct catalog_constraint *c = &table->constraints[i];
        if (c->kind == CATALOG_FOREIGN_KEY && c->n_columns == 1 &&
            strcmp(c->columns[0], column) == 0 && reflect_target(r, table, c) != NULL) {
            return c;
        }
    }
    return NULL;
}

/* Is `key` made of two foreign keys, which no link lacks? */
static bool is_pair(const struct reflecting *r, const struct catalog_table *table,
                    const struct catalog_constraint *key)
{
    bool is_key = key->kind == CATALOG_PRIMARY_KEY || key->kind == CATALOG_UNIQUE;
    if (!is_key || key->is_deferrable || key->n_columns != 2) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (!catalog_find_column(table, key->columns[i])->not_null ||
            reflect_foreign_key(r, table, key->columns[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_referenced(const struct reflecting *r, const struct reflected_table *t)
{
    for (size_t i = 0; i < r->n_tables; i++) {
        const struct catalog_table *other = r->tables[i].table;
        for (size_t k = 0; k < other->n_constraints; k++) {
            if (reflect_referenced(r, &other->constraints[k]) == t) {
                return true;
            }
        }
    }
    return false;
}

const struct catalog_constraint *reflect_pair(const struct reflecting *r,
                                              const struct catalog_table *table)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        if (is_pair(r, table, &table->constraints[i])) {
            return &table->constraints[i];
        }
    }
    return NULL;
}

bool reflect_needs(const struct catalog_constraint *pair, const struct catalog_column *column)
{
    return column->not_null && !column->has_default &&
           strcmp(column->name, pair->columns[0]) != 0 &&
           strcmp(column->name, pair->columns[1]) != 0;
}

/*
 * Are the rows of this table links? Those with an id of their own are resources when they are
 * referred to, or when they hold more than a link needs.
 */
static bool is_association(struct reflecting *r, const struct reflected_table *t)
{
    const struct catalog_constraint *pair = reflect_pair(r, t->table);
    if (pair == NULL || t->table->is_partition || t->table->is_view) {
        return false;
    }
    for (size_t i = 0; i < t->table->n_columns; i++) {
        const struct catalog_column *column = &t->table->columns[i];
        const struct column_type *type =
            reflect_needs(pair, column) ? column_type_of(r->arena, r->catalog, column) : NULL;
        bool is_given = type != NULL && type->kind != COLUMN_ARRAY;
        if (reflect_needs(pair, column) && (t->key != NULL || !is_given)) {
            return false;
        }
    }
    return t->key == NULL || !is_referenced(r, t);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int compare_tables(const void *a, const void *b)
{
    const struct catalog_table *left = ((const struct reflected_table *)a)->table;
    const struct catalog_table *right = ((const struct reflected_table *)b)->table;
    if (left->on_search_path != right->on_search_path) {
        return left->on_search_path ? -1 : 1;
    }
    int order = strcmp(left->schema, right->schema);
    return order != 0 ? order : strcmp(left->name, right->name);
}

static void choose_roles(struct reflecting *r)
{
    for (size_t i = 0; i < r->n_tables; i++) {
        find_key(r, &r->tables[i]);
    }
    for (size_t i = 0; i < r->n_tables; i++) {
        struct reflected_table *t = &r->tables[i];
        if (is_association(r, t)) {
            t->role = REFLECTED_ASSOCIATION;
        } else if (t->key != NULL) {
            t->role = REFLECTED_RESOURCE;
        } else {
            reflect_note_add(r, reflect_text(r, "table %s", reflect_table_name(r, t->table)),
                             t->why);
        }
    }
}

int reflect_catalog(struct arena *a, const struct catalog *catalog, struct reflection *ret)
{
    struct reflecting r = { .arena = a, .catalog = catalog, .n_tables = catalog->n_tables };
    r.tables = arena_zalloc(a, catalog->n_tables, sizeof *r.tables);
    if (r.tables == NULL) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < r.n_tables; i++) {
        r.tables[i].table = &catalog->tables[i];
    }
    qsort(r.tables, r.n_tables, sizeof *r.tables, compare_tables);
    choose_roles(&r);
    reflect_types(&r);
    reflect_ends(&r);
    reflect_attributes(&r);
    reflect_names(&r);
    struct buf b;
    buf_init(&b, a, 4096);
    reflect_write(&b, &r);
    *ret = (struct reflection){ .json = { .at = b.at, .n = b.n }, .notes = r.notes };
    for (size_t i = 0; i < r.n_tables; i++) {
        ret->n_resources += r.tables[i].role == REFLECTED_RESOURCE ? 1 : 0;
    }
    return b.failed || arena_failed(a) ? -ENOMEM : 0;
}
