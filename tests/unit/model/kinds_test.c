/*
 * kinds_test.c - relationships of every kind, told from where the foreign keys are.
 */
#include "support/cmocka_all.h"

#include "support/catalogs.h"
#include "support/mistakes.h"

/* Persons own pets; pets descend from one pet; a passport is of one person; persons know others. */
static const char more_tables[] = "table pets\n"
                                  "column id bigint not_null default\n"
                                  "column name text not_null\n"
                                  "column owner_id bigint not_null\n"
                                  "column sitter_id bigint\n"
                                  "column parent_id bigint\n"
                                  "primary id\n"
                                  "foreign owner_id persons id restrict\n"
                                  "foreign sitter_id persons id set_null\n"
                                  "foreign parent_id pets id\n"
                                  "index owner_id\n"
                                  "index sitter_id\n"
                                  "index parent_id\n"
                                  "table passports\n"
                                  "column id uuid not_null default\n"
                                  "column person_id bigint\n"
                                  "primary id\n"
                                  "foreign person_id persons id\n"
                                  "unique passports_person_key person_id\n"
                                  "table visits\n"
                                  "column id bigint not_null default\n"
                                  "column pet_id bigint not_null\n"
                                  "primary id\n"
                                  "foreign pet_id pets id\n"
                                  "index pet_id\n"
                                  "table knows\n"
                                  "column a bigint not_null\n"
                                  "column b bigint not_null\n"
                                  "column since date\n"
                                  "primary b a\n"
                                  "foreign a persons id\n"
                                  "foreign b persons id\n"
                                  "index a\n";

struct expected {
    const char *type, *name;
    enum relationship_kind kind;
    bool is_to_one;
    const char *table, *near, *far;
    bool near_is_first, is_required;
    const char *inverse; /* NULL: none */
};

enum { MAX_EXPECTED = 4 };

#define MANY_TO_ONE RELATIONSHIP_MANY_TO_ONE
#define ONE_TO_MANY RELATIONSHIP_ONE_TO_MANY
#define MANY_TO_MANY RELATIONSHIP_MANY_TO_MANY

