/*
 * write_test.c - the plans of create and update: only what the document gives is written, and each
 * value stands where its parameter says.
 */
#include "support/cmocka_all.h"

#include <errno.h>

#include "relationship/write.h"
#include "support/catalogs.h"

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

enum { MAX_GIVEN = 8 };

/* A document being made by hand: persons with any of their attributes and relationships. */
struct draft_document {
    struct attribute_value attributes[MAX_GIVEN];
    struct relationship_value relationships[MAX_GIVEN];
    struct document document;
};

static const struct resource *persons(void)
{
    return &model->resources[0];
}

static void give(struct draft_document *d, const char *name, const char *value)
{
    const struct attribute *attribute = resource_find_attribute(persons(), text_of(name));
    assert_non_null(attribute);
    d->attributes[d->document.n_attributes++] = (struct attribute_value){
        .attribute = attribute,
        .value = value == NULL ? cell_null() : cell_from_text(value, strlen(value)),
    };
    d->document.attributes = d->attributes;
}

static void give_members(struct arena *a, struct draft_document *d, const char *name, size_t n)
{
    const struct relationship *rel = resource_find_relationship(persons(), text_of(name));
    assert_non_null(rel);
    struct member *members = arena_zalloc(a, n, sizeof *members);
    for (size_t i = 0; i < n; i++) {
        members[i] =
            (struct member){ .key = cell_from_int8(a, (int64_t)(50 + i)), .at = (uint32_t)i };
    }
    d->relationships[d->document.n_relationships++] =
        (struct relationship_value){ .relationship = rel,
                                     .linkage = { .n = n, .members = members } };
    d->document.relationships = d->relationships;
}

static struct plan created(struct arena *a, const struct draft_document *d)
{
    struct plan plan;
    assert_int_equal(write_plan_create(a, persons(), &d->document, &plan), 0);
    assert_int_equal(plan.n_statements, 1);
    assert_true(plan.writes);
    assert_false(plan.shared);
    assert_false(plan.repeatable); /* twice would make two */
    assert_false(plan.statements[0].statement->shared);
    return plan;
}

static struct plan updated(struct arena *a, const struct draft_document *d)
{
    struct plan plan;
    struct cell key = cell_from_int8(a, 7);
    assert_int_equal(write_plan_update(a, persons(), key, &d->document, &plan), 0);
    assert_int_equal(plan.n_statements, 2);
    assert_true(plan.writes);
    assert_true(plan.repeatable);
    assert_false(plan.shared);
    return plan;
}

static void check_has(const char *sql, const char *piece)
{
    if (strstr(sql, piece) == NULL) {
        fail_msg("no \"%s\" in: %s", piece, sql);
    }
}

static void check_has_not(const char *sql, const char *piece)
{
    if (strstr(sql, piece) != NULL) {
        fail_msg("\"%s\" in: %s", piece, sql);
    }
}

/* Argument `number` (as in "$1") is this one text. */
static void check_text(const struct step_plan *step, size_t number, const char *text)
{
    assert_true(number >= 1 && number <= step->statement->n_parameters);
    const struct argument *argument = &step->arguments[number - 1];
    assert_int_equal(step->statement->parameters[number - 1].array_oid, 0);
    assert_int_equal(argument->n, 1);
    if (text == NULL) {
        assert_true(cell_is_null(argument->cells[0]));
    } else {
        assert_int_equal(argument->cells[0].n, strlen(text));
        assert_memory_equal(argument->cells[0].at, text, strlen(text));
    }
}

/* Argument `number` is an array of the keys 50, 51 … */
static void check_keys(const struct step_plan *step, size_t number, size_t n)
{
    const struct argument *argument = &step->arguments[number - 1];
    assert_int_equal(step->statement->parameters[number - 1].oid, OID_INT8);
    assert_int_equal(step->statement->parameters[number - 1].array_oid, 1016);
    assert_int_equal(argument->n, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(cell_int(argument->cells[i]), 50 + i);
    }
}

/* ---- create -------------------------------------------------------------------------------- */

