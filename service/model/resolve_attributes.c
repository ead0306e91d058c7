/*
 * resolve_attributes.c - what a resource shows of its table beside the key and its relationships,
 * and which constraints can be explained with it.
 */
#include "model/names.h"
#include "model/resolving.h"
#include "model/spelling.h"

/* The relationship whose foreign key is this column of the resource's table; NULL: none. */
static const struct draft_end *shown_as(const struct draft *d, const struct draft_resource *r,
                                        const struct catalog_column *column)
{
    for (size_t i = 0; i < d->n_ends; i++) {
        const struct draft_end *end = &d->ends[i];
        if (end->kind != RELATIONSHIP_MANY_TO_MANY && end->table == r->table &&
            draft_foreign_key(end) == column) {
            return end;
        }
    }
    return NULL;
}

static bool is_foreign_key_column(const struct catalog_table *table, const char *column)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        if (table->constraints[i].kind == CATALOG_FOREIGN_KEY &&
            constraint_has_column(&table->constraints[i], column)) {
            return true;
        }
    }
    return false;
}

static const struct attribute *attribute_of_column(const struct resource *resource,
                                                   const char *column)
{
    for (size_t i = 0; i < resource->n_attributes; i++) {
        if (strcmp(resource->attributes[i].raw_name, column) == 0) {
            return &resource->attributes[i];
        }
    }
    return NULL;
}

/* Why `declared` cannot show `column` of this table; NULL when it can. */
static const char *refuse_attribute(struct draft *d, const struct draft_resource *r,
                                    const struct declared_attribute *declared,
                                    const struct catalog_column *column, const char **ret_remedy)
{
    *ret_remedy = "declare \"attributes\" that name the column differently";
    if (name_is_reserved_field(declared->name)) {
        return draft_text(d, "\"%s\" is reserved by JSON:API", declared->name);
    }
    if (!name_is_member(declared->name)) {
        return draft_text(d, "\"%s\" is no member name of JSON:API", declared->name);
    }
    if (r->key_column == column) {
        *ret_remedy = "remove it";
        return draft_text(d, "\"%s\" is the key: it is the resource's id already", column->name);
    }
    const struct draft_end *end = shown_as(d, r, column);
    if (end != NULL) {
        *ret_remedy = "remove it";
        return draft_text(d, "column \"%s\" is the foreign key of %s, which shows it", column->name,
                          draft_end_name(d, end));
    }
    if (draft_column_type(d, column) == NULL) {
        *ret_remedy = r->declared->has_attributes
                          ? "leave the column out of \"attributes\""
                          : "declare \"attributes\", and leave the column out";
        return draft_text(d, "column \"%s\" is of type %s, which is not supported", column->name,
                          column->type_name);
    }
    const struct attribute *other = attribute_of_column(r->resource, column->name);
    if (other != NULL) {
        *ret_remedy = "show each column once";
        return draft_text(d, "column \"%s\" is the attribute \"%s\" already", column->name,
                          other->name);
    }
    return NULL;
}

static void add_attribute(struct draft *d, struct draft_resource *r, struct attribute *attributes,
                          const struct declared_attribute *declared,
                          const struct catalog_column *column)
{
    const char *remedy = NULL;
    const char *reason = refuse_attribute(d, r, declared, column, &remedy);
    if (reason != NULL) {
        draft_error(d, declared->pointer, reason, remedy);
        return;
    }
    bool read_only = declared->read_only || column->generated;
    attributes[r->resource->n_attributes] = (struct attribute){
        .name = arena_strdup(d->arena, declared->name),
        .spelled = spell_attribute(d->arena, declared->name),
        .column = name_quote(d->arena, column->name),
        .raw_name = arena_strdup(d->arena, column->name),
        .type = draft_column_type(d, column),
        .read_only = read_only,
        .nullable = !column->not_null,
        .required = draft_needs_value(column) && !read_only,
        .max_length = column->max_length > 0 ? (uint32_t)column->max_length : 0,
        .index = r->resource->n_attributes,
    };
    r->resource->n_attributes += arena_failed(d->arena) ? 0 : 1;
}

static void refuse_column(struct draft *d, const struct draft_resource *r,
                          const struct declared_attribute *declared, const char *name)
{
    struct declared_names columns = draft_columns(d, r->table);
    const char *pointer = declared->column == NULL
                              ? declared->pointer
                              : pointer_join(d->scratch, declared->pointer, "column");
    draft_error(d, pointer,
                draft_text(d, "table \"%s\" has no column \"%s\"", r->table->name, name),
                draft_text(d, "%sits columns are %s",
                           names_suggest(d->scratch, name, columns.at, columns.n),
                           names_list(d->scratch, columns.at, columns.n)));
}

static void resolve_declared_attributes(struct draft *d, struct draft_resource *r,
                                        struct attribute *attributes)
{
    for (size_t i = 0; i < r->declared->n_attributes; i++) {
        const struct declared_attribute *declared = &r->declared->attributes[i];
        const char *name = declared->column == NULL ? declared->name : declared->column;
        const struct catalog_column *column = catalog_find_column(r->table, name);
        if (column != NULL) {
            add_attribute(d, r, attributes, declared, column);
        } else if (!declared->broken) {
            refuse_column(d, r, declared, name);
        }
    }
}

