/*
 * relationship_add.c - POST /{type}/{id}/relationships/{relationship}: link.
 */
#include "resource/linkage.h"
#include "resource/operations.h"
#include "resource/precondition.h"

static enum step plan_link(struct exchange *x)
{
    return linkage_plan(x, CHANGE_ADD);
}

static enum step answer_linked(struct exchange *x)
{
    return linkage_answer(x, CHANGE_ADD);
}

const struct operation relationship_add = {
    .name = "relationship-add",
    .has_body = true,
    .links = LINKS_ADDED,
    .steps = {
        read_query,        /* query   -> x->query               400                */
        written_step_open, /*                                   403                */
        linkage_step_read, /* body    -> x->linkage             400, 404, 409, 413 */
        plan_link,         /* linkage -> x->plan                422                */
        precondition_plan_linkage, /* If-Match -> x->precondition 412 */
        exchange_submit,   /* plan    -> x->rows   (suspends)   503, 504           */
        answer_linked,     /* rows    -> 204 or 200             404, 409           */
    },
};