static void test_create_with_attributes(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "email", NULL);
    give(&d, "name", "Ada");
    struct plan plan = created(*state, &d);
    const struct step_plan *step = &plan.statements[0];
    check_has(step->statement->sql, "insert into \"public\".\"persons\" as r (\"email\", \"name\")"
                                    " select $1, $2 from go where true returning r.\"id\" as key)");
    assert_int_equal(step->statement->n_parameters, 2);
    check_text(step, 1, NULL);
    check_text(step, 2, "Ada");
    check_has_not(step->statement->sql, "allowed");
    check_has_not(step->statement->sql, "given_0");
    check_has(step->statement->sql,
              " select 0, true, set_config('backref.created', coalesce(w.key::text, ''), true)"
              " from (values (1)) one left join written w on true");
}

static void test_create_gives_only_what_is_given(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "name", "Ada");
    struct plan plan = created(*state, &d);
    check_has(plan.statements[0].statement->sql, "as r (\"name\") select $1 from go");
    check_has_not(plan.statements[0].statement->sql, "created_at\" =");
    assert_int_equal(plan.statements[0].statement->n_parameters, 1);
}

static void test_create_without_attributes(void **state)
{
    struct draft_document d = { 0 };
    struct plan plan = created(*state, &d);
    check_has(plan.statements[0].statement->sql,
              "insert into \"public\".\"persons\" as r (\"id\") overriding system value"
              " select new_id() from go where true returning r.\"id\" as key)");
    assert_int_equal(plan.statements[0].statement->n_parameters, 0);
    assert_non_null(plan.statements[0].arguments);
}

static void test_create_with_relationships(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "name", "Ada");
    give_members(*state, &d, "phones", 3);
    give_members(*state, &d, "friends", 0);
    struct plan plan = created(*state, &d);
    const struct step_plan *step = &plan.statements[0];
    const char *sql = step->statement->sql;
    assert_int_equal(step->statement->n_parameters, 3);
    check_has(sql, "given_0 as materialized (select g.key, min(g.at) - 1 as at from unnest($1)");
    check_has(sql, "given_1 as materialized (select g.key, min(g.at) - 1 as at from unnest($2)");
    check_keys(step, 1, 3);
    check_keys(step, 2, 0);
    check_text(step, 3, "Ada");
    check_has(sql, "from \"public\".\"phones\" t where t.\"id\" = g.key for key share");
    check_has(sql, "from \"public\".\"friends\" t where t.\"id\" = g.key for key share");
    check_has(sql, "go as materialized (select true where true"
                   " and (select m.at from missing_0 m) is null"
                   " and (select m.at from missing_1 m) is null)");
    check_has(sql, "added_0 as (insert into \"public\".\"person_phones\" as p"
                   " (\"person_id\", \"phone_id\") select w.key, c.key from written w");
    check_has_not(sql, "removed_");
    check_has(sql,
              "coalesce(w.key::text, ''), true), (select m.at from missing_0 m), null::bigint,");
    check_has(sql, ", (select m.at from missing_1 m), null::bigint,");
}

/* ---- update -------------------------------------------------------------------------------- */

static void test_update_locks_the_owner_first(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "name", "Ada");
    struct plan plan = updated(*state, &d);
    const struct step_plan *lock = &plan.statements[0];
    assert_string_equal(lock->statement->sql,
                        "select 0, r.\"id\" from \"public\".\"persons\" r where r.\"id\" = $1"
                        " for no key update");
    assert_false(lock->statement->shared);
    assert_int_equal(lock->statement->n_parameters, 1);
    assert_int_equal(lock->statement->parameters[0].oid, OID_INT8);
    assert_int_equal(lock->arguments[0].n, 1);
    assert_int_equal(cell_int(lock->arguments[0].cells[0]), 7);
}

static void test_update_sets_only_what_is_given(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "email", "ada@example.org");
    struct plan plan = updated(*state, &d);
    const struct step_plan *step = &plan.statements[1];
    check_has(step->statement->sql,
              "update \"public\".\"persons\" r set \"email\" = $2 from go where r.\"id\" = $1");
    check_has(step->statement->sql, ") select 0, exists (select from allowed), null::text");
    assert_int_equal(step->statement->n_parameters, 2);
    assert_int_equal(cell_int(step->arguments[0].cells[0]), 7);
    check_text(step, 2, "ada@example.org");
}

