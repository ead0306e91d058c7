/*
 * document_value_test.c - JSON values of attributes of every type: what is sent to PostgreSQL, and
 * what is said about the rest.
 */
#include "support/read_document.h"

#include "model/column_type_of.h"

enum { MOOD = 16500, MOODS = 16501 };

static const char *const labels[] = { "sad", "ok", "happy" };
static const char *const many_labels[] = { "a", "b", "c", "d", "e", "f",
                                           "g", "h", "i", "j", "k", "l" };
static const struct catalog_type types[] = {
    { .oid = MOOD,
      .name = "mood",
      .kind = 'e',
      .category = 'E',
      .array_oid = MOODS,
      .n_labels = 3,
      .labels = labels },
    { .oid = MOODS, .name = "mood[]", .kind = 'b', .category = 'A', .element_oid = MOOD },
    { .oid = 16502,
      .name = "many",
      .kind = 'e',
      .category = 'E',
      .n_labels = 12,
      .labels = many_labels },
};
static const struct catalog catalog = { .n_types = ARRAY_SIZE(types), .types = types };

/* clang-format off */
static const struct {
    const char *name;
    uint32_t oid;
    int32_t modifier;
} columns[] = {
    { "amount",   1700,  -1 },
    { "price",    1700,  (5 << 16 | 2) + 4 },
    { "thousand", 1700,  (2 << 16 | (-3 & 0x7FF)) + 4 },
    { "mood",     MOOD,  -1 },
    { "many",     16502, -1 },
    { "moods",    MOODS, -1 },
    { "data",     114,   -1 },
    { "datab",    3802,  -1 },
    { "numbers",  1231,  (5 << 16 | 2) + 4 },
    { "words",    1015,  3 + 4 },
    { "datas",    3807,  -1 },
    { "flags",    1000,  -1 },
    { "span",     1186,  -1 },
    { "bytes",    17,    -1 },
};
/* clang-format on */

static const struct resource *things_new(struct arena *a)
{
    struct attribute *attributes = arena_zalloc(a, ARRAY_SIZE(columns), sizeof *attributes);
    struct resource *things = arena_zalloc(a, 1, sizeof *things);
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        const struct catalog_column column = { .type_oid = columns[i].oid,
                                               .type_modifier = columns[i].modifier };
        attributes[i] = (struct attribute){ .name = columns[i].name,
                                            .spelled = spell_attribute(a, columns[i].name),
                                            .type = column_type_of(a, &catalog, &column),
                                            .nullable = true,
                                            .index = i };
        assert_non_null(attributes[i].type);
    }
    *things = (struct resource){ .type = "things",
                                 .key_type = column_type_find(20),
                                 .n_attributes = ARRAY_SIZE(columns),
                                 .attributes = attributes };
    spell_resource(a, things);
    return things;
}

/* Reads {'name': value} as attributes of a thing; the trial is still to be ended. */
static struct text read_things(struct trial *t, const char *attributes)
{
    trial_begin(t);
    struct text body =
        json_of(t->arena,
                arena_printf(t->arena, "{'data':{'type':'things','attributes':{%s}}}", attributes));
    t->result = document_read_create(&t->reader, body, things_new(t->arena), &t->document);
    return body;
}

/* What is read is written again: numbers with every digit, JSON without its white space. */
static void test_values_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *attributes;
        const char *written;
    } cases[] = {
        { "'amount':1.10", "1.10" },
        { "'amount':100000000000000000000.00000000000000000001",
          "100000000000000000000.00000000000000000001" },
        { "'amount':-123456789012345678901234567890", "-123456789012345678901234567890" },
        { "'amount':7", "7" },
        { "'amount':1e3", "1000" },
        { "'amount':'0.10'", "0.10" },
        { "'amount':'NaN'", "'NaN'" },
        { "'amount':null", "null" },
        { "'price':999.99", "999.99" },
        { "'price':-1.5000", "-1.5000" }, /* PostgreSQL cuts the zeros */
        { "'thousand':99000", "99000" },
        { "'mood':'happy'", "'happy'" },
        { "'moods':[]", "[]" },
        { "'moods':['ok',null,'sad']", "['ok',null,'sad']" },
        { "'data':{ 'b' : [ 1.50, true, false, null, 'x\\n', {} ], 'a': 1e400 }",
          "{'b':[1.50,true,false,null,'x\\n',{}],'a':1e400}" },
        { "'data':'text'", "'text'" },
        { "'data':[]", "[]" },
        { "'datab':12345678901234567890.10", "12345678901234567890.10" },
        { "'datab':false", "false" },
        { "'datab':null", "null" },
        { "'numbers':[1,2.50,'3.1',null]", "[1,2.50,3.1,null]" },
        { "'words':['abc','€€€','']", "['abc','€€€','']" },
        { "'datas':[1,'x',null,{'a':[]},[1.50]]", "[1,'x',null,{'a':[]},[1.50]]" },
        { "'flags':[true,false]", "[true,false]" },
        { "'span':'P1Y'", "'P1Y'" },
        { "'bytes':'aGVsbG8='", "'aGVsbG8='" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        struct text body = read_things(&t, cases[i].attributes);
        assert_int_equal(t.document.n_attributes, 1);
        const struct attribute_value *v = &t.document.attributes[0];
        struct buf b;
        buf_init(&b, t.arena, 64);
        column_write_json(&b, v->attribute->type, v->value);
        struct text expected = json_of(t.arena, cases[i].written);
        if (!text_equal((struct text){ .at = b.at, .n = b.n }, expected)) {
            fail_msg("%s became %.*s", cases[i].attributes, (int)b.n, b.at);
        }
        trial_end(&t, body, "");
    }
}

