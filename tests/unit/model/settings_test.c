/*
 * settings_test.c - what a model file may say of keys, views and single sides of relationships.
 */
#include "support/cmocka_all.h"

#include "support/catalogs.h"
#include "support/mistakes.h"

/* A model that is served; what it finds is printed when it is not. */
static struct loaded_model served(const char *tables, const char *json)
{
    struct loaded_model l = loaded_model_over(tables, json);
    for (const struct finding *f = l.findings.first; l.r != 0 && f != NULL; f = f->next) {
        print_error("%s: %s. %s\n", f->pointer, f->reason, f->remedy);
    }
    assert_int_equal(l.r, 0);
    return l;
}

static void test_an_association_table_may_hold_one_link_per_owner(void **state)
{
    (void)state;
    struct loaded_model l =
        served("table desks\ncolumn id bigint not_null default\nprimary id\n"
               "table seats\ncolumn person_id bigint not_null\ncolumn desk_id bigint not_null\n"
               "primary person_id desk_id\nunique seats_person person_id\n"
               "foreign person_id persons id\nforeign desk_id desks id\nindex desk_id\n",
               MODEL("'desks': {}, 'persons': {'relationships': {'desk': {'target': 'desks',"
                     "'secondary': 'seats', 'uselist': false,"
                     "'backref': {'name': 'sitters', 'on_move': 'refuse'}}}}"));
    const struct relationship *desk = relationship_of(l.model, "persons", "desk");
    const struct relationship *sitters = relationship_of(l.model, "desks", "sitters");
    assert_int_equal(desk->kind, RELATIONSHIP_MANY_TO_MANY);
    assert_true(desk->is_to_one && !desk->is_required && !desk->refuses_move);
    assert_int_equal(desk->owner->n_to_one, 1);
    assert_ptr_equal(desk->owner->to_one[0], desk);
    assert_true(!sitters->is_to_one && sitters->refuses_move);
    assert_int_equal(sitters->owner->n_to_one, 0);
    assert_int_equal(l.findings.n_warnings, 0);
    loaded_model_free(&l);
}

static void test_moves_may_be_refused_where_there_are_any(void **state)
{
    (void)state;
    struct loaded_model l = served(
        VISITS_TABLE,
        MODEL(ON("pets", "'visits': {'target': 'visits', 'on_move': 'refuse', 'backref': 'pet'},"
                         "'children': {'target': 'pets', 'remote_columns': 'parent_id',"
                         "             'on_move': 'move', 'backref': 'parent'}") ", 'visits': {}"));
    assert_true(relationship_of(l.model, "pets", "visits")->refuses_move);
    assert_false(relationship_of(l.model, "visits", "pet")->refuses_move);
    assert_false(relationship_of(l.model, "pets", "children")->refuses_move);
    loaded_model_free(&l);
}

/* E43: the other side of what is only read may be written. */
static void test_one_side_may_be_read_only(void **state)
{
    (void)state;
    struct loaded_model l =
        served("", BOTH(TO_PHONES ", 'view_only': true, 'back_populates': 'owners'",
                        TO_PERSONS ", 'back_populates': 'phones'"));
    assert_true(relationship_of(l.model, "persons", "phones")->view_only);
    assert_false(relationship_of(l.model, "phones", "owners")->view_only);
    loaded_model_free(&l);

    l = served("", PHONES_OF(TO_PHONES ", 'view_only': true, 'backref': 'owners'"));
    assert_true(relationship_of(l.model, "phones", "owners")->view_only); /* as in SQLAlchemy */
    loaded_model_free(&l);

    l = served("", PHONES_OF(TO_PHONES ", 'view_only': true,"
                                       "'backref': {'name': 'owners', 'view_only': false}"));
    assert_false(relationship_of(l.model, "phones", "owners")->view_only);
    loaded_model_free(&l);
}

static void test_types_that_are_only_read(void **state)
{
    (void)state;
    struct loaded_model l =
        served(VISITS_TABLE, MODEL("'visits': {'view_only': true}, " ON(
                                 "pets", "'visits': {'target': 'visits', 'backref': 'pet'}")));
    assert_true(model_find_resource(l.model, TEXT_LITERAL("visits"))->view_only);
    assert_false(model_find_resource(l.model, TEXT_LITERAL("pets"))->view_only);
    assert_true(relationship_of(l.model, "visits", "pet")->view_only);
    assert_true(relationship_of(l.model, "pets", "visits")->view_only); /* it is their rows */
    loaded_model_free(&l);
}

