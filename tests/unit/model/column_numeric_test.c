/*
 * column_numeric_test.c - numeric keeps every digit it is given, in PostgreSQL's own format.
 */
#include "support/cmocka_all.h"

#include "model/column_parts.h"

static const char *written(struct arena *a, struct cell c)
{
    struct buf b;
    buf_init(&b, a, 0);
    column_numeric_write(&b, c);
    return buf_terminate(&b);
}

/* The bytes are those of PostgreSQL's numeric_send(). */
static void test_the_binary_format(void **state)
{
    static const struct {
        const char *text;
        const char *bytes;
        size_t n_bytes;
    } rows[] = {
        { "0", "\0\0\0\0\0\0\0\0", 8 },
        { "0.00", "\0\0\0\0\0\0\0\2", 8 },
        { "1", "\0\1\0\0\0\0\0\0\0\1", 10 },
        { "-1", "\0\1\0\0\x40\0\0\0\0\1", 10 },
        { "12.50", "\0\2\0\0\0\0\0\2\0\x0c\x13\x88", 12 },
        { "10000", "\0\1\0\1\0\0\0\0\0\1", 10 },
        { "123456789", "\0\3\0\2\0\0\0\0\0\1\x09\x29\x1a\x85", 14 },
        { "0.0001", "\0\1\xff\xff\0\0\0\4\0\1", 10 },
        { "0.00001", "\0\1\xff\xfe\0\0\0\5\x03\xe8", 10 },
        { "NaN", "\0\0\0\0\xc0\0\0\0", 8 },
        { "Infinity", "\0\0\0\0\xd0\0\0\0", 8 },
        { "-Infinity", "\0\0\0\0\xf0\0\0\0", 8 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c = cell_null();
        if (!column_numeric_read(*state, text_of(rows[i].text), &c)) {
            fail_msg("%s is not read", rows[i].text);
        }
        assert_int_equal(c.n, rows[i].n_bytes);
        assert_memory_equal(c.at, rows[i].bytes, rows[i].n_bytes);
    }
}

static void test_digits_are_kept(void **state)
{
    static const struct {
        const char *text;
        const char *json;
    } rows[] = {
        { "0", "0" },
        { "-0", "0" },
        { "-0.00", "0.00" },
        { "1.10", "1.10" },
        { "100", "100" },
        { "1e2", "100" },
        { "1.5e1", "15" },
        { "1.50e1", "15.0" },
        { "1.5E+3", "1500" },
        { "15e-1", "1.5" },
        { "1e-7", "0.0000001" },
        { "0e5", "0" },
        { "0e-5", "0.00000" },
        { "0.1e1", "1" },
        { "-0.0010", "-0.0010" },
        { "9999.9999", "9999.9999" },
        { "10000.0001", "10000.0001" },
        { "99999999999999999999.99999999999999999999",
          "99999999999999999999.99999999999999999999" },
        { "123456789012345678901234567890", "123456789012345678901234567890" },
        { "1000000000000000000000000.0000000000000000001",
          "1000000000000000000000000.0000000000000000001" },
        { "NaN", "\"NaN\"" },
        { "Infinity", "\"Infinity\"" },
        { "-Infinity", "\"-Infinity\"" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c = cell_null();
        if (!column_numeric_read(*state, text_of(rows[i].text), &c)) {
            fail_msg("%s is not read", rows[i].text);
        }
        assert_string_equal(written(*state, c), rows[i].json);
    }
}

static void test_what_is_none(void **state)
{
    static const char *const rows[] = {
        "",         "-",          "+1",           "01",
        ".5",       "1.",         "1e",           "1e+",
        "1 ",       " 1",         "1,5",          "0x10",
        "nan",      "infinity",   "+Infinity",    "--1",
        "1.5.2",    "1e5e5",      "\xd9\xa1",     "1e-16384",
        "1e131072", "0.1e131073", "1e2147483648", "1e-99999999999999999999",
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c;
        if (column_numeric_read(*state, text_of(rows[i]), &c)) {
            fail_msg("\"%s\" is read as %s", rows[i], written(*state, c));
        }
    }
}

/* PostgreSQL's limits: 131,072 digits before the point and 16,383 behind it. */
static void test_the_longest(void **state)
{
    static const char *const rows[] = { "1e131071", "1e-16383", "10e131070", "0e131072" };
    struct cell c;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (!column_numeric_read(*state, text_of(rows[i]), &c)) {
            fail_msg("%s is not read", rows[i]);
        }
    }
    assert_true(column_numeric_read(*state, text_of("1e131071"), &c));
    assert_int_equal(c.n, 10);
    assert_int_equal(strlen(written(*state, c)), 131072);

    struct buf digits;
    buf_init(&digits, *state, 200000);
    for (int i = 0; i < 131072; i++) {
        buf_add_char(&digits, '9');
    }
    struct text text = { .at = digits.at, .n = digits.n };
    assert_true(column_numeric_read(*state, text, &c));
    assert_true(text_equal(text_of(written(*state, c)), text));
    buf_add_char(&digits, '9');
    text = (struct text){ .at = digits.at, .n = digits.n };
    assert_false(column_numeric_read(*state, text, &c));
}

static void test_precision_and_scale(void **state)
{
    static const struct {
        const char *text;
        int32_t precision;
        int32_t scale;
        bool fits;
    } rows[] = {
        { "123.45", 5, 2, true },     { "999.99", 5, 2, true },    { "1000", 5, 2, false },
        { "0.001", 5, 2, false },     { "0.010", 5, 2, true },     { "1.500000", 5, 2, true },
        { "-999.99", 5, 2, true },    { "-1000.00", 5, 2, false }, { "0", 1, 1, true },
        { "0.00", 1, 1, true },       { "0.9", 1, 1, true },       { "1", 1, 1, false },
        { "99999", 5, 0, true },      { "100000", 5, 0, false },   { "0.5", 5, 0, false },
        { "12000", 2, -3, true },     { "12500", 2, -3, false },   { "99000", 2, -3, true },
        { "100000", 2, -3, false },   { "0.0012", 2, 4, true },    { "0.0123", 2, 4, false },
        { "NaN", 5, 2, true },        { "Infinity", 5, 2, false }, { "-Infinity", 5, 2, false },
        { "12345678.9", 9, 1, true },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cell c;
        assert_true(column_numeric_read(*state, text_of(rows[i].text), &c));
        if (column_numeric_fits(c, rows[i].precision, rows[i].scale) != rows[i].fits) {
            fail_msg("%s in numeric(%d, %d)", rows[i].text, rows[i].precision, rows[i].scale);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_the_binary_format),   arena_test(test_digits_are_kept),
        arena_test(test_what_is_none),        arena_test(test_the_longest),
        arena_test(test_precision_and_scale),
    };
    return cmocka_run_group_tests_name("column_numeric", tests, NULL, NULL);
}
