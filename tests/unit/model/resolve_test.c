/*
 * resolve_test.c - the default model and others, resolved against their tables.
 */
#include "support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>

#include "support/catalogs.h"

static void test_resources_of_the_default_model(void **state)
{
    (void)state;
    struct model *model = model_default();
    static const char *const types[] = { "persons", "phones", "friends", "hobbies" };

    assert_int_equal(model->n_resources, ARRAY_SIZE(types));
    for (size_t i = 0; i < model->n_resources; i++) {
        assert_string_equal(model->resources[i].type, types[i]);
        assert_int_equal(model->resources[i].index, i);
        assert_string_equal(model->resources[i].key, "\"id\"");
        assert_int_equal(model->resources[i].key_type->kind, COLUMN_BIGINT);
        assert_int_equal(model->resources[i].n_attributes, 4);
    }
    const struct resource *persons = &model->resources[0];
    assert_string_equal(persons->table, "\"public\".\"persons\"");
    const struct attribute *name = resource_find_attribute(persons, TEXT_LITERAL("name"));
    assert_true(name->required && !name->nullable && !name->read_only);
    const struct attribute *email = resource_find_attribute(persons, TEXT_LITERAL("email"));
    assert_true(!email->required && email->nullable && !email->read_only);
    assert_int_equal(email->index, 1);
    const struct attribute *created = resource_find_attribute(persons, TEXT_LITERAL("created_at"));
    assert_true(!created->required && created->read_only);
    assert_null(resource_find_attribute(persons, TEXT_LITERAL("id")));
    assert_null(model_find_resource(model, TEXT_LITERAL("person")));
    model_free(model);
}

static void test_constraints_name_their_attributes(void **state)
{
    (void)state;
    struct model *model = model_default();
    const struct resource *persons = &model->resources[0];

    assert_int_equal(persons->n_constraints, 4);
    const struct constraint *unique = resource_find_constraint(persons, "persons_email_key");
    assert_true(unique->unique);
    assert_null(unique->explanation);
    assert_int_equal(unique->n_attributes, 1);
    assert_string_equal(unique->attributes[0]->name, "email");
    const struct constraint *check = resource_find_constraint(persons, "persons_name_length");
    assert_false(check->unique);
    assert_string_equal(check->explanation, "must be 1 to 200 characters long");
    assert_string_equal(check->attributes[0]->name, "name");
    const struct constraint *key = resource_find_constraint(persons, "persons_pkey");
    assert_true(key->unique);
    assert_int_equal(key->n_attributes, 0);
    assert_int_equal(key->n_columns, 1);
    assert_string_equal(key->columns[0], "id");
    model_free(model);
}

static void test_both_sides_of_the_default_relationships(void **state)
{
    (void)state;
    struct model *model = model_default();
    static const struct {
        const char *type, *name, *target, *inverse, *table, *near, *far;
        bool near_is_first;
    } rows[] = {
        { "persons", "phones", "phones", "owners", "person_phones", "person_id", "phone_id", 1 },
        { "persons", "friends", "friends", "persons", "person_friends", "person_id", "friend_id",
          1 },
        { "phones", "owners", "persons", "phones", "person_phones", "phone_id", "person_id", 0 },
        { "friends", "hobbies", "hobbies", "friends", "friend_hobbies", "friend_id", "hobby_id",
          1 },
        { "friends", "persons", "persons", "friends", "person_friends", "friend_id", "person_id",
          0 },
        { "hobbies", "friends", "friends", "hobbies", "friend_hobbies", "hobby_id", "friend_id",
          0 },
    };
    assert_int_equal(model->n_relationships, ARRAY_SIZE(rows));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct relationship *r = relationship_of(model, rows[i].type, rows[i].name);
        char quoted[64];
        assert_int_equal(r->id, i);
        assert_ptr_equal(&r->owner->relationships[r->index], r);
        assert_string_equal(r->owner->type, rows[i].type);
        assert_string_equal(r->target->type, rows[i].target);
        assert_string_equal(r->inverse->name, rows[i].inverse);
        assert_ptr_equal(r->inverse->inverse, r);
        snprintf(quoted, sizeof quoted, "\"public\".\"%s\"", rows[i].table);
        assert_string_equal(r->table, quoted);
        snprintf(quoted, sizeof quoted, "\"%s\"", rows[i].near);
        assert_string_equal(r->near, quoted);
        snprintf(quoted, sizeof quoted, "\"%s\"", rows[i].far);
        assert_string_equal(r->far, quoted);
        assert_int_equal(r->near_is_first, rows[i].near_is_first);
        assert_int_equal(r->n_link_columns, 1);
        assert_string_equal(r->link_columns[0].name, "linked_at");
        assert_int_equal(r->link_columns[0].type->kind, COLUMN_TIMESTAMPTZ);
    }
    model_free(model);
}

