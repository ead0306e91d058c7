/*
 * link.c - see link.h. How the judging link statement reads, top to bottom: what is asked; which of
 * it is linked already; are the rest's owner and member there (locking them); may the whole request
 * go ahead; insert; one row of outcome per request. The trusting one has only the first and the
 * last two.
 *
 * Two things are decided by hash tables inside one statement instead of joins, because a join
 * planned for few rows would compare ten thousand links with ten thousand: window functions judge
 * a request as a whole, and a row-wise IN in an expression tells what was really inserted.
 */
#include "relationship/link.h"

#include "plan/sql.h"

/* A link as the two keys that are stored: of a mutual one the lesser is near. */
static void add_pair(struct sql *s, const struct relationship *relationship, const char *alias)
{
    if (relationship->is_symmetric) {
        sql_add(s, "least(%s.near, %s.far), greatest(%s.near, %s.far)", alias, alias, alias, alias);
    } else {
        sql_add(s, "%s.near, %s.far", alias, alias);
    }
}

/*
 * The association's two columns in the order of its key, so that every writer locks in one order.
 */
static void add_key_order(struct sql *s, const struct relationship *relationship)
{
    sql_add(s, " order by ");
    if (relationship->is_symmetric || relationship->near_is_first) {
        add_pair(s, relationship, "k");
    } else {
        sql_add(s, "k.far, k.near");
    }
}

/*
 * `asked`: every row of arguments; `first` marks the one that gets the credit for a repeated pair.
 */
static void add_asked(struct sql *s, const struct relationship *relationship)
{
    size_t near = sql_parameter(s, relationship->owner->key_type, true);
    size_t far = sql_parameter(s, relationship->target->key_type, true);
    size_t at = sql_parameter_oid(s, OID_INT4, OID_INT4_ARRAY);
    sql_add(s, "with asked as materialized (select a.request, a.near, a.far, a.at,"
               " row_number() over (partition by ");
    add_pair(s, relationship, "a");
    sql_add(s,
            " order by a.request, a.at) = 1 as first"
            " from unnest($1, $%zu, $%zu, $%zu) a(request, near, far, at))",
            near, far, at);
}

/*
 * `changed`: what of these rows, each pair once, is not linked yet becomes so.
 *
 * grouped  the rows may hold a pair several times
 */
static void add_insert(struct sql *s, const struct relationship *relationship, const char *rows,
                       bool grouped)
{
    sql_add(s, ", changed as (insert into %s as p (%s, %s) select ", relationship->table,
            relationship->near, relationship->far);
    add_pair(s, relationship, "k");
    sql_add(s, " from %s", rows);
    if (grouped) {
        sql_add(s, " group by ");
        add_pair(s, relationship, "k");
    }
    add_key_order(s, relationship);
    sql_add(s, " on conflict (%s, %s) do nothing returning p.%s as near, p.%s as far)",
            relationship->near, relationship->far, relationship->near, relationship->far);
}

/* How many of a request's rows are in `changed`, and which. */
static void add_changed(struct sql *s, const struct relationship *relationship, bool named)
{
    static const char end[] = ") in (select c.near, c.far from changed c))";
    sql_add(s, ", count(*) filter (where k.first and (");
    add_pair(s, relationship, "k");
    sql_add(s, "%s", end);
    if (named) {
        sql_add(s, ", array_agg(k.far order by k.at) filter (where k.first and (");
        add_pair(s, relationship, "k");
        sql_add(s, "%s", end);
    }
}

bool link_is_plain(const struct relationship *relationship)
{
    return relationship->kind == RELATIONSHIP_MANY_TO_MANY && !relationship->is_to_one &&
           !relationship->far_is_unique;
}

bool link_may_trust(const struct relationship *relationship)
{
    return link_is_plain(relationship) && !relationship->is_symmetric &&
           !relationship->has_insert_triggers;
}

const struct statement *lock_owners_statement(struct arena *a,
                                              const struct relationship *relationship)
{
    const struct resource *owner = relationship->owner;
    struct sql s = sql_begin(a, true);
    size_t near = sql_parameter(&s, owner->key_type, true);
    sql_add(&s,
            "with locked as materialized (select o.locked from (select distinct a.near"
            " from unnest($1, $%zu) a(request, near) order by a.near) k,"
            " lateral (select true as locked from %s o where o.%s = k.near for no key update) o)"
            " select 0 from (select count(*) as n from locked) l where l.n < 0",
            near, owner->table, owner->key);
    return sql_finish(&s);
}

const struct statement *link_statement(struct arena *a, const struct relationship *relationship,
                                       bool named)
{
    struct sql s = sql_begin(a, true);
    add_asked(&s, relationship);
    add_insert(&s, relationship, "asked k where k.first and k.far is not null", false);
    sql_add(&s, " select k.request, true, null::bigint");
    add_changed(&s, relationship, named);
    sql_add(&s, " from asked k group by k.request order by k.request");
    return sql_finish(&s);
}

