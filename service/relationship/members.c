/*
 * members.c - the rows that hold links, written: an association table's, and the foreign keys of
 * other resources. What the resource itself holds is written with it (write.c).
 */
#include "relationship/write_parts.h"

/* ---- unique foreign keys of the resource's own table ----------------------------------------- */

static bool robs_own_table(const struct writer *w, const struct change *c)
{
    return c->relationship->kind == RELATIONSHIP_MANY_TO_ONE && change_takes(w, c);
}

/* All columns in one update: one row may lose several at once, and can be updated only once. */
bool members_add_robbed(struct writer *w)
{
    const char *comma = "";
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        const char *far = w->changes[i].relationship->far;
        if (!robs_own_table(w, &w->changes[i])) {
            continue;
        }
        if (comma[0] == '\0') {
            sql_add(&w->sql, ", robbed as (update %s d set ", w->resource->table);
        }
        sql_add(&w->sql,
                "%s%s = case when d.%s in (select h.key from held_%zu h) then null else d.%s end",
                comma, far, far, i, far);
        comma = ", ";
    }
    if (comma[0] == '\0') {
        return false;
    }
    sql_add(&w->sql, " from go where d.%s in (", w->resource->key);
    const char *joint = "";
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        if (robs_own_table(w, &w->changes[i])) {
            sql_add(&w->sql, "%sselect h.owner from held_%zu h", joint, i);
            joint = " union all ";
        }
    }
    sql_add(&w->sql, ") returning true)");
    return true;
}

/* ---- association tables ---------------------------------------------------------------------- */

/* The member's key of a row `alias` that links the resource. */
static void add_far(struct writer *w, const struct relationship *rel, const char *alias)
{
    if (rel->is_symmetric) {
        sql_add(&w->sql, "case when %s.%s = $%zu then %s.%s", alias, rel->near, writer_key(w),
                alias, rel->far);
        sql_add(&w->sql, " else %s.%s end", alias, rel->near);
    } else {
        sql_add(&w->sql, "%s.%s", alias, rel->far);
    }
}

/* Is `alias` a row of the resource whose member is (not) among the given ones? */
static void add_is_leaving(struct writer *w, size_t i, const char *alias)
{
    const struct relationship *rel = w->changes[i].relationship;
    const char *among = w->kind == CHANGE_REMOVE ? "in" : "not in";
    sql_add(&w->sql, "((%s.%s = $%zu and %s.%s %s (select g.key from given_%zu g))", alias,
            rel->near, writer_key(w), alias, rel->far, among, i);
    if (rel->is_symmetric) {
        sql_add(&w->sql, " or (%s.%s = $%zu and %s.%s %s (select g.key from given_%zu g))", alias,
                rel->far, writer_key(w), alias, rel->near, among, i);
    }
    sql_add(&w->sql, ")");
}

/* Places (ctid) are those of one partition; the condition again tells it from the others. */
static void add_removed(struct writer *w, size_t i)
{
    const struct relationship *rel = w->changes[i].relationship;
    sql_add(&w->sql,
            ", removed_%zu as (delete from %s d where d.ctid = any(array(select p.ctid from %s p,"
            " go where ",
            i, rel->table, rel->table);
    add_is_leaving(w, i, "p");
    sql_add(&w->sql, " order by p.%s, p.%s for update of p)) and ", rel->near, rel->far);
    add_is_leaving(w, i, "d");
    sql_add(&w->sql, " returning ");
    add_far(w, rel, "d");
    sql_add(&w->sql, " as key)");
}

/* The links by which the members belonged to others. */
static void add_robbed(struct writer *w, size_t i)
{
    const struct relationship *rel = w->changes[i].relationship;
    sql_add(&w->sql,
            ", robbed_%zu as (delete from %s d where d.ctid = any(array(select p.ctid"
            " from go, held_%zu h,",
            i, rel->table, i);
    sql_add(&w->sql,
            " lateral (select p.ctid from %s p where p.%s = h.owner and p.%s = h.key limit 1) p))",
            rel->table, rel->near, rel->far);
    sql_add(&w->sql, " and (d.%s, d.%s) in (select h.owner, h.key from held_%zu h) returning true)",
            rel->near, rel->far, i);
}

/* A mutual link is stored once, with the lesser key near, whichever end it was made from. */
static void add_pair(struct writer *w, const struct relationship *rel)
{
    if (w->is_create) {
        sql_add(&w->sql,
                rel->is_symmetric ? "least(w.key, c.key), greatest(w.key, c.key)" : "w.key, c.key");
    } else if (rel->is_symmetric) {
        sql_add(&w->sql, "least($%zu, c.key), greatest($%zu, c.key)", writer_key(w), writer_key(w));
    } else {
        sql_add(&w->sql, "$%zu, c.key", writer_key(w));
    }
}

