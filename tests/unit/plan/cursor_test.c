/*
 * cursor_test.c - a cursor gives back its key, for its own type only, and cannot be edited.
 */
#include "support/cmocka_all.h"

#include "jsonapi/problem.h"
#include "plan/cursor.h"
#include "support/small_model.h"

enum { OID_BIGINT = 20, OID_SMALLINT = 21, OID_INTEGER = 23, OID_TEXT = 25, OID_UUID = 2950 };

static struct text written(struct arena *a, const struct resource *of, struct cell key)
{
    struct buf b;
    buf_init(&b, a, 0);
    cursor_write(&b, of, key);
    assert_false(b.failed);
    return (struct text){ .at = b.at, .n = b.n };
}

static struct cell key_of(struct arena *a, const struct resource *of, const char *id)
{
    struct cell key;
    assert_true(key_read(a, of->key_type, text_of(id), &key));
    return key;
}

static const struct {
    uint32_t oid;
    const char *id;
} keys[] = {
    { OID_BIGINT, "1" },
    { OID_BIGINT, "0" },
    { OID_BIGINT, "-5" },
    { OID_BIGINT, "9223372036854775807" },
    { OID_BIGINT, "-9223372036854775808" },
    { OID_SMALLINT, "32767" },
    { OID_INTEGER, "-2147483648" },
    { OID_TEXT, "x" },
    { OID_TEXT, "a key with spaces / and ünïcode" },
    { OID_UUID, "0188d2c5-9f5e-7c3a-8a55-0123456789ab" },
};

static void test_keys_come_back(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct resource *phones = &small_model_new(*state, keys[i].oid)->resources[1];
        struct cell key = key_of(*state, phones, keys[i].id);
        struct cell back;
        assert_int_equal(cursor_read(*state, phones, written(*state, phones, key), &back), 0);
        assert_int_equal(back.n, key.n);
        assert_memory_equal(back.at, key.at, (size_t)key.n);
    }
}

static void test_cursors_are_safe_in_urls(void **state)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const struct resource *phones = &small_model_new(*state, keys[i].oid)->resources[1];
        struct text cursor = written(*state, phones, key_of(*state, phones, keys[i].id));
        assert_true(cursor.n > 0);
        for (size_t at = 0; at < cursor.n; at++) {
            assert_non_null(memchr(allowed, cursor.at[at], sizeof allowed - 1));
        }
    }
}

static void test_cursors_of_another_type_are_refused(void **state)
{
    const struct model *model = small_model_new(*state, OID_BIGINT);
    struct cell key = key_of(*state, &model->resources[0], "42");
    struct cell back;
    assert_int_equal(cursor_read(*state, &model->resources[1],
                                 written(*state, &model->resources[0], key), &back),
                     PROBLEM_BAD_PARAMETER);
}

static void test_edited_cursors_are_refused(void **state)
{
    const struct resource *persons = &small_model_new(*state, OID_BIGINT)->resources[0];
    struct text cursor = written(*state, persons, key_of(*state, persons, "1234"));
    struct cell back;
    for (size_t n = 0; n < cursor.n; n++) {
        struct text cut = { .at = cursor.at, .n = n };
        assert_int_equal(cursor_read(*state, persons, cut, &back), PROBLEM_BAD_PARAMETER);
    }
    for (size_t at = 0; at < cursor.n; at++) {
        for (int c = 0; c < 256; c++) {
            char *edited = arena_copy(*state, cursor.at, cursor.n);
            edited[at] = (char)c;
            int expected = edited[at] == cursor.at[at] ? 0 : PROBLEM_BAD_PARAMETER;
            struct text text = { .at = edited, .n = cursor.n };
            assert_int_equal(cursor_read(*state, persons, text, &back), expected);
        }
    }
}

static void test_what_is_no_cursor_is_refused(void **state)
{
    static const char *const cases[] = {
        "",        "garbage", "AAAA",       "AQAAAAA",
        "1",       "====",    "AQAAAAAx=",  "' OR 1=1",
        "AQ AAAA", "\xFF",    "AQAAAAAxMg", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    const struct resource *persons = &small_model_new(*state, OID_BIGINT)->resources[0];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cell key;
        assert_int_equal(cursor_read(*state, persons, text_of(cases[i]), &key),
                         PROBLEM_BAD_PARAMETER);
    }
}

static void test_without_memory(void **state)
{
    const struct resource *persons = &small_model_new(*state, OID_BIGINT)->resources[0];
    struct cell key = key_of(*state, persons, "1");
    struct text cursor = written(*state, persons, key);
    struct arena *none = arena_new(0);
    assert_true(cursor_read(none, persons, cursor, &key) < 0);
    struct buf b;
    buf_init(&b, none, 0);
    cursor_write(&b, persons, key_of(*state, persons, "1"));
    assert_true(b.failed);
    arena_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_keys_come_back),
        arena_test(test_cursors_are_safe_in_urls),
        arena_test(test_cursors_of_another_type_are_refused),
        arena_test(test_edited_cursors_are_refused),
        arena_test(test_what_is_no_cursor_is_refused),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
