/*
 * document_json_test.c - bytes that are no document: encoding, syntax, size and shape.
 */
#include "support/read_document.h"

static const struct {
    struct text body;
    const char *says;
} no_json[] = {
    { TEXT_LITERAL(""), "the body is empty" },
    { TEXT_LITERAL(" \r\n\t"), "the body is empty" },
    { TEXT_LITERAL("{"), "ends too early, at line 1" },
    { TEXT_LITERAL("{\"data\":\n"), "ends too early, at line 2" },
    { TEXT_LITERAL("{\"data\":\"abc"), "ends too early" },
    { TEXT_LITERAL("{} {}"), "something follows the document's end" },
    { TEXT_LITERAL("{}x"), "something follows the document's end" },
    { TEXT_LITERAL("{}\0"), "something follows the document's end" },
    { TEXT_LITERAL("1"), "a document is an object" },
    { TEXT_LITERAL("\"x\""), "a document is an object" },
    { TEXT_LITERAL("null"), "a document is an object" },
    { TEXT_LITERAL("name=x&y=z"), "a document is an object" },
    { TEXT_LITERAL("{data:1}"), "something else is expected, at line 1, column" },
    { TEXT_LITERAL("{\"a\":1,}"), "something else is expected" },
    { TEXT_LITERAL("{'a':1}"), "something else is expected" },
    { TEXT_LITERAL("{\"a\":01}"), "" },
    { TEXT_LITERAL("{\"a\":NaN}"), "" },
    { TEXT_LITERAL("{\"a\":+1}"), "" },
    { TEXT_LITERAL("{\"a\":.5}"), "" },
    { TEXT_LITERAL("[1}"), "" },
    { TEXT_LITERAL("}"), "" },
    { TEXT_LITERAL("{\"a\":1 /* x */}"), "" },
    { TEXT_LITERAL("{\"a\":\"x\ty\"}"), "not escaped" },
    { TEXT_LITERAL("{\"a\":\"x\ny\"}"), "not closed on its line" },
    { TEXT_LITERAL("{\"a\":\"x\0y\"}"), "not escaped" },
    { TEXT_LITERAL("{\"a\":\"\\x\"}"), "a backslash" },
    { TEXT_LITERAL("{\"a\":\"\\"), "" },
    { TEXT_LITERAL("{\"a\":1,\"a\":2}"), "two members of the same name" },
    { TEXT_LITERAL("{\"name\":1,\"n\\u0061me\":2}"), "two members of the same name" },
    { TEXT_LITERAL("{\"data\":{\"a\":1,\"a\":1}}"), "two members of the same name" },
    { TEXT_LITERAL("{\"a\":\"\\u0000\"}"), "\\u0000 may not stand" },
    { TEXT_LITERAL("{\"\\u0000\":1}"), "\\u0000 may not stand" },
    { TEXT_LITERAL("{\"a\":\"\\ud800\"}"), "surrogate pair" },
    { TEXT_LITERAL("{\"a\":\"\\udc00\\ud800\"}"), "surrogate pair" },
    { TEXT_LITERAL("{\"a\":\"\\ud800\\u0041\"}"), "surrogate pair" },
    { TEXT_LITERAL("{\"a\":1.5.2}"), "at line 1, column 9" },
    { TEXT_LITERAL("{\"a\":[1.5,123456789012345678901,x]}"), "at line 1, column 33" },
    { TEXT_LITERAL("{\"a\":1e5e5}"), "" },
    { TEXT_LITERAL("{\"a\":-}"), "" },
    { TEXT_LITERAL("{\"a\":1e}"), "" },
    { TEXT_LITERAL("{\"a\":1.}"), "" },
    { TEXT_LITERAL("{\"a\":1.5"), "ends too early" },
    { TEXT_LITERAL("\xEF\xBB\xBF{}"), "byte order mark" },
    { TEXT_LITERAL("\xEF\xBB\xBF"), "byte order mark" },
    { TEXT_LITERAL("\xFF\xFE{\0}\0"), "not UTF-8 from byte 0 on" },
    { TEXT_LITERAL("{\0\"\0a\0\"\0:\0001\0}\0"), "" },
    { TEXT_LITERAL("{\"a\":\"\xFF\"}"), "not UTF-8 from byte 6 on" },
    { TEXT_LITERAL("{\"a\":\"\xC3\xA9\xC0\xAF\"}"), "not UTF-8 from byte 8 on" },
    { TEXT_LITERAL("{\"a\":\"\xED\xA0\x80\"}"), "not UTF-8 from byte 6 on" },
    { TEXT_LITERAL("{\"a\":\"\xF4\x90\x80\x80\"}"), "not UTF-8 from byte 6 on" },
    { TEXT_LITERAL("{\"a\":\"\xE2\x82"), "not UTF-8 from byte 6 on" },
    { TEXT_LITERAL("\xE2\x82\xAC\xF0\x9F\x98\x80\x80"), "not UTF-8 from byte 7 on" },
};

static void test_what_is_no_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(no_json); i++) {
        struct trial t;
        trial_begin(&t);
        /* of exactly the body's size, so that reading beyond it is noticed */
        char *exact = malloc(no_json[i].body.n + (no_json[i].body.n == 0 ? 1 : 0));
        assert_non_null(exact);
        memcpy(exact, no_json[i].body.at, no_json[i].body.n);
        trial_create(&t, (struct text){ .at = exact, .n = no_json[i].body.n });
        trial_says(&t, no_json[i].says);
        trial_end(&t, no_json[i].body, "bad-json -");
        free(exact);
    }
}

