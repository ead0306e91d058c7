/*
 * draft.c - looking things up in a draft, and saying what is wrong with it.
 */
#include "model/draft.h"

#include "model/column_type_of.h"

void draft_error(struct draft *d, const char *pointer, const char *reason, const char *remedy)
{
    findings_add(d->findings, FINDING_ERROR, pointer, reason, remedy);
}

void draft_warning(struct draft *d, const char *pointer, const char *reason, const char *remedy)
{
    findings_add(d->findings, FINDING_WARNING, pointer, reason, remedy);
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

struct draft_end *draft_end_find(const struct draft *d, const struct draft_resource *owner,
                                 const char *name)
{
    for (size_t i = 0; i < d->n_ends; i++) {
        if (d->ends[i].owner == owner && strcmp(d->ends[i].name, name) == 0) {
            return &d->ends[i];
        }
    }
    return NULL;
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

bool constraint_has_column(const struct catalog_constraint *constraint, const char *column)
{
    for (size_t i = 0; i < constraint->n_columns; i++) {
        if (strcmp(constraint->columns[i], column) == 0) {
            return true;
        }
    }
    return false;
}
