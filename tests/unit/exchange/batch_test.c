/*
 * batch_test.c - requests that share one execution: who may join, what is sent for them, and whose
 * the rows are that come back.
 */
#include "support/batching.h"

#include "relationship/link.h"

/* ---- joining ------------------------------------------------------------------------------- */

static void test_members_have_numbers(void **state)
{
    struct trial *t = *state;
    for (size_t i = 0; i < 3; i++) {
        struct exchange *x = fetching(t, 1, i + 1);
        join(t, x);
        assert_int_equal(x->number, i);
        assert_ptr_equal(x->batch, t->batch);
    }
    assert_int_equal(t->batch->n_members, 3);
    assert_int_equal(t->batch->n_live, 3);
    assert_int_equal(t->batch->n_rows, 6);
    assert_int_equal(t->batch->worker, 1);
    assert_int_equal(batch_lane(t->batch), LANE_FAST);
}

static void test_no_more_than_so_many_members(void **state)
{
    struct trial *t = *state;
    for (size_t i = 0; i < BATCH_MAX_MEMBERS; i++) {
        join(t, fetching(t, 1, 1));
    }
    assert_false(batch_may_join(t->batch, fetching(t, 1, 1)));
    batch_leave(t->batch, t->members[0]); /* its place stays empty */
    assert_false(batch_may_join(t->batch, t->members[BATCH_MAX_MEMBERS]));
}

static void test_no_more_than_so_many_rows(void **state)
{
    struct trial *t = *state;
    join(t, fetching(t, 1, BATCH_MAX_ROWS - 2));
    assert_true(batch_may_join(t->batch, fetching(t, 1, 2)));
    assert_false(batch_may_join(t->batch, fetching(t, 1, 3)));
    join(t, t->members[1]);
    assert_int_equal(t->batch->n_rows, BATCH_MAX_ROWS);
    assert_false(batch_may_join(t->batch, fetching(t, 1, 1)));
}

static void test_a_large_request_goes_alone(void **state)
{
    struct trial *t = *state;
    join(t, fetching(t, 1, 5 * BATCH_MAX_ROWS));
    assert_false(batch_may_join(t->batch, fetching(t, 1, 1)));
    assert_int_equal(batch_encode(t->batch), 0);
}

static void test_only_the_same_statements(void **state)
{
    struct trial *t = *state;
    join(t, fetching(t, 1, 1));
    struct exchange *same = fetching(t, 2, 1);
    same->plan.statements[0].statement = fetch_resource(t->arena, t->persons); /* a copy */
    assert_true(batch_may_join(t->batch, same));
    struct exchange *other = fetching(t, 2, 1);
    other->plan.statements[0].statement = fetch_page(t->arena, t->persons, PAGE_FIRST);
    assert_false(batch_may_join(t->batch, other));
    struct exchange *alone = fetching(t, 2, 1);
    alone->plan.shared = false;
    assert_false(batch_may_join(t->batch, alone));
    t->batch->is_closed = true;
    assert_false(batch_may_join(t->batch, same));
}

/* After a reload: results of one batch are judged by the columns that one of the two knows. */
static void test_only_the_same_service(void **state)
{
    static struct service_use other_uses[2];
    static const struct service other = { .settings = &settings, .uses = other_uses };
    struct trial *t = *state;
    join(t, fetching(t, 1, 1));
    struct exchange *x = fetching(t, 2, 1);
    assert_true(batch_may_join(t->batch, x));
    x->service = &other;
    assert_false(batch_may_join(t->batch, x));
    x->plan.together = t->members[0]->plan.together = true;
    assert_false(batch_may_join(t->batch, x));
    x->service = &service;
    assert_true(batch_may_join(t->batch, x));
}

static void test_leaving(void **state)
{
    struct trial *t = *state;
    for (size_t i = 0; i < 2; i++) {
        struct exchange *x = fetching(t, 1, 1);
        x->plan.writes = true;
        join(t, x);
    }
    batch_leave(t->batch, t->members[0]);
    assert_null(t->members[0]->batch);
    assert_null(t->batch->members[0]);
    assert_int_equal(t->batch->n_members, 2);
    assert_int_equal(t->batch->n_live, 1);
    assert_int_equal(batch_lane(t->batch), LANE_WRITES); /* asked of whoever is left */
    assert_true(batch_may_join(t->batch, fetching(t, 1, 1)));
    batch_leave(t->batch, t->members[1]);
    assert_int_equal(t->batch->n_live, 0);
    assert_false(batch_may_join(t->batch, fetching(t, 1, 1)));
    assert_int_equal(batch_lane(t->batch), LANE_FAST);
}