/* Numbers that the parser would not keep stand anywhere, are looked at nowhere, and do no harm. */
static void test_numbers_of_any_size(void **state)
{
    (void)state;
    static const struct {
        struct text body;
        const char *expected;
    } cases[] = {
        { TEXT_LITERAL("{\"a\":1e400,\"data\":{\"type\":\"persons\",\"attributes\":{\"name\":\"x\","
                       "\"height\":1.5,\"@b\":[0.1,{\"c\":-123456789012345678901}]}}}"),
          "" },
        { TEXT_LITERAL("{\"data\":9223372036854775808}"), "bad-document /data" },
        { TEXT_LITERAL("[-9223372036854775809]"), "bad-document " },
        { TEXT_LITERAL("{\"1.5\":\"2.5\",\"data\":-1.5E+3}"), "bad-document /data" },
        { TEXT_LITERAL("{\"data\":{\"type\":1.5}}"), "bad-document /data/type" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        trial_create(&t, cases[i].body);
        const char *problems = trial_problems(&t);
        assert_string_equal(problems, cases[i].expected);
        t.arena = arena_free(t.arena);
    }
}

static struct text nested(struct arena *a, size_t depth, const char *open, const char *close)
{
    struct buf b;
    buf_init(&b, a, 256);
    for (size_t i = 0; i < depth; i++) {
        buf_add_text(&b, open);
    }
    buf_add_char(&b, '1');
    for (size_t i = 0; i < depth; i++) {
        buf_add_text(&b, close);
    }
    assert_false(b.failed);
    return (struct text){ .at = b.at, .n = b.n };
}

static void test_nesting(void **state)
{
    static const struct {
        size_t depth;
        const char *open;
        const char *close;
        const char *expected;
    } cases[] = {
        { MAX_DEPTH, "[", "]", "bad-document " },
        { MAX_DEPTH + 1, "[", "]", "bad-document -" },
        { MAX_DEPTH, "{\"a\":", "}", "bad-document " },
        { MAX_DEPTH + 1, "{\"a\":", "}", "bad-document -" },
        { 100000, "[", "", "bad-document -" },
        { MAX_DEPTH, "[\"[[[[[[[[[[\\\"[\",", "]", "bad-document " }, /* within strings */
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        struct text body = nested(*state, cases[i].depth, cases[i].open, cases[i].close);
        trial_create(&t, body);
        trial_end(&t, body, cases[i].expected);
    }
}

/* Parsing takes up to a hundred times the memory of the text: counted before. */
static void test_numbers_of_things(void **state)
{
    static const struct {
        const char *piece;
        size_t n;
        const char *expected;
    } cases[] = {
        { "{}", 1018, "bad-document /data" }, /* with the two around them */
        { "{}", 1019, "too-many-members -" },
        { "[]", 1019, "too-many-members -" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buf b;
        buf_init(&b, *state, 4096);
        buf_add_literal(&b, "{\"data\":[");
        for (size_t j = 0; j < cases[i].n; j++) {
            buf_addf(&b, "%s%s", j == 0 ? "" : ",", cases[i].piece);
        }
        buf_add_literal(&b, "]}");
        struct trial t;
        trial_begin(&t);
        struct text body = { .at = b.at, .n = b.n };
        trial_create(&t, body);
        trial_end(&t, body, cases[i].expected);
    }
}

static void test_members_of_one_object(void **state)
{
    for (int extra = 0; extra < 2; extra++) {
        struct buf b;
        buf_init(&b, *state, 16384);
        buf_add_literal(&b, "{\"data\":[],\"meta\":{\"m\":0");
        for (int i = 1; i < 1000 + extra; i++) {
            buf_addf(&b, ",\"m%d\":{\":\":0}", i);
        }
        buf_add_literal(&b, "}}");
        struct trial t;
        trial_begin(&t);
        struct text body = { .at = b.at, .n = b.n };
        trial_linkage(&t, body, true);
        trial_end(&t, body, extra == 0 ? "" : "bad-document -");
    }
}

static void test_without_memory(void **state)
{
    (void)state;
    static const char body[] =
        "{\"data\":{\"type\":\"persons\",\"attributes\":{\"name\":\"x\",\"height\":1.5}}}";
    struct arena *models = arena_new(1 << 20);
    const struct model *model = small_model_new(models, 20);
    size_t n_failed = 0;
    for (size_t budget = 0; budget < 2000; budget += 16) {
        struct arena *a = arena_new(budget);
        struct problems problems = { .arena = a };
        struct document_reader reader = { .arena = a,
                                          .limits = &small_limits,
                                          .reterr = &problems };
        struct document document;
        int r = document_read_create(&reader, text_of(body), &model->resources[SMALL_PERSONS],
                                     &document);
        assert_true(r <= 0); /* nothing is wrong with the body */
        assert_int_equal(r < 0, arena_failed(a));
        n_failed += r < 0 ? 1 : 0;
        arena_free(a);
    }
    assert_true(n_failed > 2);
    arena_free(models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_json),
        cmocka_unit_test(test_numbers_of_any_size),
        arena_test(test_nesting),
        arena_test(test_numbers_of_things),
        arena_test(test_members_of_one_object),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("document_json", tests, NULL, NULL);
}
