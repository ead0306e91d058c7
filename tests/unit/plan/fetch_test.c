/*
 * fetch_test.c - the statements that read: their parameters, whether they may be shared, and that
 * a statement's text depends on its shape alone.
 */
#include "support/cmocka_all.h"

#include "plan/fetch.h"
#include "plan/sql.h"
#include "support/catalogs.h"
#include "support/small_model.h"

enum { OID_UUID = 2950, OID_UUID_ARRAY = 2951 };
enum { MAX_SHAPES = 64 };

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

struct shapes {
    size_t n;
    const struct statement *at[MAX_SHAPES];
};

static void keep(struct shapes *s, const struct statement *statement)
{
    assert_non_null(statement);
    assert_true(s->n < MAX_SHAPES);
    s->at[s->n++] = statement;
}

/* Every shared statement of two resources and of all their relationships. */
static struct shapes all_shapes(struct arena *a, const struct model *of)
{
    struct shapes s = { 0 };
    for (size_t i = 0; i < 2; i++) {
        const struct resource *resource = &of->resources[i];
        keep(&s, fetch_resource(a, resource));
        for (int d = 0; d < PAGE_DIRECTIONS; d++) {
            keep(&s, fetch_page(a, resource, (enum page_direction)d));
        }
        for (size_t j = 0; j < resource->n_relationships; j++) {
            const struct relationship *relationship = &resource->relationships[j];
            keep(&s, fetch_link(a, relationship));
            for (int d = 0; d < PAGE_DIRECTIONS; d++) {
                keep(&s, fetch_linkage(a, relationship, (enum page_direction)d));
                keep(&s, fetch_related(a, relationship, (enum page_direction)d));
            }
        }
    }
    return s;
}

/* `oids`: each parameter's element type and array type, ended by 0. */
static void check_parameters(const struct statement *statement, const uint32_t *oids)
{
    assert_non_null(statement);
    size_t n = 0;
    for (; oids[2 * n] != 0; n++) {
        assert_true(n < statement->n_parameters);
        assert_int_equal(statement->parameters[n].oid, oids[2 * n]);
        assert_int_equal(statement->parameters[n].array_oid, oids[2 * n + 1]);
    }
    assert_int_equal(statement->n_parameters, n);
}

/* Persons have bigint keys and phones uuids, so that one is not taken for the other. */
static void test_parameters(void **state)
{
    static const uint32_t owner[] = { OID_INT8, OID_INT8_ARRAY, 0 };
    static const uint32_t first[] = { OID_INT8, OID_INT8_ARRAY, 0 };
    static const uint32_t after[] = { OID_UUID, OID_UUID_ARRAY, OID_INT8, OID_INT8_ARRAY, 0 };
    static const uint32_t owner_first[] = { OID_INT8, OID_INT8_ARRAY, OID_INT8, OID_INT8_ARRAY, 0 };
    static const uint32_t owner_after[] = { OID_INT8, OID_INT8_ARRAY, OID_UUID, OID_UUID_ARRAY,
                                            OID_INT8, OID_INT8_ARRAY, 0 };
    static const uint32_t link[] = { OID_INT8, OID_INT8_ARRAY, OID_UUID, OID_UUID_ARRAY, 0 };
    static const uint32_t removed[] = { OID_UUID, 0, 0 };
    static const uint32_t none[] = { 0 };
    const struct model *small = small_model_new(*state, OID_UUID);
    const struct resource *phones = &small->resources[SMALL_PHONES];
    const struct relationship *rel = small->resources[SMALL_PERSONS].relationships;

    check_parameters(fetch_resource(*state, &small->resources[SMALL_PERSONS]), owner);
    check_parameters(fetch_page(*state, phones, PAGE_FIRST), first);
    check_parameters(fetch_page(*state, phones, PAGE_AFTER), after);
    check_parameters(fetch_page(*state, phones, PAGE_BEFORE), after);
    check_parameters(fetch_linkage(*state, rel, PAGE_FIRST), owner_first);
    check_parameters(fetch_linkage(*state, rel, PAGE_AFTER), owner_after);
    check_parameters(fetch_linkage(*state, rel, PAGE_BEFORE), owner_after);
    check_parameters(fetch_related(*state, rel, PAGE_FIRST), owner_first);
    check_parameters(fetch_related(*state, rel, PAGE_AFTER), owner_after);
    check_parameters(fetch_related(*state, rel, PAGE_BEFORE), owner_after);
    check_parameters(fetch_link(*state, rel), link);
    check_parameters(remove_resource(*state, phones), removed);
    check_parameters(probe_model(*state, small), none);
}