/* Of two that want the same member, one has to see what the other has done. */
static void test_an_exclusive_key_is_named_once(void **state)
{
    struct trial *t = *state;
    struct cell keys[3];
    for (size_t i = 0; i < 3; i++) {
        keys[i] = cell_from_int8(t->arena, i == 2 ? 1 : (int64_t)i + 1);
        struct exchange *x = fetching(t, 1, 1);
        x->plan.exclusive = &keys[i];
        if (i < 2) {
            join(t, x);
        } else {
            assert_false(batch_may_join(t->batch, x));
            batch_leave(t->batch, t->members[0]);
            assert_true(batch_may_join(t->batch, x));
        }
    }
}

/* Whoever still waits runs another statement instead; there is no second time. */
static void test_falling_back(void **state)
{
    struct trial *t = *state;
    const struct statement other = *t->fetch;
    for (int64_t i = 0; i < 3; i++) {
        struct exchange *x = fetching(t, i + 1, 1);
        x->plan.fallback = &other;
        x->target.relationship = t->persons->relationships;
        join(t, x);
    }
    const uint64_t *mine = service_trusts_from_ms(&service, 1, t->persons->relationships);
    batch_leave(t->batch, t->members[1]);
    assert_int_equal(*mine, 0);
    assert_true(batch_fall_back(t->batch, 5000));
    for (size_t i = 0; i < 3; i++) {
        const struct plan *plan = &t->members[i]->plan;
        assert_ptr_equal(plan->statements[0].statement, i == 1 ? t->fetch : &other);
        assert_ptr_equal(plan->fallback, i == 1 ? &other : NULL);
    }
    assert_int_equal(*mine, 6000);
    assert_false(batch_fall_back(t->batch, 9000));
    assert_int_equal(*mine, 6000);
}

/* The batch holds the service: its members may be gone before PostgreSQL is done. */
static void test_the_service_is_held(void **state)
{
    struct trial *t = *state;
    join(t, fetching(t, 1, 1));
    batch_leave(t->batch, t->members[0]);
    t->members[0] = exchange_free(t->members[0]);
    t->n = 0;
    assert_true(service_is_used(&service));
    t->batch = batch_free(t->batch);
    assert_false(service_is_used(&service));
    assert_null(batch_free(NULL));
}

/* ---- encoding ------------------------------------------------------------------------------ */

static void test_one_member(void **state)
{
    static const int64_t number[] = { 0 };
    static const int64_t key[] = { 42 };
    struct trial *t = *state;
    join(t, fetching(t, 42, 1));
    assert_int_equal(batch_encode(t->batch), 0);
    const struct group_statement *s = &t->batch->group.statements[0];
    assert_int_equal(t->batch->group.n_statements, 1);
    assert_string_equal(s->sql, t->fetch->sql);
    assert_int_equal(s->hash, t->fetch->hash);
    assert_int_equal(s->n_parameters, 2);
    assert_int_equal(s->types[0], OID_INT4_ARRAY);
    assert_int_equal(s->types[1], OID_INT8_ARRAY);
    check_array(t, s, 0, number, 1);
    check_array(t, s, 1, key, 1);
}

static void test_several_members(void **state)
{
    static const int64_t numbers[] = { 0, 0, 1, 2, 2, 2 };
    static const int64_t keys[] = { 10, 11, 20, 30, 31, 32 };
    struct trial *t = *state;
    join(t, fetching(t, 10, 2));
    join(t, fetching(t, 20, 1));
    join(t, fetching(t, 30, 3));
    assert_int_equal(batch_encode(t->batch), 0);
    const struct group_statement *s = &t->batch->group.statements[0];
    check_array(t, s, 0, numbers, ARRAY_SIZE(numbers));
    check_array(t, s, 1, keys, ARRAY_SIZE(keys));
}

/* Who left has no rows, and the others keep their numbers. */
static void test_who_left_is_skipped(void **state)
{
    static const int64_t numbers[] = { 1, 3, 3 };
    static const int64_t keys[] = { 20, 40, 41 };
    struct trial *t = *state;
    for (size_t i = 0; i < 4; i++) {
        join(t, fetching(t, 10 * (int64_t)(i + 1), i == 3 ? 2 : 1));
    }
    batch_leave(t->batch, t->members[0]);
    batch_leave(t->batch, t->members[2]);
    assert_int_equal(batch_encode(t->batch), 0);
    const struct group_statement *s = &t->batch->group.statements[0];
    check_array(t, s, 0, numbers, ARRAY_SIZE(numbers));
    check_array(t, s, 1, keys, ARRAY_SIZE(keys));
}

