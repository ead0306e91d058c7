/*
 * linkage.h - the linkage document, which the relationship operations and one-link requests answer.
 */
#ifndef BACKREF_RESOURCE_LINKAGE_H
#define BACKREF_RESOURCE_LINKAGE_H

#include "relationship/inverse.h"
#include "resource/reading.h"

/* Columns of fetch_link(). */
enum { LINKAGE_OWNER_FOUND = 1, LINKAGE_MEMBER = 2, LINKAGE_COLUMNS = 3 };

/*
 * linkage_plan_first_page() - append the first page of the relationship's linkage to x->plan: what
 * a write that was asked for its representation answers. Returns as reading_plan().
 */
enum step linkage_plan_first_page(struct exchange *x);

/*
 * linkage_step_read() - the body's members -> x->linkage, for a write that links.
 * linkage_step_read_unlink() - likewise for one that unlinks. Steps.
 */
enum step linkage_step_read(struct exchange *x);
enum step linkage_step_read_unlink(struct exchange *x);

/*
 * linkage_plan_change() - x->plan links or unlinks x->linkage, and fetches the first page of what
 * is
 * linked then when the request asked for that.
 *
 * statements  plain, and naming what changed; see struct relationship_statements
 */
enum step linkage_plan_change(struct exchange *x, const struct statement *const statements[2]);

/* linkage_outcome() - the row that says what the write of linkage_plan_change() did; see link.h. */
const struct cell *linkage_outcome(const struct exchange *x);

/*
 * linkage_answer_change() - 204, or 200 with linkage and what changed when the request prefers
 * that.
 */
enum step linkage_answer_change(struct exchange *x, const struct link_change *change,
                                bool is_unlink);

/*
 * linkage_answer_outcome() - the same for the outcome of linkage_plan_change(), 404 without owner.
 */
enum step linkage_answer_outcome(struct exchange *x, bool is_unlink);

/* linkage_keys() - the keys of an array that a statement returned; see cell_array_read(). */
size_t linkage_keys(struct exchange *x, struct cell array, const struct cell **ret_keys);

#endif
