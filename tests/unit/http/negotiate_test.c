/*
 * negotiate_test.c - Content-Type, Accept and Prefer, rule by rule.
 */
#include "support/cmocka_all.h"

#include "http/negotiate.h"

#define J "application/vnd.api+json"
#define ATOMIC "https://jsonapi.org/ext/atomic"
#define UNKNOWN "https://example.com/unknown"

/* clang-format off */

static const struct {
    const char *value;
    bool with_body;    /* accepted with a body? */
    bool without_body; /* accepted without one? */
} content_types[] = {
    { J, true, true },
    { "Application/VND.API+JSON", true, true },
    { " " J " ", true, true },
    { J ";", true, true },
    { J ";profile=\"" UNKNOWN "\"", true, true },
    { J "; profile=\"a b c\"", true, true },
    { J ";PROFILE=" UNKNOWN, true, true },
    { J ";ext=\"\"", true, true },
    { J ";charset=utf-8", false, false },
    { J " ; charset=utf-8", false, false },
    { J ";profile=\"" UNKNOWN "\";v=1", false, false },
    { J ";v=1;profile=\"" UNKNOWN "\"", false, false },
    { J ";v", false, false },
    { J ";q=1", false, false },
    { J ";profile=\"a;v=1\"", true, true },      /* within quotes */
    { J ";profile=\"a\\\";v=1\"", true, true },  /* within quotes */
    { J ";profile=\"a", false, false },
    { J ";profile=\"a\"b", false, false },
    { J ";=x", false, false },
    { J ";ext=\"" UNKNOWN "\"", false, false },
    { J ";ext=\"" ATOMIC "\"", false, false },
    { J " ; EXT=\"" ATOMIC " " UNKNOWN "\"", false, false },
    { J ";ext=" UNKNOWN, false, false },
    { J "," J, false, false },
    { "application/json", true, true },
    { "application/json;charset=utf-8", true, true },
    { "application/json; charset=\"UTF-8\"", true, true },
    { "application/json;charset=latin1", false, true },
    { "application/json;v=1", false, true },
    { "application/json;profile=\"a\"", false, true },
    { "text/plain", false, true },
    { "text/plain;charset=utf-8", false, true },
    { "multipart/form-data;boundary=x", false, true },
    { "application/x-www-form-urlencoded", false, true },
    { "application/vnd.api", false, true },
    { "application/vnd.api+jsonx", false, true },
    { "json", false, true },
    { "*/*", false, true },
    { "", false, true },
    { ";", false, true },
    { ",", false, true },
    { NULL, false, true },
};

static void check_content_type(struct arena *a, const char *value, bool has_body, bool accepted)
{
    struct problems problems = { .arena = a };
    int code = negotiate_content_type(value, has_body, &problems);
    if ((code == 0) != accepted) {
        fail_msg("Content-Type: %s with%s body: %d", value, has_body ? "" : "out", code);
    }
    if (code != 0) {
        assert_int_equal(code, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
        assert_int_equal(problems.n, 1);
        assert_int_equal(problems.first->source, SOURCE_HEADER);
        assert_string_equal(problems.first->where, "Content-Type");
    }
}

/* content-negotiation-servers, media-type-parameter-rules */
static void test_content_types(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(content_types); i++) {
        check_content_type(*state, content_types[i].value, true, content_types[i].with_body);
        check_content_type(*state, content_types[i].value, false, content_types[i].without_body);
    }
}

