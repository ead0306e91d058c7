/*
 * writer.c - what the parts of a write have in common: statements that join a plan, parameters with
 * their values, and what the document asks of each relationship.
 */
#include "relationship/writer.h"

#include <errno.h>

enum { FEW_ARGUMENTS = 8 };

/* ---- statements ------------------------------------------------------------------------------ */

void writer_begin(struct writer *w)
{
    w->sql = sql_begin(w->arena, false);
    w->sql.max_parameters = WRITE_MAX_PARAMETERS;
    w->arguments = arena_alloc(w->arena, FEW_ARGUMENTS * sizeof *w->arguments);
    w->capacity = FEW_ARGUMENTS;
    w->key_number = 0;
}

void writer_end(struct writer *w)
{
    const struct statement *statement = sql_finish(&w->sql);
    if (statement == NULL || w->arguments == NULL || w->plan->n_statements == PLAN_MAX_STATEMENTS) {
        w->failed = true;
        return;
    }
    w->plan->statements[w->plan->n_statements++] =
        (struct step_plan){ .statement = statement, .arguments = w->arguments };
}

void writer_set(struct writer *w, size_t number, const struct cell *cells, size_t n)
{
    if (w->arguments != NULL && number > w->capacity) {
        w->arguments = arena_grow(w->arena, w->arguments, w->capacity * sizeof *w->arguments,
                                  2 * w->capacity * sizeof *w->arguments);
        w->capacity *= 2;
    }
    if (number > 0 && w->arguments != NULL) {
        w->arguments[number - 1] = (struct argument){ .cells = cells, .n = n };
    }
}

size_t writer_argument(struct writer *w, const struct column_type *type, bool as_array,
                       const struct cell *cells, size_t n)
{
    size_t number = sql_parameter(&w->sql, type, as_array);
    writer_set(w, number, cells, n);
    return number;
}

size_t writer_key(struct writer *w)
{
    if (w->key_number == 0) {
        w->key_number = writer_argument(w, w->resource->key_type, false, w->key, 1);
    }
    return w->key_number;
}

/* ---- what is asked --------------------------------------------------------------------------- */

bool write_tells_moves(const struct relationship *relationship, enum change_kind kind)
{
    return kind != CHANGE_REMOVE &&
           (relationship->far_is_unique || relationship->kind == RELATIONSHIP_ONE_TO_MANY);
}

static const struct attribute_value *find_column(const struct member *member,
                                                 const struct attribute *attribute)
{
    for (size_t i = 0; i < member->n_columns; i++) {
        if (member->columns[i].attribute == attribute) {
            return &member->columns[i];
        }
    }
    return NULL;
}

/* One link column of all members; false when none of them gives it. */
static bool gather_column(struct arena *a, const struct linkage *linkage,
                          const struct attribute *attribute, struct given_column *ret)
{
    bool is_used = false;
    for (size_t m = 0; m < linkage->n && !is_used; m++) {
        is_used = find_column(&linkage->members[m], attribute) != NULL;
    }
    struct cell *is_given = is_used ? arena_alloc(a, linkage->n * sizeof *is_given) : NULL;
    struct cell *values = is_used ? arena_alloc(a, linkage->n * sizeof *values) : NULL;
    if (is_given == NULL || values == NULL) {
        return false;
    }
    for (size_t m = 0; m < linkage->n; m++) {
        const struct attribute_value *v = find_column(&linkage->members[m], attribute);
        is_given[m] = cell_from_text(v != NULL ? "\1" : "\0", 1);
        values[m] = v != NULL ? v->value : cell_null();
    }
    *ret = (struct given_column){ .attribute = attribute, .is_given = is_given, .values = values };
    return true;
}

static void gather_change(struct arena *a, const struct relationship_value *value,
                          struct change *ret)
{
    const struct relationship *rel = value->relationship;
    const struct linkage *linkage = &value->linkage;
    struct cell *keys = arena_alloc(a, linkage->n * sizeof *keys);
    for (size_t m = 0; keys != NULL && m < linkage->n; m++) {
        keys[m] = linkage->members[m].key;
    }
    *ret = (struct change){ .relationship = rel, .n_members = linkage->n, .keys = keys };
    bool gives_columns = false;
    for (size_t m = 0; m < linkage->n && !gives_columns; m++) {
        gives_columns = linkage->members[m].n_columns > 0;
    }
    struct given_column *columns =
        gives_columns ? arena_alloc(a, rel->n_link_columns * sizeof *columns) : NULL;
    for (size_t i = 0; columns != NULL && i < rel->n_link_columns; i++) {
        ret->n_columns +=
            gather_column(a, linkage, &rel->link_columns[i], &columns[ret->n_columns]) ? 1 : 0;
    }
    ret->columns = columns;
}

int writer_init(struct writer *w, struct arena *a, const struct resource *resource,
                const struct document *document, struct plan *plan)
{
    size_t n = document->n_relationships;
    *plan = (struct plan){ .writes = true };
    *w = (struct writer){
        .arena = a,
        .resource = resource,
        .document = document,
        .changes = arena_zalloc(a, n, sizeof *w->changes),
        .kind = CHANGE_REPLACE,
        .plan = plan,
    };
    for (size_t i = 0; w->changes != NULL && i < n; i++) {
        gather_change(a, &document->relationships[i], &w->changes[i]);
    }
    return arena_failed(a) ? -ENOMEM : 0;
}
