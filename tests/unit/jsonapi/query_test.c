/*
 * query_test.c - query strings and percent-encoding.
 */
#include "support/cmocka_all.h"

#include "jsonapi/query.h"

static const struct query_limits limits = { .page_size = 50,
                                            .max_page_size = 1000,
                                            .max_parameters = 5 };

static int read_text(struct arena *a, const char *raw, unsigned accepts, struct query *ret,
                     struct problems *reterr)
{
    *reterr = (struct problems){ .arena = a };
    return query_read(a, text_of(raw), accepts, &limits, ret, reterr);
}

static void test_what_is_understood(void **state)
{
    static const struct {
        const char *raw;
        uint32_t size;
        bool size_given;
        enum page_direction direction;
        const char *cursor;
    } cases[] = {
        { "", 50, false, PAGE_FIRST, "" },
        { "page[size]=1", 1, true, PAGE_FIRST, "" },
        { "page%5Bsize%5D=7", 7, true, PAGE_FIRST, "" },
        { "p%61ge[size]=7", 7, true, PAGE_FIRST, "" },
        { "page[size]=1000", 1000, true, PAGE_FIRST, "" },
        { "page[after]=abc", 50, false, PAGE_AFTER, "abc" },
        { "page[before]=a%2Bb+c", 50, false, PAGE_BEFORE, "a+b c" },
        { "page[after]=a=b&page[size]=2", 2, true, PAGE_AFTER, "a=b" },
        { "&&page[size]=3&", 3, true, PAGE_FIRST, "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct problems problems;
        struct query query;
        assert_int_equal(read_text(*state, cases[i].raw, QUERY_PAGE, &query, &problems), 0);
        assert_int_equal(query.page.size, cases[i].size);
        assert_int_equal(query.page.size_given, cases[i].size_given);
        assert_int_equal(query.page.direction, cases[i].direction);
        assert_true(text_equal(query.page.cursor, text_of(cases[i].cursor)));
        assert_ptr_equal(query.raw.at, cases[i].raw);
        assert_int_equal(query.raw.n, strlen(cases[i].raw));
        assert_int_equal(problems.n, 0);
    }
}

/* clang-format off */
static const struct refusal {
    const char *raw;
    unsigned accepts;
    enum problem_code code;
    const char *parameter; /* NULL: the whole query string */
    const char *says;      /* part of the detail */
} refusals[] = {
    { "foo=1",                     QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "foo",
      "page[size], page[after] and page[before] are" },
    { "fooBar=1",                  QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "fooBar", "" },
    { "atomic:foo=1",              QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "atomic:foo", "" },
    { "page=1",                    QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "page", "" },
    { "page[foo]=1",               QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "page[foo]", "" },
    { "page[sise]=1",              QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "page[sise]",
      "did you mean \"page[size]\"" },
    { "Page[size]=1",              QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "Page[size]", "" },
    { "sort[a]=1",                 QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "sort[a]", "" },
    { "filter]a[=1",               QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "filter]a[", "" },
    { "=1",                        QUERY_PAGE, PROBLEM_UNKNOWN_PARAMETER, "", "" },
    { "page[size]=1",              0,          PROBLEM_UNKNOWN_PARAMETER, "page[size]", "no query parameters are" },
    { "page[size]=0",              QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "from 1 to 1000" },
    { "page[size]=-1",             QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "" },
    { "page[size]=+1",             QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "" },
    { "page[size]=1.5",            QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "" },
    { "page[size]=abc",            QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "\"abc\"" },
    { "page[size]=5x",             QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "" },
    { "page[size]=",               QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "" },
    { "page[size]",                QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "" },
    { "page[size]=%EF%BC%91",      QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "" },
    { "page[size]=1001",           QUERY_PAGE, PROBLEM_PAGE_TOO_LARGE,    "page[size]", "at most 1000" },
    { "page[size]=4294967297",     QUERY_PAGE, PROBLEM_PAGE_TOO_LARGE,    "page[size]", "" },
    { "page[size]=18446744073709551617", QUERY_PAGE, PROBLEM_PAGE_TOO_LARGE, "page[size]", "" },
    { "page[size]=99999999999999999999x", QUERY_PAGE, PROBLEM_BAD_PARAMETER, "page[size]", "" },
    { "page[size]=1&page[size]=1", QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[size]", "more than once" },
    { "page[size]=1&page%5Bsize]=1", QUERY_PAGE, PROBLEM_BAD_PARAMETER,   "page[size]", "more than once" },
    { "page[after]=",              QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[after]", "no cursor" },
    { "page[before]",              QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[before]", "no cursor" },
    { "page[after]=a&page[before]=b", QUERY_PAGE, PROBLEM_BAD_PARAMETER,  "page[before]", "not both" },
    { "page[before]=a&page[after]=b", QUERY_PAGE, PROBLEM_BAD_PARAMETER,  "page[after]", "not both" },
    { "page[after]=%G1",           QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[after]", "the value of" },
    { "page[after]=%",             QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[after]", "" },
    { "page[after]=%4",            QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[after]", "" },
    { "page[after]=%FF",           QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[after]", "" },
    { "page[after]=%00",           QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[after]", "" },
    { "page[after]=\xFF",          QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "page[after]", "" },
    { "%zz=1",                     QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "%zz", "the name of" },
    { "a%00b=1",                   QUERY_PAGE, PROBLEM_BAD_PARAMETER,     "a%00b", "" },
    { "a&b&c&d&e&&",               0,          PROBLEM_UNKNOWN_PARAMETER, "a", "" },
};
/* clang-format on */

/* query-parameters-custom, appendix-query-details-parsing */
static void test_what_is_refused(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct problems problems;
        struct query query;
        assert_int_equal(read_text(*state, r->raw, r->accepts, &query, &problems), r->code);
        const struct problem *problem = problems.first;
        assert_int_equal(problem->code, r->code);
        assert_int_equal(problem->source, SOURCE_PARAMETER);
        assert_string_equal(problem->where, r->parameter);
        if (strstr(problem->detail, r->says) == NULL) {
            fail_msg("%s: \"%s\" does not say \"%s\"", r->raw, problem->detail, r->says);
        }
    }
}

static void test_too_many_parameters(void **state)
{
    struct problems problems;
    struct query query;
    assert_int_equal(read_text(*state, "a&b&c&d&e&f", 0, &query, &problems), PROBLEM_BAD_REQUEST);
    assert_int_equal(problems.n, 1); /* not one each: the first ones are not worth reading */
    assert_non_null(strstr(problems.first->detail, "6 parameters, and at most 5"));
    assert_int_equal(problems_status(&problems), 400);
}

/* the profile's errors carry links and meta by which clients know them */
static void test_profile_errors(void **state)
{
    struct problems problems;
    struct query query;
    (void)!read_text(*state, "page[size]=1001", QUERY_PAGE, &query, &problems);
    assert_string_equal(problems.first->type_link,
                        "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"
                        "max-size-exceeded");
    assert_string_equal(problems.first->meta, "{\"page\":{\"maxSize\":1000}}");
    (void)!read_text(*state, "page[after]=a&page[before]=b", QUERY_PAGE, &query, &problems);
    assert_string_equal(problems.first->type_link,
                        "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"
                        "range-pagination-not-supported");
    assert_null(problems.first->meta);
}

static void test_all_mistakes_are_reported(void **state)
{
    struct problems problems;
    struct query query;
    assert_int_equal(
        read_text(*state, "page[size]=0&foo=1&page[after]=%", QUERY_PAGE, &query, &problems),
        PROBLEM_BAD_PARAMETER);
    assert_int_equal(problems.n, 3);
}

static void test_without_memory(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct problems problems;
    struct query query;
    assert_true(read_text(a, "page[size]=1", QUERY_PAGE, &query, &problems) < 0);
    arena_free(a);
}

static void test_percent_decoding(void **state)
{
    static const struct {
        const char *raw;
        bool plus_is_space;
        const char *text; /* NULL: refused */
    } cases[] = {
        { "", true, "" },
        { "plain", true, "plain" },
        { "a+b", true, "a b" },
        { "a+b", false, "a+b" },
        { "a%2Bb%2bc", true, "a+b+c" },
        { "%c3%A9", true, "é" },
        { "%25", true, "%" },
        { "%2525", true, "%25" }, /* once */
        { "%2F", false, "/" },
        { "%0A", false, "\n" },
        { "%", true, NULL },
        { "%4", true, NULL },
        { "a%", true, NULL },
        { "%G1", true, NULL },
        { "%1G", true, NULL },
        { "%%41", true, NULL },
        { "%00", true, NULL },
        { "a%00b", false, NULL },
        { "%FF", true, NULL },
        { "%C0%AF", true, NULL },
        { "%ED%A0%80", true, NULL },
        { "%C3", true, NULL },
        { "\xC3", true, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct text text = { .at = "", .n = 0 };
        bool good = percent_decode(*state, text_of(cases[i].raw), cases[i].plus_is_space, &text);
        assert_int_equal(good, cases[i].text != NULL);
        if (good) {
            assert_string_equal(text.at, cases[i].text);
            assert_int_equal(text.n, strlen(cases[i].text));
        }
    }
    struct text text;
    assert_false(percent_decode(*state, (struct text){ .at = "a\0b", .n = 3 }, true, &text));
}

static void test_percent_encoding(void **state)
{
    struct buf b;
    buf_init(&b, *state, 0);
    percent_encode(&b, TEXT_LITERAL("aZ09-._~ /?&=+%[]é\n"));
    assert_string_equal(buf_terminate(&b), "aZ09-._~%20%2F%3F%26%3D%2B%25%5B%5D%C3%A9%0A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_what_is_understood),        arena_test(test_what_is_refused),
        arena_test(test_too_many_parameters),       arena_test(test_profile_errors),
        arena_test(test_all_mistakes_are_reported), cmocka_unit_test(test_without_memory),
        arena_test(test_percent_decoding),          arena_test(test_percent_encoding),
    };
    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
