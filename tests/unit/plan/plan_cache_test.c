/*
 * plan_cache_test.c - plans are found by their shape, outlive their place in the cache, and are
 * bounded.
 */
#include "support/cmocka_all.h"

#include "plan/plan_cache.h"

struct trial {
    struct arena *arena; /* of the cache */
    struct plan_cache *cache;
};

static int set_up(void **state)
{
    struct trial *t = calloc(1, sizeof *t);
    t->arena = arena_new(1 << 20);
    t->cache = plan_cache_new(t->arena);
    *state = t;
    return t->cache == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct trial *t = *state;
    t->cache = plan_cache_free(t->cache);
    arena_free(t->arena);
    free(t);
    return 0;
}

#define cache_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static struct text shape_of(int i, char room[16])
{
    return (struct text){ .at = room, .n = (size_t)snprintf(room, 16, "shape %d", i) };
}

/* A plan of one statement, whose memory is gone when this returns. */
static void add(struct trial *t, int i)
{
    char room[16];
    struct arena *a = arena_new(1 << 16);
    const struct parameter parameters[] = { { .oid = OID_INT8, .array_oid = OID_INT8_ARRAY } };
    const char *sql = arena_printf(a, "select %d", i);
    const struct statement statement = { .sql = sql,
                                         .hash = statement_hash(sql, strlen(sql)),
                                         .shared = true,
                                         .n_parameters = 1,
                                         .parameters = parameters };
    const struct step_plan step = { .statement = &statement };
    plan_cache_add(t->cache, shape_of(i, room), &step, 1);
    arena_free(a);
}

static const struct planned *find(struct trial *t, int i, struct arena *user)
{
    char room[16];
    return plan_cache_find(t->cache, shape_of(i, room), user);
}

static bool is_known(struct trial *t, int i)
{
    struct arena *user = arena_new(1 << 12);
    bool known = find(t, i, user) != NULL;
    arena_free(user);
    return known;
}

static void test_what_was_added_is_found(void **state)
{
    struct trial *t = *state;
    struct arena *user = arena_new(1 << 12);
    assert_null(find(t, 1, user));
    add(t, 1);
    add(t, 2);
    const struct planned *planned = find(t, 1, user);
    assert_non_null(planned);
    assert_int_equal(planned->n, 1);
    const struct statement *s = planned->statements[0];
    assert_string_equal(s->sql, "select 1");
    assert_int_equal(s->hash, statement_hash("select 1", 8));
    assert_true(s->shared);
    assert_int_equal(s->n_parameters, 1);
    assert_int_equal(s->parameters[0].array_oid, OID_INT8_ARRAY);
    assert_ptr_equal(find(t, 1, user), planned);
    arena_free(user);
}

static void test_a_flood_is_bounded_and_leaves_what_is_used(void **state)
{
    struct trial *t = *state;
    add(t, 0);
    assert_true(is_known(t, 0));
    for (int i = 1; i < 4 * PLAN_CACHE_MAX; i++) {
        add(t, i);
        assert_true(plan_cache_n(t->cache) <= PLAN_CACHE_MAX);
    }
    assert_true(is_known(t, 0));
    assert_false(is_known(t, 1));
}

/* Under ASan: what a request runs is there as long as the request is. */
static void test_what_left_the_cache_lives_on_with_its_user(void **state)
{
    struct trial *t = *state;
    struct arena *user = arena_new(1 << 12);
    add(t, 0);
    const struct planned *planned = find(t, 0, user);
    for (int i = 1; i < 2 * PLAN_CACHE_MAX; i++) {
        add(t, i);
        assert_true(is_known(t, i));
    }
    assert_false(is_known(t, 0));
    assert_string_equal(planned->statements[0]->sql, "select 0");
    arena_free(user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cache_test(test_what_was_added_is_found),
        cache_test(test_a_flood_is_bounded_and_leaves_what_is_used),
        cache_test(test_what_left_the_cache_lives_on_with_its_user),
    };
    return cmocka_run_group_tests_name("plan_cache", tests, NULL, NULL);
}
