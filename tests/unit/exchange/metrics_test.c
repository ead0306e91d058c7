/*
 * metrics_test.c - answers and batches fall into the bucket whose bound they do not exceed.
 */
#include "support/cmocka_all.h"

#include "base/defs.h"
#include "exchange/metrics.h"

static const char first[] = "first";
static const char second[] = "second";

static void count(struct metrics *m, const char *operation, int status, uint64_t us)
{
    metrics_count_answer(m, &(struct answered){ .operation = operation,
                                                .status = status,
                                                .duration_us = us,
                                                .received_bytes = 10,
                                                .sent_bytes = 1 });
}

static void test_a_bound_belongs_to_its_bucket(void **state)
{
    (void)state;
    static const struct {
        uint64_t us;
        size_t bucket;
    } rows[] = {
        { 0, 0 },       { 250, 0 },       { 251, 1 },       { 500, 1 },         { 100000, 7 },
        { 2500000, 9 }, { 10000000, 10 }, { 10000001, 11 }, { UINT64_MAX, 11 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct metrics m;
        memset(&m, 0, sizeof m);
        count(&m, first, 200, rows[i].us);
        assert_int_equal(m.operations[0].durations[2][rows[i].bucket], 1);
        assert_int_equal(m.operations[0].duration_us[2], rows[i].us);
    }
}

static void test_each_operation_has_a_slot_of_its_own(void **state)
{
    (void)state;
    struct metrics m;
    memset(&m, 0, sizeof m);
    count(&m, first, 200, 1);
    count(&m, second, 404, 1);
    count(&m, NULL, 400, 1);
    count(&m, first, 503, 1);
    assert_ptr_equal(m.operations[0].name, first);
    assert_ptr_equal(m.operations[1].name, second);
    assert_string_equal(m.operations[2].name, "unmatched");
    assert_null(m.operations[3].name);
    assert_int_equal(m.operations[0].durations[2][0], 1);
    assert_int_equal(m.operations[0].durations[5][0], 1);
    assert_int_equal(m.operations[1].durations[4][0], 1);
    assert_int_equal(m.operations[2].durations[4][0], 1);
    assert_int_equal(m.received_bytes, 40);
    assert_int_equal(m.sent_bytes, 4);
}

static void test_a_status_that_is_none_has_a_class_of_its_own(void **state)
{
    (void)state;
    static const int statuses[] = { 0, 99, 600, -1 };
    struct metrics m;
    memset(&m, 0, sizeof m);
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        count(&m, first, statuses[i], 1);
    }
    assert_int_equal(m.operations[0].durations[0][0], ARRAY_SIZE(statuses));
}

static void test_batches_by_size(void **state)
{
    (void)state;
    struct metrics m;
    memset(&m, 0, sizeof m);
    for (size_t n = 1; n <= 65; n++) {
        metrics_count_batch(&m, n);
    }
    static const uint64_t wanted[BATCH_BUCKETS] = { 1, 1, 2, 4, 8, 16, 32, 1 };
    for (size_t i = 0; i < BATCH_BUCKETS; i++) {
        assert_int_equal(m.batch_sizes[i], wanted[i]);
    }
    assert_int_equal(m.batches, 65);
    assert_int_equal(m.batched_requests, 65 * 66 / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bound_belongs_to_its_bucket),
        cmocka_unit_test(test_each_operation_has_a_slot_of_its_own),
        cmocka_unit_test(test_a_status_that_is_none_has_a_class_of_its_own),
        cmocka_unit_test(test_batches_by_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
