/*
 * link_test.c - the statements that add and remove links: what they lock and write, in which
 * order, and the arguments that they are given.
 */
#include "support/cmocka_all.h"

#include "relationship/link.h"
#include "relationship/statements.h"
#include "support/catalogs.h"
#include "support/small_model.h"

enum { OID_UUID = 2950, OID_UUID_ARRAY = 2951 };

static struct model *model;

static int set_up_model(void **state)
{
    (void)state;
    model = model_default();
    return 0;
}

static int tear_down_model(void **state)
{
    (void)state;
    model = model_free(model);
    return 0;
}

static const struct relationship *phones_of_persons(void)
{
    return resource_find_relationship(&model->resources[0], text_of("phones"));
}

static size_t count(const char *text, const char *piece)
{
    size_t n = 0;
    for (const char *at = strstr(text, piece); at != NULL; at = strstr(at + 1, piece)) {
        n++;
    }
    return n;
}

static void check_has(const char *sql, const char *piece)
{
    if (strstr(sql, piece) == NULL) {
        fail_msg("no \"%s\" in: %s", piece, sql);
    }
}

/* The pieces stand in the text in this order; the list ends with NULL. */
static void check_order(const char *sql, const char *const *pieces)
{
    const char *at = sql;
    for (size_t i = 0; pieces[i] != NULL; i++) {
        at = strstr(at, pieces[i]);
        if (at == NULL) {
            fail_msg("no \"%s\" behind the pieces before it in: %s", pieces[i], sql);
        }
        at += strlen(pieces[i]);
    }
}

static void check_array(const struct statement *s, size_t i, uint32_t oid, uint32_t array_oid)
{
    assert_true(i < s->n_parameters);
    assert_int_equal(s->parameters[i].oid, oid);
    assert_int_equal(s->parameters[i].array_oid, array_oid);
}

static void test_parameters(void **state)
{
    const struct model *small = small_model_new(*state, OID_UUID);
    const struct relationship *rel = small->resources[SMALL_PERSONS].relationships;
    for (int named = 0; named < 2; named++) {
        const struct statement *all[] = { link_statement(*state, rel, named == 1),
                                          link_judging_statement(*state, rel, named == 1),
                                          unlink_statement(*state, rel, named == 1) };
        for (size_t i = 0; i < 3; i++) {
            assert_true(all[i]->shared);
            assert_int_equal(all[i]->n_parameters, 3);
            check_array(all[i], 0, OID_INT8, OID_INT8_ARRAY);
            check_array(all[i], 1, OID_UUID, OID_UUID_ARRAY);
            check_array(all[i], 2, OID_INT4, OID_INT4_ARRAY);
            check_has(all[i]->sql, "unnest($1, $2, $3, $4) a(request, near, far, at)");
            assert_int_equal(count(all[i]->sql, "$"), 4);
        }
    }
    const struct statement *lock = lock_owners_statement(*state, rel->inverse);
    assert_true(lock->shared);
    assert_int_equal(lock->n_parameters, 1);
    check_array(lock, 0, OID_UUID, OID_UUID_ARRAY);
    check_has(lock->sql, "unnest($1, $2) a(request, near)");
}

static void test_whose_ends_are_trusted(void **state)
{
    (void)state;
    struct relationship rel = *phones_of_persons();
    assert_true(link_may_trust(&rel));
    rel.has_insert_triggers = true;
    assert_true(link_is_plain(&rel));
    assert_false(link_may_trust(&rel));
    rel.has_insert_triggers = false;
    rel.is_symmetric = true;
    assert_false(link_may_trust(&rel));
}

/* Nothing is looked for: the foreign keys of the table do that. */
static void test_link_inserts_what_it_is_told(void **state)
{
    static const char *const pieces[] = {
        "asked as materialized (",
        "insert into \"public\".\"person_phones\" as p (\"person_id\", \"phone_id\")",
        "from asked k where k.first and k.far is not null order by k.near, k.far",
        "on conflict (\"person_id\", \"phone_id\") do nothing",
        "select k.request, true, null::bigint, count(*) filter (where k.first and",
        "from asked k group by k.request order by k.request",
        NULL,
    };
    for (int named = 0; named < 2; named++) {
        const char *sql = link_statement(*state, phones_of_persons(), named == 1)->sql;
        check_order(sql, pieces);
        assert_null(strstr(sql, "\"persons\""));
        assert_null(strstr(sql, "\"phones\""));
    }
}