static void add_added(struct writer *w, size_t i)
{
    const struct change *c = &w->changes[i];
    const struct relationship *rel = c->relationship;
    sql_add(&w->sql, ", added_%zu as (insert into %s as p (%s, %s", i, rel->table, rel->near,
            rel->far);
    for (size_t j = 0; j < c->n_columns; j++) {
        sql_add(&w->sql, ", %s", c->columns[j].attribute->column);
    }
    sql_add(&w->sql, ") select ");
    add_pair(w, rel);
    for (size_t j = 0; j < c->n_columns; j++) {
        const struct attribute *attribute = c->columns[j].attribute;
        sql_add(&w->sql, ", case when c.gives_%zu then c.value_%zu else cast(", j, j);
        buf_add_text(&w->sql.text,
                     attribute->default_sql == NULL ? "null" : attribute->default_sql);
        sql_add(&w->sql, " as %s) end", attribute->type->name);
    }
    sql_add(&w->sql, " from %s, (select c.* from checked_%zu c order by c.key) c",
            w->is_create ? "written w" : "go", i);
    /* what makes room for these rows comes before them */
    sql_add(&w->sql, " where true");
    if (change_takes(w, c)) {
        sql_add(&w->sql, " and (select count(*) from robbed_%zu) >= 0", i);
    }
    if (rel->is_to_one && !w->is_create && w->kind == CHANGE_REPLACE) {
        sql_add(&w->sql, " and (select count(*) from removed_%zu) >= 0", i);
    }
    /* somebody else may have made the same link; another conflict is one of the link's own */
    sql_add(&w->sql, " on conflict (%s, %s) do nothing returning ", rel->near, rel->far);
    if (w->is_create) {
        sql_add(&w->sql, "true)");
    } else {
        add_far(w, rel, "p");
        sql_add(&w->sql, " as key)");
    }
}

/* Links that are there already and whose columns the request gives other values. */
static void add_updated(struct writer *w, size_t i)
{
    const struct change *c = &w->changes[i];
    const struct relationship *rel = c->relationship;
    sql_add(&w->sql, ", updated_%zu as (update %s p set ", i, rel->table);
    for (size_t j = 0; j < c->n_columns; j++) {
        const char *column = c->columns[j].attribute->column;
        sql_add(&w->sql, "%s%s = case when g.gives_%zu then g.value_%zu else p.%s end",
                j == 0 ? "" : ", ", column, j, j, column);
    }
    sql_add(&w->sql, " from given_%zu g, go where ((p.%s = $%zu and p.%s = g.key)", i, rel->near,
            writer_key(w), rel->far);
    if (rel->is_symmetric) {
        sql_add(&w->sql, " or (p.%s = $%zu and p.%s = g.key)", rel->far, writer_key(w), rel->near);
    }
    sql_add(&w->sql, ") and (");
    for (size_t j = 0; j < c->n_columns; j++) {
        const struct attribute *attribute = c->columns[j].attribute;
        const char *cast = attribute->type->compared_as;
        sql_add(&w->sql, "%s(g.gives_%zu and p.%s%s is distinct from g.value_%zu%s)",
                j == 0 ? "" : " or ", j, attribute->column, cast, j, cast);
    }
    sql_add(&w->sql, ") returning g.key)");
}

void members_add_links(struct writer *w, size_t i)
{
    const struct change *c = &w->changes[i];
    bool joins = w->kind != CHANGE_REMOVE;
    if (!w->is_create && w->kind != CHANGE_ADD) {
        add_removed(w, i);
    }
    if (change_takes(w, c)) {
        add_robbed(w, i);
    }
    if (joins) {
        add_added(w, i);
    }
    if (joins && !w->is_create && c->n_columns > 0) {
        add_updated(w, i);
    }
}

/* ---- foreign keys of the targets ------------------------------------------------------------- */

static void add_cleared(struct writer *w, const struct relationship *rel, size_t keys)
{
    sql_add(&w->sql, ", cleared as (update %s t set %s = null from owner o where t.%s = o.key",
            rel->table, rel->near, rel->near);
    sql_add(&w->sql, " and t.%s %s (select g.key from unnest($%zu) g(key)) returning true)",
            rel->far, w->kind == CHANGE_REMOVE ? "in" : "not in", keys);
}

static void add_joined(struct writer *w, const struct change *c, size_t keys)
{
    const struct relationship *rel = c->relationship;
    sql_add(&w->sql,
            ", joined as (update %s t set %s = o.key from owner o where o.key is not null"
            " and t.ctid = any(array(select p.ctid from owner o, unnest($%zu) g(key),",
            rel->table, rel->near, keys);
    sql_add(&w->sql,
            " lateral (select p.ctid from %s p where p.%s = g.key and p.%s is distinct from o.key"
            " limit 1) p))",
            rel->table, rel->far, rel->near);
    sql_add(&w->sql, " and t.%s in (select g.key from unnest($%zu) g(key))", rel->far, keys);
    if (change_clears(w, c)) {
        sql_add(&w->sql, " and (select count(*) from cleared) >= 0");
    }
    sql_add(&w->sql, " returning true)");
}

/* All of these rows are locked already, so that their places (ctid) are those that were found. */
static void add_foreign_keys(struct writer *w, const struct change *c, size_t keys)
{
    if (change_clears(w, c)) {
        add_cleared(w, c->relationship, keys);
    }
    if (w->kind != CHANGE_REMOVE) {
        add_joined(w, c, keys);
    }
}

void members_add_foreign_keys(struct writer *w, size_t i)
{
    const struct change *c = &w->changes[i];
    sql_add(&w->sql, ", owner as materialized (select $%zu as key from go)", writer_key(w));
    add_foreign_keys(w, c, c->keys_number);
}

void members_write(struct writer *w, size_t i)
{
    const struct change *c = &w->changes[i];
    const struct relationship *rel = c->relationship;
    writer_begin(w);
    size_t keys = writer_argument(w, rel->target->key_type, true, c->keys, c->n_members);
    sql_add(&w->sql,
            "with owner as materialized (select nullif(current_setting('" CREATED_KEY
            "', true), '')::%s as key)",
            rel->owner->key_type->name);
    add_foreign_keys(w, c, keys);
    sql_add(&w->sql, " select 0 where false");
    writer_end(w);
}
