/*
 * resolve_end.c - one declared relationship: which association table, and which of its columns
 * points to which side. SQLAlchemy finds out the same way, from the table's foreign keys, and asks
 * for help when there are several (AmbiguousForeignKeysError).
 */
#include "model/draft.h"
#include "model/names.h"

/* A mistake in `end`, at its member `key` ("" for the relationship itself). */
static void refuse(struct draft *d, struct draft_end *end, const char *key, const char *reason,
                   const char *remedy)
{
    const char *pointer =
        key[0] == '\0' ? end->pointer : pointer_join(d->scratch, end->pointer, key);
    draft_error(d, pointer, reason, remedy);
    end->broken = true;
}

static void check_name(struct draft *d, struct draft_end *end)
{
    if (name_is_reserved_field(end->name)) {
        refuse(d, end, "", draft_text(d, "\"%s\" is reserved by JSON:API", end->name),
               "give the relationship another name");
    } else if (strcmp(end->name, "relationships") == 0) {
        refuse(d, end, "", "\"relationships\" is a segment of the service's own paths",
               "give the relationship another name");
    } else if (!name_is_segment(end->name)) {
        refuse(d, end, "",
               draft_text(d, "\"%s\" cannot be a relationship: they stand in paths", end->name),
               "use letters and digits, with \"-\" and \"_\" between them");
    }
}

static bool is_attribute(const struct draft_resource *r, const char *name)
{
    return resource_find_attribute(r->resource, text_of(name)) != NULL;
}

static void find_target(struct draft *d, struct draft_end *end)
{
    const char *type = end->declared->target;
    end->target = type == NULL ? NULL : draft_resource_find(d, type);
    if (end->target != NULL || type == NULL) {
        return;
    }
    const char **types = arena_zalloc(d->scratch, d->n_resources, sizeof *types);
    size_t n = types == NULL ? 0 : d->n_resources;
    for (size_t i = 0; i < n; i++) {
        types[i] = draft_type(&d->resources[i]);
    }
    bool is_table = catalog_find_table(d->catalog, type) != NULL;
    refuse(d, end, "target",
           draft_text(d, "there is no type \"%s\"%s", type,
                      is_table ? ": that is a table, not a type of this model" : ""),
           draft_text(d, "%sthe types are %s", names_suggest(d->scratch, type, types, n),
                      names_list(d->scratch, types, n)));
}

static const struct draft_resource *stored_in(const struct draft *d,
                                              const struct catalog_table *table)
{
    for (size_t i = 0; i < d->n_resources; i++) {
        if (d->resources[i].table == table) {
            return &d->resources[i];
        }
    }
    return NULL;
}

static void find_association_table(struct draft *d, struct draft_end *end)
{
    const char *name = end->declared->secondary;
    if (name == NULL) {
        if (!end->declared->broken) {
            refuse(d, end, "", "has no \"secondary\"",
                   "name the association table: this version serves many-to-many relationships");
        }
        return;
    }
    const struct catalog_table *table = catalog_find_table(d->catalog, name);
    const struct draft_resource *resource = table == NULL ? NULL : stored_in(d, table);
    if (table == NULL) {
        const char **names = arena_zalloc(d->scratch, d->catalog->n_tables, sizeof *names);
        size_t n = names == NULL ? 0 : d->catalog->n_tables;
        for (size_t i = 0; i < n; i++) {
            names[i] = d->catalog->tables[i].name;
        }
        refuse(d, end, "secondary", draft_text(d, "there is no table \"%s\" in the database", name),
               draft_text(d,
                          "%scorrect the name, or run the migrations that create the "
                          "association table",
                          names_suggest(d->scratch, name, names, n)));
    } else if (table->is_view) {
        refuse(d, end, "secondary", draft_text(d, "\"%s\" is a view", name),
               "name the association table itself");
    } else if (resource != NULL) {
        refuse(d, end, "secondary",
               draft_text(d, "table \"%s\" stores the type %s", name, draft_type(resource)),
               "give the relationship an association table of its own");
    } else {
        end->table = table;
    }
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
    return c->kind == CATALOG_FOREIGN_KEY && r->table != NULL &&
           strcmp(c->referenced_table, r->table->name) == 0 &&
           strcmp(c->referenced_schema, r->table->schema) == 0;
}

