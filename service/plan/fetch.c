/*
 * fetch.c - see fetch.h. A shared statement unnests its requests once and visits, for each, the
 * index that its page begins in: the work is that of the rows asked for. Lookups by key are lateral
 * with a limit, which PostgreSQL never turns into a join over the whole table: one plan is right
 * for
 * any number of rows, also when it was made while the table was still small.
 */
#include "plan/fetch.h"

#include "plan/sql.h"

const struct statement *fetch_resource(struct arena *a, const struct resource *resource)
{
    struct sql s = sql_begin(a, true);
    size_t key = sql_parameter(&s, resource->key_type, true);
    sql_add(&s, "select a.request, r.* from unnest($1, $%zu) a(request, key), lateral (select ",
            key);
    sql_add_resource(&s, resource, "r");
    sql_add(&s, " from %s r where r.%s = a.key limit 1) r order by a.request", resource->table,
            resource->key);
    return sql_finish(&s);
}

/* The parameters that every page has: `cursor`, unless it begins at the start, and `size`. */
static void add_page_parameters(struct sql *s, const char *first, const struct column_type *type,
                                enum page_direction direction)
{
    if (direction == PAGE_FIRST) {
        sql_add(s, " from unnest($1%s, $%zu) a(request%s, size)", first,
                sql_parameter_oid(s, OID_INT8, 1016), first[0] == '\0' ? "" : ", near");
        return;
    }
    size_t cursor = sql_parameter(s, type, true);
    size_t size = sql_parameter_oid(s, OID_INT8, 1016);
    sql_add(s, " from unnest($1%s, $%zu, $%zu) a(request%s, cursor, size)", first, cursor, size,
            first[0] == '\0' ? "" : ", near");
}

const struct statement *fetch_page(struct arena *a, const struct resource *resource,
                                   enum page_direction direction)
{
    struct sql s = sql_begin(a, true);
    sql_add(&s, "select a.request, r.*");
    add_page_parameters(&s, "", resource->key_type, direction);
    sql_add(&s, ", lateral (select ");
    sql_add_resource(&s, resource, "r");
    sql_add(&s, " from %s r", resource->table);
    if (direction != PAGE_FIRST) {
        sql_add(&s, " where r.%s %s a.cursor", resource->key, direction == PAGE_AFTER ? ">" : "<");
    }
    sql_add(&s, " order by r.%s%s limit a.size) r order by a.request, r.%s", resource->key,
            direction == PAGE_BEFORE ? " desc" : "", resource->key);
    return sql_finish(&s);
}

/* Looks up each request's owner by key: `o.key` is NULL when there is none. */
static void add_owner_lookup(struct sql *s, const struct relationship *relationship)
{
    sql_add(
        s,
        " left join lateral (select o.%s as key from %s o where o.%s = a.near limit 1) o on true",
        relationship->owner->key, relationship->owner->table, relationship->owner->key);
}

/* "from" the requests and their owners, then the links of each owner's page: `l`. */
static void add_owners(struct sql *s, const struct relationship *relationship,
                       enum page_direction direction)
{
    char near[16];
    snprintf(near, sizeof near, ", $%zu", sql_parameter(s, relationship->owner->key_type, true));
    add_page_parameters(s, near, relationship->target->key_type, direction);
    add_owner_lookup(s, relationship);
}

/* The end of the lateral query over the association table `p`. */
static void add_page(struct sql *s, const struct relationship *relationship,
                     enum page_direction direction)
{
    sql_add(s, " where p.%s = o.key", relationship->near);
    if (direction != PAGE_FIRST) {
        sql_add(s, " and p.%s %s a.cursor", relationship->far, direction == PAGE_AFTER ? ">" : "<");
    }
    sql_add(s, " order by p.%s%s limit a.size) l on true", relationship->far,
            direction == PAGE_BEFORE ? " desc" : "");
}

static void add_link_columns(struct sql *s, const struct relationship *relationship,
                             const char *alias)
{
    for (size_t i = 0; i < relationship->n_link_columns; i++) {
        sql_add(s, ", %s.%s", alias, relationship->link_columns[i].column);
    }
}

const struct statement *fetch_linkage(struct arena *a, const struct relationship *relationship,
                                      enum page_direction direction)
{
    struct sql s = sql_begin(a, true);
    sql_add(&s, "select a.request, o.key is not null, l.%s", relationship->far);
    add_link_columns(&s, relationship, "l");
    add_owners(&s, relationship, direction);
    sql_add(&s, " left join lateral (select p.%s", relationship->far);
    add_link_columns(&s, relationship, "p");
    sql_add(&s, " from %s p", relationship->table);
    add_page(&s, relationship, direction);
    sql_add(&s, " order by a.request, l.%s", relationship->far);
    return sql_finish(&s);
}

const struct statement *fetch_related(struct arena *a, const struct relationship *relationship,
                                      enum page_direction direction)
{
    const struct resource *target = relationship->target;
    struct sql s = sql_begin(a, true);
    sql_add(&s, "select a.request, o.key is not null, ");
    sql_add_resource(&s, target, "l");
    add_owners(&s, relationship, direction);
    sql_add(&s, " left join lateral (select ");
    sql_add_resource(&s, target, "t");
    sql_add(&s, " from %s p join %s t on t.%s = p.%s", relationship->table, target->table,
            target->key, relationship->far);
    add_page(&s, relationship, direction);
    sql_add(&s, " order by a.request, l.%s", target->key);
    return sql_finish(&s);
}

const struct statement *fetch_link(struct arena *a, const struct relationship *relationship)
{
    struct sql s = sql_begin(a, true);
    size_t near = sql_parameter(&s, relationship->owner->key_type, true);
    size_t far = sql_parameter(&s, relationship->target->key_type, true);
    sql_add(&s, "select a.request, o.key is not null, p.%s", relationship->far);
    add_link_columns(&s, relationship, "p");
    sql_add(&s, " from unnest($1, $%zu, $%zu) a(request, near, far)", near, far);
    add_owner_lookup(&s, relationship);
    sql_add(&s,
            " left join lateral (select * from %s p where p.%s = a.near and p.%s = a.far limit 1)",
            relationship->table, relationship->near, relationship->far);
    sql_add(&s, " p on true order by a.request");
    return sql_finish(&s);
}

const struct statement *remove_resource(struct arena *a, const struct resource *resource)
{
    struct sql s = sql_begin(a, false);
    size_t key = sql_parameter(&s, resource->key_type, false);
    sql_add(&s, "delete from %s r where r.%s = $%zu returning 0, r.%s", resource->table,
            resource->key, key, resource->key);
    return sql_finish(&s);
}

const struct statement *probe_model(struct arena *a, const struct model *model)
{
    struct sql s = sql_begin(a, false);
    sql_add(&s, "select 0 where true");
    for (size_t i = 0; i < model->n_resources; i++) {
        const struct resource *resource = &model->resources[i];
        sql_add(&s, " or exists (select ");
        sql_add_resource(&s, resource, "r");
        sql_add(&s, " from %s r limit 0)", resource->table);
        for (size_t j = 0; j < resource->n_relationships; j++) {
            const struct relationship *relationship = &resource->relationships[j];
            sql_add(&s, " or exists (select p.%s, p.%s", relationship->near, relationship->far);
            add_link_columns(&s, relationship, "p");
            sql_add(&s, " from %s p limit 0)", relationship->table);
        }
    }
    return sql_finish(&s);
}
