/*
 * document_atomic_test.c - the body of POST /operations: what is refused and where, local ids, and
 * the bodies of the plain requests that operations stand for.
 */
#include "support/read_document.h"

#include <errno.h>
#include <jansson.h>

#include "jsonapi/document_atomic.h"

enum { MAX_OPERATIONS = 5 };

#define OPERATIONS(list) "{'atomic:operations':[" list "]}"

/* One reading of one body. */
struct atomic_trial {
    struct trial base;
    struct atomic_request request;
};

static void read_body(struct atomic_trial *t, struct text body)
{
    trial_begin(&t->base);
    t->base.result = atomic_read(&t->base.reader, body, MAX_OPERATIONS, &t->request);
}

/* `json` has ' for ". */
static void accept(struct atomic_trial *t, const char *json)
{
    trial_begin(&t->base);
    t->base.result =
        atomic_read(&t->base.reader, json_of(t->base.arena, json), MAX_OPERATIONS, &t->request);
    if (t->base.result != 0) {
        fail_msg("%s: %s", json, trial_problems(&t->base));
    }
}

static void end(struct atomic_trial *t)
{
    t->base.arena = arena_free(t->base.arena);
}

/* `expected` as trial_problems() writes them. */
static void refuse(struct arena *a, const char *json, const char *expected)
{
    struct atomic_trial t;
    struct text body = json_of(a, json);
    read_body(&t, body);
    trial_end(&t.base, body, expected);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static const struct {
    const char *body;
    const char *problems;
} whole[] = {
    { "{}", "bad-document " },
    { "[]", "bad-document " },
    { "{'atomic:operations':{}}", "bad-document /atomic:operations" },
    { "{'atomic:operations':null}", "bad-document /atomic:operations" },
    { "{'atomic:operations':[]}", "bad-document /atomic:operations" },
    { "{'atomic:operations':[{}],'data':null}", "bad-document /data" },
    { "{'atomic:operations':[{}],'included':[]}", "bad-document /included" },
    { "{'atomic:operations':[{}],'errors':[],'atomic:results':[]}",
      "bad-document /errors\nbad-document /atomic:results" },
    { OPERATIONS("1,2,3,4,5,6"), "too-many-operations /atomic:operations" },
};

static void test_documents_that_are_refused(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
        refuse(*state, whole[i].body, whole[i].problems);
    }
}

static void test_what_is_no_json(void **state)
{
    static const char *const bodies[] = { "", "{", "nope", "{'atomic:operations':[", "\xFF" };
    for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
        struct atomic_trial t;
        read_body(&t, json_of(*state, bodies[i]));
        assert_int_equal(t.base.result, PROBLEM_BAD_JSON);
        end(&t);
    }
}

#define PERSON "'type':'persons','id':'1'"

