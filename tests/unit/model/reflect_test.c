/*
 * reflect_test.c - which names tables and foreign keys get, what is left out and why, and that the
 * file is one that the model reader accepts over the same catalog.
 */
#include "support/cmocka_all.h"

#include "model/reflect.h"
#include "support/catalogs.h"

#define KEY "column id bigint not_null default\nprimary id\n"
#define TABLE(name, more) "table " name "\n" KEY more
#define PERSONS TABLE("persons", "column name text\n")
#define PHONES TABLE("phones", "column number text\n")

struct reflect_case {
    const char *tables;
    const char *json;  /* without white space, ' for ", and without {"resources":…} around it */
    const char *notes; /* "subject: reason" lines */
};

/* clang-format off */
static const struct reflect_case cases[] = {
    { PERSONS, "'persons':{}", "" },
    { "table persons\ncolumn code varchar(20) not_null\nprimary code\n", "'persons':{}", "" },

    /* many-to-one with its inverse */
    { PERSONS TABLE("phones", "column owner_id bigint\nforeign owner_id persons id\n"),
      "'persons':{'relationships':{'phones':{'target':'phones','back_populates':'owner'}}},"
      "'phones':{'relationships':{'owner':{'target':'persons','back_populates':'phones'}}}", "" },
    /* one-to-one */
    { PERSONS TABLE("passports", "column person_id bigint not_null\nforeign person_id persons id\n"
                                 "unique passports_person person_id\n"),
      "'passports':{'relationships':{'person':{'target':'persons','back_populates':'passport'}}},"
      "'persons':{'relationships':{'passport':{'target':'passports','back_populates':'person','uselist':false}}}", "" },
    /* one-to-one under the same key, which no relationship can change */
    { PERSONS "table passports\ncolumn person_id bigint not_null\nprimary person_id\nforeign person_id persons id\n",
      "'passports':{'relationships':{'person':{'target':'persons','back_populates':'passport','view_only':true}}},"
      "'persons':{'relationships':{'passport':{'target':'passports','back_populates':'person','uselist':false,"
      "'view_only':true}}}", "" },
    { PERSONS "table passports\ncolumn id bigint not_null\nprimary id\nforeign id persons id\n",
      "'passports':{'relationships':{'person':{'target':'persons','back_populates':'passport','view_only':true}}},"
      "'persons':{'relationships':{'passport':{'target':'passports','back_populates':'person','uselist':false,"
      "'view_only':true}}}", "" },
    /* a tree */
    { TABLE("nodes", "column parent_id bigint\nforeign parent_id nodes id\n"),
      "'nodes':{'relationships':{"
      "'parent':{'target':'nodes','local_columns':'parent_id','back_populates':'nodes_by_parent'},"
      "'nodes_by_parent':{'target':'nodes','remote_columns':'parent_id','back_populates':'parent'}}}", "" },
    /* two foreign keys to one table: both inverses say which */
    { PERSONS TABLE("calls", "column caller_id bigint\ncolumn callee_id bigint\nforeign caller_id persons id\n"
                             "foreign callee_id persons id\n"),
      "'calls':{'relationships':{"
      "'caller':{'target':'persons','local_columns':'caller_id','back_populates':'calls_by_caller'},"
      "'callee':{'target':'persons','local_columns':'callee_id','back_populates':'calls_by_callee'}}},"
      "'persons':{'relationships':{"
      "'calls_by_caller':{'target':'calls','remote_columns':'caller_id','back_populates':'caller'},"
      "'calls_by_callee':{'target':'calls','remote_columns':'callee_id','back_populates':'callee'}}}", "" },
    /* each refers to the other */
    { TABLE("a", "column b_id bigint\nforeign b_id b id\n") TABLE("b", "column a_id bigint\nforeign a_id a id\n"),
      "'a':{'relationships':{'b':{'target':'b','local_columns':'b_id','back_populates':'as'},"
      "'bs':{'target':'b','remote_columns':'a_id','back_populates':'a'}}},"
      "'b':{'relationships':{'a':{'target':'a','local_columns':'a_id','back_populates':'bs'},"
      "'as':{'target':'a','remote_columns':'b_id','back_populates':'b'}}}", "" },

    /* many-to-many, called by its columns */
    { PERSONS PHONES "table person_phones\ncolumn owner_id bigint not_null\ncolumn phone_id bigint not_null\n"
      "column since date\nprimary owner_id phone_id\nforeign owner_id persons id\nforeign phone_id phones id\n",
      "'persons':{'relationships':{"
      "'phones':{'target':'phones','secondary':'person_phones','back_populates':'owners'}}},"
      "'phones':{'relationships':{"
      "'owners':{'target':'persons','secondary':'person_phones','back_populates':'phones'}}}", "" },
    /* … of a type with itself */
    { PERSONS "table mentorships\ncolumn mentor_id bigint not_null\ncolumn pupil_id bigint not_null\n"
      "primary mentor_id pupil_id\nforeign mentor_id persons id\nforeign pupil_id persons id\n",
      "'persons':{'relationships':{"
      "'pupils':{'target':'persons','secondary':'mentorships','local_columns':'mentor_id',"
      "'remote_columns':'pupil_id','back_populates':'mentors'},"
      "'mentors':{'target':'persons','secondary':'mentorships','local_columns':'pupil_id',"
      "'remote_columns':'mentor_id','back_populates':'pupils'}}}", "" },
    /* … by a unique pair beside a key of its own, and columns that documents cannot show */
    { PERSONS PHONES TABLE("links", "column person_id bigint not_null\ncolumn phone_id bigint not_null\n"
      "column _since date\ncolumn place point\nunique links_pair phone_id person_id\nforeign person_id persons id\n"
      "foreign phone_id phones id\n"),
      "'persons':{'relationships':{'phones':{'target':'phones','secondary':'links','back_populates':'persons',"
      "'secondary_attributes':{'since':{'column':'_since','read_only':true}}}}},"
      "'phones':{'relationships':{'persons':{'target':'persons','secondary':'links','back_populates':'phones',"
      "'secondary_attributes':{'since':{'column':'_since','read_only':true}}}}}", "" },
    /* … twice between the same two */
    { PERSONS TABLE("films", "")
      "table acting\ncolumn film_id bigint not_null\ncolumn person_id bigint not_null\nprimary film_id person_id\n"
      "foreign film_id films id\nforeign person_id persons id\n"
      "table directing\ncolumn film_id bigint not_null\ncolumn person_id bigint not_null\nprimary film_id person_id\n"
      "foreign film_id films id\nforeign person_id persons id\n",
      "'films':{'relationships':{"
      "'persons_by_acting':{'target':'persons','secondary':'acting','back_populates':'films_by_acting'},"
      "'persons_by_directing':{'target':'persons','secondary':'directing','back_populates':'films_by_directing'}}},"
      "'persons':{'relationships':{"
      "'films_by_acting':{'target':'films','secondary':'acting','back_populates':'persons_by_acting'},"
      "'films_by_directing':{'target':'films','secondary':'directing','back_populates':'persons_by_directing'}}}", "" },
    /* no association: a value that a link would lack, a nullable end, somebody who refers to it */
    { PERSONS PHONES TABLE("orders", "column person_id bigint not_null\ncolumn phone_id bigint not_null\n"
      "column price numeric not_null\nunique orders_pair person_id phone_id\nforeign person_id persons id\n"
      "foreign phone_id phones id\n"),
      "'orders':{'relationships':{'person':{'target':'persons','back_populates':'orders'},"
      "'phone':{'target':'phones','back_populates':'orders'}}},"
      "'persons':{'relationships':{'orders':{'target':'orders','back_populates':'person'}}},"
      "'phones':{'relationships':{'orders':{'target':'orders','back_populates':'phone'}}}", "" },
    { PERSONS PHONES TABLE("calls", "column person_id bigint\ncolumn phone_id bigint not_null\n"
      "unique calls_pair person_id phone_id\nforeign person_id persons id\nforeign phone_id phones id\n"),
      "'calls':{'relationships':{'person':{'target':'persons','back_populates':'calls'},"
      "'phone':{'target':'phones','back_populates':'calls'}}},"
      "'persons':{'relationships':{'calls':{'target':'calls','back_populates':'person'}}},"
      "'phones':{'relationships':{'calls':{'target':'calls','back_populates':'phone'}}}", "" },
    { PERSONS TABLE("notes", "column link_id bigint\nforeign link_id links id\n") TABLE("links",
      "column a_id bigint not_null\ncolumn b_id bigint not_null\nunique links_pair a_id b_id\n"
      "foreign a_id persons id\nforeign b_id persons id\n"),
      "'links':{'relationships':{'a':{'target':'persons','local_columns':'a_id','back_populates':'links_by_a'},"
      "'b':{'target':'persons','local_columns':'b_id','back_populates':'links_by_b'},"
      "'notes':{'target':'notes','back_populates':'link'}}},"
      "'notes':{'relationships':{'link':{'target':'links','back_populates':'notes'}}},"
      "'persons':{'relationships':{'links_by_a':{'target':'links','remote_columns':'a_id','back_populates':'a'},"
      "'links_by_b':{'target':'links','remote_columns':'b_id','back_populates':'b'}}}", "" },

    /* keys */
    { "table tags\ncolumn label text not_null\ncolumn rank integer\nunique tags_label label\n",
      "'tags':{'key':'label'}", "" },
    { "table tags\ncolumn at timestamptz not_null\ncolumn label text not_null\nprimary at\nunique tags_label label\n",
      "'tags':{'key':'label'}", "" },
    { "table tags\ncolumn label text\nunique tags_label label\ntable logs\ncolumn at date not_null\nprimary at\n"
      "table pairs\ncolumn a text not_null\ncolumn b text not_null\nprimary a b\n" PERSONS,
      "'persons':{}",
      "table logs: has a primary key of type date: keys are bigint, integer, smallint, uuid, text or varchar\n"
      "table pairs: has a primary key of several columns, and is no association table: "
      "give it a column that is unique and NOT NULL\n"
      "table tags: has no primary key: give it one of one column\n" },
    { "view people\ncolumn id bigint\nview counts\ncolumn id bigint\nunique counts_id id\ntable schema_migrations\n"
      "column version text not_null\nprimary version\n", "'counts':{'key':'id'}",
      "table people: is a view: add it with \"key\", the column that tells its rows apart\n"
      "table schema_migrations: is the history of migrations\n" },

    /* names */
    { "table persons\n" KEY "table persons sales\n" KEY "table metrics\n" KEY "table _odd$name_\n" KEY,
      "'odd-name':{'table':'_odd$name_'},'public_metrics':{'table':'metrics'},'persons':{},"
      "'sales_persons':{'table':'sales.persons'}", "" },
    { "table vehicles\ncolumn code text not_null\ncolumn id bigint\ncolumn type text\ncolumn vehicle_type text\n"
      "column _hidden text\ncolumn place point\nprimary code\n",
      "'vehicles':{'attributes':{'vehicle_type':{},'vehicle_id':{'column':'id'},'vehicle_type_2':{'column':'type'},"
      "'hidden':{'column':'_hidden'}}}", "column place of table vehicles: type point is not supported\n" },
    { PERSONS TABLE("phones", "column owner text\ncolumn owner_id bigint\nforeign owner_id persons id\n"),
      "'persons':{'relationships':{'phones':{'target':'phones','back_populates':'owner_id'}}},"
      "'phones':{'relationships':{'owner_id':{'target':'persons','back_populates':'phones'}}}", "" },
    { TABLE("persons", "column phones text\n") TABLE("phones", "column owner_id bigint\nforeign owner_id persons id\n"),
      "'persons':{'relationships':{'phones_by_owner':{'target':'phones','back_populates':'owner'}}},"
      "'phones':{'relationships':{'owner':{'target':'persons','back_populates':'phones_by_owner'}}}", "" },
    { TABLE("persons", "column phones text\ncolumn phones_by_owner text\n")
      TABLE("phones", "column owner_id bigint\nforeign owner_id persons id\n"),
      "'persons':{'relationships':{'phones_by_owner_2':{'target':'phones','back_populates':'owner'}}},"
      "'phones':{'relationships':{'owner':{'target':'persons','back_populates':'phones_by_owner_2'}}}", "" },
    { PERSONS TABLE("relationship", "column type_id bigint\nforeign type_id persons id\n"),
      "'persons':{'relationships':{'relationships_by_type':{'target':'relationship','back_populates':'type_id'}}},"
      "'relationship':{'relationships':{"
      "'type_id':{'target':'persons','back_populates':'relationships_by_type'}}}", "" },

    /* foreign keys that are no relationship: their columns are shown as what they are */
    { "table persons\ncolumn code text not_null\n" KEY "unique persons_code code\n"
      TABLE("phones", "column person_code text\nforeign person_code persons code\n"),
      "'persons':{},'phones':{'attributes':{'person_code':{}}}",
      "foreign key phones_person_code_fkey of table phones: it does not refer to the key of persons\n" },
    { PERSONS TABLE("phones", "column owner_id integer\nforeign owner_id persons id\n"),
      "'persons':{},'phones':{'attributes':{'owner_id':{}}}",
      "foreign key phones_owner_id_fkey of table phones: its type, integer, is not that of the key of persons, "
      "bigint: let them be the same\n" },
    { "table logs\ncolumn at date not_null\nprimary at\n" TABLE("lines", "column at date\nforeign at logs at\n"),
      "'lines':{'attributes':{'at':{}}}",
      "table logs: has a primary key of type date: keys are bigint, integer, smallint, uuid, text or varchar\n"
      "foreign key lines_at_fkey of table lines: logs is left out\n" },
    { PERSONS PHONES TABLE("things", "column x_id bigint\nforeign x_id persons id\nforeign x_id phones id\n"),
      "'persons':{'relationships':{'things':{'target':'things','back_populates':'x'}}},'phones':{},"
      "'things':{'relationships':{'x':{'target':'persons','back_populates':'things'}}}",
      "foreign key things_x_id_fkey of table things: another one has made a relationship of its column already\n" },

    /* words */
    { TABLE("box", "column country_code varchar(20)\ncolumn addressId bigint\ncolumn category_id bigint\n"
                   "foreign country_code countries code\nforeign addressId address id\n"
                   "foreign category_id category id\n")
      "table countries\ncolumn code varchar(20) not_null\nprimary code\n" TABLE("address", "") TABLE("category", ""),
      "'address':{'relationships':{'boxes':{'target':'box','back_populates':'address'}}},"
      "'box':{'relationships':{'country':{'target':'countries','back_populates':'boxes'},"
      "'address':{'target':'address','back_populates':'boxes'},"
      "'category':{'target':'category','back_populates':'boxes'}}},"
      "'category':{'relationships':{'boxes':{'target':'box','back_populates':'category'}}},"
      "'countries':{'relationships':{'boxes':{'target':'box','back_populates':'country'}}}", "" },
    { TABLE("children", "column address_id bigint not_null\nunique children_address address_id\n"
            "foreign address_id addresses id\n") TABLE("addresses", "")
      TABLE("categories", "column status_id bigint not_null\nunique categories_status status_id\n"
            "foreign status_id statuses id\n") TABLE("statuses", ""),
      "'addresses':{'relationships':{'child':{'target':'children','back_populates':'address','uselist':false}}},"
      "'categories':{'relationships':{'status':{'target':'statuses','back_populates':'category'}}},"
      "'children':{'relationships':{'address':{'target':'addresses','back_populates':'child'}}},"
      "'statuses':{'relationships':{"
      "'category':{'target':'categories','back_populates':'status','uselist':false}}}", "" },
};
/* clang-format on */