static void test_link_judges_then_inserts(void **state)
{
    static const char *const pieces[] = {
        "asked as materialized (",
        "from \"public\".\"person_phones\" p where p.\"person_id\" = k.near"
        " and p.\"phone_id\" = k.far",
        "checked as materialized (",
        "from \"public\".\"persons\" o where o.\"id\" = k.near and not k.present for key share",
        "from \"public\".\"phones\" t where t.\"id\" = k.far and not k.present for key share",
        "bool_and(k.near_found and k.far_found) over (partition by k.request) as accepted",
        "insert into \"public\".\"person_phones\" as p (\"person_id\", \"phone_id\")",
        "where k.accepted and not k.present and k.far is not null group by k.near, k.far",
        "on conflict (\"person_id\", \"phone_id\") do nothing",
        "select k.request, bool_and(k.near_found), min(k.at::bigint)",
        "group by k.request order by k.request",
        NULL,
    };
    check_order(link_judging_statement(*state, phones_of_persons(), false)->sql, pieces);
    check_order(link_judging_statement(*state, phones_of_persons(), true)->sql, pieces);
}

static void test_unlink_deletes_what_it_locked(void **state)
{
    static const char *const pieces[] = {
        "asked as materialized (",
        "delete from \"public\".\"person_phones\" d where d.ctid = any(array(",
        "where k.first and k.far is not null",
        "from \"public\".\"person_phones\" p where p.\"person_id\" = k.near"
        " and p.\"phone_id\" = k.far",
        "for update",
        "returning d.\"person_id\" as near, d.\"phone_id\" as far",
        "select g.request, o.key is not null, null::bigint, g.n_changed",
        "from \"public\".\"persons\" o where o.\"id\" = g.near",
        "order by g.request",
        NULL,
    };
    const char *sql = unlink_statement(*state, phones_of_persons(), false)->sql;
    check_order(sql, pieces);
    check_order(unlink_statement(*state, phones_of_persons(), true)->sql, pieces);
    /* what never existed is unlinked all the same: nobody looks for the members */
    assert_null(strstr(sql, "\"phones\""));
    assert_null(strstr(sql, "insert"));
}

/* Both sides name the same two columns, each from where it stands. */
static void test_the_other_side_swaps_the_columns(void **state)
{
    const struct relationship *inverse = phones_of_persons()->inverse;
    const char *sql = link_statement(*state, inverse, false)->sql;
    check_has(sql, "as p (\"phone_id\", \"person_id\") select k.near, k.far");
    sql = link_judging_statement(*state, inverse, false)->sql;
    check_has(sql, "p.\"phone_id\" = k.near and p.\"person_id\" = k.far");
    check_has(sql, "from \"public\".\"phones\" o");
    check_has(sql, "from \"public\".\"persons\" t");
    check_has(sql, "as p (\"phone_id\", \"person_id\") select k.near, k.far");
    sql = unlink_statement(*state, inverse, false)->sql;
    check_has(sql, "p.\"phone_id\" = k.near and p.\"person_id\" = k.far");
    check_has(sql, "returning d.\"phone_id\" as near, d.\"person_id\" as far");
}

/* One order for all writers, the one of the table's key, whichever side they come from. */
static void test_both_sides_lock_in_one_order(void **state)
{
    for (size_t i = 0; i < model->n_resources; i++) {
        const struct resource *resource = &model->resources[i];
        for (size_t j = 0; j < resource->n_relationships; j++) {
            const struct relationship *rel = &resource->relationships[j];
            const char *here =
                rel->near_is_first ? "order by k.near, k.far" : "order by k.far, k.near";
            const char *other =
                rel->near_is_first ? "order by k.far, k.near" : "order by k.near, k.far";
            assert_non_null(rel->inverse);
            assert_int_not_equal(rel->near_is_first, rel->inverse->near_is_first);
            const char *link = link_statement(*state, rel, true)->sql;
            const char *judging = link_judging_statement(*state, rel, true)->sql;
            const char *unlink = unlink_statement(*state, rel, true)->sql;
            assert_int_equal(count(link, here), 1);
            assert_int_equal(count(judging, here), 2); /* locks, then rows */
            assert_int_equal(count(unlink, here), 1);
            assert_int_equal(count(link, other) + count(judging, other) + count(unlink, other), 0);
        }
    }
    assert_true(phones_of_persons()->near_is_first);
}

static void test_named_adds_one_column(void **state)
{
    static const char agg[] = "array_agg(k.far order by k.at)";
    const struct relationship *rel = phones_of_persons();
    const char *plain = link_statement(*state, rel, false)->sql;
    const char *named = link_statement(*state, rel, true)->sql;
    assert_int_equal(count(plain, agg), 0);
    assert_int_equal(count(named, agg), 1);
    plain = link_judging_statement(*state, rel, false)->sql;
    named = link_judging_statement(*state, rel, true)->sql;
    assert_int_equal(count(plain, agg), 0);
    assert_int_equal(count(named, agg), 1);
    plain = unlink_statement(*state, rel, false)->sql;
    named = unlink_statement(*state, rel, true)->sql;
    assert_int_equal(count(plain, agg), 0);
    assert_int_equal(count(named, agg), 1);
    check_has(plain, "g.n_changed from");
    check_has(named, "g.n_changed, g.changed from");
    check_has(named, "g(request, near, n_changed, changed)");
}