#define PHONES_OF(members)                                                                         \
    "{'resources': {'persons': {'relationships': {'phones': {" members "}}}, 'phones': {}}}"
#define P "/resources/persons/relationships/phones"
#define TO_PHONES "'target': 'phones', 'secondary': 'person_phones'"

static const char knows_tables[] = "table knows\n"
                                   "column left_id bigint not_null\n"
                                   "column right_id bigint not_null\n"
                                   "primary left_id right_id\n"
                                   "foreign left_id persons id\n"
                                   "foreign right_id persons id\n"
                                   "index right_id\n";

static void test_warnings_do_not_refuse(void **state)
{
    (void)state;
    static const struct {
        const char *tables, *json, *pointer, *reason;
    } rows[] = {
        { "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\n"
          "foreign a persons id\nforeign b phones id\n",
          PHONES_OF("'target': 'phones', 'secondary': 't', 'backref': 'owners'"), P "/secondary",
          "no index of \"t\" begins with \"b\"" },
        { "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\n"
          "foreign a persons id\nforeign b phones id restrict\nindex b\n",
          PHONES_OF("'target': 'phones', 'secondary': 't', 'backref': 'owners'"), P "/secondary",
          "may be refused with 409" },
        { "", "{'resources': {'persons': {'attributes': {'email': {}}}}}", "/resources/persons",
          "every POST /persons will fail" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct loaded_model l = loaded_model_over(rows[i].tables, rows[i].json);
        assert_int_equal(l.r, 0);
        assert_int_equal(l.findings.n_warnings, 1);
        assert_int_equal(l.findings.first->level, FINDING_WARNING);
        assert_string_equal(l.findings.first->pointer, rows[i].pointer);
        assert_non_null(strstr(l.findings.first->reason, rows[i].reason));
        loaded_model_free(&l);
    }
}

static void test_attributes_default_to_plain_columns(void **state)
{
    (void)state;
    struct loaded_model l = loaded_model_over("table t\n"
                                              "column code varchar(20) not_null\n"
                                              "column person_id bigint\n"
                                              "column sum integer not_null generated default\n"
                                              "column since date\n"
                                              "primary code\n"
                                              "foreign person_id persons id\n",
                                              "{'resources': {'things': {'table': 'public.t'}}}");
    assert_int_equal(l.r, 0);
    const struct resource *things = &l.model->resources[0];
    assert_string_equal(things->type, "things");
    assert_int_equal(things->key_type->kind, COLUMN_TEXT);
    assert_int_equal(things->n_attributes, 2);
    assert_string_equal(things->attributes[0].name, "sum");
    assert_true(things->attributes[0].read_only && !things->attributes[0].required);
    assert_string_equal(things->attributes[1].name, "since");
    loaded_model_free(&l);
}

static void test_names_that_need_quoting(void **state)
{
    (void)state;
    struct loaded_model l =
        loaded_model_over("table odd\"ones Sche.ma\n"
                          "column k\"ey bigint not_null default\n"
                          "column Na.me varchar(20)\n"
                          "primary k\"ey\n",
                          "{'resources': {'odd': {'table': 'Sche.ma.odd\\'ones', 'attributes':"
                          "{'name': {'column': 'Na.me'}}}}}");
    /* json_from() has turned the escaped quote of the table's name into one of JSON's */
    assert_int_equal(l.r, 0);
    const struct resource *odd = &l.model->resources[0];
    assert_string_equal(odd->table, "\"Sche.ma\".\"odd\"\"ones\"");
    assert_string_equal(odd->key, "\"k\"\"ey\"");
    assert_string_equal(odd->attributes[0].column, "\"Na.me\"");
    assert_string_equal(odd->attributes[0].raw_name, "Na.me");
    assert_int_equal(odd->attributes[0].max_length, 20);
    loaded_model_free(&l);
}

static void test_a_type_with_itself(void **state)
{
    (void)state;
    struct loaded_model l =
        loaded_model_over(knows_tables, "{'resources': {'persons': {'relationships': {"
                                        "'knows': {'target': 'persons', 'secondary': 'knows',"
                                        "'local_columns': ['left_id'], 'backref': 'known_by'}}}}}");
    assert_int_equal(l.r, 0);
    const struct relationship *knows = relationship_of(l.model, "persons", "knows");
    const struct relationship *known_by = relationship_of(l.model, "persons", "known_by");
    assert_ptr_equal(knows->inverse, known_by);
    assert_ptr_equal(known_by->inverse, knows);
    assert_string_equal(knows->near, "\"left_id\"");
    assert_string_equal(knows->far, "\"right_id\"");
    assert_true(knows->near_is_first && !known_by->near_is_first);
    assert_string_equal(known_by->near, "\"right_id\"");
    assert_int_equal(knows->n_link_columns, 0);
    loaded_model_free(&l);
}

static void test_one_sided_is_legal(void **state)
{
    (void)state;
    struct loaded_model l = loaded_model_over("", PHONES_OF(TO_PHONES));
    assert_int_equal(l.r, 0);
    assert_int_equal(l.model->n_relationships, 1);
    assert_null(relationship_of(l.model, "persons", "phones")->inverse);
    loaded_model_free(&l);
}

static void test_secondary_attributes_hold_for_both_sides(void **state)
{
    (void)state;
    struct loaded_model l =
        loaded_model_over("", "{'resources': {"
                              "'persons': {'relationships': {'phones': {'target': 'phones',"
                              "  'secondary': 'person_phones', 'back_populates': 'owners',"
                              "  'secondary_attributes': {'since': {'column': 'linked_at'}}}}},"
                              "'phones': {'relationships': {'owners': {'target': 'persons',"
                              "  'secondary': 'person_phones', 'back_populates': 'phones'}}}}}");
    assert_int_equal(l.r, 0);
    const struct relationship *phones = relationship_of(l.model, "persons", "phones");
    const struct relationship *owners = relationship_of(l.model, "phones", "owners");
    assert_string_equal(phones->link_columns[0].name, "since");
    assert_string_equal(phones->link_columns[0].column, "\"linked_at\"");
    assert_string_equal(owners->link_columns[0].name, "since");
    loaded_model_free(&l);
}

static void test_a_key_beside_the_pair_is_not_shown(void **state)
{
    (void)state;
    struct loaded_model l = loaded_model_over("table t\n"
                                              "column id bigint not_null default\n"
                                              "column b bigint not_null\n"
                                              "column a bigint not_null\n"
                                              "column note text\n"
                                              "column extra point\n"
                                              "primary id\n"
                                              "unique t_pair b a\n"
                                              "foreign a persons id\n"
                                              "foreign b phones id\n"
                                              "index a\n",
                                              PHONES_OF("'target': 'phones', 'secondary': 't'"));
    assert_int_equal(l.r, 0);
    const struct relationship *phones = relationship_of(l.model, "persons", "phones");
    assert_string_equal(phones->near, "\"a\"");
    assert_false(phones->near_is_first);
    assert_int_equal(phones->n_link_columns, 1);
    assert_string_equal(phones->link_columns[0].name, "note");
    loaded_model_free(&l);
}

static void test_without_memory_nothing_is_loaded(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct arena *small = arena_new(256);
    struct findings findings = { .arena = small, .file = "model.json" };
    struct model *model = NULL;
    int r = model_load(text_of(json_from(a, "{'resources': {'zz': {}, 'yy': {}, 'xx': {}}}")),
                       catalog_from(a, default_tables), &model, &findings);
    assert_int_equal(r, -ENOMEM);
    assert_int_equal(findings.n_errors, 3);
    assert_null(model);
    arena_free(small);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resources_of_the_default_model),
        cmocka_unit_test(test_constraints_name_their_attributes),
        cmocka_unit_test(test_both_sides_of_the_default_relationships),
        cmocka_unit_test(test_warnings_do_not_refuse),
        cmocka_unit_test(test_attributes_default_to_plain_columns),
        cmocka_unit_test(test_names_that_need_quoting),
        cmocka_unit_test(test_a_type_with_itself),
        cmocka_unit_test(test_one_sided_is_legal),
        cmocka_unit_test(test_secondary_attributes_hold_for_both_sides),
        cmocka_unit_test(test_a_key_beside_the_pair_is_not_shown),
        cmocka_unit_test(test_without_memory_nothing_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
