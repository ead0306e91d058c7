/*
 * resolve_test.c - the default model resolved, and every mistake of a model file that is refused.
 */
#include "support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>

#include "support/catalogs.h"

static const struct relationship *relationship_of(const struct model *model, const char *type,
                                                  const char *name)
{
    const struct resource *resource = model_find_resource(model, text_of(type));
    assert_non_null(resource);
    const struct relationship *relationship =
        resource_find_relationship(resource, text_of(name));
    assert_non_null(relationship);
    return relationship;
}

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

    assert_int_equal(persons->n_constraints, 3);
    const struct constraint *unique = resource_find_constraint(persons, "persons_email_key");
    assert_true(unique->unique);
    assert_null(unique->explanation);
    assert_int_equal(unique->n_attributes, 1);
    assert_string_equal(unique->attributes[0]->name, "email");
    const struct constraint *check = resource_find_constraint(persons, "persons_name_length");
    assert_false(check->unique);
    assert_string_equal(check->explanation, "must be 1 to 200 characters long");
    assert_string_equal(check->attributes[0]->name, "name");
    assert_null(resource_find_constraint(persons, "persons_pkey"));
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

/* A model file over the default tables and some more. */
struct loaded {
    struct arena *arena;
    struct findings findings;
    struct model *model;
    int r;
};

static struct loaded load(const char *more_tables, const char *json)
{
    struct loaded l = { .arena = arena_new(8 << 20) };
    assert_non_null(l.arena);
    const char *tables = arena_printf(l.arena, "%s%s", default_tables, more_tables);
    l.findings = (struct findings){ .arena = l.arena, .file = "model.json" };
    l.r = model_load(text_of(json_from(l.arena, json)), catalog_from(l.arena, tables), &l.model,
                     &l.findings);
    assert_int_equal(l.r, l.findings.n_errors > 0 ? 1 : 0);
    return l;
}

static void unload(struct loaded *l)
{
    model_free(l->model);
    arena_free(l->arena);
}

struct mistake {
    const char *name;
    const char *tables; /* beside the default ones */
    const char *json;
    size_t n_errors;
    const char *pointer; /* of the first finding */
    const char *reason;  /* part of it */
    const char *remedy;  /* part of it */
};

#define PHONES_OF(members) "{'resources': {'persons': {'relationships': {'phones': {" members      \
                           "}}}, 'phones': {}}}"
#define P "/resources/persons/relationships/phones"
#define OWNERS(members) "'phones': {'relationships': {'owners': {" members "}}}"
#define PERSONS(members) "'persons': {'relationships': {'phones': {" members "}}}"
#define TO_PHONES "'target': 'phones', 'secondary': 'person_phones'"
#define TO_PERSONS "'target': 'persons', 'secondary': 'person_phones'"

static const char knows_tables[] = "table knows\n"
                                   "column left_id bigint not_null\n"
                                   "column right_id bigint not_null\n"
                                   "primary left_id right_id\n"
                                   "foreign left_id persons id\n"
                                   "foreign right_id persons id\n"
                                   "index right_id\n";