static void test_lock_owners(void **state)
{
    const char *sql = lock_owners_statement(*state, phones_of_persons())->sql;
    check_has(sql, "select distinct a.near");
    check_has(sql, "order by a.near");
    check_has(sql, "from \"public\".\"persons\" o where o.\"id\" = k.near for no key update");
    check_has(sql, "where l.n < 0"); /* no row, yet the locks are taken */
    assert_null(strstr(sql, "person_phones"));
}

static struct linkage members_of(struct arena *a, size_t n, uint32_t step)
{
    struct member *members = arena_zalloc(a, n, sizeof *members);
    for (size_t i = 0; i < n; i++) {
        members[i].key = cell_from_int8(a, (int64_t)(100 + i));
        members[i].at = (uint32_t)i * step;
    }
    return (struct linkage){ .n = n, .members = members };
}

static void test_arguments(void **state)
{
    enum { N = 3, STEP = 100000 };
    struct cell owner = cell_from_int8(*state, 7);
    struct linkage linkage = members_of(*state, N, STEP);
    size_t n_rows = 0;
    const struct argument *arguments = link_arguments(*state, owner, &linkage, &n_rows);
    assert_int_equal(n_rows, N);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(arguments[i].n, N);
    }
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(cell_int(arguments[0].cells[i]), 7);
        assert_int_equal(cell_int(arguments[1].cells[i]), 100 + i);
        assert_int_equal(arguments[2].cells[i].n, 4);
        assert_int_equal(cell_int(arguments[2].cells[i]), i * STEP);
    }
}

/* One row still asks whether the owner is there. */
static void test_arguments_without_members(void **state)
{
    struct linkage none = { 0 };
    size_t n_rows = 0;
    const struct argument *arguments =
        link_arguments(*state, cell_from_int8(*state, 7), &none, &n_rows);
    assert_int_equal(n_rows, 1);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(arguments[i].n, 1);
    }
    assert_int_equal(cell_int(arguments[0].cells[0]), 7);
    assert_true(cell_is_null(arguments[1].cells[0]));
    assert_false(cell_is_null(arguments[2].cells[0]));
    assert_int_equal(cell_int(arguments[2].cells[0]), 0);
}

static void test_all_statements_of_a_model(void **state)
{
    const struct statements *s = statements_new(*state, model);
    for (size_t i = 0; i < model->n_resources; i++) {
        const struct resource *resource = &model->resources[i];
        assert_string_equal(s->of_resource[i].fetch->sql, fetch_resource(*state, resource)->sql);
        assert_string_equal(s->of_resource[i].remove->sql, remove_resource(*state, resource)->sql);
        for (size_t j = 0; j < resource->n_relationships; j++) {
            const struct relationship *rel = &resource->relationships[j];
            const struct relationship_statements *of = &s->of_relationship[rel->id];
            assert_string_equal(of->lock_owners->sql, lock_owners_statement(*state, rel)->sql);
            assert_string_equal(of->find_link->sql, fetch_link(*state, rel)->sql);
            for (int named = 0; named < 2; named++) {
                const char *link = link_statement(*state, rel, named == 1)->sql;
                const char *unlink = unlink_statement(*state, rel, named == 1)->sql;
                assert_string_equal(of->link[named]->sql, link);
                assert_string_equal(of->unlink[named]->sql, unlink);
            }
        }
    }
}

static void test_without_memory(void **state)
{
    const struct relationship *rel = phones_of_persons();
    struct linkage linkage = members_of(*state, 1, 1);
    struct arena *none = arena_new(0);
    size_t n_rows;
    assert_null(link_statement(none, rel, true));
    assert_null(unlink_statement(none, rel, true));
    assert_null(lock_owners_statement(none, rel));
    assert_null(link_arguments(none, cell_null(), &linkage, &n_rows));
    assert_null(statements_new(none, model));
    arena_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_parameters),
        cmocka_unit_test(test_whose_ends_are_trusted),
        arena_test(test_link_inserts_what_it_is_told),
        arena_test(test_link_judges_then_inserts),
        arena_test(test_unlink_deletes_what_it_locked),
        arena_test(test_the_other_side_swaps_the_columns),
        arena_test(test_both_sides_lock_in_one_order),
        arena_test(test_named_adds_one_column),
        arena_test(test_lock_owners),
        arena_test(test_arguments),
        arena_test(test_arguments_without_members),
        arena_test(test_all_statements_of_a_model),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("link", tests, set_up_model, tear_down_model);
}
