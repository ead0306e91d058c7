/*
 * calendar_test.c - RFC 3339 both ways, to the ends of PostgreSQL's calendar.
 */
#include "support/cmocka_all.h"

#include <inttypes.h>

#include "model/calendar.h"

static const int64_t day_us = INT64_C(86400000000);

static void test_dates_both_ways(void **state)
{
    static const struct {
        const char *text;
        int32_t days;
    } rows[] = {
        { "2000-01-01", 0 },       { "1999-12-31", -1 },         { "2000-02-29", 59 },
        { "2000-03-01", 60 },      { "1970-01-01", -10957 },     { "2026-01-31", 9527 },
        { "1900-03-01", -36465 },  { "1900-02-28", -36466 },     { "0001-01-01", -730119 },
        { "0000-12-31", -730120 }, { "-000001-12-31", -730486 }, { "-004713-11-24", -2451545 },
        { "9999-12-31", 2921939 }, { "+010000-01-01", 2921940 }, { "+5874897-12-31", 2145031948 },
        { "infinity", INT32_MAX }, { "-infinity", INT32_MIN },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int32_t days = 1;
        struct buf b;
        assert_true(calendar_read_date(text_of(rows[i].text), &days));
        assert_int_equal(days, rows[i].days);
        buf_init(&b, *state, 0);
        calendar_write_date(&b, days);
        assert_string_equal(buf_terminate(&b), rows[i].text);
    }
}

static void test_what_is_no_date(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "2026",
        "2026-1-31",
        "2026-01-1",
        "2026-00-01",
        "2026-13-01",
        "2026-01-00",
        "2026-01-32",
        "2026-04-31",
        "2026-02-29",
        "1900-02-29",
        "26-01-31",
        "02026-01-31",
        "+2026-01-31",
        "-000000-01-01",
        " 2026-01-31",
        "2026-01-31 ",
        "2026/01/31",
        "2026-01-31T00:00:00Z",
        "-004713-11-23",
        "+5874898-01-01",
        "+99999999-01-01",
        "today",
        "Infinity",
        "--infinity",
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int32_t days = 0;
        if (calendar_read_date(text_of(rows[i]), &days)) {
            fail_msg("\"%s\" was read as a date", rows[i]);
        }
    }
}

static void test_every_day_of_five_centuries(void **state)
{
    struct arena *a = *state;
    struct buf b;
    buf_init(&b, a, 64);
    for (int32_t day = -150000; day < 40000; day++) {
        int32_t again = 0;
        b.n = 0;
        calendar_write_date(&b, day);
        assert_true(calendar_read_date((struct text){ .at = b.at, .n = b.n }, &again));
        assert_int_equal(again, day);
    }
}

/* From PostgreSQL's first day to its last, with years of every length. */
static void test_days_of_all_eras(void **state)
{
    enum { FIRST = -2451545, END = 2145031949, STRIDE = 10007 };
    struct buf b;
    buf_init(&b, *state, 64);
    for (int32_t day = FIRST; day < END - STRIDE; day += STRIDE) {
        int32_t again = 0;
        b.n = 0;
        calendar_write_date(&b, day);
        assert_true(calendar_read_date((struct text){ .at = b.at, .n = b.n }, &again));
        assert_int_equal(again, day);
    }
}

struct moment {
    const char *text;
    const char *written; /* NULL: as it was read */
    int64_t us;
};

static void assert_moments(struct arena *a, enum calendar_zone zone, const struct moment *rows,
                           size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t us = 1;
        struct buf b;
        if (!calendar_read_timestamp(text_of(rows[i].text), zone, &us) || us != rows[i].us) {
            fail_msg("\"%s\" was not read as %" PRId64 " but %" PRId64, rows[i].text, rows[i].us,
                     us);
        }
        buf_init(&b, a, 0);
        calendar_write_timestamp(&b, zone, us);
        assert_string_equal(buf_terminate(&b),
                            rows[i].written == NULL ? rows[i].text : rows[i].written);
    }
}

