/*
 * relationship_add.c - POST /{type}/{id}/relationships/{relationship}: link.
 */
#include "relationship/link.h"
#include "resource/linkage.h"
#include "resource/operations.h"

static enum step plan_link(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    const struct relationship_statements *of = &x->service->statements->of_relationship[rel->id];
    size_t n_rows = 0;
    const struct argument *arguments =
        link_arguments(x->arena, x->target.key, &x->linkage, &n_rows);
    enum step next = plan_shared(x, of->link[x->wants_representation], arguments, n_rows);
    x->plan.writes = x->plan.repeatable = true;
    if (x->wants_representation) {
        linkage_plan_first_page(x);
    }
    return next == STEP_NEXT ? exchange_next(x, 0) : next;
}

static enum step answer_linked(struct exchange *x)
{
    const struct cell *row = rows_row(&x->rows[0], 0);
    if (!cell_bool(row[LINK_OWNER_FOUND])) {
        return refuse_missing(x);
    }
    if (!cell_is_null(row[LINK_MISSING_AT])) {
        size_t index = 0;
        while (x->linkage.members[index].at != (uint32_t)cell_int(row[LINK_MISSING_AT])) {
            index++;
        }
        refuse_missing_member(x, "/data", x->target.relationship, &x->linkage, index);
        return exchange_refuse(x);
    }
    struct link_change change = {
        .relationship = x->target.relationship,
        .owner = x->target.key,
        .asked = &x->linkage,
    };
    if (x->wants_representation) {
        change.n_added = linkage_keys(x, row[LINK_CHANGED], &change.added);
    }
    return linkage_answer_change(x, 1, &change, false);
}

const struct operation relationship_add = {
    .name = "relationship-add",
    .has_body = true,
    .steps = {
        read_query,        /* query   -> x->query               400                */
        linkage_step_read, /* body    -> x->linkage             400, 404, 409, 413 */
        plan_link,         /* linkage -> x->plan                                   */
        exchange_submit,   /* plan    -> x->rows   (suspends)   503, 504           */
        answer_linked,     /* rows    -> 204 or 200             404                */
    },
};
