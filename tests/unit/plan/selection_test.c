/*
 * selection_test.c - the statements of selections: their shapes, which may be shared, and that what
 * is told to them comes in order.
 */
#include "support/planning.h"

#include "plan/shape.h"

/* Two plans of one type under two query strings have the same text, or they have not. */
static void check_same(const struct loaded_model *loaded, const char *a, const char *b, bool same)
{
    struct planning first;
    struct planning second;
    planning_begin(&first, loaded);
    planning_begin(&second, loaded);
    planning_type(&first, "persons", a);
    planning_type(&second, "persons", b);
    bool found = strcmp(planning_sql(&first), planning_sql(&second)) == 0;
    if (found != same) {
        fail_msg("%s and %s: %s", a, b, first.plan.statement->sql);
    }
    assert_int_equal(first.plan.statement->hash == second.plan.statement->hash, same);
    struct text shapes[2] = {
        shape_of_reading(first.arena, &first.selection, NULL, 0, false),
        shape_of_reading(second.arena, &second.selection, NULL, 0, false),
    };
    assert_int_equal(text_equal(shapes[0], shapes[1]), same);
    planning_end(&first);
    planning_end(&second);
}

static void test_a_text_is_that_of_its_shape(void **state)
{
    check_same(*state, "", "page[size]=3", true);
    check_same(*state, "sort=name", "sort=name&page[size]=7", true);
    check_same(*state, "filter[name]=a", "filter[name]=b'; drop table persons", true);
    check_same(*state, "filter[id]=1", "filter[id]=1,2,3", true);
    check_same(*state, "page[number]=1", "page[number]=9", true);
    check_same(*state, "", "sort=name", false);
    check_same(*state, "sort=name", "sort=-name", false);
    check_same(*state, "sort=id", "sort=-id", false);
    check_same(*state, "filter[name]=a", "filter[email]=a", false);
    check_same(*state, "filter[name]=a", "filter[name][ne]=a", false);
    check_same(*state, "", "page[number]=1", false);
}

static const struct {
    const char *raw;
    bool shared;
} shapes[] = {
    { "", true },
    { "page[size]=7", true },
    { "fields[persons]=name", true },
    { "sort=name", false },
    { "page[number]=3&page[size]=10", false },
    { "filter[name]=a", false },
};

static void test_what_is_shared(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        struct planning p;
        planning_begin(&p, *state);
        planning_type(&p, "persons", shapes[i].raw);
        planning_sql(&p);
        assert_int_equal(p.plan.statement->shared, shapes[i].shared);
        assert_int_equal(selection_is_plain(&p.selection), shapes[i].shared);
        planning_end(&p);
    }
}

static void test_a_page(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "page[size]=7");
    const char *sql = planning_sql(&p);
    planning_has(
        sql, "select a.request, x.* from unnest($1, $2) with ordinality a(request, size, place),"
             " lateral (select");
    planning_has(sql, " order by r.\"id\" limit a.size + 1) x order by a.place");
    assert_string_equal(planning_arguments(&p), "7");
    planning_cursor(&p, NULL, 9);
    p.query.page.direction = PAGE_AFTER;
    sql = planning_sql(&p);
    planning_has(sql, "a(request, cursor, size, place)");
    planning_has(sql, "and r.\"id\" > a.cursor order by r.\"id\" limit");
    assert_string_equal(planning_arguments(&p), "9, 7");
    p.query.page.direction = PAGE_BEFORE; /* walked backwards, and turned round at the end */
    sql = planning_sql(&p);
    planning_has(sql, "and r.\"id\" < a.cursor order by r.\"id\" desc limit");
    planning_has(sql, "x order by 1, 2");
    planning_has_not(sql, "order by 1, 2 desc");
    planning_end(&p);
}

static void test_a_numbered_page(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "page[number]=3&page[size]=10");
    const char *sql = planning_sql(&p);
    planning_has(sql, "from (select 0 as request, $1 as size, $2 as skip) a");
    planning_has(sql, " limit a.size + 1 offset a.skip");
    assert_string_equal(planning_arguments(&p), "10, 20");
    planning_end(&p);
}

