/*
 * problem_test.c - the list of refusals, the status of several together, and the error document.
 */
#include "support/cmocka_all.h"

#include <jansson.h>

#include "jsonapi/problem.h"

static const char *written(struct problems *p)
{
    struct buf b;
    buf_init(&b, p->arena, 0);
    problems_write(p, &b);
    const char *text = buf_terminate(&b);
    assert_non_null(text);
    return text;
}

static bool is_kebab_case(const char *s)
{
    return s[0] != '\0' && s[0] != '-' && strspn(s, "abcdefghijklmnopqrstuvwxyz-") == strlen(s);
}

static void test_codes_are_unique_and_complete(void **state)
{
    (void)state;
    static const enum problem_code codes[] = {
#define PROBLEM_CODE(name, code, status, title) PROBLEM_##name,
        PROBLEM_LIST(PROBLEM_CODE)
#undef PROBLEM_CODE
    };
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        assert_true(is_kebab_case(problem_code_text(codes[i])));
        assert_true(strlen(problem_title(codes[i])) > 5);
        assert_in_range(problem_status(codes[i]), 400, 599);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(problem_code_text(codes[i]), problem_code_text(codes[j]));
        }
    }
}

static void test_the_document(void **state)
{
    struct problems p = { .arena = *state };
    assert_int_equal(problem_add(&p, PROBLEM_NOT_FOUND, problem_at(&p, "/data/%d/id", 3),
                                 "no \"%s\" here", "x\n"),
                     PROBLEM_NOT_FOUND);
    problem_add(&p, PROBLEM_BAD_PARAMETER, problem_parameter("page[size]"), "too %s", "small");
    problem_explain(&p, "https://example.org/kind", "{\"page\":{\"maxSize\":5}}");
    problem_add(&p, PROBLEM_NOT_ACCEPTABLE, problem_header("Accept"), "nothing fits");
    problem_add(&p, PROBLEM_BUSY, problem_nowhere(), "later");
    assert_string_equal(
        written(&p),
        "{\"errors\":["
        "{\"status\":\"404\",\"code\":\"not-found\",\"title\":\"There is no such resource\","
        "\"detail\":\"no \\\"x\\n\\\" here\",\"source\":{\"pointer\":\"/data/3/id\"}},"
        "{\"status\":\"400\",\"code\":\"bad-parameter\",\"title\":\"A query parameter is not valid\","
        "\"detail\":\"too small\",\"source\":{\"parameter\":\"page[size]\"},"
        "\"links\":{\"type\":\"https://example.org/kind\"},\"meta\":{\"page\":{\"maxSize\":5}}},"
        "{\"status\":\"406\",\"code\":\"not-acceptable\",\"title\":\"No acceptable representation\","
        "\"detail\":\"nothing fits\",\"source\":{\"header\":\"Accept\"}},"
        "{\"status\":\"503\",\"code\":\"busy\",\"title\":\"Other writers are in the way\","
        "\"detail\":\"later\"}]}");
}

static void test_the_empty_pointer_is_a_place(void **state)
{
    struct problems p = { .arena = *state };
    problem_add(&p, PROBLEM_BAD_DOCUMENT, problem_at(&p, "%s", ""), "all of it");
    assert_non_null(strstr(written(&p), "\"source\":{\"pointer\":\"\"}"));
}

/* errors-processing: the most generally applicable status of several */
static void test_statuses_together(void **state)
{
    static const struct {
        enum problem_code codes[3];
        int status;
    } cases[] = {
        { { PROBLEM_INVALID }, 422 },
        { { PROBLEM_INVALID, PROBLEM_REQUIRED }, 422 },
        { { PROBLEM_INVALID, PROBLEM_CONFLICT }, 400 },
        { { PROBLEM_INVALID, PROBLEM_CONFLICT, PROBLEM_INVALID }, 400 },
        { { PROBLEM_CONFLICT, PROBLEM_TAKEN }, 409 },
        { { PROBLEM_BUSY }, 503 },
        { { PROBLEM_BUSY, PROBLEM_TIMEOUT }, 500 },
        { { PROBLEM_INVALID, PROBLEM_BUSY }, 500 },
        { { PROBLEM_BUSY, PROBLEM_INVALID, PROBLEM_INVALID }, 500 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct problems p = { .arena = *state };
        for (size_t j = 0; j < 3 && cases[i].codes[j] != PROBLEM_NONE; j++) {
            problem_add(&p, cases[i].codes[j], problem_nowhere(), "x");
        }
        assert_int_equal(problems_status(&p), cases[i].status);
        assert_int_equal(p.code, cases[i].codes[0]);
    }
}

static void test_too_many_are_counted_not_kept(void **state)
{
    struct problems p = { .arena = *state };
    for (int i = 0; i < MAX_PROBLEMS + 5; i++) {
        problem_add(&p, PROBLEM_NOT_FOUND, problem_at(&p, "/data/%d", i), "%d", i);
    }
    problem_explain(&p, "https://example.org", "{}"); /* belongs to one that is not kept */
    assert_int_equal(p.n, MAX_PROBLEMS + 5);
    json_t *document = json_loads(written(&p), 0, NULL);
    assert_non_null(document);
    const json_t *errors = json_object_get(document, "errors");
    assert_int_equal(json_array_size(errors), MAX_PROBLEMS);
    for (size_t i = 0; i < MAX_PROBLEMS; i++) {
        assert_null(json_object_get(json_array_get(errors, i), "links"));
    }
    const json_t *meta = json_object_get(document, "meta");
    assert_int_equal(json_integer_value(json_object_get(meta, "omitted")), 5);
    json_decref(document);
}

static void test_without_memory_the_code_is_still_told(void **state)
{
    (void)state;
    struct arena *none = arena_new(0);
    struct arena *some = arena_new(4096);
    struct problems p = { .arena = none };
    problem_add(&p, PROBLEM_BODY_TOO_LARGE, problem_at(&p, "/data/%d", 1), "%s", "text");
    problem_explain(&p, NULL, NULL);
    struct buf b;
    buf_init(&b, some, 0);
    problems_write(&p, &b);
    assert_string_equal(buf_terminate(&b),
                        "{\"errors\":[{\"status\":\"413\",\"code\":\"body-too-large\","
                        "\"title\":\"The body is too large\"}]}");
    assert_int_equal(problems_status(&p), 413);
    arena_free(none);
    arena_free(some);
}

static void test_pointers_are_escaped(void **state)
{
    static const char *const cases[][2] = {
        { "plain", "plain" }, { "", "" },      { "a/b", "a~1b" },
        { "a~b", "a~0b" },    { "~1", "~01" }, { "/~/", "~1~0~1" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_string_equal(problem_escape(*state, cases[i][0]), cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_are_unique_and_complete),
        arena_test(test_the_document),
        arena_test(test_the_empty_pointer_is_a_place),
        arena_test(test_statuses_together),
        arena_test(test_too_many_are_counted_not_kept),
        cmocka_unit_test(test_without_memory_the_code_is_still_told),
        arena_test(test_pointers_are_escaped),
    };
    return cmocka_run_group_tests_name("problem", tests, NULL, NULL);
}
