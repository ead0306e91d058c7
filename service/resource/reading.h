/*
 * reading.h - from what a query string asks to statements, and from their rows to the document.
 *
 * Everything that answers with resources or linkage goes this way, reads as well as writes.
 */
#ifndef BACKREF_RESOURCE_READING_H
#define BACKREF_RESOURCE_READING_H

#include "relationship/inverse.h"
#include "resource/steps.h"

/*
 * reading_plan() - append to x->plan what reads `selection`, with what the query includes.
 *
 * selection  kind, resource, relationship and key are set; the rest comes from x->query
 * Returns:   STEP_NEXT, or what answers: 400 for a cursor that is none
 */
enum step reading_plan(struct exchange *x, struct selection selection);

/* reading_only() - reading_plan() as the whole of a plan that writes nothing. */
enum step reading_only(struct exchange *x, struct selection selection);

/* reading_is_found() - is there such a resource, or such an owner? */
bool reading_is_found(const struct exchange *x);

/* What a document says beside what was read. */
struct reading_extra {
    const struct link_change *change; /* for `meta`; NULL: nothing was changed */
    bool is_unlink;
};

/*
 * reading_answer() - the document of what was read, as the answer.
 *
 * path      of the document, without prefix or query
 */
enum step reading_answer(struct exchange *x, int status, const char *path,
                         const struct reading_extra *extra);

/* reading_row() - the columns of the one resource that was read; after reading_is_found(). */
const struct cell *reading_row(const struct exchange *x);

#endif
