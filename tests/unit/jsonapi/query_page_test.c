/*
 * query_page_test.c - page[size], page[after], page[before], page[number] and page[total].
 */
#include "support/read_query.h"

#define PROFILE "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"

static void test_what_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        uint32_t size;
        bool size_given;
        enum page_direction direction;
        const char *cursor;
        uint32_t number;
    } cases[] = {
        { "", 50, false, PAGE_FIRST, "", 0 },
        { "page[size]=1", 1, true, PAGE_FIRST, "", 0 },
        { "page[size]=50", 50, true, PAGE_FIRST, "", 0 },
        { "page[size]=1000", 1000, true, PAGE_FIRST, "", 0 },
        { "page[after]=abc", 50, false, PAGE_AFTER, "abc", 0 },
        { "page[before]=a%2Bb+c", 50, false, PAGE_BEFORE, "a+b c", 0 },
        { "page[after]=a=b&page[size]=2", 2, true, PAGE_AFTER, "a=b", 0 },
        { "page[number]=1", 50, false, PAGE_FIRST, "", 1 },
        { "page[number]=17&page[size]=3", 3, true, PAGE_FIRST, "", 17 },
        { "page[number]=4294967295&page[size]=1000", 1000, true, PAGE_FIRST, "", UINT32_MAX },
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        query_trial_accept(&t, cases[i].raw);
        assert_int_equal(t.query.page.size, cases[i].size);
        assert_int_equal(t.query.page.size_given, cases[i].size_given);
        assert_int_equal(t.query.page.direction, cases[i].direction);
        assert_true(text_equal(t.query.page.cursor, text_of(cases[i].cursor)));
        assert_int_equal(t.query.page.number, cases[i].number);
    }
    query_trial_end(&t);
}

/* In either order; without a size it is the largest, since a range is asked for to be had whole. */
static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        uint32_t size;
    } cases[] = {
        { "page[after]=a&page[before]=b", 1000 },
        { "page[before]=b&page[after]=a", 1000 },
        { "page[before]=b&page[size]=3&page[after]=a", 3 },
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        query_trial_accept(&t, cases[i].raw);
        assert_int_equal(t.query.page.direction, PAGE_AFTER);
        assert_true(text_is(t.query.page.cursor, "a"));
        assert_true(text_is(t.query.page.end, "b"));
        assert_int_equal(t.query.page.size, cases[i].size);
    }
    query_trial_end(&t);
}

/* clang-format off */
static const struct query_refusal refusals[] = {
    { "page[size]=0",                        "page[size]",
      "\"0\" is no page size: give a whole number from 1 to 1000" },
    { "page[size]=-1",                       "page[size]", "from 1 to 1000" },
    { "page[size]=%2B1",                     "page[size]", "" },
    { "page[size]=1.5",                      "page[size]", "" },
    { "page[size]=abc",                      "page[size]", "\"abc\"" },
    { "page[size]=5x",                       "page[size]", "" },
    { "page[size]=05",                       "page[size]", "" },
    { "page[size]=+5",                       "page[size]", "\" 5\"" },
    { "page[size]=1,000",                    "page[size]", "" },
    { "page[size]=",                         "page[size]", "" },
    { "page[size]",                          "page[size]", "" },
    { "page[size]=%EF%BC%91",                "page[size]", "" },
    { "page[size]=99999999999999999999x",    "page[size]", "is no page size" },
    { "page[size]=1001",                     "page[size]", "at most 1000 items, and 1001 were" },
    { "page[size]=4294967297",               "page[size]", "at most 1000" },
    { "page[size]=18446744073709551617",     "page[size]", "at most 1000" },
    { "page[size]=36893488147419103233",     "page[size]", "at most 1000" },
    { "page[after]=",                        "page[after]", "names no cursor" },
    { "page[before]",                        "page[before]", "names no cursor" },
    { "page[after]=a&page[before]=",         "page[before]", "names no cursor" },
    { "page[before]=a&page[before]=b",       "page[before]", "more than once" },
    { "page[number]=0",                      "page[number]", "\"0\" is no number of a page" },
    { "page[number]=-1",                     "page[number]", "whole number from 1" },
    { "page[number]=01",                     "page[number]", "" },
    { "page[number]=1e3",                    "page[number]", "" },
    { "page[number]=",                       "page[number]", "" },
    { "page[number]=4294967296",             "page[number]", "the last one that can be asked for is 4294967295" },
    { "page[number]=99999999999999999999",   "page[number]", "is too far" },
    { "page[number]=2&page[after]=a",        "page[number]", "by its number or by a cursor" },
    { "page[before]=a&page[number]=2",       "page[number]", "by its number or by a cursor" },
    { "page[before]=a&page[number]=2&page[after]=b", "page[number]", "by its number or by a cursor" },
    { "page[total]=",                        "page[total]", "give none, exact or estimated" },
    { "page[total]=true",                    "page[total]", "\"true\" is no way to count" },
    { "page[total]=Exact",                   "page[total]", "" },
    { "page[total]=exact,estimated",         "page[total]", "" },
};
/* clang-format on */

