/*
 * lock.c - who is locked before a write is judged.
 *
 * All writers lock in one order. Of a foreign key: the rows that are referred to, then those that
 * hold it, each by key. Of an association table: the side whose column comes first in its key, then
 * the other. So two requests that take members from each other wait, and none is broken off. The
 * locks of a one-to-many collection are those of its difference: who stays is not touched. Where a
 * table refers to itself, all of its rows that one relationship concerns are locked at once.
 */
#include "relationship/write_parts.h"

static bool is_of_itself(const struct relationship *rel)
{
    return rel->owner == rel->target;
}

/* The rows of `touched` are locked in the order of their keys. */
static void add_locking(struct writer *w, const struct resource *resource, const char *strength)
{
    sql_add(&w->sql,
            "locked as materialized (select l.locked from"
            " (select t.key from touched t order by t.key) k, lateral (select true as locked");
    sql_add(&w->sql, " from %s t where t.%s = k.key for %s) l)", resource->table, resource->key,
            strength);
    sql_add(&w->sql, " select 0 from (select count(*) as n from locked) l where l.n < 0");
}

/*
 * Do members that leave have to be in step with whoever takes them? Where each has one owner at
 * most, others that rob this one touch the same rows.
 */
static bool locks_leaving(const struct writer *w, const struct change *c)
{
    const struct relationship *rel = c->relationship;
    bool has_one_owner = rel->kind == RELATIONSHIP_MANY_TO_MANY && rel->far_is_unique;
    return change_clears(w, c) || (has_one_owner && !w->is_create && w->kind != CHANGE_ADD);
}

/* Members that are to join and are not there yet: "select … as key …", part of `touched`. */
static void add_joining(struct writer *w, const struct change *c, size_t keys)
{
    const struct relationship *rel = c->relationship;
    sql_add(&w->sql, "select g.key from unnest($%zu) g(key)", keys);
    if (!w->is_create) {
        sql_add(&w->sql, " left join lateral (select true as present from ");
        sql_add_rows(&w->sql, rel);
        sql_add(&w->sql,
                " p where p.%s = $%zu and p.%s = g.key limit 1) p on true where p.present is null",
                rel->near, writer_key(w), rel->far);
    }
}

/* Members that are to leave, likewise. */
static void add_leaving(struct writer *w, const struct change *c, size_t keys)
{
    const struct relationship *rel = c->relationship;
    if (w->kind == CHANGE_REMOVE) {
        sql_add(&w->sql, "select p.key from unnest($%zu) g(key), lateral (select p.%s as key", keys,
                rel->far);
        sql_add(&w->sql, " from %s p where p.%s = g.key and p.%s = $%zu limit 1) p", rel->table,
                rel->far, rel->near, writer_key(w));
    } else {
        sql_add(&w->sql, "select p.%s as key from %s p where p.%s = $%zu", rel->far, rel->table,
                rel->near, writer_key(w));
        sql_add(&w->sql, " and p.%s not in (select g.key from unnest($%zu) g(key))", rel->far,
                keys);
    }
}

/* The members of a relationship: those of a foreign key's difference, or those to be taken. */
static void lock_members(struct writer *w, const struct change *c)
{
    const struct resource *target = c->relationship->target;
    bool joins = w->kind != CHANGE_REMOVE;
    bool leaves = locks_leaving(w, c);
    writer_begin(w);
    size_t keys = writer_argument(w, target->key_type, true, c->keys, c->n_members);
    sql_add(&w->sql, "with touched as materialized (");
    if (joins) {
        add_joining(w, c, keys);
    }
    if (joins && leaves) {
        sql_add(&w->sql, " union ");
    }
    if (leaves) {
        add_leaving(w, c, keys);
    }
    if (is_of_itself(c->relationship) && !w->is_create) {
        sql_add(&w->sql, " union select $%zu", writer_key(w));
    }
    sql_add(&w->sql, "), ");
    bool is_written = c->relationship->kind == RELATIONSHIP_ONE_TO_MANY;
    add_locking(w, target, is_written && c->relationship->is_to_one ? "update" : "no key update");
    writer_end(w);
}

