/*
 * document_write_test.c - documents written from cells: fields, linkage, what is included, links.
 */
#include "support/cmocka_all.h"

#include <jansson.h>

#include "jsonapi/document_write.h"
#include "support/query_model.h"

enum { OID_TEXT_KEY = 25, LIMIT = 2, MAX_CELLS = 24 };

struct trial {
    struct arena *arena;
    const struct model *model;
    const struct resource *phones;
    struct fieldset fields[SMALL_RESOURCES];
    struct document_view view;
    struct buf b;
};

static void begin(struct trial *t, struct arena *a)
{
    *t = (struct trial){ .arena = a, .model = query_model_new(a, OID_TEXT_KEY) };
    t->phones = &t->model->resources[SMALL_PHONES];
    t->view = (struct document_view){ .prefix = TEXT_LITERAL("") };
    /* what resolving gives a resource with one to-one relationship */
    const struct relationship **to_one = arena_alloc(a, sizeof *to_one);
    struct resource *phones = (struct resource *)(uintptr_t)t->phones;
    to_one[0] = &phones->relationships[PHONES_HOME];
    phones->n_to_one = 1;
    phones->to_one = to_one;
    buf_init(&t->b, a, 64);
}

static void show_fields(struct trial *t, size_t resource, const bool *attributes,
                        const bool *relationships)
{
    t->fields[resource] = (struct fieldset){ .is_given = true,
                                             .attributes = attributes,
                                             .relationships = relationships };
    t->view.outlines = document_outlines(t->arena, t->model, t->fields);
    assert_non_null(t->view.outlines);
}

static struct cell text_cell(const char *s)
{
    return s == NULL ? cell_null() : cell_from_text(s, strlen(s));
}

/* A phone's cells: key, number, label, the key of its home's owner (0: none). */
static const struct cell *phone(struct trial *t, const char *key, const char *label, int64_t home)
{
    struct cell *cells = arena_alloc(t->arena, 4 * sizeof *cells);
    cells[0] = text_cell(key);
    cells[1] = text_cell("+1");
    cells[2] = text_cell(label);
    cells[3] = home == 0 ? cell_null() : cell_from_int8(t->arena, home);
    return cells;
}