static void resolve_default_attributes(struct draft *d, struct draft_resource *r,
                                       struct attribute *attributes)
{
    for (size_t i = 0; i < r->table->n_columns; i++) {
        const struct catalog_column *column = &r->table->columns[i];
        if (column != r->key_column && !is_foreign_key_column(r->table, column->name) &&
            shown_as(d, r, column) == NULL) {
            struct declared_attribute declared = { .name = column->name,
                                                   .pointer = r->declared->pointer };
            add_attribute(d, r, attributes, &declared, column);
        }
    }
}

/* Can a create give this column its value: as an attribute, as the id, by a relationship? */
static bool is_given(const struct draft *d, const struct draft_resource *r,
                     const struct catalog_column *column)
{
    const struct attribute *attribute = attribute_of_column(r->resource, column->name);
    if (attribute != NULL) {
        return !attribute->read_only;
    }
    if (column == r->key_column) {
        return r->resource->allows_client_ids;
    }
    for (size_t i = 0; i < d->n_ends; i++) {
        const struct draft_end *end = &d->ends[i];
        if (end->owner == r && end->kind == RELATIONSHIP_MANY_TO_ONE && end->far == column &&
            !end->view_only) {
            return true;
        }
    }
    return false;
}

/* A row needs a value that no create can give: the type can be served, but never created. */
static void warn_of_lost_creates(struct draft *d, const struct draft_resource *r)
{
    for (size_t i = 0; i < r->table->n_columns; i++) {
        const struct catalog_column *column = &r->table->columns[i];
        bool is_made = column->has_default || column->generated;
        if (column->not_null && !is_made && !is_given(d, r, column)) {
            draft_warning(
                d, r->declared->pointer,
                draft_text(
                    d,
                    "column \"%s\" of \"%s\" needs a value and has no default, "
                    "but clients cannot give one: every POST /%s will fail unless a trigger gives it",
                    column->name, r->table->name, r->resource->type),
                "give the column a default, or show it as a writable attribute, or as a relationship "
                "when it is a foreign key");
        }
    }
}

static bool explains_violations(const struct catalog_constraint *constraint)
{
    return constraint->kind == CATALOG_UNIQUE || constraint->kind == CATALOG_CHECK ||
           constraint->kind == CATALOG_PRIMARY_KEY;
}

/* The attributes that a constraint binds; columns that are no attributes are left out. */
static const struct attribute *const *bound_attributes(struct draft *d, const struct resource *r,
                                                       const struct catalog_constraint *from,
                                                       size_t *ret_n)
{
    const struct attribute **bound = arena_zalloc(d->arena, from->n_columns, sizeof *bound);
    *ret_n = 0;
    for (size_t i = 0; bound != NULL && i < from->n_columns; i++) {
        const struct attribute *attribute = attribute_of_column(r, from->columns[i]);
        if (attribute != NULL) {
            bound[(*ret_n)++] = attribute;
        }
    }
    return bound;
}

static const char *const *bound_columns(struct draft *d, const struct catalog_constraint *from)
{
    const char **columns = arena_zalloc(d->arena, from->n_columns, sizeof *columns);
    for (size_t i = 0; columns != NULL && i < from->n_columns; i++) {
        columns[i] = arena_strdup(d->arena, from->columns[i]);
    }
    return columns;
}

static void resolve_constraints(struct draft *d, struct draft_resource *r)
{
    struct constraint *to =
        arena_zalloc(d->arena, r->table->n_constraints, sizeof *r->resource->constraints);
    for (size_t i = 0; to != NULL && i < r->table->n_constraints; i++) {
        const struct catalog_constraint *from = &r->table->constraints[i];
        if (!explains_violations(from)) {
            continue;
        }
        struct constraint *constraint = &to[r->resource->n_constraints++];
        *constraint = (struct constraint){
            .name = arena_strdup(d->arena, from->name),
            .unique = from->kind != CATALOG_CHECK,
            .n_columns = from->n_columns,
            .columns = bound_columns(d, from),
            .explanation = from->comment == NULL ? NULL : arena_strdup(d->arena, from->comment),
        };
        constraint->attributes = bound_attributes(d, r->resource, from, &constraint->n_attributes);
    }
    r->resource->constraints = to;
}

void resolve_attributes(struct draft *d, struct draft_resource *r)
{
    const struct declared_resource *declared = r->declared;
    if (r->table == NULL) {
        return;
    }
    size_t n = declared->has_attributes ? declared->n_attributes : r->table->n_columns;
    struct attribute *attributes = arena_zalloc(d->arena, n, sizeof *attributes);
    if (attributes == NULL) {
        return;
    }
    r->resource->attributes = attributes;
    if (declared->has_attributes) {
        resolve_declared_attributes(d, r, attributes);
    } else if (r->key_column != NULL) {
        resolve_default_attributes(d, r, attributes);
    }
    resolve_constraints(d, r);
    bool is_complete = !declared->broken && r->key_column != NULL &&
                       (!declared->has_attributes || r->resource->n_attributes == n);
    if (is_complete && !r->resource->view_only) {
        warn_of_lost_creates(d, r);
    }
}
