/*
 * document_linkage_test.c - the bodies of relationship endpoints.
 */
#include "support/read_document.h"

/* clang-format off */

static const struct {
    const char *body;
    const char *problems;
    const char *keys; /* those read, when there is no problem */
    bool may_miss;    /* an unlink */
} linkages[] = {
    { "{'data':[]}", "", "", false },
    { "{'data':[{'type':'phones','id':'7'}]}", "", "0:7", false },
    { "{'data':[{'id':'7','type':'phones'},{'type':'phones','id':'7'}]}", "", "0:7 1:7", false },
    { "{'data':[{'type':'phones','id':'7','meta':{'since':[1]},'x':1,'@y':2,'lid':'l'}]}", "", "0:7", false },
    { "{'jsonapi':{'ext':['u']},'meta':{},'data':[],'errors':[]}", "", "", false },
    { "{}", "bad-document ", NULL, false },
    { "{'meta':{}}", "bad-document ", NULL, false },
    { "[]", "bad-document ", NULL, false },
    { "{'atomic:operations':[]}", "bad-document ", NULL, false },
    { "{'data':null}", "bad-document /data", NULL, false },
    { "{'data':'x'}", "bad-document /data", NULL, false },
    { "{'data':{'type':'phones','id':'7'}}", "bad-document /data", NULL, false },
    { "{'data':[7]}", "bad-document /data/0", NULL, false },
    { "{'data':[null]}", "bad-document /data/0", NULL, false },
    { "{'data':[[]]}", "bad-document /data/0", NULL, false },
    { "{'data':[{}]}", "bad-document /data/0", NULL, false },
    { "{'data':[{'id':'3'}]}", "bad-document /data/0", NULL, false },
    { "{'data':[{'type':'phones'}]}", "bad-document /data/0", NULL, false },
    { "{'data':[{'type':5,'id':'3'}]}", "bad-document /data/0/type", NULL, false },
    { "{'data':[{'type':null,'id':'3'}]}", "bad-document /data/0/type", NULL, false },
    { "{'data':[{'type':'phones','id':3}]}", "bad-document /data/0/id", NULL, false },
    { "{'data':[{'type':'phones','id':null}]}", "bad-document /data/0/id", NULL, false },
    { "{'data':[{'type':'phones','id':{}}]}", "bad-document /data/0/id", NULL, false },
    { "{'data':[{'type':'phones','lid':'x'}]}", "bad-document /data/0/lid", NULL, false },
    { "{'data':[{'type':'persons','id':'3'}]}", "conflict /data/0/type", NULL, false },
    { "{'data':[{'type':'Phones','id':'3'}]}", "conflict /data/0/type", NULL, false },
    { "{'data':[{'type':'','id':'3'}]}", "conflict /data/0/type", NULL, false },
    { "{'data':[{'type':'phones','id':'1'},{'type':'phones','id':'abc'}]}",
      "not-found /data/1", NULL, false },
    { "{'data':[{'type':'phones','id':''}]}", "not-found /data/0", NULL, false },
    { "{'data':[{'type':'phones','id':'+1'},{'type':'phones','id':'01'},{'type':'phones','id':' 1'}]}",
      "not-found /data/0\nnot-found /data/1\nnot-found /data/2", NULL, false },
    { "{'data':[{'type':'phones','id':'9223372036854775808'}]}", "not-found /data/0", NULL, false },
    { "{'data':[{'type':'phones','id':'1 OR 1=1'}]}", "not-found /data/0", NULL, false },
    /* what cannot be an id cannot be linked: unlinking it is done */
    { "{'data':[{'type':'phones','id':'abc'},{'type':'phones','id':'5'}]}", "", "1:5", true },
    { "{'data':[{'type':'phones','id':3}]}", "bad-document /data/0/id", NULL, true },
    { "{'data':[{'type':'persons','id':'x'}]}", "conflict /data/0/type", NULL, true },
    /* each mistake is reported, where it is */
    { "{'data':[1,{'type':'persons','id':'1'},{'type':'phones','id':'2'},{'type':'phones'}]}",
      "bad-document /data/0\nconflict /data/1/type\nbad-document /data/3", NULL, false },
};

/* crud-updating-to-many-relationships, document-resource-identifier-objects */
static void test_linkage(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(linkages); i++) {
        struct trial t;
        trial_begin(&t);
        struct text body = json_of(t.arena, linkages[i].body);
        trial_linkage(&t, body, !linkages[i].may_miss);
        if (t.result == 0) {
            struct buf b;
            buf_init(&b, t.arena, 64);
            for (size_t j = 0; j < t.linkage.n; j++) {
                const struct member *m = &t.linkage.members[j];
                buf_addf(&b, "%s%u:%lld", j == 0 ? "" : " ", m->at, (long long)cell_int(m->key));
            }
            assert_string_equal(buf_terminate(&b), linkages[i].keys);
        }
        trial_end(&t, body, linkages[i].problems);
    }
}
/* clang-format on */

