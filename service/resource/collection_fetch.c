/*
 * collection_fetch.c - GET /{type}: a page of all resources of a type.
 */
#include "resource/operations.h"
#include "resource/reading.h"

static enum step plan_page(struct exchange *x)
{
    return reading_only(x,
                        (struct selection){ .kind = SELECT_ALL, .resource = x->target.resource });
}

static enum step answer_page(struct exchange *x)
{
    struct buf path;
    buf_init(&path, x->arena, 64);
    buf_add_char(&path, '/');
    percent_encode(&path, text_of(x->target.resource->type));
    return reading_answer(x, 200, buf_terminate(&path), NULL);
}

const struct operation collection_fetch = {
    .name = "collection-fetch",
    .query = QUERY_COLLECTION,
    .steps = {
        read_query,      /* query      -> x->query                   400      */
        plan_page,       /* query      -> x->plan                    400      */
        exchange_submit, /* plan       -> x->rows       (suspends)   503, 504 */
        answer_page,     /* rows       -> 200                                 */
    },
};