/* Two attributes and a null; the comma between them is no part of either. */
static void test_update_of_several_attributes(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "name", "Ada");
    give(&d, "email", NULL);
    struct plan plan = updated(*state, &d);
    const struct step_plan *step = &plan.statements[1];
    check_has(step->statement->sql, " set \"name\" = $2, \"email\" = $3 from go");
    check_text(step, 2, "Ada");
    check_text(step, 3, NULL);
}

static void test_read_only_attributes_are_conditions(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "created_at", "12345678");
    give(&d, "name", "Ada");
    give(&d, "updated_at", "87654321");
    struct plan plan = updated(*state, &d);
    check_has(plan.statements[0].statement->sql, /* what they are, to say which one differs */
              "select 0, r.\"id\", r.\"name\", r.\"email\", r.\"created_at\","
              " r.\"updated_at\" from \"public\".\"persons\" r");
    const struct step_plan *step = &plan.statements[1];
    const char *sql = step->statement->sql;
    check_has(sql, "allowed as materialized (select r.\"id\" from \"public\".\"persons\" r"
                   " where r.\"id\" = $1 and r.\"created_at\" is not distinct from $2"
                   " and r.\"updated_at\" is not distinct from $3)");
    check_has(sql, " set \"name\" = $4 from go");
    check_has(sql, "go as materialized (select true from allowed where true)");
    check_text(step, 2, "12345678");
    check_text(step, 3, "87654321");
    check_text(step, 4, "Ada");
    assert_int_equal(step->statement->parameters[1].oid, 1184);
}

static void test_update_of_nothing_writes_nothing(void **state)
{
    struct draft_document none = { 0 };
    struct plan plan = updated(*state, &none);
    check_has_not(plan.statements[1].statement->sql, "update \"");
    check_has_not(plan.statements[1].statement->sql, "written as");
    struct draft_document d = { 0 };
    give(&d, "created_at", "12345678");
    plan = updated(*state, &d);
    check_has_not(plan.statements[1].statement->sql, "update \"");
    check_has(plan.statements[1].statement->sql, "\"created_at\" is not distinct from $2");
    assert_int_equal(plan.statements[1].statement->n_parameters, 2);
}

static void test_update_replaces_by_difference(void **state)
{
    struct draft_document d = { 0 };
    give_members(*state, &d, "phones", 2);
    struct plan plan = updated(*state, &d);
    const struct step_plan *step = &plan.statements[1];
    const char *sql = step->statement->sql;
    assert_int_equal(step->statement->n_parameters, 2);
    check_keys(step, 2, 2);
    check_has(sql, "from \"public\".\"person_phones\" p where p.\"person_id\" = $1"
                   " and p.\"phone_id\" = g.key limit 1) p on true where p.present is null");
    check_has(sql, "removed_0 as (delete from \"public\".\"person_phones\" d");
    check_has(sql, "p.\"phone_id\" not in (select g.key from given_0 g)");
    check_has(sql, "added_0 as (insert into \"public\".\"person_phones\" as p"
                   " (\"person_id\", \"phone_id\") select $1, c.key from go,");
    check_has(sql, "from go"); /* both only when the whole may happen */
    check_has(sql,
              "exists (select from allowed), null::text, (select m.at from missing_0 m), null");
}

/* Replacing by nothing removes all: the array is empty, not left out. */
static void test_update_to_no_members(void **state)
{
    struct draft_document d = { 0 };
    give_members(*state, &d, "phones", 0);
    struct plan plan = updated(*state, &d);
    check_has(plan.statements[1].statement->sql, "removed_0 as (delete");
    check_keys(&plan.statements[1], 2, 0);
}

static void test_named_tells_what_changed(void **state)
{
    struct draft_document d = { 0 };
    give_members(*state, &d, "phones", 1);
    struct cell key = cell_from_int8(*state, 7);
    struct plan plan;
    for (int named = 0; named < 2; named++) {
        assert_int_equal(
            write_plan_links(*state, key, &d.document, CHANGE_REPLACE, named == 1, &plan), 0);
        const char *sql = plan.statements[plan.judged].statement->sql;
        (named == 1 ? check_has
                    : check_has_not)(sql, ", array(select c.key from added_0 c order by 1)"
                                          ", array(select c.key from removed_0 c order by 1)");
    }
}

