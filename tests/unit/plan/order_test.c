/*
 * order_test.c - sort keys: what is ordered by, and where a page begins behind a cursor.
 */
#include "support/planning.h"

/* What a query string orders by: in the walk, and the rows of one that went backwards. */
static const struct {
    const char *type;
    const char *raw;
    const char *walk;
    const char *finally;
} orders[] = {
    { "persons", "", " order by r.\"id\" limit", " order by 1, 2" },
    { "persons", "sort=id", " order by r.\"id\" limit", " order by 1, 2" },
    { "persons", "sort=-id", " order by r.\"id\" desc limit", " order by 1, 2 desc" },
    { "persons", "sort=name", " order by r.\"name\", r.\"id\" limit", " order by 1, 5, 2" },
    { "persons", "sort=-name", " order by r.\"name\" desc, r.\"id\" desc limit",
      " order by 1, 5 desc, 2 desc" },
    { "persons", "sort=-name,email", " order by r.\"name\" desc, r.\"email\", r.\"id\" limit",
      " order by 1, 5 desc, 6, 2" },
    { "persons", "sort=name,-id,email", " order by r.\"name\", r.\"id\" desc limit",
      " order by 1, 5, 2 desc" }, /* nothing is left to be ordered behind the id */
    { "persons", "sort=-phones.count", " order by s.s0 desc, r.\"id\" desc limit", NULL },
    { "pets", "sort=owner.name,-name", " order by s.s0, r.\"name\" desc, r.\"id\" desc limit",
      NULL },
    { "pets", "sort=owner.id", " order by s.s0, r.\"id\" limit", NULL },
};

static void check_end(const char *sql, const char *end)
{
    size_t n = strlen(end);
    assert_true(strlen(sql) > n);
    assert_string_equal(sql + strlen(sql) - n, end);
}

static void test_orders(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
        struct planning p;
        planning_begin(&p, *state);
        planning_type(&p, orders[i].type, orders[i].raw);
        const char *sql = planning_sql(&p);
        planning_has(sql, orders[i].walk);
        check_end(sql, p.plan.statement->shared ? " x order by a.place" : " x");
        if (orders[i].finally != NULL) {
            p.query.page.direction = PAGE_BEFORE;
            check_end(planning_sql(&p), orders[i].finally);
        }
        planning_end(&p);
    }
}

static void test_values_that_are_computed(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "sort=phones.count");
    planning_has(
        planning_sql(&p),
        " cross join lateral (select (select count(l1.\"phone_id\") from \"public\".\"person_phones\""
        " l1 where l1.\"person_id\" = r.\"id\") as s0) s where true");
    planning_type(&p, "pets", "sort=owner.name,owner.id");
    planning_has(planning_sql(&p), "(select m.\"name\" from");
    planning_has(planning_sql(&p), " limit 1) as s0, (select l1.\"owner_id\" from");
    planning_has(planning_sql(&p), " as s1) s where true");
    planning_members(&p, "persons", "phones", SELECT_LINKAGE, "sort=number");
    planning_has(planning_sql(&p), " order by t.\"number\", p.\"phone_id\" limit");
    planning_end(&p);
}

/* Behind a cursor with these values; what the condition is, and the arguments. */
static const struct {
    const char *raw;
    enum page_direction direction;
    const char *values[2];
    const char *condition;
    const char *arguments;
} places[] = {
    { "sort=name",
      PAGE_AFTER,
      { "n" },
      " and (r.\"name\", r.\"id\") > (a.c0, a.cursor) order",
      "9, 50, 'n'" },
    { "sort=-name",
      PAGE_AFTER,
      { "n" },
      " and (r.\"name\", r.\"id\") < (a.c0, a.cursor) order",
      "9, 50, 'n'" },
    { "sort=name",
      PAGE_BEFORE,
      { "n" },
      " and (r.\"name\", r.\"id\") < (a.c0, a.cursor) order",
      "9, 50, 'n'" },
    { "sort=-name",
      PAGE_BEFORE,
      { "n" },
      " and (r.\"name\", r.\"id\") > (a.c0, a.cursor) order",
      "9, 50, 'n'" },
    /* nulls come last, so that an attribute which may be null takes a word more */
    { "sort=email",
      PAGE_AFTER,
      { "e" },
      " and ((r.\"email\" > a.c0 or r.\"email\" is null) or (r.\"email\" = a.c0 and r.\"id\" >"
      " a.cursor)) order",
      "9, 50, 'e'" },
    { "sort=-email",
      PAGE_AFTER,
      { "e" },
      " and (r.\"email\", r.\"id\") < (a.c0, a.cursor) order",
      "9, 50, 'e'" },
    { "sort=email",
      PAGE_AFTER,
      { NULL },
      " and (false or (r.\"email\" is null and r.\"id\" > a.cursor)) order",
      "9, 50" },
    { "sort=-email",
      PAGE_AFTER,
      { NULL },
      " and (r.\"email\" is not null or (r.\"email\" is null and r.\"id\" < a.cursor)) order",
      "9, 50" },
    { "sort=name,-email",
      PAGE_AFTER,
      { "n", "e" },
      " and ((r.\"name\" > a.c0) or (r.\"name\" = a.c0 and ((r.\"email\" < a.c1) or (r.\"email\" ="
      " a.c1 and r.\"id\" < a.cursor)))) order",
      "9, 50, 'n', 'e'" },
    { "sort=name,-id",
      PAGE_AFTER,
      { "n" },
      " and ((r.\"name\" > a.c0) or (r.\"name\" = a.c0 and r.\"id\" < a.cursor)) order",
      "9, 50, 'n'" },
};

