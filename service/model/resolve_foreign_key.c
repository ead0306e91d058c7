/*
 * resolve_foreign_key.c - many-to-one and one-to-many: a foreign key joins the tables of the two
 * types, and the kind follows from where it is. Of a table with itself each foreign key could be
 * either, so the file has to name the column.
 */
#include "model/names.h"
#include "model/resolving.h"

/* A foreign key that could be meant: `local` is a column of the owner, `remote` of the target. */
struct candidate {
    enum relationship_kind kind;
    const struct catalog_column *local;
    const struct catalog_column *remote;
};

struct candidates {
    size_t n;
    struct candidate *at;
};

/* Does the file name this column, or none? */
static bool fits(struct declared_names given, const struct catalog_column *column)
{
    return given.n == 0 || (given.n == 1 && strcmp(given.at[0], column->name) == 0);
}

static void add_candidate(const struct draft_end *end, struct candidates *c, struct candidate new)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->at[i].kind == new.kind && c->at[i].local == new.local &&
            c->at[i].remote == new.remote) {
            return; /* two constraints over the same column */
        }
    }
    if (fits(end->declared->local_columns, new.local) &&
        fits(end->declared->remote_columns, new.remote)) {
        c->at[c->n++] = new;
    }
}

static void add_foreign_keys(const struct draft_end *end, struct candidates *c)
{
    const struct draft_resource *owner = end->owner;
    const struct draft_resource *target = end->target;
    for (size_t i = 0; i < owner->table->n_constraints; i++) {
        const struct catalog_constraint *k = &owner->table->constraints[i];
        if (references_key(k, target)) {
            add_candidate(end, c,
                          (struct candidate){ RELATIONSHIP_MANY_TO_ONE,
                                              catalog_find_column(owner->table, k->columns[0]),
                                              target->key_column });
        }
    }
    for (size_t i = 0; i < target->table->n_constraints; i++) {
        const struct catalog_constraint *k = &target->table->constraints[i];
        if (references_key(k, owner)) {
            add_candidate(end, c,
                          (struct candidate){ RELATIONSHIP_ONE_TO_MANY, owner->key_column,
                                              catalog_find_column(target->table, k->columns[0]) });
        }
    }
}

/*
 * Views have no foreign keys, so the file names the column that would be one. When both named
 * columns are keys, the view's is taken to refer to the table's.
 */
static void add_named_columns(const struct draft_end *end, struct candidates *c)
{
    struct declared_names local = end->declared->local_columns;
    struct declared_names remote = end->declared->remote_columns;
    const struct catalog_column *near =
        local.n == 1 ? catalog_find_column(end->owner->table, local.at[0]) : NULL;
    const struct catalog_column *far =
        remote.n == 1 ? catalog_find_column(end->target->table, remote.at[0]) : NULL;
    struct candidate to_one = { RELATIONSHIP_MANY_TO_ONE, near, end->target->key_column };
    struct candidate to_many = { RELATIONSHIP_ONE_TO_MANY, end->owner->key_column, far };
    bool refers = near != NULL && fits(remote, to_one.remote);
    bool is_referred_to = far != NULL && fits(local, to_many.local);
    if (refers && (end->owner->table->is_view || !is_referred_to)) {
        c->at[c->n++] = to_one;
    } else if (is_referred_to) {
        c->at[c->n++] = to_many;
    }
}

static bool is_over_view(const struct draft_end *end)
{
    return end->owner->table->is_view || end->target->table->is_view;
}

/* Does the file name one existing column, or leave the choice? */
static bool check_given(struct draft *d, struct draft_end *end, const char *key,
                        struct declared_names given, const struct catalog_table *table)
{
    if (given.n > 1) {
        draft_refuse(d, end, key, "names several columns",
                     "name one: keys of several columns are not served");
        return false;
    }
    if (given.n == 1 && catalog_find_column(table, given.at[0]) == NULL) {
        draft_refuse_column(d, end, key, table, given.at[0]);
        return false;
    }
    return true;
}

/* A foreign key between the two tables that cannot serve; NULL: none. */
static const struct catalog_constraint *unusable_key(const struct catalog_table *from,
                                                     const struct catalog_table *to)
{
    for (size_t i = 0; i < from->n_constraints; i++) {
        const struct catalog_constraint *c = &from->constraints[i];
        if (c->kind == CATALOG_FOREIGN_KEY && strcmp(c->referenced_table, to->name) == 0 &&
            strcmp(c->referenced_schema, to->schema) == 0) {
            return c;
        }
    }
    return NULL;
}

static const char *describe(struct draft *d, const struct draft_end *end,
                            const struct candidate *candidate)
{
    bool is_local = candidate->kind == RELATIONSHIP_MANY_TO_ONE;
    return draft_text(d, "\"%s\": \"%s\"%s", is_local ? "local_columns" : "remote_columns",
                      is_local ? candidate->local->name : candidate->remote->name,
                      end->owner->table != end->target->table ? ""
                      : is_local                              ? " (to the one that it refers to)"
                                                              : " (to those that refer to it)");
}

static const char *describe_all(struct draft *d, const struct draft_end *end,
                                const struct candidates *c)
{
    const char **texts = arena_zalloc(d->scratch, c->n, sizeof *texts);
    size_t n = texts == NULL ? 0 : c->n;
    for (size_t i = 0; i < n; i++) {
        texts[i] = describe(d, end, &c->at[i]);
    }
    return names_list(d->scratch, texts, n);
}

