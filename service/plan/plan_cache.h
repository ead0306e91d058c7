/*
 * plan_cache.h - the statements of reads that were planned before, by the shape of the request.
 *
 * One per worker and model, used by that worker's thread only. A shape is everything that the text
 * of the statements depends on, and nothing else: values stay parameters. Bounded, see
 * base/recency.h: a flood of shapes that come once does not push out those that come again.
 */
#ifndef BACKREF_PLAN_PLAN_CACHE_H
#define BACKREF_PLAN_PLAN_CACHE_H

#include "base/arena.h"
#include "base/text.h"
#include "plan/plan.h"

enum { PLAN_CACHE_MAX = 128 };

struct plan_cache;

/* The statements of one shape, in the order of the plan. Kept while anybody uses them. */
struct planned {
    size_t n;
    const struct statement *const *statements;
};

/* plan_cache_new() - an empty one, in `a`; NULL when out of memory. */
struct plan_cache *plan_cache_new(struct arena *a) MUST_CHECK;

/* plan_cache_free() - nobody uses what it holds any longer. NULL in, NULL out. */
struct plan_cache *plan_cache_free(struct plan_cache *c);

/*
 * plan_cache_find() - what was planned for `shape`.
 *
 * user      an arena; what is found lives as long as it does
 * Returns:  NULL when there is nothing, or no memory
 */
const struct planned *plan_cache_find(struct plan_cache *c, struct text shape, struct arena *user)
    MUST_CHECK;

/*
 * plan_cache_add() - remember the `n` statements of `steps`, which are copied, under `shape`.
 *
 * Without memory nothing is remembered.
 */
void plan_cache_add(struct plan_cache *c, struct text shape, const struct step_plan *steps,
                    size_t n);

/* plan_cache_n() - shapes that it holds. */
size_t plan_cache_n(const struct plan_cache *c);

#endif
