/*
 * sql.c - see sql.h. A statement's identity is its text, so the same request shape must always be
 * written the same way: nothing here depends on a value.
 */
#include "plan/sql.h"

enum { FEW_PARAMETERS = 8 };

struct sql sql_begin(struct arena *a, bool shared)
{
    struct sql s = { .statement = arena_zalloc(a, 1, sizeof *s.statement),
                     .max_parameters = STATEMENT_MAX_PARAMETERS };
    buf_init(&s.text, a, 512);
    s.failed = s.statement == NULL;
    if (!s.failed) {
        s.statement->shared = shared;
    }
    return s;
}

void sql_add(struct sql *s, const char *format, ...)
{
    if (s->is_muted) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    buf_vaddf(&s->text, format, arguments);
    va_end(arguments);
}

/* Room for one more parameter? Most statements have a few, some one per column of a table. */
static bool has_room(struct sql *s)
{
    if (s->statement->n_parameters < s->capacity) {
        return true;
    }
    size_t capacity = s->capacity == 0 ? FEW_PARAMETERS : 2 * s->capacity;
    struct parameter *grown = arena_grow(s->text.arena, s->parameters, s->capacity * sizeof *grown,
                                         capacity * sizeof *grown);
    if (grown != NULL) {
        s->parameters = grown;
        s->capacity = capacity;
    }
    return grown != NULL;
}

size_t sql_parameter_oid(struct sql *s, uint32_t oid, uint32_t array_oid)
{
    size_t n = s->failed ? 0 : s->statement->n_parameters;
    if (s->failed || n == s->max_parameters || !has_room(s)) {
        s->failed = true;
        return 0;
    }
    s->parameters[n] = (struct parameter){ .oid = oid, .array_oid = array_oid };
    s->statement->n_parameters = n + 1;
    s->statement->parameters = s->parameters;
    return s->statement->n_parameters + (s->statement->shared ? 1 : 0);
}

size_t sql_parameter(struct sql *s, const struct column_type *type, bool as_array)
{
    bool shared = !s->failed && s->statement->shared;
    return sql_parameter_oid(s, type->oid, as_array || shared ? type->array_oid : 0);
}

void sql_add_resource(struct sql *s, const struct resource *resource, const char *alias)
{
    if (s->is_muted) {
        return;
    }
    sql_add(s, "%s.%s", alias, resource->key);
    for (size_t i = 0; i < resource->n_attributes; i++) {
        sql_add(s, ", %s.%s", alias, resource->attributes[i].column);
    }
    for (size_t i = 0; i < resource->n_to_one; i++) {
        const struct relationship *rel = resource->to_one[i];
        if (rel->kind == RELATIONSHIP_MANY_TO_ONE) {
            sql_add(s, ", %s.%s", alias, rel->far);
        } else {
            sql_add(s, ", (select q.%s from ", rel->far);
            sql_add_rows(s, rel);
            sql_add(s, " q where q.%s = %s.%s limit 1)", rel->near, alias, resource->key);
        }
    }
}

void sql_add_lookup(struct sql *s, const struct relationship *rel)
{
    sql_add(s, ", lateral (select ");
    sql_add_resource(s, rel->target, "t");
    sql_add(s, " from %s t where t.%s = p.%s limit 1) t", rel->target->table, rel->target->key,
            rel->far);
}

void sql_add_rows(struct sql *s, const struct relationship *relationship)
{
    if (!s->is_muted) {
        buf_add_text(&s->text, relationship->rows); /* may be a subquery of any length */
    }
}

void sql_add_linked(struct sql *s, const struct relationship *relationship, const char *alias)
{
    if (relationship->kind == RELATIONSHIP_MANY_TO_ONE) {
        sql_add(s, " and %s.%s is not null", alias, relationship->far);
    }
}

void sql_add_link_columns(struct sql *s, const struct relationship *relationship, const char *alias)
{
    for (size_t i = 0; i < relationship->n_link_columns; i++) {
        sql_add(s, ", %s.%s", alias, relationship->link_columns[i].column);
    }
}

const struct statement *sql_finish(struct sql *s)
{
    const char *text = buf_terminate(&s->text);
    if (s->failed || text == NULL) {
        return NULL;
    }
    s->statement->sql = text;
    s->statement->hash = statement_hash(text, s->text.n);
    for (size_t i = 0; i < s->statement->n_parameters; i++) {
        const struct parameter *p = &s->statement->parameters[i];
        s->statement->hash =
            statement_hash_type(s->statement->hash, p->array_oid != 0 ? p->array_oid : p->oid);
    }
    return s->statement;
}