static void test_content_type_messages(void **state)
{
    static const struct {
        const char *value;
        const char *says;
    } cases[] = {
        { NULL, "send Content-Type: " J },
        { "text/plain", "send " J " or application/json" },
        { J ";charset=utf-8", "no parameters but ext and profile" },
        { J ";ext=\"" UNKNOWN " b\"", "the extension \"" UNKNOWN "\" is not supported" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct problems problems = { .arena = *state };
        int code = negotiate_content_type(cases[i].value, true, &problems);
        assert_int_equal(code, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
        assert_non_null(strstr(problems.first->detail, cases[i].says));
    }
}

enum { NOTHING = -1 };

static const struct {
    const char *value;
    int expected; /* a representation, or NOTHING for 406 */
} accepts[] = {
    { NULL, REPRESENTATION_JSONAPI },
    { "", REPRESENTATION_JSONAPI },
    { " ", REPRESENTATION_JSONAPI },
    { "*/*", REPRESENTATION_JSONAPI },
    { "application/*", REPRESENTATION_JSONAPI },
    { "text/html, image/gif, *; q=.2, */*; q=.2", REPRESENTATION_JSONAPI },
    { J, REPRESENTATION_JSONAPI },
    { "APPLICATION/VND.API+JSON", REPRESENTATION_JSONAPI },
    { J ";charset=utf-8, " J, REPRESENTATION_JSONAPI },
    { J ", " J ";charset=utf-8", REPRESENTATION_JSONAPI },
    { J ";charset=utf-8", NOTHING },
    { J ";ext=\"" UNKNOWN "\"", NOTHING },
    { J ";ext=\"" ATOMIC " " UNKNOWN "\"", NOTHING },
    { J ";ext=\"" UNKNOWN "\", " J ";q=0.1", REPRESENTATION_JSONAPI },
    { J ";charset=utf-8, */*", NOTHING },
    { J ";charset=utf-8, application/json", NOTHING },
    { J ";charset=utf-8, " J ";ext=\"" UNKNOWN "\"", NOTHING },
    { J ";profile=\"" UNKNOWN "\"", REPRESENTATION_JSONAPI },
    { J ";profile=\"a, b;c\" , text/html", REPRESENTATION_JSONAPI },
    { J ";profile=\"a, " J, NOTHING }, /* not closed: all of it is one instance */
    { J ";q=0.5", REPRESENTATION_JSONAPI },
    { J " ; Q=1.000", REPRESENTATION_JSONAPI },
    { J ";q=0", NOTHING },
    { J ";q=0.000", NOTHING },
    { J ";q=0.001", REPRESENTATION_JSONAPI },
    { J ";q=0.5;charset=utf-8", NOTHING }, /* wherever q stands, it is no parameter of the type */
    { J ";q=0, " J, REPRESENTATION_JSONAPI },
    { J ";q=0, */*", REPRESENTATION_JSON },
    { J ";q=0, application/json", REPRESENTATION_JSON },
    { J ";q=0, application/json;q=0, */*", NOTHING },
    { "application/json", REPRESENTATION_JSON },
    { "application/json, text/plain, */*", REPRESENTATION_JSON },
    { "application/json;charset=utf-8", REPRESENTATION_JSON },
    { "application/json;v=1", NOTHING },
    { "application/json;q=0, */*", REPRESENTATION_JSONAPI },
    { "application/json;q=0", NOTHING },
    { "application/json, " J ";q=0.1", REPRESENTATION_JSONAPI },
    { "text/html", NOTHING },
    { "text/*", NOTHING },
    { "text/html, */*;q=0.1", REPRESENTATION_JSONAPI },
    { "*/*;q=0", NOTHING },
    { "application/*;q=0, */*", NOTHING },
    { "application/*, */*;q=0", REPRESENTATION_JSONAPI },
    { ",", NOTHING },
    { ",,, " J " ,,", REPRESENTATION_JSONAPI },
    { ";;;", NOTHING },
    { "*/*;v=\"", NOTHING },
    { "garbage", NOTHING },
};

static void test_accept(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(accepts); i++) {
        struct problems problems = { .arena = *state };
        enum representation representation = REPRESENTATION_JSON;
        int code = negotiate_accept(accepts[i].value, &representation, &problems);
        int got = code == 0 ? (int)representation : NOTHING;
        if (got != accepts[i].expected) {
            fail_msg("Accept: %s gave %d, not %d", accepts[i].value, got, accepts[i].expected);
        }
        if (code != 0) {
            assert_int_equal(code, PROBLEM_NOT_ACCEPTABLE);
            assert_int_equal(problems.first->source, SOURCE_HEADER);
            assert_string_equal(problems.first->where, "Accept");
        }
    }
}

static void test_prefer(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool expected;
    } cases[] = {
        { NULL, false },
        { "", false },
        { "return=representation", true },
        { "Return=Representation", true },
        { "return = \"representation\"", true },
        { "respond-async, return=representation", true },
        { "respond-async;x=1;y=\"a,b\" , wait=10,return=representation;foo", true },
        { "foo;return=representation", false }, /* a parameter of something else */
        { "return=minimal", false },
        { "return=minimal, return=representation", false },
        { "return=representation, return=minimal", true },
        { "return", false },
        { "returns=representation", false },
        { "return=representations", false },
        { "foo=\"return=representation\"", false },
        { "foo=\"", false },
        { ",,;;,", false },
        { "\"\"return=representation", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (prefer_return_representation(cases[i].value) != cases[i].expected) {
            fail_msg("Prefer: %s", cases[i].value);
        }
    }
}
/* clang-format on */

static void test_media_types(void **state)
{
    (void)state;
    assert_string_equal(representation_media_type(REPRESENTATION_JSONAPI), J);
    assert_string_equal(representation_media_type(REPRESENTATION_JSON), "application/json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_content_types),
        arena_test(test_content_type_messages),
        arena_test(test_accept),
        cmocka_unit_test(test_prefer),
        cmocka_unit_test(test_media_types),
    };
    return cmocka_run_group_tests_name("negotiate", tests, NULL, NULL);
}