/* An operation, and where it is refused, below the operation itself. */
static const struct {
    const char *operation;
    const char *below;
} malformed[] = {
    { "5", "" },
    { "[]", "" },
    { "{}", "" },
    { "{'data':{" PERSON "}}", "" },
    { "{'op':null,'data':{}}", "/op" },
    { "{'op':'Add','data':{}}", "/op" },
    { "{'op':['add'],'data':{}}", "/op" },
    { "{'op':'remove','ref':{" PERSON "},'href':'/persons/1'}", "" },
    { "{'op':'remove','ref':null}", "/ref" },
    { "{'op':'remove','ref':[]}", "/ref" },
    { "{'op':'remove','ref':{'id':'1'}}", "/ref" },
    { "{'op':'remove','ref':{'type':5,'id':'1'}}", "/ref/type" },
    { "{'op':'remove','ref':{'type':'persons'}}", "/ref" },
    { "{'op':'remove','ref':{" PERSON ",'lid':'a'}}", "/ref" },
    { "{'op':'remove','ref':{'type':'persons','id':1}}", "/ref/id" },
    { "{'op':'remove','ref':{'type':'persons','lid':{}}}", "/ref/lid" },
    { "{'op':'remove','ref':{'type':'persons','lid':'a'}}", "/ref/lid" },
    { "{'op':'remove','ref':{" PERSON ",'relationship':5},'data':{" PERSON "}}",
      "/ref/relationship" },
    /* what is not known to be of a resource or of a relationship may have any shape */
    { "{'op':'add','ref':{" PERSON ",'relationship':5},'data':[]}", "/ref/relationship" },
    { "{'op':'update','ref':{" PERSON ",'relationship':null},'data':null}", "/ref/relationship" },
    { "{'op':'add','ref':{'type':5,'id':'1','relationship':'phones'},'data':[]}", "/ref/type" },
    { "{'op':'add','ref':{'type':'persons','lid':'a','relationship':'phones'},'data':[]}",
      "/ref/lid" },
    { "{'op':'update','ref':5,'data':[]}", "/ref" },
    { "{'op':'update','href':5,'data':[]}", "/href" },
    { "{'op':'remove','href':''}", "/href" },
    { "{'op':'remove','href':5}", "/href" },
    { "{'op':'remove'}", "" },
    { "{'op':'remove','data':{" PERSON "}}", "" },
    { "{'op':'remove','ref':{" PERSON ",'relationship':'phones'}}", "" },
    { "{'op':'update','ref':{" PERSON "}}", "" },
    { "{'op':'update','href':'/persons/1'}", "" },
    { "{'op':'update','data':{'type':'persons'}}", "/data" },
    { "{'op':'update','data':{'type':'persons','id':5}}", "/data/id" },
    { "{'op':'update','data':{'type':'persons','lid':'a'}}", "/data/lid" },
    { "{'op':'update','ref':{" PERSON "},'data':{'type':'persons','lid':'a'}}", "/data/lid" },
    { "{'op':'add'}", "" },
    { "{'op':'add','data':null}", "/data" },
    { "{'op':'add','data':[]}", "/data" },
    { "{'op':'add','data':{}}", "/data" },
    { "{'op':'add','data':{'type':5}}", "/data/type" },
    { "{'op':'add','data':{'type':'persons','lid':5}}", "/data/lid" },
    { "{'op':'add','ref':{" PERSON ",'relationship':'phones'},'data':[{'type':'phones','id':'1'},"
      "{'type':'phones','lid':'a'}]}",
      "/data/1/lid" },
    { "{'op':'add','href':'/persons/1/relationships/phones','data':[{'type':'phones','lid':'a'}]}",
      "/data/0/lid" },
    { "{'op':'update','ref':{" PERSON
      ",'relationship':'boss'},'data':{'type':'persons','lid':'a'}}",
      "/data/lid" },
    { "{'op':'add','data':{'type':'persons','relationships':{'x/y~':{'data':"
      "[{'type':'phones','lid':'a'}]}}}}",
      "/data/relationships/x~1y~0/data/0/lid" },
    { "{'op':'add','data':{'type':'persons','relationships':{'boss':{'data':"
      "{'type':'persons','lid':'a'}}}}}",
      "/data/relationships/boss/data/lid" },
};

static void test_operations_that_are_refused(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
        const char *body =
            arena_printf(*state, OPERATIONS("{'op':'add','data':{'type':'persons'}},%s"),
                         malformed[i].operation);
        refuse(*state, body,
               arena_printf(*state, "bad-document /atomic:operations/1%s", malformed[i].below));
    }
}

static void test_every_operation_is_looked_at(void **state)
{
    refuse(*state, OPERATIONS("5,{'op':'add','data':{'type':'persons'}},{'op':'x'},{'op':'add'}"),
           "bad-document /atomic:operations/0\n"
           "bad-document /atomic:operations/2/op\n"
           "bad-document /atomic:operations/3");
}

static void test_as_many_as_may_be(void **state)
{
    struct atomic_trial t;
    (void)state;
    accept(&t, OPERATIONS("{'op':'remove','ref':{" PERSON "}},{'op':'remove','ref':{" PERSON "}},"
                          "{'op':'remove','ref':{" PERSON "}},{'op':'remove','ref':{" PERSON "}},"
                          "{'op':'remove','ref':{" PERSON "}}"));
    assert_int_equal(t.request.n, MAX_OPERATIONS);
    end(&t);
}

/* ---- what an operation is about ------------------------------------------------------------- */