/* Plain statements are kept, and their arguments made by themselves: both ways must agree. */
static void check_kept(struct planning *p)
{
    planning_sql(p);
    const struct statement *kept = selection_statement(p->arena, &p->selection);
    assert_non_null(kept);
    assert_string_equal(kept->sql, p->plan.statement->sql);
    const char *expected = planning_arguments(p);
    p->plan.arguments = selection_arguments(p->arena, &p->selection);
    assert_non_null(p->plan.arguments);
    assert_string_equal(planning_arguments(p), expected);
}

static void test_kept_statements(void **state)
{
    static const enum selection_kind kinds[] = { SELECT_RELATED, SELECT_LINKAGE };
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "page[size]=5");
    check_kept(&p);
    planning_cursor(&p, NULL, 9);
    check_kept(&p);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        planning_members(&p, "persons", "phones", kinds[i], "page[size]=6");
        check_kept(&p);
        assert_string_equal(planning_arguments(&p), "42, 6");
        planning_cursor(&p, NULL, 9);
        check_kept(&p);
        assert_string_equal(planning_arguments(&p), "42, 9, 6");
    }
    p.selection = (struct selection){ .kind = SELECT_BY_KEY,
                                      .resource = planning_resource(&p, "persons"),
                                      .key = cell_from_int8(p.arena, 3) };
    check_kept(&p);
    assert_string_equal(planning_arguments(&p), "3");
    planning_end(&p);
}

static void test_one_resource(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    p.selection = (struct selection){ .kind = SELECT_BY_KEY,
                                      .resource = planning_resource(&p, "pets"),
                                      .key = cell_from_int8(p.arena, 3) };
    const char *sql = planning_sql(&p);
    planning_has(sql, "lateral (select r.\"id\", r.\"name\", r.\"weight\", r.\"owner_id\" from");
    planning_has(sql, "where r.\"id\" = a.key limit 1) x");
    assert_true(p.plan.statement->shared);
    p.selection.kind = SELECT_CREATED;
    sql = planning_sql(&p);
    planning_has(sql, "current_setting('" CREATED_KEY "', true)");
    assert_false(p.plan.statement->shared);
    assert_int_equal(p.plan.statement->n_parameters, 0);
    planning_end(&p);
}

/* An owner without members, or none at all, has one row. */
static void test_members(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_members(&p, "persons", "phones", SELECT_RELATED, "");
    const char *sql = planning_sql(&p);
    planning_has(sql, "select a.request, o.key is not null, x.* from");
    planning_has(sql,
                 "a(request, near, size, place) left join lateral (select o.\"id\" as key from");
    planning_has(sql, "(select t.* from \"public\".\"person_phones\" p, lateral (select t.\"id\"");
    planning_has(sql, " from \"public\".\"phones\" t where t.\"id\" = p.\"phone_id\" limit 1) t"
                      " where p.\"person_id\" = o.key");
    planning_members(&p, "persons", "phones", SELECT_LINKAGE, "");
    sql = planning_sql(&p);
    planning_has(sql, "select a.request, o.key is not null, z.state, x.* from");
    planning_has(
        sql,
        "left join lateral (select p.\"phone_id\", p.\"linked_at\" from \"public\".\"person_phones\" p where");
    planning_has_not(sql, "\"phones\" t");
    planning_members(&p, "persons", "pets", SELECT_LINKAGE, "");
    sql = planning_sql(&p);
    planning_has(sql, " from \"public\".\"pets\" t where t.\"owner_id\" = o.key");
    planning_members(&p, "pets", "owner", SELECT_RELATED, "");
    sql = planning_sql(&p);
    planning_has(sql, "p.\"owner_id\" is not null");
    planning_end(&p);
}

