/*
 * relationship_fetch.c - GET /{type}/{id}/relationships/{relationship}: a page of linkage.
 */
#include "resource/linkage.h"
#include "resource/operations.h"

static enum step plan_linkage(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    const struct relationship_statements *of = &x->service->statements->of_relationship[rel->id];
    return plan_page_of(x, of->linkage[x->query.page.direction],
                        page_arguments(x, &x->target.key, rel->target));
}

static enum step answer_linkage(struct exchange *x)
{
    if (!cell_bool(rows_row(&x->rows[0], 0)[LINKAGE_OWNER_FOUND])) {
        return refuse_missing(x);
    }
    linkage_write(x, 0, NULL, false);
    return exchange_answer(x, 200);
}

const struct operation relationship_fetch = {
    .name = "relationship-fetch",
    .query = QUERY_PAGE,
    .steps = {
        read_query,      /* query -> x->query               400      */
        plan_linkage,    /* query -> x->plan                400      */
        exchange_submit, /* plan  -> x->rows   (suspends)   503, 504 */
        answer_linkage,  /* rows  -> 200                    404      */
    },
};
