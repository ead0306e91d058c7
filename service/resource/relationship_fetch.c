/*
 * relationship_fetch.c - GET /{type}/{id}/relationships/{relationship}: linkage, or a page of it.
 */
#include "resource/operations.h"
#include "resource/reading.h"

static enum step plan_linkage(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    return reading_only(x, (struct selection){ .kind = SELECT_LINKAGE,
                                               .resource = rel->target,
                                               .relationship = rel,
                                               .key = x->target.key });
}

static enum step answer_linkage(struct exchange *x)
{
    if (!reading_is_found(x)) {
        return refuse_missing(x);
    }
    return reading_answer(x, 200, relationship_path(x, true), NULL);
}

const struct operation relationship_fetch = {
    .name = "relationship-fetch",
    .query = QUERY_COLLECTION,
    .steps = {
        read_query,      /* query -> x->query               400      */
        plan_linkage,    /* query -> x->plan                400      */
        exchange_submit, /* plan  -> x->rows   (suspends)   503, 504 */
        answer_linkage,  /* rows  -> 200                    404      */
    },
};
