/*
 * prepared_test.c - names of statements that a connection has prepared.
 */
#include "support/cmocka_all.h"

#include "base/digest.h"
#include "base/text.h"
#include "pg/prepared.h"

struct trial {
    struct prepared prepared;
    char name[PREPARED_NAME];
    char evicted[PREPARED_NAME];
    char sql[32];
    uint64_t hash;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct trial));
    return *state == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct trial *t = *state;
    prepared_clear(&t->prepared);
    free(t);
    return 0;
}

#define prepared_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void name_statement(struct trial *t, int i)
{
    snprintf(t->sql, sizeof t->sql, "select %d", i);
    t->hash = digest_number(text_of(t->sql));
}

static bool find(struct trial *t, int i)
{
    name_statement(t, i);
    return prepared_find(&t->prepared, t->sql, t->hash, t->name);
}

static void add(struct trial *t, int i)
{
    name_statement(t, i);
    assert_true(prepared_add(&t->prepared, t->sql, t->hash, t->name, t->evicted));
}

static void test_a_statement_keeps_its_name(void **state)
{
    struct trial *t = *state;
    assert_false(find(t, 1));
    add(t, 1);
    assert_string_equal(t->name, "s0");
    assert_string_equal(t->evicted, "");
    add(t, 2);
    assert_string_equal(t->name, "s1");
    assert_true(find(t, 1));
    assert_string_equal(t->name, "s0");
}

static void test_the_same_hash_is_not_the_same_statement(void **state)
{
    struct trial *t = *state;
    add(t, 1);
    name_statement(t, 2);
    t->hash = digest_number(text_of("select 1"));
    assert_false(prepared_find(&t->prepared, t->sql, t->hash, t->name));
}

static void test_a_flood_leaves_what_is_used(void **state)
{
    struct trial *t = *state;
    add(t, 0);
    assert_true(find(t, 0));
    for (int i = 1; i < 4 * PREPARED_MAX; i++) {
        add(t, i);
        assert_true(t->prepared.n <= PREPARED_MAX);
        assert_int_equal(t->evicted[0] == '\0', i < PREPARED_MAX);
        assert_string_not_equal(t->evicted, "s0");
    }
    assert_true(find(t, 0));
    assert_string_equal(t->name, "s0");
    assert_false(find(t, 1));
}

static void test_forgetting(void **state)
{
    struct trial *t = *state;
    add(t, 1);
    add(t, 2);
    name_statement(t, 1);
    prepared_forget(&t->prepared, t->sql, t->hash);
    prepared_forget(&t->prepared, t->sql, t->hash);
    assert_false(find(t, 1));
    assert_true(find(t, 2));
    add(t, 1);
    assert_string_equal(t->name, "s2"); /* a name is never given twice */
    prepared_clear(&t->prepared);
    assert_false(find(t, 1));
    assert_false(find(t, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        prepared_test(test_a_statement_keeps_its_name),
        prepared_test(test_the_same_hash_is_not_the_same_statement),
        prepared_test(test_a_flood_leaves_what_is_used),
        prepared_test(test_forgetting),
    };
    return cmocka_run_group_tests_name("prepared", tests, NULL, NULL);
}
