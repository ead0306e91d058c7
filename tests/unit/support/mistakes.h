/*
 * mistakes.h - model files that are refused, or served with a remark: a row each, a test each.
 */
#ifndef BACKREF_SUPPORT_MISTAKES_H
#define BACKREF_SUPPORT_MISTAKES_H

#include <stddef.h>

/* The first error is looked at, or of what is served the first remark. */
struct mistake {
    const char *name;   /* with the number of SQLAlchemy's counterpart, where there is one */
    const char *tables; /* beside the default ones */
    const char *json;   /* see json_from() */
    size_t n_errors;    /* 0: it is served, and the finding is a warning or a note */
    const char *pointer;
    const char *reason; /* part of it */
    const char *remedy; /* part of it */
};

/* mistakes_run() - every row as a test of its own; what main() returns. */
int mistakes_run(const char *group, const struct mistake *mistakes, size_t n);

#define P "/resources/persons/relationships/phones"
#define MODEL(resources) "{'resources': {" resources "}}"
#define ON(type, relationships) "'" type "': {'relationships': {" relationships "}}"
#define PERSONS(members) ON("persons", "'phones': {" members "}")
#define OWNERS(members) ON("phones", "'owners': {" members "}")
#define PHONES_OF(members) MODEL(PERSONS(members) ", 'phones': {}")
#define BOTH(phones, owners) MODEL(PERSONS(phones) ", " OWNERS(owners))
#define TO_PHONES "'target': 'phones', 'secondary': 'person_phones'"
#define TO_PERSONS "'target': 'persons', 'secondary': 'person_phones'"

/* Persons know persons. */
#define KNOWS_TABLE                                                                                \
    "table knows\ncolumn left_id bigint not_null\ncolumn right_id bigint not_null\n"               \
    "primary left_id right_id\nforeign left_id persons id\nforeign right_id persons id\n"          \
    "index right_id\n"
#define KNOWS(members) MODEL(ON("persons", "'knows': {" TO_KNOWN members "}"))
#define TO_KNOWN "'target': 'persons', 'secondary': 'knows'"
#define LEFT_TO_RIGHT "'local_columns': 'left_id', 'remote_columns': 'right_id'"

/* Pets have an owner, may have a sitter, and descend from a pet. */
#define PETS_TABLE                                                                                 \
    "table pets\ncolumn id bigint not_null default\ncolumn name text not_null\n"                   \
    "column owner_id bigint not_null\ncolumn sitter_id bigint\ncolumn parent_id bigint\n"          \
    "primary id\nforeign owner_id persons id\nforeign sitter_id persons id\n"                      \
    "foreign parent_id pets id\nindex owner_id\nindex sitter_id\nindex parent_id\n"

/* Visits are of one pet, and have one foreign key only. */
#define VISITS_TABLE                                                                               \
    PETS_TABLE "table visits\ncolumn id bigint not_null default\ncolumn pet_id bigint not_null\n"  \
               "primary id\nforeign pet_id pets id\nindex pet_id\n"

#endif