static void test_what_is_refused(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    query_trial_end(&t);
}

/* 2^53 is 9007199254740992: the first offset that some clients cannot hold. */
static void test_how_far_numbers_go(void **state)
{
    (void)state;
    static const struct query_refusal too_far[] = {
        { "page[number]=4194304&page[size]=2147483648", "page[number]",
          "page 4194304 is too far: with 2147483648 items on a page the last one that can be asked "
          "for is 4194303" },
        { "page[size]=4294967295&page[number]=4294967295", "page[number]", "is 2097152" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    t.limits.max_page_size = UINT32_MAX;
    query_trial_refuse_all(&t, too_far, ARRAY_SIZE(too_far));
    query_trial_accept(&t, "page[number]=4194303&page[size]=2147483648");
    query_trial_accept(&t, "page[size]=4294967295&page[number]=2097152");
    query_trial_end(&t);
}

static void test_totals(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        unsigned accepts;
        enum page_total otherwise;
        enum page_total total;
        bool given;
    } cases[] = {
        { "", QUERY_PAGE, TOTAL_NONE, TOTAL_NONE, false },
        { "", QUERY_PAGE, TOTAL_EXACT, TOTAL_EXACT, false },
        { "page[total]=none", QUERY_PAGE, TOTAL_EXACT, TOTAL_NONE, true },
        { "page[total]=exact", QUERY_PAGE, TOTAL_NONE, TOTAL_EXACT, true },
        { "page[total]=estimated", QUERY_PAGE, TOTAL_NONE, TOTAL_ESTIMATED, true },
        { "", QUERY_RESOURCE, TOTAL_EXACT, TOTAL_NONE, false }, /* where nothing is counted */
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        t.limits.total = cases[i].otherwise;
        t.subject.accepts = cases[i].accepts;
        query_trial_accept(&t, cases[i].raw);
        assert_int_equal(t.query.page.total, cases[i].total);
        assert_int_equal(t.query.page.total_given, cases[i].given);
    }
    query_trial_end(&t);
}

/* The profile's errors carry links and meta by which clients know them. */
static void test_profile_errors(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_read(&t, "page[size]=1001");
    assert_int_equal(t.result, PROBLEM_PAGE_TOO_LARGE);
    assert_string_equal(t.problems.first->type_link, PROFILE "max-size-exceeded");
    assert_string_equal(t.problems.first->meta, "{\"page\":{\"maxSize\":1000}}");
    query_trial_read(&t, "page[after]=a&page[number]=2");
    assert_null(t.problems.first->type_link);
    query_trial_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_understood), cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_how_far_numbers_go), cmocka_unit_test(test_totals),
        cmocka_unit_test(test_profile_errors),     cmocka_unit_test(test_ranges),
    };
    return cmocka_run_group_tests_name("query page", tests, NULL, NULL);
}
