/*
 * catalog_types.c - the types that users and extensions have made, as far as columns may have them.
 *
 * Every table has a composite type and an array of it; those are not read, since they are no types
 * of columns here. PostgreSQL's own types are known by their numbers (model/column_type.c).
 */
#include "pg/catalog_parts.h"

#include <string.h>

/* A domain may be over another one: `bottom` follows them down, keeping the first modifier. */
static const char types_sql[] =
    "with recursive bottom (domain, oid, typmod) as ("
    "select oid, typbasetype, typtypmod from pg_catalog.pg_type where typtype = 'd'"
    " union all select b.domain, t.typbasetype,"
    " case when b.typmod >= 0 then b.typmod else t.typtypmod end"
    " from bottom b join pg_catalog.pg_type t on t.oid = b.oid and t.typtype = 'd'),"
    " flat as (select b.* from bottom b join pg_catalog.pg_type t on t.oid = b.oid"
    " and t.typtype <> 'd')"
    " select t.oid, pg_catalog.format_type(t.oid, null), t.typtype, t.typcategory, t.typarray,"
    " t.typelem, b.oid, coalesce(b.typmod, -1)"
    " from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace"
    " left join pg_catalog.pg_type e on e.oid = t.typelem left join flat b on b.domain = t.oid"
    " where t.typtype in ('b', 'd', 'e') and (t.typelem = 0 or e.typtype in ('b', 'd', 'e'))"
    " and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' order by t.oid";
enum {
    TYPE_OID,
    TYPE_NAME,
    TYPE_KIND,
    TYPE_CATEGORY,
    TYPE_ARRAY,
    TYPE_ELEMENT,
    TYPE_BASE,
    TYPE_BASE_MODIFIER,
};

static const char labels_sql[] = "select e.enumtypid, e.enumlabel from pg_catalog.pg_enum e"
                                 " order by e.enumtypid, e.enumsortorder";
enum { LABEL_TYPE, LABEL_TEXT };

size_t catalog_run_length(const struct session_rows *rows, size_t first)
{
    size_t end = first + 1;
    while (end < rows->n_rows &&
           strcmp(catalog_cell(rows, end, 0), catalog_cell(rows, first, 0)) == 0) {
        end++;
    }
    return end - first;
}

static void add_labels(struct arena *a, struct catalog_type *types, size_t n_types,
                       const struct session_rows *rows)
{
    for (size_t i = 0, type = 0; i < rows->n_rows;) {
        size_t n = catalog_run_length(rows, i);
        uint32_t oid = catalog_oid(catalog_cell(rows, i, LABEL_TYPE));
        while (type < n_types && types[type].oid < oid) {
            type++;
        }
        const char **labels = arena_zalloc(a, n, sizeof *labels);
        for (size_t k = 0; labels != NULL && k < n; k++) {
            labels[k] = catalog_cell(rows, i + k, LABEL_TEXT);
        }
        if (labels != NULL && type < n_types && types[type].oid == oid) {
            types[type].labels = labels;
            types[type].n_labels = n;
        }
        i += n;
    }
}

int catalog_types_read(struct session *s, struct arena *a, struct catalog *to,
                       struct session_error *reterr)
{
    const struct session_statement read_types = { .sql = types_sql };
    const struct session_statement read_labels = { .sql = labels_sql };
    struct session_rows rows;
    struct session_rows label_rows;
    if (session_query(s, a, &read_types, &rows, reterr) != 0 ||
        session_query(s, a, &read_labels, &label_rows, reterr) != 0) {
        return 1;
    }
    struct catalog_type *types = arena_zalloc(a, rows.n_rows, sizeof *types);
    if (types == NULL) {
        return 0; /* told once, by the caller */
    }
    for (size_t i = 0; i < rows.n_rows; i++) {
        types[i] = (struct catalog_type){
            .oid = catalog_oid(catalog_cell(&rows, i, TYPE_OID)),
            .name = catalog_cell(&rows, i, TYPE_NAME),
            .kind = catalog_cell(&rows, i, TYPE_KIND)[0],
            .category = catalog_cell(&rows, i, TYPE_CATEGORY)[0],
            .array_oid = catalog_oid(catalog_cell(&rows, i, TYPE_ARRAY)),
            .element_oid = catalog_oid(catalog_cell(&rows, i, TYPE_ELEMENT)),
            .base_oid = catalog_oid(catalog_cell(&rows, i, TYPE_BASE)),
            .base_modifier = catalog_int(catalog_cell(&rows, i, TYPE_BASE_MODIFIER)),
        };
    }
    add_labels(a, types, rows.n_rows, &label_rows);
    to->types = types;
    to->n_types = rows.n_rows;
    return 0;
}
