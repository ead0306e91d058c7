/*
 * column_type_test.c - ids and values between text, PostgreSQL's binary format and JSON.
 */
#include "support/cmocka_all.h"

#include "model/column_read.h"

enum {
    BIGINT = 20,
    INTEGER = 23,
    SMALLINT = 21,
    TEXT = 25,
    VARCHAR = 1043,
    NAME = 19,
    BOOLEAN = 16,
    REAL = 700,
    DOUBLE = 701,
    DATE = 1082,
    TIMESTAMP = 1114,
    TIMESTAMPTZ = 1184,
    UUID = 2950,
    NUMERIC = 1700,
    TIME = 1083,
    TIMETZ = 1266,
    INTERVAL = 1186,
    JSON = 114,
    JSONB = 3802,
    BYTEA = 17,
    INET = 869,
    CIDR = 650,
    MACADDR = 829,
    MACADDR8 = 774,
};

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

static void test_unsupported_types_are_not_found(void **state)
{
    (void)state;
    static const uint32_t oids[] = { 0, 18, 26, 142, 600, 790, 1007, 1560, 3614, 3904, 16385 };
    for (size_t i = 0; i < ARRAY_SIZE(oids); i++) {
        assert_null(column_type_find(oids[i]));
    }
}

static const struct id_case {
    uint32_t oid;
    const char *id;
    bool is_key;
} ids[] = {
    { BIGINT, "1", true },
    { BIGINT, "0", true },
    { BIGINT, "-1", true },
    { BIGINT, "9223372036854775807", true },
    { BIGINT, "-9223372036854775808", true },
    { BIGINT, "9223372036854775808", false },
    { BIGINT, "-9223372036854775809", false },
    { BIGINT, "99999999999999999999999999", false },
    { BIGINT, "", false },
    { BIGINT, "-", false },
    { BIGINT, "-0", false },
    { BIGINT, "00", false },
    { BIGINT, "01", false },
    { BIGINT, "-01", false },
    { BIGINT, "+1", false },
    { BIGINT, " 1", false },
    { BIGINT, "1 ", false },
    { BIGINT, "1.0", false },
    { BIGINT, "1e3", false },
    { BIGINT, "0x1", false },
    { BIGINT, "1 OR 1=1", false },
    { BIGINT, "\xd9\xa1", false }, /* an Arabic digit */
    { INTEGER, "2147483647", true },
    { INTEGER, "2147483648", false },
    { INTEGER, "-2147483648", true },
    { INTEGER, "-2147483649", false },
    { SMALLINT, "32767", true },
    { SMALLINT, "32768", false },
    { SMALLINT, "-32768", true },
    { TEXT, "any text", true },
    { TEXT, "", false },
    { TEXT, "\xff", false },
    { VARCHAR, "a", true },
    { UUID, "0123abcd-0123-4567-89ab-cdef01234567", true },
    { UUID, "0123ABCD-0123-4567-89ab-cdef01234567", false },
    { UUID, "0123abcd012345678 9abcdef01234567000", false },
    { UUID, "0123abcd-0123-4567-89ab-cdef0123456", false },
    { UUID, "0123abcd-0123-4567-89ab-cdef012345678", false },
    { UUID, "{123abcd-0123-4567-89ab-cdef01234567", false },
    { UUID, "0123abcd-0123-4567-89ab+cdef01234567", false },
};

static void test_ids_have_one_spelling(void **state)
{
    struct arena *a = *state;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        const struct column_type *type = type_of(ids[i].oid);
        struct cell key = cell_null();
        bool is_key = key_read(a, type, text_of(ids[i].id), &key);
        if (is_key != ids[i].is_key) {
            fail_msg("\"%s\" as %s", ids[i].id, type->name);
        }
        if (is_key) {
            struct buf b;
            buf_init(&b, a, 0);
            key_write(&b, type, key);
            assert_string_equal(buf_terminate(&b), ids[i].id);
        }
    }
}

static void test_an_id_with_a_nul_is_none(void **state)
{
    struct cell key;
    assert_false(key_read(*state, type_of(TEXT), TEXT_LITERAL("a\0b"), &key));
    assert_false(key_read(*state, type_of(BIGINT), TEXT_LITERAL("1\0"), &key));
}

