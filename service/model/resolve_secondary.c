/*
 * resolve_secondary.c - many-to-many: which association table, and which of its columns points to
 * which side. SQLAlchemy finds out the same way, from the table's foreign keys, and asks for help
 * when there are several (AmbiguousForeignKeysError).
 */
#include "model/names.h"
#include "model/resolving.h"

static void refuse_unknown_table(struct draft *d, struct draft_end *end, const char *name)
{
    const char **names = arena_zalloc(d->scratch, d->catalog->n_tables, sizeof *names);
    size_t n = names == NULL ? 0 : d->catalog->n_tables;
    for (size_t i = 0; i < n; i++) {
        names[i] = d->catalog->tables[i].name;
    }
    const char *sql = draft_association_sql(d, end);
    draft_refuse(d, end, "secondary",
                 draft_text(d, "there is no table \"%s\" in the database", name),
                 draft_text(d, "%s%s%scorrect the name, or run the migrations that create it",
                            names_suggest(d->scratch, name, names, n), sql == NULL ? "" : sql,
                            sql == NULL ? "" : ", or "));
}

static const struct catalog_table *find_association_table(struct draft *d, struct draft_end *end)
{
    const char *name = end->declared->secondary;
    const struct catalog_table *table = catalog_find_table(d->catalog, name);
    if (table == NULL) {
        refuse_unknown_table(d, end, name);
        return NULL;
    }
    if (table->is_view) {
        draft_refuse(d, end, "secondary", draft_text(d, "\"%s\" is a view", name),
                     "name the association table itself");
        return NULL;
    }
    bool is_owners = table == end->owner->table;
    if (is_owners || (end->target != NULL && table == end->target->table)) {
        draft_refuse(d, end, "secondary",
                     draft_text(d, "table \"%s\" stores the type %s", name,
                                draft_type(is_owners ? end->owner : end->target)),
                     "give the relationship an association table of its own, or leave out "
                     "\"secondary\" when a foreign key joins the two types");
        return NULL;
    }
    return table;
}

/* One side of the association table: what its column must reference, and what the file says. */
struct side {
    const struct draft_resource *resource;
    struct declared_names given;  /* the columns declared for this side */
    struct declared_names others; /* … for the other side, when both sides are one table */
    const char *key;              /* the member of the file that declares them */
};

static bool references(const struct catalog_constraint *c, const struct draft_resource *r)
{
    return c->kind == CATALOG_FOREIGN_KEY && strcmp(c->referenced_table, r->table->name) == 0 &&
           strcmp(c->referenced_schema, r->table->schema) == 0;
}

static bool has_name(const char *const *names, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(names[i], name) != 0) {
        i++;
    }
    return i < n;
}

/* The columns of the association table that may point to this side; their number. */
static size_t candidates(const struct draft_end *end, const struct side *side, const char **names)
{
    size_t n = 0;
    for (size_t i = 0; i < end->table->n_constraints; i++) {
        const struct catalog_constraint *c = &end->table->constraints[i];
        if (references_key(c, side->resource) &&
            !has_name(side->others.at, side->others.n, c->columns[0]) &&
            !has_name(names, n, c->columns[0])) {
            names[n++] = c->columns[0];
        }
    }
    return n;
}

/* ": they are a to persons, b to contacts"; "" when there are none. */
static const char *describe_foreign_keys(struct draft *d, const struct catalog_table *table)
{
    const char **texts = arena_zalloc(d->scratch, table->n_constraints, sizeof *texts);
    size_t n = 0;
    for (size_t i = 0; texts != NULL && i < table->n_constraints; i++) {
        const struct catalog_constraint *c = &table->constraints[i];
        if (c->kind == CATALOG_FOREIGN_KEY) {
            texts[n++] = draft_text(d, "%s to %s", names_list(d->scratch, c->columns, c->n_columns),
                                    c->referenced_table);
        }
    }
    return n == 0 ? "" : draft_text(d, ": they are %s", names_list(d->scratch, texts, n));
}

static void refuse_missing_key(struct draft *d, struct draft_end *end, const struct side *side)
{
    const struct draft_resource *r = side->resource;
    for (size_t i = 0; i < end->table->n_constraints; i++) {
        const struct catalog_constraint *c = &end->table->constraints[i];
        if (references(c, r) && !references_key(c, r)) {
            draft_refuse(d, end, "secondary",
                         draft_text(d,
                                    "foreign key \"%s\" of \"%s\" references other columns of "
                                    "\"%s\" than its key",
                                    c->name, end->table->name, r->table->name),
                         draft_text(d, "let one column reference %s(%s)", r->table->name,
                                    r->key_column->name));
            return;
        }
    }
    draft_refuse(d, end, "secondary",
                 draft_text(d, "\"%s\" has no %sforeign key to \"%s\", the table of %s%s",
                            end->table->name, side->others.n > 0 ? "other " : "", r->table->name,
                            draft_type(r), describe_foreign_keys(d, end->table)),
                 "add one, or correct \"target\" or \"secondary\"");
}

