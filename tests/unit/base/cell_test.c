/*
 * cell_test.c - PostgreSQL's binary values and arrays, compared with bytes that it sends.
 */
#include "support/cmocka_all.h"

#include "base/cell.h"

#define CELL(bytes) ((struct cell){ .at = (bytes), .n = sizeof(bytes) - 1 })

static void test_booleans(void **state)
{
    assert_true(cell_bool(CELL("\1")));
    assert_false(cell_bool(CELL("\0")));
    assert_false(cell_bool(cell_null()));
    assert_true(cell_bool(cell_from_bool(*state, true)));
    assert_false(cell_bool(cell_from_bool(*state, false)));
}

static void test_integers(void **state)
{
    assert_int_equal(cell_int(CELL("\xFF\xFE")), -2);
    assert_int_equal(cell_int(CELL("\0\0\1\0")), 256);
    assert_int_equal(cell_int(CELL("\0\0\0\0\0\0\0\x2A")), 42);
    assert_int_equal(cell_int(CELL("abc")), 0); /* no integer has three bytes */
    assert_int_equal(cell_int(cell_null()), 0);
    static const int64_t values[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        assert_true(cell_int(cell_from_int8(*state, values[i])) == values[i]);
        assert_int_equal(cell_int(cell_from_int4(*state, (int32_t)values[i])), (int32_t)values[i]);
    }
}

static void test_without_memory_cells_are_null(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_true(cell_is_null(cell_from_bool(a, true)));
    assert_true(cell_is_null(cell_from_int4(a, 1)));
    assert_true(cell_is_null(cell_from_int8(a, 1)));
    arena_free(a);
}

static void test_array_bytes(void **state)
{
    static const char expected[] = "\0\0\0\1"   /* one dimension */
                                   "\0\0\0\1"   /* with a NULL */
                                   "\0\0\0\x19" /* text */
                                   "\0\0\0\3"   /* three elements */
                                   "\0\0\0\1"   /* from 1 */
                                   "\0\0\0\2"
                                   "ab"
                                   "\xFF\xFF\xFF\xFF"
                                   "\0\0\0\0";
    const struct cell elements[] = { CELL("ab"), cell_null(), CELL("") };
    size_t n = cell_array_size(3, 2);
    assert_int_equal(n, sizeof expected - 1);
    char *bytes = arena_alloc(*state, n);
    assert_int_equal(cell_array_write(bytes, 25, elements, 3), n);
    assert_memory_equal(bytes, expected, n);
}

static void test_arrays_read_back(void **state)
{
    struct cell elements[100];
    size_t n_bytes = 0;
    for (size_t i = 0; i < ARRAY_SIZE(elements); i++) {
        elements[i] = i % 7 == 3 ? cell_null() : cell_from_int8(*state, (int64_t)i);
        n_bytes += cell_is_null(elements[i]) ? 0 : 8;
    }
    for (size_t n = 0; n <= ARRAY_SIZE(elements); n += 50) {
        char *bytes = arena_alloc(*state, cell_array_size(n, n_bytes));
        struct cell array = { .at = bytes, .n = (int32_t)cell_array_write(bytes, 20, elements, n) };
        struct cell *back = NULL;
        assert_int_equal(cell_array_read(*state, array, &back), n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(back[i].n, elements[i].n);
            assert_int_equal(cell_int(back[i]), cell_int(elements[i]));
        }
    }
}

static void test_malformed_arrays_are_empty(void **state)
{
    const struct cell elements[] = { CELL("ab"), CELL("cd") };
    char bytes[64];
    size_t n = cell_array_write(bytes, 25, elements, 2);
    struct cell *back = NULL;
    for (size_t cut = 0; cut < n; cut++) {
        char *exact = arena_copy(*state, bytes, cut); /* so that a read beyond it is noticed */
        assert_int_equal(
            cell_array_read(*state, (struct cell){ .at = exact, .n = (int32_t)cut }, &back), 0);
    }
    bytes[15] = 100; /* more elements than bytes */
    assert_int_equal(cell_array_read(*state, (struct cell){ .at = bytes, .n = (int32_t)n }, &back),
                     0);
    assert_int_equal(cell_array_read(*state, cell_null(), &back), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_booleans),
        arena_test(test_integers),
        cmocka_unit_test(test_without_memory_cells_are_null),
        arena_test(test_array_bytes),
        arena_test(test_arrays_read_back),
        arena_test(test_malformed_arrays_are_empty),
    };
    return cmocka_run_group_tests_name("cell", tests, NULL, NULL);
}
