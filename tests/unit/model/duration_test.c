/*
 * duration_test.c - intervals as ISO 8601 durations, both ways.
 */
#include "support/cmocka_all.h"

#include "model/duration.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

static const char *written(struct arena *a, struct duration d)
{
    struct buf b;
    buf_init(&b, a, 0);
    duration_write(&b, d);
    return buf_terminate(&b);
}

static void test_both_ways(void **state)
{
    static const struct {
        const char *text;
        struct duration d;
    } rows[] = {
        { "PT0S", { 0, 0, 0 } },
        { "P1D", { 0, 1, 0 } },
        { "P1Y2M3DT4H5M6.5S", { 14, 3, 4 * HOUR + 306 * SECOND + 500000 } },
        { "P-1Y-2M3DT-4H-5M-6.5S", { -14, 3, -4 * HOUR - 306 * SECOND - 500000 } },
        { "P1M-2D", { 1, -2, 0 } },
        { "PT-0.000001S", { 0, 0, -1 } },
        { "PT0.1S", { 0, 0, 100000 } },
        { "PT1M", { 0, 0, 60 * SECOND } },
        { "PT-59S", { 0, 0, -59 * SECOND } },
        { "PT2562047788H54.775807S", { 0, 0, INT64_MAX } },
        { "PT-2562047788H-54.775808S", { 0, 0, INT64_MIN } },
        { "P178956970Y7M", { INT32_MAX, 0, 0 } },
        { "P-178956970Y-8M-2147483648D", { INT32_MIN, INT32_MIN, 0 } },
        { "infinity", { INT32_MAX, INT32_MAX, INT64_MAX } },
        { "-infinity", { INT32_MIN, INT32_MIN, INT64_MIN } },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct duration d = { 0 };
        if (!duration_read(text_of(rows[i].text), &d)) {
            fail_msg("%s is not read", rows[i].text);
        }
        assert_int_equal(d.months, rows[i].d.months);
        assert_int_equal(d.days, rows[i].d.days);
        assert_int_equal(d.us, rows[i].d.us);
        assert_string_equal(written(*state, d), rows[i].text);
    }
}

/* Other spellings of the same. */
static void test_spellings(void **state)
{
    static const struct {
        const char *text;
        const char *means;
    } rows[] = {
        { "P2W", "P14D" },          { "P1W1D", "P8D" },
        { "P14M", "P1Y2M" },        { "-P1Y2MT3H", "P-1Y-2MT-3H" },
        { "-P1Y-2M", "P-10M" },     { "-P1M-2D", "P-1M2D" },
        { "PT90M", "PT1H30M" },     { "PT36H", "PT36H" },
        { "P0D", "PT0S" },          { "P0Y", "PT0S" },
        { "PT0.0000004S", "PT0S" }, { "PT0.0000005S", "PT0.000001S" },
        { "PT0.9999999S", "PT1S" }, { "PT01S", "PT1S" },
        { "P1YT1M", "P1YT1M" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct duration d = { 0 };
        if (!duration_read(text_of(rows[i].text), &d)) {
            fail_msg("%s is not read", rows[i].text);
        }
        assert_string_equal(written(*state, d), rows[i].means);
    }
}

static void test_what_is_none(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "p1d",
        "P1DT",
        "P1D ",
        " P1D",
        "P1H",
        "PT1D",
        "P1D1Y",
        "P1M1Y",
        "P1D1D",
        "P1.5D",
        "PT1.5H",
        "PT1.S",
        "PT.5S",
        "PT1,5S",
        "P--1D",
        "--P1D",
        "P+1D",
        "+P1D",
        "P1DT1S1H",
        "PT1S1M",
        "P1Y ",
        "P1DTT1H",
        "Infinity",
        "PT1",
        "P-D",
        "P1X",
        "1 day",
        "P178956970Y8M",
        "P2147483648D",
        "P-2147483649D",
        "PT2562047788H54.775808S",
        "P99999999999999999999D",
        "PT99999999999999999999S",
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct duration d = { 0 };
        if (duration_read(text_of(rows[i]), &d)) {
            fail_msg("\"%s\" is read", rows[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_both_ways),
        arena_test(test_spellings),
        cmocka_unit_test(test_what_is_none),
    };
    return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
