/*
 * catalog_read_test.c - four results merged into tables, with numbers of columns turned into names.
 */
#include "support/fake_libpq.h"

#include "pg/catalog_read.h"

static const char *const tables[] = {
    "16400", "public", "persons",       "t", "f", "f", "f", /* */
    "16410", "public", "person_phones", "t", "f", "t", "t", /* */
    "16420", "other",  "everything",    "f", "t", "f", "f",
};
/* Column 2 of persons has been dropped; the columns of 99999 belong to a table that came later. */
static const char *const columns[] = {
    "16400",
    "1",
    "id",
    "20",
    "bigint",
    "-1",
    "0",
    "t",
    "t",
    "t",
    "nextval('persons_id_seq'::regclass)", /* */
    "16400",
    "3",
    "name",
    "1043",
    "character varying(20)",
    "24",
    "20",
    "f",
    "f",
    "f",
    NULL, /* */
    "16410",
    "1",
    "person_id",
    "20",
    "bigint",
    "-1",
    "0",
    "t",
    "f",
    "f",
    NULL, /* */
    "16410",
    "2",
    "phone_id",
    "20",
    "bigint",
    "-1",
    "0",
    "t",
    "f",
    "f",
    NULL, /* */
    "16420",
    "1",
    "x",
    "25",
    "text",
    "-1",
    "0",
    "f",
    "f",
    "f",
    NULL, /* */
    "99999",
    "1",
    "x",
    "25",
    "text",
    "-1",
    "0",
    "f",
    "f",
    "f",
    NULL,
};
static const char *const constraints[] = {
    "16400", "persons_name_check",
    "c",     "3",
    "0",     "",
    " ",     "must be short", /* */
    "16400", "persons_pkey",
    "p",     "1",
    "0",     "",
    " ",     NULL, /* */
    "16410", "person_phones_person_fk",
    "f",     "1",
    "16400", "1",
    "c",     NULL, /* */
    "16410", "person_phones_pkey",
    "p",     "2 1",
    "0",     "",
    " ",     NULL, /* */
    "16410", "person_phones_system_fk",
    "f",     "1",
    "1259",  "1",
    "c",     NULL,
};
static const char *const indexes[] = {
    "16400", "1",     /* */
    "16410", "2 1",   /* */
    "16410", "1 0 2", /* an expression in between */
    "16410", "0",
};

static const char *const types[] = {
    "16500", "mood",         "e", "E", "16501", "0",     NULL,   "-1",     /* */
    "16501", "mood[]",       "b", "A", "0",     "16500", NULL,   "-1",     /* */
    "16510", "money_amount", "d", "N", "16511", "0",     "1700", "655366", /* */
    "16520", "empty",        "e", "E", "16521", "0",     NULL,   "-1",
};
/* The labels of 16400 belong to a type that is not read. */
static const char *const labels[] = {
    "16400", "x", "16500", "sad", "16500", "ok", "16500", "happy", "99999", "y",
};

#define ROWS(text, table, columns_of_it)                                                           \
    {                                                                                              \
        .sql = (text), .status = PGRES_TUPLES_OK, .n_columns = (columns_of_it),                    \
        .n_rows = (int)(ARRAY_SIZE(table) / (columns_of_it)), .values = (table)                    \
    }
#define DONE(text)                                                                                 \
    {                                                                                              \
        .sql = (text), .status = PGRES_COMMAND_OK                                                  \
    }

static const struct fake_answer whole[] = {
    DONE("begin isolation level repeatable read read only;set local lock_timeout = '10s'"),
    ROWS("select c.oid", tables, 7),
    ROWS("with recursive base", columns, 11),
    ROWS("select k.conrelid", constraints, 8),
    ROWS("select i.indrelid", indexes, 2),
    ROWS("with recursive bottom", types, 8),
    ROWS("select e.enumtypid", labels, 2),
    DONE("commit"),
};

static int read_with(const struct fake_answer *script, size_t n, struct arena *a,
                     struct catalog **ret, struct session_error *e)
{
    struct session *s = NULL;
    fake = (struct fake_libpq){ .ping = PQPING_OK, .script = script, .n_script = n };
    assert_int_equal(session_open("", 0, &s, e), 0);
    int r = catalog_read(s, a, ret, e);
    session_close(s);
    return r;
}