/* Several numbers in one body: each keeps to its place. */
static void test_many_numbers(void **state)
{
    (void)state;
    struct trial t;
    struct text body = read_things(&t, "'@x':[0.5,99999999999999999999],'numbers':[0.25,4,0.75],"
                                       "'data':{'a':[1.125,{'b':-2.5}]},'amount':3.50");
    static const char *const expected[] = { "[0.25,4,0.75]", "{'a':[1.125,{'b':-2.5}]}", "3.50" };
    assert_int_equal(t.document.n_attributes, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct attribute_value *v = &t.document.attributes[i];
        struct buf b;
        buf_init(&b, t.arena, 64);
        column_write_json(&b, v->attribute->type, v->value);
        assert_string_equal(buf_terminate(&b), json_of(t.arena, expected[i]).at);
    }
    trial_end(&t, body, "");
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *attributes;
        const char *problems;
        const char *says;
    } cases[] = {
        { "'amount':true", "/data/attributes/amount",
          "takes a number such as 12.50, also as a string, not true" },
        { "'amount':'1,5'", "/data/attributes/amount", "not the string '1,5'" },
        { "'price':1000", "/data/attributes/price",
          "takes a number of at most 3 digits before the point and 2 behind it, not the number 1000" },
        { "'price':0.001", "/data/attributes/price", "2 behind it, not the number 0.001" },
        { "'price':'0.001'", "/data/attributes/price", "2 behind it, not the string '0.001'" },
        { "'thousand':12345", "/data/attributes/thousand",
          "takes a whole number of at most 5 digits, the last 3 of them 0, not the number 12345" },
        { "'mood':'Sad'", "/data/attributes/mood",
          "takes one of 'sad', 'ok', 'happy', not the string 'Sad'" },
        { "'mood':1", "/data/attributes/mood", "not the number 1" },
        { "'many':'z'", "/data/attributes/many", "'i', 'j' and 2 more, not the string 'z'" },
        { "'moods':'sad'", "/data/attributes/moods",
          "takes an array, each element null or one of 'sad', 'ok', 'happy', not the string 'sad'" },
        { "'moods':['ok','bad']", "/data/attributes/moods/1",
          "each element of 'moods' is null or one of 'sad', 'ok', 'happy', not the string 'bad'" },
        { "'moods':[['ok']]", "/data/attributes/moods/0", "not an array" },
        { "'numbers':[1,2,0.125]", "/data/attributes/numbers/2",
          "2 behind it, not the number 0.125" },
        { "'words':['abc','abcd']", "/data/attributes/words/1",
          "null or a string of at most 3 characters, not the string 'abcd'" },
        { "'words':{}", "/data/attributes/words", "not an object" },
        { "'flags':[1]", "/data/attributes/flags/0", "null or true or false, not the number 1" },
        { "'span':'1 year'", "/data/attributes/span", "a duration such as 'P1DT2H30M'" },
        { "'bytes':'%'", "/data/attributes/bytes", "bytes as a string in base64" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        struct text body = read_things(&t, cases[i].attributes);
        trial_says(&t, json_of(t.arena, cases[i].says).at);
        trial_end(&t, body, arena_printf(t.arena, "invalid %s", cases[i].problems));
    }
}

/* Beyond PostgreSQL's limits; no parser but ours reads this body. */
static void test_a_number_too_large_for_numeric(void **state)
{
    (void)state;
    struct trial t;
    read_things(&t, "'amount':1e200000");
    assert_string_equal(trial_problems(&t), "invalid /data/attributes/amount");
    trial_says(&t, "not the number 1e200000");
    t.arena = arena_free(t.arena);
}

static void test_without_memory(void **state)
{
    (void)state;
    static const char body[] = "{\"data\":{\"type\":\"things\",\"attributes\":{\"amount\":1.5,"
                               "\"data\":{\"a\":[2.5]},\"numbers\":[1,0.25],\"mood\":\"ok\"}}}";
    struct arena *models = arena_new(1 << 20);
    const struct resource *things = things_new(models);
    size_t n_failed = 0;
    for (size_t budget = 0; budget < 4096; budget += 16) {
        struct arena *a = arena_new(budget);
        struct problems problems = { .arena = a };
        struct document_reader reader = { .arena = a,
                                          .limits = &small_limits,
                                          .reterr = &problems };
        struct document document;
        int r = document_read_create(&reader, text_of(body), things, &document);
        assert_true(r <= 0 || arena_failed(a));
        n_failed += arena_failed(a) ? 1 : 0;
        arena_free(a);
    }
    assert_true(n_failed > 2 && n_failed < 256);
    arena_free(models);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_both_ways),
        cmocka_unit_test(test_many_numbers),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_number_too_large_for_numeric),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("document_value", tests, NULL, NULL);
}
