/*
 * reflect_ends.c - foreign keys become relationships, each with both of its sides.
 */
#include <string.h>

#include "model/reflect_words.h"

static struct reflected_end *add_end(struct reflecting *r, const struct reflected_end *from)
{
    struct reflected_end *end = arena_alloc(r->arena, sizeof *end);
    if (end == NULL) {
        return NULL;
    }
    *end = *from;
    struct reflected_table *owner = end->owner;
    if (owner->last == NULL) {
        owner->first = end;
    } else {
        owner->last->next = end;
    }
    owner->last = end;
    return end;
}

static void pair(struct reflected_end *one, struct reflected_end *other)
{
    if (one != NULL && other != NULL) {
        one->inverse = other;
        other->inverse = one;
    }
}

bool reflect_shows(const struct reflected_table *t, const struct catalog_column *column)
{
    for (const struct reflected_end *end = t->first; end != NULL; end = end->next) {
        if (end->foreign_key == column) {
            return true;
        }
    }
    return false;
}

/* How many foreign keys join the two tables, in either direction: several have to be told apart. */
static size_t count_between(const struct reflecting *r, const struct reflected_table *one,
                            const struct reflected_table *other)
{
    size_t n = 0;
    for (size_t i = 0; i < one->table->n_constraints; i++) {
        n += reflect_references(r, &one->table->constraints[i], other) ? 1 : 0;
    }
    for (size_t i = 0; i < other->table->n_constraints; i++) {
        n += reflect_references(r, &other->table->constraints[i], one) ? 1 : 0;
    }
    return n;
}

/* ---- many-to-one and its inverse ----------------------------------------------------------- */

/* Why a foreign key becomes no relationship. */
static const char *explain(struct reflecting *r, const struct catalog_table *of,
                           const struct catalog_constraint *c)
{
    if (c->n_columns != 1) {
        return "several columns together are no relationship";
    }
    const struct reflected_table *t = reflect_referenced(r, c);
    const char *name = t == NULL ? c->referenced_table : reflect_table_name(r, t->table);
    if (t == NULL || t->role != REFLECTED_RESOURCE) {
        return reflect_text(r, "%s is left out", name);
    }
    if (!reflect_references(r, c, t)) {
        return reflect_text(r, "it does not refer to the key of %s", name);
    }
    return reflect_text(r, "its type, %s, is not that of the key of %s, %s: let them be the same",
                        catalog_find_column(of, c->columns[0])->type_name, name, t->key->type_name);
}

static void add_many_to_one(struct reflecting *r, struct reflected_table *t,
                            const struct catalog_constraint *c)
{
    struct reflected_table *target = reflect_target(r, t->table, c);
    const struct catalog_column *column = catalog_find_column(t->table, c->columns[0]);
    const char *subject =
        reflect_text(r, "foreign key %s of table %s", c->name, reflect_table_name(r, t->table));
    if (target == NULL || target->role != REFLECTED_RESOURCE) {
        reflect_note_add(r, subject, explain(r, t->table, c));
        return;
    }
    if (reflect_shows(t, column)) {
        reflect_note_add(r, subject, "another one has made a relationship of its column already");
        return;
    }
    const char *stem = reflect_stem(r, column->name, target);
    const struct reflected_end end = {
        .owner = t,
        .target = target,
        .foreign_key = column,
        .plain = stem[0] == '\0' ? reflect_singular(r, target->type) : stem,
        .explicit = reflect_segment(r, column->name),
        .local = count_between(r, t, target) > 1 ? column->name : NULL,
        .view_only = column == t->key,
    };
    add_end(r, &end);
}

/* The other side, in the target: all that refer to it, or the one when the column is unique. */
static void add_inverse(struct reflecting *r, struct reflected_end *of)
{
    struct reflected_table *t = of->owner;
    bool is_single = reflect_is_unique(t->table, &of->foreign_key->name, 1);
    const char *plain = is_single ? reflect_singular(r, t->type) : reflect_plural(r, t->type);
    const char *explicit = reflect_text(r, "%s_by_%s", plain, of->plain);
    const struct reflected_end end = {
        .owner = of->target,
        .target = t,
        .plain = of->target == t ? explicit : plain,
        .explicit = explicit,
        .remote = of->local,
        .is_single = is_single,
        .view_only = of->view_only,
    };
    pair(of, add_end(r, &end));
}

/* ---- many-to-many -------------------------------------------------------------------------- */

static bool is_ambiguous(const struct reflecting *r, const struct catalog_table *table,
                         const struct reflected_table *target)
{
    size_t n = 0;
    for (size_t i = 0; i < table->n_constraints; i++) {
        n += reflect_references(r, &table->constraints[i], target) ? 1 : 0;
    }
    return n > 1;
}

/* What the side of `near` sees: those at the other end of the links, called like their column. */
static struct reflected_end *add_side(struct reflecting *r, const struct reflected_table *t,
                                      const char *near, const char *far)
{
    struct reflected_table *owner =
        reflect_target(r, t->table, reflect_foreign_key(r, t->table, near));
    struct reflected_table *target =
        reflect_target(r, t->table, reflect_foreign_key(r, t->table, far));
    const char *stem = reflect_stem(r, far, target);
    const char *plain = reflect_plural(r, stem[0] == '\0' ? target->type : stem);
    bool is_told = is_ambiguous(r, t->table, owner) || is_ambiguous(r, t->table, target);
    const struct reflected_end end = {
        .owner = owner,
        .target = target,
        .secondary = t,
        .plain = plain,
        .explicit = reflect_text(r, "%s_by_%s", plain, reflect_segment(r, t->table->name)),
        .local = is_told ? near : NULL,
        .remote = is_told ? far : NULL,
    };
    return add_end(r, &end);
}

void reflect_ends(struct reflecting *r)
{
    for (size_t i = 0; i < r->n_tables; i++) {
        struct reflected_table *t = &r->tables[i];
        for (size_t k = 0; t->role == REFLECTED_RESOURCE && k < t->table->n_constraints; k++) {
            const struct reflected_table *to = reflect_referenced(r, &t->table->constraints[k]);
            if (to != NULL && !to->table->is_partition) { /* those come with the whole table's */
                add_many_to_one(r, t, &t->table->constraints[k]);
            }
        }
    }
    for (size_t i = 0; i < r->n_tables; i++) {
        for (struct reflected_end *end = r->tables[i].first; end != NULL; end = end->next) {
            if (end->inverse == NULL && end->foreign_key != NULL) {
                add_inverse(r, end);
            }
        }
    }
    for (size_t i = 0; i < r->n_tables; i++) {
        const struct reflected_table *t = &r->tables[i];
        const struct catalog_constraint *key =
            t->role == REFLECTED_ASSOCIATION ? reflect_pair(r, t->table) : NULL;
        if (key != NULL) {
            struct reflected_end *one = add_side(r, t, key->columns[0], key->columns[1]);
            pair(one, add_side(r, t, key->columns[1], key->columns[0]));
        }
    }
}
