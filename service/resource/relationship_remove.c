/*
 * relationship_remove.c - DELETE /{type}/{id}/relationships/{relationship}: unlink.
 */
#include "resource/linkage.h"
#include "resource/operations.h"
#include "resource/precondition.h"

static enum step plan_unlink(struct exchange *x)
{
    return linkage_plan(x, CHANGE_REMOVE);
}

static enum step answer_unlinked(struct exchange *x)
{
    return linkage_answer(x, CHANGE_REMOVE);
}

const struct operation relationship_remove = {
    .name = "relationship-remove",
    .has_body = true,
    .links = LINKS_REMOVED,
    .steps = {
        read_query,               /* query   -> x->query               400           */
        written_step_open,        /*                                   403           */
        linkage_step_read_unlink, /* body    -> x->linkage             400, 409, 413 */
        plan_unlink,              /* linkage -> x->plan                              */
        precondition_plan_linkage, /* If-Match -> x->precondition               412 */
        exchange_submit,          /* plan    -> x->rows   (suspends)   503, 504      */
        answer_unlinked,          /* rows    -> 204 or 200             404, 422      */
    },
};