/* clang-format off */
static const struct mistake mistakes[] = {
    { "no JSON", "", "{", 1, "", "line 1", "mend" },
    { "no object", "", "[]", 1, "", "must be an object, is an array", "object" },
    { "empty", "", "{}", 1, "", "has no \"resources\"", "add" },
    { "no resource", "", "{'resources': {}}", 1, "/resources", "declares no resource", "persons" },
    { "unknown key on top", "", "{'resource': {}, 'resources': {'persons': {}}}", 1, "/resource",
      "unknown key", "did you mean \"resources\"?" },
    { "unknown key in a resource", "", "{'resources': {'persons': {'tabel': 'x'}}}", 1,
      "/resources/persons/tabel", "unknown key \"tabel\"", "did you mean \"table\"?" },
    { "E01", "", PHONES_OF("'target': 'phones', 'secondry': 'person_phones'"), 1, P "/secondry",
      "unknown key \"secondry\"", "did you mean \"secondary\"?" },
    { "E02", "", PHONES_OF(TO_PHONES ", 'back_populates': 5"), 1, P "/back_populates",
      "must be a name, is an integer", "name" },
    { "E02 of an attribute", "", "{'resources': {'persons': {'attributes': {'name': true}}}}", 1,
      "/resources/persons/attributes/name", "must be an object, is a boolean", "object" },
    { "E02 of a flag", "", "{'resources': {'persons': {'attributes': {'name': {'read_only': 1}}}}}", 1,
      "/resources/persons/attributes/name/read_only", "must be true or false", "true or false" },
    { "E02 of columns", "", PHONES_OF(TO_PHONES ", 'local_columns': [7]"), 1, P "/local_columns/0",
      "must be a name, is an integer", "name" },
    { "empty name", "", PHONES_OF("'target': '', 'secondary': 'person_phones'"), 1, P "/target",
      "is an empty string", "name" },
    { "E03", "", PHONES_OF(TO_PHONES ", 'backref': 'owners', 'back_populates': 'owners'"), 1,
      P "/backref", "cannot stand beside \"back_populates\"", "if phones declares \"owners\"" },
    { "E05", "", "{'resources': {'persons': {'relationships': {'id': {" TO_PHONES "}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/id", "reserved by JSON:API", "another name" },
    { "E05, characters", "", "{'resources': {'persons': {'relationships': {'a b': {" TO_PHONES "}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/a b", "stand in paths", "letters" },
    { "E05, attribute", "", "{'resources': {'persons': {'attributes': {'a+b': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/a+b", "no member name", "differently" },
    { "E05, type attribute", "", "{'resources': {'persons': {'attributes': {'type': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/type", "reserved by JSON:API", "differently" },
    { "E06", "", "{'resources': {'persons': {'attributes': {'phones': {'column': 'name'}}, 'relationships': {'phones': {"
      TO_PHONES "}}}, 'phones': {}}}", 1, P, "an attribute \"phones\" already", "rename" },
    { "E07", "", "{'resources': {'persons': {}, 'persons': {}}}", 1, "", "duplicate object key", "remove one" },
    { "E08", "", PHONES_OF("'target': 'phone', 'secondary': 'person_phones'"), 1, P "/target",
      "there is no type \"phone\"", "did you mean \"phones\"?" },
    { "E08, types", "", PHONES_OF("'target': 'x', 'secondary': 'person_phones'"), 1, P "/target",
      "there is no type \"x\"", "the types are persons and phones" },
    { "E09", "", PHONES_OF("'target': 'person_phones', 'secondary': 'person_phones'"), 1, P "/target",
      "that is a table, not a type", "the types are" },
    { "no target", "", PHONES_OF("'secondary': 'person_phones'"), 1, P, "has no \"target\"", "add" },
    { "no secondary", "", PHONES_OF("'target': 'phones'"), 1, P, "has no \"secondary\"", "many-to-many" },
    { "later key", "", PHONES_OF(TO_PHONES ", 'uselist': false"), 1, P "/uselist", "not served by this version", "remove" },
    { "E10", "", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'ownerz'") ","
      OWNERS(TO_PERSONS ", 'backref': 'mobiles'") "}}", 1, P "/back_populates",
      "phones has no relationship \"ownerz\"", "did you mean \"owners\"?" },
    { "E11", "", PHONES_OF(TO_PHONES ", 'back_populates': 'number'"), 1, P "/back_populates",
      "phones.number is an attribute", "name a relationship" },
    { "E12", "", "{'resources': {'persons': {'relationships': {'friends': {'target': 'friends',"
      "'secondary': 'person_friends', 'back_populates': 'hobbies'}}}, 'hobbies': {}, 'friends': {'relationships': {"
      "'hobbies': {'target': 'hobbies', 'secondary': 'friend_hobbies'}}}}}", 1,
      "/resources/persons/relationships/friends/back_populates", "friends.hobbies targets hobbies, not persons",
      "that targets persons" },
    { "E13", "", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners'") "," OWNERS(TO_PERSONS) "}}", 1,
      P "/back_populates", "phones.owners has no \"back_populates\"", "add \"back_populates\": \"phones\"" },
    { "E13, backref there", "", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners'") ","
      OWNERS(TO_PERSONS ", 'backref': 'mobiles'") "}}", 1, P "/back_populates",
      "phones.owners belongs to the \"backref\" at /resources/phones/relationships/owners/backref", "on both sides" },
    { "E14", "", "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES ", 'back_populates': 'owners'},"
      "'mobiles': {" TO_PHONES "}}}, " OWNERS(TO_PERSONS ", 'back_populates': 'mobiles'") "}}", 2,
      P "/back_populates", "phones.owners names \"mobiles\" as its other side", "name each other" },
    { "E15", "table calls\ncolumn person_id bigint not_null\ncolumn phone_id bigint not_null\nprimary person_id phone_id\n"
      "foreign person_id persons id\nforeign phone_id phones id\nindex phone_id\n",
      "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES ", 'back_populates': 'owners'},"
      "'calls': {'target': 'phones', 'secondary': 'calls', 'back_populates': 'owners'}}}, "
      OWNERS(TO_PERSONS ", 'back_populates': 'phones'") "}}", 1,
      "/resources/persons/relationships/calls/back_populates", "phones.owners belongs to persons.phones already",
      "of its own" },
    { "E16", "table phone_owners\ncolumn o bigint not_null\ncolumn p bigint not_null\nprimary o p\n"
      "foreign o persons id\nforeign p phones id\nindex p\n",
      "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners'") ","
      OWNERS("'target': 'persons', 'secondary': 'phone_owners', 'back_populates': 'phones'") "}}", 2,
      P "/secondary", "\"person_phones\" here, but \"phone_owners\" at the other side, phones.owners", "same association table" },
    { "E18", knows_tables, "{'resources': {'persons': {'relationships': {"
      "'knows': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id',"
      " 'back_populates': 'known_by'},"
      "'known_by': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id',"
      " 'back_populates': 'knows'}}}}}", 1, "/resources/persons/relationships/known_by",
      "(left_id, right_id) are not those of persons.knows (left_id, right_id) swapped", "\"local_columns\": \"right_id\"" },
    { "E20", knows_tables, "{'resources': {'persons': {'relationships': {"
      "'knows': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id',"
      " 'back_populates': 'knows'}}}}}", 1, "/resources/persons/relationships/knows/back_populates",
      "names the relationship itself", "second relationship" },
    { "E21, relationship", "", "{'resources': {" PERSONS(TO_PHONES ", 'backref': 'owners'") "," OWNERS(TO_PERSONS) "}}", 1,
      P "/backref", "phones has a relationship \"owners\" already, at /resources/phones/relationships/owners",
      "back_populates" },
    { "E21, attribute", "", PHONES_OF(TO_PHONES ", 'backref': 'number'"), 1, P "/backref",
      "phones has an attribute \"number\" already", "another name" },
    { "E21, another backref", "", "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES ", 'backref': 'owners'},"
      "'mobiles': {" TO_PHONES ", 'backref': 'owners'}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/mobiles/backref", "phones has a relationship \"owners\" already", "another name" },
    { "E21, itself", knows_tables, "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id', 'backref': 'knows'}}}}}", 1,
      "/resources/persons/relationships/knows/backref", "persons has a relationship \"knows\" already", "another name" },
    { "E21, reserved", "", PHONES_OF(TO_PHONES ", 'backref': 'type'"), 1, P "/backref", "reserved by JSON:API", "another name" },
    { "E22", "", PHONES_OF(TO_PHONES ", 'backref': {'name': 'owners'}"), 1, P "/backref", "must be a name, is an object", "name" },
    { "E23", "", PHONES_OF("'target': 'phones', 'secondary': 'person_phone'"), 1, P "/secondary",
      "there is no table \"person_phone\"", "did you mean \"person_phones\"?" },
    { "E24", "", PHONES_OF("'target': 'phones', 'secondary': 'a; drop table persons'"), 1, P "/secondary",
      "there is no table \"a; drop table persons\"", "correct the name" },
    { "E25", "", PHONES_OF("'target': 'phones', 'secondary': 'phones'"), 1, P "/secondary",
      "table \"phones\" stores the type phones", "of its own" },
    { "E26", "", PHONES_OF("'target': 'phones', 'secondary': 'person_friends'"), 1, P "/secondary",
      "\"person_friends\" has no foreign key to \"phones\"", "add one" },
    { "E27", "table lines\ncolumn person_id bigint not_null\ncolumn number text not_null\nprimary person_id number\n"
      "foreign person_id persons id\nforeign number phones number\nindex number\n",
      PHONES_OF("'target': 'phones', 'secondary': 'lines'"), 1, P "/secondary",
      "references other columns of \"phones\" than its key", "phones(id)" },
    { "E28", knows_tables, "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows'}}}}}", 1, "/resources/persons/relationships/knows",
      "columns left_id and right_id of \"knows\" all reference persons", "local_columns" },
    { "one column for two sides", "table knows\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\nforeign a persons id\n",
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons', 'secondary': 'knows'}}}}}", 1,
      "/resources/persons/relationships/knows/secondary", "needs two", "add the other" },
    { "E29, unknown", "", PHONES_OF(TO_PHONES ", 'local_columns': 'persons_id'"), 1, P "/local_columns",
      "has no column \"persons_id\"", "did you mean \"person_id\"?" },
    { "E29, one for both", knows_tables, "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'left_id'}}}}}", 1,
      "/resources/persons/relationships/knows/local_columns", "cannot point to both sides", "another column" },
    { "E29, no reference", "", PHONES_OF(TO_PHONES ", 'local_columns': ['phone_id']"), 1, P "/local_columns",
      "does not reference persons(id)", "person_id" },
    { "E29, several", "", PHONES_OF(TO_PHONES ", 'local_columns': ['person_id', 'phone_id']"), 1, P "/local_columns",
      "names several columns", "several columns are not served" },
    { "E32", "", "{'resources': {" PERSONS(TO_PHONES) "," OWNERS(TO_PERSONS) "}}", 1,
      "/resources/phones/relationships/owners/secondary", "written by persons.phones", "back_populates" },
    { "E32, one direction", "", "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES "}, 'mobiles': {"
      TO_PHONES "}}}, 'phones': {}}}", 1, "/resources/persons/relationships/mobiles/secondary",
      "written by persons.phones", "of its own" },
    { "E33", "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nforeign a persons id\nforeign b phones id\n"
      "index a\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1, P "/secondary",
      "no primary key or unique constraint over (a, b)", "add primary key (\"a\", \"b\")" },
    { "E34", "table t\ncolumn a text not_null\ncolumn b bigint not_null\nprimary a b\nforeign a persons id\n"
      "foreign b phones id\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1, P "/secondary",
      "t.a is text, but persons.id is bigint", "same type" },
    { "E35", "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\ncolumn since date not_null\nprimary a b\n"
      "foreign a persons id\nforeign b phones id\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1,
      P "/secondary", "\"since\" of \"t\" is NOT NULL without a default", "default" },
    { "secondary is a view", "view v\ncolumn a bigint\n", PHONES_OF("'target': 'phones', 'secondary': 'v'"), 1,
      P "/secondary", "is a view", "itself" },
    { "E49, type", "", "{'resources': {'metrics': {'table': 'persons'}}}", 1, "/resources/metrics",
      "\"/metrics\" is a path of the service itself", "another name" },
    { "E49, relationships", "", "{'resources': {'persons': {'relationships': {'relationships': {" TO_PHONES "}}}, 'phones': {}}}",
      1, "/resources/persons/relationships/relationships", "own paths", "another name" },
    { "type in paths", "", "{'resources': {'per/sons': {'table': 'persons'}}}", 1, "/resources/per~1sons",
      "cannot be a type", "letters" },
    { "no such table", "", "{'resources': {'person': {}}}", 1, "/resources/person", "no table \"person\"",
      "did you mean \"persons\"?" },
    { "no such declared table", "", "{'resources': {'people': {'table': 'zzz'}}}", 1, "/resources/people/table",
      "no table \"zzz\"", "migrations" },
    { "no primary key", "table t\ncolumn a bigint\n", "{'resources': {'t': {}}}", 1, "/resources/t", "\"t\" has no primary key",
      "one column" },
    { "view", "view v\ncolumn a bigint\n", "{'resources': {'v': {}}}", 1, "/resources/v", "is a view", "one column" },
    { "composite key", "", "{'resources': {'person_phones': {'attributes': {}}}}", 1, "/resources/person_phones",
      "primary key of several columns", "one column" },
    { "key type", "table t\ncolumn a timestamptz not_null default\nprimary a\n", "{'resources': {'t': {}}}", 1, "/resources/t",
      "the key \"a\" of \"t\" is of type timestamptz", "bigint" },
    { "no such column", "", "{'resources': {'persons': {'attributes': {'name': {}, 'emial': {}}}}}", 1,
      "/resources/persons/attributes/emial", "has no column \"emial\"", "did you mean \"email\"?" },
    { "no such declared column", "", "{'resources': {'persons': {'attributes': {'name': {}, 'mail': {'column': 'emial'}}}}}", 1,
      "/resources/persons/attributes/mail/column", "has no column \"emial\"", "did you mean \"email\"?" },
    { "key as attribute", "", "{'resources': {'persons': {'attributes': {'name': {}, 'key': {'column': 'id'}}}}}", 1,
      "/resources/persons/attributes/key", "is the key", "remove" },
    { "column twice", "", "{'resources': {'persons': {'attributes': {'name': {}, 'title': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/title", "is the attribute \"name\" already", "once" },
    { "unsupported type", "table t\ncolumn id bigint not_null default\ncolumn price numeric\nprimary id\n",
      "{'resources': {'t': {}}}", 1, "/resources/t", "column \"price\" is of type numeric", "leave the column out" },
    { "link column", "", PHONES_OF(TO_PHONES ", 'secondary_attributes': {'since': {}}"), 1,
      P "/secondary_attributes/since", "has no column \"since\"", "secondary_attributes" },
    { "link column is a key", "", PHONES_OF(TO_PHONES ", 'secondary_attributes': {'phone_id': {}}"), 1,
      P "/secondary_attributes/phone_id", "one of the two keys", "secondary_attributes" },
    { "link column, unknown key", "", PHONES_OF(TO_PHONES ", 'secondary_attributes': {'linked_at': {'read_only': true}}"), 1,
      P "/secondary_attributes/linked_at/read_only", "unknown key", "column" },
};
/* clang-format on */

