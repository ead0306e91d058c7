/*
 * shape.h - what the text of a read's statements depends on, as bytes that are equal exactly when
 * the texts are: the key of plan_cache.h.
 */
#ifndef BACKREF_PLAN_SHAPE_H
#define BACKREF_PLAN_SHAPE_H

#include "plan/selection.h"

/*
 * shape_of_reading() - of a selection, what it includes and whether it is counted.
 *
 * Addresses of the model's parts stand for them, so a shape means something beside its model only.
 * Sanitizer builds compare: whoever uses a text that is known writes it once more.
 *
 * Returns:  in `a`; empty when it is over budget
 */
struct text shape_of_reading(struct arena *a, const struct selection *selection,
                             const struct include_node *nodes, size_t n_nodes, bool has_total);

#endif
