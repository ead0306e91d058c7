/*
 * judge.c - what a request asks of one relationship, held against what is there: who is to join,
 * who has to leave, who belongs to somebody else. Relationships of all kinds read alike (see
 * model/model.h), so nothing here depends on how a link is stored.
 */
#include "relationship/write_parts.h"

bool change_takes(const struct writer *w, const struct change *c)
{
    return write_tells_moves(c->relationship, w->kind);
}

bool change_refuses_to_take(const struct change *c)
{
    const struct relationship *rel = c->relationship;
    return rel->refuses_move || (rel->kind == RELATIONSHIP_MANY_TO_ONE && rel->is_required);
}

bool change_clears(const struct writer *w, const struct change *c)
{
    return c->relationship->kind == RELATIONSHIP_ONE_TO_MANY && !w->is_create &&
           w->kind != CHANGE_ADD;
}

/*
 * Is a member that would have to leave a reason to refuse? A foreign key of the resource itself can
 * always be set to another member: only to take it away is refused.
 */
static bool keeps(const struct writer *w, const struct change *c)
{
    const struct relationship *rel = c->relationship;
    bool is_taken_away = rel->kind == RELATIONSHIP_MANY_TO_ONE && w->kind == CHANGE_REMOVE;
    return rel->is_required && (is_taken_away || change_clears(w, c));
}

/* Does a part of its own say who leaves? Rows of an association table are found by their delete. */
static bool has_leaving(const struct writer *w, const struct change *c)
{
    bool is_told = w->named && c->relationship->kind == RELATIONSHIP_MANY_TO_ONE;
    return !w->is_create && w->kind != CHANGE_ADD &&
           (is_told || keeps(w, c) || change_clears(w, c));
}

/* `given_i` with link columns: of a member that is repeated, the first one counts. */
static void add_given_columns(struct writer *w, size_t i, size_t keys)
{
    const struct change *c = &w->changes[i];
    sql_add(&w->sql, "given_%zu as materialized (select distinct on (g.key) g.*", i);
    sql_add(&w->sql, " from (select g.*, g.place - 1 as at from unnest($%zu", keys);
    for (size_t j = 0; j < c->n_columns; j++) {
        const struct given_column *column = &c->columns[j];
        size_t number = sql_parameter_oid(&w->sql, OID_BOOLEAN, OID_BOOLEAN_ARRAY);
        writer_set(w, number, column->is_given, c->n_members);
        sql_add(&w->sql, ", $%zu", number);
        sql_add(&w->sql, ", $%zu",
                writer_argument(w, column->attribute->type, true, column->values, c->n_members));
    }
    sql_add(&w->sql, ") with ordinality g(key");
    for (size_t j = 0; j < c->n_columns; j++) {
        sql_add(&w->sql, ", gives_%zu, value_%zu", j, j);
    }
    sql_add(&w->sql, ", place)) g order by g.key, g.at), ");
}

/* `given_i`: the members asked for, each once, and where the request names it. */
static void add_given(struct writer *w, size_t i)
{
    struct change *c = &w->changes[i];
    size_t keys =
        writer_argument(w, c->relationship->target->key_type, true, c->keys, c->n_members);
    c->keys_number = keys;
    if (c->n_columns > 0) {
        add_given_columns(w, i, keys);
        return;
    }
    sql_add(&w->sql,
            "given_%zu as materialized (select g.key, min(g.at) - 1 as at"
            " from unnest($%zu) with ordinality g(key, at) group by g.key), ",
            i, keys);
}

/* `sought_i`: those that are not linked yet. */
static void add_sought(struct writer *w, size_t i)
{
    const struct relationship *rel = w->changes[i].relationship;
    sql_add(&w->sql, "sought_%zu as materialized (select g.* from given_%zu g", i, i);
    if (!w->is_create) {
        sql_add(&w->sql, " left join lateral (select true as present from ");
        sql_add_rows(&w->sql, rel);
        sql_add(&w->sql,
                " p where p.%s = $%zu and p.%s = g.key limit 1) p on true where p.present is null",
                rel->near, writer_key(w), rel->far);
    }
    sql_add(&w->sql, " order by g.key), ");
}

/* `checked_i`: the same, locked against deletion; `missing_i`: where the first is that is not. */
static void add_checked(struct writer *w, size_t i)
{
    const struct resource *target = w->changes[i].relationship->target;
    sql_add(&w->sql,
            "checked_%zu as materialized (select g.*, t.key as found from sought_%zu g"
            " left join lateral (select t.%s as key from %s t where t.%s = g.key for key share) t"
            " on true), ",
            i, i, target->key, target->table, target->key);
    sql_add(&w->sql,
            "missing_%zu as materialized (select min(c.at) as at from checked_%zu c"
            " where c.found is null), ",
            i, i);
}