static void test_by_ref(void **state)
{
    struct atomic_trial t;
    (void)state;
    accept(&t, OPERATIONS("{'op':'remove','ref':{" PERSON "}},"
                          "{'op':'update','ref':{" PERSON ",'relationship':'phones'},'data':[]}"));
    const struct atomic_operation *o = t.request.operations;
    assert_int_equal(o[0].verb, ATOMIC_REMOVE);
    assert_true(o[0].has_ref);
    assert_string_equal(o[0].pointer, "/atomic:operations/0");
    assert_string_equal(o[0].type, "persons");
    assert_true(text_is(o[0].id, "1"));
    assert_null(o[0].relationship);
    assert_null(o[0].data);
    assert_int_equal(o[1].verb, ATOMIC_UPDATE);
    assert_string_equal(o[1].relationship, "phones");
    assert_non_null(o[1].data);
    end(&t);
}

static void test_by_href_and_by_data(void **state)
{
    struct atomic_trial t;
    (void)state;
    accept(&t, OPERATIONS("{'op':'remove','href':'/persons/1'},"
                          "{'op':'add','href':'/persons/1/relationships/phones','data':[]},"
                          "{'op':'update','data':{'type':'phones','id':'7'}},"
                          "{'op':'add','data':{'type':'phones','id':'8'}},"
                          "{'op':'add','data':{'type':'phones'}}"));
    const struct atomic_operation *o = t.request.operations;
    assert_true(text_is(o[0].href, "/persons/1"));
    assert_null(o[0].type);
    assert_true(text_is(o[1].href, "/persons/1/relationships/phones"));
    assert_int_equal(o[1].verb, ATOMIC_ADD);
    assert_false(o[2].has_ref);
    assert_string_equal(o[2].type, "phones");
    assert_true(text_is(o[2].id, "7"));
    assert_true(text_is(o[3].id, "8")); /* the client's own */
    assert_int_equal(o[4].id.n, 0);
    assert_null(o[4].lid);
    end(&t);
}

/* ---- local ids ------------------------------------------------------------------------------ */

#define ADD(type, lid) "{'op':'add','data':{'type':'" type "','lid':'" lid "'}}"

static void test_local_ids_are_assigned_in_order(void **state)
{
    struct atomic_trial t;
    (void)state;
    accept(&t, OPERATIONS(ADD("persons", "a") "," ADD(
                   "phones", "a") ","
                                  "{'op':'remove','ref':{'type':'phones','lid':'a'}},"
                                  "{'op':'update','data':{'type':'persons','lid':'a'}}"));
    const struct atomic_request *r = &t.request;
    assert_int_equal(r->n_lids, 2);
    assert_string_equal(r->lids[0].type, "persons");
    assert_string_equal(r->lids[1].type, "phones");
    assert_int_equal(r->lids[1].added_by, 1);
    assert_ptr_equal(r->operations[0].lid, &r->lids[0]);
    assert_ptr_equal(r->operations[2].lid, &r->lids[1]);
    assert_ptr_equal(r->operations[3].lid, &r->lids[0]);
    end(&t);
}

static void test_local_ids_that_are_refused(void **state)
{
    refuse(*state, OPERATIONS(ADD("persons", "a") "," ADD("persons", "a")),
           "bad-document /atomic:operations/1/data/lid");
    refuse(*state,
           OPERATIONS("{'op':'remove','ref':{'type':'persons','lid':'a'}}," ADD("persons", "a")),
           "bad-document /atomic:operations/0/ref/lid");
    refuse(*state,
           OPERATIONS(ADD("persons", "a") ",{'op':'remove','ref':{'type':'phones','lid':'a'}}"),
           "bad-document /atomic:operations/1/ref/lid");
}

/* ---- bodies --------------------------------------------------------------------------------- */

