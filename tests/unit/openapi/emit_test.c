/*
 * emit_test.c - JSON trees as text: what has to be quoted in YAML, how blocks are nested.
 */
#include "support/cmocka_all.h"

#include "openapi/emit.h"

static const char *yaml_of(struct arena *a, const char *json)
{
    struct buf b;
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    buf_init(&b, a, 0);
    emit_yaml(&b, value);
    json_decref(value);
    return buf_terminate(&b);
}

static void test_yaml_text(void **state)
{
    static const struct {
        const char *json;
        const char *yaml;
    } rows[] = {
        { "\"persons\"", "persons\n" },
        { "\"/persons\"", "/persons\n" },
        { "\"application/vnd.api+json\"", "application/vnd.api+json\n" },
        { "\"One of persons, as it is.\"", "One of persons, as it is.\n" },
        { "\"read-only; leave it out\"", "read-only; leave it out\n" },
        { "\"\"", "\"\"\n" },
        { "\"true\"", "\"true\"\n" },
        { "\"No\"", "\"No\"\n" },
        { "\"y\"", "\"y\"\n" },
        { "\"NULL\"", "\"NULL\"\n" },
        { "\"off\"", "\"off\"\n" },
        { "\"200\"", "\"200\"\n" },
        { "\"1.1\"", "\"1.1\"\n" },
        { "\"2026-01-31\"", "\"2026-01-31\"\n" },
        { "\"+15550001\"", "\"+15550001\"\n" },
        { "\"-\"", "\"-\"\n" },
        { "\"~\"", "\"~\"\n" },
        { "\".inf\"", "\".inf\"\n" },
        { "\"a: b\"", "\"a: b\"\n" },
        { "\"a #b\"", "\"a #b\"\n" },
        { "\"ends:\"", "\"ends:\"\n" },
        { "\" a\"", "\" a\"\n" },
        { "\"a \"", "\"a \"\n" },
        { "\"a,\"", "\"a,\"\n" },
        { "\"{id}\"", "\"{id}\"\n" },
        { "\"*a\"", "\"*a\"\n" },
        { "\"!a\"", "\"!a\"\n" },
        { "\"it's\"", "\"it's\"\n" },
        { "\"say \\\"no\\\"\"", "\"say \\\"no\\\"\"\n" },
        { "\"a\\\\b\"", "\"a\\\\b\"\n" },
        { "\"a\\nb\"", "\"a\\nb\"\n" },
        { "\"Zo\xc3\xab\"", "\"Zo\xc3\xab\"\n" },
        { "\"\\u007f\"", "\"\\u007F\"\n" },
        { "\"\\u0085\"", "\"\\u0085\"\n" },
        { "\"a\\u00a0b\"", "\"a\xc2\xa0"
                           "b\"\n" },
        { "\"\\u2028\\u2029\"", "\"\\u2028\\u2029\"\n" },
        { "\"\\ufeff\\ufffe\"", "\"\\uFEFF\\uFFFE\"\n" },
        { "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(yaml_of(*state, rows[i].json), rows[i].yaml);
    }
}

static void test_yaml_blocks(void **state)
{
    static const struct {
        const char *json;
        const char *yaml;
    } rows[] = {
        { "{}", "{}\n" },
        { "[]", "[]\n" },
        { "17", "17\n" },
        { "null", "null\n" },
        { "{\"b\": 1, \"a\": true}", "b: 1\na: true\n" },
        { "{\"a\": {\"b\": {\"c\": null}}}", "a:\n  b:\n    c: null\n" },
        { "{\"a\": {}, \"b\": []}", "a: {}\nb: []\n" },
        { "{\"200\": 1.5}", "\"200\": 1.5\n" },
        { "{\"page[size]\": -1}", "\"page[size]\": -1\n" },
        { "[1, \"x\"]", "- 1\n- x\n" },
        { "{\"a\": [1, 2]}", "a:\n  - 1\n  - 2\n" },
        { "{\"a\": [{\"b\": 1, \"c\": [{\"d\": 2}]}]}", "a:\n  - b: 1\n    c:\n      - d: 2\n" },
        { "[[1, [2]], {}]", "- - 1\n  - - 2\n- {}\n" },
        { "[{\"a\": {\"b\": 1}, \"c\": 2}]", "- a:\n    b: 1\n  c: 2\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(yaml_of(*state, rows[i].json), rows[i].yaml);
    }
}

static void test_json_keeps_the_order(void **state)
{
    static const char json[] = "{\"b\":[1,-2,true,false,null,1.5,\"\\\"\"],\"a\":{},\"c\":[]}";
    struct buf b;
    json_t *value = json_loads(json, 0, NULL);
    buf_init(&b, *state, 0);
    emit_json(&b, value);
    json_decref(value);
    assert_string_equal(buf_terminate(&b), json);
}

static void test_without_memory_the_buffer_fails(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    struct buf b;
    json_t *value =
        json_loads("[\"a longer text with: a colon\", \"and another one: here\"]", 0, NULL);
    buf_init(&b, a, 8);
    emit_yaml(&b, value);
    assert_true(b.failed);
    json_decref(value);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_yaml_text),
        arena_test(test_yaml_blocks),
        arena_test(test_json_keeps_the_order),
        cmocka_unit_test(test_without_memory_the_buffer_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
