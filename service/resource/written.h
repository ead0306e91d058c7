/*
 * written.h - what create, update and replace make of the row that says what was written.
 */
#ifndef BACKREF_RESOURCE_WRITTEN_H
#define BACKREF_RESOURCE_WRITTEN_H

#include "resource/reading.h"

/*
 * written_is_whole() - do all members exist that the document names? If not, the problems say which
 * do not, at /data/relationships/{name}/data/{index}.
 *
 * statement  the position of the write in the plan
 */
bool written_is_whole(struct exchange *x, size_t statement);

/*
 * written_outcome() - the column `which` (WRITE_MISSING_AT …) of the document's relationship `i`.
 */
struct cell written_outcome(const struct exchange *x, size_t statement, size_t i, size_t which);

#endif