/* What was written is this JSON (with ' for "), member by member in this order. */
static void check(struct trial *t, const char *expected)
{
    char *wanted = arena_strdup(t->arena, expected);
    for (char *at = wanted; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    assert_false(t->b.failed);
    assert_string_equal(buf_terminate(&t->b), wanted);
    t->b.n = 0;
}

#define LINKS(path, name)                                                                          \
    "'" name "':{'links':{'self':'" path "/relationships/" name "','related':'" path "/" name "'}"

static void test_a_resource(void **state)
{
    struct trial t;
    begin(&t, *state);
    document_write_resource(&t.b, t.phones, phone(&t, "7", NULL, 5), &t.view);
    check(&t,
          "{'type':'phones','id':'7','links':{'self':'/phones/7'},"
          "'attributes':{'number':'+1','label':null},'relationships':{" LINKS(
              "/phones/7", "owners") "}," LINKS("/phones/7",
                                                "home") ",'data':{'type':'persons','id':'5'}}}}");
    document_write_resource(&t.b, t.phones, phone(&t, "7", "x\"\n", 0), &t.view);
    check(&t, "{'type':'phones','id':'7','links':{'self':'/phones/7'},"
              "'attributes':{'number':'+1','label':'x\\'\\n'},'relationships':{" LINKS(
                  "/phones/7", "owners") "}," LINKS("/phones/7", "home") ",'data':null}}}");
}

/* Keys are encoded in links, and left as they are in ids; the prefix stands before every link. */
static void test_keys_and_prefixes(void **state)
{
    struct trial t;
    begin(&t, *state);
    t.view.prefix = TEXT_LITERAL("https://x/v1");
    document_write_resource(&t.b, t.phones, phone(&t, "a b/ü", NULL, 0), &t.view);
    check(&t,
          "{'type':'phones','id':'a b/ü','links':{'self':'https://x/v1/phones/a%20b%2F%C3%BC'},"
          "'attributes':{'number':'+1','label':null},'relationships':{" LINKS(
              "https://x/v1/phones/a%20b%2F%C3%BC",
              "owners") "}," LINKS("https://x/v1/phones/a%20b%2F%C3%BC", "home") ",'data':null}}}");
}

static void test_fields(void **state)
{
    static const bool label[] = { false, true };
    static const bool home[] = { false, true };
    static const bool none[32];
    struct trial t;
    begin(&t, *state);
    show_fields(&t, SMALL_PHONES, label, home);
    document_write_resource(&t.b, t.phones, phone(&t, "7", "x", 5), &t.view);
    check(&t,
          "{'type':'phones','id':'7','links':{'self':'/phones/7'},'attributes':{'label':'x'},"
          "'relationships':{" LINKS("/phones/7", "home") ",'data':{'type':'persons','id':'5'}}}}");
    show_fields(&t, SMALL_PHONES, label, none);
    document_write_resource(&t.b, t.phones, phone(&t, "7", "x", 5), &t.view);
    check(&t, "{'type':'phones','id':'7','links':{'self':'/phones/7'},'attributes':{'label':'x'}}");
    show_fields(&t, SMALL_PHONES, none, home);
    document_write_resource(&t.b, t.phones, phone(&t, "7", "x", 0), &t.view);
    check(&t, "{'type':'phones','id':'7','links':{'self':'/phones/7'},"
              "'relationships':{" LINKS("/phones/7", "home") ",'data':null}}}");
    show_fields(&t, SMALL_PHONES, none, none);
    document_write_resource(&t.b, t.phones, phone(&t, "7", "x", 5), &t.view);
    check(&t, "{'type':'phones','id':'7','links':{'self':'/phones/7'}}");
    t.fields[SMALL_PHONES] = (struct fieldset){ 0 };
    show_fields(&t, SMALL_PERSONS, none, none); /* of another type only */
    document_write_resource(&t.b, t.phones, phone(&t, "7", "x", 0), &t.view);
    assert_non_null(memmem(t.b.at, t.b.n, "\"number\"", 8));
}

/* ---- linkage and what is included ----------------------------------------------------------- */

static void write_key_as_cursor(struct buf *b, const struct relationship *relationship,
                                struct cell key)
{
    assert_string_equal(relationship->name, "phones");
    buf_addf(b, "after-%.*s", (int)key.n, key.at);
}

/* The phones a, b … of the person 5: owner, the phone's columns, since, note. */
static const struct compound *phones_of(struct trial *t, size_t n)
{
    enum { WIDTH = 4, LINKS_AT = COMPOUND_MEMBER + WIDTH, COLUMNS = LINKS_AT + 2 };
    static const char *const keys[] = { "a", "b", "c" };
    struct include_node *node = arena_alloc(t->arena, sizeof *node);
    struct rows *rows = arena_alloc(t->arena, sizeof *rows);
    struct cell *cells = arena_alloc(t->arena, 3 * COLUMNS * sizeof *cells);
    const struct resource *persons = &t->model->resources[SMALL_PERSONS];
    for (size_t i = 0; i < (n == 0 ? 1 : n); i++) {
        struct cell *row = cells + i * COLUMNS;
        row[0] = cell_null();
        row[COMPOUND_OWNER] = cell_from_int8(t->arena, 5);
        memcpy(row + COMPOUND_MEMBER, phone(t, keys[i], NULL, 5), WIDTH * sizeof *row);
        row[COMPOUND_MEMBER] = n == 0 ? cell_null() : text_cell(keys[i]);
        row[LINKS_AT] = cell_null();
        row[LINKS_AT + 1] = text_cell("n");
    }
    *node = (struct include_node){ .relationship = &persons->relationships[PERSONS_PHONES],
                                   .parent = INCLUDE_ROOT };
    *rows = (struct rows){ .cells = cells, .n_rows = n == 0 ? 1 : n, .n_columns = COLUMNS };
    struct compound *c = compound_new(t->arena, node, rows, 1, LIMIT);
    assert_non_null(c);
    compound_add_root(c, persons, cell_from_int8(t->arena, 5), NULL);
    compound_reach(c);
    return c;
}

/* The person 5 without attributes and with the relationship `phones` alone. */
static void write_person(struct trial *t, const struct compound *compound)
{
    static const bool nothing[32];
    static const bool phones[] = { true, false, false, false };
    struct cell cells[MAX_CELLS];
    for (size_t i = 0; i < MAX_CELLS; i++) {
        cells[i] = cell_null();
    }
    cells[0] = cell_from_int8(t->arena, 5);
    t->view.compound = compound;
    t->view.write_cursor = write_key_as_cursor;
    show_fields(t, SMALL_PERSONS, nothing, phones);
    document_write_resource(&t->b, &t->model->resources[SMALL_PERSONS], cells, &t->view);
}

#define PERSON "{'type':'persons','id':'5','links':{'self':'/persons/5'},'relationships':{"
#define MEMBER(key) "{'type':'phones','id':'" key "','meta':{'since':null,'note':'n'}}"

static void test_linkage(void **state)
{
    struct trial t;
    begin(&t, *state);
    write_person(&t, NULL);
    check(&t, PERSON LINKS("/persons/5", "phones") "}}}");
    write_person(&t, phones_of(&t, 0));
    check(&t, PERSON LINKS("/persons/5", "phones") ",'data':[]}}}");
    write_person(&t, phones_of(&t, 2));
    check(&t, PERSON LINKS("/persons/5", "phones") ",'data':[" MEMBER("a") "," MEMBER("b") "]}}}");
}

/* Beyond the limit there are pages, and the first link leads behind what is shown. */
static void test_linkage_that_goes_on(void **state)
{
    struct trial t;
    begin(&t, *state);
    write_person(&t, phones_of(&t, 3));
    check(&t, PERSON "'phones':{'links':{'self':'/persons/5/relationships/phones',"
                     "'related':'/persons/5/phones','prev':null,'next':"
                     "'/persons/5/relationships/phones?page%5Bafter%5D=after-b'},"
                     "'data':[" MEMBER("a") "," MEMBER("b") "]}}}");
}

static void test_included(void **state)
{
    static const bool nothing[8];
    struct trial t;
    begin(&t, *state);
    document_write_included(&t.b, &t.view);
    check(&t, ",'included':[]");
    show_fields(&t, SMALL_PHONES, nothing, nothing);
    t.view.compound = phones_of(&t, 3);
    document_write_included(&t.b, &t.view);
    check(&t, ",'included':[{'type':'phones','id':'a','links':{'self':'/phones/a'}},"
              "{'type':'phones','id':'b','links':{'self':'/phones/b'}}]");
}

/* Without memory no field is shown that was not asked for: there is no document at all. */
static void test_outlines_over_budget(void **state)
{
    static const bool nothing[32];
    struct trial t;
    begin(&t, *state);
    for (size_t budget = 128; budget < 2048; budget += 128) {
        struct arena *a = arena_new(budget);
        assert_non_null(a);
        show_fields(&t, SMALL_PHONES, nothing, nothing);
        bool has_outlines = document_outlines(a, t.model, t.fields) != NULL;
        assert_int_equal(has_outlines, !arena_failed(a));
        arena_free(a);
    }
}

/* ---- the document --------------------------------------------------------------------------- */

static void test_links_of_documents(void **state)
{
    static const char cursor_links[] = "{'jsonapi':{'version':'1.1'},'links':{'self':'/p?x',"
                                       "'prev':null,'next':'/p?y'},'data':";
    struct trial t;
    struct document_links links = { .prefix = "", .self = "/p?x" };
    begin(&t, *state);
    document_begin(&t.b, &links);
    check(&t, "{'jsonapi':{'version':'1.1'},'links':{'self':'/p?x'},'data':");
    links.is_page = true;
    links.next = "/p?y";
    document_begin(&t.b, &links);
    check(&t, cursor_links);
    links.prefix = "https://x";
    links.related = "/r";
    links.prev = "/p?w";
    document_begin(&t.b, &links);
    check(&t,
          "{'jsonapi':{'version':'1.1'},'links':{'self':'https://x/p?x','related':'https://x/r',"
          "'prev':'https://x/p?w','next':'https://x/p?y'},'data':");
}

/* With the profile applied, links to the document name it, and the whole is still JSON. */
static void test_the_profile_is_named(void **state)
{
    struct trial t;
    struct document_links links = { .prefix = "", .self = "/p", .is_page = true, .is_paged = true };
    begin(&t, *state);
    document_begin(&t.b, &links);
    buf_add_literal(&t.b, "[]");
    document_end(&t.b);
    json_t *document = json_loadb(t.b.at, t.b.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    const json_t *self = json_object_get(json_object_get(document, "links"), "self");
    assert_string_equal(json_string_value(json_object_get(self, "href")), "/p");
    const json_t *profile = json_object_get(json_object_get(document, "jsonapi"), "profile");
    const char *uri = json_string_value(json_array_get(profile, 0));
    assert_non_null(uri);
    assert_non_null(strstr(json_string_value(json_object_get(self, "type")), uri));
    json_decref(document);
}

static void test_without_memory(void **state)
{
    struct trial t;
    struct document_links links = { .prefix = "", .self = "/p" };
    begin(&t, *state);
    const struct cell *cells = phone(&t, "7", "x", 5);
    struct arena *none = arena_new(0);
    buf_init(&t.b, none, 0);
    document_begin(&t.b, &links);
    document_write_resource(&t.b, t.phones, cells, &t.view);
    document_write_included(&t.b, &t.view);
    document_end(&t.b);
    assert_true(t.b.failed);
    arena_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_a_resource),
        arena_test(test_keys_and_prefixes),
        arena_test(test_fields),
        arena_test(test_linkage),
        arena_test(test_linkage_that_goes_on),
        arena_test(test_included),
        arena_test(test_outlines_over_budget),
        arena_test(test_links_of_documents),
        arena_test(test_the_profile_is_named),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("document_write", tests, NULL, NULL);
}
