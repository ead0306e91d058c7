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

struct declared_relationship {
    const char *pointer;
    const char *name;
    const char *target;
    const char *secondary;
    const char *back_populates;
    const char *backref;
    struct declared_names
        local_columns; /* of the association table: those that point to the owner */
    struct declared_names remote_columns; /* … to the target */
    bool has_secondary_attributes;        /* declared, if only as {} */
    size_t n_secondary_attributes;
    const struct declared_attribute *secondary_attributes;
    bool broken;
};

struct declared_resource {
    const char *pointer;
    const char *type;
    const char *table; /* NULL: called like the type */
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
 * reterr   unknown and repeated keys, missing ones, values of a wrong JSON type, and keys that
 * later versions may serve Source:  RFC 8259; sqlalchemy relationship(): secondary, back_populates,
 * backref
 */
void declaration_read(struct arena *a, struct text json, struct declaration *ret,
                      struct findings *reterr);

#endif
