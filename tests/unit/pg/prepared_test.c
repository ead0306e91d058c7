/*
 * prepared_test.c - the numbers of statements that a connection has prepared, and who makes room.
 */
#include "support/cmocka_all.h"

#include "base/digest.h"
#include "base/text.h"
#include "pg/prepared.h"

struct trial {
    struct prepared prepared;
    uint64_t evicted;
    bool has_answered;
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

static uint64_t find(struct trial *t, int i)
{
    name_statement(t, i);
    return prepared_find(&t->prepared, t->sql, t->hash, &t->has_answered);
}

static uint64_t try_to_add(struct trial *t, int i)
{
    name_statement(t, i);
    return prepared_add(&t->prepared, t->sql, t->hash, &t->evicted);
}

static uint64_t add(struct trial *t, int i)
{
    uint64_t number = try_to_add(t, i);
    assert_int_not_equal(number, 0);
    return number;
}

/* Statements 1 … PREPARED_MAX, under these numbers. */
static void fill(struct trial *t)
{
    for (int i = 1; i <= PREPARED_MAX; i++) {
        assert_int_equal(add(t, i), i);
        assert_int_equal(t->evicted, 0);
    }
}

static void test_a_statement_keeps_its_number(void **state)
{
    struct trial *t = *state;
    assert_int_equal(find(t, 1), 0);
    assert_int_equal(add(t, 1), 1);
    assert_int_equal(t->evicted, 0);
    assert_int_equal(add(t, 2), 2);
    assert_int_equal(find(t, 1), 1);
    assert_int_equal(find(t, 2), 2);
}

static void test_the_same_hash_is_not_the_same_statement(void **state)
{
    struct trial *t = *state;
    add(t, 1);
    name_statement(t, 2);
    t->hash = digest_number(text_of("select 1"));
    assert_int_equal(prepared_find(&t->prepared, t->sql, t->hash, &t->has_answered), 0);
}

static void test_a_flood_leaves_what_is_used(void **state)
{
    struct trial *t = *state;
    uint64_t used = add(t, 0);
    assert_int_equal(find(t, 0), used);
    for (int i = 1; i < 4 * PREPARED_MAX; i++) {
        uint64_t number = add(t, i);
        assert_int_equal(t->evicted == 0, i < PREPARED_MAX);
        assert_int_not_equal(t->evicted, used);
        prepared_made_room(&t->prepared, number);
        assert_true(t->prepared.n <= PREPARED_MAX);
        assert_int_equal(t->prepared.n_leaving, 0);
    }
    assert_int_equal(find(t, 0), used);
    assert_int_equal(find(t, 1), 0);
}

static void test_one_that_is_refused_was_never_there(void **state)
{
    struct trial *t = *state;
    add(t, 1);
    add(t, 2);
    prepared_refuse(&t->prepared, 1);
    prepared_refuse(&t->prepared, 1);
    assert_int_equal(find(t, 1), 0);
    assert_int_equal(find(t, 2), 2);
    assert_int_equal(add(t, 1), 3); /* a number is never given twice */
    prepared_clear(&t->prepared);
    assert_int_equal(find(t, 1), 0);
    assert_int_equal(find(t, 2), 0);
}

static void test_one_that_was_not_deallocated_is_still_there(void **state)
{
    struct trial *t = *state;
    fill(t);
    uint64_t number = add(t, 1000);
    assert_int_equal(t->evicted, 1);
    assert_int_equal(find(t, 1), 0); /* the deallocation is on its way */
    prepared_refuse(&t->prepared, number);
    assert_int_equal(find(t, 1000), 0);
    assert_int_equal(t->prepared.n, PREPARED_MAX);
    assert_int_equal(t->prepared.n_leaving, 0);
    add(t, 1001);
    assert_int_equal(t->evicted, 1); /* it is the oldest as before */
    prepared_refuse(&t->prepared, t->prepared.n_added);
    assert_int_equal(find(t, 1), 1);
}

static void test_one_that_was_deallocated_does_not_come_back(void **state)
{
    struct trial *t = *state;
    fill(t);
    uint64_t number = add(t, 1000);
    prepared_made_room(&t->prepared, number);
    prepared_refuse(&t->prepared, number); /* the statement itself was refused */
    assert_int_equal(find(t, 1), 0);
    assert_int_equal(find(t, 1000), 0);
    assert_int_equal(t->prepared.n, PREPARED_MAX - 1);
    add(t, 1001);
    assert_int_equal(t->evicted, 0);
}

/* All others are used again and again, so newcomers push out each other. */
static void test_one_that_leaves_before_it_was_there(void **state)
{
    struct trial *t = *state;
    fill(t);
    for (int i = 2; i <= PREPARED_MAX; i++) {
        find(t, i);
    }
    uint64_t first = add(t, 1000);
    assert_int_equal(t->evicted, 1);
    for (int i = 2; i <= PREPARED_MAX; i++) { /* those that have lost their merits come later */
        find(t, i);
    }
    uint64_t second = add(t, 1001);
    assert_int_equal(t->evicted, first);
    prepared_refuse(&t->prepared, first);
    assert_int_equal(t->prepared.n_leaving, 1);
    prepared_refuse(&t->prepared, second);
    assert_int_equal(t->prepared.n_leaving, 0);
    assert_int_equal(t->prepared.n, PREPARED_MAX);
    assert_int_equal(find(t, 1), 1);
    assert_int_equal(find(t, 1000), 0);
    assert_int_equal(find(t, 1001), 0);
}

static void test_as_many_leave_as_there_is_room_for(void **state)
{
    struct trial *t = *state;
    fill(t);
    for (int i = 0; i < PREPARED_LEAVING_MAX; i++) {
        add(t, 1000 + i);
    }
    assert_int_equal(try_to_add(t, 2000), 0);
    assert_int_equal(t->evicted, 0);
    assert_int_equal(find(t, 2000), 0);
    prepared_made_room(&t->prepared, t->prepared.n_added);
    add(t, 2000);
    assert_int_not_equal(t->evicted, 0);
    for (uint64_t number = t->prepared.n_added; number > PREPARED_MAX; number--) {
        prepared_refuse(&t->prepared, number);
        assert_true(t->prepared.n <= PREPARED_MAX);
    }
    assert_int_equal(t->prepared.n_leaving, 0);
    assert_int_equal(t->prepared.n, PREPARED_MAX - 1); /* one has been deallocated */
}

static void test_what_is_outdated_makes_room_first(void **state)
{
    struct trial *t = *state;
    fill(t);
    assert_int_equal(find(t, 7), 7);
    prepared_outdate(&t->prepared, t->sql, t->hash);
    prepared_outdate(&t->prepared, t->sql, t->hash);
    assert_int_equal(find(t, 7), 0);
    uint64_t again = add(t, 7);
    assert_int_equal(t->evicted, 7);
    assert_int_equal(find(t, 7), again);
    prepared_refuse(&t->prepared, again);
    assert_int_equal(find(t, 7), 0);
    add(t, 7);
    assert_int_equal(t->evicted, 7);
}

static void test_who_has_answered(void **state)
{
    struct trial *t = *state;
    fill(t);
    prepared_answered(&t->prepared, 1);
    assert_int_equal(find(t, 1), 1);
    assert_true(t->has_answered);
    assert_int_equal(find(t, 2), 2);
    assert_false(t->has_answered);
    prepared_outdate(&t->prepared, "select 1", digest_number(text_of("select 1")));
    assert_int_equal(find(t, 1), 0);
    assert_false(t->has_answered);
    uint64_t again = add(t, 1);
    assert_int_equal(find(t, 1), again);
    assert_false(t->has_answered);
    prepared_answered(&t->prepared, t->evicted); /* it comes late: nobody's */
    prepared_answered(&t->prepared, 0);
    assert_int_equal(find(t, 1), again);
    assert_false(t->has_answered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        prepared_test(test_a_statement_keeps_its_number),
        prepared_test(test_the_same_hash_is_not_the_same_statement),
        prepared_test(test_a_flood_leaves_what_is_used),
        prepared_test(test_one_that_is_refused_was_never_there),
        prepared_test(test_one_that_was_not_deallocated_is_still_there),
        prepared_test(test_one_that_was_deallocated_does_not_come_back),
        prepared_test(test_one_that_leaves_before_it_was_there),
        prepared_test(test_as_many_leave_as_there_is_room_for),
        prepared_test(test_what_is_outdated_makes_room_first),
        prepared_test(test_who_has_answered),
    };
    return cmocka_run_group_tests_name("prepared", tests, NULL, NULL);
}
