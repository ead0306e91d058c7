/*
 * write.c - see write.h. The write is one statement of small parts (common table expressions) with
 * the same names for each relationship, numbered: `given_0` are the members asked for, `missing_0`
 * says whether one of them does not exist, `go` whether all is well, `added_0` and `removed_0` are
 * the difference. PostgreSQL runs a part only against what was there when the statement began, so
 * the parts do not see each other's writes: each one is told what it needs by name.
 */
#include "relationship/write.h"

#include <errno.h>

#include "plan/selection.h"
#include "plan/sql.h"

struct writer {
    struct arena *arena;
    struct sql sql;
    const struct resource *resource;
    const struct document *document;
    bool is_create;
    bool named;
    size_t key; /* parameter number of the resource's key; update only */
    struct argument *arguments;
};

static struct writer writer_begin(struct arena *a, const struct resource *resource,
                                  const struct document *document)
{
    struct writer w = {
        .arena = a,
        .sql = sql_begin(a, false),
        .resource = resource,
        .document = document,
        .arguments = arena_zalloc(a, STATEMENT_MAX_PARAMETERS, sizeof *w.arguments),
    };
    return w;
}

/* Declares a parameter with its value; the number for "$%zu", 0 when there is no room left. */
static size_t add_argument(struct writer *w, const struct column_type *type, bool as_array,
                           const struct cell *cells, size_t n)
{
    size_t number = sql_parameter(&w->sql, type, as_array);
    if (number > 0 && w->arguments != NULL) {
        w->arguments[number - 1] = (struct argument){ .cells = cells, .n = n };
    }
    return number;
}

/* ---- the parts, in the order in which they are written --------------------------------------- */

/* `allowed`: the row, if it is there and its read-only attributes are what the request says. */
static void add_allowed(struct writer *w)
{
    const struct resource *r = w->resource;
    sql_add(&w->sql, "allowed as materialized (select r.%s from %s r where r.%s = $%zu", r->key,
            r->table, r->key, w->key);
    for (size_t i = 0; i < w->document->n_attributes; i++) {
        const struct attribute_value *v = &w->document->attributes[i];
        if (v->attribute->read_only) {
            const char *cast = v->attribute->type->compared_as;
            sql_add(&w->sql, " and r.%s%s is not distinct from $%zu%s", v->attribute->column, cast,
                    add_argument(w, v->attribute->type, false, &v->value, 1), cast);
        }
    }
    sql_add(&w->sql, "), ");
}

/*
 * `given_i`, `checked_i`, `missing_i`: members asked for; those not linked yet, locked; is one
 * missing.
 */
static void add_check(struct writer *w, size_t i)
{
    const struct relationship_value *v = &w->document->relationships[i];
    const struct relationship *rel = v->relationship;
    const struct resource *target = rel->target;
    struct cell *keys = arena_alloc(w->arena, v->linkage.n * sizeof *keys);
    for (size_t m = 0; keys != NULL && m < v->linkage.n; m++) {
        keys[m] = v->linkage.members[m].key;
    }
    size_t given = add_argument(w, target->key_type, true, keys, v->linkage.n);
    sql_add(&w->sql,
            "given_%zu as materialized (select g.key, min(g.at) - 1 as at"
            " from unnest($%zu) with ordinality g(key, at) group by g.key), ",
            i, given);
    sql_add(&w->sql, "sought_%zu as materialized (select g.key, g.at from given_%zu g", i, i);
    if (!w->is_create) {
        sql_add(&w->sql,
                " left join lateral (select true as present from %s p where p.%s = $%zu"
                " and p.%s = g.key limit 1) p on true where p.present is null",
                rel->table, rel->near, w->key, rel->far);
    }
    sql_add(&w->sql, " order by g.key), ");
    sql_add(&w->sql,
            "checked_%zu as materialized (select g.key, g.at, t.key as found from sought_%zu g"
            " left join lateral (select t.%s as key from %s t where t.%s = g.key for key share) t"
            " on true), ",
            i, i, target->key, target->table, target->key);
    sql_add(&w->sql,
            "missing_%zu as materialized (select min(c.at) as at from checked_%zu c"
            " where c.found is null), ",
            i, i);
}

/* `go`: one row when the whole write may happen. */
static void add_go(struct writer *w)
{
    sql_add(&w->sql, "go as materialized (select true%s where true",
            w->is_create ? "" : " from allowed");
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        sql_add(&w->sql, " and (select m.at from missing_%zu m) is null", i);
    }
    sql_add(&w->sql, ")");
}

static size_t count_writable(const struct document *document)
{
    size_t n = 0;
    for (size_t i = 0; i < document->n_attributes; i++) {
        n += !document->attributes[i].attribute->read_only;
    }
    return n;
}

/*
 * `written` of a create. Without any attribute the row is all defaults, which takes no condition.
 */
static void add_insert(struct writer *w)
{
    const struct document *d = w->document;
    if (d->n_attributes == 0) {
        sql_add(&w->sql, ", written as (insert into %s as r default values returning ",
                w->resource->table);
    } else {
        sql_add(&w->sql, ", written as (insert into %s as r (", w->resource->table);
        for (size_t i = 0; i < d->n_attributes; i++) {
            sql_add(&w->sql, "%s%s", i == 0 ? "" : ", ", d->attributes[i].attribute->column);
        }
        sql_add(&w->sql, ") select ");
        for (size_t i = 0; i < d->n_attributes; i++) {
            const struct attribute_value *v = &d->attributes[i];
            sql_add(&w->sql, "%s$%zu", i == 0 ? "" : ", ",
                    add_argument(w, v->attribute->type, false, &v->value, 1));
        }
        sql_add(&w->sql, " from go returning ");
    }
    sql_add(&w->sql, "r.%s)", w->resource->key);
}