static void test_keys_are_of_the_column_s_width(void **state)
{
    struct arena *a = *state;
    struct cell key;
    assert_true(key_read(a, type_of(BIGINT), TEXT_LITERAL("258"), &key));
    assert_int_equal(key.n, 8);
    assert_memory_equal(key.at, "\0\0\0\0\0\0\1\2", 8);
    assert_true(key_read(a, type_of(INTEGER), TEXT_LITERAL("-2"), &key));
    assert_int_equal(key.n, 4);
    assert_memory_equal(key.at, "\xff\xff\xff\xfe", 4);
    assert_true(key_read(a, type_of(SMALLINT), TEXT_LITERAL("1"), &key));
    assert_int_equal(key.n, 2);
    assert_true(
        key_read(a, type_of(UUID), TEXT_LITERAL("0123abcd-0123-4567-89ab-cdef01234567"), &key));
    assert_int_equal(key.n, 16);
    assert_memory_equal(key.at, "\x01\x23\xab\xcd\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67",
                        16);
}

/* Text in a document, and what comes back: NULL when it is refused. */
static void test_text_values(void **state)
{
    struct arena *a = *state;
    static const struct {
        uint32_t oid;
        const char *text;
        const char *json;
    } rows[] = {
        { TEXT, "", "\"\"" },
        { TEXT, "Zo\xc3\xab \"Z\"", "\"Zo\xc3\xab \\\"Z\\\"\"" },
        { TEXT, "\xed\xa0\x80", NULL }, /* a surrogate */
        { VARCHAR, "x", "\"x\"" },
        { NAME, "123456789012345678901234567890123456789012345678901234567890123",
          "\"123456789012345678901234567890123456789012345678901234567890123\"" },
        { NAME, "1234567890123456789012345678901234567890123456789012345678901234", NULL },
        { UUID, "0123ABCD-0123-4567-89AB-CDEF01234567",
          "\"0123abcd-0123-4567-89ab-cdef01234567\"" },
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
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c = cell_null();
        bool ok = column_read_text(a, type_of(rows[i].oid), text_of(rows[i].text), &c);
        if (ok != (rows[i].json != NULL)) {
            fail_msg("\"%s\" as %s", rows[i].text, type_of(rows[i].oid)->name);
        }
        if (ok) {
            assert_cell_json(a, rows[i].oid, c, rows[i].json);
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
static void test_plain_text_of_any_type(void **state)
{
    struct arena *a = *state;
    static const struct {
        uint32_t oid;
        const char *text;
        const char *json;
    } rows[] = {
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
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c = cell_null();
        bool ok = column_read_value(a, type_of(rows[i].oid), text_of(rows[i].text), &c);
        if (ok != (rows[i].json != NULL)) {
            fail_msg("\"%s\" as %s", rows[i].text, type_of(rows[i].oid)->name);
        }
        if (ok) {
            assert_cell_json(a, rows[i].oid, c, rows[i].json);
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

/* What can be asked of values in SQL: json has no "=", and jsonb has, but no use for it. */
static void test_what_can_be_compared(void **state)
{
    (void)state;
    assert_true(type_of(NUMERIC)->is_comparable && type_of(NUMERIC)->is_sortable);
    assert_true(type_of(BYTEA)->is_comparable && !type_of(BYTEA)->is_sortable);
    assert_false(type_of(JSON)->is_comparable || type_of(JSON)->is_sortable);
    assert_false(type_of(JSONB)->is_comparable || type_of(JSONB)->is_sortable);
    assert_string_equal(type_of(JSON)->compared_as, "::jsonb");
    assert_string_equal(type_of(TEXT)->compared_as, "");
}

static void test_without_memory_nothing_is_read(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct cell c;
    assert_false(key_read(a, type_of(BIGINT), TEXT_LITERAL("1"), &c));
    assert_false(key_read(a, type_of(TEXT), TEXT_LITERAL("a"), &c));
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
        cmocka_unit_test(test_unsupported_types_are_not_found),
        arena_test(test_ids_have_one_spelling),
        arena_test(test_an_id_with_a_nul_is_none),
        arena_test(test_keys_are_of_the_column_s_width),
        arena_test(test_text_values),
        arena_test(test_integers),
        arena_test(test_reals_have_the_fewest_digits),
        arena_test(test_plain_text_of_any_type),
        arena_test(test_booleans_and_null),
        arena_test(test_json_is_kept_as_it_is),
        cmocka_unit_test(test_what_can_be_compared),
        cmocka_unit_test(test_without_memory_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
