/*
 * compound.h - what a document shows beside its primary data: linkage, and included resources.
 *
 * The rows of each include node are indexed by owner, so that a resource finds its own linkage.
 * Only what can be reached from the primary data is included, each resource once, whichever paths
 * lead to it; so every included resource is linked from the document itself.
 */
#ifndef BACKREF_JSONAPI_COMPOUND_H
#define BACKREF_JSONAPI_COMPOUND_H

#include "base/cell.h"
#include "jsonapi/query.h"

/*
 * Columns of a node's rows, ordered by owner: the owner's key and, for each of its members, the
 * member's own columns (identifiers_only: its key alone) and the link columns. An owner without
 * members has one row; its member is NULL.
 */
enum {
    COMPOUND_OWNER = 1,
    COMPOUND_MEMBER = 2, /* its key, and what follows the key */
};

struct compound;

/*
 * compound_new() - nothing is reached yet.
 *
 * nodes, rows  `n` of each; borrowed
 * limit        members per owner that are shown; rows hold one more where there are more
 * Returns:     in `a`; NULL over budget
 * Cost:        one pass over the rows
 */
struct compound *compound_new(struct arena *a, const struct include_node *nodes,
                              const struct rows *rows, size_t n, uint32_t limit) MUST_CHECK;

/*
 * compound_add_root() - a resource of the primary data.
 *
 * cells     its columns when it is to be included (primary data are identifiers); NULL: it is
 *           primary data itself
 */
void compound_add_root(struct compound *c, const struct resource *resource, struct cell key,
                       const struct cell *cells);

/* compound_reach() - once all roots are there: find what is included. */
void compound_reach(struct compound *c);

/* An owner's members in one relationship, as the document shows them. */
struct compound_members {
    const struct rows *rows; /* NULL: the document does not show them */
    size_t links;            /* the column where those of the link begin */
    size_t first;
    size_t n;
    bool has_more; /* than are shown */
};

/* compound_members() - of this owner; `c` may be NULL. */
struct compound_members compound_members(const struct compound *c,
                                         const struct relationship *relationship,
                                         struct cell owner);

/* An included resource; `cells` are its columns. */
struct compound_resource {
    const struct resource *resource;
    const struct cell *cells;
};

/* compound_included() - what compound_reach() found; how many into `ret_n`. */
const struct compound_resource *compound_included(const struct compound *c, size_t *ret_n);

#endif
