/*
 * declaration.h - the model file as it stands: what is declared, not yet whether it makes sense.
 *
 * Reading is forgiving on purpose: what is wrong is reported and marked `broken`, the rest is still
 * handed on, so that all mistakes of a file come out in one go.
 */
#ifndef BACKREF_MODEL_DECLARATION_H
#define BACKREF_MODEL_DECLARATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/resolve.h"

struct json_t;

struct declared_names {
    size_t n;
    const char *const *at;
};

struct declared_attribute {
    const char *pointer; /* JSON pointer of the declaration */
    const char *name;
    const char *column; /* NULL: called like the attribute */
    bool read_only;
    bool broken;
};

/* A flag of which it matters whether it was said. */
enum declared_choice { CHOICE_OPEN, CHOICE_NO, CHOICE_YES };

/*
 * Column names, attributes and relationships as the file has them. With a `secondary` the columns
 * are those of the association table, without one those of the two sides' own tables.
 */
struct declared_relationship {
    const char *pointer;
    const char *name;
    const char *target; /* NULL, like all that both sides share, in what a backref declares */
    const char *secondary;
    const char *back_populates;
    const struct declared_relationship *backref; /* the side that this one creates; NULL: none */
    struct declared_names local_columns;         /* of the link, at the owner's side */
    struct declared_names remote_columns;        /* … at the target's */
    enum declared_choice uselist;
    enum declared_choice symmetric;
    enum declared_choice allow_self;
    enum declared_choice view_only;
    const char *on_move;           /* "move" or "refuse"; NULL: not said */
    bool has_secondary_attributes; /* declared, if only as {} */
    size_t n_secondary_attributes;
    const struct declared_attribute *secondary_attributes;
    struct declared_names order_by; /* attributes of the target, "-" before a descending one */
    struct declared_names overlaps; /* "type.relationship" */
    const char *description;
    bool broken;
};

struct declared_resource {
    const char *pointer;
    const char *type;
    const char *table; /* NULL: called like the type */
    const char *key;   /* NULL: the primary key */
    bool view_only;
    bool client_ids;
    const char *description;
    bool has_attributes;
    size_t n_attributes;
    const struct declared_attribute *attributes;
    size_t n_relationships;
    const struct declared_relationship *relationships;
    bool broken;
};

struct declaration {
    size_t n_resources;
    const struct declared_resource *resources;
    struct declared_names places; /* the pointers of everything in the file, in its order */
};

/*
 * declaration_read() - what the model file `json` declares.
 *
 * ret      in `a`; empty when the file is no JSON object
 * reterr   unknown and repeated keys, missing ones, and values of a wrong JSON type
 * Source:  RFC 8259; sqlalchemy relationship()
 */
void declaration_read(struct arena *a, struct text json, struct declaration *ret,
                      struct findings *reterr);

/* declaration_places() - the pointers of everything in the JSON value `root`, in `a`. */
struct declared_names declaration_places(struct arena *a, struct json_t *root);

#endif