/* `written` of an update: the row as it is afterwards, also when no attribute changes. */
static void add_update(struct writer *w)
{
    const struct resource *r = w->resource;
    const struct document *d = w->document;
    if (count_writable(d) == 0) {
        sql_add(&w->sql, ", written as (select r.%s from %s r, go where r.%s = $%zu)", r->key,
                r->table, r->key, w->key);
        return;
    }
    sql_add(&w->sql, ", written as (update %s r set ", r->table);
    const char *comma = "";
    for (size_t i = 0; i < d->n_attributes; i++) {
        const struct attribute_value *v = &d->attributes[i];
        if (!v->attribute->read_only) {
            sql_add(&w->sql, "%s%s = $%zu", comma, v->attribute->column,
                    add_argument(w, v->attribute->type, false, &v->value, 1));
            comma = ", ";
        }
    }
    sql_add(&w->sql, " from go where r.%s = $%zu returning r.%s)", r->key, w->key, r->key);
}

/*
 * `added_i` and, for an update, `removed_i`: the difference between what is linked and what is
 * given.
 */
static void add_difference(struct writer *w, size_t i)
{
    const struct relationship *rel = w->document->relationships[i].relationship;
    if (w->is_create) {
        sql_add(&w->sql,
                ", added_%zu as (insert into %s as p (%s, %s) select w.%s, c.key"
                " from written w, (select c.key from checked_%zu c order by c.key) c",
                i, rel->table, rel->near, rel->far, w->resource->key, i);
    } else {
        sql_add(&w->sql,
                ", removed_%zu as (delete from %s d where d.ctid = any(array(select p.ctid"
                " from %s p, go where p.%s = $%zu and p.%s not in (select g.key from given_%zu g)"
                " order by p.%s for update of p)) returning d.%s as key)",
                i, rel->table, rel->table, rel->near, w->key, rel->far, i, rel->far, rel->far);
        sql_add(&w->sql,
                ", added_%zu as (insert into %s as p (%s, %s) select $%zu, c.key"
                " from go, (select c.key from checked_%zu c order by c.key) c",
                i, rel->table, rel->near, rel->far, w->key, i);
    }
    sql_add(&w->sql, " on conflict do nothing returning p.%s as key)", rel->far);
}

static void add_outcome(struct writer *w)
{
    sql_add(&w->sql, " select 0, %s", w->is_create ? "true" : "exists (select from allowed)");
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        sql_add(&w->sql, ", (select m.at from missing_%zu m)", i);
        if (w->named && !w->is_create) {
            sql_add(&w->sql,
                    ", array(select c.key from added_%zu c order by 1)"
                    ", array(select c.key from removed_%zu c order by 1)",
                    i, i);
        } else {
            sql_add(&w->sql, ", null::bigint, null::bigint");
        }
    }
    if (w->is_create) { /* what is read afterwards finds it there */
        sql_add(&w->sql, ", set_config('" CREATED_KEY "', w.%s::text, true)", w->resource->key);
    }
    sql_add(&w->sql, " from (values (1)) one left join written w on true");
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int writer_finish(struct writer *w, struct step_plan *ret)
{
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        add_check(w, i);
    }
    add_go(w);
    if (w->is_create) {
        add_insert(w);
    } else {
        add_update(w);
    }
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        add_difference(w, i);
    }
    add_outcome(w);
    ret->statement = sql_finish(&w->sql);
    ret->arguments = w->arguments;
    return ret->statement == NULL || ret->arguments == NULL ? -ENOMEM : 0;
}

int write_plan_create(struct arena *a, const struct resource *resource,
                      const struct document *document, struct plan *ret_plan)
{
    struct writer w = writer_begin(a, resource, document);
    w.is_create = true;
    *ret_plan = (struct plan){ .n_statements = 1, .writes = true };
    sql_add(&w.sql, "with ");
    return writer_finish(&w, &ret_plan->statements[0]);
}

/*
 * The lock: against other updates and replacements, and against link.c's lock_owners_statement().
 */
static int plan_lock(struct arena *a, const struct resource *resource, const struct cell *key,
                     struct step_plan *ret)
{
    struct sql s = sql_begin(a, false);
    size_t number = sql_parameter(&s, resource->key_type, false);
    sql_add(&s, "select 0, ");
    sql_add_resource(&s, resource, "r");
    sql_add(&s, " from %s r where r.%s = $%zu for no key update", resource->table, resource->key,
            number);
    struct argument *argument = arena_alloc(a, sizeof *argument);
    ret->statement = sql_finish(&s);
    if (ret->statement == NULL || argument == NULL) {
        return -ENOMEM;
    }
    *argument = (struct argument){ .cells = key, .n = 1 };
    ret->arguments = argument;
    return 0;
}

int write_plan_update(struct arena *a, const struct resource *resource, struct cell key,
                      const struct document *document, bool named, struct plan *ret_plan)
{
    struct cell *kept_key = arena_alloc(a, sizeof *kept_key);
    if (kept_key == NULL) {
        return -ENOMEM;
    }
    *kept_key = key;
    *ret_plan = (struct plan){ .n_statements = 2, .writes = true, .repeatable = true };
    int r = plan_lock(a, resource, kept_key, &ret_plan->statements[0]);
    if (r != 0) {
        return r;
    }
    struct writer w = writer_begin(a, resource, document);
    w.named = named;
    w.key = add_argument(&w, resource->key_type, false, kept_key, 1);
    sql_add(&w.sql, "with ");
    add_allowed(&w);
    return writer_finish(&w, &ret_plan->statements[1]);
}