/* clang-format off */
static const struct {
    const char *json;
    struct expected expected[MAX_EXPECTED];
} kinds[] = {
    { MODEL(ON("visits", "'pet': {'target': 'pets', 'back_populates': 'visits'}") ","
            ON("pets", "'visits': {'target': 'visits', 'back_populates': 'pet'}")),
      { { "visits", "pet", MANY_TO_ONE, true, "visits", "id", "pet_id", true, true, "visits" },
        { "pets", "visits", ONE_TO_MANY, false, "visits", "pet_id", "id", false, true, "pet" } } },
    { MODEL(ON("visits", "'pet': {'target': 'pets', 'backref': 'visits'}") ", 'pets': {}"),
      { { "visits", "pet", MANY_TO_ONE, true, "visits", "id", "pet_id", true, true, "visits" },
        { "pets", "visits", ONE_TO_MANY, false, "visits", "pet_id", "id", false, true, "pet" } } },
    { MODEL(ON("pets", "'visits': {'target': 'visits', 'backref': 'pet'}") ", 'visits': {}"),
      { { "visits", "pet", MANY_TO_ONE, true, "visits", "id", "pet_id", true, true, "visits" },
        { "pets", "visits", ONE_TO_MANY, false, "visits", "pet_id", "id", false, true, "pet" } } },
    { MODEL("'persons': {}," ON("pets",
            "'owner': {'target': 'persons', 'local_columns': ['owner_id'], 'backref': 'pets'},"
            "'sitter': {'target': 'persons', 'local_columns': ['sitter_id'], 'backref': {'name': 'guests'}}")),
      { { "pets", "owner", MANY_TO_ONE, true, "pets", "id", "owner_id", true, true, "pets" },
        { "pets", "sitter", MANY_TO_ONE, true, "pets", "id", "sitter_id", true, false, "guests" },
        { "persons", "pets", ONE_TO_MANY, false, "pets", "owner_id", "id", false, true, "owner" },
        { "persons", "guests", ONE_TO_MANY, false, "pets", "sitter_id", "id", false, false, "sitter" } } },
    { MODEL("'pets': {}," ON("persons", "'guests': {'target': 'pets', 'remote_columns': ['sitter_id']}")),
      { { "persons", "guests", ONE_TO_MANY, false, "pets", "sitter_id", "id", false, false, NULL } } },
    { MODEL(ON("pets", "'parent': {'target': 'pets', 'local_columns': ['parent_id'], 'back_populates': 'children'},"
                       "'children': {'target': 'pets', 'remote_columns': ['parent_id'],"
                       " 'back_populates': 'parent'}")),
      { { "pets", "parent", MANY_TO_ONE, true, "pets", "id", "parent_id", true, false, "children" },
        { "pets", "children", ONE_TO_MANY, false, "pets", "parent_id", "id", false, false, "parent" } } },
    { MODEL(ON("pets", "'parent': {'target': 'pets', 'local_columns': ['parent_id'], 'remote_columns': ['id'],"
                       " 'backref': 'children'}")),
      { { "pets", "parent", MANY_TO_ONE, true, "pets", "id", "parent_id", true, false, "children" },
        { "pets", "children", ONE_TO_MANY, false, "pets", "parent_id", "id", false, false, "parent" } } },
    { MODEL(ON("pets", "'children': {'target': 'pets', 'local_columns': ['id'], 'backref': 'parent'}")),
      { { "pets", "parent", MANY_TO_ONE, true, "pets", "id", "parent_id", true, false, "children" },
        { "pets", "children", ONE_TO_MANY, false, "pets", "parent_id", "id", false, false, "parent" } } },
    { MODEL("'passports': {}," ON("persons",
            "'passport': {'target': 'passports', 'uselist': false, 'backref': 'holder'}")),
      { { "persons", "passport", ONE_TO_MANY, true, "passports", "person_id", "id", false, false, "holder" },
        { "passports", "holder", MANY_TO_ONE, true, "passports", "id", "person_id", true, false, "passport" } } },
    { MODEL("'persons': {}," ON("passports",
            "'holder': {'target': 'persons', 'backref': {'name': 'passport', 'uselist': false}}")),
      { { "persons", "passport", ONE_TO_MANY, true, "passports", "person_id", "id", false, false, "holder" },
        { "passports", "holder", MANY_TO_ONE, true, "passports", "id", "person_id", true, false, "passport" } } },
};
/* clang-format on */

static void assert_relationship(const struct model *model, const struct expected *e)
{
    struct arena *a = arena_new(4096);
    const struct relationship *r = relationship_of(model, e->type, e->name);
    assert_int_equal(r->kind, e->kind);
    assert_int_equal(r->is_to_one, e->is_to_one);
    assert_string_equal(r->table, arena_printf(a, "\"public\".\"%s\"", e->table));
    assert_string_equal(r->rows, r->table);
    assert_string_equal(r->near, arena_printf(a, "\"%s\"", e->near));
    assert_string_equal(r->far, arena_printf(a, "\"%s\"", e->far));
    assert_int_equal(r->near_is_first, e->near_is_first);
    assert_int_equal(r->is_required, e->is_required);
    assert_false(r->view_only || r->is_symmetric || r->refuses_move);
    assert_int_equal(r->n_link_columns, 0);
    if (e->inverse == NULL) {
        assert_null(r->inverse);
    } else {
        assert_ptr_equal(r->inverse, relationship_of(model, r->target->type, e->inverse));
        assert_ptr_equal(r->inverse->inverse, r);
    }
    arena_free(a);
}

static void test_the_foreign_key_tells_the_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct loaded_model l = loaded_model_over(more_tables, kinds[i].json);
        for (const struct finding *f = l.findings.first; f != NULL; f = f->next) {
            print_error("%zu: %s: %s. %s\n", i, f->pointer, f->reason, f->remedy);
        }
        assert_int_equal(l.r, 0);
        for (size_t j = 0; j < MAX_EXPECTED && kinds[i].expected[j].type != NULL; j++) {
            assert_relationship(l.model, &kinds[i].expected[j]);
        }
        loaded_model_free(&l);
    }
}