/* crud-updating-to-one-relationships: null or one identifier, and pointers without an index */
static void test_to_one(void **state)
{
    static const struct {
        const char *body;
        const char *problems;
        int n; /* members read */
    } cases[] = {
        { "{'data':null}", "", 0 },
        { "{'data':{'type':'phones','id':'7'}}", "", 1 },
        { "{'data':[]}", "bad-document /data", 0 },
        { "{'data':[{'type':'phones','id':'7'}]}", "bad-document /data", 0 },
        { "{'data':'7'}", "bad-document /data", 0 },
        { "{'data':{}}", "bad-document /data", 0 },
        { "{'data':{'type':'phones'}}", "bad-document /data", 0 },
        { "{'data':{'type':'phones','id':7}}", "bad-document /data/id", 0 },
        { "{'data':{'type':'phones','lid':'x'}}", "bad-document /data/lid", 0 },
        { "{'data':{'type':'cats','id':'7'}}", "conflict /data/type", 0 },
        { "{'data':{'type':'phones','id':'x'}}", "not-found /data", 0 },
        { "{}", "bad-document ", 0 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        trial_relationship(&t)->is_to_one = true;
        struct text body = json_of(t.arena, cases[i].body);
        trial_linkage(&t, body, true);
        assert_int_equal(t.linkage.n, cases[i].n);
        trial_end(&t, body, cases[i].problems);
    }
}

/*
 * A foreign key that is NOT NULL can be set to another, not to null; the far side's is another's.
 */
static void test_a_required_to_one(void **state)
{
    (void)state;
    for (int kind = RELATIONSHIP_MANY_TO_ONE; kind <= RELATIONSHIP_ONE_TO_MANY; kind++) {
        struct trial t;
        trial_begin(&t);
        *trial_relationship(&t) =
            (struct relationship){ .name = "phones",
                                   .kind = (enum relationship_kind)kind,
                                   .target = &t.model->resources[SMALL_PHONES],
                                   .is_to_one = true,
                                   .is_required = true };
        struct text body = json_of(t.arena, "{'data':null}");
        trial_linkage(&t, body, true);
        trial_end(&t, body, kind == RELATIONSHIP_MANY_TO_ONE ? "required /data" : "");
    }
}

/* document-meta: what is no column is free; what is read-only is what was shown before */
static void test_columns_of_links(void **state)
{
    static const struct {
        const char *meta;
        const char *problems;
        const char *columns; /* those that are given */
    } cases[] = {
        { "{}", "", "" },
        { "{'role':'a'}", "", "role" },
        { "{'since':null,'role':'abcde'}", "", "role since" },
        { "{'since':'2020-02-29'}", "", "since" },
        { "{'made':'2020-01-01T00:00:00Z','Role':5,'other':[{}]}", "", "" },
        { "{'made':5}", "", "" },
        { "{'role':null}", "required /data/1/meta/role", "" },
        { "{'role':'abcdef'}", "invalid /data/1/meta/role", "" },
        { "{'since':'2021-02-29'}", "invalid /data/1/meta/since", "" },
        { "{'since':[],'role':5}", "invalid /data/1/meta/role\ninvalid /data/1/meta/since", "" },
        { "[]", "bad-document /data/1/meta", "" },
        { "null", "bad-document /data/1/meta", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (int unlinks = 0; unlinks < 2; unlinks++) {
            struct trial t;
            trial_begin(&t);
            trial_give_columns(&t);
            struct text body =
                json_of(t.arena, arena_printf(t.arena,
                                              "{'data':[{'type':'phones','id':'6'},"
                                              "{'type':'phones','id':'7','meta':%s}]}",
                                              cases[i].meta));
            struct buf given;
            buf_init(&given, *state, 64);
            trial_linkage(&t, body, unlinks == 0);
            for (size_t c = 0; t.linkage.n == 2 && c < t.linkage.members[1].n_columns; c++) {
                buf_addf(&given, "%s%s", c == 0 ? "" : " ",
                         t.linkage.members[1].columns[c].attribute->name);
            }
            assert_int_equal(t.linkage.members[0].n_columns, 0);
            assert_string_equal(buf_terminate(&given), unlinks == 1 ? "" : cases[i].columns);
            trial_end(&t, body, unlinks == 1 ? "" : cases[i].problems);
        }
    }
}

static struct text members(struct arena *a, size_t n, const char *id_prefix)
{
    struct buf b;
    buf_init(&b, a, 1024);
    buf_add_literal(&b, "{\"data\":[");
    for (size_t i = 0; i < n; i++) {
        buf_addf(&b, "%s{\"type\":\"phones\",\"id\":\"%s%zu\"}", i == 0 ? "" : ",", id_prefix, i);
    }
    buf_add_literal(&b, "]}");
    assert_false(b.failed);
    return (struct text){ .at = b.at, .n = b.n };
}

static void test_the_limit_of_members(void **state)
{
    struct trial t;
    trial_begin(&t);
    struct text fits = members(*state, MAX_MEMBERS, "");
    trial_linkage(&t, fits, true);
    assert_int_equal(t.linkage.n, MAX_MEMBERS);
    trial_end(&t, fits, "");

    struct text over = members(*state, MAX_MEMBERS + 1, "");
    trial_begin(&t);
    trial_linkage(&t, over, true);
    trial_says(&t, "at most 10");
    trial_end(&t, over, "too-many-members /data");
}

static void test_many_members(void **state)
{
    static const struct document_limits wide = { .max_members = 10000, .max_depth = 32 };
    struct trial t;
    trial_begin(&t);
    t.reader.limits = &wide;
    struct text body = members(*state, 10000, "");
    trial_linkage(&t, body, true);
    assert_int_equal(t.linkage.n, 10000);
    for (size_t i = 0; i < t.linkage.n; i++) {
        assert_int_equal(t.linkage.members[i].at, i);
        assert_int_equal(cell_int(t.linkage.members[i].key), i);
    }
    trial_end(&t, body, "");
}

/* Thousands of mistakes cost no more memory than a few. */
static void test_many_mistakes(void **state)
{
    static const struct document_limits wide = { .max_members = 10000, .max_depth = 32 };
    struct trial t;
    trial_begin(&t);
    t.reader.limits = &wide;
    trial_linkage(&t, members(*state, 10000, "x"), true);
    assert_int_equal(t.result, PROBLEM_NOT_FOUND);
    assert_int_equal(t.problems.n, 10000);
    size_t n_kept = 0;
    for (const struct problem *p = t.problems.first; p != NULL; p = p->next) {
        n_kept++;
    }
    assert_int_equal(n_kept, MAX_PROBLEMS);
    t.arena = arena_free(t.arena);
}

/* The plainest bodies take a way of their own; a member before "data" sends the same to the other.
 */
static void test_both_ways_agree(void **state)
{
    static const char *const bodies[] = {
        "'data':[]}",
        " 'data' : [ ] } \n",
        "'data':[{'type':'phones','id':'7'}]}",
        "'data':[{'id':'7','type':'phones'} , {'type':'phones','id':'8'}]}",
        "'data':[{'type':'phones','id':'7'},]}",
        "'data':[{'type':'phones','id':'7','meta':{'role':5}}]}",
        "'data':[,{'type':'phones','id':'7'}]}",
        "'data':[{'type':'phones','id':'7'}]}}",
        "'data':[{'type':'phones','id':'7'}",
        "'data':[{'type':'phones','id':'7',}]}",
        "'data':[{'type':'phones','type':'phones'}]}",
        "'data':[{'id':'7','id':'7'}]}",
        "'data':[{'type':'phones','id':'\\u0037'}]}",
        "'data':[{'typ\\u0065':'phones','id':'7'}]}",
        "'data':[{'type':'phones','id':'7'}],'data':[]}",
        "'data':[{}]}",
        "'data':[{]}",
        "'data':[{'type':'phones','id':'07'}]}",
        "'data':[{'type':'phones','lid':'7'}]}",
        "'data':[{'type':'persons','id':'7'}]}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
        struct trial plain;
        struct trial general;
        trial_begin(&plain);
        trial_begin(&general);
        const char *longer = arena_printf(*state, "{'@x':0,%s", bodies[i]);
        trial_linkage(&plain, json_of(*state, arena_printf(*state, "{%s", bodies[i])), true);
        trial_linkage(&general, json_of(*state, longer), true);
        assert_int_equal(plain.result, general.result);
        assert_string_equal(trial_problems(&plain), trial_problems(&general));
        assert_int_equal(plain.linkage.n, general.linkage.n);
        for (size_t j = 0; j < plain.linkage.n; j++) {
            const struct member *a = &plain.linkage.members[j];
            const struct member *b = &general.linkage.members[j];
            assert_int_equal(a->at, b->at);
            assert_int_equal(a->n_columns + b->n_columns, 0);
            assert_int_equal(cell_int(a->key), cell_int(b->key));
        }
        arena_free(plain.arena);
        arena_free(general.arena);
    }
}

static void test_messages(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *says;
    } cases[] = {
        { "{'data':{}}", "'phones' links many: its data is an array" },
        { "{'data':[true]}", "not true" },
        { "{'data':[{'type':'phones','id':7}]}", "is a string, not the number 7" },
        { "{'data':[{'type':'cats','id':'7'}]}", "'phones' links phones, not 'cats'" },
        { "{'data':[{'type':'phones','id':'1\\n2'}]}", "with the id '1?2'" },
        { "{'data':[{'type':'phones','lid':'7'}]}", "by their id" },
        { "{'data':[{'id':'7'}]}", "has no type" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct trial t;
        trial_begin(&t);
        trial_linkage(&t, json_of(t.arena, cases[i].body), true);
        trial_says(&t, json_of(t.arena, cases[i].says).at);
        t.arena = arena_free(t.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_to_one),         cmocka_unit_test(test_a_required_to_one),
        arena_test(test_columns_of_links),     cmocka_unit_test(test_linkage),
        arena_test(test_the_limit_of_members), arena_test(test_many_members),
        arena_test(test_many_mistakes),        arena_test(test_both_ways_agree),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests_name("document_linkage", tests, NULL, NULL);
}
