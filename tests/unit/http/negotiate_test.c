/*
 * negotiate_test.c - Content-Type, Accept and Prefer, rule by rule.
 */
#include "support/cmocka_all.h"

#include "http/negotiate.h"

#define J "application/vnd.api+json"
#define ATOMIC "https://jsonapi.org/ext/atomic"
#define CURSOR "https://jsonapi.org/profiles/ethanresnick/cursor-pagination"
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

/* Of an operation whose documents use the extension Atomic Operations. */
static const struct {
    const char *value;
    bool with_body;
    bool without_body;
} atomic_content_types[] = {
    { J ";ext=\"" ATOMIC "\"", true, true },
    { J ";ext=" ATOMIC, true, true },
    { J " ; EXT=\"" ATOMIC "\"", true, true },
    { J ";ext=\" " ATOMIC "  " ATOMIC "\";profile=\"" UNKNOWN "\"", true, true },
    { J ";ext=\"\";ext=\"" ATOMIC "\"", true, true },
    { J ";ext=\"" ATOMIC " " UNKNOWN "\"", false, false },
    { J ";ext=\"" UNKNOWN " " ATOMIC "\"", false, false },
    { J ";ext=\"" ATOMIC "/\"", false, false },
    { J ";ext=\"HTTPS://JSONAPI.ORG/ext/atomic\"", false, false }, /* URIs are compared as they are */
    { J ";ext=\"" ATOMIC "\";charset=utf-8", false, false },
    { J ";profile=\"" ATOMIC "\"", false, true },
    { J, false, true },
    { J ";ext=\"\"", false, true },
    { "application/json", true, true },
    { "application/json;ext=\"" ATOMIC "\"", false, true },
    { "text/plain", false, true },
    { NULL, false, true },
};

static void check_content_type(struct arena *a, const char *value, bool has_body, bool takes_atomic,
                               bool accepted)
{
    struct problems problems = { .arena = a };
    int code = negotiate_content_type(value, has_body, takes_atomic, &problems);
    if ((code == 0) != accepted) {
        fail_msg("Content-Type: %s with%s body%s: %d", value, has_body ? "" : "out",
                 takes_atomic ? ", atomic" : "", code);
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
        check_content_type(*state, content_types[i].value, true, false,
                           content_types[i].with_body);
        check_content_type(*state, content_types[i].value, false, false,
                           content_types[i].without_body);
    }
}

static void test_content_types_of_atomic_operations(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(atomic_content_types); i++) {
        check_content_type(*state, atomic_content_types[i].value, true, true,
                           atomic_content_types[i].with_body);
        check_content_type(*state, atomic_content_types[i].value, false, true,
                           atomic_content_types[i].without_body);
    }
}

static void test_content_type_messages(void **state)
{
    static const struct {
        const char *value;
        bool takes_atomic;
        const char *says;
    } cases[] = {
        { NULL, false, "send Content-Type: " J },
        { NULL, true, "send Content-Type: " J ";ext=\"" ATOMIC "\"" },
        { "text/plain", false, "send " J " or application/json" },
        { "text/plain", true, "send " J ";ext=\"" ATOMIC "\" or application/json" },
        { J ";charset=utf-8", false, "no other parameters but ext and profile" },
        { J ";ext=\"" UNKNOWN " b\"", false, "the extension \"" UNKNOWN "\" is not supported" },
        { J ";ext=\"" ATOMIC " b\"", true, "the extension \"b\" is not supported" },
        { J ";ext=\"" ATOMIC "\"", false, "names an extension that is not used here: send " J },
        { J, true, "does not name the extension that is used here: send " J ";ext=" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct problems problems = { .arena = *state };
        int code =
            negotiate_content_type(cases[i].value, true, cases[i].takes_atomic, &problems);
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
    { J ";ext=\"" ATOMIC "\"", NOTHING },
    { J ";ext=\"" ATOMIC "\", " J, REPRESENTATION_JSONAPI },
    { J ";profile=\"" CURSOR "\"", REPRESENTATION_JSONAPI },
    { J ";profile=\"" CURSOR "/\"", REPRESENTATION_JSONAPI },
};

static const struct {
    const char *value;
    int expected;
} atomic_accepts[] = {
    { NULL, REPRESENTATION_JSONAPI },
    { "*/*", REPRESENTATION_JSONAPI },
    { J, REPRESENTATION_JSONAPI },
    { J ";ext=\"" ATOMIC "\"", REPRESENTATION_JSONAPI },
    { J ";EXT=" ATOMIC ";q=0.1", REPRESENTATION_JSONAPI },
    { J ";ext=\"" UNKNOWN "\", " J ";ext=\"" ATOMIC "\"", REPRESENTATION_JSONAPI },
    { J ";ext=\"" ATOMIC " " UNKNOWN "\"", NOTHING },
    { J ";ext=\"" ATOMIC "\";charset=utf-8, */*", NOTHING },
    { J ";ext=\"" ATOMIC "\";q=0", NOTHING },
    { "application/json", REPRESENTATION_JSON },
};

static void check_accept(struct arena *a, const char *value, bool takes_atomic, int expected)
{
    struct problems problems = { .arena = a };
    enum representation representation = REPRESENTATION_JSON;
    int code = negotiate_accept(value, takes_atomic, &representation, &problems);
    int got = code == 0 ? (int)representation : NOTHING;
    if (got != expected) {
        fail_msg("Accept: %s gave %d, not %d", value, got, expected);
    }
    if (code != 0) {
        assert_int_equal(code, PROBLEM_NOT_ACCEPTABLE);
        assert_int_equal(problems.first->source, SOURCE_HEADER);
        assert_string_equal(problems.first->where, "Accept");
    }
}

static void test_accept(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(accepts); i++) {
        check_accept(*state, accepts[i].value, false, accepts[i].expected);
    }
    for (size_t i = 0; i < ARRAY_SIZE(atomic_accepts); i++) {
        check_accept(*state, atomic_accepts[i].value, true, atomic_accepts[i].expected);
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
    static const char extended[] = J ";ext=\"" ATOMIC "\"";
    assert_string_equal(answer_media_type(REPRESENTATION_JSONAPI, false, false), J);
    assert_string_equal(answer_media_type(REPRESENTATION_JSONAPI, true, false), extended);
    assert_string_equal(answer_media_type(REPRESENTATION_JSONAPI, false, true),
                        J ";profile=\"" CURSOR "\"");
    assert_string_equal(answer_media_type(REPRESENTATION_JSONAPI, true, true),
                        J ";ext=\"" ATOMIC "\";profile=\"" CURSOR "\"");
    assert_string_equal(answer_media_type(REPRESENTATION_JSON, false, false), "application/json");
    assert_string_equal(answer_media_type(REPRESENTATION_JSON, true, true), "application/json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_content_types),         arena_test(test_content_types_of_atomic_operations),
        arena_test(test_content_type_messages), arena_test(test_accept),
        cmocka_unit_test(test_prefer),          cmocka_unit_test(test_media_types),
    };
    return cmocka_run_group_tests_name("negotiate", tests, NULL, NULL);
}