static void test_the_other_side_swaps_the_columns(void **state)
{
    const struct resource *phones = model_find_resource(model, text_of("phones"));
    struct member member = { .key = cell_from_int8(*state, 50) };
    struct relationship_value owners = {
        .relationship = resource_find_relationship(phones, text_of("owners")),
        .linkage = { .n = 1, .members = &member },
    };
    struct document document = { .n_relationships = 1, .relationships = &owners };
    struct plan plan;
    struct cell key = cell_from_int8(*state, 7);
    assert_int_equal(write_plan_update(*state, phones, key, &document, &plan), 0);
    check_has(plan.statements[1].statement->sql, "as p (\"phone_id\", \"person_id\") select $1");
    check_has(plan.statements[1].statement->sql, "from \"public\".\"persons\" t where");
}

/* A statement's text is that of the document's shape; values are in the arguments alone. */
static void test_values_are_never_text(void **state)
{
    struct draft_document one = { 0 };
    struct draft_document other = { 0 };
    give(&one, "name", "'; drop table persons; --");
    give(&other, "name", "x");
    give_members(*state, &one, "phones", 5);
    give_members(*state, &other, "phones", 1);
    struct plan a = created(*state, &one);
    struct plan b = created(*state, &other);
    assert_string_equal(a.statements[0].statement->sql, b.statements[0].statement->sql);
    assert_int_equal(a.statements[0].statement->hash, b.statements[0].statement->hash);
    a = updated(*state, &one);
    b = updated(*state, &other);
    assert_string_equal(a.statements[1].statement->sql, b.statements[1].statement->sql);
    check_has_not(a.statements[1].statement->sql, "drop");
}

static void test_more_parts_than_a_statement_carries(void **state)
{
    struct arena *a = arena_new(16 << 20); /* the texts are long */
    (void)state;
    enum { TOO_MANY = 2001 };
    struct attribute_value many[TOO_MANY];
    for (size_t i = 0; i < TOO_MANY; i++) {
        many[i] = (struct attribute_value){ .attribute = &persons()->attributes[0],
                                            .value = cell_null() };
    }
    struct document document = { .n_attributes = TOO_MANY, .attributes = many };
    struct plan plan;
    assert_true(write_plan_create(a, persons(), &document, &plan) < 0);
    assert_int_equal(write_plan_create(a, persons(), &document, &plan), -E2BIG);
    document.n_attributes = TOO_MANY - 1; /* as many as there is room for, and one less */
    assert_int_equal(write_plan_create(a, persons(), &document, &plan), 0);
    struct cell key = cell_from_int8(a, 7);
    assert_true(write_plan_update(a, persons(), key, &document, &plan) < 0);
    document.n_attributes = TOO_MANY - 2;
    assert_int_equal(write_plan_update(a, persons(), key, &document, &plan), 0);
    arena_free(a);
}

static void test_without_memory(void **state)
{
    struct draft_document d = { 0 };
    give(&d, "name", "Ada");
    give_members(*state, &d, "phones", 2);
    struct cell key = cell_from_int8(*state, 7);
    for (size_t budget = 0; budget < 4096; budget += 512) {
        struct arena *a = arena_new(budget);
        struct plan plan;
        assert_true(write_plan_create(a, persons(), &d.document, &plan) < 0);
        a = arena_free(a);
        a = arena_new(budget);
        assert_true(write_plan_update(a, persons(), key, &d.document, &plan) < 0);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_create_with_attributes),
        arena_test(test_create_gives_only_what_is_given),
        arena_test(test_create_without_attributes),
        arena_test(test_create_with_relationships),
        arena_test(test_update_locks_the_owner_first),
        arena_test(test_update_sets_only_what_is_given),
        arena_test(test_update_of_several_attributes),
        arena_test(test_read_only_attributes_are_conditions),
        arena_test(test_update_of_nothing_writes_nothing),
        arena_test(test_update_replaces_by_difference),
        arena_test(test_update_to_no_members),
        arena_test(test_named_tells_what_changed),
        arena_test(test_the_other_side_swaps_the_columns),
        arena_test(test_values_are_never_text),
        arena_test(test_more_parts_than_a_statement_carries),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("write", tests, set_up_model, tear_down_model);
}
