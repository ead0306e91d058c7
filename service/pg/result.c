/*
 * result.c - a PGresult and an array of cells that point into it, in one place. Reading each value
 * through libpq once, here, lets everything above work on plain memory.
 */
#include "pg/result.h"

#include <libpq-fe.h>

struct result {
    PGresult *from;
    size_t n_holders;
    size_t n_rows;
    size_t n_columns;
    struct cell cells[];
};

struct result *result_new(struct pg_result *taken)
{
    PGresult *from = taken;
    size_t n_rows = (size_t)PQntuples(from);
    size_t n_columns = (size_t)PQnfields(from);
    struct result *r = malloc(sizeof *r + n_rows * n_columns * sizeof r->cells[0]);
    if (r == NULL) {
        PQclear(from);
        return NULL;
    }
    *r = (struct result){ .from = from, .n_holders = 1, .n_rows = n_rows, .n_columns = n_columns };
    struct cell *c = r->cells;
    for (int i = 0; i < (int)n_rows; i++) {
        for (int j = 0; j < (int)n_columns; j++, c++) {
            c->at = PQgetvalue(from, i, j);
            c->n = PQgetlength(from, i, j);
            if (c->n == 0 && PQgetisnull(from, i, j)) {
                c->n = -1;
            }
        }
    }
    return r;
}

struct result *result_hold(struct result *r)
{
    r->n_holders++;
    return r;
}

void result_release(void *r)
{
    struct result *result = r;
    ASSERT(result->n_holders > 0);
    if (--result->n_holders == 0) {
        PQclear(result->from);
        free(result);
    }
}

struct rows result_rows(const struct result *r)
{
    return (struct rows){ .cells = r->cells, .n_rows = r->n_rows, .n_columns = r->n_columns };
}

struct rows rows_of_request(const struct rows *rows, int64_t number, size_t *at)
{
    size_t first = *at;
    while (*at < rows->n_rows && cell_int(rows_row(rows, *at)[0]) == number) {
        (*at)++;
    }
    return (struct rows){ .cells = rows->cells + first * rows->n_columns,
                          .n_rows = *at - first,
                          .n_columns = rows->n_columns };
}
