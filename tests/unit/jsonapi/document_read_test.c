/*
 * document_read_test.c - the bodies that create and update a resource.
 */
#include "support/read_document.h"

#define CREATE(members) "{'data':{'type':'persons'" members "}}"
#define NAMED(attributes) CREATE(",'attributes':{'name':'a'" attributes "}")
#define LINKED(relationships)                                                                      \
    CREATE(",'attributes':{'name':'a'},'relationships':{" relationships "}")
#define UPDATE(members) "{'data':{'type':'persons','id':'1'" members "}}"

struct body_case {
    const char *body;
    const char *problems;
};

/* clang-format off */

/* crud-creating, document-top-level, document-structure, document-member-names-at-members */
static void test_creating(void **state)
{
    (void)state;
    static const struct body_case cases[] = {
        { NAMED(""), "" },
        { "{'foo':1,'@context':[],'data':{'type':'persons','bar':2,'@c':{},'attributes':{'name':'a'}}}", "" },
        { "{'jsonapi':{'ext':['u']},'included':7,'data':{'type':'persons','attributes':{'name':'a'},"
          "'links':3,'meta':4}}", "" },
        { NAMED(",'@x':{'y':1}"), "" },
        { LINKED("'@x':7"), "" },
        { CREATE(",'lid':'l','attributes':{'name':'a'}"), "" },
        { "[]", "bad-document " },
        { "{}", "bad-document " },
        { "{'atomic:operations':[]}", "bad-document " },
        { "{'data':[]}", "bad-document /data" },
        { "{'data':[{'type':'persons'}]}", "bad-document /data" },
        { "{'data':null}", "bad-document /data" },
        { "{'data':'x'}", "bad-document /data" },
        { "{'data':{}}", "bad-document /data" },
        { "{'data':{'attributes':{'name':'a'}}}", "bad-document /data" },
        { "{'data':{'type':null}}", "bad-document /data/type" },
        { "{'data':{'type':['persons']}}", "bad-document /data/type" },
        { "{'data':{'type':'phones','attributes':{'name':'a'}}}", "conflict /data/type" },
        { "{'data':{'type':'Persons'}}", "conflict /data/type" },
        { "{'data':{'type':''}}", "conflict /data/type" },
        { CREATE(",'id':'5000','attributes':{'name':'a'}"), "client-id /data/id" },
        { CREATE(",'id':'','attributes':{'name':'a'}"), "client-id /data/id" },
        { CREATE(",'id':5000,'attributes':{'name':'a'}"), "bad-document /data/id" },
        { CREATE(",'id':null,'attributes':{'name':'a'}"), "" }, /* what libraries keep its place with */
        { CREATE(",'lid':1,'attributes':{'name':'a'}"), "bad-document /data/lid" },
        { CREATE(""), "required /data" },
        { CREATE(",'attributes':{}"), "required /data/attributes" },
        { CREATE(",'attributes':{'email':'a'}"), "required /data/attributes" },
        { CREATE(",'attributes':[]"), "bad-document /data/attributes" },
        { CREATE(",'attributes':null"), "bad-document /data/attributes" },
        { CREATE(",'attributes':{'name':null}"), "required /data/attributes/name" },
        { CREATE(",'attributes':{'name':'a'},'relationships':[]"), "bad-document /data/relationships" },
        { CREATE(",'attributes':{'name':'a'},'relationships':null"), "bad-document /data/relationships" },
        { CREATE(",'id':'1','attributes':{'age':'x','nope':1}"),
          "client-id /data/id\ninvalid /data/attributes/age\nunknown-field /data/attributes/nope"
          "\nrequired /data/attributes" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        struct text body = json_of(t.arena, cases[i].body);
        trial_create(&t, body);
        trial_end(&t, body, cases[i].problems);
    }
}

/* document-resource-object-attributes: JSON's types against the columns' */
static void test_values(void **state)
{
    (void)state;
    static const struct body_case cases[] = {
        { NAMED(",'email':'','age':-32768,'visits':9223372036854775807,'height':1,'active':false"), "" },
        { NAMED(",'height':1.5e3,'active':true,'born':'2024-02-29',"
          "'token':'0188D2C5-9f5e-7c3a-8a55-0123456789ab'"), "" },
        { NAMED(",'email':null,'age':null,'height':null,'born':null,'token':null"), "" },
        { NAMED(",'a/b~c':'x'"), "" },
        { NAMED(",'a/b~c':7"), "invalid /data/attributes/a~1b~0c" },
        { NAMED(",'email':7"), "invalid /data/attributes/email" },
        { NAMED(",'email':true"), "invalid /data/attributes/email" },
        { NAMED(",'email':['x']"), "invalid /data/attributes/email" },
        { NAMED(",'email':{}"), "invalid /data/attributes/email" },
        { NAMED(",'age':'7'"), "invalid /data/attributes/age" },
        { NAMED(",'age':7.5"), "invalid /data/attributes/age" },
        { NAMED(",'age':32768"), "invalid /data/attributes/age" },
        { NAMED(",'visits':1.0"), "invalid /data/attributes/visits" },
        { NAMED(",'visits':'1'"), "invalid /data/attributes/visits" },
        { NAMED(",'height':'1.5'"), "invalid /data/attributes/height" },
        { NAMED(",'active':null"), "required /data/attributes/active" },
        { NAMED(",'active':1"), "invalid /data/attributes/active" },
        { NAMED(",'active':'true'"), "invalid /data/attributes/active" },
        { NAMED(",'born':'2023-02-29'"), "invalid /data/attributes/born" },
        { NAMED(",'born':20240101"), "invalid /data/attributes/born" },
        { NAMED(",'token':'abc'"), "invalid /data/attributes/token" },
        { NAMED(",'created_at':'2024-01-01T00:00:00Z'"), "read-only /data/attributes/created_at" },
        { NAMED(",'created_at':7"), "read-only /data/attributes/created_at" },
        { CREATE(",'attributes':{'name':'12345678901234567890'}"), "" },
        { CREATE(",'attributes':{'name':'ééééééééééééééééé€😀a'}"), "" }, /* 20 characters */
        { CREATE(",'attributes':{'name':'123456789012345678901'}"), "invalid /data/attributes/name" },
        { CREATE(",'attributes':{'name':'éééééééééééééééééé€😀a'}"), "invalid /data/attributes/name" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        struct text body = json_of(t.arena, cases[i].body);
        trial_create(&t, body);
        trial_end(&t, body, cases[i].problems);
    }
}

/* DESIGN's choice where the specification is silent: names are never dropped in silence */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *problems;
        const char *says;
    } cases[] = {
        { NAMED(",'nope':1"), "unknown-field /data/attributes/nope",
          "is not an attribute of persons; there are: name, email" },
        { NAMED(",'emial':1"), "unknown-field /data/attributes/emial", "did you mean 'email'? there are: name" },
        { NAMED(",'Name':'x'"), "unknown-field /data/attributes/Name", "did you mean 'name'?" },
        { NAMED(",'phones':[]"), "unknown-field /data/attributes/phones",
          "it is a relationship: give it under 'relationships'" },
        { NAMED(",'id':'1'"), "unknown-field /data/attributes/id", "beside 'attributes'" },
        { NAMED(",'type':'x'"), "unknown-field /data/attributes/type", "beside 'attributes'" },
        { NAMED(",'a/b':1"), "unknown-field /data/attributes/a~1b", "'a/b'" },
        { NAMED(",'':1"), "unknown-field /data/attributes/", "'' is not" },
        { NAMED(",'x\\ny':1"), "unknown-field /data/attributes/x\ny", "'x?y'" },
        { LINKED("'nope':{'data':[]}"), "unknown-field /data/relationships/nope",
          "is not a relationship of persons; there are: phones" },
        { LINKED("'phone':{'data':[]}"), "unknown-field /data/relationships/phone", "did you mean 'phones'?" },
        { LINKED("'email':{'data':[]}"), "unknown-field /data/relationships/email",
          "it is an attribute: give it under 'attributes'" },
        { NAMED(",'something':1"), "unknown-field /data/attributes/something", "created_at, a/b~c, 1 more" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        struct text body = json_of(t.arena, cases[i].body);
        trial_create(&t, body);
        trial_says(&t, json_of(t.arena, cases[i].says).at);
        trial_end(&t, body, cases[i].problems);
    }
}

/* crud-creating and crud-updating: a relationship in a resource must have data */
static void test_relationships(void **state)
{
    (void)state;
    static const struct body_case cases[] = {
        { LINKED(""), "" },
        { LINKED("'phones':{'data':[]}"), "" },
        { LINKED("'phones':{'data':[{'type':'phones','id':'7'}],'links':{},'meta':{}}"), "" },
        { LINKED("'phones':{}"), "bad-document /data/relationships/phones" },
        { LINKED("'phones':{'links':{}}"), "bad-document /data/relationships/phones" },
        { LINKED("'phones':[]"), "bad-document /data/relationships/phones" },
        { LINKED("'phones':null"), "bad-document /data/relationships/phones" },
        { LINKED("'phones':{'data':null}"), "bad-document /data/relationships/phones/data" },
        { LINKED("'phones':{'data':{'type':'phones','id':'7'}}"),
          "bad-document /data/relationships/phones/data" },
        { LINKED("'phones':{'data':[{'type':'persons','id':'7'}]}"),
          "conflict /data/relationships/phones/data/0/type" },
        { LINKED("'phones':{'data':[{'type':'phones','id':'x'}]}"),
          "not-found /data/relationships/phones/data/0" },
        { LINKED("'phones':{'data':[{'type':'phones','lid':'x'}]}"),
          "bad-document /data/relationships/phones/data/0/lid" },
        { LINKED("'phones':{'data':[1,2,3,4,5,6,7,8,9,10,11]}"),
          "too-many-members /data/relationships/phones/data" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        struct text body = json_of(t.arena, cases[i].body);
        trial_create(&t, body);
        trial_end(&t, body, cases[i].problems);
    }
}

static void test_relationships_of_other_kinds(void **state)
{
    (void)state;
    struct trial t;
    trial_begin(&t);
    trial_relationship(&t)->view_only = true;
    struct text body = json_of(t.arena, LINKED("'phones':{'data':[]}"));
    trial_create(&t, body);
    trial_says(&t, "view-only");
    trial_end(&t, body, "forbidden /data/relationships/phones");

    trial_begin(&t);
    trial_relationship(&t)->is_to_one = true;
    body = json_of(t.arena, LINKED("'phones':{'data':{'type':'phones','id':7}}"));
    trial_create(&t, body);
    trial_end(&t, body, "bad-document /data/relationships/phones/data/id");

    trial_begin(&t);
    trial_give_columns(&t);
    body = json_of(t.arena, LINKED("'phones':{'data':[{'type':'phones','id':'7','meta':{'role':0}}]}"));
    trial_create(&t, body);
    trial_end(&t, body, "invalid /data/relationships/phones/data/0/meta/role");
}

/* crud-creating-client-ids */
static void test_client_ids(void **state)
{
    static const struct {
        const char *id;
        bool allowed, needed, made;
        const char *problems;
    } cases[] = {
        { "'id':'5',", false, false, false, "client-id /data/id" },
        { "'id':'5',", true, false, false, "" },
        { "'id':'5',", false, false, true, "" },
        { "", true, false, false, "" },
        { "", true, true, false, "required /data" },
        { "", false, true, false, "" },
        { "'id':'x',", true, false, false, "invalid /data/id" },
        { "'id':'05',", true, true, false, "invalid /data/id" },
        { "'id':'',", true, true, false, "invalid /data/id" },
        { "'id':5,", true, true, false, "bad-document /data/id" },
        { "'id':null,", false, false, false, "" },
        { "'id':null,", true, true, false, "required /data" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        struct resource *persons =
            (struct resource *)(uintptr_t)&t.model->resources[SMALL_PERSONS];
        persons->allows_client_ids = cases[i].allowed;
        persons->key_default = cases[i].needed ? NULL : "1";
        t.reader.takes_ids = cases[i].made;
        struct text body = json_of(
            t.arena, arena_printf(t.arena, "{'data':{%s'type':'persons','attributes':{'name':'a'}}}",
                                  cases[i].id));
        trial_create(&t, body);
        bool is_read = t.result == 0 && strstr(cases[i].id, "'id':'") != NULL;
        assert_int_equal(t.document.has_key, is_read);
        assert_int_equal(is_read ? cell_int(t.document.key) : 5, 5);
        trial_end(&t, body, cases[i].problems);
    }
}

/* crud-updating */
static void test_updating(void **state)
{
    (void)state;
    static const struct body_case cases[] = {
        { UPDATE(""), "" },
        { UPDATE(",'attributes':{},'relationships':{}"), "" },
        { UPDATE(",'attributes':{'email':null}"), "" },
        { UPDATE(",'attributes':{'created_at':'2024-01-01T00:00:00Z'}"), "" }, /* compared by the writer */
        { UPDATE(",'attributes':{'created_at':'yesterday'}"), "read-only /data/attributes/created_at" },
        { UPDATE(",'attributes':{'created_at':null}"), "read-only /data/attributes/created_at" },
        { UPDATE(",'attributes':{'name':null}"), "required /data/attributes/name" },
        { UPDATE(",'attributes':{'nope':null}"), "unknown-field /data/attributes/nope" },
        { UPDATE(",'relationships':{'phones':{'links':{}}}"), "bad-document /data/relationships/phones" },
        { UPDATE(",'relationships':{'phones':{'data':[{'type':'phones','id':'-0'}]}}"),
          "not-found /data/relationships/phones/data/0" },
        { "{'data':[]}", "bad-document /data" },
        { "{'data':null}", "bad-document /data" },
        { "{'data':{'id':'1'}}", "bad-document /data" },
        { "{'data':{'type':'persons'}}", "bad-document /data" },
        { "{'data':{'type':'persons','lid':'1'}}", "bad-document /data" },
        { "{'data':{'type':'persons','id':1}}", "bad-document /data/id" },
        { "{'data':{'type':'persons','id':'2'}}", "conflict /data/id" },
        { "{'data':{'type':'persons','id':'01'}}", "conflict /data/id" },
        { "{'data':{'type':'persons','id':''}}", "conflict /data/id" },
        { "{'data':{'type':'phones','id':'1'}}", "conflict /data/type" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        struct text body = json_of(t.arena, cases[i].body);
        trial_update(&t, body, "1");
        trial_end(&t, body, cases[i].problems);
    }
}

static void test_messages(void **state)
{
    (void)state;
    static const struct body_case cases[] = {
        { NAMED(",'age':32768"), "'age' takes an integer from -32768 to 32767, not the number 32768" },
        { NAMED(",'height':'tall'"), "'height' takes a number up to 1.8e308, not the string 'tall'" },
        { NAMED(",'height':1e309"), "'height' takes a number up to 1.8e308, not the number 1e309" },
        { NAMED(",'visits':9223372036854775808"),
          "'visits' takes an integer of at most 64 bits, not the number 9223372036854775808" },
        { NAMED(",'email':[]"), "'email' takes a string, not an array" },
        { NAMED(",'active':1.5"), "'active' takes true or false, not the number 1.5" },
        { CREATE(",'attributes':{'name':'123456789012345678901'}"), "at most 20 characters, and this has 21" },
        { CREATE(",'attributes':{'name':null}"), "'name' may not be null" },
        { CREATE(""), "'name' is required" },
        { "{'data':{'type':'cats'}}", "have the type 'persons', not 'cats'" },
        { "[]", "not an array" },
        { LINKED("'phones':7"), "{'data': [{'type': 'phones', 'id': …}, …]}, not the number 7" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        trial_create(&t, json_of(t.arena, cases[i].body));
        trial_says(&t, json_of(t.arena, cases[i].problems).at);
        t.arena = arena_free(t.arena);
    }
}
/* clang-format on */

static void test_what_is_read(void **state)
{
    (void)state;
    struct trial t;
    trial_begin(&t);
    trial_create(&t, TEXT_LITERAL("{\"data\":{\"type\":\"persons\",\"attributes\":{\"email\":null,"
                                  "\"name\":\"Ann \\u00e9\\\"\",\"@x\":1,\"age\":7},"
                                  "\"relationships\":{\"phones\":{\"data\":["
                                  "{\"type\":\"phones\",\"id\":\"8\"}]}}}}"));
    assert_int_equal(t.result, 0);
    assert_int_equal(t.document.n_attributes, 3);
    const struct attribute_value *values = t.document.attributes;
    assert_string_equal(values[0].attribute->name, "email");
    assert_true(cell_is_null(values[0].value));
    assert_string_equal(values[1].attribute->name, "name");
    assert_int_equal(values[1].value.n, 7);
    assert_memory_equal(values[1].value.at, "Ann é\"", 7);
    assert_string_equal(values[2].attribute->name, "age");
    assert_int_equal(values[2].value.n, 2);
    assert_int_equal(cell_int(values[2].value), 7);
    assert_int_equal(t.document.n_relationships, 1);
    const struct relationship_value *link = &t.document.relationships[0];
    assert_string_equal(link->relationship->name, "phones");
    assert_int_equal(link->linkage.n, 1);
    assert_int_equal(cell_int(link->linkage.members[0].key), 8);
    t.arena = arena_free(t.arena);
}

/* A name of any length must not make the answer as long. */
static void test_a_very_long_name(void **state)
{
    struct buf b;
    buf_init(&b, *state, 2048);
    buf_add_literal(&b, "{\"data\":{\"type\":\"persons\",\"attributes\":{\"name\":\"a\",\"");
    for (int i = 0; i < 1000; i++) {
        buf_add_char(&b, 'n');
    }
    buf_add_literal(&b, "\":1}}}");
    struct trial t;
    trial_begin(&t);
    struct text body = { .at = b.at, .n = b.n };
    trial_create(&t, body);
    assert_true(strlen(t.problems.first->detail) < 300);
    trial_end(&t, body, "unknown-field /data/attributes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_creating),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_relationships),
        cmocka_unit_test(test_updating),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_what_is_read),
        arena_test(test_a_very_long_name),
        cmocka_unit_test(test_relationships_of_other_kinds),
        cmocka_unit_test(test_client_ids),
    };
    return cmocka_run_group_tests_name("document_read", tests, NULL, NULL);
}
