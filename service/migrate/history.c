/*
 * history.c - a few statements on schema_migrations. Names of PostgreSQL's own are qualified: a
 * migration may have left any search_path behind.
 */
#include "migrate/history.h"

#include <stdlib.h>
#include <string.h>

/* The lock's number: "backref1" in ASCII. One per database, whatever the schema. */
#define LOCK_KEY "7089056601589769777"

static int query(struct session *s, struct arena *a, const struct session_statement *statement,
                 struct session_rows *ret_rows, struct session_error *reterr)
{
    if (statement->sql == NULL) {
        *reterr = (struct session_error){ .message = "out of memory" };
        return 1;
    }
    return session_query(s, a, statement, ret_rows, reterr);
}

int history_lock(struct session *s, struct arena *a, bool *is_waiting, struct session_error *reterr)
{
    struct session_rows rows;
    const struct session_statement statement = {
        .sql = "select pg_catalog.pg_try_advisory_lock(" LOCK_KEY ")",
    };
    if (query(s, a, &statement, &rows, reterr) != 0) {
        return 1;
    }
    *is_waiting = rows.values[0][0] != 't';
    return 0;
}

/* Where the table is or would be, and whether it is there; one row, (schema, table, has checksum).
 */
static int locate(struct session *s, struct arena *a, struct session_rows *ret_row,
                  struct session_error *reterr)
{
    const struct session_statement statement = {
        .sql = "select pg_catalog.quote_ident(pg_catalog.current_schema()),"
               " case when c.oid is not null then"
               " pg_catalog.format('%I.schema_migrations', pg_catalog.current_schema()) end,"
               " exists (select from pg_catalog.pg_attribute where attrelid = c.oid"
               " and attname = 'checksum' and not attisdropped)"
               " from (select 1) one left join pg_catalog.pg_class c"
               " on c.relname = 'schema_migrations'"
               " and c.relnamespace = (select oid from pg_catalog.pg_namespace"
               " where nspname = pg_catalog.current_schema())",
    };
    if (query(s, a, &statement, ret_row, reterr) != 0) {
        return 1;
    }
    if (ret_row->values[0] == NULL) {
        *reterr = (struct session_error){
            .message = "no schema of the search_path exists: create it, or name another one with "
                       "options=-csearch_path=… in the connection string",
        };
        return 1;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct history_row *left = a;
    const struct history_row *right = b;
    return migration_compare_versions(left->version, right->version);
}

int history_read(struct session *s, struct arena *a, struct history *ret_history,
                 struct session_error *reterr)
{
    struct session_rows place;
    if (locate(s, a, &place, reterr) != 0) {
        return 1;
    }
    *ret_history = (struct history){ .table = place.values[1] };
    if (place.values[1] == NULL) {
        return 0;
    }
    struct session_rows rows;
    const struct session_statement statement = {
        .sql = arena_printf(a, "select version, %s from %s",
                            place.values[2][0] == 't' ? "checksum" : "null", place.values[1]),
    };
    if (query(s, a, &statement, &rows, reterr) != 0) {
        return 1;
    }
    struct history_row *list = arena_zalloc(a, rows.n_rows, sizeof *list);
    if (list == NULL) {
        *reterr = (struct session_error){ .message = "out of memory" };
        return 1;
    }
    for (size_t i = 0; i < rows.n_rows; i++) {
        list[i] = (struct history_row){ .version = rows.values[2 * i],
                                        .checksum = rows.values[2 * i + 1] };
    }
    if (rows.n_rows > 0) {
        qsort(list, rows.n_rows, sizeof *list, compare);
    }
    ret_history->n = rows.n_rows;
    ret_history->rows = list;
    return 0;
}

int history_create(struct session *s, struct arena *a, struct session_error *reterr)
{
    struct session_rows place;
    struct session_rows none;
    struct session_statement statement = { .sql = NULL };
    if (locate(s, a, &place, reterr) != 0) {
        return 1;
    }
    if (place.values[1] == NULL) {
        statement.sql = arena_printf(a,
                                     "create table if not exists %s.schema_migrations"
                                     " (version varchar(128) primary key, checksum text)",
                                     place.values[0]);
        return query(s, a, &statement, &none, reterr);
    }
    if (place.values[2][0] != 't') {
        statement.sql = arena_printf(a, "alter table %s add column if not exists checksum text",
                                     place.values[1]);
        return query(s, a, &statement, &none, reterr);
    }
    return 0;
}

int history_add(struct session *s, struct arena *a, const char *table, const struct migration *m,
                struct session_error *reterr)
{
    struct session_rows none;
    const struct session_statement statement = {
        .sql = arena_printf(a, "insert into %s (version, checksum) values ($1, $2)", table),
        .n_parameters = 2,
        .parameters = (const char *[]){ m->version, m->checksum },
    };
    return query(s, a, &statement, &none, reterr);
}

int history_note_checksum(struct session *s, struct arena *a, const char *table,
                          const struct migration *m, struct session_error *reterr)
{
    struct session_rows none;
    const struct session_statement statement = {
        .sql = arena_printf(
            a, "update %s set checksum = $2 where version = $1 and checksum is null", table),
        .n_parameters = 2,
        .parameters = (const char *[]){ m->version, m->checksum },
    };
    return query(s, a, &statement, &none, reterr);
}

int history_remove(struct session *s, struct arena *a, const char *table, const char *version,
                   struct session_error *reterr)
{
    struct session_rows none;
    const struct session_statement statement = {
        .sql = arena_printf(a, "delete from %s where version = $1", table),
        .n_parameters = 1,
        .parameters = (const char *[]){ version },
    };
    return query(s, a, &statement, &none, reterr);
}

const struct history_row *history_find(const struct history *history, const char *version)
{
    for (size_t i = 0; i < history->n; i++) {
        if (strcmp(history->rows[i].version, version) == 0) {
            return &history->rows[i];
        }
    }
    return NULL;
}
