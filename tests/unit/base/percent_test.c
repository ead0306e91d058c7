/*
 * percent_test.c - percent-encoding, both ways.
 */
#include "support/cmocka_all.h"

#include "base/percent.h"

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
        arena_test(test_percent_decoding),
        arena_test(test_percent_encoding),
    };
    return cmocka_run_group_tests_name("percent", tests, NULL, NULL);
}
