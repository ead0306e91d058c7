/*
 * mistakes_test.c - every mistake of a model file that is refused: where it is reported, and how.
 *
 * Most have a counterpart in SQLAlchemy's configuration errors; some it lets pass and then stores
 * wrong data.
 */
#include "support/cmocka_all.h"

#include "support/catalogs.h"

struct mistake {
    const char *name;
    const char *tables; /* beside the default ones */
    const char *json;
    size_t n_errors;
    const char *pointer; /* of the first finding */
    const char *reason;  /* part of it */
    const char *remedy;  /* part of it */
};

#define PHONES_OF(members)                                                                         \
    "{'resources': {'persons': {'relationships': {'phones': {" members "}}}, 'phones': {}}}"
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
    { "no object", "", "[]", 1, "", "must be an object, is an empty array", "object" },
    { "empty", "", "{}", 1, "", "has no \"resources\"", "add" },
    { "no resource", "", "{'resources': {}}", 1, "/resources", "declares no resource", "persons" },
    { "unknown key on top", "", "{'resource': {}, 'resources': {'persons': {}}}", 1, "/resource",
      "unknown key", "did you mean \"resources\"?" },
    { "unknown key in a resource", "", "{'resources': {'persons': {'tabel': 'x'}}}", 1,
      "/resources/persons/tabel", "unknown key \"tabel\"", "did you mean \"table\"?" },
    { "misspelt key", "", PHONES_OF("'target': 'phones', 'secondry': 'person_phones'"), 1, P "/secondry",
      "unknown key \"secondry\"", "did you mean \"secondary\"?" },
    { "number as a name", "", PHONES_OF(TO_PHONES ", 'back_populates': 5"), 1, P "/back_populates",
      "must be a name, is an integer", "name" },
    { "boolean as an attribute", "", "{'resources': {'persons': {'attributes': {'name': true}}}}", 1,
      "/resources/persons/attributes/name", "must be an object, is a boolean", "object" },
    { "number as a flag", "", "{'resources': {'persons': {'attributes': {'name': {'read_only': 1}}}}}", 1,
      "/resources/persons/attributes/name/read_only", "must be true or false", "true or false" },
    { "number as a column", "", PHONES_OF(TO_PHONES ", 'local_columns': [7]"), 1, P "/local_columns/0",
      "must be a name, is an integer", "name" },
    { "empty name", "", PHONES_OF("'target': '', 'secondary': 'person_phones'"), 1, P "/target",
      "is an empty string", "name" },
    { "backref and back_populates", "", PHONES_OF(TO_PHONES ", 'backref': 'owners', 'back_populates': 'owners'"), 1,
      P "/backref", "cannot stand beside \"back_populates\"", "if phones declares \"owners\"" },
    { "relationship called id", "", "{'resources': {'persons': {'relationships': {'id': {" TO_PHONES
      "}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/id", "reserved by JSON:API", "another name" },
    { "relationship with a space", "", "{'resources': {'persons': {'relationships': {'a b': {" TO_PHONES
      "}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/a b", "stand in paths", "letters" },
    { "attribute with a plus", "", "{'resources': {'persons': {'attributes': {'a+b': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/a+b", "no member name", "differently" },
    { "attribute called type", "", "{'resources': {'persons': {'attributes': {'type': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/type", "reserved by JSON:API", "differently" },
    { "attribute and relationship of one name", "",
      "{'resources': {'persons': {'attributes': {'phones': {'column': 'name'}}, 'relationships': {'phones': {"
      TO_PHONES "}}}, 'phones': {}}}", 1, P, "an attribute \"phones\" already", "rename" },
    { "key twice", "", "{'resources': {'persons': {}, 'persons': {}}}", 1, "", "duplicate object key", "remove one" },
    { "misspelt target", "", PHONES_OF("'target': 'phone', 'secondary': 'person_phones'"), 1, P "/target",
      "there is no type \"phone\"", "did you mean \"phones\"?" },
    { "unknown target", "", PHONES_OF("'target': 'x', 'secondary': 'person_phones'"), 1, P "/target",
      "there is no type \"x\"", "the types are persons and phones" },
    { "target is a table", "", PHONES_OF("'target': 'person_phones', 'secondary': 'person_phones'"), 1, P "/target",
      "that is a table, not a type", "the types are" },
    { "no target", "", PHONES_OF("'secondary': 'person_phones'"), 1, P, "has no \"target\"", "add" },
    { "neither secondary nor foreign key", "", PHONES_OF("'target': 'phones'"), 1, P,
      "no foreign key joins \"persons\" and \"phones\", and there is no \"secondary\"", "association table" },
    { "unknown inverse", "", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'ownerz'") ","
      OWNERS(TO_PERSONS ", 'backref': 'mobiles'") "}}", 1, P "/back_populates",
      "phones has no relationship \"ownerz\"", "did you mean \"owners\"?" },
    { "inverse is an attribute", "", PHONES_OF(TO_PHONES ", 'back_populates': 'number'"), 1, P "/back_populates",
      "phones.number is an attribute", "name a relationship" },
    { "inverse targets another type", "",
      "{'resources': {'persons': {'relationships': {'friends': {'target': 'friends',"
      "'secondary': 'person_friends', 'back_populates': 'hobbies'}}}, 'hobbies': {}, 'friends': {'relationships': {"
      "'hobbies': {'target': 'hobbies', 'secondary': 'friend_hobbies'}}}}}", 1,
      "/resources/persons/relationships/friends/back_populates", "friends.hobbies targets hobbies, not persons",
      "that targets persons" },
    { "inverse does not name this side back", "", "{'resources': {" PERSONS(TO_PHONES
      ", 'back_populates': 'owners'") "," OWNERS(TO_PERSONS) "}}", 1,
      P "/back_populates", "phones.owners has no \"back_populates\"", "add \"back_populates\": \"phones\"" },
    { "inverse has a backref", "", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners'") ","
      OWNERS(TO_PERSONS ", 'backref': 'mobiles'") "}}", 1, P "/back_populates",
      "phones.owners belongs to the \"backref\" at /resources/phones/relationships/owners/backref", "on both sides" },
    { "inverse names a third relationship", "", "{'resources': {'persons': {'relationships': {'phones': {"
      TO_PHONES ", 'back_populates': 'owners'},"
      "'mobiles': {" TO_PHONES "}}}, " OWNERS(TO_PERSONS ", 'back_populates': 'mobiles'") "}}", 2,
      P "/back_populates", "phones.owners names \"mobiles\" as its other side", "name each other" },
    { "inverse belongs to another",
      "table calls\ncolumn person_id bigint not_null\ncolumn phone_id bigint not_null\nprimary person_id phone_id\n"
      "foreign person_id persons id\nforeign phone_id phones id\nindex phone_id\n",
      "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES ", 'back_populates': 'owners'},"
      "'calls': {'target': 'phones', 'secondary': 'calls', 'back_populates': 'owners'}}}, "
      OWNERS(TO_PERSONS ", 'back_populates': 'phones'") "}}", 1,
      "/resources/persons/relationships/calls/back_populates", "phones.owners belongs to persons.phones already",
      "of its own" },
    { "two association tables",
      "table phone_owners\ncolumn o bigint not_null\ncolumn p bigint not_null\nprimary o p\n"
      "foreign o persons id\nforeign p phones id\nindex p\n",
      "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners'") ","
      OWNERS("'target': 'persons', 'secondary': 'phone_owners', 'back_populates': 'phones'") "}}", 2,
      P "/secondary", "\"person_phones\" here, but \"phone_owners\" at the other side, phones.owners",
      "same association table" },
    { "columns not swapped", knows_tables, "{'resources': {'persons': {'relationships': {"
      "'knows': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id',"
      " 'remote_columns': 'right_id', 'back_populates': 'known_by'},"
      "'known_by': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id',"
      " 'remote_columns': 'right_id', 'back_populates': 'knows'}}}}}", 1,
      "/resources/persons/relationships/known_by",
      "(left_id, right_id) are not those of persons.knows (left_id, right_id) swapped",
      "\"local_columns\": \"right_id\"" },
    { "inverse of itself", knows_tables, "{'resources': {'persons': {'relationships': {"
      "'knows': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id',"
      " 'back_populates': 'knows'}}}}}", 1, "/resources/persons/relationships/knows/back_populates",
      "names the relationship itself", "second relationship" },
    { "backref is a relationship already", "", "{'resources': {" PERSONS(TO_PHONES ", 'backref': 'owners'") ","
      OWNERS(TO_PERSONS) "}}", 1,
      P "/backref", "phones has a relationship \"owners\" already, at /resources/phones/relationships/owners",
      "back_populates" },
    { "backref is an attribute already", "", PHONES_OF(TO_PHONES ", 'backref': 'number'"), 1, P "/backref",
      "phones has an attribute \"number\" already", "another name" },
    { "backref made twice", "", "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES
      ", 'backref': 'owners'},"
      "'mobiles': {" TO_PHONES ", 'backref': 'owners'}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/mobiles/backref", "phones has a relationship \"owners\" already",
      "another name" },
    { "backref is the relationship itself", knows_tables,
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id', 'backref': 'knows'}}}}}", 1,
      "/resources/persons/relationships/knows/backref", "persons has a relationship \"knows\" already",
      "another name" },
    { "backref is reserved", "", PHONES_OF(TO_PHONES ", 'backref': 'type'"), 1, P "/backref",
      "reserved by JSON:API", "another name" },
    { "backref is an array", "", PHONES_OF(TO_PHONES ", 'backref': ['owners']"), 1, P "/backref",
      "must be a name or an object with one, is an array", "name" },
    { "misspelt association table", "", PHONES_OF("'target': 'phones', 'secondary': 'person_phone'"), 1, P
      "/secondary",
      "there is no table \"person_phone\"", "did you mean \"person_phones\"?" },
    { "association table is SQL", "", PHONES_OF("'target': 'phones', 'secondary': 'a; drop table persons'"), 1,
      P "/secondary",
      "there is no table \"a; drop table persons\"", "correct the name" },
    { "association table is a type's", "", PHONES_OF("'target': 'phones', 'secondary': 'phones'"), 1, P "/secondary",
      "table \"phones\" stores the type phones", "of its own" },
    { "no foreign key to the target", "", PHONES_OF("'target': 'phones', 'secondary': 'person_friends'"), 1, P
      "/secondary",
      "\"person_friends\" has no foreign key to \"phones\"", "add one" },
    { "foreign key to another column",
      "table lines\ncolumn person_id bigint not_null\ncolumn number text not_null\nprimary person_id number\n"
      "foreign person_id persons id\nforeign number phones number\nindex number\n",
      PHONES_OF("'target': 'phones', 'secondary': 'lines'"), 1, P "/secondary",
      "references other columns of \"phones\" than its key", "phones(id)" },
    { "two columns for one side", knows_tables,
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows'}}}}}", 1, "/resources/persons/relationships/knows",
      "columns left_id and right_id of \"knows\" all reference persons", "local_columns" },
    { "one column for two sides",
      "table knows\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\nforeign a persons id\n",
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons', 'secondary': 'knows'}}}}}", 1,
      "/resources/persons/relationships/knows/secondary", "needs two", "add the other" },
    { "unknown local column", "", PHONES_OF(TO_PHONES ", 'local_columns': 'persons_id'"), 1, P "/local_columns",
      "has no column \"persons_id\"", "did you mean \"person_id\"?" },
    { "one column declared for both", knows_tables,
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'left_id'}}}}}", 1,
      "/resources/persons/relationships/knows/local_columns", "cannot point to both sides", "another column" },
    { "local column points elsewhere", "", PHONES_OF(TO_PHONES ", 'local_columns': ['phone_id']"), 1, P
      "/local_columns",
      "does not reference persons(id)", "person_id" },
    { "several local columns", "", PHONES_OF(TO_PHONES ", 'local_columns': ['person_id', 'phone_id']"), 1, P
      "/local_columns",
      "names several columns", "several columns are not served" },
    { "same rows from both sides", "", "{'resources': {" PERSONS(TO_PHONES) "," OWNERS(TO_PERSONS) "}}", 1,
      "/resources/phones/relationships/owners/secondary", "written by persons.phones", "back_populates" },
    { "same rows twice", "", "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES "}, 'mobiles': {"
      TO_PHONES "}}}, 'phones': {}}}", 1, "/resources/persons/relationships/mobiles/secondary",
      "written by persons.phones", "of its own" },
    { "association table without a key",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nforeign a persons id\nforeign b phones id\n"
      "index a\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1, P "/secondary",
      "no primary key or unique constraint over (a, b)", "add primary key (\"a\", \"b\")" },
    { "key types differ",
      "table t\ncolumn a text not_null\ncolumn b bigint not_null\nprimary a b\nforeign a persons id\n"
      "foreign b phones id\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1, P "/secondary",
      "t.a is text, but persons.id is bigint", "same type" },
    { "link needs a value",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\ncolumn since date not_null\nprimary a b\n"
      "foreign a persons id\nforeign b phones id\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1,
      P "/secondary", "\"since\" of \"t\" is NOT NULL without a default", "default" },
    { "secondary is a view", "view v\ncolumn a bigint\n", PHONES_OF("'target': 'phones', 'secondary': 'v'"), 1,
      P "/secondary", "is a view", "itself" },
    { "type is a path", "", "{'resources': {'metrics': {'table': 'persons'}}}", 1, "/resources/metrics",
      "\"/metrics\" is a path of the service itself", "another name" },
    { "relationship is a path", "", "{'resources': {'persons': {'relationships': {'relationships': {" TO_PHONES
      "}}}, 'phones': {}}}",
      1, "/resources/persons/relationships/relationships", "own paths", "another name" },
    { "type in paths", "", "{'resources': {'per/sons': {'table': 'persons'}}}", 1, "/resources/per~1sons",
      "cannot be a type", "letters" },
    { "no such table", "", "{'resources': {'person': {}}}", 1, "/resources/person", "no table \"person\"",
      "did you mean \"persons\"?" },
    { "no such declared table", "", "{'resources': {'people': {'table': 'zzz'}}}", 1, "/resources/people/table",
      "no table \"zzz\"", "migrations" },
    { "no primary key", "table t\ncolumn a bigint\n", "{'resources': {'t': {}}}", 1, "/resources/t",
      "\"t\" has no primary key",
      "one column" },
    { "view", "view v\ncolumn a bigint\n", "{'resources': {'v': {}}}", 1, "/resources/v", "is a view", "\"key\"" },
    { "composite key", "", "{'resources': {'person_phones': {'attributes': {}}}}", 1, "/resources/person_phones",
      "primary key of several columns", "one column" },
    { "key type", "table t\ncolumn a timestamptz not_null default\nprimary a\n", "{'resources': {'t': {}}}", 1,
      "/resources/t",
      "the key \"a\" of \"t\" is of type timestamptz", "bigint" },
    { "no such column", "", "{'resources': {'persons': {'attributes': {'name': {}, 'emial': {}}}}}", 1,
      "/resources/persons/attributes/emial", "has no column \"emial\"", "did you mean \"email\"?" },
    { "no such declared column", "",
      "{'resources': {'persons': {'attributes': {'name': {}, 'mail': {'column': 'emial'}}}}}", 1,
      "/resources/persons/attributes/mail/column", "has no column \"emial\"", "did you mean \"email\"?" },
    { "key as attribute", "", "{'resources': {'persons': {'attributes': {'name': {}, 'key': {'column': 'id'}}}}}", 1,
      "/resources/persons/attributes/key", "is the key", "remove" },
    { "column twice", "", "{'resources': {'persons': {'attributes': {'name': {}, 'title': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/title", "is the attribute \"name\" already", "once" },
    { "unsupported type", "table t\ncolumn id bigint not_null default\ncolumn spot point\nprimary id\n",
      "{'resources': {'t': {}}}", 1, "/resources/t", "column \"spot\" is of type point", "leave the column out" },
    { "link column", "", PHONES_OF(TO_PHONES ", 'secondary_attributes': {'since': {}}"), 1,
      P "/secondary_attributes/since", "has no column \"since\"", "secondary_attributes" },
    { "link column is a key", "", PHONES_OF(TO_PHONES ", 'secondary_attributes': {'phone_id': {}}"), 1,
      P "/secondary_attributes/phone_id", "one of the two keys", "secondary_attributes" },
    { "link column, unknown key", "", PHONES_OF(TO_PHONES
      ", 'secondary_attributes': {'linked_at': {'readonly': true}}"), 1,
      P "/secondary_attributes/linked_at/readonly", "unknown key", "did you mean \"read_only\"?" },
};
/* clang-format on */

static void test_every_mistake_is_reported_once(void **state)
{
    (void)state;
    size_t n_wrong = 0;
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        const struct mistake *m = &mistakes[i];
        struct loaded_model l = loaded_model_over(m->tables, m->json);
        const struct finding *f = l.findings.first;
        if (l.findings.n_errors != m->n_errors || f == NULL ||
            strcmp(f->pointer, m->pointer) != 0 || strstr(f->reason, m->reason) == NULL ||
            strstr(f->remedy, m->remedy) == NULL) {
            print_error("%s: %zu errors\n", m->name, l.findings.n_errors);
            for (; f != NULL; f = f->next) {
                print_error("    %s: %s. %s\n", f->pointer, f->reason, f->remedy);
            }
            n_wrong++;
        }
        loaded_model_free(&l);
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
    struct loaded_model l =
        loaded_model_over("", "{'resources': {'persons': {"
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
    loaded_model_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mistake_is_reported_once),
        cmocka_unit_test(test_all_mistakes_come_in_the_order_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