static void test_every_mistake_is_reported_once(void **state)
{
    (void)state;
    size_t n_wrong = 0;
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        const struct mistake *m = &mistakes[i];
        struct loaded l = load(m->tables, m->json);
        const struct finding *f = l.findings.first;
        if (l.findings.n_errors != m->n_errors || f == NULL || strcmp(f->pointer, m->pointer) != 0 ||
            strstr(f->reason, m->reason) == NULL || strstr(f->remedy, m->remedy) == NULL) {
            print_error("%s: %zu errors\n", m->name, l.findings.n_errors);
            for (; f != NULL; f = f->next) {
                print_error("    %s: %s. %s\n", f->pointer, f->reason, f->remedy);
            }
            n_wrong++;
        }
        unload(&l);
    }
    assert_int_equal(n_wrong, 0);
}

static void test_all_mistakes_come_in_the_order_of_the_file(void **state)
{
    (void)state;
    static const char *const pointers[] = {
        "/resources/persons/attributes/nam",
        "/resources/persons/relationships/friends/secondary",
        "/resources/persons/relationships/phones/bakref",
        "/resources/phone",
        "/version",
    };
    struct loaded l = load("", "{'resources': {'persons': {"
                               "'attributes': {'name': {}, 'nam': {}}, 'relationships': {"
                               "'friends': {'target': 'friends', 'secondary': 'zz'},"
                               "'phones': {" TO_PHONES ", 'bakref': 'x'}}},"
                               "'phone': {}, 'phones': {}, 'friends': {}}, 'version': 2}");
    const struct finding *f = l.findings.first;
    for (size_t i = 0; i < ARRAY_SIZE(pointers); i++, f = f->next) {
        assert_non_null(f);
        assert_string_equal(f->pointer, pointers[i]);
    }
    assert_null(f);
    unload(&l);
}

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
        struct loaded l = load(rows[i].tables, rows[i].json);
        assert_int_equal(l.r, 0);
        assert_int_equal(l.findings.n_warnings, 1);
        assert_int_equal(l.findings.first->level, FINDING_WARNING);
        assert_string_equal(l.findings.first->pointer, rows[i].pointer);
        assert_non_null(strstr(l.findings.first->reason, rows[i].reason));
        unload(&l);
    }
}

