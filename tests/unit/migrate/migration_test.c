/*
 * migration_test.c - files into sections, versions into order.
 */
#include "support/cmocka_all.h"

#include "migrate/migration.h"

static struct migration parsed(struct arena *a, const char *file, const char *text)
{
    struct migration m;
    const char *reason = NULL;
    if (migration_parse(a, file, text_of(text), &m, &reason) != 0) {
        fail_msg("refused: %s", reason);
    }
    return m;
}

static void assert_sql(struct migration_section section, const char *sql, size_t line)
{
    assert_true(section.exists);
    assert_int_equal(section.sql.n, strlen(sql));
    assert_memory_equal(section.sql.at, sql, section.sql.n);
    assert_int_equal(section.line, line);
}

static void test_names(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *file;
        const char *version; /* NULL: no migration */
        const char *name;
    } rows[] = {
        { "0001_resources.sql", "0001", "resources" },
        { "20261124040000_a_b.sql", "20261124040000", "a_b" },
        { "7.sql", "7", "" },
        { "12x.sql", "12", "x" },
        { "README.md", NULL, NULL },
        { "x_0001.sql", NULL, NULL },
        { "0001_x.sql~", NULL, NULL },
        { ".sql", NULL, NULL },
        { "", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(migration_is_file_name(rows[i].file), rows[i].version != NULL);
        if (rows[i].version != NULL) {
            struct migration m = parsed(a, rows[i].file, "-- migrate:up\n");
            assert_string_equal(m.version, rows[i].version);
            assert_string_equal(m.name, rows[i].name);
        }
    }
}

static void test_both_sections(void **state)
{
    struct migration m = parsed(*state, "1_x.sql",
                                "-- what it is for\n\n-- migrate:up\ncreate table a();\n"
                                "-- migrate:down\ndrop table a;\n");
    assert_sql(m.up, "create table a();\n", 4);
    assert_sql(m.down, "drop table a;\n", 6);
    assert_true(m.up.in_transaction);
    assert_true(m.down.in_transaction);
}

static void test_forms_of_marks(void **state)
{
    struct migration m = parsed(*state, "1_x.sql",
                                "--migrate:up transaction:false\r\nselect 1;\r\n"
                                "--  migrate:down\ttransaction:true");
    assert_sql(m.up, "select 1;\r\n", 2);
    assert_false(m.up.in_transaction);
    assert_sql(m.down, "", 4);
    assert_true(m.down.in_transaction);

    m = parsed(*state, "1_x.sql", "\xef\xbb\xbf-- migrate:up\nselect 1");
    assert_sql(m.up, "select 1", 2);
    assert_false(m.down.exists);

    m = parsed(*state, "1_x.sql", "-- migrate:up\n  -- migrate:down\n--  migrated: yes\n");
    assert_false(m.down.exists); /* an indented line is no mark, as with dbmate */
}

static void test_refusals(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *text;
        const char *reason;
    } rows[] = {
        { "", "1_x.sql:1: there is no line" },
        { "create table a();\n", "1_x.sql:1: there is no line" },
        { "\ncreate table a();\n-- migrate:up\n", "1_x.sql:2: SQL above" },
        { "-- migrate:down\n", "1_x.sql:1: the section \"-- migrate:up\" comes first" },
        { "-- migrate:up\n-- migrate:up\n", "1_x.sql:2: a second section \"-- migrate:up\"" },
        { "-- migrate:up\n\n-- migrate:down\n-- migrate:down\n", "1_x.sql:4: a second section" },
        { "-- migrate:sideways\n", "1_x.sql:1: a mark is" },
        { "-- migrate:up transaction=false\n", "1_x.sql:1: behind" },
        { "-- migrate:up\nselect 1;\n\ncommit;\n",
          "1_x.sql:4: the file already runs in a transaction" },
        { "-- migrate:up\n-- migrate:down\nbegin;\n", "1_x.sql:3: the file already runs" },
        { "-- migrate:up\nselect '\xff';\n", "1_x.sql: the file is not UTF-8" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct migration m;
        const char *reason = NULL;
        assert_int_equal(migration_parse(a, "1_x.sql", text_of(rows[i].text), &m, &reason), 1);
        if (strncmp(reason, rows[i].reason, strlen(rows[i].reason)) != 0) {
            fail_msg("%s", reason);
        }
    }
    struct migration m;
    const char *reason = NULL;
    assert_int_equal(migration_parse(a, "1_x.sql", TEXT_LITERAL("-- migrate:up\n\0"), &m, &reason),
                     1);
}

