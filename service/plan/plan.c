/*
 * plan.c - see plan.h.
 */
#include "plan/plan.h"

#include <string.h>

uint64_t statement_hash(const char *sql, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ (unsigned char)sql[i]) * 0x100000001b3u;
    }
    return hash;
}

static bool same_statement(const struct statement *a, const struct statement *b)
{
    return a == b || (a->hash == b->hash && strcmp(a->sql, b->sql) == 0);
}

bool plan_same(const struct plan *a, const struct plan *b)
{
    if (!a->shared || !b->shared || a->n_statements != b->n_statements ||
        a->snapshot != b->snapshot) {
        return false;
    }
    for (size_t i = 0; i < a->n_statements; i++) {
        if (!same_statement(plan_statement(a, i)->statement, plan_statement(b, i)->statement)) {
            return false;
        }
    }
    return true;
}