static const struct catalog_column *given_column(struct draft *d, struct draft_end *end,
                                                 const struct side *side, const char **names,
                                                 size_t n)
{
    if (side->given.n != 1) {
        draft_refuse(d, end, side->key, "names several columns",
                     "name one: keys of several columns are not served");
        return NULL;
    }
    const char *name = side->given.at[0];
    const struct catalog_column *column = catalog_find_column(end->table, name);
    if (has_name(names, n, name)) {
        return column;
    }
    if (column == NULL) {
        draft_refuse_column(d, end, side->key, end->table, name);
    } else if (has_name(side->others.at, side->others.n, name)) {
        draft_refuse(d, end, side->key, draft_text(d, "\"%s\" cannot point to both sides", name),
                     "name another column for one of them");
    } else {
        draft_refuse(d, end, side->key,
                     draft_text(d, "column \"%s\" of \"%s\" does not reference %s(%s)", name,
                                end->table->name, side->resource->table->name,
                                side->resource->key_column->name),
                     draft_text(d, "the columns that do: %s", names_list(d->scratch, names, n)));
    }
    return NULL;
}

static const struct catalog_column *pick_column(struct draft *d, struct draft_end *end,
                                                const struct side *side)
{
    const char **names = arena_zalloc(d->scratch, end->table->n_constraints, sizeof *names);
    if (names == NULL) {
        end->broken = true;
        return NULL;
    }
    size_t n = candidates(end, side, names);
    if (side->given.n > 0) {
        return given_column(d, end, side, names, n);
    }
    if (n == 0) {
        refuse_missing_key(d, end, side);
        return NULL;
    }
    if (n > 1) {
        draft_refuse(d, end, "",
                     draft_text(d, "columns %s of \"%s\" all reference %s",
                                names_list(d->scratch, names, n), end->table->name,
                                draft_type(side->resource)),
                     "say with \"local_columns\" which one points to this side, and with "
                     "\"remote_columns\" which one points to the target");
        return NULL;
    }
    return catalog_find_column(end->table, names[0]);
}

/* A symmetric relationship has no direction: any two columns that reference the type will do. */
static void take_any_pair(struct draft *d, struct draft_end *end, struct side *near,
                          struct side *far)
{
    const char **names = arena_zalloc(d->scratch, end->table->n_constraints, sizeof *names);
    if (names != NULL && near->given.n == 0 && far->given.n == 0 &&
        candidates(end, near, names) == 2) {
        near->given = far->others = (struct declared_names){ .n = 1, .at = names };
        far->given = near->others = (struct declared_names){ .n = 1, .at = names + 1 };
    }
}

static void resolve_columns(struct draft *d, struct draft_end *end)
{
    bool is_mutual = end->owner->table == end->target->table;
    struct declared_names local = end->declared->local_columns;
    struct declared_names remote = end->declared->remote_columns;
    struct side near = { .resource = end->owner, .given = local, .key = "local_columns" };
    struct side far = { .resource = end->target, .given = remote, .key = "remote_columns" };
    if (is_mutual) {
        near.others = remote;
        far.others = local;
    }
    if (end->is_symmetric) {
        take_any_pair(d, end, &near, &far);
    }

    end->near = pick_column(d, end, &near);
    if (end->near == NULL && is_mutual) {
        return; /* the other side would only say the same again */
    }
    end->far = pick_column(d, end, &far);
    if (end->near != NULL && end->near == end->far) {
        draft_refuse(d, end, "secondary",
                     draft_text(d,
                                "\"%s\" has one foreign key to \"%s\", and needs two: one for "
                                "each side",
                                end->table->name, end->target->table->name),
                     "add the other one");
        end->far = NULL;
    }
}

/* The table of a type may be an association table as well, when its rows have ids of their own. */
static void check_stored_type(struct draft *d, struct draft_end *end)
{
    const struct draft_resource *stored = draft_resource_stored_in(d, end->table);
    if (stored != NULL && (stored->key_column == end->near || stored->key_column == end->far)) {
        draft_refuse(d, end, "secondary",
                     draft_text(d, "\"%s\" stores the type %s, whose key is \"%s\"",
                                end->table->name, draft_type(stored), stored->key_column->name),
                     "give the table a key beside its two foreign keys");
    }
}

void resolve_secondary(struct draft *d, struct draft_end *end)
{
    end->kind = RELATIONSHIP_MANY_TO_MANY;
    end->table = find_association_table(d, end);
    bool has_keys =
        end->owner->key_column != NULL && end->target != NULL && end->target->key_column != NULL;
    if (end->table == NULL || !has_keys) {
        end->broken = true;
        return;
    }
    resolve_columns(d, end);
    if (!draft_end_is_resolved(end)) {
        return;
    }
    check_key_type(d, end, "secondary", end->near, end->owner);
    check_key_type(d, end, "secondary", end->far, end->target);
    check_stored_type(d, end);
    check_association(d, end);
    if (end->is_symmetric && !end->near_is_first) {
        const struct catalog_column *first = end->far;
        end->far = end->near;
        end->near = first;
        end->near_is_first = true;
    }
    resolve_link_columns(d, end);
}
