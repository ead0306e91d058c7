/*
 * column_types.c - see column_types.h.
 */
#include "pg/column_types.h"

#include <libpq-fe.h>

/* The first place that is not before this column of this table. */
static size_t find(const struct column_types *known, uint32_t table, uint32_t number)
{
    size_t low = 0;
    size_t high = known->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct numbered_column *c = &known->at[middle];
        if (c->table < table || (c->table == table && c->number < number)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_table(const struct column_types *known, uint32_t table)
{
    size_t i = find(known, table, 0);
    return i < known->n && known->at[i].table == table;
}

enum { OID_TEXT = 25, OID_BPCHAR = 1042, OID_VARCHAR = 1043 };

/* All of these travel as the characters themselves. */
static bool is_text(uint32_t type)
{
    return type == OID_TEXT || type == OID_VARCHAR || type == OID_BPCHAR;
}

static bool agrees(const struct column_types *known, uint32_t table, uint32_t number, uint32_t type)
{
    size_t i = find(known, table, number);
    if (i < known->n && known->at[i].table == table && known->at[i].number == number) {
        return known->at[i].type == type || (is_text(known->at[i].type) && is_text(type));
    }
    return !has_table(known, table);
}

bool column_types_agree(const struct column_types *known, const struct pg_result *result)
{
    int n = known == NULL ? 0 : PQnfields(result);
    for (int i = 0; i < n; i++) {
        int number = PQftablecol(result, i); /* 0: computed; below: a system column */
        if (number > 0 &&
            !agrees(known, PQftable(result, i), (uint32_t)number, PQftype(result, i))) {
            return false;
        }
    }
    return true;
}