/* A request to link nothing has a row whose member is NULL, also among others. */
static void test_null_in_an_array(void **state)
{
    static const int64_t numbers[] = { 0, 1 };
    static const int64_t owners[] = { 5, 6 };
    static const int64_t members[] = { -1, 9 };
    struct trial *t = *state;
    const struct statement *link = link_statement(t->arena, t->persons->relationships, false);
    for (size_t i = 0; i < 2; i++) {
        struct exchange *x = fetching(t, 1, 1);
        struct member member = { .key = cell_from_int8(x->arena, 9) };
        struct linkage linkage = { .n = i, .members = &member };
        x->plan.statements[0].statement = link;
        x->plan.statements[0].arguments = link_arguments(
            x->arena, cell_from_int8(x->arena, 5 + (int64_t)i), &linkage, &x->plan.n_rows);
        join(t, x);
    }
    assert_int_equal(batch_encode(t->batch), 0);
    const struct group_statement *s = &t->batch->group.statements[0];
    assert_int_equal(s->n_parameters, 4);
    check_array(t, s, 0, numbers, 2);
    check_array(t, s, 1, owners, 2);
    check_array(t, s, 2, members, 2);
}

/* Without sharing there are no numbers, and a single value is sent as it is. */
static void test_a_statement_that_is_not_shared(void **state)
{
    struct trial *t = *state;
    struct exchange *x = fetching(t, 42, 1);
    x->plan.shared = false;
    x->plan.statements[0].statement = remove_resource(t->arena, t->persons);
    join(t, x);
    assert_int_equal(batch_encode(t->batch), 0);
    const struct group_statement *s = &t->batch->group.statements[0];
    assert_int_equal(s->n_parameters, 1);
    assert_int_equal(s->types[0], OID_INT8);
    assert_int_equal(s->lengths[0], 8);
    assert_int_equal(cell_int((struct cell){ .at = s->values[0], .n = 8 }), 42);
}

static void test_a_single_null(void **state)
{
    struct trial *t = *state;
    struct exchange *x = fetching(t, 42, 1);
    struct cell null = cell_null();
    struct argument argument = { .cells = &null, .n = 1 };
    x->plan.shared = false;
    x->plan.statements[0].statement = remove_resource(t->arena, t->persons);
    x->plan.statements[0].arguments = &argument;
    join(t, x);
    assert_int_equal(batch_encode(t->batch), 0);
    assert_null(t->batch->group.statements[0].values[0]);
}

/* ---- other ways of coalescing ---------------------------------------------------------------- */

static void test_nobody_joins_when_it_is_off(void **state)
{
    struct trial *t = *state;
    join(t, fetching(t, 1, 1));
    assert_true(batch_may_join(t->batch, fetching(t, 2, 1)));
    settings.coalescing = COALESCING_OFF;
    assert_false(batch_may_join(t->batch, fetching(t, 3, 1)));
}

/* The copy of a read stands in front, so that the request itself has another number than alone. */
static void test_a_read_that_comes_alone_gets_company(void **state)
{
    static const int64_t numbers[] = { 0, 0, 1, 1 };
    static const int64_t keys[] = { 10, 11, 10, 11 };
    static const int32_t rows[][2] = { { 0, 70 }, { 0, 71 }, { 1, 80 }, { 1, 81 } };
    struct trial *t = *state;
    settings.coalescing = COALESCING_ALWAYS;
    join(t, fetching(t, 10, 2));
    assert_int_equal(batch_encode(t->batch), 0);
    struct group_statement *s = &t->batch->group.statements[0];
    check_array(t, s, 0, numbers, ARRAY_SIZE(numbers));
    check_array(t, s, 1, keys, ARRAY_SIZE(keys));
    s->result = result_with(rows, ARRAY_SIZE(rows));
    batch_deal(t->batch);
    assert_int_equal(t->members[0]->rows[0].n_rows, 2);
    assert_int_equal(cell_int(rows_row(&t->members[0]->rows[0], 0)[1]), 80);
}

/* The copy of a write stands behind: what was done is credited to the first of two. */
static void test_a_write_that_comes_alone_gets_company(void **state)
{
    static const int32_t rows[][2] = { { 0, 70 }, { 1, 80 } };
    static const int32_t own[] = { 70 };
    struct trial *t = *state;
    settings.coalescing = COALESCING_ALWAYS;
    struct exchange *x = fetching(t, 10, 1);
    x->plan.writes = true;
    join(t, x);
    assert_int_equal(batch_encode(t->batch), 0);
    struct group_statement *s = &t->batch->group.statements[0];
    s->result = result_with(rows, ARRAY_SIZE(rows));
    batch_deal(t->batch);
    check_dealt(x, own, 1);
}

