/*
 * catalog_read.c - queries in one snapshot, each ordered by the table's oid, merged here.
 *
 * Columns are named by their number in constraints and indexes; the numbers are resolved here, as
 * joining pg_attribute to unnested arrays costs PostgreSQL far more. Strings are borrowed from the
 * results, which the arena adopts.
 */
#include "pg/catalog_read.h"

#include <stdlib.h>
#include <string.h>

#include "pg/catalog_parts.h"

static const char tables_sql[] =
    "select c.oid, n.nspname, c.relname, pg_catalog.pg_table_is_visible(c.oid),"
    " c.relkind in ('v', 'm'), c.relispartition,"
    " exists (select from pg_catalog.pg_trigger t where t.tgrelid = any(array(select i.inhrelid"
    " from pg_catalog.pg_inherits i where i.inhparent = c.oid) || c.oid) and not t.tgisinternal"
    " and t.tgenabled <> 'D' and t.tgtype & 7 = 7)" /* for each row, before, insert */
    " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    " where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname <> 'information_schema'"
    " and n.nspname !~ '^pg_' order by c.oid";
enum {
    TABLE_OID,
    TABLE_SCHEMA,
    TABLE_NAME,
    TABLE_VISIBLE,
    TABLE_VIEW,
    TABLE_PARTITION,
    TABLE_TRIGGERS
};

/* A domain may be over another one: `base` follows them down, keeping what any of them adds. */
static const char columns_sql[] =
    "with recursive base (domain, oid, typmod, not_null, default_sql) as ("
    "select oid, typbasetype, typtypmod, typnotnull, typdefault"
    " from pg_catalog.pg_type where typtype = 'd'"
    " union all select b.domain, t.typbasetype,"
    " case when b.typmod >= 0 then b.typmod else t.typtypmod end,"
    " b.not_null or t.typnotnull, coalesce(b.default_sql, t.typdefault)"
    " from base b join pg_catalog.pg_type t on t.oid = b.oid and t.typtype = 'd'),"
    " flat as (select b.* from base b join pg_catalog.pg_type t on t.oid = b.oid"
    " and t.typtype <> 'd')"
    " select a.attrelid, a.attnum, a.attname, coalesce(b.oid, a.atttypid),"
    " pg_catalog.format_type(a.atttypid, a.atttypmod), coalesce(b.typmod, a.atttypmod),"
    " case when coalesce(b.oid, a.atttypid) in (1042, 1043)" /* char(n), varchar(n): n + 4 */
    " then greatest(coalesce(b.typmod, a.atttypmod) - 4, 0) else 0 end,"
    " a.attnotnull or coalesce(b.not_null, false),"
    " a.atthasdef or a.attidentity <> '' or b.default_sql is not null,"
    " a.attidentity = 'a' or a.attgenerated <> '',"
    " case when a.attidentity <> '' then 'pg_catalog.nextval(' || pg_catalog.quote_literal("
    "pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname))"
    " || '::pg_catalog.regclass)' when a.attgenerated = '' then"
    " coalesce(pg_catalog.pg_get_expr(e.adbin, e.adrelid), b.default_sql) end"
    " from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid"
    " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    " left join flat b on b.domain = a.atttypid"
    " left join pg_catalog.pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum"
    " where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')"
    " and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' order by a.attrelid, a.attnum";
enum {
    COLUMN_TABLE,
    COLUMN_NUMBER,
    COLUMN_NAME,
    COLUMN_TYPE,
    COLUMN_TYPE_NAME,
    COLUMN_MODIFIER,
    COLUMN_LENGTH,
    COLUMN_NOT_NULL,
    COLUMN_DEFAULT,
    COLUMN_GENERATED,
    COLUMN_DEFAULT_SQL,
};

/*
 * A unique index refuses rows under its own name, just as a constraint does. Comments are joined,
 * since obj_description() for each row takes longer than all the rest. The type `name` sorts as C
 * does.
 */
#define NAMESPACES_OF_USERS                                                                        \
    " not in ('pg_catalog'::pg_catalog.regnamespace, 'pg_toast'::pg_catalog.regnamespace)"
