/*
 * relationship_remove.c - DELETE /{type}/{id}/relationships/{relationship}: unlink.
 */
#include "relationship/link.h"
#include "resource/linkage.h"
#include "resource/operations.h"

static enum step plan_unlink(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    const struct relationship_statements *of = &x->service->statements->of_relationship[rel->id];
    size_t n_rows = 0;
    const struct argument *arguments =
        link_arguments(x->arena, x->target.key, &x->linkage, &n_rows);
    enum step next = plan_shared(x, of->unlink[x->wants_representation], arguments, n_rows);
    x->plan.writes = x->plan.repeatable = true;
    if (x->wants_representation) {
        linkage_plan_first_page(x);
    }
    return next == STEP_NEXT ? exchange_next(x, 0) : next;
}

static enum step answer_unlinked(struct exchange *x)
{
    const struct cell *row = rows_row(&x->rows[0], 0);
    if (!cell_bool(row[LINK_OWNER_FOUND])) {
        return refuse_missing(x);
    }
    struct link_change change = {
        .relationship = x->target.relationship,
        .owner = x->target.key,
        .asked = &x->linkage,
    };
    if (x->wants_representation) {
        change.n_removed = linkage_keys(x, row[LINK_CHANGED], &change.removed);
    }
    return linkage_answer_change(x, 1, &change, true);
}

const struct operation relationship_remove = {
    .name = "relationship-remove",
    .has_body = true,
    .steps = {
        read_query,               /* query   -> x->query               400           */
        linkage_step_read_unlink, /* body    -> x->linkage             400, 409, 413 */
        plan_unlink,              /* linkage -> x->plan                              */
        exchange_submit,          /* plan    -> x->rows   (suspends)   503, 504      */
        answer_unlinked,          /* rows    -> 204 or 200             404           */
    },
};