static void test_attributes_default_to_plain_columns(void **state)
{
    (void)state;
    struct loaded l = load("table t\n"
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
    unload(&l);
}

static void test_names_that_need_quoting(void **state)
{
    (void)state;
    struct loaded l = load("table odd\"ones Sche.ma\n"
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
    unload(&l);
}

static void test_a_type_with_itself(void **state)
{
    (void)state;
    struct loaded l =
        load(knows_tables, "{'resources': {'persons': {'relationships': {"
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
    unload(&l);
}

static void test_one_sided_is_legal(void **state)
{
    (void)state;
    struct loaded l = load("", PHONES_OF(TO_PHONES));
    assert_int_equal(l.r, 0);
    assert_int_equal(l.model->n_relationships, 1);
    assert_null(relationship_of(l.model, "persons", "phones")->inverse);
    unload(&l);
}

static void test_secondary_attributes_hold_for_both_sides(void **state)
{
    (void)state;
    struct loaded l =
        load("", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners',"
                 "'secondary_attributes': {'since': {'column': 'linked_at'}}") ","
                 OWNERS(TO_PERSONS ", 'back_populates': 'phones'") "}}");
    assert_int_equal(l.r, 0);
    const struct relationship *phones = relationship_of(l.model, "persons", "phones");
    const struct relationship *owners = relationship_of(l.model, "phones", "owners");
    assert_string_equal(phones->link_columns[0].name, "since");
    assert_string_equal(phones->link_columns[0].column, "\"linked_at\"");
    assert_string_equal(owners->link_columns[0].name, "since");
    unload(&l);
}

static void test_a_key_beside_the_pair_is_not_shown(void **state)
{
    (void)state;
    struct loaded l = load("table t\n"
                           "column id bigint not_null default\n"
                           "column b bigint not_null\n"
                           "column a bigint not_null\n"
                           "column note text\n"
                           "column extra jsonb\n"
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
    unload(&l);
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
        cmocka_unit_test(test_every_mistake_is_reported_once),
        cmocka_unit_test(test_all_mistakes_come_in_the_order_of_the_file),
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