static void test_moments_in_utc(void **state)
{
    const struct moment rows[] = {
        { "2000-01-01T00:00:00Z", NULL, 0 },
        { "1999-12-31T23:59:59.999999Z", NULL, -1 },
        { "2000-01-01T00:00:00.000001Z", NULL, 1 },
        { "2000-01-01T00:00:00.25Z", NULL, 250000 },
        { "2000-01-01T00:00:00.250000Z", "2000-01-01T00:00:00.25Z", 250000 },
        { "2000-01-01T00:00:00.0Z", "2000-01-01T00:00:00Z", 0 },
        { "2000-01-01t00:00:00z", "2000-01-01T00:00:00Z", 0 },
        { "2000-01-01T02:00:00+02:00", "2000-01-01T00:00:00Z", 0 },
        { "1999-12-31T18:30:00-05:30", "2000-01-01T00:00:00Z", 0 },
        { "2000-01-01T00:00:00-00:00", "2000-01-01T00:00:00Z", 0 },
        { "2000-01-01T00:00:00.0000004Z", "2000-01-01T00:00:00Z", 0 },
        { "2000-01-01T00:00:00.0000005Z", "2000-01-01T00:00:00.000001Z", 1 },
        { "1999-12-31T23:59:59.9999999Z", "2000-01-01T00:00:00Z", 0 },
        { "2026-01-31T09:15:00.25Z", NULL, 9527 * day_us + INT64_C(33300250000) },
        { "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 6210 * day_us },
        { "2017-01-01T01:59:60+02:00", "2017-01-01T00:00:00Z", 6210 * day_us },
        { "-004713-11-24T00:00:00Z", NULL, INT64_C(-211813488000000000) },
        { "+294276-12-31T23:59:59.999999Z", NULL, INT64_C(9223371331199999999) },
        { "infinity", NULL, INT64_MAX },
        { "-infinity", NULL, INT64_MIN },
    };
    assert_moments(*state, CALENDAR_UTC, rows, ARRAY_SIZE(rows));
}

static void test_moments_without_a_zone(void **state)
{
    const struct moment rows[] = {
        { "2000-01-01T00:00:00", NULL, 0 },
        { "2026-01-31T09:15:00.5", NULL, 9527 * day_us + INT64_C(33300500000) },
        { "infinity", NULL, INT64_MAX },
    };
    assert_moments(*state, CALENDAR_LOCAL, rows, ARRAY_SIZE(rows));
    int64_t us = 0;
    assert_false(
        calendar_read_timestamp(TEXT_LITERAL("2000-01-01T00:00:00Z"), CALENDAR_LOCAL, &us));
    assert_false(
        calendar_read_timestamp(TEXT_LITERAL("2000-01-01T00:00:00+01:00"), CALENDAR_LOCAL, &us));
}

static void test_what_is_no_moment(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "2000-01-01",
        "2000-01-01T00:00:00",
        "2000-01-01 00:00:00Z",
        "2000-01-01T00:00Z",
        "2000-01-01T0:00:00Z",
        "2000-01-01T24:00:00Z",
        "2000-01-01T23:60:00Z",
        "2000-01-01T23:58:60Z",
        "2000-01-01T23:59:61Z",
        "2017-01-01T01:59:60+01:00",
        "2000-01-01T00:00:00.Z",
        "2000-01-01T00:00:00,5Z",
        "2000-01-01T00:00:00+2:00",
        "2000-01-01T00:00:00+0200",
        "2000-01-01T00:00:00+24:00",
        "2000-01-01T00:00:00+00:60",
        "2000-01-01T00:00:00ZZ",
        "2000-01-01T00:00:00 Z",
        "2000-02-30T00:00:00Z",
        "-004713-11-23T23:59:59Z",
        "+294277-01-01T00:00:00Z",
        "+294276-12-31T23:59:59.9999995Z",
        "+9999999-01-01T00:00:00Z",
        "-9999999-01-01T00:00:00Z",
        "now",
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t us = 0;
        if (calendar_read_timestamp(text_of(rows[i]), CALENDAR_UTC, &us)) {
            fail_msg("\"%s\" was read as a moment", rows[i]);
        }
    }
}

