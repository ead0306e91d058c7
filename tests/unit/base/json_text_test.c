/*
 * json_text_test.c - strings as JSON: each byte at each place of a word, and back through a parser.
 */
#include "support/cmocka_all.h"

#include <jansson.h>

#include "base/json_text.h"

enum { LONGEST = 40 };

static const char *written(struct arena *a, struct text t)
{
    struct buf b;
    buf_init(&b, a, 0);
    json_text_write(&b, t);
    const char *text = buf_terminate(&b);
    assert_non_null(text);
    return text;
}

static void test_escapes(void **state)
{
    static const struct {
        const char *from;
        const char *to;
    } cases[] = {
        { "", "\"\"" },
        { "plain", "\"plain\"" },
        { "a \"quote\"", "\"a \\\"quote\\\"\"" },
        { "back\\slash/", "\"back\\\\slash/\"" },
        { "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
        { "\x01\x1F\x7F", "\"\\u0001\\u001f\x7F\"" },
        { "é€😀", "\"é€😀\"" },
        { "a long text without anything special in it, over many words",
          "\"a long text without anything special in it, over many words\"" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_string_equal(written(*state, text_of(cases[i].from)), cases[i].to);
    }
    assert_string_equal(written(*state, (struct text){ .at = "a\0b", .n = 3 }), "\"a\\u0000b\"");
    assert_string_equal(written(*state, (struct text){ .at = NULL, .n = 0 }), "\"\"");
}

/* Every ASCII byte, at every place of a text of every length up to two steps and a half. */
static void test_each_byte_at_each_place(void **state)
{
    (void)state;
    for (size_t n = 1; n <= LONGEST; n++) {
        for (size_t at = 0; at < n; at++) {
            struct arena *a = arena_new(4 << 20);
            for (int c = 1; c < 0x80; c++) {
                char text[LONGEST];
                memset(text, 'x', sizeof text);
                text[at] = (char)c;
                const char *json = written(a, (struct text){ .at = text, .n = n });
                json_t *back = json_loads(json, JSON_DECODE_ANY, NULL);
                assert_non_null(back);
                assert_int_equal(json_string_length(back), n);
                assert_memory_equal(json_string_value(back), text, n);
                json_decref(back);
            }
            arena_free(a);
        }
    }
}

static void test_failure_is_the_buffers(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    struct buf b;
    buf_init(&b, a, 0);
    for (int i = 0; i < 10; i++) {
        json_text_write(&b, TEXT_LITERAL("0123456789\n"));
    }
    assert_true(b.failed);
    arena_free(a);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "0",
        "-0",
        "7",
        "-12",
        "1.5",
        "0.0",
        "-0.25",
        "1e5",
        "1E5",
        "1e+5",
        "1e-5",
        "1.5e05",
        "123456789012345678901234567890",
        "1e99999",
    };
    static const char *const none[] = {
        "",    "-",    "+1",    "01", "-01", "00",  ".5",  "1.",  "1.e5", "e5",  "1e",
        "1e+", "1e5.", "1.5.2", "1 ", " 1",  "0x1", "1,5", "--1", "1-2",  "NaN", "\xd9\xa1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        assert_true(json_text_is_number(text_of(numbers[i])));
    }
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        assert_false(json_text_is_number(text_of(none[i])));
    }
    assert_true(json_text_is_number((struct text){ .at = "1.5", .n = 1 })); /* not beyond its end */
    assert_false(json_text_is_number((struct text){ .at = "1.5", .n = 2 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_escapes),
        cmocka_unit_test(test_each_byte_at_each_place),
        cmocka_unit_test(test_failure_is_the_buffers),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests_name("json_text", tests, NULL, NULL);
}
