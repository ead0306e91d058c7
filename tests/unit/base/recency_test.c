/*
 * recency_test.c - who makes room.
 */
#include "support/cmocka_all.h"

#include "base/recency.h"

enum { CAPACITY = 8 };

/* Things that are numbers, kept as the users of recency.h keep theirs. */
struct shelf {
    size_t n;
    int things[CAPACITY];
    struct recency recency;
    struct recency_mark marks[CAPACITY];
};

static bool holds(const struct shelf *s, int thing, size_t *ret_at)
{
    *ret_at = 0;
    while (*ret_at < s->n && s->things[*ret_at] != thing) {
        (*ret_at)++;
    }
    return *ret_at < s->n;
}

static void take_away(struct shelf *s, size_t i)
{
    recency_leave(&s->recency, &s->marks[i]);
    s->n--;
    s->things[i] = s->things[s->n];
    s->marks[i] = s->marks[s->n];
}

static void use(struct shelf *s, int thing)
{
    size_t at;
    if (holds(s, thing, &at)) {
        recency_use(&s->recency, s->marks, s->n, at);
        return;
    }
    if (s->n == CAPACITY) {
        take_away(s, recency_oldest(s->marks, s->n));
    }
    s->things[s->n] = thing;
    recency_enter(&s->recency, &s->marks[s->n++]);
}

static bool has(const struct shelf *s, int thing)
{
    size_t at;
    return holds(s, thing, &at);
}

static void test_the_oldest_goes(void **state)
{
    (void)state;
    struct shelf s = { .recency.capacity = CAPACITY };
    for (int i = 0; i <= CAPACITY; i++) {
        use(&s, i);
    }
    assert_false(has(&s, 0));
    for (int i = 1; i <= CAPACITY; i++) {
        assert_true(has(&s, i));
    }
}

static void test_a_flood_pushes_out_only_itself(void **state)
{
    (void)state;
    struct shelf s = { .recency.capacity = CAPACITY };
    for (int turn = 0; turn < 2; turn++) {
        for (int hot = 1; hot <= 6; hot++) { /* three quarters of the places */
            use(&s, hot);
        }
    }
    for (int i = 100; i < 10000; i++) {
        use(&s, i);
    }
    assert_int_equal(s.n, CAPACITY);
    for (int hot = 1; hot <= 6; hot++) {
        assert_true(has(&s, hot));
    }
}

/* What was proven long ago makes room for what is proven now. */
static void test_the_proven_grow_old_too(void **state)
{
    (void)state;
    struct shelf s = { .recency.capacity = CAPACITY };
    for (int i = 0; i < 100; i++) {
        use(&s, i);
        use(&s, i);
        assert_true(s.recency.n_proven <= 6);
    }
    assert_false(has(&s, 0));
    for (int i = 94; i < 100; i++) {
        assert_true(has(&s, i));
    }
}

static void test_who_leaves_is_counted_out(void **state)
{
    (void)state;
    struct shelf s = { .recency.capacity = CAPACITY };
    use(&s, 1);
    use(&s, 1);
    use(&s, 2);
    assert_int_equal(s.recency.n_proven, 1);
    take_away(&s, 0);
    assert_int_equal(s.recency.n_proven, 0);
    take_away(&s, 0);
    assert_int_equal(s.recency.n_proven, 0);
}

static void test_who_is_retired_goes_next(void **state)
{
    (void)state;
    struct shelf s = { .recency.capacity = CAPACITY };
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < CAPACITY; i++) {
            use(&s, i);
        }
    }
    assert_true(s.marks[CAPACITY - 1].is_proven);
    size_t n_proven = s.recency.n_proven;
    recency_retire(&s.recency, &s.marks[CAPACITY - 1]);
    assert_int_equal(s.recency.n_proven, n_proven - 1);
    use(&s, 100);
    assert_false(has(&s, CAPACITY - 1));
    for (int i = 0; i < CAPACITY - 1; i++) {
        assert_true(has(&s, i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_oldest_goes),
        cmocka_unit_test(test_a_flood_pushes_out_only_itself),
        cmocka_unit_test(test_the_proven_grow_old_too),
        cmocka_unit_test(test_who_leaves_is_counted_out),
        cmocka_unit_test(test_who_is_retired_goes_next),
    };
    return cmocka_run_group_tests_name("recency", tests, NULL, NULL);
}