static void test_times_of_day(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } rows[] = {
        { "00:00:00", 0 },
        { "00:00:00.000001", 1 },
        { "09:15:00.25", INT64_C(33300250000) },
        { "23:59:59.999999", INT64_C(86399999999) },
        { "24:00:00", INT64_C(86400000000) },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t us = 0;
        struct buf b;
        assert_true(calendar_read_time(text_of(rows[i].text), CALENDAR_LOCAL, &us, NULL));
        assert_int_equal(us, rows[i].us);
        buf_init(&b, *state, 0);
        calendar_write_time(&b, CALENDAR_LOCAL, us, 0);
        assert_string_equal(buf_terminate(&b), rows[i].text);
    }
    int64_t us = 0;
    assert_true(calendar_read_time(TEXT_LITERAL("23:59:60"), CALENDAR_LOCAL, &us, NULL));
    assert_int_equal(us, day_us);
    assert_true(calendar_read_time(TEXT_LITERAL("23:59:59.9999995"), CALENDAR_LOCAL, &us, NULL));
    assert_int_equal(us, day_us);
}

static void test_times_with_an_offset(void **state)
{
    static const struct {
        const char *text;
        int32_t east_s;
        const char *written; /* NULL: as it was read */
    } rows[] = {
        { "09:15:00+00:00", 0, NULL },
        { "09:15:00Z", 0, "09:15:00+00:00" },
        { "09:15:00-00:00", 0, "09:15:00+00:00" },
        { "09:15:00+02:00", 7200, NULL },
        { "09:15:00-03:30", -12600, NULL },
        { "09:15:00+00:00:30", 30, NULL },
        { "09:15:00-15:59:59", -57599, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t us = 0;
        int32_t east_s = 1;
        struct buf b;
        assert_true(calendar_read_time(text_of(rows[i].text), CALENDAR_OFFSET, &us, &east_s));
        assert_int_equal(us, INT64_C(33300000000));
        assert_int_equal(east_s, rows[i].east_s);
        buf_init(&b, *state, 0);
        calendar_write_time(&b, CALENDAR_OFFSET, us, east_s);
        assert_string_equal(buf_terminate(&b),
                            rows[i].written == NULL ? rows[i].text : rows[i].written);
    }
}

static void test_what_is_no_time(void **state)
{
    (void)state;
    static const char *const local[] = {
        "",          "09:15",          "9:15:00",   "24:00:01",   "24:00:00.000001", "24:01:00",
        "25:00:00",  "00:60:00",       "00:00:61",  "23:59:60.5", "09:15:60",        "09:15:00.",
        "09:15:00Z", "09:15:00+02:00", "T09:15:00", " 09:15:00",  "09:15:00 ",       "09:15:00 PM",
    };
    static const char *const offset[] = {
        "09:15:00",        "09:15:00+2",      "09:15:00+02",      "09:15:00+0200",
        "09:15:00+16:00",  "09:15:00-16:00",  "09:15:00+02:60",   "09:15:00+02:00:60",
        "09:15:00+02:00:", "09:15:00 +02:00", "09:15:00+02:00 x",
    };
    int64_t us = 0;
    int32_t east_s = 0;
    for (size_t i = 0; i < ARRAY_SIZE(local); i++) {
        if (calendar_read_time(text_of(local[i]), CALENDAR_LOCAL, &us, NULL)) {
            fail_msg("\"%s\" was read as a time of day", local[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(offset); i++) {
        if (calendar_read_time(text_of(offset[i]), CALENDAR_OFFSET, &us, &east_s)) {
            fail_msg("\"%s\" was read as a time with an offset", offset[i]);
        }
    }
    /* RFC 3339 has neither of these in a moment */
    assert_false(calendar_read_timestamp(TEXT_LITERAL("2000-01-01T24:00:00Z"), CALENDAR_UTC, &us));
    assert_false(
        calendar_read_timestamp(TEXT_LITERAL("2000-01-01T00:00:00+01:00:30"), CALENDAR_UTC, &us));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_dates_both_ways),
        cmocka_unit_test(test_what_is_no_date),
        arena_test(test_every_day_of_five_centuries),
        arena_test(test_days_of_all_eras),
        arena_test(test_moments_in_utc),
        arena_test(test_moments_without_a_zone),
        cmocka_unit_test(test_what_is_no_moment),
        arena_test(test_times_of_day),
        arena_test(test_times_with_an_offset),
        cmocka_unit_test(test_what_is_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
