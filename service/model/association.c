/*
 * association.c - the association table itself: its key, its other columns, its indexes and what a
 * delete does. SQLAlchemy says nothing about most of these until rows are written.
 */
#include <string.h>

#include "model/names.h"
#include "model/resolving.h"
#include "model/spelling.h"

/* The primary key or unique constraint over exactly the two columns; NULL: none. */
static const struct catalog_constraint *key_over(const struct draft_end *end, bool is_deferrable)
{
    const struct catalog_constraint *found = NULL;
    for (size_t i = 0; i < end->table->n_constraints; i++) {
        const struct catalog_constraint *c = &end->table->constraints[i];
        bool is_key = (c->kind == CATALOG_PRIMARY_KEY || c->kind == CATALOG_UNIQUE) &&
                      c->is_deferrable == is_deferrable;
        if (is_key && c->n_columns == 2 && constraint_has_column(c, end->near->name) &&
            constraint_has_column(c, end->far->name)) {
            if (found == NULL || c->kind == CATALOG_PRIMARY_KEY) {
                found = c;
            }
        }
    }
    return found;
}

static bool has_primary_key(const struct catalog_table *table)
{
    size_t i = 0;
    while (i < table->n_constraints && table->constraints[i].kind != CATALOG_PRIMARY_KEY) {
        i++;
    }
    return i < table->n_constraints;
}

/* Has an earlier relationship reported on these two columns of this table? */
static bool already_checked(const struct draft *d, const struct draft_end *end)
{
    for (const struct draft_end *other = d->ends; other < end; other++) {
        bool same = other->near == end->near && other->far == end->far;
        bool swapped = other->near == end->far && other->far == end->near;
        if (other->table == end->table && (same || swapped)) {
            return true;
        }
    }
    return false;
}

static void check_delete_rules(struct draft *d, const struct draft_end *end, const char *pointer)
{
    for (size_t i = 0; i < end->table->n_constraints; i++) {
        const struct catalog_constraint *c = &end->table->constraints[i];
        bool ours = c->kind == CATALOG_FOREIGN_KEY && c->n_columns == 1 &&
                    (strcmp(c->columns[0], end->near->name) == 0 ||
                     strcmp(c->columns[0], end->far->name) == 0);
        if (ours && c->on_delete != 'c') {
            draft_warning(d, pointer,
                          draft_text(d,
                                     "foreign key \"%s\" of \"%s\" is not \"on delete "
                                     "cascade\": a DELETE of what is linked may be refused "
                                     "with 409",
                                     c->name, end->table->name),
                          "let the database remove the links: \"on delete cascade\"");
        }
    }
}

/* May clients give this column with a link? */
static bool is_writable(const struct draft_end *end, const struct catalog_column *c)
{
    for (size_t i = 0; i < end->n_link_columns; i++) {
        if (strcmp(end->link_columns[i].raw_name, c->name) == 0) {
            return !end->link_columns[i].read_only;
        }
    }
    return false;
}

void check_link_columns(struct draft *d, struct draft_end *end)
{
    const struct draft_end *inverse = end->inverse;
    bool is_said = inverse != NULL && inverse->broken;
    for (size_t i = 0; !is_said && !end->view_only && i < end->table->n_columns; i++) {
        const struct catalog_column *c = &end->table->columns[i];
        bool is_needed = c != end->near && c != end->far && draft_needs_value(c);
        if (is_needed && !is_writable(end, c)) {
            draft_refuse(d, end, "secondary",
                         draft_text(d,
                                    "column \"%s\" of \"%s\" is NOT NULL without a default, and "
                                    "clients cannot give it: no link could be made from here",
                                    c->name, end->table->name),
                         draft_text(d,
                                    "add \"secondary_attributes\": { \"%s\": {} }, or give the "
                                    "column a default, or let it be NULL",
                                    c->name));
        }
    }
}

void check_association(struct draft *d, struct draft_end *end)
{
    const char *pointer = pointer_join(d->scratch, end->declared->pointer, "secondary");
    const char *table = end->table->name;
    const char *near = end->near->name;
    const char *far = end->far->name;
    const struct catalog_constraint *key = key_over(end, false);
    end->near_is_first = key != NULL && strcmp(key->columns[0], near) == 0;
    if (already_checked(d, end)) {
        end->broken = end->broken || key == NULL;
        return;
    }
    if (key == NULL) {
        draft_error(
            d, pointer,
            draft_text(d,
                       key_over(end, true) == NULL
                           ? "\"%s\" has no primary key or unique constraint over (%s, %s): "
                             "it could hold one link twice"
                           : "\"%s\" has only a deferrable key over (%s, %s), and links "
                             "need one that is not",
                       table, near, far),
            draft_text(d, "alter table %s add %s (%s, %s)", draft_table_sql(d, end->table),
                       has_primary_key(end->table) ? "unique" : "primary key",
                       draft_column_sql(d, end->near), draft_column_sql(d, end->far)));
        end->broken = true;
    }
    check_index(d, end, pointer, end->near, end->far);
    check_index(d, end, pointer, end->far, end->near);
    check_delete_rules(d, end, pointer);
}

