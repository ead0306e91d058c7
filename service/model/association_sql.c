/*
 * association_sql.c - the statements that create an association table that a model file names and
 * the database does not have. They are printed for the author to run, and never run from here.
 */
#include "model/names.h"
#include "model/reflect_words.h"
#include "model/resolving.h"

/* One column of the table: "person_id", which refers to the key of persons. */
struct side_sql {
    const char *column; /* quoted */
    const struct draft_resource *refers_to;
};

/* What the file calls the column, or else one of them and its key: "person_id". */
static const char *column_name(struct draft *d, struct declared_names given,
                               const struct draft_resource *r)
{
    struct reflecting words = { .arena = d->scratch };
    const char *one = reflect_singular(&words, r->table->name);
    const char *key = r->key_column->name;
    if (given.n == 1) {
        return given.at[0];
    }
    return strncmp(key, one, strlen(one)) == 0 ? key : draft_text(d, "%s_%s", one, key);
}

static const char *quoted(struct draft *d, const char *name)
{
    const char *sql = name_quote(d->scratch, name);
    return sql == NULL ? "" : sql;
}

/* "schema"."name" of "schema.name"; NULL when it is no plain name and the author meant another. */
static const char *new_table(struct draft *d, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    const char *dot = strchr(name, '.');
    const char *table = dot == NULL ? name : dot + 1;
    size_t n_schema = dot == NULL ? 0 : (size_t)(dot - name);
    if (table[0] == '\0' || strspn(name, plain) < n_schema || table[strspn(table, plain)] != '\0') {
        return NULL;
    }
    return dot == NULL ? quoted(d, name)
                       : name_quote_qualified(d->scratch,
                                              draft_text(d, "%.*s", (int)n_schema, name), table);
}

static const char *column_sql(struct draft *d, const struct side_sql *side)
{
    return draft_text(d, "%s %s references %s on delete cascade", side->column,
                      side->refers_to->key_column->type_name,
                      draft_table_sql(d, side->refers_to->table));
}

const char *draft_association_sql(struct draft *d, const struct draft_end *end)
{
    const struct draft_resource *owner = end->owner;
    const struct draft_resource *target = end->target;
    const char *table = new_table(d, end->declared->secondary);
    bool has_keys = target != NULL && owner->key_column != NULL && target->key_column != NULL;
    if (table == NULL || !has_keys) {
        return NULL;
    }
    const char *near = column_name(d, end->declared->local_columns, owner);
    const char *far = column_name(d, end->declared->remote_columns, target);
    if (strcmp(near, far) == 0) {
        far = draft_text(d, "other_%s", far);
    }
    struct side_sql one = { .column = quoted(d, near), .refers_to = owner };
    struct side_sql other = { .column = quoted(d, far), .refers_to = target };
    return draft_text(d,
                      "create table %s (%s, %s, primary key (%s, %s)); create index on %s (%s, %s)",
                      table, column_sql(d, &one), column_sql(d, &other), one.column, other.column,
                      table, other.column, one.column);
}
