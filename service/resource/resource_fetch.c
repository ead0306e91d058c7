/*
 * resource_fetch.c - GET /{type}/{id}: one resource.
 */
#include "resource/operations.h"
#include "resource/reading.h"

static enum step plan_fetch(struct exchange *x)
{
    return reading_only(x, (struct selection){ .kind = SELECT_BY_KEY,
                                               .resource = x->target.resource,
                                               .key = x->target.key });
}

static enum step answer_resource(struct exchange *x)
{
    if (!reading_is_found(x)) {
        return refuse_missing(x);
    }
    return reading_answer(x, 200, resource_path(x, x->target.resource, x->target.key), NULL);
}

const struct operation resource_fetch = {
    .name = "resource-fetch",
    .query = QUERY_RESOURCE,
    .steps = {
        read_query,      /* query -> x->query               400      */
        plan_fetch,      /* key   -> x->plan                         */
        exchange_submit, /* plan  -> x->rows   (suspends)   503, 504 */
        answer_resource, /* rows  -> 200                    404      */
    },
};