static bool references_key(const struct catalog_constraint *c, const struct draft_resource *r)
{
    return references(c, r) && c->n_columns == 1 &&
           strcmp(c->referenced_columns[0], r->key_column->name) == 0;
}

/* The columns of the association table that may point to this side; their number. */
static size_t candidates(const struct draft_end *end, const struct side *side, const char **names)
{
    size_t n = 0;
    for (size_t i = 0; i < end->table->n_constraints; i++) {
        const struct catalog_constraint *c = &end->table->constraints[i];
        bool taken = side->others.n == 1 && c->n_columns == 1 &&
                     strcmp(side->others.at[0], c->columns[0]) == 0;
        if (!taken && references_key(c, side->resource)) {
            names[n++] = c->columns[0];
        }
    }
    return n;
}

static void refuse_missing_key(struct draft *d, struct draft_end *end, const struct side *side)
{
    const struct draft_resource *r = side->resource;
    for (size_t i = 0; i < end->table->n_constraints; i++) {
        const struct catalog_constraint *c = &end->table->constraints[i];
        if (references(c, r) && !references_key(c, r)) {
            refuse(d, end, "secondary",
                   draft_text(d,
                              "foreign key \"%s\" of \"%s\" references other columns of \"%s\" "
                              "than its key",
                              c->name, end->table->name, r->table->name),
                   draft_text(d, "let one column reference %s(%s)", r->table->name,
                              r->key_column->name));
            return;
        }
    }
    refuse(d, end, "secondary",
           draft_text(d, "\"%s\" has no %sforeign key to \"%s\", the table of %s", end->table->name,
                      side->others.n > 0 ? "other " : "", r->table->name, draft_type(r)),
           "add one, or correct \"target\" or \"secondary\"");
}

