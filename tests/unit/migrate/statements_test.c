/*
 * statements_test.c - where a statement ends, and on which line it and its mistakes stand.
 */
#include "support/cmocka_all.h"

#include "migrate/statements.h"

/* The statements of `sql`, with " | " between them. */
static void assert_split(const char *sql, const char *expected)
{
    char joined[1024] = "";
    size_t n = 0;
    struct statement_reader reader = { .rest = text_of(sql), .line = 1 };
    struct statement s;
    for (size_t i = 0; statement_next(&reader, &s); i++) {
        n += (size_t)snprintf(joined + n, sizeof joined - n, "%s%.*s", i == 0 ? "" : " | ",
                              (int)s.sql.n, s.sql.at);
        assert_true(n < sizeof joined);
    }
    assert_string_equal(joined, expected);
}

static void test_statements_end_at_semicolons(void **state)
{
    (void)state;
    assert_split("", "");
    assert_split(" ;; \n;", "");
    assert_split("-- nothing; here\n/* nor; /* here; */ ; */", "");
    assert_split("select 1", "select 1");
    assert_split("select 1; select 2;", "select 1 | select 2");
    assert_split(";select 1;;-- x;\nselect 2", "select 1 | select 2");
}

static void test_semicolons_that_end_nothing(void **state)
{
    (void)state;
    static const char *const wholes[] = {
        "select ';', 'it''s;', \"a;\"\"b;\"",
        "select E'\\';', 1",
        "select e'\\\\', ';'",
        "select 'a\\'",
        "select $$;$$, $x$ ; $$ ; $y$; $x$",
        "select $1 + $2",
        "select 1 -- ;\n + 2",
        "select /* ; /* ; */ ; */ 1",
        "create rule r as on insert to t do also (select 1; select 2)",
        "do $body$ begin perform 1; end; $body$ language plpgsql",
        "create function f() returns int begin atomic select case when true then 1 end; end",
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC select 1; select case 1 when 1 then 2 end; END",
        "select 'never closed; ",
        "select $a$ never closed; $b$",
        "select /* never closed; ",
        "select \"never closed; ",
        "select e'\\",
        "select $",
    };
    for (size_t i = 0; i < ARRAY_SIZE(wholes); i++) {
        assert_split(wholes[i], wholes[i]);
    }
}

static void test_what_looks_nested_but_is_not(void **state)
{
    (void)state;
    assert_split("begin; select 1; end; select 2", "begin | select 1 | end | select 2");
    assert_split("create table t(x int); begin; commit", "create table t(x int) | begin | commit");
    assert_split("select type'\\'; select 1",
                 "select type'\\' | select 1"); /* no E before the quote */
    assert_split("select a$b; select $c$", "select a$b | select $c$");
    assert_split("select 1); select 2", "select 1) | select 2");
}

static void test_lines(void **state)
{
    (void)state;
    const char *sql =
        "-- comment\n\nselect 1;\n/* two\nlines */ select\n  'a\nb',\n  wrong;\n\nselect 3";
    struct statement_reader reader = { .rest = text_of(sql), .line = 10 };
    struct statement s;
    assert_true(statement_next(&reader, &s));
    assert_int_equal(s.line, 12);
    assert_true(statement_next(&reader, &s));
    assert_int_equal(s.line, 14);
    assert_int_equal(statement_line_of(&s, 0), 14);
    assert_int_equal(statement_line_of(&s, 1), 14);
    size_t position = (size_t)(strstr(s.sql.at, "wrong") - s.sql.at) + 1;
    assert_int_equal(statement_line_of(&s, position), 17);
    assert_int_equal(statement_line_of(&s, 100000), 17);
    assert_true(statement_next(&reader, &s));
    assert_int_equal(s.line, 19);
    assert_false(statement_next(&reader, &s));
    assert_false(statement_next(&reader, &s));
}

static void test_positions_count_characters(void **state)
{
    (void)state;
    struct statement s = { .sql = text_of("select 'ééé€\n', x"), .line = 1 };
    assert_int_equal(statement_line_of(&s, 13), 1); /* the line feed itself */
    assert_int_equal(statement_line_of(&s, 14), 2);
}

static void test_transaction_control(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        bool is_control;
    } rows[] = {
        { "begin", true },
        { "COMMIT and chain", true },
        { "End", true },
        { "abort work", true },
        { "rollback", true },
        { "rollback work", true },
        { "start /* x */ transaction", true },
        { "prepare transaction 'x'", true },
        { "commit prepared 'x'", true },
        { "rollback to savepoint a", false },
        { "rollback transaction to a", false },
        { "savepoint a", false },
        { "release a", false },
        { "prepare p as select 1", false },
        { "start", false },
        { "beginning", false },
        { "select 'commit'", false },
        { "", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (statement_is_transaction_control(text_of(rows[i].sql)) != rows[i].is_control) {
            fail_msg("%s", rows[i].sql);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_end_at_semicolons),
        cmocka_unit_test(test_semicolons_that_end_nothing),
        cmocka_unit_test(test_what_looks_nested_but_is_not),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_positions_count_characters),
        cmocka_unit_test(test_transaction_control),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
