/*
 * mistakes_test.c - mistakes of a model file about itself and about single resources are refused.
 *
 * Most have a counterpart in SQLAlchemy's configuration errors; some it lets pass and then stores
 * wrong data.
 */
#include "support/cmocka_all.h"

#include "support/catalogs.h"
#include "support/mistakes.h"

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
    { "E01 misspelt key", "", PHONES_OF("'target': 'phones', 'secondry': 'person_phones'"), 1, P "/secondry",
      "unknown key \"secondry\"", "did you mean \"secondary\"?" },
    { "E02 number as a name", "", PHONES_OF(TO_PHONES ", 'back_populates': 5"), 1, P "/back_populates",
      "must be a name, is an integer", "name" },
    { "boolean as an attribute", "", "{'resources': {'persons': {'attributes': {'name': true}}}}", 1,
      "/resources/persons/attributes/name", "must be an object, is a boolean", "object" },
    { "number as a flag", "", "{'resources': {'persons': {'attributes': {'name': {'read_only': 1}}}}}", 1,
      "/resources/persons/attributes/name/read_only", "must be true or false", "true or false" },
    { "number as a column", "", PHONES_OF(TO_PHONES ", 'local_columns': [7]"), 1, P "/local_columns/0",
      "must be a name, is an integer", "name" },
    { "empty name", "", PHONES_OF("'target': '', 'secondary': 'person_phones'"), 1, P "/target",
      "is an empty string", "name" },
    { "E05 relationship called id", "", "{'resources': {'persons': {'relationships': {'id': {" TO_PHONES
      "}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/id", "reserved by JSON:API", "another name" },
    { "E05 relationship with a space", "", "{'resources': {'persons': {'relationships': {'a b': {" TO_PHONES
      "}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/a b", "stand in paths", "letters" },
    { "E05 attribute with a plus", "", "{'resources': {'persons': {'attributes': {'a+b': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/a+b", "no member name", "differently" },
    { "E05 attribute called type", "", "{'resources': {'persons': {'attributes': {'type': {'column': 'name'}}}}}", 1,
      "/resources/persons/attributes/type", "reserved by JSON:API", "differently" },
    { "E06 attribute and relationship of one name", "",
      "{'resources': {'persons': {'attributes': {'phones': {'column': 'name'}}, 'relationships': {'phones': {"
      TO_PHONES "}}}, 'phones': {}}}", 1, P, "an attribute \"phones\" already", "rename" },
    { "E07 key twice", "", "{'resources': {'persons': {}, 'persons': {}}}", 1, "", "duplicate object key",
      "remove one" },
    { "E49 type is a path", "", "{'resources': {'metrics': {'table': 'persons'}}}", 1, "/resources/metrics",
      "\"/metrics\" is a path of the service itself", "another name" },
    { "E49 relationship is a path", "", "{'resources': {'persons': {'relationships': {'relationships': {" TO_PHONES
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
    { "description that is no text", "", "{'resources': {'persons': {'description': 7}}}", 1,
      "/resources/persons/description", "must be a text, is an integer", "text" },
    { "key without a column", "", "{'resources': {'persons': {'key': 'idd'}}}", 1, "/resources/persons/key",
      "has no column \"idd\"", "its columns are id, name" },
    { "key that is not unique", "", "{'resources': {'persons': {'key': 'name'}}}", 1, "/resources/persons/key",
      "column \"name\" of \"persons\" is not unique", "alter table \"public\".\"persons\" add unique (\"name\")" },
    { "key that may be NULL", "", "{'resources': {'persons': {'key': 'email'}}}", 1, "/resources/persons/key",
      "column \"email\" of \"persons\" may be NULL", "alter column \"email\" set not null" },
    { "declared key of a wrong type", "view v\ncolumn at timestamptz\n", "{'resources': {'v': {'key': 'at'}}}", 1,
      "/resources/v/key", "the key \"at\" of \"v\" is of type timestamptz", "bigint" },
    { "client ids of what is only read", "", "{'resources': {'persons': {'view_only': true, 'client_ids': true}}}", 1,
      "/resources/persons/client_ids", "nothing is created here", "remove" },
    { "client ids of a generated key", "table t\ncolumn id bigint not_null default generated\nprimary id\n",
      "{'resources': {'t': {'client_ids': true}}}", 1, "/resources/t/client_ids",
      "the database always makes \"id\" itself", "remove" },
    { "foreign key shown twice", PETS_TABLE, "{'resources': {'persons': {}, 'pets': {'attributes': {'name': {},"
      "'owner_id': {}}, 'relationships': {'owner': {'target': 'persons', 'local_columns': 'owner_id'}}}}}", 1,
      "/resources/pets/attributes/owner_id", "is the foreign key of pets.owner, which shows it", "remove" },
};
/* clang-format on */

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
        cmocka_unit_test(test_all_mistakes_come_in_the_order_of_the_file),
    };
    int n_failed = mistakes_run("mistakes", mistakes, ARRAY_SIZE(mistakes));
    return n_failed + cmocka_run_group_tests(tests, NULL, NULL);
}
