/*
 * outline.h - resource objects of one type with all that no row changes written out, and holes for
 * what the row gives.
 *
 * An outline begins behind the resource's own path:
 *
 *     {"type":"phones","id":"7","links":{"self":"/phones/7
 *                  "},"attributes":{"number": VALUE
 *                               ,"created_at": VALUE
 *          },"relationships":{"owners":{"links":{"self":" PATH
 *                   /relationships/owners","related":" PATH
 *                                             /owners" LINKAGE, from the end of the links on
 *                                                   }}}
 */
#ifndef BACKREF_MODEL_OUTLINE_H
#define BACKREF_MODEL_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct column_type;
struct relationship;
struct resource;

enum outline_hole {
    OUTLINE_VALUE,   /* of an attribute */
    OUTLINE_PATH,    /* the resource's own, with the prefix of all links */
    OUTLINE_LINKAGE, /* further links, the end of the links, and data, if it is shown */
};

struct outline_piece {
    struct text before; /* the hole */
    enum outline_hole hole;
    size_t cell;                     /* OUTLINE_VALUE: its place among the resource's cells */
    const struct column_type *type;  /* likewise */
    const struct relationship *link; /* OUTLINE_LINKAGE: whose */
};

struct outline {
    size_t n;
    const struct outline_piece *pieces;
    struct text end; /* behind the last hole */
};

/*
 * outline_new() - of `resource`, whose attributes and relationships are spelled (spelling.h).
 *
 * attributes, relationships  which of them are shown, by index; NULL: all
 * Returns:                   in `a`; NULL over budget
 */
const struct outline *outline_new(struct arena *a, const struct resource *resource,
                                  const bool *attributes, const bool *relationships);

#endif
