/*
 * include.c - see include.h. Members of the selection's rows are joined to them. On longer paths
 * `level0` are the selection's keys; each further level the distinct members that the path leads
 * to, so that what many owners share is walked from once.
 */
#include "plan/include.h"

#include "plan/selecting.h"

enum { MAX_LEVELS = 16 };

/* The relationship's own order, completed by the key. */
static void add_order(struct sql *s, const struct relationship *rel)
{
    for (size_t i = 0; i < rel->n_order_by; i++) {
        sql_add(s, "t.%s%s, ", rel->order_by[i].attribute->column,
                rel->order_by[i].descending ? " desc" : "");
    }
    bool descends = rel->n_order_by > 0 && rel->order_by[rel->n_order_by - 1].descending;
    sql_add(s, "p.%s%s", rel->far, descends ? " desc" : "");
}

/* "from … where … order by … limit …": the members of an owner, whose key is {owner}.key. */
static void add_members(struct sql *s, const struct relationship *rel, const char *owner,
                        bool with_resources, size_t limit)
{
    sql_add(s, " from ");
    sql_add_rows(s, rel);
    sql_add(s, " p");
    if (rel->n_order_by > 0) {
        sql_add(s, " join %s t on t.%s = p.%s", rel->target->table, rel->target->key, rel->far);
    } else if (with_resources) {
        sql_add_lookup(s, rel);
    }
    sql_add(s, " where p.%s = %s.key", rel->near, owner);
    sql_add_linked(s, rel, "p");
    sql_add(s, " order by ");
    add_order(s, rel);
    sql_add(s, " limit %zu", limit);
}

/* A member's columns, the first of which is its key. */
static void add_member(struct sql *s, const struct include_node *node)
{
    const struct relationship *rel = node->relationship;
    if (node->identifiers_only) {
        sql_add(s, "p.%s", rel->far);
    } else if (rel->n_order_by == 0) {
        sql_add(s, "t.*");
    } else {
        sql_add_resource(s, rel->target, "t");
    }
}

static void add_level(struct sql *s, const struct relationship *rel, size_t level, size_t limit)
{
    sql_add(s,
            "), level%zu as materialized (select distinct o.request, l.key from level%zu o,"
            " lateral (select p.%s as key",
            level, level - 1, rel->far);
    add_members(s, rel, "o", false, limit);
    sql_add(s, ") l");
}

/* The nodes from the selection to node `i`, first to last; how many. */
static size_t path_to(const struct include_node *nodes, size_t i, size_t ret[MAX_LEVELS])
{
    size_t n = 0;
    for (size_t at = i; at != INCLUDE_ROOT; at = nodes[at].parent) {
        n++;
    }
    ASSERT(n <= MAX_LEVELS);
    size_t left = n;
    for (size_t at = i; at != INCLUDE_ROOT; at = nodes[at].parent) {
        ret[--left] = at;
    }
    return n;
}

/* How many columns come back, with a member's place as the last: any name may be a user's. */
static size_t count_columns(const struct include_node *node)
{
    const struct resource *target = node->relationship->target;
    size_t n_of_target = 1 + target->n_attributes + target->n_to_one;
    return 2 + (node->identifiers_only ? 1 : n_of_target) + node->relationship->n_link_columns + 1;
}

/* " left join lateral (…) l on true": the members of each {owner}. */
static void join_members(struct sql *s, const struct include_node *node, const char *owner,
                         bool numbered, size_t limit)
{
    const struct relationship *rel = node->relationship;
    sql_add(s, " left join lateral (select ");
    add_member(s, node);
    sql_add_link_columns(s, rel, "p");
    if (numbered) {
        sql_add(s, ", row_number() over (order by ");
        add_order(s, rel);
        sql_add(s, ")");
    }
    add_members(s, rel, owner, !node->identifiers_only, limit + 1);
    sql_add(s, ") l on true");
}

/* Members of members: what they are reached from is put together first, and sorted afterwards. */
static void add_levels(struct sql *s, const struct include_place *place, const size_t *path,
                       size_t n)
{
    const struct include_node *nodes = place->nodes;
    const struct include_node *node = &nodes[place->at];
    bool numbered = node->relationship->n_order_by > 0;
    for (size_t level = 1; level < n; level++) {
        add_level(s, nodes[path[level - 1]].relationship, level, place->limit);
    }
    sql_add(s, ") select o.request, o.key, l.* from level%zu o", n - 1);
    join_members(s, node, "o", numbered, place->limit);
    sql_add(s, " order by 1, 2, %zu", numbered ? count_columns(node) : 3);
}

void include_plan(struct arena *a, const struct selection *selection,
                  const struct include_place *place, const struct statement *known,
                  struct step_plan *ret)
{
    size_t path[MAX_LEVELS];
    size_t n = path_to(place->nodes, place->at, path);
    bool shared = selection_is_plain(selection) && selection->kind != SELECT_CREATED;
    struct selecting w = selecting_begin(a, selection, shared, known);
    selecting_add_rows(&w, ROWS_KEYS);
    if (n == 1) {
        join_members(&w.body, &place->nodes[place->at], "x", false, place->limit);
        selecting_add_order(&w);
        selecting_finish(&w, "", "a.request, x.key, l.*", ret);
        return;
    }
    add_levels(&w.body, place, path, n);
    selecting_finish(&w, "with level0 as materialized (", "a.request, x.key", ret);
}
