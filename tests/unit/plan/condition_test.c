/*
 * condition_test.c - filters as conditions, with their values as parameters in order.
 */
#include "support/planning.h"

static const struct {
    const char *type;
    const char *raw;
    const char *condition;
    const char *arguments; /* behind the size of the page */
} conditions[] = {
    { "persons", "filter[name]=a", " and r.\"name\" = a.v0 order", ", 'a'" },
    { "persons", "filter[name][ne]=a", " and r.\"name\" is distinct from a.v0 order", ", 'a'" },
    { "persons", "filter[name][lt]=a", " and r.\"name\" < a.v0 order", ", 'a'" },
    { "persons", "filter[name][le]=a", " and r.\"name\" <= a.v0 order", ", 'a'" },
    { "persons", "filter[name][gt]=a", " and r.\"name\" > a.v0 order", ", 'a'" },
    { "persons", "filter[name][ge]=a", " and r.\"name\" >= a.v0 order", ", 'a'" },
    { "persons", "filter[name][like]=a%25", " and r.\"name\" like a.v0 order", ", 'a%'" },
    { "persons", "filter[name][ilike]=A%25", " and r.\"name\" ilike a.v0 order", ", 'A%'" },
    { "persons", "filter[name][in]=a,b", " and r.\"name\" = any(a.v0) order", ", ['a' 'b']" },
    { "persons", "filter[email][null]=true", " and r.\"email\" is null order", "" },
    { "persons", "filter[email][null]=false", " and r.\"email\" is not null order", "" },
    { "persons", "filter[id]=3,4", " and r.\"id\" = any(a.v0) order", ", [3 4]" },
    { "persons", "filter[id]=x", " and r.\"id\" = any(a.v0) order", ", []" },
    { "pets", "filter[weight][ge]=7", " and r.\"weight\" >= a.v0 order", ", 7" },
    /* what a path leads to: one that fits is enough, and no row comes twice */
    { "persons", "filter[phones]=3",
      " and exists (select from \"public\".\"person_phones\" l1 where l1.\"person_id\" = r.\"id\" and"
      " l1.\"phone_id\" = any(a.v0)) order",
      ", [3]" },
    { "persons", "filter[phones][none]=3,4",
      " and not exists (select from \"public\".\"person_phones\" l1 where l1.\"person_id\" = r.\"id\" and"
      " l1.\"phone_id\" = any(a.v0)) order",
      ", [3 4]" },
    { "persons", "filter[phones][null]=true",
      " and not exists (select from \"public\".\"person_phones\" l1 where l1.\"person_id\" = r.\"id\") order",
      "" },
    { "persons", "filter[phones][null]=false",
      " and exists (select from \"public\".\"person_phones\" l1 where l1.\"person_id\" = r.\"id\") order",
      "" },
    { "persons", "filter[phones.label]=x",
      " and exists (select from \"public\".\"person_phones\" l1 join \"public\".\"phones\" m"
      " on m.\"id\" = l1.\"phone_id\""
      " where l1.\"person_id\" = r.\"id\" and m.\"label\" = a.v0) order",
      ", 'x'" },
    { "pets", "filter[owner.phones]=5",
      " join \"public\".\"person_phones\" l2 on l2.\"person_id\" = l1.\"owner_id\" where l1.\"id\" = r.\"id\" and"
      " l2.\"phone_id\" = any(a.v0)) order",
      ", [5]" },
    { "pets", "filter[owner][null]=true", "l1.\"owner_id\" is not null) order", "" },
    { "persons", "filter[phones][count]=2",
      " and (select count(l1.\"phone_id\") from \"public\".\"person_phones\" l1 where l1.\"person_id\" ="
      " r.\"id\") = a.v0 order",
      ", 2" },
    { "persons", "filter[phones][count][ne]=2", ") <> a.v0 order", ", 2" },
    { "persons", "filter[phones][count][ge]=2", ") >= a.v0 order", ", 2" },
    { "persons", "filter[phones][count][in]=1,2", ") = any($2) order", ", [1 2]" },
};

static void test_conditions(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
        struct planning p;
        planning_begin(&p, *state);
        planning_type(&p, conditions[i].type, conditions[i].raw);
        planning_has(planning_sql(&p), conditions[i].condition);
        const char *arguments = planning_arguments(&p);
        if (strncmp(arguments, "50", 2) != 0 ||
            strcmp(arguments + 2, conditions[i].arguments) != 0) {
            fail_msg("%s: %s", conditions[i].raw, arguments);
        }
        planning_end(&p);
    }
}

static void test_all_of_them_hold(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons",
                  "filter[name]=a&filter[id]=3&filter[phones][count]=2&filter[email]=e");
    const char *sql = planning_sql(&p);
    planning_has(sql, " and r.\"name\" = a.v0 and r.\"id\" = any(a.v1) and (select count(");
    planning_has(sql, ") = a.v2 and r.\"email\" = a.v3 order");
    planning_has(sql, "$1 as size, $2 as v0, $3 as v1, $4 as v2, $5 as v3) a");
    assert_string_equal(planning_arguments(&p), "50, 'a', [3], 2, 'e'");
    planning_end(&p);
}

static void test_of_members(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_members(&p, "persons", "phones", SELECT_RELATED, "filter[label]=x&filter[id]=5");
    planning_has(planning_sql(&p), " and t.\"label\" = a.v0 and p.\"phone_id\" = any(a.v1) order");
    assert_string_equal(planning_arguments(&p), "42, 50, 'x', [5]");
    planning_members(&p, "persons", "pets", SELECT_RELATED, "filter[name]=x");
    planning_has(planning_sql(&p), " and t.\"name\" = a.v0 order");
    planning_members(&p, "persons", "phones", SELECT_LINKAGE, "filter[owners]=7");
    planning_has(planning_sql(&p), "where l1.\"phone_id\" = p.\"phone_id\" and l1.\"person_id\" =");
    planning_end(&p);
}

/* No value is ever part of the text. */
static void test_values_are_parameters(void **state)
{
    struct planning p;
    planning_begin(&p, *state);
    planning_type(&p, "persons",
                  "filter[name]=%27%3Bdrop&filter[email][like]=%24%241&filter[phones.label]=a%22b");
    const char *sql = planning_sql(&p);
    planning_has_not(sql, "drop");
    planning_has_not(sql, "$$");
    planning_has_not(sql, "a\"b");
    assert_string_equal(planning_arguments(&p), "50, '';drop', '$$1', 'a\"b'");
    planning_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_all_of_them_hold),
        cmocka_unit_test(test_of_members),
        cmocka_unit_test(test_values_are_parameters),
    };
    return planning_tests("condition", tests);
}
