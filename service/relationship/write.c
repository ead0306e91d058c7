/*
 * write.c - see write.h: what a plan consists of, the row of the resource itself, and the outcome.
 */
#include "relationship/write.h"

#include <errno.h>

#include "relationship/link.h"
#include "relationship/write_parts.h"

/* ---- the resource itself --------------------------------------------------------------------- */

/*
 * `allowed`: of an update, the row, if it is there and its read-only attributes are what the
 * request says; of a create with an id, that the id is free.
 */
static void add_allowed(struct writer *w)
{
    const struct resource *r = w->resource;
    if (w->is_create) {
        sql_add(&w->sql,
                "allowed as materialized (select where not exists"
                " (select from %s r where r.%s = $%zu)), ",
                r->table, r->key, writer_key(w));
        return;
    }
    sql_add(&w->sql, "allowed as materialized (select r.%s from %s r where r.%s = $%zu", r->key,
            r->table, r->key, writer_key(w));
    for (size_t i = 0; i < w->document->n_attributes; i++) {
        const struct attribute_value *v = &w->document->attributes[i];
        if (v->attribute->read_only) {
            const char *cast = v->attribute->type->compared_as;
            sql_add(&w->sql, " and r.%s%s is not distinct from $%zu%s", v->attribute->column, cast,
                    writer_argument(w, v->attribute->type, false, &v->value, 1), cast);
        }
    }
    sql_add(&w->sql, "), ");
}

/* A column of the resource's own row that is written. */
struct own_column {
    const char *column;
    const struct attribute_value *value; /* NULL: the key, or a foreign key */
    bool is_key;
    size_t i; /* of a foreign key: the relationship's position in the document */
};

struct own_columns {
    size_t n;
    size_t n_attributes; /* among them */
    struct own_column *at;
};

/* What the document gives of the row itself: of an update, without what is only a condition. */
static struct own_columns gather_own_columns(const struct writer *w)
{
    const struct document *d = w->document;
    struct own_columns c = {
        .at = arena_alloc(w->arena, (1 + d->n_attributes + d->n_relationships) * sizeof *c.at)
    };
    if (c.at == NULL) {
        return c;
    }
    if (w->is_create && d->has_key) {
        c.at[c.n++] = (struct own_column){ .column = w->resource->key, .is_key = true };
    }
    for (size_t i = 0; i < d->n_attributes; i++) {
        const struct attribute_value *v = &d->attributes[i];
        if (w->is_create || !v->attribute->read_only) {
            c.at[c.n++] = (struct own_column){ .column = v->attribute->column, .value = v };
            c.n_attributes++;
        }
    }
    for (size_t i = 0; i < d->n_relationships; i++) {
        const struct relationship *rel = w->changes[i].relationship;
        if (rel->kind == RELATIONSHIP_MANY_TO_ONE) {
            c.at[c.n++] = (struct own_column){ .column = rel->far, .i = i };
        }
    }
    return c;
}

/* What a column is set to. */
static void add_own_value(struct writer *w, const struct own_column *c)
{
    if (c->value != NULL) {
        sql_add(&w->sql, "$%zu",
                writer_argument(w, c->value->attribute->type, false, &c->value->value, 1));
    } else if (c->is_key) {
        sql_add(&w->sql, "$%zu", writer_key(w));
    } else if (w->kind == CHANGE_REMOVE) {
        sql_add(&w->sql, "null");
    } else {
        sql_add(&w->sql, "(select g.key from given_%zu g)", c->i);
    }
}

/* Unique foreign keys that the row takes over are free before it is written. */
static void add_after_robbed(struct writer *w, bool robs)
{
    if (robs) {
        sql_add(&w->sql, " and (select count(*) from robbed) >= 0");
    }
}

static void add_returning(struct writer *w)
{
    sql_add(&w->sql, " returning r.%s as key)", w->resource->key);
}

/* `written` of a create. */
static void add_insert(struct writer *w, bool robs)
{
    struct own_columns c = gather_own_columns(w);
    const struct resource *r = w->resource;
    sql_add(&w->sql, ", written as (insert into %s as r ", r->table);
    if (c.n == 0 && r->key_default == NULL) {
        sql_add(&w->sql, "default values");
        add_returning(w);
        return;
    }
    sql_add(&w->sql, "(%s", c.n == 0 ? r->key : c.at[0].column);
    for (size_t i = 1; i < c.n; i++) {
        sql_add(&w->sql, ", %s", c.at[i].column);
    }
    /* a row that is all defaults still has to come from somewhere, to be under the condition */
    sql_add(&w->sql, ")%s select ",
            c.n == 0 || w->document->has_key ? " overriding system value" : "");
    if (c.n == 0) {
        buf_add_text(&w->sql.text, r->key_default);
    }
    for (size_t i = 0; i < c.n; i++) {
        sql_add(&w->sql, i == 0 ? "" : ", ");
        add_own_value(w, &c.at[i]);
    }
    sql_add(&w->sql, " from go where true");
    add_after_robbed(w, robs);
    add_returning(w);
}

/* Without attributes only a foreign key that differs is a reason to write. */
static void add_differs(struct writer *w, const struct own_columns *c)
{
    sql_add(&w->sql, " and (");
    for (size_t i = 0; i < c->n; i++) {
        if (w->kind == CHANGE_REMOVE) {
            sql_add(&w->sql, "%sr.%s in (select g.key from given_%zu g)", i == 0 ? "" : " or ",
                    c->at[i].column, c->at[i].i);
        } else {
            sql_add(&w->sql, "%sr.%s is distinct from ", i == 0 ? "" : " or ", c->at[i].column);
            add_own_value(w, &c->at[i]);
        }
    }
    sql_add(&w->sql, ")");
}

