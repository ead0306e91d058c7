/*
 * write.h - a resource with its relationships, written in one transaction: create, update, replace.
 *
 * The owner of a replaced collection is locked first, in a statement of its own, so that what the
 * second statement sees includes whatever the previous writer of this collection did. Only the
 * difference is written.
 */
#ifndef BACKREF_RELATIONSHIP_WRITE_H
#define BACKREF_RELATIONSHIP_WRITE_H

#include "jsonapi/document_read.h"
#include "model/model.h"
#include "plan/plan.h"

/*
 * What the last statement's one row says: 0; may the write go ahead; per relationship of the
 * document WRITE_PER_RELATIONSHIP columns; then the key and attributes of the resource as written,
 * NULL when it was not.
 */
enum {
    WRITE_ALLOWED = 1, /* boolean: the resource exists and its read-only attributes are as given */
    WRITE_RELATIONSHIPS = 2,
    WRITE_MISSING_AT = 0, /* bigint: position of the first member that does not exist; NULL: none */
    WRITE_ADDED = 1,      /* key[] of the members added; NULL unless `named` */
    WRITE_REMOVED = 2,    /* key[] of the members removed; NULL unless `named` */
    WRITE_PER_RELATIONSHIP = 3,
};

/*
 * write_plan_create() - insert the resource that `document` describes, with its links.
 *
 * ret_plan  one statement; nothing is written when a member is missing
 * Returns:  0 | -ENOMEM (also when the document has more parts than one statement can carry)
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
 * named     the row also names the members that were added and removed
 * ret_plan  two statements: the lock, whose row is 0, key, attributes as they were (none: there is
 *           no
 *           such resource), and the write
 * Source:   jsonapi crud-updating
 */
int write_plan_update(struct arena *a, const struct resource *resource, struct cell key,
                      const struct document *document, bool named, struct plan *ret_plan)
    MUST_CHECK;

#endif
