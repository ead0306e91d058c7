/*
 * batch_together_test.c - requests with statements of their own in one transaction: the order in
 * which they are sent, who gets which rows, and whose mistake a refusal is.
 */
#include "support/batching.h"

/* An exchange that removes the person with this key; 0: one that has no key yet, as a create. */
static struct exchange *removing(struct trial *t, int64_t key)
{
    struct exchange *x = fetching(t, key, 1);
    x->plan.shared = false;
    x->plan.together = true;
    x->plan.writes = true;
    x->plan.statements[0].statement = remove_resource(t->arena, t->persons);
    x->target.resource = t->persons;
    x->target.key = key == 0 ? cell_null() : cell_from_int8(x->arena, key);
    return x;
}

static int64_t key_sent(const struct trial *t, size_t place)
{
    const struct group_statement *s = &t->batch->group.statements[place];
    return cell_int((struct cell){ .at = s->values[0], .n = s->lengths[0] });
}

static void test_who_may_be_together(void **state)
{
    struct trial *t = *state;
    join(t, removing(t, 1));
    assert_true(batch_may_join(t->batch, removing(t, 2)));
    assert_true(batch_may_join(t->batch, removing(t, 1))); /* one behind the other */
    assert_false(batch_may_join(t->batch, fetching(t, 1, 1)));
    struct exchange *alone = removing(t, 3);
    alone->plan.together = false;
    assert_false(batch_may_join(t->batch, alone));
    struct exchange *long_one = removing(t, 4);
    long_one->plan.n_statements = PLAN_MAX_STATEMENTS;
    for (size_t i = 0; i < 4; i++) {
        assert_true(batch_may_join(t->batch, long_one));
        batch_join(t->batch, long_one);
    }
    assert_int_equal(t->batch->n_steps, 1 + 4 * PLAN_MAX_STATEMENTS);
    long_one->plan.n_statements = 64;
    assert_false(batch_may_join(t->batch, long_one)); /* a transaction is bounded */
}

/* So that two transactions lock rows in one order. */
static void test_the_order_is_that_of_the_keys(void **state)
{
    static const int64_t keys[] = { 30, 0, 10, 20, 10 };
    static const int64_t sent[] = { 0, 10, 10, 20, 30 };
    struct trial *t = *state;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        join(t, removing(t, keys[i]));
    }
    assert_int_equal(batch_encode(t->batch), 0);
    assert_true(t->batch->is_together);
    assert_int_equal(t->batch->group.n_statements, ARRAY_SIZE(sent));
    for (size_t i = 0; i < ARRAY_SIZE(sent); i++) {
        assert_int_equal(key_sent(t, i), sent[i]);
    }
}

/* Each is number 0 of its own statements. */
static void test_each_gets_the_rows_of_its_own_statement(void **state)
{
    static const int32_t rows[][2] = { { 0, 70 }, { 0, 80 } };
    static const int64_t keys[] = { 2, 1, 3 };
    struct trial *t = *state;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        join(t, removing(t, keys[i]));
    }
    assert_int_equal(batch_encode(t->batch), 0);
    t->batch->group.statements[0].result = result_with(&rows[0], 1); /* of key 1 */
    t->batch->group.statements[2].result = result_with(&rows[1], 1); /* of key 3 */
    batch_deal(t->batch);
    assert_int_equal(t->members[0]->rows[0].n_rows, 0);
    assert_int_equal(t->members[1]->rows[0].n_rows, 1);
    assert_int_equal(cell_int(rows_row(&t->members[1]->rows[0], 0)[1]), 70);
    assert_int_equal(cell_int(rows_row(&t->members[2]->rows[0], 0)[1]), 80);
}

static void test_whose_mistake_it_is(void **state)
{
    static const int64_t keys[] = { 2, 1, 3 };
    struct trial *t = *state;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        join(t, removing(t, keys[i]));
    }
    assert_int_equal(batch_encode(t->batch), 0);
    struct pg_error error = { .position = 0 };
    assert_ptr_equal(batch_culprit(t->batch, &error), t->members[1]);
    error.position = 2;
    assert_ptr_equal(batch_culprit(t->batch, &error), t->members[2]);
    batch_leave(t->batch, t->members[2]);
    assert_null(batch_culprit(t->batch, &error)); /* of one who left meanwhile */
    error.position = 3;
    assert_null(batch_culprit(t->batch, &error)); /* of the commit */
}

static void test_one_alone_is_sent_as_ever(void **state)
{
    struct trial *t = *state;
    join(t, removing(t, 42));
    assert_int_equal(batch_encode(t->batch), 0);
    assert_false(t->batch->is_together);
    assert_int_equal(key_sent(t, 0), 42);
    struct pg_error error = { .position = 0 };
    assert_null(batch_culprit(t->batch, &error));
    assert_int_equal(batch_refused_at(t->batch, &error), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        batch_test(test_who_may_be_together),
        batch_test(test_the_order_is_that_of_the_keys),
        batch_test(test_each_gets_the_rows_of_its_own_statement),
        batch_test(test_whose_mistake_it_is),
        batch_test(test_one_alone_is_sent_as_ever),
    };
    return cmocka_run_group_tests_name("batch_together", tests, NULL, NULL);
}