static void test_commits_are_allowed_without_a_transaction(void **state)
{
    struct migration m =
        parsed(*state, "1_x.sql", "-- migrate:up transaction:false\nbegin;\ncommit;\n");
    assert_sql(m.up, "begin;\ncommit;\n", 2);
}

static void test_checksums(void **state)
{
    (void)state;
    char empty[MIGRATION_CHECKSUM_BYTES];
    char one[MIGRATION_CHECKSUM_BYTES];
    char other[MIGRATION_CHECKSUM_BYTES];
    migration_checksum(text_of(""), empty);
    assert_string_equal(empty, "cbf29ce484222325"); /* FNV-1a's offset basis */
    migration_checksum(text_of("a"), one);
    assert_string_equal(one, "af63dc4c8601ec8c"); /* from its reference vectors */
    migration_checksum(text_of("select 1;\n"), one);
    migration_checksum(text_of("select 1;\r\n"), other);
    assert_string_equal(one, other);
    migration_checksum(text_of("select 1; \n"), other);
    assert_string_not_equal(one, other);
}

static void test_order_is_that_of_numbers(void **state)
{
    struct arena *a = *state;
    struct migration list[] = {
        parsed(a, "10_c.sql", "-- migrate:up\n"),
        parsed(a, "2_b.sql", "-- migrate:up\n"),
        parsed(a, "0001_a.sql", "-- migrate:up\n"),
        parsed(a, "20261124040000_d.sql", "-- migrate:up\n"),
    };
    struct migration_list all = { .n = ARRAY_SIZE(list), .at = list };
    const char *reason = NULL;
    assert_int_equal(migration_list_sort(a, &all, &reason), 0);
    assert_string_equal(all.at[0].name, "a");
    assert_string_equal(all.at[1].name, "b");
    assert_string_equal(all.at[2].name, "c");
    assert_string_equal(all.at[3].name, "d");
    assert_ptr_equal(migration_list_find(&all, "10"), &all.at[2]);
    assert_null(migration_list_find(&all, "1")); /* versions are texts in schema_migrations */
    assert_null(migration_list_find(&all, "3"));
    struct migration_list none = { .n = 0 };
    assert_int_equal(migration_list_sort(a, &none, &reason), 0);
}

static void test_a_version_stands_once(void **state)
{
    struct arena *a = *state;
    struct migration list[] = {
        parsed(a, "02_b.sql", "-- migrate:up\n"),
        parsed(a, "1_a.sql", "-- migrate:up\n"),
        parsed(a, "2_c.sql", "-- migrate:up\n"),
    };
    struct migration_list all = { .n = ARRAY_SIZE(list), .at = list };
    const char *reason = NULL;
    assert_int_equal(migration_list_sort(a, &all, &reason), 1);
    assert_string_equal(
        reason, "02_b.sql and 2_c.sql have the same version: give one of them another number");
}

static void test_versions_compare_as_numbers(void **state)
{
    (void)state;
    assert_true(migration_compare_versions("9", "10") < 0);
    assert_true(migration_compare_versions("0010", "9") > 0);
    assert_true(migration_compare_versions("01", "1") == 0);
    assert_true(migration_compare_versions("0", "000") == 0);
    assert_true(migration_compare_versions("99999999999999999999998", "99999999999999999999999") <
                0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_names),
        arena_test(test_both_sections),
        arena_test(test_forms_of_marks),
        arena_test(test_refusals),
        arena_test(test_commits_are_allowed_without_a_transaction),
        arena_test(test_checksums),
        arena_test(test_order_is_that_of_numbers),
        arena_test(test_a_version_stands_once),
        arena_test(test_versions_compare_as_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