/* E32: relationships over the same links, of which one is read or knows of the other. */
static void test_links_may_be_shared_knowingly(void **state)
{
    (void)state;
    static const char *const more[] = {
        "'view_only': true",
        "'overlaps': ['persons.phones']",
        "'overlaps': ['friends.persons', 'phones.owners', 'persons.phones']",
    };
    struct arena *a = arena_new(65536);
    for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
        const char *json =
            arena_printf(a,
                         MODEL("'persons': {'relationships': {'phones': {" TO_PHONES "},"
                               "  'numbers': {" TO_PHONES ", 'order_by': 'number', %s}}},"
                               "'phones': {'relationships': {"
                               "  'owners': {" TO_PERSONS ", 'view_only': true}}},"
                               "'friends': {'relationships': {"
                               "  'persons': {'target': 'persons',"
                               "              'secondary': 'person_friends'}}}"),
                         more[i]);
        struct loaded_model l = served("", json);
        assert_int_equal(l.model->n_relationships, 4);
        loaded_model_free(&l);
    }
    arena_free(a);

    struct loaded_model l = served(
        VISITS_TABLE, MODEL(ON("visits", "'pet': {'target': 'pets', 'overlaps': 'visits.animal'},"
                                         "'animal': {'target': 'pets'}") ", 'pets': {}"));
    loaded_model_free(&l);
}

/* What one side says of the columns holds for both: the other one's defaults are not judged. */
static void test_one_side_says_what_links_show(void **state)
{
    (void)state;
    struct loaded_model l =
        served("table calls\ncolumn person_id bigint not_null\ncolumn phone_id bigint not_null\n"
               "column 100% integer\nprimary person_id phone_id\nforeign person_id persons id\n"
               "foreign phone_id phones id\nindex phone_id\n",
               BOTH("'target': 'phones', 'secondary': 'calls', 'back_populates': 'owners'",
                    "'target': 'persons', 'secondary': 'calls', 'back_populates': 'phones',"
                    "'secondary_attributes': {'share': {'column': '100%'}}"));
    const struct relationship *phones = relationship_of(l.model, "persons", "phones");
    assert_int_equal(phones->n_link_columns, 1);
    assert_string_equal(phones->link_columns[0].name, "share");
    assert_false(phones->link_columns[0].read_only);
    loaded_model_free(&l);
}

static void test_collections_have_an_order(void **state)
{
    (void)state;
    struct loaded_model l = served(
        "", PHONES_OF(TO_PHONES ", 'description': 'at hand', 'order_by': ['-label', 'number'],"
                                "'backref': {'name': 'owners', 'order_by': 'email',"
                                "            'description': 'who answers'}"));
    const struct relationship *phones = relationship_of(l.model, "persons", "phones");
    assert_int_equal(phones->n_order_by, 2);
    assert_string_equal(phones->order_by[0].attribute->name, "label");
    assert_true(phones->order_by[0].descending);
    assert_ptr_equal(phones->order_by[1].attribute,
                     resource_find_attribute(phones->target, TEXT_LITERAL("number")));
    assert_false(phones->order_by[1].descending);
    assert_string_equal(phones->description, "at hand");
    const struct relationship *owners = relationship_of(l.model, "phones", "owners");
    assert_int_equal(owners->n_order_by, 1);
    assert_string_equal(owners->order_by[0].attribute->name, "email");
    assert_string_equal(owners->description, "who answers");
    loaded_model_free(&l);
}

/* E25: rows of an association table may be resources too, when they have ids of their own. */
static void test_an_association_table_may_store_a_type(void **state)
{
    (void)state;
    struct loaded_model l = served(
        "table calls\ncolumn id bigint not_null default\ncolumn person_id bigint not_null\n"
        "column phone_id bigint not_null\ncolumn at timestamptz not_null default\nprimary id\n"
        "unique calls_pair person_id phone_id\nforeign person_id persons id\n"
        "foreign phone_id phones id\nindex phone_id\n",
        MODEL("'phones': {}, 'calls': {'relationships': {'phone': {'target': 'phones'}}},"
              "'persons': {'relationships': {"
              "  'called': {'target': 'phones', 'secondary': 'calls', 'backref': 'callers'},"
              "  'calls': {'target': 'calls', 'backref': 'person'}}}"));
    const struct relationship *called = relationship_of(l.model, "persons", "called");
    assert_int_equal(called->kind, RELATIONSHIP_MANY_TO_MANY);
    assert_string_equal(called->table, "\"public\".\"calls\"");
    assert_int_equal(called->n_link_columns, 1); /* without the key */
    assert_string_equal(called->link_columns[0].name, "at");
    assert_int_equal(relationship_of(l.model, "calls", "person")->kind, RELATIONSHIP_MANY_TO_ONE);
    const struct resource *calls = model_find_resource(l.model, TEXT_LITERAL("calls"));
    assert_int_equal(calls->n_attributes, 1);
    loaded_model_free(&l);
}

static void test_link_columns_are_written_where_declared(void **state)
{
    (void)state;
    struct loaded_model l =
        served("table t\ncolumn a bigint not_null\ncolumn b bigint not_null\ncolumn note text\n"
               "column seen date\ncolumn n integer not_null generated\nprimary a b\n"
               "foreign a persons id\nforeign b phones id\nindex b\n",
               PHONES_OF("'target': 'phones', 'secondary': 't', 'secondary_attributes': {"
                         "'note': {}, 'seen_on': {'column': 'seen', 'read_only': true}, 'n': {}}"));
    const struct relationship *phones = relationship_of(l.model, "persons", "phones");
    assert_int_equal(phones->n_link_columns, 3);
    assert_false(phones->link_columns[0].read_only);
    assert_true(phones->link_columns[1].read_only);
    assert_string_equal(phones->link_columns[1].column, "\"seen\"");
    assert_true(phones->link_columns[2].read_only); /* the database makes it */
    loaded_model_free(&l);
}

