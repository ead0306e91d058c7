/*
 * related_fetch.c - GET /{type}/{id}/{relationship}: the related resources, or a page of them.
 */
#include "resource/operations.h"
#include "resource/reading.h"

static enum step plan_related(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    return reading_only(x, (struct selection){ .kind = SELECT_RELATED,
                                               .resource = rel->target,
                                               .relationship = rel,
                                               .key = x->target.key });
}

static enum step answer_related(struct exchange *x)
{
    if (!reading_is_found(x)) {
        return refuse_missing(x);
    }
    return reading_answer(x, 200, relationship_path(x, false), NULL);
}

const struct operation related_fetch = {
    .name = "related-fetch",
    .query = QUERY_COLLECTION,
    .steps = {
        read_query,      /* query -> x->query               400      */
        plan_related,    /* query -> x->plan                400      */
        exchange_submit, /* plan  -> x->rows   (suspends)   503, 504 */
        answer_related,  /* rows  -> 200                    404      */
    },
};
