/*
 * query_test.c - query strings: how they are split, which parameters are understood, and that every
 * mistake is told at its parameter.
 */
#include "support/read_query.h"

static void test_splitting(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        uint32_t size;
        const char *cursor;
    } cases[] = {
        { "", 50, "" },
        { "&&", 50, "" },
        { "page%5Bsize%5D=7", 7, "" },
        { "p%61ge[size]=7", 7, "" },
        { "&&page[size]=3&", 3, "" },
        { "page[after]=a=b&page[size]=2", 2, "a=b" },
        { "page[after]=a%2Bb+c", 50, "a+b c" },
        { "page[after]=a%26page[size]=2", 50, "a&page[size]=2" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        query_trial_accept(&t, cases[i].raw);
        assert_int_equal(t.query.page.size, cases[i].size);
        assert_true(text_equal(t.query.page.cursor, text_of(cases[i].cursor)));
        assert_ptr_equal(t.query.raw.at, cases[i].raw);
        assert_int_equal(t.query.raw.n, strlen(cases[i].raw));
        assert_int_equal(t.problems.n, 0);
    }
    query_trial_end(&t);
}

static void test_no_query_at_all(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    t.problems = (struct problems){ .arena = t.arena };
    struct text none = { 0 };
    assert_int_equal(query_read(t.arena, none, &t.subject, &t.limits, &t.query, &t.problems), 0);
    assert_false(t.query.include_given);
    assert_null(t.query.fields);
    assert_int_equal(t.query.n_include + t.query.n_sort + t.query.n_filters, 0);
    query_trial_end(&t);
}

/* clang-format off */
static const struct unknown {
    const char *raw;
    unsigned accepts;
    const char *parameter;
    const char *says;
} unknowns[] = {
    /* query-parameters-custom: only a-z is the specification's, the rest is nobody's here */
    { "foo=1",           QUERY_PAGE,       "foo",
      "page[size], page[after], page[before], page[number] and page[total] are" },
    { "foo=1",           QUERY_COLLECTION, "foo", "include, fields[TYPE], sort and filter[FIELD] are" },
    { "foo=1",           QUERY_RESOURCE,   "foo", "here: include and fields[TYPE] are" },
    { "foo=1",           QUERY_SORT,       "foo", "here: sort is" },
    { "foo",             QUERY_COLLECTION, "foo", "" },
    { "fooBar=1",        QUERY_COLLECTION, "fooBar", "" },
    { "atomic:foo=1",    QUERY_COLLECTION, "atomic:foo", "" },
    { "x:foo=1",         QUERY_COLLECTION, "x:foo", "" },
    { "=1",              QUERY_COLLECTION, "", "" },
    { "[a]=1",           QUERY_COLLECTION, "[a]", "" },
    { "Page[size]=1",    QUERY_COLLECTION, "Page[size]", "did you mean \"page[size]\"?" },
    { "page=1",          QUERY_COLLECTION, "page", "" },
    { "page[foo]=1",     QUERY_COLLECTION, "page[foo]", "" },
    { "page[]=1",        QUERY_COLLECTION, "page[]", "" },
    { "page[size][x]=1", QUERY_COLLECTION, "page[size][x]", "" },
    { "page[sise]=1",    QUERY_COLLECTION, "page[sise]", "did you mean \"page[size]\"?" },
    { "page[size=1",     QUERY_COLLECTION, "page[size", "did you mean \"page[size]\"?" },
    { "sort[a]=1",       QUERY_COLLECTION, "sort[a]", "did you mean \"sort\"?" },
    { "include[]=1",     QUERY_COLLECTION, "include[]", "did you mean \"include\"?" },
    { "includes=phones", QUERY_COLLECTION, "includes", "did you mean \"include\"?" },
    { "field=name",      QUERY_COLLECTION, "field", "did you mean \"fields[TYPE]\"?" },
    { "filters[name]=a", QUERY_COLLECTION, "filters[name]", "did you mean \"filter[FIELD]\"?" },
    { "%C3%A9%22=1",     QUERY_COLLECTION, "é\"", "\"é\"\"" },
    /* what is understood elsewhere */
    { "page[size]=1",    0,                "page[size]", "no query parameters are" },
    { "page[total]=no",  QUERY_RESOURCE,   "page[total]", "here: include and fields[TYPE] are" },
    { "include=phones",  QUERY_PAGE,       "include", "" },
    { "include=",        0,                "include", "no query parameters are" },
    { "fields[x]=y",     QUERY_PAGE,       "fields[x]", "" },
    { "fields=y",        QUERY_PAGE,       "fields", "" },
    { "sort=name",       QUERY_RESOURCE,   "sort", "include and fields[TYPE] are" },
    { "sort[a]=1",       QUERY_PAGE,       "sort[a]", "" },
    { "filter[name]=a",  QUERY_RESOURCE,   "filter[name]", "include and fields[TYPE] are" },
    { "filter]a[=1",     QUERY_PAGE,       "filter]a[", "" },
};
/* clang-format on */

static void test_unknown_parameters(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    for (size_t i = 0; i < ARRAY_SIZE(unknowns); i++) {
        const struct unknown *u = &unknowns[i];
        t.subject.accepts = u->accepts;
        const struct query_refusal refusal = { u->raw, u->parameter, u->says };
        query_trial_refuse(&t, &refusal);
        assert_int_equal(t.result, PROBLEM_UNKNOWN_PARAMETER);
        assert_non_null(strstr(t.problems.first->detail, "is not understood here"));
    }
    query_trial_end(&t);
}

