/*
 * written.h - before and after a write: what may not be written at all, and what the judgement of
 * relationship/write.h says, as problems of the request.
 */
#ifndef BACKREF_RESOURCE_WRITTEN_H
#define BACKREF_RESOURCE_WRITTEN_H

#include "relationship/write.h"
#include "resource/reading.h"

/* written_step_open() - may what the path names be written? Step; 403 when it is view-only. */
enum step written_step_open(struct exchange *x);

/*
 * written_step_agrees() - do the relationships of x->document agree about the resource itself? Two
 * sides of the same links may not say different things, nor a mutual one link it to itself. Step;
 * 422.
 */
enum step written_step_agrees(struct exchange *x);

/* written_next() - what a step returns for the result of a write_plan_… function. */
enum step written_next(struct exchange *x, int r);

/*
 * written_outcome() - the column `which` (WRITE_MISSING_AT …) of the document's relationship `i`.
 */
struct cell written_outcome(const struct exchange *x, size_t i, size_t which);

/*
 * written_judge() - was the write of x->document done? If not, every relationship that keeps it
 * from being done is a problem, at the member concerned.
 *
 * Returns:  STEP_NEXT | STEP_DONE: 404, 409 or 422 has been answered
 */
enum step written_judge(struct exchange *x);

/*
 * written_refuse_member() - the problem of member `index` of the document's relationship `i`, which
 * does not exist.
 */
void written_refuse_missing(struct exchange *x, size_t i, size_t index);

#endif
