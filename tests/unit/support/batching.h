/*
 * batching.h - exchanges that share a batch, what is sent for them, and results made with libpq,
 * which needs no server for that.
 */
#ifndef BACKREF_TESTS_BATCHING_H
#define BACKREF_TESTS_BATCHING_H

#include "support/cmocka_all.h"

#include <libpq-fe.h>

#include "exchange/batch.h"
#include "plan/fetch.h"
#include "support/small_model.h"

enum { MAX_TRIALS = BATCH_MAX_MEMBERS + 1 };

static struct settings settings = { .workers = 2, .max_body_bytes = 1024 };
static struct service_use uses[2];
static struct model model;
static uint64_t trusts_from_ms[2 * 16]; /* by worker and relationship: more than there are */
static const struct service service = {
    .settings = &settings, .uses = uses, .model = &model, .trusts_from_ms = trusts_from_ms
};

struct trial {
    struct arena *arena;
    const struct resource *persons;
    const struct statement *fetch;
    size_t n;
    struct exchange *members[MAX_TRIALS];
    struct batch *batch;
};

static inline int set_up(void **state)
{
    struct arena *a = arena_new(16 << 20);
    struct trial *t = arena_zalloc(a, 1, sizeof *t);
    t->arena = a;
    model = *small_model_new(a, OID_INT8);
    t->persons = &model.resources[SMALL_PERSONS];
    t->fetch = fetch_resource(a, t->persons);
    *state = t;
    return t->fetch == NULL ? -1 : 0;
}

/* Whatever a test leaves behind must be all that is held. */
static inline int tear_down(void **state)
{
    struct trial *t = *state;
    batch_free(t->batch);
    for (size_t i = 0; i < t->n; i++) {
        exchange_free(t->members[i]);
    }
    settings.coalescing = COALESCING_AUTO;
    bool is_used = service_is_used(&service);
    arena_free(t->arena);
    return is_used ? -1 : 0;
}

#define batch_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* An exchange whose plan fetches the persons with the keys first … first + n - 1. */
static inline struct exchange *fetching(struct trial *t, int64_t first, size_t n)
{
    struct exchange *x = exchange_new(&service, 1, NULL);
    assert_non_null(x);
    t->members[t->n++] = x;
    struct cell *keys = arena_alloc(x->arena, n * sizeof *keys);
    struct argument *argument = arena_alloc(x->arena, sizeof *argument);
    for (size_t i = 0; i < n; i++) {
        keys[i] = cell_from_int8(x->arena, first + (int64_t)i);
    }
    *argument = (struct argument){ .cells = keys, .n = n };
    x->plan = (struct plan){ .n_statements = 1, .shared = true, .n_rows = n };
    x->plan.statements[0] = (struct step_plan){ .statement = t->fetch, .arguments = argument };
    x->rows = arena_zalloc(x->arena, 1, sizeof x->rows[0]);
    return x;
}

static inline void join(struct trial *t, struct exchange *x)
{
    if (t->batch == NULL) {
        t->batch = batch_new(NULL, x);
        assert_non_null(t->batch);
    } else {
        assert_true(batch_may_join(t->batch, x));
        batch_join(t->batch, x);
    }
}

/* Parameter `i` of a statement of the group, an array, is these numbers; -1 stands for NULL. */
static inline void check_array(struct trial *t, const struct group_statement *s, size_t i,
                               const int64_t *expected, size_t n)
{
    struct cell *elements;
    struct cell value = { .at = s->values[i], .n = s->lengths[i] };
    assert_int_equal(cell_array_read(t->arena, value, &elements), n);
    for (size_t k = 0; k < n; k++) {
        if (expected[k] == -1) {
            assert_true(cell_is_null(elements[k]));
        } else {
            assert_int_equal(cell_int(elements[k]), expected[k]);
        }
    }
}

/* A result as PostgreSQL sends it: rows of (number, key), both integer in binary. */
static inline struct result *result_with(const int32_t (*rows)[2], size_t n)
{
    PGresult *pg = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    char names[2][8] = { "request", "key" };
    PGresAttDesc columns[2] = {
        { .name = names[0], .format = 1, .typid = OID_INT4, .typlen = 4 },
        { .name = names[1], .format = 1, .typid = OID_INT4, .typlen = 4 },
    };
    assert_true(PQsetResultAttrs(pg, 2, columns));
    for (size_t i = 0; i < n; i++) {
        for (int j = 0; j < 2; j++) {
            uint32_t value = __builtin_bswap32((uint32_t)rows[i][j]);
            char bytes[4];
            memcpy(bytes, &value, sizeof value);
            assert_true(PQsetvalue(pg, (int)i, j, bytes, 4));
        }
    }
    struct result *result = result_new(pg);
    assert_non_null(result);
    return result;
}

static inline void check_dealt(const struct exchange *x, const int32_t *keys, size_t n)
{
    assert_int_equal(x->rows[0].n_rows, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(cell_int(rows_row(&x->rows[0], i)[0]), x->number);
        assert_int_equal(cell_int(rows_row(&x->rows[0], i)[1]), keys[i]);
    }
}

#endif