static bool is_in_primary_key(const struct catalog_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        if (table->constraints[i].kind == CATALOG_PRIMARY_KEY &&
            constraint_has_column(&table->constraints[i], column)) {
            return true;
        }
    }
    return false;
}

/* Which columns are shown when the file does not say: those that a link can do without. */
static bool is_shown_by_default(struct draft *d, const struct draft_end *end,
                                const struct catalog_column *c)
{
    return c != end->near && c != end->far && (c->has_default || !c->not_null) &&
           draft_column_type(d, c) != NULL && !is_in_primary_key(end->table, c->name);
}

/* Links are written together, a column as one array: there are none of arrays. */
static bool is_unwritable(struct draft *d, const struct catalog_column *column,
                          const struct declared_attribute *declared)
{
    const struct column_type *type = draft_column_type(d, column);
    return type != NULL && type->kind == COLUMN_ARRAY && !declared->read_only && !column->generated;
}

static void add_link_column(struct draft *d, struct draft_end *end, struct attribute *columns,
                            const struct declared_attribute *declared)
{
    const char *name = declared->column == NULL ? declared->name : declared->column;
    const struct catalog_column *column = catalog_find_column(end->table, name);
    const char *reason = NULL;
    const char *remedy = "list in \"secondary_attributes\" what is to be shown, with \"column\" "
                         "where the name differs";
    if (column == NULL) {
        reason = draft_text(d, "table \"%s\" has no column \"%s\"", end->table->name, name);
    } else if (column == end->near || column == end->far) {
        reason =
            draft_text(d, "column \"%s\" is one of the two keys: it is the linkage already", name);
    } else if (draft_column_type(d, column) == NULL) {
        reason = draft_text(d, "column \"%s\" is of type %s, which is not supported", name,
                            column->type_name);
    } else if (!name_is_member(declared->name)) {
        reason = draft_text(d, "\"%s\" is no member name of JSON:API", declared->name);
    } else if (is_unwritable(d, column, declared)) {
        reason =
            draft_text(d, "column \"%s\" is an array, which links show and do not write", name);
        remedy = "add \"read_only\": true";
    }
    if (reason != NULL || column == NULL) {
        draft_error(d, declared->pointer, reason, remedy);
        end->broken = true;
        return;
    }
    columns[end->n_link_columns] = (struct attribute){
        .name = arena_strdup(d->arena, declared->name),
        .spelled = spell_attribute(d->arena, declared->name),
        .column = name_quote(d->arena, column->name),
        .raw_name = arena_strdup(d->arena, column->name),
        .type = draft_column_type(d, column),
        .read_only = declared->read_only || column->generated,
        .nullable = !column->not_null,
        .required = draft_needs_value(column) && !declared->read_only,
        .max_length = column->max_length > 0 ? (uint32_t)column->max_length : 0,
        .index = end->n_link_columns,
        .default_sql =
            column->default_sql == NULL ? NULL : arena_strdup(d->arena, column->default_sql),
    };
    end->n_link_columns++;
}

/* Does the other side say which columns are shown? Then this one shows the same. */
static bool is_said_there(const struct draft_end *end)
{
    const char *name = end->declared->back_populates;
    const struct declared_resource *there = end->target->declared;
    for (size_t i = 0; name != NULL && i < there->n_relationships; i++) {
        if (strcmp(there->relationships[i].name, name) == 0) {
            return there->relationships[i].has_secondary_attributes;
        }
    }
    return false;
}

void resolve_link_columns(struct draft *d, struct draft_end *end)
{
    const struct declared_relationship *declared = end->declared;
    size_t n = declared->has_secondary_attributes ? declared->n_secondary_attributes
                                                  : end->table->n_columns;
    struct attribute *columns = arena_zalloc(d->arena, n, sizeof *columns);
    if (columns == NULL || (!declared->has_secondary_attributes && is_said_there(end))) {
        return;
    }
    end->link_columns = columns;
    for (size_t i = 0; i < n; i++) {
        if (declared->has_secondary_attributes) {
            if (!declared->secondary_attributes[i].broken) {
                add_link_column(d, end, columns, &declared->secondary_attributes[i]);
            }
        } else if (is_shown_by_default(d, end, &end->table->columns[i])) {
            struct declared_attribute shown = { .name = end->table->columns[i].name,
                                                .pointer = declared->pointer,
                                                .read_only = true };
            add_link_column(d, end, columns, &shown);
        }
    }
}
