/*
 * buf_test.c - text grows piece by piece, and the first failure stays.
 */
#include "support/cmocka_all.h"

#include "base/buf.h"

static void test_every_way_of_adding(void **state)
{
    struct buf b;
    buf_init(&b, *state, 0);
    buf_add(&b, "ab?", 2);
    buf_add_literal(&b, "-lit-");
    buf_add_text(&b, "text");
    buf_add_char(&b, '!');
    buf_addf(&b, "%d%s", 42, "f");
    assert_string_equal(buf_terminate(&b), "ab-lit-text!42f");
    assert_int_equal(b.n, 15); /* the NUL is not counted */
    buf_add_char(&b, '.');
    assert_string_equal(buf_terminate(&b), "ab-lit-text!42f.");
}

static void test_formats(void **state)
{
    struct buf b;
    buf_init(&b, *state, 0);
    buf_addf(&b, "plain");
    buf_addf(&b, "<%s|%zu|%s>", "", (size_t)0, "text");
    buf_addf(&b, "%zu%s", SIZE_MAX, "!");
    buf_addf(&b, "%s %5d|%-4s|%% %zu", "the library's", 42, "ab", (size_t)7);
    assert_string_equal(buf_terminate(&b),
                        "plain<|0|text>18446744073709551615!the library's    42|ab  |% 7");
    const char *volatile nothing = NULL; /* what an arena over budget gives */
    buf_addf(&b, "%s", nothing);
    assert_true(b.failed);
}

static void test_integers(void **state)
{
    static const int64_t values[] = {
        0, 7, -7, 10, 1234567890, INT64_MAX, INT64_MIN, INT64_MIN + 1
    };
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct buf b;
        buf_init(&b, *state, 0);
        buf_add_int(&b, values[i]);
        assert_string_equal(buf_terminate(&b), arena_printf(*state, "%lld", (long long)values[i]));
    }
}

/* Around each power of ten a digit comes or goes. */
static void test_numbers_of_every_length(void **state)
{
    struct arena *a = *state;
    uint64_t power = 1;
    for (int digits = 1; digits <= 20; digits++, power *= 10) {
        for (uint64_t value = power - 1; value <= power + 1; value++) {
            struct buf b;
            buf_init(&b, a, 0);
            buf_add_unsigned(&b, value);
            assert_string_equal(buf_terminate(&b),
                                arena_printf(a, "%llu", (unsigned long long)value));
        }
    }
    struct buf b;
    buf_init(&b, a, 0);
    buf_add_unsigned(&b, UINT64_MAX);
    assert_string_equal(buf_terminate(&b), "18446744073709551615");
}

static void test_a_long_text_is_kept_whole(void **state)
{
    struct buf b;
    buf_init(&b, *state, 16);
    for (int i = 0; i < 20000; i++) {
        buf_add_int(&b, i % 10);
    }
    assert_false(b.failed);
    assert_int_equal(b.n, 20000);
    for (size_t i = 0; i < b.n; i++) {
        assert_int_equal(b.at[i], '0' + (int)(i % 10));
    }
}

static void test_failure_is_latched(void **state)
{
    (void)state;
    struct arena *a = arena_new(256);
    struct buf b;
    buf_init(&b, a, 64);
    for (int i = 0; i < 1000; i++) {
        buf_add_literal(&b, "0123456789");
    }
    assert_true(b.failed);
    size_t n = b.n;
    buf_add_char(&b, 'x');
    buf_addf(&b, "%d", 1);
    assert_int_equal(b.n, n);
    assert_null(buf_terminate(&b));
    arena_free(a);
}

static void test_a_size_that_overflows_fails(void **state)
{
    struct buf b;
    buf_init(&b, *state, 8);
    buf_add_char(&b, 'x');
    assert_false(buf_reserve(&b, SIZE_MAX - 1));
    assert_true(b.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_formats),
        arena_test(test_every_way_of_adding),
        arena_test(test_integers),
        arena_test(test_numbers_of_every_length),
        arena_test(test_a_long_text_is_kept_whole),
        cmocka_unit_test(test_failure_is_latched),
        arena_test(test_a_size_that_overflows_fails),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
