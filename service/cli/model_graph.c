/*
 * model_graph.c - names without the quotes that SQL needs, and delete rules in words: the model
 * itself does not keep them, since the database follows them unasked.
 */
#include "cli/model_graph.h"

#include <string.h>

#include "model/names.h"

/* A quoted name as people write it: without quotes where SQL would not be misread without them. */
static const char *plain(struct arena *a, const char *quoted)
{
    char *name = arena_strdup(a, quoted);
    if (name == NULL || strstr(quoted, "\"\"") != NULL) {
        return quoted;
    }
    size_t n = 0;
    for (const char *c = quoted; *c != '\0'; c++) {
        if (*c != '"') {
            name[n++] = *c;
        }
    }
    name[n] = '\0';
    return name;
}

static const struct catalog_table *find_table(struct arena *a, const struct catalog *catalog,
                                              const char *qualified)
{
    for (size_t i = 0; i < catalog->n_tables; i++) {
        const struct catalog_table *t = &catalog->tables[i];
        const char *name = name_quote_qualified(a, t->schema, t->name);
        if (name != NULL && strcmp(name, qualified) == 0) {
            return t;
        }
    }
    return NULL;
}

/* The rule of the foreign key in `column`: pg_constraint.confdeltype; NUL: no foreign key. */
static char delete_rule(struct arena *a, const struct catalog_table *table, const char *column)
{
    for (size_t i = 0; table != NULL && i < table->n_constraints; i++) {
        const struct catalog_constraint *c = &table->constraints[i];
        const char *of = c->n_columns == 1 ? name_quote(a, c->columns[0]) : NULL;
        if (c->kind == CATALOG_FOREIGN_KEY && of != NULL && strcmp(of, column) == 0) {
            return c->on_delete;
        }
    }
    return '\0';
}

/* What deleting one of `type` does to `what` refers to it through `column`. */
static void add_rule(struct buf *b, const struct catalog_table *table, const char *column,
                     const char *type, const char *what)
{
    buf_addf(b, "      deleting one of %s ", type);
    switch (delete_rule(b->arena, table, column)) {
    case 'c':
        buf_addf(b, "deletes its %s (cascade)\n", what);
        break;
    case 'r':
        buf_addf(b, "is refused while it has %s (restrict)\n", what);
        break;
    case 'n':
        buf_addf(b, "leaves its %s without it (set null)\n", what);
        break;
    case 'd':
        buf_addf(b, "gives its %s the column's default (set default)\n", what);
        break;
    case '\0':
        buf_addf(b, "leaves its %s as they are (no foreign key)\n", what);
        break;
    default:
        buf_addf(b, "is refused while it has %s (no action)\n", what);
        break;
    }
}

static const char *kind_name(const struct relationship *rel)
{
    switch (rel->kind) {
    case RELATIONSHIP_MANY_TO_MANY:
        return rel->is_symmetric ? "symmetric many-to-many"
               : rel->is_to_one  ? "to-one over many-to-many"
                                 : "many-to-many";
    case RELATIONSHIP_MANY_TO_ONE:
        return rel->inverse != NULL && rel->inverse->is_to_one ? "one-to-one" : "many-to-one";
    case RELATIONSHIP_ONE_TO_MANY:
        return rel->is_to_one ? "one-to-one" : "one-to-many";
    }
    UNREACHABLE();
}

/* Where the links of an association table are, and what happens to them. */
static void add_association(struct buf *b, const struct catalog *catalog,
                            const struct relationship *rel)
{
    struct arena *a = b->arena;
    const char *owner = rel->owner->type;
    const char *target = rel->target->type;
    const struct catalog_table *table = find_table(a, catalog, rel->table);
    buf_addf(b, "      through %s: %s refers to %s, %s to %s\n", plain(a, rel->table),
             plain(a, rel->near), owner, plain(a, rel->far), target);
    for (size_t i = 0; i < rel->n_link_columns; i++) {
        const struct attribute *column = &rel->link_columns[i];
        buf_addf(b, "%s%s%s", i == 0 ? "      each link has " : ", ", column->name,
                 column->read_only ? " (read-only)" : "");
    }
    buf_add_text(b, rel->n_link_columns > 0 ? "\n" : "");
    if (rel->is_symmetric) {
        buf_addf(b, "      one of %s may %sbe linked to itself\n", owner,
                 rel->allows_self ? "" : "not ");
    }
    add_rule(b, table, rel->near, owner, "links");
    if (!rel->is_symmetric) {
        add_rule(b, table, rel->far, target, "links");
    }
}