/* The body of operation `i` is this JSON; NULL: none. */
static void check_body(const struct atomic_trial *t, size_t i, const char *expected)
{
    struct text body;
    assert_int_equal(atomic_body(&t->base.reader, &t->request, &t->request.operations[i], &body),
                     0);
    if (expected == NULL) {
        assert_int_equal(body.n, 0);
        return;
    }
    struct text wanted = json_of(t->base.arena, expected);
    json_t *a = json_loadb(body.at, body.n, JSON_REJECT_DUPLICATES, NULL);
    json_t *b = json_loadb(wanted.at, wanted.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(b);
    if (a == NULL || !json_equal(a, b)) {
        fail_msg("%.*s instead of %s", (int)body.n, body.at, expected);
    }
    json_decref(a);
    json_decref(b);
}

static void test_bodies_have_ids_for_local_ids(void **state)
{
    struct atomic_trial t;
    (void)state;
    accept(&t,
           OPERATIONS(ADD(
               "phones",
               "q") ","
                    "{'op':'add','data':{'type':'persons','lid':'p','attributes':{'lid':'q',"
                    "'settings':{'type':'phones','lid':'q'}},'relationships':{"
                    "'phones':{'data':[{'type':'phones','id':'3'},{'type':'phones','lid':'q'}]},"
                    "'home':{'data':{'type':'phones','lid':'q'}},'boss':{'data':null}}}},"
                    "{'op':'add','ref':{'type':'persons','lid':'p','relationship':'phones'},"
                    "'data':[{'type':'phones','lid':'q','meta':{'note':'n'}}]},"
                    "{'op':'update','ref':{" PERSON ",'relationship':'boss'},"
                    "'data':{'type':'persons','lid':'p'}},"
                    "{'op':'remove','ref':{'type':'persons','lid':'p'}}"));
    t.request.lids[0].id = TEXT_LITERAL("71");
    t.request.lids[1].id = TEXT_LITERAL("x \"y\"");
    check_body(&t, 0, "{'data':{'type':'phones','id':'71'}}");
    check_body(&t, 1,
               "{'data':{'type':'persons','id':'x \\'y\\'','attributes':{'lid':'q',"
               "'settings':{'type':'phones','lid':'q'}},'relationships':{"
               "'phones':{'data':[{'type':'phones','id':'3'},{'type':'phones','id':'71'}]},"
               "'home':{'data':{'type':'phones','id':'71'}},'boss':{'data':null}}}}");
    check_body(&t, 2, "{'data':[{'type':'phones','id':'71','meta':{'note':'n'}}]}");
    check_body(&t, 3, "{'data':{'type':'persons','id':'x \\'y\\''}}");
    check_body(&t, 4, NULL);
    check_body(&t, 0, "{'data':{'type':'phones','id':'71'}}"); /* nothing was changed by it */
    end(&t);
}

static void test_bodies_keep_every_digit(void **state)
{
    struct atomic_trial t;
    struct text body;
    static const char digits[] = "12345678901234567890.123456789012345678901234567890";
    accept(&t, arena_printf(*state,
                            OPERATIONS("{'op':'add','data':{'type':'persons','attributes':"
                                       "{'price':%s}}}"),
                            digits));
    assert_int_equal(atomic_body(&t.base.reader, &t.request, t.request.operations, &body), 0);
    assert_non_null(memmem(body.at, body.n, digits, sizeof digits - 1));
    end(&t);
}

/* ---- memory --------------------------------------------------------------------------------- */

static void test_without_memory(void **state)
{
    struct text body = json_of(*state, OPERATIONS(ADD("persons", "a") "," ADD("phones", "b")));
    size_t n_refused = 0;
    for (size_t budget = 0; budget < 8192; budget += 64) {
        struct arena *a = arena_new(budget);
        struct problems problems = { .arena = a };
        struct document_reader reader = { .arena = a,
                                          .limits = &small_limits,
                                          .reterr = &problems };
        struct atomic_request request;
        int r = atomic_read(&reader, body, MAX_OPERATIONS, &request);
        assert_true(r == 0 || r == -ENOMEM);
        struct text plain;
        if (r == 0 && atomic_body(&reader, &request, request.operations, &plain) != 0) {
            assert_int_equal(plain.n, 0);
        }
        n_refused += r != 0;
        arena_free(a);
    }
    assert_true(n_refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_documents_that_are_refused),
        arena_test(test_what_is_no_json),
        arena_test(test_operations_that_are_refused),
        arena_test(test_every_operation_is_looked_at),
        arena_test(test_as_many_as_may_be),
        arena_test(test_by_ref),
        arena_test(test_by_href_and_by_data),
        arena_test(test_local_ids_are_assigned_in_order),
        arena_test(test_local_ids_that_are_refused),
        arena_test(test_bodies_have_ids_for_local_ids),
        arena_test(test_bodies_keep_every_digit),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("atomic_read", tests, NULL, NULL);
}
