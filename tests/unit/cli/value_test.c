/*
 * value_test.c - durations, sizes and counts: what is accepted, what is not, and that what is
 * printed can be typed again.
 */
#include "support/cmocka_all.h"

#include "cli/value.h"

typedef bool parse_fn(const char *s, uint64_t *ret);

struct row {
    const char *typed;
    bool is_value;
    uint64_t value;
};

static void assert_rows(parse_fn *parse, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t value = 0;
        if (parse(rows[i].typed, &value) != rows[i].is_value) {
            fail_msg("\"%s\" is %staken", rows[i].typed, rows[i].is_value ? "not " : "");
        }
        assert_int_equal(value, rows[i].value);
    }
}

static void test_durations_need_a_unit(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "500ms", true, 500 },
        { "15s", true, 15000 },
        { "2m", true, 120000 },
        { "1h", true, 3600000 },
        { "0", true, 0 },
        { "0s", true, 0 },
        { "15", false, 0 },
        { "", false, 0 },
        { "s", false, 0 },
        { "-1s", false, 0 },
        { "1.5s", false, 0 },
        { " 1s", false, 0 },
        { "1s ", false, 0 },
        { "1S", false, 0 },
        { "1sec", false, 0 },
        { "1d", false, 0 },
        { "99999999999999999999s", false, 0 },
        { "18446744073709551615s", false, 0 },
    };
    assert_rows(value_parse_duration, rows, ARRAY_SIZE(rows));
}

static void test_sizes_are_binary_or_plain_bytes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "4096", true, 4096 },    { "64KiB", true, 65536 },
        { "1MiB", true, 1048576 }, { "1GiB", true, 1 << 30 },
        { "0", true, 0 },          { "1MB", false, 0 },
        { "1M", false, 0 },        { "MiB", false, 0 },
        { "1 MiB", false, 0 },     { "-1", false, 0 },
        { "0x10", false, 0 },      { "18446744073709551615KiB", false, 0 },
    };
    assert_rows(value_parse_size, rows, ARRAY_SIZE(rows));
}

static void test_counts_are_digits(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "0", true, 0 },   { "64", true, 64 }, { "18446744073709551615", true, UINT64_MAX },
        { "", false, 0 },   { "+1", false, 0 }, { "1k", false, 0 },
        { "1 ", false, 0 }, { "-1", false, 0 }, { "18446744073709551616", false, 0 },
    };
    assert_rows(value_parse_count, rows, ARRAY_SIZE(rows));
}

static void test_what_is_written_can_be_typed(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *duration;
        const char *size;
    } rows[] = {
        { 0, "0", "0" },
        { 10, "10ms", "10" },
        { 1000, "1s", "1000" },
        { 1500, "1500ms", "1500" },
        { 3600000, "1h", "3600000" },
        { 65536, "65536ms", "64KiB" },
        { 90000, "90s", "90000" },
        { 1048576, "1048576ms", "1MiB" },
    };
    struct arena *a = arena_new(4096);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        uint64_t again;
        assert_string_equal(value_write_duration(a, rows[i].value), rows[i].duration);
        assert_true(value_parse_duration(rows[i].duration, &again));
        assert_int_equal(again, rows[i].value);
        assert_string_equal(value_write_size(a, rows[i].value), rows[i].size);
        assert_true(value_parse_size(rows[i].size, &again));
        assert_int_equal(again, rows[i].value);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations_need_a_unit),
        cmocka_unit_test(test_sizes_are_binary_or_plain_bytes),
        cmocka_unit_test(test_counts_are_digits),
        cmocka_unit_test(test_what_is_written_can_be_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