/* The file without white space outside of strings, and without {"resources":…} around it. */
static const char *squeezed(struct arena *a, struct text json)
{
    struct buf b;
    buf_init(&b, a, json.n);
    bool in_string = false;
    for (size_t i = 0; i < json.n; i++) {
        in_string = json.at[i] == '"' ? !in_string : in_string;
        if (in_string || strchr(" \n", json.at[i]) == NULL) {
            buf_add_char(&b, json.at[i]);
        }
    }
    static const char begin[] = "{\"resources\":{";
    assert_true(b.n > sizeof begin && memcmp(b.at, begin, sizeof begin - 1) == 0);
    return arena_copy(a, b.at + sizeof begin - 1, b.n - (sizeof begin - 1) - 2);
}

static const char *notes_of(struct arena *a, const struct reflection *reflection)
{
    struct buf b;
    buf_init(&b, a, 64);
    for (const struct reflect_note *n = reflection->notes; n != NULL; n = n->next) {
        buf_addf(&b, "%s: %s\n", n->subject, n->reason);
    }
    return buf_terminate(&b);
}

/* What was reflected is a model over the same tables. */
static void assert_accepted(struct arena *a, const struct catalog *catalog, struct text json,
                            size_t n_resources)
{
    struct findings findings = { .arena = a, .file = "reflected" };
    struct model *model = NULL;
    int r = model_load(json, catalog, &model, &findings);
    for (const struct finding *f = findings.first; f != NULL; f = f->next) {
        if (f->level == FINDING_ERROR) {
            print_message("%s: %s. %s\n", f->pointer, f->reason, f->remedy);
        }
    }
    assert_int_equal(r, 0);
    assert_int_equal(model->n_resources, n_resources);
    model_free(model);
}