static void test_two_are_company_enough(void **state)
{
    static const int64_t numbers[] = { 0, 1 };
    struct trial *t = *state;
    settings.coalescing = COALESCING_ALWAYS;
    join(t, fetching(t, 10, 1));
    join(t, fetching(t, 20, 1));
    assert_int_equal(batch_encode(t->batch), 0);
    check_array(t, &t->batch->group.statements[0], 0, numbers, ARRAY_SIZE(numbers));
}

/* ---- dealing ------------------------------------------------------------------------------- */

static void deal(struct trial *t, const int32_t (*rows)[2], size_t n)
{
    assert_int_equal(batch_encode(t->batch), 0);
    struct group_statement *s = &t->batch->group.statements[0];
    s->result = result_with(rows, n);
    batch_deal(t->batch);
    group_release_results(&t->batch->group); /* what a member was given stays with it */
}

static void test_each_gets_its_own_rows(void **state)
{
    static const int32_t rows[][2] = { { 0, 10 }, { 0, 11 }, { 2, 30 }, { 3, 40 } };
    static const int32_t third[] = { 30 };
    static const int32_t first[] = { 10, 11 };
    static const int32_t fourth[] = { 40 };
    struct trial *t = *state;
    for (size_t i = 0; i < 4; i++) {
        join(t, fetching(t, 1, 1));
    }
    deal(t, rows, ARRAY_SIZE(rows));
    check_dealt(t->members[0], first, 2);
    check_dealt(t->members[1], NULL, 0);
    check_dealt(t->members[2], third, 1);
    check_dealt(t->members[3], fourth, 1);
}

/* Rows for one who left since they were asked for are passed over. */
static void test_rows_of_one_who_left(void **state)
{
    static const int32_t rows[][2] = { { 0, 10 }, { 1, 20 }, { 1, 21 }, { 2, 30 } };
    static const int32_t first[] = { 10 };
    static const int32_t third[] = { 30 };
    struct trial *t = *state;
    for (size_t i = 0; i < 3; i++) {
        join(t, fetching(t, 1, 1));
    }
    batch_leave(t->batch, t->members[1]);
    deal(t, rows, ARRAY_SIZE(rows));
    check_dealt(t->members[0], first, 1);
    assert_int_equal(t->members[1]->rows[0].n_rows, 0);
    check_dealt(t->members[2], third, 1);
}

static void test_rows_outlive_the_batch_and_other_members(void **state)
{
    static const int32_t rows[][2] = { { 0, 10 }, { 1, 20 } };
    static const int32_t second[] = { 20 };
    struct trial *t = *state;
    join(t, fetching(t, 1, 1));
    join(t, fetching(t, 1, 1));
    deal(t, rows, ARRAY_SIZE(rows));
    t->batch = batch_free(t->batch);
    exchange_free(t->members[0]);
    t->members[0] = t->members[1];
    t->n = 1;
    check_dealt(t->members[0], second, 1);
}

static void test_no_rows_and_no_result(void **state)
{
    struct trial *t = *state;
    join(t, fetching(t, 1, 1));
    deal(t, NULL, 0);
    check_dealt(t->members[0], NULL, 0);
    t->batch->group.statements[0].result = NULL;
    batch_deal(t->batch);
    check_dealt(t->members[0], NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        batch_test(test_members_have_numbers),
        batch_test(test_no_more_than_so_many_members),
        batch_test(test_no_more_than_so_many_rows),
        batch_test(test_a_large_request_goes_alone),
        batch_test(test_only_the_same_statements),
        batch_test(test_only_the_same_service),
        batch_test(test_leaving),
        batch_test(test_an_exclusive_key_is_named_once),
        batch_test(test_falling_back),
        batch_test(test_the_service_is_held),
        batch_test(test_one_member),
        batch_test(test_several_members),
        batch_test(test_who_left_is_skipped),
        batch_test(test_null_in_an_array),
        batch_test(test_a_statement_that_is_not_shared),
        batch_test(test_a_single_null),
        batch_test(test_nobody_joins_when_it_is_off),
        batch_test(test_a_read_that_comes_alone_gets_company),
        batch_test(test_a_write_that_comes_alone_gets_company),
        batch_test(test_two_are_company_enough),
        batch_test(test_each_gets_its_own_rows),
        batch_test(test_rows_of_one_who_left),
        batch_test(test_rows_outlive_the_batch_and_other_members),
        batch_test(test_no_rows_and_no_result),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