const struct statement *link_judging_statement(struct arena *a,
                                               const struct relationship *relationship, bool named)
{
    const struct resource *owner = relationship->owner;
    const struct resource *target = relationship->target;
    struct sql s = sql_begin(a, true);
    add_asked(&s, relationship);
    sql_add(&s,
            ", sought as materialized (select k.*, p.present is not null as present from asked k"
            " left join lateral (select true as present from ");
    sql_add_rows(&s, relationship);
    sql_add(&s, " p where p.%s = k.near and p.%s = k.far limit 1) p on true", relationship->near,
            relationship->far);
    add_key_order(&s, relationship);
    sql_add(&s,
            "), checked as materialized (select k.*, k.present or o.key is not null as near_found,"
            " k.present or k.far is null or t.key is not null as far_found from sought k"
            " left join lateral (select o.%s as key from %s o where o.%s = k.near and not k.present"
            " for key share) o on true",
            owner->key, owner->table, owner->key);
    sql_add(&s,
            " left join lateral (select t.%s as key from %s t where t.%s = k.far and not k.present"
            " for key share) t on true)",
            target->key, target->table, target->key);
    sql_add(&s, ", judged as materialized (select k.*, bool_and(k.near_found and k.far_found)"
                " over (partition by k.request) as accepted from checked k)");
    add_insert(&s, relationship,
               "judged k where k.accepted and not k.present and k.far is not null", true);
    sql_add(
        &s,
        " select k.request, bool_and(k.near_found), min(k.at::bigint) filter (where not k.far_found)");
    add_changed(&s, relationship, named);
    sql_add(&s, " from judged k group by k.request order by k.request");
    return sql_finish(&s);
}

const struct statement *unlink_statement(struct arena *a, const struct relationship *relationship,
                                         bool named)
{
    const struct resource *owner = relationship->owner;
    struct sql s = sql_begin(a, true);
    add_asked(&s, relationship);
    sql_add(&s,
            ", changed as (delete from %s d where d.ctid = any(array(select p.ctid from"
            " (select k.near, k.far from asked k where k.first and k.far is not null",
            relationship->table);
    add_key_order(&s, relationship);
    sql_add(&s, ") k, lateral (select p.ctid from %s p where p.%s = k.near and p.%s = k.far",
            relationship->table, relationship->near, relationship->far);
    if (relationship->is_symmetric) {
        sql_add(&s, " or (p.%s = k.far and p.%s = k.near)", relationship->near, relationship->far);
    } else {
        sql_add(&s, " limit 1");
    }
    /* a place (ctid) is one of a partition; the keys tell it from those of others */
    sql_add(&s, " for update) p)) and ((d.%s, d.%s) in (select k.near, k.far from asked k)",
            relationship->near, relationship->far);
    if (relationship->is_symmetric) {
        sql_add(&s, " or (d.%s, d.%s) in (select k.far, k.near from asked k)", relationship->near,
                relationship->far);
    }
    sql_add(&s, ") returning ");
    if (relationship->is_symmetric) {
        sql_add(&s, "least(d.%s, d.%s) as near, greatest(d.%s, d.%s) as far)", relationship->near,
                relationship->far, relationship->near, relationship->far);
    } else {
        sql_add(&s, "d.%s as near, d.%s as far)", relationship->near, relationship->far);
    }
    sql_add(&s, " select g.request, o.key is not null, null::bigint, g.n_changed%s",
            named ? ", g.changed" : "");
    sql_add(&s, " from (select k.request, (array_agg(k.near))[1] as near");
    add_changed(&s, relationship, named);
    sql_add(
        &s,
        " from asked k group by k.request) g(request, near, n_changed%s)"
        " left join lateral (select o.%s as key from %s o where o.%s = g.near limit 1) o on true"
        " order by g.request",
        named ? ", changed" : "", owner->key, owner->table, owner->key);
    return sql_finish(&s);
}

const struct argument *link_arguments(struct arena *a, struct cell owner,
                                      const struct linkage *members, size_t *ret_n_rows)
{
    size_t n = members->n == 0 ? 1 : members->n;
    struct argument *arguments = arena_alloc(a, 3 * sizeof *arguments);
    struct cell *cells = arena_zalloc(a, 3 * n, sizeof *cells);
    char *positions = arena_zalloc(a, n, 4);
    if (arguments == NULL || cells == NULL || positions == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        bool is_member = i < members->n;
        uint32_t at = __builtin_bswap32(is_member ? members->members[i].at : 0);
        memcpy(positions + 4 * i, &at, sizeof at);
        cells[i] = owner;
        cells[n + i] = is_member ? members->members[i].key : cell_null();
        cells[2 * n + i] = (struct cell){ .at = positions + 4 * i, .n = 4 };
    }
    for (size_t i = 0; i < 3; i++) {
        arguments[i] = (struct argument){ .cells = cells + i * n, .n = n };
    }
    *ret_n_rows = n;
    return arguments;
}