static const char constraints_sql[] =
    "select k.conrelid, k.conname, k.contype,"
    " coalesce(pg_catalog.array_to_string(k.conkey, ' '), ''), k.confrelid,"
    " coalesce(pg_catalog.array_to_string(k.confkey, ' '), ''), k.confdeltype, d.description,"
    " k.condeferrable"
    " from pg_catalog.pg_constraint k left join pg_catalog.pg_description d on d.objoid = k.oid"
    " and d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and d.objsubid = 0"
    " where k.conrelid <> 0 and k.contype in ('p', 'u', 'f', 'c')"
    " and k.connamespace" NAMESPACES_OF_USERS " union all"
    " select i.indrelid, c.relname, 'u',"
    " pg_catalog.array_to_string((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1], ' '),"
    " 0, '', ' ', d.description, false"
    " from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid"
    " left join pg_catalog.pg_description d on d.objoid = c.oid"
    " and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = 0"
    " where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null"
    " and c.relnamespace" NAMESPACES_OF_USERS
    " and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid"
    " and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x'))"
    " order by 1, 2";
enum {
    CONSTRAINT_TABLE,
    CONSTRAINT_NAME,
    CONSTRAINT_KIND,
    CONSTRAINT_COLUMNS,
    CONSTRAINT_REFERENCED,
    CONSTRAINT_REFERENCED_COLUMNS,
    CONSTRAINT_ON_DELETE,
    CONSTRAINT_COMMENT,
    CONSTRAINT_DEFERRABLE,
};

/* Only those that find rows by equality in order: what GIN, GiST or BRIN index is no help to a
 * link. */
static const char indexes_sql[] =
    "select i.indrelid,"
    " pg_catalog.array_to_string((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1], ' ')"
    " from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid"
    " join pg_catalog.pg_am m on m.oid = c.relam"
    " where i.indisvalid and i.indpred is null and c.relnamespace" NAMESPACES_OF_USERS
    " and m.amname in ('btree', 'hash')"
    " order by i.indrelid, i.indexrelid";
enum { INDEX_TABLE, INDEX_COLUMNS };

/* The catalog being built: tables still writable, their oids and the numbers of their columns
 * beside them. */
struct reading {
    struct arena *arena;
    struct session *session;
    struct session_error *error;
    struct catalog *catalog;
    struct catalog_table *tables;
    uint32_t *oids; /* ascending */
    size_t n_tables;
    const int **numbers; /* per table, per column: pg_attribute.attnum */
};

static bool is_true(const char *value)
{
    return value != NULL && value[0] == 't';
}

static int query(struct reading *r, const char *sql, struct session_rows *ret_rows)
{
    const struct session_statement statement = { .sql = sql };
    return session_query(r->session, r->arena, &statement, ret_rows, r->error);
}

/* The table with this oid; NULL for one that is not read, such as a system table. */
static struct catalog_table *find_by_oid(const struct reading *r, uint32_t oid)
{
    size_t low = 0;
    size_t high = r->n_tables;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->oids[middle] < oid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < r->n_tables && r->oids[low] == oid ? &r->tables[low] : NULL;
}

static const char *name_of_number(const struct reading *r, const struct catalog_table *table,
                                  int number)
{
    const int *numbers = r->numbers[table - r->tables];
    for (size_t i = 0; i < table->n_columns; i++) {
        if (numbers[i] == number) {
            return table->columns[i].name;
        }
    }
    return NULL;
}

/*
 * Names for numbers such as "2 1". Ends before a number without a column (0 is an expression).
 * Returns how many there are.
 */
static size_t read_names(struct reading *r, const struct catalog_table *table, const char *numbers,
                         const char *const **ret_names)
{
    size_t n_most = strlen(numbers) / 2 + 1;
    const char **names = arena_zalloc(r->arena, n_most, sizeof *names);
    size_t n = 0;
    *ret_names = names;
    while (names != NULL && *numbers != '\0') {
        char *end;
        const char *name = name_of_number(r, table, (int)strtol(numbers, &end, 10));
        if (name == NULL || end == numbers) {
            break;
        }
        names[n++] = name;
        numbers = *end == ' ' ? end + 1 : end;
    }
    return n;
}

