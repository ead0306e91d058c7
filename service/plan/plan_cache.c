/*
 * plan_cache.c - see plan_cache.h. Each entry has a memory of its own and counts its users, so that
 * it can leave the cache while requests still run its statements.
 */
#include "plan/plan_cache.h"

#include <string.h>

#include "base/recency.h"

enum { ENTRY_BUDGET = 16 << 20 };

struct plan_cache_entry {
    struct planned planned;
    struct arena *arena; /* owns this */
    struct text shape;
    uint64_t hash;
    size_t n_users; /* the cache is one */
};

struct plan_cache {
    size_t n;
    struct recency recency;
    struct recency_mark marks[PLAN_CACHE_MAX];
    struct plan_cache_entry *entries[PLAN_CACHE_MAX];
};

struct plan_cache *plan_cache_new(struct arena *a)
{
    struct plan_cache *c = arena_zalloc(a, 1, sizeof *c);
    if (c != NULL) {
        c->recency.capacity = PLAN_CACHE_MAX;
    }
    return c;
}

static void release(void *owned)
{
    struct plan_cache_entry *e = owned;
    if (--e->n_users == 0) {
        arena_free(e->arena);
    }
}

static void remove_entry(struct plan_cache *c, size_t i)
{
    release(c->entries[i]);
    recency_leave(&c->recency, &c->marks[i]);
    c->n--;
    c->entries[i] = c->entries[c->n];
    c->marks[i] = c->marks[c->n];
}

struct plan_cache *plan_cache_free(struct plan_cache *c)
{
    while (c != NULL && c->n > 0) {
        ASSERT(c->entries[c->n - 1]->n_users == 1);
        remove_entry(c, c->n - 1);
    }
    return NULL;
}

const struct planned *plan_cache_find(struct plan_cache *c, struct text shape, struct arena *user)
{
    uint64_t hash = digest_number(shape);
    for (size_t i = 0; i < c->n; i++) {
        struct plan_cache_entry *e = c->entries[i];
        if (e->hash == hash && text_equal(e->shape, shape)) {
            recency_use(&c->recency, c->marks, c->n, i);
            e->n_users++;
            return arena_adopt(user, release, e) ? &e->planned : NULL;
        }
    }
    return NULL;
}

static const struct statement *copy_statement(struct arena *a, const struct statement *from)
{
    struct statement *to = arena_alloc(a, sizeof *to);
    struct parameter *parameters = arena_alloc(a, from->n_parameters * sizeof *parameters);
    if (to == NULL || parameters == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < from->n_parameters; i++) {
        parameters[i] = from->parameters[i];
    }
    *to = *from;
    to->sql = arena_strdup(a, from->sql);
    to->parameters = parameters;
    return to;
}

static struct plan_cache_entry *entry_new(struct text shape, const struct step_plan *steps,
                                          size_t n)
{
    struct arena *a = arena_new(ENTRY_BUDGET);
    struct plan_cache_entry *e = a == NULL ? NULL : arena_zalloc(a, 1, sizeof *e);
    const struct statement **statements = e == NULL ? NULL : arena_zalloc(a, n, sizeof *statements);
    for (size_t i = 0; statements != NULL && i < n; i++) {
        statements[i] = copy_statement(a, steps[i].statement);
    }
    const char *kept = statements == NULL ? NULL : arena_copy(a, shape.at, shape.n);
    if (kept == NULL || arena_failed(a)) {
        arena_free(a);
        return NULL;
    }
    *e = (struct plan_cache_entry){ .planned = { .n = n, .statements = statements },
                                    .arena = a,
                                    .shape = { .at = kept, .n = shape.n },
                                    .hash = digest_number(shape),
                                    .n_users = 1 };
    return e;
}

void plan_cache_add(struct plan_cache *c, struct text shape, const struct step_plan *steps,
                    size_t n)
{
    struct plan_cache_entry *e = entry_new(shape, steps, n);
    if (e == NULL) {
        return;
    }
    if (c->n == PLAN_CACHE_MAX) {
        remove_entry(c, recency_oldest(c->marks, c->n));
    }
    recency_enter(&c->recency, &c->marks[c->n]);
    c->entries[c->n++] = e;
}

size_t plan_cache_n(const struct plan_cache *c)
{
    return c->n;
}
