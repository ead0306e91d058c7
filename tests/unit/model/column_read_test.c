/*
 * column_read_test.c - values of every type between text, PostgreSQL's binary format and JSON.
 */
#include "support/cmocka_all.h"

#include "model/column_read.h"
#include "support/type_oids.h"

static const struct column_type *type_of(uint32_t oid)
{
    const struct column_type *type = column_type_find(oid);
    assert_non_null(type);
    assert_int_equal(type->oid, oid);
    return type;
}

static void assert_cell_json(struct arena *a, uint32_t oid, struct cell c, const char *json)
{
    struct buf b;
    buf_init(&b, a, 0);
    column_write_json(&b, type_of(oid), c);
    assert_string_equal(buf_terminate(&b), json);
}

/* Text in a document, and what comes back: NULL when it is refused. */
static const struct {
    uint32_t oid;
    const char *text;
    const char *json;
} texts[] = {
    { TEXT, "", "\"\"" },
    { TEXT, "Zo\xc3\xab \"Z\"", "\"Zo\xc3\xab \\\"Z\\\"\"" },
    { TEXT, "\xed\xa0\x80", NULL }, /* a surrogate */
    { VARCHAR, "x", "\"x\"" },
    { NAME, "123456789012345678901234567890123456789012345678901234567890123",
      "\"123456789012345678901234567890123456789012345678901234567890123\"" },
    { NAME, "1234567890123456789012345678901234567890123456789012345678901234", NULL },
    { UUID, "0123ABCD-0123-4567-89AB-CDEF01234567", "\"0123abcd-0123-4567-89ab-cdef01234567\"" },
    { UUID, "0123abcd", NULL },
    { BIGINT, "1", NULL },
    { BOOLEAN, "true", NULL },
    { DOUBLE, "NaN", "\"NaN\"" },
    { DOUBLE, "Infinity", "\"Infinity\"" },
    { REAL, "-Infinity", "\"-Infinity\"" },
    { REAL, "NaN", "\"NaN\"" },
    { DOUBLE, "1.5", NULL },
    { DATE, "2026-01-31", "\"2026-01-31\"" },
    { DATE, "2026-02-29", NULL },
    { TIMESTAMPTZ, "2026-01-31T09:15:00.25Z", "\"2026-01-31T09:15:00.25Z\"" },
    { TIMESTAMPTZ, "2026-01-31T09:15:00", NULL },
    { TIMESTAMP, "2026-01-31T09:15:00", "\"2026-01-31T09:15:00\"" },
    { TIMESTAMP, "2026-01-31T09:15:00Z", NULL },
    { TIME, "09:15:00.25", "\"09:15:00.25\"" },
    { TIME, "24:00:00", "\"24:00:00\"" },
    { TIME, "09:15", NULL },
    { TIMETZ, "09:15:00-03:30", "\"09:15:00-03:30\"" },
    { TIMETZ, "09:15:00Z", "\"09:15:00+00:00\"" },
    { TIMETZ, "09:15:00", NULL },
    { INTERVAL, "P1Y2M3DT4H5M6.5S", "\"P1Y2M3DT4H5M6.5S\"" },
    { INTERVAL, "1 day", NULL },
    { JSON, "{}", NULL }, /* a string of a document is not read as JSON */
    { JSONB, "1", NULL },
    { BYTEA, "", "\"\"" },
    { BYTEA, "aA==", "\"aA==\"" },
    { BYTEA, "aGU=", "\"aGU=\"" },
    { BYTEA, "aGVs", "\"aGVs\"" },
    { BYTEA, "AAH/gP/+", "\"AAH/gP/+\"" },
    { BYTEA, "aA", NULL },
    { BYTEA, "aA=", NULL },
    { BYTEA, "aB==", NULL }, /* bits behind the last byte */
    { BYTEA, "aGV=", NULL },
    { BYTEA, "====", NULL },
    { BYTEA, "a===", NULL },
    { BYTEA, "aA==aA==", NULL },
    { BYTEA, "aGVs\n", NULL },
    { BYTEA, "aG-_", NULL }, /* the alphabet for URLs */
    { INET, "192.0.2.1", "\"192.0.2.1\"" },
    { INET, "192.0.2.1/32", "\"192.0.2.1\"" },
    { INET, "192.0.2.1/24", "\"192.0.2.1/24\"" },
    { INET, "0.0.0.0/0", "\"0.0.0.0/0\"" },
    { INET, "2001:DB8::1", "\"2001:db8::1\"" },
    { INET, "2001:db8::/32", "\"2001:db8::/32\"" },
    { INET, "::ffff:192.0.2.1/128", "\"::ffff:192.0.2.1\"" },
    { INET, "192.0.2.1/33", NULL },
    { INET, "2001:db8::/129", NULL },
    { INET, "192.0.2.1/", NULL },
    { INET, "192.0.2.1/024", NULL },
    { INET, "192.0.2.1/+1", NULL },
    { INET, "192.0.2.1/4294967297", NULL },
    { INET, "192.0.2", NULL },
    { INET, "192.0.2.256", NULL },
    { INET, "", NULL },
    { INET, "/8", NULL },
    { INET, "fe80::1%eth0", NULL },
    { INET, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", NULL },
    { CIDR, "192.0.2.0/24", "\"192.0.2.0/24\"" },
    { CIDR, "192.0.2.1", "\"192.0.2.1/32\"" },
    { CIDR, "192.0.2.128/25", "\"192.0.2.128/25\"" },
    { CIDR, "192.0.2.1/24", NULL },
    { CIDR, "192.0.2.64/25", NULL },
    { CIDR, "2001:db8::/32", "\"2001:db8::/32\"" },
    { CIDR, "2001:db8::1/64", NULL },
    { MACADDR, "08:00:2B:01:02:ff", "\"08:00:2b:01:02:ff\"" },
    { MACADDR, "08:00:2b:01:02", NULL },
    { MACADDR, "08-00-2b-01-02-03", NULL },
    { MACADDR, "08:00:2b:01:02:0g", NULL },
    { MACADDR8, "08:00:2b:01:02:03:04:05", "\"08:00:2b:01:02:03:04:05\"" },
    { MACADDR8, "08:00:2b:01:02:03", NULL },
};

static void test_text_values(void **state)
{
    struct arena *a = *state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct cell c = cell_null();
        bool ok = column_read_text(a, type_of(texts[i].oid), text_of(texts[i].text), &c);
        if (ok != (texts[i].json != NULL)) {
            fail_msg("\"%s\" as %s", texts[i].text, type_of(texts[i].oid)->name);
        }
        if (ok) {
            assert_cell_json(a, texts[i].oid, c, texts[i].json);
        }
    }
    struct cell c;
    assert_false(column_read_text(a, type_of(TEXT), TEXT_LITERAL("a\0b"), &c));
    assert_false(column_read_text(a, type_of(INET), TEXT_LITERAL("::1\0"), &c));
}

