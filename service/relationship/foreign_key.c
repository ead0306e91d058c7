/*
 * foreign_key.c - see foreign_key.h. Rows are written at the places (ctid) where a lookup by key
 * has found them: a join planned for few rows would walk the table.
 */
#include "relationship/foreign_key.h"

#include "plan/sql.h"

bool foreign_key_is_plain(const struct relationship *relationship, enum change_kind kind)
{
    bool may_refuse = kind == CHANGE_ADD ? relationship->refuses_move : relationship->is_required;
    return relationship->kind == RELATIONSHIP_ONE_TO_MANY && !relationship->is_to_one &&
           relationship->owner != relationship->target && kind != CHANGE_REPLACE && !may_refuse;
}

/* "unnest(…) a(request, near, key)": what is asked, a row per request. */
static void add_asked(struct sql *s, const struct relationship *relationship)
{
    size_t near = sql_parameter(s, relationship->owner->key_type, true);
    size_t key = sql_parameter(s, relationship->target->key_type, true);
    sql_add(s, "unnest($1, $%zu, $%zu) a(request, near, key)", near, key);
}

/* The row of the member of `alias` that the change concerns: the condition behind "where". */
static void add_concerned(struct sql *s, const struct relationship *relationship,
                          enum change_kind kind, const char *row, const char *alias)
{
    sql_add(s, "%s.%s = %s.key and %s.%s %s %s.near", row, relationship->far, alias, row,
            relationship->near, kind == CHANGE_ADD ? "is distinct from" : "=", alias);
}

const struct statement *foreign_key_lock_statement(struct arena *a,
                                                   const struct relationship *relationship,
                                                   enum change_kind kind)
{
    struct sql s = sql_begin(a, true);
    sql_add(&s, "with touched as materialized (select distinct p.key from ");
    add_asked(&s, relationship);
    sql_add(&s, ", lateral (select t.%s as key from %s t where ", relationship->far,
            relationship->table);
    add_concerned(&s, relationship, kind, "t", "a");
    sql_add(&s,
            " limit 1) p), locked as materialized (select l.locked from"
            " (select t.key from touched t order by t.key) k, lateral (select true as locked"
            " from %s t where t.%s = k.key for no key update) l)"
            " select 0 from (select count(*) as n from locked) l where l.n < 0",
            relationship->table, relationship->far);
    return sql_finish(&s);
}

/* `written`: the rows that were changed. */
static void add_written(struct sql *s, const struct relationship *relationship,
                        enum change_kind kind)
{
    sql_add(s, ", written as (update %s t set %s = %s from judged k where k.near_found and ",
            relationship->table, relationship->near, kind == CHANGE_ADD ? "k.near" : "null");
    add_concerned(s, relationship, kind, "t", "k");
    sql_add(s,
            " and t.ctid = any(array(select p.ctid from judged k, lateral (select p.ctid from %s p"
            " where ",
            relationship->table);
    add_concerned(s, relationship, kind, "p", "k");
    sql_add(s, " limit 1) p)) returning t.%s as key)", relationship->far);
}

/* In the order of the columns that write.h names. */
static void add_outcome(struct sql *s, enum change_kind kind)
{
    bool joins = kind == CHANGE_ADD;
    sql_add(s, " select k.request, k.near_found, null::text");
    sql_add(s, joins ? ", case when not k.far_found then 0::bigint end" : ", null::bigint");
    sql_add(s, ", null::bigint, null::bigint, null::bigint");
    sql_add(s, "%s, array(select w.key from written w where w.key = k.key)",
            joins ? "" : ", null::bigint");
    sql_add(s, joins ? ", null::bigint, array(select k.held where k.held <> k.near)"
                     : ", null::bigint");
    sql_add(s, ", null::bigint from judged k order by k.request");
}

const struct statement *foreign_key_statement(struct arena *a,
                                              const struct relationship *relationship,
                                              enum change_kind kind)
{
    const struct resource *owner = relationship->owner;
    struct sql s = sql_begin(a, true);
    sql_add(&s, "with judged as materialized (select a.request, a.near, a.key,"
                " o.key is not null as near_found, t.key is not null as far_found, t.held from ");
    add_asked(&s, relationship);
    sql_add(&s,
            " left join lateral (select o.%s as key from %s o where o.%s = a.near limit 1) o"
            " on true",
            owner->key, owner->table, owner->key);
    sql_add(&s,
            " left join lateral (select t.%s as key, t.%s as held from %s t where t.%s = a.key"
            " limit 1) t on true)",
            relationship->far, relationship->near, relationship->table, relationship->far);
    add_written(&s, relationship, kind);
    add_outcome(&s, kind);
    return sql_finish(&s);
}
