/*
 * relationship_replace.c - PATCH /{type}/{id}/relationships/{relationship}: replace all members, or
 * the one of a to-one.
 *
 * Only the difference is written.
 */
#include "resource/linkage.h"
#include "resource/operations.h"
#include "resource/precondition.h"

static enum step plan_replace(struct exchange *x)
{
    return linkage_plan(x, CHANGE_REPLACE);
}

static enum step answer_replaced(struct exchange *x)
{
    return linkage_answer(x, CHANGE_REPLACE);
}

const struct operation relationship_replace = {
    .name = "relationship-replace",
    .has_body = true,
    .links = LINKS_REPLACED,
    .steps = {
        read_query,        /* query   -> x->query               400                     */
        written_step_open, /*                                   403                     */
        linkage_step_read, /* body    -> x->linkage             400, 404, 409, 413, 422 */
        plan_replace,      /* linkage -> x->plan                422                     */
        precondition_plan_linkage, /* If-Match -> x->precondition 412 */
        exchange_submit,   /* plan    -> x->rows   (suspends)   503, 504                */
        answer_replaced,   /* rows    -> 204 or 200             404, 409, 422           */
    },
};