static int read_tables(struct reading *r)
{
    struct session_rows rows;
    if (query(r, tables_sql, &rows) != 0) {
        return 1;
    }
    r->tables = arena_zalloc(r->arena, rows.n_rows, sizeof *r->tables);
    r->oids = arena_zalloc(r->arena, rows.n_rows, sizeof *r->oids);
    r->numbers = arena_zalloc(r->arena, rows.n_rows, sizeof *r->numbers);
    if (arena_failed(r->arena)) {
        return 0; /* told once, at the end */
    }
    r->n_tables = rows.n_rows;
    for (size_t i = 0; i < rows.n_rows; i++) {
        r->oids[i] = catalog_oid(catalog_cell(&rows, i, TABLE_OID));
        r->tables[i] = (struct catalog_table){
            .schema = catalog_cell(&rows, i, TABLE_SCHEMA),
            .name = catalog_cell(&rows, i, TABLE_NAME),
            .on_search_path = is_true(catalog_cell(&rows, i, TABLE_VISIBLE)),
            .is_view = is_true(catalog_cell(&rows, i, TABLE_VIEW)),
            .is_partition = is_true(catalog_cell(&rows, i, TABLE_PARTITION)),
            .has_insert_triggers = is_true(catalog_cell(&rows, i, TABLE_TRIGGERS)),
        };
    }
    return 0;
}

static void read_table_columns(struct reading *r, const struct session_rows *rows, size_t first,
                               size_t n)
{
    struct catalog_table *table =
        find_by_oid(r, catalog_oid(catalog_cell(rows, first, COLUMN_TABLE)));
    struct catalog_column *columns = arena_zalloc(r->arena, n, sizeof *columns);
    int *numbers = arena_zalloc(r->arena, n, sizeof *numbers);
    if (table == NULL || arena_failed(r->arena)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t row = first + i;
        numbers[i] = catalog_int(catalog_cell(rows, row, COLUMN_NUMBER));
        columns[i] = (struct catalog_column){
            .name = catalog_cell(rows, row, COLUMN_NAME),
            .type_oid = catalog_oid(catalog_cell(rows, row, COLUMN_TYPE)),
            .type_name = catalog_cell(rows, row, COLUMN_TYPE_NAME),
            .type_modifier = catalog_int(catalog_cell(rows, row, COLUMN_MODIFIER)),
            .max_length = catalog_int(catalog_cell(rows, row, COLUMN_LENGTH)),
            .not_null = is_true(catalog_cell(rows, row, COLUMN_NOT_NULL)),
            .has_default = is_true(catalog_cell(rows, row, COLUMN_DEFAULT)) ||
                           is_true(catalog_cell(rows, row, COLUMN_GENERATED)),
            .generated = is_true(catalog_cell(rows, row, COLUMN_GENERATED)),
            .default_sql = catalog_cell(rows, row, COLUMN_DEFAULT_SQL),
        };
    }
    table->columns = columns;
    table->n_columns = n;
    r->numbers[table - r->tables] = numbers;
}

static enum catalog_constraint_kind kind_of(char contype)
{
    switch (contype) {
    case 'p':
        return CATALOG_PRIMARY_KEY;
    case 'u':
        return CATALOG_UNIQUE;
    case 'f':
        return CATALOG_FOREIGN_KEY;
    default:
        return CATALOG_CHECK;
    }
}

static struct catalog_constraint read_constraint(struct reading *r,
                                                 const struct catalog_table *table,
                                                 const struct session_rows *rows, size_t row)
{
    struct catalog_constraint c = {
        .name = catalog_cell(rows, row, CONSTRAINT_NAME),
        .kind = kind_of(catalog_cell(rows, row, CONSTRAINT_KIND)[0]),
        .comment = catalog_cell(rows, row, CONSTRAINT_COMMENT),
        .is_deferrable = catalog_cell(rows, row, CONSTRAINT_DEFERRABLE)[0] == 't',
    };
    c.n_columns = read_names(r, table, catalog_cell(rows, row, CONSTRAINT_COLUMNS), &c.columns);
    const struct catalog_table *referenced =
        find_by_oid(r, catalog_oid(catalog_cell(rows, row, CONSTRAINT_REFERENCED)));
    if (c.kind == CATALOG_FOREIGN_KEY && referenced != NULL) {
        c.referenced_schema = referenced->schema;
        c.referenced_table = referenced->name;
        c.on_delete = catalog_cell(rows, row, CONSTRAINT_ON_DELETE)[0];
        read_names(r, referenced, catalog_cell(rows, row, CONSTRAINT_REFERENCED_COLUMNS),
                   &c.referenced_columns);
    }
    return c;
}