static void test_to_one_relationships_are_listed(void **state)
{
    (void)state;
    struct loaded_model l = loaded_model_over(
        more_tables,
        MODEL(ON(
            "pets",
            "'visits': {'target': 'visits', 'backref': 'pet'},"
            "'owner': {'target': 'persons', 'local_columns': ['owner_id']},"
            "'sitter': {'target': 'persons', 'local_columns': ['sitter_id']}") ","
                                                                               "'persons': {}, 'visits': {}"));
    assert_int_equal(l.r, 0);
    const struct resource *pets = model_find_resource(l.model, TEXT_LITERAL("pets"));
    assert_int_equal(pets->n_to_one, 2);
    for (size_t i = 0; i < pets->n_to_one; i++) {
        assert_true(pets->to_one[i]->is_to_one);
        assert_int_equal(pets->to_one[i]->to_one_index, i);
        assert_ptr_equal(pets->to_one[i]->owner, pets);
    }
    assert_string_equal(pets->to_one[0]->name, "owner");
    assert_string_equal(pets->to_one[1]->name, "sitter");
    const struct resource *persons = model_find_resource(l.model, TEXT_LITERAL("persons"));
    assert_int_equal(persons->n_to_one, 0);
    const struct resource *visits = model_find_resource(l.model, TEXT_LITERAL("visits"));
    assert_int_equal(visits->n_to_one, 1);
    loaded_model_free(&l);
}

static void test_foreign_keys_are_no_attributes(void **state)
{
    (void)state;
    struct loaded_model l = loaded_model_over(
        more_tables, MODEL(ON("pets", "'owner': {'target': 'persons',"
                                      "'local_columns': ['owner_id']}") ","
                                                                        "'persons': {}"));
    assert_int_equal(l.r, 0);
    assert_int_equal(l.findings.n_warnings, 0); /* a create gives the owner */
    const struct resource *pets = model_find_resource(l.model, TEXT_LITERAL("pets"));
    assert_int_equal(pets->n_attributes, 1);
    assert_string_equal(pets->attributes[0].name, "name");
    loaded_model_free(&l);

    l = loaded_model_over(more_tables, "{'resources': {'pets': {'attributes': {'name': {},"
                                       "'owner': {'column': 'owner_id'}}}}}");
    assert_int_equal(l.r, 0);
    const struct resource *plain = model_find_resource(l.model, TEXT_LITERAL("pets"));
    assert_int_equal(plain->n_attributes, 2); /* without a relationship it may be shown */
    loaded_model_free(&l);
}

static void test_symmetric_links_are_read_from_both_columns(void **state)
{
    (void)state;
    struct loaded_model l = loaded_model_over(
        more_tables, MODEL(ON("persons", "'knows': {'target': 'persons', 'secondary': 'knows',"
                                         "'symmetric': true, 'allow_self': true}")));
    assert_int_equal(l.r, 0);
    const struct relationship *knows = relationship_of(l.model, "persons", "knows");
    assert_int_equal(knows->kind, RELATIONSHIP_MANY_TO_MANY);
    assert_true(knows->is_symmetric && knows->allows_self && knows->near_is_first);
    assert_false(knows->is_to_one);
    assert_ptr_equal(knows->inverse, knows);
    assert_string_equal(knows->table, "\"public\".\"knows\"");
    assert_string_equal(knows->near, "\"b\""); /* the first of the key */
    assert_string_equal(knows->far, "\"a\"");
    assert_string_equal(
        knows->rows, "(select p.\"b\", p.\"a\", p.\"since\" from \"public\".\"knows\" p union all "
                     "select p.\"a\", p.\"b\", p.\"since\" from \"public\".\"knows\" p where "
                     "p.\"b\" <> p.\"a\")");
    loaded_model_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_foreign_key_tells_the_kind),
        cmocka_unit_test(test_to_one_relationships_are_listed),
        cmocka_unit_test(test_foreign_keys_are_no_attributes),
        cmocka_unit_test(test_symmetric_links_are_read_from_both_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