static void test_keys_and_their_defaults(void **state)
{
    (void)state;
    struct loaded_model l = served(
        "table countries\ncolumn number bigint not_null default\ncolumn code varchar(20) not_null\n"
        "primary number\nunique countries_code code\n"
        "table links\ncolumn a bigint not_null\ncolumn b bigint not_null\ncolumn id uuid not_null "
        "default\nprimary a b\nunique links_id id\n",
        MODEL("'persons': {'description': 'people'}, 'links': {'key': 'id'},"
              "'countries': {'key': 'code', 'client_ids': true}"));
    assert_int_equal(l.findings.n_warnings, 0);
    const struct resource *persons = model_find_resource(l.model, TEXT_LITERAL("persons"));
    assert_string_equal(persons->key_default, "new_id()");
    assert_string_equal(persons->description, "people");
    assert_false(persons->allows_client_ids || persons->view_only);
    const struct resource *countries = model_find_resource(l.model, TEXT_LITERAL("countries"));
    assert_string_equal(countries->key, "\"code\"");
    assert_int_equal(countries->key_type->kind, COLUMN_TEXT);
    assert_null(countries->key_default);
    assert_true(countries->allows_client_ids);
    assert_int_equal(countries->n_attributes, 1); /* the primary key is shown like any column */
    assert_string_equal(countries->attributes[0].name, "number");
    const struct resource *links = model_find_resource(l.model, TEXT_LITERAL("links"));
    assert_int_equal(links->key_type->kind, COLUMN_UUID);
    loaded_model_free(&l);
}

/* A view names its key, and in relationships the column that would be a foreign key. */
static void test_views_are_read(void **state)
{
    (void)state;
    struct loaded_model l = served(
        "view calls\ncolumn n bigint\ncolumn caller bigint\ncolumn phone bigint\ncolumn day date\n"
        "view totals\ncolumn person bigint\ncolumn calls bigint\n",
        MODEL(
            "'calls': {'key': 'n', 'relationships': {"
            "  'caller': {'target': 'persons', 'local_columns': ['caller'], 'backref': 'calls'}}},"
            "'persons': {'relationships': {"
            "  'totals': {'target': 'totals', 'local_columns': 'id', 'remote_columns': 'person',"
            "             'uselist': false, 'back_populates': 'person'}}},"
            "'totals': {'key': 'person', 'relationships': {"
            "  'person': {'target': 'persons', 'local_columns': 'person', 'remote_columns': 'id',"
            "             'back_populates': 'totals'}}}"));
    const struct resource *calls = model_find_resource(l.model, TEXT_LITERAL("calls"));
    assert_true(calls->view_only);
    assert_null(calls->key_default);
    assert_int_equal(calls->n_attributes, 2); /* "caller" is shown as the relationship */
    assert_string_equal(calls->attributes[0].name, "phone");
    const struct relationship *caller = relationship_of(l.model, "calls", "caller");
    assert_int_equal(caller->kind, RELATIONSHIP_MANY_TO_ONE);
    assert_true(caller->view_only && !caller->is_required);
    assert_string_equal(caller->far, "\"caller\"");
    const struct relationship *made = relationship_of(l.model, "persons", "calls");
    assert_int_equal(made->kind, RELATIONSHIP_ONE_TO_MANY);
    assert_true(made->view_only);
    const struct relationship *totals = relationship_of(l.model, "persons", "totals");
    assert_int_equal(totals->kind, RELATIONSHIP_ONE_TO_MANY);
    assert_true(totals->is_to_one && totals->view_only);
    const struct relationship *person = relationship_of(l.model, "totals", "person");
    assert_int_equal(person->kind, RELATIONSHIP_MANY_TO_ONE);
    assert_ptr_equal(person->inverse, totals);
    assert_string_equal(person->near, "\"person\"");
    assert_string_equal(person->far, "\"person\"");
    loaded_model_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_association_table_may_hold_one_link_per_owner),
        cmocka_unit_test(test_moves_may_be_refused_where_there_are_any),
        cmocka_unit_test(test_one_side_may_be_read_only),
        cmocka_unit_test(test_types_that_are_only_read),
        cmocka_unit_test(test_links_may_be_shared_knowingly),
        cmocka_unit_test(test_one_side_says_what_links_show),
        cmocka_unit_test(test_collections_have_an_order),
        cmocka_unit_test(test_an_association_table_may_store_a_type),
        cmocka_unit_test(test_link_columns_are_written_where_declared),
        cmocka_unit_test(test_keys_and_their_defaults),
        cmocka_unit_test(test_views_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
