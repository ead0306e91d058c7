/*
 * catalog.c - looking things up by name. A model asks a few dozen times, once: scans do.
 */
#include "pg/catalog.h"

#include <string.h>

/* Is `name` this table's "schema.table"? Compared as a whole, since either part may hold a dot. */
static bool is_qualified_name(const struct catalog_table *table, const char *name)
{
    size_t n = strlen(table->schema);
    return strncmp(name, table->schema, n) == 0 && name[n] == '.' &&
           strcmp(name + n + 1, table->name) == 0;
}

const struct catalog_table *catalog_find_table(const struct catalog *catalog, const char *name)
{
    const struct catalog_table *qualified = NULL;
    for (size_t i = 0; i < catalog->n_tables; i++) {
        const struct catalog_table *table = &catalog->tables[i];
        if (table->on_search_path && strcmp(table->name, name) == 0) {
            return table;
        }
        if (is_qualified_name(table, name)) {
            qualified = table;
        }
    }
    return qualified;
}

const struct catalog_column *catalog_find_column(const struct catalog_table *table,
                                                 const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return &table->columns[i];
        }
    }
    return NULL;
}

const struct catalog_type *catalog_find_type(const struct catalog *catalog, uint32_t oid)
{
    size_t low = 0;
    size_t high = catalog->n_types;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (catalog->types[middle].oid < oid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < catalog->n_types && catalog->types[low].oid == oid ? &catalog->types[low] : NULL;
}
