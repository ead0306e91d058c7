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
    const struct cell *updated; /* members whose link columns have other values now */
    size_t n_updated;
    const struct cell *robbed; /* other owners, each of which lost a member to this one */
    size_t n_robbed;
};

/*
 * link_change_write() - the `meta` of an answer:
 * {"added":[…],"removed":[…],"unchanged":[…],"changed":[…]}.
 *
 * `added` and `removed` hold identifiers, as does `updated`, which is there where links have
 * columns that can be written; `unchanged` those that the request named and that were as it wished
 * already; `changed` the links of every collection that is different now: the owner's, those of
 * other owners that lost a member to it and, where the relationship has an inverse, the one of each
 * member.
 *
 * is_unlink  the request named what should go: `unchanged` is then what was not linked
 * Cost:      a sort of the members
 */
void link_change_write(struct buf *b, const struct link_change *change, bool is_unlink,
                       const char *prefix);

#endif
