/*
 * batch_judged_test.c - batches whose transaction stays open until its request has judged what came
 * back, and those that begin with a statement of ours.
 */
#include "support/batching.h"

static bool judge_nothing(struct exchange *x)
{
    (void)x;
    return true;
}

/* An exchange that removes a person, once it has been fetched. */
static struct exchange *judged(struct trial *t, int64_t key)
{
    struct exchange *x = fetching(t, key, 1);
    struct cell *cell = arena_alloc(x->arena, sizeof *cell);
    struct argument *argument = arena_alloc(x->arena, sizeof *argument);
    *cell = cell_from_int8(x->arena, key);
    *argument = (struct argument){ .cells = cell, .n = 1 };
    x->precondition.n = 1;
    x->precondition.statements[0] = x->plan.statements[0];
    x->plan.shared = false;
    x->plan.writes = true;
    x->plan.statements[0] = (struct step_plan){ .statement = remove_resource(t->arena, t->persons),
                                                .arguments = argument };
    x->judge = judge_nothing;
    return x;
}

static void test_a_judged_transaction_is_opened_first(void **state)
{
    static const int64_t number[] = { 0 };
    static const int64_t key[] = { 42 };
    struct trial *t = *state;
    join(t, judged(t, 42));
    assert_int_equal(batch_encode(t->batch), 0);
    const struct group *g = &t->batch->group;
    assert_true(t->batch->opens_transaction);
    assert_int_equal(t->batch->n_before, 1);
    assert_int_equal(g->n_statements, 3);
    assert_string_equal(g->statements[0].sql, "begin");
    assert_int_equal(g->statements[0].n_parameters, 0);
    assert_string_equal(g->statements[1].sql, t->fetch->sql); /* the precondition's own */
    check_array(t, &g->statements[1], 0, number, 1);
    check_array(t, &g->statements[1], 1, key, 1);
    assert_non_null(strstr(g->statements[2].sql, "delete"));
    assert_int_equal(cell_int((struct cell){ .at = g->statements[2].values[0], .n = 8 }), 42);
}

static void test_how_a_judged_transaction_ends(void **state)
{
    struct trial *t = *state;
    join(t, judged(t, 42));
    batch_close(t->batch, true);
    assert_int_equal(t->batch->closing.n_statements, 1);
    assert_string_equal(t->batch->closing.statements[0].sql, "commit");
    batch_close(t->batch, false);
    assert_string_equal(t->batch->closing.statements[0].sql, "rollback");
}

static void test_a_snapshot_is_set_up_first(void **state)
{
    struct trial *t = *state;
    struct exchange *x = fetching(t, 42, 1);
    x->plan.snapshot = true;
    join(t, x);
    assert_int_equal(batch_encode(t->batch), 0);
    assert_false(t->batch->opens_transaction);
    assert_int_equal(t->batch->group.n_statements, 2);
    assert_non_null(strstr(t->batch->group.statements[0].sql, "set transaction"));
    assert_string_equal(t->batch->group.statements[1].sql, t->fetch->sql);
}

/* Positions are those of the plan: what stands in front of it counts as its first. */
static void test_where_a_statement_was_refused(void **state)
{
    static const size_t of_judged[][2] = { { 0, 0 }, { 1, 0 }, { 2, 0 }, { 3, 1 }, { 9, 7 } };
    struct trial *t = *state;
    struct pg_error error = { .position = 3 };
    join(t, fetching(t, 42, 1));
    assert_int_equal(batch_encode(t->batch), 0);
    assert_int_equal(batch_refused_at(t->batch, &error), 3);
    t->batch = batch_free(t->batch);
    join(t, judged(t, 42));
    assert_int_equal(batch_encode(t->batch), 0);
    for (size_t i = 0; i < ARRAY_SIZE(of_judged); i++) {
        error.position = of_judged[i][0];
        assert_int_equal(batch_refused_at(t->batch, &error), of_judged[i][1]);
    }
}

static void test_rows_of_a_precondition(void **state)
{
    static const int32_t seen[][2] = { { 0, 10 } };
    static const int32_t written[][2] = { { 0, 20 }, { 0, 21 } };
    static const int32_t keys[] = { 20, 21 };
    struct trial *t = *state;
    struct exchange *x = judged(t, 42);
    join(t, x);
    assert_int_equal(batch_encode(t->batch), 0);
    t->batch->group.statements[1].result = result_with(seen, 1);
    t->batch->group.statements[2].result = result_with(written, 2);
    batch_deal(t->batch);
    group_release_results(&t->batch->group);
    assert_int_equal(x->precondition.rows[0].n_rows, 1);
    assert_int_equal(cell_int(rows_row(&x->precondition.rows[0], 0)[1]), 10);
    check_dealt(x, keys, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        batch_test(test_a_judged_transaction_is_opened_first),
        batch_test(test_how_a_judged_transaction_ends),
        batch_test(test_a_snapshot_is_set_up_first),
        batch_test(test_where_a_statement_was_refused),
        batch_test(test_rows_of_a_precondition),
    };
    return cmocka_run_group_tests_name("batch_judged", tests, NULL, NULL);
}