static const struct catalog_column *given_column(struct draft *d, struct draft_end *end,
                                                 const struct side *side, const char **names,
                                                 size_t n)
{
    if (side->given.n != 1) {
        refuse(d, end, side->key, "names several columns, or none",
               "name one: keys of several columns are not served");
        return NULL;
    }
    const char *name = side->given.at[0];
    const struct catalog_column *column = catalog_find_column(end->table, name);
    struct declared_names columns = draft_columns(d, end->table);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            return column;
        }
    }
    if (column == NULL) {
        refuse(d, end, side->key,
               draft_text(d, "table \"%s\" has no column \"%s\"", end->table->name, name),
               draft_text(d, "%sits columns are %s",
                          names_suggest(d->scratch, name, columns.at, columns.n),
                          names_list(d->scratch, columns.at, columns.n)));
    } else if (side->others.n == 1 && strcmp(side->others.at[0], name) == 0) {
        refuse(d, end, side->key, draft_text(d, "\"%s\" cannot point to both sides", name),
               "name another column for one of them");
    } else {
        refuse(d, end, side->key,
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
    if (side->given.at != NULL) {
        return given_column(d, end, side, names, n);
    }
    if (n == 0) {
        refuse_missing_key(d, end, side);
        return NULL;
    }
    if (n > 1) {
        refuse(d, end, "",
               draft_text(d, "columns %s of \"%s\" all reference %s",
                          names_list(d->scratch, names, n), end->table->name,
                          draft_type(side->resource)),
               "say with \"local_columns\" which one points to this side, and with "
               "\"remote_columns\" which one points to the target");
        return NULL;
    }
    return catalog_find_column(end->table, names[0]);
}

static void check_key_type(struct draft *d, struct draft_end *end,
                           const struct catalog_column *column, const struct draft_resource *r)
{
    const struct column_type *type = draft_column_type(d, column);
    if (type == NULL || type->kind != r->resource->key_type->kind) {
        refuse(d, end, "secondary",
               draft_text(d, "%s.%s is %s, but %s.%s is %s", end->table->name, column->name,
                          column->type_name, r->table->name, r->key_column->name,
                          r->key_column->type_name),
               "give both columns the same type");
    }
}

static void resolve_columns(struct draft *d, struct draft_end *end)
{
    struct declared_names local = end->declared->local_columns;
    struct declared_names remote = end->declared->remote_columns;
    struct side near = { .resource = end->owner, .given = local, .key = "local_columns" };
    struct side far = { .resource = end->target, .given = remote, .key = "remote_columns" };
    if (end->owner->table == end->target->table) {
        near.others = remote;
        far.others = local;
    }

    end->near = pick_column(d, end, &near);
    if (end->near == NULL && end->owner->table == end->target->table) {
        return; /* the other side would only say the same again */
    }
    end->far = pick_column(d, end, &far);
    if (end->near == NULL || end->far == NULL) {
        return;
    }
    if (end->near == end->far) {
        refuse(d, end, "secondary",
               draft_text(d,
                          "\"%s\" has one foreign key to \"%s\", and needs two: one for each "
                          "side",
                          end->table->name, end->target->table->name),
               "add the other one");
        return;
    }
    check_key_type(d, end, end->near, end->owner);
    check_key_type(d, end, end->far, end->target);
}

void resolve_end(struct draft *d, struct draft_end *end)
{
    const struct declared_relationship *declared = end->declared;
    end->broken = declared->broken;
    check_name(d, end);
    if (is_attribute(end->owner, end->name)) {
        refuse(d, end, "",
               draft_text(d, "%s has an attribute \"%s\" already, and both are fields",
                          draft_type(end->owner), end->name),
               "rename one of them");
    }
    if (declared->backref != NULL && declared->back_populates != NULL) {
        refuse(d, end, "backref", "cannot stand beside \"back_populates\"",
               draft_text(d,
                          "keep \"back_populates\" if %s declares \"%s\" itself, else "
                          "\"backref\"",
                          declared->target == NULL ? "the target" : declared->target,
                          declared->back_populates));
    }
    find_target(d, end);
    find_association_table(d, end);
    if (end->target == NULL || end->table == NULL || end->owner->key_column == NULL ||
        end->target->key_column == NULL) {
        end->broken = true;
        return;
    }
    resolve_columns(d, end);
    if (end->near != NULL && end->far != NULL && end->near != end->far) {
        resolve_link_columns(d, end);
        check_association(d, end);
    }
}

bool resolve_backref(struct draft *d, struct draft_end *end, struct draft_end *ret)
{
    const char *name = end->declared->backref;
    *ret = (struct draft_end){
        .declared = end->declared,
        .by_backref = true,
        .pointer = pointer_join(d->scratch, end->pointer, "backref"),
        .name = name,
        .owner = end->target,
        .target = end->owner,
        .table = end->table,
        .near = end->far,
        .far = end->near,
        .near_is_first = !end->near_is_first,
        .n_link_columns = end->n_link_columns,
        .link_columns = end->link_columns,
        .inverse = end,
        .broken = end->broken,
    };
    if (end->target == NULL) {
        return false;
    }
    check_name(d, ret);
    struct draft_end *other = draft_end_find(d, end->target, name);
    if (other != NULL) {
        other->broken = true;
        refuse(d, ret, "",
               draft_text(d, "%s has a relationship \"%s\" already, at %s", draft_type(end->target),
                          name, other->pointer),
               other->by_backref || other == end
                   ? "choose another name"
                   : "choose another name, or \"back_populates\" on both sides");
    } else if (is_attribute(end->target, name)) {
        refuse(d, ret, "",
               draft_text(d, "%s has an attribute \"%s\" already", draft_type(end->target), name),
               "choose another name");
    }
    if (other != NULL) {
        end->broken = true;
        return false;
    }
    end->inverse = ret;
    return true;
}
