/*
 * column_type_of_test.c - types of columns that no table can list: enums, arrays, domains, bounds.
 */
#include "support/cmocka_all.h"

#include "model/column_read.h"
#include "model/column_type_of.h"

static const char *const labels[] = { "sad", "ok", "happy" };

static const struct catalog_type types[] = {
    { .oid = 16500,
      .name = "mood",
      .kind = 'e',
      .category = 'E',
      .array_oid = 16501,
      .n_labels = 3,
      .labels = labels },
    { .oid = 16501, .name = "mood[]", .kind = 'b', .category = 'A', .element_oid = 16500 },
    { .oid = 16510, .name = "citext", .kind = 'b', .category = 'S', .array_oid = 16511 },
    { .oid = 16511, .name = "citext[]", .kind = 'b', .category = 'A', .element_oid = 16510 },
    { .oid = 16520,
      .name = "price",
      .kind = 'd',
      .category = 'N',
      .array_oid = 16521,
      .base_oid = 1700,
      .base_modifier = (10 << 16 | 2) + 4 },
    { .oid = 16521, .name = "price[]", .kind = 'b', .category = 'A', .element_oid = 16520 },
    { .oid = 16530,
      .name = "tags",
      .kind = 'd',
      .category = 'A',
      .array_oid = 16531,
      .base_oid = 1009,
      .base_modifier = -1 },
    { .oid = 16531, .name = "tags[]", .kind = 'b', .category = 'A', .element_oid = 16530 },
    { .oid = 16540, .name = "ltree", .kind = 'b', .category = 'U', .array_oid = 16541 },
    { .oid = 16541, .name = "ltree[]", .kind = 'b', .category = 'A', .element_oid = 16540 },
};
static const struct catalog catalog = { .n_types = ARRAY_SIZE(types), .types = types };

static const struct column_type *type_of(struct arena *a, uint32_t oid, int32_t modifier)
{
    const struct catalog_column column = { .type_oid = oid, .type_modifier = modifier };
    return column_type_of(a, &catalog, &column);
}

static void test_plain_types_are_constants(void **state)
{
    static const uint32_t oids[] = { 20, 25, 1043, 1042, 1700, 1184, 2950, 114, 3802, 17 };
    for (size_t i = 0; i < ARRAY_SIZE(oids); i++) {
        assert_ptr_equal(type_of(*state, oids[i], -1), column_type_find(oids[i]));
    }
    assert_ptr_equal(type_of(*state, 1083, 3), column_type_find(1083)); /* time(3) */
}

static void test_unsupported_types(void **state)
{
    static const uint32_t oids[] = { 0, 600, 1017, 3614, 3904, 16531, 16540, 16541, 99999 };
    for (size_t i = 0; i < ARRAY_SIZE(oids); i++) {
        assert_null(type_of(*state, oids[i], -1));
    }
}

static void test_bounds(void **state)
{
    const struct column_type *type = type_of(*state, 1700, (10 << 16 | 2) + 4);
    assert_int_equal(type->kind, COLUMN_NUMERIC);
    assert_int_equal(type->precision, 10);
    assert_int_equal(type->scale, 2);
    type = type_of(*state, 1700, (2 << 16 | (-3 & 0x7FF)) + 4);
    assert_int_equal(type->precision, 2);
    assert_int_equal(type->scale, -3);
    type = type_of(*state, 1700, (1000 << 16 | 1000) + 4);
    assert_int_equal(type->precision, 1000);
    assert_int_equal(type->scale, 1000);
    assert_int_equal(type_of(*state, 1043, 24)->max_length, 20);
    assert_int_equal(type_of(*state, 1042, 5)->max_length, 1);
}

static void test_enums(void **state)
{
    const struct column_type *mood = type_of(*state, 16500, -1);
    struct cell c;
    assert_int_equal(mood->kind, COLUMN_ENUM);
    assert_int_equal(mood->array_oid, 16501);
    assert_true(mood->is_comparable && mood->is_sortable);
    assert_true(column_read_text(*state, mood, TEXT_LITERAL("happy"), &c));
    assert_int_equal(c.n, 5);
    assert_memory_equal(c.at, "happy", 5);
    assert_true(column_read_value(*state, mood, TEXT_LITERAL("sad"), &c));
    assert_false(column_read_text(*state, mood, TEXT_LITERAL("Sad"), &c));
    assert_false(column_read_text(*state, mood, TEXT_LITERAL("sa"), &c));
    assert_false(column_read_text(*state, mood, TEXT_LITERAL(""), &c));
    assert_false(column_read_integer(*state, mood, 1, &c));
}

static void test_strings_of_extensions(void **state)
{
    const struct column_type *citext = type_of(*state, 16510, -1);
    assert_int_equal(citext->kind, COLUMN_TEXT);
    assert_int_equal(citext->oid, 16510);
    assert_string_equal(citext->name, "citext");
    assert_false(citext->is_key); /* "A" and "a" would be two names of one row */
}