/* `held_i`: those among them that belong to another owner, and to whom. */
static void add_held(struct writer *w, size_t i)
{
    const struct relationship *rel = w->changes[i].relationship;
    sql_add(&w->sql,
            "held_%zu as materialized (select p.owner, g.key, g.at from sought_%zu g,"
            " lateral (select p.%s as owner from ",
            i, i, rel->near);
    sql_add_rows(&w->sql, rel);
    sql_add(&w->sql, " p where p.%s = g.key and p.%s is not null", rel->far, rel->near);
    if (!w->is_create) {
        sql_add(&w->sql, " and p.%s <> $%zu", rel->near, writer_key(w));
    }
    sql_add(&w->sql, ") p), ");
}

/* `leaving_i`: those that are linked and will not be. */
static void add_leaving(struct writer *w, size_t i)
{
    const struct relationship *rel = w->changes[i].relationship;
    sql_add(&w->sql, "leaving_%zu as materialized (select p.%s as key from %s p where p.%s = $%zu",
            i, rel->far, rel->table, rel->near, writer_key(w));
    sql_add(&w->sql, " and p.%s is not null and p.%s %s (select g.key from given_%zu g)), ",
            rel->far, rel->far, w->kind == CHANGE_REMOVE ? "in" : "not in", i);
}

void judge_add(struct writer *w, size_t i)
{
    const struct change *c = &w->changes[i];
    add_given(w, i);
    if (w->kind != CHANGE_REMOVE) {
        add_sought(w, i);
        add_checked(w, i);
    }
    if (change_takes(w, c)) {
        add_held(w, i);
    }
    if (has_leaving(w, c)) {
        add_leaving(w, i);
    }
}

void judge_add_go(struct writer *w)
{
    bool has_condition = !w->is_create || w->document->has_key;
    sql_add(&w->sql, "go as materialized (select true%s where true",
            has_condition ? " from allowed" : "");
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        const struct change *c = &w->changes[i];
        if (w->kind != CHANGE_REMOVE) {
            sql_add(&w->sql, " and (select m.at from missing_%zu m) is null", i);
        }
        if (change_takes(w, c) && change_refuses_to_take(c)) {
            sql_add(&w->sql, " and not exists (select from held_%zu)", i);
        }
        if (keeps(w, c)) {
            sql_add(&w->sql, " and not exists (select from leaving_%zu)", i);
        }
    }
    sql_add(&w->sql, ")");
}

/* ", array(…)" of the keys in a part, or NULL when the part is not there or not asked for. */
static void add_keys(struct writer *w, bool is_there, const char *part, size_t i)
{
    if (is_there) {
        sql_add(&w->sql, ", array(select c.key from %s_%zu c order by 1)", part, i);
    } else {
        sql_add(&w->sql, ", null::bigint");
    }
}

void judge_add_outcome(struct writer *w, size_t i)
{
    const struct change *c = &w->changes[i];
    bool is_table = c->relationship->kind == RELATIONSHIP_MANY_TO_MANY;
    bool joins = w->kind != CHANGE_REMOVE;
    bool takes = change_takes(w, c);
    bool named = w->named && !w->is_create;
    bool leaves = named && w->kind != CHANGE_ADD;
    if (joins) {
        sql_add(&w->sql, ", (select m.at from missing_%zu m)", i);
    } else {
        sql_add(&w->sql, ", null::bigint");
    }
    if (takes && change_refuses_to_take(c)) {
        sql_add(&w->sql,
                ", (select min(h.at) from held_%zu h)"
                ", (select h.owner from held_%zu h order by h.at limit 1)",
                i, i);
    } else {
        sql_add(&w->sql, ", null::bigint, null::bigint");
    }
    if (keeps(w, c)) {
        sql_add(&w->sql, ", (select l.key from leaving_%zu l order by 1 limit 1)", i);
    } else {
        sql_add(&w->sql, ", null::bigint");
    }
    add_keys(w, named && joins, is_table ? "added" : "checked", i);
    add_keys(w, leaves, is_table ? "removed" : "leaving", i);
    if (named && takes) {
        sql_add(&w->sql, ", array(select distinct h.owner from held_%zu h order by 1)", i);
    } else {
        sql_add(&w->sql, ", null::bigint");
    }
    add_keys(w, named && joins && c->n_columns > 0, "updated", i);
}
