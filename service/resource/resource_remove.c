/*
 * resource_remove.c - DELETE /{type}/{id}: the resource and, by the foreign keys' own rule, its
 * links.
 */
#include "resource/operations.h"
#include "resource/precondition.h"
#include "resource/written.h"

static enum step plan_remove(struct exchange *x)
{
    const struct resource *resource = x->target.resource;
    x->plan = (struct plan){
        .n_statements = 1,
        .statements = { { .statement = x->service->statements->of_resource[resource->index].remove,
                          .arguments = one_row(x->arena, &x->target.key, 1) } },
        .writes = true,
    };
    return exchange_next(x, 0);
}

static enum step answer_removed(struct exchange *x)
{
    return x->rows[0].n_rows == 0 ? refuse_missing(x) : exchange_answer(x, 204);
}

const struct operation resource_remove = {
    .name = "resource-remove",
    .steps = {
        read_query,        /* query -> x->query               400           */
        written_step_open, /*                                 403           */
        plan_remove,       /* key   -> x->plan                              */
        precondition_plan_resource, /* If-Match -> x->precondition 412 */
        exchange_submit,   /* plan  -> x->rows   (suspends)   409, 503, 504 */
        answer_removed,    /* rows  -> 204                    404           */
    },
};
