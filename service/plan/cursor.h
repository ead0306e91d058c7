/*
 * cursor.h - a place in a list, as clients carry it from one page to the next.
 *
 * Opaque and safe in URLs: base64url of a version, a check, the values of the sort keys and the key
 * of the item that the page begins after or ends before. The check covers the type and the list's
 * shape as well, so that a cursor of another list, a shortened one or one that was edited is
 * refused instead of showing a wrong page. It is no
 * signature: a cursor holds nothing that its reader may not know.
 */
#ifndef BACKREF_PLAN_CURSOR_H
#define BACKREF_PLAN_CURSOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cell.h"
#include "base/text.h"
#include "model/model.h"

/* What the cursors of a list hold: a value per sort key, and the key that completes the order. */
struct cursor_form {
    const struct resource *of; /* whose keys they are */
    uint32_t shape;            /* of the order and the filters: other lists' cursors are refused */
    size_t n_values;
    const struct column_type *const *types; /* of the sort keys' values */
};

/* CURSOR_KEY_ONLY() - of a list that is ordered by key and not filtered. */
#define CURSOR_KEY_ONLY(resource) (&(struct cursor_form){ .of = (resource) })

/*
 * cursor_read() - the values that a cursor of this form holds.
 *
 * ret_values  form->n_values of them, then the key, in `a`; set only on 0
 * Returns:  0 | PROBLEM_BAD_PARAMETER, which the caller describes, since it knows the parameter |
 *           -ENOMEM when `a` is over budget
 * Source:   cursor pagination, page[after] and page[before]
 */
int cursor_read(struct arena *a, const struct cursor_form *form, struct text cursor,
                const struct cell **ret_values) MUST_CHECK;

/* cursor_write() - append the cursor of an item; `key` is not NULL, `values` may be. */
void cursor_write(struct buf *b, const struct cursor_form *form, const struct cell *values,
                  struct cell key);

#endif
