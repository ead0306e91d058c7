/*
 * compound_test.c - what a document shows beside its primary data, from rows made in memory: only
 * what can be reached, each resource once, no more members than are allowed.
 */
#include "support/cmocka_all.h"

#include "jsonapi/compound.h"
#include "support/query_model.h"

enum { LIMIT = 3, MAX_ROWS = 16, OID_BIGINT = 20, NONE = -1 };

/* The rows of one node: owners and their members, NONE for an owner without any. */
struct made {
    size_t n;
    int pairs[MAX_ROWS][2];
};

struct trial {
    struct arena *arena;
    const struct model *model;
    size_t n;
    struct include_node nodes[4];
    struct rows rows[4];
    struct compound *compound;
};

static void begin(struct trial *t, struct arena *a)
{
    *t = (struct trial){ .arena = a, .model = query_model_new(a, OID_BIGINT) };
}

/* Columns: request, owner, the member's key, which stands for all of its own, link columns. */
static void add_node(struct trial *t, const struct relationship *rel, size_t parent,
                     const struct made *made)
{
    size_t n_columns = COMPOUND_MEMBER + 1 + rel->n_link_columns;
    struct cell *cells = arena_alloc(t->arena, made->n * n_columns * sizeof *cells);
    for (size_t i = 0; i < made->n; i++) {
        struct cell *row = cells + i * n_columns;
        int member = made->pairs[i][1];
        for (size_t c = 0; c < n_columns; c++) {
            row[c] = cell_null();
        }
        row[COMPOUND_OWNER] = cell_from_int8(t->arena, made->pairs[i][0]);
        row[COMPOUND_MEMBER] = member == NONE ? cell_null() : cell_from_int8(t->arena, member);
    }
    t->nodes[t->n] = (struct include_node){ .relationship = rel, .parent = parent };
    t->rows[t->n++] = (struct rows){ .cells = cells, .n_rows = made->n, .n_columns = n_columns };
}

static void index_rows(struct trial *t)
{
    t->compound = compound_new(t->arena, t->nodes, t->rows, t->n, LIMIT);
    assert_non_null(t->compound);
}

static const struct relationship *of_persons(const struct trial *t, size_t i)
{
    return &t->model->resources[SMALL_PERSONS].relationships[i];
}

static const struct relationship *of_phones(const struct trial *t, size_t i)
{
    return &t->model->resources[SMALL_PHONES].relationships[i];
}

static void add_person(struct trial *t, int key)
{
    compound_add_root(t->compound, &t->model->resources[SMALL_PERSONS],
                      cell_from_int8(t->arena, key), NULL);
}

/* What is included, as "phones 1, persons 2". */
static void check_included(struct trial *t, const char *expected)
{
    size_t n;
    const struct compound_resource *included = compound_included(t->compound, &n);
    struct buf b;
    buf_init(&b, t->arena, 64);
    for (size_t i = 0; i < n; i++) {
        buf_addf(&b, "%s%s %d", i == 0 ? "" : ", ", included[i].resource->type,
                 (int)cell_int(included[i].cells[0]));
    }
    assert_string_equal(buf_terminate(&b), expected);
}

static struct compound_members members(const struct trial *t, const struct relationship *rel,
                                       int owner)
{
    return compound_members(t->compound, rel, cell_from_int8(t->arena, owner));
}

static void test_what_can_be_reached(void **state)
{
    static const struct made phones = { 4, { { 1, 11 }, { 1, 12 }, { 2, 12 }, { 3, 13 } } };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_PHONES), INCLUDE_ROOT, &phones);
    index_rows(&t);
    add_person(&t, 1);
    add_person(&t, 2);
    compound_reach(t.compound);
    check_included(&t, "phones 11, phones 12"); /* once, and nothing of the person 3 */
}

static void test_nothing_is_reached_without_roots(void **state)
{
    static const struct made phones = { 1, { { 1, 11 } } };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_PHONES), INCLUDE_ROOT, &phones);
    index_rows(&t);
    compound_reach(t.compound);
    check_included(&t, "");
}

/* Deeper rows may be of owners that are not shown; those lead nowhere. */
static void test_over_several_steps(void **state)
{
    static const struct made phones = { 2, { { 1, 11 }, { 2, 12 } } };
    static const struct made owners = { 3, { { 11, 1 }, { 11, 5 }, { 12, 6 } } };
    static const struct made bosses = { 2, { { 5, 7 }, { 6, 8 } } };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_PHONES), INCLUDE_ROOT, &phones);
    add_node(&t, of_phones(&t, PHONES_OWNERS), 0, &owners);
    add_node(&t, of_persons(&t, PERSONS_BOSS), 1, &bosses);
    index_rows(&t);
    add_person(&t, 1);
    compound_reach(t.compound);
    check_included(&t, "phones 11, persons 5, persons 7"); /* the person 1 is primary data */
}

static void test_cycles(void **state)
{
    static const struct made bosses = { 3, { { 1, 2 }, { 2, 1 }, { 3, 3 } } };
    static const struct made reports = { 3, { { 1, 2 }, { 2, 1 }, { 3, 3 } } };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_BOSS), INCLUDE_ROOT, &bosses);
    add_node(&t, of_persons(&t, PERSONS_REPORTS), 0, &reports);
    index_rows(&t);
    add_person(&t, 1);
    add_person(&t, 3); /* its own boss */
    compound_reach(t.compound);
    check_included(&t, "persons 2");
}

