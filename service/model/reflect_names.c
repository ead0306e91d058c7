/*
 * reflect_names.c - names for resources, attributes and relationships, such that no two of a kind
 * are the same. Where names clash, all that clash say what they come from, whatever their order.
 */
#include <string.h>

#include "model/column_type_of.h"
#include "model/names.h"
#include "model/reflect_words.h"

/* ---- resources ----------------------------------------------------------------------------- */

static bool is_type_free(const struct reflecting *r, const struct reflected_table *of,
                         const char *name)
{
    for (const struct reflected_table *t = r->tables; t < of; t++) {
        if (t->type != NULL && strcmp(t->type, name) == 0) {
            return false;
        }
    }
    return !name_is_reserved_type(name);
}

void reflect_types(struct reflecting *r)
{
    for (size_t i = 0; i < r->n_tables; i++) {
        struct reflected_table *t = &r->tables[i];
        if (t->role != REFLECTED_RESOURCE) {
            continue;
        }
        const char *name = reflect_segment(r, t->table->name);
        if (!is_type_free(r, t, name)) {
            name = reflect_segment(r, reflect_text(r, "%s_%s", t->table->schema, t->table->name));
        }
        const char *base = name;
        for (unsigned n = 2; !arena_failed(r->arena) && !is_type_free(r, t, name); n++) {
            name = reflect_text(r, "%s_%u", base, n);
        }
        t->type = name;
    }
}

/* ---- attributes ---------------------------------------------------------------------------- */

static bool is_foreign_key(const struct catalog_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        const struct catalog_constraint *c = &table->constraints[i];
        for (size_t k = 0; c->kind == CATALOG_FOREIGN_KEY && k < c->n_columns; k++) {
            if (strcmp(c->columns[k], column) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool has_attribute(const struct reflected_table *t, const char *name)
{
    for (size_t i = 0; i < t->n_attributes; i++) {
        if (strcmp(t->attributes[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The column's name, unless documents cannot have it: "type" becomes "vehicle_type". */
static const char *name_attribute(struct reflecting *r, const struct reflected_table *t,
                                  const char *column)
{
    const char *name = name_is_member(column) ? column : reflect_segment(r, column);
    if (name_is_reserved_field(name)) {
        name = reflect_text(r, "%s_%s", reflect_singular(r, t->type), name);
    }
    const char *base = name;
    for (unsigned n = 2; !arena_failed(r->arena) && has_attribute(t, name); n++) {
        name = reflect_text(r, "%s_%u", base, n);
    }
    return name;
}

/* Columns with names of their own come first, so that no made-up name takes theirs. */
static void add_attributes(struct reflecting *r, struct reflected_table *t, bool with_own_names)
{
    for (size_t i = 0; i < t->table->n_columns; i++) {
        const struct catalog_column *column = &t->table->columns[i];
        bool has_own = name_is_member(column->name) && !name_is_reserved_field(column->name);
        if (column == t->key || reflect_shows(t, column) || has_own != with_own_names) {
            continue;
        }
        if (column_type_of(r->arena, r->catalog, column) == NULL) {
            reflect_note_add(r,
                             reflect_text(r, "column %s of table %s", column->name,
                                          reflect_table_name(r, t->table)),
                             reflect_text(r, "type %s is not supported", column->type_name));
            t->lists_attributes = true;
            continue;
        }
        t->lists_attributes =
            t->lists_attributes || !has_own || is_foreign_key(t->table, column->name);
        t->attributes[t->n_attributes] =
            (struct reflected_attribute){ .name = name_attribute(r, t, column->name),
                                          .column = column };
        t->n_attributes++;
    }
}

static bool is_in(const struct catalog_constraint *key, const char *column)
{
    return strcmp(key->columns[0], column) == 0 || strcmp(key->columns[1], column) == 0;
}

static bool has_needed_column(const struct reflected_table *t,
                              const struct catalog_constraint *pair)
{
    size_t i = 0;
    while (i < t->table->n_columns && !reflect_needs(pair, &t->table->columns[i])) {
        i++;
    }
    return i < t->table->n_columns;
}

/*
 * What links show: the further columns of an association table, unless they are its own key. Where
 * a link needs some of them, clients give all that the database does not.
 */
static void add_link_columns(struct reflecting *r, struct reflected_table *t)
{
    const struct catalog_constraint *pair = reflect_pair(r, t->table);
    bool is_given = has_needed_column(t, pair);
    t->lists_attributes = is_given;
    for (size_t i = 0; i < t->table->n_columns; i++) {
        const struct catalog_column *column = &t->table->columns[i];
        const struct column_type *type = column_type_of(r->arena, r->catalog, column);
        bool is_own_key = column == t->key && t->key_is_primary;
        if (is_in(pair, column->name) || is_own_key || type == NULL) {
            continue;
        }
        bool has_own = name_is_member(column->name);
        t->lists_attributes = t->lists_attributes || !has_own;
        t->attributes[t->n_attributes] = (struct reflected_attribute){
            .name = has_own ? column->name : reflect_segment(r, column->name),
            .column = column,
            .is_given = is_given && !column->has_default && type->kind != COLUMN_ARRAY,
        };
        t->n_attributes++;
    }
}

void reflect_attributes(struct reflecting *r)
{
    for (size_t i = 0; i < r->n_tables; i++) {
        struct reflected_table *t = &r->tables[i];
        t->attributes = arena_zalloc(r->arena, t->table->n_columns, sizeof *t->attributes);
        if (t->attributes == NULL) {
            return;
        }
        if (t->role == REFLECTED_RESOURCE) {
            add_attributes(r, t, true);
            add_attributes(r, t, false);
        } else if (t->role == REFLECTED_ASSOCIATION) {
            add_link_columns(r, t);
        }
    }
}

/* ---- relationships ------------------------------------------------------------------------- */

static bool is_field_name(const struct reflected_table *t, const char *name)
{
    return !name_is_reserved_field(name) && strcmp(name, "relationships") != 0 &&
           !has_attribute(t, name);
}

static size_t count_wanting(const struct reflected_table *t, const char *name)
{
    size_t n = 0;
    for (const struct reflected_end *end = t->first; end != NULL; end = end->next) {
        n += strcmp(end->plain, name) == 0 ? 1 : 0;
    }
    return n;
}

static bool is_taken(const struct reflected_table *t, const char *name)
{
    for (const struct reflected_end *end = t->first; end != NULL; end = end->next) {
        if (end->name != NULL && strcmp(end->name, name) == 0) {
            return true;
        }
    }
    return !is_field_name(t, name);
}

static void name_ends(struct reflecting *r, struct reflected_table *t)
{
    for (struct reflected_end *end = t->first; end != NULL; end = end->next) {
        if (is_field_name(t, end->plain) && count_wanting(t, end->plain) == 1) {
            end->name = end->plain;
        }
    }
    for (struct reflected_end *end = t->first; end != NULL; end = end->next) {
        const char *name = end->explicit;
        for (unsigned n = 2; end->name == NULL && !arena_failed(r->arena) && is_taken(t, name);
             n++) {
            name = reflect_text(r, "%s_%u", end->explicit, n);
        }
        end->name = end->name == NULL ? name : end->name;
    }
}

void reflect_names(struct reflecting *r)
{
    for (size_t i = 0; i < r->n_tables; i++) {
        name_ends(r, &r->tables[i]);
    }
}
