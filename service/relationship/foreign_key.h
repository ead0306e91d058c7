/*
 * foreign_key.h - the statements that give a member to an owner, or take it away, where the link is
 * a foreign key of the member's own.
 *
 * For requests that name one member: those share these statements, as long as no two of a batch
 * name the same one (struct plan's `exclusive`). What names several is write.h's, like everything
 * that may be refused for the sake of others.
 */
#ifndef BACKREF_RELATIONSHIP_FOREIGN_KEY_H
#define BACKREF_RELATIONSHIP_FOREIGN_KEY_H

#include "model/model.h"
#include "plan/plan.h"
#include "relationship/write.h"

/* foreign_key_is_plain() - do these statements serve a change of this kind? */
bool foreign_key_is_plain(const struct relationship *relationship, enum change_kind kind);

/*
 * foreign_key_lock_statement() - lock the members that are about to join or to leave.
 *
 * In a statement of its own, so that the next one sees what whoever held them has left. Shared;
 * parameters: owner's key[], member's key[].
 *
 * Rows:     none
 * Returns:  NULL when out of memory, like the next one
 */
const struct statement *foreign_key_lock_statement(struct arena *a,
                                                   const struct relationship *relationship,
                                                   enum change_kind kind) MUST_CHECK;

/*
 * foreign_key_statement() - the write itself. Parameters as before; the locks are held.
 *
 * Rows:     per request what write.h says of plan.judged, for one relationship, with everything
 *           named
 */
const struct statement *foreign_key_statement(struct arena *a,
                                              const struct relationship *relationship,
                                              enum change_kind kind) MUST_CHECK;

#endif
