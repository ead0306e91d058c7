/*
 * relationship_replace.c - PATCH /{type}/{id}/relationships/{relationship}: replace all members.
 *
 * It is an update of the resource that touches nothing but this one relationship, and only the
 * difference is written.
 */
#include "relationship/write.h"
#include "resource/linkage.h"
#include "resource/operations.h"
#include "resource/precondition.h"
#include "resource/written.h"

enum { LOCKED = 0, WRITTEN = 1 }; /* the plan's statements */

static enum step plan_replace(struct exchange *x)
{
    struct relationship_value *value = arena_alloc(x->arena, sizeof *value);
    if (value == NULL) {
        return exchange_next(x, 0);
    }
    *value = (struct relationship_value){ .relationship = x->target.relationship,
                                          .linkage = x->linkage };
    x->document = (struct document){ .n_relationships = 1, .relationships = value };
    int r = write_plan_update(x->arena, x->target.resource, x->target.key, &x->document,
                              x->wants_representation, &x->plan);
    return r == 0 && x->wants_representation ? linkage_plan_first_page(x) : exchange_next(x, r);
}

static enum step answer_replaced(struct exchange *x)
{
    if (x->rows[LOCKED].n_rows == 0) {
        return refuse_missing(x);
    }
    struct cell missing = written_outcome(x, WRITTEN, 0, WRITE_MISSING_AT);
    if (!cell_is_null(missing)) {
        refuse_missing_member(x, "/data", x->target.relationship, &x->linkage,
                              (size_t)cell_int(missing));
        return exchange_refuse(x);
    }
    struct link_change change = {
        .relationship = x->target.relationship,
        .owner = x->target.key,
        .asked = &x->linkage,
    };
    if (x->wants_representation) {
        change.n_added =
            linkage_keys(x, written_outcome(x, WRITTEN, 0, WRITE_ADDED), &change.added);
        change.n_removed =
            linkage_keys(x, written_outcome(x, WRITTEN, 0, WRITE_REMOVED), &change.removed);
    }
    return linkage_answer_change(x, &change, false);
}

const struct operation relationship_replace = {
    .name = "relationship-replace",
    .has_body = true,
    .steps = {
        read_query,        /* query   -> x->query               400                */
        linkage_step_read, /* body    -> x->linkage             400, 404, 409, 413 */
        plan_replace,      /* linkage -> x->plan                                   */
        precondition_plan_linkage, /* If-Match -> x->precondition               412 */
        exchange_submit,   /* plan    -> x->rows   (suspends)   503, 504           */
        answer_replaced,   /* rows    -> 204 or 200             404                */
    },
};
