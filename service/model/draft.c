/*
 * draft.c - looking things up in a draft, and saying what is wrong with it.
 */
#include "model/draft.h"

#include "model/column_type_of.h"
#include "model/names.h"

void draft_error(struct draft *d, const char *pointer, const char *reason, const char *remedy)
{
    findings_add(d->findings, FINDING_ERROR, pointer, reason, remedy);
}

void draft_warning(struct draft *d, const char *pointer, const char *reason, const char *remedy)
{
    findings_add(d->findings, FINDING_WARNING, pointer, reason, remedy);
}

void draft_note(struct draft *d, const char *pointer, const char *reason, const char *remedy)
{
    findings_add(d->findings, FINDING_NOTE, pointer, reason, remedy);
}

void draft_refuse(struct draft *d, struct draft_end *end, const char *key, const char *reason,
                  const char *remedy)
{
    const char *pointer = end->declared->pointer;
    draft_error(d, key[0] == '\0' ? pointer : draft_text(d, "%s/%s", pointer, key), reason, remedy);
    end->broken = true;
}

const char *draft_text(struct draft *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vprintf(d->scratch, format, arguments);
    va_end(arguments);
    return text == NULL ? "" : text;
}

struct draft_resource *draft_resource_find(const struct draft *d, const char *type)
{
    for (size_t i = 0; i < d->n_resources; i++) {
        if (strcmp(d->resources[i].declared->type, type) == 0) {
            return &d->resources[i];
        }
    }
    return NULL;
}

struct draft_resource *draft_resource_stored_in(const struct draft *d,
                                                const struct catalog_table *table)
{
    for (size_t i = 0; i < d->n_resources; i++) {
        if (d->resources[i].table == table) {
            return &d->resources[i];
        }
    }
    return NULL;
}

struct draft_end *draft_end_find(const struct draft *d, const struct draft_resource *owner,
                                 const char *name)
{
    for (size_t i = 0; i < d->n_ends; i++) {
        if (d->ends[i].owner == owner && strcmp(d->ends[i].declared->name, name) == 0) {
            return &d->ends[i];
        }
    }
    return NULL;
}

const char *draft_end_name(struct draft *d, const struct draft_end *end)
{
    return draft_text(d, "%s.%s", draft_type(end->owner), end->declared->name);
}

const char *draft_kind(const struct draft_end *end)
{
    switch (end->kind) {
    case RELATIONSHIP_MANY_TO_MANY:
        return "many-to-many";
    case RELATIONSHIP_MANY_TO_ONE:
        return "many-to-one";
    case RELATIONSHIP_ONE_TO_MANY:
        return "one-to-many";
    }
    UNREACHABLE();
}

const struct catalog_column *draft_foreign_key(const struct draft_end *end)
{
    ASSERT(end->kind != RELATIONSHIP_MANY_TO_MANY);
    return end->kind == RELATIONSHIP_MANY_TO_ONE ? end->far : end->near;
}

bool draft_end_is_resolved(const struct draft_end *end)
{
    return end->table != NULL && end->near != NULL && end->far != NULL;
}

bool draft_needs_value(const struct catalog_column *column)
{
    return column->not_null && !column->has_default && !column->generated;
}

const char *draft_type(const struct draft_resource *resource)
{
    return resource->declared->type;
}

struct declared_names draft_columns(struct draft *d, const struct catalog_table *table)
{
    const char **names = arena_zalloc(d->scratch, table->n_columns, sizeof *names);
    size_t n = names == NULL ? 0 : table->n_columns;
    for (size_t i = 0; i < n; i++) {
        names[i] = table->columns[i].name;
    }
    return (struct declared_names){ .n = n, .at = names };
}

const struct column_type *draft_column_type(struct draft *d, const struct catalog_column *column)
{
    for (const struct draft_type *t = d->types; t != NULL; t = t->next) {
        if (t->oid == column->type_oid && t->modifier == column->type_modifier) {
            return t->type;
        }
    }
    struct draft_type *added = arena_alloc(d->scratch, sizeof *added);
    if (added == NULL) {
        return NULL;
    }
    *added = (struct draft_type){
        .oid = column->type_oid,
        .modifier = column->type_modifier,
        .type = column_type_of(d->arena, d->catalog, column),
        .next = d->types,
    };
    d->types = added;
    return added->type;
}

void draft_refuse_column(struct draft *d, struct draft_end *end, const char *key,
                         const struct catalog_table *table, const char *name)
{
    struct declared_names columns = draft_columns(d, table);
    draft_refuse(d, end, key, draft_text(d, "table \"%s\" has no column \"%s\"", table->name, name),
                 draft_text(d, "%sits columns are %s",
                            names_suggest(d->scratch, name, columns.at, columns.n),
                            names_list(d->scratch, columns.at, columns.n)));
}

const char *draft_table_sql(struct draft *d, const struct catalog_table *table)
{
    const char *sql = name_quote_qualified(d->scratch, table->schema, table->name);
    return sql == NULL ? "" : sql;
}

const char *draft_column_sql(struct draft *d, const struct catalog_column *column)
{
    const char *sql = name_quote(d->scratch, column->name);
    return sql == NULL ? "" : sql;
}
