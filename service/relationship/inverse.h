/*
 * inverse.h - what a relationship write did, told for both sides.
 */
#ifndef BACKREF_RELATIONSHIP_INVERSE_H
#define BACKREF_RELATIONSHIP_INVERSE_H

#include "base/buf.h"
#include "jsonapi/document_read.h"
#include "model/model.h"

/* One relationship write of one owner, as its statement reported it. Keys are borrowed. */
struct link_change {
    const struct relationship *relationship;
    struct cell owner;
    const struct linkage *asked; /* what the request named */
    const struct cell *added;
    size_t n_added;
    const struct cell *removed;
    size_t n_removed;
};

/*
 * link_change_write() - the `meta` of an answer:
 * {"added":[…],"removed":[…],"unchanged":[…],"changed":[…]}.
 *
 * `added` and `removed` hold identifiers; `unchanged` those that the request named and that were as
 * it wished already; `changed` the links of every collection that is different now: the owner's
 * and,
 * where the relationship has an inverse, the one of each member added or removed.
 *
 * is_unlink  the request named what should go: `unchanged` is then what was not linked
 * Cost:      a sort of the members
 */
void link_change_write(struct buf *b, const struct link_change *change, bool is_unlink,
                       const char *prefix);

#endif
