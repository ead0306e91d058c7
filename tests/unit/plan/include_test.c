/*
 * include_test.c - the statements that read what is included: one per path, walked from the keys of
 * the selection's rows, which they choose as the selection does.
 */
#include "support/planning.h"

enum { LIMIT = 1000 };

static const char *include_sql(struct planning *p, size_t i)
{
    include_plan(p->arena, &p->selection, &(struct include_place){ p->query.include, i, LIMIT },
                 NULL, &p->plan);
    assert_non_null(p->plan.statement);
    assert_non_null(p->plan.arguments);
    return p->plan.statement->sql;
}

static void test_one_step(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "include=phones&page[size]=7");
    assert_int_equal(p.query.n_include, 1);
    const char *sql = include_sql(&p, 0);
    planning_has(sql,
                 "select a.request, x.key, l.* from unnest($1, $2) with ordinality a(request, size,"
                 " place), lateral (select r.\"id\" as key from \"public\".\"persons\" r");
    /* the page's own rows, and none more */
    planning_has(sql, " limit a.size) x left join lateral (select t.*, p.\"linked_at\" from");
    planning_has(sql, "lateral (select t.\"id\", t.\"number\", t.\"label\" from");
    planning_has(sql, " where p.\"person_id\" = x.key order by p.\"phone_id\" limit 1001) l on true"
                      " order by a.place");
    assert_true(p.plan.statement->shared);
    assert_string_equal(planning_arguments(&p), "7");
    planning_end(&p);
}

/* What many owners share is walked from once. */
static void test_several_steps(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "pets", "include=owner.phones.owners");
    assert_int_equal(p.query.n_include, 3);
    const char *sql = include_sql(&p, 2);
    planning_has(sql, "), level1 as materialized (select distinct o.request, l.key from level0 o,");
    planning_has(sql, "), level2 as materialized (select distinct o.request, l.key from level1 o,");
    planning_has(sql, " limit 1000) l), level2"); /* no more than are shown are walked from */
    planning_has(sql, " from level2 o left join lateral (select t.*, p.\"linked_at\" from");
    planning_has(sql, " p, lateral (select t.\"id\"");
    planning_has(sql, " where t.\"id\" = p.\"person_id\" limit 1) t where p.\"phone_id\" = o.key"
                      " order by p.\"person_id\" limit 1001) l on true order by 1, 2, 3");
    planning_has_not(sql, "level3");
    sql = include_sql(&p, 0);
    planning_has_not(sql, "level1");
    planning_has(sql, "p.\"owner_id\" is not null");
    planning_end(&p);
}

static void test_identifiers_only(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "");
    const struct include_node node = {
        .relationship = relationship_of(p.loaded->model, "persons", "phones"),
        .parent = INCLUDE_ROOT,
        .identifiers_only = true,
    };
    include_plan(p.arena, &p.selection, &(struct include_place){ &node, 0, LIMIT }, NULL, &p.plan);
    planning_has(p.plan.statement->sql, "(select p.\"phone_id\", p.\"linked_at\" from");
    planning_has_not(p.plan.statement->sql, "\"phones\"");
    planning_end(&p);
}

/* The rows are chosen as the selection chooses them: under its sort, its filters and its cursor. */
static void test_the_rows_of_the_selection(void **state)
{
    static const char *const values[] = { "n" };
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "include=phones&sort=name&filter[email]=e&page[size]=5");
    planning_cursor(&p, values, 9);
    p.query.page.direction = PAGE_AFTER;
    const char *sql = include_sql(&p, 0);
    assert_false(p.plan.statement->shared);
    planning_has(sql,
                 " and r.\"email\" = a.v0 and (r.\"name\", r.\"id\") > (a.c0, a.cursor) order by"
                 " r.\"name\", r.\"id\" limit a.size) x left join");
    const char *arguments = planning_arguments(&p);
    planning_sql(&p);
    assert_string_equal(arguments, planning_arguments(&p));
    planning_end(&p);
}

static void test_of_members_and_of_one(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_members(&p, "persons", "phones", SELECT_RELATED, "include=owners");
    planning_has(include_sql(&p, 0),
                 "a(request, near, size, place), lateral (select o.\"id\" as key from");
    assert_string_equal(planning_arguments(&p), "42, 50");
    p.selection = (struct selection){ .kind = SELECT_BY_KEY,
                                      .resource = planning_resource(&p, "persons"),
                                      .key = cell_from_int8(p.arena, 3) };
    planning_read(&p, "include=phones");
    planning_has(include_sql(&p, 0), "where r.\"id\" = a.key limit 1) x left join");
    assert_true(p.plan.statement->shared);
    assert_string_equal(planning_arguments(&p), "3");
    p.selection.kind = SELECT_CREATED;
    include_sql(&p, 0);
    assert_false(p.plan.statement->shared);
    planning_end(&p);
}

static void test_one_text_per_shape(void **state)
{
    struct planning a;
    struct planning b;
    planning_begin(&a, *state);
    planning_begin(&b, *state);
    planning_type(&a, "persons", "include=phones,pets&page[size]=3");
    planning_type(&b, "persons", "include=pets,phones&page[size]=9");
    assert_string_not_equal(include_sql(&a, 0), include_sql(&a, 1));
    bool is_turned = a.query.include[0].relationship != b.query.include[0].relationship;
    assert_string_equal(include_sql(&a, 0), include_sql(&b, is_turned ? 1 : 0));
    planning_end(&a);
    planning_end(&b);
}

static void test_without_memory(void **state)
{
    struct planning p;
    size_t n_failed = 0;
    planning_begin(&p, *state);
    planning_type(&p, "pets", "include=owner.phones&sort=name");
    for (size_t budget = 0; budget < 16384; budget += 256) {
        struct arena *a = arena_new(budget);
        struct step_plan plan;
        include_plan(a, &p.selection, &(struct include_place){ p.query.include, 1, LIMIT }, NULL,
                     &plan);
        assert_int_equal(plan.statement == NULL, plan.arguments == NULL);
        n_failed += plan.statement == NULL;
        arena_free(a);
    }
    assert_true(n_failed > 0);
    planning_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_step),
        cmocka_unit_test(test_several_steps),
        cmocka_unit_test(test_identifiers_only),
        cmocka_unit_test(test_the_rows_of_the_selection),
        cmocka_unit_test(test_of_members_and_of_one),
        cmocka_unit_test(test_one_text_per_shape),
        cmocka_unit_test(test_without_memory),
    };
    return planning_tests("include", tests);
}