static void test_arrays(void **state)
{
    static const struct {
        uint32_t oid;
        int32_t modifier;
        uint32_t element_oid;
        const char *name;
    } rows[] = {
        { 1016, -1, 20, "bigint[]" },     { 1009, -1, 25, "text[]" },
        { 1015, 24, 1043, "varchar[]" },  { 1231, (5 << 16 | 1) + 4, 1700, "numeric[]" },
        { 199, -1, 114, "json[]" },       { 16501, -1, 16500, "mood[]" },
        { 16511, -1, 16510, "citext[]" }, { 16521, -1, 16520, "price[]" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct column_type *type = type_of(*state, rows[i].oid, rows[i].modifier);
        assert_non_null(type);
        assert_int_equal(type->kind, COLUMN_ARRAY);
        assert_int_equal(type->oid, rows[i].oid);
        assert_int_equal(type->array_oid, 0);
        assert_int_equal(type->element->oid, rows[i].element_oid);
        assert_string_equal(type->name, rows[i].name);
        assert_false(type->is_comparable || type->is_sortable || type->is_key);
    }
    assert_int_equal(type_of(*state, 1015, 24)->element->max_length, 20);
    assert_int_equal(type_of(*state, 1231, (5 << 16 | 1) + 4)->element->scale, 1);
    assert_int_equal(type_of(*state, 16521, -1)->element->precision, 10);
    assert_string_equal(type_of(*state, 199, -1)->compared_as, "::jsonb[]");
    assert_string_equal(type_of(*state, 1016, -1)->compared_as, "");
}

static const char *json_of(struct arena *a, const struct column_type *type, struct cell c)
{
    struct buf b;
    buf_init(&b, a, 0);
    column_write_json(&b, type, c);
    return buf_terminate(&b);
}

static void test_arrays_both_ways(void **state)
{
    const struct column_type *type = type_of(*state, 1016, -1);
    struct cell elements[3] = { cell_from_int8(*state, 1), cell_null(),
                                cell_from_int8(*state, INT64_MIN) };
    struct cell c;
    assert_true(column_read_array(*state, type, elements, 3, &c));
    assert_string_equal(json_of(*state, type, c), "[1,null,-9223372036854775808]");
    assert_true(column_read_array(*state, type, NULL, 0, &c));
    assert_int_equal(c.n, 12);
    assert_string_equal(json_of(*state, type, c), "[]");
    assert_false(column_read_array(*state, column_type_find(20), elements, 1, &c));
    assert_false(column_read_value(*state, type, TEXT_LITERAL("[1]"), &c));

    const struct column_type *texts = type_of(*state, 1009, -1);
    struct cell text = cell_from_text("a\"b", 3);
    assert_true(column_read_array(*state, texts, &text, 1, &c));
    assert_string_equal(json_of(*state, texts, c), "[\"a\\\"b\"]");

    /* the header names the domain, which PostgreSQL compares with the column's */
    const struct column_type *prices = type_of(*state, 16521, -1);
    assert_true(column_read_text(*state, prices->element, TEXT_LITERAL("1.50"), &text));
    assert_true(column_read_array(*state, prices, &text, 1, &c));
    assert_memory_equal(c.at + 8, "\0\0\x40\x88", 4);
    assert_string_equal(json_of(*state, prices, c), "[1.50]");
}

/* Several dimensions, and a numbering that begins elsewhere, as PostgreSQL may have stored them. */
static void test_arrays_of_arrays_are_shown(void **state)
{
    static const char bytes[] = "\0\0\0\2\0\0\0\1\0\0\0\x15"
                                "\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0\1"
                                "\0\0\0\2\0\1\0\0\0\2\0\2\xff\xff\xff\xff\0\0\0\2\0\4";
    const struct column_type *type = type_of(*state, 1005, -1);
    assert_string_equal(json_of(*state, type, cell_from_text(bytes, sizeof bytes - 1)),
                        "[[1,2],[null,4]]");
}

static void test_fitting(void **state)
{
    const struct column_type *varchar = type_of(*state, 1043, 7); /* varchar(3) */
    assert_true(column_fits(varchar, cell_from_text("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 9)));
    assert_false(column_fits(varchar, cell_from_text("abcd", 4)));
    assert_true(column_fits(varchar, cell_null()));
    assert_true(column_fits(column_type_find(25), cell_from_text("abcd", 4)));
    const struct column_type *numeric = type_of(*state, 1700, (3 << 16 | 1) + 4);
    struct cell c;
    assert_true(column_read_text(*state, numeric, TEXT_LITERAL("99.9"), &c));
    assert_true(column_fits(numeric, c));
    assert_true(column_read_text(*state, numeric, TEXT_LITERAL("99.95"), &c));
    assert_false(column_fits(numeric, c));
}

static void test_without_memory(void **state)
{
    (void)state;
    static const uint32_t oids[] = { 16500, 16501, 16510, 16521, 1016 };
    for (size_t i = 0; i < ARRAY_SIZE(oids); i++) {
        size_t n_failed = 0;
        for (size_t budget = 0; budget < 1024; budget += 16) {
            struct arena *a = arena_new(budget);
            const struct column_type *type = type_of(a, oids[i], -1);
            assert_true(type != NULL || arena_failed(a));
            n_failed += arena_failed(a) ? 1 : 0;
            arena_free(a);
        }
        assert_true(n_failed > 0 && n_failed < 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_plain_types_are_constants),
        arena_test(test_unsupported_types),
        arena_test(test_bounds),
        arena_test(test_enums),
        arena_test(test_strings_of_extensions),
        arena_test(test_arrays),
        arena_test(test_arrays_both_ways),
        arena_test(test_arrays_of_arrays_are_shown),
        arena_test(test_fitting),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("column_type_of", tests, NULL, NULL);
}
