/*
 * mistakes_tables_test.c - mistakes about the tables, columns and keys that store links.
 */
#include "support/cmocka_all.h"

#include "support/mistakes.h"

/* clang-format off */
/* An association table whose links need a date. */
#define DATED_TABLE                                                                                \
    "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\ncolumn since date not_null\nprimary a b\n" \
    "foreign a persons id\nforeign b phones id\nindex b\n"

static const struct mistake mistakes[] = {
    { "neither secondary nor foreign key", "", PHONES_OF("'target': 'phones'"), 1, P,
      "no foreign key joins \"persons\" and \"phones\", and there is no \"secondary\"", "association table" },
    { "E23 misspelt association table", "", PHONES_OF("'target': 'phones', 'secondary': 'person_phone'"), 1, P
      "/secondary",
      "there is no table \"person_phone\"", "did you mean \"person_phones\"?" },
    { "E24 association table is SQL", "", PHONES_OF("'target': 'phones', 'secondary': 'a; drop table persons'"), 1,
      P "/secondary",
      "there is no table \"a; drop table persons\"", "correct the name" },
    { "E25 association table is the target's", "", PHONES_OF("'target': 'phones', 'secondary': 'phones'"), 1,
      P "/secondary", "table \"phones\" stores the type phones", "of its own" },
    { "E26 no foreign key to the target", "", PHONES_OF("'target': 'phones', 'secondary': 'person_friends'"), 1, P
      "/secondary",
      "\"person_friends\" has no foreign key to \"phones\"", "add one" },
    { "E27 foreign key to another column",
      "table lines\ncolumn person_id bigint not_null\ncolumn number text not_null\nprimary person_id number\n"
      "foreign person_id persons id\nforeign number phones number\nindex number\n",
      PHONES_OF("'target': 'phones', 'secondary': 'lines'"), 1, P "/secondary",
      "references other columns of \"phones\" than its key", "phones(id)" },
    { "E28 two columns for one side", KNOWS_TABLE,
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows'}}}}}", 1, "/resources/persons/relationships/knows",
      "columns left_id and right_id of \"knows\" all reference persons", "local_columns" },
    { "E28 one column for two sides",
      "table knows\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\nforeign a persons id\n",
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons', 'secondary': 'knows'}}}}}", 1,
      "/resources/persons/relationships/knows/secondary", "needs two", "add the other" },
    { "E29 unknown local column", "", PHONES_OF(TO_PHONES ", 'local_columns': 'persons_id'"), 1, P "/local_columns",
      "has no column \"persons_id\"", "did you mean \"person_id\"?" },
    { "E29 one column declared for both", KNOWS_TABLE,
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'left_id'}}}}}", 1,
      "/resources/persons/relationships/knows/local_columns", "cannot point to both sides", "another column" },
    { "E29 local column points elsewhere", "", PHONES_OF(TO_PHONES ", 'local_columns': ['phone_id']"), 1, P
      "/local_columns",
      "does not reference persons(id)", "person_id" },
    { "E29 several local columns", "", PHONES_OF(TO_PHONES ", 'local_columns': ['person_id', 'phone_id']"), 1, P
      "/local_columns",
      "names several columns", "several columns are not served" },
    { "E32 same rows from both sides", "", "{'resources': {" PERSONS(TO_PHONES) "," OWNERS(TO_PERSONS) "}}", 1,
      "/resources/phones/relationships/owners/secondary", "written by persons.phones", "back_populates" },
    { "E32 same rows twice", "", "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES "}, 'mobiles': {"
      TO_PHONES "}}}, 'phones': {}}}", 1, "/resources/persons/relationships/mobiles/secondary",
      "written by persons.phones", "of its own" },
    { "E33 association table without a key",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nforeign a persons id\nforeign b phones id\n"
      "index a\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1, P "/secondary",
      "no primary key or unique constraint over (a, b)", "add primary key (\"a\", \"b\")" },
    { "E34 key types differ",
      "table t\ncolumn a text not_null\ncolumn b bigint not_null\nprimary a b\nforeign a persons id\n"
      "foreign b phones id\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1, P "/secondary",
      "t.a is text, but persons.id is bigint", "same type" },
    { "E35 link needs a value",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\ncolumn since date not_null\nprimary a b\n"
      "foreign a persons id\nforeign b phones id\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1,
      P "/secondary", "\"since\" of \"t\" is NOT NULL without a default",
      "add \"secondary_attributes\": { \"since\": {} }, or give the column a default" },
    { "E35 link needs a value that is only read", DATED_TABLE,
      PHONES_OF("'target': 'phones', 'secondary': 't', 'secondary_attributes': {'since': {'read_only': true}}"), 1,
      P "/secondary", "clients cannot give it: no link could be made from here", "let it be NULL" },
    { "E35 link needs a value that only the other side gives", DATED_TABLE,
      MODEL(PERSONS("'target': 'phones', 'secondary': 't', 'back_populates': 'owners',"
                    "'secondary_attributes': {'since': {}}") ", "
            OWNERS("'target': 'persons', 'secondary': 't', 'back_populates': 'phones', 'secondary_attributes': {}")), 1,
      "/resources/phones/relationships/owners/secondary", "no link could be made from here", "secondary_attributes" },
    { "E35 link needs an array",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\ncolumn tags text[] not_null\nprimary a b\n"
      "foreign a persons id\nforeign b phones id\nindex b\n",
      PHONES_OF("'target': 'phones', 'secondary': 't', 'secondary_attributes': {'tags': {}}"), 1,
      P "/secondary_attributes/tags", "is an array, which links show and do not write", "read_only" },
    { "secondary is a view", "view v\ncolumn a bigint\n", PHONES_OF("'target': 'phones', 'secondary': 'v'"), 1,
      P "/secondary", "is a view", "itself" },
    { "link column", "", PHONES_OF(TO_PHONES ", 'secondary_attributes': {'since': {}}"), 1,
      P "/secondary_attributes/since", "has no column \"since\"", "secondary_attributes" },
    { "link column is a key", "", PHONES_OF(TO_PHONES ", 'secondary_attributes': {'phone_id': {}}"), 1,
      P "/secondary_attributes/phone_id", "one of the two keys", "secondary_attributes" },
    { "link column, unknown key", "", PHONES_OF(TO_PHONES
      ", 'secondary_attributes': {'linked_at': {'readonly': true}}"), 1,
      P "/secondary_attributes/linked_at/readonly", "unknown key", "did you mean \"read_only\"?" },
    { "E25 association table is the owner's", "", PHONES_OF("'target': 'phones', 'secondary': 'persons'"), 1,
      P "/secondary", "table \"persons\" stores the type persons", "leave out \"secondary\"" },
    { "E25 key of the association table's type is one of the two",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a\nunique t_pair a b\n"
      "foreign a persons id\nforeign b phones id\nindex b\n",
      MODEL(PERSONS("'target': 'phones', 'secondary': 't'") ", 'phones': {}, 't': {'client_ids': true}"), 1,
      P "/secondary", "\"t\" stores the type t, whose key is \"a\"", "a key beside its two foreign keys" },
    { "E27 foreign key to a table that is no type",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\nforeign a persons id\n"
      "foreign b friends id\nindex b\n", PHONES_OF("'target': 'phones', 'secondary': 't'"), 1, P "/secondary",
      "\"t\" has no foreign key to \"phones\", the table of phones: they are a to persons and b to friends",
      "correct \"target\"" },
    { "E27 foreign key to another column, without an association table",
      "table calls\ncolumn id bigint not_null default\ncolumn number text not_null\nprimary id\n"
      "foreign number phones number\nindex number\n",
      MODEL(ON("calls", "'phone': {'target': 'phones'}") ", 'phones': {}"), 1, "/resources/calls/relationships/phone",
      "foreign key \"calls_number_fkey\" references other columns of \"phones\" than id", "phones(id)" },
    { "E27 likewise from the other side",
      "table calls\ncolumn id bigint not_null default\ncolumn number text not_null\nprimary id\n"
      "foreign number phones number\nindex number\n",
      MODEL(ON("phones", "'calls': {'target': 'calls'}") ", 'calls': {}"), 1, "/resources/phones/relationships/calls",
      "foreign key \"calls_number_fkey\" references other columns of \"phones\" than id", "phones(id)" },
    { "E28 two foreign keys to the target", PETS_TABLE,
      MODEL(ON("pets", "'owner': {'target': 'persons'}") ", 'persons': {}"), 1, "/resources/pets/relationships/owner",
      "2 foreign keys could be meant",
      "add one of \"local_columns\": \"owner_id\" and \"local_columns\": \"sitter_id\"" },
    { "E28 foreign key of a table to itself", PETS_TABLE, MODEL(ON("pets", "'parent': {'target': 'pets'}")), 1,
      "/resources/pets/relationships/parent", "2 foreign keys could be meant",
      "\"local_columns\": \"parent_id\" (to the one that it refers to) and "
      "\"remote_columns\": \"parent_id\" (to those that refer to it)" },
    { "E29 unknown local column of a foreign key", PETS_TABLE,
      MODEL(ON("pets", "'owner': {'target': 'persons', 'local_columns': 'ownerid'}") ", 'persons': {}"), 1,
      "/resources/pets/relationships/owner/local_columns", "table \"pets\" has no column \"ownerid\"",
      "did you mean \"owner_id\"?" },
    { "E29 unknown remote column of a foreign key", PETS_TABLE,
      MODEL(ON("persons", "'pets': {'target': 'pets', 'remote_columns': 'owner'}") ", 'pets': {}"), 1,
      "/resources/persons/relationships/pets/remote_columns", "table \"pets\" has no column \"owner\"",
      "its columns are id, name" },
    { "E29 foreign key of several columns", PETS_TABLE,
      MODEL(ON("pets", "'owner': {'target': 'persons', 'local_columns': ['owner_id', 'name']}") ", 'persons': {}"), 1,
      "/resources/pets/relationships/owner/local_columns", "names several columns", "not served" },
    { "E30 columns that no foreign key joins", PETS_TABLE,
      MODEL(ON("pets", "'owner': {'target': 'persons', 'local_columns': 'name'}") ", 'persons': {}"), 1,
      "/resources/pets/relationships/owner/local_columns", "no foreign key joins \"name\" of \"pets\" to persons",
      "what could be named here: \"local_columns\": \"owner_id\"" },
    { "E30 two columns that no foreign key joins", PETS_TABLE,
      MODEL(ON("pets", "'owner': {'target': 'persons', 'local_columns': 'owner_id', 'remote_columns': 'name'}")
      ", 'persons': {}"), 1, "/resources/pets/relationships/owner/local_columns",
      "no foreign key joins \"owner_id\" of \"pets\" and \"name\" of \"persons\"", "owner_id" },
    { "E32 same foreign key twice", VISITS_TABLE,
      MODEL(ON("visits", "'pet': {'target': 'pets'}, 'animal': {'target': 'pets'}") ", 'pets': {}"), 1,
      "/resources/visits/relationships/animal", "the same foreign key of \"visits\" is written by visits.pet",
      "list \"visits.pet\" in \"overlaps\"" },
    { "E32 same foreign key from both sides", VISITS_TABLE,
      MODEL(ON("visits", "'pet': {'target': 'pets'}") ", " ON("pets", "'visits': {'target': 'visits'}")), 1,
      "/resources/pets/relationships/visits", "the same foreign key of \"visits\" is written by visits.pet",
      "\"back_populates\" on both" },
    { "E34 foreign key of another type",
      "table t\ncolumn id bigint not_null default\ncolumn person integer\nprimary id\nforeign person persons id\n"
      "index person\n", MODEL(ON("t", "'person': {'target': 'persons'}") ", 'persons': {}"), 1,
      "/resources/t/relationships/person", "t.person is integer, but persons.id is bigint", "same type" },
    { "E36 link without on delete cascade",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\n"
      "foreign a persons id\nforeign b phones id restrict\nindex b\n",
      PHONES_OF("'target': 'phones', 'secondary': 't', 'backref': 'owners'"), 0, P "/secondary",
      "may be refused with 409", "on delete cascade" },
    { "E36 required foreign key that a delete would set to NULL",
      "table t\ncolumn id bigint not_null default\ncolumn person bigint not_null\nprimary id\n"
      "foreign person persons id set_null\nindex person\n",
      MODEL(ON("t", "'person': {'target': 'persons', 'backref': 'ts'}") ", 'persons': {}"), 0,
      "/resources/t/relationships/person", "a DELETE of what is linked will be refused", "on delete cascade" },
    { "association table without an index",
      "table t\ncolumn a bigint not_null\ncolumn b bigint not_null\nprimary a b\n"
      "foreign a persons id\nforeign b phones id\n",
      PHONES_OF("'target': 'phones', 'secondary': 't', 'backref': 'owners'"), 0, P "/secondary",
      "no index of \"t\" begins with \"b\"", "create index on \"public\".\"t\" (\"b\", \"a\")" },
    { "foreign key without an index",
      "table t\ncolumn id bigint not_null default\ncolumn person bigint\nprimary id\nforeign person persons id\n",
      MODEL(ON("t", "'person': {'target': 'persons', 'backref': 'ts'}") ", 'persons': {}"), 0,
      "/resources/t/relationships/person/backref", "no index of \"t\" begins with \"person\"",
      "create index on \"public\".\"t\" (\"person\", \"id\")" },
    { "E48 to-one by a foreign key that is not unique", VISITS_TABLE,
      MODEL(ON("pets", "'visit': {'target': 'visits', 'uselist': false}") ", 'visits': {}"), 1,
      "/resources/pets/relationships/visit/uselist", "\"pet_id\" of \"visits\" is not unique",
      "alter table \"public\".\"visits\" add unique (\"pet_id\")" },
    { "E48 to-one over an association table that allows several", "", PHONES_OF(TO_PHONES ", 'uselist': false"), 1,
      P "/uselist", "\"person_id\" of \"person_phones\" is not unique",
      "alter table \"public\".\"person_phones\" add unique (\"person_id\")" },
    { "E48 created side that is not unique", VISITS_TABLE,
      MODEL(ON("visits", "'pet': {'target': 'pets', 'backref': {'name': 'visit', 'uselist': false}}") ", 'pets': {}"),
      1, "/resources/visits/relationships/pet/backref/uselist", "\"pet_id\" of \"visits\" is not unique",
      "add unique" },
    { "collection of one at most",
      "table t\ncolumn id bigint not_null default\ncolumn person bigint\nprimary id\nforeign person persons id\n"
      "unique t_person person\n", MODEL(ON("t", "'person': {'target': 'persons', 'backref': 'ts'}") ", 'persons': {}"),
      0, "/resources/t/relationships/person/backref", "this collection holds one at most", "\"uselist\": false" },
    { "view without named columns", "view v\ncolumn id bigint\ncolumn person_id bigint\n",
      MODEL("'v': {'key': 'id', 'relationships': {'person': {'target': 'persons'}}}, 'persons': {}"), 1,
      "/resources/v/relationships/person", "\"v\" is a view, which has no foreign keys",
      "\"local_columns\" for one of v" },
    { "view whose named column has another type", "view v\ncolumn id bigint\ncolumn person_id text\n",
      MODEL("'v': {'key': 'id', 'relationships': {'person': {'target': 'persons', 'local_columns': 'person_id'}}},"
            "'persons': {}"), 1, "/resources/v/relationships/person/local_columns",
      "v.person_id is text, but persons.id is bigint", "same type" },
    { "foreign key that is the key", "table t\ncolumn id bigint not_null\nprimary id\nforeign id persons id\n",
      MODEL("'t': {'client_ids': true, 'relationships': {'person': {'target': 'persons'}}}, 'persons': {}"), 1,
      "/resources/t/relationships/person", "its foreign key \"id\" is the key of \"t\", and ids never change",
      "\"view_only\": true" },
};
/* clang-format on */

int main(void)
{
    return mistakes_run("mistakes", mistakes, ARRAY_SIZE(mistakes));
}