/* `written` of an update; there is none when only links change that are stored elsewhere. */
static void add_update(struct writer *w, bool robs)
{
    struct own_columns c = gather_own_columns(w);
    const struct resource *r = w->resource;
    if (c.n == 0) {
        return;
    }
    sql_add(&w->sql, ", written as (update %s r set ", r->table);
    for (size_t i = 0; i < c.n; i++) {
        sql_add(&w->sql, "%s%s = ", i == 0 ? "" : ", ", c.at[i].column);
        add_own_value(w, &c.at[i]);
    }
    sql_add(&w->sql, " from go where r.%s = $%zu", r->key, writer_key(w));
    if (c.n_attributes == 0) {
        add_differs(w, &c);
    }
    add_after_robbed(w, robs);
    add_returning(w);
}

/* ---- the outcome ----------------------------------------------------------------------------- */

/* Do statements behind the judgement write foreign keys? */
static bool writes_foreign_keys(const struct writer *w)
{
    for (size_t i = 0; !w->links_only && i < w->document->n_relationships; i++) {
        if (w->changes[i].relationship->kind == RELATIONSHIP_ONE_TO_MANY) {
            return true;
        }
    }
    return false;
}

/* The key that the statements that follow write to, and read; see CREATED_KEY. */
static void add_setting(struct writer *w)
{
    if (w->is_create) {
        sql_add(&w->sql, ", set_config('" CREATED_KEY "', coalesce(w.key::text, ''), true)");
    } else if (writes_foreign_keys(w)) {
        sql_add(&w->sql,
                ", set_config('" CREATED_KEY
                "', case when exists (select from go) then $%zu::text else '' end, true)",
                writer_key(w));
    } else {
        sql_add(&w->sql, ", null::text");
    }
}

static void add_outcome(struct writer *w)
{
    bool is_judged = !w->is_create || w->document->has_key;
    sql_add(&w->sql, " select 0, %s", is_judged ? "exists (select from allowed)" : "true");
    add_setting(w);
    for (size_t i = 0; i < w->document->n_relationships; i++) {
        judge_add_outcome(w, i);
    }
    if (w->is_create) {
        sql_add(&w->sql, " from (values (1)) one left join written w on true");
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* The statement that judges, and writes all but the foreign keys of others. */
static void add_judgement(struct writer *w)
{
    size_t n = w->document->n_relationships;
    writer_begin(w);
    sql_add(&w->sql, "with ");
    if (!w->is_create || w->document->has_key) {
        add_allowed(w);
    }
    for (size_t i = 0; i < n; i++) {
        judge_add(w, i);
    }
    judge_add_go(w);
    bool robs = members_add_robbed(w);
    if (w->is_create) {
        add_insert(w, robs);
    } else {
        add_update(w, robs);
    }
    for (size_t i = 0; i < n; i++) {
        enum relationship_kind kind = w->changes[i].relationship->kind;
        if (kind == RELATIONSHIP_MANY_TO_MANY) {
            members_add_links(w, i);
        } else if (kind == RELATIONSHIP_ONE_TO_MANY && w->links_only) {
            members_add_foreign_keys(w, i);
        }
    }
    add_outcome(w);
    w->plan->judged = w->plan->n_statements;
    writer_end(w);
}

static int plan_write(struct writer *w)
{
    write_add_locks(w);
    add_judgement(w);
    for (size_t i = 0; !w->links_only && i < w->document->n_relationships; i++) {
        if (w->changes[i].relationship->kind == RELATIONSHIP_ONE_TO_MANY) {
            members_write(w, i);
        }
    }
    return arena_failed(w->arena) ? -ENOMEM : w->failed ? -E2BIG : 0;
}

/* The key outlives the call, as the plan does. */
static int keep_key(struct writer *w, struct cell key)
{
    struct cell *kept = arena_alloc(w->arena, sizeof *kept);
    if (kept == NULL) {
        return -ENOMEM;
    }
    *kept = key;
    w->key = kept;
    return 0;
}

bool write_may_be_together(const struct document *document, bool is_create)
{
    for (size_t i = 0; i < document->n_relationships; i++) {
        const struct relationship *rel = document->relationships[i].relationship;
        bool refers = rel->kind == RELATIONSHIP_MANY_TO_ONE && !rel->far_is_unique;
        if (!is_create || !(refers || link_is_plain(rel))) {
            return false;
        }
    }
    return true;
}

int write_plan_create(struct arena *a, const struct resource *resource,
                      const struct document *document, struct plan *ret_plan)
{
    struct writer w;
    int r = writer_init(&w, a, resource, document, ret_plan);
    if (r != 0 || (r = keep_key(&w, document->key)) != 0) {
        return r;
    }
    w.is_create = true;
    return plan_write(&w);
}

int write_plan_update(struct arena *a, const struct resource *resource, struct cell key,
                      const struct document *document, struct plan *ret_plan)
{
    struct writer w;
    int r = writer_init(&w, a, resource, document, ret_plan);
    if (r != 0 || (r = keep_key(&w, key)) != 0) {
        return r;
    }
    ret_plan->repeatable = true;
    return plan_write(&w);
}

int write_plan_links(struct arena *a, struct cell owner, const struct document *document,
                     enum change_kind kind, bool named, struct plan *ret_plan)
{
    struct writer w;
    const struct relationship *rel = document->relationships[0].relationship;
    int r = writer_init(&w, a, rel->owner, document, ret_plan);
    if (r != 0 || (r = keep_key(&w, owner)) != 0) {
        return r;
    }
    w.kind = kind;
    w.links_only = true;
    w.named = named || write_tells_moves(rel, kind);
    ret_plan->repeatable = true;
    return plan_write(&w);
}