static void read_table_constraints(struct reading *r, const struct session_rows *rows, size_t first,
                                   size_t n)
{
    struct catalog_table *table =
        find_by_oid(r, catalog_oid(catalog_cell(rows, first, CONSTRAINT_TABLE)));
    struct catalog_constraint *constraints = arena_zalloc(r->arena, n, sizeof *constraints);
    if (table == NULL || constraints == NULL) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct catalog_constraint c = read_constraint(r, table, rows, first + i);
        if (c.kind != CATALOG_FOREIGN_KEY || c.referenced_table != NULL) {
            constraints[table->n_constraints++] = c;
        }
    }
    table->constraints = constraints;
}

static void read_table_indexes(struct reading *r, const struct session_rows *rows, size_t first,
                               size_t n)
{
    struct catalog_table *table =
        find_by_oid(r, catalog_oid(catalog_cell(rows, first, INDEX_TABLE)));
    struct catalog_index *indexes = arena_zalloc(r->arena, n, sizeof *indexes);
    if (table == NULL || indexes == NULL) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct catalog_index *index = &indexes[i];
        const char *numbers = catalog_cell(rows, first + i, INDEX_COLUMNS);
        index->n_columns = read_names(r, table, numbers, &index->columns);
    }
    table->indexes = indexes;
    table->n_indexes = n;
}

typedef void read_table_fn(struct reading *r, const struct session_rows *rows, size_t first,
                           size_t n);

/* Runs a query whose rows are ordered by table and hands them on table by table. */
static int read_by_table(struct reading *r, const char *sql, read_table_fn *read_table)
{
    struct session_rows rows;
    if (query(r, sql, &rows) != 0) {
        return 1;
    }
    for (size_t i = 0; i < rows.n_rows && !arena_failed(r->arena);) {
        size_t n = catalog_run_length(&rows, i);
        read_table(r, &rows, i, n);
        i += n;
    }
    return 0;
}

static int read_all(struct reading *r)
{
    if (read_tables(r) != 0 || read_by_table(r, columns_sql, read_table_columns) != 0 ||
        read_by_table(r, constraints_sql, read_table_constraints) != 0 ||
        read_by_table(r, indexes_sql, read_table_indexes) != 0 ||
        catalog_types_read(r->session, r->arena, r->catalog, r->error) != 0) {
        return 1;
    }
    if (arena_failed(r->arena)) {
        *r->error = (struct session_error){ .message = "out of memory for the catalog" };
        return 1;
    }
    return 0;
}

/* Tables came by oid and columns by number, which is the order they are searched in. */
static void number_columns(struct reading *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_tables; i++) {
        n += r->tables[i].n_columns;
    }
    struct numbered_column *at = arena_zalloc(r->arena, n, sizeof *at);
    for (size_t i = 0, next = 0; at != NULL && i < r->n_tables; i++) {
        for (size_t k = 0; k < r->tables[i].n_columns; k++) {
            at[next++] = (struct numbered_column){ .table = r->oids[i],
                                                   .number = (uint32_t)r->numbers[i][k],
                                                   .type = r->tables[i].columns[k].type_oid };
        }
    }
    r->catalog->column_types = (struct column_types){ .n = at == NULL ? 0 : n, .at = at };
}

int catalog_read(struct session *s, struct arena *a, struct catalog **ret_catalog,
                 struct session_error *reterr)
{
    struct reading r = { .arena = a, .session = s, .error = reterr };
    r.catalog = arena_zalloc(a, 1, sizeof *r.catalog);
    if (r.catalog == NULL) {
        *reterr = (struct session_error){ .message = "out of memory for the catalog" };
        return 1;
    }
    /* Defaults are written out under a lock of their table, which a migration may hold for long. */
    if (session_run(s,
                    "begin isolation level repeatable read read only;"
                    "set local lock_timeout = '10s'",
                    reterr) != 0) {
        return 1;
    }
    if (read_all(&r) != 0) {
        struct session_error ignored; /* the first failure is the one to tell */
        int rolled_back = session_run(s, "rollback", &ignored);
        (void)rolled_back;
        return 1;
    }
    number_columns(&r);
    r.catalog->n_tables = r.n_tables;
    r.catalog->tables = r.tables;
    *ret_catalog = r.catalog;
    return session_run(s, "commit", reterr);
}
