/*
 * write.h - a resource with its relationships, and the links of one relationship, of every kind,
 * written in one transaction.
 *
 * Whoever is written to is locked first, in statements of their own, so that what the next one sees
 * includes whatever the previous writer did. Then one statement judges the request as a whole and
 * writes only the difference, or nothing.
 *
 *     kind           to link                              to unlink
 *     many-to-many   a row joins the association table    that row goes
 *     many-to-one    the owner's foreign key is set       … becomes NULL
 *     one-to-many    the target's foreign key is set      … becomes NULL
 *
 * Where a member has one partner at most (`far_is_unique`), linking it takes it from the one that
 * it had, unless the model refuses that or the partner cannot be without it.
 */
#ifndef BACKREF_RELATIONSHIP_WRITE_H
#define BACKREF_RELATIONSHIP_WRITE_H

#include "jsonapi/document_read.h"
#include "model/model.h"
#include "plan/plan.h"

/* What is to be done with the members that a request names. */
enum change_kind {
    CHANGE_ADD,     /* they join */
    CHANGE_REPLACE, /* they become all there is */
    CHANGE_REMOVE,  /* they leave */
};

/*
 * What the row at plan.judged says: 0; may the write go ahead; a column to be ignored; then
 * WRITE_PER_RELATIONSHIP columns per relationship of the document.
 */
enum {
    /* boolean: the resource exists and its read-only attributes are as given; of a create: the id
       is free */
    WRITE_ALLOWED = 1,
    WRITE_RELATIONSHIPS = 3,
    WRITE_MISSING_AT = 0, /* bigint: index of the first member that does not exist; NULL: none */
    WRITE_TAKEN_AT = 1, /* bigint: index of the first one that may not be taken from its partner */
    WRITE_HOLDER = 2,   /* key of that partner */
    WRITE_KEPT = 3,     /* key of a member that would have to leave and cannot be without owner */
    WRITE_ADDED = 4,    /* key[]: members that joined; NULL unless `named`, like those below */
    WRITE_REMOVED = 5,  /* key[]: members that left */
    WRITE_ROBBED = 6,   /* key[]: other owners that lost a member to this one */
    WRITE_UPDATED = 7,  /* key[]: members whose link columns have other values now */
    WRITE_PER_RELATIONSHIP = 8,
};

/*
 * write_plan_create() - insert the resource that `document` describes, with its links.
 *
 * ret_plan  nothing is written when the id is taken, a member is missing or may not be taken. What
 *           is appended finds the key in the setting CREATED_KEY (plan/selection.h)
 * Returns:  0 | -ENOMEM | -E2BIG when the document has more parts than statements can carry
 * Source:   jsonapi crud-creating
 */
int write_plan_create(struct arena *a, const struct resource *resource,
                      const struct document *document, struct plan *ret_plan) MUST_CHECK;

/*
 * write_plan_update() - change the attributes that `document` gives and replace its relationships.
 *
 * Read-only attributes of the document are conditions: the write goes ahead only when they are
 * what is stored.
 *
 * ret_plan  the row at plan.locked is 0, key and, when the document gives read-only ones,
 *           attributes as they were (none: there is no such resource)
 * Returns:  as write_plan_create()
 * Source:   jsonapi crud-updating
 */
int write_plan_update(struct arena *a, const struct resource *resource, struct cell key,
                      const struct document *document, struct plan *ret_plan) MUST_CHECK;

/*
 * write_may_be_together() - may a create (or an update) be one transaction with those of others?
 *
 * When it locks no rows but its own and, against deletion, those that it refers to: then several
 * can neither wait for each other in a circle nor take anything from each other.
 */
bool write_may_be_together(const struct document *document, bool is_create);

/*
 * write_plan_links() - change one relationship: `document` holds nothing else.
 *
 * named     the outcome also names the members that joined and left
 * ret_plan  plan.locked means nothing: WRITE_ALLOWED tells whether there is such an owner
 * Returns:  as write_plan_create()
 * Source:   jsonapi crud-updating-relationships
 */
int write_plan_links(struct arena *a, struct cell owner, const struct document *document,
                     enum change_kind kind, bool named, struct plan *ret_plan) MUST_CHECK;

/*
 * write_tells_moves() - may writing this relationship take members from other owners? Then its
 * outcome always names what changed.
 */
bool write_tells_moves(const struct relationship *relationship, enum change_kind kind);

#endif