/* The highest $N of a text; the text has every number up to it. */
static size_t highest_parameter(const char *sql)
{
    bool seen[STATEMENT_MAX_PARAMETERS + 2] = { false };
    size_t highest = 0;
    for (const char *at = strchr(sql, '$'); at != NULL; at = strchr(at + 1, '$')) {
        size_t number = strtoul(at + 1, NULL, 10);
        assert_true(number >= 1 && number < ARRAY_SIZE(seen));
        seen[number] = true;
        highest = number > highest ? number : highest;
    }
    for (size_t i = 1; i <= highest; i++) {
        assert_true(seen[i]);
    }
    return highest;
}

static void test_what_is_shared(void **state)
{
    struct shapes s = all_shapes(*state, model);
    for (size_t i = 0; i < s.n; i++) {
        assert_true(s.at[i]->shared);
        assert_int_equal(highest_parameter(s.at[i]->sql), s.at[i]->n_parameters + 1);
        for (size_t j = 0; j < s.at[i]->n_parameters; j++) {
            assert_int_not_equal(s.at[i]->parameters[j].array_oid, 0);
        }
        assert_non_null(strstr(s.at[i]->sql, "select a.request, "));
        assert_non_null(strstr(s.at[i]->sql, "unnest($1, $2"));
        assert_non_null(strstr(s.at[i]->sql, " order by "));
    }
    const struct statement *removed = remove_resource(*state, &model->resources[0]);
    assert_false(removed->shared);
    assert_int_equal(highest_parameter(removed->sql), 1);
    const struct statement *probe = probe_model(*state, model);
    assert_false(probe->shared);
    assert_int_equal(highest_parameter(probe->sql), 0);
}

static void test_same_input_same_text(void **state)
{
    struct shapes s = all_shapes(*state, model);
    struct shapes again = all_shapes(*state, model);
    assert_int_equal(s.n, again.n);
    for (size_t i = 0; i < s.n; i++) {
        assert_ptr_not_equal(s.at[i], again.at[i]);
        assert_string_equal(s.at[i]->sql, again.at[i]->sql);
        assert_int_equal(s.at[i]->hash, again.at[i]->hash);
        uint64_t hash = statement_hash(s.at[i]->sql, strlen(s.at[i]->sql));
        for (size_t k = 0; k < s.at[i]->n_parameters; k++) {
            const struct parameter *p = &s.at[i]->parameters[k];
            hash = statement_hash_type(hash, p->array_oid != 0 ? p->array_oid : p->oid);
        }
        assert_int_equal(s.at[i]->hash, hash);
    }
}

static void test_other_shapes_have_other_texts(void **state)
{
    struct shapes s = all_shapes(*state, model);
    keep(&s, remove_resource(*state, &model->resources[0]));
    keep(&s, remove_resource(*state, &model->resources[1]));
    keep(&s, probe_model(*state, model));
    for (size_t i = 0; i < s.n; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(s.at[i]->sql, s.at[j]->sql);
            assert_int_not_equal(s.at[i]->hash, s.at[j]->hash);
        }
    }
}

/* Is every `name` of the text in quotes, by itself or as the end of a longer one? How many are. */
static size_t count_quoted(const char *sql, const char *name)
{
    size_t n = strlen(name);
    size_t n_seen = 0;
    for (const char *at = strstr(sql, name); at != NULL; at = strstr(at + n, name)) {
        const char *begin = at;
        while (begin[-1] == '_' || (begin[-1] >= 'a' && begin[-1] <= 'z')) {
            begin--; /* "friends" is the end of "person_friends" */
        }
        assert_true(begin[-1] == '"' && at[n] == '"');
        n_seen++;
    }
    return n_seen;
}

