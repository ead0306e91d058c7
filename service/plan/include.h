/*
 * include.h - the statements that read what is included with a selection's rows.
 *
 * One statement per relationship path, whatever the number of rows. It repeats the choice of the
 * selection's rows, by key alone, walks the path from there and gives the members of the last
 * step, so that all statements of a request can leave together.
 */
#ifndef BACKREF_PLAN_INCLUDE_H
#define BACKREF_PLAN_INCLUDE_H

#include "plan/selection.h"

/* One of the nodes that a request includes. */
struct include_place {
    const struct include_node *nodes; /* all of them */
    size_t at;
    uint32_t limit; /* members per owner; one more is read, to see whether that is all */
};

/*
 * include_plan() - the statement of one node, owner by owner; the rows are those of
 * jsonapi/compound.h.
 *
 * known     as for selection_plan()
 * shared    requests may share its execution, as they share the selection's
 * ret       both members NULL when out of memory or too long for one statement
 */
void include_plan(struct arena *a, const struct selection *selection,
                  const struct include_place *place, const struct statement *known,
                  struct step_plan *ret);

#endif
