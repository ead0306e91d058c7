/*
 * cursor.h - a place in a list, as clients carry it from one page to the next.
 *
 * Opaque and safe in URLs: base64url of a version, a check and the key of the item that the page
 * begins after or ends before. The check covers the type as well, so that a cursor of another type,
 * a shortened one or one that was edited is refused instead of showing a wrong page. It is no
 * signature: a cursor holds nothing that its reader may not know.
 */
#ifndef BACKREF_PLAN_CURSOR_H
#define BACKREF_PLAN_CURSOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cell.h"
#include "base/text.h"
#include "model/model.h"

/*
 * cursor_read() - the key that a cursor of a list of `of` holds.
 *
 * ret_key   in `a`; set only on 0
 * Returns:  0 | PROBLEM_BAD_PARAMETER, which the caller describes, since it knows the parameter |
 *           -ENOMEM when `a` is over budget
 * Source:   cursor pagination, page[after] and page[before]
 */
int cursor_read(struct arena *a, const struct resource *of, struct text cursor,
                struct cell *ret_key) MUST_CHECK;

/* cursor_write() - append the cursor of the item with this key, which is not NULL. */
void cursor_write(struct buf *b, const struct resource *of, struct cell key);

#endif