static void test_what_is_reflected(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena *a = arena_new(8 << 20);
        const struct catalog *catalog = catalog_from(a, cases[i].tables);
        struct reflection reflection;
        assert_int_equal(reflect_catalog(a, catalog, &reflection), 0);
        const char *expected = json_from(a, cases[i].json);
        const char *got = squeezed(a, reflection.json);
        if (strcmp(got, expected) != 0) {
            fail_msg("%s\nbecame       %s\ninstead of   %s", cases[i].tables, got, expected);
        }
        assert_string_equal(notes_of(a, &reflection), cases[i].notes);
        assert_accepted(a, catalog, reflection.json, reflection.n_resources);
        arena_free(a);
    }
}

/* The default model's tables give the default model's relationships, but for two chosen names. */
static void test_the_default_tables(void **state)
{
    struct arena *a = *state;
    struct reflection reflection;
    const struct catalog *catalog = catalog_from(a, default_tables);
    assert_int_equal(reflect_catalog(a, catalog, &reflection), 0);
    assert_int_equal(reflection.n_resources, 4);
    assert_null(reflection.notes);
    static const char *const lines[] = {
        "'phones': { 'target': 'phones', 'secondary': 'person_phones', 'back_populates': 'persons' }",
        "'friends': { 'target': 'friends', 'secondary': 'person_friends',"
        " 'back_populates': 'persons' }",
        "'hobbies': { 'target': 'hobbies', 'secondary': 'friend_hobbies',"
        " 'back_populates': 'friends' }",
    };
    const char *file = arena_copy(a, reflection.json.at, reflection.json.n);
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        assert_non_null(strstr(file, json_from(a, lines[i])));
    }
    assert_accepted(a, catalog, reflection.json, 4);
}

