/*
 * arena_test.c - pieces are distinct, aligned and within the budget; what is adopted is released.
 */
#include "support/cmocka_all.h"

static void count_release(void *owned)
{
    ++*(int *)owned;
}

static void test_pieces_are_aligned_and_do_not_overlap(void **state)
{
    struct arena *a = *state;
    unsigned char *pieces[200];
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        size_t n = i * 97 % 10000; /* small ones, and some that get a block of their own */
        pieces[i] = arena_alloc(a, n + 1);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)(i & 0xFF), n + 1);
    }
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        size_t n = i * 97 % 10000;
        for (size_t at = 0; at <= n; at++) {
            assert_int_equal(pieces[i][at], i & 0xFF);
        }
    }
}

static void test_nothing_is_a_piece_too(void **state)
{
    assert_non_null(arena_alloc(*state, 0));
    assert_false(arena_failed(*state));
}

static void test_over_budget_is_refused_for_good(void **state)
{
    (void)state;
    struct arena *a = arena_new(1024);
    assert_non_null(arena_alloc(a, 1000));
    assert_null(arena_alloc(a, 100));
    assert_true(arena_failed(a));
    assert_null(arena_alloc(a, 1)); /* would fit */
    assert_null(arena_printf(a, "x"));
    assert_null(arena_strdup(a, "x"));
    assert_null(arena_free(a));
    assert_null(arena_free(NULL));
}

static void test_sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        size_t n_bytes;
    } cases[] = { { SIZE_MAX, 2 }, { SIZE_MAX / 2, 3 }, { SIZE_MAX, 1 } };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena *a = arena_new(SIZE_MAX);
        assert_null(arena_zalloc(a, cases[i].n, cases[i].n_bytes));
        assert_true(arena_failed(a));
        arena_free(a);
    }
    struct arena *a = arena_new(SIZE_MAX);
    assert_null(arena_alloc(a, SIZE_MAX));
    arena_free(a);
}

static void test_zalloc_gives_zeros(void **state)
{
    unsigned char *dirty = arena_alloc(*state, 5000);
    memset(dirty, 0xAA, 5000);
    unsigned char *clean = arena_zalloc(*state, 500, 7);
    for (size_t i = 0; i < 3500; i++) {
        assert_int_equal(clean[i], 0);
    }
}

static void test_growing_keeps_what_was_there(void **state)
{
    size_t n = 1;
    char *piece = arena_alloc(*state, n);
    piece[0] = 'a';
    for (size_t step = 1; step < 16; step++) {
        char *between = arena_alloc(*state, 3); /* so that it is not always the last piece */
        memset(between, '#', 3);
        piece = arena_grow(*state, piece, n, n * 2);
        assert_non_null(piece);
        memset(piece + n, 'a' + (int)step, n);
        n *= 2;
    }
    size_t at = 1;
    for (size_t step = 1; step < 16; step++, at *= 2) {
        assert_int_equal(piece[at], 'a' + (int)step);
        assert_int_equal(piece[2 * at - 1], 'a' + (int)step);
    }
    assert_int_equal(piece[0], 'a');
}

static void test_growing_over_budget_leaves_the_old_piece(void **state)
{
    (void)state;
    struct arena *a = arena_new(20000);
    char *piece = arena_alloc(a, 10000);
    memset(piece, 'x', 10000);
    assert_null(arena_grow(a, piece, 10000, 30000));
    assert_true(arena_failed(a));
    assert_int_equal(piece[9999], 'x');
    arena_free(a);
}

static void test_copies_end_in_nul(void **state)
{
    const char *copy = arena_copy(*state, "abcdef", 3);
    assert_string_equal(copy, "abc");
    assert_string_equal(arena_copy(*state, NULL, 0), "");
    assert_string_equal(arena_strdup(*state, "text"), "text");
    assert_string_equal(arena_printf(*state, "%d-%s", 7, "x"), "7-x");
}

static void test_adopted_value_is_released_once(void **state)
{
    (void)state;
    static const size_t budgets[] = { 1024, 0 }; /* 0: refused, and still released */
    for (size_t i = 0; i < ARRAY_SIZE(budgets); i++) {
        int released = 0;
        struct arena *a = arena_new(budgets[i]);
        assert_int_equal(arena_adopt(a, count_release, &released), budgets[i] > 0);
        assert_int_equal(released, budgets[i] > 0 ? 0 : 1);
        assert_null(arena_free(a));
        assert_int_equal(released, 1);
    }
}

struct release_order {
    int *next;
    int released_as;
};

static void note_order(void *owned)
{
    struct release_order *o = owned;
    o->released_as = (*o->next)++;
}

static void test_last_adopted_is_released_first(void **state)
{
    (void)state;
    int next = 0;
    struct release_order first = { .next = &next };
    struct release_order second = { .next = &next };
    struct arena *a = arena_new(1024);
    assert_true(arena_adopt(a, note_order, &first));
    assert_true(arena_adopt(a, note_order, &second));
    arena_free(a);
    assert_int_equal(second.released_as, 0);
    assert_int_equal(first.released_as, 1);
}

/* Blocks that were used and given back are no different from new ones, however many there were. */
static void test_a_stock_lends_its_blocks_again(void **state)
{
    (void)state;
    enum { ARENAS = 300, BYTES = 6000 };
    static struct arena *arenas[ARENAS];
    struct arena_stock *stock = arena_stock_new();
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < ARENAS; i++) {
            arenas[i] = arena_new_from(stock, BYTES);
            unsigned char *first = arena_alloc(arenas[i], 100);
            unsigned char *second = arena_zalloc(arenas[i], 1, BYTES - 112);
            assert_non_null(second);
            assert_int_equal(second[0] | second[BYTES - 113], 0);
            memset(first, (int)i, 100);
            memset(second, (int)i, BYTES - 112);
            assert_null(arena_alloc(arenas[i], 1)); /* the budget is each arena's own */
        }
        for (size_t i = 0; i < ARENAS; i++) {
            assert_null(arena_free(arenas[i]));
        }
        struct arena *a = arena_new_from(stock, BYTES);
        assert_non_null(arena_alloc(a, BYTES)); /* nothing of those before is left in it */
        assert_false(arena_failed(a));
        arena_free(a);
    }
    assert_null(arena_stock_free(stock));
    assert_null(arena_stock_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_pieces_are_aligned_and_do_not_overlap),
        arena_test(test_nothing_is_a_piece_too),
        cmocka_unit_test(test_over_budget_is_refused_for_good),
        cmocka_unit_test(test_sizes_that_overflow_are_refused),
        arena_test(test_zalloc_gives_zeros),
        arena_test(test_growing_keeps_what_was_there),
        cmocka_unit_test(test_growing_over_budget_leaves_the_old_piece),
        arena_test(test_copies_end_in_nul),
        cmocka_unit_test(test_adopted_value_is_released_once),
        cmocka_unit_test(test_last_adopted_is_released_first),
        cmocka_unit_test(test_a_stock_lends_its_blocks_again),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
