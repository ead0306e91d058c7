/*
 * plan.c - see plan.h.
 */
#include "plan/plan.h"

#include <string.h>

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