/* The model's names, here longer than a word could be by chance, stand in quotes only. */
static void test_names_are_quoted(void **state)
{
    static const char *const names[] = { "person_phones", "person_id", "phone_id", "created_at",
                                         "updated_at",    "linked_at", "friends",  "email" };
    struct shapes s = all_shapes(*state, model);
    keep(&s, remove_resource(*state, &model->resources[0]));
    keep(&s, probe_model(*state, model));
    size_t n_seen = 0;
    for (size_t i = 0; i < s.n; i++) {
        for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
            n_seen += count_quoted(s.at[i]->sql, names[j]);
        }
    }
    assert_true(n_seen > s.n);
}

static void test_pages(void **state)
{
    const struct resource *persons = &model->resources[0];
    const struct relationship *rel = persons->relationships;
    const char *sql = fetch_page(*state, persons, PAGE_FIRST)->sql;
    assert_null(strstr(sql, "cursor"));
    assert_null(strstr(sql, " desc"));
    sql = fetch_page(*state, persons, PAGE_AFTER)->sql;
    assert_non_null(strstr(sql, "r.\"id\" > a.cursor order by r.\"id\" limit a.size"));
    sql = fetch_page(*state, persons, PAGE_BEFORE)->sql;
    assert_non_null(strstr(sql, "r.\"id\" < a.cursor order by r.\"id\" desc limit a.size"));
    assert_non_null(strstr(sql, " x order by 1, 2")); /* ascending all the same */
    sql = fetch_linkage(*state, rel, PAGE_AFTER)->sql;
    assert_non_null(strstr(sql, "p.\"person_id\" = o.key and p.\"phone_id\" > a.cursor"));
    sql = fetch_linkage(*state, rel->inverse, PAGE_BEFORE)->sql;
    assert_non_null(strstr(sql, "p.\"phone_id\" = o.key and p.\"person_id\" < a.cursor"));
    assert_non_null(strstr(sql, "order by p.\"person_id\" desc limit a.size"));
}

static void test_columns_of_rows(void **state)
{
    const struct resource *persons = &model->resources[0];
    const char *sql = fetch_resource(*state, persons)->sql;
    assert_non_null(strstr(sql, "(select r.\"id\", r.\"name\", r.\"email\", r.\"created_at\","
                                " r.\"updated_at\" from "));
    sql = fetch_linkage(*state, persons->relationships, PAGE_FIRST)->sql;
    assert_ptr_equal(strstr(sql, "select a.request, o.key is not null, z.state, x.* from"), sql);
    assert_non_null(strstr(sql, "(select p.\"phone_id\", p.\"linked_at\" from"));
    sql = fetch_related(*state, persons->relationships, PAGE_FIRST)->sql;
    assert_ptr_equal(strstr(sql, "select a.request, o.key is not null, x.* from"), sql);
    assert_non_null(strstr(sql, "(select t.\"id\", t.\"number\","));
    sql = remove_resource(*state, persons)->sql;
    assert_non_null(strstr(sql, "returning 0, r.\"id\""));
}

/* Every table is asked for, and none is read. */
static void test_probe(void **state)
{
    static const char *const tables[] = { "persons",       "phones",        "friends",
                                          "hobbies",       "person_phones", "person_friends",
                                          "friend_hobbies" };
    const char *sql = probe_model(*state, model)->sql;
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        assert_non_null(strstr(sql, arena_printf(*state, "\"%s\"", tables[i])));
    }
    size_t n_exists = 0;
    size_t n_limits = 0;
    for (const char *at = strstr(sql, "exists ("); at != NULL; at = strstr(at + 1, "exists (")) {
        n_exists++;
    }
    for (const char *at = strstr(sql, " limit 0)"); at != NULL; at = strstr(at + 1, " limit 0)")) {
        n_limits++;
    }
    assert_int_equal(n_exists, model->n_resources + model->n_relationships);
    assert_int_equal(n_limits, n_exists);
}

/* ---- sql.h and plan.h ---------------------------------------------------------------------- */