static void test_one_resource_by_two_paths(void **state)
{
    static const struct made bosses = { 1, { { 1, 2 } } };
    static const struct made reports = { 2, { { 1, 2 }, { 1, 3 } } };
    static const struct made home = { 1, { { 1, 2 } } };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_BOSS), INCLUDE_ROOT, &bosses);
    add_node(&t, of_persons(&t, PERSONS_REPORTS), INCLUDE_ROOT, &reports);
    add_node(&t, of_persons(&t, PERSONS_HOMES), INCLUDE_ROOT, &home);
    index_rows(&t);
    add_person(&t, 1);
    compound_reach(t.compound);
    check_included(&t, "persons 2, persons 3, phones 2"); /* keys are of their own type */
}

static void test_identifiers_only(void **state)
{
    static const struct made phones = { 1, { { 1, 11 } } };
    static const struct made owners = { 1, { { 11, 5 } } };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_PHONES), INCLUDE_ROOT, &phones);
    t.nodes[0].identifiers_only = true;
    add_node(&t, of_phones(&t, PHONES_OWNERS), 0, &owners);
    index_rows(&t);
    add_person(&t, 1);
    compound_reach(t.compound);
    check_included(&t, "persons 5"); /* linkage leads on, without being included itself */
    assert_int_equal(members(&t, of_persons(&t, PERSONS_PHONES), 1).n, 1);
}

/* Primary data that are identifiers: the resources are included with them. */
static void test_roots_that_are_included(void **state)
{
    struct trial t;
    begin(&t, *state);
    index_rows(&t);
    struct cell key = cell_from_int8(t.arena, 4);
    for (size_t i = 0; i < 2; i++) {
        compound_add_root(t.compound, &t.model->resources[SMALL_PHONES], key, &key);
    }
    compound_reach(t.compound);
    check_included(&t, "phones 4");
}

static void test_members_of_an_owner(void **state)
{
    static const struct made phones = {
        9,
        { { 1, NONE },
          { 2, 11 },
          { 3, 11 },
          { 3, 12 },
          { 3, 13 },
          { 4, 11 },
          { 4, 12 },
          { 4, 13 },
          { 4, 14 } },
    };
    static const struct {
        int owner;
        bool is_shown;
        size_t first, n;
        bool has_more;
    } expected[] = {
        { 1, true, 0, 0, false },    { 2, true, 1, 1, false },  { 3, true, 2, LIMIT, false },
        { 4, true, 5, LIMIT, true }, { 5, false, 0, 0, false },
    };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_PHONES), INCLUDE_ROOT, &phones);
    index_rows(&t);
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        struct compound_members m = members(&t, of_persons(&t, PERSONS_PHONES), expected[i].owner);
        assert_int_equal(m.rows != NULL, expected[i].is_shown);
        assert_int_equal(m.first, expected[i].first);
        assert_int_equal(m.n, expected[i].n);
        assert_int_equal(m.has_more, expected[i].has_more);
    }
    assert_null(members(&t, of_persons(&t, PERSONS_BOSS), 2).rows);
    assert_null(compound_members(NULL, of_persons(&t, PERSONS_PHONES), cell_null()).rows);
    add_person(&t, 4);
    compound_reach(t.compound);
    check_included(&t, "phones 11, phones 12, phones 13"); /* not what is not linked from here */
}

static void test_without_a_compound(void **state)
{
    (void)state;
    size_t n = 7;
    assert_null(compound_included(NULL, &n));
    assert_int_equal(n, 0);
}

/* More than the first capacity of everything that grows. */
static void test_many(void **state)
{
    enum { MANY = 3000 };
    (void)state;
    struct arena *a = arena_new(16 << 20);
    struct trial t;
    begin(&t, a);
    const struct relationship *rel = of_persons(&t, PERSONS_BOSS);
    struct cell *cells = arena_alloc(a, MANY * 3 * sizeof *cells);
    for (int i = 0; i < MANY; i++) {
        cells[3 * i] = cell_null();
        cells[3 * i + COMPOUND_OWNER] = cell_from_int8(a, i);
        cells[3 * i + COMPOUND_MEMBER] = cell_from_int8(a, MANY + i / 2);
    }
    t.nodes[0] = (struct include_node){ .relationship = rel, .parent = INCLUDE_ROOT };
    t.rows[0] = (struct rows){ .cells = cells, .n_rows = MANY, .n_columns = 3 };
    t.n = 1;
    index_rows(&t);
    for (int i = 0; i < MANY; i++) {
        add_person(&t, i);
    }
    compound_reach(t.compound);
    size_t n;
    compound_included(t.compound, &n);
    assert_int_equal(n, MANY / 2);
    for (int i = 0; i < MANY; i++) {
        struct compound_members m = members(&t, rel, i);
        assert_int_equal(m.n, 1);
        assert_int_equal(m.first, i);
    }
    arena_free(a);
}

static void test_without_memory(void **state)
{
    static const struct made phones = { 2, { { 1, 11 }, { 2, 12 } } };
    struct trial t;
    begin(&t, *state);
    add_node(&t, of_persons(&t, PERSONS_PHONES), INCLUDE_ROOT, &phones);
    struct arena *none = arena_new(0);
    assert_null(compound_new(none, t.nodes, t.rows, t.n, LIMIT));
    arena_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_what_can_be_reached),
        arena_test(test_nothing_is_reached_without_roots),
        arena_test(test_over_several_steps),
        arena_test(test_cycles),
        arena_test(test_one_resource_by_two_paths),
        arena_test(test_identifiers_only),
        arena_test(test_roots_that_are_included),
        arena_test(test_members_of_an_owner),
        arena_test(test_without_a_compound),
        arena_test(test_many),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("compound", tests, NULL, NULL);
}