/* Of a unique foreign key: the owner and the one that holds what it asks for. */
static void lock_holders(struct writer *w, const struct change *c)
{
    const struct relationship *rel = c->relationship;
    writer_begin(w);
    size_t keys = writer_argument(w, rel->target->key_type, true, c->keys, c->n_members);
    sql_add(&w->sql, "with touched as materialized (select p.%s as key from %s p", rel->near,
            rel->table);
    sql_add(&w->sql, " where p.%s in (select g.key from unnest($%zu) g(key))", rel->far, keys);
    if (!w->is_create) {
        sql_add(&w->sql, " union select $%zu", writer_key(w));
    }
    if (is_of_itself(rel)) {
        sql_add(&w->sql, " union select g.key from unnest($%zu) g(key)", keys);
    }
    sql_add(&w->sql, "), ");
    add_locking(w, rel->owner, "update");
    writer_end(w);
}

/* The resource itself, with its attributes as they are. */
static void lock_resource(struct writer *w)
{
    const struct resource *r = w->resource;
    bool has_columns = false;
    bool has_read_only = false;
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        has_columns = has_columns || w->changes[i].n_columns > 0;
    }
    for (size_t i = 0; i < w->document->n_attributes; i++) {
        has_read_only = has_read_only || w->document->attributes[i].attribute->read_only;
    }
    writer_begin(w);
    size_t key = writer_key(w);
    sql_add(&w->sql, "select 0, ");
    if (has_read_only) {
        sql_add_resource(&w->sql, r, "r");
    } else {
        sql_add(&w->sql, "r.%s", r->key);
    }
    /*
     * link columns: single links made from the other side, which lock for key share, wait as well
     */
    sql_add(&w->sql, " from %s r where r.%s = $%zu for %s", r->table, r->key, key,
            has_columns ? "update" : "no key update");
    w->plan->locked = w->plan->n_statements;
    writer_end(w);
}

/* Are the members of this change locked in front of the resource? */
static bool goes_first(const struct change *c)
{
    const struct relationship *rel = c->relationship;
    return is_of_itself(rel) || rel->kind == RELATIONSHIP_MANY_TO_ONE ||
           (rel->kind == RELATIONSHIP_MANY_TO_MANY && !rel->near_is_first);
}

/* In the model's order, whatever that of the document is. */
static void lock_all_members(struct writer *w, bool first)
{
    for (size_t r = 0; r < w->resource->n_relationships; r++) {
        for (size_t i = 0; i < w->document->n_relationships; i++) {
            const struct change *c = &w->changes[i];
            bool needs_lock = change_takes(w, c) || locks_leaving(w, c);
            if (c->relationship->index != r || goes_first(c) != first || !needs_lock) {
                continue;
            }
            bool has_holders = c->relationship->kind == RELATIONSHIP_MANY_TO_ONE;
            if (!has_holders || !is_of_itself(c->relationship)) {
                lock_members(w, c);
            }
            if (has_holders) {
                lock_holders(w, c);
            }
        }
    }
}

/*
 * One member is in step with all others by its own row, and so is a foreign key of the resource
 * itself: whoever writes it at the same time comes before or after.
 */
static bool locks_resource(const struct writer *w)
{
    const struct change *c = &w->changes[0];
    if (!w->links_only || c->n_columns > 0) {
        return !w->is_create;
    }
    return c->relationship->kind == RELATIONSHIP_MANY_TO_ONE
               ? w->named || c->relationship->far_is_unique
               : w->kind == CHANGE_REPLACE || c->n_members > 1;
}

void write_add_locks(struct writer *w)
{
    lock_all_members(w, true);
    if (locks_resource(w)) {
        lock_resource(w);
    }
    lock_all_members(w, false);
}
