/*
 * cursor_test.c - a cursor gives back its key and values, for its own list only, and cannot be
 * edited.
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
    cursor_write(&b, CURSOR_KEY_ONLY(of), NULL, key);
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
        const struct cell *back;
        assert_int_equal(
            cursor_read(*state, CURSOR_KEY_ONLY(phones), written(*state, phones, key), &back), 0);
        assert_int_equal(back->n, key.n);
        assert_memory_equal(back->at, key.at, (size_t)key.n);
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
    const struct cell *back;
    assert_int_equal(cursor_read(*state, CURSOR_KEY_ONLY(&model->resources[1]),
                                 written(*state, &model->resources[0], key), &back),
                     PROBLEM_BAD_PARAMETER);
}

/* A cursor with a byte replaced, taken away or added is refused. */
static void check_edits(struct arena *a, const struct resource *of, struct text cursor)
{
    const struct cell *back;
    for (size_t n = 0; n < cursor.n; n++) {
        struct text cut = { .at = cursor.at, .n = n };
        assert_int_equal(cursor_read(a, CURSOR_KEY_ONLY(of), cut, &back), PROBLEM_BAD_PARAMETER);
    }
    for (int c = 0; c < 256; c++) {
        char *longer = arena_copy(a, cursor.at, cursor.n);
        longer[cursor.n] = (char)c; /* over the NUL */
        struct text text = { .at = longer, .n = cursor.n + 1 };
        assert_int_equal(cursor_read(a, CURSOR_KEY_ONLY(of), text, &back), PROBLEM_BAD_PARAMETER);
    }
    for (size_t i = 0; i < cursor.n * 256; i++) {
        char *edited = arena_copy(a, cursor.at, cursor.n);
        edited[i / 256] = (char)(i % 256);
        int expected = edited[i / 256] == cursor.at[i / 256] ? 0 : PROBLEM_BAD_PARAMETER;
        struct text text = { .at = edited, .n = cursor.n };
        assert_int_equal(cursor_read(a, CURSOR_KEY_ONLY(of), text, &back), expected);
    }
}

static void test_edited_cursors_are_refused(void **state)
{
    static const char *const ids[] = { "1234", "12345", "123456" }; /* 0, 2 and 4 bits left over */
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        struct arena *a = arena_new(4 << 20);
        const struct resource *persons = &small_model_new(a, OID_BIGINT)->resources[0];
        check_edits(a, persons, written(a, persons, key_of(a, persons, ids[i])));
        arena_free(a);
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
        const struct cell *key;
        assert_int_equal(cursor_read(*state, CURSOR_KEY_ONLY(persons), text_of(cases[i]), &key),
                         PROBLEM_BAD_PARAMETER);
    }
}

/* ---- with values of sort keys --------------------------------------------------------------- */

enum { N_VALUES = 6 };

static struct cursor_form form_with_values(struct arena *a, const struct resource *of)
{
    static const uint32_t oids[N_VALUES] = { 25, 23, 16, 1082, 701, 25 };
    const struct column_type **types = arena_alloc(a, N_VALUES * sizeof *types);
    for (size_t i = 0; i < N_VALUES; i++) {
        types[i] = column_type_find(oids[i]);
    }
    return (struct cursor_form){ .of = of, .shape = 7, .n_values = N_VALUES, .types = types };
}

/* Values of the form above, from texts; NULL for a null. */
static const struct cell *values_of(struct arena *a, const struct cursor_form *form,
                                    const char *const *texts)
{
    struct cell *values = arena_alloc(a, N_VALUES * sizeof *values);
    for (size_t i = 0; i < N_VALUES; i++) {
        values[i] = cell_null();
        if (texts[i] != NULL) {
            assert_true(column_read_value(a, form->types[i], text_of(texts[i]), &values[i]));
        }
    }
    return values;
}

static struct text written_with(struct arena *a, const struct cursor_form *form,
                                const struct cell *values, struct cell key)
{
    struct buf b;
    buf_init(&b, a, 0);
    cursor_write(&b, form, values, key);
    assert_false(b.failed);
    return (struct text){ .at = b.at, .n = b.n };
}

static const char *const rows_of_values[][N_VALUES] = {
    { "name", "7", "true", "2024-02-29", "1.5", "x" },
    { NULL, NULL, NULL, NULL, NULL, NULL },
    { "", "-2147483648", "false", "0001-01-01", "-0.1", "" },
    { NULL, "0", NULL, "9999-12-31", NULL, "ünïcode \n \"quoted\" \\" },
    { "null", "1", "true", NULL, "1e300", NULL },
};