static void test_everything_is_in_its_place(void **state)
{
    struct arena *a = *state;
    struct catalog *catalog = NULL;
    struct session_error e;
    assert_int_equal(read_with(whole, ARRAY_SIZE(whole), a, &catalog, &e), 0);
    assert_int_equal(fake.n_asked, ARRAY_SIZE(whole));
    assert_int_equal(catalog->n_tables, 3);

    const struct catalog_table *persons = &catalog->tables[0];
    assert_string_equal(persons->schema, "public");
    assert_string_equal(persons->name, "persons");
    assert_true(persons->on_search_path);
    assert_false(persons->is_view);
    assert_false(persons->is_partition);
    assert_false(persons->has_insert_triggers);
    assert_true(catalog->tables[1].is_partition);
    assert_true(catalog->tables[1].has_insert_triggers);
    assert_int_equal(persons->n_columns, 2);
    assert_string_equal(persons->columns[1].name, "name");
    assert_int_equal(persons->columns[1].type_oid, 1043);
    assert_string_equal(persons->columns[1].type_name, "character varying(20)");
    assert_int_equal(persons->columns[1].max_length, 20);
    assert_int_equal(persons->columns[1].type_modifier, 24);
    assert_int_equal(persons->columns[0].type_modifier, -1);
    assert_false(persons->columns[1].not_null);
    assert_true(persons->columns[0].not_null);
    assert_true(persons->columns[0].has_default);
    assert_true(persons->columns[0].generated);
    assert_string_equal(persons->columns[0].default_sql, "nextval('persons_id_seq'::regclass)");
    assert_null(persons->columns[1].default_sql);
    assert_int_equal(persons->n_constraints, 2);
    assert_int_equal(persons->constraints[0].kind, CATALOG_CHECK);
    assert_string_equal(persons->constraints[0].columns[0], "name"); /* number 3 */
    assert_string_equal(persons->constraints[0].comment, "must be short");
    assert_int_equal(persons->constraints[1].kind, CATALOG_PRIMARY_KEY);
    assert_null(persons->constraints[1].comment);

    const struct catalog_table *view = &catalog->tables[2];
    assert_true(view->is_view);
    assert_false(view->on_search_path);
    assert_int_equal(view->n_columns, 1);
    assert_int_equal(view->n_constraints, 0);
    assert_int_equal(view->n_indexes, 0);
}

static void test_keys_and_indexes_name_their_columns(void **state)
{
    struct arena *a = *state;
    struct catalog *catalog = NULL;
    struct session_error e;
    assert_int_equal(read_with(whole, ARRAY_SIZE(whole), a, &catalog, &e), 0);
    const struct catalog_table *links = &catalog->tables[1];
    assert_int_equal(links->n_constraints, 2); /* the one to a system table is left out */
    const struct catalog_constraint *fk = &links->constraints[0];
    assert_int_equal(fk->kind, CATALOG_FOREIGN_KEY);
    assert_string_equal(fk->columns[0], "person_id");
    assert_string_equal(fk->referenced_schema, "public");
    assert_string_equal(fk->referenced_table, "persons");
    assert_string_equal(fk->referenced_columns[0], "id");
    assert_int_equal(fk->on_delete, 'c');
    const struct catalog_constraint *key = &links->constraints[1];
    assert_int_equal(key->n_columns, 2);
    assert_string_equal(key->columns[0], "phone_id");
    assert_string_equal(key->columns[1], "person_id");
    assert_int_equal(links->n_indexes, 3);
    assert_int_equal(links->indexes[0].n_columns, 2);
    assert_string_equal(links->indexes[0].columns[0], "phone_id");
    assert_int_equal(links->indexes[1].n_columns, 1);
    assert_string_equal(links->indexes[1].columns[0], "person_id");
    assert_int_equal(links->indexes[2].n_columns, 0);
}

