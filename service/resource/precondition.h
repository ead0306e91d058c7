/*
 * precondition.h - If-Match and If-None-Match on writes, judged while their transaction is open.
 *
 * An entity tag has two halves, "state-representation". The state is that of the resource, or of
 * a relationship's whole link set, whatever a request showed of it; what a write compares is the
 * state alone, so that a tag is good whichever page, fields or includes it came with.
 */
#ifndef BACKREF_RESOURCE_PRECONDITION_H
#define BACKREF_RESOURCE_PRECONDITION_H

#include "exchange/exchange.h"

/*
 * precondition_plan_resource() - have a write of the target resource wait for its precondition.
 * precondition_plan_linkage() - likewise one of its relationship's links.
 * precondition_plan_link() - likewise one of a single link.
 *
 * Steps, behind the one that plans the write; without either field they do nothing. A resource
 * that does not exist fulfils every precondition: the write itself answers 404. Refuses with 412.
 *
 * Source:   RFC 9110, section 13
 */
enum step precondition_plan_resource(struct exchange *x);
enum step precondition_plan_linkage(struct exchange *x);
enum step precondition_plan_link(struct exchange *x);

/*
 * precondition_tag_resource() - the entity tag of the answer's document, with this state.
 *
 * columns   of the resource; see resource_width()
 */
void precondition_tag_resource(struct exchange *x, const struct cell *columns);

/* precondition_tag_linkage() - likewise; `state` as SELECT_LINKAGE has it, NULL for a large set. */
void precondition_tag_linkage(struct exchange *x, struct cell state);

/* precondition_tag_link() - likewise, of one link; `columns` are its member and link columns. */
void precondition_tag_link(struct exchange *x, const struct cell *columns);

#endif