/* appendix-query-details-parsing */
static void test_broken_encoding(void **state)
{
    (void)state;
    static const struct query_refusal refusals[] = {
        { "page[after]=%G1", "page[after]", "the value of \"page[after]\"" },
        { "page[after]=%", "page[after]", "" },
        { "page[after]=%4", "page[after]", "" },
        { "page[after]=%FF", "page[after]", "" },
        { "page[after]=%00", "page[after]", "and no NUL" },
        { "page[after]=\xFF", "page[after]", "" },
        { "filter[name]=%C0%AF", "filter[name]", "" },
        { "%zz=1", "%zz", "the name of \"%zz\"" },
        { "a%00b=1", "a%00b", "" },
        { "a%FF=%00", "a%FF", "the name of" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    query_trial_end(&t);
}

static void test_repeated_parameters(void **state)
{
    (void)state;
    static const struct query_refusal refusals[] = {
        { "page[size]=1&page[size]=1", "page[size]", "more than once" },
        { "page[size]=1&page%5Bsize]=2", "page[size]", "more than once" },
        { "page[number]=1&page[number]=1", "page[number]", "more than once" },
        { "page[total]=none&page[total]=none", "page[total]", "more than once" },
        { "page[after]=a&page[after]=a", "page[after]", "more than once" },
        { "sort=name&sort=age", "sort", "more than once" },
        { "include=phones&include=boss", "include", "more than once" },
        { "include=&include", "include", "more than once" },
        { "fields[persons]=name&fields[persons]=age", "fields[persons]", "more than once" },
        { "fields[persons]=&fields%5Bpersons%5D=", "fields[persons]", "more than once" },
        { "filter[name]=a&filter[name]=a", "filter[name]", "more than once" },
        { "filter[name][ne]=a&filter%5Bname][ne]=b", "filter[name][ne]", "more than once" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    query_trial_accept(&t, "filter[name]=a&filter[name][eq]=a&fields[persons]=&fields[phones]=");
    query_trial_end(&t);
}

static void test_too_many_parameters(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    t.limits.max_parameters = 5;
    query_trial_read(&t, "a&b&c&d&e&f");
    assert_int_equal(t.result, PROBLEM_BAD_REQUEST);
    assert_int_equal(t.problems.n, 1); /* not one each: the first ones are not worth reading */
    assert_non_null(strstr(t.problems.first->detail, "6 parameters, and at most 5"));
    assert_int_equal(problems_status(&t.problems), 400);
    query_trial_read(&t, "a&b&c&d&e&&");
    assert_int_equal(t.problems.n, 5);
    query_trial_end(&t);
}

static void test_all_mistakes_are_reported(void **state)
{
    (void)state;
    static const char *const parameters[] = {
        "page[size]",      "foo",          "page[after]",  "include",     "include",      "sort",
        "fields[persons]", "fields[nope]", "filter[nope]", "filter[age]", "page[number]",
    };
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_read(&t, "page[size]=0&foo=1&page[after]=%&include=a,phones,b&sort=nope&"
                         "fields[persons]=nope&fields[nope]=x&filter[nope]=1&filter[age]=x&"
                         "page[number]=2&page[before]=x");
    assert_int_equal(t.result, PROBLEM_BAD_PARAMETER);
    assert_int_equal(t.problems.n, ARRAY_SIZE(parameters));
    const struct problem *problem = t.problems.first;
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++, problem = problem->next) {
        assert_string_equal(problem->where, parameters[i]);
    }
    query_trial_end(&t);
}

/* What is not kept is counted, and costs nothing. */
static void test_more_mistakes_than_are_kept(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    struct buf b;
    buf_init(&b, t.arena, 1024);
    buf_add_literal(&b, "sort=name&fields[persons]=x");
    for (size_t i = 0; i < 100000; i++) {
        buf_add_literal(&b, ",x");
    }
    query_trial_read(&t, buf_terminate(&b));
    assert_int_equal(t.result, PROBLEM_BAD_PARAMETER);
    assert_int_equal(t.problems.n, 100001);
    query_trial_end(&t);
}

/* Wherever the memory ends, it is a failure and not a mistake of the request. */
static void test_without_memory(void **state)
{
    (void)state;
    static const char *const raws[] = {
        "page[size]=1&include=phones.owners,boss&fields[persons]=name,phones&sort=name,-boss.id&"
        "filter[name]=a&filter[phones]=1,2&filter[phones][count][ge]=1",
        "foo=1&fields[nope]=a&fields[persons]=a&include=x&sort=x&filter[x]=1&filter[age]=x&"
        "filter[age][x]=1&filter[phones][count]=x&page[size]=1001",
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (size_t i = 0; i < ARRAY_SIZE(raws); i++) {
        size_t budget = 0;
        int r = -1;
        for (; r < 0 && budget < (1 << 20); budget += 64) {
            struct arena *a = arena_new(budget);
            struct problems problems = { .arena = a };
            r = query_read(a, text_of(raws[i]), &t.subject, &t.limits, &t.query, &problems);
            arena_free(a);
        }
        assert_int_equal(r, i == 0 ? 0 : PROBLEM_UNKNOWN_PARAMETER);
        assert_true(budget > 64);
    }
    query_trial_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splitting),
        cmocka_unit_test(test_no_query_at_all),
        cmocka_unit_test(test_unknown_parameters),
        cmocka_unit_test(test_broken_encoding),
        cmocka_unit_test(test_repeated_parameters),
        cmocka_unit_test(test_too_many_parameters),
        cmocka_unit_test(test_all_mistakes_are_reported),
        cmocka_unit_test(test_more_mistakes_than_are_kept),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