static void test_types_have_their_labels(void **state)
{
    struct arena *a = *state;
    struct catalog *catalog = NULL;
    struct session_error e;
    assert_int_equal(read_with(whole, ARRAY_SIZE(whole), a, &catalog, &e), 0);
    assert_int_equal(catalog->n_types, 4);
    const struct catalog_type *mood = catalog_find_type(catalog, 16500);
    assert_string_equal(mood->name, "mood");
    assert_int_equal(mood->kind, 'e');
    assert_int_equal(mood->category, 'E');
    assert_int_equal(mood->array_oid, 16501);
    assert_int_equal(mood->n_labels, 3);
    assert_string_equal(mood->labels[0], "sad");
    assert_string_equal(mood->labels[2], "happy");
    assert_int_equal(catalog_find_type(catalog, 16501)->element_oid, 16500);
    const struct catalog_type *domain = catalog_find_type(catalog, 16510);
    assert_int_equal(domain->base_oid, 1700);
    assert_int_equal(domain->base_modifier, 655366);
    assert_int_equal(catalog_find_type(catalog, 16520)->n_labels, 0);
    assert_null(catalog_find_type(catalog, 16502));
    assert_null(catalog_find_type(catalog, 0));
    assert_null(catalog_find_type(catalog, 99999));
}

static void test_an_empty_database(void **state)
{
    struct arena *a = *state;
    static const struct fake_answer nothing[] = {
        DONE("begin"),
        { .sql = "select", .status = PGRES_TUPLES_OK, .n_columns = 6 },
        { .sql = "with", .status = PGRES_TUPLES_OK, .n_columns = 11 },
        { .sql = "select", .status = PGRES_TUPLES_OK, .n_columns = 8 },
        { .sql = "select", .status = PGRES_TUPLES_OK, .n_columns = 2 },
        { .sql = "with", .status = PGRES_TUPLES_OK, .n_columns = 8 },
        { .sql = "select", .status = PGRES_TUPLES_OK, .n_columns = 2 },
        DONE("commit"),
    };
    struct catalog *catalog = NULL;
    struct session_error e;
    assert_int_equal(read_with(nothing, ARRAY_SIZE(nothing), a, &catalog, &e), 0);
    assert_int_equal(catalog->n_tables, 0);
}

static void test_a_failure_rolls_back_and_is_told(void **state)
{
    struct arena *a = *state;
    static const struct fake_answer failing[] = {
        DONE("begin"),
        { .sql = "select",
          .status = PGRES_FATAL_ERROR,
          .message = "permission denied",
          .sqlstate = "42501" },
        DONE("rollback"),
    };
    struct catalog *catalog = NULL;
    struct session_error e;
    assert_int_equal(read_with(failing, ARRAY_SIZE(failing), a, &catalog, &e), 1);
    assert_string_equal(e.message, "permission denied");
    assert_int_equal(fake.n_asked, ARRAY_SIZE(failing));
    assert_null(catalog);
}

/* Whatever piece of memory is missing, the reading fails and nothing leaks or is read past its end.
 */
static void test_little_memory_is_told(void **state)
{
    (void)state;
    struct fake_answer answers[ARRAY_SIZE(whole)];
    size_t n_failed = 0;
    for (size_t budget = 0; budget < 8192; budget += 16) {
        struct arena *a = arena_new(budget);
        struct catalog *catalog = NULL;
        struct session_error e;
        memcpy(answers, whole, sizeof whole);
        for (size_t i = 1; i < ARRAY_SIZE(answers); i++) {
            answers[i].sql = ""; /* a rollback may come at any place */
        }
        int r = read_with(answers, ARRAY_SIZE(answers), a, &catalog, &e);
        assert_true(r == 0 || strstr(e.message, "memory") != NULL);
        n_failed += r == 0 ? 0 : 1;
        arena_free(a);
        assert_int_equal(fake.n_results, 0);
    }
    assert_true(n_failed > 0 && n_failed < 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_everything_is_in_its_place),
        arena_test(test_keys_and_indexes_name_their_columns),
        arena_test(test_types_have_their_labels),
        arena_test(test_an_empty_database),
        arena_test(test_a_failure_rolls_back_and_is_told),
        cmocka_unit_test(test_little_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
