/*
 * catalog_test.c - finding tables and columns by the names that model files give.
 */
#include "support/cmocka_all.h"

#include "pg/catalog.h"

static const struct catalog_column columns[] = { { .name = "id" }, { .name = "Name" } };
static const struct catalog_table tables[] = {
    { .schema = "archive", .name = "persons" },
    { .schema = "public",
      .name = "persons",
      .on_search_path = true,
      .n_columns = 2,
      .columns = columns },
    { .schema = "archive", .name = "old" },
    { .schema = "a.b", .name = "c" },
    { .schema = "a", .name = "b.d" },
    { .schema = "public", .name = "archive.old", .on_search_path = true },
};
static const struct catalog catalog = { .n_tables = ARRAY_SIZE(tables), .tables = tables };

static void test_tables(void **state)
{
    (void)state;
    assert_ptr_equal(catalog_find_table(&catalog, "persons"), &tables[1]);
    assert_ptr_equal(catalog_find_table(&catalog, "public.persons"), &tables[1]);
    assert_ptr_equal(catalog_find_table(&catalog, "archive.persons"), &tables[0]);
    assert_ptr_equal(catalog_find_table(&catalog, "a.b.c"), &tables[3]);
    assert_ptr_equal(catalog_find_table(&catalog, "a.b.d"), &tables[4]);
    assert_ptr_equal(catalog_find_table(&catalog, "archive.old"),
                     &tables[5]); /* the path comes first */
    assert_null(catalog_find_table(&catalog, "old"));
    assert_null(catalog_find_table(&catalog, "Persons"));
    assert_null(catalog_find_table(&catalog, "public"));
    assert_null(catalog_find_table(&catalog, ""));
}

static void test_columns(void **state)
{
    (void)state;
    assert_ptr_equal(catalog_find_column(&tables[1], "Name"), &columns[1]);
    assert_null(catalog_find_column(&tables[1], "name"));
    assert_null(catalog_find_column(&tables[0], "id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