static void test_integers(void **state)
{
    struct arena *a = *state;
    static const struct {
        uint32_t oid;
        int64_t value;
        const char *json;
    } rows[] = {
        { SMALLINT, 32767, "32767" },
        { SMALLINT, 32768, NULL },
        { SMALLINT, -32769, NULL },
        { INTEGER, INT32_MIN, "-2147483648" },
        { INTEGER, INT64_C(2147483648), NULL },
        { BIGINT, INT64_MAX, "9223372036854775807" },
        { BIGINT, INT64_MIN, "-9223372036854775808" },
        { REAL, 3, "3" },
        { DOUBLE, -7, "-7" },
        { TEXT, 1, NULL },
        { BOOLEAN, 1, NULL },
        { DATE, 1, NULL },
        { TIMESTAMPTZ, 1, NULL },
        { UUID, 1, NULL },
        { NUMERIC, INT64_MIN, "-9223372036854775808" },
        { NUMERIC, 0, "0" },
        { REAL, INT64_MAX, "9.223372e+18" },
        { JSON, 1, NULL },
        { BYTEA, 1, NULL },
        { INTERVAL, 1, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c = cell_null();
        bool ok = column_read_integer(a, type_of(rows[i].oid), rows[i].value, &c);
        assert_int_equal(ok, rows[i].json != NULL);
        if (ok) {
            assert_cell_json(a, rows[i].oid, c, rows[i].json);
        }
    }
}

static void test_reals_have_the_fewest_digits(void **state)
{
    struct arena *a = *state;
    static const struct {
        uint32_t oid;
        const char *literal;
        const char *json;
    } rows[] = {
        { DOUBLE, "0.1", "0.1" },
        { DOUBLE, "0.1000000000000000055511151231257827", "0.1" },
        { DOUBLE, "0.30000000000000004", "0.30000000000000004" },
        { DOUBLE, "1e15", "1e+15" },
        { DOUBLE, "999999999999999.0", "999999999999999" },
        { DOUBLE, "1E300", "1e+300" },
        { DOUBLE, "5e-324", "5e-324" },
        { DOUBLE, "1.7976931348623157e308", "1.7976931348623157e+308" },
        { DOUBLE, "1.7976931348623159e308", NULL },
        { DOUBLE, "1e-400", NULL },
        { DOUBLE, "0e-400", "0" },
        { DOUBLE, "-0.0", "-0.0" },
        { DOUBLE, "0.0", "0" },
        { DOUBLE, "2.5", "2.5" },
        { DOUBLE, "0.33333333333333333333", "0.3333333333333333" },
        { DOUBLE, "123456789012345678901234567890", "1.2345678901234568e+29" },
        { REAL, "0.1", "0.1" },
        { REAL, "-0.0", "-0.0" },
        { REAL, "16777216", "16777216" },
        { REAL, "1e10", "1e+10" },
        { REAL, "3.4028234663852886e38", "3.4028235e+38" },
        { REAL, "1e-45", "1e-45" },
        { REAL, "1.00000017881393432617187499", "1.0000001" }, /* rounded once, not twice */
        { REAL, "3.5e38", NULL },
        { REAL, "-3.5e38", NULL },
        { REAL, "1e-60", NULL },
        { INTEGER, "1.5", NULL },
        { BIGINT, "1.0", NULL },
        { BIGINT, "9223372036854775808", NULL },
        { TEXT, "1.5", NULL },
        { BOOLEAN, "1.5", NULL },
        { JSON, "1.5", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c = cell_null();
        bool ok = column_read_number(a, type_of(rows[i].oid), text_of(rows[i].literal), &c);
        if (ok != (rows[i].json != NULL)) {
            fail_msg("%s as %s", rows[i].literal, type_of(rows[i].oid)->name);
        }
        if (ok) {
            assert_cell_json(a, rows[i].oid, c, rows[i].json);
        }
    }
}

/* Plain text, as a query string gives it, and the value read from it: NULL when it is refused. */
static const struct {
    uint32_t oid;
    const char *text;
    const char *json;
} values[] = {
    { TEXT, "", "\"\"" },
    { TEXT, "3", "\"3\"" },
    { BOOLEAN, "true", "true" },
    { BOOLEAN, "false", "false" },
    { BOOLEAN, "t", NULL },
    { BOOLEAN, "", NULL },
    { SMALLINT, "-32768", "-32768" },
    { SMALLINT, "32768", NULL },
    { INTEGER, "3", "3" },
    { INTEGER, "+3", NULL },
    { INTEGER, "03", NULL },
    { INTEGER, "3.0", NULL },
    { INTEGER, "", NULL },
    { BIGINT, "9223372036854775807", "9223372036854775807" },
    { BIGINT, "9223372036854775808", NULL },
    { DOUBLE, "1.5e3", "1500" },
    { DOUBLE, "-0.25E-1", "-0.025" },
    { DOUBLE, "1e+2", "100" },
    { DOUBLE, "0", "0" },
    { DOUBLE, "NaN", "\"NaN\"" },
    { DOUBLE, "nan", NULL },
    { DOUBLE, "1e400", NULL },
    { DOUBLE, "0x10", NULL },
    { DOUBLE, "01", NULL },
    { DOUBLE, "1.", NULL },
    { DOUBLE, ".5", NULL },
    { DOUBLE, "1e", NULL },
    { DOUBLE, "1e+", NULL },
    { DOUBLE, "-", NULL },
    { DOUBLE, "", NULL },
    { DOUBLE, "1 ", NULL },
    { REAL, "0.1", "0.1" },
    { REAL, "1e39", NULL },
    { DATE, "2026-01-31", "\"2026-01-31\"" },
    { TIMESTAMPTZ, "2026-01-31T09:15:00+02:00", "\"2026-01-31T07:15:00Z\"" },
    { UUID, "0123abcd", NULL },
    { NUMERIC, "12.50", "12.50" },
    { NUMERIC, "Infinity", "\"Infinity\"" },
    { NUMERIC, "12,5", NULL },
    { TIME, "09:15:00", "\"09:15:00\"" },
    { INTERVAL, "PT90M", "\"PT1H30M\"" },
    { BYTEA, "aGVs", "\"aGVs\"" },
    { CIDR, "10.0.0.0/8", "\"10.0.0.0/8\"" },
    { MACADDR, "08:00:2b:01:02:03", "\"08:00:2b:01:02:03\"" },
    { JSON, "{}", NULL },
    { JSONB, "{}", NULL },
};

static void test_plain_text_of_any_type(void **state)
{
    struct arena *a = *state;
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct cell c = cell_null();
        bool ok = column_read_value(a, type_of(values[i].oid), text_of(values[i].text), &c);
        if (ok != (values[i].json != NULL)) {
            fail_msg("\"%s\" as %s", values[i].text, type_of(values[i].oid)->name);
        }
        if (ok) {
            assert_cell_json(a, values[i].oid, c, values[i].json);
        }
    }
}

static void test_booleans_and_null(void **state)
{
    struct arena *a = *state;
    struct cell c;
    assert_true(column_read_boolean(a, type_of(BOOLEAN), true, &c));
    assert_cell_json(a, BOOLEAN, c, "true");
    assert_true(column_read_boolean(a, type_of(BOOLEAN), false, &c));
    assert_cell_json(a, BOOLEAN, c, "false");
    assert_false(column_read_boolean(a, type_of(INTEGER), true, &c));
    assert_cell_json(a, TIMESTAMPTZ, cell_null(), "null");
    assert_cell_json(a, TEXT, cell_null(), "null");
}

static void test_json_is_kept_as_it_is(void **state)
{
    struct arena *a = *state;
    struct cell c;
    assert_true(column_read_json(a, type_of(JSON), TEXT_LITERAL("{\"a\":1.10}"), &c));
    assert_int_equal(c.n, 10);
    assert_cell_json(a, JSON, c, "{\"a\":1.10}");
    assert_true(column_read_json(a, type_of(JSONB), TEXT_LITERAL("null"), &c));
    assert_int_equal(c.n, 5);
    assert_memory_equal(c.at, "\1null", 5);
    assert_cell_json(a, JSONB, c, "null");
    assert_false(column_read_json(a, type_of(TEXT), TEXT_LITERAL("null"), &c));
}

static void test_without_memory_nothing_is_read(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct cell c;
    assert_false(column_read_integer(a, type_of(BIGINT), 1, &c));
    static const struct {
        uint32_t oid;
        const char *text;
    } rows[] = {
        { DATE, "2026-01-31" },
        { TIMETZ, "09:15:00Z" },
        { INTERVAL, "P1D" },
        { NUMERIC, "1.5" },
        { NUMERIC, "0" },
        { NUMERIC, "NaN" },
        { BYTEA, "aGVs" },
        { INET, "::1" },
        { MACADDR, "08:00:2b:01:02:03" },
        { DOUBLE, "1.5" },
        { UUID, "0123abcd-0123-4567-89ab-cdef01234567" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_false(column_read_value(a, type_of(rows[i].oid), text_of(rows[i].text), &c));
    }
    assert_false(column_read_json(a, type_of(JSONB), TEXT_LITERAL("1"), &c));
    assert_true(arena_failed(a));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_text_values),
        arena_test(test_integers),
        arena_test(test_reals_have_the_fewest_digits),
        arena_test(test_plain_text_of_any_type),
        arena_test(test_booleans_and_null),
        arena_test(test_json_is_kept_as_it_is),
        cmocka_unit_test(test_without_memory_nothing_is_read),
    };
    return cmocka_run_group_tests_name("column_read", tests, NULL, NULL);
}