static void test_behind_a_cursor(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        struct planning p;
        planning_begin(&p, *state);
        planning_type(&p, "persons", places[i].raw);
        planning_cursor(&p, places[i].values, 9);
        p.query.page.direction = places[i].direction;
        planning_has(planning_sql(&p), places[i].condition);
        assert_string_equal(planning_arguments(&p), places[i].arguments);
        planning_end(&p);
    }
}

/* A range lies behind one place and before another. */
static void test_ranges(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons", "sort=-email,name");
    planning_cursor(&p, (const char *const[]){ "z", "n" }, 9);
    p.selection.end = p.selection.cursor;
    planning_cursor(&p, (const char *const[]){ NULL, "m" }, 8);
    p.query.page.direction = PAGE_AFTER;
    const char *sql = planning_sql(&p);
    planning_has(sql,
                 " and (r.\"email\" is not null or (r.\"email\" is null and ((r.\"name\" > a.c1) or"
                 " (r.\"name\" = a.c1 and r.\"id\" > a.cursor))))");
    planning_has(sql,
                 " and ((r.\"email\" > a.e0 or r.\"email\" is null) or (r.\"email\" = a.e0 and"
                 " ((r.\"name\" < a.e1) or (r.\"name\" = a.e1 and r.\"id\" < a.last)))) order");
    assert_string_equal(planning_arguments(&p), "8, 9, 50, 'm', 'z', 'n'");
    planning_type(&p, "persons", "");
    planning_cursor(&p, NULL, 9);
    p.selection.end = p.selection.cursor;
    planning_cursor(&p, NULL, 8);
    p.query.page.direction = PAGE_AFTER;
    assert_false(selection_is_plain(&p.selection));
    planning_has(planning_sql(&p),
                 " and r.\"id\" > a.cursor and r.\"id\" < a.last order by r.\"id\" limit");
    assert_string_equal(planning_arguments(&p), "8, 9, 50");
    planning_end(&p);
}

/* A cursor fits the list that it was made for: its order and its filters. */
static void test_shapes_of_cursors(void **state)
{
    static const char *const raws[] = {
        "",
        "sort=name",
        "sort=-name",
        "sort=email",
        "sort=name,email",
        "sort=id",
        "filter[name]=a",
        "filter[name]=b",
        "filter[email]=a",
        "filter[name][ne]=a",
        "sort=name&filter[name]=a",
        "sort=phones.count",
    };
    struct planning p;
    uint32_t shapes[ARRAY_SIZE(raws)];
    planning_begin(&p, *state);
    for (size_t i = 0; i < ARRAY_SIZE(raws); i++) {
        planning_type(&p, "persons", raws[i]);
        struct cursor_form form = selection_cursor_form(p.arena, &p.selection);
        assert_int_equal(form.n_values, selection_n_sort(&p.selection));
        assert_ptr_equal(form.of, p.selection.resource);
        shapes[i] = form.shape;
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(shapes[i], shapes[j]);
        }
    }
    planning_type(&p, "persons", "sort=name&page[size]=3&fields[persons]=email");
    assert_int_equal(selection_cursor_form(p.arena, &p.selection).shape, shapes[1]);
    planning_end(&p);
}

static void test_types_of_cursors(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "pets", "sort=weight,owner.name,owner.id");
    struct cursor_form form = selection_cursor_form(p.arena, &p.selection);
    assert_int_equal(form.n_values, 3);
    assert_int_equal(form.types[0]->oid, OID_INT4);
    assert_int_equal(form.types[1]->oid, OID_TEXT);
    assert_int_equal(form.types[2]->oid, OID_INT8);
    struct arena *none = arena_new(0);
    assert_int_equal(selection_cursor_form(none, &p.selection).n_values, 0);
    arena_free(none);
    planning_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),           cmocka_unit_test(test_values_that_are_computed),
        cmocka_unit_test(test_behind_a_cursor),  cmocka_unit_test(test_shapes_of_cursors),
        cmocka_unit_test(test_types_of_cursors), cmocka_unit_test(test_ranges),
    };
    return planning_tests("order", tests);
}