/* The file names columns that no foreign key joins; `all` are those that could be named. */
static void refuse_named_columns(struct draft *d, struct draft_end *end,
                                 const struct candidates *all)
{
    struct declared_names local = end->declared->local_columns;
    struct declared_names remote = end->declared->remote_columns;
    const char *key = local.n > 0 ? "local_columns" : "remote_columns";
    const char *reason =
        local.n > 0 && remote.n > 0
            ? draft_text(d, "no foreign key joins \"%s\" of \"%s\" and \"%s\" of \"%s\"",
                         local.at[0], end->owner->table->name, remote.at[0],
                         end->target->table->name)
            : draft_text(d, "no foreign key joins \"%s\" of \"%s\" to %s",
                         local.n > 0 ? local.at[0] : remote.at[0],
                         local.n > 0 ? end->owner->table->name : end->target->table->name,
                         draft_type(local.n > 0 ? end->target : end->owner));
    draft_refuse(d, end, key, reason,
                 draft_text(d, "what could be named here: %s", describe_all(d, end, all)));
}

static void refuse_missing(struct draft *d, struct draft_end *end)
{
    const struct draft_resource *owner = end->owner;
    const struct draft_resource *target = end->target;
    const struct catalog_constraint *key = unusable_key(owner->table, target->table);
    const struct draft_resource *referenced = key != NULL ? target : owner;
    if (key == NULL) {
        key = unusable_key(target->table, owner->table);
    }
    if (key != NULL) {
        draft_refuse(d, end, "",
                     draft_text(d, "foreign key \"%s\" references other columns of \"%s\" than %s",
                                key->name, referenced->table->name, referenced->key_column->name),
                     draft_text(d, "let one column reference %s(%s)", referenced->table->name,
                                referenced->key_column->name));
    } else if (is_over_view(end)) {
        draft_refuse(d, end, "",
                     draft_text(d, "\"%s\" is a view, which has no foreign keys",
                                owner->table->is_view ? owner->table->name : target->table->name),
                     draft_text(d,
                                "name the column that holds the other's key: \"local_columns\" for "
                                "one of %s, \"remote_columns\" for one of %s",
                                draft_type(owner), draft_type(target)));
    } else {
        draft_refuse(d, end, "",
                     draft_text(d,
                                "no foreign key joins \"%s\" and \"%s\", and there is no "
                                "\"secondary\"",
                                owner->table->name, target->table->name),
                     "add a foreign key to one of the tables, or name the association table in "
                     "\"secondary\"");
    }
}

static void refuse(struct draft *d, struct draft_end *end)
{
    struct declared_relationship open = *end->declared;
    open.local_columns = open.remote_columns = (struct declared_names){ 0 };
    struct draft_end any = *end;
    any.declared = &open;
    size_t n_most = end->owner->table->n_constraints + end->target->table->n_constraints;
    struct candidates all = { .at = arena_zalloc(d->scratch, n_most, sizeof *all.at) };
    if (all.at != NULL) {
        add_foreign_keys(&any, &all);
    }
    bool names_columns = end->declared->local_columns.n + end->declared->remote_columns.n > 0;
    if (names_columns && (all.n > 0 || is_over_view(end))) {
        refuse_named_columns(d, end, &all);
    } else {
        refuse_missing(d, end);
    }
}

static void take(struct draft *d, struct draft_end *end, const struct candidate *chosen)
{
    bool is_owners = chosen->kind == RELATIONSHIP_MANY_TO_ONE;
    end->kind = chosen->kind;
    end->table = is_owners ? end->owner->table : end->target->table;
    end->near = is_owners ? end->owner->key_column : chosen->remote;
    end->far = is_owners ? chosen->local : end->target->key_column;
    end->near_is_first = is_owners;
    const char *key = !is_over_view(end) ? "" : is_owners ? "local_columns" : "remote_columns";
    check_key_type(d, end, key, is_owners ? end->far : end->near,
                   is_owners ? end->target : end->owner);
}

void resolve_foreign_key(struct draft *d, struct draft_end *end)
{
    if (end->owner->key_column == NULL || end->target == NULL || end->target->key_column == NULL) {
        end->broken = true;
        return;
    }
    const struct catalog_table *owner = end->owner->table;
    const struct catalog_table *target = end->target->table;
    size_t n_most = owner->n_constraints + target->n_constraints + 1;
    struct candidates c = { .at = arena_zalloc(d->scratch, n_most, sizeof *c.at) };
    bool local_fits = check_given(d, end, "local_columns", end->declared->local_columns, owner);
    bool remote_fits = check_given(d, end, "remote_columns", end->declared->remote_columns, target);
    if (c.at == NULL || !local_fits || !remote_fits) {
        end->broken = true;
        return;
    }
    if (is_over_view(end)) {
        add_named_columns(end, &c);
    } else {
        add_foreign_keys(end, &c);
    }
    if (c.n == 0) {
        refuse(d, end);
    } else if (c.n > 1) {
        draft_refuse(d, end, "", draft_text(d, "%zu foreign keys could be meant", c.n),
                     draft_text(d, "add one of %s", describe_all(d, end, &c)));
    } else {
        take(d, end, &c.at[0]);
    }
}