/* Which column refers to the other side, whose row it is in, and what happens to that row. */
static void add_foreign_key(struct buf *b, const struct catalog *catalog,
                            const struct relationship *rel)
{
    struct arena *a = b->arena;
    bool is_owners = rel->kind == RELATIONSHIP_MANY_TO_ONE;
    const struct resource *holder = is_owners ? rel->owner : rel->target;
    const struct resource *referenced = is_owners ? rel->target : rel->owner;
    const char *column = is_owners ? rel->far : rel->near;
    buf_addf(b, "      %s of %s refers to %s%s\n", plain(a, column), plain(a, rel->table),
             referenced->type, rel->is_required ? ", required" : "");
    add_rule(b, find_table(a, catalog, rel->table), column, referenced->type, holder->type);
}

static void add_order(struct buf *b, const struct relationship *rel)
{
    for (size_t i = 0; i < rel->n_order_by; i++) {
        buf_addf(b, "%s%s%s", i == 0 ? "      ordered by " : ", ",
                 rel->order_by[i].descending ? "-" : "", rel->order_by[i].attribute->name);
    }
    buf_add_text(b, rel->n_order_by > 0 ? "\n" : "");
}

static void add_relationship(struct buf *b, const struct catalog *catalog,
                             const struct relationship *rel)
{
    buf_addf(b, "  %s: %s to %s, ", rel->name, kind_name(rel), rel->target->type);
    if (rel->inverse == NULL) {
        buf_add_literal(b, "one-sided");
    } else if (rel->inverse == rel) {
        buf_add_literal(b, "its own inverse");
    } else {
        buf_addf(b, "inverse %s.%s", rel->inverse->owner->type, rel->inverse->name);
    }
    buf_addf(b, ", %s\n", rel->view_only ? "view only" : "writable");
    if (rel->description != NULL) {
        buf_addf(b, "      %s\n", rel->description);
    }
    if (rel->kind == RELATIONSHIP_MANY_TO_MANY) {
        add_association(b, catalog, rel);
    } else {
        add_foreign_key(b, catalog, rel);
    }
    add_order(b, rel);
    if (rel->refuses_move) {
        buf_addf(b, "      one of %s that is linked already is refused, not moved\n",
                 rel->target->type);
    }
}

static void add_resource(struct buf *b, const struct catalog *catalog,
                         const struct resource *resource)
{
    buf_addf(b, "\n%s: table %s, key %s (%s)%s%s\n", resource->type,
             plain(b->arena, resource->table), plain(b->arena, resource->key),
             resource->key_type->name, resource->view_only ? ", view only" : "",
             !resource->allows_client_ids    ? ""
             : resource->key_default == NULL ? ", clients choose ids"
                                             : ", clients may choose ids");
    if (resource->description != NULL) {
        buf_addf(b, "  %s\n", resource->description);
    }
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *attribute = &resource->attributes[i];
        buf_addf(b, "  %s: %s%s%s\n", attribute->name, attribute->type->name,
                 attribute->required ? ", required" : "",
                 attribute->read_only ? ", read-only" : "");
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        add_relationship(b, catalog, &resource->relationships[i]);
    }
}

void model_graph_write(struct buf *b, const struct catalog *catalog, const struct model *model)
{
    for (size_t i = 0; i < model->n_resources; i++) {
        add_resource(b, catalog, &model->resources[i]);
    }
}
