/*
 * linkage.h - writes of one relationship: what the relationship operations and one-link requests
 * share.
 */
#ifndef BACKREF_RESOURCE_LINKAGE_H
#define BACKREF_RESOURCE_LINKAGE_H

#include "relationship/inverse.h"
#include "resource/written.h"

/* Columns of fetch_link(). */
enum { LINKAGE_OWNER_FOUND = 1, LINKAGE_MEMBER = 2, LINKAGE_COLUMNS = 3 };

/*
 * linkage_step_read() - the body's members -> x->linkage, for a write that links.
 * linkage_step_read_unlink() - likewise for one that unlinks. Steps.
 */
enum step linkage_step_read(struct exchange *x);
enum step linkage_step_read_unlink(struct exchange *x);

/*
 * linkage_plan() - x->plan changes the relationship by x->linkage, and fetches the first page of
 * what is linked then where the answer may be a document.
 *
 * Returns:  STEP_NEXT, or what answers: 413, 422
 */
enum step linkage_plan(struct exchange *x, enum change_kind kind);

/*
 * linkage_judge() - was the change made?
 *
 * ret_change  what it did; members are only named where the answer may be a document
 * Returns:    STEP_NEXT | STEP_DONE: 404, 409 or 422 has been answered
 */
enum step linkage_judge(struct exchange *x, enum change_kind kind, struct link_change *ret_change);

/*
 * linkage_n_changed() - links that were added or, by CHANGE_REMOVE, removed; after linkage_judge().
 */
size_t linkage_n_changed(const struct exchange *x, enum change_kind kind,
                         const struct link_change *change);

/* linkage_answer_document() - `status` with the linkage and what has changed. */
enum step linkage_answer_document(struct exchange *x, int status, enum change_kind kind,
                                  const struct link_change *change);

/*
 * linkage_answer() - linkage_judge(), then 204, or 200 with linkage and what changed when the
 * request prefers that or something moved that it did not name.
 *
 * Source:   jsonapi crud-updating-relationship-responses-200
 */
enum step linkage_answer(struct exchange *x, enum change_kind kind);

#endif
