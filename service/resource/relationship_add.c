/*
 * relationship_add.c - POST /{type}/{id}/relationships/{relationship}: link.
 */
#include "relationship/link.h"
#include "resource/linkage.h"
#include "resource/operations.h"
#include "resource/precondition.h"

static enum step plan_link(struct exchange *x)
{
    size_t id = x->target.relationship->id;
    return linkage_plan_change(x, x->service->statements->of_relationship[id].link);
}

static enum step answer_linked(struct exchange *x)
{
    const struct cell *row = linkage_outcome(x);
    if (cell_bool(row[LINK_OWNER_FOUND]) && !cell_is_null(row[LINK_MISSING_AT])) {
        size_t index = 0;
        while (x->linkage.members[index].at != (uint32_t)cell_int(row[LINK_MISSING_AT])) {
            index++;
        }
        refuse_missing_member(x, "/data", x->target.relationship, &x->linkage, index);
        return exchange_refuse(x);
    }
    return linkage_answer_outcome(x, false);
}

const struct operation relationship_add = {
    .name = "relationship-add",
    .has_body = true,
    .steps = {
        read_query,        /* query   -> x->query               400                */
        linkage_step_read, /* body    -> x->linkage             400, 404, 409, 413 */
        plan_link,         /* linkage -> x->plan                                   */
        precondition_plan_linkage, /* If-Match -> x->precondition               412 */
        exchange_submit,   /* plan    -> x->rows   (suspends)   503, 504           */
        answer_linked,     /* rows    -> 204 or 200             404                */
    },
};
