/*
 * constraints.c - what the catalog says about single columns: who is unique, who refers to whom,
 * which index finds it.
 */
#include "model/names.h"
#include "model/resolving.h"

static bool is_unique(const struct catalog_constraint *c)
{
    return c->kind == CATALOG_PRIMARY_KEY || c->kind == CATALOG_UNIQUE;
}

bool constraint_has_column(const struct catalog_constraint *constraint, const char *column)
{
    for (size_t i = 0; i < constraint->n_columns; i++) {
        if (strcmp(constraint->columns[i], column) == 0) {
            return true;
        }
    }
    return false;
}

bool table_has_unique(const struct catalog_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        const struct catalog_constraint *c = &table->constraints[i];
        if (is_unique(c) && c->n_columns == 1 && strcmp(c->columns[0], column) == 0) {
            return true;
        }
    }
    return false;
}

bool references_key(const struct catalog_constraint *c, const struct draft_resource *r)
{
    return c->kind == CATALOG_FOREIGN_KEY && c->n_columns == 1 &&
           strcmp(c->referenced_table, r->table->name) == 0 &&
           strcmp(c->referenced_schema, r->table->schema) == 0 &&
           strcmp(c->referenced_columns[0], r->key_column->name) == 0;
}

void check_key_type(struct draft *d, struct draft_end *end, const char *key,
                    const struct catalog_column *column, const struct draft_resource *r)
{
    const struct column_type *type = draft_column_type(d, column);
    if (type == NULL || type->kind != r->resource->key_type->kind) {
        draft_refuse(d, end, key,
                     draft_text(d, "%s.%s is %s, but %s.%s is %s", end->table->name, column->name,
                                column->type_name, r->table->name, r->key_column->name,
                                r->key_column->type_name),
                     "give both columns the same type");
    }
}

bool target_is_moved(const struct draft_end *end)
{
    return !end->is_symmetric && table_has_unique(end->table, end->far->name);
}

static bool has_leading_index(const struct catalog_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_indexes; i++) {
        if (table->indexes[i].n_columns > 0 && strcmp(table->indexes[i].columns[0], column) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < table->n_constraints; i++) {
        const struct catalog_constraint *c = &table->constraints[i];
        if (is_unique(c) && strcmp(c->columns[0], column) == 0) {
            return true;
        }
    }
    return false;
}

void check_index(struct draft *d, const struct draft_end *end, const char *pointer,
                 const struct catalog_column *column, const struct catalog_column *then)
{
    if (has_leading_index(end->table, column->name)) {
        return;
    }
    draft_warning(d, pointer,
                  draft_text(d,
                             "no index of \"%s\" begins with \"%s\": looking from that side "
                             "reads the whole table",
                             end->table->name, column->name),
                  draft_text(d, "create index on %s (%s, %s)", draft_table_sql(d, end->table),
                             draft_column_sql(d, column), draft_column_sql(d, then)));
}

/* The constraint behind the foreign key of `end`; NULL: the file alone says so (of a view). */
static const struct catalog_constraint *constraint_of(const struct draft_end *end)
{
    const char *column = draft_foreign_key(end)->name;
    const struct draft_resource *referenced =
        end->kind == RELATIONSHIP_MANY_TO_ONE ? end->target : end->owner;
    for (size_t i = 0; i < end->table->n_constraints; i++) {
        const struct catalog_constraint *c = &end->table->constraints[i];
        if (references_key(c, referenced) && strcmp(c->columns[0], column) == 0) {
            return c;
        }
    }
    return NULL;
}

/* Of two sides the first is told, and each only what concerns it. */
void check_foreign_key(struct draft *d, struct draft_end *end)
{
    const struct catalog_constraint *c = constraint_of(end);
    const struct catalog_column *column = draft_foreign_key(end);
    bool is_told = end->inverse != NULL && end->inverse < end;
    if (c == NULL) {
        return;
    }
    if (end->kind == RELATIONSHIP_ONE_TO_MANY) {
        check_index(d, end, end->declared->pointer, end->near, end->far);
    }
    if (c->on_delete == 'n' && column->not_null && !is_told) {
        draft_warning(d, end->declared->pointer,
                      draft_text(d,
                                 "foreign key \"%s\" of \"%s\" is \"on delete set null\", but "
                                 "\"%s\" is NOT NULL: a DELETE of what is linked will be refused",
                                 c->name, end->table->name, column->name),
                      "let it be \"on delete cascade\" or \"restrict\", or let the column be NULL");
    }
}
