/*
 * mistakes_pairs_test.c - mistakes of relationships about the two sides that they have.
 */
#include "support/cmocka_all.h"

#include "support/mistakes.h"

/* clang-format off */
static const struct mistake mistakes[] = {
    { "E03 backref and back_populates", "", PHONES_OF(TO_PHONES ", 'backref': 'owners', 'back_populates': 'owners'"), 1,
      P "/backref", "cannot stand beside \"back_populates\"", "if phones declares \"owners\"" },
    { "E08 misspelt target", "", PHONES_OF("'target': 'phone', 'secondary': 'person_phones'"), 1, P "/target",
      "there is no type \"phone\"", "did you mean \"phones\"?" },
    { "E08 unknown target", "", PHONES_OF("'target': 'x', 'secondary': 'person_phones'"), 1, P "/target",
      "there is no type \"x\"", "the types are persons and phones" },
    { "E09 target is a table", "", PHONES_OF("'target': 'person_phones', 'secondary': 'person_phones'"), 1, P "/target",
      "that is a table, not a type", "the types are" },
    { "no target", "", PHONES_OF("'secondary': 'person_phones'"), 1, P, "has no \"target\"", "add" },
    { "E10 unknown inverse", "", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'ownerz'") ","
      OWNERS(TO_PERSONS ", 'backref': 'mobiles'") "}}", 1, P "/back_populates",
      "phones has no relationship \"ownerz\"", "did you mean \"owners\"?" },
    { "E11 inverse is an attribute", "", PHONES_OF(TO_PHONES ", 'back_populates': 'number'"), 1, P "/back_populates",
      "phones.number is an attribute", "name a relationship" },
    { "E12 inverse targets another type", "",
      "{'resources': {'persons': {'relationships': {'friends': {'target': 'friends',"
      "'secondary': 'person_friends', 'back_populates': 'hobbies'}}}, 'hobbies': {}, 'friends': {'relationships': {"
      "'hobbies': {'target': 'hobbies', 'secondary': 'friend_hobbies'}}}}}", 1,
      "/resources/persons/relationships/friends/back_populates", "friends.hobbies targets hobbies, not persons",
      "that targets persons" },
    { "E13 inverse does not name this side back", "", "{'resources': {" PERSONS(TO_PHONES
      ", 'back_populates': 'owners'") "," OWNERS(TO_PERSONS) "}}", 1,
      P "/back_populates", "phones.owners has no \"back_populates\"", "add \"back_populates\": \"phones\"" },
    { "inverse has a backref", "", "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners'") ","
      OWNERS(TO_PERSONS ", 'backref': 'mobiles'") "}}", 1, P "/back_populates",
      "phones.owners belongs to the \"backref\" at /resources/phones/relationships/owners/backref", "on both sides" },
    { "E14 inverse names a third relationship", "", "{'resources': {'persons': {'relationships': {'phones': {"
      TO_PHONES ", 'back_populates': 'owners'},"
      "'mobiles': {" TO_PHONES "}}}, " OWNERS(TO_PERSONS ", 'back_populates': 'mobiles'") "}}", 2,
      P "/back_populates", "phones.owners names \"mobiles\" as its other side", "name each other" },
    { "E15 inverse belongs to another",
      "table calls\ncolumn person_id bigint not_null\ncolumn phone_id bigint not_null\nprimary person_id phone_id\n"
      "foreign person_id persons id\nforeign phone_id phones id\nindex phone_id\n",
      "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES ", 'back_populates': 'owners'},"
      "'calls': {'target': 'phones', 'secondary': 'calls', 'back_populates': 'owners'}}}, "
      OWNERS(TO_PERSONS ", 'back_populates': 'phones'") "}}", 1,
      "/resources/persons/relationships/calls/back_populates", "phones.owners belongs to persons.phones already",
      "of its own" },
    { "E16 two association tables",
      "table phone_owners\ncolumn o bigint not_null\ncolumn p bigint not_null\nprimary o p\n"
      "foreign o persons id\nforeign p phones id\nindex p\n",
      "{'resources': {" PERSONS(TO_PHONES ", 'back_populates': 'owners'") ","
      OWNERS("'target': 'persons', 'secondary': 'phone_owners', 'back_populates': 'phones'") "}}", 2,
      P "/secondary", "\"person_phones\" here, but \"phone_owners\" at the other side, phones.owners",
      "same association table" },
    { "E18 columns not swapped", KNOWS_TABLE, "{'resources': {'persons': {'relationships': {"
      "'knows': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id',"
      " 'remote_columns': 'right_id', 'back_populates': 'known_by'},"
      "'known_by': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id',"
      " 'remote_columns': 'right_id', 'back_populates': 'knows'}}}}}", 1,
      "/resources/persons/relationships/known_by",
      "(left_id, right_id) are not those of persons.knows (left_id, right_id) swapped",
      "\"local_columns\": \"right_id\"" },
    { "E20 inverse of itself", KNOWS_TABLE, "{'resources': {'persons': {'relationships': {"
      "'knows': {'target': 'persons', 'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id',"
      " 'back_populates': 'knows'}}}}}", 1, "/resources/persons/relationships/knows/back_populates",
      "names the relationship itself", "second relationship" },
    { "E21 backref is a relationship already", "", "{'resources': {" PERSONS(TO_PHONES ", 'backref': 'owners'") ","
      OWNERS(TO_PERSONS) "}}", 1,
      P "/backref", "phones has a relationship \"owners\" already, at /resources/phones/relationships/owners",
      "back_populates" },
    { "E21 backref is an attribute already", "", PHONES_OF(TO_PHONES ", 'backref': 'number'"), 1, P "/backref",
      "phones has an attribute \"number\" already", "another name" },
    { "E21 backref made twice", "", "{'resources': {'persons': {'relationships': {'phones': {" TO_PHONES
      ", 'backref': 'owners'},"
      "'mobiles': {" TO_PHONES ", 'backref': 'owners'}}}, 'phones': {}}}", 1,
      "/resources/persons/relationships/mobiles/backref", "phones has a relationship \"owners\" already",
      "another name" },
    { "E21 backref is the relationship itself", KNOWS_TABLE,
      "{'resources': {'persons': {'relationships': {'knows': {'target': 'persons',"
      "'secondary': 'knows', 'local_columns': 'left_id', 'remote_columns': 'right_id', 'backref': 'knows'}}}}}", 1,
      "/resources/persons/relationships/knows/backref", "persons has a relationship \"knows\" already",
      "another name" },
    { "backref is reserved", "", PHONES_OF(TO_PHONES ", 'backref': 'type'"), 1, P "/backref",
      "reserved by JSON:API", "another name" },
    { "backref is an array", "", PHONES_OF(TO_PHONES ", 'backref': ['owners']"), 1, P "/backref",
      "must be a name or an object with one, is an array", "name" },
    { "backref without a name", "", PHONES_OF(TO_PHONES ", 'backref': {'order_by': 'name'}"), 1, P "/backref",
      "has no \"name\"", "add" },
    { "E04 one side only", "", PHONES_OF(TO_PHONES), 0, P, "one-sided: phones do not show it", "backref" },
    { "E13 inverse by a foreign key does not name this side back", VISITS_TABLE,
      MODEL(ON("visits", "'pet': {'target': 'pets', 'back_populates': 'visits'}") ", "
            ON("pets", "'visits': {'target': 'visits'}")), 1, "/resources/visits/relationships/pet/back_populates",
      "pets.visits has no \"back_populates\"", "add \"back_populates\": \"pet\"" },
    { "E17 one side with an association table, the other with a foreign key", VISITS_TABLE
      "table visited\ncolumn v bigint not_null\ncolumn p bigint not_null\nprimary v p\nforeign v visits id\n"
      "foreign p pets id\nindex p\n",
      MODEL(ON("visits", "'pets': {'target': 'pets', 'secondary': 'visited', 'back_populates': 'visits'}") ", "
            ON("pets", "'visits': {'target': 'visits', 'back_populates': 'pets'}")), 1,
      "/resources/visits/relationships/pets/secondary",
      "the other side, pets.visits, has none: it is the foreign key \"pet_id\" of \"visits\"", "or none on either" },
    { "E19 both sides in one direction", PETS_TABLE,
      MODEL(ON("pets", "'parent': {'target': 'pets', 'local_columns': 'parent_id', 'back_populates': 'children'},"
               "'children': {'target': 'pets', 'local_columns': 'parent_id', 'back_populates': 'parent'}")), 1,
      "/resources/pets/relationships/children", "it is many-to-one, as is its other side, pets.parent",
      "\"remote_columns\"" },
    { "sides of two foreign keys", PETS_TABLE,
      MODEL(ON("pets", "'owner': {'target': 'persons', 'local_columns': 'owner_id', 'back_populates': 'pets'}") ", "
            ON("persons", "'pets': {'target': 'pets', 'remote_columns': 'sitter_id', 'back_populates': 'owner'}")), 1,
      "/resources/persons/relationships/pets",
      "its foreign key is \"sitter_id\" of \"pets\", but that of pets.owner is \"owner_id\" of \"pets\"",
      "name one column on both sides" },
    { "E21 backref by a foreign key is an attribute already", VISITS_TABLE,
      MODEL(ON("visits", "'pet': {'target': 'pets', 'backref': 'name'}") ", 'pets': {}"), 1,
      "/resources/visits/relationships/pet/backref", "pets has an attribute \"name\" already", "another name" },
    { "E22 backref with an association table", "",
      PHONES_OF(TO_PHONES ", 'backref': {'name': 'owners', 'secondary': 'person_phones'}"), 1, P "/backref/secondary",
      "\"secondary\" is not the created side's own to say", "the keys here are name" },
    { "E22 backref with columns", "",
      PHONES_OF(TO_PHONES ", 'backref': {'name': 'owners', 'local_columns': 'phone_id'}"), 1,
      P "/backref/local_columns", "\"local_columns\" is not the created side's own to say", "the keys here are name" },
    { "E22 backref with an unknown key", "", PHONES_OF(TO_PHONES ", 'backref': {'name': 'owners', 'oder_by': 'name'}"),
      1, P "/backref/oder_by", "unknown key \"oder_by\"", "did you mean \"order_by\"?" },
    { "inverse is symmetric", KNOWS_TABLE, MODEL(ON("persons",
      "'knows': {" TO_KNOWN ", 'symmetric': true}, 'known_by': {" TO_KNOWN "," LEFT_TO_RIGHT
      ", 'back_populates': 'knows'}")), 1, "/resources/persons/relationships/known_by/back_populates",
      "persons.knows is symmetric: its own inverse", "remove it here" },
    { "symmetric with a backref", KNOWS_TABLE, KNOWS(", 'symmetric': true, 'backref': 'known_by'"), 1,
      "/resources/persons/relationships/knows/backref", "is its own inverse", "or \"symmetric\"" },
    { "symmetric with an inverse", KNOWS_TABLE, KNOWS(", 'symmetric': true, 'back_populates': 'knows'"), 1,
      "/resources/persons/relationships/knows/back_populates", "is its own inverse", "or \"symmetric\"" },
};
/* clang-format on */

int main(void)
{
    return mistakes_run("mistakes", mistakes, ARRAY_SIZE(mistakes));
}