static void test_values_come_back(void **state)
{
    const struct resource *persons = &small_model_new(*state, OID_BIGINT)->resources[0];
    struct cursor_form form = form_with_values(*state, persons);
    for (size_t i = 0; i < ARRAY_SIZE(rows_of_values); i++) {
        const struct cell *values = values_of(*state, &form, rows_of_values[i]);
        struct cell key = key_of(*state, persons, "42");
        const struct cell *back;
        assert_int_equal(
            cursor_read(*state, &form, written_with(*state, &form, values, key), &back), 0);
        assert_int_equal(cell_int(back[N_VALUES]), 42);
        for (size_t v = 0; v < N_VALUES; v++) {
            assert_int_equal(back[v].n, values[v].n);
            assert_true(cell_is_null(values[v]) ||
                        memcmp(back[v].at, values[v].at, (size_t)values[v].n) == 0);
        }
    }
}

/* A null is no empty text, and what is in one value is not in the next. */
static void test_values_are_told_apart(void **state)
{
    static const char *const pairs[][N_VALUES] = {
        { "", "1", NULL, NULL, NULL, "" },   { NULL, "1", NULL, NULL, NULL, "" },
        { "", "1", NULL, NULL, NULL, NULL }, { "a", "1", NULL, NULL, NULL, "b" },
        { "ab", "1", NULL, NULL, NULL, "" }, { "", "1", NULL, NULL, NULL, "ab" },
    };
    const struct resource *persons = &small_model_new(*state, OID_BIGINT)->resources[0];
    struct cursor_form form = form_with_values(*state, persons);
    struct cell key = key_of(*state, persons, "42");
    struct text cursors[ARRAY_SIZE(pairs)];
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        cursors[i] = written_with(*state, &form, values_of(*state, &form, pairs[i]), key);
        for (size_t j = 0; j < i; j++) {
            assert_false(text_equal(cursors[i], cursors[j]));
        }
    }
}

static void test_cursors_of_another_list_are_refused(void **state)
{
    const struct model *model = small_model_new(*state, OID_BIGINT);
    const struct resource *persons = &model->resources[0];
    struct cursor_form form = form_with_values(*state, persons);
    struct text cursor = written_with(*state, &form, values_of(*state, &form, rows_of_values[0]),
                                      key_of(*state, persons, "42"));
    struct cursor_form others[] = { form, form, form };
    const struct cell *back;
    others[0].shape++;
    others[1].of = &model->resources[1];
    others[2].n_values--;
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_int_equal(cursor_read(*state, &others[i], cursor, &back), PROBLEM_BAD_PARAMETER);
    }
    assert_int_equal(cursor_read(*state, CURSOR_KEY_ONLY(persons), cursor, &back),
                     PROBLEM_BAD_PARAMETER);
    assert_int_equal(
        cursor_read(*state, &form, written(*state, persons, key_of(*state, persons, "42")), &back),
        PROBLEM_BAD_PARAMETER);
    assert_int_equal(cursor_read(*state, &form, cursor, &back), 0);
}

/* A text too long for its length is no cursor at all, rather than one that cannot be read. */
static void test_values_that_are_too_long(void **state)
{
    enum { TOO_LONG = 0xFFFF + 1 };
    const struct resource *persons = &small_model_new(*state, OID_BIGINT)->resources[0];
    const struct column_type *type = column_type_find(OID_TEXT);
    const struct cursor_form form = { .of = persons, .n_values = 1, .types = &type };
    char *longest = arena_alloc(*state, TOO_LONG);
    memset(longest, 'x', TOO_LONG);
    struct cell value = cell_from_text(longest, TOO_LONG);
    struct buf b;
    buf_init(&b, *state, 0);
    cursor_write(&b, &form, &value, key_of(*state, persons, "1"));
    assert_true(b.failed);
}

static void test_without_memory(void **state)
{
    const struct resource *persons = &small_model_new(*state, OID_BIGINT)->resources[0];
    struct cell key = key_of(*state, persons, "1");
    struct text cursor = written(*state, persons, key);
    struct arena *none = arena_new(0);
    const struct cell *back;
    assert_true(cursor_read(none, CURSOR_KEY_ONLY(persons), cursor, &back) < 0);
    struct buf b;
    buf_init(&b, none, 0);
    cursor_write(&b, CURSOR_KEY_ONLY(persons), NULL, key_of(*state, persons, "1"));
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
        arena_test(test_values_come_back),
        arena_test(test_values_are_told_apart),
        arena_test(test_cursors_of_another_list_are_refused),
        arena_test(test_values_that_are_too_long),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
