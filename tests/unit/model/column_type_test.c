/*
 * column_type_test.c - which types there are, what they allow, and ids between text and keys.
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

static void test_without_memory_there_is_no_key(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct cell c;
    assert_false(key_read(a, type_of(BIGINT), TEXT_LITERAL("1"), &c));
    assert_false(key_read(a, type_of(TEXT), TEXT_LITERAL("a"), &c));
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
        cmocka_unit_test(test_what_can_be_compared),
        cmocka_unit_test(test_without_memory_there_is_no_key),
    };
    return cmocka_run_group_tests_name("column_type", tests, NULL, NULL);
}