/* The order in which tables were made does not matter. */
static void test_the_order_does_not_matter(void **state)
{
    struct arena *a = *state;
    static const char *const tables[] = {
        PERSONS TABLE("calls", "column a_id bigint\nforeign a_id persons id\n") PHONES,
        PHONES TABLE("calls", "column a_id bigint\nforeign a_id persons id\n") PERSONS,
    };
    struct reflection one;
    struct reflection other;
    assert_int_equal(reflect_catalog(a, catalog_from(a, tables[0]), &one), 0);
    assert_int_equal(reflect_catalog(a, catalog_from(a, tables[1]), &other), 0);
    assert_true(text_equal(one.json, other.json));
}

static void test_an_empty_database(void **state)
{
    static const struct catalog empty = { 0 };
    struct reflection reflection;
    assert_int_equal(reflect_catalog(*state, &empty, &reflection), 0);
    assert_int_equal(reflection.n_resources, 0);
    assert_null(reflection.notes);
}

static void test_without_memory(void **state)
{
    (void)state;
    struct arena *tables = arena_new(8 << 20);
    size_t n_failed = 0;
    for (size_t budget = 0; budget < 32768; budget += 64) {
        struct arena *a = arena_new(budget);
        struct reflection reflection;
        int r = reflect_catalog(a, catalog_from(tables, cases[11].tables), &reflection);
        assert_int_equal(r < 0, arena_failed(a));
        n_failed += r < 0 ? 1 : 0;
        arena_free(a);
        tables = arena_free(tables);
        tables = arena_new(8 << 20);
    }
    assert_true(n_failed > 0 && n_failed < 512);
    arena_free(tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_reflected),   arena_test(test_the_default_tables),
        arena_test(test_the_order_does_not_matter), arena_test(test_an_empty_database),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("reflect", tests, NULL, NULL);
}
