/*
 * fetch.c - see fetch.h. The plain selections of selection.h, one by one.
 */
#include "plan/fetch.h"

#include "plan/sql.h"

static const struct statement *fetch_plain(struct arena *a, struct selection selection,
                                           enum page_direction direction)
{
    const struct query query = { .page = { .direction = direction } };
    const struct cell cursor = cell_null(); /* a statement depends on whether there is one alone */
    selection.query = &query;
    selection.cursor = direction == PAGE_FIRST ? NULL : &cursor;
    return selection_statement(a, &selection);
}

const struct statement *fetch_resource(struct arena *a, const struct resource *resource)
{
    return fetch_plain(a, (struct selection){ .kind = SELECT_BY_KEY, .resource = resource },
                       PAGE_FIRST);
}

const struct statement *fetch_page(struct arena *a, const struct resource *resource,
                                   enum page_direction direction)
{
    return fetch_plain(a, (struct selection){ .kind = SELECT_ALL, .resource = resource },
                       direction);
}

static const struct statement *fetch_of(struct arena *a, const struct relationship *relationship,
                                        enum selection_kind kind, enum page_direction direction)
{
    return fetch_plain(a,
                       (struct selection){ .kind = kind,
                                           .resource = relationship->target,
                                           .relationship = relationship },
                       direction);
}

const struct statement *fetch_linkage(struct arena *a, const struct relationship *relationship,
                                      enum page_direction direction)
{
    return fetch_of(a, relationship, SELECT_LINKAGE, direction);
}

const struct statement *fetch_related(struct arena *a, const struct relationship *relationship,
                                      enum page_direction direction)
{
    return fetch_of(a, relationship, SELECT_RELATED, direction);
}

const struct statement *fetch_link(struct arena *a, const struct relationship *relationship)
{
    struct sql s = sql_begin(a, true);
    size_t near = sql_parameter(&s, relationship->owner->key_type, true);
    size_t far = sql_parameter(&s, relationship->target->key_type, true);
    sql_add(&s, "select a.request, o.key is not null, p.%s", relationship->far);
    sql_add_link_columns(&s, relationship, "p");
    sql_add(
        &s,
        " from unnest($1, $%zu, $%zu) with ordinality a(request, near, far, place)"
        " left join lateral (select o.%s as key from %s o where o.%s = a.near limit 1) o on true"
        " left join lateral (select * from ",
        near, far, relationship->owner->key, relationship->owner->table, relationship->owner->key);
    sql_add_rows(&s, relationship);
    sql_add(&s, " p where p.%s = a.near and p.%s = a.far limit 1) p on true order by a.place",
            relationship->near, relationship->far);
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
            sql_add_link_columns(&s, relationship, "p");
            sql_add(&s, " from %s p limit 0)", relationship->table);
        }
    }
    return sql_finish(&s);
}
