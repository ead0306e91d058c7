/*
 * resolve_table.c - where a declared resource is stored, and which column is its key.
 */
#include "model/names.h"
#include "model/resolving.h"

static void check_type_name(struct draft *d, const struct declared_resource *declared)
{
    if (name_is_reserved_type(declared->type)) {
        draft_error(d, declared->pointer,
                    draft_text(d, "\"/%s\" is a path of the service itself", declared->type),
                    "give the type another name");
    } else if (!name_is_segment(declared->type)) {
        draft_error(d, declared->pointer,
                    draft_text(d, "\"%s\" cannot be a type: types stand in paths", declared->type),
                    "use letters and digits, with \"-\" and \"_\" between them");
    }
}

static const struct catalog_table *find_table(struct draft *d,
                                              const struct declared_resource *declared)
{
    const char *name = declared->table == NULL ? declared->type : declared->table;
    const struct catalog_table *table = catalog_find_table(d->catalog, name);
    if (table != NULL || declared->broken) {
        return table;
    }
    const char **names = arena_zalloc(d->scratch, d->catalog->n_tables, sizeof *names);
    for (size_t i = 0; names != NULL && i < d->catalog->n_tables; i++) {
        names[i] = d->catalog->tables[i].name;
    }
    const char *near =
        names_suggest(d->scratch, name, names, names == NULL ? 0 : d->catalog->n_tables);
    const char *pointer = declared->table == NULL
                              ? declared->pointer
                              : pointer_join(d->scratch, declared->pointer, "table");
    draft_error(d, pointer, draft_text(d, "there is no table \"%s\" in the database", name),
                draft_text(d,
                           "%scorrect the name (\"schema.table\" when it is not on the search "
                           "path), or run the migrations that create it",
                           near));
    return NULL;
}

static const struct catalog_constraint *find_primary_key(const struct catalog_table *table)
{
    for (size_t i = 0; i < table->n_constraints; i++) {
        if (table->constraints[i].kind == CATALOG_PRIMARY_KEY) {
            return &table->constraints[i];
        }
    }
    return NULL;
}

/* The key that a table has of itself: its primary key, when that is one column. */
static const struct catalog_column *default_key(struct draft *d, const struct draft_resource *r)
{
    const struct catalog_constraint *key = find_primary_key(r->table);
    if (key != NULL && key->n_columns == 1) {
        return catalog_find_column(r->table, key->columns[0]);
    }
    if (r->declared->broken) {
        return NULL; /* it may have meant to name one */
    }
    const char *what = r->table->is_view ? "is a view and has no primary key"
                       : key == NULL     ? "has no primary key"
                                         : "has a primary key of several columns";
    draft_error(d, r->declared->pointer, draft_text(d, "\"%s\" %s", r->table->name, what),
                r->table->is_view
                    ? "name the column that tells its rows apart in \"key\""
                    : "a resource needs a primary key of one column, or else a unique column that "
                      "is NOT NULL and named in \"key\"");
    return NULL;
}

/* The key that the file names. Nothing can be asked of a view's columns. */
static const struct catalog_column *declared_key(struct draft *d, const struct draft_resource *r)
{
    const char *name = r->declared->key;
    const char *pointer = pointer_join(d->scratch, r->declared->pointer, "key");
    const struct catalog_column *column = catalog_find_column(r->table, name);
    if (column == NULL) {
        struct declared_names columns = draft_columns(d, r->table);
        draft_error(d, pointer,
                    draft_text(d, "table \"%s\" has no column \"%s\"", r->table->name, name),
                    draft_text(d, "%sits columns are %s",
                               names_suggest(d->scratch, name, columns.at, columns.n),
                               names_list(d->scratch, columns.at, columns.n)));
        return NULL;
    }
    bool is_unique = table_has_unique(r->table, name);
    if (r->table->is_view || (is_unique && column->not_null)) {
        return column;
    }
    const char *table_sql = draft_table_sql(d, r->table);
    const char *column_sql = draft_column_sql(d, column);
    draft_error(d, pointer,
                draft_text(d, "column \"%s\" of \"%s\" %s, so it does not tell rows apart", name,
                           r->table->name, is_unique ? "may be NULL" : "is not unique"),
                is_unique ? draft_text(d, "alter table %s alter column %s set not null", table_sql,
                                       column_sql)
                          : draft_text(d, "alter table %s add unique (%s)", table_sql, column_sql));
    return NULL;
}

/* Where ids come from: the database, or the client, who must choose where that does not. */
static void resolve_new_keys(struct draft *d, struct draft_resource *r)
{
    const struct catalog_column *column = r->key_column;
    bool is_made = column->default_sql != NULL || column->generated;
    if (column->default_sql != NULL) {
        r->resource->key_default = arena_strdup(d->arena, column->default_sql);
    }
    r->resource->allows_client_ids =
        r->declared->client_ids || (!is_made && !r->resource->view_only);
}

static void resolve_key(struct draft *d, struct draft_resource *r)
{
    bool is_declared = r->declared->key != NULL;
    const struct catalog_column *column = is_declared ? declared_key(d, r) : default_key(d, r);
    if (column == NULL) {
        return;
    }
    const struct column_type *type = draft_column_type(d, column);
    if (type == NULL || !type->is_key) {
        draft_error(d,
                    is_declared ? pointer_join(d->scratch, r->declared->pointer, "key")
                                : r->declared->pointer,
                    draft_text(d, "the key \"%s\" of \"%s\" is of type %s", column->name,
                               r->table->name, column->type_name),
                    "keys may be bigint, integer, smallint, uuid, text or varchar");
        return;
    }
    r->key_column = column;
    r->resource->key = name_quote(d->arena, column->name);
    r->resource->key_type = type;
    resolve_new_keys(d, r);
}

static void check_client_ids(struct draft *d, const struct draft_resource *r)
{
    const char *reason = NULL;
    if (r->resource->view_only) {
        reason = "nothing is created here";
    } else if (r->key_column != NULL && r->key_column->generated) {
        reason = draft_text(d, "the database always makes \"%s\" itself", r->key_column->name);
    }
    if (r->declared->client_ids && reason != NULL) {
        draft_error(d, pointer_join(d->scratch, r->declared->pointer, "client_ids"), reason,
                    "remove it");
    }
}

void resolve_table(struct draft *d, struct draft_resource *r)
{
    const struct declared_resource *declared = r->declared;
    check_type_name(d, declared);
    r->resource->type = arena_strdup(d->arena, declared->type);
    r->resource->description =
        declared->description == NULL ? NULL : arena_strdup(d->arena, declared->description);
    r->table = find_table(d, declared);
    if (r->table == NULL) {
        return;
    }
    r->resource->table = name_quote_qualified(d->arena, r->table->schema, r->table->name);
    r->resource->view_only = declared->view_only || r->table->is_view;
    resolve_key(d, r);
    check_client_ids(d, r);
}
