/*
 * text_test.c - UTF-8 to the letter of the Unicode Standard, quotable excerpts, and near misses.
 */
#include "support/cmocka_all.h"

#include "base/text.h"

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool good;
    } cases[] = {
        { "", true },
        { "plain", true },
        { "\x7F", true },
        { "\xC2\x80", true },         /* U+0080, the first of two bytes */
        { "\xDF\xBF", true },         /* U+07FF */
        { "\xE0\xA0\x80", true },     /* U+0800 */
        { "\xED\x9F\xBF", true },     /* U+D7FF, the last before the surrogates */
        { "\xEE\x80\x80", true },     /* U+E000, the first behind them */
        { "\xEF\xBF\xBF", true },     /* U+FFFF */
        { "\xF0\x90\x80\x80", true }, /* U+10000 */
        { "\xF4\x8F\xBF\xBF", true }, /* U+10FFFF */
        { "\x80", false },            /* a continuation alone */
        { "\xBF", false },
        { "\xC0\xAF", false }, /* "/" in two bytes */
        { "\xC1\xBF", false },
        { "\xE0\x9F\xBF", false },     /* overlong */
        { "\xF0\x8F\xBF\xBF", false }, /* overlong */
        { "\xED\xA0\x80", false },     /* U+D800 */
        { "\xED\xBF\xBF", false },     /* U+DFFF */
        { "\xF4\x90\x80\x80", false }, /* U+110000 */
        { "\xF5\x80\x80\x80", false },
        { "\xFF", false },
        { "\xFE\xFF", false },
        { "\xC3", false }, /* cut short */
        { "\xE2\x82", false },
        { "\xF0\x9F\x98", false },
        { "\xC3(", false }, /* continued by something else */
        { "\xE2(\xAC", false },
        { "\xE2\x82(", false },
        { "abc\xC3", false },
        { "\xC3\xA9\x80", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(text_is_utf8(text_of(cases[i].bytes)), cases[i].good);
    }
    assert_true(text_is_utf8((struct text){ .at = "a\0b", .n = 3 }));
}

static void test_comparing(void **state)
{
    (void)state;
    assert_true(text_is(TEXT_LITERAL("abc"), "abc"));
    assert_false(text_is(TEXT_LITERAL("abc"), "ab"));
    assert_false(text_is(TEXT_LITERAL("ab"), "abc"));
    assert_false(text_is((struct text){ .at = "ab\0", .n = 3 }, "ab"));
    assert_true(text_equal(TEXT_LITERAL(""), (struct text){ .at = NULL, .n = 0 }));
    assert_true(text_equal(TEXT_LITERAL("x"), TEXT_LITERAL("x")));
    assert_false(text_equal(TEXT_LITERAL("x"), TEXT_LITERAL("y")));
}

static void test_quotable(void **state)
{
    static const struct {
        const char *from;
        size_t max_bytes;
        const char *to;
    } cases[] = {
        { "plain", 10, "plain" },
        { "", 10, "" },
        { "exactly ten", 11, "exactly ten" },
        { "too long", 3, "too…" },
        { "a\nb\tc\x7F", 10, "a?b?c?" },
        { "a\xFF\xC3", 10, "a??" },
        { "é", 1, "…" }, /* never half a character */
        { "aé", 2, "a…" },
        { "aé", 3, "aé" },
        { "\x1B[31m", 10, "?[31m" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_string_equal(text_quotable(*state, text_of(cases[i].from), cases[i].max_bytes),
                            cases[i].to);
    }
    assert_string_equal(text_quotable(*state, (struct text){ .at = "a\0b", .n = 3 }, 10), "a?b");
}

static void test_quotable_without_memory(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    assert_string_equal(text_quotable(a, TEXT_LITERAL("x"), 10), "");
    arena_free(a);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = { "name", "email", "created_at", "id" };
    static const struct {
        const char *given;
        size_t nearest;
    } cases[] = {
        { "nmae", 4 }, /* two of four letters: not less than half */
        { "nam", 0 },
        { "names", 0 },
        { "emial", 1 },
        { "e-mail", 1 },
        { "createdat", 2 },
        { "create_att", 2 },
        { "created", 4 },
        { "phones", 4 },
        { "i", 4 },
        { "", 4 },
        { "a name that is longer than forty bytes, by far", 4 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(text_nearest(text_of(cases[i].given), names, ARRAY_SIZE(names)),
                         cases[i].nearest);
    }
    assert_int_equal(text_nearest(TEXT_LITERAL("name"), NULL, 0), 0);
}

static void test_characters(void **state)
{
    (void)state;
    assert_int_equal(text_count_characters(TEXT_LITERAL("")), 0);
    assert_int_equal(text_count_characters(TEXT_LITERAL("abc")), 3);
    assert_int_equal(text_count_characters(TEXT_LITERAL("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")),
                     3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),    cmocka_unit_test(test_comparing),
        arena_test(test_quotable),      cmocka_unit_test(test_quotable_without_memory),
        cmocka_unit_test(test_nearest), cmocka_unit_test(test_characters),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