static void test_parameter_numbers(void **state)
{
    const struct column_type *bigint = column_type_find(OID_INT8);
    struct sql shared = sql_begin(*state, true);
    assert_int_equal(sql_parameter(&shared, bigint, false), 2);
    assert_int_equal(sql_parameter_oid(&shared, OID_INT4, 1007), 3);
    assert_int_equal(shared.statement->parameters[0].array_oid, OID_INT8_ARRAY);
    struct sql single = sql_begin(*state, false);
    assert_int_equal(sql_parameter(&single, bigint, false), 1);
    assert_int_equal(sql_parameter(&single, bigint, true), 2);
    assert_int_equal(single.statement->parameters[0].array_oid, 0);
    assert_int_equal(single.statement->parameters[1].array_oid, OID_INT8_ARRAY);
    sql_add(&single, "select $%d", 1);
    assert_string_equal(sql_finish(&single)->sql, "select $1");
}

static void test_too_many_parameters_latch(void **state)
{
    struct sql s = sql_begin(*state, false);
    for (size_t i = 0; i < STATEMENT_MAX_PARAMETERS; i++) {
        assert_int_equal(sql_parameter_oid(&s, OID_TEXT, 0), i + 1);
    }
    struct sql full = s;
    assert_int_equal(sql_parameter_oid(&s, OID_TEXT, 0), 0);
    assert_int_equal(sql_parameter_oid(&s, OID_TEXT, 0), 0);
    sql_add(&s, "select 1");
    assert_null(sql_finish(&s));
    sql_add(&full, "select 1");
    assert_int_equal(sql_finish(&full)->n_parameters, STATEMENT_MAX_PARAMETERS);
}

static void test_a_long_piece_is_kept_whole(void **state)
{
    struct sql s = sql_begin(*state, false);
    sql_add(&s, "%5000s", "x");
    sql_add(&s, "select 1");
    assert_int_equal(strlen(sql_finish(&s)->sql), 5008);
}

static void test_without_memory(void **state)
{
    const struct resource *persons = &model->resources[0];
    (void)state;
    struct arena *none = arena_new(0);
    assert_null(fetch_resource(none, persons));
    assert_null(fetch_page(none, persons, PAGE_AFTER));
    assert_null(fetch_linkage(none, persons->relationships, PAGE_BEFORE));
    assert_null(fetch_related(none, persons->relationships, PAGE_FIRST));
    assert_null(fetch_link(none, persons->relationships));
    assert_null(remove_resource(none, persons));
    assert_null(probe_model(none, model));
    arena_free(none);
}

static struct plan plan_of(bool shared, const struct statement *first,
                           const struct statement *second)
{
    struct plan plan = { .n_statements = second == NULL ? 1 : 2, .shared = shared };
    plan.statements[0].statement = first;
    plan.statements[1].statement = second;
    return plan;
}

static void test_plans_that_are_the_same(void **state)
{
    const struct resource *persons = &model->resources[0];
    const struct statement *fetch = fetch_resource(*state, persons);
    const struct statement *copy = fetch_resource(*state, persons);
    const struct statement *page = fetch_page(*state, persons, PAGE_FIRST);
    struct statement collided = *fetch; /* the hash alone does not decide */
    collided.sql = page->sql;
    struct plan one = plan_of(true, fetch, NULL);
    struct plan two = plan_of(true, fetch, page);
    struct plan others[] = {
        plan_of(true, copy, NULL),      plan_of(true, page, NULL), plan_of(false, fetch, NULL),
        plan_of(true, &collided, NULL), plan_of(true, copy, page), plan_of(true, page, fetch),
        plan_of(true, fetch, copy),
    };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        assert_int_equal(plan_same(&one, &others[i]), i == 0);
        assert_int_equal(plan_same(&others[i], &one), i == 0);
        assert_int_equal(plan_same(&two, &others[i]), i == 4);
    }
    assert_true(plan_same(&one, &one));
    assert_false(plan_same(&others[2], &others[2])); /* not shared, not even with itself */
}

/* The published values of 64-bit FNV-1a. */
int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_parameters),
        arena_test(test_what_is_shared),
        arena_test(test_same_input_same_text),
        arena_test(test_other_shapes_have_other_texts),
        arena_test(test_names_are_quoted),
        arena_test(test_pages),
        arena_test(test_columns_of_rows),
        arena_test(test_probe),
        arena_test(test_parameter_numbers),
        arena_test(test_too_many_parameters_latch),
        arena_test(test_a_long_piece_is_kept_whole),
        arena_test(test_without_memory),
        arena_test(test_plans_that_are_the_same),
    };
    return cmocka_run_group_tests_name("fetch", tests, set_up_model, tear_down_model);
}