static void test_the_state_of_a_set(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_members(&p, "persons", "phones", SELECT_LINKAGE, "page[size]=1");
    const char *sql = planning_sql(&p);
    planning_has(sql, "case when count(*) <= 1000 then");
    planning_has(sql, "hashint8extended(q.\"phone_id\", 0)");
    planning_has(sql, "where l.\"person_id\" = o.key limit 1001) q) z on true");
    p.selection.locks_links = true;
    sql = planning_sql(&p);
    planning_has(sql, "where l.\"person_id\" = o.key limit 1001 for update) q) z on true");
    planning_end(&p);
}

static void test_layouts(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "sort=name,-email");
    struct selection_layout layout = selection_layout(&p.selection);
    assert_int_equal(layout.found, 0);
    assert_int_equal(layout.resource, 1);
    assert_int_equal(layout.sort, 1 + resource_width(p.selection.resource));
    assert_int_equal(selection_key_at(&layout), layout.resource);
    planning_members(&p, "persons", "phones", SELECT_LINKAGE, "");
    layout = selection_layout(&p.selection);
    assert_int_equal(layout.found, SELECTION_FOUND);
    assert_int_equal(layout.state, SELECTION_STATE);
    assert_int_equal(selection_key_at(&layout), layout.member);
    assert_int_equal(layout.resource, 0);
    p.selection.with_resources = true;
    layout = selection_layout(&p.selection);
    assert_true(layout.resource > layout.member);
    assert_int_equal(resource_width(planning_resource(&p, "pets")),
                     4); /* the owner's key as well */
    planning_end(&p);
}

static void test_totals(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "page[total]=exact&filter[name]=a&sort=email");
    selection_plan_total(p.arena, &p.selection, NULL, &p.plan);
    planning_has(p.plan.statement->sql, "select count(*) as n from \"public\".\"persons\" r");
    planning_has(p.plan.statement->sql, "r.\"name\" = a.v0");
    planning_has_not(p.plan.statement->sql, "limit");
    assert_string_equal(planning_arguments(&p), "'a'");
    planning_type(&p, "persons", "page[total]=estimated");
    selection_plan_total(p.arena, &p.selection, NULL, &p.plan);
    planning_has(p.plan.statement->sql, "reltuples");
    assert_string_equal(planning_arguments(&p), "'\"public\".\"persons\"'");
    planning_type(&p, "persons", "page[total]=estimated&filter[name]=a");
    selection_plan_total(p.arena, &p.selection, NULL, &p.plan);
    planning_has_not(p.plan.statement->sql, "reltuples");
    planning_members(&p, "persons", "phones", SELECT_RELATED, "page[total]=exact");
    selection_plan_total(p.arena, &p.selection, NULL, &p.plan);
    planning_has(p.plan.statement->sql, "p.\"person_id\" = o.key");
    assert_string_equal(planning_arguments(&p), "42");
    planning_end(&p);
}

/* Over budget there is no plan, at whichever byte the memory ends. */
static void test_without_memory(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_members(&p, "persons", "phones", SELECT_LINKAGE, "sort=number&filter[label]=x");
    size_t n_failed = 0;
    for (size_t budget = 0; budget < 16384; budget += 256) {
        struct arena *a = arena_new(budget);
        struct step_plan plan;
        selection_plan(a, &p.selection, NULL, &plan);
        assert_int_equal(plan.statement == NULL, plan.arguments == NULL);
        n_failed += plan.statement == NULL;
        selection_plan_total(a, &p.selection, NULL, &plan);
        assert_int_equal(plan.statement == NULL, plan.arguments == NULL);
        arena_free(a);
    }
    assert_true(n_failed > 0);
    planning_type(&p, "persons", "");
    struct arena *none = arena_new(0);
    assert_null(selection_statement(none, &p.selection));
    assert_null(selection_arguments(none, &p.selection));
    arena_free(none);
    planning_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_is_that_of_its_shape),
        cmocka_unit_test(test_what_is_shared),
        cmocka_unit_test(test_a_page),
        cmocka_unit_test(test_a_numbered_page),
        cmocka_unit_test(test_kept_statements),
        cmocka_unit_test(test_one_resource),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_the_state_of_a_set),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_without_memory),
    };
    return planning_tests("selection", tests);
}
